/*-------------------------------------------------------------------------
 *
 * session.h
 *	  What is known of sessions since they began, of this one and of others.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#ifndef GK_SESSION_H
#define GK_SESSION_H

#include "postgres.h"

#pragma GCC visibility push(hidden)

/* The process that made the connection is not known. */
#define GK_FROM_UNKNOWN ((pid_t) -1)

extern void gk_session_shmem_request(void);
extern void gk_session_shmem_startup(void);
extern void gk_session_note(pid_t from, bool clients_worker);
extern pid_t gk_session_from(void);
extern bool gk_session_is_clients_worker(pid_t pid);
extern bool gk_session_may_tell(uint64 what);

/* Does this session come from the server itself, with superuser rights? */
static inline bool
gk_session_is_self(void)
{
	return gk_session_from() != 0;
}

#pragma GCC visibility pop

#endif							/* GK_SESSION_H */
