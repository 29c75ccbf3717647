/*-------------------------------------------------------------------------
 *
 * coalesce.c
 *	  One record an action, and not a flood of the same.
 *
 * The same action of one session (rule, verdict, circumstances, object,
 * statement, who) is written GK_WRITE_FIRST times; what follows within
 * GK_WINDOW_US of the first is counted.  The count is written as one more
 * record, COUNT telling how many actions it stands for: with the session's
 * next record or transaction end after that time, and when the session ends.
 * For a session that does nothing any more the background worker writes it
 * (pending.c).  Actions are told apart by 128 bits of keyed hashes, so that
 * nobody hides one behind another.  A crash takes the counts with it.
 *
 * A parallel worker starts the leader's plan anew, and so arrives again at
 * whatever the leader found in it.  What was recorded for the same leader,
 * statement (its start time, which workers share), rule and object is not
 * recorded again by a worker, unless it is denied: a denial ends the query.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "audit/audit.h"
#include "base/app_user.h"

#include "access/parallel.h"
#include "access/xact.h"
#include "common/hashfn.h"
#include "miscadmin.h"
#include "storage/ipc.h"
#include "storage/proc.h"

#define GK_WRITE_FIRST 5
#define GK_WINDOW_US INT64CONST(60000000)

/* How many different actions are watched; the longest unseen gives way. */
#define GK_WATCHED 12

/* Longer statements and objects are not compared, and so always written. */
#define GK_COMPARED_SIZE (256 * 1024)

typedef struct Watched
{
	uint64		key[2];
	int64		since;			/* 0: free */
	int64		last;
	uint32		written;
	uint32		counted;
	uint64		seq;			/* of the last one written */
	bool		delivered;
	GkTicket	ticket;			/* where the worker finds the count, if at all */
	GkExcerpt	kept;
} Watched;

static Watched watched[GK_WATCHED];
static Watched *current;		/* the action being written */
static uint64 current_key[2];
static uint64 seeds[2];

static uint64
hash_text(const char *text, size_t len, uint64 seed)
{
	/* the length, too, so that two texts cannot be cut elsewhere */
	return hash_bytes_extended((const unsigned char *) text, (int) len,
							   seed ^ (len * UINT64CONST(0x9E3779B97F4A7C15)));
}

static uint64
hash_string(const char *text, uint64 seed)
{
	return text ? hash_text(text, strlen(text), seed) : seed + 1;
}

static bool
make_key(const GkRecord *record, uint64 *key)
{
	const GkAppUser *user = gk_app_user();

	if (record->statement_length > GK_COMPARED_SIZE ||
		(record->object && strlen(record->object) > GK_COMPARED_SIZE))
		return false;
	for (int i = 0; i < 2; i++)
	{
		uint64		h = seeds[i] ^
			((uint64) record->rule->id << 32 |
			 (uint64) record->verdict << 24 | (uint64) record->circumstances);

		h = hash_string(record->object_type, h);
		h = hash_string(record->object, h);
		h = hash_string(record->arguments, h);
		h = hash_string(record->new_value, h);
		h = hash_string(record->command, h);
		h = hash_string(record->names.current_user, h);
		h = hash_string(record->names.session_user, h);
		h = hash_string(record->code, h);
		h = hash_string(user ? user->user : NULL, h);
		h = hash_string(user ? user->session : NULL, h);
		key[i] = record->statement ?
			hash_text(record->statement, record->statement_length, h) : h;
	}
	return true;
}

/*
 * Write the record of a count; of a flood, kinds and last are known, too.  The
 * record is for scratch.
 */
void
gk_coalesce_write(GkRecord *record, const GkExcerpt *kept, uint32 count, uint32 kinds,
				  const GkLast *last, int64 deadline)
{
	uint64		seq;

	memset(record, 0, offsetof(GkRecord, value));
	record->kept = kept;
	record->count = count;
	record->kinds = kinds;
	record->last = last;
	(void) gk_audit_write(record, deadline, &seq);
}

/* The action is watched no longer. */
static void
forget(GkRecord *record, Watched *w, int64 deadline)
{
	uint32		counted = w->counted;

	/* the worker may have written it already */
	if (w->ticket.number != 0)
		counted = gk_pending_take(w->ticket);
	w->since = 0;
	if (counted > 0)
		gk_coalesce_write(record, &w->kept, counted, 0, NULL, deadline);
}

/*
 * Write the counts whose time is over, or all.  The record is for scratch.
 */
