/*-------------------------------------------------------------------------
 *
 * code.h
 *	  Whose code is running, and whose counts as whose; part of gatekeeper.h.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#ifndef GK_CODE_H
#define GK_CODE_H

#include "postgres.h"

#include "miscadmin.h"
#include "utils/portal.h"

/* code_stack.c */
extern void gk_code_prune(char *stack);
extern void gk_code_start(Oid funcid, char *stack);
extern bool gk_code_resume(char *stack);

/* code_origin.c */
extern bool gk_code_needs_events(Oid funcid);
extern bool gk_code_forbids_transaction_control(Oid procedure);
extern bool gk_code_is_untrusted(void);
extern bool gk_code_is_in_script(void);
extern Oid	gk_code_function(void);
extern Oid	gk_code_innermost(void);
extern uint64 gk_code_allows(void);

/* power.c */
extern void gk_power_init(void);
extern bool gk_is_host_role(Oid roleid);
extern bool gk_is_reach_role(Oid roleid);
extern bool gk_any_role_of(Oid roleid, bool (*question) (Oid role, Oid of));
extern bool gk_is_superuser(Oid roleid);
extern bool gk_acts_as_superuser(Oid roleid);
extern bool gk_has_power(Oid roleid);

/* code_trust.c */
extern void gk_code_trust_init(void);
extern Oid	gk_code_find_out_owner(Oid funcid);
extern void gk_code_forget_session(void);
extern void gk_code_forget_functions(void);
extern void gk_code_function_is_plain(Oid funcid);
extern bool gk_code_find_out_session(void);
extern bool gk_code_owner_is_trusted(Oid roleid);
extern bool gk_code_find_out_function(Oid funcid);

/* Answers about functions; direct-mapped by oid. */
#define GK_TRUST_SIZE 256		/* a power of two */

typedef struct GkTrust
{
	Oid			oid;
	Oid			owner;
	uint32		hash;			/* of the syscache, to know what to forget */
	bool		answer;
	bool		plain;			/* see gk_code_function_is_plain() */
} GkTrust;

extern GkTrust gk_untrusted_function[GK_TRUST_SIZE];

/* See gk_code_find_out_function(). */
static inline bool
gk_code_function_is_untrusted(Oid funcid)
{
	const GkTrust *entry = &gk_untrusted_function[funcid & (GK_TRUST_SIZE - 1)];

	return likely(entry->oid == funcid) ? entry->answer :
		gk_code_find_out_function(funcid);
}

/* Its owner, or InvalidOid where there is no such function. */
static inline Oid
gk_code_owner_of(Oid funcid)
{
	const GkTrust *entry = &gk_untrusted_function[funcid & (GK_TRUST_SIZE - 1)];

	return likely(entry->oid == funcid) ? entry->owner :
		gk_code_find_out_owner(funcid);
}

/* The users that an answer was found for, and the answer. */
typedef struct GkSession
{
	Oid			current;
	Oid			session;
	bool		answer;
} GkSession;

/* SECURITY DEFINER functions go back and forth between two current users. */
#define GK_SESSIONS 4			/* a power of two */

extern GkSession gk_session[GK_SESSIONS];

/* See gk_code_find_out_session(); asked several times for every statement. */
static inline bool
gk_code_session_is_privileged(void)
{
	Oid			current = GetUserId();
	Oid			session = GetSessionUserId();
	const GkSession *known = &gk_session[current & (GK_SESSIONS - 1)];

	if (likely(known->current == current && known->session == session))
		return known->answer;
	return gk_code_find_out_session();
}

/* code_portal.c */

/* Why the executor's hooks have to look at a plan; mostly nothing is set. */
#define GK_WATCH_PORTALS 1		/* there are some that untrusted code left behind */
#define GK_WATCH_DOMAINS 2		/* domain_calls.c knows of some */
extern uint8 gk_watch_plans;

extern void gk_portals_begin(void);
extern void gk_portals_end(Oid funcid, Oid owner);
extern bool gk_portal_is_untrusted(Portal portal, Oid *funcid, Oid *owner);

/* code_lent.c */
extern void gk_code_lend(Oid funcid);
extern void gk_code_lend_trigger(Oid funcid, bool arguments);
extern bool gk_code_is_among_lent(Oid funcid);
extern void gk_code_lend_in_worker(void);
extern bool gk_any_lent;

/* Was it seen called by another role's object?  Cheap while nothing was. */
static inline bool
gk_code_is_lent(Oid funcid)
{
	return unlikely(gk_any_lent) && gk_code_is_among_lent(funcid);
}

/* relation_calls.c */
extern void gk_lend_to_triggers(Oid funcid);

/* words.c */
extern char *gk_function_name(Oid funcid);
extern const char *gk_code_text(void);

#endif							/* GK_CODE_H */
