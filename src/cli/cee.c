/*-------------------------------------------------------------------------
 *
 * cee.c
 *	  Reads the fields of a record that came to the journal by way of syslog.
 *
 * There they are one JSON object whose members are all strings, behind the
 * cookie "@cee:".  Nothing else is read, and of its members only those that
 * the server writes: what journald says of the sender must not be
 * overwritten by it.  Anybody can write such an object, so its members' names
 * are as the journal's own are, and there are not many of them.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "cli.h"

#include <ctype.h>

/* More members than a record has fields. */
#define GK_MAX_MEMBERS 64

static void
put_utf8(GkBuf *out, uint32_t c)
{
	char		byte[4];
	int			n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;

	for (int i = n - 1; i > 0; i--)
	{
		byte[i] = 0x80 | (c & 0x3F);
		c >>= 6;
	}
	byte[0] = n == 1 ? c : (0xF00 >> n) | c;
	gk_buf_add(out, byte, n);
}

/* Four hexadecimal digits; moves on. */
static bool
take_hex(const char **p, uint32_t *c)
{
	*c = 0;
	for (int i = 0; i < 4; i++)
	{
		char		digit = *(*p)++;

		if (!isxdigit((unsigned char) digit))
			return false;
		*c = 16 * *c + (isdigit((unsigned char) digit) ? digit - '0' : (digit | 32) - 'a' + 10);
	}
	return true;
}

/* A string into out; moves behind it. */
static bool
take_string(const char **json, GkBuf *out)
{
	static const char named[] = "\"\"\\\\//b\bf\fn\nr\rt\t";
	const char *p = *json;

	gk_buf_clear(out);
	if (*p++ != '"')
		return false;
	while (*p != '"')
	{
		size_t		plain = strcspn(p, "\"\\");
		uint32_t	c,
					low;

		gk_buf_add(out, p, plain);
		p += plain;
		if (*p == '\0')
			return false;
		if (*p == '"')
			break;
		p++;
		if (*p == 'u')
		{
			p++;
			if (!take_hex(&p, &c) || c == 0 || (c & 0xFC00) == 0xDC00)
				return false;
			if ((c & 0xFC00) == 0xD800)
			{
				if (*p++ != '\\' || *p++ != 'u' || !take_hex(&p, &low) ||
					(low & 0xFC00) != 0xDC00)
					return false;
				c = 0x10000 + ((c & 0x3FF) << 10) + (low & 0x3FF);
			}
			put_utf8(out, c);
			continue;
		}
		for (int i = 0; named[i]; i += 2)
			if (named[i] == *p)
			{
				gk_buf_add(out, &named[i + 1], 1);
				break;
			}
			else if (named[i + 2] == '\0')
				return false;
		p++;
	}
	*json = p + 1;
	return true;
}

/* A field's name as journald takes them; they are shown as they are. */
static bool
is_field_name(const char *name)
{
	size_t		len = strlen(name);

	return len > 0 && len <= 64 && strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789") == len;
}

static const char *
skip_blanks(const char *p)
{
	return p + strspn(p, " \t\r\n");
}

/*
 * Add the fields in message, "@cee:{...}", to entry.  False, and nothing
 * added, when it is not as the server writes it.
 */
bool
gk_parse_cee(GkEntry *entry, const char *message)
{
	static GkBuf name;
	static GkBuf value;
	const char *start = skip_blanks(message + strlen("@cee:"));

	if (*start != '{')
		return false;
	/* once to see that all of it is well-formed, once to take it */
	for (int pass = 0; pass < 2; pass++)
	{
		const char *p = skip_blanks(start + 1);
		int			members = 0;

		while (*p != '}')
		{
			if (members++ == GK_MAX_MEMBERS ||
				!take_string(&p, &name) || !is_field_name(gk_buf_string(&name)))
				return false;
			p = skip_blanks(p);
			if (*p++ != ':')
				return false;
			p = skip_blanks(p);
			if (!take_string(&p, &value))
				return false;
			if (pass == 1 &&
				(strncmp(gk_buf_string(&name), "GATEKEEPER_", 11) == 0 ||
				 strcmp(gk_buf_string(&name), "MESSAGE_ID") == 0 ||
				 strcmp(gk_buf_string(&name), "MESSAGE") == 0 ||
				 (entry->is_file && (strcmp(gk_buf_string(&name), "PRIORITY") == 0 ||
									 strcmp(gk_buf_string(&name), "SYSLOG_IDENTIFIER") == 0))))
				gk_entry_add(entry, gk_buf_string(&name), name.used,
							 gk_buf_string(&value), value.used);
			p = skip_blanks(p);
			if (*p == ',')
				p = skip_blanks(p + 1);
			else if (*p != '}')
				return false;
		}
		if (*skip_blanks(p + 1) != '\0')
			return false;
	}
	return true;
}

/* Behind a value that is not looked into: a word, a number, an object or a list. */
static const char *
skip_value(const char *p)
{
	static GkBuf ignored;
	int			depth = 0;

	for (;; p++)
	{
		if (*p == '"')
		{
			if (!take_string(&p, &ignored))
				return p + strlen(p);
			p--;
		}
		else if (*p == '{' || *p == '[')
			depth++;
		else if (*p == '\0' || (depth == 0 && (*p == ',' || *p == '}')))
			return p;
		else if (*p == '}' || *p == ']')
			depth--;
	}
}

/*
 * The value of an object's member of this name, which is a string; the last one,
 * where there are several.  Of objects inside it nothing is looked at.
 */
bool
gk_json_member(const char *json, const char *name, GkBuf *value)
{
	static GkBuf found;
	static GkBuf text;
	bool		is_there = false;
	const char *p = skip_blanks(json);

	if (*p++ != '{')
		return false;
	for (;;)
	{
		p = skip_blanks(p);
		if (!take_string(&p, &found))
			return false;
		p = skip_blanks(p);
		if (*p++ != ':')
			return false;
		p = skip_blanks(p);
		if (*p == '"')
		{
			if (!take_string(&p, &text))
				return false;
			if (strcmp(gk_buf_string(&found), name) == 0)
			{
				gk_buf_clear(value);
				gk_buf_add(value, gk_buf_string(&text), text.used);
				is_there = true;
			}
		}
		else
			p = skip_value(p);
		p = skip_blanks(p);
		if (*p == '}')
			return is_there;
		if (*p++ != ',')
			return false;
	}
}
