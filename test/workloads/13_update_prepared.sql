-- The same, prepared, by the extended protocol.
-- budget: 0.5
-- times: 100
-- protocol: prepared
--
-- Copyright (c) 2026, the pg_gatekeeper authors
-- SPDX-License-Identifier: PostgreSQL

UPDATE b.t SET n = n + 1 WHERE id = 42;
