/*-------------------------------------------------------------------------
 *
 * posture_lines.c
 *	  What becomes of a line of pg_hba.conf that several checks find fault with.
 *
 * Each check's remedy is the whole line, with what the check wants different.
 * Put together, each field is what somebody wants different, and the stricter
 * one where two do.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "cli/posture.h"

#include <stdlib.h>

/* The fields before the options: type, databases, roles, perhaps an address, method. */
#define MAX_FIELDS 5

typedef struct Line
{
	GkWords		words;
	int			fields;			/* how many of the words are no options */
} Line;

/* The words of a line, up to a remark. */
static void
split(const char *text, Line *line)
{
	memset(line, 0, sizeof(*line));
	while (*(text += strspn(text, " \t")) && *text != '#')
	{
		const char *end = text;
		bool		quoted = false;

		for (; *end && (quoted || (*end != ' ' && *end != '\t')); end++)
			quoted ^= *end == '"';
		gk_words_add(&line->words, text, end - text);
		text = end;
	}
	line->fields = line->words.count > 0 && strcmp(line->words.word[0], "local") == 0 ? 4 : MAX_FIELDS;
	if (line->fields > line->words.count)
		line->fields = line->words.count;
}

static int
count_words(const char *list)
{
	int			n = 1;
	bool		quoted = false;

	for (; *list; list++)
	{
		quoted ^= *list == '"';
		n += *list == ',' && !quoted;
	}
	return n;
}

/* The length of an address's prefix; "samehost" is as good as one address. */
static int
prefix(const char *address)
{
	const char *slash = strchr(address, '/');

	return slash ? atoi(slash + 1) : strcmp(address, "samehost") == 0 ? 128 : 0;
}

/* Is a, which is not what stands there now, stricter than b, which is not either? */
static bool
is_stricter(int field, int fields, const char *a, const char *b)
{
	if (field == 0)
		return strcmp(a, "hostssl") == 0;
	if (field == fields - 1)
		return strcmp(a, "reject") == 0 || (strcmp(a, "scram-sha-256") == 0 && strcmp(b, "reject") != 0);
	if (field == 3)
		return prefix(a) > prefix(b);
	return strcmp(b, "all") == 0 || count_words(a) < count_words(b);
}

/* What a remedy's line wants different from what is there. */
static void
take(Line *merged, const Line *base, const Line *wanted)
{
	if (wanted->fields != base->fields)
		return;
	for (int i = 0; i < base->fields; i++)
	{
		const char *word = wanted->words.word[i];

		if (strcmp(word, base->words.word[i]) != 0 &&
			(strcmp(merged->words.word[i], base->words.word[i]) == 0 || is_stricter(i, base->fields, word, merged->words.word[i])))
			merged->words.word[i] = gk_copy(word);
	}
	/* options that are not wanted, and those that are wanted besides */
	for (int i = base->fields; i < base->words.count; i++)
		if (!gk_words_has(&wanted->words, base->words.word[i]))
			for (int k = merged->fields; k < merged->words.count; k++)
				if (strcmp(merged->words.word[k], base->words.word[i]) == 0)
					merged->words.word[k] = gk_copy("");
	for (int i = wanted->fields; i < wanted->words.count; i++)
		if (!gk_words_has(&base->words, wanted->words.word[i]) && !gk_words_has(&merged->words, wanted->words.word[i]))
			gk_words_add(&merged->words, wanted->words.word[i], strlen(wanted->words.word[i]));
}

static bool
is_same_place(const GkFinding *a, const GkFinding *b)
{
	return strcmp(b->kind, "line") == 0 && b->status >= GK_WARN && !b->waived && *b->remedy &&
		b->file && b->line == a->line && strcmp(b->file, a->file) == 0;
}

/* Options of a method go with it; those that ask for a certificate stay. */
static bool
is_for_every_method(const char *option)
{
	return *option == '\0' || strncmp(option, "clientcert=", 11) == 0 || strncmp(option, "clientname=", 11) == 0;
}

static void
drop_options(Line *merged, const Line *base)
{
	int			method = merged->fields - 1;

	if (method < 0 || strcmp(merged->words.word[method], base->words.word[method]) == 0)
		return;
	for (int i = merged->fields; i < merged->words.count; i++)
		if (!is_for_every_method(merged->words.word[i]))
			merged->words.word[i] = gk_copy("");
}

/*
 * What to put in the place of the line that a finding is about, with what the
 * others want that are about the same; NULL when an earlier one has told.
 */
char *
gk_posture_line(const GkPosture *p, const GkFinding *finding)
{
	static const char mark[] = "pg_hba.conf:";
	bool		is_rule = strncmp(finding->object, mark, strlen(mark)) == 0;
	GkBuf		out = {0};
	Line		base;
	Line		merged;

	for (const GkFinding *f = p->finding; f < finding; f++)
		if (is_same_place(finding, f))
			return NULL;
	if (!is_rule)
		return gk_copy(finding->remedy);
	split(finding->object + strlen(mark), &base);
	split(finding->object + strlen(mark), &merged);
	for (int i = 0; i < p->count; i++)
	{
		const char *remedy = p->finding[i].remedy;
		const char *last = strrchr(remedy, '\n');
		Line		wanted;

		if (!is_same_place(finding, &p->finding[i]))
			continue;
		if (*remedy == '#')
			return gk_copy(remedy);
		/* what is put before the line stays before it */
		if (last)
			gk_buf_format(&out, "%.*s\n", (int) (last - remedy), remedy);
		split(last ? last + 1 : remedy, &wanted);
		take(&merged, &base, &wanted);
	}
	drop_options(&merged, &base);
	for (int i = 0; i < merged.words.count; i++)
		if (*merged.words.word[i])
			gk_buf_format(&out, "%s%s", i > 0 ? " " : "", merged.words.word[i]);
	return gk_copy(gk_buf_string(&out));
}
