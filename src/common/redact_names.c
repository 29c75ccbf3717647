/*-------------------------------------------------------------------------
 *
 * redact_names.c
 *	  What a constant says of the next one, and an alias of the one before.
 *
 * See redact.c.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "common/redact.h"

/*
 * Is the constant nothing but the name of a secret, or of a header that brings
 * one?  Then the next argument is it: set_config('app.jwt', 'x').
 */
bool
gk_redact_names_next(GkRedactor *r, size_t pos, size_t end)
{
	char		word[GK_WORD_SIZE] = "";
	size_t		start;
	size_t		stop;
	bool		is_name = false;
	bool		is_qualified = false;	/* app.jwt, X-Api-Key */

	if (end - pos > 64)
		return false;
	for (size_t p = pos; p < end; p++)
		is_qualified |= r->s[p] == '.' || r->s[p] == '-';
	r->is_text = true;
	while (pos < end)
	{
		size_t		next = gk_redact_word(r, pos, end, GK_ESCAPES_NONE, word);

		if (next == pos && r->s[pos] != '.')
			break;
		is_name = (is_qualified && (gk_redact_classify(word) != GK_WORD_PLAIN || strcmp(word, "key") == 0)) ||
			gk_redact_header(&(GkRedactor) {.s = ":x"}, 0, 0, 2, word, &start, &stop);
		pos = next == pos ? pos + 1 : next;
	}
	r->is_text = false;
	return is_name && pos == end;
}

/* Does an alias behind the constant name a secret? */
bool
gk_redact_has_secret_alias(const GkRedactor *r, size_t pos, size_t end)
{
	char		word[GK_WORD_SIZE];

	pos = gk_redact_word(r, gk_redact_blanks_end(r, pos, end), end, GK_ESCAPES_NONE, word);
	if (strcmp(word, "as") == 0)
		gk_redact_word(r, gk_redact_blanks_end(r, pos, end), end, GK_ESCAPES_NONE, word);
	return gk_redact_classify(word) != GK_WORD_PLAIN;
}
