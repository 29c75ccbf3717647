-- A SECURITY DEFINER function that does nothing, a hundred calls: what watching one costs.
-- times: 20
--
-- Copyright (c) 2026, the pg_gatekeeper authors
-- SPDX-License-Identifier: PostgreSQL

SELECT sum(b.f_definer(n)) FROM b.t WHERE id BETWEEN 1 AND 100;
