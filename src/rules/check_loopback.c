/*-------------------------------------------------------------------------
 *
 * check_loopback.c
 *	  Who can have the server connect to a server, with superuser rights?
 *
 * A connection that the server makes to itself begins a new session: of the
 * role it logs in as, with no trace of whose code opened it.  And it can log in
 * as much: the server's operating system user is superuser by "peer", its
 * address is trusted, its files hold passwords.  PostgreSQL therefore wants a
 * password of everyone but superusers.  So the question is when code that
 * somebody else may have written connects as a superuser:
 *
 * - dblink and its like, called with superuser rights, or through a SECURITY
 *   DEFINER function of a superuser such as dblink_connect_u(), which is what
 *   makes it need no password;
 * - servers and user mappings for such connections, made to be used later;
 * - jobs, which a background worker runs in a session of its own;
 * - subscriptions;
 * - foreign tables, which are check_loopback_table.c's.
 *
 * That the operation is security-restricted does not count: the rights in it
 * are those of its object's owner, and materialized views over dblink are
 * common.
 *
 * Does not see: connections that functions in untrusted languages, or C
 * functions not in the list, open on their own.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "rules/objects.h"
#include "rules/wrappers.h"

#include "access/htup_details.h"
#include "access/reloptions.h"
#include "catalog/pg_class.h"
#include "catalog/pg_foreign_data_wrapper.h"
#include "catalog/pg_foreign_server.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_user_mapping.h"
#include "foreign/foreign.h"
#include "miscadmin.h"
#include "utils/syscache.h"

const GkSymbol gk_loopback_symbols[] = {
	{"dblink_close", GK_CONNECTS},
	{"dblink_connect", GK_CONNECTS | GK_OPENS},
	{"dblink_disconnect", GK_CLOSES},
	{"dblink_exec", GK_CONNECTS},
	{"dblink_fetch", GK_CONNECTS},
	{"dblink_get_result", GK_CONNECTS},
	{"dblink_open", GK_CONNECTS},
	{"dblink_record", GK_CONNECTS},
	{"dblink_send_query", GK_CONNECTS},
	{"pglogical_alter_node_add_interface", GK_CONNECTS},
	{"pglogical_alter_subscription_interface", GK_CONNECTS},
	{"pglogical_create_node", GK_CONNECTS},
	{"pglogical_create_subscription", GK_CONNECTS},
	{"pglogical_replicate_ddl_command", GK_SCHEDULES},

	{"cron_alter_job", GK_SCHEDULES},
	{"cron_schedule", GK_SCHEDULES},
	{"cron_schedule_named", GK_SCHEDULES},
	{"pg_background_launch", GK_SCHEDULES},
	{"ts_job_add", GK_SCHEDULES},
	{"ts_job_alter", GK_SCHEDULES},

	{"postgres_fdw_handler", GK_WRAPPER},
	{"dblink_fdw_validator", GK_WRAPPER},
	{"plproxy_fdw_validator", GK_WRAPPER},
	{"postgresql_fdw_validator", GK_WRAPPER},
	{NULL, 0}
};

/* Will a call of the function have superuser rights that the caller has not? */
static bool
lends_superuser(Oid funcid)
{
	const GkTrust *card = gk_code_card(funcid);

	return card->is_definer && gk_acts_as_superuser(card->owner);
}

static bool
found_call(const GkRequest *request, GkFinding *finding)
{
	if ((request->symflags & (GK_CONNECTS | GK_SCHEDULES)) == 0)
		return false;
	if (!gk_acts_as_superuser(GetUserId()))
	{
		if (!lends_superuser(request->funcid))
			return false;
		finding->binds_always = true;
		finding->hint = "The function lends its caller the rights of a superuser for the connection, whatever EXECUTE was granted. Use one that connects with a password, such as dblink_connect().";
	}
	finding->action = (request->symflags & GK_SCHEDULES) ?
		"scheduling a command with superuser rights" :
		"connecting to a server with superuser rights";
	finding->object_type = "function";
	finding->object = request->symbol;
	return true;
}

/* Is it the running script's own function, or none? */
static bool
is_scripts(Oid funcid)
{
	return !OidIsValid(funcid) || gk_script_owns_object(ProcedureRelationId, funcid);
}

/*
 * A new wrapper leads nowhere yet, and the scripts of postgres_fdw and dblink
 * make one each; but a server may be there already when the wrapper is changed.
 */
