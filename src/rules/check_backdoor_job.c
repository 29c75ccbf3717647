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
 * nor from a superuser's SECURITY DEFINER function, unless that belongs to such
 * an extension itself.
 *
 * A role that may write by pg_write_all_data only, which nobody granted with such a
 * table in mind, may not write to it at all.
 *
 * Does not see: tables that are not in the list of job_tables.c; rows that are
 * deleted, which commands nothing.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "rules/job_tables.h"

#include "access/transam.h"
#include "catalog/pg_authid.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/lsyscache.h"

/*
 * Is a row of such a table about to be written in a session that has superuser
 * rights, or others that reach it?  On the way of every query that writes, so it
 * looks at the table last.
 */
bool
gk_writes_job(const GkPermInfo *perm)
{
	/* SELECT FOR UPDATE, as of a foreign key, wants the right to update no column */
	return perm->relid >= FirstNormalObjectId &&
		((perm->requiredPerms & ACL_INSERT) ||
		 ((perm->requiredPerms & ACL_UPDATE) && !bms_is_empty(perm->updatedCols))) &&
		GK_PERMINFO_IS_RELATION(perm) &&
		gk_code_session_is_privileged() && gk_job_action(perm->relid);
}

/* pg_write_all_data is for data; in these tables it would be everything. */
static bool
is_by_reach(void)
{
	return !gk_acts_as_superuser(GetUserId()) &&
		has_privs_of_role(GetUserId(), ROLE_PG_WRITE_ALL_DATA);
}

/* Were the rights lent by something the rules know? */
static bool
are_rights_borrowed(void)
{
	Oid			function = gk_code_innermost();

	if (!gk_acts_as_superuser(GetUserId()))
		return false;
	if (OidIsValid(function) && gk_is_job_function(function))
		return false;
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
		bool		by_reach;

		if (!gk_writes_job(perm))
			continue;
		by_reach = is_by_reach();
		if (!by_reach && !are_rights_borrowed())
			continue;
		finding->action = gk_job_action(perm->relid);
		finding->object_type = "table";
		finding->object = psprintf("%s.%s", get_namespace_name(get_rel_namespace(perm->relid)),
								   get_rel_name(perm->relid));
		finding->scripts_may = true;
		finding->ignores = GK_STRICT;
		finding->binds_always = by_reach;
		if (by_reach)
			finding->hint = "What stands in this table is carried out as a superuser or on the server's host, so pg_write_all_data does not reach it. Let a superuser write it.";
		return true;
	}
	return false;
}
