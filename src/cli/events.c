/*-------------------------------------------------------------------------
 *
 * events.c
 *	  "pg_gatekeeper events": shows records out of the journal.
 *
 * The outcome of an action is told by a later record.  So all that is to be shown
 * is read twice, but when it is followed.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "cli/filter.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/report.h"

static const char usage[] =
"Shows the audit records that the journal holds.\n"
"\n"
"Usage:\n"
"  pg_gatekeeper events [OPTION]...\n"
"\n"
"  -f, --follow             go on showing records as they are written\n"
"  -n, --lines N            only the last N records (10 with --follow)\n"
"  -a, --all                heartbeats as well, and records of outcomes\n"
"      --cursor-file FILE   go on behind the record that FILE remembers, and have\n"
"                           it remember the last one\n"
"\n"
GK_FILTER_USAGE
"\n"
"How:\n"
"  -v, --verbose            all fields of each record\n"
"      --json               one JSON object a line, with the journal's names\n"
"      --format FORMAT      lines, verbose, json, ecs, ocsf or csv\n"
"      --by LIST            not the records but how many there are by rule, user,\n"
"                           client, outcome ... (any column of csv)\n"
"      --color WHEN         auto, always or never\n"
"      --no-pager           do not start a pager\n"
"\n"
"Where from:\n"
"  -D, --directory DIR      the journal files below DIR, not this machine's\n"
"      --file FILE          not the journal but a log of the server, with records\n"
"                           of sink log; \"-\" is standard input\n"
"      --namespace NAME     a journal namespace; \"*\" for all, \"+NAME\" for both\n"
"      --uid LIST           users the server runs as (default postgres); what\n"
"                           others sent under its name is marked [forged?]\n"
"  -h, --help               this help\n"
"\n"
"Exit status: 0 when records could be looked for, 2 when not.\n";

static const struct option options[] =
{
	{"follow", no_argument, NULL, 'f'},
	{"lines", required_argument, NULL, 'n'},
	{"all", no_argument, NULL, 'a'},
	{"verbose", no_argument, NULL, 'v'},
	{"json", no_argument, NULL, GK_OPT_JSON},
	{"format", required_argument, NULL, GK_OPT_FORMAT},
	{"by", required_argument, NULL, GK_OPT_BY},
	{"color", required_argument, NULL, GK_OPT_COLOR},
	{"no-pager", no_argument, NULL, GK_OPT_NO_PAGER},
	{"cursor-file", required_argument, NULL, GK_OPT_CURSOR_FILE},
	GK_FILTER_OPTIONS,
	GK_FILE_OPTION,
	GK_SOURCE_OPTIONS,
	{"help", no_argument, NULL, GK_OPT_HELP},
	{NULL, 0, NULL, 0}
};

static const char *cursor_file;

static const struct
{
	const char *name;
	GkShow		show;
}			formats[] =
{
	{"lines", gk_show_line},
	{"verbose", gk_show_fields},
	{"json", gk_show_json},
	{"ecs", gk_show_ecs},
	{"ocsf", gk_show_ocsf},
	{"csv", gk_show_csv},
};

static GkShow
find_format(const char *name)
{
	for (int i = 0; i < GK_LENGTHOF(formats); i++)
		if (strcmp(formats[i].name, name) == 0)
			return formats[i].show;
	gk_error("The formats are lines, verbose, json, ecs, ocsf and csv.",
			 "unknown format \"%s\"", name);
}

/* The newest of those that were shown: sink, stream and number. */
static char last_shown[64][80];

/*
 * With two sinks that both end in the journal a record is there twice; once is
 * enough.  The second one follows closely.
 */
static bool
was_shown(const GkEntry *entry)
{
	static int	next;
	char		name[64];

	if (entry->forged)
		return false;
	snprintf(name, sizeof(name), "%s %s", gk_entry_get(entry, "GATEKEEPER_STREAM"),
			 gk_entry_get(entry, "GATEKEEPER_SEQ"));
	for (int i = 0; i < GK_LENGTHOF(last_shown); i++)
		if (strcmp(last_shown[i] + 1, name) == 0 && last_shown[i][0] != "js"[entry->is_syslog])
			return true;
	snprintf(last_shown[next], sizeof(last_shown[next]), "%c%s", "js"[entry->is_syslog], name);
	next = (next + 1) % GK_LENGTHOF(last_shown);
	return false;
}

static void
forget_shown(void)
{
	memset(last_shown, 0, sizeof(last_shown));
}

/* Stand behind the record that cursor_file remembers; false when there is none. */
static bool
seek_cursor(GkJournal *journal)
{
	char	   *text;

	if (cursor_file == NULL)
		return false;
	text = gk_read_file(cursor_file);
	if (text == NULL && errno != ENOENT)
		gk_error(NULL, "cannot read file \"%s\": %s", cursor_file, strerror(errno));
	if (text == NULL || text[strcspn(text, "\n")] == '\0')
		return false;
	text[strcspn(text, "\n")] = '\0';
	if (!gk_journal_seek_after(journal, text))
		gk_error("Remove it to begin anew.", "file \"%s\" does not hold a cursor of the journal",
				 cursor_file);
	return true;
}

