/*-------------------------------------------------------------------------
 *
 * check_protected_function.c
 *	  Who can call the functions that the administrator listed himself, in
 *	  gatekeeper.protected_functions?
 *
 * An entry with a schema is a name, and a name can be taken away: renaming the
 * schema or the function, or moving it, is a finding, too; without any circumstance
 * for who does not act as superuser.
 *
 * Does not see: a function called without the executor (a trigger or input
 * function); aliases of a function that was listed by schema and name.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "rules/objects.h"

#include "access/htup_details.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_proc.h"
#include "utils/lsyscache.h"
#include "utils/varlena.h"

/* Is the schema, or the function in it, in the list?  function may be NULL. */
static bool
is_listed(const char *schema, const char *function)
{
	List	   *names;
	ListCell   *cell;

	if (schema == NULL || !SplitGUCList(pstrdup(gk_protected_functions), ',', &names))
		return false;
	foreach(cell, names)
	{
		const char *name = lfirst(cell);
		const char *dot = strchr(name, '.');

		if (dot && strlen(schema) == (size_t) (dot - name) &&
			strncmp(name, schema, dot - name) == 0 &&
			(function == NULL || strcmp(dot + 1, function) == 0))
			return true;
	}
	return false;
}

static bool
is_listed_row(Oid classid, HeapTuple row)
{
	if (classid == NamespaceRelationId)
		return is_listed(NameStr(((Form_pg_namespace) GETSTRUCT(row))->nspname), NULL);
	return is_listed(get_namespace_name(((Form_pg_proc) GETSTRUCT(row))->pronamespace),
					 NameStr(((Form_pg_proc) GETSTRUCT(row))->proname));
}

/* Does what had a listed name lose it? */
static bool
check_name(const GkRequest *request, GkFinding *finding)
{
	HeapTuple	row;
	HeapTuple	old;

	if (request->event != OAT_POST_ALTER || *gk_protected_functions == '\0')
		return false;
	row = gk_request_row(request);
	old = gk_previous_row(request->classid, request->objid);
	if (!HeapTupleIsValid(row) || !HeapTupleIsValid(old) ||
		!is_listed_row(request->classid, old) || is_listed_row(request->classid, row))
		return false;
	finding->action = "taking its name from a protected function";
	finding->object_type = request->classid == NamespaceRelationId ? "schema" : "function";
	finding->object = gk_row_name(request->classid, old);
	if (!gk_acts_as_superuser(GetUserId()))
	{
		finding->binds_always = true;
		finding->hint = "gatekeeper.protected_functions names it. Ask an administrator to change the list first.";
	}
	return true;
}

bool
gk_check_protected_function(const GkRequest *request, GkFinding *finding)
{
	if (request->door == GK_DOOR_OBJECT)
		return check_name(request, finding);
	finding->action = "calling a protected function";
	finding->object_type = "function";
	finding->object = request->symbol;
	return true;
}
