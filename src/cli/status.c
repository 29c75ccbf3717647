/*-------------------------------------------------------------------------
 *
 * status.c
 *	  "pg_gatekeeper status": what does a running server do, and do its records
 *	  arrive?
 *
 * The server tells its own side.  Whether a record arrived is told by looking
 * for it where it should be, in the journal.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "cli/status.h"

#include <stdlib.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/config.h"

static const char usage[] =
"Says what the module does in a running server, and whether its records arrive.\n"
"\n"
"Usage:\n"
"  pg_gatekeeper status CLUSTER [OPTION]...\n"
"  pg_gatekeeper status [OPTION]...\n"
"\n"
"CLUSTER is one of Debian's, such as 15/main. Without one, the server is the one\n"
"that psql would connect to.\n"
"\n"
"Options:\n"
"  -h, --host HOST          the server's host, or directory of its socket\n"
"  -p, --port PORT          its port\n"
"  -U, --username ROLE      a superuser, or a member of pg_monitor\n"
"  -d, --dbname DATABASE    any database (default postgres); where the extension\n"
"                           pg_gatekeeper was created, more can be told\n"
"      --probe              attempt COPY TO PROGRAM, and look for the record; it\n"
"                           is an alarm to whoever watches them\n"
"      --format FORMAT      lines, json (one object), or nagios (one line, and a\n"
"                           plugin's exit status)\n"
"      --json               the same as --format json\n"
"      --color WHEN         auto, always or never\n"
"  -D, --directory DIR      the journal files below DIR, not this machine's\n"
"      --namespace NAME     a journal namespace (default: the server's)\n"
"      --uid LIST           user the server runs as (default: the cluster's\n"
"                           owner, or postgres)\n"
"      --help               this help\n"
"\n"
"Exit status: 0 all is well, 1 something is not, 2 it could not look; with\n"
"--format nagios 0 OK, 1 warning, 2 critical, 3 unknown.\n";

static const struct option options[] =
{
	GK_TARGET_OPTIONS,
	{"probe", no_argument, NULL, GK_OPT_PROBE},
	{"format", required_argument, NULL, GK_OPT_FORMAT},
	{"json", no_argument, NULL, GK_OPT_JSON},
	{"color", required_argument, NULL, GK_OPT_COLOR},
	GK_SOURCE_OPTIONS,
	{"help", no_argument, NULL, GK_OPT_HELP},
	{NULL, 0, NULL, 0}
};

static GkTarget target;
static GkServer server;
static GkSource source;
static void fine(const char *what, const char *format,...) GK_PRINTF(2, 3);
static void note(const char *what, const char *format,...) GK_PRINTF(2, 3);
static void warning(const char *what, const char *format,...) GK_PRINTF(2, 3);
static void problem(const char *what, const char *format,...) GK_PRINTF(2, 3);

#define GK_SAY(name, level) \
static void \
name(const char *what, const char *format,...) \
{ \
	va_list		args; \
\
	va_start(args, format); \
	gk_status_say(level, what, format, args); \
	va_end(args); \
}

GK_SAY(fine, GK_STATUS_FINE)
GK_SAY(note, GK_STATUS_NOTE)
GK_SAY(warning, GK_STATUS_WARNING)
GK_SAY(problem, GK_STATUS_PROBLEM)

static void
report_rules(void)
{
	static const char *const levels[] = {"off", "audit", "elevated", "always"};
	int			rules = 0;
	int			usual = 0;

	for (int i = 0; i < server.num_settings; i++)
	{
		rules += server.setting[i].is_rule;
		usual += server.setting[i].is_rule &&
			strcmp(server.setting[i].value, server.setting[i].usual) == 0;
	}
	fine("rules", "%d, of which %d have their default level", rules, usual);
	for (int i = 0; i < server.num_settings; i++)
	{
		const GkServerSetting *setting = &server.setting[i];
		int			is = 0;
		int			was = 0;

		if (!setting->is_rule || strcmp(setting->value, setting->usual) == 0)
			continue;
		for (int k = 0; k < GK_LENGTHOF(levels); k++)
		{
			is = strcmp(levels[k], setting->value) == 0 ? k : is;
			was = strcmp(levels[k], setting->usual) == 0 ? k : was;
		}
		if (is < was)
			warning("", "%s is at \"%s\", looser than its default \"%s\"", setting->name,
				   setting->value, setting->usual);
	}
}

static void
report_version(void)
{
	const char *running = gk_server_setting(&server, "version");
	char	   *installed = gk_server_installed_version(&server);

	if (installed && strcmp(installed, running) != 0)
		problem("version", "%s runs, %s is installed: restart the server", running, installed);
	else
		fine("version", "%s", running);
}

static void
report_module(void)
{
	const char *mode = gk_server_setting(&server, "mode");
	const char *untrusted = gk_server_setting(&server, "untrusted_code");

	if (!server.is_loaded)
	{
		if (server.is_pending)
			problem("module", "not loaded: the configuration has changed, and the server needs a restart");
		else
			problem("module", "not loaded: shared_preload_libraries is \"%s\"; see \"pg_gatekeeper "
					"enable --help\"", server.preload);
		return;
	}
	fine("module", "loaded%s", server.is_pending ?
		 " (shared_preload_libraries will change with the next restart)" : "");
	report_version();
	if (strcmp(mode, "off") == 0)
		problem("mode", "off: it denies nothing and records nothing");
	else if (strcmp(mode, "audit") == 0)
		warning("mode", "audit: it records what it would deny, and denies nothing");
	else
		fine("mode", "%s", mode);
	fine("strict", "%s", gk_server_setting(&server, "strict"));
	fine("containment", "%s", gk_server_setting(&server, "sandbox_status"));
	if (strcmp(untrusted, "off") == 0 || strcmp(untrusted, "audit") == 0)
		warning("untrusted code", "%s", untrusted);
	else
		fine("untrusted code", "%s", untrusted);
	report_rules();
}

/* They stay superusers, but no restore makes them such again. */
static void
report_superusers(void)
{
	char	   *names = gk_superusers_not_reserved(&target, gk_server_setting(&server, "reserved_roles"));

	if (names && *names)
		warning("superusers", "not in gatekeeper.reserved_roles: %s", names);
	else if (names)
		fine("superusers", "all are reserved");
}

