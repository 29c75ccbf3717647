/*-------------------------------------------------------------------------
 *
 * check_catalog_grant.c
 *	  Does somebody give rights on what the system is made of?
 *
 * GRANT on a relation, function or schema made by initdb, or on a parameter;
 * ALTER DEFAULT PRIVILEGES for what a superuser will create.  An extension's
 * script grants rights on its own objects, which have oids that initdb's do
 * not have.  REVOKE takes away only, and is not looked at.
 *
 * Tables whose rows are commands (job_tables.c) are such relations too, with
 * their sequences, the views that lead to them, and the right to create in their
 * schemas.  That somebody may read them is no finding: commands are given
 * nobody thereby.
 *
 * GRANT calls no object hook, so it is read from the statement, with names
 * looked up as core will look them up right after.  A name without schema is
 * looked up in pg_catalog as well, so that nothing is gained by an object of
 * the same name, earlier in the search path, that goes away in between.
 *
 * Does not see: rights on a database, tablespace, type, language (core refuses
 * untrusted ones itself), foreign-data wrapper or server; ownership; acl columns
 * written by hand (that is check_catalog_write.c's).
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "rules/job_tables.h"
#include "rules/objects.h"

#include "access/htup_details.h"
#include "access/transam.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_proc.h"
#include "miscadmin.h"
#include "nodes/value.h"
#include "parser/parse_func.h"
#include "utils/acl.h"
#include "utils/catcache.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

/* Made by initdb?  Nothing made later gets such an oid. */
static bool
is_system_object(Oid objid)
{
	return OidIsValid(objid) && objid < FirstNormalObjectId;
}

/* The public schema is made by initdb too, but that is people's own. */
static bool
is_system_schema(Oid nspid)
{
	return is_system_object(nspid) && nspid != PG_PUBLIC_NAMESPACE;
}

static bool
is_system_relation_name(RangeVar *name)
{
	return is_system_object(RangeVarGetRelid(name, NoLock, true)) ||
		(name->schemaname == NULL &&
		 is_system_object(get_relname_relid(name->relname, PG_CATALOG_NAMESPACE)));
}

/* Is there a system function of this name, whatever its arguments? */
static bool
is_system_function_any(const char *name)
{
	CatCList   *list = SearchSysCacheList1(PROCNAMEARGSNSP, CStringGetDatum(name));
	bool		any = false;

	for (int i = 0; i < list->n_members; i++)
	{
		Form_pg_proc proc = (Form_pg_proc) GETSTRUCT(&list->members[i]->tuple);

		if (proc->pronamespace == PG_CATALOG_NAMESPACE && is_system_object(proc->oid))
			any = true;
	}
	ReleaseSysCacheList(list);
	return any;
}

static bool
is_system_function_name(ObjectType type, ObjectWithArgs *name)
{
	ObjectWithArgs in_catalog = *name;

	if (is_system_object(LookupFuncWithArgs(type, name, true)))
		return true;
	if (list_length(name->objname) > 1)
		return false;
	if (name->args_unspecified)
		return is_system_function_any(strVal(linitial(name->objname)));
	in_catalog.objname = list_make2(makeString("pg_catalog"),
									linitial(name->objname));
	return is_system_object(LookupFuncWithArgs(type, &in_catalog, true));
}

/* One thing that is granted on: is it the system's?  Then *name is its name. */
static bool
is_system_target(const GrantStmt *stmt, Node *target, const char **name)
{
	if (stmt->targtype == ACL_TARGET_ALL_IN_SCHEMA ||
		stmt->objtype == OBJECT_SCHEMA)
	{
		*name = strVal(target);
		return is_system_schema(get_namespace_oid(*name, true));
	}
	switch (stmt->objtype)
	{
		case OBJECT_TABLE:
		case OBJECT_SEQUENCE:
			*name = castNode(RangeVar, target)->relname;
			return is_system_relation_name((RangeVar *) target);
		case OBJECT_FUNCTION:
		case OBJECT_PROCEDURE:
		case OBJECT_ROUTINE:
			*name = NameListToString(castNode(ObjectWithArgs, target)->objname);
			return is_system_function_name(stmt->objtype, (ObjectWithArgs *) target);
		case OBJECT_PARAMETER_ACL:
			*name = strVal(target);
			return true;
		default:
			return false;		/* core refuses untrusted languages itself */
	}
}

/*
 * Tables of commands
 */

/* Is no right given but those to read, and to look names up? */
static bool
only_reads(const GrantStmt *stmt)
{
	ListCell   *cell;

	foreach(cell, stmt->privileges)
	{
		const char *name = lfirst_node(AccessPriv, cell)->priv_name;

		if (name == NULL || (strcmp(name, "select") != 0 && strcmp(name, "usage") != 0))
			return false;
	}
	return stmt->privileges != NIL;
}

