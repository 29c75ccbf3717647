/*-------------------------------------------------------------------------
 *
 * peer.c
 *	  Does a connection come from this server itself?
 *
 * Whatever it was that connected (dblink, postgres_fdw, a driver in an untrusted
 * language, a program that COPY started): the process at the other end runs as
 * the server's operating system user and descends from the postmaster.  Its user
 * is asked first, since nearly every client has another; only then /proc.
 *
 * A process of the same user that cannot gain privileges any more is taken for
 * another server's backend in its sandbox.  One whose files cannot be looked at,
 * while some of ours cannot either, is not taken for a stranger.
 *
 * Does not see: a program started by a backend that has left the process tree
 * (fork, setsid, exit of its parent); what other servers of the same user do
 * without a sandbox; proxies (a pooler on the same host is who it is).
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "base/peer.h"

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include "miscadmin.h"
#include "postmaster/bgworker.h"
#include "storage/fd.h"
#include "storage/proc.h"
#include "storage/procarray.h"

/* Deeper than any tree of processes that is meant. */
#define GK_MAX_ANCESTORS 64

/* All of a small file of /proc, terminated; false when it cannot be read. */
static bool
read_small(const char *path, char *buf, size_t size)
{
	int			fd = OpenTransientFile(path, O_RDONLY);
	ssize_t		got;

	if (fd < 0)
		return false;
	got = read(fd, buf, size - 1);
	CloseTransientFile(fd);
	buf[Max(got, 0)] = '\0';
	return got > 0;
}

/* The parent of a process, or 0. */
static pid_t
parent_of(pid_t pid)
{
	char		path[64];
	char		stat[1024];
	const char *end;
	int			parent;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int) pid);
	if (!read_small(path, stat, sizeof(stat)))
		return 0;
	/* the name in brackets can be anything */
	end = strrchr(stat, ')');
	return end && sscanf(end + 1, " %*c %d", &parent) == 1 ? parent : 0;
}

/* The process of this server that it is or comes from, or 0. */
static pid_t
server_process_of(pid_t pid)
{
	for (int i = 0; i < GK_MAX_ANCESTORS && pid > 1; i++)
	{
		pid_t		parent = parent_of(pid);

		if (parent == PostmasterPid)
			return pid;
		pid = parent;
	}
	return 0;
}

static bool
is_confined(pid_t pid)
{
	char		path[64];
	char		status[4096];
	const char *line;

	snprintf(path, sizeof(path), "/proc/%d/status", (int) pid);
	if (!read_small(path, status, sizeof(status)))
		return false;
	line = strstr(status, "\nNoNewPrivs:");
	return line && strtol(line + strlen("\nNoNewPrivs:"), NULL, 10) == 1;
}

/* Has the process this socket?  *known is false when its files cannot be seen. */
static bool
has_socket(pid_t pid, const char *wanted, bool *known)
{
	char		path[64];
	DIR		   *dir;
	struct dirent *entry;
	bool		found = false;

	snprintf(path, sizeof(path), "/proc/%d/fd", (int) pid);
	dir = AllocateDir(path);
	*known = dir != NULL || errno == ENOENT;
	if (dir == NULL)
		return false;
	while (!found && (entry = readdir(dir)) != NULL)
	{
		char		target[64];
		ssize_t		length = readlinkat(dirfd(dir), entry->d_name, target, sizeof(target) - 1);

		if (length > 0)
		{
			target[length] = '\0';
			found = strcmp(target, wanted) == 0;
		}
	}
	FreeDir(dir);
	return found;
}

/*
 * The process of the server's user that holds the socket, or 0; *hidden is set
 * when it may be one of ours whose files cannot be seen.
 */
static pid_t
holder_of(uint32 inode, bool *hidden)
{
	char		wanted[40];
	DIR		   *proc = AllocateDir("/proc");
	struct dirent *entry;
	pid_t		holder = 0;

	*hidden = proc == NULL;
	if (proc == NULL)
		return 0;
	snprintf(wanted, sizeof(wanted), "socket:[%u]", inode);
	while (holder == 0 && (entry = readdir(proc)) != NULL)
	{
		pid_t		pid = (pid_t) strtol(entry->d_name, NULL, 10);
		struct stat st;
		bool		known;

		if (pid <= 1 || pid == MyProcPid || pid == PostmasterPid ||
			fstatat(dirfd(proc), entry->d_name, &st, 0) != 0)
			continue;
		if (st.st_uid != geteuid())
		{
			/* one that shows nothing of itself belongs to root in /proc */
			if (st.st_uid == 0 && server_process_of(pid) != 0)
				*hidden = true;
			continue;
		}
		if (has_socket(pid, wanted, &known))
			holder = pid;
		else if (!known && server_process_of(pid) != 0)
			*hidden = true;
	}
	FreeDir(proc);
	return holder;
}

/*
 * What process of this server is it?  Autovacuum runs functions of ordinary
 * roles, and a parallel worker those of its leader.
 */
static void
classify(pid_t own, GkPeer *peer)
{
	PGPROC	   *proc = BackendPidGetProc(own);

	peer->pid = own;
	peer->kind = GK_PEER_WORKER;
	if (proc == NULL)
		return;					/* auxiliary, or a worker without a database */
	if (proc->lockGroupLeader && proc->lockGroupLeader != proc)
	{
		peer->pid = proc->lockGroupLeader->pid;
		peer->kind = GK_PEER_BACKEND;
	}
	else if (GetBackgroundWorkerTypeByPid(own) == NULL)
		peer->kind = GK_PEER_BACKEND;
}

static GkPeer
find_out_peer(Port *port)
{
	GkPeerSocket end = gk_peer_socket(port);
	GkPeer		peer = {.kind = GK_PEER_STRANGER,.uid = end.uid,.is_unix = end.is_unix};
	pid_t		pid = end.pid;
	pid_t		own;
	bool		hidden = false;

	if (end.uid != geteuid())
		return peer;
	if (!end.is_unix)
		pid = holder_of(end.inode, &hidden);
	own = server_process_of(pid);
	if (own != 0)
		classify(own, &peer);
	else if (pid != 0 && is_confined(pid))
		peer.kind = GK_PEER_CONFINED;
	else if (hidden)
		peer.kind = GK_PEER_HIDDEN;
	return peer;
}

/*
 * Who is it?  In a process that has its place in shared memory already (from
 * authentication on).  May raise only for want of memory or file descriptors.
 *
 * A contained process cannot look at others any more (ptrace rights are needed
 * for what they have open), so the first answer is kept.
 */
GkPeer
gk_peer_of(Port *port)
{
	static const Port *known_port;
	static GkPeer known;

	if (known_port != port)
	{
		known = find_out_peer(port);
		known_port = port;
	}
	return known;
}
