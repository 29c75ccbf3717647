/*-------------------------------------------------------------------------
 *
 * hooks.c
 *	  The doors: every hook this module installs, and every call on to the
 *	  next module in the chain.
 *
 * Nothing is decided here.  requests.c makes a GkRequest of a hook's arguments,
 * gate.c returns or raises, and an allowed action goes to the next hook, once.
 * Modules loaded later stand outside us and those loaded before us inside; no
 * hook may assume that another of ours ran first, since some modules run
 * utility statements without calling the chain.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "origin/code_stack.h"
#include "origin/labels.h"
#include "base/session.h"
#include "base/statement.h"
#include "login.h"

#include "commands/extension.h"
#include "catalog/pg_proc.h"
#include "executor/executor.h"
#include "libpq/auth.h"
#include "miscadmin.h"
#include "optimizer/planner.h"
#include "storage/ipc.h"
#include "tcop/utility.h"

static ProcessUtility_hook_type next_process_utility;
static ExecutorStart_hook_type next_executor_start;
static ExecutorRun_hook_type next_executor_run;
static ExecutorCheckPerms_hook_type next_check_perms;
static object_access_hook_type next_object_access;
static planner_hook_type next_planner;
static needs_fmgr_hook_type next_needs_fmgr;
static fmgr_hook_type next_fmgr;
static shmem_request_hook_type next_shmem_request;
static shmem_startup_hook_type next_shmem_startup;
static ClientAuthentication_hook_type next_authentication;

static inline void
next_utility(PlannedStmt *pstmt, const char *source_text,
			 bool read_only_tree, ProcessUtilityContext context,
			 ParamListInfo params, QueryEnvironment *env,
			 DestReceiver *dest, QueryCompletion *qc)
{
	if (next_process_utility)
		next_process_utility(pstmt, source_text, read_only_tree, context,
							 params, env, dest, qc);
	else
		standard_ProcessUtility(pstmt, source_text, read_only_tree, context,
								params, env, dest, qc);
}

/*
 * No rule looks at BEGIN, COMMIT and their like, nor at most of SET, and nobody's
 * code runs in them: what COMMIT fires comes after the statement.
 */
static inline bool
is_of_no_interest(const Node *stmt)
{
	if (IsA(stmt, VariableSetStmt))
	{
		const char *name = ((const VariableSetStmt *) stmt)->name;

		return name && !gk_setting_letters[(unsigned char) name[0]];
	}
	return IsA(stmt, TransactionStmt);
}

/* See gk_query_calls_of_statement(). */
static inline bool
is_without_executor(NodeTag tag)
{
	return tag == T_TruncateStmt || tag == T_CreateStmt || tag == T_CreateForeignTableStmt ||
		tag == T_AlterTableStmt || tag == T_AlterDomainStmt || tag == T_CopyStmt ||
		tag == T_ExecuteStmt || tag == T_ExplainStmt || tag == T_CreateTableAsStmt;
}

static pg_noinline void
process_utility_of_interest(PlannedStmt *pstmt, const char *source_text,
							bool read_only_tree, ProcessUtilityContext context,
							ParamListInfo params, QueryEnvironment *env,
							DestReceiver *dest, QueryCompletion *qc)
{
	NodeTag		tag = nodeTag(pstmt->utilityStmt);
	char	   *stack = __builtin_frame_address(0);
	bool		resumed;
	ptrdiff_t	n;

	if (tag == T_VariableSetStmt && gk_is_plain_set((VariableSetStmt *) pstmt->utilityStmt))
	{
		next_utility(pstmt, source_text, read_only_tree, context, params, env,
					 dest, qc);
		return;
	}

	resumed = unlikely(gk_watch_plans & GK_WATCH_PORTALS) && gk_code_resume(stack);
	n = gk_statement_begin(pstmt, source_text, stack);
	if (gk_is_watched_statement(tag))
		gk_statement_asks(pstmt->utilityStmt, tag, context, source_text);
	if (tag == T_CallStmt && gk_code_session_is_privileged())
		context = gk_call_asks((CallStmt *) pstmt->utilityStmt, context);
	if (is_without_executor(tag))
		gk_query_calls_of_statement(pstmt->utilityStmt, source_text);
	next_utility(pstmt, source_text, read_only_tree, context, params, env,
				 dest, qc);
	gk_statement_end(n);
	if (unlikely(resumed))
		gk_code_end(false, stack);
}

