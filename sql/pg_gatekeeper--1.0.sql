/*
 * pg_gatekeeper--1.0.sql: views on what the module counts and has recorded, and
 * application users.
 *
 * Enforcement does not depend on them.
 *
 * A later version is a file pg_gatekeeper--1.0--<version>.sql beside this one,
 * which stays as it is: a function keeps its columns for ever, since an old
 * script may be in use with a new library, and a view that gets a new column
 * gets it from a new function.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 */

-- complain if the script is sourced in psql, rather than via CREATE EXTENSION
\echo Use "CREATE EXTENSION pg_gatekeeper" to load this file. \quit

GRANT USAGE ON SCHEMA gatekeeper TO PUBLIC;

-- Why was I refused?  For everybody: it tells what they could find out themselves.

CREATE FUNCTION gatekeeper.circumstances(
	OUT name pg_catalog.text,
	OUT holds pg_catalog.bool,
	OUT why pg_catalog.text)
RETURNS SETOF pg_catalog.record
AS 'MODULE_PATHNAME', 'gk_sql_circumstances'
LANGUAGE C VOLATILE PARALLEL RESTRICTED;

COMMENT ON FUNCTION gatekeeper.circumstances() IS
	'the circumstances that hold where it is called, and why';

-- Which version of the module runs?  After an upgrade, the old one until the restart.

CREATE FUNCTION gatekeeper.version()
RETURNS pg_catalog.text
AS 'MODULE_PATHNAME', 'gk_sql_version'
LANGUAGE C STABLE PARALLEL SAFE;

COMMENT ON FUNCTION gatekeeper.version() IS
	'the version of the module that runs in this server';

-- The rules

CREATE FUNCTION gatekeeper.get_rules(
	OUT rule pg_catalog.text,
	OUT covers pg_catalog.text,
	OUT level pg_catalog.text,
	OUT default_level pg_catalog.text,
	OUT denials pg_catalog.int8,
	OUT would_denials pg_catalog.int8,
	OUT allowed pg_catalog.int8,
	OUT last_time pg_catalog.timestamptz)
RETURNS SETOF pg_catalog.record
AS 'MODULE_PATHNAME', 'gk_sql_rules'
LANGUAGE C VOLATILE PARALLEL SAFE;

CREATE VIEW gatekeeper.rules AS
	SELECT * FROM gatekeeper.get_rules();

COMMENT ON VIEW gatekeeper.rules IS
	'the rules, and how many actions each has denied, would have denied, and allowed though suspect';

-- The audit's sinks

CREATE FUNCTION gatekeeper.get_audit(
	OUT sink pg_catalog.text,
	OUT state pg_catalog.text,
	OUT sent pg_catalog.int8,
	OUT lost pg_catalog.int8,
	OUT last_error pg_catalog.text,
	OUT last_error_time pg_catalog.timestamptz,
	OUT stream pg_catalog.text,
	OUT sequence pg_catalog.int8,
	OUT lost_by_all pg_catalog.int8,
	OUT waiting pg_catalog.int8)
RETURNS SETOF pg_catalog.record
AS 'MODULE_PATHNAME', 'gk_sql_audit'
LANGUAGE C VOLATILE PARALLEL SAFE;

CREATE VIEW gatekeeper.audit AS
	SELECT * FROM gatekeeper.get_audit();

COMMENT ON VIEW gatekeeper.audit IS
	'where audit records go, and what became of them';

-- The last records.  The users' columns are not named current_user and
-- session_user: without quotes, these would mean whoever asks.

CREATE FUNCTION gatekeeper.get_events(
	OUT "time" pg_catalog.timestamptz,
	OUT seq pg_catalog.int8,
	OUT count pg_catalog.int8,
	OUT event pg_catalog.text,
	OUT verdict pg_catalog.text,
	OUT rule pg_catalog.text,
	OUT circumstances pg_catalog.text,
	OUT session_username pg_catalog.text,
	OUT current_username pg_catalog.text,
	OUT database pg_catalog.text,
	OUT client pg_catalog.text,
	OUT command pg_catalog.text,
	OUT object_type pg_catalog.text,
	OUT object pg_catalog.text,
	OUT old_value pg_catalog.text,
	OUT new_value pg_catalog.text,
	OUT statement pg_catalog.text)
