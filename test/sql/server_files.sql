-- Rule server_files: functions that read, write or list server files.
\set VERBOSITY terse
-- what is planted on the way to it is another rule's business
ALTER SYSTEM SET gatekeeper.backdoor = 'off';
SELECT pg_reload_conf();
\c -
CREATE TABLE gk_loot (a text);
GRANT ALL ON gk_loot TO PUBLIC;

--
-- plainly allowed
--
-- allowed: a superuser in his own session
SELECT length(pg_read_file('PG_VERSION')) > 0 AS read;
SELECT length(pg_read_binary_file('PG_VERSION', 0, 1)) AS read;
SELECT count(*) > 0 AS listed FROM pg_ls_dir('.');
SELECT size > 0 AS listed FROM pg_stat_file('PG_VERSION');
SELECT count(*) > 0 AS listed FROM pg_ls_waldir();
SELECT lo_import('PG_VERSION', 424242);
SELECT lo_export(424242, 'gk_lo_export');
SELECT lo_unlink(424242);
-- allowed: the superuser's own SECURITY DEFINER function, in his own session
SELECT gk.as_definer($$INSERT INTO gk_loot SELECT pg_read_file('PG_VERSION')$$);
SELECT count(*) FROM gk_loot;
DELETE FROM gk_loot;
-- allowed: what core grants to pg_monitor
CREATE ROLE gk_monitor IN ROLE pg_monitor;
SET SESSION AUTHORIZATION gk_monitor;
SELECT count(*) > 0 AS listed FROM pg_ls_waldir();
RESET SESSION AUTHORIZATION;

--
-- denied per circumstance
--
SET SESSION AUTHORIZATION gk_user;
-- denied: elevated by SECURITY DEFINER, in every variant
SELECT gk.as_definer($$INSERT INTO gk_loot SELECT pg_read_file('PG_VERSION')$$);
SELECT gk.as_definer($$INSERT INTO gk_loot SELECT pg_read_file('PG_VERSION', 0, 1)$$);
SELECT gk.as_definer($$INSERT INTO gk_loot SELECT pg_read_file('PG_VERSION', 0, 1, true)$$);
SELECT gk.as_definer($$INSERT INTO gk_loot SELECT pg_read_binary_file('PG_VERSION')$$);
SELECT gk.as_definer($$INSERT INTO gk_loot SELECT pg_read_binary_file('PG_VERSION', 0, 1)$$);
SELECT gk.as_definer($$INSERT INTO gk_loot SELECT pg_read_binary_file('PG_VERSION', 0, 1, true)$$);
SELECT gk.as_definer($$INSERT INTO gk_loot SELECT pg_ls_dir('.')$$);
SELECT gk.as_definer($$INSERT INTO gk_loot SELECT pg_ls_dir('.', true, true)$$);
SELECT gk.as_definer($$INSERT INTO gk_loot SELECT size FROM pg_stat_file('PG_VERSION')$$);
SELECT gk.as_definer($$INSERT INTO gk_loot SELECT size FROM pg_stat_file('PG_VERSION', true)$$);
SELECT gk.as_definer($$INSERT INTO gk_loot SELECT name FROM pg_ls_waldir()$$);
SELECT gk.as_definer($$INSERT INTO gk_loot SELECT name FROM pg_ls_logdir()$$);
SELECT gk.as_definer($$INSERT INTO gk_loot SELECT name FROM pg_ls_tmpdir()$$);
SELECT gk.as_definer($$INSERT INTO gk_loot SELECT name FROM pg_ls_archive_statusdir()$$);
SELECT gk.as_definer($$INSERT INTO gk_loot SELECT lo_import('PG_VERSION')$$);
SELECT gk.as_definer($$INSERT INTO gk_loot SELECT lo_import('PG_VERSION', 424242)$$);
SELECT gk.as_definer($$SELECT lo_create(424242)$$);
SELECT gk.as_definer($$SELECT lo_export(424242, 'gk_lo_export_2')$$);
SELECT gk.as_definer($$INSERT INTO gk_loot SELECT auth_method FROM pg_hba_file_rules$$);
-- denied: the vehicles a call can come in
SELECT gk.as_definer($$DO 'BEGIN INSERT INTO gk_loot VALUES (pg_read_file(''PG_VERSION'')); END'$$);
SELECT gk.as_definer($$DO 'DECLARE x text := pg_read_file(''PG_VERSION''); BEGIN INSERT INTO gk_loot VALUES (x); END'$$);
SELECT gk.as_definer($$PREPARE p AS INSERT INTO gk_loot SELECT pg_read_file('PG_VERSION')$$);
SELECT gk.as_definer($$EXECUTE p$$);
SELECT gk.as_definer($$CREATE TEMP TABLE gk_ctas AS SELECT pg_read_file('PG_VERSION') x$$);
SELECT gk.as_definer($$CREATE TEMP VIEW gk_v AS SELECT pg_read_file('PG_VERSION') x$$);
SELECT gk.as_definer($$INSERT INTO gk_loot SELECT x FROM gk_v$$);
SELECT gk.as_definer($$EXPLAIN SELECT pg_read_file('PG_VERSION')$$);
SELECT gk.as_definer($$INSERT INTO gk_loot SELECT string_agg(pg_read_file(d), '') FROM unnest('{PG_VERSION}'::text[]) d$$);
SELECT gk.as_definer($$INSERT INTO gk_loot SELECT (xpath('/row/x/text()', query_to_xml('SELECT pg_read_file(''PG_VERSION'') AS x', false, true, '')))[1]$$);
SELECT gk.as_definer($$ALTER TABLE gk_loot ADD COLUMN b text DEFAULT pg_read_file('PG_VERSION')$$);
SELECT gk.as_definer($$ALTER TABLE gk_loot ADD CHECK (pg_read_file('PG_VERSION') IS NOT NULL)$$);
SELECT gk.in_trusted_extension($$INSERT INTO public.gk_loot SELECT pg_read_file('PG_VERSION')$$);
RESET SESSION AUTHORIZATION;
-- denied: an extension's script, for a superuser
SELECT gk.in_extension($$INSERT INTO public.gk_loot SELECT pg_read_file('PG_VERSION')$$);
SELECT gk.in_extension($$SELECT pg_ls_dir('.')$$);
-- denied: restricted
SELECT gk.restricted($$INSERT INTO public.gk_loot SELECT pg_read_file('PG_VERSION')$$);

