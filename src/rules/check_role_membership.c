/*-------------------------------------------------------------------------
 *
 * check_role_membership.c
 *	  Who is made a member of a role that leads to power?
 *
 * GRANT role TO role; ALTER GROUP ... ADD USER and its older spelling ALTER
 * ROLE ... USER; CREATE ROLE ... IN ROLE, ROLE, ADMIN and USER.  It is the role
 * given away that counts, with everything it is a member of itself; so a chain
 * is found at the step that joins it to the power, in whatever order it is
 * built.  REVOKE takes away only, and is not looked at.
 *
 * No hook reports rows of pg_auth_members, so these are read from the
 * statements.  Names are looked up as core will look them up right after;
 * what is wrong with them is core's to report.
 *
 * Up to PostgreSQL 15 a role with CREATEROLE can give itself every role that is
 * not a superuser, pg_execute_server_program included.  Where that is more than
 * CREATEROLE itself (the host, pg_read_all_data and its like, a role with
 * REPLICATION or BYPASSRLS) it is refused without any circumstance, as 16 and
 * later refuse it themselves: by asking for ADMIN OPTION on the role.
 *
 * The predefined roles that show or disturb but lead no further (pg_monitor,
 * pg_signal_backend) are handed out by operators' helper functions everywhere:
 * granted in a suspect circumstance, they are recorded, and not refused.
 *
 * Does not see: rows written to pg_auth_members by hand (that is
 * catalog_write's); power that a role has from grants on objects or functions; a
 * superuser being made a member of a harmless role, which gives nobody anything
 * except where pg_hba.conf trusts that role's members; a name that another session gives to another role between the
 * look-up here and core's.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "base/gatekeeper.h"

#include "miscadmin.h"
#include "nodes/value.h"
#include "utils/acl.h"

static void
found(const char *rolname, GkFinding *finding)
{
	finding->action = "granting membership in a privileged role";
	finding->object_type = "role";
	finding->object = rolname;
	finding->ignores = 0;
}

/*
 * A role is given away.  One statement makes one finding, but an ordinary one
 * must not hide one that binds always, nor one that is only recorded any other.
 */
static void
consider(Oid roleid, GkFinding *finding)
{
	if (!OidIsValid(roleid) || finding->binds_always)
		return;
	if (!gk_role_is_privileged(roleid))
	{
		if (finding->action == NULL && gk_role_is_predefined(roleid))
		{
			found(GetUserNameFromId(roleid, true), finding);
			finding->action = "granting membership in a predefined role";
			finding->ignores = ~0;
		}
		return;
	}
	if (finding->action == NULL || finding->ignores != 0)
		found(GetUserNameFromId(roleid, true), finding);
	if (gk_role_exceeds_user(roleid))
	{
		found(GetUserNameFromId(roleid, true), finding);
		finding->binds_always = true;
		finding->hint = "This role has more than CREATEROLE gives: files or programs of the server's host, everybody's data, REPLICATION or BYPASSRLS; or gatekeeper.protected_roles lists it. Ask a superuser to grant it, or for ADMIN OPTION on it.";
	}
}

static void
check_grant(GrantRoleStmt *stmt, GkFinding *finding)
{
	ListCell   *cell;

	if (!stmt->is_grant)
		return;
	foreach(cell, stmt->granted_roles)
	{
		AccessPriv *role = lfirst_node(AccessPriv, cell);

		if (role->priv_name)	/* NULL is GRANT ALL (column): an error */
			consider(get_role_oid(role->priv_name, true), finding);
	}
}

static void
check_alter(AlterRoleStmt *stmt, GkFinding *finding)
{
	ListCell   *cell;

	if (stmt->action < 0)
		return;					/* ALTER GROUP ... DROP USER */
	foreach(cell, stmt->options)
		if (strcmp(lfirst_node(DefElem, cell)->defname, "rolemembers") == 0)
			consider(gk_rolespec_oid(stmt->role), finding);
}

/* An option of CREATE ROLE that makes the new role worth being a member of. */
static bool
gives_power(DefElem *option)
{
	const char *name = option->defname;

	return (strcmp(name, "superuser") == 0 ||
			strcmp(name, "createrole") == 0 ||
			strcmp(name, "isreplication") == 0 ||
			strcmp(name, "bypassrls") == 0) && boolVal(option->arg);
}

static void
check_create(CreateRoleStmt *stmt, GkFinding *finding)
{
	bool		has_power = false;
	bool		has_members = false;
	ListCell   *cell;
	ListCell   *role;

	foreach(cell, stmt->options)
	{
		DefElem    *option = lfirst_node(DefElem, cell);

		if (strcmp(option->defname, "addroleto") == 0)
			foreach(role, (List *) option->arg)
				consider(gk_rolespec_oid(lfirst_node(RoleSpec, role)), finding);
		else if (strcmp(option->defname, "rolemembers") == 0 ||
				 strcmp(option->defname, "adminmembers") == 0)
			has_members = true;
		else if (gives_power(option))
			has_power = true;
	}

	/* A powerful role that is born with members was granted to them. */
	if (has_power && has_members && (finding->action == NULL || finding->ignores != 0))
		found(stmt->role, finding);
}

bool
gk_check_role_membership(const GkRequest *request, GkFinding *finding)
{
	switch (nodeTag(request->stmt))
	{
		case T_GrantRoleStmt:
			check_grant(castNode(GrantRoleStmt, request->stmt), finding);
			break;
		case T_AlterRoleStmt:
			check_alter(castNode(AlterRoleStmt, request->stmt), finding);
			break;
		case T_CreateRoleStmt:
			check_create(castNode(CreateRoleStmt, request->stmt), finding);
			break;
		default:
			break;
	}
	return finding->action != NULL;
}
