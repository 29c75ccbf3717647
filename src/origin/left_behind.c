/*-------------------------------------------------------------------------
 *
 * left_behind.c
 *	  What untrusted code has changed in a privileged session is undone when it
 *	  ends.
 *
 * A setting outlives the function that made it: search_path leads the session's
 * next statement to another table, standard_conforming_strings makes code of
 * what was a string.  So while the outermost untrusted code runs, settings have
 * a nest level of their own, as for a function with SET, and when it ends they
 * are what they were.
 *
 * The variables that applications keep in settings (a name with a dot that no
 * module has claimed or could claim when it is loaded) are data: nothing of the server's reads them, and the
 * triggers of many sites hand each other values that way.  They stay.
 *
 * A procedure that ends the transaction ends this level, too; then the settings
 * of that transaction are undone before its commit, and later ones with the
 * first that it changes in the next.
 *
 * The seed of random() is another after it has set one: the session's next token
 * would be known to it.
 *
 * Temporary relations that it has made are remembered as its own: in a superuser's
 * session they belong to the superuser.
 *
 * Cursors are code_portal.c's.  It may not prepare statements (check_backdoor_session.c),
 * and its temporary objects stay, but may not hide what a superuser made
 * (check_superuser_object.c).
 *
 * Does not see: settings that C code changes after such a commit.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "base/rows.h"
#include "origin/owners.h"

#include <sys/stat.h>

#include "access/htup_details.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "commands/extension.h"
#include "commands/proclang.h"
#include "miscadmin.h"
#include "storage/proc.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/syscache.h"
#include "utils/timestamp.h"

/* The nest level of settings, and the transaction that it belongs to; or 0. */
static int	level;
static LocalTransactionId level_lxid;
bool		gk_untrusted_runs;

typedef struct GkVariable
{
	char	   *name;
	char	   *value;			/* when it ends */
	bool		is_local;		/* set for this transaction only */
} GkVariable;

/* Those that it has changed. */
static MemoryContext memory;
static List *variables;

static bool
has_level(void)
{
	return level > 0 && level_lxid == GK_MY_LXID;
}

static void
make_level(void)
{
	level = NewGUCNestLevel();
	level_lxid = GK_MY_LXID;
}

static void
forget_names(void)
{
	variables = NIL;
	if (memory)
		MemoryContextReset(memory);
}

/* The outermost untrusted code of a privileged session begins. */
void
gk_left_behind_begin(void)
{
	gk_untrusted_runs = true;
	if (variables != NIL)
		forget_names();
	make_level();
}

/* Where what is noted is kept until then. */
static MemoryContext
keep(void)
{
	if (memory == NULL)
		memory = AllocSetContextCreate(TopMemoryContext, "pg_gatekeeper names",
									   ALLOCSET_SMALL_SIZES);
	return MemoryContextSwitchTo(memory);
}

static void
note_variable(const char *name, bool is_local)
{
	MemoryContext old;
	GkVariable *variable;
	ListCell   *cell;

	foreach(cell, variables)
	{
		variable = lfirst(cell);
		if (pg_strcasecmp(variable->name, name) == 0)
		{
			variable->is_local &= is_local;
			return;
		}
	}
	old = keep();
	variable = palloc0(sizeof(GkVariable));
	variable->name = pstrdup(name);
	variable->is_local = is_local;
	variables = lappend(variables, variable);
	MemoryContextSwitchTo(old);
}

/* Is the first part of the name that of a module, which may be loaded yet? */
static bool
is_modules(const char *name)
{
	char	   *module = pnstrdup(name, strchr(name, '.') - name);
	char	   *library = psprintf("%s/%s%s", pkglib_path, module, DLSUFFIX);
	struct stat status;

	return OidIsValid(get_language_oid(module, true)) || OidIsValid(get_extension_oid(module, true)) ||
		stat(library, &status) == 0;
}

/* Is it an application's variable, which no code of the server's has defined, nor will? */
static bool
is_variable(const char *name)
{
	return strchr(name, '.') != NULL &&
		(GetConfigOptionFlags(name, true) & GUC_CUSTOM_PLACEHOLDER) != 0 && !is_modules(name);
}

