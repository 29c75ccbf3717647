/*-------------------------------------------------------------------------
 *
 * code_stack.h
 *	  The stack of the functions that run, for those who keep it (hooks.c and
 *	  code_stack.c) and ask it (code_origin.c).
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#ifndef GK_CODE_STACK_H
#define GK_CODE_STACK_H

#include "origin/owners.h"

#include "commands/extension.h"
#include "tcop/pquery.h"

#pragma GCC visibility push(hidden)

/*
 * Recursion can be deeper than any array.  The last entry then stands for all
 * deeper ones: as untrusted as any of them, and as long-lived as the first.
 */
#define GK_MAX_FRAMES 128

#define GK_END_OUTERMOST 1		/* it is the outermost of those that leave something behind */
#define GK_END_PUTS_USER_BACK 2 /* it was made to run as its owner */

#define GK_OWN_CURSORS 4

typedef struct GkFrame
{
	Oid			funcid;
	bool		untrusted;
	bool		is_deputy;		/* it is called on behalf of lender, whosever it is */
	uint8		at_end;			/* what is to be done then, as GK_END_* */
	bool		is_body;		/* a superuser's, whose queries have no places */
	bool		in_extension;	/* a script was running already */
	bool		in_restricted;	/* a restricted operation was running already */
	char	   *stack;			/* where the C stack was */
	Portal		portal;			/* whose query called it, or NULL */
	uint64		allows;			/* rules that its label lifts, as bits */
	uint32		cursors[GK_OWN_CURSORS];	/* what such a one opened: hashes of names, or 0 */
	Oid			owner;			/* of an outermost one; it may drop itself */
	Oid			lender;			/* whose doing a stored call is, or InvalidOid */
	Oid			saved_user;		/* of one that runs as its owner */
	int			saved_context;
} GkFrame;

/* The first is nobody's, never ends, and spares asking whether there is any. */
extern GkFrame gk_frames[GK_MAX_FRAMES + 1];
extern GkFrame *gk_frame;		/* the innermost */

extern void gk_frames_drop_dead(char *stack);

#define GK_FOR_EACH_FRAME(frame) \
	for (const GkFrame *frame = gk_frames + 1; frame <= gk_frame; frame++)

/* Drop the entries whose C frame is gone; stack is where the caller is. */
static inline void
gk_frames_prune(char *stack)
{
	if (unlikely(gk_frame->stack <= stack))
		gk_frames_drop_dead(stack);
}

extern bool gk_code_may_be_deputy(Oid funcid);
extern bool gk_code_is_by_trigger(const FmgrInfo *flinfo);
extern void gk_code_end_of_interest(bool failed, char *stack);
extern void gk_code_undo(GkFrame *frame);
extern void gk_code_note_cursor(void);
extern bool gk_code_start_writing(const PlannedStmt *plan, char *stack);
extern bool gk_code_opened(const GkFrame *frame, const char *cursor);

/* The quick way to put a call on the stack, of a function of which this is known. */
static inline void
gk_code_push(const GkTrust *known, char *stack)
{
	GkFrame    *frame = gk_frame + 1;

	frame->funcid = known->oid;
	frame->untrusted = known->answer;
	frame->at_end = 0;
	frame->is_body = false;
	frame->in_extension = creating_extension;
	frame->stack = stack;
	frame->portal = ActivePortal;
	frame->allows = 0;
	frame->lender = InvalidOid;
	frame->is_deputy = false;
	gk_frame = frame;
}

static inline bool
gk_code_is_plain(const GkTrust *known, Oid funcid, const char *stack)
{
	return known->oid == funcid && known->plain == gk_plain_generation &&
		gk_frame->stack > stack && gk_frame != &gk_frames[GK_MAX_FRAMES];
}

/*
 * A function begins.  Called for those we asked for, those with SECURITY
 * DEFINER or a SET clause, and those that other modules asked for.  stack is
 * where the hook was called.  For SECURITY DEFINER the current user is the owner
 * already.  False when there is more to it: then gk_code_start_untrusted().
 *
 * Nearly all are known, and are a superuser's own or run with an ordinary role's
 * rights.
 */
static inline bool
gk_code_start(Oid funcid, char *stack)
{
	const GkTrust *known = &gk_untrusted_function[funcid & (GK_TRUST_SIZE - 1)];

	if (unlikely(!gk_code_is_plain(known, funcid, stack) || known->answer))
		return false;
	gk_code_push(known, stack);
	return true;
}

/*
 * As gk_code_start(), of another role's function, where there is nothing to lose.
 * False: then gk_code_start_of_interest().
 */
static inline bool
gk_code_start_untrusted(Oid funcid, char *stack)
{
	const GkTrust *known = &gk_untrusted_function[funcid & (GK_TRUST_SIZE - 1)];

	if (!gk_code_is_plain(known, funcid, stack) || gk_code_session_is_privileged())
		return false;
	gk_code_push(known, stack);
	return true;
}

/*
 * A function returned (or, with failed, an error passes through it; then the
 * abort puts the user back).  stack is as for gk_code_start().  The innermost
 * live entry is its own, or none is, when the array was full.
 */
static inline void
gk_code_end(bool failed, char *stack)
{
	if (likely(gk_frame->stack == stack && gk_frame->at_end == 0))
		gk_frame--;
	else
		gk_code_end_of_interest(failed, stack);
}

/*
 * A plan is about to run, or what comes after it; in a privileged session.  stack
 * is the frame that lasts as long.  True when gk_plan_ends() has to end more than
 * the plan.
 */
static inline bool
gk_plan_begins(QueryDesc *query, char *stack)
{
	bool		resumed = unlikely(gk_watch_portals) && gk_code_resume(stack);

	if (query->operation != CMD_SELECT || query->plannedstmt->hasModifyingCTE)
		resumed = resumed || gk_code_start_writing(query->plannedstmt, stack);
	gk_running_begin(query, stack);
	if (unlikely(query->plannedstmt->parallelModeNeeded))
		gk_leader_tell(query);
	return resumed;
}

static inline void
gk_plan_ends(bool resumed, char *stack)
{
	gk_running_prune(stack);
	if (unlikely(resumed))
		gk_code_end(false, stack);
}

/* A dry run changes nobody's rights. */
static inline bool
gk_code_runs_as_owner(void)
{
	return gk_untrusted_code == GK_UNTRUSTED_RUN_AS_OWNER && gk_mode == GK_MODE_ENFORCE;
}

#pragma GCC visibility pop

#endif							/* GK_CODE_STACK_H */
