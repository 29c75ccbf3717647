/*-------------------------------------------------------------------------
 *
 * wrappers.h
 *	  What foreign-data wrappers do, for the checks of foreign data.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#ifndef GK_WRAPPERS_H
#define GK_WRAPPERS_H

#include "base/gatekeeper.h"

/* Flags of handlers in the lists of the rules loopback and foreign_program. */
#define GK_CONNECTS			0x01	/* function: opens a connection or uses an open one */
#define GK_SCHEDULES		0x02	/* function: has a background worker run a command */
#define GK_WRAPPER			0x04	/* handler or validator of a wrapper */
#define GK_RUNS_PROGRAMS	0x08	/* "program" is a command for the shell */
#define GK_CHECKS_RIGHTS	0x10	/* asks itself who may name a file */
#define GK_IS_LOCAL			0x20	/* of files: tables are the same for all who use them */
#define GK_TABLES_LEAD		0x40	/* options of tables lead anywhere, not only the server's */
#define GK_OPENS			0x80	/* function: opens a connection that stays open */
#define GK_CLOSES			0x100	/* function: closes one */

extern int	gk_handler_flags(Oid handler, GkRuleId rule);
extern bool gk_wrapper_connects(Oid wrapper, bool tables);
extern bool gk_wrapper_reaches(Oid wrapper);
extern bool gk_wrapper_is_local(Oid wrapper);

#endif							/* GK_WRAPPERS_H */
