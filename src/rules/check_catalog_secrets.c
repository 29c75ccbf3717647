/*-------------------------------------------------------------------------
 *
 * check_catalog_secrets.c
 *	  Does somebody read password hashes, the options of user mappings, the
 *	  connection strings of subscriptions, samples of them, or a setting's
 *	  password?
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
 * Whoever does not act as superuser is refused without any circumstance: rights
 * on a catalog, pg_read_all_data among them, are given for its other columns.
 * What core's own views show each role of its own stays; samples of secrets do
 * not, should there be any and the role have been given rights on the column.
 *
 * What a view WITH (security_invoker) of an ordinary role reads with a superuser's
 * rights, and the role may not read itself, is secret to it (see lent_tables.c).
 *
 * Settings that hold a password (see secret_settings.c) are secrets in SHOW,
 * current_setting() and pg_settings, where rights are borrowed.
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
#include "catalog/pg_statistic.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/catcache.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#define ONE_SETTING		0x01	/* its first argument names it */
#define ALL_SETTINGS	0x02

/* From core: settings that hold a password.  From pageinspect, pg_walinspect (16 and later) and pg_dirtyread. */
const GkSymbol gk_catalog_secrets_symbols[] = {
	{"get_raw_page", 0},
	{"get_raw_page_1_9", 0},
	{"get_raw_page_fork", 0},
	{"get_raw_page_fork_1_9", 0},
	{"pg_get_wal_block_info", 0},
	{"pg_dirtyread", 0},
	{"show_config_by_name", ONE_SETTING},
	{"show_config_by_name_missing_ok", ONE_SETTING},
	{"show_all_settings", ALL_SETTINGS},
	{NULL, 0}
};

/* Where views lead to secrets, by what comes out. */
typedef enum GkShown
{
	GK_HIDDEN,
	GK_FILTERED,				/* by a view of core's: each reader's own */
	GK_SHOWN
} GkShown;

/* True when nothing that binds more can be found beside it. */
static bool
found(Oid catalog, AttrNumber column, bool own, GkFinding *finding)
{
	bool		acts = gk_acts_as_superuser(GetUserId());

	if (!own && !acts)
	{
		finding->binds_always = true;
		finding->hint = "Only superusers may read this, whatever SELECT was granted, pg_read_all_data included. A role that makes dumps with password hashes has to.";
		finding->exempts_role = true;
	}
	else if (!acts)
		finding->ignores = GK_STRICT;	/* a view of core's shows the role its own */
	finding->action = "reading secrets from a system catalog";
	finding->object_type = "column";
	finding->object = column == InvalidAttrNumber ? get_rel_name(catalog) :
		psprintf("%s.%s", get_rel_name(catalog),
				 get_attname(catalog, column, true));
	return acts || finding->binds_always;
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
			!gk_relation_is_locked(form->oid, ExclusiveLock))
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
static GkShown
views_show(List *perms, int reached)
{
	bool		stored = true;
	int			hidden = 0;
	int			filtered = 0;
	bool		matview;
	ListCell   *cell;

	foreach(cell, perms)
	{
		GkPermInfo *perm = lfirst_node(GkPermInfo, cell);

		if (!GK_PERMINFO_IS_RELATION(perm) || perm->requiredPerms == 0)
			continue;
		if (!OidIsValid(perm->checkAsUser))
			stored = false;
		if (IsCatalogRelationOid(perm->relid) ||
			!gk_relation_shows_secret(perm->relid, perm->selectedCols, &hidden))
			continue;
		if (!gk_relation_is_filtered(perm->relid))
			return GK_SHOWN;
		filtered++;
	}

	/*
	 * A query of which everything belongs to views is a materialized view's,
	 * and in a parallel worker the one that its leader has asked about.
	 */
	if (matview_shows(&hidden, &matview))
		return GK_SHOWN;
	if (stored && !matview && !IsParallelWorker())
		return GK_SHOWN;
	if (hidden + filtered < reached)
		return GK_SHOWN;
	return filtered > 0 ? GK_FILTERED : GK_HIDDEN;
}

/* The query names the catalog itself. */
static bool
found_directly(Oid catalog, AttrNumber column, GkFinding *finding)
{
	return found(catalog, column,
				 catalog == StatisticRelationId && !gk_secrets_are_sampled(InvalidOid),
				 finding);
}

