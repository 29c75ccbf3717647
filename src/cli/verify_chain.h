/*-------------------------------------------------------------------------
 *
 * verify_chain.h
 *	  Are the records as the server wrote them?
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#ifndef GK_VERIFY_CHAIN_H
#define GK_VERIFY_CHAIN_H

#include "cli/streams.h"

extern void gk_chain_use_key(const char *path);
extern bool gk_chain_has_key(void);
extern void gk_chain_take(GkStream *stream, const GkEntry *entry, uint64_t number);
extern void gk_chain_compare(GkStream *stream);

#endif							/* GK_VERIFY_CHAIN_H */
