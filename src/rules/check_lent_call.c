/*-------------------------------------------------------------------------
 *
 * check_lent_call.c
 *	  Does code of others take from a replication slot or a scheduler with the
 *	  rights of whoever runs it?
 *
 * A part of superuser_object.  Slots belong to nobody, and which changes are in one
 * is for superusers and replication roles to take; a job is a row, but one that
 * guards as often as not.
 *
 * Large objects, what only reads a slot and what shows other sessions are listed, too:
 * not to be refused here, where writing to a table would not be, but since what is
 * listed becomes its author
 * with gatekeeper.untrusted_code = run_as_owner, and core asks then.
 *
 * Advisory locks of the session are what its own code relies on; one that is
 * released by its number may be the code's own.  What the session has prepared may have
 * anything in it; the query that runs is what audit triggers log.
 *
 * Does not see: the tables of schedulers, which are written to as any other; what is
 * read and written through a large object that the session had opened before.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "origin/owners.h"

#define SLOT 0x01				/* takes from it, moves or drops it */
#define JOB 0x02				/* removes it */
#define LOCKS 0x04				/* takes them from the session */
#define TEXTS 0x08				/* shows what the session's statements are */

const GkSymbol gk_lent_call_symbols[] = {
	{"be_lo_open", 0},
	{"be_lo_put", 0},
	{"be_lo_unlink", 0},
	{"be_lo_get", 0},
	{"be_lo_get_fragment", 0},
	{"pg_logical_slot_get_changes", SLOT},
	{"pg_logical_slot_get_binary_changes", SLOT},
	{"pg_logical_slot_peek_changes", 0},
	{"pg_logical_slot_peek_binary_changes", 0},
	{"pg_replication_slot_advance", SLOT},
	{"pg_drop_replication_slot", SLOT},
	{"cron_unschedule", JOB},
	{"cron_unschedule_named", JOB},
	{"pg_advisory_unlock_all", LOCKS},
	{"pg_prepared_statement", TEXTS},
	/* show more to whoever may see everybody's */
	{"pg_stat_get_activity", 0},
	{"pg_stat_get_progress_info", 0},
	{"pg_stat_get_wal_senders", 0},
	/* another seed follows, see left_behind.c */
	{"setseed", 0},
	{NULL, 0}
};

bool
gk_check_lent_call(const GkRequest *request, GkFinding *finding)
{
	if (request->symflags == 0 ||
		(!(request->circumstances & GK_UNTRUSTED) && !gk_others_act()))
		return false;
	finding->ignores = GK_ONLY_UNTRUSTED;
	finding->action = (request->symflags & LOCKS) ? "releasing all locks of the session" :
		(request->symflags & TEXTS) ? "reading the statements of the session" :
		(request->symflags & JOB) ? "removing a scheduled job" : "using a replication slot";
	/* they are the session's, whoever is current_user */
	finding->binds_always = (request->symflags & (LOCKS | TEXTS)) != 0;
	finding->object_type = "function";
	finding->object = request->symbol;
	return true;
}
