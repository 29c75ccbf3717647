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
#include "catalog/pg_language.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
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
	if (unlikely(gk_given_may_change(hash)))
	{
		gk_power_forget();
		gk_code_forget_session();
	}
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
 * Did whoever logged in have power to lose, before any SECURITY DEFINER function?
 */
bool
gk_code_login_is_privileged(void)
{
	Oid			authenticated = GetAuthenticatedUserId();

	return gk_has_power(GetSessionUserId()) || !OidIsValid(authenticated) ||
		gk_has_power(authenticated);
}

/*
 * What has this session to lose?  SET ROLE and SET SESSION AUTHORIZATION put
 * rights aside, and what put them aside can be reset.  A role that a label
 * exempts has something to lose, too.  Nothing when nobody wants to know.
 *
 * The answer is kept for the pair of users that it was given for, so that SET
 * ROLE, SECURITY DEFINER and whatever else changes one of them asks anew, and
 * until a role changes (a label rewrites its row), a membership or one of the two
 * settings does.  Who logged in stays the same.
 */
const GkSession *
gk_code_look_up_session(void)
{
	static GkSession found;
	Oid			authenticated = GetAuthenticatedUserId();
	uint32		before = generation;
	bool		wanted = gk_untrusted_code != GK_UNTRUSTED_OFF && gk_mode != GK_MODE_OFF;

	found = (GkSession)
	{
		GetUserId(), GetSessionUserId(), false, false
	};
	if (!IsTransactionState())
		return &found;
	if (wanted)
	{
		found.has_superuser = gk_acts_as_superuser(found.current) ||
			gk_acts_as_superuser(found.session) ||
			gk_label_is_on_role(found.session) ||
			gk_acts_as_superuser(authenticated);
		found.has_power = found.has_superuser || gk_has_power(found.current) ||
			gk_has_power(found.session) || gk_has_power(authenticated);
	}
	if (generation == before && OidIsValid(authenticated))
		gk_session[found.current & (GK_SESSIONS - 1)] = found;
	return &found;
}

/* Has it rights that code of others could abuse: power, or what a label lifts? */
bool
gk_has_to_lose(Oid roleid)
{
	return gk_has_power(roleid) || gk_label_is_on_role(roleid);
}

/* Is code that this role owns as good as a superuser's? */
bool
gk_code_owner_is_trusted(Oid roleid)
{
	return gk_is_superuser(roleid) || gk_label_trusts_role(roleid);
}

/*
 * Is it, or as good as what the current user, who is no superuser, would do: could
 * its owner do the same without lending it to that user?
 */
bool
gk_code_owner_is_own(Oid roleid)
{
	Oid			current = GetUserId();

	return gk_code_owner_is_trusted(roleid) ||
		(!gk_acts_as_superuser(current) && has_privs_of_role(roleid, current));
}

Oid
gk_code_look_up_owner(Oid funcid)
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

/*
 * Does the language's interpreter keep what its functions do to it?  What this
 * does not know for sure does; PL/pgSQL and core's own do not.
 */
bool
gk_code_language_keeps_state(Oid language)
{
	HeapTuple	tuple;
	bool		answer = true;

	if (language == INTERNALlanguageId || language == ClanguageId || language == SQLlanguageId)
		return false;
	tuple = SearchSysCache1(LANGOID, ObjectIdGetDatum(language));
	if (HeapTupleIsValid(tuple))
	{
		Oid			handler = ((Form_pg_language) GETSTRUCT(tuple))->lanplcallfoid;

		ReleaseSysCache(tuple);
		tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(handler));
	}
	if (HeapTupleIsValid(tuple))
	{
		bool		isnull;
		Datum		source = SysCacheGetAttr(PROCOID, tuple, Anum_pg_proc_prosrc, &isnull);

		answer = isnull || strcmp(TextDatumGetCString(source), "plpgsql_call_handler") != 0;
		ReleaseSysCache(tuple);
	}
	return answer;
}

/* Has it a SET clause for one of the session's users? */
static bool
sets_user(HeapTuple tuple)
{
	bool		isnull;
	Datum		config = SysCacheGetAttr(PROCOID, tuple, Anum_pg_proc_proconfig, &isnull);
	Datum	   *settings;
	int			nsettings;

	if (isnull)
		return false;
	deconstruct_array(DatumGetArrayTypeP(config), TEXTOID, -1, false, TYPALIGN_INT,
					  &settings, NULL, &nsettings);
	for (int i = 0; i < nsettings; i++)
	{
		char	   *setting = TextDatumGetCString(settings[i]);
		char	   *equals = strchr(setting, '=');

		if (equals)
			*equals = '\0';
		if (gk_setting_is_user(setting))
			return true;
	}
	return false;
}

static void
find_out(Oid funcid, HeapTuple tuple, GkTrust *entry)
{
	Form_pg_proc proc = (Form_pg_proc) GETSTRUCT(tuple);

	entry->oid = InvalidOid;	/* should what follows raise */
	entry->owner = proc->proowner;
	entry->plain = 0;
	entry->is_definer = proc->prosecdef;
	entry->answer = !gk_code_owner_is_trusted(proc->proowner) &&
		!gk_label_trusts_function(funcid);
	entry->is_body = !entry->answer && !heap_attisnull(tuple, Anum_pg_proc_prosqlbody, NULL);
	entry->keeps_state = entry->answer && gk_code_language_keeps_state(proc->prolang);
	entry->sets_user = entry->answer && sets_user(tuple);
}

/* Could somebody who is not superuser have written it?  Needs a transaction. */
bool
gk_code_look_up_function(Oid funcid)
{
	GkTrust    *entry = &gk_untrusted_function[funcid & (GK_TRUST_SIZE - 1)];

	while (entry->oid != funcid)
	{
		uint32		before = generation;
		HeapTuple	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(funcid));

		if (!HeapTupleIsValid(tuple))
			return false;		/* the caller will complain */
		find_out(funcid, tuple, entry);
		ReleaseSysCache(tuple);
		if (generation == before)
		{
			entry->hash = GetSysCacheHashValue1(PROCOID, ObjectIdGetDatum(funcid));
			entry->oid = funcid;
			gk_hashes_add(&hashes, entry->hash);
		}
	}
	return entry->answer;
}

/* Counts what makes plain functions so no longer; never 0. */
uint32		gk_plain_generation = 1;

/*
 * All that its calls depend on is gk_code_function_is_untrusted() and who is
 * there: untrusted code is watched for, no label lifts anything from it, and it
 * is nobody's deputy.  Whatever changes one of these forgets the function.
 */
void
gk_code_function_is_plain(Oid funcid)
{
	GkTrust    *entry = &gk_untrusted_function[funcid & (GK_TRUST_SIZE - 1)];

	if (entry->oid == funcid)
		entry->plain = gk_plain_generation;
}

/* No function is plain any longer. */
void
gk_code_forget_plain(void)
{
	gk_plain_generation += gk_plain_generation == PG_UINT32_MAX ? 2 : 1;
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
