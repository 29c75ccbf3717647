/*-------------------------------------------------------------------------
 *
 * check_catalog_write.c
 *	  Does somebody write to a system catalog?
 *
 * Rows: INSERT, UPDATE, DELETE, MERGE and COPY FROM are found in the list that
 * the executor checks, where the catalog itself stands even if a view, a rule
 * or a CTE was between.  Extensions' update scripts do write to catalogs, for
 * lack of a command.  What those of contrib and of the packaged extensions
 * touch is listed here; of an extension's own script it is accepted, and
 * nothing else is: no owner, no acl, no language, no security definer, no
 * source, no handler.
 *
 * What the system is made of otherwise is check_catalog_structure.c's.
 *
 * Does not see: C code that writes without the executor, beyond pg_surgery.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "base/gatekeeper.h"

#include "access/sysattr.h"
#include "catalog/catalog.h"
#include "catalog/pg_aggregate.h"
#include "catalog/pg_cast.h"
#include "catalog/pg_depend.h"
#include "catalog/pg_extension.h"
#include "catalog/pg_opclass.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/lsyscache.h"

#define WRITES (ACL_INSERT | ACL_UPDATE | ACL_DELETE)

/* pg_surgery kills or revives any row of any table, catalogs too. */
const GkSymbol gk_catalog_write_symbols[] = {
	{"heap_force_kill", 0},
	{"heap_force_freeze", 0},
	{NULL, 0}
};

/*
 * What extensions' own scripts may do to catalogs.  Without columns (zero ends
 * them) it is the whole row.
 */
typedef struct GkScriptMay
{
	Oid			catalog;
	AclMode		writes;
	AttrNumber	columns[8];
} GkScriptMay;

static const GkScriptMay script_may[] = {
	{DependRelationId, WRITES, {0}},
	{ProcedureRelationId, ACL_UPDATE, {
			Anum_pg_proc_pronargs,
			Anum_pg_proc_proargtypes,
			Anum_pg_proc_proallargtypes,
			Anum_pg_proc_proargnames,
			Anum_pg_proc_prorettype,
			Anum_pg_proc_proparallel,
			Anum_pg_proc_provolatile,
	}},
	{AggregateRelationId, ACL_UPDATE, {
			Anum_pg_aggregate_aggcombinefn,
			Anum_pg_aggregate_agginitval,
	}},
	{OperatorRelationId, ACL_UPDATE, {
			Anum_pg_operator_oprcanhash,
			Anum_pg_operator_oprcanmerge,
			Anum_pg_operator_oprrest,
			Anum_pg_operator_oprjoin,
	}},
	{TypeRelationId, ACL_UPDATE, {
			Anum_pg_type_typcollation,
			Anum_pg_type_typstorage,
			Anum_pg_type_typreceive,
			Anum_pg_type_typsend,
	}},
	{CastRelationId, ACL_UPDATE, {Anum_pg_cast_castcontext}},
	{OperatorClassRelationId, ACL_UPDATE, {Anum_pg_opclass_opcdefault}},
	{ExtensionRelationId, ACL_UPDATE, {
			Anum_pg_extension_extversion,
			Anum_pg_extension_extconfig,
			Anum_pg_extension_extcondition,
			Anum_pg_extension_extrelocatable,
	}},
};

static char *
column_name(Oid relid, AttrNumber attno)
{
	char	   *column = attno ? get_attname(relid, attno, true) : NULL;

	return column ? psprintf("%s.%s", get_rel_name(relid), column) :
		get_rel_name(relid);
}

static bool
listed_column(const GkScriptMay *may, AttrNumber attno)
{
	if (may->columns[0] == 0)
		return true;
	for (int i = 0; i < (int) lengthof(may->columns) && may->columns[i]; i++)
		if (may->columns[i] == attno)
			return true;
	return false;
}

/*
 * May a script do all of this to this catalog?  If it may not because of a
 * column, *attno is that; else the first that is updated, or zero.
 */
static bool
script_may_write(GkPermInfo *perm, AclMode writes, AttrNumber *attno)
{
	const GkScriptMay *may = NULL;
	int			member = -1;

	*attno = 0;
	for (int i = 0; i < (int) lengthof(script_may); i++)
		if (script_may[i].catalog == perm->relid)
			may = &script_may[i];

	while (writes & ACL_UPDATE &&
		   (member = bms_next_member(perm->updatedCols, member)) >= 0)
	{
		AttrNumber	column = member + FirstLowInvalidHeapAttributeNumber;

		if (may && !listed_column(may, column))
		{
			*attno = column;
			return false;
		}
		if (*attno == 0)
			*attno = column;
	}
	return may && (writes & ~may->writes) == 0;
}

/* One finding a query, but what a script may do must not hide what it may not. */
static bool
check_rows(const GkRequest *request, GkFinding *finding)
{
	bool		any = false;
	ListCell   *cell;

	foreach(cell, request->perms)
	{
		GkPermInfo *perm = lfirst_node(GkPermInfo, cell);
		AclMode		writes = perm->requiredPerms & WRITES;
		AttrNumber	attno;
		bool		may;

		/* SELECT FOR UPDATE asks for the right to update no column */
		if (bms_is_empty(perm->updatedCols))
			writes &= ~ACL_UPDATE;
		if (writes == 0 || !IsCatalogRelationOid(perm->relid) ||
			!GK_PERMINFO_IS_RELATION(perm))
			continue;

		may = script_may_write(perm, writes, &attno);
		if (any && may)
			continue;
		any = true;
		finding->action = "writing to a system catalog";
		finding->object_type = attno ? "column" : "catalog";
		finding->object = column_name(perm->relid, attno);
		finding->scripts_may = may;
		finding->binds_always = !superuser();	/* a superuser's view or rule lets the role */
		if (!may)
			break;
	}
	return any;
}

/*
 * Doors: relations, functions.  For an ordinary query it is one look
 * at each relation.  Strings of the finding are allocated in
 * CurrentMemoryContext.
 */
bool
gk_check_catalog_write(const GkRequest *request, GkFinding *finding)
{
	switch (request->door)
	{
		case GK_DOOR_RELATION:
			return check_rows(request, finding);
		case GK_DOOR_FUNCTION:
			finding->action = "changing rows behind the server's back";
			finding->object_type = "function";
			finding->object = request->symbol;
			return true;
		default:
			return false;
	}
}
