/*-------------------------------------------------------------------------
 *
 * redact_text.c
 *	  Hides secrets in text that is not SQL: what a record is about, and the
 *	  constants and comments of SQL.  See redact.c.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "audit/redact.h"

static bool
is_word_char(int c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		(c >= '0' && c <= '9') || c == '_';
}

static int
hex_digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' :
		c >= 'a' && c <= 'f' ? c - 'a' + 10 :
		c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

void
gk_redact_show(GkRedactor *r, size_t from, size_t to)
{
	gk_text_put_some(r->out, r->s + from, to - from);
}

void
gk_redact_hide(GkRedactor *r)
{
	gk_text_put_some(r->out, "***", 3);
}

/*
 * The character at pos, its escape resolved; returns how many bytes it takes.
 * Beyond ASCII it does not matter which one it is.
 */
static size_t
read_char(const GkRedactor *r, size_t pos, size_t end, GkEscapes escapes, int *c)
{
	size_t		p = pos + 2;	/* behind the backslash and one character */
	int			digits = 0;
	int			bits = 4;

	*c = (unsigned char) r->s[pos];
	if (*c != '\\' || escapes == GK_ESCAPES_NONE || p > end)
		return 1;
	*c = (unsigned char) r->s[pos + 1];
	if (escapes == GK_ESCAPES_UNICODE)
		digits = *c == '+' ? 6 : hex_digit((char) *c) >= 0 ? 4 : 0;
	else if (*c >= '0' && *c <= '7')
		digits = 3, bits = 3;
	else
		digits = *c == 'x' ? 2 : *c == 'u' ? 4 : *c == 'U' ? 8 : 0;
	if (digits == 0)
	{
		if (escapes == GK_ESCAPES_C && strchr("nrtbf", *c))
			*c = ' ';
		return 2;
	}
	if (hex_digit((char) *c) >= 0)
		p--;					/* it is the first digit */
	*c = 0;
	for (; digits > 0 && p < end; digits--, p++)
	{
		int			d = hex_digit(r->s[p]);

		if (d < 0 || d >= 1 << bits)
			break;
		*c = (*c & 0xFFFFFF) << bits | d;
	}
	return p - pos;
}

/*
 * Read the word at pos, in lower case; returns where it ends.  A very long one
 * loses its beginning.
 */
size_t
gk_redact_word(const GkRedactor *r, size_t pos, size_t end, GkEscapes escapes, char *word)
{
	int			len = 0;

	while (pos < end)
	{
		int			c;
		size_t		step = read_char(r, pos, end, escapes, &c);

		if (!is_word_char(c))
			break;
		if (len == GK_WORD_SIZE - 1)
		{
			len = GK_WORD_SIZE / 2;
			memmove(word, word + GK_WORD_SIZE - 1 - len, len);
		}
		word[len++] = (char) (c >= 'A' && c <= 'Z' ? c + 'a' - 'A' : c);
		pos += step;
	}
	word[len] = '\0';
	return pos;
}

static bool
is_one_of(const char *word, const char *const *list)
{
	for (; *list; list++)
		if (strcmp(word, *list) == 0)
			return true;
	return false;
}

static bool
has_one_of(const char *word, const char *const *list)
{
	for (; *list; list++)
		if (strstr(word, *list))
			return true;
	return false;
}

/* Most words have nothing of any in the lists below. */
static bool
looks_interesting(const char *word)
{
	for (; *word; word++)
		if ((word[0] == 'p' && (word[1] == 'a' || word[1] == 'w')) ||
			(word[0] == 's' && word[1] == 'e') ||
			(word[0] == 't' && word[1] == 'o') ||
			(word[0] == 'k' && word[1] == 'e') ||
			(word[0] == 'c' && word[1] == 'r') ||
			(word[0] == 'u' && word[1] == 'm'))
			return true;
	return false;
}

/* What does the word, in lower case, say of what comes behind it? */
GkWordKind
gk_redact_classify(const char *word)
{
	static const char *const harmless[] = {
		"catalog_secrets", "password_encryption", "password_required", NULL
	};
	static const char *const hints[] = {
		"pass", "passwd", "pw", "pwd", "rolpassword", "umoptions", NULL
	};
	static const char *const secret[] = {
		"passphrase", "passwd", "password", "secret", NULL
	};
	static const char *const hinting[] = {
		"access_key", "api_key", "apikey", "client_key", "credential",
		"passcode", "private_key", "pwd", "server_key", "token", NULL
	};

	if (!looks_interesting(word) || is_one_of(word, harmless))
		return GK_WORD_PLAIN;
	if (is_one_of(word, hints))
		return GK_WORD_HINT;
	if (has_one_of(word, secret))
		return GK_WORD_SECRET;
	return has_one_of(word, hinting) ? GK_WORD_HINT : GK_WORD_PLAIN;
}

