/*-------------------------------------------------------------------------
 *
 * posts.c
 *	  Who is asked at which door?
 *
 * Made from gk_rule_doors[] at server start: lists of posts, each in the order of
 * the rules and ended by a post without a check.  A list is known by where it
 * begins, and 0 is an empty one, so that a miss costs one load.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "base/gatekeeper.h"

#include "access/transam.h"
#include "catalog/dependency.h"

/*
 * Node tags and the oids of catalogs differ between majors but stay well below
 * the limits; gk_posts_init() checks.
 */
#define GK_MAX_CLASSES FirstGenbkiObjectId
#define GK_MAX_POSTS 384

static GkPost posts[GK_MAX_POSTS];
static int	nposts = 1;

uint16		gk_posts_of_statement[GK_MAX_TAGS];
static uint16 at_class[GK_MAX_CLASSES];
static uint16 at_function[GK_NUM_RULES];
static uint16 at_door[GK_NUM_DOORS];	/* of those without a key */

static GkDoor
door_of(const GkDoorway *doorway)
{
	return doorway->door & ~(GK_IF_SUSPECT | GK_OR_OTHERS);
}

static void
add_post(GkRuleId rule, const GkDoorway *doorway)
{
	if (nposts >= GK_MAX_POSTS - 1)
		elog(FATAL, "pg_gatekeeper: there are more than %d posts", GK_MAX_POSTS);
	posts[nposts].rule = &gk_rules[rule];
	posts[nposts].check = doorway->check;
	posts[nposts].rule_id = rule;
	posts[nposts].needs = (doorway->door & (GK_IF_SUSPECT | GK_OR_OTHERS)) |
		(gk_rule_doors[rule].needs_superuser ? GK_NEEDS_SUPERUSER : 0);
	nposts++;
}

/* A rule has a post in a list for each of its checks at that door; few have two. */
static uint16
list_posts(GkDoor door, int key, const GkRule *only)
{
	int			begin = nposts;

	for (int r = 0; r < GK_NUM_RULES; r++)
	{
		if (only && only != &gk_rules[r])
			continue;
		for (const GkDoorway *d = gk_rule_doors[r].doorways; d->door; d++)
			if (door_of(d) == door && d->key == key)
				add_post(r, d);
	}
	nposts++;					/* ends the list */
	return begin;
}

/* Server start.  A table that does not fit is a mistake in rules.c. */
void
gk_posts_init(void)
{
	for (int r = 0; r < GK_NUM_RULES; r++)
	{
		gk_symbols_list(r, gk_rule_doors[r].symbols);
		for (const GkDoorway *d = gk_rule_doors[r].doorways; d->door; d++)
			switch (door_of(d))
			{
				case GK_DOOR_STATEMENT:
					Assert(d->key < GK_MAX_TAGS);
					if (gk_posts_of_statement[d->key] == 0)
						gk_posts_of_statement[d->key] = list_posts(door_of(d), d->key, NULL);
					break;
				case GK_DOOR_OBJECT:
					Assert((Oid) d->key < GK_MAX_CLASSES);
					if (at_class[d->key] == 0)
						at_class[d->key] = list_posts(door_of(d), d->key, NULL);
					break;
				case GK_DOOR_FUNCTION:
					at_function[r] = list_posts(door_of(d), 0, &gk_rules[r]);
					break;
				default:
					if (at_door[door_of(d)] == 0)
						at_door[door_of(d)] = list_posts(door_of(d), 0, NULL);
			}
	}
}

/* Does any rule look at objects of this catalog? */
bool
gk_is_watched_class(Oid classid)
{
	return classid < GK_MAX_CLASSES && at_class[classid] != 0;
}

/* Those of a door; only names the one rule whose post is wanted, or NULL. */
const GkPost *
gk_posts_at(GkDoor door, int key, const GkRule *only)
{
	switch (door)
	{
		case GK_DOOR_STATEMENT:
			return &posts[gk_posts_of_statement[key]];
		case GK_DOOR_OBJECT:
			return &posts[at_class[key]];
		case GK_DOOR_FUNCTION:
			return &posts[at_function[only->id]];
		default:
			return &posts[at_door[door]];
	}
}

/* What core does to objects of its own accord is not anybody's action. */
bool
gk_is_internal(ObjectAccessType event, void *arg)
{
	switch (event)
	{
		case OAT_POST_CREATE:
			return arg && ((ObjectAccessPostCreate *) arg)->is_internal;
		case OAT_POST_ALTER:
			return arg && ((ObjectAccessPostAlter *) arg)->is_internal;
		case OAT_DROP:
			return arg && (((ObjectAccessDrop *) arg)->dropflags & PERFORM_DELETION_INTERNAL);
		default:
			return false;
	}
}
