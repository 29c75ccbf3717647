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
 * role's doing (deputies.c).
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "origin/code_stack.h"
#include "origin/labels.h"
#include "origin/owners.h"

#include "catalog/pg_type.h"
#include "commands/extension.h"
#include "miscadmin.h"
#include "tcop/pquery.h"
#include "utils/acl.h"
#include "utils/lsyscache.h"

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

/* Is one the outermost already?  What those above it leave behind is its own. */
static bool
any_outermost(void)
{
	GK_FOR_EACH_FRAME(frame)
		if (frame->at_end & GK_END_OUTERMOST)
			return true;
	return false;
}

/* Something was aborted. */
void
gk_code_prune(char *stack)
{
	gk_frames_prune(stack);
	if (!any_outermost())
		gk_left_behind_abort();
}

static bool
is_full(void)
{
	return unlikely(gk_frame == &gk_frames[GK_MAX_FRAMES]);
}

static pg_noinline void
too_deep(const GkFrame *call, Oid as)
{
	if (OidIsValid(as))
		ereport(ERROR,
				(errcode(ERRCODE_STATEMENT_TOO_COMPLEX),
				 errmsg("pg_gatekeeper: functions are nested too deep to run each as its owner"),
				 errdetail("The limit is %d.", GK_MAX_FRAMES)));
	gk_frame->untrusted |= call->untrusted;
	gk_frame->is_deputy |= call->is_deputy;
	gk_frame->is_body = false;
	gk_frame->lender = InvalidOid;
	gk_frame->allows = 0;
}

/* Is it code of the current user's own, short of superuser? */
static bool
is_own_code(Oid funcid)
{
	return gk_code_function_is_untrusted(funcid) && gk_code_owner_is_own(gk_code_owner_of(funcid));
}

/*
 * Put a call on the stack, of which the caller says all that is not told by where it
 * is: the function, whose frame is above call->stack, and what is known of it.  It
 * becomes "as" where that is a role.  The stack must be pruned.
 */
static void
push(const GkFrame *call, Oid as)
{
	GkFrame    *frame = gk_frame + 1;
	bool		is_outermost;

	if (is_full())
	{
		too_deep(call, as);
		return;
	}

	/* as the user that it was called with */
	is_outermost = call->untrusted && !any_outermost() &&
		(gk_code_session_is_superusers() ||
		 (gk_code_session_is_privileged() && !is_own_code(call->funcid)));
	*frame = *call;
	frame->portal = ActivePortal;
	frame->in_extension = creating_extension;
	frame->in_restricted = call->allows != 0 && InSecurityRestrictedOperation();
	if (OidIsValid(as))
	{
		frame->at_end |= GK_END_PUTS_USER_BACK;
		GetUserIdAndSecContext(&frame->saved_user, &frame->saved_context);
		SetUserIdAndSecContext(as, frame->saved_context | SECURITY_LOCAL_USERID_CHANGE);
	}
	if (is_outermost)
	{
		frame->at_end |= GK_END_OUTERMOST;
		frame->owner = OidIsValid(call->funcid) ? gk_code_owner_of(call->funcid) : call->lender;
		gk_portals_begin();
		gk_left_behind_begin();
	}
	gk_frame = frame;
}

/*
 * Whom does a superuser's function become that is another role's doing?  With
 * run_as_owner that role.  What is SECURITY DEFINER has its owner's rights for all
 * who may call it.
 */
static Oid
deputy_becomes(Oid funcid, Oid lender)
{
	if (!gk_code_runs_as_owner() || !OidIsValid(lender) || !gk_acts_as_superuser(GetUserId()) ||
		(gk_code_card(funcid)->is_definer &&
		 (GK_MAY_EXECUTE(funcid, lender) || get_func_rettype(funcid) == TRIGGEROID)))
		return InvalidOid;
	return lender;
}

/* A call that is another role's doing, lender's where that is known. */
static void
push_deputy(Oid funcid, Oid lender, uint64 allows, char *stack)
{
	GkFrame		call = {
		.funcid = funcid,
		.stack = stack,
		.allows = allows,
		.untrusted = true,
		.is_deputy = true,
		.lender = lender
	};

	push(&call, deputy_becomes(funcid, lender));
}

/*
 * A call without an author, of a listed function: what it does is a stranger's
 * doing, lender's where that is known.
 */
