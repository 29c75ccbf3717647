/*-------------------------------------------------------------------------
 *
 * check_catalog_structure.c
 *	  Does somebody change what the system is made of?
 *
 * Objects made by initdb have oids that nothing made later can get, and no
 * command has business changing these tables, views, functions, types, schemas
 * and languages in a suspect circumstance.  Views and functions of pg_catalog
 * matter most: a superuser can replace them without allow_system_table_mods,
 * and everybody would run the new ones.  Tables need that setting; then a
 * trigger, rule, policy, constraint, index or statistics object on one is found
 * by its table.
 *
 * Tables whose rows are commands (job_tables.c) are such, too, with their
 * sequences and schemas, and need no setting: what is done to one, or hung on
 * it, decides who writes commands for whom.  ALTER TABLE of one is found in the
 * statement, since not every major has a hook for each of its forms, and a
 * relation that takes the name of one by the name.  Their own extension's script
 * may do all of that.
 *
 * Does not see: changes to the system's operators, operator families and text
 * search objects; COMMENT and SECURITY LABEL; ENABLE ROW LEVEL SECURITY, DISABLE
 * TRIGGER and REPLICA IDENTITY on a catalog, for which not every major has a hook
 * and which are of no use without the rest; new objects put into pg_catalog, to
 * be found before others of their name; that a table of commands, or something
 * on it, is dropped.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "rules/job_tables.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/transam.h"
#include "catalog/namespace.h"
#include "catalog/pg_attrdef.h"
#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_index.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_language.h"
#include "catalog/pg_namespace.h"
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

static bool
found_structure(const char *action, Oid relid, AttrNumber attno, GkFinding *finding)
{
	finding->action = action;
	finding->object_type = "relation";
	finding->object = column_name(relid, attno);
	return true;
}

static bool
found_system(Oid relid, AttrNumber attno, GkFinding *finding)
{
	return found_structure("changing the structure of a system relation", relid, attno, finding);
}

/* Of the administrator, strict is not told: without it there is no such table. */
static bool
found_job(Oid relid, AttrNumber attno, GkFinding *finding)
{
	finding->scripts_may = gk_script_owns_object(RelationRelationId, relid);
	finding->ignores = GK_STRICT;
	return found_structure("changing the structure of a table of commands", relid, attno, finding);
}

/* Either, or nothing; relid may be invalid. */
static bool
found_relation(Oid relid, GkFinding *finding)
{
	if (is_system_object(relid))
		return found_system(relid, 0, finding);
	return OidIsValid(relid) && gk_job_action(relid) && found_job(relid, 0, finding);
}

/* A relation itself is made or changed, perhaps to one that is looked up by name. */
static bool
check_relation(const GkRequest *request, GkFinding *finding)
{
	bool		created = request->event == OAT_POST_CREATE;
	HeapTuple	row;
	Form_pg_class rel;

	if (is_system_object(request->objid))
		return found_system(request->objid, request->subid, finding);
	if (!created && request->event != OAT_POST_ALTER)
		return false;
	if (!created && gk_job_action(request->objid))
		return found_job(request->objid, request->subid, finding);
	if (request->subid != 0 || !HeapTupleIsValid(row = gk_request_row(request)))
		return false;
	rel = (Form_pg_class) GETSTRUCT(row);
	if (created && (rel->relkind == RELKIND_INDEX || rel->relkind == RELKIND_PARTITIONED_INDEX))
		return found_relation(table_of(IndexRelationId, request->objid), finding);
	if (!gk_is_job_name(rel->relnamespace, NameStr(rel->relname)))
		return false;
	finding->action = "taking the name of a table of commands";
	finding->object_type = "relation";
	finding->object = pstrdup(NameStr(rel->relname));
	finding->scripts_may = true;
	finding->ignores = GK_STRICT;
	return true;
}

static bool
check_schema(Oid schema, GkFinding *finding)
{
	/* initdb made the public schema too, but that is people's own */
	if (is_system_object(schema))
		return schema != PG_PUBLIC_NAMESPACE &&
			found_object("schema", get_namespace_name(schema), finding);
	if (!gk_is_job_schema(schema))
		return false;
	finding->action = "changing the schema of a table of commands";
	finding->object_type = "schema";
	finding->object = get_namespace_name(schema);
	finding->scripts_may = gk_script_owns_object(NamespaceRelationId, schema);
	finding->ignores = GK_STRICT;
	return true;
}

/* What belongs to a relation is made, changed or dropped. */
static bool
check_satellite(const GkRequest *request, GkFinding *finding)
{
	if (request->event == OAT_DROP)
		return false;
	return found_relation(request->classid == AttrDefaultRelationId ? request->objid :
						  table_of(request->classid, request->objid), finding);
}

/* Only who acts as superuser can have come that far; others need not be looked at. */
static bool
check_object(const GkRequest *request, GkFinding *finding)
{
	Oid			objid = request->objid;

	if (!gk_acts_as_superuser(GetUserId()))
		return false;
	switch (request->classid)
	{
		case RelationRelationId:
			return check_relation(request, finding);
		case InheritsRelationId:
			return found_relation(objid, finding) || found_relation(request->auxid, finding);
		case AttrDefaultRelationId:
		case PolicyRelationId:
		case ConstraintRelationId:
		case StatisticExtRelationId:
		case TriggerRelationId:
		case RewriteRelationId:
			return check_satellite(request, finding);
		case ProcedureRelationId:
			finding->scripts_may = request->event == OAT_POST_ALTER && alters_hints_only();
			return is_system_object(objid) &&
				found_object("function", get_func_name(objid), finding);
		case NamespaceRelationId:
			return request->event != OAT_POST_CREATE && request->event != OAT_DROP ?
				check_schema(objid, finding) :
				is_system_object(objid) && objid != PG_PUBLIC_NAMESPACE &&
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
}

/* ALTER TABLE, whatever it does; its name is looked up as core will. */
static bool
check_alter(const AlterTableStmt *stmt, GkFinding *finding)
{
	Oid			relid = RangeVarGetRelid(stmt->relation, NoLock, true);

	return gk_acts_as_superuser(GetUserId()) && OidIsValid(relid) && gk_job_action(relid) &&
		found_job(relid, 0, finding);
}

/*
 * Doors: objects, and AlterTableStmt.  Strings of the finding are allocated in
 * CurrentMemoryContext.
 */
bool
gk_check_catalog_structure(const GkRequest *request, GkFinding *finding)
{
	if (request->door == GK_DOOR_STATEMENT)
		return check_alter(castNode(AlterTableStmt, request->stmt), finding);
	return check_object(request, finding);
}
