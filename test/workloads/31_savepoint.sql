-- A transaction with a savepoint that is rolled back.
-- budget: 0.5
-- times: 50
--
-- Copyright (c) 2026, the pg_gatekeeper authors
-- SPDX-License-Identifier: PostgreSQL

BEGIN; SAVEPOINT s; SELECT 1; ROLLBACK TO s; COMMIT;
