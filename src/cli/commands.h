/*-------------------------------------------------------------------------
 *
 * commands.h
 *	  The subcommands.  Each takes its own name as argv[0] and returns the
 *	  program's exit status.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#ifndef GK_COMMANDS_H
#define GK_COMMANDS_H

extern int	gk_events(int argc, char **argv);
extern int	gk_explain(int argc, char **argv);
extern int	gk_verify(int argc, char **argv);
extern int	gk_status(int argc, char **argv);
extern int	gk_metrics(int argc, char **argv);
extern int	gk_enable(int argc, char **argv);
extern int	gk_disable(int argc, char **argv);
extern int	gk_check(int argc, char **argv);

#endif							/* GK_COMMANDS_H */
