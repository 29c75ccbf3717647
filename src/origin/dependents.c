/*-------------------------------------------------------------------------
 *
 * dependents.c
 *	  What keeps a call of a function, as pg_depend says, and whose is that?
 *
 * Whatever keeps an expression depends on the functions in it.  Operators, casts and
 * aggregates bind a function for whoever uses them in turn, and a superuser's view or
 * rule calls it for another role's that leads there.
 *
 * Expressions of indexes, partition keys and statistics are copied, attached and given
 * away with tables; like those of a CHECK they count as another role's, whoever owns
 * the table.
 *
 * Does not see: what is called by a name that is kept in a table; rows of pg_depend
 * deleted by hand.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "base/rows.h"
#include "origin/owners.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/transam.h"
#include "catalog/indexing.h"
#include "catalog/pg_cast.h"
#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_depend.h"
#include "catalog/pg_language.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_rewrite.h"
#include "catalog/pg_statistic_ext.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

/*
 * What binds a function for whoever uses it in turn: an operator, an aggregate or
 * a cast of a superuser's is called with another role's arguments as the function
 * itself would be.
 */
static bool
is_binder(Oid classid, Oid objid)
{
	return classid == OperatorRelationId || classid == CastRelationId ||
		(classid == ProcedureRelationId && get_func_prokind(objid) == PROKIND_AGGREGATE);
}

/*
 * Does a rule of another role's (a view has one) lead to this relation?  To "led" goes
 * what such rules of trusted roles are on.
 */
static bool
leads_for_others(Oid relid, List **led)
{
	Relation	depend = table_open(DependRelationId, AccessShareLock);
	ScanKeyData key[2];
	SysScanDesc scan;
	HeapTuple	tuple;
	Oid			before = InvalidOid;
	bool		found = false;

	ScanKeyInit(&key[0], Anum_pg_depend_refclassid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(RelationRelationId));
	ScanKeyInit(&key[1], Anum_pg_depend_refobjid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(relid));
	scan = systable_beginscan(depend, DependReferenceIndexId, true, NULL, 2, key);
	while (!found && HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Form_pg_depend row = (Form_pg_depend) GETSTRUCT(tuple);

		/* there is a row for each column that a rule uses */
		if (row->classid != RewriteRelationId || row->objid == before)
			continue;
		before = row->objid;
		found = gk_object_is_others(RewriteRelationId, before);
		*led = list_append_unique_oid(*led, gk_relation_of_rule(before));
	}
	systable_endscan(scan);
	table_close(depend, AccessShareLock);
	return found;
}

/*
 * Does a rule of another role's lead to the relation, a superuser's, that this rule is
 * on, if only by way of other views and rules?  Then what the rule calls it calls for
 * that role, too.  The list grows while it is walked; a relation is looked at once.
 */
static bool
rule_is_used_by_others(Oid rule)
{
	List	   *led = list_make1_oid(gk_relation_of_rule(rule));
	bool		found = false;
	ListCell   *cell;

	foreach(cell, led)
		if ((found = leads_for_others(lfirst_oid(cell), &led)))
			break;
	list_free(led);
	return found;
}

/* An index, partition key or statistics: these can be copied, attached and given away, as a CHECK can. */
static bool
is_of_index(Oid classid, Oid objid)
{
	return classid == RelationRelationId || classid == StatisticExtRelationId;
}

/* The server puts it into the query that calls it, where it is not watched. */
static bool
is_in_sql(Oid funcid)
{
	HeapTuple	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(funcid));
	bool		answer = false;

	if (HeapTupleIsValid(tuple))
	{
		answer = ((Form_pg_proc) GETSTRUCT(tuple))->prolang == SQLlanguageId;
		ReleaseSysCache(tuple);
	}
	return answer;
}

static bool
is_others(Oid classid, Oid objid)
{
	return gk_object_is_others(classid, objid) ||
		(classid == RewriteRelationId && rule_is_used_by_others(objid));
}

/*
 * Is there anything that depends on the object, a function or what binds one, and
 * that the judge says yes to?
 */
bool
gk_any_dependent(Oid refclassid, Oid refobjid, GkJudge judge)
{
	Relation	depend = table_open(DependRelationId, AccessShareLock);
	ScanKeyData key[2];
	SysScanDesc scan;
	HeapTuple	tuple;
	bool		found = false;

	check_stack_depth();
	ScanKeyInit(&key[0], Anum_pg_depend_refclassid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(refclassid));
	ScanKeyInit(&key[1], Anum_pg_depend_refobjid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(refobjid));
	scan = systable_beginscan(depend, DependReferenceIndexId, true, NULL, 2, key);
	while (!found && HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Form_pg_depend row = (Form_pg_depend) GETSTRUCT(tuple);

		found = judge(row->classid, row->objid) ||
			(is_binder(row->classid, row->objid) &&
			 gk_any_dependent(row->classid, row->objid, judge));
	}
	systable_endscan(scan);
	table_close(depend, AccessShareLock);
	return found;
}

/* What the planner evaluates for a table's sake, without its being in the query. */
static bool
is_of_table(Oid classid, Oid objid)
{
	return classid == ConstraintRelationId || classid == RelationRelationId ||
		classid == StatisticExtRelationId || classid == TypeRelationId;
}

/* Is the function called by what some table has: a CHECK, an index, a partition key, statistics? */
bool
gk_is_in_tables(Oid funcid)
{
	return gk_any_dependent(ProcedureRelationId, funcid, is_of_table);
}

static bool
is_others_cast(Oid classid, Oid objid)
{
	return classid == CastRelationId && gk_object_is_others(classid, objid);
}

/* Does another role's cast lead to this function?  What is not known, as of built-in ones, does. */
bool
gk_cast_is_others(Oid funcid)
{
	return funcid < FirstNormalObjectId ||
		gk_any_dependent(ProcedureRelationId, funcid, is_others_cast);
}

/* Could a call of the function be the doing of a role that is not trusted? */
bool
gk_is_used_by_others(Oid funcid)
{
	return gk_any_dependent(ProcedureRelationId, funcid, is_others) ||
		(!is_in_sql(funcid) && gk_any_dependent(ProcedureRelationId, funcid, is_of_index));
}
