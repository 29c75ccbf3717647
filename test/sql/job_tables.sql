--
-- Tables whose rows are commands (rules catalog_write and backdoor): known by
-- the extension they belong to, and treated as what the system is made of.
--
-- The extension pg_task of the tests stands in for those of job_tables.c.
--
\set VERBOSITY terse
SET client_min_messages = warning;

-- allowed: the extension's script, its function, and its users' own rows
CREATE EXTENSION pg_task;
GRANT USAGE ON SCHEMA gk_task TO gk_user;
SET SESSION AUTHORIZATION gk_user;
INSERT INTO gk_task.task (command) VALUES ('SELECT 1');
SELECT gk_task.add('SELECT 2');
RESET SESSION AUTHORIZATION;
-- allowed: a superuser in his own session; it stays what it is by any name
ALTER TABLE gk_task.task RENAME TO chore;
GRANT UPDATE (command) ON gk_task.chore TO gk_user;
REVOKE UPDATE ON gk_task.chore FROM gk_user;
CREATE VIEW gk_task.own AS SELECT * FROM gk_task.chore;
CREATE VIEW gk_task.outer AS SELECT * FROM gk_task.own;
CREATE TABLE gk.plain (id int NOT NULL, command text, who text);
CREATE VIEW gk.plain_view AS SELECT * FROM gk.plain;
CREATE FUNCTION gk.note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
CREATE FUNCTION gk.state() RETURNS SETOF text LANGUAGE sql AS $$
	SELECT format('%s.%s owner=%s rls=%s acl=%s', n.nspname, c.relname, c.relowner = 10, c.relrowsecurity, replace(c.relacl::text, 'Dxtm', 'Dxt'))
		FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE relname IN ('chore', 'own', 'outer')
	UNION ALL SELECT 'policy ' || polname FROM pg_policy WHERE polrelid = 'gk_task.chore'::regclass
	UNION ALL SELECT 'trigger ' || tgname FROM pg_trigger WHERE tgrelid = 'gk_task.chore'::regclass
	UNION ALL SELECT 'child ' || inhrelid::regclass FROM pg_inherits WHERE inhparent = 'gk_task.chore'::regclass
	UNION ALL SELECT 'row ' || command FROM gk_task.chore
	ORDER BY 1
$$;
SELECT replace(gk.state(), current_user, 'superuser');

