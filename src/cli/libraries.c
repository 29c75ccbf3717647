/*-------------------------------------------------------------------------
 *
 * libraries.c
 *	  The value of shared_preload_libraries: a list with quoting rules of its
 *	  own.
 *
 * The server splits it with SplitDirectoriesString() (varlena.c): names are
 * separated by commas, white space around them does not count, and a name in
 * double quotes may hold both.  A list that breaks these rules, were it only
 * by a comma too many, costs one line in the server's log, and then *no*
 * library is loaded: such a list must not be added to.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "cli/config.h"

#include <stdlib.h>

/* What the server's scanner takes for white space. */
#define GK_SPACE " \t\n\r\f\v"

/*
 * Split a list.  written gets its elements as they stand there, names what they
 * mean; either may be NULL.  False when the server would not accept it.
 */
static bool
split(const char *list, GkWords *written, GkWords *names)
{
	const char *p = list + strspn(list, GK_SPACE);
	GkBuf		name = {0};

	if (*p == '\0')
		return true;
	for (;;)
	{
		const char *start = p;
		size_t		len;

		name.used = 0;
		if (*p == '"')
		{
			for (p++; *p && !(*p == '"' && p[1] != '"'); p++)
			{
				if (*p == '"')
					p++;
				gk_buf_add(&name, p, 1);
			}
			if (*p != '"')
				return false;
			p++;
			len = p - start;
		}
		else
		{
			p += strcspn(p, ",");
			len = p - start;
			while (len > 0 && strchr(GK_SPACE, start[len - 1]))
				len--;
			if (len == 0)
				return false;
			gk_buf_add(&name, start, len);
		}
		if (written)
			gk_words_add(written, start, len);
		if (names)
			gk_words_add(names, name.used ? name.data : "", name.used);
		p += strspn(p, GK_SPACE);
		if (*p == '\0')
			return true;
		if (*p != ',')
			return false;
		p++;
		p += strspn(p, GK_SPACE);
	}
}

/* Is this the module's name, with or without directory and suffix? */
static bool
is_module(const char *name)
{
	const char *slash = strrchr(name, '/');

	if (slash)
		name = slash + 1;
	return strcmp(name, "pg_gatekeeper") == 0 || strcmp(name, "pg_gatekeeper.so") == 0;
}

/* Would the server accept the list? */
bool
gk_list_is_valid(const char *list)
{
	return split(list, NULL, NULL);
}

/* Is the module in the list? */
bool
gk_list_has_library(const char *list)
{
	GkWords		names = {0};

	if (!split(list, NULL, &names))
		return false;
	for (int i = 0; i < names.count; i++)
		if (is_module(names.word[i]))
			return true;
	return false;
}

/* The list with the module at its end; what is there stays as it is written. */
char *
gk_list_with_library(const char *list)
{
	GkWords		names = {0};

	(void) split(list, NULL, &names);
	return gk_format("%s%spg_gatekeeper", names.count ? list : "", names.count ? ", " : "");
}

/* The list without the module, with one ", " between its elements. */
char *
gk_list_without_library(const char *list)
{
	GkWords		written = {0};
	GkWords		names = {0};
	GkBuf		out = {0};

	(void) split(list, &written, &names);
	for (int i = 0; i < names.count; i++)
		if (!is_module(names.word[i]))
			gk_buf_format(&out, "%s%s", out.used ? ", " : "", written.word[i]);
	return gk_copy(gk_buf_string(&out));
}

/*
 * The statement that makes ALTER SYSTEM write the list: each name is a string
 * of its own.  One string with commas would become one name with commas, and
 * the server would not start.
 */
char *
gk_list_statement(const char *list)
{
	GkWords		names = {0};
	GkBuf		out = {0};

	(void) split(list, NULL, &names);
	if (names.count == 0)
		return gk_copy("ALTER SYSTEM RESET " GK_LIST ";");
	gk_buf_text(&out, "ALTER SYSTEM SET " GK_LIST " = ");
	for (int i = 0; i < names.count; i++)
	{
		gk_buf_text(&out, i ? ", '" : "'");
		for (const char *c = names.word[i]; *c; c++)
			gk_buf_text(&out, *c == '\'' ? "''" : (char[]) {*c, '\0'});
		gk_buf_text(&out, "'");
	}
	gk_buf_text(&out, ";");
	return out.data;
}
