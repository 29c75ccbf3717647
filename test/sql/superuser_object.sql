-- Code of others changes, drops, grants or hides nothing of a superuser's.
--
-- gk_user's functions do it in a superuser's session.  What counts is what became
-- of the superuser's objects.
\set VERBOSITY terse
SET client_min_messages = warning;
CREATE SCHEMA gko;
CREATE SCHEMA gkx AUTHORIZATION gk_user;
CREATE TABLE gko.ledger (id int PRIMARY KEY, amount numeric);
INSERT INTO gko.ledger VALUES (1, 100);
CREATE VIEW gko.total AS SELECT sum(amount) AS total FROM gko.ledger;
CREATE FUNCTION gko.rate() RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION gko.audit() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
CREATE TRIGGER audited BEFORE UPDATE ON gko.ledger FOR EACH ROW EXECUTE FUNCTION gko.audit();
ALTER TABLE gko.ledger ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON gko.ledger USING (true);
CREATE TYPE gko.kind AS ENUM ('a');
CREATE TABLE public.gko_jobs (cmd text);
CREATE TABLE gkx.superusers (a int);

SET SESSION AUTHORIZATION gk_user;
CREATE FUNCTION gkx.run(stmt text) RETURNS void LANGUAGE plpgsql AS 'BEGIN EXECUTE stmt; END';
RESET SESSION AUTHORIZATION;

-- denied: a superuser's objects are not for code of others to change
SELECT gkx.run('DROP TABLE gko.ledger CASCADE');
SELECT gkx.run('ALTER TABLE gko.ledger ADD COLUMN x int');
SELECT gkx.run('ALTER TABLE gko.ledger RENAME TO gone');
SELECT gkx.run('ALTER TABLE gko.ledger SET SCHEMA gkx');
SELECT gkx.run('ALTER TABLE gko.ledger DISABLE TRIGGER audited');
SELECT gkx.run('DROP TRIGGER audited ON gko.ledger');
SELECT gkx.run('ALTER TABLE gko.ledger DISABLE ROW LEVEL SECURITY');
SELECT gkx.run('DROP POLICY own ON gko.ledger');
SELECT gkx.run('ALTER POLICY own ON gko.ledger USING (false)');
SELECT gkx.run('CREATE POLICY more ON gko.ledger USING (true)');
SELECT gkx.run('CREATE OR REPLACE VIEW gko.total AS SELECT 0::numeric AS total');
SELECT gkx.run('CREATE OR REPLACE FUNCTION gko.rate() RETURNS int LANGUAGE sql AS ''SELECT 2''');
SELECT gkx.run('DROP FUNCTION gko.rate()');
SELECT gkx.run('DROP TYPE gko.kind');
SELECT gkx.run('ALTER SCHEMA gko RENAME TO gkz');
SELECT gkx.run('DROP SCHEMA gko CASCADE');
-- denied: of every kind
SET client_min_messages = error;
CREATE PUBLICATION gko_publication FOR TABLE gko.ledger;
SET client_min_messages = warning;
CREATE COLLATION gko.sorted FROM "C";
CREATE STATISTICS gko.counted ON id, amount FROM gko.ledger;
CREATE TEXT SEARCH DICTIONARY gko.words (TEMPLATE = simple);
CREATE TEXT SEARCH CONFIGURATION gko.config (COPY = simple);
CREATE FOREIGN DATA WRAPPER gko_wrapper;
CREATE SERVER gko_server FOREIGN DATA WRAPPER gko_wrapper;
CREATE DATABASE gko_database;
SELECT gkx.run('DROP PUBLICATION gko_publication');
SELECT gkx.run('ALTER PUBLICATION gko_publication DROP TABLE gko.ledger');
SELECT gkx.run('DROP COLLATION gko.sorted');
SELECT gkx.run('DROP STATISTICS gko.counted');
SELECT gkx.run('DROP TEXT SEARCH DICTIONARY gko.words');
SELECT gkx.run('ALTER TEXT SEARCH CONFIGURATION gko.config RENAME TO gone');
SELECT gkx.run('ALTER SERVER gko_server OPTIONS (host ''elsewhere'')');
SELECT gkx.run('DROP SERVER gko_server');
SELECT gkx.run('DROP FOREIGN DATA WRAPPER gko_wrapper CASCADE');
SELECT gkx.run('ALTER DATABASE gko_database RENAME TO gone');
-- allowed: to a superuser
DROP PUBLICATION gko_publication;
DROP SERVER gko_server;
DROP FOREIGN DATA WRAPPER gko_wrapper;
DROP DATABASE gko_database;
-- denied: truncating, in whatever order
SELECT gkx.run('TRUNCATE gko.ledger');
SELECT gkx.run('CREATE TABLE gkx.mine (a int); TRUNCATE gkx.mine, gko.ledger');
-- denied: rights on them
SELECT gkx.run('GRANT ALL ON gko.ledger TO gk_user');
SELECT gkx.run('GRANT SELECT (amount) ON gko.ledger TO gk_user');
SELECT gkx.run('GRANT ALL ON ALL TABLES IN SCHEMA gko TO gk_user');
SELECT gkx.run('GRANT ALL ON ALL TABLES IN SCHEMA gkx TO gk_user');
SELECT gkx.run('GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA gko TO gk_user');
SELECT gkx.run(format('GRANT CREATE ON DATABASE %I TO gk_user', current_database()));
SELECT gkx.run('GRANT CREATE ON SCHEMA gko TO gk_user');
SELECT gkx.run('GRANT EXECUTE ON FUNCTION gko.rate() TO gk_user');
SELECT gkx.run('REVOKE ALL ON gko.ledger FROM postgres');
-- denied: hiding them
SELECT gkx.run('CREATE TEMPORARY TABLE gko_jobs (cmd text)');
SELECT gkx.run('CREATE TEMPORARY VIEW gko_jobs AS SELECT 1 AS cmd');
SELECT gkx.run('CREATE TEMPORARY SEQUENCE gko_jobs');
SELECT gkx.run('CREATE TEMPORARY TABLE gkx_innocent (cmd text); ALTER TABLE gkx_innocent RENAME TO gko_jobs');
SELECT gkx.run('CREATE DOMAIN pg_temp.text AS pg_catalog.text');
SELECT gkx.run('CREATE TYPE pg_temp.numeric AS ENUM (''1'')');

