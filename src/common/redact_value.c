/*-------------------------------------------------------------------------
 *
 * redact_value.c
 *	  Hides secrets in text that is not SQL: what a record is about, and the
 *	  constants and comments of SQL.  See redact.c.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "common/redact.h"

/* Of plain text no more is looked at: its field holds far less. */
#define GK_PLAIN_LIMIT (16 * 1024)

/* Behind one of these a shell goes on, and a value without quotes ends. */
#define GK_SHELL_ENDS " \t\n\r;|&`$()<>'\","

static size_t
skip(const GkRedactor *r, size_t pos, size_t end, const char *chars)
{
	while (pos < end && r->s[pos] && strchr(chars, r->s[pos]))
		pos++;
	return pos;
}

static size_t
find(const GkRedactor *r, size_t pos, size_t end, const char *chars)
{
	while (pos < end && r->s[pos] && !strchr(chars, r->s[pos]))
		pos++;
	return pos;
}

/* Show what stands before a value, hide the value; returns where to go on. */
static size_t
hide(GkRedactor *r, size_t shown, size_t start, size_t stop)
{
	gk_redact_show(r, shown, start);
	if (stop > start)
		gk_redact_hide(r);
	return stop;
}

/* What the server itself makes of a password. */
static bool
is_verifier(const GkRedactor *r, size_t pos, size_t end, const char *word)
{
	if (strcmp(word, "scram_sha_256") == 0)
		return pos < end && r->s[pos] == '$';
	return strlen(word) == 35 && strncmp(word, "md5", 3) == 0 &&
		strspn(word + 3, "0123456789abcdef") == 32;
}

/*
 * At the "://" of a URI: show it without what stands before the '@'; of a
 * PostgreSQL URI the user is kept.  Returns where to go on.
 */
