/*-------------------------------------------------------------------------
 *
 * roles.c
 *	  Questions about roles.
 *
 * "Through other roles" here means every membership, whatever its options:
 * without INHERIT a member gets there with SET ROLE, and with ADMIN alone he
 * can give himself the rest.  That is wider than core's has_privs_of_role(),
 * which says what a role can do this instant.
 *
 * All of these read catalogs (through the system caches) and therefore need a
 * transaction.  They are asked only after a rule's door has matched.  What they
 * allocate is freed before they return.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "origin/labels.h"

#include "access/htup_details.h"
#include "catalog/pg_auth_members.h"
#include "catalog/pg_authid.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/catcache.h"
#include "utils/syscache.h"
#include "utils/varlena.h"

/*
 * Predefined roles that lead to files and programs of the host, as the
 * operating system user the server runs as: whoever has one is superuser for
 * the asking.
 */
static const Oid host_roles[] = {
	ROLE_PG_READ_SERVER_FILES,
	ROLE_PG_WRITE_SERVER_FILES,
	ROLE_PG_EXECUTE_SERVER_PROGRAM
};

/*
 * Predefined roles that reach what no single owner granted.
 *
 * Not here, because they show or disturb but give no right that their holder
 * could use to get further, and monitoring and operation helpers hand them
 * out: pg_monitor and its parts (pg_read_all_settings, pg_read_all_stats,
 * pg_stat_scan_tables), pg_signal_backend (never a superuser's backend),
 * pg_signal_autovacuum_worker, pg_checkpoint, pg_use_reserved_connections.
 * pg_database_owner cannot be granted.
 */
static const Oid power_roles[] = {
	ROLE_PG_READ_ALL_DATA,		/* catalogs too: password hashes, connection
								 * strings */
	ROLE_PG_WRITE_ALL_DATA,		/* tables that superusers' jobs and functions
								 * take their orders from */
#ifdef ROLE_PG_CREATE_SUBSCRIPTION
	ROLE_PG_CREATE_SUBSCRIPTION,	/* connections from the server's address,
									 * and rows written by its workers */
#endif
#ifdef ROLE_PG_MAINTAIN
	ROLE_PG_MAINTAIN,			/* runs the code in everybody's indexes and
								 * views; locks any table, catalogs too */
#endif
};

static bool
is_one_of(Oid roleid, const Oid *roles, int nroles)
{
	for (int i = 0; i < nroles; i++)
		if (roles[i] == roleid)
			return true;
	return false;
}

static bool
has_host(Oid roleid)
{
	return is_one_of(roleid, host_roles, lengthof(host_roles)) ||
		superuser_arg(roleid) || gk_label_trusts_role(roleid) ||
		gk_label_role_allows(roleid) != 0;
}

static bool
has_power(Oid roleid)
{
	return has_host(roleid) ||
		is_one_of(roleid, power_roles, lengthof(power_roles));
}

static bool
has_privilege(Oid roleid)
{
	HeapTuple	tuple;
	bool		result = has_power(roleid);

	if (result)
		return true;
	tuple = SearchSysCache1(AUTHOID, ObjectIdGetDatum(roleid));
	if (HeapTupleIsValid(tuple))
	{
		Form_pg_authid role = (Form_pg_authid) GETSTRUCT(tuple);

		result = role->rolcreaterole || role->rolreplication ||
			role->rolbypassrls;
		ReleaseSysCache(tuple);
	}
	return result;
}

/*
 * Is the answer yes for the role, or for any role it is a member of, directly
 * or not?  The list grows while it is walked; a role is asked about once, so a
 * loop in the catalog (which core refuses to make) ends too.
 */
static bool
any_role_of(Oid roleid, bool (*question) (Oid))
{
	List	   *roles = list_make1_oid(roleid);
	bool		result = false;
	ListCell   *cell;

	foreach(cell, roles)
	{
		Oid			member = lfirst_oid(cell);
		CatCList   *memberships;

		if (question(member))
		{
			result = true;
			break;
		}
		memberships = SearchSysCacheList1(AUTHMEMMEMROLE,
										  ObjectIdGetDatum(member));
		for (int i = 0; i < memberships->n_members; i++)
		{
			HeapTuple	tuple = &memberships->members[i]->tuple;

			roles = list_append_unique_oid(roles,
										   ((Form_pg_auth_members) GETSTRUCT(tuple))->roleid);
		}
		ReleaseSysCacheList(memberships);
	}
	list_free(roles);
	return result;
}

/*
 * Can whoever is this role come to read or write the host's files or run
 * programs there: is it a superuser or one of the three roles for that, or a
 * member of one?
 */
bool
gk_role_reaches_host(Oid roleid)
{
	return any_role_of(roleid, has_host);
}

/*
 * The same, or to one of the other predefined roles that reach beyond what
 * owners granted (see power_roles), or to a role with CREATEROLE, REPLICATION
 * or BYPASSRLS.  These attributes are not inherited, but SET ROLE takes them up.
 */
bool
gk_role_is_privileged(Oid roleid)
{
	return any_role_of(roleid, has_privilege);
}

/*
 * May this role be a superuser?  The bootstrap superuser may whatever it is
 * called; others by the name given, which for a role that is just being made or
 * renamed is its new name.
 */
bool
gk_role_is_reserved(Oid roleid, const char *rolname)
{
	return roleid == BOOTSTRAP_SUPERUSERID ||
		gk_name_in_list(rolname, gk_reserved_roles);
}

/*
 * The role that a statement names, or InvalidOid when there is none: what is
 * wrong with the name is for core to say.
 */
Oid
gk_rolespec_oid(const RoleSpec *spec)
{
	if (spec->roletype == ROLESPEC_PUBLIC)
		return InvalidOid;
	return get_rolespec_oid(spec, true);
}

/*
 * Is the name in a list of identifiers such as `postgres, "Admin"`?  The list
 * is read as core reads one: unquoted names are folded to lower case.  A list
 * that cannot be read holds nothing; the settings' check hooks do not let one
 * in.
 */
bool
gk_name_in_list(const char *name, const char *list)
{
	char	   *copy;
	List	   *names = NIL;
	bool		result = false;
	ListCell   *cell;

	if (list == NULL || list[0] == '\0')
		return false;
	copy = pstrdup(list);
	if (SplitIdentifierString(copy, ',', &names))
		foreach(cell, names)
		{
			if (strcmp((const char *) lfirst(cell), name) == 0)
			{
				result = true;
				break;
			}
		}
	list_free(names);
	pfree(copy);
	return result;
}
