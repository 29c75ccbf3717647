/*-------------------------------------------------------------------------
 *
 * leader.c
 *	  What a parallel worker has to know of its leader's session.
 *
 * A worker has its leader's rights, but not its stack of functions; and the plan
 * comes to it without the places of calls in their text (places.c).  So the leader
 * of a privileged session says in shared memory, before it runs a parallel plan,
 * what parallel_plan.c finds out about it.
 * A leader runs one such plan at a time, since there are no workers of workers.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "origin/owners.h"

#include "access/parallel.h"
#include "storage/ipc.h"
#include "storage/lwlock.h"
#include "storage/proc.h"
#include "storage/shmem.h"

/* By number of the leader's PGPROC. */
static uint8 *leaders;
static int	nleaders;

static int
number_of_leaders(void)
{
	return MaxBackends + NUM_AUXILIARY_PROCS;
}

/* Called while the server adds up its shared memory. */
void
gk_leader_shmem_request(void)
{
	RequestAddinShmemSpace(number_of_leaders() * sizeof(uint8));
}

/* Called when shared memory is there: at server start, and again after a crash. */
void
gk_leader_shmem_startup(void)
{
	bool		found;

	nleaders = number_of_leaders();
	LWLockAcquire(AddinShmemInitLock, LW_EXCLUSIVE);
	leaders = ShmemInitStruct("pg_gatekeeper leaders", nleaders * sizeof(uint8), &found);
	if (!found)
		memset(leaders, 0, nleaders * sizeof(uint8));
	LWLockRelease(AddinShmemInitLock);
}

/* Where this process tells its workers something, or NULL. */
uint8 *
gk_leader_word(void)
{
	int			number = GK_PROC_NUMBER(MyProc);

	return IsParallelWorker() || leaders == NULL || number >= nleaders ? NULL : &leaders[number];
}

/* In a worker; what is not known errs to the side of refusing. */
static uint8
told(void)
{
	PGPROC	   *leader = MyProc->lockGroupLeader;

	if (leader == NULL || leaders == NULL || GK_PROC_NUMBER(leader) >= nleaders)
		return GK_LEADER_UNTRUSTED | GK_LEADER_ANOTHERS;
	return leaders[GK_PROC_NUMBER(leader)];
}

bool
gk_leader_is_untrusted(void)
{
	return IsParallelWorker() && (told() & GK_LEADER_UNTRUSTED);
}

bool
gk_leader_is_anothers(void)
{
	return IsParallelWorker() && (told() & GK_LEADER_ANOTHERS);
}

bool
gk_leader_has_only_trusted(void)
{
	return (told() & GK_LEADER_ONLY_TRUSTED) != 0;
}
