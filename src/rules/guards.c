/*-------------------------------------------------------------------------
 *
 * guards.c
 *	  Is a superuser's guard taken away or switched off?
 *
 * Audit and protection stand in objects as any other: triggers, event triggers,
 * row security, extensions that bring them, security labels.  Who has a superuser's
 * rights for a moment takes them away to be free afterwards.
 *
 *	event trigger	dropped, alone or with its extension, function or schema
 *	extension		of a module that guards, dropped
 *	trigger, rule	of a superuser's relation that stays: switched off, to less, or
 *					dropped
 *	row security	of such a relation, switched off; its policies
 *	label			function or relation of a superuser's with a security label,
 *					dropped
 *
 * What goes because its relation does is nobody's guard any more, and what was made
 * in the same transaction never was.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "rules/objects.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/dependency.h"
#include "catalog/namespace.h"
#include "catalog/pg_event_trigger.h"
#include "catalog/pg_extension.h"
#include "catalog/pg_policy.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_rewrite.h"
#include "catalog/pg_seclabel.h"
#include "catalog/pg_trigger.h"
#include "commands/trigger.h"
#include "nodes/value.h"
#include "rewrite/rewriteSupport.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/relcache.h"

/* Extensions that belong to a module which audits, authenticates or refuses. */
static const char *const guards[] = {
	"anon", "credcheck", "login_hook", "pg_gatekeeper", "pg_tle", "pgaudit",
	"pgauditlogtofile", "set_user"
};

static bool
is_guard(const char *extension)
{
	for (int i = 0; i < (int) lengthof(guards); i++)
		if (strcmp(extension, guards[i]) == 0)
			return true;
	return false;
}

static bool
is_guarded(Oid relid)
{
	Oid			owner = gk_relation_owner(relid);

	return OidIsValid(owner) && gk_code_owner_is_trusted(owner) && !gk_relation_is_fresh(relid);
}

/* Does the relation itself go, with the schema, extension or table that is dropped? */
static bool
goes_along(Oid relid)
{
	DropStmt   *stmt = (DropStmt *) gk_statement_of(T_DropStmt);
	char	   *schema = get_namespace_name(get_rel_namespace(relid));
	ListCell   *cell;

	if (stmt == NULL)
		return false;
	switch (stmt->removeType)
	{
		case OBJECT_TABLE:
		case OBJECT_VIEW:
		case OBJECT_MATVIEW:
		case OBJECT_FOREIGN_TABLE:
			return true;
		case OBJECT_EXTENSION:
			return OidIsValid(getExtensionOfObject(RelationRelationId, relid));
		case OBJECT_SCHEMA:
			foreach(cell, stmt->objects)
				if (schema && strcmp(strVal(lfirst(cell)), schema) == 0)
					return true;
			return false;
		default:
			return false;
	}
}

/* Does it fire less often than before? */
static bool
is_weaker(char before, char now)
{
	if (before == now || now == TRIGGER_FIRES_ALWAYS)
		return false;
	return before == TRIGGER_FIRES_ALWAYS || now == TRIGGER_DISABLED ||
		(before == TRIGGER_FIRES_ON_ORIGIN && now == TRIGGER_FIRES_ON_REPLICA);
}

static const char *
of_trigger(const GkRequest *request, HeapTuple row, HeapTuple old)
{
	Form_pg_trigger trigger = (Form_pg_trigger) GETSTRUCT(row);

	if (OidIsValid(trigger->tgparentid) || !is_guarded(trigger->tgrelid))
		return NULL;
	if (request->event == OAT_DROP)
		return trigger->tgisinternal || goes_along(trigger->tgrelid) ? NULL :
			"dropping a trigger of a superuser's relation";
	return old && is_weaker(((Form_pg_trigger) GETSTRUCT(old))->tgenabled, trigger->tgenabled) ?
		"switching off a trigger of a superuser's relation" : NULL;
}

static const char *
of_rule(const GkRequest *request, HeapTuple row, HeapTuple old)
{
	Form_pg_rewrite rule = (Form_pg_rewrite) GETSTRUCT(row);

	if (strcmp(NameStr(rule->rulename), ViewSelectRuleName) == 0 || !is_guarded(rule->ev_class))
		return NULL;
	if (request->event == OAT_DROP)
		return goes_along(rule->ev_class) ? NULL : "dropping a rule of a superuser's relation";
	return old && is_weaker(((Form_pg_rewrite) GETSTRUCT(old))->ev_enabled, rule->ev_enabled) ?
		"switching off a rule of a superuser's relation" : NULL;
}