void
gk_code_start_stored(Oid funcid, Oid lender, char *stack)
{
	gk_frames_prune(stack);
	push_deputy(funcid, lender, 0, stack);
}

/*
 * Whom does a function of another role's become?  With run_as_owner its owner, in
 * the way core does it for SECURITY DEFINER: what the function cannot do by SET
 * ROLE then is the same, and an abort puts the old user back.  A language whose
 * interpreter keeps state keeps it by role, and the superuser's is not for
 * others to change: such a function becomes its owner in any case.  So does one that
 * a foreign key's check calls, which core makes with the rights of the owner of the
 * other table; nobody has to be led astray for that.  What was deferred while rights
 * were put aside is done without them.
 */
static Oid
becomes(const GkTrust *card, Oid viewer)
{
	if (!card->answer || gk_mode != GK_MODE_ENFORCE || gk_untrusted_code < GK_UNTRUSTED_RESTRICT ||
		!(gk_acts_as_superuser(GetUserId()) ||
		  (card->keeps_state && gk_has_power(GetUserId()) && !gk_code_owner_is_own(card->owner))))
		return InvalidOid;
	if (!gk_code_runs_as_owner() && !card->keeps_state && !InNoForceRLSOperation())
		return gk_aside_role();
	/* whose view calls another's function gains nothing by it */
	return OidIsValid(viewer) && !card->is_definer ? viewer : card->owner;
}

/* Could a call of this function, in this session, be another role's doing? */
bool
gk_code_may_be_deputy(Oid funcid)
{
	return gk_untrusted_code != GK_UNTRUSTED_OFF &&
		(!gk_code_function_is_untrusted(funcid) ||
		 (!gk_code_session_is_superusers() && is_own_code(funcid))) &&
		gk_code_login_is_privileged() &&
		(gk_deputies_find_out(funcid) || (gk_statement_is_for_others() && gk_can_be_told(funcid)));
}

static bool
is_of_trigger(const FmgrInfo *flinfo)
{
	return flinfo->fn_expr == NULL && get_func_rettype(flinfo->fn_oid) == TRIGGEROID;
}

/* Does it depend on the trigger that calls the function whose doing that is? */
bool
gk_code_is_by_trigger(const FmgrInfo *flinfo)
{
	return is_of_trigger(flinfo) &&
		(gk_code_may_be_deputy(flinfo->fn_oid) || gk_others_wrote() ||
		 (gk_untrusted_code != GK_UNTRUSTED_OFF && gk_code_session_is_privileged() &&
		  gk_code_function_is_untrusted(flinfo->fn_oid) && gk_fires_for_anothers(flinfo->fn_oid)));
}

/*
 * The function of a role that is not trusted is called by the trigger of another
 * such role, whose doing that is: it runs already, as its owner's.
 */
static void
note_firer(Oid funcid, Oid firer)
{
	if (gk_frame->funcid != funcid || gk_frame->is_deputy || !OidIsValid(firer) ||
		firer == gk_code_owner_of(funcid))
		return;
	gk_frame->is_deputy = true;
	gk_frame->lender = firer;
	if ((gk_frame->at_end & GK_END_PUTS_USER_BACK) && !gk_code_card(funcid)->is_definer)
		SetUserIdAndSecContext(firer, gk_frame->saved_context | SECURITY_LOCAL_USERID_CHANGE);
}

/*
 * A trigger's function begins, as this trigger's.  True when the caller has to end
 * it with gk_code_end().  What a label lifts from the function stays lifted.
 */
bool
gk_code_start_fired(Oid funcid, const Node *context, char *stack)
{
	Oid			lender;

	if (!gk_is_fired_for_others(context, &lender))
		return false;
	gk_frames_prune(stack);
	if (!gk_code_may_be_deputy(funcid) &&
		(gk_code_function_is_untrusted(funcid) || !gk_is_queued_by_others(context)))
	{
		note_firer(funcid, lender);
		return false;
	}
	if (OidIsValid(lender) && !gk_code_session_is_superusers() && gk_code_owner_is_own(lender))
		return false;
	push_deputy(funcid, lender, gk_frame->funcid == funcid ? gk_frame->allows : 0, stack);
	return true;
}

