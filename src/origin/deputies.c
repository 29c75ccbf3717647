/*-------------------------------------------------------------------------
 *
 * deputies.c
 *	  Does a trusted function act for an author who is not?
 *
 * A superuser's function that does as its arguments say, a helper that runs a
 * statement, reads a file, connects somewhere, is the deputy of whoever calls it.
 * A call in a text is the text's author's, and code_stack.c knows that one.  But
 * views, defaults, constraints, triggers, operators, casts, aggregates, domains
 * and whatever else keeps expressions call functions, too, for whoever uses them.
 *
 * All of these depend on the functions they call, and pg_depend says so: it is
 * the list of vehicles.  So a function on which nothing of another role's depends
 * is nobody's deputy; nothing about its calls need be watched, and that is nearly
 * every function.  Of one that has such a dependent each call is looked at: by
 * the place it stands in (places.c), and a trigger's function by the table that the
 * trigger is on, which the call is told.
 *
 * Nobody's deputies are those in language internal that get no string, the built-in
 * ones, of which the rules have lists, and what a label vouches for.
 *
 * What is known of a function is forgotten when something is made that could
 * depend on it, which no invalidation names; so all is forgotten then.
 *
 * Does not see: what is called by a name kept in a table; dependents that rows of
 * pg_depend deleted by hand no longer name.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "origin/labels.h"
#include "origin/owners.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/parallel.h"
#include "access/table.h"
#include "access/transam.h"
#include "catalog/indexing.h"
#include "catalog/pg_cast.h"
#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_depend.h"
#include "catalog/pg_language.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_rewrite.h"
#include "catalog/pg_statistic_ext.h"
#include "catalog/pg_trigger.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "utils/fmgroids.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

/* What is known of functions; direct-mapped by oid. */
#define GK_DEPUTIES 256			/* a power of two */

static struct
{
	Oid			funcid;
	uint8		asked;			/* questions, as bits */
	uint8		answers;
}			known[GK_DEPUTIES];

#define MAY_BE_DEPUTY 1
#define FIRES_FOR_ANOTHERS 2

/* Counts changes, so that nothing is kept that was read before one. */
static uint32 generation;
static bool is_empty = true;

/*
 * Those that may have been deputies in this transaction: what made them so can be
 * dropped while a cursor uses it.
 */
#define GK_WERE 16				/* a power of two */

static Oid	were[GK_WERE];
static int	nwere;
static LocalTransactionId were_in;
static bool any_is;				/* of those that are known now */

static void
note_that_were(void)
{
	any_is = false;
	if (were_in != GK_MY_LXID)
		memset(were, 0, sizeof(were));
	were_in = GK_MY_LXID;
	for (int i = 0; i < GK_DEPUTIES; i++)
		if (known[i].answers & MAY_BE_DEPUTY)
			were[nwere++ & (GK_WERE - 1)] = known[i].funcid;
}

static inline bool
was_deputy(Oid funcid)
{
	if (likely(were_in != GK_MY_LXID))
		return false;
	for (int i = 0; i < GK_WERE; i++)
		if (were[i] == funcid)
			return true;
	return false;
}

/* All that is known; also when gatekeeper.untrusted_code changes. */
void
gk_deputies_forget(void)
{
	if (unlikely(any_is))
		note_that_were();
	generation++;
	gk_code_forget_plain();
	if (!is_empty)
		memset(known, 0, sizeof(known));
	is_empty = true;
}

static void
forget_of_relation(Datum arg, Oid relid)
{
	gk_deputies_forget();
}

static void
forget_of_object(Datum arg, int cacheid, uint32 hash)
{
	gk_deputies_forget();
}

/* Postmaster start. */
void
gk_deputies_init(void)
{
	/* relations: views, rules, defaults, constraints, policies, triggers, indexes */
	CacheRegisterRelcacheCallback(forget_of_relation, (Datum) 0);
	CacheRegisterSyscacheCallback(PROCOID, forget_of_object, (Datum) 0);
	CacheRegisterSyscacheCallback(OPEROID, forget_of_object, (Datum) 0);
	CacheRegisterSyscacheCallback(TYPEOID, forget_of_object, (Datum) 0);
	CacheRegisterSyscacheCallback(CASTSOURCETARGET, forget_of_object, (Datum) 0);
	CacheRegisterSyscacheCallback(CONSTROID, forget_of_object, (Datum) 0);
	CacheRegisterSyscacheCallback(AUTHOID, forget_of_object, (Datum) 0);
}

