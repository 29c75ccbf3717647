-- Built-in functions that another role's view, default, constraint, policy or
-- rule calls straight, when a superuser touches it.
\set VERBOSITY terse
SET client_min_messages = warning;
CREATE SCHEMA gks AUTHORIZATION gk_user;
SET SESSION AUTHORIZATION gk_user;
CREATE TABLE gks.t (a int);
INSERT INTO gks.t VALUES (1);
CREATE VIEW gks.reads AS SELECT pg_read_file('PG_VERSION') AS x, a FROM gks.t;
CREATE VIEW gks.nested AS SELECT * FROM gks.reads;
CREATE VIEW gks.lists AS SELECT pg_ls_dir('.') AS x;
CREATE VIEW gks.reloads AS SELECT pg_reload_conf() AS x;
CREATE VIEW gks.sets AS SELECT set_config('session_replication_role', 'replica', false) AS x;
CREATE TABLE gks.t_check (a int CHECK (lo_import('PG_VERSION', 434343) > 0));
CREATE TABLE gks.t_default (a int, b oid DEFAULT lo_import('PG_VERSION', 434343));
CREATE DOMAIN gks.d AS int CHECK (lo_import('PG_VERSION', 434343) > 0);
CREATE DOMAIN gks.d2 AS gks.d;
CREATE TABLE gks.t_domain (a gks.d2);
CREATE TABLE gks.t_rule (a int);
INSERT INTO gks.t_rule VALUES (1);
CREATE RULE r AS ON UPDATE TO gks.t_rule DO ALSO SELECT lo_import('PG_VERSION', 434343);
CREATE FUNCTION gks.nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
CREATE TABLE gks.t_when (a int);
CREATE TRIGGER t BEFORE INSERT ON gks.t_when FOR EACH ROW
	WHEN (lo_import('PG_VERSION', 434343) > 0) EXECUTE FUNCTION gks.nothing();
CREATE TABLE gks.t_policy (a int);
ALTER TABLE gks.t_policy ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY p ON gks.t_policy USING (lo_import('PG_VERSION', 434343) > 0);
RESET SESSION AUTHORIZATION;

-- denied: views, in whatever statement
SELECT * FROM gks.reads;
SELECT * FROM gks.nested;
SELECT a FROM gks.reads WHERE x <> '';
SELECT * FROM gks.lists;
SELECT * FROM gks.reloads;
SELECT * FROM gks.sets;
EXPLAIN SELECT * FROM gks.reads;
PREPARE p AS SELECT * FROM gks.reads;
EXECUTE p;
CREATE TABLE gk_ctas AS SELECT * FROM gks.reads;
COPY (SELECT * FROM gks.reads) TO STDOUT;
BEGIN;
DECLARE c CURSOR FOR SELECT * FROM gks.reads;
ROLLBACK;
WITH x AS (SELECT * FROM gks.reads) SELECT * FROM x;
SELECT (SELECT x FROM gks.reads LIMIT 1);
DO $$ BEGIN PERFORM * FROM gks.reads; END $$;
-- denied: a superuser's own query that calls the function elsewhere does not vouch for the view
SELECT length(pg_read_file('PG_VERSION')) FROM gks.reads;
-- denied: what a statement evaluates on the way
INSERT INTO gks.t_check VALUES (1);
UPDATE gks.t_check SET a = 1;
COPY gks.t_check FROM 'PG_VERSION';
INSERT INTO gks.t_default (a) VALUES (1);
COPY gks.t_default (a) FROM 'PG_VERSION';
INSERT INTO gks.t_domain VALUES (1);
COPY gks.t_domain FROM 'PG_VERSION';
SELECT 1::gks.d2;
SELECT json_populate_record(NULL::gks.t_domain, '{"a": 1}');
UPDATE gks.t_rule SET a = 2;
INSERT INTO gks.t_when VALUES (1);
-- the effect: no large object came of it, no setting changed
SELECT count(*) FROM pg_largeobject_metadata WHERE oid = 434343;
SHOW session_replication_role;

-- allowed: what the superuser's own text calls, beside a user's table
SELECT length(pg_read_file('PG_VERSION')) > 0 AS read, a FROM gks.t;
SELECT lo_import('PG_VERSION', 434343) > 0 AS imported FROM gks.t;
SELECT lo_unlink(434343);
-- allowed: his own views, and the system's
CREATE VIEW gk_mine AS SELECT length(pg_read_file('PG_VERSION')) > 0 AS read;
SELECT * FROM gk_mine;
SELECT count(*) > 0 AS shown FROM pg_hba_file_rules;
SELECT count(*) > 0 AS shown FROM pg_file_settings;
-- allowed: the columns that do no harm
SELECT * FROM gks.t;
INSERT INTO gks.t_default VALUES (1, 2);
SELECT count(*) FROM gks.t_policy;
-- allowed: his own function, which calls it in its text
CREATE FUNCTION gk_mine() RETURNS boolean LANGUAGE plpgsql AS
$$ DECLARE x text := pg_read_file('PG_VERSION'); BEGIN RETURN length(x) > 0; END $$;
SELECT gk_mine(), a FROM gks.t;

