/*-------------------------------------------------------------------------
 *
 * parts/record.c
 *	  The command's half of target record.c: reads records as it does.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "cli/util.c"
#include "cli/cee.c"
#include "cli/entry.c"

#include "fuzzing.h"
#include "record_reader.h"

static GkEntry entry;
static bool is_cee;

void
gk_end_pager(void)
{
}

void
reader_begin(void)
{
	gk_entry_clear(&entry);
	is_cee = false;
}

void
reader_add(const char *name, size_t name_len, const char *value, size_t len)
{
	gk_entry_add(&entry, name, name_len, value, len);
}

bool
reader_cee(const char *message)
{
	is_cee = true;
	return gk_parse_cee(&entry, message);
}

/* What journald adds; a field that is there twice makes the record forged. */
void
reader_end(void)
{
	static const GkSenders senders = {.uid = {105},.count = 1};

	gk_entry_add(&entry, "_UID", 4, "105", 3);
	gk_entry_add(&entry, "_TRANSPORT", 10, "journal", 7);
	if (is_cee)
		gk_entry_add(&entry, "SYSLOG_IDENTIFIER", 17, "pg_gatekeeper", 13);
	gk_entry_complete(&entry, &senders);
	if (entry.forged)
		fprintf(stderr, "%s\n", entry.forged);
	FUZZ_CHECK(entry.forged == NULL);
}

const char *
reader_get(const char *name)
{
	return gk_entry_get(&entry, name);
}
