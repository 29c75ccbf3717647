-- GRANT and REVOKE on a table.
-- budget: 0.6
-- strict: 2.6
-- times: 20
--
-- Under gatekeeper.strict everybody's GRANT could be of interest, so it is looked up
-- what is granted, which the statement then does again.
--
-- Copyright (c) 2026, the pg_gatekeeper authors
-- SPDX-License-Identifier: PostgreSQL

GRANT SELECT ON b.t TO PUBLIC; REVOKE SELECT ON b.t FROM PUBLIC;
