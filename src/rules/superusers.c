/*-------------------------------------------------------------------------
 *
 * superusers.c
 *	  Is it a superuser's: a relation, another object, or a part of one?
 *
 * For superuser_object, and so while code of others runs: what such code has made
 * in this transaction is its own, whoever owns it.
 *
 * Parts have no owner of their own.  A trigger, policy, rule or constraint is the
 * relation's or domain's; a cast is a superuser's where none of its types is another
 * role's; a user mapping is the user's, or for PUBLIC the server's.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "origin/owners.h"
#include "rules/objects.h"
#include "rules/superusers.h"

#include "access/htup_details.h"
#include "access/relation.h"
#include "access/transam.h"
#include "catalog/namespace.h"
#include "catalog/objectaddress.h"
#include "catalog/pg_cast.h"
#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_foreign_server.h"
#include "catalog/pg_largeobject.h"
#include "catalog/pg_largeobject_metadata.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_policy.h"
#include "catalog/pg_rewrite.h"
#include "catalog/pg_trigger.h"
#include "catalog/pg_type.h"
#include "catalog/pg_user_mapping.h"
#include "nodes/makefuncs.h"
#include "utils/acl.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

/*
 * One that is temporary is code's own when such code made it, however long ago; of
 * others it is enough that they are new.
 */
bool
gk_relation_is_superusers(Oid relid)
{
	Oid			owner = gk_relation_owner(relid);

	return relid >= FirstNormalObjectId && OidIsValid(owner) && gk_code_owner_is_trusted(owner) &&
		!(isTempNamespace(get_rel_namespace(relid)) ? gk_left_behind_is_made(relid) :
		  gk_relation_is_fresh(relid));
}

/* Does it belong to what it stands on, so that making it changes that? */
bool
gk_is_part(Oid classid)
{
	return classid == TriggerRelationId || classid == PolicyRelationId ||
		classid == RewriteRelationId || classid == ConstraintRelationId;
}

/* The relation that it is, or stands on; or InvalidOid. */
static Oid
relation_of(Oid classid, HeapTuple row)
{
	switch (classid)
	{
		case RelationRelationId:
			return ((Form_pg_class) GETSTRUCT(row))->oid;
		case TriggerRelationId:
			return ((Form_pg_trigger) GETSTRUCT(row))->tgrelid;
		case PolicyRelationId:
			return ((Form_pg_policy) GETSTRUCT(row))->polrelid;
		case RewriteRelationId:
			return ((Form_pg_rewrite) GETSTRUCT(row))->ev_class;
		case ConstraintRelationId:
			return ((Form_pg_constraint) GETSTRUCT(row))->conrelid;
		default:
			return InvalidOid;
	}
}

bool
gk_row_is_temporary(Oid classid, HeapTuple row)
{
	AttrNumber	column = get_object_attnum_namespace(classid);
	bool		isnull;

	return column != InvalidAttrNumber &&
		isAnyTempNamespace(DatumGetObjectId(gk_row_value(classid, row, column, &isnull)));
}

/* A trusted role's, and not new. */
static bool
is_trusted_ones(Oid classid, Oid objid)
{
	HeapTuple	row = OidIsValid(objid) ? gk_newest_row(classid, objid) : NULL;

	return HeapTupleIsValid(row) && gk_code_owner_is_trusted(gk_row_owner(classid, row)) &&
		!gk_row_is_fresh(classid, objid);
}

static bool
mapping_is_superusers(Form_pg_user_mapping mapping)
{
	if (OidIsValid(mapping->umuser))
		return gk_code_owner_is_trusted(mapping->umuser);
	return is_trusted_ones(ForeignServerRelationId, mapping->umserver);
}

/* Its owner as it was before the statement, which may be giving it to another. */
static Oid
previous_owner(const GkRequest *request, HeapTuple row)
{
	HeapTuple	old = request->event == OAT_POST_ALTER ?
		gk_previous_row(request->classid, request->objid) : NULL;

	return gk_row_owner(request->classid, HeapTupleIsValid(old) ? old : row);
}

