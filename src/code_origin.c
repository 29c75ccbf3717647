/*-------------------------------------------------------------------------
 *
 * code_origin.c
 *	  Whose code is running?
 *
 * PostgreSQL checks what the current user may do, never who wrote what he is
 * made to run: a superuser who touches a user's table runs that user's
 * triggers with all his own rights.  This file keeps a stack of the functions
 * that matter, from the function manager's entry and exit hooks: those whose
 * owner is not superuser ("untrusted"), and SECURITY DEFINER functions.
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
 * Does not see: built-in functions, which never pass the function manager's
 * hooks; functions looked up while no superuser was near and kept in a cache
 * until one is (in such a session the circumstance "elevated" holds).
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "labels.h"

#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/pg_proc.h"
#include "commands/extension.h"
#include "miscadmin.h"
#include "tcop/pquery.h"
#include "utils/syscache.h"

/*
 * Recursion can be deeper than any array.  The last entry then stands for all
 * deeper ones: as untrusted as any of them, and as long-lived as the first.
 */
#define GK_MAX_FRAMES 128

typedef struct GkFrame
{
	Oid			funcid;
	char	   *stack;			/* where the C stack was */
	bool		untrusted;
	bool		in_extension;	/* a script was running already */
	bool		in_restricted;	/* a restricted operation was running already */
	Portal		portal;			/* whose query called it, or NULL */
	bool		outermost;		/* of those whose cursors are noted */
	Oid			owner;			/* of an outermost one; it may drop itself */
	uint64		allows;			/* rules that its label lifts, as bits */
	bool		switched;		/* made to run as its owner */
	Oid			saved_user;
	int			saved_context;
} GkFrame;

static GkFrame frames[GK_MAX_FRAMES];
static int	nframes;

/*
 * Two events of one call come from the same caller, but a module in the chain
 * may put a few bytes between; frames of nested calls are much further apart,
 * if only for the jump buffer of core's PG_TRY.
 */
#define GK_STACK_SLACK 128

/* A dry run changes nobody's rights. */
static bool
runs_as_owner(void)
{
	return gk_untrusted_code == GK_UNTRUSTED_RUN_AS_OWNER && gk_mode == GK_MODE_ENFORCE;
}

static pg_noinline void
drop_dead(char *stack)
{
	while (nframes > 0 && frames[nframes - 1].stack <= stack)
		nframes--;
}

/* Drop the entries whose C frame is gone; stack is where the caller is. */
static inline void
prune(char *stack)
{
	if (unlikely(nframes > 0 && frames[nframes - 1].stack <= stack))
		drop_dead(stack);
}

/* Something was aborted. */
void
gk_code_prune(char *stack)
{
	prune(stack);
}

/* A call that must be watched for its owner's sake, or its caller's. */
static inline bool
is_suspect(Oid funcid)
{
	return gk_code_session_is_privileged() && IsTransactionState() &&
		(gk_code_function_is_untrusted(funcid) || gk_code_is_lent(funcid));
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
	if (nframes > 0)
	{
		prune(__builtin_frame_address(0));
		if (nframes > 0 && frames[nframes - 1].allows != 0)
			return IsTransactionState();
	}
	return gk_label_function_allows(funcid) != 0 || is_suspect(funcid);
}

/* Is something untrusted on the stack?  The stack must be pruned. */
static bool
any_untrusted(void)
{
	for (int i = 0; i < nframes; i++)
		if (frames[i].untrusted)
			return true;
	return false;
}

/* Are the cursors of one noted already?  Those above it are its own. */
static bool
any_outermost(void)
{
	for (int i = 0; i < nframes; i++)
		if (frames[i].outermost)
			return true;
	return false;
}

static pg_noinline void
too_deep(bool untrusted, Oid as)
{
	if (OidIsValid(as))
		ereport(ERROR,
				(errcode(ERRCODE_STATEMENT_TOO_COMPLEX),
				 errmsg("pg_gatekeeper: functions are nested too deep to run each as its owner"),
				 errdetail("The limit is %d.", GK_MAX_FRAMES)));
	frames[GK_MAX_FRAMES - 1].untrusted |= untrusted;
	frames[GK_MAX_FRAMES - 1].allows = 0;
}

static pg_noinline void
become(GkFrame *frame, Oid as)
{
	GetUserIdAndSecContext(&frame->saved_user, &frame->saved_context);
	SetUserIdAndSecContext(as, frame->saved_context | SECURITY_LOCAL_USERID_CHANGE);
}

static pg_noinline void
begin_outermost(GkFrame *frame)
{
	frame->owner = gk_code_owner_of(frame->funcid);
	gk_portals_begin();
}

/*
 * Put a call on the stack: of this function, whose frame is above stack.  It
 * becomes "as" where that is a role.  The stack must be pruned.
 */
