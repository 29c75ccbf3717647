/*-------------------------------------------------------------------------
 *
 * makers.c
 *	  Who made a trigger on a superuser's table?
 *
 * The right TRIGGER lets a role put a trigger on a table that is not its own, and no
 * catalog tells that it did.  While the role has the right, each trigger of the table
 * counts as another role's (owners.c); but rights go: by REVOKE, by DROP OWNED, with
 * the role.  So a trigger that a role which is not
 * trusted, or its code, makes on a trusted one's table is noted when it is made: as a
 * security label of this provider on the trigger, which goes with it.  No statement
 * can set or read one.
 *
 * Does not see: who made a trigger before the module was there, or restored from a
 * dump, which has no such labels.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "base/gatekeeper.h"
#include "base/rows.h"
#include "origin/labels.h"
#include "origin/owners.h"

#include "access/htup_details.h"
#include "catalog/pg_trigger.h"
#include "commands/seclabel.h"
#include "utils/builtins.h"

#define MADE_BY "made by role "

/*
 * A trigger has been made, or replaced, by this role, or in its session by code of
 * others, then by its owner, where that is known.
 */
void
gk_trigger_note_maker(Oid trigger, Oid by, bool by_others)
{
	HeapTuple	row = gk_newest_row(TriggerRelationId, trigger);
	ObjectAddress object;

	if (!HeapTupleIsValid(row))
		return;
	ObjectAddressSet(object, TriggerRelationId, trigger);
	if (!((Form_pg_trigger) GETSTRUCT(row))->tgisinternal &&
		(by_others || !gk_code_owner_is_trusted(by)) &&
		gk_code_owner_is_trusted(gk_relation_owner(((Form_pg_trigger) GETSTRUCT(row))->tgrelid)))
	{
		gk_label_is_set();
		SetSecurityLabel(&object, GK_LABEL_PROVIDER, psprintf(MADE_BY "%u", by));
	}
	else if (gk_label_text(TriggerRelationId, trigger))
		SetSecurityLabel(&object, GK_LABEL_PROVIDER, NULL);
	heap_freetuple(row);
}

/* The trigger of which this one is a partition's copy, or InvalidOid. */
static Oid
parent_of(Oid trigger)
{
	HeapTuple	row = gk_newest_row(TriggerRelationId, trigger);
	Oid			parent = InvalidOid;

	if (HeapTupleIsValid(row))
	{
		parent = ((Form_pg_trigger) GETSTRUCT(row))->tgparentid;
		heap_freetuple(row);
	}
	return parent;
}

/*
 * Was the trigger, or the one that it is a copy of, made by a role that is not trusted
 * on a table of one that is?  Then "by" is that, or InvalidOid where it is not known.
 */
bool
gk_trigger_is_noted(Oid trigger, Oid *by)
{
	*by = InvalidOid;
	if (gk_no_function_has_label())
		return false;
	for (; OidIsValid(trigger); trigger = parent_of(trigger))
	{
		char	   *text = gk_label_text(TriggerRelationId, trigger);

		if (text && strncmp(text, MADE_BY, strlen(MADE_BY)) == 0)
		{
			*by = atooid(text + strlen(MADE_BY));
			return true;
		}
	}
	return false;
}
