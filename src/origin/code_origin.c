/*-------------------------------------------------------------------------
 *
 * code_origin.c
 *	  Whose code is running?
 *
 * PostgreSQL checks what the current user may do, never who wrote what it
 * is made to run: a superuser who touches a user's table runs that user's
 * triggers with all the rights of a superuser.  This file says which functions are put on
 * the stack that code_stack.c keeps, and answers from it.
 *
 * Does not see: built-in functions, which never pass the function manager's
 * hooks; functions looked up while no superuser was near and kept in a cache
 * until one is (in such a session the circumstance "elevated" holds).
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "origin/code_stack.h"
#include "origin/labels.h"
#include "origin/owners.h"

#include "access/xact.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "commands/extension.h"
#include "miscadmin.h"
#include "tcop/pquery.h"
#include "utils/acl.h"
#include "utils/lsyscache.h"

/* A call that must be watched for its owner's sake, or its caller's. */
static inline bool
is_suspect(Oid funcid)
{
	return gk_code_session_is_privileged() && IsTransactionState() &&
		(gk_code_function_is_untrusted(funcid) || gk_code_card(funcid)->is_body ||
		 (gk_others_wrote() && get_func_rettype(funcid) == TRIGGEROID) ||
		 gk_deputies_find_out(funcid) || (gk_statement_is_for_others() && gk_can_be_told(funcid)));
}

/*
 * Must calls of this function be reported?  Asked whenever the function is
 * looked up, and a yes keeps SQL functions from being inlined, so it is no for
 * everything in a session that has nothing to lose.  But what a function with
 * exemptions calls has to be told from its own statements, whoever owns it.
 */
bool
gk_code_needs_events(Oid funcid)
{
	if (gk_mode == GK_MODE_OFF)
		return false;
	if (gk_frame > gk_frames)
	{
		gk_frames_prune(__builtin_frame_address(0));
		if (gk_frame->allows != 0)
			return IsTransactionState();
	}
	return gk_label_function_allows(funcid) != 0 || is_suspect(funcid);
}

/*
 * A procedure that runs as its owner may not end the transaction: that would
 * put the superuser back.  Core forbids it to SECURITY DEFINER procedures for
 * the same reason.  Nor may another role's, where rights were put aside in this very
 * transaction, whose end could take them back.
 */
bool
gk_code_forbids_transaction_control(Oid procedure)
{
	return (gk_code_runs_as_owner() && is_suspect(procedure)) ||
		(gk_aside_is_recent() && gk_code_function_is_untrusted(procedure));
}

/* The outermost of the untrusted calls, or NULL. */
static const GkFrame *
outermost_untrusted(void)
{
	gk_frames_prune(__builtin_frame_address(0));
	GK_FOR_EACH_FRAME(frame)
		if (frame->untrusted)
			return frame;
	return NULL;
}

/* Is untrusted code on the stack? */
bool
gk_code_is_untrusted(void)
{
	return outermost_untrusted() != NULL || gk_leader_is_untrusted();
}

/*
 * Is code of others on the stack, where the current user has power, but is no
 * superuser?  Deputies, and what is called by a stored expression, act for others,
 * whosever they are.
 */
bool
gk_code_is_anothers(void)
{
	gk_frames_prune(__builtin_frame_address(0));
	GK_FOR_EACH_FRAME(frame)
		if (frame->untrusted && (frame->is_deputy ||
								 !gk_code_owner_is_own(gk_code_owner_of(frame->funcid))))
			return true;
	return gk_leader_is_anothers();
}

/*
 * Was untrusted code called by the extension's script that is running?  Such
 * code that installs an extension itself is only its user.
 */
bool
gk_code_is_in_script(void)
{
	gk_frames_prune(__builtin_frame_address(0));
	GK_FOR_EACH_FRAME(frame)
		if (frame->untrusted && frame->in_extension)
			return true;
	return false;
}

/*
 * The function whose code the records name: the outermost untrusted one, since
 * it is the one that somebody was made to call; else the innermost one known.
 * InvalidOid when there is none.
 */
Oid
gk_code_function(void)
{
	const GkFrame *frame = outermost_untrusted();

	return (frame ? frame : gk_frame)->funcid;
}

/* Does the outermost untrusted function act for another than its owner? */
bool
gk_code_is_deputy(void)
{
	const GkFrame *frame = outermost_untrusted();

	return frame && frame->is_deputy;
}

/* Whose doing is that, as far as is known? */
Oid
gk_code_lender(void)
{
	const GkFrame *frame = outermost_untrusted();

	return frame ? frame->lender : InvalidOid;
}

/* The innermost function known, or InvalidOid. */
Oid
gk_code_innermost(void)
{
	gk_frames_prune(__builtin_frame_address(0));
	return gk_frame->funcid;
}

/* Nobody calls a trigger's function: whose trigger it is decides. */
static bool
may_call(Oid roleid, Oid funcid)
{
	return get_func_rettype(funcid) == TRIGGEROID ||
		(OidIsValid(roleid) && (gk_is_superuser(roleid) || GK_MAY_EXECUTE(funcid, roleid)));
}

/*
 * May the role that logged in call this function?  If it may not, some other
 * function did, and its own label has to lift the same.
 */
static uint64
caller_allows(const GkFrame *frame)
{
	uint64		bits = ~UINT64CONST(0);

	for (; frame > gk_frames && !may_call(GetSessionUserId(), frame->funcid); frame--)
		bits &= frame[-1].allows;
	return bits;
}

/* Whose doing is the call: of a function whoever has it called, where that is another. */
static Oid
author_of(const GkFrame *frame)
{
	return frame->is_deputy ? frame->lender : gk_code_owner_of(frame->funcid);
}

/* Is it the labelled function itself, whose owner is not superuser? */
static bool
is_own_frame(const GkFrame *frame, const GkFrame *own)
{
	return frame->funcid == own->funcid && !frame->is_deputy;
}

/*
 * The rules, as bits, that a label lifts from the statement that is running:
 * it is the innermost function's own, and the label was there when the call
 * began and still is.  Not its own is what the script of an extension does that
 * it creates, the view that it refreshes, or the cursor that it fetches from.
 * Without SECURITY DEFINER it uses its caller's rights, and then an untrusted
 * caller takes its exemptions away: it would choose its arguments.  A label is
 * for those who were given EXECUTE: not for an untrusted caller without it, nor for
 * whoever reaches the function with rights that some other function lends.
 */
uint64
gk_code_allows(void)
{
	const GkFrame *own;

	gk_frames_prune(__builtin_frame_address(0));
	own = gk_frame;
	if (own->allows == 0 ||
		(creating_extension && !own->in_extension) ||
		(InSecurityRestrictedOperation() && !own->in_restricted) ||
		(ActivePortal && ActivePortal != own->portal &&
		 ActivePortal->status == PORTAL_ACTIVE && !gk_code_opened(own, ActivePortal->name)))
		return 0;
	GK_FOR_EACH_FRAME(frame)
		if (frame->untrusted && !is_own_frame(frame, own) &&
			(!gk_code_card(own->funcid)->is_definer ||
			 !may_call(author_of(frame), own->funcid)))
			return 0;
	return own->allows & gk_label_function_allows(own->funcid) & caller_allows(own);
}
