--
-- role_privileged: a superuser or otherwise privileged role is changed, or a
-- role gets REPLICATION, BYPASSRLS or CREATEROLE.
--
\set VERBOSITY terse
SET client_min_messages = warning;
\t on
\a
SELECT current_user AS superuser, current_database() AS db \gset

DROP ROLE IF EXISTS gk_t_host, gk_t_deep, gk_t_createrole, gk_t_repl, gk_t_rls,
	gk_t_plain, gk_t_other, gk_t_new;
CREATE ROLE gk_t_plain LOGIN;
CREATE ROLE gk_t_other LOGIN;
CREATE ROLE gk_t_host LOGIN;
GRANT pg_execute_server_program TO gk_t_host;
CREATE ROLE gk_t_deep LOGIN;
GRANT gk_t_host TO gk_t_deep;
CREATE ROLE gk_t_createrole CREATEROLE;
CREATE ROLE gk_t_repl REPLICATION;
CREATE ROLE gk_t_rls BYPASSRLS;
CREATE TABLE gk.t_table (a int);

-- the effect: nothing that makes up roles may differ from what it was
CREATE VIEW gk.t_now AS
	SELECT 'role' AS what, oid::text AS which, r::text AS value FROM pg_authid r
	UNION ALL
	SELECT 'setting', setdatabase || '/' || setrole, setconfig::text FROM pg_db_role_setting
	UNION ALL
	SELECT 'owner', oid::regclass::text, relowner::text FROM pg_class WHERE relnamespace = 'gk'::regnamespace;
CREATE TABLE gk.t_before (what text, which text, value text);
INSERT INTO gk.t_before TABLE gk.t_now;
CREATE VIEW gk.t_changed AS
	SELECT count(*) FROM
		((TABLE gk.t_now EXCEPT TABLE gk.t_before) UNION ALL
		 (TABLE gk.t_before EXCEPT TABLE gk.t_now)) AS d
	WHERE which !~ '^gk\.t_(before|now|changed)';

-- runs a statement and says only whether it worked: what core itself refuses is
-- worded differently from version to version
CREATE FUNCTION gk.t_works(stmt text) RETURNS bool LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE stmt;
	RETURN true;
EXCEPTION WHEN insufficient_privilege OR feature_not_supported THEN
	RETURN false;
END $$;
SELECT * FROM gk.t_changed;

--
-- plainly allowed
--
BEGIN;
-- allowed: a superuser manages every role
ALTER ROLE gk_t_host PASSWORD 'secret' VALID UNTIL '2099-01-01';
ALTER ROLE gk_t_createrole RENAME TO gk_t_new;
ALTER ROLE gk_t_new NOCREATEROLE;
ALTER ROLE gk_t_plain REPLICATION BYPASSRLS CREATEROLE;
CREATE ROLE gk_t_new2 REPLICATION BYPASSRLS CREATEROLE;
ALTER ROLE :"superuser" CONNECTION LIMIT -1;
ALTER ROLE :"superuser" SET work_mem = '5MB';
ALTER ROLE ALL SET work_mem = '5MB';
ALTER DATABASE :"db" SET work_mem = '5MB';
REASSIGN OWNED BY gk_t_deep TO gk_t_host;
DROP OWNED BY gk_t_deep;
DROP ROLE gk_t_deep, gk_t_repl;
SELECT rolname, rolcreaterole FROM pg_roles WHERE rolname LIKE 'gk\_t\_new%' ORDER BY 1;
SELECT count > 8 FROM gk.t_changed;
ROLLBACK;
-- allowed: everybody may change his own password and settings
BEGIN;
SET SESSION AUTHORIZATION gk_t_host;
ALTER ROLE gk_t_host PASSWORD 'own';
ALTER ROLE CURRENT_USER SET work_mem = '6MB';
RESET SESSION AUTHORIZATION;
SELECT * FROM gk.t_changed;
ROLLBACK;
-- allowed: an ordinary role is managed by whoever may
BEGIN;
SET SESSION AUTHORIZATION gk_admin;
CREATE ROLE gk_t_new LOGIN PASSWORD 'secret';
ALTER ROLE gk_t_new PASSWORD 'other' CONNECTION LIMIT 3;
ALTER ROLE gk_t_new SET work_mem = '5MB';
ALTER ROLE gk_t_new RENAME TO gk_t_new2;
DROP ROLE gk_t_new2;
RESET SESSION AUTHORIZATION;
ROLLBACK;
-- allowed: a helper may manage ordinary roles for its callers
BEGIN;
SET SESSION AUTHORIZATION gk_user;
SELECT gk.as_definer($$CREATE ROLE gk_t_new LOGIN PASSWORD 'secret'$$);
SELECT gk.as_definer($$ALTER ROLE gk_t_new PASSWORD 'other' VALID UNTIL 'infinity' CREATEDB$$);
SELECT gk.as_definer($$ALTER ROLE gk_t_new SET work_mem = '5MB'$$);
SELECT gk.as_definer($$ALTER ROLE gk_t_new RENAME TO gk_t_new2$$);
SELECT gk.as_definer($$REASSIGN OWNED BY gk_t_new2 TO gk_t_plain$$);
SELECT gk.as_definer($$DROP OWNED BY gk_t_new2$$);
SELECT gk.as_definer($$ALTER ROLE gk_user PASSWORD 'own'$$);
RESET SESSION AUTHORIZATION;
SELECT rolname FROM pg_roles WHERE rolname LIKE 'gk\_t\_new%';
ROLLBACK;
-- allowed: an extension's own script may set its database's search_path
BEGIN;
SELECT gk.in_extension(format('ALTER DATABASE %I SET search_path = public, gk', current_database()));
SELECT count > 0 FROM gk.t_changed;
ROLLBACK;
SELECT * FROM gk.t_changed;

