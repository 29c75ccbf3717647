/*-------------------------------------------------------------------------
 *
 * class_of.c
 *	  Of what class is an action?
 *
 * Each is of one at most, the most telling.  What log_statement = ddl logs and
 * none of the others names is of class ddl, so that a statement that a new major
 * brings has a class, too; what no other names, of class privileged.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "audit/classes.h"

#include "miscadmin.h"
#include "tcop/utility.h"

/* SET ROLE and its like; DISCARD ALL where that changes who one is. */
static bool
changes_user(const Node *stmt)
{
	if (IsA(stmt, DiscardStmt))
		return ((const DiscardStmt *) stmt)->target == DISCARD_ALL &&
			(GetUserId() != GetAuthenticatedUserId() || GetSessionUserId() != GetAuthenticatedUserId());
	return IsA(stmt, VariableSetStmt) && ((const VariableSetStmt *) stmt)->name &&
		gk_setting_is_user(((const VariableSetStmt *) stmt)->name);
}

/* What kind of object it changes, where that decides; else any other. */
static ObjectType
kind_of_object(const Node *stmt)
{
	switch (nodeTag(stmt))
	{
		case T_DropStmt:
			return ((const DropStmt *) stmt)->removeType;
		case T_RenameStmt:
			return ((const RenameStmt *) stmt)->renameType;
		case T_AlterObjectSchemaStmt:
			return ((const AlterObjectSchemaStmt *) stmt)->objectType;
		default:
			return OBJECT_TABLE;
	}
}

static GkClass
class_of_rest(Node *stmt)
{
	ObjectType	kind = kind_of_object(stmt);

	if (kind == OBJECT_ROLE)
		return GK_CLASS_ROLE;
	if (kind == OBJECT_EXTENSION)
		return GK_CLASS_EXTENSION;
	if (changes_user(stmt))
		return GK_CLASS_SESSION;
	return GetCommandLogLevel(stmt) == LOGSTMT_DDL ? GK_CLASS_DDL : GK_CLASS_PRIVILEGED;
}

/* Of a utility statement.  What begins and ends transactions and moves cursors is of none. */
GkClass
gk_class_of_statement(Node *stmt)
{
	switch (nodeTag(stmt))
	{
		case T_CreateRoleStmt:
		case T_AlterRoleStmt:
		case T_AlterRoleSetStmt:
		case T_DropRoleStmt:
		case T_DropOwnedStmt:
		case T_ReassignOwnedStmt:
			return GK_CLASS_ROLE;
		case T_GrantStmt:
		case T_GrantRoleStmt:
		case T_AlterDefaultPrivilegesStmt:
		case T_SecLabelStmt:
			return GK_CLASS_GRANT;
		case T_CreateExtensionStmt:
		case T_AlterExtensionStmt:
		case T_AlterExtensionContentsStmt:
		case T_CreatePLangStmt:
		case T_LoadStmt:
			return GK_CLASS_EXTENSION;
		case T_AlterSystemStmt:
		case T_AlterDatabaseSetStmt:
		case T_CheckPointStmt:
			return GK_CLASS_SYSTEM;
		case T_TransactionStmt:
		case T_FetchStmt:
		case T_ClosePortalStmt:
		case T_DeallocateStmt:
		case T_VariableShowStmt:
			return GK_NO_CLASS;
		case T_VariableSetStmt:
			return changes_user(stmt) ? GK_CLASS_SESSION : GK_NO_CLASS;
		default:
			return class_of_rest(stmt);
	}
}

/* Of a call: those that are listed for it, whatever rule lists them, too. */
static GkClass
class_of_call(const char *symbol)
{
	for (const GkSymbol *listed = gk_recorded_symbols; symbol && listed->name; listed++)
		if (strcmp(listed->name, symbol) == 0)
			return GK_CLASS_SYSTEM;
	return GK_NO_CLASS;
}

GkClass
gk_class_of_request(const GkRequest *request)
{
	switch (request->door)
	{
		case GK_DOOR_STATEMENT:
		case GK_DOOR_RESTORE:
			return gk_class_of_statement(request->stmt);
		case GK_DOOR_FUNCTION:
			return class_of_call(request->symbol);
		case GK_DOOR_OBJECT:
			return gk_statement->pstmt ? gk_class_of_statement(gk_statement->pstmt->utilityStmt) :
				GK_NO_CLASS;
		default:
			return GK_NO_CLASS;
	}
}
