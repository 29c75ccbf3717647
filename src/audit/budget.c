/*-------------------------------------------------------------------------
 *
 * budget.c
 *	  How many records a role may have a minute, so that its flood does not
 *	  push those of others out of a log of limited size.
 *
 * What differs from record to record is not coalesced (coalesce.c), and costs
 * whoever makes it nothing.  So a role has gatekeeper.audit_budget records a
 * minute for each rule, verdict and client address, and for all of these
 * GK_ALL_BUDGETS times as many; the first few of a rule and verdict are
 * written whatever came before.  The role is the one that logged in, which no
 * SET changes.  What is beyond is counted, and told by a record of a
 * flood: how many, of about how many kinds, the first and the last of them.
 * One comes a second after it begins, so that somebody can act, the other
 * when the minute is over.  The background worker writes them.
 *
 * Counters are found by keyed hashes in tables of a fixed size.  Where there
 * is no room the record is written.  No lock, no waiting: two processes may
 * count one too much or too little.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "audit/audit.h"

#include <math.h>

#include "common/hashfn.h"
#include "miscadmin.h"
#include "port/atomics.h"
#include "storage/shmem.h"

#define GK_BUDGET_SECONDS 60
#define GK_ALL_BUDGETS 3

#define GK_COUNTERS 1024
#define GK_ROLE_COUNTERS 512
#define GK_PROBES 16
#define GK_FLOODS 32

/* How long after it began a flood is told of. */
#define GK_FIRST_TOLD_US INT64CONST(1000000)

/* To tell how many kinds there are: a bit for each, as its hash has it. */
#define GK_KIND_BITS 2048

typedef struct GkCounter
{
	pg_atomic_uint64 key;
	pg_atomic_uint64 word;		/* the second it began in << 32, count */
} GkCounter;

typedef struct GkFlood
{
	pg_atomic_uint64 key;		/* 0: free; GK_BUSY: taken, not yet filled */
	pg_atomic_uint64 count;
	uint32		role;
	int64		until;			/* monotonic us, when it is told of */
	int64		over;			/* from when on nobody is counted here */
	GkExcerpt	kept;			/* the first */
	pg_atomic_uint64 kinds[GK_KIND_BITS / 64];
	pg_atomic_uint32 version;	/* odd while the last is written */
	GkLast		last;
} GkFlood;

#define GK_BUSY UINT64CONST(1)

typedef struct GkBudget
{
	uint64		seed;
	GkCounter	counters[GK_COUNTERS];
	GkCounter	roles[GK_ROLE_COUNTERS];
	GkFlood		floods[GK_FLOODS];
} GkBudget;

static GkBudget *budget;

/* Bytes of shared memory. */
Size
gk_budget_size(void)
{
	return MAXALIGN(sizeof(GkBudget));
}

/* Called when shared memory is there, with its lock held. */
void
gk_budget_startup(void)
{
	bool		found;

	budget = ShmemInitStruct("pg_gatekeeper budgets", sizeof(GkBudget), &found);
	if (found)
		return;
	memset(budget, 0, sizeof(GkBudget));
	if (!pg_strong_random(&budget->seed, sizeof(budget->seed)))
		budget->seed = (uint64) gk_monotonic_us();
	for (int i = 0; i < GK_COUNTERS; i++)
	{
		pg_atomic_init_u64(&budget->counters[i].key, 0);
		pg_atomic_init_u64(&budget->counters[i].word, 0);
	}
	for (int i = 0; i < GK_ROLE_COUNTERS; i++)
	{
		pg_atomic_init_u64(&budget->roles[i].key, 0);
		pg_atomic_init_u64(&budget->roles[i].word, 0);
	}
	for (int i = 0; i < GK_FLOODS; i++)
	{
		pg_atomic_init_u64(&budget->floods[i].key, 0);
		pg_atomic_init_u64(&budget->floods[i].count, 0);
		pg_atomic_init_u32(&budget->floods[i].version, 0);
		for (int bit = 0; bit < GK_KIND_BITS / 64; bit++)
			pg_atomic_init_u64(&budget->floods[i].kinds[bit], 0);
	}
}

static uint64
hash(const void *data, size_t len, uint64 seed)
{
	uint64		h = hash_bytes_extended(data, (int) Min(len, 64 * 1024), seed ^ len);

	return h > GK_BUSY ? h : h + 2;
}

/*
 * Count one more under the key, in a table of so many; returns how many there
 * are within its minute, 0 when there is no room for the key.
 */
