/*-------------------------------------------------------------------------
 *
 * code_trust.c
 *	  Whose code counts as a superuser's, and which sessions have superuser
 *	  rights to lose?
 *
 * Asked whenever a function is looked up, so the answers are kept in small
 * caches.  A change of a function's row clears what is known of it, one of a
 * role or membership all.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "base/hashes.h"
#include "origin/labels.h"

#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/pg_proc.h"
#include "miscadmin.h"
#include "replication/logicalworker.h"
#include "utils/inval.h"
#include "utils/syscache.h"

/* What is known of functions; forgotten when their catalog changes. */
GkTrust		gk_untrusted_function[GK_TRUST_SIZE];

/* Counts changes, so that nothing is kept that was read before one. */
static uint32 generation;
static GkHashes hashes;			/* of the functions that are known */

/* What gk_code_session_is_privileged() remembers; no user has InvalidOid. */
GkSession	gk_session[GK_SESSIONS];

/* A function has changed or been lent, or a setting that plain ones depend on. */
void
gk_code_forget_functions(void)
{
	memset(gk_untrusted_function, 0, sizeof(gk_untrusted_function));
	memset(&hashes, 0, sizeof(hashes));
}

static void
forget_function(Datum arg, int cacheid, uint32 hash)
{
	generation++;
	if (!gk_hashes_may_have(&hashes, hash))
		return;
	for (int i = 0; i < GK_TRUST_SIZE; i++)
		if (hash == 0 || gk_untrusted_function[i].hash == hash)
			gk_untrusted_function[i].oid = InvalidOid;
}

static void
forget_role(Datum arg, int cacheid, uint32 hash)
{
	generation++;
	gk_code_forget_session();
}

/* gatekeeper.mode or gatekeeper.untrusted_code changes, or a role has. */
void
gk_code_forget_session(void)
{
	memset(gk_session, 0, sizeof(gk_session));
	gk_code_forget_functions();
}

/*
 * Can this session come to have superuser rights, other than by somebody's
 * SECURITY DEFINER function that it has yet to call?  SET ROLE and SET SESSION
 * AUTHORIZATION put rights aside, and what put them aside can be reset.  A role
 * that a label exempts has something to lose, too.  False as well when nobody
 * wants to know.
 *
 * The answer is kept for the pair of users that it was given for, so that SET
 * ROLE, SECURITY DEFINER and whatever else changes one of them asks anew, and
 * until a role changes (a label rewrites its row), a membership or one of the two
 * settings does.  Who logged in stays the same.
 */
bool
gk_code_find_out_session(void)
{
	Oid			current = GetUserId();
	Oid			session = GetSessionUserId();
	Oid			authenticated = GetAuthenticatedUserId();
	uint32		before = generation;
	bool		answer = false;

	if (!IsTransactionState())
		return false;
	if (gk_untrusted_code != GK_UNTRUSTED_OFF && gk_mode != GK_MODE_OFF)
		answer = gk_acts_as_superuser(current) ||
			gk_acts_as_superuser(session) ||
			gk_label_is_on_role(session) ||
			(OidIsValid(authenticated) && gk_acts_as_superuser(authenticated));
	if (answer && IsLogicalWorker())
		gk_code_lend_in_worker();
	if (generation == before && OidIsValid(authenticated))
		gk_session[current & (GK_SESSIONS - 1)] = (GkSession)
		{
			current, session, answer
		};
	return answer;
}

/* Is code that this role owns as good as a superuser's? */
bool
gk_code_owner_is_trusted(Oid roleid)
{
	return gk_is_superuser(roleid) || gk_label_trusts_role(roleid);
}

Oid
gk_code_find_out_owner(Oid funcid)
{
	HeapTuple	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(funcid));
	Oid			owner = InvalidOid;

	if (HeapTupleIsValid(tuple))
	{
		owner = ((Form_pg_proc) GETSTRUCT(tuple))->proowner;
		ReleaseSysCache(tuple);
	}
	return owner;
}

/* Could somebody who is not superuser have written it?  Needs a transaction. */
bool
gk_code_find_out_function(Oid funcid)
{
	GkTrust    *entry = &gk_untrusted_function[funcid & (GK_TRUST_SIZE - 1)];

	while (entry->oid != funcid)
	{
		uint32		before = generation;
		Oid			owner = gk_code_find_out_owner(funcid);

		if (!OidIsValid(owner))
			return false;		/* the caller will complain */
		entry->oid = InvalidOid;	/* should what follows raise */
		entry->owner = owner;
		entry->plain = false;
		entry->answer = !gk_code_owner_is_trusted(owner) &&
			!gk_label_trusts_function(funcid);
		if (generation == before)
		{
			entry->hash = GetSysCacheHashValue1(PROCOID, ObjectIdGetDatum(funcid));
			entry->oid = funcid;
			gk_hashes_add(&hashes, entry->hash);
		}
	}
	return entry->answer;
}

/*
 * All that its calls depend on is gk_code_function_is_untrusted() and who is
 * there: untrusted code is watched for, no label lifts anything from it, and it
 * is not lent.  Whatever changes one of these forgets the function.
 */
void
gk_code_function_is_plain(Oid funcid)
{
	GkTrust    *entry = &gk_untrusted_function[funcid & (GK_TRUST_SIZE - 1)];

	if (entry->oid == funcid)
		entry->plain = true;
}

/* Postmaster start. */
void
gk_code_trust_init(void)
{
	CacheRegisterSyscacheCallback(PROCOID, forget_function, (Datum) 0);
	CacheRegisterSyscacheCallback(AUTHOID, forget_role, (Datum) 0);
	CacheRegisterSyscacheCallback(AUTHMEMROLEMEM, forget_role, (Datum) 0);
	gk_power_init();
}
