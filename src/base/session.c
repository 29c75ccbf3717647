/*-------------------------------------------------------------------------
 *
 * session.c
 *	  What is known of sessions since they began, of this one and of others.
 *
 * Each process writes its own place in shared memory, once.  A parallel worker
 * has what its leader has; a background worker is asked about by a session that
 * comes from it.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "base/session.h"

#include "base/compat.h"
#include "datatype/timestamp.h"
#include "miscadmin.h"
#include "storage/ipc.h"
#include "storage/lwlock.h"
#include "storage/proc.h"
#include "storage/procarray.h"
#include "storage/shmem.h"
#include "storage/spin.h"
#include "utils/timestamp.h"

typedef struct Place
{
	pid_t		pid;			/* whose place it is; what else there is in it
								 * is another's when this is not the process
								 * that is asked about */
	pid_t		from;			/* the process of this server that the session
								 * comes from, GK_FROM_UNKNOWN, or 0 */
	bool		clients_worker; /* a background worker that a client's backend
								 * started */
} Place;

/* What has been told lately, so that it is not told with each login. */
#define GK_TOLD 128
#define GK_TOLD_SECONDS 60

typedef struct Told
{
	uint64		what;
	TimestampTz when;
} Told;

typedef struct Sessions
{
	slock_t		mutex;			/* of told[] */
	Told		told[GK_TOLD];
	Place		place[FLEXIBLE_ARRAY_MEMBER];
} Sessions;

static Sessions *sessions;

static Size
size_of_sessions(void)
{
	return add_size(offsetof(Sessions, place), mul_size(MaxBackends, sizeof(Place)));
}

void
gk_session_shmem_request(void)
{
	RequestAddinShmemSpace(size_of_sessions());
}

void
gk_session_shmem_startup(void)
{
	bool		found;

	LWLockAcquire(AddinShmemInitLock, LW_EXCLUSIVE);
	sessions = ShmemInitStruct("pg_gatekeeper sessions", size_of_sessions(), &found);
	if (!found)
	{
		memset(sessions, 0, size_of_sessions());
		SpinLockInit(&sessions->mutex);
	}
	LWLockRelease(AddinShmemInitLock);
}

static Place *
place_of(PGPROC *proc)
{
	int			number = proc ? GK_PROC_NUMBER(proc) : -1;

	return sessions && number >= 0 && number < MaxBackends ? &sessions->place[number] : NULL;
}

/* This process's session has begun. */
void
gk_session_note(pid_t from, bool clients_worker)
{
	Place	   *mine = place_of(MyProc);

	if (mine == NULL)
		return;
	mine->pid = 0;
	pg_write_barrier();
	mine->from = from;
	mine->clients_worker = clients_worker;
	pg_write_barrier();
	mine->pid = MyProcPid;
}

/* The process of this server that this session comes from, or 0. */
pid_t
gk_session_from(void)
{
	PGPROC	   *proc = MyProc && MyProc->lockGroupLeader ? MyProc->lockGroupLeader : MyProc;
	Place	   *place = place_of(proc);

	return place && place->pid == proc->pid ? place->from : 0;
}

/* Was this background worker started by a client's backend, or is that not known? */
bool
gk_session_is_clients_worker(pid_t pid)
{
	Place	   *place = place_of(BackendPidGetProc(pid));

	return place == NULL || place->pid != pid || place->clients_worker;
}

/*
 * May this be told again?  Once a minute: what happens with each login must not
 * drown the rest.  With more than GK_TOLD things at a time the oldest give way.
 */
bool
gk_session_may_tell(uint64 what)
{
	TimestampTz now = GetCurrentTimestamp();
	Told	   *place;
	bool		may = true;

	if (sessions == NULL)
		return true;
	place = sessions->told;
	SpinLockAcquire(&sessions->mutex);
	for (Told *t = sessions->told; t < sessions->told + GK_TOLD; t++)
	{
		if (t->what == what && t->when != 0)
		{
			place = t;
			may = now - t->when >= GK_TOLD_SECONDS * USECS_PER_SEC || now < t->when;
			break;
		}
		if (t->when < place->when)
			place = t;
	}
	if (may)
	{
		place->what = what;
		place->when = now;
	}
	SpinLockRelease(&sessions->mutex);
	return may;
}
