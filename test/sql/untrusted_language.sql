--
-- untrusted_language: who can write code in a language that does what it likes?
--
-- gk_wild stands for plpython3u and its like: nothing but lanpltrusted says so.
--
\set VERBOSITY terse
SET client_min_messages = warning;

CREATE FUNCTION gk.languages() RETURNS SETOF text LANGUAGE sql AS $$
	SELECT format('language %s trusted=%s superuser''s=%s', lanname, lanpltrusted, (SELECT rolsuper FROM pg_roles r WHERE r.oid = lanowner))
	FROM pg_language WHERE lanname LIKE 'gk%' ORDER BY 1
$$;
CREATE FUNCTION gk.wild_functions() RETURNS SETOF text LANGUAGE sql AS $$
	SELECT format('function %s superuser''s=%s', proname, (SELECT rolsuper FROM pg_roles r WHERE r.oid = proowner))
	FROM pg_proc p JOIN pg_language l ON l.oid = prolang
	WHERE NOT lanpltrusted AND lanname LIKE 'gk%' ORDER BY 1
$$;

--
-- Allowed: a superuser in his own session, and trusted languages everywhere.
--
-- allowed: a superuser in his own session makes a language
CREATE LANGUAGE gk_wild HANDLER plpgsql_call_handler
	INLINE plpgsql_inline_handler VALIDATOR plpgsql_validator;
-- allowed: and functions in it
CREATE FUNCTION gk.wild(what text) RETURNS void LANGUAGE gk_wild AS $$
BEGIN EXECUTE what; END $$;
CREATE OR REPLACE FUNCTION gk.wild(what text) RETURNS void LANGUAGE gk_wild AS $$
BEGIN EXECUTE what; END $$;
ALTER FUNCTION gk.wild(text) COST 7;
CREATE FUNCTION gk.tame() RETURNS int LANGUAGE sql AS 'SELECT 1';
-- allowed: and a block
DO LANGUAGE gk_wild $$ BEGIN CREATE TABLE gk.by_block (); DROP TABLE gk.by_block; END $$;
-- allowed: a superuser installs an extension that is written in one
SELECT gk.in_extension($q$CREATE FUNCTION gk.scripted() RETURNS int LANGUAGE gk_wild AS 'BEGIN RETURN 1; END'$q$);
SELECT gk.in_extension($q$DO LANGUAGE gk_wild 'BEGIN NULL; END'$q$);
-- allowed: the script of an extension makes its own language
BEGIN;
DROP EXTENSION plpgsql CASCADE;
CREATE EXTENSION plpgsql;
ROLLBACK;

