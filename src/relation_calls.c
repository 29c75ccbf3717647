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
 * And CREATE TABLE copies defaults and constraints with LIKE, INHERITS and
 * PARTITION OF: then they look like the new table's owner's own, so they are
 * searched before.
 *
 * A superuser's trigger function on another role's table is lent to that role,
 * see code_lent.c.
 *
 * Does not see: children of a relation that is not partitioned, for TRUNCATE;
 * what TRUNCATE ... CASCADE reaches.  What copied expressions call of functions
 * that are lent is known in the session that copied them, and later on only
 * while the copy is a partition.
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
#include "catalog/namespace.h"
#include "catalog/partition.h"
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_type.h"
#include "nodes/makefuncs.h"
#include "parser/parse_type.h"
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

static void
walk_columns(Relation rel, bool checks, bool defaults, GkCalls *found)
{
	TupleConstr *constr = rel->rd_att->constr;

	for (int i = 0; constr && checks && i < constr->num_check; i++)
		gk_walk_stored(constr->check[i].ccbin, found);
	for (int i = 0; constr && defaults && i < constr->num_defval; i++)
		gk_walk_stored(constr->defval[i].adbin, found);
}

static void
walk_relation(Relation rel, bool defaults, GkCalls *found)
{
	walk_columns(rel, true, defaults, found);
	walk_triggers(rel->trigdesc, found);
	for (int i = 0; i < rel->rd_att->natts; i++)
		if (get_typtype(TupleDescAttr(rel->rd_att, i)->atttypid) == TYPTYPE_DOMAIN)
			gk_walk_domain(TupleDescAttr(rel->rd_att, i)->atttypid, found);
}

/* Only COPY fills in defaults itself; for INSERT they are in the query. */
static bool
is_copy(void)
{
	return gk_statement && IsA(gk_statement->pstmt->utilityStmt, CopyStmt);
}

/*
 * That a relation calls nothing is remembered until it changes; a domain that
 * changes under it is searched when it is used in a query.  Functions of such
 * roles can get other defaults for their arguments at any time.
 */
static void
search(Oid relid)
{
	int			slot = relid & (GK_RELATION_CACHE - 1);
	GkCalls		found = {.foreign = true};
	Relation	rel;

	if (harmless[slot] == relid || !gk_is_foreign_relation(relid))
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

/*
 * The relation is about to be copied from.  It stays locked, so that what is
 * copied is what was searched.
 */
static void
search_source(const RangeVar *source, bool checks, bool defaults)
{
	Oid			relid = RangeVarGetRelid(source, AccessShareLock, true);
	GkCalls		found = {.foreign = true};
	Relation	rel;

	if (!OidIsValid(relid) || !gk_is_foreign_relation(relid))
		return;
	rel = relation_open(relid, NoLock);
	walk_columns(rel, checks, defaults, &found);
	relation_close(rel, NoLock);
	gk_ask_about_calls(&found);
}

static void
search_sources(const CreateStmt *stmt)
{
	ListCell   *cell;

	foreach(cell, stmt->inhRelations)
		search_source(lfirst_node(RangeVar, cell), true, true);
	foreach(cell, stmt->tableElts)
	{
		const TableLikeClause *like = lfirst(cell);

		if (IsA(like, TableLikeClause) &&
			(like->options & (CREATE_TABLE_LIKE_CONSTRAINTS | CREATE_TABLE_LIKE_DEFAULTS)))
			search_source(like->relation, (like->options & CREATE_TABLE_LIKE_CONSTRAINTS) != 0,
						  (like->options & CREATE_TABLE_LIKE_DEFAULTS) != 0);
	}
}

static void
search_validated(const AlterTableStmt *stmt)
{
	ListCell   *cell;

	foreach(cell, stmt->cmds)
		if (lfirst_node(AlterTableCmd, cell)->subtype == AT_ValidateConstraint)
			gk_query_calls_of_relation(RangeVarGetRelid(stmt->relation, NoLock, true));
}

static void
search_validated_domain(const AlterDomainStmt *stmt)
{
	GkCalls		found = {0};
	Oid			typid;

	if (stmt->subtype != 'V')	/* VALIDATE CONSTRAINT */
		return;
	typid = LookupTypeNameOid(NULL, makeTypeNameFromNameList(stmt->typeName), true);
	if (!OidIsValid(typid))
		return;
	gk_walk_domain(typid, &found);
	gk_ask_about_calls(&found);
}

/*
 * Of statements that pass no executor: TRUNCATE fires triggers, CREATE TABLE
 * copies, and VALIDATE CONSTRAINT evaluates one on all rows.
 */
void
gk_query_calls_of_statement(const Node *stmt)
{
	ListCell   *cell;

	if (!gk_code_session_is_privileged())
		return;
	switch (nodeTag(stmt))
	{
		case T_TruncateStmt:
			foreach(cell, ((const TruncateStmt *) stmt)->relations)
				gk_query_calls_of_relation(RangeVarGetRelid(lfirst_node(RangeVar, cell), NoLock, true));
			break;
		case T_CreateStmt:
			search_sources((const CreateStmt *) stmt);
			break;
		case T_CreateForeignTableStmt:
			search_sources(&((const CreateForeignTableStmt *) stmt)->base);
			break;
		case T_AlterTableStmt:
			search_validated((const AlterTableStmt *) stmt);
			break;
		case T_AlterDomainStmt:
			search_validated_domain((const AlterDomainStmt *) stmt);
			break;
		default:
			break;
	}
}
