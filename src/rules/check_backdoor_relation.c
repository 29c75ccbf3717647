/*-------------------------------------------------------------------------
 *
 * check_backdoor_relation.c
 *	  Is something hung on a superuser's relation or domain that will run when
 *	  a superuser uses it, or will lend out the superuser's rights on tables?
 *
 * What a role hangs on its own relations is powerless: functions of its own
 * make the circumstance `untrusted` in a superuser's session, and so does a
 * listed function that is called straight from there.  On a superuser's
 * relation it would pass for the superuser's own, so it is refused when
 * planted:
 *
 *	trigger		whose function is not a superuser's, or that has a condition or
 *				arguments.  A superuser's function without either does what it
 *				was written for (audit triggers), whoever attaches it.
 *	rule		any: its queries have the table owner's rights on tables.
 *	view		made or replaced that calls a listed function, or one of a
 *				superuser's that does as its arguments say, or reads a secret: it
 *				has its owner's rights on tables, and they would be the arguments
 *				of the superuser who reads it.  (Writing to a catalog through one is
 *				refused when it happens, see check_catalog_write.c.)
 *	default, CHECK and domain constraint	that calls such a function.
 *
 * What guards there, and is taken away, is guards.c's.
 *
 * A trigger that a relation has from its parent is nothing new: partitions get
 * them from core, and modules that partition by inheritance copy them, often
 * in the middle of an ordinary user's INSERT.
 *
 * Does not see: expressions on a superuser's relation that call a function in C
 * which is not listed, or what only a function inside calls; conditions written into
 * catalogs by hand (that is catalog_write's).
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "rules/job_tables.h"
#include "rules/objects.h"
#include "rules/superusers.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/pg_attrdef.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_rewrite.h"
#include "catalog/pg_trigger.h"
#include "catalog/pg_type.h"
#include "nodes/nodeFuncs.h"
#include "rewrite/rewriteSupport.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

static bool
is_superusers(Oid relid)
{
	Oid			owner = gk_relation_owner(relid);

	return OidIsValid(owner) && gk_code_owner_is_trusted(owner);
}

static void
found(const char *action, const char *type, Oid relid, const char *name,
	  GkFinding *finding)
{
	finding->action = action;
	finding->object_type = type;
	finding->object = name ? psprintf("%s on %s", name, get_rel_name(relid)) :
		get_rel_name(relid);
}

/*
 * Triggers
 */

static bool
is_function_trusted(Oid funcid)
{
	HeapTuple	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(funcid));
	bool		trusted = false;

	if (HeapTupleIsValid(tuple))
	{
		trusted = gk_code_owner_is_trusted(((Form_pg_proc) GETSTRUCT(tuple))->proowner);
		ReleaseSysCache(tuple);
	}
	return trusted;
}

static Node *
condition(HeapTuple row)
{
	return gk_row_node(TriggerRelationId, row, Anum_pg_trigger_tgqual);
}

static bool
has_same_arguments(HeapTuple row, HeapTuple original)
{
	bool		isnull;
	bytea	   *a;
	bytea	   *b;

	/* never null: without arguments it is empty */
	a = DatumGetByteaPP(gk_row_value(TriggerRelationId, row, Anum_pg_trigger_tgargs, &isnull));
	b = DatumGetByteaPP(gk_row_value(TriggerRelationId, original, Anum_pg_trigger_tgargs, &isnull));
	return VARSIZE_ANY_EXHDR(a) == VARSIZE_ANY_EXHDR(b) &&
		memcmp(VARDATA_ANY(a), VARDATA_ANY(b), VARSIZE_ANY_EXHDR(a)) == 0;
}

/* Does one trigger do what the other does? */
static bool
is_copy(HeapTuple row, HeapTuple original)
{
	Form_pg_trigger a = (Form_pg_trigger) GETSTRUCT(row);
	Form_pg_trigger b = (Form_pg_trigger) GETSTRUCT(original);

	return a->tgfoid == b->tgfoid && a->tgtype == b->tgtype &&
		has_same_arguments(row, original) &&
		equal(condition(row), condition(original));
}

