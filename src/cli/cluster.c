/*-------------------------------------------------------------------------
 *
 * cluster.c
 *	  Which cluster is meant, where its things are, and what its server
 *	  program makes of its configuration.
 *
 * Debian's clusters are named VERSION/NAME and have their configuration in
 * /etc/postgresql; others are known by their data directory and have it
 * there.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "cli/config.h"

#include <ctype.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

/* The first line of a program's complaints, without its end. */
const char *
gk_first_line(const char *text)
{
	size_t		len = strcspn(text, "\n");

	return len > 0 ? gk_format("%.*s", (int) len, text) : "no reason given";
}

/* Is it written like "15/main"? */
bool
gk_is_cluster_name(const char *name)
{
	size_t		digits = strspn(name, "0123456789.");

	return isdigit((unsigned char) *name) && name[digits] == '/' && name[digits + 1] &&
		strchr(name + digits + 1, '/') == NULL && name[digits + 1] != '.';
}

/* Where a cluster of Debian's has its configuration, or would have. */
char *
gk_cluster_config_dir(const char *name)
{
	const char *root = getenv("PG_CLUSTER_CONF_ROOT");

	return gk_format("%s/%s", root ? root : "/etc/postgresql", name);
}

static bool
exists(const char *path)
{
	return access(path, F_OK) == 0;
}

/* Where the server program of this major version is. */
static char *
find_bin(const char *version, const char *given)
{
	static const char *const places[] =
	{"/usr/lib/postgresql/%s/bin", "/usr/pgsql-%s/bin", "/opt/pgsql-%s/bin"};
	GkWords		directories = {0};
	const char *path = getenv("PATH");

	if (given)
		gk_words_add(&directories, given, strlen(given));
	else
	{
		for (int i = 0; i < GK_LENGTHOF(places); i++)
		{
			const char *percent = strchr(places[i], '%');
			char	   *place = gk_format("%.*s%s%s", (int) (percent - places[i]), places[i],
										  version, percent + 2);

			gk_words_add(&directories, place, strlen(place));
		}
		for (size_t len; path && *path; path += len + (path[len] == ':'))
		{
			len = strcspn(path, ":");
			gk_words_add(&directories, path, len);
		}
	}
	for (int i = 0; i < directories.count; i++)
	{
		char	   *program = gk_format("%s/postgres", directories.word[i]);
		char	   *arguments[] = {program, "--version", NULL};
		static GkOutput output;
		const char *number;

		if (access(program, X_OK) != 0)
			continue;
		gk_run(arguments, &output);
		number = strpbrk(gk_buf_string(&output.out), "0123456789");
		if (output.status == 0 && number &&
			strncmp(number, version, strlen(version)) == 0 &&
			!isdigit((unsigned char) number[strlen(version)]))
			return directories.word[i];
	}
	gk_error("Say where it is: --bindir DIRECTORY.",
			 given ? "there is no server program of PostgreSQL %s in \"%s\"" :
			 "cannot find the server program of PostgreSQL %s", version, given);
}

/* Is a server running on the data directory? */
static bool
is_running(const char *data)
{
	char	   *text = gk_read_file(gk_format("%s/postmaster.pid", data));
	long		pid = text ? strtol(text, NULL, 10) : 0;

	return pid > 0 && (kill((pid_t) pid, 0) == 0 || errno == EPERM);
}

/*
 * Find the cluster that is named, or whose data directory is given; exactly one
 * of the two.  bin, if any, is where its programs are.  Ends the program when
 * there is none.
 */
