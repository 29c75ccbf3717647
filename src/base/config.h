/*-------------------------------------------------------------------------
 *
 * config.h
 *	  The values of the settings, and the lists that they are; part of
 *	  gatekeeper.h.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#ifndef GK_CONFIG_VALUES_H
#define GK_CONFIG_VALUES_H

/* Where records go.  The order is that of the fallback under "auto". */
typedef enum GkSink
{
	GK_SINK_JOURNALD,
	GK_SINK_SYSLOG,
	GK_SINK_LOG,				/* the server's own; not of "auto" */
	GK_NUM_SINKS
} GkSink;

#define GK_SINKS_AUTO_USES (1 << GK_SINK_JOURNALD | 1 << GK_SINK_SYSLOG)

#define GK_SINKS_ALL ((1 << GK_NUM_SINKS) - 1)

/* gatekeeper.audit_sink, read. */
typedef struct GkSinks
{
	int			bits;			/* 1 << GkSink of each */
	bool		is_auto;
	const char *name;			/* what was wrong in the list; NULL when read */
	int			length;
} GkSinks;

typedef enum GkSinksRead
{
	GK_SINKS_READ,
	GK_SINKS_NO_LIST,
	GK_SINKS_UNKNOWN,
	GK_SINKS_TWICE,
	GK_SINKS_AUTO				/* with others */
} GkSinksRead;

/* What change of a setting takes protection away? */
typedef enum GkLooser
{
	GK_LOOSER_LESS,				/* a lower number */
	GK_LOOSER_RARER,			/* a longer time; 0 is never */
	GK_LOOSER_SHORTER,			/* a list that lacks an identifier it had */
	GK_LOOSER_FEWER,			/* the same of C symbols, where case counts */
	GK_LOOSER_OTHER				/* any change */
} GkLooser;

/* A setting of gatekeeper.* that a reload can change: one of the two pointers. */
typedef struct GkSetting
{
	const char *name;
	const int  *number;
	char	  **text;
	GkLooser	looser;
} GkSetting;

#define GK_MAX_SETTINGS (GK_NUM_RULES + 30)

/* gatekeeper.sandbox.  The order matters: a later one is never looser. */
typedef enum GkSandbox
{
	GK_SANDBOX_OFF,
	GK_SANDBOX_USERS,			/* roles that have no way to the host */
	GK_SANDBOX_REMOTE,			/* all but the server's own user on this host */
	GK_SANDBOX_ALL
} GkSandbox;

/* gatekeeper.sandbox_files.  The order matters, likewise. */
typedef enum GkSandboxFiles
{
	GK_FILES_OFF,
	GK_FILES_SERVER,			/* what the server is configured by is not written */
	GK_FILES_ON					/* only what a session needs is opened */
} GkSandboxFiles;

/* gatekeeper.sandbox_require: what is not to be had ends the start. */
typedef enum GkSandboxRequire
{
	GK_REQUIRE_NONE,
	GK_REQUIRE_SECCOMP,
	GK_REQUIRE_LANDLOCK
} GkSandboxRequire;

/*
 * What a process has given up; bits.  What of it the kernel holds it to is another
 * matter (sandbox/kernel.c).
 */
#define GK_WALL_PROGRAMS	0x01
#define GK_WALL_FILES		0x02

/* config.c */
extern int	gk_mode;
extern bool gk_strict;
extern int	gk_untrusted_code;
extern char *gk_reserved_roles;
extern int	gk_unreserved_superusers;
extern char *gk_replication_roles;
extern char *gk_blocked_extensions;
extern char *gk_allowed_extensions;
extern char *gk_protected_roles;
extern char *gk_protected_functions;
extern int	gk_level[GK_NUM_RULES];
extern char *gk_audit_sink;
extern GkSinks gk_audit_sinks;	/* the same, read */
extern int	gk_audit_level;
extern int	gk_audit_failure;
extern int	gk_error_detail;
extern int	gk_audit_timeout;	/* milliseconds */
extern int	gk_audit_backlog;	/* KiB */
extern int	gk_audit_statement; /* bytes */
extern int	gk_audit_budget;	/* records a minute */
extern char *gk_audit_classes;	/* read: classes.h */
extern char *gk_audit_classes_where;
extern char *gk_audit_chain;
extern int	gk_audit_heartbeat; /* seconds; 0: none */
extern int	gk_sandbox;
extern int	gk_sandbox_files;
extern char *gk_sandbox_read_paths;
extern char *gk_sandbox_write_paths;
extern char *gk_sandbox_exempt_roles;
extern int	gk_sandbox_require;
extern bool gk_sandbox_libraries;
extern int	gk_sandbox_given_up;	/* by this process, GK_WALL_*; no setting */
extern const char *gk_sandbox_lacks;	/* what of it cannot be had here, or NULL */
extern char *gk_identity_keys;
extern char *gk_identity_issuers;
extern char *gk_identity_audiences;
extern char *gk_identity_user_claim;
extern int	gk_identity_leeway; /* seconds */
extern char *gk_audit_journal_socket;
extern char *gk_audit_syslog_socket;
extern const struct config_enum_entry gk_sandbox_options[];
extern const struct config_enum_entry gk_sandbox_files_options[];
extern const struct config_enum_entry gk_sandbox_require_options[];
extern GkSetting gk_settings[GK_MAX_SETTINGS]; /* filled as they are defined */
extern int	gk_num_settings;
extern const struct config_enum_entry gk_level_options[];
extern const char *const gk_sink_names[GK_NUM_SINKS];
extern const char *gk_level_name(GkLevel level);

/* An entry of gatekeeper.allowed_extensions. */
typedef enum GkAllowedOp
{
	GK_ANY_VERSION,
	GK_THIS_VERSION,			/* = */
	GK_SINCE_VERSION			/* >= */
} GkAllowedOp;

typedef struct GkAllowed
{
	char		name[NAMEDATALEN];
	GkAllowedOp op;
	char		version[NAMEDATALEN];
} GkAllowed;

/* allowed_extensions.c */
extern bool gk_allowed_read(const char **list, GkAllowed *entry);
extern bool gk_allowed_is_tighter(const char *newlist, const char *oldlist);
extern bool gk_extension_is_allowed(const char *list, const char *name, const char *version);
extern int	gk_version_compare(const char *a, const char *b);

/* lists.c */
extern bool gk_name_in_list(const char *name, const char *list);
extern bool gk_setting_is_user(const char *name);
extern bool gk_list_keeps_all(const char *oldlist, const char *newlist, bool folds);
extern GkSinksRead gk_read_sinks(const char *list, GkSinks *sinks);

#endif							/* GK_CONFIG_VALUES_H */
