/*-------------------------------------------------------------------------
 *
 * label_provider.c
 *	  Setting and losing the security labels of provider "gatekeeper".
 *
 * A label vouches for a body that somebody has read.  So setting one rewrites
 * the function's row: whoever replaces the function at the same time waits and
 * then fails, or makes us fail, and every backend forgets what it knew and had
 * compiled.  And a function or view that anybody but a plain superuser changes loses
 * its label.
 *
 * Does not see: what happens to a labelled function while the module is not
 * loaded; pg_proc written by hand, which is catalog_write's; other functions
 * that the labelled one calls.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "base/rows.h"
#include "origin/labels.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "access/transam.h"
#include "access/xact.h"
#include "catalog/indexing.h"
#include "catalog/objectaddress.h"
#include "catalog/pg_authid.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_rewrite.h"
#include "commands/seclabel.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "rewrite/rewriteSupport.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

static bool
is_plain_superuser(void)
{
	return superuser() && (gk_circumstances() & ~GK_STRICT) == 0;
}

static const char *
rule_names(void)
{
	StringInfoData names;

	initStringInfo(&names);
	for (int r = 0; r < GK_NUM_RULES; r++)
		if (r != GK_EXEMPTION)
			appendStringInfo(&names, "%s%s", names.len ? ", " : "", gk_rules[r].name);
	return names.data;
}

static void
check_text(const char *text, Oid classid)
{
	bool		is_role = classid == AuthIdRelationId;
	GkLabel		label;
	const char *rule;

	if (gk_label_parse(text, &label, &rule))
	{
		if (label.allows && classid == RelationRelationId)
			ereport(ERROR,
					(errcode(ERRCODE_WRONG_OBJECT_TYPE),
					 errmsg("pg_gatekeeper: a view can be labeled as trusted only"),
					 errhint("What its readers may not do themselves, a function with the label 'allow ...' can do for them.")));
		if (label.administrator && !is_role)
			ereport(ERROR,
					(errcode(ERRCODE_WRONG_OBJECT_TYPE),
					 errmsg("pg_gatekeeper: only a role can be labeled as administrator")));
		if ((label.audit || label.no_audit) && !is_role)
			ereport(ERROR,
					(errcode(ERRCODE_WRONG_OBJECT_TYPE),
					 errmsg("pg_gatekeeper: only a role can be labeled for the audit")));
		return;
	}
	if (rule && strcmp(rule, gk_rules[GK_EXEMPTION].name) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("pg_gatekeeper: no label can lift the rule \"%s\"", rule),
				 errdetail("Exemptions are changed by superusers in their own sessions only.")));
	if (rule)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("pg_gatekeeper: there is no rule \"%s\"", rule),
				 errhint("The rules are %s.", rule_names())));
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("pg_gatekeeper: \"%s\" is not a label of gatekeeper", text),
			 errhint("Write 'trusted', or 'allow' and the rules to lift, as in 'allow copy_file, server_files', or both, as in 'trusted, allow copy_file'; for a person who becomes another role to administer the server, 'administrator'; for what a role's sessions have recorded, 'audit' or 'no audit'.")));
}

/* Whose query is stored, and cannot be altered but by replacing all of it? */
static bool
is_view(const ObjectAddress *object)
{
	char		kind = object->classId == RelationRelationId ? get_rel_relkind(object->objectId) : 0;

	return object->objectSubId == 0 && (kind == RELKIND_VIEW || kind == RELKIND_MATVIEW);
}

static void
check_object(const ObjectAddress *object)
{
	if (object->classId == AuthIdRelationId)
		return;
	if (is_view(object) && object->objectId >= FirstNormalObjectId)
		return;
	if (object->classId != ProcedureRelationId)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("pg_gatekeeper: a label of gatekeeper cannot be on an object of type \"%s\"",
						getObjectTypeDescription(object, false)),
				 errhint("Exemptions are for functions, procedures, roles, views and materialized views.")));
	if (get_func_prokind(object->objectId) == PROKIND_AGGREGATE)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("pg_gatekeeper: a label of gatekeeper cannot be on an aggregate"),
				 errhint("Label the functions that it is made of.")));
	if (object->objectId < FirstNormalObjectId)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("pg_gatekeeper: a label of gatekeeper cannot be on a built-in function"),
				 errhint("Label the function that calls it.")));
}

/*
 * Has it become another since the statement, or the transaction where it is
 * REPEATABLE READ, began?  Then it is not what the superuser has read.
 */
static bool
is_news(HeapTuple tuple)
{
	TransactionId xmin = HeapTupleHeaderGetXmin(tuple->t_data);

	return ActiveSnapshotSet() && !TransactionIdIsCurrentTransactionId(xmin) &&
		XidInMVCCSnapshot(xmin, GetActiveSnapshot());
}

/*
 * Write the object's own row again, unchanged; see the top of the file.
 */
