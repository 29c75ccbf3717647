--
-- native_code: who can bring machine code into the server, or point a name at
-- it?
--
\set VERBOSITY terse
SET client_min_messages = warning;

CREATE FUNCTION gk.native_functions() RETURNS SETOF text LANGUAGE sql AS $$
	SELECT format('%s %s %s', proname, lanname, prosrc)
	FROM pg_proc p JOIN pg_language l ON l.oid = prolang
	WHERE pronamespace = 'gk'::regnamespace AND lanname IN ('c', 'internal')
		AND prokind <> 'a' ORDER BY 1
$$;
CREATE TABLE gk.seen (what text);
GRANT ALL ON gk.seen TO PUBLIC;

--
-- Allowed: a superuser in his own session, and extensions with their own.
--
-- allowed: a superuser in his own session
CREATE FUNCTION gk.c_made() RETURNS language_handler LANGUAGE c AS '$libdir/plpgsql', 'plpgsql_call_handler';
CREATE FUNCTION gk.internal_made(text) RETURNS text LANGUAGE internal STRICT AS 'upper';
CREATE FUNCTION gk.alias_made(text) RETURNS text LANGUAGE internal STRICT AS 'pg_read_file_all';
LOAD '$libdir/plpgsql';
SELECT gk.native_functions();
-- allowed: an extension's own library, by a superuser
BEGIN;
DROP EXTENSION plpgsql CASCADE;
CREATE EXTENSION plpgsql;
ROLLBACK;
-- allowed: ... whose library the control file calls by another name
CREATE EXTENSION intarray SCHEMA gk;
DROP EXTENSION intarray;
-- allowed: another name for a harmless function, in a script
SELECT gk.in_extension($q$CREATE FUNCTION gk.f(text) RETURNS text LANGUAGE internal STRICT AS 'upper'$q$);
-- allowed: and for a protected one, when the session is a superuser's (adminpack)
SELECT gk.in_extension($q$CREATE FUNCTION gk.f(text) RETURNS text LANGUAGE internal STRICT AS 'pg_read_file_all'$q$);

SET SESSION AUTHORIZATION gk_user;
-- allowed: a trusted extension with a library of its own, installed by a user
CREATE EXTENSION hstore SCHEMA gk;
DROP EXTENSION hstore;
-- allowed: one that gives built-in functions other names
CREATE EXTENSION citext SCHEMA gk;
DROP EXTENSION citext;
-- allowed: functions in other languages, aggregates
SELECT gk.in_trusted_extension($q$CREATE FUNCTION gk.f() RETURNS int LANGUAGE sql AS 'SELECT 1'$q$);
SELECT gk.in_trusted_extension($q$CREATE AGGREGATE gk.total(int) (sfunc = int4pl, stype = int)$q$);

--
-- Denied: elevated.
--
-- denied: any C function
SELECT gk.as_definer($q$CREATE FUNCTION gk.f() RETURNS language_handler LANGUAGE c AS '$libdir/plpgsql', 'plpgsql_call_handler'$q$);
SELECT gk.as_definer($q$CREATE FUNCTION gk.f() RETURNS language_handler LANGUAGE c AS 'plpgsql', 'plpgsql_call_handler'$q$);
SELECT gk.as_definer($q$CREATE OR REPLACE FUNCTION gk.c_made() RETURNS language_handler LANGUAGE c AS '$libdir/plpgsql', 'plpgsql_call_handler'$q$);
-- denied: before the library is looked for
SELECT gk.as_definer($q$CREATE FUNCTION gk.f() RETURNS int LANGUAGE c AS '/nonexistent/evil', 'f'$q$);
-- denied: without asking the validator
SELECT set_config('check_function_bodies', 'off', false);
SELECT gk.as_definer($q$CREATE FUNCTION gk.f() RETURNS int LANGUAGE c AS '/nonexistent/evil', 'f'$q$);
RESET check_function_bodies;
-- denied: another name for a protected function
SELECT gk.as_definer($q$CREATE FUNCTION gk.f(text) RETURNS text LANGUAGE internal AS 'pg_read_file_all'$q$);
-- denied: any internal function, as its argument types are not checked
SELECT gk.as_definer($q$CREATE FUNCTION gk.f(bigint) RETURNS text LANGUAGE internal AS 'textout'$q$);
-- denied: a function that was harmless becomes another
SELECT gk.as_definer($q$CREATE OR REPLACE FUNCTION gk.internal_made(text) RETURNS text LANGUAGE internal AS 'pg_read_file_all'$q$);
-- denied: LOAD
SELECT gk.as_definer($q$LOAD '$libdir/plpgsql'$q$);
SELECT gk.as_definer($q$LOAD '/nonexistent/evil'$q$);
SELECT gk.as_definer($q$DO $x$BEGIN LOAD '$libdir/plpgsql'; END$x$$q$);
-- denied: a slot with a plugin
SELECT gk.as_definer($q$SELECT pg_create_logical_replication_slot('gk_slot', 'evil')$q$);
SELECT gk.as_definer($q$SELECT pg_copy_logical_replication_slot('gk_slot', 'gk_slot2', false, 'evil')$q$);

