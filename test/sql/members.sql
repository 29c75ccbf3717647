--
-- Who acts as superuser without being one, and what a role with reach cannot take:
-- members of a superuser role, pg_read_all_data, CREATEROLE, labels and EXECUTE.
--
\set VERBOSITY terse
SET client_min_messages = warning;
\t on
\a
SELECT current_user AS superuser \gset
DROP ROLE IF EXISTS gk_m_member, gk_m_noinherit, gk_m_reader, gk_m_boss, gk_m_clerk,
	gk_m_bypass, gk_m_monitor, gk_m_pooler, gk_m_secret;
CREATE ROLE gk_m_member LOGIN;
CREATE ROLE gk_m_noinherit LOGIN NOINHERIT;
GRANT :"superuser" TO gk_m_member, gk_m_noinherit;
CREATE ROLE gk_m_reader LOGIN;
GRANT pg_read_all_data TO gk_m_reader;
CREATE ROLE gk_m_boss LOGIN CREATEROLE;
CREATE ROLE gk_m_clerk;
CREATE ROLE gk_m_bypass BYPASSRLS;
CREATE ROLE gk_m_monitor;
GRANT pg_monitor TO gk_m_monitor;
CREATE ROLE gk_m_pooler LOGIN;
CREATE ROLE gk_m_secret PASSWORD 'nobody shall see this';
CREATE FUNCTION gk.m_works(stmt text) RETURNS bool LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE stmt;
	RETURN true;
-- (from 18 on pg_authid has no TOAST table)
EXCEPTION WHEN insufficient_privilege OR undefined_table THEN
	RETURN false;
END $$;
CREATE TABLE gk.m_data (t text);
INSERT INTO gk.m_data VALUES ('ordinary data');

--
-- a member that inherits, in its own session
--
SET SESSION AUTHORIZATION gk_m_member;
-- denied: secrets
SELECT rolpassword FROM pg_authid WHERE rolname = 'gk_m_secret';
-- denied: system functions
CREATE OR REPLACE FUNCTION pg_catalog.shobj_description(oid, name) RETURNS text LANGUAGE sql AS $$SELECT 'mine'$$;
-- denied: a superuser's code
CREATE FUNCTION gk.m_given() RETURNS int LANGUAGE sql AS 'SELECT 1';
SELECT gk.m_works(format('ALTER FUNCTION gk.m_given() OWNER TO %I', :'superuser'));
SELECT gk.m_works('ALTER FUNCTION gk.as_definer(text) SECURITY INVOKER');
-- allowed: what is its own, and the data of others
SELECT gk.m_given(), t FROM gk.m_data;
ALTER FUNCTION gk.m_given() SET work_mem = '5MB';
RESET SESSION AUTHORIZATION;
SELECT proowner::regrole FROM pg_proc WHERE oid = 'gk.m_given()'::regprocedure;
-- denied: a function that is owned by a member
CREATE FUNCTION gk.m_definer(q text) RETURNS SETOF text LANGUAGE plpgsql SECURITY DEFINER AS
	$$ BEGIN RETURN QUERY EXECUTE q; END $$;
ALTER FUNCTION gk.m_definer(text) OWNER TO gk_m_member;
SET SESSION AUTHORIZATION gk_user;
SELECT gk.m_definer($$SELECT rolpassword FROM pg_authid WHERE rolname = 'gk_m_secret'$$);
-- allowed: what is no secret
SELECT gk.m_definer($$SELECT rolname::text FROM pg_authid WHERE rolname = 'gk_m_secret'$$);
RESET SESSION AUTHORIZATION;
-- allowed: known at once that the membership is gone
REVOKE :"superuser" FROM gk_m_member;
SET SESSION AUTHORIZATION gk_m_member;
SELECT gk.m_works('ALTER FUNCTION gk.m_given() RESET work_mem');
RESET SESSION AUTHORIZATION;
GRANT :"superuser" TO gk_m_member;
-- allowed: a label gives a member's own session back what it names
SECURITY LABEL FOR gatekeeper ON ROLE gk_m_member IS 'allow catalog_secrets';
SET SESSION AUTHORIZATION gk_m_member;
SELECT rolpassword ~ '^SCRAM' FROM pg_authid WHERE rolname = 'gk_m_secret';
RESET SESSION AUTHORIZATION;
SECURITY LABEL FOR gatekeeper ON ROLE gk_m_member IS NULL;

