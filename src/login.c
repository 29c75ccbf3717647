/*-------------------------------------------------------------------------
 *
 * login.c
 *	  Who logs in, and from where?
 *
 * Rights that came about past every statement (a row changed in place, a page
 * written, a file edited) are seen by nobody when they arise; they are used in a
 * session, and each session passes here: at the end of the transaction in which
 * PostgreSQL makes it ready, before the client's first command.  By then the
 * role, the database and the settings are known, and no user's code has run.
 *
 *	a superuser that is not reserved, or a role that acts as one	recorded; refused
 *			where gatekeeper.unreserved_superusers or gatekeeper.strict says so
 *	the same from a process of this server		the circumstance "self" holds
 *	replication		recorded; refused to who is not in gatekeeper.replication_roles
 *	settings of the database	see login_settings.c
 *
 * The operating system user that runs the server, and root, are let in over a
 * Unix socket, if not from the server itself: they could change whatever keeps
 * them out, and somebody must be able to put things right.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "login.h"

#include <unistd.h>

#include "audit/audit.h"
#include "classes.h"
#include "base/peer.h"
#include "base/session.h"
#include "common/hashfn.h"
#include "libpq/libpq-be.h"
#include "miscadmin.h"
#include "postmaster/bgworker.h"
#include "replication/walsender.h"
#include "storage/proc.h"
#include "storage/procarray.h"
#include "utils/acl.h"

static ClientAuthentication_hook_type next_authentication;

/*
 * A client is authenticated; neither role nor database have been looked at yet.
 * Later on, the line of pg_hba.conf that let the client in is freed memory.
 */
static void
client_is_known(Port *port, int status)
{
	if (next_authentication)
		next_authentication(port, status);
	gk_class_client_is_known(status);
	if (status != STATUS_OK)
		return;
	gk_containment_at_login(port);
	gk_audit_note_authentication(hba_authname(port->hba->auth_method));
	gk_login_note_settings();
}

/* What hooks.c puts in the place of the one that was there. */
ClientAuthentication_hook_type
gk_client_authenticated(ClientAuthentication_hook_type next)
{
	next_authentication = next;
	return client_is_known;
}

/*
 * May this process of the server log in with superuser rights on its own behalf?
 * WAL receivers and logical replication only replicate.  Other workers that
 * the server or a worker started (pg_cron) do what a superuser had them installed
 * for; those that a client's backend started do what the client says.
 */
static bool
worker_may(pid_t pid)
{
	const char *type = GetBackgroundWorkerTypeByPid(pid);

	if (type == NULL || strncmp(type, "logical replication", strlen("logical replication")) == 0)
		return am_walsender;
	return !gk_session_is_clients_worker(pid);
}

/* The process that a session of this peer must answer for, or 0. */
static pid_t
comes_from(const GkPeer *peer)
{
	switch (peer->kind)
	{
		case GK_PEER_STRANGER:
			return 0;
		case GK_PEER_WORKER:
			return worker_may(peer->pid) ? 0 : peer->pid;
		default:
			return peer->pid != 0 ? peer->pid : GK_FROM_UNKNOWN;
	}
}

/* "backend 4711 of role mallory", or what is known of the client. */
static const char *
peer_text(const GkPeer *peer)
{
	PGPROC	   *proc;
	char	   *role = NULL;

	if (peer->kind == GK_PEER_STRANGER)
		return peer->is_unix ? psprintf("client of operating system user %u", peer->uid) : "client";
	if (peer->kind == GK_PEER_CONFINED)
		return "a confined process of the server's operating system user";
	if (peer->kind == GK_PEER_HIDDEN || peer->pid == 0)
		return "a process of the server's operating system user";
	proc = BackendPidGetProc(peer->pid);
	if (proc && OidIsValid(proc->roleId))
		role = GetUserNameFromId(proc->roleId, true);
	return psprintf("%s %d%s%s", peer->kind == GK_PEER_BACKEND ? "backend" : "worker",
					(int) peer->pid, role ? " of role " : "", role ? role : "");
}

