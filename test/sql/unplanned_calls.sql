-- What is evaluated without being planned: constraints of another role's domain,
-- wherever a value becomes one of it, and expressions in utility statements.
\set VERBOSITY terse
SET client_min_messages = warning;
CREATE SCHEMA gku AUTHORIZATION gk_user;
CREATE SCHEMA gkm;
CREATE FUNCTION gkm.run(stmt text) RETURNS int LANGUAGE plpgsql AS
$$ BEGIN EXECUTE stmt; RETURN 1; END $$;
CREATE FUNCTION gkm.imports() RETURNS boolean LANGUAGE plpgsql AS
$$ DECLARE o oid := lo_import('PG_VERSION', 434343); BEGIN RETURN o > 0; END $$;
GRANT USAGE ON SCHEMA gkm TO PUBLIC;

SET SESSION AUTHORIZATION gk_user;
CREATE DOMAIN gku.d AS int CHECK (lo_import('PG_VERSION', 434343) > 0);
CREATE DOMAIN gku.d2 AS gku.d;
CREATE DOMAIN gku.runs AS int CHECK (gkm.run('ALTER ROLE gk_user CREATEROLE') > 0);
CREATE DOMAIN gku.dd AS oid DEFAULT lo_import('PG_VERSION', 434343);
CREATE OPERATOR gku.## (RIGHTARG = text, FUNCTION = gkm.run);
CREATE TABLE gku.t (a text);
RESET SESSION AUTHORIZATION;
CREATE TABLE gkm.t (a gku.d2);
CREATE TABLE gkm.t_runs (a gku.runs);
CREATE TABLE gkm.t_default (a int, b gku.dd);
CREATE TABLE gkm.t_text (a text);
INSERT INTO gkm.t_text VALUES ('1');

--
-- A superuser's own domain over his function
--
-- allowed: his own, wherever it is evaluated
CREATE DOMAIN gkm.own AS int CHECK (gkm.run('SELECT 1') > 0);
CREATE TABLE gkm.t_own (a gkm.own);
COPY gkm.t_own FROM 'PG_VERSION';
SELECT json_populate_record(NULL::gkm.t_own, '{"a": 1}');

--
-- A listed function that the session has called itself
--
\c -
\set VERBOSITY terse
SET client_min_messages = warning;
SELECT lo_import('PG_VERSION', 434344);
SELECT lo_unlink(434344);
-- allowed: his own call, while nobody has used the domain
DO $$ BEGIN PERFORM gkm.imports(); PERFORM lo_unlink(434343); END $$;
-- denied: COPY into his own table
COPY gkm.t FROM 'PG_VERSION';
-- denied: variables, arrays, composite types, functions that make such values
DO $$ DECLARE v gku.d2; BEGIN v := 1; END $$;
DO $$ DECLARE v gku.d2[]; BEGIN v[1] := 1; END $$;
DO $$ DECLARE v gku.d2; BEGIN FOR v IN SELECT 1 LOOP NULL; END LOOP; END $$;
DO $$ DECLARE v gku.d2; BEGIN EXECUTE 'SELECT 1' INTO v; END $$;
SELECT '(1)'::gkm.t;
SELECT unnest('{1}'::gku.d2[]);
SELECT json_populate_record(NULL::gkm.t, '{"a": 1}');
SELECT * FROM jsonb_to_recordset('[{"a": 1}]') AS x (a gku.d2);
SELECT * FROM xmltable('/a' PASSING '<a>1</a>' COLUMNS a gku.d2 PATH '.');
-- denied: parameters, columns that change or come
PREPARE p(gku.d2) AS SELECT $1;
EXECUTE p(1);
EXPLAIN EXECUTE p(1);
CREATE TABLE gkm.t_new AS EXECUTE p(1);
ALTER TABLE gkm.t_text ALTER a TYPE gku.d2 USING 1;
ALTER TABLE gkm.t_text ADD b gku.d2 DEFAULT 1;
-- denied: the domain's default
COPY gkm.t_default (a) FROM 'PG_VERSION';
-- earlier minors fill the new column without it
DO $$ BEGIN ALTER TABLE gkm.t_text ADD b gku.dd; EXCEPTION WHEN insufficient_privilege THEN NULL; END $$;
SELECT count(*) FROM pg_largeobject_metadata WHERE oid = 434343;
ALTER TABLE gkm.t_text DROP COLUMN IF EXISTS b;
-- allowed: what the superuser's own queries call, still
SELECT lo_import('PG_VERSION', 434344);
SELECT lo_unlink(434344);
DO $$ BEGIN PERFORM lo_import('PG_VERSION', 434344); PERFORM lo_unlink(434344); END $$;
-- the effect
SELECT count(*) FROM pg_largeobject_metadata WHERE oid = 434343;