-- the effect: all is as it was
SELECT (SELECT total FROM gko.total), gko.rate(), has_table_privilege('gk_user', 'gko.ledger', 'SELECT') AS readable,
	(SELECT count(*) FROM pg_trigger WHERE tgname = 'audited' AND tgenabled = 'O') AS triggers,
	(SELECT count(*) FROM pg_policy WHERE polrelid = 'gko.ledger'::regclass) AS policies,
	to_regclass('gko_jobs') = 'public.gko_jobs'::regclass AS unhidden;

-- denied: roles, which are an administrator's to make, change, grant and drop
CREATE ROLE gko_app PASSWORD 'its own';
CREATE ROLE gko_admin CREATEROLE;
CREATE ROLE gko_third;
GRANT gko_app TO gko_admin WITH ADMIN OPTION;
CREATE TABLE gko.roles AS SELECT * FROM pg_authid WHERE rolname = 'gko_app';
SELECT gkx.run('ALTER ROLE gko_app PASSWORD ''another''');
SELECT gkx.run('ALTER ROLE gko_app CREATEDB');
SELECT gkx.run('ALTER ROLE gko_app SET search_path = gkx');
SELECT gkx.run('ALTER ROLE gko_app RENAME TO gko_other');
SELECT gkx.run('GRANT gko_app TO gk_user');
SELECT gkx.run('ALTER GROUP gko_app ADD USER gk_user');
SELECT gkx.run('CREATE ROLE gko_made');
SELECT gkx.run('DROP OWNED BY gko_app');
SELECT gkx.run('REASSIGN OWNED BY gko_app TO gk_user');
SELECT gkx.run('DROP ROLE gko_app');
GRANT USAGE ON SCHEMA gkx TO gko_admin;
SET ROLE gko_admin;
SELECT gkx.run('ALTER ROLE gko_app PASSWORD ''another''');
SELECT gkx.run('CREATE ROLE gko_made');
RESET ROLE;
-- the effect: nothing has changed
SELECT count(*) FROM pg_authid a JOIN gko.roles r USING (oid) WHERE a.rolname = r.rolname AND a.rolpassword = r.rolpassword AND NOT a.rolcreatedb;
SELECT count(*) FROM pg_roles WHERE rolname = 'gko_made';
SELECT count(*) FROM pg_auth_members WHERE roleid = 'gko_app'::regrole AND member <> 'gko_admin'::regrole;
SELECT count(*) FROM pg_db_role_setting WHERE setrole = 'gko_app'::regrole;
-- allowed: what its owner could do without help
SELECT gkx.run('ALTER ROLE gk_user SET gk.seen = 1');
SELECT gkx.run('ALTER ROLE gk_user RESET gk.seen');
GRANT gko_app TO gk_user WITH ADMIN OPTION;
SELECT gkx.run('GRANT gko_app TO gko_third');
-- allowed: an administrator's own code
CREATE SCHEMA gka AUTHORIZATION gko_admin;
SET ROLE gko_admin;
CREATE FUNCTION gka.made() RETURNS void LANGUAGE plpgsql AS 'BEGIN CREATE ROLE gko_made; DROP ROLE gko_made; END';
SELECT gka.made();
RESET ROLE;
SELECT gka.made();
DROP SCHEMA gka CASCADE;
REVOKE ALL ON SCHEMA gkx FROM gko_admin;
DROP ROLE gko_app, gko_admin, gko_third;

