/*-------------------------------------------------------------------------
 *
 * verify_show.c
 *	  What "pg_gatekeeper verify" has found, for people and for programs.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "cli/verify.h"

#include <stdlib.h>

GkVerified	gk_verified = {.until = UINT64_MAX,.heartbeat = 60 * GK_MINUTE};

/* What is wrong, to be told after the table. */
typedef struct GkProblem
{
	const char *kind;
	const GkStream *stream;		/* or NULL */
	char	   *text;
} GkProblem;

static GkProblem *problems;
static int	num_problems;

void
gk_verify_found(const char *kind, const GkStream *stream, char *text)
{
	problems = gk_grow(problems, (num_problems + 1) * sizeof(GkProblem));
	problems[num_problems++] = (GkProblem) {kind, stream, text};
}

/* How many findings there are. */
int
gk_verify_num_found(void)
{
	return num_problems;
}

unsigned long long
gk_big(uint64_t number)
{
	return number;
}

/* "1 record is", "2 records are" */
const char *
gk_records_are(uint64_t number, const char *one, const char *more)
{
	return gk_format("%llu %s %s", gk_big(number), number == 1 ? "record" : "records",
					 number == 1 ? one : more);
}

char *
gk_time_text(uint64_t us)
{
	char		stamp[40];

	gk_local_time(us, stamp, sizeof(stamp));
	return gk_copy(stamp);
}

char *
gk_visible_text(const char *text)
{
	GkBuf		out = {0};

	gk_put_visible(&out, text, strlen(text));
	return out.data;
}

/*
 * Records before the first one that is there: were they deleted because the
 * journal keeps nothing that old?
 */
bool
gk_is_evicted(const GkStream *stream)
{
	return gk_verified.journal_begins + UINT64_C(1000000) >= stream->first_time;
}

/* How the stream ends. */
const char *
gk_end_of_stream(const GkStream *stream)
{
	uint64_t	patience;

	if (stream->last_stop > stream->last_start)
		return "stop";
	if (!stream->is_newest || gk_verified.until != UINT64_MAX)
		return "none";
	/* a busy machine is late at times */
	patience = gk_verified.heartbeat + gk_verified.heartbeat / 10 + (gk_verified.heartbeat < GK_MINUTE ? gk_verified.heartbeat : GK_MINUTE);
	if (gk_verified.heartbeat > 0 && gk_verified.now > stream->last_time + patience)
		return "silent";
	return "running";
}

void
gk_verify_print_table(void)
{
	printf("%s%-16s %-8s  %-19s  %-19s  %9s %8s %8s %6s  %s%s\n", gk_color(GK_DIM),
		   "CLUSTER", "STREAM", "FROM", "TO", "RECORDS", "MISSING", "LOST", "TWICE",
		   "END", gk_color_off());
	for (int i = 0; i < gk_verified.streams.count; i++)
	{
		const GkStream *s = gk_verified.streams.stream[i];
		uint64_t	missing = gk_numbers_missing(&s->numbers);
		GkBuf		cluster = {0};

		gk_put_visible(&cluster, s->cluster, strlen(s->cluster));
		printf("%-16s %.8s  %s  %s  %9llu %s%8llu%s %s%8llu%s %s%6llu%s  %s\n",
			   gk_buf_string(&cluster), s->id, gk_time_text(s->first_time), gk_time_text(s->last_time),
			   gk_big(s->records),
			   gk_color(missing ? GK_RED : GK_PLAIN), gk_big(missing), gk_color_off(),
			   gk_color(s->lost ? GK_RED : GK_PLAIN), gk_big(s->lost), gk_color_off(),
			   gk_color(s->duplicates ? GK_RED : GK_PLAIN), gk_big(s->duplicates), gk_color_off(),
			   gk_end_of_stream(s));
	}
	for (int i = 0; i < gk_verified.streams.count; i++)
	{
		const GkStream *s = gk_verified.streams.stream[i];
		uint64_t	first = gk_numbers_first(&s->numbers);

		if (first > 1 && gk_verified.since == 0 && !gk_verified.complete && gk_is_evicted(s))
			printf("note: stream %.8s: %s older than what the journal keeps\n",
				   s->id, gk_records_are(first - 1, "is", "are"));
	}
}

void
gk_verify_print_found(void)
{
	for (int i = 0; i < num_problems; i++)
	{
		printf("%s%s%s: ", gk_color(GK_RED), problems[i].kind, gk_color_off());
		if (problems[i].stream)
			printf("stream %.8s: ", problems[i].stream->id);
		puts(problems[i].text);
	}
	if (num_problems == 0)
		printf("%sok%s: %s there, in %d stream%s, and none is missing\n", gk_color(GK_GREEN),
			   gk_color_off(), gk_records_are(gk_verified.num_records, "is", "are"), gk_verified.streams.count,
			   gk_verified.streams.count == 1 ? "" : "s");
	else
		printf("%s%d finding%s%s\n", gk_color(GK_BOLD), num_problems,
			   num_problems == 1 ? "" : "s", gk_color_off());
}

void
gk_verify_print_json(void)
{
	static GkJson json;

	for (int i = 0; i < gk_verified.streams.count; i++)
	{
		const GkStream *s = gk_verified.streams.stream[i];

		gk_json_begin(&json);
		gk_json_text(&json, "stream", s->id);
		gk_json_text(&json, "cluster", s->cluster);
		gk_json_text(&json, "host", s->host);
		gk_json_text(&json, "system_id", s->system_id);
		gk_json_number(&json, "port", s->port);
		gk_json_number(&json, "from_us", s->first_time);
		gk_json_number(&json, "to_us", s->last_time);
		gk_json_number(&json, "first", gk_numbers_first(&s->numbers));
		gk_json_number(&json, "last", gk_numbers_last(&s->numbers));
		gk_json_number(&json, "records", s->records);
		gk_json_number(&json, "missing", gk_numbers_missing(&s->numbers));
		gk_json_text(&json, "gaps", gk_numbers_gaps(&s->numbers, 1000));
		gk_json_number(&json, "lost", s->lost);
		gk_json_text(&json, "sink_lost", s->sink_lost ? s->sink_lost : "");
		gk_json_number(&json, "waiting", s->waiting);
		gk_json_number(&json, "duplicates", s->duplicates);
		gk_json_number(&json, "hashed", s->hashed);
		gk_json_text(&json, "altered", gk_numbers_list(&s->altered, 1000));
		gk_json_text(&json, "end", gk_end_of_stream(s));
		gk_json_print(&json, stdout);
	}
	for (int i = 0; i < num_problems; i++)
	{
		gk_json_begin(&json);
		gk_json_text(&json, "finding", problems[i].kind);
		gk_json_text(&json, "stream", problems[i].stream ? problems[i].stream->id : "");
		gk_json_text(&json, "text", problems[i].text);
		gk_json_print(&json, stdout);
	}
}
