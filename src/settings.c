/*-------------------------------------------------------------------------
 *
 * settings.c
 *	  The settings, gatekeeper.*: one for each rule, made in a loop over the
 *	  rule table, and the globals.
 *
 * None can be set in a session: they are the configuration file's, and those
 * the module's own safety hangs on are fixed at server start.  While
 * gatekeeper.strict is on, a reload cannot loosen anything.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "base/app_user.h"
#include "base/gatekeeper.h"
#include "classes.h"

#include "datatype/timestamp.h"
#include "identity/keyring.h"
#include "settings.h"
#include "utils/memutils.h"
#include "utils/plancache.h"

static const struct config_enum_entry mode_options[] = {
	{"off", GK_MODE_OFF, false},
	{"audit", GK_MODE_AUDIT, false},
	{"enforce", GK_MODE_ENFORCE, false},
	{NULL, 0, false}
};

static const struct config_enum_entry untrusted_code_options[] = {
	{"off", GK_UNTRUSTED_OFF, false},
	{"audit", GK_UNTRUSTED_AUDIT, false},
	{"restrict", GK_UNTRUSTED_RESTRICT, false},
	{"run_as_owner", GK_UNTRUSTED_RUN_AS_OWNER, false},
	{NULL, 0, false}
};

static const struct config_enum_entry unreserved_options[] = {
	{"allow", GK_UNRESERVED_ALLOW, false},
	{"record", GK_UNRESERVED_RECORD, false},
	{"refuse", GK_UNRESERVED_REFUSE, false},
	{NULL, 0, false}
};

static const struct config_enum_entry audit_level_options[] = {
	{"denied", GK_AUDIT_DENIED, false},
	{"elevated", GK_AUDIT_ELEVATED, false},
	{"privileged", GK_AUDIT_PRIVILEGED, false},
	{NULL, 0, false}
};

static const struct config_enum_entry audit_failure_options[] = {
	{"open", GK_AUDIT_OPEN, false},
	{"closed", GK_AUDIT_CLOSED, false},
	{NULL, 0, false}
};

static const struct config_enum_entry error_detail_options[] = {
	{"brief", GK_DETAIL_BRIEF, false},
	{"full", GK_DETAIL_FULL, false},
	{NULL, 0, false}
};

static void
assign_audit_sink(const char *newval, void *extra)
{
	GkSinks		sinks;

	if (gk_read_sinks(newval, &sinks) == GK_SINKS_READ)
		gk_audit_sinks = sinks;
}

static void
assign_audit_classes(const char *newval, void *extra)
{
	(void) gk_classes_read(newval, &gk_classes);
	gk_class_follow();
}

static void
assign_audit_classes_where(const char *newval, void *extra)
{
	(void) gk_conditions_read(newval, &gk_class_conditions);
}

static void
assign_protected_functions(const char *newval, void *extra)
{
	gk_symbols_reset();
	gk_builtins_are_stale = true;
}

static void
assign_identity_keys(const char *newval, void *extra)
{
	gk_keyring_publish();
}

/*
 * What is known of the session hangs on gatekeeper.mode and untrusted_code, and
 * whether a query that was planned was searched for calls.
 */
static void
assign_watching(int newval, void *extra)
{
	gk_code_forget_session();
	gk_deputies_forget();
	ResetPlanCache();
}

/*
 * What the configuration file gives a setting that is not defined yet, or NULL.
 * Core would warn of a bad value, and start with the default: a mistyped
 * "strict = onn" would then be no strict at all.  So it is
 * tried again when the setting is defined, and then the server does not start.
 */
static char *
given(const char *name)
{
	const char *value = GetConfigOption(name, true, false);

	return value ? pstrdup(value) : NULL;
}

static void
must_accept(const char *name, char *value)
{
	if (value == NULL)
		return;
	(void) set_config_option(name, value, PGC_POSTMASTER, PGC_S_FILE,
							 GUC_ACTION_SET, false, ERROR, false);
	pfree(value);
}

static void
list_setting(const char *name, const int *number, char **text, GkLooser looser)
{
	Assert(gk_num_settings < GK_MAX_SETTINGS);
	gk_settings[gk_num_settings++] = (GkSetting)
	{
		MemoryContextStrdup(TopMemoryContext, name), number, text, looser
	};
}

