/*-------------------------------------------------------------------------
 *
 * check_foreign_program.c
 *	  Who can make a foreign table of a server file, or of a program's output?
 *
 * A wrapper is known by the C symbol of its handler, whatever it is called; and
 * an option called "filename" or "program" counts with every wrapper.  Most
 * handlers ask nobody for rights of their own: who names the server, or with
 * some the table, has the operating system user of this server open or connect
 * to it.  So they bind always for whoever does not act as superuser and makes
 * such a server, or a table on one that is not a superuser's.  Of a handler that
 * is not known (nor to the rule loopback), nothing good is assumed in a suspect
 * circumstance.  The
 * options may stand on the wrapper, the server or the table, and a wrapper
 * without a validator takes any.  A program is treated as COPY PROGRAM is:
 * while the rule copy_program binds always, so does this.  It is asked for
 * again when the table is used, for the tables that were there before.
 *
 * A table over a file is not asked for when it is read.  Its owner has
 * chosen the file, and its readers by GRANT, and the owner's code that reads it for
 * others (SECURITY DEFINER, a materialized view) is ordinary code.
 *
 * Does not see: what ANALYZE does with tables that were there before; files
 * that other wrappers open under options of other names, if their handler is
 * not in the list below and no circumstance holds; tables on servers that were
 * a user's before.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "rules/wrappers.h"

#include "access/htup_details.h"
#include "access/reloptions.h"
#include "catalog/pg_class.h"
#include "catalog/pg_foreign_data_wrapper.h"
#include "catalog/pg_foreign_server.h"
#include "catalog/pg_foreign_table.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_user_mapping.h"
#include "commands/defrem.h"
#include "foreign/foreign.h"
#include "miscadmin.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

/*
 * Handlers that open files, run code, or connect as the server's operating system
 * user, as their options say.  Most of these are of other databases' libraries,
 * which read files and run statements of their own: init_command, LOCAL INFILE,
 * drivers of drivers.
 */
const GkSymbol gk_foreign_program_symbols[] = {
	{"file_fdw_handler", GK_RUNS_PROGRAMS | GK_CHECKS_RIGHTS | GK_IS_LOCAL},
	{"file_textarray_fdw_handler", GK_RUNS_PROGRAMS | GK_CHECKS_RIGHTS | GK_IS_LOCAL},
	{"log_fdw_handler", GK_TABLES_LEAD | GK_IS_LOCAL},
	{"db2_fdw_handler", 0},
	{"duckdb_fdw_handler", 0},
	{"hdfs_fdw_handler", 0},
	{"ifx_fdw_handler", 0},
	{"influxdb_fdw_handler", 0},
	{"jdbc_fdw_handler", 0},
	{"mongo_fdw_handler", 0},
	{"multicorn_handler", GK_TABLES_LEAD},
	{"mysql_fdw_handler", 0},
	{"odbc_fdw_handler", GK_TABLES_LEAD},
	{"ogr_fdw_handler", 0},
	{"oracle_fdw_handler", 0},
	{"parquet_fdw_handler", GK_TABLES_LEAD},
	{"parquet_s3_fdw_handler", GK_TABLES_LEAD},
	{"redis_fdw_handler", 0},
	{"sqlite_fdw_handler", 0},
	{"tds_fdw_handler", 0},
	{NULL, 0}
};

/* What defines, of which handler; and whose server it is on. */
typedef struct GkForeign
{
	Oid			handler;
	Oid			owner;			/* of the server, where there is one */
	bool		is_server;		/* the server itself is defined */
} GkForeign;

/* The list's entry for a handler, or NULL. */
static const GkSymbol *
listed_handler(Oid handler)
{
	const GkSymbol *symbol;

	if (OidIsValid(handler) &&
		gk_symbol_lookup(handler, &symbol) == &gk_rules[GK_FOREIGN_PROGRAM])
		return symbol;
	return NULL;
}

/*
 * Does it bind always: for a role that does not act as superuser, and a handler that
 * asks for no rights?
 */
static bool
is_unasked(const GkForeign *foreign, const GkSymbol *handler)
{
	if (handler == NULL || (handler->flags & GK_CHECKS_RIGHTS) ||
		gk_acts_as_superuser(GetUserId()))
		return false;
	return foreign->is_server || (handler->flags & GK_TABLES_LEAD) ||
		(OidIsValid(foreign->owner) && !gk_is_superuser(foreign->owner));
}

static char *
option(List *options, const char *name)
{
	ListCell   *cell;

	foreach(cell, options)
	{
		DefElem    *def = lfirst_node(DefElem, cell);

		if (strcmp(def->defname, name) == 0)
			return def->arg ? defGetString(def) : "";
	}
	return NULL;
}

