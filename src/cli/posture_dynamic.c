/*-------------------------------------------------------------------------
 *
 * posture_dynamic.c
 *	  Does a function put something of its callers into dynamic SQL?
 *
 * Each expression that becomes a statement is followed back through the
 * variables that it is made of.  What is quoted by quote_ident() and its like,
 * by %I and %L of format(), numbers and what goes in by USING are no finding.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "cli/posture_asked.h"

#include <ctype.h>
#include <strings.h>

typedef struct Token
{
	enum
	{
		T_WORD, T_STRING, T_NUMBER, T_OTHER
	}			kind;
	char	   *text;			/* a string without its quotes */
} Token;

typedef struct Body
{
	Token	   *token;
	int			count;
	const GkWords *safe;		/* arguments that are numbers or the like */
	GkWords		asked;			/* variables being followed */
	const char *culprit;		/* what is not safe */
} Body;

static bool is_unsafe(Body *body, int from, int to);

static void
add_token(Body *body, int kind, const char *text, size_t len)
{
	if (body->count % 64 == 0)
		body->token = gk_grow(body->token, (body->count + 64) * sizeof(Token));
	body->token[body->count++] = (Token) {kind, gk_format("%.*s", (int) len, text)};
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
take_dollar(Body *body, const char **s)
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
	add_token(body, T_STRING, *s, end - *s);
	*s = *end ? end + len + 1 : end;
	return true;
}

static void
tokenize(Body *body, const char *s)
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
			add_token(body, T_STRING, s, end - s);
			s = *end ? end + 1 : end;
		}
		else if (*s == '"')
		{
			end = string_end(++s, '"', false);
			add_token(body, T_WORD, s, end - s);
			s = *end ? end + 1 : end;
		}
		else if (take_dollar(body, &s))
			continue;
		else if (isalpha((unsigned char) *s) || *s == '_' || (unsigned char) *s >= 0x80 || *s == '$')
		{
			for (end = s + 1; isalnum((unsigned char) *end) || *end == '_' || *end == '$' || (unsigned char) *end >= 0x80;)
				end++;
			add_token(body, T_WORD, s, end - s);
			s = end;
		}
		else if (isdigit((unsigned char) *s))
		{
			end = s + strspn(s, "0123456789.");
			add_token(body, T_NUMBER, s, end - s);
			s = end;
		}
		else
		{
			size_t		len = strncmp(s, "||", 2) == 0 || strncmp(s, ":=", 2) == 0 || strncmp(s, "::", 2) == 0 ? 2 : 1;

			add_token(body, T_OTHER, s, len);
			s += len;
		}
	}
}

static bool
is(const Body *body, int i, const char *text)
{
	return i >= 0 && i < body->count && body->token[i].kind != T_STRING && strcasecmp(body->token[i].text, text) == 0;
}

static bool
is_one_of(const char *word, const char *list)
{
	GkWords		words = {0};

	gk_words_add_list(&words, list);
	for (int i = 0; i < words.count; i++)
		if (strcasecmp(words.word[i], word) == 0)
			return true;
	return false;
}

/* The parenthesis that closes the one at i, at most to. */
static int
closing(const Body *body, int i, int to)
{
	int			depth = 0;

	for (; i < to; i++)
	{
		depth += is(body, i, "(") || is(body, i, "[");
		depth -= is(body, i, ")") || is(body, i, "]");
		if (depth == 0)
			return i;
	}
	return to;
}

/* Where the argument that begins at i ends: at a comma, or at to. */
static int
argument_end(const Body *body, int i, int to)
{
	for (; i < to && !is(body, i, ","); i++)
		if (is(body, i, "(") || is(body, i, "["))
			i = closing(body, i, to);
	return i;
}

/* format(): only what goes in by %s has to be safe. */
static bool
format_is_unsafe(Body *body, int from, int to)
{
	int			end = argument_end(body, from, to);
	const char *s;
	int			next = end + 1;

	if (end != from + 1 || body->token[from].kind != T_STRING)
		return is_unsafe(body, from, to);
	for (s = strchr(body->token[from].text, '%'); s; s = strchr(s, '%'))
	{
		int			number = 0;

		s++;
		if (*s == '%')
		{
			s++;
			continue;
		}
		if (isdigit((unsigned char) *s) && s[strspn(s, "0123456789")] == '$')
		{
			number = s[0] - '0';
			s += strspn(s, "0123456789") + 1;
		}
		s += strspn(s, "-0123456789*");
		if (number > 0)
		{
			next = end + 1;
			for (int k = 1; k < number && next < to; k++)
				next = argument_end(body, next, to) + 1;
		}
		if (next >= to)
			break;
		if (*s == 's' && is_unsafe(body, next, argument_end(body, next, to)))
			return true;
		next = argument_end(body, next, to) + 1;
	}
	return false;
}

#define SAFE_TYPES "int, integer, bigint, smallint, int2, int4, int8, oid, regclass, regproc, regprocedure, regtype, regrole, " \
	"regnamespace, regoperator, boolean, bool, numeric, real, float, float4, float8, date, timestamp, timestamptz, interval, uuid"

