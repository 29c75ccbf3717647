/*-------------------------------------------------------------------------
 *
 * posture_preflight.c
 *	  What the dry run has recorded: would_deny, grouped, each with what helps.
 *
 * Only the last records are in the server's memory; what is older is in the
 * journal.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "cli/posture_asked.h"

#include <stdlib.h>

static const char id[] = "pre-records";

/* The view is asked only where it is the extension's, and a superuser's. */
static const char is_there[] =
"SELECT 1 FROM pg_extension e JOIN pg_depend d ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid AND d.deptype = 'e' "
"AND d.classid = 'pg_class'::regclass JOIN pg_class c ON c.oid = d.objid JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_roles r ON r.oid = c.relowner "
"WHERE e.extname = 'pg_gatekeeper' AND n.nspname = 'gatekeeper' AND c.relname = 'events' AND r.rolsuper";

static const char query[] =
"SELECT rule, circumstances, session_username, coalesce(command, ''), coalesce(object, ''), sum(count), max(time)::timestamp(0), database, "
"coalesce((array_agg(statement ORDER BY time DESC))[1], '') "
"FROM gatekeeper.events WHERE verdict = 'would_deny' GROUP BY 1, 2, 3, 4, 5, 8 ORDER BY 6 DESC LIMIT 100";

/* What helps, by the circumstances in which it was. */
static const char *
remedy_of(const char *rule, const char *circumstances, const char *role)
{
	if (strstr(circumstances, "untrusted"))
		return "-- give the function or object whose code it was to a superuser, after reading it, or label it: SECURITY LABEL FOR gatekeeper ON FUNCTION ... IS 'trusted'";
	if (strstr(circumstances, "elevated"))
		return gk_format("-- the function whose rights it used: SECURITY LABEL FOR gatekeeper ON FUNCTION ... IS 'allow %s'; a person who uses SET ROLE: SECURITY LABEL FOR gatekeeper ON ROLE \"%s\" IS 'administrator'", rule, role);
	if (strstr(circumstances, "self"))
		return "-- the connection came from the server itself: do it in a session from elsewhere, or in a background worker";
	return gk_format("-- see the rule %s in pg_gatekeeper(7), and I WAS REFUSED there", rule);
}

void
gk_posture_ask_records(GkPosture *p, PGconn *conn, const char *database)
{
	static bool asked;
	PGresult   *result;

	if (asked || !gk_posture_wants(p, id))
		return;
	result = PQexec(conn, is_there);
	if (PQresultStatus(result) != PGRES_TUPLES_OK || PQntuples(result) == 0)
	{
		PQclear(result);
		return;
	}
	PQclear(result);
	result = PQexec(conn, query);
	if (PQresultStatus(result) == PGRES_TUPLES_OK)
	{
		/* the records are the server's, whichever database has the view */
		asked = true;
		gk_posture_looked(p, id);
		for (int i = 0; i < PQntuples(result); i++)
		{
			const char *rule = PQgetvalue(result, i, 0);
			GkFinding  *finding;

			finding = gk_posture_add(p, id, GK_WARN, gk_format("%s: %s %s by %s", rule, PQgetvalue(result, i, 3), PQgetvalue(result, i, 4), PQgetvalue(result, i, 2)),
									 gk_format("%s times, last %s, circumstances %s: %.200s", PQgetvalue(result, i, 5), PQgetvalue(result, i, 6), PQgetvalue(result, i, 1), PQgetvalue(result, i, 8)),
									 remedy_of(rule, PQgetvalue(result, i, 1), PQgetvalue(result, i, 2)));
			finding->database = gk_copy(*PQgetvalue(result, i, 7) ? PQgetvalue(result, i, 7) : database);
			finding->type = "record";
		}
	}
	PQclear(result);
}