void
gk_coalesce_flush(GkRecord *record, bool all, int64 deadline)
{
	int64		now = gk_monotonic_us();

	for (Watched *w = watched; w < watched + GK_WATCHED; w++)
		if (w->since != 0 && (all || now - w->since >= GK_WINDOW_US))
			forget(record, w, deadline);
}

/* Count it; false when the worker has written the count: its time is over. */
static bool
count_one(Watched *w)
{
	if (w->counted == 0)
		w->ticket = gk_pending_begin(&w->kept, w->since + GK_WINDOW_US);
	else if (w->ticket.number != 0 && !gk_pending_add(w->ticket))
		return false;
	w->counted++;
	return true;
}

/*
 * Is the action counted instead of written?  Then *seq is the number of the
 * last record of the same action, and *delivered whether that one was.
 */
bool
gk_coalesce(const GkRecord *record, uint64 *seq, bool *delivered)
{
	current = NULL;
	current_key[0] = current_key[1] = 0;
	if (seeds[0] == 0 || !make_key(record, current_key))
		return false;
	for (Watched *w = watched; w < watched + GK_WATCHED; w++)
		if (w->since != 0 && w->key[0] == current_key[0] && w->key[1] == current_key[1])
			current = w;
	if (current == NULL)
		return false;
	current->last = gk_monotonic_us();
	if (current->written < GK_WRITE_FIRST)
		return false;
	/* whoever insists on a record is not put off with a failed one */
	if (!current->delivered && gk_audit_failure == GK_AUDIT_CLOSED)
		return false;
	if (!count_one(current))
	{
		current->since = 0;
		current = NULL;
		return false;
	}
	*seq = current->seq;
	*delivered = current->delivered;
	return true;
}

/*
 * The action that gk_coalesce() was asked about last has been written: watch
 * it.  The record is for scratch afterwards.
 */
void
gk_coalesce_written(GkRecord *record, bool delivered, int64 deadline)
{
	Watched    *w = current;

	if (w == NULL)
	{
		static GkExcerpt kept;
		uint64		seq = record->seq;

		if (current_key[0] == 0 && current_key[1] == 0)
			return;
		w = watched;
		for (Watched *v = watched; v < watched + GK_WATCHED && w->since != 0; v++)
			if (v->since == 0 || v->last < w->last)
				w = v;
		gk_record_keep(record, &kept);
		if (w->since != 0)
			forget(record, w, deadline);
		w->key[0] = current_key[0];
		w->key[1] = current_key[1];
		w->since = w->last = gk_monotonic_us();
		w->written = 1;
		w->counted = 0;
		w->ticket.number = 0;
		w->kept = kept;
		w->seq = seq;
	}
	else
	{
		w->written++;
		w->seq = record->seq;
	}
	w->delivered = delivered;
}

/*
 * Once a session, before its first record: have counts written in time.  Can
 * throw, and is then called again.
 */
void
gk_coalesce_init(void (*at_exit) (int, Datum), XactCallback at_xact_end,
				 SubXactCallback at_subxact_end)
{
	static int	registered;

	if (seeds[0] != 0)
		return;
	if (registered == 0)
		RegisterXactCallback(at_xact_end, NULL);
	registered = Max(registered, 1);
	if (registered == 1)
		RegisterSubXactCallback(at_subxact_end, NULL);
	registered = 2;
	before_shmem_exit(at_exit, (Datum) 0);
	if (!pg_strong_random(seeds, sizeof(seeds)))
		seeds[0] = 0;
	seeds[0] |= 1;
}

/*
 * Has this action of a parallel query been recorded by another process of it?
 * Otherwise it counts as recorded from now on.
 */
bool
gk_is_repeated_by_worker(const GkEvent *event)
{
	PGPROC	   *leader = MyProc ? MyProc->lockGroupLeader : NULL;
	uint64		action;

	/* a call that is judged when it is made is one call, wherever that is */
	if (event->verdict == GK_DENIED || MyProc == NULL || event->request->fcinfo)
		return false;
	action = (uint64) (leader ? leader->pid : MyProcPid) << 32 |
		(uint64) event->rule->id;
	action ^= (uint64) GetCurrentStatementStartTimestamp();
	action = hash_string(event->finding->object_type, action);
	action = hash_text(event->finding->object,
					   strnlen(event->finding->object, GK_COMPARED_SIZE), action);
	return gk_action_is_known(action, true) && IsParallelWorker();
}
