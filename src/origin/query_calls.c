/*-------------------------------------------------------------------------
 *
 * query_calls.c
 *	  Which listed functions does a query call, and who wrote the call?
 *
 * Built-in functions never pass the function manager's hooks, so
 * code_origin.c does not see an attacker's view, rule, default, policy or
 * constraint that calls one straight.  But expressions that were stored in a
 * catalog have lost their place in a text: the location of every node in them
 * is -1, while what the session's own text says has one.  So when the planner
 * is handed a query, a listed function called from nowhere, in a query that
 * reaches a relation or domain whose owner is not superuser, is somebody
 * else's call with superuser rights: the circumstance `untrusted`.
 *
 * What is evaluated without passing the planner is statement_calls.c's,
 * relation_calls.c's and domain_calls.c's, what a call leads to
 * indirect_calls.c's, and what is put in its place inlined_calls.c's.
 *
 * Functions of superusers that such expressions call are lent to those roles,
 * see code_lent.c.
 *
 * What is left, such as a domain that some function meets at run time only
 * (json_populate_record), shows as a call of a listed function that no query
 * of the session was planned with.
 *
 * Sessions that have no superuser rights to lose are not looked at.
 *
 * Does not see: a call that none of these shows, of a function that the
 * session's own queries called before.  Takes for such a call what a superuser
 * sends by the fast-path protocol.  Cannot tell a superuser's own view from
 * the view of the query's other owner: their join is refused.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "origin/query_calls.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/parallel.h"
#include "access/table.h"
#include "access/transam.h"
#include "catalog/indexing.h"
#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"

/*
 * The listed functions that this session's queries were planned with and that
 * were let pass.  A call of any other one comes from an expression that no
 * plan showed.  When it is full the oldest is forgotten, which errs to the
 * side of refusing.
 */
#define GK_MAX_PLANNED 128

static Oid	planned[GK_MAX_PLANNED];
static int	nplanned;

/*
 * Does the query go through a view that initdb did not make?  foreign: and that
 * somebody else than a superuser owns?
 */
bool
gk_query_uses_view(List *range_table, bool foreign)
{
	ListCell   *cell;

	foreach(cell, range_table)
	{
		RangeTblEntry *rte = lfirst_node(RangeTblEntry, cell);

		if (rte->relid >= FirstNormalObjectId && rte->relkind == RELKIND_VIEW &&
			(!foreign || gk_is_foreign_relation(rte->relid)))
			return true;
	}
	return false;
}

/* What a domain is made of; InvalidOid for any other type. */
static Oid
domain_parent(Oid typid, bool *foreign)
{
	HeapTuple	tuple = SearchSysCache1(TYPEOID, ObjectIdGetDatum(typid));
	Oid			parent = InvalidOid;

	if (HeapTupleIsValid(tuple))
	{
		Form_pg_type type = (Form_pg_type) GETSTRUCT(tuple);

		if (type->typtype == TYPTYPE_DOMAIN)
		{
			parent = type->typbasetype;
			*foreign |= !gk_code_owner_is_trusted(type->typowner);
		}
		ReleaseSysCache(tuple);
	}
	return parent;
}

/* Where the text calls it, or -1; of the node itself, not of its arguments. */
static int
own_location(Node *node)
{
	switch (nodeTag(node))
	{
		case T_FuncExpr:
			return ((FuncExpr *) node)->location;
		case T_OpExpr:
		case T_DistinctExpr:
		case T_NullIfExpr:
			return ((OpExpr *) node)->location;
		case T_ScalarArrayOpExpr:
			return ((ScalarArrayOpExpr *) node)->location;
		case T_Aggref:
			return ((Aggref *) node)->location;
		case T_WindowFunc:
			return ((WindowFunc *) node)->location;
		default:
			return 0;			/* input, output and casts: not listed */
	}
}

typedef struct GkNode
{
	Node	   *node;
	GkCalls    *found;
} GkNode;

static bool
is_planned(Oid funcid)
{
	for (int i = 0; i < GK_MAX_PLANNED; i++)
		if (planned[i] == funcid)
			return true;
	return false;
}

/* A call of this function was found, at this node or through it. */
void
gk_note_call(Oid funcid, Node *node, GkCalls *found)
{
	const GkSymbol *symbol;
	const GkRule *rule = gk_symbol_lookup(funcid, &symbol);

	if (rule)
	{
		GkCall	   *call = palloc(sizeof(GkCall));

		call->rule = rule;
		call->symbol = symbol;
		call->funcid = funcid;
		call->node = node;
		call->stored = own_location(node) < 0;
		call->indirect = found->indirect;
		found->calls = lappend(found->calls, call);
	}
	else if (funcid >= FirstNormalObjectId && found->indirect)
		found->lent = lappend_oid(found->lent, funcid);
	else if (funcid >= FirstNormalObjectId && own_location(node) < 0)
		found->stored = lappend_oid(found->stored, funcid);
}

static bool
note_function(Oid funcid, void *context)
{
	GkNode	   *here = context;

	gk_note_call(funcid, here->node, here->found);
	return false;				/* go on */
}

/* An expression as a catalog has it. */
void
gk_walk_stored(char *text, GkCalls *found)
{
	gk_walk_calls(stringToNode(text), found);
}

