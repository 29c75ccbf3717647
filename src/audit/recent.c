/*-------------------------------------------------------------------------
 *
 * recent.c
 *	  The last records, in shared memory, for whoever has no journal at hand.
 *
 * A ring without a lock: whoever writes a record may stand anywhere, and must
 * not wait.  Each place has a version that is odd while it is written.  A
 * writer that finds its place taken, because it or the other one was held up for
 * a whole round, leaves it; a reader that finds it changed meanwhile, likewise.
 * Only this view then misses the record.
 *
 * The text is that of the record, redacted and escaped.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "audit/audit.h"

#include "port/atomics.h"
#include "storage/shmem.h"
#include "utils/timestamp.h"

#define GK_RECENT_EVENTS 256

typedef struct GkPlace
{
	/* of event n: 2n + 1 while it is written, then 2n + 2 */
	pg_atomic_uint64 version;
	GkRecent	event;
} GkPlace;

typedef struct GkRing
{
	pg_atomic_uint64 end;		/* the next event's number, from 0 on */
	GkPlace		places[GK_RECENT_EVENTS];
} GkRing;

static GkRing *ring;

#define COLUMN_KEY(key, size) #key,
#define COLUMN_SIZE(key, size) (size),

static const char *const column_key[GK_NUM_RECENT_COLUMNS] = {
	GK_FOR_EACH_RECENT_COLUMN(COLUMN_KEY)
};
static const int column_size[GK_NUM_RECENT_COLUMNS] = {
	GK_FOR_EACH_RECENT_COLUMN(COLUMN_SIZE)
};

/* Where in gk_fields[] the columns are; looked up once. */
static int	field_of[GK_NUM_RECENT_COLUMNS];

/* Bytes of shared memory. */
Size
gk_recent_size(void)
{
	return MAXALIGN(sizeof(GkRing));
}

/* Called when shared memory is there, with its lock held. */
void
gk_recent_startup(void)
{
	bool		found;

	ring = ShmemInitStruct("pg_gatekeeper events", sizeof(GkRing), &found);
	if (found)
		return;
	memset(ring, 0, sizeof(GkRing));
	pg_atomic_init_u64(&ring->end, 0);
	for (int i = 0; i < GK_RECENT_EVENTS; i++)
		pg_atomic_init_u64(&ring->places[i].version, 0);
}

static void
find_fields(void)
{
	for (int column = 0; column < GK_NUM_RECENT_COLUMNS; column++)
		for (int i = 0; i < gk_num_fields; i++)
			if (gk_fields[i].key && strcmp(gk_fields[i].key, column_key[column]) == 0)
				field_of[column] = i;
}

static void
keep(char *to, int size, const char *value, int length)
{
	GkText		text;

	if (likely(length < size))
	{
		memcpy(to, value, length + 1);
		return;
	}
	/* cut between characters */
	gk_text_init(&text, to, size);
	gk_text_units(&text, value);
}

/* Keep a filled record.  Cannot fail, and does not wait. */
void
gk_recent_put(const GkRecord *record)
{
	uint64		number;
	uint64		before;
	GkPlace    *place;
	char	   *to;

	if (ring == NULL)
		return;
	if (field_of[0] == 0)
		find_fields();
	number = pg_atomic_fetch_add_u64(&ring->end, 1);
	place = &ring->places[number % GK_RECENT_EVENTS];
	before = pg_atomic_read_u64(&place->version);
	if ((before & 1) || before > 2 * number ||
		!pg_atomic_compare_exchange_u64(&place->version, &before, 2 * number + 1))
		return;

	place->event.seq = record->seq;
	place->event.time = GetCurrentTimestamp();
	place->event.count = record->count;
	to = place->event.text;
	for (int column = 0; column < GK_NUM_RECENT_COLUMNS; column++)
	{
		keep(to, column_size[column], record->value[field_of[column]],
			 record->length[field_of[column]]);
		to += column_size[column];
	}
	pg_write_barrier();
	pg_atomic_write_u64(&place->version, 2 * number + 2);
}

/* The number of the oldest event that is kept. */
uint64
gk_recent_first(void)
{
	uint64		end = gk_recent_end();

	return end > GK_RECENT_EVENTS ? end - GK_RECENT_EVENTS : 0;
}

/* The number after the newest. */
uint64
gk_recent_end(void)
{
	return ring ? pg_atomic_read_u64(&ring->end) : 0;
}

/* Copy an event; false when it is being written, or gone. */
bool
gk_recent_get(uint64 number, GkRecent *event)
{
	GkPlace    *place = &ring->places[number % GK_RECENT_EVENTS];

	if (pg_atomic_read_u64(&place->version) != 2 * number + 2)
		return false;
	pg_read_barrier();
	memcpy(event, &place->event, sizeof(GkRecent));
	pg_read_barrier();
	return pg_atomic_read_u64(&place->version) == 2 * number + 2;
}

/* The text of a column; "" when there is none. */
const char *
gk_recent_value(const GkRecent *event, int column)
{
	const char *text = event->text;

	for (int i = 0; i < column; i++)
		text += column_size[i];
	return text;
}
