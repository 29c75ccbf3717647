/*-------------------------------------------------------------------------
 *
 * role_effects.c
 *	  What did this transaction do to superuser rights, privileged attributes,
 *	  passwords and memberships, that the gate has not let pass?
 *
 * Looked at in the catalogs themselves, whatever way it got there.  The rows that
 * this transaction wrote and that still hold are those of SnapshotSelf with an xmin
 * of its own; what they were before are rows that it deleted and that others had
 * written.  What was rolled back to a savepoint, or set and taken back, leaves
 * nothing of either.  One scan, and a second only where there are such rows.
 *
 * Does not see: rows changed in place or on their page, which carry nobody's
 * transaction (login.c sees who uses them); what was done by the way with a right
 * that the transaction takes back, or that it is denied here.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "rules/role_effects.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/pg_auth_members.h"
#include "catalog/pg_authid.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

/* What a row of pg_authid or pg_auth_members says. */
typedef struct State
{
	bool		exists;
	bool		super;
	bool		createrole;
	bool		replication;
	bool		bypassrls;
	struct varlena *password;	/* as it is stored, or NULL */
	int			options;		/* of a membership: bits */
} State;

typedef struct Change
{
	Oid			first;			/* role, or role that is granted */
	Oid			second;			/* its member */
	State		before;
	State		after;
} Change;

typedef struct Changes
{
	Change	   *change;
	int			count;
	int			room;
} Changes;

static void
read_role(HeapTuple row, TupleDesc columns, Change *change, State *state)
{
	Form_pg_authid role = (Form_pg_authid) GETSTRUCT(row);
	bool		isnull;
	Datum		password = heap_getattr(row, Anum_pg_authid_rolpassword, columns, &isnull);

	change->first = role->oid;
	change->second = InvalidOid;
	state->exists = true;
	state->super = role->rolsuper;
	state->createrole = role->rolcreaterole;
	state->replication = role->rolreplication;
	state->bypassrls = role->rolbypassrls;
	if (!isnull)
	{
		/* not detoasted: another value is stored in other bytes */
		struct varlena *stored = (struct varlena *) DatumGetPointer(password);

		state->password = palloc(VARSIZE_ANY(stored));
		memcpy(state->password, stored, VARSIZE_ANY(stored));
	}
}

static void
read_membership(HeapTuple row, TupleDesc columns, Change *change, State *state)
{
	Form_pg_auth_members membership = (Form_pg_auth_members) GETSTRUCT(row);

	change->first = membership->roleid;
	change->second = membership->member;
	state->exists = true;
	state->options = membership->admin_option ? 1 : 0;
#ifdef GK_HAVE_MEMBERSHIP_OPTIONS
	state->options |= (membership->inherit_option ? 2 : 0) | (membership->set_option ? 4 : 0);
#endif
}

static int
compare(const void *a, const void *b)
{
	const Change *x = a;
	const Change *y = b;

	if (x->first != y->first)
		return x->first < y->first ? -1 : 1;
	return x->second == y->second ? 0 : x->second < y->second ? -1 : 1;
}

/* Did this transaction delete or replace a row that was there before it? */
static bool
is_former(HeapTupleHeader row)
{
	return !TransactionIdIsCurrentTransactionId(HeapTupleHeaderGetXmin(row)) &&
		!(row->t_infomask & HEAP_XMAX_INVALID) &&
		!HEAP_XMAX_IS_LOCKED_ONLY(row->t_infomask) &&
		TransactionIdIsCurrentTransactionId(HeapTupleHeaderGetUpdateXid(row));
}

typedef void (*Reader) (HeapTuple row, TupleDesc columns, Change *change, State *state);

static void
find_after(Relation catalog, Reader reader, Changes *changes)
{
	SysScanDesc scan = systable_beginscan(catalog, InvalidOid, false, SnapshotSelf, 0, NULL);
	HeapTuple	row;

	while (HeapTupleIsValid(row = systable_getnext(scan)))
	{
		if (!TransactionIdIsCurrentTransactionId(HeapTupleHeaderGetXmin(row->t_data)))
			continue;
		if (changes->count == changes->room)
		{
			changes->room = Max(16, 2 * changes->room);
			changes->change = changes->change ?
				repalloc_huge(changes->change, changes->room * sizeof(Change)) :
				palloc(changes->room * sizeof(Change));
		}
		memset(&changes->change[changes->count], 0, sizeof(Change));
		reader(row, RelationGetDescr(catalog), &changes->change[changes->count],
			   &changes->change[changes->count].after);
		changes->count++;
	}
	systable_endscan(scan);
}

