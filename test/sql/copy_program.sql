-- Rule copy_program: nobody runs a program on the host with COPY.
\set VERBOSITY terse
CREATE TABLE gk_copy_t (a text);
INSERT INTO gk_copy_t VALUES ('x');
GRANT ALL ON gk_copy_t TO PUBLIC;
-- the effect: did the program leave its mark?
CREATE FUNCTION gk_ran() RETURNS boolean LANGUAGE sql AS
$$ SELECT (pg_stat_file('gk_copy_program', true)).size IS NOT NULL $$;

--
-- plainly allowed
--
-- allowed: the client's files
COPY gk_copy_t TO STDOUT;
\copy gk_copy_t to '/dev/null'
-- allowed: psql's program runs on the client
\copy gk_copy_t to program 'cat > /dev/null'

--
-- denied, whoever asks
--
-- denied: a superuser in his own session
COPY gk_copy_t TO PROGRAM 'cat >gk_copy_program';
COPY gk_copy_t FROM PROGRAM 'touch gk_copy_program';
COPY (SELECT 1) TO PROGRAM 'cat >gk_copy_program';
-- denied: the same inside other statements
DO $$ BEGIN EXECUTE 'COPY gk_copy_t TO PROGRAM ''cat >gk_copy_program'''; END $$;
CREATE FUNCTION gk_copy_f() RETURNS void LANGUAGE plpgsql AS
$$ BEGIN COPY gk_copy_t TO PROGRAM 'cat >gk_copy_program'; END $$;
SELECT gk_copy_f();
CREATE FUNCTION gk_copy_sql() RETURNS void LANGUAGE sql AS
$$ COPY gk_copy_t TO PROGRAM 'cat >gk_copy_program' $$;
SELECT gk_copy_sql();
-- denied: a role that PostgreSQL gave the right to
CREATE ROLE gk_program IN ROLE pg_execute_server_program;
SET SESSION AUTHORIZATION gk_program;
COPY gk_copy_t TO PROGRAM 'cat >gk_copy_program';
SELECT gk.as_definer($$COPY gk_copy_t TO PROGRAM 'cat >gk_copy_program'$$);
RESET SESSION AUTHORIZATION;
-- denied: elevated, extension, restricted
SET SESSION AUTHORIZATION gk_user;
SELECT gk.as_definer($$COPY gk_copy_t TO PROGRAM 'cat >gk_copy_program'$$);
SELECT gk.in_trusted_extension($$COPY gk_copy_t TO PROGRAM 'cat >gk_copy_program'$$);
RESET SESSION AUTHORIZATION;
SELECT gk.in_extension($$COPY public.gk_copy_t TO PROGRAM 'cat >gk_copy_program'$$);
SELECT gk.restricted($$COPY public.gk_copy_t TO PROGRAM 'cat >gk_copy_program'$$);
SELECT gk_ran();

--
-- elevated, audit, off
--
ALTER SYSTEM SET gatekeeper.copy_program = 'elevated';
SELECT pg_reload_conf();
\c -
-- allowed: at level elevated, a superuser in his own session
COPY gk_copy_t TO PROGRAM 'cat > /dev/null';
-- denied: elevated still
SET SESSION AUTHORIZATION gk_user;
SELECT gk.as_definer($$COPY gk_copy_t TO PROGRAM 'cat >gk_copy_program'$$);
RESET SESSION AUTHORIZATION;
SELECT gk_ran();
ALTER SYSTEM SET gatekeeper.copy_program = 'audit';
SELECT pg_reload_conf();
\c -
-- allowed: recorded only
SET SESSION AUTHORIZATION gk_user;
SELECT gk.as_definer($$COPY gk_copy_t TO PROGRAM 'cat >gk_copy_program'$$);
RESET SESSION AUTHORIZATION;
SELECT gk_ran();
ALTER SYSTEM SET gatekeeper.copy_program = 'off';
SELECT pg_reload_conf();
\c -
-- allowed: off; this takes the mark away again
COPY gk_copy_t TO PROGRAM 'cat >/dev/null; rm gk_copy_program';
SELECT gk_ran();
ALTER SYSTEM RESET gatekeeper.copy_program;
SELECT pg_reload_conf();
\c -
-- denied: again
COPY gk_copy_t TO PROGRAM 'cat >gk_copy_program';

DROP FUNCTION gk_copy_f, gk_copy_sql, gk_ran;
DROP TABLE gk_copy_t;
DROP ROLE gk_program;
