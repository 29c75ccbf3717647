/*-------------------------------------------------------------------------
 *
 * marks.c
 *	  The planner is about to be handed a query: mark whose its stored calls are.
 *
 * A node that was read from a catalog has no place in a text.  While the query still
 * shows which view each part of it came from, the calls get the view's owner for a
 * place (places.c).
 *
 * Only what stands in views is marked.  A default or a constraint of a superuser's
 * table may be a copy of another role's (LIKE, INHERITS).
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "origin/labels.h"
#include "origin/owners.h"

#include "access/transam.h"
#include "catalog/namespace.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"

/* Where the node itself stands, or NULL for one that calls nothing. */
int *
gk_place_of(Node *node)
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
	if (!gk_code_owner_is_trusted(owner) && gk_label_trusts_view(view))
		return GK_TRUSTED_PLACE;
	return owner <= PG_INT32_MAX ? -(int) owner : 0;
}

/* What a view of others has a superuser's view show goes to its owner. */
static bool
is_others_mark(int mark)
{
	return mark < GK_TRUSTED_PLACE && !gk_code_owner_is_trusted((Oid) -mark);
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

			mark_level(rte->subquery, OidIsValid(view) && !is_others_mark(mark) ? mark_of_view(view) : mark);
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
	/* rules of others may be in one that writes */
	if (IsA(node, CommonTableExpr) && IsA(((CommonTableExpr *) node)->ctequery, Query) &&
		((Query *) ((CommonTableExpr *) node)->ctequery)->commandType != CMD_SELECT)
		return mark_level((Query *) ((CommonTableExpr *) node)->ctequery, 0);
	place = gk_place_of(node);
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
	return OidIsValid(relid) && (!gk_relation_is_others(relid) || gk_label_trusts_view(relid));
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
	/* what rules add is no part of the body */
	is_body = (is_body && query->querySource == QSRC_ORIGINAL) || is_refreshed() || is_servers_rule(query);
	if (is_body || may_use_view(query))
		mark_level(query, is_body ? GK_TRUSTED_PLACE : 0);
}
