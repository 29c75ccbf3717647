/*-------------------------------------------------------------------------
 *
 * relation_calls.c
 *	  Which functions does writing to a relation call, beside its triggers?
 *
 * CHECK constraints, trigger conditions and the defaults that COPY fills in are
 * evaluated without passing the planner, where query_calls.c looks.  So those
 * of a relation are searched when it is about to be written to, and those of
 * its partitions, into which rows go that are written to it.  What changes rows
 * changes those of its other children, too.
 *
 * COPY fills in the defaults of domains, too, into anybody's relation.
 *
 * A superuser's trigger function on another role's table is lent to that role,
 * see code_lent.c.  No catalog tells who made a trigger, but the right TRIGGER
 * does tell who could have: with it, as with GRANT ALL, a superuser's own table
 * has other roles' triggers.
 *
 * Does not see: what TRUNCATE ... CASCADE reaches; a trigger that is left when
 * the right to make it was taken away.  Does not look whether ONLY was said.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "origin/query_calls.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/relation.h"
#include "access/table.h"
#include "access/transam.h"
#include "catalog/indexing.h"
#include "catalog/partition.h"
#include "catalog/pg_class.h"
#include "catalog/pg_depend.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_trigger.h"
#include "catalog/pg_type.h"
#include "utils/acl.h"
#include "utils/fmgroids.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"

/* Relations whose stored expressions call nothing that is listed. */
#define GK_RELATION_CACHE 128	/* a power of two */

static Oid	harmless[GK_RELATION_CACHE];

static void
forget(Datum arg, Oid relid)
{
	if (relid == InvalidOid)
		memset(harmless, 0, sizeof(harmless));
	else if (harmless[relid & (GK_RELATION_CACHE - 1)] == relid)
		harmless[relid & (GK_RELATION_CACHE - 1)] = InvalidOid;
}

/* Somebody may be superuser no longer. */
static void
forget_all(Datum arg, int cacheid, uint32 hash)
{
	memset(harmless, 0, sizeof(harmless));
}

/* Postmaster start. */
void
gk_query_calls_init(void)
{
	CacheRegisterRelcacheCallback(forget, (Datum) 0);
	CacheRegisterSyscacheCallback(AUTHOID, forget_all, (Datum) 0);
}

/* Is the relation owned by somebody else than a superuser? */
static bool
is_others(Oid relid)
{
	Oid			owner = gk_relation_owner(relid);

	return OidIsValid(owner) && !gk_code_owner_is_trusted(owner);
}

/* Is it somebody else's, or has it triggers that such a one may have made? */
static bool
has_others_triggers(Oid relid)
{
	HeapTuple	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	Form_pg_class row;
	bool		others;

	if (!HeapTupleIsValid(tuple))
		return false;
	row = (Form_pg_class) GETSTRUCT(tuple);
	others = !gk_code_owner_is_trusted(row->relowner);
	if (row->relhastriggers)
	{
		bool		isnull;
		Datum		datum = SysCacheGetAttr(RELOID, tuple, Anum_pg_class_relacl, &isnull);
		Acl		   *acl = isnull ? NULL : DatumGetAclP(datum);

		for (int i = 0; acl && i < ACL_NUM(acl) && !others; i++)
			others = (ACL_DAT(acl)[i].ai_privs & ACL_TRIGGER) &&
				(ACL_DAT(acl)[i].ai_grantee == ACL_ID_PUBLIC ||
				 !gk_code_owner_is_trusted(ACL_DAT(acl)[i].ai_grantee));
	}
	ReleaseSysCache(tuple);
	return others;
}

/* Does it hold for the relation, or for one that it is a partition of? */
static bool
holds(bool (*test) (Oid), Oid relid)
{
	ListCell   *cell;

	if (relid < FirstNormalObjectId)
		return false;			/* initdb made it */
	if (test(relid))
		return true;
	if (get_rel_relispartition(relid))
		foreach(cell, get_partition_ancestors(relid))
			if (test(lfirst_oid(cell)))
				return true;
	return false;
}

/*
 * Is it a relation that somebody else than a superuser owns, or a partition of
 * one?  That has the other's defaults, constraints and triggers.
 */
bool
gk_is_foreign_relation(Oid relid)
{
	return holds(is_others, relid);
}

static void
walk_triggers(TriggerDesc *triggers, GkCalls *found)
{
	for (int i = 0; triggers && i < triggers->numtriggers; i++)
	{
		Trigger    *trigger = &triggers->triggers[i];

		if (trigger->tgqual)
			gk_walk_stored(trigger->tgqual, found);
		if (!trigger->tgisinternal)
			gk_code_lend_trigger(trigger->tgfoid, trigger->tgnargs > 0);
	}
}

/*
 * A trigger function is about to be called, nobody knows for which relation:
 * lend it to whoever has made one of its triggers.
 */
