/*-------------------------------------------------------------------------
 *
 * verify.c
 *	  "pg_gatekeeper verify": is the audit trail whole?
 *
 * What can be told from the journal alone: numbers missing in the middle of a
 * stream, what the server itself counted as lost, a number that is there
 * twice, a stream without a proper end, records that somebody else sent.
 * What cannot: records that were taken away from the end of a stream which is
 * still short of its next heartbeat.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "cli/streams.h"

#include <stdlib.h>

#include "cli/commands.h"

static const char usage[] =
"Verifies that the journal holds the audit trail without gaps.\n"
"\n"
"Usage:\n"
"  pg_gatekeeper verify [OPTION]...\n"
"\n"
"Options:\n"
"      --since TIME         only records from this time on: \"2026-01-31\", -1d\n"
"      --until TIME         only records before this time\n"
"      --cluster LIST       only these clusters, such as 15/main\n"
"      --heartbeat TIME     what gatekeeper.audit_heartbeat is set to (default\n"
"                           1h): a running server that is silent for longer is\n"
"                           a finding; 0 when it is off\n"
"      --complete           records that the journal deleted by its retention are\n"
"                           a finding, too\n"
"      --json               one JSON object a line: each stream, each finding\n"
"      --color WHEN         auto, always or never\n"
"  -D, --directory DIR      the journal files below DIR, not this machine's\n"
"      --namespace NAME     a journal namespace; \"*\" for all, \"+NAME\" for both\n"
"      --uid LIST           users the server runs as (default postgres)\n"
"  -h, --help               this help\n"
"\n"
"Exit status: 0 nothing found, 1 something found, 2 it could not look.\n";

static const struct option options[] =
{
	{"since", required_argument, NULL, 'S'},
	{"until", required_argument, NULL, 'U'},
	{"cluster", required_argument, NULL, GK_OPT_CLUSTER},
	{"heartbeat", required_argument, NULL, GK_OPT_HEARTBEAT},
	{"complete", no_argument, NULL, GK_OPT_COMPLETE},
	{"json", no_argument, NULL, GK_OPT_JSON},
	{"color", required_argument, NULL, GK_OPT_COLOR},
	GK_SOURCE_OPTIONS,
	{"help", no_argument, NULL, GK_OPT_HELP},
	{NULL, 0, NULL, 0}
};

#define GK_MINUTE UINT64_C(60000000)

static uint64_t since;
static uint64_t until = UINT64_MAX;
static uint64_t now;			/* what silence is measured against */
static uint64_t journal_begins;
static uint64_t heartbeat = 60 * GK_MINUTE;
static bool complete;
static bool as_json;
static GkWords clusters;

static GkStreams streams;
static uint64_t num_records;
static uint64_t num_forged;
static char *first_forged;

/* What is wrong, to be told after the table. */
typedef struct GkProblem
{
	const char *kind;
	const GkStream *stream;		/* or NULL */
	char	   *text;
} GkProblem;

static GkProblem *problems;
static int	num_problems;

#define add_problem(kind, stream, ...) \
	add_problem_text(kind, stream, gk_format(__VA_ARGS__))

static void
add_problem_text(const char *kind, const GkStream *stream, char *text)
{
	problems = gk_grow(problems, (num_problems + 1) * sizeof(GkProblem));
	problems[num_problems++] = (GkProblem) {kind, stream, text};
}

static unsigned long long
big(uint64_t number)
{
	return number;
}

/* "1 record is", "2 records are" */
static const char *
records(uint64_t number, const char *one, const char *more)
{
	return gk_format("%llu %s %s", big(number), number == 1 ? "record" : "records",
					 number == 1 ? one : more);
}

static char *
local_time(uint64_t us)
{
	char		stamp[40];

	gk_local_time(us, stamp, sizeof(stamp));
	return gk_copy(stamp);
}

static char *
visible(const char *text)
{
	GkBuf		out = {0};

	gk_put_visible(&out, text, strlen(text));
	return out.data;
}

static void
take_forged(const GkEntry *entry)
{
	GkBuf		text = {0};
	const char *exe = gk_entry_get(entry, "_EXE");

	if (num_forged++ > 0)
		return;
	gk_buf_format(&text, "the first at %s ", local_time(entry->time));
	gk_put_visible(&text, entry->forged, strlen(entry->forged));
	if (*exe)
	{
		gk_buf_text(&text, " by ");
		gk_put_visible(&text, exe, strlen(exe));
	}
	first_forged = text.data;
}