static void
process_utility(PlannedStmt *pstmt, const char *source_text,
				bool read_only_tree, ProcessUtilityContext context,
				ParamListInfo params, QueryEnvironment *env,
				DestReceiver *dest, QueryCompletion *qc)
{
	if (is_of_no_interest(pstmt->utilityStmt))
		next_utility(pstmt, source_text, read_only_tree, context, params, env,
					 dest, qc);
	else
		process_utility_of_interest(pstmt, source_text, read_only_tree, context,
									params, env, dest, qc);
}

static pg_noinline bool
check_perms_of_interest(GK_CHECK_PERMS_PARAMS, GkInterest interest)
{
	bool		is_privileged = gk_code_session_is_privileged();

	if ((interest == GK_INTEREST_WHAT || is_privileged) &&
		!gk_gate_relations(rangeTable, GK_CHECK_PERMS_LIST, ereport_on_violation))
		return false;
	if (is_privileged)
		gk_query_calls_of_written(GK_CHECK_PERMS_LIST);
	if (next_check_perms)
		return next_check_perms(GK_CHECK_PERMS_ARGS);
	return true;
}

/*
 * Core asks once per query, and modules that copy tables themselves ask too.
 * With ereport_on_violation false the answer is the caller's to deal with
 * (foreign key checks fall back to another plan).
 */
static bool
check_perms(GK_CHECK_PERMS_PARAMS)
{
	GkInterest	interest = gk_interest_in(rangeTable, GK_CHECK_PERMS_LIST);

	if (interest != GK_INTEREST_NONE)
		return check_perms_of_interest(GK_CHECK_PERMS_ARGS, interest);
	if (next_check_perms)
		return next_check_perms(GK_CHECK_PERMS_ARGS);
	return true;
}

static inline PlannedStmt *
next_plan(GK_PLANNER_PARAMS)
{
	if (next_planner)
		return next_planner(GK_PLANNER_ARGS);
	return standard_planner(GK_PLANNER_ARGS);
}

/* Before inlining and folding, while it still shows what the text said. */
static pg_noinline PlannedStmt *
plan_privileged(GK_PLANNER_PARAMS)
{
	gk_query_asks(parse, params);
	return next_plan(GK_PLANNER_ARGS);
}

static PlannedStmt *
plan_query(GK_PLANNER_PARAMS)
{
	if (unlikely(gk_code_session_is_privileged()))
		return plan_privileged(GK_PLANNER_ARGS);
	return next_plan(GK_PLANNER_ARGS);
}

static inline void
start_plan(QueryDesc *query, int flags)
{
	if (next_executor_start)
		next_executor_start(query, flags);
	else
		standard_ExecutorStart(query, flags);
}

static pg_noinline void
start_watched(QueryDesc *query, int flags)
{
	char	   *stack = __builtin_frame_address(0);
	bool		resumed = (gk_watch_plans & GK_WATCH_PORTALS) && gk_code_session_is_privileged() &&
		gk_code_resume(stack);
	bool		outer = gk_plan_starts;

	gk_plan_starts = true;
	PG_TRY();
	{
		start_plan(query, flags);
	}
	PG_FINALLY();
	{
		gk_plan_starts = outer;
	}
	PG_END_TRY();
	if (resumed)
		gk_code_end(false, stack);
}

static void
executor_start(QueryDesc *query, int flags)
{
	if (unlikely(gk_watch_plans != 0))
		start_watched(query, flags);
	else
		start_plan(query, flags);
}

static void
run_plan(GK_EXECUTOR_RUN_PARAMS)
{
	if (next_executor_run)
		next_executor_run(GK_EXECUTOR_RUN_ARGS);
	else
		standard_ExecutorRun(GK_EXECUTOR_RUN_ARGS);
}

static pg_noinline void
run_watched(GK_EXECUTOR_RUN_PARAMS)
{
	char	   *stack = __builtin_frame_address(0);
	bool		resumed = (gk_watch_plans & GK_WATCH_PORTALS) && gk_code_resume(stack);
	bool		outer = gk_plan_starts;

	gk_plan_starts = false;
	run_plan(GK_EXECUTOR_RUN_ARGS);
	gk_plan_starts = outer;
	if (resumed)
		gk_code_end(false, stack);
}

static void
executor_run(GK_EXECUTOR_RUN_PARAMS)
{
	if (unlikely(gk_watch_plans != 0))
		run_watched(GK_EXECUTOR_RUN_ARGS);
	else
		run_plan(GK_EXECUTOR_RUN_ARGS);
}

