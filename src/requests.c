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
#include "origin/labels.h"

#include "access/htup_details.h"
#include "access/transam.h"
#include "commands/extension.h"

/* A utility statement is about to be executed. */
void
gk_statement_asks(Node *stmt, NodeTag tag, ProcessUtilityContext context,
				  const char *source_text)
{
	GkRequest	request = {.door = GK_DOOR_STATEMENT,.stmt = stmt};

	gk_gate(&request, tag, NULL);
	if (tag == T_SecLabelStmt)
		gk_label_provider_named((SecLabelStmt *) stmt);
	if (tag == T_VariableSetStmt && !OidIsValid(gk_code_innermost()))
		gk_client_sets((VariableSetStmt *) stmt, context, source_text);
}

/* In a privileged session, a query is about to be planned. */
void
gk_query_asks(Query *query, ParamListInfo params)
{
	if (!OidIsValid(gk_code_innermost()))
		gk_client_queries(query, params);
	gk_query_calls(query);
}

/* In a privileged session.  See gk_query_calls_of_call(). */
ProcessUtilityContext
gk_call_asks(CallStmt *stmt, ProcessUtilityContext context)
{
	if (stmt->funcexpr == NULL)
		return context;
	gk_query_calls_of_call(stmt->funcexpr);

	/* in any other context core refuses its COMMIT and ROLLBACK */
	if (gk_code_forbids_transaction_control(stmt->funcexpr->funcid))
		return PROCESS_UTILITY_QUERY;
	return context;
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

/* A function that may be listed, or found by a script, is about to be called. */
void
gk_function_asks(Oid funcid)
{
	const GkSymbol *symbol;
	const GkRule *rule = gk_symbol_lookup(funcid, &symbol);

	if (gk_is_hijack(funcid))
		gk_script_calls(funcid);
	if (rule == NULL)
	{
		if (funcid >= FirstNormalObjectId && gk_domain_calls(funcid))
			gk_code_lend(funcid);
	}
	else
	{
		GkRequest	request = {
			.door = GK_DOOR_FUNCTION,
			.funcid = funcid,
			.symbol = symbol->name,
			.symflags = symbol->flags,
			.circumstances = gk_query_calls_expected(funcid) ? 0 : GK_UNTRUSTED
		};

		gk_gate(&request, 0, rule);
	}
}

/* An object was made, changed or is about to be dropped; see objectaccess.h. */
void
gk_object_asks(ObjectAccessType event, Oid classid, Oid objid, int subid,
			   void *arg)
{
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

	if (classid == ProcedureRelationId &&
		(event == OAT_POST_CREATE || event == OAT_POST_ALTER))
		gk_label_function_changed(event, objid);
}

/* A transaction is about to commit what the gate has not let pass. */
void
gk_commit_asks(const struct GkRoleEffects *effects)
{
	GkRequest	request = {.door = GK_DOOR_COMMIT,.effects = effects};

	gk_gate(&request, 0, NULL);
}
