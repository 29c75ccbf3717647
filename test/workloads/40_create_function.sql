-- CREATE OR REPLACE FUNCTION.
-- budget: 0.5
-- times: 20
--
-- Copyright (c) 2026, the pg_gatekeeper authors
-- SPDX-License-Identifier: PostgreSQL

CREATE OR REPLACE FUNCTION b.made(int) RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN $1 + 1; END';