static bool
is_job_relation(Oid relid)
{
	return OidIsValid(relid) && (gk_job_action(relid) || gk_view_uses_job(relid));
}

static bool
is_job_row(HeapTuple row)
{
	Form_pg_class rel = (Form_pg_class) GETSTRUCT(row);

	return rel->relkind != RELKIND_INDEX && rel->relkind != RELKIND_TOASTVALUE &&
		is_job_relation(rel->oid);
}

/* Extensions' scripts may give rights on what is their own. */
static bool
is_job_target(const GrantStmt *stmt, Node *target, GkFinding *finding)
{
	Oid			objid;

	if (stmt->objtype == OBJECT_SCHEMA || stmt->targtype == ACL_TARGET_ALL_IN_SCHEMA)
	{
		objid = get_namespace_oid(strVal(target), true);
		finding->scripts_may = gk_script_owns_object(NamespaceRelationId, objid);
		if (stmt->objtype == OBJECT_SCHEMA)
			return gk_is_job_schema(objid);
		return (stmt->objtype == OBJECT_TABLE || stmt->objtype == OBJECT_SEQUENCE) &&
			gk_first_in_schema(RelationRelationId, strVal(target), is_job_row) != NULL;
	}
	if (stmt->objtype != OBJECT_TABLE && stmt->objtype != OBJECT_SEQUENCE)
		return false;
	objid = RangeVarGetRelid(castNode(RangeVar, target), NoLock, true);
	finding->scripts_may = gk_script_owns_object(RelationRelationId, objid);
	return is_job_relation(objid);
}

static const char *
target_type(const GrantStmt *stmt)
{
	if (stmt->targtype == ACL_TARGET_ALL_IN_SCHEMA)
		return "schema";
	switch (stmt->objtype)
	{
		case OBJECT_SCHEMA:
			return "schema";
		case OBJECT_TABLE:
		case OBJECT_SEQUENCE:
			return "relation";
		case OBJECT_PARAMETER_ACL:
			return "parameter";
		default:
			return "function";
	}
}

static bool
check_grant(const GrantStmt *stmt, GkFinding *finding)
{
	ListCell   *cell;

	if (!stmt->is_grant || stmt->targtype == ACL_TARGET_DEFAULTS)
		return false;
	foreach(cell, stmt->objects)
	{
		const char *name = NULL;

		if (is_system_target(stmt, lfirst(cell), &name))
			finding->action = "granting rights on a system object";
		else if (!only_reads(stmt) && is_job_target(stmt, lfirst(cell), finding))
		{
			finding->action = "granting rights on a table of commands";
			finding->ignores = GK_STRICT;
		}
		else
			continue;
		finding->object_type = target_type(stmt);
		finding->object = name;
		return true;
	}
	return false;
}

/* Rights given in advance on whatever a superuser will make. */
static bool
check_default_privileges(const AlterDefaultPrivilegesStmt *stmt,
						 GkFinding *finding)
{
	List	   *roles = NIL;
	Oid			roleid = GetUserId();
	ListCell   *cell;

	if (!stmt->action->is_grant)
		return false;
	foreach(cell, stmt->options)
	{
		DefElem    *option = lfirst_node(DefElem, cell);

		if (strcmp(option->defname, "roles") == 0)
			roles = (List *) option->arg;
	}
	foreach(cell, roles)
	{
		roleid = get_rolespec_oid(lfirst_node(RoleSpec, cell), true);
		if (OidIsValid(roleid) && gk_acts_as_superuser(roleid))
			break;
	}
	if (!OidIsValid(roleid) || !gk_acts_as_superuser(roleid))
		return false;
	finding->action = "granting rights on what a superuser will create";
	finding->object_type = "role";
	finding->object = GetUserNameFromId(roleid, true);
	if (!gk_is_superuser(GetUserId()))
	{
		finding->binds_always = true;	/* a member may speak for the role */
		finding->hint = "Ask a superuser to do it, in a session of his own.";
	}
	return true;
}

/*
 * Doors: GrantStmt and AlterDefaultPrivilegesStmt.  May raise what the name
 * look-up of the statement itself would raise.  Strings of the finding are
 * the statement's or allocated in CurrentMemoryContext.
 */
bool
gk_check_catalog_grant(const GkRequest *request, GkFinding *finding)
{
	if (IsA(request->stmt, AlterDefaultPrivilegesStmt))
		return check_default_privileges((AlterDefaultPrivilegesStmt *) request->stmt,
										finding);
	return check_grant(castNode(GrantStmt, request->stmt), finding);
}
