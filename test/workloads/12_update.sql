-- An UPDATE of a row by its primary key.
-- budget: 0.2
-- times: 100
--
-- Copyright (c) 2026, the pg_gatekeeper authors
-- SPDX-License-Identifier: PostgreSQL

UPDATE b.t SET n = n + 1 WHERE id = 42;
