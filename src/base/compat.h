/*-------------------------------------------------------------------------
 *
 * compat.h
 *	  What differs between PostgreSQL majors.  The only file that asks for
 *	  the server's version number.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#ifndef GK_COMPAT_H
#define GK_COMPAT_H

#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/catalog.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "nodes/parsenodes.h"
#include "storage/lock.h"

/*
 * Which minor does not matter: what a later one brought is not used where an
 * earlier one lacks it, because a module that was built with the later one is loaded
 * by the earlier one, too.  test/symbols lists what later minors of each major
 * brought; 002_exports looks whether the module needs any of it.
 */
#if PG_VERSION_NUM < 150000
#error "pg_gatekeeper needs PostgreSQL 15 or later: build it with PG_CONFIG=/path/to/pg_config of one"
#endif

/*
 * What a query wants of one relation.  16 moved it from the range table entry
 * to a node of its own, with the same member names: relid, requiredPerms,
 * checkAsUser, selectedCols, insertedCols, updatedCols.
 */
#if PG_VERSION_NUM >= 160000
#include "parser/parse_relation.h"
#define GkPermInfo RTEPermissionInfo
#define GK_PERMS_ARE_RANGE_TABLE false
#define GK_PERMINFO_IS_RELATION(p) (true)
#define GK_CHECK_PERMS_PARAMS List *rangeTable, List *rtePermInfos, bool ereport_on_violation
#define GK_CHECK_PERMS_ARGS rangeTable, rtePermInfos, ereport_on_violation
#define GK_CHECK_PERMS_LIST rtePermInfos
#define GK_QUERY_PERMS(query) ((query)->rteperminfos)
#define GK_PLAN_PERMS(plan) ((plan)->permInfos)
#define GK_RTE_CHECK_AS_USER(rte, perms) ((rte)->perminfoindex == 0 ? InvalidOid : \
	list_nth_node(RTEPermissionInfo, perms, (rte)->perminfoindex - 1)->checkAsUser)
#else
#define GkPermInfo RangeTblEntry
#define GK_PERMS_ARE_RANGE_TABLE true
#define GK_PERMINFO_IS_RELATION(p) ((p)->rtekind == RTE_RELATION)
#define GK_CHECK_PERMS_PARAMS List *rangeTable, bool ereport_on_violation
#define GK_CHECK_PERMS_ARGS rangeTable, ereport_on_violation
#define GK_CHECK_PERMS_LIST rangeTable
#define GK_QUERY_PERMS(query) ((query)->rtable)
#define GK_PLAN_PERMS(plan) ((plan)->rtable)
#define GK_RTE_CHECK_AS_USER(rte, perms) ((rte)->checkAsUser)
#endif

/* 16 keeps settings in a hash table. */
#if PG_VERSION_NUM >= 160000
#define GK_GUC_VARIABLES(count) get_guc_variables(count)
#else
#define GK_GUC_VARIABLES(count) (*(count) = GetNumConfigOptions(), get_guc_variables())
#endif

/* 16: one function for the rights on most kinds of objects. */
#if PG_VERSION_NUM >= 160000
#define GK_MAY_EXECUTE(funcid, roleid) \
	(object_aclcheck(ProcedureRelationId, funcid, roleid, ACL_EXECUTE) == ACLCHECK_OK)
#define GK_MAY_CREATE_IN(schema, roleid) \
	(object_aclcheck(NamespaceRelationId, schema, roleid, ACL_CREATE) == ACLCHECK_OK)
#else
#define GK_MAY_CREATE_IN(schema, roleid) \
	(pg_namespace_aclcheck(schema, roleid, ACL_CREATE) == ACLCHECK_OK)
#define GK_MAY_EXECUTE(funcid, roleid) \
	(pg_proc_aclcheck(funcid, roleid, ACL_EXECUTE) == ACLCHECK_OK)
#endif

/* 16 keeps "method:identity" of whoever logged in for SYSTEM_USER. */
#if PG_VERSION_NUM >= 160000
#define GK_HAVE_SYSTEM_USER
#endif

/* 16 gives up a buffer's unfinished read or write with its resource owner. */
#if PG_VERSION_NUM >= 160000
#define GK_ABORT_BUFFER_IO() ((void) 0)
#else
#define GK_ABORT_BUFFER_IO() AbortBufferIO()
#endif

/* 17 numbers processes without keeping the number in each. */
#if PG_VERSION_NUM >= 170000
#define GK_PROC_NUMBER(proc) GetNumberFromPGProc(proc)
#else
#define GK_PROC_NUMBER(proc) ((proc)->pgprocno)
#endif

/* 16 has a predefined role that may make subscriptions, 17 one for maintenance. */
#if PG_VERSION_NUM >= 160000
#define GK_HAVE_ROLE_CREATE_SUBSCRIPTION
#endif
#if PG_VERSION_NUM >= 170000
#define GK_HAVE_ROLE_MAINTAIN
#endif

/* 16 lets a membership say whether it is inherited and whether SET ROLE is allowed. */
#if PG_VERSION_NUM >= 160000
#define GK_HAVE_MEMBERSHIP_OPTIONS
#endif

/* 16 has what reads configuration files in a header of its own. */
#if PG_VERSION_NUM >= 160000
#include "utils/conffiles.h"
#endif

