-- Rule server_settings: settings that run commands, load libraries or switch
-- protections off.
\set VERBOSITY terse
--
-- plainly allowed
--
-- allowed: a superuser in his own session
SET session_replication_role = replica;
RESET session_replication_role;
SELECT set_config('session_replication_role', 'origin', false);
SELECT set_config('session_' || 'replication_role', 'origin', false);
ALTER SYSTEM SET archive_command = '/bin/true';
ALTER SYSTEM RESET archive_command;
CREATE ROLE gk_setting;
ALTER ROLE gk_setting SET session_preload_libraries = '';
ALTER ROLE gk_setting RESET ALL;
CREATE FUNCTION gk_replica() RETURNS int LANGUAGE sql SET session_replication_role = replica AS 'SELECT 1';
SELECT gk_replica();
SET ignore_checksum_failure = off;
SET restrict_nonsystem_relation_kind = 'view, foreign-table';
SET log_min_duration_statement = -1;
SET postgis.enable_outdb_rasters = off;
RESET ALL;
-- allowed: other settings, from anywhere
SET SESSION AUTHORIZATION gk_user;
SET work_mem = '8MB';
SELECT gk.as_definer($$SET work_mem = '9MB'$$);
SELECT gk.as_definer($$SELECT set_config('app.tenant', '1', false)$$);
SELECT gk.as_definer($$SET search_path = pg_catalog$$);
RESET ALL;
DISCARD ALL;

--
-- denied per circumstance
--
SET SESSION AUTHORIZATION gk_user;
-- denied: elevated, SET in every spelling
SELECT gk.as_definer($$SET session_replication_role = replica$$);
SELECT gk.as_definer($$SET LOCAL session_replication_role = replica$$);
SELECT gk.as_definer($$SET SESSION "session_replication_role" TO replica$$);
SELECT gk.as_definer($$SET Session_Replication_Role TO replica$$);
SELECT gk.as_definer($$RESET session_replication_role$$);
SELECT gk.as_definer($$SET session_replication_role TO DEFAULT$$);
SELECT gk.as_definer($$SET session_replication_role FROM CURRENT$$);
SELECT gk.as_definer($$SET allow_system_table_mods = on$$);
SELECT gk.as_definer($$SET dynamic_library_path = '/tmp'$$);
SELECT gk.as_definer($$SET lo_compat_privileges = on$$);
SELECT gk.as_definer($$SET ignore_checksum_failure = on$$);
SELECT gk.as_definer($$SET restrict_nonsystem_relation_kind = ''$$);
SELECT gk.as_definer($$SET jit_dump_bitcode = on$$);
SELECT gk.as_definer($$SET log_min_duration_statement = -1$$);
SELECT gk.as_definer($$SET log_error_verbosity = terse$$);
-- denied: elevated, settings of modules, loaded or not
SELECT gk.as_definer($$SET postgis.enable_outdb_rasters = on$$);
SELECT gk.as_definer($$SET postgis.gdal_enabled_drivers = 'ENABLE_ALL'$$);
SELECT gk.as_definer($$SET plv8.start_proc = 'evil'$$);
SELECT gk.as_definer($$SET pllua.on_untrusted_init = 'os.execute("id")'$$);
-- denied: elevated, by function
SELECT gk.as_definer($$SELECT set_config('session_replication_role', 'replica', false)$$);
SELECT gk.as_definer($$SELECT set_config('SESSION_REPLICATION_ROLE', 'replica', false)$$);
SELECT gk.as_definer($$SELECT set_config('session_' || 'replication_role', 'replica', false)$$);
SELECT gk.as_definer($$SELECT set_config(n, 'replica', false) FROM (VALUES ('session_replication_role')) v(n)$$);
SELECT gk.as_definer($$DO 'BEGIN PERFORM set_config(''session_replication_role'', ''replica'', false); END'$$);
SELECT gk.as_definer($$UPDATE pg_settings SET setting = 'replica' WHERE name = 'session_replication_role'$$);
SHOW session_replication_role;
-- denied: elevated, for later sessions
SELECT gk.as_definer($$ALTER DATABASE regression SET session_preload_libraries = 'evil'$$);
SELECT gk.as_definer($$ALTER ROLE gk_user SET session_preload_libraries = 'evil'$$);
SELECT gk.as_definer($$ALTER ROLE gk_user IN DATABASE regression SET session_replication_role = replica$$);
SELECT gk.as_definer($$ALTER ROLE ALL SET local_preload_libraries = 'evil'$$);
SELECT gk.as_definer($$ALTER ROLE gk_user RESET ALL$$);
SELECT gk.as_definer($$CREATE FUNCTION gk_set() RETURNS int LANGUAGE sql SET session_replication_role = replica AS 'SELECT 1'$$);
SELECT gk.as_definer($$ALTER FUNCTION gk_replica() SET allow_system_table_mods = on$$);
RESET SESSION AUTHORIZATION;
SELECT count(*) FROM pg_db_role_setting s LEFT JOIN pg_roles r ON r.oid = s.setrole WHERE r.rolname = 'gk_user' OR s.setconfig::text ~ 'preload';
-- denied: elevated by SET ROLE to a superuser: the module's own settings, too
CREATE ROLE gk_member LOGIN;
GRANT postgres TO gk_member;
SET SESSION AUTHORIZATION gk_member;
SET ROLE postgres;
ALTER SYSTEM SET gatekeeper.mode = 'off';
ALTER SYSTEM SET gatekeeper.copy_program = 'off';
ALTER SYSTEM RESET gatekeeper.mode;
ALTER SYSTEM SET shared_preload_libraries = '';
ALTER SYSTEM SET archive_command = 'touch gk_pwned';
ALTER SYSTEM SET ssl = off;
ALTER SYSTEM SET ssl_min_protocol_version = 'TLSv1';
ALTER SYSTEM SET log_truncate_on_rotation = on;
ALTER SYSTEM SET log_line_prefix = '';
ALTER SYSTEM SET cron.database_name = 'evil';
ALTER SYSTEM SET basic_archive.archive_directory = '/tmp';
ALTER SYSTEM RESET ALL;
-- denied: by what a name or a text means, all sessions would be led astray
ALTER SYSTEM SET search_path = gk, public;
ALTER SYSTEM SET standard_conforming_strings = off;
ALTER SYSTEM SET password_encryption = md5;
-- allowed: other settings
ALTER SYSTEM SET work_mem = '8MB';
ALTER SYSTEM RESET work_mem;
RESET ROLE;
RESET SESSION AUTHORIZATION;
SELECT count(*) FROM pg_file_settings WHERE name ~ '^gatekeeper|archive_command|search_path' AND sourcefile ~ 'auto.conf';
-- denied: extension, restricted
SELECT gk.in_extension($$SET session_replication_role = replica$$);
SELECT gk.in_extension($$SELECT set_config('session_replication_role', 'replica', false)$$);
SELECT gk.restricted($$SET session_replication_role = replica$$);
-- allowed: an extension's script sets its search_path, and a setting it computes
SELECT gk.in_extension($$SELECT set_config('search_path', 'pg_catalog', true)$$);
SELECT gk.in_extension($$SELECT set_config('app.' || 'x', 'y', true)$$);
-- allowed: it quietens the log, until its end; nobody else does
SELECT gk.in_extension($$SET log_min_messages = error$$);
SET SESSION AUTHORIZATION gk_user;
SELECT gk.as_definer($$SET log_min_messages = panic$$);
RESET SESSION AUTHORIZATION;
SHOW session_replication_role;

