/*-------------------------------------------------------------------------
 *
 * catalog_row.c
 *	  The row that a statement has just written.
 *
 * The object access hook comes when an object's row is written but not yet
 * visible: the command counter moves later.  Snapshots and system caches show
 * what was there before, if anything; this shows what raising now would undo.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "gatekeeper.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/objectaddress.h"
#include "catalog/pg_foreign_table.h"
#include "utils/fmgroids.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

/*
 * A copy of an object's newest row, in CurrentMemoryContext, or NULL when there
 * is none.  Fit for SysCacheGetAttr(), as if it came from the catalog's cache.
 * The catalog must be one that core knows as a class of objects, or
 * pg_foreign_table.
 */
HeapTuple
gk_newest_row(Oid classid, Oid objid)
{
	bool		by_table = classid == ForeignTableRelationId;
	Oid			index = by_table ? ForeignTableRelidIndexId :
		get_object_oid_index(classid);
	AttrNumber	column = by_table ? Anum_pg_foreign_table_ftrelid :
		get_object_attnum_oid(classid);
	Relation	rel = table_open(classid, AccessShareLock);
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	row;

	ScanKeyInit(&key, column, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(objid));
	scan = systable_beginscan(rel, index, true, SnapshotSelf, 1, &key);
	row = systable_getnext(scan);
	if (HeapTupleIsValid(row))
		row = heap_copytuple(row);
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	return row;
}
