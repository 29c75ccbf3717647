/*-------------------------------------------------------------------------
 *
 * verify_chain.c
 *	  Are the records as the server wrote them?  See common/chain.h.
 *
 * With the key each record's hash is made anew.  Without it can be seen only whether
 * a record is the one that a later one repeats the hash of.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "cli/verify_chain.h"

#include <stdlib.h>

#include "common/chain.h"

/* What a record says of itself and of an earlier one, in digits. */
typedef struct GkHashed
{
	uint64_t	number;
	uint64_t	before;			/* 0: none */
	char		hash[2 * GK_LINK_BYTES + 1];
	char		hash_before[2 * GK_LINK_BYTES + 1];
} GkHashed;

static GkChainKey key;
static bool has_key;

/* Option --chain: the file with the key. */
void
gk_chain_use_key(const char *path)
{
	const char *wrong = gk_chain_read_key(path, &key);

	if (wrong)
		gk_error("It is the file that gatekeeper.audit_chain names on the server, or a copy.",
				 "cannot use the key \"%s\": %s", path, wrong);
	has_key = true;
}

bool
gk_chain_has_key(void)
{
	return has_key;
}

static int
compare_fields(const void *a, const void *b)
{
	return strcmp((*(const GkEntryField *const *) a)->name, (*(const GkEntryField *const *) b)->name);
}

/* Is the hash, 64 digits, that of the entry's fields? */
static bool
is_hash_of(const GkEntry *entry, const char *link, const char *digits)
{
	const GkEntryField **fields = gk_alloc((entry->num_fields + 1) * sizeof(*fields));
	int			count = 0;
	GkChainHash hash;
	unsigned char bytes[GK_SHA256_BYTES];
	char		hex[2 * GK_SHA256_BYTES + 1];

	for (int i = 0; i < entry->num_fields; i++)
		if (gk_chain_covers(entry->field[i].name))
			fields[count++] = &entry->field[i];
	qsort(fields, count, sizeof(*fields), compare_fields);
	gk_chain_begin(&hash, &key);
	for (int i = 0; i < count; i++)
		gk_chain_add(&hash, fields[i]->name, fields[i]->value, fields[i]->length);
	gk_chain_add(&hash, "LINK", link, strlen(link));
	gk_chain_end(&hash, &key, bytes);
	gk_chain_hex(bytes, GK_SHA256_BYTES, hex);
	free(fields);
	return strcmp(hex, digits) == 0;
}

/*
 * Take what a record of the stream says.  Records that came as JSON, by way of
 * syslog or a log file, may be cut, so they are left out.
 */
void
gk_chain_take(GkStream *stream, const GkEntry *entry, uint64_t number)
{
	GkHashed	hashed = {.number = number};
	unsigned long long before;
	char		link[64];
	char		digits[2 * GK_SHA256_BYTES + 1];
	char		rest;

	if (entry->is_syslog || entry->is_file)
		return;
	if (*gk_entry_get(entry, GK_CHAIN_FIELD) == '\0')
	{
		(void) gk_numbers_add(&stream->unhashed, number);
		return;
	}
	if (sscanf(gk_entry_get(entry, GK_CHAIN_FIELD), "%63s %64[0-9a-f]%c", link, digits, &rest) != 2 ||
		strlen(digits) != 2 * GK_SHA256_BYTES ||
		sscanf(link, "%20llu:%32[0-9a-f]", &before, hashed.hash_before) < 1 ||
		(has_key && !is_hash_of(entry, link, digits)))
	{
		(void) gk_numbers_add(&stream->altered, number);
		return;
	}
	hashed.before = before;
	memcpy(hashed.hash, digits, 2 * GK_LINK_BYTES);
	if ((stream->hashed & (stream->hashed - 1)) == 0)
		stream->hashes = gk_grow(stream->hashes, (stream->hashed ? 2 * stream->hashed : 1) * sizeof(GkHashed));
	stream->hashes[stream->hashed++] = hashed;
}

static int
compare_hashes(const void *a, const void *b)
{
	uint64_t	first = ((const GkHashed *) a)->number;
	uint64_t	second = ((const GkHashed *) b)->number;

	return first < second ? -1 : first > second;
}

/* All records are there: is each the one that a later one knows? */
void
gk_chain_compare(GkStream *stream)
{
	if (stream->hashed == 0)
		return;
	qsort(stream->hashes, stream->hashed, sizeof(GkHashed), compare_hashes);
	for (uint64_t i = 0; i < stream->hashed; i++)
	{
		GkHashed	wanted = {.number = stream->hashes[i].before};
		const GkHashed *found = bsearch(&wanted, stream->hashes, stream->hashed, sizeof(GkHashed), compare_hashes);

		if (found && strcmp(found->hash, stream->hashes[i].hash_before) != 0)
			(void) gk_numbers_add(&stream->relinked, found->number);
	}
}
