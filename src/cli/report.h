/*-------------------------------------------------------------------------
 *
 * report.h
 *	  Records counted, and records as CSV.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#ifndef GK_REPORT_H
#define GK_REPORT_H

#include "cli/cli.h"

extern void gk_report_by(const char *list);
extern bool gk_report_is_wanted(void);
extern void gk_report_add(const GkEntry *entry);
extern void gk_report_print(bool as_csv);
extern void gk_show_csv(const GkEntry *entry);

#endif							/* GK_REPORT_H */
