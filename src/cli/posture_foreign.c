/*-------------------------------------------------------------------------
 *
 * posture_foreign.c
 *	  Does a function in Perl, Python or Tcl put something of its callers into
 *	  SQL?
 *
 * Coarser than what is done for PL/pgSQL: the first argument of what runs a
 * statement is looked at where it stands, and one assignment back.  Does not
 * see what goes by way of hashes, objects and other functions.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "cli/posture_asked.h"

#include <ctype.h>
#include <stdlib.h>

/* Where the expression that begins at s ends: at a comma or what closes it, outside quotes. */
static size_t
expression_length(const char *s)
{
	int			depth = 0;
	char		quote = '\0';
	const char *at = s;

	for (; *at; at++)
	{
		if (quote)
		{
			if (*at == '\\' && at[1])
				at++;
			else if (*at == quote)
				quote = '\0';
		}
		else if (*at == '\'' || *at == '"')
			quote = *at;
		else if (strchr("([{", *at))
			depth++;
		else if (strchr(")]}", *at) && depth-- == 0)
			break;
		else if ((*at == ',' || *at == ';' || *at == '\n') && depth == 0)
			break;
	}
	return at - s;
}

/* Take away calls that quote, with what is in them. */
static char *
without_quoting(char *text)
{
	static const char *const quoting[] =
	{"quote_ident", "quote_literal", "quote_nullable", "quote"};

	for (int i = 0; i < GK_LENGTHOF(quoting); i++)
		for (char *at = text; (at = strstr(at, quoting[i])) != NULL; at++)
		{
			char	   *open = at + strlen(quoting[i]);
			size_t		len;

			open += strspn(open, " ");
			if (*open != '(' && *open != '$')
				continue;
			len = *open == '(' ? expression_length(open + 1) + 2 : 1 + strcspn(open + 1, " ]\"}");
			memset(at, ' ', open + (len < strlen(open) ? len : strlen(open)) - at);
		}
	return text;
}

/* Does something that is no constant go into the text? */
static bool
has_variable(const char *text, const char *language)
{
	bool		is_python = language[2] == 'p' && language[3] == 'y';
	char		quote = '\0';

	for (const char *at = text; *at; at++)
	{
		if (quote == '\0' && (*at == '"' || *at == '\''))
		{
			if (is_python && at > text && (at[-1] == 'f' || at[-1] == 'F') && memchr(at, '{', strlen(at)))
				return true;
			quote = *at;
		}
		else if (quote && *at == '\\' && at[1])
			at++;
		else if (quote && *at == quote)
			quote = '\0';
		else if (!is_python && *at == '$' && (isalpha((unsigned char) at[1]) || at[1] == '_' || at[1] == '{') && (quote != '\''))
			return true;
		else if (is_python && quote == '\0' && (*at == '%' || *at == '+' || strncmp(at, ".format(", 8) == 0))
		{
			for (const char *rest = at + 1; *rest; rest++)
				if (isalpha((unsigned char) *rest) && (rest == at + 1 || !strchr("\"'", rest[-1])))
					return true;
		}
	}
	return false;
}

/* What a variable was given last before a place in the text; NULL when nothing was. */
static char *
value_of(const char *text, const char *before, const char *name)
{
	const char *found = NULL;
	size_t		len = strlen(name);

	for (const char *at = text; (at = strstr(at, name)) != NULL && at < before; at += len)
	{
		const char *next = at + len + strspn(at + len, " ");

		if (*next == '=' && next[1] != '=' && next[1] != '~')
			found = next + 1;
	}
	return found ? gk_format("%.*s", (int) expression_length(found), found) : NULL;
}

/* What of the callers' goes into a statement, or NULL. */
char *
gk_dynamic_find_foreign(const char *text, const char *language)
{
	static const char *const runs[] =
	{"spi_exec_query", "spi_query", "spi_prepare", "spi_exec", "plpy.execute", "plpy.prepare", "plpy.cursor"};

	for (int i = 0; i < GK_LENGTHOF(runs); i++)
		for (const char *at = text; (at = strstr(at, runs[i])) != NULL;)
		{
			char	   *argument;
			char	   *value;
			size_t		len = strlen(runs[i]);

			at += len;
			if (isalnum((unsigned char) *at) || *at == '_')
				continue;
			at += strspn(at, " (");
			argument = gk_format("%.*s", (int) expression_length(at), at);
			argument[strcspn(argument, "\n")] = '\0';
			/* a name alone: what it was given */
			value = argument + strspn(argument, "$");
			if (value[strspn(value, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")] == '\0' && *value)
			{
				value = value_of(text, at, argument);
				if (value == NULL && *argument == '$')
					value = value_of(text, at, argument + 1);
			}
			else
				value = argument;
			if (value && has_variable(without_quoting(value), language))
				return gk_format("a variable goes into a statement unquoted, behind %s", runs[i]);
		}
	return NULL;
}
