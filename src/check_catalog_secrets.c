/*-------------------------------------------------------------------------
 *
 * check_catalog_secrets.c
 *	  Does a query read password hashes, the options of user mappings, the
 *	  connection strings of subscriptions, or samples of them?
 *
 * What a query selects of each catalog is in the list that the executor
 * checks, whoever wrote the query and however: a column, a whole row, WHERE,
 * COPY, a cursor, a function's body.  A secret column in there that the query
 * named itself is a finding.
 *
 * Views are the difficulty.  pg_user stands on pg_shadow, and pg_shadow on
 * pg_authid including rolpassword; the list says so even if no password is
 * shown, and people use pg_user.  So when a secret column was reached through a
 * view, the views of the list are taken apart.  In a view's stored query it is
 * seen which of its columns show the secret, and in the list, which of its
 * columns are wanted.  That needs no list of known views and is not fooled by
 * one that was replaced.  Whatever cannot be explained that way is a finding;
 * in particular the planner drops the inner part, but not the name, of a view
 * on the dead side of a join, so an innocent name in the list proves nothing
 * about where a secret came from.
 *
 * pg_statistic belongs here because ANALYZE pg_authid samples the hashes into
 * it.  So do TOAST tables, and functions that return raw pages or WAL.
 *
 * Does not see: secrets that were copied elsewhere before (a table, a
 * materialized view, query texts in pg_stat_activity or pg_stat_statements);
 * extended statistics on catalogs, which need allow_system_table_mods; children
 * that a catalog got by inheritance, the same; files (that is server_files'); C
 * code that reads catalogs without the executor.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "gatekeeper.h"

#include "access/parallel.h"
#include "access/relation.h"
#include "access/sysattr.h"
#include "catalog/catalog.h"
#include "catalog/namespace.h"
#include "catalog/pg_authid.h"
#include "catalog/pg_class.h"
#include "catalog/pg_statistic.h"
#include "catalog/pg_subscription.h"
#include "catalog/pg_user_mapping.h"
#include "nodes/nodeFuncs.h"
#include "rewrite/prs2lock.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
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

/* From pageinspect, pg_walinspect (16 and later) and pg_dirtyread. */
const GkSymbol gk_catalog_secrets_symbols[] = {
	{"get_raw_page", 0},
	{"get_raw_page_1_9", 0},
	{"get_raw_page_fork", 0},
	{"get_raw_page_fork_1_9", 0},
	{"pg_get_wal_block_info", 0},
	{"pg_dirtyread", 0},
	{NULL, 0}
};

/* What taking apart one view's query found. */
typedef struct GkExposure
{
	Query	   *query;
	Bitmapset  *columns;		/* result columns that show a secret */
	int			relations;		/* secret catalogs it reads itself */
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
	for (int i = 0; i < (int) lengthof(secrets); i++)
		if (secrets[i].catalog == relid)
			return &secrets[i];
	return NULL;
}

/*
 * The same for the TOAST table of such a catalog.  These have fixed oids too,
 * but not in every major, and mostly no symbol: looked up once per backend.
 */
