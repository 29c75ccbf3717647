-- A row by its primary key.
-- budget: 0.2
-- times: 100
--
-- Copyright (c) 2026, the pg_gatekeeper authors
-- SPDX-License-Identifier: PostgreSQL

SELECT * FROM b.t WHERE id = 42;
