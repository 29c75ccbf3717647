/*-------------------------------------------------------------------------
 *
 * posture_tokens.c
 *	  The text of a function in PL/pgSQL or SQL, in words.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "cli/posture_asked.h"

#include <ctype.h>

static void
add_token(GkTokens *t, int kind, const char *text, size_t len)
{
	if (t->count % 64 == 0)
		t->token = gk_grow(t->token, (t->count + 64) * sizeof(GkToken));
	t->token[t->count++] = (GkToken) {kind, gk_format("%.*s", (int) len, text)};
}

/* Where a string ends, of which the opening quote has been read. */
static const char *
string_end(const char *s, char quote, bool has_escapes)
{
	for (; *s; s++)
	{
		if (has_escapes && *s == '\\' && s[1])
			s++;
		else if (*s == quote && s[1] == quote)
			s++;
		else if (*s == quote)
			return s;
	}
	return s;
}

/* A comment's end, or s itself where there is none. */
static const char *
after_comment(const char *s)
{
	if (strncmp(s, "--", 2) == 0)
		return s + strcspn(s, "\n");
	if (strncmp(s, "/*", 2) == 0)
	{
		const char *end = strstr(s + 2, "*/");

		return end ? end + 2 : s + strlen(s);
	}
	return s;
}

/* A dollar-quoted string; moves on.  False where there is none. */
static bool
take_dollar(GkTokens *t, const char **s)
{
	size_t		len = 1;
	char	   *tag;
	const char *end;

	if (**s != '$')
		return false;
	while (isalnum((unsigned char) (*s)[len]) || (*s)[len] == '_')
		len++;
	if ((*s)[len] != '$' || isdigit((unsigned char) (*s)[1]))
		return false;
	tag = gk_format("%.*s", (int) len + 1, *s);
	*s += len + 1;
	end = strstr(*s, tag);
	end = end ? end : *s + strlen(*s);
	add_token(t, GK_T_STRING, *s, end - *s);
	*s = *end ? end + len + 1 : end;
	return true;
}

/* Words, strings, numbers and signs of a function's body; comments are left out. */
void
gk_tokenize(GkTokens *t, const char *s)
{
	while (*s)
	{
		const char *end = after_comment(s);

		if (end != s || isspace((unsigned char) *s))
			s = end != s ? end : s + 1;
		else if (*s == '\'' || ((*s == 'E' || *s == 'e') && s[1] == '\''))
		{
			bool		escapes = *s != '\'';

			s += escapes ? 2 : 1;
			end = string_end(s, '\'', escapes);
			add_token(t, GK_T_STRING, s, end - s);
			s = *end ? end + 1 : end;
		}
		else if (*s == '"')
		{
			end = string_end(++s, '"', false);
			add_token(t, GK_T_WORD, s, end - s);
			s = *end ? end + 1 : end;
		}
		else if (take_dollar(t, &s))
			continue;
		else if (isalpha((unsigned char) *s) || *s == '_' || (unsigned char) *s >= 0x80 || *s == '$')
		{
			for (end = s + 1; isalnum((unsigned char) *end) || *end == '_' || *end == '$' || (unsigned char) *end >= 0x80;)
				end++;
			add_token(t, GK_T_WORD, s, end - s);
			s = end;
		}
		else if (isdigit((unsigned char) *s))
		{
			end = s + strspn(s, "0123456789.");
			add_token(t, GK_T_NUMBER, s, end - s);
			s = end;
		}
		else
		{
			size_t		len = strncmp(s, "||", 2) == 0 || strncmp(s, ":=", 2) == 0 || strncmp(s, "::", 2) == 0 ? 2 : 1;

			add_token(t, GK_T_OTHER, s, len);
			s += len;
		}
	}
}