/* Has the relation such a trigger already? */
static bool
has_copy(Oid relid, HeapTuple row)
{
	Relation	catalog = table_open(TriggerRelationId, AccessShareLock);
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	other;
	bool		result = false;

	ScanKeyInit(&key, Anum_pg_trigger_tgrelid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(relid));
	scan = systable_beginscan(catalog, TriggerRelidNameIndexId, true, NULL, 1, &key);
	while (!result && HeapTupleIsValid(other = systable_getnext(scan)))
		result = is_copy(row, other);
	systable_endscan(scan);
	table_close(catalog, AccessShareLock);
	return result;
}

/* Is it copied from a parent that belongs to a superuser, too? */
static bool
is_inherited(Oid relid, HeapTuple row)
{
	Relation	inherits = table_open(InheritsRelationId, AccessShareLock);
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	link;
	bool		result = false;

	ScanKeyInit(&key, Anum_pg_inherits_inhrelid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(relid));
	scan = systable_beginscan(inherits, InheritsRelidSeqnoIndexId, true, NULL, 1, &key);
	while (!result && HeapTupleIsValid(link = systable_getnext(scan)))
	{
		Oid			parent = ((Form_pg_inherits) GETSTRUCT(link))->inhparent;

		result = is_superusers(parent) && has_copy(parent, row);
	}
	systable_endscan(scan);
	table_close(inherits, AccessShareLock);
	return result;
}

static void
check_trigger(HeapTuple row, GkFinding *finding)
{
	Form_pg_trigger trigger = (Form_pg_trigger) GETSTRUCT(row);

	if (trigger->tgisinternal || !is_superusers(trigger->tgrelid))
		return;
	if (trigger->tgnargs == 0 && is_function_trusted(trigger->tgfoid) &&
		condition(row) == NULL)
		return;
	if (!is_inherited(trigger->tgrelid, row))
		found("creating a trigger on a superuser's relation", "trigger",
			  trigger->tgrelid, NameStr(trigger->tgname), finding);
}

/*
 * Rules and views
 */

/* Does a query in there name a secret column of a catalog itself? */
static bool
reads_secret(Node *node, void *context)
{
	ListCell   *cell;

	if (node == NULL)
		return false;
	if (!IsA(node, Query))
		return expression_tree_walker(node, reads_secret, context);
	foreach(cell, GK_QUERY_PERMS((Query *) node))
	{
		GkPermInfo *perm = lfirst_node(GkPermInfo, cell);

		if (GK_PERMINFO_IS_RELATION(perm) && perm->requiredPerms != 0 &&
			gk_secret_column(perm->relid, perm->selectedCols))
			return true;
	}
	return query_tree_walker((Query *) node, reads_secret, context, 0);
}

/* Could rows of a table of commands be written through this view? */
static bool
writes_commands(Oid relid, List *actions)
{
	return get_rel_relkind(relid) != RELKIND_MATVIEW &&
		gk_queries_use_job(relid, (Node *) actions);
}

static void
check_rule(HeapTuple row, GkFinding *finding)
{
	Form_pg_rewrite rule = (Form_pg_rewrite) GETSTRUCT(row);
	List	   *actions;
	int			depth = 0;

	if (!is_superusers(rule->ev_class))
		return;
	if (strcmp(NameStr(rule->rulename), ViewSelectRuleName) != 0)
	{
		found("creating a rule on a superuser's relation", "rule",
			  rule->ev_class, NameStr(rule->rulename), finding);
		return;
	}
	finding->ignores |= GK_RESTRICTED;	/* CREATE MATERIALIZED VIEW is, itself */
	actions = (List *) gk_row_node(RewriteRelationId, row, Anum_pg_rewrite_ev_action);
	if (gk_calls_deputy((Node *) actions, NULL) ||
		reads_secret((Node *) actions, NULL) ||
		gk_query_shows_secret((Node *) actions, &depth) ||
		writes_commands(rule->ev_class, actions))
		found("creating a view with a superuser's rights", "view",
			  rule->ev_class, NULL, finding);
}

/*
 * Defaults and constraints
 */

/* A column's default is reported by its table and column, not by its oid. */
static HeapTuple
default_row(Oid relid, AttrNumber attno)
{
	Relation	catalog = table_open(AttrDefaultRelationId, AccessShareLock);
	ScanKeyData keys[2];
	SysScanDesc scan;
	HeapTuple	row;

	ScanKeyInit(&keys[0], Anum_pg_attrdef_adrelid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(relid));
	ScanKeyInit(&keys[1], Anum_pg_attrdef_adnum, BTEqualStrategyNumber, F_INT2EQ,
				Int16GetDatum(attno));
	scan = systable_beginscan(catalog, AttrDefaultIndexId, true, SnapshotSelf, 2, keys);
	row = systable_getnext(scan);
	if (HeapTupleIsValid(row))
		row = heap_copytuple(row);
	systable_endscan(scan);
	table_close(catalog, AccessShareLock);
	return row;
}

