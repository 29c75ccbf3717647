/*-------------------------------------------------------------------------
 *
 * stats.c
 *	  What all processes of the server share about the audit: the stream and
 *	  its sequence, what was lost, how each sink and each rule is doing.
 *
 * Only atomics, no lock: whoever writes a record may stand anywhere, and must
 * not wait.  Counters that belong together can therefore be one apart when
 * read.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "audit/audit.h"

#include "port/atomics.h"
#include "storage/shmem.h"
#include "utils/timestamp.h"

/*
 * How many records of actions may go to the server log instead, and in how many
 * seconds.  More are counted only: no flood may fill the disk.
 */
#define GK_LOG_LINES 100
#define GK_LOG_SECONDS 10

/* From when on a sink that hangs is not expected to go on in a moment. */
#define GK_HANGS_FOR_GOOD_US INT64CONST(1000000)

/* How many actions are remembered for parallel workers' sake. */
#define GK_KNOWN_ACTIONS 512

typedef struct GkSharedSink
{
	pg_atomic_uint64 sent;
	pg_atomic_uint64 lost;
	pg_atomic_uint64 gone;
	pg_atomic_uint64 last_error_time;
	pg_atomic_uint32 last_errno;
	pg_atomic_uint32 is_failing;
	pg_atomic_uint32 is_hanging;
	pg_atomic_uint64 hangs_since;	/* monotonic us */
} GkSharedSink;

typedef struct GkSharedRule
{
	pg_atomic_uint64 verdicts[3];	/* by GkVerdict */
	pg_atomic_uint64 last_time;
} GkSharedRule;

typedef struct GkShared
{
	char		stream[33];
	pg_atomic_uint64 seq;
	pg_atomic_uint64 lost;
	pg_atomic_uint32 worker_starts;
	pg_atomic_uint64 logged;	/* period << 32, lines in it */
	GkSharedSink sinks[GK_NUM_SINKS];
	GkSharedRule rules[GK_NUM_RULES];
	pg_atomic_uint64 known[GK_KNOWN_ACTIONS];
} GkShared;

/*
 * A process without the shared one (there should be none) counts for itself:
 * its stream, all zeros, tells so.
 */
static GkShared private_stats = {.stream = "00000000000000000000000000000000"};
static GkShared *shared = &private_stats;

static void
init_shared(GkShared *s)
{
	uint8		random[16];

	memset(s, 0, sizeof(GkShared));
	if (!pg_strong_random(random, sizeof(random)))
		ereport(ERROR,
				(errcode(ERRCODE_INTERNAL_ERROR),
				 errmsg("pg_gatekeeper: could not make a random stream id")));
	for (int i = 0; i < 16; i++)
		snprintf(s->stream + 2 * i, 3, "%02x", random[i]);
	pg_atomic_init_u64(&s->seq, 0);
	pg_atomic_init_u64(&s->lost, 0);
	pg_atomic_init_u32(&s->worker_starts, 0);
	pg_atomic_init_u64(&s->logged, 0);
	for (int i = 0; i < GK_NUM_SINKS; i++)
	{
		pg_atomic_init_u64(&s->sinks[i].sent, 0);
		pg_atomic_init_u64(&s->sinks[i].lost, 0);
		pg_atomic_init_u64(&s->sinks[i].gone, 0);
		pg_atomic_init_u32(&s->sinks[i].is_hanging, 0);
		pg_atomic_init_u64(&s->sinks[i].hangs_since, 0);
		pg_atomic_init_u64(&s->sinks[i].last_error_time, 0);
		pg_atomic_init_u32(&s->sinks[i].last_errno, 0);
		pg_atomic_init_u32(&s->sinks[i].is_failing, 0);
	}
	for (int i = 0; i < GK_NUM_RULES; i++)
	{
		for (int v = 0; v < 3; v++)
			pg_atomic_init_u64(&s->rules[i].verdicts[v], 0);
		pg_atomic_init_u64(&s->rules[i].last_time, 0);
	}
	for (int i = 0; i < GK_KNOWN_ACTIONS; i++)
		pg_atomic_init_u64(&s->known[i], 0);
}

