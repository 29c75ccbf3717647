-- Rule catalog_secrets: password hashes, user mapping options, subscription
-- connection strings.
\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
-- what is planted on the way to it is another rule's business
ALTER SYSTEM SET gatekeeper.backdoor = 'off';
SELECT pg_reload_conf();
\c -
SET client_min_messages = warning;

CREATE ROLE gk_secret LOGIN PASSWORD 'nobody shall see this';
CREATE FOREIGN DATA WRAPPER gk_wrapper;
CREATE SERVER gk_server FOREIGN DATA WRAPPER gk_wrapper;
CREATE USER MAPPING FOR gk_secret SERVER gk_server OPTIONS (password 'nor this');
SET client_min_messages = error;
CREATE SUBSCRIPTION gk_subscription CONNECTION 'dbname=x password=that' PUBLICATION p
	WITH (connect = false, slot_name = NONE, enabled = false);
SET client_min_messages = warning;
ANALYZE pg_authid;

-- what an attacker carries off; for what is no text, its text
CREATE TABLE gk.loot (t text);
CREATE FUNCTION gk.looted() RETURNS text LANGUAGE sql AS $$
	SELECT count(*) || ' looted' FROM gk.loot WHERE t ~ 'SCRAM-SHA-256|nor this|password=that'
$$;
-- the views that an attacker makes in that context himself; making them reads nothing
SET SESSION AUTHORIZATION gk_user;
-- allowed: elevated, views
SELECT gk.as_definer($$
	CREATE VIEW gk.plain AS SELECT rolname, rolpassword AS p FROM pg_authid;
	CREATE VIEW gk.barrier WITH (security_barrier) AS SELECT rolname, rolpassword AS p FROM pg_authid;
	CREATE VIEW gk.invoker WITH (security_invoker) AS SELECT rolname, rolpassword AS p FROM pg_authid;
	CREATE VIEW gk.lateral AS SELECT x.p FROM pg_authid a, LATERAL (SELECT a.rolpassword AS p) x;
	CREATE VIEW gk.nested AS SELECT (SELECT a.rolpassword) AS p FROM pg_authid a;
	CREATE VIEW gk.joined AS SELECT j.rolpassword AS p FROM (pg_authid a JOIN pg_database d ON true) j;
	CREATE VIEW gk.grouped AS SELECT rolpassword AS p, count(*) FROM pg_authid GROUP BY 1;
	CREATE VIEW gk.aggregate AS SELECT string_agg(rolpassword, ',') AS p FROM pg_authid;
	CREATE VIEW gk.whole AS SELECT a::text AS p FROM pg_authid a;
	CREATE VIEW gk.cte AS WITH c AS (SELECT * FROM pg_authid) SELECT rolpassword AS p FROM c;
	CREATE VIEW gk.united AS SELECT rolname::text AS p FROM pg_authid UNION ALL SELECT rolpassword FROM pg_authid;
	CREATE VIEW gk.filter AS SELECT rolname AS p FROM pg_authid WHERE rolpassword LIKE 'SCRAM%';
	CREATE VIEW gk.sorted AS SELECT rolname AS p FROM pg_authid ORDER BY rolpassword;
	CREATE VIEW gk.through AS SELECT usename, passwd AS p FROM pg_shadow;
	CREATE VIEW gk.samples AS SELECT stavalues1::text || stavalues2::text || stavalues3::text AS p FROM pg_statistic;
	CREATE VIEW gk.harmless AS SELECT usename FROM pg_user;
	CREATE TABLE gk.ruled (a int);
	CREATE RULE looting AS ON INSERT TO gk.ruled DO ALSO INSERT INTO gk.loot SELECT rolpassword FROM pg_authid$$);

