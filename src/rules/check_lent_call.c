/*-------------------------------------------------------------------------
 *
 * check_lent_call.c
 *	  Does code of others use a large object or a replication slot with the
 *	  rights of whoever runs it?
 *
 * A part of superuser_object.  Of a large object that belongs to a superuser each
 * function that writes or drops is asked about; slots belong to nobody, and which
 * changes are in one is for superusers and replication roles to take.
 *
 * Functions that only read are listed too: not to be refused here, where reading a
 * table would not be, but since what is listed becomes its author with
 * gatekeeper.untrusted_code = run_as_owner, and core asks then.
 *
 * Does not see: what is written through a descriptor that the session had opened
 * before.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "base/rows.h"
#include "origin/owners.h"

#include "catalog/objectaddress.h"
#include "catalog/pg_largeobject_metadata.h"
#include "libpq/libpq-fs.h"

#define WRITES 0x01				/* to the large object of the first argument */
#define OPENS 0x02				/* it, in the mode of the second */
#define TAKES 0x04				/* from a slot, or moves or drops it */

const GkSymbol gk_lent_call_symbols[] = {
	{"be_lo_open", OPENS},
	{"be_lo_put", WRITES},
	{"be_lo_unlink", WRITES},
	{"be_lo_get", 0},
	{"be_lo_get_fragment", 0},
	{"pg_logical_slot_get_changes", TAKES},
	{"pg_logical_slot_get_binary_changes", TAKES},
	{"pg_logical_slot_peek_changes", 0},
	{"pg_logical_slot_peek_binary_changes", 0},
	{"pg_replication_slot_advance", TAKES},
	{"pg_drop_replication_slot", TAKES},
	{NULL, 0}
};

static bool
is_superusers(Oid large_object)
{
	HeapTuple	row = gk_newest_row(LargeObjectMetadataRelationId, large_object);

	return HeapTupleIsValid(row) &&
		gk_code_owner_is_trusted(gk_row_owner(LargeObjectMetadataRelationId, row)) &&
		!gk_row_is_fresh(LargeObjectMetadataRelationId, large_object);
}

static bool
found_large_object(const GkRequest *request, GkFinding *finding)
{
	FunctionCallInfo fcinfo = request->fcinfo;

	if (fcinfo == NULL || PG_ARGISNULL(0) ||
		((request->symflags & OPENS) && !(PG_GETARG_INT32(1) & INV_WRITE)) ||
		!is_superusers(PG_GETARG_OID(0)))
		return false;
	finding->action = "changing a superuser's object";
	finding->object_type = "large object";
	finding->object = psprintf("%u", PG_GETARG_OID(0));
	return true;
}

bool
gk_check_lent_call(const GkRequest *request, GkFinding *finding)
{
	if (request->symflags == 0 ||
		(!(request->circumstances & GK_UNTRUSTED) && !gk_others_act()))
		return false;
	finding->ignores = GK_ONLY_UNTRUSTED;
	if (!(request->symflags & TAKES))
		return found_large_object(request, finding);
	finding->action = "using a replication slot";
	finding->object_type = "function";
	finding->object = request->symbol;
	return true;
}
