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
#include "origin/owners.h"

#include "access/xact.h"
#include "catalog/pg_authid.h"
#include "catalog/pg_class.h"
#include "catalog/pg_proc.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#define SEE "See pg_gatekeeper(7)."
#define SEE_EXEMPTIONS "See pg_gatekeeper(7), EXEMPTIONS."

/* What was refused, for those who give advice. */
typedef struct GkRefusal
{
	const GkRule *rule;
	GkLevel		level;
	const GkRule *lifted;		/* the rule, if it binds superusers in their own sessions */
	const GkFinding *finding;
	const GkRequest *request;
} GkRefusal;

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

/* The statement that labels the function: as trusted, as exempt from the rule, or both. */
static char *
function_label(Oid funcid, bool trusted, const GkRule *lifted)
{
	return psprintf("SECURITY LABEL FOR gatekeeper ON ROUTINE %s IS '%s'", gk_function_name(funcid),
					label_with(ProcedureRelationId, funcid, trusted, false, lifted));
}

/* The statement that labels the function as trusted, beside what its label says. */
char *
gk_statement_that_vouches(Oid funcid)
{
	return function_label(funcid, true, NULL);
}

static char *
role_label(Oid roleid, bool trusted, bool administrator, const GkRule *lifted)
{
	return psprintf("SECURITY LABEL FOR gatekeeper ON ROLE %s IS '%s'",
					quote_identifier(GetUserNameFromId(roleid, false)),
					label_with(AuthIdRelationId, roleid, trusted, administrator, lifted));
}

/*
 * The statement that labels the view that others wrote and the running statement
 * uses; or NULL where what it uses of theirs is none.
 */
static char *
view_label(Oid author)
{
	Oid			relid = gk_running_vehicle();
	char		kind = OidIsValid(relid) ? get_rel_relkind(relid) : 0;

	if ((kind != RELKIND_VIEW && kind != RELKIND_MATVIEW) ||
		gk_relation_owner(relid) != author || gk_label_trusts_view(relid))
		return NULL;
	return psprintf("SECURITY LABEL FOR gatekeeper ON %sVIEW %s IS 'trusted'",
					kind == RELKIND_VIEW ? "" : "MATERIALIZED ", gk_relation_name(relid));
}

/* Superuser rights are running what others wrote, or led to. */
static const char *
advice_on_untrusted(const GkRefusal *refusal)
{
	const GkRequest *request = refusal->request;
	Oid			function = gk_code_function();
	Oid			author = gk_code_author(request->has_no_author, request->lender);
	char	   *view;

	if (request->circumstances & GK_UNTRUSTED && request->door == GK_DOOR_RELATION)
		return "A view leads there, and its author could have led anybody there. Name the tables themselves in the statement. " SEE;
	if ((request->circumstances & GK_UNTRUSTED) && (view = view_label(author)) != NULL)
		return psprintf("A view of another role calls the function, not the statement itself. Read the view after SET ROLE to its owner; or let a superuser review the view and vouch for its query, with %s. " SEE_EXEMPTIONS,
						view);
	if (request->circumstances & GK_UNTRUSTED)
		return psprintf("A view, default, constraint, condition, policy, rule, operator, aggregate or cast of another role calls the function, not the statement itself. Use that role's objects after SET ROLE to it, or call the function in a SELECT of its own. For all that a role made, a superuser can vouch with %s. " SEE_EXEMPTIONS,
						OidIsValid(author) && !gk_is_superuser(author) ? role_label(author, true, false, NULL) :
						"SECURITY LABEL FOR gatekeeper ON ROLE name IS 'trusted'");
	if (function < FirstNormalObjectId)
		return "Superuser rights were running the code of a role that is not superuser. Touch its objects after SET ROLE to it. " SEE;
	if (refusal->finding->binds_always)
		return "Superuser rights were running the code of a role that is not superuser. Let a superuser do it in a statement of its own; no label lifts this. " SEE;
	if (gk_code_is_deputy())
		return psprintf("A view, default, constraint, trigger, operator, aggregate or cast that is the work of a role without superuser rights calls this function, with that role's arguments. Use that role's objects after SET ROLE to it, call the function in a statement of its own, or vouch for it: %s. " SEE_EXEMPTIONS,
						function_label(function, true, refusal->lifted));
	return psprintf("Superuser rights were running a function whose owner is not superuser. Touch its owner's objects after SET ROLE to the owner; or let a superuser review the function and vouch for it, with %s. " SEE_EXEMPTIONS,
					function_label(function, true, refusal->lifted));
}

