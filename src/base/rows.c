/*-------------------------------------------------------------------------
 *
 * rows.c
 *	  Rows of catalogs: what stands in them, and how old they are.
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
#include "base/rows.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/objectaddress.h"
#include "catalog/pg_rewrite.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

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

/*
 * Made in this transaction, so that nobody else has ever had it?  Every version
 * of its row is looked at, since what was changed in this transaction keeps the
 * version that was there before: the transaction is not over.
 */
bool
gk_row_is_fresh(Oid classid, Oid objid)
{
	Relation	catalog = table_open(classid, AccessShareLock);
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	row;
	bool		result = true;

	ScanKeyInit(&key, get_object_attnum_oid(classid), BTEqualStrategyNumber,
				F_OIDEQ, ObjectIdGetDatum(objid));
	scan = systable_beginscan(catalog, get_object_oid_index(classid), true,
							  SnapshotAny, 1, &key);
	while (result && HeapTupleIsValid(row = systable_getnext(scan)))
		result = TransactionIdIsCurrentTransactionId(HeapTupleHeaderGetXmin(row->t_data));
	systable_endscan(scan);
	table_close(catalog, AccessShareLock);
	return result;
}

/* The same for relations, of which core keeps it. */
bool
gk_relation_is_fresh(Oid relid)
{
	Relation	rel = RelationIdGetRelation(relid);
	bool		result;

	if (rel == NULL)
		return false;
	result = rel->rd_createSubid != InvalidSubTransactionId;
	RelationClose(rel);
	return result;
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

/* The relation that the rule is on (a view has one), or InvalidOid. */
Oid
gk_relation_of_rule(Oid rule)
{
	HeapTuple	row = gk_newest_row(RewriteRelationId, rule);
	Oid			relid = InvalidOid;

	if (HeapTupleIsValid(row))
	{
		relid = ((Form_pg_rewrite) GETSTRUCT(row))->ev_class;
		heap_freetuple(row);
	}
	return relid;
}
