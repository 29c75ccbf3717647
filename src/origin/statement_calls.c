/*-------------------------------------------------------------------------
 *
 * statement_calls.c
 *	  Which functions do utility statements call, beside their queries?
 *
 * Some expressions are evaluated without passing the planner, where
 * query_calls.c looks.  They are searched before the statement is executed:
 *
 *	EXECUTE		its arguments.
 *	COPY		its WHERE.
 *	ALTER TABLE	what it computes for the rows there are: USING, the default of a
 *			new column, a new CHECK.  VALIDATE CONSTRAINT evaluates one, as it does
 *			in ALTER DOMAIN.
 *	CREATE TABLE	copies defaults and constraints with LIKE, INHERITS and PARTITION OF;
 *			then they look like the new table's owner's own.
 *	TRUNCATE	fires triggers, see relation_calls.c.
 *
 * What such a text itself calls is the superuser's own call; other roles'
 * operators, casts, defaults and domains in it are not.
 *
 * Does not see: partition bounds; a CHECK that comes with a new column, or beside
 * other changes, since it may speak of what they make.  What copied expressions
 * call of functions that are lent is known in the session that copied them, and
 * later on only while the copy is a partition.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "origin/query_calls.h"

#include "access/relation.h"
#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "commands/prepare.h"
#include "nodes/makefuncs.h"
#include "parser/parse_expr.h"
#include "parser/parse_relation.h"
#include "parser/parse_type.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

/*
 * Search an expression as it was written, in whose place stands what core will
 * make of it: of this kind, and with the columns of the relation, if there is
 * one.  Raises what core will raise; source_text is NULL where that says no place in
 * the text.  The relation is not kept locked, since core may want it locked
 * otherwise.
 */
static void
search_expression(const Node *raw, const RangeVar *relation, ParseExprKind kind,
				  const char *source_text)
{
	ParseState *pstate = make_parsestate(NULL);
	Relation	rel = NULL;
	GkCalls		found = {0};

	pstate->p_sourcetext = source_text;
	if (relation)
	{
		Oid			relid = RangeVarGetRelid(relation, AccessShareLock, true);

		if (!OidIsValid(relid))
			return;				/* core will complain */
		rel = relation_open(relid, NoLock);
		addNSItemToQuery(pstate,
						 addRangeTableEntryForRelation(pstate, rel, AccessShareLock, NULL, false, true),
						 true, true, true);
	}
	gk_walk_calls(transformExpr(pstate, copyObject(unconstify(Node *, raw)), kind), &found);
	if (rel)
		relation_close(rel, AccessShareLock);
	free_parsestate(pstate);
	gk_ask_about_calls(&found);
}

static void
search_execute(const ExecuteStmt *stmt, const char *source_text)
{
	ListCell   *cell;

	if (FetchPreparedStatement(stmt->name, false) == NULL)
		return;
	foreach(cell, stmt->params)
		search_expression(lfirst(cell), NULL, EXPR_KIND_EXECUTE_PARAMETER, source_text);
}

/* EXPLAIN and CREATE TABLE AS have an EXECUTE in them, if not a query. */
static void
search_inside(const Node *query, const char *source_text)
{
	if (query && IsA(query, Query) && ((const Query *) query)->commandType == CMD_UTILITY)
		gk_query_calls_of_statement(((const Query *) query)->utilityStmt, source_text);
}

static void
search_copy(const CopyStmt *stmt, const char *source_text)
{
	if (stmt->relation && stmt->is_from && stmt->whereClause)
		search_expression(stmt->whereClause, stmt->relation, EXPR_KIND_COPY_WHERE, source_text);
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
	gk_walk_columns(rel, checks, defaults, &found);
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

/* ADD COLUMN IF NOT EXISTS, and it does: then core looks at nothing. */
static bool
is_there(const AlterTableCmd *cmd, const RangeVar *relation)
{
	Oid			relid = RangeVarGetRelid(relation, NoLock, true);

	return cmd->missing_ok && OidIsValid(relid) &&
		get_attnum(relid, castNode(ColumnDef, cmd->def)->colname) != InvalidAttrNumber;
}

/* A new column is filled with its default, or with that of its type. */
static void
search_new_column(const ColumnDef *column)
{
	bool		has_default = false;
	GkCalls		found = {0};
	ListCell   *cell;
	Oid			typid;

	foreach(cell, column->constraints)
	{
		const Constraint *constraint = lfirst_node(Constraint, cell);

		if (constraint->contype != CONSTR_DEFAULT || constraint->raw_expr == NULL)
			continue;
		has_default = true;
		search_expression(constraint->raw_expr, NULL, EXPR_KIND_COLUMN_DEFAULT, NULL);
	}
	typid = column->typeName ? LookupTypeNameOid(NULL, column->typeName, true) : InvalidOid;
	if (!OidIsValid(typid) || get_typtype(typid) != TYPTYPE_DOMAIN)
		return;
	gk_walk_domain(typid, &found);
	if (!has_default)
		gk_walk_calls(get_typdefault(typid), &found);
	gk_ask_about_calls(&found);
}

static void
search_alter(const AlterTableStmt *stmt, const char *source_text)
{
	ListCell   *cell;

	foreach(cell, stmt->cmds)
	{
		const AlterTableCmd *cmd = lfirst_node(AlterTableCmd, cell);
		Node	   *def = cmd->def;

		switch (cmd->subtype)
		{
			case AT_AddColumn:
				if (!is_there(cmd, stmt->relation))
					search_new_column(castNode(ColumnDef, def));
				break;
			case AT_AlterColumnType:
				if (castNode(ColumnDef, def)->raw_default)
					search_expression(((ColumnDef *) def)->raw_default, stmt->relation,
									  EXPR_KIND_ALTER_COL_TRANSFORM, source_text);
				break;
			case AT_AddConstraint:
				if (castNode(Constraint, def)->contype == CONSTR_CHECK &&
					((Constraint *) def)->raw_expr && list_length(stmt->cmds) == 1)
					search_expression(((Constraint *) def)->raw_expr, stmt->relation,
									  EXPR_KIND_CHECK_CONSTRAINT, NULL);
				break;
			case AT_ValidateConstraint:
				gk_query_calls_of_relation(RangeVarGetRelid(stmt->relation, NoLock, true));
				break;
			default:
				break;
		}
	}
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
 * A utility statement is about to be executed, of which query_calls.c sees
 * nothing or not all.
 */
void
gk_query_calls_of_statement(const Node *stmt, const char *source_text)
{
	ListCell   *cell;

	if (!gk_code_session_is_privileged())
		return;
	switch (nodeTag(stmt))
	{
		case T_ExecuteStmt:
			search_execute((const ExecuteStmt *) stmt, source_text);
			break;
		case T_ExplainStmt:
			search_inside(((const ExplainStmt *) stmt)->query, source_text);
			break;
		case T_CreateTableAsStmt:
			search_inside(((const CreateTableAsStmt *) stmt)->query, source_text);
			break;
		case T_CopyStmt:
			search_copy((const CopyStmt *) stmt, source_text);
			break;
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
			search_alter((const AlterTableStmt *) stmt, source_text);
			break;
		case T_AlterDomainStmt:
			search_validated_domain((const AlterDomainStmt *) stmt);
			break;
		default:
			break;
	}
}
