/*-------------------------------------------------------------------------
 *
 * vouched.c
 *	  What of the host has an administrator vouched for that a role may reach?
 *
 * A label lifts rules from a function or a role; containment is the process's, and no
 * label can lift it for a while.  So labels count when the session begins: where an
 * administrator has said that a role's sessions come to run programs or to write files
 * on the host, by a label on the role or on a function that it may execute, they are
 * not kept from it.  The right to ALTER SYSTEM or to promote counts, too.
 *
 * Only with gatekeeper.sandbox at "users": the wider scopes do not ask what a role may.
 *
 * Does not see: labelled functions that other functions call for the role, while it has
 * no right to execute them itself; labels in a database with very many.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "sandbox/sandbox.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/objectaddress.h"
#include "catalog/pg_authid.h"
#include "catalog/pg_parameter_acl.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_seclabel.h"
#include "commands/seclabel.h"
#include "miscadmin.h"
#include "origin/labels.h"
#include "storage/bufmgr.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/rel.h"
#include "utils/syscache.h"

/* More pages of labels than this are not read for a login; other modules' labels. */
#define GK_MAX_LABEL_PAGES 64

#define GK_BIT(rule) (UINT64CONST(1) << (rule))

static int
walls_against(uint64 allows)
{
	if (allows & (GK_BIT(GK_COPY_PROGRAM) | GK_BIT(GK_FOREIGN_PROGRAM) | GK_BIT(GK_CONTAINED) |
				  GK_BIT(GK_UNTRUSTED_LANGUAGE) | GK_BIT(GK_NATIVE_CODE)))
		return GK_WALL_PROGRAMS | GK_WALL_FILES;	/* a program opens files */
	if (allows & (GK_BIT(GK_COPY_FILE) | GK_BIT(GK_SERVER_FILES) | GK_BIT(GK_SERVER_CONTROL)))
		return GK_WALL_FILES;
	return 0;
}

/*
 * Has the role a label of this provider?  It can be asked before the session has its
 * database: core has provided for that.
 */
bool
gk_is_vouched_role(Oid roleid)
{
	ObjectAddress object;
	char	   *label;

	ObjectAddressSet(object, AuthIdRelationId, roleid);
	label = GetSecurityLabel(&object, GK_LABEL_PROVIDER);
	if (label)
		pfree(label);
	return label != NULL;
}

/* What the labels of the functions that the role may execute stand against. */
static int
walls_against_functions(Oid roleid)
{
	Relation	rel = table_open(SecLabelRelationId, AccessShareLock);
	BlockNumber pages = RelationGetNumberOfBlocks(rel);
	int			walls = 0;
	SysScanDesc scan;
	HeapTuple	tuple;

	if (pages > 0 && pages <= GK_MAX_LABEL_PAGES)
	{
		scan = systable_beginscan(rel, InvalidOid, false, NULL, 0, NULL);
		while ((tuple = systable_getnext(scan)) != NULL)
		{
			FormData_pg_seclabel *row = (FormData_pg_seclabel *) GETSTRUCT(tuple);
			int			lifted;

			if (row->classoid != ProcedureRelationId || row->objsubid != 0)
				continue;
			lifted = walls_against(gk_label_function_allows(row->objoid));
			if ((lifted & ~walls) &&
				SearchSysCacheExists1(PROCOID, ObjectIdGetDatum(row->objoid)) &&
				GK_MAY_EXECUTE(row->objoid, roleid))
				walls |= lifted;
		}
		systable_endscan(scan);
	}
	table_close(rel, AccessShareLock);
	return walls;
}

/* May the role write to postgresql.auto.conf, or make the file that promotes? */
static bool
may_write_root(Oid roleid)
{
	Relation	rel = table_open(ParameterAclRelationId, AccessShareLock);
	bool		may = false;
	SysScanDesc scan;
	HeapTuple	tuple;

	if (RelationGetNumberOfBlocks(rel) > 0)
	{
		scan = systable_beginscan(rel, InvalidOid, false, NULL, 0, NULL);
		while (!may && (tuple = systable_getnext(scan)) != NULL)
		{
			bool		is_null;
			Datum		name = heap_getattr(tuple, Anum_pg_parameter_acl_parname,
											RelationGetDescr(rel), &is_null);
			char	   *setting = TextDatumGetCString(name);

			may = pg_parameter_aclcheck(setting, roleid, ACL_ALTER_SYSTEM) == ACLCHECK_OK;
			pfree(setting);
		}
		systable_endscan(scan);
	}
	table_close(rel, AccessShareLock);
	return may || GK_MAY_EXECUTE(F_PG_PROMOTE, roleid);
}

/* In a transaction in the session's database, which contains no user's code yet. */
int
gk_vouched_walls(Oid roleid)
{
	int			walls;

	if (!OidIsValid(MyDatabaseId))
		return 0;
	walls = walls_against_functions(roleid);
	if (!(walls & GK_WALL_FILES) && may_write_root(roleid))
		walls |= GK_WALL_FILES;
	return walls;
}
