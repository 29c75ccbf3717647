-- BEGIN, a SELECT, COMMIT.
-- budget: 0.5
-- times: 50
--
-- Copyright (c) 2026, the pg_gatekeeper authors
-- SPDX-License-Identifier: PostgreSQL

BEGIN; SELECT * FROM b.t WHERE id = 42; COMMIT;
