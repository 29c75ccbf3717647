/*-------------------------------------------------------------------------
 *
 * owners.c
 *	  Whose is an object: a superuser's, or another role's?
 *
 * Another role's is what belongs to an owner whose code is not trusted, and what
 * such a role may have had a hand in: a partition of its table, a table on which
 * it may make triggers.  What initdb made is nobody's but the server's.
 *
 * What stands in a table's CHECK may have been copied from another role's table
 * (LIKE, INHERITS), what stands in a domain may have been given with it: no catalog
 * tells who wrote these, and they count as another role's, whoever owns the table or
 * domain.
 *
 * All of these read catalogs through the system caches, or scan one by an index,
 * and need a transaction.
 *
 * Does not see: a trigger that is left when the right to make it was taken away, and
 * that makers.c has not noted.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "origin/labels.h"
#include "origin/owners.h"
#include "base/rows.h"

#include "access/htup_details.h"
#include "access/transam.h"
#include "catalog/objectaddress.h"
#include "catalog/partition.h"
#include "catalog/pg_attrdef.h"
#include "catalog/pg_cast.h"
#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_policy.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_publication_rel.h"
#include "catalog/pg_rewrite.h"
#include "catalog/pg_trigger.h"
#include "catalog/pg_type.h"
#include "utils/acl.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

/*
 * Is the relation owned by somebody else than a superuser, or made by code of such
 * a role in a superuser's session?
 */
static bool
is_others(Oid relid)
{
	Oid			owner = gk_relation_owner(relid);

	return OidIsValid(owner) && (!gk_code_owner_is_trusted(owner) || gk_left_behind_is_made(relid));
}

static bool
grants_trigger(const Acl *acl)
{
	for (int i = 0; i < ACL_NUM(acl); i++)
	{
		const AclItem *item = &ACL_DAT(acl)[i];

		if ((item->ai_privs & ACL_TRIGGER) &&
			(item->ai_grantee == ACL_ID_PUBLIC || !gk_code_owner_is_trusted(item->ai_grantee)))
			return true;
	}
	return false;
}

/* Could another role have made a trigger on it?  No catalog tells who made one: see makers.c. */
static bool
may_have_others_triggers(Oid relid)
{
	HeapTuple	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	bool		isnull;
	Datum		acl;
	bool		others;

	if (!HeapTupleIsValid(tuple))
		return false;
	acl = SysCacheGetAttr(RELOID, tuple, Anum_pg_class_relacl, &isnull);
	others = is_others(relid) || (!isnull && grants_trigger(DatumGetAclP(acl)));
	ReleaseSysCache(tuple);
	return others;
}

/* Does it hold for the relation, or for one that it is a partition of? */
static bool
holds(bool (*test) (Oid), Oid relid)
{
	ListCell   *cell;

	if (relid < FirstNormalObjectId)
		return false;
	if (test(relid))
		return true;
	if (get_rel_relispartition(relid))
		foreach(cell, get_partition_ancestors(relid))
			if (test(lfirst_oid(cell)))
				return true;
	return false;
}

bool
gk_relation_is_others(Oid relid)
{
	return holds(is_others, relid);
}

/* Could another role than a trusted one have made this trigger, on this relation? */
bool
gk_trigger_is_others(Oid trigger, Oid relid)
{
	Oid			by;

	return holds(may_have_others_triggers, relid) || gk_trigger_is_noted(trigger, &by);
}

static bool
type_is_others(Oid typid)
{
	HeapTuple	tuple = SearchSysCache1(TYPEOID, ObjectIdGetDatum(typid));
	bool		others = false;

	if (HeapTupleIsValid(tuple))
	{
		others = typid >= FirstNormalObjectId &&
			!gk_code_owner_is_trusted(((Form_pg_type) GETSTRUCT(tuple))->typowner);
		ReleaseSysCache(tuple);
	}
	return others;
}

Oid
gk_operator_owner(Oid opno)
{
	HeapTuple	tuple = SearchSysCache1(OPEROID, ObjectIdGetDatum(opno));
	Oid			owner = InvalidOid;

	if (HeapTupleIsValid(tuple))
	{
		owner = ((Form_pg_operator) GETSTRUCT(tuple))->oprowner;
		ReleaseSysCache(tuple);
	}
	return owner;
}

