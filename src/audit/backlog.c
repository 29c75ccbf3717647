/*-------------------------------------------------------------------------
 *
 * backlog.c
 *	  Records that a sink did not take, in shared memory until it does.
 *
 * A journald that is started anew, or stands still while it writes to a slow disk,
 * takes nothing for a moment.  What it does not take waits here, and the
 * background worker offers it again.  When there is no more room,
 * records are lost, and counted.  Each sink has a ring of its own, so that one
 * that is gone for long costs the others nothing; under "auto", where any sink
 * will do, the first one's is used.
 *
 * A ring of bytes without a lock: whoever writes a record may stand anywhere, and
 * must not wait.  A writer reserves room by moving the end, copies, and
 * then says so in the first word of its room; the one reader takes records in
 * that order and leaves zeros.  A writer that is stopped between the two holds up
 * those behind it until it goes on; one that dies there takes the server's shared
 * memory with it, as PostgreSQL has it.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "audit/audit.h"

#include "miscadmin.h"
#include "port/atomics.h"
#include "storage/ipc.h"
#include "storage/latch.h"
#include "storage/shmem.h"

/* All room begins and ends at a multiple of this, so a head never wraps around. */
#define GK_BACKLOG_ALIGN 8

typedef struct GkHead
{
	pg_atomic_uint32 size;		/* of all of it; 0 while it is written */
	uint32		is_elsewhere;	/* another sink has it, or its ring */
} GkHead;

typedef struct GkBacklog
{
	pg_atomic_uint64 begin;		/* bytes taken, ever */
	pg_atomic_uint64 end;		/* bytes reserved, ever */
	pg_atomic_uint32 waiting;	/* records */
	pg_atomic_uint32 nowhere;	/* those that are not elsewhere */
	int64		size;
	char		ring[FLEXIBLE_ARRAY_MEMBER];
} GkBacklog;

StaticAssertDecl(sizeof(GkHead) == GK_BACKLOG_ALIGN, "a head wraps around");

/* Whom to wake: its Latch, or NULL. */
static pg_atomic_uint64 *reader;
static GkBacklog *backlogs[GK_NUM_SINKS];

static Size
ring_size(void)
{
	return MAXALIGN(offsetof(GkBacklog, ring) + (Size) gk_audit_backlog * 1024);
}

/* Bytes of shared memory. */
Size
gk_backlog_size(void)
{
	return add_size(MAXALIGN(sizeof(*reader)), mul_size(GK_NUM_SINKS, ring_size()));
}

/* Called when shared memory is there, with its lock held. */
void
gk_backlog_startup(void)
{
	bool		found;
	char	   *memory = ShmemInitStruct("pg_gatekeeper backlog", gk_backlog_size(), &found);

	reader = (pg_atomic_uint64 *) memory;
	memory += MAXALIGN(sizeof(*reader));
	if (!found)
		pg_atomic_init_u64(reader, 0);
	for (int sink = 0; sink < GK_NUM_SINKS; sink++, memory += ring_size())
	{
		GkBacklog  *backlog = backlogs[sink] = (GkBacklog *) memory;

		if (found)
			continue;
		memset(backlog, 0, ring_size());
		pg_atomic_init_u64(&backlog->begin, 0);
		pg_atomic_init_u64(&backlog->end, 0);
		pg_atomic_init_u32(&backlog->waiting, 0);
		pg_atomic_init_u32(&backlog->nowhere, 0);
		backlog->size = (int64) gk_audit_backlog * 1024;
	}
}

/* How many records wait for the sink. */
uint32
gk_backlog_waiting(GkSink sink)
{
	return backlogs[sink] ? pg_atomic_read_u32(&backlogs[sink]->waiting) : 0;
}

/* How many wait for the sink for which most wait. */
uint32
gk_backlog_waiting_most(void)
{
	uint32		most = 0;

	for (int sink = 0; sink < GK_NUM_SINKS; sink++)
		most = Max(most, gk_backlog_waiting(sink));
	return most;
}

/* How many no sink has. */
uint32
gk_backlog_nowhere(void)
{
	uint32		nowhere = 0;

	for (int sink = 0; sink < GK_NUM_SINKS; sink++)
		if (backlogs[sink])
			nowhere += pg_atomic_read_u32(&backlogs[sink]->nowhere);
	return nowhere;
}

/* Is less than half of it taken? */
bool
gk_backlog_has_room(GkSink sink)
{
	GkBacklog  *backlog = backlogs[sink];
	int64		used;

	if (backlog == NULL || !IsUnderPostmaster)
		return false;
	used = (int64) (pg_atomic_read_u64(&backlog->end) - pg_atomic_read_u64(&backlog->begin));
	return used < backlog->size / 2;
}

/* Have the worker try now. */
void
gk_backlog_wake(void)
{
	Latch	   *latch = reader ? (Latch *) (uintptr_t) pg_atomic_read_u64(reader) : NULL;

	if (latch)
		SetLatch(latch);
}

static void
forget_reader(int code, Datum arg)
{
	pg_atomic_write_u64(reader, 0);
}

