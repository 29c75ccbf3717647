/*-------------------------------------------------------------------------
 *
 * metrics.c
 *	  "pg_gatekeeper metrics": what a running server has denied and recorded, as
 *	  text that Prometheus reads.
 *
 * Numbers only: what others have written (roles, statements) is no label.  With
 * --output the file is there as a whole or as it was before, as the textfile
 * collector of node_exporter wants it.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "cli/server.h"

#include <errno.h>
#include <libpq-fe.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/config.h"

static const char usage[] =
"Says what the module has denied and recorded in a running server, as text that\n"
"Prometheus reads.\n"
"\n"
"Usage:\n"
"  pg_gatekeeper metrics CLUSTER [OPTION]...\n"
"  pg_gatekeeper metrics [OPTION]...\n"
"\n"
"CLUSTER is one of Debian's, such as 15/main. Without one, the server is the one\n"
"that psql would connect to.\n"
"\n"
"Options:\n"
"  -o, --output FILE        write there, for the textfile collector of\n"
"                           node_exporter; the name has to end in .prom\n"
"  -h, --host HOST          the server's host, or directory of its socket\n"
"  -p, --port PORT          its port\n"
"  -U, --username ROLE      a superuser, or a member of pg_monitor\n"
"  -d, --dbname DATABASE    one where the extension pg_gatekeeper was created\n"
"                           (default postgres); without it there is less to tell\n"
"      --help               this help\n"
"\n"
"Exit status: 0 all was told, 1 the extension is not there, or the module, 2 the\n"
"server could not be asked.\n";

static const struct option options[] =
{
	{"output", required_argument, NULL, 'o'},
	GK_TARGET_OPTIONS,
	{"help", no_argument, NULL, GK_OPT_HELP},
	{NULL, 0, NULL, 0}
};

static GkServer server;
static GkBuf text;

/* The head of a metric. */
static void
metric(const char *name, const char *type, const char *help)
{
	gk_buf_format(&text, "# HELP pg_gatekeeper_%s %s\n# TYPE pg_gatekeeper_%s %s\n", name, help, name, type);
}

/* A label's value, which can have anything in it. */
static void
put_label(const char *name, const char *value)
{
	gk_buf_format(&text, "%s=\"", name);
	for (; *value; value++)
	{
		if (*value == '\n')
			gk_buf_text(&text, "\\n");
		else
		{
			if (*value == '"' || *value == '\\')
				gk_buf_text(&text, "\\");
			gk_buf_add(&text, value, 1);
		}
	}
	gk_buf_text(&text, "\"");
}

/* Of the server: its name is a label of each number, so that several can be in one place. */
static void
sample(const char *name, const char *label, const char *value, const char *second, const char *is,
	   const char *number)
{
	gk_buf_format(&text, "pg_gatekeeper_%s{", name);
	put_label("cluster", *server.cluster ? server.cluster : server.port);
	if (label)
	{
		gk_buf_text(&text, ",");
		put_label(label, value);
	}
	if (second)
	{
		gk_buf_text(&text, ",");
		put_label(second, is);
	}
	gk_buf_format(&text, "} %s\n", number);
}

static void
number(const char *name, const char *type, const char *help, uint64_t value)
{
	metric(name, type, help);
	sample(name, NULL, NULL, NULL, NULL, gk_format("%lu", (unsigned long) value));
}

static void
put_module(void)
{
	const char *mode = gk_server_setting(&server, "mode");
	const char *version = gk_server_setting(&server, "version");

	number("up", "gauge", "Whether the module is loaded.", server.is_loaded);
	if (!server.is_loaded)
		return;
	metric("info", "gauge", "Version of the module and of the server.");
	sample("info", "version", version, "server_version", server.version, "1");
	number("enforcing", "gauge", "Whether rules deny: gatekeeper.mode is enforce.", strcmp(mode, "enforce") == 0);
	number("strict", "gauge", "Whether gatekeeper.strict is on.",
		   strcmp(gk_server_setting(&server, "strict"), "on") == 0);
	metric("rule_level", "gauge", "Level of each rule: 0 off, 1 audit, 2 elevated, 3 always.");
	for (int i = 0; i < server.num_settings; i++)
	{
		static const char *const levels[] = {"off", "audit", "elevated", "always"};

		for (int k = 0; server.setting[i].is_rule && k < GK_LENGTHOF(levels); k++)
			if (strcmp(levels[k], server.setting[i].value) == 0)
				sample("rule_level", "rule", server.setting[i].name, NULL, NULL, gk_format("%d", k));
	}
}

