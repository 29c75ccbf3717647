/*-------------------------------------------------------------------------
 *
 * origin.h
 *	  Whose code is running, and whose counts as whose; part of gatekeeper.h.
 *
 * The model, which this folder's files hold:
 *
 *  1 A session is privileged while superuser rights, or others with reach, can be had
 *	  in it: by the current, the session's or the authenticated user, or by a role of
 *	  which one of them is a member.
 *  2 Every piece of code has an author: a function its owner, a stored expression the
 *	  owner of the object that it stands in, a statement's text the session.
 *  3 An author is trusted if superuser, or vouched for by a label, on the role or on the
 *	  function.
 *  4 Code is untrusted where such rights are used while the author of what runs, or of
 *	  anything on the way to it, is not trusted.
 *  5 Functions that pass the function manager are on a stack; what runs inside an
 *	  untrusted one is untrusted.
 *  6 Built-in functions do not pass it: each call is judged when it is made, by its
 *	  place.  In a text it is the doing of whoever runs the text; in a stored
 *	  expression, of the author of that; where that is not known, it is untrusted.
 *  7 Expressions get into a statement by vehicles: views, rules, policies, defaults,
 *	  generated columns, CHECK, indexes, partition keys, triggers' conditions, domains,
 *	  operators, casts, aggregates, bodies in SQL.
 *  8 A superuser's function that is called by an untrusted author is the deputy of that
 *	  author, and untrusted while it runs.
 *  9 What is left behind in the session (a cursor, a prepared statement, a setting, a
 *	  temporary object, the state of an interpreter) keeps its author, or is undone.
 * 10 A call that none of this saw coming is untrusted.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#ifndef GK_ORIGIN_H
#define GK_ORIGIN_H

#include "postgres.h"

#include "miscadmin.h"
#include "utils/portal.h"

/* code_stack.c */
extern void gk_code_prune(char *stack);
extern void gk_code_start_of_interest(const FmgrInfo *flinfo, char *stack);
extern void gk_code_start_stored(Oid funcid, Oid lender, char *stack);
extern bool gk_code_start_fired(Oid funcid, const Node *context, char *stack);
extern bool gk_code_resume(char *stack);

/* code_origin.c */
extern bool gk_code_needs_events(Oid funcid);
extern bool gk_code_forbids_transaction_control(Oid procedure);
extern bool gk_code_is_untrusted(void);
extern bool gk_code_is_anothers(void);
extern bool gk_code_is_in_script(void);
extern Oid	gk_code_function(void);
extern bool gk_code_is_deputy(void);
extern Oid	gk_code_lender(void);
extern Oid	gk_code_innermost(void);
extern uint64 gk_code_allows(void);

/* power.c */
extern void gk_power_init(void);
extern void gk_power_forget(void);
extern bool gk_is_host_role(Oid roleid);
extern bool gk_is_reach_role(Oid roleid);
extern bool gk_any_role_of(Oid roleid, bool (*question) (Oid role, Oid of));
extern bool gk_power_look_up(Oid roleid, uint8 question);
extern bool gk_has_parameter(Oid roleid, bool (*judge) (const char *name, AclMode rights));

/* The questions about a role, as bits. */
#define GK_IS_SUPERUSER	0x01
#define GK_ACTS_AS_ONE	0x02
#define GK_HAS_POWER	0x04

typedef struct GkPower
{
	Oid			roleid;
	uint8		asked;			/* which questions have been answered */
	uint8		answers;
} GkPower;

#define GK_POWERS 32			/* a power of two */

extern GkPower gk_powers[GK_POWERS];	/* direct-mapped by oid */

/* At every door. */
static inline bool
gk_power(Oid roleid, uint8 question)
{
	const GkPower *known = &gk_powers[roleid & (GK_POWERS - 1)];

	return likely(known->roleid == roleid && (known->asked & question)) ?
		(known->answers & question) != 0 : gk_power_look_up(roleid, question);
}

/* superuser_arg() remembers one role only, and we ask for two or three. */
static inline bool
gk_is_superuser(Oid roleid)
{
	return gk_power(roleid, GK_IS_SUPERUSER);
}

/*
 * Superuser, or with the privileges of a role that is: a member that inherits.
 * The one answer wherever the question is what somebody can do.
 */
static inline bool
gk_acts_as_superuser(Oid roleid)
{
	return gk_power(roleid, GK_ACTS_AS_ONE);
}