/* A foreign key to a superuser's table that its author could not make. */
static bool
is_referenced(Oid classid, HeapTuple row)
{
	Oid			relid = classid == ConstraintRelationId ?
		((Form_pg_constraint) GETSTRUCT(row))->confrelid : InvalidOid;
	Oid			author = gk_code_author(false, InvalidOid);

	return OidIsValid(relid) && gk_relation_is_superusers(relid) &&
		!(OidIsValid(author) && pg_class_aclcheck(relid, author, ACL_REFERENCES) == ACLCHECK_OK);
}

/* The object of a request at door "objects", whose newest row this is. */
bool
gk_object_is_superusers(const GkRequest *request, HeapTuple row)
{
	Oid			classid = request->classid;
	Oid			objid = request->objid;
	Oid			relid = relation_of(classid, row);

	if (OidIsValid(relid))
		return gk_relation_is_superusers(relid) || is_referenced(classid, row);
	switch (classid)
	{
		case ConstraintRelationId:
			return is_trusted_ones(TypeRelationId, ((Form_pg_constraint) GETSTRUCT(row))->contypid);
		case CastRelationId:
			return objid >= FirstNormalObjectId && !gk_object_is_others(classid, objid) &&
				!gk_row_is_fresh(classid, objid);
		case UserMappingRelationId:
			return mapping_is_superusers((Form_pg_user_mapping) GETSTRUCT(row)) &&
				!gk_row_is_fresh(classid, objid);
		case LargeObjectMetadataRelationId:
			break;				/* its oid may have been chosen */
		default:
			if (objid < FirstNormalObjectId || gk_row_is_temporary(classid, row))
				return false;
	}
	return gk_code_owner_is_trusted(previous_owner(request, row)) && !gk_row_is_fresh(classid, objid);
}

/*
 * Is what code of others has just made in a schema of a superuser's where its author
 * may make nothing?  It would be found there before what is elsewhere.
 */
bool
gk_is_in_superusers_schema(Oid classid, HeapTuple row)
{
	AttrNumber	column = get_object_attnum_namespace(classid);
	bool		isnull;
	Oid			schema = column == InvalidAttrNumber ? InvalidOid :
		DatumGetObjectId(gk_row_value(classid, row, column, &isnull));
	Oid			author;

	if (!OidIsValid(schema) || isAnyTempNamespace(schema) ||
		!is_trusted_ones(NamespaceRelationId, schema))
		return false;
	author = gk_code_author(false, InvalidOid);
	return !(OidIsValid(author) && GK_MAY_CREATE_IN(schema, author));
}

/* The owner of an object of this name, of whatever has one but relations; or InvalidOid. */
Oid
gk_owner_of_named(ObjectType type, Node *object)
{
	Relation	rel = NULL;
	ObjectAddress address;
	HeapTuple	row;

	if (type == OBJECT_PARAMETER_ACL)
		return InvalidOid;
	if (type == OBJECT_TYPE || type == OBJECT_DOMAIN)
		object = (Node *) makeTypeNameFromNameList(castNode(List, object));
	address = get_object_address(type, object, &rel, AccessShareLock, true);
	if (address.classId == LargeObjectRelationId)
		address.classId = LargeObjectMetadataRelationId;
	row = OidIsValid(address.objectId) ? gk_newest_row(address.classId, address.objectId) : NULL;
	return HeapTupleIsValid(row) ? gk_row_owner(address.classId, row) : InvalidOid;
}

/* The object of ALTER ... DEPENDS ON EXTENSION. */
bool
gk_depends_is_superusers(const AlterObjectDependsStmt *stmt)
{
	Relation	rel = NULL;
	ObjectAddress address;
	bool		result;

	if (stmt->remove)
		return false;
	if (stmt->relation && stmt->objectType != OBJECT_TRIGGER)
		return gk_relation_is_superusers(RangeVarGetRelid(stmt->relation, NoLock, true));
	address = get_object_address_rv(stmt->objectType, stmt->relation, castNode(List, stmt->object),
									&rel, AccessShareLock, true);
	result = rel ? gk_relation_is_superusers(RelationGetRelid(rel)) :
		is_trusted_ones(address.classId, address.objectId);
	if (rel)
		relation_close(rel, NoLock);
	return result;
}
