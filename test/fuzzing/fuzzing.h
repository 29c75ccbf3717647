/*-------------------------------------------------------------------------
 *
 * fuzzing.h
 *	  What the fuzz targets share.
 *
 * A target is one C file: it includes the sources that it tests and defines
 * LLVMFuzzerTestOneInput(), which must not come back from a broken promise.
 * test/fuzz builds it with libFuzzer, or with driver.c where there is none.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#ifndef GK_FUZZING_H
#define GK_FUZZING_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Words that bring a plain driver further; ends with NULL. */
extern const char *const fuzz_words[];

#define FUZZ_CHECK(promise) \
	((promise) ? (void) 0 : fuzz_broken(#promise, __FILE__, __LINE__))

static inline void
fuzz_broken(const char *promise, const char *file, int line)
{
	fprintf(stderr, "broken promise: %s (%s:%d)\n", promise, file, line);
	abort();
}

/* The input, taken apart piece by piece; zeros when it is used up. */
typedef struct FuzzInput
{
	const uint8_t *data;
	size_t		size;
} FuzzInput;

static inline unsigned
fuzz_take(FuzzInput *in, unsigned below)
{
	unsigned	byte;

	if (in->size == 0)
		return 0;
	in->size--;
	byte = *in->data++;
	if (below > 256 && in->size > 0)
	{
		in->size--;
		byte = byte << 8 | *in->data++;
	}
	return byte % below;
}

/*
 * A copy of the next bytes, up to max, that ends where its memory ends, so that
 * a sanitizer sees a byte too many.  With a NUL behind it, and none before,
 * when is_text.
 */
static inline char *
fuzz_take_bytes(FuzzInput *in, size_t max, bool is_text, size_t *len)
{
	size_t		n = in->size < max ? in->size : max;
	char	   *copy = malloc(n + 1);

	if (copy == NULL)
		abort();
	memcpy(copy, in->data, n);
	copy[n] = '\0';
	in->data += n;
	in->size -= n;
	if (is_text)
		n = strlen(copy);
	else if (n > 0)
	{
		char	   *exact = malloc(n);

		if (exact == NULL)
			abort();
		memcpy(exact, copy, n);
		free(copy);
		copy = exact;
	}
	if (len)
		*len = n;
	return copy;
}

#endif							/* GK_FUZZING_H */
