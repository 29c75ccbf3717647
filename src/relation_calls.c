/*-------------------------------------------------------------------------
 *
 * relation_calls.c
 *	  Which functions does writing to a relation call, beside its triggers?
 *
 * CHECK constraints, trigger conditions and the defaults that COPY fills in are
 * evaluated without passing the planner, where query_calls.c looks.  So those
 * of a relation are searched when it is about to be written to, and those of
 * its partitions, into which rows go that are written to it.
 *
 * COPY fills in the defaults of domains, too, into anybody's relation.
 *
 * A superuser's trigger function on another role's table is lent to that role,
 * see code_lent.c.
 *
 * Does not see: children of a relation that is not partitioned, for TRUNCATE;
 * what TRUNCATE ... CASCADE reaches.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "objects.h"
#include "query_calls.h"

#include "access/relation.h"
#include "access/transam.h"
#include "catalog/partition.h"
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_type.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

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

/* Postmaster start. */
void
gk_query_calls_init(void)
{
	CacheRegisterRelcacheCallback(forget, (Datum) 0);
}

/* Is the relation owned by somebody else than a superuser? */
static bool
is_others(Oid relid)
{
	Oid			owner = gk_relation_owner(relid);

	return OidIsValid(owner) && !gk_code_owner_is_trusted(owner);
}

/*
 * Is it a relation that somebody else than a superuser owns, or a partition of
 * one?  That has the other's defaults, constraints and triggers.
 */
bool
gk_is_foreign_relation(Oid relid)
{
	ListCell   *cell;

	if (relid < FirstNormalObjectId)
		return false;			/* initdb made it */
	if (is_others(relid))
		return true;
	if (get_rel_relispartition(relid))
		foreach(cell, get_partition_ancestors(relid))
			if (is_others(lfirst_oid(cell)))
				return true;
	return false;
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
	{
		gk_walk_columns(rel, true, defaults, found);
		walk_triggers(rel->trigdesc, found);
	}
	walk_domains(rel, defaults, found);
}

/* Only COPY fills in defaults itself; for INSERT they are in the query. */
static bool
is_copy(void)
{
	return gk_statement_of(T_CopyStmt) != NULL;
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
	Relation	rel;

	if (harmless[slot] == relid)
		return;
	found.foreign = gk_is_foreign_relation(relid);
	if (!found.foreign && !is_copy())
		return;

	rel = try_relation_open(relid, AccessShareLock);
	if (rel == NULL)
		return;
	walk_relation(rel, true, &found);
	if (found.calls == NIL && found.stored == NIL && found.lent == NIL && !found.may_change)
		harmless[slot] = relid;
	else if (!is_copy())
	{
		found.calls = found.stored = found.lent = NIL;
		walk_relation(rel, false, &found);
	}
	/* keeping it would let two of TRUNCATE deadlock */
	relation_close(rel, AccessShareLock);
	gk_ask_about_calls(&found);
}

/*
 * A relation is about to be written to, and locked.  For sessions that have
 * superuser rights to lose; others are not looked at.
 */
void
gk_query_calls_of_relation(Oid relid)
{
	if (relid < FirstNormalObjectId || !gk_code_session_is_privileged())
		return;
	if (get_rel_relkind(relid) == RELKIND_PARTITIONED_TABLE)
	{
		ListCell   *cell;

		foreach(cell, find_all_inheritors(relid, NoLock, NULL))
			search(lfirst_oid(cell));
	}
	else
		search(relid);
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
			gk_query_calls_of_relation(perm->relid);
	}
}