/* Does what is made of a variable, here or there, come from outside? */
static bool
variable_is_unsafe(Body *body, const char *name)
{
	bool		is_assigned = false;

	if (gk_words_has(body->safe, name) || gk_words_has(&body->asked, name))
		return false;
	gk_words_add(&body->asked, name, strlen(name));
	for (int i = 0; i < body->count; i++)
	{
		int			begin = i + 1;
		int			end;
		bool		starts = i == 0 || is(body, i - 1, ";") || is_one_of(body->token[i - 1].text, "declare, begin, then, else, loop");

		if (!is(body, i, name) || !starts)
			continue;
		/* a declaration: name [constant] type [:= value] */
		if (is(body, begin, "constant"))
			begin++;
		if (!is(body, begin, ":=") && !is(body, begin, "=") && begin < body->count && body->token[begin].kind == T_WORD)
		{
			if (is_one_of(body->token[begin].text, SAFE_TYPES))
				return false;
			while (begin < body->count && !is(body, begin, ":=") && !is(body, begin, "=") && !is(body, begin, "default") && !is(body, begin, ";"))
				begin++;
		}
		if (!is(body, begin, ":=") && !is(body, begin, "=") && !is(body, begin, "default"))
			continue;
		for (end = ++begin; end < body->count && !is(body, end, ";"); end++)
			;
		is_assigned = true;
		if (is_unsafe(body, begin, end))
			return true;
	}
	for (int i = 1; i < body->count; i++)
		if (is(body, i, name) && (is(body, i - 1, "into") || is(body, i - 1, "strict") || is(body, i - 1, "for") || is(body, i - 1, "foreach")))
			is_assigned = false;
	if (!is_assigned)
		body->culprit = gk_copy(name);
	return !is_assigned;
}

/* Past a name and what belongs to it: qualified, with arguments, cast. */
static bool
name_is_unsafe(Body *body, int *at, int to)
{
	int			i = *at;
	const char *name = body->token[i].text;
	const char *first = name;
	int			end;
	bool		unsafe;

	while (i + 2 < to && is(body, i + 1, ".") && body->token[i + 2].kind == T_WORD)
		name = body->token[i += 2].text;
	if (i + 1 < to && is(body, i + 1, "("))
	{
		end = closing(body, i + 1, to);
		if (is_one_of(name, "quote_ident, quote_literal, quote_nullable, length, count, array_length, cardinality, abs, now, md5, encode, hashtext, to_char"))
			unsafe = false;
		else if (strcasecmp(name, "format") == 0)
			unsafe = format_is_unsafe(body, i + 2, end);
		else
			unsafe = is_unsafe(body, i + 2, end);
		i = end;
	}
	else
	{
		if (is_one_of(name, "null, true, false, case, when, then, else, end, and, or, not, is, in, like, from, distinct, select, array, as, between, tg_op, tg_relid, tg_when, "
					  "tg_level, current_user, session_user, current_role, current_date, current_timestamp, collate, over, within, group, order, by, asc, desc, filter, where"))
			unsafe = false;
		else
			unsafe = variable_is_unsafe(body, first);
		if (i + 1 < to && is(body, i + 1, "["))
			i = closing(body, i + 1, to);
	}
	if (i + 2 < to && is(body, i + 1, "::") && is_one_of(body->token[i + 2].text, SAFE_TYPES))
		unsafe = false;
	*at = i;
	return unsafe;
}

/* Is there something from outside in the expression? */
static bool
is_unsafe(Body *body, int from, int to)
{
	for (int i = from; i < to; i++)
	{
		/* a condition decides, and is not put in */
		if (is(body, i, "when"))
		{
			while (i < to && !is(body, i, "then"))
				i++;
			continue;
		}
		/* the type of a cast is none either */
		if (is(body, i, "::"))
		{
			i++;
			continue;
		}
		if (is(body, i, "("))
		{
			int			end = closing(body, i, to);

			if (is(body, end + 1, "::") && end + 2 < body->count && is_one_of(body->token[end + 2].text, SAFE_TYPES))
				i = end;
			continue;
		}
		if (body->token[i].kind == T_WORD && name_is_unsafe(body, &i, to))
			return true;
	}
	return false;
}

/* Where an expression that becomes a statement begins, or -1. */
static int
statement_at(const Body *body, int i, int *to)
{
	int			end;

	*to = 0;
	if (body->token[i].kind != T_WORD)
		return -1;
	if (is(body, i, "execute") && !is(body, i + 1, "on") && !is(body, i + 1, "function") && !is(body, i + 1, "procedure"))
	{
		for (end = i + 1; end < body->count && !is(body, end, ";") && !is(body, end, "using") && !is(body, end, "into") && !is(body, end, "loop"); end++)
			if (is(body, end, "("))
				end = closing(body, end, body->count);
		*to = end < body->count ? end : body->count;
		return i + 1;
	}
	if (is(body, i + 1, "(") && is_one_of(body->token[i].text, "query_to_xml, query_to_xmlschema, query_to_xml_and_xmlschema, dblink, dblink_exec, "
										   "dblink_open, dblink_send_query, crosstab, ts_stat, ts_rewrite, connectby"))
	{
		*to = closing(body, i + 1, body->count);
		if (strcasecmp(body->token[i].text, "query_to_xml") == 0 || strncasecmp(body->token[i].text, "query_to", 8) == 0)
			*to = argument_end(body, i + 2, *to);
		return i + 2;
	}
	return -1;
}

/* What of the callers' goes into a statement, or NULL; safe arguments do no harm. */
char *
gk_dynamic_find(const char *text, const GkWords *safe)
{
	Body		body = {.safe = safe};

	tokenize(&body, text);
	for (int i = 0; i < body.count; i++)
	{
		int			to;
		int			from = statement_at(&body, i, &to);

		body.asked.count = 0;
		if (from >= 0 && is_unsafe(&body, from, to))
			return gk_format("%s goes into a statement unquoted, behind %s", body.culprit ? body.culprit : "an expression",
							 body.token[i].text);
	}
	return NULL;
}
