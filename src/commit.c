/*-------------------------------------------------------------------------
 *
 * commit.c
 *	  The door by which a transaction ends, well or not, and a session begins.
 *
 * COMMIT and PREPARE TRANSACTION, whoever says so: when a role or membership may
 * have changed since this session looked last, what this transaction did to them
 * is looked at, and the gate is asked about what it has not let pass.  Other
 * sessions' changes wake this one, too; it then looks once.
 *
 * Every process that uses a database ends a transaction of PostgreSQL's own before
 * its first command: login.c and containment.c have their turn there.
 *
 * On every transaction's way, twice: one callback, which leaves at once where there
 * is nothing to do.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "login.h"
#include "origin/owners.h"

#include "access/xact.h"
#include "miscadmin.h"
#include "rules/role_effects.h"
#include "utils/inval.h"
#include "utils/syscache.h"

static bool has_begun;
static bool roles_changed;

static void
note_change(Datum arg, int cacheid, uint32 hash)
{
	roles_changed = true;
}

/*
 * What the last command did is made visible first, so that its invalidations come
 * here, too: C code need not have asked for that.
 */
static pg_noinline void
look_at_roles(void)
{
	GkRoleEffects effects;

	if (IsInParallelMode())
		return;
	CommandCounterIncrement();
	if (likely(!roles_changed) || gk_mode == GK_MODE_OFF || IsBinaryUpgrade)
		return;
	if (gk_find_role_effects(&effects))
		gk_commit_asks(&effects);
	roles_changed = false;
}

/* Before the first command of this process. */
static pg_noinline void
begin_session(void)
{
	has_begun = true;
	gk_session_begins();
	gk_containment_at_start();
}

/*
 * An error takes the ends of what it passes through away from us.  None gets
 * past an abort unseen; what runs on has its C frame above ours.
 */
static void
at_abort(SubTransactionId subxact)
{
	char	   *stack = __builtin_frame_address(0);

	gk_code_prune(stack);
	gk_running_prune(stack);
	gk_statement_prune(stack, subxact);
	gk_script_query = NULL;
}

static pg_noinline void
at_rare_event(XactEvent event)
{
	if (event == XACT_EVENT_ABORT || event == XACT_EVENT_PARALLEL_ABORT)
		at_abort(InvalidSubTransactionId);
	if (event == XACT_EVENT_COMMIT || event == XACT_EVENT_PREPARE || event == XACT_EVENT_ABORT)
		gk_approvals_reset();
}

static pg_noinline void
before_rare_commit(void)
{
	if (!has_begun)
		begin_session();
	if (gk_untrusted_runs)
		gk_left_behind_commit();
}

static void
at_xact_event(XactEvent event, void *arg)
{
	if (event == XACT_EVENT_PRE_COMMIT || event == XACT_EVENT_PRE_PREPARE)
	{
		if (unlikely(!has_begun || gk_untrusted_runs))
			before_rare_commit();
		if (TransactionIdIsValid(GetTopTransactionIdIfAny()))
			look_at_roles();
	}
	else if (event != XACT_EVENT_COMMIT || gk_has_approvals)
		at_rare_event(event);
}

static void
at_subxact_event(SubXactEvent event, SubTransactionId mine, SubTransactionId parent, void *arg)
{
	if (event != SUBXACT_EVENT_ABORT_SUB)
		return;
	gk_approvals_prune(mine);
	at_abort(mine);
}

/* Postmaster start. */
void
gk_commit_init(void)
{
	RegisterXactCallback(at_xact_event, NULL);
	RegisterSubXactCallback(at_subxact_event, NULL);
	CacheRegisterSyscacheCallback(AUTHOID, note_change, (Datum) 0);
	CacheRegisterSyscacheCallback(AUTHMEMROLEMEM, note_change, (Datum) 0);
}
