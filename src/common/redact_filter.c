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
			case '\'':
				/* a constant that goes on in another one */
				if (gk_redact_is_space(s[i + 1]))
				{
					size_t		p = i + 1;

					while (p < len && gk_redact_is_space(s[p]))
						p++;
					if (p < len && s[p] == '\'')
						return true;
				}
				break;
			case ':':
				if (s[i + 1] == '/')
					return true;
				break;
			case '-':
				if ((next >= 'a' && next <= 'z') || s[i + 1] == '-')
					return true;
				break;
			case 'g':
				if (next == 'h' && i + 2 < len && strchr("pos", s[i + 2]))
					return true;
				break;
			case 'e':
				if (s[i + 1] == 'y' && i + 2 < len && s[i + 2] == 'J')
					return true;
				break;
			case 'x':
			case 'X':
				if (next == 'o' || next == 'a')
					return true;
				break;
			case 'j':
			case 'J':
				if (next == 'w')
					return true;
				break;
			case 'n':
				if (next == 'p' && i + 2 < len && s[i + 2] == 'm')
					return true;
				break;
			case 'h':
				if (next == 'v' && i + 2 < len && s[i + 2] == 's')
					return true;
				break;
			case 'p':
			case 'P':
				/* with a quote: the word may go on behind it */
				if (next == 'a' || next == 'w' || !gk_redact_is_word_char((unsigned char) s[i + 1]))
					return true;
				break;
			case 's':
			case 'S':
				if (next == 'q' || next == 'm' || (next == 's' && i > 1))
					return true;	/* sqlplus, sqlldr, smbclient, isql */
				if (next == 'e' ? i + 2 == len || strchr("cC'\"$", s[i + 2]) : strchr("cagik'\"$", next) != NULL)
					return true;
				break;
			case 't':
			case 'T':
				if (next == 'o' && i + 2 < len && (s[i + 2] | 0x20) == 'k')
					return true;
				break;
			case 'k':
			case 'K':
				if (next == 'e')
					return true;
				break;
			case 'c':
			case 'C':
				if ((next == 'r' && i + 3 < len && (s[i + 3] | 0x20) == 'd') ||
					(next == 'o' && i + 2 < len && (s[i + 2] | 0x20) == 'o'))
					return true;
				break;
			case 'u':
			case 'U':
				if (next == 'm' || (next == 'e' && i + 2 < len && (s[i + 2] | 0x20) == 's'))
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
			case '|':
				return true;
			case 'a':
			case 'A':
				if (next == 'u')
					return true;
				break;
			case 'b':
			case 'B':
				if (next == 'e' && i + 2 < len && (s[i + 2] | 0x20) == 'a')
					return true;
				break;
			case 'm':
			case 'M':
				if (next == 'd')
					return true;
				break;
		}
	}
	return false;
}
