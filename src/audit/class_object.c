/*-------------------------------------------------------------------------
 *
 * class_object.c
 *	  What a utility statement is done to, as a name.
 *
 * Rules know what they found; a class's record is about any statement, and the
 * name is taken from its tree as the client wrote it.  Where there is none the
 * record has the statement alone.  What is found is kept in static memory until
 * the next record.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "audit/audit.h"
#include "audit/classes.h"

#include "catalog/namespace.h"
#include "tcop/cmdtag.h"
#include "tcop/utility.h"

static char object[GK_OBJECT_SIZE];

static void
put(const char *separator, const char *text)
{
	if (text == NULL)
		return;
	if (*object)
		strlcat(object, separator, sizeof(object));
	strlcat(object, text, sizeof(object));
}

static void
put_relation(const RangeVar *relation)
{
	if (relation == NULL)
		return;
	put(", ", relation->schemaname ? relation->schemaname : relation->relname);
	if (relation->schemaname)
		put(".", relation->relname);
}

static void put_object(Node *node);

/* A name with dots, when it is made of texts; else several objects. */
static void
put_list(const List *list)
{
	const char *separator = ", ";
	ListCell   *cell;

	foreach(cell, list)
	{
		Node	   *node = lfirst(cell);

		if (node && IsA(node, String))
		{
			put(separator, strVal(node));
			separator = ".";
		}
		else
			put_object(node);
	}
}

static void
put_object(Node *node)
{
	if (node == NULL)
		return;
	switch (nodeTag(node))
	{
		case T_String:
			put(", ", strVal(node));
			break;
		case T_List:
			put_list((const List *) node);
			break;
		case T_RangeVar:
			put_relation((const RangeVar *) node);
			break;
		case T_TypeName:
			put_list(((const TypeName *) node)->names);
			break;
		case T_ObjectWithArgs:
			put_list(((const ObjectWithArgs *) node)->objname);
			break;
		case T_VacuumRelation:
			put_relation(((const VacuumRelation *) node)->relation);
			break;
		case T_RoleSpec:
			put(", ", ((const RoleSpec *) node)->rolename);
			break;
		case T_AccessPriv:
			put(", ", ((const AccessPriv *) node)->priv_name);
			break;
		default:
			break;
	}
}

/* Statements that name a relation, or objects of any kind. */
static bool
put_of_objects(const Node *stmt)
{
#define NAMED(type, member) \
	case T_##type: \
		put_object((Node *) ((const type *) stmt)->member); \
		return true

	switch (nodeTag(stmt))
	{
			NAMED(CreateStmt, relation);
			NAMED(AlterTableStmt, relation);
			NAMED(ViewStmt, view);
			NAMED(RefreshMatViewStmt, relation);
			NAMED(CreateSeqStmt, sequence);
			NAMED(AlterSeqStmt, sequence);
			NAMED(CompositeTypeStmt, typevar);
			NAMED(CreateEnumStmt, typeName);
			NAMED(AlterEnumStmt, typeName);
			NAMED(CreateRangeStmt, typeName);
			NAMED(CreateDomainStmt, domainname);
			NAMED(DefineStmt, defnames);
			NAMED(CreateFunctionStmt, funcname);
			NAMED(AlterFunctionStmt, func);
			NAMED(CopyStmt, relation);
			NAMED(TruncateStmt, relations);
			NAMED(VacuumStmt, rels);
			NAMED(LockStmt, relations);
			NAMED(DropStmt, objects);
			NAMED(AlterOwnerStmt, object);
			NAMED(CommentStmt, object);
			NAMED(SecLabelStmt, object);
			NAMED(GrantStmt, objects);
			NAMED(GrantRoleStmt, granted_roles);
			NAMED(DropRoleStmt, roles);
			NAMED(AlterRoleStmt, role);
			NAMED(AlterRoleSetStmt, role);
			NAMED(DropOwnedStmt, roles);
			NAMED(ReassignOwnedStmt, roles);
		case T_CreateTableAsStmt:
			put_relation(((const CreateTableAsStmt *) stmt)->into->rel);
			return true;
		case T_CreateForeignTableStmt:
			put_relation(((const CreateForeignTableStmt *) stmt)->base.relation);
			return true;
		default:
			return false;
	}
#undef NAMED
}

