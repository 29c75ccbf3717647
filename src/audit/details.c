/*-------------------------------------------------------------------------
 *
 * details.c
 *	  What an action is done to, beyond its object: the arguments of a function,
 *	  the values of a setting, the grantee and the attributes of a role change.
 *
 * Part of gk_audit_look_up(): can throw, and then the record has less.  No
 * function of anybody's is called, so values of types that are not core's own
 * are not shown.  What is found is kept in static memory, raw, until the next
 * record.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "audit/audit.h"

#include "access/htup_details.h"
#include "catalog/pg_foreign_server.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "foreign/foreign.h"
#include "mb/pg_wchar.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/syscache.h"

/* Of an argument, no more is looked at. */
#define GK_ARGUMENT_SIZE 1000

static char arguments[GK_OBJECT_SIZE + 1];
static char object[GK_NAME_SIZE];
static char old_value[GK_VALUE_SIZE + 1];
static char new_value[GK_VALUE_SIZE + 1];
static char grantee[GK_NAME_SIZE + 1];
static char attributes[GK_VALUE_SIZE + 1];

/* Append, with a separator if there is something before; cut between characters. */
static void
append(char *buf, size_t size, const char *separator, const char *text, size_t len)
{
	size_t		used = strlen(buf);

	if (used > 0)
	{
		strlcpy(buf + used, separator, size - used);
		used = strlen(buf);
	}
	if (len > size - used - 1)
		len = pg_mbcliplen(text, (int) len, (int) (size - used - 1));
	memcpy(buf + used, text, len);
	buf[used + len] = '\0';
}

static void
append_string(char *buf, size_t size, const char *separator, const char *text)
{
	append(buf, size, separator, text, strlen(text));
}

/* ------------------------------------------------------------------------
 * Functions
 * ------------------------------------------------------------------------
 */

/* The value as text, into buf; "?" where it is not known what it looks like. */
static size_t
argument_text(Oid type, Datum value, char *buf)
{
	text	   *slice;
	size_t		len;

	switch (type)
	{
		case TEXTOID:
		case VARCHAROID:
		case BPCHAROID:
			slice = DatumGetTextPSlice(value, 0, GK_ARGUMENT_SIZE);
			len = VARSIZE_ANY_EXHDR(slice);
			memcpy(buf, VARDATA_ANY(slice), len);
			return len;
		case NAMEOID:
			return strlcpy(buf, NameStr(*DatumGetName(value)), GK_ARGUMENT_SIZE);
		case CSTRINGOID:
			len = strnlen(DatumGetCString(value), GK_ARGUMENT_SIZE);
			memcpy(buf, DatumGetCString(value), len);
			return len;
		case BOOLOID:
			return strlcpy(buf, DatumGetBool(value) ? "true" : "false", GK_ARGUMENT_SIZE);
		case INT2OID:
			return snprintf(buf, GK_ARGUMENT_SIZE, "%d", DatumGetInt16(value));
		case INT4OID:
			return snprintf(buf, GK_ARGUMENT_SIZE, "%d", DatumGetInt32(value));
		case INT8OID:
			return snprintf(buf, GK_ARGUMENT_SIZE, INT64_FORMAT, DatumGetInt64(value));
		case OIDOID:
		case REGCLASSOID:
		case REGPROCOID:
		case REGPROCEDUREOID:
			return snprintf(buf, GK_ARGUMENT_SIZE, "%u", DatumGetObjectId(value));
		default:
			return strlcpy(buf, "?", GK_ARGUMENT_SIZE);
	}
}

/*
 * Can a text be a secret that nothing names?  Of a function that an administrator
 * has listed nobody knows what it is given; what is to be connected to is a
 * connection string, a statement, or the name of a server.
 */
static bool
may_be_secret(const GkRecord *record, const char *text)
{
	bool		is_server = false;

	if (record->rule->id == GK_PROTECTED_FUNCTION)
		return true;
	if (record->rule->id != GK_LOOPBACK || strpbrk(text, "= ") || strstr(text, "://"))
		return false;
	if (ConditionalLockRelationOid(ForeignServerRelationId, AccessShareLock))
	{
		is_server = OidIsValid(get_foreign_server_oid(text, true));
		UnlockRelationOid(ForeignServerRelationId, AccessShareLock);
	}
	return !is_server;
}

