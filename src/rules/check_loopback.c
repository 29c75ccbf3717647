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
 * - a foreign table of a server that a role without superuser rights owns: a
 *   superuser who touches it connects where that role wants, and if the user
 *   mapping has no password, as whoever the server can be.
 *
 * That the operation is security-restricted does not count: the rights in it
 * are those of its object's owner, and materialized views over dblink are
 * common.
 *
 * Does not see: connections that functions in untrusted languages, or C
 * functions not in the list, open on their own; reading a foreign table that a
 * superuser has set up, from whatever code.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "base/gatekeeper.h"

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

#define CONNECTS	0x01		/* opens a connection or uses an open one */
#define SCHEDULES	0x02		/* has a background worker run a command */
#define WRAPPER		0x04		/* handler or validator of a wrapper */
#define READS		0x08		/* its foreign tables can be read */

const GkSymbol gk_loopback_symbols[] = {
	{"dblink_close", CONNECTS},
	{"dblink_connect", CONNECTS},
	{"dblink_exec", CONNECTS},
	{"dblink_fetch", CONNECTS},
	{"dblink_get_result", CONNECTS},
	{"dblink_open", CONNECTS},
	{"dblink_record", CONNECTS},
	{"dblink_send_query", CONNECTS},
	{"pglogical_alter_node_add_interface", CONNECTS},
	{"pglogical_alter_subscription_interface", CONNECTS},
	{"pglogical_create_node", CONNECTS},
	{"pglogical_create_subscription", CONNECTS},

	{"cron_alter_job", SCHEDULES},
	{"cron_schedule", SCHEDULES},
	{"cron_schedule_named", SCHEDULES},
	{"pg_background_launch", SCHEDULES},
	{"ts_job_add", SCHEDULES},
	{"ts_job_alter", SCHEDULES},

	{"postgres_fdw_handler", WRAPPER | READS},
	{"dblink_fdw_validator", WRAPPER},
	{"postgresql_fdw_validator", WRAPPER},
	{NULL, 0}
};

/* What the list says of a function; 0 when it is not there. */
static int
flags_of(Oid funcid)
{
	const GkSymbol *symbol;

	if (OidIsValid(funcid) &&
		gk_symbol_lookup(funcid, &symbol) == &gk_rules[GK_LOOPBACK])
		return symbol->flags;
	return 0;
}

/*
 * dblink connects by the options of any server whose wrapper has no handler,
 * whether or not a validator knows them.
 */
static int
flags_of_wrapper(Oid handler, Oid validator)
{
	if (!OidIsValid(handler))
		return WRAPPER;
	return flags_of(handler) | flags_of(validator);
}

/* Will a call of the function have superuser rights that the caller has not? */
static bool
lends_superuser(Oid funcid)
{
	HeapTuple	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(funcid));
	bool		result = false;

	if (HeapTupleIsValid(tuple))
	{
		Form_pg_proc form = (Form_pg_proc) GETSTRUCT(tuple);

		result = form->prosecdef && gk_acts_as_superuser(form->proowner);
		ReleaseSysCache(tuple);
	}
	return result;
}

static bool
found_call(const GkRequest *request, GkFinding *finding)
{
	if ((request->symflags & (CONNECTS | SCHEDULES)) == 0)
		return false;
	if (!gk_acts_as_superuser(GetUserId()))
	{
		if (!lends_superuser(request->funcid))
			return false;
		finding->binds_always = true;
		finding->hint = "The function lends its caller the rights of a superuser for the connection, whatever EXECUTE was granted. Use one that connects with a password, such as dblink_connect().";
	}
	finding->action = (request->symflags & SCHEDULES) ?
		"scheduling a command with superuser rights" :
		"connecting to a server with superuser rights";
	finding->object_type = "function";
	finding->object = request->symbol;
	return true;
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
	if ((flags_of_wrapper(form->fdwhandler, form->fdwvalidator) & WRAPPER) == 0)
		return false;
	finding->object_type = "foreign data wrapper";
	finding->object = NameStr(form->fdwname);
	finding->scripts_may = true;
	return true;
}