-- denied: elevated, the catalogs themselves
SELECT gk.as_definer($$INSERT INTO gk.loot SELECT rolpassword FROM pg_authid$$);
SELECT gk.as_definer($$INSERT INTO gk.loot SELECT a::text FROM pg_authid a$$);
SELECT gk.as_definer($$INSERT INTO gk.loot SELECT row_to_json(a) FROM pg_authid a$$);
SELECT gk.as_definer($$INSERT INTO gk.loot SELECT x.* FROM (SELECT rolpassword FROM pg_authid OFFSET 0) x$$);
SELECT gk.as_definer($$INSERT INTO gk.loot WITH c AS MATERIALIZED (TABLE pg_authid) SELECT rolpassword FROM c$$);
SELECT gk.as_definer($$INSERT INTO gk.loot SELECT (SELECT rolpassword FROM pg_authid WHERE rolname = 'gk_secret')$$);
SELECT gk.as_definer($$INSERT INTO gk.loot SELECT 'SCRAM-SHA-256' WHERE EXISTS (SELECT FROM pg_authid WHERE rolpassword LIKE 'SCRAM%')$$);
SELECT gk.as_definer($$INSERT INTO gk.loot SELECT 'SCRAM-SHA-256' FROM pg_authid ORDER BY rolpassword LIMIT 1$$);
SELECT gk.as_definer($$INSERT INTO gk.loot SELECT rolname FROM pg_authid NATURAL JOIN (SELECT 'x'::text AS rolpassword) x$$);
SELECT gk.as_definer($$INSERT INTO gk.loot SELECT j::text FROM (pg_authid a JOIN pg_database d ON true) j$$);
SELECT gk.as_definer($$MERGE INTO gk.loot l USING pg_authid a ON l.t = a.rolpassword WHEN NOT MATCHED THEN INSERT VALUES (a.rolpassword)$$);
SELECT gk.as_definer($$CREATE TABLE gk.stolen AS SELECT rolpassword FROM pg_authid$$);
SELECT gk.as_definer($$CREATE MATERIALIZED VIEW gk.stolen AS SELECT rolpassword FROM pg_authid$$);
SELECT gk.as_definer($$INSERT INTO gk.loot SELECT table_to_xml('pg_authid', true, true, '')$$);
SELECT gk.as_definer($$INSERT INTO gk.loot SELECT query_to_xml('SELECT rolpassword FROM pg_authid', true, true, '')$$);
SELECT gk.as_definer($$INSERT INTO gk.loot SELECT word FROM ts_stat('SELECT rolpassword::tsvector FROM pg_authid')$$);
SELECT gk.as_definer($$DO $x$ DECLARE p text; BEGIN SELECT rolpassword INTO p FROM pg_authid WHERE rolname = 'gk_secret'; INSERT INTO gk.loot VALUES (p); END $x$ $$);
SELECT gk.as_definer($$DO $x$ DECLARE c CURSOR FOR SELECT * FROM pg_authid; BEGIN OPEN c; END $x$ $$);
SELECT gk.as_definer($$EXPLAIN SELECT FROM pg_authid WHERE rolpassword > 'S'$$);
SELECT gk.as_definer($$DELETE FROM gk.loot USING pg_authid WHERE t = rolpassword$$);
SELECT gk.as_definer($$INSERT INTO gk.loot SELECT umoptions::text FROM pg_user_mapping$$);
SELECT gk.as_definer($$INSERT INTO gk.loot SELECT subconninfo FROM pg_subscription$$);
SELECT gk.as_definer($$INSERT INTO gk.loot SELECT stavalues1::text FROM pg_statistic$$);
SELECT gk.as_definer($$INSERT INTO gk.loot SELECT chunk_data::text FROM pg_toast.pg_toast_2619$$);
-- denied: elevated, views of the system
SELECT gk.as_definer($$INSERT INTO gk.loot SELECT passwd FROM pg_shadow$$);
SELECT gk.as_definer($$INSERT INTO gk.loot SELECT s::text FROM pg_shadow s$$);
SELECT gk.as_definer($$INSERT INTO gk.loot SELECT usename FROM pg_shadow WHERE passwd LIKE 'SCRAM%'$$);
SELECT gk.as_definer($$INSERT INTO gk.loot SELECT s.passwd FROM pg_user u JOIN pg_shadow s USING (usename)$$);
SELECT gk.as_definer($$INSERT INTO gk.loot SELECT umoptions::text FROM pg_user_mappings$$);
SELECT gk.as_definer($$INSERT INTO gk.loot SELECT option_value FROM information_schema.user_mapping_options$$);
SELECT gk.as_definer($$INSERT INTO gk.loot SELECT umoptions::text FROM information_schema._pg_user_mappings$$);
SELECT gk.as_definer($$INSERT INTO gk.loot SELECT histogram_bounds::text FROM pg_stats$$);
SELECT gk.as_definer($$INSERT INTO gk.loot SELECT most_common_vals::text FROM pg_stats$$);
SELECT gk.as_definer($$INSERT INTO gk.loot SELECT s::text FROM pg_stats s$$);
-- denied: elevated, views of one's own
SELECT gk.as_definer($$INSERT INTO gk.loot SELECT p FROM gk.plain$$);
SELECT gk.as_definer($$INSERT INTO gk.loot SELECT p FROM gk.barrier$$);
SELECT gk.as_definer($$INSERT INTO gk.loot SELECT p FROM gk.invoker$$);
SELECT gk.as_definer($$INSERT INTO gk.loot SELECT p FROM gk.lateral$$);
SELECT gk.as_definer($$INSERT INTO gk.loot SELECT p FROM gk.nested$$);
SELECT gk.as_definer($$INSERT INTO gk.loot SELECT p FROM gk.joined$$);
SELECT gk.as_definer($$INSERT INTO gk.loot SELECT p FROM gk.grouped$$);
SELECT gk.as_definer($$INSERT INTO gk.loot SELECT p FROM gk.aggregate$$);
SELECT gk.as_definer($$INSERT INTO gk.loot SELECT p FROM gk.whole$$);
SELECT gk.as_definer($$INSERT INTO gk.loot SELECT p FROM gk.cte$$);
SELECT gk.as_definer($$INSERT INTO gk.loot SELECT p FROM gk.united$$);
SELECT gk.as_definer($$INSERT INTO gk.loot SELECT p FROM gk.filter$$);
SELECT gk.as_definer($$INSERT INTO gk.loot SELECT p FROM gk.sorted$$);
SELECT gk.as_definer($$INSERT INTO gk.loot SELECT p FROM gk.through$$);
SELECT gk.as_definer($$INSERT INTO gk.loot SELECT p FROM gk.samples$$);
SELECT gk.as_definer($$INSERT INTO gk.ruled VALUES (1)$$);
-- denied: elevated, with an innocent view beside, which the planner may drop
SELECT gk.as_definer($$INSERT INTO gk.loot SELECT p FROM gk.plain, pg_user$$);
SELECT gk.as_definer($$INSERT INTO gk.loot SELECT p FROM gk.plain WHERE EXISTS (SELECT FROM pg_user)$$);
SELECT gk.as_definer($$INSERT INTO gk.loot SELECT p FROM gk.plain LEFT JOIN pg_user ON false$$);
SELECT gk.as_definer($$INSERT INTO gk.loot SELECT p FROM gk.samples LEFT JOIN pg_stats ON false$$);
SELECT gk.as_definer($$INSERT INTO gk.loot SELECT p FROM gk.samples LEFT JOIN (SELECT null_frac FROM pg_stats) s ON null_frac > 1 AND false$$);
SELECT gk.as_definer($$INSERT INTO gk.loot SELECT p FROM gk.samples WHERE NOT EXISTS (SELECT FROM pg_stats WHERE tablename = p AND false)$$);
SELECT gk.as_definer($$CREATE MATERIALIZED VIEW gk.kept AS SELECT stavalues1::text AS p
	FROM pg_statistic LEFT JOIN pg_stats ON false WITH NO DATA; REFRESH MATERIALIZED VIEW gk.kept$$);