static bool
found_wrapper(const GkRequest *request, GkFinding *finding)
{
	HeapTuple	row = gk_request_row(request);
	Form_pg_foreign_data_wrapper form;

	if (!HeapTupleIsValid(row))
		return false;
	form = (Form_pg_foreign_data_wrapper) GETSTRUCT(row);
	if (request->event == OAT_POST_CREATE && !OidIsValid(form->fdwhandler))
		return false;
	if (OidIsValid(form->fdwhandler) &&
		!((gk_handler_flags(form->fdwhandler, GK_LOOPBACK) |
		   gk_handler_flags(form->fdwvalidator, GK_LOOPBACK)) & GK_WRAPPER))
		return false;
	finding->object_type = "foreign data wrapper";
	finding->object = NameStr(form->fdwname);
	/* a script makes wrappers of its own functions, not of others' */
	finding->scripts_may = is_scripts(form->fdwhandler) && is_scripts(form->fdwvalidator);
	return true;
}

static bool
found_server(const GkRequest *request, GkFinding *finding)
{
	HeapTuple	row = gk_request_row(request);
	Form_pg_foreign_server form;

	if (!HeapTupleIsValid(row))
		return false;
	form = (Form_pg_foreign_server) GETSTRUCT(row);
	/* a script that brings its own wrapper may bring a server for it */
	finding->scripts_may = gk_script_owns_object(ForeignDataWrapperRelationId, form->srvfdw);
	finding->object_type = "server";
	finding->object = NameStr(form->srvname);
	return gk_wrapper_connects(form->srvfdw, false);
}

static bool
has_password(HeapTuple mapping)
{
	bool		isnull;
	Datum		options = SysCacheGetAttr(USERMAPPINGOID, mapping,
										  Anum_pg_user_mapping_umoptions, &isnull);
	ListCell   *cell;

	if (isnull)
		return false;
	foreach(cell, untransformRelOptions(options))
		if (strcmp(lfirst_node(DefElem, cell)->defname, "password") == 0)
			return true;
	return false;
}

/* Its options hold passwords, so the server's name has to do. */
static bool
found_mapping(const GkRequest *request, GkFinding *finding)
{
	HeapTuple	row = gk_request_row(request);
	ForeignServer *server;

	if (!HeapTupleIsValid(row))
		return false;
	server = GetForeignServerExtended(((Form_pg_user_mapping) GETSTRUCT(row))->umserver,
									  FSV_MISSING_OK);
	if (server == NULL)
		return false;
	/* a script has its own to connect as, and no identity of the server's to give away */
	finding->scripts_may = gk_script_owns_object(ForeignDataWrapperRelationId, server->fdwid) &&
		((Form_pg_user_mapping) GETSTRUCT(row))->umuser == GetUserId() && has_password(row);
	finding->object_type = "user mapping for server";
	finding->object = server->servername;
	return gk_wrapper_connects(server->fdwid, false);
}

static bool
found_definition(const GkRequest *request, GkFinding *finding)
{
	if (request->event != OAT_POST_CREATE && request->event != OAT_POST_ALTER)
		return false;
	finding->action = "defining connections of the server";
	finding->ignores = GK_RESTRICTED;
	switch (request->classid)
	{
		case ForeignDataWrapperRelationId:
			return found_wrapper(request, finding);
		case ForeignServerRelationId:
			return found_server(request, finding);
		case UserMappingRelationId:
			return found_mapping(request, finding);
		default:
			return false;
	}
}

static bool
found_statement(Node *stmt, GkFinding *finding)
{
	finding->action = IsA(stmt, CreateSubscriptionStmt) ?
		"CREATE SUBSCRIPTION" : "ALTER SUBSCRIPTION";
	finding->object_type = "subscription";
	finding->object = IsA(stmt, CreateSubscriptionStmt) ?
		((CreateSubscriptionStmt *) stmt)->subname :
		castNode(AlterSubscriptionStmt, stmt)->subname;
	return true;
}

bool
gk_check_loopback(const GkRequest *request, GkFinding *finding)
{
	switch (request->door)
	{
		case GK_DOOR_FUNCTION:
			finding->ignores = GK_RESTRICTED;
			return found_call(request, finding);
		case GK_DOOR_OBJECT:
			return found_definition(request, finding);
		case GK_DOOR_STATEMENT:
			return found_statement(request->stmt, finding);
		default:
			return false;
	}
}
