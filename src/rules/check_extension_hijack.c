/*-------------------------------------------------------------------------
 *
 * check_extension_hijack.c
 *	  Does an extension's script call somebody else's function?
 *
 * The script of an extension runs with superuser rights, often a whole
 * library's worth of statements that nobody reads.  A name in it that is not
 * qualified, or that the search path leads astray, finds whatever function,
 * operator or cast an ordinary user has put in the way, with arguments that
 * fit better than the right one's.  No honest script has reason to call a
 * function whose owner is not superuser, so the call itself is refused, before
 * any of its code runs.
 *
 * That holds for a function that belongs to the extension, too, when its owner
 * is not superuser: an extension that a user installed for himself and a
 * superuser updates, or one whose objects were given away (REASSIGN OWNED).
 * Its owner can have replaced it.  The owner can update the extension, or a
 * superuser after SET ROLE to the owner; then the script has no superuser rights,
 * and may call what it likes.
 *
 * hooks.c asks when a script with superuser rights sets up a call (functions,
 * operators, casts, aggregates, in whatever they stand) and when the function
 * manager begins one (triggers, and all that other C code calls).
 *
 * Does not see: a SECURITY DEFINER function called past the executor (as a
 * trigger): it runs with its owner's rights and can give back nothing but the
 * row of a table that its owner had rights on.  What the script does with a
 * table, view or type that it found in the wrong place.  Functions that a script
 * only mentions, in a view, trigger or operator that it makes (untrusted_code
 * applies when they run).  Built-in functions whose owner was changed.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "base/gatekeeper.h"

/* Door: functions.  The finding's object is allocated in CurrentMemoryContext. */
bool
gk_check_extension_hijack(const GkRequest *request, GkFinding *finding)
{
	finding->action = "calling another role's function from an extension's script";
	finding->object_type = "function";
	finding->object = gk_function_name(request->funcid);
	finding->hint = "The function's owner is not superuser and could have written anything into it. Review it, and drop it or give it to a superuser before trying again; if the extension belongs to its owner, let him update it. An administrator can permit the call for a while with gatekeeper.extension_hijack = 'audit'.";
	return true;
}
