/*-------------------------------------------------------------------------
 *
 * posture_target.c
 *	  Which server "pg_gatekeeper check" looks at, and how it is reached.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "cli/posture.h"

#include <errno.h>
#include <libpq-fe.h>
#include <pwd.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/config.h"

/* Where the server of a cluster of Debian's listens. */
static void
take_cluster(GkPosture *p, GkPostureTarget *target, const char *name)
{
	static GkCluster cluster;
	struct stat st;
	struct passwd *pw;
	char	   *why;
	GkWords		words = {0};
	char	   *directories;

	gk_cluster_find(&cluster, name, NULL, NULL);
	if (stat(cluster.data ? cluster.data : cluster.config_dir, &st) == 0 && (pw = getpwuid(st.st_uid)) != NULL)
		p->os_user = gk_copy(pw->pw_name);
	if (!target->port)
		target->port = gk_cluster_setting(&cluster, "port", &why);
	directories = gk_cluster_setting(&cluster, "unix_socket_directories", &why);
	/* ALTER SYSTEM quotes what is in a list */
	for (char *c = directories; c && *c; c++)
		if (*c == '"')
			*c = ' ';
	gk_words_add_list(&words, directories ? directories : "");
	if (!target->host)
		target->host = words.count > 0 ? words.word[0] : "localhost";
}

/* Where the server of a data directory listens: it writes that down. */
static void
take_directory(GkPosture *p, GkPostureTarget *target, const char *directory)
{
	char	   *text = gk_read_file(gk_format("%s/postmaster.pid", directory));
	GkWords		lines = {0};
	struct stat st;
	struct passwd *pw;

	if (text == NULL)
		gk_error("It has to run to be looked at.", "there is no running server in \"%s\": %s", directory, strerror(errno));
	for (const char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n')
		gk_words_add(&lines, line, strcspn(line, "\n"));
	if (stat(directory, &st) == 0 && (pw = getpwuid(st.st_uid)) != NULL)
		p->os_user = gk_copy(pw->pw_name);
	if (!target->port && lines.count > 3)
		target->port = lines.word[3];
	if (!target->host)
		target->host = lines.count > 4 && *lines.word[4] ? lines.word[4] : "localhost";
}

/* The parameters for libpq. */
static void
take_parameters(GkPosture *p, const GkPostureTarget *target)
{
	static const char *names[64];
	static const char *values[64];
	int			n = 0;

	if (target->dsn)
	{
		char	   *why = NULL;
		PQconninfoOption *parsed = PQconninfoParse(target->dsn, &why);

		if (parsed == NULL)
			gk_error(NULL, "it is no cluster and no connection string: %s", why ? why : target->dsn);
		for (; parsed->keyword && n < 50; parsed++)
			if (parsed->val)
			{
				names[n] = parsed->keyword;
				values[n++] = parsed->val;
			}
	}
	names[n] = "host";
	values[n++] = target->host;
	names[n] = "port";
	values[n++] = target->port;
	names[n] = "user";
	values[n++] = target->user;
	names[n] = "dbname";
	values[n++] = target->database;
	names[n] = "connect_timeout";
	values[n++] = "10";
	p->names = names;
	p->values = values;
}

/* Which server is meant, and how it is reached. */
void
gk_posture_target(GkPosture *p, GkPostureTarget *target)
{
	const char *name = target->name;

	if (name && gk_is_cluster_name(name))
		take_cluster(p, target, name);
	else if (name && *name == '/' && !target->pgdata)
		take_directory(p, target, name);
	else if (name)
		target->dsn = name;
	if (target->pgdata)
		take_directory(p, target, target->pgdata);
	if (geteuid() == 0 && !p->os_user && !target->dsn)
		p->os_user = "postgres";
	if (!target->user && !getenv("PGUSER") && !target->dsn)
		target->user = p->os_user;
	take_parameters(p, target);
}
