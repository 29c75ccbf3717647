-- Rule contained: what the kernel would refuse in a session that gave up the host.
\set VERBOSITY terse
CREATE FUNCTION gk_ran() RETURNS boolean LANGUAGE sql SECURITY DEFINER AS
$$ SELECT (pg_stat_file('global/gk_contained', true)).size IS NOT NULL $$;
GRANT ALTER SYSTEM ON PARAMETER work_mem TO gk_user;
CREATE ROLE gk_files LOGIN IN ROLE pg_execute_server_program;
GRANT ALTER SYSTEM ON PARAMETER work_mem TO gk_files;
ALTER SYSTEM SET gatekeeper.copy_program = 'off';
ALTER SYSTEM SET gatekeeper.server_files = 'off';
SELECT pg_reload_conf();
\c -

--
-- a session that is not contained
--
-- allowed: a superuser's own
ALTER SYSTEM SET work_mem = '5MB';
COPY (SELECT 1) TO PROGRAM 'cat >/dev/null';
-- allowed: whatever it becomes
SET SESSION AUTHORIZATION gk_user;
ALTER SYSTEM SET work_mem = '5MB';
SELECT gk.as_definer($$COPY (SELECT 1) TO PROGRAM 'cat >/dev/null'$$);
-- allowed: of a role that may run programs
\c - gk_files
ALTER SYSTEM SET work_mem = '5MB';
COPY (SELECT 1) TO PROGRAM 'cat >/dev/null';

--
-- one that is
--
\c - gk_user
-- allowed: a right that an administrator gave the role
ALTER SYSTEM SET work_mem = '6MB';
ALTER SYSTEM RESET work_mem;
-- denied: one that it gains
SELECT gk.as_definer($$COPY (SELECT 1) TO PROGRAM 'cat >global/gk_contained'$$);
SELECT gk.as_definer($$DO 'BEGIN EXECUTE ''COPY (SELECT 1) TO PROGRAM ''''cat >global/gk_contained'''''';END'$$);
SELECT gk_ran();
-- denied: by PostgreSQL, which is asked where there is no right
ALTER SYSTEM SET maintenance_work_mem = '1GB';
ALTER SYSTEM RESET ALL;
\set VERBOSITY sqlstate
COPY (SELECT 1) TO PROGRAM 'cat >global/gk_contained';
\set VERBOSITY terse
CREATE TABLESPACE gk_space LOCATION '/tmp';
-- allowed: what is its own business
SET work_mem = '6MB';
CREATE TEMP TABLE gk_t AS SELECT generate_series(1, 3) AS a;
COPY gk_t TO STDOUT;

--
-- labels count when a session begins: whoever may execute the function is free
--
\c - postgres
CREATE FUNCTION gk_export() RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS
$$ BEGIN COPY (SELECT 1) TO PROGRAM 'cat >/dev/null'; END $$;
SECURITY LABEL FOR gatekeeper ON FUNCTION gk_export() IS 'allow copy_program';
\c - gk_user
-- allowed: it may
SELECT gk_export();
\c - postgres
REVOKE EXECUTE ON FUNCTION gk_export() FROM PUBLIC;
\c - gk_user
-- denied: it may not
SELECT gk.as_definer($$SELECT gk_export()$$);
\c - postgres
SECURITY LABEL FOR gatekeeper ON ROLE gk_user IS 'allow contained';
\c - gk_user
-- allowed: the role itself has a label
SELECT gk.as_definer($$SELECT gk_export()$$);
\c - postgres
SECURITY LABEL FOR gatekeeper ON ROLE gk_user IS NULL;
DROP FUNCTION gk_export;

--
-- audit, off: the kernel says it in its own words
--
\c - postgres
SHOW gatekeeper.sandbox;
ALTER SYSTEM SET gatekeeper.contained = 'off';
SELECT pg_reload_conf();
\c - gk_user
DO $$ BEGIN
	PERFORM gk.as_definer($s$COPY (SELECT 1) TO PROGRAM 'cat >global/gk_contained'$s$);
EXCEPTION WHEN OTHERS THEN
	RAISE NOTICE '%', regexp_replace(sqlerrm, ':.*', '');
END $$;
SELECT gk_ran();

\c - postgres
ALTER SYSTEM RESET work_mem;
ALTER SYSTEM RESET gatekeeper.contained;
ALTER SYSTEM RESET gatekeeper.copy_program;
ALTER SYSTEM RESET gatekeeper.server_files;
SELECT pg_reload_conf();
\c -
REVOKE ALTER SYSTEM ON PARAMETER work_mem FROM gk_user, gk_files;
DROP FUNCTION gk_ran;
DROP ROLE gk_files;
