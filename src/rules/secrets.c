/*-------------------------------------------------------------------------
 *
 * secrets.c
 *	  Which columns of which catalogs are secret, and does a view show one?
 *
 * pg_user stands on pg_shadow, and pg_shadow on pg_authid with its rolpassword:
 * the list of what such a query reads has the secret column in it whether or
 * not the query shows it.  So a view's stored query is taken apart: which of
 * the view's columns show a secret?  None of those wanted means that it stays
 * inside.  This needs no list of known views and is not fooled by one that was
 * replaced.  Whatever is not plainly a column that shows it counts as showing
 * it everywhere.
 *
 * pg_statistic is here because ANALYZE pg_authid samples the hashes into it.  The
 * planner, which runs a query's operators over samples before anybody's rights
 * are checked, is told that there are none of secret columns.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "base/gatekeeper.h"

#include "access/htup_details.h"
#include "access/relation.h"
#include "access/sysattr.h"
#include "catalog/pg_authid.h"
#include "catalog/pg_class.h"
#include "catalog/pg_statistic.h"
#include "catalog/pg_subscription.h"
#include "catalog/pg_user_mapping.h"
#include "nodes/nodeFuncs.h"
#include "rewrite/prs2lock.h"
#include "utils/acl.h"
#include "utils/rel.h"
#include "utils/syscache.h"

/* Zero ends a list of columns. */
typedef struct GkSecret
{
	Oid			catalog;
	AttrNumber	columns[6];
} GkSecret;

static const GkSecret secrets[] = {
	{AuthIdRelationId, {Anum_pg_authid_rolpassword}},
	{UserMappingRelationId, {Anum_pg_user_mapping_umoptions}},
	{SubscriptionRelationId, {Anum_pg_subscription_subconninfo}},
	{StatisticRelationId, {
			Anum_pg_statistic_stavalues1,
			Anum_pg_statistic_stavalues2,
			Anum_pg_statistic_stavalues3,
			Anum_pg_statistic_stavalues4,
			Anum_pg_statistic_stavalues5,
	}},
};

#define NSECRETS ((int) lengthof(secrets))

/* What taking a view's query apart found. */
typedef struct GkExposure
{
	Bitmapset  *columns;		/* result columns that show a secret */
	int			relations;		/* entries that read one */
} GkExposure;

/* Where a walk stands: the view's query, and how many levels below it. */
typedef struct GkWalk
{
	Query	   *query;
	int			depth;
} GkWalk;

static const GkSecret *
secret_of(Oid relid)
{
	for (int i = 0; i < NSECRETS; i++)
		if (secrets[i].catalog == relid)
			return &secrets[i];
	return NULL;
}

static bool
is_selected(AttrNumber column, const Bitmapset *selected)
{
	return bms_is_member(column - FirstLowInvalidHeapAttributeNumber, selected);
}

/*
 * A secret column of this relation among those selected (numbered as in a
 * GkPermInfo), or InvalidAttrNumber.  A whole row has them all.
 */
AttrNumber
gk_secret_column(Oid relid, const Bitmapset *selected)
{
	const GkSecret *secret = secret_of(relid);

	if (secret == NULL)
		return InvalidAttrNumber;
	if (is_selected(InvalidAttrNumber, selected))
		return secret->columns[0];
	for (const AttrNumber *column = secret->columns; *column; column++)
		if (is_selected(*column, selected))
			return *column;
	return InvalidAttrNumber;
}

/* The catalog that keeps secrets and has this TOAST table, or InvalidOid. */
Oid
gk_secret_toasted(Oid relid)
{
	static Oid	toast[NSECRETS];
	static bool known = false;

	/*
	 * These oids are fixed too, but not the same in every major, and mostly
	 * without a symbol: looked up once per backend.
	 */
	if (!known)
	{
		for (int i = 0; i < NSECRETS; i++)
		{
			HeapTuple	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(secrets[i].catalog));

			if (HeapTupleIsValid(tuple))
			{
				toast[i] = ((Form_pg_class) GETSTRUCT(tuple))->reltoastrelid;
				ReleaseSysCache(tuple);
			}
		}
		known = true;
	}

	for (int i = 0; i < NSECRETS; i++)
		if (toast[i] == relid)
			return secrets[i].catalog;
	return InvalidOid;
}

