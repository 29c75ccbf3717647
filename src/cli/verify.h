/*-------------------------------------------------------------------------
 *
 * verify.h
 *	  What the judging (verify.c) and the telling (verify_show.c) of "verify"
 *	  share.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#ifndef GK_VERIFY_H
#define GK_VERIFY_H

#include "cli/streams.h"

#define GK_MINUTE UINT64_C(60000000)

/* What was asked for, and what was read. */
typedef struct GkVerified
{
	uint64_t	since;
	uint64_t	until;
	uint64_t	now;			/* what silence is measured against */
	uint64_t	journal_begins;
	uint64_t	heartbeat;
	bool		complete;
	GkStreams	streams;
	uint64_t	num_records;
} GkVerified;

extern GkVerified gk_verified;

extern unsigned long long gk_big(uint64_t number);
extern const char *gk_records_are(uint64_t number, const char *one, const char *more);
extern char *gk_time_text(uint64_t us);
extern char *gk_visible_text(const char *text);
extern bool gk_is_evicted(const GkStream *stream);
extern const char *gk_end_of_stream(const GkStream *stream);
extern void gk_verify_found(const char *kind, const GkStream *stream, char *text);
extern int	gk_verify_num_found(void);
extern void gk_verify_print_table(void);
extern void gk_verify_print_found(void);
extern void gk_verify_print_json(void);

#endif							/* GK_VERIFY_H */
