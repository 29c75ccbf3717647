-- An INSERT with a default and a CHECK constraint.
-- budget: 0.5
-- times: 100
--
-- Copyright (c) 2026, the pg_gatekeeper authors
-- SPDX-License-Identifier: PostgreSQL

INSERT INTO b.log (id, s) VALUES (1, 'x');
