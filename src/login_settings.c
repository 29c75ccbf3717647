/*-------------------------------------------------------------------------
 *
 * login_settings.c
 *	  What an ordinary role set for its database does not steer a superuser's
 *	  session there.
 *
 * Who owns a database gives its sessions settings, superusers' too: a search_path
 * in which another table stands for the one that a superuser's function means, or
 * strings that are read otherwise than they were written.  No catalog tells who
 * gave a setting; a database whose owner is not trusted counts as theirs.
 *
 * Of search_path, what the session would have without the database, and schemas of
 * trusted owners (those that extensions put there), stay.  Other settings that
 * steer are put back to what the configuration says.  What the client asks for, or
 * the role's own settings say, is not touched.
 *
 * Does not see: settings of other modules, and an application's own, that
 * a superuser's code acts upon.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "login.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "audit/audit.h"
#include "base/session.h"
#include "catalog/namespace.h"
#include "catalog/pg_database.h"
#include "catalog/pg_db_role_setting.h"
#include "catalog/pg_namespace.h"
#include "common/hashfn.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/guc.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/syscache.h"
#include "utils/varlena.h"

/* What steers, and what it is without anybody's setting. */
static struct
{
	const char *name;
	const char *otherwise;
}			steering[] =
{
	{"search_path", "\"$user\", public"},
	{"standard_conforming_strings", "on"},
	{"backslash_quote", "safe_encoding"},
	{"transform_null_equals", "off"},
	{"default_text_search_config", "pg_catalog.simple"},
	{"local_preload_libraries", ""},
	{"password_encryption", "scram-sha-256"},
	{"role", "none"},
};

/*
 * Keep what the configuration says: in the postmaster, and again in each client's
 * process before its role and database are looked at.
 */
void
gk_login_note_settings(void)
{
	for (int i = 0; i < (int) lengthof(steering) - 1; i++)
	{
		const char *value = GetConfigOption(steering[i].name, true, false);

		if (value && strcmp(value, steering[i].otherwise) != 0)
			steering[i].otherwise = MemoryContextStrdup(TopMemoryContext, value);
	}
}

static bool
is_trusted_schema(const char *name)
{
	Oid			nspid = get_namespace_oid(name, true);
	HeapTuple	tuple = OidIsValid(nspid) ?
		SearchSysCache1(NAMESPACEOID, ObjectIdGetDatum(nspid)) : NULL;
	bool		trusted = false;

	if (HeapTupleIsValid(tuple))
	{
		trusted = gk_code_owner_is_trusted(((Form_pg_namespace) GETSTRUCT(tuple))->nspowner);
		ReleaseSysCache(tuple);
	}
	return trusted;
}

/* The part of a search_path that may stay. */
static char *
harmless_path(const char *path, const char *otherwise)
{
	StringInfoData kept;
	List	   *names;
	ListCell   *cell;

	initStringInfo(&kept);
	if (!SplitIdentifierString(pstrdup(path), ',', &names))
		return pstrdup(otherwise);
	foreach(cell, names)
	{
		const char *name = lfirst(cell);
		bool		is_first = foreach_current_index(cell) == 0;

		/* pg_catalog anywhere else would put others' functions before core's */
		if (strcmp(name, "pg_catalog") == 0 ? !is_first :
			strcmp(name, "pg_temp") == 0 ||
			!(gk_name_in_list(name, otherwise) || is_trusted_schema(name)))
			continue;
		appendStringInfo(&kept, "%s%s", kept.len > 0 ? ", " : "", quote_identifier(name));
	}
	return kept.data;
}

static void
tell(const char *name, const char *from, const char *to, const char *database)
{
	GkNotice	notice = {
		.kind = GK_KIND_LOGIN,
		.object_type = "setting of a database",
		.object = name,
		.old_value = from,
		.new_value = to,
		.source = database
	};
	uint64		key = hash_bytes_extended((const unsigned char *) name, (int) strlen(name),
										  MyDatabaseId ^ ((uint64) GetSessionUserId() << 32));

	if (gk_session_may_tell(key))
		(void) gk_audit_about_module(&notice);
}

/*
 * Put one back.  As a setting of the database, so that what comes from the role or
 * the client, which goes before it, goes before this.
 */
static void
put_back(int i, const char *database)
{
	const char *name = steering[i].name;
	char	   *from = pstrdup(GetConfigOption(name, true, false));
	const char *to = i == 0 ? harmless_path(from, steering[i].otherwise) : steering[i].otherwise;

	if (strcmp(from, to) == 0)
		return;
	(void) set_config_option(name, to, PGC_SUSET, PGC_S_DATABASE, GUC_ACTION_SET,
							 true, LOG, false);
	if (strcmp(GetConfigOption(name, true, false), from) != 0)
		tell(name, from, to, database);
}

/* pg_db_role_setting.setconfig: "name=value" each. */
static void
look_through(ArrayType *settings, const char *database)
{
	Datum	   *elements;
	int			count;

	deconstruct_array(settings, TEXTOID, -1, false, TYPALIGN_INT, &elements, NULL, &count);
	for (int e = 0; e < count; e++)
	{
		char	   *setting = TextDatumGetCString(elements[e]);

		for (int i = 0; i < (int) lengthof(steering); i++)
		{
			size_t		length = strlen(steering[i].name);

			if (pg_strncasecmp(setting, steering[i].name, length) == 0 && setting[length] == '=')
				put_back(i, database);
		}
	}
}

/* The database's owner is not trusted: what does its setting steer? */
static void
look_at_database(const char *database)
{
	Relation	catalog = table_open(DbRoleSettingRelationId, AccessShareLock);
	ScanKeyData keys[2];
	SysScanDesc scan;
	HeapTuple	row;

	ScanKeyInit(&keys[0], Anum_pg_db_role_setting_setdatabase, BTEqualStrategyNumber,
				F_OIDEQ, ObjectIdGetDatum(MyDatabaseId));
	ScanKeyInit(&keys[1], Anum_pg_db_role_setting_setrole, BTEqualStrategyNumber,
				F_OIDEQ, ObjectIdGetDatum(InvalidOid));
	scan = systable_beginscan(catalog, DbRoleSettingDatidRolidIndexId, true, NULL, 2, keys);
	while (HeapTupleIsValid(row = systable_getnext(scan)))
	{
		bool		isnull;
		Datum		value = heap_getattr(row, Anum_pg_db_role_setting_setconfig,
										 RelationGetDescr(catalog), &isnull);

		if (!isnull)
			look_through(DatumGetArrayTypeP(value), database);
	}
	systable_endscan(scan);
	table_close(catalog, AccessShareLock);
}

/* A session that has superuser rights begins in this database. */
void
gk_login_settings(void)
{
	HeapTuple	tuple;
	Form_pg_database database;

	if (gk_untrusted_code < GK_UNTRUSTED_RESTRICT || gk_mode != GK_MODE_ENFORCE)
		return;
	tuple = SearchSysCache1(DATABASEOID, ObjectIdGetDatum(MyDatabaseId));
	if (!HeapTupleIsValid(tuple))
		return;
	database = (Form_pg_database) GETSTRUCT(tuple);
	if (database->datdba != GetSessionUserId() && !gk_code_owner_is_trusted(database->datdba))
		look_at_database(NameStr(database->datname));
	ReleaseSysCache(tuple);
}
