-- Rule catalog_write: writing to system catalogs, changing what the system is
-- made of, giving rights on it.
\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
-- what is planted on the way to it is another rule's business
ALTER SYSTEM SET gatekeeper.backdoor = 'off';
SELECT pg_reload_conf();
\c -
SET client_min_messages = warning;

CREATE FUNCTION gk.victim() RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE TABLE gk.own (a int, b text);
CREATE VIEW gk.authid AS SELECT * FROM pg_authid;
CREATE VIEW gk.ruled AS SELECT 1 AS a;
CREATE RULE ruled AS ON INSERT TO gk.ruled DO INSTEAD
	UPDATE pg_authid SET rolsuper = true WHERE rolname = 'gk_user';
-- what an attacker wants, by name
CREATE VIEW gk.effects AS
	SELECT concat_ws(', ', 'came true:',
		CASE WHEN rolsuper OR rolbypassrls THEN 'attributes' END,
		CASE WHEN EXISTS (SELECT FROM pg_auth_members WHERE member = r.oid) THEN 'membership' END,
		CASE WHEN (SELECT prosecdef OR proowner = r.oid OR prosrc <> 'SELECT 1'
			FROM pg_proc WHERE oid = 'gk.victim'::regproc) THEN 'function' END,
		CASE WHEN EXISTS (SELECT FROM pg_language WHERE lanname IN ('c', 'internal') AND lanpltrusted)
			THEN 'language' END,
		CASE WHEN has_any_column_privilege(r.oid, 'pg_authid', 'SELECT, UPDATE')
			OR has_table_privilege(r.oid, 'pg_shadow', 'SELECT') THEN 'table rights' END,
		CASE WHEN has_function_privilege(r.oid, 'pg_read_file(text)', 'EXECUTE') THEN 'function rights' END,
		CASE WHEN has_schema_privilege(r.oid, 'pg_catalog', 'CREATE') THEN 'schema rights' END,
		CASE WHEN has_parameter_privilege(r.oid, 'archive_command', 'ALTER SYSTEM')
			OR has_parameter_privilege(r.oid, 'session_preload_libraries', 'SET') THEN 'parameter rights' END,
		CASE WHEN EXISTS (SELECT FROM pg_default_acl) THEN 'default rights' END,
		CASE WHEN pg_get_viewdef('pg_user'::regclass) LIKE '%pg_authid%' THEN 'view' END,
		CASE WHEN EXISTS (SELECT FROM pg_class WHERE oid < 16384 AND relowner <> 10)
			OR EXISTS (SELECT FROM pg_namespace WHERE nspname = 'pg_catalog' AND nspowner <> 10)
			OR EXISTS (SELECT FROM pg_language WHERE lanowner <> 10)
			OR EXISTS (SELECT FROM pg_type WHERE oid < 16384 AND typowner <> 10)
			OR EXISTS (SELECT FROM pg_proc WHERE oid < 16384 AND proowner <> 10) THEN 'owner' END,
		CASE WHEN (SELECT prosecdef OR prolang <> 12 FROM pg_proc
			WHERE oid = 'pg_catalog.lower(text)'::regprocedure) THEN 'lower' END,
		CASE WHEN (SELECT count(*) < 1000 FROM pg_description)
			OR EXISTS (SELECT FROM pg_description WHERE description = 'x') THEN 'rows' END,
		CASE WHEN EXISTS (SELECT FROM pg_trigger WHERE tgname = 'gk_trigger')
			OR EXISTS (SELECT FROM pg_rewrite WHERE rulename = 'gk_rule')
			OR EXISTS (SELECT FROM pg_policy WHERE polname = 'gk_policy')
			OR EXISTS (SELECT FROM pg_inherits WHERE inhparent < 16384)
			OR EXISTS (SELECT FROM pg_class WHERE relname IN ('gk_index', 'gk_gone')) THEN 'structure' END)
	FROM pg_roles r WHERE rolname = 'gk_user';
SELECT * FROM gk.effects;

