/*-------------------------------------------------------------------------
 *
 * requests.c
 *	  From what a hook is told to what the gate is asked.
 *
 * hooks.c calls these where it cannot tell by itself that there is nothing to
 * ask.  They return, or raise what the gate raises.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "classes.h"
#include "origin/code_stack.h"
#include "origin/labels.h"
#include "origin/owners.h"
#include "restore.h"
#include "rules/wrappers.h"

#include "access/htup_details.h"
#include "access/transam.h"
#include "access/xact.h"
#include "catalog/pg_extension.h"
#include "catalog/pg_largeobject.h"
#include "catalog/pg_largeobject_metadata.h"
#include "catalog/pg_trigger.h"
#include "commands/extension.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"

/*
 * ALTER ROLE as a dump has it, by a client: the rest of it is carried out where the
 * role may not become superuser.
 */
static PlannedStmt *
ask_about_restored_role(PlannedStmt *pstmt)
{
	GkRequest	request = {.door = GK_DOOR_RESTORE,.stmt = pstmt->utilityStmt};

	if (gk_mode != GK_MODE_ENFORCE || gk_level[GK_ROLE_SUPERUSER] < GK_LEVEL_ELEVATED ||
		!gk_restore_says_all((AlterRoleStmt *) pstmt->utilityStmt) ||
		gk_gate_permits(&request))
		return pstmt;
	return gk_restore_without_superuser(pstmt);
}

/* A utility statement is about to be executed; the answer is what is to be executed. */
PlannedStmt *
gk_statement_asks(PlannedStmt *pstmt, NodeTag tag, ProcessUtilityContext context,
				  const char *source_text)
{
	GkRequest	request = {.door = GK_DOOR_STATEMENT};
	Node	   *stmt;
	uint64		recorded = gk_audit_actions;

	if (tag == T_AlterRoleStmt && context == PROCESS_UTILITY_TOPLEVEL &&
		!OidIsValid(gk_code_innermost()))
		pstmt = ask_about_restored_role(pstmt);
	stmt = pstmt->utilityStmt;
	request.stmt = stmt;
	gk_gate(&request, tag, NULL);
	if (unlikely(gk_classes_watched != 0))
		gk_class_asks_statement(&request, context, recorded);
	if (tag == T_SecLabelStmt)
		gk_label_provider_named((SecLabelStmt *) stmt);
	if (tag == T_VariableSetStmt && ((VariableSetStmt *) stmt)->name &&
		gk_setting_is_user(((VariableSetStmt *) stmt)->name))
		gk_aside_note();
	if (tag == T_VariableSetStmt && !OidIsValid(gk_code_innermost()))
		gk_client_sets((VariableSetStmt *) stmt, context, source_text);
	return pstmt;
}

/* In a privileged session, a query is about to be planned. */
void
gk_query_asks(Query *query, ParamListInfo params)
{
	if (!OidIsValid(gk_code_innermost()))
		gk_client_queries(query, params);
	gk_mark_trusted(query, gk_frame->is_body);
}

/* Untrusted code is about to fetch from the portal. */
void
gk_fetch_asks(Portal portal)
{
	GkRequest	request = {.door = GK_DOOR_CURSOR,.circumstances = GK_UNTRUSTED};

	if (likely(!gk_portal_is_sessions(portal)) || !gk_code_is_untrusted())
		return;
	request.symbol = portal->name;
	gk_gate(&request, 0, NULL);
}

/*
 * Untrusted code is about to execute a utility statement: one that changes a setting
 * (see left_behind.c), or takes rows of a cursor that the server has kept.
 */
void
gk_untrusted_states(const Node *stmt)
{
	if (IsA(stmt, VariableSetStmt) && ((const VariableSetStmt *) stmt)->name)
		gk_left_behind_setting(((const VariableSetStmt *) stmt)->name,
							   ((const VariableSetStmt *) stmt)->is_local);
	else if (IsA(stmt, FetchStmt))
		gk_fetch_asks(GetPortalByName(((const FetchStmt *) stmt)->portalname));
}

