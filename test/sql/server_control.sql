-- Rule server_control: reloading the configuration and the like.
\set VERBOSITY terse
-- the effect: did the server reread its configuration?
CREATE TABLE gk_before AS SELECT pg_conf_load_time() AS t;
CREATE FUNCTION gk_reloaded() RETURNS boolean LANGUAGE sql AS
$$ SELECT pg_conf_load_time() > t FROM gk_before $$;

-- denied: elevated
SET SESSION AUTHORIZATION gk_user;
SELECT gk.as_definer($$SELECT pg_reload_conf()$$);
SELECT gk.as_definer($$SELECT pg_rotate_logfile()$$);
SELECT gk.as_definer($$SELECT pg_promote()$$);
SELECT gk.in_trusted_extension($$SELECT pg_reload_conf()$$);
RESET SESSION AUTHORIZATION;
-- denied: extension, restricted
SELECT gk.in_extension($$SELECT pg_reload_conf()$$);
SELECT gk.restricted($$SELECT pg_reload_conf()$$);
-- denied: to a non-superuser, EXECUTE granted or not
GRANT EXECUTE ON FUNCTION pg_reload_conf(), pg_rotate_logfile() TO gk_user;
SET SESSION AUTHORIZATION gk_user;
SELECT pg_reload_conf();
SELECT pg_rotate_logfile();
RESET SESSION AUTHORIZATION;
REVOKE EXECUTE ON FUNCTION pg_reload_conf(), pg_rotate_logfile() FROM gk_user;
-- denied: the same code under another name
CREATE FUNCTION gk_alias() RETURNS boolean LANGUAGE internal AS 'pg_reload_conf';
SET SESSION AUTHORIZATION gk_user;
SELECT gk_alias();
RESET SESSION AUTHORIZATION;
\c -
SELECT gk_reloaded();

-- allowed: a superuser in his own session
SELECT pg_reload_conf();
\c -
SELECT gk_reloaded();

-- allowed: audit, off
ALTER SYSTEM SET gatekeeper.server_control = 'audit';
SELECT pg_reload_conf();
\c -
SET SESSION AUTHORIZATION gk_user;
SELECT gk_alias();
SELECT gk.as_definer($$SELECT pg_reload_conf()$$);
RESET SESSION AUTHORIZATION;
ALTER SYSTEM SET gatekeeper.server_control = 'off';
SELECT pg_reload_conf();
\c -
SET SESSION AUTHORIZATION gk_user;
SELECT gk_alias();
RESET SESSION AUTHORIZATION;
ALTER SYSTEM RESET gatekeeper.server_control;
SELECT pg_reload_conf();
\c -
DROP FUNCTION gk_alias, gk_reloaded;
DROP TABLE gk_before;
