/*-------------------------------------------------------------------------
 *
 * check_foreign_program.c
 *	  Who can make a foreign table of a server file, or of a program's output?
 *
 * A wrapper is known by the C symbol of its handler, whatever it is called; and
 * an option called "filename" or "program" counts with every wrapper.  The
 * options may stand on the wrapper, the server or the table, and a wrapper
 * without a validator takes any.  A program is treated as COPY PROGRAM is:
 * while the rule copy_program binds always, so does this.  It is asked for
 * again when the table is used, for the tables that were there before.
 *
 * A table over a file is not asked for when it is read.  Whoever made it has
 * chosen the file, and its readers by GRANT, and code of his that reads it for
 * others (SECURITY DEFINER, a materialized view) is ordinary code.
 *
 * Does not see: what ANALYZE does with tables that were there before; files
 * that other wrappers open under options of other names, if their handler is
 * not in the list below.
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
#include "catalog/pg_foreign_table.h"
#include "catalog/pg_user_mapping.h"
#include "commands/defrem.h"
#include "foreign/foreign.h"
#include "utils/syscache.h"

/* "program" is a command for the shell, as in file_fdw. */
#define RUNS_PROGRAMS 0x01

/* Handlers that open files, or run code, named in their options. */
const GkSymbol gk_foreign_program_symbols[] = {
	{"file_fdw_handler", RUNS_PROGRAMS},
	{"file_textarray_fdw_handler", RUNS_PROGRAMS},
	{"jdbc_fdw_handler", 0},
	{"log_fdw_handler", 0},
	{"multicorn_handler", 0},
	{"ogr_fdw_handler", 0},
	{"parquet_fdw_handler", 0},
	{"sqlite_fdw_handler", 0},
	{NULL, 0}
};

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
 * Somebody defines what a wrapper with this handler will work with: options,
 * and the name of what he defines.
 */
static bool
found_definition(const GkSymbol *handler, List *options, const char *name,
				 GkFinding *finding)
{
	char	   *program = option(options, "program");
	char	   *file = option(options, "filename");

	if (program)
	{
		finding->action = "naming a program for foreign data";
		finding->object_type = "program";
		finding->object = program;
		if (handler && (handler->flags & RUNS_PROGRAMS) &&
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
		finding->object = name;
	}
	else
		return false;
	return true;
}

static List *
options_of(int cacheid, HeapTuple row, AttrNumber column)
{
	bool		isnull;
	Datum		value = SysCacheGetAttr(cacheid, row, column, &isnull);

	return isnull ? NIL : untransformRelOptions(value);
}

static const GkSymbol *
handler_of_wrapper(Oid wrapper)
{
	ForeignDataWrapper *fdw = GetForeignDataWrapperExtended(wrapper, FDW_MISSING_OK);

	return fdw ? listed_handler(fdw->fdwhandler) : NULL;
}

static const GkSymbol *
handler_of_server(Oid serverid)
{
	ForeignServer *server = GetForeignServerExtended(serverid, FSV_MISSING_OK);

	return server ? handler_of_wrapper(server->fdwid) : NULL;
}

static bool
found_object(const GkRequest *request, GkFinding *finding)
{
	HeapTuple	row;
	const GkSymbol *handler;
	List	   *options;

	if (request->event != OAT_POST_CREATE && request->event != OAT_POST_ALTER)
		return false;
	row = gk_request_row(request);
	if (!HeapTupleIsValid(row))
		return false;
	switch (request->classid)
	{
		case ForeignDataWrapperRelationId:
			handler = listed_handler(((Form_pg_foreign_data_wrapper) GETSTRUCT(row))->fdwhandler);
			options = options_of(FOREIGNDATAWRAPPEROID, row,
								 Anum_pg_foreign_data_wrapper_fdwoptions);
			/* the wrapper alone does nothing yet */
			finding->scripts_may = options == NIL;
			break;
		case ForeignServerRelationId:
			handler = handler_of_wrapper(((Form_pg_foreign_server) GETSTRUCT(row))->srvfdw);
			options = options_of(FOREIGNSERVEROID, row,
								 Anum_pg_foreign_server_srvoptions);
			break;
		case UserMappingRelationId:
			handler = handler_of_server(((Form_pg_user_mapping) GETSTRUCT(row))->umserver);
			options = NIL;		/* they hold passwords */
			break;
		case ForeignTableRelationId:
			handler = handler_of_server(((Form_pg_foreign_table) GETSTRUCT(row))->ftserver);
			options = options_of(FOREIGNTABLEREL, row,
								 Anum_pg_foreign_table_ftoptions);
			break;
		default:
			return false;
	}
	return found_definition(handler, options, handler ? handler->name : NULL,
							finding);
}

/* Its row is written without asking any hook; ALTER's is not. */
static bool
found_table(CreateForeignTableStmt *stmt, GkFinding *finding)
{
	ForeignServer *server = GetForeignServerByName(stmt->servername, true);
	const GkSymbol *handler = server ? handler_of_wrapper(server->fdwid) : NULL;

	return found_definition(handler, stmt->options,
							handler ? handler->name : NULL, finding);
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

	if (handler == NULL || !(handler->flags & RUNS_PROGRAMS))
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
			return found_table(castNode(CreateForeignTableStmt, request->stmt), finding);
		case GK_DOOR_RELATION:
			return found_use(request->range_table, finding);
		default:
			return false;
	}
}
