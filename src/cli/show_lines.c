/*-------------------------------------------------------------------------
 *
 * show_lines.c
 *	  Entries for people: a line each, or all their fields.
 *
 * What the server wrote is escaped by it and safe to show.  What somebody else
 * wrote under its name is made safe here.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "cli.h"

#include <stdlib.h>
#include <time.h>

/* Columns, all but the last; a longer text pushes the rest to the right. */
static const struct
{
	const char *title;
	int			width;
}			columns[] =
{
	{"TIME", 19}, {"CLUSTER", 8}, {"VERDICT", 10}, {"RULE", 18}, {"WHO", 20},
	{"CIRCUMSTANCES", 13}
};

static GkBuf line;

/* Local time, to the second. */
void
gk_local_time(uint64_t us, char *out, size_t size)
{
	time_t		seconds = us / 1000000;
	struct tm	tm;

	if (localtime_r(&seconds, &tm) == NULL ||
		strftime(out, size, "%Y-%m-%d %H:%M:%S", &tm) == 0)
		snprintf(out, size, "-");
}

static int
width_of(const char *text)
{
	int			width = 0;

	for (; *text; text++)
		width += (*text & 0xC0) != 0x80;
	return width;
}

/* A column's text and what fills it up. */
static void
put_column(int column, const char *text, GkColor color)
{
	size_t		start;
	int			width;

	gk_buf_text(&line, gk_color(color));
	start = line.used;
	if (*text)
		gk_put_visible(&line, text, strlen(text));
	else
		gk_buf_text(&line, "-");
	width = width_of(line.data + start);
	if (color != GK_PLAIN)
		gk_buf_text(&line, gk_color_off());
	gk_buf_format(&line, "%*s", width < columns[column].width ?
				  columns[column].width - width + 2 : 2, "");
}

void
gk_show_header(void)
{
	gk_buf_clear(&line);
	for (int i = 0; i < GK_LENGTHOF(columns); i++)
		put_column(i, columns[i].title, GK_DIM);
	printf("%s%sWHAT%s\n", line.data, gk_color(GK_DIM), gk_color_off());
}

/* denied, would_deny or allowed; for the others what happened. */
static const char *
verdict_of(const GkEntry *entry)
{
	const char *verdict = gk_entry_get(entry, "GATEKEEPER_VERDICT");

	return *verdict ? verdict : gk_entry_get(entry, "GATEKEEPER_EVENT");
}

static GkColor
color_of(const GkEntry *entry)
{
	const char *verdict = verdict_of(entry);

	if (strcmp(verdict, "denied") == 0 || gk_entry_number(entry, "PRIORITY") == 2)
		return GK_RED;
	if (strcmp(verdict, "would_deny") == 0 || strcmp(verdict, "config") == 0)
		return GK_YELLOW;
	return *gk_entry_get(entry, "GATEKEEPER_VERDICT") ? GK_PLAIN : GK_DIM;
}

static void
put_what(const GkEntry *entry)
{
	const char *type = gk_entry_get(entry, "GATEKEEPER_OBJECT_TYPE");
	const char *object = gk_entry_get(entry, "GATEKEEPER_OBJECT");
	const char *command = gk_entry_get(entry, "GATEKEEPER_COMMAND");
	const char *count = gk_entry_get(entry, "GATEKEEPER_COUNT");
	const char *old = gk_entry_get(entry, "GATEKEEPER_OLD_VALUE");
	const char *new = gk_entry_get(entry, "GATEKEEPER_NEW_VALUE");
	const char *outcome = gk_entry_get(entry, "GATEKEEPER_OUTCOME");

	if (*object == '\0' && *type == '\0')
		object = gk_entry_get(entry, "GATEKEEPER_COMMAND");
	if (*object == '\0' && *type == '\0')
		object = gk_entry_get(entry, "MESSAGE");
	/* what is done to it shows in the name of a rule, not in that of a class */
	if (*gk_entry_get(entry, "GATEKEEPER_RULE") == '\0' && *command && strcmp(type, "records") != 0)
	{
		gk_put_visible(&line, command, strlen(command));
		gk_buf_text(&line, " ");
	}
	else if (*type)
	{
		gk_put_visible(&line, type, strlen(type));
		gk_buf_text(&line, " ");
	}
	gk_put_visible(&line, object, strlen(object));
	if (*old || *new)
	{
		gk_buf_text(&line, ": ");
		gk_put_visible(&line, old, strlen(old));
		gk_buf_text(&line, *old ? " -> " : "");
		gk_put_visible(&line, new, strlen(new));
	}
	if (*outcome && strcmp(outcome, "done") != 0)
	{
		gk_buf_text(&line, " [");
		gk_put_visible(&line, outcome, strlen(outcome));
		gk_buf_text(&line, strcmp(outcome, "unknown") == 0 ? " outcome]" : "]");
	}
	if (gk_entry_number(entry, "GATEKEEPER_KINDS") > 0)
		gk_buf_format(&line, " and the like (%lu more, %lu kinds)", strtoul(count, NULL, 10),
					  (unsigned long) gk_entry_number(entry, "GATEKEEPER_KINDS"));
	else if (strtoul(count, NULL, 10) > 1)
		gk_buf_format(&line, " (%lu times)", strtoul(count, NULL, 10));
}

