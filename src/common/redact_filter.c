/*-------------------------------------------------------------------------
 *
 * redact_filter.c
 *	  Which text certainly holds no secret?  See redact.c.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "common/redact.h"

/*
 * Can what begins at pos with a letter be, or begin, a word that redact.c and its kin
 * know?  At least one character stands behind it.
 */
static bool
word_may_hide(const char *text, size_t len, size_t pos)
{
	const char *s = text + pos;
	size_t		left = len - pos;
	char		second = s[1] | 0x20;
	char		third = left > 2 ? s[2] | 0x20 : '\0';

	switch (s[0] | 0x20)
	{
		case 'a':
			return second == 'u';
		case 'b':
			return second == 'e' && third == 'a';
		case 'c':
			return (second == 'o' && third == 'o') ||
				(second == 'r' && left > 3 && (s[3] | 0x20) == 'd');
		case 'e':
			return left > 2 && memcmp(s, "eyJ", 3) == 0;
		case 'g':
			return s[0] == 'g' && second == 'h' && left > 2 && strchr("pos", s[2]);
		case 'h':
			return s[0] == 'h' && second == 'v' && left > 2 && s[2] == 's';
		case 'j':
			return second == 'w';
		case 'k':
			return second == 'e';
		case 'm':
			return second == 'd';
		case 'n':
			return s[0] == 'n' && second == 'p' && left > 2 && s[2] == 'm';
		case 'p':
			/* with a quote: the word may go on behind it */
			return second == 'a' || second == 'w' || !gk_redact_is_word_char((unsigned char) s[1]);
		case 's':
			if (second == 'q' || second == 'm' || (second == 's' && pos > 1))
				return true;	/* sqlplus, sqlldr, smbclient, isql */
			return second == 'e' ? left == 2 || strchr("cC'\"$", s[2]) : strchr("cagik'\"$", second) != NULL;
		case 't':
			return second == 'o' && third == 'k';
		case 'u':
			return second == 'm' || (second == 'e' && third == 's');
		case 'x':
			return second == 'o' || second == 'a';
	}
	return false;
}

/* A constant that goes on in another one. */
static bool
goes_on(const char *s, size_t len, size_t pos)
{
	size_t		next = pos;

	while (next < len && gk_redact_is_space(s[next]))
		next++;
	return next > pos && next < len && s[next] == '\'';
}

/*
 * Is there anything at all that could make redact.c and its kin hide
 * something?  Most text has nothing, and this is much faster.
 */
bool
gk_redact_may_hide(const char *s, size_t len)
{
	int			run = 0;

	for (size_t i = 0; i + 1 < len; i++)
	{
		char		next = s[i + 1] | 0x20;

		/* as long as the shortest token whose shape is known */
		run = gk_redact_is_word_char((unsigned char) s[i]) || s[i] == '-' || s[i] == '.' ? run + 1 : 0;
		if (run == 20)
			return true;

		switch (s[i])
		{
			case '\\':
			case '%':
				return true;	/* a letter can be written like this */
			case '|':
				return true;
			case '\'':
				if (goes_on(s, len, i + 1))
					return true;
				break;
			case ':':
				if (s[i + 1] == '/')
					return true;
				break;
			case '-':
				if ((next >= 'a' && next <= 'z') || s[i + 1] == '-')
					return true;
				break;
			case '<':
				if (next == '<')
					return true;
				break;
			case '/':
				if (next == 'p' && i + 2 < len && s[i + 2] == ':')
					return true;
				break;
			default:
				if (word_may_hide(s, len, i))
					return true;
		}
	}
	return false;
}
