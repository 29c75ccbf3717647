/*-------------------------------------------------------------------------
 *
 * posture_processes.c
 *	  Processes, the server's unit, its backups.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "cli/posture.h"

#include <ctype.h>
#include <dirent.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/config.h"

/* A file of /proc, in which NULs stand between the words. */
static char *
read_words(const char *path, char between)
{
	FILE	   *file = fopen(path, "re");
	GkBuf		text = {0};
	char		chunk[8192];
	size_t		n;

	if (file == NULL)
		return NULL;
	gk_buf_text(&text, "");
	while (text.used < (1 << 20) && (n = fread(chunk, 1, sizeof(chunk), file)) > 0)
	{
		for (size_t i = 0; i < n; i++)
			if (chunk[i] == '\0')
				chunk[i] = between;
		gk_buf_add(&text, chunk, n);
	}
	fclose(file);
	return text.data;
}

/* What stands in a process's memory for others to see. */
static void
look_at_process(GkPosture *p, const char *pid)
{
	static const char id[] = "file-environment";
	char	   *environment = read_words(gk_format("/proc/%s/environ", pid), '\n');
	char	   *arguments = read_words(gk_format("/proc/%s/cmdline", pid), ' ');
	char	   *name = read_words(gk_format("/proc/%s/comm", pid), ' ');
	char	   *at = environment ? strstr(environment, "PGPASSWORD=") : NULL;
	char	   *secret;

	if (name)
		name[strcspn(name, "\n")] = '\0';
	if (!at || (at != environment && at[-1] != '\n'))
		at = environment ? strstr(environment, "://") : NULL;
	if (at)
	{
		while (at > environment && at[-1] != '\n')
			at--;
		at[strcspn(at, "\n")] = '\0';
		secret = gk_secret_in(at);
		if (secret)
			gk_posture_add(p, id, GK_FAIL, gk_format("process %s (%s): environment", pid, name ? name : "?"), secret,
						   gk_format("kill %s # and start it anew with PGPASSFILE, a file of mode 600; and change the password", pid));
	}
	secret = arguments ? gk_secret_in(arguments) : NULL;
	if (secret)
		gk_posture_add(p, id, GK_FAIL, gk_format("process %s (%s): command line", pid, name ? name : "?"), secret,
					   gk_format("kill %s # and start it anew with service= or PGPASSFILE; and change the password", pid));
	free(environment);
	free(arguments);
	free(name);
}

static void
look_at_all_processes(GkPosture *p)
{
	DIR		   *dir = opendir("/proc");
	struct dirent *entry;

	if (!gk_posture_wants(p, "file-environment") || dir == NULL)
		return;
	gk_posture_looked(p, "file-environment");
	while ((entry = readdir(dir)) != NULL)
		if (isdigit((unsigned char) *entry->d_name) && atoi(entry->d_name) != getpid())
			look_at_process(p, entry->d_name);
	closedir(dir);
}

static void
look_at_unit(GkPosture *p)
{
	static const char *const wanted[] =
	{"NoNewPrivileges", "ProtectSystem", "ProtectHome", "PrivateTmp"};
	static GkOutput output;
	char	   *pid = gk_read_file(gk_format("%s/postmaster.pid", p->data));
	char	   *groups = pid ? gk_read_file(gk_format("/proc/%ld/cgroup", strtol(pid, NULL, 10))) : NULL;
	const char *end = groups ? strstr(groups, ".service") : NULL;
	const char *begin = end;
	char	   *arguments[] = {"/usr/bin/systemctl", "show", NULL, "-p", "NoNewPrivileges,ProtectSystem,ProtectHome,PrivateTmp", NULL};

	if (!gk_posture_wants(p, "file-unit"))
		return;
	if (end == NULL || access("/run/systemd/system", F_OK) != 0)
	{
		gk_posture_skip(p, "file-unit", "the server runs in no unit of systemd");
		return;
	}
	while (begin > groups && begin[-1] != '/')
		begin--;
	arguments[2] = gk_format("%.*s.service", (int) (end - begin), begin);
	gk_run(arguments, &output);
	if (output.status != 0)
		return;
	gk_posture_looked(p, "file-unit");
	for (int i = 0; i < GK_LENGTHOF(wanted); i++)
		if (strstr(gk_buf_string(&output.out), gk_format("%s=no\n", wanted[i])))
			gk_posture_add(p, "file-unit", GK_INFO, gk_format("%s: %s", arguments[2], wanted[i]), "is off", gk_format("systemctl edit %s # [Service] %s=%s", arguments[2], wanted[i],
																													  strcmp(wanted[i], "ProtectSystem") == 0 ? "full" : "yes"));
}

