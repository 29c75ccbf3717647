--
-- role_membership: somebody is made a member of a role that leads to power.
--
\set VERBOSITY terse
SET client_min_messages = warning;
\t on
\a
SELECT current_user AS superuser \gset

DROP ROLE IF EXISTS gk_t_files, gk_t_deep, gk_t_dba, gk_t_createrole, gk_t_repl,
	gk_t_plain, gk_t_other, gk_t_new, "gk_t ""odd"" ; --", "gk_t Ünïcode";
CREATE ROLE gk_t_plain;
CREATE ROLE gk_t_other;
CREATE ROLE gk_t_files LOGIN;
GRANT pg_read_server_files TO gk_t_files;
CREATE ROLE gk_t_deep NOINHERIT;
GRANT gk_t_files TO gk_t_deep;
CREATE ROLE gk_t_dba;
GRANT :"superuser" TO gk_t_dba;
CREATE ROLE gk_t_createrole CREATEROLE;
CREATE ROLE gk_t_parameter;
CREATE ROLE gk_t_developer;
GRANT ALTER SYSTEM ON PARAMETER archive_command TO gk_t_parameter;
GRANT SET ON PARAMETER log_min_duration_statement TO gk_t_developer;
CREATE ROLE gk_t_repl REPLICATION;
CREATE ROLE "gk_t ""odd"" ; --";
GRANT gk_t_dba TO "gk_t ""odd"" ; --";
CREATE ROLE "gk_t Ünïcode";
GRANT pg_write_server_files TO "gk_t Ünïcode";

-- the effect: whom our statements made a member of what
CREATE VIEW gk.t_members AS
	SELECT r.rolname AS role, m.rolname AS member
	FROM pg_catalog.pg_auth_members a
	JOIN pg_catalog.pg_roles r ON r.oid = a.roleid
	JOIN pg_catalog.pg_roles m ON m.oid = a.member
	WHERE m.rolname IN ('gk_user', 'gk_admin', 'gk_t_plain', 'gk_t_other', 'gk_t_new')
	ORDER BY 1, 2;

-- runs a statement and says only whether it worked: what core itself refuses is
-- worded differently from version to version
CREATE FUNCTION gk.t_works(stmt text) RETURNS bool LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE stmt;
	RETURN true;
EXCEPTION WHEN insufficient_privilege THEN
	RETURN false;
END $$;
TABLE gk.t_members;

--
-- plainly allowed
--
BEGIN;
-- allowed: a superuser grants what he likes
GRANT pg_execute_server_program, gk_t_dba TO gk_user;
CREATE ROLE gk_t_new IN ROLE gk_t_deep ADMIN gk_admin;
ALTER GROUP gk_t_files ADD USER gk_t_plain;
TABLE gk.t_members;
ROLLBACK;
BEGIN;
-- allowed: ordinary roles, and predefined ones that only show
GRANT gk_t_plain TO gk_admin WITH ADMIN OPTION;
SET SESSION AUTHORIZATION gk_admin;
GRANT gk_t_plain TO gk_user;
RESET SESSION AUTHORIZATION;
SET SESSION AUTHORIZATION gk_user;
SELECT gk.as_definer('GRANT gk_t_other TO SESSION_USER');
SELECT gk.as_definer('GRANT pg_monitor, pg_signal_backend TO gk_t_plain');
SELECT gk.as_definer('CREATE ROLE gk_t_new CREATEDB IN ROLE gk_t_plain ADMIN gk_admin');
SELECT gk.as_definer('ALTER GROUP gk_t_new ADD USER gk_user');
RESET SESSION AUTHORIZATION;
SELECT gk.in_extension('GRANT gk_t_other TO gk_t_plain');
SELECT gk.restricted('GRANT gk_t_other TO gk_t_new');
SELECT * FROM gk.t_members WHERE NOT (role = 'gk_t_new' AND member = 'gk_admin');
ROLLBACK;
BEGIN;
-- allowed: taking away gives nobody anything
SET SESSION AUTHORIZATION gk_user;
SELECT gk.as_definer('REVOKE pg_read_server_files FROM gk_t_files');
SELECT gk.as_definer('ALTER GROUP gk_t_files DROP USER gk_t_deep');
RESET SESSION AUTHORIZATION;
SELECT count(*) FROM pg_auth_members WHERE member IN ('gk_t_files'::regrole, 'gk_t_deep'::regrole);
ROLLBACK;

