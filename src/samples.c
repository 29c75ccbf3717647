/*-------------------------------------------------------------------------
 *
 * samples.c
 *	  Secret columns have no statistics, as far as the planner is told.
 *
 * Estimates run the operators of a query over the samples in pg_statistic, and
 * rights are checked when it is executed: with an operator that tells on its
 * arguments, EXPLAIN would show password hashes to whoever borrows a superuser's
 * rights.  Hidden from everybody, since a plan may outlive the circumstance in
 * which it was made, and since nobody misses them.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "base/gatekeeper.h"


static get_relation_stats_hook_type next_relation_stats;

/* Called often, and nearly never for a catalog. */
static pg_noinline bool
hide_samples_of_catalog(PlannerInfo *root, RangeTblEntry *rte, AttrNumber attnum,
						VariableStatData *vardata)
{
	/* other kinds than relations have no oid, or from 16 on that of a view */
	if (rte->rtekind == RTE_RELATION && gk_is_secret(rte->relid, attnum))
	{
		vardata->statsTuple = NULL;
		return true;
	}
	return next_relation_stats && next_relation_stats(root, rte, attnum, vardata);
}

static bool
hide_samples(PlannerInfo *root, RangeTblEntry *rte, AttrNumber attnum,
			 VariableStatData *vardata)
{
	if (unlikely(rte->relid < FirstNormalObjectId))
		return hide_samples_of_catalog(root, rte, attnum, vardata);
	return next_relation_stats && next_relation_stats(root, rte, attnum, vardata);
}

/* What hooks.c puts in the place of the one that was there. */
get_relation_stats_hook_type
gk_samples_hidden(get_relation_stats_hook_type next)
{
	next_relation_stats = next;
	return hide_samples;
}
