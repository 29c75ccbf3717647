/*-------------------------------------------------------------------------
 *
 * classes.h
 *	  Records of what no rule found; see classes.c.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#ifndef GK_SPINE_CLASSES_H
#define GK_SPINE_CLASSES_H

#include "audit/classes.h"

#pragma GCC visibility push(hidden)

extern void gk_class_asks_statement(const GkRequest *request, ProcessUtilityContext context,
									uint64 recorded);
extern void gk_class_asks_call(const GkRequest *request, uint64 recorded);
extern ExecutorCheckPerms_hook_type gk_next_check_perms;
extern void gk_class_follow(void);
extern void gk_class_client_is_known(int status);
extern void gk_class_session_begins(void);

#pragma GCC visibility pop

#endif							/* GK_SPINE_CLASSES_H */