static void
find_before(Relation catalog, Reader reader, Changes *changes)
{
	SysScanDesc scan = systable_beginscan(catalog, InvalidOid, false, SnapshotAny, 0, NULL);
	HeapTuple	row;

	while (HeapTupleIsValid(row = systable_getnext(scan)))
	{
		Change		former = {0};
		Change	   *change;

		if (!is_former(row->t_data))
			continue;
		reader(row, RelationGetDescr(catalog), &former, &former.before);
		change = bsearch(&former, changes->change, changes->count, sizeof(Change), compare);
		if (change)
			change->before = former.before;
	}
	systable_endscan(scan);
}

static void
find_changes(Oid relid, Reader reader, Changes *changes)
{
	Relation	catalog = table_open(relid, AccessShareLock);

	find_after(catalog, reader, changes);
	if (changes->count > 0)
	{
		qsort(changes->change, changes->count, sizeof(Change), compare);
		find_before(catalog, reader, changes);
	}
	table_close(catalog, AccessShareLock);
}

static bool
is_same_password(const struct varlena *a, const struct varlena *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	return VARSIZE_ANY(a) == VARSIZE_ANY(b) && memcmp(a, b, VARSIZE_ANY(a)) == 0;
}

/*
 * The name of what a role has got, or NULL.  A password counts when the role was
 * there before: whose it is from the beginning does not matter.
 */
static const char *
gained(const Change *change)
{
	const State *before = &change->before;
	const State *after = &change->after;

	if (after->createrole && !before->createrole)
		return "CREATEROLE";
	if (after->replication && !before->replication)
		return "REPLICATION";
	if (after->bypassrls && !before->bypassrls)
		return "BYPASSRLS";
	if (before->exists && after->password &&
		!is_same_password(before->password, after->password) &&
		(before->super || gk_role_is_privileged(change->first)))
		return "password";
	return NULL;
}

static void
judge_role(const Change *change, GkRoleEffects *effects)
{
	const char *what;

	if (change->after.super && !change->before.super &&
		!gk_role_is_approved(change->first, !gk_role_is_reserved_by_oid(change->first)))
		effects->superuser = change->first;
	if (gk_role_is_approved(change->first, false))
		return;
	what = gained(change);
	if (what)
	{
		effects->privileged = change->first;
		effects->what = what;
	}
}

static void
judge_membership(const Change *change, GkRoleEffects *effects)
{
	bool		is_more = !change->before.exists ||
		(change->after.options & ~change->before.options) != 0;

	if (is_more && gk_role_is_privileged(change->first))
	{
		effects->granted = change->first;
		effects->member = change->second;
	}
}

/* True when there is something.  At the end of a transaction that is still one. */
bool
gk_find_role_effects(GkRoleEffects *effects)
{
	MemoryContext ours = AllocSetContextCreate(CurrentMemoryContext,
											   "pg_gatekeeper changed roles",
											   ALLOCSET_SMALL_SIZES);
	MemoryContext outer = MemoryContextSwitchTo(ours);
	Changes		roles = {0};
	Changes		memberships = {0};

	memset(effects, 0, sizeof(*effects));
	gk_approvals_sort();
	find_changes(AuthIdRelationId, read_role, &roles);
	for (int i = 0; i < roles.count; i++)
		judge_role(&roles.change[i], effects);
	if (!gk_memberships_are_approved())
	{
		find_changes(AuthMemRelationId, read_membership, &memberships);
		for (int i = 0; i < memberships.count; i++)
			judge_membership(&memberships.change[i], effects);
	}
	MemoryContextSwitchTo(outer);
	MemoryContextDelete(ours);
	return OidIsValid(effects->superuser) || OidIsValid(effects->privileged) ||
		OidIsValid(effects->granted);
}
