--
-- loopback: who can have the server connect to a server, with superuser
-- rights?
--
\set VERBOSITY terse
-- what is planted on the way to it is another rule's business
ALTER SYSTEM SET gatekeeper.backdoor = 'off';
SELECT pg_reload_conf();
\c -
SET client_min_messages = warning;

CREATE EXTENSION dblink SCHEMA gk;
CREATE EXTENSION postgres_fdw SCHEMA gk;
CREATE TABLE gk.address AS SELECT format('host=%s port=%s dbname=%s',
	current_setting('unix_socket_directories'), current_setting('port'),
	current_database()) AS address;
GRANT SELECT ON gk.address TO PUBLIC;
CREATE FUNCTION gk.self(more text DEFAULT '') RETURNS text LANGUAGE sql AS
	'SELECT address || more FROM gk.address';
SELECT current_user AS superuser, current_setting('unix_socket_directories') AS host,
	current_setting('port') AS port, current_database() AS db \gset
-- core asks users for a password, in words that differ between versions
CREATE FUNCTION gk.try(stmt text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE stmt;
	RETURN 'done';
EXCEPTION WHEN prohibited_sql_statement_attempted THEN
	RETURN 'core wants a password';
END $$;
CREATE TABLE gk.reached (who text, tag text);
GRANT INSERT ON gk.reached TO gk_user;
CREATE FUNCTION gk.reach(tag text) RETURNS text LANGUAGE sql AS $$
	SELECT format('INSERT INTO gk.reached SELECT CASE WHEN rolsuper THEN %L ELSE rolname END, %L
		FROM pg_roles WHERE rolname = session_user', 'a superuser', tag)
$$;
CREATE FUNCTION gk.connections() RETURNS SETOF text LANGUAGE sql AS $$
	SELECT format('wrapper %s', fdwname) FROM pg_foreign_data_wrapper WHERE fdwname LIKE 'gk%'
	UNION ALL
	SELECT format('server %s superuser''s=%s', srvname, (SELECT rolsuper FROM pg_roles r WHERE r.oid = srvowner)) FROM pg_foreign_server
	UNION ALL
	SELECT format('user mapping %s', srvname) FROM pg_user_mappings
	UNION ALL
	SELECT format('subscription %s enabled=%s', subname, subenabled) FROM pg_subscription
	ORDER BY 1
$$;

--
-- Allowed: a superuser in his own session, and ordinary rights everywhere.
--
-- allowed: a superuser's own dblink
SELECT gk.dblink_exec(gk.self(), gk.reach('superuser'));
SELECT gk.dblink_connect('gk', gk.self());
SELECT gk.dblink_exec('gk', gk.reach('superuser, named'));
SELECT gk.dblink_open('gk', 'cursor', 'SELECT 1');
SELECT * FROM gk.dblink_fetch('gk', 'cursor', 1) AS (one int);
SELECT gk.dblink_close('gk', 'cursor');
SELECT gk.dblink_send_query('gk', 'SELECT 2');
SELECT * FROM gk.dblink_get_result('gk') AS (two int);
SELECT gk.dblink_disconnect('gk');
DO $$ BEGIN PERFORM gk.dblink_exec(gk.self(), gk.reach('superuser, block')); END $$;
-- allowed: a materialized view over it
CREATE MATERIALIZED VIEW gk.far AS
	SELECT * FROM gk.dblink(gk.self(), 'SELECT 3') AS (three int);
REFRESH MATERIALIZED VIEW gk.far;
SELECT * FROM gk.far;
DROP MATERIALIZED VIEW gk.far;
-- allowed: servers and mappings, also for others
CREATE SERVER gk_loop FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host :'host', port :'port', dbname :'db');
CREATE USER MAPPING FOR gk_user SERVER gk_loop OPTIONS (user 'gk_user', password_required 'false');
CREATE USER MAPPING FOR CURRENT_USER SERVER gk_loop;
CREATE FOREIGN TABLE gk.reached_far (who text, tag text) SERVER gk_loop
	OPTIONS (schema_name 'gk', table_name 'reached');
GRANT INSERT, SELECT ON gk.reached_far TO gk_user;
INSERT INTO gk.reached_far VALUES ('postgres_fdw', 'superuser');
ALTER USER MAPPING FOR gk_user SERVER gk_loop OPTIONS (SET user 'gk_user');
ALTER SERVER gk_loop OPTIONS (ADD fetch_size '10');
-- allowed: a subscription
SET client_min_messages = error;
CREATE SUBSCRIPTION gk_sub CONNECTION 'dbname=nowhere' PUBLICATION p WITH (connect = false);
ALTER SUBSCRIPTION gk_sub SET (slot_name = NONE);
SET client_min_messages = warning;

-- allowed: a user through a mapping that a superuser has made for him
SET SESSION AUTHORIZATION gk_user;
INSERT INTO gk.reached_far VALUES ('postgres_fdw', 'gk_user');
-- allowed: reading it in a function of a superuser
SELECT gk.as_definer($q$INSERT INTO gk.reached_far VALUES ('postgres_fdw', 'definer')$q$);
RESET SESSION AUTHORIZATION;
-- allowed: the SECURITY DEFINER function of an ordinary role: core asks for a
-- password, no rule says anything
SET SESSION AUTHORIZATION gk_admin;
CREATE FUNCTION gk.admins_dblink() RETURNS text LANGUAGE sql SECURITY DEFINER AS
	$$SELECT gk.try('SELECT gk.dblink_exec(gk.self(), gk.reach(''gk_admin''))')$$;
SET SESSION AUTHORIZATION gk_user;
SELECT gk.admins_dblink();
-- allowed: the user's own dblink, the same
SELECT gk.try($$SELECT gk.dblink_exec(gk.self(), gk.reach('gk_user'))$$);
SELECT gk.dblink_get_connections();
RESET SESSION AUTHORIZATION;
-- allowed: functions that only know about connections
SET SESSION AUTHORIZATION gk_user;
SELECT gk.as_definer($q$SELECT gk.dblink_get_connections()$q$);
RESET SESSION AUTHORIZATION;
SELECT * FROM gk.reached ORDER BY 1, 2;

--
-- Denied: dblink, elevated.
--
SET SESSION AUTHORIZATION gk_user;
-- denied: each way in
SELECT gk.as_definer($q$SELECT gk.dblink_exec(gk.self(), gk.reach('denied'))$q$);
SELECT gk.as_definer($q$SELECT gk.dblink_connect('gk', gk.self())$q$);
SELECT gk.as_definer($q$SELECT gk.dblink_connect_u('gk', gk.self())$q$);
SELECT gk.as_definer($q$SELECT * FROM gk.dblink(gk.self(), 'INSERT INTO gk.reached VALUES (1, 1) RETURNING tag') AS (t text)$q$);
SELECT gk.as_definer($q$SELECT gk.dblink_send_query(gk.self(), gk.reach('denied'))$q$);
SELECT gk.as_definer($q$SELECT gk.dblink_open(gk.self(), 'c', 'SELECT 1')$q$);
SELECT gk.as_definer($q$CREATE MATERIALIZED VIEW gk.far AS
	SELECT * FROM gk.dblink(gk.self(), 'SELECT 3') AS (three int)$q$);
SELECT gk.as_definer($q$DO 'BEGIN PERFORM gk.dblink_exec(gk.self(), gk.reach(''denied'')); END'$q$);
-- denied: in the script of a trusted extension
SELECT gk.in_trusted_extension($q$DO 'BEGIN PERFORM gk.dblink_exec(gk.self(), gk.reach(''denied'')); END'$q$);
RESET SESSION AUTHORIZATION;
-- denied: in a superuser's extension
SELECT gk.in_extension($q$DO 'BEGIN PERFORM gk.dblink_exec(gk.self(), gk.reach(''denied'')); END'$q$);
-- denied: the function that needs no password, granted to a user
GRANT EXECUTE ON FUNCTION gk.dblink_connect_u(text, text) TO gk_user;
SET SESSION AUTHORIZATION gk_user;
SELECT gk.dblink_connect_u('gk', gk.self(' user=' || :'superuser'));
RESET SESSION AUTHORIZATION;
REVOKE EXECUTE ON FUNCTION gk.dblink_connect_u(text, text) FROM gk_user;

--
-- Denied: code of a user that a superuser is made to run.
--
SET SESSION AUTHORIZATION gk_user;
CREATE TABLE gk.bait (statement text);
CREATE FUNCTION gk.trap() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN EXECUTE NEW.statement; RETURN NULL; END $$;
CREATE TRIGGER trap BEFORE INSERT ON gk.bait FOR EACH ROW EXECUTE FUNCTION gk.trap();
CREATE VIEW gk.bait_view AS SELECT gk.dblink_exec(gk.self(), gk.reach('denied'));
RESET SESSION AUTHORIZATION;
-- denied: from the trigger of a user
INSERT INTO gk.bait VALUES ($q$SELECT gk.dblink_exec(gk.self(), gk.reach('denied'))$q$);
-- denied: through a connection that the superuser has opened
SELECT gk.dblink_connect('gk', gk.self());
INSERT INTO gk.bait VALUES ($q$SELECT gk.dblink_exec('gk', gk.reach('denied'))$q$);
INSERT INTO gk.bait VALUES ($q$SELECT gk.dblink_send_query('gk', gk.reach('denied'))$q$);
INSERT INTO gk.bait VALUES ($q$SELECT gk.dblink_close('gk', 'c; ' || gk.reach('denied'))$q$);
SELECT gk.dblink_disconnect('gk');
-- denied: from a user's view
SELECT * FROM gk.bait_view;

--
-- Denied: what connects later.
--
SET SESSION AUTHORIZATION gk_user;
-- denied: servers and user mappings, elevated
SELECT gk.as_definer($q$CREATE SERVER gk_mine FOREIGN DATA WRAPPER postgres_fdw$q$);
SELECT gk.as_definer($q$CREATE SERVER gk_mine FOREIGN DATA WRAPPER dblink_fdw$q$);
SELECT gk.as_definer($q$ALTER SERVER gk_loop OPTIONS (ADD service 'x')$q$);
SELECT gk.as_definer($q$ALTER SERVER gk_loop OWNER TO gk_user$q$);
SELECT gk.as_definer($q$CREATE USER MAPPING FOR gk_admin SERVER gk_loop OPTIONS (user 'gk_super', password_required 'false')$q$);
SELECT gk.as_definer($q$CREATE USER MAPPING FOR PUBLIC SERVER gk_loop$q$);
SELECT gk.as_definer($q$ALTER USER MAPPING FOR gk_user SERVER gk_loop OPTIONS (SET user 'gk_super')$q$);
-- denied: by the detour of a wrapper that does nothing yet
SELECT gk.as_definer($q$CREATE FOREIGN DATA WRAPPER gk_mine HANDLER gk.postgres_fdw_handler$q$);
SELECT gk.as_definer($q$CREATE FOREIGN DATA WRAPPER gk_mine; CREATE SERVER gk_mine FOREIGN DATA WRAPPER gk_mine$q$);
-- denied: in the script of a trusted extension
SELECT gk.in_trusted_extension($q$CREATE SERVER gk_mine FOREIGN DATA WRAPPER postgres_fdw$q$);
SELECT gk.in_trusted_extension($q$CREATE USER MAPPING FOR gk_admin SERVER gk_loop OPTIONS (user 'gk_super', password_required 'false')$q$);
-- denied: subscriptions
SELECT gk.as_definer($q$CREATE SUBSCRIPTION gk_mine CONNECTION 'dbname=nowhere' PUBLICATION p WITH (connect = false)$q$);
SELECT gk.as_definer($q$ALTER SUBSCRIPTION gk_sub CONNECTION 'dbname=elsewhere'$q$);
SELECT gk.as_definer($q$ALTER SUBSCRIPTION gk_sub ENABLE$q$);
SELECT gk.as_definer($q$ALTER SUBSCRIPTION gk_sub SET PUBLICATION q WITH (refresh = false)$q$);
RESET SESSION AUTHORIZATION;
-- denied: in a superuser's extension, from the trigger of a user
SELECT gk.in_extension($q$CREATE USER MAPPING FOR gk_admin SERVER gk_loop OPTIONS (user 'gk_super', password_required 'false')$q$);
INSERT INTO gk.bait VALUES ($q$CREATE USER MAPPING FOR gk_admin SERVER gk_loop OPTIONS (user 'gk_super', password_required 'false')$q$);
INSERT INTO gk.bait VALUES ($q$ALTER SUBSCRIPTION gk_sub CONNECTION 'dbname=elsewhere'$q$);
-- denied: a script makes a wrapper of another extension's handler (their own scripts
-- made these above)
SELECT gk.in_extension($q$CREATE FOREIGN DATA WRAPPER gk_scripted HANDLER gk.postgres_fdw_handler$q$);

