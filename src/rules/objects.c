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
#include "catalog/dependency.h"
#include "catalog/objectaddress.h"
#include "catalog/pg_class.h"
#include "commands/extension.h"
#include "nodes/nodeFuncs.h"
#include "rewrite/prs2lock.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#define GK_MAX_VIEW_DEPTH 32

/*
 * A copy of an object's row as it was before the command that is changing it,
 * or NULL when there was none: what gk_newest_row() shows is not visible yet.
 */
HeapTuple
gk_previous_row(Oid classid, Oid objid)
{
	Relation	catalog = table_open(classid, AccessShareLock);
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	row;

	ScanKeyInit(&key, get_object_attnum_oid(classid), BTEqualStrategyNumber,
				F_OIDEQ, ObjectIdGetDatum(objid));
	scan = systable_beginscan(catalog, get_object_oid_index(classid), true, NULL, 1, &key);
	row = systable_getnext(scan);
	if (HeapTupleIsValid(row))
		row = heap_copytuple(row);
	systable_endscan(scan);
	table_close(catalog, AccessShareLock);
	return row;
}

/* One column of a catalog's row; points into the row. */
Datum
gk_row_value(Oid classid, HeapTuple row, AttrNumber column, bool *isnull)
{
	Relation	catalog = table_open(classid, AccessShareLock);
	Datum		value = heap_getattr(row, column, RelationGetDescr(catalog), isnull);

	table_close(catalog, AccessShareLock);
	return value;
}

/* The expression, or list of queries, that a column keeps; or NULL. */
Node *
gk_row_node(Oid classid, HeapTuple row, AttrNumber column)
{
	bool		isnull;
	Datum		value = gk_row_value(classid, row, column, &isnull);

	return isnull ? NULL : (Node *) stringToNode(TextDatumGetCString(value));
}

/* The catalog must be one whose objects have owners. */
Oid
gk_row_owner(Oid classid, HeapTuple row)
{
	bool		isnull;

	return DatumGetObjectId(gk_row_value(classid, row,
										 get_object_attnum_owner(classid), &isnull));
}

/* "schema.name", "name", or the oid of what has no name. */
char *
gk_row_name(Oid classid, HeapTuple row)
{
	AttrNumber	column = get_object_attnum_name(classid);
	AttrNumber	schema_column = get_object_attnum_namespace(classid);
	char	   *schema = NULL;
	bool		isnull;

	if (column == InvalidAttrNumber)
		return psprintf("%u", DatumGetObjectId(gk_row_value(classid, row,
															get_object_attnum_oid(classid),
															&isnull)));
	if (schema_column != InvalidAttrNumber)
		schema = get_namespace_name(DatumGetObjectId(gk_row_value(classid, row,
																  schema_column, &isnull)));
	return quote_qualified_identifier(schema,
									  NameStr(*DatumGetName(gk_row_value(classid, row,
																		 column, &isnull))));
}

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
