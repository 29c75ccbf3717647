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
#include <stdlib.h>

/* How long all guessing together may take. */
#define GUESS_US 6000000

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
					 "WHERE t.typcategory IN ('N', 'B', 'D', 'T') OR t.typname ~ '^(reg|oid$|uuid$)') "
					 "FROM pg_proc p WHERE p.prosecdef AND p.oid >= 16384 AND p.prolang IN (SELECT oid FROM pg_language WHERE lanname IN ('plpgsql', 'sql')) "
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
		what = gk_dynamic_find(PQgetvalue(result, i, 1), &safe);
		if (what)
		{
			GkFinding  *finding = gk_posture_add(p, id, GK_FAIL, name, gk_format("%s, with the rights of %s", what, PQgetvalue(result, i, 2)),
												 gk_format("REVOKE EXECUTE ON ROUTINE %s FROM PUBLIC; -- and in its body: EXECUTE format('... %%I ...', name) USING value;", name));

			finding->database = gk_copy(database);
			finding->type = "function";
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
report_script(void *arg, int line, const char *what)
{
	Report	   *r = arg;
	GkFinding  *finding = gk_posture_add(r->p, "code-extension-script", GK_WARN, gk_format("%s: %s", r->extension, what),
										 gk_format("in %s", r->file), "SET LOCAL search_path TO pg_catalog, pg_temp; -- first in the script, and @extschema@. before its own names");

	finding->database = gk_copy(r->database);
	finding->file = gk_copy(r->file);
	finding->line = line;
	finding->kind = "text";
	finding->type = "extension";
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
		char	   *text;

		if (strchr(report.extension, '/'))
			continue;
		report.file = gk_format("%s/extension/%s--%s.sql", p->share, report.extension, PQgetvalue(result, i, 1));
		text = gk_read_file(report.file);
		/* the server's own are written so that they need none of it */
		if (text && strncmp(text, "/* contrib/", 11) != 0 && strncmp(text, "/* src/pl/", 10) != 0)
			gk_script_find(text, report_script, &report);
		free(text);
	}
	PQclear(result);
}

/* The nth guess of a role's password, or NULL. */
static char *
guess(const char *role, int n)
{
	static const char *const common[] =
	{"postgres", "password", "changeme", "secret", "123456", "admin", "test", "Password1"};
	static const char *const tails[] = {"1", "123", "1234", "2024", "2025", "2026", "!"};
	char	   *text;

	if (n == 0)
		return gk_copy(role);
	if (n <= GK_LENGTHOF(common))
		return gk_copy(common[n - 1]);
	n -= 1 + GK_LENGTHOF(common);
	if (n < GK_LENGTHOF(tails))
		return gk_format("%s%s", role, tails[n]);
	n -= GK_LENGTHOF(tails);
	text = gk_copy(role);
	if (n == 0)
		*text = toupper((unsigned char) *text);
	else if (n == 1)
		return gk_format("%s%s", role, role);
	else
	{
		free(text);
		return NULL;
	}
	return text;
}

/* Passwords that are the role's name, or one of those that everybody tries. */
void
gk_posture_ask_passwords(GkPosture *p, PGconn *conn)
{
	static const char id[] = "auth-guessable";
	PGresult   *result;
	bool	   *is_known;
	uint64_t	begun = gk_now();
	char	   *text = NULL;

	if (!gk_posture_wants(p, id))
		return;
	result = ask_for(p, id, conn, "SELECT rolname, rolpassword, quote_ident(rolname) FROM pg_authid WHERE rolcanlogin AND rolpassword LIKE 'SCRAM-SHA-256$%' "
					 "AND split_part(split_part(rolpassword, '$', 2), ':', 1)::int <= 100000 ORDER BY NOT rolsuper, oid");
	if (result == NULL)
		return;
	is_known = gk_alloc(PQntuples(result) * sizeof(bool));
	for (int n = 0; (text = guess("", n)) != NULL; n++)
	{
		free(text);
		for (int i = 0; i < PQntuples(result); i++)
		{
			const char *name = PQgetvalue(result, i, 2);

			if (gk_now() > begun + GUESS_US)
			{
				if (n == 0)
					gk_posture_skip(p, id, gk_format("there was time for %d of %d roles", i, PQntuples(result)));
				PQclear(result);
				return;
			}
			text = guess(PQgetvalue(result, i, 0), n);
			if (!is_known[i] && gk_scram_fits(PQgetvalue(result, i, 1), text))
			{
				is_known[i] = true;
				gk_posture_add(p, id, GK_FAIL, name, "its password is made of its name, or one that everybody tries",
							   gk_format("\\password %s -- or, until it has been set anew:\nALTER ROLE %s PASSWORD NULL;", name, name))->type = "role";
			}
			free(text);
		}
	}
	PQclear(result);
}
