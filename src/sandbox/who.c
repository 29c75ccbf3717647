/*-------------------------------------------------------------------------
 *
 * who.c
 *	  Which session is contained, and why?
 *
 * Judged once, when the session begins, by what cannot be taken back later: where the
 * connection comes from, and the role that logged in.  What it becomes by SET ROLE or
 * SECURITY DEFINER changes nothing.
 *
 * "Has a way to the host" means what rules/roles.c means by it: a superuser, one of the
 * three roles for files and programs, or a member of one of these, whatever the
 * options of the membership.  But a superuser counts only when it is in
 * gatekeeper.reserved_roles: one that is not was made past the module.
 *
 * Asked during authentication, before the caches of memberships are set up: catalogs
 * are read through the system caches, as core itself does there.
 *
 * Does not see: a pooler that runs as the server's user on this host, for which
 * "remote" takes all its clients.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "sandbox/sandbox.h"

#include <unistd.h>

#include "access/htup_details.h"
#include "base/peer.h"
#include "catalog/pg_auth_members.h"
#include "catalog/pg_authid.h"
#include "miscadmin.h"
#include "postmaster/autovacuum.h"
#include "postmaster/bgworker.h"
#include "utils/catcache.h"
#include "utils/syscache.h"

static const char *const texts[GK_NUM_WHYS] = {
	[GK_WHY_UNKNOWN] = "not judged",
	[GK_FREE_OFF] = "gatekeeper.sandbox is off",
	[GK_FREE_SUPERUSER] = "role is a reserved superuser",
	[GK_FREE_MEMBER] = "role is a member of one with a way to the host",
	[GK_FREE_LABEL] = "role, or one it is a member of, has a label of gatekeeper",
	[GK_FREE_HOST_USER] = "the server's own user or root, on this host",
	[GK_FREE_EXEMPT] = "role is in gatekeeper.sandbox_exempt_roles",
	[GK_FREE_WORKER] = "background worker",
	[GK_CONTAINED_USER] = "role has no way to the host",
	[GK_CONTAINED_NOT_RESERVED] = "role is superuser and not in gatekeeper.reserved_roles",
	[GK_CONTAINED_REMOTE] = "not the server's own user on this host",
	[GK_CONTAINED_ALL] = "every session is",
	[GK_CONTAINED_OWN_PEER] = "connection comes from a process of this server, or a contained one",
	[GK_CONTAINED_AUTOVACUUM] = "autovacuum",
	[GK_CONTAINED_REPLICATION] = "logical replication",
	[GK_CONTAINED_BY_STARTER] = "started by a contained session",
};

const char *
gk_why_text(GkWhy why)
{
	return texts[why];
}

/* What a role is by itself. */
static GkWhy
judge_role_alone(Oid roleid)
{
	HeapTuple	tuple;
	GkWhy		why = GK_CONTAINED_USER;

	if (roleid == ROLE_PG_READ_SERVER_FILES || roleid == ROLE_PG_WRITE_SERVER_FILES ||
		roleid == ROLE_PG_EXECUTE_SERVER_PROGRAM)
		return GK_FREE_MEMBER;
	tuple = SearchSysCache1(AUTHOID, ObjectIdGetDatum(roleid));
	if (!HeapTupleIsValid(tuple))
		return why;
	if (((Form_pg_authid) GETSTRUCT(tuple))->rolsuper)
		why = roleid == BOOTSTRAP_SUPERUSERID ||
			gk_name_in_list(NameStr(((Form_pg_authid) GETSTRUCT(tuple))->rolname), gk_reserved_roles) ?
			GK_FREE_SUPERUSER : GK_CONTAINED_NOT_RESERVED;
	ReleaseSysCache(tuple);
	if (why == GK_CONTAINED_USER && gk_is_vouched_role(roleid))
		return GK_FREE_LABEL;
	return why;
}

/*
 * Its own word comes first: a superuser past the module stays contained whatever else
 * it is a member of.
 */
static GkWhy
judge_role(Oid roleid)
{
	List	   *roles = list_make1_oid(roleid);
	GkWhy		why = judge_role_alone(roleid);
	ListCell   *cell;

	if (why == GK_CONTAINED_USER)
		foreach(cell, roles)
		{
			CatCList   *memberships = SearchSysCacheList1(AUTHMEMMEMROLE,
														  ObjectIdGetDatum(lfirst_oid(cell)));

			for (int i = 0; i < memberships->n_members; i++)
			{
				HeapTuple	tuple = &memberships->members[i]->tuple;

				roles = list_append_unique_oid(roles,
											   ((Form_pg_auth_members) GETSTRUCT(tuple))->roleid);
			}
			ReleaseSysCacheList(memberships);
			if (lfirst_oid(cell) == roleid)
				continue;
			why = judge_role_alone(lfirst_oid(cell));
			if (why == GK_FREE_SUPERUSER)
				why = GK_FREE_MEMBER;
			if (!gk_why_is_contained(why))
				break;
			why = GK_CONTAINED_USER;
		}
	list_free(roles);
	return why;
}

