/*-------------------------------------------------------------------------
 *
 * check_hidden_name.c
 *	  Is a name made to mean something else than a superuser means by it?
 *
 * Code that names a table without a schema means the first of that name in
 * search_path.  Before all others stand temporary ones, then the schema that is
 * called like the user.  So:
 *
 *	- a role that is not superuser does not call a schema like a superuser;
 *	- code with superuser rights does not make a table by a name that a temporary
 *	  one of others has in this session, nor takes that one for its own by
 *	  CREATE TEMPORARY TABLE IF NOT EXISTS;
 *	- a function with superuser rights does not use such a temporary table: it means
 *	  its own, having looked whether there is one.
 *
 * check_superuser_object.c refuses temporary objects that hide what is there
 * already.
 *
 * Does not see: a schema whose name a role gets that is superuser, or becomes it,
 * later; tables that C code makes; other objects than tables.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "origin/owners.h"
#include "rules/objects.h"

#include "access/htup_details.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_namespace.h"
#include "miscadmin.h"
#include "nodes/parsenodes.h"
#include "utils/acl.h"
#include "utils/lsyscache.h"

/* What others put into a schema with a superuser's name hides what the superuser means. */
static bool
found_schema(const GkRequest *request, GkFinding *finding)
{
	HeapTuple	row = request->event == OAT_DROP ? NULL : gk_request_row(request);
	Form_pg_namespace schema;
	Oid			role;

	if (!HeapTupleIsValid(row))
		return false;
	schema = (Form_pg_namespace) GETSTRUCT(row);
	role = get_role_oid(NameStr(schema->nspname), true);
	if (!OidIsValid(role) || !gk_has_power(role) || gk_code_owner_is_trusted(schema->nspowner) ||
		has_privs_of_role(schema->nspowner, role) ||
		(gk_is_superuser(GetUserId()) && !gk_others_act()))
		return false;
	finding->action = gk_is_superuser(role) ? "giving a schema the name of a superuser" :
		"giving a schema the name of a role with power";
	finding->object_type = "schema";
	finding->object = pstrdup(NameStr(schema->nspname));
	finding->hint = "The schema \"$user\" goes first in the search_path. Give the schema another name, or let the superuser make it. See pg_gatekeeper(7).";
	return true;
}

/* Has this session a temporary relation of this name that code of others made? */
static bool
has_others_temporary(const char *name)
{
	Oid			schema = LookupExplicitNamespace("pg_temp", true);
	Oid			relid = OidIsValid(schema) ? get_relname_relid(name, schema) : InvalidOid;

	return OidIsValid(relid) &&
		(gk_left_behind_is_made(relid) || !gk_code_owner_is_trusted(gk_relation_owner(relid)));
}

/* Is it a function's query, or a procedure's, that is about to run?  A client knows what it names. */
static bool
is_in_function(void)
{
	return gk_running_query() != NULL || gk_statement_of(T_CallStmt) != NULL;
}

static bool
found_use(List *perms, GkFinding *finding)
{
	ListCell   *cell;

	if (likely(!gk_left_tables) || !gk_acts_as_superuser(GetUserId()) || gk_others_act() ||
		!is_in_function())
		return false;
	foreach(cell, perms)
	{
		GkPermInfo *perm = lfirst_node(GkPermInfo, cell);

		if (!GK_PERMINFO_IS_RELATION(perm) || perm->requiredPerms == 0 ||
			!gk_left_behind_is_made(perm->relid))
			continue;
		finding->action = "using a temporary table that code of others made";
		finding->object_type = "table";
		finding->object = get_rel_name(perm->relid);
		finding->hint = "Code of a role that is not superuser made this table in this session. Drop it before the function is called; or, if the function means it, label the code that makes it 'trusted'. See pg_gatekeeper(7).";
		return true;
	}
	return false;
}

/* Would the table be found by its name alone? */
static bool
is_found_by_name(const RangeVar *table)
{
	return table->schemaname == NULL ||
		list_member_oid(fetch_search_path(false), get_namespace_oid(table->schemaname, true));
}

static bool
found_table(const RangeVar *table, GkFinding *finding)
{
	if (!gk_acts_as_superuser(GetUserId()) || gk_others_act() ||
		!has_others_temporary(table->relname) || !is_found_by_name(table))
		return false;
	finding->action = "making a table whose name a temporary one of others has";
	finding->object_type = "table";
	finding->object = table->relname;
	finding->hint = "Code of a role that is not superuser made a temporary table of this name in this session, and that is found first. Look what is in it, and drop it. See pg_gatekeeper(7).";
	return true;
}

/* Doors: relations, objects (schemas), statements CreateStmt and CreateTableAsStmt. */
bool
gk_check_hidden_name(const GkRequest *request, GkFinding *finding)
{
	finding->binds_always = true;
	if (request->door == GK_DOOR_RELATION)
		return found_use(request->perms, finding);
	if (request->door == GK_DOOR_OBJECT)
		return found_schema(request, finding);
	return found_table(IsA(request->stmt, CreateStmt) ?
					   ((CreateStmt *) request->stmt)->relation :
					   castNode(CreateTableAsStmt, request->stmt)->into->rel, finding);
}
