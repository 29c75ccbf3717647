/*-------------------------------------------------------------------------
 *
 * gate.c
 *	  Match, check, circumstances, verdict, record, raise.
 *
 * The only place that denies.  A request is matched against the rules that
 * stand at its door; nothing is computed before a check has found something.
 * The record is written before the error is raised, so that a denial is known
 * even when the client swallows the error or the backend dies of it.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "origin/labels.h"

#include "access/transam.h"
#include "catalog/pg_class.h"
#include "miscadmin.h"

/*
 * pg_upgrade restores what the old cluster had, with nobody else connected: it
 * must be able to make the roles anew that were superuser there.
 */
static bool
is_active(void)
{
	return gk_mode != GK_MODE_OFF && !IsBinaryUpgrade;
}

/*
 * Untrusted code that installs an extension is only its user; what the script
 * calls, or what other roles' objects make it call, is inside.
 */
static bool
code_is_in_script(void)
{
	return gk_code_is_in_script() || !gk_code_is_untrusted();
}

/*
 * Does the rule bind?  The circumstances that make an extension's own script
 * (extension, and elevated when a user installs a trusted extension) do not
 * count against what scripts may do; code of others that runs inside it does.
 * A security-restricted operation inside runs as the owner of its object; one
 * that runs as superuser is a script under pgextwlist, which says so of it.
 */
static bool
binds(GkLevel level, const GkFinding *finding, int circumstances)
{
	if (level == GK_LEVEL_ALWAYS || finding->binds_always)
		return true;
	if (finding->scripts_may && (circumstances & GK_EXTENSION) &&
		!((circumstances & GK_UNTRUSTED) && code_is_in_script()) &&
		!((circumstances & GK_RESTRICTED) && !superuser()))
		return false;
	return (circumstances & ~finding->ignores) != 0;
}

/* Something binds; is the administrator only trying it out? */
static bool
only_recorded(GkLevel set, GkLevel level, const GkFinding *finding, int circumstances)
{
	if (set == GK_LEVEL_AUDIT || gk_mode == GK_MODE_AUDIT)
		return true;
	return gk_untrusted_code == GK_UNTRUSTED_AUDIT &&
		!binds(level, finding, circumstances & ~GK_UNTRUSTED);
}

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

static void
refuse(const GkEvent *event, GkLevel level, uint64 seq, bool recorded)
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

/*
 * One finding of one rule: decide, record, and raise when it is denied.
 * Returns false when it is denied and may_raise is false.
 */
static bool
decide(const GkRule *rule, const GkRequest *request, const GkFinding *finding,
	   bool may_raise)
{
	GkLevel		set = gk_level[rule->id];
	GkLevel		level = set == GK_LEVEL_AUDIT ? rule->level : set;
	GkEvent		event = {
		.rule = rule,
		.verdict = GK_ALLOWED,
		.circumstances = gk_circumstances() | request->circumstances,
		.request = request,
		.finding = finding
	};
	uint64		seq = 0;
	bool		suspect = event.circumstances != 0;
	bool		delivered;

	if (binds(level, finding, event.circumstances))
	{
		suspect = true;
		if (!gk_label_exempts(&event))
			event.verdict = only_recorded(set, level, finding, event.circumstances) ?
				GK_WOULD_DENY : GK_DENIED;
	}
	if (event.verdict == GK_ALLOWED && !finding->always_recorded &&
		gk_audit_level < (suspect ? GK_AUDIT_ELEVATED : GK_AUDIT_PRIVILEGED))
		return true;

	delivered = gk_audit_record(&event, &seq);

	if (event.verdict == GK_DENIED)
	{
		if (!may_raise)
			return false;
		refuse(&event, level, seq, true);
	}
	/* a rule that only records lets it pass like any other; a dry run denies nothing */
	if (!delivered && event.circumstances != 0 &&
		gk_audit_failure == GK_AUDIT_CLOSED && gk_mode == GK_MODE_ENFORCE)
	{
		if (!may_raise)
			return false;
		refuse(&event, level, seq, false);
	}
	return true;
}

/*
 * Can a finding of this post matter, when it is one that needs a circumstance
 * and none holds?  decide() would let it pass without a record: checks that
 * have to look at catalogs are spared that.  The circumstances are those that
 * decide() would see a moment later, nothing is kept.
 */
