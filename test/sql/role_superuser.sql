--
-- role_superuser: a role becomes a superuser.
--
\set VERBOSITY terse
SET client_min_messages = warning;
\t on
\a
SELECT current_user AS superuser \gset

DROP ROLE IF EXISTS gk_t_one, gk_t_two, gk_t_member, "gk_t ""odd"" ; --";
CREATE ROLE gk_t_one LOGIN;
CREATE ROLE gk_t_member LOGIN;
CREATE ROLE "gk_t ""odd"" ; --";

-- the effect: which of our roles are superusers, and which are there at all
CREATE VIEW gk.t_roles AS
	SELECT rolname, rolsuper FROM pg_catalog.pg_roles
	WHERE rolname LIKE 'gk\_t%' OR rolname IN ('gk_user', 'gk_admin')
	ORDER BY rolname COLLATE "C";

-- runs a statement and says only whether it worked: what core itself refuses is
-- worded differently from version to version
CREATE FUNCTION gk.t_works(stmt text) RETURNS bool LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE stmt;
	RETURN true;
EXCEPTION WHEN insufficient_privilege THEN
	RETURN false;
END $$;

--
-- plainly allowed
--

-- allowed: not a superuser
CREATE ROLE gk_t_two NOSUPERUSER CREATEDB;
ALTER ROLE gk_t_two NOSUPERUSER NOCREATEDB;
DROP ROLE gk_t_two;
-- allowed: the bootstrap superuser is one already, and may be
ALTER ROLE :"superuser" SUPERUSER;
-- allowed: a helper may make ordinary roles for its callers
SET SESSION AUTHORIZATION gk_user;
SELECT gk.as_definer('CREATE ROLE gk_t_two LOGIN NOSUPERUSER');
SELECT gk.as_definer('ALTER ROLE gk_t_two NOSUPERUSER CREATEDB');
RESET SESSION AUTHORIZATION;
-- allowed: an extension may make ordinary roles, and drop them
SELECT gk.in_extension('DROP ROLE gk_t_two');
SELECT gk.in_extension('CREATE ROLE gk_t_two');
DROP ROLE gk_t_two;
TABLE gk.t_roles;

--
-- denied although no circumstance holds: not in gatekeeper.reserved_roles
--

-- denied: every spelling makes the same superuser
CREATE ROLE gk_t_two SUPERUSER;
CREATE USER gk_t_two WITH ENCRYPTED PASSWORD 'secret' SUPERUSER;
CREATE GROUP gk_t_two SUPERUSER;
CREATE ROLE gk_t_two SUPERUSER CREATEROLE REPLICATION BYPASSRLS;
ALTER ROLE gk_t_one SUPERUSER;
ALTER USER gk_t_one WITH LOGIN SUPERUSER;
ALTER ROLE U&"gk\005ft\005fone" SUPERUSER;
ALTER ROLE "gk_t ""odd"" ; --" SUPERUSER;
BEGIN;
CREATE ROLE gk_t_two;
ALTER ROLE gk_t_two SUPERUSER;
COMMIT;
-- denied: built at run time
DO $$ BEGIN EXECUTE concat('ALTER ROLE gk_t_one SUPER', 'USER'); END $$;
-- denied: an error that is caught undoes the change as well
DO $$
BEGIN
	ALTER ROLE gk_t_one SUPERUSER;
EXCEPTION WHEN insufficient_privilege THEN
	RAISE WARNING 'caught';
END $$;
BEGIN;
SAVEPOINT s;
ALTER ROLE gk_t_one SUPERUSER;
ROLLBACK TO s;
COMMIT;
TABLE gk.t_roles;