SELECT gk.as_definer($$CREATE MATERIALIZED VIEW gk.kept AS SELECT rolpassword AS p
	FROM pg_authid, pg_user WITH NO DATA; REFRESH MATERIALIZED VIEW gk.kept$$);
SELECT gk.as_definer($$CREATE MATERIALIZED VIEW gk.kept AS SELECT passwd AS p FROM pg_shadow WITH NO DATA; REFRESH MATERIALIZED VIEW gk.kept$$);
-- denied: in a trusted extension's script
SELECT gk.in_trusted_extension($$INSERT INTO gk.loot SELECT rolpassword FROM pg_authid$$);
RESET SESSION AUTHORIZATION;
-- denied: extension, restricted
SELECT gk.in_extension($$INSERT INTO gk.loot SELECT rolpassword FROM pg_authid$$);
SELECT gk.in_extension($$INSERT INTO gk.loot SELECT passwd FROM pg_shadow$$);
SELECT gk.in_extension_update($$INSERT INTO gk.loot SELECT umoptions::text FROM pg_user_mappings$$);
SELECT gk.restricted($$INSERT INTO gk.loot SELECT rolpassword FROM pg_authid$$);
-- denied: restricted, a materialized view's own query
CREATE MATERIALIZED VIEW gk.kept AS SELECT rolpassword FROM pg_authid WITH NO DATA;
REFRESH MATERIALIZED VIEW gk.kept;
SELECT relispopulated FROM pg_class WHERE oid = 'gk.kept'::regclass;
DROP MATERIALIZED VIEW gk.kept;
-- denied: elevated, raw pages
CREATE EXTENSION pageinspect SCHEMA gk;
CREATE FUNCTION gk.innocent(text, int8) RETURNS bytea LANGUAGE c STRICT AS 'pageinspect', 'get_raw_page_1_9';
SET SESSION AUTHORIZATION gk_user;
SELECT gk.as_definer($$INSERT INTO gk.loot SELECT convert_from(gk.get_raw_page('pg_authid', 0), 'LATIN1')$$);
SELECT gk.as_definer($$INSERT INTO gk.loot SELECT encode(gk.get_raw_page('pg_authid', 'main', 0), 'escape')$$);
SELECT gk.as_definer($$INSERT INTO gk.loot SELECT encode(gk.innocent('pg_authid', 0), 'escape')$$);
RESET SESSION AUTHORIZATION;
-- denied: elevated, COPY (its file being permitted here)
ALTER SYSTEM SET gatekeeper.copy_file = 'off';
SELECT pg_reload_conf();
\c -
SET SESSION AUTHORIZATION gk_user;
SELECT gk.as_definer($$COPY pg_authid TO '/dev/null'$$);
SELECT gk.as_definer($$COPY pg_authid (rolpassword) TO '/dev/null'$$);
SELECT gk.as_definer($$COPY (SELECT passwd FROM pg_shadow) TO '/dev/null'$$);
-- allowed: elevated, COPY of the rest
SELECT gk.as_definer($$COPY pg_authid (rolname) TO '/dev/null'$$);
RESET SESSION AUTHORIZATION;
ALTER SYSTEM RESET gatekeeper.copy_file;
SELECT pg_reload_conf();
\c -
SET client_min_messages = warning;
-- nothing was carried off
SELECT gk.looted();
SELECT to_regclass('gk.stolen'), to_regclass('gk.kept');