SET SESSION AUTHORIZATION gk_user;
-- allowed: a trusted language in any circumstance
SELECT gk.as_definer($q$DO 'BEGIN NULL; END'$q$);
SELECT gk.in_trusted_extension($q$CREATE FUNCTION gk.tame2() RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN 1; END'$q$);
SELECT gk.in_trusted_extension($q$CREATE FUNCTION gk.tame2() RETURNS int LANGUAGE sql AS 'SELECT 2'$q$);
-- allowed: calling what a superuser has written
SELECT gk.wild('CREATE TABLE gk.by_user ()');
DROP TABLE gk.by_user;
RESET SESSION AUTHORIZATION;
SELECT gk.restricted($q$DO 'BEGIN NULL; END'$q$);
SELECT gk.wild_functions();

--
-- Denied: elevated.
--
SET SESSION AUTHORIZATION gk_user;
-- denied: a function in it, with rights gained on the way
SELECT gk.as_definer($q$CREATE FUNCTION gk.f() RETURNS int LANGUAGE gk_wild AS 'BEGIN RETURN 1; END'$q$);
-- denied: its name in other letters
SELECT gk.as_definer($q$CREATE FUNCTION gk.f() RETURNS int LANGUAGE 'gk_wild' AS 'BEGIN RETURN 1; END'$q$);
-- denied: a procedure
SELECT gk.as_definer($q$CREATE PROCEDURE gk.f() LANGUAGE gk_wild AS 'BEGIN END'$q$);
-- denied: replacing one that is there
SELECT gk.as_definer($q$CREATE OR REPLACE FUNCTION gk.wild(what text) RETURNS void LANGUAGE gk_wild AS 'BEGIN NULL; END'$q$);
-- denied: replacing one in a trusted language by one that is not
SELECT gk.as_definer($q$CREATE OR REPLACE FUNCTION gk.tame() RETURNS int LANGUAGE gk_wild AS 'BEGIN RETURN 3; END'$q$);
-- denied: changing one, its owner or its name
SELECT gk.as_definer($q$ALTER FUNCTION gk.wild(text) SECURITY DEFINER$q$);
SELECT gk.as_definer($q$ALTER FUNCTION gk.wild(text) OWNER TO gk_user$q$);
SELECT gk.as_definer($q$ALTER ROUTINE gk.wild(text) RENAME TO tamed$q$);
SELECT gk.as_definer($q$ALTER FUNCTION gk.wild(text) SET SCHEMA public$q$);
-- denied: a block
SELECT gk.as_definer($q$DO LANGUAGE gk_wild 'BEGIN CREATE TABLE gk.by_block (); END'$q$);
SELECT gk.as_definer($q$DO 'BEGIN CREATE TABLE gk.by_block (); END' LANGUAGE gk_wild$q$);
-- denied: a block inside a block
SELECT gk.as_definer($q$DO 'BEGIN EXECUTE $x$DO LANGUAGE gk_wild $y$BEGIN CREATE TABLE gk.by_block (); END$y$$x$; END'$q$);
-- denied: a language of one's own, trusted or not
SELECT gk.as_definer($q$CREATE LANGUAGE gk_own HANDLER plpgsql_call_handler$q$);
SELECT gk.as_definer($q$CREATE TRUSTED LANGUAGE gk_own HANDLER plpgsql_call_handler$q$);
-- denied: calling an untrusted one trusted
SELECT gk.as_definer($q$CREATE OR REPLACE TRUSTED LANGUAGE gk_wild HANDLER plpgsql_call_handler
	INLINE plpgsql_inline_handler VALIDATOR plpgsql_validator$q$);
-- denied: its owner, its name
SELECT gk.as_definer($q$ALTER LANGUAGE gk_wild OWNER TO gk_user$q$);
SELECT gk.as_definer($q$ALTER LANGUAGE gk_wild RENAME TO gk_mild$q$);
-- denied: by core, for everybody, so that no rule needs to
SELECT gk.as_definer($q$GRANT USAGE ON LANGUAGE gk_wild TO gk_user$q$);

--
-- Denied: in the script of a trusted extension that a user installs.
--
-- denied: nobody who may has decided on it
SELECT gk.in_trusted_extension($q$CREATE FUNCTION gk.f() RETURNS int LANGUAGE gk_wild AS 'BEGIN RETURN 1; END'$q$);
SELECT gk.in_trusted_extension($q$DO LANGUAGE gk_wild 'BEGIN CREATE TABLE gk.by_block (); END'$q$);
SELECT gk.in_trusted_extension($q$CREATE TRUSTED LANGUAGE gk_own HANDLER plpgsql_call_handler$q$);
SELECT gk.in_trusted_extension($q$ALTER LANGUAGE gk_wild OWNER TO gk_user$q$);
RESET SESSION AUTHORIZATION;

--
-- Denied: after SET ROLE to a superuser.
--
SELECT current_user AS superuser \gset
GRANT :"superuser" TO gk_user;
SET SESSION AUTHORIZATION gk_user;
SET ROLE :"superuser";
-- denied: not the rights he logged in with
CREATE FUNCTION gk.f() RETURNS int LANGUAGE gk_wild AS 'BEGIN RETURN 1; END';
RESET ROLE;
RESET SESSION AUTHORIZATION;
REVOKE :"superuser" FROM gk_user;

--
-- Denied: a superuser's script, but not a language of its own.
--
-- denied: the handler is not the extension's
SELECT gk.in_extension($q$CREATE LANGUAGE gk_own HANDLER plpgsql_call_handler$q$);
SELECT gk.in_extension_update($q$CREATE TRUSTED LANGUAGE gk_own HANDLER plpgsql_call_handler$q$);
-- denied: nor does it become the extension's by adoption
SELECT gk.in_extension($q$ALTER EXTENSION plpgsql DROP FUNCTION plpgsql_call_handler();
	ALTER EXTENSION gk_probe ADD FUNCTION plpgsql_call_handler();
	CREATE TRUSTED LANGUAGE gk_own HANDLER plpgsql_call_handler$q$);
-- denied: the language is not the extension's
SELECT gk.in_extension($q$ALTER LANGUAGE gk_wild OWNER TO gk_user$q$);

--
-- Denied: restricted, and code of a user that a superuser is made to run.
--
-- denied: in REFRESH MATERIALIZED VIEW
SELECT gk.restricted($q$CREATE FUNCTION gk.f() RETURNS int LANGUAGE gk_wild AS 'BEGIN RETURN 1; END'$q$);
SELECT gk.restricted($q$DO LANGUAGE gk_wild 'BEGIN NULL; END'$q$);

SET SESSION AUTHORIZATION gk_user;
CREATE TABLE gk.bait (statement text);
CREATE FUNCTION gk.trap() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN EXECUTE NEW.statement; RETURN NULL; END $$;
CREATE TRIGGER trap BEFORE INSERT ON gk.bait FOR EACH ROW EXECUTE FUNCTION gk.trap();
RESET SESSION AUTHORIZATION;
-- denied: from the trigger of a user
INSERT INTO gk.bait VALUES ($q$CREATE FUNCTION gk.f() RETURNS int LANGUAGE gk_wild AS 'BEGIN RETURN 1; END'$q$);
INSERT INTO gk.bait VALUES ($q$DO LANGUAGE gk_wild 'BEGIN CREATE TABLE gk.by_block (); END'$q$);
INSERT INTO gk.bait VALUES ($q$CREATE OR REPLACE TRUSTED LANGUAGE gk_wild HANDLER plpgsql_call_handler$q$);
-- denied: even inside the script of a superuser's extension
SELECT gk.in_extension($x$INSERT INTO gk.bait VALUES ($q$DO LANGUAGE gk_wild 'BEGIN NULL; END'$q$)$x$);

-- nothing of all that happened
SELECT gk.languages();
SELECT gk.wild_functions();
SELECT to_regclass('gk.by_block');
SELECT proname, procost, prosecdef FROM pg_proc WHERE oid = 'gk.wild(text)'::regprocedure;

--
-- Audit and off: the same goes through.
--
ALTER SYSTEM SET gatekeeper.untrusted_language = 'audit';
SELECT pg_reload_conf();
\c -
\set VERBOSITY terse
SET client_min_messages = warning;
SET SESSION AUTHORIZATION gk_user;
-- allowed: audit only records
SELECT gk.as_definer($q$DO LANGUAGE gk_wild 'BEGIN CREATE TABLE gk.by_audit (); END'$q$);
SELECT gk.in_trusted_extension($q$CREATE FUNCTION gk.f() RETURNS int LANGUAGE gk_wild AS 'BEGIN RETURN 1; END';
	SELECT gk.f()$q$);
RESET SESSION AUTHORIZATION;
ALTER SYSTEM SET gatekeeper.untrusted_language = 'off';
SELECT pg_reload_conf();
\c -
\set VERBOSITY terse
SET client_min_messages = warning;
SET SESSION AUTHORIZATION gk_user;
-- allowed: off
SELECT gk.as_definer($q$DO LANGUAGE gk_wild 'BEGIN CREATE TABLE gk.by_off (); END'$q$);
RESET SESSION AUTHORIZATION;
SELECT to_regclass('gk.by_audit'), to_regclass('gk.by_off');
DROP TABLE gk.by_audit, gk.by_off;

--
-- Always: a superuser too.
--
ALTER SYSTEM SET gatekeeper.untrusted_language = 'always';
SELECT pg_reload_conf();
\c -
\set VERBOSITY terse
SET client_min_messages = warning;
-- denied: to everybody
CREATE FUNCTION gk.h() RETURNS int LANGUAGE gk_wild AS 'BEGIN RETURN 1; END';
ALTER SYSTEM RESET gatekeeper.untrusted_language;
SELECT pg_reload_conf();
\c -
SET client_min_messages = warning;
DROP TABLE gk.bait;
DROP FUNCTION gk.trap(), gk.tame(), gk.languages(), gk.wild_functions();
DROP LANGUAGE gk_wild CASCADE;
