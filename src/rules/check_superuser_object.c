/*-------------------------------------------------------------------------
 *
 * check_superuser_object.c
 *	  Does code of others change, drop, grant or hide what is a superuser's?
 *
 * Untrusted code that runs with superuser rights could drop a superuser's table,
 * replace its function, turn its triggers off, or grant itself the right to read
 * it, and none of that makes anybody superuser at once.  So this rule asks about
 * objects that belong to a superuser, and only of code of others: no circumstance
 * but `untrusted` counts.
 *
 * What such code has made itself in the same transaction is its own, though it
 * belongs to the superuser by then; so are, as long as the session lasts, temporary
 * tables that it has made.  But a temporary table or type goes before all others of
 * its name, also when untrusted code has made it with its own rights: one that hides
 * what a superuser made is refused.
 *
 * A view of others WITH (security_invoker) writes with the rights of whoever writes
 * to it, and with its owner's defaults: what the owner may not write itself is
 * refused.
 *
 * Does not see: INSERT, UPDATE, DELETE and SELECT of such code, which need no more
 * than the rights on a table; what is hidden before it is
 * made (check_hidden_name.c).
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "origin/owners.h"
#include "rules/checks.h"
#include "rules/objects.h"

#include "access/htup_details.h"
#include "access/transam.h"
#include "catalog/namespace.h"
#include "catalog/objectaddress.h"
#include "catalog/pg_class.h"
#include "catalog/pg_largeobject.h"
#include "catalog/pg_largeobject_metadata.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_policy.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_publication.h"
#include "catalog/pg_trigger.h"
#include "catalog/pg_type.h"
#include "commands/extension.h"
#include "nodes/makefuncs.h"
#include "utils/catcache.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

static bool
found(const char *action, Oid classid, const char *name, GkFinding *finding)
{
	finding->action = action;
	finding->object_type = classid == LargeObjectMetadataRelationId ? "large object" :
		get_object_class_descr(classid);
	finding->object = name;
	finding->ignores = GK_ONLY_UNTRUSTED;
	return true;
}

/*
 * One that is temporary is code's own when such code made it, however long ago; of
 * others it is enough that they are new.
 */
static bool
is_superusers_relation(Oid relid)
{
	Oid			owner = gk_relation_owner(relid);

	return relid >= FirstNormalObjectId && OidIsValid(owner) && gk_code_owner_is_trusted(owner) &&
		!(isTempNamespace(get_rel_namespace(relid)) ? gk_left_behind_is_made(relid) :
		  gk_relation_is_fresh(relid));
}

/* A name that this temporary object would hide: of a relation, or a type. */
static bool
hides(int cacheid, const char *name, Oid namespace_column_class)
{
	CatCList   *list = SearchSysCacheList1(cacheid, CStringGetDatum(name));
	bool		found = false;

	for (int i = 0; i < list->n_members && !found; i++)
	{
		HeapTuple	row = &list->members[i]->tuple;
		bool		is_class = namespace_column_class == RelationRelationId;
		Oid			schema = is_class ? ((Form_pg_class) GETSTRUCT(row))->relnamespace :
			((Form_pg_type) GETSTRUCT(row))->typnamespace;
		Oid			owner = is_class ? ((Form_pg_class) GETSTRUCT(row))->relowner :
			((Form_pg_type) GETSTRUCT(row))->typowner;

		found = !isAnyTempNamespace(schema) && gk_code_owner_is_trusted(owner);
	}
	ReleaseCatCacheList(list);
	return found;
}

/* A relation or type that was made or renamed by code of others: is it temporary, and hides? */
static bool
found_hiding(const GkRequest *request, HeapTuple row, GkFinding *finding)
{
	bool		is_class = request->classid == RelationRelationId;
	Oid			schema = is_class ? ((Form_pg_class) GETSTRUCT(row))->relnamespace :
		((Form_pg_type) GETSTRUCT(row))->typnamespace;
	const char *name = is_class ? NameStr(((Form_pg_class) GETSTRUCT(row))->relname) :
		NameStr(((Form_pg_type) GETSTRUCT(row))->typname);

	if (!isTempNamespace(schema) || !gk_untrusted_runs ||
		!hides(is_class ? RELNAMENSP : TYPENAMENSP, name, request->classid))
		return false;
	found("hiding a superuser's object behind a temporary one", request->classid,
		  pstrdup(name), finding);
	/* with whatever rights: the session's next statement has a superuser's */
	finding->binds_always = true;
	finding->hint = "Temporary tables and types are found before all others of their name. Let the function choose a name that is not in use; see pg_gatekeeper(7).";
	return true;
}