static uint32
count(GkCounter *table, int size, uint64 key)
{
	uint32		now = (uint32) (gk_monotonic_us() / 1000000) + GK_BUDGET_SECONDS + 1;
	GkCounter  *reusable = NULL;

	for (int i = 0; i < GK_PROBES; i++)
	{
		GkCounter  *c = &table[(key + i) % size];
		uint64		word = pg_atomic_read_u64(&c->word);
		bool		is_over = now - (uint32) (word >> 32) >= GK_BUDGET_SECONDS;

		if (pg_atomic_read_u64(&c->key) == key)
		{
			if (is_over)
				pg_atomic_write_u64(&c->word, word = (uint64) now << 32);
			if ((uint32) word == PG_UINT32_MAX)
				return PG_UINT32_MAX;
			return (uint32) pg_atomic_add_fetch_u64(&c->word, 1);
		}
		if (is_over && reusable == NULL)
			reusable = c;
	}
	if (reusable == NULL)
		return 0;
	pg_atomic_write_u64(&reusable->word, (uint64) now << 32 | 1);
	pg_atomic_write_u64(&reusable->key, key);
	return 1;
}

/* The role that logged in; a background worker's own where nobody did. */
static Oid
role_of_session(void)
{
	Oid			current;
	int			context;

	if (OidIsValid(GetAuthenticatedUserId()))
		return GetAuthenticatedUserId();
	GetUserIdAndSecContext(&current, &context);
	return current;
}

/*
 * Is the record of an action within the budget?  If so, it is used.  *key tells
 * what it is counted under if not.
 */
static bool
is_within(const GkRecord *record, uint64 *key)
{
	struct
	{
		uint32		role;
		uint32		rule;
		uint32		verdict;
	}			who = {role_of_session(), record->rule->id, record->verdict};
	const char *client = gk_audit_client_addr();
	uint32		limit = (uint32) gk_audit_budget;
	uint32		all;
	uint32		mine;
	uint32		here;

	*key = hash(&who, sizeof(who), budget->seed);
	here = count(budget->counters, GK_COUNTERS,
				 hash(client, strlen(client), *key));
	if (here > limit)
		return false;
	mine = count(budget->roles, GK_ROLE_COUNTERS, *key);
	all = count(budget->roles, GK_ROLE_COUNTERS,
				hash(&who.role, sizeof(who.role), budget->seed));
	return mine <= Max(limit / 10, 5) || all <= GK_ALL_BUDGETS * limit;
}

/* A place for the flood, or one that the role has already; NULL if there is none. */
static GkFlood *
find_flood(uint64 key, uint32 role, bool *is_new)
{
	int64		now = gk_monotonic_us();
	GkFlood    *of_role = NULL;

	*is_new = false;
	for (GkFlood *f = budget->floods; f < budget->floods + GK_FLOODS; f++)
	{
		uint64		taken = pg_atomic_read_u64(&f->key);

		if (taken <= GK_BUSY || now >= f->over)
			continue;
		if (taken == key)
			return f;
		if (f->role == role)
			of_role = f;
	}
	for (GkFlood *f = budget->floods; f < budget->floods + GK_FLOODS; f++)
	{
		uint64		free = 0;

		if (pg_atomic_read_u64(&f->key) == 0 &&
			pg_atomic_compare_exchange_u64(&f->key, &free, GK_BUSY))
		{
			f->role = role;
			*is_new = true;
			return f;
		}
	}
	return of_role;
}

/* The record is for scratch afterwards. */
static void
begin_flood(GkFlood *f, uint64 key, GkRecord *record)
{
	record->kind = GK_KIND_FLOOD;
	gk_record_fill(record);
	gk_record_keep(record, &f->kept);
	f->until = gk_monotonic_us() + GK_FIRST_TOLD_US;
	f->over = f->until + (GK_BUDGET_SECONDS - 1) * INT64CONST(1000000);
	memset(&f->last, 0, sizeof(f->last));
	pg_write_barrier();
	pg_atomic_write_u64(&f->key, key);
	gk_backlog_wake();
}

