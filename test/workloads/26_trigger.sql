-- An INSERT with a trigger in PL/pgSQL.
-- budget: 0.6
-- times: 100
--
-- Copyright (c) 2026, the pg_gatekeeper authors
-- SPDX-License-Identifier: PostgreSQL

INSERT INTO b.triggered VALUES (1);