/*
 * Acts as superuser, or has the rights of a predefined role with reach without
 * SET ROLE, or is CREATEROLE, REPLICATION or BYPASSRLS itself, or may set what only
 * superusers set, or call what not everybody may: there is something to be gained by
 * leading this role astray.
 */
static inline bool
gk_has_power(Oid roleid)
{
	return gk_power(roleid, GK_HAS_POWER);
}

/* code_trust.c */
extern void gk_code_trust_init(void);
extern Oid	gk_code_look_up_owner(Oid funcid);
extern void gk_code_forget_session(void);
extern void gk_code_forget_functions(void);
extern uint32 gk_plain_generation;
extern void gk_code_forget_plain(void);
extern void gk_code_function_is_plain(Oid funcid);
extern bool gk_code_login_is_privileged(void);
extern bool gk_has_to_lose(Oid roleid);
extern bool gk_code_owner_is_trusted(Oid roleid);
extern bool gk_code_owner_is_own(Oid roleid);
extern bool gk_code_look_up_function(Oid funcid);
extern bool gk_code_language_keeps_state(Oid language);

/* Answers about functions; direct-mapped by oid. */
#define GK_TRUST_SIZE 256		/* a power of two */

typedef struct GkTrust
{
	Oid			oid;
	Oid			owner;
	uint32		hash;			/* of the syscache, to know what to forget */
	bool		answer;			/* is it untrusted? */
	uint32		plain;			/* see gk_code_function_is_plain() */
	bool		is_body;		/* its text is stored read, without places */
	bool		keeps_state;	/* its language's interpreter does, for a role */
	bool		sets_user;		/* by a SET clause */
	bool		is_definer;
} GkTrust;

extern GkTrust gk_untrusted_function[GK_TRUST_SIZE];

/* See gk_code_look_up_function(). */
static inline bool
gk_code_function_is_untrusted(Oid funcid)
{
	const GkTrust *entry = &gk_untrusted_function[funcid & (GK_TRUST_SIZE - 1)];

	return likely(entry->oid == funcid) ? entry->answer :
		gk_code_look_up_function(funcid);
}

/* What is known of it; it must have been asked about. */
static inline const GkTrust *
gk_code_card(Oid funcid)
{
	(void) gk_code_function_is_untrusted(funcid);
	return &gk_untrusted_function[funcid & (GK_TRUST_SIZE - 1)];
}

/* Its owner, or InvalidOid where there is no such function. */
static inline Oid
gk_code_owner_of(Oid funcid)
{
	const GkTrust *entry = &gk_untrusted_function[funcid & (GK_TRUST_SIZE - 1)];

	return likely(entry->oid == funcid) ? entry->owner :
		gk_code_look_up_owner(funcid);
}

/* The users that answers were found for, and the answers. */
typedef struct GkSession
{
	Oid			current;
	Oid			session;
	bool		has_power;
	bool		has_superuser;
} GkSession;

/* SECURITY DEFINER functions go back and forth between two current users. */
#define GK_SESSIONS 4			/* a power of two */

extern GkSession gk_session[GK_SESSIONS];

extern const GkSession *gk_code_look_up_session(void);

/* What is known for the current users. */
static inline const GkSession *
gk_code_session(void)
{
	Oid			current = GetUserId();
	const GkSession *known = &gk_session[current & (GK_SESSIONS - 1)];

	if (likely(known->current == current && known->session == GetSessionUserId()))
		return known;
	return gk_code_look_up_session();
}

/*
 * Can this session come to have rights that code of others could abuse, other
 * than by somebody's SECURITY DEFINER function that it has yet to call?  See
 * gk_code_look_up_session(); asked several times for every statement.
 */
static inline bool
gk_code_session_is_privileged(void)
{
	return gk_code_session()->has_power;
}

/* The same, of superuser rights. */
static inline bool
gk_code_session_is_superusers(void)
{
	return gk_code_session()->has_superuser;
}

/* deputies.c */
extern void gk_deputies_forget(void);

/* code_portal.c */

/* Are there any that untrusted code left behind? */
extern bool gk_watch_portals;

extern void gk_portals_begin(void);
extern void gk_portals_end(Oid funcid, Oid owner);
extern bool gk_portal_is_untrusted(Portal portal, Oid *funcid, Oid *owner);
extern bool gk_portal_is_sessions(Portal portal);

/* words.c */
extern char *gk_function_name(Oid funcid);
extern char *gk_relation_name(Oid relid);
extern const char *gk_code_text(bool is_stored);
extern Oid	gk_code_author(bool is_stored, Oid lender);

#endif							/* GK_ORIGIN_H */