-- allowed: all of a schema that has nothing of a superuser's
SET SESSION AUTHORIZATION gk_user;
CREATE SCHEMA gkx_own;
CREATE TABLE gkx_own.t (a int);
RESET SESSION AUTHORIZATION;
SELECT gkx.run('GRANT SELECT ON ALL TABLES IN SCHEMA gkx_own TO PUBLIC');
SELECT has_table_privilege('gk_admin', 'gkx_own.t', 'SELECT') AS readable;
DROP SCHEMA gkx_own CASCADE;
-- allowed: its own objects, and what it has just made
SELECT gkx.run('CREATE TABLE gkx.report (a int); ALTER TABLE gkx.report ADD b int; GRANT SELECT ON gkx.report TO PUBLIC; TRUNCATE gkx.report; DROP TABLE gkx.report');
SET SESSION AUTHORIZATION gk_user;
CREATE TABLE gkx.kept (a int);
RESET SESSION AUTHORIZATION;
SELECT gkx.run('ALTER TABLE gkx.kept ADD b int; CREATE INDEX ON gkx.kept (b); GRANT SELECT ON gkx.kept TO PUBLIC; TRUNCATE gkx.kept; DROP TABLE gkx.kept');
-- allowed: temporary objects that hide nothing, in later transactions too
SELECT gkx.run('CREATE TEMPORARY TABLE gkx_work (a int)');
SELECT gkx.run('ALTER TABLE gkx_work ADD b int');
SELECT gkx.run('TRUNCATE gkx_work');
-- denied: to the session's own code, a table of that name
CREATE TEMPORARY TABLE IF NOT EXISTS gkx_work (cmd text);
CREATE TEMPORARY TABLE IF NOT EXISTS gkx_work AS SELECT 1 AS cmd;
CREATE TABLE public.gkx_work (cmd text);
SELECT to_regclass('public.gkx_work');
SELECT gkx.run('DROP TABLE gkx_work');
-- denied: exchanging a superuser's own, old or new
CREATE TEMPORARY TABLE IF NOT EXISTS gkx_work (cmd text);
SELECT gkx.run('DROP TABLE gkx_work');
SELECT gkx.run('ALTER TABLE gkx_work RENAME TO gkx_old');
DO $$ BEGIN
	CREATE TEMPORARY TABLE gkx_new (cmd text);
	PERFORM gkx.run('DROP TABLE gkx_new; CREATE TEMPORARY TABLE gkx_new (cmd text)');
END $$;
-- allowed: its rows, and using it again
SELECT gkx.run('TRUNCATE gkx_work; INSERT INTO gkx_work VALUES (1)');
CREATE TEMPORARY TABLE IF NOT EXISTS gkx_work (cmd text);
DROP TABLE gkx_work;
-- allowed: rows, within the rights on the table
SELECT gkx.run('INSERT INTO gko.ledger VALUES (2, 5)');
SELECT * FROM gko.total;
-- allowed: the superuser, and whose code a label vouches for
ALTER TABLE gko.ledger DISABLE TRIGGER audited;
CREATE TEMPORARY TABLE gko_jobs (cmd text);
DROP TABLE pg_temp.gko_jobs;
SECURITY LABEL FOR gatekeeper ON FUNCTION gkx.run(text) IS 'trusted';
SELECT gkx.run('ALTER TABLE gko.ledger ENABLE TRIGGER audited');
SECURITY LABEL FOR gatekeeper ON FUNCTION gkx.run(text) IS NULL;
-- allowed: whoever has the rights, in a session of their own
\c - gk_user
SELECT gkx.run('CREATE TEMPORARY TABLE gko_jobs (cmd text)');
DROP TABLE gko_jobs;
\c - postgres
\set VERBOSITY terse
SET client_min_messages = warning;

