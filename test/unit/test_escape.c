/*-------------------------------------------------------------------------
 *
 * test_escape.c
 *	  Any bytes become clean text that can be turned back.
 *
 * Stands alone; prints TAP.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include <stdio.h>
#include <stdlib.h>

#include "common/escape.c"

typedef struct Case
{
	const char *what;
	const char *raw;
	size_t		len;
	const char *escaped;
	const char *json;			/* without quotes */
} Case;

#define RAW(s) s, sizeof(s) - 1

static const Case cases[] = {
	{"plain", RAW("abc \"x\" 'y'"), "abc \"x\" 'y'", "abc \\\"x\\\" 'y'"},
	{"empty", RAW(""), "", ""},
	{"backslash", RAW("a\\n\\\\"), "a\\\\n\\\\\\\\", "a\\\\\\\\n\\\\\\\\\\\\\\\\"},
	{"line breaks", RAW("a\nMESSAGE=forged\r\n\tb"),
	"a\\nMESSAGE=forged\\r\\n\\tb", "a\\\\nMESSAGE=forged\\\\r\\\\n\\\\tb"},
	{"control bytes", RAW("\0\x01\x1b[31m\x7f"),
	"\\x00\\x01\\x1B[31m\\x7F", "\\\\x00\\\\x01\\\\x1B[31m\\\\x7F"},
	{"UTF-8", RAW("\xc3\xa9\xe2\x82\xac\xf0\x9f\x90\x98"),
	"\xc3\xa9\xe2\x82\xac\xf0\x9f\x90\x98", "\\u00E9\\u20AC\\uD83D\\uDC18"},
	{"Latin 1", RAW("caf\xe9!"), "caf\\xE9!", "caf\\\\xE9!"},
	{"EUC_JP", RAW("\xc6\xfc\xcb\xdc"), "\\xC6\\xFC\\xCB\\xDC", NULL},
	{"overlong", RAW("\xc0\xaf\xe0\x80\xaf\xf0\x80\x80\xaf"),
	"\\xC0\\xAF\\xE0\\x80\\xAF\\xF0\\x80\\x80\\xAF", NULL},
	{"surrogate", RAW("\xed\xa0\x80"), "\\xED\\xA0\\x80", NULL},
	{"beyond Unicode", RAW("\xf4\x90\x80\x80\xf8"), "\\xF4\\x90\\x80\\x80\\xF8", NULL},
	{"incomplete", RAW("a\xe2\x82"), "a\\xE2\\x82", NULL},
	{"bidi override", RAW("\xe2\x80\xae" "abc\xe2\x80\xac"), "\\u202Eabc\\u202C", NULL},
	{"bidi isolates", RAW("\xe2\x81\xa6\xe2\x81\xa9"), "\\u2066\\u2069", NULL},
	{"bidi marks", RAW("\xe2\x80\x8e\xe2\x80\x8f\xd8\x9c"), "\\u200E\\u200F\\u061C", NULL},
	{"line separators", RAW("\xe2\x80\xa8\xe2\x80\xa9\xc2\x85"), "\\u2028\\u2029\\u0085", NULL},
	{"zero width", RAW("\xe2\x80\x8b\xef\xbb\xbf"), "\\u200B\\uFEFF", NULL},
	{"noncharacters", RAW("\xef\xb7\x90\xef\xbf\xbf\xf0\x9f\xbf\xbe"),
	"\\uFDD0\\uFFFF\\U0001FFFE", "\\\\uFDD0\\\\uFFFF\\\\U0001FFFE"},
	{"tags", RAW("\xf3\xa0\x80\x81"), "\\U000E0001", "\\\\U000E0001"},
};

static int	tests;

static void
ok(bool passed, const char *what)
{
	printf("%sok %d - %s\n", passed ? "" : "not ", ++tests, what);
}

static int
hex_value(const char *s, int digits)
{
	char		buf[9] = "";

	memcpy(buf, s, digits);
	return (int) strtol(buf, NULL, 16);
}

