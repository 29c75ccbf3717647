/*-------------------------------------------------------------------------
 *
 * streams.h
 *	  What "verify" knows of each stream of records.
 *
 * A stream is all records between a start of the server, or of its shared
 * memory, and its end.  They are numbered from 1 on without gaps.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#ifndef GK_STREAMS_H
#define GK_STREAMS_H

#include "cli/cli.h"

/* Numbers from first to last, both there. */
typedef struct GkRange
{
	uint64_t	first;
	uint64_t	last;
} GkRange;

/* A set of numbers; its ranges are in order and do not touch. */
typedef struct GkNumbers
{
	GkRange    *range;
	int			count;
	int			size;
} GkNumbers;

typedef struct GkStream
{
	char		id[33];
	char	   *cluster;
	char	   *host;
	char	   *system_id;
	uint64_t	port;
	uint64_t	records;
	uint64_t	first_time;		/* us since 1970, of the lowest number */
	uint64_t	last_time;		/* of the highest number */
	uint64_t	last_heartbeat; /* 0: none seen */
	uint64_t	lost;			/* what the server itself says */
	char	   *sink_lost;		/* likewise, of each sink; NULL: none told */
	uint64_t	waiting;		/* likewise, in the record of the highest number */
	uint64_t	duplicates;
	uint64_t	first_duplicate;
	uint64_t	other_pids;		/* sent by another process than they say */
	uint64_t	same_pids;
	uint64_t	last_start;		/* numbers of records; 0: none */
	uint64_t	last_stop;		/* sessions may write a few more after it */
	bool		is_newest;		/* of its cluster */
	uint64_t	told_end;		/* its highest number, as the next stream's start
								 * has it; 0: not told */
	char	   *before;			/* what its own start says of the one before */
	GkNumbers	numbers;
	GkNumbers	altered;		/* not as their hash has them */
	GkNumbers	unhashed;		/* without a hash, where others have one */
	GkNumbers	relinked;		/* not as a later record's hash has them */
	uint64_t	hashed;
	struct GkHashed *hashes;	/* of those that have one */
	GkNumbers	by_syslog;		/* those that came by way of syslog */
	GkNumbers	by_journal;
} GkStream;

typedef struct GkStreams
{
	GkStream  **stream;			/* in the order they were first seen */
	int			count;
} GkStreams;

extern bool gk_numbers_add(GkNumbers *numbers, uint64_t number);
extern uint64_t gk_numbers_first(const GkNumbers *numbers);
extern uint64_t gk_numbers_last(const GkNumbers *numbers);
extern uint64_t gk_numbers_count(const GkNumbers *numbers);
extern uint64_t gk_numbers_missing(const GkNumbers *numbers);
extern char *gk_numbers_gaps(const GkNumbers *numbers, int max);
extern char *gk_numbers_list(const GkNumbers *numbers, int max);
extern void gk_streams_add(GkStreams *streams, const GkEntry *entry);
extern void gk_streams_complete(GkStreams *streams);

#endif							/* GK_STREAMS_H */