--
-- Denied: in scripts.
--
-- denied: installed by a user, a library that is not the extension's
SELECT gk.in_trusted_extension($q$CREATE FUNCTION gk.f() RETURNS language_handler LANGUAGE c AS '$libdir/plpgsql', 'plpgsql_call_handler'$q$);
-- denied: ... another name for a protected function
SELECT gk.in_trusted_extension($q$CREATE FUNCTION gk.f(text) RETURNS text LANGUAGE internal AS 'pg_read_file_all'$q$);
-- denied: ... LOAD
SELECT gk.in_trusted_extension($q$LOAD '$libdir/plpgsql'$q$);
RESET SESSION AUTHORIZATION;
-- denied: installed by a superuser, a library that is not the extension's
SELECT gk.in_extension($q$CREATE FUNCTION gk.f() RETURNS language_handler LANGUAGE c AS '$libdir/plpgsql', 'plpgsql_call_handler'$q$);
SELECT gk.in_extension_update($q$CREATE FUNCTION gk.f() RETURNS language_handler LANGUAGE c AS '$libdir/plpgsql', 'plpgsql_call_handler'$q$);
-- denied: ... that only begins like its name, or lies elsewhere
SELECT gk.in_extension($q$CREATE FUNCTION gk.f() RETURNS int LANGUAGE c AS '$libdir/gk_probex', 'f'$q$);
SELECT gk.in_extension($q$CREATE FUNCTION gk.f() RETURNS int LANGUAGE c AS '$libdir/gk_probe/../evil', 'f'$q$);
SELECT gk.in_extension($q$CREATE FUNCTION gk.f() RETURNS int LANGUAGE c AS '/tmp/gk_probe', 'f'$q$);
SELECT gk.in_extension($q$CREATE FUNCTION gk.f() RETURNS int LANGUAGE c AS './gk_probe', 'f'$q$);
-- denied: ... LOAD of one
SELECT gk.in_extension($q$LOAD '$libdir/plpgsql'$q$);
-- denied: ... a slot
SELECT gk.in_extension($q$SELECT pg_create_logical_replication_slot('gk_slot', 'evil')$q$);

--
-- Denied: restricted, and code of a user that a superuser is made to run.
--
-- denied: in REFRESH MATERIALIZED VIEW
SELECT gk.restricted($q$CREATE FUNCTION gk.f() RETURNS language_handler LANGUAGE c AS '$libdir/plpgsql', 'plpgsql_call_handler'$q$);
SELECT gk.restricted($q$LOAD '$libdir/plpgsql'$q$);

SET SESSION AUTHORIZATION gk_user;
CREATE TABLE gk.bait (statement text);
CREATE FUNCTION gk.trap() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN EXECUTE NEW.statement; RETURN NULL; END $$;
CREATE TRIGGER trap BEFORE INSERT ON gk.bait FOR EACH ROW EXECUTE FUNCTION gk.trap();
RESET SESSION AUTHORIZATION;
-- denied: from the trigger of a user
INSERT INTO gk.bait VALUES ($q$CREATE FUNCTION gk.f() RETURNS language_handler LANGUAGE c AS '$libdir/plpgsql', 'plpgsql_call_handler'$q$);
INSERT INTO gk.bait VALUES ($q$CREATE FUNCTION gk.f(text) RETURNS text LANGUAGE internal AS 'pg_read_file_all'$q$);
INSERT INTO gk.bait VALUES ($q$LOAD '$libdir/plpgsql'$q$);
INSERT INTO gk.bait VALUES ($q$SELECT pg_create_logical_replication_slot('gk_slot', 'evil')$q$);
-- denied: even inside the script of a superuser's extension
SELECT gk.in_extension($x$INSERT INTO gk.bait VALUES ($q$CREATE FUNCTION gk.f(text) RETURNS text LANGUAGE internal AS 'upper'$q$)$x$);

-- nothing of all that happened
SELECT gk.native_functions();
SELECT count(*) FROM pg_replication_slots;

--
-- Audit and off: the same goes through.
--
ALTER SYSTEM SET gatekeeper.native_code = 'audit';
SELECT pg_reload_conf();
\c -
\set VERBOSITY terse
SET client_min_messages = warning;
SET SESSION AUTHORIZATION gk_user;
-- allowed: audit only records
SELECT gk.as_definer($q$LOAD '$libdir/plpgsql'$q$);
SELECT gk.in_trusted_extension($q$CREATE FUNCTION gk.f(text) RETURNS text LANGUAGE internal STRICT AS 'pg_read_file_all';
	INSERT INTO gk.seen SELECT gk.native_functions()$q$);
-- denied: another rule's; an alias is the function itself
SELECT gk.alias_made('PG_VERSION');
RESET SESSION AUTHORIZATION;
ALTER SYSTEM SET gatekeeper.native_code = 'off';
SELECT pg_reload_conf();
\c -
\set VERBOSITY terse
SET client_min_messages = warning;
SET SESSION AUTHORIZATION gk_user;
-- allowed: off
SELECT gk.as_definer($q$LOAD '$libdir/plpgsql'$q$);
SELECT gk.in_trusted_extension($q$CREATE FUNCTION gk.g() RETURNS language_handler LANGUAGE c AS '$libdir/plpgsql', 'plpgsql_call_handler';
	INSERT INTO gk.seen SELECT gk.native_functions()$q$);
RESET SESSION AUTHORIZATION;
SELECT DISTINCT what FROM gk.seen ORDER BY 1;

ALTER SYSTEM RESET gatekeeper.native_code;
SELECT pg_reload_conf();
\c -
SET client_min_messages = warning;
DROP TABLE gk.bait, gk.seen;
DROP FUNCTION gk.trap(), gk.c_made(), gk.internal_made(text), gk.alias_made(text),
	gk.native_functions();