-- denied: elevated, every way to write a row
SET SESSION AUTHORIZATION gk_user;
SELECT gk.as_definer($$UPDATE pg_authid SET rolsuper = true WHERE rolname = 'gk_user'$$);
SELECT gk.as_definer($$UPDATE pg_catalog.pg_authid SET rolbypassrls = true WHERE rolname = 'gk_user'$$);
SELECT gk.as_definer($$INSERT INTO pg_auth_members (roleid, member, grantor, admin_option)
	SELECT r.oid, u.oid, 10, true FROM pg_authid r, pg_authid u
	WHERE r.rolname = 'pg_execute_server_program' AND u.rolname = 'gk_user'$$);
SELECT gk.as_definer($$WITH w AS (UPDATE pg_proc SET prosecdef = true
	WHERE oid = 'gk.victim'::regproc RETURNING oid) SELECT * FROM w$$);
SELECT gk.as_definer($$UPDATE gk.authid SET rolsuper = true WHERE rolname = 'gk_user'$$);
SELECT gk.as_definer($$INSERT INTO gk.ruled VALUES (1)$$);
SELECT gk.as_definer($$MERGE INTO pg_proc p USING (SELECT 'gk.victim'::regproc AS f) s ON p.oid = s.f
	WHEN MATCHED THEN UPDATE SET proowner = (SELECT oid FROM pg_roles WHERE rolname = 'gk_user')$$);
SELECT gk.as_definer($$MERGE INTO pg_description d USING (SELECT 1) s ON false
	WHEN NOT MATCHED THEN INSERT VALUES (1, 1, 0, 'x')$$);
SELECT gk.as_definer($$MERGE INTO pg_description d USING (SELECT 1) s ON true WHEN MATCHED THEN DELETE$$);
SELECT gk.as_definer($$DELETE FROM pg_shdepend$$);
SELECT gk.as_definer($$DELETE FROM pg_db_role_setting$$);
SELECT gk.as_definer($$UPDATE pg_language SET lanpltrusted = true$$);
SELECT gk.as_definer($$UPDATE pg_class SET relacl = NULL WHERE relname = 'pg_authid'$$);
SELECT gk.as_definer($$UPDATE pg_proc SET proparallel = 's' WHERE oid = 'gk.victim'::regproc$$);
SELECT gk.as_definer($$UPDATE pg_extension SET extowner = 0$$);
SELECT gk.as_definer($$PREPARE gk_w AS UPDATE pg_authid SET rolsuper = true; EXECUTE gk_w$$);
SELECT gk.as_definer($$EXPLAIN ANALYZE UPDATE pg_authid SET rolsuper = true$$);
SELECT gk.as_definer($$SELECT gk.as_definer('DO $x$ BEGIN UPDATE pg_authid SET rolsuper = true; END $x$')$$);
RESET SESSION AUTHORIZATION;
-- denied: in a script, what scripts have no business with
SELECT gk.in_extension($$UPDATE pg_proc SET proowner = 0 WHERE oid = 'gk.victim'::regproc$$);
SELECT gk.in_extension($$UPDATE pg_proc SET prosecdef = true, proparallel = 's' WHERE oid = 'gk.victim'::regproc$$);
SELECT gk.in_extension($$UPDATE pg_proc SET prosrc = 'SELECT 2' WHERE oid = 'gk.victim'::regproc$$);
SELECT gk.in_extension($$UPDATE pg_proc SET prolang = 12 WHERE oid = 'gk.victim'::regproc$$);
SELECT gk.in_extension($$UPDATE pg_proc SET proacl = NULL WHERE oid = 'gk.victim'::regproc$$);
SELECT gk.in_extension($$DELETE FROM pg_proc WHERE oid = 'gk.victim'::regproc$$);
SELECT gk.in_extension($$UPDATE pg_authid SET rolsuper = true WHERE rolname = 'gk_user'$$);
SELECT gk.in_extension($$UPDATE pg_language SET lanpltrusted = true$$);
SELECT gk.in_extension($$UPDATE pg_extension SET extowner = 0$$);
SELECT gk.in_extension($$WITH a AS (UPDATE pg_proc SET proparallel = 's' WHERE oid = 'gk.victim'::regproc RETURNING 1),
	b AS (UPDATE pg_authid SET rolsuper = true WHERE rolname = 'gk_user' RETURNING 1) SELECT FROM a, b$$);