static void
put_forged(const GkEntry *entry)
{
	if (entry->forged == NULL)
		return;
	gk_buf_format(&line, "%s[forged? ", gk_color(GK_ALARM));
	gk_put_visible(&line, entry->forged, strlen(entry->forged));
	gk_buf_format(&line, "]%s ", gk_color_off());
}

/* The rule; of what only a class is of, that. */
static void
put_rule(const GkEntry *entry)
{
	const char *rule = gk_entry_get(entry, "GATEKEEPER_RULE");
	const char *class = gk_entry_get(entry, "GATEKEEPER_CLASS");
	char		text[40];

	snprintf(text, sizeof(text), "class %.30s", class);
	put_column(3, *rule || *class == '\0' ? rule : text, GK_BOLD);
}

/* One line. */
void
gk_show_line(const GkEntry *entry)
{
	const char *user = gk_entry_get(entry, "GATEKEEPER_SESSION_USER");
	const char *database = gk_entry_get(entry, "GATEKEEPER_DATABASE");
	static GkBuf who;
	char		stamp[40];

	gk_local_time(gk_event_time(entry), stamp, sizeof(stamp));
	gk_buf_clear(&who);
	gk_buf_format(&who, "%s%s%s", user, *database ? "@" : "", database);
	gk_buf_clear(&line);
	put_column(0, stamp, GK_PLAIN);
	put_column(1, gk_entry_get(entry, "GATEKEEPER_CLUSTER"), GK_PLAIN);
	put_column(2, verdict_of(entry), color_of(entry));
	put_rule(entry);
	put_column(4, who.data, GK_PLAIN);
	put_column(5, gk_entry_get(entry, "GATEKEEPER_CIRCUMSTANCES"), GK_PLAIN);
	put_forged(entry);
	put_what(entry);
	puts(line.data);
}

/* All fields, ours first; what journald adds only as far as it says who. */
void
gk_show_fields(const GkEntry *entry)
{
	static const char *const trusted[] =
	{"_HOSTNAME", "_UID", "_PID", "_EXE", "_SYSTEMD_UNIT", "_TRANSPORT"};
	char		stamp[40];

	gk_local_time(gk_event_time(entry), stamp, sizeof(stamp));
	gk_buf_clear(&line);
	gk_buf_format(&line, "%s.%06u  %s", stamp, (unsigned) (gk_event_time(entry) % 1000000),
				  gk_color(color_of(entry)));
	gk_put_visible(&line, verdict_of(entry), strlen(verdict_of(entry)));
	gk_buf_format(&line, "%s ", gk_color_off());
	put_forged(entry);
	put_what(entry);
	for (int i = 0; i < entry->num_fields + GK_LENGTHOF(trusted); i++)
	{
		bool		is_ours = i < entry->num_fields;
		const char *name = is_ours ? entry->field[i].name : trusted[i - entry->num_fields];
		const char *value = is_ours ? entry->field[i].value : gk_entry_get(entry, name);

		if (*value == '\0' || (is_ours && *name == '_'))
			continue;
		gk_buf_format(&line, "\n    %s%s%s%*s  ", gk_color(GK_DIM), name, gk_color_off(),
					  (int) (strlen(name) < 27 ? 27 - strlen(name) : 0), "");
		gk_put_visible(&line, value, is_ours ? entry->field[i].length : strlen(value));
	}
	puts(line.data);
	puts("");
}
