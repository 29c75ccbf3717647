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
		p = gk_redact_find(r, start, at, ":");
		if (p == at)
			return start;		/* no password */
		gk_redact_show(r, start, p + 1);
	}
	gk_redact_hide(r);
	return at;
}

/*
 * The rest of a constant, behind a word that names a secret, is hidden.  Is
 * the secret surely in there, or does it come from elsewhere?
 */
static bool
is_all(const GkRedactor *r, size_t pos, size_t end)
{
	int			quotes = 0;

	if (gk_redact_skip(r, pos, end, " \t\n\r\"'\\=:>(") == end ||
		gk_redact_find(r, pos, end, "%$?") < end)
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

/* Where redact_text() stands, and what it has seen. */
typedef struct
{
	GkRedactor *r;
	size_t		begin;
	size_t		pos;
	size_t		end;
	size_t		shown;			/* what stands before has been shown or hidden */
	GkEscapes	escapes;
	bool		is_plain;
	bool		is_joined;		/* by quotes to the word before */
	bool		hides_rest;
	int			command;
	char		word[GK_WORD_SIZE];
} GkWalk;

/* Hide a value, and go on behind it. */
static bool
hide_value(GkWalk *walk, size_t start, size_t stop)
{
	walk->shown = walk->pos = hide(walk->r, walk->shown, start, stop);
	return true;
}

static bool
hide_rest(GkWalk *walk, size_t start)
{
	walk->hides_rest = true;
	return hide_value(walk, start, walk->end);
}

/* A URI, a program's option, a token? */
static bool
take_beginning(GkWalk *walk)
{
	GkRedactor *r = walk->r;
	size_t		pos = walk->pos;
	size_t		end = walk->end;
	size_t		start;
	size_t		stop;

	if (end - pos > 3 && memcmp(r->s + pos, "://", 3) == 0)
	{
		if (walk->escapes != GK_ESCAPES_NONE && memchr(r->s + pos, '\\', end - pos))
			return hide_rest(walk, pos + 3);	/* which is the '@'? */
		gk_redact_show(r, walk->shown, pos);
		walk->shown = walk->pos = gk_redact_uri(r, pos, end, walk->word);
		return true;
	}
	if ((r->s[pos] == '-' || walk->command) &&
		(pos == walk->begin || strchr(" .\t\n\r\"'", r->s[pos - 1])) &&
		gk_redact_option(r, pos, end, walk->command, walk->is_plain, &start, &stop) &&
		!gk_redact_is_run(r, 0, 0, start, stop, end))
		return hide_value(walk, start, stop);
	stop = gk_redact_token(r, pos, end);
	return stop > pos && hide_value(walk, pos, stop);
}

/* What is no word. */
static void
take_char(GkWalk *walk)
{
	GkRedactor *r = walk->r;
	size_t		from = walk->pos;
	int			c;

	walk->pos += gk_redact_char(r, from, walk->end, walk->escapes, &c);
	if (walk->escapes != GK_ESCAPES_NONE && r->s[from] == '\\' && c != 0 && strchr(":/@=", c))
		hide_rest(walk, from);	/* of a URI, an option? */
	else if (c == '\'' || c == '"')
		walk->is_joined = true;
	else if (c == 0 || !strchr(" \t\r\n|,+", c))
		r->tail[0] = '\0';
}

/* A word, which began at from, that has its own kind of value? */
static bool
take_special_word(GkWalk *walk, size_t from)
{
	GkRedactor *r = walk->r;
	size_t		pos = walk->pos;
	size_t		end = walk->end;
	size_t		start;
	size_t		stop;

	if (is_verifier(r, pos, end, walk->word))
		return hide_value(walk, from, gk_redact_find(r, pos, end, " \t\n\r\"'"));
	if (gk_redact_header(r, from, pos, end, walk->word, &start, &stop) &&
		!gk_redact_is_run(r, 0, 0, start, stop, end))
		return hide_value(walk, start, stop);
	if ((gk_redact_argument(r, walk->word, pos, end, walk->is_plain, &start, &stop) ||
		 ((strcmp(walk->word, "echo") == 0 || strcmp(walk->word, "printf") == 0) &&
		  gk_redact_piped(r, pos, end, walk->is_plain, &start, &stop))) &&
		!gk_redact_is_run(r, 0, 0, start, stop, end))
		return hide_value(walk, start, stop);
	return false;
}

static void
take_word(GkWalk *walk, size_t from)
{
	GkRedactor *r = walk->r;
	size_t		pos = walk->pos;
	size_t		end = walk->end;
	size_t		start = pos;
	size_t		stop = pos;
	GkWordKind	kind;
	bool		is_pieced;
	bool		has_value;

	if (!walk->is_joined)
		r->tail[0] = '\0';
	walk->is_joined = false;
	is_pieced = completes_secret(r, walk->word);
	if (take_special_word(walk, from))
		return;
	/* of a URI it is the scheme */
	if (gk_redact_command(walk->word) && !(pos < end && r->s[pos] == ':'))
		walk->command = gk_redact_command(walk->word);
	kind = is_pieced ? GK_WORD_SECRET : gk_redact_classify(walk->word);
	if (kind == GK_WORD_PLAIN && gk_redact_is_parameter(r, from, pos, end, walk->word))
		kind = GK_WORD_HINT;
	if (kind == GK_WORD_PLAIN)
		return;
	r->has_secret |= kind == GK_WORD_SECRET;
	has_value = gk_redact_find_value(r, from, pos, end, &start, &stop) ||
		(walk->escapes != GK_ESCAPES_NONE && memchr(r->s + from, '\\', end - from));
	if (gk_redact_is_name(r, from, pos, end, has_value))
		return;
	if (walk->is_plain && has_value && !gk_redact_is_run(r, from, pos, start, stop, end))
		hide_value(walk, start, stop);
	else if (!walk->is_plain && (has_value || kind == GK_WORD_SECRET))
	{
		gk_redact_show(r, walk->shown, pos);
		gk_text_put_some(r->out, " ", 1);
		gk_redact_hide(r);
		r->in_doubt |= is_pieced || !is_all(r, pos, end);
		r->tail[0] = '\0';
		walk->hides_rest = true;
		walk->pos = end;
	}
}

static bool
redact_text(GkWalk *walk)
{
	GkRedactor *r = walk->r;
	size_t		end = walk->end;

	while (walk->pos < end)
	{
		size_t		from = walk->pos;

		if (take_beginning(walk))
			continue;
		if (r->s[from] && strchr(";|&\n", r->s[from]))
			walk->command = 0;
		walk->pos = gk_redact_word(r, from, end, walk->escapes, walk->word);
		if (walk->pos == from)
			take_char(walk);
		else
			take_word(walk, from);
	}
	if (walk->hides_rest)
		return true;
	if (end > walk->begin && !walk->is_joined && !gk_redact_is_word_char((unsigned char) r->s[end - 1]))
		r->tail[0] = '\0';		/* the last word ended before the text */
	gk_redact_show(r, walk->shown, end);
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
	GkWalk		walk = {
		.r = r,.begin = pos,.pos = pos,.shown = pos,.end = end,
		.escapes = escapes,.is_plain = is_plain,.is_joined = true
	};
	bool		hidden;

	r->is_text = true;
	hidden = redact_text(&walk);
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