/* What the last one was; a process that finds another one writing lets it. */
static void
keep_last(GkFlood *f, const GkRecord *record)
{
	uint32		version = pg_atomic_read_u32(&f->version);
	GkText		text;

	if ((version & 1) || !pg_atomic_compare_exchange_u32(&f->version, &version, version + 1))
		return;
	gk_text_init(&text, f->last.object, sizeof(f->last.object));
	if (record->object)
		gk_record_put_redacted(record, &text, record->object, strlen(record->object),
							   gk_record_object_kind(record));
	if (record->arguments)
	{
		gk_text_ascii(&text, " ");
		gk_record_put_redacted(record, &text, record->arguments, strlen(record->arguments),
							   gk_record_object_kind(record));
	}
	gk_text_init(&text, f->last.statement, sizeof(f->last.statement));
	gk_record_put_redacted(record, &text, record->statement, record->statement_length, GK_TEXT_SQL);
	pg_write_barrier();
	pg_atomic_write_u32(&f->version, version + 2);
}

static void
note_kind(GkFlood *f, const GkRecord *record)
{
	uint64		h = record->object ? hash(record->object, strlen(record->object), budget->seed) :
		budget->seed;

	if (record->arguments)
		h = hash(record->arguments, strlen(record->arguments), h);
	if (record->statement)
		h = hash(record->statement, record->statement_length, h);
	h %= GK_KIND_BITS;
	pg_atomic_fetch_or_u64(&f->kinds[h / 64], UINT64CONST(1) << h % 64);
}

/*
 * May a gathered record be written?  If not it has been counted, and is for
 * scratch.  An allowed action that must not go on without a record has one.
 */
bool
gk_budget_allows(GkRecord *record)
{
	uint64		key;
	GkFlood    *f;
	bool		is_new;

	if (budget == NULL || !IsUnderPostmaster || is_within(record, &key) ||
		(record->verdict == GK_ALLOWED && gk_audit_failure == GK_AUDIT_CLOSED))
		return true;
	f = find_flood(key, role_of_session(), &is_new);
	if (f == NULL)
		return true;
	pg_atomic_fetch_add_u64(&f->count, 1);
	note_kind(f, record);
	if (!is_new)
		keep_last(f, record);
	else
		begin_flood(f, key, record);
	return false;
}

/* From how many bits are set, how many kinds there were. */
static uint32
take_kinds(GkFlood *f, uint64 counted)
{
	int			unset = GK_KIND_BITS;
	double		kinds;

	for (int i = 0; i < GK_KIND_BITS / 64; i++)
		unset -= __builtin_popcountll(pg_atomic_exchange_u64(&f->kinds[i], 0));
	kinds = -GK_KIND_BITS * log(Max(unset, 1) / (double) GK_KIND_BITS);
	return (uint32) Min(kinds + 0.5, (double) counted);
}

static void
copy_last(GkFlood *f, GkLast *last)
{
	uint32		version = pg_atomic_read_u32(&f->version);

	pg_read_barrier();
	*last = f->last;
	pg_read_barrier();
	if ((version & 1) || pg_atomic_read_u32(&f->version) != version)
		memset(last, 0, sizeof(*last));
}

/* Microseconds until a flood is to be told of; -1 when there is none. */
int64
gk_budget_time_to_wait(int64 now)
{
	int64		wait = -1;

	for (int i = 0; i < GK_FLOODS; i++)
		if (pg_atomic_read_u64(&budget->floods[i].key) > GK_BUSY)
		{
			int64		left = Max(budget->floods[i].until - now, 0);

			wait = wait < 0 ? left : Min(wait, left);
		}
	return wait;
}

/*
 * Take a flood that is to be told of now, or any, into *kept and *last; returns
 * how many actions it counted and, in *kinds, of how many kinds; 0 when there
 * is none.
 */
uint32
gk_budget_take_due(int64 now, bool any, GkExcerpt *kept, GkLast *last, uint32 *kinds)
{
	for (GkFlood *f = budget->floods; f < budget->floods + GK_FLOODS; f++)
	{
		uint64		counted;

		if (pg_atomic_read_u64(&f->key) <= GK_BUSY || (now < f->until && !any))
			continue;
		pg_read_barrier();
		*kept = f->kept;
		copy_last(f, last);
		counted = pg_atomic_exchange_u64(&f->count, 0);
		*kinds = take_kinds(f, counted);
		/* who found the place before it was over has a second to count there */
		if (any || now >= f->over + GK_FIRST_TOLD_US)
			pg_atomic_write_u64(&f->key, 0);
		else
			f->until = now < f->over ? f->over : f->over + GK_FIRST_TOLD_US;
		if (counted > 0)
			return (uint32) Min(counted, PG_UINT32_MAX);
	}
	return 0;
}
