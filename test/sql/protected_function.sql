-- Rule protected_function: functions the administrator lists himself.
\set VERBOSITY terse
CREATE SCHEMA gkp;
CREATE FUNCTION gkp.delicate(int) RETURNS int LANGUAGE sql AS 'SELECT $1 + 1';
CREATE FUNCTION gkp.harmless(int) RETURNS int LANGUAGE sql AS 'SELECT $1 + 1';
GRANT USAGE ON SCHEMA gkp TO PUBLIC;
CREATE FUNCTION gk.definer_call() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT gkp.delicate(1)';
-- allowed: nothing is listed
SET SESSION AUTHORIZATION gk_user;
SELECT gk.definer_call();
SELECT gk.as_definer($$SELECT pg_switch_wal()$$);
RESET SESSION AUTHORIZATION;
-- bad values are named
ALTER SYSTEM SET gatekeeper.protected_functions = 'pg_catalog.pg_switch_wal';
ALTER SYSTEM SET gatekeeper.protected_functions = 'f(int)';
ALTER SYSTEM SET gatekeeper.protected_functions = 'f,,g';
ALTER SYSTEM SET gatekeeper.protected_functions = 'pg_switch_wal, gkp.delicate';
SELECT pg_reload_conf();
\c -
-- allowed: to a plain session
SELECT gkp.delicate(1), gkp.harmless(1);
SET SESSION AUTHORIZATION gk_user;
SELECT gkp.delicate(1);
-- denied: elevated
SELECT gk.definer_call();
SELECT gk.as_definer($$SELECT pg_switch_wal()$$);
SELECT gk.as_definer($$SELECT gkp.delicate(1)$$);
-- allowed: what is not listed
SELECT gk.as_definer($$SELECT gkp.harmless(1)$$);
RESET SESSION AUTHORIZATION;
-- denied: the built-in function under another name
CREATE FUNCTION gkp.alias() RETURNS pg_lsn LANGUAGE internal AS 'pg_switch_wal';
SET SESSION AUTHORIZATION gk_user;
SELECT gk.as_definer($$SELECT gkp.alias()$$);
RESET SESSION AUTHORIZATION;
-- denied: extension, restricted
SELECT gk.in_extension($$SELECT gkp.delicate(1)$$);
SELECT gk.restricted($$SELECT gkp.delicate(1)$$);
-- denied: taking the listed name away, of the schema and of the function
SET SESSION AUTHORIZATION gk_user;
SELECT gk.as_definer($$ALTER SCHEMA gkp RENAME TO gkp_other$$);
SELECT gk.as_definer($$ALTER FUNCTION gkp.delicate(int) RENAME TO other$$);
SELECT gk.as_definer($$ALTER FUNCTION gkp.delicate(int) SET SCHEMA gk$$);
RESET SESSION AUTHORIZATION;
-- allowed: names that are not listed, and to the superuser in a plain session
SELECT gk.as_definer($$ALTER FUNCTION gkp.harmless(int) RENAME TO other$$);
ALTER SCHEMA gkp RENAME TO gkp_other;
ALTER SCHEMA gkp_other RENAME TO gkp;
-- allowed: audit, off
ALTER SYSTEM SET gatekeeper.protected_function = 'audit';
SELECT pg_reload_conf();
\c -
SET SESSION AUTHORIZATION gk_user;
SELECT gk.definer_call();
RESET SESSION AUTHORIZATION;
ALTER SYSTEM SET gatekeeper.protected_function = 'off';
SELECT pg_reload_conf();
\c -
SET SESSION AUTHORIZATION gk_user;
SELECT gk.definer_call();
RESET SESSION AUTHORIZATION;
ALTER SYSTEM RESET gatekeeper.protected_function;
ALTER SYSTEM RESET gatekeeper.protected_functions;
SELECT pg_reload_conf();
\c -
DROP FUNCTION gk.definer_call;
SET client_min_messages = warning;
DROP SCHEMA gkp CASCADE;
