/*-------------------------------------------------------------------------
 *
 * words.c
 *	  Whose code is running, in words, for errors and records.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "base/gatekeeper.h"
#include "origin/owners.h"

#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/pg_class.h"
#include "catalog/pg_proc.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

/*
 * public.f(integer): with its schema, whatever search_path is.  In
 * CurrentMemoryContext; the oid where there is no such function.
 */
char *
gk_function_name(Oid funcid)
{
	HeapTuple	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(funcid));
	Form_pg_proc proc;
	StringInfoData name;

	if (!HeapTupleIsValid(tuple))
		return psprintf("%u", funcid);
	proc = (Form_pg_proc) GETSTRUCT(tuple);
	initStringInfo(&name);
	appendStringInfo(&name, "%s(",
					 quote_qualified_identifier(get_namespace_name(proc->pronamespace),
												NameStr(proc->proname)));
	for (int i = 0; i < proc->pronargs; i++)
		appendStringInfo(&name, "%s%s", i > 0 ? "," : "",
						 format_type_be(proc->proargtypes.values[i]));
	appendStringInfoChar(&name, ')');
	ReleaseSysCache(tuple);
	return name.data;
}

/* function public.f(integer) of "alice" in plpgsql */
static char *
describe(Oid funcid)
{
	HeapTuple	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(funcid));
	Form_pg_proc proc;
	const char *owner;
	const char *language;
	char	   *text;

	if (!HeapTupleIsValid(tuple))
		return psprintf("function %u, which is gone", funcid);
	proc = (Form_pg_proc) GETSTRUCT(tuple);
	owner = GetUserNameFromId(proc->proowner, true);
	language = get_language_name(proc->prolang, true);
	text = psprintf("%s %s of \"%s\" in %s",
					proc->prokind == PROKIND_PROCEDURE ? "procedure" : "function",
					gk_function_name(funcid),
					owner ? owner : "unknown", language ? language : "unknown");
	ReleaseSysCache(tuple);
	return text;
}

/* public.v: with its schema, whatever search_path is. */
char *
gk_relation_name(Oid relid)
{
	return quote_qualified_identifier(get_namespace_name(get_rel_namespace(relid)), get_rel_name(relid));
}

/* view public.v of "alice" */
static char *
describe_relation(Oid relid)
{
	const char *kind;
	const char *owner = GetUserNameFromId(gk_relation_owner(relid), true);

	switch (get_rel_relkind(relid))
	{
		case RELKIND_VIEW:
			kind = "view";
			break;
		case RELKIND_MATVIEW:
			kind = "materialized view";
			break;
		case RELKIND_FOREIGN_TABLE:
			kind = "foreign table";
			break;
		default:
			kind = "table";
			break;
	}
	return psprintf("%s %s of \"%s\"", kind,
					gk_relation_name(relid),
					owner ? owner : "unknown");
}

/*
 * Whose code is running.  The outermost function of an untrusted owner, since it
 * is the one that somebody was made to call, and, when it is another, the
 * innermost one known.  For a call that is_stored, and for a deputy, what it is
 * stored with, as far as the running statement tells.  Without a full stop.  NULL
 * when there is none, or no catalog can be read.  In CurrentMemoryContext; may
 * raise what a syscache lookup raises.
 */
const char *
gk_code_text(bool is_stored)
{
	Oid			function = gk_code_function();
	Oid			innermost = gk_code_innermost();
	Oid			vehicle;

	if (!IsTransactionState())
		return NULL;
	vehicle = is_stored || gk_code_is_deputy() ? gk_running_vehicle() : InvalidOid;
	if (is_stored && !gk_code_is_untrusted())
		return OidIsValid(vehicle) ? psprintf("an expression stored with %s", describe_relation(vehicle)) :
			"an expression stored by another role";
	if (!OidIsValid(function))
		return NULL;
	if (OidIsValid(vehicle))
		return psprintf("%s, called from %s", describe(function), describe_relation(vehicle));
	if (function == innermost)
		return describe(function);
	return psprintf("%s, by now in %s", describe(function), describe(innermost));
}

/*
 * The role whose code that is, or InvalidOid where it is not known, or a superuser's
 * own; lender is whose a call is that is_stored.
 */
Oid
gk_code_author(bool is_stored, Oid lender)
{
	Oid			function = gk_code_function();

	if (!IsTransactionState())
		return InvalidOid;
	if (is_stored && !gk_code_is_untrusted())
		return lender;
	if (gk_code_is_deputy())
		return gk_code_lender();
	return OidIsValid(function) && gk_code_function_is_untrusted(function) ?
		gk_code_owner_of(function) : InvalidOid;
}
