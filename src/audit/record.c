/*-------------------------------------------------------------------------
 *
 * record.c
 *	  Fills a record from the field table, so that every sink can take it.
 *
 * All of it happens in the record's own buffer and fits GK_RECORD_SIZE on the
 * wire: the statement gets what the other fields leave.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "audit/chain.h"

#include "miscadmin.h"
#include "utils/builtins.h"

/* Where sinks put a record together, one after the other. */
char		gk_record_wire[GK_RECORD_SIZE];

/* What the journal's protocol adds to a field's name and value. */
#define GK_FIELD_OVERHEAD 10

/* Only where it is not the process that the record is about. */
static void
put_sender(const GkRecord *record, GkText *out)
{
	char		pid[24];

	if (!record->kept && !record->is_late && gk_audit_session_pid() == MyProcPid)
		return;
	pid[pg_ulltoa_n(MyProcPid, pid)] = '\0';
	if (strcmp(gk_record_value(record, "GATEKEEPER_BACKEND_PID"), pid) != 0)
		gk_text_ascii(out, pid);
}

/* What is not all there.  A statement that is cut ends sooner than the text does. */
static void
put_flags(const GkRecord *record, GkText *out)
{
	const struct
	{
		bool		holds;
		const char *name;
	}			flags[] = {
		{record->hid_statement, "statement_hidden"},
		{record->cut_statement, "statement_cut"},
		{record->hid_object, "object_hidden"},
		{record->cut_object, "object_cut"}
	};

	for (int i = 0; i < (int) lengthof(flags); i++)
		if (flags[i].holds)
		{
			gk_text_ascii(out, out->used > 0 ? "," : "");
			gk_text_ascii(out, flags[i].name);
		}
}

/* The line for whoever reads nothing else: what others wrote comes last. */
static void
put_message(const GkRecord *record, GkText *out)
{
	const char *space = "";

	for (int i = 0; i < gk_num_fields; i++)
	{
		const GkField *field = &gk_fields[i];

		if (field->key == NULL || record->length[i] == 0)
			continue;
		/* key, equals sign, quotes and a little text, or nothing */
		if (out->size - out->used < 32)
			break;
		gk_text_ascii(out, space);
		gk_text_ascii(out, field->key);
		gk_text_ascii(out, "=");
		if (field->is_quoted)
			gk_text_quoted(out, record->value[i]);
		else
			gk_text_ascii(out, record->value[i]);
		space = " ";
	}
}

/*
 * Fill field i, of at most limit bytes, behind the others.  Returns its size
 * on the wire.
 */
static int
fill_field(GkRecord *record, int i, int limit)
{
	const GkField *field = &gk_fields[i];
	GkText	   *text = &record->text;
	const char *kept = NULL;
	GkText		value;

	record->value[i] = "";
	record->length[i] = 0;
	if (record->kept && field->in_count != GK_ANEW)
	{
		if (record->kept->length[i] == 0)
			return 0;
		kept = record->kept->text + record->kept_used;
		record->kept_used += record->kept->length[i] + 1;
	}
	limit = Min(limit, (int) (text->size - text->used) - 1);
	if (limit <= 0)
		return 0;
	gk_text_init(&value, text->buf + text->used, limit + 1);
	if (kept)
		gk_text_units(&value, kept);
	else if (field->get)
		field->get(record, &value);
	else if (i == gk_num_fields - 2)
		put_message(record, &value);
	else if (strcmp(field->name, "GATEKEEPER_CHAIN") == 0)
		gk_chain_put(record, &value);
	else if (strcmp(field->name, "GATEKEEPER_FLAGS") == 0)
		put_flags(record, &value);
	else
		put_sender(record, &value);
	if (value.used == 0)
		return 0;
	record->value[i] = value.buf;
	record->length[i] = (int) value.used;
	text->used += value.used + 1;
	return field->name == NULL ? 0 :
		(int) (strlen(field->name) + value.used) + GK_FIELD_OVERHEAD;
}

