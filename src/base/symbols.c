/*-------------------------------------------------------------------------
 *
 * symbols.c
 *	  From a function's oid to the rule that lists it.
 *
 * A rule lists functions by C symbol, not by name or oid: CREATE FUNCTION ...
 * LANGUAGE internal (or C) makes another name for the same code, under an oid
 * of its own, and only the symbol (pg_proc.prosrc) gives that away.
 *
 * Every call of every function asks, so the answer has to be nearly free.
 * Built-in functions are answered from an array by their oids, made once in the
 * postmaster and inherited by fork; no catalog is read.  Others are answered
 * from a small direct-mapped cache that pg_proc's syscache invalidations clear.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "base/classes.h"
#include "base/gatekeeper.h"
#include "base/hashes.h"

#include "access/htup_details.h"
#include "catalog/pg_language.h"
#include "catalog/pg_proc.h"
#include "utils/builtins.h"
#include "utils/fmgrtab.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/syscache.h"
#include "utils/varlena.h"

/* One listed symbol and the rule that lists it; NULL where it is only recorded. */
typedef struct GkListed
{
	const GkRule *rule;
	const GkSymbol *symbol;
} GkListed;

/* What each rule lists, once rules.c has said so; ends with a NULL name. */
static const GkSymbol *lists[GK_NUM_RULES];

/*
 * All lists, one after the other; [0] is unused so that index 0 can mean "not
 * listed".  The limits are far above what is used: gatekeeper.protected_functions
 * refuses more than GK_MAX_PROTECTED names.
 */
#define GK_MAX_LISTED 384

static GkListed listed[GK_MAX_LISTED];
static int	nlisted;

/*
 * Which entry a built-in function is, by its oid; GK_NOT_BUILTIN where no
 * function of fmgr_builtins[] has the oid.  gk_unlisted() reads it; when the
 * lists have to be made anew, it is told that it knows nothing.
 */
#define GK_NOT_BUILTIN PG_UINT16_MAX

uint16	   *gk_builtin_entry;
Oid			gk_builtin_limit = 0;

/* The names of gatekeeper.protected_functions, and the memory they live in. */
static MemoryContext protected_context;

GkSymbolKnown gk_symbol_known[GK_SYMBOLS_SIZE];

static GkHashes hashes;			/* that it has */

/* Counts changes, so that nothing is kept that was read before one. */
static uint32 generation;

static void
forget(Datum arg, int cacheid, uint32 hash)
{
	generation++;
	if (!gk_hashes_may_have(&hashes, hash))
		return;
	if (hash == 0)
		memset(&hashes, 0, sizeof(hashes));
	for (int i = 0; i < GK_SYMBOLS_SIZE; i++)
		if (hash == 0 || gk_symbol_known[i].hash == hash)
			gk_symbol_known[i].funcid = InvalidOid;
}

static void
add(const GkRule *rule, const GkSymbol *symbol)
{
	Assert(nlisted < GK_MAX_LISTED);
	if (nlisted < GK_MAX_LISTED)
	{
		listed[nlisted].rule = rule;
		listed[nlisted].symbol = symbol;
		nlisted++;
	}
}

/* gatekeeper.protected_functions was validated when it was set. */
static void
add_protected(void)
{
	const GkRule *rule = &gk_rules[GK_PROTECTED_FUNCTION];
	MemoryContext old;
	List	   *names;
	ListCell   *cell;

	MemoryContextReset(protected_context);
	old = MemoryContextSwitchTo(protected_context);
	if (SplitGUCList(pstrdup(gk_protected_functions), ',', &names))
		foreach(cell, names)
		{
			GkSymbol   *symbol = palloc0(sizeof(GkSymbol));

			symbol->name = lfirst(cell);
			add(rule, symbol);
		}
	MemoryContextSwitchTo(old);
}

/* A rule's own list goes before additions. */
static uint16
entry_of(const char *name)
{
	for (int i = 1; i < nlisted; i++)
		if (strcmp(name, listed[i].symbol->name) == 0)
			return i;
	return 0;
}

static void
rebuild(void)
{
	nlisted = 1;
	for (int r = 0; r < GK_NUM_RULES; r++)
		for (const GkSymbol *s = lists[r]; s && s->name; s++)
			add(&gk_rules[r], s);
	add_protected();
	for (const GkSymbol *s = gk_recorded_symbols; s->name; s++)
		add(NULL, s);

	for (Oid funcid = 0; funcid <= fmgr_last_builtin_oid; funcid++)
	{
		uint16		builtin = fmgr_builtin_oid_index[funcid];

		gk_builtin_entry[funcid] = builtin == InvalidOidBuiltinMapping ?
			GK_NOT_BUILTIN : entry_of(fmgr_builtins[builtin].funcName);
	}
	gk_builtin_limit = fmgr_last_builtin_oid + 1;
}

