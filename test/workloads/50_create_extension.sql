-- CREATE EXTENSION of a large script, and DROP EXTENSION.
-- role: superuser
-- times: 1
-- warm: 0
-- needs: postgis
-- budget: 1.0
--
-- Copyright (c) 2026, the pg_gatekeeper authors
-- SPDX-License-Identifier: PostgreSQL

CREATE EXTENSION postgis; DROP EXTENSION postgis;
