/*-------------------------------------------------------------------------
 *
 * chain.c
 *	  A keyed hash in each record, over all of it and the beginning of an earlier
 *	  record's hash.
 *
 * Whoever changes a record afterwards, wherever it is kept, needs the key.  The
 * postmaster reads it, from a file outside the data directory, and each process has
 * it in its memory: the chain does not hold against whoever is the server's
 * operating system user, or root on its host, but against all others who keep,
 * carry and read records.
 *
 * The earlier record is the last one that was finished when this one was filled;
 * with one session at work it is the one before.  It is found without a lock:
 * hashes stand in a ring in shared memory, each place with a version that is odd
 * while it is written.  A writer that finds its place taken leaves it; a reader that
 * finds it changed takes an older one.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "audit/chain.h"

#include <limits.h>

#include "common/chain.h"
#include "miscadmin.h"
#include "port/atomics.h"
#include "storage/shmem.h"

#define GK_LINKS 64

/* How many places a reader tries, and how often a writer. */
#define GK_LINK_TRIES 8

typedef struct GkLink
{
	pg_atomic_uint64 version;	/* odd while it is written */
	uint64		seq;
	unsigned char hash[GK_LINK_BYTES];
} GkLink;

typedef struct GkLinks
{
	pg_atomic_uint64 newest;	/* its number; 0: none */
	GkLink		links[GK_LINKS];
} GkLinks;

static GkLinks *links;
static GkChainKey key;
static bool has_key;

/* gk_fields[] in the order of names, as far as the hash is made of them. */
static int	by_name[GK_MAX_FIELDS];
static int	num_by_name;

/* Bytes of shared memory. */
Size
gk_chain_size(void)
{
	return MAXALIGN(sizeof(GkLinks));
}

/* Called when shared memory is there, with its lock held. */
void
gk_chain_startup(void)
{
	bool		found;

	links = ShmemInitStruct("pg_gatekeeper chain", sizeof(GkLinks), &found);
	if (found)
		return;
	memset(links, 0, sizeof(GkLinks));
	pg_atomic_init_u64(&links->newest, 0);
	for (int i = 0; i < GK_LINKS; i++)
		pg_atomic_init_u64(&links->links[i].version, 0);
}

/* Server start: the file with the key.  Returns what is wrong, or NULL. */
const char *
gk_chain_load(const char *path)
{
	const char *problem = gk_chain_read_key(path, &key);
	char		real[PATH_MAX];
	char		data[PATH_MAX];

	if (problem == NULL && DataDir && realpath(path, real) && realpath(DataDir, data) &&
		path_is_prefix_of_path(data, real))
		problem = "It is in the data directory, where sessions can write.";
	has_key = problem == NULL;
	return problem;
}

bool
gk_chain_is_on(void)
{
	return has_key && links != NULL;
}

static void
sort_fields(void)
{
	for (int i = 0; i < gk_num_fields; i++)
	{
		int			at = num_by_name;

		if (gk_fields[i].name == NULL || !gk_chain_covers(gk_fields[i].name))
			continue;
		for (; at > 0 && strcmp(gk_fields[by_name[at - 1]].name, gk_fields[i].name) > 0; at--)
			by_name[at] = by_name[at - 1];
		by_name[at] = i;
		num_by_name++;
	}
}

/* The beginning of the hash of the newest record that can be read; its number, or 0. */
static uint64
find_link(unsigned char hash[GK_LINK_BYTES])
{
	uint64		newest = pg_atomic_read_u64(&links->newest);

	for (uint64 seq = newest; seq > 0 && newest - seq < GK_LINK_TRIES; seq--)
	{
		GkLink	   *link = &links->links[seq % GK_LINKS];
		uint64		version = pg_atomic_read_u64(&link->version);
		bool		is_it;

		pg_read_barrier();
		is_it = link->seq == seq;
		memcpy(hash, link->hash, GK_LINK_BYTES);
		pg_read_barrier();
		if (is_it && version % 2 == 0 && pg_atomic_read_u64(&link->version) == version)
			return seq;
	}
	return 0;
}

static void
put_link(uint64 seq, const unsigned char *hash)
{
	GkLink	   *link = &links->links[seq % GK_LINKS];
	uint64		version = pg_atomic_read_u64(&link->version);
	uint64		newest = pg_atomic_read_u64(&links->newest);

	if (version % 2 == 1 || !pg_atomic_compare_exchange_u64(&link->version, &version, version + 1))
		return;
	link->seq = seq;
	memcpy(link->hash, hash, GK_LINK_BYTES);
	pg_write_barrier();
	pg_atomic_write_u64(&link->version, version + 2);
	for (int i = 0; i < GK_LINK_TRIES && newest < seq; i++)
		if (pg_atomic_compare_exchange_u64(&links->newest, &newest, seq))
			break;
}

/* "16:9f0f... 52c7...": of a record whose other fields are all filled. */
void
gk_chain_put(const GkRecord *record, GkText *out)
{
	GkChainHash hash;
	unsigned char bytes[GK_SHA256_BYTES];
	char		link[24 + 2 * GK_LINK_BYTES];
	char		hex[2 * GK_SHA256_BYTES + 1];
	uint64		before;

	if (!gk_chain_is_on())
		return;
	if (num_by_name == 0)
		sort_fields();
	before = find_link(bytes);
	gk_chain_hex(bytes, before ? GK_LINK_BYTES : 0, hex);
	snprintf(link, sizeof(link), UINT64_FORMAT ":%s", before, hex);

	gk_chain_begin(&hash, &key);
	for (int i = 0; i < num_by_name; i++)
		if (record->length[by_name[i]] > 0)
			gk_chain_add(&hash, gk_fields[by_name[i]].name, record->value[by_name[i]],
						 record->length[by_name[i]]);
	gk_chain_add(&hash, "LINK", link, strlen(link));
	gk_chain_end(&hash, &key, bytes);
	put_link(record->seq, bytes);

	gk_chain_hex(bytes, GK_SHA256_BYTES, hex);
	gk_text_ascii(out, link);
	gk_text_ascii(out, " ");
	gk_text_ascii(out, hex);
}
