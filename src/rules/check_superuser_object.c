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
#include "rules/superusers.h"

#include "access/htup_details.h"
#include "access/transam.h"
#include "catalog/namespace.h"
#include "catalog/objectaddress.h"
#include "catalog/pg_class.h"
#include "catalog/pg_extension.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_largeobject_metadata.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_publication.h"
#include "catalog/pg_type.h"
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

		found = !isAnyTempNamespace(schema) &&
			(gk_code_owner_is_trusted(owner) || owner == GetSessionUserId());
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

static bool
found_object(const GkRequest *request, GkFinding *finding)
{
	HeapTuple	row;

	/* cheap for everybody else */
	if (!gk_others_act())
		return false;
	/* large objects are data, which may be written and dropped, but not given away */
	if (request->classid == LargeObjectMetadataRelationId && request->event == OAT_DROP)
		return false;
	if (request->classid == InheritsRelationId)
		return gk_relation_is_superusers(request->auxid) &&
			found("adding rows of others to a superuser's table", RelationRelationId,
				  get_rel_name(request->auxid), finding);
	row = gk_request_row(request);
	if (!HeapTupleIsValid(row))
		return false;
	if ((request->classid == RelationRelationId || request->classid == TypeRelationId) &&
		request->event != OAT_DROP && found_hiding(request, row, finding))
		return true;
	if (request->event == OAT_POST_CREATE && !gk_is_part(request->classid))
		return gk_is_in_superusers_schema(request->classid, row) &&
			found("making an object in a superuser's schema", request->classid,
				  gk_row_name(request->classid, row), finding);
	/* of a temporary table, what is in it is rows */
	if (!gk_object_is_superusers(request, row) ||
		(request->event == OAT_TRUNCATE && gk_row_is_temporary(request->classid, row)))
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

		if (gk_relation_is_superusers(relid) && !isTempNamespace(get_rel_namespace(relid)))
			return found("truncating a superuser's table", RelationRelationId,
						 relation->relname, finding);
	}
	return false;
}

/* ALTER TABLE, of most of whose forms core tells, but not of row security; and an index. */
static bool
found_relation(const RangeVar *relation, GkFinding *finding)
{
	return gk_relation_is_superusers(RangeVarGetRelid(relation, NoLock, true)) &&
		found("changing a superuser's object", RelationRelationId, relation->relname, finding);
}

/* ALTER ... DEPENDS ON EXTENSION, of which core does not tell. */
static bool
found_depends(const AlterObjectDependsStmt *stmt, GkFinding *finding)
{
	return gk_depends_is_superusers(stmt) &&
		found("letting a superuser's object go with an extension", ExtensionRelationId,
			  strVal(stmt->extname), finding);
}

/* Which tables it has core tells of as parts that have no owner. */
static bool
found_create_publication(const CreatePublicationStmt *stmt, GkFinding *finding)
{
	ListCell   *cell;

	foreach(cell, stmt->pubobjects)
	{
		const PublicationTable *table = lfirst_node(PublicationObjSpec, cell)->pubtable;

		if (table && gk_relation_is_superusers(RangeVarGetRelid(table->relation, NoLock, true)))
			return found("publishing a superuser's table", RelationRelationId,
						 table->relation->relname, finding);
	}
	return stmt->for_all_tables &&
		found("publishing a superuser's table", PublicationRelationId, stmt->pubname, finding);
}

static bool
found_alter_publication(const AlterPublicationStmt *stmt, GkFinding *finding)
{
	Oid			owner = gk_owner_of_named(OBJECT_PUBLICATION, (Node *) makeString(stmt->pubname));

	return OidIsValid(owner) && gk_code_owner_is_trusted(owner) &&
		found("changing a superuser's object", PublicationRelationId, stmt->pubname, finding);
}

static bool
is_superusers_class(HeapTuple row)
{
	return gk_relation_is_superusers(((Form_pg_class) GETSTRUCT(row))->oid);
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
		return gk_relation_is_superusers(RangeVarGetRelid((RangeVar *) object, NoLock, true));
	owner = gk_owner_of_named(stmt->objtype, object);
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
			return found_relation(((AlterTableStmt *) request->stmt)->relation, finding);
		case T_IndexStmt:
			return found_relation(((IndexStmt *) request->stmt)->relation, finding);
		case T_AlterObjectDependsStmt:
			return found_depends((AlterObjectDependsStmt *) request->stmt, finding);
		case T_CreatePublicationStmt:
			return found_create_publication((CreatePublicationStmt *) request->stmt, finding);
		case T_AlterPublicationStmt:
			return found_alter_publication((AlterPublicationStmt *) request->stmt, finding);
		default:
			return found_grant(castNode(GrantStmt, request->stmt), finding);
	}
}
