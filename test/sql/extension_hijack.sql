-- Rule extension_hijack: an extension's script with superuser rights calls a
-- function whose owner is not superuser.
\set VERBOSITY terse
SET client_min_messages = warning;

CREATE FUNCTION gk.honest(int) RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN $1; END';
CREATE FUNCTION gk.honest_trigger() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
CREATE TABLE gk.config (a int);
CREATE TRIGGER t BEFORE INSERT ON gk.config FOR EACH ROW EXECUTE FUNCTION gk.honest_trigger();
GRANT INSERT, TRIGGER ON gk.config TO gk_user;

-- As gk.in_extension(), with the rights of whoever calls it.
CREATE FUNCTION gk.in_user_extension(stmt text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('gk_probe.statement', stmt, true);
	CREATE EXTENSION gk_probe_user VERSION '1.0' SCHEMA gk;
	DROP EXTENSION gk_probe_user CASCADE;
END $$;

-- What an ordinary user has put in the way.  Each call leaves a row.
CREATE TABLE gk.called (what text);
GRANT ALL ON gk.called TO PUBLIC;
SET SESSION AUTHORIZATION gk_user;
CREATE FUNCTION gk.round(int, int) RETURNS numeric LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO gk.called VALUES ('round');
	RETURN 1;
END $$;
CREATE FUNCTION gk.round_sql(int) RETURNS int LANGUAGE sql AS 'SELECT $1 + 1';
CREATE FUNCTION gk.round_definer(int) RETURNS text LANGUAGE sql SECURITY DEFINER AS
	$$INSERT INTO gk.called VALUES ('definer'); SELECT 'ALTER ROLE gk_user SUPERUSER'$$;
CREATE PROCEDURE gk.proc() LANGUAGE plpgsql AS $$BEGIN INSERT INTO gk.called VALUES ('proc'); END$$;
CREATE FUNCTION gk.rows() RETURNS SETOF int LANGUAGE sql AS
	$$INSERT INTO gk.called VALUES ('rows'); SELECT 1$$;
CREATE FUNCTION gk.plus(int, numeric) RETURNS numeric LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO gk.called VALUES ('operator');
	RETURN 1;
END $$;
CREATE OPERATOR gk.+ (LEFTARG = int, RIGHTARG = numeric, FUNCTION = gk.plus);
CREATE FUNCTION gk.step(int, int) RETURNS int LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO gk.called VALUES ('aggregate');
	RETURN 1;
END $$;
CREATE AGGREGATE gk.sum (int) (SFUNC = gk.step, STYPE = int, INITCOND = '0');
CREATE TYPE gk.pair AS (a int, b int);
CREATE FUNCTION gk.to_text(gk.pair) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO gk.called VALUES ('cast');
	RETURN 1;
END $$;
CREATE CAST (gk.pair AS text) WITH FUNCTION gk.to_text(gk.pair) AS ASSIGNMENT;
CREATE DOMAIN gk.dom AS int CHECK (gk.round(value, 1) > 0);
CREATE FUNCTION gk.trap() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO gk.called VALUES ('trigger');
	RETURN new;
END $$;
CREATE TABLE gk.table_trigger (a int);
CREATE TRIGGER t BEFORE INSERT ON gk.table_trigger FOR EACH ROW EXECUTE FUNCTION gk.trap();
CREATE TABLE gk.table_deferred (a int);
CREATE CONSTRAINT TRIGGER t AFTER INSERT ON gk.table_deferred DEFERRABLE INITIALLY DEFERRED
	FOR EACH ROW EXECUTE FUNCTION gk.trap();
CREATE TABLE gk.table_default (a int, b numeric DEFAULT gk.round(1, 1));
CREATE TABLE gk.table_check (a int CHECK (gk.round(a, 1) > 0));
CREATE FUNCTION gk.immutable(int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
	INSERT INTO gk.called VALUES ('immutable');
	RETURN 1;
END $$;
CREATE TABLE gk.table_index (a int);
CREATE INDEX ON gk.table_index (gk.immutable(a));
CREATE TABLE gk.table_generated (a int, b int GENERATED ALWAYS AS (gk.immutable(a)) STORED);
CREATE TABLE gk.table_rule (a int);
CREATE RULE r AS ON INSERT TO gk.table_rule DO ALSO SELECT gk.round(1, 1);
CREATE VIEW gk.view AS SELECT gk.round(1, 1);
CREATE FUNCTION gk.range_diff(int, int) RETURNS float8 LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
	INSERT INTO gk.called VALUES ('range');
	RETURN $1 - $2;
END $$;
CREATE TYPE gk.range AS RANGE (SUBTYPE = int, SUBTYPE_DIFF = gk.range_diff);
RESET SESSION AUTHORIZATION;
CREATE TRIGGER u BEFORE INSERT ON gk.config FOR EACH ROW WHEN (new.a = 2) EXECUTE FUNCTION gk.trap();
CREATE FUNCTION gk.event() RETURNS event_trigger LANGUAGE plpgsql AS
	$$BEGIN INSERT INTO gk.called VALUES ('event trigger'); END$$;
ALTER FUNCTION gk.event() OWNER TO gk_user;

--
-- Plainly allowed
--
-- allowed: no script is running (what the functions do is untrusted_code's business)
SELECT gk.round(1, 1);
DELETE FROM gk.called;
-- allowed: a superuser's functions, also those of other extensions
SELECT gk.in_extension('SELECT gk.honest(1), pg_catalog.round(1, 1)');
SELECT gk.in_extension('INSERT INTO gk.config VALUES (1)');
SELECT gk.in_extension_update('SELECT gk.honest(1)');
-- allowed: the script's own functions
SELECT gk.in_extension($$
	CREATE FUNCTION gk.own(int) RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN $1; END';
	CREATE FUNCTION gk.own_sql(int) RETURNS int LANGUAGE sql AS 'SELECT gk.own($1)';
	CREATE AGGREGATE gk.own_sum (int) (SFUNC = int4pl, STYPE = int, INITCOND = '0');
	CREATE TABLE gk.own_table (a int DEFAULT gk.own(1), CHECK (gk.own_sql(a) > 0));
	INSERT INTO gk.own_table DEFAULT VALUES;
	SELECT gk.own_sum(a) FROM gk.own_table$$);
-- allowed: tables of users, whose triggers are a superuser's or nobody's
SELECT gk.in_extension('CREATE TABLE gk.copy AS SELECT * FROM gk.table_trigger');
-- allowed: mentioning a user's function without calling it
SELECT gk.in_extension('CREATE VIEW gk.mentions AS SELECT gk.round(1, 1)');

SET SESSION AUTHORIZATION gk_user;
-- allowed: a user's trusted extension, a superuser's functions
SELECT gk.in_trusted_extension('SELECT gk.honest(1)');
-- allowed: a script without superuser rights, installed by a user, may call what the user may
SELECT gk.in_user_extension('SELECT gk.round(1, 1)');
SELECT gk.in_user_extension('CALL gk.proc(); SELECT gk.round_definer(1); INSERT INTO gk.table_trigger VALUES (1)');
RESET SESSION AUTHORIZATION;
SELECT * FROM gk.called ORDER BY 1;
DELETE FROM gk.called;
-- allowed: a superuser who has put his rights aside
SET ROLE gk_user;
SELECT gk.in_user_extension('SELECT gk.round(1, 1)');
RESET ROLE;
DELETE FROM gk.called;

--
-- Denied: always
--
-- denied: a better match than the built-in function, in a script without qualified names
SELECT gk.in_extension('SET LOCAL search_path = gk, pg_catalog; SELECT round(1, 1)');
SELECT gk.in_extension_update('SELECT gk.round(1, 1)');
SELECT gk.in_extension('SELECT gk.round_sql(1)');
SELECT gk.in_extension('SELECT gk.round_definer(1)');
SELECT gk.in_extension('DO $do$ BEGIN EXECUTE gk.round_definer(1); END $do$');
SELECT gk.in_extension('CALL gk.proc()');
SELECT gk.in_extension('SELECT * FROM gk.rows()');
SELECT gk.in_extension('SELECT gk.honest(gk.round(1, 1)::int)');
SELECT gk.in_extension('SELECT CASE WHEN random() > 2 THEN gk.round(1, 1) END');
-- denied: operators, aggregates, window functions, casts, domains
SELECT gk.in_extension('SET LOCAL search_path = gk, pg_catalog; SELECT 1 + 1.5');
SELECT gk.in_extension('SELECT gk.sum(1)');
SELECT gk.in_extension('SELECT gk.sum(1) OVER ()');
SELECT gk.in_extension('SELECT ROW(1, 2)::gk.pair::text');
SELECT gk.in_extension('SELECT 1::gk.dom');
SELECT gk.in_extension('SELECT * FROM json_to_record(''{"a": 1}'') AS (a gk.dom)');
-- denied: what hangs on a table
SELECT gk.in_extension('INSERT INTO gk.table_trigger VALUES (1)');
SELECT gk.in_extension('INSERT INTO gk.table_deferred VALUES (1); SET CONSTRAINTS ALL IMMEDIATE');
SELECT gk.in_extension('INSERT INTO gk.table_default VALUES (1)');
SELECT gk.in_extension('INSERT INTO gk.table_check VALUES (1)');
SELECT gk.in_extension('INSERT INTO gk.table_index VALUES (1)');
SELECT gk.in_extension('INSERT INTO gk.table_generated VALUES (1)');
SELECT gk.in_extension('INSERT INTO gk.table_rule VALUES (1)');
SELECT gk.in_extension('SELECT * FROM gk.view');
SELECT gk.in_extension('INSERT INTO gk.config VALUES (2)');
SELECT gk.in_extension('CREATE TABLE gk.ranges AS SELECT gk.range(i, i + 1) AS r FROM generate_series(1, 2000) i;
	CREATE INDEX ON gk.ranges USING gist (r)');
-- denied: from one of the superuser's functions
CREATE FUNCTION gk.through() RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN gk.round(1, 1); END';
SELECT gk.in_extension('SELECT gk.through()');
-- denied: the same for a plan that was made before
PREPARE p AS SELECT gk.round_sql(1);
EXECUTE p;
SELECT gk.in_extension('EXECUTE p');
DEALLOCATE p;
-- denied: event triggers
CREATE EVENT TRIGGER e ON ddl_command_start WHEN TAG IN ('CREATE SEQUENCE') EXECUTE FUNCTION gk.event();
SELECT gk.in_extension('CREATE SEQUENCE gk.seq');
DROP EVENT TRIGGER e;
-- denied: in a trusted extension that a user installs, even with his own function
SET SESSION AUTHORIZATION gk_user;
SELECT gk.in_trusted_extension('SELECT gk.round(1, 1)');
SELECT gk.in_trusted_extension('SELECT gk.round_sql(1)');
SELECT gk.in_trusted_extension('INSERT INTO gk.table_trigger VALUES (1)');
-- denied: the function belongs to the extension, but its owner can have replaced it
CREATE EXTENSION gk_probe_user VERSION '1.0' SCHEMA gk;
RESET SESSION AUTHORIZATION;
ALTER EXTENSION gk_probe_user ADD FUNCTION gk.round(int, int);
SET gk_probe.statement = 'SELECT gk.round(1, 1)';
ALTER EXTENSION gk_probe_user UPDATE TO '1.1';
-- allowed: its owner updates it himself
SET SESSION AUTHORIZATION gk_user;
SET gk_probe.statement = 'SELECT gk.round(1, 1)';
ALTER EXTENSION gk_probe_user UPDATE TO '1.1';
ALTER EXTENSION gk_probe_user DROP FUNCTION gk.round(int, int);
DROP EXTENSION gk_probe_user;
RESET SESSION AUTHORIZATION;
SELECT * FROM gk.called;
DELETE FROM gk.called;

--
-- Whatever gatekeeper.untrusted_code says
--
ALTER SYSTEM SET gatekeeper.untrusted_code = 'off';
SELECT pg_reload_conf();
\c -
\set VERBOSITY terse
SET client_min_messages = warning;
-- denied: also what core would put in place of the call
SELECT gk.in_extension('SELECT gk.round_sql(1)');
SELECT gk.in_extension('INSERT INTO gk.table_trigger VALUES (1)');
ALTER SYSTEM SET gatekeeper.untrusted_code = 'run_as_owner';
SELECT pg_reload_conf();
\c -
\set VERBOSITY terse
SET client_min_messages = warning;
-- denied: although it would have its owner's rights only
SELECT gk.in_extension('SELECT gk.round(1, 1)');
SELECT gk.in_extension('INSERT INTO gk.table_trigger VALUES (1)');
ALTER SYSTEM RESET gatekeeper.untrusted_code;
SELECT * FROM gk.called;

--
-- Audit and off
--
ALTER SYSTEM SET gatekeeper.extension_hijack = 'audit';
SELECT pg_reload_conf();
\c -
\set VERBOSITY terse
SET client_min_messages = warning;
-- allowed: the rule only records
SELECT gk.in_extension('SELECT gk.round(1, 1)');
SELECT gk.in_extension('INSERT INTO gk.table_trigger VALUES (1)');
ALTER SYSTEM SET gatekeeper.extension_hijack = 'off';
SELECT pg_reload_conf();
\c -
\set VERBOSITY terse
SET client_min_messages = warning;
-- allowed: the rule is off
SELECT gk.in_extension('SELECT gk.round(1, 1)');
ALTER SYSTEM RESET gatekeeper.extension_hijack;
SELECT pg_reload_conf();
\c -
SELECT * FROM gk.called;
SET client_min_messages = warning;
DROP FUNCTION gk.through();
DROP TABLE gk.called, gk.config CASCADE;
DROP OWNED BY gk_user CASCADE;
GRANT ALL ON SCHEMA gk TO PUBLIC;
DO $$ BEGIN
	EXECUTE format('GRANT CREATE ON DATABASE %I TO gk_user', current_database());
END $$;
DROP FUNCTION gk.honest(int), gk.honest_trigger(), gk.in_user_extension(text);
