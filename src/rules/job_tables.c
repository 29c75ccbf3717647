/*-------------------------------------------------------------------------
 *
 * job_tables.c
 *	  Which tables hold commands, or permissions, that code with superuser
 *	  rights acts on?
 *
 * A scheduler's worker runs what its table says, as whom it says; a replication
 * worker runs the SQL of a queue; a module opens the directories that its table
 * lists, for everybody.  Whoever writes such a table, or decides who may write
 * it, has those rights later, so such a table is treated as what the system is
 * made of.
 *
 * They are known by what they belong to: every table and sequence of an
 * extension that is listed below (core keeps account of the members, and an
 * extension cannot be renamed), or the one named there.  Beside that, some are
 * known by name: those that no extension makes, and those names themselves, so
 * that nothing else takes the place of a table that is looked up by name.
 *
 * Answers about relations are kept by oid until the row of the relation in
 * pg_class, or any schema, changes.  A table that ALTER EXTENSION ADD makes a
 * member is noticed by sessions that have not asked about it before.
 *
 * All of these read catalogs and need a transaction.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "base/hashes.h"
#include "rules/job_tables.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/relation.h"
#include "access/table.h"
#include "access/transam.h"
#include "catalog/dependency.h"
#include "catalog/pg_class.h"
#include "catalog/pg_extension.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_proc.h"
#include "commands/extension.h"
#include "nodes/nodeFuncs.h"
#include "rewrite/prs2lock.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#define JOBS "writing to the table of a scheduler"
#define COMMANDS "writing to a table of commands"
#define DIRECTORIES "writing to the table of directories of a module"
#define MODULES "writing to the table of modules of a language"

/* Extensions whose tables are such, and which of them; NULL: all. */
static const struct
{
	const char *extension;
	const char *table;
	const char *action;
}			job_extensions[] =
{
	{"pg_cron", NULL, JOBS},
	{"pgagent", NULL, JOBS},
	{"pg_dbms_job", NULL, JOBS},
	{"pg_task", NULL, JOBS},
	{"pg_jobmon", NULL, COMMANDS},
	{"timescaledb", "bgw_job", JOBS},
	{"pg_partman", NULL, COMMANDS}, /* pieces of SQL, run by its worker */
	{"mimeo", NULL, COMMANDS},
	{"powa", NULL, COMMANDS},	/* names of functions that its worker calls */
	{"pgq", NULL, COMMANDS},	/* queue_extra_maint */
	{"pgq_node", NULL, COMMANDS},
	{"londiste", NULL, COMMANDS},
	{"pg_fact_loader", NULL, COMMANDS},
	{"pglogical", NULL, COMMANDS},
	{"pgl_ddl_deploy", NULL, COMMANDS},
	{"bdr", NULL, COMMANDS},
	{"repmgr", NULL, COMMANDS}, /* where a standby connects, as whom */
	{"pgautofailover", NULL, COMMANDS},
	{"citus", NULL, COMMANDS},
	{"pg_tle", NULL, COMMANDS}, /* functions called at logins */
	{"pg_ivm", NULL, COMMANDS},
	{"postgis_tiger_geocoder", "loader_platform", COMMANDS},	/* shell scripts */
	{"postgis_tiger_geocoder", "loader_variables", COMMANDS},
	{"postgis_tiger_geocoder", "loader_lookuptables", COMMANDS},
	{"orafce", NULL, DIRECTORIES},
};

/* By name, whatever they belong to. */
static const struct
{
	const char *schema;			/* NULL: any */
	const char *table;
	const char *action;
}			job_names[] =
{
	{"cron", "job", JOBS},
	{"pgagent", "pga_job", JOBS},
	{"pgagent", "pga_jobstep", JOBS},
	{"pgagent", "pga_schedule", JOBS},
	{"timetable", "chain", JOBS},
	{"timetable", "task", JOBS},
	{"timetable", "parameter", JOBS},
	{"_timescaledb_config", "bgw_job", JOBS},
	{"_timescaledb_catalog", "bgw_job", JOBS},
	{"pglogical", "queue", COMMANDS},
	{"pgtle", "feature_info", COMMANDS},
	{NULL, "part_config", COMMANDS},
	{NULL, "part_config_sub", COMMANDS},
	{NULL, "sl_log_script", COMMANDS},	/* Slony-I */
	{NULL, "sl_path", COMMANDS},
	{"utl_file", "utl_file_dir", DIRECTORIES},
	{NULL, "plr_modules", MODULES},
};

