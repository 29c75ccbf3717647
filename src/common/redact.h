/*-------------------------------------------------------------------------
 *
 * redact.h
 *	  What redact.c (SQL), redact_value.c and redact_find.c (anything else) and
 *	  redact_text.c (words, for both) share.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#ifndef GK_AUDIT_REDACT_H
#define GK_AUDIT_REDACT_H

#include "common/text.h"

/* Of a word, only the last so many characters are looked at. */
#define GK_WORD_SIZE 128

/* Enough for the longest word that is put together, but for one letter. */
#define GK_TAIL_SIZE 12

typedef enum GkWordKind
{
	GK_WORD_PLAIN,
	GK_WORD_HINT,				/* a constant behind it is a secret */
	GK_WORD_SECRET				/* there is a secret somewhere */
} GkWordKind;

/* How a backslash is to be read. */
typedef enum GkEscapes
{
	GK_ESCAPES_NONE,
	GK_ESCAPES_C,				/* E'' */
	GK_ESCAPES_UNICODE			/* U&'' */
} GkEscapes;

/* Positions are offsets into s.  What is shown or hidden is appended to out. */
typedef struct GkRedactor
{
	const char *s;
	GkText	   *out;
	bool		backslash;		/* '' is read like E'' */
	bool		hide_all;		/* no constant is shown */
	bool		has_secret;		/* there was a word that names one */
	bool		in_doubt;		/* no constant should have been shown */
	bool		is_ambiguous;	/* there was a quote that may not be one */
	size_t		no_userinfo;	/* up to here, no '@' follows "://" */
	bool		is_text;		/* of a constant, a comment, a command line */
	bool		is_program;		/* a shell's: what it runs is not hidden */
	bool		hid;			/* something is hidden */
	bool		is_cut;			/* what follows is not looked at */
	char		tail[GK_TAIL_SIZE]; /* the end of the word that the last
									 * constant ended in */
} GkRedactor;

static inline bool
gk_redact_is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Behind all of these characters that stand at pos. */
static inline size_t
gk_redact_skip(const GkRedactor *r, size_t pos, size_t end, const char *chars)
{
	while (pos < end && r->s[pos] && strchr(chars, r->s[pos]))
		pos++;
	return pos;
}

/* The first of these characters, or the end of the text. */
static inline size_t
gk_redact_find(const GkRedactor *r, size_t pos, size_t end, const char *chars)
{
	while (pos < end && r->s[pos] && !strchr(chars, r->s[pos]))
		pos++;
	return pos;
}

static inline bool
gk_redact_is_ident_start(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (c & 0x80);
}

static inline bool
gk_redact_is_ident_char(char c)
{
	return gk_redact_is_ident_start(c) || (c >= '0' && c <= '9') || c == '$';
}

/* redact_text.c */
extern bool gk_redact_is_word_char(int c);
extern size_t gk_redact_char(const GkRedactor *r, size_t pos, size_t end,
							 GkEscapes escapes, int *c);
extern void gk_redact_show(GkRedactor *r, size_t from, size_t to);
extern void gk_redact_hide(GkRedactor *r);
extern size_t gk_redact_word(const GkRedactor *r, size_t pos, size_t end,
							 GkEscapes escapes, char *word);
extern GkWordKind gk_redact_classify(const char *word);
extern size_t gk_redact_comment_end(const GkRedactor *r, size_t pos, size_t end);
extern size_t gk_redact_blanks_end(const GkRedactor *r, size_t pos, size_t end);
extern size_t gk_redact_quote_end(GkRedactor *r, size_t pos, size_t end,
								  char quote, bool backslash);

/* redact.c */
extern void gk_redact_code(GkRedactor *r, size_t pos, size_t end, int depth);

/* redact_commands.c */
extern int	gk_redact_command(const char *word);
extern bool gk_redact_option(const GkRedactor *r, size_t pos, size_t end, int command,
							 bool is_plain, size_t *start, size_t *stop);
extern bool gk_redact_argument(const GkRedactor *r, const char *word, size_t pos, size_t end,
							   bool is_plain, size_t *start, size_t *stop);
extern bool gk_redact_piped(const GkRedactor *r, size_t pos, size_t end, bool is_plain,
							size_t *start, size_t *stop);

/* redact_shell.c */
extern size_t gk_redact_shell_word(const GkRedactor *r, size_t pos, size_t end, bool is_plain);
extern bool gk_redact_is_run(const GkRedactor *r, size_t name, size_t name_end,
							 size_t start, size_t stop, size_t end);
extern bool gk_redact_header(const GkRedactor *r, size_t word_start, size_t pos, size_t end,
							 const char *word, size_t *start, size_t *stop);
extern bool gk_redact_is_name(const GkRedactor *r, size_t from, size_t to, size_t end,
							  bool has_value);
extern size_t gk_redact_token(const GkRedactor *r, size_t pos, size_t end);

/* redact_names.c */
extern bool gk_redact_has_uescape(const GkRedactor *r, size_t pos, size_t end);
extern bool gk_redact_builds_object(const GkRedactor *r, const char *function, size_t pos, size_t end);
extern bool gk_redact_is_parameter(const GkRedactor *r, size_t from, size_t pos, size_t end,
								   const char *word);
extern bool gk_redact_is_key(const char *word);
extern bool gk_redact_names_next(GkRedactor *r, size_t pos, size_t end);
extern bool gk_redact_is_custom(const GkRedactor *r, size_t pos);
extern bool gk_redact_has_secret_alias(const GkRedactor *r, size_t pos, size_t end);

/* redact_find.c */
extern bool gk_redact_find_value(const GkRedactor *r, size_t word, size_t pos, size_t end,
								 size_t *start, size_t *stop);

/* redact_filter.c */
extern bool gk_redact_may_hide(const char *s, size_t len);

/* redact_value.c */
extern size_t gk_redact_uri(GkRedactor *r, size_t pos, size_t end,
							const char *scheme);
extern bool gk_redact_text(GkRedactor *r, size_t pos, size_t end,
						   GkEscapes escapes, bool is_plain);

#endif							/* GK_AUDIT_REDACT_H */
