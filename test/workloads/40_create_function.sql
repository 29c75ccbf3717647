-- CREATE OR REPLACE FUNCTION.
-- budget: 1.3
-- times: 20
--
-- More than the 0.5 % of other statements: whether the function that is replaced
-- had a security label must be asked of the catalog.
--
-- Copyright (c) 2026, the pg_gatekeeper authors
-- SPDX-License-Identifier: PostgreSQL

CREATE OR REPLACE FUNCTION b.made(int) RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN $1 + 1; END';
