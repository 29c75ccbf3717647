/*-------------------------------------------------------------------------
 *
 * entry.c
 *	  One entry of the journal: its fields, and whether to believe them.
 *
 * Anybody on the machine can write to the journal, under any name.  What
 * nobody can choose are the fields that begin with an underscore, which
 * journald adds itself.  Of these only _UID is always there: when a process is
 * gone before journald looks, the rest is missing.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "cli.h"

#include <ctype.h>
#include <stdlib.h>

#include "common/text.h"

/* Make it empty; its memory stays. */
void
gk_entry_clear(GkEntry *entry)
{
	entry->num_fields = 0;
	entry->forged = NULL;
	entry->is_syslog = false;
	entry->is_file = false;
	entry->time = 0;
	gk_buf_clear(&entry->text);
}

static void
distrust(GkEntry *entry, const char *format, const char *what)
{
	if (entry->forged)
		return;
	snprintf(entry->reason, sizeof(entry->reason), format, what);
	entry->forged = entry->reason;
}

/* Where names and values are after the text may have moved. */
static void
find_text(GkEntry *entry)
{
	for (int i = 0; i < entry->num_fields; i++)
	{
		entry->field[i].name = entry->text.data + entry->field[i].name_at;
		entry->field[i].value = entry->text.data + entry->field[i].value_at;
	}
}

/*
 * Add a field.  The server writes each name once, so a second one is somebody
 * else's, and the first one stays.
 */
void
gk_entry_add(GkEntry *entry, const char *name, size_t name_len,
			 const char *value, size_t length)
{
	GkEntryField *field;

	for (int i = 0; i < entry->num_fields && *name != '_'; i++)
	{
		const char *old = entry->text.data + entry->field[i].name_at;

		if (strncmp(old, name, name_len) == 0 && old[name_len] == '\0')
		{
			distrust(entry, "has field %s twice", old);
			return;
		}
	}
	if (entry->num_fields == entry->max_fields)
	{
		entry->max_fields = 2 * entry->max_fields + 64;
		entry->field = gk_grow(entry->field, entry->max_fields * sizeof(GkEntryField));
	}
	field = &entry->field[entry->num_fields++];
	field->name_at = entry->text.used;
	gk_buf_add(&entry->text, name, name_len);
	gk_buf_add(&entry->text, "", 1);
	field->value_at = entry->text.used;
	field->length = length;
	gk_buf_add(&entry->text, value, length);
	gk_buf_add(&entry->text, "", 1);
}

static int
compare_names(const void *a, const void *b)
{
	return strcmp(((const GkEntryField *) a)->name, ((const GkEntryField *) b)->name);
}

static bool
is_made_of(const char *text, const char *characters, size_t min, size_t max)
{
	size_t		len = strlen(text);

	return len >= min && len <= max && strspn(text, characters) == len;
}

/* Can the server have sent it? */
static void
judge(GkEntry *entry, const GkSenders *senders)
{
	const char *uid = gk_entry_get(entry, "_UID");
	const char *transport = gk_entry_get(entry, "_TRANSPORT");
	bool		is_known = false;

	for (int i = 0; senders && i < senders->count; i++)
		is_known |= *uid && strtoul(uid, NULL, 10) == senders->uid[i];
	if (senders && !is_known)
		distrust(entry, *uid ? "sent by user id %s" : "nobody knows who sent it", uid);
	if (senders && strcmp(transport, "journal") != 0 && strcmp(transport, "syslog") != 0)
		distrust(entry, "came by transport \"%s\"", transport);
	if (!gk_entry_is(entry, "SYSLOG_IDENTIFIER", "pg_gatekeeper"))
		distrust(entry, "%s", "has another SYSLOG_IDENTIFIER");
	if (!is_made_of(gk_entry_get(entry, "GATEKEEPER_STREAM"), "0123456789abcdef", 32, 32) ||
		!is_made_of(gk_entry_get(entry, "GATEKEEPER_SEQ"), "0123456789", 1, 20) ||
		*gk_entry_get(entry, "GATEKEEPER_EVENT") == '\0')
		distrust(entry, "%s", "is not as the server writes it");
}

/*
 * All fields are there: take those out that came as JSON by way of syslog, sort
 * them, judge the sender.  senders is NULL where nobody says who sent it.
 */
void
gk_entry_complete(GkEntry *entry, const GkSenders *senders)
{
	find_text(entry);
	for (int i = 0; i < entry->num_fields; i++)
	{
		GkEntryField *field = &entry->field[i];

		if (strcmp(field->name, "MESSAGE") == 0 && strncmp(field->value, "@cee:", 5) == 0)
		{
			char	   *message = gk_copy(field->value);

			/* its place is for the MESSAGE inside */
			entry->field[i] = entry->field[--entry->num_fields];
			if (!gk_parse_cee(entry, message))
				gk_entry_add(entry, "MESSAGE", 7, message, strlen(message));
			entry->is_syslog = true;
			free(message);
			find_text(entry);
			break;
		}
	}
	qsort(entry->field, entry->num_fields, sizeof(GkEntryField), compare_names);
	judge(entry, senders);
}

/* The value of a complete entry's field; "" when it has none. */
const char *
gk_entry_get(const GkEntry *entry, const char *name)
{
	GkEntryField key = {.name = name};
	GkEntryField *field = bsearch(&key, entry->field, entry->num_fields,
								  sizeof(GkEntryField), compare_names);

	return field ? field->value : "";
}

/* The same as a number; 0 when it is none. */
uint64_t
gk_entry_number(const GkEntry *entry, const char *name)
{
	return strtoull(gk_entry_get(entry, name), NULL, 10);
}

bool
gk_entry_is(const GkEntry *entry, const char *name, const char *value)
{
	return strcmp(gk_entry_get(entry, name), value) == 0;
}

/*
 * Append bytes that may be anybody's as one line which does no harm to a
 * terminal.  What the server wrote is escaped already and stays as it is.
 */
void
gk_put_visible(GkBuf *out, const char *bytes, size_t len)
{
	for (size_t i = 0; i < len;)
	{
		char		unit[16];
		GkText		text;
		uint32_t	c;
		int			step = gk_utf8_decode(bytes + i, len - i, &c);

		if (step == 0)
			step = 1;
		if (bytes[i] == '\\')
			gk_buf_add(out, "\\", 1);
		else
		{
			gk_text_init(&text, unit, sizeof(unit));
			gk_text_escape(&text, bytes + i, step);
			gk_buf_add(out, unit, text.used);
		}
		i += step;
	}
}
