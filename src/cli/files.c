/*-------------------------------------------------------------------------
 *
 * files.c
 *	  Shows a change to a file as a diff, makes it, takes it back.
 *
 * A file is replaced by another one that is complete and on disk, so that the
 * server never reads half of it, whatever happens.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "cli/config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* Lines of unchanged text around a change. */
#define GK_CONTEXT 2

static void
split_lines(GkWords *lines, const char *text)
{
	while (text && *text)
	{
		size_t		len = strcspn(text, "\n");

		gk_words_add(lines, text, len);
		text += len + (text[len] == '\n');
	}
}

static void
print_line(char mark, const char *line)
{
	printf("%s%c%s%s\n", gk_color(mark == '-' ? GK_RED : mark == '+' ? GK_GREEN : GK_PLAIN),
		   mark, line, gk_color_off());
}

/*
 * How much is common to what follows a[m] and what follows b[n], at m * (b's count + 1)
 * + n.  The files are short, so the textbook's way is good enough.
 */
static int *
common_lengths(const GkWords *a, const GkWords *b)
{
	int			width = b->count + 1;
	int		   *common = gk_alloc(sizeof(int) * (a->count + 1) * width);

	for (int m = a->count - 1; m >= 0; m--)
		for (int n = b->count - 1; n >= 0; n--)
		{
			int			down = common[(m + 1) * width + n];
			int			right = common[m * width + n + 1];

			common[m * width + n] = strcmp(a->word[m], b->word[n]) == 0 ?
				common[(m + 1) * width + n + 1] + 1 : down > right ? down : right;
		}
	return common;
}

/* The last lines before a difference; there are none left behind it. */
static void
print_context(GkWords *context)
{
	if (context->count > GK_CONTEXT)
		puts("...");
	for (int n = context->count > GK_CONTEXT ? context->count - GK_CONTEXT : 0;
		 n < context->count; n++)
		print_line(' ', context->word[n]);
	context->count = 0;
}

/* The lines of a and b, marked; context stands before both. */
static void
print_lines(const GkWords *a, const GkWords *b, GkWords *context)
{
	int		   *common = common_lengths(a, b);
	int			width = b->count + 1;
	int			i = 0;
	int			k = 0;
	int			after = 0;		/* lines of context still to print */

	while (i < a->count || k < b->count)
	{
		if (i < a->count && k < b->count && strcmp(a->word[i], b->word[k]) == 0)
		{
			if (after > 0)
			{
				print_line(' ', a->word[i]);
				after--;
			}
			else
				gk_words_add(context, a->word[i], strlen(a->word[i]));
			i++;
			k++;
			continue;
		}
		print_context(context);
		after = GK_CONTEXT;
		if (k == b->count ||
			(i < a->count && common[(i + 1) * width + k] >= common[i * width + k + 1]))
			print_line('-', a->word[i++]);
		else
			print_line('+', b->word[k++]);
	}
	free(common);
}

/* Print what changes, as "diff -u" does but without line numbers. */
void
gk_show_change(const GkChange *change)
{
	GkWords		a = {0};
	GkWords		b = {0};
	GkWords		context = {0};
	int			i = 0;

	split_lines(&a, change->before);
	split_lines(&b, change->after);
	/* what they begin with in common is not worth comparing, and may be long */
	while (i < a.count && i < b.count && strcmp(a.word[i], b.word[i]) == 0)
	{
		gk_words_add(&context, a.word[i], strlen(a.word[i]));
		i++;
	}
	printf("%s--- %s%s\n", gk_color(GK_BOLD), change->before ? change->path : "/dev/null",
		   gk_color_off());
	printf("%s+++ %s%s\n", gk_color(GK_BOLD), change->after ? change->path : "/dev/null",
		   gk_color_off());
	print_lines(&(GkWords) {a.word + i, a.count - i}, &(GkWords) {b.word + i, b.count - i}, &context);
}

static void
sync_directory(const char *path)
{
	const char *slash = strrchr(path, '/');
	char	   *directory = gk_format("%.*s", slash > path ? (int) (slash - path) : 1, path);
	int			fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0)
	{
		(void) fsync(fd);
		close(fd);
	}
	free(directory);
}

/* Put text where path is, with owner and mode of like. */
static bool
replace_file(const char *path, const char *text, const char *like, char **why)
{
	const char *slash = strrchr(path, '/');
	char	   *temporary;
	struct stat st;
	size_t		len = strlen(text);
	int			fd;
	bool		ok;

	/* the server does not read what begins with a dot */
	temporary = gk_format("%.*s/.pg_gatekeeper.XXXXXX", (int) (slash - path), path);
	fd = mkostemp(temporary, O_CLOEXEC);
	if (fd < 0 || stat(like, &st) != 0)
	{
		*why = gk_format("cannot write beside \"%s\": %s", path, strerror(errno));
		if (fd >= 0)
			(void) unlink(temporary);
		return false;
	}
	/* who is not root can neither give a file away nor needs to */
	ok = fchown(fd, st.st_uid, st.st_gid) == 0 || geteuid() != 0;
	ok = ok && fchmod(fd, st.st_mode & 0777) == 0;
	ok = ok && write(fd, text, len) == (ssize_t) len && fsync(fd) == 0;
	ok = close(fd) == 0 && ok && rename(temporary, path) == 0;
	if (!ok)
	{
		*why = gk_format("cannot write \"%s\": %s", path, strerror(errno));
		(void) unlink(temporary);
		return false;
	}
	sync_directory(path);
	return true;
}

/* Make it; false, and why, when nothing has been changed. */
bool
gk_apply_change(const GkChange *change, char **why)
{
	if (change->after)
		return replace_file(change->path, change->after,
							change->before ? change->path : change->like, why);
	if (unlink(change->path) != 0)
	{
		*why = gk_format("cannot remove \"%s\": %s", change->path, strerror(errno));
		return false;
	}
	sync_directory(change->path);
	return true;
}

/* Take it back. */
void
gk_undo_change(const GkChange *change)
{
	char	   *why;

	if (change->before == NULL)
	{
		if (unlink(change->path) != 0 && errno != ENOENT)
			gk_warning("cannot remove \"%s\" again: %s", change->path, strerror(errno));
	}
	else if (!replace_file(change->path, change->before,
						   change->after ? change->path : change->like, &why))
		gk_warning("cannot take it back: %s", why);
}