/* How many entries of this one query read a secret, or one of this catalog? */
static int
reads_of(Query *query, Oid catalog)
{
	int			count = 0;
	ListCell   *cell;

	foreach(cell, GK_QUERY_PERMS(query))
	{
		GkPermInfo *perm = lfirst_node(GkPermInfo, cell);

		if (GK_PERMINFO_IS_RELATION(perm) && perm->requiredPerms != 0 &&
			(!OidIsValid(catalog) || perm->relid == catalog) &&
			gk_secret_column(perm->relid, perm->selectedCols))
			count++;
	}
	return count;
}

static int
count_secrets(Query *query)
{
	return reads_of(query, InvalidOid);
}

/* Does any query within this one read a secret? */
static bool
reads_below(Node *node, void *context)
{
	if (node == NULL)
		return false;
	if (IsA(node, Query))
		return count_secrets((Query *) node) > 0 ||
			query_tree_walker((Query *) node, reads_below, context, 0);
	return expression_tree_walker(node, reads_below, context);
}

/* Is it one of the secret columns, or the whole row? */
bool
gk_is_secret(Oid relid, AttrNumber attno)
{
	const GkSecret *secret = secret_of(relid);

	if (secret == NULL)
		return false;
	if (attno == InvalidAttrNumber)
		return true;			/* the whole row */
	for (const AttrNumber *column = secret->columns; *column; column++)
		if (*column == attno)
			return true;
	return false;
}

/*
 * Does this expression use a secret column of the view's own query?  A name
 * that a join gave to a column is followed to that column.  What relations of
 * other kinds return is looked at where they stand; of a kind not known here
 * it is assumed to be secret.
 */
static bool
uses_secret(Node *node, void *context)
{
	GkWalk	   *walk = context;

	if (node == NULL)
		return false;
	if (IsA(node, Var))
	{
		Var		   *var = (Var *) node;
		RangeTblEntry *rte;

		if ((int) var->varlevelsup != walk->depth)
			return false;
		rte = list_nth_node(RangeTblEntry, walk->query->rtable, var->varno - 1);
		switch (rte->rtekind)
		{
			case RTE_RELATION:
				return gk_is_secret(rte->relid, var->varattno);
			case RTE_JOIN:
				if (var->varattno > 0)
				{
					GkWalk		alias = {walk->query, 0};

					return uses_secret(list_nth(rte->joinaliasvars, var->varattno - 1),
									   &alias);
				}
				return true;
			case RTE_SUBQUERY:
			case RTE_FUNCTION:
			case RTE_VALUES:
			case RTE_CTE:
				return false;
			default:
				return true;
		}
	}
	if (IsA(node, Query))
	{
		bool		result;

		walk->depth++;
		result = query_tree_walker((Query *) node, uses_secret, context,
								   QTW_IGNORE_JOINALIASES);
		walk->depth--;
		return result;
	}
	return expression_tree_walker(node, uses_secret, context);
}

/*
 * Take a view's query apart.  False if it uses a secret in another way than by
 * showing it in a column of its own: to filter, to sort, further inside.
 */
static bool
expose(Query *query, GkExposure *exposure)
{
	GkWalk		walk = {query, 0};
	Query		rest;
	ListCell   *cell;

	if (query_tree_walker(query, reads_below, NULL, 0))
		return false;
	exposure->relations = count_secrets(query);
	if (exposure->relations == 0)
		return true;

	foreach(cell, query->targetList)
	{
		TargetEntry *entry = lfirst_node(TargetEntry, cell);

		if (!uses_secret((Node *) entry->expr, &walk))
			continue;
		if (entry->resjunk || entry->ressortgroupref != 0)
			return false;
		exposure->columns = bms_add_member(exposure->columns,
										   entry->resno - FirstLowInvalidHeapAttributeNumber);
	}

	rest = *query;
	rest.targetList = NIL;
	return !query_tree_walker(&rest, uses_secret, &walk, QTW_IGNORE_JOINALIASES);
}

