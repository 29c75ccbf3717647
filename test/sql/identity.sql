-- Rule identity: application users, whom signed tokens name.
\set VERBOSITY terse
SET client_min_messages = warning;
CREATE EXTENSION pg_gatekeeper;
CREATE ROLE gk_issuer LOGIN;
GRANT EXECUTE ON FUNCTION gatekeeper.issue TO gk_issuer;
-- two users over one role
CREATE TABLE gk.chat (id int PRIMARY KEY, sender text NOT NULL DEFAULT gatekeeper.app_user(), receiver text, message text);
INSERT INTO gk.chat SELECT n, CASE n % 3 WHEN 0 THEN 'alice' WHEN 1 THEN 'bob' ELSE 'carol' END,
	CASE n % 2 WHEN 0 THEN 'bob' ELSE 'carol' END, 'message ' || n FROM generate_series(1, 1000) n;
CREATE INDEX ON gk.chat (sender);
ANALYZE gk.chat;
GRANT SELECT, INSERT, UPDATE, DELETE ON gk.chat TO gk_user;
ALTER TABLE gk.chat ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON gk.chat TO gk_user USING (sender = gatekeeper.app_user()) WITH CHECK (sender = gatekeeper.app_user());
-- allowed: whoever was granted it issues tokens
SET SESSION AUTHORIZATION gk_issuer;
SELECT gatekeeper.issue('alice', '1 hour') AS alice, gatekeeper.issue('bob', '1 hour', '{"role": "member", "team": 7}') AS bob,
	gatekeeper.issue('carol', '1 hour', '{}', '{database,address,backend}') AS carol,
	gatekeeper.issue('mallory', '1 hour', '{}', '{role}') AS not_for_users \gset
RESET SESSION AUTHORIZATION;
-- refused: nobody else does, and what the server says itself is not a claim
SET SESSION AUTHORIZATION gk_user;
SELECT gatekeeper.issue('alice', '1 hour');
SELECT gatekeeper.revoke_user('alice');
SET SESSION AUTHORIZATION gk_issuer;
SELECT gatekeeper.issue('alice', '1 hour', '{"sub": "bob"}');
SELECT gatekeeper.issue('alice', '1 hour', '[]');
SELECT gatekeeper.issue('alice', '-1 hour');
SELECT gatekeeper.issue('alice', '1 hour', '{}', '{planet}');
SET SESSION AUTHORIZATION gk_user;
-- allowed: nobody is there before a login
SELECT gatekeeper.app_user() IS NULL AND gatekeeper.app_claims() IS NULL AND gatekeeper.app_claim('sub') IS NULL AS nobody;
SELECT count(*) FROM gk.chat;
-- allowed: for the session
SELECT gatekeeper.login(:'alice');
SELECT count(*), min(sender), max(sender) FROM gk.chat;
INSERT INTO gk.chat (id, message) VALUES (2000, 'hello') RETURNING sender;
-- refused: by the policy
INSERT INTO gk.chat VALUES (2001, 'bob', 'carol', 'forged');
SELECT gatekeeper.login(:'bob');
SELECT count(*), min(sender), max(sender) FROM gk.chat;
SELECT gatekeeper.app_claim('role'), gatekeeper.app_claim('team'), gatekeeper.app_claim('none'),
	gatekeeper.app_claims() ->> 'sub' AS sub, gatekeeper.app_claims() ->> 'iss' AS iss;