static bool
is_connecting(Oid wrapper)
{
	ForeignDataWrapper *fdw = GetForeignDataWrapperExtended(wrapper, FDW_MISSING_OK);

	return fdw && (flags_of_wrapper(fdw->fdwhandler, fdw->fdwvalidator) & WRAPPER);
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
	return is_connecting(form->srvfdw);
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
	finding->scripts_may = gk_script_owns_object(ForeignDataWrapperRelationId, server->fdwid);
	finding->object_type = "user mapping for server";
	finding->object = server->servername;
	return is_connecting(server->fdwid);
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

/* The password in the user's mapping for a server, or the public one. */
static bool
has_password(Oid user, Oid server)
{
	HeapTuple	tuple = SearchSysCache2(USERMAPPINGUSERSERVER,
										ObjectIdGetDatum(user),
										ObjectIdGetDatum(server));
	bool		result = false;
	bool		isnull;
	Datum		options;

	if (!HeapTupleIsValid(tuple))
		tuple = SearchSysCache2(USERMAPPINGUSERSERVER,
								ObjectIdGetDatum(InvalidOid),
								ObjectIdGetDatum(server));
	if (!HeapTupleIsValid(tuple))
		return true;			/* core will not connect */
	options = SysCacheGetAttr(USERMAPPINGUSERSERVER, tuple,
							  Anum_pg_user_mapping_umoptions, &isnull);
	if (!isnull)
	{
		ListCell   *cell;

		foreach(cell, untransformRelOptions(options))
			if (strcmp(lfirst_node(DefElem, cell)->defname, "password") == 0)
				result = true;
	}
	ReleaseSysCache(tuple);
	return result;
}

/*
 * Would this user connect with superuser rights to a server that is not a
 * superuser's, without a password of its own?
 */
static bool
is_led_astray(Oid user, ForeignServer *server, GkFinding *finding)
{
	ForeignDataWrapper *wrapper;

	if (!superuser_arg(user) || gk_code_owner_is_trusted(server->owner))
		return false;
	wrapper = GetForeignDataWrapperExtended(server->fdwid, FDW_MISSING_OK);
	if (wrapper == NULL || (flags_of(wrapper->fdwhandler) & READS) == 0 ||
		has_password(user, server->serverid))
		return false;
	finding->action = "connecting with superuser rights to another role's server";
	finding->object_type = "server";
	finding->object = server->servername;
	finding->binds_always = true;
	finding->hint = "The server belongs to a role that is not superuser, and the user mapping has no password, so the connection would be made with the identity of this server. Use the foreign table after SET ROLE to its owner.";
	return true;
}

static bool
found_table(const GkRequest *request, GkFinding *finding)
{
	ListCell   *cell;

	foreach(cell, request->range_table)
	{
		RangeTblEntry *rte = lfirst_node(RangeTblEntry, cell);
		Oid			user;

		if (rte->rtekind != RTE_RELATION || rte->relkind != RELKIND_FOREIGN_TABLE)
			continue;
		user = GK_RTE_CHECK_AS_USER(rte, request->perms);
		if (is_led_astray(OidIsValid(user) ? user : GetUserId(),
						  GetForeignServer(GetForeignTable(rte->relid)->serverid),
						  finding))
			return true;
	}
	return false;
}

static bool
found_statement(Node *stmt, GkFinding *finding)
{
	if (IsA(stmt, ImportForeignSchemaStmt))
	{
		ForeignServer *server =
			GetForeignServerByName(((ImportForeignSchemaStmt *) stmt)->server_name, true);

		return server && is_led_astray(GetUserId(), server, finding);
	}
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
		case GK_DOOR_RELATION:
			return found_table(request, finding);
		case GK_DOOR_STATEMENT:
			return found_statement(request->stmt, finding);
		default:
			return false;
	}
}
