\echo Use "CREATE EXTENSION pg_task" to load this file. \quit

CREATE TABLE @extschema@.task (id serial, command text, who text DEFAULT current_user);
ALTER TABLE @extschema@.task ENABLE ROW LEVEL SECURITY;
CREATE POLICY mine ON @extschema@.task USING (who = current_user);
GRANT SELECT, INSERT ON @extschema@.task TO PUBLIC;
GRANT USAGE ON SEQUENCE @extschema@.task_id_seq TO PUBLIC;
INSERT INTO @extschema@.task (command) VALUES ('VACUUM');
CREATE FUNCTION @extschema@.add(command text) RETURNS void LANGUAGE sql SECURITY DEFINER AS
	$$ INSERT INTO gk_task.task (command, who) VALUES (command, session_user) $$;
