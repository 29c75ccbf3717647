/*-------------------------------------------------------------------------
 *
 * shared.c
 *	  The shared memory of the audit: asked for, made, and remembered when a crash
 *	  takes it away.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "audit/chain.h"

#include "storage/ipc.h"
#include "storage/lwlock.h"
#include "storage/shmem.h"

/* How often shared memory was made; the postmaster counts, its children inherit. */
static int	startups;

/* How the stream before a crash ended: likewise. */
static GkStreamEnd before_crash;

/* Called while the server adds up its shared memory. */
void
gk_audit_shmem_request(void)
{
	RequestAddinShmemSpace(gk_chain_size());
	RequestAddinShmemSpace(add_size(gk_stats_size(),
									add_size(gk_backlog_size(),
											 add_size(gk_recent_size(),
													  add_size(gk_pending_size(),
															   gk_budget_size())))));
}

/* The postmaster is about to give up shared memory, at its end or after a crash. */
static void
remember_stream(int code, Datum arg)
{
	strlcpy(before_crash.stream, gk_audit_stream(), sizeof(before_crash.stream));
	before_crash.seq = gk_audit_sequence();
	/* what waits goes with the memory it waits in */
	before_crash.lost = gk_audit_lost() + gk_backlog_nowhere();
}

/*
 * Called when shared memory is there: at server start, and again after a
 * crash.  Both begin a new stream, because the sequence begins anew.
 */
void
gk_audit_shmem_startup(void)
{
	LWLockAcquire(AddinShmemInitLock, LW_EXCLUSIVE);
	gk_stats_startup();
	gk_recent_startup();
	gk_pending_startup();
	gk_budget_startup();
	gk_chain_startup();
	gk_backlog_startup();
	LWLockRelease(AddinShmemInitLock);
	/* forked children forget it */
	on_shmem_exit(remember_stream, (Datum) 0);
	startups++;
}

/* How the stream before this one ended in a crash; NULL when it did not. */
const GkStreamEnd *
gk_audit_before_crash(void)
{
	return startups > 1 ? &before_crash : NULL;
}
