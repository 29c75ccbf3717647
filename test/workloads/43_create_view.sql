-- CREATE OR REPLACE VIEW.
-- budget: 0.5
-- times: 20
--
-- Copyright (c) 2026, the pg_gatekeeper authors
-- SPDX-License-Identifier: PostgreSQL

CREATE OR REPLACE VIEW b.made_view AS SELECT id, s FROM b.t WHERE n > 1;
