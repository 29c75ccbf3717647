-- A DO block with a query in it.
-- budget: 0.5
-- strict: 1
-- times: 50
--
-- Under gatekeeper.strict everybody's language is looked up.
--
-- Copyright (c) 2026, the pg_gatekeeper authors
-- SPDX-License-Identifier: PostgreSQL

DO 'BEGIN PERFORM s FROM b.t WHERE id = 42; END';
