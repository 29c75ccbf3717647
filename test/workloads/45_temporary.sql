-- CREATE TEMPORARY TABLE and DROP TABLE.
-- budget: 0.5
-- times: 10
--
-- Copyright (c) 2026, the pg_gatekeeper authors
-- SPDX-License-Identifier: PostgreSQL

CREATE TEMPORARY TABLE made (id int); DROP TABLE made;
