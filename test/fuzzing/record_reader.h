/*-------------------------------------------------------------------------
 *
 * record_reader.h
 *	  The command's half of target record.c, apart from the server's headers.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#ifndef GK_FUZZING_RECORD_READER_H
#define GK_FUZZING_RECORD_READER_H

#include <stdbool.h>
#include <stddef.h>

extern void reader_begin(void);
extern void reader_add(const char *name, size_t name_len, const char *value, size_t len);
extern bool reader_cee(const char *message);
extern void reader_end(void);
extern const char *reader_get(const char *name);

#endif							/* GK_FUZZING_RECORD_READER_H */
