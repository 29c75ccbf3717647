/*-------------------------------------------------------------------------
 *
 * extension_version.c
 *	  Which version will an extension have when the statement is over?
 *
 * Where a version has no script of its own, the row in pg_extension says first
 * where the scripts begin, and then each step on the way.  What it comes to is
 * what the statement names, or the default of the extension's control file, which
 * core shows by a function only.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "base/gatekeeper.h"

#include "executor/executor.h"
#include "executor/tuptable.h"
#include "fmgr.h"
#include "nodes/execnodes.h"
#include "nodes/value.h"
#include "rules/objects.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/tuplestore.h"

/* pg_available_extensions(), the second column of its row; "" where there is none. */
static char *
default_version(const char *name)
{
	LOCAL_FCINFO(fcinfo, 0);
	FmgrInfo	flinfo;
	ReturnSetInfo rsinfo = {.type = T_ReturnSetInfo,.allowedModes = SFRM_Materialize};
	TupleTableSlot *slot;
	char	   *version = NULL;

	rsinfo.econtext = CreateStandaloneExprContext();
	fmgr_info(F_PG_AVAILABLE_EXTENSIONS, &flinfo);
	InitFunctionCallInfoData(*fcinfo, &flinfo, 0, InvalidOid, NULL, (Node *) &rsinfo);
	(void) FunctionCallInvoke(fcinfo);
	slot = MakeSingleTupleTableSlot(rsinfo.setDesc, &TTSOpsMinimalTuple);
	while (version == NULL && tuplestore_gettupleslot(rsinfo.setResult, true, false, slot))
	{
		slot_getallattrs(slot);
		if (!slot->tts_isnull[1] && strcmp(NameStr(*DatumGetName(slot->tts_values[0])), name) == 0)
			version = TextDatumGetCString(slot->tts_values[1]);
	}
	ExecDropSingleTupleTableSlot(slot);
	tuplestore_end(rsinfo.setResult);
	FreeExprContext(rsinfo.econtext, true);
	return version ? version : pstrdup("");
}

/* What CREATE EXTENSION and ALTER EXTENSION UPDATE say of it, for this extension. */
static char *
named_version(const char *name)
{
	CreateExtensionStmt *create = (CreateExtensionStmt *) gk_statement_of(T_CreateExtensionStmt);
	AlterExtensionStmt *alter = (AlterExtensionStmt *) gk_statement_of(T_AlterExtensionStmt);
	const char *extname = create ? create->extname : alter ? alter->extname : NULL;
	ListCell   *cell;

	/* CASCADE makes others, in their default versions */
	if (extname == NULL || strcmp(extname, name) != 0)
		return NULL;
	foreach(cell, create ? create->options : alter->options)
	{
		DefElem    *option = lfirst_node(DefElem, cell);

		if (strcmp(option->defname, "new_version") == 0)
			return strVal(option->arg);
	}
	return NULL;
}

const char *
gk_extension_version_to_be(const char *name)
{
	char	   *version = named_version(name);

	return version ? version : default_version(name);
}
