/*-------------------------------------------------------------------------
 *
 * roles.c
 *	  Questions about roles.
 *
 * "Through other roles" here means every membership, whatever its options:
 * without INHERIT a member gets there with SET ROLE, and with ADMIN alone it
 * can give itself the rest.  That is wider than core's has_privs_of_role(),
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
#include "catalog/pg_authid.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/syscache.h"

static bool
has_host(Oid roleid, Oid of)
{
	return gk_is_host_role(roleid) ||
		superuser_arg(roleid) || gk_label_is_on_role(roleid);
}

/* Was it given a function whose label lifts rules, which the current user was not? */
static bool
has_label(Oid roleid)
{
	Oid			user = GetUserId();

	return gk_label_is_for(roleid, gk_acts_as_superuser(user) ? InvalidOid : user);
}

static bool
has_reach(Oid roleid, Oid of)
{
	return has_host(roleid, of) || gk_is_reach_role(roleid) ||
		gk_has_parameter(roleid, gk_parameter_is_power) || has_label(roleid);
}

/* Does gatekeeper.protected_roles name it? */
static bool
is_protected(Oid roleid)
{
	char	   *name = *gk_protected_roles ? GetUserNameFromId(roleid, true) : NULL;

	return name && gk_name_in_list(name, gk_protected_roles);
}

static bool
has_privilege(Oid roleid, Oid of)
{
	HeapTuple	tuple;
	bool		result = has_reach(roleid, of) || is_protected(roleid);

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

static bool
is_predefined(Oid roleid, Oid of)
{
	return roleid < FirstNormalObjectId && roleid != BOOTSTRAP_SUPERUSERID;
}

/*
 * Can whoever is this role come to read or write the host's files or run
 * programs there, by being a superuser or one of the three roles for that or a
 * member of one; or to one of the other predefined roles that reach beyond what
 * owners granted (see power.c), or to a role with CREATEROLE, REPLICATION or
 * BYPASSRLS?  These attributes are not inherited, but SET ROLE takes them up.
 */
bool
gk_role_is_privileged(Oid roleid)
{
	return gk_any_role_of(roleid, has_privilege);
}

/* What CREATEROLE does not have by itself: power, or an attribute of the two. */
static bool
has_more(Oid roleid, Oid of)
{
	HeapTuple	tuple;
	bool		result = has_reach(roleid, of) || is_protected(roleid);

	if (result)
		return true;
	tuple = SearchSysCache1(AUTHOID, ObjectIdGetDatum(roleid));
	if (HeapTupleIsValid(tuple))
	{
		Form_pg_authid role = (Form_pg_authid) GETSTRUCT(tuple);

		result = role->rolreplication || role->rolbypassrls;
		ReleaseSysCache(tuple);
	}
	return result;
}

/*
 * Is the role more than CREATEROLE makes of whoever has it, so that it is not its
 * to give or to become?  Not for a superuser, nor for whoever has ADMIN OPTION on
 * it: 16 and later ask for that themselves.
 */
bool
gk_role_exceeds_user(Oid roleid)
{
	Oid			user = GetUserId();

	return roleid != user && !gk_is_superuser(user) &&
		gk_any_role_of(roleid, has_more) && !is_admin_of_role(user, roleid);
}

/* One of core's predefined roles, or a member of one? */
bool
gk_role_is_predefined(Oid roleid)
{
	return gk_any_role_of(roleid, is_predefined);
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

/* The same of a role as it is. */
bool
gk_role_is_reserved_by_oid(Oid roleid)
{
	char	   *name = GetUserNameFromId(roleid, true);

	return roleid == BOOTSTRAP_SUPERUSERID ||
		(name && gk_role_is_reserved(roleid, name));
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
