-- COPY of a hundred rows to the client.
-- budget: 0.5
-- times: 20
--
-- Copyright (c) 2026, the pg_gatekeeper authors
-- SPDX-License-Identifier: PostgreSQL

COPY (SELECT * FROM b.t WHERE id BETWEEN 1 AND 100) TO STDOUT;