--
-- Denied: a superuser who touches a table that leads where its owner wants.
--
GRANT USAGE ON FOREIGN DATA WRAPPER postgres_fdw TO gk_user;
SET SESSION AUTHORIZATION gk_user;
CREATE SERVER gk_lure FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host :'host', port :'port', dbname :'db');
CREATE USER MAPPING FOR PUBLIC SERVER gk_lure OPTIONS (user :'superuser');
CREATE FOREIGN TABLE gk.lure (who text, tag text) SERVER gk_lure OPTIONS (schema_name 'gk', table_name 'reached');
GRANT ALL ON gk.lure TO PUBLIC;
CREATE VIEW gk.lure_view AS SELECT * FROM gk.lure;
-- denied: by core, for he has no password
SELECT gk.try($$INSERT INTO gk.lure VALUES ('lure', 'gk_user')$$);
RESET SESSION AUTHORIZATION;
-- denied: though core lets a superuser connect without one
INSERT INTO gk.lure VALUES ('lure', 'superuser');
SELECT * FROM gk.lure;
COPY gk.lure FROM '/dev/null';
IMPORT FOREIGN SCHEMA gk LIMIT TO (reached) FROM SERVER gk_lure INTO public;
-- denied: by core; a view connects as its owner
SELECT gk.try('SELECT * FROM gk.lure_view');
-- denied: a password proves nothing where it is not asked for
SET SESSION AUTHORIZATION gk_user;
ALTER USER MAPPING FOR PUBLIC SERVER gk_lure OPTIONS (ADD password 'any', SET user 'gk_user');
RESET SESSION AUTHORIZATION;
INSERT INTO gk.lure VALUES ('lure', 'with a password');
TRUNCATE gk.lure;
-- denied: when it is planned, since the wrapper may connect then
EXPLAIN (COSTS off) SELECT * FROM gk.lure;
-- denied: a row that is routed there, though no plan says so
SET SESSION AUTHORIZATION gk_user;
CREATE TABLE gk.lures (who text, tag text) PARTITION BY LIST (who);
CREATE FOREIGN TABLE gk.lures_far PARTITION OF gk.lures FOR VALUES IN ('lure')
	SERVER gk_lure OPTIONS (schema_name 'gk', table_name 'reached');
