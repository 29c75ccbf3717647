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
 * utility statements without calling the chain.  Within a hook the order is:
 *
 *	what has become stale is made anew, before anything is judged by it;
 *	the author of a cursor is put on the stack, before its plan is begun or judged;
 *	a statement is noted, before the gate is asked: its record names it;
 *	a query is marked, before the next planner pulls its views up;
 *	a function is asked about as its caller, before it becomes its owner;
 *	what was begun ends in reverse: the plan or the statement, then the author.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "classes.h"
#include "origin/code_stack.h"
#include "origin/labels.h"
#include "origin/owners.h"
#include "base/session.h"
#include "base/statement.h"
#include "login.h"

#include "commands/extension.h"
#include "catalog/pg_proc.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "optimizer/planner.h"
#include "storage/ipc.h"
#include "tcop/utility.h"

static ProcessUtility_hook_type next_process_utility;
static ExecutorStart_hook_type next_executor_start;
static ExecutorRun_hook_type next_executor_run;
static object_access_hook_type next_object_access;
static planner_hook_type next_planner;
static needs_fmgr_hook_type next_needs_fmgr;
static fmgr_hook_type next_fmgr;
static shmem_request_hook_type next_shmem_request;
static shmem_startup_hook_type next_shmem_startup;

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

static pg_noinline void
process_utility_slow(PlannedStmt *pstmt, const char *source_text,
					 bool read_only_tree, ProcessUtilityContext context,
					 ParamListInfo params, QueryEnvironment *env,
					 DestReceiver *dest, QueryCompletion *qc)
{
	NodeTag		tag = nodeTag(pstmt->utilityStmt);
	char	   *stack = __builtin_frame_address(0);
	ErrorContextCallback why;
	ErrorContextCallback *outer = error_context_stack;
	bool		resumed;
	ptrdiff_t	n;

	if (unlikely(gk_untrusted_runs))
		gk_untrusted_states(pstmt->utilityStmt);
	if (tag == T_VariableSetStmt && gk_is_plain_set((VariableSetStmt *) pstmt->utilityStmt))
	{
		next_utility(pstmt, source_text, read_only_tree, context, params, env,
					 dest, qc);
		return;
	}

	if (unlikely(gk_builtins_are_stale))
		gk_builtins_replace();
	resumed = unlikely(gk_watch_portals) && gk_code_resume(stack);
	n = gk_statement_begin(pstmt, source_text, stack);
	if (unlikely(creating_extension))
		gk_script_says(source_text);
	if (gk_is_watched_statement(tag) || unlikely(gk_classes_watched != 0))
		pstmt = gk_statement_asks(pstmt, tag, context, source_text);
	if (tag == T_CallStmt && gk_code_session_is_privileged())
		context = gk_call_asks((CallStmt *) pstmt->utilityStmt, context, &why);
	next_utility(pstmt, source_text, read_only_tree, context, params, env,
				 dest, qc);
	error_context_stack = outer;
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
	if (gk_is_of_no_interest(pstmt->utilityStmt) && likely(!gk_untrusted_runs))
		next_utility(pstmt, source_text, read_only_tree, context, params, env,
					 dest, qc);
	else
		process_utility_slow(pstmt, source_text, read_only_tree, context,
							 params, env, dest, qc);
}

static pg_noinline bool
check_perms_slow(GK_CHECK_PERMS_PARAMS, GkInterest interest)
{
	if ((interest == GK_INTEREST_SYSTEM || gk_code_session_is_privileged()) &&
		!gk_gate_relations(rangeTable, GK_CHECK_PERMS_LIST, ereport_on_violation))
		return false;
	if (gk_next_check_perms)
		return gk_next_check_perms(GK_CHECK_PERMS_ARGS);
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

	if (interest != GK_INTEREST_NONE || unlikely(gk_left_tables))
		return check_perms_slow(GK_CHECK_PERMS_ARGS, interest);
	if (gk_next_check_perms)
		return gk_next_check_perms(GK_CHECK_PERMS_ARGS);
	return true;
}

static inline PlannedStmt *
next_plan(GK_PLANNER_PARAMS)
{
	if (next_planner)
		return next_planner(GK_PLANNER_ARGS);
	return standard_planner(GK_PLANNER_ARGS);
}

/* Before views are pulled up, while it still shows whose each expression is. */
static pg_noinline PlannedStmt *
plan_privileged(GK_PLANNER_PARAMS)
{
	const Query *outer = gk_planned;
	char	   *outer_at = gk_planned_at;
	PlannedStmt *plan;

	gk_query_asks(parse, params);
	gk_plan_asks(parse);
	gk_planned = parse;
	gk_planned_at = __builtin_frame_address(0);
	PG_TRY();
	{
		plan = next_plan(GK_PLANNER_ARGS);
	}
	PG_FINALLY();
	{
		gk_planned = outer;
		gk_planned_at = outer_at;
	}
	PG_END_TRY();
	return plan;
}

static PlannedStmt *
plan_query(GK_PLANNER_PARAMS)
{
	if (unlikely(gk_code_session_is_privileged()))
		return plan_privileged(GK_PLANNER_ARGS);
	return next_plan(GK_PLANNER_ARGS);
}

static inline void
next_start(QueryDesc *query, int flags)
{
	(next_executor_start ? next_executor_start : standard_ExecutorStart) (query, flags);
}

