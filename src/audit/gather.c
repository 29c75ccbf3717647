/*-------------------------------------------------------------------------
 *
 * gather.c
 *	  What a record says about the session and its statement, collected before
 *	  it is written.
 *
 * Two steps.  gk_audit_gather() reads memory only.  gk_audit_look_up() asks
 * the catalogs for names, where that can be done without waiting for anybody:
 * a lock on the catalog that is not to be had at once leaves the names that
 * the first step found.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "audit/audit.h"
#include "audit/classes.h"

#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/pg_authid.h"
#include "catalog/pg_class.h"
#include "catalog/pg_database.h"
#include "catalog/pg_extension.h"
#include "catalog/pg_language.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "commands/extension.h"
#include "commands/prepare.h"
#include "libpq/libpq-be.h"
#include "miscadmin.h"
#include "storage/ipc.h"
#include "storage/lmgr.h"
#include "tcop/cmdtag.h"
#include "tcop/pquery.h"
#include "tcop/tcopprot.h"
#include "tcop/utility.h"
#include "utils/acl.h"
#include "utils/guc.h"
#include "utils/portal.h"
#include "utils/syscache.h"

/*
 * The kind of statement.  A utility statement is told by its node, a query by
 * the rights it asks for; a function is called by whatever the client sent.
 */
static const char *
command_name(const GkRequest *request)
{
	if (request && request->door == GK_DOOR_STATEMENT && request->stmt)
		return GetCommandTagName(CreateCommandTag(request->stmt));
	if (request && request->door == GK_DOOR_RELATION)
	{
		AclMode		wanted = 0;
		ListCell   *cell;

		foreach(cell, request->perms)
			wanted |= lfirst_node(GkPermInfo, cell)->requiredPerms;
		return wanted & ACL_INSERT ? "INSERT" :
			wanted & ACL_UPDATE ? "UPDATE" :
			wanted & ACL_DELETE ? "DELETE" : "SELECT";
	}
	/* the function that a client calls without any SQL */
	if (request && request->door == GK_DOOR_FUNCTION && debug_query_string == NULL &&
		ActivePortal == NULL && MyProcPort != NULL)
		return "FASTPATH";
	if (gk_statement->pstmt)
		return GetCommandTagName(CreateCommandTag(gk_statement->pstmt->utilityStmt));
	if (ActivePortal)
		return GetCommandTagName(ActivePortal->commandTag);
	return NULL;
}

/* The name of the prepared statement that a utility statement executes, or NULL. */
static const char *
executed_name(Node *stmt)
{
	if (IsA(stmt, ExplainStmt))
		stmt = ((ExplainStmt *) stmt)->query;
	if (IsA(stmt, Query) && ((Query *) stmt)->utilityStmt)
		stmt = ((Query *) stmt)->utilityStmt;
	if (IsA(stmt, CreateTableAsStmt))
		stmt = ((CreateTableAsStmt *) stmt)->query;
	if (IsA(stmt, Query) && ((Query *) stmt)->utilityStmt)
		stmt = ((Query *) stmt)->utilityStmt;
	return IsA(stmt, ExecuteStmt) ? ((ExecuteStmt *) stmt)->name : NULL;
}

/*
 * FETCH and EXECUTE, and a COMMIT that runs a cursor WITH HOLD, say nothing of what
 * they do: the text of the cursor's query, or of the prepared statement; else
 * NULL.  What is found is as it was given, with a place in it.
 */
static const char *
indirect_text(int *location, int *length)
{
	Node	   *stmt = gk_statement->pstmt ? gk_statement->pstmt->utilityStmt : NULL;
	const char *name = stmt ? executed_name(stmt) : NULL;
	Portal		portal = ActivePortal;

	if (name)
	{
		PreparedStatement *prepared = FetchPreparedStatement(name, false);

		return prepared ? prepared->plansource->query_string : NULL;
	}
	if (stmt && IsA(stmt, FetchStmt))
		portal = GetPortalByName(((FetchStmt *) stmt)->portalname);
	else if (stmt || portal == NULL || !(portal->cursorOptions & CURSOR_OPT_HOLD))
		return NULL;
	if (!PortalIsValid(portal) || portal->sourceText == NULL)
		return NULL;
	if (list_length(portal->stmts) == 1)
	{
		*location = linitial_node(PlannedStmt, portal->stmts)->stmt_location;
		*length = linitial_node(PlannedStmt, portal->stmts)->stmt_len;
	}
	return portal->sourceText;
}

