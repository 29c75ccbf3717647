--
-- What security labels of gatekeeper exempt from, and what they do not: each
-- attempt is to give gk_victim REPLICATION (role_privileged) or to read
-- PG_VERSION (server_files).
--
\set VERBOSITY terse
SET client_min_messages = warning;

DROP ROLE IF EXISTS gk_victim, gk_author, gk_colleague, gk_rewind;
CREATE ROLE gk_victim;
CREATE ROLE gk_author LOGIN;
CREATE ROLE gk_colleague LOGIN IN ROLE gk_author;
CREATE ROLE gk_rewind LOGIN;
CREATE VIEW gk.labels AS
	SELECT objtype, objname, label FROM pg_seclabels WHERE provider = 'gatekeeper';
GRANT SELECT ON gk.labels TO PUBLIC;
-- says whether it happened, and undoes it
CREATE FUNCTION gk.happened() RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	IF (SELECT rolreplication FROM pg_roles WHERE rolname = 'gk_victim') THEN
		ALTER ROLE gk_victim NOREPLICATION;
		RETURN 'gk_victim got REPLICATION';
	END IF;
	RETURN 'nothing happened';
END $$;
CREATE FUNCTION gk.is_version(content text) RETURNS text LANGUAGE sql AS $$
	SELECT CASE WHEN content ~ '^[0-9.]+\s*$' THEN 'read' ELSE content END
$$;

--
-- 'trusted' on a function: its author is vouched for
--
SET SESSION AUTHORIZATION gk_author;
CREATE FUNCTION gk.promote() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	ALTER ROLE gk_victim REPLICATION;
END $$;
CREATE FUNCTION gk.promote_too() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	ALTER ROLE gk_victim REPLICATION;
END $$;
CREATE FUNCTION gk.calls_promote_too() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	PERFORM gk.promote_too();
END $$;
CREATE FUNCTION gk.calls_promote() RETURNS void LANGUAGE sql AS 'SELECT gk.promote()';
RESET SESSION AUTHORIZATION;

-- denied: nobody has vouched for it
SELECT gk.promote();
SELECT gk.happened();
-- allowed: now somebody has
SECURITY LABEL FOR gatekeeper ON FUNCTION gk.promote() IS 'trusted';
SELECT gk.promote();
SELECT gk.happened();
-- denied: the author's other functions are not vouched for
SELECT gk.promote_too();
-- denied: nor where a trusted one calls them
SECURITY LABEL FOR gatekeeper ON FUNCTION gk.calls_promote_too() IS 'trusted';
SELECT gk.calls_promote_too();
-- denied: nor do they gain by calling a trusted one
SELECT gk.calls_promote();
SELECT gk.happened();
-- denied: it is trusted, not exempt from being elevated or in a script
CREATE FUNCTION gk.definer_calls_promote() RETURNS void LANGUAGE sql SECURITY DEFINER AS 'SELECT gk.promote()';
SET SESSION AUTHORIZATION gk_user;
SELECT gk.definer_calls_promote();
RESET SESSION AUTHORIZATION;
SELECT gk.in_extension('SELECT gk.promote()');
-- denied: the label is gone, in this session and its cached plans too
DO $$ BEGIN
	PERFORM gk.promote();
	SECURITY LABEL FOR gatekeeper ON FUNCTION gk.promote() IS NULL;
	PERFORM gk.promote();
END $$;
SELECT gk.happened();
SELECT * FROM gk.labels ORDER BY objname;
-- allowed: that was rolled back, so the label is there
SELECT gk.promote();
SELECT gk.happened();
SECURITY LABEL FOR gatekeeper ON FUNCTION gk.promote() IS NULL;
SELECT gk.promote();
-- denied: a label that was rolled back
BEGIN;
SAVEPOINT s;
SECURITY LABEL FOR gatekeeper ON FUNCTION gk.promote() IS 'trusted';
SELECT gk.promote();
ROLLBACK TO s;
SELECT gk.promote();
ROLLBACK;
SELECT gk.promote();
SELECT gk.happened();