--
-- a member that does not inherit
--
SET SESSION AUTHORIZATION gk_m_noinherit;
-- denied: giving code away needs no SET ROLE
CREATE FUNCTION gk.m_gift() RETURNS int LANGUAGE sql AS 'SELECT 1';
SELECT gk.m_works(format('ALTER FUNCTION gk.m_gift() OWNER TO %I', :'superuser'));
CREATE VIEW gk.m_view AS SELECT gk.m_gift();
SELECT gk.m_works(format('ALTER VIEW gk.m_view OWNER TO %I', :'superuser'));
SELECT gk.m_works(format('ALTER DEFAULT PRIVILEGES FOR ROLE %I GRANT TRIGGER ON TABLES TO gk_m_noinherit', :'superuser'));
-- allowed: a table without code, and giving to others
CREATE TABLE gk.m_table (a int);
SELECT gk.m_works(format('ALTER TABLE gk.m_table OWNER TO %I', :'superuser'));
ALTER DEFAULT PRIVILEGES IN SCHEMA gk GRANT SELECT ON TABLES TO gk_m_clerk;
ALTER DEFAULT PRIVILEGES IN SCHEMA gk REVOKE SELECT ON TABLES FROM gk_m_clerk;
RESET SESSION AUTHORIZATION;
SELECT proname, proowner::regrole FROM pg_proc WHERE proname = 'm_gift';
-- allowed: a superuser gives and takes
SELECT gk.m_works(format('ALTER FUNCTION gk.m_gift() OWNER TO %I', :'superuser'));
ALTER FUNCTION gk.m_gift() OWNER TO gk_m_noinherit;

--
-- secrets, whatever SELECT was granted
--
ANALYZE pg_authid;
CREATE VIEW gk.m_hashes AS SELECT rolname, rolpassword FROM pg_authid;
GRANT SELECT ON gk.m_hashes TO gk_m_reader;
GRANT SELECT ON pg_shadow TO gk_m_reader;
CREATE FOREIGN DATA WRAPPER gk_m_wrapper;
CREATE SERVER gk_m_server FOREIGN DATA WRAPPER gk_m_wrapper;
GRANT USAGE ON FOREIGN SERVER gk_m_server TO gk_m_pooler;
CREATE USER MAPPING FOR gk_m_pooler SERVER gk_m_server OPTIONS (password 'own');
SET SESSION AUTHORIZATION gk_m_reader;
-- denied: pg_read_all_data, without any circumstance
SELECT rolpassword FROM pg_authid WHERE rolname = 'gk_m_secret';
SELECT gk.m_works('SELECT a FROM pg_authid a');
SELECT gk.m_works('SELECT umoptions FROM pg_user_mapping');
SELECT gk.m_works('SELECT subconninfo FROM pg_subscription');
SELECT gk.m_works('SELECT chunk_data FROM pg_toast.pg_toast_1260');
SELECT gk.m_works('SELECT stavalues1 FROM pg_statistic');
SELECT gk.m_works('SELECT stavalues1, rolpassword FROM pg_statistic, pg_authid');
SELECT gk.m_works('SELECT most_common_vals, histogram_bounds FROM pg_stats');
-- denied: through what was granted to it
SELECT gk.m_works('SELECT passwd FROM pg_shadow');
SELECT gk.m_works('SELECT rolpassword FROM gk.m_hashes');
SELECT gk.m_works('SELECT passwd FROM pg_shadow, pg_user_mappings WHERE umoptions IS NULL');
-- allowed: data, and the rest of the catalogs
SELECT t FROM gk.m_data;
SELECT count(*) FROM pg_authid WHERE rolname = 'gk_m_secret';
SELECT rolname FROM gk.m_hashes WHERE rolname = 'gk_m_secret';
SELECT count(null_frac) > 0 FROM pg_stats;
SELECT umoptions IS NULL FROM pg_user_mappings WHERE srvname = 'gk_m_server';
RESET SESSION AUTHORIZATION;
-- allowed: everybody's own
SET SESSION AUTHORIZATION gk_m_pooler;
SELECT umoptions FROM pg_user_mappings WHERE srvname = 'gk_m_server';
SELECT option_value FROM information_schema.user_mapping_options WHERE foreign_server_name = 'gk_m_server';
SELECT count(most_common_vals) > 0 FROM pg_stats;
RESET SESSION AUTHORIZATION;
-- allowed: a label for whoever makes dumps
SECURITY LABEL FOR gatekeeper ON ROLE gk_m_reader IS 'allow catalog_secrets';
SET SESSION AUTHORIZATION gk_m_reader;
SELECT rolpassword ~ '^SCRAM' FROM pg_authid WHERE rolname = 'gk_m_secret';
RESET SESSION AUTHORIZATION;