/*
 * The text: of the utility statement that is running, or of what the client
 * sent.  Several statements can come in one string; we want ours.
 */
static void
find_statement(GkRecord *record)
{
	const char *text;
	int			location = -1;
	int			length = 0;
	size_t		all;

	text = indirect_text(&location, &length);
	if (text == NULL && gk_statement->pstmt && gk_statement->source_text)
	{
		text = gk_statement->source_text;
		location = gk_statement->pstmt->stmt_location;
		length = gk_statement->pstmt->stmt_len;
	}
	if (text == NULL)
		text = debug_query_string;
	if (text == NULL)
		return;
	all = strlen(text);
	if (location < 0 || (size_t) location > all)
		location = length = 0;
	if (length <= 0 || (size_t) length > all - location)
		length = (int) (all - location);
	for (; length > 0 && strchr(" \t\r\n", text[location]); length--)
		location++;				/* what stands between two statements */
	record->statement = text + location;
	record->statement_length = length;
}

/* The class: that of the record, or that to which what a rule found belongs. */
static const char *
class_name(const GkEvent *event)
{
	GkClass		class = GK_NO_CLASS;

	if (gk_is_class(event->rule))
		return event->rule->name;
	if (event->request)
		class = gk_class_of_request(event->request);
	return class == GK_NO_CLASS || class == GK_CLASS_PRIVILEGED ? NULL : gk_class_rules[class].name;
}

/* In static memory, until the next record. */
static char circumstance_names[80];

/*
 * The first part of a record, from memory only.  event is NULL for a record
 * about the module itself.  Strings are the caller's and must outlive the
 * record's writing.
 */
void
gk_audit_gather(GkRecord *record, const GkEvent *event)
{
	memset(record, 0, offsetof(GkRecord, value));
	record->count = 1;
	if (event)
	{
		record->kind = event->verdict == GK_DENIED ? GK_KIND_DENIED :
			event->verdict == GK_WOULD_DENY ? GK_KIND_WOULD_DENY : GK_KIND_ALLOWED;
		record->rule = event->rule;
		record->verdict = event->verdict;
		record->circumstances = event->circumstances;
		gk_circumstances_text(event->circumstances, circumstance_names, sizeof(circumstance_names));
		record->circumstance_names = circumstance_names;
		record->outcome = event->verdict == GK_DENIED ? NULL :
			event->outcome ? event->outcome : "unknown";
		record->class_name = class_name(event);
		record->command = command_name(event->request);
		record->object_type = event->finding->object_type;
		record->object = event->finding->object;
		record->is_alarm = event->finding->is_alarm;
		if (!event->rule->hides)
			find_statement(record);
	}
	if (MyProcPort == NULL)
		return;
	if (MyProcPort->database_name)
		strlcpy(record->names.database, MyProcPort->database_name, NAMEDATALEN);
	/* who logged in; gk_audit_look_up() knows what has become of the role */
	if (MyProcPort->user_name)
		strlcpy(record->names.session_user, MyProcPort->user_name, NAMEDATALEN);
}

/* Take a lock that a lookup would wait for, if it is free. */
static bool
lock_catalog(Oid catalog)
{
	return ConditionalLockRelationOid(catalog, AccessShareLock);
}

static void
unlock_catalog(Oid catalog)
{
	UnlockRelationOid(catalog, AccessShareLock);
}

