/*-------------------------------------------------------------------------
 *
 * owners.h
 *	  Whose an object is, and what a call's place tells of its author; for the
 *	  files of origin/ and for requests.c.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#ifndef GK_OWNERS_H
#define GK_OWNERS_H

#include "base/gatekeeper.h"

#include "executor/execdesc.h"
#include "storage/proc.h"

#pragma GCC visibility push(hidden)

/* owners.c */
extern bool gk_relation_is_others(Oid relid);
extern bool gk_trigger_is_others(Oid trigger, Oid relid);
extern Oid	gk_operator_owner(Oid opno);
extern Oid	gk_trigger_owner(Oid trigger);
extern bool gk_operator_is_others(Oid opno);
extern bool gk_object_is_others(Oid classid, Oid objid);
extern bool gk_uses_view(List *range_table, List *perms, bool others);

/* makers.c */
extern void gk_trigger_note_maker(Oid trigger, Oid by, bool by_others);
extern bool gk_trigger_is_noted(Oid trigger, Oid *by);

/* places.c */
extern Oid	gk_operator_of(const Node *node);
extern bool gk_call_has_author(Oid funcid, const Node *call);
extern Oid	gk_call_viewer(const Node *call);
extern Oid	gk_call_lender(const Node *call);
extern bool gk_statement_is_for_others(void);
extern const Query *gk_planned;
extern char *gk_planned_at;

/* marks.c */

/*
 * The place of a stored call whose author is trusted, whatever becomes of roles.
 * No role has so small an oid.
 */
#define GK_TRUSTED_PLACE (-2)

extern int *gk_place_of(Node *node);
extern void gk_mark_trusted(Query *query, bool is_body);

/* dependents.c */
typedef bool (*GkJudge) (Oid classid, Oid objid);

extern bool gk_any_dependent(Oid refclassid, Oid refobjid, GkJudge judge);
extern bool gk_is_used_by_others(Oid funcid);
extern bool gk_cast_is_others(Oid funcid);
extern bool gk_is_in_tables(Oid funcid);

/* deputies.c */
extern void gk_deputies_init(void);
extern bool gk_deputies_find_out(Oid funcid);
extern bool gk_deputy_is_orphan(Oid funcid);
extern bool gk_can_be_told(Oid funcid);
extern bool gk_is_fired_for_others(const Node *context, Oid *lender);
extern bool gk_fires_for_anothers(Oid funcid);

/* running.c */
#define GK_MAX_RUNNING 64

typedef struct GkRunning
{
	QueryDesc  *query;
	char	   *stack;			/* where the C stack was */
} GkRunning;

extern GkRunning gk_running[GK_MAX_RUNNING + 1];
extern GkRunning *gk_innermost;

/* Drop those whose C frame is gone; stack is where the caller is. */
static inline void
gk_running_prune(char *stack)
{
	while (gk_innermost->stack <= stack)
		gk_innermost--;
}

/* stack is the frame that lasts as long as the query runs; prune when it ends. */
static inline void
gk_running_begin(QueryDesc *query, char *stack)
{
	gk_running_prune(stack);
	if (likely(gk_innermost < &gk_running[GK_MAX_RUNNING]))
		*++gk_innermost = (GkRunning)
	{
		query, stack
	};
	else
		gk_innermost->query = NULL; /* as long as the outermost of those that run */
}

extern QueryDesc *gk_running_query(void);
extern Oid	gk_running_vehicle(void);
extern bool gk_running_aggregates(bool (*test) (const Node *));

/* leader.c: what a leader says of its plan */
#define GK_LEADER_UNTRUSTED 0x01	/* untrusted code runs it */
#define GK_LEADER_ONLY_TRUSTED 0x02 /* nothing in it is another role's */
#define GK_LEADER_ANOTHERS 0x04 /* code of others runs it, see gk_code_is_anothers() */

extern void gk_leader_shmem_request(void);
extern void gk_leader_shmem_startup(void);
extern uint8 *gk_leader_word(void);
extern bool gk_leader_is_untrusted(void);
extern bool gk_leader_is_anothers(void);
extern bool gk_leader_has_only_trusted(void);

/* parallel_plan.c */
extern void gk_leader_tell(const QueryDesc *query);

/* left_behind.c */
extern bool gk_untrusted_runs;	/* in a privileged session, now */

/* Does code of others use the rights of a superuser's session, now? */
static inline bool
gk_others_act(void)
{
	return gk_untrusted_runs && gk_code_is_untrusted();
}

extern void gk_left_behind_begin(void);
extern void gk_left_behind_end(void);
extern void gk_left_behind_commit(void);
extern void gk_left_behind_setting(const char *name, bool is_local);
extern void gk_left_behind_abort(void);
extern void gk_left_behind_seed(void);
extern bool gk_left_tables;
extern void gk_left_behind_made(Oid relid);
extern bool gk_left_behind_is_made(Oid relid);

/* put_aside.c */
extern void gk_aside_note(void);
extern bool gk_aside_is_recent(void);
extern Oid	gk_aside_role(void);

/* queued.c */
extern LocalTransactionId gk_others_wrote_in;
extern void gk_queue_mark(void);
extern void gk_queue_note(List *perms);
extern bool gk_is_queued_by_others(const Node *context);
extern Oid	gk_writes_for(const PlannedStmt *plan);

/* Has code of others written to a superuser's table in this transaction of a privileged session? */
static inline bool
gk_others_wrote(void)
{
	return unlikely(gk_others_wrote_in != InvalidLocalTransactionId) &&
		gk_others_wrote_in == GK_MY_LXID;
}

/* connections.c */
extern void gk_connection_note(FunctionCallInfo fcinfo, bool is_opened);
extern bool gk_connection_is_sessions(FunctionCallInfo fcinfo);

#pragma GCC visibility pop

#endif							/* GK_OWNERS_H */
