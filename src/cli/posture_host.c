/*-------------------------------------------------------------------------
 *
 * posture_host.c
 *	  What "pg_gatekeeper check" can see of the server's machine: is the server
 *	  on it, and who else may read and write a file?
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "cli/posture.h"

#include <errno.h>
#include <arpa/inet.h>
#include <grp.h>
#include <ifaddrs.h>
#include <netdb.h>
#include <pwd.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* Quoted for a shell, unless it needs none. */
const char *
gk_shell_quote(const char *text)
{
	GkBuf		out = {0};

	if (*text && text[strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-+:@,=")] == '\0')
		return text;
	gk_buf_text(&out, "'");
	for (; *text; text++)
		gk_buf_text(&out, *text == '\'' ? "'\\''" : gk_format("%c", *text));
	gk_buf_text(&out, "'");
	return out.data;
}

static const char *
user_name(uid_t uid)
{
	struct passwd *pw = getpwuid(uid);

	return gk_copy(pw ? pw->pw_name : gk_format("uid %u", (unsigned) uid));
}

/* Who is in a group beside root and the server's user, or NULL. */
char *
gk_group_of_others(const GkPosture *p, gid_t gid)
{
	struct group *gr = getgrgid(gid);
	struct passwd *pw;
	GkBuf		names = {0};
	const char *own = user_name(p->uid);

	for (char **member = gr ? gr->gr_mem : NULL; member && *member; member++)
		if (strcmp(*member, own) != 0 && strcmp(*member, "root") != 0)
			gk_buf_format(&names, "%s%s", names.used ? ", " : "", *member);
	setpwent();
	while ((pw = getpwent()) != NULL)
		if (pw->pw_gid == gid && pw->pw_uid != p->uid && pw->pw_uid != 0)
			gk_buf_format(&names, "%s%s", names.used ? ", " : "", pw->pw_name);
	endpwent();
	return names.data;
}

static char *
group_name(gid_t gid)
{
	struct group *gr = getgrgid(gid);

	return gr ? gk_copy(gr->gr_name) : gk_format("gid %u", (unsigned) gid);
}

/*
 * Who may write a file beside root and the server's user, or NULL; and_above:
 * or change which file the name means.
 */
char *
gk_others_write(const GkPosture *p, const char *path, bool and_above)
{
	char	   *rest = gk_copy(path);

	for (bool first = true;; first = false)
	{
		struct stat st;
		char	   *slash;
		char	   *members;
		const char *where = first ? "" : gk_format(" its directory %s,", rest);
		bool		is_sticky;

		if (stat(*rest ? rest : "/", &st) == 0)
		{
			/* others cannot take away what is not theirs */
			is_sticky = !first && (st.st_mode & S_ISVTX);
			if (st.st_uid != 0 && st.st_uid != p->uid && !(first && S_ISCHR(st.st_mode)))
				return gk_format("%s belongs to %s", *where ? where + 1 : "it", user_name(st.st_uid));
			if ((st.st_mode & S_IWOTH) && !is_sticky && !S_ISCHR(st.st_mode))
				return gk_format("every user may write%s mode %04o", *where ? where : " it,", st.st_mode & 07777);
			if ((st.st_mode & S_IWGRP) && !is_sticky && (members = gk_group_of_others(p, st.st_gid)) != NULL)
				return gk_format("group %s (%s) may write%s mode %04o", group_name(st.st_gid), members, *where ? where : " it,", st.st_mode & 07777);
		}
		slash = strrchr(rest, '/');
		if (!and_above || slash == NULL || *rest == '\0' || rest[1] == '\0')
			return NULL;
		*slash = '\0';
	}
}

/* Who may read a file beside root and the server's user, or NULL. */
char *
gk_others_read(const GkPosture *p, const char *path)
{
	struct stat st;
	char	   *members;

	if (stat(path, &st) != 0)
		return NULL;
	if (st.st_mode & S_IROTH)
		return gk_format("every user may read it, mode %04o", st.st_mode & 07777);
	if ((st.st_mode & S_IRGRP) && (members = gk_group_of_others(p, st.st_gid)) != NULL)
		return gk_format("group %s (%s) may read it, mode %04o", group_name(st.st_gid), members, st.st_mode & 07777);
	if (st.st_uid != 0 && st.st_uid != p->uid)
		return gk_format("it belongs to %s", user_name(st.st_uid));
	return NULL;
}

/* Is the server that answers one of this machine's? */
static bool
is_here(const GkPosture *p)
{
	const char *host = "";

	for (int i = 0; p->names[i]; i++)
		if (strcmp(p->names[i], "host") == 0 && p->values[i] && *p->values[i])
			host = p->values[i];
	if (!*host)
		host = getenv("PGHOST") ? getenv("PGHOST") : "";
	return !*host || *host == '/' || strcmp(host, "localhost") == 0 || strncmp(host, "127.", 4) == 0 || strcmp(host, "::1") == 0;
}

/* Does journald, or what runs the container, take the server's standard error? */
static bool
stderr_is_kept(const char *data)
{
	char	   *text = gk_read_file(gk_format("%s/postmaster.pid", data));
	char		target[256];
	ssize_t		n;

	if (text == NULL)
		return false;
	n = readlink(gk_format("/proc/%ld/fd/2", strtol(text, NULL, 10)), target, sizeof(target) - 1);
	if (n <= 0)
		return false;
	target[n] = '\0';
	return strncmp(target, "socket:", 7) == 0 || (strncmp(target, "pipe:", 5) == 0 && getenv("container"));
}

/* The names and addresses of this machine, with spaces between. */
const char *
gk_own_addresses(void)
{
	static GkBuf own;
	struct ifaddrs *list = NULL;
	char		text[NI_MAXHOST];

	if (own.used > 0)
		return own.data;
	if (gethostname(text, sizeof(text)) == 0)
		gk_buf_format(&own, "%s", text);
	if (getifaddrs(&list) == 0)
		for (struct ifaddrs *a = list; a; a = a->ifa_next)
			if (a->ifa_addr && (a->ifa_addr->sa_family == AF_INET || a->ifa_addr->sa_family == AF_INET6) &&
				getnameinfo(a->ifa_addr, a->ifa_addr->sa_family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6),
							text, sizeof(text), NULL, 0, NI_NUMERICHOST) == 0)
			{
				text[strcspn(text, "%")] = '\0';
				gk_buf_format(&own, " %s", text);
			}
	freeifaddrs(list);
	return gk_buf_string(&own);
}

/* What has to be known before the checks are made. */
void
gk_posture_prepare(GkPosture *p)
{
	const char *data = gk_posture_setting(p, "data_directory");
	struct stat st;
	struct passwd *pw;

	if (p->no_files || !is_here(p) || *data != '/' || stat(data, &st) != 0)
		return;
	p->data = data;
	p->uid = st.st_uid;
	pw = getpwuid(st.st_uid);
	if (pw)
		p->home = gk_copy(pw->pw_dir);
	p->stderr_is_kept = stderr_is_kept(data);
}

/* Look at files and processes, as far as this is the server's machine. */
void
gk_posture_look(GkPosture *p)
{
	if (p->data)
	{
		gk_look_at_files(p);
		gk_look_at_paths(p);
		gk_look_at_user(p);
		gk_look_at_tls(p);
		gk_look_for_secrets(p);
		gk_look_at_processes(p);
		gk_look_at_backup(p);
		gk_posture_complete(p);
	}
	for (int i = 0; i < p->num_answers; i++)
		if (!p->answer[i].has_looked && !p->answer[i].skipped && strncmp(p->answer[i].check->id, "waiver-", 7) != 0)
			p->answer[i].skipped = p->data ? "it takes rights, or a program, that are not there" : "the server's files are not on this machine, or not for you";
}
