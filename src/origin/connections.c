/*-------------------------------------------------------------------------
 *
 * connections.c
 *	  Which connections of dblink has the session's own code opened?
 *
 * They are the session's, known by a name that dblink_get_connections() tells to
 * everybody, or one without.  Whoever uses one acts as the role that it logged in
 * as.  dblink keeps them to itself, so what that code has it open and close is noted.
 * That others close one is not: its name stays the session's, and nobody can put
 * another in its place.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "base/gatekeeper.h"
#include "origin/owners.h"

#include "common/hashfn.h"
#include "utils/builtins.h"

#define GK_MAX_CONNECTIONS 64

/* Hashes of the names under which the session's own code opened one. */
static uint32 opened[GK_MAX_CONNECTIONS];
static int	nopened;			/* may be more than there is room for */
static bool unnamed_is_sessions;

/* The hash of the first argument, a text; 0 where there is none. */
static uint32
hash_of_first(FunctionCallInfo fcinfo)
{
	text	   *name;

	if (PG_NARGS() < 1 || PG_ARGISNULL(0))
		return 0;
	name = PG_GETARG_TEXT_PP(0);
	return DatumGetUInt32(hash_any((const unsigned char *) VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name)));
}

static void
forget(uint32 hash)
{
	int			kept = 0;

	if (nopened > GK_MAX_CONNECTIONS)
		return;
	for (int i = 0; i < nopened; i++)
		if (opened[i] != hash)
			opened[kept++] = opened[i];
	nopened = kept;
}

/*
 * The session's own code is about to open a connection, or to close one: the call
 * has been let pass.  A name comes before the string that says where to.
 */
void
gk_connection_note(FunctionCallInfo fcinfo, bool is_opened)
{
	uint32		hash;

	if (PG_NARGS() < (is_opened ? 2 : 1))
	{
		unnamed_is_sessions = is_opened;
		return;
	}
	hash = hash_of_first(fcinfo);
	forget(hash);
	if (!is_opened)
		return;
	if (nopened < GK_MAX_CONNECTIONS)
		opened[nopened] = hash;
	nopened++;
}

/*
 * Does this call of a function of dblink's use a connection that the session's own
 * code has opened?  With the unnamed one open, what begins with anything but the
 * name of another connection, or what one is opened with, may be for that.
 */
bool
gk_connection_is_sessions(FunctionCallInfo fcinfo)
{
	uint32		hash;

	if (nopened == 0 && !unnamed_is_sessions)
		return false;
	if (fcinfo == NULL || nopened > GK_MAX_CONNECTIONS || unnamed_is_sessions)
		return true;
	hash = hash_of_first(fcinfo);
	for (int i = 0; i < nopened; i++)
		if (opened[i] == hash)
			return true;
	return false;
}
