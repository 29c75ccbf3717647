-- What the workloads work on.
--
-- Copyright (c) 2026, the pg_gatekeeper authors
-- SPDX-License-Identifier: PostgreSQL

CREATE ROLE gk_bench LOGIN;
CREATE ROLE gk_author LOGIN;
CREATE SCHEMA b AUTHORIZATION gk_author;
GRANT ALL ON SCHEMA b TO gk_bench;
GRANT CREATE ON DATABASE postgres TO gk_bench;

SET ROLE gk_bench;
SET search_path = b;

CREATE TABLE t (id int PRIMARY KEY, n int NOT NULL, s text NOT NULL);
INSERT INTO t SELECT i, i % 100, 'row ' || i FROM generate_series(1, 10000) i;
CREATE TABLE log (id int, at timestamptz DEFAULT now(), s text CHECK (length(s) < 1000));
CREATE TABLE parent (id int PRIMARY KEY);
INSERT INTO parent SELECT generate_series(1, 100);
CREATE TABLE child (id serial PRIMARY KEY, parent int NOT NULL REFERENCES parent);
CREATE VIEW v AS SELECT t.id, upper(t.s) AS s FROM t;

CREATE FUNCTION f_sql(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1 + 1';
CREATE FUNCTION f_plpgsql(int) RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN $1 + 1; END';
CREATE FUNCTION f_definer(int) RETURNS int LANGUAGE plpgsql SECURITY DEFINER AS 'BEGIN RETURN $1 + 1; END';
CREATE FUNCTION f_definer_query(int) RETURNS text LANGUAGE plpgsql STABLE SECURITY DEFINER AS
	'BEGIN RETURN (SELECT s FROM b.t WHERE id = $1); END';
CREATE FUNCTION f_query(int) RETURNS text LANGUAGE plpgsql STABLE AS
	'BEGIN RETURN (SELECT s FROM b.t WHERE id = $1); END';
CREATE PROCEDURE p(int) LANGUAGE plpgsql AS 'BEGIN PERFORM s FROM b.t WHERE id = $1; END';
CREATE TABLE triggered (id int, n int);
CREATE FUNCTION f_trigger() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.n := NEW.id + 1; RETURN NEW; END';
CREATE TRIGGER tg BEFORE INSERT ON triggered FOR EACH ROW EXECUTE FUNCTION f_trigger();
GRANT ALL ON ALL TABLES IN SCHEMA b TO gk_author;
RESET search_path;
RESET ROLE;
-- a superuser's definer function, as administrators give them to users
CREATE FUNCTION b.f_admin_query(int) RETURNS text LANGUAGE plpgsql STABLE SECURITY DEFINER AS
	'BEGIN RETURN (SELECT s FROM b.t WHERE id = $1); END';
CHECKPOINT;
VACUUM ANALYZE;
