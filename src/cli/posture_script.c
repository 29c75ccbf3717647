/*-------------------------------------------------------------------------
 *
 * posture_script.c
 *	  Does an extension's script mean what somebody else has put there?
 *
 * A script runs as superuser, with the extension's schema first in its
 * search_path.  CREATE OR REPLACE and IF NOT EXISTS take what is there for the
 * extension's own; a call without schema takes the function that fits best.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "cli/posture_asked.h"

#include <ctype.h>
#include <regex.h>
#include <stdlib.h>
#include <strings.h>

/* Past a quoted text, with whatever quotes; s itself where there is none. */
static const char *
after_quoted(const char *s)
{
	size_t		len = 1;
	const char *end;

	if (*s == '\'' || *s == '"')
	{
		for (end = s + 1; *end && *end != *s; end++)
			;
		return *end ? end + 1 : end;
	}
	if (*s != '$')
		return s;
	while (isalnum((unsigned char) s[len]) || s[len] == '_')
		len++;
	if (s[len] != '$')
		return s;
	end = strstr(s + len + 1, gk_format("%.*s", (int) len + 1, s));
	return end ? end + len + 1 : s + strlen(s);
}

/* A statement without comments; strings and bodies are left out, too. Where it begins, and where it ends. */
static const char *
take_statement(const char *s, GkBuf *out, int *begun, int *line)
{
	gk_buf_clear(out);
	*begun = 0;
	while (*s && *s != ';')
	{
		const char *end = s;

		if (strncmp(s, "--", 2) == 0)
			end = s + strcspn(s, "\n");
		else if (strncmp(s, "/*", 2) == 0)
			end = strstr(s, "*/") ? strstr(s, "*/") + 2 : s + strlen(s);
		else if (*s == '\\')
			end = s + strcspn(s, "\n");
		else if ((end = after_quoted(s)) != s)
			gk_buf_text(out, *s == '"' ? gk_format("%.*s", (int) (end - s), s) : "''");
		if (end == s)
		{
			gk_buf_add(out, isspace((unsigned char) *s) ? " " : s, 1);
			if (*begun == 0 && !isspace((unsigned char) *s))
				*begun = *line;
			end = s + 1;
		}
		for (; s < end; s++)
			*line += *s == '\n';
	}
	return *s ? s + 1 : s;
}

static bool
fits(const char *pattern, const char *text, GkBuf *what, int group)
{
	regex_t		regex;
	regmatch_t	match[6];
	bool		found;

	if (regcomp(&regex, pattern, REG_EXTENDED | REG_ICASE) != 0)
		return false;
	found = regexec(&regex, text, 6, match, 0) == 0;
	regfree(&regex);
	if (found && what)
	{
		gk_buf_clear(what);
		gk_buf_add(what, text + match[group].rm_so, match[group].rm_eo - match[group].rm_so);
	}
	return found;
}

/* A call outside of any function that means whatever the search_path finds. */
static bool
is_unqualified_call(const char *text, GkBuf *what)
{
	return fits("^(SELECT|INSERT|UPDATE|DELETE|WITH) ", text, NULL, 0) &&
		fits("(^|[^.a-z0-9_\"@])([a-z_][a-z0-9_]*)\\(", text, what, 2) &&
		!fits("^(values|in|and|or|not|exists|any|all|coalesce|cast|as|over|filter|using|row|array|into|nullif|greatest|least|from|where|set)$", gk_buf_string(what), NULL, 0) &&
		!fits("^INSERT +INTO +[a-z0-9_.\"@]+ *\\([^)]*\\) +VALUES *\\([^(]*$", text, NULL, 0);
}

/* Tell of each thing in the script that is not as it should be, and what sed makes of it. */
void
gk_script_find(const char *script, GkScriptReport report, void *arg)
{
	static GkBuf statement;
	static GkBuf what;
	int			line = 1;
	bool		has_path = false;

	while (*script)
	{
		int			begun;
		const char *text;

		script = take_statement(script, &statement, &begun, &line);
		text = gk_buf_string(&statement);
		text += strspn(text, " ");
		if (fits("^SET +(LOCAL +)?search_path", text, NULL, 0))
			has_path = true;
		if (fits("^CREATE +OR +REPLACE +[a-z ]* +([^ (]+)", text, &what, 1))
			report(arg, begun, gk_format("CREATE OR REPLACE of %s takes over what is there", gk_buf_string(&what)),
				   gk_format("%d,%ds/OR  *REPLACE *//I", begun, line));
		if (fits("^CREATE +[a-z ]*IF +NOT +EXISTS +([^ (]+)", text, &what, 1) && !fits("^CREATE +EXTENSION", text, NULL, 0))
			report(arg, begun, gk_format("IF NOT EXISTS of %s takes what is there for its own", gk_buf_string(&what)),
				   gk_format("%d,%ds/IF  *NOT  *EXISTS *//I", begun, line));
		if (fits("^CREATE +(OR +REPLACE +)?(FUNCTION|PROCEDURE) +([^ (]+).*SECURITY +DEFINER", text, &what, 3) &&
			!fits("SET +search_path", text, NULL, 0) && !fits("LANGUAGE +('?c'?|internal)( |$)", text, NULL, 0))
			report(arg, begun, gk_format("SECURITY DEFINER function %s has no search_path of its own", gk_buf_string(&what)),
				   gk_format("%d,%ds/SECURITY  *DEFINER/& SET search_path = @extschema@, pg_temp/I", begun, line));
		if (!has_path && is_unqualified_call(text, &what))
			report(arg, begun, gk_format("%s() is called without a schema", gk_buf_string(&what)),
				   gk_format("%ds/^/SET LOCAL search_path TO pg_catalog, @extschema@, pg_temp; /", begun));
	}
}
