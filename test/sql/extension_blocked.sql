-- Rule extension_blocked: extensions that nobody can create.
\set VERBOSITY terse
-- allowed: others
CREATE EXTENSION cube;
DROP EXTENSION cube;
-- denied: whoever asks, however
CREATE EXTENSION file_fdw;
CREATE EXTENSION IF NOT EXISTS "file_fdw" SCHEMA public;
DO $$ BEGIN CREATE EXTENSION file_fdw; END $$;
SET SESSION AUTHORIZATION gk_user;
SELECT gk.as_definer($$CREATE EXTENSION file_fdw$$);
RESET SESSION AUTHORIZATION;

-- denied: as what another extension requires
ALTER SYSTEM SET gatekeeper.blocked_extensions = 'file_fdw, cube';
SELECT pg_reload_conf();
\c -
CREATE EXTENSION earthdistance CASCADE;
CREATE EXTENSION cube;
SELECT extname FROM pg_extension WHERE extname IN ('file_fdw', 'cube', 'earthdistance');
-- bad values are named
ALTER SYSTEM SET gatekeeper.blocked_extensions = 'cube,';
ALTER SYSTEM SET gatekeeper.blocked_extensions = 'a b';
-- allowed: taken off the list
ALTER SYSTEM SET gatekeeper.blocked_extensions = '';
SELECT pg_reload_conf();
\c -
CREATE EXTENSION file_fdw;
DROP EXTENSION file_fdw;
ALTER SYSTEM RESET gatekeeper.blocked_extensions;
-- allowed: audit, off; elevated binds for those who gained rights
ALTER SYSTEM SET gatekeeper.extension_blocked = 'audit';
SELECT pg_reload_conf();
\c -
CREATE EXTENSION file_fdw;
DROP EXTENSION file_fdw;
ALTER SYSTEM SET gatekeeper.extension_blocked = 'elevated';
SELECT pg_reload_conf();
\c -
CREATE EXTENSION file_fdw;
DROP EXTENSION file_fdw;
SET SESSION AUTHORIZATION gk_user;
SELECT gk.as_definer($$CREATE EXTENSION file_fdw$$);
RESET SESSION AUTHORIZATION;
ALTER SYSTEM SET gatekeeper.extension_blocked = 'off';
SELECT pg_reload_conf();
\c -
SET SESSION AUTHORIZATION gk_user;
SELECT gk.as_definer($$CREATE EXTENSION file_fdw$$);
SELECT gk.as_definer($$DROP EXTENSION file_fdw$$);
RESET SESSION AUTHORIZATION;
ALTER SYSTEM RESET gatekeeper.extension_blocked;
SELECT pg_reload_conf();
\c -
CREATE EXTENSION file_fdw;