static bool
can_matter(const GkPost *post, bool suspect)
{
	GkLevel		level = gk_level[post->rule->id];

	if (level == GK_LEVEL_AUDIT)
		level = post->rule->level;
	return suspect || level == GK_LEVEL_ALWAYS || gk_audit_level == GK_AUDIT_PRIVILEGED;
}

static bool
pass(const GkRequest *request, const GkPost *post, bool may_raise)
{
	bool		is_known = false;
	bool		suspect = false;
	bool		has_superuser = request->door != GK_DOOR_OBJECT || superuser();

	if (!is_active())
		return true;
	for (; post->check; post++)
	{
		GkFinding	finding;

		if (gk_level[post->rule->id] == GK_LEVEL_OFF ||
			(post->needs_superuser && !has_superuser))
			continue;
		if (post->needs_circumstance)
		{
			if (!is_known)
				suspect = (gk_circumstances() | request->circumstances) != 0;
			is_known = true;
			if (!can_matter(post, suspect))
				continue;
		}

		finding = (GkFinding)
		{
			0
		};
		if (!post->check(request, &finding))
			continue;
		Assert(finding.action && finding.object_type);
		Assert(!post->needs_circumstance || !(finding.binds_always || finding.always_recorded));
		if (finding.object == NULL)
			finding.object = "";
		if (!decide(post->rule, request, &finding, may_raise))
			return false;
	}
	return true;
}

/*
 * Let the request pass, or raise.  key is what its door is keyed by (see
 * GkDoor); only names the one rule to ask, where the door knows it.
 */
void
gk_gate(const GkRequest *request, int key, const GkRule *only)
{
	(void) pass(request, gk_posts_at(request->door, key, only), true);
}

/* Does the query write to anything that initdb made? */
static bool
writes_catalog(List *perms)
{
	ListCell   *cell;

	foreach(cell, perms)
	{
		GkPermInfo *perm = lfirst_node(GkPermInfo, cell);

		if (perm->relid < FirstNormalObjectId && GK_PERMINFO_IS_RELATION(perm) &&
			(perm->requiredPerms & (ACL_INSERT | ACL_UPDATE | ACL_DELETE)))
			return true;
	}
	return false;
}

/*
 * A view can lead the superuser who uses it to a catalog, with his rights: one
 * of another role's WITH (security_invoker), or one of his own name that
 * somebody's code made for him.  Nobody writes to catalogs that way.
 */
static int
led_by_view(List *range_table, List *perms)
{
	if (gk_untrusted_code == GK_UNTRUSTED_OFF || !superuser() ||
		!gk_query_uses_view(range_table, !writes_catalog(perms)))
		return 0;
	return GK_UNTRUSTED;
}

static bool
pass_relations(List *range_table, List *perms, int circumstances, bool may_raise)
{
	GkRequest	request = {
		.door = GK_DOOR_RELATION,
		.perms = perms,
		.range_table = range_table,
		.circumstances = circumstances
	};

	return pass(&request, gk_posts_at(GK_DOOR_RELATION, 0, NULL), may_raise);
}

/*
 * The same for the relations of a query; see gk_interest_in().  False when it is
 * denied and may_raise is false.
 */
bool
gk_gate_relations(List *range_table, List *perms, bool may_raise)
{
	ListCell   *cell;

	foreach(cell, range_table)
	{
		RangeTblEntry *rte = lfirst_node(RangeTblEntry, cell);

		if (rte->rtekind == RTE_RELATION && rte->relkind == RELKIND_FOREIGN_TABLE)
			return pass_relations(range_table, perms, 0, may_raise);
	}
	foreach(cell, perms)
	{
		GkPermInfo *perm = lfirst_node(GkPermInfo, cell);

		if ((perm->relid < FirstNormalObjectId && perm->requiredPerms != 0 &&
			 GK_PERMINFO_IS_RELATION(perm)) ||
			((perm->requiredPerms & (ACL_INSERT | ACL_UPDATE)) && gk_writes_job(perm)))
			return pass_relations(range_table, perms,
								  led_by_view(range_table, perms),
								  may_raise);
	}
	return true;
}