static inline void
push(Oid funcid, char *stack, bool untrusted, uint64 allows, Oid as)
{
	GkFrame    *frame;

	if (unlikely(nframes == GK_MAX_FRAMES))
	{
		too_deep(untrusted, as);
		return;
	}

	frame = &frames[nframes];
	frame->funcid = funcid;
	frame->stack = stack;
	frame->untrusted = untrusted;
	frame->outermost = untrusted && !any_outermost() && gk_code_session_is_privileged();
	frame->allows = allows;
	frame->in_extension = creating_extension;
	frame->in_restricted = allows != 0 && InSecurityRestrictedOperation();
	frame->portal = ActivePortal;
	frame->switched = OidIsValid(as);
	if (unlikely(frame->switched))
		become(frame, as);
	if (unlikely(frame->outermost))
		begin_outermost(frame);
	nframes++;
}

/*
 * A function begins.  Called for those we asked for, those with SECURITY
 * DEFINER or a SET clause, and those that other modules asked for.  stack is
 * where the hook was called.  For SECURITY DEFINER the current user is the owner
 * already.
 *
 * With run_as_owner the owner becomes the current user, in the way core does
 * it for SECURITY DEFINER: what the function cannot do by SET ROLE then is the
 * same, and an abort puts the old user back.
 */
void
gk_code_start(Oid funcid, char *stack)
{
	bool		watching = gk_untrusted_code != GK_UNTRUSTED_OFF;
	bool		others = watching && gk_code_function_is_untrusted(funcid);
	bool		lent = watching && gk_code_is_lent(funcid);
	bool		switches = others && runs_as_owner() && gk_code_is_superuser(GetUserId());
	uint64		allows = gk_label_function_allows(funcid);

	prune(stack);
	push(funcid, stack, others || lent, allows,
		 switches ? gk_code_owner_of(funcid) : InvalidOid);
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
	int			before;

	if (gk_untrusted_code == GK_UNTRUSTED_OFF ||
		!gk_portal_is_untrusted(ActivePortal, &funcid, &owner))
		return false;
	prune(stack);
	for (int i = 0; i < nframes; i++)
		if (frames[i].untrusted && frames[i].portal == ActivePortal)
			return false;
	before = nframes;
	push(funcid, stack, true, 0,
		 runs_as_owner() && gk_code_is_superuser(GetUserId()) ? owner : InvalidOid);
	return nframes > before;
}

/*
 * It returned (or, with failed, an error passes through it; then the abort puts
 * the user back).  The innermost live entry is its own, or none is, when the
 * array was full.
 */
void
gk_code_end(bool failed, char *stack)
{
	GkFrame    *frame;

	prune(stack - GK_STACK_SLACK);
	if (nframes == 0)
		return;
	frame = &frames[nframes - 1];
	if (frame->stack > stack + GK_STACK_SLACK)
		return;
	if (unlikely(frame->switched) && !failed)
		SetUserIdAndSecContext(frame->saved_user, frame->saved_context);
	nframes--;
	/* an error takes its portals along */
	if (unlikely(frame->outermost) && !failed)
		gk_portals_end(frame->funcid, frame->owner);
}

/*
 * A procedure that runs as its owner may not end the transaction: that would
 * put the superuser back.  Core forbids it to SECURITY DEFINER procedures for
 * the same reason.
 */
bool
gk_code_forbids_transaction_control(Oid procedure)
{
	return runs_as_owner() && is_suspect(procedure);
}

/* Is untrusted code on the stack? */
bool
gk_code_is_untrusted(void)
{
	prune(__builtin_frame_address(0));
	return any_untrusted();
}

/*
 * Was untrusted code called by the extension's script that is running?  Such
 * code that installs an extension itself is only its user.
 */
bool
gk_code_is_in_script(void)
{
	prune(__builtin_frame_address(0));
	for (int i = 0; i < nframes; i++)
		if (frames[i].untrusted && frames[i].in_extension)
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
	prune(__builtin_frame_address(0));
	for (int i = 0; i < nframes; i++)
		if (frames[i].untrusted)
			return frames[i].funcid;
	return nframes > 0 ? frames[nframes - 1].funcid : InvalidOid;
}

/* The innermost function known, or InvalidOid. */
Oid
gk_code_innermost(void)
{
	prune(__builtin_frame_address(0));
	return nframes > 0 ? frames[nframes - 1].funcid : InvalidOid;
}

/*
 * The rules, as bits, that a label lifts from the statement that is running:
 * it is the innermost function's own, and the label was there when the call
 * began and still is.  Not its own is what the script of an extension does that
 * it creates, the view that it refreshes, or the cursor that it fetches from.
 * Without SECURITY DEFINER it uses its caller's rights, and then an untrusted
 * caller takes its exemptions away: he would choose its arguments.
 */
uint64
gk_code_allows(void)
{
	GkFrame    *frame;

	prune(__builtin_frame_address(0));
	if (nframes == 0)
		return 0;
	frame = &frames[nframes - 1];
	if (frame->allows == 0 ||
		(creating_extension && !frame->in_extension) ||
		(InSecurityRestrictedOperation() && !frame->in_restricted) ||
		(ActivePortal && ActivePortal != frame->portal &&
		 ActivePortal->status == PORTAL_ACTIVE))
		return 0;
	for (int i = 0; i < nframes - 1; i++)
		if (frames[i].untrusted && frames[i].funcid != frame->funcid &&
			!gk_label_on_definer(frame->funcid))
			return 0;
	return frame->allows & gk_label_function_allows(frame->funcid);
}
