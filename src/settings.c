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
#include "gatekeeper.h"

#include <limits.h>
#include <sys/un.h>

#include "access/parallel.h"
#include "miscadmin.h"
#include "utils/varlena.h"

int			gk_mode = GK_MODE_ENFORCE;
bool		gk_strict = false;
int			gk_untrusted_code = GK_UNTRUSTED_RESTRICT;
char	   *gk_reserved_roles;
char	   *gk_blocked_extensions;
char	   *gk_protected_functions;
int			gk_level[GK_NUM_RULES];
char	   *gk_audit_sink;
int			gk_audit_level = GK_AUDIT_ELEVATED;
int			gk_audit_failure = GK_AUDIT_OPEN;
int			gk_audit_timeout = 50;
int			gk_audit_statement = 2048;
char	   *gk_audit_journal_socket;
char	   *gk_audit_syslog_socket;

static const struct config_enum_entry level_options[] = {
	{"off", GK_LEVEL_OFF, false},
	{"audit", GK_LEVEL_AUDIT, false},
	{"elevated", GK_LEVEL_ELEVATED, false},
	{"always", GK_LEVEL_ALWAYS, false},
	{NULL, 0, false}
};

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

/* gatekeeper.protected_functions: what symbols.c has room for. */
#define GK_MAX_PROTECTED 100

const char *
gk_level_name(GkLevel level)
{
	return level_options[level].name;
}

/*
 * Is the setting fixed against loosening?  Not while the server starts: then
 * the configuration file is the word of whoever may edit it.  A parallel
 * worker first puts every setting back to its built-in value and then takes
 * over the leader's; refusing the former would end the worker.
 */
static bool
is_fixed(void)
{
	return gk_strict && !process_shared_preload_libraries_in_progress &&
		!InitializingParallelWorker;
}

static bool
may_become(int from, int to)
{
	if (to >= from || !is_fixed())
		return true;
	GUC_check_errdetail("It cannot be loosened while gatekeeper.strict is on.");
	GUC_check_errhint("Turn gatekeeper.strict off in the configuration file and restart the server first.");
	return false;
}

static bool
check_mode(int *newval, void **extra, GucSource source)
{
	return may_become(gk_mode, *newval);
}

static bool
check_untrusted_code(int *newval, void **extra, GucSource source)
{
	return may_become(gk_untrusted_code, *newval);
}

