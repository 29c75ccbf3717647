/*-------------------------------------------------------------------------
 *
 * fields.h
 *	  What the table of fields (fields.c) and the getters that say who did what
 *	  (who.c, what.c) share.
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
extern void gk_get_cluster(GkRecord *record, GkText *out);
extern void gk_get_authenticated(GkRecord *record, GkText *out);
extern void gk_get_app_user(GkRecord *record, GkText *out);
extern void gk_get_app_issuer(GkRecord *record, GkText *out);
extern void gk_get_app_key(GkRecord *record, GkText *out);
extern void gk_get_app_session(GkRecord *record, GkText *out);
extern void gk_get_client_addr(GkRecord *record, GkText *out);
extern void gk_get_client_port(GkRecord *record, GkText *out);
extern void gk_get_client(GkRecord *record, GkText *out);
extern void gk_get_application(GkRecord *record, GkText *out);
extern void gk_get_backend_type(GkRecord *record, GkText *out);
extern void gk_get_session_id(GkRecord *record, GkText *out);
extern void gk_get_vxid(GkRecord *record, GkText *out);
extern void gk_get_query_id(GkRecord *record, GkText *out);
extern void gk_get_backend_pid(GkRecord *record, GkText *out);

/* what.c */
extern void gk_get_function(GkRecord *record, GkText *out);
extern void gk_get_object(GkRecord *record, GkText *out);
extern void gk_get_arguments(GkRecord *record, GkText *out);
extern void gk_get_old_value(GkRecord *record, GkText *out);
extern void gk_get_new_value(GkRecord *record, GkText *out);
extern void gk_get_attributes(GkRecord *record, GkText *out);
extern void gk_get_statement_hash(GkRecord *record, GkText *out);
extern void gk_get_statement_length(GkRecord *record, GkText *out);
extern void gk_get_statement(GkRecord *record, GkText *out);

#endif							/* GK_FIELDS_H */
