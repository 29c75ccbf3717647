/*-------------------------------------------------------------------------
 *
 * job_tables.h
 *	  Tables whose rows are commands, for the checks that treat them as what
 *	  the system is made of.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#ifndef GK_JOB_TABLES_H
#define GK_JOB_TABLES_H

#include "base/gatekeeper.h"

extern const char *gk_job_action(Oid relid);
extern bool gk_is_job_name(Oid schema, const char *table);
extern bool gk_is_job_function(Oid funcid);
extern bool gk_is_job_schema(Oid schema);
extern bool gk_queries_use_job(Oid relid, Node *queries);
extern bool gk_view_uses_job(Oid relid);

#endif							/* GK_JOB_TABLES_H */