-- allowed: elevated, what monitoring and administration need
TRUNCATE gk.loot;
SET SESSION AUTHORIZATION gk_user;
SELECT gk.as_definer($$INSERT INTO gk.loot SELECT 'pg_user ' || usename FROM pg_user WHERE usename = 'gk_user'$$);
SELECT gk.as_definer($$INSERT INTO gk.loot SELECT 'stars ' || passwd FROM pg_user WHERE usename = 'gk_user'$$);
SELECT gk.as_definer($$INSERT INTO gk.loot SELECT 'pg_roles ' || rolname || rolpassword FROM pg_roles WHERE rolname = 'gk_user'$$);
SELECT gk.as_definer($$INSERT INTO gk.loot SELECT 'pg_authid ' || rolname FROM pg_authid WHERE rolname = 'gk_user'$$);
SELECT gk.as_definer($$INSERT INTO gk.loot SELECT 'pg_shadow ' || usename FROM pg_shadow WHERE usename = 'gk_user'$$);
SELECT gk.as_definer($$INSERT INTO gk.loot SELECT 'harmless ' || usename FROM gk.harmless WHERE usename = 'gk_user'$$);
SELECT gk.as_definer($$INSERT INTO gk.loot SELECT 'plain ' || rolname FROM gk.plain WHERE rolname = 'gk_user'$$);
SELECT gk.as_definer($$INSERT INTO gk.loot SELECT 'several ' || u.usename FROM pg_user u, gk.harmless h, pg_shadow s, gk.barrier b
	WHERE (u.usename, h.usename, s.usename, b.rolname) = ('gk_user', 'gk_user', 'gk_user', 'gk_user')
	AND u.usename IN (SELECT usename FROM pg_user UNION SELECT rolname FROM gk.plain)$$);
