/*-------------------------------------------------------------------------
 *
 * approvals.c
 *	  Which changes of roles and memberships has the gate let pass in this
 *	  transaction?
 *
 * What passed is noted whatever the verdict's reason: no rule objected, a rule is
 * off or only recorded, a label exempts.  A role by its oid, as the object access
 * hook names it; memberships, of which no hook reports the rows, all together; and
 * all of it when a statement wrote to the catalog itself, which is its own rule's
 * business (catalog_write).
 *
 * An approval goes with the subtransaction that it was given in.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "rules/role_effects.h"

#include "access/xact.h"
#include "catalog/pg_auth_members.h"
#include "catalog/pg_authid.h"
#include "utils/memutils.h"

typedef struct Approval
{
	Oid			catalog;		/* pg_authid or pg_auth_members */
	Oid			roleid;			/* InvalidOid: all of them */
	SubTransactionId subxact;
} Approval;

/* In TopTransactionContext. */
static Approval *approvals;
static int	count;
static int	room;

/* Is there anything to forget when the transaction is over? */
bool		gk_has_approvals;

static void
add(Oid catalog, Oid roleid)
{
	Approval   *last = count > 0 ? &approvals[count - 1] : NULL;

	if (last && last->catalog == catalog && last->roleid == roleid &&
		last->subxact == GetCurrentSubTransactionId())
		return;
	if (approvals == NULL)
	{
		room = 16;
		approvals = MemoryContextAlloc(TopTransactionContext, room * sizeof(Approval));
		gk_has_approvals = true;
	}
	else if (count == room)
	{
		room *= 2;
		approvals = repalloc_huge(approvals, (Size) room * sizeof(Approval));
	}
	approvals[count++] = (Approval)
	{
		catalog, roleid, GetCurrentSubTransactionId()
	};
}

static void
approve_written(List *perms)
{
	ListCell   *cell;

	foreach(cell, perms)
	{
		GkPermInfo *perm = lfirst_node(GkPermInfo, cell);

		if (!GK_PERMINFO_IS_RELATION(perm) ||
			!(perm->requiredPerms & (ACL_INSERT | ACL_UPDATE | ACL_DELETE)))
			continue;
		if (perm->relid == AuthIdRelationId || perm->relid == AuthMemRelationId)
			add(perm->relid, InvalidOid);
	}
}

/* The gate has let this pass. */
void
gk_approve(const GkRequest *request)
{
	switch (request->door)
	{
		case GK_DOOR_OBJECT:
			if (request->classid == AuthIdRelationId)
				add(AuthIdRelationId, request->objid);
			break;
		case GK_DOOR_STATEMENT:
			if (IsA(request->stmt, GrantRoleStmt) || IsA(request->stmt, CreateRoleStmt) ||
				IsA(request->stmt, AlterRoleStmt))
				add(AuthMemRelationId, InvalidOid);
			break;
		case GK_DOOR_RELATION:
			approve_written(request->perms);
			break;
		default:
			break;
	}
}

static int
compare(const void *a, const void *b)
{
	const Approval *x = a;
	const Approval *y = b;

	if (x->catalog != y->catalog)
		return x->catalog < y->catalog ? -1 : 1;
	return x->roleid == y->roleid ? 0 : x->roleid < y->roleid ? -1 : 1;
}

/* Before these are asked about: there may be as many as there are roles. */
void
gk_approvals_sort(void)
{
	if (count > 1)
		qsort(approvals, count, sizeof(Approval), compare);
}

static bool
has(Oid catalog, Oid roleid)
{
	Approval	wanted = {.catalog = catalog,.roleid = roleid};

	return count > 0 && bsearch(&wanted, approvals, count, sizeof(Approval), compare) != NULL;
}

/* by_name: an UPDATE of the catalog does not do. */
bool
gk_role_is_approved(Oid roleid, bool by_name)
{
	return has(AuthIdRelationId, roleid) || (!by_name && has(AuthIdRelationId, InvalidOid));
}

bool
gk_memberships_are_approved(void)
{
	return has(AuthMemRelationId, InvalidOid);
}

/*
 * A subtransaction is undone, with all that began in it: these have higher numbers,
 * and what was done before it, or in others that were released before, lower ones.
 */
void
gk_approvals_prune(SubTransactionId subxact)
{
	int			kept = 0;

	for (int i = 0; i < count; i++)
		if (approvals[i].subxact < subxact)
			approvals[kept++] = approvals[i];
	count = kept;
}

/* The transaction is over, and its memory gone or about to go. */
void
gk_approvals_reset(void)
{
	approvals = NULL;
	count = 0;
	gk_has_approvals = false;
}
