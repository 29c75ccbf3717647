/*-------------------------------------------------------------------------
 *
 * classes.h
 *	  Of what class an action is, and what it is done to; for the spine.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#ifndef GK_AUDIT_CLASSES_H
#define GK_AUDIT_CLASSES_H

#include "base/classes.h"

#pragma GCC visibility push(hidden)

/* Of no class. */
#define GK_NO_CLASS GK_NUM_CLASSES

/* How many actions that rules found this process has recorded. */
extern uint64 gk_audit_actions;

/* class_of.c */
extern GkClass gk_class_of_statement(Node *stmt);
extern GkClass gk_class_of_request(const GkRequest *request);

/* class_object.c */
extern const char *gk_class_object_type(Node *stmt);
extern const char *gk_class_object(Node *stmt);

#pragma GCC visibility pop

#endif							/* GK_AUDIT_CLASSES_H */
