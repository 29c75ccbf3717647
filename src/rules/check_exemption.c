/*-------------------------------------------------------------------------
 *
 * check_exemption.c
 *	  Who sets or removes a security label of gatekeeper, which is an exemption
 *	  from the other rules?
 *
 * Superusers only, in sessions of their own, and every change is recorded.
 * gatekeeper.strict alone does not forbid it, so that a dump can be restored:
 * while it is on, labels lift nothing.
 *
 * Without FOR the label is never one of ours; see label_provider.c.
 *
 * Does not see: rows of pg_seclabel and pg_shseclabel written by hand, which
 * are catalog_write's; labels that go because their function was dropped, or
 * replaced (labels.c records that).
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "origin/labels.h"

#include "catalog/namespace.h"
#include "miscadmin.h"

bool
gk_check_exemption(const GkRequest *request, GkFinding *finding)
{
	SecLabelStmt *stmt = castNode(SecLabelStmt, request->stmt);

	if (stmt->provider == NULL || strcmp(stmt->provider, GK_LABEL_PROVIDER) != 0)
		return false;
	finding->action = "changing an exemption";
	switch (stmt->objtype)
	{
		case OBJECT_ROLE:
			finding->object_type = "role";
			finding->object = strVal(stmt->object);
			break;
		case OBJECT_FUNCTION:
		case OBJECT_PROCEDURE:
		case OBJECT_ROUTINE:
			finding->object_type = "function";
			finding->object = NameListToString(castNode(ObjectWithArgs, stmt->object)->objname);
			break;
		case OBJECT_VIEW:
		case OBJECT_MATVIEW:
			finding->object_type = "view";
			finding->object = NameListToString(castNode(List, stmt->object));
			break;
		default:
			return false;		/* no exemption: labels.c will object */
	}
	finding->always_recorded = true;
	finding->ignores = GK_STRICT;
	if (!superuser())
	{
		finding->binds_always = true;
		finding->hint = "Only a superuser may do this, in a session of his own. Ask one to review the function or view, and to set the label.";
	}
	return true;
}
