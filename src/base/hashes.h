/*-------------------------------------------------------------------------
 *
 * hashes.h
 *	  Which hash values of a syscache are among those that a small cache keeps?
 *
 * An invalidation names its row by hash.  Most are about rows that the cache
 * never had, and are not worth a walk through it.  A no is certain; a yes may
 * be another row's with the same low bits.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#ifndef GK_HASHES_H
#define GK_HASHES_H

#include "postgres.h"

#define GK_HASHES 8192			/* a power of two; many more than any cache has */

typedef struct GkHashes
{
	uint8		bits[GK_HASHES / 8];
} GkHashes;

static inline void
gk_hashes_add(GkHashes *hashes, uint32 hash)
{
	hashes->bits[hash % GK_HASHES / 8] |= 1 << (hash & 7);
}

/* 0 stands for all rows. */
static inline bool
gk_hashes_may_have(const GkHashes *hashes, uint32 hash)
{
	return hash == 0 || (hashes->bits[hash % GK_HASHES / 8] & (1 << (hash & 7)));
}

#endif							/* GK_HASHES_H */
