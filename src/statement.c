/*-------------------------------------------------------------------------
 *
 * statement.c
 *	  Which utility statement is being executed?
 *
 * Records name it, and some checks ask what an object is made for.  Statements
 * nest, so they are kept as a stack, whose top is gk_statement.
 *
 * An error takes the end of a statement away from us, and a PG_TRY for every
 * BEGIN and SET would cost more than all the rest of what this module does
 * there.  Instead, what is over is dropped when the error's (sub)transaction
 * aborts: a statement that began within the subtransaction, and one whose C
 * frame lies below the present stack pointer (see code_stack.c).  The latter
 * alone tells, at the end of a transaction, a procedure that goes on from one
 * that failed.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "gatekeeper.h"

#include "access/xact.h"
#include "utils/memutils.h"

const GkStatement *gk_statement = NULL;

/* Grows as deep as they nest, which max_stack_depth limits. */
#define GK_FIRST_STATEMENTS 16

static GkStatement first[GK_FIRST_STATEMENTS];
static GkStatement *statements = first;
static int	size = GK_FIRST_STATEMENTS;
static int	nstatements;

static void
keep(int n)
{
	nstatements = n;
	gk_statement = n > 0 ? &statements[n - 1] : NULL;
}

/*
 * Something was aborted: drop what its error has ended.  stack is where the
 * caller is, subxact the subtransaction or, for a whole transaction,
 * InvalidSubTransactionId.
 *
 * Within a transaction outer statements have lower numbers; a procedure that
 * has ended its first transaction began outside of any subtransaction.
 */
void
gk_statement_prune(char *stack, SubTransactionId subxact)
{
	int			n = nstatements;

	while (n > 0 && (statements[n - 1].stack <= stack ||
					 (subxact != InvalidSubTransactionId &&
					  statements[n - 1].subxact >= subxact)))
		n--;
	keep(n);
}

static void
grow(void)
{
	GkStatement *larger = MemoryContextAlloc(TopMemoryContext, 2 * size * sizeof(GkStatement));

	memcpy(larger, statements, size * sizeof(GkStatement));
	if (statements != first)
		pfree(statements);
	statements = larger;
	size *= 2;
}

/*
 * stack is the address of the frame that lasts as long as the statement.
 * Returns what gk_statement_end() wants; on an error it need not be called.
 */
int
gk_statement_begin(PlannedStmt *pstmt, const char *source_text, char *stack)
{
	int			n = nstatements;

	while (n > 0 && statements[n - 1].stack <= stack)
		n--;
	if (unlikely(n == size))
		grow();
	statements[n].pstmt = pstmt;
	statements[n].source_text = source_text;
	statements[n].stack = stack;
	keep(n + 1);
	statements[n].subxact = GetCurrentSubTransactionId();
	return n;
}

/* The statement ends, and with it whatever was left of inner ones. */
void
gk_statement_end(int n)
{
	keep(n);
}