/* The calling process is the one that takes records out. */
void
gk_backlog_read_by_me(void)
{
	pg_atomic_write_u64(reader, (uint64) (uintptr_t) MyLatch);
	before_shmem_exit(forget_reader, (Datum) 0);
}

static void
copy_in(GkBacklog *backlog, uint64 place, const void *data, size_t len)
{
	size_t		at = place % backlog->size;
	size_t		first = Min(len, backlog->size - at);

	memcpy(backlog->ring + at, data, first);
	memcpy(backlog->ring, (const char *) data + first, len - first);
}

static void
copy_out(GkBacklog *backlog, void *data, uint64 place, size_t len)
{
	size_t		at = place % backlog->size;
	size_t		first = Min(len, backlog->size - at);

	memcpy(data, backlog->ring + at, first);
	memcpy((char *) data + first, backlog->ring, len - first);
}

static GkHead *
head_at(GkBacklog *backlog, uint64 place)
{
	return (GkHead *) (backlog->ring + place % backlog->size);
}

/*
 * Keep a filled record for the sink; false when there is no room, or nobody who
 * would take it out.  Cannot fail otherwise, and does not wait.
 */
bool
gk_backlog_put(GkSink sink, const GkRecord *record, bool is_elsewhere)
{
	GkBacklog  *backlog = backlogs[sink];
	uint16		length[GK_MAX_FIELDS];
	int64		need = sizeof(GkHead) + sizeof(length);
	uint64		end;
	uint64		at;

	/* a server in single-user mode has no worker */
	if (backlog == NULL || backlog->size == 0 || !IsUnderPostmaster)
		return false;
	memset(length, 0, sizeof(length));
	for (int i = 0; i < gk_num_fields; i++)
	{
		/* what is in MESSAGE only is in there already */
		if (gk_fields[i].name)
			length[i] = (uint16) record->length[i];
		need += length[i];
	}
	need = TYPEALIGN64(GK_BACKLOG_ALIGN, need);

	end = pg_atomic_read_u64(&backlog->end);
	do
	{
		uint64		begin = pg_atomic_read_u64(&backlog->begin);

		/* end may be old, and then the exchange fails */
		if ((int64) (end - begin) + need > backlog->size)
			return false;
	} while (!pg_atomic_compare_exchange_u64(&backlog->end, &end, end + need));

	at = end + sizeof(GkHead);
	copy_in(backlog, at, length, sizeof(length));
	at += sizeof(length);
	for (int i = 0; i < gk_num_fields; i++)
	{
		copy_in(backlog, at, record->value[i], length[i]);
		at += length[i];
	}
	head_at(backlog, end)->is_elsewhere = is_elsewhere;
	pg_atomic_fetch_add_u32(&backlog->waiting, 1);
	if (!is_elsewhere)
		pg_atomic_fetch_add_u32(&backlog->nowhere, 1);
	pg_write_barrier();
	pg_atomic_write_u32(&head_at(backlog, end)->size, (uint32) need);
	gk_backlog_wake();
	return true;
}

/*
 * The oldest record, into one that is for scratch; false when there is none.  Only
 * what sinks need of it is there.
 */
bool
gk_backlog_peek(GkSink sink, GkRecord *record, bool *is_elsewhere)
{
	GkBacklog  *backlog = backlogs[sink];
	uint16		length[GK_MAX_FIELDS];
	uint64		at = pg_atomic_read_u64(&backlog->begin);

	if (backlog->size == 0 || pg_atomic_read_u32(&head_at(backlog, at)->size) == 0)
		return false;
	pg_read_barrier();
	*is_elsewhere = head_at(backlog, at)->is_elsewhere;
	at += sizeof(GkHead);
	copy_out(backlog, length, at, sizeof(length));
	at += sizeof(length);

	memset(record, 0, offsetof(GkRecord, value));
	record->is_late = true;
	gk_text_init(&record->text, record->buf, sizeof(record->buf));
	for (int i = 0; i < gk_num_fields; i++)
	{
		char	   *value = record->buf + record->text.used;

		record->value[i] = "";
		record->length[i] = length[i];
		if (length[i] == 0)
			continue;
		copy_out(backlog, value, at, length[i]);
		value[length[i]] = '\0';
		at += length[i];
		record->value[i] = value;
		record->text.used += length[i] + 1;
	}
	gk_record_name_sender(record);
	return true;
}

/* What gk_backlog_peek() showed is done with. */
void
gk_backlog_pop(GkSink sink)
{
	GkBacklog  *backlog = backlogs[sink];
	uint64		begin = pg_atomic_read_u64(&backlog->begin);
	size_t		size = pg_atomic_read_u32(&head_at(backlog, begin)->size);
	size_t		at = begin % backlog->size;
	size_t		first = Min(size, backlog->size - at);

	if (!head_at(backlog, begin)->is_elsewhere)
		pg_atomic_fetch_sub_u32(&backlog->nowhere, 1);
	/* a head that nobody has written must read as 0 */
	memset(backlog->ring + at, 0, first);
	memset(backlog->ring, 0, size - first);
	pg_atomic_fetch_sub_u32(&backlog->waiting, 1);
	pg_write_barrier();
	pg_atomic_write_u64(&backlog->begin, begin + size);
}