static void
define_enum(const char *name, const char *what, int *variable,
			int value, const struct config_enum_entry *options,
			GucEnumCheckHook check, GucEnumAssignHook assign)
{
	char	   *value_given = given(name);

	DefineCustomEnumVariable(name, what, NULL, variable, value, options,
							 PGC_SIGHUP, GUC_SUPERUSER_ONLY, check, assign, NULL);
	must_accept(name, value_given);
	list_setting(name, variable, NULL, GK_LOOSER_LESS);
}

static void
define_list(const char *name, const char *what, char **variable,
			const char *value, GucContext context, GucStringCheckHook check,
			GucStringAssignHook assign, GkLooser looser)
{
	char	   *value_given = given(name);

	DefineCustomStringVariable(name, what, NULL, variable, value, context,
							   GUC_LIST_INPUT | GUC_SUPERUSER_ONLY, check, assign, NULL);
	must_accept(name, value_given);
	if (context == PGC_SIGHUP)
		list_setting(name, NULL, variable, looser);
}

static void
define_path(const char *name, const char *what, char **variable,
			const char *value)
{
	char	   *value_given = given(name);

	DefineCustomStringVariable(name, what, NULL, variable, value, PGC_SIGHUP,
							   GUC_SUPERUSER_ONLY, gk_accept_socket, NULL, NULL);
	must_accept(name, value_given);
	list_setting(name, NULL, variable, GK_LOOSER_OTHER);
}

static void
define_int(const char *name, const char *what, int *variable, int value,
		   int min, int max, GucContext context, int unit, GkLooser looser)
{
	char	   *value_given = given(name);

	DefineCustomIntVariable(name, what, NULL, variable, value, min, max,
							context, unit | GUC_SUPERUSER_ONLY, NULL, NULL, NULL);
	must_accept(name, value_given);
	if (context == PGC_SIGHUP)
		list_setting(name, variable, NULL, looser);
}

static void
define_rule_settings(void)
{
	for (int r = 0; r < GK_NUM_RULES; r++)
	{
		char	   *name = psprintf("gatekeeper.%s", gk_rules[r].name);

		gk_level[r] = gk_rules[r].level;
		define_enum(name, gk_rules[r].covers, &gk_level[r], gk_rules[r].level,
					gk_level_options, gk_accept_level[r], NULL);
		pfree(name);
	}
}

static void
define_audit_settings(void)
{
	define_list("gatekeeper.audit_sink",
				"Where audit records go: auto, or a list of journald, syslog and log.",
				&gk_audit_sink, "auto", PGC_SIGHUP, gk_accept_audit_sink,
				assign_audit_sink, GK_LOOSER_SHORTER);
	define_enum("gatekeeper.audit_level",
				"Which actions are recorded: denied ones, elevated ones too, or all privileged ones.",
				&gk_audit_level, GK_AUDIT_ELEVATED, audit_level_options, NULL, NULL);
	define_enum("gatekeeper.audit_failure",
				"Whether a permitted elevated action goes on when it cannot be recorded.",
				&gk_audit_failure, GK_AUDIT_OPEN, audit_failure_options, NULL, NULL);
	define_enum("gatekeeper.error_detail",
				"How much of a denial those who are not superuser are told.",
				&gk_error_detail, GK_DETAIL_FULL, error_detail_options, NULL, NULL);
	define_int("gatekeeper.audit_timeout",
			   "How long writing a record may hold up a statement.",
			   &gk_audit_timeout, 50, 1, 10000, PGC_SIGHUP, GUC_UNIT_MS, GK_LOOSER_LESS);
	define_int("gatekeeper.audit_statement",
			   "How much of the statement a record holds; 0 for nothing.",
			   &gk_audit_statement, 2048, 0, 3072, PGC_SIGHUP, GUC_UNIT_BYTE, GK_LOOSER_LESS);
	define_list("gatekeeper.audit_classes",
				"What is recorded though no rule found anything: a list of classes.",
				&gk_audit_classes, "", PGC_SIGHUP, gk_accept_audit_classes,
				assign_audit_classes, GK_LOOSER_SHORTER);
	define_list("gatekeeper.audit_classes_where",
				"Of whom: a list of role=, database=, application= and client=, or with !=.",
				&gk_audit_classes_where, "", PGC_SIGHUP, gk_accept_audit_classes_where,
				assign_audit_classes_where, GK_LOOSER_OTHER);
	define_int("gatekeeper.audit_heartbeat",
			   "How often a record says that the audit works; 0 for never.",
			   &gk_audit_heartbeat, 3600, 0, 7 * SECS_PER_DAY, PGC_SIGHUP, GUC_UNIT_S, GK_LOOSER_RARER);
	define_int("gatekeeper.audit_backlog",
			   "How much memory keeps records that no sink takes at the moment; 0 for none.",
			   &gk_audit_backlog, 512, 0, 64 * 1024, PGC_POSTMASTER, GUC_UNIT_KB, GK_LOOSER_LESS);
	define_int("gatekeeper.audit_budget",
			   "How many records a minute a role may make for each rule and client address.",
			   &gk_audit_budget, 100, 1, 1000000, PGC_SIGHUP, 0, GK_LOOSER_LESS);
	define_path("gatekeeper.audit_journal_socket",
				"The socket of the journal, or of a journal namespace.",
				&gk_audit_journal_socket, "/run/systemd/journal/socket");
	define_path("gatekeeper.audit_syslog_socket",
				"The socket of the syslog daemon.",
				&gk_audit_syslog_socket, "/dev/log");
}

