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
#include <stdlib.h>
#include <unistd.h>

#include "cli/config.h"

/* A cluster of Debian's. */
static void
take_cluster(GkPosture *p, GkPostureTarget *target, const char *name)
{
	static GkCluster cluster;
	uid_t		uid;
	char	   *owner;

	gk_cluster_find(&cluster, name, NULL, NULL);
	owner = gk_owner_of(cluster.data ? cluster.data : cluster.config_dir, &uid);
	if (owner)
		p->os_user = owner;
	gk_target_cluster(&target->to, &cluster);
}

/* Where the server of a data directory listens: it writes that down. */
static void
take_directory(GkPosture *p, GkPostureTarget *target, const char *directory)
{
	char	   *text = gk_read_file(gk_format("%s/postmaster.pid", directory));
	GkWords		lines = {0};
	uid_t		uid;
	char	   *owner = gk_owner_of(directory, &uid);

	if (text == NULL)
		gk_error("It has to run to be looked at.", "there is no running server in \"%s\": %s", directory, strerror(errno));
	for (const char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n')
		gk_words_add(&lines, line, strcspn(line, "\n"));
	if (owner)
		p->os_user = owner;
	if (!target->to.port && lines.count > 3)
		target->to.port = lines.word[3];
	if (!target->to.host)
		target->to.host = lines.count > 4 && *lines.word[4] ? lines.word[4] : "localhost";
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
	values[n++] = target->to.host;
	names[n] = "port";
	values[n++] = target->to.port;
	names[n] = "user";
	values[n++] = target->to.user;
	names[n] = "dbname";
	values[n++] = target->to.database;
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
	if (!target->to.user && !getenv("PGUSER") && !target->dsn)
		target->to.user = p->os_user;
	take_parameters(p, target);
}
