-- Code whose author is not superuser can never use superuser rights.
--
-- gk_user plants code in every vehicle PostgreSQL has for it; the superuser then
-- touches each.  The code swallows its own errors, so the superuser notices
-- nothing; what counts is the effect.  With untrusted_code = off every vehicle
-- must make gk_user superuser: that proves the vehicle carries the code.
\set VERBOSITY terse
SET client_min_messages = warning;
CREATE SCHEMA gku AUTHORIZATION gk_user;
SET SESSION AUTHORIZATION gk_user;

CREATE TABLE gku.hits (vehicle text);
CREATE FUNCTION gku.pay(vehicle text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO gku.hits VALUES (vehicle);
	BEGIN
		EXECUTE current_setting('gk_test.payload');
	EXCEPTION WHEN OTHERS THEN
		NULL;
	END;
	RETURN true;
END $$;
-- a lie, which nothing checks
CREATE FUNCTION gku.pay_immutable(a int, vehicle text) RETURNS int
IMMUTABLE LANGUAGE plpgsql AS $$ BEGIN PERFORM gku.pay(vehicle); RETURN a; END $$;

CREATE FUNCTION gku.in_sql() RETURNS boolean LANGUAGE sql AS $$ SELECT gku.pay('SQL function') $$;
CREATE FUNCTION gku.in_set() RETURNS SETOF int LANGUAGE plpgsql AS $$
BEGIN PERFORM gku.pay('set-returning function'); RETURN NEXT 1; RETURN NEXT 2; END $$;
CREATE PROCEDURE gku.in_procedure() LANGUAGE plpgsql AS $$ BEGIN PERFORM gku.pay('procedure'); END $$;
CREATE PROCEDURE gku.in_procedure_rollback() LANGUAGE plpgsql AS $$
BEGIN ROLLBACK; PERFORM gku.pay('procedure after ROLLBACK'); COMMIT; END $$;
CREATE FUNCTION gku.after_error() RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
	BEGIN PERFORM 1 / 0; EXCEPTION WHEN OTHERS THEN NULL; END;
	RETURN gku.pay('after a caught error');
END $$;
CREATE FUNCTION gku.nested() RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN EXECUTE 'DO $d$ BEGIN PERFORM gku.pay(''DO inside a function''); END $d$'; RETURN true; END $$;

CREATE FUNCTION gku.in_trigger() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM gku.pay(tg_argv[0]); RETURN new; END $$;
CREATE TABLE gku.t_before (a int);
CREATE TRIGGER t BEFORE INSERT ON gku.t_before FOR EACH ROW EXECUTE FUNCTION gku.in_trigger('BEFORE trigger');
CREATE TABLE gku.t_after (a int);
CREATE TRIGGER t AFTER INSERT ON gku.t_after EXECUTE FUNCTION gku.in_trigger('AFTER trigger');
CREATE TABLE gku.t_when (a int);
CREATE TRIGGER t BEFORE INSERT ON gku.t_when FOR EACH ROW WHEN (gku.pay('WHEN condition')) EXECUTE FUNCTION gku.in_trigger('WHEN trigger');
CREATE TABLE gku.t_deferred (a int);
CREATE CONSTRAINT TRIGGER t AFTER INSERT ON gku.t_deferred DEFERRABLE INITIALLY DEFERRED
	FOR EACH ROW EXECUTE FUNCTION gku.in_trigger('deferred trigger');
CREATE TABLE gku.t_truncate (a int);
CREATE TRIGGER t BEFORE TRUNCATE ON gku.t_truncate EXECUTE FUNCTION gku.in_trigger('TRUNCATE trigger');

CREATE TABLE gku.t_default (a int, b boolean DEFAULT gku.pay('default'));
CREATE TABLE gku.t_generated (a int, b int GENERATED ALWAYS AS (gku.pay_immutable(a, 'generated column')) STORED);
CREATE TABLE gku.t_check (a int CHECK (gku.pay('CHECK constraint')));
CREATE DOMAIN gku.d AS int CHECK (gku.pay('domain'));
CREATE TABLE gku.t_domain (a gku.d);
CREATE TABLE gku.t_index (a int);
CREATE INDEX ON gku.t_index (gku.pay_immutable(a, 'index expression'));
CREATE TABLE gku.t_index_where (a int);
CREATE INDEX ON gku.t_index_where (a) WHERE gku.pay_immutable(a, 'index predicate') > 0;
CREATE TABLE gku.t_partition (a int) PARTITION BY RANGE (gku.pay_immutable(a, 'partition key'));
CREATE TABLE gku.t_partition_1 PARTITION OF gku.t_partition DEFAULT;

CREATE FUNCTION gku.op(int, int) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RETURN gku.pay('operator'); END $$;
CREATE OPERATOR gku.=== (LEFTARG = int, RIGHTARG = int, FUNCTION = gku.op);
CREATE TYPE gku.pair AS (a int, b int);
CREATE FUNCTION gku.to_int(gku.pair) RETURNS int LANGUAGE plpgsql AS $$ BEGIN PERFORM gku.pay('cast'); RETURN 1; END $$;
CREATE CAST (gku.pair AS int) WITH FUNCTION gku.to_int(gku.pair);
CREATE FUNCTION gku.step(int, int) RETURNS int LANGUAGE plpgsql AS $$ BEGIN PERFORM gku.pay('aggregate'); RETURN 1; END $$;
CREATE AGGREGATE gku.agg(int) (SFUNC = gku.step, STYPE = int, INITCOND = '0');
CREATE VIEW gku.v AS SELECT gku.pay('view') AS x;
CREATE VIEW gku.v_barrier WITH (security_barrier) AS SELECT gku.pay('security barrier view') AS x;
CREATE TABLE gku.t_rule (a int);
CREATE RULE r AS ON INSERT TO gku.t_rule DO ALSO SELECT gku.pay('rule');
CREATE TABLE gku.t_plain (a int);
INSERT INTO gku.t_plain VALUES (1), (2);
RESET SESSION AUTHORIZATION;

-- The superuser's own statements, one for each vehicle.
CREATE TABLE gku_touch (id int GENERATED ALWAYS AS IDENTITY, stmt text);
INSERT INTO gku_touch (stmt) VALUES
	('SELECT gku.pay(''direct call'')'),
	('SELECT gku.in_sql()'),
	('SELECT * FROM gku.in_set()'),
	('SELECT gku.in_set() LIMIT 1'),
	('CALL gku.in_procedure()'),
	('SELECT gku.after_error()'),
	('SELECT gku.nested()'),
	('INSERT INTO gku.t_before VALUES (1)'),
	('INSERT INTO gku.t_after VALUES (1)'),
	('INSERT INTO gku.t_when VALUES (1)'),
	('INSERT INTO gku.t_deferred VALUES (1); SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED'),
	('TRUNCATE gku.t_truncate'),
	('INSERT INTO gku.t_default (a) VALUES (1)'),
	('INSERT INTO gku.t_generated VALUES (1)'),
	('INSERT INTO gku.t_check VALUES (1)'),
	('SELECT 1::gku.d'),
	('INSERT INTO gku.t_domain VALUES (1)'),
	('SELECT json_populate_record(NULL::gku.t_domain, ''{"a": 1}'')'),
	('INSERT INTO gku.t_index VALUES (1)'),
	('INSERT INTO gku.t_index_where VALUES (1)'),
	('INSERT INTO gku.t_partition VALUES (1)'),
	('SELECT 1 OPERATOR(gku.===) 2'),
	('SELECT ROW(1, 2)::gku.pair::int'),
	('SELECT gku.agg(a) FROM gku.t_plain'),
	('SELECT gku.agg(a) OVER () FROM gku.t_plain'),
	('SELECT * FROM gku.v'),
	('SELECT * FROM gku.v_barrier'),
	('EXPLAIN ANALYZE SELECT * FROM gku.v'),
	('CREATE TEMP TABLE gku_ctas AS SELECT * FROM gku.v; DROP TABLE gku_ctas'),
	('COPY (SELECT * FROM gku.v) TO ''/dev/null'''),
	('INSERT INTO gku.t_rule VALUES (1)'),
	('PREPARE gku_p AS SELECT gku.pay(''prepared statement''); EXECUTE gku_p; DEALLOCATE gku_p'),
	('DECLARE gku_c CURSOR FOR SELECT gku.pay(''cursor''); MOVE gku_c; CLOSE gku_c'),
	('UPDATE gku.t_plain SET a = a WHERE gku.pay(''UPDATE condition'')'),
	('SELECT a FROM gku.t_plain ORDER BY gku.pay(''ORDER BY'')'),
	('ALTER TABLE gku.t_plain ADD COLUMN b boolean DEFAULT gku.pay(''ALTER TABLE default''); ALTER TABLE gku.t_plain DROP COLUMN b'),
	('ALTER TABLE gku.t_plain ADD CHECK (gku.pay(''ALTER TABLE check'')); ALTER TABLE gku.t_plain DROP CONSTRAINT t_plain_check');

-- Touches everything with a payload; reports the vehicles that carried it to
-- its end, which "won" tells.  Each starts from an ordinary gk_user.
CREATE FUNCTION gku_touch_all(payload text, won text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	touch record;
	part text;
	has_won boolean;
BEGIN
	PERFORM set_config('gk_test.payload', payload, false);
	FOR touch IN SELECT * FROM gku_touch ORDER BY id LOOP
		DELETE FROM gku.hits;
		BEGIN
			FOREACH part IN ARRAY string_to_array(touch.stmt, '; ') LOOP
				EXECUTE part;
			END LOOP;
			EXECUTE won INTO has_won;
			RAISE EXCEPTION 'undo' USING DETAIL = has_won::text || (SELECT count(*) > 0 FROM gku.hits)::text;
		EXCEPTION WHEN raise_exception THEN
			DECLARE
				detail text;
			BEGIN
				GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
				IF detail LIKE '%false' THEN
					RETURN NEXT 'not reached: ' || touch.stmt;
				END IF;
				IF detail LIKE 'true%' THEN
					RETURN NEXT touch.stmt;
				END IF;
			END;
		END;
	END LOOP;
END $$;

\set superuser 'ALTER ROLE gk_user SUPERUSER'
\set won_superuser 'SELECT rolsuper FROM pg_authid WHERE rolname = ''gk_user'''
\set member 'GRANT postgres TO gk_user'
\set won_member 'SELECT pg_has_role(''gk_user'', ''postgres'', ''MEMBER'')'
\set catalog 'UPDATE pg_authid SET rolsuper = true WHERE rolname = ''gk_user'''
\set hash 'INSERT INTO gku.hits SELECT ''stolen '' || coalesce(rolpassword, ''nothing'') FROM pg_authid'
\set won_hash 'SELECT count(*) > 0 FROM gku.hits WHERE vehicle LIKE ''stolen%'''

--
-- off: PostgreSQL as it is.  Every vehicle carries the code.
--
ALTER SYSTEM SET gatekeeper.untrusted_code = 'off';
ALTER SYSTEM SET gatekeeper.role_superuser = 'off';
SELECT pg_reload_conf();
\c -
SET client_min_messages = warning;
SELECT (SELECT count(*) FROM gku_touch) AS vehicles, count(*) AS carried
	FROM gku_touch_all(:'superuser', :'won_superuser') AS c WHERE c NOT LIKE 'not reached%';
SELECT * FROM gku_touch_all(:'superuser', :'won_superuser') AS c WHERE c LIKE 'not reached%';
ALTER SYSTEM RESET gatekeeper.role_superuser;

--
-- restrict, the default: the code runs, and no elevated rule lets it win.
--
ALTER SYSTEM RESET gatekeeper.untrusted_code;
SELECT pg_reload_conf();
\c -
SET client_min_messages = warning;
SHOW gatekeeper.untrusted_code;
-- denied: no vehicle makes a superuser, a member, a catalog row or shows a hash
SELECT * FROM gku_touch_all(:'superuser', :'won_superuser');
SELECT * FROM gku_touch_all(:'member', :'won_member');
SELECT * FROM gku_touch_all(:'catalog', :'won_superuser');
SELECT * FROM gku_touch_all(:'hash', :'won_hash');
-- denied: a procedure goes on after its own ROLLBACK
SET gk_test.payload = :'superuser';
CALL gku.in_procedure_rollback();
-- denied: a trigger that waits for COMMIT; like the cursor below it catches no
-- error, which with assertions core does not bear there
SET SESSION AUTHORIZATION gk_user;
CREATE FUNCTION gku.at_commit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN EXECUTE current_setting('gk_test.payload'); RETURN new; END $$;
CREATE FUNCTION gku.pay_plainly() RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN EXECUTE current_setting('gk_test.payload'); RETURN true; END $$;
CREATE TABLE gku.t_at_commit (a int);
CREATE CONSTRAINT TRIGGER t AFTER INSERT ON gku.t_at_commit DEFERRABLE INITIALLY DEFERRED
	FOR EACH ROW EXECUTE FUNCTION gku.at_commit();
RESET SESSION AUTHORIZATION;
BEGIN;
INSERT INTO gku.t_at_commit VALUES (1);
COMMIT;
-- denied: a cursor read later, and one that outlives its transaction and is read through at COMMIT
BEGIN;
DECLARE c CURSOR FOR SELECT gku.pay('cursor');
FETCH c;
DECLARE h CURSOR WITH HOLD FOR SELECT gku.pay_plainly();
COMMIT;
-- denied: what core runs as the owner anyway, and commands that go over tables
SET SESSION AUTHORIZATION gk_user;
CREATE MATERIALIZED VIEW gku.mv AS SELECT gku.pay('materialized view') AS x WITH NO DATA;
RESET SESSION AUTHORIZATION;
CREATE TABLE gku_parent (a int PRIMARY KEY);
INSERT INTO gku_parent VALUES (1);
GRANT REFERENCES ON gku_parent TO gk_user;
SET SESSION AUTHORIZATION gk_user;
CREATE TABLE gku.t_child (a int REFERENCES gku_parent ON DELETE CASCADE);
INSERT INTO gku.t_child VALUES (1);
CREATE TRIGGER t BEFORE DELETE ON gku.t_child FOR EACH ROW EXECUTE FUNCTION gku.in_trigger('foreign key action');
RESET SESSION AUTHORIZATION;
SET gk_test.payload = :'superuser';
REFRESH MATERIALIZED VIEW gku.mv;
DELETE FROM gku_parent;
REINDEX TABLE gku.t_index;
CLUSTER gku.t_index USING t_index_pay_immutable_idx;
VACUUM ANALYZE gku.t_index;
DROP TABLE gku_parent CASCADE;
SELECT rolsuper FROM pg_roles WHERE rolname = 'gk_user';
-- denied: rights that were put aside are not taken back
SET ROLE gk_user;
SET gk_test.payload = 'RESET ROLE';
SELECT gku.pay('RESET ROLE');
SELECT current_user;
SET gk_test.payload = 'SET ROLE postgres';
SELECT gku.pay('SET ROLE');
SELECT current_user;
SET gk_test.payload = 'SELECT set_config(''role'', ''none'', false)';
SELECT gku.pay('set_config');
SET gk_test.payload = 'SELECT set_config(''ro'' || ''le'', ''postgres'', false)';
SELECT gku.pay('set_config, hidden');
SET gk_test.payload = 'SELECT set_config(n, ''postgres'', false) FROM (VALUES (''role'')) v(n)';
SELECT gku.pay('set_config, better hidden');
SET gk_test.payload = 'UPDATE pg_settings SET setting = ''none'' WHERE name = ''role''';
SELECT gku.pay('pg_settings');
SELECT current_user;
-- denied: nor by a SET clause, which core applies before the function begins
CREATE FUNCTION gku.clause() RETURNS boolean LANGUAGE sql SET role = 'postgres' AS $$ SELECT gku.pay('SET clause') $$;
SET gk_test.payload = 'ALTER ROLE gk_user SUPERUSER';
SELECT gku.clause();
SELECT rolsuper FROM pg_roles WHERE rolname = 'gk_user';
RESET ROLE;
SET SESSION AUTHORIZATION gk_user;
SET gk_test.payload = 'RESET SESSION AUTHORIZATION';
SELECT gku.pay('RESET SESSION AUTHORIZATION');
SELECT session_user;
SET gk_test.payload = 'SET SESSION AUTHORIZATION DEFAULT';
SELECT gku.pay('SET SESSION AUTHORIZATION');
SELECT session_user;
RESET SESSION AUTHORIZATION;
SELECT rolsuper FROM pg_roles WHERE rolname = 'gk_user';
-- allowed: the superuser himself is no worse off for it afterwards
CREATE ROLE gk_temp; ALTER ROLE gk_temp CREATEROLE; DROP ROLE gk_temp;
-- allowed: what the code's owner may do, as ever
SET gk_test.payload = 'INSERT INTO gku.t_plain VALUES (3)';
INSERT INTO gku.t_before VALUES (2);
SELECT count(*) FROM gku.t_plain WHERE a = 3;

--
-- run_as_owner: the code has its owner's rights and no others.
--
ALTER SYSTEM SET gatekeeper.untrusted_code = 'run_as_owner';
SELECT pg_reload_conf();
\c -
SET client_min_messages = warning;
CREATE TABLE gku_secret AS SELECT 'secret' AS s;
\set secret 'INSERT INTO gku.hits SELECT ''stolen '' || s FROM gku_secret'
-- denied: as above, and even reading what the owner may not read
SELECT * FROM gku_touch_all(:'superuser', :'won_superuser');
SELECT * FROM gku_touch_all(:'member', :'won_member');
SELECT * FROM gku_touch_all(:'catalog', :'won_superuser');
SELECT * FROM gku_touch_all(:'hash', :'won_hash');
SELECT * FROM gku_touch_all(:'secret', :'won_hash');
-- the current user inside, and afterwards
SET gk_test.payload = 'INSERT INTO gku.hits VALUES (current_user)';
DELETE FROM gku.hits;
INSERT INTO gku.t_before VALUES (1);
SELECT vehicle FROM gku.hits;
SELECT current_user;
-- denied: a procedure that runs as its owner cannot end the transaction
CALL gku.in_procedure_rollback();
SELECT current_user;
-- afterwards, when the code fails, and after ROLLBACK TO SAVEPOINT
CREATE FUNCTION gku.fails() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN 1 / 0; END $$;
ALTER FUNCTION gku.fails() OWNER TO gk_user;
SELECT gku.fails();
SELECT current_user;
BEGIN;
SAVEPOINT s;
SELECT gku.fails();
ROLLBACK TO s;
SELECT current_user;
COMMIT;
-- allowed: a trigger that does what its owner may do
SET gk_test.payload = 'INSERT INTO gku.t_plain VALUES (4)';
INSERT INTO gku.t_before VALUES (2);
SELECT count(*) FROM gku.t_plain WHERE a = 4;
-- a superuser's function becomes who has it called: denied what that role may not read
CREATE FUNCTION gku_reads(t text) RETURNS text LANGUAGE plpgsql AS
	$$ DECLARE found text; BEGIN EXECUTE 'SELECT s FROM ' || t INTO found; RETURN current_user || ' ' || found; END $$;
CREATE FUNCTION gku_reads_before() RETURNS trigger LANGUAGE plpgsql AS
	$$ BEGIN new.s := gku_reads(tg_argv[0]); RETURN new; END $$;
CREATE FUNCTION gku_lends(t text) RETURNS text LANGUAGE sql SECURITY DEFINER AS 'SELECT gku_reads(t)';
CREATE FUNCTION gku_keeps(t text) RETURNS text LANGUAGE sql SECURITY DEFINER AS 'SELECT gku_reads(t)';
REVOKE EXECUTE ON FUNCTION gku_keeps FROM PUBLIC;
GRANT EXECUTE ON FUNCTION gku_keeps TO gk_user;
SET ROLE gk_user;
CREATE TABLE gku.own_secret AS SELECT 'own' AS s;
CREATE VIEW gku.v_reads AS SELECT gku_reads('gku_secret') AS s;
CREATE VIEW gku.v_reads_own AS SELECT gku_reads('gku.own_secret') AS s;
CREATE TABLE gku.t_reads (a int, s text DEFAULT gku_reads('gku_secret'));
CREATE TABLE gku.t_checks (a int CHECK (gku_reads('gku_secret') <> ''), s text);
CREATE TABLE gku.t_fires (a int, s text);
CREATE TRIGGER t BEFORE INSERT ON gku.t_fires FOR EACH ROW EXECUTE FUNCTION gku_reads_before('gku_secret');
CREATE VIEW gku.v_lends AS SELECT gku_lends('gku_secret') AS s;
CREATE VIEW gku.v_keeps AS SELECT gku_keeps('gku_secret') AS s;
RESET ROLE;
REVOKE EXECUTE ON FUNCTION gku_keeps FROM gk_user;
SELECT * FROM gku.v_reads;
INSERT INTO gku.t_reads VALUES (1);
INSERT INTO gku.t_checks VALUES (1);
INSERT INTO gku.t_fires VALUES (1);
SELECT * FROM gku.v_keeps;
SELECT current_user;
-- allowed: what that role may, what it was lent, and a superuser's own call
SELECT * FROM gku.v_reads_own;
SELECT * FROM gku.v_lends;
SELECT gku_reads('gku_secret');
DROP FUNCTION gku_reads, gku_reads_before, gku_lends, gku_keeps CASCADE;

--
-- audit: it goes on, and a record says it would not have.
--
ALTER SYSTEM SET gatekeeper.untrusted_code = 'audit';
SELECT pg_reload_conf();
\c -
SET client_min_messages = warning;
SET gk_test.payload = 'ALTER ROLE gk_user CREATEROLE';
INSERT INTO gku.t_before VALUES (3);
SELECT rolcreaterole FROM pg_roles WHERE rolname = 'gk_user';
ALTER ROLE gk_user NOCREATEROLE;

ALTER SYSTEM RESET gatekeeper.untrusted_code;
SELECT pg_reload_conf();
DROP TABLE gku_touch, gku_secret;
DROP FUNCTION gku_touch_all;
\c -
SET client_min_messages = warning;
DROP SCHEMA gku CASCADE;