--
-- a view of others WITH (security_invoker) does not write with a superuser's rights
--
CREATE TABLE gko.commands (id int, cmd text);
CREATE TABLE gko.rows (id int, owner text);
ALTER TABLE gko.rows ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON gko.rows USING (owner = current_user);
GRANT ALL ON gko.rows TO gk_user;
CREATE TABLE gko.inbox (id int, cmd text);
GRANT USAGE ON SCHEMA gko TO gk_user;
GRANT INSERT, SELECT ON gko.inbox TO gk_user;
CREATE VIEW gko.mine WITH (security_invoker) AS SELECT * FROM gko.commands;
GRANT ALL ON gko.mine TO gk_user;
CREATE VIEW gko.shown AS SELECT * FROM gko.inbox;
GRANT ALL ON gko.shown TO gk_user;
SET SESSION AUTHORIZATION gk_user;
CREATE VIEW gkx.orders WITH (security_invoker) AS SELECT * FROM gko.commands;
ALTER VIEW gkx.orders ALTER cmd SET DEFAULT 'planted';
CREATE VIEW gkx.through AS SELECT * FROM gko.mine;
ALTER VIEW gkx.through ALTER cmd SET DEFAULT 'planted';
CREATE VIEW gkx.rows WITH (security_invoker) AS SELECT * FROM gko.rows;
CREATE VIEW gkx.letters WITH (security_invoker) AS SELECT * FROM gko.inbox;
ALTER VIEW gkx.letters ALTER cmd SET DEFAULT 'told';
CREATE TABLE gkx.ruled (id int);
CREATE RULE r AS ON INSERT TO gkx.ruled DO ALSO INSERT INTO gko.mine VALUES (1, 'planted');
CREATE TABLE gkx.reading (id int);
CREATE RULE r AS ON INSERT TO gkx.reading DO ALSO INSERT INTO gkx.ruled SELECT id FROM gko.mine;
CREATE TABLE gkx.telling (id int);
CREATE RULE r AS ON INSERT TO gkx.telling DO ALSO INSERT INTO gko.shown VALUES (3, 'told');
RESET SESSION AUTHORIZATION;
-- denied: what its owner may not write, in whatever statement
INSERT INTO gkx.orders (id) VALUES (1);
INSERT INTO gkx.through (id) VALUES (1);
INSERT INTO gkx.rows VALUES (1, 'postgres');
DELETE FROM gkx.orders;
UPDATE gkx.orders SET cmd = DEFAULT;
WITH x AS (INSERT INTO gkx.orders (id) VALUES (1) RETURNING 1) SELECT * FROM x;
UPDATE gkx.letters SET cmd = DEFAULT;
-- denied: by a rule of others through a superuser's such view
INSERT INTO gkx.ruled VALUES (1);
INSERT INTO gkx.reading VALUES (1);
-- allowed: what it may, the table itself, a superuser's own view
INSERT INTO gkx.letters (id) VALUES (1);
INSERT INTO gko.commands VALUES (1, 'own');
INSERT INTO gko.mine VALUES (2, 'own');
INSERT INTO gkx.telling VALUES (1);
SELECT * FROM gko.commands UNION ALL SELECT * FROM gko.inbox;

--
-- a schema called like a superuser is the first in the superuser's search_path
--
SET SESSION AUTHORIZATION gk_user;
-- denied
CREATE SCHEMA postgres;
ALTER SCHEMA gkx RENAME TO postgres;
-- allowed: other names
CREATE SCHEMA gkx_named;
DROP SCHEMA gkx_named;
CREATE SCHEMA gk_user;
DROP SCHEMA gk_user;
RESET SESSION AUTHORIZATION;
SELECT gkx.run('CREATE SCHEMA postgres AUTHORIZATION gk_user');
SELECT to_regnamespace('postgres') IS NULL AS unhidden;
-- allowed: a superuser
CREATE SCHEMA postgres;
ALTER SCHEMA postgres OWNER TO gk_user;
DROP SCHEMA postgres;

