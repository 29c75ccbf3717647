/*-------------------------------------------------------------------------
 *
 * indirect_calls.c
 *	  Which functions does a call lead to that the query does not show?
 *
 * An ordinary role can put others' functions together into something that runs
 * without any code of its own on the stack, in the caller's place and with his
 * rights:
 *
 *	defaults	of its function's arguments.  The planner puts them where a call
 *			leaves an argument out, after query_calls.c has seen the query; with
 *			DEFAULT pg_read_file('...') a superuser hands the function the file.
 *			CALL has them in its arguments already.
 *	operators	over a function: the text shows the operator's name, and who
 *			chose what it stands for is its owner.
 *	casts	to and from its type, over a function: with or without a word of it
 *			in the text.
 *	aggregates	over support functions, which no plan shows.
 *
 * What these call counts as their owner's call.
 *
 * Does not see: support functions of range types.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "origin/query_calls.h"

#include "access/htup_details.h"
#include "access/transam.h"
#include "catalog/pg_aggregate.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "nodes/nodeFuncs.h"
#include "utils/builtins.h"
#include "utils/syscache.h"

static void
note(Oid funcid, Node *node, GkCalls *found)
{
	if (OidIsValid(funcid))
		gk_note_call(funcid, node, found);
}

static void
note_operator(Oid opno, Node *node, GkCalls *found)
{
	HeapTuple	tuple = opno >= FirstNormalObjectId ?
		SearchSysCache1(OPEROID, ObjectIdGetDatum(opno)) : NULL;

	if (HeapTupleIsValid(tuple))
	{
		Form_pg_operator op = (Form_pg_operator) GETSTRUCT(tuple);

		if (!gk_code_owner_is_trusted(op->oprowner))
			note(op->oprcode, node, found);
		ReleaseSysCache(tuple);
	}
}

static bool
is_others_type(Oid typid)
{
	HeapTuple	tuple = typid >= FirstNormalObjectId ?
		SearchSysCache1(TYPEOID, ObjectIdGetDatum(typid)) : NULL;
	bool		others = false;

	if (HeapTupleIsValid(tuple))
	{
		others = !gk_code_owner_is_trusted(((Form_pg_type) GETSTRUCT(tuple))->typowner);
		ReleaseSysCache(tuple);
	}
	return others;
}

/* A cast has no owner of its own; who owns one of its types may make it. */
static void
note_cast(FuncExpr *call, GkCalls *found)
{
	Node	   *from = call->args ? linitial(call->args) : NULL;

	if (call->funcformat != COERCE_EXPLICIT_CAST && call->funcformat != COERCE_IMPLICIT_CAST)
		return;
	/* what the function takes may be less special than what is cast */
	while (from && IsA(from, RelabelType))
		from = (Node *) ((RelabelType *) from)->arg;
	if ((from && is_others_type(exprType(from))) || is_others_type(call->funcresulttype))
		note(call->funcid, (Node *) call, found);
}

static void
note_aggregate(Oid funcid, Node *node, GkCalls *found)
{
	HeapTuple	tuple = funcid >= FirstNormalObjectId && gk_code_function_is_untrusted(funcid) ?
		SearchSysCache1(AGGFNOID, ObjectIdGetDatum(funcid)) : NULL;

	if (HeapTupleIsValid(tuple))
	{
		Form_pg_aggregate agg = (Form_pg_aggregate) GETSTRUCT(tuple);

		note(agg->aggtransfn, node, found);
		note(agg->aggfinalfn, node, found);
		note(agg->aggcombinefn, node, found);
		note(agg->aggserialfn, node, found);
		note(agg->aggdeserialfn, node, found);
		note(agg->aggmtransfn, node, found);
		note(agg->aggminvtransfn, node, found);
		note(agg->aggmfinalfn, node, found);
		ReleaseSysCache(tuple);
	}
}

/* Is this argument, counted from 0, in the call? */
static bool
is_given(const FuncExpr *call, int argument)
{
	int			position = 0;
	ListCell   *cell;

	foreach(cell, call->args)
	{
		Node	   *node = lfirst(cell);

		if (argument == (IsA(node, NamedArgExpr) ? ((NamedArgExpr *) node)->argnumber : position))
			return true;
		position++;
	}
	return false;
}

/* As stored, for the last of the input arguments; or NIL. */
static List *
defaults_of(HeapTuple tuple)
{
	bool		isnull;
	Datum		stored = SysCacheGetAttr(PROCOID, tuple, Anum_pg_proc_proargdefaults, &isnull);

	return isnull ? NIL : castNode(List, stringToNode(TextDatumGetCString(stored)));
}

static void
walk_defaults(const FuncExpr *call, GkCalls *found)
{
	HeapTuple	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(call->funcid));
	int			nargs;
	List	   *defaults;
	ListCell   *cell;

	if (!HeapTupleIsValid(tuple))
		return;
	nargs = ((Form_pg_proc) GETSTRUCT(tuple))->pronargs;
	defaults = list_length(call->args) < nargs ? defaults_of(tuple) : NIL;
	ReleaseSysCache(tuple);

	foreach(cell, defaults)
	{
		int			argument = nargs - list_length(defaults) + foreach_current_index(cell);

		if (!is_given(call, argument))
			gk_walk_calls(lfirst(cell), found);
	}
}

/*
 * Note what the node's own call leads to, not its arguments'.  Allocates in
 * CurrentMemoryContext.
 */
void
gk_walk_indirect_calls(Node *node, GkCalls *found)
{
	bool		outer = found->indirect;

	found->indirect = true;
	switch (nodeTag(node))
	{
		case T_FuncExpr:
			note_cast((FuncExpr *) node, found);
			if (((FuncExpr *) node)->funcid >= FirstNormalObjectId &&
				gk_code_function_is_untrusted(((FuncExpr *) node)->funcid))
			{
				walk_defaults((FuncExpr *) node, found);
				found->may_change = true;
			}
			break;
		case T_OpExpr:
		case T_DistinctExpr:
		case T_NullIfExpr:
			note_operator(((OpExpr *) node)->opno, node, found);
			break;
		case T_ScalarArrayOpExpr:
			note_operator(((ScalarArrayOpExpr *) node)->opno, node, found);
			break;
		case T_Aggref:
			note_aggregate(((Aggref *) node)->aggfnoid, node, found);
			break;
		case T_WindowFunc:
			note_aggregate(((WindowFunc *) node)->winfnoid, node, found);
			break;
		default:
			break;
	}
	found->indirect = outer;
}
