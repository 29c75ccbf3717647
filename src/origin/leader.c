/*-------------------------------------------------------------------------
 *
 * leader.c
 *	  What a parallel worker has to know of its leader's session.
 *
 * A worker has its leader's rights, but not its stack of functions; and the plan
 * comes to it without the places of calls in their text (places.c).  So the leader
 * of a privileged session says in shared memory, before it runs a parallel plan,
 * whether untrusted code made it, and whether another role's relation is in it.
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

#define GK_LEADER_UNTRUSTED 0x01	/* untrusted code runs the plan */
#define GK_LEADER_ONLY_TRUSTED 0x02	/* all relations in it are superusers' */
#define GK_LEADER_ANOTHERS 0x04 /* code of others does, see gk_code_is_anothers() */

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

static bool
has_only_trusted(const PlannedStmt *plan)
{
	ListCell   *cell;

	foreach(cell, plan->rtable)
	{
		RangeTblEntry *rte = lfirst_node(RangeTblEntry, cell);

		if (OidIsValid(rte->relid) && gk_relation_is_others(rte->relid))
			return false;
	}
	return true;
}

/* This privileged session is about to run a plan that may have workers. */
void
gk_leader_tell(const PlannedStmt *plan)
{
	int			number = GK_PROC_NUMBER(MyProc);

	if (IsParallelWorker() || leaders == NULL || number >= nleaders)
		return;
	leaders[number] = (gk_code_is_untrusted() ? GK_LEADER_UNTRUSTED : 0) |
		(gk_code_is_anothers() ? GK_LEADER_ANOTHERS : 0) |
		(has_only_trusted(plan) ? GK_LEADER_ONLY_TRUSTED : 0);
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
