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
#include "tcop/tcopprot.h"

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
 * Append what somebody else wrote, secrets hidden; returns whether any were.  They are hidden before it
 * is escaped: redact.c knows quotes, not escapes.
 */
bool
gk_record_put_redacted(const GkRecord *record, GkText *out,
					   const char *raw, size_t len, GkTextKind kind)
{
	/* longer than any field, so that only the escaped text is ever cut */
	static char clean[GK_FIELD_SIZE + 100];
	GkText		redacted;
	bool		hid = false;

	if (raw == NULL || len == 0)
		return false;
	if (kind == GK_TEXT_PATH)
	{
		gk_text_escape(out, raw, len);
		return false;
	}
	gk_text_init(&redacted, clean, sizeof(clean));
	if (kind == GK_TEXT_SQL)
		hid = gk_redact_sql(&redacted, raw, len, record->backslash_escapes);
	else
		hid = gk_redact_plain(&redacted, raw, len, kind == GK_TEXT_PROGRAM);
	gk_text_escape(out, clean, redacted.used);
	return hid;
}

/*
 * What somebody else wrote, fit to be shown in an error message: secrets hidden,
 * escaped, cut to buf.
 */
void
gk_text_for_error(char *buf, int size, const char *raw)
{
	static char clean[GK_OBJECT_SIZE];
	GkText		redacted;
	GkText		out;

	gk_audit_note_encoding();
	gk_text_init(&redacted, clean, sizeof(clean));
	(void) gk_redact_plain(&redacted, raw, strlen(raw), false);
	gk_text_init(&out, buf, size);
	gk_text_escape(&out, clean, redacted.used);
}


/* What the object and the arguments of the record's action are. */
GkTextKind
gk_record_object_kind(const GkRecord *record)
{
	const char *type = record->object_type;

	if (type && strcmp(type, "program") == 0)
		return GK_TEXT_PROGRAM;
	if (record->rule && (record->rule->id == GK_SERVER_FILES || record->rule->id == GK_COPY_FILE))
		return GK_TEXT_PATH;
	return GK_TEXT_PLAIN;
}

static bool
hides(const char *text, bool is_sql)
{
	char		buf[16];
	GkText		scratch;

	if (text == NULL)
		return false;
	gk_text_init(&scratch, buf, sizeof(buf));
	return is_sql ? gk_redact_sql(&scratch, text, strlen(text), false) :
		gk_redact_plain(&scratch, text, strlen(text), false);
}

/*
 * Would the server's log, with the statement and the context of an error, show
 * what records hide?
 */
bool
gk_audit_hides(const GkFinding *finding)
{
	return hides(debug_query_string, true) || hides(finding->object, false) ||
		(gk_statement->pstmt && hides(gk_statement->source_text, true));
}