/* Have cursor_file remember where we are, once all before that is written. */
static void
save_cursor(GkJournal *journal)
{
	char	   *cursor;
	char	   *name;
	FILE	   *file;

	gk_flush_output();
	if (cursor_file == NULL || (cursor = gk_journal_cursor(journal)) == NULL)
		return;
	name = gk_format("%s.new", cursor_file);
	file = fopen(name, "we");
	if (file == NULL || fprintf(file, "%s\n", cursor) < 0 || fclose(file) != 0 ||
		rename(name, cursor_file) != 0)
		gk_error(NULL, "cannot write file \"%s\": %s", name, strerror(errno));
	free(name);
	free(cursor);
}

/* Stand before the last lines wanted records. */
static void
seek_last(GkJournal *journal, GkEntry *entry, uint64_t lines)
{
	gk_journal_seek_end(journal);
	while (gk_journal_previous(journal, entry))
	{
		gk_outcomes_learn(entry);
		gk_outcomes_apply(entry);
		if (entry->time < gk_filter.since || (gk_filter_passes(entry) && !was_shown(entry) && lines-- == 0))
		{
			forget_shown();
			return;
		}
	}
	forget_shown();
	gk_journal_seek_start(journal);
}

/* Stand before the first record that may be shown; true when cursor_file names it. */
static bool
stand_at_first(GkJournal *journal)
{
	if (seek_cursor(journal))
		return true;
	if (gk_filter.since > 0)
		gk_journal_seek_time(journal, gk_filter.since);
	else
		gk_journal_seek_start(journal);
	return false;
}

static GkShow show = gk_show_line;
static uint64_t num_shown;
static bool follow;
static bool use_pager = true;
static uint64_t lines = 10;		/* how many, where that is limited */
static bool is_limited;

static void
take_option(int c, GkSource *source)
{
	switch (c)
	{
		case 'f':
			follow = true;
			break;
		case 'n':
			is_limited = strcmp(optarg, "all") != 0;
			lines = is_limited ? gk_option_number("--lines", optarg) : UINT64_MAX;
			break;
		case 'v':
			show = gk_show_fields;
			break;
		case GK_OPT_JSON:
			show = gk_show_json;
			break;
		case GK_OPT_FORMAT:
			show = find_format(optarg);
			break;
		case GK_OPT_BY:
			gk_report_by(optarg);
			break;
		case GK_OPT_COLOR:
			gk_color_option(optarg);
			break;
		case GK_OPT_NO_PAGER:
			use_pager = false;
			break;
		case GK_OPT_CURSOR_FILE:
			cursor_file = optarg;
			break;
		default:
			if (!gk_filter_option(c, optarg))
				gk_source_option(source, c, optarg);
	}
}

/* Stand before the first record to show, and know the outcomes that others tell. */
static void
begin_reading(GkJournal *journal, GkEntry *entry)
{
	if (!stand_at_first(journal) &&
		(is_limited || (follow && lines != UINT64_MAX && gk_filter.since == 0)))
		seek_last(journal, entry, lines);
	else if (!follow)
	{
		while (gk_journal_next(journal, entry))
			gk_outcomes_learn(entry);
		(void) stand_at_first(journal);
	}
}

/* Show, or count, all that there is from here on. */
static void
show_records(GkJournal *journal, GkEntry *entry)
{
	while (gk_journal_next(journal, entry))
	{
		gk_outcomes_learn(entry);
		gk_outcomes_apply(entry);
		/* not the end: the clock can have been set back */
		if (!gk_filter_passes(entry) || was_shown(entry))
			continue;
		if (gk_report_is_wanted())
			gk_report_add(entry);
		else
		{
			if (num_shown++ == 0 && show == gk_show_line)
				gk_show_header();
			show(entry);
		}
	}
}

int
gk_events(int argc, char **argv)
{
	static GkSource source;
	static GkEntry entry;
	GkJournal  *journal;
	int			c;

	while ((c = gk_next_option(argc, argv, "fn:av" GK_SOURCE_LETTERS, options, usage)) != -1)
		take_option(c, &source);
	gk_no_arguments(argc, argv);
	if (follow && gk_filter.until != UINT64_MAX)
		gk_error(NULL, "options --follow and --until exclude each other");
	if (gk_report_is_wanted() && (follow || (show != gk_show_line && show != gk_show_csv)))
		gk_error("It prints a table, or with --format csv one for programs.",
				 "option --by does not go with --follow and with other formats");

	journal = gk_journal_open(&source);
	if (follow)
		setvbuf(stdout, NULL, _IOLBF, 0);
	else if (use_pager && cursor_file == NULL)
		gk_start_pager();
	gk_filter.hides_outcomes = !follow && (show == gk_show_line || show == gk_show_fields || show == gk_show_csv);
	begin_reading(journal, &entry);
	do
	{
		show_records(journal, &entry);
		save_cursor(journal);
	} while (follow && gk_journal_wait(journal, UINT64_MAX));

	if (gk_report_is_wanted())
		gk_report_print(show == gk_show_csv);
	else if (num_shown == 0 && show == gk_show_line)
		fputs("-- no records --\n", stderr);
	gk_end_pager();
	return GK_EXIT_OK;
}
