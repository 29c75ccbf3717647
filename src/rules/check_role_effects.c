/*-------------------------------------------------------------------------
 *
 * check_role_effects.c
 *	  Is a transaction about to commit what nobody asked the gate for?
 *
 * Each of the three rules about roles stands at the door by which a transaction
 * ends, too: what became of roles and memberships there must have been let pass by
 * the gate before.  That catches C code that writes rows of its own, and whatever
 * statement no rule has thought of.
 *
 * Does not see: see role_effects.c.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "rules/role_effects.h"

#include "miscadmin.h"
#include "utils/acl.h"

static bool
found(Oid roleid, const char *action, GkFinding *finding)
{
	finding->action = action;
	finding->object_type = "role";
	finding->object = GetUserNameFromId(roleid, true);
	finding->binds_always = true;
	finding->is_alarm = true;
	finding->hint = "The transaction changed roles past CREATE ROLE, ALTER ROLE and GRANT, or past what pg_gatekeeper lets these do. Find the code that did it: none should. See pg_gatekeeper(7).";
	return OidIsValid(roleid);
}

bool
gk_check_effect_superuser(const GkRequest *request, GkFinding *finding)
{
	return found(request->effects->superuser, "committing a role as superuser", finding);
}

bool
gk_check_effect_privileged(const GkRequest *request, GkFinding *finding)
{
	const char *what = request->effects->what;

	return found(request->effects->privileged,
				 what && strcmp(what, "password") == 0 ?
				 "committing another password of a privileged role" :
				 "committing another attribute of a role", finding);
}

bool
gk_check_effect_membership(const GkRequest *request, GkFinding *finding)
{
	if (!found(request->effects->granted, "committing membership in a privileged role", finding))
		return false;
	finding->object = psprintf("%s for %s", finding->object ? finding->object : "?",
							   GetUserNameFromId(request->effects->member, true));
	return true;
}
