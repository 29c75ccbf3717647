/*-------------------------------------------------------------------------
 *
 * rows.h
 *	  Rows of catalogs; see rows.c.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#ifndef GK_ROWS_H
#define GK_ROWS_H

#include "base/gatekeeper.h"

#pragma GCC visibility push(hidden)

extern bool gk_row_is_fresh(Oid classid, Oid objid);
extern bool gk_relation_is_fresh(Oid relid);
extern HeapTuple gk_previous_row(Oid classid, Oid objid);
extern Datum gk_row_value(Oid classid, HeapTuple row, AttrNumber column, bool *isnull);
extern Node *gk_row_node(Oid classid, HeapTuple row, AttrNumber column);
extern Oid	gk_row_owner(Oid classid, HeapTuple row);
extern char *gk_row_name(Oid classid, HeapTuple row);
extern Oid	gk_relation_of_rule(Oid rule);

#pragma GCC visibility pop

#endif							/* GK_ROWS_H */
