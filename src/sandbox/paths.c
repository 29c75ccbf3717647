/*-------------------------------------------------------------------------
 *
 * paths.c
 *	  The files that a session needs when it works with the database and nothing else.
 *
 * Found by tracing PostgreSQL's own tests, its procedural languages and many
 * extensions.  The root of the data directory is read only: the configuration, the
 * list of who may log in and the files that promote a server are there, and a backend
 * writes none of them.  pg_tblspc is, too: a link planted there would be believed.
 *
 * What is not there is left out.  A path means what it leads to at the moment.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "sandbox/sandbox.h"

#include <dirent.h>
#include <errno.h>
#include <pwd.h>
#include <unistd.h>

#include "common/relpath.h"
#include "miscadmin.h"
#include "utils/guc_tables.h"
#include "utils/memutils.h"
#include "utils/varlena.h"

/* Below the data directory, to write. */
static const char *const data_directories[] = {
	"base", "global", "pg_commit_ts", "pg_dynshmem", "pg_logical", "pg_multixact", "pg_notify",
	"pg_replslot", "pg_serial", "pg_snapshots", "pg_stat", "pg_stat_tmp", "pg_subtrans",
	"pg_twophase", "pg_wal", "pg_xact"
};

static const char *const devices[] = {
	"/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"
};

/* The system's, to read: libraries, time zones, names of hosts and users, certificates. */
static const char *const system_paths[] = {
	"/usr", "/lib", "/lib64", "/lib32", "/bin", "/sbin",
	"/proc", "/sys/devices/system", "/sys/fs/cgroup", "/sys/kernel/mm",
	"/etc/passwd", "/etc/group", "/etc/nsswitch.conf", "/etc/resolv.conf", "/etc/hosts",
	"/etc/host.conf", "/etc/gai.conf", "/etc/services", "/etc/protocols", "/etc/networks",
	"/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/ld.so.preload",
	"/etc/localtime", "/etc/timezone", "/etc/locale.alias", "/etc/krb5.conf",
	"/etc/krb5.conf.d", "/etc/krb5", "/etc/gss", "/etc/ssl/openssl.cnf", "/etc/ssl/certs",
	"/etc/pki/tls/openssl.cnf", "/etc/pki/tls/certs", "/etc/pki/tls/cert.pem",
	"/etc/pki/ca-trust", "/etc/crypto-policies", "/etc/ca-certificates",
	"/etc/ca-certificates.conf", "/etc/perl", "/etc/python3", "/etc/os-release",
	"/var/lib/ca-certificates", "/var/cache/postgresql/dicts", "/var/lib/sss/mc",
	"/run/systemd/resolve"
};

/* Tablespaces that are known to the rule set, in their order. */
static Oid *known_tablespaces;
static int	num_known;

static int
compare_oids(const void *a, const void *b)
{
	Oid			first = *(const Oid *) a;
	Oid			second = *(const Oid *) b;

	return first < second ? -1 : first > second;
}

static bool
is_known(Oid tablespace)
{
	return bsearch(&tablespace, known_tablespaces, num_known, sizeof(Oid), compare_oids) != NULL;
}

/* The first failure that is not the lack of the file. */
static int
worse(int err, int other)
{
	if (err != 0 || other == ENOENT || other == ENOTDIR || other == EACCES)
		return err;
	return other;
}

/* The directory a file is in; the file alone when that would be half the system. */
static int
take_directory_of(GkPathTaker take, const char *file)
{
	char		directory[MAXPGPATH];

	if (file == NULL || *file == '\0')
		return 0;
	strlcpy(directory, file, sizeof(directory));
	get_parent_directory(directory);
	if (strcmp(directory, "/") == 0 || strcmp(directory, "/etc") == 0 || *directory == '\0')
		return take(file, GK_PATH_READ);
	return take(directory, GK_PATH_READ);
}

/* The configuration files; a backend reads them again after a reload. */
static int
take_configuration(GkPathTaker take)
{
	int			n;
	struct config_generic **all = GK_GUC_VARIABLES(&n);
	const char *last = "";
	int			err;

	err = worse(0, take_directory_of(take, ConfigFileName));
	err = worse(err, take_directory_of(take, HbaFileName));
	err = worse(err, take_directory_of(take, IdentFileName));
	for (int i = 0; i < n; i++)
		if (all[i]->sourcefile && strcmp(all[i]->sourcefile, last) != 0)
		{
			last = all[i]->sourcefile;
			err = worse(err, take_directory_of(take, last));
		}
	return err;
}

/* Every directory of a setting such as dynamic_library_path, or of one alone. */
static int
take_setting(GkPathTaker take, const char *name)
{
	const char *value = GetConfigOption(name, true, false);
	char	   *copy = value ? pstrdup(value) : NULL;
	int			err = 0;

	for (char *next = copy; next;)
	{
		char	   *path = next;

		next = strchr(path, ':');
		if (next)
			*next++ = '\0';
		if (is_absolute_path(path))
			err = worse(err, take(path, GK_PATH_READ));
	}
	if (copy)
		pfree(copy);
	return err;
}

/* What belongs to this installation of PostgreSQL. */
static int
take_installation(GkPathTaker take)
{
	static const char *const settings[] = {
		"dynamic_library_path", "extension_control_path", "extension_destdir", "log_directory"
	};
	char		path[MAXPGPATH];
	int			err = worse(0, take(pkglib_path, GK_PATH_READ));

	get_share_path(my_exec_path, path);
	err = worse(err, take(path, GK_PATH_READ));
	get_etc_path(my_exec_path, path);
	err = worse(err, take(path, GK_PATH_READ));
	get_lib_path(my_exec_path, path);
	err = worse(err, take(path, GK_PATH_READ));
	err = worse(err, take_directory_of(take, my_exec_path));
	for (int i = 0; i < (int) lengthof(settings); i++)
		err = worse(err, take_setting(take, settings[i]));
	return err;
}

