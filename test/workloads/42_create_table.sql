-- CREATE TABLE with a primary key, and DROP TABLE.
-- budget: 0.5
-- times: 10
--
-- Copyright (c) 2026, the pg_gatekeeper authors
-- SPDX-License-Identifier: PostgreSQL

CREATE TABLE b.made (id int PRIMARY KEY, s text); DROP TABLE b.made;
