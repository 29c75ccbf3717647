/*-------------------------------------------------------------------------
 *
 * posture_asked.c
 *	  Checks that ask the server for texts and judge them themselves: bodies of
 *	  functions, scripts of extensions, verifiers of passwords.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "cli/posture_asked.h"

#include <ctype.h>
#include <dirent.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

/* How much of the processor's time all guessing together may take. */
#define GUESS_SECONDS 8

/* The answer, or NULL and a note in the check that could not be made. */
static PGresult *
ask_for(GkPosture *p, const char *id, PGconn *conn, const char *query)
{
	PGresult   *result = PQexec(conn, query);

	if (PQresultStatus(result) == PGRES_TUPLES_OK)
	{
		gk_posture_looked(p, id);
		return result;
	}
	gk_posture_skip(p, id, gk_format("%.*s", (int) strcspn(PQresultErrorMessage(result), "\n"), PQresultErrorMessage(result)));
	PQclear(result);
	return NULL;
}

/* Dynamic SQL of definer functions that others may call. */
void
gk_posture_ask_bodies(GkPosture *p, PGconn *conn, const char *database)
{
	static const char id[] = "code-definer-dynamic";
	PGresult   *result;

	if (!gk_posture_wants(p, id))
		return;
	result = ask_for(p, id, conn,
					 "SELECT p.oid::regprocedure, p.prosrc, pg_get_userbyid(p.proowner), (SELECT string_agg(coalesce(nullif(p.proargnames[a.n], ''), '$' || a.n) || ',$' || a.n, ',') "
					 "FROM unnest(coalesce(p.proallargtypes, p.proargtypes::oid[])) WITH ORDINALITY a(t, n) JOIN pg_type t ON t.oid = a.t "
					 "WHERE t.typcategory IN ('N', 'B', 'D', 'T') OR t.typname ~ '^(reg|oid$|uuid$)'), (SELECT lanname FROM pg_language l WHERE l.oid = p.prolang), "
					 "(SELECT string_agg(DISTINCT CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END, ', ') "
					 "FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a WHERE a.grantee NOT IN (SELECT oid FROM pg_roles WHERE rolsuper)) "
					 "FROM pg_proc p WHERE p.prosecdef AND p.oid >= 16384 AND p.prolang IN (SELECT oid FROM pg_language WHERE lanname IN ('plpgsql', 'sql', 'plperl', 'plperlu', 'plpython3u', 'pltcl', 'pltclu')) "
					 "AND (SELECT rolsuper OR EXISTS (SELECT FROM pg_roles s WHERE (s.rolsuper OR s.rolname IN ('pg_execute_server_program', 'pg_write_server_files')) "
					 "AND s.oid <> r.oid AND pg_has_role(r.oid, s.oid, 'MEMBER')) FROM pg_roles r WHERE r.oid = p.proowner) "
					 "AND EXISTS (SELECT FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a WHERE a.privilege_type = 'EXECUTE' "
					 "AND a.grantee NOT IN (SELECT oid FROM pg_roles WHERE rolsuper)) ORDER BY 1");
	for (int i = 0; result && i < PQntuples(result); i++)
	{
		GkWords		safe = {0};
		char	   *what;
		const char *name = PQgetvalue(result, i, 0);

		gk_words_add_list(&safe, PQgetvalue(result, i, 3));
		what = strcmp(PQgetvalue(result, i, 4), "plpgsql") != 0 && strcmp(PQgetvalue(result, i, 4), "sql") != 0 ?
			gk_dynamic_find_foreign(PQgetvalue(result, i, 1), PQgetvalue(result, i, 4)) : gk_dynamic_find(PQgetvalue(result, i, 1), &safe);
		if (what)
		{
			GkFinding  *finding = gk_posture_add(p, id, GK_FAIL, name, gk_format("%s, with the rights of %s", what, PQgetvalue(result, i, 2)),
												 gk_format("REVOKE EXECUTE ON ROUTINE %s FROM %s; -- until its body has EXECUTE format('... %%I ...', name) USING value", name, PQgetvalue(result, i, 5)));

			finding->database = gk_copy(database);
			finding->type = "function";
			finding->kind = strpbrk(name, "\n\r") || strpbrk(PQgetvalue(result, i, 5), "\n\r") ? "text" : "sql";
		}
	}
	PQclear(result);
}

/* Text of an extension's script that is not as it should be. */
typedef struct Report
{
	GkPosture  *p;
	const char *database;
	const char *extension;
	const char *file;
} Report;

static void
report_script(void *arg, int line, const char *what, const char *mend)
{
	Report	   *r = arg;
	GkFinding  *finding = gk_posture_add(r->p, "code-extension-script", GK_WARN, gk_format("%s: %s", r->extension, what),
										 gk_format("in %s", r->file), gk_format("sed -i '%s' %s # and tell the extension's author", mend, gk_shell_quote(r->file)));

	finding->database = gk_copy(r->database);
	finding->file = gk_copy(r->file);
	finding->line = line;
	finding->type = "extension";
	if (mend == NULL || strchr(mend, '\''))
	{
		finding->remedy = "SET LOCAL search_path TO pg_catalog, pg_temp; -- first in the script, and @extschema@. before its own names";
		finding->kind = "text";
	}
}

/*
 * The script of the version that is installed; where there is none, it came by
 * updates, and all scripts of the extension's may have been run.
 */
