/*-------------------------------------------------------------------------
 *
 * audit.c
 *	  The audit's entry: one record of one event, to wherever it can go.
 *
 * A record is gathered and looked up (which can throw, and so stands in a
 * PG_TRY), counted when it is on record already, else written by write.c.  All
 * that allocates nothing, never throws and takes gatekeeper.audit_timeout at
 * most.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "audit/audit.h"
#include "audit/classes.h"

#include "miscadmin.h"
#include "storage/bufmgr.h"
#include "storage/ipc.h"
#include "storage/lwlock.h"
#include "utils/resowner.h"

/* One at a time: a process writes no record while it writes one. */
static GkRecord the_record;
static bool is_writing;

uint64		gk_audit_actions;

/* Are the callbacks there that tell what becomes of an action? */
static bool tells_outcomes;

/*
 * Offer each sink again what it did not take.  True when nothing is left.  For the
 * background worker.
 */
bool
gk_audit_write_backlog(void)
{
	bool		none_left = true;

	for (int sink = 0; sink < GK_NUM_SINKS; sink++)
	{
		bool		taken = true;

		gk_socket_anew = true;
		while (taken && !is_writing && gk_backlog_waiting((GkSink) sink) > 0)
		{
			is_writing = true;
			HOLD_INTERRUPTS();
			taken = gk_audit_write_again(&the_record, (GkSink) sink);
			RESUME_INTERRUPTS();
			is_writing = false;
		}
		none_left &= taken;
	}
	gk_socket_anew = false;
	return none_left;
}

/* Write counts of past actions; see coalesce.c. */
static void
flush(bool all)
{
	int			saved_errno = errno;

	if (is_writing)
		return;
	is_writing = true;
	HOLD_INTERRUPTS();
	gk_coalesce_flush(&the_record, all, gk_audit_deadline());
	RESUME_INTERRUPTS();
	is_writing = false;
	errno = saved_errno;
}

static void
at_exit(int code, Datum arg)
{
	flush(true);
}

/* Tell what became of the actions of a transaction. */
static void
write_outcomes(XactEvent event)
{
	int			saved_errno = errno;
	int64		deadline = gk_audit_deadline();
	uint64		seq;

	if (is_writing)
		return;
	is_writing = true;
	HOLD_INTERRUPTS();
	gk_outcome_xact_ended(event);
	while (gk_outcome_next(&the_record))
		(void) gk_audit_write(&the_record, deadline, &seq);
	RESUME_INTERRUPTS();
	is_writing = false;
	errno = saved_errno;
}

static void
at_xact_end(XactEvent event, void *arg)
{
	bool		is_end = event == XACT_EVENT_COMMIT || event == XACT_EVENT_ABORT;

	if (gk_outcomes_open > 0 && (is_end || event == XACT_EVENT_PREPARE ||
								 event == XACT_EVENT_PARALLEL_COMMIT ||
								 event == XACT_EVENT_PARALLEL_ABORT))
		write_outcomes(event);
	if (is_end)
		flush(false);
}

static void
at_subxact_end(SubXactEvent event, SubTransactionId mine, SubTransactionId parent, void *arg)
{
	if (event == SUBXACT_EVENT_ABORT_SUB && gk_outcomes_open > 0)
		gk_outcome_subxact_aborted(mine);
}

/* Give back what the lookups hold; after an error, as an abort would. */
static void
release(ResourceOwner owner, bool failed)
{
	if (failed)
	{
		LWLockReleaseAll();
		GK_ABORT_BUFFER_IO();
		UnlockBuffers();
	}
	if (owner == NULL)
		return;
	ResourceOwnerRelease(owner, RESOURCE_RELEASE_BEFORE_LOCKS, !failed, false);
	ResourceOwnerRelease(owner, RESOURCE_RELEASE_LOCKS, !failed, false);
	ResourceOwnerRelease(owner, RESOURCE_RELEASE_AFTER_LOCKS, !failed, false);
	ResourceOwnerDelete(owner);
}

/*
 * What of a record's making can throw.  An error costs the names, not the
 * record.  The transaction goes on after it, and there is not always one in
 * which a subtransaction can begin: so the lookups have a resource owner of
 * their own, which takes back what an error has left.
 */
