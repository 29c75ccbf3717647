-- A SECURITY DEFINER function with a query in it, a hundred calls.
-- budget: 0.6
-- times: 20
--
-- More than the 0.5 % of other statements: the record of what the function does
-- must name it, so its begin and end are noted at each call.  What an ordinary role's
-- function leaves behind, such as cursors, is looked for, too.
--
-- Copyright (c) 2026, the pg_gatekeeper authors
-- SPDX-License-Identifier: PostgreSQL

SELECT max(b.f_definer_query(n + 1)) FROM b.t WHERE id BETWEEN 1 AND 100;
