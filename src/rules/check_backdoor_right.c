/*-------------------------------------------------------------------------
 *
 * check_backdoor_right.c
 *	  Is a right given away that is as good as a superuser's later on?
 *
 * Rights that outlive the statement which lent them, and that no other rule
 * would notice when they are used in an ordinary session:
 *
 *	GRANT	of a superuser's function that is not SQL or a trusted language's
 *			and that not everybody may call: it was kept back because of what
 *			it can do (dblink_connect_u).  Of a superuser's view that shows a
 *			secret (see secrets.c): its readers need no rights on the catalog.
 *			System functions and views are catalog_write's.  Of a wrapper that
 *			has a handler, or is dblink's, or a server of one: its holder names
 *			what is opened, or connected to.
 *	SECURITY LABEL	of other providers, which decide who may do what.  Those of
 *			this module are the rule exemption's.
 *	text	for a built-in function that runs it as a query (query_to_xml) or
 *			reads the table it names (table_to_xml), called straight from a view
 *			or the like of another role: nobody's code is on the stack then, and
 *			the query looks as if the superuser had sent it.  In any other call
 *			the rules see what the query does.
 *
 * Powerless, and therefore allowed: GRANT on other relations, schemas and
 * functions of other kinds.  It gives data away, which whoever has a
 * superuser's rights could take himself; SECURITY DEFINER functions make the
 * circumstance `elevated`.
 *
 * Does not see: that a function's EXECUTE was granted to a role of which
 * somebody is made a member later.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "origin/labels.h"
#include "rules/objects.h"
#include "rules/wrappers.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/sysattr.h"
#include "access/table.h"
#include "access/transam.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_language.h"
#include "catalog/pg_proc.h"
#include "foreign/foreign.h"
#include "miscadmin.h"
#include "nodes/value.h"
#include "parser/parse_func.h"
#include "utils/acl.h"
#include "utils/fmgroids.h"
#include "utils/syscache.h"

const GkSymbol gk_backdoor_symbols[] = {
	/* core */
	{"query_to_xml", 0},
	{"query_to_xmlschema", 0},
	{"query_to_xml_and_xmlschema", 0},
	{"table_to_xml", 0},
	{"table_to_xml_and_xmlschema", 0},
	{"schema_to_xml", 0},
	{"schema_to_xml_and_xmlschema", 0},
	{"database_to_xml", 0},
	{"database_to_xml_and_xmlschema", 0},
	{"cursor_to_xml", 0},
	{"ts_stat1", 0},
	{"ts_stat2", 0},
	{"tsquery_rewrite_query", 0},

	/* tablefunc, xml2, orafce */
	{"crosstab", 0},
	{"crosstab_hash", 0},
	{"connectby_text", 0},
	{"connectby_text_serial", 0},
	{"xpath_table", 0},
	{"dbms_sql_parse", 0},
	{NULL, 0}
};

/*
 * GRANT
 */

static bool
is_trusted_language(Oid langid)
{
	HeapTuple	tuple = SearchSysCache1(LANGOID, ObjectIdGetDatum(langid));
	bool		trusted = langid == SQLlanguageId;

	if (HeapTupleIsValid(tuple))
	{
		trusted |= ((Form_pg_language) GETSTRUCT(tuple))->lanpltrusted;
		ReleaseSysCache(tuple);
	}
	return trusted;
}

/* Without an acl it is as core makes them: for everybody. */
static bool
is_public(Datum proacl)
{
	Acl		   *acl = DatumGetAclP(proacl);

	for (int i = 0; i < ACL_NUM(acl); i++)
		if (ACL_DAT(acl)[i].ai_grantee == ACL_ID_PUBLIC &&
			(ACL_DAT(acl)[i].ai_privs & ACL_EXECUTE))
			return true;
	return false;
}

static bool
is_kept_back(HeapTuple tuple)
{
	Form_pg_proc proc = (Form_pg_proc) GETSTRUCT(tuple);
	bool		isnull;
	Datum		acl = gk_row_value(ProcedureRelationId, tuple, Anum_pg_proc_proacl, &isnull);

	return proc->oid >= FirstNormalObjectId && !isnull && !is_public(acl) &&
		gk_code_owner_is_trusted(proc->proowner) &&
		(!is_trusted_language(proc->prolang) || gk_label_function_allows(proc->oid) != 0);
}

static bool
is_view_of_secret(HeapTuple tuple)
{
	Form_pg_class rel = (Form_pg_class) GETSTRUCT(tuple);
	Bitmapset  *whole_row = bms_make_singleton(InvalidAttrNumber - FirstLowInvalidHeapAttributeNumber);

	return rel->oid >= FirstNormalObjectId &&
		(rel->relkind == RELKIND_VIEW || rel->relkind == RELKIND_MATVIEW) &&
		gk_code_owner_is_trusted(rel->relowner) &&
		gk_view_shows_secret(rel->oid, whole_row, 0);
}

/* The name of the object, when the question is true of it, else NULL. */
static const char *
name_if(Oid classid, Oid objid, GkRowQuestion question)
{
	int			cache = classid == ProcedureRelationId ? PROCOID : RELOID;
	HeapTuple	tuple = SearchSysCache1(cache, ObjectIdGetDatum(objid));
	const char *name = NULL;

	if (HeapTupleIsValid(tuple))
	{
		if (question(tuple))
			name = gk_row_name(classid, tuple);
		ReleaseSysCache(tuple);
	}
	return name;
}

