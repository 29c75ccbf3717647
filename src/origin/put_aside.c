/*-------------------------------------------------------------------------
 *
 * put_aside.c
 *	  Rights that a privileged session has put aside in this transaction.
 *
 * SET ROLE and SET SESSION AUTHORIZATION put rights aside, and what code of others
 * does then is done without them.  But triggers that are deferred wait for the
 * commit, and by then the session may have taken its rights back: before 18 they run
 * with those.  So which role it was is noted when the session leaves it, and what
 * others' code does at commit it does as that role.
 *
 * Where there were several, it is the last one; what the session wrote itself, with
 * its rights, in the same transaction is not told apart.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "origin/code_stack.h"
#include "origin/owners.h"

#include "access/xact.h"
#include "miscadmin.h"
#include "storage/proc.h"

/* The transaction in which the session's user was last set, and the role that was left. */
static LocalTransactionId set_in;
static LocalTransactionId left_in;
static Oid	left;

/* SET ROLE or SET SESSION AUTHORIZATION is about to be executed. */
void
gk_aside_note(void)
{
	Oid			current = GetUserId();

	set_in = GK_MY_LXID;
	if (IsTransactionState() && gk_code_session_is_superusers() && !gk_acts_as_superuser(current))
	{
		left = current;
		left_in = GK_MY_LXID;
	}
}

/* Were rights put aside in this very transaction, or back, and are now? */
bool
gk_aside_is_recent(void)
{
	return set_in == GK_MY_LXID && gk_code_session_is_superusers() &&
		!gk_acts_as_superuser(GetUserId());
}

/* Nothing runs that anybody has said: what was deferred is carried out. */
static bool
is_carrying_out(void)
{
	return gk_running_query() == NULL &&
		(gk_statement->pstmt == NULL || gk_statement_of(T_ConstraintsSetStmt) != NULL);
}

/* The role as which code of others carries out what was deferred; InvalidOid: as whoever it is. */
Oid
gk_aside_role(void)
{
	return unlikely(OidIsValid(left)) && left_in == GK_MY_LXID && is_carrying_out() ? left :
		InvalidOid;
}
