/*-------------------------------------------------------------------------
 *
 * parallel_plan.c
 *	  What the leader of a parallel plan tells its workers about it.
 *
 * Whether untrusted code made it, and whether anything of another role's is in it: a
 * relation, function, operator or type.  leader.c says why, and keeps it.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "origin/owners.h"

#include "access/transam.h"
#include "catalog/pg_type.h"
#include "nodes/nodeFuncs.h"
#include "utils/lsyscache.h"

/* A type that brings code along, by a domain in it, is never known to be trusted. */
static bool
type_may_bring_code(Oid typid)
{
	Oid			element = get_element_type(typid);

	typid = OidIsValid(element) ? element : typid;
	return typid >= FirstNormalObjectId && get_typtype(typid) != TYPTYPE_ENUM;
}

static bool
function_is_others(Oid funcid, void *context)
{
	return gk_code_function_is_untrusted(funcid);
}

/* Is it, or is below it, anything by which code of others may come in? */
static bool
node_is_others(Node *node, void *context)
{
	if (node == NULL)
		return false;
	switch (nodeTag(node))
	{
		case T_Var:
		case T_Const:
		case T_Param:
		case T_FuncExpr:
		case T_CoerceToDomain:
		case T_CoerceViaIO:
		case T_ConvertRowtypeExpr:
		case T_RowExpr:
		case T_FieldSelect:
		case T_RelabelType:
			if (type_may_bring_code(exprType(node)))
				return true;
			break;
		default:
			break;
	}
	return gk_operator_is_others(gk_operator_of(node)) ||
		check_functions_in_node(node, function_is_others, NULL) ||
		expression_tree_walker(node, node_is_others, NULL);
}

/* The expressions in which calls are expected; those of joins and indexes compare. */
static bool
state_is_others(PlanState *state, void *context)
{
	Plan	   *plan = state->plan;

	return node_is_others((Node *) plan->targetlist, NULL) ||
		node_is_others((Node *) plan->qual, NULL) ||
		(IsA(plan, FunctionScan) && node_is_others((Node *) ((FunctionScan *) plan)->functions, NULL)) ||
		(IsA(plan, Result) && node_is_others(((Result *) plan)->resconstantqual, NULL)) ||
		planstate_tree_walker(state, state_is_others, NULL);
}

static bool
has_only_trusted(const QueryDesc *query)
{
	ListCell   *cell;

	foreach(cell, query->plannedstmt->rtable)
	{
		RangeTblEntry *rte = lfirst_node(RangeTblEntry, cell);

		if (OidIsValid(rte->relid) && gk_relation_is_others(rte->relid))
			return false;
	}
	return query->planstate && !state_is_others(query->planstate, NULL);
}

/* This privileged session is about to run a plan that may have workers. */
void
gk_leader_tell(const QueryDesc *query)
{
	uint8	   *word = gk_leader_word();

	if (word == NULL)
		return;
	*word = (gk_code_is_untrusted() ? GK_LEADER_UNTRUSTED : 0) |
		(gk_code_is_anothers() ? GK_LEADER_ANOTHERS : 0) |
		(has_only_trusted(query) ? GK_LEADER_ONLY_TRUSTED : 0);
}
