/*-------------------------------------------------------------------------
 *
 * check_backdoor_session.c
 *	  Does somebody's code leave a statement behind for the session to run?
 *
 * Prepared statements belong to the session, not to whoever made them, and SQL
 * and the protocol share their names.  In a session that has superuser rights,
 * a user's trigger could put its own statement in the place of one that the
 * application executes later, in plain circumstances.  Core forbids the same
 * in security-restricted operations.
 *
 * The interpreter of a language like PL/Perl belongs to the current user, and keeps
 * what its code does to it.  Functions of others become their owners for that
 * (code_stack.c), but DO, and CREATE FUNCTION, which has the language read the text
 * and run some of it, take the interpreter of whoever is current_user just now.
 *
 * DISCARD TEMP asks for no right on what it drops, and leaves the names of the
 * session's temporary tables to others.
 *
 * SET CONSTRAINTS holds until the transaction ends.
 *
 * Cursors that such code opens are code_portal.c's.
 *
 * Does not see: DEALLOCATE, which only makes the application fail; a language
 * whose handler does not tell that it keeps something.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "origin/owners.h"

#include "access/genam.h"
#include "access/table.h"
#include "catalog/pg_constraint.h"
#include "commands/defrem.h"
#include "commands/proclang.h"
#include "miscadmin.h"
#include "nodes/parsenodes.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

/* The language that DO or CREATE FUNCTION names, or NULL. */
static const char *
language_of(List *options)
{
	ListCell   *cell;

	foreach(cell, options)
		if (strcmp(lfirst_node(DefElem, cell)->defname, "language") == 0)
			return defGetString(lfirst_node(DefElem, cell));
	return NULL;
}

static bool
found_language(const char *language, GkFinding *finding)
{
	Oid			langid = language ? get_language_oid(language, true) : InvalidOid;

	if (!OidIsValid(langid) || !gk_acts_as_superuser(GetUserId()) ||
		!gk_code_language_keeps_state(langid))
		return false;
	finding->action = "using the interpreter of a superuser";
	finding->object_type = "language";
	finding->object = language;
	finding->hint = "What is done to the interpreter of this language stays until the session ends. Let the function itself be in that language, which then runs with its owner's interpreter; see pg_gatekeeper(7).";
	return true;
}

static bool
found_prepare(const PrepareStmt *stmt, GkFinding *finding)
{
	finding->action = "preparing a statement for a superuser's session";
	finding->object_type = "prepared statement";
	finding->object = stmt->name;
	finding->hint = "A function whose owner is not superuser cannot leave a prepared statement behind in a session that has superuser rights. Let it run the statement itself; see pg_gatekeeper(7).";
	return true;
}

static bool
found_discard(const DiscardStmt *stmt, GkFinding *finding)
{
	if (stmt->target != DISCARD_TEMP)
		return false;
	finding->action = "dropping all temporary tables of a superuser's session";
	finding->object_type = "session";
	finding->hint = "A function whose owner is not superuser drops its own temporary tables by name; see pg_gatekeeper(7).";
	return true;
}

/* Is there a constraint of this name on a superuser's table, in whatever schema? */
static bool
has_superusers_constraint(const char *name)
{
	Relation	catalog = table_open(ConstraintRelationId, AccessShareLock);
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	row;
	bool		found = false;

	ScanKeyInit(&key, Anum_pg_constraint_conname, BTEqualStrategyNumber, F_NAMEEQ,
				CStringGetDatum(name));
	scan = systable_beginscan(catalog, ConstraintNameNspIndexId, true, NULL, 1, &key);
	while (!found && HeapTupleIsValid(row = systable_getnext(scan)))
	{
		Oid			relid = ((Form_pg_constraint) GETSTRUCT(row))->conrelid;

		found = OidIsValid(relid) && !gk_relation_is_others(relid);
	}
	systable_endscan(scan);
	table_close(catalog, AccessShareLock);
	return found;
}

/* A constraint that is put off is not there for what the session relies on it for. */
static bool
found_deferring(const ConstraintsSetStmt *stmt, GkFinding *finding)
{
	ListCell   *cell;
	bool		is_superusers = stmt->constraints == NIL;

	if (!stmt->deferred)
		return false;
	foreach(cell, stmt->constraints)
		is_superusers = is_superusers || has_superusers_constraint(lfirst_node(RangeVar, cell)->relname);
	if (!is_superusers)
		return false;
	finding->action = "deferring the constraints of a superuser";
	finding->object_type = "session";
	finding->hint = "A function whose owner is not superuser defers its own constraints by name; see pg_gatekeeper(7).";
	return true;
}

/*
 * Doors: statements PrepareStmt, DoStmt, CreateFunctionStmt, DiscardStmt, UnlistenStmt,
 * ConstraintsSetStmt.  It binds whoever is current_user just now: what is left behind
 * will be used with the rights that the session has then.  Elsewhere it is used with
 * its author's rights, so no other circumstance counts.
 */
bool
gk_check_backdoor_session(const GkRequest *request, GkFinding *finding)
{
	if (!gk_others_act())
		return false;
	finding->binds_always = true;
	switch (nodeTag(request->stmt))
	{
		case T_DoStmt:
			return found_language(language_of(((DoStmt *) request->stmt)->args), finding);
		case T_CreateFunctionStmt:
			return found_language(language_of(((CreateFunctionStmt *) request->stmt)->options), finding);
		case T_UnlistenStmt:
			finding->action = "ending what a superuser's session listens to";
			finding->object_type = "session";
			finding->hint = "A function whose owner is not superuser cannot end the LISTEN of a session that has superuser rights. See pg_gatekeeper(7).";
			return true;
		case T_ConstraintsSetStmt:
			return found_deferring((ConstraintsSetStmt *) request->stmt, finding);
		case T_DiscardStmt:
			return found_discard((DiscardStmt *) request->stmt, finding);
		default:
			return found_prepare(castNode(PrepareStmt, request->stmt), finding);
	}
}