--
-- denied in every circumstance
--
SET SESSION AUTHORIZATION gk_user;
-- denied: elevated
SELECT gk.as_definer('ALTER ROLE gk_user SUPERUSER');
SELECT gk.as_definer('ALTER ROLE SESSION_USER SUPERUSER');
SELECT gk.as_definer('CREATE ROLE gk_t_two SUPERUSER');
SELECT gk.as_definer($$SELECT gk.as_definer('ALTER ROLE gk_user SUPERUSER')$$);
SELECT gk.as_definer($$SET LOCAL search_path = public; ALTER ROLE gk_user SUPERUSER$$);
-- denied: elevated, and in an extension's script
SELECT gk.in_trusted_extension('ALTER ROLE gk_user SUPERUSER');
-- denied: by core, he is nobody
SELECT gk.t_works('ALTER ROLE gk_user SUPERUSER');
RESET SESSION AUTHORIZATION;
-- denied: extension
SELECT gk.in_extension('ALTER ROLE gk_user SUPERUSER');
SELECT gk.in_extension('CREATE ROLE gk_t_two SUPERUSER');
SELECT gk.in_extension_update('ALTER ROLE gk_user SUPERUSER');
-- denied: restricted
SELECT gk.restricted('ALTER ROLE gk_user SUPERUSER');
-- denied: elevated by SET ROLE, which a member of a superuser may do
GRANT :"superuser" TO gk_t_member;
SET SESSION AUTHORIZATION gk_t_member;
SET ROLE :"superuser";
ALTER ROLE gk_t_member SUPERUSER;
RESET ROLE;
RESET SESSION AUTHORIZATION;
-- denied: in what others wrote and a user's statement sets off
CREATE TABLE gk.t_table (a int);
GRANT INSERT ON gk.t_table TO PUBLIC;
CREATE FUNCTION gk.t_trigger() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
	ALTER ROLE gk_user SUPERUSER;
	RETURN NEW;
END $$;
CREATE CONSTRAINT TRIGGER t AFTER INSERT ON gk.t_table
	DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION gk.t_trigger();
CREATE PROCEDURE gk.t_procedure() LANGUAGE sql SECURITY DEFINER
	AS 'ALTER ROLE gk_user SUPERUSER';
SET SESSION AUTHORIZATION gk_user;
BEGIN;
INSERT INTO gk.t_table VALUES (1);
COMMIT;
CALL gk.t_procedure();
RESET SESSION AUTHORIZATION;
DROP TABLE gk.t_table;
DROP FUNCTION gk.t_trigger();
DROP PROCEDURE gk.t_procedure();
TABLE gk.t_roles;

--
-- denied: what is wrong with the statement is core's to say
--
ALTER ROLE gk_t_nobody SUPERUSER;
CREATE ROLE gk_t_one SUPERUSER;
CREATE ROLE gk_t_two SUPERUSER NOSUPERUSER;

--
-- audit: it happens
--
ALTER SYSTEM SET gatekeeper.role_superuser = 'audit';
SELECT pg_reload_conf();
\c -
SET SESSION AUTHORIZATION gk_user;
-- allowed: only recorded
SELECT gk.as_definer('ALTER ROLE gk_t_one SUPERUSER');
RESET SESSION AUTHORIZATION;
TABLE gk.t_roles;
ALTER ROLE gk_t_one NOSUPERUSER;

--
-- off: it happens
--
ALTER SYSTEM SET gatekeeper.role_superuser = 'off';
SELECT pg_reload_conf();
\c -
-- allowed: no such rule
CREATE ROLE gk_t_two SUPERUSER;
SET SESSION AUTHORIZATION gk_user;
SELECT gk.as_definer('ALTER ROLE gk_t_one SUPERUSER');
RESET SESSION AUTHORIZATION;
TABLE gk.t_roles;
ALTER ROLE gk_t_two NOSUPERUSER;
ALTER ROLE gk_t_one NOSUPERUSER;

ALTER SYSTEM RESET gatekeeper.role_superuser;
SELECT pg_reload_conf();
\c -
-- denied: back to the default
ALTER ROLE gk_t_one SUPERUSER;
TABLE gk.t_roles;

SET client_min_messages = warning;
DROP VIEW gk.t_roles;
DROP FUNCTION gk.t_works(text);
DROP ROLE gk_t_one, gk_t_two, gk_t_member, "gk_t ""odd"" ; --";
