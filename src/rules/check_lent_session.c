/*-------------------------------------------------------------------------
 *
 * check_lent_session.c
 *	  Does code of others use what the session has open?
 *
 * A cursor reads with the rights of whoever opened it, a connection acts as the
 * role that it logged in as, and both have names that everybody in the session can
 * look up.  Code that a superuser is led to run could so read and do what its owner
 * may not, even as SECURITY DEFINER, when it has nobody's rights but its owner's.
 *
 * Doors: cursors (a part of superuser_object), and functions that use connections
 * (of loopback).
 *
 * Does not see: a cursor WITH HOLD, after the transaction that opened it, when
 * PL/pgSQL's own FETCH reads from it; connections other than dblink's; large objects
 * that are open.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "origin/owners.h"
#include "rules/wrappers.h"

static bool
found_cursor(const char *name, GkFinding *finding)
{
	finding->action = "fetching from a cursor of the session's";
	finding->object_type = "cursor";
	finding->object = name;
	finding->ignores = GK_ONLY_UNTRUSTED;
	finding->hint = "Code of a role that is not superuser may fetch from the cursors that it has opened. Pass it the rows, or let a superuser own the function.";
	return true;
}

static bool
found_connection(const GkRequest *request, GkFinding *finding)
{
	if (!(request->symflags & GK_CONNECTS) || !gk_others_act() ||
		!gk_connection_is_sessions(request->fcinfo))
		return false;
	/* whoever is current_user: the rights are the connection's */
	finding->binds_always = true;
	finding->action = "using a connection of the session's";
	finding->object_type = "function";
	finding->object = request->symbol;
	finding->hint = "Code of a role that is not superuser may use the connections that it has opened. Close the session's before it is called, or let a superuser own the function.";
	return true;
}

bool
gk_check_lent_session(const GkRequest *request, GkFinding *finding)
{
	return request->door == GK_DOOR_CURSOR ? found_cursor(request->symbol, finding) :
		found_connection(request, finding);
}
