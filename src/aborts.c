/*-------------------------------------------------------------------------
 *
 * aborts.c
 *	  What has an error ended?
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "base/gatekeeper.h"
#include "origin/owners.h"

#include "access/xact.h"

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

static void
xact_event(XactEvent event, void *arg)
{
	if (event == XACT_EVENT_PRE_COMMIT)
		gk_left_behind_commit();
	if (unlikely(event == XACT_EVENT_ABORT || event == XACT_EVENT_PARALLEL_ABORT))
		at_abort(InvalidSubTransactionId);
}

static void
subxact_event(SubXactEvent event, SubTransactionId mine,
			  SubTransactionId parent, void *arg)
{
	if (event == SUBXACT_EVENT_ABORT_SUB)
		at_abort(mine);
}

/* Postmaster start. */
void
gk_aborts_init(void)
{
	RegisterXactCallback(xact_event, NULL);
	RegisterSubXactCallback(subxact_event, NULL);
}