/* What the relation or other object is that a part belongs to. */
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
		default:
			return InvalidOid;
	}
}

static bool
is_temporary(Oid classid, HeapTuple row)
{
	AttrNumber	column = get_object_attnum_namespace(classid);
	bool		isnull;

	return column != InvalidAttrNumber &&
		isAnyTempNamespace(DatumGetObjectId(gk_row_value(classid, row, column, &isnull)));
}

/* Its owner as it was before the statement, which may be giving it to another. */
static Oid
previous_owner(const GkRequest *request, HeapTuple row)
{
	HeapTuple	old = request->event == OAT_POST_ALTER ?
		gk_previous_row(request->classid, request->objid) : NULL;

	return gk_row_owner(request->classid, HeapTupleIsValid(old) ? old : row);
}

static bool
is_superusers(const GkRequest *request, HeapTuple row)
{
	Oid			relid = relation_of(request->classid, row);

	if (OidIsValid(relid))
		return is_superusers_relation(relid);
	/* a large object's oid may have been chosen */
	return (request->objid >= FirstNormalObjectId ||
			request->classid == LargeObjectMetadataRelationId) &&
		!is_temporary(request->classid, row) &&
		gk_code_owner_is_trusted(previous_owner(request, row)) &&
		!gk_row_is_fresh(request->classid, request->objid);
}

static bool
found_object(const GkRequest *request, GkFinding *finding)
{
	HeapTuple	row;

	/* cheap for everybody else */
	if (!gk_others_act())
		return false;
	row = gk_request_row(request);
	if (!HeapTupleIsValid(row))
		return false;
	if ((request->classid == RelationRelationId || request->classid == TypeRelationId) &&
		request->event != OAT_DROP && found_hiding(request, row, finding))
		return true;
	if (request->event == OAT_POST_CREATE &&
		request->classid != TriggerRelationId && request->classid != PolicyRelationId)
		return false;
	/* of a temporary table, what is in it is rows */
	if (!is_superusers(request, row) ||
		(request->event == OAT_TRUNCATE && is_temporary(request->classid, row)))
		return false;
	return found(request->event == OAT_DROP ? "dropping a superuser's object" :
				 "changing a superuser's object", request->classid,
				 gk_row_name(request->classid, row), finding);
}

static bool
found_truncate(const TruncateStmt *stmt, GkFinding *finding)
{
	ListCell   *cell;

	foreach(cell, stmt->relations)
	{
		RangeVar   *relation = lfirst_node(RangeVar, cell);

		Oid			relid = RangeVarGetRelid(relation, NoLock, true);

		if (is_superusers_relation(relid) && !isTempNamespace(get_rel_namespace(relid)))
			return found("truncating a superuser's table", RelationRelationId,
						 relation->relname, finding);
	}
	return false;
}

/* Core tells of most of its forms, but not of row security. */
static bool
found_alter_table(const AlterTableStmt *stmt, GkFinding *finding)
{
	return is_superusers_relation(RangeVarGetRelid(stmt->relation, NoLock, true)) &&
		found("changing a superuser's object", RelationRelationId, stmt->relation->relname, finding);
}

static Oid
owner_of(Oid classid, Oid objid)
{
	HeapTuple	row = OidIsValid(objid) ? gk_newest_row(classid, objid) : NULL;

	return HeapTupleIsValid(row) ? gk_row_owner(classid, row) : InvalidOid;
}

/* Which tables it has core tells of as parts that have no owner. */
static bool
found_alter_publication(const AlterPublicationStmt *stmt, GkFinding *finding)
{
	Oid			owner = owner_of(PublicationRelationId, get_publication_oid(stmt->pubname, true));

	return OidIsValid(owner) && gk_code_owner_is_trusted(owner) &&
		found("changing a superuser's object", PublicationRelationId, stmt->pubname, finding);
}

