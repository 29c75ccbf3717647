/*-------------------------------------------------------------------------
 *
 * gate.c
 *	  Match, check, circumstances, verdict, record.
 *
 * The only place that denies; refusal.c words it.  A request is matched against the rules that
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
#include "origin/owners.h"
#include "rules/role_effects.h"

#include "access/transam.h"
#include "catalog/pg_class.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"

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
 * that runs as superuser is a script under pgextwlist, which says so of it.  What
 * a script was made to EXECUTE is not its own.
 */
static bool
binds(GkLevel level, const GkFinding *finding, int circumstances)
{
	if (level == GK_LEVEL_ALWAYS || finding->binds_always)
		return true;
	if (finding->scripts_may && (circumstances & GK_EXTENSION) &&
		(finding->by_any_text || gk_script_speaks()) &&
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

/*
 * One finding of one rule: decide, record, and raise when it is denied.
 * Returns false when it is denied and may_raise is false.
 */
static pg_noinline bool
decide(const GkRule *rule, const GkRequest *request, const GkFinding *finding,
	   bool may_raise)
{
	GkLevel		set = gk_level[rule->id];
	GkLevel		level = set == GK_LEVEL_AUDIT ? rule->level : set;
	GkEvent		event = {
		.rule = rule,
		.verdict = GK_ALLOWED,
		.circumstances = gk_circumstances() | request->circumstances |
		(OidIsValid(request->funcid) ? gk_circumstances_of_call(request->funcid) : 0),
		.request = request,
		.finding = finding
	};
	uint64		seq = 0;
	bool		by_administrator = gk_administrator_acts();
	bool		suspect = event.circumstances != 0;
	bool		delivered;

	if (binds(level, finding, event.circumstances))
	{
		suspect = true;
		if (!gk_is_exempt(&event))
			event.verdict = only_recorded(set, level, finding, event.circumstances) ?
				GK_WOULD_DENY : GK_DENIED;
	}
	/* an administrator's freedom is paid for with records */
	if (event.verdict == GK_ALLOWED && !finding->always_recorded && !by_administrator &&
		gk_audit_level < (suspect ? GK_AUDIT_ELEVATED : GK_AUDIT_PRIVILEGED))
		return true;

	delivered = gk_audit_record(&event, &seq);

	if (event.verdict == GK_DENIED)
	{
		if (!may_raise)
			return false;
		gk_deny(&event, level, seq, true);
	}
	/* a rule that only records lets it pass like any other; a dry run denies nothing */
	if (!delivered && (event.circumstances != 0 || by_administrator) &&
		gk_audit_failure == GK_AUDIT_CLOSED && gk_mode == GK_MODE_ENFORCE)
	{
		if (!may_raise)
			return false;
		gk_deny(&event, level, seq, false);
	}
	return true;
}

/*
 * Can a finding matter that needs a circumstance?  Where none holds, decide() would
 * let it pass without a record: checks that have to look at catalogs are spared
 * that.  The circumstances are those that decide() would see a moment later,
 * nothing is kept.
 */
static bool
is_suspect(const GkRequest *request)
{
	return gk_audit_level == GK_AUDIT_PRIVILEGED ||
		(gk_circumstances() | request->circumstances) != 0 || gk_administrator_acts();
}

/* Does the rule bind without a circumstance, or would at the level that is tried out? */
static bool
binds_always(const GkRule *rule)
{
	GkLevel		level = gk_level[rule->id];

	return (level == GK_LEVEL_AUDIT ? rule->level : level) == GK_LEVEL_ALWAYS;
}

/*
 * What the posts of one list may need and this request does not have, as bits of
 * GkPost.needs; suspect is found out when a post is the first to need it.
 */
typedef struct GkLacks
{
	int			bits;
	bool		is_suspect_known;
} GkLacks;

/* A post that needs something: is it asked? */
static bool
is_asked(const GkPost *post, const GkRequest *request, GkLacks *lacks)
{
	if ((post->needs & GK_OR_OTHERS) && !gk_is_superuser(GetUserId()))
		return true;
	if (post->needs & lacks->bits & GK_NEEDS_SUPERUSER)
		return false;
	if (!(post->needs & GK_IF_SUSPECT))
		return true;
	if (!lacks->is_suspect_known && !is_suspect(request))
		lacks->bits |= GK_IF_SUSPECT;
	lacks->is_suspect_known = true;
	return !(lacks->bits & GK_IF_SUSPECT) || binds_always(post->rule);
}

static bool
pass(const GkRequest *request, const GkPost *post, bool may_raise)
{
	GkLacks		lacks = {0};
	GkFinding	finding;

	if (!is_active())
		return true;
	if (request->door == GK_DOOR_OBJECT && !gk_acts_as_superuser(GetUserId()))
		lacks.bits = GK_NEEDS_SUPERUSER;
	for (; post->check; post++)
	{
		if (gk_level[post->rule_id] == GK_LEVEL_OFF ||
			(post->needs != 0 && !is_asked(post, request, &lacks)))
			continue;
		memset(&finding, 0, sizeof(finding));
		if (!post->check(request, &finding))
			continue;
		Assert(finding.action && finding.object_type);
		Assert(!(post->needs & GK_IF_SUSPECT) || (post->needs & GK_OR_OTHERS) ||
			   !(finding.binds_always || finding.always_recorded));
		if (finding.object == NULL)
			finding.object = "";
		if (!decide(post->rule, request, &finding, may_raise))
			return false;
	}
	gk_approve(request);
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

/* The same, for a caller who knows what is left to do when it is denied. */
bool
gk_gate_permits(const GkRequest *request)
{
	return pass(request, gk_posts_at(request->door, 0, NULL), false);
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
 * A view can lead a superuser, or another role with power, who uses it to a catalog
 * or a table, with that role's rights: one of another role's WITH (security_invoker),
 * or one of its own name that code of others made for it.  Nobody writes to catalogs
 * that way.
 */
static int
led_by_view(List *range_table, List *perms)
{
	if (gk_untrusted_code == GK_UNTRUSTED_OFF || !gk_has_to_lose(GetUserId()) ||
		!gk_uses_view(range_table, perms, !writes_catalog(perms)))
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

/* Are there foreign tables, or partitions that may be such? */
static bool
leads_abroad(List *range_table)
{
	ListCell   *cell;

	foreach(cell, range_table)
	{
		RangeTblEntry *rte = lfirst_node(RangeTblEntry, cell);

		if (rte->rtekind == RTE_RELATION &&
			(rte->relkind == RELKIND_FOREIGN_TABLE ||
			 (rte->relkind == RELKIND_PARTITIONED_TABLE && gk_any_foreign_table())))
			return true;
	}
	return false;
}

/*
 * The same for the relations of a query; see gk_interest_in().  False when it is
 * denied and may_raise is false.
 */
bool
gk_gate_relations(List *range_table, List *perms, bool may_raise)
{
	ListCell   *cell;

	if (unlikely(gk_untrusted_runs))
		gk_queue_note(perms);
	foreach(cell, perms)
	{
		GkPermInfo *perm = lfirst_node(GkPermInfo, cell);

		if ((perm->relid < FirstNormalObjectId && perm->requiredPerms != 0 &&
			 GK_PERMINFO_IS_RELATION(perm)) ||
			((perm->requiredPerms & (ACL_INSERT | ACL_UPDATE)) && gk_writes_job(perm)) ||
			(unlikely(gk_left_tables) && gk_left_behind_is_made(perm->relid)))
			return pass_relations(range_table, perms,
								  led_by_view(range_table, perms),
								  may_raise);
	}
	if (led_by_view(range_table, perms))
		return pass_relations(range_table, perms, GK_UNTRUSTED, may_raise);
	if (leads_abroad(range_table))
		return pass_relations(range_table, perms, 0, may_raise);
	return true;
}

/*
 * A query is about to be planned, with superuser rights: wrappers connect then, for
 * their estimates.  A walker; context is NULL.
 */
bool
gk_gate_plan(Node *node, void *context)
{
	const GkPost *post = gk_posts_at(GK_DOOR_RELATION, 0, NULL);
	Query	   *query = (Query *) node;

	if (node == NULL)
		return false;
	if (!IsA(node, Query))
		return expression_tree_walker(node, gk_gate_plan, context);
	while (post->check && post->rule != &gk_rules[GK_LOOPBACK])
		post++;
	if (post->check && leads_abroad(query->rtable))
	{
		GkPost		only[] = {*post, {0}};
		GkRequest	request = {
			.door = GK_DOOR_RELATION,
			.perms = GK_QUERY_PERMS(query),
			.range_table = query->rtable
		};

		(void) pass(&request, only, true);
	}
	return query_tree_walker(query, gk_gate_plan, context, 0);
}
