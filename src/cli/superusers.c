/*-------------------------------------------------------------------------
 *
 * superusers.c
 *	  Which superusers of a running server are not in gatekeeper.reserved_roles?
 *
 * They stay what they are, but their logins are recorded, and a restore does not
 * make them superuser again; so "enable" and "status" name them.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "cli/server.h"

#include <libpq-fe.h>

/*
 * Their names, as the list would have them; "" for none, NULL where the server
 * cannot be asked.  reserved is the list as it is, or will be.
 */
char *
gk_superusers_not_reserved(const GkTarget *target, const char *reserved)
{
	PGconn	   *conn = gk_connect(target, "pg_gatekeeper", "5");
	PGresult   *result;
	char	   *answer = NULL;

	if (PQstatus(conn) == CONNECTION_OK)
	{
		result = PQexecParams(conn,
							  "SELECT coalesce(string_agg(pg_catalog.quote_ident(r.rolname), ', ' ORDER BY r.rolname), '') "
							  "FROM pg_catalog.pg_roles r WHERE r.rolsuper AND r.oid <> 10 AND r.rolname <> ALL (ARRAY("
							  "SELECT CASE WHEN n LIKE '\"%' THEN pg_catalog.replace(pg_catalog.btrim(n, '\"'), '\"\"', '\"') "
							  "ELSE pg_catalog.lower(n) END "
							  "FROM (SELECT pg_catalog.btrim(l) AS n "
							  "FROM pg_catalog.regexp_split_to_table($1, ',') l) x))",
							  1, NULL, &reserved, NULL, NULL, 0);
		if (PQresultStatus(result) == PGRES_TUPLES_OK)
			answer = gk_copy(PQgetvalue(result, 0, 0));
		PQclear(result);
	}
	PQfinish(conn);
	return answer;
}
