/*-------------------------------------------------------------------------
 *
 * check_contained.c
 *	  What will the kernel refuse in this session, whoever it has become?
 *
 * It refuses in its own words ("Cannot allocate memory" for a program), and there is
 * no record of that.  So what has the rights and will fail for this reason is told
 * here.  On a kernel that has no such walls, this is all there is.
 *
 * Asked after the rules for the same statements: what these refuse is theirs.
 *
 * Does not see: attempts that are no statement, such as a program that a function in
 * an untrusted language starts, or a function that writes a file.  They fail, without
 * a record.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "base/gatekeeper.h"

#include "catalog/pg_authid.h"
#include "catalog/pg_parameter_acl.h"
#include "miscadmin.h"
#include "utils/acl.h"

static const char hint[] =
"The kernel would refuse it: the session is contained for good, whatever it does with SET ROLE or SECURITY DEFINER. Do it in a session that is not, such as a superuser's own; \"SELECT * FROM gatekeeper.sandbox\" tells which are. See CONTAINMENT in pg_gatekeeper(7).";

static bool
may_alter_system(const char *name)
{
	return superuser() ||
		(name && pg_parameter_aclcheck(name, GetUserId(), ACL_ALTER_SYSTEM) == ACLCHECK_OK);
}

bool
gk_check_contained(const GkRequest *request, GkFinding *finding)
{
	Node	   *stmt = request->stmt;

	finding->hint = hint;
	if (IsA(stmt, CopyStmt))
	{
		if (!((CopyStmt *) stmt)->is_program || !(gk_sandbox_given_up & GK_WALL_PROGRAMS))
			return false;
		finding->action = "COPY with PROGRAM in a contained session";
		finding->object_type = "program";
		finding->object = ((CopyStmt *) stmt)->filename;
		return has_privs_of_role(GetUserId(), ROLE_PG_EXECUTE_SERVER_PROGRAM);
	}
	if (!(gk_sandbox_given_up & GK_WALL_FILES))
		return false;
	if (IsA(stmt, AlterSystemStmt))
	{
		const char *name = ((AlterSystemStmt *) stmt)->setstmt->name;

		finding->action = "ALTER SYSTEM in a contained session";
		finding->object_type = "setting";
		finding->object = name ? name : "all";
		return may_alter_system(name);
	}
	finding->action = "CREATE TABLESPACE in a contained session";
	finding->object_type = "tablespace";
	finding->object = castNode(CreateTableSpaceStmt, stmt)->tablespacename;
	return superuser();
}
