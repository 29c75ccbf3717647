/*-------------------------------------------------------------------------
 *
 * login.h
 *	  What happens when a session begins.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#ifndef GK_LOGIN_H
#define GK_LOGIN_H

#include "containment.h"

#include "libpq/auth.h"

#pragma GCC visibility push(hidden)

/* login.c */
extern ClientAuthentication_hook_type gk_client_authenticated(ClientAuthentication_hook_type next);
extern void gk_session_begins(void);

/* login_settings.c */
extern void gk_login_note_settings(void);
extern void gk_login_settings(void);

/* commit.c */
extern void gk_commit_init(void);

#pragma GCC visibility pop

#endif							/* GK_LOGIN_H */
