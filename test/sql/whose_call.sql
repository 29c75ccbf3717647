-- Whose a call is, where it does not show: actions of foreign keys, the planner's own
-- calls, rules in bodies that are stored read, views around views, parallel workers,
-- labels, and the sessions of roles with power.  Each is judged by what it changed.
\set VERBOSITY terse
SET client_min_messages = warning;
CREATE SCHEMA gkw AUTHORIZATION gk_user;
CREATE SCHEMA gka;
GRANT USAGE ON SCHEMA gka TO PUBLIC;
CREATE FUNCTION gka.run(stmt text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN EXECUTE stmt; RETURN 'ran'; END $$;
CREATE FUNCTION gka.run_trigger() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN EXECUTE tg_argv[0]; RETURN coalesce(new, old); END $$;
CREATE FUNCTION gka.try(stmt text) RETURNS text LANGUAGE plpgsql AS
$$ BEGIN EXECUTE stmt; RETURN 'done'; EXCEPTION WHEN insufficient_privilege THEN RETURN 'refused'; END $$;
CREATE VIEW gka.won AS SELECT rolcreaterole OR EXISTS (SELECT FROM pg_largeobject_metadata WHERE oid = 434345) AS won
	FROM pg_roles WHERE rolname = 'gk_user';
\set attack 'ALTER ROLE gk_user CREATEROLE'

--
-- Triggers: whose they are is told by the table that they are on, whoever writes to it.
--
CREATE TABLE gka.pk (id int PRIMARY KEY);
INSERT INTO gka.pk VALUES (1), (2), (3);
GRANT REFERENCES ON gka.pk TO gk_user;
CREATE TABLE gka.own (a int);
CREATE TRIGGER t AFTER INSERT ON gka.own FOR EACH ROW EXECUTE FUNCTION gka.run_trigger('SELECT 1');
SET ROLE gk_user;
CREATE TABLE gkw.fk (id int REFERENCES gka.pk ON DELETE CASCADE ON UPDATE SET NULL);
INSERT INTO gkw.fk VALUES (1), (2);
CREATE TRIGGER t AFTER DELETE OR UPDATE ON gkw.fk FOR EACH ROW EXECUTE FUNCTION gka.run_trigger(:'attack');
CREATE TABLE gkw.tab (a int);
CREATE TRIGGER t AFTER INSERT ON gkw.tab FOR EACH ROW EXECUTE FUNCTION gka.run_trigger(:'attack');
RESET ROLE;
-- denied: what a foreign key's action fires (since 18 by the server: it fires as the table's
-- owner); and after the same function, fired by an own table
SELECT gka.try('DELETE FROM gka.pk WHERE id = 1');
SELECT gka.try('UPDATE gka.pk SET id = 9 WHERE id = 2');
INSERT INTO gka.own VALUES (1);
INSERT INTO gkw.tab VALUES (1);
INSERT INTO gka.own VALUES (1);
INSERT INTO gkw.tab VALUES (1);
SELECT * FROM gka.won;
-- allowed: an own table, also after another's
CREATE TRIGGER u AFTER DELETE ON gka.pk FOR EACH ROW EXECUTE FUNCTION gka.run_trigger('CREATE ROLE gk_lent');
DELETE FROM gka.pk WHERE id = 3;
DROP ROLE gk_lent;
DROP TRIGGER u ON gka.pk;

--
-- A function that a foreign key's check calls, with the rights of the other table's owner
--
CREATE TABLE gka.secret AS SELECT 'secret'::text AS s;
SET SESSION AUTHORIZATION gk_user;
CREATE TABLE gkw.loot (what text);
CREATE TYPE gkw.t AS ENUM ('a');
CREATE FUNCTION gkw.c(gkw.t) RETURNS int LANGUAGE plpgsql AS $$ BEGIN
	IF current_user <> 'gk_user' THEN INSERT INTO gkw.loot SELECT s FROM gka.secret; END IF; RETURN 9; END $$;