/* What is known of relations; direct-mapped by oid. */
#define GK_JOB_CACHE 128		/* a power of two */
#define GK_MAX_JOB_VIEWS 32

static struct
{
	Oid			relid;
	uint32		hash;			/* of the syscache, to know what to forget */
	const char *action;			/* or NULL */
}			known[GK_JOB_CACHE];

static GkHashes hashes;
static uint32 generation;		/* counts changes: nothing is kept from before one */

static void
forget(Datum arg, int cacheid, uint32 hash)
{
	generation++;
	if (cacheid != RELOID)
		hash = 0;
	if (!gk_hashes_may_have(&hashes, hash))
		return;
	for (int i = 0; i < GK_JOB_CACHE; i++)
		if (hash == 0 || known[i].hash == hash)
			known[i].relid = InvalidOid;
}

/* Is it one of the names?  Its action, or NULL. */
static const char *
action_of_name(const char *schema, const char *table)
{
	for (int i = 0; i < (int) lengthof(job_names); i++)
		if (strcmp(table, job_names[i].table) == 0 &&
			(job_names[i].schema == NULL ||
			 (schema && strcmp(schema, job_names[i].schema) == 0)))
			return job_names[i].action;
	return NULL;
}

static const char *
action_of_member(const char *extension, const char *table)
{
	for (int i = 0; i < (int) lengthof(job_extensions); i++)
		if (strcmp(extension, job_extensions[i].extension) == 0 &&
			(job_extensions[i].table == NULL ||
			 strcmp(table, job_extensions[i].table) == 0))
			return job_extensions[i].action;
	return NULL;
}

static bool
is_listed_extension(const char *extension)
{
	for (int i = 0; i < (int) lengthof(job_extensions); i++)
		if (strcmp(extension, job_extensions[i].extension) == 0)
			return true;
	return false;
}

static const char *
look_up(Oid relid)
{
	HeapTuple	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	Form_pg_class rel;
	const char *action = NULL;

	if (!HeapTupleIsValid(tuple))
		return NULL;
	rel = (Form_pg_class) GETSTRUCT(tuple);
	if (rel->relkind == RELKIND_RELATION || rel->relkind == RELKIND_PARTITIONED_TABLE ||
		rel->relkind == RELKIND_SEQUENCE || rel->relkind == RELKIND_FOREIGN_TABLE)
	{
		Oid			extension = getExtensionOfObject(RelationRelationId, relid);
		char	   *name = OidIsValid(extension) ? get_extension_name(extension) : NULL;

		action = name ? action_of_member(name, NameStr(rel->relname)) : NULL;
	}
	if (action == NULL)
		action = action_of_name(get_namespace_name(rel->relnamespace), NameStr(rel->relname));
	ReleaseSysCache(tuple);
	return action;
}

/*
 * Is it such a table, or a sequence of one?  Then what writing to it is called, a
 * constant; else NULL.
 */
const char *
gk_job_action(Oid relid)
{
	int			slot = relid & (GK_JOB_CACHE - 1);
	uint32		before = generation;
	const char *action;

	if (relid < FirstNormalObjectId)
		return NULL;
	if (known[slot].relid == relid)
		return known[slot].action;
	action = look_up(relid);
	if (generation == before)
	{
		known[slot].relid = relid;
		known[slot].action = action;
		known[slot].hash = GetSysCacheHashValue1(RELOID, ObjectIdGetDatum(relid));
		gk_hashes_add(&hashes, known[slot].hash);
	}
	return action;
}

/* Would a relation of this name be taken for such a table? */
bool
gk_is_job_name(Oid schema, const char *table)
{
	return action_of_name(get_namespace_name(schema), table) != NULL;
}

