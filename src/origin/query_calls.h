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

#include "base/gatekeeper.h"

#include "utils/relcache.h"

/* What is found in one query, or in the expressions of one relation. */
typedef struct GkCalls
{
	List	   *calls;			/* GkCall: of functions that a rule lists */
	List	   *stored;			/* oids of others that were made by users, and
								 * whose call is in a stored expression */
	List	   *lent;			/* likewise, whatever else is reached */
	bool		foreign;		/* something reached is not a superuser's */
	bool		indirect;		/* now: in what a foreign object leads to */
	bool		may_change;		/* without anything telling the relation */
	bool		only_noted;		/* nothing is asked, nor any body parsed */
	List	   *bodies;			/* functions whose body this is in */
} GkCalls;

typedef struct GkCall
{
	const GkRule *rule;
	const GkSymbol *symbol;
	Oid			funcid;
	Node	   *node;
	bool		stored;
	bool		indirect;		/* it is another role's, whatever else is reached */
} GkCall;

/* relation_calls.c */
extern bool gk_is_foreign_relation(Oid relid);
extern void gk_walk_columns(Relation rel, bool checks, bool defaults, GkCalls *found);

/* query_calls.c */
extern bool gk_walk_calls(Node *node, void *context);
extern void gk_walk_stored(char *text, GkCalls *found);
extern void gk_walk_domain(Oid typid, GkCalls *found);
extern void gk_note_call(Oid funcid, Node *node, GkCalls *found);
extern void gk_ask_about_calls(const GkCalls *found);

/* inlined_calls.c */
extern void gk_walk_inlined_call(Oid funcid, Node *node, GkCalls *found);

/* indirect_calls.c */
extern void gk_walk_indirect_calls(Node *node, GkCalls *found);

#endif							/* GK_QUERY_CALLS_H */
