/*-------------------------------------------------------------------------
 *
 * posture_fix.c
 *	  The remedies for what "pg_gatekeeper check" has found, as a script.
 *
 * The script does nothing until somebody has read it.  Run as it is, it does
 * all that needs no thought: rights and owners first, then what is moved or
 * dropped, then the lines of pg_hba.conf and what is done to files, and in the
 * end a restart where something waits for one.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "cli/posture.h"

#include <stdlib.h>
#include <unistd.h>

static const char reload[] = "SELECT pg_reload_conf();";

/* One line; a tab is no harm. */
static void
print_text(const char *text, size_t len)
{
	while (len > 0)
	{
		const char *tab = memchr(text, '\t', len);
		size_t		n = tab ? (size_t) (tab - text) : len;

		fputs(gk_visible(gk_format("%.*s", (int) n, text)), stdout);
		if (tab)
			putchar('\t');
		text += n + (tab != NULL);
		len -= n + (tab != NULL);
	}
	putchar('\n');
}

/* Put each line of a text behind a mark; settings take effect together, in the end. */
static void
print_marked(const char *mark, const char *text)
{
	while (*text)
	{
		size_t		len = strcspn(text, "\n");

		if (*mark || len != strlen(reload) || strncmp(text, reload, len) != 0)
		{
			fputs(mark, stdout);
			print_text(text, len);
		}
		text += len + (text[len] == '\n');
	}
}

static bool
is_step(const GkFinding *finding, const char *kind, const char *database)
{
	return finding->status >= GK_WARN && !finding->waived && *finding->remedy &&
		strcmp(finding->kind, kind) == 0 && strcmp(finding->database, database) == 0;
}

/* What names an object by its schema comes before what changes the schema, and that before drops. */
static int
rank(const GkFinding *finding)
{
	if (strncmp(finding->remedy, "DROP ", 5) == 0)
		return 1;
	return strstr(finding->remedy, " SET SCHEMA ") || strstr(finding->remedy, " RENAME TO ") ? 2 : 0;
}

/* Has it been done, or is it of no use, because of what stands before it? */
static bool
is_done(const GkPosture *p, const GkFinding *finding)
{
	for (int i = 0; i < p->count; i++)
	{
		const GkFinding *other = &p->finding[i];

		if (other == finding || !is_step(other, finding->kind, finding->database))
			continue;
		if (other < finding && strcmp(other->remedy, finding->remedy) == 0)
			return true;
		if (rank(other) == 1 && rank(finding) != 1 && strcmp(other->object, finding->object) == 0)
			return true;
	}
	return false;
}

static void
print_steps(const GkPosture *p, const char *kind, const char *database)
{
	const char *mark = strcmp(kind, "sql") == 0 ? "-- " : "# ";

	for (int pass = 0; pass < 3; pass++)
		for (int i = 0; i < p->count; i++)
		{
			const GkFinding *finding = &p->finding[i];

			if (!is_step(finding, kind, database) || rank(finding) != pass)
				continue;
			printf("\n");
			print_marked(mark, gk_format("%s %s: %s: %s", gk_status_name(finding->status), finding->check->id, finding->object, finding->found));
			if (is_done(p, finding))
				printf("%s(done by another remedy)\n", mark);
			else if (strstr(finding->remedy, "\nEND_OF_SQL"))
				printf("%s(by hand: its text would end this script's)\n", mark);
			else
				print_marked(strcmp(kind, "text") == 0 ? "#    " : "", finding->remedy);
		}
}

/* The line that stands there now; NULL when it cannot be put in one line's place. */
static char *
line_now(const GkPosture *p, const GkFinding *finding)
{
	char	   *text = p->data ? gk_read_file(finding->file) : NULL;
	char	   *line = text;
	size_t		len;

	for (int i = 1; line && i < finding->line; i++)
		line = (line = strchr(line, '\n')) ? line + 1 : NULL;
	if (line == NULL)
		return NULL;
	len = strcspn(line, "\n");
	return len > 0 && line[len - 1] != '\\' ? gk_format("%.*s", (int) len, line) : NULL;
}

/* A line as a pattern of the shell's, in which a secret is anything. */
static char *
pattern(const char *line)
{
	GkBuf		out = {0};

	for (const char *s = line; *s; s++)
	{
		if (s > line && s[-1] == '=' && ((s - line >= 7 && strncmp(s - 7, "passwd=", 7) == 0) || (s - line >= 8 && strncmp(s - 8, "secrets=", 8) == 0)))
		{
			gk_buf_text(&out, "*");
			s += *s == '"' ? 1 + strcspn(s + 1, "\"") : strcspn(s, " \t") - 1;
			if (*s == '\0')
				break;
			continue;
		}
		if (strchr("*?[]\\", *s))
			gk_buf_text(&out, "\\");
		gk_buf_add(&out, s, 1);
	}
	return out.data;
}

