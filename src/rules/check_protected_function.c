/*-------------------------------------------------------------------------
 *
 * check_protected_function.c
 *	  Who can call the functions that the administrator listed himself, in
 *	  gatekeeper.protected_functions?
 *
 * Does not see: a function called without the executor (a trigger or input
 * function); aliases of a function that was listed by schema and name.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "base/gatekeeper.h"

bool
gk_check_protected_function(const GkRequest *request, GkFinding *finding)
{
	finding->action = "calling a protected function";
	finding->object_type = "function";
	finding->object = request->symbol;
	return true;
}
