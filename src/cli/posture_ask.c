/*-------------------------------------------------------------------------
 *
 * posture_ask.c
 *	  What "pg_gatekeeper check" asks a running server.
 *
 * It looks around among things that others made, usually as superuser.  So
 * search_path is pg_catalog, every transaction reads only, and each query has
 * its time; no function, table or view outside pg_catalog is touched.  A query
 * that fails costs its own check and no other.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "cli/posture.h"

#include <libpq-fe.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/posture_asked.h"

#define SETTINGS \
	"-c search_path=pg_catalog,pg_temp -c default_transaction_read_only=on " \
	"-c statement_timeout=20s -c lock_timeout=2s -c jit=off -c datestyle=ISO"

static const char set_up[] =
"SET search_path = pg_catalog, pg_temp; SET default_transaction_read_only = on; "
"SET statement_timeout = '20s'; SET lock_timeout = '2s'; SET client_encoding = 'UTF8'; "
"SET standard_conforming_strings = on; SET quote_all_identifiers = off; SET row_security = off";

/*
 * What is set for the database or for the role that looks is not the server's
 * setting: put that back, as far as the role may know and set it.
 */
static const char put_back[] =
"SELECT set_config(s.name, coalesce(f.setting, s.boot_val, ''), false) FROM pg_settings s LEFT JOIN LATERAL "
"(SELECT f.setting FROM pg_file_settings f WHERE f.name = s.name AND f.applied ORDER BY f.seqno DESC LIMIT 1) f ON true "
"WHERE s.source IN ('database', 'user', 'database user', 'global') AND s.context IN ('user', 'superuser') AND s.name !~ '^gatekeeper[.]'";

/* What the server remarks is no finding. */
static void
ignore_notice(void *arg, const char *message)
{
	(void) arg;
	(void) message;
}

static PGconn *
connect_once(const GkPosture *p, const char *database, bool with_options, char **why)
{
	const char *names[64];
	const char *values[64];
	int			n = 0;
	PGconn	   *conn;
	bool		is_other;

	for (int i = 0; p->names[i] && n < 56; i++)
		if (p->values[i] && *p->values[i] && strcmp(p->names[i], "dbname") != 0 && strcmp(p->names[i], "options") != 0)
		{
			names[n] = p->names[i];
			values[n++] = p->values[i];
		}
	names[n] = "dbname";
	values[n++] = database;
	names[n] = "fallback_application_name";
	values[n++] = "pg_gatekeeper check";
	names[n] = "client_encoding";
	values[n++] = "UTF8";
	if (with_options)
	{
		names[n] = "options";
		values[n++] = SETTINGS;
	}
	names[n] = NULL;
	is_other = gk_become(p->os_user);
	conn = PQconnectdbParams(names, values, 0);
	if (is_other)
		gk_be_root_again();
	if (PQstatus(conn) == CONNECTION_OK)
	{
		PQsetNoticeProcessor(conn, ignore_notice, NULL);
		PQclear(PQexec(conn, set_up));
		PQclear(PQexec(conn, put_back));
		return conn;
	}
	*why = gk_copy(PQerrorMessage(conn));
	(*why)[strcspn(*why, "\n")] = '\0';
	PQfinish(conn);
	return NULL;
}

/* A connection to a database, or NULL and why not. */
static PGconn *
connect_to(const GkPosture *p, const char *database, char **why)
{
	PGconn	   *conn = connect_once(p, database, true, why);

	/* poolers take no such options */
	if (conn == NULL && strstr(*why, "startup parameter"))
		conn = connect_once(p, database, false, why);
	return conn;
}

/* The answer to a query that may fail; NULL then. */
static PGresult *
try(PGconn *conn, const char *query)
{
	PGresult   *result = PQexec(conn, query);

	if (PQresultStatus(result) == PGRES_TUPLES_OK)
		return result;
	PQclear(result);
	return NULL;
}

