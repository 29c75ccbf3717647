/*-------------------------------------------------------------------------
 *
 * posture_files.c
 *	  The server's files: who else may read and write them?
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "cli/posture.h"

#include <dirent.h>
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "cli/config.h"

static const char *
server_user(const GkPosture *p)
{
	struct passwd *pw = getpwuid(p->uid);

	return pw ? gk_copy(pw->pw_name) : "postgres";
}

static void
look_at_data(GkPosture *p)
{
	struct stat st;
	char	   *members;
	const char *quoted = gk_shell_quote(p->data);

	if (!gk_posture_wants(p, "file-datadir") || stat(p->data, &st) != 0)
		return;
	gk_posture_looked(p, "file-datadir");
	members = (st.st_mode & S_IRWXG) ? gk_group_of_others(p, st.st_gid) : NULL;
	if (st.st_mode & S_IRWXO)
		gk_posture_add(p, "file-datadir", GK_FAIL, p->data, gk_format("every user may look into it, mode %04o", st.st_mode & 07777), gk_format("chmod 700 %s", quoted));
	else if (members)
		gk_posture_add(p, "file-datadir", GK_FAIL, p->data, gk_format("its group (%s) may look into it, mode %04o", members, st.st_mode & 07777), gk_format("chmod 700 %s", quoted));
	else if (st.st_mode & S_IRWXG)
		gk_posture_add(p, "file-datadir", GK_INFO, p->data, gk_format("its group, which has no other members, may look into it, mode %04o", st.st_mode & 07777), gk_format("chmod 700 %s", quoted));
}

/* One file or directory of the configuration. */
static void
look_at_config(GkPosture *p, const char *path, bool is_secret)
{
	const char *quoted = gk_shell_quote(path);
	struct passwd *pw = getpwuid(p->uid);
	const char *user = pw ? gk_copy(pw->pw_name) : "postgres";
	struct stat st;
	char	   *who = gk_others_write(p, path, true);
	char	   *reader;

	if (stat(path, &st) != 0)
		return;
	if (who)
		gk_posture_add(p, "file-config", GK_FAIL, path, who, S_ISDIR(st.st_mode) ? gk_format("chown root:%s %s; chmod 755 %s", user, quoted, quoted) :
					   pw && is_secret && gk_group_of_others(p, pw->pw_gid) ? gk_format("chown %s: %s; chmod 600 %s", user, quoted, quoted) :
					   gk_format("chown root:%s %s; chmod 640 %s", user, quoted, quoted));
	reader = is_secret ? gk_others_read(p, path) : NULL;
	if (reader && !who)
		gk_posture_add(p, "file-config", GK_WARN, path, reader, (st.st_mode & S_IROTH) && !gk_group_of_others(p, st.st_gid) ? gk_format("chmod 640 %s", quoted) :
					   gk_format("chown %s: %s; chmod 600 %s", user, quoted, quoted));
}

static void
look_at_configs(GkPosture *p)
{
	static GkConfig config;
	GkWords		done = {0};
	const char *main_file = gk_posture_setting(p, "config_file");

	if (!gk_posture_wants(p, "file-config"))
		return;
	if (access(main_file, R_OK) != 0)
	{
		gk_posture_skip(p, "file-config", gk_format("%s: %s", main_file, strerror(errno)));
		return;
	}
	gk_posture_looked(p, "file-config");
	gk_config_read(&config, main_file);
	for (int i = 0; i < config.files.count; i++)
		gk_words_add(&p->config_files, config.files.word[i], strlen(config.files.word[i]));
	for (int i = 0; i < config.include_dirs.count; i++)
		look_at_config(p, config.include_dirs.word[i], false);
	for (int i = 0; i < p->config_files.count; i++)
	{
		const char *path = p->config_files.word[i];

		if (*path != '/' || gk_words_has(&done, path))
			continue;
		gk_words_add(&done, path, strlen(path));
		look_at_config(p, path, strcmp(path, gk_posture_setting(p, "hba_file")) == 0 ||
					   strcmp(path, gk_posture_setting(p, "ident_file")) == 0 || strstr(path, "hba") || strstr(path, "ident"));
	}
}

/* Who may write what the server executes; the server's user may not either. */
static char *
others_write_code(const GkPosture *p, const char *path)
{
	GkPosture	as_root = {.uid = 0};
	struct stat st;
	char	   *who = gk_others_write(p, path, false);

	if (who)
		return who;
	if (stat(path, &st) == 0 && p->uid != 0 && st.st_uid == p->uid)
		return gk_format("it belongs to the server's user %s", server_user(p));
	if (stat(path, &st) == 0 && (st.st_mode & S_IWGRP) && gk_group_of_others(&as_root, st.st_gid))
		return gk_format("its group may write it, mode %04o", st.st_mode & 07777);
	return NULL;
}

