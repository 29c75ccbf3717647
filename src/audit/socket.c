/*-------------------------------------------------------------------------
 *
 * socket.c
 *	  One message to a local socket, in bounded time.
 *
 * The socket is this process's own and stays connected.  It blocks, with a
 * send timeout: of many processes writing at once a blocking socket loses
 * none, a non-blocking one most.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "audit/audit.h"

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "miscadmin.h"
#include "storage/fd.h"

/* The kernel gives what its limit allows. */
#define GK_SEND_BUFFER (8 * 1024 * 1024)

/*
 * What is left of the time when another sink has used it, in microseconds: a
 * sink that is well takes a message at once.
 */
#define GK_LEAST_US 1000

/* Microseconds of a clock that is the same in all processes and never set. */
int64
gk_monotonic_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64) ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

/*
 * The next message asks anew who is at its path.  What one process could not deliver
 * there, the connection that another has had for long may lead to who is going away.
 */
bool		gk_socket_anew;

static void
close_socket(GkSocket *sock)
{
	if (sock->owner == 0)
		return;
	close(sock->fd);
	/* the count of descriptors is this process's, a parent's is not */
	if (sock->owner == MyProcPid)
		ReleaseExternalFD();
	sock->owner = 0;
}

/*
 * Have the kernel give up when the deadline comes.  The timeout mostly is the
 * same as last time, and then costs nothing.
 */
static int
set_timeout(GkSocket *sock, int64 deadline)
{
	int64		left = deadline - gk_monotonic_us();
	int			ms = (int) ((left + 999) / 1000);
	struct timeval tv;

	if (left <= 0)
		return ETIMEDOUT;		/* a timeout of 0 would be none */
	if (ms == sock->timeout)
		return 0;
	tv.tv_sec = ms / 1000;
	tv.tv_usec = ms % 1000 * 1000;
	if (setsockopt(sock->fd, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof(tv)) != 0)
		return errno;
	sock->timeout = ms;
	return 0;
}

static int
open_socket(GkSocket *sock, const char *path, int type, int64 deadline)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX};
	int			size = GK_SEND_BUFFER;
	int			err;

	if (strlen(path) >= sizeof(addr.sun_path))
		return ENAMETOOLONG;
	strlcpy(addr.sun_path, path, sizeof(addr.sun_path));
	sock->fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
	if (sock->fd < 0)
		return errno;
	ReserveExternalFD();
	sock->owner = MyProcPid;
	sock->type = type;
	sock->timeout = -1;
	strlcpy(sock->path, path, sizeof(sock->path));
	(void) setsockopt(sock->fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));

	/* a stream socket's connect waits, too */
	while ((err = set_timeout(sock, deadline)) == 0 &&
		   connect(sock->fd, (struct sockaddr *) &addr, sizeof(addr)) != 0)
		if (errno != EINTR)
		{
			err = errno == EAGAIN ? ETIMEDOUT : errno;
			break;
		}
	if (err != 0)
		close_socket(sock);
	return err;
}

/* Send all of it; a datagram goes whole or not at all. */
static int
send_all(GkSocket *sock, const char *data, size_t len, int64 deadline, int flags)
{
	size_t		sent = 0;

	while (sent < len)
	{
		int			err = set_timeout(sock, deadline);
		ssize_t		n;

		if (err == 0)
		{
			n = send(sock->fd, data + sent, len - sent, MSG_NOSIGNAL | flags);
			if (n >= 0)
			{
				sent += n;
				if (sock->type == SOCK_DGRAM)
					return 0;
				continue;
			}
			if (errno == EINTR)
				continue;
			err = errno == EAGAIN || errno == EWOULDBLOCK ? ETIMEDOUT : errno;
		}
		/* the receiver must not take the next message for the rest of this */
		if (sent > 0)
			close_socket(sock);
		return err;
	}
	return 0;
}

/* Has the other end gone away, so that a new connection may find another? */
static bool
is_stale(int err)
{
	return err == ECONNREFUSED || err == ENOTCONN || err == EPIPE ||
		err == ECONNRESET || err == EDESTADDRREQ || err == EBADF ||
		err == ENOTSOCK;
}

/*
 * Send len bytes to the socket at path.  deadline is on gk_monotonic_us()'s
 * clock, or GK_NO_WAIT.  Where may_stream, a stream socket is spoken to as syslog(3) does:
 * each message with the NUL that ends it (data[len] must be one).
 *
 * Returns 0, or an errno: ETIMEDOUT when the receiver hangs; EBUSY when it could
 * not take the message at once and was not waited for; EAGAIN when it is not
 * known which, because the deadline has nearly passed already (then it takes
 * GK_LEAST_US at most).  Never throws.
 */
int
gk_socket_send(GkSocket *sock, const char *path, bool may_stream,
			   const char *data, size_t len, int64 deadline)
{
	int64		now = gk_monotonic_us();
	bool		no_wait = deadline == GK_NO_WAIT;
	bool		is_short = deadline - now < GK_LEAST_US / 2;
	int			err = 0;

	if (is_short)
		deadline = now + GK_LEAST_US;
	if (sock->owner != 0 &&
		(gk_socket_anew || sock->owner != MyProcPid || strcmp(sock->path, path) != 0))
		close_socket(sock);
	gk_socket_anew = false;

	for (int attempt = 0; attempt < 2; attempt++)
	{
		bool		was_open = sock->owner != 0;

		if (!was_open)
		{
			err = open_socket(sock, path, SOCK_DGRAM, deadline);
			if (err == EPROTOTYPE && may_stream)
				err = open_socket(sock, path, SOCK_STREAM, deadline);
			if (err != 0)
				break;
		}
		err = send_all(sock, data, len + (sock->type == SOCK_STREAM), deadline,
					   no_wait ? MSG_DONTWAIT : 0);
		if (err == 0)
			return 0;

		/*
		 * Whoever hangs may have been replaced at the same path: the next
		 * message asks anew who is there.
		 */
		if (is_stale(err) || err == ETIMEDOUT)
			close_socket(sock);
		if (!is_stale(err) || !was_open)
			break;
	}
	return err != ETIMEDOUT ? err : no_wait ? EBUSY : is_short ? EAGAIN : ETIMEDOUT;
}
