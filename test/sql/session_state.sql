-- What code of others finds in a superuser's session, and what it leaves there: cursors,
-- connections, the random seed, constraints, locks.  Each is judged by its effect.
\set VERBOSITY terse
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS dblink;
CREATE SCHEMA gks AUTHORIZATION gk_user;
CREATE SCHEMA gka;
GRANT USAGE ON SCHEMA gka TO PUBLIC;
GRANT USAGE ON SCHEMA gks TO PUBLIC;
CREATE TABLE gka.secret AS SELECT 'secret' || i AS s FROM generate_series(1, 200) i;
CREATE FUNCTION gka.try(stmt text) RETURNS text LANGUAGE plpgsql AS
$$ BEGIN EXECUTE stmt; RETURN 'done'; EXCEPTION WHEN insufficient_privilege THEN RETURN 'refused';
	WHEN object_not_in_prerequisite_state THEN RETURN 'failed'; END $$;
SET ROLE gk_user;
CREATE TABLE gks.loot (what text);
CREATE TABLE gks.own AS SELECT i FROM generate_series(1, 3) i;

--
-- Cursors: with the rights of whoever opened them
--
CREATE FUNCTION gks.fetch_all() RETURNS int LANGUAGE plpgsql AS $$
DECLARE r record; c refcursor; BEGIN
	FOR c IN SELECT name FROM pg_cursors LOOP
		BEGIN
			FETCH c INTO r;
			INSERT INTO gks.loot VALUES (r::text);
		EXCEPTION WHEN OTHERS THEN NULL;
		END;
	END LOOP;
	RETURN 1;
END $$;
CREATE FUNCTION gks.fetch_all_as_owner() RETURNS int LANGUAGE plpgsql SECURITY DEFINER AS
$$ BEGIN RETURN gks.fetch_all(); END $$;
CREATE FUNCTION gks.fetch_kept() RETURNS int LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN
	EXECUTE 'FETCH kept'; RETURN 1; END $$;
-- its own ones
CREATE FUNCTION gks.count_own() RETURNS int LANGUAGE plpgsql AS $$
DECLARE c CURSOR FOR SELECT i FROM gks.own; r record; n int := 0; BEGIN
	FOR r IN c LOOP n := n + r.i; END LOOP;
	OPEN c; FETCH c INTO n; MOVE c; FETCH c INTO n; CLOSE c;
	FOR r IN SELECT i FROM gks.own LOOP n := n + r.i; END LOOP;
	RETURN n;
END $$;
CREATE FUNCTION gks.opens() RETURNS refcursor LANGUAGE plpgsql AS $$
DECLARE c refcursor := 'hers'; BEGIN OPEN c FOR SELECT i FROM gks.own; RETURN c; END $$;
CREATE VIEW gks.fetches AS SELECT gks.fetch_all() AS a;
CREATE VIEW gks.fetches_as_owner AS SELECT gks.fetch_all_as_owner() AS a;
RESET ROLE;
CREATE FUNCTION gka.loops() RETURNS int LANGUAGE plpgsql AS $$
DECLARE r record; n int := 0; BEGIN
	FOR r IN SELECT s FROM gka.secret LOOP
		PERFORM * FROM gks.fetches;
		n := n + 1;
	END LOOP;
	RETURN n;
END $$;
BEGIN;
DECLARE mine CURSOR FOR SELECT s FROM gka.secret;
-- denied, and so nothing is found: rows of the session's cursors.  An error in what it
-- runs is the end of a cursor.
SELECT * FROM gks.fetches;
SELECT gka.try('FETCH mine');
COMMIT;
BEGIN;
DECLARE mine CURSOR FOR SELECT s FROM gka.secret;
SELECT * FROM gks.fetches_as_owner;
COMMIT;
SELECT gka.try('SELECT gka.loops()');
BEGIN;
DECLARE kept CURSOR WITH HOLD FOR SELECT s FROM gka.secret;
COMMIT;
-- denied: one that the server keeps the rows of
SELECT gka.try('SELECT gks.fetch_kept()');
CLOSE kept;
SELECT count(*) AS looted FROM gks.loot WHERE what LIKE '%secret%';
-- allowed: its own cursors, also one that it hands to the session
SELECT gks.count_own();
BEGIN;
SELECT gks.opens();
FETCH hers;
SELECT gks.count_own();
FETCH hers;
COMMIT;

