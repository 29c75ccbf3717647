/*-------------------------------------------------------------------------
 *
 * outcomes.c
 *	  What later records tell of the outcome of earlier ones' actions.
 *
 * A record is written before its action, when the outcome is unknown; see
 * audit/outcome.c.  The records of outcomes name those that they are about by
 * stream and number, "12, 15-17".
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "cli/filter.h"

#include <stdlib.h>

/* More in one record than the server writes are somebody else's. */
#define GK_MOST_RANGES 256

typedef struct Told
{
	char		stream[33];
	uint64_t	first;
	uint64_t	last;
	char		outcome[24];
} Told;

static Told *told;
static int	num_told;
static int	max_told;
static bool is_sorted;

/* Take what the record of an outcome says; others are passed over. */
void
gk_outcomes_learn(const GkEntry *entry)
{
	const char *p = gk_entry_get(entry, "GATEKEEPER_OBJECT");

	if (entry->forged || !gk_entry_is(entry, "GATEKEEPER_EVENT", "outcome"))
		return;
	for (int i = 0; i < GK_MOST_RANGES; i++)
	{
		char	   *end;
		Told	   *new;

		if (num_told == max_told)
		{
			max_told = 2 * max_told + 64;
			told = gk_grow(told, max_told * sizeof(Told));
		}
		new = &told[num_told];
		snprintf(new->stream, sizeof(new->stream), "%s", gk_entry_get(entry, "GATEKEEPER_STREAM"));
		snprintf(new->outcome, sizeof(new->outcome), "%s", gk_entry_get(entry, "GATEKEEPER_OUTCOME"));
		new->first = new->last = strtoull(p, &end, 10);
		if (end == p)
			return;
		if (*end == '-')
		{
			p = end + 1;
			new->last = strtoull(p, &end, 10);
			if (end == p || new->last < new->first)
				return;
		}
		num_told++;
		is_sorted = false;
		if (strncmp(end, ", ", 2) != 0)
			return;
		p = end + 2;
	}
}

static int
compare(const void *a, const void *b)
{
	const Told *one = a;
	const Told *other = b;
	int			result = strcmp(one->stream, other->stream);

	if (result != 0)
		return result;
	return one->last < other->first ? -1 : one->first > other->last;
}

/* Say of an action what is known by now. */
void
gk_outcomes_apply(GkEntry *entry)
{
	Told		key = {.first = gk_entry_number(entry, "GATEKEEPER_SEQ")};
	const Told *found;

	if (num_told == 0 || entry->forged || !gk_entry_is(entry, "GATEKEEPER_EVENT", "action"))
		return;
	if (!is_sorted)
		qsort(told, num_told, sizeof(Told), compare);
	is_sorted = true;
	snprintf(key.stream, sizeof(key.stream), "%s", gk_entry_get(entry, "GATEKEEPER_STREAM"));
	key.last = key.first;
	found = bsearch(&key, told, num_told, sizeof(Told), compare);
	for (int i = 0; found && i < entry->num_fields; i++)
		if (strcmp(entry->field[i].name, "GATEKEEPER_OUTCOME") == 0)
		{
			entry->field[i].value = found->outcome;
			entry->field[i].length = strlen(found->outcome);
		}
}
