/*-------------------------------------------------------------------------
 *
 * landlock.c
 *	  The kernel's rules about files: only those of paths.c, and none is executed.
 *
 * The rule set is made once, in the postmaster; a contained process adds the
 * tablespaces that were made since, and takes it on.  Rules stand for what a path
 * led to when they were made, so that a link put in its place later leads nowhere.
 *
 * Each version of Landlock (ABI) knows more rights than the one before, and refuses
 * those that it does not know: what is asked for is what this kernel has.
 *
 * Does not hold: files that are open already; stat() and the times of files; sockets
 * that are files; with version 1 and 2, truncating a file by its name.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "sandbox/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "storage/fd.h"

#ifdef __linux__

#include <sys/syscall.h>

/*
 * The C library's and the kernel's headers may be older than the kernel: the numbers
 * are the same on every machine, and for ever.
 */
#define GK_LANDLOCK_CREATE_RULESET	444
#define GK_LANDLOCK_ADD_RULE		445
#define GK_LANDLOCK_RESTRICT_SELF	446
#define GK_LANDLOCK_VERSION			1	/* a flag of the first */
#define GK_LANDLOCK_PATH_BENEATH	1	/* a kind of rule */

#define GK_FS(bit) (UINT64CONST(1) << (bit))
#define GK_FS_EXECUTE		GK_FS(0)
#define GK_FS_WRITE_FILE	GK_FS(1)
#define GK_FS_READ_FILE		GK_FS(2)
#define GK_FS_READ_DIR		GK_FS(3)
#define GK_FS_REMOVE_DIR	GK_FS(4)
#define GK_FS_REMOVE_FILE	GK_FS(5)
#define GK_FS_MAKE_DIR		GK_FS(7)
#define GK_FS_MAKE_REG		GK_FS(8)
#define GK_FS_TRUNCATE		GK_FS(14)
#define GK_FS_IOCTL_DEV		GK_FS(15)
#define GK_SCOPE_ABSTRACT_UNIX_SOCKET UINT64CONST(1)

/* What a rule about something that is no directory may speak of. */
#define GK_FS_OF_FILES (GK_FS_WRITE_FILE | GK_FS_READ_FILE | GK_FS_TRUNCATE | GK_FS_IOCTL_DEV)

typedef struct GkRulesetAttr
{
	uint64		handled_access_fs;
	uint64		handled_access_net;
	uint64		scoped;
} GkRulesetAttr;

typedef struct GkPathBeneathAttr
{
	uint64		allowed_access;
	int32		parent_fd;
} pg_attribute_packed() GkPathBeneathAttr;

static int	ruleset = -1;
static uint64 handled;			/* rights that are refused unless a rule gives them */

/* How many rights a version has, in their order. */
static int
rights_of(int abi)
{
	return abi >= 5 ? 16 : abi >= 3 ? 15 : abi == 2 ? 14 : 13;
}

/* The version that this kernel has and allows; 0 for none. */
int
gk_landlock_abi(void)
{
	long		abi = syscall(GK_LANDLOCK_CREATE_RULESET, NULL, (Size) 0, GK_LANDLOCK_VERSION);

	return abi > 0 ? (int) abi : 0;
}

/*
 * Some kernels with patches of their own name a version and refuse a right of it:
 * then the version below is tried.
 */
static int
create_ruleset(void)
{
	for (int abi = gk_landlock_abi(); abi > 0; abi--)
	{
		GkRulesetAttr attr = {
			.handled_access_fs = GK_FS(rights_of(abi)) - 1,
			.scoped = abi >= 6 ? GK_SCOPE_ABSTRACT_UNIX_SOCKET : 0
		};
		/* the struct has grown with the versions */
		Size		size = abi >= 6 ? 24 : abi >= 4 ? 16 : 8;
		int			fd = syscall(GK_LANDLOCK_CREATE_RULESET, &attr, size, 0);

		handled = attr.handled_access_fs;
		if (fd >= 0 || errno != EINVAL)
			return fd;
	}
	if (errno == 0)
		errno = ENOSYS;
	return -1;
}

static uint64
access_of(int rights)
{
	uint64		access = GK_FS_READ_FILE | GK_FS_READ_DIR;

	if (rights & GK_PATH_ALL)
		return handled & ~GK_FS_EXECUTE;
	if (rights & GK_PATH_DEVICE)
		access |= GK_FS_WRITE_FILE | GK_FS_IOCTL_DEV;
	if (rights & GK_PATH_WRITE)
		access |= GK_FS_WRITE_FILE | GK_FS_TRUNCATE | GK_FS_MAKE_REG | GK_FS_MAKE_DIR |
			GK_FS_REMOVE_FILE | GK_FS_REMOVE_DIR;
	return access & handled;
}

/* One rule.  Returns 0 or an errno; what is not there needs none. */
static int
add_path(const char *path, int rights)
{
	GkPathBeneathAttr attr = {.allowed_access = access_of(rights)};
	struct stat st;
	int			err = 0;

	attr.parent_fd = open(path, O_PATH | O_CLOEXEC | (rights & GK_PATH_ALL ? O_NOFOLLOW : 0));
	if (attr.parent_fd < 0)
		return errno;
	if (fstat(attr.parent_fd, &st) != 0)
		err = errno;
	else
	{
		if (!S_ISDIR(st.st_mode))
			attr.allowed_access &= GK_FS_OF_FILES;
		if (syscall(GK_LANDLOCK_ADD_RULE, ruleset, GK_LANDLOCK_PATH_BENEATH, &attr, 0) != 0)
			err = errno;
	}
	close(attr.parent_fd);
	return err;
}

/*
 * In the postmaster: make the rule set, anew when it is there.  Returns 0, or why
 * this kernel has none.
 */
int
gk_landlock_build(void)
{
	int			err;

	if (ruleset >= 0)
		close(ruleset);
	else
		ReserveExternalFD();
	errno = 0;
	ruleset = create_ruleset();
	if (ruleset < 0)
	{
		err = errno;
		ReleaseExternalFD();
		return err;
	}
	return gk_sandbox_paths(add_path);
}

/*
 * In a process that opens no other file from here on, and that can gain no rights by
 * starting a program.  Returns 0 or an errno.
 */
int
gk_landlock_enter(void)
{
	int			err;

	if (ruleset < 0)
		return ENOSYS;
	err = gk_sandbox_paths_since(add_path);
	if (err == 0 && syscall(GK_LANDLOCK_RESTRICT_SELF, ruleset, 0) != 0)
		err = errno;
	close(ruleset);
	ruleset = -1;
	return err;
}

#else							/* not Linux */

int
gk_landlock_abi(void)
{
	return 0;
}

int
gk_landlock_build(void)
{
	return ENOSYS;
}

int
gk_landlock_enter(void)
{
	return ENOSYS;
}

#endif							/* __linux__ */
