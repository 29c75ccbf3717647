/*-------------------------------------------------------------------------
 *
 * refusal.c
 *	  What a person is told whose action was denied: the error, and the hint
 *	  that says what can be done about it.
 *
 * The only ERRCODE_INSUFFICIENT_PRIVILEGE; called by gate.c only, after the
 * record was written.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "origin/labels.h"

#include "access/xact.h"
#include "catalog/pg_authid.h"
#include "catalog/pg_proc.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#define SEE "See pg_gatekeeper(7)."
#define SEE_EXEMPTIONS "See pg_gatekeeper(7), EXEMPTIONS."

/*
 * The label that the object should have: what it has, and this beside it.  An
 * object has one label, and setting one replaces what was there.
 */
static char *
label_with(Oid classid, Oid objid, bool trusted, bool administrator, const GkRule *lifted)
{
	StringInfoData text;
	GkLabel		label = {0};
	const char *rule;
	const char *separator = "allow ";
	char	   *old = gk_label_text(classid, objid);

	if (old && !gk_label_parse(old, &label, &rule))
		label = (GkLabel)
	{
		0
	};
	label.trusted |= trusted;
	label.administrator |= administrator;
	if (lifted)
		label.allows |= UINT64CONST(1) << lifted->id;
	initStringInfo(&text);
	if (label.trusted)
		appendStringInfoString(&text, "trusted");
	if (label.administrator)
		appendStringInfo(&text, "%sadministrator", text.len ? ", " : "");
	for (int r = 0; r < GK_NUM_RULES; r++)
		if (label.allows & (UINT64CONST(1) << r))
		{
			appendStringInfo(&text, "%s%s%s", text.len && *separator == 'a' ? ", " : "",
							 separator, gk_rules[r].name);
			separator = ", ";
		}
	return text.data;
}

/* The statement that exempts the function from the rule. */
static char *
function_label(Oid funcid, const GkRule *lifted)
{
	return psprintf("SECURITY LABEL FOR gatekeeper ON ROUTINE %s IS '%s'", gk_function_name(funcid),
					label_with(ProcedureRelationId, funcid, lifted == NULL, false, lifted));
}

/* Superuser rights are running what others wrote, or led to. */
static const char *
advice_on_untrusted(const GkRequest *request)
{
	Oid			function = gk_code_function();

	if (request->circumstances & GK_UNTRUSTED && request->door == GK_DOOR_RELATION)
		return "A view leads there, and its author could have led anybody there. Name the tables themselves in the statement. " SEE;
	if (request->circumstances & GK_UNTRUSTED)
		return "A view, default, constraint, condition, policy, rule, operator, aggregate or cast of another role calls the function, not the statement itself. Use that role's objects after SET ROLE to it, or call the function in a SELECT of its own. For all that a role made, a superuser can vouch with SECURITY LABEL FOR gatekeeper ON ROLE name IS 'trusted'. " SEE_EXEMPTIONS;
	if (function < FirstNormalObjectId)
		return "Superuser rights were running the code of a role that is not superuser. Touch its objects after SET ROLE to it. " SEE;
	if (gk_code_is_deputy())
		return psprintf("A view, default, constraint, trigger, operator, aggregate or cast that is the work of a role without superuser rights calls this function, with that role's arguments. Use that role's objects after SET ROLE to it, call the function in a statement of its own, or vouch for it: %s. " SEE_EXEMPTIONS,
						function_label(function, NULL));
	return psprintf("Superuser rights were running a function whose owner is not superuser. Touch its owner's objects after SET ROLE to the owner; or let a superuser review the function and vouch for it, with %s. " SEE_EXEMPTIONS,
					function_label(function, NULL));
}

/* Rights were gained on the way. */
static const char *
advice_on_elevated(const GkRule *rule, const GkFinding *finding)
{
	Oid			session = GetSessionUserId();

	if (finding->binds_always && superuser())
		return "Do it in a session that logged in with the rights for it; rights gained on the way do not count, and no label lifts this. " SEE;
	if (gk_code_innermost() >= FirstNormalObjectId)
		return psprintf("Do it in a session that logged in with the rights for it; or let a superuser review the function and exempt it, with %s. " SEE_EXEMPTIONS,
						function_label(gk_code_innermost(), rule));
	if (gk_client_has_switched())
		return psprintf("Do it in a session that logged in with the rights for it. If \"%s\" is a person who administers this server, a superuser can say so, with SECURITY LABEL FOR gatekeeper ON ROLE %s IS '%s'. See pg_gatekeeper(7), ADMINISTRATORS.",
						GetUserNameFromId(session, true),
						quote_identifier(GetUserNameFromId(session, false)),
						label_with(AuthIdRelationId, session, false, true, NULL));
	return psprintf("Do it in a session that logged in with the rights for it; rights gained on the way, by SECURITY DEFINER, SET ROLE or another module, do not count. An administrator can change gatekeeper.%s; see pg_gatekeeper(7).",
					rule->name);
}

