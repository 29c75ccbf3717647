/*-------------------------------------------------------------------------
 *
 * objects.h
 *	  Questions about objects of the database, for the checks that decide on
 *	  whose an object is and what it calls.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#ifndef GK_OBJECTS_H
#define GK_OBJECTS_H

#include "base/gatekeeper.h"
#include "base/rows.h"

extern bool gk_query_shows_secret(Node *node, void *context);
extern bool gk_view_shows_secret(Oid relid, const Bitmapset *columns, int depth);
extern bool gk_calls_listed(Node *node, void *context);

typedef bool (*GkRowQuestion) (HeapTuple row);

extern const char *gk_first_in_schema(Oid classid, const char *schema, GkRowQuestion question);

/* relation_code.c */
extern bool gk_calls_deputy(Node *node, void *context);
extern bool gk_relation_calls_deputy(Oid relid);
extern bool gk_relation_has_code(Oid relid);

/* extension_version.c */
extern const char *gk_extension_version_to_be(const char *name);

/* guards.c */
extern const char *gk_guard_taken(const GkRequest *request);
extern const char *gk_guard_switched_off(const AlterTableStmt *stmt, Oid *relid);

#endif							/* GK_OBJECTS_H */
