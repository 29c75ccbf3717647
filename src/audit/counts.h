/*-------------------------------------------------------------------------
 *
 * counts.h
 *	  Actions that are counted instead of written, in shared memory; part of
 *	  audit.h.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#ifndef GK_COUNTS_H
#define GK_COUNTS_H

/* pending.c: counts that wait for the end of their minute */
typedef struct GkTicket
{
	int			place;
	uint32		number;			/* 0: there is none */
} GkTicket;

extern Size gk_pending_size(void);
extern void gk_pending_startup(void);
extern GkTicket gk_pending_begin(const GkExcerpt *kept, int64 until);
extern bool gk_pending_add(GkTicket ticket);
extern uint32 gk_pending_take(GkTicket ticket);
extern uint32 gk_pending_take_due(int64 now, GkExcerpt *kept);

/* budget.c: how many records a role may have a minute */
extern Size gk_budget_size(void);
extern void gk_budget_startup(void);
extern bool gk_budget_allows(GkRecord *record);
extern int64 gk_budget_time_to_wait(int64 now);
extern uint32 gk_budget_take_due(int64 now, bool any, GkExcerpt *kept, GkLast *last,
								 uint32 *kinds);

#endif							/* GK_COUNTS_H */
