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
#include "cli/verify.h"

#include <stdlib.h>

#include "cli/commands.h"
#include "cli/verify_chain.h"

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
"      --chain FILE         the key of the records' hashes: each is as it was\n"
"                           written\n"
"      --json               one JSON object a line: each stream, each finding\n"
"      --color WHEN         auto, always or never\n"
"  -D, --directory DIR      the journal files below DIR, not this machine's\n"
"      --file FILE          not the journal but a log of the server; \"-\" is\n"
"                           standard input\n"
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
	{"chain", required_argument, NULL, GK_OPT_CHAIN},
	{"json", no_argument, NULL, GK_OPT_JSON},
	{"color", required_argument, NULL, GK_OPT_COLOR},
	GK_FILE_OPTION,
	GK_SOURCE_OPTIONS,
	{"help", no_argument, NULL, GK_OPT_HELP},
	{NULL, 0, NULL, 0}
};

static bool as_json;
static GkWords clusters;
static uint64_t num_forged;
static char *first_forged;

#define add_problem(kind, stream, ...) \
	gk_verify_found(kind, stream, gk_format(__VA_ARGS__))

static void
take_forged(const GkEntry *entry)
{
	GkBuf		text = {0};
	const char *exe = gk_entry_get(entry, "_EXE");

	if (num_forged++ > 0)
		return;
	gk_buf_format(&text, "the first at %s ", gk_time_text(entry->time));
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

	if (gk_verified.since > 0)
		gk_journal_seek_time(journal, gk_verified.since);
	while (gk_journal_next(journal, &entry))
	{
		/* the clock can have been set back, so later ones may be earlier */
		if (entry.time < gk_verified.since || entry.time >= gk_verified.until)
			continue;
		if (entry.forged)
			take_forged(&entry);
		else if (clusters.count == 0 ||
				 gk_words_has(&clusters, gk_entry_get(&entry, "GATEKEEPER_CLUSTER")))
		{
			gk_verified.num_records++;
			gk_streams_add(&gk_verified.streams, &entry);
		}
	}
	gk_streams_complete(&gk_verified.streams);
}

/*
 * Does the journal begin later than what it was asked about, with a stream that
 * had begun before?
 */
static bool
is_begun_late(void)
{
	if (gk_verified.journal_begins <= gk_verified.since)
		return false;
	for (int i = 0; i < gk_verified.streams.count; i++)
		if (gk_numbers_first(&gk_verified.streams.stream[i]->numbers) > 1 && gk_is_evicted(gk_verified.streams.stream[i]))
			return true;
	return false;
}

/* Are the records as the server wrote them? */
static void
judge_contents(const GkStream *stream)
{
	uint64_t	unhashed = gk_numbers_count(&stream->unhashed);

	if (stream->altered.count > 0)
		add_problem("content", stream, "%s not as written, or of another key: %s.",
					gk_records_are(gk_numbers_count(&stream->altered), "is", "are"), gk_numbers_list(&stream->altered, 10));
	if (stream->relinked.count > 0)
		add_problem("chain", stream, "%s not what a later record knows: %s. Changed, with the key or where that is not asked for.",
					gk_records_are(gk_numbers_count(&stream->relinked), "is", "are"), gk_numbers_list(&stream->relinked, 10));
	if (unhashed > 0 && stream->hashed > 0)
		add_problem("content", stream, "%s without the hash that others have: %s.",
					gk_records_are(unhashed, "is", "are"), gk_numbers_list(&stream->unhashed, 10));
	else if (unhashed > 0 && gk_chain_has_key())
		add_problem("content", stream, "no record has a hash. Was gatekeeper.audit_chain set, at that server start?");
}