SELECT gk.in_extension_update($$UPDATE pg_authid SET rolsuper = true WHERE rolname = 'gk_user'$$);
SET SESSION AUTHORIZATION gk_user;
SELECT gk.in_trusted_extension($$UPDATE pg_authid SET rolsuper = true WHERE rolname = 'gk_user'$$);
RESET SESSION AUTHORIZATION;
-- denied: restricted, even what scripts may do
SELECT gk.restricted($$UPDATE pg_authid SET rolsuper = true WHERE rolname = 'gk_user'$$);
SELECT gk.restricted($$UPDATE pg_proc SET proparallel = 's' WHERE oid = 'gk.victim'::regproc$$);

-- denied: elevated, COPY FROM (its file being permitted here)
ALTER SYSTEM SET gatekeeper.copy_file = 'off';
SELECT pg_reload_conf();
\c -
SET SESSION AUTHORIZATION gk_user;
SELECT gk.as_definer($$COPY pg_auth_members FROM '/dev/null'$$);
RESET SESSION AUTHORIZATION;
ALTER SYSTEM RESET gatekeeper.copy_file;
SELECT pg_reload_conf();
\c -

-- denied: elevated, structure; a superuser needs no allow_system_table_mods for these
SET client_min_messages = warning;
SET SESSION AUTHORIZATION gk_user;
SELECT gk.as_definer($$CREATE OR REPLACE VIEW pg_catalog.pg_user AS SELECT rolname AS usename, oid AS usesysid,
	rolsuper AS usecreatedb, rolsuper AS usesuper, rolsuper AS userepl, rolsuper AS usebypassrls,
	rolpassword COLLATE "default" AS passwd, rolvaliduntil AS valuntil, NULL::text[] COLLATE "C" AS useconfig FROM pg_authid$$);
SELECT gk.as_definer($$ALTER VIEW pg_shadow OWNER TO gk_user$$);
SELECT gk.as_definer($$ALTER VIEW pg_shadow SET (security_invoker = on)$$);
SELECT gk.as_definer($$ALTER VIEW pg_user RENAME TO pg_user_too$$);
SELECT gk.as_definer($$DROP VIEW pg_group$$);
SELECT gk.as_definer($$CREATE RULE gk_rule AS ON INSERT TO pg_group DO INSTEAD NOTHING$$);
SELECT gk.as_definer($$CREATE TRIGGER gk_trigger INSTEAD OF INSERT ON pg_group
	FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()$$);
SELECT gk.as_definer($$CREATE TABLE gk.child () INHERITS (pg_description)$$);
SELECT gk.as_definer($$ALTER FUNCTION pg_catalog.lower(text) OWNER TO gk_user$$);
SELECT gk.as_definer($$ALTER FUNCTION pg_catalog.lower(text) SECURITY DEFINER$$);
SELECT gk.as_definer($$CREATE OR REPLACE FUNCTION pg_catalog.lower(text) RETURNS text
	LANGUAGE sql IMMUTABLE STRICT AS 'SELECT $1'$$);
SELECT gk.as_definer($$ALTER FUNCTION pg_catalog.lower(text) PARALLEL UNSAFE$$);
SELECT gk.as_definer($$ALTER TYPE pg_catalog.bool OWNER TO gk_user$$);
SELECT gk.as_definer($$ALTER SCHEMA pg_catalog OWNER TO gk_user$$);
SELECT gk.as_definer($$ALTER LANGUAGE plpgsql OWNER TO gk_user$$);
RESET SESSION AUTHORIZATION;
-- denied: elevated, with allow_system_table_mods left on by the superuser
SET allow_system_table_mods = on;
SET SESSION AUTHORIZATION gk_user;
SELECT gk.as_definer($$TRUNCATE pg_description$$);
SELECT gk.as_definer($$ALTER TABLE pg_description ADD COLUMN x int$$);
SELECT gk.as_definer($$ALTER TABLE pg_description ADD CHECK (length(description) >= 0)$$);
SELECT gk.as_definer($$ALTER TABLE pg_description OWNER TO gk_user$$);
SELECT gk.as_definer($$ALTER TABLE pg_description RENAME TO gk_gone$$);
SELECT gk.as_definer($$CREATE INDEX gk_index ON pg_description (lower(description))$$);
SELECT gk.as_definer($$CREATE STATISTICS gk.stats ON rolname, rolpassword FROM pg_authid$$);
SELECT gk.as_definer($$CREATE TRIGGER gk_trigger BEFORE UPDATE ON pg_description
	FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()$$);