static void
look_up(GkRecord *record, const GkRequest *request)
{
	uint32		holdoff = InterruptHoldoffCount;
	MemoryContext context = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	volatile ResourceOwner ours = NULL;
	volatile bool failed = false;

	PG_TRY();
	{
		gk_coalesce_init(at_exit, at_xact_end, at_subxact_end);
		tells_outcomes = true;
		if (IsTransactionState() && !proc_exit_inprogress)
			CurrentResourceOwner = ours = ResourceOwnerCreate(owner, "pg_gatekeeper audit");
		gk_audit_look_up(record, request);
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(context);
		FlushErrorState();
		/* raising an error lets interrupts in again; our caller held them */
		InterruptHoldoffCount = holdoff;
		failed = true;
	}
	PG_END_TRY();
	CurrentResourceOwner = owner;
	release(ours, failed);
}

/*
 * Write the record of an action.  *seq is its number; that of an earlier
 * record when the action is only counted (coalesce.c), 0 when it is counted with
 * others (budget.c), or another process of a parallel query has recorded it.
 *
 * True when a configured sink took it, or, unless gatekeeper.audit_failure is
 * "closed", when it waits for one or is in the server log.  Never throws; takes
 * gatekeeper.audit_timeout at most.
 */
bool
gk_audit_record(const GkEvent *event, uint64 *seq)
{
	int			saved_errno = errno;
	int64		deadline = gk_audit_deadline();
	bool		delivered = true;

	*seq = 0;
	if (is_writing)
		return false;
	if (gk_is_repeated_by_worker(event))
		return true;
	if (!gk_is_class(event->rule))
	{
		gk_audit_actions++;
		gk_rule_count(event->rule, event->verdict);
	}

	is_writing = true;
	HOLD_INTERRUPTS();
	gk_coalesce_flush(&the_record, false, deadline);
	gk_audit_gather(&the_record, event);
	look_up(&the_record, event->request);
	if (!gk_coalesce(&the_record, seq, &delivered))
	{
		if (gk_budget_allows(&the_record))
		{
			delivered = gk_audit_write(&the_record, deadline, seq);
			gk_coalesce_written(&the_record, delivered, deadline);
			if (event->verdict != GK_DENIED && event->outcome == NULL && tells_outcomes)
				gk_outcome_note(event, *seq);
		}
	}
	RESUME_INTERRUPTS();
	is_writing = false;
	errno = saved_errno;
	return delivered;
}

/*
 * Write a record about the module itself: its start, its stop, a setting that
 * changed, a loss.  True when a configured sink took it, or it waits for one.
 * Else as gk_audit_record().
 */
bool
gk_audit_about_module(const GkNotice *notice)
{
	int			saved_errno = errno;
	uint64		seq;

	if (is_writing)
		return false;
	is_writing = true;
	HOLD_INTERRUPTS();
	gk_audit_gather(&the_record, NULL);
	the_record.kind = notice->kind;
	the_record.object_type = notice->object_type;
	the_record.object = notice->object;
	the_record.old_value = notice->old_value;
	the_record.new_value = notice->new_value;
	the_record.source = notice->source;
	the_record.is_alarm = notice->is_alarm;
	look_up(&the_record, NULL);
	(void) gk_audit_write(&the_record, gk_audit_deadline(), &seq);
	RESUME_INTERRUPTS();
	is_writing = false;
	errno = saved_errno;
	return the_record.is_taken;
}

/*
 * Write the counts of sessions that did not do so when their time was over.  For
 * the background worker.
 */
void
gk_audit_write_pending(void)
{
	static GkExcerpt kept;
	int64		now = gk_monotonic_us();
	uint32		count;

	while (!is_writing && (count = gk_pending_take_due(now, &kept)) > 0)
	{
		is_writing = true;
		HOLD_INTERRUPTS();
		gk_coalesce_write(&the_record, &kept, count, 0, NULL, gk_audit_deadline());
		RESUME_INTERRUPTS();
		is_writing = false;
	}
}

/*
 * Write what was counted beyond the budgets of roles: what is to be told now,
 * or all.  For the background worker.
 */
void
gk_audit_write_floods(bool all)
{
	static GkExcerpt kept;
	static GkLast last;
	int64		now = gk_monotonic_us();
	uint32		count;
	uint32		kinds;

	while (!is_writing && (count = gk_budget_take_due(now, all, &kept, &last, &kinds)) > 0)
	{
		is_writing = true;
		HOLD_INTERRUPTS();
		gk_coalesce_write(&the_record, &kept, count, kinds, &last, gk_audit_deadline());
		RESUME_INTERRUPTS();
		is_writing = false;
	}
}