void
gk_lend_to_triggers(Oid funcid)
{
	Relation	depend = table_open(DependRelationId, AccessShareLock);
	ScanKeyData key[2];
	SysScanDesc scan;
	HeapTuple	tuple;

	ScanKeyInit(&key[0], Anum_pg_depend_refclassid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(ProcedureRelationId));
	ScanKeyInit(&key[1], Anum_pg_depend_refobjid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(funcid));
	scan = systable_beginscan(depend, DependReferenceIndexId, true, NULL, 2, key);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Form_pg_depend row = (Form_pg_depend) GETSTRUCT(tuple);
		HeapTuple	found = row->classid != TriggerRelationId ? NULL :
			gk_newest_row(TriggerRelationId, row->objid);
		Form_pg_trigger trigger;

		if (!HeapTupleIsValid(found))
			continue;
		trigger = (Form_pg_trigger) GETSTRUCT(found);
		if (!trigger->tgisinternal && holds(has_others_triggers, trigger->tgrelid))
			gk_code_lend_trigger(funcid, trigger->tgnargs > 0);
		heap_freetuple(found);
	}
	systable_endscan(scan);
	table_close(depend, AccessShareLock);
}

/* For gk_query_calls_of_statement() as well. */
void
gk_walk_columns(Relation rel, bool checks, bool defaults, GkCalls *found)
{
	TupleConstr *constr = rel->rd_att->constr;

	for (int i = 0; constr && checks && i < constr->num_check; i++)
		gk_walk_stored(constr->check[i].ccbin, found);
	for (int i = 0; constr && defaults && i < constr->num_defval; i++)
		gk_walk_stored(constr->defval[i].adbin, found);
}

/* A domain can change without anything telling the relation. */
static void
walk_domains(Relation rel, bool defaults, GkCalls *found)
{
	for (int i = 0; i < rel->rd_att->natts; i++)
	{
		Form_pg_attribute column = TupleDescAttr(rel->rd_att, i);

		if (get_typtype(column->atttypid) != TYPTYPE_DOMAIN)
			continue;
		found->may_change = true;
		gk_walk_domain(column->atttypid, found);
		if (defaults && !column->atthasdef)
			gk_walk_calls(get_typdefault(column->atttypid), found);
	}
}

static void
walk_relation(Relation rel, bool defaults, GkCalls *found)
{
	if (found->foreign)
		gk_walk_columns(rel, true, defaults, found);
	walk_domains(rel, defaults, found);
}

/* Only COPY fills in defaults itself; for INSERT they are in the query. */
static bool
is_copy(void)
{
	return gk_statement_of(T_CopyStmt) != NULL;
}

static bool
calls_nothing(const GkCalls *found)
{
	return found->calls == NIL && found->stored == NIL && found->lent == NIL &&
		!found->may_change;
}

/*
 * That a relation calls nothing is remembered until it changes.  Functions of
 * ordinary roles can get other defaults for their arguments at any time.
 */
static void
search(Oid relid)
{
	int			slot = relid & (GK_RELATION_CACHE - 1);
	GkCalls		found = {0};
	GkCalls		triggers = {0};
	Relation	rel;

	if (harmless[slot] == relid)
		return;
	found.foreign = gk_is_foreign_relation(relid);
	triggers.foreign = found.foreign || holds(has_others_triggers, relid);
	if (!triggers.foreign && !is_copy())
		return;

	rel = try_relation_open(relid, AccessShareLock);
	if (rel == NULL)
		return;
	if (triggers.foreign)
		walk_triggers(rel->trigdesc, &triggers);
	walk_relation(rel, true, &found);
	if (calls_nothing(&found) && calls_nothing(&triggers))
		harmless[slot] = relid;
	else if (!is_copy())
	{
		found.calls = found.stored = found.lent = NIL;
		walk_relation(rel, false, &found);
	}
	/* keeping it would let two of TRUNCATE deadlock */
	relation_close(rel, AccessShareLock);
	gk_ask_about_calls(&triggers);
	gk_ask_about_calls(&found);
}

static void
search_with_children(Oid relid, bool only_inserts)
{
	char		kind;

	if (relid < FirstNormalObjectId || !gk_code_session_is_privileged())
		return;
	kind = get_rel_relkind(relid);
	if (kind != '\0' && has_subclass(relid) &&
		(kind == RELKIND_PARTITIONED_TABLE || !only_inserts))
	{
		ListCell   *cell;

		foreach(cell, find_all_inheritors(relid, NoLock, NULL))
			search(lfirst_oid(cell));
	}
	else
		search(relid);
}

/*
 * A relation is about to be written to, and locked.  For sessions that have
 * superuser rights to lose; others are not looked at.
 */
void
gk_query_calls_of_relation(Oid relid)
{
	search_with_children(relid, false);
}

/* Writing evaluates constraints and conditions that no plan shows. */
void
gk_query_calls_of_written(List *perms)
{
	ListCell   *cell;

	foreach(cell, perms)
	{
		GkPermInfo *perm = lfirst_node(GkPermInfo, cell);

		if ((perm->requiredPerms & (ACL_INSERT | ACL_UPDATE | ACL_DELETE)) &&
			GK_PERMINFO_IS_RELATION(perm))
			search_with_children(perm->relid,
								 !(perm->requiredPerms & (ACL_UPDATE | ACL_DELETE)));
	}
}