--
-- denied: elevated
--
SET SESSION AUTHORIZATION gk_user;
-- denied: who can change a superuser can become it
SELECT gk.as_definer($$ALTER ROLE CURRENT_USER PASSWORD 'mine'$$);
SELECT gk.as_definer(format($$ALTER USER %I VALID UNTIL '2000-01-01'$$, :'superuser'));
SELECT gk.as_definer(format($$ALTER ROLE %I RENAME TO gk_t_new$$, :'superuser'));
SELECT gk.as_definer(format($$ALTER ROLE %I CONNECTION LIMIT 0$$, :'superuser'));
SELECT gk.as_definer(format($$ALTER ROLE %I NOLOGIN$$, :'superuser'));
-- denied: nor take the rights away (since 16 core does not let the bootstrap superuser)
SELECT gk.t_works($$SELECT gk.as_definer('ALTER ROLE CURRENT_USER NOSUPERUSER')$$);
-- denied: nor a privileged role, however it became one
SELECT gk.as_definer($$ALTER ROLE gk_t_host PASSWORD 'mine'$$);
SELECT gk.as_definer($$ALTER ROLE gk_t_deep PASSWORD 'mine'$$);
SELECT gk.as_definer($$ALTER ROLE gk_t_createrole LOGIN PASSWORD 'mine'$$);
SELECT gk.as_definer($$ALTER ROLE gk_t_repl LOGIN$$);
SELECT gk.as_definer($$ALTER ROLE gk_t_rls LOGIN$$);
SELECT gk.as_definer($$DROP ROLE gk_t_createrole$$);
SELECT gk.as_definer($$DROP USER IF EXISTS gk_t_nobody, gk_t_rls$$);
-- denied: nor what its sessions start with
SELECT gk.as_definer($$ALTER ROLE CURRENT_USER SET search_path = gk$$);
SELECT gk.as_definer(format($$ALTER ROLE %I IN DATABASE %I SET search_path = gk$$, :'superuser', :'db'));
SELECT gk.as_definer($$ALTER ROLE gk_t_host SET search_path = gk$$);
SELECT gk.as_definer($$ALTER ROLE ALL SET search_path = gk$$);
SELECT gk.as_definer(format($$ALTER ROLE ALL IN DATABASE %I SET search_path = gk$$, :'db'));
SELECT gk.as_definer(format($$ALTER DATABASE %I SET search_path = gk$$, :'db'));
SELECT gk.as_definer(format($$ALTER DATABASE %I RESET ALL$$, :'db'));
-- denied: nor what it owns
SELECT gk.as_definer($$REASSIGN OWNED BY CURRENT_USER TO gk_user$$);
SELECT gk.as_definer($$REASSIGN OWNED BY gk_t_plain, gk_t_deep TO gk_user$$);
SELECT gk.as_definer($$REASSIGN OWNED BY gk_user TO CURRENT_USER$$);
SELECT gk.as_definer($$DROP OWNED BY CURRENT_USER$$);
SELECT gk.as_definer($$DROP OWNED BY gk_t_plain, gk_t_host CASCADE$$);
-- denied: attributes that lead around the rules of others
SELECT gk.as_definer($$ALTER ROLE gk_user CREATEROLE$$);
SELECT gk.as_definer($$ALTER ROLE gk_user REPLICATION$$);
SELECT gk.as_definer($$ALTER ROLE gk_user BYPASSRLS$$);
SELECT gk.as_definer($$CREATE ROLE gk_t_new CREATEROLE$$);
SELECT gk.as_definer($$CREATE USER gk_t_new REPLICATION$$);
SELECT gk.as_definer($$CREATE GROUP gk_t_new BYPASSRLS$$);
-- denied: caught, but undone
SELECT gk.as_definer($x$DO $$ BEGIN ALTER ROLE gk_user CREATEROLE; EXCEPTION WHEN OTHERS THEN RAISE WARNING 'caught'; END $$ $x$);
-- denied: elevated, and in an extension's script
SELECT gk.in_trusted_extension($$ALTER ROLE CURRENT_USER PASSWORD 'mine'$$);
RESET SESSION AUTHORIZATION;
-- denied: elevated by the rights of a file role alone
ALTER ROLE gk_t_host CREATEROLE;
CREATE FUNCTION gk.t_as_host(stmt text) RETURNS void
	LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN EXECUTE stmt; END $$;