SELECT gk.as_definer($$CREATE RULE gk_rule AS ON UPDATE TO pg_description DO INSTEAD NOTHING$$);
SELECT gk.as_definer($$CREATE POLICY gk_policy ON pg_description USING (true)$$);
RESET SESSION AUTHORIZATION;
RESET allow_system_table_mods;

-- denied: elevated, rights
SET SESSION AUTHORIZATION gk_user;
SELECT gk.as_definer($$GRANT SELECT ON pg_authid TO gk_user$$);
SELECT gk.as_definer($$GRANT SELECT (rolpassword) ON pg_catalog.pg_authid TO gk_user$$);
SELECT gk.as_definer($$GRANT UPDATE ON TABLE gk.own, pg_authid TO PUBLIC$$);
SELECT gk.as_definer($$GRANT SELECT ON pg_shadow TO gk_user$$);
SELECT gk.as_definer($$GRANT SELECT ON ALL TABLES IN SCHEMA gk, pg_catalog TO gk_user$$);
SELECT gk.as_definer($$GRANT EXECUTE ON FUNCTION pg_read_file(text) TO gk_user$$);
SELECT gk.as_definer($$GRANT EXECUTE ON ROUTINE gk.victim, pg_catalog.pg_read_file(text) TO gk_user$$);
SELECT gk.as_definer($$GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA pg_catalog TO gk_user$$);
SELECT gk.as_definer($$GRANT EXECUTE ON ALL ROUTINES IN SCHEMA pg_catalog TO gk_user$$);
SELECT gk.as_definer($$GRANT CREATE ON SCHEMA pg_catalog TO gk_user$$);
SELECT gk.as_definer($$GRANT ALTER SYSTEM ON PARAMETER archive_command TO gk_user$$);
SELECT gk.as_definer($$GRANT SET ON PARAMETER session_preload_libraries TO gk_user$$);
SELECT gk.as_definer($$ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO gk_user$$);
SELECT gk.as_definer(format($$ALTER DEFAULT PRIVILEGES FOR ROLE gk_admin, %I IN SCHEMA gk GRANT ALL ON FUNCTIONS TO gk_user$$,
	(SELECT rolname FROM pg_roles WHERE oid = 10)));
-- denied: a name that only seems to be somebody's own
CREATE SCHEMA gk_shadows;
CREATE TABLE gk_shadows.pg_authid ();
CREATE FUNCTION gk_shadows.pg_read_file(text) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION gk_shadows.pg_reload_conf() RETURNS int LANGUAGE sql AS 'SELECT 1';
SELECT gk.as_definer($$SET LOCAL search_path = gk_shadows, pg_catalog; GRANT SELECT ON pg_authid TO gk_user$$);
SELECT gk.as_definer($$SET LOCAL search_path = gk_shadows, pg_catalog; GRANT EXECUTE ON FUNCTION pg_read_file(text) TO gk_user$$);
SELECT gk.as_definer($$SET LOCAL search_path = gk_shadows, pg_catalog; GRANT EXECUTE ON FUNCTION pg_reload_conf TO gk_user$$);
DROP SCHEMA gk_shadows CASCADE;
-- denied: in a script, whatever it grants on the system
SELECT gk.in_trusted_extension($$GRANT SELECT ON pg_authid TO gk_user$$);
RESET SESSION AUTHORIZATION;
SELECT gk.in_extension($$GRANT SELECT ON pg_authid TO gk_user$$);
SELECT gk.in_extension($$GRANT EXECUTE ON FUNCTION pg_read_file(text) TO gk_user$$);
SELECT gk.in_extension($$ALTER FUNCTION pg_catalog.lower(text) OWNER TO gk_user$$);
SELECT gk.in_extension($$ALTER FUNCTION pg_catalog.lower(text) PARALLEL SAFE SECURITY DEFINER$$);
SELECT gk.restricted($$GRANT SELECT ON pg_authid TO gk_user$$);

-- nothing came true
SELECT * FROM gk.effects;

