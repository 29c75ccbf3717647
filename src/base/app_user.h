/*-------------------------------------------------------------------------
 *
 * app_user.h
 *	  Who is behind the session's database role: the application user, whom a
 *	  verified token named.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#ifndef GK_APP_USER_H
#define GK_APP_USER_H

#include "postgres.h"

#include "datatype/timestamp.h"

#pragma GCC visibility push(hidden)

#define GK_APP_TEXT 512			/* bytes of a text, in the server's encoding */

#define GK_APP_SETTING "gatekeeper.application_user"

/* No text has control characters in it. */
typedef struct GkAppUser
{
	TimestampTz expires;
	TimestampTz issued;			/* 0 where the token does not tell */
	char		user[GK_APP_TEXT];
	char		issuer[GK_APP_TEXT];
	char		key[GK_APP_TEXT];	/* which one signed the token */
	char		session[GK_APP_TEXT];	/* of the token, for revocation */
	const char *claims;			/* JSON */
} GkAppUser;

/* app_user.c */
extern uint64 gk_app_user_serial;	/* another number: perhaps another user */
extern void gk_app_user_init(void);
extern const GkAppUser *gk_app_user(void);
extern void gk_app_user_set(const GkAppUser *user, bool is_local);
extern void gk_app_user_clear(void);

/* revoked.c */
extern void gk_revoked_shmem_request(void);
extern void gk_revoked_shmem_startup(void);
extern uint64 gk_revoked_generation(void);
extern bool gk_is_revoked(const GkAppUser *user);
extern bool gk_revoke(bool is_session, const char *name, TimestampTz until);

#pragma GCC visibility pop

#endif							/* GK_APP_USER_H */