/* 17 gives the two parts of a virtual transaction's id other names. */
#if PG_VERSION_NUM >= 170000
#define GK_VXID_BACKEND(proc) ((proc)->vxid.procNumber)
#define GK_VXID_LXID(proc) ((proc)->vxid.lxid)
#else
#define GK_VXID_BACKEND(proc) ((proc)->backendId)
#define GK_VXID_LXID(proc) ((proc)->lxid)
#endif

/*
 * Does this process hold the lock on the relation, or a stronger one?  17 can ask
 * for both; later minors of 15 and 16 have a function for it, too: see above.
 */
static inline bool
gk_relation_is_locked(Oid relid, LOCKMODE mode)
{
	LOCKTAG		tag;

	SET_LOCKTAG_RELATION(tag, IsSharedRelation(relid) ? InvalidOid : MyDatabaseId, relid);
#if PG_VERSION_NUM >= 170000
	return LockHeldByMe(&tag, mode, true);
#else
	for (; mode <= AccessExclusiveLock; mode++)
		if (LockHeldByMe(&tag, mode))
			return true;
	return false;
#endif
}

/* 15.0 does not know the new name yet, later minors of 15 still know the old one. */
#if PG_VERSION_NUM < 160000
#define InitMaterializedSRF(fcinfo, flags) SetSingleFuncCall(fcinfo, flags)
#endif

/*
 * Later minors of 15 to 17 have heap_getattr() ask whether a row fits its
 * descriptor, by a function that earlier ones lack.  The rows are those of
 * catalogs here, and fit.
 */
#if PG_VERSION_NUM < 180000
static inline Datum
gk_heap_getattr(HeapTuple tuple, int attnum, TupleDesc descriptor, bool *isnull)
{
	if (attnum <= 0)
		return heap_getsysattr(tuple, attnum, descriptor, isnull);
	if (attnum > (int) HeapTupleHeaderGetNatts(tuple->t_data))
		return getmissingattr(descriptor, attnum, isnull);
	return fastgetattr(tuple, attnum, descriptor, isnull);
}
#define heap_getattr(tuple, attnum, descriptor, isnull) \
	gk_heap_getattr(tuple, attnum, descriptor, isnull)
#endif

/* 16 lets modules find the entry of a setting. */
#if PG_VERSION_NUM >= 160000
#define GK_HAVE_FIND_OPTION
#endif

/* 17 numbers processes from the outside. */
#if PG_VERSION_NUM >= 170000
#define GK_MY_PROC_NUMBER ((int) MyProcNumber)
#else
#define GK_MY_PROC_NUMBER (MyProc->pgprocno)
#endif

/* 19 tells the planner what EXPLAIN wants to know. */
#if PG_VERSION_NUM >= 190000
#define GK_PLANNER_PARAMS Query *parse, const char *source_text, int cursor_options, \
	ParamListInfo params, ExplainState *explain
#define GK_PLANNER_ARGS parse, source_text, cursor_options, params, explain
#else
#define GK_PLANNER_PARAMS Query *parse, const char *source_text, int cursor_options, \
	ParamListInfo params
#define GK_PLANNER_ARGS parse, source_text, cursor_options, params
#endif

/* The number of this session's transaction. */
#define GK_MY_LXID GK_VXID_LXID(MyProc)

/* 18 runs every plan once. */
#if PG_VERSION_NUM >= 180000
#define GK_EXECUTOR_RUN_PARAMS QueryDesc *query, ScanDirection direction, uint64 count
#define GK_EXECUTOR_RUN_ARGS query, direction, count
#else
#define GK_EXECUTOR_RUN_PARAMS QueryDesc *query, ScanDirection direction, uint64 count, bool once
#define GK_EXECUTOR_RUN_ARGS query, direction, count, once
#endif

/* 16 gave it another name. */
#if PG_VERSION_NUM >= 160000
#define GK_LOCAL_BACKEND(i) pgstat_get_local_beentry_by_index(i)
#else
#define GK_LOCAL_BACKEND(i) pgstat_fetch_stat_local_beentry(i)
#endif

/* 18 lets a module say its name and version. */
#if PG_VERSION_NUM >= 180000
#define GK_MODULE_MAGIC PG_MODULE_MAGIC_EXT(.name = "pg_gatekeeper", .version = GK_VERSION)
#else
#define GK_MODULE_MAGIC PG_MODULE_MAGIC
#endif

/* 17 lets ALTER TABLE change the expression of a generated column. */
#if PG_VERSION_NUM >= 170000
#define GK_READS_STORED_TEXT(subtype) ((subtype) == AT_AlterColumnType || (subtype) == AT_SetExpression)
#else
#define GK_READS_STORED_TEXT(subtype) ((subtype) == AT_AlterColumnType)
#endif

/* 17 calls it by the kind of process that it is. */
#if PG_VERSION_NUM < 170000
#define AmAutoVacuumWorkerProcess() IsAutoVacuumWorkerProcess()
#endif

/* 19 keeps the numbers of the relations that a plan writes to as a set. */
#if PG_VERSION_NUM >= 190000
#define GK_FOR_EACH_RESULT_RELATION(plan, index) \
	for (int index = -1; (index = bms_next_member((plan)->resultRelationRelids, index)) >= 0;)
#else
#define GK_FOR_EACH_RESULT_RELATION(plan, index) \
	for (int n_##index = 0, index; \
		 n_##index < list_length((plan)->resultRelations) && \
		 ((index = list_nth_int((plan)->resultRelations, n_##index)), true); n_##index++)
#endif

#endif							/* GK_COMPAT_H */
