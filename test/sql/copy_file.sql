-- Rule copy_file: COPY touches server files only for those who came with the
-- right to.
\set VERBOSITY terse
CREATE TABLE gk_copy_t (a text);
INSERT INTO gk_copy_t VALUES ('x');
GRANT ALL ON gk_copy_t TO PUBLIC;
-- nothing here can delete a file, so each run has names of its own
CREATE TABLE gk_copy_name AS
	SELECT current_setting('data_directory') || '/gk_copy_file_' || pg_current_xact_id() AS file;
SELECT file FROM gk_copy_name \gset
-- the effect: is the file there?
CREATE FUNCTION gk_written() RETURNS boolean LANGUAGE sql AS
$$ SELECT (pg_stat_file(file, true)).size IS NOT NULL FROM gk_copy_name $$;

--
-- plainly allowed
--
-- allowed: a superuser's own COPY, both ways
SELECT format('COPY gk_copy_t TO %L', :'file' || '.mine') AS copy_to, format('COPY gk_copy_t FROM %L', :'file' || '.mine') AS copy_from \gset
:copy_to;
:copy_from;
SELECT count(*) FROM gk_copy_t;
-- allowed: a role that holds the right, in its own session
CREATE ROLE gk_files IN ROLE pg_read_server_files, pg_write_server_files;
SET SESSION AUTHORIZATION gk_files;
:copy_to;
:copy_from;
RESET SESSION AUTHORIZATION;
-- allowed: the superuser's own SECURITY DEFINER function, in his own session
SELECT gk.as_definer(:'copy_to');
-- allowed: the client's files, from anywhere
SET SESSION AUTHORIZATION gk_user;
SELECT gk.as_definer('INSERT INTO gk_copy_t VALUES (1)');
COPY gk_copy_t TO STDOUT;

--
-- denied per circumstance
--
SELECT format('COPY public.gk_copy_t TO %L', :'file') AS copy_to,
	format('COPY (SELECT 1) TO %L', :'file') AS copy_query,
	format('COPY public.gk_copy_t FROM %L', :'file' || '.mine') AS copy_from \gset
-- denied: elevated by SECURITY DEFINER
SELECT gk.as_definer(:'copy_to');
SELECT gk.as_definer(:'copy_query');
SELECT gk.as_definer(:'copy_from');
-- denied: nested
SELECT gk.as_definer(format('SELECT gk.as_definer(%L)', :'copy_to'));
SELECT gk.as_definer(format('DO %L', format('BEGIN EXECUTE %L; END', :'copy_to')));
-- denied: elevated by a trusted extension's script
SELECT gk.in_trusted_extension(:'copy_to');
RESET SESSION AUTHORIZATION;
-- denied: a superuser installs an extension
SELECT gk.in_extension(:'copy_to');
SELECT gk.in_extension_update(:'copy_to');
-- allowed: the data files that were installed beside the script; denied: others
SELECT format('COPY public.gk_copy_t FROM %L', setting || '/extension/plpgsql.control') AS copy_own,
	format('COPY public.gk_copy_t FROM %L', setting || '/extension/../postgres.bki') AS copy_out,
	format('COPY public.gk_copy_t TO %L', setting || '/extension/gk_written') AS copy_over
	FROM pg_config WHERE name = 'SHAREDIR' \gset
SELECT gk.in_extension(:'copy_own');
SELECT gk.in_extension(:'copy_out');
SELECT gk.in_extension(:'copy_over');
-- denied: restricted
SELECT gk.restricted(:'copy_to');
-- denied: elevated by SET ROLE to a superuser
CREATE ROLE gk_member LOGIN;
GRANT postgres TO gk_member;
SET SESSION AUTHORIZATION gk_member;
SET ROLE postgres;
:copy_to;
RESET ROLE;
RESET SESSION AUTHORIZATION;
-- denied: elevated by a function of a role that holds the right
CREATE FUNCTION gk.as_files(stmt text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS
$$ BEGIN EXECUTE stmt; END $$;
ALTER FUNCTION gk.as_files(text) OWNER TO gk_files;
SET SESSION AUTHORIZATION gk_user;
SELECT gk.as_files(:'copy_to');
RESET SESSION AUTHORIZATION;
-- allowed: the same function in that role's own session
SET SESSION AUTHORIZATION gk_files;
SELECT gk.as_files(:'copy_from');
RESET SESSION AUTHORIZATION;
-- denied: in the state that an aborted subtransaction leaves
SET SESSION AUTHORIZATION gk_user;
BEGIN;
SAVEPOINT s;
SELECT gk.as_definer('SELECT 1/0');
ROLLBACK TO s;
SELECT gk.as_definer(:'copy_to');
ROLLBACK;
RESET SESSION AUTHORIZATION;
SELECT gk_written();

--
-- always, audit, off
--
ALTER SYSTEM SET gatekeeper.copy_file = 'always';
SELECT pg_reload_conf();
\c -
-- denied: at level always, superusers too
:copy_to;
SELECT gk_written();
ALTER SYSTEM SET gatekeeper.copy_file = 'audit';
SELECT pg_reload_conf();
\c -
-- allowed: recorded only
SET SESSION AUTHORIZATION gk_user;
SELECT gk.as_definer(:'copy_to');
RESET SESSION AUTHORIZATION;
SELECT gk_written();
ALTER SYSTEM SET gatekeeper.copy_file = 'off';
SELECT pg_reload_conf();
\c -
-- allowed: off
SET SESSION AUTHORIZATION gk_user;
SELECT gk.as_definer(:'copy_to');
RESET SESSION AUTHORIZATION;
ALTER SYSTEM RESET gatekeeper.copy_file;
SELECT pg_reload_conf();
\c -

DROP FUNCTION gk.as_files, gk_written;
DROP TABLE gk_copy_t, gk_copy_name;
DROP ROLE gk_files, gk_member;
