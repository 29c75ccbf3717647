-- A function in SQL, inlined.
-- budget: 0.5
-- times: 50
--
-- Copyright (c) 2026, the pg_gatekeeper authors
-- SPDX-License-Identifier: PostgreSQL

SELECT b.f_sql(n) FROM b.t WHERE id = 42;