ALTER FUNCTION gk.t_as_host(text) OWNER TO gk_t_host;
SET SESSION AUTHORIZATION gk_user;
SELECT gk.t_as_host($$CREATE ROLE gk_t_new CREATEROLE$$);
RESET SESSION AUTHORIZATION;
DROP FUNCTION gk.t_as_host(text);
ALTER ROLE gk_t_host NOCREATEROLE;
SELECT * FROM gk.t_changed;

--
-- denied: extension, restricted
--
SELECT gk.in_extension($$ALTER ROLE CURRENT_USER PASSWORD 'mine'$$);
SELECT gk.in_extension($$ALTER ROLE gk_user CREATEROLE$$);
SELECT gk.in_extension($$ALTER ROLE ALL SET search_path = gk$$);
-- denied: not the database the extension is created in
SELECT gk.in_extension($$ALTER DATABASE template1 SET search_path = gk$$);
SELECT gk.in_extension_update($$REASSIGN OWNED BY CURRENT_USER TO gk_user$$);
SELECT gk.restricted($$ALTER ROLE CURRENT_USER PASSWORD 'mine'$$);
SELECT gk.restricted($$ALTER ROLE gk_t_host SET search_path = gk$$);
SELECT gk.restricted($$DROP ROLE gk_t_createrole$$);
SELECT * FROM gk.t_changed;

--
-- denied: a role with CREATEROLE takes over one that reaches the host
--
SET SESSION AUTHORIZATION gk_admin;
-- denied: he is not its admin (up to 15 core lets him)
SELECT gk.t_works($$ALTER ROLE gk_t_host PASSWORD 'mine'$$);
SELECT gk.t_works($$ALTER ROLE gk_t_deep RENAME TO gk_t_new$$);
SELECT gk.t_works($$ALTER ROLE gk_t_deep VALID UNTIL 'infinity'$$);
SELECT gk.t_works($$ALTER ROLE gk_t_host SET search_path = gk$$);
RESET SESSION AUTHORIZATION;
SELECT * FROM gk.t_changed;
-- allowed: the superuser made him its admin
GRANT gk_t_host TO gk_admin WITH ADMIN OPTION;
SET SESSION AUTHORIZATION gk_admin;
SELECT gk.t_works($$ALTER ROLE gk_t_host CONNECTION LIMIT 3$$);
RESET SESSION AUTHORIZATION;
SELECT rolconnlimit FROM pg_roles WHERE rolname = 'gk_t_host';
REVOKE gk_t_host FROM gk_admin;
ALTER ROLE gk_t_host CONNECTION LIMIT -1;
SELECT * FROM gk.t_changed;

--
-- denied: what is wrong with the statement is core's to say
--
SET SESSION AUTHORIZATION gk_user;
SELECT gk.as_definer($$ALTER ROLE gk_t_nobody PASSWORD 'x'$$);
SELECT gk.as_definer($$REASSIGN OWNED BY gk_t_nobody TO gk_user$$);
SELECT gk.as_definer($$DROP OWNED BY public$$);
SELECT gk.as_definer($$DROP ROLE gk_t_nobody$$);
RESET SESSION AUTHORIZATION;

--
-- audit, off: it happens
--
ALTER SYSTEM SET gatekeeper.role_privileged = 'audit';
SELECT pg_reload_conf();
\c -
SET SESSION AUTHORIZATION gk_user;
-- allowed: only recorded
SELECT gk.as_definer($$ALTER ROLE gk_user BYPASSRLS$$);
SELECT gk.as_definer($$DROP ROLE gk_t_createrole$$);
RESET SESSION AUTHORIZATION;
SELECT rolname, rolbypassrls FROM pg_roles WHERE rolname IN ('gk_user', 'gk_t_createrole');
ALTER SYSTEM SET gatekeeper.role_privileged = 'off';
SELECT pg_reload_conf();
\c -
SET SESSION AUTHORIZATION gk_user;
-- allowed: no such rule
SELECT gk.as_definer($$ALTER ROLE gk_user NOBYPASSRLS$$);
SELECT gk.as_definer($$ALTER ROLE gk_t_host CONNECTION LIMIT 3$$);
SELECT gk.as_definer(format($$ALTER DATABASE %I SET work_mem = '5MB'$$, current_database()));
RESET SESSION AUTHORIZATION;
SELECT rolname, rolbypassrls, rolconnlimit FROM pg_roles WHERE rolname IN ('gk_user', 'gk_t_host') ORDER BY 1;
SELECT count(*) FROM pg_db_role_setting WHERE setrole = 0 AND 'work_mem=5MB' = ANY (setconfig);
ALTER DATABASE :"db" RESET work_mem;
ALTER SYSTEM RESET gatekeeper.role_privileged;
SELECT pg_reload_conf();
\c -
SET client_min_messages = warning;
DROP VIEW gk.t_changed, gk.t_now;
DROP TABLE gk.t_before, gk.t_table;
DROP FUNCTION gk.t_works(text);
DROP ROLE gk_t_host, gk_t_deep, gk_t_repl, gk_t_rls, gk_t_plain, gk_t_other;
