/*-------------------------------------------------------------------------
 *
 * peer.h
 *	  Who is at the other end of a client's connection: a stranger, or one of
 *	  this server's own processes?
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#ifndef GK_PEER_H
#define GK_PEER_H

#include "postgres.h"

#include "libpq/libpq-be.h"

#pragma GCC visibility push(hidden)

typedef enum GkPeerKind
{
	GK_PEER_STRANGER,			/* none of this server's processes */
	GK_PEER_BACKEND,			/* a client's backend, or autovacuum; or a program
								 * that one of these started */
	GK_PEER_WORKER,				/* another process of this server, or a program
								 * of one: background worker, WAL receiver */
	GK_PEER_CONFINED,			/* runs as the server's operating system user
								 * with NO_NEW_PRIVS: another server's backend
								 * in its sandbox */
	GK_PEER_HIDDEN				/* runs as that user and does not show whose
								 * it is */
} GkPeerKind;

typedef struct GkPeer
{
	GkPeerKind	kind;
	pid_t		pid;			/* own: the server process it is, or comes from;
								 * a parallel worker's leader.  0: not known */
	uid_t		uid;			/* of the process; (uid_t) -1: not of this host */
	bool		is_unix;
} GkPeer;

/* What the kernel tells of the process that holds the other end. */
typedef struct GkPeerSocket
{
	uid_t		uid;			/* (uid_t) -1: not of this host */
	pid_t		pid;			/* 0: not known */
	uint32		inode;			/* TCP: of its socket */
	bool		is_unix;
} GkPeerSocket;

/* peer.c */
extern GkPeer gk_peer_of(Port *port);

/* peer_socket.c */
extern GkPeerSocket gk_peer_socket(Port *port);

#pragma GCC visibility pop

#endif							/* GK_PEER_H */
