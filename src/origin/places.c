/*-------------------------------------------------------------------------
 *
 * places.c
 *	  Where does a call stand: in a text, or in a stored expression?
 *
 * A node of an expression that was read from a text knows its place there; in
 * one that was read from a catalog all places are -1, in every vehicle there is:
 * view, rule, policy, default, CHECK, index, domain, generated column, partition
 * key, argument default.  Who runs a text is told by code_origin.c; whose a stored
 * expression is, by its place alone nobody can say.  So a stored call has no
 * author, and counts as untrusted, unless the planner was seen to get it from a
 * view: then its place is the negative oid of the view's owner, which core takes
 * for -1, and which goes where the node goes.
 *
 * Of what stands elsewhere (marks.c) the running statement gives a guess, good enough
 * to name and to become.
 *
 * Where core reads stored text anew, a place proves nothing: ALTER TABLE ... TYPE
 * does.  And a place tells who called an operator, not who made it.
 *
 * Does not see: a view that was given to a superuser by its author (backdoor asks
 * about that when it is given).
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "origin/code_stack.h"
#include "origin/owners.h"

#include "access/parallel.h"
#include "access/transam.h"
#include "catalog/namespace.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "parser/parse_type.h"
#include "tcop/pquery.h"
#include "tcop/tcopprot.h"
#include "utils/lsyscache.h"

/* The operator that the node is a use of, or InvalidOid. */
Oid
gk_operator_of(const Node *node)
{
	switch (nodeTag(node))
	{
		case T_OpExpr:
		case T_DistinctExpr:
		case T_NullIfExpr:
			return ((const OpExpr *) node)->opno;
		case T_ScalarArrayOpExpr:
			return ((const ScalarArrayOpExpr *) node)->opno;
		default:
			return InvalidOid;
	}
}

/* What binds the call to the function, if not its name. */
static bool
is_bound_by_others(const Node *node)
{
	if (IsA(node, FuncExpr))
		return (((const FuncExpr *) node)->funcformat == COERCE_EXPLICIT_CAST ||
				((const FuncExpr *) node)->funcformat == COERCE_IMPLICIT_CAST) &&
			gk_cast_is_others(((const FuncExpr *) node)->funcid);
	return gk_operator_is_others(gk_operator_of(node));
}

/* Whose view the call at this place stands in, or InvalidOid. */
static Oid
author_at(int place)
{
	return place < GK_TRUSTED_PLACE ? (Oid) -place : InvalidOid;
}

/*
 * Is what stands at this place a trusted author's; or the current user's, in a
 * session that no superuser will use after it?
 */
static bool
is_marked_as_own(int place)
{
	Oid			author = author_at(place);

	if (!OidIsValid(author))
		return place == GK_TRUSTED_PLACE;
	return gk_code_session_is_superusers() ? gk_code_owner_is_trusted(author) :
		gk_code_owner_is_own(author);
}

/* Is it known who wrote this aggregate's or window function's call? */
static bool
has_author(const Node *node)
{
	int			place = *gk_place_of(unconstify(Node *, node));
	Oid			funcid = IsA(node, Aggref) ? ((const Aggref *) node)->aggfnoid :
		((const WindowFunc *) node)->winfnoid;

	return (place >= 0 || is_marked_as_own(place)) && !gk_code_function_is_untrusted(funcid);
}

/*
 * The functions of an aggregate are called by way of a node that the executor
 * makes up, whose argument is nothing.
 */
static bool
is_of_aggregate(const Node *call)
{
	const FuncExpr *expr = (const FuncExpr *) call;

	return IsA(call, FuncExpr) && expr->args != NIL && IsA(linitial(expr->args), Param) &&
		((const Param *) linitial(expr->args))->paramid == -1;
}

static bool
any_is_others(List *relids)
{
	ListCell   *cell;

	foreach(cell, relids)
		if (gk_relation_is_others(lfirst_oid(cell)))
			return true;
	return false;
}

/* Does the column come with an expression? */
static bool
has_expression(const ColumnDef *column)
{
	ListCell   *cell;

	foreach(cell, column->constraints)
	{
		ConstrType	type = lfirst_node(Constraint, cell)->contype;

		if (type == CONSTR_CHECK || type == CONSTR_DEFAULT || type == CONSTR_GENERATED)
			return true;
	}
	return false;
}

/*
 * Does the command evaluate what is not the text of whoever says it?  Of a changed type
 * it makes expressions anew from what is stored.  A new CHECK or column of another
 * role's table comes from a dump of it as often as not, and is checked at once.
 */
static bool
evaluates_stored(const AlterTableCmd *cmd)
{
	if (cmd->subtype == AT_AddConstraint && IsA(cmd->def, Constraint))
		return castNode(Constraint, cmd->def)->contype == CONSTR_CHECK;
	if (cmd->subtype == AT_AddColumn && IsA(cmd->def, ColumnDef))
		return has_expression(castNode(ColumnDef, cmd->def));
	return GK_READS_STORED_TEXT(cmd->subtype);
}

/* Of the table, of its children, and of every table that is made OF the type. */
static bool
alters_others(const AlterTableStmt *stmt)
{
	ListCell   *cell;
	Oid			relid;

	foreach(cell, stmt->cmds)
		if (evaluates_stored(lfirst_node(AlterTableCmd, cell)))
		{
			relid = RangeVarGetRelid(stmt->relation, NoLock, true);
			return !OidIsValid(relid) || any_is_others(find_all_inheritors(relid, NoLock, NULL)) ||
				get_rel_relkind(relid) == RELKIND_COMPOSITE_TYPE;
		}
	return false;
}