--
-- large objects, whose oids may be chosen; and what is given away
--
SELECT lo_from_bytea(4711, 'superuser''s'), lo_from_bytea(4712, 'for all');
CREATE COLLATION gko.letters FROM "C";
CREATE TYPE gko.mood AS ENUM ('good');
SET SESSION AUTHORIZATION gk_user;
SELECT lo_from_bytea(4713, 'user''s');
CREATE VIEW gkx.unlinks AS SELECT lo_unlink(4711);
CREATE VIEW gkx.puts AS SELECT lo_put(4711, 0, 'theirs')::text AS put;
CREATE VIEW gkx.opens AS SELECT lowrite(lo_open(4711, 131072), 'theirs');
CREATE VIEW gkx.gets AS SELECT lo_get(4711);
CREATE VIEW gkx.puts_own AS SELECT lo_put(4713, 0, 'mine')::text AS put;
CREATE FUNCTION gkx.puts_new() RETURNS oid LANGUAGE sql AS
	'SELECT lo_put(lo_from_bytea(4714, ''new''), 0, ''own''); SELECT 4714::oid';
RESET SESSION AUTHORIZATION;
-- denied: giving away, granting
SELECT gkx.run('ALTER LARGE OBJECT 4711 OWNER TO gk_user');
SELECT gkx.run('GRANT SELECT ON LARGE OBJECT 4711, 4712 TO gk_user');
SELECT gkx.run('GRANT USAGE ON TYPE gko.mood TO gk_user');
SELECT gkx.run('GRANT USAGE ON LANGUAGE plpgsql TO gk_user');
SELECT gkx.run('ALTER COLLATION gko.letters OWNER TO gk_user');
SELECT convert_from(lo_get(4711), 'UTF8'), lomowner::regrole, lomacl FROM pg_largeobject_metadata WHERE oid = 4711;
-- allowed: reading and writing, as of a table; their own; what they have made themselves; a superuser
SELECT convert_from(lo_get, 'UTF8') FROM gkx.gets;
SELECT * FROM gkx.puts;
SELECT * FROM gkx.opens;
SELECT * FROM gkx.puts_own;
SELECT convert_from(lo_get(4713), 'UTF8');
SELECT gkx.puts_new();
SELECT convert_from(lo_get(4714), 'UTF8');
SELECT convert_from(lo_get(4711), 'UTF8');
-- denied by the server: reading for others, where their code has their rights
ALTER SYSTEM SET gatekeeper.untrusted_code = 'run_as_owner';
SELECT pg_reload_conf();
\c -
\set VERBOSITY terse
SET client_min_messages = warning;
SELECT * FROM gkx.gets;
SELECT * FROM gkx.puts;
SELECT * FROM gkx.opens;
SELECT * FROM gkx.unlinks;
-- allowed: the same, their own, and a superuser's own statement after it
SELECT * FROM gkx.puts_own;
SELECT current_user, convert_from(lo_get(4711), 'UTF8');
ALTER SYSTEM RESET gatekeeper.untrusted_code;
SELECT pg_reload_conf();
\c -
\set VERBOSITY terse
SET client_min_messages = warning;
SELECT lo_unlink(oid) FROM pg_largeobject_metadata WHERE oid BETWEEN 4711 AND 4714;