/* Core has no word for why a COMMIT is refused that it would do otherwise. */
static void
say_why_not(void *label)
{
	if (geterrcode() == ERRCODE_INVALID_TRANSACTION_TERMINATION)
		errhint("pg_gatekeeper: a procedure of a role that is not superuser does not end transactions in a session with superuser rights that puts these aside in the same statement, nor where it runs as its owner. Execute SET ROLE as a statement of its own, before CALL; or let a superuser review the procedure and vouch for it, with %s. See pg_gatekeeper(7), EXEMPTIONS.",
				(const char *) label);
}

/*
 * CALL, in a privileged session: in which context may it be executed?  why is for the
 * caller to keep until that is over.
 */
ProcessUtilityContext
gk_call_asks(CallStmt *stmt, ProcessUtilityContext context, ErrorContextCallback *why)
{
	if (stmt->funcexpr == NULL || !gk_code_forbids_transaction_control(stmt->funcexpr->funcid))
		return context;
	why->callback = say_why_not;
	why->arg = gk_statement_that_vouches(stmt->funcexpr->funcid);
	why->previous = error_context_stack;
	error_context_stack = why;
	/* in any other context core refuses its COMMIT and ROLLBACK */
	return PROCESS_UTILITY_QUERY;
}

/* Has an extension's script, with superuser rights, found somebody's function? */
bool
gk_is_hijack(Oid funcid)
{
	return creating_extension && gk_acts_as_superuser(GetUserId()) && gk_code_function_is_untrusted(funcid);
}

/* Then it is about to call it. */
void
gk_script_calls(Oid funcid)
{
	GkRequest	request = {.door = GK_DOOR_FUNCTION,.funcid = funcid};

	gk_gate(&request, 0, &gk_rules[GK_EXTENSION_HIJACK]);
}

/* set_config() is about to do what SET does. */
static void
note_set_config(FunctionCallInfo fcinfo)
{
	const char *name = PG_ARGISNULL(0) ? "" : text_to_cstring(PG_GETARG_TEXT_PP(0));

	if (gk_setting_is_user(name))
		gk_aside_note();
	if (*name)
		gk_left_behind_setting(name, !PG_ARGISNULL(2) && PG_GETARG_BOOL(2));
}

/* In a privileged session, the function has been let pass: what will it leave behind? */
static void
note_effect(GkRuleId rule, Oid builtin, const GkSymbol *symbol, FunctionCallInfo fcinfo)
{
	if (rule == GK_SERVER_SETTINGS)
		note_set_config(fcinfo);
	else if (rule == GK_LOOPBACK && (symbol->flags & (GK_OPENS | GK_CLOSES)) && !gk_untrusted_runs)
		gk_connection_note(fcinfo, (symbol->flags & GK_OPENS) != 0);
	else if (builtin == F_SETSEED)
		gk_left_behind_seed();
}

/*
 * A listed function is being called, with these arguments, and by way of a
 * FmgrInfo that tells where the call stands.  builtin is its oid in the table of
 * built-in functions, of which funcid may be an alias; or InvalidOid.  Raises, or
 * lets it pass; true when the caller has to make up for a frame with
 * gk_code_end(), whose stack this is.
 *
 * A call that stands in somebody's stored expression is that somebody's doing, and
 * what it does itself (a query that it runs, a setting that it changes) is, too.
 */
bool
gk_ask_about_call(Oid funcid, Oid builtin, FunctionCallInfo fcinfo, char *stack)
{
	const GkSymbol *symbol = NULL;
	const GkRule *rule = gk_symbol_lookup(OidIsValid(builtin) ? builtin : funcid, &symbol);
	uint64		recorded = gk_audit_actions;
	GkRequest	request = {
		.door = GK_DOOR_FUNCTION,
		.funcid = funcid,
		.fcinfo = fcinfo
	};

	if (symbol == NULL || gk_mode == GK_MODE_OFF || !IsTransactionState())
		return false;
	request.symbol = symbol->name;
	if (rule == NULL)
	{
		if (gk_classes_watched != 0)
			gk_class_asks_call(&request, recorded);
		return false;
	}
	request.symflags = symbol->flags;
	request.has_no_author = gk_code_session_is_privileged() &&
		!gk_call_has_author(funcid, fcinfo->flinfo ? fcinfo->flinfo->fn_expr : NULL);
	if (request.has_no_author && gk_has_to_lose(GetUserId()))
		request.circumstances = GK_UNTRUSTED;
	if (request.has_no_author)
		request.lender = gk_call_lender(fcinfo->flinfo ? fcinfo->flinfo->fn_expr : NULL);
	gk_gate(&request, 0, rule);
	if (unlikely(gk_classes_watched != 0))
		gk_class_asks_call(&request, recorded);
	if (request.has_no_author)
		gk_code_start_stored(funcid, request.lender, stack);
	if (unlikely(gk_code_session_is_privileged()))
		note_effect(rule->id, builtin, symbol, fcinfo);
	return request.has_no_author;
}