RESET SESSION AUTHORIZATION;
INSERT INTO gk.lures VALUES ('lure', 'routed');
-- denied: a user's table on a superuser's server
GRANT USAGE ON FOREIGN SERVER gk_loop TO gk_user;
SET SESSION AUTHORIZATION gk_user;
CREATE FOREIGN TABLE gk.lure2 (who text, tag text) SERVER gk_loop OPTIONS (schema_name 'gk', table_name 'reached');
RESET SESSION AUTHORIZATION;
INSERT INTO gk.lure2 VALUES ('lure', 'on the server of a superuser');
-- denied: tables of a superuser's server, made or changed with borrowed rights
SET SESSION AUTHORIZATION gk_user;
SELECT gk.as_definer($q$CREATE FOREIGN TABLE gk.planted (rolpassword text) SERVER gk_loop OPTIONS (schema_name 'pg_catalog', table_name 'pg_authid')$q$);
SELECT gk.as_definer($q$ALTER FOREIGN TABLE gk.reached_far OPTIONS (SET table_name 'pg_authid')$q$);
SELECT gk.as_definer($q$ALTER FOREIGN TABLE gk.reached_far ALTER who OPTIONS (ADD column_name 'tag')$q$);
SELECT gk.as_definer($q$ALTER FOREIGN TABLE gk.reached_far RENAME who TO whoever$q$);
SELECT gk.as_definer($q$IMPORT FOREIGN SCHEMA gk LIMIT TO (reached) FROM SERVER gk_loop INTO public$q$);
-- allowed: the owner, with what is his own
ALTER FOREIGN TABLE gk.lure2 RENAME tag TO label;
ALTER FOREIGN TABLE gk.lure2 RENAME label TO tag;
RESET SESSION AUTHORIZATION;
-- allowed: a superuser who has become the owner; core then wants a password that counts
SET ROLE gk_user;
SELECT gk.try($$INSERT INTO gk.lure VALUES ('lure', 'as the owner')$$);
RESET ROLE;
-- allowed: somebody vouches for the owner
SECURITY LABEL FOR gatekeeper ON ROLE gk_user IS 'trusted';
INSERT INTO gk.lure VALUES ('lure', 'vouched for');
SECURITY LABEL FOR gatekeeper ON ROLE gk_user IS NULL;