static void
look_at_code_directory(GkPosture *p, const char *directory)
{
	DIR		   *dir = opendir(directory);
	struct dirent *entry;
	char	   *who = others_write_code(p, directory);
	int			found = 0;

	if (who)
		gk_posture_add(p, "file-code", GK_FAIL, directory, who, gk_format("chown root:root %s; chmod 755 %s", gk_shell_quote(directory), gk_shell_quote(directory)));
	while (dir && (entry = readdir(dir)) != NULL)
	{
		const char *path = gk_format("%s/%s", directory, entry->d_name);

		if (*entry->d_name == '.' || (who = others_write_code(p, path)) == NULL)
			continue;
		if (++found <= p->limit)
			gk_posture_add(p, "file-code", GK_FAIL, path, who, gk_format("chown root:root %s; chmod go-w %s", gk_shell_quote(path), gk_shell_quote(path)));
	}
	if (dir)
		closedir(dir);
}

/* dynamic_library_path and extension_control_path: directories with colons between. */
static void
look_at_code_path(GkPosture *p, const char *setting, const char *usual)
{
	const char *value = gk_posture_setting(p, setting);
	GkWords		words = {0};

	while (*value)
	{
		size_t		len = strcspn(value, ":");

		gk_words_add(&words, value, len);
		value += len + (value[len] == ':');
	}
	for (int i = 0; i < words.count; i++)
	{
		const char *path = words.word[i];
		char	   *who;

		if (*path == '$' || *path == '\0')
			continue;
		who = access(path, F_OK) == 0 ? others_write_code(p, path) : gk_copy("there is no such directory");
		if (!who)
			who = gk_others_write(p, path, true);
		gk_posture_add(p, "file-code", who && access(path, F_OK) == 0 ? GK_FAIL : who ? GK_WARN : GK_INFO, gk_format("%s: %s", setting, path),
					   who ? who : "beside the server's own", gk_format("ALTER SYSTEM SET %s = '%s';\nSELECT pg_reload_conf();", setting, usual))->kind = "sql";
	}
}

static void
look_at_code(GkPosture *p)
{
	if (!gk_posture_wants(p, "file-code"))
		return;
	if (p->programs.count == 0)
		gk_posture_skip(p, "file-code", "where the programs are is in pg_config, which takes membership in pg_monitor");
	else
		gk_posture_looked(p, "file-code");
	for (int i = 0; i < p->programs.count; i++)
		look_at_code_directory(p, p->programs.word[i]);
	look_at_code_path(p, "dynamic_library_path", "$libdir");
	look_at_code_path(p, "extension_control_path", "$system");
}

static void
look_at_sockets(GkPosture *p)
{
	GkWords		words = {0};

	if (!gk_posture_wants(p, "net-socket-dir"))
		return;
	gk_words_add_list(&words, gk_posture_setting(p, "unix_socket_directories"));
	for (int i = 0; i < words.count; i++)
	{
		struct stat st;
		char	   *who;

		if (*words.word[i] == '"')
			words.word[i] = gk_format("%.*s", (int) strcspn(words.word[i] + 1, "\""), words.word[i] + 1);
		if (*words.word[i] != '/' || stat(words.word[i], &st) != 0 || strcmp(words.word[i], "/tmp") == 0)
			continue;
		who = (st.st_mode & S_IWOTH) ? gk_format("every user may write it, mode %04o", st.st_mode & 07777) : gk_others_write(p, words.word[i], true);
		if (who)
			gk_posture_add(p, "net-socket-dir", GK_WARN, words.word[i], who, gk_format("chmod 2755 %s; chown %s: %s", gk_shell_quote(words.word[i]), server_user(p), gk_shell_quote(words.word[i])))->kind = "shell";
	}
}

static void
look_at_tablespaces(GkPosture *p)
{
	for (int i = 0; gk_posture_wants(p, "file-tablespace") && i < p->tablespaces.count; i++)
	{
		const char *path = p->tablespaces.word[i];
		char	   *who;

		if (strncmp(path, p->data, strlen(p->data)) == 0)
			continue;
		who = gk_others_write(p, path, true);
		if (!who)
			who = gk_others_read(p, path);
		if (who)
			gk_posture_add(p, "file-tablespace", GK_WARN, path, who, gk_format("chown %s: %s; chmod 700 %s", server_user(p), gk_shell_quote(path), gk_shell_quote(path)))->kind = "shell";
	}
}

