/*-------------------------------------------------------------------------
 *
 * check_backdoor_job.c
 *	  Who can write into the table of a scheduler, of directories, or of modules?
 *
 * A scheduler's background worker runs what its table says, as whom it says, in
 * a session of its own: a row written with borrowed rights is a command of a
 * superuser's, later.  The schedulers' functions are the rule loopback's; this
 * is about rows written by hand.  So are the table in which orafce keeps the
 * directories whose files its functions open for everybody, and the one of the
 * R code that PL/R runs whenever it starts.
 *
 * A scheduler's own functions write there, too, and to do so some of them
 * become superuser for a moment although an ordinary user called them.  That is
 * told apart by where the rights come from: theirs come neither from SET ROLE
 * nor from a superuser's SECURITY DEFINER function.
 *
 * Does not see: tables that are not in the list.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "base/gatekeeper.h"

#include "access/transam.h"
#include "miscadmin.h"
#include "utils/lsyscache.h"

#define GK_JOBS "writing to the table of a scheduler"

/* By name: there is nothing else that tells them apart. */
static const struct
{
	const char *schema;			/* NULL: wherever its language was installed */
	const char *table;
	const char *action;
}			job_tables[] =
{
	{"cron", "job", GK_JOBS},
	{"pgagent", "pga_job", GK_JOBS},
	{"pgagent", "pga_jobstep", GK_JOBS},
	{"pgagent", "pga_schedule", GK_JOBS},
	{"timetable", "chain", GK_JOBS},
	{"timetable", "task", GK_JOBS},
	{"_timescaledb_config", "bgw_job", GK_JOBS},
	{"_timescaledb_catalog", "bgw_job", GK_JOBS},
	{"utl_file", "utl_file_dir", "writing to the table of directories of a module"},
	{NULL, "plr_modules", "writing to the table of modules of a language"},
};

/* Which of the list it is, or -1.  Reads the system caches. */
static int
job_table(Oid relid)
{
	char	   *table = get_rel_name(relid);
	char	   *schema = NULL;

	for (int i = 0; table && i < (int) lengthof(job_tables); i++)
		if (strcmp(table, job_tables[i].table) == 0)
		{
			if (job_tables[i].schema == NULL)
				return i;
			if (schema == NULL)
				schema = get_namespace_name(get_rel_namespace(relid));
			if (schema && strcmp(schema, job_tables[i].schema) == 0)
				return i;
		}
	return -1;
}

/*
 * Is a row of such a table about to be written in a session that has superuser
 * rights?  On the way of every query that writes, so it looks at names last.
 */
bool
gk_writes_job(const GkPermInfo *perm)
{
	return perm->relid >= FirstNormalObjectId &&
		(perm->requiredPerms & (ACL_INSERT | ACL_UPDATE)) &&
		GK_PERMINFO_IS_RELATION(perm) &&
		gk_code_session_is_privileged() && job_table(perm->relid) >= 0;
}

/* Were the rights lent by something the rules know? */
static bool
are_rights_borrowed(void)
{
	Oid			function = gk_code_innermost();

	if (gk_acts_as_superuser(GetSessionUserId()) || GetCurrentRoleId() == GetUserId())
		return true;
	return OidIsValid(function) && gk_acts_as_superuser(gk_code_owner_of(function));
}

/* Door: relations.  The finding's object is allocated in CurrentMemoryContext. */
bool
gk_check_backdoor_job(const GkRequest *request, GkFinding *finding)
{
	ListCell   *cell;

	foreach(cell, request->perms)
	{
		GkPermInfo *perm = lfirst_node(GkPermInfo, cell);

		if (!gk_writes_job(perm) || !gk_acts_as_superuser(GetUserId()) || !are_rights_borrowed())
			continue;
		finding->action = job_tables[job_table(perm->relid)].action;
		finding->object_type = "table";
		finding->object = psprintf("%s.%s", get_namespace_name(get_rel_namespace(perm->relid)),
								   get_rel_name(perm->relid));
		finding->scripts_may = true;
		finding->ignores = GK_STRICT;
		return true;
	}
	return false;
}