static const GkSecret *
secret_of_toast(Oid relid)
{
	static Oid	toast[lengthof(secrets)];
	static bool known = false;

	if (!known)
	{
		for (int i = 0; i < (int) lengthof(secrets); i++)
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

	for (int i = 0; i < (int) lengthof(secrets); i++)
		if (toast[i] == relid)
			return &secrets[i];
	return NULL;
}

static bool
is_selected(AttrNumber column, const Bitmapset *selected)
{
	return bms_is_member(column - FirstLowInvalidHeapAttributeNumber, selected);
}

/* Which secret column is among these?  A whole row has them all.  0 if none. */
static AttrNumber
secret_column(const GkSecret *secret, const Bitmapset *selected)
{
	if (is_selected(InvalidAttrNumber, selected))
		return secret->columns[0];
	for (const AttrNumber *column = secret->columns; *column; column++)
		if (is_selected(*column, selected))
			return *column;
	return InvalidAttrNumber;
}

static bool
found(const GkSecret *secret, AttrNumber column, GkFinding *finding)
{
	finding->action = "reading secrets from a system catalog";
	finding->object_type = "column";
	finding->object = psprintf("%s.%s", get_rel_name(secret->catalog),
							   get_attname(secret->catalog, column, true));
	return true;
}

/* How many entries of this one query read a secret, and whose? */
static int
count_secrets(Query *query)
{
	int			count = 0;
	ListCell   *cell;

	foreach(cell, GK_QUERY_PERMS(query))
	{
		GkPermInfo *perm = lfirst_node(GkPermInfo, cell);
		const GkSecret *secret;

		if (!GK_PERMINFO_IS_RELATION(perm) || perm->requiredPerms == 0)
			continue;
		secret = secret_of(perm->relid);
		if (secret && secret_column(secret, perm->selectedCols))
			count++;
	}
	return count;
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

/*
 * Does this expression use a secret column of the view's own query?  Names
 * that a join gave to columns are followed; about a name of any other kind
 * of derived relation than those that stand for themselves, the answer is yes.
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
		const GkSecret *secret;

		if ((int) var->varlevelsup != walk->depth)
			return false;
		rte = list_nth_node(RangeTblEntry, walk->query->rtable, var->varno - 1);
		switch (rte->rtekind)
		{
			case RTE_RELATION:
				secret = secret_of(rte->relid);
				return secret &&
					(var->varattno == InvalidAttrNumber ||
					 secret_column(secret, bms_make_singleton(var->varattno - FirstLowInvalidHeapAttributeNumber)));
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
				return false;	/* what they use is looked at where they stand */
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
		GkExposure	exposure = {query};

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

static bool
relation_shows(Oid relid, const Bitmapset *selected, int *hidden)
{
	Relation	rel = relation_open(relid, AccessShareLock);
	bool		all = rel->rd_rel->relkind == RELKIND_MATVIEW;
	bool		shows = false;

	for (int i = 0; rel->rd_rules && i < rel->rd_rules->numLocks && !shows; i++)
		shows = rule_shows(rel->rd_rules->rules[i], selected, all, hidden);
	relation_close(rel, NoLock);
	return shows;
}

/*
 * The materialized view that is being filled.  Its query is a view's, but from
 * 16 on the list does not name it.  The command has locked it by now, so that
 * another one of this name, made meanwhile, is told apart.
 */
static Oid
matview_being_filled(void)
{
	Node	   *stmt = gk_statement ? gk_statement->pstmt->utilityStmt : NULL;
	RangeVar   *name = NULL;
	Oid			relid;

	if (stmt && IsA(stmt, RefreshMatViewStmt))
		name = ((RefreshMatViewStmt *) stmt)->relation;
	else if (stmt && IsA(stmt, CreateTableAsStmt) &&
			 ((CreateTableAsStmt *) stmt)->objtype == OBJECT_MATVIEW)
		name = ((CreateTableAsStmt *) stmt)->into->rel;
	if (name == NULL)
		return InvalidOid;
	relid = RangeVarGetRelid(name, NoLock, true);
	return OidIsValid(relid) &&
		CheckRelationOidLockedByMe(relid, ExclusiveLock, true) ? relid : InvalidOid;
}

/*
 * Secrets were reached through views, this many times.  Is one of them shown,
 * or is there one that no view of the list accounts for?
 */
static bool
views_show(List *perms, int reached)
{
	bool		stored = true;
	int			hidden = 0;
	Oid			matview;
	ListCell   *cell;

	foreach(cell, perms)
	{
		GkPermInfo *perm = lfirst_node(GkPermInfo, cell);

		if (!GK_PERMINFO_IS_RELATION(perm) || perm->requiredPerms == 0)
			continue;
		if (!OidIsValid(perm->checkAsUser))
			stored = false;
		if (!IsCatalogRelationOid(perm->relid) &&
			relation_shows(perm->relid, perm->selectedCols, &hidden))
			return true;
	}

	/*
	 * A query of which everything belongs to views is a materialized view's,
	 * and in a parallel worker the one that its leader has asked about.
	 */
	matview = matview_being_filled();
	if (OidIsValid(matview) && relation_shows(matview, NULL, &hidden))
		return true;
	if (stored && !OidIsValid(matview) && !IsParallelWorker())
		return true;
	return hidden < reached;
}

/*
 * Reads nothing but the list unless it has an entry on one of the catalogs
 * (and, once per backend, four rows of pg_class).  The finding's object is
 * allocated in CurrentMemoryContext.
 */
bool
gk_check_catalog_secrets(const GkRequest *request, GkFinding *finding)
{
	const GkSecret *first = NULL;
	AttrNumber	first_column = InvalidAttrNumber;
	int			reached = 0;
	ListCell   *cell;

	if (request->door == GK_DOOR_FUNCTION)
	{
		finding->action = "reading raw pages";
		finding->object_type = "function";
		finding->object = request->symbol;
		return true;
	}

	foreach(cell, request->perms)
	{
		GkPermInfo *perm = lfirst_node(GkPermInfo, cell);
		const GkSecret *secret;
		AttrNumber	column;

		if (!IsCatalogRelationOid(perm->relid) || perm->requiredPerms == 0 ||
			!GK_PERMINFO_IS_RELATION(perm))
			continue;
		if ((secret = secret_of(perm->relid)) != NULL)
		{
			column = secret_column(secret, perm->selectedCols);
			if (!column)
				continue;
			if (!OidIsValid(perm->checkAsUser))
				return found(secret, column, finding);
			first = secret;
			first_column = column;
			reached++;
		}
		else if ((secret = secret_of_toast(perm->relid)) != NULL)
			return found(secret, secret->columns[0], finding);
	}

	if (reached > 0 && views_show(request->perms, reached))
		return found(first, first_column, finding);
	return false;
}