--
-- denied: elevated
--
SET SESSION AUTHORIZATION gk_user;
-- denied: files and programs of the host
SELECT gk.as_definer('GRANT pg_read_server_files TO gk_user');
SELECT gk.as_definer('GRANT pg_write_server_files TO SESSION_USER');
SELECT gk.as_definer('GRANT pg_execute_server_program TO gk_user WITH ADMIN OPTION');
SELECT gk.as_definer('GRANT U&"pg\005fread\005fserver\005ffiles" TO gk_user');
SELECT gk.as_definer('GRANT pg_read_server_files TO gk_user GRANTED BY CURRENT_USER');
-- denied: everybody's data
SELECT gk.as_definer('GRANT pg_read_all_data TO gk_user');
SELECT gk.as_definer('GRANT pg_write_all_data TO gk_user');
-- denied: superuser by SET ROLE
SELECT gk.as_definer(format('GRANT %I TO gk_user', :'superuser'));
SELECT gk.as_definer('GRANT gk_t_dba TO gk_user');
SELECT gk.as_definer('GRANT "gk_t ""odd"" ; --" TO gk_user');
-- denied: through other roles, inherited or not
SELECT gk.as_definer('GRANT gk_t_files TO gk_user');
SELECT gk.as_definer('GRANT gk_t_deep TO gk_user');
SELECT gk.as_definer('GRANT "gk_t Ünïcode" TO gk_user');
-- denied: attributes that SET ROLE takes up
SELECT gk.as_definer('GRANT gk_t_createrole TO gk_user');
SELECT gk.as_definer('GRANT gk_t_repl TO gk_user');
-- denied: one among others
SELECT gk.as_definer('GRANT gk_t_plain, gk_t_other, gk_t_deep TO gk_t_plain, gk_user');
-- denied: in two steps, the second
SELECT gk.as_definer('GRANT gk_t_plain TO gk_user; GRANT pg_read_server_files TO gk_t_plain');
SELECT gk.as_definer('GRANT gk_t_plain TO gk_user');
SELECT gk.as_definer('GRANT pg_read_server_files TO gk_t_plain');
SELECT gk.as_definer('REVOKE gk_t_plain FROM gk_user');
-- denied: a new role
SELECT gk.as_definer('CREATE ROLE gk_t_new IN ROLE pg_read_server_files');
SELECT gk.as_definer('CREATE USER gk_t_new IN GROUP gk_t_plain, gk_t_deep');
SELECT gk.as_definer('CREATE ROLE gk_t_new ADMIN gk_user IN ROLE gk_t_dba');
SELECT gk.as_definer('CREATE GROUP gk_t_new BYPASSRLS USER gk_user');
SELECT gk.as_definer('CREATE ROLE gk_t_new SUPERUSER ROLE gk_user');
-- denied: the older spellings
SELECT gk.as_definer('ALTER GROUP gk_t_files ADD USER gk_user');
SELECT gk.as_definer('ALTER ROLE gk_t_deep USER gk_user');
SELECT gk.as_definer('ALTER USER gk_t_dba WITH USER gk_user');
-- denied: caught, but undone
SELECT gk.as_definer($x$DO $$ BEGIN GRANT gk_t_files TO gk_user; EXCEPTION WHEN OTHERS THEN RAISE WARNING 'caught'; END $$ $x$);
-- denied: elevated, and in an extension's script
SELECT gk.in_trusted_extension('GRANT pg_execute_server_program TO gk_user');
RESET SESSION AUTHORIZATION;
-- denied: elevated by SET ROLE
GRANT gk_t_dba TO gk_t_files;
SET SESSION AUTHORIZATION gk_t_files;
SET ROLE :"superuser";
GRANT pg_execute_server_program TO gk_user;
RESET ROLE;
RESET SESSION AUTHORIZATION;
REVOKE gk_t_dba FROM gk_t_files;
TABLE gk.t_members;

--
-- denied: extension, restricted
--
SELECT gk.in_extension('GRANT pg_read_server_files TO gk_user');
SELECT gk.in_extension('CREATE ROLE gk_t_new IN ROLE gk_t_deep');
SELECT gk.in_extension_update('ALTER GROUP gk_t_dba ADD USER gk_user');
SELECT gk.restricted('GRANT pg_write_server_files TO gk_user');
TABLE gk.t_members;

--
-- denied: a role with CREATEROLE helps itself (up to 15 core lets it)
--
SET SESSION AUTHORIZATION gk_admin;
-- denied: he is not admin of these roles
SELECT gk.t_works('GRANT pg_execute_server_program TO gk_admin');
SELECT gk.t_works('GRANT pg_read_server_files TO CURRENT_USER');
SELECT gk.t_works('GRANT gk_t_deep TO gk_admin');
SELECT gk.t_works('GRANT gk_t_dba TO gk_admin');
SELECT gk.t_works('GRANT gk_t_plain, pg_write_server_files TO gk_admin');
SELECT gk.t_works('ALTER GROUP gk_t_files ADD USER gk_admin');
SELECT gk.t_works('CREATE ROLE gk_t_new IN ROLE pg_execute_server_program ADMIN gk_admin');
SELECT gk.t_works('CREATE ROLE gk_t_new LOGIN IN ROLE gk_t_files');
SELECT gk.t_works('GRANT gk_t_parameter TO gk_admin');
SELECT gk.t_works('ALTER ROLE gk_t_parameter PASSWORD NULL');
RESET SESSION AUTHORIZATION;
TABLE gk.t_members;
BEGIN;
-- allowed: the superuser made him admin of this one, or all that it may set is what the log has
GRANT gk_t_files, gk_t_developer TO gk_admin WITH ADMIN OPTION;
SET SESSION AUTHORIZATION gk_admin;
SELECT gk.t_works('GRANT gk_t_developer TO gk_user');
SELECT gk.t_works('GRANT gk_t_files TO gk_user');
SELECT gk.t_works('GRANT gk_t_dba TO gk_user');
RESET SESSION AUTHORIZATION;
TABLE gk.t_members;
ROLLBACK;

