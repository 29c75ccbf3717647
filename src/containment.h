/*-------------------------------------------------------------------------
 *
 * containment.h
 *	  When a session begins; see containment.c.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#ifndef GK_CONTAINMENT_H
#define GK_CONTAINMENT_H

#include "sandbox/sandbox.h"

extern void gk_containment_init(void);
extern void gk_containment_at_login(const Port *port);
extern void gk_containment_at_start(void);

#endif							/* GK_CONTAINMENT_H */