/* A SET clause of an untrusted function has changed the session's user. */
static pg_noinline void
ask_about_user_of(Oid funcid)
{
	GkRequest	request = {
		.door = GK_DOOR_FUNCTION,
		.funcid = funcid,
		.symbol = "role",
		.has_no_author = true
	};

	gk_gate(&request, 0, &gk_rules[GK_SERVER_SETTINGS]);
}

/*
 * A function is about to be called by way of the function manager's hook, and may be
 * one that a script found, or change the session's user.
 */
void
gk_ask_about_function(Oid funcid)
{
	if (unlikely(gk_is_hijack(funcid)))
		gk_script_calls(funcid);
	if (unlikely(gk_code_card(funcid)->sets_user) && gk_code_login_is_privileged())
		ask_about_user_of(funcid);
}

/* A listed function is about to be called, with arguments that are not known. */
void
gk_ask_without_arguments(Oid funcid, const GkRule *rule, const GkSymbol *symbol)
{
	GkRequest	request = {
		.door = GK_DOOR_FUNCTION,
		.funcid = funcid,
		.symbol = symbol->name,
		.symflags = symbol->flags
	};

	gk_gate(&request, 0, rule);
}

/*
 * A query is about to be planned in a privileged session; wrappers connect then,
 * for their estimates, before anybody's permissions are checked.
 */
void
gk_plan_asks(Query *query)
{
	if (gk_acts_as_superuser(GetUserId()) && gk_any_foreign_table())
		(void) gk_gate_plan((Node *) query, NULL);
}

/* A trigger was made: by whom, no catalog tells. */
static void
note_maker(Oid trigger)
{
	bool		by_others = gk_code_is_untrusted();

	gk_trigger_note_maker(trigger, by_others ? gk_code_author(false, InvalidOid) : GetUserId(),
						  by_others);
}

/* An object was made, changed or is about to be dropped; see objectaccess.h. */
void
gk_object_asks(ObjectAccessType event, Oid classid, Oid objid, int subid,
			   void *arg)
{
	/* the catalog that has their owners */
	if (classid == LargeObjectRelationId)
		classid = LargeObjectMetadataRelationId;
	if (gk_is_watched_class(classid) && !gk_is_internal(event, arg))
	{
		HeapTuple	row = NULL;
		GkRequest	request = {
			.door = GK_DOOR_OBJECT,
			.event = event,
			.classid = classid,
			.objid = objid,
			.subid = subid,
			.row = &row
		};

		if (event == OAT_POST_ALTER && arg)
			request.auxid = ((ObjectAccessPostAlter *) arg)->auxiliary_id;
		gk_gate(&request, classid, NULL);
		if (row)
			heap_freetuple(row);
	}

	if (classid == RelationRelationId && event == OAT_POST_CREATE && subid == 0)
		gk_left_behind_made(objid);
	if (classid == TriggerRelationId && event == OAT_POST_CREATE)
		note_maker(objid);
	if (classid == ExtensionRelationId && !creating_extension)
		gk_script_is_next();
	if (event == OAT_POST_CREATE || event == OAT_POST_ALTER)
		gk_label_object_changed(event, classid, objid, subid);
}

/* A transaction is about to commit what the gate has not let pass. */
void
gk_commit_asks(const struct GkRoleEffects *effects)
{
	GkRequest	request = {.door = GK_DOOR_COMMIT,.effects = effects};

	gk_gate(&request, 0, NULL);
}

/* A token of an application user is refused. */
void
gk_token_asks(const char *reason)
{
	GkRequest	request = {.door = GK_DOOR_TOKEN,.reason = reason};

	gk_gate(&request, 0, NULL);
}
