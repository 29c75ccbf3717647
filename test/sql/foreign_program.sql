--
-- foreign_program: who can make a foreign table of a server file, or of a
-- program's output?
--
-- The wrapper gk_harmless is file_fdw by its handler; its name does not say so,
-- and it has no validator, so that options may stand anywhere.
--
\set VERBOSITY terse
SET client_min_messages = error;

CREATE FUNCTION gk.harmless_handler() RETURNS fdw_handler
	LANGUAGE c STRICT AS '$libdir/file_fdw', 'file_fdw_handler';
CREATE FUNCTION gk.foreign_objects() RETURNS SETOF text LANGUAGE sql AS $$
	SELECT format('wrapper %s %s', fdwname, fdwoptions) FROM pg_foreign_data_wrapper
		WHERE fdwname LIKE 'gk%'
	UNION ALL
	SELECT format('server %s %s', srvname, srvoptions) FROM pg_foreign_server
		WHERE srvname LIKE 'gk%'
	UNION ALL
	SELECT format('table %s', ftrelid::regclass) FROM pg_foreign_table
	UNION ALL
	SELECT format('user mapping %s', srvname) FROM pg_user_mappings
	ORDER BY 1
$$;
CREATE TABLE gk.places (what text, place text);
INSERT INTO gk.places VALUES
	('version', current_setting('data_directory') || '/PG_VERSION');
GRANT SELECT ON gk.places TO PUBLIC;
CREATE FUNCTION gk.over_file(name text, prefix text) RETURNS text LANGUAGE sql AS $$
	SELECT format('CREATE FOREIGN TABLE %s (line text) %s OPTIONS (filename %L)',
		name, prefix, place) FROM gk.places
$$;

--
-- Allowed: a superuser's tables over files, and reading them.
--
-- allowed: a superuser in his own session
CREATE FOREIGN DATA WRAPPER gk_harmless HANDLER gk.harmless_handler;
CREATE SERVER gk_files FOREIGN DATA WRAPPER gk_harmless;
DO $$ BEGIN EXECUTE gk.over_file('gk.version', 'SERVER gk_files'); END $$;
ALTER FOREIGN TABLE gk.version OPTIONS (ADD format 'text');
SELECT count(*) FROM gk.version;
CREATE FOREIGN DATA WRAPPER gk_empty;
CREATE SERVER gk_empty FOREIGN DATA WRAPPER gk_empty;
-- allowed: a materialized view over it
CREATE MATERIALIZED VIEW gk.version_copy AS SELECT * FROM gk.version;
REFRESH MATERIALIZED VIEW gk.version_copy;
SELECT count(*) FROM gk.version_copy;
DROP MATERIALIZED VIEW gk.version_copy;
-- allowed: a user to whom it was granted, or to whom a function shows it
GRANT SELECT ON gk.version TO gk_user;
GRANT USAGE ON FOREIGN SERVER gk_files, gk_empty TO gk_user;
GRANT USAGE ON FOREIGN DATA WRAPPER gk_empty TO gk_user;
CREATE FUNCTION gk.version_lines() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS
	'SELECT count(*) FROM gk.version';
