/*-------------------------------------------------------------------------
 *
 * json.c
 *	  Puts one JSON object together, on one line.
 *
 * Members without a value are left out, and so are objects and arrays without
 * members: nothing is written before its first member is.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "cli.h"

#include <stdlib.h>

#include "common/text.h"

/*
 * Characters that are written as \u: control characters, of which a terminal
 * takes also U+0080 to U+009F for orders, and those that reorder or hide text.
 */
static bool
is_escaped(uint32_t c)
{
	return c < 0x20 || (c >= 0x7F && c <= 0x9F) || (c >= 0x200B && c <= 0x200F) ||
		(c >= 0x2028 && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF;
}

static void
put_string(GkBuf *out, const char *bytes, size_t len)
{
	gk_buf_add(out, "\"", 1);
	for (size_t i = 0; i < len;)
	{
		uint32_t	c;
		int			n = gk_utf8_decode(bytes + i, len - i, &c);

		if (n == 0)
		{
			/* no such thing in JSON: as the server escapes it */
			gk_buf_format(out, "\\\\x%02X", (unsigned char) bytes[i]);
			n = 1;
		}
		else if (c == '"' || c == '\\')
			gk_buf_format(out, "\\%c", (char) c);
		else if (is_escaped(c))
			gk_buf_format(out, "\\u%04x", c);
		else
			gk_buf_add(out, bytes + i, n);
		i += n;
	}
	gk_buf_add(out, "\"", 1);
}

/* Write what stands before a member of the level that was opened last. */
static void
put_member(GkJson *json, const char *name)
{
	GkBuf	   *out = &json->out;
	int			i = json->opened - 1;

	if (i < 0)
		return;
	if (json->level[i].has_members)
		gk_buf_add(out, ",", 1);
	json->level[i].has_members = true;
	if (!json->level[i].is_array)
	{
		put_string(out, name, strlen(name));
		gk_buf_add(out, ":", 1);
	}
}

/* Write the levels that are open, even if they stay empty. */
void
gk_json_keep(GkJson *json)
{
	while (json->opened < json->depth)
	{
		put_member(json, json->level[json->opened].name);
		gk_buf_add(&json->out, json->level[json->opened].is_array ? "[" : "{", 1);
		json->opened++;
	}
}

/* Write what stands before a value: levels opened and not yet there, a name. */
static void
put_name(GkJson *json, const char *name)
{
	gk_json_keep(json);
	put_member(json, name);
}

static void
open_level(GkJson *json, const char *name, bool is_array)
{
	if (json->depth == GK_LENGTHOF(json->level))
		gk_error(NULL, "JSON too deep");
	json->level[json->depth].name = name;
	json->level[json->depth].is_array = is_array;
	json->level[json->depth].has_members = false;
	json->depth++;
}

/* Start the object; json may have held another one. */
void
gk_json_begin(GkJson *json)
{
	gk_buf_clear(&json->out);
	json->depth = json->opened = 0;
	open_level(json, NULL, false);
}

/* End the object and print it as a line. */
void
gk_json_print(GkJson *json, FILE *stream)
{
	while (json->depth > 0)
		gk_json_close(json);
	fprintf(stream, "%s\n", json->out.used ? json->out.data : "{}");
}

/* Start an object within; name is NULL within an array. */
void
gk_json_open(GkJson *json, const char *name)
{
	open_level(json, name, false);
}

void
gk_json_open_array(GkJson *json, const char *name)
{
	open_level(json, name, true);
}

/* End the innermost object or array. */
void
gk_json_close(GkJson *json)
{
	json->depth--;
	if (json->opened > json->depth)
	{
		gk_buf_add(&json->out, json->level[json->depth].is_array ? "]" : "}", 1);
		json->opened = json->depth;
	}
}

/* A string; left out when it is empty. */
void
gk_json_text(GkJson *json, const char *name, const char *value)
{
	gk_json_bytes(json, name, value, strlen(value));
}

void
gk_json_bytes(GkJson *json, const char *name, const char *value, size_t len)
{
	if (len == 0)
		return;
	put_name(json, name);
	put_string(&json->out, value, len);
}

void
gk_json_number(GkJson *json, const char *name, uint64_t value)
{
	put_name(json, name);
	gk_buf_format(&json->out, "%llu", (unsigned long long) value);
}

/* A number that stands in a text; left out when the text is none. */
void
gk_json_digits(GkJson *json, const char *name, const char *digits)
{
	size_t		len = strlen(digits);

	if (len > 0 && len <= 19 && strspn(digits, "0123456789") == len)
		gk_json_number(json, name, strtoull(digits, NULL, 10));
}

void
gk_json_bool(GkJson *json, const char *name, bool value)
{
	put_name(json, name);
	gk_buf_text(&json->out, value ? "true" : "false");
}
