/*-------------------------------------------------------------------------
 *
 * rule_names.h
 *	  What rules there are, for the module and for the command.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#ifndef GK_RULE_NAMES_H
#define GK_RULE_NAMES_H

/*
 * rule_catalogue.c and rules.c hold their rows in this order; the list is written once here so that
 * a rule cannot be half there.
 */
#define GK_FOR_EACH_RULE(X) \
	X(ROLE_SUPERUSER) \
	X(ROLE_PRIVILEGED) \
	X(ROLE_MEMBERSHIP) \
	X(COPY_PROGRAM) \
	X(COPY_FILE) \
	X(SERVER_FILES) \
	X(SERVER_CONTROL) \
	X(SERVER_SETTINGS) \
	X(CATALOG_WRITE) \
	X(CATALOG_SECRETS) \
	X(EXTENSION_BLOCKED) \
	X(UNTRUSTED_LANGUAGE) \
	X(NATIVE_CODE) \
	X(FOREIGN_PROGRAM) \
	X(LOOPBACK) \
	X(BACKDOOR) \
	X(SUPERUSER_OBJECT) \
	X(EXTENSION_HIJACK) \
	X(PROTECTED_FUNCTION) \
	X(CONTAINED) \
	X(IDENTITY) \
	X(EXEMPTION)

#endif							/* GK_RULE_NAMES_H */
