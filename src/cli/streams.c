/*-------------------------------------------------------------------------
 *
 * streams.c
 *	  Sorts records into streams, and finds which numbers are missing.
 *
 * Records of different processes can arrive in another order than that of
 * their numbers, so the numbers are kept as a set and judged in the end.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "cli/verify_chain.h"

#include <stdlib.h>

/* Where a range that contains number, or ends just before it, would be. */
static int
find_range(const GkNumbers *numbers, uint64_t number)
{
	int			low = 0;
	int			high = numbers->count;

	while (low < high)
	{
		int			middle = low + (high - low) / 2;

		if (numbers->range[middle].last + 1 < number)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Add a number; false when it was there. */
bool
gk_numbers_add(GkNumbers *numbers, uint64_t number)
{
	int			i = find_range(numbers, number);
	GkRange    *range = &numbers->range[i];

	if (i < numbers->count && number >= range->first && number <= range->last)
		return false;
	if (i < numbers->count && number == range->last + 1)
	{
		range->last = number;
		if (i + 1 < numbers->count && range[1].first == number + 1)
		{
			range->last = range[1].last;
			numbers->count--;
			memmove(range + 1, range + 2, (numbers->count - i - 1) * sizeof(GkRange));
		}
		return true;
	}
	if (i < numbers->count && number + 1 == range->first)
	{
		range->first = number;
		return true;
	}
	if (numbers->count == numbers->size)
	{
		numbers->size = 2 * numbers->size + 8;
		numbers->range = gk_grow(numbers->range, numbers->size * sizeof(GkRange));
		range = &numbers->range[i];
	}
	memmove(range + 1, range, (numbers->count - i) * sizeof(GkRange));
	range->first = range->last = number;
	numbers->count++;
	return true;
}

/* The lowest number; 0 when there is none. */
uint64_t
gk_numbers_first(const GkNumbers *numbers)
{
	return numbers->count > 0 ? numbers->range[0].first : 0;
}

/* The highest number; 0 when there is none. */
uint64_t
gk_numbers_last(const GkNumbers *numbers)
{
	return numbers->count > 0 ? numbers->range[numbers->count - 1].last : 0;
}

/* How many numbers are missing between the lowest and the highest. */
uint64_t
gk_numbers_missing(const GkNumbers *numbers)
{
	uint64_t	missing = 0;

	for (int i = 1; i < numbers->count; i++)
		missing += numbers->range[i].first - numbers->range[i - 1].last - 1;
	return missing;
}

/* How many numbers there are. */
uint64_t
gk_numbers_count(const GkNumbers *numbers)
{
	uint64_t	count = 0;

	for (int i = 0; i < numbers->count; i++)
		count += numbers->range[i].last - numbers->range[i].first + 1;
	return count;
}

/* The first max gaps, as "5, 8-10, ...". */
char *
gk_numbers_gaps(const GkNumbers *numbers, int max)
{
	GkBuf		out = {0};

	for (int i = 1; i < numbers->count; i++)
	{
		uint64_t	first = numbers->range[i - 1].last + 1;
		uint64_t	last = numbers->range[i].first - 1;

		if (i > 1)
			gk_buf_text(&out, ", ");
		if (i > max)
		{
			gk_buf_text(&out, "...");
			break;
		}
		gk_buf_format(&out, "%llu", (unsigned long long) first);
		if (last > first)
			gk_buf_format(&out, "-%llu", (unsigned long long) last);
	}
	return out.data ? out.data : gk_copy("");
}

/* The first max ranges themselves. */
char *
gk_numbers_list(const GkNumbers *numbers, int max)
{
	GkBuf		out = {0};

	for (int i = 0; i < numbers->count; i++)
	{
		if (i >= max)
		{
			gk_buf_text(&out, ", ...");
			break;
		}
		gk_buf_format(&out, "%s%llu", i ? ", " : "", (unsigned long long) numbers->range[i].first);
		if (numbers->range[i].last > numbers->range[i].first)
			gk_buf_format(&out, "-%llu", (unsigned long long) numbers->range[i].last);
	}
	return out.data ? out.data : gk_copy("");
}

static GkStream *
find_stream(GkStreams *streams, const GkEntry *entry)
{
	const char *id = gk_entry_get(entry, "GATEKEEPER_STREAM");
	GkStream   *stream;

	for (int i = streams->count - 1; i >= 0; i--)
		if (strcmp(streams->stream[i]->id, id) == 0)
			return streams->stream[i];
	stream = gk_alloc(sizeof(GkStream));
	snprintf(stream->id, sizeof(stream->id), "%s", id);
	stream->cluster = gk_copy(gk_entry_get(entry, "GATEKEEPER_CLUSTER"));
	stream->host = gk_copy(gk_entry_get(entry, "_HOSTNAME"));
	stream->system_id = gk_copy(gk_entry_get(entry, "GATEKEEPER_SYSTEM_ID"));
	stream->port = gk_entry_number(entry, "GATEKEEPER_PORT");
	streams->stream = gk_grow(streams->stream, (streams->count + 1) * sizeof(GkStream *));
	streams->stream[streams->count++] = stream;
	return stream;
}

/* The process that sent it, as it says itself. */
static const char *
sender_of(const GkEntry *entry)
{
	const char *sender = gk_entry_get(entry, "GATEKEEPER_SENDER_PID");

	return *sender ? sender : gk_entry_get(entry, "GATEKEEPER_BACKEND_PID");
}

/* Take a record that can be the server's. */
void
gk_streams_add(GkStreams *streams, const GkEntry *entry)
{
	GkStream   *stream = find_stream(streams, entry);
	uint64_t	number = gk_entry_number(entry, "GATEKEEPER_SEQ");
	uint64_t	lost = gk_entry_number(entry, "GATEKEEPER_LOST");

	/* with two sinks, both of which end in the journal, it comes twice */
	if (!gk_numbers_add(entry->is_syslog ? &stream->by_syslog : &stream->by_journal, number))
	{
		if (stream->duplicates++ == 0)
			stream->first_duplicate = number;
	}
	if (!gk_numbers_add(&stream->numbers, number))
		return;
	stream->records++;
	gk_chain_take(stream, entry, number);
	if (lost > stream->lost)
		stream->lost = lost;
	if (*gk_entry_get(entry, "GATEKEEPER_SINK_LOST"))
	{
		free(stream->sink_lost);
		stream->sink_lost = gk_copy(gk_entry_get(entry, "GATEKEEPER_SINK_LOST"));
	}
	if (gk_entry_is(entry, "GATEKEEPER_EVENT", "heartbeat"))
		stream->last_heartbeat = entry->time;
	if (gk_entry_is(entry, "_PID", sender_of(entry)))
		stream->same_pids++;
	else
		stream->other_pids++;
	if (number == gk_numbers_first(&stream->numbers))
		stream->first_time = entry->time;
	if (number == gk_numbers_last(&stream->numbers))
	{
		stream->last_time = entry->time;
		stream->waiting = gk_entry_number(entry, "GATEKEEPER_WAITING");
	}
	if (gk_entry_is(entry, "GATEKEEPER_EVENT", "start"))
	{
		if (number > stream->last_start)
			stream->last_start = number;
		if (stream->before == NULL)
			stream->before = gk_copy(gk_entry_get(entry, "GATEKEEPER_OLD_VALUE"));
	}
	if (gk_entry_is(entry, "GATEKEEPER_EVENT", "stop") && number > stream->last_stop)
		stream->last_stop = number;
}

static bool
is_same_cluster(const GkStream *a, const GkStream *b)
{
	return strcmp(a->host, b->host) == 0 && strcmp(a->system_id, b->system_id) == 0 &&
		strcmp(a->cluster, b->cluster) == 0 && a->port == b->port;
}

/*
 * After a crash a stream begins with what the server still knew of the end of the
 * one before: "stream 4f1c..., seq 17, lost 0".
 */
static void
note_told_end(GkStreams *streams, const GkStream *next)
{
	unsigned long long seq;
	char		id[33];

	if (next->before == NULL ||
		sscanf(next->before, "stream %32[0-9a-f], seq %llu,", id, &seq) != 2)
		return;
	for (int i = 0; i < streams->count; i++)
		if (strcmp(streams->stream[i]->id, id) == 0 && is_same_cluster(streams->stream[i], next))
			streams->stream[i]->told_end = seq;
}

/*
 * All records are there: find the newest stream of each cluster, and what is
 * told of the ends of others.
 */
void
gk_streams_complete(GkStreams *streams)
{
	for (int i = 0; i < streams->count; i++)
	{
		note_told_end(streams, streams->stream[i]);
		gk_chain_compare(streams->stream[i]);
	}
	for (int i = 0; i < streams->count; i++)
	{
		GkStream   *stream = streams->stream[i];

		stream->is_newest = true;
		for (int k = 0; k < streams->count; k++)
			if (k != i && is_same_cluster(stream, streams->stream[k]) &&
				streams->stream[k]->last_time > stream->last_time)
				stream->is_newest = false;
	}
}