static void
put_sinks(void)
{
	static const char *const what[][3] = {
		{"sink_sent_total", "counter", "Records that a sink took."},
		{"sink_lost_total", "counter", "Records that a sink did not take, or not yet."},
		{"sink_waiting", "gauge", "Records that wait for a sink."},
		{"sink_ready", "gauge", "Whether a sink that is configured takes records."}
	};

	if (!server.has_views)
		return;
	number("records_total", "counter", "Records numbered since the stream began.", server.sequence);
	number("records_lost_total", "counter", "Records that no sink took, and none will.", server.lost);
	for (int k = 0; k < GK_LENGTHOF(what); k++)
	{
		metric(what[k][0], what[k][1], what[k][2]);
		for (int i = 0; i < server.num_sinks; i++)
		{
			const GkServerSink *sink = &server.sink[i];
			uint64_t	value = k == 0 ? sink->sent : k == 1 ? sink->lost : k == 2 ? sink->waiting :
				strcmp(sink->state, "ready") == 0;

			if (strcmp(sink->state, "unused") != 0)
				sample(what[k][0], "sink", sink->name, NULL, NULL, gk_format("%lu", (unsigned long) value));
		}
	}
}

/* What each rule has found; gk_server_ask() has made sure whose the views are. */
static void
put_rules(const GkTarget *target)
{
	static const char *const verdicts[] = {"denied", "would_deny", "allowed"};
	PGconn	   *conn;
	PGresult   *result;

	if (!server.has_views)
		return;
	conn = gk_connect(target, "pg_gatekeeper metrics", "10");
	result = PQexec(conn, "SELECT rule, denials, would_denials, allowed, "
					"coalesce(extract(epoch from last_time), 0) FROM gatekeeper.rules ORDER BY rule");
	if (PQresultStatus(result) != PGRES_TUPLES_OK)
		gk_error(NULL, "the server does not answer: %s", PQerrorMessage(conn));
	metric("actions_total", "counter", "Actions that a rule found, by verdict.");
	for (int i = 0; i < PQntuples(result); i++)
		for (int k = 0; k < GK_LENGTHOF(verdicts); k++)
			sample("actions_total", "rule", PQgetvalue(result, i, 0), "verdict", verdicts[k],
				   PQgetvalue(result, i, k + 1));
	metric("rule_last_timestamp_seconds", "gauge", "When a rule found something last; 0 for never.");
	for (int i = 0; i < PQntuples(result); i++)
		sample("rule_last_timestamp_seconds", "rule", PQgetvalue(result, i, 0), NULL, NULL,
			   PQgetvalue(result, i, 4));
	PQclear(result);
	PQfinish(conn);
}

/* Whoever reads the directory sees all of it, or what was there before. */
static void
write_to(const char *path)
{
	char	   *temporary = gk_format("%s.XXXXXX", path);
	int			fd = mkstemp(temporary);
	bool		ok = fd >= 0 && fchmod(fd, 0644) == 0 && write(fd, text.data, text.used) == (ssize_t) text.used;

	if (fd >= 0 && close(fd) != 0)
		ok = false;
	if (!ok || rename(temporary, path) != 0)
	{
		int			saved = errno;

		if (fd >= 0)
			unlink(temporary);
		gk_error(NULL, "cannot write \"%s\": %s", path, strerror(saved));
	}
}

int
gk_metrics(int argc, char **argv)
{
	static GkTarget target;
	static GkCluster cluster;
	const char *output = NULL;
	uid_t		uid;
	int			c;

	while ((c = gk_next_option(argc, argv, "o:h:p:U:d:", options, usage)) != -1)
		if (c == 'o')
			output = optarg;
		else
			gk_target_option(&target, c, optarg);
	if (output && (strlen(output) < 6 || strcmp(output + strlen(output) - 5, ".prom") != 0))
		gk_error(NULL, "option --output: \"%s\" does not end in .prom", output);
	if (optind < argc)
	{
		gk_cluster_find(&cluster, argv[optind++], NULL, NULL);
		target.os_user = gk_owner_of(cluster.config_dir, &uid);
		gk_target_cluster(&target, &cluster);
	}
	gk_no_arguments(argc, argv);
	gk_target_defaults(&target);
	gk_server_ask(&target, &server);
	put_module();
	put_sinks();
	put_rules(&target);
	if (output)
		write_to(output);
	else
		fputs(gk_buf_string(&text), stdout);
	if (server.is_loaded && !server.has_views)
		gk_warning("what rules and sinks have counted is known in a database with the extension: "
				   "CREATE EXTENSION pg_gatekeeper, and --dbname");
	return server.is_loaded && server.has_views ? GK_EXIT_OK : GK_EXIT_FOUND;
}
