--
-- An extension's script may do what its own text says; what it makes up from data
-- and executes is not its own.
--
-- The scripts of gk_probe execute what they are told; what stands in their text,
-- in a comment, counts as if they said it.
--
\set VERBOSITY terse
SET client_min_messages = warning;
CREATE EXTENSION postgres_fdw SCHEMA gk;

-- denied: what a script is free to create, when its text does not say so
SELECT gk.in_extension($$CREATE FUNCTION gk.made_up() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'$$);
SELECT gk.in_extension($$CREATE OPERATOR gk.<~~~> (LEFTARG = int, RIGHTARG = int, FUNCTION = int4lt)$$);
SELECT gk.in_extension($$CREATE FUNCTION gk.made_up() RETURNS int LANGUAGE internal AS 'pg_backend_pid'$$);
SELECT gk.in_extension($$DO 'BEGIN EXECUTE ''CREATE FUNCTION gk.made_up2() RETURNS int LANGUAGE sql AS ''''SELECT 1'''' ''; END'$$);
SELECT gk.in_extension_update($$CREATE FUNCTION gk.made_up() RETURNS int LANGUAGE sql AS 'SELECT 1'$$);
SELECT gk.in_extension($$UPDATE pg_proc SET proparallel = 's' WHERE oid = 'gk.run_probe' :: regproc$$);
-- denied: connections
SELECT gk.in_extension($$CREATE FOREIGN DATA WRAPPER made_up HANDLER gk.postgres_fdw_handler VALIDATOR gk.postgres_fdw_validator$$);
SELECT gk.in_extension('GRANT USAGE ON FOREIGN DATA WRAPPER postgres_fdw TO gk_user');
-- denied: in the script of a trusted extension, too
SET SESSION AUTHORIZATION gk_user;
SELECT gk.in_trusted_extension($$CREATE FUNCTION gk.made_up() RETURNS int LANGUAGE sql AS 'SELECT 1'$$);
RESET SESSION AUTHORIZATION;
-- allowed: the same, said by a text of the script (see backdoor.sql)
SELECT gk.in_extension($$CREATE FUNCTION gk.planted() RETURNS int LANGUAGE sql AS 'SELECT 1'$$);
-- allowed: and with literals where the script's text has %L, but nothing else in them
SELECT gk.in_extension(format('CREATE FUNCTION gk.planted_with() RETURNS text LANGUAGE sql AS %L', 'SELECT 1 || '' it''''s'''));
-- denied: the same with more behind it
SELECT gk.in_extension(format('CREATE FUNCTION gk.planted_with() RETURNS text LANGUAGE sql AS %L SECURITY DEFINER', 'SELECT 1 || ''x'''));
-- allowed: what no rule has anything to say about, and the search_path of the database
SELECT gk.in_extension('CREATE TABLE gk.made_up_table (a int); GRANT SELECT ON gk.made_up_table TO gk_user');
SELECT gk.in_extension(format('ALTER DATABASE %I SET search_path = public', current_database()));
-- denied: its other settings
SELECT gk.in_extension(format('ALTER DATABASE %I SET work_mem = ''1MB''', current_database()));

-- nothing of all that happened
SELECT proname FROM pg_proc WHERE proname LIKE 'made_up%';
SELECT proparallel FROM pg_proc WHERE oid = 'gk.run_probe'::regproc;
SELECT fdwname FROM pg_foreign_data_wrapper WHERE fdwname = 'made_up';
SELECT setconfig FROM pg_db_role_setting WHERE setconfig::text LIKE '%work_mem%';
DO $$ BEGIN EXECUTE format('ALTER DATABASE %I RESET search_path', current_database()); END $$;
DROP EXTENSION postgres_fdw;