--
-- A superuser's own functions that do what they are told: called by another
-- role's object they do that role's bidding.
--
CREATE SCHEMA gkl;
CREATE TABLE gkl.log (what text);
CREATE FUNCTION gkl.run(stmt text) RETURNS int LANGUAGE plpgsql AS
$$ BEGIN EXECUTE stmt; RETURN 1; END $$;
CREATE FUNCTION gkl.run_argument() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN EXECUTE tg_argv[0]; RETURN coalesce(new, old); END $$;
CREATE FUNCTION gkl.note() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN INSERT INTO gkl.log VALUES (tg_argv[0]); RETURN new; END $$;
CREATE FUNCTION gkl.half() RETURNS int LANGUAGE plpgsql AS
$$ BEGIN RETURN (SELECT length(pg_read_file('PG_VERSION')) * 0); END $$;
GRANT USAGE ON SCHEMA gkl TO PUBLIC;
CREATE EXTENSION refint SCHEMA gkl;

SET SESSION AUTHORIZATION gk_user;
CREATE VIEW gks.runs AS SELECT gkl.run('ALTER ROLE gk_user CREATEROLE') FROM gks.t;
CREATE TABLE gks.runs_default (a int, b int DEFAULT gkl.run('ALTER ROLE gk_user CREATEROLE'));
CREATE TABLE gks.runs_check (a int CHECK (gkl.run('ALTER ROLE gk_user CREATEROLE') > 0));
CREATE TABLE gks.runs_trigger (a int);
CREATE TRIGGER t BEFORE INSERT OR DELETE ON gks.runs_trigger FOR EACH ROW
	EXECUTE FUNCTION gkl.run_argument('ALTER ROLE gk_user CREATEROLE');
CREATE TABLE gks.runs_refint (a int);
CREATE TRIGGER t AFTER INSERT ON gks.runs_refint FOR EACH ROW EXECUTE FUNCTION
	gkl.check_primary_key('a', '(SELECT 1 AS a, lo_import(''PG_VERSION'', 434343)) x', 'a');
CREATE TABLE gks.noted (a int);
CREATE TRIGGER t BEFORE INSERT ON gks.noted FOR EACH ROW EXECUTE FUNCTION gkl.note('inserted');
CREATE VIEW gks.halves AS SELECT gkl.half() FROM gks.t;
RESET SESSION AUTHORIZATION;
-- tables of a superuser's own, on which others may make triggers
CREATE TABLE gkl.own (a int);
CREATE TABLE gkl.own_when (a int);
CREATE TABLE gkl.own_parent (a int) PARTITION BY RANGE (a);
CREATE TABLE gkl.own_noted (a int);
CREATE TABLE gkl.private (a int);
CREATE VIEW gkl.own_view AS SELECT 1 AS a;
GRANT ALL ON gkl.own, gkl.own_when, gkl.own_parent, gkl.own_noted, gkl.own_view TO gk_user;
GRANT SELECT, INSERT ON gkl.private TO gk_user;
CREATE TRIGGER t BEFORE INSERT ON gkl.own_noted FOR EACH ROW EXECUTE FUNCTION gkl.note('his own');
CREATE TRIGGER t BEFORE INSERT ON gkl.private FOR EACH ROW
	EXECUTE FUNCTION gkl.run_argument('CREATE ROLE gk_lent CREATEROLE');
SET SESSION AUTHORIZATION gk_user;
CREATE TRIGGER t BEFORE INSERT OR TRUNCATE ON gkl.own
	EXECUTE FUNCTION gkl.run_argument('ALTER ROLE gk_user CREATEROLE');
CREATE TRIGGER t BEFORE INSERT ON gkl.own_when FOR EACH ROW
	WHEN (gkl.run('ALTER ROLE gk_user CREATEROLE') > 0) EXECUTE FUNCTION gks.nothing();
CREATE TRIGGER t AFTER INSERT ON gkl.own_parent FOR EACH ROW
	EXECUTE FUNCTION gkl.run_argument('ALTER ROLE gk_user CREATEROLE');
CREATE TRIGGER t INSTEAD OF INSERT ON gkl.own_view FOR EACH ROW
	EXECUTE FUNCTION gkl.run_argument('ALTER ROLE gk_user CREATEROLE');