-- a policy uses the index
EXPLAIN (COSTS OFF) SELECT * FROM gk.chat;
-- allowed: for the transaction, as SET LOCAL
BEGIN;
SELECT gatekeeper.login_local(:'alice');
SAVEPOINT s;
SELECT gatekeeper.login_local(:'carol');
SELECT gatekeeper.app_user();
ROLLBACK TO s;
SELECT gatekeeper.app_user();
SAVEPOINT s;
ROLLBACK TO s;
SELECT gatekeeper.app_user();
COMMIT;
SELECT gatekeeper.app_user();
-- an error changes nothing, as with SET
BEGIN;
SELECT gatekeeper.login(:'alice');
-- denied: not a token
SELECT gatekeeper.login('x');
ROLLBACK;
SELECT gatekeeper.app_user();
-- denied: refused tokens, each for its reason
SELECT gatekeeper.login(NULL);
SELECT gatekeeper.login('');
SELECT gatekeeper.login_local(:'alice' || 'A');
SELECT gatekeeper.login(:'not_for_users');
SELECT gatekeeper.login(split_part(:'alice', '.', 1) || '.' || split_part(:'bob', '.', 2) || '.' || split_part(:'alice', '.', 3));
SELECT gatekeeper.app_user();
-- denied: nobody else sets it
SET gatekeeper.application_user = 'alice';
SET LOCAL "gatekeeper"."APPLICATION_USER" = 'alice';
SELECT set_config('gatekeeper.application_user', 'alice', false);
SELECT set_config('GateKeeper.Application_User', 'alice', true);
DO $$ BEGIN PERFORM set_config('gatekeeper.' || 'application_user', 'alice', false); END $$;
CREATE FUNCTION gk.as_alice() RETURNS text LANGUAGE sql SET gatekeeper.application_user = 'alice' RETURN gatekeeper.app_user();
CREATE FUNCTION gk.as_me() RETURNS text LANGUAGE sql SET gatekeeper.application_user FROM CURRENT RETURN gatekeeper.app_user();
ALTER ROLE gk_user SET gatekeeper.application_user = 'alice';
SELECT gk.as_definer($$SET gatekeeper.application_user = 'alice'$$);
UPDATE pg_settings SET setting = 'alice' WHERE name = 'gatekeeper.application_user';
SELECT gatekeeper.app_user();
-- allowed: taking it away
SHOW gatekeeper.application_user;
BEGIN;
RESET gatekeeper.application_user;
SELECT gatekeeper.app_user() IS NULL AS nobody;
ROLLBACK;
SELECT gatekeeper.app_user();
RESET ALL;
SELECT gatekeeper.app_user() IS NULL AS nobody;
SELECT gatekeeper.login(:'bob');
DISCARD ALL;
SELECT gatekeeper.app_user() IS NULL AS nobody;
SET SESSION AUTHORIZATION gk_user;
SELECT gatekeeper.login(:'bob');
SELECT gatekeeper.logout();
SELECT gatekeeper.app_user() IS NULL AS nobody;
-- allowed: in a SECURITY DEFINER function of the application's
RESET SESSION AUTHORIZATION;
CREATE FUNCTION gk.enter(token text) RETURNS text LANGUAGE sql SECURITY DEFINER RETURN gatekeeper.login(token);
SET SESSION AUTHORIZATION gk_user;
SELECT gk.enter(:'bob');
SELECT gatekeeper.app_user();
-- denied: untrusted code that a superuser runs, a script
CREATE FUNCTION gk.takes_over(token text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETURN gatekeeper.login(token); END $$;
CREATE FUNCTION gk.steals() RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETURN gatekeeper.issue('alice', '1 hour'); END $$;
RESET SESSION AUTHORIZATION;
SELECT gatekeeper.logout();
SELECT gk.takes_over(:'bob');
SELECT gk.steals();
SELECT gk.in_extension(format($$SELECT gatekeeper.login(%L)$$, :'bob'));
SELECT gatekeeper.app_user() IS NULL AS nobody;
-- allowed: parallel workers know it
SET SESSION AUTHORIZATION gk_user;
SELECT gatekeeper.login(:'alice');
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET parallel_leader_participation = off;
SET enable_indexscan = off;
SET enable_bitmapscan = off;
EXPLAIN (COSTS OFF) SELECT count(*) FROM gk.chat;
SELECT count(*) FROM gk.chat;
RESET SESSION AUTHORIZATION;
RESET ALL;
-- revoked: a session of tokens, then a user
SELECT gatekeeper.login(:'alice');
SELECT gatekeeper.revoke_session(gatekeeper.app_claim('jti'));
SELECT gatekeeper.app_user() IS NULL AS nobody;
-- denied: it is revoked
SELECT gatekeeper.login(:'alice');
SELECT gatekeeper.login(gatekeeper.issue('alice', '1 hour'));
SELECT gatekeeper.login(:'bob');
SELECT gatekeeper.revoke_user('bob');
SELECT gatekeeper.app_user() IS NULL AS nobody;
-- denied: likewise
SELECT gatekeeper.login(:'bob');
-- on record, without the token
SELECT verdict, object FROM gatekeeper.events
WHERE rule = 'identity' AND object_type = 'token' GROUP BY 1, 2 ORDER BY verdict, object COLLATE "C";
SELECT rule, verdict, object FROM gatekeeper.events
WHERE event = 'action' AND (rule = 'identity' AND object_type <> 'token' OR object ILIKE '%application_user') GROUP BY 1, 2, 3
ORDER BY rule, verdict, object COLLATE "C";
SELECT count(*) AS with_token FROM gatekeeper.events WHERE events::text ~ 'eyJ';
-- allowed, but refused all the same: audit, off
ALTER SYSTEM SET gatekeeper.identity = 'off';
SELECT pg_reload_conf();
\c -
SELECT gatekeeper.login('x');
-- refused: only a configuration file says where keys are
ALTER SYSTEM SET gatekeeper.identity_keys = '/tmp/keys';
ALTER SYSTEM RESET gatekeeper.identity;
SELECT pg_reload_conf();
\c -
DROP FUNCTION gk.enter, gk.takes_over, gk.steals;
DROP TABLE gk.chat;
DROP EXTENSION pg_gatekeeper;
REVOKE ALL ON SCHEMA gatekeeper FROM PUBLIC;
DROP SCHEMA gatekeeper;
DROP ROLE gk_issuer;
