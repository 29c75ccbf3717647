/*-------------------------------------------------------------------------
 *
 * json.c
 *	  Reads JSON as strictly as RFC 8259 lets one, and names of members once.
 *
 * Not the server's own reader: that takes the last of members with the same name,
 * tells a text that it cannot read to the server's log, and is not to be had in
 * the postmaster, which reads the keys.  Two readers that understand a token
 * differently are how tokens are forged; so whatever is in doubt is refused here:
 * a name twice at any depth, a NUL in a string, half a surrogate pair, bytes that
 * are not UTF-8, anything behind the value.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "identity/token.h"

#include <stdlib.h>

#include "common/text.h"

#define GK_JSON_DEPTH 16
#define GK_JSON_OPEN 512		/* members of all objects that are open */

typedef struct Reader
{
	const char *at;
	const char *end;
	char	   *names;			/* of the open objects' members */
	size_t		used;
	int			open;
	const char *name[GK_JSON_OPEN];
	GkJsonObject *object;		/* the outermost, or NULL */
} Reader;

static void
skip_blanks(Reader *r)
{
	while (r->at < r->end && (*r->at == ' ' || *r->at == '\t' || *r->at == '\n' || *r->at == '\r'))
		r->at++;
}

static bool
take(Reader *r, char c)
{
	if (r->at >= r->end || *r->at != c)
		return false;
	r->at++;
	return true;
}

static bool
take_word(Reader *r, const char *word)
{
	size_t		length = strlen(word);

	if ((size_t) (r->end - r->at) < length || memcmp(r->at, word, length) != 0)
		return false;
	r->at += length;
	return true;
}

static bool
take_digits(Reader *r)
{
	const char *from = r->at;

	while (r->at < r->end && *r->at >= '0' && *r->at <= '9')
		r->at++;
	return r->at > from;
}

static bool
take_number(Reader *r)
{
	(void) take(r, '-');
	if (!take(r, '0') && !take_digits(r))
		return false;
	if (take(r, '.') && !take_digits(r))
		return false;
	if (take(r, 'e') || take(r, 'E'))
	{
		if (!take(r, '+'))
			(void) take(r, '-');
		return take_digits(r);
	}
	return true;
}

static bool
take_hex(Reader *r, uint32_t *c)
{
	*c = 0;
	if (r->end - r->at < 4)
		return false;
	for (int i = 0; i < 4; i++, r->at++)
	{
		char		h = *r->at;
		int			digit = h >= '0' && h <= '9' ? h - '0' :
			h >= 'a' && h <= 'f' ? h - 'a' + 10 :
			h >= 'A' && h <= 'F' ? h - 'A' + 10 : -1;

		if (digit < 0)
			return false;
		*c = *c << 4 | (uint32_t) digit;
	}
	return true;
}

/* Behind a backslash. */
static bool
take_escape(Reader *r, uint32_t *c)
{
	static const char letters[] = "\"\\/bfnrt";
	static const char meant[] = "\"\\/\b\f\n\r\t";
	const char *letter;
	uint32_t	low;

	if (r->at >= r->end || *r->at == '\0')
		return false;
	letter = strchr(letters, *r->at);
	if (letter)
	{
		*c = (unsigned char) meant[letter - letters];
		r->at++;
		return true;
	}
	if (!take(r, 'u') || !take_hex(r, c) || *c == 0 || (*c >= 0xDC00 && *c <= 0xDFFF))
		return false;
	if (*c < 0xD800 || *c > 0xDBFF)
		return true;
	if (!take_word(r, "\\u") || !take_hex(r, &low) || low < 0xDC00 || low > 0xDFFF)
		return false;
	*c = 0x10000 + ((*c - 0xD800) << 10) + (low - 0xDC00);
	return true;
}

/* Returns how many bytes of UTF-8 it takes. */
static int
put_utf8(uint32_t c, char *out)
{
	if (c < 0x80)
	{
		out[0] = (char) c;
		return 1;
	}
	if (c < 0x800)
	{
		out[0] = (char) (0xC0 | c >> 6);
		out[1] = (char) (0x80 | (c & 0x3F));
		return 2;
	}
	if (c < 0x10000)
	{
		out[0] = (char) (0xE0 | c >> 12);
		out[1] = (char) (0x80 | (c >> 6 & 0x3F));
		out[2] = (char) (0x80 | (c & 0x3F));
		return 3;
	}
	out[0] = (char) (0xF0 | c >> 18);
	out[1] = (char) (0x80 | (c >> 12 & 0x3F));
	out[2] = (char) (0x80 | (c >> 6 & 0x3F));
	out[3] = (char) (0x80 | (c & 0x3F));
	return 4;
}

/* Decoded into out, with a NUL, where that is not NULL; false when it does not fit. */
static bool
take_string(Reader *r, char *out, size_t size, size_t *used)
{
	size_t		n = 0;

	if (!take(r, '"'))
		return false;
	while (r->at < r->end && *r->at != '"')
	{
		uint32_t	c;
		char		bytes[4];
		int			step = gk_utf8_decode(r->at, (size_t) (r->end - r->at), &c);

		if (step == 0 || c < 0x20)
			return false;
		r->at += step;
		if (c == '\\' && !take_escape(r, &c))
			return false;
		step = put_utf8(c, bytes);
		if (out == NULL)
			continue;
		if (n + (size_t) step >= size)
			return false;
		memcpy(out + n, bytes, (size_t) step);
		n += (size_t) step;
	}
	if (!take(r, '"') || (out && n >= size))
		return false;
	if (out)
		out[n] = '\0';
	if (used)
		*used = n;
	return true;
}