--
-- 'trusted' on a role: the code it owns is as good as a superuser's
--
SET SESSION AUTHORIZATION gk_colleague;
CREATE FUNCTION gk.promote_mine() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	ALTER ROLE gk_victim REPLICATION;
END $$;
RESET SESSION AUTHORIZATION;
SECURITY LABEL FOR gatekeeper ON ROLE gk_author IS 'trusted';
-- allowed: the role's own
SELECT gk.promote_too();
SELECT gk.happened();
-- denied: a member's
SELECT gk.promote_mine();
SELECT gk.happened();
-- denied: what leads to that role leads to superuser rights
SET SESSION AUTHORIZATION gk_user;
SELECT gk.as_definer('GRANT gk_author TO gk_user');
SELECT gk.as_definer($$ALTER ROLE gk_author PASSWORD 'x'$$);
RESET SESSION AUTHORIZATION;
-- denied: no longer trusted
SECURITY LABEL FOR gatekeeper ON ROLE gk_author IS NULL;
SELECT gk.promote_too();
-- denied: a label that was rolled back
BEGIN;
SECURITY LABEL FOR gatekeeper ON ROLE gk_author IS 'trusted';
ROLLBACK;
SELECT gk.promote_too();
SELECT gk.happened();

--
-- 'allow' on a function: rules that do not bind its own statements
--
CREATE FUNCTION gk.reader() RETURNS text LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
	RETURN gk.is_version(pg_read_file('PG_VERSION'));
END $$;
CREATE FUNCTION gk.promoter() RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
	ALTER ROLE gk_victim REPLICATION;
END $$;
SET SESSION AUTHORIZATION gk_user;
-- denied: elevated
SELECT gk.reader();
RESET SESSION AUTHORIZATION;
SECURITY LABEL FOR gatekeeper ON FUNCTION gk.reader() IS 'allow server_files';
SECURITY LABEL FOR gatekeeper ON FUNCTION gk.promoter() IS 'allow copy_file, server_files';
SET SESSION AUTHORIZATION gk_user;
-- allowed: by the label
SELECT gk.reader();
SELECT gk.reader() FROM generate_series(1, 2);
-- denied: the label is for other rules
SELECT gk.promoter();
RESET SESSION AUTHORIZATION;
SECURITY LABEL FOR gatekeeper ON FUNCTION gk.promoter() IS 'allow copy_file, role_privileged';
SET SESSION AUTHORIZATION gk_user;
-- allowed: for this one
SELECT gk.promoter();
RESET SESSION AUTHORIZATION;
SELECT gk.happened();

-- ... not those of its caller, before or after
SET SESSION AUTHORIZATION gk_user;
-- denied: as_definer has no label
SELECT gk.as_definer($$SELECT gk.reader(), pg_read_file('PG_VERSION')$$);
SELECT gk.as_definer($$DO 'BEGIN PERFORM gk.reader(); PERFORM pg_read_file(''PG_VERSION''); END'$$);
SELECT gk.as_definer($$DO 'BEGIN PERFORM gk.promoter(); ALTER ROLE gk_victim REPLICATION; END'$$);
-- allowed: the label's statement, wherever it is called from
SELECT gk.as_definer($$DO 'BEGIN PERFORM gk.reader(); END'$$);
RESET SESSION AUTHORIZATION;
SELECT gk.happened();

-- ... nor those of what it calls
CREATE FUNCTION gk.help_sql() RETURNS text LANGUAGE sql AS $$SELECT pg_read_file('PG_VERSION')$$;
CREATE FUNCTION gk.help_plpgsql() RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	RETURN pg_read_file('PG_VERSION');
END $$;
CREATE FUNCTION gk.help_definer() RETURNS text LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
	RETURN pg_read_file('PG_VERSION');
END $$;
CREATE PROCEDURE gk.help_procedure() LANGUAGE plpgsql AS $$
BEGIN
	PERFORM pg_read_file('PG_VERSION');
