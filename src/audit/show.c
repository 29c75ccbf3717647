/*-------------------------------------------------------------------------
 *
 * show.c
 *	  What others wrote, fit to be shown: secrets hidden, escaped, cut.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "audit/audit.h"

#include "mb/pg_wchar.h"

/*
 * Can what others wrote be told from UTF-8?  SQL_ASCII is whatever its users
 * say; of the names that all databases share nobody knows better.
 */
void
gk_audit_note_encoding(void)
{
	int			encoding = GetDatabaseEncoding();

	gk_text_is_utf8 = encoding == PG_UTF8 || encoding == PG_SQL_ASCII;
}

/*
 * Append what somebody else wrote, secrets hidden.  They are hidden before it
 * is escaped: redact.c knows quotes, not escapes.
 */
void
gk_record_put_redacted(const GkRecord *record, GkText *out,
					   const char *raw, size_t len, bool is_sql)
{
	/* longer than any field, so that only the escaped text is ever cut */
	static char clean[GK_FIELD_SIZE + 100];
	GkText		redacted;

	if (raw == NULL || len == 0)
		return;
	gk_text_init(&redacted, clean, sizeof(clean));
	if (is_sql)
		gk_redact_sql(&redacted, raw, len, record->backslash_escapes);
	else
		gk_redact_plain(&redacted, raw, len);
	gk_text_escape(out, clean, redacted.used);
}

/*
 * What somebody else wrote, fit to be shown in an error message: secrets hidden,
 * escaped, cut to buf.
 */
void
gk_audit_show(char *buf, int size, const char *raw)
{
	static char clean[GK_OBJECT_SIZE];
	GkText		redacted;
	GkText		out;

	gk_audit_note_encoding();
	gk_text_init(&redacted, clean, sizeof(clean));
	gk_redact_plain(&redacted, raw, strlen(raw));
	gk_text_init(&out, buf, size);
	gk_text_escape(&out, clean, redacted.used);
}

