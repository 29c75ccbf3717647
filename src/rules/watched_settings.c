/*-------------------------------------------------------------------------
 *
 * watched_settings.c
 *	  The settings that matter to the rule server_settings.
 *
 * A list of names: there is nothing in the server that tells them apart.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "base/gatekeeper.h"

#include <limits.h>

/* An entry that ends in a dot stands for every setting of that module. */
static const char *const watched[] = {
	/* commands and programs */
	"archive_command",
	"archive_cleanup_command",
	"basebackup_to_shell.",
	"pgsodium.",
	"recovery_end_command",
	"restore_command",
	"ssl_passphrase_command",
	"ssl_passphrase_command_supports_reload",
	"vault.",

	/* libraries, and where they are looked for */
	"archive_library",
	"dynamic_library_path",
	"extension_control_path",
	"extension_destdir",
	"jit_provider",
	"local_preload_libraries",
	"oauth_validator_libraries",
	"output_plugin_libraries",
	"session_preload_libraries",
	"shared_preload_libraries",

	/* code that a language runs when it is first used */
	"pljava.",
	"pllua.",
	"plperl.on_init",
	"plperl.on_plperl_init",
	"plperl.on_plperlu_init",
	"pltcl.start_proc",
	"pltclu.start_proc",
	"plv8.",

	/* files the server reads, writes or removes */
	"basic_archive.",
	"config_file",
	"data_directory",
	"external_pid_file",
	"hba_file",
	"hosts_file",
	"ident_file",
	"jit_dump_bitcode",
	"krb_server_keyfile",
	"log_directory",
	"log_file_mode",
	"log_filename",
	"log_truncate_on_rotation",
	"postgis.enable_outdb_rasters",
	"postgis.gdal_datapath",
	"postgis.gdal_enabled_drivers",
	"promote_trigger_file",
	"ssl_ca_file",
	"ssl_cert_file",
	"ssl_crl_dir",
	"ssl_crl_file",
	"ssl_dh_params_file",
	"ssl_key_file",
	"stats_temp_directory",
	"unix_socket_directories",
	"unix_socket_group",
	"unix_socket_permissions",

	/* connections made with the server's own identity, and sessions of jobs */
	"cron.",
	"listen_addresses",
	"pg_partman_bgw.",
	"pglogical.",
	"primary_conninfo",

	/* protections */
	"allow_alter_system",
	"allow_in_place_tablespaces",
	"allow_system_table_mods",
	"db_user_namespace",
	"event_triggers",
	"gss_accept_delegation",
	"ignore_checksum_failure",
	"ignore_invalid_pages",
	"ignore_system_indexes",
	"krb_caseins_users",
	"lo_compat_privileges",
	"restrict_nonsystem_relation_kind",
	"session_replication_role",
	"ssl",
	"ssl_ciphers",
	"ssl_max_protocol_version",
	"ssl_min_protocol_version",
	"ssl_sni",
	"ssl_tls13_ciphers",
	"zero_damaged_pages",

	/* the server's own log */
	"log_connections",
	"log_destination",
	"log_disconnections",
	"log_duration",
	"log_error_verbosity",
	"log_line_prefix",
	"log_min_duration_sample",
	"log_min_duration_statement",
	"log_min_error_statement",
	"log_min_messages",
	"log_parameter_max_length",
	"log_replication_commands",
	"log_statement",
	"log_statement_sample_rate",
	"log_transaction_sample_rate",
	"logging_collector",
	"syslog_facility",
	"syslog_ident",

	/* modules that guard or audit */
	"anon.",
	"auth_delay.",
	"credcheck.",
	"extwlist.",
	"gatekeeper.",
	"passwordcheck.",
	"pg_restrict.",
	"pgaudit.",
	"pgcrypto.",
	"pgtle.",
	"sepgsql.",
	"set_user.",
	"sql_firewall.",
	"supautils."
};

#define GK_WATCHED ((int) lengthof(watched))

StaticAssertDecl(lengthof(watched) < PG_UINT8_MAX, "an entry's number fits a byte");

/*
 * SET is a frequent statement, and most settings are none of these: so a name
 * is compared with the entries of its first letter and length only, and with
 * those of modules if it has a dot.  Entries are numbered from 1 here; 0 ends a
 * chain.
 */
#define GK_CHAINS 128			/* a power of two */

static uint8 chains[GK_CHAINS];
static uint8 next[GK_WATCHED + 1];

bool		gk_setting_letters[UCHAR_MAX + 1];

static inline uint8 *
chain_of(const char *name, size_t len)
{
	return &chains[(pg_tolower((unsigned char) name[0]) * 5 + len) & (GK_CHAINS - 1)];
}

static void
note_letter(char letter)
{
	gk_setting_letters[(unsigned char) letter] = true;
	gk_setting_letters[pg_toupper((unsigned char) letter)] = true;
}

/* Server start. */
void
gk_watched_settings_init(void)
{
	for (int i = 1; i <= GK_WATCHED; i++)
	{
		uint8	   *chain = chain_of(watched[i - 1], strlen(watched[i - 1]));

		next[i] = *chain;
		*chain = i;
		note_letter(watched[i - 1][0]);
	}
	note_letter('r');			/* gk_setting_is_user() */
	note_letter('s');
}

/* Are these first letters of the name an entry? */
static bool
is_entry(const char *name, size_t len)
{
	for (int i = *chain_of(name, len); i > 0; i = next[i])
		if (pg_strncasecmp(name, watched[i - 1], len) == 0 && watched[i - 1][len] == '\0')
			return true;
	return false;
}

bool
gk_setting_is_watched(const char *name)
{
	const char *dot = strchr(name, '.');

	return is_entry(name, strlen(name)) || (dot && is_entry(name, dot - name + 1));
}

/*
 * Those that anybody may set for a session, and that lead the sessions of superusers
 * astray when they are everybody's: by what a name means, by how a text is read, by
 * how passwords are kept.
 */
bool
gk_setting_steers(const char *name)
{
	static const char *const steering[] = {
		"backslash_quote", "default_text_search_config", "password_encryption",
		"search_path", "standard_conforming_strings", "transform_null_equals"
	};

	for (int i = 0; i < (int) lengthof(steering); i++)
		if (pg_strcasecmp(name, steering[i]) == 0)
			return true;
	return false;
}

/*
 * GRANT SET or ALTER SYSTEM ON PARAMETER: does that lead to the host, or take
 * protections away?  What the log has in it for a session does not.
 */
bool
gk_parameter_is_power(const char *name, AclMode rights)
{
	return gk_setting_is_watched(name) &&
		((rights & ACL_ALTER_SYSTEM) || pg_strncasecmp(name, "log_", strlen("log_")) != 0);
}

/* A SET of something that is nobody's business, whoever does it? */
bool
gk_is_plain_set(const VariableSetStmt *stmt)
{
	return stmt->name != NULL &&
		!gk_setting_is_watched(stmt->name) && !gk_setting_is_user(stmt->name);
}
