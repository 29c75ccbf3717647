-- An INSERT with a serial and a foreign key.
-- budget: 0.5
-- times: 100
--
-- Copyright (c) 2026, the pg_gatekeeper authors
-- SPDX-License-Identifier: PostgreSQL

INSERT INTO b.child (parent) VALUES (42);
