/*-------------------------------------------------------------------------
 *
 * kernel.c
 *	  What has this kernel to contain sessions with, and does it work?
 *
 * Not believed but tried: at server start, a process that is contained like a session
 * attempts what it must not be able to do.  What held is what is said to be in force.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "sandbox/sandbox.h"

#include <errno.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

#include "miscadmin.h"

static int	walls;				/* that hold here, GK_WALL_* */
static bool guards_libraries;
static int	abi;				/* Landlock's version */
static char lacks[1600];

/* What did a contained process fail to be stopped from? */
#define GK_TRIED_SECCOMP	0x01	/* could not be put in place */
#define GK_TRIED_LANDLOCK	0x02
#define GK_TRIED_PROGRAM	0x04	/* started a process */
#define GK_TRIED_OUTSIDE	0x08	/* looked outside */
#define GK_TRIED_ROOT		0x10	/* wrote where the configuration is */
#define GK_TRIED_INSIDE		0x20	/* cannot work any more */
#define GK_TRIED_LIBRARY	0x40	/* ran a file that is not root's, or not one that is */

/*
 * What gatekeeper.sandbox amounts to: strict means at least "remote", and a module
 * that denies nothing contains nothing.
 */
GkSandbox
gk_sandbox_scope(void)
{
	if (gk_mode != GK_MODE_ENFORCE || IsBinaryUpgrade)
		return GK_SANDBOX_OFF;
	return gk_strict ? Max(gk_sandbox, GK_SANDBOX_REMOTE) : gk_sandbox;
}

static int
enter(int which, const char **failed)
{
	int			err = 0;

#ifdef __linux__
	/* what Landlock asks for; seccomp.c does it again, and that is no harm */
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		err = errno;
#endif
	*failed = "NO_NEW_PRIVS";
	if (err == 0 && (which & GK_WALL_FILES))
	{
		err = gk_landlock_enter();
		*failed = "Landlock";
	}
	if (err == 0 && (which & GK_WALL_PROGRAMS))
	{
		err = gk_seccomp_enter();
		*failed = "seccomp";
	}
	return err;
}

/*
 * Give this up, as far as the kernel can hold to it, for good.  False when it could
 * when the server started and now refuses, with errno and what it was that failed.
 */
bool
gk_sandbox_enter(int wanted, const char **failed)
{
	errno = wanted & walls ? enter(wanted & walls, failed) : 0;
	return errno == 0;
}

/* The file that this code came from. */
static const char *
own_library(void)
{
	Dl_info		info;

	return dladdr((void *) gk_sandbox_walls, &info) && info.dli_fname ? info.dli_fname : "";
}

/* Can a file be mapped as code? */
static bool
can_map(const char *path)
{
	int			fd = open(path, O_RDONLY);
	void	   *at = fd >= 0 ? mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0) : MAP_FAILED;

	if (fd >= 0)
		close(fd);
	if (at != MAP_FAILED)
		munmap(at, 4096);
	return at != MAP_FAILED;
}

/* In a process of its own, which ends with the answer. */
static void
attempt(int which)
{
	const char *failed;
	int			result = 0;
	pid_t		pid;
	int			fd;

	if (enter(which, &failed) != 0)
		_exit(strcmp(failed, "seccomp") == 0 ? GK_TRIED_SECCOMP : GK_TRIED_LANDLOCK);
	if (which & GK_WALL_PROGRAMS)
	{
		pid = fork();
		if (pid == 0)
			_exit(0);
		if (pid > 0)
		{
			(void) waitpid(pid, NULL, 0);
			result |= GK_TRIED_PROGRAM;
		}
	}
	if (guards_libraries && (can_map("global/pg_control") || !can_map(own_library())))
		result |= GK_TRIED_LIBRARY;
	if (which & GK_WALL_FILES)
	{
		fd = open("/", O_RDONLY | O_DIRECTORY);
		result |= fd >= 0 && gk_sandbox_files == GK_FILES_ON ? GK_TRIED_OUTSIDE : 0;
		fd = open("postgresql.auto.conf", O_RDWR);
		result |= fd >= 0 || errno == ENOENT ? GK_TRIED_ROOT : 0;
		fd = open("global/pg_control", O_RDWR);
		result |= fd < 0 ? GK_TRIED_INSIDE : 0;
	}
	_exit(result);
}

