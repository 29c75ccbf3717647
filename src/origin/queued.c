/*-------------------------------------------------------------------------
 *
 * queued.c
 *	  Rows that others have chosen: triggers that wait for them, rules that write them.
 *
 * What code of others writes to a superuser's table fires the superuser's triggers,
 * and while it runs they are its doing.  One that is deferred runs when that code has
 * gone, with the row that it wrote.  No trigger knows who wrote its row; so once code
 * of others has written to a superuser's table in a transaction of a privileged session,
 * all that could be deferred there is its doing.
 *
 * What a rule or a view of others has a superuser's statement write to another table it
 * writes with the rights of whoever owns it; that is how it is known.
 *
 * Does not see: what writes to tables without the executor.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "origin/code_stack.h"
#include "origin/owners.h"

#include "catalog/pg_inherits.h"
#include "commands/trigger.h"

LocalTransactionId gk_others_wrote_in;

/* From now on, and until the transaction ends. */
void
gk_queue_mark(void)
{
	if (gk_others_wrote())
		return;
	gk_others_wrote_in = GK_MY_LXID;
	/* triggers' functions are to be looked at from now on */
	gk_code_forget_plain();
}

/* Code of others runs in a privileged session, and a query with these relations is its own. */
void
gk_queue_note(List *perms)
{
	ListCell   *cell;

	if (gk_others_wrote())
		return;
	foreach(cell, perms)
	{
		GkPermInfo *perm = lfirst_node(GkPermInfo, cell);

		/* other roles' triggers are theirs in any case */
		if ((perm->requiredPerms & (ACL_INSERT | ACL_UPDATE | ACL_DELETE)) &&
			(has_subclass(perm->relid) || gk_code_owner_is_trusted(gk_relation_owner(perm->relid))))
			gk_queue_mark();
	}
}

/* A function is called with this context: by a trigger that may have been queued so? */
bool
gk_is_queued_by_others(const Node *context)
{
	return gk_others_wrote() && IsA(context, TriggerData) &&
		((const TriggerData *) context)->tg_trigger->tgdeferrable;
}

/* The role that is not trusted and with whose rights the plan writes to a table; or InvalidOid. */
Oid
gk_writes_for(const PlannedStmt *plan)
{
	ListCell   *cell;

	foreach(cell, GK_PLAN_PERMS(plan))
	{
		GkPermInfo *perm = lfirst_node(GkPermInfo, cell);

		if (OidIsValid(perm->checkAsUser) && GK_PERMINFO_IS_RELATION(perm) &&
			((perm->requiredPerms & (ACL_INSERT | ACL_DELETE)) || !bms_is_empty(perm->updatedCols)) &&
			!gk_code_owner_is_own(perm->checkAsUser))
			return perm->checkAsUser;
	}
	return InvalidOid;
}
