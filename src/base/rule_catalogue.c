/*-------------------------------------------------------------------------
 *
 * rule_catalogue.c
 *	  The rules: what each is called, what it covers and its default level.
 *
 * Data without code: everybody may name a rule, and none of that leads to its
 * checks, which stand in rules/rules.c.
 *
 * A new rule is a line in GK_FOR_EACH_RULE, a row here and one in rules.c, a
 * check_*.c, test/sql/<rule>.sql, a paragraph in pg_gatekeeper(7) and a line in
 * the drop-in; test/t/001_house.pl compares them.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "base/gatekeeper.h"

const GkRule gk_rules[GK_NUM_RULES] = {
	[GK_ROLE_SUPERUSER] = {
		.id = GK_ROLE_SUPERUSER,
		.name = "role_superuser",
		.covers = "Making a role superuser.",
		.level = GK_LEVEL_ELEVATED,
		.technique = "T1098"
	},
	[GK_ROLE_PRIVILEGED] = {
		.id = GK_ROLE_PRIVILEGED,
		.name = "role_privileged",
		.covers = "Changing a superuser or privileged role; giving REPLICATION, BYPASSRLS or CREATEROLE.",
		.level = GK_LEVEL_ELEVATED,
		.technique = "T1098"
	},
	[GK_ROLE_MEMBERSHIP] = {
		.id = GK_ROLE_MEMBERSHIP,
		.name = "role_membership",
		.covers = "Granting a membership that leads to a superuser or to a predefined role with reach.",
		.level = GK_LEVEL_ELEVATED,
		.technique = "T1098"
	},
	[GK_COPY_PROGRAM] = {
		.id = GK_COPY_PROGRAM,
		.name = "copy_program",
		.covers = "COPY TO or FROM PROGRAM.",
		.level = GK_LEVEL_ALWAYS,
		.technique = "T1059.004"
	},
	[GK_COPY_FILE] = {
		.id = GK_COPY_FILE,
		.name = "copy_file",
		.covers = "COPY TO or FROM a server file.",
		.level = GK_LEVEL_ELEVATED,
		.technique = "T1005"
	},
	[GK_SERVER_FILES] = {
		.id = GK_SERVER_FILES,
		.name = "server_files",
		.covers = "Functions that read, write or list server files, and aliases of them.",
		.level = GK_LEVEL_ELEVATED,
		.technique = "T1005"
	},
	[GK_SERVER_CONTROL] = {
		.id = GK_SERVER_CONTROL,
		.name = "server_control",
		.covers = "Functions that reload the configuration, rotate the log or promote the server.",
		.level = GK_LEVEL_ELEVATED,
		.technique = "T1489"
	},
	[GK_SERVER_SETTINGS] = {
		.id = GK_SERVER_SETTINGS,
		.name = "server_settings",
		.covers = "Settings that run commands, load libraries or switch protections off.",
		.level = GK_LEVEL_ELEVATED,
		.technique = "T1562.001"
	},
	[GK_CATALOG_WRITE] = {
		.id = GK_CATALOG_WRITE,
		.name = "catalog_write",
		.covers = "Writing to system catalogs, changing them, or granting rights on them.",
		.level = GK_LEVEL_ELEVATED,
		.technique = "T1565.001"
	},
	[GK_CATALOG_SECRETS] = {
		.id = GK_CATALOG_SECRETS,
		.name = "catalog_secrets",
		.covers = "Reading password hashes, user mapping options and subscription connection strings.",
		.level = GK_LEVEL_ELEVATED,
		.technique = "T1003"
	},
	[GK_EXTENSION_BLOCKED] = {
		.id = GK_EXTENSION_BLOCKED,
		.name = "extension_blocked",
		.covers = "Creating an extension of gatekeeper.blocked_extensions.",
		.level = GK_LEVEL_ALWAYS,
		.technique = "T1505.001"
	},
	[GK_UNTRUSTED_LANGUAGE] = {
		.id = GK_UNTRUSTED_LANGUAGE,
		.name = "untrusted_language",
		.covers = "Functions and DO blocks in untrusted languages, and the languages themselves.",
		.level = GK_LEVEL_ELEVATED,
		.technique = "T1059"
	},
	[GK_NATIVE_CODE] = {
		.id = GK_NATIVE_CODE,
		.name = "native_code",
		.covers = "Functions in languages c and internal, LOAD, output plugins.",
		.level = GK_LEVEL_ELEVATED,
		.technique = "T1129"
	},
	[GK_FOREIGN_PROGRAM] = {
		.id = GK_FOREIGN_PROGRAM,
		.name = "foreign_program",
		.covers = "Foreign tables over server files and programs.",
		.level = GK_LEVEL_ELEVATED,
		.technique = "T1059.004"
	},
	[GK_LOOPBACK] = {
		.id = GK_LOOPBACK,
		.name = "loopback",
		.covers = "Connections that the server makes with superuser rights.",
		.level = GK_LEVEL_ELEVATED,
		.technique = "T1078"
	},
	[GK_BACKDOOR] = {
		.id = GK_BACKDOOR,
		.name = "backdoor",
		.covers = "Planting what will run with superuser rights later, or giving it away.",
		.level = GK_LEVEL_ELEVATED,
		.technique = "T1546"
	},
	[GK_SUPERUSER_OBJECT] = {
		.id = GK_SUPERUSER_OBJECT,
		.name = "superuser_object",
		.covers = "Code of others changing, dropping, granting or hiding what belongs to a superuser, or changing roles.",
		.level = GK_LEVEL_ELEVATED,
		.technique = "T1565.001"
	},
	[GK_EXTENSION_HIJACK] = {
		.id = GK_EXTENSION_HIJACK,
		.name = "extension_hijack",
		.covers = "Calling a function whose owner is not superuser from an extension script with superuser rights.",
		.level = GK_LEVEL_ALWAYS,
		.technique = "T1574"
	},
	[GK_PROTECTED_FUNCTION] = {
		.id = GK_PROTECTED_FUNCTION,
		.name = "protected_function",
		.covers = "Functions of gatekeeper.protected_functions.",
		.level = GK_LEVEL_ELEVATED,
		.technique = "T1059"
	},
	[GK_CONTAINED] = {
		.id = GK_CONTAINED,
		.name = "contained",
		.covers = "Programs, ALTER SYSTEM and tablespaces in sessions that gatekeeper.sandbox contains.",
		.level = GK_LEVEL_ALWAYS,
		.technique = "T1059.004"
	},
	[GK_IDENTITY] = {
		.id = GK_IDENTITY,
		.name = "identity",
		.covers = "Refused tokens of application users; code of others that logs one in.",
		.level = GK_LEVEL_ELEVATED,
		.technique = "T1606",
		.hides = true			/* tokens */
	},
	[GK_EXEMPTION] = {
		.id = GK_EXEMPTION,
		.name = "exemption",
		.covers = "Setting or removing a security label of gatekeeper, which exempts from other rules.",
		.level = GK_LEVEL_ELEVATED,
		.technique = "T1562.001"
	},
};