/* The first column of a query's rows. */
static void
words_of(PGconn *conn, const char *query, GkWords *words)
{
	PGresult   *result = try(conn, query);

	for (int i = 0; result && i < PQntuples(result); i++)
		gk_words_add(words, PQgetvalue(result, i, 0), PQgetlength(result, i, 0));
	PQclear(result);
}

/* Tell the queries what only we know. */
static void
tell(PGconn *conn, const char *name, const char *value)
{
	const char *const values[] = {name, value};

	PQclear(PQexecParams(conn, "SELECT pg_catalog.set_config($1, $2, false)", 2, NULL, values,
						 NULL, NULL, 0));
}

static void
ask_about_server(GkPosture *p, PGconn *conn)
{
	GkWords		share = {0};
	PGresult   *result = try(conn, "SELECT current_setting('server_version'), current_setting('server_version_num'), "
							 "current_setting('cluster_name'), (SELECT rolsuper FROM pg_roles WHERE rolname = current_user), "
							 "pg_has_role('pg_read_all_settings', 'USAGE')");

	if (result == NULL)
		gk_error(NULL, "the server does not answer: %s", PQerrorMessage(conn));
	p->version = gk_copy(PQgetvalue(result, 0, 0));
	p->version_num = atoi(PQgetvalue(result, 0, 1));
	p->cluster = gk_copy(PQgetvalue(result, 0, 2));
	p->is_superuser = *PQgetvalue(result, 0, 3) == 't';
	p->is_monitor = *PQgetvalue(result, 0, 4) == 't';
	PQclear(result);
	result = try(conn, "SELECT system_identifier FROM pg_control_system()");
	p->system_id = gk_copy(result ? PQgetvalue(result, 0, 0) : "");
	PQclear(result);
	result = try(conn, "SELECT name, coalesce(setting, ''), coalesce(sourcefile, '') FROM pg_settings");
	p->num_settings = result ? PQntuples(result) : 0;
	p->setting = gk_alloc(p->num_settings * sizeof(GkServerValue));
	for (int i = 0; i < p->num_settings; i++)
	{
		p->setting[i].name = gk_copy(PQgetvalue(result, i, 0));
		p->setting[i].value = gk_copy(PQgetvalue(result, i, 1));
		p->setting[i].file = gk_copy(PQgetvalue(result, i, 2));
	}
	PQclear(result);
	words_of(conn, "SELECT datname FROM pg_database WHERE datallowconn ORDER BY datname", &p->databases);
	words_of(conn, "SELECT DISTINCT sourcefile FROM pg_file_settings UNION SELECT setting FROM pg_settings "
			 "WHERE name IN ('config_file', 'hba_file', 'ident_file')", &p->config_files);
	if (p->config_files.count == 0)
		words_of(conn, "SELECT DISTINCT sourcefile FROM pg_settings WHERE sourcefile IS NOT NULL UNION SELECT setting FROM "
				 "pg_settings WHERE name IN ('config_file', 'hba_file', 'ident_file') AND setting IS NOT NULL", &p->config_files);
	words_of(conn, "SELECT setting FROM pg_config WHERE name IN ('BINDIR', 'PKGLIBDIR') UNION ALL SELECT setting || '/extension' "
			 "FROM pg_config WHERE name = 'SHAREDIR'", &p->programs);
	words_of(conn, "SELECT setting FROM pg_config WHERE name = 'SHAREDIR'", &share);
	p->share = share.count > 0 ? share.word[0] : NULL;
	words_of(conn, "SELECT pg_tablespace_location(oid) FROM pg_tablespace WHERE pg_tablespace_location(oid) <> ''",
			 &p->tablespaces);
}

/* What a role's search_path is without settings of its own. */
static char *
usual_path(PGconn *conn)
{
	GkWords		words = {0};

	words_of(conn, "SELECT setting FROM pg_file_settings WHERE name = 'search_path' AND applied", &words);
	return words.count > 0 ? words.word[0] : "\"$user\", public";
}

