/*-------------------------------------------------------------------------
 *
 * escape.c
 *	  Any bytes -> one line of clean UTF-8 that can be turned back.
 *
 * Names and statements come from whoever is being recorded.  A line break
 * would forge a record, a control byte or bad UTF-8 makes journalctl print an
 * array of numbers, an escape sequence or a bidirectional control shows the
 * reader something else than what was run.  All of these are written as
 * escapes:
 *
 *		\\				a backslash
 *		\n \r \t		line feed, carriage return, tab
 *		\xHH			any other control byte, and each byte that is not
 *						part of valid UTF-8 (text in another server encoding)
 *		\uHHHH			an invisible or reordering character, a noncharacter
 *		\UHHHHHHHH		the same beyond the basic plane
 *		\"				a double quote, only where the text stands in quotes
 *
 * Encodings are never converted: that can fail.  Text in an encoding that is
 * not UTF-8 can look like it; whoever knows the encoding says so, and then each
 * of its bytes beyond ASCII is an escape.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "common/text.h"

static const char hex[] = "0123456789ABCDEF";

bool		gk_text_is_utf8 = true;

/* Start an empty text in buf, of size bytes (at least one). */
void
gk_text_init(GkText *text, char *buf, size_t size)
{
	text->buf = buf;
	text->size = size;
	text->used = 0;
	text->cut = false;
	buf[0] = '\0';
}

/*
 * Append all of the bytes as they are, or none.  Once something did not fit,
 * nothing more is appended: a text is cut at its end, not in its middle.
 */
bool
gk_text_put(GkText *text, const char *bytes, size_t len)
{
	if (text->cut || len >= text->size - text->used)
	{
		text->cut = true;
		return false;
	}
	memcpy(text->buf + text->used, bytes, len);
	text->used += len;
	text->buf[text->used] = '\0';
	return true;
}

/* Append as many of the bytes as fit: for text that may be cut anywhere. */
void
gk_text_put_some(GkText *text, const char *bytes, size_t len)
{
	size_t		room = text->size - text->used - 1;

	if (text->cut)
		return;
	(void) gk_text_put(text, bytes, len < room ? len : room);
	text->cut = len > room;
}

/* Append a constant of ours. */
void
gk_text_ascii(GkText *text, const char *ascii)
{
	(void) gk_text_put(text, ascii, strlen(ascii));
}

/*
 * The length in bytes of the UTF-8 character that s begins with, and its code
 * point; 0 when there is none: overlong forms, surrogates, beyond U+10FFFF,
 * incomplete.
 */
int
gk_utf8_decode(const char *s, size_t len, uint32_t *codepoint)
{
	const unsigned char *b = (const unsigned char *) s;
	int			n;
	uint32_t	c;

	if (len == 0)
		return 0;
	if (b[0] < 0x80)
	{
		*codepoint = b[0];
		return 1;
	}
	if (b[0] >= 0xC2 && b[0] <= 0xDF)
		n = 2;
	else if ((b[0] & 0xF0) == 0xE0)
		n = 3;
	else if (b[0] >= 0xF0 && b[0] <= 0xF4)
		n = 4;
	else
		return 0;
	if (len < (size_t) n)
		return 0;
	c = b[0] & (0x7F >> n);
	for (int i = 1; i < n; i++)
	{
		if ((b[i] & 0xC0) != 0x80)
			return 0;
		c = c << 6 | (b[i] & 0x3F);
	}
	if ((n == 3 && c < 0x800) || (n == 4 && (c < 0x10000 || c > 0x10FFFF)) ||
		(c >= 0xD800 && c <= 0xDFFF))
		return 0;
	*codepoint = c;
	return n;
}

/*
 * Characters that cannot be seen, that reorder what can, or that readers of
 * the journal do not take for text.
 */
static bool
is_deceptive(uint32_t c)
{
	return (c >= 0x7F && c <= 0x9F) ||	/* DEL and the C1 controls */
		c == 0xAD ||			/* soft hyphen */
		c == 0x61C ||			/* Arabic letter mark */
		c == 0x180E ||			/* Mongolian vowel separator */
		(c >= 0x200B && c <= 0x200F) || /* zero width, LRM, RLM */
		(c >= 0x2028 && c <= 0x202E) || /* line breaks, embeddings, overrides */
		(c >= 0x2060 && c <= 0x206F) || /* invisible, isolates */
		(c >= 0xFDD0 && c <= 0xFDEF) || /* noncharacters */
		c == 0xFEFF ||			/* byte order mark */
		(c >= 0xFFF9 && c <= 0xFFFB) || /* interlinear annotation */
		(c & 0xFFFE) == 0xFFFE ||	/* noncharacters */
		(c >= 0xE0000 && c <= 0xE0FFF); /* tags, variation selectors */
}

static int
put_hex(char *to, uint32_t value, int digits)
{
	for (int i = 0; i < digits; i++)
		to[i] = hex[(value >> (4 * (digits - 1 - i))) & 0xF];
	return digits;
}

static bool
is_plain(unsigned char b)
{
	return b >= 0x20 && b < 0x7F && b != '\\';
}