static bool
is_text(Oid type)
{
	return type == TEXTOID || type == VARCHAROID || type == BPCHAROID || type == NAMEOID ||
		type == CSTRINGOID;
}

/* set_config(name, value, is_local): what it sets is the object. */
static void
take_set_config(GkRecord *record, char *first, char *second)
{
	const char *now;

	strlcpy(object, first, sizeof(object));
	record->object = object;
	record->object_type = "setting";
	strlcpy(new_value, second, sizeof(new_value));
	record->new_value = new_value;
	now = GetConfigOption(object, true, false);
	strlcpy(old_value, now ? now : "", sizeof(old_value));
	record->old_value = old_value;
}

static void
look_up_arguments(GkRecord *record, FunctionCallInfo fcinfo, const char *symbol)
{
	char		text[4][GK_ARGUMENT_SIZE + 4];
	HeapTuple	tuple;
	Form_pg_proc proc;

	if (fcinfo->flinfo == NULL || !ConditionalLockRelationOid(ProcedureRelationId, AccessShareLock))
		return;
	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(fcinfo->flinfo->fn_oid));
	if (HeapTupleIsValid(tuple))
	{
		proc = (Form_pg_proc) GETSTRUCT(tuple);
		for (int i = 0; i < fcinfo->nargs && i < proc->pronargs; i++)
		{
			char	   *buf = text[Min(i, 3)];
			size_t		len = 4;

			if (fcinfo->args[i].isnull)
				strcpy(buf, "NULL");
			else
				len = argument_text(proc->proargtypes.values[i], fcinfo->args[i].value, buf);
			buf[Min(len, GK_ARGUMENT_SIZE)] = '\0';
			if (!fcinfo->args[i].isnull && is_text(proc->proargtypes.values[i]) &&
				may_be_secret(record, buf))
			{
				len = strlcpy(buf, "***", GK_ARGUMENT_SIZE);
				record->hid_object = true;
			}
			append(arguments, sizeof(arguments), ", ", buf, Min(len, GK_ARGUMENT_SIZE));
		}
		if (strcmp(symbol, "set_config_by_name") == 0 && fcinfo->nargs >= 2)
			take_set_config(record, text[0], text[1]);
		else if (*arguments)
			record->arguments = arguments;
		ReleaseSysCache(tuple);
	}
	UnlockRelationOid(ProcedureRelationId, AccessShareLock);
}

/* ------------------------------------------------------------------------
 * Statements
 * ------------------------------------------------------------------------
 */

static void
append_constant(char *buf, size_t size, const Node *node)
{
	const A_Const *constant;
	char		number[32];

	if (IsA(node, TypeCast))
		node = ((const TypeCast *) node)->arg;
	if (!IsA(node, A_Const))
		return;
	constant = (const A_Const *) node;
	switch (nodeTag(&constant->val))
	{
		case T_String:
			append_string(buf, size, ", ", constant->val.sval.sval);
			break;
		case T_Float:
			append_string(buf, size, ", ", constant->val.fval.fval);
			break;
		case T_Integer:
			snprintf(number, sizeof(number), "%d", constant->val.ival.ival);
			append_string(buf, size, ", ", number);
			break;
		case T_Boolean:
			append_string(buf, size, ", ", constant->val.boolval.boolval ? "true" : "false");
			break;
		default:
			break;
	}
}

/* SET and its like: what the setting is in this session, and what it is set to. */
static void
look_up_setting(GkRecord *record, const VariableSetStmt *stmt)
{
	const char *now = stmt->name ? GetConfigOption(stmt->name, true, false) : NULL;
	ListCell   *cell;

	strlcpy(old_value, now ? now : "", sizeof(old_value));
	record->old_value = old_value;
	if (stmt->kind == VAR_SET_VALUE)
		foreach(cell, stmt->args)
			append_constant(new_value, sizeof(new_value), lfirst(cell));
	else
		strcpy(new_value, stmt->kind == VAR_SET_CURRENT ? "(as in the session)" : "(default)");
	record->new_value = new_value;
}

static const char *
role_name(const RoleSpec *role)
{
	switch (role->roletype)
	{
		case ROLESPEC_CSTRING:
			return role->rolename;
		case ROLESPEC_SESSION_USER:
			return "SESSION_USER";
		case ROLESPEC_PUBLIC:
			return "PUBLIC";
		default:
			return "CURRENT_USER";
	}
}