RETURNS SETOF pg_catalog.record
AS 'MODULE_PATHNAME', 'gk_sql_events'
LANGUAGE C VOLATILE PARALLEL SAFE;

CREATE VIEW gatekeeper.events AS
	SELECT * FROM gatekeeper.get_events();

COMMENT ON VIEW gatekeeper.events IS
	'the last 256 audit records since the server started, oldest first';

-- The exemptions of this database and of roles

CREATE VIEW gatekeeper.exemptions AS
	SELECT o.type AS object_type, o.identity AS object, l.label
	FROM (
		SELECT classoid, objoid, objsubid, label
		FROM pg_catalog.pg_seclabel WHERE provider = 'gatekeeper'
		UNION ALL
		SELECT classoid, objoid, 0, label
		FROM pg_catalog.pg_shseclabel WHERE provider = 'gatekeeper'
	) l,
	LATERAL pg_catalog.pg_identify_object(l.classoid, l.objoid, l.objsubid) o;

COMMENT ON VIEW gatekeeper.exemptions IS
	'functions of this database and roles that a security label exempts from rules';

-- Containment

CREATE FUNCTION gatekeeper.get_sandbox(
	OUT pid pg_catalog.int4,
	OUT role pg_catalog.text,
	OUT contained pg_catalog.bool,
	OUT can_run_programs pg_catalog.bool,
	OUT files pg_catalog.text,
	OUT reason pg_catalog.text)
RETURNS SETOF pg_catalog.record
AS 'MODULE_PATHNAME', 'gk_sql_sandbox'
LANGUAGE C VOLATILE PARALLEL SAFE;

CREATE VIEW gatekeeper.sandbox AS
	SELECT * FROM gatekeeper.get_sandbox();

COMMENT ON VIEW gatekeeper.sandbox IS
	'the sessions, which of them the kernel contains, from what, and why';

-- The server's posture

CREATE FUNCTION gatekeeper.posture(
	OUT id pg_catalog.text,
	OUT layer pg_catalog.text,
	OUT severity pg_catalog.text,
	OUT status pg_catalog.text,
	OUT object pg_catalog.text,
	OUT found pg_catalog.text,
	OUT why pg_catalog.text,
	OUT remedy pg_catalog.text,
	OUT title pg_catalog.text,
	OUT cis pg_catalog.text,
	OUT stig pg_catalog.text)
RETURNS SETOF pg_catalog.record
AS 'MODULE_PATHNAME', 'gk_sql_posture'
LANGUAGE C VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET standard_conforming_strings = on;

COMMENT ON FUNCTION gatekeeper.posture() IS
	'checks of the cluster and of this database, with the caller''s rights';

-- Application users.  For everybody: without a token nobody becomes one.

CREATE FUNCTION gatekeeper.login(token pg_catalog.text)
RETURNS pg_catalog.text
AS 'MODULE_PATHNAME', 'gk_sql_login'
LANGUAGE C VOLATILE PARALLEL UNSAFE;

COMMENT ON FUNCTION gatekeeper.login(pg_catalog.text) IS
	'verifies a signed token and makes its user the application user of the session';

CREATE FUNCTION gatekeeper.login_local(token pg_catalog.text)
RETURNS pg_catalog.text
AS 'MODULE_PATHNAME', 'gk_sql_login_local'
LANGUAGE C VOLATILE PARALLEL UNSAFE;

COMMENT ON FUNCTION gatekeeper.login_local(pg_catalog.text) IS
	'verifies a signed token and makes its user the application user of the transaction';

CREATE FUNCTION gatekeeper.logout()
RETURNS pg_catalog.void
AS 'MODULE_PATHNAME', 'gk_sql_logout'
LANGUAGE C VOLATILE PARALLEL UNSAFE;

COMMENT ON FUNCTION gatekeeper.logout() IS
	'there is no application user any more';