/*
 * The jobs of pg_cron, as JSON, or NULL.  The table is read only when it
 * belongs to a superuser and has no rules.
 */
static char *
ask_jobs(PGconn *conn)
{
	PGresult   *result = try(conn, "SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_roles r "
							 "ON r.oid = c.relowner WHERE n.nspname = 'cron' AND c.relname = 'job' AND c.relkind = 'r' "
							 "AND r.rolsuper AND NOT c.relhasrules");
	bool		there = result && PQntuples(result) == 1;
	char	   *jobs = NULL;

	PQclear(result);
	if (!there)
		return NULL;
	result = try(conn, "SELECT jsonb_agg(jsonb_build_object('jobid', jobid, 'jobname', to_jsonb(j)->>'jobname', 'schedule', schedule, "
				 "'command', command, 'username', username, 'database', database, 'home', current_database())) "
				 "FROM cron.job j");
	if (result && !PQgetisnull(result, 0, 0))
		jobs = gk_copy(PQgetvalue(result, 0, 0));
	PQclear(result);
	return jobs;
}

/* What else was not looked at, when a query fails. */
static void
take_failure(GkPosture *p, const GkCheck *check, PGconn *conn, const PGresult *result, const char *database)
{
	const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
	const char *where = *database ? gk_format(" in database %s", database) : "";

	if (state == NULL)
		gk_posture_skip(p, check->id, gk_format("the connection broke%s: %s", where, PQerrorMessage(conn)));
	else if (strcmp(state, "42501") == 0)
		gk_posture_skip(p, check->id, gk_format("%s%s: it takes %s", message, where,
												strncmp(check->right, "su", 2) == 0 ? "a superuser, or the rights that --grants prints" :
												"membership in pg_monitor"));
	else if (strcmp(state, "57014") == 0)
		gk_posture_skip(p, check->id, gk_format("it took longer than 20 s%s", where));
	else if (strcmp(state, "55P03") == 0)
		gk_posture_skip(p, check->id, gk_format("something was locked%s", where));
	else
		gk_posture_add(p, check->id, GK_ERROR, "query", gk_format("%s%s", message, where), "")->kind = "text";
}

/* A row of a query's, whose columns posture.h tells. */
static void
take_row(GkPosture *p, const GkCheck *check, const PGresult *result, int row, const char *database)
{
	GkFinding  *finding = gk_posture_add(p, check->id, gk_status_named(PQgetvalue(result, row, 0)),
										 PQgetvalue(result, row, 1), PQgetvalue(result, row, 2),
										 PQgetvalue(result, row, 3));

	finding->database = gk_copy(database);
	finding->type = gk_copy(PQgetvalue(result, row, 4));
	if (*PQgetvalue(result, row, 5))
		finding->kind = gk_copy(PQgetvalue(result, row, 5));
	if (*PQgetvalue(result, row, 6))
		finding->file = gk_copy(PQgetvalue(result, row, 6));
	finding->line = atoi(PQgetvalue(result, row, 7));
	finding->needs_restart = *PQgetvalue(result, row, 8) == 't';
	/* a remedy for another database than the one where it was found */
	if (strncmp(finding->kind, "in:", 3) == 0)
		finding->kind = "sql";
}

static void
ask_check(GkPosture *p, const GkCheck *check, PGconn *conn, const char *database)
{
	char	   *query = gk_format("%s%s%s%d", GK_POSTURE_BEFORE, check->sql, GK_POSTURE_AFTER, p->limit);
	PGresult   *result = PQexec(conn, query);

	free(query);
	if (PQresultStatus(result) != PGRES_TUPLES_OK)
		take_failure(p, check, conn, result, database);
	else
	{
		int			rows = PQntuples(result);

		gk_posture_looked(p, check->id);
		for (int i = 0; i < rows; i++)
			take_row(p, check, result, i, database);
		if (rows > 0)
			gk_posture_answer(p, check->id)->more += atoi(PQgetvalue(result, 0, 9)) - rows;
	}
	PQclear(result);
}