static pg_noinline void
object_access_of_interest(ObjectAccessType event, Oid classid, Oid objid, int subid,
						  void *arg)
{
	if (event == OAT_FUNCTION_EXECUTE)
		gk_function_asks(objid);
	else
		gk_object_asks(event, classid, objid, subid, arg);
	if (next_object_access)
		next_object_access(event, classid, objid, subid, arg);
}

/*
 * Nearly every call is about a built-in function or a schema that is searched,
 * neither of which is anybody's business: not even a script's, since nobody can
 * put anything else in place of a built-in function that has an oid of its own.
 * Other functions matter to scripts, and where there are rights to lose.
 */
static void
object_access(ObjectAccessType event, Oid classid, Oid objid, int subid,
			  void *arg)
{
	bool		harmless = event == OAT_NAMESPACE_SEARCH ||
		(event == OAT_FUNCTION_EXECUTE &&
		 (gk_is_unlisted_builtin(objid) ||
		  (gk_is_unlisted_other(objid) && !creating_extension &&
		   !gk_code_session_is_privileged())));

	if (!harmless)
		object_access_of_interest(event, classid, objid, subid, arg);
	else if (next_object_access)
		next_object_access(event, classid, objid, subid, arg);
}

/*
 * A function that an administrator listed by name may be in SQL, and the planner
 * could put its body in place of the call, so that nobody sees one.
 */
static inline bool
forbids_inlining(Oid funcid)
{
	return *gk_protected_functions != '\0' && gk_symbol_is_protected(funcid);
}

static pg_noinline bool
needs_fmgr_of_interest(Oid funcid)
{
	return gk_code_needs_events(funcid) || forbids_inlining(funcid) ||
		(creating_extension && gk_is_hijack(funcid)) ||
		(next_needs_fmgr && next_needs_fmgr(funcid));
}

/* Whenever a function is looked up. */
static bool
needs_fmgr(Oid funcid)
{
	if (unlikely(*gk_protected_functions != '\0' || creating_extension || next_needs_fmgr))
		return needs_fmgr_of_interest(funcid);
	return gk_code_needs_events(funcid);
}

/* Twice for every call of a function with SECURITY DEFINER or SET. */
static void
fmgr_event(FmgrHookEventType event, FmgrInfo *flinfo, Datum *arg)
{
	char	   *stack = __builtin_frame_address(0);

	if (event == FHET_START)
		gk_code_start(flinfo->fn_oid, stack);
	else
		gk_code_end(event == FHET_ABORT, stack);
}

/* The same where there is a next. */
static void
fmgr_event_and_next(FmgrHookEventType event, FmgrInfo *flinfo, Datum *arg)
{
	fmgr_event(event, flinfo, arg);
	next_fmgr(event, flinfo, arg);
}

static void
shmem_request(void)
{
	if (next_shmem_request)
		next_shmem_request();
	gk_audit_shmem_request();
	gk_labels_shmem_request();
	gk_session_shmem_request();
	gk_sandbox_shmem_request();
}

static void
shmem_startup(void)
{
	if (next_shmem_startup)
		next_shmem_startup();
	gk_audit_shmem_startup();
	gk_labels_shmem_startup();
	gk_session_shmem_startup();
	gk_login_note_settings();
	gk_sandbox_shmem_startup();
}

static void
client_authentication(Port *port, int status)
{
	if (next_authentication)
		next_authentication(port, status);
	if (status == STATUS_OK)
		gk_client_is_known(port);
}

/* Called once, in the postmaster; backends inherit. */
void
gk_install_hooks(void)
{
	next_process_utility = ProcessUtility_hook;
	ProcessUtility_hook = process_utility;
	next_executor_start = ExecutorStart_hook;
	ExecutorStart_hook = executor_start;
	next_executor_run = ExecutorRun_hook;
	ExecutorRun_hook = executor_run;
	next_check_perms = ExecutorCheckPerms_hook;
	ExecutorCheckPerms_hook = check_perms;
	next_object_access = object_access_hook;
	object_access_hook = object_access;
	next_planner = planner_hook;
	planner_hook = plan_query;
	get_relation_stats_hook = gk_samples_hidden(get_relation_stats_hook);
	next_needs_fmgr = needs_fmgr_hook;
	needs_fmgr_hook = needs_fmgr;
	next_fmgr = fmgr_hook;
	fmgr_hook = next_fmgr ? fmgr_event_and_next : fmgr_event;
	next_shmem_request = shmem_request_hook;
	shmem_request_hook = shmem_request;
	next_shmem_startup = shmem_startup_hook;
	shmem_startup_hook = shmem_startup;
	next_authentication = ClientAuthentication_hook;
	ClientAuthentication_hook = client_authentication;
}