/* What a reader does. */
static size_t
unescape(const char *s, char *raw)
{
	char	   *to = raw;

	while (*s)
	{
		uint32_t	c;

		if (*s != '\\')
		{
			*to++ = *s++;
			continue;
		}
		switch (s[1])
		{
			case 'x':
				*to++ = (char) hex_value(s + 2, 2);
				s += 4;
				break;
			case 'u':
			case 'U':
				c = hex_value(s + 2, s[1] == 'u' ? 4 : 8);
				s += s[1] == 'u' ? 6 : 10;
				if (c < 0x800)
					*to++ = (char) (0xC0 | c >> 6);
				else
				{
					if (c < 0x10000)
						*to++ = (char) (0xE0 | c >> 12);
					else
					{
						*to++ = (char) (0xF0 | c >> 18);
						*to++ = (char) (0x80 | (c >> 12 & 0x3F));
					}
					*to++ = (char) (0x80 | (c >> 6 & 0x3F));
				}
				*to++ = (char) (0x80 | (c & 0x3F));
				break;
			default:
				*to++ = s[1] == 'n' ? '\n' : s[1] == 'r' ? '\r' : s[1] == 't' ? '\t' : s[1];
				s += 2;
		}
	}
	return to - raw;
}

/* One line of valid UTF-8 without control characters? */
static bool
is_clean(const char *s)
{
	uint32_t	c;
	int			n;

	for (; *s; s += n)
		if ((n = gk_utf8_decode(s, strlen(s), &c)) == 0 || c < 0x20 || (c >= 0x7F && c < 0xA0))
			return false;
	return true;
}

/* Never cut inside a unit: no lone backslash, no half of an escape. */
static bool
is_whole(const char *s)
{
	while (*s)
	{
		size_t		n = unit_length(s);

		if (strlen(s) < n)
			return false;
		s += n;
	}
	return true;
}

int
main(void)
{
	char		buf[4096];
	char		line[8192];
	char		raw[1024];
	char		back[4096];
	GkText		text;
	bool		good;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		const Case *c = &cases[i];

		gk_text_init(&text, buf, sizeof(buf));
		gk_text_escape(&text, c->raw, c->len);
		ok(strcmp(buf, c->escaped) == 0 && !text.cut, c->what);
		ok(unescape(buf, back) == c->len && memcmp(back, c->raw, c->len) == 0, "and back");
		if (c->json)
		{
			gk_text_init(&text, line, sizeof(line));
			gk_text_json(&text, buf);
			ok(strlen(line) == strlen(c->json) + 2 && line[0] == '"' &&
			   memcmp(line + 1, c->json, strlen(c->json)) == 0, "in JSON");
		}
	}

	/* text in another encoding that looks like UTF-8 */
	gk_text_is_utf8 = false;
	gk_text_init(&text, buf, sizeof(buf));
	gk_text_escape(&text, RAW("a\xc3\xa4\n\xe9"));
	ok(strcmp(buf, "a\\xC3\\xA4\\n\\xE9") == 0, "known not to be UTF-8");
	gk_text_is_utf8 = true;

	/* anything at all, at any size */
	good = true;
	for (int round = 0; round < 20000 && good; round++)
	{
		size_t		len = rand() % 200;
		size_t		size = 1 + rand() % 300;
		char	   *small = malloc(size);

		for (size_t i = 0; i < len; i++)
			raw[i] = (char) (rand() % 4 ? "\xe2\x80\xae\xf0\x9f\x90\x98\\\"\n\x1b"[rand() % 11] : rand());
		gk_text_init(&text, buf, sizeof(buf));
		gk_text_escape(&text, raw, len);
		good = good && is_clean(buf) && unescape(buf, back) == len && memcmp(back, raw, len) == 0;

		gk_text_init(&text, small, size);
		gk_text_escape(&text, raw, len);
		good = good && text.used < size && is_clean(small) && is_whole(small) &&
			strncmp(small, buf, text.used) == 0 && text.cut == (text.used < strlen(buf));

		if (size > 3)
		{
			gk_text_init(&text, small, size);
			gk_text_quoted(&text, buf);
			good = good && text.used < size && small[0] == '"' &&
				small[text.used - 1] == '"' && is_clean(small) && is_whole(small);
			gk_text_init(&text, small, size);
			gk_text_json(&text, buf);
			good = good && text.used < size && small[0] == '"' && small[text.used - 1] == '"';
			for (size_t i = 0; i < text.used; i++)
				good = good && small[i] >= 0x20 && small[i] < 0x7F;
		}
		free(small);
	}
	ok(good, "20000 random texts, cut at random");

	/* a text that was cut takes nothing more, so that it is cut at its end */
	gk_text_init(&text, buf, 6);
	gk_text_escape(&text, "abc\n\n", 5);
	gk_text_ascii(&text, "x");
	ok(strcmp(buf, "abc\\n") == 0 && text.cut, "cut at the end");

	gk_text_init(&text, buf, 8);
	gk_text_quoted(&text, "ab\"cdef");
	ok(strcmp(buf, "\"ab\\\"c\"") == 0, "the closing quote has its place");

	printf("1..%d\n", tests);
	return 0;
}
