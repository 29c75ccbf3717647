/*-------------------------------------------------------------------------
 *
 * code_stack.c
 *	  The stack of the functions that run: how it is kept.
 *
 * On it are the functions that matter, from the function manager's entry and
 * exit hooks: those whose owner is not superuser ("untrusted"), and SECURITY
 * DEFINER functions.  code_origin.c answers from it whose code is running.
 *
 * Keeping the stack right: the START event comes before core's PG_TRY, so a
 * module that raises in its own START hook takes END and ABORT away from us.
 * Clearing at transaction abort is no answer either, since a procedure goes on
 * running after its own ROLLBACK.  But a function that runs has a C frame, so
 * an entry whose frame lies below the present stack pointer is dead, whatever
 * happened.  Dead entries are dropped at every event and every (sub)transaction
 * abort, which no error gets past unseen.
 *
 * A function is also running while a cursor runs that untrusted code left
 * behind (code_portal.c), and it counts as untrusted while its call is another
 * role's doing (code_lent.c).
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "origin/code_stack.h"
#include "gate.h"
#include "origin/labels.h"

#include "commands/extension.h"
#include "miscadmin.h"
#include "tcop/pquery.h"

GkFrame		gk_frames[GK_MAX_FRAMES + 1] = {{.stack = (char *) UINTPTR_MAX}};
GkFrame    *gk_frame = gk_frames;

/*
 * Two events of one call come from the same caller, but a module in the chain
 * may put a few bytes between; frames of nested calls are much further apart,
 * if only for the jump buffer of core's PG_TRY.
 */
#define GK_STACK_SLACK 128

/* See gk_frames_prune(). */
void
gk_frames_drop_dead(char *stack)
{
	while (gk_frame->stack <= stack)
		gk_frame--;
}

/* Something was aborted. */
void
gk_code_prune(char *stack)
{
	gk_frames_prune(stack);
}

/* Are the cursors of one noted already?  Those above it are its own. */
static bool
any_notes_cursors(void)
{
	GK_FOR_EACH_FRAME(frame)
		if (frame->at_end & GK_END_NOTES_CURSORS)
			return true;
	return false;
}

static bool
is_full(void)
{
	return unlikely(gk_frame == &gk_frames[GK_MAX_FRAMES]);
}

static pg_noinline void
too_deep(bool untrusted, Oid as)
{
	if (OidIsValid(as))
		ereport(ERROR,
				(errcode(ERRCODE_STATEMENT_TOO_COMPLEX),
				 errmsg("pg_gatekeeper: functions are nested too deep to run each as its owner"),
				 errdetail("The limit is %d.", GK_MAX_FRAMES)));
	gk_frame->untrusted |= untrusted;
	gk_frame->allows = 0;
}

/*
 * Put a call on the stack: of this function, whose frame is above stack.  It
 * becomes "as" where that is a role.  The stack must be pruned.
 */
static void
push(Oid funcid, char *stack, bool untrusted, uint64 allows, Oid as)
{
	GkFrame    *frame = gk_frame + 1;
	bool		is_outermost;

	if (is_full())
	{
		too_deep(untrusted, as);
		return;
	}

	/* as the user that it was called with */
	is_outermost = untrusted && !any_notes_cursors() && gk_code_session_is_privileged();
	*frame = (GkFrame)
	{
		.funcid = funcid,
		.stack = stack,
		.portal = ActivePortal,
		.allows = allows,
		.untrusted = untrusted,
		.in_extension = creating_extension,
		.in_restricted = allows != 0 && InSecurityRestrictedOperation()
	};
	if (OidIsValid(as))
	{
		frame->at_end |= GK_END_PUTS_USER_BACK;
		GetUserIdAndSecContext(&frame->saved_user, &frame->saved_context);
		SetUserIdAndSecContext(as, frame->saved_context | SECURITY_LOCAL_USERID_CHANGE);
	}
	if (is_outermost)
	{
		frame->at_end |= GK_END_NOTES_CURSORS;
		frame->owner = gk_code_owner_of(funcid);
		gk_portals_begin();
	}
	gk_frame = frame;
}

