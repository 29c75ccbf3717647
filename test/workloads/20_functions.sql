-- Built-in functions, a hundred calls of each.
-- budget: 0.5
-- times: 50
--
-- Copyright (c) 2026, the pg_gatekeeper authors
-- SPDX-License-Identifier: PostgreSQL

SELECT sum(length(upper(s)) + abs(n) + round(sqrt(n))), max(substr(s, 2) || md5(s)), min(now() - make_interval(secs => n)) FROM b.t WHERE id BETWEEN 1 AND 100;