/* Rights were gained on the way. */
static const char *
advice_on_elevated(const GkRefusal *refusal)
{
	const GkRule *rule = refusal->rule;
	Oid			session = GetSessionUserId();

	if (refusal->finding->binds_always && superuser())
		return "Do it in a session that logged in with the rights for it; rights gained on the way do not count, and no label lifts this. " SEE;
	if (gk_code_innermost() >= FirstNormalObjectId)
		return psprintf("Do it in a session that logged in with the rights for it; or let a superuser review the function and exempt it, with %s. " SEE_EXEMPTIONS,
						function_label(gk_code_innermost(), false, rule));
	/* what is refused to superusers, too, is not an administrator's */
	if (gk_client_has_switched() || GetUserId() == session)
		return psprintf("Do it in a session that logged in with the rights for it. If \"%s\" is a person who administers this server, a superuser can say so, with %s. See pg_gatekeeper(7), ADMINISTRATORS.",
						GetUserNameFromId(session, true),
						role_label(session, false, refusal->lifted == NULL, refusal->lifted));
	if (is_member_of_role_nosuper(session, GetUserId()))
		return gk_label_on_role(session).administrator ?
			"SET ROLE in a function or DO block does not count in a session of an administrator: execute it as a statement of its own, before the rest. See pg_gatekeeper(7), ADMINISTRATORS." :
			psprintf("Do it in a session that logged in with the rights for it. If \"%s\" is a person who administers this server, a superuser can say so, with %s; then SET ROLE counts that is a statement of its own, not in a function or DO block. See pg_gatekeeper(7), ADMINISTRATORS.",
					 GetUserNameFromId(session, true), role_label(session, false, true, NULL));
	return psprintf("Do it in a session that logged in with the rights for it; rights gained on the way, by SECURITY DEFINER, SET ROLE or another module, do not count. An administrator can permit it for a while with gatekeeper.%s = 'audit'; see pg_gatekeeper(7).",
					rule->name);
}

/* Which of the circumstances is to be done something about? */
static const char *
advice_on_circumstance(const GkRefusal *refusal, int circumstances)
{
	const char *rule = refusal->rule->name;

	if (circumstances & GK_UNTRUSTED)
		return advice_on_untrusted(refusal);
	if (refusal->rule->id == GK_EXEMPTION)
		return "Only a superuser can change labels, in a session of its own, whatever the settings are: it is the superuser's word. " SEE_EXEMPTIONS;
	if (circumstances & GK_SELF)
		return psprintf("This session was logged in by a process of this server: %s. Let a client of its own do it. See pg_gatekeeper(7), CIRCUMSTANCES.",
						gk_circumstance_reason(GK_SELF));
	if (circumstances & GK_EXTENSION)
		return psprintf("Review the extension's script: this is not something an extension should do. An administrator can permit it for a while with gatekeeper.%s = 'audit'; see pg_gatekeeper(7).",
						rule);
	if ((circumstances & GK_RESTRICTED) && (circumstances & GK_ELEVATED))
		return psprintf("Another module lends superuser rights here, perhaps for a script of its own. Let a superuser execute the statement in a session of its own, or an administrator permit it for a while with gatekeeper.%s = 'audit'; see pg_gatekeeper(7).",
						rule);
	if (circumstances & GK_RESTRICTED)
		return psprintf("Review the functions that this operation runs; they must not do this. Let a superuser do it in a statement of its own, or an administrator permit it for a while with gatekeeper.%s = 'audit'; see pg_gatekeeper(7).",
						rule);
	return advice_on_elevated(refusal);
}

