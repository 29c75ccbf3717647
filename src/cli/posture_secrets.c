/*-------------------------------------------------------------------------
 *
 * posture_secrets.c
 *	  Passwords that lie about: in logs, histories, password files, units.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "cli/posture.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* How much of a file's end is looked at. */
#define TAIL (256 << 20)

/* As much of a secret as may be shown. */
static char *
masked(const char *what, const char *secret, size_t len)
{
	return gk_format("%s%.*s*** (%d characters)", what, len > 4 ? 2 : 0, secret, (int) len);
}

/* Does a verifier stand there, not a password? */
static bool
is_verifier(const char *secret, size_t len)
{
	return (len > 20 && strncmp(secret, "SCRAM-SHA-256$", 14) == 0) ||
		(len == 35 && strncmp(secret, "md5", 3) == 0 && strspn(secret + 3, "0123456789abcdef") >= 32);
}

/* PASSWORD 'secret' */
static char *
in_statement(const char *line)
{
	for (const char *at = line; (at = strcasestr(at, "password")) != NULL;)
	{
		size_t		len;

		at += strlen("password");
		if (!isspace((unsigned char) *at))
			continue;
		at += strspn(at, " \t");
		if (*at == 'E' || *at == 'e')
			at++;
		if (*at != '\'')
			continue;
		len = strcspn(++at, "'");
		if (len > 0 && at[len] == '\'' && !is_verifier(at, len) && strncmp(at, "***", 3) != 0 && strncmp(at, "<", 1) != 0)
			return masked("PASSWORD ", at, len);
	}
	return NULL;
}

/* postgresql://user:secret@host */
static char *
in_address(const char *line)
{
	for (const char *at = line; (at = strstr(at, "://")) != NULL;)
	{
		bool		is_ours = (at - line >= 8 && strncmp(at - 8, "postgres", 8) == 0) || (at - line >= 10 && strncmp(at - 10, "postgresql", 10) == 0);
		size_t		user;
		size_t		len;

		at += 3;
		user = strcspn(at, ":@/ \t'\"");
		if (!is_ours || at[user] != ':')
			continue;
		at += user + 1;
		len = strcspn(at, "@/ \t'\"");
		if (len > 0 && at[len] == '@' && *at != '$' && *at != '*')
			return masked("a password in postgresql://, ", at, len);
	}
	return NULL;
}

/* PGPASSWORD=secret, and password=secret in a connection string */
static char *
in_assignment(const char *line)
{
	const char *at = strstr(line, "PGPASSWORD");
	size_t		len;

	if (at && at[strlen("PGPASSWORD") + strspn(at + strlen("PGPASSWORD"), " \t")] == '=')
	{
		at = strchr(at, '=') + 1;
		at += strspn(at, " \t");
		at += *at == '\'' || *at == '"';
		len = strcspn(at, " \t'\"\n");
		if (len > 0 && !strchr("$%*[(\\<{", *at))
			return masked("PGPASSWORD=", at, len);
	}
	at = strstr(line, "password=");
	if (at && (strstr(line, "host=") || strstr(line, "user=") || strstr(line, "dbname=")))
	{
		at += strlen("password=");
		at += *at == '\'' || *at == '"';
		len = strcspn(at, " \t'\"\n");
		if (len > 1 && !strchr("$%*.[(\\<{", *at))
			return masked("password=", at, len);
	}
	return NULL;
}

/* A secret in a line, masked, or NULL. */
char *
gk_secret_in(const char *line)
{
	char	   *found = in_statement(line);

	if (!found)
		found = in_address(line);
	return found ? found : in_assignment(line);
}

/* A regular file, which is no link, from where its last part begins. */
static FILE *
open_tail(const char *path, bool *skipped)
{
	int			fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat st;
	FILE	   *file;

	if (fd < 0)
		return NULL;
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || (file = fdopen(fd, "r")) == NULL)
	{
		close(fd);
		return NULL;
	}
	*skipped = st.st_size > TAIL && fseeko(file, st.st_size - TAIL, SEEK_SET) == 0;
	return file;
}

static bool
is_known(const GkPosture *p, const char *id, const char *object)
{
	for (int i = 0; i < p->count; i++)
		if (strcmp(p->finding[i].check->id, id) == 0 && strcmp(p->finding[i].object, object) == 0)
			return true;
	return false;
}

/* Secrets in a file; comments in configuration count too. */
static void
look_into(GkPosture *p, const char *id, GkStatus status, const char *path, const char *remedy)
{
	bool		skipped = false;
	FILE	   *file = open_tail(path, &skipped);
	char	   *line = NULL;
	size_t		size = 0;
	ssize_t		len;
	int			number = 0;
	int			found = 0;

	while (file && found < 20 && (len = getline(&line, &size, file)) > 0)
	{
		char	   *secret;
		const char *object;

		number++;
		for (ssize_t i = 0; i < len; i++)
			if (line[i] == '\0' || line[i] == '\n')
				line[i] = ' ';
		secret = gk_secret_in(line);
		object = secret ? gk_format("%s: %s", path, secret) : NULL;
		if (object && !is_known(p, id, object))
		{
			bool		is_variable = strcmp(id, "file-environment") == 0 && strncmp(secret, "PGPASSWORD", 10) == 0;
			GkFinding  *finding = gk_posture_add(p, id, status, object, secret, is_variable ?
												 gk_format("sed -i '/PGPASSWORD *=/d' %s # use PGPASSFILE with a file of mode 600, and change the password", gk_shell_quote(path)) : remedy);

			finding->file = gk_copy(path);
			finding->line = skipped ? 0 : number;
			if (*remedy == '\0')
				finding->remedy = gk_without_secrets(path);
			found++;
		}
	}
	free(line);
	if (file)
		fclose(file);
}

