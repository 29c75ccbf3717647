/*-------------------------------------------------------------------------
 *
 * redact_find.c
 *	  Where the value of a word that names a secret begins and ends, in text that
 *	  is not SQL.  See redact.c.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "common/redact.h"

/* Behind one of these a shell goes on, and a value without quotes ends. */
#define GK_SHELL_ENDS " \t\n\r;|&`$()<>'\","

/*
 * Where a value that begins at pos, behind the given quote, ends.  A backslash
 * before the closing quote can be part of the value, as in a connection string;
 * not where a shell would go on behind it: a command that hides behind
 * "password=" must not be hidden with it.
 */
static size_t
value_end(const GkRedactor *r, size_t pos, size_t end, char quote)
{
	if (quote == '\0')
		return gk_redact_find(r, pos, end, GK_SHELL_ENDS);
	for (size_t stop = pos;; stop++)
	{
		stop = gk_redact_find(r, stop, end, quote == '\'' ? "'" : "\"$`");
		if (stop + 1 >= end || stop == pos || r->s[stop] != quote ||
			r->s[stop - 1] != '\\' || strchr(GK_SHELL_ENDS ":}]", r->s[stop + 1]))
			return stop;
	}
}

/*
 * Is there an SQL constant at pos, with whatever a shell needs before its
 * quotes?  Returns where its text begins and, in *stop, where that ends; pos
 * when there is none.
 */
static size_t
sql_constant(const GkRedactor *r, size_t pos, size_t end, size_t *stop)
{
	const char *s = r->s;
	size_t		p = gk_redact_skip(r, pos, end, "\\");
	size_t		start;

	if (p < end && s[p] == '$')
	{
		for (p++; p < end && (gk_redact_is_word_char((unsigned char) s[p]) || s[p] == '\\' || s[p] & 0x80);)
			p++;
		if (p == end || s[p] != '$')
			return pos;			/* a variable or command of the shell */
		*stop = gk_redact_find(r, p + 1, end, "$");
		return p + 1;
	}
	p = pos;
	if (end - p > 2 && (s[p] | 0x20) == 'u' && s[p + 1] == '&')
		p += 2;
	else if (end - p > 1 && s[p] && strchr("eEbBxXnN", s[p]))
		p++;
	p = gk_redact_skip(r, p, end, "\\");
	if (p >= end || (s[p] != '\'' && s[p] != '"'))
		return pos;
	start = gk_redact_skip(r, p, end, "\\'\"");
	while (s[start - 1] == '\\')
		start--;				/* the value's own */
	*stop = value_end(r, start, end, s[start - 1]);
	return start;
}

/* Does a shell's word go on where the value seems to end: a'b', a\\ b, $'a b'? */
static bool
is_shells(const GkRedactor *r, size_t start, size_t stop, size_t end)
{
	int			quotes = 0;

	/* in quotes that began before, the value ends with them */
	if (stop < end && (r->s[stop] == '\'' || r->s[stop] == '"'))
		for (size_t p = start > 4096 ? start - 4096 : 0; p < start; p++)
			quotes += r->s[p] == r->s[stop];
	if (quotes % 2 == 1)
		return false;
	return r->is_text && stop < end &&
		(r->s[stop] == '\'' || r->s[stop] == '"' ||
		 (r->s[stop] == '$' && stop + 1 < end && (r->s[stop + 1] == '\'' || r->s[stop + 1] == '"')) ||
		 (stop > 0 && r->s[stop - 1] == '\\'));
}

/*
 * In plain text, is there a value for the word from "word" to pos?  Then *start
 * and *stop say where it is.
 */
bool
gk_redact_find_value(const GkRedactor *r, size_t word, size_t pos, size_t end,
					 size_t *start, size_t *stop)
{
	size_t		quoted = gk_redact_skip(r, pos, end, "\"'\\");
	size_t		p = quoted;
	size_t		next;
	bool		is_assigned;

	do
	{
		next = gk_redact_skip(r, p, end, " \t\n\r");
		p = gk_redact_comment_end(r, next, end);
	} while (p > next);
	if (p >= end)
		return false;
	next = gk_redact_skip(r, p + 2, end, " \t\n\r");	/* SET x TO 'y' */
	if (end - p > 2 && (r->s[p] | 0x20) == 't' && (r->s[p + 1] | 0x20) == 'o' &&
		(*start = sql_constant(r, next, end, stop)) > next)
		return true;
	is_assigned = r->s[p] == '=' || r->s[p] == ':';
	if (is_assigned)
		p = gk_redact_skip(r, p, end, " \t\n\r=:>");
	else if (p == quoted && r->s[p] != '$' && p == pos)
		return false;
	*start = sql_constant(r, p, end, stop);
	if (*start > p)
		return true;
	if (!is_assigned && (p == quoted || word == 0 || r->s[word - 1] != '-'))
		return false;			/* a word among others */
	*start = p;
	*stop = value_end(r, p, end, '\0');
	if (is_shells(r, p, *stop, end))
		*stop = gk_redact_shell_word(r, p, end, true);
	return true;
}