/* The setting is about to be changed; by untrusted code, if any is running. */
void
gk_left_behind_setting(const char *name, bool is_local)
{
	if (!gk_untrusted_runs)
		return;
	if (!has_level())
		make_level();
	if (strchr(name, '.') != NULL)
		note_variable(name, is_local);
}

static void
note_values(void)
{
	ListCell   *cell;

	foreach(cell, variables)
	{
		GkVariable *variable = lfirst(cell);
		const char *value = is_variable(variable->name) ?
			GetConfigOption(variable->name, true, false) : NULL;
		MemoryContext old = keep();

		variable->value = value ? pstrdup(value) : NULL;
		MemoryContextSwitchTo(old);
	}
}

static void
undo_settings(void)
{
	ListCell   *cell;

	note_values();
	AtEOXact_GUC(false, level);
	level = 0;
	foreach(cell, variables)
	{
		GkVariable *variable = lfirst(cell);

		if (variable->value)
			(void) set_config_option(variable->name, variable->value, PGC_USERSET, PGC_S_SESSION,
									 variable->is_local ? GUC_ACTION_LOCAL : GUC_ACTION_SET,
									 true, 0, false);
	}
}

/* The random numbers that it knows beforehand. */
static bool is_seeded;

/* setseed() is being called; by untrusted code, if any is running. */
void
gk_left_behind_seed(void)
{
	is_seeded |= gk_untrusted_runs;
}

/* What the seed was cannot be known; nobody shall know what it is. */
static void
undo_seed(void)
{
	uint32		bits;

	is_seeded = false;
	if (!pg_strong_random(&bits, sizeof(bits)))
		bits = (uint32) GetCurrentTimestamp();
	(void) DirectFunctionCall1(setseed, Float8GetDatum((double) bits / PG_UINT32_MAX));
}

/* It has ended, without an error. */
void
gk_left_behind_end(void)
{
	gk_untrusted_runs = false;
	if (has_level())
		undo_settings();
	if (variables != NIL)
		forget_names();
	if (unlikely(is_seeded))
		undo_seed();
}

/* The transaction is about to be committed, perhaps by untrusted code itself. */
void
gk_left_behind_commit(void)
{
	if (gk_untrusted_runs && has_level())
		undo_settings();
}

/* An error has ended untrusted code; what it changed is undone by the abort. */
void
gk_left_behind_abort(void)
{
	gk_untrusted_runs = false;
	level = 0;
	/* no abort undoes that */
	if (unlikely(is_seeded))
		undo_seed();
}

/* Temporary relations that untrusted code has made in this session. */
#define GK_MAX_MADE 256

static Oid	made[GK_MAX_MADE];
static int	nmade;
bool		gk_left_tables;			/* are there any? */

static bool any_may_be;			/* there were more */

/* Forget those that are gone. */
static void
make_room(void)
{
	int			kept = 0;

	for (int i = 0; i < nmade; i++)
		if (SearchSysCacheExists1(RELOID, ObjectIdGetDatum(made[i])))
			made[kept++] = made[i];
	nmade = kept;
	/* too many to tell: whatever is temporary may be one of them */
	if (nmade == GK_MAX_MADE)
	{
		any_may_be = true;
		nmade--;
	}
}

/* A relation has been made; it is noted where it is temporary and untrusted code's. */
void
gk_left_behind_made(Oid relid)
{
	HeapTuple	row = gk_untrusted_runs ? gk_newest_row(RelationRelationId, relid) : NULL;

	if (!HeapTupleIsValid(row))
		return;
	if (isTempNamespace(((Form_pg_class) GETSTRUCT(row))->relnamespace))
	{
		if (nmade == GK_MAX_MADE)
			make_room();
		made[nmade++] = relid;
		gk_left_tables = true;
	}
	heap_freetuple(row);
}

bool
gk_left_behind_is_made(Oid relid)
{
	for (int i = 0; i < nmade; i++)
		if (made[i] == relid)
			return true;
	return unlikely(any_may_be) && isTempNamespace(get_rel_namespace(relid));
}
