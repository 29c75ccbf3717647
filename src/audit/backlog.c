/*-------------------------------------------------------------------------
 *
 * backlog.c
 *	  Records that no sink took, in shared memory until one does.
 *
 * A journald that is started anew, or stands still while it writes to a slow disk,
 * takes nothing for a moment.  What it does not take waits here, and the
 * background worker offers it again.  When there is no more room,
 * records are lost, and counted.
 *
 * A ring of bytes without a lock: whoever writes a record may stand anywhere, and
 * must not wait.  A writer reserves room by moving the end, copies, and
 * then says so in the first word of his room; the one reader takes records in
 * that order and leaves zeros.  A writer who is stopped between the two holds up
 * those behind him until he goes on; one who dies there takes the server's shared
 * memory with him, as PostgreSQL has it.
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
	uint32		unused;
} GkHead;

typedef struct GkBacklog
{
	pg_atomic_uint64 begin;		/* bytes taken, ever */
	pg_atomic_uint64 end;		/* bytes reserved, ever */
	pg_atomic_uint32 waiting;	/* records */
	pg_atomic_uint64 reader;	/* whom to wake: its Latch, or NULL */
	int64		size;
	char		ring[FLEXIBLE_ARRAY_MEMBER];
} GkBacklog;

StaticAssertDecl(sizeof(GkHead) == GK_BACKLOG_ALIGN, "a head wraps around");

static GkBacklog *backlog;

/* Bytes of shared memory. */
Size
gk_backlog_size(void)
{
	return MAXALIGN(offsetof(GkBacklog, ring) + (Size) gk_audit_backlog * 1024);
}

/* Called when shared memory is there, with its lock held. */
void
gk_backlog_startup(void)
{
	bool		found;

	backlog = ShmemInitStruct("pg_gatekeeper backlog", gk_backlog_size(), &found);
	if (found)
		return;
	memset(backlog, 0, gk_backlog_size());
	pg_atomic_init_u64(&backlog->begin, 0);
	pg_atomic_init_u64(&backlog->end, 0);
	pg_atomic_init_u32(&backlog->waiting, 0);
	pg_atomic_init_u64(&backlog->reader, 0);
	backlog->size = (int64) gk_audit_backlog * 1024;
}

/* How many records wait. */
uint32
gk_backlog_waiting(void)
{
	return backlog ? pg_atomic_read_u32(&backlog->waiting) : 0;
}

/* Is less than half of it taken? */
bool
gk_backlog_has_room(void)
{
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
	Latch	   *latch = backlog ? (Latch *) (uintptr_t) pg_atomic_read_u64(&backlog->reader) : NULL;

	if (latch)
		SetLatch(latch);
}

static void
forget_reader(int code, Datum arg)
{
	pg_atomic_write_u64(&backlog->reader, 0);
}

/* The calling process is the one that takes records out. */
void
gk_backlog_read_by_me(void)
{
	pg_atomic_write_u64(&backlog->reader, (uint64) (uintptr_t) MyLatch);
	before_shmem_exit(forget_reader, (Datum) 0);
}

static void
copy_in(uint64 place, const void *data, size_t len)
{
	size_t		at = place % backlog->size;
	size_t		first = Min(len, backlog->size - at);

	memcpy(backlog->ring + at, data, first);
	memcpy(backlog->ring, (const char *) data + first, len - first);
}

static void
copy_out(void *data, uint64 place, size_t len)
{
	size_t		at = place % backlog->size;
	size_t		first = Min(len, backlog->size - at);

	memcpy(data, backlog->ring + at, first);
	memcpy((char *) data + first, backlog->ring, len - first);
}

static GkHead *
head_at(uint64 place)
{
	return (GkHead *) (backlog->ring + place % backlog->size);
}

/*
 * Keep a filled record; false when there is no room, or nobody who would take
 * it out.  Cannot fail otherwise, and does not wait.
 */
bool
gk_backlog_put(const GkRecord *record)
{
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
	copy_in(at, length, sizeof(length));
	at += sizeof(length);
	for (int i = 0; i < gk_num_fields; i++)
	{
		copy_in(at, record->value[i], length[i]);
		at += length[i];
	}
	pg_atomic_fetch_add_u32(&backlog->waiting, 1);
	pg_write_barrier();
	pg_atomic_write_u32(&head_at(end)->size, (uint32) need);
	gk_backlog_wake();
	return true;
}

/*
 * The oldest record, into one that is for scratch; false when there is none.  Only
 * what sinks need of it is there.
 */
bool
gk_backlog_peek(GkRecord *record)
{
	uint16		length[GK_MAX_FIELDS];
	uint64		at = pg_atomic_read_u64(&backlog->begin);

	if (backlog->size == 0 || pg_atomic_read_u32(&head_at(at)->size) == 0)
		return false;
	pg_read_barrier();
	at += sizeof(GkHead);
	copy_out(length, at, sizeof(length));
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
		copy_out(value, at, length[i]);
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
gk_backlog_pop(void)
{
	uint64		begin = pg_atomic_read_u64(&backlog->begin);
	size_t		size = pg_atomic_read_u32(&head_at(begin)->size);
	size_t		at = begin % backlog->size;
	size_t		first = Min(size, backlog->size - at);

	/* a head that nobody has written must read as 0 */
	memset(backlog->ring + at, 0, first);
	memset(backlog->ring, 0, size - first);
	pg_atomic_fetch_sub_u32(&backlog->waiting, 1);
	pg_write_barrier();
	pg_atomic_write_u64(&backlog->begin, begin + size);
}
