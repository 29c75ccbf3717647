/*-------------------------------------------------------------------------
 *
 * lent_tables.c
 *	  Does a view hand its author what only its reader may see?
 *
 * A view WITH (security_invoker) reads with the rights of whoever reads it, and
 * what it reads goes through the expressions of whoever wrote it.  A superuser's
 * rights would so be its owner's: what that role may not read itself, it must not
 * get from a superuser who looks at its view.
 *
 * Does not see: what the functions do that the view calls.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "rules/objects.h"

#include "access/relation.h"
#include "access/sysattr.h"
#include "nodes/nodeFuncs.h"
#include "rewrite/prs2lock.h"
#include "utils/acl.h"
#include "utils/rel.h"

/* Whose view, read in which query, and what was found. */
typedef struct GkLending
{
	Oid			owner;
	List	   *perms;
	Oid			table;
} GkLending;

static bool
may_read(Oid roleid, Oid relid, const Bitmapset *columns)
{
	int			member = -1;

	if (pg_class_aclcheck(relid, roleid, ACL_SELECT) == ACLCHECK_OK)
		return true;
	if (bms_is_empty(columns))
		return pg_attribute_aclcheck_all(relid, roleid, ACL_SELECT, ACLMASK_ANY) == ACLCHECK_OK;
	while ((member = bms_next_member(columns, member)) >= 0)
	{
		AttrNumber	column = member + FirstLowInvalidHeapAttributeNumber;

		if (column == InvalidAttrNumber ||
			pg_attribute_aclcheck(relid, column, roleid, ACL_SELECT) != ACLCHECK_OK)
			return false;
	}
	return true;
}

/* Does the query that is checked read this relation with a superuser's rights? */
static bool
is_read_with_power(List *perms, Oid relid)
{
	ListCell   *cell;

	foreach(cell, perms)
	{
		GkPermInfo *perm = lfirst_node(GkPermInfo, cell);

		if (GK_PERMINFO_IS_RELATION(perm) && perm->relid == relid &&
			(perm->requiredPerms & ACL_SELECT) &&
			gk_acts_as_superuser(OidIsValid(perm->checkAsUser) ? perm->checkAsUser : GetUserId()))
			return true;
	}
	return false;
}

static bool
lends(Node *node, void *context)
{
	GkLending  *lending = context;
	ListCell   *cell;

	if (node == NULL)
		return false;
	if (!IsA(node, Query))
		return expression_tree_walker(node, lends, context);
	foreach(cell, GK_QUERY_PERMS((Query *) node))
	{
		GkPermInfo *perm = lfirst_node(GkPermInfo, cell);

		if (GK_PERMINFO_IS_RELATION(perm) && (perm->requiredPerms & ACL_SELECT) &&
			!may_read(lending->owner, perm->relid, perm->selectedCols) &&
			is_read_with_power(lending->perms, perm->relid))
		{
			lending->table = perm->relid;
			return true;
		}
	}
	return query_tree_walker((Query *) node, lends, context, 0);
}

/*
 * A relation that this view reads with a superuser's rights and that its owner may
 * not read, or InvalidOid.
 */
static Oid
lent_by(Oid view, List *perms)
{
	Relation	rel = relation_open(view, AccessShareLock);
	GkLending	lending = {.owner = rel->rd_rel->relowner,.perms = perms};

	if (RelationHasSecurityInvoker(rel) && rel->rd_rules &&
		!gk_is_superuser(lending.owner))
		for (int i = 0; i < rel->rd_rules->numLocks && !OidIsValid(lending.table); i++)
			if (rel->rd_rules->rules[i]->event == CMD_SELECT)
				(void) lends((Node *) rel->rd_rules->rules[i]->actions, &lending);
	relation_close(rel, NoLock);
	return lending.table;
}

/* The first that any view of the query lends, or InvalidOid. */
Oid
gk_lent_table(List *range_table, List *perms)
{
	Oid			table = InvalidOid;
	ListCell   *cell;

	foreach(cell, range_table)
	{
		RangeTblEntry *rte = lfirst_node(RangeTblEntry, cell);

		if (rte->relid >= FirstNormalObjectId && rte->relkind == RELKIND_VIEW &&
			OidIsValid(table = lent_by(rte->relid, perms)))
			break;
	}
	return table;
}
