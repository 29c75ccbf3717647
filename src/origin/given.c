/*-------------------------------------------------------------------------
 *
 * given.c
 *	  Was a role given a built-in function that a rule lists?
 *
 * EXECUTE on pg_ls_dir(), pg_read_file() or pg_stop_backup() is a right that core
 * keeps from everybody.  Whoever was granted it can be led to use it for others, as
 * a superuser can.
 *
 * pg_shdepend knows to whom something on a function was granted.  It is asked for the
 * built-in ones, of which few are granted to anybody.
 *
 * Does not see: functions of extensions.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "base/gatekeeper.h"
#include "base/symbols.h"
#include "origin/labels.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/transam.h"
#include "access/xlog.h"
#include "catalog/dependency.h"
#include "catalog/indexing.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_shdepend.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/fmgroids.h"
#include "utils/fmgrtab.h"
#include "utils/syscache.h"

/*
 * A bit for each of the syscache's hashes of the built-in functions that a rule lists;
 * wide, so that others seldom meet one.  And how many labels there were.
 */
#define GK_LISTED_BITS 65536

static uint8 listed[GK_LISTED_BITS / 8];
static bool listed_are_known;
static uint64 labels_then;

static bool
is_listed(Oid funcid)
{
	const GkSymbol *symbol = NULL;

	return !gk_is_unlisted_builtin(funcid) && gk_symbol_lookup(funcid, &symbol) != NULL;
}

static void
note_listed(void)
{
	for (int i = 0; i < fmgr_nbuiltins; i++)
		if (is_listed(fmgr_builtins[i].foid))
		{
			uint32		hash = GetSysCacheHashValue1(PROCOID,
													 ObjectIdGetDatum(fmgr_builtins[i].foid));

			listed[hash % GK_LISTED_BITS / 8] |= 1 << (hash & 7);
		}
	listed_are_known = true;
}

/*
 * A function's row with this hash has changed, 0 for any: may what a role was given
 * have?  Labels are set with a change of their function's row.
 */
bool
gk_given_may_change(uint32 hash)
{
	if (hash != 0 && !(listed[hash % GK_LISTED_BITS / 8] & (1 << (hash & 7))) &&
		gk_labels_committed() == labels_then)
		return false;
	return listed_are_known;
}

static bool
was_given_builtin(Oid roleid)
{
	Relation	catalog = table_open(SharedDependRelationId, AccessShareLock);
	ScanKeyData key[3];
	SysScanDesc scan;
	HeapTuple	row;
	bool		found = false;

	ScanKeyInit(&key[0], Anum_pg_shdepend_dbid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(MyDatabaseId));
	ScanKeyInit(&key[1], Anum_pg_shdepend_classid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(ProcedureRelationId));
	ScanKeyInit(&key[2], Anum_pg_shdepend_objid, BTLessStrategyNumber, F_OIDLT,
				ObjectIdGetDatum(FirstNormalObjectId));
	scan = systable_beginscan(catalog, SharedDependDependerIndexId, true, NULL, lengthof(key), key);
	while (!found && HeapTupleIsValid(row = systable_getnext(scan)))
	{
		Form_pg_shdepend given = (Form_pg_shdepend) GETSTRUCT(row);

		found = given->deptype == SHARED_DEPENDENCY_ACL && is_listed(given->objid) &&
			has_privs_of_role(roleid, given->refobjid);
	}
	systable_endscan(scan);
	table_close(catalog, AccessShareLock);
	return found;
}

/* Needs a transaction, and a database. */
bool
gk_was_given_functions(Oid roleid)
{
	if (!OidIsValid(MyDatabaseId))
		return false;
	if (!listed_are_known)
		note_listed();
	/* a standby's are not counted, so that any may be a new one */
	labels_then = RecoveryInProgress() ? PG_UINT64_MAX : gk_labels_committed();
	return was_given_builtin(roleid) || gk_label_can_be_used(roleid);
}
