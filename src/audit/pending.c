/*-------------------------------------------------------------------------
 *
 * pending.c
 *	  Counts of repeated actions, where the background worker finds them.
 *
 * A session that repeats an action and then does nothing has nobody to write
 * its count when the minute is over.  So each count that begins takes a place
 * in shared memory, where there is one left, with what the record will say.
 * Whoever comes first writes it, session or worker.
 *
 * Each place has one word, its ticket and the count, which changes at once: a
 * count is added to or taken, never both, and a place that went to somebody
 * else is not taken for one's own.  No lock, no waiting.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "audit/audit.h"

#include "port/atomics.h"
#include "storage/shmem.h"

/* Beyond these, a count waits for its session. */
#define GK_PENDING_PLACES 64

/* Tickets: 0 for a free place, 1 for one that is being filled or read. */
#define GK_TICKET_BUSY UINT64CONST(1)

typedef struct GkPlace
{
	pg_atomic_uint64 word;		/* ticket << 32, count */
	int64		until;			/* monotonic us */
	GkExcerpt	kept;
} GkPlace;

typedef struct GkPending
{
	pg_atomic_uint32 tickets;	/* the last one given */
	GkPlace		places[GK_PENDING_PLACES];
} GkPending;

static GkPending *pending;

/* Bytes of shared memory. */
Size
gk_pending_size(void)
{
	return MAXALIGN(sizeof(GkPending));
}

/* Called when shared memory is there, with its lock held. */
void
gk_pending_startup(void)
{
	bool		found;

	pending = ShmemInitStruct("pg_gatekeeper counts", sizeof(GkPending), &found);
	if (found)
		return;
	memset(pending, 0, sizeof(GkPending));
	pg_atomic_init_u32(&pending->tickets, 0);
	for (int i = 0; i < GK_PENDING_PLACES; i++)
		pg_atomic_init_u64(&pending->places[i].word, 0);
}

/*
 * Begin a count at 1.  From "until" on, on gk_monotonic_us()'s clock, the
 * worker may write it.  The ticket's number is 0 when no place is free.
 */
GkTicket
gk_pending_begin(const GkExcerpt *kept, int64 until)
{
	GkTicket	ticket = {0, 0};

	for (int i = 0; pending && i < GK_PENDING_PLACES; i++)
	{
		GkPlace    *place = &pending->places[i];
		uint64		word = pg_atomic_read_u64(&place->word);

		if (word != 0 ||
			!pg_atomic_compare_exchange_u64(&place->word, &word, GK_TICKET_BUSY << 32))
			continue;
		place->until = until;
		place->kept = *kept;
		do
			ticket.number = pg_atomic_add_fetch_u32(&pending->tickets, 1);
		while (ticket.number <= GK_TICKET_BUSY);
		ticket.place = i;
		pg_write_barrier();
		pg_atomic_write_u64(&place->word, (uint64) ticket.number << 32 | 1);
		break;
	}
	return ticket;
}

/* Count one more; false when the count has been taken. */
bool
gk_pending_add(GkTicket ticket)
{
	pg_atomic_uint64 *word = &pending->places[ticket.place].word;
	uint64		old = pg_atomic_read_u64(word);

	while (old >> 32 == ticket.number && (uint32) old < PG_UINT32_MAX)
		if (pg_atomic_compare_exchange_u64(word, &old, old + 1))
			return true;
	return false;
}

/* Take the count to write it; 0 when the worker has. */
uint32
gk_pending_take(GkTicket ticket)
{
	pg_atomic_uint64 *word = &pending->places[ticket.place].word;
	uint64		old = pg_atomic_read_u64(word);

	while (old >> 32 == ticket.number)
		if (pg_atomic_compare_exchange_u64(word, &old, 0))
			return (uint32) old;
	return 0;
}

/*
 * Take a count whose time is over, with what its record says; 0 when there is
 * none.
 */
uint32
gk_pending_take_due(int64 now, GkExcerpt *kept)
{
	for (int i = 0; pending && i < GK_PENDING_PLACES; i++)
	{
		GkPlace    *place = &pending->places[i];
		uint64		word = pg_atomic_read_u64(&place->word);

		if (word >> 32 <= GK_TICKET_BUSY)
			continue;
		pg_read_barrier();
		if (now < place->until)
			continue;
		while (word >> 32 > GK_TICKET_BUSY)
			if (pg_atomic_compare_exchange_u64(&place->word, &word, GK_TICKET_BUSY << 32))
			{
				/* it may have changed hands since */
				*kept = place->kept;
				pg_write_barrier();
				pg_atomic_write_u64(&place->word, 0);
				return (uint32) word;
			}
	}
	return 0;
}
