-- What code of others leaves for a superuser's session to run later, and what
-- it borrows from superusers.
--
-- The code that was running is not on the stack any more, or never was: a
-- prepared statement, a cursor, a view with the reader's rights, a superuser's
-- function that another role's view, default or trigger calls.  First, with
-- untrusted_code off, each must win: that proves the way is there.
\set VERBOSITY terse
SET client_min_messages = warning;
CREATE SCHEMA gkl AUTHORIZATION gk_user;
CREATE TABLE gkl_secret AS SELECT 'secret' AS s;
-- a superuser's helper, as many sites have one
CREATE FUNCTION gkl_run(q text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN EXECUTE q; RETURN 'done'; END $$;
CREATE FUNCTION gkl_run_trigger() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN EXECUTE tg_argv[0]; RETURN coalesce(new, old); END $$;
-- and a trigger function that makes an identifier of a name
CREATE FUNCTION gkl_note() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN EXECUTE 'SELECT 1 AS ' || tg_table_name; RETURN new; END $$;
CREATE FUNCTION gkl_fetch(c refcursor) RETURNS int LANGUAGE plpgsql AS $$ DECLARE r record; BEGIN FETCH c INTO r; RETURN 1; END $$;

SET SESSION AUTHORIZATION gk_user;
CREATE TABLE gkl.loot (x text);
CREATE TABLE gkl.plain (a int);
INSERT INTO gkl.plain VALUES (1);
CREATE FUNCTION gkl.prepare() RETURNS int LANGUAGE plpgsql AS $$
BEGIN
	BEGIN EXECUTE 'DEALLOCATE gkl_p'; EXCEPTION WHEN OTHERS THEN NULL; END;
	BEGIN
		EXECUTE 'PREPARE gkl_p AS UPDATE pg_authid SET rolcreaterole = true WHERE rolname = ''gk_user''';
	EXCEPTION WHEN insufficient_privilege THEN NULL;
	END;
	RETURN 1;
END $$;
CREATE FUNCTION gkl.open(q text) RETURNS refcursor LANGUAGE plpgsql AS $$
DECLARE c refcursor := 'c'; BEGIN OPEN c FOR EXECUTE q; RETURN c; END $$;
CREATE FUNCTION gkl.swap(q text) RETURNS refcursor LANGUAGE plpgsql AS $$
DECLARE c refcursor := 'c'; BEGIN CLOSE c; OPEN c FOR EXECUTE q; RETURN c; END $$;
CREATE FUNCTION gkl.hold(q text) RETURNS int LANGUAGE plpgsql AS $$
BEGIN EXECUTE 'DECLARE h CURSOR WITH HOLD FOR ' || q; RETURN 1; END $$;
CREATE FUNCTION gkl.open_and_go(q text) RETURNS refcursor LANGUAGE plpgsql AS $$
DECLARE c refcursor := 'c'; BEGIN OPEN c FOR EXECUTE q; DROP FUNCTION gkl.open_and_go(text); RETURN c; END $$;
CREATE FUNCTION gkl.shadow() RETURNS int LANGUAGE plpgsql AS $$
BEGIN
	CREATE TEMP VIEW gkl_shadow AS
		SELECT rolname AS name, rolcreaterole AS enabled FROM pg_authid WHERE rolname = 'gk_user';
	RETURN 1;
END $$;
CREATE VIEW gkl.settings WITH (security_invoker) AS
	SELECT rolname AS name, rolcreaterole AS enabled FROM pg_authid WHERE rolname = 'gk_user';
CREATE VIEW gkl.report WITH (security_invoker) AS SELECT rolpassword AS figure FROM pg_authid;
CREATE VIEW gkl.v_run AS SELECT gkl_run('ALTER ROLE gk_user CREATEROLE');
CREATE TABLE gkl.t_default (a int, b text DEFAULT gkl_run('ALTER ROLE gk_user CREATEROLE'));
CREATE TABLE gkl.t_check (a int CHECK (gkl_run('ALTER ROLE gk_user CREATEROLE') <> ''));
CREATE DOMAIN gkl.d AS int CHECK (gkl_run('ALTER ROLE gk_user CREATEROLE') <> '');
CREATE TABLE gkl.t_insert (a int);
CREATE TRIGGER t BEFORE INSERT ON gkl.t_insert FOR EACH ROW
	EXECUTE FUNCTION gkl_run_trigger('ALTER ROLE gk_user CREATEROLE');
CREATE TABLE gkl.t_delete (a int);
INSERT INTO gkl.t_delete VALUES (1);
CREATE TRIGGER t BEFORE DELETE ON gkl.t_delete FOR EACH ROW
	EXECUTE FUNCTION gkl_run_trigger('ALTER ROLE gk_user CREATEROLE');
CREATE TABLE gkl.t_truncate (a int);
CREATE TRIGGER t BEFORE TRUNCATE ON gkl.t_truncate
	EXECUTE FUNCTION gkl_run_trigger('ALTER ROLE gk_user CREATEROLE');
CREATE TABLE gkl."x; ALTER ROLE gk_user CREATEROLE" (a int);
CREATE TRIGGER t BEFORE INSERT ON gkl."x; ALTER ROLE gk_user CREATEROLE" FOR EACH ROW
	EXECUTE FUNCTION gkl_note();
CREATE TABLE gkl.t_parts (a int) PARTITION BY LIST (a);
CREATE TABLE gkl.t_part PARTITION OF gkl.t_parts DEFAULT;
CREATE TRIGGER t BEFORE INSERT ON gkl.t_part FOR EACH ROW
	EXECUTE FUNCTION gkl_run_trigger('ALTER ROLE gk_user CREATEROLE');
RESET SESSION AUTHORIZATION;

-- The superuser's own statements; a '; ' stands between two of them.
CREATE TABLE gkl_touch (id int GENERATED ALWAYS AS IDENTITY, what text, stmt text);
\set update 'UPDATE pg_authid SET rolcreaterole = true WHERE rolname = ''''gk_user'''' RETURNING 1'
\set explain 'EXPLAIN ANALYZE UPDATE pg_authid SET rolcreaterole = true WHERE rolname = ''''gk_user'''''
\set call 'SELECT gkl_run(''''ALTER ROLE gk_user CREATEROLE'''')'
INSERT INTO gkl_touch (what, stmt) VALUES
	('prepared statement', 'PREPARE gkl_p AS SELECT 1; SELECT gkl.prepare(); EXECUTE gkl_p'),
	('cursor that updates', 'SELECT gkl.open(''' || :'update' || '''); FETCH ALL FROM c'),
	('cursor that explains', 'SELECT gkl.open(''' || :'explain' || '''); FETCH ALL FROM c'),
	('cursor that calls', 'SELECT gkl.open(''' || :'call' || '''); FETCH ALL FROM c'),
	('cursor in the place of another', 'DECLARE c CURSOR FOR SELECT 1; SELECT gkl.swap(''' || :'call' || '''); FETCH ALL FROM c'),
	('cursor of a function that is gone', 'SELECT gkl.open_and_go(''' || :'update' || '''); FETCH ALL FROM c'),
	('cursor that a superuser''s function reads', 'SELECT gkl_fetch(gkl.open(''' || :'update' || '''))'),
	('view written to', 'UPDATE gkl.settings SET enabled = true'),
	('view', 'SELECT * FROM gkl.v_run'),
	('default', 'INSERT INTO gkl.t_default (a) VALUES (1)'),
	('CHECK', 'INSERT INTO gkl.t_check VALUES (1)'),
	('domain', 'SELECT a::gkl.d FROM gkl.plain'),
	('INSERT trigger', 'INSERT INTO gkl.t_insert VALUES (1)'),
	('DELETE trigger', 'DELETE FROM gkl.t_delete'),
	('TRUNCATE trigger', 'TRUNCATE gkl.t_truncate'),
	('trigger of a partition', 'INSERT INTO gkl.t_parts VALUES (1)'),
	('name of a table', 'INSERT INTO gkl."x| ALTER ROLE gk_user CREATEROLE" VALUES (1)'),
	('view that hides a table', 'SELECT gkl.shadow(); UPDATE gkl_shadow SET enabled = true');

-- Which of them make gk_user a CREATEROLE?
CREATE PROCEDURE gkl_touch_all() LANGUAGE plpgsql AS $$
DECLARE
	touch record;
	part text;
	won boolean;
	n int := 0;
BEGIN
	FOR touch IN SELECT * FROM gkl_touch ORDER BY id LOOP
		BEGIN
			FOREACH part IN ARRAY string_to_array(touch.stmt, '; ') LOOP
				EXECUTE replace(part, '|', ';');
			END LOOP;
			SELECT rolcreaterole INTO won FROM pg_roles WHERE rolname = 'gk_user';
			RAISE EXCEPTION USING ERRCODE = 'GK000', MESSAGE = won;
		EXCEPTION
			WHEN SQLSTATE 'GK000' THEN
				IF sqlerrm = 't' THEN
					n := n + 1;
				ELSE
					RAISE WARNING '%: powerless', touch.what;
				END IF;
			WHEN insufficient_privilege THEN
				RAISE WARNING '%: %', touch.what,
					CASE WHEN sqlerrm LIKE 'pg_gatekeeper:%' THEN sqlerrm ELSE 'refused by the server' END;
			WHEN invalid_sql_statement_name OR invalid_cursor_name THEN
				RAISE WARNING '%: gone', touch.what;
		END;
	END LOOP;
	RAISE WARNING '% of % won', n, (SELECT count(*) FROM gkl_touch);
END $$;

-- off: PostgreSQL as it is
ALTER SYSTEM SET gatekeeper.untrusted_code = 'off';
SELECT pg_reload_conf();
\c -
CALL gkl_touch_all();
DEALLOCATE ALL;

-- denied: restrict, the default
ALTER SYSTEM RESET gatekeeper.untrusted_code;
SELECT pg_reload_conf();
\c -
CALL gkl_touch_all();
DEALLOCATE ALL;
-- denied: a cursor that outlives its transaction runs at COMMIT
BEGIN;
SELECT gkl.hold('SELECT gkl_run(''ALTER ROLE gk_user CREATEROLE'')');
COMMIT;
-- denied: hashes through a view, with the reader's rights
INSERT INTO gkl.loot SELECT * FROM gkl.report;
-- denied: also when the rights were put aside for a while
SET ROLE gk_user;
SELECT gkl.prepare();
RESET ROLE;
EXECUTE gkl_p;
SELECT rolcreaterole FROM pg_roles WHERE rolname = 'gk_user';
-- allowed: cursors, whoever opened them
BEGIN;
SELECT gkl.open('SELECT a FROM gkl.plain');
FETCH ALL FROM c;
COMMIT;
-- allowed: the superuser is no worse off while such a cursor is open
BEGIN;
SELECT gkl.open('SELECT a FROM gkl.plain');
ALTER ROLE gk_user CREATEROLE;
ALTER ROLE gk_user NOCREATEROLE;
FETCH ALL FROM c;
COMMIT;
-- allowed: the helper in the superuser's own hands, in a session that has not
-- seen it in others'
\c -
SELECT gkl_run('ALTER ROLE gk_user NOCREATEROLE');
PREPARE gkl_own AS SELECT gkl_run('ALTER ROLE gk_user NOCREATEROLE');
EXECUTE gkl_own;
-- allowed: the helper in another role's view, as long as no rule binds
SET client_min_messages = warning;
SET SESSION AUTHORIZATION gk_user;
CREATE VIEW gkl.v_harmless AS SELECT gkl_run('SELECT 1');
CREATE TRIGGER t BEFORE INSERT ON gkl.plain FOR EACH ROW EXECUTE FUNCTION gkl_run_trigger('SELECT 1');
RESET SESSION AUTHORIZATION;
SELECT * FROM gkl.v_harmless;
INSERT INTO gkl.plain VALUES (2);
-- allowed: a label vouches for it
SECURITY LABEL FOR gatekeeper ON FUNCTION gkl_run(text) IS 'trusted';
\c -
SELECT * FROM gkl.v_run;
SELECT rolcreaterole FROM pg_roles WHERE rolname = 'gk_user';
ALTER ROLE gk_user NOCREATEROLE;
SECURITY LABEL FOR gatekeeper ON FUNCTION gkl_run(text) IS NULL;
-- allowed: users' views over catalogs that hold no secrets
SET SESSION AUTHORIZATION gk_user;
CREATE VIEW gkl.tables WITH (security_invoker) AS SELECT relname FROM pg_class;
CREATE VIEW gkl.roles AS SELECT rolname FROM pg_roles;
RESET SESSION AUTHORIZATION;
SELECT count(*) > 0 FROM gkl.tables, gkl.roles;

-- denied: run_as_owner; and what no rule covers is out of reach as well
ALTER SYSTEM SET gatekeeper.untrusted_code = 'run_as_owner';
SELECT pg_reload_conf();
\c -
CALL gkl_touch_all();
BEGIN;
SELECT gkl.open('INSERT INTO gkl.loot SELECT s FROM gkl_secret RETURNING 1');
FETCH ALL FROM c;
COMMIT;
BEGIN;
SELECT gkl.hold('SELECT gkl_run(''INSERT INTO gkl.loot SELECT s FROM gkl_secret'')');
COMMIT;
SELECT count(*) FROM gkl.loot;
SELECT current_user;
BEGIN;
SELECT gkl.open('SELECT current_user, a FROM gkl.plain');
FETCH ALL FROM c;
SELECT current_user;
COMMIT;

ALTER SYSTEM RESET gatekeeper.untrusted_code;
SELECT pg_reload_conf();
\c -
SET client_min_messages = warning;
DROP PROCEDURE gkl_touch_all;
DROP TABLE gkl_touch, gkl_secret;
DROP SCHEMA gkl CASCADE;
DROP FUNCTION gkl_run, gkl_run_trigger, gkl_note, gkl_fetch;

--
-- A language whose interpreter keeps what is done to it; temporary tables
--
\c -
\set VERBOSITY terse
SET client_min_messages = warning;
CREATE SCHEMA gkp;
GRANT ALL ON SCHEMA gkp TO gk_user;
CREATE FUNCTION gkp.handler() RETURNS language_handler LANGUAGE internal AS 'int4pl';
CREATE TRUSTED LANGUAGE gkp_keeps HANDLER gkp.handler INLINE plpgsql_inline_handler;
GRANT USAGE ON LANGUAGE gkp_keeps TO gk_user;
SET SESSION AUTHORIZATION gk_user;
CREATE FUNCTION gkp.run(stmt text) RETURNS void LANGUAGE plpgsql AS 'BEGIN EXECUTE stmt; END';
CREATE FUNCTION gkp.run_as_me(stmt text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS 'BEGIN EXECUTE stmt; END';
RESET SESSION AUTHORIZATION;
CREATE TEMPORARY TABLE gkp_work (a int);
-- denied: the superuser's interpreter, and the names of the session's tables
SELECT gkp.run('DO LANGUAGE gkp_keeps $x$ BEGIN NULL; END $x$');
SELECT gkp.run('CREATE FUNCTION gkp.kept() RETURNS int LANGUAGE gkp_keeps AS $x$ x $x$');
SELECT gkp.run('DISCARD TEMP');
SELECT gkp.run_as_me('DISCARD TEMP');
SELECT to_regclass('gkp_work') IS NOT NULL AS there;
-- allowed: another language, its own interpreter, the superuser
SELECT gkp.run('DO $x$ BEGIN NULL; END $x$');
SELECT gkp.run_as_me('DO LANGUAGE gkp_keeps $x$ BEGIN NULL; END $x$');
DO LANGUAGE gkp_keeps $x$ BEGIN NULL; END $x$;
CREATE FUNCTION gkp.kept() RETURNS int LANGUAGE gkp_keeps AS 'x';
DISCARD TEMP;
DROP SCHEMA gkp CASCADE;
