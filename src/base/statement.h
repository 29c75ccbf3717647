/*-------------------------------------------------------------------------
 *
 * statement.h
 *	  The beginning and end of a utility statement, for hooks.c; see
 *	  statement.c.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#ifndef GK_STATEMENT_H
#define GK_STATEMENT_H

#include "base/gatekeeper.h"

#include "access/xact.h"

#pragma GCC visibility push(hidden)

/* The first is nobody's, never ends, and spares asking whether there is any. */
extern GkStatement *gk_statements;
extern GkStatement *gk_last_statement;	/* for which there is room */

extern void gk_statement_make_room(char *stack);

/*
 * stack is the address of the frame that lasts as long as the statement.
 * Returns what gk_statement_end() wants; on an error it need not be called.
 */
static inline ptrdiff_t
gk_statement_begin(PlannedStmt *pstmt, const char *source_text, char *stack)
{
	GkStatement *statement;

	if (unlikely(gk_statement->stack <= stack || gk_statement == gk_last_statement))
		gk_statement_make_room(stack);
	statement = ++gk_statement;
	statement->pstmt = pstmt;
	statement->source_text = source_text;
	statement->stack = stack;
	statement->subxact = GetCurrentSubTransactionId();
	statement->number = 0;
	return statement - 1 - gk_statements;
}

/* The statement ends, and with it whatever was left of inner ones. */
static inline void
gk_statement_end(ptrdiff_t n)
{
	gk_statement = gk_statements + n;
}

#pragma GCC visibility pop

#endif							/* GK_STATEMENT_H */
