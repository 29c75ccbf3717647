/*-------------------------------------------------------------------------
 *
 * write.c
 *	  A gathered record, to wherever it can go.
 *
 * Where records go:
 *
 *	- "auto": journald; when that does not take the record, syslog.
 *	- a list: every sink on it gets every record.  Somebody who writes two
 *	  wants both, and one of them failing is no news to the other.
 *	- what a sink did not take waits for it in shared memory (backlog.c), and the
 *	  worker offers it again; when there is no room it is counted as lost for that
 *	  sink, and as lost where no sink took it, which the next record that gets
 *	  through tells.  What none took at once goes to the server log, too, so many
 *	  lines in so many seconds.
 *
 * A sequence number is taken before a record is sent, so that a lost one
 * leaves a gap.  Writing never throws, never waits longer than
 * gatekeeper.audit_timeout for all sinks together (a millisecond more when one
 * of two used up all of it), allocates nothing.  (How long a line for the
 * server log takes is PostgreSQL's business.)
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "audit/audit.h"

static int	(*const senders[GK_NUM_SINKS]) (const GkRecord *, int64) =
{
	gk_journald_send,
	gk_syslog_send,
	gk_server_log_send
};

/* When a record that begins now must be with its sinks. */
int64
gk_audit_deadline(void)
{
	return gk_monotonic_us() + (int64) gk_audit_timeout * 1000;
}

/* The server log, hidden from the client.  True when it goes there. */
static bool
write_server_log(const GkRecord *record)
{
	volatile bool written = false;
	uint32		holdoff = InterruptHoldoffCount;
	MemoryContext context = CurrentMemoryContext;
	ErrorContextCallback *callbacks = error_context_stack;

	/* the module's own records are few, and must not drown in a flood */
	if (record->rule && !gk_audit_may_log())
		return false;
	/* what others add to messages is not shown, and could throw */
	error_context_stack = NULL;
	PG_TRY();
	{
		if (message_level_is_interesting(LOG_SERVER_ONLY))
		{
			ereport(LOG_SERVER_ONLY,
					(errmsg_internal("pg_gatekeeper: %s",
									 record->value[gk_num_fields - 2]),
					 errhidestmt(true), errhidecontext(true)));
			written = true;
		}
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(context);
		FlushErrorState();
		InterruptHoldoffCount = holdoff;
	}
	PG_END_TRY();
	error_context_stack = callbacks;
	return written;
}

/*
 * How a record is offered.  First, without waiting for a sink that is known to
 * hang.  Then, when it would be lost otherwise, waiting for one that does so
 * since a moment only.  At last, by the worker, from the backlog.
 */
typedef enum GkOffer
{
	GK_FIRST,
	GK_INSIST,
	GK_LATE
} GkOffer;

static bool
send_to(GkSink sink, const GkRecord *record, int64 deadline, GkOffer offer)
{
	uint64		sent = gk_sink_sent(sink);
	bool		waits = offer == GK_INSIST || !gk_sink_hangs(sink);
	int			err = senders[sink] (record, waits ? deadline : GK_NO_WAIT);

	gk_sink_count(sink, err, sent, offer != GK_FIRST);
	return err == 0;
}

/*
 * Offer a record to the sinks, as bits; returns those that took it.  For "auto"
 * one is enough.
 */
static int
send_to_sinks(const GkRecord *record, int sinks, bool any, int64 deadline, GkOffer offer)
{
	int			taken = 0;

	for (int sink = 0; sink < GK_NUM_SINKS; sink++)
	{
		if (!(sinks & (1 << sink)) || (any && taken))
			continue;
		if (offer == GK_INSIST &&
			(gk_backlog_has_room(any ? GK_SINK_JOURNALD : (GkSink) sink) ||
			 !gk_sink_hangs(sink) || gk_sink_hangs_for_good(sink)))
			continue;
		if (send_to((GkSink) sink, record, deadline, offer))
			taken |= 1 << sink;
	}
	return taken;
}

/*
 * Keep a record for the sinks that owe it; whoever has no room for it has lost
 * it.  Returns whether it waits anywhere.
 */
static bool
keep_for_later(const GkRecord *record, int owed, bool is_taken)
{
	bool		is_kept = false;

	for (int sink = 0; sink < GK_NUM_SINKS; sink++)
	{
		if (!(owed & (1 << sink)))
			continue;
		if (gk_backlog_put((GkSink) sink, record, is_taken || is_kept))
			is_kept = true;
		else
			gk_sink_count_gone((GkSink) sink);
	}
	return is_kept;
}

/*
 * Number a gathered record, fill it and send it on.  Returns whether it is
 * delivered as gatekeeper.audit_failure has it.
 */
bool
gk_audit_write(GkRecord *record, int64 deadline, uint64 *seq)
{
	bool		is_auto = gk_audit_sinks.is_auto;
	int			sinks = gk_audit_sinks.bits;
	int			taken;
	int			owed;
	bool		logged;

	record->seq = *seq = gk_audit_next_sequence();
	record->lost = gk_audit_lost();
	record->waiting = gk_backlog_waiting_most();
	gk_record_fill(record);
	gk_recent_put(record);

	taken = send_to_sinks(record, sinks, is_auto, deadline, GK_FIRST);
	record->is_taken = taken != 0;
	if (unlikely(taken && record->waiting > 0))
		gk_backlog_wake();
	if (likely(taken == sinks || (is_auto && taken)))
		return true;

	/* half of the room for a moment's sake, the rest for those who have waited */
	taken |= send_to_sinks(record, sinks & ~taken, is_auto, deadline, GK_INSIST);
	if (is_auto && taken)
		return record->is_taken = true;
	owed = is_auto ? 1 << GK_SINK_JOURNALD : sinks & ~taken;
	record->is_taken = keep_for_later(record, owed, taken != 0) || taken;
	if (taken)
		return true;
	if (!record->is_taken)
		gk_audit_count_lost();
	logged = write_server_log(record);
	return (logged || record->is_taken) && gk_audit_failure == GK_AUDIT_OPEN;
}

/*
 * Offer a sink the first record that waits for it.  One that waits for a sink
 * that is not in use any more goes to those that are, unless another one has
 * it.  True when it waits no longer.
 */
bool
gk_audit_write_again(GkRecord *record, GkSink sink)
{
	bool		is_auto = gk_audit_sinks.is_auto;
	int			sinks = gk_audit_sinks.bits;
	bool		is_used = (sinks & (1 << sink)) && !is_auto;
	bool		is_elsewhere;

	if (!gk_backlog_peek(sink, record, &is_elsewhere))
		return false;
	if ((is_used || !is_elsewhere) &&
		!send_to_sinks(record, is_used ? 1 << sink : sinks, true, gk_audit_deadline(), GK_LATE))
		return false;
	gk_backlog_pop(sink);
	return true;
}
