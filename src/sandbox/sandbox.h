/*-------------------------------------------------------------------------
 *
 * sandbox.h
 *	  Containment: what a session gives up, for good, before any user's code runs in it.
 *
 * Two walls of the kernel's: a seccomp filter (seccomp.c), after which the process
 * starts no program, and Landlock (landlock.c), after which it opens only the files
 * of paths.c.  who.c says which sessions are contained, sessions.c keeps in shared
 * memory which are, kernel.c what of it this kernel has.  containment.c, above, is
 * called by the hooks, and records.
 *
 * Neither wall can be taken down again, for a single statement or function: a
 * session is contained or it is not.  On systems that have neither, the same
 * functions say so.
 *
 * This folder uses origin/ and base/ only.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#ifndef GK_SANDBOX_H
#define GK_SANDBOX_H

#include "base/gatekeeper.h"

#include "libpq/libpq-be.h"

/* Why a session is contained, or is not. */
typedef enum GkWhy
{
	GK_WHY_UNKNOWN,				/* none of the others: a process that was never judged */
	GK_FREE_OFF,
	GK_FREE_SUPERUSER,
	GK_FREE_MEMBER,
	GK_FREE_LABEL,
	GK_FREE_HOST_USER,
	GK_FREE_EXEMPT,
	GK_FREE_WORKER,
	GK_CONTAINED_USER,			/* from here on: contained */
	GK_CONTAINED_NOT_RESERVED,
	GK_CONTAINED_REMOTE,
	GK_CONTAINED_ALL,
	GK_CONTAINED_OWN_PEER,
	GK_CONTAINED_AUTOVACUUM,
	GK_CONTAINED_REPLICATION,
	GK_CONTAINED_BY_STARTER,
	GK_NUM_WHYS
} GkWhy;

static inline bool
gk_why_is_contained(GkWhy why)
{
	return why >= GK_CONTAINED_USER;
}

/* A session as the view has it. */
typedef struct GkSandboxSession
{
	int			pid;			/* 0: none */
	Oid			role;
	int			why;			/* GkWhy */
	int			walls;
} GkSandboxSession;

/* who.c */
extern int	gk_who_gives_up(GkWhy why, Oid role);
extern GkWhy gk_who_logs_in(const Port *port, Oid *role);
extern GkWhy gk_who_works(Oid role);
extern const char *gk_why_text(GkWhy why);

/* kernel.c */
extern GkSandbox gk_sandbox_scope(void);
extern void gk_sandbox_prepare(void);
extern int	gk_sandbox_walls(void);
extern const char *gk_sandbox_in_force(void);
extern bool gk_sandbox_enter(int wanted, const char **failed);

/* vouched.c */
extern bool gk_is_vouched_role(Oid roleid);
extern int	gk_vouched_walls(Oid roleid);

/* libraries.c: 0 or an errno */
extern uint64 gk_libraries_door(void);
extern int	gk_libraries_enter(void);

/* seccomp.c: 0 or an errno */
extern int	gk_seccomp_build(bool guards_libraries);
extern int	gk_seccomp_enter(void);

/* landlock.c */
extern int	gk_landlock_abi(void);
extern int	gk_landlock_build(void);
extern int	gk_landlock_enter(void);

/* What may be done below a path; bits. */
#define GK_PATH_READ	0x01
#define GK_PATH_WRITE	0x02	/* read, too; and make and remove files */
#define GK_PATH_DEVICE	0x04	/* read and write a file that is there */
#define GK_PATH_ALL		0x08	/* whatever permissions allow */

/* paths.c */
typedef int (*GkPathTaker) (const char *path, int rights);
extern int	gk_sandbox_paths(GkPathTaker take);
extern int	gk_sandbox_paths_since(GkPathTaker take);

/* server_paths.c */
extern int	gk_server_paths(GkPathTaker take);
extern int	gk_server_paths_since(GkPathTaker take);

/* sessions.c */
extern void gk_sandbox_shmem_request(void);
extern void gk_sandbox_shmem_startup(void);
extern void gk_sandbox_note(Oid role, GkWhy why, int walls);
extern bool gk_sandbox_of(int pid, GkSandboxSession *session);
extern int	gk_sandbox_sessions(void);
extern bool gk_sandbox_session(int number, GkSandboxSession *session);

#endif							/* GK_SANDBOX_H */