static void
report_sinks(void)
{
	const char *sinks = gk_server_setting(&server, "audit_sink");

	fine("records go to", "%s", sinks);
	if (!server.has_views)
		note("sinks", "not known in this database: it takes CREATE EXTENSION pg_gatekeeper");
	for (int i = 0; i < server.num_sinks; i++)
	{
		const GkServerSink *sink = &server.sink[i];
		unsigned long long sent = sink->sent, lost = sink->lost;

		if (strcmp(sink->state, "unused") == 0)
			continue;
		if (strcmp(sink->state, "failing") == 0 || strcmp(sink->state, "suspended") == 0)
			problem(sink->name, "%s: %s; %llu sent, %llu not taken", sink->state, sink->last_error, sent, lost);
		else if (strcmp(sinks, "auto") != 0 && lost > sink->waiting)
			problem(sink->name, "%s; %llu sent, %llu lost to it", sink->state, sent, lost - sink->waiting);
		else
			fine(sink->name, "%s; %llu sent, %llu not taken", sink->state, sent, lost);
	}
	if (server.waiting > 0)
		problem("waiting", "%d records wait until a sink takes them", (int) server.waiting);
	if (server.lost > 0)
		problem("lost", "%d records found no sink; look in the server's own log", (int) server.lost);
}

