/*-------------------------------------------------------------------------
 *
 * classes.c
 *	  Records of what no rule found: the classes of gatekeeper.audit_classes.
 *
 * Asked after the gate has let pass, and only where gk_classes_watched says that
 * anything is to be recorded.  What a rule has a record of has no second one.
 * Nothing is refused here, and nothing raises but a catalog lookup.
 *
 * Does not see: SET of any other setting than role and session_authorization;
 * statements that come as part of another one (the sequence of a serial column), and
 * an extension's script but for what it EXECUTEs; commands of the replication
 * protocol, of which the login is on record; functions that C code calls.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "classes.h"

#include "origin/labels.h"

#include "access/xact.h"
#include "commands/extension.h"
#include "libpq/libpq-be.h"
#include "miscadmin.h"
#include "replication/walsender.h"
#include "storage/ipc.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

static void
record(GkClass class, const GkRequest *request, const char *object_type, const char *object,
	   int circumstances, const char *outcome)
{
	GkFinding	finding = {
		.action = gk_class_rules[class].name,
		.object_type = object_type,
		.object = object
	};
	GkEvent		event = {
		.rule = &gk_class_rules[class],
		.verdict = GK_ALLOWED,
		.circumstances = circumstances,
		.request = request,
		.finding = &finding,
		.outcome = outcome
	};
	uint64		seq;

	(void) gk_audit_record(&event, &seq);
}

/* Is it wanted?  If so, which circumstances hold. */
static bool
is_wanted(GkClass class, const GkRequest *request, int *circumstances)
{
	if (class == GK_NO_CLASS || !(gk_classes_watched & 1 << class))
		return false;
	*circumstances = gk_circumstances() | request->circumstances;
	return gk_class_is_wanted(class, *circumstances != 0);
}

/*
 * A utility statement is about to be executed.  recorded: gk_audit_actions before
 * the gate was asked.
 */
void
gk_class_asks_statement(const GkRequest *request, ProcessUtilityContext context, uint64 recorded)
{
	GkClass		class = gk_class_of_statement(request->stmt);
	int			circumstances;

	if (context == PROCESS_UTILITY_SUBCOMMAND || gk_audit_actions != recorded ||
		gk_mode == GK_MODE_OFF || IsBinaryUpgrade)
		return;
	if (creating_extension && gk_script_speaks() && class != GK_CLASS_EXTENSION)
		return;
	/* a superuser's statement is of interest though its own class is not */
	if (class < GK_CLASS_PRIVILEGED && (gk_classes_watched & 1 << GK_CLASS_PRIVILEGED) &&
		!gk_class_is_wanted(class, gk_circumstances() != 0))
		class = GK_CLASS_PRIVILEGED;
	if (!is_wanted(class, request, &circumstances) ||
		(class == GK_CLASS_PRIVILEGED && !gk_acts_as_superuser(GetUserId())))
		return;
	record(class, request, gk_class_object_type(request->stmt), gk_class_object(request->stmt),
		   circumstances, NULL);
}

/* A function that is listed, by a rule or for this, is about to be called. */
void
gk_class_asks_call(const GkRequest *request, uint64 recorded)
{
	FunctionCallInfo fcinfo = request->fcinfo;
	GkClass		class = gk_class_of_request(request);
	int			circumstances;

	if (strcmp(request->symbol, "set_config_by_name") == 0 && fcinfo && !PG_ARGISNULL(0) &&
		gk_setting_is_user(text_to_cstring(PG_GETARG_TEXT_PP(0))))
		class = GK_CLASS_SESSION;
	if (gk_audit_actions == recorded && is_wanted(class, request, &circumstances))
		record(class, request, "function", request->symbol, circumstances, NULL);
}

/* Is it a superuser's, and not initdb's? */
static bool
is_superusers_table(const GkPermInfo *perm)
{
	return perm->requiredPerms != 0 && perm->relid >= FirstNormalObjectId &&
		GK_PERMINFO_IS_RELATION(perm) && gk_is_superuser(gk_relation_owner(perm->relid));
}