--
-- Connections: as the role that they logged in as
--
SELECT format('host=%s port=%s user=%s dbname=%s', split_part(current_setting('unix_socket_directories'), ',', 1),
	current_setting('port'), current_user, current_database()) AS conninfo \gset
SET ROLE gk_user;
CREATE FUNCTION gks.connected(name text) RETURNS int LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN
	INSERT INTO gks.loot SELECT s FROM public.dblink(name, 'SELECT s FROM gka.secret LIMIT 1') x(s text); RETURN 1; END $$;
CREATE FUNCTION gks.connected() RETURNS int LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN
	INSERT INTO gks.loot SELECT s FROM public.dblink('SELECT s FROM gka.secret LIMIT 1') x(s text); RETURN 1; END $$;
CREATE FUNCTION gks.sends(name text) RETURNS int LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN
	PERFORM public.dblink_send_query(name, 'SELECT s FROM gka.secret LIMIT 1');
	INSERT INTO gks.loot SELECT s FROM public.dblink_get_result(name) x(s text); RETURN 1; END $$;
RESET ROLE;
SELECT dblink_connect('named', :'conninfo');
-- denied
SELECT gka.try($$SELECT gks.connected('named')$$);
SELECT gka.try($$SELECT gks.sends('named')$$);
-- denied: one of its own in the place of the session's, which it may only close
CREATE FUNCTION gka.is_refused(stmt text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN
	EXECUTE stmt; RETURN false; EXCEPTION WHEN OTHERS THEN RETURN sqlerrm LIKE 'pg_gatekeeper:%'; END $$;
SET ROLE gk_user;
CREATE FUNCTION gks.swaps() RETURNS int LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN
	PERFORM public.dblink_disconnect('named'); PERFORM public.dblink_connect('named', 'host=nowhere.invalid password=x'); RETURN 1; END $$;
CREATE FUNCTION gks.connects() RETURNS int LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN
	PERFORM public.dblink_connect('named', 'host=nowhere.invalid password=x'); RETURN 1; END $$;
RESET ROLE;
SELECT gka.is_refused('SELECT gks.swaps()');
SELECT dblink_connect('named', :'conninfo');
-- allowed: to the session itself
SELECT length(s) FROM dblink('named', 'SELECT s FROM gka.secret LIMIT 1') x(s text);
SELECT dblink_disconnect('named');
-- allowed by us: what the session has closed is anybody's name again
SELECT gka.is_refused('SELECT gks.connects()');
SELECT gka.is_refused($$SELECT gks.connected('named')$$);
SELECT dblink_connect(:'conninfo');
-- denied: the one without a name
SELECT gka.try($$SELECT gks.connected()$$);
SELECT length(s) FROM dblink('SELECT s FROM gka.secret LIMIT 1') x(s text);
SELECT dblink_disconnect();
SELECT gka.is_refused('SELECT gks.connected()');
SELECT count(*) AS looted FROM gks.loot WHERE what LIKE '%secret%';

--
-- The seed of random(), in a function that ends and in one that fails
--
SET ROLE gk_user;
CREATE FUNCTION gks.seeds(fails boolean) RETURNS int LANGUAGE plpgsql AS $$ BEGIN
	PERFORM setseed(0.25);
	IF fails THEN RAISE EXCEPTION 'x'; END IF;
	RETURN 1; END $$;
RESET ROLE;
SELECT setseed(0.25);
SELECT random() AS known \gset
SELECT gks.seeds(false);
SELECT random() = :known AS is_known;
DO $$ BEGIN PERFORM gks.seeds(true); EXCEPTION WHEN raise_exception THEN NULL; END $$;
SELECT random() = :known AS is_known;
-- allowed: the session's own
SELECT setseed(0.25);
SELECT random() = :known AS is_known;

--
-- Constraints and locks that the session relies on
--
CREATE TABLE gka.a (i int PRIMARY KEY);
CREATE TABLE gka.b (i int CONSTRAINT gka_b_a REFERENCES gka.a DEFERRABLE INITIALLY IMMEDIATE);
SET ROLE gk_user;
CREATE TABLE gks.a (i int PRIMARY KEY);
CREATE TABLE gks.b (i int CONSTRAINT gks_b_a REFERENCES gks.a DEFERRABLE INITIALLY IMMEDIATE);
CREATE FUNCTION gks.defers(what text) RETURNS int LANGUAGE plpgsql AS $$ BEGIN
	EXECUTE 'SET CONSTRAINTS ' || what || ' DEFERRED'; RETURN 1; END $$;
CREATE FUNCTION gks.unlocks() RETURNS int LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN
	PERFORM pg_advisory_unlock_all(); RETURN 1; END $$;
CREATE FUNCTION gks.locks() RETURNS int LANGUAGE plpgsql AS $$ BEGIN
	PERFORM pg_advisory_lock(434347); PERFORM pg_advisory_unlock(434347); PERFORM pg_advisory_xact_lock(434347); RETURN 1; END $$;
RESET ROLE;
-- denied
SELECT gka.try($$SELECT gks.defers('ALL')$$);
SELECT gka.try($$SELECT gks.defers('gka.gka_b_a')$$);
SELECT pg_advisory_lock(434348);
SELECT gka.try('SELECT gks.unlocks()');
SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 434348;
-- allowed: its own constraints, and locks by number
BEGIN;
SELECT gks.defers('gks.gks_b_a');
INSERT INTO gks.b VALUES (1);
INSERT INTO gks.a VALUES (1);
COMMIT;
SELECT gks.locks();
-- allowed: all of it to the session itself, and in an ordinary one
BEGIN;
SET CONSTRAINTS ALL DEFERRED;
COMMIT;
SELECT pg_advisory_unlock_all();
\c - gk_user
SELECT gks.unlocks();
SELECT gks.defers('ALL');
\c - postgres
SET client_min_messages = warning;

--
-- What the session has prepared
--
SET ROLE gk_user;
CREATE FUNCTION gks.texts() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS $$ SELECT count(*) FROM pg_prepared_statements $$;
CREATE VIEW gks.texts AS SELECT name, statement FROM pg_prepared_statements;
RESET ROLE;
PREPARE gks_p AS SELECT 'secret';
-- denied
SELECT gka.try('SELECT gks.texts()');
SELECT gka.try('SELECT * FROM gks.texts');
-- allowed: to the session itself
SELECT count(*) FROM pg_prepared_statements;
DEALLOCATE gks_p;

--
-- A temporary table of others, which a function takes for its own
--
SET ROLE gk_user;
CREATE TABLE gks.watched (a int);
CREATE FUNCTION gks.makes() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
	CREATE TEMP TABLE gks_queue (x text, cmd text GENERATED ALWAYS AS ('INSERT INTO gka.secret VALUES (''by gk_user'')'::text) STORED);
	RETURN new; END $$;
CREATE TRIGGER t BEFORE INSERT ON gks.watched FOR EACH ROW EXECUTE FUNCTION gks.makes();
RESET ROLE;
CREATE FUNCTION gka.works() RETURNS int LANGUAGE plpgsql AS $$ DECLARE r record; BEGIN
	IF to_regclass('gks_queue') IS NULL THEN CREATE TEMP TABLE gks_queue (cmd text); END IF;
	TRUNCATE gks_queue;
	INSERT INTO gks_queue VALUES ('SELECT 1');
	FOR r IN SELECT cmd FROM gks_queue LOOP EXECUTE r.cmd; END LOOP;
	RETURN 1; END $$;
CREATE PROCEDURE gka.works_too() LANGUAGE plpgsql AS $$ DECLARE r record; BEGIN
	FOR r IN SELECT cmd FROM gks_queue LOOP EXECUTE r.cmd; END LOOP; END $$;
INSERT INTO gks.watched VALUES (1);
-- denied
SELECT gka.works();
CALL gka.works_too();
SELECT count(*) FROM gka.secret WHERE s = 'by gk_user';
-- allowed: to the client, who names it; and when it is gone
SELECT count(*) FROM gks_queue;
DROP TABLE gks_queue;
SELECT gka.works();
SELECT gka.works();
DROP TABLE gks_queue;
DROP SCHEMA gks, gka CASCADE;
DROP EXTENSION dblink;
