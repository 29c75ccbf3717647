/*-------------------------------------------------------------------------
 *
 * sessions.c
 *	  Which sessions are contained, in shared memory: for the view, and for the
 *	  workers that they start.
 *
 * One place for each process that can have a session; only it writes there.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "sandbox/sandbox.h"

#include "miscadmin.h"
#include "port/atomics.h"
#include "storage/ipc.h"
#include "storage/lwlock.h"
#include "storage/proc.h"
#include "storage/shmem.h"

typedef struct GkPlace
{
	pg_atomic_uint32 pid;		/* 0: free; written last */
	Oid			role;
	int			why;
	int			walls;
} GkPlace;

static GkPlace *places;

static Size
places_size(void)
{
	return mul_size(MaxBackends, sizeof(GkPlace));
}

void
gk_sandbox_shmem_request(void)
{
	RequestAddinShmemSpace(MAXALIGN(places_size()));
}

/* At server start, and again after a crash. */
void
gk_sandbox_shmem_startup(void)
{
	bool		found;

	LWLockAcquire(AddinShmemInitLock, LW_EXCLUSIVE);
	places = ShmemInitStruct("pg_gatekeeper sandbox", places_size(), &found);
	if (!found)
		for (int i = 0; i < MaxBackends; i++)
		{
			pg_atomic_init_u32(&places[i].pid, 0);
			places[i].role = InvalidOid;
			places[i].why = GK_WHY_UNKNOWN;
			places[i].walls = 0;
		}
	LWLockRelease(AddinShmemInitLock);
	gk_sandbox_prepare();
}

static void
leave_place(int code, Datum arg)
{
	pg_atomic_write_u32(&places[DatumGetInt32(arg)].pid, 0);
}

/* This process was judged. */
void
gk_sandbox_note(Oid role, GkWhy why, int walls)
{
	int			number = MyProc ? GK_MY_PROC_NUMBER : -1;
	GkPlace    *place;

	gk_sandbox_given_up = walls;
	if (places == NULL || number < 0 || number >= MaxBackends)
		return;
	place = &places[number];
	place->role = role;
	place->why = why;
	place->walls = walls;
	pg_write_barrier();
	pg_atomic_write_u32(&place->pid, MyProcPid);
	on_shmem_exit(leave_place, Int32GetDatum(number));
}

/* How many places there are to look at. */
int
gk_sandbox_sessions(void)
{
	return places ? MaxBackends : 0;
}

/* The session in a place; false when there is none. */
bool
gk_sandbox_session(int number, GkSandboxSession *session)
{
	GkPlace    *place = &places[number];

	session->pid = (int) pg_atomic_read_u32(&place->pid);
	pg_read_barrier();
	session->role = place->role;
	session->why = place->why;
	session->walls = place->walls;
	pg_read_barrier();
	return session->pid != 0 && session->pid == (int) pg_atomic_read_u32(&place->pid);
}

/* The session of this process; false when it has none. */
bool
gk_sandbox_of(int pid, GkSandboxSession *session)
{
	for (int i = 0; i < gk_sandbox_sessions(); i++)
		if (gk_sandbox_session(i, session) && session->pid == pid)
			return true;
	return false;
}
