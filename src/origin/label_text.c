/*-------------------------------------------------------------------------
 *
 * label_text.c
 *	  The text of a security label of provider "gatekeeper": what may stand in it.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "origin/labels.h"

#include "utils/varlena.h"

#define GK_LABEL_SPACE " \t\r\n"

static int
rule_named(const char *name)
{
	for (int r = 0; r < GK_NUM_RULES; r++)
		if (strcmp(gk_rules[r].name, name) == 0)
			return r;
	return -1;
}

/* 'allow' and what follows: the rules that are lifted. */
static bool
parse_rules(char *names_text, GkLabel *label, const char **rule)
{
	List	   *names;
	ListCell   *cell;

	if (!SplitIdentifierString(names_text, ',', &names) || names == NIL)
		return false;
	foreach(cell, names)
	{
		int			r = rule_named(lfirst(cell));

		if (r < 0 || r == GK_EXEMPTION)
		{
			*rule = lfirst(cell);
			return false;
		}
		label->allows |= UINT64CONST(1) << r;
	}
	return true;
}

/* Is this the word that follows?  Then go past it. */
static bool
second_word(char **rest, const char *word)
{
	char	   *second = *rest + strspn(*rest, GK_LABEL_SPACE);
	size_t		length = strcspn(second, GK_LABEL_SPACE ",");

	*rest = second + length;
	return strncmp(second, word, Max(length, strlen(word))) == 0;
}

/*
 * Read a label's text: words, separated by commas, of which 'allow' is the last,
 * since all that follows is its rules.  False when it is none of ours; then *rule
 * is the name that should have been a rule's, or NULL when not even that much is
 * right.  Allocates in CurrentMemoryContext; the name lives there.
 */
bool
gk_label_parse(const char *text, GkLabel *label, const char **rule)
{
	char	   *rest = pstrdup(text);

	memset(label, 0, sizeof(*label));
	*rule = NULL;
	for (;;)
	{
		char	   *word = rest + strspn(rest, GK_LABEL_SPACE);
		size_t		length = strcspn(word, GK_LABEL_SPACE ",");

		rest = word + length;
		if (strncmp(word, "allow", Max(length, 5)) == 0)
			return parse_rules(rest, label, rule);
		if (strncmp(word, "trusted", Max(length, 7)) == 0)
			label->trusted = true;
		else if (strncmp(word, "administrator", Max(length, 13)) == 0)
			label->administrator = true;
		else if (strncmp(word, "audit", Max(length, 5)) == 0)
			label->audit = true;
		else if (strncmp(word, "no", Max(length, 2)) == 0 && second_word(&rest, "audit"))
			label->no_audit = true;
		else
			return false;
		rest += strspn(rest, GK_LABEL_SPACE);
		if (*rest == '\0')
			return true;
		if (*rest++ != ',')
			return false;
	}
}
