/*-------------------------------------------------------------------------
 *
 * arena.h
 *	  Memory of code that never gives it back because its program ends soon:
 *	  given back between two inputs.  To be included before such code.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#ifndef GK_FUZZING_ARENA_H
#define GK_FUZZING_ARENA_H

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *arena[100000];
static int	arena_used;

static inline void *
arena_keep(void *p)
{
	if (arena_used == (int) (sizeof(arena) / sizeof(arena[0])))
		abort();
	return arena[arena_used++] = p;
}

static inline void *
arena_realloc(void *old, size_t size)
{
	for (int i = arena_used - 1; old && i >= 0; i--)
		if (arena[i] == old)
			return arena[i] = realloc(old, size);
	return arena_keep(realloc(old, size));
}

static inline void
arena_free(void *p)
{
	for (int i = arena_used - 1; p && i >= 0; i--)
		if (arena[i] == p)
			arena[i] = NULL;
	free(p);
}

static inline int
arena_vasprintf(char **text, const char *format, va_list args)
{
	int			n = vasprintf(text, format, args);

	if (n >= 0)
		arena_keep(*text);
	return n;
}

static inline void
arena_empty(void)
{
	while (arena_used > 0)
		free(arena[--arena_used]);
}

#define calloc(n, size) arena_keep(calloc(n, size))
#define strndup(s, len) arena_keep(strndup(s, len))
#define realloc(old, size) arena_realloc(old, size)
#define vasprintf(text, format, args) arena_vasprintf(text, format, args)
#define free(p) arena_free(p)

#endif							/* GK_FUZZING_ARENA_H */