/* Of what is no relation, nor parameter. */
static Oid
owner_of_granted(ObjectType type, Node *object)
{
	Relation	rel = NULL;
	ObjectAddress address;

	if (type == OBJECT_PARAMETER_ACL)
		return InvalidOid;
	if (type == OBJECT_TYPE || type == OBJECT_DOMAIN)
		object = (Node *) makeTypeNameFromNameList(castNode(List, object));
	address = get_object_address(type, object, &rel, AccessShareLock, true);
	if (address.classId == LargeObjectRelationId)
		address.classId = LargeObjectMetadataRelationId;
	return owner_of(address.classId, address.objectId);
}

static bool
is_superusers_class(HeapTuple row)
{
	return is_superusers_relation(((Form_pg_class) GETSTRUCT(row))->oid);
}

static bool
is_superusers_function(HeapTuple row)
{
	return gk_code_owner_is_trusted(((Form_pg_proc) GETSTRUCT(row))->proowner);
}

/* The object is a superuser's; of a whole schema, one of those in it. */
static bool
is_superusers_granted(const GrantStmt *stmt, Node *object)
{
	Oid			owner;

	if (stmt->targtype == ACL_TARGET_ALL_IN_SCHEMA)
		return (stmt->objtype == OBJECT_TABLE || stmt->objtype == OBJECT_SEQUENCE ?
				gk_first_in_schema(RelationRelationId, strVal(object), is_superusers_class) :
				gk_first_in_schema(ProcedureRelationId, strVal(object), is_superusers_function)) != NULL;
	if (IsA(object, RangeVar))
		return is_superusers_relation(RangeVarGetRelid((RangeVar *) object, NoLock, true));
	owner = owner_of_granted(stmt->objtype, object);
	return OidIsValid(owner) && gk_code_owner_is_trusted(owner);
}

static const char *
name_of_granted(Node *object)
{
	if (IsA(object, RangeVar))
		return ((RangeVar *) object)->relname;
	if (IsA(object, ObjectWithArgs))
		return NameListToString(((ObjectWithArgs *) object)->objname);
	if (IsA(object, List))
		return NameListToString((List *) object);
	if (IsA(object, Integer))
		return psprintf("%d", intVal(object));
	return IsA(object, Float) ? castNode(Float, object)->fval : strVal(object);
}

static bool
found_grant(const GrantStmt *stmt, GkFinding *finding)
{
	ListCell   *cell;

	if (stmt->targtype == ACL_TARGET_DEFAULTS)
		return false;
	foreach(cell, stmt->objects)
		if (is_superusers_granted(stmt, lfirst(cell)))
		{
			found(stmt->is_grant ? "granting rights on a superuser's object" :
				  "revoking rights on a superuser's object",
				  RelationRelationId, name_of_granted(lfirst(cell)), finding);
			finding->object_type = "object";
			return true;
		}
	return false;
}

/* What a view of others has the one who writes to it write. */
static bool
found_lent(const GkRequest *request, GkFinding *finding)
{
	Oid			table = (request->circumstances & GK_UNTRUSTED) ?
		gk_lent_table(request->range_table, request->perms, true) : InvalidOid;

	if (!OidIsValid(table))
		return false;
	finding->hint = "The view is WITH (security_invoker), or stands on one, and its owner may not write to this table. Write to it after SET ROLE to somebody who may, or name the table in the statement. See pg_gatekeeper(7).";
	return found("writing for another role's view what that role may not write",
				 RelationRelationId, get_rel_name(table), finding);
}

bool
gk_check_superuser_object(const GkRequest *request, GkFinding *finding)
{
	if (request->door == GK_DOOR_RELATION)
		return found_lent(request, finding);
	if (request->door == GK_DOOR_OBJECT)
		return found_object(request, finding);
	if (!gk_others_act())
		return false;
	switch (nodeTag(request->stmt))
	{
		case T_TruncateStmt:
			return found_truncate((TruncateStmt *) request->stmt, finding);
		case T_AlterTableStmt:
			return found_alter_table((AlterTableStmt *) request->stmt, finding);
		case T_AlterPublicationStmt:
			return found_alter_publication((AlterPublicationStmt *) request->stmt, finding);
		default:
			return found_grant(castNode(GrantStmt, request->stmt), finding);
	}
}
