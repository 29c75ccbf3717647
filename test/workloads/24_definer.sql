-- A SECURITY DEFINER function with a query in it, a hundred calls.
-- budget: 0.7
-- times: 20
--
-- Copyright (c) 2026, the pg_gatekeeper authors
-- SPDX-License-Identifier: PostgreSQL

SELECT max(b.f_definer_query(n + 1)) FROM b.t WHERE id BETWEEN 1 AND 100;