void
gk_cluster_find(GkCluster *cluster, const char *name, const char *data, const char *bin)
{
	char	   *why = NULL;

	if ((name != NULL) == (data != NULL))
		gk_error(NULL, name ? "name a cluster or give -D, not both" :
				 "name a cluster, such as 15/main, or give its data directory with -D");
	if (name)
	{
		if (!gk_is_cluster_name(name))
			gk_error("pg_lsclusters(1) lists those of Debian. Others are given by -D DATADIRECTORY.",
					 "\"%s\" is not a cluster's name, such as 15/main", name);
		cluster->name = gk_copy(name);
		cluster->version = gk_format("%.*s", (int) strcspn(name, "/"), name);
		cluster->config_dir = gk_cluster_config_dir(name);
		cluster->is_debian = true;
		if (!exists(cluster->config_dir))
			gk_error("pg_lsclusters(1) lists those that there are.",
					 "there is no cluster %s: no directory %s", name, cluster->config_dir);
	}
	else
	{
		char	   *absolute = realpath(data, NULL);
		char	   *version;

		if (absolute == NULL)
			gk_error(NULL, "cannot look into \"%s\": %s", data, strerror(errno));
		cluster->name = absolute;
		cluster->config_dir = absolute;
		version = gk_read_file(gk_format("%s/PG_VERSION", absolute));
		if (version == NULL && errno == EACCES)
			gk_error("Do it as root or as the user that owns the cluster.",
					 "you may not look into \"%s\"", absolute);
		if (version == NULL)
			gk_error(NULL, "\"%s\" is not a data directory: it has no file PG_VERSION", absolute);
		cluster->version = gk_format("%.*s", (int) strcspn(version, "\n"), version);
		cluster->data = absolute;
	}
	cluster->config_file = gk_format("%s/postgresql.conf", cluster->config_dir);
	if (!exists(cluster->config_file))
		gk_error(name ? NULL : "A cluster of Debian's is given by its name, such as 15/main.",
				 "there is no file \"%s\"", cluster->config_file);
	cluster->bin = find_bin(cluster->version, bin);
	if (cluster->data == NULL)
	{
		cluster->data = gk_cluster_setting(cluster, "data_directory", &why);
		if (cluster->data == NULL)
			gk_error(NULL, "the server does not read its configuration: %s", why);
	}
	cluster->is_running = is_running(cluster->data);
}

/*
 * What the server would take for a setting if it started now; NULL, and why,
 * when it would not start.
 */
char *
gk_cluster_setting(const GkCluster *cluster, const char *name, char **why)
{
	/* root may ask for a setting only if -C comes first */
	char	   *arguments[] =
	{
		gk_format("%s/postgres", cluster->bin), "-C", gk_copy(name),
		"-D", cluster->data ? cluster->data : cluster->config_dir,
		"-c", gk_format("config_file=%s", cluster->config_file), NULL
	};
	GkOutput	output = {0};
	const char *text;

	gk_run(arguments, &output);
	if (output.status != 0)
	{
		*why = gk_copy(gk_first_line(gk_buf_string(&output.err)));
		return NULL;
	}
	text = gk_buf_string(&output.out);
	return gk_format("%.*s", (int) strcspn(text, "\n"), text);
}

/* The server's own directory of libraries. */
static char *
library_directory(const GkCluster *cluster)
{
	static const char *const places[] = {"lib", "lib/postgresql", "lib64/pgsql", "lib/pgsql"};
	char	   *pg_config = gk_format("%s/pg_config", cluster->bin);

	if (access(pg_config, X_OK) == 0)
	{
		char	   *arguments[] = {pg_config, "--pkglibdir", NULL};
		GkOutput	output = {0};

		gk_run(arguments, &output);
		if (output.status == 0)
			return gk_copy(gk_first_line(gk_buf_string(&output.out)));
	}
	/* every installation has this one */
	for (int i = 0; i < GK_LENGTHOF(places); i++)
	{
		char	   *directory = gk_format("%s/../%s", cluster->bin, places[i]);

		if (exists(gk_format("%s/plpgsql.so", directory)))
			return realpath(directory, NULL);
	}
	return gk_format("%s/../lib", cluster->bin);
}

/*
 * The module's file where the server looks for it; ends the program when it is
 * not there.
 */
char *
gk_cluster_library(const GkCluster *cluster)
{
	char	   *why = NULL;
	char	   *path = gk_cluster_setting(cluster, "dynamic_library_path", &why);
	char	   *own = library_directory(cluster);
	char	   *file;

	if (path == NULL)
		gk_error(NULL, "the server does not read its configuration: %s", why);
	file = gk_library_find(path, own);
	if (file)
		return file;
	gk_error(gk_format("Install the package postgresql-%s-pg-gatekeeper (Debian, Ubuntu) or "
					   "pg_gatekeeper_%s (RPM).", cluster->version, cluster->version),
			 "the module is not installed for PostgreSQL %s: there is no pg_gatekeeper.so in \"%s\"",
			 cluster->version, own);
}

/* What a starting server reads of a data directory before it loads libraries. */
static const char *const read_early[] = {"PG_VERSION", "global", "postgresql.auto.conf"};

