/*-------------------------------------------------------------------------
 *
 * posture_remedy.c
 *	  Remedies that take the host: as a shell would be told.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "cli/posture.h"

#include <pwd.h>
#include <stdlib.h>
#include <unistd.h>

/* The unit of systemd that the server runs in, or NULL. */
static char *
unit(const GkPosture *p)
{
	char	   *pid = gk_read_file(gk_format("%s/postmaster.pid", p->data));
	char	   *groups = pid ? gk_read_file(gk_format("/proc/%ld/cgroup", strtol(pid, NULL, 10))) : NULL;
	const char *end = groups ? strstr(groups, "postgresql") : NULL;
	const char *begin;

	if (end == NULL || access("/run/systemd/system", F_OK) != 0 || (end = strstr(end, ".service")) == NULL)
		return NULL;
	for (begin = end; begin > groups && begin[-1] != '/'; begin--)
		;
	return gk_format("%.*s.service", (int) (end - begin), begin);
}

/* A command as the server's user, for whoever is root. */
const char *
gk_as_server_user(const GkPosture *p, const char *command)
{
	struct passwd *pw = getpwuid(p->uid);

	return pw && p->uid != 0 ? gk_format("setpriv --reuid=%s --regid=%u --init-groups %s", gk_copy(pw->pw_name), (unsigned) pw->pw_gid, command) : command;
}

static const char *
pg_ctl(const GkPosture *p, const char *what)
{
	const char *program = p->programs.count > 0 ? gk_format("%s/pg_ctl", p->programs.word[0]) : "pg_ctl";

	return gk_as_server_user(p, gk_format("%s -D %s -w -s %s", gk_shell_quote(program), gk_shell_quote(p->data), what));
}

const char *
gk_server_stop(const GkPosture *p)
{
	char	   *name = unit(p);

	return name ? gk_format("systemctl stop %s", name) : pg_ctl(p, "-m fast stop");
}

/* With what it was started with the last time. */
const char *
gk_server_start(const GkPosture *p)
{
	char	   *name = unit(p);
	char	   *text = gk_read_file(gk_format("%s/postmaster.opts", p->data));
	const char *rest = text ? strchr(text, ' ') : NULL;

	if (name)
		return gk_format("systemctl start %s", name);
	if (rest == NULL)
		return pg_ctl(p, "-l /dev/null start");
	return pg_ctl(p, gk_format("-l /dev/null -o %s start", gk_shell_quote(gk_format("%.*s", (int) strcspn(rest + 1, "\n"), rest + 1))));
}

/* The first directory of the server's sockets, for a shell; NULL where there is none. */
const char *
gk_socket_directory(const GkPosture *p)
{
	GkWords		words = {0};

	gk_words_add_list(&words, gk_posture_setting(p, "unix_socket_directories"));
	for (int i = 0; i < words.count; i++)
	{
		const char *word = words.word[i] + (*words.word[i] == '"');

		if (*word == '/')
			return gk_shell_quote(gk_format("%.*s", (int) strcspn(word, "\""), word));
	}
	return NULL;
}

/* psql as the server's user: its arguments are the database and the statement. */
static const char *
sql_function(const GkPosture *p)
{
	return gk_format("sql() { %s -h %s -p %s -d \"$1\" -c \"$2\"; }", gk_as_server_user(p, "env PGOPTIONS='-c client_min_messages=warning' psql -XqAt"),
					 gk_socket_directory(p), gk_posture_setting(p, "port"));
}

/* Another tablespace of the same name, outside of the data directory. */
static char *
move_tablespace(const GkPosture *p, const char *name)
{
	struct passwd *pw = getpwuid(p->uid);
	const char *path = gk_format("/srv/postgresql/%s", name);

	return gk_format("# everything in it is written anew, and locked meanwhile\n%s\n"
					 "install -d -o %s -m 700 /srv/postgresql %s && sql postgres \"CREATE TABLESPACE %s_new LOCATION '%s'\"\n"
					 "sql postgres 'SELECT datname FROM pg_database WHERE datallowconn' | while read -r d; do\n"
					 "\tfor kind in TABLE INDEX 'MATERIALIZED VIEW'; do sql \"$d\" \"ALTER $kind ALL IN TABLESPACE %s SET TABLESPACE %s_new\" </dev/null; done\n"
					 "done\n"
					 "sql postgres \"SELECT format('ALTER DATABASE %%I SET TABLESPACE %s_new', datname) FROM pg_database d JOIN pg_tablespace t ON t.oid = d.dattablespace WHERE t.spcname = '%s'\" |\n"
					 "\twhile read -r statement; do sql postgres \"$statement\" </dev/null; done\n"
					 "sql postgres 'DROP TABLESPACE %s' && sql postgres 'ALTER TABLESPACE %s_new RENAME TO %s'",
					 sql_function(p), pw ? gk_copy(pw->pw_name) : "postgres", path, name, path, name, name, name, name, name, name, name);
}