/* A domain's own constraints, and those of the domains it is made of. */
void
gk_walk_domain(Oid typid, GkCalls *found)
{
	Relation	rel = table_open(ConstraintRelationId, AccessShareLock);
	Oid			parent;

	while (OidIsValid(parent = domain_parent(typid, &found->foreign)))
	{
		ScanKeyData key;
		SysScanDesc scan;
		HeapTuple	tuple;

		ScanKeyInit(&key, Anum_pg_constraint_contypid, BTEqualStrategyNumber,
					F_OIDEQ, ObjectIdGetDatum(typid));
		scan = systable_beginscan(rel, ConstraintTypidIndexId, true, NULL, 1, &key);
		while (HeapTupleIsValid(tuple = systable_getnext(scan)))
		{
			bool		isnull;
			Datum		bin = heap_getattr(tuple, Anum_pg_constraint_conbin,
										   RelationGetDescr(rel), &isnull);

			if (!isnull)
				gk_walk_stored(TextDatumGetCString(bin), found);
		}
		systable_endscan(scan);
		typid = parent;
	}
	table_close(rel, AccessShareLock);
}

static pg_noinline bool
walk_query(Query *query, GkCalls *found)
{
	ListCell   *cell;

	foreach(cell, query->rtable)
	{
		RangeTblEntry *rte = lfirst_node(RangeTblEntry, cell);

		if (!found->foreign && OidIsValid(rte->relid))
			found->foreign = gk_is_foreign_relation(rte->relid);
	}
	return query_tree_walker(query, gk_walk_calls, found, 0);
}

static pg_noinline bool
walk_other(Node *node, GkCalls *found)
{
	GkNode		here = {node, found};

	if (IsA(node, CoerceToDomain))
		gk_walk_domain(((CoerceToDomain *) node)->resulttype, found);
	else
	{
		(void) check_functions_in_node(node, note_function, &here);
		gk_walk_indirect_calls(node, found);
		if (IsA(node, OpExpr) && ((OpExpr *) node)->opno >= FirstNormalObjectId)
			gk_walk_inlined_call(get_opcode(((OpExpr *) node)->opno), node, found);
	}
	return expression_tree_walker(node, gk_walk_calls, found);
}

/* Calls nothing itself, and has nothing below it. */
static inline bool
is_leaf(const Node *node)
{
	return IsA(node, Const) || IsA(node, Var) || IsA(node, Param);
}

static bool
walk_list(List *list, GkCalls *found)
{
	ListCell   *cell;

	foreach(cell, list)
	{
		Node	   *node = lfirst(cell);

		if (node && !is_leaf(node))
			gk_walk_calls(node, found);
	}
	return false;
}

/*
 * Note the calls in a tree of nodes; context is a GkCalls.  What most of a tree
 * is made of, a script's rows of VALUES above all, is walked here in fewer steps
 * than core's walkers take.
 */
bool
gk_walk_calls(Node *node, void *context)
{
	if (node && IsA(node, TargetEntry))
		node = (Node *) ((TargetEntry *) node)->expr;
	if (node == NULL || is_leaf(node))
		return false;
	switch (nodeTag(node))
	{
		case T_List:
			return walk_list((List *) node, context);
		case T_FuncExpr:
			check_stack_depth();
			if (!gk_is_unlisted_builtin(((FuncExpr *) node)->funcid))
			{
				gk_note_call(((FuncExpr *) node)->funcid, node, context);
				gk_walk_indirect_calls(node, context);
				gk_walk_inlined_call(((FuncExpr *) node)->funcid, node, context);
			}
			return walk_list(((FuncExpr *) node)->args, context);
		case T_Query:
			return walk_query((Query *) node, context);
		default:
			return walk_other(node, context);
	}
}

/*
 * Ask the gate about what was found.  What the text itself calls is asked
 * about when it is called; only its arguments, where they matter, are seen
 * nowhere else.
 */
void
gk_ask_about_calls(const GkCalls *found)
{
	ListCell   *cell;

	foreach(cell, found->lent)
		gk_code_lend(lfirst_oid(cell));
	if (found->foreign)
		foreach(cell, found->stored)
			gk_code_lend(lfirst_oid(cell));

	foreach(cell, found->calls)
	{
		GkCall	   *call = lfirst(cell);
		GkRequest	request = {
			.door = GK_DOOR_FUNCTION,
			.funcid = call->funcid,
			.symbol = call->symbol->name,
			.symflags = call->symbol->flags,
			.call = IsA(call->node, FuncExpr) ? (FuncExpr *) call->node : NULL,
			.circumstances = call->indirect || (call->stored && found->foreign) ? GK_UNTRUSTED : 0
		};

		if (request.circumstances || (call->symbol->flags & GK_SYMBOL_ARGUMENTS))
			gk_gate(&request, 0, call->rule);
		if (!is_planned(call->funcid))
			planned[nplanned++ % GK_MAX_PLANNED] = call->funcid;
	}
}

/* A query is about to be planned in a session that has superuser rights. */
void
gk_query_calls(Query *query)
{
	GkCalls		found = {0};

	gk_walk_calls((Node *) query, &found);
	gk_ask_about_calls(&found);
}

/*
 * CALL is about to evaluate its arguments, which nobody plans; where the text
 * leaves one out, the procedure's default is among them.
 */
void
gk_query_calls_of_call(FuncExpr *call)
{
	GkCalls		found = {.foreign = gk_code_function_is_untrusted(call->funcid)};

	gk_walk_calls((Node *) call, &found);
	gk_ask_about_calls(&found);
}

/*
 * A listed function is about to be called: did any query say so?  A parallel
 * worker plans nothing, but its leader has asked already.
 */
bool
gk_query_calls_expected(Oid funcid)
{
	if (IsParallelWorker() || !gk_acts_as_superuser(GetUserId()) || !gk_code_session_is_privileged())
		return true;
	return is_planned(funcid) && !gk_domain_calls(funcid);
}
