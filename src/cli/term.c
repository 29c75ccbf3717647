/*-------------------------------------------------------------------------
 *
 * term.c
 *	  Colours where they are seen, and a pager where it can be used.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "cli.h"

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static int	use_colors = -1;	/* -1: not decided */
static pid_t pager;

/* The value of --color. */
void
gk_color_option(const char *when)
{
	if (strcmp(when, "always") == 0)
		use_colors = 1;
	else if (strcmp(when, "never") == 0)
		use_colors = 0;
	else if (strcmp(when, "auto") != 0)
		gk_error(NULL, "option --color takes auto, always or never, not \"%s\"", when);
}

static bool
decide_colors(void)
{
	if (use_colors < 0)
	{
		const char *no_color = getenv("NO_COLOR");
		const char *term = getenv("TERM");

		use_colors = isatty(STDOUT_FILENO) && !(no_color && *no_color) &&
			term && strcmp(term, "dumb") != 0;
	}
	return use_colors;
}

/* What switches the colour on: "" where there are none. */
const char *
gk_color(GkColor color)
{
	static const char *const codes[GK_NUM_COLORS] =
	{
		[GK_PLAIN] = "",
		[GK_BOLD] = "\033[1m",
		[GK_DIM] = "\033[2m",
		[GK_RED] = "\033[1;31m",
		[GK_YELLOW] = "\033[33m",
		[GK_GREEN] = "\033[32m",
		[GK_ALARM] = "\033[1;37;41m",
	};

	return decide_colors() ? codes[color] : "";
}

/* What switches any colour off. */
const char *
gk_color_off(void)
{
	return decide_colors() ? "\033[0m" : "";
}

/* Can the shell find the program? */
static bool
is_installed(const char *program)
{
	GkWords		directories = {0};
	const char *path = getenv("PATH");

	for (size_t len; path && *path; path += len + (path[len] == ':'))
	{
		len = strcspn(path, ":");
		gk_words_add(&directories, path, len);
	}
	for (int i = 0; i < directories.count; i++)
		if (access(gk_format("%s/%s", directories.word[i], program), X_OK) == 0)
			return true;
	return false;
}

/* Is there such a command?  What only a shell understands is left to it. */
static bool
can_run(const char *command)
{
	char	   *word = gk_format("%.*s", (int) strcspn(command, " \t"), command);

	if (strpbrk(word, "=$|;&(){}<>\"'`\\~"))
		return true;
	return strchr(word, '/') ? access(word, X_OK) == 0 : is_installed(word);
}

/*
 * When standard output is a terminal, send it through $PAGER, or less.  What
 * fails here only costs the pager.
 */
void
gk_start_pager(void)
{
	const char *command = getenv("PAGER");
	int			ends[2];

	if (!isatty(STDOUT_FILENO))
		return;
	if (command && *command && !can_run(command))
	{
		gk_warning("there is no pager \"%s\", as PAGER has it", command);
		return;
	}
	if (command == NULL)
		command = is_installed("less") ? "less" : "";
	if (*command == '\0' || strcmp(command, "cat") == 0)
		return;
	decide_colors();
	if (pipe(ends) != 0)
		return;
	pager = fork();
	if (pager < 0)
	{
		pager = 0;
		close(ends[0]);
		close(ends[1]);
		return;
	}
	if (pager == 0)
	{
		dup2(ends[0], STDIN_FILENO);
		close(ends[0]);
		close(ends[1]);
		/* end when it all fits, let colours through, cut long lines, no clearing */
		setenv("LESS", "FRSX", 0);
		/* no shell from within, when root looks at what others wrote */
		if (geteuid() == 0)
			setenv("LESSSECURE", "1", 1);
		execl("/bin/sh", "sh", "-c", command, (char *) NULL);
		_exit(127);
	}
	dup2(ends[1], STDOUT_FILENO);
	close(ends[0]);
	close(ends[1]);
}

/* Let the pager's user finish. */
void
gk_end_pager(void)
{
	pid_t		child = pager;

	if (child == 0)
		return;
	pager = 0;
	fflush(stdout);
	close(STDOUT_FILENO);
	while (waitpid(child, NULL, 0) < 0)
		;
}