--
-- a role that was given a function from which a label lifts rules
--
CREATE FUNCTION gk.t_exports(path text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp AS $$ BEGIN EXECUTE format('COPY (SELECT 1) TO %L', path); END $$;
REVOKE ALL ON FUNCTION gk.t_exports(text) FROM PUBLIC;
CREATE ROLE gk_t_app;
GRANT gk_t_app TO gk_t_plain;
GRANT EXECUTE ON FUNCTION gk.t_exports(text) TO gk_t_app;
SECURITY LABEL FOR gatekeeper ON FUNCTION gk.t_exports(text) IS 'allow copy_file';
SET SESSION AUTHORIZATION gk_user;
-- denied: with borrowed rights, and a role that leads to it
SELECT gk.as_definer('GRANT gk_t_app TO gk_user');
SELECT gk.as_definer('GRANT gk_t_plain TO gk_user');
-- denied: by CREATEROLE, which was not given it (16 and later refuse it themselves)
SET SESSION AUTHORIZATION gk_t_createrole;
SELECT gk.t_works('GRANT gk_t_app TO gk_t_other');
RESET SESSION AUTHORIZATION;
TABLE gk.t_members;
-- allowed: a superuser; and a role with CREATEROLE that may execute it itself
GRANT gk_t_app TO gk_user;
REVOKE gk_t_app FROM gk_user;
GRANT EXECUTE ON FUNCTION gk.t_exports(text) TO gk_t_createrole;
GRANT gk_t_app TO gk_t_createrole WITH ADMIN OPTION;
SET SESSION AUTHORIZATION gk_t_createrole;
SELECT gk.t_works('GRANT gk_t_app TO gk_t_other');
SELECT gk.t_works('REVOKE gk_t_app FROM gk_t_other');
-- allowed: with borrowed rights, once everybody may execute it
RESET SESSION AUTHORIZATION;
GRANT EXECUTE ON FUNCTION gk.t_exports(text) TO PUBLIC;
SET SESSION AUTHORIZATION gk_user;
SELECT gk.as_definer('GRANT gk_t_app TO gk_user');
RESET SESSION AUTHORIZATION;
TABLE gk.t_members;
DROP FUNCTION gk.t_exports(text);
REVOKE gk_t_app FROM gk_t_plain, gk_t_createrole, gk_user;
DROP ROLE gk_t_app;

--
-- denied: what is wrong with the statement is core's to say
--
SET SESSION AUTHORIZATION gk_user;
SELECT gk.as_definer('GRANT gk_t_nobody TO gk_user');
SELECT gk.as_definer('GRANT public TO gk_user');
SELECT gk.as_definer('CREATE ROLE gk_t_new IN ROLE gk_t_nobody');
SELECT gk.as_definer('CREATE ROLE gk_t_new IN ROLE public');
SELECT gk.as_definer('ALTER GROUP gk_t_nobody ADD USER gk_user');
SELECT gk.as_definer('GRANT gk_t_plain TO gk_t_plain');
RESET SESSION AUTHORIZATION;
TABLE gk.t_members;

--
-- audit, off: it happens
--
ALTER SYSTEM SET gatekeeper.role_membership = 'audit';
SELECT pg_reload_conf();
\c -
SET SESSION AUTHORIZATION gk_user;
-- allowed: only recorded
SELECT gk.as_definer('GRANT gk_t_deep TO gk_user');
RESET SESSION AUTHORIZATION;
TABLE gk.t_members;
REVOKE gk_t_deep FROM gk_user;
ALTER SYSTEM SET gatekeeper.role_membership = 'off';
SELECT pg_reload_conf();
\c -
SET SESSION AUTHORIZATION gk_user;
-- allowed: no such rule
SELECT gk.as_definer('GRANT pg_read_server_files TO gk_user');
RESET SESSION AUTHORIZATION;
TABLE gk.t_members;
REVOKE pg_read_server_files FROM gk_user;
ALTER SYSTEM RESET gatekeeper.role_membership;
SELECT pg_reload_conf();
\c -
SET client_min_messages = warning;
DROP VIEW gk.t_members;
DROP FUNCTION gk.t_works(text);
DROP OWNED BY gk_t_parameter, gk_t_developer;
DROP ROLE gk_t_parameter, gk_t_developer;
DROP ROLE gk_t_files, gk_t_deep, gk_t_dba, gk_t_createrole, gk_t_repl,
	gk_t_plain, gk_t_other, "gk_t ""odd"" ; --", "gk_t Ünïcode";