static bool
has_row_security(Oid relid)
{
	Relation	rel = RelationIdGetRelation(relid);
	bool		result;

	if (rel == NULL)
		return false;
	result = rel->rd_rel->relrowsecurity;
	RelationClose(rel);
	return result;
}

static const char *
of_policy(const GkRequest *request, HeapTuple row)
{
	Oid			relid = ((Form_pg_policy) GETSTRUCT(row))->polrelid;

	/* without row security being on, it guards nothing yet */
	if (!is_guarded(relid) || !has_row_security(relid) ||
		(request->event == OAT_DROP && goes_along(relid)))
		return NULL;
	return "changing who sees which rows of a superuser's relation";
}

static bool
has_label(Oid classid, Oid objid)
{
	Relation	catalog = table_open(SecLabelRelationId, AccessShareLock);
	ScanKeyData keys[2];
	SysScanDesc scan;
	bool		found;

	ScanKeyInit(&keys[0], Anum_pg_seclabel_objoid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(objid));
	ScanKeyInit(&keys[1], Anum_pg_seclabel_classoid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(classid));
	scan = systable_beginscan(catalog, SecLabelObjectIndexId, true, NULL, 2, keys);
	found = HeapTupleIsValid(systable_getnext(scan));
	systable_endscan(scan);
	table_close(catalog, AccessShareLock);
	return found;
}

static const char *
dropped(const GkRequest *request, HeapTuple row)
{
	bool		labelled = request->classid == ProcedureRelationId ||
		request->classid == RelationRelationId;

	if (!labelled && request->classid != EventTriggerRelationId &&
		!(request->classid == ExtensionRelationId &&
		  is_guard(NameStr(((Form_pg_extension) GETSTRUCT(row))->extname))))
		return NULL;
	if (!gk_code_owner_is_trusted(gk_row_owner(request->classid, row)))
		return NULL;
	if (labelled)
		return has_label(request->classid, request->objid) ?
			"dropping what has a security label" : NULL;
	return "dropping what guards with superuser rights";
}

static bool
may_guard(const GkRequest *request)
{
	if (request->subid != 0)
		return false;
	switch (request->classid)
	{
		case PolicyRelationId:
			return true;
		case TriggerRelationId:
		case RewriteRelationId:
			return request->event == OAT_DROP || request->event == OAT_POST_ALTER;
		case RelationRelationId:
		case EventTriggerRelationId:
		case ExtensionRelationId:
		case ProcedureRelationId:
			return request->event == OAT_DROP;
		default:
			return false;
	}
}

/*
 * The action, when the event of door "objects" takes a guard away, else NULL.
 * OAT_POST_ALTER and OAT_DROP, and policies' OAT_POST_CREATE.
 */
const char *
gk_guard_taken(const GkRequest *request)
{
	HeapTuple	row;
	HeapTuple	old = NULL;

	if (!may_guard(request))
		return NULL;
	row = gk_request_row(request);
	if (!HeapTupleIsValid(row))
		return NULL;
	if (request->event == OAT_POST_ALTER)
		old = gk_previous_row(request->classid, request->objid);
	switch (request->classid)
	{
		case TriggerRelationId:
			return of_trigger(request, row, old);
		case RewriteRelationId:
			return of_rule(request, row, old);
		case PolicyRelationId:
			return of_policy(request, row);
		default:
			return dropped(request, row);
	}
}

/*
 * The same of ALTER TABLE, where no object access hook tells: row security.  May
 * raise what the statement's own look-up would.
 */
const char *
gk_guard_switched_off(const AlterTableStmt *stmt, Oid *relid)
{
	ListCell   *cell;

	foreach(cell, stmt->cmds)
	{
		AlterTableType what = lfirst_node(AlterTableCmd, cell)->subtype;

		if (what != AT_DisableRowSecurity && what != AT_NoForceRowSecurity)
			continue;
		*relid = RangeVarGetRelid(stmt->relation, NoLock, true);
		if (OidIsValid(*relid) && is_guarded(*relid) && has_row_security(*relid))
			return "switching off row security of a superuser's relation";
	}
	return NULL;
}
