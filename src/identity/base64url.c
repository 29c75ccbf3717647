/*-------------------------------------------------------------------------
 *
 * base64url.c
 *	  Base64 with the alphabet of URLs, without padding (RFC 7515, section 2).
 *
 * There is one text for each sequence of bytes: no padding, no blanks, and the
 * bits that are left over are zero.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "identity/token.h"

static int
value_of(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '-' ? 62 : c == '_' ? 63 : -1;
}

bool
gk_base64url_decode(const char *text, size_t length, unsigned char *out,
					size_t size, size_t *used)
{
	uint32_t	bits = 0;
	int			have = 0;

	*used = 0;
	if (length % 4 == 1)
		return false;
	for (size_t i = 0; i < length; i++)
	{
		int			value = value_of(text[i]);

		if (value < 0)
			return false;
		bits = (bits << 6 | (uint32_t) value) & 0xFFFF;
		have += 6;
		if (have >= 8)
		{
			have -= 8;
			if (*used == size)
				return false;
			out[(*used)++] = (unsigned char) (bits >> have);
		}
	}
	return (bits & ((1U << have) - 1)) == 0;
}

/* Returns the length, without the NUL that is put behind it; 0 when it does not fit. */
size_t
gk_base64url_encode(const unsigned char *bytes, size_t length, char *out, size_t size)
{
	static const char alphabet[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	size_t		n = 0;
	uint32_t	bits = 0;
	int			have = 0;

	if ((length * 4 + 2) / 3 >= size)
		return 0;
	for (size_t i = 0; i < length; i++)
	{
		bits = (bits << 8 | bytes[i]) & 0xFFFF;
		for (have += 8; have >= 6; have -= 6)
			out[n++] = alphabet[bits >> (have - 6) & 0x3F];
	}
	if (have > 0)
		out[n++] = alphabet[bits << (6 - have) & 0x3F];
	out[n] = '\0';
	return n;
}