/*
 * What can be done about it?  The circumstances come before the level: a level that
 * is lowered for superusers' own sessions helps none of them.  Advice of the finding
 * on what binds without a circumstance is for where none holds.
 */
static const char *
advice(const GkRule *rule, GkLevel level, const GkFinding *finding,
	   int circumstances, const GkRequest *request)
{
	bool		borrowed = (circumstances & (GK_ELEVATED | GK_EXTENSION | GK_RESTRICTED)) != 0;

	if (finding->hint && !(finding->binds_always && borrowed))
		return finding->hint;
	if ((circumstances & ~GK_STRICT) == 0 && level == GK_LEVEL_ALWAYS)
		return psprintf("An administrator can permit it to superusers with gatekeeper.%s = 'elevated' in the configuration file; see pg_gatekeeper(7).",
						rule->name);
	if (circumstances == GK_STRICT)
		return "gatekeeper.strict is on. An administrator can turn it off in the configuration file and restart the server; see pg_gatekeeper(7).";
	if (circumstances & GK_UNTRUSTED)
		return advice_on_untrusted(request);
	if (circumstances & GK_SELF)
		return psprintf("This session was logged in by a process of this server: %s. Let a client of its own do it. See pg_gatekeeper(7), CIRCUMSTANCES.",
						gk_circumstance_reason(GK_SELF));
	if (circumstances & GK_EXTENSION)
		return psprintf("Review the extension's script: this is not something an extension should do. An administrator can permit it for a while with gatekeeper.%s = 'audit'; see pg_gatekeeper(7).",
						rule->name);
	if ((circumstances & GK_RESTRICTED) && (circumstances & GK_ELEVATED))
		return psprintf("Another module lends superuser rights here, perhaps for a script of its own. Let a superuser execute the statement in a session of its own, or an administrator permit it for a while with gatekeeper.%s = 'audit'; see pg_gatekeeper(7).",
						rule->name);
	if (circumstances & GK_RESTRICTED)
		return "Review the functions that this operation runs; they must not do this. " SEE;
	if (circumstances & GK_ELEVATED)
		return advice_on_elevated(rule, finding);
	return psprintf("Ask a superuser to do it, or an administrator to change gatekeeper.%s; see pg_gatekeeper(7).",
					rule->name);
}

/* Are details kept from whoever is there?  Those who administer the server see them. */
static bool
is_brief(void)
{
	return gk_error_detail == GK_DETAIL_BRIEF &&
		!(IsTransactionState() && superuser_arg(GetSessionUserId()));
}

/* The error for an action that is denied, or that cannot be recorded.  Does not return. */
void
gk_deny(const GkEvent *event, GkLevel level, uint64 seq, bool recorded)
{
	const GkFinding *finding = event->finding;
	const char *code;
	char		bits[80];
	char		object[256];
	bool		hides = event->rule->hides || gk_audit_hides(finding);

	if (is_brief())
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errhidestmt(hides), errhidecontext(hides),
				 errmsg("pg_gatekeeper: %s is not allowed", finding->action),
				 errdetail("Audit record " UINT64_FORMAT ".", seq)));
	code = gk_code_text(event->request->has_no_author);
	gk_circumstances_text(event->circumstances, bits, sizeof(bits));
	gk_audit_show(object, sizeof(object), finding->object);
	ereport(ERROR,
			(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
			 errhidestmt(hides), errhidecontext(hides),
			 recorded ?
			 errmsg("pg_gatekeeper: %s is not allowed", finding->action) :
			 errmsg("pg_gatekeeper: %s is not allowed while it cannot be recorded",
					finding->action),
			 errdetail("Rule %s at level %s, circumstances %s: %s \"%s\".%s%s%s Audit record " UINT64_FORMAT ".",
					   event->rule->name, gk_level_name(level), bits,
					   finding->object_type, object,
					   code ? " Code: " : "", code ? code : "", code ? "." : "",
					   seq),
			 recorded ?
			 errhint("%s", advice(event->rule, level, finding, event->circumstances,
								  event->request)) :
			 errhint("gatekeeper.audit_failure is \"closed\" and no audit sink took the record. See the server log for the reason.")));
}
