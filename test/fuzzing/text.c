/*-------------------------------------------------------------------------
 *
 * text.c
 *	  Fuzz target: any bytes become one line of clean UTF-8 that can be turned
 *	  back, and a JSON string which the command reads back.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "fuzzing.h"
#include "clean.h"

#include "common/escape.c"

const char *const fuzz_words[] = {
	"\\", "\"", "\n", "\xe2\x80\xae", "\xf0\x9f\x90\x98", "\xef\xbf\xbf", "\xed\xa0\x80", "\\x", "\\u", "\\U", NULL
};

/* Undo gk_text_escape(); returns the length. */
static size_t
unescape(const char *s, char *out)
{
	size_t		n = 0;

	while (*s)
	{
		char		digits[9] = "";
		uint32_t	c;
		int			width;

		if (*s != '\\')
		{
			out[n++] = *s++;
			continue;
		}
		width = s[1] == 'x' ? 2 : s[1] == 'u' ? 4 : s[1] == 'U' ? 8 : 0;
		if (width == 0)
		{
			out[n++] = s[1] == 'n' ? '\n' : s[1] == 'r' ? '\r' : s[1] == 't' ? '\t' : '\\';
			FUZZ_CHECK(strchr("nrt\\", s[1]));
			s += 2;
			continue;
		}
		memcpy(digits, s + 2, width);
		FUZZ_CHECK((int) strspn(digits, "0123456789ABCDEF") == width);
		c = (uint32_t) strtoul(digits, NULL, 16);
		s += 2 + width;
		if (width == 2)
			out[n++] = (char) c;
		else if (c < 0x800)
		{
			out[n++] = (char) (0xC0 | c >> 6);
			out[n++] = (char) (0x80 | (c & 0x3F));
		}
		else if (c < 0x10000)
		{
			out[n++] = (char) (0xE0 | c >> 12);
			out[n++] = (char) (0x80 | (c >> 6 & 0x3F));
			out[n++] = (char) (0x80 | (c & 0x3F));
		}
		else
		{
			out[n++] = (char) (0xF0 | c >> 18);
			out[n++] = (char) (0x80 | (c >> 12 & 0x3F));
			out[n++] = (char) (0x80 | (c >> 6 & 0x3F));
			out[n++] = (char) (0x80 | (c & 0x3F));
		}
	}
	return n;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	FuzzInput	in = {data, size};
	size_t		room = 1 + fuzz_take(&in, 1000);
	size_t		len;
	char	   *raw = fuzz_take_bytes(&in, 4096, false, &len);
	char	   *whole = malloc(4 * len + 1);
	char	   *back = malloc(4 * len + 1);
	char	   *cut = malloc(room);
	GkText		text;

	/* with room enough */
	gk_text_init(&text, whole, 4 * len + 1);
	gk_text_escape(&text, raw, len);
	FUZZ_CHECK(!text.cut);
	FUZZ_CHECK(text.used == strlen(whole));
	FUZZ_CHECK(fuzz_is_clean(whole, text.used));
	FUZZ_CHECK(unescape(whole, back) == len);
	FUZZ_CHECK(memcmp(back, raw, len) == 0);

	/* cut: a beginning of the same, whole units only */
	gk_text_init(&text, cut, room);
	gk_text_escape(&text, raw, len);
	FUZZ_CHECK(text.used < room);
	FUZZ_CHECK(memcmp(cut, whole, text.used) == 0);
	FUZZ_CHECK(text.cut == (whole[text.used] != '\0'));
	FUZZ_CHECK(fuzz_is_clean(cut, text.used));
	len = unescape(cut, back);
	FUZZ_CHECK(memcmp(back, raw, len) == 0);

	gk_text_init(&text, cut, room);
	gk_text_units(&text, whole);
	FUZZ_CHECK(text.used < room && memcmp(cut, whole, text.used) == 0);
	FUZZ_CHECK(fuzz_is_clean(cut, text.used));

	/* in quotes: no quote but at the ends, however it is cut */
	gk_text_init(&text, cut, room);
	gk_text_quoted(&text, whole);
	FUZZ_CHECK(text.used < room && cut[text.used] == '\0');
	FUZZ_CHECK(fuzz_is_clean(cut, text.used));
	FUZZ_CHECK(text.used == 0 || fuzz_is_quoted(cut, text.used));

	/* JSON: printable ASCII, a string of its own */
	gk_text_init(&text, cut, room);
	gk_text_json(&text, whole);
	FUZZ_CHECK(text.used < room && cut[text.used] == '\0');
	for (size_t i = 0; i < text.used; i++)
		FUZZ_CHECK(cut[i] >= ' ' && cut[i] < 0x7F);
	FUZZ_CHECK(text.used == 0 || fuzz_is_quoted(cut, text.used));

	free(raw);
	free(whole);
	free(back);
	free(cut);
	return 0;
}
