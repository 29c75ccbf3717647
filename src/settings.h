/*-------------------------------------------------------------------------
 *
 * settings.h
 *	  The settings' check hooks, for settings.c, which defines the settings.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#ifndef GK_SETTINGS_H
#define GK_SETTINGS_H

extern const GucEnumCheckHook gk_accept_level[GK_NUM_RULES];

/* version.c */
extern void gk_define_version(void);

/* settings_check.c */
extern bool gk_accept_mode(int *newval, void **extra, GucSource source);
extern bool gk_accept_untrusted_code(int *newval, void **extra, GucSource source);
extern bool gk_accept_unreserved_superusers(int *newval, void **extra, GucSource source);
extern bool gk_accept_replication_roles(char **newval, void **extra, GucSource source);
extern bool gk_accept_reserved_roles(char **newval, void **extra, GucSource source);
extern bool gk_accept_blocked_extensions(char **newval, void **extra, GucSource source);
extern bool gk_accept_allowed_extensions(char **newval, void **extra, GucSource source);
extern bool gk_accept_protected_roles(char **newval, void **extra, GucSource source);
extern bool gk_accept_protected_functions(char **newval, void **extra, GucSource source);
extern bool gk_accept_audit_sink(char **newval, void **extra, GucSource source);
extern bool gk_accept_audit_classes(char **newval, void **extra, GucSource source);
extern bool gk_accept_audit_classes_where(char **newval, void **extra, GucSource source);
extern bool gk_accept_paths(char **newval, void **extra, GucSource source);
extern bool gk_accept_identity_keys(char **newval, void **extra, GucSource source);
extern bool gk_accept_claim(char **newval, void **extra, GucSource source);
extern bool gk_accept_audit_chain(char **newval, void **extra, GucSource source);
extern bool gk_accept_socket(char **newval, void **extra, GucSource source);

#endif							/* GK_SETTINGS_H */
