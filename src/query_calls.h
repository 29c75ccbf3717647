/*-------------------------------------------------------------------------
 *
 * query_calls.h
 *	  Calls that stand in queries and in stored expressions.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#ifndef GK_QUERY_CALLS_H
#define GK_QUERY_CALLS_H

#include "gatekeeper.h"

/* What is found in one query, or in the expressions of one relation. */
typedef struct GkCalls
{
	List	   *calls;			/* GkCall: of functions that a rule lists */
	List	   *stored;			/* oids of others that were made by users, and
								 * whose call is in a stored expression */
	bool		foreign;		/* something reached is not a superuser's */
} GkCalls;

typedef struct GkCall
{
	const GkRule *rule;
	const GkSymbol *symbol;
	Oid			funcid;
	Node	   *node;
	bool		stored;
} GkCall;

extern bool gk_is_foreign_relation(Oid relid);
extern bool gk_walk_calls(Node *node, void *context);
extern void gk_walk_stored(char *text, GkCalls *found);
extern void gk_walk_domain(Oid typid, GkCalls *found);
extern void gk_ask_about_calls(const GkCalls *found);

#endif							/* GK_QUERY_CALLS_H */