/* What the server itself makes of a password. */
static bool
is_verifier(const GkRedactor *r, size_t pos, size_t end, const char *word)
{
	static const char scram[] = "-SHA-256$";

	if (strcmp(word, "scram") == 0)
		return end - pos >= sizeof(scram) - 1 &&
			memcmp(r->s + pos, scram, sizeof(scram) - 1) == 0;
	return strlen(word) == 35 && strncmp(word, "md5", 3) == 0 &&
		strspn(word + 3, "0123456789abcdef") == 32;
}

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
	if (at == 0)
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
 * A value in plain text: quoted, or up to whatever ends a word in a shell.  A
 * command that hides behind "password=" must not be hidden with it.
 */
static size_t
redact_value(GkRedactor *r, size_t pos, size_t end)
{
	size_t		start = skip(r, pos, end, " \t\n\r\"'\\=:>");
	char		quote = 0;
	size_t		stop;

	for (size_t p = pos; p < start; p++)
		if (r->s[p] == '\'' || r->s[p] == '"')
			quote = r->s[p];
	gk_redact_show(r, pos, start);
	stop = find(r, start, end, quote == '\'' ? "'" : quote ? "\"$`" :
				" \t\n\r;|&`$()<>'\",");
	if (stop > start)
		gk_redact_hide(r);
	return stop;
}

/* In plain text, does a value follow the word that ends at pos? */
static bool
has_value(const GkRedactor *r, size_t word, size_t pos, size_t end)
{
	size_t		p = skip(r, pos, end, "\"'\\");
	size_t		q = skip(r, p, end, " \t\n\r");

	if (q >= end)
		return false;
	return r->s[q] == '=' || r->s[q] == ':' ||
		(q > p && (r->s[q] == '\'' || r->s[q] == '"' ||
				   (word > 0 && r->s[word - 1] == '-')));
}

/*
 * The rest of a constant, behind a word that names a secret, is hidden.  Is
 * the secret surely in there, or does it come from elsewhere?
 */
static bool
is_all(const GkRedactor *r, size_t pos, size_t end)
{
	size_t		value = skip(r, pos, end, " \t\n\r\"'\\=:>(");
	int			quotes = 0;

	if (value == end || r->s[value] == '%' || r->s[value] == '$')
		return false;
	for (size_t p = pos; p < end; p++)
		if (r->s[p] == '\'')
			quotes++;
	return quotes % 4 == 0;		/* each doubled, and in pairs */
}

/*
 * Text that is not code.  In plain text (is_plain) a secret's value is hidden;
 * in a constant or a comment everything behind the word that names it, and
 * true is returned.
 */
bool
gk_redact_text(GkRedactor *r, size_t pos, size_t end, GkEscapes escapes, bool is_plain)
{
	size_t		shown = pos;
	char		word[GK_WORD_SIZE] = "";

	while (pos < end)
	{
		size_t		start = pos;
		GkWordKind	kind;
		int			c;

		if (end - pos > 3 && memcmp(r->s + pos, "://", 3) == 0)
		{
			gk_redact_show(r, shown, pos);
			shown = pos = gk_redact_uri(r, pos, end, word);
			continue;
		}
		pos = gk_redact_word(r, pos, end, escapes, word);
		if (pos == start)
		{
			pos += read_char(r, pos, end, escapes, &c);
			continue;
		}
		if (is_verifier(r, pos, end, word))
		{
			gk_redact_show(r, shown, start);
			gk_redact_hide(r);
			shown = pos = find(r, pos, end, " \t\n\r\"'");
			continue;
		}
		kind = gk_redact_classify(word);
		r->has_secret |= kind == GK_WORD_SECRET;
		if (kind == GK_WORD_PLAIN)
			continue;
		if (is_plain ? has_value(r, start, pos, end) :
			kind == GK_WORD_SECRET || has_value(r, start, pos, end))
		{
			gk_redact_show(r, shown, pos);
			if (!is_plain)
			{
				gk_text_put_some(r->out, " ", 1);
				gk_redact_hide(r);
				r->in_doubt |= !is_all(r, pos, end);
				return true;
			}
			shown = pos = redact_value(r, pos, end);
		}
	}
	gk_redact_show(r, shown, end);
	return false;
}

/* Where the comment at pos ends; pos if there is none. */
size_t
gk_redact_comment_end(const GkRedactor *r, size_t pos, size_t end)
{
	const char *s = r->s;
	int			level = 0;

	if (end - pos < 2)
		return pos;
	if (s[pos] == '-' && s[pos + 1] == '-')
	{
		while (pos < end && s[pos] != '\n' && s[pos] != '\r')
			pos++;
		return pos;
	}
	if (s[pos] != '/' || s[pos + 1] != '*')
		return pos;
	while (pos < end)
	{
		if (end - pos >= 2 && s[pos] == '/' && s[pos + 1] == '*')
			level++, pos += 2;
		else if (end - pos >= 2 && s[pos] == '*' && s[pos + 1] == '/')
		{
			pos += 2;
			if (--level == 0)
				break;
		}
		else
			pos++;
	}
	return pos;
}

/*
 * Append plain text (a program's command line, a file's name), without the
 * values of what it calls passwords and without passwords in URIs.
 */
void
gk_redact_plain(GkText *out, const char *raw, size_t len)
{
	GkRedactor	r = {.s = raw,.out = out};

	(void) gk_redact_text(&r, 0, len, GK_ESCAPES_NONE, true);
}