/*
 * SHOW, current_setting() and pg_settings.  name is NULL for all settings.  Those
 * who read all settings on their own behalf (pg_monitor) may; with rights that they
 * were lent, others may not.
 */
static bool
found_setting(const char *name, GkFinding *finding)
{
	if (!gk_role_reads_settings(GetUserId()))
		return false;
	if (name ? !gk_setting_is_secret(name) : (name = gk_secret_setting()) == NULL)
		return false;
	finding->action = "reading a setting that holds a password";
	finding->object_type = "setting";
	finding->object = name;
	finding->binds_always = !gk_role_reads_settings(GetSessionUserId());
	finding->scripts_may = true;
	finding->exempts_role = finding->binds_always;
	finding->hint = "Whoever reads it could log in elsewhere with it. Keep the password in a password file (passfile).";
	return true;
}

static bool
found_call(const GkRequest *request, GkFinding *finding)
{
	FunctionCallInfo fcinfo = request->fcinfo;

	if (request->symflags & ALL_SETTINGS)
		return found_setting(NULL, finding);
	if (request->symflags & ONE_SETTING)
		return gk_role_reads_settings(GetUserId()) && fcinfo && !PG_ARGISNULL(0) &&
			found_setting(text_to_cstring(PG_GETARG_TEXT_PP(0)), finding);
	finding->action = "reading raw pages";
	finding->object_type = "function";
	finding->object = request->symbol;
	finding->binds_always = !gk_acts_as_superuser(GetUserId());
	return true;
}

/* What an ordinary role's view was lent by whoever reads it. */
static bool
found_lent(const GkRequest *request, GkFinding *finding)
{
	Oid			table = (request->circumstances & GK_UNTRUSTED) ?
		gk_lent_table(request->range_table, request->perms, false) : InvalidOid;

	if (!OidIsValid(table))
		return false;
	finding->action = "reading for another role's view what that role may not read";
	finding->object_type = "table";
	finding->object = psprintf("%s.%s", get_namespace_name(get_rel_namespace(table)),
							   get_rel_name(table));
	finding->hint = "The view is WITH (security_invoker), or stands on one, and its owner would see what is read with a superuser's rights. Read it after SET ROLE to somebody who may read the table, or name the table in the statement. See pg_gatekeeper(7).";
	return true;
}

static bool
found_show(const VariableShowStmt *stmt, GkFinding *finding)
{
	return found_setting(pg_strcasecmp(stmt->name, "all") == 0 ? NULL : stmt->name, finding);
}

/*
 * The entries of the list that the query, or a view in it, reads secrets of:
 * true when one decides.  Of those through views, *reached counts them.
 */
static bool
found_in(GkPermInfo *perm, int *reached, Oid *catalog, AttrNumber *column,
		 GkFinding *finding)
{
	AttrNumber	attno;

	if (!IsCatalogRelationOid(perm->relid) || perm->requiredPerms == 0 ||
		!GK_PERMINFO_IS_RELATION(perm))
		return false;
	attno = gk_secret_column(perm->relid, perm->selectedCols);
	if (attno == InvalidAttrNumber)
		return OidIsValid(gk_secret_toasted(perm->relid)) &&
			found(perm->relid, InvalidAttrNumber, false, finding);
	if (!OidIsValid(perm->checkAsUser))
		return found_directly(perm->relid, attno, finding);
	(*reached)++;
	if (*catalog == StatisticRelationId)
		return false;			/* anybody's secrets may be among samples */
	*catalog = perm->relid;
	*column = attno;
	return false;
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
		return found_call(request, finding);
	if (request->door == GK_DOOR_STATEMENT)
		return found_show(castNode(VariableShowStmt, request->stmt), finding);

	foreach(cell, request->perms)
		if (found_in(lfirst_node(GkPermInfo, cell), &reached, &catalog, &column, finding))
			return true;

	switch (reached > 0 ? views_show(request->perms, reached) : GK_HIDDEN)
	{
		case GK_SHOWN:
			found(catalog, column, false, finding);
			break;
		case GK_FILTERED:
			found(catalog, column,
				  catalog != StatisticRelationId || !gk_secrets_are_sampled(GetUserId()),
				  finding);
			break;
		default:
			break;
	}
	return finding->action != NULL || found_lent(request, finding);
}
