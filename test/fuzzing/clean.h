/*-------------------------------------------------------------------------
 *
 * clean.h
 *	  What text in a record must look like, told without the code under test.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#ifndef GK_FUZZING_CLEAN_H
#define GK_FUZZING_CLEAN_H

#include "fuzzing.h"

/* Valid UTF-8 without ASCII's control characters. */
static inline bool
fuzz_is_text(const char *s, size_t len)
{
	const uint8_t *b = (const uint8_t *) s;

	for (size_t i = 0; i < len;)
	{
		size_t		n = b[i] < 0x80 ? 1 : b[i] < 0xC2 ? 0 : b[i] < 0xE0 ? 2 : b[i] < 0xF0 ? 3 : b[i] < 0xF5 ? 4 : 0;

		if (n == 0 || i + n > len || b[i] < 0x20 || b[i] == 0x7F)
			return false;
		for (size_t k = 1; k < n; k++)
			if ((b[i + k] & 0xC0) != 0x80)
				return false;
		if ((b[i] == 0xE0 && b[i + 1] < 0xA0) ||	/* overlong */
			(b[i] == 0xED && b[i + 1] >= 0xA0) ||	/* surrogate */
			(b[i] == 0xF0 && b[i + 1] < 0x90) || (b[i] == 0xF4 && b[i + 1] >= 0x90))
			return false;
		i += n;
	}
	return true;
}

/* And none of the C1 controls. */
static inline bool
fuzz_is_clean(const char *s, size_t len)
{
	for (size_t i = 0; i + 1 < len; i++)
		if ((uint8_t) s[i] == 0xC2 && (uint8_t) s[i + 1] < 0xA0)
			return false;
	return fuzz_is_text(s, len);
}

/* In double quotes, with none inside but behind a backslash of its own. */
static inline bool
fuzz_is_quoted(const char *s, size_t len)
{
	size_t		i;

	if (len < 2 || s[0] != '"')
		return false;
	for (i = 1; i < len && s[i] != '"'; i++)
		if (s[i] == '\\')
			i++;
	return i == len - 1;
}

#endif							/* GK_FUZZING_CLEAN_H */