static void
read_records(GkJournal *journal)
{
	static GkEntry entry;

	if (since > 0)
		gk_journal_seek_time(journal, since);
	while (gk_journal_next(journal, &entry))
	{
		/* the clock can have been set back, so later ones may be earlier */
		if (entry.time < since || entry.time >= until)
			continue;
		if (entry.forged)
			take_forged(&entry);
		else if (clusters.count == 0 ||
				 gk_words_has(&clusters, gk_entry_get(&entry, "GATEKEEPER_CLUSTER")))
		{
			num_records++;
			gk_streams_add(&streams, &entry);
		}
	}
	gk_streams_complete(&streams);
}

/*
 * Records before the first one that is there: were they deleted because the
 * journal keeps nothing that old?
 */
static bool
is_evicted(const GkStream *stream)
{
	return journal_begins + UINT64_C(1000000) >= stream->first_time;
}

/*
 * Does the journal begin later than what it was asked about, with a stream that
 * had begun before?
 */
static bool
is_begun_late(void)
{
	if (journal_begins <= since)
		return false;
	for (int i = 0; i < streams.count; i++)
		if (gk_numbers_first(&streams.stream[i]->numbers) > 1 && is_evicted(streams.stream[i]))
			return true;
	return false;
}

/* How the stream ends. */
static const char *
end_of(const GkStream *stream)
{
	uint64_t	patience;

	if (stream->last_stop > stream->last_start)
		return "stop";
	if (!stream->is_newest || until != UINT64_MAX)
		return "none";
	/* a busy machine is late at times */
	patience = heartbeat + heartbeat / 10 + (heartbeat < GK_MINUTE ? heartbeat : GK_MINUTE);
	if (heartbeat > 0 && now > stream->last_time + patience)
		return "silent";
	return "running";
}

static void
judge_stream(const GkStream *stream)
{
	uint64_t	first = gk_numbers_first(&stream->numbers);
	uint64_t	missing = gk_numbers_missing(&stream->numbers);
	const char *end = end_of(stream);

	if (missing > 0 && stream->lost > 0)
		add_problem("gap", stream, "%s missing: %s. The server says that %s no sink; look in its own log.",
					records(missing, "is", "are"), gk_numbers_gaps(&stream->numbers, 10),
					records(stream->lost, "found", "found"));
	else if (missing > 0 && stream->waiting > 0)
		add_problem("gap", stream, "%s missing: %s. The last record says that %s for a sink; %s.",
					records(missing, "is", "are"), gk_numbers_gaps(&stream->numbers, 10),
					records(stream->waiting, "waited", "waited"),
					stream->is_newest ? "look again later" : "the server's end took them along");
	else if (missing > 0)
		add_problem("gap", stream, "%s missing: %s. The server does not count them as lost, so the journal "
					"dropped them by its rate limit, they were deleted, or went to syslog.",
					records(missing, "is", "are"), gk_numbers_gaps(&stream->numbers, 10));
	else if (stream->lost > 0)
		add_problem("lost", stream, "the server says that %s no sink; look in its own log.",
					records(stream->lost, "found", "found"));
	if (stream->sink_lost)
		add_problem("sink", stream, "the server says that sinks have lost records which others have: %s.",
					visible(stream->sink_lost));
	if (first > 1 && since == 0 && (complete || !is_evicted(stream)))
		add_problem("head", stream, "%s missing at the beginning, although the journal goes back to %s.",
					records(first - 1, "is", "are"), local_time(journal_begins));
	if (stream->duplicates > 0)
		add_problem("duplicate", stream, "%s there more than once, the first is number %llu: replayed or forged.",
					records(stream->duplicates, "is", "are"), big(stream->first_duplicate));
	/* where no process number fits, the server has its own, as in a container */
	if (stream->other_pids > 0 && stream->same_pids > 0)
		add_problem("process", stream, "%s sent by another process than named: forged.",
					records(stream->other_pids, "was", "were"));
	if (stream->told_end > gk_numbers_last(&stream->numbers))
		add_problem("tail", stream, "it ends with record %llu at %s, but the start of the next stream says that there "
					"were %llu before the server crashed: %s missing at the end.",
					big(gk_numbers_last(&stream->numbers)), local_time(stream->last_time), big(stream->told_end),
					records(stream->told_end - gk_numbers_last(&stream->numbers), "is", "are"));
	else if (strcmp(end, "none") == 0 && until == UINT64_MAX && stream->told_end == 0)
		add_problem("tail", stream, "it ends with record %llu at %s, without the record of a stop, and the server "
					"has been started since: it crashed, or the last records were lost.",
					big(gk_numbers_last(&stream->numbers)), local_time(stream->last_time));
	if (strcmp(end, "silent") == 0)
		add_problem("silent", stream, "nothing has come since %s, not even a heartbeat: the server crashed, cannot "
					"write, or records are taken away. (With gatekeeper.audit_heartbeat off: --heartbeat 0.)",
					local_time(stream->last_time));
}