static void
touch(const ObjectAddress *object)
{
	Relation	rel = table_open(object->classId, RowExclusiveLock);
	HeapTuple	tuple = SearchSysCacheCopy1(object->classId == AuthIdRelationId ? AUTHOID : PROCOID,
											ObjectIdGetDatum(object->objectId));

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "pg_gatekeeper: object %u is gone", object->objectId);
	if (is_news(tuple))
		ereport(ERROR,
				(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
				 errmsg("pg_gatekeeper: what is to be labeled was changed by another session"),
				 errhint("Review it again, and repeat the statement.")));
	CatalogTupleUpdate(rel, &tuple->t_self, tuple);
	heap_freetuple(tuple);
	table_close(rel, RowExclusiveLock);
}

/*
 * What was planned with the view's label as it was is planned anew.  The lock that
 * SECURITY LABEL holds until the commit keeps the view's query as it is; was that
 * replaced while it waited?
 */
static void
touch_view(Oid relid)
{
	HeapTuple	rule = SearchSysCacheCopy2(RULERELNAME, ObjectIdGetDatum(relid),
										   CStringGetDatum(ViewSelectRuleName));

	if (!HeapTupleIsValid(rule) || is_news(rule))
		ereport(ERROR,
				(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
				 errmsg("pg_gatekeeper: what is to be labeled was changed by another session"),
				 errhint("Review it again, and repeat the statement.")));
	heap_freetuple(rule);
	CacheInvalidateRelcacheByRelid(relid);
}

/*
 * SECURITY LABEL FOR gatekeeper: core has found the object, locked it and
 * checked that it is the user's.  The rule "exemption" has had its say; but
 * labels outlive the time when it, or the module, may have been off.
 */
static void
relabel(const ObjectAddress *object, const char *text)
{
	if (!is_plain_superuser())
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("pg_gatekeeper: a label of gatekeeper can be changed only by a superuser in a session of his own"),
				 errdetail("This holds whatever the settings are.")));
	check_object(object);
	if (text)
		check_text(text, object->classId);
	if (object->classId == RelationRelationId)
		touch_view(object->objectId);
	else
		touch(object);
	gk_label_is_set();
}

/*
 * Surely made just now?  Then it cannot have a label.  Other statements, such
 * as CREATE AGGREGATE, and modules may replace one.
 */
static bool
is_new(ObjectAccessType event)
{
	CreateFunctionStmt *stmt = (CreateFunctionStmt *) gk_statement_of(T_CreateFunctionStmt);

	return event == OAT_POST_CREATE && stmt && !stmt->replace;
}

/*
 * A function or view was made, replaced or altered.  The label was for what it was
 * before, unless a plain superuser has changed it: that is as good as a new
 * label.  Not a denial, since its owner may change it; and never silent.
 */
static void
take_label(Oid classid, Oid objid)
{
	GkRequest	request = {.door = GK_DOOR_OBJECT,.classid = classid,.objid = objid};
	GkFinding	finding = {.action = "taking an exemption away",.object_type = classid == ProcedureRelationId ? "function" : "view"};
	GkEvent		event = {.rule = &gk_rules[GK_EXEMPTION],.verdict = GK_ALLOWED,.request = &request,.finding = &finding};
	ObjectAddress object;
	uint64		seq;

	if (gk_label_text(classid, objid) == NULL)
		return;
	ObjectAddressSet(object, classid, objid);
	SetSecurityLabel(&object, GK_LABEL_PROVIDER, NULL);
	if (classid == RelationRelationId)
		CacheInvalidateRelcacheByRelid(objid);
	if (gk_mode == GK_MODE_OFF)
		return;
	event.circumstances = gk_circumstances();
	finding.object = classid == ProcedureRelationId ? gk_function_name(objid) : gk_relation_name(objid);
	(void) gk_audit_record(&event, &seq);
}

/* An object was made or altered: has it, or what it belongs to, a label to lose? */
void
gk_label_object_changed(ObjectAccessType what, Oid classid, Oid objid, int subid)
{
	bool		is_rule = classid == RewriteRelationId;

	if (classid == ProcedureRelationId)
	{
		if (!is_new(what) && !is_plain_superuser())
			take_label(classid, objid);
		return;
	}
	if (!is_rule && (classid != RelationRelationId || (what == OAT_POST_CREATE && subid == 0)))
		return;
	if (gk_no_function_has_label() || is_plain_superuser())
		return;
	if (is_rule)
		objid = gk_relation_of_rule(objid);
	if (OidIsValid(objid))
		take_label(RelationRelationId, objid);
}

/*
 * SECURITY LABEL is about to run.  Where it names no provider core takes the only
 * one there is, and refuses where there are more.  For the sake of those who use
 * another one so, this one is there only in sessions that have named it; and
 * without its name nothing becomes a label of ours.
 */
void
gk_label_provider_named(const SecLabelStmt *stmt)
{
	static bool is_registered = false;

	if (stmt->provider == NULL && is_registered)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("pg_gatekeeper: must specify the provider of a security label in a session that has used provider \"%s\"",
						GK_LABEL_PROVIDER),
				 errhint("Write SECURITY LABEL FOR provider ON ...")));
	if (stmt->provider && strcmp(stmt->provider, GK_LABEL_PROVIDER) == 0 && !is_registered)
	{
		register_label_provider(GK_LABEL_PROVIDER, relabel);
		is_registered = true;
	}
}
