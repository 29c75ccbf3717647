/*-------------------------------------------------------------------------
 *
 * redact_sql.c
 *	  A whole statement without its secrets; see redact.c.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "common/redact.h"

/* Longer SQL is not searched for a reason to hide constants: they are hidden. */
#define GK_REDACT_LIMIT (256 * 1024)

/*
 * EXECUTE of a prepared statement: its arguments are parameters, and what they
 * are nobody sees here.
 */
static bool
is_execute(const GkRedactor *r, size_t end)
{
	char		word[GK_WORD_SIZE];

	gk_redact_word(r, gk_redact_blanks_end(r, 0, end), end, GK_ESCAPES_NONE, word);
	return strcmp(word, "execute") == 0;
}

/*
 * Append SQL, its secrets hidden; returns whether anything is.  backslash_escapes
 * tells that standard_conforming_strings is off.
 */
bool
gk_redact_sql(GkText *out, const char *sql, size_t len, bool backslash_escapes)
{
	GkText		start = *out;
	GkRedactor	r = {.s = sql,.out = out,.backslash = backslash_escapes};

	if (len <= GK_REDACT_LIMIT && !is_execute(&r, len))
	{
		if (!gk_redact_may_hide(sql, len))
		{
			gk_text_put_some(out, sql, len);
			return false;
		}
		gk_redact_code(&r, 0, len, 0);
		if (!r.in_doubt && !(r.is_ambiguous && r.has_secret))
			return r.hid;
	}
	*out = start;
	out->buf[out->used] = '\0';
	r.hide_all = true;
	r.no_userinfo = 0;
	r.is_ambiguous = false;
	gk_redact_code(&r, 0, len < GK_REDACT_LIMIT ? len : GK_REDACT_LIMIT, 0);
	return true;
}