static void
append_roles(char *buf, size_t size, List *roles)
{
	ListCell   *cell;

	foreach(cell, roles)
		if (IsA(lfirst(cell), RoleSpec))
			append_string(buf, size, ", ", role_name(lfirst(cell)));
}

/* "superuser", "no createrole", "password ***", "addroleto a" */
static void
append_option(const DefElem *option)
{
	char		number[32];
	size_t		size = sizeof(attributes);

	if (option->arg && IsA(option->arg, Boolean) && !((Boolean *) option->arg)->boolval)
		append_string(attributes, size, ", no ", option->defname);
	else
		append_string(attributes, size, ", ", option->defname);
	if (*attributes == ',')
		memmove(attributes, attributes + 2, strlen(attributes) - 1);
	if (strcmp(option->defname, "password") == 0)
		append_string(attributes, size, " ", option->arg ? "***" : "NULL");
	else if (option->arg && IsA(option->arg, List))
	{
		append_string(attributes, size, " ", "");
		append_roles(attributes, size, (List *) option->arg);
	}
	else if (option->arg && IsA(option->arg, Integer))
	{
		snprintf(number, sizeof(number), "%d", ((Integer *) option->arg)->ival);
		append_string(attributes, size, " ", number);
	}
	else if (option->arg && IsA(option->arg, String))
		append_string(attributes, size, " ", ((String *) option->arg)->sval);
}

static void
append_options(List *options)
{
	ListCell   *cell;

	foreach(cell, options)
		append_option(lfirst_node(DefElem, cell));
}

static void
append_privileges(List *privileges)
{
	ListCell   *cell;

	foreach(cell, privileges)
	{
		const char *name = lfirst_node(AccessPriv, cell)->priv_name;

		append_string(attributes, sizeof(attributes), ", ", name ? name : "ALL");
	}
}

static void
look_up_statement(GkRecord *record, Node *stmt)
{
	switch (nodeTag(stmt))
	{
		case T_VariableSetStmt:
			look_up_setting(record, (VariableSetStmt *) stmt);
			return;
		case T_AlterSystemStmt:
			look_up_setting(record, ((AlterSystemStmt *) stmt)->setstmt);
			return;
		case T_AlterRoleSetStmt:
			look_up_setting(record, ((AlterRoleSetStmt *) stmt)->setstmt);
			if (((AlterRoleSetStmt *) stmt)->role)
				append_string(grantee, sizeof(grantee), ", ", role_name(((AlterRoleSetStmt *) stmt)->role));
			break;
		case T_AlterDatabaseSetStmt:
			look_up_setting(record, ((AlterDatabaseSetStmt *) stmt)->setstmt);
			return;
		case T_CreateRoleStmt:
			append_string(grantee, sizeof(grantee), ", ", ((CreateRoleStmt *) stmt)->role);
			append_options(((CreateRoleStmt *) stmt)->options);
			break;
		case T_AlterRoleStmt:
			append_string(grantee, sizeof(grantee), ", ", role_name(((AlterRoleStmt *) stmt)->role));
			append_options(((AlterRoleStmt *) stmt)->options);
			break;
		case T_GrantRoleStmt:
			append_roles(grantee, sizeof(grantee), ((GrantRoleStmt *) stmt)->grantee_roles);
			append_privileges(((GrantRoleStmt *) stmt)->granted_roles);
			break;
		case T_GrantStmt:
			append_roles(grantee, sizeof(grantee), ((GrantStmt *) stmt)->grantees);
			append_privileges(((GrantStmt *) stmt)->privileges);
			break;
		default:
			return;
	}
	record->grantee = grantee;
	record->attributes = attributes;
}

/* Find out what there is to say of the record's action. */
void
gk_audit_look_up_details(GkRecord *record, const GkRequest *request)
{
	arguments[0] = old_value[0] = new_value[0] = grantee[0] = attributes[0] = '\0';
	if (record->rule && record->rule->hides)
		return;
	if (request->door == GK_DOOR_FUNCTION && request->fcinfo)
		look_up_arguments(record, request->fcinfo, request->symbol ? request->symbol : "");
	else if (request->door == GK_DOOR_STATEMENT && request->stmt)
		look_up_statement(record, request->stmt);
	else if (request->door == GK_DOOR_OBJECT && gk_statement->pstmt)
		look_up_statement(record, gk_statement->pstmt->utilityStmt);
}
