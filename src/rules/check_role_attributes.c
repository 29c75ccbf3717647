/*-------------------------------------------------------------------------
 *
 * check_role_attributes.c
 *	  Which role becomes a superuser, and which privileged role is changed?
 *
 * Decided on the effect, not on the wording: by the object access hook, with
 * the role as it was and as it has just become.  Raising there undoes it.  So
 * CREATE and ALTER ROLE, USER and GROUP, RENAME, CURRENT_USER and every odd
 * spelling look the same.  role_superuser reports a role that becomes a
 * superuser and role_privileged everything else, so that one action makes one
 * record.
 *
 * Up to PostgreSQL 15 a role with CREATEROLE can change every role that is not
 * a superuser, so it could set the password of one that runs programs on the
 * host or reads everybody's data and log in as it.  That is refused without any circumstance, as 16 and
 * later refuse it themselves: by asking for ADMIN OPTION on the role.
 *
 * Does not see: rows of pg_authid and pg_db_role_setting written by hand (that
 * is catalog_write's); COMMENT and SECURITY LABEL on a role; single objects
 * given to or taken from a privileged role with ALTER ... OWNER TO; which
 * setting is changed for a role that is not privileged (that is
 * server_settings').  An extension's own script may change the settings of the
 * database it is installed in, since some put their schema on its search_path;
 * a hijacked script may then do so too.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "base/gatekeeper.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/pg_authid.h"
#include "catalog/pg_database.h"
#include "catalog/pg_db_role_setting.h"
#include "commands/dbcommands.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

/* What of a role's row matters here; zeroed when there was no role. */
typedef struct RoleState
{
	ItemPointerData tid;
	NameData	name;
	bool		super;
	bool		inherit;
	bool		createrole;
	bool		createdb;
	bool		canlogin;
	bool		replication;
	bool		bypassrls;
	int			connlimit;
} RoleState;

static void
copy_role(HeapTuple tuple, RoleState *state)
{
	Form_pg_authid role = (Form_pg_authid) GETSTRUCT(tuple);

	state->tid = tuple->t_self;
	state->name = role->rolname;
	state->super = role->rolsuper;
	state->inherit = role->rolinherit;
	state->createrole = role->rolcreaterole;
	state->createdb = role->rolcreatedb;
	state->canlogin = role->rolcanlogin;
	state->connlimit = role->rolconnlimit;
	state->replication = role->rolreplication;
	state->bypassrls = role->rolbypassrls;
}

/*
 * The role before the statement and after it.  The command counter has not
 * moved since an ALTER wrote the new version, so the system cache still gives
 * the old one and SnapshotSelf the new one.  Should another module's hook have
 * moved it, both give the new one, and the old one is taken for a role without
 * any right: better a finding too many.  Returns false when there is no such
 * role.
 */
static bool
read_role(const GkRequest *request, RoleState *before, RoleState *after)
{
	Relation	rel = table_open(AuthIdRelationId, AccessShareLock);
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	tuple;
	bool		exists;

	memset(before, 0, sizeof(*before));
	ScanKeyInit(&key, Anum_pg_authid_oid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(request->objid));
	scan = systable_beginscan(rel, AuthIdOidIndexId, true, SnapshotSelf, 1, &key);
	tuple = systable_getnext(scan);
	exists = HeapTupleIsValid(tuple);
	if (exists)
		copy_role(tuple, after);
	systable_endscan(scan);
	table_close(rel, AccessShareLock);

	if (!exists || request->event != OAT_POST_ALTER)
		return exists;
	tuple = SearchSysCache1(AUTHOID, ObjectIdGetDatum(request->objid));
	if (HeapTupleIsValid(tuple))
	{
		copy_role(tuple, before);
		ReleaseSysCache(tuple);
		if (ItemPointerEquals(&before->tid, &after->tid))
			memset(before, 0, sizeof(*before));
	}
	return true;
}

/*
 * A role that was none is a superuser now.  A reserved superuser that loses its
 * reserved name counts as well: it would be a way to make any role one, in two
 * steps.
 */