/*
 * Does this relation's rule, of which these columns are wanted, show a secret?
 * If it does not, *hidden goes up by the secrets that it reads and keeps.
 */
static bool
rule_shows(const RewriteRule *rule, const Bitmapset *selected, bool all,
		   int *hidden)
{
	ListCell   *cell;

	foreach(cell, rule->actions)
	{
		Query	   *query = lfirst_node(Query, cell);
		GkExposure	exposure = {0};

		if (!expose(query, &exposure))
			return true;
		if (exposure.relations == 0)
			continue;
		if (all || rule->event != CMD_SELECT ||
			bms_overlap(exposure.columns, selected) ||
			is_selected(InvalidAttrNumber, selected))
			return true;
		*hidden += exposure.relations;
	}
	return false;
}

/*
 * Is it one of core's own views that show options of user mappings or samples,
 * of each row only to whom it concerns (pg_user_mappings, pg_stats)?  Then what an
 * ordinary role sees there is its own.
 */
bool
gk_relation_is_filtered(Oid relid)
{
	Relation	rel;
	bool		result = relid < FirstNormalObjectId;
	ListCell   *cell;

	if (!result)
		return false;
	rel = relation_open(relid, AccessShareLock);
	for (int i = 0; rel->rd_rules && i < rel->rd_rules->numLocks; i++)
		foreach(cell, rel->rd_rules->rules[i]->actions)
			result &= !reads_of(lfirst_node(Query, cell), AuthIdRelationId) &&
				!reads_of(lfirst_node(Query, cell), SubscriptionRelationId);
	relation_close(rel, NoLock);
	return result;
}

/* Could this role read a secret column of this catalog, by what was granted? */
static bool
may_read(Oid roleid, const GkSecret *secret, AttrNumber column)
{
	return pg_class_aclcheck(secret->catalog, roleid, ACL_SELECT) == ACLCHECK_OK ||
		pg_attribute_aclcheck(secret->catalog, column, roleid, ACL_SELECT) == ACLCHECK_OK;
}

/*
 * Are there samples of a secret column among the statistics?  With a role, only
 * those of columns that it may read, which pg_stats shows it.
 */
bool
gk_secrets_are_sampled(Oid roleid)
{
	for (int i = 0; i < NSECRETS; i++)
		for (const AttrNumber *column = secrets[i].columns; *column; column++)
			if (SearchSysCacheExists3(STATRELATTINH, ObjectIdGetDatum(secrets[i].catalog),
									  Int16GetDatum(*column), BoolGetDatum(false)) &&
				(!OidIsValid(roleid) || may_read(roleid, &secrets[i], *column)))
				return true;
	return false;
}

/*
 * Does this relation, of which these columns are selected, show a secret that
 * its rules read?  Of a materialized view all columns count.  If it shows none,
 * *hidden goes up by the number of entries that read one and keep it.  Locks
 * the relation (which a query that mentions it has done already); allocates in
 * CurrentMemoryContext.
 */
bool
gk_relation_shows_secret(Oid relid, const Bitmapset *selected, int *hidden)
{
	Relation	rel = relation_open(relid, AccessShareLock);
	bool		all = rel->rd_rel->relkind == RELKIND_MATVIEW;
	bool		shows = false;

	for (int i = 0; rel->rd_rules && i < rel->rd_rules->numLocks && !shows; i++)
		shows = rule_shows(rel->rd_rules->rules[i], selected, all, hidden);
	relation_close(rel, NoLock);
	return shows;
}