/* Does the function belong to a listed extension? */
bool
gk_is_job_function(Oid funcid)
{
	Oid			extension = funcid < FirstNormalObjectId ? InvalidOid :
		getExtensionOfObject(ProcedureRelationId, funcid);
	char	   *name = OidIsValid(extension) ? get_extension_name(extension) : NULL;

	return name && is_listed_extension(name);
}

/* Is the schema a listed extension's own, or the one it was put into? */
static bool
is_extensions_schema(Oid schema)
{
	Oid			owner = getExtensionOfObject(NamespaceRelationId, schema);
	char	   *name = OidIsValid(owner) ? get_extension_name(owner) : NULL;
	Relation	catalog;
	SysScanDesc scan;
	HeapTuple	tuple;
	bool		result = false;

	if (name && is_listed_extension(name))
		return true;
	catalog = table_open(ExtensionRelationId, AccessShareLock);
	scan = systable_beginscan(catalog, InvalidOid, false, NULL, 0, NULL);
	while (!result && HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Form_pg_extension form = (Form_pg_extension) GETSTRUCT(tuple);

		result = form->extnamespace == schema && is_listed_extension(NameStr(form->extname));
	}
	systable_endscan(scan);
	table_close(catalog, AccessShareLock);
	return result;
}

/* Do such tables stand in the schema, other than in "public"? */
bool
gk_is_job_schema(Oid schema)
{
	char	   *name = get_namespace_name(schema);

	if (name == NULL || schema < FirstNormalObjectId)
		return false;
	for (int i = 0; i < (int) lengthof(job_names); i++)
		if (job_names[i].schema && strcmp(name, job_names[i].schema) == 0)
			return true;
	return is_extensions_schema(schema);
}

/* Where a search is: in the query of this view, or InvalidOid; how deep views stand in views. */
typedef struct
{
	Oid			view;
	int			depth;
} JobSearch;

static bool view_uses_job(Oid relid, int depth);

static bool
search(Node *node, void *context)
{
	const JobSearch *at = context;
	ListCell   *cell;

	if (node == NULL)
		return false;
	if (!IsA(node, Query))
		return expression_tree_walker(node, search, context);
	foreach(cell, GK_QUERY_PERMS((Query *) node))
	{
		GkPermInfo *perm = lfirst_node(GkPermInfo, cell);

		/* a view's rules name the view itself, too */
		if (GK_PERMINFO_IS_RELATION(perm) && perm->relid != at->view &&
			(gk_job_action(perm->relid) || view_uses_job(perm->relid, at->depth)))
			return true;
	}
	return query_tree_walker((Query *) node, search, context, 0);
}

static bool
view_uses_job(Oid relid, int depth)
{
	Relation	rel;
	bool		uses = false;

	if (relid < FirstNormalObjectId || get_rel_relkind(relid) != RELKIND_VIEW)
		return false;
	if (++depth > GK_MAX_JOB_VIEWS)
		return true;
	rel = relation_open(relid, AccessShareLock);
	for (int i = 0; rel->rd_rules && i < rel->rd_rules->numLocks && !uses; i++)
	{
		JobSearch	inner = {relid, depth};

		uses = search((Node *) rel->rd_rules->rules[i]->actions, &inner);
	}
	relation_close(rel, NoLock);
	return uses;
}

/* Is it a view that uses such a table, itself or through views? */
bool
gk_view_uses_job(Oid relid)
{
	return view_uses_job(relid, 0);
}

/*
 * Do queries, a Query or a list of them, use such a table, themselves or through
 * views?  Not by being rules of the relation.
 */
bool
gk_queries_use_job(Oid relid, Node *queries)
{
	JobSearch	at = {relid, 0};

	return search(queries, &at);
}

/* Postmaster start. */
void
gk_job_tables_init(void)
{
	CacheRegisterSyscacheCallback(RELOID, forget, (Datum) 0);
	CacheRegisterSyscacheCallback(NAMESPACEOID, forget, (Datum) 0);
}
