/*-------------------------------------------------------------------------
 *
 * report.c
 *	  "pg_gatekeeper events --by": how often, not what; and records as CSV.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "cli/report.h"

#include <stdlib.h>

/* What records can be counted by, and the columns of CSV. */
static const struct
{
	const char *name;
	const char *field;
}			columns[] =
{
	{"time", NULL}, {"cluster", "GATEKEEPER_CLUSTER"}, {"host", "_HOSTNAME"},
	{"stream", "GATEKEEPER_STREAM"}, {"seq", "GATEKEEPER_SEQ"}, {"event", "GATEKEEPER_EVENT"},
	{"verdict", "GATEKEEPER_VERDICT"}, {"outcome", "GATEKEEPER_OUTCOME"}, {"rule", "GATEKEEPER_RULE"},
	{"circumstances", "GATEKEEPER_CIRCUMSTANCES"}, {"sqlstate", "GATEKEEPER_SQLSTATE"},
	{"technique", "GATEKEEPER_TECHNIQUE"}, {"user", "GATEKEEPER_SESSION_USER"},
	{"current_user", "GATEKEEPER_CURRENT_USER"}, {"app_user", "GATEKEEPER_APP_USER"},
	{"database", "GATEKEEPER_DATABASE"}, {"client", "GATEKEEPER_CLIENT_ADDR"},
	{"application", "GATEKEEPER_APPLICATION"}, {"session", "GATEKEEPER_SESSION_ID"},
	{"extension", "GATEKEEPER_EXTENSION"}, {"function", "GATEKEEPER_FUNCTION"},
	{"code_owner", "GATEKEEPER_CODE_OWNER"}, {"command", "GATEKEEPER_COMMAND"},
	{"object_type", "GATEKEEPER_OBJECT_TYPE"}, {"object", "GATEKEEPER_OBJECT"},
	{"grantee", "GATEKEEPER_GRANTEE"}, {"attributes", "GATEKEEPER_ATTRIBUTES"},
	{"old_value", "GATEKEEPER_OLD_VALUE"}, {"new_value", "GATEKEEPER_NEW_VALUE"},
	{"count", "GATEKEEPER_COUNT"}, {"flags", "GATEKEEPER_FLAGS"}, {"statement", "GATEKEEPER_STATEMENT"},
	{"forged", NULL}, {"class", "GATEKEEPER_CLASS"}
};

typedef struct Group
{
	char	   *values;			/* a line of CSV, without its end */
	uint64_t	count;
	uint64_t	first;			/* us since 1970 */
	uint64_t	last;
} Group;

static int	by[GK_LENGTHOF(columns)];
static int	num_by;
static Group *groups;
static int	num_groups;
static int	max_groups;

/* Take --by's list. */
void
gk_report_by(const char *list)
{
	GkWords		words = {0};
	GkBuf		known = {0};

	gk_words_add_list(&words, list);
	for (int c = 0; c < GK_LENGTHOF(columns); c++)
		gk_buf_format(&known, "%s%s", c ? ", " : "", columns[c].name);
	if (words.count == 0)
		gk_error(NULL, "option --by needs a value that is not empty");
	for (int i = 0; i < words.count; i++)
	{
		int			c = 0;

		while (c < GK_LENGTHOF(columns) && strcmp(columns[c].name, words.word[i]) != 0)
			c++;
		if (c == GK_LENGTHOF(columns))
			gk_error(gk_format("It takes one or more of: %s.", known.data),
					 "option --by does not know \"%s\"", words.word[i]);
		if (num_by == GK_LENGTHOF(by))
			gk_error(NULL, "option --by has too many words");
		by[num_by++] = c;
	}
}

/*
 * One value as RFC 4180 has it.  What a spreadsheet would take for a formula gets an
 * apostrophe, since anybody's text is in it.
 */
