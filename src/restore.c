/*-------------------------------------------------------------------------
 *
 * restore.c
 *	  A dump's superuser that is not reserved keeps all but that.
 *
 * pg_dumpall makes a role with CREATE ROLE and gives it whatever it had by one
 * ALTER ROLE, with the password and whether it may log in.  Refusing that whole
 * would leave a role that cannot log in, in the middle of a long output.  So of
 * such a statement only SUPERUSER is refused, with a record and a warning.
 *
 * Such a statement names each attribute; one that somebody writes by hand does not,
 * and is refused as a whole.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "restore.h"

#include "nodes/value.h"
#include "utils/builtins.h"

static const char *const attributes[] = {
	"superuser", "inherit", "createrole", "createdb", "canlogin", "isreplication", "bypassrls"
};

static DefElem *
option_named(const AlterRoleStmt *stmt, const char *name)
{
	ListCell   *cell;

	foreach(cell, stmt->options)
	{
		DefElem    *option = lfirst_node(DefElem, cell);

		if (strcmp(option->defname, name) == 0)
			return option;
	}
	return NULL;
}

/* Does it name all attributes of a role, and make it superuser? */
bool
gk_restore_says_all(const AlterRoleStmt *stmt)
{
	for (int i = 0; i < (int) lengthof(attributes); i++)
		if (option_named(stmt, attributes[i]) == NULL)
			return false;
	return stmt->role->roletype == ROLESPEC_CSTRING &&
		boolVal(option_named(stmt, "superuser")->arg);
}

/* The statement without SUPERUSER; the plan may be a prepared statement's. */
PlannedStmt *
gk_restore_without_superuser(PlannedStmt *pstmt)
{
	PlannedStmt *copy = (PlannedStmt *) copyObjectImpl(pstmt);
	AlterRoleStmt *stmt = castNode(AlterRoleStmt, copy->utilityStmt);

	stmt->options = list_delete_ptr(stmt->options, option_named(stmt, "superuser"));
	ereport(WARNING,
			(errcode(ERRCODE_WARNING),
			 errmsg("pg_gatekeeper: making role \"%s\" superuser is not allowed, the rest of the statement is executed",
					stmt->role->rolename),
			 errdetail("Only the roles in gatekeeper.reserved_roles may be superusers. What belongs to this role counts as an ordinary user's."),
			 errhint("If it is to be superuser, let an administrator add it to gatekeeper.reserved_roles, restart the server, and execute ALTER ROLE %s SUPERUSER. See pg_gatekeeper(7), BEFORE YOU RESTORE.",
					 quote_identifier(stmt->role->rolename))));
	return copy;
}
