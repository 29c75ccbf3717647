/*-------------------------------------------------------------------------
 *
 * administrator.c
 *	  Administrators who log in with their own names: is the user that the session
 *	  acts as the client's own choice?
 *
 * A login role with the label 'administrator' (or 'trusted', whose code counts as a
 * superuser's anyway) may become another role by SET ROLE, SET SESSION
 * AUTHORIZATION or set_user(): what its client then does is as plain as if that
 * role had logged in.  Only the client's own statement counts: one that arrives at
 * top level, with nothing of others around it.  hooks.c and requests.c tell of
 * those.
 *
 * What is remembered is the role that such a statement leads to, before it runs.
 * A statement that then fails leads nowhere, since the role is looked at again
 * whenever somebody asks.  Should some code of others later go the same way in
 * the same session, it is untrusted all the same: this file says only how the
 * client's own text counts.
 *
 * Does not see: set_config('role', ...); set_user() in a statement that is not
 * planned anew (a driver's prepared one), or with an argument that is known only
 * when it runs.  The session is elevated then.  In a parallel worker likewise.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "origin/labels.h"

#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/pg_language.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "tcop/pquery.h"
#include "tcop/tcopprot.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/syscache.h"

/* What extension set_user's functions are called in C: set_user(), reset_user() ... */
#define SET_USER_SYMBOL "set_user"

/* The role that the client's last switch leads to. */
static Oid	switched_to;

/*
 * SET or RESET is about to run, called by no function.  Is it SET ROLE, and the
 * client's own statement?  Which role does it lead to?
 */
void
gk_client_sets(VariableSetStmt *stmt, ProcessUtilityContext context,
			   const char *source_text)
{
	const char *name;

	if (stmt->name == NULL || pg_strcasecmp(stmt->name, "role") != 0 ||
		context != PROCESS_UTILITY_TOPLEVEL || source_text != debug_query_string)
		return;
	name = stmt->kind == VAR_SET_VALUE ? ExtractSetVariableArgs(stmt) : NULL;
	switched_to = name && IsTransactionState() ? get_role_oid(name, true) : InvalidOid;
}

/*
 * Has the client, by a statement of its own, become another role, which the
 * session still acts as?  Whether a label says that this counts is not asked.
 */
bool
gk_client_has_switched(void)
{
	Oid			outer = GetOuterUserId();

	if (switched_to != outer)
		switched_to = InvalidOid;
	return OidIsValid(switched_to) && outer != GetSessionUserId();
}

/* Does the login role's label make its switches count?  In a transaction. */
bool
gk_client_is_administrator(void)
{
	GkLabel		label = gk_label_on_role(GetSessionUserId());

	return label.administrator || label.trusted;
}

/* Is this the work of an administrator who has become another role? */
bool
gk_administrator_acts(void)
{
	return OidIsValid(switched_to) && IsTransactionState() && gk_client_has_switched() &&
		gk_client_is_administrator();
}

/*
 * The role whose rights are the client's own: session_user, or the one that an
 * administrator has become.  In a transaction.
 */
Oid
gk_client_role(void)
{
	return gk_administrator_acts() ? GetOuterUserId() : GetSessionUserId();
}

/* Is it a function of the extension set_user?  Only superusers can name a symbol. */
static bool
is_set_user(Oid funcid)
{
	HeapTuple	tuple;
	bool		answer = false;

	if (funcid < FirstNormalObjectId)
		return false;
	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(funcid));
	if (HeapTupleIsValid(tuple))
	{
		if (((Form_pg_proc) GETSTRUCT(tuple))->prolang == ClanguageId)
		{
			bool		isnull;
			Datum		symbol = SysCacheGetAttr(PROCOID, tuple, Anum_pg_proc_prosrc, &isnull);

			answer = !isnull && strcmp(TextDatumGetCString(symbol), SET_USER_SYMBOL) == 0;
		}
		ReleaseSysCache(tuple);
	}
	return answer;
}

static bool
find_set_user(Node *node, void *context)
{
	FuncExpr  **call = context;

	if (node == NULL)
		return false;
	if (IsA(node, FuncExpr) && is_set_user(((FuncExpr *) node)->funcid))
	{
		*call = (FuncExpr *) node;
		return true;
	}
	return expression_tree_walker(node, find_set_user, context);
}

/* The name that the call gives, when it is known by now; else NULL. */
static char *
role_argument(FuncExpr *call, ParamListInfo params)
{
	Node	   *arg = call->args ? linitial(call->args) : NULL;

	if (arg && IsA(arg, Const) && !((Const *) arg)->constisnull)
		return TextDatumGetCString(((Const *) arg)->constvalue);
	if (arg && IsA(arg, Param) && params && ((Param *) arg)->paramkind == PARAM_EXTERN &&
		((Param *) arg)->paramid <= params->numParams && params->paramFetch == NULL)
	{
		ParamExternData *param = &params->params[((Param *) arg)->paramid - 1];

		if (!param->isnull && param->ptype == TEXTOID)
			return TextDatumGetCString(param->value);
	}
	return NULL;
}

/*
 * A query is about to be planned, for no function.  Is it the client's own, and
 * does it call set_user() itself, in a SELECT that reads no relation?
 */
void
gk_client_queries(Query *query, ParamListInfo params)
{
	FuncExpr   *call = NULL;
	ListCell   *cell;
	char	   *name;

	if (ActivePortal || gk_statement->pstmt)
		return;
	(void) gk_client_has_switched();	/* forgets what is no longer so */
	if (query->commandType != CMD_SELECT || query->cteList || query->hasSubLinks ||
		!gk_client_is_administrator())
		return;
	foreach(cell, query->rtable)
	{
		RangeTblEntry *rte = lfirst_node(RangeTblEntry, cell);

		if (rte->rtekind != RTE_FUNCTION && rte->rtekind != RTE_RESULT)
			return;
		if (call == NULL)
			(void) find_set_user((Node *) rte->functions, &call);
	}
	if (call == NULL)
		(void) find_set_user((Node *) query->targetList, &call);
	if (call == NULL)
		return;
	name = role_argument(call, params);
	switched_to = name ? get_role_oid(name, true) : InvalidOid;
}