/* Returns which of the walls hold. */
static int
try(int which)
{
	pid_t		pid;
	int			status = 0;

	if (which == 0)
		return 0;
	fflush(NULL);
	pid = fork();
	if (pid == 0)
		attempt(which);
	while (pid > 0 && waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return 0;
	if (pid < 0 || !WIFEXITED(status))
		return 0;
	status = WEXITSTATUS(status);
	if (status == 0)
		return which;
	if (guards_libraries && (status & GK_TRIED_LIBRARY))
	{
		guards_libraries = false;
		return gk_seccomp_build(false) == 0 ? try(which) : try(which & ~GK_WALL_PROGRAMS);
	}
	/* one that cannot be put in place leaves the other */
	if (status & (GK_TRIED_LANDLOCK | GK_TRIED_OUTSIDE | GK_TRIED_ROOT | GK_TRIED_INSIDE))
		return try(which & ~GK_WALL_FILES);
	return 0;
}

static void
require(void)
{
	if ((gk_sandbox_require >= GK_REQUIRE_SECCOMP && !(walls & GK_WALL_PROGRAMS)) ||
		(gk_sandbox_require == GK_REQUIRE_LANDLOCK && !(walls & GK_WALL_FILES)))
		ereport(FATAL,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("pg_gatekeeper: this server cannot contain sessions as gatekeeper.sandbox_require wants"),
				 errdetail("%s", lacks),
				 errhint("Use a kernel (or a container's profile) that allows it, or loosen gatekeeper.sandbox_require.")));
	if (*lacks)
		ereport(WARNING,
				(errmsg("pg_gatekeeper: sessions are contained only in part"),
				 errdetail("%s", lacks),
				 errhint("Use a kernel (or a container's profile) that has it; or turn gatekeeper.sandbox or gatekeeper.sandbox_files off, which is no safer but says so.")));
}

/* In the postmaster, whenever shared memory was made. */
void
gk_sandbox_prepare(void)
{
	int			seccomp;
	int			landlock = 0;

	walls = 0;
	*lacks = '\0';
	if (!IsPostmasterEnvironment || IsUnderPostmaster)
		return;
	SetConfigOption("gatekeeper.sandbox_status", "off", PGC_INTERNAL, PGC_S_DYNAMIC_DEFAULT);
	/* a reload can turn gatekeeper.mode on */
	if (gk_sandbox == GK_SANDBOX_OFF && !gk_strict)
		return;
	guards_libraries = gk_sandbox_libraries;
	seccomp = gk_seccomp_build(guards_libraries);
	abi = gk_landlock_abi();
	if (gk_sandbox_files)
		landlock = gk_landlock_build();
	walls = try((seccomp == 0 ? GK_WALL_PROGRAMS : 0) |
				(gk_sandbox_files && landlock == 0 ? GK_WALL_FILES : 0));
	if (!(walls & GK_WALL_PROGRAMS))
		snprintf(lacks, sizeof(lacks), "Sessions can start programs: seccomp %s.%s",
				 seccomp != 0 ? strerror(seccomp) : "did not hold when it was tried",
				 gk_sandbox_files && !(walls & GK_WALL_FILES) ? " No files are kept from them." : "");
	else if (gk_sandbox_files && !(walls & GK_WALL_FILES))
		snprintf(lacks, sizeof(lacks), "No files of the server's operating system user are kept from sessions: Landlock %s.",
				 landlock == 0 ? "did not hold when it was tried" :
				 abi == 0 ? "is not to be had from this kernel" : strerror(landlock));
	if (gk_sandbox_libraries && !(guards_libraries && (walls & GK_WALL_PROGRAMS)))
		snprintf(lacks + strlen(lacks), sizeof(lacks) - strlen(lacks),
				 "%sSessions load any library: gatekeeper.sandbox_libraries did not hold when it was tried, or \"%s\" is not root's alone.",
				 *lacks ? " " : "", own_library());
	gk_sandbox_lacks = *lacks ? lacks : NULL;
	SetConfigOption("gatekeeper.sandbox_status", gk_sandbox_in_force(), PGC_INTERNAL,
					PGC_S_DYNAMIC_DEFAULT);
	require();
}

/* What contained sessions of this server give up. */
int
gk_sandbox_walls(void)
{
	return walls;
}

/* As "users: programs by seccomp, files by Landlock 7". */
const char *
gk_sandbox_in_force(void)
{
	static const char *const scopes[] = {"off", "users", "remote", "all"};
	static char text[120];
	GkSandbox	scope = gk_sandbox_scope();

	if (scope == GK_SANDBOX_OFF)
		return gk_sandbox == GK_SANDBOX_OFF || gk_mode == GK_MODE_ENFORCE ? "off" :
			"off, as gatekeeper.mode is";
	if (walls & GK_WALL_FILES)
		snprintf(text, sizeof(text), "%s: programs by seccomp, %s by Landlock %d", scopes[scope],
				 gk_sandbox_files == GK_FILES_ON ? "files" : "the server's files", abi);
	else
		snprintf(text, sizeof(text), "%s: %s", scopes[scope],
				 walls & GK_WALL_PROGRAMS ? "programs by seccomp" : "nothing");
	if (guards_libraries && (walls & GK_WALL_PROGRAMS))
		snprintf(text + strlen(text), sizeof(text) - strlen(text), ", root's libraries");
	return text;
}
