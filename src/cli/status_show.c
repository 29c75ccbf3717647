/*-------------------------------------------------------------------------
 *
 * status_show.c
 *	  What "pg_gatekeeper status" has to say: for people line by line, for
 *	  programs as one JSON object, for Nagios and its kin as one line.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "cli/status.h"

#include <stdlib.h>

/* Everything that was said, for those who get it in the end. */
typedef struct GkSaid
{
	GkStatusLevel level;
	const char *about;
	char	   *text;
} GkSaid;

static GkSaid said[256];
static int	num_said;
static int	count[GK_STATUS_LEVELS];
static enum {FOR_PEOPLE, FOR_PROGRAMS, FOR_NAGIOS} format;

void
gk_status_format(const char *name)
{
	if (strcmp(name, "lines") == 0)
		format = FOR_PEOPLE;
	else if (strcmp(name, "json") == 0)
		format = FOR_PROGRAMS;
	else if (strcmp(name, "nagios") == 0)
		format = FOR_NAGIOS;
	else
		gk_error("Formats are lines, json and nagios.", "unknown format \"%s\"", name);
	gk_errors_for_plugin(format == FOR_NAGIOS);
}

void
gk_status_say(GkStatusLevel level, const char *about, const char *text, va_list args)
{
	static const GkColor colors[] = {GK_GREEN, GK_YELLOW, GK_YELLOW, GK_RED};
	static const char *const marks[] = {"   ", "  *", "  *", "!!!"};
	char	   *made = NULL;
	GkBuf		out = {0};

	count[level]++;
	if (vasprintf(&made, text, args) < 0)
		gk_error(NULL, "out of memory");
	if (format == FOR_PEOPLE)
	{
		gk_put_visible(&out, made, strlen(made));
		printf("%s%s%s %-15s %s\n", gk_color(colors[level]), marks[level], gk_color_off(), about,
			   gk_buf_string(&out));
		gk_buf_clear(&out);
		free(made);
	}
	else if (num_said < GK_LENGTHOF(said))
		said[num_said++] = (GkSaid) {level, about, made};
}

/* What a line is about, for programs: "records go to" is records_go_to. */
static char *
key_of(const char *about)
{
	char	   *key = gk_copy(about);

	for (char *c = key; *c; c++)
		if (*c == ' ')
			*c = '_';
	return key;
}

static void
show_json(const GkServer *server, const char *verdict)
{
	static const char *const levels[] = {"ok", "note", "warning", "problem"};
	static GkJson json;

	gk_json_begin(&json);
	gk_json_text(&json, "status", verdict);
	gk_json_number(&json, "problems", count[GK_STATUS_PROBLEM]);
	gk_json_number(&json, "warnings", count[GK_STATUS_WARNING]);
	gk_json_open(&json, "server");
	gk_json_text(&json, "version", server->version);
	gk_json_text(&json, "cluster", server->cluster);
	gk_json_text(&json, "port", server->port);
	gk_json_text(&json, "system_identifier", server->system_id);
	gk_json_close(&json);
	gk_json_open(&json, "module");
	gk_json_bool(&json, "loaded", server->is_loaded);
	gk_json_bool(&json, "restart_pending", server->is_pending);
	if (server->is_loaded)
	{
		char	   *installed = gk_server_installed_version(server);

		if (installed)
			gk_json_text(&json, "installed_version", installed);
		gk_json_open(&json, "settings");
		for (int i = 0; i < server->num_settings; i++)
			gk_json_text(&json, server->setting[i].name, server->setting[i].value);
		gk_json_close(&json);
	}
	gk_json_close(&json);
	if (server->has_views)
	{
		gk_json_open(&json, "records");
		gk_json_text(&json, "stream", server->stream);
		gk_json_number(&json, "sequence", server->sequence);
		gk_json_number(&json, "waiting", server->waiting);
		gk_json_number(&json, "lost", server->lost);
		gk_json_close(&json);
	}
	gk_json_open_array(&json, "findings");
	gk_json_keep(&json);
	for (int i = 0; i < num_said; i++)
	{
		gk_json_open(&json, NULL);
		gk_json_text(&json, "level", levels[said[i].level]);
		if (*said[i].about)
			gk_json_text(&json, "about", key_of(said[i].about));
		gk_json_text(&json, "text", said[i].text);
		gk_json_close(&json);
	}
	gk_json_close(&json);
	gk_json_print(&json, stdout);
}

/* What is wrong, the worst first; "|" begins the numbers, so a text has none. */
static void
show_nagios(const GkServer *server)
{
	GkBuf		out = {0};

	for (int level = GK_STATUS_PROBLEM; level >= GK_STATUS_WARNING; level--)
		for (int i = 0; i < num_said; i++)
			if ((int) said[i].level == level)
				gk_buf_format(&out, "%s%s%s%s", out.used ? "; " : "", said[i].about,
							  *said[i].about ? ": " : "", said[i].text);
	if (out.used == 0)
		gk_buf_format(&out, "pg_gatekeeper %s, mode %s", gk_server_setting(server, "version"),
					  gk_server_setting(server, "mode"));
	for (char *c = out.data; *c; c++)
		if (*c == '|')
			*c = '/';
	printf("%s - ", count[GK_STATUS_PROBLEM] ? "CRITICAL" : count[GK_STATUS_WARNING] ? "WARNING" : "OK");
	{
		GkBuf		visible = {0};

		gk_put_visible(&visible, out.data, out.used);
		printf("%s | problems=%d;;0 warnings=%d;0", gk_buf_string(&visible), count[GK_STATUS_PROBLEM],
			   count[GK_STATUS_WARNING]);
	}
	if (server->has_views)
		printf(" records=%lluc waiting=%llu;;0 lost=%lluc", (unsigned long long) server->sequence,
			   (unsigned long long) server->waiting, (unsigned long long) server->lost);
	putchar('\n');
}

/* The sum; the program's exit status. */
int
gk_status_end(const GkServer *server)
{
	int			problems = count[GK_STATUS_PROBLEM];

	switch (format)
	{
		case FOR_PEOPLE:
			if (problems > 0)
				printf("%s%d problem%s%s\n", gk_color(GK_RED), problems, problems == 1 ? "" : "s",
					   gk_color_off());
			else
				printf("%sok%s\n", gk_color(GK_GREEN), gk_color_off());
			break;
		case FOR_PROGRAMS:
			show_json(server, problems ? "problem" : count[GK_STATUS_WARNING] ? "warning" : "ok");
			break;
		case FOR_NAGIOS:
			show_nagios(server);
			return problems ? 2 : count[GK_STATUS_WARNING] ? 1 : 0;
	}
	return problems > 0 ? GK_EXIT_FOUND : GK_EXIT_OK;
}

/* The line that people see first. */
void
gk_status_begin(const GkServer *server)
{
	if (format == FOR_PEOPLE)
		printf("%sPostgreSQL %s, cluster \"%s\", port %s%s\n", gk_color(GK_BOLD), server->version,
			   server->cluster, server->port, gk_color_off());
}
