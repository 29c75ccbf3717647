-- Rule backdoor: what guards is not taken away with borrowed rights.
\set VERBOSITY terse
SET client_min_messages = warning;

CREATE SCHEMA gkg;
CREATE FUNCTION gkg.watch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
CREATE FUNCTION gkg.act(stmt text) RETURNS int LANGUAGE plpgsql SECURITY DEFINER AS
	'BEGIN EXECUTE stmt; RETURN 1; END';
CREATE FUNCTION gkg.add(a int, b int) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT a + b';
CREATE TABLE gkg.t (a int, b int);
CREATE TRIGGER watch BEFORE INSERT ON gkg.t FOR EACH ROW EXECUTE FUNCTION gkg.watch();
CREATE TRIGGER always BEFORE UPDATE ON gkg.t FOR EACH ROW EXECUTE FUNCTION gkg.watch();
ALTER TABLE gkg.t ENABLE ALWAYS TRIGGER always;
CREATE RULE log AS ON DELETE TO gkg.t DO ALSO SELECT 1;
ALTER TABLE gkg.t ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY mine ON gkg.t USING (a = 1);
CREATE VIEW gkg.v AS SELECT a FROM gkg.t;
CREATE FUNCTION gkg.labelled() RETURNS int LANGUAGE sql AS 'SELECT 1';
SECURITY LABEL FOR gatekeeper ON FUNCTION gkg.labelled() IS 'trusted';
CREATE TABLE gkg.goes (a int);
CREATE TRIGGER watch BEFORE INSERT ON gkg.goes FOR EACH ROW EXECUTE FUNCTION gkg.watch();
CREATE POLICY mine ON gkg.goes USING (a = 1);

SET SESSION AUTHORIZATION gk_user;
-- denied: triggers and rules switched off, to less, dropped
SELECT gk.as_definer('ALTER TABLE gkg.t DISABLE TRIGGER watch');
SELECT gk.as_definer('ALTER TABLE gkg.t DISABLE TRIGGER USER');
SELECT gk.as_definer('ALTER TABLE gkg.t ENABLE REPLICA TRIGGER watch');
SELECT gk.as_definer('ALTER TABLE gkg.t ENABLE TRIGGER always');
SELECT gk.as_definer('DROP TRIGGER watch ON gkg.t');
SELECT gk.as_definer('DROP FUNCTION gkg.watch() CASCADE');
SELECT gk.as_definer('ALTER TABLE gkg.t DISABLE RULE log');
SELECT gk.as_definer('DROP RULE log ON gkg.t');
-- denied: row security and its policies
SELECT gk.as_definer('ALTER TABLE gkg.t DISABLE ROW LEVEL SECURITY');
SELECT gk.as_definer('ALTER TABLE gkg.t NO FORCE ROW LEVEL SECURITY');
SELECT gk.as_definer('CREATE POLICY all_rows ON gkg.t USING (true)');
SELECT gk.as_definer('ALTER POLICY mine ON gkg.t USING (true)');
SELECT gk.as_definer('DROP POLICY mine ON gkg.t');
-- denied: what a label stands on
SELECT gk.as_definer('DROP FUNCTION gkg.labelled()');
-- denied: a view or default that calls a superuser's function with arguments of one's own
SELECT gk.as_definer($$CREATE OR REPLACE VIEW gkg.v AS SELECT gkg.act('SELECT 1') AS a$$);
SELECT gk.as_definer($$CREATE VIEW gkg.v2 AS SELECT gkg.act('SELECT 1') AS a$$);
SELECT gk.as_definer($$ALTER TABLE gkg.t ALTER b SET DEFAULT gkg.act('SELECT 1')$$);
SELECT gk.as_definer($$ALTER TABLE gkg.t ADD CHECK (gkg.act('SELECT 1') > 0)$$);
-- allowed: more of a guard; a view that calls nothing of that kind; new objects
SELECT gk.as_definer('ALTER TABLE gkg.t ENABLE ALWAYS TRIGGER watch');
SELECT gk.as_definer('CREATE OR REPLACE VIEW gkg.v AS SELECT gkg.add(a, b) AS a FROM gkg.t');
SELECT gk.as_definer($$CREATE TABLE gkg.new (a int);
	CREATE TRIGGER watch BEFORE INSERT ON gkg.new FOR EACH ROW EXECUTE FUNCTION gkg.watch();
	CREATE POLICY mine ON gkg.new USING (true);
	ALTER TABLE gkg.new DISABLE TRIGGER watch$$);
-- allowed: what goes with its relation
SELECT gk.as_definer('DROP TABLE gkg.goes');
RESET SESSION AUTHORIZATION;

-- allowed: all of it in a superuser's own session
ALTER TABLE gkg.t DISABLE TRIGGER watch;
DROP TRIGGER watch ON gkg.t;
DROP RULE log ON gkg.t;
ALTER TABLE gkg.t NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY;
DROP POLICY mine ON gkg.t;
DROP FUNCTION gkg.labelled();

-- Relations of ordinary roles that a superuser takes over.
SET ROLE gk_user;
CREATE SCHEMA gkg_user;
CREATE TABLE gkg_user.t (a int CHECK (length(pg_read_file('PG_VERSION')) > 0));
CREATE VIEW gkg_user.v AS SELECT pg_read_file('PG_VERSION');
CREATE TABLE gkg_user.plain (a int DEFAULT 1 CHECK (a > 0));
CREATE VIEW gkg_user.plain_v AS SELECT a FROM gkg_user.plain;
RESET ROLE;
-- denied: with a call of a listed function in them, in a plain session, too
ALTER TABLE gkg_user.t OWNER TO CURRENT_USER;
ALTER VIEW gkg_user.v OWNER TO CURRENT_USER;
REASSIGN OWNED BY gk_user TO CURRENT_USER;
-- allowed: without
ALTER TABLE gkg_user.plain OWNER TO CURRENT_USER;
ALTER VIEW gkg_user.plain_v OWNER TO CURRENT_USER;

DROP SCHEMA gkg, gkg_user CASCADE;
