/*-------------------------------------------------------------------------
 *
 * wrappers.c
 *	  What do foreign-data wrappers do?
 *
 * A wrapper is known by the C symbol of its handler, whatever it is called: the
 * rules loopback and foreign_program list handlers, with flags.  A handler that
 * neither lists is taken for one that connects: nothing is known of it.  A
 * wrapper without a handler has no tables, but dblink connects by its servers.
 *
 * All of these read catalogs and need a transaction.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "rules/wrappers.h"

#include "access/table.h"
#include "catalog/pg_foreign_table.h"
#include "foreign/foreign.h"
#include "storage/bufmgr.h"
#include "utils/inval.h"
#include "utils/rel.h"
#include "utils/syscache.h"

/* What the rule's list says of a handler or validator; 0 when it is not there. */
int
gk_handler_flags(Oid handler, GkRuleId rule)
{
	const GkSymbol *symbol;

	if (OidIsValid(handler) && gk_symbol_lookup(handler, &symbol) == &gk_rules[rule])
		return symbol->flags;
	return 0;
}

/*
 * Do its servers, or the tables of these, make connections that matter to the rule
 * loopback?
 */
bool
gk_wrapper_connects(Oid wrapper, bool tables)
{
	ForeignDataWrapper *fdw = GetForeignDataWrapperExtended(wrapper, FDW_MISSING_OK);

	if (fdw == NULL)
		return false;
	if (!OidIsValid(fdw->fdwhandler))
		return !tables;
	return ((gk_handler_flags(fdw->fdwhandler, GK_LOOPBACK) |
			 gk_handler_flags(fdw->fdwvalidator, GK_LOOPBACK)) & GK_WRAPPER) != 0;
}

/* Is whoever may make a server of it, or a table, given more than a name? */
bool
gk_wrapper_reaches(Oid wrapper)
{
	ForeignDataWrapper *fdw = GetForeignDataWrapperExtended(wrapper, FDW_MISSING_OK);

	return fdw && (OidIsValid(fdw->fdwhandler) ||
				   gk_handler_flags(fdw->fdwvalidator, GK_LOOPBACK));
}

/* Does it work on files only, with the same rights for all who use its tables? */
bool
gk_wrapper_is_local(Oid wrapper)
{
	ForeignDataWrapper *fdw = GetForeignDataWrapperExtended(wrapper, FDW_MISSING_OK);

	return fdw && (gk_handler_flags(fdw->fdwhandler, GK_FOREIGN_PROGRAM) & GK_IS_LOCAL);
}

/*
 * Has the database foreign tables?  Most have none, and then queries need not be
 * searched for them.
 */
static enum
{
	GK_UNKNOWN, GK_NONE, GK_SOME
}			foreign_tables;

static void
forget(Datum arg, int cacheid, uint32 hash)
{
	foreign_tables = GK_UNKNOWN;
}

bool
gk_any_foreign_table(void)
{
	static bool registered = false;

	if (!registered)
		CacheRegisterSyscacheCallback(FOREIGNTABLEREL, forget, (Datum) 0);
	registered = true;
	if (foreign_tables == GK_UNKNOWN)
	{
		Relation	rel = table_open(ForeignTableRelationId, AccessShareLock);

		foreign_tables = RelationGetNumberOfBlocks(rel) > 0 ? GK_SOME : GK_NONE;
		table_close(rel, AccessShareLock);
	}
	return foreign_tables == GK_SOME;
}