static void
print_line(const GkPosture *p, const GkFinding *finding, const char *line)
{
	char	   *now = line_now(p, finding);

	printf("\n");
	for (int i = 0; i < p->count; i++)
	{
		const GkFinding *other = &p->finding[i];

		if (is_step(other, "line", "") && other->line == finding->line && other->file && strcmp(other->file, finding->file) == 0)
			print_marked("# ", gk_format("%s %s: %s: %s", gk_status_name(other->status), other->check->id, other->object, other->found));
	}
	/* a secret is shown by its first letters: a line that goes on having it is not written */
	if (now && (*line == '#' || !strstr(line, "***")))
		printf("set_line %s %d %s \\\n\t%s\n", gk_shell_quote(finding->file), finding->line, gk_shell_quote(pattern(now)), gk_shell_quote(line));
	else
	{
		printf("# by hand, in %s, line %d:\n", gk_visible(finding->file), finding->line);
		print_marked("#    ", line);
	}
}

static int
compare(const void *a, const void *b)
{
	const GkFinding *x = *(const GkFinding *const *) a;
	const GkFinding *y = *(const GkFinding *const *) b;
	int			by = strcmp(x->file, y->file);

	return by ? by : y->line - x->line;
}

/* Lines of files, from the last up, so that their numbers stay right. */
static void
print_lines(const GkPosture *p)
{
	const GkFinding **order = gk_alloc(p->count * sizeof(GkFinding *));
	int			n = 0;

	printf("\n# Lines of pg_hba.conf, pg_ident.conf and the like. A line that is no longer what it was stays.\n"
		   "set_line() {\n"
		   "\tcase $(sed -n \"$2p\" \"$1\") in $3) ;; *) echo \"$1, line $2, is not what it was\" >&2; return 1 ;; esac\n"
		   "\tt=$(mktemp) && N=$2 TEXT=$4 awk 'NR == ENVIRON[\"N\"] { print ENVIRON[\"TEXT\"]; next } { print }' \"$1\" >\"$t\" &&\n"
		   "\t\tcat \"$t\" >\"$1\"\n"
		   "\trm -f \"$t\"\n}\n");
	for (int i = 0; i < p->count; i++)
		if (is_step(&p->finding[i], "line", "") && p->finding[i].file)
			order[n++] = &p->finding[i];
	qsort(order, n, sizeof(*order), compare);
	for (int i = 0; i < n; i++)
	{
		char	   *line = gk_posture_line(p, order[i]);

		if (line)
			print_line(p, order[i], line);
	}
	printf("\nrun_sql postgres <<'END_OF_SQL'\n%s\nEND_OF_SQL\n", reload);
}

/* How the script runs statements: at this server, and as its user where root runs it. */
static void
print_how(const GkPosture *p)
{
	const char *directory = p->data ? gk_socket_directory(p) : NULL;
	const char *where = directory ? gk_format(" -h %s -p %s", directory, gk_posture_setting(p, "port")) : "";

	printf("\nrun_sql() {\n\tset -- psql -X -q%s -d \"$1\"\n", where);
	if (p->data)
		printf("\t[ \"$(id -u)\" != 0 ] || set -- %s\n", gk_as_server_user(p, "\"$@\""));
	printf("\t\"$@\"\n}\n");
}

static void
print_restart(const GkPosture *p)
{
	GkBuf		names = {0};

	for (int i = 0; i < p->count; i++)
		if (p->finding[i].needs_restart && is_step(&p->finding[i], "sql", ""))
			gk_buf_format(&names, "%s%s", names.used ? ", " : "", gk_visible(p->finding[i].object));
	if (names.used == 0)
		return;
	printf("\n# These wait for a restart: %s\n", gk_buf_string(&names));
	if (p->data)
		printf("%s\n%s\n", gk_server_stop(p), gk_server_start(p));
	else
		printf("echo 'restart the server, when it suits' >&2\n");
}

/* The remedies, as a script that does nothing until it has been read. */
void
gk_posture_script(const GkPosture *p)
{
	printf("#!/bin/sh\n"
		   "# What \"pg_gatekeeper check\" would do to cluster \"%s\". Read it, take out what you do not\n"
		   "# want and the line \"exit\", and run it as root, or as the server's user. What fails says so,\n"
		   "# and the rest goes on: some remedies are done by others before them.\n"
		   "echo 'read this script first' >&2; exit 1\n", gk_visible(p->cluster));
	print_how(p);
	printf("\n# Settings, roles and other things of the cluster\nrun_sql postgres <<'END_OF_SQL'\n");
	print_steps(p, "sql", "");
	printf("\n%s\nEND_OF_SQL\n", reload);
	for (int i = 0; i < p->databases.count; i++)
	{
		const char *database = p->databases.word[i];
		bool		any = false;

		for (int k = 0; k < p->count; k++)
			any = any || is_step(&p->finding[k], "sql", database);
		if (!any)
			continue;
		printf("\n# Database %s\nrun_sql %s <<'END_OF_SQL'\n", gk_visible(database), gk_shell_quote(gk_visible(database)));
		print_steps(p, "sql", database);
		printf("END_OF_SQL\n");
	}
	print_lines(p);
	printf("\n# Files and processes\n");
	print_steps(p, "shell", "");
	for (int i = 0; i < p->databases.count; i++)
		print_steps(p, "shell", p->databases.word[i]);
	print_restart(p);
	printf("\n# What takes thought: nothing here is done by this script\n");
	print_steps(p, "text", "");
	for (int i = 0; i < p->databases.count; i++)
		print_steps(p, "text", p->databases.word[i]);
}
