/*-------------------------------------------------------------------------
 *
 * domain_calls.c
 *	  Which functions do the domains of ordinary roles call?
 *
 * Wherever a value becomes one of a domain its CHECK constraints are evaluated,
 * most often without passing the planner, where query_calls.c looks: COPY, a
 * variable of PL/pgSQL, json_populate_record(), an element of an array, a column
 * whose type changes.  All that shows is that a function is called.
 *
 * So when one is called in a session with superuser rights, not by a plan, and a
 * domain that another role owns has it in a constraint, and the session has used
 * that domain or one made of it, the call counts as that role's.
 *
 * The constraints are read when that is first asked, and again when a type has
 * changed.  Without the last condition anybody's domain could keep superusers
 * from calling the function in their own functions.
 *
 * Does not see: what a superuser's SQL function calls that stands in such a
 * constraint, when it is inlined there.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "origin/query_calls.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/parallel.h"
#include "access/table.h"
#include "catalog/indexing.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/fmgroids.h"
#include "utils/inval.h"
#include "utils/memutils.h"
#include "utils/syscache.h"
#include "utils/typcache.h"

typedef struct DomainCall
{
	Oid			funcid;
	Oid			domain;
} DomainCall;

/* What is known, and lives in known_context. */
static MemoryContext known_context;
static DomainCall *known;
static int	nknown;
static bool is_known;

/*
 * The executor is setting up a plan, whose own calls query_calls.c has judged.
 * Told only while there are calls of domains.
 */
bool		gk_plan_starts;

/* Counts changes, so that nothing is kept that was read before one. */
static uint32 generation;

static void
forget(Datum arg, int cacheid, uint32 hash)
{
	generation++;
	is_known = false;
}

/* Postmaster start. */
void
gk_domain_calls_init(void)
{
	known_context = AllocSetContextCreate(TopMemoryContext,
										  "pg_gatekeeper domain calls",
										  ALLOCSET_SMALL_SIZES);
	CacheRegisterSyscacheCallback(TYPEOID, forget, (Datum) 0);
	CacheRegisterSyscacheCallback(AUTHOID, forget, (Datum) 0);
}

/* A database may have no domain with a constraint at all. */
static bool
is_any_constrained(void)
{
	Relation	rel = table_open(ConstraintRelationId, AccessShareLock);
	ScanKeyData key;
	SysScanDesc scan;
	bool		any;

	ScanKeyInit(&key, Anum_pg_constraint_contypid, BTGreaterStrategyNumber,
				F_OIDGT, ObjectIdGetDatum(InvalidOid));
	scan = systable_beginscan(rel, ConstraintTypidIndexId, true, NULL, 1, &key);
	any = HeapTupleIsValid(systable_getnext(scan));
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	return any;
}

static List *
all_domains(void)
{
	Relation	rel = table_open(TypeRelationId, AccessShareLock);
	SysScanDesc scan = systable_beginscan(rel, InvalidOid, false, NULL, 0, NULL);
	List	   *domains = NIL;
	HeapTuple	tuple;

	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Form_pg_type type = (Form_pg_type) GETSTRUCT(tuple);

		if (type->typtype == TYPTYPE_DOMAIN)
			domains = lappend_oid(domains, type->oid);
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	return domains;
}

/* The functions that matter, of one domain's constraints and its parents'. */
static List *
functions_of(Oid domain)
{
	GkCalls		found = {.only_noted = true};
	List	   *functions;
	ListCell   *cell;

	gk_walk_domain(domain, &found);
	if (!found.foreign)
		return NIL;
	functions = list_concat(found.stored, found.lent);
	foreach(cell, found.calls)
		functions = lappend_oid(functions, ((GkCall *) lfirst(cell))->funcid);
	return functions;
}

static void
read_domains(void)
{
	ListCell   *domain;
	int			size = 0;

	MemoryContextReset(known_context);
	known = NULL;
	nknown = 0;
	gk_watch_plans &= ~GK_WATCH_DOMAINS;
	if (!is_any_constrained())
		return;
	foreach(domain, all_domains())
	{
		List	   *functions = functions_of(lfirst_oid(domain));
		ListCell   *cell;

		foreach(cell, functions)
		{
			if (nknown == size)
			{
				size = Max(16, size * 2);
				known = known ? repalloc(known, size * sizeof(*known)) :
					MemoryContextAlloc(known_context, size * sizeof(*known));
			}
			known[nknown].funcid = lfirst_oid(cell);
			known[nknown++].domain = lfirst_oid(domain);
		}
	}
}

static void
find_out(void)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext,
												  "pg_gatekeeper domains",
												  ALLOCSET_SMALL_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(context);
	uint32		before = generation;

	read_domains();
	is_known = generation == before;
	if (nknown > 0)
		gk_watch_plans |= GK_WATCH_DOMAINS;
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(context);
}

/* Its constraints are looked up once, before they are first evaluated. */
static bool
is_used(Oid domain)
{
	return SearchSysCacheExists1(TYPEOID, ObjectIdGetDatum(domain)) &&
		lookup_type_cache(domain, 0)->domainData != NULL;
}

/*
 * The function is about to be called; can it be a domain's doing?  Needs a
 * transaction, and reads catalogs in sessions with superuser rights only.
 */
bool
gk_domain_calls(Oid funcid)
{
	if (gk_plan_starts || IsParallelWorker() || !gk_acts_as_superuser(GetUserId()) || !gk_code_session_is_privileged())
		return false;
	if (!is_known)
		find_out();
	for (int i = 0; i < nknown; i++)
		if (known[i].funcid == funcid && is_used(known[i].domain))
			return true;
	return false;
}