RESET SESSION AUTHORIZATION;
CREATE TABLE gkl.own_part PARTITION OF gkl.own_parent FOR VALUES FROM (0) TO (9);
SET SESSION AUTHORIZATION gk_user;
CREATE TABLE gks.parent (a int);
CREATE TABLE gks.child_trigger () INHERITS (gks.parent);
INSERT INTO gks.child_trigger VALUES (1);
CREATE TRIGGER t BEFORE UPDATE OR DELETE ON gks.child_trigger FOR EACH ROW
	EXECUTE FUNCTION gkl.run_argument('ALTER ROLE gk_user CREATEROLE');
CREATE TRIGGER s BEFORE TRUNCATE ON gks.child_trigger
	EXECUTE FUNCTION gkl.run_argument('ALTER ROLE gk_user CREATEROLE');
-- allowed: his own rights are his to use
SELECT gkl.run('SET work_mem = ''5MB''');
RESET SESSION AUTHORIZATION;
INSERT INTO gks.runs_trigger SELECT 1 WHERE false;
-- denied: a function that is told nothing, too; what it has read would be the view's
SELECT * FROM gks.halves;
-- allowed: the superuser's own text; a function that only notes what it is told
SELECT gkl.half() FROM gks.t;
SELECT gkl.run('CREATE ROLE gk_lent CREATEROLE');
SELECT gkl.run('DROP ROLE gk_lent') FROM gks.t;
INSERT INTO gks.noted VALUES (1);
INSERT INTO gkl.own_noted VALUES (1);
SELECT * FROM gkl.log;
\c -
\set VERBOSITY terse
-- denied: the view's, the default's, the constraint's and the triggers'
SELECT * FROM gks.runs;
INSERT INTO gks.runs_default (a) VALUES (1);
INSERT INTO gks.runs_check VALUES (1);
COPY gks.runs_check FROM 'PG_VERSION';
INSERT INTO gks.runs_trigger VALUES (1);
INSERT INTO gks.runs_refint VALUES (1);
ALTER TABLE gks.runs_trigger DISABLE TRIGGER t;
INSERT INTO gks.runs_trigger VALUES (1);
ALTER TABLE gks.runs_trigger ENABLE TRIGGER t;
\c -
\set VERBOSITY terse
-- denied: in a new session, where DELETE comes first
DELETE FROM gks.runs_trigger;
\c -
\set VERBOSITY terse
-- allowed: his trigger, on a table on which nobody else may make one
INSERT INTO gkl.private VALUES (1);
DROP ROLE gk_lent;
-- denied: on a superuser's own tables, and his view, each in a new session
\c -
\set VERBOSITY terse
INSERT INTO gkl.own VALUES (1);
\c -
\set VERBOSITY terse
TRUNCATE gkl.own;
\c -
\set VERBOSITY terse
COPY gkl.own FROM 'PG_VERSION';
\c -
\set VERBOSITY terse
INSERT INTO gkl.own_when VALUES (1);
\c -
\set VERBOSITY terse
INSERT INTO gkl.own_parent VALUES (1);
\c -
\set VERBOSITY terse
INSERT INTO gkl.own_part VALUES (1);
\c -
\set VERBOSITY terse
INSERT INTO gkl.own_view VALUES (1);
-- denied: of a table that inherits from the one that is named
\c -
\set VERBOSITY terse
UPDATE gks.parent SET a = 2;
\c -
\set VERBOSITY terse
DELETE FROM gks.parent;
\c -
\set VERBOSITY terse
TRUNCATE gks.parent;
-- allowed: rows are not inserted there
\c -
\set VERBOSITY terse
INSERT INTO gks.parent VALUES (3);
SELECT gkl.run('CREATE ROLE gk_lent CREATEROLE');
DROP ROLE gk_lent;
-- the effect
SELECT rolcreaterole FROM pg_roles WHERE rolname = 'gk_user';
SELECT count(*) FROM pg_largeobject_metadata WHERE oid = 434343;
-- allowed: a function that a superuser vouches for
SECURITY LABEL FOR gatekeeper ON FUNCTION gkl.run(text) IS 'trusted';
\c -
\set VERBOSITY terse
SELECT * FROM gks.runs;
SELECT rolcreaterole FROM pg_roles WHERE rolname = 'gk_user';
ALTER ROLE gk_user NOCREATEROLE;
SET client_min_messages = warning;
DROP SCHEMA gkl CASCADE;