CREATE CAST (gkw.t AS int) WITH FUNCTION gkw.c(gkw.t) AS IMPLICIT;
INSERT INTO gkw.loot VALUES ('own');
RESET SESSION AUTHORIZATION;
INSERT INTO gka.pk VALUES (9) ON CONFLICT DO NOTHING;
SET SESSION AUTHORIZATION gk_user;
CREATE TABLE gkw.by_cast (a gkw.t REFERENCES gka.pk (id));
INSERT INTO gkw.by_cast VALUES ('a');
-- denied: it runs as its owner
SELECT * FROM gkw.loot;
RESET SESSION AUTHORIZATION;

--
-- What the planner calls: estimates by an operator of others; calls while a query is planned
--
CREATE FUNCTION gka.matches(q text, x text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN EXECUTE q; RETURN true; END $$;
CREATE FUNCTION gka.counted() RETURNS bigint LANGUAGE plpgsql STABLE AS
$$ DECLARE n bigint; BEGIN SELECT count(x) INTO n FROM gkw.v_nested; RETURN n; END $$;
CREATE TABLE gka.numbers AS SELECT i AS a FROM generate_series(1, 1000) i;
ANALYZE gka.numbers;
SET ROLE gk_user;
CREATE OPERATOR gkw.=== (LEFTARG = text, RIGHTARG = text, FUNCTION = gka.matches, RESTRICT = eqsel);
CREATE TABLE gkw.stats (a text);
INSERT INTO gkw.stats SELECT :'attack' FROM generate_series(1, 100);
ANALYZE gkw.stats;
DELETE FROM gkw.stats;
CREATE VIEW gkw.v_estimated AS SELECT a FROM gkw.stats WHERE a OPERATOR(gkw.===) 'x';
CREATE VIEW gkw.v_nested AS SELECT gka.run('ALTER ROLE gk_user CREATEROLE') AS x;
RESET ROLE;
-- denied
SELECT * FROM gkw.v_estimated;
SELECT gka.run('SELECT 1') FROM gka.numbers WHERE a < gka.counted();
SELECT * FROM gka.won;
-- allowed: a superuser's own call with constant arguments, which the planner makes
CREATE FUNCTION gka.size_of(file text) RETURNS int LANGUAGE plpgsql STABLE AS
$$ BEGIN RETURN (pg_stat_file(file)).size * 0; END $$;
SET ROLE gk_user;
CREATE VIEW gkw.v_size AS SELECT gka.size_of('PG_VERSION');
RESET ROLE;
SELECT count(*) FROM gka.numbers WHERE a <= gka.size_of('PG_VERSION');
EXPLAIN (COSTS OFF) SELECT FROM gka.numbers WHERE a <= gka.size_of('PG_VERSION');

--
-- Rules of others are no part of a body that is stored read
--
SELECT lo_from_bytea(434346, 'PG');
SET ROLE gk_user;
CREATE TABLE gkw.n (a text);
CREATE TABLE gkw.also (a int);
CREATE RULE r AS ON INSERT TO gkw.also DO ALSO INSERT INTO gkw.n SELECT lo_import('PG_VERSION', 434345)::text;
CREATE TABLE gkw.instead (a text);
CREATE RULE r AS ON INSERT TO gkw.instead DO INSTEAD INSERT INTO gkw.n SELECT lo_import('PG_VERSION', 434345)::text RETURNING a;
RESET ROLE;
CREATE FUNCTION gka.put(x int) RETURNS void BEGIN ATOMIC INSERT INTO gkw.also VALUES (x); END;
CREATE FUNCTION gka.put_with(x int) RETURNS text BEGIN ATOMIC WITH i AS (INSERT INTO gkw.instead VALUES (x) RETURNING a) SELECT a FROM i; END;
CREATE FUNCTION gka.own() RETURNS text BEGIN ATOMIC WITH i AS (SELECT pg_read_file('PG_VERSION') AS a) SELECT left(a, 0) FROM i; END;
-- denied
SELECT gka.put(1);
SELECT gka.put_with(1);
SELECT * FROM gka.won;
-- allowed: what the body says itself
SELECT gka.own() = '' AS read;

--
-- A superuser's view inside another's: what it shows goes there
--
CREATE VIEW gka.file AS SELECT pg_read_file('PG_VERSION') AS t;
GRANT SELECT ON gka.file TO gk_user;
SET ROLE gk_user;
CREATE VIEW gkw.around AS SELECT left(t, 0) AS t FROM gka.file;
CREATE VIEW gkw.beside AS SELECT 1 AS one;
RESET ROLE;
-- denied
SELECT * FROM gkw.around;
-- allowed: the superuser's own, also beside a view of another
SELECT length(t) > 0 AS read FROM gka.file, gkw.beside;

--
-- A type of others in a superuser's parallel query
--
CREATE TABLE gka.texts AS SELECT '(x)'::text AS txt FROM generate_series(1, 2000);
ALTER TABLE gka.texts SET (parallel_workers = 2);
ANALYZE gka.texts;
SET ROLE gk_user;
CREATE DOMAIN gkw.d AS text CHECK (pg_read_file('PG_VERSION') <> '');
CREATE TYPE gkw.comp AS (a gkw.d);
RESET ROLE;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
-- denied: in the workers as elsewhere
SELECT count(*) FROM gka.texts WHERE (txt::gkw.comp) IS NOT NULL;
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;

--
-- A label lifts a rule for whom the function was given to
--
CREATE FUNCTION gka.export(path text) RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
$$ BEGIN EXECUTE format('COPY (SELECT 1) TO %L', path); RETURN 'written'; END $$;
REVOKE ALL ON FUNCTION gka.export FROM PUBLIC;
GRANT EXECUTE ON FUNCTION gka.export TO gk_user;
SET ROLE gk_user;
CREATE VIEW gkw.exports AS SELECT gka.export('/dev/null');
RESET ROLE;
SECURITY LABEL FOR gatekeeper ON FUNCTION gka.export IS 'trusted, allow copy_file';
-- allowed: who may execute it, also by a view
SELECT * FROM gkw.exports;
-- denied: the view of a role that may not
REVOKE EXECUTE ON FUNCTION gka.export FROM gk_user;
SELECT * FROM gkw.exports;
-- denied: giving it away with borrowed rights
SET SESSION AUTHORIZATION gk_user;
SELECT gk.as_definer('GRANT EXECUTE ON FUNCTION gka.export TO gk_user');
RESET SESSION AUTHORIZATION;
-- allowed: the superuser's own call
SELECT gka.export('/dev/null');

--
-- An aggregate's functions are what is taken over with a view
--
CREATE FUNCTION gka.step(s text, q text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN EXECUTE q; RETURN 'ran'; END $$;
CREATE AGGREGATE gka.runs(text) (SFUNC = gka.step, STYPE = text, INITCOND = '');
SET ROLE gk_user;
CREATE VIEW gkw.aggregated AS SELECT gka.runs('ALTER ROLE gk_user CREATEROLE') AS a;
CREATE VIEW gkw.harmless AS SELECT max(1) AS a;
RESET ROLE;
-- denied
ALTER VIEW gkw.aggregated OWNER TO postgres;
SELECT * FROM gkw.aggregated;
SELECT * FROM gka.won;
-- allowed
ALTER VIEW gkw.harmless OWNER TO postgres;
ALTER VIEW gkw.harmless OWNER TO gk_user;

--
-- Rights that were put aside stay aside when a procedure ends the transaction
--
SET ROLE gk_user;
CREATE PROCEDURE gkw.ends(how text) LANGUAGE plpgsql AS $$ BEGIN
	IF how = 'commit' THEN COMMIT; ELSE ROLLBACK; END IF;
	INSERT INTO gkw.loot SELECT s FROM gka.secret; END $$;
RESET ROLE;
-- denied
DO $$ BEGIN SET LOCAL ROLE gk_user; CALL gkw.ends('commit'); END $$;
DO $$ BEGIN SET ROLE gk_user; CALL gkw.ends('rollback'); END $$;
DO $$ BEGIN PERFORM set_config('role', 'gk_user', true); CALL gkw.ends('commit'); END $$;
SELECT * FROM gkw.loot;
RESET ROLE;
-- allowed: after SET ROLE in a transaction of its own
SET ROLE gk_user;
CREATE PROCEDURE gkw.batch() LANGUAGE plpgsql AS $$ BEGIN INSERT INTO gkw.loot VALUES ('batch'); COMMIT; END $$;
CALL gkw.batch();
RESET ROLE;
SELECT count(*) FROM gkw.loot;

--
-- A role with power: its own helpers, and SECURITY DEFINER functions of CREATEROLE
--
CREATE ROLE gkw_hr LOGIN CREATEROLE;
CREATE SCHEMA gkw_hr AUTHORIZATION gkw_hr;
GRANT USAGE ON SCHEMA gkw_hr, gkw TO gk_user, gkw_hr;
SET ROLE gkw_hr;
CREATE FUNCTION gkw_hr.run(stmt text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN EXECUTE stmt; RETURN 'ran'; END $$;
CREATE FUNCTION gkw_hr.run_trigger() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN EXECUTE tg_argv[0]; RETURN new; END $$;
CREATE FUNCTION gkw_hr.manage(stmt text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN EXECUTE stmt; END $$;
CREATE VIEW gkw_hr.own AS SELECT gkw_hr.run('CREATE ROLE gk_lent') AS a;
CREATE TABLE gkw_hr.own_t (a int);
CREATE TRIGGER t BEFORE INSERT ON gkw_hr.own_t FOR EACH ROW EXECUTE FUNCTION gkw_hr.run_trigger('DROP ROLE gk_lent');
RESET ROLE;
SET ROLE gk_user;
CREATE VIEW gkw.hr AS SELECT gkw_hr.run('CREATE ROLE gk_won CREATEROLE') AS a;
CREATE TABLE gkw.hr_t (a int);
CREATE TRIGGER t BEFORE INSERT ON gkw.hr_t FOR EACH ROW EXECUTE FUNCTION gkw_hr.run_trigger('CREATE ROLE gk_won CREATEROLE');
CREATE FUNCTION gkw.leaves() RETURNS int LANGUAGE plpgsql AS $$ BEGIN SET search_path = gkw; RETURN 1; END $$;
CREATE VIEW gkw.leaves AS SELECT gkw.leaves();
GRANT SELECT ON gkw.hr, gkw.leaves TO gkw_hr;
GRANT INSERT ON gkw.hr_t TO gkw_hr;
RESET ROLE;
\c - gkw_hr
\set VERBOSITY terse
-- denied: its helpers on behalf of others
SELECT * FROM gkw.hr;
INSERT INTO gkw.hr_t VALUES (1);
-- undone: what others' code left in its session
SELECT * FROM gkw.leaves;
SHOW search_path;
-- allowed: on its own
SELECT * FROM gkw_hr.own;
INSERT INTO gkw_hr.own_t VALUES (1);
\c - gk_user
\set VERBOSITY terse
-- denied: what CREATEROLE is lent for
SELECT gkw_hr.manage('CREATE ROLE gk_won CREATEROLE');
-- allowed: ordinary roles
SELECT gkw_hr.manage('CREATE ROLE gk_lent');
SELECT gkw_hr.manage('DROP ROLE gk_lent');
\c - postgres
\set VERBOSITY terse
SET client_min_messages = warning;
SELECT * FROM gka.won;
SELECT count(*) FROM pg_roles WHERE rolname = 'gk_won';

--
-- A function of one role, called by the trigger of another: the other's doing
--
CREATE ROLE gkw_bob CREATEROLE;
CREATE ROLE gkw_alice;
CREATE SCHEMA gkw_bob AUTHORIZATION gkw_bob;
GRANT USAGE ON SCHEMA gkw_bob TO gk_user;
SET ROLE gkw_bob;
CREATE FUNCTION gkw_bob.run_trigger() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN EXECUTE tg_argv[0]; RETURN coalesce(new, old); END $$;
CREATE TABLE gkw_bob.own (a int);
CREATE TRIGGER t BEFORE INSERT ON gkw_bob.own FOR EACH ROW
	EXECUTE FUNCTION gkw_bob.run_trigger('ALTER ROLE gkw_alice CONNECTION LIMIT 3');
RESET ROLE;
SET ROLE gk_user;
CREATE TABLE gkw.bobs (a int);
CREATE TRIGGER t BEFORE INSERT ON gkw.bobs FOR EACH ROW
	EXECUTE FUNCTION gkw_bob.run_trigger('ALTER ROLE gkw_alice CONNECTION LIMIT 4');
RESET ROLE;
-- denied: also after the function has been called by its owner's own
INSERT INTO gkw.bobs VALUES (1);
-- allowed
INSERT INTO gkw_bob.own VALUES (1);
INSERT INTO gkw.bobs VALUES (1);
SELECT rolconnlimit FROM pg_roles WHERE rolname = 'gkw_alice';
SET ROLE gk_user;
DROP TRIGGER t ON gkw.bobs;
RESET ROLE;
-- allowed: when none of another's is left
INSERT INTO gkw_bob.own VALUES (1);
DROP SCHEMA gkw_bob CASCADE;
DROP ROLE gkw_bob, gkw_alice;

--
-- A label on a role is not lent by the views that the role reads
--
CREATE ROLE gkw_reader LOGIN;
GRANT EXECUTE ON FUNCTION pg_read_file(text) TO gkw_reader;
SECURITY LABEL FOR gatekeeper ON ROLE gkw_reader IS 'allow server_files';
SET ROLE gk_user;
CREATE VIEW gkw.reads AS SELECT left(pg_read_file('PG_VERSION'), 0) = '' AS read;
GRANT SELECT ON gkw.reads TO gkw_reader;
GRANT USAGE ON SCHEMA gkw TO gkw_reader;
RESET ROLE;
\c - gkw_reader
\set VERBOSITY terse
-- denied
SELECT * FROM gkw.reads;
-- allowed
SELECT left(pg_read_file('PG_VERSION'), 0) = '' AS read;
\c - postgres
SET client_min_messages = warning;

--
-- A trigger that a role made with a right that was then taken back, and its copy on a
-- partition that is made later
--
CREATE ROLE gkw_maker;
CREATE TABLE gka.given (a int);
CREATE TABLE gka.parts (a int) PARTITION BY RANGE (a);
GRANT ALL ON gka.given, gka.parts TO gkw_maker;
GRANT USAGE ON SCHEMA gka TO gkw_maker;
SET ROLE gkw_maker;
CREATE TRIGGER t AFTER INSERT ON gka.given FOR EACH ROW EXECUTE FUNCTION gka.run_trigger(:'attack');
CREATE TRIGGER w AFTER INSERT ON gka.parts FOR EACH ROW
	WHEN (gka.run('ALTER ROLE gk_user CREATEROLE') = 'ran') EXECUTE FUNCTION gka.run_trigger('SELECT 1');
RESET ROLE;
DROP OWNED BY gkw_maker;
DROP ROLE gkw_maker;
CREATE TABLE gka.part PARTITION OF gka.parts FOR VALUES FROM (0) TO (10);
-- denied
INSERT INTO gka.given VALUES (1);
INSERT INTO gka.parts VALUES (1);
SELECT * FROM gka.won;
-- allowed: made again by a superuser; with it goes what was noted
CREATE OR REPLACE TRIGGER t AFTER INSERT ON gka.given FOR EACH ROW EXECUTE FUNCTION gka.run_trigger('SELECT 1');
INSERT INTO gka.given VALUES (1);
DROP TRIGGER w ON gka.parts;
SELECT count(*) FROM pg_seclabel WHERE classoid = 'pg_trigger'::regclass;

--
-- What is deferred until rights that were put aside are there again
--
CREATE TABLE gka.vault AS SELECT 'gold' AS s;
SET ROLE gk_user;
CREATE TABLE gkw.taken (by name, s text);
CREATE FUNCTION gkw.loots() RETURNS int LANGUAGE plpgsql AS $$ BEGIN
	INSERT INTO gkw.taken SELECT current_user, s FROM gka.vault; RETURN 1;
	EXCEPTION WHEN insufficient_privilege THEN INSERT INTO gkw.taken VALUES (current_user, 'refused'); RETURN 1; END $$;
CREATE FUNCTION gkw.loots_trigger() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM gkw.loots(); RETURN NULL; END $$;
CREATE FUNCTION gkw.loots_index(a int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN PERFORM gkw.loots(); RETURN a; END $$;
CREATE TABLE gkw.later (a int);
CREATE CONSTRAINT TRIGGER t AFTER INSERT ON gkw.later DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION gkw.loots_trigger();
CREATE TABLE gkw.excludes (a int, EXCLUDE (gkw.loots_index(a) WITH =) DEFERRABLE INITIALLY DEFERRED);
INSERT INTO gkw.excludes VALUES (1);
DELETE FROM gkw.taken;
RESET ROLE;
-- denied: by whose rights they read
BEGIN;
SET LOCAL ROLE gk_user;
INSERT INTO gkw.later VALUES (1);
RESET ROLE;
INSERT INTO gka.vault VALUES ('more');
COMMIT;
BEGIN;
SET SESSION AUTHORIZATION gk_user;
INSERT INTO gkw.later VALUES (1);
RESET SESSION AUTHORIZATION;
SET CONSTRAINTS ALL IMMEDIATE;
COMMIT;
SET ROLE gk_user;
BEGIN;
INSERT INTO gkw.excludes VALUES (1);
DELETE FROM gkw.excludes WHERE ctid = '(0,1)';
RESET ROLE;
COMMIT;
SELECT DISTINCT by, s FROM gkw.taken;
-- allowed, at restrict: what the session writes itself, with its rights
TRUNCATE gkw.taken;
INSERT INTO gkw.later VALUES (1);
SELECT DISTINCT by, s FROM gkw.taken ORDER BY 2;

--
-- Rows that others choose: written by their rule or view to a superuser's table, or by
-- their code for a trigger that waits for the commit
--
CREATE TABLE gka.queue (cmd text);
CREATE FUNCTION gka.works() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN EXECUTE new.cmd; RETURN new; END $$;
CREATE TRIGGER t BEFORE INSERT ON gka.queue FOR EACH ROW EXECUTE FUNCTION gka.works();
CREATE TABLE gka.later (cmd text);
CREATE CONSTRAINT TRIGGER t AFTER INSERT ON gka.later DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION gka.works();
GRANT INSERT ON gka.queue, gka.later TO gk_user;
SET ROLE gk_user;
CREATE TABLE gkw.ruled (a int);
CREATE RULE r AS ON INSERT TO gkw.ruled DO ALSO INSERT INTO gka.queue VALUES ('ALTER ROLE gk_user CREATEROLE');
CREATE TABLE gkw.ruled_later (a int);
CREATE RULE r AS ON INSERT TO gkw.ruled_later DO ALSO INSERT INTO gka.later VALUES ('ALTER ROLE gk_user CREATEROLE');
CREATE VIEW gkw.shows AS SELECT cmd FROM gka.queue;
ALTER VIEW gkw.shows ALTER cmd SET DEFAULT 'ALTER ROLE gk_user CREATEROLE';
CREATE FUNCTION gkw.writes() RETURNS int LANGUAGE plpgsql AS $$ BEGIN
	INSERT INTO gka.later VALUES ('ALTER ROLE gk_user CREATEROLE'); RETURN 1; END $$;
CREATE FUNCTION gkw.writes_as_owner() RETURNS int LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN RETURN gkw.writes(); END $$;
RESET ROLE;
-- allowed: the superuser's own; and denied after it
INSERT INTO gka.queue VALUES ('SELECT 1');
INSERT INTO gka.later VALUES ('SELECT 1');
INSERT INTO gkw.ruled VALUES (1);
INSERT INTO gkw.ruled_later VALUES (1);
INSERT INTO gkw.shows DEFAULT VALUES;
SELECT gkw.writes();
SELECT gka.try('SELECT gkw.writes_as_owner(); SET CONSTRAINTS ALL IMMEDIATE');
BEGIN;
SELECT gkw.writes();
SET CONSTRAINTS ALL IMMEDIATE;
COMMIT;
SELECT * FROM gka.won;
-- allowed: the superuser's own rows, and what is protected by nothing
INSERT INTO gka.queue VALUES ('ALTER ROLE gk_user CONNECTION LIMIT 7');
INSERT INTO gka.later VALUES ('ALTER ROLE gk_user CONNECTION LIMIT 8');
SELECT rolconnlimit FROM pg_roles WHERE rolname = 'gk_user';
ALTER ROLE gk_user CONNECTION LIMIT -1;
SET ROLE gk_user;
CREATE RULE r2 AS ON INSERT TO gkw.ruled DO ALSO INSERT INTO gka.later VALUES ('SELECT 1');
DROP RULE r ON gkw.ruled;
RESET ROLE;
INSERT INTO gkw.ruled VALUES (1);

--
-- A dump's text: a CHECK that is added to another role's table or domain is that role's
--
CREATE TABLE gkw.dumped (a int);
ALTER TABLE gkw.dumped OWNER TO gk_user;
INSERT INTO gkw.dumped VALUES (1);
CREATE DOMAIN gkw.dumped_domain AS int;
ALTER DOMAIN gkw.dumped_domain OWNER TO gk_user;
CREATE TABLE gka.of_domain (a gkw.dumped_domain);
INSERT INTO gka.of_domain VALUES (1);
CREATE TABLE gka.dumped (a int);
INSERT INTO gka.dumped VALUES (1);
-- denied
ALTER TABLE ONLY gkw.dumped ADD CONSTRAINT c CHECK (gka.run('ALTER ROLE gk_user CREATEROLE') = 'ran' OR a IS NULL);
ALTER TABLE gkw.dumped ADD CONSTRAINT c CHECK (lo_import('PG_VERSION', 434345) = 434345 OR a IS NULL);
ALTER TABLE gkw.dumped ADD b text DEFAULT gka.run('ALTER ROLE gk_user CREATEROLE');
ALTER DOMAIN gkw.dumped_domain ADD CONSTRAINT c CHECK (gka.run('ALTER ROLE gk_user CREATEROLE') = 'ran');
SELECT * FROM gka.won;
-- allowed: what needs no rights; foreign keys; an own table
ALTER TABLE gkw.dumped ADD CONSTRAINT c CHECK (a > 0), ADD b text DEFAULT gka.run('SELECT 1'), ADD CONSTRAINT k UNIQUE (a);
ALTER TABLE gkw.dumped ADD c int DEFAULT 1 REFERENCES gka.pk;
ALTER DOMAIN gkw.dumped_domain ADD CONSTRAINT c CHECK (gka.run('SELECT 1') = 'ran');
ALTER TABLE gka.dumped ADD CONSTRAINT c CHECK (gka.run('ALTER ROLE gk_user CONNECTION LIMIT 9') = 'ran');
SELECT rolconnlimit FROM pg_roles WHERE rolname = 'gk_user';
ALTER ROLE gk_user CONNECTION LIMIT -1;
DROP TABLE gka.of_domain;

--
-- A superuser's view or rule that another role's leads to; what is copied with a table;
-- and what is gone before it is used
--
CREATE VIEW gka.vouched AS SELECT cmd, gka.run(cmd) AS ran FROM (VALUES ('SELECT 1')) v(cmd);
CREATE VIEW gka.api AS SELECT ''::text AS cmd;
CREATE RULE r AS ON INSERT TO gka.api DO INSTEAD SELECT gka.run(new.cmd);
CREATE FUNCTION gka.says(text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN EXECUTE $1; RETURN $1; END $$;
CREATE VIEW gka.setting AS SELECT gka.says('ALTER ROLE gk_user CONNECTION LIMIT 5') AS x;
GRANT SELECT, INSERT ON gka.vouched, gka.api, gka.setting TO gk_user;
CREATE FUNCTION gka.normal(text) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN EXECUTE $1; RETURN 1; END $$;
SET ROLE gk_user;
CREATE VIEW gkw.over AS SELECT x FROM gka.setting;
CREATE TABLE gkw.leads (a int);
CREATE RULE r AS ON INSERT TO gkw.leads DO ALSO INSERT INTO gka.api VALUES ('ALTER ROLE gk_user CREATEROLE');
CREATE FUNCTION gkw.quiet(text) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1';
CREATE TABLE gkw.indexed (cmd text DEFAULT 'ALTER ROLE gk_user CREATEROLE');
CREATE INDEX ON gkw.indexed (gka.normal(cmd));
CREATE OPERATOR gkw.@@@ (FUNCTION = gka.says, RIGHTARG = text);
RESET ROLE;
-- denied
SELECT * FROM gkw.over;
INSERT INTO gkw.leads VALUES (1);
CREATE TABLE gka.copied (LIKE gkw.indexed INCLUDING ALL);
DROP TABLE gkw.indexed;
INSERT INTO gka.copied VALUES ($$SELECT gka.run('ALTER ROLE gk_user CREATEROLE')$$);
BEGIN;
DECLARE c CURSOR FOR SELECT OPERATOR(gkw.@@@) cmd FROM (VALUES ('SELECT 1'), ('ALTER ROLE gk_user CREATEROLE')) v(cmd);
FETCH c;
DROP OPERATOR gkw.@@@ (NONE, text);
FETCH c;
COMMIT;
SELECT * FROM gka.won;
-- allowed: the superuser's own use of the view, and indexes that need nothing; also where
-- many views with many columns stand on one another
DO $$ BEGIN
	EXECUTE 'CREATE VIEW gka.deep0 AS SELECT ' ||
		(SELECT string_agg('gka.says(''SELECT 1'') AS c' || i, ', ') FROM generate_series(1, 20) i);
	FOR i IN 1..8 LOOP EXECUTE format('CREATE VIEW gka.deep%s AS SELECT * FROM gka.deep%s', i, i - 1); END LOOP; END $$;
SET statement_timeout = '30s';
SELECT c1 FROM gka.deep8;
RESET statement_timeout;
SELECT * FROM gka.setting;
INSERT INTO gka.copied VALUES ('SELECT 1');
SELECT rolconnlimit FROM pg_roles WHERE rolname = 'gk_user';
ALTER ROLE gk_user CONNECTION LIMIT -1;

--
-- What a role was given to call, and what it may know, others do not have it tell: a
-- built-in function, one with a label, settings with a password
--
CREATE ROLE gkw_lists LOGIN;
CREATE ROLE gkw_group;
GRANT gkw_group TO gkw_lists;
CREATE FUNCTION gka.reads(path text) RETURNS bool LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
$$ BEGIN RETURN length(pg_read_file(path)) > 0; END $$;
REVOKE EXECUTE ON FUNCTION gka.reads FROM PUBLIC;
GRANT EXECUTE ON FUNCTION gka.reads TO gkw_group;
SECURITY LABEL FOR gatekeeper ON FUNCTION gka.reads IS 'allow server_files';
GRANT USAGE ON SCHEMA gkw TO gkw_lists;
SET ROLE gk_user;
CREATE VIEW gkw.lists AS SELECT count(*) > 0 AS any FROM pg_ls_dir('.');
CREATE FUNCTION gkw.fills() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN new.b := gka.reads('PG_VERSION'); RETURN new; END $$;
CREATE TABLE gkw.filled (a int, b bool);
CREATE TRIGGER t BEFORE INSERT ON gkw.filled FOR EACH ROW EXECUTE FUNCTION gkw.fills();
GRANT SELECT ON gkw.lists TO gkw_lists;
GRANT ALL ON gkw.filled TO gkw_lists;
RESET ROLE;
\c - gkw_lists
\set VERBOSITY terse
-- denied: by the label's function; the other one by the server
INSERT INTO gkw.filled VALUES (1);
SELECT * FROM gkw.lists;
-- allowed
SELECT gka.reads('PG_VERSION');
\c - postgres
SET client_min_messages = warning;
GRANT EXECUTE ON FUNCTION pg_ls_dir(text) TO gkw_group;
\c - gkw_lists
\set VERBOSITY terse
-- denied
SELECT * FROM gkw.lists;
-- allowed
SELECT count(*) > 0 AS any FROM pg_ls_dir('.');
\c - postgres
SET client_min_messages = warning;
REVOKE EXECUTE ON FUNCTION pg_ls_dir(text) FROM gkw_group;
DROP FUNCTION gka.reads;
DROP OWNED BY gkw_lists, gkw_group;
DROP ROLE gkw_lists, gkw_group;
DROP SCHEMA gkw, gka, gkw_hr CASCADE;
REVOKE EXECUTE ON FUNCTION pg_read_file(text) FROM gkw_reader;
DROP ROLE gkw_hr, gkw_reader;
SELECT lo_unlink(434346);