/* The role by its name; false when it is exempt or there is none. */
static bool
is_exempt(const char *rolname)
{
	return gk_name_in_list(rolname, gk_sandbox_exempt_roles);
}

static Oid
role_named(const char *rolname)
{
	HeapTuple	tuple = SearchSysCache1(AUTHNAME, CStringGetDatum(rolname));
	Oid			roleid = InvalidOid;

	if (HeapTupleIsValid(tuple))
	{
		roleid = ((Form_pg_authid) GETSTRUCT(tuple))->oid;
		ReleaseSysCache(tuple);
	}
	return roleid;
}

/* A client whose password, or whatever it was, is good. */
GkWhy
gk_who_logs_in(const Port *port, Oid *role)
{
	GkSandbox	scope = gk_sandbox_scope();
	GkPeer		peer;
	GkWhy		why;

	*role = role_named(port->user_name);
	if (scope == GK_SANDBOX_OFF)
		return GK_FREE_OFF;
	why = judge_role(*role);
	if (why == GK_CONTAINED_NOT_RESERVED)
		return why;
	if (is_exempt(port->user_name))
		return GK_FREE_EXEMPT;
	if (scope == GK_SANDBOX_ALL)
		return GK_CONTAINED_ALL;
	if (scope == GK_SANDBOX_USERS && gk_why_is_contained(why))
		return why;
	peer = gk_peer_of((Port *) port);
	if (peer.kind != GK_PEER_STRANGER)
		return GK_CONTAINED_OWN_PEER;
	if (scope == GK_SANDBOX_USERS)
		return why;
	return peer.is_unix && (peer.uid == geteuid() || peer.uid == 0) ?
		GK_FREE_HOST_USER : GK_CONTAINED_REMOTE;
}

/* Does core's launcher of logical replication start it? */
static bool
is_replication_worker(void)
{
	return strcmp(MyBgworkerEntry->bgw_library_name, "postgres") == 0 &&
		strcmp(MyBgworkerEntry->bgw_function_name, "ParallelWorkerMain") != 0 &&
		strstr(MyBgworkerEntry->bgw_function_name, "Launcher") == NULL;
}

/* Whoever started it, as its entry tells. */
static bool
find_starter(GkSandboxSession *starter)
{
	return MyBgworkerEntry && MyBgworkerEntry->bgw_notify_pid != 0 &&
		gk_sandbox_of(MyBgworkerEntry->bgw_notify_pid, starter);
}

static bool
is_started_by_contained(void)
{
	GkSandboxSession starter;

	return find_starter(&starter) && gk_why_is_contained(starter.why);
}

/*
 * A process without a client, which is about to begin its work in a database, as this
 * role.
 */
GkWhy
gk_who_works(Oid role)
{
	GkSandbox	scope = gk_sandbox_scope();
	GkWhy		why;

	if (scope == GK_SANDBOX_OFF)
		return GK_FREE_OFF;
	if (AmAutoVacuumWorkerProcess())
		return GK_CONTAINED_AUTOVACUUM;
	if (MyBgworkerEntry == NULL || !OidIsValid(MyDatabaseId))
		return GK_FREE_WORKER;
	if (is_replication_worker())
		return GK_CONTAINED_REPLICATION;
	if (is_started_by_contained())
		return GK_CONTAINED_BY_STARTER;
	why = judge_role(role);
	if (why == GK_CONTAINED_NOT_RESERVED)
		return why;
	if (scope == GK_SANDBOX_ALL)
		return GK_CONTAINED_ALL;
	return gk_why_is_contained(why) ? why : GK_FREE_WORKER;
}

/*
 * What a session that is contained for this reason gives up, GK_WALL_*.  In its
 * database, when it is a user's.
 */
int
gk_who_gives_up(GkWhy why, Oid role)
{
	int			all = GK_WALL_PROGRAMS | (gk_sandbox_files != GK_FILES_OFF ? GK_WALL_FILES : 0);
	GkSandboxSession starter;

	if (!gk_why_is_contained(why))
		return 0;
	if (why == GK_CONTAINED_BY_STARTER && find_starter(&starter))
		return starter.walls;
	if (why == GK_CONTAINED_USER)
		return all & ~gk_vouched_walls(role);
	return all;
}
