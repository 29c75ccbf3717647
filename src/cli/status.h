/*-------------------------------------------------------------------------
 *
 * status.h
 *	  What "status" finds, and how it is shown.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#ifndef GK_STATUS_H
#define GK_STATUS_H

#include "cli/server.h"

#include <stdarg.h>

typedef enum GkStatusLevel
{
	GK_STATUS_FINE,
	GK_STATUS_NOTE,				/* worth knowing */
	GK_STATUS_WARNING,			/* looser than it might be, and perhaps meant */
	GK_STATUS_PROBLEM,
	GK_STATUS_LEVELS
} GkStatusLevel;

/* status_show.c */
extern void gk_status_format(const char *name);
extern void gk_status_begin(const GkServer *server);
extern void gk_status_say(GkStatusLevel level, const char *about, const char *text,
						  va_list args) GK_PRINTF(3, 0);
extern int	gk_status_end(const GkServer *server);

#endif							/* GK_STATUS_H */