/*
 * Somebody defines what a wrapper will work with: options, and, where its handler
 * is listed, that alone.
 */
static bool
found_definition(const GkForeign *foreign, List *options, GkFinding *finding)
{
	const GkSymbol *handler = listed_handler(foreign->handler);
	char	   *program = option(options, "program");
	char	   *file = option(options, "filename");

	if (program)
	{
		finding->action = "naming a program for foreign data";
		finding->object_type = "program";
		finding->object = program;
		if (handler && (handler->flags & GK_RUNS_PROGRAMS) &&
			gk_level[GK_COPY_PROGRAM] == GK_LEVEL_ALWAYS)
		{
			finding->binds_always = true;
			finding->hint = "It would run as the operating system user of the server, as with COPY PROGRAM. An administrator can permit both to superusers with gatekeeper.copy_program = 'elevated'; see pg_gatekeeper(7).";
		}
	}
	else if (file)
	{
		finding->action = "naming a server file for foreign data";
		finding->object_type = "file";
		finding->object = file;
	}
	else if (handler)
	{
		finding->action = "defining foreign data on the server's host";
		finding->object_type = "function";
		finding->object = handler->name;
	}
	else if (OidIsValid(foreign->handler) &&
			 gk_handler_flags(foreign->handler, GK_LOOPBACK) == 0)
	{
		finding->action = "defining foreign data of an unknown wrapper";
		finding->object_type = "function";
		finding->object = get_func_name(foreign->handler);
		finding->ignores = GK_STRICT;
	}
	else
		return false;
	if (is_unasked(foreign, handler))
	{
		finding->binds_always = true;
		finding->hint = "The wrapper asks for no rights of its own: whoever names its source has the operating system user of this server open it or connect to it. Let a superuser make the server.";
		finding->exempts_role = true;
	}
	return true;
}

static List *
options_of(int cacheid, HeapTuple row, AttrNumber column)
{
	bool		isnull;
	Datum		value = SysCacheGetAttr(cacheid, row, column, &isnull);

	return isnull ? NIL : untransformRelOptions(value);
}

static GkForeign
of_wrapper(Oid wrapper)
{
	ForeignDataWrapper *fdw = GetForeignDataWrapperExtended(wrapper, FDW_MISSING_OK);
	GkForeign	foreign = {.handler = fdw ? fdw->fdwhandler : InvalidOid};

	return foreign;
}

static GkForeign
of_server(ForeignServer *server)
{
	GkForeign	foreign = {0};

	if (server)
	{
		foreign = of_wrapper(server->fdwid);
		foreign.owner = server->owner;
	}
	return foreign;
}

/* The wrapper that the script makes of its own handler does nothing yet. */
static bool
is_script_own(Oid handler, List *options)
{
	return options == NIL &&
		(!OidIsValid(handler) || gk_script_owns_object(ProcedureRelationId, handler));
}

/* Was it asked about already? */
static bool
was_asked(void)
{
	return gk_statement_of(T_CreateForeignServerStmt) || gk_statement_of(T_AlterForeignServerStmt);
}

static bool
found_object(const GkRequest *request, GkFinding *finding)
{
	HeapTuple	row;
	GkForeign	foreign = {0};
	List	   *options;
	Oid			wrapper;

	if (request->event != OAT_POST_CREATE && request->event != OAT_POST_ALTER)
		return false;
	row = gk_request_row(request);
	if (!HeapTupleIsValid(row))
		return false;
	switch (request->classid)
	{
		case ForeignDataWrapperRelationId:
			foreign.handler = ((Form_pg_foreign_data_wrapper) GETSTRUCT(row))->fdwhandler;
			options = options_of(FOREIGNDATAWRAPPEROID, row,
								 Anum_pg_foreign_data_wrapper_fdwoptions);
			finding->scripts_may = is_script_own(foreign.handler, options);
			break;
		case ForeignServerRelationId:
			if (was_asked())
				return false;
			wrapper = ((Form_pg_foreign_server) GETSTRUCT(row))->srvfdw;
			foreign = of_wrapper(wrapper);
			foreign.is_server = true;
			options = options_of(FOREIGNSERVEROID, row,
								 Anum_pg_foreign_server_srvoptions);
			finding->scripts_may = options == NIL &&
				gk_script_owns_object(ForeignDataWrapperRelationId, wrapper);
			break;
		case UserMappingRelationId:
			foreign = of_server(GetForeignServerExtended(((Form_pg_user_mapping) GETSTRUCT(row))->umserver,
														 FSV_MISSING_OK));
			foreign.owner = InvalidOid; /* a mapping leads nowhere */
			options = NIL;		/* they hold passwords */
			break;
		case ForeignTableRelationId:
			foreign = of_server(GetForeignServerExtended(((Form_pg_foreign_table) GETSTRUCT(row))->ftserver,
														 FSV_MISSING_OK));
			options = options_of(FOREIGNTABLEREL, row,
								 Anum_pg_foreign_table_ftoptions);
			break;
		default:
			return false;
	}
	return found_definition(&foreign, options, finding);
}

