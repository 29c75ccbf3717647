/*-------------------------------------------------------------------------
 *
 * superusers.h
 *	  Is it a superuser's?  See superusers.c.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#ifndef GK_SUPERUSERS_H
#define GK_SUPERUSERS_H

#include "base/gatekeeper.h"

extern bool gk_is_part(Oid classid);
extern bool gk_row_is_temporary(Oid classid, HeapTuple row);
extern bool gk_relation_is_superusers(Oid relid);
extern bool gk_object_is_superusers(const GkRequest *request, HeapTuple row);
extern bool gk_is_in_superusers_schema(Oid classid, HeapTuple row);
extern Oid	gk_owner_of_named(ObjectType type, Node *object);
extern bool gk_depends_is_superusers(const AlterObjectDependsStmt *stmt);

#endif							/* GK_SUPERUSERS_H */
