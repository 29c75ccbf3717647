/*-------------------------------------------------------------------------
 *
 * checks.h
 *	  What the check_*.c files offer to rules.c, by file; part of gatekeeper.h.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#ifndef GK_CHECKS_H
#define GK_CHECKS_H

/* check_copy.c */
extern bool gk_check_copy_program(const GkRequest *request, GkFinding *finding);
extern bool gk_check_copy_file(const GkRequest *request, GkFinding *finding);

/* check_server_files.c */
extern const GkSymbol gk_server_files_symbols[];
extern bool gk_check_server_files(const GkRequest *request, GkFinding *finding);

/* check_lent_call.c */
extern const GkSymbol gk_lent_call_symbols[];
extern bool gk_check_lent_call(const GkRequest *request, GkFinding *finding);
extern bool gk_check_lent_session(const GkRequest *request, GkFinding *finding);

/* check_server_control.c */
extern const GkSymbol gk_server_control_symbols[];
extern bool gk_check_server_control(const GkRequest *request, GkFinding *finding);

/* check_protected_function.c */
extern bool gk_check_protected_function(const GkRequest *request, GkFinding *finding);

/* check_server_settings.c */
extern const GkSymbol gk_server_settings_symbols[];
extern bool gk_check_server_settings(const GkRequest *request, GkFinding *finding);

/* watched_settings.c */
extern bool gk_setting_letters[];	/* may one of these begin a watched name? */
extern void gk_watched_settings_init(void);
extern bool gk_setting_is_watched(const char *name);
extern bool gk_setting_steers(const char *name);
extern bool gk_parameter_is_power(const char *name, AclMode rights);
extern bool gk_is_plain_set(const VariableSetStmt *stmt);

/*
 * No rule looks at BEGIN, COMMIT and their like, nor at most of SET, and nobody's
 * code runs in them: what COMMIT fires comes after the statement.
 */
static inline bool
gk_is_of_no_interest(const Node *stmt)
{
	if (IsA(stmt, VariableSetStmt))
	{
		const char *name = ((const VariableSetStmt *) stmt)->name;

		return name && !gk_setting_letters[(unsigned char) name[0]];
	}
	return IsA(stmt, TransactionStmt);
}

/* tight_settings.c */
extern bool gk_setting_is_tight(const char *name, const char *value);

/* check_role_attributes.c */
extern bool gk_check_role_superuser(const GkRequest *request, GkFinding *finding);
extern bool gk_check_role_privileged(const GkRequest *request, GkFinding *finding);

/* check_restored_role.c */
extern bool gk_check_restored_role(const GkRequest *request, GkFinding *finding);

/* check_role_membership.c */
extern bool gk_check_role_membership(const GkRequest *request, GkFinding *finding);

/* check_role_effects.c */
extern bool gk_check_effect_superuser(const GkRequest *request, GkFinding *finding);
extern bool gk_check_effect_privileged(const GkRequest *request, GkFinding *finding);
extern bool gk_check_effect_membership(const GkRequest *request, GkFinding *finding);

/* What only binds code of others ignores the rest. */
#define GK_ONLY_UNTRUSTED (~GK_UNTRUSTED)

/* check_superuser_object.c */
extern bool gk_check_superuser_object(const GkRequest *request, GkFinding *finding);
extern bool gk_check_hidden_name(const GkRequest *request, GkFinding *finding);

/* check_role_by_others.c */
extern bool gk_check_role_by_others(const GkRequest *request, GkFinding *finding);

/* check_catalog_write.c */
extern const GkSymbol gk_catalog_write_symbols[];
extern bool gk_check_catalog_write(const GkRequest *request, GkFinding *finding);

/* check_catalog_structure.c */
extern bool gk_check_catalog_structure(const GkRequest *request, GkFinding *finding);

/* check_catalog_grant.c */
extern bool gk_check_catalog_grant(const GkRequest *request, GkFinding *finding);

/* check_catalog_secrets.c */
extern const GkSymbol gk_catalog_secrets_symbols[];
extern bool gk_check_catalog_secrets(const GkRequest *request, GkFinding *finding);

/* check_extension_blocked.c */
extern bool gk_check_extension_blocked(const GkRequest *request, GkFinding *finding);

/* check_untrusted_language.c */
extern const GkSymbol gk_untrusted_language_symbols[];
extern bool gk_check_untrusted_language(const GkRequest *request, GkFinding *finding);

/* check_native_code.c */
extern const GkSymbol gk_native_code_symbols[];
extern bool gk_check_native_code(const GkRequest *request, GkFinding *finding);

/* check_foreign_program.c */
extern const GkSymbol gk_foreign_program_symbols[];
extern bool gk_check_foreign_program(const GkRequest *request, GkFinding *finding);

/* check_loopback.c */
extern const GkSymbol gk_loopback_symbols[];
extern bool gk_check_loopback(const GkRequest *request, GkFinding *finding);

/* check_loopback_table.c */
extern bool gk_check_loopback_table(const GkRequest *request, GkFinding *finding);

/* wrappers.c */
extern bool gk_any_foreign_table(void);

/* check_identity.c */
extern const GkSymbol gk_identity_symbols[];
extern bool gk_check_identity(const GkRequest *request, GkFinding *finding);

/* check_exemption.c */
extern bool gk_check_exemption(const GkRequest *request, GkFinding *finding);

/* check_backdoor.c */
extern bool gk_check_backdoor(const GkRequest *request, GkFinding *finding);

/* check_backdoor_relation.c */
extern bool gk_check_backdoor_relation(const GkRequest *request, GkFinding *finding);

/* job_tables.c */
extern void gk_job_tables_init(void);

/* check_backdoor_job.c */
extern bool gk_writes_job(const GkPermInfo *perm);
extern bool gk_check_backdoor_job(const GkRequest *request, GkFinding *finding);

/* check_backdoor_right.c */
extern const GkSymbol gk_backdoor_symbols[];
extern bool gk_check_backdoor_right(const GkRequest *request, GkFinding *finding);

/* check_backdoor_session.c */
extern bool gk_check_backdoor_session(const GkRequest *request, GkFinding *finding);

/* check_extension_hijack.c */
extern bool gk_check_extension_hijack(const GkRequest *request, GkFinding *finding);

/* check_contained.c */
extern bool gk_check_contained(const GkRequest *request, GkFinding *finding);

#endif							/* GK_CHECKS_H */
