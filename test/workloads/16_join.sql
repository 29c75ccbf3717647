-- A join with an aggregate.
-- budget: 0.5
-- times: 50
--
-- Copyright (c) 2026, the pg_gatekeeper authors
-- SPDX-License-Identifier: PostgreSQL

SELECT count(*), max(v.s) FROM b.t JOIN b.v ON v.id = t.n + 1 WHERE t.id BETWEEN 1 AND 100;