static void
ask_about_relations(List *range_table, List *perms)
{
	GkRequest	request = {
		.door = GK_DOOR_RELATION,
		.perms = perms,
		.range_table = range_table
	};
	int			circumstances;
	ListCell   *cell;

	if (gk_mode == GK_MODE_OFF || !IsTransactionState())
		return;
	circumstances = gk_circumstances();
	if (circumstances == 0 || !gk_class_is_wanted(GK_CLASS_TABLES, true))
		return;
	foreach(cell, perms)
	{
		GkPermInfo *perm = lfirst_node(GkPermInfo, cell);

		if (is_superusers_table(perm))
			record(GK_CLASS_TABLES, &request, "table",
				   quote_qualified_identifier(get_namespace_name(get_rel_namespace(perm->relid)),
											  get_rel_name(perm->relid)),
				   circumstances, NULL);
	}
}

/* What hooks.c calls when it has checked a query's rights itself: ours while we want to know. */
ExecutorCheckPerms_hook_type gk_next_check_perms;
static ExecutorCheckPerms_hook_type next_check_perms;

static bool
check_watched(GK_CHECK_PERMS_PARAMS)
{
	ask_about_relations(rangeTable, GK_CHECK_PERMS_LIST);
	return next_check_perms ? next_check_perms(GK_CHECK_PERMS_ARGS) : true;
}

/* The setting is another, or what the role's label says; or hooks.c has just found who comes next. */
void
gk_class_follow(void)
{
	bool		is_watched;

	gk_classes_changed();
	is_watched = (gk_classes_watched & 1 << GK_CLASS_TABLES) != 0;
	if (is_watched && gk_next_check_perms != check_watched)
	{
		next_check_perms = gk_next_check_perms;
		gk_next_check_perms = check_watched;
	}
	else if (!is_watched && gk_next_check_perms == check_watched)
		gk_next_check_perms = next_check_perms;
}

/* ------------------------------------------------------------------------
 * Sessions
 * ------------------------------------------------------------------------
 */

static bool has_begun;

static void
record_session(const char *object_type, const char *object, const char *outcome, int circumstances)
{
	GkRequest	nothing = {.door = GK_DOOR_NONE};

	if ((gk_classes_watched & 1 << GK_CLASS_SESSION) && gk_mode != GK_MODE_OFF &&
		gk_class_is_wanted(GK_CLASS_SESSION, circumstances != 0))
		record(GK_CLASS_SESSION, &nothing, object_type, object, circumstances, outcome);
}

static const char *
login_name(void)
{
	return MyProcPort && MyProcPort->user_name ? MyProcPort->user_name : "";
}

/*
 * The process of a client that was authenticated ends.  Where its session never
 * began, PostgreSQL or this module has turned it away: no such database, no right
 * to connect, no place left.
 */
static void
client_ends(int code, Datum arg)
{
	if (has_begun)
		record_session("logoff", login_name(), code == 0 ? "done" : "failed", 0);
	else
		record_session("login", login_name(), "failed", 0);
}

/* Whoever asks for a password anew ends the connection first: that is no failure. */
void
gk_class_client_is_known(int status)
{
	if (likely(gk_classes_watched == 0) && !(status == STATUS_OK && IsUnderPostmaster))
		return;
	if (status == STATUS_OK)
		before_shmem_exit(client_ends, (Datum) 0);
	else if (status != STATUS_EOF)
		record_session("login", login_name(), "failed", 0);
}

/* The first transaction of a process is about to end: whose it is is known. */
void
gk_class_session_begins(void)
{
	Oid			roleid = GetAuthenticatedUserId();
	GkLabel		label = {0};

	if (OidIsValid(roleid) && OidIsValid(MyDatabaseId))
		label = gk_label_on_role(roleid);
	gk_classes_watch(label.audit ? GK_AUDIT_ALL : label.no_audit ? GK_AUDIT_NONE : GK_AUDIT_AS_SET);
	gk_class_follow();
	if (MyProcPort == NULL || has_begun)
		return;
	has_begun = true;
	if (gk_classes_watched)
		record_session(am_walsender ? "replication login" : "login", login_name(), "done",
					   gk_circumstances());
}
