/*-------------------------------------------------------------------------
 *
 * role_effects.h
 *	  What a transaction did to roles, and what of it the gate has let pass.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#ifndef GK_ROLE_EFFECTS_H
#define GK_ROLE_EFFECTS_H

#include "base/gatekeeper.h"

#pragma GCC visibility push(hidden)

/* Of each kind one that the gate has not let pass; InvalidOid when there is none. */
typedef struct GkRoleEffects
{
	Oid			superuser;		/* is superuser now */
	Oid			privileged;		/* has another attribute, or password */
	const char *what;			/* which; a constant */
	Oid			granted;		/* has a new member */
	Oid			member;			/* this one */
} GkRoleEffects;

/* approvals.c */
extern void gk_approve(const GkRequest *request);
extern void gk_approvals_sort(void);
extern bool gk_role_is_approved(Oid roleid, bool by_name);
extern bool gk_memberships_are_approved(void);
extern void gk_approvals_prune(SubTransactionId subxact);
extern void gk_approvals_reset(void);
extern bool gk_has_approvals;

/* role_effects.c */
extern bool gk_find_role_effects(GkRoleEffects *effects);

#pragma GCC visibility pop

#endif							/* GK_ROLE_EFFECTS_H */
