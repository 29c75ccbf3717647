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
 * Only what stands in views is marked.  A default or a constraint of a superuser's
 * table may be a copy of another role's (LIKE, INHERITS).  Of these the running
 * statement gives a guess, good enough to name and to become.
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
#include "nodes/nodeFuncs.h"
#include "replication/logicalworker.h"
#include "tcop/pquery.h"
#include "utils/lsyscache.h"

/*
 * The place of a stored call whose author is trusted, whatever becomes of roles.
 * No role has so small an oid.
 */
#define GK_TRUSTED_PLACE (-2)

/* Where the node itself stands, or NULL for one that calls nothing. */
static int *
place_of(Node *node)
{
	switch (nodeTag(node))
	{
		case T_FuncExpr:
			return &((FuncExpr *) node)->location;
		case T_OpExpr:
		case T_DistinctExpr:
		case T_NullIfExpr:
			return &((OpExpr *) node)->location;
		case T_ScalarArrayOpExpr:
			return &((ScalarArrayOpExpr *) node)->location;
		case T_Aggref:
			return &((Aggref *) node)->location;
		case T_WindowFunc:
			return &((WindowFunc *) node)->location;
		default:
			return NULL;
	}
}

/* What binds the call to the function, if not its name. */
static bool
is_bound_by_others(const Node *node)
{
	switch (nodeTag(node))
	{
		case T_FuncExpr:
			return (((const FuncExpr *) node)->funcformat == COERCE_EXPLICIT_CAST ||
					((const FuncExpr *) node)->funcformat == COERCE_IMPLICIT_CAST) &&
				gk_cast_is_others(((const FuncExpr *) node)->funcid);
		case T_OpExpr:
		case T_DistinctExpr:
		case T_NullIfExpr:
			return gk_operator_is_others(((const OpExpr *) node)->opno);
		case T_ScalarArrayOpExpr:
			return gk_operator_is_others(((const ScalarArrayOpExpr *) node)->opno);
		default:
			return false;
	}
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
	int			place = *place_of(unconstify(Node *, node));
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

/*
 * ALTER TABLE that makes expressions anew from the text of what is stored: of the
 * table, of its children, and with ALTER TYPE of every table that is made OF the
 * type.
 */
static bool
reads_stored_text(void)
{
	AlterTableStmt *stmt = (AlterTableStmt *) gk_statement_of(T_AlterTableStmt);
	ListCell   *cell;
	Oid			relid;

	if (stmt == NULL)
		return false;
	foreach(cell, stmt->cmds)
		if (GK_READS_STORED_TEXT(lfirst_node(AlterTableCmd, cell)->subtype))
		{
			relid = RangeVarGetRelid(stmt->relation, NoLock, true);
			return !OidIsValid(relid) || gk_relation_is_others(relid) || has_subclass(relid) ||
				get_rel_relkind(relid) == RELKIND_COMPOSITE_TYPE;
		}
	return false;
}

/* What the client calls by the fast-path protocol stands nowhere. */
static bool
is_called_by_client(void)
{
	return ActivePortal == NULL && !IsLogicalWorker() && !IsParallelWorker() &&
		gk_running_query() == NULL && gk_statement->pstmt == NULL;
}

/*
 * Is it known on whose behalf this call is made: whoever runs the text it stands
 * in, or an author who is trusted?  call is what fn_expr of the call's FmgrInfo
 * points to.  Asked at the call.
 */
bool
gk_call_has_author(const Node *call)
{
	int		   *place;

	if (call == NULL)
		return is_called_by_client();
	place = place_of(unconstify(Node *, call));
	if (place == NULL || is_bound_by_others(call))
		return false;
	if (*place >= 0)
		return !reads_stored_text();
	if (is_marked_as_own(*place))
		return true;
	if (is_of_aggregate(call) && gk_running_aggregates(has_author))
		return true;
	/* plans come to parallel workers without places */
	return IsParallelWorker() && gk_leader_has_only_trusted();
}

/*
 * The role whose call it is, of which gk_call_has_author() says no, or InvalidOid
 * where that is not known, or where it would be a trusted one.
 */
Oid
gk_call_lender(const Node *call)
{
	const int  *place = call ? place_of(unconstify(Node *, call)) : NULL;
	Oid			lender = place ? author_at(*place) : InvalidOid;
	Oid			vehicle;

	if (!OidIsValid(lender))
	{
		vehicle = gk_running_vehicle();
		lender = OidIsValid(vehicle) ? gk_relation_owner(vehicle) : InvalidOid;
	}
	return OidIsValid(lender) && !gk_code_owner_is_trusted(lender) ? lender : InvalidOid;
}

/* ------------------------------------------------------------------------
 * What the planner is handed
 * ------------------------------------------------------------------------
 */

static bool mark_expressions(Node *node, void *mark);

/* The view whose query this is, or InvalidOid. */
static Oid
view_of(const RangeTblEntry *rte)
{
	const RangeTblEntry *old;

	if (OidIsValid(rte->relid))
		return rte->relid;		/* from 16 on */
	if (rte->subquery->rtable == NIL)
		return InvalidOid;
	/* the relation that a rule belongs to is the first of its query */
	old = linitial_node(RangeTblEntry, rte->subquery->rtable);
	return old->rtekind == RTE_RELATION && old->relkind == RELKIND_VIEW ? old->relid : InvalidOid;
}

/* What the calls of a view are marked with, or 0. */
static int
mark_of_view(Oid view)
{
	Oid			owner = view < FirstNormalObjectId ? InvalidOid : gk_relation_owner(view);

	if (!OidIsValid(owner))
		return GK_TRUSTED_PLACE;
	return owner <= PG_INT32_MAX ? -(int) owner : 0;
}

/*
 * One level of a query, whose expressions get this mark.  Not those of policies,
 * which are the relation's owner's, nor those of a level that writes, into which
 * defaults and checks of others were put.
 */
static bool
mark_level(Query *query, int mark)
{
	int			own = query->commandType == CMD_SELECT ? mark : 0;
	ListCell   *cell;

	check_stack_depth();
	foreach(cell, query->rtable)
	{
		RangeTblEntry *rte = lfirst_node(RangeTblEntry, cell);

		if (rte->rtekind == RTE_SUBQUERY)
		{
			Oid			view = view_of(rte);

			mark_level(rte->subquery, OidIsValid(view) ? mark_of_view(view) : mark);
		}
		else if (own)
		{
			mark_expressions((Node *) rte->functions, &own);
			mark_expressions((Node *) rte->tablefunc, &own);
			mark_expressions((Node *) rte->values_lists, &own);
		}
	}
	return query_tree_walker(query, mark_expressions, &own, QTW_IGNORE_RANGE_TABLE);
}

static bool
mark_expressions(Node *node, void *context)
{
	int			mark = *(int *) context;
	int		   *place;

	if (node == NULL)
		return false;
	if (IsA(node, Query))
		return mark_level((Query *) node, mark);
	place = place_of(node);
	if (place && *place < 0 && mark)
		*place = mark;
	return expression_tree_walker(node, mark_expressions, context);
}

/* The materialized view that the statement fills from its query as stored, or NULL. */
static const RangeVar *
filled_view(void)
{
	RefreshMatViewStmt *refresh = (RefreshMatViewStmt *) gk_statement_of(T_RefreshMatViewStmt);
	CreateTableAsStmt *create = (CreateTableAsStmt *) gk_statement_of(T_CreateTableAsStmt);

	if (refresh)
		return refresh->relation;
	/* from 17 on it is made first and then refreshed; before, its text is planned */
	return create && create->objtype == OBJECT_MATVIEW ? create->into->rel : NULL;
}

/* What REFRESH plans is what the materialized view's owner wrote. */
static bool
is_refreshed(void)
{
	const RangeVar *view = filled_view();
	Oid			relid;

	if (view == NULL || gk_running_query() != NULL)
		return false;
	relid = RangeVarGetRelid(view, NoLock, true);
	return OidIsValid(relid) && !gk_relation_is_others(relid);
}

/* Is there a view in it, or a level below that would have to be looked through? */
static inline bool
may_use_view(const Query *query)
{
	ListCell   *cell;

	if (query->hasSubLinks || query->cteList != NIL)
		return true;
	foreach(cell, query->rtable)
		if (((RangeTblEntry *) lfirst(cell))->rtekind == RTE_SUBQUERY)
			return true;
	return false;
}

/*
 * Is it what a rule of the server's own views does, as UPDATE of pg_settings?  The
 * relation that a rule belongs to is among those of its action.
 */
static bool
is_servers_rule(const Query *query)
{
	ListCell   *cell;

	if (query->querySource == QSRC_ORIGINAL || query->rtable == NIL)
		return false;
	foreach(cell, query->rtable)
	{
		const RangeTblEntry *rte = lfirst_node(RangeTblEntry, cell);
		Oid			relid = rte->rtekind == RTE_SUBQUERY ? view_of(rte) : rte->relid;

		if (!OidIsValid(relid) || relid >= FirstNormalObjectId)
			return false;
	}
	return true;
}

/*
 * A query is about to be planned in a privileged session: mark the calls that
 * stand in views of superusers, and those of the query itself where it is the
 * body of a superuser's function that is stored read (BEGIN ATOMIC), what a
 * superuser's materialized view is made of, or what a rule of the server's does.
 * The planner may change the query, and so may this.
 */
void
gk_mark_trusted(Query *query, bool is_body)
{
	is_body |= is_refreshed() || is_servers_rule(query);
	if (is_body || may_use_view(query))
		mark_level(query, is_body ? GK_TRUSTED_PLACE : 0);
}