-- nothing of all that happened
SELECT gk.connections();
SELECT * FROM gk.reached WHERE tag NOT LIKE 'superuser%' OR who = 'lure' ORDER BY 1, 2;

--
-- Audit and off: the same goes through.
--
ALTER SYSTEM SET gatekeeper.loopback = 'audit';
SELECT pg_reload_conf();
\c -
\set VERBOSITY terse
SET client_min_messages = warning;
SET SESSION AUTHORIZATION gk_user;
-- allowed: audit only records
SELECT gk.as_definer($q$SELECT gk.dblink_exec(gk.self(), gk.reach('audit'))$q$);
SELECT gk.as_definer($q$CREATE SERVER gk_mine FOREIGN DATA WRAPPER postgres_fdw$q$);
RESET SESSION AUTHORIZATION;
ALTER SYSTEM SET gatekeeper.loopback = 'off';
SELECT pg_reload_conf();
\c -
\set VERBOSITY terse
SET client_min_messages = warning;
SET SESSION AUTHORIZATION gk_user;
-- allowed: off
SELECT gk.as_definer($q$SELECT gk.dblink_exec(gk.self(), gk.reach('off'))$q$);
SELECT gk.as_definer($q$ALTER SUBSCRIPTION gk_sub CONNECTION 'dbname=elsewhere'$q$);
RESET SESSION AUTHORIZATION;
SELECT tag FROM gk.reached WHERE tag IN ('audit', 'off') ORDER BY 1;
SELECT subconninfo FROM pg_subscription;
SELECT gk.connections();

ALTER SYSTEM RESET gatekeeper.loopback;
ALTER SYSTEM RESET gatekeeper.backdoor;
SELECT pg_reload_conf();
\c -
SET client_min_messages = warning;
DROP SUBSCRIPTION gk_sub;
DROP EXTENSION dblink CASCADE;
DROP EXTENSION postgres_fdw CASCADE;
DROP TABLE gk.bait, gk.reached, gk.address, gk.lures;
DROP FUNCTION gk.trap(), gk.admins_dblink(), gk.connections(), gk.reach(text), gk.self(text),
	gk.try(text);
