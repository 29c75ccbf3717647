/*-------------------------------------------------------------------------
 *
 * power.c
 *	  What can this role do this instant: act as superuser, or with the rights
 *	  of a role that reaches beyond what owners granted?
 *
 * A member of a superuser role that inherits has the owner's rights on all that
 * a superuser owns, catalogs and system functions among it, without SET ROLE and
 * without being superuser itself.  Core's superuser() says no of such a member;
 * wherever power is meant, gk_acts_as_superuser() is asked instead.  Whose code
 * is trusted is another question, and superuser() its answer: code belongs to the
 * role that owns it, not to the roles that role is a member of.
 *
 * Asked at every door, so the answers are kept; any change of a role or of a
 * membership clears them all.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "base/gatekeeper.h"
#include "origin/labels.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/pg_auth_members.h"
#include "catalog/pg_authid.h"
#include "catalog/pg_parameter_acl.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/catcache.h"
#include "utils/inval.h"
#include "utils/rel.h"
#include "utils/syscache.h"

GkPower		gk_powers[GK_POWERS];

/* Counts changes, so that nothing is kept that was read before one. */
static uint32 generation;

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
 * out: pg_monitor and its parts (of which see knowing_roles), pg_signal_backend (never a superuser's backend),
 * pg_signal_autovacuum_worker, pg_checkpoint, pg_use_reserved_connections.
 * pg_database_owner cannot be granted.
 */
static const Oid reach_roles[] = {
	ROLE_PG_READ_ALL_DATA,		/* tables that hold secrets of their own */
	ROLE_PG_WRITE_ALL_DATA,		/* tables that superusers' jobs and functions
								 * take their orders from */
#ifdef GK_HAVE_ROLE_CREATE_SUBSCRIPTION
	ROLE_PG_CREATE_SUBSCRIPTION,	/* connections from the server's address,
									 * and rows written by its workers */
#endif
#ifdef GK_HAVE_ROLE_MAINTAIN
	ROLE_PG_MAINTAIN,			/* runs the code in everybody's indexes and
								 * views; locks any table, catalogs too */
#endif
};

bool
gk_is_host_role(Oid roleid)
{
	for (int i = 0; i < (int) lengthof(host_roles); i++)
		if (host_roles[i] == roleid)
			return true;
	return false;
}

bool
gk_is_reach_role(Oid roleid)
{
	for (int i = 0; i < (int) lengthof(reach_roles); i++)
		if (reach_roles[i] == roleid)
			return true;
	return false;
}

/*
 * Is the answer yes for the role, or for any role it is a member of, directly
 * or not, whatever the options of the memberships?  The question is put with
 * that role and the one it began with.  The list grows while it is walked; a
 * role is asked about once, so a loop in the catalog (which core refuses to
 * make) ends too.
 */
bool
gk_any_role_of(Oid roleid, bool (*question) (Oid role, Oid of))
{
	List	   *roles = list_make1_oid(roleid);
	bool		result = false;
	ListCell   *cell;

	foreach(cell, roles)
	{
		Oid			member = lfirst_oid(cell);
		CatCList   *memberships;

		if (question(member, roleid))
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

/* Is the one a superuser, whose rights the other has without SET ROLE? */
static bool
lends_superuser(Oid role, Oid of)
{
	return superuser_arg(role) && has_privs_of_role(of, role);
}

/* CREATEROLE, REPLICATION or BYPASSRLS, which no membership inherits. */
static bool
has_attribute(Oid roleid)
{
	HeapTuple	tuple = SearchSysCache1(AUTHOID, ObjectIdGetDatum(roleid));
	bool		result = false;

	if (HeapTupleIsValid(tuple))
	{
		Form_pg_authid role = (Form_pg_authid) GETSTRUCT(tuple);

		result = role->rolcreaterole || role->rolreplication || role->rolbypassrls;
		ReleaseSysCache(tuple);
	}
	return result;
}

/*
 * Was it, or a role whose rights it has, granted to set a parameter that is not
 * everybody's, and of which the judge, if there is one, says yes?  There are few
 * grants of that kind, mostly none.
 */
bool
gk_has_parameter(Oid roleid, bool (*judge) (const char *name, AclMode rights))
{
	Relation	catalog = table_open(ParameterAclRelationId, AccessShareLock);
	SysScanDesc scan = systable_beginscan(catalog, InvalidOid, false, NULL, 0, NULL);
	HeapTuple	tuple;
	bool		result = false;

	while (!result && HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		bool		isnull;
		Datum		value = heap_getattr(tuple, Anum_pg_parameter_acl_paracl,
										 RelationGetDescr(catalog), &isnull);
		Acl		   *acl = isnull ? NULL : DatumGetAclP(value);
		Datum		name = heap_getattr(tuple, Anum_pg_parameter_acl_parname,
										RelationGetDescr(catalog), &isnull);

		for (int i = 0; acl && !result && i < ACL_NUM(acl); i++)
			result = ACL_DAT(acl)[i].ai_grantee != ACL_ID_PUBLIC &&
				has_privs_of_role(roleid, ACL_DAT(acl)[i].ai_grantee) &&
				(judge == NULL || judge(TextDatumGetCString(name), ACL_DAT(acl)[i].ai_privs));
	}
	systable_endscan(scan);
	table_close(catalog, AccessShareLock);
	return result;
}

/*
 * Predefined roles whose knowledge others could have them tell.  They are no reach:
 * who grants roles may grant them.
 */
static const Oid knowing_roles[] = {
	ROLE_PG_READ_ALL_SETTINGS,	/* passwords in primary_conninfo */
	ROLE_PG_READ_ALL_STATS,		/* everybody's statements */
};

/* The roles of the lists that it is, or has the rights of without SET ROLE. */
static bool
has_predefined(Oid roleid)
{
	for (int i = 0; i < (int) lengthof(knowing_roles); i++)
		if (has_privs_of_role(roleid, knowing_roles[i]))
			return true;
	for (int i = 0; i < (int) lengthof(host_roles); i++)
		if (has_privs_of_role(roleid, host_roles[i]))
			return true;
	for (int i = 0; i < (int) lengthof(reach_roles); i++)
		if (has_privs_of_role(roleid, reach_roles[i]))
			return true;
	return false;
}

static bool
find_out(Oid roleid, uint8 question)
{
	switch (question)
	{
		case GK_IS_SUPERUSER:
			return superuser_arg(roleid);
		case GK_ACTS_AS_ONE:
			return superuser_arg(roleid) || gk_any_role_of(roleid, lends_superuser);
		default:
			return gk_acts_as_superuser(roleid) || has_predefined(roleid) ||
				has_attribute(roleid) || gk_has_parameter(roleid, NULL) ||
				gk_was_given_functions(roleid);
	}
}

/*
 * What is not known yet.  Outside a transaction catalogs cannot be read, and
 * nobody's code is running.
 */
bool
gk_power_look_up(Oid roleid, uint8 question)
{
	GkPower    *known = &gk_powers[roleid & (GK_POWERS - 1)];
	uint32		before = generation;
	bool		answer;

	if (!OidIsValid(roleid) || !IsTransactionState())
		return false;
	answer = find_out(roleid, question);
	if (generation == before)
	{
		if (known->roleid != roleid)
			*known = (GkPower)
		{
			roleid, 0, 0
		};
		known->asked |= question;
		known->answers |= answer ? question : 0;
	}
	return answer;
}

static void
forget(Datum arg, int cacheid, uint32 hash)
{
	generation++;
	memset(gk_powers, 0, sizeof(gk_powers));
}

/* A role was given a function, or is no longer. */
void
gk_power_forget(void)
{
	forget((Datum) 0, PROCOID, 0);
}

/* Postmaster start. */
void
gk_power_init(void)
{
	CacheRegisterSyscacheCallback(AUTHOID, forget, (Datum) 0);
	CacheRegisterSyscacheCallback(AUTHMEMROLEMEM, forget, (Datum) 0);
	CacheRegisterSyscacheCallback(PARAMETERACLOID, forget, (Datum) 0);
}
