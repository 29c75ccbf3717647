-- A procedure in PL/pgSQL with a query in it.
-- budget: 0.6
-- times: 50
--
-- More than the 0.5 % of other statements: the statement and the procedure are
-- both noted, and there is little else in it.
--
-- Copyright (c) 2026, the pg_gatekeeper authors
-- SPDX-License-Identifier: PostgreSQL

CALL b.p(42);
