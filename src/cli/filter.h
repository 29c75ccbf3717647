/*-------------------------------------------------------------------------
 *
 * filter.h
 *	  Which records "events" and its like are asked for, and what is known of
 *	  the outcome of each.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#ifndef GK_FILTER_H
#define GK_FILTER_H

#include "cli/cli.h"

/* What the reading goes by; filter.c has the rest. */
typedef struct GkFilter
{
	uint64_t	since;
	uint64_t	until;
	bool		hides_outcomes; /* they are shown with their actions */
} GkFilter;

extern GkFilter gk_filter;

#define GK_FILTER_OPTIONS \
	{"since", required_argument, NULL, 'S'}, \
	{"until", required_argument, NULL, 'U'}, \
	{"rule", required_argument, NULL, GK_OPT_RULE}, \
	{"class", required_argument, NULL, GK_OPT_CLASS}, \
	{"verdict", required_argument, NULL, GK_OPT_VERDICT}, \
	{"outcome", required_argument, NULL, GK_OPT_OUTCOME}, \
	{"user", required_argument, NULL, GK_OPT_USER}, \
	{"database", required_argument, NULL, GK_OPT_DATABASE}, \
	{"cluster", required_argument, NULL, GK_OPT_CLUSTER}, \
	{"client", required_argument, NULL, GK_OPT_CLIENT}, \
	{"function", required_argument, NULL, GK_OPT_FUNCTION}, \
	{"grep", required_argument, NULL, GK_OPT_GREP}, \
	{"event", required_argument, NULL, GK_OPT_EVENT}, \
	{"seq", required_argument, NULL, GK_OPT_SEQ}

#define GK_FILTER_USAGE \
"Which records (an option with a LIST takes words separated by commas):\n" \
"      --since TIME         only from this time on: \"2026-01-31 12:00\", -1h\n" \
"      --until TIME         only before this time\n" \
"      --rule LIST          only these rules, such as copy_program\n" \
"      --class LIST         only these classes: role, grant, ddl, session,\n" \
"                           extension, system, tables or privileged\n" \
"      --verdict LIST       only these of denied, would_deny, allowed\n" \
"      --outcome LIST       only what was let pass and is done, failed,\n" \
"                           refused_by_server, rolled_back or unknown\n" \
"      --user LIST          only these roles, be it session_user or current_user\n" \
"      --database LIST      only these databases\n" \
"      --cluster LIST       only these clusters, such as 15/main\n" \
"      --client LIST        only these clients: addresses, networks such as\n" \
"                           10.0.0.0/8, or local\n" \
"      --function TEXT      only code of a function (or view ...) with this text\n" \
"                           in its name\n" \
"      --grep REGEXP        only where one field matches, whatever the case\n" \
"      --event LIST         only action, outcome, start, stop, config, heartbeat,\n" \
"                           loss or login\n" \
"      --seq LIST           only these numbers, of which error messages name one,\n" \
"                           or ranges such as 12-20\n"

extern bool gk_filter_option(int option, const char *value);
extern bool gk_filter_passes(const GkEntry *entry);

/* outcomes.c */
extern void gk_outcomes_learn(const GkEntry *entry);
extern void gk_outcomes_apply(GkEntry *entry);

#endif							/* GK_FILTER_H */
