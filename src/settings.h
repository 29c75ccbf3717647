/*-------------------------------------------------------------------------
 *
 * settings.h
 *	  The settings' check hooks, for settings.c, which defines the settings,
 *	  and the list of these, for whoever looks what a reload has changed.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#ifndef GK_SETTINGS_H
#define GK_SETTINGS_H

extern const GucEnumCheckHook gk_accept_level[GK_NUM_RULES];

/* What change of a setting takes protection away? */
typedef enum GkLooser
{
	GK_LOOSER_LESS,				/* a lower number */
	GK_LOOSER_RARER,			/* a longer time; 0 is never */
	GK_LOOSER_SHORTER,			/* a list that lacks a name it had */
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

#define GK_MAX_SETTINGS (GK_NUM_RULES + 20)

/* settings.c: filled as settings are defined */
extern GkSetting gk_settings[GK_MAX_SETTINGS];
extern int	gk_num_settings;
extern int	gk_audit_heartbeat; /* seconds; 0: none */

/* settings_check.c */
extern bool gk_list_keeps_all(const char *oldlist, const char *newlist);
extern bool gk_accept_mode(int *newval, void **extra, GucSource source);
extern bool gk_accept_untrusted_code(int *newval, void **extra, GucSource source);
extern bool gk_accept_reserved_roles(char **newval, void **extra, GucSource source);
extern bool gk_accept_blocked_extensions(char **newval, void **extra, GucSource source);
extern bool gk_accept_protected_functions(char **newval, void **extra, GucSource source);
extern bool gk_accept_audit_sink(char **newval, void **extra, GucSource source);
extern bool gk_accept_socket(char **newval, void **extra, GucSource source);

#endif							/* GK_SETTINGS_H */