/* Programs in the commands that the server runs. */
static void
look_at_command(GkPosture *p, const char *setting, const char *id)
{
	const char *value = gk_posture_setting(p, setting);

	if (!gk_posture_wants(p, id))
		return;
	while ((value = strchr(value, '/')) != NULL)
	{
		size_t		len = strcspn(value, " \t'\";|&<>()");
		char	   *path = gk_format("%.*s", (int) len, value);
		struct stat st;
		char	   *who;

		value += len;
		if (stat(path, &st) != 0 || !S_ISREG(st.st_mode))
			continue;
		who = gk_others_write(p, path, true);
		if (who)
			gk_posture_add(p, id, GK_FAIL, path, gk_format("%s runs it, and %s", setting, who), gk_format("chown root:root %s; chmod 755 %s", gk_shell_quote(path), gk_shell_quote(path)))->kind = "shell";
	}
}

static const char *
group_of(gid_t gid)
{
	struct group *gr = getgrgid(gid);

	return gr ? gr->gr_name : "";
}

static void
look_at_log_files(GkPosture *p, const char *directory)
{
	DIR		   *dir = opendir(directory);
	struct dirent *entry;

	while (dir && (entry = readdir(dir)) != NULL)
	{
		const char *path = gk_format("%s/%s", directory, entry->d_name);
		struct stat st;
		char	   *who = NULL;

		if (lstat(path, &st) != 0 || !S_ISREG(st.st_mode))
			continue;
		/* adm is who reads logs on Debian */
		if ((st.st_mode & (S_IROTH | S_IWOTH)) || (st.st_mode & S_IWGRP) || strcmp(group_of(st.st_gid), "adm") != 0)
			who = gk_others_read(p, path);
		if (!who)
			who = gk_others_write(p, path, false);
		if (who)
			gk_posture_add(p, "log-files", GK_WARN, path, who,
						   gk_format("chmod 600 %s", gk_shell_quote(path)))->kind = "shell";
	}
	if (dir)
		closedir(dir);
}

/* The log files, and whether there is room for more. */
static void
look_at_log(GkPosture *p)
{
	static const char usual[] = "/var/log/postgresql";
	const char *directory = gk_posture_setting(p, "log_directory");
	struct statvfs fs;

	if (*directory != '/')
		directory = gk_format("%s/%s", p->data, directory);
	if (gk_posture_wants(p, "log-space") && statvfs(directory, &fs) == 0)
	{
		unsigned long long available = (unsigned long long) fs.f_bavail * fs.f_frsize;

		gk_posture_looked(p, "log-space");
		if (available < (1ULL << 30) && (double) fs.f_bavail < 0.1 * fs.f_blocks)
			gk_posture_add(p, "log-space", GK_WARN, directory, gk_format("%llu MB are free", available >> 20), "# make room, or keep fewer logs");
	}
	if (!gk_posture_wants(p, "log-files") || strcmp(gk_posture_setting(p, "logging_collector"), "on") != 0)
		return;
	look_at_log_files(p, directory);
	/* where Debian puts what the server says before it logs elsewhere */
	if (strncmp(directory, usual, strlen(usual)) != 0)
		look_at_log_files(p, usual);
}

/* Is what lies below a path encrypted, as far as the kernel tells? */
static void
look_at_encryption(GkPosture *p)
{
	struct stat st;
	char	   *uuid;

	if (!gk_posture_wants(p, "file-encryption") || stat(p->data, &st) != 0)
		return;
	gk_posture_looked(p, "file-encryption");
	uuid = gk_read_file(gk_format("/sys/dev/block/%u:%u/dm/uuid", (unsigned) (st.st_dev >> 8 & 0xfff), (unsigned) (st.st_dev & 0xff)));
	if (uuid == NULL || strncmp(uuid, "CRYPT-", 6) != 0)
		gk_posture_add(p, "file-encryption", GK_MANUAL, p->data, "its block device is not below dm-crypt, as far as the kernel tells; look at the storage itself", "# cryptsetup luksFormat DEVICE");
}

void
gk_look_at_files(GkPosture *p)
{
	static const char *const commands[] =
	{"archive_command", "restore_command", "archive_cleanup_command", "recovery_end_command"};

	look_at_data(p);
	look_at_configs(p);
	look_at_code(p);
	look_at_sockets(p);
	look_at_tablespaces(p);
	for (int i = 0; i < GK_LENGTHOF(commands); i++)
		look_at_command(p, commands[i], "repl-command");
	look_at_command(p, "ssl_passphrase_command", "tls-passphrase");
	look_at_log(p);
	look_at_encryption(p);
}