-- allowed: elevated, all that only looks alike
SET SESSION AUTHORIZATION gk_user;
SELECT gk.as_definer($$SELECT 1 FROM pg_authid WHERE rolname = 'gk_user' FOR UPDATE$$);
SELECT gk.as_definer($$SELECT 1 FROM pg_authid WHERE rolname = 'gk_user' FOR KEY SHARE$$);
SELECT gk.as_definer($$MERGE INTO pg_proc p USING (SELECT 1) s ON false WHEN MATCHED THEN DO NOTHING$$);
SELECT gk.as_definer($$REINDEX TABLE pg_description$$);
SELECT gk.as_definer($$CLUSTER pg_description USING pg_description_o_c_o_index$$);
SELECT gk.as_definer($$ANALYZE pg_description$$);
SELECT gk.as_definer($$COMMENT ON FUNCTION gk.victim() IS 'comment'$$);
SELECT gk.as_definer($$INSERT INTO gk.own VALUES (1, 'one')$$);
SELECT gk.as_definer($$UPDATE gk.own SET a = 2$$);
SELECT gk.as_definer($$TRUNCATE gk.own$$);
SELECT gk.as_definer($$CREATE TABLE gk.made (a int PRIMARY KEY, b int CHECK (b > 0))$$);
SELECT gk.as_definer($$CREATE INDEX ON gk.made (b)$$);
SELECT gk.as_definer($$CREATE VIEW gk.made_view AS SELECT * FROM gk.made$$);
SELECT gk.as_definer($$CREATE TRIGGER t BEFORE UPDATE ON gk.made FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()$$);
SELECT gk.as_definer($$CREATE POLICY p ON gk.made USING (true)$$);
SELECT gk.as_definer($$CREATE STATISTICS gk.made_stats ON a, b FROM gk.made$$);
SELECT gk.as_definer($$ALTER TABLE gk.made ADD COLUMN c int$$);
SELECT gk.as_definer($$GRANT SELECT ON gk.made, gk.made_view TO gk_user$$);
SELECT gk.as_definer($$GRANT EXECUTE ON FUNCTION gk.victim TO gk_user$$);
SELECT gk.as_definer($$GRANT SELECT ON ALL TABLES IN SCHEMA gk TO gk_admin$$);
SELECT gk.as_definer($$GRANT USAGE ON SCHEMA public TO gk_user$$);
SELECT gk.as_definer($$REVOKE ALL ON pg_authid FROM gk_user$$);
SELECT gk.as_definer($$ALTER DEFAULT PRIVILEGES FOR ROLE gk_admin GRANT SELECT ON TABLES TO gk_user$$);
SELECT gk.as_definer($$ALTER DEFAULT PRIVILEGES FOR ROLE gk_admin REVOKE SELECT ON TABLES FROM gk_user$$);
SELECT gk.as_definer($$DROP TABLE gk.made CASCADE$$);
-- allowed: core's own complaints come through unchanged
SELECT gk.as_definer($$GRANT SELECT ON gk.nosuch TO gk_user$$);
SELECT gk.as_definer($$GRANT EXECUTE ON FUNCTION gk.nosuch TO gk_user$$);
SELECT gk.as_definer($$GRANT USAGE ON LANGUAGE c TO gk_user$$);
GRANT SELECT ON pg_authid TO gk_user;
UPDATE pg_authid SET rolsuper = true;
RESET SESSION AUTHORIZATION;

-- allowed: in a script, what update scripts do for lack of a command
SELECT gk.in_extension($$CREATE FUNCTION gk.own_function(int) RETURNS int LANGUAGE sql AS 'SELECT 1';
	CREATE VIEW gk.own_view AS SELECT 1 AS one;
	UPDATE pg_catalog.pg_proc SET proparallel = 's', pronargs = 1 WHERE oid = 'gk.own_function'::regproc;
	UPDATE pg_extension SET extversion = '1.0' WHERE extname = 'gk_probe';
	INSERT INTO pg_depend SELECT 'pg_proc'::regclass, 'gk.own_function'::regproc, 0,
		'pg_proc'::regclass, 'gk.victim'::regproc, 0, 'n';
	UPDATE pg_cast SET castcontext = 'a' WHERE false;
	UPDATE pg_opclass SET opcdefault = false WHERE false;
	GRANT SELECT ON gk.own_view TO pg_monitor;
	GRANT EXECUTE ON FUNCTION gk.own_function(int) TO pg_monitor;
	REVOKE ALL ON FUNCTION gk.own_function(int) FROM PUBLIC$$);
