/*-------------------------------------------------------------------------
 *
 * check_server_settings.c
 *	  Who can change a setting that runs commands, loads libraries or
 *	  switches protections off?
 *
 * Looks at SET and RESET, ALTER SYSTEM, ALTER ROLE and DATABASE ... SET, and the
 * SET clause of functions.  Which settings matter is a list of names
 * (watched_settings.c).
 *
 * set_config() is judged when the query that calls it is planned, because no
 * hook shows the arguments of a call.  One that no plan shows, and one behind
 * another role's operator or aggregate, is judged as if it named any setting.
 *
 * A value with which a setting guards most (log_statement = 'all') takes nothing
 * away, and is no finding.
 *
 * Does not see: set_config() with a name known only at run time while nothing
 * but strict holds, or where no plan shows it in a session whose own queries
 * called it before; the settings of modules that are not listed.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "base/gatekeeper.h"

#include "access/transam.h"
#include "nodes/nodeFuncs.h"
#include "nodes/parsenodes.h"
#include "optimizer/optimizer.h"
#include "utils/acl.h"
#include "utils/builtins.h"

const GkSymbol gk_server_settings_symbols[] = {
	{"set_config_by_name", GK_SYMBOL_ARGUMENTS},
	{NULL, 0}
};

#define RUN_TIME_NAME "(named at run time)"
#define RUN_TIME_HINT "set_config() could change any setting when it gets the name at run time. Write the name as a constant, or let a superuser review the function and vouch for it with a security label. See pg_gatekeeper(7), EXEMPTIONS."

/*
 * In a superuser's session that has put its rights aside, a user's function
 * could take them back.  (Where rights were gained, core forbids this itself.)
 * name is NULL when it is known only at run time.
 */
static bool
found_user(const char *name, GkFinding *finding)
{
	if (!gk_code_is_untrusted())
		return false;
	if (name != NULL && !gk_setting_is_user(name))
		return false;
	finding->action = "changing the session's user";
	finding->object_type = "setting";
	finding->object = name ? name : RUN_TIME_NAME;
	finding->binds_always = true;
	finding->hint = name == NULL ? RUN_TIME_HINT :
		"A function whose owner is not superuser cannot take back superuser rights that were put aside with SET ROLE or SET SESSION AUTHORIZATION.";
	return true;
}

/*
 * GRANT SET ON PARAMETER, GRANT ALTER SYSTEM ON PARAMETER: an ordinary role that was
 * granted it lends it by its SECURITY DEFINER functions.
 */
static bool
is_lent(const char *name, AclMode right)
{
	Oid			user = GetUserId();
	Oid			session = GetSessionUserId();

	return user != session && !gk_is_superuser(user) &&
		pg_parameter_aclcheck(name, user, right) == ACLCHECK_OK &&
		pg_parameter_aclcheck(name, session, right) != ACLCHECK_OK;
}

/*
 * RESET ALL names nothing.  In a session it goes back to what the session
 * started with; in ALTER SYSTEM and ALTER ROLE it removes what an administrator
 * had set.
 */
static bool
found(VariableSetStmt *stmt, bool lasting, GkFinding *finding)
{
	if (!lasting && stmt->name && found_user(stmt->name, finding))
		return true;
	if (stmt->kind == VAR_RESET_ALL ? !lasting : (stmt->name == NULL || !gk_setting_is_watched(stmt->name)))
		return false;
	if (stmt->kind == VAR_SET_VALUE && gk_setting_is_tight(stmt->name, ExtractSetVariableArgs(stmt)))
		return false;
	finding->action = lasting ? "changing a protected setting for later sessions" :
		"changing a protected setting";
	finding->object_type = "setting";
	finding->object = stmt->name ? stmt->name : "all";
	finding->binds_always = stmt->name && is_lent(stmt->name, lasting ? ACL_ALTER_SYSTEM : ACL_SET);
	return true;
}

