/*-------------------------------------------------------------------------
 *
 * label_holders.c
 *	  Which roles were given a function from which a label lifts rules?
 *
 * EXECUTE on such a function is the label's power: whoever is made a member of a
 * role that has it gets that, and whoever leads such a role astray uses it.  What
 * everybody may execute is nobody's in particular.
 *
 * Does not see: the functions of other databases.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "origin/labels.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_seclabel.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/rel.h"
#include "utils/syscache.h"

/* Was EXECUTE on it granted to this very role, and has not everybody it? */
static bool
was_granted(Oid funcid, Oid roleid)
{
	HeapTuple	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(funcid));
	bool		to_role = false;
	bool		to_all = false;
	bool		isnull;
	Datum		value;

	if (!HeapTupleIsValid(tuple))
		return false;
	value = SysCacheGetAttr(PROCOID, tuple, Anum_pg_proc_proacl, &isnull);
	if (!isnull)
	{
		Acl		   *acl = DatumGetAclP(value);

		for (int i = 0; i < ACL_NUM(acl); i++)
			if (ACL_DAT(acl)[i].ai_privs & ACL_EXECUTE)
			{
				to_role |= ACL_DAT(acl)[i].ai_grantee == roleid;
				to_all |= ACL_DAT(acl)[i].ai_grantee == ACL_ID_PUBLIC;
			}
	}
	ReleaseSysCache(tuple);
	return to_role && !to_all;
}

/* May the role execute it, and not everybody? */
static bool
may_execute(Oid funcid, Oid roleid)
{
	return GK_MAY_EXECUTE(funcid, roleid) && !GK_MAY_EXECUTE(funcid, ACL_ID_PUBLIC);
}

/*
 * Is there a function from which a label lifts a rule, and of which "has" says yes, but
 * which the other role, if that is one, may not execute?
 */
static bool
any_labelled(bool (*has) (Oid funcid, Oid roleid), Oid roleid, Oid other)
{
	Relation	catalog;
	ScanKeyData key[2];
	SysScanDesc scan;
	HeapTuple	row;
	bool		found = false;

	if (gk_no_function_has_label())
		return false;
	catalog = table_open(SecLabelRelationId, AccessShareLock);
	ScanKeyInit(&key[0], Anum_pg_seclabel_classoid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(ProcedureRelationId));
	ScanKeyInit(&key[1], Anum_pg_seclabel_provider, BTEqualStrategyNumber, F_TEXTEQ,
				CStringGetTextDatum(GK_LABEL_PROVIDER));
	scan = systable_beginscan(catalog, InvalidOid, false, NULL, lengthof(key), key);
	while (!found && HeapTupleIsValid(row = systable_getnext(scan)))
	{
		Oid			funcid = ((FormData_pg_seclabel *) GETSTRUCT(row))->objoid;

		found = gk_label_function_allows(funcid) != 0 && has(funcid, roleid) &&
			!(OidIsValid(other) && GK_MAY_EXECUTE(funcid, other));
	}
	systable_endscan(scan);
	table_close(catalog, AccessShareLock);
	return found;
}

/*
 * Was the role granted a function from which a label lifts a rule, and which the
 * other role, if that is one, may not execute?  Needs a transaction.
 */
bool
gk_label_is_for(Oid roleid, Oid other)
{
	return any_labelled(was_granted, roleid, other);
}

/* May the role use what a label lifts from a function that not everybody may call? */
bool
gk_label_can_be_used(Oid roleid)
{
	return any_labelled(may_execute, roleid, InvalidOid);
}
