/*-------------------------------------------------------------------------
 *
 * settings_check.c
 *	  Which values do the settings take, and which changes?
 *
 * Check hooks only: each names the bad value and says what to write instead.
 * While gatekeeper.strict is on, a reload cannot loosen anything.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "base/classes.h"
#include "base/gatekeeper.h"

#include <sys/un.h>

#include "access/parallel.h"
#include "audit/chain.h"
#include "identity/keyring.h"
#include "miscadmin.h"
#include "settings.h"
#include "utils/varlena.h"

/* gatekeeper.protected_functions: what symbols.c has room for. */
#define GK_MAX_PROTECTED 100

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

bool
gk_accept_mode(int *newval, void **extra, GucSource source)
{
	return may_become(gk_mode, *newval);
}

bool
gk_accept_untrusted_code(int *newval, void **extra, GucSource source)
{
	return may_become(gk_untrusted_code, *newval);
}

bool
gk_accept_unreserved_superusers(int *newval, void **extra, GucSource source)
{
	return may_become(gk_unreserved_superusers, *newval);
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

const GucEnumCheckHook gk_accept_level[GK_NUM_RULES] = {
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

bool
gk_accept_reserved_roles(char **newval, void **extra, GucSource source)
{
	return is_identifier_list(*newval);
}

/*
 * The old list is read only where it counts: a parallel worker that puts a
 * setting back to its built-in value has freed it already.
 */
static bool
list_may_become(const char *from, const char *to, bool folds)
{
	return from == NULL || !is_fixed() || may_become(1, gk_list_keeps_all(from, to, folds));
}

/* The empty list is the loosest: all roles; of others the shorter is tighter. */
bool
gk_accept_replication_roles(char **newval, void **extra, GucSource source)
{
	if (!is_identifier_list(*newval))
		return false;
	return gk_replication_roles == NULL || *gk_replication_roles == '\0' || !is_fixed() ||
		may_become(1, **newval != '\0' && gk_list_keeps_all(*newval, gk_replication_roles, true));
}

bool
gk_accept_blocked_extensions(char **newval, void **extra, GucSource source)
{
	return is_identifier_list(*newval) &&
		list_may_become(gk_blocked_extensions, *newval, true);
}

bool
gk_accept_protected_roles(char **newval, void **extra, GucSource source)
{
	return is_identifier_list(*newval) &&
		list_may_become(gk_protected_roles, *newval, true);
}

/* The empty list is the loosest: all extensions. */
bool
gk_accept_allowed_extensions(char **newval, void **extra, GucSource source)
{
	const char *rest = *newval;
	GkAllowed	entry;

	while (*rest != '\0' && strspn(rest, " \t\n") != strlen(rest))
		if (!gk_allowed_read(&rest, &entry))
		{
			GUC_check_errdetail("\"%s\" is not a list of extensions.", *newval);
			GUC_check_errhint("Write names separated by commas, each perhaps with a version, as in \"hstore, postgis >= 3.3, pg_cron = 1.6\".");
			return false;
		}
	return gk_allowed_extensions == NULL || !is_fixed() ||
		may_become(1, gk_allowed_is_tighter(*newval, gk_allowed_extensions));
}

/* C symbols are case-sensitive, so this list is not one of identifiers. */
bool
gk_accept_protected_functions(char **newval, void **extra, GucSource source)
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
	return ok && list_may_become(gk_protected_functions, *newval, false);
}

bool
gk_accept_audit_sink(char **newval, void **extra, GucSource source)
{
	GkSinks		sinks;

	switch (gk_read_sinks(*newval, &sinks))
	{
		case GK_SINKS_READ:
			return true;
		case GK_SINKS_NO_LIST:
			GUC_check_errdetail("\"%s\" is not a list of audit sinks.", *newval);
			break;
		case GK_SINKS_UNKNOWN:
			GUC_check_errdetail("There is no audit sink \"%.*s\".", sinks.length, sinks.name);
			break;
		case GK_SINKS_TWICE:
			GUC_check_errdetail("\"%.*s\" is listed twice.", sinks.length, sinks.name);
			break;
		case GK_SINKS_AUTO:
			GUC_check_errdetail("\"auto\" cannot be combined with other sinks.");
	}
	GUC_check_errhint("Write auto, or a list of journald, syslog and log.");
	return false;
}

bool
gk_accept_audit_classes(char **newval, void **extra, GucSource source)
{
	GkClasses	classes;
	const char *wrong = gk_classes_read(*newval, &classes);

	if (wrong == NULL)
		return true;
	GUC_check_errdetail("There is no class of actions \"%s\".", wrong);
	GUC_check_errhint("Write a list of role, grant, ddl, session, extension, system, tables and privileged, or all; each perhaps with \":elevated\".");
	return false;
}

bool
gk_accept_audit_classes_where(char **newval, void **extra, GucSource source)
{
	GkConditions conditions;
	const char *wrong = gk_conditions_read(*newval, &conditions);

	if (wrong == NULL)
		return true;
	GUC_check_errdetail("\"%s\" is not a condition.", wrong);
	GUC_check_errhint("Write a list of at most %d such as \"database=shop, role!=monitor, client=10.0.0.0/8, client=local, application=psql\".",
					  GK_MAX_CONDITIONS);
	return false;
}

bool
gk_accept_socket(char **newval, void **extra, GucSource source)
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

/* A list of absolute paths, as unix_socket_directories is one. */
bool
gk_accept_paths(char **newval, void **extra, GucSource source)
{
	char	   *copy = pstrdup(*newval);
	List	   *paths;
	bool		ok = SplitDirectoriesString(copy, ',', &paths);
	ListCell   *cell;

	if (!ok)
		GUC_check_errdetail("\"%s\" is not a list of paths separated by commas.", *newval);
	else
		foreach(cell, paths)
			if (!is_absolute_path((char *) lfirst(cell)))
			{
				GUC_check_errdetail("\"%s\" is not an absolute path.", (char *) lfirst(cell));
				ok = false;
				break;
			}
	list_free_deep(paths);
	pfree(copy);
	return ok;
}

/* The postmaster reads the keys; whoever it was that said where they are. */
bool
gk_accept_identity_keys(char **newval, void **extra, GucSource source)
{
	char		wrong[MAXPGPATH + 100];

	if (**newval != '\0' && !is_absolute_path(*newval))
	{
		GUC_check_errdetail("\"%s\" is not an absolute path.", *newval);
		return false;
	}
	if (gk_keyring_read(*newval, wrong, sizeof(wrong)))
		return true;
	GUC_check_errdetail("The keys in \"%s\" cannot be used: %s.", *newval, wrong);
	return false;
}

bool
gk_accept_claim(char **newval, void **extra, GucSource source)
{
	if (**newval != '\0')
		return true;
	GUC_check_errdetail("A claim's name cannot be empty.");
	return false;
}

/* Read once, by the postmaster at its start; a reload cannot change it. */
bool
gk_accept_audit_chain(char **newval, void **extra, GucSource source)
{
	const char *wrong;

	if (**newval == '\0' || !process_shared_preload_libraries_in_progress)
		return true;
	wrong = is_absolute_path(*newval) ? gk_chain_load(*newval) : "It is not an absolute path.";
	if (wrong == NULL)
		return true;
	GUC_check_errdetail("The key \"%s\" cannot be used: %s", *newval, wrong);
	GUC_check_errhint("Make one outside the data directory, as the server's user: (umask 077; openssl rand -hex 32 > FILE).");
	return false;
}
