-- GRANT and REVOKE on a table.
-- budget: 0.5
-- times: 20
--
-- Copyright (c) 2026, the pg_gatekeeper authors
-- SPDX-License-Identifier: PostgreSQL

GRANT SELECT ON b.t TO PUBLIC; REVOKE SELECT ON b.t FROM PUBLIC;
