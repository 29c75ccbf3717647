/*-------------------------------------------------------------------------
 *
 * config.c
 *	  The values of the settings, and the names of levels and sinks.
 *
 * Anybody may read them.  settings.c defines the settings and lets nothing in
 * that settings_check.c does not accept.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "base/gatekeeper.h"

int			gk_mode = GK_MODE_ENFORCE;
bool		gk_strict = false;
int			gk_untrusted_code = GK_UNTRUSTED_RESTRICT;
char	   *gk_reserved_roles;
int			gk_unreserved_superusers = GK_UNRESERVED_RECORD;
char	   *gk_replication_roles;
char	   *gk_blocked_extensions;
char	   *gk_allowed_extensions;
char	   *gk_protected_roles;
char	   *gk_protected_functions;
int			gk_level[GK_NUM_RULES];
char	   *gk_audit_sink;
GkSinks		gk_audit_sinks;
int			gk_audit_level = GK_AUDIT_ELEVATED;
int			gk_audit_failure = GK_AUDIT_OPEN;
int			gk_error_detail = GK_DETAIL_FULL;
int			gk_audit_timeout = 50;
int			gk_audit_statement = 2048;
char	   *gk_audit_classes;
char	   *gk_audit_classes_where;
int			gk_audit_heartbeat = 3600;
int			gk_audit_backlog = 512;
int			gk_audit_budget = 100;
char	   *gk_identity_keys;
char	   *gk_identity_issuers;
char	   *gk_identity_audiences;
char	   *gk_identity_user_claim;
int			gk_identity_leeway = 30;
char	   *gk_audit_chain;
char	   *gk_audit_journal_socket;
char	   *gk_audit_syslog_socket;

int			gk_sandbox = GK_SANDBOX_USERS;
int			gk_sandbox_files = GK_FILES_SERVER;
char	   *gk_sandbox_read_paths;
char	   *gk_sandbox_write_paths;
char	   *gk_sandbox_exempt_roles;
int			gk_sandbox_require = GK_REQUIRE_NONE;
bool		gk_sandbox_libraries = false;
int			gk_sandbox_given_up;
const char *gk_sandbox_lacks;

GkSetting	gk_settings[GK_MAX_SETTINGS];
int			gk_num_settings;

/* In the order of GkLevel. */
const struct config_enum_entry gk_level_options[] = {
	{"off", GK_LEVEL_OFF, false},
	{"audit", GK_LEVEL_AUDIT, false},
	{"elevated", GK_LEVEL_ELEVATED, false},
	{"always", GK_LEVEL_ALWAYS, false},
	{NULL, 0, false}
};

const struct config_enum_entry gk_sandbox_options[] = {
	{"off", GK_SANDBOX_OFF, false},
	{"users", GK_SANDBOX_USERS, false},
	{"remote", GK_SANDBOX_REMOTE, false},
	{"all", GK_SANDBOX_ALL, false},
	{NULL, 0, false}
};

const struct config_enum_entry gk_sandbox_files_options[] = {
	{"off", GK_FILES_OFF, false},
	{"server", GK_FILES_SERVER, false},
	{"on", GK_FILES_ON, false},
	{NULL, 0, false}
};

const struct config_enum_entry gk_sandbox_require_options[] = {
	{"none", GK_REQUIRE_NONE, false},
	{"seccomp", GK_REQUIRE_SECCOMP, false},
	{"landlock", GK_REQUIRE_LANDLOCK, false},
	{NULL, 0, false}
};

const char *const gk_sink_names[GK_NUM_SINKS] = {"journald", "syslog", "log"};

const char *
gk_level_name(GkLevel level)
{
	return gk_level_options[level].name;
}
