/*-------------------------------------------------------------------------
 *
 * running.c
 *	  Which queries are being executed, and what do they write to?
 *
 * A stored expression does not say what it is stored with.  But the innermost query
 * that runs is the one that evaluates it, and that knows its relations.  Kept in
 * privileged sessions only, as a stack whose dead entries are found as those of
 * functions are (code_stack.c).
 *
 * Does not see: queries nested deeper than the array; while they run none is
 * known.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "origin/labels.h"
#include "origin/owners.h"

#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "executor/executor.h"
#include "nodes/nodeFuncs.h"
#include "parser/parsetree.h"
#include "utils/lsyscache.h"

/* The first is none, never ends, and spares asking whether there is any. */
GkRunning	gk_running[GK_MAX_RUNNING + 1] = {{.stack = (char *) UINTPTR_MAX}};
GkRunning  *gk_innermost = gk_running;

/*
 * The innermost, or NULL where there is none, or a utility statement that began
 * after it.
 */
QueryDesc *
gk_running_query(void)
{
	gk_running_prune(__builtin_frame_address(0));
	return gk_statement->stack < gk_innermost->stack ? NULL : gk_innermost->query;
}

/* The relation that the utility statement at work is about, or NULL. */
static const RangeVar *
relation_of_statement(void)
{
	Node	   *stmt = gk_statement->pstmt ? gk_statement->pstmt->utilityStmt : NULL;

	switch (stmt ? nodeTag(stmt) : T_Invalid)
	{
		case T_AlterTableStmt:
			return ((AlterTableStmt *) stmt)->relation;
		case T_CopyStmt:
			return ((CopyStmt *) stmt)->relation;
		case T_IndexStmt:
			return ((IndexStmt *) stmt)->relation;
		case T_RefreshMatViewStmt:
			return ((RefreshMatViewStmt *) stmt)->relation;
		default:
			return NULL;
	}
}

/*
 * Where others may have stored what runs now, as far as the innermost statement
 * tells: what of theirs it writes to, a view of theirs that it reads, or else a table;
 * or InvalidOid.
 */
Oid
gk_running_vehicle(void)
{
	QueryDesc  *query = gk_running_query();
	const RangeVar *relation = query ? NULL : relation_of_statement();
	Oid			found = relation ? RangeVarGetRelid(relation, NoLock, true) : InvalidOid;
	ListCell   *cell;

	if (OidIsValid(found) && !gk_relation_is_others(found))
		found = InvalidOid;
	if (query && query->plannedstmt)
	{
		GK_FOR_EACH_RESULT_RELATION(query->plannedstmt, index)
		{
			Oid			written = rt_fetch(index, query->plannedstmt->rtable)->relid;

			if (gk_relation_is_others(written))
				return written;
		}
		foreach(cell, query->plannedstmt->rtable)
		{
			Oid			relid = lfirst_node(RangeTblEntry, cell)->relid;

			if (!OidIsValid(relid) || !gk_relation_is_others(relid))
				continue;
			if (get_rel_relkind(relid) == RELKIND_VIEW)
			{
				if (gk_label_trusts_view(relid))
					continue;
				return relid;
			}
			found = OidIsValid(found) ? found : relid;
		}
	}
	return found;
}

typedef struct GkAggregates
{
	bool		(*test) (const Node *);
	bool		all;
} GkAggregates;

static bool
walk_aggregates(PlanState *state, void *context)
{
	GkAggregates *here = context;
	ListCell   *cell;

	if (IsA(state, AggState))
		foreach(cell, ((AggState *) state)->aggs)
			here->all &= here->test((Node *) lfirst(cell));
	else if (IsA(state, WindowAggState))
		foreach(cell, ((WindowAggState *) state)->funcs)
			here->all &= here->test((Node *) ((WindowFuncExprState *) lfirst(cell))->wfunc);
	return !here->all || planstate_tree_walker(state, walk_aggregates, context);
}

/* Does the test hold for each call of an aggregate or window function in the innermost query? */
bool
gk_running_aggregates(bool (*test) (const Node *))
{
	QueryDesc  *query = gk_running_query();
	GkAggregates here = {test, true};

	if (query == NULL || query->planstate == NULL)
		return false;
	walk_aggregates(query->planstate, &here);
	return here.all;
}