--
-- secrets and the planner: estimates come before rights are checked
--
SET SESSION AUTHORIZATION gk_user;
CREATE TABLE gk.m_seen (t text);
CREATE SEQUENCE gk.m_tells;
CREATE FUNCTION gk.m_leak(v text, text) RETURNS bool LANGUAGE plpgsql AS $$
BEGIN
	IF v ~ '^SCRAM' THEN
		PERFORM nextval('gk.m_tells');
	END IF;
	RETURN false;
END $$;
CREATE OPERATOR gk.<<<< (LEFTARG = text, RIGHTARG = text, FUNCTION = gk.m_leak, RESTRICT = scalarltsel, JOIN = scalarltjoinsel);
-- denied: the superuser's rights with one's own operator
SELECT gk.as_definer($$EXPLAIN SELECT 1 FROM pg_authid WHERE rolpassword OPERATOR(gk.<<<<) 'x'$$);
SELECT gk.as_definer($$EXPLAIN SELECT 1 FROM pg_shadow WHERE passwd OPERATOR(gk.<<<<) 'x'$$);
SELECT gk.as_definer($$EXPLAIN SELECT 1 FROM (SELECT rolpassword AS p FROM pg_authid OFFSET 0) x WHERE p OPERATOR(gk.<<<<) 'x'$$);
SELECT gk.as_definer($$EXPLAIN SELECT 1 FROM pg_authid a, pg_authid b WHERE a.rolpassword OPERATOR(gk.<<<<) b.rolpassword$$);
-- the effect: the operator was not called with a hash
SELECT is_called FROM gk.m_tells;
RESET SESSION AUTHORIZATION;

