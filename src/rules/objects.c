/*-------------------------------------------------------------------------
 *
 * objects.c
 *	  Questions about objects of the database.
 *
 * Rows are those of gk_newest_row(), whatever catalog they come from; core
 * knows where each catalog keeps names and owners.
 *
 * All of these read catalogs and therefore need a transaction.  What they
 * return is allocated in CurrentMemoryContext.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "rules/objects.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/relation.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/dependency.h"
#include "catalog/objectaddress.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_proc.h"
#include "commands/extension.h"
#include "nodes/nodeFuncs.h"
#include "rewrite/prs2lock.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

#define GK_MAX_VIEW_DEPTH 32

/* Is the object a member of the extension whose script is running? */
bool
gk_script_owns_object(Oid classid, Oid objid)
{
	return creating_extension &&
		getExtensionOfObject(classid, objid) == CurrentExtensionObject;
}

static bool
is_view(Oid relid)
{
	char		kind = get_rel_relkind(relid);

	return kind == RELKIND_VIEW || kind == RELKIND_MATVIEW;
}

/*
 * Does a query show a secret through a view that it reads?  The context counts
 * how deep views stand in views; nobody nests them so deep in earnest, and
 * CREATE OR REPLACE VIEW can make a circle.
 */
bool
gk_query_shows_secret(Node *node, void *context)
{
	ListCell   *cell;

	if (node == NULL)
		return false;
	if (!IsA(node, Query))
		return expression_tree_walker(node, gk_query_shows_secret, context);
	foreach(cell, GK_QUERY_PERMS((Query *) node))
	{
		GkPermInfo *perm = lfirst_node(GkPermInfo, cell);

		if (GK_PERMINFO_IS_RELATION(perm) && perm->requiredPerms != 0 &&
			is_view(perm->relid) &&
			gk_view_shows_secret(perm->relid, perm->selectedCols, *(int *) context))
			return true;
	}
	return query_tree_walker((Query *) node, gk_query_shows_secret, context, 0);
}

/*
 * Do these columns (numbered as in a GkPermInfo) of a view show a secret, which
 * the view reads itself or through others?
 */
bool
gk_view_shows_secret(Oid relid, const Bitmapset *columns, int depth)
{
	Relation	rel;
	int			hidden = 0;
	bool		shows;

	if (++depth > GK_MAX_VIEW_DEPTH || gk_relation_shows_secret(relid, columns, &hidden))
		return true;
	rel = relation_open(relid, AccessShareLock);
	shows = false;
	for (int i = 0; rel->rd_rules && i < rel->rd_rules->numLocks && !shows; i++)
		if (rel->rd_rules->rules[i]->event == CMD_SELECT)
			shows = gk_query_shows_secret((Node *) rel->rd_rules->rules[i]->actions, &depth);
	relation_close(rel, NoLock);
	return shows;
}

static bool
is_listed(Oid funcid, void *context)
{
	const GkSymbol *symbol;

	return gk_symbol_lookup(funcid, &symbol) != NULL;
}

/*
 * Does the expression or query call, itself, a function that some rule lists?
 * What the functions it calls do inside is not looked at.  A walker: context
 * is NULL.
 */
bool
gk_calls_listed(Node *node, void *context)
{
	if (node == NULL)
		return false;
	if (IsA(node, Query))
		return query_tree_walker((Query *) node, gk_calls_listed, context, 0);
	return check_functions_in_node(node, is_listed, context) ||
		expression_tree_walker(node, gk_calls_listed, context);
}

/* The name of the first relation or function of the schema that it is true of, or NULL. */
const char *
gk_first_in_schema(Oid classid, const char *schema, GkRowQuestion question)
{
	Relation	catalog = table_open(classid, AccessShareLock);
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	row;
	const char *name = NULL;

	ScanKeyInit(&key,
				classid == ProcedureRelationId ? Anum_pg_proc_pronamespace : Anum_pg_class_relnamespace,
				BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(get_namespace_oid(schema, true)));
	scan = systable_beginscan(catalog, InvalidOid, false, NULL, 1, &key);
	while (name == NULL && HeapTupleIsValid(row = systable_getnext(scan)))
		if (question(row))
			name = gk_row_name(classid, row);
	systable_endscan(scan);
	table_close(catalog, AccessShareLock);
	return name;
}
