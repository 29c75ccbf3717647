/*-------------------------------------------------------------------------
 *
 * server_paths.c
 *	  gatekeeper.sandbox_files = server: all files but those that the server itself
 *	  depends on.
 *
 * These are read, and not written: the root of the data directory, pg_tblspc, the
 * directories of the configuration, PostgreSQL's programs and libraries, the system's
 * own directories, and what begins with a dot in the home of the server's user.  For all
 * else the operating system's permissions decide, as ever.
 *
 * Landlock has no rule that takes away what another gives.  So the tree is carved:
 * whatever stands beside the way to a protected directory gets a rule of its own, and
 * nothing that is on it.  A session can therefore make no file directly in a directory
 * that is above one of these.  What is made there later by others gets its rule at the
 * next login.  Links are not followed: what they lead to has a place of its own.
 *
 * Does not see: the same directory under another path by a bind mount.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "sandbox/sandbox.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "miscadmin.h"
#include "utils/guc_tables.h"
#include "utils/memutils.h"

/* No server writes there as an ordinary user, unless its data is there. */
static const char *const system_directories[] = {
	"/bin", "/boot", "/etc", "/lib", "/lib32", "/lib64", "/libx32", "/proc", "/sbin", "/sys", "/usr"
};

/* Protected directories, as real paths; and those that were carved, with their times. */
#define GK_MAX_GUARDED 64

typedef struct GkCarved
{
	char	   *path;
	struct timespec changed;
} GkCarved;

static char *guarded[GK_MAX_GUARDED];
static int	num_guarded;
static GkCarved carved[GK_MAX_GUARDED];
static int	num_carved;
static char data_directory[MAXPGPATH];
static char home[MAXPGPATH];

static bool
is_in(const char *path, char *const *list, int n)
{
	for (int i = 0; i < n; i++)
		if (strcmp(path, list[i]) == 0)
			return true;
	return false;
}

/* Is it above the other? */
static bool
is_above(const char *path, const char *other)
{
	size_t		len = strlen(path);

	if (len == 1)
		return other[0] == '/' && other[1] != '\0';
	return strncmp(path, other, len) == 0 && other[len] == '/';
}

static void
guard(const char *path)
{
	char		real[PATH_MAX];

	if (path == NULL || realpath(path, real) == NULL || is_in(real, guarded, num_guarded) ||
		num_guarded >= GK_MAX_GUARDED)
		return;
	guarded[num_guarded++] = MemoryContextStrdup(TopMemoryContext, real);
}

static void
guard_directory_of(const char *file)
{
	char		directory[MAXPGPATH];

	if (file == NULL || *file == '\0')
		return;
	strlcpy(directory, file, sizeof(directory));
	get_parent_directory(directory);
	guard(directory);
}

static void
find_guarded(void)
{
	int			n;
	struct config_generic **all = GK_GUC_VARIABLES(&n);
	struct passwd *user = getpwuid(geteuid());
	char		real[PATH_MAX];
	char		path[MAXPGPATH];

	while (num_guarded > 0)
		pfree(guarded[--num_guarded]);
	strlcpy(data_directory, realpath(DataDir, real) ? real : DataDir, sizeof(data_directory));
	strlcpy(home, user && realpath(user->pw_dir, real) ? real : "", sizeof(home));
	guard(DataDir);
	join_path_components(path, DataDir, "pg_tblspc");
	guard(path);
	guard_directory_of(ConfigFileName);
	guard_directory_of(HbaFileName);
	guard_directory_of(IdentFileName);
	for (int i = 0; i < n; i++)
		guard_directory_of(all[i]->sourcefile);
	guard(pkglib_path);
	guard_directory_of(my_exec_path);
	get_share_path(my_exec_path, path);
	guard(path);
}

/* Does the rest of the tree lead to something that is protected, or to the data? */
static bool
is_on_the_way(const char *path)
{
	for (int i = 0; i < (int) lengthof(system_directories); i++)
		if (strcmp(path, system_directories[i]) == 0)
			return is_above(path, data_directory);
	for (int i = 0; i < num_guarded; i++)
		if (is_above(path, guarded[i]))
			return true;
	return false;
}

static bool
is_protected(const char *path, bool is_directory, const char *parent, const char *name)
{
	for (int i = 0; i < (int) lengthof(system_directories); i++)
		if (strcmp(path, system_directories[i]) == 0)
			return true;
	if (strcmp(parent, home) == 0 && name[0] == '.')
		return true;
	return is_directory ? is_in(path, guarded, num_guarded) : is_in(parent, guarded, num_guarded);
}

/*
 * What stands beside the way, in one directory of it; and so on downwards, unless only
 * what has come since is wanted: new or moved there, which sets an inode's ctime.
 */
static int
carve(GkPathTaker take, const char *directory, const struct timespec *since)
{
	DIR		   *dir = opendir(directory);
	struct dirent *entry;
	int			err = 0;

	while (dir && (entry = readdir(dir)) != NULL)
	{
		char		path[MAXPGPATH];
		struct stat st;
		int			failed = 0;

		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		snprintf(path, sizeof(path), "%s/%s", directory[1] ? directory : "", entry->d_name);
		if (lstat(path, &st) != 0 || S_ISLNK(st.st_mode) ||
			(since && st.st_ctim.tv_sec < since->tv_sec - 1))
			continue;
		if (S_ISDIR(st.st_mode) && is_on_the_way(path))
			failed = since ? 0 : carve(take, path, NULL);
		else if (!is_protected(path, S_ISDIR(st.st_mode), directory, entry->d_name))
			failed = take(path, GK_PATH_ALL);
		if (failed != 0 && failed != ENOENT && failed != EACCES)
			err = failed;
	}
	if (dir)
		closedir(dir);
	return err;
}

/* Directories above what is protected, but for the data directory itself. */
static void
remember(const char *path)
{
	struct stat st;

	if (num_carved >= GK_MAX_GUARDED || stat(path, &st) != 0)
		return;
	for (int i = 0; i < num_carved; i++)
		if (strcmp(carved[i].path, path) == 0)
			return;
	carved[num_carved].path = MemoryContextStrdup(TopMemoryContext, path);
	carved[num_carved++].changed = st.st_mtim;
}

static void
remember_ways(void)
{
	while (num_carved > 0)
		pfree(carved[--num_carved].path);
	for (int i = 0; i < num_guarded; i++)
	{
		char		path[MAXPGPATH];

		strlcpy(path, guarded[i], sizeof(path));
		while (path[1] != '\0')
		{
			get_parent_directory(path);
			if (*path == '\0')
				strcpy(path, "/");
			if (is_on_the_way(path) && strcmp(path, data_directory) != 0)
				remember(path);
		}
	}
}

/* In the postmaster.  Returns 0, or an errno. */
int
gk_server_paths(GkPathTaker take)
{
	int			err = take("/", GK_PATH_READ);

	find_guarded();
	remember_ways();			/* before it is read: what comes in between is seen later */
	if (err == 0)
		err = carve(take, "/", NULL);
	return err;
}

/* In a session: what has been made beside the way since. */
int
gk_server_paths_since(GkPathTaker take)
{
	int			err = 0;

	for (int i = 0; i < num_carved; i++)
	{
		struct stat st;

		if (stat(carved[i].path, &st) == 0 &&
			(st.st_mtim.tv_sec != carved[i].changed.tv_sec ||
			 st.st_mtim.tv_nsec != carved[i].changed.tv_nsec))
			err = Max(err, carve(take, carved[i].path, &carved[i].changed));
	}
	return err;
}