/* Is there a string, or what may be one, among its arguments? */
static bool
takes_string(Form_pg_proc proc)
{
	for (int i = 0; i < proc->proargtypes.dim1; i++)
	{
		Oid			type = proc->proargtypes.values[i];
		Oid			element = get_element_type(type);
		char		category;
		bool		preferred;

		get_type_category_preferred(OidIsValid(element) ? element : type,
									&category, &preferred);
		if (category == TYPCATEGORY_STRING || category == TYPCATEGORY_PSEUDOTYPE ||
			category == TYPCATEGORY_UNKNOWN)
			return true;
	}
	return false;
}

/* Could the function be made to do as it is told? */
static bool
is_willing(Oid funcid)
{
	HeapTuple	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(funcid));
	bool		willing = false;

	if (HeapTupleIsValid(tuple))
	{
		Form_pg_proc proc = (Form_pg_proc) GETSTRUCT(tuple);

		/*
		 * Without a string a function may still do as it was told before, or what
		 * it does may be of use, and a trigger's is told its arguments.
		 */
		willing = proc->prolang != INTERNALlanguageId || proc->prorettype == TRIGGEROID ||
			takes_string(proc);
		ReleaseSysCache(tuple);
	}
	/* what a label lifts rules from is vouched for where it may be called */
	return willing && (!gk_label_trusts_function(funcid) || gk_label_function_allows(funcid) != 0);
}

/* The answer for a function that initdb did not make, which is found out once. */
static inline bool
is_so(Oid funcid, uint8 question, bool (*find_out) (Oid funcid))
{
	int			slot = funcid & (GK_DEPUTIES - 1);
	uint32		before;
	bool		answer;

	if (funcid < FirstNormalObjectId)
		return false;
	if (known[slot].funcid == funcid && (known[slot].asked & question))
		return (known[slot].answers & question) != 0;
	before = generation;
	answer = find_out(funcid);
	if (generation == before)
	{
		if (known[slot].funcid != funcid)
			known[slot].asked = known[slot].answers = 0;
		known[slot].funcid = funcid;
		known[slot].asked |= question;
		known[slot].answers |= answer ? question : 0;
		is_empty = false;
		any_is |= answer;
	}
	return answer;
}

/* The same of one that is to be a deputy, whatever depends on it so far. */
bool
gk_can_be_told(Oid funcid)
{
	return funcid >= FirstNormalObjectId && is_willing(funcid);
}

static bool
may_be_deputy(Oid funcid)
{
	return is_willing(funcid) && gk_is_used_by_others(funcid);
}

/*
 * Could a call of this trusted function be another role's doing?  Needs a
 * transaction.
 */
bool
gk_deputies_find_out(Oid funcid)
{
	return is_so(funcid, MAY_BE_DEPUTY, may_be_deputy) || was_deputy(funcid);
}

/* Was it one in this transaction, and nothing is left that tells whose? */
bool
gk_deputy_is_orphan(Oid funcid)
{
	return was_deputy(funcid) && !is_so(funcid, MAY_BE_DEPUTY, may_be_deputy);
}

static Oid	owner_of_function;

static bool
is_anothers_trigger(Oid classid, Oid objid)
{
	return classid == TriggerRelationId && gk_trigger_owner(objid) != owner_of_function;
}

static bool
fires_for_anothers(Oid funcid)
{
	owner_of_function = gk_code_owner_of(funcid);
	return gk_any_dependent(ProcedureRelationId, funcid, is_anothers_trigger);
}

/* Does a trigger on another role's table call this function?  Needs a transaction. */
bool
gk_fires_for_anothers(Oid funcid)
{
	return is_so(funcid, FIRES_FOR_ANOTHERS, fires_for_anothers);
}

/*
 * A trusted function is called with this context by a trigger: may that be another
 * role's?  Then lender is who made it, as far as is known, or the table's owner, where
 * that role is not trusted; else InvalidOid.
 */
bool
gk_is_fired_for_others(const Node *context, Oid *lender)
{
	const TriggerData *fired = (const TriggerData *) context;
	Oid			relid;

	if (context == NULL || !IsA(context, TriggerData))
		return false;
	relid = RelationGetRelid(fired->tg_relation);
	*lender = gk_relation_owner(relid);
	if (gk_code_owner_is_trusted(*lender))
		(void) gk_trigger_is_noted(fired->tg_trigger->tgoid, lender);
	return gk_trigger_is_others(fired->tg_trigger->tgoid, relid) || gk_is_queued_by_others(context);
}