static void
check_default(HeapTuple row, GkFinding *finding)
{
	Form_pg_attrdef adef = (Form_pg_attrdef) GETSTRUCT(row);

	if (is_superusers(adef->adrelid) &&
		gk_calls_deputy(gk_row_node(AttrDefaultRelationId, row, Anum_pg_attrdef_adbin), NULL))
		found("creating a default on a superuser's relation", "column",
			  adef->adrelid, get_attname(adef->adrelid, adef->adnum, true), finding);
}

/* CREATE DOMAIN makes its constraints before the domain can be seen. */
static bool
is_superusers_domain(Oid typid)
{
	HeapTuple	row = gk_newest_row(TypeRelationId, typid);

	return HeapTupleIsValid(row) &&
		gk_code_owner_is_trusted(((Form_pg_type) GETSTRUCT(row))->typowner);
}

static void
check_constraint(HeapTuple row, GkFinding *finding)
{
	Form_pg_constraint constraint = (Form_pg_constraint) GETSTRUCT(row);

	if (!gk_calls_deputy(gk_row_node(ConstraintRelationId, row, Anum_pg_constraint_conbin), NULL))
		return;
	if (OidIsValid(constraint->conrelid) && is_superusers(constraint->conrelid))
		found("creating a constraint on a superuser's relation", "constraint",
			  constraint->conrelid, NameStr(constraint->conname), finding);
	else if (OidIsValid(constraint->contypid) && is_superusers_domain(constraint->contypid))
	{
		finding->action = "creating a constraint on a superuser's domain";
		finding->object_type = "constraint";
		finding->object = pstrdup(NameStr(constraint->conname));
	}
}

/* What goes when an extension does can be dropped by whoever owns the extension. */
static bool
found_depends(const AlterObjectDependsStmt *stmt, GkFinding *finding)
{
	if (!gk_depends_is_superusers(stmt))
		return false;
	finding->action = "letting a superuser's object go with an extension";
	finding->object_type = "extension";
	finding->object = strVal(stmt->extname);
	return true;
}

/*
 * Doors: objects, statements AlterTableStmt and AlterObjectDependsStmt.  Strings of the finding are allocated in
 * CurrentMemoryContext.
 */
bool
gk_check_backdoor_relation(const GkRequest *request, GkFinding *finding)
{
	HeapTuple	row;

	finding->scripts_may = true;
	finding->ignores = GK_STRICT;
	if (request->door == GK_DOOR_STATEMENT && IsA(request->stmt, AlterObjectDependsStmt))
		return found_depends((AlterObjectDependsStmt *) request->stmt, finding);
	if (request->door == GK_DOOR_STATEMENT)
	{
		Oid			relid;

		finding->action = gk_guard_switched_off(castNode(AlterTableStmt, request->stmt), &relid);
		if (finding->action)
			found(finding->action, "relation", relid, NULL, finding);
		return finding->action != NULL;
	}
	finding->action = gk_guard_taken(request);
	if (finding->action)
	{
		finding->object_type = get_object_class_descr(request->classid);
		finding->object = gk_row_name(request->classid, gk_request_row(request));
		return true;
	}

	/* what a script hangs on relations is the extension's; it is not counted */
	if ((request->event != OAT_POST_CREATE &&
		 !(request->event == OAT_POST_ALTER && request->classid == RewriteRelationId)) ||
		(gk_script_acts() && gk_script_speaks()))
		return false;
	row = request->classid == AttrDefaultRelationId ?
		default_row(request->objid, request->subid) :
		gk_request_row(request);
	if (!HeapTupleIsValid(row))
		return false;

	switch (request->classid)
	{
		case TriggerRelationId:
			check_trigger(row, finding);
			break;
		case RewriteRelationId:
			check_rule(row, finding);
			break;
		case AttrDefaultRelationId:
			check_default(row, finding);
			break;
		case ConstraintRelationId:
			check_constraint(row, finding);
			break;
		default:
			break;
	}
	return finding->action != NULL;
}
