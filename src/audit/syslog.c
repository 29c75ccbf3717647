/*-------------------------------------------------------------------------
 *
 * syslog.c
 *	  A record to the syslog daemon: an RFC 3164 header as local senders write
 *	  it, then "@cee:" and the fields as one JSON object in ASCII.
 *
 * Over a socket of our own, because openlog() would change under what name
 * PostgreSQL's own messages go to syslog.  RFC 5424 does not survive the local
 * sockets of the usual daemons.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "audit/audit.h"

#include <syslog.h>
#include <time.h>

#include "miscadmin.h"

/* rsyslog cuts at 8096 bytes by default, and what is cut is no JSON. */
#define GK_SYSLOG_SIZE 8000

static GkSocket syslog_socket;

static void
put_header(GkText *out, const GkRecord *record)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	time_t		now = time(NULL);
	struct tm	tm;
	char		header[80];

	/* the receiver expects local time, in English */
	localtime_r(&now, &tm);
	snprintf(header, sizeof(header),
			 "<%d>%.3s %2d %02d:%02d:%02d pg_gatekeeper[%d]: @cee:{",
			 LOG_AUTHPRIV | (*gk_record_value(record, "PRIORITY") - '0'),
			 months + 3 * tm.tm_mon, tm.tm_mday,
			 tm.tm_hour, tm.tm_min, tm.tm_sec, MyProcPid);
	gk_text_ascii(out, header);
}

/* Send the record; 0 or an errno.  deadline as in gk_socket_send(). */
int
gk_syslog_send(const GkRecord *record, int64 deadline)
{
	char	   *wire = gk_record_wire;
	GkText		out;

	gk_text_init(&out, wire, GK_SYSLOG_SIZE - 2);
	put_header(&out, record);
	gk_record_put_json(record, &out, true);
	wire[out.used++] = '}';
	wire[out.used] = '\0';
	return gk_socket_send(&syslog_socket, gk_audit_syslog_socket, true,
						  wire, out.used, deadline);
}
