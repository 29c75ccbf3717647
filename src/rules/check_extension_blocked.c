/*-------------------------------------------------------------------------
 *
 * check_extension_blocked.c
 *	  Which extensions can nobody create?
 *
 * Looks at the new row of pg_extension, before the script runs, so that CASCADE
 * and modules that create extensions themselves are seen as well.
 *
 * Does not see: the objects of such an extension made by hand from its library
 * (rule native_code), or one that was there before it was listed.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "base/gatekeeper.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/indexing.h"
#include "catalog/pg_extension.h"
#include "utils/fmgroids.h"
#include "utils/snapmgr.h"

/*
 * The name of the extension whose row was just inserted: not yet visible to
 * ordinary snapshots, and there is no syscache for extensions.
 */
static char *
new_extension_name(Oid extension)
{
	Relation	rel = table_open(ExtensionRelationId, AccessShareLock);
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	tuple;
	char	   *name = NULL;

	ScanKeyInit(&key, Anum_pg_extension_oid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(extension));
	scan = systable_beginscan(rel, ExtensionOidIndexId, true, SnapshotSelf, 1, &key);
	tuple = systable_getnext(scan);
	if (HeapTupleIsValid(tuple))
		name = pstrdup(NameStr(((Form_pg_extension) GETSTRUCT(tuple))->extname));
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	return name;
}

bool
gk_check_extension_blocked(const GkRequest *request, GkFinding *finding)
{
	char	   *name;

	if (request->event != OAT_POST_CREATE)
		return false;
	name = new_extension_name(request->objid);
	if (name == NULL || !gk_name_in_list(name, gk_blocked_extensions))
		return false;
	finding->action = "creating a blocked extension";
	finding->object_type = "extension";
	finding->object = name;
	finding->hint = "The extension is listed in gatekeeper.blocked_extensions. An administrator can take it off the list in the configuration file and reload.";
	return true;
}
