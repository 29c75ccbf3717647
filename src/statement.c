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
#include "statement.h"

#include "utils/memutils.h"

const GkStatement *gk_statement = NULL;

/* Grows as deep as they nest, which max_stack_depth limits. */
#define GK_FIRST_STATEMENTS 16

static GkStatement first[GK_FIRST_STATEMENTS];
GkStatement *gk_statements = first;
int			gk_max_statements = GK_FIRST_STATEMENTS;
int			gk_num_statements;

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
	int			n = gk_num_statements;

	while (n > 0 && (gk_statements[n - 1].stack <= stack ||
					 (subxact != InvalidSubTransactionId &&
					  gk_statements[n - 1].subxact >= subxact)))
		n--;
	gk_statement_end(n);
}

static void
grow(void)
{
	int			size = 2 * gk_max_statements;
	GkStatement *larger = MemoryContextAlloc(TopMemoryContext, size * sizeof(GkStatement));

	memcpy(larger, gk_statements, gk_max_statements * sizeof(GkStatement));
	if (gk_statements != first)
		pfree(gk_statements);
	gk_statements = larger;
	gk_max_statements = size;
}

/*
 * A statement is about to begin, and there is no room for it or the innermost
 * is over.  Returns how many there are outside of it.
 */
int
gk_statement_make_room(char *stack)
{
	int			n = gk_num_statements;

	while (n > 0 && gk_statements[n - 1].stack <= stack)
		n--;
	if (n == gk_max_statements)
	{
		grow();
		gk_statement_end(n);
	}
	return n;
}
