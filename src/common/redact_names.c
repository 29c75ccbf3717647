/*-------------------------------------------------------------------------
 *
 * redact_names.c
 *	  What a constant says of the next one, and an alias of the one before.
 *
 * See redact.c.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "common/redact.h"

/* "key", "sa_key" */
bool
gk_redact_is_key(const char *word)
{
	size_t		len = strlen(word);

	return len >= 3 && strcmp(word + len - 3, "key") == 0 && (len == 3 || word[len - 4] == '_');
}

/*
 * Is the constant nothing but the name of a secret, or of a header that brings
 * one?  Then the next argument is it: set_config('app.jwt', 'x').
 */
bool
gk_redact_names_next(GkRedactor *r, size_t pos, size_t end)
{
	char		word[GK_WORD_SIZE] = "";
	size_t		start;
	size_t		stop;
	bool		is_name = false;
	bool		is_qualified = false;	/* app.jwt, X-Api-Key */

	if (end - pos > 64)
		return false;
	for (size_t p = pos; p < end; p++)
		is_qualified |= r->s[p] == '.' || r->s[p] == '-';
	r->is_text = true;
	while (pos < end)
	{
		size_t		next = gk_redact_word(r, pos, end, GK_ESCAPES_NONE, word);

		if (next == pos && r->s[pos] != '.')
			break;
		is_name = (is_qualified && (gk_redact_classify(word) != GK_WORD_PLAIN || gk_redact_is_key(word))) ||
			gk_redact_header(&(GkRedactor) {.s = ":x"}, 0, 0, 2, word, &start, &stop);
		pos = next == pos ? pos + 1 : next;
	}
	r->is_text = false;
	return is_name && pos == end;
}

/*
 * Does an alias behind the constant name a secret, with a cast between, in quotes
 * or without?
 */
bool
gk_redact_has_secret_alias(const GkRedactor *r, size_t pos, size_t end)
{
	char		word[GK_WORD_SIZE];

	pos = gk_redact_blanks_end(r, pos, end);
	if (end - pos > 2 && r->s[pos] == ':' && r->s[pos + 1] == ':')
	{
		pos = gk_redact_word(r, gk_redact_blanks_end(r, pos + 2, end), end, GK_ESCAPES_NONE, word);
		pos = gk_redact_blanks_end(r, pos, end);
	}
	pos += pos < end && r->s[pos] == '"';
	pos = gk_redact_word(r, pos, end, GK_ESCAPES_NONE, word);
	if (strcmp(word, "as") == 0)
	{
		pos = gk_redact_blanks_end(r, pos, end);
		pos += pos < end && r->s[pos] == '"';
		gk_redact_word(r, pos, end, GK_ESCAPES_NONE, word);
	}
	return gk_redact_classify(word) != GK_WORD_PLAIN;
}

static size_t
blanks_before(const GkRedactor *r, size_t pos)
{
	while (pos > 0 && gk_redact_is_space(r->s[pos - 1]))
		pos--;
	return pos;
}

static bool
has_before(const GkRedactor *r, size_t pos, const char *word)
{
	size_t		len = strlen(word);

	if (pos < len || (pos > len && gk_redact_is_word_char((unsigned char) r->s[pos - len - 1])))
		return false;
	for (size_t i = 0; i < len; i++)
		if ((r->s[pos - len + i] | 0x20) != word[i])
			return false;
	return true;
}

/*
 * Does the name that ends at pos stand in SET, and is it a setting that an
 * application made up: SET LOCAL app.key?
 */
bool
gk_redact_is_custom(const GkRedactor *r, size_t pos)
{
	bool		has_dot = false;

	while (pos > 0 && (gk_redact_is_word_char((unsigned char) r->s[pos - 1]) || r->s[pos - 1] == '.'))
		has_dot |= r->s[--pos] == '.';
	if (!has_dot)
		return false;
	pos = blanks_before(r, pos);
	if (has_before(r, pos, "local"))
		pos = blanks_before(r, pos - 5);
	else if (has_before(r, pos, "session"))
		pos = blanks_before(r, pos - 7);
	return has_before(r, pos, "set");
}

/* Does UESCAPE follow?  Then nobody knows yet what the constant says. */
bool
gk_redact_has_uescape(const GkRedactor *r, size_t pos, size_t end)
{
	char		word[GK_WORD_SIZE];

	gk_redact_word(r, gk_redact_blanks_end(r, pos, end), end, GK_ESCAPES_NONE, word);
	return strcmp(word, "uescape") == 0;
}

/* json_build_object('token', 'x') */
bool
gk_redact_builds_object(const GkRedactor *r, const char *function, size_t pos, size_t end)
{
	char		word[GK_WORD_SIZE];

	return strstr(function, "build_object") &&
		gk_redact_word(r, pos, end, GK_ESCAPES_NONE, word) == end && gk_redact_classify(word) != GK_WORD_PLAIN;
}

/* In the query of a URI shorter names tell a secret: "?key=x&code=y". */
bool
gk_redact_is_parameter(const GkRedactor *r, size_t from, size_t pos, size_t end,
					   const char *word)
{
	return from > 0 && (r->s[from - 1] == '?' || r->s[from - 1] == '&') &&
		pos < end && r->s[pos] == '=' &&
		(strcmp(word, "key") == 0 || strcmp(word, "code") == 0 || strcmp(word, "auth") == 0 ||
		 strcmp(word, "session") == 0);
}
