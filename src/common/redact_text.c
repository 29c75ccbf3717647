/*-------------------------------------------------------------------------
 *
 * redact_text.c
 *	  Characters, words and comments, and what a word says of what comes behind
 *	  it.  See redact.c.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "common/redact.h"

bool
gk_redact_is_word_char(int c)
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
	r->hid = true;
	gk_text_put_some(r->out, "***", 3);
}

/*
 * The character at pos, its escape resolved, in text that of a URI as well;
 * returns how many bytes it takes.  Beyond ASCII it does not matter which one it
 * is.
 */
size_t
gk_redact_char(const GkRedactor *r, size_t pos, size_t end, GkEscapes escapes, int *c)
{
	size_t		p = pos + 2;	/* behind the backslash and one character */
	int			digits = 0;
	int			bits = 4;

	*c = (unsigned char) r->s[pos];
	if (*c == '%' && r->is_text && end - pos > 2)
	{
		int			high = hex_digit(r->s[pos + 1]);
		int			low = hex_digit(r->s[pos + 2]);

		if (high >= 0 && low >= 0)
		{
			*c = high << 4 | low;
			return 3;
		}
	}
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
 * loses its beginning.  In text a hyphen between its letters is part of it, and
 * read as an underscore.
 */
size_t
gk_redact_word(const GkRedactor *r, size_t pos, size_t end, GkEscapes escapes, char *word)
{
	int			len = 0;

	while (pos < end)
	{
		int			c;
		size_t		step = gk_redact_char(r, pos, end, escapes, &c);

		if (c == '-' && r->is_text && len > 0 && pos + step < end &&
			gk_redact_is_word_char((unsigned char) r->s[pos + step]))
			c = '_';
		if (!gk_redact_is_word_char(c))
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

/* Is the word in the list, or the last part of it behind an underscore? */
static bool
ends_with_one_of(const char *word, const char *const *list)
{
	const char *part = strrchr(word, '_');

	return is_one_of(word, list) || (part && is_one_of(part + 1, list));
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
			(word[0] == 'c' && word[1] == 'r') || (word[0] == 'a' && word[1] == 'u') ||
			(word[0] == 'u' && word[1] == 'm') || (word[0] == 'j' && word[1] == 'w') ||
			(word[0] == 's' && (word[1] == 'a' || word[1] == 'i' || word[1] == 's')))
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
		"auth", "bindpw", "jwt", "keypass", "pass", "passin", "passout", "passwd", "pat", "pw", "pwd",
		"rolpassword", "sas", "sig", "signature", "sshpass", "storepass", "umoptions", NULL
	};
	static const char *const secret[] = {
		"passphrase", "passwd", "password", "secret", NULL
	};
	static const char *const hinting[] = {
		"access_key", "account_key", "accountkey", "api_key", "apikey",
		"application_key", "auth_key", "authtoken",
		"client_key", "credential", "encryption_key", "master_key", "passcode", "private_key", "pwd",
		"server_key", "shared_key", "sharedkey", "signing_key", "storage_key",
		"subscription_key", "token", NULL
	};
	static const char *const elsewhere[] = {"fd", "file", "path", NULL};
	const char *part = strrchr(word, '_');

	/* "--passphrase-file" names evidence */
	if (!looks_interesting(word) || is_one_of(word, harmless) ||
		(part && is_one_of(part + 1, elsewhere)))
		return GK_WORD_PLAIN;
	if (ends_with_one_of(word, hints))
		return GK_WORD_HINT;
	if (has_one_of(word, secret))
		return GK_WORD_SECRET;
	return has_one_of(word, hinting) ? GK_WORD_HINT : GK_WORD_PLAIN;
}

/* Is what has this name a secret? */
bool
gk_text_names_secret(const char *name)
{
	GkRedactor	r = {.s = name,.is_text = true};
	char		word[GK_WORD_SIZE] = "";
	size_t		len = strlen(name);

	for (size_t pos = 0; pos < len; pos++)
	{
		pos = gk_redact_word(&r, pos, len, GK_ESCAPES_NONE, word);
		if (gk_redact_classify(word) != GK_WORD_PLAIN)
			return true;
	}
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

/* Where whitespace and comments end. */
size_t
gk_redact_blanks_end(const GkRedactor *r, size_t pos, size_t end)
{
	for (;;)
	{
		size_t		next;

		while (pos < end && gk_redact_is_space(r->s[pos]))
			pos++;
		next = gk_redact_comment_end(r, pos, end);
		if (next == pos)
			return pos;
		pos = next;
	}
}

/*
 * Where the text in quotes that begins at pos ends: at its quote.  A backslash
 * before a quote may have a meaning that we do not know of (another language,
 * another setting).
 */
size_t
gk_redact_quote_end(GkRedactor *r, size_t pos, size_t end, char quote, bool backslash)
{
	const char *s = r->s;

	while (pos < end)
	{
		if (s[pos] == '\\' && pos + 1 < end && s[pos + 1] == quote)
			r->is_ambiguous |= !backslash;
		if (backslash && s[pos] == '\\')
			pos += 2;
		else if (s[pos] != quote)
			pos++;
		else if (pos + 1 < end && s[pos + 1] == quote)
			pos += 2;
		else
			return pos;
	}
	return end;
}
