/*-------------------------------------------------------------------------
 *
 * check_restored_role.c
 *	  Does a dump make a role superuser that is not reserved?
 *
 * Asked about a statement that the rest of can be carried out (src/restore.c),
 * where a superuser acts.  In any circumstance: what the rest comes to is looked at
 * as ever.
 *
 * Does not see: a role that is superuser already, or is none; core and
 * role_superuser's check of the role itself will.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "base/gatekeeper.h"

#include "miscadmin.h"

bool
gk_check_restored_role(const GkRequest *request, GkFinding *finding)
{
	const RoleSpec *role = castNode(AlterRoleStmt, request->stmt)->role;
	Oid			roleid = gk_rolespec_oid(role);

	if (!OidIsValid(roleid) || !superuser() || superuser_arg(roleid) ||
		gk_role_is_reserved(roleid, role->rolename))
		return false;
	finding->action = "making a role superuser";
	finding->object_type = "role";
	finding->object = role->rolename;
	finding->binds_always = true;
	return true;
}
