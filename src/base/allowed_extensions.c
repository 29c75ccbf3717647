/*-------------------------------------------------------------------------
 *
 * allowed_extensions.c
 *	  Reads gatekeeper.allowed_extensions: names, perhaps with versions, as in
 *	  `hstore, postgis >= 3.3, "uuid-ossp" = 1.1`.
 *
 * Allocates nothing, and knows no extension.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "base/gatekeeper.h"

#include <ctype.h>

#include "parser/scansup.h"

static const char *
skip_space(const char *text)
{
	while (scanner_isspace(*text))
		text++;
	return text;
}

/* Up to a comma, white space or an operator; NULL where nothing stands there. */
static const char *
read_word(const char *text, char *word, size_t size)
{
	bool		is_quoted = *text == '"';
	size_t		length = 0;

	for (text += is_quoted; *text != '\0'; text++)
	{
		if (is_quoted ? *text == '"' : (strchr(",<>=\"", *text) != NULL || scanner_isspace(*text)))
			break;
		if (length == size - 1)
			return NULL;
		word[length++] = is_quoted ? *text : pg_tolower((unsigned char) *text);
	}
	word[length] = '\0';
	if (length == 0 || (is_quoted && *text != '"'))
		return NULL;
	return text + is_quoted;
}

/* One entry, from *list on, which moves behind it; false where it is none. */
bool
gk_allowed_read(const char **list, GkAllowed *entry)
{
	const char *text = read_word(skip_space(*list), entry->name, sizeof(entry->name));

	entry->op = GK_ANY_VERSION;
	entry->version[0] = '\0';
	if (text == NULL)
		return false;
	text = skip_space(text);
	if (*text == '=' || (*text == '>' && text[1] == '='))
	{
		entry->op = *text == '=' ? GK_THIS_VERSION : GK_SINCE_VERSION;
		text = read_word(skip_space(text + (*text == '=' ? 1 : 2)), entry->version, sizeof(entry->version));
		if (text == NULL)
			return false;
		text = skip_space(text);
	}
	if (*text != ',' && *text != '\0')
		return false;
	/* a comma at the end leaves an entry with nothing in it to be read */
	*list = *text == ',' ? text + 1 : text;
	return *text == '\0' || *skip_space(*list) != '\0';
}

/*
 * Which version is the later one?  Numbers count as such, 1.10 after 1.9; where
 * one has parts that the other lacks, it is later.
 */
int
gk_version_compare(const char *a, const char *b)
{
	while (*a && *b)
	{
		if (isdigit((unsigned char) *a) && isdigit((unsigned char) *b))
		{
			size_t		x;
			size_t		y;
			int			order;

			while (*a == '0' && isdigit((unsigned char) a[1]))
				a++;
			while (*b == '0' && isdigit((unsigned char) b[1]))
				b++;
			x = strspn(a, "0123456789");
			y = strspn(b, "0123456789");
			if (x != y)
				return x < y ? -1 : 1;
			order = strncmp(a, b, x);
			if (order != 0)
				return order;
			a += x;
			b += y;
		}
		else if (pg_tolower((unsigned char) *a) != pg_tolower((unsigned char) *b))
			return (unsigned char) *a < (unsigned char) *b ? -1 : 1;
		else
		{
			a++;
			b++;
		}
	}
	return (*a != '\0') - (*b != '\0');
}

/* Does the list let the extension be there, in this version?  An empty one lets all. */
bool
gk_extension_is_allowed(const char *list, const char *name, const char *version)
{
	GkAllowed	entry;

	if (list == NULL || *skip_space(list) == '\0')
		return true;
	while (*list != '\0' && gk_allowed_read(&list, &entry))
	{
		int			order;

		if (strcmp(entry.name, name) != 0)
			continue;
		if (entry.op == GK_ANY_VERSION)
			return true;
		order = gk_version_compare(version, entry.version);
		if (entry.op == GK_THIS_VERSION ? order == 0 : order >= 0)
			return true;
	}
	return false;
}

static bool
has_entry(const char *list, const GkAllowed *wanted)
{
	GkAllowed	entry;

	while (*list != '\0' && gk_allowed_read(&list, &entry))
		if (strcmp(entry.name, wanted->name) == 0 && entry.op == wanted->op &&
			strcmp(entry.version, wanted->version) == 0)
			return true;
	return false;
}

/* Does the new list let through only what the old one does?  Entry by entry. */
bool
gk_allowed_is_tighter(const char *newlist, const char *oldlist)
{
	GkAllowed	entry;

	if (*skip_space(oldlist) == '\0')
		return true;
	if (*skip_space(newlist) == '\0')
		return false;
	while (*newlist != '\0' && gk_allowed_read(&newlist, &entry))
		if (!has_entry(oldlist, &entry))
			return false;
	return true;
}
