/*-------------------------------------------------------------------------
 *
 * target.c
 *	  Which server is meant, and as whom it is reached.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "cli/server.h"

#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/config.h"

/* One of psql's options for a connection; false when it is another. */
bool
gk_target_option(GkTarget *target, int option, const char *value)
{
	switch (option)
	{
		case 'h':
			target->host = value;
			return true;
		case 'p':
			target->port = value;
			return true;
		case 'U':
			target->user = value;
			return true;
		case 'd':
			target->database = value;
			return true;
		default:
			return false;
	}
}

/* Where the cluster's server listens, as far as the options have not said. */
void
gk_target_cluster(GkTarget *target, const GkCluster *cluster)
{
	GkWords		words = {0};
	char	   *directories;
	char	   *why;

	if (!target->port)
		target->port = gk_cluster_setting(cluster, "port", &why);
	if (target->host)
		return;
	directories = gk_cluster_setting(cluster, "unix_socket_directories", &why);
	/* ALTER SYSTEM quotes what is in a list */
	for (char *c = directories; c && *c; c++)
		if (*c == '"')
			*c = ' ';
	gk_words_add_list(&words, directories ? directories : "");
	target->host = words.count > 0 ? words.word[0] : "localhost";
}

/*
 * What neither options nor the environment say: root connects as the server's OS user,
 * and as its role; whoever is not root has a role of their own name.
 */
void
gk_target_defaults(GkTarget *target)
{
	bool		is_root = geteuid() == 0;

	if (is_root && !target->os_user)
		target->os_user = "postgres";
	if (is_root && !target->user && !getenv("PGUSER"))
		target->user = target->os_user;
	if (!target->database && !getenv("PGDATABASE"))
		target->database = "postgres";
}

/* The OS user whose file it is, and the number; NULL where there is none. */
char *
gk_owner_of(const char *path, uid_t *uid)
{
	struct stat st;
	struct passwd *pw = stat(path, &st) == 0 ? getpwuid(st.st_uid) : NULL;

	if (pw == NULL)
		return NULL;
	*uid = st.st_uid;
	return gk_copy(pw->pw_name);
}

/*
 * The other side of a Unix-domain socket sees the user who connects, so root
 * does it as this one.  True when gk_be_root_again() has to follow.
 */
bool
gk_become(const char *os_user)
{
	struct passwd *pw = os_user && geteuid() == 0 ? getpwnam(os_user) : NULL;

	if (pw && (setegid(pw->pw_gid) != 0 || seteuid(pw->pw_uid) != 0))
		gk_error(NULL, "cannot become user %s: %s", os_user, strerror(errno));
	return pw != NULL;
}

void
gk_be_root_again(void)
{
	if (seteuid(0) != 0 || setegid(0) != 0)
		gk_error(NULL, "cannot become root again: %s", strerror(errno));
}
