/*-------------------------------------------------------------------------
 *
 * util.c
 *	  Memory, text, and how the program ends when it cannot go on.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "cli.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <time.h>

/* Does a plugin of Nagios end with the program? */
static bool is_plugin;

/* Errors go to standard output from now on, and have a status of their own. */
void
gk_errors_for_plugin(bool is_one)
{
	is_plugin = is_one;
}

/*
 * End the program with status 2.  The message is a sentence without capital
 * and period; the hint, if any, is whole sentences that say what to do next.
 */
void
gk_error(const char *hint, const char *format,...)
{
	va_list		args;

	fflush(stdout);
	va_start(args, format);
	if (is_plugin)
	{
		char		text[512];

		/* one line, in which "|" would begin numbers */
		vsnprintf(text, sizeof(text), format, args);
		for (char *c = text; *c; c++)
			if (*c == '|' || (unsigned char) *c < ' ')
				*c = ' ';
		printf("UNKNOWN - %s\n", text);
		exit(GK_EXIT_UNKNOWN);
	}
	fputs("pg_gatekeeper: ", stderr);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	if (hint)
		fprintf(stderr, "%s\n", hint);
	gk_end_pager();
	exit(GK_EXIT_FAILED);
}

/* Say it on standard error, and go on. */
void
gk_warning(const char *format,...)
{
	va_list		args;

	fflush(stdout);
	fputs("pg_gatekeeper: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
}

/* Zeroed memory; never NULL. */
void *
gk_alloc(size_t size)
{
	void	   *p = calloc(1, size ? size : 1);

	if (p == NULL)
		gk_error(NULL, "out of memory");
	return p;
}

/* realloc() that never returns NULL; what is new is not zeroed. */
void *
gk_grow(void *old, size_t size)
{
	void	   *p = realloc(old, size);

	if (p == NULL)
		gk_error(NULL, "out of memory");
	return p;
}

/* A copy in memory of its own. */
char *
gk_copy(const char *s)
{
	size_t		size = strlen(s) + 1;

	return memcpy(gk_alloc(size), s, size);
}

/* A text in memory of its own. */
char *
gk_format(const char *format,...)
{
	va_list		args;
	char	   *text;
	int			n;

	va_start(args, format);
	n = vasprintf(&text, format, args);
	va_end(args);
	if (n < 0)
		gk_error(NULL, "out of memory");
	return text;
}

void
gk_buf_add(GkBuf *buf, const char *bytes, size_t len)
{
	if (buf->used + len + 1 > buf->size)
	{
		buf->size = 2 * buf->size + len + 64;
		buf->data = gk_grow(buf->data, buf->size);
	}
	if (len > 0)
		memcpy(buf->data + buf->used, bytes, len);
	buf->used += len;
	buf->data[buf->used] = '\0';
}

void
gk_buf_text(GkBuf *buf, const char *s)
{
	gk_buf_add(buf, s, strlen(s));
}

void
gk_buf_format(GkBuf *buf, const char *format,...)
{
	va_list		args;
	char	   *text;
	int			n;

	va_start(args, format);
	n = vasprintf(&text, format, args);
	va_end(args);
	if (n < 0)
		gk_error(NULL, "out of memory");
	gk_buf_add(buf, text, n);
	free(text);
}

/* Empty it; its memory stays. */
void
gk_buf_clear(GkBuf *buf)
{
	buf->used = 0;
	if (buf->data)
		buf->data[0] = '\0';
}

/* Its text, until it is changed. */
const char *
gk_buf_string(const GkBuf *buf)
{
	return buf->data ? buf->data : "";
}

/* Add a copy of the first len bytes of word. */
void
gk_words_add(GkWords *words, const char *word, size_t len)
{
	char	   *copy = gk_alloc(len + 1);

	memcpy(copy, word, len);
	words->word = gk_grow(words->word, (words->count + 1) * sizeof(char *));
	words->word[words->count++] = copy;
}

/* Add each word of a comma-separated list, blanks around it left out. */
void
gk_words_add_list(GkWords *words, const char *list)
{
	while (*list)
	{
		size_t		len;

		list += strspn(list, ", \t");
		len = strcspn(list, ",");
		while (len > 0 && strchr(" \t", list[len - 1]))
			len--;
		if (len > 0)
			gk_words_add(words, list, len);
		list += strcspn(list, ",");
	}
}

bool
gk_words_has(const GkWords *words, const char *word)
{
	for (int i = 0; i < words->count; i++)
		if (strcmp(words->word[i], word) == 0)
			return true;
	return false;
}

/*
 * A file's whole text, in memory of its own; NULL, and errno, when it cannot be
 * read.
 */
char *
gk_read_file(const char *path)
{
	FILE	   *file = fopen(path, "re");
	GkBuf		text = {0};
	char		chunk[8192];
	size_t		n;
	bool		failed;

	if (file == NULL)
		return NULL;
	gk_buf_text(&text, "");
	while ((n = fread(chunk, 1, sizeof(chunk), file)) > 0)
		gk_buf_add(&text, chunk, n);
	failed = ferror(file);
	fclose(file);
	if (failed)
	{
		free(text.data);
		errno = EIO;
		return NULL;
	}
	return text.data;
}

/* Nobody shall take half of the output for all of it. */
void
gk_flush_output(void)
{
	if (fflush(stdout) != 0)
		gk_error(NULL, "cannot write to standard output: %s", strerror(errno));
	/* errno is of something else by now */
	if (ferror(stdout))
		gk_error(NULL, "cannot write to standard output: some of it was not taken");
}

/* Microseconds since 1970. */
uint64_t
gk_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t) now.tv_sec * 1000000 + now.tv_nsec / 1000;
}
