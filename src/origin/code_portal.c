/*-------------------------------------------------------------------------
 *
 * code_portal.c
 *	  Which cursors did untrusted code leave behind?
 *
 * A cursor outlives the function that opened it.  Most of its query, and all of
 * it when that is UPDATE ... RETURNING or EXPLAIN ANALYZE, runs when somebody
 * fetches from it, or at COMMIT when it is WITH HOLD; the function that wrote
 * the query is not on the stack then.  So the portals that come into being
 * while untrusted code runs are remembered, and code_stack.c puts the function
 * back on its stack while one of them runs.
 *
 * There is no hook for a portal's creation, nor a function that lists portals.
 * But each has a memory context, named for it, below one parent.  Those that
 * are there when untrusted code begins are noted; those that are there in
 * addition when it has ended are its own.  What is noted of a portal lives in
 * that portal's memory, and goes with it.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "base/gatekeeper.h"
#include "origin/owners.h"

#include "nodes/memnodes.h"
#include "tcop/pquery.h"
#include "utils/memutils.h"

typedef struct GkPortal
{
	MemoryContextCallback forget;
	MemoryContext context;		/* the portal's */
	Portal		portal;			/* only compared */
	Oid			funcid;			/* whose code opened it, or InvalidOid */
	Oid			owner;			/* of that function, then */
	char		name[NAMEDATALEN];
	struct GkPortal *next;
} GkPortal;

static GkPortal *portals;

/*
 * Names of cursors of others that untrusted code closed: none of its own may take
 * the place, and be fetched from in the belief that it is the old one.
 */
#define GK_MAX_CLOSED 16

static char closed[GK_MAX_CLOSED][NAMEDATALEN];
static int	nclosed;			/* may be more than there is room for */

static void
note_closed(const GkPortal *entry)
{
	if (!gk_untrusted_runs || OidIsValid(entry->funcid) || entry->portal == NULL)
		return;
	if (nclosed < GK_MAX_CLOSED)
		strlcpy(closed[nclosed], entry->name, NAMEDATALEN);
	nclosed++;
}

static bool
takes_place(const GkPortal *entry)
{
	for (int i = 0; i < nclosed && i < GK_MAX_CLOSED; i++)
		if (strcmp(closed[i], entry->name) == 0)
			return true;
	return nclosed > GK_MAX_CLOSED;
}

bool		gk_watch_portals;

/* The one in which the outermost untrusted code runs. */
static Portal outer;

/* The portal is being dropped; its memory still stands. */
static void
forget(void *arg)
{
	GkPortal  **link = &portals;

	note_closed(arg);
	gk_watch_portals = false;
	while (*link)
	{
		if (*link == arg)
		{
			*link = (*link)->next;
			continue;
		}
		if (OidIsValid((*link)->funcid))
			gk_watch_portals = true;
		link = &(*link)->next;
	}
}

/* Where core keeps the contexts of portals; made when the backend starts. */
static MemoryContext
all_portals(void)
{
	static MemoryContext parent = NULL;

	if (parent == NULL)
		for (parent = TopMemoryContext->firstchild; parent; parent = parent->nextchild)
			if (strcmp(parent->name, "TopPortalContext") == 0)
				break;
	return parent;
}

/* The client's unnamed portal cannot be fetched from by name, nor replaced. */
static Portal
portal_of(MemoryContext context)
{
	Portal		portal = context->ident ? GetPortalByName(context->ident) : NULL;

	return portal && portal->portalContext == context ? portal : NULL;
}

/* Note the portals that are not noted yet, as opened by this function. */
static void
note(Oid funcid, Oid owner)
{
	MemoryContext parent = all_portals();

	for (MemoryContext c = parent ? parent->firstchild : NULL; c; c = c->nextchild)
	{
		GkPortal   *entry;

		for (entry = portals; entry; entry = entry->next)
			if (entry->context == c)
				break;
		if (entry || strcmp(c->name, "PortalContext") != 0)
			continue;
		entry = MemoryContextAllocZero(c, sizeof(GkPortal));
		entry->context = c;
		entry->portal = portal_of(c);
		if (entry->portal)
		{
			entry->funcid = funcid;
			strlcpy(entry->name, c->ident, NAMEDATALEN);
		}
		entry->owner = owner;
		entry->forget.func = forget;
		entry->forget.arg = entry;
		MemoryContextRegisterResetCallback(c, &entry->forget);
		entry->next = portals;
		portals = entry;
		if (OidIsValid(entry->funcid))
			gk_watch_portals = true;
	}
}

/* Untrusted code begins: what is there now is not its own. */
void
gk_portals_begin(void)
{
	note(InvalidOid, InvalidOid);
	outer = ActivePortal;
	nclosed = 0;
}

/*
 * While untrusted code runs: was the portal, in which the code does not run itself,
 * there before it?
 */
bool
gk_portal_is_sessions(Portal portal)
{
	if (portal == NULL || portal == outer)
		return false;
	for (GkPortal *entry = portals; entry; entry = entry->next)
		if (entry->portal == portal)
			return !OidIsValid(entry->funcid);
	return false;
}

/* Close the cursors that took the places of others. */
static void
close_swapped(void)
{
	GkPortal   *entry = portals;

	while (entry)
	{
		Portal		portal = entry->portal;
		bool		is_swapped = portal && OidIsValid(entry->funcid) && takes_place(entry) &&
			portal->status != PORTAL_ACTIVE && !portal->portalPinned;

		entry = entry->next;
		if (is_swapped)
		{
			PortalDrop(portal, false);
			entry = portals;	/* others may have gone with it */
		}
	}
	nclosed = 0;
}

/* It has ended: what is there in addition is. */
void
gk_portals_end(Oid funcid, Oid owner)
{
	note(funcid, owner);
	if (unlikely(nclosed > 0))
		close_swapped();
}

/*
 * Does the portal that is running belong to untrusted code?  Then to which
 * function's, and who owned that; the function may be gone.
 */
bool
gk_portal_is_untrusted(Portal portal, Oid *funcid, Oid *owner)
{
	for (GkPortal *entry = portals; portal && entry; entry = entry->next)
		if (entry->portal == portal && OidIsValid(entry->funcid))
		{
			*funcid = entry->funcid;
			*owner = entry->owner;
			return true;
		}
	return false;
}
