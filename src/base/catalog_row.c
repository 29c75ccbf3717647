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
#include "base/gatekeeper.h"

#include "access/genam.h"
#include "access/heapam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/objectaddress.h"
#include "catalog/pg_foreign_table.h"
#include "storage/bufmgr.h"
#include "utils/fmgroids.h"
#include "utils/rel.h"
#include "utils/syscache.h"
#include "utils/snapmgr.h"

/*
 * The row where one that was just inserted is: on the page that the last one went
 * to, towards its end.  NULL when it is not there, which says nothing.
 */
static HeapTuple
row_last_written(Relation rel, AttrNumber column, Oid objid)
{
	BlockNumber block = RelationGetTargetBlock(rel);
	Buffer		buffer;
	Page		page;
	HeapTuple	found = NULL;

	if (block == InvalidBlockNumber)
		return NULL;
	buffer = ReadBuffer(rel, block);
	LockBuffer(buffer, BUFFER_LOCK_SHARE);
	page = BufferGetPage(buffer);
	for (OffsetNumber n = PageGetMaxOffsetNumber(page); n > 0 && !found; n--)
	{
		ItemId		item = PageGetItemId(page, n);
		HeapTupleData row;
		bool		isnull;

		if (!ItemIdIsNormal(item))
			continue;
		row.t_data = (HeapTupleHeader) PageGetItem(page, item);
		row.t_len = ItemIdGetLength(item);
		row.t_tableOid = RelationGetRelid(rel);
		ItemPointerSet(&row.t_self, block, n);
		if (DatumGetObjectId(heap_getattr(&row, column, RelationGetDescr(rel), &isnull)) == objid &&
			HeapTupleSatisfiesVisibility(&row, SnapshotSelf, buffer))
			found = heap_copytuple(&row);
	}
	UnlockReleaseBuffer(buffer);
	return found;
}

static HeapTuple
row_by_index(Relation rel, Oid index, AttrNumber column, Oid objid)
{
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
	return row;
}

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
	HeapTuple	row = row_last_written(rel, column, objid);

	if (row == NULL)
		row = row_by_index(rel, index, column, objid);
	table_close(rel, AccessShareLock);
	return row;
}

/*
 * The newest row of the object that a request is about, or NULL: the request's
 * own, and read once for all rules that look at it.
 */
HeapTuple
gk_request_row(const GkRequest *request)
{
	if (*request->row == NULL)
		*request->row = gk_newest_row(request->classid, request->objid);
	return *request->row;
}

/* The relation's owner, or InvalidOid when there is no such relation. */
Oid
gk_relation_owner(Oid relid)
{
	HeapTuple	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	Oid			owner = InvalidOid;

	if (HeapTupleIsValid(tuple))
	{
		owner = ((Form_pg_class) GETSTRUCT(tuple))->relowner;
		ReleaseSysCache(tuple);
	}
	return owner;
}