Size
gk_stats_size(void)
{
	return MAXALIGN(sizeof(GkShared));
}

/* The caller holds AddinShmemInitLock. */
void
gk_stats_startup(void)
{
	bool		found;
	GkShared   *s;

	s = ShmemInitStruct("pg_gatekeeper audit", sizeof(GkShared), &found);
	if (!found)
		init_shared(s);
	shared = s;
}

/* The worker begins: is it the first one of this stream? */
bool
gk_audit_worker_starts(void)
{
	return pg_atomic_fetch_add_u32(&shared->worker_starts, 1) == 0;
}

/* 32 hex digits, the same for all records since shared memory was made. */
const char *
gk_audit_stream(void)
{
	return shared->stream;
}

/* The number of the last record; 0 when there was none. */
uint64
gk_audit_sequence(void)
{
	return pg_atomic_read_u64(&shared->seq);
}

/* Take the next number, from 1 on. */
uint64
gk_audit_next_sequence(void)
{
	return pg_atomic_add_fetch_u64(&shared->seq, 1);
}

/* How many records no configured sink took, and none will. */
uint64
gk_audit_lost(void)
{
	return pg_atomic_read_u64(&shared->lost);
}

void
gk_audit_count_lost(void)
{
	pg_atomic_fetch_add_u64(&shared->lost, 1);
}

/* How many records the sink did not take, and will not be offered again. */
uint64
gk_sink_gone(GkSink sink)
{
	return pg_atomic_read_u64(&shared->sinks[sink].gone);
}

void
gk_sink_count_gone(GkSink sink)
{
	pg_atomic_fetch_add_u64(&shared->sinks[sink].gone, 1);
}

/* May one more record of an action go to the server log? */
bool
gk_audit_may_log(void)
{
	uint64		period = (uint64) gk_monotonic_us() / (GK_LOG_SECONDS * INT64CONST(1000000)) << 32;
	uint64		logged = pg_atomic_read_u64(&shared->logged);

	for (;;)
	{
		uint64		next = (logged >> 32 << 32) == period ? logged + 1 : period + 1;

		if ((uint32) next > GK_LOG_LINES)
			return false;
		if (pg_atomic_compare_exchange_u64(&shared->logged, &logged, next))
			return true;
	}
}

/*
 * Does the sink hang?  Then it is offered records without waiting for it.  That
 * costs little, and the first one it takes ends it.
 */
bool
gk_sink_hangs(GkSink sink)
{
	return pg_atomic_read_u32(&shared->sinks[sink].is_hanging) != 0;
}

/* Has it done so for so long that nobody should wait for it? */
bool
gk_sink_hangs_for_good(GkSink sink)
{
	GkSharedSink *s = &shared->sinks[sink];

	return gk_monotonic_us() - (int64) pg_atomic_read_u64(&s->hangs_since) >= GK_HANGS_FOR_GOOD_US;
}

/* How many records the sink has taken. */
uint64
gk_sink_sent(GkSink sink)
{
	return pg_atomic_read_u64(&shared->sinks[sink].sent);
}

/* Not below 0: somebody may have counted anew. */
static void
count_down(pg_atomic_uint64 *number)
{
	uint64		old = pg_atomic_read_u64(number);

	while (old > 0 && !pg_atomic_compare_exchange_u64(number, &old, old - 1))
		;
}

/*
 * Count what became of a record; err is 0 or an errno, sent what gk_sink_sent()
 * said before it was sent; "again" when the record is counted as not taken
 * already.  Only waiting costs the next one anything: a sink that
 * is absent, or being restarted, is no sink that hangs, and neither is one that
 * took records of others meanwhile.
 */
