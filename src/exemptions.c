/*-------------------------------------------------------------------------
 *
 * exemptions.c
 *	  A rule binds: is what is attempted exempt from it?
 *
 * Asked by gate.c only.  What labels say is labels.c's; whose the statement is,
 * code_origin.c's and administrator.c's.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "origin/labels.h"

#include "access/xact.h"
#include "miscadmin.h"

/*
 * A rule binds; does a label lift it?
 *
 * Not where the rule binds a superuser in a session of their own, who has no
 * way to loosen it: a label is that superuser's word and no more.  Not for a
 * call that stands in somebody's view or default: the function's statement
 * only met it.
 */
bool
gk_is_exempt(const GkEvent *event)
{
	uint64		bit = UINT64CONST(1) << event->rule->id;
	Oid			user = GetUserId();

	if (!IsTransactionState() || (event->circumstances & GK_STRICT) ||
		(event->request->circumstances & GK_UNTRUSTED) ||
		(event->finding->binds_always && superuser()))
		return false;
	if (gk_code_allows() & bit)
		return true;

	/*
	 * What the role does itself, perhaps after its own SET ROLE, not what is done
	 * with its rights.  Elevated in that is a member of a superuser role, whom the
	 * label was given to.
	 */
	return (event->circumstances & ~GK_ELEVATED) == 0 &&
		user == (gk_client_has_switched() ? GetOuterUserId() : GetSessionUserId()) &&
		(gk_label_on_role(GetSessionUserId()).allows & bit) && !gk_code_is_untrusted();
}