--
-- A superuser's function that does what it is told
--
\c -
\set VERBOSITY terse
-- denied
COPY gkm.t_runs FROM 'PG_VERSION';
\c -
\set VERBOSITY terse
SELECT '(1)'::gkm.t_runs;
\c -
\set VERBOSITY terse
SELECT json_populate_record(NULL::gkm.t_runs, '{"a": 1}');
\c -
\set VERBOSITY terse
DO $$ DECLARE v gku.runs; BEGIN v := 1; END $$;
\c -
\set VERBOSITY terse
ALTER TABLE gkm.t_text ALTER a TYPE gku.runs USING 1;
-- the effect
SELECT rolcreaterole FROM pg_roles WHERE rolname = 'gk_user';
-- denied: a domain that changed after it was used
\c -
\set VERBOSITY terse
SELECT '(1)'::gkm.t_own;
ALTER DOMAIN gkm.own OWNER TO gk_user;
SET SESSION AUTHORIZATION gk_user;
ALTER DOMAIN gkm.own ADD CONSTRAINT more CHECK (gkm.run('ALTER ROLE gk_user CREATEROLE') > 0) NOT VALID;
RESET SESSION AUTHORIZATION;
SELECT '(1)'::gkm.t_own;
SELECT rolcreaterole FROM pg_roles WHERE rolname = 'gk_user';

--
-- Expressions of utility statements
--
\c -
\set VERBOSITY terse
SET client_min_messages = warning;
PREPARE p(oid) AS SELECT $1 > 0 AS got;
-- allowed: what the superuser writes himself
EXECUTE p(lo_import('PG_VERSION', 434344));
SELECT lo_unlink(434344);
COPY gkm.t_text FROM 'PG_VERSION' WHERE lo_import('PG_VERSION', 434344) > 0;
SELECT lo_unlink(434344);
BEGIN;
ALTER TABLE gkm.t_text ALTER a TYPE oid USING lo_import('PG_VERSION', 434344 + a::int);
ALTER TABLE gkm.t_text ADD CHECK (length(pg_read_file('PG_VERSION')) > 0);
ROLLBACK;
-- denied: what another role's operator leads to, in new sessions
\c -
\set VERBOSITY terse
PREPARE p(int) AS SELECT $1;
EXECUTE p(OPERATOR(gku.##) 'ALTER ROLE gk_user CREATEROLE');
\c -
\set VERBOSITY terse
PREPARE p(int) AS SELECT $1;
EXPLAIN ANALYZE EXECUTE p(OPERATOR(gku.##) 'ALTER ROLE gk_user CREATEROLE');
\c -
\set VERBOSITY terse
COPY gkm.t_text FROM 'PG_VERSION' WHERE (OPERATOR(gku.##) 'ALTER ROLE gk_user CREATEROLE') > 0;
\c -
\set VERBOSITY terse
ALTER TABLE gkm.t_text ALTER a TYPE int USING OPERATOR(gku.##) 'ALTER ROLE gk_user CREATEROLE';
\c -
\set VERBOSITY terse
ALTER TABLE gkm.t_text ADD b int DEFAULT OPERATOR(gku.##) 'ALTER ROLE gk_user CREATEROLE';
\c -
\set VERBOSITY terse
ALTER TABLE gkm.t_text ADD CHECK ((OPERATOR(gku.##) 'ALTER ROLE gk_user CREATEROLE') > 0);
-- the effect
SELECT rolcreaterole FROM pg_roles WHERE rolname = 'gk_user';
-- allowed: what one part of a statement makes for another
SET client_min_messages = warning;
ALTER TABLE gkm.t_text ADD b int DEFAULT 1, ADD CHECK (b > 0);
ALTER TABLE gkm.t_text ALTER a TYPE int USING a::int, ADD CHECK (a > 0);
ALTER TABLE gkm.t_text ADD IF NOT EXISTS b int DEFAULT nothing();
ALTER TABLE gkm.t_text ADD c int CHECK (c > 0), ADD d serial;
-- allowed: errors are PostgreSQL's
PREPARE p(int) AS SELECT $1;
EXECUTE none(1);
EXECUTE p(nothing);
EXECUTE p(count(*));
COPY gkm.t_text FROM 'PG_VERSION' WHERE nothing > 0;
ALTER TABLE gkm.none ALTER a TYPE oid USING nothing;
ALTER TABLE IF EXISTS gkm.none ALTER a TYPE oid USING nothing;
ALTER TABLE gkm.t_text ALTER a TYPE oid USING nothing;
ALTER TABLE gkm.t_text ADD e oid DEFAULT nothing;
ALTER TABLE gkm.t_text ADD CHECK (nothing > 0);

DROP SCHEMA gkm CASCADE;
DROP SCHEMA gku CASCADE;