static bool
becomes_superuser(Oid roleid, const RoleState *before, const RoleState *after)
{
	if (!after->super)
		return false;
	return !before->super ||
		(gk_role_is_reserved(roleid, NameStr(before->name)) &&
		 !gk_role_is_reserved(roleid, NameStr(after->name)));
}

bool
gk_check_role_superuser(const GkRequest *request, GkFinding *finding)
{
	RoleState	before;
	RoleState	after;

	if (request->event != OAT_POST_CREATE && request->event != OAT_POST_ALTER)
		return false;
	if (!read_role(request, &before, &after) ||
		!becomes_superuser(request->objid, &before, &after))
		return false;

	finding->action = "making a role superuser";
	finding->object_type = "role";
	finding->object = pstrdup(NameStr(after.name));
	if (!gk_role_is_reserved(request->objid, NameStr(after.name)))
	{
		finding->binds_always = true;
		finding->hint = "Only the roles in gatekeeper.reserved_roles may be superusers. An administrator can add the role there and restart the server; see pg_gatekeeper(7).";
	}
	return true;
}

static bool
found(const char *action, Oid roleid, GkFinding *finding)
{
	finding->action = action;
	finding->object_type = "role";
	finding->object = GetUserNameFromId(roleid, true);
	return true;
}

/* As found(), for what would let somebody act as the role, or be what has its name. */
static bool
found_change(const char *action, Oid roleid, GkFinding *finding)
{
	if (gk_role_exceeds_user(roleid))
	{
		finding->binds_always = true;
		finding->hint = "This role has more than CREATEROLE gives: files or programs of the server's host, everybody's data, REPLICATION or BYPASSRLS; or gatekeeper.protected_roles lists it. Ask a superuser to change it, or for ADMIN OPTION on it.";
	}
	return found(action, roleid, finding);
}

/* A role gets a name that is protected, by somebody who is not superuser. */
static bool
found_protected_name(const RoleState *before, const RoleState *after, GkFinding *finding)
{
	if (*gk_protected_roles == '\0' || superuser() ||
		strcmp(NameStr(before->name), NameStr(after->name)) == 0 ||
		!gk_name_in_list(NameStr(after->name), gk_protected_roles))
		return false;
	finding->action = "giving a role a protected name";
	finding->object_type = "role";
	finding->object = pstrdup(NameStr(after->name));
	finding->binds_always = true;
	finding->hint = "The name is listed in gatekeeper.protected_roles. Ask a superuser to do it.";
	return true;
}

/* ALTER GROUP touches the role's row without changing it; see role_membership. */
static bool
alters_members_only(void)
{
	AlterRoleStmt *stmt = (AlterRoleStmt *) gk_statement_of(T_AlterRoleStmt);

	return stmt && list_length(stmt->options) == 1 &&
		strcmp(linitial_node(DefElem, stmt->options)->defname, "rolemembers") == 0;
}

/*
 * Nothing but the password, or its end, of the role that logged in: that is its
 * own to change, and it gains nothing by doing so with somebody's function.
 */
static bool
is_own_password(Oid roleid, const RoleState *before, const RoleState *after)
{
	return roleid == GetSessionUserId() &&
		strcmp(NameStr(before->name), NameStr(after->name)) == 0 &&
		before->super == after->super && before->inherit == after->inherit &&
		before->createrole == after->createrole && before->createdb == after->createdb &&
		before->canlogin == after->canlogin && before->connlimit == after->connlimit &&
		before->replication == after->replication && before->bypassrls == after->bypassrls;
}

static bool
check_role(const GkRequest *request, GkFinding *finding)
{
	Oid			roleid = request->objid;
	RoleState	before;
	RoleState	after;

	if (request->event == OAT_DROP)
		return gk_role_is_privileged(roleid) &&
			found_change("dropping a privileged role", roleid, finding);
	if (!read_role(request, &before, &after) ||
		becomes_superuser(roleid, &before, &after))
		return false;
	if (request->event == OAT_POST_ALTER && gk_role_is_privileged(roleid))
	{
		if (is_own_password(roleid, &before, &after))
			finding->ignores = GK_ELEVATED;
		return !alters_members_only() &&
			found_change("changing a privileged role", roleid, finding);
	}

	if (found_protected_name(&before, &after, finding))
		return true;

	/* A role that was nothing special, or is new. */
	if (after.createrole)
		finding->action = "giving a role CREATEROLE";
	else if (after.replication)
		finding->action = "giving a role REPLICATION";
	else if (after.bypassrls)
		finding->action = "giving a role BYPASSRLS";
	else
		return false;
	finding->object_type = "role";
	finding->object = pstrdup(NameStr(after.name));
	return true;
}