static void
define_fixed_enum(const char *name, const char *what, int *variable, int value,
				  const struct config_enum_entry *options)
{
	char	   *value_given = given(name);

	DefineCustomEnumVariable(name, what, NULL, variable, value, options,
							 PGC_POSTMASTER, GUC_SUPERUSER_ONLY, NULL, NULL, NULL);
	must_accept(name, value_given);
}

static void
define_fixed_bool(const char *name, const char *what, bool *variable)
{
	char	   *value_given = given(name);

	DefineCustomBoolVariable(name, what, NULL, variable, false, PGC_POSTMASTER, GUC_SUPERUSER_ONLY,
							 NULL, NULL, NULL);
	must_accept(name, value_given);
}

/* None can change while the server runs: a session cannot be contained later. */
static void
define_sandbox_settings(void)
{
	define_fixed_enum("gatekeeper.sandbox",
					  "Which sessions the kernel keeps from programs and files of the host.",
					  &gk_sandbox, GK_SANDBOX_USERS, gk_sandbox_options);
	define_fixed_enum("gatekeeper.sandbox_files",
					  "Which files contained sessions give up, too: none, the server's own, or all they do not need.",
					  &gk_sandbox_files, GK_FILES_SERVER, gk_sandbox_files_options);
	define_list("gatekeeper.sandbox_read_paths",
				"More files and directories that contained sessions may read.",
				&gk_sandbox_read_paths, "", PGC_POSTMASTER, gk_accept_paths, NULL, GK_LOOSER_OTHER);
	define_list("gatekeeper.sandbox_write_paths",
				"More directories that contained sessions may write to.",
				&gk_sandbox_write_paths, "", PGC_POSTMASTER, gk_accept_paths, NULL, GK_LOOSER_OTHER);
	define_list("gatekeeper.sandbox_exempt_roles",
				"Login roles whose sessions are not contained.",
				&gk_sandbox_exempt_roles, "", PGC_POSTMASTER, gk_accept_reserved_roles, NULL,
				GK_LOOSER_OTHER);
	define_fixed_bool("gatekeeper.sandbox_libraries",
					  "Whether contained sessions run only files of root's as code.",
					  &gk_sandbox_libraries);
	define_fixed_enum("gatekeeper.sandbox_require",
					  "What this server does not start without: seccomp, or landlock too.",
					  &gk_sandbox_require, GK_REQUIRE_NONE, gk_sandbox_require_options);
}

/* ALTER SYSTEM cannot change them: a superuser's rights are not a provider's. */
static void
define_key(const char *name, const char *what, char **variable, const char *value,
		   GucContext context, GucStringCheckHook check, GucStringAssignHook assign)
{
	char	   *value_given = given(name);

	DefineCustomStringVariable(name, what, NULL, variable, value, context,
							   GUC_SUPERUSER_ONLY | GUC_DISALLOW_IN_AUTO_FILE, check, assign, NULL);
	must_accept(name, value_given);
	if (context == PGC_SIGHUP)
		list_setting(name, NULL, variable, GK_LOOSER_OTHER);
}