/* Every regular file in a directory, and one level below where that is wanted. */
static void
look_into_all(GkPosture *p, const char *id, GkStatus status, const char *directory, int levels, const char *remedy)
{
	DIR		   *dir = opendir(directory);
	struct dirent *entry;

	while (dir && (entry = readdir(dir)) != NULL)
	{
		const char *path = gk_format("%s/%s", directory, entry->d_name);
		struct stat st;

		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 || lstat(path, &st) != 0)
			continue;
		if (S_ISDIR(st.st_mode) && levels > 0)
			look_into_all(p, id, status, path, levels - 1, remedy);
		else if (S_ISREG(st.st_mode))
			look_into(p, id, status, path, remedy);
	}
	if (dir)
		closedir(dir);
}

/* A file that has to be for its owner alone. */
static void
look_at_password_file(GkPosture *p, const char *path)
{
	struct stat st;

	if (stat(path, &st) == 0 && S_ISREG(st.st_mode) && (st.st_mode & (S_IRWXG | S_IRWXO)))
		gk_posture_add(p, "file-password-files", GK_FAIL, path, gk_format("others may %s it, mode %04o", st.st_mode & (S_IRGRP | S_IROTH) ? "read" : "write", st.st_mode & 07777),
					   gk_format("chmod 600 %s", gk_shell_quote(path)));
}

/* A file with passwords that a service reads, too, by its group. */
static void
look_at_service_file(GkPosture *p, const char *path, bool has_passwords)
{
	struct stat st;
	char	   *text = lstat(path, &st) == 0 && S_ISREG(st.st_mode) ? gk_read_file(path) : NULL;

	if (text && (has_passwords || strstr(text, "password=")) && (st.st_mode & (S_IRWXO | S_IWGRP)))
		gk_posture_add(p, "file-password-files", GK_FAIL, path, gk_format("it has passwords, and its mode is %04o", st.st_mode & 07777),
					   gk_format("chmod 640 %s", gk_shell_quote(path)));
	else if (text && !has_passwords && strstr(text, "password="))
		gk_posture_add(p, "file-password-files", GK_WARN, path, "it has a password, which belongs into ~/.pgpass", gk_format("sed -i '/^password=/d' %s", gk_shell_quote(path)));
	free(text);
}

static void
look_into_history(GkPosture *p, const char *path)
{
	look_into(p, "file-history", GK_WARN, path, gk_format("rm %s; ln -s /dev/null %s # and change the password", gk_shell_quote(path), gk_shell_quote(path)));
}

/* psql's HISTFILE is often named for the host or the database. */
static void
look_into_more_histories(GkPosture *p, const char *home)
{
	static const char usual[] = ".psql_history";
	DIR		   *dir = opendir(home);
	struct dirent *entry;
	int			count = 0;

	while (dir && count < 100 && (entry = readdir(dir)) != NULL)
		if (strncmp(entry->d_name, usual, strlen(usual)) == 0 && entry->d_name[strlen(usual)])
		{
			look_into_history(p, gk_format("%s/%s", home, entry->d_name));
			count++;
		}
	if (dir)
		closedir(dir);
}

static void
look_into_home(GkPosture *p, const char *home)
{
	static const char *const histories[] =
	{".psql_history", ".bash_history", ".history", ".zsh_history", ".sh_history", ".local/share/fish/fish_history", ".python_history", ".mysql_history"};
	static const char *const profiles[] =
	{".profile", ".bashrc", ".bash_profile", ".bash_login", ".zshrc", ".zprofile", ".zshenv", ".pam_environment", ".config/environment.d/pg.conf"};

	for (int i = 0; gk_posture_wants(p, "file-history") && i < GK_LENGTHOF(histories); i++)
		look_into_history(p, gk_format("%s/%s", home, histories[i]));
	if (gk_posture_wants(p, "file-history"))
		look_into_more_histories(p, home);
	for (int i = 0; gk_posture_wants(p, "file-environment") && i < GK_LENGTHOF(profiles); i++)
	{
		const char *path = gk_format("%s/%s", home, profiles[i]);

		look_into(p, "file-environment", GK_FAIL, path, gk_format("sed -i '/PGPASSWORD=/d' %s # and use ~/.pgpass, mode 600", gk_shell_quote(path)));
	}
	if (!gk_posture_wants(p, "file-password-files"))
		return;
	look_at_password_file(p, gk_format("%s/.pgpass", home));
	look_at_service_file(p, gk_format("%s/.pg_service.conf", home), false);
}

