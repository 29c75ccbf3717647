\echo Use "CREATE EXTENSION gk_probe_user" to load this file. \quit

/*
What a script executes counts as its own if it stands in its text.  These are the
statements that the tests have it execute as a script that says them itself would;
what does not stand here is made up from data.


	CREATE FUNCTION gk.planted() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS 'BEGIN RETURN new; END';
	CREATE OPERATOR gk.<~~~> (LEFTARG = int, RIGHTARG = int, FUNCTION = app.yes);
	CREATE CAST (text AS app.d) WITH INOUT;
	CREATE TRIGGER planted BEFORE INSERT ON app.t FOR EACH ROW EXECUTE FUNCTION gk.planted();
	CREATE TABLE gk.planted (a int);
	CREATE RULE planted AS ON INSERT TO gk.planted DO INSTEAD NOTHING;
	ALTER FUNCTION gk.planted() SET work_mem = '1MB';
	ALTER FUNCTION gk.planted() OWNER TO gk_user;
	CREATE EVENT TRIGGER planted ON ddl_command_start EXECUTE FUNCTION gk.trap_event();
	ALTER EVENT TRIGGER planted DISABLE

ALTER FUNCTION app.code() STABLE; ALTER FUNCTION app.code() VOLATILE

CREATE FUNCTION gk.planted() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'

SELECT gk.launder()

INSERT INTO gk.trapped VALUES (1)

CREATE FUNCTION gk.planted() RETURNS int LANGUAGE sql AS 'SELECT 1'

INSERT INTO gk.loot SELECT rolpassword FROM pg_authid

INSERT INTO gk.loot SELECT passwd FROM pg_shadow

INSERT INTO gk.loot SELECT umoptions::text FROM pg_user_mappings

INSERT INTO gk.loot SELECT 'extension' FROM pg_user WHERE usesuper

UPDATE pg_proc SET proowner = 0 WHERE oid = 'gk.victim'::regproc

UPDATE pg_proc SET prosecdef = true, proparallel = 's' WHERE oid = 'gk.victim'::regproc

UPDATE pg_proc SET prosrc = 'SELECT 2' WHERE oid = 'gk.victim'::regproc

UPDATE pg_proc SET prolang = 12 WHERE oid = 'gk.victim'::regproc

UPDATE pg_proc SET proacl = NULL WHERE oid = 'gk.victim'::regproc

DELETE FROM pg_proc WHERE oid = 'gk.victim'::regproc

UPDATE pg_authid SET rolsuper = true WHERE rolname = 'gk_user'

UPDATE pg_language SET lanpltrusted = true

UPDATE pg_extension SET extowner = 0

WITH a AS (UPDATE pg_proc SET proparallel = 's' WHERE oid = 'gk.victim'::regproc RETURNING 1),
	b AS (UPDATE pg_authid SET rolsuper = true WHERE rolname = 'gk_user' RETURNING 1) SELECT FROM a, b

GRANT SELECT ON pg_authid TO gk_user

GRANT EXECUTE ON FUNCTION pg_read_file(text) TO gk_user

ALTER FUNCTION pg_catalog.lower(text) OWNER TO gk_user

ALTER FUNCTION pg_catalog.lower(text) PARALLEL SAFE SECURITY DEFINER

CREATE FUNCTION gk.own_function(int) RETURNS int LANGUAGE sql AS 'SELECT 1';
	CREATE VIEW gk.own_view AS SELECT 1 AS one;
	UPDATE pg_catalog.pg_proc SET proparallel = 's', pronargs = 1 WHERE oid = 'gk.own_function'::regproc;
	UPDATE pg_extension SET extversion = '1.0' WHERE extname = 'gk_probe';
	INSERT INTO pg_depend SELECT 'pg_proc'::regclass, 'gk.own_function'::regproc, 0,
		'pg_proc'::regclass, 'gk.victim'::regproc, 0, 'n';
	UPDATE pg_cast SET castcontext = 'a' WHERE false;
	UPDATE pg_opclass SET opcdefault = false WHERE false;
	GRANT SELECT ON gk.own_view TO pg_monitor;
	GRANT EXECUTE ON FUNCTION gk.own_function(int) TO pg_monitor;
	REVOKE ALL ON FUNCTION gk.own_function(int) FROM PUBLIC

UPDATE pg_proc SET proparallel = 's' WHERE oid = 'gk.victim'::regproc

COPY gk_copy_t TO PROGRAM 'cat >gk_copy_program'

COPY public.gk_copy_t TO PROGRAM 'cat >gk_copy_program'

SECURITY LABEL FOR gatekeeper ON FUNCTION gk.theirs() IS 'trusted'

SELECT gk.honest(1), pg_catalog.round(1, 1)

INSERT INTO gk.config VALUES (1)

SELECT gk.honest(1)


	CREATE FUNCTION gk.own(int) RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN $1; END';
	CREATE FUNCTION gk.own_sql(int) RETURNS int LANGUAGE sql AS 'SELECT gk.own($1)';
	CREATE AGGREGATE gk.own_sum (int) (SFUNC = int4pl, STYPE = int, INITCOND = '0');
	CREATE TABLE gk.own_table (a int DEFAULT gk.own(1), CHECK (gk.own_sql(a) > 0));
	INSERT INTO gk.own_table DEFAULT VALUES;
	SELECT gk.own_sum(a) FROM gk.own_table

CREATE TABLE gk.copy AS SELECT * FROM gk.table_trigger

CREATE VIEW gk.mentions AS SELECT gk.round(1, 1)

SET LOCAL search_path = gk, pg_catalog; SELECT round(1, 1)

SELECT gk.round(1, 1)

SELECT gk.round_sql(1)

SELECT gk.round_definer(1)

DO $do$ BEGIN EXECUTE gk.round_definer(1); END $do$

CALL gk.proc()

SELECT * FROM gk.rows()

SELECT gk.honest(gk.round(1, 1)::int)

SELECT CASE WHEN random() > 2 THEN gk.round(1, 1) END

SET LOCAL search_path = gk, pg_catalog; SELECT 1 + 1.5

SELECT gk.sum(1)

SELECT gk.sum(1) OVER ()

SELECT ROW(1, 2)::gk.pair::text

SELECT 1::gk.dom

SELECT * FROM json_to_record('{"a": 1}') AS (a gk.dom)

INSERT INTO gk.table_trigger VALUES (1)

INSERT INTO gk.table_deferred VALUES (1); SET CONSTRAINTS ALL IMMEDIATE

INSERT INTO gk.table_default VALUES (1)

INSERT INTO gk.table_check VALUES (1)

INSERT INTO gk.table_index VALUES (1)

INSERT INTO gk.table_generated VALUES (1)

INSERT INTO gk.table_rule VALUES (1)

SELECT * FROM gk.view

INSERT INTO gk.config VALUES (2)

CREATE TABLE gk.ranges AS SELECT gk.range(i, i + 1) AS r FROM generate_series(1, 2000) i;
	CREATE INDEX ON gk.ranges USING gist (r)

SELECT gk.through()

EXECUTE p

CREATE SEQUENCE gk.seq

CREATE FOREIGN DATA WRAPPER gk_scripted HANDLER gk.harmless_handler

CREATE FOREIGN TABLE gk.ran (line text) SERVER gk_files OPTIONS (program 'echo ran')

ALTER FOREIGN TABLE gk.version OPTIONS (SET filename '/etc/passwd')

SELECT gk.promote()

ALTER FUNCTION gk.reviewed() COST 2

DO 'BEGIN PERFORM gk.dblink_exec(gk.self(), gk.reach(''denied'')); END'

CREATE SERVER gk_mine FOREIGN DATA WRAPPER postgres_fdw

CREATE USER MAPPING FOR gk_admin SERVER gk_loop OPTIONS (user 'gk_super', password_required 'false')

CREATE FOREIGN DATA WRAPPER gk_scripted HANDLER gk.postgres_fdw_handler

CREATE FUNCTION gk.f(text) RETURNS text LANGUAGE internal STRICT AS 'upper'

CREATE FUNCTION gk.f(text) RETURNS text LANGUAGE internal STRICT AS 'pg_read_file_all'

CREATE FUNCTION gk.f() RETURNS int LANGUAGE sql AS 'SELECT 1'

CREATE AGGREGATE gk.total(int) (sfunc = int4pl, stype = int)

CREATE FUNCTION gk.f() RETURNS language_handler LANGUAGE c AS '$libdir/plpgsql', 'plpgsql_call_handler'

CREATE FUNCTION gk.f(text) RETURNS text LANGUAGE internal AS 'pg_read_file_all'

LOAD '$libdir/plpgsql'

CREATE FUNCTION gk.f() RETURNS int LANGUAGE c AS '$libdir/gk_probex', 'f'

CREATE FUNCTION gk.f() RETURNS int LANGUAGE c AS '$libdir/gk_probe/../evil', 'f'

CREATE FUNCTION gk.f() RETURNS int LANGUAGE c AS '/tmp/gk_probe', 'f'

CREATE FUNCTION gk.f() RETURNS int LANGUAGE c AS './gk_probe', 'f'

SELECT pg_create_logical_replication_slot('gk_slot', 'evil')

INSERT INTO gk.bait VALUES ($q$CREATE FUNCTION gk.f(text) RETURNS text LANGUAGE internal AS 'upper'$q$)

CREATE FUNCTION gk.f(text) RETURNS text LANGUAGE internal STRICT AS 'pg_read_file_all';
	INSERT INTO gk.seen SELECT gk.native_functions()

CREATE FUNCTION gk.g() RETURNS language_handler LANGUAGE c AS '$libdir/plpgsql', 'plpgsql_call_handler';
	INSERT INTO gk.seen SELECT gk.native_functions()

SELECT gkp.delicate(1)

GRANT gk_t_other TO gk_t_plain

GRANT pg_execute_server_program TO gk_user

GRANT pg_read_server_files TO gk_user

CREATE ROLE gk_t_new IN ROLE gk_t_deep

ALTER GROUP gk_t_dba ADD USER gk_user

ALTER ROLE CURRENT_USER PASSWORD 'mine'

ALTER ROLE gk_user CREATEROLE

ALTER ROLE ALL SET search_path = gk

ALTER DATABASE template1 SET search_path = gk

REASSIGN OWNED BY CURRENT_USER TO gk_user

DROP ROLE gk_t_two

CREATE ROLE gk_t_two

ALTER ROLE gk_user SUPERUSER

CREATE ROLE gk_t_two SUPERUSER

SELECT pg_reload_conf()

INSERT INTO public.gk_loot SELECT pg_read_file('PG_VERSION')

SELECT pg_ls_dir('.')

SET session_replication_role = replica

SELECT set_config('session_replication_role', 'replica', false)

SELECT set_config('search_path', 'pg_catalog', true)

SELECT set_config('app.' || 'x', 'y', true)

SET log_min_messages = error

CREATE FUNCTION gk.scripted() RETURNS int LANGUAGE gk_wild AS 'BEGIN RETURN 1; END'

DO LANGUAGE gk_wild 'BEGIN NULL; END'

CREATE FUNCTION gk.tame2() RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN 1; END'

CREATE FUNCTION gk.tame2() RETURNS int LANGUAGE sql AS 'SELECT 2'

CREATE FUNCTION gk.f() RETURNS int LANGUAGE gk_wild AS 'BEGIN RETURN 1; END'

DO LANGUAGE gk_wild 'BEGIN CREATE TABLE gk.by_block (); END'

CREATE TRUSTED LANGUAGE gk_own HANDLER plpgsql_call_handler

ALTER LANGUAGE gk_wild OWNER TO gk_user

CREATE LANGUAGE gk_own HANDLER plpgsql_call_handler

ALTER EXTENSION plpgsql DROP FUNCTION plpgsql_call_handler();
	ALTER EXTENSION gk_probe ADD FUNCTION plpgsql_call_handler();
	CREATE TRUSTED LANGUAGE gk_own HANDLER plpgsql_call_handler

INSERT INTO gk.bait VALUES ($q$DO LANGUAGE gk_wild 'BEGIN NULL; END'$q$)

CREATE FUNCTION gk.f() RETURNS int LANGUAGE gk_wild AS 'BEGIN RETURN 1; END';
	SELECT gk.f()

COPY public.gk_copy_t FROM %L

CREATE FUNCTION gk.planted_with() RETURNS text LANGUAGE sql AS %L

 */
DO $probe$ BEGIN EXECUTE pg_catalog.current_setting('gk_probe.statement'); END $probe$;
