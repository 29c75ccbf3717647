/*-------------------------------------------------------------------------
 *
 * inlined_calls.c
 *	  Which functions does a superuser's SQL function call, in whose place the
 *	  planner puts its body?
 *
 * A function in SQL may be gone from the plan, with its body in its place,
 * planned as a part of the query and not seen by query_calls.c.  What another
 * role's view, operator or default in that body calls would then look like the
 * superuser's own call.  So the body is searched here as a query of its own,
 * which it is wherever it is not inlined.  Functions of other roles are never
 * inlined in such a session, see gk_code_needs_events().
 *
 * This parses the body once more than the planner will.  Only sessions with
 * superuser rights to lose do.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "origin/query_calls.h"

#include "access/htup_details.h"
#include "access/transam.h"
#include "catalog/pg_language.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "executor/functions.h"
#include "miscadmin.h"
#include "optimizer/optimizer.h"
#include "parser/parse_node.h"
#include "rewrite/rewriteHandler.h"
#include "tcop/tcopprot.h"
#include "utils/builtins.h"
#include "utils/syscache.h"

/* What of a function alone keeps the planner from inlining it; see clauses.c. */
static bool
is_candidate(HeapTuple tuple)
{
	Form_pg_proc proc = (Form_pg_proc) GETSTRUCT(tuple);

	return proc->prolang == SQLlanguageId &&
		proc->prokind == PROKIND_FUNCTION &&
		!proc->prosecdef &&
		(!proc->proretset || proc->provolatile != PROVOLATILE_VOLATILE) &&
		heap_attisnull(tuple, Anum_pg_proc_proconfig, NULL);
}

static List *
arguments_of(const Node *node)
{
	return IsA(node, FuncExpr) ? ((const FuncExpr *) node)->args : ((const OpExpr *) node)->args;
}

/* Will the planner call it at once, since nothing can change the outcome? */
static bool
is_evaluated(HeapTuple tuple, const Node *node)
{
	Form_pg_proc proc = (Form_pg_proc) GETSTRUCT(tuple);
	List	   *arguments = arguments_of(node);
	ListCell   *cell;

	if (proc->proretset || proc->prorettype == RECORDOID ||
		proc->provolatile != PROVOLATILE_IMMUTABLE ||
		list_length(arguments) != proc->pronargs)
		return false;
	foreach(cell, arguments)
		if (!IsA(lfirst(cell), Const))
			return false;
	return true;
}

/* The call with all of its arguments, whose types the body may depend on. */
static Node *
complete_call(Node *node, HeapTuple tuple)
{
	FuncExpr   *call;

	if (!IsA(node, FuncExpr))
		return node;
	call = makeNode(FuncExpr);
	*call = *(FuncExpr *) node;
	call->args = expand_function_arguments(call->args, false, call->funcresulttype, tuple);
	return (Node *) call;
}

static void
set_up_parser(ParseState *pstate, void *info)
{
	sql_fn_parser_setup(pstate, info);
}

static List *
parse(HeapTuple tuple, Node *node, const char *source)
{
	List	   *statements = pg_parse_query(source);
	Oid			collation = IsA(node, FuncExpr) ? ((FuncExpr *) node)->inputcollid :
		((OpExpr *) node)->inputcollid;

	if (list_length(statements) != 1)
		return NIL;
	return pg_analyze_and_rewrite_withcb(linitial_node(RawStmt, statements), source,
										 set_up_parser,
										 prepare_sql_fn_parse_info(tuple, complete_call(node, tuple),
																   collation),
										 NULL);
}

/* One in the form BEGIN ATOMIC ... END is stored parsed. */
static List *
read_parsed(char *body)
{
	Node	   *node = stringToNode(body);
	List	   *queries = IsA(node, List) ? linitial_node(List, castNode(List, node)) :
		list_make1(node);

	if (list_length(queries) != 1)
		return NIL;
	AcquireRewriteLocks(linitial_node(Query, queries), true, false);
	return pg_rewrite_query(linitial_node(Query, queries));
}

typedef struct GkBody
{
	const char *function;
	const char *source;
} GkBody;

/* An error in the body is told as the planner tells it. */
static void
tell_where(void *arg)
{
	const GkBody *body = arg;
	int			position = geterrposition();

	if (position > 0)
	{
		errposition(0);
		internalerrposition(position);
		internalerrquery(body->source);
	}
	errcontext("SQL function \"%s\" during inlining", body->function);
}

static char *
text_of(HeapTuple tuple, AttrNumber column)
{
	bool		isnull;
	Datum		value = SysCacheGetAttr(PROCOID, tuple, column, &isnull);

	return isnull ? NULL : TextDatumGetCString(value);
}

/* The body as a query, or NULL when it is not a single one that may be inlined. */
static Query *
body_of(HeapTuple tuple, Node *node)
{
	Form_pg_proc proc = (Form_pg_proc) GETSTRUCT(tuple);
	char	   *parsed = text_of(tuple, Anum_pg_proc_prosqlbody);
	GkBody		body = {NameStr(proc->proname), text_of(tuple, Anum_pg_proc_prosrc)};
	ErrorContextCallback context = {error_context_stack, tell_where, &body};
	List	   *queries;
	Query	   *query;

	error_context_stack = &context;
	queries = parsed ? read_parsed(parsed) : parse(tuple, node, body.source);
	error_context_stack = context.previous;
	if (list_length(queries) != 1)
		return NULL;
	query = linitial_node(Query, queries);
	if (query->commandType != CMD_SELECT)
		return NULL;
	/* for a single value it takes one that reads no relation */
	if (!proc->proretset && query->jointree->fromlist != NIL)
		return NULL;
	return query;
}

/*
 * The node, a FuncExpr or OpExpr, calls a function.  Raises what parsing its
 * body raises, as the planner would.  Allocates in CurrentMemoryContext.
 */
void
gk_walk_inlined_call(Oid funcid, Node *node, GkCalls *found)
{
	HeapTuple	tuple;
	Query	   *body = NULL;

	if (funcid < FirstNormalObjectId || found->only_noted || list_member_oid(found->bodies, funcid))
		return;
	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(funcid));
	if (!HeapTupleIsValid(tuple))
		return;
	if (is_candidate(tuple) && !is_evaluated(tuple, node) && !gk_code_needs_events(funcid))
	{
		check_stack_depth();
		body = body_of(tuple, node);
		found->may_change = true;
	}
	ReleaseSysCache(tuple);

	if (body)
	{
		GkCalls		inner = {.bodies = lappend_oid(list_copy(found->bodies), funcid)};

		gk_walk_calls((Node *) body, &inner);
		gk_ask_about_calls(&inner);
	}
}