/*
 * Would the server load the module, and the others?  Some settings are computed,
 * and the server program tells them only after it has loaded the libraries.
 * It wants a data directory for it on which no server runs, and this is to be
 * known before the restart; so it gets a stand-in with links to the real one.
 *
 * Cannot be tried as root: true then, as well.
 */
bool
gk_cluster_can_load(const GkCluster *cluster, char **why)
{
	const char *place = getenv("TMPDIR");
	char	   *stand_in = gk_format("%s/pg_gatekeeper.XXXXXX", place ? place : "/tmp");
	GkOutput	output = {0};

	if (geteuid() == 0 || mkdtemp(stand_in) == NULL)
		return true;
	for (int i = 0; i < GK_LENGTHOF(read_early); i++)
		if (symlink(gk_format("%s/%s", cluster->data, read_early[i]),
					gk_format("%s/%s", stand_in, read_early[i])) != 0)
			gk_warning("cannot write in \"%s\": %s", stand_in, strerror(errno));
	gk_run((char *[])
		   {
			   gk_format("%s/postgres", cluster->bin), "-C", "shared_memory_size",
			   "-D", stand_in, "-c", gk_format("data_directory=%s", stand_in),
			   "-c", gk_format("config_file=%s", cluster->config_file),
			   "-c", "log_min_messages=fatal", "-c", "logging_collector=off",
			   "-c", "log_destination=stderr", NULL
		   }, &output);
	for (int i = 0; i < GK_LENGTHOF(read_early); i++)
		(void) unlink(gk_format("%s/%s", stand_in, read_early[i]));
	(void) unlink(gk_format("%s/postmaster.pid", stand_in));
	(void) rmdir(stand_in);
	if (output.status == 0)
		return true;
	*why = gk_copy(gk_first_line(gk_buf_string(&output.err)));
	if (strstr(*why, "undefined symbol"))
		*why = gk_format("%s\nThe library was built for another server than this one: bring the server to its latest "
						 "minor release, or build the module for it.", *why);
	return false;
}

/* A word for the shell. */
static char *
shell_quote(const char *word)
{
	GkBuf		out = {0};

	gk_buf_text(&out, "'");
	for (; *word; word++)
		if (*word == '\'')
			gk_buf_text(&out, "'\\''");
		else
			gk_buf_add(&out, word, 1);
	gk_buf_text(&out, "'");
	return out.data;
}

/* The unit by which systemd runs the server; NULL when it does not seem to. */
static char *
systemd_unit(const GkCluster *cluster)
{
	char	   *pid = gk_read_file(gk_format("%s/postmaster.pid", cluster->data));
	char	   *groups = pid && cluster->is_running ?
		gk_read_file(gk_format("/proc/%ld/cgroup", strtol(pid, NULL, 10))) : NULL;
	char	   *slash = groups ? strrchr(gk_copy(groups), '/') : NULL;
	size_t		len;

	if (slash)
	{
		len = strcspn(++slash, "\n");
		if (len > 8 && strncmp(slash, "postgres", 8) == 0 &&
			strncmp(slash + len - 8, ".service", 8) == 0)
			return gk_format("%.*s", (int) len - 8, slash);
	}
	/* stopped, but where the RPM packages of PostgreSQL have it */
	if (strcmp(cluster->data, gk_format("/var/lib/pgsql/%s/data", cluster->version)) == 0)
		return gk_format("postgresql-%s", cluster->version);
	return NULL;
}

/* What a person types to restart, reload or start the server. */
char *
gk_cluster_command(const GkCluster *cluster, const char *verb)
{
	bool		has_systemd = exists("/run/systemd/system");
	const char *slash;
	char	   *unit;

	if (cluster->is_debian)
	{
		slash = strchr(cluster->name, '/');
		if (has_systemd)
			return gk_format("sudo systemctl %s postgresql@%s-%s", verb, cluster->version, slash + 1);
		return gk_format("sudo pg_ctlcluster %s %s %s", cluster->version, slash + 1, verb);
	}
	unit = has_systemd ? systemd_unit(cluster) : NULL;
	if (unit)
		return gk_format("sudo systemctl %s %s", verb, unit);
	/* the program refuses to be root */
	return gk_format("%s%s%s/pg_ctl -D %s %s", cluster->sudo ? "sudo -u " : "",
					 cluster->sudo ? gk_format("%s ", cluster->sudo) : "",
					 cluster->bin, shell_quote(cluster->data), verb);
}
