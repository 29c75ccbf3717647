-- The same, a superuser's function.
-- budget: 0.6
-- times: 20
--
-- Copyright (c) 2026, the pg_gatekeeper authors
-- SPDX-License-Identifier: PostgreSQL

SELECT max(b.f_admin_query(n + 1)) FROM b.t WHERE id BETWEEN 1 AND 100;