static void
define_key_settings(void)
{
	define_key("gatekeeper.identity_keys",
			   "A JWK Set, or a directory of PEM files, with the keys of application users' tokens.",
			   &gk_identity_keys, "", PGC_SIGHUP, gk_accept_identity_keys, assign_identity_keys);
	define_key("gatekeeper.identity_issuers",
			   "Who may have issued a token; empty for any that has a key.",
			   &gk_identity_issuers, "", PGC_SIGHUP, NULL, NULL);
	define_key("gatekeeper.identity_audiences",
			   "For whom a token may be; empty for tokens that do not say so.",
			   &gk_identity_audiences, "", PGC_SIGHUP, NULL, NULL);
	define_key("gatekeeper.identity_user_claim",
			   "Which claim of a token is the application user.",
			   &gk_identity_user_claim, "sub", PGC_SIGHUP, gk_accept_claim, NULL);
	define_int("gatekeeper.identity_leeway", "By how much other servers' clocks may be wrong.",
			   &gk_identity_leeway, 30, 0, 300, PGC_SIGHUP,
			   GUC_UNIT_S | GUC_DISALLOW_IN_AUTO_FILE, GK_LOOSER_OTHER);
	define_key("gatekeeper.audit_chain", "The file with the key of the hashes in records; empty for none.",
			   &gk_audit_chain, "", PGC_POSTMASTER, gk_accept_audit_chain, NULL);
}

/* Server start.  strict comes first: the others' check hooks ask for it. */
void
gk_define_settings(void)
{
	char	   *strict = given("gatekeeper.strict");

	gk_define_version();
	DefineCustomBoolVariable("gatekeeper.strict",
							 "Every rule that needs a circumstance binds always, superusers too.",
							 NULL, &gk_strict, false, PGC_POSTMASTER,
							 GUC_SUPERUSER_ONLY, NULL, NULL, NULL);
	must_accept("gatekeeper.strict", strict);
	define_enum("gatekeeper.mode",
				"Whether rules deny, only record what they would deny, or are off.",
				&gk_mode, GK_MODE_ENFORCE, mode_options, gk_accept_mode, assign_watching);
	define_enum("gatekeeper.untrusted_code",
				"What happens when superuser rights run the code of a role that is not superuser.",
				&gk_untrusted_code, GK_UNTRUSTED_RESTRICT,
				untrusted_code_options, gk_accept_untrusted_code,
				assign_watching);
	define_list("gatekeeper.reserved_roles",
				"The only roles, beside the bootstrap superuser, that may be made superuser.",
				&gk_reserved_roles, "postgres", PGC_POSTMASTER,
				gk_accept_reserved_roles, NULL, GK_LOOSER_SHORTER);
	define_enum("gatekeeper.unreserved_superusers",
				"What happens when a superuser that is not reserved logs in.",
				&gk_unreserved_superusers, GK_UNRESERVED_RECORD, unreserved_options,
				gk_accept_unreserved_superusers, NULL);
	/* here a longer list is looser */
	define_list("gatekeeper.replication_roles",
				"The only roles that may replicate; empty for all that can.",
				&gk_replication_roles, "", PGC_SIGHUP,
				gk_accept_replication_roles, NULL, GK_LOOSER_OTHER);
	define_list("gatekeeper.blocked_extensions",
				"Extensions that nobody can create (rule extension_blocked).",
				&gk_blocked_extensions, "file_fdw", PGC_SIGHUP,
				gk_accept_blocked_extensions, NULL, GK_LOOSER_SHORTER);
	define_list("gatekeeper.allowed_extensions",
				"The only extensions that can be created, with versions; empty for all (rule extension_blocked).",
				&gk_allowed_extensions, "", PGC_SIGHUP, gk_accept_allowed_extensions, NULL, GK_LOOSER_OTHER);
	define_list("gatekeeper.protected_roles",
				"Roles that CREATEROLE cannot change, drop or grant (rule role_privileged).",
				&gk_protected_roles, "", PGC_SIGHUP, gk_accept_protected_roles, NULL, GK_LOOSER_SHORTER);
	define_list("gatekeeper.protected_functions",
				"Functions that are refused when a circumstance holds (rule protected_function).",
				&gk_protected_functions, "", PGC_SIGHUP,
				gk_accept_protected_functions, assign_protected_functions,
				GK_LOOSER_FEWER);
	define_rule_settings();
	define_sandbox_settings();
	define_audit_settings();
	define_key_settings();
	gk_app_user_init();
	MarkGUCPrefixReserved("gatekeeper");
}