--
-- CREATEROLE
--
SET SESSION AUTHORIZATION gk_m_boss;
-- denied: predefined roles with reach, and what is more than itself
SELECT gk.m_works('GRANT pg_read_all_data TO gk_m_boss');
SELECT gk.m_works('GRANT pg_write_all_data TO gk_m_clerk');
SELECT gk.m_works('CREATE ROLE gk_m_new IN ROLE pg_read_all_data');
SELECT gk.m_works('GRANT gk_m_reader TO gk_m_boss');
SELECT gk.m_works('GRANT gk_m_bypass TO gk_m_boss');
SELECT gk.m_works($$ALTER ROLE gk_m_reader PASSWORD 'x'$$);
SELECT gk.m_works($$ALTER ROLE gk_m_bypass LOGIN PASSWORD 'x'$$);
SELECT gk.m_works('ALTER ROLE gk_m_reader RENAME TO gk_m_other');
SELECT gk.m_works('DROP ROLE gk_m_bypass');
RESET SESSION AUTHORIZATION;
SELECT r.rolname FROM pg_roles r WHERE pg_has_role(r.oid, 'pg_read_all_data', 'MEMBER') AND rolname ~ '^gk_m_(boss|clerk|new|reader)' ORDER BY 1;
SELECT rolname FROM pg_authid WHERE rolname IN ('gk_m_bypass', 'gk_m_reader') AND rolpassword IS NULL ORDER BY 1;
-- allowed: with ADMIN OPTION
GRANT pg_read_all_data TO gk_m_boss WITH ADMIN OPTION;
SET SESSION AUTHORIZATION gk_m_boss;
GRANT pg_read_all_data TO gk_m_clerk;
REVOKE pg_read_all_data FROM gk_m_clerk;
RESET SESSION AUTHORIZATION;
REVOKE pg_read_all_data FROM gk_m_boss;
-- allowed: ordinary roles, its own password, what only shows (with borrowed rights it is recorded)
SET SESSION AUTHORIZATION gk_m_boss;
SELECT gk.m_works($$CREATE ROLE gk_m_new LOGIN PASSWORD 'x'$$);
SELECT gk.m_works('ALTER ROLE gk_m_new RENAME TO gk_m_newer');
SELECT gk.m_works('DROP ROLE gk_m_newer');
SELECT gk.m_works($$ALTER ROLE gk_m_boss PASSWORD 'y'$$);
RESET SESSION AUTHORIZATION;
SET SESSION AUTHORIZATION gk_user;
SELECT gk.as_definer('GRANT pg_monitor TO gk_m_clerk');
SELECT gk.as_definer('GRANT pg_signal_backend, gk_m_monitor TO gk_m_clerk');
-- denied: not behind one of those
SELECT gk.as_definer('GRANT pg_monitor, pg_read_all_data TO gk_m_clerk');
RESET SESSION AUTHORIZATION;

--
-- a label on a function is for those who were given EXECUTE
--
CREATE FUNCTION gk.m_auth(u text) RETURNS bool LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS
	$$SELECT passwd ~ '^SCRAM' FROM pg_shadow WHERE usename = u$$;
