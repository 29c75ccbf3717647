/*-------------------------------------------------------------------------
 *
 * circumstances.c
 *	  The circumstances: why an action is suspect.
 *
 * Asked only after a rule has found something, so these may look at catalogs.
 * An ordinary statement never gets here.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "origin/labels.h"
#include "base/session.h"

#include "access/xact.h"
#include "catalog/pg_authid.h"
#include "catalog/pg_proc.h"
#include "commands/extension.h"
#include "miscadmin.h"
#include "utils/acl.h"

static const char *const circumstance_names[GK_NUM_CIRCUMSTANCES] = {
	"extension", "elevated", "restricted", "untrusted", "strict", "self"
};

/*
 * The roles that give files and programs of the host: a role that gains one of
 * these on the way from session_user to current_user is as elevated as if it
 * were superuser.
 */
static bool
gains(Oid current, Oid session, Oid role)
{
	return has_privs_of_role(current, role) && !has_privs_of_role(session, role);
}

/* With it others are made members of roles, and get passwords. */
static bool
gains_createrole(Oid current, Oid session)
{
	return has_createrole_privilege(current) && !has_createrole_privilege(session);
}

/*
 * current_user has rights that session_user has not: a SECURITY DEFINER
 * function, SET ROLE, an extension script run as the bootstrap superuser, or a
 * module (pgextwlist) that switched the user for a while.  A member of a superuser
 * role that inherits acts as superuser without having become one: elevated, too,
 * in its own session, with nothing switched.  Not so for administrators and what
 * they become themselves; see administrator.c.
 */
static bool
is_elevated(void)
{
	Oid			current = GetUserId();
	Oid			session = gk_client_role();

	if (gk_is_superuser(session))
		return false;			/* has_privs_of_role() is true for everything */
	if (current == session)
		return gk_acts_as_superuser(current) && !gk_client_is_administrator();
	if (gk_acts_as_superuser(current) || gains_createrole(current, session))
		return true;
	return gains(current, session, ROLE_PG_READ_SERVER_FILES) ||
		gains(current, session, ROLE_PG_WRITE_SERVER_FILES) ||
		gains(current, session, ROLE_PG_EXECUTE_SERVER_PROGRAM);
}

/*
 * The circumstances that hold now, as GK_* bits.  Outside a transaction no
 * user's code can be running and no catalog can be read: only strict and
 * self can hold.
 */
int
gk_circumstances(void)
{
	int			bits = 0;

	if (gk_strict)
		bits |= GK_STRICT;
	if (gk_session_is_self())
		bits |= GK_SELF;
	if (!IsTransactionState())
		return bits;
	if (creating_extension)
		bits |= GK_EXTENSION;
	if (InSecurityRestrictedOperation())
		bits |= GK_RESTRICTED;
	if (is_elevated())
		bits |= GK_ELEVATED;
	if (gk_acts_as_superuser(GetUserId()) ? gk_code_is_untrusted() :
		gk_code_is_anothers() && gk_has_to_lose(GetUserId()))
		bits |= GK_UNTRUSTED;
	return bits;
}

/*
 * Beside them, for a function that a rule lists: was the right to call it lent?
 * An ordinary role that was granted pg_ls_dir() lends it by its SECURITY DEFINER
 * functions as a superuser does.
 */
int
gk_circumstances_of_call(Oid funcid)
{
	Oid			session = IsTransactionState() ? gk_client_role() : GetSessionUserId();

	if (GetUserId() == session || gk_is_superuser(session) || !IsTransactionState() ||
		GK_MAY_EXECUTE(funcid, session))
		return 0;
	return GK_ELEVATED;
}

/* The name of the lowest bit set, or NULL when none is. */
const char *
gk_circumstance_name(int bit)
{
	for (int i = 0; i < GK_NUM_CIRCUMSTANCES; i++)
		if (bit & (1 << i))
			return circumstance_names[i];
	return NULL;
}

/* The right of the host that current_user has and session_user has not. */
static const char *
gained(Oid current, Oid session)
{
	if (gk_acts_as_superuser(current))
		return "superuser rights";
	if (gains_createrole(current, session))
		return "CREATEROLE";
	if (gains(current, session, ROLE_PG_READ_SERVER_FILES))
		return "the rights of pg_read_server_files";
	if (gains(current, session, ROLE_PG_WRITE_SERVER_FILES))
		return "the rights of pg_write_server_files";
	return "the rights of pg_execute_server_program";
}

/*
 * Why does the circumstance, which holds, hold?  A phrase in
 * CurrentMemoryContext.  In a transaction only.
 */
const char *
gk_circumstance_reason(int bit)
{
	const char *code;

	switch (bit)
	{
		case GK_EXTENSION:
			return psprintf("the script of extension \"%s\" is running",
							get_extension_name(CurrentExtensionObject));
		case GK_ELEVATED:
			if (gk_acts_as_superuser(GetSessionUserId()) && gk_acts_as_superuser(GetUserId()))
				return psprintf("current_user \"%s\" acts as superuser, and session_user \"%s\" is a member of a superuser, not one itself",
								GetUserNameFromId(GetUserId(), true),
								GetUserNameFromId(GetSessionUserId(), true));
			return psprintf("current_user \"%s\" has %s, session_user \"%s\" has not",
							GetUserNameFromId(GetUserId(), true),
							gained(GetUserId(), GetSessionUserId()),
							GetUserNameFromId(GetSessionUserId(), true));
		case GK_RESTRICTED:
			return "a security-restricted operation is running, with the rights of a table's owner";
		case GK_UNTRUSTED:
			code = gk_code_text(false);
			return psprintf("superuser rights are running %s", code ? code : "the code of others");
		case GK_SELF:
			if (gk_session_from() == GK_FROM_UNKNOWN)
				return "a process of this server, it is not known which, made the connection";
			return psprintf("process %d of this server made the connection", (int) gk_session_from());
		default:
			return "gatekeeper.strict is on";
	}
}

/*
 * "extension,elevated" into buf, or "none"; always terminated, cut at size.
 * Returns the length written.
 */
int
gk_circumstances_text(int circumstances, char *buf, int size)
{
	int			used = 0;

	if (circumstances == 0)
		return Min(snprintf(buf, size, "none"), size - 1);
	buf[0] = '\0';
	for (int i = 0; i < GK_NUM_CIRCUMSTANCES; i++)
		if ((circumstances & (1 << i)) && used < size)
			used += snprintf(buf + used, size - used, "%s%s",
							 used ? "," : "", circumstance_names[i]);
	return Min(used, size - 1);
}
