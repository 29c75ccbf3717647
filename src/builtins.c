/*-------------------------------------------------------------------------
 *
 * builtins.c
 *	  The door at listed functions: each of their calls comes through here.
 *
 * A built-in function passes none of the server's hooks when it is called, only
 * when the expression it stands in is made ready, and an expression that is
 * ready is kept: by a cursor, by PL/pgSQL, by a saved plan.  Whose rights it
 * runs with, and with which arguments, shows at the call alone.  So each listed
 * entry of core's table fmgr_builtins[] gets a function of ours, which asks and
 * then calls the original.  This is done in the postmaster, and inherited.  What
 * is not listed costs nothing.
 *
 * The table is constant, so its pages are made writable for that moment.  The
 * server does not start with the module where that is not allowed.
 *
 * A listed function in language C is called through the function manager's hook,
 * which does not see the arguments: hooks.c tells that it starts, and the same
 * functions of ours are put into the call that is about to be made.
 *
 * Compiled code of JIT looks a function up by its symbol, but not one of which
 * needs_fmgr_hook says that it has to be watched; so that says so of each.
 *
 * Does not see: C code that calls the C function itself.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "base/gatekeeper.h"
#include "base/symbols.h"
#include "origin/code_stack.h"

#include <sys/mman.h>
#include <unistd.h>

#include "storage/fd.h"
#include "utils/fmgrtab.h"

/*
 * The functions that are put in place of others.  Each knows its number, and
 * that says what it is in place of.
 */
