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

/*
 * A check's query stands between these: what a remedy by ALTER SYSTEM needs to
 * take effect, and the worst first.  A name with a line in it would be another
 * statement, or a line of a script's own, in whatever it is pasted into.  Columns: status, object, found, remedy,
 * type, kind, file, line, whether it takes a restart, how many there are.
 */
#define GK_POSTURE_BEFORE \
	"SELECT j->>'status', coalesce(j->>'object', '?'), coalesce(j->>'found', ''), " \
	"CASE WHEN concat(j->>'object', j->>'found') ~ '[[:cntrl:]]' THEN '-- by hand: a name here has a control character, so that nothing of it should be pasted' ELSE coalesce(j->>'remedy', '') END || " \
	"CASE WHEN s.context = 'postmaster' THEN ' -- then restart' WHEN s.name IS NOT NULL THEN " \
	"E'\\nSELECT pg_reload_conf();' ELSE '' END, coalesce(j->>'type', ''), coalesce(j->>'kind', ''), " \
	"coalesce(j->>'file', ''), coalesce(j->>'line', '0'), coalesce(s.context = 'postmaster', false), count(*) OVER () " \
	"FROM (SELECT to_jsonb(q) AS j FROM ("
#define GK_POSTURE_AFTER \
	") q) x LEFT JOIN pg_settings s ON lower(s.name) = " \
	"lower(substring(j->>'remedy' from '^ALTER SYSTEM (?:RESET|SET) \"?([^ \";]+)')) " \
	"ORDER BY array_position('{fail,warn,manual,info}', j->>'status'), 2, 3 LIMIT "

extern const GkCheck gk_checks[];
extern const int gk_num_checks;

#endif							/* GK_POSTURE_H */
