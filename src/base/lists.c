/*-------------------------------------------------------------------------
 *
 * lists.c
 *	  Reads the lists that settings are.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "base/gatekeeper.h"

#include "parser/scansup.h"
#include "utils/varlena.h"

static bool
split(char *copy, bool folds, List **names)
{
	return folds ? SplitIdentifierString(copy, ',', names) :
		SplitGUCList(copy, ',', names);
}

static bool
has_name(const char *name, const char *list, bool folds)
{
	char	   *copy;
	List	   *names = NIL;
	bool		result = false;
	ListCell   *cell;

	if (list == NULL || list[0] == '\0')
		return false;
	copy = pstrdup(list);
	if (split(copy, folds, &names))
		foreach(cell, names)
		{
			if (strcmp((const char *) lfirst(cell), name) == 0)
			{
				result = true;
				break;
			}
		}
	list_free(names);
	pfree(copy);
	return result;
}

/*
 * Is the name in a list of identifiers such as `postgres, "Admin"`?  The list
 * is read as core reads one: unquoted names are folded to lower case.  A list
 * that cannot be read holds nothing; the settings' check hooks do not let one
 * in.
 */
bool
gk_name_in_list(const char *name, const char *list)
{
	return has_name(name, list, true);
}

/*
 * Does every name of the old list stand in the new one?  Names of identifiers are
 * folded, C symbols are not.
 */
bool
gk_list_keeps_all(const char *oldlist, const char *newlist, bool folds)
{
	char	   *copy = pstrdup(oldlist);
	List	   *names;
	bool		ok = true;
	ListCell   *cell;

	if (split(copy, folds, &names))
		foreach(cell, names)
			ok = ok && has_name(lfirst(cell), newlist, folds);
	pfree(copy);
	list_free(names);
	return ok;
}

/* One name, in double quotes or not, and the white space around it. */
static const char *
read_name(const char *list, GkSinks *sinks)
{
	bool		is_quoted;

	while (scanner_isspace(*list))
		list++;
	is_quoted = *list == '"';
	list += is_quoted;
	sinks->name = list;
	while (*list != '\0' && *list != '"' &&
		   (is_quoted || (*list != ',' && !scanner_isspace(*list))))
		list++;
	sinks->length = (int) (list - sinks->name);
	if (is_quoted && *list++ != '"')
		return NULL;
	while (scanner_isspace(*list))
		list++;
	return sinks->length > 0 && (*list == '\0' || *list == ',') ? list : NULL;
}

/* Is this the name?  As in any list of identifiers, quotes keep upper case. */
static bool
is_name(const GkSinks *sinks, const char *name)
{
	if (sinks->length != (int) strlen(name))
		return false;
	return sinks->name[sinks->length] == '"' ?
		strncmp(sinks->name, name, sinks->length) == 0 :
		pg_strncasecmp(sinks->name, name, sinks->length) == 0;
}

/* Bit of the sink whose name this is; 0 where there is none. */
static int
sink_of(const GkSinks *sinks)
{
	if (is_name(sinks, "auto"))
		return GK_SINKS_ALL + 1;
	for (int i = 0; i < GK_NUM_SINKS; i++)
		if (is_name(sinks, gk_sink_names[i]))
			return 1 << i;
	return 0;
}

/*
 * gatekeeper.audit_sink: journald, syslog and log, each at most once and in any order,
 * or auto alone.  The one place that reads it; allocates nothing.  Where it cannot
 * be read, name and length are what is wrong.
 */
GkSinksRead
gk_read_sinks(const char *list, GkSinks *sinks)
{
	int			seen = 0;

	for (;; list++)
	{
		int			bit;

		list = read_name(list, sinks);
		if (list == NULL)
			return GK_SINKS_NO_LIST;
		bit = sink_of(sinks);
		if (bit == 0)
			return GK_SINKS_UNKNOWN;
		if (seen & bit)
			return GK_SINKS_TWICE;
		seen |= bit;
		if (seen > GK_SINKS_ALL + 1)
			return GK_SINKS_AUTO;
		if (*list == '\0')
			break;
	}
	sinks->name = NULL;
	sinks->length = 0;
	sinks->is_auto = seen > GK_SINKS_ALL;
	sinks->bits = sinks->is_auto ? GK_SINKS_AUTO_USES : seen;
	return GK_SINKS_READ;
}

/* What SET ROLE and SET SESSION AUTHORIZATION set. */
bool
gk_setting_is_user(const char *name)
{
	size_t		len = strlen(name);

	return (len == strlen("role") && pg_strcasecmp(name, "role") == 0) ||
		(len == strlen("session_authorization") && pg_strcasecmp(name, "session_authorization") == 0);
}
