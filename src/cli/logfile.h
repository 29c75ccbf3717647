/*-------------------------------------------------------------------------
 *
 * logfile.h
 *	  The server's log files in place of the journal; for journal.c.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#ifndef GK_LOGFILE_H
#define GK_LOGFILE_H

#include "cli/cli.h"

typedef struct GkLogFile GkLogFile;

extern GkLogFile *gk_logfile_open(const GkWords *names);
extern void gk_logfile_seek_start(GkLogFile *log);
extern void gk_logfile_seek_end(GkLogFile *log);
extern bool gk_logfile_next(GkLogFile *log, GkEntry *entry);
extern bool gk_logfile_previous(GkLogFile *log, GkEntry *entry);
extern bool gk_logfile_wait(GkLogFile *log);
extern bool gk_logfile_span(GkLogFile *log, uint64_t *from, uint64_t *to);

#endif							/* GK_LOGFILE_H */
