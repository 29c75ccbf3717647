/*-------------------------------------------------------------------------
 *
 * commit.c
 *	  The door by which a transaction ends, and a session begins.
 *
 * COMMIT and PREPARE TRANSACTION, whoever says so: when a role or membership may
 * have changed since this session looked last, what this transaction did to them
 * is looked at, and the gate is asked about what it has not let pass.  Other
 * sessions' changes wake this one, too; it then looks once.
 *
 * Every process that uses a database ends a transaction of PostgreSQL's own before
 * its first command: login.c has its turn there.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "login.h"

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
static void
look_at_roles(void)
{
	GkRoleEffects effects;

	CommandCounterIncrement();
	if (likely(!roles_changed) || gk_mode == GK_MODE_OFF || IsBinaryUpgrade)
		return;
	if (gk_find_role_effects(&effects))
		gk_commit_asks(&effects);
	roles_changed = false;
}

static void
at_xact_event(XactEvent event, void *arg)
{
	switch (event)
	{
		case XACT_EVENT_PRE_COMMIT:
		case XACT_EVENT_PRE_PREPARE:
			if (unlikely(!has_begun))
			{
				has_begun = true;
				gk_session_begins();
			}
			if (TransactionIdIsValid(GetTopTransactionIdIfAny()) && !IsInParallelMode())
				look_at_roles();
			break;
		case XACT_EVENT_COMMIT:
		case XACT_EVENT_PREPARE:
		case XACT_EVENT_ABORT:
			gk_approvals_reset();
			break;
		default:
			break;
	}
}

static void
at_subxact_event(SubXactEvent event, SubTransactionId mine, SubTransactionId parent, void *arg)
{
	if (event == SUBXACT_EVENT_ABORT_SUB)
		gk_approvals_prune(mine);
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