SELECT gk.as_definer($$INSERT INTO gk.loot WITH u AS MATERIALIZED (SELECT usename FROM pg_user) SELECT 'cte ' || usename FROM u WHERE usename = 'gk_user'$$);
SELECT gk.as_definer($$INSERT INTO gk.loot SELECT 'mappings ' || usename FROM pg_user_mappings WHERE usename = 'gk_secret'$$);
SELECT gk.as_definer($$INSERT INTO gk.loot SELECT 'schema ' || authorization_identifier FROM information_schema.user_mappings WHERE authorization_identifier = 'gk_secret'$$);
SELECT gk.as_definer($$INSERT INTO gk.loot SELECT 'subscription ' || subname FROM pg_subscription WHERE subname = 'gk_subscription'$$);
SELECT gk.as_definer($$INSERT INTO gk.loot SELECT 'pg_stat_subscription ' || subname FROM pg_stat_subscription WHERE subname = 'gk_subscription'$$);
SELECT gk.as_definer($$INSERT INTO gk.loot SELECT 'bloat ' || (count(null_frac) + count(avg_width) + count(n_distinct) > 0)::text FROM pg_stats$$);
SELECT gk.as_definer($$INSERT INTO gk.loot SELECT 'statistic ' || (count(stanullfrac) > 0)::text FROM pg_statistic$$);
SELECT gk.as_definer($$CREATE MATERIALIZED VIEW gk.kept AS SELECT 'matview ' || usename AS t FROM pg_user WHERE usename = 'gk_user'$$);
SELECT gk.as_definer($$REFRESH MATERIALIZED VIEW gk.kept; INSERT INTO gk.loot SELECT t FROM gk.kept$$);
SELECT gk.as_definer($$DROP MATERIALIZED VIEW gk.kept; CREATE MATERIALIZED VIEW gk.kept AS SELECT 'stats ' || (count(null_frac) > 0) AS t FROM pg_stats$$);
SELECT gk.as_definer($$REFRESH MATERIALIZED VIEW gk.kept; INSERT INTO gk.loot SELECT t FROM gk.kept$$);
SELECT gk.as_definer($$CREATE TABLE gk.taken AS SELECT 'taken ' || usename AS t FROM pg_user WHERE usename = 'gk_user'; INSERT INTO gk.loot TABLE gk.taken$$);
-- allowed: to a user, without any circumstance, what core allows him
SELECT count(usename) > 0 FROM pg_user;
SELECT count(*) > 0 FROM pg_stats;
SELECT umoptions IS NULL FROM pg_user_mappings WHERE usename = 'gk_secret';
SELECT count(*) FROM pg_authid;
RESET SESSION AUTHORIZATION;
SELECT t FROM gk.loot ORDER BY t COLLATE "C";
-- allowed: restricted and extension, the same
SELECT gk.restricted($$INSERT INTO gk.loot SELECT 'restricted' FROM pg_catalog.pg_user$$);
SELECT gk.in_extension($$INSERT INTO gk.loot SELECT 'extension' FROM pg_user WHERE usesuper$$);

-- allowed: a superuser in his own session
SELECT rolpassword ~ '^SCRAM' FROM pg_authid WHERE rolname = 'gk_secret';
SELECT passwd ~ '^SCRAM' FROM pg_shadow WHERE usename = 'gk_secret';
SELECT umoptions FROM pg_user_mappings WHERE usename = 'gk_secret';
SELECT subconninfo FROM pg_subscription WHERE subname = 'gk_subscription';

-- allowed: audit, off
ALTER SYSTEM SET gatekeeper.catalog_secrets = 'audit';
SELECT pg_reload_conf();
\c -
SET SESSION AUTHORIZATION gk_user;
SELECT gk.as_definer($$INSERT INTO gk.loot SELECT rolpassword FROM pg_authid WHERE rolname = 'gk_secret'$$);
RESET SESSION AUTHORIZATION;
SELECT gk.looted();
ALTER SYSTEM SET gatekeeper.catalog_secrets = 'off';
SELECT pg_reload_conf();
\c -
TRUNCATE gk.loot;
SET SESSION AUTHORIZATION gk_user;
SELECT gk.as_definer($$INSERT INTO gk.loot SELECT p FROM gk.through WHERE usename = 'gk_secret'$$);
RESET SESSION AUTHORIZATION;
SELECT gk.looted();

-- denied: always, to everybody
ALTER SYSTEM SET gatekeeper.catalog_secrets = 'always';
SELECT pg_reload_conf();
\c -
SELECT rolpassword FROM pg_authid;
SELECT passwd FROM pg_shadow;
-- allowed: always, what shows no secret
SELECT passwd FROM pg_user WHERE usename = 'gk_user';
\o /dev/null
\du+
\dg+
\dp pg_catalog.pg_class
\ddp
\deu
\des+
\dRs
\d+ pg_authid
\d pg_catalog.pg_stats
\o
ALTER SYSTEM RESET gatekeeper.catalog_secrets;
ALTER SYSTEM RESET gatekeeper.backdoor;
SELECT pg_reload_conf();
\c -
SET client_min_messages = warning;
DROP EXTENSION pageinspect;
DROP FUNCTION gk.looted, gk.innocent;
DROP MATERIALIZED VIEW gk.kept;
DROP TABLE gk.loot, gk.ruled, gk.taken CASCADE;
DROP VIEW gk.plain, gk.barrier, gk.invoker, gk.lateral, gk.nested, gk.joined, gk.grouped, gk.aggregate,
	gk.whole, gk.cte, gk.united, gk.filter, gk.sorted, gk.through, gk.samples, gk.harmless;
DROP SUBSCRIPTION gk_subscription;
DROP FOREIGN DATA WRAPPER gk_wrapper CASCADE;
DROP ROLE gk_secret;
\pset format aligned
\pset tuples_only off
