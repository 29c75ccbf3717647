/*-------------------------------------------------------------------------
 *
 * check_identity.c
 *	  Was a token refused?  And whose code logs an application user in?
 *
 * A refused token is a finding wherever it came from: the record is the point,
 * since it is refused in any case.  Logging in, and issuing or revoking tokens, is
 * nobody's business but that of who the session is: not that of a script of an
 * extension, nor of untrusted code that superuser rights run.
 *
 * Does not see: what a token says; a token that somebody else was given.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "base/gatekeeper.h"

#define LOGS_IN 0
#define ISSUES 1
#define REVOKES 2

const GkSymbol gk_identity_symbols[] = {
	{"gk_sql_login", LOGS_IN},
	{"gk_sql_login_local", LOGS_IN},
	{"gk_sql_issue", ISSUES},
	{"gk_sql_revoke_user", REVOKES},
	{"gk_sql_revoke_session", REVOKES},
	{NULL, 0}
};

bool
gk_check_identity(const GkRequest *request, GkFinding *finding)
{
	static const char *const actions[] = {
		[LOGS_IN] = "logging in as an application user",
		[ISSUES] = "issuing a token",
		[REVOKES] = "revoking tokens"
	};

	if (request->door == GK_DOOR_TOKEN)
	{
		finding->action = "logging in with this token";
		finding->object_type = "token";
		finding->object = request->reason;
		finding->binds_always = true;
		finding->hint = "Get a new token from whoever issues them. If this one should be good, compare it with the settings gatekeeper.identity_*; see pg_gatekeeper(7), APPLICATION USERS.";
		return true;
	}
	finding->action = actions[request->symflags];
	finding->object_type = "function";
	finding->object = request->symbol;
	/* an application's own SECURITY DEFINER function may */
	finding->ignores = GK_ELEVATED | GK_STRICT | GK_SELF;
	return true;
}
