/*-------------------------------------------------------------------------
 *
 * who.c
 *	  The fields of a record that say who acted: server, process, session,
 *	  client.  See fields.c.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "audit/fields.h"

#include "base/app_user.h"
#include "libpq/libpq-be.h"
#include "miscadmin.h"
#include "storage/proc.h"
#include "utils/backend_status.h"

/* cluster_name is what people know it by; a data directory is never empty. */
void
gk_get_cluster(GkRecord *record, GkText *out)
{
	put_text(out, cluster_name && *cluster_name ? cluster_name : DataDir);
}

void
gk_get_authenticated(GkRecord *record, GkText *out)
{
	put_text(out, gk_audit_authenticated());
}

/* What a verified token said; of records about actions only. */
#define APP_GETTER(name, member) \
void \
gk_get_app_##name(GkRecord *record, GkText *out) \
{ \
	const GkAppUser *user = record->rule ? gk_app_user() : NULL; \
	if (user) \
		put_text(out, user->member); \
}

APP_GETTER(user, user)
APP_GETTER(issuer, issuer)
APP_GETTER(key, key)
APP_GETTER(session, session)

void
gk_get_client_addr(GkRecord *record, GkText *out)
{
	put_text(out, gk_audit_client_addr());
}

void
gk_get_client_port(GkRecord *record, GkText *out)
{
	put_text(out, gk_audit_client_port());
}

/* MESSAGE only: address and port as one */
void
gk_get_client(GkRecord *record, GkText *out)
{
	put_text(out, gk_audit_client());
}

void
gk_get_application(GkRecord *record, GkText *out)
{
	if (application_name)
		gk_record_put_redacted(record, out, application_name,
							   strlen(application_name), GK_TEXT_PLAIN);
}

void
gk_get_backend_type(GkRecord *record, GkText *out)
{
	put_text(out, get_backend_type_for_log());
}

/* as log_line_prefix's %c */
void
gk_get_session_id(GkRecord *record, GkText *out)
{
	static char id[40];

	if (*id == '\0')
		snprintf(id, sizeof(id), "%lx.%x", (long) gk_audit_session_start(), gk_audit_session_pid());
	gk_text_ascii(out, id);
}

/* as log_line_prefix's %v */
void
gk_get_vxid(GkRecord *record, GkText *out)
{
	char		vxid[40];

	if (MyProc == NULL || record->rule == NULL)
		return;
	snprintf(vxid, sizeof(vxid), "%d/%u", GK_VXID_BACKEND(MyProc), GK_VXID_LXID(MyProc));
	gk_text_ascii(out, vxid);
}

void
gk_get_query_id(GkRecord *record, GkText *out)
{
	int64		id = (int64) pgstat_get_my_query_id();
	char		digits[24];

	if (id != 0)
		gk_text_put(out, digits, snprintf(digits, sizeof(digits), INT64_FORMAT, id));
}

void
gk_get_backend_pid(GkRecord *record, GkText *out)
{
	put_number(out, gk_audit_session_pid());
}
