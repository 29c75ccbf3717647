/*-------------------------------------------------------------------------
 *
 * check_native_code.c
 *	  Who can bring machine code into the server, or point a name at it?
 *
 * Three ways: a function in language c, LOAD, and the output plugin of a
 * logical replication slot.  An extension's script may use the extension's own
 * library; anybody else's is a finding.
 *
 * A function in language internal is another name for a built-in one, with
 * whatever argument types its author likes, which is as good as native code:
 * types that do not fit read and write memory.  Scripts may make them (contrib
 * does) unless the function is one that a rule lists: those only when the
 * session is a superuser's (adminpack does), since the rule judges the alias by
 * its symbol all the same.
 *
 * Decided on the new row of pg_proc, before the validator loads the library.
 *
 * Does not see: casts WITHOUT FUNCTION, operator classes, aggregates with state
 * type internal and the like, which put together functions that exist and do
 * not fit; libraries loaded by a setting (server_settings); a library that was
 * exchanged in its directory; what the plugin of a slot is, so every new
 * logical slot counts, but for a definer's with a plugin of output_plugin_libraries; that a library which an extension keeps under a name of
 * its own, neither the extension's nor in the control file, belongs to it.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "base/gatekeeper.h"

#include "access/htup_details.h"
#include "catalog/pg_language.h"
#include "catalog/pg_proc.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/syscache.h"

/* The function forms that make a slot with an output plugin. */
const GkSymbol gk_native_code_symbols[] = {
	{"pg_create_logical_replication_slot", 0},
	{"pg_copy_logical_replication_slot_a", 0},
	{"pg_copy_logical_replication_slot_b", 0},
	{"pg_copy_logical_replication_slot_c", 0},
	{NULL, 0}
};

/* A column of pg_proc that holds text, palloc'd; "" when it is null. */
static char *
text_of(HeapTuple row, AttrNumber column)
{
	bool		isnull;
	Datum		value = SysCacheGetAttr(PROCOID, row, column, &isnull);

	return isnull ? "" : TextDatumGetCString(value);
}

static bool
found_function(const GkRequest *request, GkFinding *finding)
{
	HeapTuple	row = gk_request_row(request);
	Form_pg_proc form;

	if (!HeapTupleIsValid(row))
		return false;
	form = (Form_pg_proc) GETSTRUCT(row);

	if (form->prolang == ClanguageId)
	{
		finding->action = "creating a function in language c";
		finding->object_type = "library";
		finding->object = text_of(row, Anum_pg_proc_probin);
		finding->scripts_may = gk_script_owns_library(finding->object);
		/* no news: a script may make hundreds of them */
		return !(finding->scripts_may && gk_script_acts() && gk_script_speaks());
	}

	/*
	 * An aggregate's own entry is in language internal too, but calls nothing;
	 * the constructors that come with a range type are core's choice.
	 */
	if (form->prolang == INTERNALlanguageId && form->prokind != PROKIND_AGGREGATE &&
		!gk_statement_of(T_CreateRangeStmt))
	{
		bool		listed;

		finding->object = text_of(row, Anum_pg_proc_prosrc);
		finding->object_type = "function";
		listed = gk_symbol_is_listed(finding->object);
		finding->action = listed ? "creating an alias of a protected function" :
			"creating a function in language internal";
		finding->scripts_may = !listed || superuser_arg(GetSessionUserId());
		return listed || !(gk_script_acts() && gk_script_speaks());
	}
	return false;
}

/*
 * Does the call name an output plugin that the administrator lists as one that
 * replication roles may choose?  Where it names none, as when a slot is copied,
 * nothing says so.
 */
static bool
names_safe_plugin(const GkRequest *request)
{
	FunctionCallInfo fcinfo = request->fcinfo;
	const char *safe = GetConfigOption("output_plugin_libraries", true, false);

	return safe && fcinfo && strcmp(request->symbol, "pg_create_logical_replication_slot") == 0 &&
		PG_NARGS() > 1 && !PG_ARGISNULL(1) &&
		gk_name_in_list(NameStr(*PG_GETARG_NAME(1)), safe);
}

bool
gk_check_native_code(const GkRequest *request, GkFinding *finding)
{
	switch (request->door)
	{
		case GK_DOOR_OBJECT:
			return request->event == OAT_POST_CREATE &&
				found_function(request, finding);
		case GK_DOOR_STATEMENT:
			finding->action = "LOAD";
			finding->object_type = "library";
			finding->object = castNode(LoadStmt, request->stmt)->filename;
			finding->scripts_may = gk_script_owns_library(finding->object);
			return true;
		case GK_DOOR_FUNCTION:
			finding->action = "creating a logical replication slot";
			finding->object_type = "function";
			finding->object = request->symbol;
			if (names_safe_plugin(request))
				finding->ignores = GK_ELEVATED;
			return true;
		default:
			return false;
	}
}
