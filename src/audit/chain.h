/*-------------------------------------------------------------------------
 *
 * chain.h
 *	  Records that can be told from changed ones; see chain.c.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#ifndef GK_AUDIT_CHAIN_H
#define GK_AUDIT_CHAIN_H

#include "audit/audit.h"

extern Size gk_chain_size(void);
extern void gk_chain_startup(void);
extern const char *gk_chain_load(const char *path);
extern bool gk_chain_is_on(void);
extern void gk_chain_put(const GkRecord *record, GkText *out);

#endif							/* GK_AUDIT_CHAIN_H */
