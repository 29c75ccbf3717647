\echo Use "CREATE EXTENSION gk_demo_shop" to load this file. \quit

CREATE TABLE installed (what text, version float8);

CREATE FUNCTION note(what text, version float8) RETURNS void
LANGUAGE sql AS $$ INSERT INTO @extschema@.installed VALUES (what, version) $$;

-- 1.0 is numeric: whoever has a note(text, numeric) in this schema gets the call
SELECT note('shop', 1.0);
