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
	struct GkPortal *next;
} GkPortal;

static GkPortal *portals;

uint8		gk_watch_plans;

/* The portal is being dropped; its memory still stands. */
static void
forget(void *arg)
{
	GkPortal  **link = &portals;

	gk_watch_plans &= ~GK_WATCH_PORTALS;
	while (*link)
	{
		if (*link == arg)
		{
			*link = (*link)->next;
			continue;
		}
		if (OidIsValid((*link)->funcid))
			gk_watch_plans |= GK_WATCH_PORTALS;
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
			entry->funcid = funcid;
		entry->owner = owner;
		entry->forget.func = forget;
		entry->forget.arg = entry;
		MemoryContextRegisterResetCallback(c, &entry->forget);
		entry->next = portals;
		portals = entry;
		if (OidIsValid(entry->funcid))
			gk_watch_plans |= GK_WATCH_PORTALS;
	}
}

/* Untrusted code begins: what is there now is not its own. */
void
gk_portals_begin(void)
{
	note(InvalidOid, InvalidOid);
}

/* It has ended: what is there in addition is. */
void
gk_portals_end(Oid funcid, Oid owner)
{
	note(funcid, owner);
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
