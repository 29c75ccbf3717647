/*-------------------------------------------------------------------------
 *
 * run.c
 *	  Runs another program and keeps what it prints.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "cli/config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

/*
 * Run argv[0], a path, with nothing to read and messages in English.  Output is
 * overwritten.
 */
void
gk_run(char *const argv[], GkOutput *output)
{
	int			out[2];
	int			err[2];
	pid_t		child;
	int			status;
	struct pollfd fds[2];
	GkBuf	   *bufs[2] = {&output->out, &output->err};

	gk_buf_clear(&output->out);
	gk_buf_clear(&output->err);
	fflush(stdout);
	if (pipe2(out, O_CLOEXEC) != 0 || pipe2(err, O_CLOEXEC) != 0 || (child = fork()) < 0)
		gk_error(NULL, "cannot run %s: %s", argv[0], strerror(errno));
	if (child == 0)
	{
		int			null = open("/dev/null", O_RDONLY);

		dup2(null, STDIN_FILENO);
		dup2(out[1], STDOUT_FILENO);
		dup2(err[1], STDERR_FILENO);
		setenv("LC_ALL", "C", 1);
		/* the server must be able to stand somewhere */
		if (chdir("/") == 0)
			execv(argv[0], argv);
		dprintf(STDERR_FILENO, "%s: %s\n", argv[0], strerror(errno));
		_exit(127);
	}
	close(out[1]);
	close(err[1]);
	fds[0] = (struct pollfd) {.fd = out[0], .events = POLLIN};
	fds[1] = (struct pollfd) {.fd = err[0], .events = POLLIN};
	while (fds[0].fd >= 0 || fds[1].fd >= 0)
	{
		if (poll(fds, 2, -1) < 0)
			continue;
		for (int i = 0; i < 2; i++)
		{
			char		chunk[4096];
			ssize_t		n;

			if (fds[i].fd < 0 || fds[i].revents == 0)
				continue;
			n = read(fds[i].fd, chunk, sizeof(chunk));
			if (n > 0)
				gk_buf_add(bufs[i], chunk, n);
			else
			{
				close(fds[i].fd);
				fds[i].fd = -1;
			}
		}
	}
	while (waitpid(child, &status, 0) < 0)
		;
	output->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}
