/*-------------------------------------------------------------------------
 *
 * installed.c
 *	  What the library's file says of itself, without being run: its version, and
 *	  which settings it has.
 *
 * A package that is upgraded exchanges the file; the server goes on with what
 * it has loaded.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "cli/server.h"

#include "cli/config.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/version.h"

/* A library's file in memory; NULL when it cannot be read. */
static const char *
map_file(const char *path, size_t *size)
{
	struct stat st;
	int			fd = open(path, O_RDONLY | O_CLOEXEC);
	char	   *image = MAP_FAILED;

	if (fd < 0)
		return NULL;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0)
		image = mmap(NULL, st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	(void) close(fd);
	*size = image == MAP_FAILED ? 0 : st.st_size;
	return image == MAP_FAILED ? NULL : image;
}

/* The version that stands in a library's file; NULL where there is none. */
static char *
version_in(const char *path)
{
	size_t		size;
	const char *image = map_file(path, &size);
	const char *mark = image ? memmem(image, size, GK_VERSION_MARK, strlen(GK_VERSION_MARK)) : NULL;
	const char *text = mark ? mark + strlen(GK_VERSION_MARK) : NULL;
	const char *end = text ? memchr(text, '\n', image + size - text) : NULL;
	char	   *version = end ? gk_format("%.*s", (int) (end - text), text) : NULL;

	if (image)
		(void) munmap((void *) image, size);
	return version;
}

/*
 * Has the module this setting?  Its library has the names of the settings as
 * texts, those of the rules without "gatekeeper.", and perhaps as the end of a
 * longer text.  True when it cannot be read.
 */
bool
gk_library_has_setting(const char *path, const char *name)
{
	size_t		size;
	const char *image = map_file(path, &size);
	const char *rule = strchr(name, '.') + 1;
	bool		result;

	if (image == NULL)
		return true;
	result = memmem(image, size, rule, strlen(rule) + 1) != NULL;
	(void) munmap((void *) image, size);
	return result;
}

/*
 * The module's file that a server finds first: path is its dynamic_library_path,
 * own its directory of libraries.  NULL where there is none.
 */
char *
gk_library_find(const char *path, const char *own)
{
	for (size_t len; *path; path += len + (path[len] == ':'))
	{
		char	   *file;

		len = strcspn(path, ":");
		if (strncmp(path, "$libdir", 7) == 0)
			file = gk_format("%s%.*s/pg_gatekeeper.so", own, (int) len - 7, path + 7);
		else
			file = gk_format("%.*s/pg_gatekeeper.so", (int) len, path);
		if (access(file, F_OK) == 0)
			return file;
	}
	return NULL;
}

/* The version in the file that the server would find; NULL when that is not known here. */
char *
gk_server_installed_version(const GkServer *server)
{
	char	   *file = server->library_dir ? gk_library_find(server->library_path, server->library_dir) : NULL;

	return file ? version_in(file) : NULL;
}
