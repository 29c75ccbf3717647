-- A function in PL/pgSQL, a hundred calls.
-- budget: 0.5
-- times: 50
--
-- Copyright (c) 2026, the pg_gatekeeper authors
-- SPDX-License-Identifier: PostgreSQL

SELECT sum(b.f_plpgsql(n)) FROM b.t WHERE id BETWEEN 1 AND 100;
