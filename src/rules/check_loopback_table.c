/*-------------------------------------------------------------------------
 *
 * check_loopback_table.c
 *	  Whose foreign tables connect the server to another, with whose rights?
 *
 * A foreign table is a statement that is written on another server, as whom the
 * user mapping says.  The server can be this one, a password proves nothing where
 * "peer" or "trust" asks for none, and the options decide what is sent.  So:
 *
 * - whoever acts as superuser does not use a foreign table, or a server, that
 *   belongs to a role that is not superuser: in a query, by rows that are routed
 *   to a partition, by TRUNCATE, by IMPORT FOREIGN SCHEMA.  It is asked when a
 *   query is planned, since wrappers connect then for their estimates, and when
 *   it is started.
 * - in a suspect circumstance, nobody makes or changes a foreign table of a server
 *   that connects, or imports one: the mapping of a superuser is behind it.
 *
 * Wrappers of files are not meant: whoever reads such a table reads with the same
 * rights.  A label vouches for the owner.
 *
 * Does not see: what ANALYZE connects to, with the rights of the table's owner; a
 * superuser's own foreign table, read from whatever code.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "rules/objects.h"
#include "rules/wrappers.h"

#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_foreign_data_wrapper.h"
#include "catalog/pg_inherits.h"
#include "foreign/foreign.h"
#include "miscadmin.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

static const char led_astray_hint[] = "The server or the foreign table belongs to a role that is not superuser, which decides where the connection goes and what is done there, with the identity of the one who uses it. Use it after SET ROLE to that role, or vouch for the role with a security label. See pg_gatekeeper(7), EXEMPTIONS.";

/* Is it a table, or none, of a server, with which this user should have nothing to do? */
static bool
is_led_astray(Oid user, Oid table, ForeignServer *server, GkFinding *finding)
{
	bool		others_server;

	if (!gk_acts_as_superuser(user))
		return false;
	others_server = !gk_code_owner_is_trusted(server->owner);
	if (!others_server &&
		(!OidIsValid(table) || gk_code_owner_is_trusted(gk_relation_owner(table))))
		return false;
	if (gk_wrapper_is_local(server->fdwid))
		return false;
	finding->action = others_server ?
		"connecting with superuser rights to another role's server" :
		"using another role's foreign table with superuser rights";
	finding->object_type = others_server ? "server" : "table";
	finding->object = others_server ? server->servername : get_rel_name(table);
	finding->binds_always = true;
	finding->hint = led_astray_hint;
	return true;
}

static bool
is_table_astray(Oid user, Oid relid, GkFinding *finding)
{
	return get_rel_relkind(relid) == RELKIND_FOREIGN_TABLE &&
		is_led_astray(user, relid, GetForeignServer(GetForeignTable(relid)->serverid), finding);
}

/* The same of any below it; rows that are written go to partitions no plan names. */
static bool
is_tree_astray(Oid user, Oid relid, GkFinding *finding)
{
	ListCell   *cell;

	if (!gk_acts_as_superuser(user) || !gk_any_foreign_table())
		return false;
	foreach(cell, find_all_inheritors(relid, NoLock, NULL))
		if (is_table_astray(user, lfirst_oid(cell), finding))
			return true;
	return false;
}

static bool
is_written(Oid relid, List *perms)
{
	ListCell   *cell;

	foreach(cell, perms)
	{
		GkPermInfo *perm = lfirst_node(GkPermInfo, cell);

		if (perm->relid == relid && GK_PERMINFO_IS_RELATION(perm) &&
			(perm->requiredPerms & (ACL_INSERT | ACL_UPDATE)))
			return true;
	}
	return false;
}

static bool
found_in_query(const GkRequest *request, GkFinding *finding)
{
	ListCell   *cell;

	foreach(cell, request->range_table)
	{
		RangeTblEntry *rte = lfirst_node(RangeTblEntry, cell);
		Oid			user;

		if (rte->rtekind != RTE_RELATION ||
			(rte->relkind != RELKIND_FOREIGN_TABLE && rte->relkind != RELKIND_PARTITIONED_TABLE))
			continue;
		user = GK_RTE_CHECK_AS_USER(rte, request->perms);
		if (!OidIsValid(user))
			user = GetUserId();
		if (rte->relkind == RELKIND_FOREIGN_TABLE ?
			is_table_astray(user, rte->relid, finding) :
			is_written(rte->relid, request->perms) && is_tree_astray(user, rte->relid, finding))
			return true;
	}
	return false;
}

static bool
found_in_truncate(const TruncateStmt *stmt, GkFinding *finding)
{
	ListCell   *cell;

	foreach(cell, stmt->relations)
	{
		Oid			relid = RangeVarGetRelid(lfirst_node(RangeVar, cell), NoLock, true);

		if (OidIsValid(relid) && is_tree_astray(GetUserId(), relid, finding))
			return true;
	}
	return false;
}

/* Something about a foreign table of this server, which needs a circumstance. */
static bool
found_definition(ForeignServer *server, GkFinding *finding)
{
	if (server == NULL || !gk_wrapper_connects(server->fdwid, true))
		return false;
	finding->action = "defining what the server's connections do";
	finding->object_type = "server";
	finding->object = server->servername;
	finding->ignores = GK_RESTRICTED | GK_STRICT;
	finding->scripts_may = gk_script_owns_object(ForeignDataWrapperRelationId, server->fdwid);
	return true;
}

static bool
found_altered(Oid relid, GkFinding *finding)
{
	return OidIsValid(relid) && get_rel_relkind(relid) == RELKIND_FOREIGN_TABLE &&
		found_definition(GetForeignServer(GetForeignTable(relid)->serverid), finding);
}

static bool
found_in_statement(Node *stmt, GkFinding *finding)
{
	ForeignServer *server;

	switch (nodeTag(stmt))
	{
		case T_ImportForeignSchemaStmt:
			server = GetForeignServerByName(((ImportForeignSchemaStmt *) stmt)->server_name, true);
			return server && (is_led_astray(GetUserId(), InvalidOid, server, finding) ||
							  found_definition(server, finding));
		case T_CreateForeignTableStmt:
			server = GetForeignServerByName(((CreateForeignTableStmt *) stmt)->servername, true);
			return found_definition(server, finding);
		case T_AlterTableStmt:
			return found_altered(RangeVarGetRelid(((AlterTableStmt *) stmt)->relation, NoLock, true),
								 finding);
		case T_TruncateStmt:
			return found_in_truncate((TruncateStmt *) stmt, finding);
		default:
			return false;
	}
}

/* Doors: relations, objects, statements.  Names are looked up as core will. */
bool
gk_check_loopback_table(const GkRequest *request, GkFinding *finding)
{
	switch (request->door)
	{
		case GK_DOOR_RELATION:
			return found_in_query(request, finding);
		case GK_DOOR_STATEMENT:
			return found_in_statement(request->stmt, finding);
		case GK_DOOR_OBJECT:
			/* a new name is another table on the other server */
			return request->event == OAT_POST_ALTER && found_altered(request->objid, finding);
		default:
			return false;
	}
}
