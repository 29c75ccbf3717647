--
-- auth-functions.sql: auth.uid(), auth.jwt(), auth.role() and auth.email(), as
-- policies written for Supabase, Neon and PostgREST call them, from the token that
-- gatekeeper.login() or login_local() has verified.
--
--	psql -d mydb -c 'CREATE EXTENSION pg_gatekeeper' -f auth-functions.sql
--
-- What such policies read otherwise, the setting request.jwt.claims, can be set by
-- whoever can run SQL.  Policies that read it themselves have to be changed:
--
--	current_setting('request.jwt.claims', true)::json ->> 'sub'		auth.jwt() ->> 'sub'
--
-- PostgREST keeps the token to itself but hands the request's headers on; with
-- db-pre-request = "auth.pre_request" the server verifies it once more, by its own
-- keys, in the transaction of the request.  Its role (anon, authenticated) is still
-- PostgREST's to choose.
--
-- Copyright (c) 2026, the pg_gatekeeper authors
-- SPDX-License-Identifier: PostgreSQL
--

BEGIN;

CREATE SCHEMA IF NOT EXISTS auth;
GRANT USAGE ON SCHEMA auth TO PUBLIC;

-- all claims, or null
CREATE OR REPLACE FUNCTION auth.jwt() RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE
RETURN gatekeeper.app_claims();

-- the user, where users are known by a uuid
CREATE OR REPLACE FUNCTION auth.uid() RETURNS uuid
LANGUAGE sql STABLE PARALLEL SAFE
RETURN gatekeeper.app_claim('sub')::uuid;

CREATE OR REPLACE FUNCTION auth.role() RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN gatekeeper.app_claim('role');

CREATE OR REPLACE FUNCTION auth.email() RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN gatekeeper.app_claim('email');

-- for PostgREST; a request without a token is nobody's
CREATE OR REPLACE FUNCTION auth.pre_request() RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
	header text := nullif(pg_catalog.current_setting('request.headers', true), '')::pg_catalog.json
		OPERATOR(pg_catalog.->>) 'authorization';
BEGIN
	IF header IS NULL THEN
		PERFORM gatekeeper.logout();
	ELSE
		PERFORM gatekeeper.login_local(pg_catalog.regexp_replace(header, '^bearer +', '', 'i'));
	END IF;
END $$;

COMMIT;