/* Its row is written without asking any hook; ALTER's is not. */
static bool
found_table(CreateForeignTableStmt *stmt, GkFinding *finding)
{
	GkForeign	foreign = of_server(GetForeignServerByName(stmt->servername, true));

	return found_definition(&foreign, stmt->options, finding);
}

/*
 * Validators open what they validate, before the object's row is written, so the
 * statement is asked for servers; what has no statement of this kind (OWNER TO,
 * RENAME) is by its object.
 */
static bool
found_server(const char *wrapper, List *options, GkFinding *finding)
{
	Oid			oid = get_foreign_data_wrapper_oid(wrapper, true);
	GkForeign	foreign = of_wrapper(oid);

	foreign.is_server = true;
	finding->scripts_may = options == NIL && OidIsValid(oid) &&
		gk_script_owns_object(ForeignDataWrapperRelationId, oid);
	return found_definition(&foreign, options, finding);
}

static bool
found_altered_server(const AlterForeignServerStmt *stmt, GkFinding *finding)
{
	ForeignServer *server = GetForeignServerByName(stmt->servername, true);
	ForeignDataWrapper *wrapper = server ?
		GetForeignDataWrapperExtended(server->fdwid, FDW_MISSING_OK) : NULL;

	return wrapper && found_server(wrapper->fdwname, stmt->options, finding);
}

static bool
found_statement(Node *stmt, GkFinding *finding)
{
	switch (nodeTag(stmt))
	{
		case T_CreateForeignServerStmt:
			return found_server(((CreateForeignServerStmt *) stmt)->fdwname,
								((CreateForeignServerStmt *) stmt)->options, finding);
		case T_AlterForeignServerStmt:
			return found_altered_server((AlterForeignServerStmt *) stmt, finding);
		default:
			return found_table(castNode(CreateForeignTableStmt, stmt), finding);
	}
}

/* Does using this foreign table run a program?  Then which one? */
static char *
program_of(Oid relid)
{
	ForeignTable *table = GetForeignTable(relid);
	ForeignServer *server = GetForeignServer(table->serverid);
	ForeignDataWrapper *wrapper = GetForeignDataWrapper(server->fdwid);
	const GkSymbol *handler = listed_handler(wrapper->fdwhandler);
	char	   *program;

	if (handler == NULL || !(handler->flags & GK_RUNS_PROGRAMS))
		return NULL;
	program = option(wrapper->options, "program");
	if (program == NULL)
		program = option(server->options, "program");
	if (program == NULL)
		program = option(table->options, "program");
	return program;
}

/* Tables of a query, and those below them in partitioning and inheritance. */
static bool
found_use(List *range_table, GkFinding *finding)
{
	ListCell   *cell;

	foreach(cell, range_table)
	{
		RangeTblEntry *rte = lfirst_node(RangeTblEntry, cell);
		char	   *program;

		if (rte->rtekind != RTE_RELATION || rte->relkind != RELKIND_FOREIGN_TABLE ||
			(program = program_of(rte->relid)) == NULL)
			continue;
		finding->action = "running the program of a foreign table";
		finding->object_type = "program";
		finding->object = program;
		if (gk_level[GK_COPY_PROGRAM] == GK_LEVEL_ALWAYS)
		{
			finding->binds_always = true;
			finding->hint = "The foreign table runs it as the operating system user of the server. Drop the table, or let an administrator permit programs to superusers with gatekeeper.copy_program = 'elevated'; see pg_gatekeeper(7).";
		}
		return true;
	}
	return false;
}

bool
gk_check_foreign_program(const GkRequest *request, GkFinding *finding)
{
	switch (request->door)
	{
		case GK_DOOR_OBJECT:
			return found_object(request, finding);
		case GK_DOOR_STATEMENT:
			return found_statement(request->stmt, finding);
		case GK_DOOR_RELATION:
			return found_use(request->range_table, finding);
		default:
			return false;
	}
}