static void
look_up_role(Oid roleid, char *name)
{
	HeapTuple	tuple;

	if (!OidIsValid(roleid))
		return;
	tuple = SearchSysCache1(AUTHOID, ObjectIdGetDatum(roleid));
	if (HeapTupleIsValid(tuple))
	{
		strlcpy(name, NameStr(((Form_pg_authid) GETSTRUCT(tuple))->rolname), NAMEDATALEN);
		ReleaseSysCache(tuple);
	}
	else
		snprintf(name, NAMEDATALEN, "oid %u", roleid);	/* dropped */
}

/* A database keeps its name while somebody is in it. */
static void
look_up_database(char *name)
{
	static char known[NAMEDATALEN];
	HeapTuple	tuple;

	if (*known == '\0' && OidIsValid(MyDatabaseId) && lock_catalog(DatabaseRelationId))
	{
		tuple = SearchSysCache1(DATABASEOID, ObjectIdGetDatum(MyDatabaseId));
		if (HeapTupleIsValid(tuple))
		{
			strlcpy(known, NameStr(((Form_pg_database) GETSTRUCT(tuple))->datname), NAMEDATALEN);
			ReleaseSysCache(tuple);
		}
		unlock_catalog(DatabaseRelationId);
	}
	strlcpy(name, known, NAMEDATALEN);
}

/* As text; in static memory, until the next record. */
static char code_origin[4 * GK_NAME_SIZE];

static void
look_up_code_origin(GkRecord *record, bool is_stored, Oid lender)
{
	static const Oid catalogs[] = {
		ProcedureRelationId, NamespaceRelationId, TypeRelationId,
		LanguageRelationId, AuthIdRelationId, RelationRelationId
	};
	int			locked = 0;

	if (!OidIsValid(gk_code_function()) && !is_stored)
		return;
	while (locked < (int) lengthof(catalogs) && lock_catalog(catalogs[locked]))
		locked++;
	if (locked == (int) lengthof(catalogs))
	{
		const char *text = gk_code_text(is_stored);

		if (text)
		{
			strlcpy(code_origin, text, sizeof(code_origin));
			record->code = code_origin;
		}
		look_up_role(gk_code_author(is_stored, lender), record->names.code_owner);
	}
	while (locked > 0)
		unlock_catalog(catalogs[--locked]);
}

/*
 * The names that only catalogs know.  Can throw; needs nothing of the caller
 * but that interrupts are held.  What it does not reach stays as gathered.
 */
void
gk_audit_look_up(GkRecord *record, const GkRequest *request)
{
	const char *setting = GetConfigOption("standard_conforming_strings", true, false);
	Oid			current;
	int			context;

	record->backslash_escapes = setting && strcmp(setting, "off") == 0;
	gk_audit_find_leader();

	GetUserIdAndSecContext(&current, &context);
	/* an error on the way out would be the last thing the process does */
	if (!IsTransactionState() || proc_exit_inprogress || !lock_catalog(AuthIdRelationId))
	{
		/* of the current user at least what is certain */
		if (OidIsValid(current) && current == GetAuthenticatedUserId())
			strlcpy(record->names.current_user, record->names.session_user, NAMEDATALEN);
		else if (OidIsValid(current))
			snprintf(record->names.current_user, NAMEDATALEN, "oid %u", current);
		return;
	}
	if (OidIsValid(current))
		look_up_role(GetSessionUserId(), record->names.session_user);
	look_up_role(current, record->names.current_user);
	unlock_catalog(AuthIdRelationId);

	if (*record->names.database == '\0')
		look_up_database(record->names.database);
	look_up_code_origin(record, request && request->has_no_author,
						request ? request->lender : InvalidOid);
	if (request)
		gk_audit_look_up_details(record, request);
	if (creating_extension && lock_catalog(ExtensionRelationId))
	{
		char	   *name = get_extension_name(CurrentExtensionObject);

		if (name)
		{
			strlcpy(record->names.extension, name, NAMEDATALEN);
			pfree(name);
		}
		unlock_catalog(ExtensionRelationId);
	}
}
