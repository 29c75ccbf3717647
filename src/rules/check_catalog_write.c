/*-------------------------------------------------------------------------
 *
 * check_catalog_write.c
 *	  Does somebody write to a system catalog, or change what the system is
 *	  made of?
 *
 * Rows: INSERT, UPDATE, DELETE, MERGE and COPY FROM are found in the list that
 * the executor checks, where the catalog itself stands even if a view, a rule
 * or a CTE was between.  Extensions' update scripts do write to catalogs, for
 * lack of a command.  What those of contrib and of the packaged extensions
 * touch is listed here; of an extension's own script it is accepted, and
 * nothing else is: no owner, no acl, no language, no security definer, no
 * source, no handler.
 *
 * Structure: objects made by initdb have oids that nothing made later can get,
 * and no command has business changing these tables, views, functions, types,
 * schemas and languages in a suspect circumstance.  Views and functions of pg_catalog
 * matter most: a superuser can replace them without allow_system_table_mods,
 * and everybody would run the new ones.  Tables need that setting; then a
 * trigger, rule, policy, constraint, index or statistics object on one is found
 * by its table.
 *
 * Does not see: changes to the system's operators, operator families and text
 * search objects; COMMENT and SECURITY LABEL; ENABLE ROW LEVEL SECURITY, DISABLE
 * TRIGGER and REPLICA IDENTITY on a catalog, for which not every major has a hook
 * and which are of no use without the rest; new objects put into pg_catalog, to
 * be found before others of their name; C code that writes without the executor,
 * beyond pg_surgery.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "base/gatekeeper.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/sysattr.h"
#include "access/table.h"
#include "access/transam.h"
#include "catalog/catalog.h"
#include "catalog/pg_aggregate.h"
#include "catalog/pg_cast.h"
#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_depend.h"
#include "catalog/pg_extension.h"
#include "catalog/pg_index.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_language.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_opclass.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_policy.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_rewrite.h"
#include "catalog/pg_statistic_ext.h"
#include "catalog/pg_trigger.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

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

/* Objects that belong to a table: where to look up which. */
typedef struct GkSatellite
{
	Oid			catalog;
	Oid			index;			/* on the object's oid */
	AttrNumber	oid_column;
	AttrNumber	table_column;
} GkSatellite;

static const GkSatellite satellites[] = {
	{TriggerRelationId, TriggerOidIndexId, Anum_pg_trigger_oid, Anum_pg_trigger_tgrelid},
	{RewriteRelationId, RewriteOidIndexId, Anum_pg_rewrite_oid, Anum_pg_rewrite_ev_class},
	{PolicyRelationId, PolicyOidIndexId, Anum_pg_policy_oid, Anum_pg_policy_polrelid},
	{StatisticExtRelationId, StatisticExtOidIndexId, Anum_pg_statistic_ext_oid, Anum_pg_statistic_ext_stxrelid},
	{ConstraintRelationId, ConstraintOidIndexId, Anum_pg_constraint_oid, Anum_pg_constraint_conrelid},
	{IndexRelationId, IndexRelidIndexId, Anum_pg_index_indexrelid, Anum_pg_index_indrelid},
};

/* Made by initdb?  Nothing made later gets such an oid. */
static bool
is_system_object(Oid objid)
{
	return OidIsValid(objid) && objid < FirstNormalObjectId;
}

static char *
column_name(Oid relid, AttrNumber attno)
{
	char	   *column = attno ? get_attname(relid, attno, true) : NULL;

	return column ? psprintf("%s.%s", get_rel_name(relid), column) :
		get_rel_name(relid);
}

/*
 * Rows
 */

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
		finding->binds_always = !superuser();	/* a superuser's view or rule lets him */
		if (!may)
			break;
	}
	return any;
}

/*
 * Structure
 */