static void
judge_stream(const GkStream *stream)
{
	uint64_t	first = gk_numbers_first(&stream->numbers);
	uint64_t	missing = gk_numbers_missing(&stream->numbers);
	const char *end = gk_end_of_stream(stream);

	if (missing > 0 && stream->lost > 0)
		add_problem("gap", stream, "%s missing: %s. The server says that %s no sink; look in its own log.",
					gk_records_are(missing, "is", "are"), gk_numbers_gaps(&stream->numbers, 10),
					gk_records_are(stream->lost, "found", "found"));
	else if (missing > 0 && stream->waiting > 0)
		add_problem("gap", stream, "%s missing: %s. The last record says that %s for a sink; %s.",
					gk_records_are(missing, "is", "are"), gk_numbers_gaps(&stream->numbers, 10),
					gk_records_are(stream->waiting, "waited", "waited"),
					stream->is_newest ? "look again later" : "the server's end took them along");
	else if (missing > 0)
		add_problem("gap", stream, "%s missing: %s. The server does not count them as lost, so the journal "
					"dropped them by its rate limit, they were deleted, or went to syslog.",
					gk_records_are(missing, "is", "are"), gk_numbers_gaps(&stream->numbers, 10));
	else if (stream->lost > 0)
		add_problem("lost", stream, "the server says that %s no sink; look in its own log.",
					gk_records_are(stream->lost, "found", "found"));
	if (stream->sink_lost)
		add_problem("sink", stream, "the server says that sinks have lost records which others have: %s.",
					gk_visible_text(stream->sink_lost));
	if (first > 1 && gk_verified.since == 0 && (gk_verified.complete || !gk_is_evicted(stream)))
		add_problem("head", stream, "%s missing at the beginning, although the journal goes back to %s.",
					gk_records_are(first - 1, "is", "are"), gk_time_text(gk_verified.journal_begins));
	if (stream->duplicates > 0)
		add_problem("duplicate", stream, "%s there more than once, the first is number %llu: replayed or forged.",
					gk_records_are(stream->duplicates, "is", "are"), gk_big(stream->first_duplicate));
	/* where no process number fits, the server has its own, as in a container */
	if (stream->other_pids > 0 && stream->same_pids > 0)
		add_problem("process", stream, "%s sent by another process than named: forged.",
					gk_records_are(stream->other_pids, "was", "were"));
	if (stream->told_end > gk_numbers_last(&stream->numbers))
		add_problem("tail", stream, "it ends with record %llu at %s, but the start of the next stream says that there "
					"were %llu before the server crashed: %s missing at the end.",
					gk_big(gk_numbers_last(&stream->numbers)), gk_time_text(stream->last_time), gk_big(stream->told_end),
					gk_records_are(stream->told_end - gk_numbers_last(&stream->numbers), "is", "are"));
	else if (strcmp(end, "none") == 0 && gk_verified.until == UINT64_MAX && stream->told_end == 0)
		add_problem("tail", stream, "it ends with record %llu at %s, without the record of a stop, and the server "
					"has been started since: it crashed, or the last records were lost.",
					gk_big(gk_numbers_last(&stream->numbers)), gk_time_text(stream->last_time));
	if (strcmp(end, "silent") == 0)
		add_problem("silent", stream, "nothing has come since %s, not even a heartbeat: the server crashed, cannot "
					"write, or records are taken away. (With gatekeeper.audit_heartbeat off: --heartbeat 0.)",
					gk_time_text(stream->last_time));
}

/* What is wrong with the trail as a whole. */
static void
judge_trail(void)
{
	if (gk_verified.since > 0 && is_begun_late())
		add_problem("begin", NULL, "the journal goes back to %s only, not to %s: what was before, it keeps no longer.",
					gk_time_text(gk_verified.journal_begins), gk_time_text(gk_verified.since));
	if (num_forged > 0)
		add_problem("forged", NULL, "%s under the server's name but not its own, %s.%s",
					gk_records_are(num_forged, "is", "are"), first_forged,
					gk_verified.num_records ? "" : " Does the server run as another user? See option --uid.");
	if (gk_verified.num_records == 0)
		add_problem("empty", NULL, "there is no record. Is the module loaded (pg_gatekeeper status), does it "
					"write to this journal, and did the server start within the time asked for?");
}

static void
take_options(int argc, char **argv, GkSource *source)
{
	int			c;

	while ((c = gk_next_option(argc, argv, GK_SOURCE_LETTERS, options, usage)) != -1)
		switch (c)
		{
			case 'S':
				gk_verified.since = gk_option_time("--since", optarg);
				break;
			case 'U':
				gk_verified.until = gk_option_time("--until", optarg);
				break;
			case GK_OPT_CLUSTER:
				gk_words_add_list(&clusters, optarg);
				if (clusters.count == 0)
					gk_error(NULL, "option --cluster needs a value that is not empty");
				break;
			case GK_OPT_HEARTBEAT:
				if (!gk_parse_duration(optarg, &gk_verified.heartbeat))
					gk_error("Durations are written as in 1h, 90min, 0.",
							 "\"%s\" is not a duration, as option --heartbeat needs one", optarg);
				break;
			case GK_OPT_COMPLETE:
				gk_verified.complete = true;
				break;
			case GK_OPT_CHAIN:
				gk_chain_use_key(optarg);
				break;
			case GK_OPT_JSON:
				as_json = true;
				break;
			case GK_OPT_COLOR:
				gk_color_option(optarg);
				break;
			default:
				gk_source_option(source, c, optarg);
		}
	gk_no_arguments(argc, argv);
}

int
gk_verify(int argc, char **argv)
{
	static GkSource source;
	GkJournal  *journal;
	uint64_t	journal_ends = 0;

	take_options(argc, argv, &source);
	journal = gk_journal_open(&source);
	(void) gk_journal_span(journal, &gk_verified.journal_begins, &journal_ends);
	/* files that were taken elsewhere are judged as of when they were taken */
	gk_verified.now = source.directory || source.files.count > 0 ? journal_ends : gk_now();
	read_records(journal);

	for (int i = 0; i < gk_verified.streams.count; i++)
	{
		judge_stream(gk_verified.streams.stream[i]);
		judge_contents(gk_verified.streams.stream[i]);
	}
	judge_trail();
	if (as_json)
		gk_verify_print_json();
	else
	{
		if (gk_verified.streams.count > 0)
			gk_verify_print_table();
		gk_verify_print_found();
	}
	return gk_verify_num_found() > 0 ? GK_EXIT_FOUND : GK_EXIT_OK;
}