/*
 * A function begins, of which there is something to find out: whose it is, what
 * a label lifts from it, whom it has to become, on whose behalf it is called,
 * whether an extension's script was made to call it.  Where that comes to no more
 * than whose, that is kept.
 */
void
gk_code_start_of_interest(const FmgrInfo *flinfo, char *stack)
{
	Oid			funcid = flinfo->fn_oid;
	bool		watching = gk_untrusted_code != GK_UNTRUSTED_OFF;
	bool		may_be_deputy = gk_code_may_be_deputy(funcid);
	/* a copy: what is looked up below may take the place of the entry */
	const GkTrust card = *gk_code_card(funcid);
	bool		others = watching && card.answer;
	GkFrame		call = {
		.funcid = funcid,
		.stack = stack,
		.allows = gk_label_function_allows(funcid),
		.is_body = !others && card.is_body
	};
	Oid			viewer;

	gk_frames_prune(stack);
	if (watching && !may_be_deputy && call.allows == 0 && !call.is_body && !card.sets_user &&
		gk_is_unlisted_other(funcid) && !gk_code_is_by_trigger(flinfo))
		gk_code_function_is_plain(funcid);
	/* of which trigger it is, a trigger's function is told when it is called */
	call.is_deputy = may_be_deputy && !is_of_trigger(flinfo) &&
		(gk_deputy_is_orphan(funcid) || !gk_call_has_author(funcid, flinfo->fn_expr));
	if (!others && !call.is_deputy && call.allows == 0 && !call.is_body &&
		!gk_is_unlisted_other(funcid) && !card.is_definer)
		return;					/* it is here because a rule lists it, no more */
	viewer = others ? gk_call_viewer(flinfo->fn_expr) : InvalidOid;
	if (call.is_deputy)
		call.lender = gk_call_lender(flinfo->fn_expr);
	else if (OidIsValid(viewer) && viewer != card.owner)
	{
		/* yet another role's function, called by a view */
		call.lender = viewer;
		call.is_deputy = true;
	}
	call.untrusted = others || call.is_deputy;
	push(&call, others ? becomes(&card, viewer) : deputy_becomes(funcid, call.lender));
}

/*
 * A plan that writes is about to run.  What a rule or view of others writes to is
 * theirs to choose, and so the rows that triggers, constraints and defaults there get
 * to see: while it runs it counts as their code.  The caller makes up for a true with
 * gk_code_end().
 */
bool
gk_code_start_writing(const PlannedStmt *plan, char *stack)
{
	Oid			writer = gk_untrusted_code == GK_UNTRUSTED_OFF ? InvalidOid : gk_writes_for(plan);
	GkFrame		call = {.stack = stack,.untrusted = true,.is_deputy = true,.lender = writer};
	const GkFrame *before;

	if (likely(!OidIsValid(writer)))
		return false;
	gk_frames_prune(stack);
	before = gk_frame;
	gk_queue_mark();
	push(&call, InvalidOid);
	return gk_frame > before;
}

/*
 * The active portal is about to run.  When it is one that untrusted code left
 * behind, and that code is not on the stack, put it back; the caller makes up
 * for a true with gk_code_end().
 */
bool
gk_code_resume(char *stack)
{
	GkFrame		call = {.stack = stack,.untrusted = true};
	Oid			owner;
	const GkFrame *before;

	if (gk_untrusted_code == GK_UNTRUSTED_OFF ||
		!gk_portal_is_untrusted(ActivePortal, &call.funcid, &owner))
		return false;
	gk_frames_prune(stack);
	GK_FOR_EACH_FRAME(frame)
		if (frame->untrusted && frame->portal == ActivePortal)
			return false;
	before = gk_frame;
	push(&call, gk_code_runs_as_owner() && gk_acts_as_superuser(GetUserId()) ? owner : InvalidOid);
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
	/* an error takes all of it along */
	if (!failed)
		gk_code_undo(frame);
	gk_frame--;
}

/* The function of this frame has returned: undo what has to be.  Once. */
void
gk_code_undo(GkFrame *frame)
{
	uint8		at_end = frame->at_end;

	frame->at_end = 0;
	if (at_end & GK_END_PUTS_USER_BACK)
		SetUserIdAndSecContext(frame->saved_user, frame->saved_context);
	if (at_end & GK_END_OUTERMOST)
	{
		gk_left_behind_end();
		gk_portals_end(frame->funcid, frame->owner);
	}
}