static const char *
kept_back(const GrantStmt *stmt, Node *target)
{
	if (stmt->targtype == ACL_TARGET_ALL_IN_SCHEMA)
		return gk_first_in_schema(ProcedureRelationId, strVal(target), is_kept_back);
	return name_if(ProcedureRelationId,
				   LookupFuncWithArgs(stmt->objtype, (ObjectWithArgs *) target, true),
				   is_kept_back);
}

static const char *
view_of_secret(const GrantStmt *stmt, Node *target)
{
	if (stmt->targtype == ACL_TARGET_ALL_IN_SCHEMA)
		return gk_first_in_schema(RelationRelationId, strVal(target), is_view_of_secret);
	return name_if(RelationRelationId,
				   RangeVarGetRelid((RangeVar *) target, NoLock, true),
				   is_view_of_secret);
}

/* The wrapper, or the one of the server, when it leads anywhere; else InvalidOid. */
static Oid
reaching_wrapper(const GrantStmt *stmt, const char *name)
{
	Oid			wrapper = InvalidOid;

	if (stmt->objtype == OBJECT_FDW)
		wrapper = get_foreign_data_wrapper_oid(name, true);
	else
	{
		ForeignServer *server = GetForeignServerByName(name, true);

		if (server)
			wrapper = server->fdwid;
	}
	return OidIsValid(wrapper) && gk_wrapper_reaches(wrapper) ? wrapper : InvalidOid;
}

/* A script knows no role of the site, but everybody and the predefined ones. */
static bool
names_no_role(const GrantStmt *stmt)
{
	ListCell   *cell;

	foreach(cell, stmt->grantees)
	{
		Oid			role = gk_rolespec_oid(lfirst_node(RoleSpec, cell));

		if (role >= FirstNormalObjectId)
			return false;
	}
	return true;
}

static bool
check_grant_wrapper(const GrantStmt *stmt, GkFinding *finding)
{
	ListCell   *cell;

	foreach(cell, stmt->objects)
	{
		Oid			wrapper = reaching_wrapper(stmt, strVal(lfirst(cell)));

		if (!OidIsValid(wrapper))
			continue;
		finding->action = gk_wrapper_connects(wrapper, false) ?
			"granting the server's connections" :
			"granting foreign data on the server's host";
		finding->object_type = stmt->objtype == OBJECT_FDW ?
			"foreign data wrapper" : "server";
		finding->object = strVal(lfirst(cell));
		finding->scripts_may = names_no_role(stmt);
		finding->ignores = GK_STRICT;
		return true;
	}
	return false;
}

static bool
check_grant(const GrantStmt *stmt, GkFinding *finding)
{
	bool		functions = stmt->objtype != OBJECT_TABLE;
	ListCell   *cell;

	if (!stmt->is_grant || stmt->targtype == ACL_TARGET_DEFAULTS)
		return false;
	if (stmt->objtype == OBJECT_FDW || stmt->objtype == OBJECT_FOREIGN_SERVER)
		return check_grant_wrapper(stmt, finding);
	if ((stmt->objtype != OBJECT_FUNCTION && stmt->objtype != OBJECT_PROCEDURE &&
		 stmt->objtype != OBJECT_ROUTINE && stmt->objtype != OBJECT_TABLE))
		return false;

	foreach(cell, stmt->objects)
	{
		finding->object = functions ? kept_back(stmt, lfirst(cell)) :
			view_of_secret(stmt, lfirst(cell));
		if (finding->object)
			break;
	}

	finding->action = functions ? "granting a function that was kept back" :
		"granting a view that shows secrets";
	finding->object_type = functions ? "function" : "view";
	finding->scripts_may = true;
	finding->ignores = GK_STRICT;
	return finding->object != NULL;
}

/*
 * SECURITY LABEL
 */

/* Those of this module are the rule exemption's. */
static bool
check_label(const SecLabelStmt *stmt, GkFinding *finding)
{
	if ((stmt->provider && strcmp(stmt->provider, GK_LABEL_PROVIDER) == 0) || !gk_acts_as_superuser(GetUserId()))
		return false;
	finding->action = "setting a security label";
	finding->object_type = "label provider";
	finding->object = stmt->provider ? stmt->provider : "the only one";
	finding->scripts_may = true;
	finding->ignores = GK_STRICT;
	return true;
}

/*
 * Functions
 */

static bool
check_call(const GkRequest *request, GkFinding *finding)
{
	finding->action = "running a query that another role's object brings along";
	finding->object_type = "function";
	finding->object = request->symbol;
	return request->circumstances != 0 && gk_acts_as_superuser(GetUserId());
}

/*
 * Doors: statements GrantStmt and SecLabelStmt, functions.  May raise what the
 * name look-up of the statement itself would raise.  Strings of the finding are
 * the statement's or allocated in CurrentMemoryContext.
 */
bool
gk_check_backdoor_right(const GkRequest *request, GkFinding *finding)
{
	if (request->door == GK_DOOR_FUNCTION)
		return check_call(request, finding);
	if (IsA(request->stmt, GrantStmt))
		return check_grant((GrantStmt *) request->stmt, finding);
	return check_label(castNode(SecLabelStmt, request->stmt), finding);
}