#define GK_EIGHT(f, n) f(n##0) f(n##1) f(n##2) f(n##3) f(n##4) f(n##5) f(n##6) f(n##7)
#define GK_SIXTY_FOUR(f, n) \
	GK_EIGHT(f, n##0) GK_EIGHT(f, n##1) GK_EIGHT(f, n##2) GK_EIGHT(f, n##3) \
	GK_EIGHT(f, n##4) GK_EIGHT(f, n##5) GK_EIGHT(f, n##6) GK_EIGHT(f, n##7)
#define GK_ALL_STANDINS(f) GK_SIXTY_FOUR(f, 0) GK_SIXTY_FOUR(f, 01) GK_SIXTY_FOUR(f, 02) GK_SIXTY_FOUR(f, 03)

static Datum call(int n, FunctionCallInfo fcinfo);

#define GK_STANDIN(n) static Datum standin_##n(PG_FUNCTION_ARGS) { return call(n, fcinfo); }
GK_ALL_STANDINS(GK_STANDIN)

#define GK_STANDIN_NAME(n) standin_##n,
static const PGFunction standins[] = {GK_ALL_STANDINS(GK_STANDIN_NAME)};

#define GK_STANDINS ((int) lengthof(standins))

/* What the stand-ins are in place of; below nstandins. */
static struct
{
	PGFunction	original;
	bool		is_listed;		/* else it is a trigger's, or something is undone after it */
	Oid			builtin;		/* its oid, or InvalidOid of one that is not built in */
}			taken[GK_STANDINS];

static int	nstandins;

static Oid
called_as(int n, FunctionCallInfo fcinfo)
{
	return fcinfo->flinfo ? fcinfo->flinfo->fn_oid : taken[n].builtin;
}

/* A function that returns a set is called again for each row; it began once. */
static bool
goes_on(FunctionCallInfo fcinfo)
{
	return fcinfo->flinfo && fcinfo->flinfo->fn_retset && fcinfo->flinfo->fn_extra != NULL;
}

/*
 * The frame of the function manager's hook, which pushed the call, began where
 * this one does; so what stands for this one on our stacks is below that.
 */
static Datum
call(int n, FunctionCallInfo fcinfo)
{
	char		here;
	bool		is_framed = false;
	int			open = gk_outcomes_open;
	Datum		result;

	if (unlikely(fcinfo->context != NULL) && IsA(fcinfo->context, TriggerData))
		is_framed = gk_code_start_fired(fcinfo->flinfo->fn_oid, fcinfo->context, &here);
	else if (taken[n].is_listed && !goes_on(fcinfo))
		is_framed = gk_ask_about_call(called_as(n, fcinfo), taken[n].builtin, fcinfo, &here);
	result = taken[n].original(fcinfo);
	if (unlikely(gk_outcomes_open > open))
		gk_outcome_returned(open);
	if (is_framed)
		gk_code_end(false, &here);
	if (unlikely(gk_frame->at_end != 0) && fcinfo->flinfo && gk_frame->funcid == fcinfo->flinfo->fn_oid)
		gk_code_undo(gk_frame);
	return result;
}

/* The number of the stand-in for this function, made if need be; -1 if there is no more. */
static int
standin_for(PGFunction original, bool is_listed, Oid builtin)
{
	for (int n = 0; n < nstandins; n++)
		if (taken[n].original == original && taken[n].is_listed == is_listed &&
			taken[n].builtin == builtin)
			return n;
	if (nstandins == GK_STANDINS)
		return -1;
	taken[nstandins].original = original;
	taken[nstandins].is_listed = is_listed;
	taken[nstandins].builtin = builtin;
	return nstandins++;
}

static bool
is_standin(PGFunction function)
{
	for (int n = 0; n < nstandins; n++)
		if (standins[n] == function)
			return true;
	return false;
}

/* The protection of the page at this address, as /proc tells it; PROT_READ where it does not. */
static int
protection_of(const void *address)
{
	FILE	   *maps = AllocateFile("/proc/self/maps", "r");
	int			protection = PROT_READ;
	char		line[1024];

	if (maps == NULL)
		return protection;
	while (fgets(line, sizeof(line), maps))
	{
		unsigned long from;
		unsigned long to;
		char		access[5];

		if (sscanf(line, "%lx-%lx %4s", &from, &to, access) != 3 ||
			(uintptr_t) address < from || (uintptr_t) address >= to)
			continue;
		if (access[1] == 'w')
			protection |= PROT_WRITE;
		if (access[2] == 'x')
			protection |= PROT_EXEC;
		break;
	}
	FreeFile(maps);
	return protection;
}

static void
protect(const FmgrBuiltin *entry, int protection)
{
	uintptr_t	page = sysconf(_SC_PAGESIZE);
	uintptr_t	from = (uintptr_t) entry & ~(page - 1);
	uintptr_t	to = ((uintptr_t) (entry + 1) + page - 1) & ~(page - 1);

	if (mprotect((void *) from, to - from, protection) != 0)
		ereport(FATAL,
				(errcode(ERRCODE_SYSTEM_ERROR),
				 errmsg("pg_gatekeeper: could not change the server's table of built-in functions: %m"),
				 errdetail("Calls of functions such as pg_read_file() cannot be judged without it."),
				 errhint("Allow the server to change the protection of its own data (mprotect), or remove pg_gatekeeper from shared_preload_libraries.")));
}

static void
replace(const FmgrBuiltin *entry)
{
	int			n = standin_for(entry->func, true, entry->foid);
	int			protection = protection_of(entry);

	if (n < 0)
		ereport(FATAL,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("pg_gatekeeper: more than %d functions are listed", GK_STANDINS)));
	protect(entry, protection | PROT_WRITE);
	((FmgrBuiltin *) entry)->func = standins[n];
	protect(entry, protection);
}

/* An administrator has listed other functions since. */
bool		gk_builtins_are_stale;

/*
 * Every built-in function that is listed now gets its stand-in.  Called in the
 * postmaster, and again in each process that finds gk_builtins_are_stale set; one
 * that is listed no longer is asked about in vain.
 */
void
gk_builtins_replace(void)
{
	gk_builtins_are_stale = false;
	gk_symbols_ready();
	for (int i = 0; i < fmgr_nbuiltins; i++)
		if (!gk_is_unlisted_builtin(fmgr_builtins[i].foid) && !is_standin(fmgr_builtins[i].func))
			replace(&fmgr_builtins[i]);
}

/*
 * A function that is not built in is about to be called by way of flinfo, which is
 * kept for later calls: see to it that its stand-in is.  is_listed: so that it
 * asks; else to learn by which trigger it is called, or to undo something when the
 * function has returned, before the function manager undoes what it did itself.
 * False where there is no stand-in left.
 */
static bool
stand_in(FmgrInfo *flinfo, bool is_listed)
{
	int			n;

	if (is_standin(flinfo->fn_addr))
		return true;
	n = standin_for(flinfo->fn_addr, is_listed, InvalidOid);
	if (n < 0)
		return false;
	flinfo->fn_addr = standins[n];
	return true;
}

/*
 * A function is about to be called by way of the function manager's hook, and may be
 * listed.  A stand-in for it asks with the arguments; a function of language internal
 * is one of those already.
 */
static void
ask_with_arguments(FmgrInfo *flinfo)
{
	const GkSymbol *symbol;
	const GkRule *rule;

	if (gk_is_unlisted_other(flinfo->fn_oid))
		return;
	rule = gk_symbol_lookup(flinfo->fn_oid, &symbol);
	if (rule && !stand_in(flinfo, true))
		gk_ask_without_arguments(flinfo->fn_oid, rule, symbol);
}

/*
 * A function begins, and there is something to find out: see code_stack.c.  Where
 * something is to be undone when it ends, that has to be before the function
 * manager undoes what it did itself.
 */
void
gk_function_starts(FmgrInfo *flinfo, char *stack)
{
	gk_frames_prune(stack);
	/* before it may become its owner */
	gk_ask_about_function(flinfo->fn_oid);
	ask_with_arguments(flinfo);
	gk_code_start_of_interest(flinfo, stack);
	if (gk_code_is_by_trigger(flinfo))
	{
		/* it is nobody's, where it cannot be told whose */
		if (!stand_in(flinfo, false))
			gk_code_start_stored(flinfo->fn_oid, InvalidOid, stack);
	}
	else if (gk_frame->at_end != 0)
		(void) stand_in(flinfo, false);
}
