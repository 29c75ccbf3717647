/*-------------------------------------------------------------------------
 *
 * code_lent.c
 *	  Which functions of superusers do other roles' objects call?
 *
 * A superuser's function may run a text that it is given, or act on a name.
 * That is its caller's affair: with his rights, on his behalf.  But a view, a
 * default, a constraint or a trigger of an ordinary role can call it with the
 * arguments of that role's choice, with the rights of the superuser who touches
 * the view.  So while such a function runs in a session in which it was seen
 * called that way, it counts as untrusted code, whoever calls it.
 *
 * What cannot do as it is told does not count: functions without arguments,
 * immutable ones, built-in ones, of which the rules have lists, and those in
 * languages C and internal that get no string: what many of the others do with
 * it (pgrouting's make a query of it) is nowhere said.  Nor does what a label
 * vouches for.  A trigger function is told the names of the table and its
 * columns, too, and one in C what its author chose to write after it (contrib's
 * refint makes a query of that).
 *
 * Nobody writes statements for a worker of logical replication: what it calls
 * stands in the definitions of tables, anybody's.  So all of them count there, and
 * of trigger functions those that other roles' triggers call.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "origin/labels.h"

#include "access/htup_details.h"
#include "access/transam.h"
#include "catalog/pg_language.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

/* When there are more, all of them count: that errs to the side of refusing. */
#define GK_MAX_LENT 128

static Oid	lent[GK_MAX_LENT];
static int	num_lent;
static bool too_many;
static bool in_worker;
bool		gk_any_lent;

static bool
is_lent(Oid funcid)
{
	for (int i = 0; i < num_lent; i++)
		if (lent[i] == funcid)
			return true;
	return false;
}

/* Is there a string, or what may be one, among its arguments? */
static bool
takes_string(Form_pg_proc proc)
{
	for (int i = 0; i < proc->proargtypes.dim1; i++)
	{
		Oid			type = proc->proargtypes.values[i];
		Oid			element = get_element_type(type);
		char		category;
		bool		preferred;

		get_type_category_preferred(OidIsValid(element) ? element : type,
									&category, &preferred);
		if (category == TYPCATEGORY_STRING || category == TYPCATEGORY_PSEUDOTYPE ||
			category == TYPCATEGORY_UNKNOWN)
			return true;
	}
	return false;
}

/* Could the function be made to do as it is told? */
static bool
is_willing(Oid funcid, bool trigger, bool arguments)
{
	HeapTuple	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(funcid));
	bool		willing = false;

	if (HeapTupleIsValid(tuple))
	{
		Form_pg_proc proc = (Form_pg_proc) GETSTRUCT(tuple);
		bool		compiled = proc->prolang == ClanguageId || proc->prolang == INTERNALlanguageId;

		if (trigger)
			willing = arguments || !compiled;
		else
			willing = (compiled ? takes_string(proc) : proc->pronargs > 0) &&
				proc->provolatile != PROVOLATILE_IMMUTABLE;
		willing = willing && gk_code_owner_is_trusted(proc->proowner);
		ReleaseSysCache(tuple);
	}
	return willing && !gk_label_trusts_function(funcid);
}

static void
lend(Oid funcid, bool trigger, bool arguments)
{
	if (funcid < FirstNormalObjectId || is_lent(funcid) ||
		!is_willing(funcid, trigger, arguments))
		return;
	gk_code_forget_functions();
	gk_any_lent = true;
	if (num_lent < GK_MAX_LENT)
		lent[num_lent++] = funcid;
	else
		too_many = true;
}

/* Another role's expression calls the function.  In a transaction. */
void
gk_code_lend(Oid funcid)
{
	lend(funcid, false, true);
}

/* Another role's table has the function for a trigger. */
void
gk_code_lend_trigger(Oid funcid, bool arguments)
{
	lend(funcid, true, arguments);
}

/* This is a worker of logical replication. */
void
gk_code_lend_in_worker(void)
{
	if (in_worker)
		return;
	gk_code_forget_functions();
	gk_any_lent = in_worker = true;
}

/* See gk_code_is_lent(). */
bool
gk_code_is_among_lent(Oid funcid)
{
	if (funcid < FirstNormalObjectId)
		return false;
	if (in_worker && !is_lent(funcid) && get_func_rettype(funcid) == TRIGGEROID)
		gk_lend_to_triggers(funcid);
	return is_lent(funcid) ||
		(too_many && is_willing(funcid, true, true)) ||
		(in_worker && is_willing(funcid, false, true));
}
