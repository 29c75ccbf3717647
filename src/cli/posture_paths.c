/*-------------------------------------------------------------------------
 *
 * posture_paths.c
 *	  Files that settings name, and what else lies beside the server's own.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "cli/posture.h"

#include <dirent.h>
#include <pwd.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *
server_user(const GkPosture *p)
{
	struct passwd *pw = getpwuid(p->uid);

	return pw ? gk_copy(pw->pw_name) : "postgres";
}

/* Who else may write a file that somebody's rights hang on. */
static void
look_at_writers(GkPosture *p, const char *id, const char *path, const char *what)
{
	char	   *who = access(path, F_OK) == 0 ? gk_others_write(p, path, true) : NULL;

	if (who)
		gk_posture_add(p, id, GK_FAIL, path, gk_format("%s, and %s", what, who),
					   gk_format("chown root:%s %s; chmod u=rw,g=r,o-w %s", server_user(p), gk_shell_quote(path), gk_shell_quote(path)))->kind = "shell";
}

/* The files that a line of pg_hba.conf or pg_ident.conf takes in. */
static void
look_at_line(GkPosture *p, const char *directory, const char *line, int depth);

static void
look_into_rules(GkPosture *p, const char *path, int depth)
{
	struct stat st;
	char	   *text = depth < 10 && stat(path, &st) == 0 && S_ISREG(st.st_mode) ? gk_read_file(path) : NULL;
	char	   *directory = gk_copy(path);
	char	   *slash = strrchr(directory, '/');

	if (slash)
		*slash = '\0';
	for (char *line = text; line && *line;)
	{
		size_t		len = strcspn(line, "\n");
		char	   *one = gk_format("%.*s", (int) len, line);

		one[strcspn(one, "#")] = '\0';
		look_at_line(p, directory, one, depth);
		free(one);
		line += len + (line[len] == '\n');
	}
	free(directory);
	free(text);
}

static void
look_at_line(GkPosture *p, const char *directory, const char *line, int depth)
{
	const char *rest = line + strspn(line, " \t");
	bool		includes = strncmp(rest, "include", 7) == 0;

	for (rest += includes ? strcspn(rest, " \t") : 0; *rest; rest += *rest != '\0')
	{
		size_t		len = strcspn(rest, " \t,\"");
		char	   *path = NULL;

		if (*rest == '@' && len > 1)
			path = gk_format("%.*s", (int) len - 1, rest + 1);
		else if (includes && len > 0)
			path = gk_format("%.*s", (int) len, rest);
		rest += len;
		if (path && *path != '/')
			path = gk_format("%s/%s", directory, path);
		if (path)
		{
			look_at_writers(p, "file-config", path, includes ? "its lines are part of the rules" : "its words are part of the rules");
			look_into_rules(p, path, depth + 1);
		}
		if (*rest == '\0')
			break;
	}
}

/* What else is in the configuration's directory: Debian's own files, too, say what runs. */
static void
look_at_siblings(GkPosture *p)
{
	const char *main_file = gk_posture_setting(p, "config_file");
	char	   *directory = gk_copy(main_file);
	DIR		   *dir;
	struct dirent *entry;

	if (strrchr(directory, '/') == NULL)
		return;
	*strrchr(directory, '/') = '\0';
	dir = strcmp(directory, p->data) != 0 ? opendir(directory) : NULL;
	while (dir && (entry = readdir(dir)) != NULL)
	{
		const char *path = gk_format("%s/%s", directory, entry->d_name);
		struct stat st;
		bool		is_known = *entry->d_name == '.' || lstat(path, &st) != 0 || !S_ISREG(st.st_mode);

		for (int i = 0; !is_known && i < p->config_files.count; i++)
			is_known = strcmp(p->config_files.word[i], path) == 0;
		if (!is_known)
			look_at_writers(p, "file-config", path, "it lies beside the configuration");
	}
	if (dir)
		closedir(dir);
}

/* Files of the data directory's that are not the server's, and links out of it. */
static void
look_inside(GkPosture *p)
{
	DIR		   *dir = opendir(p->data);
	struct dirent *entry;

	while (dir && (entry = readdir(dir)) != NULL)
	{
		const char *path = gk_format("%s/%s", p->data, entry->d_name);
		struct stat st;
		char	   *who;

		if (*entry->d_name == '.' || lstat(path, &st) != 0)
			continue;
		if (st.st_uid != p->uid && st.st_uid != 0)
			gk_posture_add(p, "file-datadir", GK_WARN, path, "it does not belong to the server's user", gk_format("chown -h %s: %s", server_user(p), gk_shell_quote(path)));
		if (!S_ISLNK(st.st_mode) || stat(path, &st) != 0 || !S_ISDIR(st.st_mode))
			continue;
		who = gk_others_write(p, path, false);
		if (!who)
			who = gk_others_read(p, path);
		if (who)
			gk_posture_add(p, "file-datadir", GK_FAIL, path, gk_format("a link to a directory of which %s", who), gk_format("chmod 700 %s/", gk_shell_quote(path)));
	}
	if (dir)
		closedir(dir);
}