-- denied: ALTER TYPE reads the text of others' tables anew that are made OF the type
CREATE TYPE gks.kind AS (a int, b text);
GRANT USAGE ON SCHEMA gks TO gk_user;
GRANT CREATE ON SCHEMA gks TO gk_user;
CREATE FUNCTION gks.read(text) RETURNS text LANGUAGE plpgsql AS 'BEGIN RETURN pg_read_file($1); END';
SET SESSION AUTHORIZATION gk_user;
CREATE TABLE gks.typed OF gks.kind (CHECK (a > 0 AND (current_user = 'gk_user' OR pg_read_file('PG_VERSION') <> '')));
CREATE TABLE gks.typed_helper OF gks.kind (CHECK (a > 0 AND (current_user = 'gk_user' OR gks.read('PG_VERSION') <> '')));
RESET SESSION AUTHORIZATION;
GRANT EXECUTE ON FUNCTION pg_read_file(text) TO gk_user;
SET SESSION AUTHORIZATION gk_user;
INSERT INTO gks.typed VALUES (1);
RESET SESSION AUTHORIZATION;
REVOKE EXECUTE ON FUNCTION pg_read_file(text) FROM gk_user;
ALTER TYPE gks.kind ALTER ATTRIBUTE a TYPE bigint CASCADE;
DROP TABLE gks.typed;
SET SESSION AUTHORIZATION gk_user;
INSERT INTO gks.typed_helper VALUES (1);
RESET SESSION AUTHORIZATION;
ALTER TYPE gks.kind ALTER ATTRIBUTE a TYPE bigint CASCADE;
-- allowed: another attribute
ALTER TYPE gks.kind ALTER ATTRIBUTE b TYPE varchar CASCADE;

-- allowed: a rule of the server's own views is no stranger's
UPDATE pg_settings SET setting = '12345' WHERE name = 'work_mem';
SHOW work_mem;
RESET work_mem;
-- not so where others' relations are in the statement: it is undone
SET SESSION AUTHORIZATION gk_user;
CREATE VIEW gks.numbers AS SELECT '12345'::text AS n;
RESET SESSION AUTHORIZATION;
UPDATE pg_settings SET setting = n FROM gks.numbers WHERE name = 'work_mem';
SHOW work_mem;

-- allowed: off
ALTER SYSTEM SET gatekeeper.untrusted_code = 'off';
SELECT pg_reload_conf();
\c -
SELECT length(x) > 0 AS read FROM gks.reads;
ALTER SYSTEM RESET gatekeeper.untrusted_code;
SELECT pg_reload_conf();
\c -
SET client_min_messages = warning;
DROP VIEW gk_mine;
DROP FUNCTION gk_mine;
DROP SCHEMA gks CASCADE;

--
-- A role that has power short of superuser: what is stored with its own views is its
-- own, what others stored is not, and a plan does not carry the one into the other.
--
CREATE ROLE gks_power LOGIN;
GRANT SET ON PARAMETER session_replication_role TO gks_power;
CREATE SCHEMA gks_own AUTHORIZATION gks_power;
CREATE SCHEMA gks_others AUTHORIZATION gk_user;
GRANT USAGE ON SCHEMA gks_others TO gks_power;
SET ROLE gk_user;
CREATE VIEW gks_others.sets AS SELECT set_config('session_replication_role', 'replica', false) AS x;
GRANT SELECT ON gks_others.sets TO gks_power;
RESET ROLE;
CREATE FUNCTION gk_help(stmt text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN EXECUTE stmt; RETURN 'ran'; END $$;
SET ROLE gk_user;
CREATE VIEW gks_others.helped AS SELECT gk_help('SET session_replication_role = replica') AS x;
GRANT SELECT ON gks_others.helped TO gks_power;
RESET ROLE;
SET ROLE gks_power;
CREATE VIEW gks_own.helped AS SELECT gk_help('SET session_replication_role = replica') AS x;
CREATE VIEW gks_own.sets AS SELECT set_config('session_replication_role', 'replica', false) AS x;
RESET ROLE;
\c - gks_power
\set VERBOSITY terse
-- allowed: its own, also planned before
PREPARE own AS SELECT x FROM gks_own.sets;
EXECUTE own;
RESET session_replication_role;
EXECUTE own;
RESET session_replication_role;
-- denied: another's
SELECT x FROM gks_others.sets;
-- denied: a superuser's helper that another's view calls
SELECT x FROM gks_others.helped;
SHOW session_replication_role;
-- allowed: the helper called by its own view, and by its text
SELECT x FROM gks_own.helped;
SHOW session_replication_role;
RESET session_replication_role;
SELECT gk_help('SET session_replication_role = replica');
SHOW session_replication_role;
\c - postgres
\set VERBOSITY terse
SET client_min_messages = warning;
-- denied: its own, in a superuser's session
PREPARE own AS SELECT x FROM gks_own.sets;
SET ROLE gks_power;
EXECUTE own;
RESET ROLE;
EXECUTE own;
SHOW session_replication_role;
DROP SCHEMA gks_own, gks_others CASCADE;
DROP FUNCTION gk_help;
REVOKE ALL ON PARAMETER session_replication_role FROM gks_power;
DROP ROLE gks_power;
