/*-------------------------------------------------------------------------
 *
 * posture_user.c
 *	  The server's OS user: who can be it, and what else can it be?
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "cli/posture.h"

#include <ctype.h>
#include <dirent.h>
#include <grp.h>
#include <pwd.h>
#include <shadow.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

static const char id[] = "file-os-user";

/* Groups whose members are root, or read every disk, in a step. */
static void
look_at_groups(GkPosture *p, const char *user, gid_t gid)
{
	static const char *const mighty[] =
	{"root", "sudo", "wheel", "admin", "docker", "lxd", "incus-admin", "libvirt", "disk", "shadow", "kmem", "sys"};
	gid_t		list[256];
	int			count = GK_LENGTHOF(list);

	if (getgrouplist(user, gid, list, &count) < 0)
		return;
	for (int i = 0; i < count; i++)
	{
		struct group *gr = getgrgid(list[i]);

		for (int k = 0; gr && k < GK_LENGTHOF(mighty); k++)
			if (strcmp(gr->gr_name, mighty[k]) == 0)
				gk_posture_add(p, id, GK_WARN, gk_format("%s: group %s", user, mighty[k]), "it is in a group that leads to root",
							   gk_format("gpasswd -d %s %s", user, mighty[k]));
	}
}

/* A rule of sudo's for the server's user, or for a group that it is in. */
static bool
is_rule_of(const char *line, const char *user, gid_t gid)
{
	struct group *gr;
	size_t		len;

	line += strspn(line, " \t");
	len = strcspn(line, " \t=");
	if (line[len] == '\0' || strchr(line, '=') == NULL)
		return false;
	if (*line != '%')
	{
		for (const char *at = line; at < line + len; at += strcspn(at, ",") + 1)
			if (strncmp(at, user, strlen(user)) == 0 && strchr(", \t=", at[strlen(user)]))
				return true;
		return false;
	}
	gr = getgrnam(gk_format("%.*s", (int) len - 1, line + 1));
	for (char **member = gr ? gr->gr_mem : NULL; member && *member; member++)
		if (strcmp(*member, user) == 0)
			return true;
	return gr && gr->gr_gid == gid;
}

static void
look_into_sudoers(GkPosture *p, const char *path, const char *user, gid_t gid)
{
	char	   *text = gk_read_file(path);
	int			number = 0;

	for (char *line = text; line && *line; line++)
	{
		size_t		len = strcspn(line, "\n");
		char	   *rule = gk_format("%.*s", (int) len, line);

		number++;
		if (strncasecmp(rule, "Defaults", 8) != 0 && *rule != '#' && is_rule_of(rule, user, gid))
		{
			GkFinding  *finding = gk_posture_add(p, id, GK_WARN, gk_format("%s: %s", path, rule), "the server's user may become others by sudo, root mostly",
												 gk_format("sed -i '%ds/^/# /' %s # then visudo -c", number, gk_shell_quote(path)));

			finding->file = gk_copy(path);
			finding->line = number;
		}
		free(rule);
		line += len;
		if (*line == '\0')
			break;
	}
	free(text);
}

static void
look_at_sudo(GkPosture *p, const char *user, gid_t gid)
{
	static const char directory[] = "/etc/sudoers.d";
	DIR		   *dir = opendir(directory);
	struct dirent *entry;

	look_into_sudoers(p, "/etc/sudoers", user, gid);
	while (dir && (entry = readdir(dir)) != NULL)
		if (strchr(entry->d_name, '.') == NULL && strchr(entry->d_name, '~') == NULL)
			look_into_sudoers(p, gk_format("%s/%s", directory, entry->d_name), user, gid);
	if (dir)
		closedir(dir);
}

/* Keys that let people in as the user. */
static void
look_at_keys(GkPosture *p, const char *user, const char *keys)
{
	char	   *text = gk_read_file(keys);
	bool		has_key = false;

	for (const char *line = text; line && *line && !has_key; line += strcspn(line, "\n"), line += *line == '\n')
	{
		line += strspn(line, " \t");
		has_key = *line != '#' && *line != '\n' && *line != '\0';
	}
	if (has_key)
		gk_posture_add(p, id, GK_WARN, keys, "keys let people log in as it",
					   gk_format("mv %s %s.off # people use sudo -u %s", gk_shell_quote(keys), gk_shell_quote(keys), user));
	free(text);
}

void
gk_look_at_user(GkPosture *p)
{
	struct passwd *pw = getpwuid(p->uid);
	char	   *user = pw ? gk_copy(pw->pw_name) : NULL;
	char	   *home = pw ? gk_copy(pw->pw_dir) : NULL;
	gid_t		gid = pw ? pw->pw_gid : 0;
	struct spwd *sp;

	if (!gk_posture_wants(p, id) || user == NULL)
		return;
	if (geteuid() == 0)
		gk_posture_looked(p, id);
	else
		gk_posture_skip(p, id, "/etc/shadow and the rules of sudo are for root");
	sp = geteuid() == 0 ? getspnam(user) : NULL;
	if (sp && *sp->sp_pwdp != '!' && *sp->sp_pwdp != '*')
		gk_posture_add(p, id, GK_WARN, user, *sp->sp_pwdp ? "it has a password" : "it has an empty password",
					   gk_format("passwd -l %s # people use sudo -u %s, which is logged by name", user, user));
	if (sp && *sp->sp_pwdp == '\0')
		p->finding[p->count - 1].status = GK_FAIL;
	look_at_keys(p, user, gk_format("%s/.ssh/authorized_keys", home));
	look_at_keys(p, user, gk_format("%s/.ssh/authorized_keys2", home));
	look_at_keys(p, user, gk_format("/etc/ssh/authorized_keys/%s", user));
	look_at_groups(p, user, gid);
	if (geteuid() == 0)
		look_at_sudo(p, user, gid);
	if (p->uid == 0)
		gk_posture_add(p, id, GK_FAIL, user, "the server runs as root", "# it takes a user of its own");
}
