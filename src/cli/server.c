/*-------------------------------------------------------------------------
 *
 * server.c
 *	  Asks a running server about the module, by libpq.
 *
 * Whoever asks is usually superuser, and the database is not theirs: nothing is
 * looked up by search_path, and the module's views are asked only when they
 * belong to the extension and to a superuser.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "cli/server.h"

#include <libpq-fe.h>
#include <pwd.h>
#include <stdlib.h>
#include <unistd.h>

/* What libpq is told: names, and as many values. */
#define GK_CONNECTION_NAMES \
	{"host", "port", "user", "dbname", "application_name", "connect_timeout", "options", NULL}
#define GK_CONNECTION_VALUES(target, name, seconds) \
	{ \
		(target)->host, (target)->port, (target)->user, (target)->database, \
		name, seconds, "-c search_path=", NULL \
	}

/* Connect, by this name, for so many seconds; PQstatus() says whether it worked. */
PGconn *
gk_connect(const GkTarget *target, const char *name, const char *seconds)
{
	const char *const names[] = GK_CONNECTION_NAMES;
	const char *const values[] = GK_CONNECTION_VALUES(target, name, seconds);
	bool		is_other = gk_become(target->os_user);
	PGconn	   *conn = PQconnectdbParams(names, values, 0);

	if (is_other)
		gk_be_root_again();
	return conn;
}

/* A server that is there, but lets nobody in by this role's name. */
static const char *
why_not_let_in(const GkTarget *target)
{
	const char *const names[] = GK_CONNECTION_NAMES;
	const char *const values[] = GK_CONNECTION_VALUES(target, "pg_gatekeeper status", "5");
	struct passwd *pw = getpwuid(geteuid());

	if (PQpingParams(names, values, 0) != PQPING_OK)
		return "Is it running? Give the cluster's name, such as 15/main, or --host, --port, --username, "
			"--dbname.";
	if (geteuid() == 0 || pw == NULL)
		return "It runs, and does not let this role in: --username ROLE names another; pg_hba.conf says who may "
			"come, and how.";
	return gk_format("It runs, and does not let this role in. Run this as root, who connects as the cluster's owner; or "
					 "have\na superuser make a role for you, and connect with it (--username ROLE names another):\n"
					 "  CREATE ROLE \"%s\" LOGIN IN ROLE pg_monitor;", pw->pw_name);
}

/* Connect, or end the program. */
static PGconn *
connect_to(const GkTarget *target)
{
	PGconn	   *conn = gk_connect(target, "pg_gatekeeper status", "10");

	if (PQstatus(conn) != CONNECTION_OK)
	{
		char	   *why = gk_copy(PQerrorMessage(conn));

		why[strcspn(why, "\n")] = '\0';
		gk_error(why_not_let_in(target), "cannot connect to the server: %s", why);
	}
	return conn;
}

static PGresult *
ask(PGconn *conn, const char *query)
{
	PGresult   *result = PQexec(conn, query);

	if (PQresultStatus(result) != PGRES_TUPLES_OK)
	{
		char	   *why = gk_copy(PQresultErrorMessage(result));

		why[strcspn(why, "\n")] = '\0';
		gk_error(NULL, "the server does not answer: %s", why);
	}
	return result;
}

static char *
value(const PGresult *result, int row, int column)
{
	return gk_copy(PQgetvalue(result, row, column));
}

static void
ask_settings(PGconn *conn, GkServer *server)
{
	PGresult   *result = ask(conn,
							 "SELECT name, setting, boot_val, vartype = 'enum' AND "
							 "enumvals @> '{off,audit,elevated,always}', vartype "
							 "FROM pg_catalog.pg_settings WHERE name LIKE 'gatekeeper.%' ORDER BY name");

	server->num_settings = PQntuples(result);
	server->setting = gk_alloc(server->num_settings * sizeof(GkServerSetting));
	for (int i = 0; i < server->num_settings; i++)
	{
		GkServerSetting *setting = &server->setting[i];

		setting->name = gk_copy(PQgetvalue(result, i, 0) + strlen("gatekeeper."));
		setting->value = value(result, i, 1);
		setting->usual = value(result, i, 2);
		setting->is_rule = *PQgetvalue(result, i, 3) == 't';
		/* in a file without the module a setting is there, but a mere text */
		if (strcmp(setting->name, "mode") == 0 && strcmp(PQgetvalue(result, i, 4), "enum") == 0)
			server->is_loaded = true;
	}
	PQclear(result);
}

/* Where its libraries are, if that is known to whoever asks, and on this machine. */
static void
ask_library(PGconn *conn, GkServer *server)
{
	const char *host = PQhost(conn);
	PGresult   *result = ask(conn,
							 "SELECT pg_catalog.has_function_privilege('pg_catalog.pg_config()', 'EXECUTE')");

	if (host == NULL || *host != '/' || *PQgetvalue(result, 0, 0) != 't')
		return;
	result = ask(conn, "SELECT setting, pg_catalog.current_setting('dynamic_library_path') "
				 "FROM pg_catalog.pg_config() WHERE name = 'PKGLIBDIR'");
	if (PQntuples(result) == 1)
	{
		server->library_dir = value(result, 0, 0);
		server->library_path = value(result, 0, 1);
	}
	PQclear(result);
}