SET SESSION AUTHORIZATION gk_user;
-- denied: rows
SELECT gk.as_definer($$INSERT INTO gk_task.chore (command) VALUES ('denied')$$);
SELECT gk.as_definer($$UPDATE gk_task.chore SET command = 'denied'$$);
SELECT gk.as_definer($$MERGE INTO gk_task.chore t USING (SELECT 1) s ON false WHEN NOT MATCHED THEN INSERT (command) VALUES ('denied')$$);
SELECT gk.as_definer($$INSERT INTO gk_task.outer (command) VALUES ('denied')$$);
-- denied: rights to them, in each way
SELECT gk.as_definer('GRANT INSERT ON gk_task.chore TO gk_user');
SELECT gk.as_definer('GRANT INSERT (command) ON gk_task.chore TO PUBLIC');
SELECT gk.as_definer('GRANT ALL ON ALL TABLES IN SCHEMA gk_task TO gk_user');
SELECT gk.as_definer('GRANT UPDATE ON SEQUENCE gk_task.task_id_seq TO gk_user');
SELECT gk.as_definer('GRANT CREATE ON SCHEMA gk_task TO gk_user');
SELECT gk.as_definer('GRANT INSERT ON gk_task.outer TO gk_user');
SELECT gk.as_definer('ALTER TABLE gk_task.chore OWNER TO gk_user');
SELECT gk.as_definer('ALTER SCHEMA gk_task OWNER TO gk_user');
SELECT gk.as_definer('ALTER EXTENSION pg_task DROP TABLE gk_task.chore');
-- denied: row security
SELECT gk.as_definer('ALTER TABLE gk_task.chore DISABLE ROW LEVEL SECURITY');
SELECT gk.as_definer('CREATE POLICY all_of_it ON gk_task.chore USING (true)');
SELECT gk.as_definer('ALTER POLICY mine ON gk_task.chore USING (true)');
-- denied: other names, and other things of its name
SELECT gk.as_definer('ALTER TABLE gk_task.chore RENAME TO x');
SELECT gk.as_definer('ALTER TABLE gk_task.chore RENAME COLUMN who TO x');
SELECT gk.as_definer('ALTER TABLE gk_task.chore SET SCHEMA gk');
SELECT gk.as_definer('ALTER SCHEMA gk_task RENAME TO x');
SELECT gk.as_definer('CREATE TABLE gk.part_config (a int)');
SELECT gk.as_definer('ALTER TABLE gk.plain RENAME TO plr_modules');
SELECT gk.as_definer('ALTER VIEW gk.plain_view RENAME TO part_config_sub');
-- denied: what writes to it, or is shown in it
SELECT gk.as_definer('CREATE VIEW gk.door AS SELECT * FROM gk_task.chore');
SELECT gk.as_definer('CREATE VIEW gk.door AS SELECT * FROM gk_task.outer');
SELECT gk.as_definer('CREATE OR REPLACE VIEW gk.plain_view AS SELECT id, command, who FROM gk_task.chore');
SELECT gk.as_definer('CREATE RULE r AS ON INSERT TO gk_task.chore DO INSTEAD NOTHING');
SELECT gk.as_definer('CREATE TRIGGER t BEFORE INSERT ON gk_task.chore FOR EACH ROW EXECUTE FUNCTION gk.note()');
SELECT gk.as_definer('CREATE TABLE gk.child () INHERITS (gk_task.chore)');
SELECT gk.as_definer('ALTER TABLE gk.plain INHERIT gk_task.chore');
-- denied: its columns
SELECT gk.as_definer($$ALTER TABLE gk_task.chore ALTER command TYPE text USING 'denied'$$);
SELECT gk.as_definer($$ALTER TABLE gk_task.chore ALTER who SET DEFAULT 'postgres'$$);
SELECT gk.as_definer($$ALTER TABLE gk_task.chore ADD CHECK (command <> 'denied')$$);
SELECT gk.as_definer($$ALTER TABLE gk_task.chore ADD more text GENERATED ALWAYS AS ('denied') STORED$$);
SELECT gk.as_definer('CREATE INDEX ON gk_task.chore (upper(command))');
SELECT gk.as_definer('ALTER SEQUENCE gk_task.task_id_seq OWNED BY NONE');
-- allowed: what gives no command
SELECT gk.as_definer('GRANT SELECT ON gk_task.chore, gk_task.own TO gk_user');
SELECT gk.as_definer('REVOKE SELECT ON gk_task.chore, gk_task.own FROM gk_user');
SELECT gk.as_definer('GRANT USAGE ON SCHEMA gk_task TO gk_user');
SELECT gk.as_definer('SELECT 1 FROM gk_task.chore FOR UPDATE');
SELECT gk.as_definer('DELETE FROM gk_task.chore WHERE false');
SELECT gk.as_definer('CREATE MATERIALIZED VIEW gk.copied AS SELECT command FROM gk_task.chore');
-- allowed: the same to other tables
SELECT gk.as_definer('GRANT ALL ON gk.plain, gk.plain_view TO gk_user');
SELECT gk.as_definer('ALTER TABLE gk.plain ENABLE ROW LEVEL SECURITY');
SELECT gk.as_definer('ALTER TABLE gk.plain RENAME TO plain2; ALTER TABLE gk.plain2 RENAME TO plain');
RESET SESSION AUTHORIZATION;

--
-- A user's trigger in a superuser's session.
--
SET SESSION AUTHORIZATION gk_user;
CREATE TABLE gk.bait (statement text);
CREATE FUNCTION gk.trap() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN EXECUTE NEW.statement; RETURN NULL; END $$;
CREATE TRIGGER trap BEFORE INSERT ON gk.bait FOR EACH ROW EXECUTE FUNCTION gk.trap();
RESET SESSION AUTHORIZATION;
-- denied: rows, rights, names
INSERT INTO gk.bait VALUES ($$INSERT INTO gk_task.chore (command) VALUES ('denied')$$);
INSERT INTO gk.bait VALUES ('GRANT INSERT ON gk_task.chore TO gk_user');
INSERT INTO gk.bait VALUES ('ALTER TABLE gk_task.chore DISABLE ROW LEVEL SECURITY');
INSERT INTO gk.bait VALUES ('ALTER TABLE gk_task.chore RENAME TO x');
-- denied: in the script of another extension
SELECT gk.in_extension('GRANT INSERT ON gk_task.chore TO gk_user');
SELECT gk.in_extension('ALTER TABLE gk_task.chore RENAME TO x');

-- nothing of all that happened
SELECT replace(gk.state(), current_user, 'superuser');

-- allowed: a label lifts it
SECURITY LABEL FOR gatekeeper ON FUNCTION gk.as_definer(text) IS 'allow catalog_write, backdoor';
SET SESSION AUTHORIZATION gk_user;
SELECT gk.as_definer('GRANT INSERT ON gk_task.chore TO gk_user');
SELECT gk.as_definer($$INSERT INTO gk_task.chore (command) VALUES ('vouched for')$$);
RESET SESSION AUTHORIZATION;
SECURITY LABEL FOR gatekeeper ON FUNCTION gk.as_definer(text) IS NULL;
-- allowed: what was vouched for is there
SELECT count(*) FROM gk_task.chore WHERE command = 'vouched for';

-- allowed: it goes with its extension
DROP EXTENSION pg_task CASCADE;
DROP SCHEMA gk_task CASCADE;
DROP TABLE gk.plain, gk.bait CASCADE;
DROP FUNCTION gk.trap(), gk.note(), gk.state();