static bool
alters_others_domain(const AlterDomainStmt *stmt)
{
	Oid			domain = LookupTypeNameOid(NULL, makeTypeNameFromNameList(stmt->typeName), true);

	return stmt->subtype == 'C' && gk_object_is_others(TypeRelationId, domain);
}

/*
 * Is the utility statement at work one that evaluates the expressions of others, though
 * it has a text of its own?
 */
bool
gk_statement_is_for_others(void)
{
	Node	   *stmt = gk_statement->pstmt ? gk_statement->pstmt->utilityStmt : NULL;

	if (likely(stmt == NULL) || gk_running_query() != NULL)
		return false;
	if (IsA(stmt, AlterTableStmt))
		return alters_others((AlterTableStmt *) stmt);
	return IsA(stmt, AlterDomainStmt) && alters_others_domain((AlterDomainStmt *) stmt);
}

/*
 * What the client calls by the fast-path protocol stands nowhere.  No statement is
 * there then, not even the text of one.
 */
static bool
is_called_by_client(void)
{
	return MyBackendType == B_BACKEND && debug_query_string == NULL && gk_planned == NULL &&
		ActivePortal == NULL && gk_running_query() == NULL && gk_statement->pstmt == NULL;
}

/* The query that the planner has at hand in a privileged session, or NULL; and since where. */
const Query *gk_planned;
char	   *gk_planned_at;

typedef struct GkMentions
{
	Oid			funcid;
	bool		any;
	bool		others;
} GkMentions;

static Oid
function_of(const Node *node)
{
	if (IsA(node, FuncExpr))
		return ((const FuncExpr *) node)->funcid;
	if (IsA(node, Aggref))
		return ((const Aggref *) node)->aggfnoid;
	if (IsA(node, WindowFunc))
		return ((const WindowFunc *) node)->winfnoid;
	return get_opcode(gk_operator_of(node));
}

/* Look at each call: of the function, or of another role's, which may bring one. */
static bool
note_mentions(Node *node, void *context)
{
	GkMentions *mentions = context;
	int		   *place;
	Oid			funcid;

	if (node == NULL || mentions->others)
		return false;
	if (IsA(node, Query))
		return query_tree_walker((Query *) node, note_mentions, context, 0);
	place = gk_place_of(node);
	funcid = place ? function_of(node) : InvalidOid;
	if (place && funcid == mentions->funcid)
	{
		mentions->any = true;
		mentions->others = (*place < 0 && !is_marked_as_own(*place)) || is_bound_by_others(node);
	}
	else if (place)
		mentions->others = gk_code_function_is_untrusted(funcid);
	return expression_tree_walker(node, note_mentions, context);
}

/*
 * The planner calls functions itself, by a node that it makes up: to have the value
 * of a call with constant arguments.  That is the doing of whoever wrote the query,
 * where each of its calls of the function has an author, and none can come by way of
 * a table.
 */
static bool
is_of_planned(Oid funcid)
{
	GkMentions	mentions = {funcid, false, false};

	/* nor what a query calls that began since */
	if (gk_planned == NULL || gk_innermost->stack < gk_planned_at)
		return false;
	(void) note_mentions((Node *) unconstify(Query *, gk_planned), &mentions);
	return mentions.any && !mentions.others && !gk_is_in_tables(funcid);
}

/*
 * Is it known on whose behalf this call is made: whoever runs the text it stands
 * in, or an author who is trusted?  call is what fn_expr of the call's FmgrInfo
 * points to.  Asked at the call.
 */
bool
gk_call_has_author(Oid funcid, const Node *call)
{
	int		   *place;

	gk_running_prune(__builtin_frame_address(0));
	if (call == NULL)
		return is_called_by_client() || is_of_planned(funcid);
	place = gk_place_of(unconstify(Node *, call));
	if (place == NULL || is_bound_by_others(call))
		return false;
	if (*place >= 0)
		return !gk_statement_is_for_others();
	if (is_marked_as_own(*place) || (*place == -1 && is_of_planned(funcid)))
		return true;
	if (is_of_aggregate(call) && gk_running_aggregates(has_author))
		return true;
	/* plans come to parallel workers without places */
	return IsParallelWorker() && gk_leader_has_only_trusted();
}

/* The role whose view the call stands in, where that is known and no trusted one. */
Oid
gk_call_viewer(const Node *call)
{
	const int  *place = call ? gk_place_of(unconstify(Node *, call)) : NULL;
	Oid			author = place ? author_at(*place) : InvalidOid;

	return OidIsValid(author) && !gk_code_owner_is_trusted(author) ? author : InvalidOid;
}

/*
 * The role whose call it is, of which gk_call_has_author() says no, or InvalidOid
 * where that is not known, or where it would be a trusted one.
 */
Oid
gk_call_lender(const Node *call)
{
	Oid			lender = gk_call_viewer(call);
	Oid			operator = call ? gk_operator_of(call) : InvalidOid;
	Oid			vehicle;

	if (!OidIsValid(lender) && gk_operator_is_others(operator))
		lender = gk_operator_owner(operator);
	if (!OidIsValid(lender))
	{
		vehicle = gk_running_vehicle();
		lender = OidIsValid(vehicle) ? gk_relation_owner(vehicle) : InvalidOid;
	}
	return OidIsValid(lender) && !gk_code_owner_is_trusted(lender) ? lender : InvalidOid;
}