/* Was the program replaced on the disk while it runs? */
static void
look_at_program(GkPosture *p)
{
	char	   *pid = gk_read_file(gk_format("%s/postmaster.pid", p->data));
	char		target[1024];
	ssize_t		n = pid ? readlink(gk_format("/proc/%ld/exe", strtol(pid, NULL, 10)), target, sizeof(target) - 1) : -1;

	if (n <= 0 || !gk_posture_wants(p, "srv-version"))
		return;
	target[n] = '\0';
	if (strstr(target, " (deleted)"))
		gk_posture_add(p, "srv-version", GK_WARN, "the running program", gk_format("%s was replaced on the disk, and runs on as it was: an update waits for a restart", target), "# restart the server, when it suits")->kind = "shell";
}

void
gk_look_at_processes(GkPosture *p)
{
	look_at_program(p);
	look_at_all_processes(p);
	look_at_unit(p);
}

/* Does a configuration of pgBackRest name the data directory? */
static bool
names_cluster(const GkPosture *p, const char *path)
{
	char	   *text = gk_read_file(path);

	return text && strstr(text, p->data);
}

static bool
any_file_in(const char *directory, const char *ending)
{
	DIR		   *dir = opendir(directory);
	struct dirent *entry;
	bool		found = false;

	while (dir && !found && (entry = readdir(dir)) != NULL)
	{
		size_t		len = strlen(entry->d_name);

		found = *entry->d_name != '.' && len > strlen(ending) && strcmp(entry->d_name + len - strlen(ending), ending) == 0;
	}
	if (dir)
		closedir(dir);
	return found;
}

/* Is there a tool for backups, and who may read what it keeps? */
void
gk_look_at_backup(GkPosture *p)
{
	static const char id[] = "repl-backup";
	static const char *const files[] =
	{"/etc/pgbackrest.conf", "/etc/pgbackrest/pgbackrest.conf"};
	const char *command = gk_posture_setting(p, "archive_command");
	const char *tool = NULL;

	if (!gk_posture_wants(p, id))
		return;
	gk_posture_looked(p, id);
	for (int i = 0; i < GK_LENGTHOF(files); i++)
		if (names_cluster(p, files[i]))
		{
			char	   *text = gk_read_file(files[i]);
			char	   *path = strstr(text, "repo1-path=");

			tool = "pgBackRest";
			if (strstr(text, "repo1-cipher-type=") == NULL)
				gk_posture_add(p, id, GK_INFO, files[i], "backups are not encrypted", "# repo1-cipher-type=aes-256-cbc");
			if (path)
			{
				struct stat st;

				path = gk_format("%.*s", (int) strcspn(path + 11, "\n"), path + 11);
				if (stat(path, &st) == 0 && (st.st_mode & S_IRWXO))
					gk_posture_add(p, id, GK_WARN, path, gk_format("every user may look into the backups, mode %04o", st.st_mode & 07777), gk_format("chmod 750 %s", gk_shell_quote(path)));
			}
		}
	if (any_file_in("/etc/pgbackrest/conf.d", ".conf"))
		tool = "pgBackRest";
	if (any_file_in("/etc/barman.d", ".conf") || any_file_in("/etc/barman/conf.d", ".conf"))
		tool = "Barman";
	if (strstr(command, "pgbackrest") || strstr(command, "wal-g") || strstr(command, "wal-e") || strstr(command, "barman"))
		tool = "archive_command";
	if (!tool)
		gk_posture_add(p, id, GK_WARN, "backup", "neither pgBackRest, Barman nor WAL-G is set up for this cluster", gk_set_up_backup(p));
	else
		gk_posture_add(p, id, GK_INFO, "backup", gk_format("%s is set up; look how old the newest backup is, and whether it restores", tool), "# pgbackrest info, barman check all");
}
