-- Rule backdoor: planting what will run with superuser rights later.
\set VERBOSITY terse
SET client_min_messages = warning;

-- A superuser's own things, some of them in use.
CREATE SCHEMA app;
GRANT ALL ON SCHEMA app TO PUBLIC;
CREATE FUNCTION app.code() RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION app.code(int) RETURNS int LANGUAGE sql AS 'SELECT $1';
CREATE FUNCTION app.yes(int, int) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT true';
CREATE FUNCTION app.audit() RETURNS trigger LANGUAGE plpgsql AS
	'BEGIN RETURN new; END';
CREATE TABLE app.t (a int, b text);
CREATE TABLE app.parent (a int) PARTITION BY LIST (a);
CREATE TRIGGER audit AFTER INSERT ON app.parent FOR EACH ROW
	WHEN (new.a > 0) EXECUTE FUNCTION app.audit('with', 'arguments');
CREATE TABLE app.old_parent (a int);
CREATE TRIGGER audit AFTER INSERT ON app.old_parent FOR EACH ROW
	WHEN (new.a > 0) EXECUTE FUNCTION app.audit('with', 'arguments');
CREATE FUNCTION app.audit_event() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
CREATE EVENT TRIGGER app_guard ON sql_drop WHEN tag IN ('DROP TRANSFORM') EXECUTE FUNCTION app.audit_event();
CREATE VIEW app.v AS SELECT a FROM app.t;
CREATE DOMAIN app.d AS text;
CREATE SEQUENCE app.s;
CREATE MATERIALIZED VIEW app.m AS SELECT count(*) FROM app.t;
CREATE FUNCTION app.kept_back(int) RETURNS int LANGUAGE internal AS 'int4up';
REVOKE ALL ON FUNCTION app.kept_back(int) FROM PUBLIC;
CREATE FUNCTION app.native(int) RETURNS int LANGUAGE internal AS 'int4up';
CREATE FUNCTION app.sql_kept_back() RETURNS int LANGUAGE sql AS 'SELECT 1';
REVOKE ALL ON FUNCTION app.sql_kept_back() FROM PUBLIC;
CREATE FOREIGN DATA WRAPPER app_wrapper;
CREATE SERVER app_server FOREIGN DATA WRAPPER app_wrapper;
CREATE SCHEMA app_views;
GRANT USAGE ON SCHEMA app_views TO gk_user;
CREATE FUNCTION app_views.does(stmt text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN EXECUTE stmt; RETURN ''; END $$;
CREATE VIEW app_views.hashes AS SELECT usename, passwd FROM pg_shadow;
CREATE VIEW app_views.nested AS SELECT passwd AS p FROM app_views.hashes;
CREATE VIEW app_views.users AS SELECT usename, passwd FROM pg_user JOIN pg_roles ON rolname = usename;
CREATE VIEW app_views.ruled AS SELECT 1 AS a;
CREATE RULE ruled AS ON INSERT TO app_views.ruled DO INSTEAD
	UPDATE pg_authid SET rolsuper = true WHERE rolname = 'gk_user';
CREATE FUNCTION app_views.installer() RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
	CREATE FUNCTION app.planted() RETURNS int LANGUAGE sql AS 'SELECT 1';
END $$;
CREATE TYPE app.planted;
CREATE FUNCTION app.planted_in(cstring) RETURNS app.planted LANGUAGE internal STRICT IMMUTABLE AS 'int8in';
CREATE FUNCTION app.planted_out(app.planted) RETURNS cstring LANGUAGE internal STRICT IMMUTABLE AS 'textout';

-- An attacker's things.
SET SESSION AUTHORIZATION gk_user;
CREATE TABLE gk.mine (a int, b text);
CREATE TABLE gk.plain (a int);
CREATE FUNCTION gk.trap() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	ALTER ROLE gk_user SUPERUSER;
	RETURN new;
END $$;
CREATE FUNCTION gk.trap_event() RETURNS event_trigger LANGUAGE plpgsql AS
	'BEGIN ALTER ROLE gk_user SUPERUSER; END';
CREATE FUNCTION gk.my_function(int) RETURNS text LANGUAGE plpgsql AS
	'BEGIN ALTER ROLE gk_user SUPERUSER; RETURN 1; END';
CREATE VIEW gk.my_view AS SELECT * FROM pg_authid;
CREATE TABLE gk.my_rule (a int);
CREATE RULE r AS ON INSERT TO gk.my_rule DO ALSO
	UPDATE pg_authid SET rolsuper = true WHERE rolname = 'gk_user';
CREATE TABLE gk.my_default (a int, b text DEFAULT pg_read_file('PG_VERSION'));
CREATE TABLE gk.my_trigger (a int);
CREATE TRIGGER t BEFORE INSERT ON gk.my_trigger FOR EACH ROW EXECUTE FUNCTION gk.trap();
RESET SESSION AUTHORIZATION;

-- What an attacker wants: any row here is a backdoor.
CREATE VIEW app.backdoors AS
	SELECT 'function' AS kind, oid::regprocedure::text AS what FROM pg_proc
		WHERE proowner = 10 AND proname LIKE 'planted%' AND prolang <> 12
			OR proname = 'my_function' AND proowner = 10
			OR pronamespace = 'app'::regnamespace AND (proowner <> 10 OR prosecdef
				OR proconfig IS NOT NULL OR prolang <> 12
					AND prosrc NOT IN ('SELECT 1', 'SELECT $1', 'SELECT true') AND proname NOT LIKE 'audit%')
	UNION ALL SELECT 'operator', oprname FROM pg_operator WHERE oprname = '<~~~>'
	UNION ALL SELECT 'operator class', opcname FROM pg_opclass WHERE opcname LIKE 'planted%'
	UNION ALL SELECT 'cast', castsource::regtype::text FROM pg_cast WHERE oid >= 16384
	UNION ALL SELECT 'conversion', conname FROM pg_conversion WHERE conname LIKE 'planted%'
	UNION ALL SELECT 'type', typname FROM pg_type WHERE typname = 'planted' AND typisdefined
	UNION ALL SELECT 'domain', typname FROM pg_type WHERE typname = 'd' AND typdefault IS NOT NULL
	UNION ALL SELECT 'event trigger', evtname FROM pg_event_trigger WHERE evtname <> 'app_guard'
	UNION ALL SELECT 'no guard', 'app_guard' WHERE NOT EXISTS
		(SELECT 1 FROM pg_event_trigger WHERE evtname = 'app_guard' AND evtenabled <> 'D')
	UNION ALL SELECT 'trigger', tgname FROM pg_trigger WHERE tgname LIKE 'planted%'
	UNION ALL SELECT 'rule', rulename FROM pg_rewrite WHERE rulename LIKE 'planted%'
	UNION ALL SELECT 'default', adrelid::regclass::text FROM pg_attrdef WHERE adrelid = 'app.t'::regclass
	UNION ALL SELECT 'constraint', conname FROM pg_constraint WHERE conname LIKE 'planted%'
	UNION ALL SELECT 'wrapper', fdwname FROM pg_foreign_data_wrapper WHERE fdwname LIKE 'planted%'
	UNION ALL SELECT 'subscription', subname FROM pg_subscription
	UNION ALL SELECT 'tablespace', spcname FROM pg_tablespace WHERE spcname LIKE 'planted%'
	UNION ALL SELECT 'access method', amname FROM pg_am WHERE amname LIKE 'planted%'
	UNION ALL SELECT 'parser', prsname FROM pg_ts_parser WHERE prsname LIKE 'planted%'
	UNION ALL SELECT 'server', srvname FROM pg_foreign_server WHERE srvoptions IS NOT NULL OR srvowner <> 10
	UNION ALL SELECT 'mapping', 'user' FROM pg_user_mapping
	UNION ALL SELECT 'relation', oid::regclass::text FROM pg_class
		WHERE relnamespace = 'app'::regnamespace AND relowner <> 10 AND relname NOT LIKE 'given%'
			OR relname LIKE 'planted%' OR relname LIKE 'my_%' AND relowner = 10
	UNION ALL SELECT 'schema', 'app' FROM pg_namespace WHERE nspname = 'app' AND nspowner <> 10
	UNION ALL SELECT 'database', datname FROM pg_database WHERE datdba <> 10
	UNION ALL SELECT 'right', 'kept back' WHERE has_function_privilege('gk_user', 'app.kept_back(int)', 'EXECUTE')
	UNION ALL SELECT 'label', label FROM pg_seclabels
	UNION ALL SELECT 'superuser', rolname FROM pg_roles WHERE rolsuper AND rolname = 'gk_user';
GRANT SELECT ON app.backdoors TO PUBLIC;
SELECT * FROM app.backdoors;

--
-- Plainly allowed
--

-- allowed: a superuser makes code in his own session
CREATE FUNCTION app.planted() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1';
CREATE OR REPLACE FUNCTION app.planted() RETURNS int LANGUAGE sql SET work_mem = '1MB' AS 'SELECT 2';
CREATE OPERATOR app.<~~~> (LEFTARG = int, RIGHTARG = int, FUNCTION = app.yes);
CREATE CAST (text AS app.d) WITH INOUT;
CREATE EVENT TRIGGER planted ON ddl_command_start EXECUTE FUNCTION gk.trap_event();
ALTER EVENT TRIGGER planted DISABLE;
CREATE TRIGGER planted BEFORE INSERT ON app.t FOR EACH ROW EXECUTE FUNCTION gk.trap();
CREATE RULE planted AS ON UPDATE TO app.t DO ALSO NOTIFY t;
ALTER TABLE app.t ALTER b SET DEFAULT pg_read_file('PG_VERSION');
ALTER FUNCTION app.planted() OWNER TO gk_user;
ALTER FUNCTION app.planted() OWNER TO CURRENT_USER;
CREATE MATERIALIZED VIEW app.file AS SELECT pg_read_file('PG_VERSION') WITH NO DATA;
CREATE VIEW app.roles AS SELECT * FROM pg_authid;
DROP MATERIALIZED VIEW app.file;
DROP VIEW app.roles;
SELECT kind FROM app.backdoors ORDER BY 1;
ALTER TABLE app.t ALTER b DROP DEFAULT;
DROP RULE planted ON app.t;
DROP TRIGGER planted ON app.t;
DROP EVENT TRIGGER planted;
DROP CAST (text AS app.d);
DROP OPERATOR app.<~~~> (int, int);
DROP FUNCTION app.planted();
SELECT * FROM app.backdoors;

-- allowed: a user's own code is his own, also when it is created by a function
SET SESSION AUTHORIZATION gk_user;
CREATE FUNCTION gk.planted() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1';
DROP FUNCTION gk.planted();
DO $$ BEGIN CREATE FUNCTION gk.planted() RETURNS int LANGUAGE sql AS 'SELECT 1'; END $$;
DROP FUNCTION gk.planted();
-- allowed: the same in a security-restricted operation of his own
SELECT gk.restricted($$CREATE FUNCTION gk.my_other() RETURNS int LANGUAGE sql AS 'SELECT 1'$$);
DROP FUNCTION gk.my_other();
RESET SESSION AUTHORIZATION;

-- allowed: an extension's script makes what it likes, and it goes with it
SELECT gk.in_extension($$
	CREATE FUNCTION gk.planted() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS 'BEGIN RETURN new; END';
	CREATE OPERATOR gk.<~~~> (LEFTARG = int, RIGHTARG = int, FUNCTION = app.yes);
	CREATE CAST (text AS app.d) WITH INOUT;
	CREATE TRIGGER planted BEFORE INSERT ON app.t FOR EACH ROW EXECUTE FUNCTION gk.planted();
	CREATE TABLE gk.planted (a int);
	CREATE RULE planted AS ON INSERT TO gk.planted DO INSTEAD NOTHING;
	ALTER FUNCTION gk.planted() SET work_mem = '1MB';
	ALTER FUNCTION gk.planted() OWNER TO gk_user;
	CREATE EVENT TRIGGER planted ON ddl_command_start EXECUTE FUNCTION gk.trap_event();
	ALTER EVENT TRIGGER planted DISABLE$$);
SELECT gk.in_extension_update($$ALTER FUNCTION app.code() STABLE; ALTER FUNCTION app.code() VOLATILE$$);
-- allowed: the same when an ordinary user installs a trusted extension
SET SESSION AUTHORIZATION gk_user;
SELECT gk.in_trusted_extension($$CREATE FUNCTION gk.planted() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'$$);
RESET SESSION AUTHORIZATION;
SELECT * FROM app.backdoors;

-- allowed: what SECURITY DEFINER helpers of superusers do for users all day
SET SESSION AUTHORIZATION gk_user;
SELECT gk.as_definer('CREATE SCHEMA tenant AUTHORIZATION gk_user');
SELECT gk.as_definer('CREATE SCHEMA tenant2; CREATE TABLE tenant2.t (a serial PRIMARY KEY,
	b text NOT NULL DEFAULT ''x'' CHECK (length(b) > 0), c timestamptz DEFAULT now(), d app.d,
	e int GENERATED ALWAYS AS (1 + 1) STORED, f bigint DEFAULT nextval(''app.s''))');
SELECT gk.as_definer('CREATE TABLE tenant2.l (LIKE tenant2.t INCLUDING ALL)');
SELECT gk.as_definer('ALTER TABLE tenant2.t ADD CONSTRAINT c CHECK (app.code(a) > 0)');
SELECT gk.as_definer('CREATE INDEX ON tenant2.t ((b || b))');
SELECT gk.as_definer('CREATE TABLE tenant2.ref (a int REFERENCES tenant2.t ON DELETE CASCADE)');
SELECT gk.as_definer('GRANT ALL ON ALL TABLES IN SCHEMA tenant2 TO gk_user');
SELECT gk.as_definer('GRANT ALL ON SCHEMA tenant2 TO gk_user');
SELECT gk.as_definer('GRANT EXECUTE ON FUNCTION app.sql_kept_back(), app.native(int) TO gk_user');
SELECT gk.as_definer('REVOKE EXECUTE ON FUNCTION app.kept_back(int) FROM gk_user');
SELECT gk.as_definer('CREATE ROLE gk_tenant NOLOGIN');
SELECT gk.as_definer('DROP ROLE gk_tenant');
SELECT gk.as_definer('CREATE TYPE tenant2.e AS ENUM (''a''); ALTER TYPE tenant2.e ADD VALUE ''b''');
SELECT gk.as_definer('CREATE TYPE tenant2.c AS (a int, b text)');
SELECT gk.as_definer('CREATE DOMAIN tenant2.d AS text DEFAULT upper(''x'') CHECK (length(value) > 0)');
SELECT gk.as_definer('CREATE TYPE tenant2.r AS RANGE (SUBTYPE = int)');
SELECT gk.as_definer('CREATE OR REPLACE VIEW tenant2.v AS SELECT a, app.code(a) FROM tenant2.t JOIN pg_class ON relname = b');
SELECT gk.as_definer('CREATE VIEW tenant2.who AS SELECT usename FROM pg_user JOIN pg_roles ON rolname = usename');
SELECT gk.as_definer('CREATE MATERIALIZED VIEW tenant2.m AS SELECT count(*) FROM app.t');
SELECT gk.as_definer('REFRESH MATERIALIZED VIEW app.m');
SELECT gk.as_definer('CREATE POLICY p ON tenant2.t USING (b = current_user); ALTER TABLE tenant2.t ENABLE ROW LEVEL SECURITY');
SELECT gk.as_definer('CREATE TABLE app.part1 PARTITION OF app.parent FOR VALUES IN (1)');
SELECT gk.as_definer('CREATE TABLE app.part2 (a int); ALTER TABLE app.parent ATTACH PARTITION app.part2 FOR VALUES IN (2)');
SELECT gk.as_definer('SET LOCAL client_min_messages = error; CREATE PUBLICATION p FOR TABLE app.t; DROP PUBLICATION p');
SELECT gk.as_definer('CREATE TEXT SEARCH CONFIGURATION tenant2.c (COPY = english)');
SELECT gk.as_definer('ANALYZE app.t');
SELECT gk.as_definer('REINDEX TABLE tenant2.t');
-- allowed: the same, by an extension that partitions by inheritance
SELECT gk.as_definer($$CREATE TABLE app.child () INHERITS (app.old_parent);
	CREATE TRIGGER audit AFTER INSERT ON app.child FOR EACH ROW
		WHEN (new.a > 0) EXECUTE FUNCTION app.audit('with', 'arguments')$$);
-- allowed: a superuser's trigger function, as it is
SELECT gk.as_definer('CREATE TRIGGER harmless AFTER INSERT ON app.t FOR EACH ROW EXECUTE FUNCTION app.audit()');
-- allowed: any trigger on a user's own table, also by an installer of audit triggers
SELECT gk.as_definer($$CREATE TRIGGER audit AFTER INSERT ON gk.mine FOR EACH ROW
		WHEN (new.a > 0) EXECUTE FUNCTION app.audit('with', 'arguments')$$);
-- allowed: giving away what was just made
SELECT gk.as_definer('CREATE TABLE app.given (a int); CREATE INDEX ON app.given (a); ALTER TABLE app.given OWNER TO gk_user');
SELECT gk.as_definer('CREATE SCHEMA tenant3; ALTER SCHEMA tenant3 OWNER TO gk_user');
-- allowed: from one user to another, and taking over a plain table
SELECT gk.as_definer('ALTER TABLE gk.mine OWNER TO gk_admin; ALTER TABLE gk.mine OWNER TO gk_user');
SELECT gk.as_definer('ALTER TABLE gk.plain OWNER TO CURRENT_USER');
SELECT gk.as_definer('ALTER FUNCTION gk.my_function(int) STABLE; ALTER FUNCTION gk.my_function(int) VOLATILE');
-- allowed: views that keep secrets to themselves, and rights on them
SELECT gk.as_definer('CREATE VIEW tenant2.sessions AS SELECT * FROM pg_stat_activity');
SELECT gk.as_definer('CREATE VIEW tenant2.roles AS SELECT rolname, rolsuper FROM pg_authid; GRANT ALL ON tenant2.roles TO gk_user');
-- denied: but not writing to a catalog through one (rule catalog_write)
UPDATE tenant2.roles SET rolsuper = true WHERE rolname = 'gk_user';
-- allowed: and the rest
SELECT gk.as_definer('CREATE VIEW tenant2.users AS SELECT * FROM app_views.users');
SELECT gk.as_definer('GRANT ALL ON app_views.users, app_views.ruled TO gk_user');
-- allowed: cleaning up
SELECT gk.as_definer('DROP SCHEMA tenant, tenant2, tenant3 CASCADE');
-- denied: but not what may be a guard by now
SELECT gk.as_definer('DROP TRIGGER harmless ON app.t');
RESET SESSION AUTHORIZATION;
DROP TRIGGER harmless ON app.t;
SELECT * FROM app.backdoors;

--
-- Denied: elevated
--
SET SESSION AUTHORIZATION gk_user;

-- denied: a superuser's new function
SELECT gk.as_definer($$CREATE FUNCTION app.planted() RETURNS int LANGUAGE sql AS 'SELECT 1'$$);
SELECT gk.as_definer($$CREATE FUNCTION pg_temp.planted() RETURNS int LANGUAGE sql AS 'SELECT 1'$$);
SELECT gk.as_definer($$CREATE PROCEDURE app.planted() LANGUAGE plpgsql SECURITY DEFINER AS 'BEGIN END'$$);
SELECT gk.as_definer($$CREATE AGGREGATE app.planted (int) (SFUNC = int4pl, STYPE = int)$$);
SELECT gk.as_definer($$CREATE FUNCTION app.planted() RETURNS int BEGIN ATOMIC SELECT 1; END$$);
-- denied: a new body, a new owner, more rights for an old one
SELECT gk.as_definer($$CREATE OR REPLACE FUNCTION app.code() RETURNS int LANGUAGE sql AS 'SELECT 2'$$);
SELECT gk.as_definer('ALTER FUNCTION app.code() SECURITY DEFINER');
SELECT gk.as_definer('ALTER FUNCTION app.code() SET search_path = gk');
SELECT gk.as_definer('ALTER ROUTINE app.code() RENAME TO planted');
SELECT gk.as_definer('ALTER FUNCTION app.code() SET SCHEMA gk');
SELECT gk.as_definer('ALTER FUNCTION app.code() OWNER TO gk_user');
-- denied: laundering one's own
SELECT gk.as_definer('ALTER FUNCTION gk.my_function(int) OWNER TO CURRENT_USER');
SELECT gk.as_definer('ALTER VIEW gk.my_view OWNER TO CURRENT_USER');
SELECT gk.as_definer('ALTER TABLE gk.my_rule OWNER TO CURRENT_USER');
SELECT gk.as_definer('ALTER TABLE gk.my_trigger OWNER TO CURRENT_USER');
SELECT gk.as_definer('ALTER TABLE gk.my_default OWNER TO CURRENT_USER');
-- denied: operators and what belongs to them, casts, types
SELECT gk.as_definer('CREATE OPERATOR app.<~~~> (LEFTARG = int, RIGHTARG = int, FUNCTION = app.yes)');
SELECT gk.as_definer('CREATE OPERATOR CLASS app.planted FOR TYPE int USING btree AS FUNCTION 1 btint4cmp(int, int)');
SELECT gk.as_definer('ALTER OPERATOR FAMILY integer_ops USING hash ADD FUNCTION 1 (text, text) app.code(int)');
SELECT gk.as_definer('CREATE CAST (int AS text) WITH FUNCTION gk.my_function(int) AS IMPLICIT');
SELECT gk.as_definer('CREATE CAST (text AS tsvector) WITHOUT FUNCTION');
SELECT gk.as_definer('CREATE CONVERSION app.planted FOR ''LATIN1'' TO ''UTF8'' FROM iso8859_1_to_utf8');
SELECT gk.as_definer('CREATE TYPE app.planted (INPUT = app.planted_in, OUTPUT = app.planted_out)');
SELECT gk.as_definer('CREATE ACCESS METHOD planted TYPE TABLE HANDLER heap_tableam_handler');
SELECT gk.as_definer('CREATE TEXT SEARCH PARSER app.planted (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end, LEXTYPES = prsd_lextype)');
-- denied: event triggers, whoever wrote the function
SELECT gk.as_definer('CREATE EVENT TRIGGER planted ON ddl_command_start EXECUTE FUNCTION gk.trap_event()');
-- denied: switching off or dropping one that stands guard
SELECT gk.as_definer('ALTER EVENT TRIGGER app_guard DISABLE');
SELECT gk.as_definer('DROP EVENT TRIGGER app_guard');
SELECT gk.as_definer('DROP FUNCTION app.audit_event() CASCADE');
-- denied: what hangs on a superuser's table
SELECT gk.as_definer('CREATE TRIGGER planted BEFORE INSERT ON app.t FOR EACH ROW EXECUTE FUNCTION gk.trap()');
SELECT gk.as_definer('CREATE TRIGGER planted BEFORE INSERT ON app.t FOR EACH ROW EXECUTE FUNCTION app.audit(''argument'')');
SELECT gk.as_definer('CREATE TRIGGER planted BEFORE INSERT ON app.t FOR EACH ROW WHEN (true) EXECUTE FUNCTION app.audit()');
SELECT gk.as_definer('CREATE TRIGGER planted BEFORE INSERT ON app.child FOR EACH ROW WHEN (new.a > 1) EXECUTE FUNCTION app.audit(''with'', ''arguments'')');
SELECT gk.as_definer('CREATE OR REPLACE TRIGGER audit AFTER INSERT ON app.parent FOR EACH ROW EXECUTE FUNCTION gk.trap()');
SELECT gk.as_definer('CREATE CONSTRAINT TRIGGER planted AFTER INSERT ON app.t DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION gk.trap()');
SELECT gk.as_definer('CREATE RULE planted AS ON INSERT TO app.t DO ALSO UPDATE pg_authid SET rolsuper = true');
SELECT gk.as_definer('CREATE RULE planted AS ON INSERT TO app.v DO INSTEAD NOTHING');
SELECT gk.as_definer('ALTER TABLE app.t ALTER b SET DEFAULT pg_read_file(''PG_VERSION'')');
SELECT gk.as_definer('ALTER TABLE app.t ADD c text DEFAULT pg_read_file(''PG_VERSION'')');
SELECT gk.as_definer('ALTER TABLE app.t ADD CONSTRAINT planted CHECK (lo_export(1, b) > 0) NOT VALID');
SELECT gk.as_definer('ALTER DOMAIN app.d SET DEFAULT pg_read_file(''PG_VERSION'')');
SELECT gk.as_definer('ALTER DOMAIN app.d SET DEFAULT app_views.does(''CHECKPOINT'')');
SELECT gk.as_definer('CREATE DOMAIN gk.planted AS text DEFAULT app_views.does(''CHECKPOINT'')');
SELECT gk.as_definer('ALTER DOMAIN app.d ADD CONSTRAINT planted CHECK (lo_export(1, value) > 0) NOT VALID');
SELECT gk.as_definer('CREATE DOMAIN gk.planted AS text CHECK (lo_export(1, value) > 0)');
SELECT gk.as_definer('CREATE TABLE app.planted (a text DEFAULT pg_read_file(''PG_VERSION''))');
-- denied: an attacker's trigger that comes down from his own partitioned table
CREATE TABLE gk.my_parent (a int) PARTITION BY LIST (a);
CREATE TRIGGER planted BEFORE INSERT ON gk.my_parent FOR EACH ROW EXECUTE FUNCTION gk.trap();
SELECT gk.as_definer('CREATE TABLE app.planted (a int); ALTER TABLE gk.my_parent ATTACH PARTITION app.planted FOR VALUES IN (1)');
DROP TABLE gk.my_parent;
-- denied: views that lend a superuser's rights
SELECT gk.as_definer('CREATE VIEW app.planted AS SELECT rolname, rolpassword FROM pg_authid');
SELECT gk.as_definer('CREATE VIEW app.planted AS SELECT 1 WHERE EXISTS (SELECT FROM pg_authid WHERE rolpassword > ''m'')');
SELECT gk.as_definer('CREATE OR REPLACE VIEW app.v AS SELECT lo_export(1, ''f'') AS a');
SELECT gk.as_definer('CREATE MATERIALIZED VIEW app.planted AS SELECT pg_read_file(''PG_VERSION'') WITH NO DATA');
SELECT gk.as_definer('CREATE VIEW app.planted AS SELECT usename, passwd FROM pg_shadow');
SELECT gk.as_definer('CREATE VIEW app.planted AS SELECT * FROM app_views.nested');
-- denied: rights on views that show secrets
SELECT gk.as_definer('GRANT SELECT ON app_views.nested TO gk_user');
SELECT gk.as_definer('GRANT SELECT ON ALL TABLES IN SCHEMA app_views TO gk_user');
-- denied: and using a superuser's rule to write to a catalog (rule catalog_write)
INSERT INTO app_views.ruled VALUES (1);
-- denied: taking what was there before
SELECT gk.as_definer('ALTER TABLE app.t OWNER TO gk_user');
SELECT gk.as_definer('ALTER VIEW app.v OWNER TO gk_user');
SELECT gk.as_definer('ALTER DOMAIN app.d OWNER TO gk_user');
SELECT gk.as_definer('ALTER SCHEMA app OWNER TO gk_user');
SELECT gk.as_definer('ALTER SCHEMA app RENAME TO app2; ALTER SCHEMA app2 RENAME TO app; ALTER SCHEMA app OWNER TO gk_user');
SELECT gk.as_definer(format('ALTER DATABASE %I OWNER TO gk_user', current_database()));
SELECT gk.as_definer('ALTER SERVER app_server OWNER TO gk_user');
-- denied: what connects or reaches out
SELECT gk.as_definer('ALTER SERVER app_server OPTIONS (host ''attacker'')');
SELECT gk.as_definer('ALTER FOREIGN DATA WRAPPER app_wrapper OPTIONS (a ''b'')');
SELECT gk.as_definer('CREATE SUBSCRIPTION planted CONNECTION ''host=attacker'' PUBLICATION p WITH (connect = false)');
SELECT gk.as_definer('CREATE USER MAPPING FOR gk_user SERVER app_server OPTIONS (user ''postgres'', password_required ''false'')');
-- denied: labels of other providers
SELECT gk.as_definer('SECURITY LABEL FOR selinux ON FUNCTION gk.trap() IS ''x''');
-- denied: a function that was kept back
SELECT gk.as_definer('GRANT EXECUTE ON FUNCTION app.kept_back(int) TO gk_user');
SELECT gk.as_definer('GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA app TO gk_user');
SELECT gk.as_definer('GRANT ALL ON ALL ROUTINES IN SCHEMA gk, app TO PUBLIC');
RESET SESSION AUTHORIZATION;
SELECT * FROM app.backdoors;

-- denied: kinds of objects, one by one: made, changed, taken away or given
CREATE OPERATOR FAMILY app.family USING btree;
CREATE OPERATOR CLASS app.class FOR TYPE int USING btree FAMILY app.family AS STORAGE int;
CREATE FUNCTION app.kinds() RETURNS SETOF text LANGUAGE sql AS $$
	SELECT format('operator class %s superuser''s=%s', opcname, opcowner = 10) FROM pg_opclass WHERE opcnamespace = 'app'::regnamespace
	UNION ALL SELECT format('operator family %s superuser''s=%s', opfname, opfowner = 10) FROM pg_opfamily WHERE opfnamespace = 'app'::regnamespace
	UNION ALL SELECT 'operator in a family' FROM pg_amop WHERE oid >= 16384
	UNION ALL SELECT 'function in a family' FROM pg_amproc WHERE oid >= 16384
	UNION ALL SELECT 'transform' FROM pg_transform WHERE oid >= 16384
	UNION ALL SELECT 'template ' || tmplname FROM pg_ts_template WHERE oid >= 16384
	UNION ALL SELECT format('language %s superuser''s=%s', lanname, lanowner = 10) FROM pg_language WHERE lanname LIKE 'app%'
	UNION ALL SELECT format('wrapper %s %s', fdwname, fdwoptions) FROM pg_foreign_data_wrapper WHERE fdwname LIKE 'app%'
	UNION ALL SELECT format('server %s %s superuser''s=%s', srvname, srvoptions, srvowner = 10) FROM pg_foreign_server WHERE srvname LIKE 'app%'
	UNION ALL SELECT format('subscription %s superuser''s=%s', subname, subowner = 10) FROM pg_subscription
	ORDER BY 1
$$;
SET SESSION AUTHORIZATION gk_user;
SELECT gk.as_definer('CREATE OPERATOR CLASS app.planted FOR TYPE int8 USING btree FAMILY app.family AS STORAGE int8');
SELECT gk.as_definer('ALTER OPERATOR CLASS app.class USING btree OWNER TO gk_user');
SELECT gk.as_definer('CREATE OPERATOR FAMILY app.planted USING btree');
SELECT gk.as_definer('ALTER OPERATOR FAMILY app.family USING btree OWNER TO gk_user');
SELECT gk.as_definer('ALTER OPERATOR FAMILY app.family USING btree ADD OPERATOR 1 < (int, int)');
SELECT gk.as_definer('ALTER OPERATOR FAMILY app.family USING btree ADD FUNCTION 1 btint4cmp(int, int)');
SELECT gk.as_definer('CREATE TRANSFORM FOR int LANGUAGE sql (FROM SQL WITH FUNCTION prsd_lextype(internal))');
SELECT gk.as_definer('CREATE TEXT SEARCH TEMPLATE app.planted (LEXIZE = dsimple_lexize)');
RESET SESSION AUTHORIZATION;
-- denied: giving a superuser the subscription of a role that no longer is one
SET client_min_messages = error;
CREATE SUBSCRIPTION app_subscription CONNECTION 'dbname=nowhere' PUBLICATION p
	WITH (connect = false, slot_name = NONE);
SET client_min_messages = warning;
UPDATE pg_subscription SET subowner = 'gk_user'::regrole WHERE subname = 'app_subscription';
SET SESSION AUTHORIZATION gk_user;
SELECT gk.as_definer('ALTER SUBSCRIPTION app_subscription OWNER TO CURRENT_USER');
RESET SESSION AUTHORIZATION;
-- denied: also where the rules are off that refuse it first
CREATE LANGUAGE app_language HANDLER plpgsql_call_handler;
ALTER SYSTEM SET gatekeeper.loopback = 'off';
ALTER SYSTEM SET gatekeeper.foreign_program = 'off';
ALTER SYSTEM SET gatekeeper.untrusted_language = 'off';
SELECT pg_reload_conf();
\c -
\set VERBOSITY terse
SET client_min_messages = warning;
SET SESSION AUTHORIZATION gk_user;
SELECT gk.as_definer('ALTER LANGUAGE app_language OWNER TO gk_user');
SELECT gk.as_definer('ALTER FOREIGN DATA WRAPPER app_wrapper OPTIONS (a ''b'')');
SELECT gk.as_definer('ALTER SERVER app_server OPTIONS (host ''attacker'')');
SELECT gk.as_definer('ALTER SERVER app_server OWNER TO gk_user');
RESET SESSION AUTHORIZATION;
SELECT app.kinds();
-- allowed: a superuser in his own session
ALTER OPERATOR FAMILY app.family USING btree ADD OPERATOR 1 < (int, int), FUNCTION 1 btint4cmp(int, int);
ALTER OPERATOR CLASS app.class USING btree OWNER TO gk_user;
ALTER LANGUAGE app_language OWNER TO gk_user;
ALTER FOREIGN DATA WRAPPER app_wrapper OPTIONS (a 'b');
CREATE TEXT SEARCH TEMPLATE app.planted (LEXIZE = dsimple_lexize);
SELECT app.kinds();
DROP TEXT SEARCH TEMPLATE app.planted;
ALTER FOREIGN DATA WRAPPER app_wrapper OPTIONS (DROP a);
DROP LANGUAGE app_language;
DROP SUBSCRIPTION app_subscription;
DROP OPERATOR FAMILY app.family USING btree CASCADE;
DROP FUNCTION app.kinds();
ALTER SYSTEM RESET gatekeeper.loopback;
ALTER SYSTEM RESET gatekeeper.foreign_program;
ALTER SYSTEM RESET gatekeeper.untrusted_language;
SELECT pg_reload_conf();
\c -
\set VERBOSITY terse
SET client_min_messages = warning;

-- denied: what cannot stand in a function, after SET ROLE
GRANT postgres TO gk_user;
SET SESSION AUTHORIZATION gk_user;
SET ROLE postgres;
CREATE TABLESPACE planted LOCATION '/nonexistent';
ALTER TABLESPACE pg_default SET (random_page_cost = 1);
ALTER EXTENSION plpgsql ADD FUNCTION gk.my_function(int);
CREATE FUNCTION app.planted() RETURNS int LANGUAGE sql AS 'SELECT 1';
RESET SESSION AUTHORIZATION;
REVOKE postgres FROM gk_user;
SELECT * FROM app.backdoors;

--
-- Denied: untrusted.  The superuser comes by in a plain session.
--
SET SESSION AUTHORIZATION gk_user;
CREATE TABLE gk.trapped (a int);
CREATE FUNCTION gk.plant() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	CREATE FUNCTION gk.planted() RETURNS int LANGUAGE plpgsql SECURITY DEFINER AS
		'BEGIN ALTER ROLE gk_user SUPERUSER; RETURN 1; END';
	RETURN new;
END $$;
CREATE TRIGGER t BEFORE INSERT ON gk.trapped FOR EACH ROW EXECUTE FUNCTION gk.plant();
CREATE TABLE gk.trapped_later (a int);
CREATE CONSTRAINT TRIGGER t AFTER INSERT ON gk.trapped_later DEFERRABLE INITIALLY DEFERRED
	FOR EACH ROW EXECUTE FUNCTION gk.plant();
CREATE FUNCTION gk.launder() RETURNS int LANGUAGE plpgsql AS $$
BEGIN
	ALTER FUNCTION gk.my_function(int) OWNER TO postgres;
	RETURN 1;
END $$;
CREATE FUNCTION gk.attach() RETURNS int LANGUAGE plpgsql AS $$
BEGIN
	CREATE TRIGGER planted BEFORE INSERT ON app.t FOR EACH ROW EXECUTE FUNCTION gk.trap();
	RETURN 1;
END $$;
RESET SESSION AUTHORIZATION;
-- denied: a trigger, at once and deferred to the end of the transaction
INSERT INTO gk.trapped VALUES (1);
INSERT INTO gk.trapped_later VALUES (1);
-- denied: functions
SELECT gk.launder();
SELECT gk.attach();
-- denied: and again from an extension's script, where the rule extension_hijack is off
ALTER SYSTEM SET gatekeeper.extension_hijack = 'off';
SELECT pg_reload_conf();
\c -
\set VERBOSITY terse
SET client_min_messages = warning;
SELECT gk.in_extension('SELECT gk.launder()');
SELECT gk.in_extension('INSERT INTO gk.trapped VALUES (1)');
ALTER SYSTEM RESET gatekeeper.extension_hijack;
SELECT pg_reload_conf();
\c -
\set VERBOSITY terse
SET client_min_messages = warning;
SELECT * FROM app.backdoors;

-- denied: restricted, where the rights are a superuser's
SELECT gk.restricted($$CREATE FUNCTION gk.planted() RETURNS int LANGUAGE sql AS 'SELECT 1'$$);
SELECT * FROM app.backdoors;

--
-- Powerless when fired: what a user plants for himself
--
SET SESSION AUTHORIZATION gk_user;
CREATE OPERATOR gk.<~~~> (RIGHTARG = int, FUNCTION = gk.my_function);
CREATE DOMAIN gk.my_domain AS int CHECK (gk.my_function(value) = '1');
CREATE TABLE gk.my_check (a int CHECK (gk.my_function(a) = '1'));
CREATE TABLE gk.my_call (a int, b text DEFAULT gk.my_function(1));
CREATE VIEW gk.my_calls AS SELECT gk.my_function(1);
RESET SESSION AUTHORIZATION;
-- denied: what the function does (rule role_superuser)
SELECT OPERATOR(gk.<~~~>) 1;
SELECT 1::gk.my_domain;
INSERT INTO gk.my_check VALUES (1);
INSERT INTO gk.my_call VALUES (1);
SELECT * FROM gk.my_calls;
INSERT INTO gk.my_trigger VALUES (1);
DROP OPERATOR gk.<~~~> (NONE, int);
SELECT * FROM app.backdoors;

-- denied: a query text that the view brings along; nobody's code is on the stack
SET SESSION AUTHORIZATION gk_user;
SELECT lo_from_bytea(424242, 'attacked');
CREATE VIEW gk.my_text AS
	SELECT query_to_xml('SELECT lo_export(424242, ''gk_backdoor'')', true, true, '');
CREATE VIEW gk.my_words AS
	SELECT word FROM ts_stat('SELECT to_tsvector(lo_export(424242, ''gk_backdoor'')::text)');
CREATE VIEW gk.my_table AS SELECT table_to_xml('pg_authid', true, true, '');
CREATE TABLE gk.my_table_default (a int, b text DEFAULT table_to_xml('pg_authid', true, true, '')::text);
CREATE TABLE gk.my_schema_default (a int, b text DEFAULT schema_to_xml_and_xmlschema('app_views', true, true, '')::text);
GRANT SELECT ON gk.my_table_default, gk.my_schema_default TO PUBLIC;
CREATE TABLE gk.my_text_default (a int,
	b text DEFAULT query_to_xml('SELECT lo_export(424242, ''gk_backdoor'')', true, true, '')::text);
CREATE MATERIALIZED VIEW gk.my_matview AS SELECT query_to_xml('SELECT 1', true, true, '')::text;
-- allowed: to himself
SELECT length(query_to_xml('SELECT 1', true, true, '')::text) > 0 AS ran;
RESET SESSION AUTHORIZATION;
SELECT * FROM gk.my_text;
SELECT * FROM gk.my_words;
INSERT INTO gk.my_text_default VALUES (1);
SELECT * FROM gk.my_table;
INSERT INTO gk.my_table_default VALUES (1);
INSERT INTO gk.my_schema_default VALUES (1);
SELECT count(*) FROM gk.my_table_default, gk.my_schema_default;
SELECT size FROM pg_stat_file('gk_backdoor', true);
-- allowed: the superuser's own text, his own view, and another's with that one's rights
SELECT length(query_to_xml('SELECT 1', true, true, '')::text) > 0 AS ran;
SELECT table_to_xml('gk.my_table_default', true, true, '') IS NOT NULL AS ran;
CREATE VIEW app.text AS SELECT length(query_to_xml('SELECT 1', true, true, '')::text) > 0 AS ran;
SELECT * FROM app.text;
REFRESH MATERIALIZED VIEW gk.my_matview;

--
-- Exempted by a superuser
--
SET SESSION AUTHORIZATION gk_user;
-- denied: not yet
SELECT app_views.installer();
RESET SESSION AUTHORIZATION;
SECURITY LABEL FOR gatekeeper ON FUNCTION app_views.installer() IS 'allow backdoor';
SET SESSION AUTHORIZATION gk_user;
-- allowed: the function was reviewed, and labelled
SELECT app_views.installer();
RESET SESSION AUTHORIZATION;
DROP FUNCTION app.planted();
DROP FUNCTION app_views.installer();

--
-- Audit and off
--
ALTER SYSTEM SET gatekeeper.backdoor = 'audit';
SELECT pg_reload_conf();
\c -
\set VERBOSITY terse
SET client_min_messages = warning;
SET SESSION AUTHORIZATION gk_user;
-- allowed: the rule only records
SELECT gk.as_definer($$CREATE FUNCTION app.planted() RETURNS int LANGUAGE sql AS 'SELECT 1'$$);
SELECT gk.as_definer('CREATE TRIGGER planted BEFORE INSERT ON app.t FOR EACH ROW EXECUTE FUNCTION gk.trap()');
SELECT gk.as_definer('GRANT EXECUTE ON FUNCTION app.kept_back(int) TO gk_user');
RESET SESSION AUTHORIZATION;
SELECT * FROM app.backdoors ORDER BY 1;
DROP FUNCTION app.planted();
DROP TRIGGER planted ON app.t;
REVOKE EXECUTE ON FUNCTION app.kept_back(int) FROM gk_user;

ALTER SYSTEM SET gatekeeper.backdoor = 'off';
SELECT pg_reload_conf();
\c -
\set VERBOSITY terse
SET client_min_messages = warning;
SET SESSION AUTHORIZATION gk_user;
-- allowed: the rule is off; a superuser's code is trusted, and that is the point of the rule
SELECT gk.as_definer($$CREATE FUNCTION app.planted() RETURNS trigger LANGUAGE plpgsql AS
	'BEGIN ALTER ROLE gk_user CREATEROLE; RETURN new; END'$$);
SELECT gk.as_definer('CREATE TRIGGER planted BEFORE INSERT ON app.t FOR EACH ROW EXECUTE FUNCTION app.planted()');
RESET SESSION AUTHORIZATION;
INSERT INTO app.t VALUES (1);
SELECT rolcreaterole FROM pg_roles WHERE rolname = 'gk_user';
ALTER ROLE gk_user NOCREATEROLE;

ALTER SYSTEM SET gatekeeper.backdoor = 'always';
SELECT pg_reload_conf();
\c -
\set VERBOSITY terse
SET client_min_messages = warning;
-- denied: to everybody
CREATE FUNCTION app.planted2() RETURNS int LANGUAGE sql AS 'SELECT 1';
-- allowed: what an extension's script creates is the extension's
SELECT gk.in_extension($$CREATE FUNCTION gk.planted() RETURNS int LANGUAGE sql AS 'SELECT 1'$$);
ALTER SYSTEM RESET gatekeeper.backdoor;
SELECT pg_reload_conf();
\c -
\set VERBOSITY terse
SET client_min_messages = warning;
DROP SCHEMA app, app_views CASCADE;
DROP FOREIGN DATA WRAPPER app_wrapper CASCADE;
DROP OWNED BY gk_user CASCADE;
GRANT ALL ON SCHEMA gk TO PUBLIC;
DO $$ BEGIN
	EXECUTE format('GRANT CREATE ON DATABASE %I TO gk_user', current_database());
END $$;
DROP TABLE gk.plain;

--
-- rows of a scheduler, which runs them as whom they say
--
CREATE SCHEMA cron;
GRANT USAGE ON SCHEMA cron TO PUBLIC;
CREATE TABLE cron.job (command text, username text);
GRANT SELECT, INSERT ON cron.job TO gk_user;
CREATE TABLE cron.job_notes (note text);
CREATE SCHEMA utl_file;
CREATE TABLE utl_file.utl_file_dir (dir text);
INSERT INTO utl_file.utl_file_dir VALUES ('/srv/reports');
CREATE TABLE utl_file.plr_modules (modseq int, modsrc text);
-- allowed: a superuser in his own session
INSERT INTO utl_file.plr_modules VALUES (1, 'x <- 1');
INSERT INTO cron.job VALUES ('VACUUM', 'postgres');
SET SESSION AUTHORIZATION gk_user;
-- allowed: with rights of his own
INSERT INTO cron.job VALUES ('SELECT 1', 'gk_user');
-- denied: with borrowed rights
SELECT gk.as_definer($$INSERT INTO cron.job VALUES ('ALTER ROLE gk_user SUPERUSER', 'postgres')$$);
SELECT gk.as_definer($$UPDATE cron.job SET username = 'postgres'$$);
SELECT gk.as_definer($$WITH x AS (UPDATE cron.job SET username = 'postgres' RETURNING 1) SELECT * FROM x$$);
-- allowed: other tables
SELECT gk.as_definer($$INSERT INTO cron.job_notes VALUES ('x')$$);
-- denied: the directories whose files a module opens for everybody
SELECT gk.as_definer($$INSERT INTO utl_file.utl_file_dir VALUES ('/')$$);
-- denied: the R code that PL/R runs when it starts, wherever that was installed
SELECT gk.as_definer($$INSERT INTO utl_file.plr_modules VALUES (2, 'system("id")')$$);
RESET SESSION AUTHORIZATION;
-- denied: to whoever may write because of pg_write_all_data, and with the rights of such a role
CREATE ROLE gk_t_writer LOGIN;
GRANT pg_write_all_data, pg_read_all_data TO gk_t_writer;
GRANT CREATE, USAGE ON SCHEMA gk TO gk_t_writer;
SET SESSION AUTHORIZATION gk_t_writer;
INSERT INTO cron.job VALUES ('ALTER ROLE gk_user SUPERUSER', 'postgres');
UPDATE utl_file.utl_file_dir SET dir = '/';
CREATE FUNCTION gk.as_writer(stmt text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN EXECUTE stmt; END $$;
SET SESSION AUTHORIZATION gk_user;
SELECT gk.as_writer($$INSERT INTO cron.job VALUES ('ALTER ROLE gk_user SUPERUSER', 'postgres')$$);
SELECT gk.as_writer($$UPDATE utl_file.utl_file_dir SET dir = '/'$$);
-- allowed: other tables
SELECT gk.as_writer($$INSERT INTO cron.job_notes VALUES ('y')$$);
RESET SESSION AUTHORIZATION;
DROP OWNED BY gk_t_writer;
DROP ROLE gk_t_writer;
SELECT * FROM cron.job ORDER BY 1;
SELECT * FROM utl_file.utl_file_dir;
SELECT * FROM utl_file.plr_modules;
SET client_min_messages = warning;
DROP SCHEMA cron, utl_file CASCADE;