/* Fill all fields of a record whose first part is complete.  Cannot fail. */
void
gk_record_fill(GkRecord *record)
{
	int			message = gk_num_fields - 2;
	int			statement = gk_num_fields - 1;
	int			flags = gk_num_fields - 3;
	int			chain = gk_num_fields - 4;
	int			reserved = gk_fields[flags].limit + GK_MESSAGE_SIZE + 3 * GK_FIELD_OVERHEAD +
		(int) (strlen(gk_fields[flags].name) + strlen(gk_fields[message].name) +
			   strlen(gk_fields[statement].name));
	int			wire = 0;

	if (gk_chain_is_on())
		reserved += gk_fields[chain].limit + (int) strlen(gk_fields[chain].name) + GK_FIELD_OVERHEAD;
	gk_audit_note_encoding();
	gk_text_init(&record->text, record->buf, sizeof(record->buf));
	for (int i = 0; i < message; i++)
		if (i != chain && (i != flags || record->kept))
		{
			int			name = gk_fields[i].name ? (int) strlen(gk_fields[i].name) + GK_FIELD_OVERHEAD : 0;

			wire += fill_field(record, i, Min(gk_fields[i].limit,
											  GK_RECORD_SIZE - reserved - wire - name));
		}

	/* flags and message need the statement, so their own room was set aside */
	fill_field(record, statement,
			   Min(Min(gk_fields[statement].limit, gk_audit_statement),
				   GK_RECORD_SIZE - reserved - wire));
	if (!record->kept)
		fill_field(record, flags, gk_fields[flags].limit);
	fill_field(record, message, gk_fields[message].limit);
	fill_field(record, chain, gk_fields[chain].limit);
}

/*
 * Keep of a filled record what that of a count will say.  What does not fit is
 * cut, the statement first.
 */
void
gk_record_keep(const GkRecord *record, GkExcerpt *kept)
{
	size_t		used = 0;

	for (int i = 0; i < gk_num_fields; i++)
	{
		int			length = record->length[i];
		int			room = (int) (sizeof(kept->text) - used) - 1;
		GkText		text;

		if (i == gk_num_fields - 1)
			room = Min(room, GK_KEPT_STATEMENT);
		kept->length[i] = 0;
		if (length == 0 || room <= 0 || gk_fields[i].in_count != GK_KEPT)
			continue;
		if (length <= room)
			memcpy(kept->text + used, record->value[i], length + 1);
		else
		{
			/* cut between characters */
			gk_text_init(&text, kept->text + used, room + 1);
			gk_text_units(&text, record->value[i]);
			length = (int) text.used;
			if (length == 0)
				continue;
		}
		kept->length[i] = (uint16) length;
		used += length + 1;
	}
}

/* Another process than the one that wrote it sends it: say which. */
void
gk_record_name_sender(GkRecord *record)
{
	static char pid[24];

	for (int i = 0; i < gk_num_fields; i++)
		if (gk_fields[i].name && strcmp(gk_fields[i].name, "GATEKEEPER_SENDER_PID") == 0)
		{
			GkText		text;

			gk_text_init(&text, pid, sizeof(pid));
			put_sender(record, &text);
			record->value[i] = pid;
			record->length[i] = (int) text.used;
		}
}

/*
 * Append the members of a JSON object, all of them strings in ASCII.  Without the
 * message, which says nothing that the other fields do not, where there is little
 * room.
 */
void
gk_record_put_json(const GkRecord *record, GkText *out, bool with_message)
{
	const char *separator = "";

	for (int i = 0; i < gk_num_fields; i++)
	{
		GkText		field;

		if (gk_fields[i].name == NULL || record->length[i] == 0 ||
			(!with_message && i == gk_num_fields - 2))
			continue;
		if (out->size - out->used < 80)
			break;				/* no room for any value */
		gk_text_ascii(out, separator);
		gk_text_ascii(out, "\"");
		gk_text_ascii(out, gk_fields[i].name);
		gk_text_ascii(out, "\":");

		/*
		 * In JSON a value may take three times the room.  The last field, the
		 * statement, gets what is left; the long ones before it no more than
		 * they had.
		 */
		gk_text_init(&field, out->buf + out->used,
					 i == gk_num_fields - 1 ? out->size - out->used :
					 Min(out->size - out->used, (size_t) Max(gk_fields[i].limit, 128)));
		gk_text_json(&field, record->value[i]);
		out->used += field.used;
		separator = ",";
	}
}