static void
ask_checks(GkPosture *p, PGconn *conn, bool local, const char *database)
{
	for (int i = 0; i < gk_num_checks && PQstatus(conn) == CONNECTION_OK; i++)
		if (gk_checks[i].sql && gk_checks[i].is_local == local && gk_posture_wants(p, gk_checks[i].id))
			ask_check(p, &gk_checks[i], conn, database);
}

static void
show_progress(const GkPosture *p, int n, const char *database)
{
	static uint64_t begun;

	if (begun == 0)
		begun = gk_now();
	if (p->is_quiet || !isatty(STDERR_FILENO) || gk_now() < begun + 1000000)
		return;
	if (database)
		fprintf(stderr, "\r\033[K%d of %d databases: %.60s", n + 1, p->databases.count, database);
	else
		fputs("\r\033[K", stderr);
}

static void
ask_database(GkPosture *p, const char *database, const char *path, const char *jobs)
{
	char	   *why = NULL;
	PGconn	   *conn = connect_to(p, database, &why);

	if (conn == NULL)
	{
		for (int i = 0; i < gk_num_checks; i++)
			if (gk_checks[i].is_local && gk_checks[i].is_first && gk_posture_wants(p, gk_checks[i].id))
				gk_posture_skip(p, gk_checks[i].id, gk_format("database %s: %s", database, why));
		return;
	}
	tell(conn, "gk_check.search_path", path);
	tell(conn, "gk_check.home", p->home ? p->home : "");
	tell(conn, "gk_check.own", p->data ? gk_own_addresses() : "");
	if (jobs)
		tell(conn, "gk_check.jobs", jobs);
	ask_checks(p, conn, true, database);
	gk_posture_ask_bodies(p, conn, database);
	gk_posture_ask_extensions(p, conn, database);
	gk_posture_ask_records(p, conn, database);
	PQfinish(conn);
}

/* Jobs may be kept in one database and run in another: they are looked for first. */
static char *
find_jobs(GkPosture *p, PGconn *conn, const char *first)
{
	char	   *jobs = ask_jobs(conn);
	const char *home = gk_posture_setting(p, "cron.database_name");
	char	   *why;

	if (jobs == NULL && *home && strcmp(home, first) != 0 && (conn = connect_to(p, home, &why)) != NULL)
	{
		jobs = ask_jobs(conn);
		PQfinish(conn);
	}
	return jobs;
}

/* Ask all there is to ask; ends the program when nothing can be asked. */
void
gk_posture_ask(GkPosture *p)
{
	const char *first = "postgres";
	char	   *why = NULL;
	char	   *path;
	char	   *jobs;
	PGconn	   *conn;

	for (int i = 0; p->names[i]; i++)
		if (strcmp(p->names[i], "dbname") == 0 && p->values[i] && *p->values[i])
			first = p->values[i];
	conn = connect_to(p, first, &why);
	if (conn == NULL && strcmp(first, "template1") != 0 && strstr(why, "does not exist"))
		conn = connect_to(p, first = "template1", &why);
	if (conn == NULL)
		gk_error("Is it running? Give the cluster's name, such as 15/main, a data directory with -D, or a connection "
				 "string.", "cannot connect to the server: %s", why);
	ask_about_server(p, conn);
	gk_posture_prepare(p);
	path = usual_path(conn);
	jobs = find_jobs(p, conn, first);
	tell(conn, "gk_check.search_path", path);
	tell(conn, "gk_check.home", p->home ? p->home : "");
	tell(conn, "gk_check.stderr", p->stderr_is_kept ? "kept" : "");
	if (!p->no_sql)
	{
		ask_checks(p, conn, false, "");
		gk_posture_ask_passwords(p, conn);
	}
	PQfinish(conn);
	for (int i = 0; !p->no_sql && i < p->databases.count; i++)
	{
		show_progress(p, i, p->databases.word[i]);
		ask_database(p, p->databases.word[i], path, jobs);
	}
	show_progress(p, 0, NULL);
}
