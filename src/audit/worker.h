/*-------------------------------------------------------------------------
 *
 * worker.h
 *	  The background worker that writes the records about the module itself.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#ifndef GK_WORKER_H
#define GK_WORKER_H

#include "postgres.h"

/* worker_settings.c */
extern void gk_settings_remember(void);
extern bool gk_settings_compare(void);
extern void gk_settings_forget(void);
extern char *gk_settings_given(void);

/* worker.c */
extern void gk_worker_register(void);
extern PGDLLEXPORT void gk_worker_main(Datum arg);

#endif							/* GK_WORKER_H */