static bool
sets_search_path(void)
{
	AlterDatabaseSetStmt *stmt = (AlterDatabaseSetStmt *) gk_statement_of(T_AlterDatabaseSetStmt);

	return stmt && stmt->setstmt->name && strcmp(stmt->setstmt->name, "search_path") == 0;
}

/*
 * Does the database belong to an ordinary role that the one that logged in has the
 * rights of?  It could do so without anybody's rights.
 */
static bool
is_own_database(Oid databaseid)
{
	HeapTuple	tuple = SearchSysCache1(DATABASEOID, ObjectIdGetDatum(databaseid));
	Oid			owner = InvalidOid;

	if (HeapTupleIsValid(tuple))
	{
		owner = ((Form_pg_database) GETSTRUCT(tuple))->datdba;
		ReleaseSysCache(tuple);
	}
	return OidIsValid(owner) && !gk_acts_as_superuser(owner) &&
		has_privs_of_role(GetSessionUserId(), owner);
}

/*
 * ALTER ROLE ... SET and ALTER DATABASE ... SET.  What is set for everybody is
 * set for superusers too: their next sessions start with it.
 */
static bool
check_settings(const GkRequest *request, GkFinding *finding)
{
	Oid			databaseid = request->objid;
	Oid			roleid = request->auxid;

	if (request->event != OAT_POST_ALTER)
		return false;
	if (OidIsValid(roleid))
		return gk_role_is_privileged(roleid) &&
			found_change("changing the settings of a privileged role", roleid,
						 finding);
	if (!OidIsValid(databaseid))
	{
		finding->action = "changing the settings of all roles";
		finding->object_type = "role";
		finding->object = "all";
		return true;
	}
	finding->action = "changing the settings of a database";
	finding->object_type = "database";
	finding->object = get_database_name(databaseid);
	/* PostGIS adds its schema to what the path of the database is */
	finding->scripts_may = databaseid == MyDatabaseId;
	if (is_own_database(databaseid))
		finding->ignores = GK_ELEVATED | GK_STRICT;
	finding->by_any_text = sets_search_path();
	return true;
}

/* The first privileged role among those named, or InvalidOid. */
static Oid
privileged_among(List *specs)
{
	ListCell   *cell;

	foreach(cell, specs)
	{
		Oid			roleid = gk_rolespec_oid(lfirst_node(RoleSpec, cell));

		if (OidIsValid(roleid) && gk_role_is_privileged(roleid))
			return roleid;
	}
	return InvalidOid;
}

static bool
check_reassign(ReassignOwnedStmt *stmt, GkFinding *finding)
{
	Oid			roleid = privileged_among(stmt->roles);

	if (OidIsValid(roleid))
		return found("taking over the objects of a privileged role", roleid,
					 finding);

	/* His SECURITY DEFINER functions would run with the new owner's rights. */
	roleid = privileged_among(list_make1(stmt->newrole));
	return OidIsValid(roleid) &&
		found("giving objects to a privileged role", roleid, finding);
}

static bool
check_drop_owned(DropOwnedStmt *stmt, GkFinding *finding)
{
	Oid			roleid = privileged_among(stmt->roles);

	return OidIsValid(roleid) &&
		found("dropping the objects of a privileged role", roleid, finding);
}

bool
gk_check_role_privileged(const GkRequest *request, GkFinding *finding)
{
	if (request->door == GK_DOOR_STATEMENT)
	{
		if (IsA(request->stmt, ReassignOwnedStmt))
			return check_reassign((ReassignOwnedStmt *) request->stmt, finding);
		return check_drop_owned(castNode(DropOwnedStmt, request->stmt), finding);
	}
	if (request->classid == AuthIdRelationId)
		return check_role(request, finding);
	return check_settings(request, finding);
}