static void
put_csv(GkBuf *out, const char *text)
{
	static GkBuf visible;
	bool		is_formula = *text && strchr("=+-@", *text);

	gk_buf_clear(&visible);
	gk_put_visible(&visible, text, strlen(text));
	text = gk_buf_string(&visible);
	if (!is_formula && !strpbrk(text, "\", "))
	{
		gk_buf_text(out, text);
		return;
	}
	gk_buf_text(out, is_formula ? "\"'" : "\"");
	for (; *text; text++)
		gk_buf_add(out, *text == '"' ? "\"\"" : text, *text == '"' ? 2 : 1);
	gk_buf_text(out, "\"");
}

/* Local time, with its offset: spreadsheets and people know what that is. */
static void
put_time(GkBuf *out, uint64_t us)
{
	char		stamp[40];

	gk_local_time(us, stamp, sizeof(stamp));
	put_csv(out, stamp);
}

static void
put_column(GkBuf *out, const GkEntry *entry, int c)
{
	if (columns[c].field)
		put_csv(out, gk_entry_get(entry, columns[c].field));
	else if (strcmp(columns[c].name, "time") == 0)
		put_time(out, gk_event_time(entry));
	else
		put_csv(out, entry->forged ? entry->forged : "");
}

/* The header, and a line for each record. */
void
gk_show_csv(const GkEntry *entry)
{
	static GkBuf line;
	static bool is_begun;

	gk_buf_clear(&line);
	for (int c = 0; !is_begun && c < GK_LENGTHOF(columns); c++)
		gk_buf_format(&line, "%s%s", columns[c].name, c + 1 < GK_LENGTHOF(columns) ? "," : "\r\n");
	is_begun = true;
	for (int c = 0; c < GK_LENGTHOF(columns); c++)
	{
		gk_buf_text(&line, c ? "," : "");
		put_column(&line, entry, c);
	}
	printf("%s\r\n", line.data);
}

/* Count a record: as many actions as it stands for. */
void
gk_report_add(const GkEntry *entry)
{
	static GkBuf values;
	uint64_t	count = gk_entry_number(entry, "GATEKEEPER_COUNT");
	uint64_t	time = gk_event_time(entry);
	Group	   *group;

	gk_buf_clear(&values);
	for (int i = 0; i < num_by; i++)
	{
		gk_buf_text(&values, i ? "," : "");
		put_column(&values, entry, by[i]);
	}
	for (group = groups; group < groups + num_groups; group++)
		if (strcmp(group->values, gk_buf_string(&values)) == 0)
			break;
	if (group == groups + num_groups)
	{
		if (num_groups == max_groups)
		{
			max_groups = 2 * max_groups + 64;
			groups = gk_grow(groups, max_groups * sizeof(Group));
		}
		group = &groups[num_groups++];
		*group = (Group) {.values = gk_copy(gk_buf_string(&values)),.first = time};
	}
	group->count += count > 0 ? count : 1;
	if (time < group->first)
		group->first = time;
	if (time > group->last)
		group->last = time;
}

static int
compare_counts(const void *a, const void *b)
{
	const Group *one = a;
	const Group *other = b;

	if (one->count != other->count)
		return one->count < other->count ? 1 : -1;
	return strcmp(one->values, other->values);
}

/* The most frequent first, as CSV or, for people, in columns. */
void
gk_report_print(bool as_csv)
{
	const char *end = as_csv ? "\r\n" : "\n";

	qsort(groups, num_groups, sizeof(Group), compare_counts);
	printf(as_csv ? "count,first,last" : "%8s  %-19s  %-19s  ", "COUNT", "FIRST", "LAST");
	for (int i = 0; i < num_by; i++)
		printf("%s%s", as_csv || i ? "," : "", columns[by[i]].name);
	fputs(end, stdout);
	for (int i = 0; i < num_groups; i++)
	{
		char		first[40];
		char		last[40];

		gk_local_time(groups[i].first, first, sizeof(first));
		gk_local_time(groups[i].last, last, sizeof(last));
		printf(as_csv ? "%llu,\"%s\",\"%s\",%s%s" : "%8llu  %s  %s  %s%s",
			   (unsigned long long) groups[i].count, first, last, groups[i].values, end);
	}
}

bool
gk_report_is_wanted(void)
{
	return num_by > 0;
}