void
gk_sink_count(GkSink sink, int err, uint64 sent, bool again)
{
	GkSharedSink *s = &shared->sinks[sink];

	if (likely(err == 0))
	{
		pg_atomic_fetch_add_u64(&s->sent, 1);
		if (unlikely(again))
			count_down(&s->lost);
		if (unlikely(pg_atomic_read_u32(&s->is_hanging) != 0))
			pg_atomic_write_u32(&s->is_hanging, 0);
		if (unlikely(pg_atomic_read_u32(&s->is_failing) != 0))
			pg_atomic_write_u32(&s->is_failing, 0);
		return;
	}
	if (!again)
		pg_atomic_fetch_add_u64(&s->lost, 1);
	if (err == EBUSY)
		return;					/* it still hangs */
	pg_atomic_write_u32(&s->last_errno, err);
	pg_atomic_write_u32(&s->is_failing, 1);
	pg_atomic_write_u64(&s->last_error_time, GetCurrentTimestamp());
	if (err == ETIMEDOUT && pg_atomic_read_u64(&s->sent) == sent)
	{
		if (pg_atomic_read_u32(&s->is_hanging) == 0)
			pg_atomic_write_u64(&s->hangs_since, (uint64) gk_monotonic_us());
		pg_atomic_write_u32(&s->is_hanging, 1);
	}
	else if (err != ETIMEDOUT && err != EAGAIN)
		pg_atomic_write_u32(&s->is_hanging, 0);
}

void
gk_sink_stats(GkSink sink, GkSinkStats *stats)
{
	GkSharedSink *s = &shared->sinks[sink];

	stats->name = gk_sink_names[sink];
	stats->sent = pg_atomic_read_u64(&s->sent);
	stats->lost = pg_atomic_read_u64(&s->lost);
	stats->gone = pg_atomic_read_u64(&s->gone);
	stats->last_errno = (int) pg_atomic_read_u32(&s->last_errno);
	stats->last_error_time = (TimestampTz) pg_atomic_read_u64(&s->last_error_time);
	stats->is_failing = pg_atomic_read_u32(&s->is_failing) != 0;
	stats->is_suspended = pg_atomic_read_u32(&s->is_hanging) != 0;
}

/* Count an action, whether or not it gets a record of its own. */
void
gk_rule_count(const GkRule *rule, GkVerdict verdict)
{
	GkSharedRule *r = &shared->rules[rule->id];

	pg_atomic_fetch_add_u64(&r->verdicts[verdict], 1);
	pg_atomic_write_u64(&r->last_time, GetCurrentTimestamp());
}

void
gk_rule_stats(GkRuleId rule, GkRuleStats *stats)
{
	GkSharedRule *r = &shared->rules[rule];

	stats->denied = pg_atomic_read_u64(&r->verdicts[GK_DENIED]);
	stats->would_deny = pg_atomic_read_u64(&r->verdicts[GK_WOULD_DENY]);
	stats->allowed = pg_atomic_read_u64(&r->verdicts[GK_ALLOWED]);
	stats->last_time = (TimestampTz) pg_atomic_read_u64(&r->last_time);
}

/*
 * Count anew what the views show.  Not the stream's numbers and losses, which
 * prove that records are complete.
 */
void
gk_stats_reset(void)
{
	for (int i = 0; i < GK_NUM_SINKS; i++)
	{
		pg_atomic_write_u64(&shared->sinks[i].sent, 0);
		pg_atomic_write_u64(&shared->sinks[i].lost, 0);
		pg_atomic_write_u64(&shared->sinks[i].last_error_time, 0);
		pg_atomic_write_u32(&shared->sinks[i].last_errno, 0);
	}
	for (int i = 0; i < GK_NUM_RULES; i++)
	{
		for (int v = 0; v < 3; v++)
			pg_atomic_write_u64(&shared->rules[i].verdicts[v], 0);
		pg_atomic_write_u64(&shared->rules[i].last_time, 0);
	}
}

/*
 * Was this action, given as a hash of what and when, remembered?  Afterwards
 * it is, if so wished.  A newer action may take its place; the worst that
 * comes of it is a second record.
 */
bool
gk_action_is_known(uint64 action, bool remember)
{
	pg_atomic_uint64 *slot = &shared->known[action % GK_KNOWN_ACTIONS];

	if (pg_atomic_read_u64(slot) == action)
		return true;
	if (remember)
		pg_atomic_write_u64(slot, action);
	return false;
}