END $$;
CREATE FUNCTION gk.runs(stmt text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
	EXECUTE stmt;
END $$;
SECURITY LABEL FOR gatekeeper ON FUNCTION gk.runs(text) IS 'allow server_files';
SET SESSION AUTHORIZATION gk_user;
-- allowed: its own statement
SELECT gk.runs($$SELECT pg_read_file('PG_VERSION')$$);
-- denied: a statement of something it calls, whoever owns that
SELECT gk.runs('SELECT gk.help_sql()');
SELECT gk.runs('SELECT gk.help_plpgsql()');
SELECT gk.runs('SELECT gk.help_definer()');
SELECT gk.runs('CALL gk.help_procedure()');
SELECT gk.runs($$DO 'BEGIN PERFORM pg_read_file(''PG_VERSION''); END'$$);
SELECT gk.runs($$SELECT gk.reader(), gk.help_sql()$$);
-- allowed: what it calls has a label of its own; and afterwards it goes on
SELECT gk.runs($$SELECT gk.reader()$$);
SELECT gk.runs($$SELECT gk.is_version('x'), pg_read_file('PG_VERSION')$$);
RESET SESSION AUTHORIZATION;

-- ... also where it was called, inlined and kept in a plan before the label
CREATE FUNCTION gk.calls_help() RETURNS text LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
	RETURN gk.is_version(gk.help_sql());
END $$;
SELECT gk.calls_help();
SECURITY LABEL FOR gatekeeper ON FUNCTION gk.calls_help() IS 'allow server_files';
SET SESSION AUTHORIZATION gk_user;
-- denied: the callee's statement still
SELECT gk.calls_help();
RESET SESSION AUTHORIZATION;

-- ... nor those of an extension's script or a materialized view
CREATE FUNCTION gk.makes_extension() RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
	PERFORM set_config('gk_probe.statement', 'SELECT pg_read_file(''PG_VERSION'')', true);
	CREATE EXTENSION gk_probe VERSION '1.0' SCHEMA gk;
END $$;
SECURITY LABEL FOR gatekeeper ON FUNCTION gk.makes_extension() IS 'allow server_files';
-- denied: the script's statement, not the function's
SELECT gk.makes_extension();
CREATE MATERIALIZED VIEW gk.reading AS SELECT pg_read_file('PG_VERSION') AS content WITH NO DATA;
SET SESSION AUTHORIZATION gk_user;
-- denied: that stands in the view
SELECT gk.runs('REFRESH MATERIALIZED VIEW gk.reading');

-- ... nor those of traps that it falls into
CREATE TABLE gk.trap (a int);
CREATE FUNCTION gk.spring() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE WARNING 'read %', pg_read_file('PG_VERSION');
	RETURN NEW;
END $$;
CREATE TRIGGER spring BEFORE INSERT ON gk.trap FOR EACH ROW EXECUTE FUNCTION gk.spring();
CREATE VIEW gk.pit AS SELECT pg_read_file('PG_VERSION') AS content;
CREATE TABLE gk.snare (a int, content text DEFAULT pg_read_file('PG_VERSION'));
CREATE SCHEMA gk_user_own;
CREATE FUNCTION gk_user_own.lower(text) RETURNS text LANGUAGE sql AS $$SELECT pg_read_file('PG_VERSION')$$;
-- denied: the trigger is another function
SELECT gk.runs('INSERT INTO gk.trap VALUES (1)');
-- denied: another role's view or default calls it
SELECT gk.runs('SELECT * FROM gk.pit');
SELECT gk.runs('INSERT INTO gk.snare (a) VALUES (1)');
-- denied: the caller's search_path put another function there
SET search_path = gk_user_own, pg_catalog;
SELECT gk.runs($$SELECT lower('x')$$);
RESET search_path;
DROP SCHEMA gk_user_own CASCADE;
RESET SESSION AUTHORIZATION;

-- ... nor those of a cursor that it is handed
CREATE FUNCTION gk.fetches(c refcursor) RETURNS text LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
	content text;
BEGIN
	FETCH c INTO content;
	RETURN content;
END $$;
CREATE FUNCTION gk.loops() RETURNS SETOF text LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
	content text;
BEGIN
	FOR content IN SELECT pg_read_file('PG_VERSION') FROM generate_series(1, 2) LOOP
		RETURN NEXT gk.is_version(content) || ', ' || gk.is_version(pg_read_file('PG_VERSION'));
	END LOOP;
END $$;
SECURITY LABEL FOR gatekeeper ON FUNCTION gk.fetches(refcursor) IS 'allow server_files';
SECURITY LABEL FOR gatekeeper ON FUNCTION gk.loops() IS 'allow server_files';
\c - gk_user
\set VERBOSITY terse
SET client_min_messages = warning;
CREATE FUNCTION gk.user_reads() RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	RETURN pg_read_file('PG_VERSION');
END $$;
BEGIN;
DECLARE c CURSOR FOR SELECT gk.user_reads();
-- denied: the function fetches, but its caller's code reads
SELECT gk.fetches('c');
ROLLBACK;
-- allowed: a cursor of its own
SELECT gk.loops();
\c - postgres
\set VERBOSITY terse
SET client_min_messages = warning;

-- Errors leave nothing behind.
CREATE FUNCTION gk.stumbles() RETURNS text LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
	BEGIN
		PERFORM gk.help_definer();
	EXCEPTION WHEN insufficient_privilege THEN
		NULL;
	END;
	RETURN gk.is_version(pg_read_file('PG_VERSION'));
END $$;
CREATE FUNCTION gk.falls() RETURNS text LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
	PERFORM pg_read_file('PG_VERSION'), 1 / 0;
END $$;
CREATE FUNCTION gk.catches() RETURNS text LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
	BEGIN
		PERFORM gk.falls();
	EXCEPTION WHEN division_by_zero THEN
		NULL;
	END;
	RETURN pg_read_file('PG_VERSION');
END $$;
SECURITY LABEL FOR gatekeeper ON FUNCTION gk.stumbles() IS 'allow server_files';
SECURITY LABEL FOR gatekeeper ON FUNCTION gk.falls() IS 'allow server_files';
SET SESSION AUTHORIZATION gk_user;
-- allowed: its own statement after a denial it caught
SELECT gk.stumbles();
-- denied: the caller of one that failed
SELECT gk.catches();
RESET SESSION AUTHORIZATION;

-- Without SECURITY DEFINER it is its caller's rights that it uses.
CREATE FUNCTION gk.invoker() RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	RETURN gk.is_version(pg_read_file('PG_VERSION'));
END $$;
SECURITY LABEL FOR gatekeeper ON FUNCTION gk.invoker() IS 'allow server_files';
SET SESSION AUTHORIZATION gk_author;
CREATE FUNCTION gk.lures() RETURNS text LANGUAGE sql AS 'SELECT gk.invoker()';
CREATE FUNCTION gk.asks() RETURNS text LANGUAGE sql AS 'SELECT gk.reader()';
CREATE FUNCTION gk.author_reads() RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	RETURN gk.is_version(pg_read_file('PG_VERSION'));
END $$;
CREATE FUNCTION gk.author_reads_too() RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	RETURN gk.is_version(pg_read_file('PG_VERSION'));
END $$;
RESET SESSION AUTHORIZATION;
-- denied: nobody vouched for its untrusted caller
SELECT gk.lures();
-- allowed: a SECURITY DEFINER function means to be called by others
SELECT gk.asks();
-- denied, then allowed: it is untrusted itself
SELECT gk.author_reads();
SECURITY LABEL FOR gatekeeper ON FUNCTION gk.author_reads() IS 'allow server_files';
SELECT gk.author_reads();

-- A procedure with a label can end transactions as before.
CREATE TABLE gk.steps (a int);
SET SESSION AUTHORIZATION gk_author;
CREATE PROCEDURE gk.commits() LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO gk.steps VALUES (1);
	COMMIT;
	ALTER ROLE gk_victim REPLICATION;
	COMMIT;
	INSERT INTO gk.steps VALUES (2);
	ROLLBACK;
	ALTER ROLE gk_victim REPLICATION;
END $$;
RESET SESSION AUTHORIZATION;
-- denied: untrusted
CALL gk.commits();
-- allowed: by the label, also after its COMMIT and ROLLBACK
SECURITY LABEL FOR gatekeeper ON PROCEDURE gk.commits() IS 'allow role_privileged';
CALL gk.commits();
SELECT gk.happened();
SELECT * FROM gk.steps ORDER BY a;
-- denied: other code that is called afterwards
DO $$ BEGIN CALL gk.commits(); PERFORM gk.happened(); COMMIT; PERFORM gk.promote(); END $$;
SELECT gk.happened();

--
-- 'allow' on a role: for what it does itself, in a session of its own
--
GRANT EXECUTE ON FUNCTION pg_read_file(text) TO gk_rewind, gk_author;
GRANT pg_execute_server_program TO gk_rewind;
GRANT gk_rewind TO gk_user;
SET SESSION AUTHORIZATION gk_rewind;
-- denied: EXECUTE alone is not enough
SELECT gk.is_version(pg_read_file('PG_VERSION'));
RESET SESSION AUTHORIZATION;
SECURITY LABEL FOR gatekeeper ON ROLE gk_rewind IS 'allow server_files';
SET SESSION AUTHORIZATION gk_rewind;
-- allowed: by the label
SELECT gk.is_version(pg_read_file('PG_VERSION'));
-- denied: other rules bind
COPY (SELECT 1) TO PROGRAM 'cat >/dev/null';
-- denied: code of others that it is made to run
SELECT gk.author_reads_too();
SELECT * FROM gk.pit;
-- denied: elevated use
SELECT gk.as_definer($$SELECT pg_read_file('PG_VERSION')$$);
RESET SESSION AUTHORIZATION;
-- denied: a member of the role is not the role
SET SESSION AUTHORIZATION gk_user;
SELECT pg_read_file('PG_VERSION');
SET ROLE gk_rewind;
SELECT pg_read_file('PG_VERSION');
RESET ROLE;
RESET SESSION AUTHORIZATION;
-- denied: nor is a SECURITY DEFINER function of the role
SET SESSION AUTHORIZATION gk_rewind;
CREATE FUNCTION gk.rewind_reads() RETURNS text LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
	RETURN pg_read_file('PG_VERSION');
END $$;
SET SESSION AUTHORIZATION gk_user;
SELECT gk.rewind_reads();
-- denied: what leads to that role leads to the server's files
SELECT gk.as_definer('GRANT gk_rewind TO gk_admin');
SET SESSION AUTHORIZATION gk_admin;
DO $$ BEGIN
	ALTER ROLE gk_rewind PASSWORD 'x';
EXCEPTION WHEN insufficient_privilege THEN
	RAISE WARNING 'refused';
END $$;
DO $$ BEGIN
	GRANT gk_rewind TO gk_admin;
EXCEPTION WHEN insufficient_privilege THEN
	RAISE WARNING 'refused';
END $$;
RESET SESSION AUTHORIZATION;
SELECT rolpassword IS NULL, pg_has_role('gk_admin', 'gk_rewind', 'MEMBER')
	FROM pg_authid WHERE rolname = 'gk_rewind';

--
-- A changed function loses its label
--
SET SESSION AUTHORIZATION gk_author;
CREATE FUNCTION gk.reviewed() RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION gk.reviewed_too() RETURNS int LANGUAGE sql AS 'SELECT 1';
RESET SESSION AUTHORIZATION;
DELETE FROM pg_seclabel WHERE provider = 'gatekeeper';
\c -
\set VERBOSITY terse
SET client_min_messages = warning;
SECURITY LABEL FOR gatekeeper ON FUNCTION gk.reviewed() IS 'trusted';
SECURITY LABEL FOR gatekeeper ON FUNCTION gk.reviewed_too() IS 'trusted';
-- allowed: it does nothing yet
SELECT gk.reviewed();
SET SESSION AUTHORIZATION gk_author;
CREATE OR REPLACE FUNCTION gk.reviewed() RETURNS int LANGUAGE plpgsql AS $$
BEGIN
	ALTER ROLE gk_victim REPLICATION;
	RETURN 1;
END $$;
RESET SESSION AUTHORIZATION;
-- denied: its author replaced it
SELECT gk.reviewed();
SELECT gk.happened();
SELECT * FROM gk.labels WHERE objtype = 'function' ORDER BY objname;

CREATE FUNCTION gk.label_again() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	SECURITY LABEL FOR gatekeeper ON FUNCTION gk.reviewed() IS 'trusted';
END $$;
-- allowed, and the label goes each time: whatever else an author can change
SELECT gk.label_again();
SET SESSION AUTHORIZATION gk_author;
ALTER FUNCTION gk.reviewed() SET search_path = gk;
SELECT count(*) FROM gk.labels WHERE objname LIKE '%reviewed()';
RESET SESSION AUTHORIZATION;
SELECT gk.label_again();
SET SESSION AUTHORIZATION gk_author;
ALTER FUNCTION gk.reviewed() SECURITY DEFINER;
SELECT count(*) FROM gk.labels WHERE objname LIKE '%reviewed()';
RESET SESSION AUTHORIZATION;
SELECT gk.label_again();
SET SESSION AUTHORIZATION gk_colleague;
ALTER FUNCTION gk.reviewed() OWNER TO gk_colleague;
SELECT count(*) FROM gk.labels WHERE objname LIKE '%reviewed()';
ALTER FUNCTION gk.reviewed() OWNER TO gk_author;
RESET SESSION AUTHORIZATION;
SELECT gk.label_again();
SET SESSION AUTHORIZATION gk_author;
ALTER FUNCTION gk.reviewed() RENAME TO renamed;
ALTER FUNCTION gk.renamed() RENAME TO reviewed;
SELECT count(*) FROM gk.labels WHERE objname LIKE '%reviewed()';
RESET SESSION AUTHORIZATION;
SELECT gk.label_again();
SET SESSION AUTHORIZATION gk_author;
DROP FUNCTION gk.reviewed();
CREATE FUNCTION gk.reviewed() RETURNS int LANGUAGE sql AS 'SELECT 1';
SELECT count(*) FROM gk.labels WHERE objname LIKE '%reviewed()';
RESET SESSION AUTHORIZATION;
-- ... so does a superuser's rights in others' hands
SELECT gk.label_again();
SET SESSION AUTHORIZATION gk_user;
SELECT gk.as_definer('ALTER FUNCTION gk.reviewed() COST 2');
SELECT count(*) FROM gk.labels WHERE objname LIKE '%reviewed()';
RESET SESSION AUTHORIZATION;
SELECT gk.label_again();
SELECT gk.in_extension('ALTER FUNCTION gk.reviewed() COST 2');
SELECT count(*) FROM gk.labels WHERE objname LIKE '%reviewed()';
-- allowed, and the label stays: a superuser's own change
SELECT gk.label_again();
CREATE OR REPLACE FUNCTION gk.reviewed() RETURNS int LANGUAGE plpgsql AS $$
BEGIN
	ALTER ROLE gk_victim REPLICATION;
	RETURN 1;
END $$;
ALTER FUNCTION gk.reviewed() COST 3;
SELECT gk.reviewed();
SELECT gk.happened();
-- allowed, and the label comes back: a change that was rolled back
BEGIN;
SET LOCAL SESSION AUTHORIZATION gk_author;
ALTER FUNCTION gk.reviewed() COST 4;
ROLLBACK;
SELECT gk.reviewed();
SELECT gk.happened();
SELECT * FROM gk.labels ORDER BY objname;

-- also where the module only looks on
ALTER SYSTEM SET gatekeeper.mode = 'off';
SELECT pg_reload_conf();
\c -
\set VERBOSITY terse
SET client_min_messages = warning;
SET SESSION AUTHORIZATION gk_author;
ALTER FUNCTION gk.reviewed() COST 5;
RESET SESSION AUTHORIZATION;
SELECT * FROM gk.labels ORDER BY objname;
ALTER SYSTEM RESET gatekeeper.mode;
SELECT pg_reload_conf();
\c -
\set VERBOSITY terse
SET client_min_messages = warning;

--
-- Which rules and settings a label is no match for
--
-- denied: reserved_roles binds superusers, too
SELECT gk.label_again();
CREATE FUNCTION gk.makes_superuser() RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
	ALTER ROLE gk_victim SUPERUSER;
END $$;
SECURITY LABEL FOR gatekeeper ON FUNCTION gk.makes_superuser() IS 'allow role_superuser, role_privileged';
SELECT gk.makes_superuser();
SET SESSION AUTHORIZATION gk_user;
SELECT gk.makes_superuser();
RESET SESSION AUTHORIZATION;
SELECT rolsuper FROM pg_roles WHERE rolname = 'gk_victim';
-- allowed: a rule at always, which that superuser could set to elevated
ALTER SYSTEM SET gatekeeper.server_files = 'always';
SELECT pg_reload_conf();
\c -
\set VERBOSITY terse
SET client_min_messages = warning;
-- denied: always
SELECT pg_read_file('PG_VERSION');
SECURITY LABEL FOR gatekeeper ON FUNCTION gk.reader() IS 'allow server_files';
SELECT gk.reader();
SET SESSION AUTHORIZATION gk_user;
SELECT gk.reader();
RESET SESSION AUTHORIZATION;
ALTER SYSTEM RESET gatekeeper.server_files;
-- allowed: with untrusted_code off there is no such circumstance to lift, but the rest is
ALTER SYSTEM SET gatekeeper.untrusted_code = 'off';
SELECT pg_reload_conf();
\c -
\set VERBOSITY terse
SET client_min_messages = warning;
SET SESSION AUTHORIZATION gk_user;
SELECT gk.reader();
-- denied: and bound is what it calls, as before
SELECT gk.runs('SELECT gk.help_plpgsql()');
RESET SESSION AUTHORIZATION;
-- allowed: as its author's own, a trusted function runs with its caller's rights
ALTER SYSTEM SET gatekeeper.untrusted_code = 'run_as_owner';
SELECT pg_reload_conf();
\c -
\set VERBOSITY terse
SET client_min_messages = warning;
SELECT gk.reviewed();
SELECT gk.happened();
-- denied: an untrusted one with its owner's, which core refuses; a label of
-- rules changes nothing in that
SECURITY LABEL FOR gatekeeper ON FUNCTION gk.promote() IS 'allow role_privileged';
DO $$ BEGIN
	PERFORM gk.promote();
EXCEPTION WHEN insufficient_privilege THEN
	RAISE WARNING 'refused';
END $$;
SELECT gk.happened();
ALTER SYSTEM RESET gatekeeper.untrusted_code;
SELECT pg_reload_conf();
\c -
\set VERBOSITY terse
SET client_min_messages = warning;

REVOKE EXECUTE ON FUNCTION pg_read_file(text) FROM gk_rewind, gk_author;
SET client_min_messages = error;
DROP VIEW gk.labels, gk.pit;
DROP MATERIALIZED VIEW gk.reading;
DROP OWNED BY gk_author, gk_colleague, gk_rewind CASCADE;
DROP FUNCTION gk.happened(), gk.is_version(text), gk.reader(), gk.promoter(), gk.help_sql(),
	gk.help_plpgsql(), gk.help_definer(), gk.runs(text), gk.makes_extension(), gk.calls_help(),
	gk.stumbles(), gk.falls(), gk.catches(), gk.invoker(), gk.label_again(), gk.makes_superuser(),
	gk.definer_calls_promote(), gk.spring(), gk.fetches(refcursor), gk.loops(),
	gk.user_reads() CASCADE;
DROP PROCEDURE gk.help_procedure();
DROP TABLE gk.trap, gk.snare, gk.steps;
DROP ROLE gk_victim, gk_author, gk_colleague, gk_rewind;