-- denied: contents, to every non-superuser, EXECUTE granted or not
GRANT EXECUTE ON FUNCTION pg_read_file(text), pg_read_binary_file(text), lo_import(text), lo_export(oid, text), pg_ls_dir(text) TO gk_user;
GRANT pg_read_server_files, pg_write_server_files TO gk_user;
SET SESSION AUTHORIZATION gk_user;
INSERT INTO gk_loot SELECT pg_read_file('PG_VERSION');
INSERT INTO gk_loot SELECT pg_read_binary_file('PG_VERSION');
INSERT INTO gk_loot SELECT lo_import('PG_VERSION');
SELECT lo_export(424242, 'gk_lo_export_2');
-- allowed: listings that he was granted
SELECT count(*) > 0 AS listed FROM pg_ls_dir('.');
RESET SESSION AUTHORIZATION;
REVOKE EXECUTE ON FUNCTION pg_read_file(text), pg_read_binary_file(text), lo_import(text), lo_export(oid, text), pg_ls_dir(text) FROM gk_user;
REVOKE pg_read_server_files, pg_write_server_files FROM gk_user;

-- denied: the same code under another name
CREATE FUNCTION gk_alias(text) RETURNS text LANGUAGE internal STRICT AS 'pg_read_file_all';
CREATE FUNCTION gk_alias_ls(text) RETURNS SETOF text LANGUAGE internal STRICT AS 'pg_ls_dir_1arg';
CREATE OPERATOR #> (RIGHTARG = text, FUNCTION = gk_alias);
-- allowed: to a superuser, as the original
SELECT length(gk_alias('PG_VERSION')) > 0 AS read;
SET SESSION AUTHORIZATION gk_user;
INSERT INTO gk_loot SELECT gk_alias('PG_VERSION');
INSERT INTO gk_loot SELECT #> 'PG_VERSION'::text;
SELECT gk.as_definer($$INSERT INTO gk_loot SELECT gk_alias('PG_VERSION')$$);
SELECT gk.as_definer($$INSERT INTO gk_loot SELECT gk_alias_ls('.')$$);
RESET SESSION AUTHORIZATION;
-- denied: an alias that changes under a session that knows it
CREATE FUNCTION gk_shifty(text) RETURNS text LANGUAGE internal STRICT AS 'upper';
SET SESSION AUTHORIZATION gk_user;
SELECT gk_shifty('PG_VERSION');
RESET SESSION AUTHORIZATION;
CREATE OR REPLACE FUNCTION gk_shifty(text) RETURNS text LANGUAGE internal STRICT AS 'pg_read_file_all';
SET SESSION AUTHORIZATION gk_user;
SELECT gk_shifty('PG_VERSION');
RESET SESSION AUTHORIZATION;
-- denied: functions that stand on a protected one
CREATE FUNCTION gk_definer_alias(text) RETURNS text LANGUAGE sql SECURITY DEFINER AS 'SELECT gk_alias($1)';
SET SESSION AUTHORIZATION gk_user;
INSERT INTO gk_loot SELECT gk_definer_alias('PG_VERSION');
RESET SESSION AUTHORIZATION;

-- the effect: nothing was read, nothing was written but the superuser's own
SELECT count(*) FROM gk_loot;
SELECT pg_ls_dir FROM pg_ls_dir('.') WHERE pg_ls_dir LIKE 'gk_lo_export%' ORDER BY 1;

--
-- always, audit, off
--
ALTER SYSTEM SET gatekeeper.server_files = 'always';
SELECT pg_reload_conf();
\c -
-- denied: at level always, superusers too
INSERT INTO gk_loot SELECT pg_read_file('PG_VERSION');
SELECT count(*) FROM gk_loot;
ALTER SYSTEM SET gatekeeper.server_files = 'audit';
SELECT pg_reload_conf();
\c -
-- allowed: recorded only
SET SESSION AUTHORIZATION gk_user;
SELECT gk.as_definer($$INSERT INTO gk_loot SELECT pg_read_file('PG_VERSION')$$);
RESET SESSION AUTHORIZATION;
SELECT count(*) FROM gk_loot;
ALTER SYSTEM SET gatekeeper.server_files = 'off';
SELECT pg_reload_conf();
\c -
-- allowed: off
SET SESSION AUTHORIZATION gk_user;
SELECT gk.as_definer($$INSERT INTO gk_loot SELECT pg_read_file('PG_VERSION')$$);
RESET SESSION AUTHORIZATION;
SELECT count(*) FROM gk_loot;
ALTER SYSTEM RESET gatekeeper.server_files;
ALTER SYSTEM RESET gatekeeper.backdoor;
SELECT pg_reload_conf();
\c -
SELECT lo_unlink(424242);
DROP OPERATOR #> (NONE, text);
DROP FUNCTION gk_alias, gk_alias_ls, gk_shifty, gk_definer_alias;
DROP TABLE gk_loot;
DROP ROLE gk_monitor;
