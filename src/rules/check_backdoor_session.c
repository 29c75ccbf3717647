/*-------------------------------------------------------------------------
 *
 * check_backdoor_session.c
 *	  Does somebody's code leave a statement behind for the session to run?
 *
 * Prepared statements belong to the session, not to whoever made them, and SQL
 * and the protocol share their names.  In a session that has superuser rights,
 * a user's trigger could put its own statement in the place of one that the
 * application executes later, in plain circumstances.  Core forbids the same
 * in security-restricted operations.
 *
 * Cursors that such code opens are code_portal.c's.
 *
 * Does not see: DEALLOCATE, which only makes the application fail; temporary
 * tables that hide others.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "base/gatekeeper.h"

/*
 * Door: statement PrepareStmt.  It binds whoever is current_user just now: the
 * statement will run with the rights that the session has then.  Elsewhere what
 * is prepared runs with its author's rights, so no other circumstance counts.
 */
bool
gk_check_backdoor_session(const GkRequest *request, GkFinding *finding)
{
	if (!gk_code_session_is_superusers() || !gk_code_is_untrusted())
		return false;
	finding->action = "preparing a statement for a superuser's session";
	finding->object_type = "prepared statement";
	finding->object = castNode(PrepareStmt, request->stmt)->name;
	finding->binds_always = true;
	finding->hint = "A function whose owner is not superuser cannot leave a prepared statement behind in a session that has superuser rights. Let it run the statement itself; see pg_gatekeeper(7).";
	return true;
}