static bool take_value(Reader *r, int depth, GkJsonValue *value);

/* A member's name, which must be the first of that name since "first". */
static bool
take_name(Reader *r, int first)
{
	char	   *name = r->names + r->used;
	size_t		length;

	if (r->open == GK_JSON_OPEN ||
		!take_string(r, name, GK_JSON_NAMES - r->used, &length))
		return false;
	for (int i = first; i < r->open; i++)
		if (strcmp(r->name[i], name) == 0)
			return false;
	r->name[r->open++] = name;
	r->used += length + 1;
	return true;
}

static bool
take_members(Reader *r, int depth)
{
	int			first = r->open;
	size_t		used = r->used;

	skip_blanks(r);
	if (take(r, '}'))
		return true;
	do
	{
		GkJsonValue value = {0};

		skip_blanks(r);
		if (!take_name(r, first))
			return false;
		value.name = r->name[r->open - 1];
		skip_blanks(r);
		if (!take(r, ':') || !take_value(r, depth, &value))
			return false;
		if (depth == 1 && r->object)
		{
			if (r->object->count == GK_JSON_MEMBERS)
				return false;
			r->object->members[r->object->count++] = value;
		}
		skip_blanks(r);
	} while (take(r, ','));
	if (depth > 1)
	{
		r->open = first;
		r->used = used;
	}
	return take(r, '}');
}

static bool
take_elements(Reader *r, int depth)
{
	GkJsonValue value;

	skip_blanks(r);
	if (take(r, ']'))
		return true;
	do
	{
		if (!take_value(r, depth, &value))
			return false;
		skip_blanks(r);
	} while (take(r, ','));
	return take(r, ']');
}

/* depth is that of the object or array it stands in. */
static bool
take_value(Reader *r, int depth, GkJsonValue *value)
{
	bool		ok;

	skip_blanks(r);
	if (r->at >= r->end || depth >= GK_JSON_DEPTH)
		return false;
	value->raw = r->at;
	switch (*r->at)
	{
		case '{':
			value->type = GK_JSON_OBJECT;
			r->at++;
			ok = take_members(r, depth + 1);
			break;
		case '[':
			value->type = GK_JSON_ARRAY;
			r->at++;
			ok = take_elements(r, depth + 1);
			break;
		case '"':
			value->type = GK_JSON_STRING;
			ok = take_string(r, NULL, 0, NULL);
			break;
		case 't':
		case 'f':
			value->type = GK_JSON_BOOL;
			ok = take_word(r, *r->at == 't' ? "true" : "false");
			break;
		case 'n':
			value->type = GK_JSON_NULL;
			ok = take_word(r, "null");
			break;
		default:
			value->type = GK_JSON_NUMBER;
			ok = take_number(r);
	}
	value->length = (size_t) (r->at - value->raw);
	return ok;
}

/* Is the text one object, and well-formed to the last byte?  Then its members. */
bool
gk_json_read(GkJsonObject *object, const char *text, size_t length)
{
	Reader		r = {.at = text,.end = text + length,.names = object->names,.object = object};
	GkJsonValue value = {0};

	object->count = 0;
	if (!take_value(&r, 0, &value) || value.type != GK_JSON_OBJECT)
		return false;
	skip_blanks(&r);
	return r.at == r.end;
}

const GkJsonValue *
gk_json_member(const GkJsonObject *object, const char *name)
{
	for (int i = 0; i < object->count; i++)
		if (strcmp(object->members[i].name, name) == 0)
			return &object->members[i];
	return NULL;
}

/* Its text, if it is a string that fits.  value may be NULL. */
bool
gk_json_string(const GkJsonValue *value, char *buf, size_t size)
{
	Reader		r = {0};

	buf[0] = '\0';
	if (value == NULL || value->type != GK_JSON_STRING)
		return false;
	r.at = value->raw;
	r.end = value->raw + value->length;
	return take_string(&r, buf, size, NULL);
}

/* Is it this string? */
bool
gk_json_is(const GkJsonValue *value, const char *text)
{
	char		buf[GK_CLAIM_SIZE];

	return gk_json_string(value, buf, sizeof(buf)) && strcmp(buf, text) == 0;
}

bool
gk_json_number(const GkJsonValue *value, double *number)
{
	char		digits[40];

	if (value == NULL || value->type != GK_JSON_NUMBER || value->length >= sizeof(digits))
		return false;
	memcpy(digits, value->raw, value->length);
	digits[value->length] = '\0';
	*number = strtod(digits, NULL);
	return true;
}

/* The next element of an array that has been read; *place begins at 0. */
bool
gk_json_element(const GkJsonValue *array, size_t *place, GkJsonValue *element)
{
	char		names[GK_JSON_NAMES];
	Reader		r = {.names = names};

	if (array->type != GK_JSON_ARRAY)
		return false;
	r.at = array->raw + (*place == 0 ? 1 : *place);
	r.end = array->raw + array->length;
	skip_blanks(&r);
	if (*place != 0 && !take(&r, ','))
		return false;
	memset(element, 0, sizeof(*element));
	if (!take_value(&r, 1, element))
		return false;
	*place = (size_t) (r.at - array->raw);
	return true;
}