/* passfile= of a connection string */
static void
look_at_named_file(GkPosture *p, const char *conninfo)
{
	const char *at = strstr(conninfo, "passfile=");

	if (at == NULL)
		return;
	at += strlen("passfile=");
	at += *at == '\'';
	look_at_password_file(p, gk_format("%.*s", (int) strcspn(at, " '&"), at));
}

static void
look_into_homes(GkPosture *p)
{
	static const char *const backups[] =
	{"/etc/pgbouncer/pgbouncer.ini", "/etc/odyssey/odyssey.conf", "/etc/pgcat.toml", "/etc/pgbackrest.conf", "/etc/pgbackrest/pgbackrest.conf", "/etc/barman.conf", "/etc/wal-g.json", "/etc/wal-g/wal-g.yaml"};
	char	   *text;
	GkWords		done = {0};
	struct passwd *pw;

	setpwent();
	while ((pw = getpwent()) != NULL)
	{
		if (*pw->pw_dir == '/' && pw->pw_dir[1] && !gk_words_has(&done, pw->pw_dir))
			gk_words_add(&done, pw->pw_dir, strlen(pw->pw_dir));
	}
	endpwent();
	for (int i = 0; i < done.count && i < 2000; i++)
		look_into_home(p, done.word[i]);
	if (gk_posture_wants(p, "file-history"))
		gk_posture_looked(p, "file-history");
	if (!gk_posture_wants(p, "file-password-files"))
		return;
	gk_posture_looked(p, "file-password-files");
	look_at_service_file(p, "/etc/postgresql-common/pg_service.conf", false);
	look_at_service_file(p, "/etc/pg_service.conf", false);
	look_at_service_file(p, "/etc/pgbouncer/userlist.txt", true);
	look_at_service_file(p, "/etc/pgpool2/pool_passwd", true);
	look_at_service_file(p, "/etc/pgpool2/pcp.conf", true);
	for (int i = 0; i < GK_LENGTHOF(backups); i++)
		if ((text = gk_read_file(backups[i])) != NULL)
		{
			look_at_service_file(p, backups[i], strcasestr(text, "-pass=") || strcasestr(text, "key-secret=") || strcasestr(text, "password"));
			free(text);
		}
	look_at_named_file(p, gk_posture_setting(p, "primary_conninfo"));
	if (getenv("PGPASSFILE"))
		look_at_password_file(p, getenv("PGPASSFILE"));
}

/* Debian's file "environment" is what the server starts with. */
static void
look_beside_configuration(GkPosture *p)
{
	char	   *directory = gk_copy(gk_posture_setting(p, "config_file"));

	if (strrchr(directory, '/'))
		*strrchr(directory, '/') = '\0';
	look_into(p, "file-environment", GK_FAIL, gk_format("%s/environment", directory), "# PGPASSFILE with a file of mode 600 instead; and change the password");
}

/* Where the server's standard error goes, if that is a file elsewhere. */
static void
look_into_stderr(GkPosture *p, const char *log_directory)
{
	char	   *text = gk_read_file(gk_format("%s/postmaster.pid", p->data));
	char		target[1024];
	ssize_t		n = text ? readlink(gk_format("/proc/%ld/fd/2", strtol(text, NULL, 10)), target, sizeof(target) - 1) : -1;

	if (n <= 0)
		return;
	target[n] = '\0';
	if (*target == '/' && strncmp(target, log_directory, strlen(log_directory)) != 0)
		look_into(p, "log-secret", GK_FAIL, target, "");
}

void
gk_look_for_secrets(GkPosture *p)
{
	static const char *const units[] =
	{"/etc/systemd/system", "/run/systemd/system", "/etc/cron.d", "/var/spool/cron", "/etc/profile.d", "/etc/default", "/etc/environment.d", "/etc/sysconfig"};
	static const char *const files[] = {"/etc/environment", "/etc/profile", "/etc/crontab", "/etc/bash.bashrc"};
	const char *directory = gk_posture_setting(p, "log_directory");

	look_into_homes(p);
	for (int i = 0; gk_posture_wants(p, "file-environment") && i < GK_LENGTHOF(units); i++)
		look_into_all(p, "file-environment", GK_FAIL, units[i], 1, "# Environment=PGPASSFILE=/etc/SERVICE/pgpass, a file of mode 600, instead; and change the password");
	if (gk_posture_wants(p, "file-environment"))
		look_beside_configuration(p);
	for (int i = 0; gk_posture_wants(p, "file-environment") && i < GK_LENGTHOF(files); i++)
		look_into(p, "file-environment", GK_FAIL, files[i], "# PGPASSFILE with a file of mode 600 instead; and change the password");
	if (!gk_posture_wants(p, "log-secret"))
		return;
	gk_posture_looked(p, "log-secret");
	if (*directory != '/')
		directory = gk_format("%s/%s", p->data, directory);
	look_into_stderr(p, directory);
	look_into_all(p, "log-secret", GK_FAIL, directory, 0, "");
}