static void
report_probe(GkJournal *journal)
{
	static GkEntry entry;
	char	   *answer;
	uint64_t	start = gk_now();
	uint64_t	number = gk_server_probe(&target, &answer);
	unsigned long long shown = number;

	if (number == 0)
		problem("probe", "no record was announced: %s", answer);
	else if (gk_find_record(&server, journal, &entry, number, start - 1000000))
		fine("probe", "record %llu is in the journal, %.1f ms after the attempt began", shown,
			 entry.time > start ? (entry.time - start) / 1000.0 : 0.0);
	else
		problem("probe", "record %llu, which the server says it has written, is not in the journal", shown);
}

static void
report_journal(bool do_probe)
{
	static GkEntry entry;
	const char *socket = gk_server_setting(&server, "audit_journal_socket");
	const char *sinks = gk_server_setting(&server, "audit_sink");
	const char *hint;
	const char *obstacle;
	GkJournal  *journal;
	char		name[64];
	char		stamp[40];
	unsigned long long last;
	unsigned long long wanted = server.sequence;

	if (strcmp(sinks, "log") == 0)
	{
		note("journal", "records go to the server's own log; pg_gatekeeper verify --file FILE looks there");
		return;
	}
	if (!source.name_space && !source.directory &&
		sscanf(socket, "/run/systemd/journal.%63[^/]/socket", name) == 1)
		source.name_space = gk_copy(name);
	obstacle = gk_journal_obstacle(&source, &hint);
	if (obstacle)
	{
		problem("journal", "%s", obstacle);
		return;
	}
	journal = gk_journal_open(&source);
	if (do_probe)
		report_probe(journal);
	else if (server.has_views && server.sequence > 0 &&
			 gk_find_record(&server, journal, &entry, server.sequence, 0))
		fine("journal", "record %llu, the last one, is there", wanted);
	else if (server.has_views && server.sequence == 0)
		fine("journal", "there is no record yet");
	else if (gk_find_record(&server, journal, &entry, 0, 0))
	{
		last = gk_entry_number(&entry, "GATEKEEPER_SEQ");
		gk_local_time(entry.time, stamp, sizeof(stamp));
		if (server.has_views)
			problem("journal", "the last record there is %llu of %s, but the server has written %llu",
					last, stamp, wanted);
		else
			fine("journal", "record %llu of %s is the last one there", last, stamp);
	}
	else if (strstr(sinks, "syslog"))
		note("journal", "there is no record of this server: records go to syslog");
	else if (server.has_views)
		problem("journal", "there is no record of this server, which has written %llu", wanted);
	else
		note("journal", "there is no record of this server; --probe makes one");
}

/* What a name of Debian's means. */
static void
take_cluster(const char *name)
{
	static GkCluster cluster;
	uid_t		uid;

	gk_cluster_find(&cluster, name, NULL, NULL);
	target.os_user = gk_owner_of(cluster.config_dir, &uid);
	if (target.os_user && source.senders.count == 0)
		source.senders.uid[source.senders.count++] = uid;
	gk_target_cluster(&target, &cluster);
}

int
gk_status(int argc, char **argv)
{
	bool		probe = false;
	int			c;

	while ((c = gk_next_option(argc, argv, "h:p:U:d:" GK_SOURCE_LETTERS, options, usage)) != -1)
		switch (c)
		{
			case GK_OPT_PROBE:
				probe = true;
				break;
			case GK_OPT_FORMAT:
				gk_status_format(optarg);
				break;
			case GK_OPT_JSON:
				gk_status_format("json");
				break;
			case GK_OPT_COLOR:
				gk_color_option(optarg);
				break;
			default:
				if (!gk_target_option(&target, c, optarg))
					gk_source_option(&source, c, optarg);
		}
	if (optind < argc)
		take_cluster(argv[optind++]);
	gk_no_arguments(argc, argv);
	gk_target_defaults(&target);
	gk_server_ask(&target, &server);
	gk_status_begin(&server);
	report_module();
	if (server.is_loaded)
	{
		report_superusers();
		report_sinks();
		report_journal(probe);
	}
	return gk_status_end(&server);
}
