--
-- What every SQL test builds on: two roles, and functions that run a statement
-- in a given circumstance.  Everything is in schema gk and open to everyone.
--
--	gk.as_definer(stmt)				in a superuser's SECURITY DEFINER function:
--									`elevated` when a user calls it
--	gk.in_extension(stmt)			in the script of extension gk_probe, which is
--									dropped again: `extension`; superusers only
--	gk.in_extension_update(stmt)	the same by ALTER EXTENSION ... UPDATE
--	gk.in_trusted_extension(stmt)	in the script of a trusted extension: when a
--									user calls it `extension` and `elevated`
--	gk.restricted(stmt)				in a security-restricted operation, with the
--									caller's own rights: `restricted`.  Since 17
--									search_path is pg_catalog there: qualify names.
--
-- What a statement creates inside an extension's script goes when the extension
-- is dropped, unless extensions cannot own it (roles, rows, grants, files).
--
\set VERBOSITY terse
SET client_min_messages = warning;

-- an earlier run on the same server leaves roles behind
DROP ROLE IF EXISTS gk_user, gk_admin;
CREATE ROLE gk_user LOGIN;
CREATE ROLE gk_admin LOGIN CREATEROLE CREATEDB;

CREATE SCHEMA gk;
GRANT ALL ON SCHEMA gk TO PUBLIC;
DO $$ BEGIN
	EXECUTE format('GRANT CREATE ON DATABASE %I TO gk_user, gk_admin', current_database());
END $$;

CREATE FUNCTION gk.as_definer(stmt text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
	EXECUTE stmt;
END $$;

CREATE FUNCTION gk.in_extension(stmt text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('gk_probe.statement', stmt, true);
	CREATE EXTENSION gk_probe VERSION '1.0' SCHEMA gk;
	DROP EXTENSION gk_probe CASCADE;
END $$;

CREATE FUNCTION gk.in_extension_update(stmt text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('gk_probe.statement', 'SELECT 1', true);
	CREATE EXTENSION gk_probe VERSION '1.0' SCHEMA gk;
	PERFORM set_config('gk_probe.statement', stmt, true);
	ALTER EXTENSION gk_probe UPDATE TO '1.1';
	DROP EXTENSION gk_probe CASCADE;
END $$;

CREATE FUNCTION gk.in_trusted_extension(stmt text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('gk_probe.statement', stmt, true);
	CREATE EXTENSION gk_probe_trusted SCHEMA gk;
	DROP EXTENSION gk_probe_trusted CASCADE;
END $$;

CREATE FUNCTION gk.run_probe() RETURNS int
LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE current_setting('gk_probe.statement');
	RETURN 1;
END $$;

CREATE FUNCTION gk.restricted(stmt text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('gk_probe.statement', stmt, true);
	CREATE MATERIALIZED VIEW gk.restricted_probe AS SELECT gk.run_probe() WITH NO DATA;
	REFRESH MATERIALIZED VIEW gk.restricted_probe;
	DROP MATERIALIZED VIEW gk.restricted_probe;
END $$;

--
-- Each really gives the rights it says.
--
CREATE TABLE gk.said (what text, superuser_rights bool, session text);
GRANT ALL ON gk.said TO PUBLIC;
CREATE FUNCTION gk.say(what text) RETURNS text
LANGUAGE sql AS $$
	SELECT format('INSERT INTO gk.said SELECT %L, rolsuper, session_user
		FROM pg_catalog.pg_roles WHERE rolname = current_user', what)
$$;

SET SESSION AUTHORIZATION gk_user;
-- allowed: nobody objects to a row in a table
SELECT gk.as_definer(gk.say('as_definer'));
-- allowed: nobody objects to a row in a table
SELECT gk.in_trusted_extension(gk.say('in_trusted_extension'));
-- allowed: nobody objects to a row in a table
SELECT gk.restricted(gk.say('restricted'));
RESET SESSION AUTHORIZATION;
SELECT * FROM gk.said ORDER BY what;

-- allowed: nobody objects to a row in a table, or to an extension's own objects
SELECT gk.in_extension($$CREATE TABLE gk.made_by_script AS SELECT 1 AS one$$);
SELECT gk.in_extension_update(gk.say('in_extension_update'));
SELECT gk.restricted($$INSERT INTO gk.said VALUES ('restricted again')$$);
SELECT what FROM gk.said ORDER BY what;
-- the script's objects were the extension's and went with it
SELECT to_regclass('gk.made_by_script');
DROP TABLE gk.said;
DROP FUNCTION gk.say(text);
