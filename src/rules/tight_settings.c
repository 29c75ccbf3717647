/*-------------------------------------------------------------------------
 *
 * tight_settings.c
 *	  The values with which a watched setting guards or tells most.
 *
 * Whoever gives a setting such a value switches no protection off, whatever it
 * was before.  Only the last value on the safe side counts: what lies between
 * would have to be compared with a value that another session may start with.
 *
 * Not here: thresholds of messages (debug5 floods the log), and what only the
 * administrator can know, such as lists of ciphers.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "base/gatekeeper.h"

#include "utils/builtins.h"

static const struct
{
	const char *name;
	const char *value;			/* "on" and "off" in any spelling of a boolean, a
								 * list in any order */
}			tight[] =
{
	{"allow_in_place_tablespaces", "off"},
	{"allow_system_table_mods", "off"},
	{"event_triggers", "on"},
	{"ignore_checksum_failure", "off"},
	{"ignore_invalid_pages", "off"},
	{"ignore_system_indexes", "off"},
	{"lo_compat_privileges", "off"},
	{"log_connections", "on"},
	{"log_disconnections", "on"},
	{"log_duration", "on"},
	{"log_error_verbosity", "verbose"},
	{"log_min_duration_statement", "0"},
	{"log_parameter_max_length", "-1"},
	{"log_replication_commands", "on"},
	{"log_statement", "all"},
	{"log_statement_sample_rate", "1"},
	{"log_transaction_sample_rate", "1"},
	{"pgaudit.log", "all"},
	{"pgaudit.log_catalog", "on"},
	{"pgaudit.log_parameter", "on"},
	{"pgaudit.log_relation", "on"},
	{"pgaudit.log_rows", "on"},
	{"pgaudit.log_statement", "on"},
	{"restrict_nonsystem_relation_kind", "view, foreign-table"},
	{"session_replication_role", "origin"},
	{"ssl", "on"},
	{"zero_damaged_pages", "off"},
};

static bool
is_same(const char *wanted, const char *value)
{
	bool		wants;
	bool		given;

	if (pg_strcasecmp(wanted, value) == 0)
		return true;
	if (strchr(wanted, ',') != NULL)
		return gk_list_keeps_all(wanted, value, true);
	return strncmp(wanted, "o", 1) == 0 && parse_bool(wanted, &wants) &&
		parse_bool(value, &given) && wants == given;
}

/* Is it the value with which this setting guards most?  NULL is none. */
bool
gk_setting_is_tight(const char *name, const char *value)
{
	for (int i = 0; value != NULL && i < (int) lengthof(tight); i++)
		if (pg_strcasecmp(tight[i].name, name) == 0)
			return is_same(tight[i].value, value);
	return false;
}