/* Libraries that are named with their path. */
static void
look_at_libraries(GkPosture *p, const char *setting)
{
	GkWords		words = {0};

	gk_words_add_list(&words, gk_posture_setting(p, setting));
	for (int i = 0; i < words.count; i++)
	{
		const char *path = words.word[i];
		struct stat st;

		if (*path != '/')
			continue;
		if (stat(path, &st) != 0)
			path = gk_format("%s.so", path);
		look_at_writers(p, "file-code", path, gk_format("%s loads it", setting));
		if (stat(path, &st) == 0 && st.st_uid == p->uid && p->uid != 0)
			gk_posture_add(p, "file-code", GK_FAIL, path, gk_format("%s loads it, and it belongs to the server's user", setting),
						   gk_format("chown root:root %s; chmod 755 %s", gk_shell_quote(path), gk_shell_quote(path)));
	}
}

/* Where archived WAL goes, as far as the command names the directory. */
static void
look_at_archive(GkPosture *p)
{
	const char *value = gk_posture_setting(p, "archive_command");

	while ((value = strchr(value, '/')) != NULL)
	{
		size_t		len = strcspn(value, " \t'\";|&<>()%");
		char	   *path = gk_format("%.*s", (int) len, value);
		struct stat st;
		char	   *who = NULL;

		value += len;
		if (len > 1 && path[len - 1] == '/')
			path[len - 1] = '\0';
		if (stat(path, &st) == 0 && S_ISDIR(st.st_mode) && strncmp(path, "/dev", 4) != 0)
			who = gk_others_write(p, path, true);
		else
			continue;
		if (!who)
			who = gk_others_read(p, path);
		if (who)
			gk_posture_add(p, "repl-command", GK_WARN, path, gk_format("WAL is archived there, and %s", who),
						   gk_format("chown %s: %s; chmod 700 %s", server_user(p), gk_shell_quote(path), gk_shell_quote(path)))->kind = "shell";
	}
}

/* The log's directory, and whether a name by other ways leads into the data. */
static void
look_at_log_directory(GkPosture *p)
{
	char	   *path = gk_copy(gk_posture_setting(p, "log_directory"));
	char	   *real = *path == '/' ? realpath(path, NULL) : NULL;
	char	   *data = realpath(p->data, NULL);
	struct stat st;
	char	   *who;

	if (strcmp(gk_posture_setting(p, "logging_collector"), "on") != 0 || real == NULL)
		return;
	if (gk_posture_wants(p, "log-directory") && data && strncmp(path, p->data, strlen(p->data)) != 0 && strncmp(real, data, strlen(data)) == 0 && real[strlen(data)] == '/')
		gk_posture_add(p, "log-directory", GK_WARN, "log_directory", gk_format("%s leads to %s, inside the data directory", path, real),
					   "ALTER SYSTEM SET log_directory = '/var/log/postgresql';")->kind = "sql";
	if (!gk_posture_wants(p, "log-files") || stat(real, &st) != 0)
		return;
	who = (st.st_mode & S_ISVTX) ? NULL : gk_others_write(p, real, true);
	if (who)
		gk_posture_add(p, "log-files", GK_WARN, real, who, gk_format("chown %s: %s; chmod 700 %s", server_user(p), gk_shell_quote(real), gk_shell_quote(real)))->kind = "shell";
}

/* Tablespaces that lie inside the data directory by another name. */
static void
look_at_real_places(GkPosture *p)
{
	char	   *data = realpath(p->data, NULL);

	for (int i = 0; data && gk_posture_wants(p, "file-tablespace") && i < p->tablespaces.count; i++)
	{
		const char *path = p->tablespaces.word[i];
		char	   *real = realpath(path, NULL);

		if (real && strncmp(path, p->data, strlen(p->data)) != 0 && strncmp(real, data, strlen(data)) == 0 && real[strlen(data)] == '/')
			gk_posture_add(p, "file-tablespace", GK_WARN, path, gk_format("leads to %s, inside the data directory", real), "# make a new tablespace elsewhere, and move the tables")->kind = "text";
		free(real);
	}
}

void
gk_look_at_paths(GkPosture *p)
{
	static const char *const libraries[] =
	{"shared_preload_libraries", "session_preload_libraries", "local_preload_libraries", "archive_library", "jit_provider"};
	static const char *const trusted[] = {"ssl_ca_file", "ssl_crl_file", "ssl_cert_file"};

	if (gk_posture_wants(p, "file-config") && gk_posture_answer(p, "file-config")->has_looked)
	{
		look_into_rules(p, gk_posture_setting(p, "hba_file"), 0);
		look_into_rules(p, gk_posture_setting(p, "ident_file"), 0);
		look_at_siblings(p);
	}
	if (gk_posture_wants(p, "file-datadir"))
		look_inside(p);
	for (int i = 0; gk_posture_wants(p, "file-code") && i < GK_LENGTHOF(libraries); i++)
		look_at_libraries(p, libraries[i]);
	for (int i = 0; gk_posture_wants(p, "file-config") && strcmp(gk_posture_setting(p, "ssl"), "on") == 0 && i < GK_LENGTHOF(trusted); i++)
	{
		const char *value = gk_posture_setting(p, trusted[i]);

		if (*value)
			look_at_writers(p, "file-config", *value == '/' ? value : gk_format("%s/%s", p->data, value), gk_format("it is %s", trusted[i]));
	}
	if (gk_posture_wants(p, "repl-command") && strcmp(gk_posture_setting(p, "archive_mode"), "off") != 0)
		look_at_archive(p);
	look_at_log_directory(p);
	look_at_real_places(p);
}
