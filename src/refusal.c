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
#include "base/gatekeeper.h"

static const char *
advice(const GkRule *rule, GkLevel level, const GkFinding *finding,
	   int circumstances, const GkRequest *request)
{
	if (finding->hint)
		return finding->hint;
	if (level == GK_LEVEL_ALWAYS)
		return psprintf("An administrator can permit it to superusers with gatekeeper.%s = 'elevated' in the configuration file; see pg_gatekeeper(7).",
						rule->name);
	if (circumstances == GK_STRICT)
		return psprintf("gatekeeper.strict is on. An administrator can turn it off in the configuration file and restart the server; see pg_gatekeeper(7).");
	if (request->circumstances & GK_UNTRUSTED && request->door == GK_DOOR_RELATION)
		return "A view leads there, and its author could have led anybody there. Name the tables themselves in the statement. See pg_gatekeeper(7).";
	if (request->circumstances & GK_UNTRUSTED)
		return "A view, default, constraint, condition, policy, rule, operator, aggregate or cast of another role calls the function, not the statement itself. Use that role's objects after SET ROLE to it, or call the function in a SELECT of its own. See pg_gatekeeper(7).";
	if ((circumstances & GK_UNTRUSTED) && gk_code_is_lent(gk_code_function()))
		return "In this session, a view, default, constraint or trigger that is the work of a role without superuser rights, or may be, was seen to call this function, with that role's arguments. Use that role's objects after SET ROLE to it, call the function in a session of its own, or vouch for it with a security label. See pg_gatekeeper(7), EXEMPTIONS.";
	if (circumstances & GK_UNTRUSTED)
		return psprintf("Superuser rights were running a function whose owner is not superuser. Review the function; touch its owner's objects after SET ROLE to him, or vouch for it with a security label. See pg_gatekeeper(7), EXEMPTIONS.");
	if (circumstances & GK_SELF)
		return psprintf("This session was logged in by a process of this server: %s. Let a client of its own do it. See pg_gatekeeper(7), CIRCUMSTANCES.",
						gk_circumstance_reason(GK_SELF));
	if (circumstances & GK_EXTENSION)
		return psprintf("Review the extension's script: this is not something an extension should do. An administrator can permit it for a while with gatekeeper.%s = 'audit'; see pg_gatekeeper(7).",
						rule->name);
	if (circumstances & GK_RESTRICTED)
		return psprintf("Review the functions that this operation runs; they must not do this. See pg_gatekeeper(7).");
	if (circumstances == 0)
		return psprintf("Ask a superuser to do it, or an administrator to change gatekeeper.%s; see pg_gatekeeper(7).",
						rule->name);
	if (OidIsValid(gk_code_innermost()))
		return psprintf("Do it in a session that logged in with the rights for it; or let a superuser review the function and exempt it, with SECURITY LABEL FOR gatekeeper ON ROUTINE %s IS 'allow %s'. See pg_gatekeeper(7), EXEMPTIONS.",
						gk_function_name(gk_code_innermost()), rule->name);
	return psprintf("Do it in a session that logged in with the rights for it; rights gained on the way, by SECURITY DEFINER or SET ROLE, do not count. An administrator can change gatekeeper.%s; see pg_gatekeeper(7).",
					rule->name);
}

/* The error for an action that is denied, or that cannot be recorded.  Does not return. */
void
gk_deny(const GkEvent *event, GkLevel level, uint64 seq, bool recorded)
{
	const GkFinding *finding = event->finding;
	const char *code = gk_code_text();
	char		bits[80];
	char		object[256];

	gk_circumstances_text(event->circumstances, bits, sizeof(bits));
	gk_audit_show(object, sizeof(object), finding->object);
	ereport(ERROR,
			(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
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