/* A check hook is not told which setting it is for: each rule has its own. */
#define GK_RULE_CHECK(name) \
static bool \
check_level_##name(int *newval, void **extra, GucSource source) \
{ \
	return may_become(gk_level[GK_##name], *newval); \
}
#define GK_RULE_CHECK_ENTRY(name) check_level_##name,

GK_FOR_EACH_RULE(GK_RULE_CHECK)

static const GucEnumCheckHook check_level[GK_NUM_RULES] = {
	GK_FOR_EACH_RULE(GK_RULE_CHECK_ENTRY)
};

/* A list of identifiers, written as in search_path. */
static bool
is_identifier_list(const char *value)
{
	char	   *copy = pstrdup(value);
	List	   *names;
	bool		ok = SplitIdentifierString(copy, ',', &names);
	ListCell   *cell;

	if (!ok)
		GUC_check_errdetail("\"%s\" is not a list of names separated by commas.", value);
	else
		foreach(cell, names)
		{
			if (*(char *) lfirst(cell) == '\0')
			{
				GUC_check_errdetail("The list %s contains an empty name.", value);
				ok = false;
			}
		}
	pfree(copy);
	list_free(names);
	return ok;
}

static bool
check_reserved_roles(char **newval, void **extra, GucSource source)
{
	return is_identifier_list(*newval);
}

/* Does every name of the old list stand in the new one? */
static bool
keeps_all(const char *oldlist, const char *newlist)
{
	char	   *copy = pstrdup(oldlist);
	List	   *names;
	bool		ok = true;
	ListCell   *cell;

	if (SplitIdentifierString(copy, ',', &names))
		foreach(cell, names)
			ok = ok && gk_name_in_list(lfirst(cell), newlist);
	pfree(copy);
	list_free(names);
	return ok;
}

static bool
check_blocked_extensions(char **newval, void **extra, GucSource source)
{
	return is_identifier_list(*newval) &&
		(gk_blocked_extensions == NULL ||
		 may_become(1, keeps_all(gk_blocked_extensions, *newval)));
}

/* C symbols are case-sensitive, so this list is not one of identifiers. */
static bool
check_protected_functions(char **newval, void **extra, GucSource source)
{
	char	   *copy = pstrdup(*newval);
	List	   *names;
	bool		ok = SplitGUCList(copy, ',', &names);
	ListCell   *cell;

	if (!ok)
		GUC_check_errdetail("\"%s\" is not a list of names separated by commas.", *newval);
	else if (list_length(names) > GK_MAX_PROTECTED)
	{
		GUC_check_errdetail("The list has %d names, the limit is %d.",
							list_length(names), GK_MAX_PROTECTED);
		ok = false;
	}
	else
		foreach(cell, names)
		{
			const char *name = lfirst(cell);

			if (strncmp(name, "pg_catalog.", strlen("pg_catalog.")) == 0)
			{
				GUC_check_errdetail("\"%s\" is a built-in function.", name);
				GUC_check_errhint("Name it by its C symbol, which is in pg_proc.prosrc.");
				ok = false;
				break;
			}
			if (*name == '\0' || strpbrk(name, "()\"' \t\n") != NULL)
			{
				GUC_check_errdetail("\"%s\" is not a function's name.", name);
				GUC_check_errhint("Write a C symbol, or schema.function, without arguments.");
				ok = false;
				break;
			}
		}
	pfree(copy);
	list_free(names);
	return ok && (gk_protected_functions == NULL ||
				  may_become(1, keeps_all(gk_protected_functions, *newval)));
}

static void
assign_protected_functions(const char *newval, void *extra)
{
	gk_symbols_reset();
}

static bool
check_audit_sink(char **newval, void **extra, GucSource source)
{
	char	   *copy = pstrdup(*newval);
	List	   *names;
	bool		ok = SplitIdentifierString(copy, ',', &names);
	int			seen = 0;
	ListCell   *cell;

	if (!ok || names == NIL)
	{
		GUC_check_errdetail("\"%s\" is not a list of audit sinks.", *newval);
		ok = false;
	}
	else
		foreach(cell, names)
		{
			const char *name = lfirst(cell);
			int			bit = strcmp(name, "journald") == 0 ? 1 :
				strcmp(name, "syslog") == 0 ? 2 :
				strcmp(name, "auto") == 0 ? 4 : 0;

			if (bit == 0)
				GUC_check_errdetail("There is no audit sink \"%s\".", name);
			else if (seen & bit)
				GUC_check_errdetail("\"%s\" is listed twice.", name);
			else if ((seen | bit) > 4)
				GUC_check_errdetail("\"auto\" cannot be combined with other sinks.");
			else
			{
				seen |= bit;
				continue;
			}
			ok = false;
			break;
		}
	if (!ok)
		GUC_check_errhint("Write auto, or a list of journald and syslog.");
	pfree(copy);
	list_free(names);
	return ok;
}

static bool
check_socket(char **newval, void **extra, GucSource source)
{
	if (!is_absolute_path(*newval))
	{
		GUC_check_errdetail("\"%s\" is not an absolute path.", *newval);
		return false;
	}
	if (strlen(*newval) >= sizeof(((struct sockaddr_un *) NULL)->sun_path))
	{
		GUC_check_errdetail("A socket's path cannot be longer than %zu bytes.",
							sizeof(((struct sockaddr_un *) NULL)->sun_path) - 1);
		return false;
	}
	return true;
}

static void
define_enum(const char *name, const char *what, int *variable,
			int value, const struct config_enum_entry *options,
			GucEnumCheckHook check)
{
	DefineCustomEnumVariable(name, what, NULL, variable, value, options,
							 PGC_SIGHUP, GUC_SUPERUSER_ONLY, check, NULL, NULL);
}

static void
define_list(const char *name, const char *what, char **variable,
			const char *value, GucContext context, GucStringCheckHook check,
			GucStringAssignHook assign)
{
	DefineCustomStringVariable(name, what, NULL, variable, value, context,
							   GUC_LIST_INPUT | GUC_SUPERUSER_ONLY, check, assign, NULL);
}

static void
define_path(const char *name, const char *what, char **variable,
			const char *value)
{
	DefineCustomStringVariable(name, what, NULL, variable, value, PGC_SIGHUP,
							   GUC_SUPERUSER_ONLY, check_socket, NULL, NULL);
}

static void
define_rule_settings(void)
{
	for (int r = 0; r < GK_NUM_RULES; r++)
	{
		char	   *name = psprintf("gatekeeper.%s", gk_rules[r].name);

		gk_level[r] = gk_rules[r].level;
		define_enum(name, gk_rules[r].covers, &gk_level[r], gk_rules[r].level,
					level_options, check_level[r]);
		pfree(name);
	}
}

static void
define_audit_settings(void)
{
	define_list("gatekeeper.audit_sink",
				"Where audit records go: auto, or a list of journald and syslog.",
				&gk_audit_sink, "auto", PGC_SIGHUP, check_audit_sink, NULL);
	define_enum("gatekeeper.audit_level",
				"Which actions are recorded: denied ones, elevated ones too, or all privileged ones.",
				&gk_audit_level, GK_AUDIT_ELEVATED, audit_level_options, NULL);
	define_enum("gatekeeper.audit_failure",
				"Whether a permitted elevated action goes on when it cannot be recorded.",
				&gk_audit_failure, GK_AUDIT_OPEN, audit_failure_options, NULL);
	DefineCustomIntVariable("gatekeeper.audit_timeout",
							"How long writing a record may hold up a statement.",
							NULL, &gk_audit_timeout, 50, 1, 10000, PGC_SIGHUP,
							GUC_UNIT_MS | GUC_SUPERUSER_ONLY, NULL, NULL, NULL);
	DefineCustomIntVariable("gatekeeper.audit_statement",
							"How much of the statement a record holds; 0 for nothing.",
							NULL, &gk_audit_statement, 2048, 0, 3072, PGC_SIGHUP,
							GUC_UNIT_BYTE | GUC_SUPERUSER_ONLY, NULL, NULL, NULL);
	define_path("gatekeeper.audit_journal_socket",
				"The socket of the journal, or of a journal namespace.",
				&gk_audit_journal_socket, "/run/systemd/journal/socket");
	define_path("gatekeeper.audit_syslog_socket",
				"The socket of the syslog daemon.",
				&gk_audit_syslog_socket, "/dev/log");
}

/* Server start.  strict comes first: the others' check hooks ask for it. */
void
gk_define_settings(void)
{
	DefineCustomBoolVariable("gatekeeper.strict",
							 "Every rule that needs a circumstance binds always, superusers too.",
							 NULL, &gk_strict, false, PGC_POSTMASTER,
							 GUC_SUPERUSER_ONLY, NULL, NULL, NULL);
	define_enum("gatekeeper.mode",
				"Whether rules deny, only record what they would deny, or are off.",
				&gk_mode, GK_MODE_ENFORCE, mode_options, check_mode);
	define_enum("gatekeeper.untrusted_code",
				"What happens when superuser rights run the code of a role that is not superuser.",
				&gk_untrusted_code, GK_UNTRUSTED_RESTRICT,
				untrusted_code_options, check_untrusted_code);
	define_list("gatekeeper.reserved_roles",
				"The only roles, beside the bootstrap superuser, that may be made superuser.",
				&gk_reserved_roles, "postgres", PGC_POSTMASTER,
				check_reserved_roles, NULL);
	define_list("gatekeeper.blocked_extensions",
				"Extensions that nobody can create (rule extension_blocked).",
				&gk_blocked_extensions, "file_fdw", PGC_SIGHUP,
				check_blocked_extensions, NULL);
	define_list("gatekeeper.protected_functions",
				"Functions that are refused when a circumstance holds (rule protected_function).",
				&gk_protected_functions, "", PGC_SIGHUP,
				check_protected_functions, assign_protected_functions);
	define_rule_settings();
	define_audit_settings();
	MarkGUCPrefixReserved("gatekeeper");
}
