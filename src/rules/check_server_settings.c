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
 * set_config() is judged by the name it is called with.
 *
 * A value with which a setting guards most (log_statement = 'all') takes nothing
 * away, and is no finding.
 *
 * Does not see: the settings of modules that are not listed.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "base/app_user.h"
#include "base/gatekeeper.h"

#include "nodes/parsenodes.h"
#include "utils/acl.h"
#include "utils/builtins.h"

const GkSymbol gk_server_settings_symbols[] = {
	{"set_config_by_name", 0},
	{NULL, 0}
};

/*
 * In a superuser's session that has put its rights aside, code of others could
 * take them back.  (Where rights were gained, core forbids this itself.)
 */
static bool
found_user(const char *name, bool has_no_author, GkFinding *finding)
{
	if (!gk_setting_is_user(name) || !(has_no_author || gk_code_is_untrusted()))
		return false;
	finding->action = "changing the session's user";
	finding->object_type = "setting";
	finding->object = name;
	finding->binds_always = true;
	finding->hint = "Code whose author is not superuser cannot take back superuser rights that were put aside with SET ROLE or SET SESSION AUTHORIZATION.";
	return true;
}

/* The server takes no value for it from anybody; that it was tried is on record. */
static bool
found_app_user(const char *name, GkFinding *finding)
{
	if (pg_strcasecmp(name, GK_APP_SETTING) != 0)
		return false;
	finding->action = "setting the application user";
	finding->object_type = "setting";
	finding->object = name;
	finding->binds_always = true;
	finding->hint = "Call gatekeeper.login() with a signed token.";
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
	if (!lasting && stmt->name && found_user(stmt->name, false, finding))
		return true;
	if (stmt->name && (stmt->kind == VAR_SET_VALUE || stmt->kind == VAR_SET_CURRENT) &&
		found_app_user(stmt->name, finding))
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

/* ALTER SYSTEM for the sessions of superusers, too, of what leads them astray. */
static bool
found_steering(const VariableSetStmt *stmt, GkFinding *finding)
{
	if (stmt->name == NULL || !gk_setting_steers(stmt->name))
		return false;
	finding->action = "changing for all sessions what they mean by a name or a text";
	finding->object_type = "setting";
	finding->object = stmt->name;
	finding->binds_always = is_lent(stmt->name, ACL_ALTER_SYSTEM);
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

/* set_config('name', value, is_local), as it is being called. */
static bool
found_in_call(const GkRequest *request, GkFinding *finding)
{
	FunctionCallInfo fcinfo = request->fcinfo;
	const char *name;

	if (fcinfo == NULL)			/* a SET clause, whose setting is this */
		return found_user(request->symbol, request->has_no_author, finding);
	if (PG_ARGISNULL(0))
		return false;			/* core will complain */
	name = text_to_cstring(PG_GETARG_TEXT_PP(0));
	if (found_user(name, request->has_no_author, finding) || found_app_user(name, finding))
		return true;
	if (!gk_setting_is_watched(name) ||
		(!PG_ARGISNULL(1) && gk_setting_is_tight(name, text_to_cstring(PG_GETARG_TEXT_PP(1)))))
		return false;
	finding->action = "changing a protected setting";
	finding->object_type = "setting";
	finding->object = name;
	return true;
}

bool
gk_check_server_settings(const GkRequest *request, GkFinding *finding)
{
	if (request->door == GK_DOOR_FUNCTION)
		return found_in_call(request, finding);

	switch (nodeTag(request->stmt))
	{
		case T_VariableSetStmt:
			if (!found((VariableSetStmt *) request->stmt, false, finding))
				return false;
			finding->scripts_may = is_log_threshold(finding->object);
			return true;
		case T_AlterSystemStmt:
			if (!found(((AlterSystemStmt *) request->stmt)->setstmt, true, finding) &&
				!found_steering(((AlterSystemStmt *) request->stmt)->setstmt, finding))
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