-- no setting of the module can be set in a session, by anybody
SET gatekeeper.mode = 'off';
SELECT set_config('gatekeeper.mode', 'off', false);
SET gatekeeper.strict = off;
ALTER ROLE gk_user SET gatekeeper.mode = 'off';
ALTER DATABASE regression SET gatekeeper.copy_file = 'off';
CREATE FUNCTION gk_set() RETURNS int LANGUAGE sql SET gatekeeper.mode = 'off' AS 'SELECT 1';
SHOW gatekeeper.mode;

--
-- audit, off
--
ALTER SYSTEM SET gatekeeper.server_settings = 'audit';
SELECT pg_reload_conf();
\c -
-- allowed: recorded only
SET SESSION AUTHORIZATION gk_user;
SELECT gk.as_definer($$SET session_replication_role = replica$$);
SHOW session_replication_role;
RESET SESSION AUTHORIZATION;
ALTER SYSTEM SET gatekeeper.server_settings = 'off';
SELECT pg_reload_conf();
\c -
-- allowed: off
SET SESSION AUTHORIZATION gk_user;
SELECT gk.as_definer($$SET session_replication_role = replica$$);
SHOW session_replication_role;
RESET SESSION AUTHORIZATION;
ALTER SYSTEM RESET gatekeeper.server_settings;
SELECT pg_reload_conf();
\c -
DROP FUNCTION gk_replica;
DROP ROLE gk_setting, gk_member;