static void
tell(const char *what, const char *rolname, const char *verdict, const GkPeer *peer,
	 bool is_alarm)
{
	GkNotice	notice = {
		.kind = GK_KIND_LOGIN,
		.object_type = what,
		.object = rolname,
		.new_value = verdict,
		.source = peer_text(peer),
		.is_alarm = is_alarm
	};
	uint64		key = hash_bytes_extended((const unsigned char *) what, (int) strlen(what),
										  GetAuthenticatedUserId());

	/* where it comes from, too, but not the port */
	key = hash_bytes_extended((const unsigned char *) gk_audit_client_addr(),
							  (int) strlen(gk_audit_client_addr()), key ^ (uint64) peer->pid);
	if (gk_session_may_tell(key))
		(void) gk_audit_about_module(&notice);
}

/* See the head of this file. */
static bool
is_host_itself(const GkPeer *peer)
{
	return peer->is_unix && peer->kind == GK_PEER_STRANGER &&
		(peer->uid == geteuid() || peer->uid == 0);
}

static void
check_superuser(Oid roleid, const char *rolname, const GkPeer *peer)
{
	pid_t		from = comes_from(peer);
	bool		refused;

	if (from != 0)
	{
		gk_session_note(from, false);
		tell("superuser from the server itself", rolname, "contained", peer, false);
	}
	if (gk_unreserved_superusers == GK_UNRESERVED_ALLOW && !gk_strict)
		return;
	if (gk_role_is_reserved(roleid, rolname))
		return;
	refused = (gk_unreserved_superusers == GK_UNRESERVED_REFUSE || gk_strict) &&
		gk_mode == GK_MODE_ENFORCE && !is_host_itself(peer);
	tell("unreserved superuser", rolname, refused ? "refused" : "let in", peer, true);
	if (refused)
		ereport(FATAL,
				(errcode(ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION),
				 errmsg("pg_gatekeeper: role \"%s\" is not allowed to log in", rolname),
				 errdetail("The role has superuser rights and is not in gatekeeper.reserved_roles."),
				 errhint("An administrator can take these rights away, or add the role to gatekeeper.reserved_roles and restart the server. The operating system user of the server can log in over a Unix socket. See pg_gatekeeper(7).")));
}

static void
check_replication(const char *rolname, const GkPeer *peer)
{
	bool		refused = *gk_replication_roles != '\0' &&
		!gk_name_in_list(rolname, gk_replication_roles) && gk_mode == GK_MODE_ENFORCE;

	tell("replication", rolname, refused ? "refused" : "let in", peer, refused);
	if (refused)
		ereport(FATAL,
				(errcode(ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION),
				 errmsg("pg_gatekeeper: role \"%s\" is not allowed to replicate", rolname),
				 errdetail("The role is not in gatekeeper.replication_roles."),
				 errhint("An administrator can add it there; see pg_gatekeeper(7).")));
}

static void
client_begins(void)
{
	Oid			roleid = GetAuthenticatedUserId();
	bool		has_power = gk_acts_as_superuser(roleid);
	const char *rolname;
	GkPeer		peer;

	gk_session_note(0, false);
	if (!has_power && !am_walsender)
		return;
	rolname = GetUserNameFromId(roleid, true);
	if (rolname == NULL)
		return;
	peer = gk_peer_of(MyProcPort);
	if (has_power)
		check_superuser(roleid, rolname, &peer);
	if (am_walsender)
		check_replication(rolname, &peer);
}

/* Whoever waits for news of a worker started it. */
static void
worker_begins(void)
{
	pid_t		parent = MyBgworkerEntry->bgw_notify_pid;

	gk_session_note(0, parent != 0 &&
					(GetBackgroundWorkerTypeByPid(parent) == NULL ||
					 gk_session_is_clients_worker(parent)));
}

/*
 * Once in each process that uses a database, and in those that replicate: its
 * first transaction is about to end.
 */
void
gk_session_begins(void)
{
	if (gk_mode == GK_MODE_OFF || IsBinaryUpgrade || !IsUnderPostmaster)
		return;
	if (MyProcPort)
		client_begins();
	else if (MyBgworkerEntry)
		worker_begins();
	else
		gk_session_note(0, false);
	if (OidIsValid(MyDatabaseId) && gk_acts_as_superuser(GetSessionUserId()))
		gk_login_settings();
	gk_class_session_begins();
}
