/*-------------------------------------------------------------------------
 *
 * peer_socket.c
 *	  What the kernel tells of the other end of a connection: user, process,
 *	  socket.
 *
 * Over a Unix socket it names user and process.  Over TCP it knows the socket
 * at the other end only when that is in this server's network namespace;
 * NETLINK_SOCK_DIAG finds it by both addresses and ports, in microseconds,
 * however many connections there are.  Without that (gVisor, a kernel that
 * lacks the module) /proc/net has the same as text, read only where the
 * client's address is this host's own.
 *
 * Does not see through: other network namespaces, proxies.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "base/peer.h"

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "storage/fd.h"

static const GkPeerSocket of_another_host = {.uid = (uid_t) -1};

/* Address and port of one end, as the kernel wants them. */
static bool
put_end(const SockAddr *end, __be32 *address, __be16 *port)
{
	if (end->addr.ss_family == AF_INET)
	{
		const struct sockaddr_in *in = (const struct sockaddr_in *) &end->addr;

		address[0] = in->sin_addr.s_addr;
		*port = in->sin_port;
		return true;
	}
	if (end->addr.ss_family == AF_INET6)
	{
		const struct sockaddr_in6 *in = (const struct sockaddr_in6 *) &end->addr;

		memcpy(address, &in->sin6_addr, sizeof(in->sin6_addr));
		*port = in->sin6_port;
		return true;
	}
	return false;
}

/* One question, one answer; false when there is no answer to be had. */
static bool
ask_kernel(const void *request, size_t size, void *answer, size_t room, ssize_t *got)
{
	struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
	struct timeval patience = {.tv_sec = 0,.tv_usec = 200000};
	int			fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
	bool		answered = false;

	if (fd < 0)
		return false;
	(void) setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	if (sendto(fd, request, size, 0, (struct sockaddr *) &kernel, sizeof(kernel)) == (ssize_t) size)
	{
		do
			*got = recv(fd, answer, room, 0);
		while (*got < 0 && errno == EINTR);
		answered = *got > 0;
	}
	close(fd);
	return answered;
}

/* The other end's socket, by sock_diag.  False when it says nothing. */
static bool
find_by_diag(Port *port, GkPeerSocket *peer)
{
	struct
	{
		struct nlmsghdr header;
		struct inet_diag_req_v2 diag;
	}			request;
	union
	{
		struct nlmsghdr header;
		char		room[8192];
	}			answer;
	ssize_t		got = 0;
	struct inet_diag_msg *found;

	memset(&request, 0, sizeof(request));
	request.header.nlmsg_len = sizeof(request);
	request.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
	request.header.nlmsg_flags = NLM_F_REQUEST;
	request.diag.sdiag_family = port->raddr.addr.ss_family;
	request.diag.sdiag_protocol = IPPROTO_TCP;
	request.diag.idiag_states = ~0U;
	request.diag.id.idiag_cookie[0] = request.diag.id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
	/* what is the remote end for us is the local one for its socket */
	if (!put_end(&port->raddr, request.diag.id.idiag_src, &request.diag.id.idiag_sport) ||
		!put_end(&port->laddr, request.diag.id.idiag_dst, &request.diag.id.idiag_dport))
		return false;
	if (!ask_kernel(&request, sizeof(request), &answer, sizeof(answer), &got) ||
		!NLMSG_OK(&answer.header, got) ||
		answer.header.nlmsg_type != SOCK_DIAG_BY_FAMILY ||
		answer.header.nlmsg_len < NLMSG_LENGTH(sizeof(*found)))
		return false;
	found = (struct inet_diag_msg *) NLMSG_DATA(&answer.header);
	/* without such a connection the kernel shows who listens there */
	if (found->id.idiag_sport != request.diag.id.idiag_sport ||
		found->id.idiag_dport != request.diag.id.idiag_dport)
		return false;
	peer->uid = found->idiag_uid;
	peer->inode = found->idiag_inode;
	return true;
}

/* Is the client's address one of this host: the one it connected to, or loopback? */
static bool
is_same_host(Port *port)
{
	__be32		here[4] = {0};
	__be32		there[4] = {0};
	__be16		number;

	if (!put_end(&port->laddr, here, &number) || !put_end(&port->raddr, there, &number))
		return false;
	return memcmp(here, there, sizeof(here)) == 0 ||
		(port->raddr.addr.ss_family == AF_INET && (ntohl(there[0]) >> 24) == IN_LOOPBACKNET);
}

/* An address as /proc/net has it: each word of it as a number of this machine. */
static void
put_hex(char *out, const SockAddr *end)
{
	__be32		address[4] = {0};
	__be16		number = 0;
	int			words = end->addr.ss_family == AF_INET ? 1 : 4;

	(void) put_end(end, address, &number);
	for (int i = 0; i < words; i++)
		out += sprintf(out, "%08X", address[i]);
	sprintf(out, ":%04X", ntohs(number));
}

/* The same from /proc/net/tcp, line by line. */
static bool
find_by_text(Port *port, GkPeerSocket *peer)
{
	bool		four = port->raddr.addr.ss_family == AF_INET;
	char		local[48];
	char		remote[48];
	char		wanted[104];
	char		line[512];
	bool		found = false;
	FILE	   *file = AllocateFile(four ? "/proc/net/tcp" : "/proc/net/tcp6", "r");

	if (file == NULL)
		return false;
	put_hex(local, &port->raddr);
	put_hex(remote, &port->laddr);
	snprintf(wanted, sizeof(wanted), "%s %s ", local, remote);
	while (!found && fgets(line, sizeof(line), file))
	{
		const char *ends = strstr(line, ": ");
		unsigned int uid;
		unsigned int inode;

		if (ends == NULL || strncmp(ends + 2, wanted, strlen(wanted)) != 0)
			continue;
		if (sscanf(ends + 2 + strlen(wanted), "%*s %*s %*s %*s %u %*s %u", &uid, &inode) == 2)
		{
			peer->uid = uid;
			peer->inode = inode;
			found = true;
		}
	}
	FreeFile(file);
	return found;
}

/* Who holds the other end, as far as the kernel tells.  Never raises. */
GkPeerSocket
gk_peer_socket(Port *port)
{
	GkPeerSocket peer = of_another_host;

	if (port->raddr.addr.ss_family == AF_UNIX)
	{
		struct ucred cred;
		socklen_t	size = sizeof(cred);

		peer.is_unix = true;
		if (getsockopt(port->sock, SOL_SOCKET, SO_PEERCRED, &cred, &size) == 0)
		{
			peer.uid = cred.uid;
			peer.pid = cred.pid;
		}
		return peer;
	}
	if (!find_by_diag(port, &peer) && is_same_host(port))
		(void) find_by_text(port, &peer);
	return peer;
}