/* A cursor that writes is started when it is fetched from; that checks its rights. */
static pg_noinline void
start_watched(QueryDesc *query, int flags)
{
	char	   *stack = __builtin_frame_address(0);
	bool		resumed = gk_watch_portals && gk_code_session_is_privileged() && gk_code_resume(stack);
	const char *outer_text = gk_script_starts(query->sourceText);

	if (gk_builtins_are_stale)
		gk_builtins_replace();
	next_start(query, flags);
	gk_script_query = outer_text;
	if (resumed)
		gk_code_end(false, stack);
	else
		gk_code_note_cursor();
}

static void
executor_start(QueryDesc *query, int flags)
{
	if (unlikely(gk_watch_portals || gk_builtins_are_stale || gk_frame->allows != 0 || creating_extension))
		start_watched(query, flags);
	else
		next_start(query, flags);
}

static inline void
next_run(GK_EXECUTOR_RUN_PARAMS)
{
	if (next_executor_run)
		next_executor_run(GK_EXECUTOR_RUN_ARGS);
	else
		standard_ExecutorRun(GK_EXECUTOR_RUN_ARGS);
}

static void
executor_run(GK_EXECUTOR_RUN_PARAMS)
{
	if (likely(!gk_code_session_is_privileged()))
		next_run(GK_EXECUTOR_RUN_ARGS);
	else
	{
		char	   *stack = __builtin_frame_address(0);
		bool		resumed = gk_plan_begins(query, stack);

		if (unlikely(gk_untrusted_runs))
			gk_fetch_asks(ActivePortal);
		next_run(GK_EXECUTOR_RUN_ARGS);
		gk_plan_ends(resumed, stack);
	}
}

/* What a query's AFTER triggers do is the doing of whoever opened its cursor, too. */
static pg_noinline void
finish_writing(QueryDesc *query)
{
	if (likely(!gk_code_session_is_privileged()))
		gk_next_finish(query);
	else
	{
		char	   *stack = __builtin_frame_address(0);
		bool		resumed = gk_plan_begins(query, stack);

		gk_next_finish(query);
		gk_plan_ends(resumed, stack);
	}
}

static void
executor_finish(QueryDesc *query)
{
	/* nothing is left to be done by what only reads */
	if (query->operation == CMD_SELECT && !query->plannedstmt->hasModifyingCTE)
		gk_next_finish(query);
	else
		finish_writing(query);
}

static pg_noinline void
object_access_slow(ObjectAccessType event, Oid classid, Oid objid, int subid,
				   void *arg)
{
	if (event != OAT_FUNCTION_EXECUTE)
		gk_object_asks(event, classid, objid, subid, arg);
	else if (gk_is_hijack(objid))
		gk_script_calls(objid);
	if (next_object_access)
		next_object_access(event, classid, objid, subid, arg);
}

/*
 * That an expression with a function in it is made ready, and that a schema is
 * searched, is nobody's business: but an extension's script that was led to
 * another role's function is stopped before that.
 */
static void
object_access(ObjectAccessType event, Oid classid, Oid objid, int subid,
			  void *arg)
{
	if (event != OAT_NAMESPACE_SEARCH && (event != OAT_FUNCTION_EXECUTE || creating_extension))
		object_access_slow(event, classid, objid, subid, arg);
	else if (next_object_access)
		next_object_access(event, classid, objid, subid, arg);
}

/*
 * The calls of a function that a rule lists are to come through the hook, and
 * compiled code is not to go round the stand-in of a built-in one.  One that an
 * administrator listed by name may be in SQL, and is not to be inlined.
 */
static pg_noinline bool
needs_fmgr_slow(Oid funcid)
{
	return gk_code_needs_events(funcid) || gk_symbol_lists(funcid) ||
		(creating_extension && gk_is_hijack(funcid)) ||
		(next_needs_fmgr && next_needs_fmgr(funcid));
}

/* Whenever a function that is not built in is looked up, or a function compiled. */
static bool
needs_fmgr(Oid funcid)
{
	if (unlikely(creating_extension || next_needs_fmgr))
		return needs_fmgr_slow(funcid);
	return gk_symbol_lists(funcid) || gk_code_needs_events(funcid);
}

static pg_noinline void
function_starts(FmgrInfo *flinfo, char *stack)
{
	if (!gk_code_start_untrusted(flinfo->fn_oid, stack))
		gk_function_starts(flinfo, stack);
}

/* Twice for every call of a function with SECURITY DEFINER or SET. */
static void
fmgr_event(FmgrHookEventType event, FmgrInfo *flinfo, Datum *arg)
{
	char	   *stack = __builtin_frame_address(0);

	if (event != FHET_START)
		gk_code_end(event == FHET_ABORT, stack);
	else if (unlikely(!gk_code_start(flinfo->fn_oid, stack)))
		function_starts(flinfo, stack);
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
	gk_shmem_request();
}

static void
shmem_startup(void)
{
	if (next_shmem_startup)
		next_shmem_startup();
	gk_shmem_startup();
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
	gk_next_finish = ExecutorFinish_hook ? ExecutorFinish_hook : standard_ExecutorFinish;
	ExecutorFinish_hook = executor_finish;
	gk_next_check_perms = ExecutorCheckPerms_hook;
	gk_class_follow();
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
	ClientAuthentication_hook = gk_client_authenticated(ClientAuthentication_hook);
}