/*
 * A function begins, of which there is something to find out: whose it is, what
 * a label lifts from it, whom it has to become, whether an extension's script
 * was made to call it.  Where that comes to no more than whose, that is kept.
 *
 * With run_as_owner the owner becomes the current user, in the way core does
 * it for SECURITY DEFINER: what the function cannot do by SET ROLE then is the
 * same, and an abort puts the old user back.
 */
static pg_noinline void
start_of_interest(Oid funcid, char *stack)
{
	bool		watching = gk_untrusted_code != GK_UNTRUSTED_OFF;
	bool		others = watching && gk_code_function_is_untrusted(funcid);
	bool		lent = watching && gk_code_is_lent(funcid);
	bool		switches = others && gk_code_runs_as_owner() && gk_acts_as_superuser(GetUserId());
	uint64		allows = gk_label_function_allows(funcid);

	/* before it may become its owner */
	if (unlikely(gk_is_hijack(funcid)))
		gk_script_calls(funcid);
	if (watching && !lent && allows == 0)
		gk_code_function_is_plain(funcid);
	gk_frames_prune(stack);
	push(funcid, stack, others || lent, allows,
		 switches ? gk_code_owner_of(funcid) : InvalidOid);
}

/* The entry just made is an ordinary role's function: is there anything to take? */
static pg_noinline void
look_again(void)
{
	if (unlikely(gk_code_session_is_privileged()))
	{
		const GkFrame *frame = gk_frame--;

		start_of_interest(frame->funcid, frame->stack);
	}
}

/*
 * A function begins.  Called for those we asked for, those with SECURITY
 * DEFINER or a SET clause, and those that other modules asked for.  stack is
 * where the hook was called.  For SECURITY DEFINER the current user is the owner
 * already.
 *
 * Nearly all are known, and are a superuser's own or run with an ordinary role's
 * rights.  Nothing is called before the end, so that no register need be saved.
 */
void
gk_code_start(Oid funcid, char *stack)
{
	const GkTrust *known = &gk_untrusted_function[funcid & (GK_TRUST_SIZE - 1)];
	GkFrame    *frame = gk_frame + 1;

	if (unlikely(known->oid != funcid || !known->plain ||
				 gk_frame->stack <= stack || is_full()))
	{
		start_of_interest(funcid, stack);
		return;
	}
	frame->funcid = funcid;
	frame->untrusted = known->answer;
	frame->at_end = 0;
	frame->in_extension = creating_extension;
	frame->stack = stack;
	frame->portal = ActivePortal;
	frame->allows = 0;
	gk_frame = frame;
	if (known->answer)
		look_again();
}

/*
 * The active portal is about to run.  When it is one that untrusted code left
 * behind, and that code is not on the stack, put it back; the caller makes up
 * for a true with gk_code_end().
 */
bool
gk_code_resume(char *stack)
{
	Oid			funcid;
	Oid			owner;
	const GkFrame *before;

	if (gk_untrusted_code == GK_UNTRUSTED_OFF ||
		!gk_portal_is_untrusted(ActivePortal, &funcid, &owner))
		return false;
	gk_frames_prune(stack);
	GK_FOR_EACH_FRAME(frame)
		if (frame->untrusted && frame->portal == ActivePortal)
			return false;
	before = gk_frame;
	push(funcid, stack, true, 0,
		 gk_code_runs_as_owner() && gk_acts_as_superuser(GetUserId()) ? owner : InvalidOid);
	return gk_frame > before;
}

/* As gk_code_end(), where the innermost entry is not simply taken away. */
void
gk_code_end_of_interest(bool failed, char *stack)
{
	GkFrame    *frame;

	gk_frames_prune(stack - GK_STACK_SLACK);
	frame = gk_frame;
	if (frame->stack > stack + GK_STACK_SLACK)
		return;
	if ((frame->at_end & GK_END_PUTS_USER_BACK) && !failed)
		SetUserIdAndSecContext(frame->saved_user, frame->saved_context);
	gk_frame--;
	/* an error takes its portals along */
	if ((frame->at_end & GK_END_NOTES_CURSORS) && !failed)
		gk_portals_end(frame->funcid, frame->owner);
}
