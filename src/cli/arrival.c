/*-------------------------------------------------------------------------
 *
 * arrival.c
 *	  Has a record of a running server arrived in the journal?
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "cli/server.h"

/* How long a record may take to be in the journal. */
#define GK_ARRIVAL_US UINT64_C(3000000)

/* Is it the server's, and, unless that is 0, of this number in its stream? */
static bool
is_of(const GkServer *server, const GkEntry *entry, uint64_t number)
{
	return !entry->forged && gk_entry_is(entry, "GATEKEEPER_SYSTEM_ID", server->system_id) &&
		gk_entry_is(entry, "GATEKEEPER_PORT", server->port) &&
		(number == 0 || gk_entry_number(entry, "GATEKEEPER_SEQ") == number) &&
		(number == 0 || !server->has_views ||
		 gk_entry_is(entry, "GATEKEEPER_STREAM", server->stream));
}

/*
 * The newest record of the server into entry, or the one of a number, written
 * since a time; waits for it a little.
 */
bool
gk_find_record(const GkServer *server, GkJournal *journal, GkEntry *entry, uint64_t number,
			   uint64_t since)
{
	uint64_t	start = gk_now();

	for (;;)
	{
		gk_journal_seek_end(journal);
		while (gk_journal_previous(journal, entry) && entry->time >= since)
			if (is_of(server, entry, number))
				return true;
		if (number == 0 || gk_now() > start + GK_ARRIVAL_US)
			return false;
		gk_journal_wait(journal, GK_ARRIVAL_US / 10);
	}
}
