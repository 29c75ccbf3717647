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

#include "gatekeeper.h"

#include "access/xact.h"

#pragma GCC visibility push(hidden)

extern GkStatement *gk_statements;
extern int	gk_num_statements;
extern int	gk_max_statements;

extern int	gk_statement_make_room(char *stack);

/*
 * stack is the address of the frame that lasts as long as the statement.
 * Returns what gk_statement_end() wants; on an error it need not be called.
 */
static inline int
gk_statement_begin(PlannedStmt *pstmt, const char *source_text, char *stack)
{
	int			n = gk_num_statements;
	GkStatement *statement;

	if (unlikely(n == gk_max_statements ||
				 (n > 0 && gk_statements[n - 1].stack <= stack)))
		n = gk_statement_make_room(stack);
	statement = &gk_statements[n];
	statement->pstmt = pstmt;
	statement->source_text = source_text;
	statement->stack = stack;
	statement->subxact = GetCurrentSubTransactionId();
	gk_statement = statement;
	gk_num_statements = n + 1;
	return n;
}

/* The statement ends, and with it whatever was left of inner ones. */
static inline void
gk_statement_end(int n)
{
	gk_num_statements = n;
	gk_statement = n > 0 ? &gk_statements[n - 1] : NULL;
}

#pragma GCC visibility pop

#endif							/* GK_STATEMENT_H */