SET SESSION AUTHORIZATION gk_user;
SELECT count(*) FROM gk.version;
SELECT gk.version_lines();
-- allowed: what leads to no file
CREATE SERVER gk_user_server FOREIGN DATA WRAPPER gk_empty;
CREATE FOREIGN TABLE gk.user_table (line text) SERVER gk_user_server;
DROP SERVER gk_user_server CASCADE;
SELECT gk.as_definer($q$CREATE FOREIGN TABLE gk.empty (line text) SERVER gk_empty OPTIONS (name 'x')$q$);
SELECT gk.as_definer($q$DROP FOREIGN TABLE gk.empty$q$);
RESET SESSION AUTHORIZATION;
-- denied: a script makes a wrapper of a handler that is not its own (file_fdw's own does)
SELECT gk.in_extension($q$CREATE FOREIGN DATA WRAPPER gk_scripted HANDLER gk.harmless_handler$q$);

--
-- Denied: a program, to superusers too, as COPY PROGRAM is.
--
-- denied: on a table
CREATE FOREIGN TABLE gk.ran (line text) SERVER gk_files OPTIONS (program 'echo ran');
-- denied: by changing one
ALTER FOREIGN TABLE gk.version OPTIONS (DROP filename, ADD program 'echo ran');
ALTER TABLE gk.version OPTIONS (DROP filename, ADD program 'echo ran');
-- denied: as a partition
CREATE TABLE gk.parted (line text) PARTITION BY LIST (line);
CREATE FOREIGN TABLE gk.ran PARTITION OF gk.parted DEFAULT SERVER gk_files OPTIONS (program 'echo ran');
-- denied: on the server
CREATE SERVER gk_ran FOREIGN DATA WRAPPER gk_harmless OPTIONS (program 'echo ran');
ALTER SERVER gk_files OPTIONS (ADD program 'echo ran');
-- denied: on the wrapper
CREATE FOREIGN DATA WRAPPER gk_ran HANDLER gk.harmless_handler OPTIONS (program 'echo ran');
ALTER FOREIGN DATA WRAPPER gk_harmless OPTIONS (ADD program 'echo ran');
-- denied: in a block, a script
DO $$ BEGIN EXECUTE $q$CREATE FOREIGN TABLE gk.ran (line text) SERVER gk_files OPTIONS (program 'echo ran')$q$; END $$;
SELECT gk.in_extension($q$CREATE FOREIGN TABLE gk.ran (line text) SERVER gk_files OPTIONS (program 'echo ran')$q$);

--
-- A table that was there before, or was made by a detour, does not run it.
--
-- allowed: nothing runs a program here, nothing knows it for one
CREATE FOREIGN TABLE gk.detour (line text) SERVER gk_empty OPTIONS (program 'echo ran');
ALTER FOREIGN DATA WRAPPER gk_empty HANDLER gk.harmless_handler;
-- denied: it would run now
SELECT * FROM gk.detour;
EXPLAIN (COSTS off) SELECT * FROM gk.detour;
CREATE TABLE gk.ran AS SELECT * FROM gk.detour;
COPY (SELECT * FROM gk.detour) TO STDOUT;
-- denied: below a partitioned table, in a view, for a user
ALTER TABLE gk.parted ATTACH PARTITION gk.detour DEFAULT;
SELECT * FROM gk.parted;
CREATE VIEW gk.detour_view AS SELECT * FROM gk.detour;
GRANT SELECT ON gk.detour_view TO gk_user;
SET SESSION AUTHORIZATION gk_user;
SELECT * FROM gk.detour_view;
RESET SESSION AUTHORIZATION;
DROP VIEW gk.detour_view;
DROP FOREIGN TABLE gk.detour;
ALTER FOREIGN DATA WRAPPER gk_empty NO HANDLER;

--
-- Denied: files and wrappers, elevated.
--
SET SESSION AUTHORIZATION gk_user;
-- denied: a table over a file
SELECT gk.as_definer(gk.over_file('gk.mine', 'SERVER gk_files'));
SELECT gk.as_definer(gk.over_file('gk.mine', 'SERVER gk_empty'));
SELECT gk.as_definer($q$CREATE FOREIGN TABLE gk.mine (line text) SERVER gk_files$q$);
SELECT gk.as_definer($q$CREATE FOREIGN TABLE gk.mine (line text) SERVER gk_files OPTIONS (program 'echo ran')$q$);
SELECT gk.as_definer(gk.over_file('gk.mine', 'INHERITS (gk.places) SERVER gk_files'));
-- denied: another file
SELECT gk.as_definer($q$ALTER FOREIGN TABLE gk.version OPTIONS (SET filename '/etc/passwd')$q$);
SELECT gk.as_definer($q$ALTER TABLE gk.version OPTIONS (SET filename '/etc/passwd')$q$);
-- denied: servers
SELECT gk.as_definer($q$CREATE SERVER gk_mine FOREIGN DATA WRAPPER gk_harmless$q$);
SELECT gk.as_definer($q$CREATE SERVER gk_mine FOREIGN DATA WRAPPER gk_empty OPTIONS (filename '/etc/passwd')$q$);
SELECT gk.as_definer($q$ALTER SERVER gk_files OPTIONS (ADD filename '/etc/passwd')$q$);
SELECT gk.as_definer($q$ALTER SERVER gk_files RENAME TO gk_mine$q$);
SELECT gk.as_definer($q$ALTER SERVER gk_files OWNER TO gk_user$q$);
-- denied: wrappers
SELECT gk.as_definer($q$CREATE FOREIGN DATA WRAPPER gk_mine HANDLER gk.harmless_handler$q$);
SELECT gk.as_definer($q$ALTER FOREIGN DATA WRAPPER gk_empty HANDLER gk.harmless_handler$q$);
SELECT gk.as_definer($q$ALTER FOREIGN DATA WRAPPER gk_empty OPTIONS (ADD filename '/etc/passwd')$q$);
-- denied: user mappings
SELECT gk.as_definer($q$CREATE USER MAPPING FOR gk_user SERVER gk_files$q$);
-- denied: in the script of a trusted extension
SELECT gk.in_trusted_extension(gk.over_file('gk.mine', 'SERVER gk_files'));
SELECT gk.in_trusted_extension($q$ALTER FOREIGN TABLE gk.version OPTIONS (SET filename '/etc/passwd')$q$);
RESET SESSION AUTHORIZATION;
-- denied: in a superuser's extension
SELECT gk.in_extension(gk.over_file('gk.mine', 'SERVER gk_files'));
-- denied: restricted
SELECT gk.restricted($q$ALTER FOREIGN TABLE gk.version OPTIONS (SET filename '/etc/passwd')$q$);

SET SESSION AUTHORIZATION gk_user;
CREATE TABLE gk.bait (statement text);
CREATE FUNCTION gk.trap() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN EXECUTE NEW.statement; RETURN NULL; END $$;
CREATE TRIGGER trap BEFORE INSERT ON gk.bait FOR EACH ROW EXECUTE FUNCTION gk.trap();
RESET SESSION AUTHORIZATION;
-- denied: from the trigger of a user
INSERT INTO gk.bait VALUES (gk.over_file('gk.mine', 'SERVER gk_files'));
INSERT INTO gk.bait VALUES ($q$ALTER FOREIGN TABLE gk.version OPTIONS (SET filename '/etc/passwd')$q$);

-- nothing of all that happened
SELECT gk.foreign_objects();
SELECT count(*) FROM gk.version;

--
-- Other levels.  With copy_program at elevated, superusers have programs.
--
ALTER SYSTEM SET gatekeeper.copy_program = 'elevated';
SELECT pg_reload_conf();
\c -
\set VERBOSITY terse
SET client_min_messages = error;
-- allowed: a superuser in his own session, as for COPY PROGRAM
CREATE FOREIGN TABLE gk.ran (line text) SERVER gk_files OPTIONS (program 'echo ran');
SELECT * FROM gk.ran;
SET SESSION AUTHORIZATION gk_user;
-- denied: elevated
SELECT gk.as_definer($q$SELECT * FROM gk.ran$q$);
RESET SESSION AUTHORIZATION;
ALTER SYSTEM RESET gatekeeper.copy_program;
ALTER SYSTEM SET gatekeeper.foreign_program = 'audit';
SELECT pg_reload_conf();
\c -
\set VERBOSITY terse
SET client_min_messages = error;
-- allowed: audit only records
SELECT * FROM gk.ran;
DROP FOREIGN TABLE gk.ran;
SET SESSION AUTHORIZATION gk_user;
SELECT gk.as_definer(gk.over_file('gk.mine', 'SERVER gk_files'));
RESET SESSION AUTHORIZATION;
SELECT count(*) FROM gk.mine;
ALTER SYSTEM SET gatekeeper.foreign_program = 'off';
SELECT pg_reload_conf();
\c -
\set VERBOSITY terse
SET client_min_messages = error;
SET SESSION AUTHORIZATION gk_user;
-- allowed: off
SELECT gk.as_definer($q$CREATE FOREIGN TABLE gk.ran (line text) SERVER gk_files OPTIONS (program 'echo ran')$q$);
RESET SESSION AUTHORIZATION;
SELECT * FROM gk.ran;
ALTER SYSTEM RESET gatekeeper.foreign_program;
SELECT pg_reload_conf();
\c -
\set VERBOSITY terse
-- denied: again
SELECT * FROM gk.ran;
SET client_min_messages = error;
-- denied: elevated, a lasting right to name files or programs (rule backdoor)
SET SESSION AUTHORIZATION gk_user;
SELECT gk.as_definer('GRANT USAGE ON FOREIGN DATA WRAPPER gk_harmless TO gk_user');
SELECT gk.as_definer('GRANT ALL ON FOREIGN SERVER gk_files TO gk_user');
-- allowed: a wrapper that opens nothing; taking away
SELECT gk.as_definer('GRANT USAGE ON FOREIGN DATA WRAPPER gk_empty TO gk_user');
SELECT gk.as_definer('REVOKE USAGE ON FOREIGN DATA WRAPPER gk_harmless FROM gk_user');
RESET SESSION AUTHORIZATION;
SELECT fdwname, has_foreign_data_wrapper_privilege('gk_user', oid, 'USAGE') FROM pg_foreign_data_wrapper
	WHERE fdwname IN ('gk_harmless', 'gk_empty') ORDER BY 1;
-- denied: a wrapper of which nothing is known, in a suspect circumstance
CREATE FUNCTION gk.unknown_handler() RETURNS fdw_handler LANGUAGE internal AS 'fdw_handler_in';
CREATE FOREIGN DATA WRAPPER gk_unknown HANDLER gk.unknown_handler;
CREATE SERVER gk_unknown FOREIGN DATA WRAPPER gk_unknown;
GRANT USAGE ON FOREIGN SERVER gk_unknown TO gk_user;
SET SESSION AUTHORIZATION gk_user;
SELECT gk.as_definer('CREATE SERVER gk_unknown2 FOREIGN DATA WRAPPER gk_unknown');
SELECT gk.as_definer('ALTER SERVER gk_unknown OPTIONS (ADD x ''y'')');
SELECT gk.as_definer('CREATE FOREIGN TABLE gk.unknown (a int) SERVER gk_unknown');
SELECT gk.as_definer('GRANT USAGE ON FOREIGN DATA WRAPPER gk_unknown TO gk_user');
SELECT gk.as_definer('GRANT USAGE ON FOREIGN SERVER gk_unknown TO gk_user');
-- allowed: a user with what was granted to him
CREATE FOREIGN TABLE gk.unknown (a int) SERVER gk_unknown;
RESET SESSION AUTHORIZATION;
DROP FOREIGN DATA WRAPPER gk_unknown CASCADE;
DROP FUNCTION gk.unknown_handler();
-- allowed: a superuser in his own session
GRANT USAGE ON FOREIGN DATA WRAPPER gk_harmless TO gk_user;
DROP FOREIGN DATA WRAPPER gk_harmless CASCADE;
DROP FOREIGN DATA WRAPPER gk_empty CASCADE;
DROP TABLE gk.bait, gk.places, gk.parted;
DROP FUNCTION gk.trap(), gk.version_lines(), gk.harmless_handler(),
	gk.foreign_objects(), gk.over_file(text, text);
