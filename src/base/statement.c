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
#include "base/statement.h"

#include "utils/memutils.h"

/* Grows as deep as they nest, which max_stack_depth limits. */
#define GK_FIRST_STATEMENTS 16

static GkStatement first[1 + GK_FIRST_STATEMENTS] = {{.stack = (char *) UINTPTR_MAX}};
GkStatement *gk_statements = first;
GkStatement *gk_statement = first;
GkStatement *gk_last_statement = &first[GK_FIRST_STATEMENTS];

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
	while (gk_statement->stack <= stack ||
		   (subxact != InvalidSubTransactionId && gk_statement->subxact >= subxact))
		gk_statement--;
}

static void
grow(void)
{
	ptrdiff_t	n = gk_statement - gk_statements;
	ptrdiff_t	size = 2 * (gk_last_statement - gk_statements + 1);
	GkStatement *larger = MemoryContextAlloc(TopMemoryContext, size * sizeof(GkStatement));

	memcpy(larger, gk_statements, (n + 1) * sizeof(GkStatement));
	if (gk_statements != first)
		pfree(gk_statements);
	gk_statements = larger;
	gk_statement = larger + n;
	gk_last_statement = larger + size - 1;
}

/* A statement is about to begin: the innermost is over, or there is no room. */
void
gk_statement_make_room(char *stack)
{
	while (gk_statement->stack <= stack)
		gk_statement--;
	if (gk_statement == gk_last_statement)
		grow();
}