/* Who changes our own settings is always of interest. */
static bool
concerns_us(const char *setting)
{
	return pg_strncasecmp(setting, "gatekeeper.", strlen("gatekeeper.")) == 0 ||
		strcmp(setting, "all") == 0;
}

/* Many scripts quieten the log; the server undoes what they SET at their end. */
static bool
is_log_threshold(const char *name)
{
	return pg_strcasecmp(name, "log_min_messages") == 0 ||
		pg_strcasecmp(name, "log_min_error_statement") == 0;
}

/* The SET clauses of CREATE and ALTER FUNCTION. */
static bool
found_in_clauses(List *options, GkFinding *finding)
{
	ListCell   *cell;

	foreach(cell, options)
	{
		DefElem    *option = lfirst_node(DefElem, cell);

		if (strcmp(option->defname, "set") == 0 &&
			found(castNode(VariableSetStmt, option->arg), false, finding))
			return true;
	}
	return false;
}

/* Does it call anything that initdb did not make? */
static bool
calls_others(Oid funcid, void *context)
{
	return funcid >= FirstNormalObjectId;
}

static bool
runs_others_code(Node *node, void *context)
{
	if (node == NULL)
		return false;
	return check_functions_in_node(node, calls_others, context) ||
		expression_tree_walker(node, runs_others_code, context);
}

/*
 * The name that a call of set_config() gives, NULL when it is known only at run
 * time.  A name put together of constants is one, but nobody's function is run
 * to find it out.
 */
static const char *
constant_name(Node *arg)
{
	if (!IsA(arg, Const) && !runs_others_code(arg, NULL))
		arg = eval_const_expressions(NULL, copyObject(arg));
	if (!IsA(arg, Const))
		return NULL;
	if (((Const *) arg)->constisnull)
		return "";				/* core will complain */
	return TextDatumGetCString(((Const *) arg)->constvalue);
}

/*
 * set_config('name', ...): a name that is known only at run time is known too
 * late, and honest code does not need one; but pg_dump has one, so strict
 * alone does not count.  call is NULL where none shows its arguments.
 */
static bool
found_in_call(FuncExpr *call, GkFinding *finding)
{
	const char *name = call ? constant_name(linitial(call->args)) : NULL;

	if (found_user(name, finding))
		return true;
	if (name && !gk_setting_is_watched(name))
		return false;
	finding->action = "changing a protected setting";
	finding->object_type = "setting";
	finding->object = name ? name : RUN_TIME_NAME;
	if (name == NULL)
	{
		finding->scripts_may = true;
		finding->ignores = GK_STRICT;
		finding->hint = RUN_TIME_HINT;
	}
	return true;
}

bool
gk_check_server_settings(const GkRequest *request, GkFinding *finding)
{
	/* one that is about to be executed was judged when it was planned */
	if (request->door == GK_DOOR_FUNCTION)
		return (request->call || (request->circumstances & GK_UNTRUSTED)) &&
			found_in_call(request->call, finding);

	switch (nodeTag(request->stmt))
	{
		case T_VariableSetStmt:
			if (!found((VariableSetStmt *) request->stmt, false, finding))
				return false;
			finding->scripts_may = is_log_threshold(finding->object);
			return true;
		case T_AlterSystemStmt:
			if (!found(((AlterSystemStmt *) request->stmt)->setstmt, true, finding))
				return false;
			finding->always_recorded = concerns_us(finding->object);
			return true;
		case T_AlterRoleSetStmt:
			return found(((AlterRoleSetStmt *) request->stmt)->setstmt, true, finding);
		case T_AlterDatabaseSetStmt:
			return found(((AlterDatabaseSetStmt *) request->stmt)->setstmt, true, finding);
		case T_CreateFunctionStmt:
			return found_in_clauses(((CreateFunctionStmt *) request->stmt)->options, finding);
		case T_AlterFunctionStmt:
			return found_in_clauses(((AlterFunctionStmt *) request->stmt)->actions, finding);
		default:
			return false;
	}
}