/* Of the table that it is on, or InvalidOid. */
Oid
gk_trigger_owner(Oid trigger)
{
	HeapTuple	row = gk_newest_row(TriggerRelationId, trigger);
	Oid			owner = InvalidOid;

	if (HeapTupleIsValid(row))
	{
		owner = gk_relation_owner(((Form_pg_trigger) GETSTRUCT(row))->tgrelid);
		heap_freetuple(row);
	}
	return owner;
}

bool
gk_operator_is_others(Oid opno)
{
	return opno >= FirstNormalObjectId && !gk_code_owner_is_trusted(gk_operator_owner(opno));
}

/* Who may make a cast: the owner of either type. */
static bool
cast_is_others(HeapTuple row)
{
	Form_pg_cast cast = (Form_pg_cast) GETSTRUCT(row);

	return type_is_others(cast->castsource) || type_is_others(cast->casttarget);
}

/* One that has an expression. */
static bool
constraint_is_others(HeapTuple row)
{
	Form_pg_constraint constraint = (Form_pg_constraint) GETSTRUCT(row);

	return constraint->contype == CONSTRAINT_CHECK || gk_relation_is_others(constraint->conrelid);
}

/* Of a type of any other kind the functions are its maker's. */
static bool
type_code_is_others(HeapTuple row)
{
	Form_pg_type type = (Form_pg_type) GETSTRUCT(row);

	return type->typtype == TYPTYPE_DOMAIN || !gk_code_owner_is_trusted(type->typowner);
}

static bool
row_is_others(Oid classid, HeapTuple row)
{
	switch (classid)
	{
		case AttrDefaultRelationId:
			return gk_relation_is_others(((Form_pg_attrdef) GETSTRUCT(row))->adrelid);
		case RewriteRelationId:
			return gk_relation_is_others(((Form_pg_rewrite) GETSTRUCT(row))->ev_class);
		case PolicyRelationId:
			return gk_relation_is_others(((Form_pg_policy) GETSTRUCT(row))->polrelid);
		case TriggerRelationId:
			return gk_trigger_is_others(((Form_pg_trigger) GETSTRUCT(row))->oid,
										((Form_pg_trigger) GETSTRUCT(row))->tgrelid);
		case PublicationRelRelationId:
			return gk_relation_is_others(((Form_pg_publication_rel) GETSTRUCT(row))->prrelid);
		case RelationRelationId:
			return gk_relation_is_others(((Form_pg_class) GETSTRUCT(row))->oid);
		case ConstraintRelationId:
			return constraint_is_others(row);
		case TypeRelationId:
			return type_code_is_others(row);
		case CastRelationId:
			return cast_is_others(row);
		case ProcedureRelationId:
			return gk_code_function_is_untrusted(((Form_pg_proc) GETSTRUCT(row))->oid);
		default:
			if (get_object_attnum_owner(classid) == InvalidAttrNumber)
				return true;	/* unknown means another's */
			return !gk_code_owner_is_trusted(gk_row_owner(classid, row));
	}
}

/*
 * Could a role whose code is not trusted have made this object, of any catalog
 * whose objects have oids?  What is gone is no more anybody's.
 */
bool
gk_object_is_others(Oid classid, Oid objid)
{
	HeapTuple	row;
	bool		others;

	if (!is_objectclass_supported(classid) ||
		get_object_attnum_oid(classid) == InvalidAttrNumber)
		return true;
	row = gk_newest_row(classid, objid);
	if (!HeapTupleIsValid(row))
		return false;
	others = row_is_others(classid, row);
	heap_freetuple(row);
	return others;
}

/*
 * Does the query go through a view that initdb did not make?  others: another
 * role's, or one that such a role's rule or view uses.
 */
bool
gk_uses_view(List *range_table, List *perms, bool others)
{
	ListCell   *cell;

	foreach(cell, range_table)
	{
		RangeTblEntry *rte = lfirst_node(RangeTblEntry, cell);
		Oid			user;

		if (rte->relid < FirstNormalObjectId || rte->relkind != RELKIND_VIEW)
			continue;
		user = GK_RTE_CHECK_AS_USER(rte, perms);
		if (!others || (OidIsValid(user) && !gk_code_owner_is_own(user)) ||
			!(gk_code_owner_is_own(gk_relation_owner(rte->relid)) || gk_label_trusts_view(rte->relid)))
			return true;
	}
	return false;
}