static void
ask_views(PGconn *conn, GkServer *server)
{
	PGresult   *result = ask(conn,
							 "SELECT count(*) FROM pg_catalog.pg_extension e "
							 "JOIN pg_catalog.pg_depend d ON d.refobjid = e.oid AND d.deptype = 'e' "
							 "AND d.refclassid = 'pg_catalog.pg_extension'::regclass "
							 "AND d.classid = 'pg_catalog.pg_class'::regclass "
							 "JOIN pg_catalog.pg_class c ON c.oid = d.objid "
							 "JOIN pg_catalog.pg_roles r ON r.oid = c.relowner AND r.rolsuper "
							 "WHERE e.extname = 'pg_gatekeeper' AND c.oid = "
							 "pg_catalog.to_regclass('gatekeeper.audit')::oid "
							 "AND pg_catalog.has_table_privilege(c.oid, 'SELECT')");

	server->has_views = strcmp(PQgetvalue(result, 0, 0), "1") == 0;
	PQclear(result);
	if (!server->has_views)
		return;
	result = ask(conn, "SELECT sink, state, coalesce(last_error, ''), sent, lost, stream, sequence, "
				 "lost_by_all, waiting FROM gatekeeper.audit");
	server->num_sinks = PQntuples(result);
	server->sink = gk_alloc(server->num_sinks * sizeof(GkServerSink));
	for (int i = 0; i < server->num_sinks; i++)
	{
		GkServerSink *sink = &server->sink[i];

		sink->name = value(result, i, 0);
		sink->state = value(result, i, 1);
		sink->last_error = value(result, i, 2);
		sink->sent = strtoull(PQgetvalue(result, i, 3), NULL, 10);
		sink->lost = strtoull(PQgetvalue(result, i, 4), NULL, 10);
		server->stream = value(result, i, 5);
		server->sequence = strtoull(PQgetvalue(result, i, 6), NULL, 10);
		server->lost = strtoull(PQgetvalue(result, i, 7), NULL, 10);
		sink->waiting = strtoull(PQgetvalue(result, i, 8), NULL, 10);
		if (sink->waiting > server->waiting)
			server->waiting = sink->waiting;
	}
	PQclear(result);
}

/* Ask all there is to ask; ends the program when it cannot be asked. */
void
gk_server_ask(const GkTarget *target, GkServer *server)
{
	PGconn	   *conn = connect_to(target);
	PGresult   *result = ask(conn,
							 "SELECT pg_catalog.pg_has_role('pg_read_all_settings', 'MEMBER')");

	if (*PQgetvalue(result, 0, 0) != 't')
		gk_error("Connect as a superuser or as a member of pg_monitor: --username ROLE.",
				 "role \"%s\" may not see the module's settings", PQuser(conn));
	result = ask(conn,
				 "SELECT setting, pending_restart, "
				 "pg_catalog.current_setting('server_version'), "
				 "pg_catalog.current_setting('port'), "
				 "pg_catalog.current_setting('cluster_name'), "
				 "(SELECT system_identifier FROM pg_catalog.pg_control_system()) "
				 "FROM pg_catalog.pg_settings WHERE name = 'shared_preload_libraries'");
	server->preload = value(result, 0, 0);
	server->is_pending = *PQgetvalue(result, 0, 1) == 't';
	server->version = value(result, 0, 2);
	server->port = value(result, 0, 3);
	server->cluster = value(result, 0, 4);
	server->system_id = value(result, 0, 5);
	PQclear(result);
	ask_settings(conn, server);
	if (server->is_loaded)
	{
		ask_library(conn, server);
		ask_views(conn, server);
	}
	PQfinish(conn);
}

/* One of the module's settings, named without "gatekeeper."; "" when unknown. */
const char *
gk_server_setting(const GkServer *server, const char *name)
{
	for (int i = 0; i < server->num_settings; i++)
		if (strcmp(server->setting[i].name, name) == 0)
			return server->setting[i].value;
	return "";
}

/*
 * Attempt what rule copy_program denies, in a way that does no harm if it does
 * not.  Returns the number of the record, or 0; the server's answer is in
 * *answer.
 */
uint64_t
gk_server_probe(const GkTarget *target, char **answer)
{
	PGconn	   *conn = connect_to(target);
	PGresult   *result = PQexec(conn, "COPY (SELECT 'pg_gatekeeper status --probe') TO PROGRAM 'cat >/dev/null'");
	const char *detail = PQresultErrorField(result, PG_DIAG_MESSAGE_DETAIL);
	const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
	const char *number = detail ? strstr(detail, "Audit record ") : NULL;

	*answer = gk_copy(message ? message : "it was allowed");
	PQfinish(conn);
	return number ? strtoull(number + strlen("Audit record "), NULL, 10) : 0;
}
