/*-------------------------------------------------------------------------
 *
 * revoked.c
 *	  Which tokens are good no longer, though they have not expired?
 *
 * A session (of tokens: their claim sid or jti), or what was issued for a user up
 * to a moment.  In shared memory, each until it cannot matter any more; a reader
 * that finds the same generation as the last time looks no further.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "base/app_user.h"

#include "common/hashfn.h"
#include "miscadmin.h"
#include "port/atomics.h"
#include "storage/ipc.h"
#include "storage/lwlock.h"
#include "storage/shmem.h"
#include "storage/spin.h"
#include "utils/timestamp.h"

#define GK_REVOKED 512

typedef struct Entry
{
	uint64		name[2];		/* hashes; the same name, and nobody makes another */
	TimestampTz when;
	TimestampTz until;			/* 0: free */
	bool		is_session;
} Entry;

typedef struct Revoked
{
	slock_t		mutex;
	pg_atomic_uint64 generation;
	uint64		seeds[2];
	int			used;			/* entries behind are free */
	Entry		entries[GK_REVOKED];
} Revoked;

static Revoked *revoked;

void
gk_revoked_shmem_request(void)
{
	RequestAddinShmemSpace(sizeof(Revoked));
}

void
gk_revoked_shmem_startup(void)
{
	bool		found;

	LWLockAcquire(AddinShmemInitLock, LW_EXCLUSIVE);
	revoked = ShmemInitStruct("pg_gatekeeper revoked", sizeof(Revoked), &found);
	if (!found)
	{
		memset(revoked, 0, sizeof(Revoked));
		SpinLockInit(&revoked->mutex);
		pg_atomic_init_u64(&revoked->generation, 1);
		if (!pg_strong_random(revoked->seeds, sizeof(revoked->seeds)))
			revoked->seeds[0] = (uint64) GetCurrentTimestamp();
	}
	LWLockRelease(AddinShmemInitLock);
}

/* Never 0. */
uint64
gk_revoked_generation(void)
{
	return revoked ? pg_atomic_read_u64(&revoked->generation) : 1;
}

static void
hash_name(const char *name, uint64 *hash)
{
	for (int i = 0; i < 2; i++)
		hash[i] = hash_bytes_extended((const unsigned char *) name, (int) strlen(name), revoked->seeds[i]);
}

static bool
has_name(const Entry *entry, const uint64 *name)
{
	return entry->until != 0 && entry->name[0] == name[0] && entry->name[1] == name[1];
}

/* What was issued before the user was revoked is; what does not tell when, too. */
bool
gk_is_revoked(const GkAppUser *user)
{
	uint64		names[2][2];
	bool		is = false;

	if (revoked == NULL || revoked->used == 0)
		return false;
	hash_name(user->user, names[false]);
	hash_name(user->session, names[true]);
	SpinLockAcquire(&revoked->mutex);
	for (Entry *e = revoked->entries; e < revoked->entries + revoked->used && !is; e++)
		is = has_name(e, names[e->is_session]) &&
			(e->is_session ? *user->session != '\0' : user->issued <= e->when);
	SpinLockRelease(&revoked->mutex);
	return is;
}

/* False where there is no room. */
bool
gk_revoke(bool is_session, const char *name, TimestampTz until)
{
	TimestampTz now = GetCurrentTimestamp();
	Entry	   *place = NULL;
	uint64		hash[2];

	if (revoked == NULL)
		return false;
	hash_name(name, hash);
	SpinLockAcquire(&revoked->mutex);
	for (Entry *e = revoked->entries; e < revoked->entries + revoked->used; e++)
	{
		if (e->is_session == is_session && has_name(e, hash))
		{
			place = e;
			until = Max(until, e->until);
			break;
		}
		if (place == NULL && e->until < now)
			place = e;
	}
	if (place == NULL && revoked->used < GK_REVOKED)
		place = &revoked->entries[revoked->used++];
	if (place)
	{
		*place = (Entry)
		{
			{hash[0], hash[1]}, now, until, is_session
		};
	}
	SpinLockRelease(&revoked->mutex);
	pg_atomic_fetch_add_u64(&revoked->generation, 1);
	return place != NULL;
}
