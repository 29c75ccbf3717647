/*-------------------------------------------------------------------------
 *
 * posture.h
 *	  The checks of a server's posture.
 *
 * They are written in posture/ *.checks, from which table.awk makes
 * posture_table.inc.  A check may have several queries, each a row: the first
 * one of each check is marked.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#ifndef GK_POSTURE_H
#define GK_POSTURE_H

#include <stdbool.h>

typedef struct GkCheck
{
	const char *id;
	const char *layer;
	const char *severity;		/* high, medium, low */
	const char *title;			/* what is so when it passes */
	const char *why;
	const char *right;			/* what it takes to look */
	const char *cis18;			/* ids, with blanks between */
	const char *cis17;
	const char *stig;			/* without "CD16-00-" */
	const char *kind;			/* of remedies: sql, line, shell, text */
	bool		is_local;		/* of each database, not of the cluster */
	bool		is_first;
	const char *sql;			/* or NULL: files and processes only */
} GkCheck;

extern const GkCheck gk_checks[];
extern const int gk_num_checks;

#endif							/* GK_POSTURE_H */