static void
print_table(void)
{
	printf("%s%-16s %-8s  %-19s  %-19s  %9s %8s %8s %6s  %s%s\n", gk_color(GK_DIM),
		   "CLUSTER", "STREAM", "FROM", "TO", "RECORDS", "MISSING", "LOST", "TWICE",
		   "END", gk_color_off());
	for (int i = 0; i < streams.count; i++)
	{
		const GkStream *s = streams.stream[i];
		uint64_t	missing = gk_numbers_missing(&s->numbers);
		GkBuf		cluster = {0};

		gk_put_visible(&cluster, s->cluster, strlen(s->cluster));
		printf("%-16s %.8s  %s  %s  %9llu %s%8llu%s %s%8llu%s %s%6llu%s  %s\n",
			   gk_buf_string(&cluster), s->id, local_time(s->first_time), local_time(s->last_time),
			   big(s->records),
			   gk_color(missing ? GK_RED : GK_PLAIN), big(missing), gk_color_off(),
			   gk_color(s->lost ? GK_RED : GK_PLAIN), big(s->lost), gk_color_off(),
			   gk_color(s->duplicates ? GK_RED : GK_PLAIN), big(s->duplicates), gk_color_off(),
			   end_of(s));
	}
	for (int i = 0; i < streams.count; i++)
	{
		const GkStream *s = streams.stream[i];
		uint64_t	first = gk_numbers_first(&s->numbers);

		if (first > 1 && since == 0 && !complete && is_evicted(s))
			printf("note: stream %.8s: %s older than what the journal keeps\n",
				   s->id, records(first - 1, "is", "are"));
	}
}

static void
print_problems(void)
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
			   gk_color_off(), records(num_records, "is", "are"), streams.count,
			   streams.count == 1 ? "" : "s");
	else
		printf("%s%d finding%s%s\n", gk_color(GK_BOLD), num_problems,
			   num_problems == 1 ? "" : "s", gk_color_off());
}

static void
print_json(void)
{
	static GkJson json;

	for (int i = 0; i < streams.count; i++)
	{
		const GkStream *s = streams.stream[i];

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
		gk_json_text(&json, "end", end_of(s));
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

int
gk_verify(int argc, char **argv)
{
	static GkSource source;
	GkJournal  *journal;
	uint64_t	journal_ends = 0;
	int			c;

	while ((c = gk_next_option(argc, argv, GK_SOURCE_LETTERS, options, usage)) != -1)
		switch (c)
		{
			case 'S':
				since = gk_option_time("--since", optarg);
				break;
			case 'U':
				until = gk_option_time("--until", optarg);
				break;
			case GK_OPT_CLUSTER:
				gk_words_add_list(&clusters, optarg);
				break;
			case GK_OPT_HEARTBEAT:
				if (!gk_parse_duration(optarg, &heartbeat))
					gk_error("Durations are written as in 1h, 90min, 0.",
							 "\"%s\" is not a duration, as option --heartbeat needs one", optarg);
				break;
			case GK_OPT_COMPLETE:
				complete = true;
				break;
			case GK_OPT_JSON:
				as_json = true;
				break;
			case GK_OPT_COLOR:
				gk_color_option(optarg);
				break;
			default:
				gk_source_option(&source, c, optarg);
		}
	gk_no_arguments(argc, argv);

	journal = gk_journal_open(&source);
	(void) gk_journal_span(journal, &journal_begins, &journal_ends);
	/* files that were taken elsewhere are judged as of when they were taken */
	now = source.directory ? journal_ends : gk_now();
	read_records(journal);

	for (int i = 0; i < streams.count; i++)
		judge_stream(streams.stream[i]);
	if (since > 0 && is_begun_late())
		add_problem("begin", NULL, "the journal goes back to %s only, not to %s: what was before, it keeps no longer.",
					local_time(journal_begins), local_time(since));
	if (num_forged > 0)
		add_problem("forged", NULL, "%s under the server's name but not its own, %s.%s",
					records(num_forged, "is", "are"), first_forged,
					num_records ? "" : " Does the server run as another user? See option --uid.");
	if (num_records == 0)
		add_problem("empty", NULL, "there is no record. Is the module loaded (pg_gatekeeper status), does it "
					"write to this journal, and did the server start within the time asked for?");
	if (as_json)
		print_json();
	else
	{
		if (streams.count > 0)
			print_table();
		print_problems();
	}
	return num_problems > 0 ? GK_EXIT_FOUND : GK_EXIT_OK;
}