static char *
enable_checksums(const GkPosture *p)
{
	const char *program = p->programs.count > 0 ? gk_format("%s/pg_checksums", p->programs.word[0]) : "pg_checksums";

	return gk_format("# the server stops meanwhile; a standby needs the same\n%s &&\n\t%s\n%s", gk_server_stop(p),
					 gk_as_server_user(p, gk_format("%s --enable -D %s", gk_shell_quote(program), gk_shell_quote(p->data))), gk_server_start(p));
}

/* pgBackRest, as its guide sets it up, in the place that Debian's package has for it. */
const char *
gk_set_up_backup(const GkPosture *p)
{
	struct passwd *pw = getpwuid(p->uid);
	const char *user = pw ? gk_copy(pw->pw_name) : "postgres";
	const char *stanza = *p->cluster && p->cluster[strspn(p->cluster, "abcdefghijklmnopqrstuvwxyz0123456789-_")] == '\0' ? p->cluster : "main";

	return gk_format("# or with Barman, WAL-G ...; keep a copy elsewhere, and archive_command = 'pgbackrest --stanza=%s archive-push %%p'\n"
					 "command -v pgbackrest >/dev/null || apt-get install -y pgbackrest\n"
					 "f=/etc/pgbackrest.conf; grep -qs '^\\[global\\]' $f || printf '[global]\\nrepo1-path=/var/lib/pgbackrest\\nrepo1-retention-full=2\\n' >>$f\n"
					 "printf '\\n[%s]\\npg1-path=%%s\\npg1-socket-path=%%s\\npg1-port=%%s\\n' %s %s %s >>$f\n"
					 "chown root:%u $f; chmod 640 $f; install -d -o %s -m 750 /var/lib/pgbackrest\n"
					 "%s && %s",
					 stanza, stanza, gk_shell_quote(p->data), gk_socket_directory(p) ? gk_socket_directory(p) : "localhost",
					 gk_posture_setting(p, "port"), pw ? (unsigned) pw->pw_gid : 0, user,
					 gk_as_server_user(p, gk_format("pgbackrest --stanza=%s stanza-create", stanza)), gk_as_server_user(p, gk_format("pgbackrest --stanza=%s backup", stanza)));
}

/*
 * What takes secrets out of a log, which the server goes on writing to: the
 * file has to stay the same one.  Verifiers stay.
 */
char *
gk_without_secrets(const char *path)
{
	const char *quoted = gk_shell_quote(path);

	return gk_format("t=$(mktemp) && sed -e \"/PASSWORD  *'\\(SCRAM-SHA-256\\|md5\\)/I!s/\\(PASSWORD[[:space:]]\\{1,\\}E\\{0,1\\}'\\)[^']*/\\1***/gI\" "
					 "-e 's|\\(postgres[a-z]*://[^:@/ ]*:\\)[^@/ ]*@|\\1***@|g' -e \"s/\\(password=['\\\"]\\{0,1\\}\\)[^ '\\\"]*/\\1***/gI\" %s >$t && cat $t >%s; rm -f $t "
					 "# and \\password ROLE, which sends a verifier", quoted, quoted);
}

/* What SQL has found, and only the host can mend: how, on this one. */
void
gk_posture_complete(GkPosture *p)
{
	for (int i = 0; i < p->count; i++)
	{
		GkFinding  *f = &p->finding[i];

		if (strcmp(f->check->id, "srv-checksums") == 0 && strcmp(f->object, "data_checksums") == 0)
			f->remedy = enable_checksums(p);
		if (strcmp(f->check->id, "file-tablespace") == 0 && gk_socket_directory(p) && strcmp(f->kind, "text") == 0 && *f->object &&
			f->object[strspn(f->object, "abcdefghijklmnopqrstuvwxyz0123456789_")] == '\0')
		{
			f->remedy = move_tablespace(p, f->object);
			f->kind = "shell";
		}
	}
}
