/*-------------------------------------------------------------------------
 *
 * client.c
 *	  Who is at the other end of the session: client, authentication, and, for
 *	  a parallel worker, the session whose query it works on.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "audit/audit.h"

#include <netdb.h>

#include "common/ip.h"
#include "libpq/libpq-be.h"
#include "miscadmin.h"
#include "storage/proc.h"
#include "utils/backend_status.h"
#include "utils/timestamp.h"

static const char *authentication_method pg_attribute_unused();

/* Keep the name, which lives as long as the server, of the client's method. */
void
gk_audit_note_authentication(const char *method)
{
	authentication_method = method;
}

/* "method:identity" of who was authenticated, or NULL. */
const char *
gk_audit_authenticated(void)
{
#ifdef GK_HAVE_SYSTEM_USER
	return GetSystemUser();
#else
	static char known[GK_NAME_SIZE];

	if (MyProcPort == NULL || MyProcPort->authn_id == NULL || authentication_method == NULL)
		return NULL;
	snprintf(known, sizeof(known), "%s:%s", authentication_method, MyProcPort->authn_id);
	return known;
#endif
}

/*
 * The client's address and port, as numbers: a name that log_hostname found is
 * the client's own to choose.  "" where there is none.
 */
static char client_addr[NI_MAXHOST];
static char client_port[NI_MAXSERV];
static char client[NI_MAXHOST + NI_MAXSERV + 4];

/* The leader, in a parallel worker; of one that could not be found pid is 0. */
static struct
{
	bool		is_known;
	int			pid;
	TimestampTz start;
	SockAddr	addr;
}			leader;

/*
 * In a parallel worker, find out whose query it works on.  Can throw.  A leader
 * stays the same for the worker's life.
 */
void
gk_audit_find_leader(void)
{
	PGPROC	   *proc = MyProc ? MyProc->lockGroupLeader : NULL;

	if (leader.is_known || proc == NULL || proc == MyProc)
		return;
	leader.is_known = true;
	for (int i = 1; i <= pgstat_fetch_stat_numbackends(); i++)
	{
		LocalPgBackendStatus *local = GK_LOCAL_BACKEND(i);

		if (local == NULL || local->backendStatus.st_procpid != proc->pid)
			continue;
		leader.start = local->backendStatus.st_proc_start_timestamp;
		leader.addr = local->backendStatus.st_clientaddr;
		leader.pid = proc->pid;
	}
}

/* The process number of the session that acts; in a worker the leader's. */
int
gk_audit_session_pid(void)
{
	return leader.pid ? leader.pid : MyProcPid;
}

/* When it began, as seconds since 1970. */
int64
gk_audit_session_start(void)
{
	return leader.pid ? (int64) timestamptz_to_time_t(leader.start) : (int64) MyStartTime;
}

static void
find_client(void)
{
	static const SockAddr *known;
	const SockAddr *addr = MyProcPort ? &MyProcPort->raddr : leader.pid ? &leader.addr : NULL;

	if (addr == known)
		return;
	known = addr;
	client_addr[0] = client_port[0] = client[0] = '\0';
	if (known == NULL)
		return;
	if (known->addr.ss_family == AF_UNIX ||
		pg_getnameinfo_all(&known->addr, known->salen,
						   client_addr, sizeof(client_addr),
						   client_port, sizeof(client_port),
						   NI_NUMERICHOST | NI_NUMERICSERV) != 0)
	{
		client_addr[0] = client_port[0] = '\0';
		strcpy(client, "local");
	}
	else
		snprintf(client, sizeof(client), strchr(client_addr, ':') ? "[%s]:%s" : "%s:%s",
				 client_addr, client_port);
}

const char *
gk_audit_client_addr(void)
{
	find_client();
	return client_addr;
}

const char *
gk_audit_client_port(void)
{
	find_client();
	return client_port;
}

/* Both as one; "local" over a Unix socket, "" without a client. */
const char *
gk_audit_client(void)
{
	find_client();
	return client;
}
