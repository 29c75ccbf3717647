/*-------------------------------------------------------------------------
 *
 * text.h
 *	  Text on its way into a record: secrets hidden, then escaped, then quoted.
 *
 * Nothing here knows PostgreSQL: escape.c and redact.c work on bytes in
 * buffers of the caller's, allocate nothing and cannot fail, so that a test
 * program can include them as they are.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#ifndef GK_AUDIT_TEXT_H
#define GK_AUDIT_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/*
 * Text being put together in a buffer of the caller's; always NUL-terminated.
 * What does not fit is left out, never split, and "cut" says so.
 */
typedef struct GkText
{
	char	   *buf;
	size_t		size;			/* of buf, the NUL included */
	size_t		used;			/* without the NUL */
	bool		cut;
} GkText;

/* escape.c */
extern bool gk_text_is_utf8;	/* else every byte beyond ASCII is escaped */
extern void gk_text_init(GkText *text, char *buf, size_t size);
extern bool gk_text_put(GkText *text, const char *bytes, size_t len);
extern void gk_text_put_some(GkText *text, const char *bytes, size_t len);
extern void gk_text_ascii(GkText *text, const char *ascii);
extern void gk_text_escape(GkText *text, const char *raw, size_t len);
extern void gk_text_units(GkText *text, const char *escaped);
extern void gk_text_quoted(GkText *text, const char *escaped);
extern void gk_text_json(GkText *text, const char *escaped);
extern int	gk_utf8_decode(const char *s, size_t len, uint32_t *codepoint);

/* What a text is, and so where a secret can be in it. */
typedef enum GkTextKind
{
	GK_TEXT_PLAIN,				/* a name, a connection string */
	GK_TEXT_PROGRAM,			/* a command line for a shell */
	GK_TEXT_PATH,				/* nothing but the name of a file: no secret */
	GK_TEXT_SQL
} GkTextKind;

/* redact.c: whether anything was hidden */
extern bool gk_redact_sql(GkText *out, const char *sql, size_t len,
						  bool backslash_escapes);
extern bool gk_redact_plain(GkText *out, const char *raw, size_t len, bool is_program);

/* redact_text.c */
extern bool gk_text_names_secret(const char *name);

/* sha256.c */
#define GK_SHA256_BYTES 32
#define GK_SHA256_BLOCK 64

extern const uint32_t gk_sha256_start[8];
extern void gk_sha256_block(uint32_t state[8], const unsigned char *block);
extern void gk_sha256_end(const uint32_t state[8], size_t done, const unsigned char *data, size_t len,
						  unsigned char out[GK_SHA256_BYTES]);
extern void gk_text_sha256(GkText *out, const char *data, size_t len);

#endif							/* GK_AUDIT_TEXT_H */
