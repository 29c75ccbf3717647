/*-------------------------------------------------------------------------
 *
 * server_log.c
 *	  A record to the server's own log, as one line of JSON: for containers and
 *	  hosts that have neither journal nor syslog.
 *
 * It goes to standard error, where whatever runs the server collects it, or to the
 * logging collector, in one chunk of its protocol: into the file that it writes
 * standard error to, whatever log_destination is.  Neither emit_log_hook nor a
 * level can keep it away.  A line is written whole or not at all, and so fits what
 * a pipe takes at once.  The fields that others wrote come last, and what is left
 * of room is the statement's.
 *
 * No role can write such a line by what PostgreSQL logs of it: there a level or a
 * tab stands before each.  In csvlog and jsonlog anybody can, so it is not written
 * there.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "audit/audit.h"

#include <poll.h>
#include <unistd.h>

#include "miscadmin.h"
#include "postmaster/syslogger.h"

/* Is there room for a whole line?  0, or an errno as of gk_socket_send(). */
static int
wait_for_room(int64 deadline)
{
	struct pollfd fd = {.fd = STDERR_FILENO,.events = POLLOUT};
	bool		no_wait = deadline == GK_NO_WAIT;
	int64		left = no_wait ? 0 : deadline - gk_monotonic_us();
	int			n;

	do
		n = poll(&fd, 1, (int) (Max(left, 0) / 1000));
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return errno;
	if (n == 0)
		return no_wait ? EBUSY : ETIMEDOUT;
	return fd.revents & POLLNVAL ? EBADF : fd.revents & POLLERR ? EPIPE : 0;
}

static int
write_whole(const char *data, size_t len)
{
	ssize_t		n;

	do
		n = write(STDERR_FILENO, data, len);
	while (n < 0 && errno == EINTR);
	return n == (ssize_t) len ? 0 : n < 0 ? errno : EIO;
}

/* Send the record; 0 or an errno.  deadline as in gk_socket_send(). */
int
gk_server_log_send(const GkRecord *record, int64 deadline)
{
	static PipeProtoChunk chunk;
	GkText		out;
	int			err = wait_for_room(deadline);

	if (err != 0)
		return err;
	gk_text_init(&out, chunk.proto.data, PIPE_MAX_PAYLOAD - 2);
	gk_text_ascii(&out, "{");
	gk_record_put_json(record, &out, false);
	chunk.proto.data[out.used++] = '}';
	chunk.proto.data[out.used++] = '\n';
	if (!Logging_collector)
		return write_whole(chunk.proto.data, out.used);
	chunk.proto.nuls[0] = chunk.proto.nuls[1] = '\0';
	chunk.proto.len = (uint16) out.used;
	chunk.proto.pid = MyProcPid;
	chunk.proto.flags = PIPE_PROTO_IS_LAST | PIPE_PROTO_DEST_STDERR;
	return write_whole((char *) &chunk, PIPE_HEADER_SIZE + out.used);
}
