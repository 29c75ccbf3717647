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

typedef struct Body
{
	GkTokens	t;
	const GkWords *safe;		/* arguments that are numbers or the like */
	GkWords		asked;			/* variables being followed */
	const char *culprit;		/* what is not safe */
} Body;

static bool is_unsafe(Body *body, int from, int to);

static bool
is(const Body *body, int i, const char *text)
{
	return i >= 0 && i < body->t.count && body->t.token[i].kind != GK_T_STRING && strcasecmp(body->t.token[i].text, text) == 0;
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

	if (end != from + 1 || body->t.token[from].kind != GK_T_STRING)
		return is_unsafe(body, from, to);
	for (s = strchr(body->t.token[from].text, '%'); s; s = strchr(s, '%'))
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

/* Is the parenthesis at i the end of a call that quotes? */
static bool
is_quoted_call(const Body *body, int i)
{
	int			depth = 0;

	for (; i > 0; i--)
	{
		depth += is(body, i, ")");
		depth -= is(body, i, "(");
		if (depth == 0)
			return body->t.token[i - 1].kind == GK_T_WORD && is_one_of(body->t.token[i - 1].text, "quote_ident, quote_literal, quote_nullable, count");
	}
	return false;
}

#define SAFE_TYPES "int, integer, bigint, smallint, int2, int4, int8, oid, regclass, regproc, regprocedure, regtype, regrole, " \
	"regnamespace, regoperator, boolean, bool, numeric, real, float, float4, float8, date, timestamp, timestamptz, interval, uuid"

/* r.x, where x is the name of a column that a query casts or quotes. */
static bool
field_is_safe(const Body *body, const char *field)
{
	for (int i = 2; i < body->t.count; i++)
		if (is(body, i, field) && is(body, i - 1, "as") &&
			((body->t.token[i - 2].kind == GK_T_WORD && is_one_of(body->t.token[i - 2].text, SAFE_TYPES) && is(body, i - 3, "::")) ||
			 (is(body, i - 2, ")") && is_quoted_call(body, i - 2))))
			return true;
	return false;
}

/* Does what is made of a variable, here or there, come from outside? */
static bool
variable_is_unsafe(Body *body, const char *name)
{
	bool		is_assigned = false;

	if (gk_words_has(body->safe, name) || gk_words_has(&body->asked, name))
		return false;
	gk_words_add(&body->asked, name, strlen(name));
	for (int i = 0; i < body->t.count; i++)
	{
		int			begin = i + 1;
		int			end;
		bool		starts = i == 0 || is(body, i - 1, ";") || is_one_of(body->t.token[i - 1].text, "declare, begin, then, else, loop");

		if (!is(body, i, name) || !starts)
			continue;
		/* a declaration: name [constant] type [:= value] */
		if (is(body, begin, "constant"))
			begin++;
		if (!is(body, begin, ":=") && !is(body, begin, "=") && begin < body->t.count && body->t.token[begin].kind == GK_T_WORD)
		{
			if (is_one_of(body->t.token[begin].text, SAFE_TYPES))
				return false;
			while (begin < body->t.count && !is(body, begin, ":=") && !is(body, begin, "=") && !is(body, begin, "default") && !is(body, begin, ";"))
				begin++;
		}
		if (!is(body, begin, ":=") && !is(body, begin, "=") && !is(body, begin, "default"))
			continue;
		for (end = ++begin; end < body->t.count && !is(body, end, ";"); end++)
			;
		is_assigned = true;
		if (is_unsafe(body, begin, end))
			return true;
	}
	for (int i = 1; i < body->t.count; i++)
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
	const char *name = body->t.token[i].text;
	const char *first = name;
	int			end;
	bool		unsafe;

	while (i + 2 < to && is(body, i + 1, ".") && body->t.token[i + 2].kind == GK_T_WORD)
		name = body->t.token[i += 2].text;
	if (i + 1 < to && is(body, i + 1, "("))
	{
		end = closing(body, i + 1, to);
		if (is_one_of(name, "quote_ident, quote_literal, quote_nullable, length, count, array_length, cardinality, abs, now, md5, encode, hashtext"))
			unsafe = false;
		else if (is_one_of(name, "current_setting, current_query"))
		{
			/* the session sets them */
			body->culprit = gk_format("%s()", name);
			unsafe = true;
		}
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
			unsafe = !(name != first && field_is_safe(body, name)) && variable_is_unsafe(body, first);
		if (i + 1 < to && is(body, i + 1, "["))
			i = closing(body, i + 1, to);
	}
	if (i + 2 < to && is(body, i + 1, "::") && is_one_of(body->t.token[i + 2].text, SAFE_TYPES))
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

			if (is(body, end + 1, "::") && end + 2 < body->t.count && is_one_of(body->t.token[end + 2].text, SAFE_TYPES))
				i = end;
			continue;
		}
		if (body->t.token[i].kind == GK_T_WORD && name_is_unsafe(body, &i, to))
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
	if (body->t.token[i].kind != GK_T_WORD)
		return -1;
	if (is(body, i, "execute") && !is(body, i + 1, "on") && !is(body, i + 1, "function") && !is(body, i + 1, "procedure"))
	{
		for (end = i + 1; end < body->t.count && !is(body, end, ";") && !is(body, end, "using") && !is(body, end, "into") && !is(body, end, "loop"); end++)
			if (is(body, end, "("))
				end = closing(body, end, body->t.count);
		*to = end < body->t.count ? end : body->t.count;
		return i + 1;
	}
	if (is(body, i + 1, "(") && is_one_of(body->t.token[i].text, "query_to_xml, query_to_xmlschema, query_to_xml_and_xmlschema, dblink, dblink_exec, "
										   "dblink_open, dblink_send_query, crosstab, ts_stat, ts_rewrite, connectby"))
	{
		*to = closing(body, i + 1, body->t.count);
		if (strcasecmp(body->t.token[i].text, "query_to_xml") == 0 || strncasecmp(body->t.token[i].text, "query_to", 8) == 0)
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

	gk_tokenize(&body.t, text);
	for (int i = 0; i < body.t.count; i++)
	{
		int			to;
		int			from = statement_at(&body, i, &to);

		body.asked.count = 0;
		if (from >= 0 && is_unsafe(&body, from, to))
			return gk_format("%s goes into a statement unquoted, behind %s", body.culprit ? body.culprit : "an expression",
							 body.t.token[i].text);
	}
	return NULL;
}
