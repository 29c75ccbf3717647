/*-------------------------------------------------------------------------
 *
 * chain.h
 *	  The keyed hash of a record: made by the module, checked by the command.
 *
 * It is HMAC-SHA-256 over the record's fields in the order of their names, each as
 * its name, a line feed, the length of its value as eight bytes, the lowest first,
 * the value, a line feed; in the end, likewise, what GATEKEEPER_CHAIN says before its
 * last word, under the name "LINK".
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#ifndef GK_CHAIN_H
#define GK_CHAIN_H

#include "common/text.h"

#define GK_CHAIN_FIELD "GATEKEEPER_CHAIN"

/* Bytes of an earlier record's hash that a later one repeats. */
#define GK_LINK_BYTES 16

/* A key, and the hash that is being made with it. */
typedef struct GkChainKey
{
	uint32_t	inner[8];
	uint32_t	outer[8];
} GkChainKey;

typedef struct GkChainHash
{
	uint32_t	state[8];
	unsigned char block[GK_SHA256_BLOCK];
	size_t		in_block;
	size_t		done;			/* bytes in whole blocks, the key's included */
} GkChainHash;

extern bool gk_chain_covers(const char *field);
extern const char *gk_chain_read_key(const char *path, GkChainKey *key);
extern void gk_chain_begin(GkChainHash *hash, const GkChainKey *key);
extern void gk_chain_add(GkChainHash *hash, const char *name, const char *value, size_t len);
extern void gk_chain_end(GkChainHash *hash, const GkChainKey *key, unsigned char out[GK_SHA256_BYTES]);
extern void gk_chain_hex(const unsigned char *bytes, int count, char *hex);

#endif							/* GK_CHAIN_H */