ALTER ROLE gk_m_secret LOGIN;
REVOKE ALL ON FUNCTION gk.m_auth(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION gk.m_auth(text) TO gk_m_pooler;
SECURITY LABEL FOR gatekeeper ON FUNCTION gk.m_auth(text) IS 'allow catalog_secrets';
-- allowed: as it was meant
SET SESSION AUTHORIZATION gk_m_pooler;
SELECT gk.m_auth('gk_m_secret');
RESET SESSION AUTHORIZATION;
-- denied: with the rights of another function
SET SESSION AUTHORIZATION gk_user;
SELECT gk.as_definer($$SELECT gk.m_auth('gk_m_secret')$$);
-- denied: from a trigger, in a superuser's session
CREATE TABLE gk.m_inbox (a bool);
CREATE FUNCTION gk.m_trigger() RETURNS trigger LANGUAGE plpgsql AS
	$$BEGIN NEW.a := gk.m_auth('gk_m_secret'); RETURN NEW; END$$;
CREATE TRIGGER t BEFORE INSERT ON gk.m_inbox FOR EACH ROW EXECUTE FUNCTION gk.m_trigger();
RESET SESSION AUTHORIZATION;
INSERT INTO gk.m_inbox VALUES (NULL);
-- allowed: by a function whose own label says so
CREATE FUNCTION gk.m_outer() RETURNS bool LANGUAGE sql SECURITY DEFINER AS $$SELECT gk.m_auth('gk_m_secret')$$;
SECURITY LABEL FOR gatekeeper ON FUNCTION gk.m_outer() IS 'allow catalog_secrets';
SET SESSION AUTHORIZATION gk_user;
SELECT gk.m_outer();
RESET SESSION AUTHORIZATION;

--
-- rights that an ordinary role was granted, and lends
--
CREATE ROLE gk_m_lister;
GRANT EXECUTE ON FUNCTION pg_ls_dir(text) TO gk_m_lister;
GRANT SET ON PARAMETER log_statement TO gk_m_lister;
CREATE FUNCTION gk.m_lent(stmt text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS
	$$ BEGIN EXECUTE stmt; END $$;
ALTER FUNCTION gk.m_lent(text) OWNER TO gk_m_lister;
SET SESSION AUTHORIZATION gk_user;
-- denied: EXECUTE, and SET on a parameter
SELECT gk.m_lent($$SELECT pg_ls_dir('base')$$);
SELECT gk.m_lent('SET log_statement = none');
-- allowed: what the caller may do itself
SELECT gk.m_lent('SET work_mem = 4096');
RESET SESSION AUTHORIZATION;
-- allowed: on its own behalf
SET SESSION AUTHORIZATION gk_m_lister;
SELECT gk.m_lent($$SELECT pg_ls_dir('base')$$);
SET log_statement = none;
RESET log_statement;
RESET SESSION AUTHORIZATION;

--
-- settings that hold a password
--
ALTER SYSTEM SET primary_conninfo = 'host=nowhere user=replicator password=hush';
SELECT pg_reload_conf();
\c -
SET client_min_messages = warning;
SET SESSION AUTHORIZATION gk_user;
-- denied: with borrowed rights
SELECT gk.as_definer('SHOW primary_conninfo');
SELECT gk.as_definer('SHOW ALL');
SELECT gk.as_definer('SELECT setting FROM pg_settings');
SELECT gk.as_definer($$SELECT current_setting('primary_conninfo')$$);
SELECT gk.as_definer($$SELECT current_setting('primary_' || 'conninfo', true)$$);
SELECT gk.as_definer($$DO $x$ DECLARE v text; BEGIN v := current_setting('primary_conninfo'); END $x$ $$);
-- allowed: other settings, and what the role sees itself
SELECT gk.as_definer($$SELECT current_setting('work_mem'), current_setting('gk.none', true)$$);
SELECT gk.as_definer('SHOW work_mem');
SELECT count(*) FROM pg_settings WHERE name IN ('primary_conninfo', 'work_mem');
RESET SESSION AUTHORIZATION;
-- allowed: a superuser's and a monitoring role's own
SHOW primary_conninfo;
GRANT pg_monitor TO gk_m_pooler;
SET SESSION AUTHORIZATION gk_m_pooler;
SHOW primary_conninfo;
RESET SESSION AUTHORIZATION;
-- allowed: no password, no secret
ALTER SYSTEM SET primary_conninfo = 'host=nowhere user=replicator passfile=/var/lib/hush';
SELECT pg_reload_conf();
\c -
SET client_min_messages = warning;
SET SESSION AUTHORIZATION gk_user;
SELECT gk.as_definer('SHOW primary_conninfo');
SELECT gk.as_definer('SELECT setting FROM pg_settings');
RESET SESSION AUTHORIZATION;
ALTER SYSTEM RESET primary_conninfo;
SELECT pg_reload_conf();

--
-- a view WITH (security_invoker) gives its owner nothing that only its reader may see
--
CREATE TABLE gk.m_private (t text);
INSERT INTO gk.m_private VALUES ('private');
GRANT SELECT ON gk.m_data TO gk_user;
SET SESSION AUTHORIZATION gk_user;
CREATE VIEW gk.m_open WITH (security_invoker) AS SELECT t FROM gk.m_data;
CREATE VIEW gk.m_lends WITH (security_invoker) AS SELECT t FROM gk.m_private;
CREATE VIEW gk.m_sublink WITH (security_invoker) AS SELECT 1 AS a WHERE EXISTS (SELECT FROM gk.m_private);
CREATE VIEW gk.m_plain AS SELECT t FROM gk.m_private;
RESET SESSION AUTHORIZATION;
CREATE VIEW gk.m_admins WITH (security_invoker) AS SELECT t FROM gk.m_private;
CREATE VIEW gk.m_shown AS SELECT t FROM gk.m_private;
CREATE TABLE gk.m_rows (owner text, t text);
INSERT INTO gk.m_rows VALUES ('gk_admin', 'private');
ALTER TABLE gk.m_rows ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON gk.m_rows USING (owner = current_user);
GRANT SELECT ON gk.m_admins, gk.m_shown, gk.m_rows TO gk_user;
SET SESSION AUTHORIZATION gk_user;
CREATE VIEW gk.m_over AS SELECT t FROM gk.m_admins;
CREATE VIEW gk.m_over2 AS SELECT t FROM gk.m_over;
CREATE VIEW gk.m_over_shown AS SELECT t FROM gk.m_shown;
CREATE VIEW gk.m_all_rows WITH (security_invoker) AS SELECT t FROM gk.m_rows;
CREATE VIEW gk.m_own_rows AS SELECT t FROM gk.m_rows;
CREATE TABLE gk.m_forced (owner text, t text);
INSERT INTO gk.m_forced VALUES ('gk_user', 'own');
ALTER TABLE gk.m_forced ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE VIEW gk.m_over_forced WITH (security_invoker) AS SELECT t FROM gk.m_forced;
RESET SESSION AUTHORIZATION;
-- denied: to a superuser
SELECT * FROM gk.m_lends;
SELECT * FROM gk.m_sublink;
SELECT (SELECT t FROM gk.m_lends);
-- denied: it stands in a superuser's view that has the reader's rights again
SELECT * FROM gk.m_over;
SELECT * FROM gk.m_over2;
-- denied: row security keeps it from the view's owner
SELECT * FROM gk.m_all_rows;
-- allowed: a superuser's view shows it, row security holds, the table is the owner's
SELECT * FROM gk.m_over_shown;
SELECT * FROM gk.m_own_rows;
SELECT * FROM gk.m_over_forced;
SELECT * FROM gk.m_admins;
-- allowed: what the owner may read, the table itself, a superuser's own view
SELECT * FROM gk.m_open;
SELECT o.t, p.t FROM gk.m_open o, gk.m_private p;
CREATE VIEW gk.m_mine WITH (security_invoker) AS SELECT t FROM gk.m_private;
SELECT * FROM gk.m_mine;
SET SESSION AUTHORIZATION gk_user;
DROP VIEW gk.m_open, gk.m_lends, gk.m_sublink, gk.m_plain, gk.m_over, gk.m_over2, gk.m_over_shown,
	gk.m_all_rows, gk.m_own_rows, gk.m_over_forced;
DROP TABLE gk.m_forced;
RESET SESSION AUTHORIZATION;

\c -
SET client_min_messages = warning;
DROP VIEW gk.m_mine, gk.m_admins, gk.m_shown;
DROP TABLE gk.m_rows;
DROP TABLE gk.m_private;
DROP OWNED BY gk_m_lister CASCADE;
DROP ROLE gk_m_lister;
DROP OWNED BY gk_m_member, gk_m_noinherit, gk_m_reader, gk_m_pooler CASCADE;
DROP FUNCTION gk.m_works, gk.m_auth, gk.m_outer;
DROP TABLE gk.m_data, gk.m_table, gk.m_inbox, gk.m_seen;
DROP FUNCTION gk.m_trigger;
DROP VIEW gk.m_hashes;
DROP SEQUENCE gk.m_tells;
DROP OPERATOR gk.<<<< (text, text);
DROP FUNCTION gk.m_leak;
DROP FOREIGN DATA WRAPPER gk_m_wrapper CASCADE;
DROP ROLE gk_m_member, gk_m_noinherit, gk_m_reader, gk_m_boss, gk_m_clerk,
	gk_m_bypass, gk_m_monitor, gk_m_pooler, gk_m_secret;
