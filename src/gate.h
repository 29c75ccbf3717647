/*-------------------------------------------------------------------------
 *
 * gate.h
 *	  What is asked of the gate, and who is asked by it; part of gatekeeper.h.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#ifndef GK_GATE_H
#define GK_GATE_H

#include "postgres.h"

#include "access/transam.h"
#include "catalog/pg_class.h"

/* gate.c */
extern void gk_gate(const GkRequest *request, int key, const GkRule *only);
extern bool gk_gate_permits(const GkRequest *request);
extern bool gk_gate_relations(List *range_table, List *perms, bool may_raise);
extern bool gk_gate_plan(Node *node, void *context);

/* samples.c */
extern get_relation_stats_hook_type gk_samples_hidden(get_relation_stats_hook_type next);

/* application_users.c */
extern const char *gk_bound_to(const char *what);

/* exemptions.c */
extern bool gk_is_exempt(const GkEvent *event);

/* refusal.c */
extern char *gk_statement_that_vouches(Oid funcid);
extern void gk_deny(const GkEvent *event, GkLevel level, uint64 seq, bool recorded);

/* Why rules could have a say on a query. */
typedef enum GkInterest
{
	GK_INTEREST_NONE,
	GK_INTEREST_WRITES,			/* it writes, or uses views of users: if the
								 * session is privileged */
	GK_INTEREST_SYSTEM			/* it uses what initdb made, or foreign tables */
} GkInterest;

static inline bool
gk_has_kind(List *range_table, char relkind)
{
	ListCell   *cell;

	foreach(cell, range_table)
	{
		if (((RangeTblEntry *) lfirst(cell))->relkind == relkind)
			return true;
	}
	return false;
}

/* On every query's way.  May be of interest and turn out to be harmless. */
static inline GkInterest
gk_interest_in(List *range_table, List *perms)
{
	AclMode		wanted = 0;
	bool		views = !GK_PERMS_ARE_RANGE_TABLE && gk_has_kind(range_table, RELKIND_VIEW);

	if (!GK_PERMS_ARE_RANGE_TABLE && gk_has_kind(range_table, RELKIND_FOREIGN_TABLE))
		return GK_INTEREST_SYSTEM;
	/* a plain loop: core's macro looks each time whether the list has changed */
	for (int i = 0, n = list_length(perms); i < n; i++)
	{
		GkPermInfo *perm = (GkPermInfo *) perms->elements[i].ptr_value;
		char		kind = GK_PERMS_ARE_RANGE_TABLE ? ((RangeTblEntry *) perm)->relkind : 0;

		if (unlikely(kind == RELKIND_FOREIGN_TABLE || kind == RELKIND_VIEW))
		{
			if (kind == RELKIND_FOREIGN_TABLE)
				return GK_INTEREST_SYSTEM;
			views |= perm->requiredPerms != 0;
		}
		if (perm->requiredPerms == 0)
			continue;
		if (perm->relid < FirstNormalObjectId)
			return GK_INTEREST_SYSTEM;
		wanted |= perm->requiredPerms;
	}
	return views || wanted & (ACL_INSERT | ACL_UPDATE | ACL_DELETE) ? GK_INTEREST_WRITES :
		GK_INTEREST_NONE;
}

/* requests.c */
extern PlannedStmt *gk_statement_asks(PlannedStmt *pstmt, NodeTag tag, ProcessUtilityContext context,
							  const char *source_text);
extern void gk_query_asks(Query *query, ParamListInfo params);
extern void gk_fetch_asks(Portal portal);
extern void gk_untrusted_states(const Node *stmt);
extern ProcessUtilityContext gk_call_asks(CallStmt *stmt, ProcessUtilityContext context,
										  ErrorContextCallback *why);
extern bool gk_ask_about_call(Oid funcid, Oid builtin, FunctionCallInfo fcinfo, char *stack);
extern void gk_ask_about_function(Oid funcid);
extern void gk_ask_without_arguments(Oid funcid, const GkRule *rule, const GkSymbol *symbol);
extern bool gk_is_hijack(Oid funcid);
extern void gk_script_calls(Oid funcid);
extern void gk_commit_asks(const struct GkRoleEffects *effects);
extern void gk_token_asks(const char *reason);
extern void gk_plan_asks(Query *query);
extern void gk_object_asks(ObjectAccessType event, Oid classid, Oid objid, int subid,
						   void *arg);

/* posts.c */

/* In GkPost.needs, beside the bits of a door: see GkRuleDoors.needs_superuser. */
#define GK_NEEDS_SUPERUSER 0x400

typedef struct GkPost
{
	const GkRule *rule;
	GkCheck		check;			/* NULL ends a list */
	uint16		rule_id;		/* of rule */
	uint16		needs;			/* bits */
} GkPost;

extern void gk_posts_init(void);
extern bool gk_is_watched_class(Oid classid);
extern bool gk_is_internal(ObjectAccessType event, void *arg);
extern const GkPost *gk_posts_at(GkDoor door, int key, const GkRule *only);

#define GK_MAX_TAGS 1024
extern uint16 gk_posts_of_statement[GK_MAX_TAGS];

/* Does any rule look at this kind of utility statement? */
static inline bool
gk_is_watched_statement(NodeTag tag)
{
	return (int) tag < GK_MAX_TAGS && gk_posts_of_statement[tag] != 0;
}

#endif							/* GK_GATE_H */
