/*-------------------------------------------------------------------------
 *
 * leader.c
 *	  What a parallel worker has to know of its leader's session.
 *
 * A worker has its leader's rights, but not its stack of functions; and the plan
 * comes to it without the places of calls in their text (places.c).  So the leader
 * of a privileged session says in shared memory, before it runs a parallel plan,
 * whether untrusted code made it, and whether anything of another role's is in it: a
 * relation, function, operator or type.
 * A leader runs one such plan at a time, since there are no workers of workers.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "origin/owners.h"

#include "access/parallel.h"
#include "access/transam.h"
#include "catalog/pg_type.h"
#include "nodes/nodeFuncs.h"
#include "storage/ipc.h"
#include "storage/lwlock.h"
#include "storage/proc.h"
#include "storage/shmem.h"
#include "utils/lsyscache.h"

#define GK_LEADER_UNTRUSTED 0x01	/* untrusted code runs the plan */
#define GK_LEADER_ONLY_TRUSTED 0x02	/* nothing in it is another role's */
#define GK_LEADER_ANOTHERS 0x04 /* code of others does, see gk_code_is_anothers() */

/* By number of the leader's PGPROC. */
static uint8 *leaders;
static int	nleaders;

static int
number_of_leaders(void)
{
	return MaxBackends + NUM_AUXILIARY_PROCS;
}

/* Called while the server adds up its shared memory. */
void
gk_leader_shmem_request(void)
{
	RequestAddinShmemSpace(number_of_leaders() * sizeof(uint8));
}

/* Called when shared memory is there: at server start, and again after a crash. */
void
gk_leader_shmem_startup(void)
{
	bool		found;

	nleaders = number_of_leaders();
	LWLockAcquire(AddinShmemInitLock, LW_EXCLUSIVE);
	leaders = ShmemInitStruct("pg_gatekeeper leaders", nleaders * sizeof(uint8), &found);
	if (!found)
		memset(leaders, 0, nleaders * sizeof(uint8));
	LWLockRelease(AddinShmemInitLock);
}

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
	int			number = GK_PROC_NUMBER(MyProc);

	if (IsParallelWorker() || leaders == NULL || number >= nleaders)
		return;
	leaders[number] = (gk_code_is_untrusted() ? GK_LEADER_UNTRUSTED : 0) |
		(gk_code_is_anothers() ? GK_LEADER_ANOTHERS : 0) |
		(has_only_trusted(query) ? GK_LEADER_ONLY_TRUSTED : 0);
}

/* In a worker; what is not known errs to the side of refusing. */
static uint8
told(void)
{
	PGPROC	   *leader = MyProc->lockGroupLeader;

	if (leader == NULL || leaders == NULL || GK_PROC_NUMBER(leader) >= nleaders)
		return GK_LEADER_UNTRUSTED | GK_LEADER_ANOTHERS;
	return leaders[GK_PROC_NUMBER(leader)];
}

bool
gk_leader_is_untrusted(void)
{
	return IsParallelWorker() && (told() & GK_LEADER_UNTRUSTED);
}

bool
gk_leader_is_anothers(void)
{
	return IsParallelWorker() && (told() & GK_LEADER_ANOTHERS);
}

bool
gk_leader_has_only_trusted(void)
{
	return (told() & GK_LEADER_ONLY_TRUSTED) != 0;
}