/*
 * Advice of the finding, with the statement that helps here.  What a role may do
 * without any circumstance it may by its own label, or that of the function in
 * which it does it.
 */
static const char *
advice_of_finding(const GkRefusal *refusal, int circumstances)
{
	const GkFinding *finding = refusal->finding;
	Oid			function = gk_code_function();
	Oid			innermost = gk_code_innermost();
	char	   *label = NULL;

	if (finding->exempts_role)
		label = GetUserId() == GetSessionUserId() || innermost < FirstNormalObjectId ?
			role_label(GetSessionUserId(), false, false, refusal->rule) :
			function_label(innermost, false, refusal->rule);
	else if (finding->binds_always || (circumstances & ~(GK_UNTRUSTED | GK_ELEVATED)) ||
			 (refusal->request->circumstances & GK_UNTRUSTED))
		return finding->hint;
	else if (circumstances & GK_UNTRUSTED)
		label = function < FirstNormalObjectId ? NULL : function_label(function, true, refusal->lifted);
	else if ((circumstances & GK_ELEVATED) && refusal->rule->id != GK_EXEMPTION &&
			 refusal->level != GK_LEVEL_ALWAYS && innermost >= FirstNormalObjectId)
		label = function_label(innermost, false, refusal->rule);
	return label == NULL ? finding->hint :
		psprintf("%s A superuser who has reviewed it can exempt it, with %s. " SEE_EXEMPTIONS,
				 finding->hint, label);
}

/*
 * What can be done about it?  The circumstances come before the level: a level that
 * is lowered for superusers' own sessions helps none of them.  Advice of the finding
 * on what binds without a circumstance is for where none holds.
 */
static const char *
advice(const GkRefusal *refusal, int circumstances)
{
	const GkFinding *finding = refusal->finding;
	bool		is_strict = (circumstances & GK_STRICT) != 0;

	circumstances &= ~(GK_STRICT | finding->ignores);
	if (finding->hint && (!finding->binds_always || circumstances == 0))
		return advice_of_finding(refusal, circumstances);
	if (circumstances == 0 && refusal->level == GK_LEVEL_ALWAYS)
		return psprintf("An administrator can permit it to superusers with gatekeeper.%s = 'elevated' in the configuration file; see pg_gatekeeper(7).",
						refusal->rule->name);
	if (is_strict)
		return circumstances == 0 ?
			"gatekeeper.strict is on. An administrator can turn it off in the configuration file and restart the server; see pg_gatekeeper(7)." :
			"gatekeeper.strict is on, and no label lifts what it refuses. Ask a superuser to do it in a session of its own, or an administrator to turn it off in the configuration file and restart the server; see pg_gatekeeper(7), UNDER STRICT.";
	if (circumstances != 0)
		return advice_on_circumstance(refusal, circumstances);
	return psprintf("Ask a superuser to do it, or an administrator to change gatekeeper.%s; see pg_gatekeeper(7).",
					refusal->rule->name);
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
	GkRefusal	refusal = {
		event->rule, level, level == GK_LEVEL_ALWAYS ? event->rule : NULL, finding, event->request
	};
	const char *code;
	char		bits[80];
	char		object[256];
	bool		hides = event->rule->hides || gk_audit_hides(finding);

	gk_outcome_refusing();
	if (is_brief())
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errhidestmt(hides), errhidecontext(hides),
				 errmsg("pg_gatekeeper: %s is not allowed", finding->action),
				 errdetail("Audit record " UINT64_FORMAT ".", seq)));
	code = gk_code_text(event->request->has_no_author);
	gk_circumstances_text(event->circumstances, bits, sizeof(bits));
	gk_text_for_error(object, sizeof(object), finding->object);
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
			 errhint("%s", advice(&refusal, event->circumstances)) :
			 errhint("gatekeeper.audit_failure is \"closed\" and no audit sink took the record. See the server log for the reason.")));
}