/* Postmaster start, before gk_symbols_init(): what a rule lists, or NULL. */
void
gk_symbols_list(GkRuleId rule, const GkSymbol *symbols)
{
	lists[rule] = symbols;
}

/* Postmaster start.  The memory is inherited by every backend. */
void
gk_symbols_init(void)
{
	gk_builtin_entry = MemoryContextAllocZero(TopMemoryContext,
											  (fmgr_last_builtin_oid + 1) * sizeof(*gk_builtin_entry));
	protected_context = AllocSetContextCreate(TopMemoryContext,
											  "pg_gatekeeper protected functions",
											  ALLOCSET_SMALL_SIZES);
	CacheRegisterSyscacheCallback(PROCOID, forget, (Datum) 0);
	rebuild();
}

/* gatekeeper.protected_functions changed; the next lookup sees it. */
void
gk_symbols_reset(void)
{
	gk_builtin_limit = 0;
	forget((Datum) 0, PROCOID, 0);
}

/* What is listed is to be known now, for those who look at gk_builtin_entry. */
void
gk_symbols_ready(void)
{
	if (unlikely(gk_builtin_limit == 0))
		rebuild();
}

/* "schema.function", for functions that have no symbol. */
static bool
is_named(Form_pg_proc proc, const char *entry)
{
	const char *dot = strchr(entry, '.');
	char	   *schema;

	if (dot == NULL || strcmp(dot + 1, NameStr(proc->proname)) != 0)
		return false;
	schema = get_namespace_name(proc->pronamespace);
	return schema && strlen(schema) == (size_t) (dot - entry) &&
		strncmp(schema, entry, dot - entry) == 0;
}

static uint16
index_of(HeapTuple tuple)
{
	Form_pg_proc proc = (Form_pg_proc) GETSTRUCT(tuple);
	bool		has_symbol = proc->prolang == INTERNALlanguageId ||
		proc->prolang == ClanguageId;
	uint16		found = 0;
	char	   *source = NULL;

	if (has_symbol)
	{
		bool		isnull;
		Datum		prosrc = SysCacheGetAttr(PROCOID, tuple,
											 Anum_pg_proc_prosrc, &isnull);

		if (!isnull)
			source = TextDatumGetCString(prosrc);
	}

	for (int i = 1; i < nlisted && !found; i++)
	{
		if (source && strcmp(source, listed[i].symbol->name) == 0)
			found = i;
		else if (listed[i].rule == &gk_rules[GK_PROTECTED_FUNCTION] &&
				 is_named(proc, listed[i].symbol->name))
			found = i;
	}
	if (source)
		pfree(source);
	return found;
}

/* Does any rule list this C symbol? */
bool
gk_symbol_is_listed(const char *name)
{
	gk_symbols_ready();
	return listed[entry_of(name)].rule != NULL;
}

/*
 * The rule that lists this function, and the entry it is listed under, or
 * NULL; with an entry where its calls are only recorded (base/classes.c).  Reads
 * pg_proc only the first time a backend meets a function that is not built in; may
 * raise what a syscache lookup raises.
 */
const GkRule *
gk_symbol_lookup(Oid funcid, const GkSymbol **symbol)
{
	uint16		index = GK_NOT_BUILTIN;

	if (unlikely(gk_builtin_limit == 0))
		rebuild();

	if (funcid < gk_builtin_limit)
		index = gk_builtin_entry[funcid];
	if (index == GK_NOT_BUILTIN)
	{
		GkSymbolKnown *entry = &gk_symbol_known[funcid & (GK_SYMBOLS_SIZE - 1)];

		if (entry->funcid != funcid)
		{
			HeapTuple	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(funcid));
			uint32		before = generation;

			if (!HeapTupleIsValid(tuple))
				return NULL;	/* the caller will complain */
			index = index_of(tuple);
			ReleaseSysCache(tuple);
			entry->funcid = InvalidOid;
			entry->index = index;
			entry->hash = GetSysCacheHashValue1(PROCOID, ObjectIdGetDatum(funcid));
			if (generation == before)
			{
				entry->funcid = funcid;
				gk_hashes_add(&hashes, entry->hash);
			}
		}
		else
			index = entry->index;
	}

	if (index == 0)
		return NULL;
	*symbol = listed[index].symbol;
	return listed[index].rule;
}
