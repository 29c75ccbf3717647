/*-------------------------------------------------------------------------
 *
 * fields.h
 *	  What the table of fields (fields.c) and those of its getters that say who
 *	  acted (who.c) share.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#ifndef GK_FIELDS_H
#define GK_FIELDS_H

#include "audit/audit.h"

#include "utils/builtins.h"

static inline void
put_text(GkText *out, const char *raw)
{
	if (raw)
		gk_text_escape(out, raw, strlen(raw));
}

/* snprintf() would take a good part of the time that a record takes. */
static inline void
put_number(GkText *out, uint64 number)
{
	char		digits[24];

	gk_text_put(out, digits, pg_ulltoa_n(number, digits));
}

/* who.c */
extern void gk_get_cluster(const GkRecord *record, GkText *out);
extern void gk_get_authenticated(const GkRecord *record, GkText *out);
extern void gk_get_client_addr(const GkRecord *record, GkText *out);
extern void gk_get_client_port(const GkRecord *record, GkText *out);
extern void gk_get_client(const GkRecord *record, GkText *out);
extern void gk_get_application(const GkRecord *record, GkText *out);
extern void gk_get_backend_type(const GkRecord *record, GkText *out);
extern void gk_get_session_id(const GkRecord *record, GkText *out);
extern void gk_get_vxid(const GkRecord *record, GkText *out);
extern void gk_get_query_id(const GkRecord *record, GkText *out);
extern void gk_get_backend_pid(const GkRecord *record, GkText *out);

#endif							/* GK_FIELDS_H */
