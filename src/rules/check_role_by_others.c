/*-------------------------------------------------------------------------
 *
 * check_role_by_others.c
 *	  Does code of others make, change, drop or give away roles?
 *
 * A trigger of an ordinary role that runs in the session of a superuser, or of an
 * administrator with CREATEROLE, could change the password of any role, or give
 * its author any role, and none of that need be a privileged one.  Part of the
 * rule superuser_object: no circumstance but `untrusted` counts, and what the
 * owner of the code could do without the rights of whoever is led to run it is
 * not found.
 *
 * Does not see: COMMENT and SECURITY LABEL (exemption does) on a role; CREATE
 * DATABASE and other work of administrators that changes nobody's rights.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "base/gatekeeper.h"
#include "rules/checks.h"
#include "rules/objects.h"

#include "access/htup_details.h"
#include "catalog/objectaccess.h"
#include "catalog/pg_authid.h"
#include "catalog/pg_db_role_setting.h"
#include "miscadmin.h"
#include "utils/acl.h"

/* Nothing but its password, which is everybody's own. */
static bool
is_password_only(void)
{
	AlterRoleStmt *stmt = (AlterRoleStmt *) gk_statement_of(T_AlterRoleStmt);
	ListCell   *cell;

	if (stmt == NULL)
		return false;
	foreach(cell, stmt->options)
		if (strcmp(lfirst_node(DefElem, cell)->defname, "password") != 0)
			return false;
	return true;
}

static bool
administers_all(Oid author, const GrantRoleStmt *stmt)
{
	ListCell   *cell;

	foreach(cell, stmt->granted_roles)
	{
		Oid			roleid = get_role_oid(lfirst_node(AccessPriv, cell)->priv_name, true);

		if (!OidIsValid(roleid) || !is_admin_of_role(author, roleid))
			return false;
	}
	return true;
}

static bool
has_rights_of_all(Oid author, List *specs)
{
	ListCell   *cell;

	foreach(cell, specs)
		if (!has_privs_of_role(author, gk_rolespec_oid(lfirst_node(RoleSpec, cell))))
			return false;
	return true;
}

static bool
may_grant(Oid author, const GrantRoleStmt *stmt, GkFinding *finding)
{
	finding->object = linitial_node(AccessPriv, stmt->granted_roles)->priv_name;
	finding->action = stmt->is_grant ? "granting a role" : "revoking a role";
	return administers_all(author, stmt);
}

static bool
may_drop_owned(Oid author, List *roles, GkFinding *finding)
{
	finding->object = GetUserNameFromId(gk_rolespec_oid(linitial_node(RoleSpec, roles)), true);
	finding->action = "dropping or reassigning what a role owns";
	return has_rights_of_all(author, roles);
}

/* The rules of privileged roles ask about what is one, or becomes one. */
static bool
is_privileged(Oid roleid, HeapTuple row)
{
	Form_pg_authid role = HeapTupleIsValid(row) ? (Form_pg_authid) GETSTRUCT(row) : NULL;

	return !OidIsValid(roleid) || gk_role_is_privileged(roleid) ||
		(role && (role->rolsuper || role->rolcreaterole || role->rolreplication || role->rolbypassrls));
}

static bool
may_change_settings(Oid author, Oid roleid, GkFinding *finding)
{
	finding->object = GetUserNameFromId(roleid, true);
	finding->action = "changing the settings of a role";
	return is_privileged(roleid, NULL) || roleid == author;
}

static bool
may_change(Oid author, const GkRequest *request, GkFinding *finding)
{
	HeapTuple	row = gk_request_row(request);

	if (is_privileged(request->objid, row))
		return true;
	finding->object = HeapTupleIsValid(row) ? gk_row_name(request->classid, row) : NULL;
	finding->action = request->event == OAT_POST_CREATE ? "making a role" :
		request->event == OAT_DROP ? "dropping a role" : "changing a role";
	return request->objid == author && is_password_only();
}

/*
 * Could the author do this with no rights but their own?  If not, the finding
 * says what it is; its strings are the statement's or in CurrentMemoryContext.
 */
static bool
may(Oid author, const GkRequest *request, GkFinding *finding)
{
	if (request->door == GK_DOOR_OBJECT)
		return request->classid == AuthIdRelationId ? may_change(author, request, finding) :
			may_change_settings(author, request->auxid, finding);
	switch (nodeTag(request->stmt))
	{
		case T_GrantRoleStmt:
			return may_grant(author, (GrantRoleStmt *) request->stmt, finding);
		case T_DropOwnedStmt:
			return may_drop_owned(author, ((DropOwnedStmt *) request->stmt)->roles, finding);
		default:
			return may_drop_owned(author, castNode(ReassignOwnedStmt, request->stmt)->roles, finding) &&
				has_rights_of_all(author, list_make1(((ReassignOwnedStmt *) request->stmt)->newrole));
	}
}

/* Doors: roles and their settings as objects, and the statements that name roles. */
bool
gk_check_role_by_others(const GkRequest *request, GkFinding *finding)
{
	Oid			author;

	if (!gk_code_is_untrusted())
		return false;
	/* of a deputy, and of what is stored in an expression, nobody is known for sure */
	author = gk_code_is_deputy() ? InvalidOid : gk_code_owner_of(gk_code_function());
	if (has_createrole_privilege(author) || may(author, request, finding))
		return false;
	finding->object_type = "role";
	finding->ignores = GK_ONLY_UNTRUSTED;
	finding->hint = "Only code of a superuser, or of a role with CREATEROLE, may do this with the rights of whoever runs it. If it is meant to, let such a role own the function.";
	return true;
}