/* Those that name one thing by one word. */
static const char *
word_of(const Node *stmt)
{
#define WORD(type, member) case T_##type: return ((const type *) stmt)->member

	switch (nodeTag(stmt))
	{
			WORD(CreateRoleStmt, role);
			WORD(IndexStmt, idxname);
			WORD(CreateTrigStmt, trigname);
			WORD(RuleStmt, rulename);
			WORD(CreatePolicyStmt, policy_name);
			WORD(AlterPolicyStmt, policy_name);
			WORD(CreateSchemaStmt, schemaname);
			WORD(CreatedbStmt, dbname);
			WORD(DropdbStmt, dbname);
			WORD(AlterDatabaseStmt, dbname);
			WORD(AlterDatabaseSetStmt, dbname);
			WORD(CreateEventTrigStmt, trigname);
			WORD(AlterEventTrigStmt, trigname);
			WORD(CreateFdwStmt, fdwname);
			WORD(AlterFdwStmt, fdwname);
			WORD(CreateForeignServerStmt, servername);
			WORD(AlterForeignServerStmt, servername);
			WORD(CreateUserMappingStmt, servername);
			WORD(AlterUserMappingStmt, servername);
			WORD(DropUserMappingStmt, servername);
			WORD(CreatePLangStmt, plname);
			WORD(CreateExtensionStmt, extname);
			WORD(AlterExtensionStmt, extname);
			WORD(AlterExtensionContentsStmt, extname);
			WORD(LoadStmt, filename);
			WORD(CreateTableSpaceStmt, tablespacename);
			WORD(DropTableSpaceStmt, tablespacename);
			WORD(CreatePublicationStmt, pubname);
			WORD(AlterPublicationStmt, pubname);
			WORD(CreateSubscriptionStmt, subname);
			WORD(AlterSubscriptionStmt, subname);
			WORD(DropSubscriptionStmt, subname);
			WORD(PrepareStmt, name);
			WORD(ExecuteStmt, name);
			WORD(NotifyStmt, conditionname);
		case T_AlterSystemStmt:
			return ((const AlterSystemStmt *) stmt)->setstmt->name;
		case T_VariableSetStmt:
			return ((const VariableSetStmt *) stmt)->name;
		case T_ReindexStmt:
			return ((const ReindexStmt *) stmt)->name;
		default:
			return NULL;
	}
#undef WORD
}

/* An object that keeps its place, and what becomes of it. */
static void
put_renamed(const Node *stmt)
{
	if (IsA(stmt, RenameStmt))
	{
		const RenameStmt *rename = (const RenameStmt *) stmt;

		put_relation(rename->relation);
		if (rename->relation == NULL && rename->object)
			put_object(rename->object);
		else if (rename->subname)
			put(", ", rename->subname);
	}
	else if (IsA(stmt, AlterObjectSchemaStmt))
	{
		put_relation(((const AlterObjectSchemaStmt *) stmt)->relation);
		put_object(((const AlterObjectSchemaStmt *) stmt)->object);
	}
}

/* "" where it has no name. */
const char *
gk_class_object(Node *stmt)
{
	object[0] = '\0';
	if (!put_of_objects(stmt))
		put("", word_of(stmt));
	put_renamed(stmt);
	return object;
}

static const char *
granted_type(const GrantStmt *stmt)
{
	if (stmt->targtype == ACL_TARGET_ALL_IN_SCHEMA)
		return "schema";
	switch (stmt->objtype)
	{
		case OBJECT_TABLE:
			return "table";
		case OBJECT_COLUMN:
			return "column";
		case OBJECT_SEQUENCE:
			return "sequence";
		case OBJECT_SCHEMA:
			return "schema";
		case OBJECT_DATABASE:
			return "database";
		case OBJECT_FUNCTION:
		case OBJECT_PROCEDURE:
		case OBJECT_ROUTINE:
			return "function";
		default:
			return "object";
	}
}

/* "table", "default privileges": what stands behind the first word of the command. */
const char *
gk_class_object_type(Node *stmt)
{
	static char type[48];
	const char *name = GetCommandTagName(CreateCommandTag(stmt));
	const char *rest = strchr(name, ' ');

	switch (nodeTag(stmt))
	{
		case T_VariableSetStmt:
		case T_AlterSystemStmt:
			return "setting";
		case T_GrantStmt:
			return granted_type((GrantStmt *) stmt);
		case T_CopyStmt:
		case T_VacuumStmt:
			return "table";
		default:
			break;
	}
	if (rest == NULL)
		return "statement";
	strlcpy(type, rest + 1, sizeof(type));
	for (char *c = type; *c; c++)
		*c = pg_ascii_tolower((unsigned char) *c);
	return type;
}
