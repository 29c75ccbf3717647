/*-------------------------------------------------------------------------
 *
 * posture_waive.c
 *	  Which findings of "pg_gatekeeper check" are accepted for a time, and which
 *	  were there the last time.
 *
 * A waiver is a line "CHECK OBJECT YYYY-MM-DD REASON"; OBJECT may have blanks
 * and the wildcards of the shell.  A file that cannot be read as that ends the
 * program: a waiver that is not understood must not pass for none.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "cli/posture.h"

#include <ctype.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <time.h>

typedef struct Waiver
{
	const char *check;
	const char *object;
	const char *until;
	const char *reason;
	bool		is_used;
} Waiver;

static bool
is_date(const char *text)
{
	static const char form[] = "0000-00-00";

	for (int i = 0; form[i]; i++)
		if (form[i] == '0' ? !isdigit((unsigned char) text[i]) : text[i] != form[i])
			return false;
	return text[10] == '\0' || isspace((unsigned char) text[10]);
}

static const char *
today(void)
{
	static char text[16];
	time_t		now = gk_now() / 1000000;
	struct tm	tm;

	localtime_r(&now, &tm);
	strftime(text, sizeof(text), "%Y-%m-%d", &tm);
	return text;
}

static char *
trimmed(const char *begin, const char *end)
{
	while (begin < end && isspace((unsigned char) *begin))
		begin++;
	while (end > begin && isspace((unsigned char) end[-1]))
		end--;
	return gk_format("%.*s", (int) (end - begin), begin);
}

/* One line; false when it is none. */
static bool
parse_line(const char *line, size_t len, Waiver *waiver)
{
	const char *end = line + len;
	const char *word = line;

	while (word < end && !isspace((unsigned char) *word))
		word++;
	waiver->check = trimmed(line, word);
	for (const char *at = word; at + 10 <= end; at++)
		if (isspace((unsigned char) at[-1]) && is_date(at))
		{
			waiver->object = trimmed(word, at);
			waiver->until = gk_format("%.10s", at);
			waiver->reason = trimmed(at + 10, end);
			return *waiver->object && *waiver->reason;
		}
	return false;
}

static void
use(GkPosture *p, Waiver *waiver)
{
	for (int i = 0; i < p->count; i++)
	{
		GkFinding  *finding = &p->finding[i];
		const char *name = gk_format("%s:%s", finding->database, finding->object);

		if (strcmp(finding->check->id, waiver->check) != 0 || finding->status < GK_WARN ||
			(fnmatch(waiver->object, finding->object, 0) != 0 && fnmatch(waiver->object, name, 0) != 0))
			continue;
		waiver->is_used = true;
		if (strcmp(waiver->until, today()) < 0)
			continue;
		finding->waived = waiver->reason;
		finding->waived_until = waiver->until;
	}
}

/* Take the waivers of a file. */
void
gk_posture_waive(GkPosture *p, const char *path)
{
	char	   *text = gk_read_file(path);
	int			number = 0;

	if (text == NULL)
		gk_error(NULL, "cannot read \"%s\": %s", path, strerror(errno));
	gk_posture_looked(p, "waiver-expired");
	gk_posture_looked(p, "waiver-unused");
	for (const char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n')
	{
		size_t		len = strcspn(line, "\n");
		size_t		blanks = strspn(line, " \t\r");
		Waiver		waiver = {0};
		char	   *shown;

		number++;
		if (blanks >= len || line[blanks] == '#')
			continue;
		if (!parse_line(line + blanks, len - blanks, &waiver) || !gk_posture_answer(p, waiver.check))
			gk_error("A line is written CHECK OBJECT YYYY-MM-DD REASON; \"pg_gatekeeper check --list\" has the checks.",
					 "\"%s\", line %d, is no waiver", path, number);
		use(p, &waiver);
		shown = gk_format("%s %s", waiver.check, waiver.object);
		if (strcmp(waiver.until, today()) < 0)
			gk_posture_add(p, "waiver-expired", GK_WARN, shown, gk_format("it was until %s", waiver.until), "# mend it, or agree on a new date")->line = number;
		else if (!waiver.is_used)
			gk_posture_add(p, "waiver-unused", GK_INFO, shown, "it matches nothing", "# take the line out")->line = number;
	}
}

/* A string of JSON's, after its opening quote. */
static char *
unescaped(const char *s)
{
	GkBuf		out = {0};

	gk_buf_text(&out, "");
	for (; *s && *s != '"'; s++)
	{
		unsigned	c;

		if (*s == '\\' && s[1] == 'u' && sscanf(s + 2, "%4x", &c) == 1)
		{
			char		bytes[4] = {0};

			if (c < 0x80)
				bytes[0] = c;
			else if (c < 0x800)
			{
				bytes[0] = 0xC0 | c >> 6;
				bytes[1] = 0x80 | (c & 0x3F);
			}
			else
			{
				bytes[0] = 0xE0 | c >> 12;
				bytes[1] = 0x80 | (c >> 6 & 0x3F);
				bytes[2] = 0x80 | (c & 0x3F);
			}
			gk_buf_text(&out, bytes);
			s += 5;
			continue;
		}
		if (*s == '\\' && s[1])
			s++;
		gk_buf_add(&out, s, 1);
	}
	return out.data;
}

/* Say which findings were there in an earlier run, whose JSON the file is. */
void
gk_posture_compare(GkPosture *p, const char *path)
{
	static const char mark[] = "\"fingerprint\":\"";
	char	   *text = gk_read_file(path);
	GkWords		known = {0};
	GkWords		now = {0};

	if (text == NULL)
		gk_error(NULL, "cannot read \"%s\": %s", path, strerror(errno));
	if (strstr(text, "\"checks\"") == NULL)
		gk_error("It takes the output of \"pg_gatekeeper check --json\".", "\"%s\" is no baseline", path);
	for (const char *at = text; (at = strstr(at, mark)) != NULL;)
	{
		char	   *fingerprint;

		at += strlen(mark);
		fingerprint = unescaped(at);
		gk_words_add(&known, fingerprint, strlen(fingerprint));
	}
	for (int i = 0; i < p->count; i++)
	{
		const char *fingerprint = p->finding[i].fingerprint;

		p->finding[i].news = gk_words_has(&known, fingerprint) ? "unchanged" : "new";
		gk_words_add(&now, fingerprint, strlen(fingerprint));
	}
	for (int i = 0; i < known.count; i++)
		if (!gk_words_has(&now, known.word[i]) && !gk_words_has(&p->gone, known.word[i]))
			gk_words_add(&p->gone, known.word[i], strlen(known.word[i]));
}
