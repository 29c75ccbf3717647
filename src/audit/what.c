/*-------------------------------------------------------------------------
 *
 * what.c
 *	  The fields of a record that say what was done: object, arguments, values,
 *	  statement.  See fields.c.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "audit/fields.h"

void
gk_get_function(GkRecord *record, GkText *out)
{
	put_text(out, record->code);
}

/* How much of a long text's end is shown, whatever stands before. */
#define GK_END_SIZE 300

/*
 * A text that does not fit: its beginning and its end, so that what it is about
 * cannot be pushed out by what stands before it.
 */
static void
put_both_ends(GkRecord *record, GkText *out, const char *raw, GkTextKind kind)
{
	size_t		len = strlen(raw);
	size_t		room = out->size - out->used - 1;
	GkText		begin;

	if (len <= room || kind == GK_TEXT_PLAIN)
	{
		record->hid_object |= gk_record_put_redacted(record, out, raw, len, kind);
		record->cut_object |= out->cut;
		return;
	}
	record->cut_object = true;
	gk_text_init(&begin, out->buf + out->used, room - GK_END_SIZE - 8);
	record->hid_object |= gk_record_put_redacted(record, &begin, raw, len, kind);
	out->used += begin.used;
	gk_text_ascii(out, " ... ");
	record->hid_object |= gk_record_put_redacted(record, out, raw + len - GK_END_SIZE / 2,
												 GK_END_SIZE / 2, kind);
}

void
gk_get_object(GkRecord *record, GkText *out)
{
	if (record->object)
		put_both_ends(record, out, record->object, gk_record_object_kind(record));
}

void
gk_get_arguments(GkRecord *record, GkText *out)
{
	if (record->arguments)
		put_both_ends(record, out, record->arguments, gk_record_object_kind(record));
}

/* Of a setting that is named like a secret nothing is shown. */
static void
put_setting(GkRecord *record, GkText *out, const char *value)
{
	if (value == NULL || *value == '\0')
		return;
	if (record->rule && record->object && gk_text_names_secret(record->object))
	{
		gk_text_ascii(out, "***");
		record->hid_object = true;
	}
	else if (record->rule)
		record->hid_object |= gk_record_put_redacted(record, out, value, strlen(value), GK_TEXT_PLAIN);
	else
		put_text(out, value);
}

void
gk_get_old_value(GkRecord *record, GkText *out)
{
	put_setting(record, out, record->old_value);
}

void
gk_get_new_value(GkRecord *record, GkText *out)
{
	put_setting(record, out, record->new_value);
}

void
gk_get_attributes(GkRecord *record, GkText *out)
{
	put_text(out, record->attributes);
}

/* Where something of the statement is hidden, its hash would tell a guess. */
void
gk_get_statement_hash(GkRecord *record, GkText *out)
{
	char		buf[16];
	GkText		scratch;

	if (record->statement == NULL)
		return;
	gk_text_init(&scratch, buf, sizeof(buf));
	if (!gk_redact_sql(&scratch, record->statement, record->statement_length, record->backslash_escapes))
		gk_text_sha256(out, record->statement, record->statement_length);
}

void
gk_get_statement_length(GkRecord *record, GkText *out)
{
	if (record->statement)
		put_number(out, record->statement_length);
}

void
gk_get_statement(GkRecord *record, GkText *out)
{
	record->hid_statement = gk_record_put_redacted(record, out, record->statement,
												   record->statement_length, GK_TEXT_SQL);
	record->cut_statement = out->cut || record->statement_length > GK_FIELD_SIZE + 99;
}
