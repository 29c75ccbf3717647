-- What an ordinary role puts together from others' functions: defaults of its
-- functions' arguments, operators, casts, aggregates, and defaults that CREATE
-- TABLE copies.  None of its code is on the stack when a superuser runs them.
\set VERBOSITY terse
SET client_min_messages = warning;
CREATE SCHEMA gki AUTHORIZATION gk_user;
CREATE SCHEMA gkl;
GRANT USAGE ON SCHEMA gkl TO PUBLIC;
CREATE EXTENSION dblink SCHEMA gkl;
CREATE FUNCTION gkl.run(stmt text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN EXECUTE stmt; RETURN 'ran'; END $$;
CREATE FUNCTION gkl.run(state text, stmt text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN EXECUTE stmt; RETURN 'ran'; END $$;
CREATE FUNCTION gkl.run_once(stmt text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN EXECUTE stmt; RETURN 'ran'; END $$;
CREATE FUNCTION gkl.run_row(r record) RETURNS text LANGUAGE plpgsql AS $$ BEGIN EXECUTE r.stmt; RETURN 'ran'; END $$;
CREATE VIEW gkl.attacked AS
	SELECT rolcreaterole OR current_setting('session_replication_role') <> 'origin' OR
		EXISTS (SELECT FROM pg_largeobject_metadata WHERE oid = 434344) AS attacked
	FROM pg_roles WHERE rolname = 'gk_user';

--
-- Arguments that a call leaves out
--
SET SESSION AUTHORIZATION gk_user;
CREATE TABLE gki.stmts (stmt text);
INSERT INTO gki.stmts VALUES ('ALTER ROLE gk_user CREATEROLE');
CREATE TABLE gki.loot (what text);
CREATE FUNCTION gki.take(a text DEFAULT pg_read_file('PG_VERSION')) RETURNS text LANGUAGE plpgsql AS
$$ BEGIN INSERT INTO gki.loot VALUES (a); RETURN a; END $$;
CREATE FUNCTION gki.take_inline(a text DEFAULT pg_read_file('PG_VERSION')) RETURNS text LANGUAGE sql AS 'SELECT a';
CREATE FUNCTION gki.take_nested(a text DEFAULT gki.take()) RETURNS text LANGUAGE sql AS 'SELECT a';
CREATE FUNCTION gki.take_set(a text DEFAULT pg_read_file('PG_VERSION')) RETURNS SETOF text LANGUAGE sql AS 'SELECT a';
CREATE FUNCTION gki.take_second(a int, b oid DEFAULT lo_import('PG_VERSION', 434344), c int DEFAULT 3)
	RETURNS int LANGUAGE sql AS 'SELECT a + c';
CREATE FUNCTION gki.take_query(a text DEFAULT query_to_xml('ALTER ROLE gk_user CREATEROLE', true, true, '')::text)
	RETURNS text LANGUAGE sql AS 'SELECT a';
CREATE FUNCTION gki.take_run(a text DEFAULT gkl.run('ALTER ROLE gk_user CREATEROLE')) RETURNS text LANGUAGE sql AS 'SELECT a';
CREATE PROCEDURE gki.take_call(a text DEFAULT pg_read_file('PG_VERSION')) LANGUAGE plpgsql AS
$$ BEGIN INSERT INTO gki.loot VALUES (a); END $$;
CREATE PROCEDURE gki.take_run_call(a text DEFAULT gkl.run('ALTER ROLE gk_user CREATEROLE')) LANGUAGE plpgsql AS 'BEGIN END';
CREATE TABLE gki.t_default (a int, b text DEFAULT gki.take());
CREATE TABLE gki.t_check (a int CHECK (gki.take() <> ''));
RESET SESSION AUTHORIZATION;
-- denied: wherever the call stands
SELECT gki.take();
SELECT * FROM gki.take();
SELECT gki.take_inline();
SELECT gki.take_nested();
SELECT * FROM gki.take_set();
SELECT gki.take_second(1);
SELECT gki.take_second(1, c => 4);
SELECT gki.take_query();
SELECT gki.take_run();
SELECT 1 FROM gki.stmts WHERE gki.take() <> '';
SELECT max(gki.take()) FROM gki.stmts;
SELECT gki.take(gki.take());
EXPLAIN SELECT gki.take();
PREPARE p AS SELECT gki.take();
EXECUTE p;
CALL gki.take_call();
CALL gki.take_run_call();
DO $$ BEGIN PERFORM gki.take(); END $$;
DO $$ DECLARE x text := gki.take(); BEGIN END $$;
DO $$ BEGIN CALL gki.take_call(); END $$;
INSERT INTO gki.t_default VALUES (1);
COPY gki.t_default (a) FROM 'PG_VERSION';
INSERT INTO gki.t_check VALUES (1);
-- the effect
SELECT * FROM gki.loot;
SELECT * FROM gkl.attacked;
-- denied: what was planned before the default became that
SET SESSION AUTHORIZATION gk_user;
CREATE FUNCTION gki.later(a text DEFAULT 'harmless') RETURNS text LANGUAGE plpgsql AS 'BEGIN RETURN a; END';
CREATE TABLE gki.t_later (a int CHECK (gki.later() <> ''));
RESET SESSION AUTHORIZATION;
PREPARE later AS SELECT gki.later();
EXECUTE later;
INSERT INTO gki.t_later VALUES (1);
SET SESSION AUTHORIZATION gk_user;
CREATE OR REPLACE FUNCTION gki.later(a text DEFAULT pg_read_file('PG_VERSION')) RETURNS text LANGUAGE plpgsql AS 'BEGIN RETURN a; END';
RESET SESSION AUTHORIZATION;
EXECUTE later;
INSERT INTO gki.t_later VALUES (1);
SET SESSION AUTHORIZATION gk_user;
CREATE OR REPLACE FUNCTION gki.later(a text DEFAULT gkl.run_once('ALTER ROLE gk_user CREATEROLE')) RETURNS text LANGUAGE plpgsql AS 'BEGIN RETURN a; END';
RESET SESSION AUTHORIZATION;
INSERT INTO gki.t_later VALUES (1);
SELECT * FROM gkl.attacked;

-- allowed: the argument is given, by its place or by its name, if by a call of a listed function
SELECT gki.take('given');
SELECT gki.take(a => 'given');
SELECT gki.take_second(c => 4, b => 0, a => 1);
SELECT gki.take_second(1, 0);
SELECT length(gki.take(pg_read_file('PG_VERSION'))) > 0 AS taken;
CALL gki.take_call('given');
CALL gki.take_call(left(pg_read_file('PG_VERSION'), 0));
-- denied: the default of an argument is nobody's, even of a superuser's own function
CREATE FUNCTION gkl.mine(a text DEFAULT pg_read_file('PG_VERSION')) RETURNS boolean LANGUAGE sql AS 'SELECT length(a) > 0';
SELECT gkl.mine() FROM gki.stmts;
-- allowed: the argument in the statement
SELECT gkl.mine(pg_read_file('PG_VERSION')) FROM gki.stmts;
-- denied: a label on the function vouches for what it does itself
SECURITY LABEL FOR gatekeeper ON FUNCTION gki.take_inline(text) IS 'trusted';
SELECT length(gki.take_inline()) > 0 AS taken;
TRUNCATE gki.loot;

--
-- Operators, casts and aggregates
--
SET SESSION AUTHORIZATION gk_user;
CREATE OPERATOR gki.<-> (LEFTARG = text, RIGHTARG = text, FUNCTION = gkl.dblink_exec);
CREATE OPERATOR gki.@@ (RIGHTARG = text, FUNCTION = gkl.run);
CREATE OPERATOR gki.|| (LEFTARG = text, RIGHTARG = text, FUNCTION = textcat);
CREATE TYPE gki.row AS (stmt text);
CREATE TYPE gki.other AS (length int);
CREATE FUNCTION gki.other(gki.row) RETURNS gki.other LANGUAGE sql AS 'SELECT row(length($1.stmt))::gki.other';
CREATE CAST (gki.row AS text) WITH FUNCTION gkl.run_row(record) AS ASSIGNMENT;
CREATE CAST (gki.row AS gki.other) WITH FUNCTION gki.other(gki.row);
CREATE AGGREGATE gki.connects(text) (SFUNC = gkl.dblink_exec, STYPE = text, INITCOND = 'dbname=postgres');
CREATE AGGREGATE gki.runs(text) (SFUNC = gkl.run, STYPE = text, INITCOND = '');
CREATE AGGREGATE gki.runs_last(text) (SFUNC = textcat, STYPE = text, INITCOND = '', FINALFUNC = gkl.run);
CREATE AGGREGATE gki.runs_moving(text) (SFUNC = textcat, STYPE = text, INITCOND = '',
	MSFUNC = gkl.run, MINVFUNC = gkl.run, MSTYPE = text, MINITCOND = '');
CREATE AGGREGATE gki.sets(text, boolean) (SFUNC = set_config, STYPE = text, INITCOND = 'session_replication_role');
CREATE AGGREGATE gki.joins(text) (SFUNC = textcat, STYPE = text, INITCOND = '');
CREATE VIEW gki.v_connects AS SELECT gki.connects(stmt) FROM gki.stmts;
RESET SESSION AUTHORIZATION;
-- denied: what stands behind their names
SELECT 'dbname=postgres' OPERATOR(gki.<->) stmt FROM gki.stmts;
SELECT 'dbname=postgres' OPERATOR(gki.<->) 'ALTER ROLE gk_user CREATEROLE';
SELECT 1 FROM gki.stmts WHERE 'dbname=postgres' OPERATOR(gki.<->) stmt = '';
SELECT OPERATOR(gki.@@) stmt FROM gki.stmts;
SELECT row(stmt)::gki.row::text FROM gki.stmts;
CREATE TABLE gkl.texts (t text);
INSERT INTO gkl.texts SELECT row(stmt)::gki.row FROM gki.stmts;
SELECT gki.connects(stmt) FROM gki.stmts;
SELECT gki.connects(stmt) OVER () FROM gki.stmts;
SELECT gki.connects('ALTER ROLE gk_user CREATEROLE');
SELECT * FROM gki.v_connects;
SELECT gki.runs(stmt) FROM gki.stmts;
SELECT gki.runs_last(stmt) FROM gki.stmts;
SELECT gki.runs_moving(stmt) OVER (ROWS CURRENT ROW) FROM gki.stmts;
SELECT gki.sets('replica', false);
DO $$ BEGIN PERFORM gki.sets('replica', false); END $$;
SELECT * FROM gkl.attacked;
-- denied: one that becomes that after it was planned
PREPARE joins AS SELECT gki.joins(stmt) FROM gki.stmts;
EXECUTE joins;
SET SESSION AUTHORIZATION gk_user;
CREATE OR REPLACE AGGREGATE gki.joins(text) (SFUNC = gkl.dblink_exec, STYPE = text, INITCOND = 'dbname=postgres');
RESET SESSION AUTHORIZATION;
EXECUTE joins;
SELECT * FROM gkl.attacked;
SET SESSION AUTHORIZATION gk_user;
CREATE OR REPLACE AGGREGATE gki.joins(text) (SFUNC = textcat, STYPE = text, INITCOND = '');
RESET SESSION AUTHORIZATION;
-- allowed: functions that do no harm
SELECT gki.joins(stmt) FROM gki.stmts;
SELECT 'a' OPERATOR(gki.||) 'b' AS joined;
SELECT row('a')::gki.row::gki.other;
SELECT row('a')::gki.row;
-- allowed: a superuser's own
CREATE AGGREGATE gkl.runs(text) (SFUNC = gkl.run, STYPE = text, INITCOND = '');
\c -
\set VERBOSITY terse
SET client_min_messages = warning;
SELECT gkl.runs('CREATE ROLE gk_run CREATEROLE');
DROP ROLE gk_run;

--
-- Copies
--
SET SESSION AUTHORIZATION gk_user;
CREATE TABLE gki.source (a int, b oid DEFAULT lo_import('PG_VERSION', 434344));
CREATE TABLE gki.source_check (a int, CHECK (lo_import('PG_VERSION', 434344) > 0));
CREATE VIEW gki.source_view AS SELECT * FROM gki.source;
ALTER VIEW gki.source_view ALTER b SET DEFAULT lo_import('PG_VERSION', 434344);
CREATE TABLE gki.parts (a int, b oid DEFAULT lo_import('PG_VERSION', 434344)) PARTITION BY LIST (a);
CREATE TABLE gki.triggered (a int) PARTITION BY LIST (a);
CREATE TABLE gki.harmless (a int DEFAULT 1, b timestamp DEFAULT now(), CHECK (a > 0));
CREATE TABLE gki.harmless_parts (a int DEFAULT 1, CHECK (a > 0)) PARTITION BY LIST (a);
RESET SESSION AUTHORIZATION;
-- denied: a copy looks like the superuser's own, but no stored call is anybody's
CREATE TABLE gkl.copied (LIKE gki.source INCLUDING DEFAULTS);
INSERT INTO gkl.copied DEFAULT VALUES;
DROP TABLE gkl.copied;
CREATE TABLE gkl.copied (c int, LIKE gki.source_check INCLUDING CONSTRAINTS);
INSERT INTO gkl.copied VALUES (1);
DROP TABLE gkl.copied;
CREATE TEMPORARY TABLE copied (LIKE gki.source INCLUDING ALL);
INSERT INTO pg_temp.copied DEFAULT VALUES;
DROP TABLE pg_temp.copied;
CREATE TABLE gkl.copied () INHERITS (gki.source);
INSERT INTO gkl.copied DEFAULT VALUES;
DROP TABLE gkl.copied;
CREATE TABLE gkl.copied () INHERITS (gki.source_check);
INSERT INTO gkl.copied DEFAULT VALUES;
DROP TABLE gkl.copied;
CREATE TABLE gkl.copied PARTITION OF gki.parts FOR VALUES IN (1);
INSERT INTO gkl.copied VALUES (1);
DROP TABLE gkl.copied;
CREATE FOREIGN DATA WRAPPER gk_wrapper;
CREATE SERVER gk_server FOREIGN DATA WRAPPER gk_wrapper;
CREATE FOREIGN TABLE gkl.copied () INHERITS (gki.source) SERVER gk_server;
DROP FOREIGN DATA WRAPPER gk_wrapper CASCADE;
-- allowed: without what calls it, and what calls nothing listed
CREATE TABLE gkl.copied (LIKE gki.source);
CREATE TABLE gkl.copied_too (LIKE gki.source INCLUDING CONSTRAINTS);
CREATE TABLE gkl.copied_check (LIKE gki.source_check INCLUDING DEFAULTS);
CREATE TABLE gkl.copied_all (LIKE gki.harmless INCLUDING ALL);
CREATE TABLE gkl.inherited () INHERITS (gki.harmless);
CREATE TABLE gkl.part PARTITION OF gki.harmless_parts FOR VALUES IN (1);
INSERT INTO gkl.copied VALUES (1);
INSERT INTO gkl.copied_all VALUES (1);
INSERT INTO gkl.inherited VALUES (1);
INSERT INTO gki.harmless_parts VALUES (1);
-- denied: a partition has its parent's triggers, whoever owns it
CREATE FUNCTION gkl.run_argument() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN EXECUTE tg_argv[0]; RETURN new; END $$;
SET SESSION AUTHORIZATION gk_user;
CREATE TRIGGER t BEFORE INSERT ON gki.triggered FOR EACH ROW
	EXECUTE FUNCTION gkl.run_argument('ALTER ROLE gk_user CREATEROLE');
RESET SESSION AUTHORIZATION;
CREATE TABLE gkl.triggered PARTITION OF gki.triggered FOR VALUES IN (1);
INSERT INTO gkl.triggered VALUES (1);
\c -
\set VERBOSITY terse
SET client_min_messages = warning;
INSERT INTO gki.triggered VALUES (1);
-- allowed: one that is a partition no more has no triggers of its parent's
ALTER TABLE gki.triggered DETACH PARTITION gkl.triggered;
INSERT INTO gkl.triggered VALUES (1);
SELECT * FROM gkl.attacked;

--
-- Bodies of a superuser's SQL functions, which the planner inlines
--
SET SESSION AUTHORIZATION gk_user;
CREATE VIEW gki.v_source AS SELECT lo_import('PG_VERSION', 434344) AS x;
CREATE FUNCTION gki.take_import(a oid DEFAULT lo_import('PG_VERSION', 434344)) RETURNS oid LANGUAGE plpgsql AS 'BEGIN RETURN a; END';
RESET SESSION AUTHORIZATION;
CREATE FUNCTION gkl.of_view() RETURNS SETOF oid STABLE LANGUAGE sql AS 'SELECT x FROM gki.v_source';
CREATE FUNCTION gkl.of_view_parsed() RETURNS SETOF oid STABLE LANGUAGE sql BEGIN ATOMIC SELECT x FROM gki.v_source; END;
CREATE FUNCTION gkl.of_default() RETURNS oid LANGUAGE sql AS 'SELECT gki.take_import()';
CREATE FUNCTION gkl.of_default_parsed() RETURNS oid LANGUAGE sql RETURN gki.take_import();
CREATE FUNCTION gkl.of_operator(text) RETURNS text LANGUAGE sql AS $$SELECT 'dbname=postgres' OPERATOR(gki.<->) $1$$;
CREATE FUNCTION gkl.of_other() RETURNS oid LANGUAGE sql AS 'SELECT gkl.of_default()';
CREATE OPERATOR gkl.<-> (RIGHTARG = text, FUNCTION = gkl.of_operator);
CREATE TABLE gkl.t_check (a oid CHECK (gkl.of_other() > 0));
-- denied: what other roles' objects in them call
SELECT * FROM gkl.of_view();
SELECT * FROM gkl.of_view_parsed();
SELECT gkl.of_default();
SELECT gkl.of_default_parsed();
SELECT gkl.of_operator('ALTER ROLE gk_user CREATEROLE');
SELECT gkl.of_other();
SELECT OPERATOR(gkl.<->) 'ALTER ROLE gk_user CREATEROLE';
INSERT INTO gkl.t_check VALUES (1);
DO $$ BEGIN PERFORM gkl.of_other(); END $$;
SELECT * FROM gkl.attacked;
-- allowed: what they call themselves, beside a user's table too; any that can be parsed
CREATE FUNCTION gkl.reads(text) RETURNS text LANGUAGE sql AS 'SELECT pg_read_file($1)';
CREATE FUNCTION gkl.reads_parsed(text) RETURNS text LANGUAGE sql RETURN pg_read_file($1);
CREATE FUNCTION gkl.either(anyelement, other anyelement DEFAULT NULL) RETURNS anyelement LANGUAGE sql AS 'SELECT coalesce($2, $1)';
CREATE FUNCTION gkl.down(int) RETURNS int LANGUAGE sql AS 'SELECT 0';
CREATE OR REPLACE FUNCTION gkl.down(int) RETURNS int LANGUAGE sql AS 'SELECT CASE WHEN $1 > 0 THEN gkl.down($1 - 1) ELSE 0 END';
CREATE FUNCTION gkl.several(VARIADIC text[]) RETURNS int LANGUAGE sql AS 'SELECT array_length($1, 1)';
CREATE FUNCTION gkl.rows(int) RETURNS TABLE (i int, t text) STABLE LANGUAGE sql AS 'SELECT $1, t::text FROM generate_series(1, $1) t';
CREATE FUNCTION gkl.writes() RETURNS void LANGUAGE sql AS 'INSERT INTO gki.harmless VALUES (1); SELECT';
CREATE FUNCTION gkl.nothing() RETURNS void LANGUAGE sql AS '';
SELECT length(gkl.reads('PG_VERSION')) > 0 AS read, length(gkl.reads_parsed('PG_VERSION')) > 0 AS read_too FROM gki.stmts;
SELECT gkl.either(1), gkl.either('a'::text, 'b'), gkl.down(3), gkl.several('a', 'b');
SELECT * FROM gkl.rows(2);
SELECT gkl.writes(), gkl.nothing();

--
-- Constraints that are validated
--
\c -
\set VERBOSITY terse
SET client_min_messages = warning;
SET SESSION AUTHORIZATION gk_user;
CREATE TABLE gki.t_valid (a int);
INSERT INTO gki.t_valid VALUES (1);
ALTER TABLE gki.t_valid ADD CONSTRAINT c CHECK (gkl.run_once('ALTER ROLE gk_user CREATEROLE') <> '') NOT VALID;
ALTER TABLE gki.t_valid ADD CONSTRAINT d CHECK (a > 0) NOT VALID;
CREATE DOMAIN gki.d_valid AS int;
CREATE TABLE gki.t_domain (a gki.d_valid);
INSERT INTO gki.t_domain VALUES (1);
ALTER DOMAIN gki.d_valid ADD CONSTRAINT c CHECK (gkl.run('ALTER ROLE gk_user CREATEROLE') <> '') NOT VALID;
ALTER DOMAIN gki.d_valid ADD CONSTRAINT d CHECK (value > 0) NOT VALID;
RESET SESSION AUTHORIZATION;
-- denied: they call what a superuser's function makes of them
ALTER DOMAIN gki.d_valid VALIDATE CONSTRAINT c;
ALTER TABLE gki.t_valid VALIDATE CONSTRAINT c;
SELECT * FROM gkl.attacked;
-- allowed: others, and what else is altered there
ALTER TABLE gki.t_valid VALIDATE CONSTRAINT d;
ALTER DOMAIN gki.d_valid VALIDATE CONSTRAINT d;
ALTER TABLE gki.t_valid ADD COLUMN b int DEFAULT 2;
ALTER TABLE gki.t_valid DROP CONSTRAINT c;
ALTER DOMAIN gki.d_valid DROP CONSTRAINT c;
ALTER TABLE gki.no_such_table VALIDATE CONSTRAINT c;
ALTER DOMAIN gki.no_such_domain VALIDATE CONSTRAINT c;

--
-- What a superuser's own table or domain has of others: copied, or given with it
--
CREATE FUNCTION gkl.run_given(stmt text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN EXECUTE stmt; RETURN 'ran'; END $$;
SET SESSION AUTHORIZATION gk_user;
CREATE TABLE gki.t_template (a int, CHECK (a = 0 OR gkl.run_given('ALTER ROLE gk_user CREATEROLE') <> ''));
CREATE TABLE gki.t_parent (a int, CHECK (a = 0 OR gkl.run_given('ALTER ROLE gk_user CREATEROLE') <> ''));
CREATE DOMAIN gki.d_given AS int CHECK (value = 0 OR gkl.run_given('ALTER ROLE gk_user CREATEROLE') <> '');
CREATE DOMAIN gki.d_default AS text DEFAULT gkl.run_given('ALTER ROLE gk_user CREATEROLE');
CREATE VIEW gki.v_given AS SELECT gkl.run_given('ALTER ROLE gk_user CREATEROLE') AS r;
CREATE VIEW gki.v_harmless AS SELECT upper('x') AS r;
CREATE TABLE gki.t_when (a int);
CREATE FUNCTION gki.nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
CREATE TRIGGER t BEFORE INSERT ON gki.t_when FOR EACH ROW
	WHEN (gkl.run_given('ALTER ROLE gk_user CREATEROLE') <> '') EXECUTE FUNCTION gki.nothing();
CREATE TABLE gki.t_given (a int, b text DEFAULT upper('x'));
RESET SESSION AUTHORIZATION;
-- denied: a superuser takes over what would be a superuser's own call from then on
ALTER VIEW gki.v_given OWNER TO CURRENT_USER;
ALTER TABLE gki.t_when OWNER TO CURRENT_USER;
REASSIGN OWNED BY gk_user TO CURRENT_USER;
-- allowed: what calls nothing of that kind
ALTER VIEW gki.v_harmless OWNER TO CURRENT_USER;
ALTER TABLE gki.t_given OWNER TO CURRENT_USER;
CREATE TABLE gkl.t_copy (LIKE gki.t_template INCLUDING ALL);
CREATE TABLE gkl.t_child () INHERITS (gki.t_parent);
ALTER TABLE gkl.t_child NO INHERIT gki.t_parent;
ALTER DOMAIN gki.d_given OWNER TO CURRENT_USER;
ALTER DOMAIN gki.d_default OWNER TO CURRENT_USER;
CREATE TABLE gkl.t_default (a int, b gki.d_default);
DROP TABLE gki.t_template, gki.t_parent, gki.t_when;
DROP VIEW gki.v_given;
CREATE DOMAIN gkl.d_own AS text CHECK (gkl.run_given('SELECT 1') <> '');
-- denied: nobody can tell any more who wrote it
INSERT INTO gkl.t_copy VALUES (1);
INSERT INTO gkl.t_child VALUES (1);
SELECT 1::gki.d_given;
INSERT INTO gkl.t_default (a) VALUES (1);
SELECT * FROM gkl.attacked;
-- allowed: what does no harm; a superuser's own helper
INSERT INTO gkl.t_copy VALUES (0);
SELECT 0::gki.d_given;
SELECT 'x'::gkl.d_own;
SELECT gkl.run_given('SELECT 1');

DROP SCHEMA gki, gkl CASCADE;