static void
read_scripts(Report *report, const char *version)
{
	const char *directory = gk_format("%s/extension", report->p->share);
	char	   *own = gk_format("%s--%s.sql", report->extension, version);
	char	   *start = gk_format("%s--", report->extension);
	char	   *end = gk_format("--%s.sql", version);
	bool		by_update = access(gk_format("%s/%s", directory, own), F_OK) != 0;
	DIR		   *dir = opendir(directory);
	struct dirent *entry;

	while (dir && (entry = readdir(dir)) != NULL)
	{
		size_t		len = strlen(entry->d_name);
		char	   *text;

		if (strncmp(entry->d_name, start, strlen(start)) != 0 || len < 4 || strcmp(entry->d_name + len - 4, ".sql") != 0)
			continue;
		if (!by_update && strcmp(entry->d_name, own) != 0 && (len < strlen(end) || strcmp(entry->d_name + len - strlen(end), end) != 0))
			continue;
		report->file = gk_format("%s/%s", directory, entry->d_name);
		text = gk_read_file(report->file);
		/* the server's own are written so that they need none of it */
		if (text && strncmp(text, "/* contrib/", 11) != 0 && strncmp(text, "/* src/pl/", 10) != 0)
			gk_script_find(text, report_script, report);
		free(text);
	}
	if (dir)
		closedir(dir);
}

/* Scripts of the extensions that are installed. */
void
gk_posture_ask_extensions(GkPosture *p, PGconn *conn, const char *database)
{
	static const char id[] = "code-extension-script";
	PGresult   *result;

	if (!gk_posture_wants(p, id) || p->data == NULL || p->share == NULL)
		return;
	result = ask_for(p, id, conn, "SELECT extname, extversion FROM pg_extension ORDER BY 1");
	for (int i = 0; result && i < PQntuples(result); i++)
	{
		Report		report = {p, database, PQgetvalue(result, i, 0), NULL};

		if (strchr(report.extension, '/'))
			continue;
		read_scripts(&report, PQgetvalue(result, i, 1));
	}
	PQclear(result);
}

static int
this_year(void)
{
	time_t		now = gk_now() / 1000000;

	return gmtime(&now)->tm_year + 1900;
}

/* The nth guess of a role's password, or NULL; more: names of databases and the like. */
static char *
guess(const char *role, int n, const GkWords *more)
{
	static const char *const common[] =
	{"postgres", "password", "changeme", "secret", "123456", "admin", "test", "Password1", "12345678", "passw0rd", "welcome", "qwerty"};
	static const char *const tails[] = {"1", "123", "1234", "!", "12345", "_pw", "pass"};
	char	   *text;

	if (n == 0)
		return gk_copy(role);
	if (--n < 4)
		return gk_format(n % 2 ? "%s%d!" : "%s%d", role, this_year() - n / 2);
	n -= 4;
	if (n < 3)
	{
		text = gk_copy(role);
		for (size_t i = 0, len = strlen(role); i < len; i++)
			text[i] = n == 0 ? role[len - 1 - i] : n == 1 || i == 0 ? toupper((unsigned char) role[i]) : role[i];
		return text;
	}
	n -= 3;
	if (n < more->count)
		return gk_copy(more->word[n]);
	n -= more->count;
	if (n < GK_LENGTHOF(tails))
		return gk_format("%s%s", role, tails[n]);
	n -= GK_LENGTHOF(tails);
	if (n < GK_LENGTHOF(common))
		return gk_copy(common[n]);
	return n == GK_LENGTHOF(common) ? gk_format("%s%s", role, role) : NULL;
}

/* Passwords that are the role's name, or one of those that everybody tries. */
void
gk_posture_ask_passwords(GkPosture *p, PGconn *conn)
{
	static const char id[] = "auth-guessable";
	PGresult   *result;
	bool	   *is_known;
	char	   *text = NULL;
	GkWords		more = {0};

	if (!gk_posture_wants(p, id))
		return;
	for (int i = 0; i < p->databases.count && more.count < 4; i++)
		if (strcmp(p->databases.word[i], "postgres") != 0 && strncmp(p->databases.word[i], "template", 8) != 0)
			gk_words_add(&more, p->databases.word[i], strlen(p->databases.word[i]));
	gk_words_add(&more, p->cluster, strlen(p->cluster));
	if (p->data)
		gk_words_add(&more, gk_own_addresses(), strcspn(gk_own_addresses(), " ."));
	result = ask_for(p, id, conn, "SELECT rolname, rolpassword, quote_ident(rolname), CASE WHEN rolsuper THEN '' ELSE 'NOLOGIN ' END FROM pg_authid WHERE rolcanlogin AND rolpassword LIKE 'SCRAM-SHA-256$%' "
					 "AND split_part(split_part(rolpassword, '$', 2), ':', 1)::int <= 100000 ORDER BY NOT rolsuper, oid");
	if (result == NULL)
		return;
	is_known = gk_alloc(PQntuples(result) * sizeof(bool));
	for (int n = 0; (text = guess("", n, &more)) != NULL; n++)
	{
		free(text);
		for (int i = 0; i < PQntuples(result); i++)
		{
			const char *name = PQgetvalue(result, i, 2);

			if (clock() > GUESS_SECONDS * CLOCKS_PER_SEC)
			{
				gk_posture_skip(p, id, n == 0 ? gk_format("there was time for %d of %d roles", i, PQntuples(result)) :
								gk_format("there was time for %d guesses of each role's password, not for all", n));
				PQclear(result);
				return;
			}
			text = guess(PQgetvalue(result, i, 0), n, &more);
			if (!is_known[i] && gk_scram_fits(PQgetvalue(result, i, 1), text))
			{
				is_known[i] = true;
				gk_posture_add(p, id, GK_FAIL, name, "its password is made of its name, or one that everybody tries",
							   gk_format("ALTER ROLE %s %sPASSWORD NULL; -- until it is set anew, by \\password %s, which sends a verifier", name, PQgetvalue(result, i, 3), name))->type = "role";
			}
			free(text);
		}
	}
	PQclear(result);
}