/* Append len bytes of anything, escaped. */
void
gk_text_escape(GkText *text, const char *raw, size_t len)
{
	for (size_t i = 0; i < len && !text->cut;)
	{
		unsigned char b = (unsigned char) raw[i];
		char		unit[10] = {'\\'};
		int			n;
		int			step = 1;
		uint32_t	c;

		if (is_plain(b))
		{
			size_t		run = 1;

			while (i + run < len && is_plain((unsigned char) raw[i + run]))
				run++;
			gk_text_put_some(text, raw + i, run);
			i += run;
			continue;
		}
		if (b == '\\' || b == '\n' || b == '\r' || b == '\t')
		{
			unit[1] = b == '\n' ? 'n' : b == '\r' ? 'r' : b == '\t' ? 't' : '\\';
			n = 2;
		}
		else if (b < 0x80 || !gk_text_is_utf8 ||
				 (step = gk_utf8_decode(raw + i, len - i, &c)) == 0)
		{
			unit[1] = 'x';
			n = 2 + put_hex(unit + 2, b, 2);
			step = 1;
		}
		else if (!is_deceptive(c))
		{
			gk_text_put(text, raw + i, step);
			i += step;
			continue;
		}
		else if (c < 0x10000)
		{
			unit[1] = 'u';
			n = 2 + put_hex(unit + 2, c, 4);
		}
		else
		{
			unit[1] = 'U';
			n = 2 + put_hex(unit + 2, c, 8);
		}
		gk_text_put(text, unit, n);
		i += step;
	}
}

/*
 * How many bytes of escaped text stand for one thing: text is cut between two
 * of these.
 */
static size_t
unit_length(const char *escaped)
{
	uint32_t	c;
	int			n;

	if (escaped[0] == '\\')
		switch (escaped[1])
		{
			case 'x':
				return 4;
			case 'u':
				return 6;
			case 'U':
				return 10;
			default:
				return 2;
		}
	/* NUL-terminated, and the NUL is no continuation byte */
	n = gk_utf8_decode(escaped, 4, &c);
	return n > 0 ? n : 1;
}

/*
 * Append escaped text, up to the character stop, if any.  Returns how much of it
 * was read.
 */
static size_t
put_units(GkText *text, const char *escaped, char stop)
{
	const char *start = escaped;

	while (*escaped && !text->cut)
	{
		size_t		n = 0;

		/* most of it is ASCII, of which every byte is a unit */
		while (is_plain((unsigned char) escaped[n]) && escaped[n] != stop)
			n++;
		gk_text_put_some(text, escaped, n);
		escaped += n;
		if (*escaped == '\0' || *escaped == stop || text->cut)
			break;
		n = unit_length(escaped);
		gk_text_put(text, escaped, n);
		escaped += n;
	}
	return escaped - start;
}

/* Append escaped text as it is. */
void
gk_text_units(GkText *text, const char *escaped)
{
	(void) put_units(text, escaped, '\0');
}

/*
 * Append escaped text with quotes around it.  When it has to be cut the
 * closing quote is there all the same.
 */
void
gk_text_quoted(GkText *text, const char *escaped)
{
	if (text->cut || text->size - text->used < 3)
	{
		text->cut = true;
		return;
	}
	gk_text_put(text, "\"", 1);
	text->size--;				/* the closing quote's place */
	while (*escaped && !text->cut)
	{
		escaped += put_units(text, escaped, '"');
		if (*escaped == '"')
		{
			gk_text_put(text, "\\\"", 2);
			escaped++;
		}
	}
	text->size++;
	text->buf[text->used++] = '"';
	text->buf[text->used] = '\0';
}

/*
 * Append escaped text as a JSON string in ASCII, quotes included; cut like
 * gk_text_quoted().
 */
void
gk_text_json(GkText *text, const char *escaped)
{
	if (text->cut || text->size - text->used < 3)
	{
		text->cut = true;
		return;
	}
	gk_text_put(text, "\"", 1);
	text->size--;
	while (*escaped && !text->cut)
	{
		size_t		n = unit_length(escaped);
		char		unit[16];
		size_t		len = 0;
		uint32_t	c;

		if (*escaped == '\\')
		{
			/* of a unit, only the backslash means something to JSON */
			unit[len++] = '\\';
			for (size_t i = 0; i < n; i++)
			{
				if (i > 0 && (escaped[i] == '\\' || escaped[i] == '"'))
					unit[len++] = '\\';
				unit[len++] = escaped[i];
			}
		}
		else if (n == 1)
		{
			if (*escaped == '"')
				unit[len++] = '\\';
			unit[len++] = *escaped;
		}
		else
		{
			gk_utf8_decode(escaped, n, &c);
			unit[len++] = '\\';
			unit[len++] = 'u';
			if (c >= 0x10000)
			{
				len += put_hex(unit + len, 0xD7C0 + (c >> 10), 4);
				unit[len++] = '\\';
				unit[len++] = 'u';
				c = 0xDC00 + (c & 0x3FF);
			}
			len += put_hex(unit + len, c, 4);
		}
		gk_text_put(text, unit, len);
		escaped += n;
	}
	text->size++;
	text->buf[text->used++] = '"';
	text->buf[text->used] = '\0';
}
