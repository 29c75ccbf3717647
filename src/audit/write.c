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
 *	- what no configured sink took waits in shared memory (backlog.c), and the
 *	  worker offers it again; when there is no room it is counted as lost, which
 *	  the next record that gets through tells.  Either way it goes to the server log,
 *	  so many lines in so many seconds.
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
	gk_syslog_send
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

/* Did a sink take it?  One that is well, or each one on the list, is asked. */
static bool
send_to_sinks(const GkRecord *record, int64 deadline, GkOffer offer)
{
	bool		taken = false;

	for (int sink = 0; sink < GK_NUM_SINKS; sink++)
	{
		if (!(gk_audit_sinks.bits & (1 << sink)) || (gk_audit_sinks.is_auto && taken))
			continue;
		if (offer == GK_INSIST && (!gk_sink_hangs(sink) || gk_sink_hangs_for_good(sink)))
			continue;
		taken |= send_to((GkSink) sink, record, deadline, offer);
	}
	return taken;
}

/*
 * Number a gathered record, fill it and send it on.  Returns whether it is
 * delivered as gatekeeper.audit_failure has it.
 */
bool
gk_audit_write(GkRecord *record, int64 deadline, uint64 *seq)
{
	bool		logged;

	record->seq = *seq = gk_audit_next_sequence();
	record->lost = gk_audit_lost();
	record->waiting = gk_backlog_waiting();
	gk_record_fill(record);
	gk_recent_put(record);

	record->is_taken = true;
	if (likely(send_to_sinks(record, deadline, GK_FIRST)))
	{
		if (unlikely(record->waiting > 0))
			gk_backlog_wake();
		return true;
	}

	/* half of the room for a moment's sake, the rest for those who have waited */
	if (!gk_backlog_has_room() && send_to_sinks(record, deadline, GK_INSIST))
		return true;
	if (!gk_backlog_put(record))
	{
		record->is_taken = false;
		gk_audit_count_lost();
	}
	logged = write_server_log(record);
	return (logged || record->is_taken) && gk_audit_failure == GK_AUDIT_OPEN;
}

/* Offer the sinks the first one that waits.  True when it waits no longer. */
bool
gk_audit_write_again(GkRecord *record)
{
	if (!gk_backlog_peek(record) ||
		!send_to_sinks(record, gk_audit_deadline(), GK_LATE))
		return false;
	gk_backlog_pop();
	return true;
}