--
-- what has no owner of its own, and what is hung on a superuser's object
--
CREATE TABLE gko.parent (a int PRIMARY KEY);
CREATE TABLE gko.parts (a int) PARTITION BY LIST (a);
CREATE DOMAIN gko.word AS text CONSTRAINT short CHECK (length(VALUE) < 9);
CREATE FUNCTION gko.as_xid(int) RETURNS xid8 LANGUAGE sql IMMUTABLE AS $$ SELECT '1'::xid8 $$;
CREATE CAST (int AS xid8) WITH FUNCTION gko.as_xid(int);
CREATE FOREIGN DATA WRAPPER gko_wrapper;
CREATE SERVER gko_server FOREIGN DATA WRAPPER gko_wrapper;
CREATE USER MAPPING FOR postgres SERVER gko_server;
CREATE FUNCTION gko.guards() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
CREATE TRIGGER guard BEFORE INSERT ON gko.parent EXECUTE FUNCTION gko.guards();
CREATE EXTENSION pg_trgm SCHEMA gkx;
SET SESSION AUTHORIZATION gk_user;
CREATE TABLE gkx.child (a int NOT NULL);
CREATE TABLE gkx.refers (a int);
CREATE DOMAIN gkx.word AS text CONSTRAINT short CHECK (length(VALUE) < 9);
RESET SESSION AUTHORIZATION;
-- denied
SELECT gkx.run('ALTER DOMAIN gko.word DROP CONSTRAINT short');
SELECT gkx.run('ALTER DOMAIN gko.word ADD CHECK (VALUE <> '''')');
SELECT gkx.run('CREATE TABLE gkx.heir () INHERITS (gko.parent)');
SELECT gkx.run('ALTER TABLE gkx.child INHERIT gko.parent');
SELECT gkx.run('CREATE TABLE gkx.part PARTITION OF gko.parts DEFAULT');
SELECT gkx.run('ALTER TABLE gkx.refers ADD FOREIGN KEY (a) REFERENCES gko.parent');
SELECT gkx.run('CREATE UNIQUE INDEX ON gko.mine (cmd)');
SELECT gkx.run('CREATE PUBLICATION gko_published FOR TABLE gko.parent');
SELECT gkx.run('CREATE PUBLICATION gko_published FOR ALL TABLES');
SELECT gkx.run('CREATE TABLE gko.jobs (cmd text)');
SELECT gkx.run('CREATE FUNCTION gko.length(text) RETURNS int LANGUAGE sql AS ''SELECT 1''');
SELECT gkx.run('DROP CAST (int AS xid8)');
SELECT gkx.run('DROP USER MAPPING FOR postgres SERVER gko_server');
SELECT gkx.run('ALTER TRIGGER guard ON gko.parent DEPENDS ON EXTENSION pg_trgm');
SELECT gkx.run('ALTER FUNCTION gko.guards() DEPENDS ON EXTENSION pg_trgm');
SET SESSION AUTHORIZATION gk_user;
SELECT gk.as_definer('ALTER TRIGGER guard ON gko.parent DEPENDS ON EXTENSION pg_trgm');
RESET SESSION AUTHORIZATION;
SELECT (SELECT count(*) FROM pg_inherits WHERE inhparent IN ('gko.parent'::regclass, 'gko.parts'::regclass)) AS children,
	(SELECT count(*) FROM pg_constraint WHERE contypid = 'gko.word'::regtype) AS checks,
	(SELECT count(*) FROM pg_depend WHERE deptype = 'x') AS depends, to_regclass('gko.jobs') AS hidden;
-- allowed: the same on their own, and where they have the right
SELECT gkx.run('ALTER DOMAIN gkx.word DROP CONSTRAINT short');
SELECT gkx.run('CREATE UNIQUE INDEX ON gkx.child (a)');
SELECT gkx.run('CREATE TABLE gkx.heir () INHERITS (gkx.child)');
GRANT REFERENCES ON gko.parent TO gk_user;
GRANT CREATE ON SCHEMA gko TO gk_user;
SELECT gkx.run('ALTER TABLE gkx.refers ADD FOREIGN KEY (a) REFERENCES gko.parent');
SELECT gkx.run('CREATE TABLE gko.theirs (a int)');
SET client_min_messages = error;
SELECT gkx.run('CREATE PUBLICATION gko_published FOR TABLE gkx.child');
SET client_min_messages = warning;
-- allowed: a superuser
ALTER DOMAIN gko.word DROP CONSTRAINT short;
ALTER TABLE gkx.child INHERIT gko.parent;
CREATE TABLE gko.part PARTITION OF gko.parts DEFAULT;
ALTER FUNCTION gko.guards() DEPENDS ON EXTENSION pg_trgm;
DROP CAST (int AS xid8);
DROP USER MAPPING FOR postgres SERVER gko_server;
DROP PUBLICATION gko_published;
DROP EXTENSION pg_trgm CASCADE;
DROP FOREIGN DATA WRAPPER gko_wrapper CASCADE;

DROP TABLE public.gko_jobs;
DROP SCHEMA gko, gkx CASCADE;