SET SESSION AUTHORIZATION gk_user;
SELECT gk.in_trusted_extension($$UPDATE pg_proc SET proparallel = 's' WHERE oid = 'gk.victim'::regproc$$);
RESET SESSION AUTHORIZATION;
SELECT proparallel FROM pg_proc WHERE oid = 'gk.victim'::regproc;
-- allowed: contrib's own scripts; the version is turned back to run the old ones
CREATE EXTENSION cube;
CREATE EXTENSION seg;
CREATE EXTENSION hstore;
CREATE EXTENSION citext;
CREATE EXTENSION intarray;
CREATE EXTENSION ltree;
CREATE EXTENSION pg_trgm;
CREATE EXTENSION btree_gist;
CREATE EXTENSION intagg;
CREATE EXTENSION pgcrypto;
SELECT format('BEGIN; UPDATE pg_extension SET extversion = %L WHERE extname = %L; '
	'ALTER EXTENSION %2$I UPDATE TO %3$L; ROLLBACK', before, name, after)
FROM (VALUES ('hstore', '1.3', '1.4'), ('citext', '1.1', '1.2'), ('intarray', '1.1', '1.2'),
	('ltree', '1.0', '1.1'), ('pg_trgm', '1.2', '1.3'), ('btree_gist', '1.1', '1.2'),
	('intagg', '1.0', '1.1'), ('pgcrypto', '1.2', '1.3')) v (name, before, after) \gexec
DROP EXTENSION cube, seg, hstore, citext, intarray, ltree, pg_trgm, btree_gist, intagg, pgcrypto;

-- denied: changing rows past all rights and triggers
CREATE EXTENSION pg_surgery SCHEMA gk;
CREATE TABLE gk.killed AS SELECT 1 AS a;
SET SESSION AUTHORIZATION gk_user;
SELECT gk.as_definer($$SELECT gk.heap_force_kill('gk.killed', ARRAY['(0,1)']::tid[])$$);
RESET SESSION AUTHORIZATION;
SELECT count(*) FROM gk.killed;
-- allowed: a superuser in his own session
SELECT gk.heap_force_kill('gk.killed', ARRAY['(0,1)']::tid[]);
SELECT count(*) FROM gk.killed;
DROP TABLE gk.killed;
DROP EXTENSION pg_surgery;

-- allowed: a superuser in his own session
BEGIN;
UPDATE pg_authid SET rolbypassrls = true WHERE rolname = 'gk_user';
GRANT SELECT ON pg_authid TO gk_user;
ALTER VIEW pg_user RENAME TO pg_user_too;
SELECT * FROM gk.effects;
ROLLBACK;

-- allowed: audit, off
ALTER SYSTEM SET gatekeeper.catalog_write = 'audit';
SELECT pg_reload_conf();
\c -
SET SESSION AUTHORIZATION gk_user;
SELECT gk.as_definer($$UPDATE pg_proc SET prosecdef = true WHERE oid = 'gk.victim'::regproc$$);
RESET SESSION AUTHORIZATION;
SELECT prosecdef FROM pg_proc WHERE oid = 'gk.victim'::regproc;
ALTER SYSTEM SET gatekeeper.catalog_write = 'off';
SELECT pg_reload_conf();
\c -
SET SESSION AUTHORIZATION gk_user;
SELECT gk.as_definer($$GRANT SELECT (rolname) ON pg_authid TO gk_user$$);
RESET SESSION AUTHORIZATION;
SELECT * FROM gk.effects;
REVOKE SELECT (rolname) ON pg_authid FROM gk_user;

-- denied: always, to everybody
ALTER SYSTEM SET gatekeeper.catalog_write = 'always';
SELECT pg_reload_conf();
\c -
UPDATE pg_authid SET rolbypassrls = true WHERE rolname = 'gk_user';
GRANT SELECT ON pg_authid TO gk_user;
SELECT gk.in_extension($$UPDATE pg_proc SET proparallel = 's' WHERE oid = 'gk.victim'::regproc$$);
ALTER SYSTEM RESET gatekeeper.catalog_write;
ALTER SYSTEM RESET gatekeeper.backdoor;
SELECT pg_reload_conf();
\c -
SET client_min_messages = warning;
DROP VIEW gk.effects, gk.authid, gk.ruled;
DROP TABLE gk.own;
DROP FUNCTION gk.victim;
\pset format aligned
\pset tuples_only off
