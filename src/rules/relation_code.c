/*-------------------------------------------------------------------------
 *
 * relation_code.c
 *	  What do expressions call that are stored with a relation or a view?
 *
 * All of these read catalogs and therefore need a transaction.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "origin/labels.h"
#include "rules/objects.h"

#include "access/htup_details.h"
#include "access/transam.h"
#include "catalog/pg_aggregate.h"
#include "catalog/pg_language.h"
#include "catalog/pg_proc.h"
#include "nodes/nodeFuncs.h"
#include "rewrite/prs2lock.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/relcache.h"
#include "utils/syscache.h"

/* Can an argument of this type hold a piece of SQL, or a name? */
static bool
can_tell(Oid type)
{
	Oid			element = get_element_type(type);
	char		category;
	bool		preferred;

	get_type_category_preferred(OidIsValid(element) ? element : type, &category, &preferred);
	return strchr("NBDTGVIRE", category) == NULL;
}

static bool
can_be_told(Form_pg_proc proc)
{
	for (int i = 0; i < proc->proargtypes.dim1; i++)
		if (can_tell(proc->proargtypes.values[i]))
			return true;
	return false;
}

static bool is_deputy(Oid funcid, void *context);

/* Is one of the functions that an aggregate is made of? */
static bool
aggregates_deputy(Oid funcid)
{
	HeapTuple	tuple = SearchSysCache1(AGGFNOID, ObjectIdGetDatum(funcid));
	bool		result = false;

	if (HeapTupleIsValid(tuple))
	{
		Form_pg_aggregate form = (Form_pg_aggregate) GETSTRUCT(tuple);

		result = is_deputy(form->aggtransfn, NULL) || is_deputy(form->aggfinalfn, NULL) ||
			is_deputy(form->aggcombinefn, NULL) || is_deputy(form->aggserialfn, NULL) ||
			is_deputy(form->aggdeserialfn, NULL) || is_deputy(form->aggmtransfn, NULL) ||
			is_deputy(form->aggminvtransfn, NULL) || is_deputy(form->aggmfinalfn, NULL);
		ReleaseSysCache(tuple);
	}
	return result;
}

/*
 * Can a superuser's function be made to do as its arguments say?  Not one in C
 * that no rule lists, nor one that takes numbers, dates and their like only, nor an
 * immutable one.
 */
static bool
is_deputy(Oid funcid, void *context)
{
	const GkSymbol *symbol;
	HeapTuple	tuple;
	bool		result = false;

	if (gk_symbol_lookup(funcid, &symbol) != NULL)
		return true;
	if (funcid < FirstNormalObjectId)
		return false;
	if (get_func_prokind(funcid) == PROKIND_AGGREGATE)
		return aggregates_deputy(funcid);
	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(funcid));
	if (HeapTupleIsValid(tuple))
	{
		Form_pg_proc proc = (Form_pg_proc) GETSTRUCT(tuple);

		result = proc->prolang != ClanguageId && proc->prolang != INTERNALlanguageId &&
			can_be_told(proc) && proc->provolatile != PROVOLATILE_IMMUTABLE &&
			gk_code_owner_is_trusted(proc->proowner);
		ReleaseSysCache(tuple);
	}
	return result && !gk_label_trusts_function(funcid);
}

/*
 * Does the expression or query call, itself, a listed function or one of a
 * superuser's that does as it is told?  A walker: context is NULL.
 */
bool
gk_calls_deputy(Node *node, void *context)
{
	if (node == NULL)
		return false;
	if (IsA(node, Query))
		return query_tree_walker((Query *) node, gk_calls_deputy, context, 0);
	return check_functions_in_node(node, is_deputy, context) ||
		expression_tree_walker(node, gk_calls_deputy, context);
}

static bool
constraints_call_listed(const TupleConstr *constr)
{
	for (int i = 0; constr && i < constr->num_check; i++)
		if (gk_calls_listed(stringToNode(constr->check[i].ccbin), NULL))
			return true;
	for (int i = 0; constr && i < constr->num_defval; i++)
		if (gk_calls_listed(stringToNode(constr->defval[i].adbin), NULL))
			return true;
	return false;
}

/*
 * Does a view, rule or trigger condition of the relation call a listed function or
 * one of a superuser's that does as it is told, or a default, CHECK or generated
 * column a listed one?  (The helpers that those call are never their table's owner's
 * deputies, see owners.c.)
 */
bool
gk_relation_calls_deputy(Oid relid)
{
	Relation	rel = RelationIdGetRelation(relid);
	bool		result;

	if (rel == NULL)
		return false;
	result = constraints_call_listed(rel->rd_att->constr);
	for (int i = 0; rel->rd_rules && i < rel->rd_rules->numLocks; i++)
		result |= gk_calls_deputy((Node *) rel->rd_rules->rules[i]->actions, NULL) ||
			gk_calls_deputy(rel->rd_rules->rules[i]->qual, NULL);
	for (int i = 0; rel->trigdesc && i < rel->trigdesc->numtriggers; i++)
		if (rel->trigdesc->triggers[i].tgqual)
			result |= gk_calls_deputy(stringToNode(rel->trigdesc->triggers[i].tgqual), NULL);
	RelationClose(rel);
	return result;
}

/*
 * Does something of the relation's former owner run when it is used: a rule (a
 * view has one), a trigger, a listed function in a default or constraint?
 */
bool
gk_relation_has_code(Oid relid)
{
	Relation	rel = RelationIdGetRelation(relid);
	bool		result;

	if (rel == NULL)
		return false;
	result = rel->rd_rules != NULL || constraints_call_listed(rel->rd_att->constr);
	for (int i = 0; rel->trigdesc && i < rel->trigdesc->numtriggers; i++)
		result |= !rel->trigdesc->triggers[i].tgisinternal;
	RelationClose(rel);
	return result;
}
