/*-------------------------------------------------------------------------
 *
 * secret_settings.c
 *	  Which settings hold a password, at this moment?
 *
 * Decided by the value: primary_conninfo holds one or leaves it to a password
 * file, and so does what other modules bring.  Only settings that core keeps from
 * ordinary roles are looked at; the others everybody can read anyway.
 *
 * Does not see: a password that is not called one (archive_command's options, say).
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "base/gatekeeper.h"

#include "catalog/pg_authid.h"
#include "utils/acl.h"
#include "utils/guc_tables.h"

/* "password = x", in libpq's spelling of any of its options, or PGPASSWORD=x. */
static bool
has_password_word(const char *value)
{
	static const char word[] = "password";

	for (const char *at = value; *at; at++)
	{
		const char *end = at + strlen(word);

		if (pg_strncasecmp(at, word, strlen(word)) != 0)
			continue;
		end += strspn(end, " \t\r\n");
		if (*end != '=')
			continue;
		end += 1 + strspn(end + 1, " \t\r\n");
		if (*end != '\0' && strncmp(end, "''", 2) != 0)
			return true;
	}
	return false;
}

/* scheme://user:password@host */
static bool
has_userinfo(const char *value)
{
	const char *begin = strstr(value, "://");

	for (; begin; begin = strstr(begin, "://"))
	{
		size_t		len = strcspn(begin += 3, "@/ \t\r\n");

		if (begin[len] == '@' && memchr(begin, ':', len))
			return true;
	}
	return false;
}

static bool
is_secret(const char *name, int flags)
{
	const char *value;

	if ((flags & GUC_SUPERUSER_ONLY) == 0)
		return false;
	value = GetConfigOption(name, true, false);
	if (value == NULL || value[0] == '\0')
		return false;
	return strcmp(name, "ssl_passphrase_command") == 0 ||
		has_password_word(value) || has_userinfo(value);
}

bool
gk_setting_is_secret(const char *name)
{
	return is_secret(name, GetConfigOptionFlags(name, true));
}

/* The first that is, or NULL. */
const char *
gk_secret_setting(void)
{
	int			count;
	struct config_generic **settings = GK_GUC_VARIABLES(&count);

	for (int i = 0; i < count; i++)
		if (is_secret(settings[i]->name, settings[i]->flags))
			return settings[i]->name;
	return NULL;
}

/* Can this role read such settings, as far as core is concerned? */
bool
gk_role_reads_settings(Oid roleid)
{
	return gk_acts_as_superuser(roleid) || has_privs_of_role(roleid, ROLE_PG_READ_ALL_SETTINGS);
}
