/*-------------------------------------------------------------------------
 *
 * check_untrusted_language.c
 *	  Who can write code in a language that does what it likes?
 *
 * A function in an untrusted language runs as the operating system user that
 * the server runs as, whoever calls it.  Which languages are untrusted is
 * looked up (lanpltrusted), never spelled: there are more than anybody can
 * list, and a language can be called anything.  Languages internal and c are
 * native_code's.
 *
 * A language itself is made by the script of its extension, so a script may
 * make one when the handler is a function of that same extension, from its own
 * library (a script can adopt functions); and functions in an untrusted
 * language, or such a language itself, only when the session is a superuser's:
 * a superuser has decided to install it then.  In a trusted
 * extension that a user installs, or under a module that lends a user the rights,
 * none has.
 *
 * GRANT USAGE on an untrusted language is refused by the server itself.
 *
 * Does not see: calls of functions in untrusted languages, which are a matter
 * of EXECUTE; a trusted language whose implementation can be broken out of.
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
#include "commands/defrem.h"
#include "commands/proclang.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/syscache.h"

/* PL/R's: they run the text that they are given, or that is in a table. */
const GkSymbol gk_untrusted_language_symbols[] = {
	{"install_rcmd", 0},
	{"reload_plr_modules", 0},
	{NULL, 0}
};

/* The language's name when it is one of those, else NULL.  palloc'd. */
static char *
untrusted_name(Oid language)
{
	HeapTuple	tuple;
	char	   *name = NULL;

	if (language == INTERNALlanguageId || language == ClanguageId)
		return NULL;
	tuple = SearchSysCache1(LANGOID, ObjectIdGetDatum(language));
	if (HeapTupleIsValid(tuple))
	{
		Form_pg_language form = (Form_pg_language) GETSTRUCT(tuple);

		if (!form->lanpltrusted)
			name = pstrdup(NameStr(form->lanname));
		ReleaseSysCache(tuple);
	}
	return name;
}

/* CREATE, CREATE OR REPLACE and ALTER of functions and procedures. */
static bool
found_function(const GkRequest *request, GkFinding *finding)
{
	HeapTuple	row = gk_request_row(request);
	char	   *language;

	if (!HeapTupleIsValid(row))
		return false;
	language = untrusted_name(((Form_pg_proc) GETSTRUCT(row))->prolang);
	if (language == NULL)
		return false;
	finding->action = request->event == OAT_POST_CREATE ?
		"creating a function in an untrusted language" :
		"changing a function in an untrusted language";
	finding->object_type = "language";
	finding->object = language;
	finding->scripts_may = superuser_arg(GetSessionUserId());
	return true;
}

/* Is this language implemented by the extension whose script is running? */
static bool
script_brings(Form_pg_language language)
{
	HeapTuple	handler;
	bool		result = false;
	bool		isnull;
	Datum		library;

	if (!gk_script_owns_object(ProcedureRelationId, language->lanplcallfoid))
		return false;
	handler = SearchSysCache1(PROCOID, ObjectIdGetDatum(language->lanplcallfoid));
	if (!HeapTupleIsValid(handler))
		return false;
	library = SysCacheGetAttr(PROCOID, handler, Anum_pg_proc_probin, &isnull);
	if (!isnull)
		result = gk_script_owns_library(TextDatumGetCString(library));
	ReleaseSysCache(handler);
	return result;
}

/*
 * CREATE LANGUAGE and ALTER LANGUAGE.  A trusted one counts as well: with the
 * handler of an untrusted one it is the same thing, for everyone.  So does a
 * change of name: what is written for one language would run in another.
 */
static bool
found_language(const GkRequest *request, GkFinding *finding)
{
	HeapTuple	row = gk_request_row(request);
	Form_pg_language form;

	if (!HeapTupleIsValid(row))
		return false;
	form = (Form_pg_language) GETSTRUCT(row);
	finding->action = request->event == OAT_POST_CREATE ?
		"creating a language" : "changing a language";
	finding->object_type = "language";
	finding->object = NameStr(form->lanname);
	finding->scripts_may =
		(form->lanpltrusted || superuser_arg(GetSessionUserId())) &&
		script_brings(form);
	return true;
}

static bool
found_block(DoStmt *stmt, GkFinding *finding)
{
	const char *name = "plpgsql";	/* as core has it */
	char	   *language;
	ListCell   *cell;

	foreach(cell, stmt->args)
	{
		DefElem    *arg = lfirst_node(DefElem, cell);

		if (strcmp(arg->defname, "language") == 0)
			name = defGetString(arg);
	}
	language = untrusted_name(get_language_oid(name, true));
	if (language == NULL)
		return false;
	finding->action = "DO in an untrusted language";
	finding->object_type = "language";
	finding->object = language;
	finding->scripts_may = superuser_arg(GetSessionUserId());
	return true;
}

bool
gk_check_untrusted_language(const GkRequest *request, GkFinding *finding)
{
	if (request->door == GK_DOOR_FUNCTION)
	{
		finding->action = "running code in an untrusted language";
		finding->object_type = "function";
		finding->object = request->symbol;
		return true;
	}
	if (request->door == GK_DOOR_STATEMENT)
		return found_block(castNode(DoStmt, request->stmt), finding);
	if (request->event != OAT_POST_CREATE && request->event != OAT_POST_ALTER)
		return false;
	return request->classid == LanguageRelationId ?
		found_language(request, finding) : found_function(request, finding);
}