CREATE FUNCTION gatekeeper.app_user()
RETURNS pg_catalog.text
AS 'MODULE_PATHNAME', 'gk_sql_app_user'
LANGUAGE C STABLE PARALLEL SAFE LEAKPROOF;

COMMENT ON FUNCTION gatekeeper.app_user() IS
	'the application user, whom a verified token named, or null';

CREATE FUNCTION gatekeeper.app_claims()
RETURNS pg_catalog.jsonb
AS 'MODULE_PATHNAME', 'gk_sql_app_claims'
LANGUAGE C STABLE PARALLEL SAFE LEAKPROOF;

COMMENT ON FUNCTION gatekeeper.app_claims() IS
	'all that the verified token claims, or null';

CREATE FUNCTION gatekeeper.app_claim(name pg_catalog.text)
RETURNS pg_catalog.text
AS 'MODULE_PATHNAME', 'gk_sql_app_claim'
LANGUAGE C STABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION gatekeeper.app_claim(pg_catalog.text) IS
	'one claim of the verified token as text, or null';

CREATE FUNCTION gatekeeper.issue(
	app_user pg_catalog.text,
	lifetime pg_catalog.interval,
	claims pg_catalog.jsonb DEFAULT '{}',
	bound_to pg_catalog.text[] DEFAULT '{database}')
RETURNS pg_catalog.text
AS 'MODULE_PATHNAME', 'gk_sql_issue'
LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE;

COMMENT ON FUNCTION gatekeeper.issue(pg_catalog.text, pg_catalog.interval, pg_catalog.jsonb, pg_catalog.text[]) IS
	'a token for an application user, signed with a key of the server';

CREATE FUNCTION gatekeeper.revoke_user(
	name pg_catalog.text,
	until pg_catalog.timestamptz DEFAULT pg_catalog.now() + '30 days')
RETURNS pg_catalog.void
AS 'MODULE_PATHNAME', 'gk_sql_revoke_user'
LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE;

COMMENT ON FUNCTION gatekeeper.revoke_user(pg_catalog.text, pg_catalog.timestamptz) IS
	'tokens that were issued for the application user until now are refused, and sessions end that have one';

CREATE FUNCTION gatekeeper.revoke_session(
	id pg_catalog.text,
	until pg_catalog.timestamptz DEFAULT pg_catalog.now() + '30 days')
RETURNS pg_catalog.void
AS 'MODULE_PATHNAME', 'gk_sql_revoke_session'
LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE;

COMMENT ON FUNCTION gatekeeper.revoke_session(pg_catalog.text, pg_catalog.timestamptz) IS
	'tokens with this claim sid or jti are refused';

-- Counting anew

CREATE FUNCTION gatekeeper.reset()
RETURNS pg_catalog.void
AS 'MODULE_PATHNAME', 'gk_sql_reset'
LANGUAGE C VOLATILE PARALLEL RESTRICTED;

COMMENT ON FUNCTION gatekeeper.reset() IS
	'sets the counts of gatekeeper.rules and gatekeeper.audit to zero, and is recorded';

-- Who may

REVOKE ALL ON FUNCTION gatekeeper.reset() FROM PUBLIC;
REVOKE ALL ON FUNCTION
	gatekeeper.issue(pg_catalog.text, pg_catalog.interval, pg_catalog.jsonb, pg_catalog.text[]),
	gatekeeper.revoke_user(pg_catalog.text, pg_catalog.timestamptz),
	gatekeeper.revoke_session(pg_catalog.text, pg_catalog.timestamptz) FROM PUBLIC;
REVOKE ALL ON FUNCTION gatekeeper.get_rules(), gatekeeper.get_audit(),
	gatekeeper.get_events(), gatekeeper.get_sandbox(), gatekeeper.posture() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION gatekeeper.get_rules(), gatekeeper.get_audit(),
	gatekeeper.get_events(), gatekeeper.get_sandbox(), gatekeeper.posture() TO pg_monitor;
GRANT SELECT ON gatekeeper.rules, gatekeeper.audit, gatekeeper.events,
	gatekeeper.exemptions, gatekeeper.sandbox TO pg_monitor;
