-- SET of an ordinary setting.
-- budget: 2.3
-- times: 100
--
-- More than the 0.5 % of other statements: at the end of a transaction that has SET
-- something PostgreSQL 15 walks through all settings there are, and this
-- module's make that 2.4 % longer.  From 16 on it does not.
--
-- Copyright (c) 2026, the pg_gatekeeper authors
-- SPDX-License-Identifier: PostgreSQL

SET work_mem = '4MB';
