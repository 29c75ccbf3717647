/*-------------------------------------------------------------------------
 *
 * containment.c
 *	  A session begins: is it contained? Then it is done.
 *
 * A client is judged right after its authentication, before any setting or library of
 * its role or database is looked at.  An ordinary role gives up what it does at the end
 * of the same transaction, since what an administrator has vouched for is written in its
 * database; no code of a user's runs before.  A process without a client (a worker, autovacuum,
 * an apply worker of logical replication) is judged at the end of the transaction
 * that connects it to its database: before the libraries and settings of a parallel
 * worker's leader, and before any user's code.
 *
 * What is to be contained and cannot be does not start.
 *
 * Does not see: single-user mode; workers without a database; code that runs while a
 * worker's library is loaded.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "containment.h"

#include "access/xact.h"
#include "libpq/libpq-be.h"
#include "miscadmin.h"
#include "utils/guc.h"

/* Once in each process. */
static bool is_judged;

/* A client is, but what it gives up is asked in its database. */
static bool is_waiting;
static GkWhy waits_for;

static char *status_text;

static void
contain(Oid role, GkWhy why)
{
	const char *failed;
	int			walls = gk_who_gives_up(why, role);

	is_judged = true;
	gk_sandbox_note(role, why, walls);
	if (!gk_sandbox_enter(walls, &failed))
		ereport(FATAL,
				(errcode(ERRCODE_SYSTEM_ERROR),
				 errmsg("pg_gatekeeper: the session could not be contained: %s: %m", failed),
				 errhint("It worked when the server started. Look for what has changed on the host, or ask an administrator for gatekeeper.sandbox.")));
}

/* The client is authenticated, and has not been told so. */
void
gk_containment_at_login(const Port *port)
{
	Oid			role;
	GkWhy		why = gk_who_logs_in(port, &role);

	is_waiting = why == GK_CONTAINED_USER;
	waits_for = why;
	if (!is_waiting)
		contain(role, why);
}

/* The first transaction of every process that works in a database ends. */
void
gk_containment_at_start(void)
{
	Oid			role;

	if (is_judged)
		return;
	role = OidIsValid(MyDatabaseId) || is_waiting ? GetAuthenticatedUserId() : InvalidOid;
	contain(role, is_waiting ? waits_for : gk_who_works(role));
}

static const char *
show_status(void)
{
	return gk_sandbox_in_force();
}

/* Postmaster start.  The setting is none: it only shows what is in force. */
void
gk_containment_init(void)
{
	DefineCustomStringVariable("gatekeeper.sandbox_status",
							   "Shows what contains sessions of this server.",
							   NULL, &status_text, "", PGC_INTERNAL,
							   GUC_NOT_IN_SAMPLE | GUC_DISALLOW_IN_FILE, NULL, NULL, show_status);
}