/* The table of an object just made, which only SnapshotSelf can see; or zero. */
static Oid
table_of(Oid catalog, Oid objid)
{
	Oid			table = InvalidOid;

	for (int i = 0; i < (int) lengthof(satellites); i++)
	{
		const GkSatellite *at = &satellites[i];
		ScanKeyData key;
		Relation	rel;
		SysScanDesc scan;
		HeapTuple	tuple;

		if (at->catalog != catalog)
			continue;
		ScanKeyInit(&key, at->oid_column, BTEqualStrategyNumber, F_OIDEQ,
					ObjectIdGetDatum(objid));
		rel = table_open(at->catalog, AccessShareLock);
		scan = systable_beginscan(rel, at->index, true, SnapshotSelf, 1, &key);
		if (HeapTupleIsValid(tuple = systable_getnext(scan)))
		{
			bool		isnull;

			table = DatumGetObjectId(heap_getattr(tuple, at->table_column,
												  RelationGetDescr(rel), &isnull));
		}
		systable_endscan(scan);
		table_close(rel, AccessShareLock);
		break;
	}
	return table;
}

static bool
found_structure(Oid relid, AttrNumber attno, GkFinding *finding)
{
	finding->action = "changing the structure of a system relation";
	finding->object_type = "relation";
	finding->object = column_name(relid, attno);
	return true;
}

static bool
found_object(const char *type, const char *name, GkFinding *finding)
{
	finding->action = "changing a system object";
	finding->object_type = type;
	finding->object = name;
	return true;
}

/*
 * Is this ALTER FUNCTION of nothing but planner hints?  Update scripts have no
 * business with system functions, but names of theirs have become core's
 * since: pgcrypto's gen_random_uuid().
 */
static bool
alters_hints_only(void)
{
	AlterFunctionStmt *stmt = (AlterFunctionStmt *) gk_statement_of(T_AlterFunctionStmt);
	ListCell   *cell;

	if (stmt == NULL)
		return false;
	foreach(cell, stmt->actions)
	{
		const char *option = lfirst_node(DefElem, cell)->defname;

		if (strcmp(option, "parallel") != 0 && strcmp(option, "volatility") != 0 &&
			strcmp(option, "cost") != 0 && strcmp(option, "rows") != 0)
			return false;
	}
	return true;
}

/* Only who acts as superuser can have come that far; others need not be looked at. */
static bool
check_object(const GkRequest *request, GkFinding *finding)
{
	Oid			objid = request->objid;
	Oid			table = InvalidOid;

	if (!gk_acts_as_superuser(GetUserId()))
		return false;
	switch (request->classid)
	{
		case RelationRelationId:
			if (is_system_object(objid))
				return found_structure(objid, request->subid, finding);
			if (request->event == OAT_POST_CREATE && allowSystemTableMods)
				table = table_of(IndexRelationId, objid);
			break;
		case InheritsRelationId:
			table = is_system_object(objid) ? objid : request->auxid;
			break;
		case PolicyRelationId:
		case ConstraintRelationId:
		case StatisticExtRelationId:
			if (request->event != OAT_DROP && allowSystemTableMods)
				table = table_of(request->classid, objid);
			break;
		case TriggerRelationId:
		case RewriteRelationId:
			if (request->event != OAT_DROP)
				table = table_of(request->classid, objid);
			break;
		case ProcedureRelationId:
			finding->scripts_may = request->event == OAT_POST_ALTER && alters_hints_only();
			return is_system_object(objid) &&
				found_object("function", get_func_name(objid), finding);
		case NamespaceRelationId:
			/* initdb made the public schema too, but that is people's own */
			return is_system_object(objid) && objid != PG_PUBLIC_NAMESPACE &&
				found_object("schema", get_namespace_name(objid), finding);
		case TypeRelationId:
			return is_system_object(objid) &&
				found_object("type", format_type_be(objid), finding);
		case LanguageRelationId:
			return is_system_object(objid) &&
				found_object("language", get_language_name(objid, true), finding);
		default:
			return false;
	}
	return is_system_object(table) && found_structure(table, 0, finding);
}

/*
 * Doors: relations, objects, functions.  For an ordinary query it is one look
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
		case GK_DOOR_OBJECT:
			return check_object(request, finding);
		case GK_DOOR_FUNCTION:
			finding->action = "changing rows behind the server's back";
			finding->object_type = "function";
			finding->object = request->symbol;
			return true;
		default:
			return false;
	}
}