size_t
gk_redact_uri(GkRedactor *r, size_t pos, size_t end, const char *scheme)
{
	bool		is_postgres = strncmp(scheme, "postgres", 8) == 0;
	size_t		start = pos + 3;
	size_t		at = 0;
	size_t		p;

	gk_redact_show(r, pos, start);
	if (start < r->no_userinfo)
		return start;
	/* a sloppy PostgreSQL password can contain '/' and '@' */
	for (p = start; p < end && !gk_redact_is_space(r->s[p]) &&
		 !strchr(is_postgres ? "'\"<>" : "'\"<>/?#", r->s[p]); p++)
		if (r->s[p] == '@')
			at = p;
	if (at == 0 && p == end && r->is_cut)
		return hide(r, start, start, end);	/* an '@' may follow */
	if (at == 0 || gk_redact_is_run(r, 0, 0, start, at, at))
	{
		r->no_userinfo = p;
		return start;
	}
	if (is_postgres)
	{
		p = find(r, start, at, ":");
		if (p == at)
			return start;		/* no password */
		gk_redact_show(r, start, p + 1);
	}
	gk_redact_hide(r);
	return at;
}

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
		return find(r, pos, end, GK_SHELL_ENDS);
	for (size_t stop = pos;; stop++)
	{
		stop = find(r, stop, end, quote == '\'' ? "'" : "\"$`");
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
	size_t		p = skip(r, pos, end, "\\");
	size_t		start;

	if (p < end && s[p] == '$')
	{
		for (p++; p < end && (gk_redact_is_word_char((unsigned char) s[p]) || s[p] == '\\' || s[p] & 0x80);)
			p++;
		if (p == end || s[p] != '$')
			return pos;			/* a variable or command of the shell */
		*stop = find(r, p + 1, end, "$");
		return p + 1;
	}
	p = pos;
	if (end - p > 2 && (s[p] | 0x20) == 'u' && s[p + 1] == '&')
		p += 2;
	else if (end - p > 1 && s[p] && strchr("eEbBxXnN", s[p]))
		p++;
	p = skip(r, p, end, "\\");
	if (p >= end || (s[p] != '\'' && s[p] != '"'))
		return pos;
	start = skip(r, p, end, "\\'\"");
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
static bool
find_value(const GkRedactor *r, size_t word, size_t pos, size_t end,
		   size_t *start, size_t *stop)
{
	size_t		quoted = skip(r, pos, end, "\"'\\");
	size_t		p = quoted;
	size_t		next;
	bool		is_assigned;

	do
	{
		next = skip(r, p, end, " \t\n\r");
		p = gk_redact_comment_end(r, next, end);
	} while (p > next);
	if (p >= end)
		return false;
	next = skip(r, p + 2, end, " \t\n\r");	/* SET x TO 'y' */
	if (end - p > 2 && (r->s[p] | 0x20) == 't' && (r->s[p + 1] | 0x20) == 'o' &&
		(*start = sql_constant(r, next, end, stop)) > next)
		return true;
	is_assigned = r->s[p] == '=' || r->s[p] == ':';
	if (is_assigned)
		p = skip(r, p, end, " \t\n\r=:>");
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

/*
 * The rest of a constant, behind a word that names a secret, is hidden.  Is
 * the secret surely in there, or does it come from elsewhere?
 */
static bool
is_all(const GkRedactor *r, size_t pos, size_t end)
{
	int			quotes = 0;

	if (skip(r, pos, end, " \t\n\r\"'\\=:>(") == end ||
		find(r, pos, end, "%$?") < end)
		return false;
	for (size_t p = pos; p < end; p++)
		if (r->s[p] == '\'')
			quotes++;
	return quotes % 4 == 0;		/* each doubled, and in pairs */
}

/*
 * A word that is put together from pieces, 'PASS' || 'WORD': does it name a
 * secret, where the pieces do not?  Its end is kept for what may follow.
 */
static bool
completes_secret(GkRedactor *r, const char *word)
{
	char		whole[GK_TAIL_SIZE + GK_WORD_SIZE];
	size_t		len = strlen(r->tail);
	bool		is_secret;

	if (len == 0)
	{
		len = strlen(word);
		strcpy(r->tail, word + (len < GK_TAIL_SIZE ? 0 : len - GK_TAIL_SIZE + 1));
		return false;
	}
	memcpy(whole, r->tail, len);
	strcpy(whole + len, word);
	is_secret = gk_redact_classify(whole) == GK_WORD_SECRET &&
		gk_redact_classify(word) != GK_WORD_SECRET &&
		gk_redact_classify(r->tail) != GK_WORD_SECRET;
	len = strlen(whole);
	strcpy(r->tail, whole + (len < GK_TAIL_SIZE ? 0 : len - GK_TAIL_SIZE + 1));
	return is_secret;
}

static bool
redact_text(GkRedactor *r, size_t pos, size_t end, GkEscapes escapes, bool is_plain)
{
	size_t		begin = pos;
	size_t		shown = pos;
	bool		is_joined = true;	/* by quotes to the word before */
	int			command = 0;
	char		word[GK_WORD_SIZE] = "";

	while (pos < end)
	{
		size_t		from = pos;
		size_t		start;
		size_t		stop;
		GkWordKind	kind;
		bool		is_pieced;
		bool		has_value;
		int			c;

		if (end - pos > 3 && memcmp(r->s + pos, "://", 3) == 0)
		{
			if (escapes != GK_ESCAPES_NONE && memchr(r->s + pos, '\\', end - pos))
				return hide(r, shown, pos + 3, end) > 0;	/* which is the '@'? */
			gk_redact_show(r, shown, pos);
			shown = pos = gk_redact_uri(r, pos, end, word);
			continue;
		}
		if ((r->s[pos] == '-' || command) && (pos == begin || strchr(" .\t\n\r\"'", r->s[pos - 1])) &&
			gk_redact_option(r, pos, end, command, is_plain, &start, &stop) &&
			!gk_redact_is_run(r, 0, 0, start, stop, end))
		{
			shown = pos = hide(r, shown, start, stop);
			continue;
		}
		if ((stop = gk_redact_token(r, pos, end)) > pos)
		{
			shown = pos = hide(r, shown, pos, stop);
			continue;
		}
		if (r->s[pos] && strchr(";|&\n", r->s[pos]))
			command = 0;
		pos = gk_redact_word(r, pos, end, escapes, word);
		if (pos == from)
		{
			pos += gk_redact_char(r, pos, end, escapes, &c);
			if (escapes != GK_ESCAPES_NONE && r->s[from] == '\\' && c != 0 && strchr(":/@=", c))
				return hide(r, shown, from, end) > 0;	/* of a URI, an option? */
			if (c == '\'' || c == '"')
				is_joined = true;
			else if (c == 0 || !strchr(" \t\r\n|,+", c))
				r->tail[0] = '\0';
			continue;
		}
		if (!is_joined)
			r->tail[0] = '\0';
		is_joined = false;
		is_pieced = completes_secret(r, word);
		if (is_verifier(r, pos, end, word))
		{
			shown = pos = hide(r, shown, from, find(r, pos, end, " \t\n\r\"'"));
			continue;
		}
		if (gk_redact_header(r, from, pos, end, word, &start, &stop) &&
			!gk_redact_is_run(r, 0, 0, start, stop, end))
		{
			shown = pos = hide(r, shown, start, stop);
			continue;
		}
		if ((gk_redact_argument(r, word, pos, end, is_plain, &start, &stop) ||
			 ((strcmp(word, "echo") == 0 || strcmp(word, "printf") == 0) &&
			  gk_redact_piped(r, pos, end, is_plain, &start, &stop))) &&
			!gk_redact_is_run(r, 0, 0, start, stop, end))
		{
			shown = pos = hide(r, shown, start, stop);
			continue;
		}
		/* of a URI it is the scheme */
		if (gk_redact_command(word) && !(pos < end && r->s[pos] == ':'))
			command = gk_redact_command(word);
		kind = is_pieced ? GK_WORD_SECRET : gk_redact_classify(word);
		if (kind == GK_WORD_PLAIN && gk_redact_is_parameter(r, from, pos, end, word))
			kind = GK_WORD_HINT;
		if (kind == GK_WORD_PLAIN)
			continue;
		r->has_secret |= kind == GK_WORD_SECRET;
		has_value = find_value(r, from, pos, end, &start, &stop) ||
			(escapes != GK_ESCAPES_NONE && memchr(r->s + from, '\\', end - from));
		if (gk_redact_is_name(r, from, pos, end, has_value))
			continue;
		if (is_plain && has_value && !gk_redact_is_run(r, from, pos, start, stop, end))
			shown = pos = hide(r, shown, start, stop);
		else if (!is_plain && (has_value || kind == GK_WORD_SECRET))
		{
			gk_redact_show(r, shown, pos);
			gk_text_put_some(r->out, " ", 1);
			gk_redact_hide(r);
			r->in_doubt |= is_pieced || !is_all(r, pos, end);
			r->tail[0] = '\0';
			return true;
		}
	}
	if (end > begin && !is_joined && !gk_redact_is_word_char((unsigned char) r->s[end - 1]))
		r->tail[0] = '\0';		/* the last word ended before the text */
	gk_redact_show(r, shown, end);
	return false;
}

/*
 * Text that is not code.  In plain text (is_plain) a secret's value is hidden;
 * in a constant or a comment everything behind the word that names it, and
 * true is returned.
 */
bool
gk_redact_text(GkRedactor *r, size_t pos, size_t end, GkEscapes escapes, bool is_plain)
{
	bool		hidden;

	r->is_text = true;
	hidden = redact_text(r, pos, end, escapes, is_plain);
	r->is_text = false;
	return hidden;
}

/*
 * Append plain text (a program's command line, a connection string), without the
 * values of what it calls passwords and without passwords in URIs; returns whether
 * anything is hidden.
 */
bool
gk_redact_plain(GkText *out, const char *raw, size_t len, bool is_program)
{
	GkRedactor	r = {.s = raw,.out = out,.is_program = is_program};

	if (len <= GK_PLAIN_LIMIT && !gk_redact_may_hide(raw, len))
	{
		gk_text_put_some(out, raw, len);
		return false;
	}
	r.is_cut = len > GK_PLAIN_LIMIT;
	(void) gk_redact_text(&r, 0, r.is_cut ? GK_PLAIN_LIMIT : len, GK_ESCAPES_NONE, true);
	return r.hid;
}
