/*-------------------------------------------------------------------------
 *
 * lent_tables.c
 *	  Does a view hand its author what only its user may see, or write?
 *
 * A view WITH (security_invoker) reads and writes with the rights of whoever uses
 * it, and what goes through it goes through the expressions and the defaults of
 * whoever wrote it.  A superuser's rights would so be its owner's: what that role
 * may not read itself, it must not get from a superuser who looks at its view, and
 * what it may not write, a superuser must not write for it.
 *
 * The same is true of another role's view of any kind, or rule, over somebody's view,
 * also a superuser's own, WITH (security_invoker): below that the rights are the
 * user's again.
 *
 * What row security keeps from a role it may not read, though it has the right on
 * the table.
 *
 * Does not see: what the functions do that the view calls.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "base/gatekeeper.h"
#include "rules/objects.h"

#include "access/relation.h"
#include "access/sysattr.h"
#include "access/transam.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "rewrite/prs2lock.h"
#include "utils/acl.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/rls.h"

#define GK_WRITES (ACL_INSERT | ACL_UPDATE | ACL_DELETE)

/* Whose view, used in which query, and what was found. */
typedef struct GkLending
{
	Oid			owner;
	Oid			view;			/* in whose query we are */
	List	   *perms;
	bool		is_written;		/* else it is read */
	bool		by_user;		/* what stands here is used with the user's rights */
	Oid			table;
} GkLending;

static bool
has_columns(Oid roleid, Oid relid, const Bitmapset *columns, AclMode right)
{
	int			member = -1;

	if (bms_is_empty(columns))
		return right == ACL_SELECT &&
			pg_attribute_aclcheck_all(relid, roleid, right, ACLMASK_ANY) == ACLCHECK_OK;
	while ((member = bms_next_member(columns, member)) >= 0)
	{
		AttrNumber	column = member + FirstLowInvalidHeapAttributeNumber;

		if (column == InvalidAttrNumber ||
			pg_attribute_aclcheck(relid, column, roleid, right) != ACLCHECK_OK)
			return false;
	}
	return true;
}

static bool
has_right(Oid roleid, Oid relid, const Bitmapset *columns, AclMode right)
{
	return pg_class_aclcheck(relid, roleid, right) == ACLCHECK_OK ||
		(right != ACL_DELETE && has_columns(roleid, relid, columns, right));
}

/* Does row security keep rows from the role?  Not from who could switch it off. */
static bool
is_kept_from(Oid roleid, Oid relid)
{
	return check_enable_rls(relid, roleid, true) == RLS_ENABLED &&
		!has_privs_of_role(roleid, gk_relation_owner(relid));
}

/* May the role itself use the relation as this entry of a query does? */
static bool
may_use(Oid roleid, const GkPermInfo *perm, AclMode rights)
{
	if (is_kept_from(roleid, perm->relid))
		return false;
	return (!(rights & ACL_SELECT) ||
			has_right(roleid, perm->relid, perm->selectedCols, ACL_SELECT)) &&
		(!(rights & ACL_INSERT) ||
		 has_right(roleid, perm->relid, perm->insertedCols, ACL_INSERT)) &&
		(!(rights & ACL_UPDATE) ||
		 has_right(roleid, perm->relid, perm->updatedCols, ACL_UPDATE)) &&
		(!(rights & ACL_DELETE) ||
		 has_right(roleid, perm->relid, NULL, ACL_DELETE));
}

/* How the query that is checked uses this relation with a superuser's rights, or NULL. */
static const GkPermInfo *
used_with_power(List *perms, Oid relid, AclMode rights)
{
	ListCell   *cell;

	foreach(cell, perms)
	{
		GkPermInfo *perm = lfirst_node(GkPermInfo, cell);

		if (GK_PERMINFO_IS_RELATION(perm) && perm->relid == relid &&
			(perm->requiredPerms & rights) &&
			gk_has_power(OidIsValid(perm->checkAsUser) ? perm->checkAsUser : GetUserId()))
			return perm;
	}
	return NULL;
}

/* The relation that a view's query names is used with the rights of the view's user. */
static bool
is_lent(const GkPermInfo *named, const GkLending *lending)
{
	const GkPermInfo *used;

	if (!lending->is_written)
		return !may_use(lending->owner, named, ACL_SELECT) &&
			used_with_power(lending->perms, named->relid, ACL_SELECT);
	used = used_with_power(lending->perms, named->relid, GK_WRITES);
	return used && !may_use(lending->owner, used, used->requiredPerms & GK_WRITES);
}

static void look_into(Oid view, GkLending *lending);

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

		/* what CREATE RULE made of it names the view itself */
		if (!GK_PERMINFO_IS_RELATION(perm) || !(perm->requiredPerms & ACL_SELECT) ||
			perm->relid == lending->view)
			continue;
		if (lending->by_user && is_lent(perm, lending))
			lending->table = perm->relid;
		else if (perm->relid >= FirstNormalObjectId && get_rel_relkind(perm->relid) == RELKIND_VIEW)
			look_into(perm->relid, lending);
		if (OidIsValid(lending->table))
			return true;
	}
	return query_tree_walker((Query *) node, lends, context, 0);
}

/*
 * What is used below this view, which is the view of lending->owner or stands in
 * it?  What a view of the ordinary kind names is used with its owner's rights, and
 * core asks for those.
 */
static void
look_into(Oid view, GkLending *lending)
{
	Relation	rel = relation_open(view, AccessShareLock);
	bool		by_user = lending->by_user;
	Oid			outer = lending->view;

	check_stack_depth();
	lending->view = view;
	lending->by_user = RelationHasSecurityInvoker(rel);
	for (int i = 0; rel->rd_rules && i < rel->rd_rules->numLocks && !OidIsValid(lending->table); i++)
		if (rel->rd_rules->rules[i]->event == CMD_SELECT)
			(void) lends((Node *) rel->rd_rules->rules[i]->actions, lending);
	lending->by_user = by_user;
	lending->view = outer;
	relation_close(rel, NoLock);
}

/* Does the query write to the relation, with whosever rights? */
static bool
is_written(List *perms, Oid relid)
{
	ListCell   *cell;

	foreach(cell, perms)
	{
		GkPermInfo *perm = lfirst_node(GkPermInfo, cell);

		if (GK_PERMINFO_IS_RELATION(perm) && perm->relid == relid && (perm->requiredPerms & GK_WRITES))
			return true;
	}
	return false;
}

static Oid
lent_to(Oid role, Oid view, GkLending *lending)
{
	lending->owner = role;
	if (OidIsValid(role) && !gk_code_owner_is_own(role))
		look_into(view, lending);
	return lending->table;
}

/*
 * The first relation that a view of the query lends another role, by reading or by
 * writing, or InvalidOid: the view's owner, or the one whose rule or view uses it.
 */
Oid
gk_lent_table(List *range_table, List *perms, bool by_writing)
{
	GkLending	lending = {.perms = perms,.is_written = by_writing};
	ListCell   *cell;

	foreach(cell, range_table)
	{
		RangeTblEntry *rte = lfirst_node(RangeTblEntry, cell);

		if (rte->relid < FirstNormalObjectId || rte->relkind != RELKIND_VIEW ||
			(by_writing && !is_written(perms, rte->relid)))
			continue;
		if (OidIsValid(lent_to(gk_relation_owner(rte->relid), rte->relid, &lending)) ||
			OidIsValid(lent_to(GK_RTE_CHECK_AS_USER(rte, perms), rte->relid, &lending)))
			break;
	}
	return lending.table;
}