/* Dictionaries for text search may be links to wherever their package keeps them. */
static int
take_dictionaries(GkPathTaker take)
{
	char		directory[MAXPGPATH];
	DIR		   *dir;
	struct dirent *entry;
	int			err = 0;

	get_share_path(my_exec_path, directory);
	join_path_components(directory, directory, "tsearch_data");
	dir = opendir(directory);
	while (dir && (entry = readdir(dir)) != NULL)
	{
		char		name[MAXPGPATH];
		char		target[MAXPGPATH];
		ssize_t		len;

		join_path_components(name, directory, entry->d_name);
		len = readlink(name, target, sizeof(target) - 1);
		if (len <= 0 || target[0] != '/')
			continue;
		target[len] = '\0';
		err = worse(err, take_directory_of(take, target));
	}
	if (dir)
		closedir(dir);
	return err;
}

/* What libpq looks for in the home of the server's user, for dblink and its like. */
static int
take_home(GkPathTaker take)
{
	static const char *const files[] = {".postgresql", ".pgpass", ".pg_service.conf"};
	struct passwd *user = getpwuid(geteuid());
	int			err = 0;

	for (int i = 0; user && user->pw_dir && i < (int) lengthof(files); i++)
	{
		char		path[MAXPGPATH];

		join_path_components(path, user->pw_dir, files[i]);
		err = worse(err, take(path, GK_PATH_READ));
	}
	return err;
}

/* A list of the administrator's. */
static int
take_list(GkPathTaker take, const char *setting, const char *list, int rights)
{
	char	   *copy = pstrdup(list);
	List	   *paths;
	ListCell   *cell;
	int			err = 0;

	if (SplitDirectoriesString(copy, ',', &paths))
		foreach(cell, paths)
		{
			int			failed = take(lfirst(cell), rights);

			if (failed != 0)
				ereport(WARNING,
						(errmsg("pg_gatekeeper: \"%s\" of %s is of no use to contained sessions: %s",
								(char *) lfirst(cell), setting, strerror(failed)),
						 errhint("Make it, and restart the server; or take it out of the list.")));
			err = worse(err, failed);
		}
	list_free_deep(paths);
	pfree(copy);
	return err;
}

/* A tablespace is the directory of this version in it, and nothing beside that. */
static int
take_tablespaces(GkPathTaker take, bool remember)
{
	DIR		   *dir = opendir("pg_tblspc");
	struct dirent *entry;
	int			added = num_known;
	int			err = 0;

	if (dir == NULL)
		return errno;
	while ((entry = readdir(dir)) != NULL)
	{
		Oid			oid = atooid(entry->d_name);
		char		path[MAXPGPATH];

		if (!OidIsValid(oid) || is_known(oid))
			continue;
		snprintf(path, sizeof(path), "pg_tblspc/%s/%s", entry->d_name,
				 TABLESPACE_VERSION_DIRECTORY);
		err = worse(err, take(path, GK_PATH_WRITE));
		if (!remember)
			continue;
		known_tablespaces = repalloc(known_tablespaces, (added + 1) * sizeof(Oid));
		known_tablespaces[added++] = oid;
	}
	closedir(dir);
	num_known = added;
	qsort(known_tablespaces, num_known, sizeof(Oid), compare_oids);
	return err;
}

/* gatekeeper.sandbox_files = on: beside what a session writes, all that it reads. */
static int
take_what_is_read(GkPathTaker take)
{
	int			err = worse(0, take(DataDir, GK_PATH_READ));

	for (int i = 0; i < (int) lengthof(devices); i++)
		err = worse(err, take(devices[i], GK_PATH_DEVICE));
	for (int i = 0; i < (int) lengthof(system_paths); i++)
		err = worse(err, take(system_paths[i], GK_PATH_READ));
	err = worse(err, take_configuration(take));
	err = worse(err, take_installation(take));
	err = worse(err, take_dictionaries(take));
	err = worse(err, take_home(take));
	err = worse(err, take_list(take, "gatekeeper.sandbox_read_paths", gk_sandbox_read_paths,
							   GK_PATH_READ));
	return err;
}

/* Every path; returns 0, or the first errno that is more than a file's absence. */
int
gk_sandbox_paths(GkPathTaker take)
{
	int			err;

	if (known_tablespaces == NULL)
		known_tablespaces = MemoryContextAlloc(TopMemoryContext, sizeof(Oid));
	num_known = 0;
	err = gk_sandbox_files == GK_FILES_SERVER ? gk_server_paths(take) : take_what_is_read(take);
	for (int i = 0; i < (int) lengthof(data_directories); i++)
		err = worse(err, take(data_directories[i], GK_PATH_WRITE));
	err = worse(err, take("/dev/shm", GK_PATH_WRITE));
	err = worse(err, take_list(take, "gatekeeper.sandbox_write_paths", gk_sandbox_write_paths,
							   GK_PATH_WRITE));
	return worse(err, take_tablespaces(take, true));
}

/* In a session: those that were made since. */
int
gk_sandbox_paths_since(GkPathTaker take)
{
	int			err = take_tablespaces(take, false);

	return gk_sandbox_files == GK_FILES_SERVER ? worse(err, gk_server_paths_since(take)) : err;
}
