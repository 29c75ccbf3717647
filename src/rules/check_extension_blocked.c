/*-------------------------------------------------------------------------
 *
 * check_extension_blocked.c
 *	  Which extensions can nobody create, or bring to which version?
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
#include "rules/objects.h"
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

/* What is not in gatekeeper.allowed_extensions, or not in this version. */
static bool
found_unlisted(char *name, bool is_update, GkFinding *finding)
{
	const char *version;

	if (*gk_allowed_extensions == '\0')
		return false;
	version = gk_extension_version_to_be(name);
	if (gk_extension_is_allowed(gk_allowed_extensions, name, version))
		return false;
	finding->action = is_update ? "updating an extension to a version that is not listed" :
		"creating an extension that is not listed";
	finding->object_type = "extension";
	finding->object = psprintf("%s %s", name, version);
	finding->hint = "The extension is not listed in gatekeeper.allowed_extensions, or in other versions. An administrator can add it in the configuration file and reload.";
	return true;
}

bool
gk_check_extension_blocked(const GkRequest *request, GkFinding *finding)
{
	bool		is_update = request->event == OAT_POST_ALTER && gk_statement_of(T_AlterExtensionStmt);
	char	   *name;

	if (request->event != OAT_POST_CREATE && !is_update)
		return false;
	name = new_extension_name(request->objid);
	if (name == NULL)
		return false;
	if (is_update || !gk_name_in_list(name, gk_blocked_extensions))
		return found_unlisted(name, is_update, finding);
	finding->action = "creating a blocked extension";
	finding->object_type = "extension";
	finding->object = name;
	finding->hint = "The extension is listed in gatekeeper.blocked_extensions. An administrator can take it off the list in the configuration file and reload.";
	return true;
}
