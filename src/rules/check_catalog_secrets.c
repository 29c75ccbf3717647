/*-------------------------------------------------------------------------
 *
 * check_catalog_secrets.c
 *	  Does a query read password hashes, the options of user mappings, the
 *	  connection strings of subscriptions, or samples of them?
 *
 * What a query selects of each catalog is in the list that the executor
 * checks, whoever wrote the query and however: a column, a whole row, WHERE,
 * COPY, a cursor, a function's body.  A secret column (see secrets.c) that the
 * query named itself is a finding.
 *
 * One reached through a view is a finding if a view in the list shows it in a
 * column that is wanted, or if no view in the list accounts for it.  Every view
 * is looked into, not only those known for it: the planner drops the inner
 * part of a view on the dead side of a join, but not its name, so an innocent
 * name in the list proves nothing about where a secret came from.
 *
 * Does not see: secrets that were copied elsewhere before (a table, a
 * materialized view, query texts in pg_stat_activity or pg_stat_statements);
 * extended statistics on catalogs, and children that a catalog got by
 * inheritance, which need allow_system_table_mods; files (server_files' job); C
 * code that reads catalogs without the executor, beyond the listed functions
 * that return raw pages or WAL.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "base/gatekeeper.h"

#include "access/htup_details.h"
#include "access/parallel.h"
#include "catalog/catalog.h"
#include "catalog/pg_class.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/catcache.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

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

static bool
found(Oid catalog, AttrNumber column, GkFinding *finding)
{
	finding->action = "reading secrets from a system catalog";
	finding->object_type = "column";
	finding->object = column == InvalidAttrNumber ? get_rel_name(catalog) :
		psprintf("%s.%s", get_rel_name(catalog),
				 get_attname(catalog, column, true));
	return true;
}

/* The name of the materialized view that a command is filling, or NULL. */
static const char *
matview_being_filled(void)
{
	RefreshMatViewStmt *refresh = (RefreshMatViewStmt *) gk_statement_of(T_RefreshMatViewStmt);
	CreateTableAsStmt *create = (CreateTableAsStmt *) gk_statement_of(T_CreateTableAsStmt);

	if (refresh)
		return refresh->relation->relname;
	if (create && create->objtype == OBJECT_MATVIEW)
		return create->into->rel->relname;
	return NULL;
}

/*
 * The query of a materialized view is a view's, but from 16 on the list does
 * not name it.  The search path has been changed by now, so that it is looked
 * for in all schemas; the command has locked it, which tells it apart from
 * whatever others have made under the same name.
 *
 * *hidden goes up as for other views; *any says whether there was one.
 */
static bool
matview_shows(int *hidden, bool *any)
{
	const char *name = matview_being_filled();
	CatCList   *list;
	bool		shows = false;

	*any = false;
	if (name == NULL)
		return false;
	list = SearchSysCacheList1(RELNAMENSP, CStringGetDatum(name));
	for (int i = 0; i < list->n_members && !shows; i++)
	{
		Form_pg_class form = (Form_pg_class) GETSTRUCT(&list->members[i]->tuple);

		if (form->relkind != RELKIND_MATVIEW ||
			!CheckRelationOidLockedByMe(form->oid, ExclusiveLock, true))
			continue;
		*any = true;
		shows = gk_relation_shows_secret(form->oid, NULL, hidden);
	}
	ReleaseSysCacheList(list);
	return shows;
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
	bool		matview;
	ListCell   *cell;

	foreach(cell, perms)
	{
		GkPermInfo *perm = lfirst_node(GkPermInfo, cell);

		if (!GK_PERMINFO_IS_RELATION(perm) || perm->requiredPerms == 0)
			continue;
		if (!OidIsValid(perm->checkAsUser))
			stored = false;
		if (!IsCatalogRelationOid(perm->relid) &&
			gk_relation_shows_secret(perm->relid, perm->selectedCols, &hidden))
			return true;
	}

	/*
	 * A query of which everything belongs to views is a materialized view's,
	 * and in a parallel worker the one that its leader has asked about.
	 */
	if (matview_shows(&hidden, &matview))
		return true;
	if (stored && !matview && !IsParallelWorker())
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
	Oid			catalog = InvalidOid;
	AttrNumber	column = InvalidAttrNumber;
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
		AttrNumber	attno;

		if (!IsCatalogRelationOid(perm->relid) || perm->requiredPerms == 0 ||
			!GK_PERMINFO_IS_RELATION(perm))
			continue;
		attno = gk_secret_column(perm->relid, perm->selectedCols);
		if (attno != InvalidAttrNumber)
		{
			if (!OidIsValid(perm->checkAsUser))
				return found(perm->relid, attno, finding);
			catalog = perm->relid;
			column = attno;
			reached++;
		}
		else if (OidIsValid(gk_secret_toasted(perm->relid)))
			return found(perm->relid, InvalidAttrNumber, finding);
	}

	if (reached > 0 && views_show(request->perms, reached))
		return found(catalog, column, finding);
	return false;
}
