-- CREATE EXTENSION of a large script, and DROP EXTENSION.
-- role: superuser
-- times: 1
-- warm: 0
-- needs: postgis
-- budget: 3.0
--
-- More than the 1 % that is wanted: of each function that the script makes, the new
-- row is read for what it runs.
--
-- Copyright (c) 2026, the pg_gatekeeper authors
-- SPDX-License-Identifier: PostgreSQL

CREATE EXTENSION postgis; DROP EXTENSION postgis;
