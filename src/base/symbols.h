/*-------------------------------------------------------------------------
 *
 * symbols.h
 *	  Which rule lists a function?  Part of gatekeeper.h.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#ifndef GK_SYMBOLS_H
#define GK_SYMBOLS_H

extern void gk_symbols_list(GkRuleId rule, const GkSymbol *symbols);
extern void gk_symbols_init(void);
extern void gk_symbols_reset(void);
extern void gk_symbols_ready(void);
extern const GkRule *gk_symbol_lookup(Oid funcid, const GkSymbol **symbol);
extern bool gk_symbol_is_listed(const char *name);
extern uint16 *gk_builtin_entry;
extern Oid	gk_builtin_limit;

/* What is known of functions that are not built in; direct-mapped by oid. */
#define GK_SYMBOLS_SIZE 512		/* a power of two */

typedef struct GkSymbolKnown
{
	Oid			funcid;
	uint32		hash;			/* of the syscache, to know what to forget */
	uint16		index;			/* of what lists it, or 0 */
} GkSymbolKnown;

extern GkSymbolKnown gk_symbol_known[GK_SYMBOLS_SIZE];

/* Certainly not listed by any rule; asked for every function of every query. */
static inline bool
gk_is_unlisted_builtin(Oid funcid)
{
	return funcid < gk_builtin_limit && gk_builtin_entry[funcid] == 0;
}

/* The same of one that is not built in and was called before. */
static inline bool
gk_is_unlisted_other(Oid funcid)
{
	const GkSymbolKnown *known = &gk_symbol_known[funcid & (GK_SYMBOLS_SIZE - 1)];

	return known->funcid == funcid && known->index == 0;
}

/* Is it listed, if only to be recorded?  Not known outside a transaction. */
static inline bool
gk_symbol_lists(Oid funcid)
{
	const GkSymbol *symbol = NULL;

	return !gk_is_unlisted_other(funcid) && !gk_is_unlisted_builtin(funcid) &&
		IsTransactionState() && (gk_symbol_lookup(funcid, &symbol) != NULL || symbol != NULL);
}

#endif							/* GK_SYMBOLS_H */
