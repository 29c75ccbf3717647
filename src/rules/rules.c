/*-------------------------------------------------------------------------
 *
 * rules.c
 *	  Which doors each rule watches, with which check, and the functions it
 *	  lists.
 *
 * What a rule is called, what it covers and its default level stand in
 * base/rule_catalogue.c, which says what else a new rule needs.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "base/gatekeeper.h"

#include "catalog/pg_am.h"
#include "catalog/pg_amop.h"
#include "catalog/pg_amproc.h"
#include "catalog/pg_attrdef.h"
#include "catalog/pg_authid.h"
#include "catalog/pg_cast.h"
#include "catalog/pg_class.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_conversion.h"
#include "catalog/pg_database.h"
#include "catalog/pg_db_role_setting.h"
#include "catalog/pg_event_trigger.h"
#include "catalog/pg_extension.h"
#include "catalog/pg_foreign_data_wrapper.h"
#include "catalog/pg_foreign_server.h"
#include "catalog/pg_foreign_table.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_language.h"
#include "catalog/pg_largeobject_metadata.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_opclass.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_opfamily.h"
#include "catalog/pg_policy.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_publication.h"
#include "catalog/pg_rewrite.h"
#include "catalog/pg_statistic_ext.h"
#include "catalog/pg_subscription.h"
#include "catalog/pg_tablespace.h"
#include "catalog/pg_transform.h"
#include "catalog/pg_trigger.h"
#include "catalog/pg_ts_config.h"
#include "catalog/pg_ts_dict.h"
#include "catalog/pg_ts_parser.h"
#include "catalog/pg_ts_template.h"
#include "catalog/pg_type.h"
#include "catalog/pg_user_mapping.h"

const GkRuleDoors gk_rule_doors[GK_NUM_RULES] = {
	[GK_ROLE_SUPERUSER] = {
		.doorways = {
			{GK_DOOR_OBJECT, AuthIdRelationId, gk_check_role_superuser},
			{GK_DOOR_COMMIT, 0, gk_check_effect_superuser},
			{GK_DOOR_RESTORE, 0, gk_check_restored_role},
		}
	},
	[GK_ROLE_PRIVILEGED] = {
		.doorways = {
			{GK_DOOR_OBJECT, AuthIdRelationId, gk_check_role_privileged},
			{GK_DOOR_OBJECT, DbRoleSettingRelationId, gk_check_role_privileged},
			{GK_DOOR_STATEMENT, T_ReassignOwnedStmt, gk_check_role_privileged},
			{GK_DOOR_STATEMENT, T_DropOwnedStmt, gk_check_role_privileged},
			{GK_DOOR_COMMIT, 0, gk_check_effect_privileged},
		}
	},
	[GK_ROLE_MEMBERSHIP] = {
		.doorways = {
			{GK_DOOR_STATEMENT, T_GrantRoleStmt, gk_check_role_membership},
			{GK_DOOR_STATEMENT, T_CreateRoleStmt, gk_check_role_membership},
			{GK_DOOR_STATEMENT, T_AlterRoleStmt, gk_check_role_membership},
			{GK_DOOR_COMMIT, 0, gk_check_effect_membership},
		}
	},
	[GK_COPY_PROGRAM] = {
		.doorways = {
			{GK_DOOR_STATEMENT, T_CopyStmt, gk_check_copy_program},
		}
	},
	[GK_COPY_FILE] = {
		.doorways = {
			{GK_DOOR_STATEMENT, T_CopyStmt, gk_check_copy_file},
		}
	},
	[GK_SERVER_FILES] = {
		.symbols = gk_server_files_symbols,
		.doorways = {
			{GK_DOOR_FUNCTION, 0, gk_check_server_files},
		}
	},
	[GK_SERVER_CONTROL] = {
		.symbols = gk_server_control_symbols,
		.doorways = {
			{GK_DOOR_FUNCTION, 0, gk_check_server_control},
		}
	},
	[GK_SERVER_SETTINGS] = {
		.symbols = gk_server_settings_symbols,
		.doorways = {
			{GK_DOOR_FUNCTION, 0, gk_check_server_settings},
			{GK_DOOR_STATEMENT, T_VariableSetStmt, gk_check_server_settings},
			{GK_DOOR_STATEMENT, T_AlterSystemStmt, gk_check_server_settings},
			{GK_DOOR_STATEMENT, T_AlterRoleSetStmt, gk_check_server_settings},
			{GK_DOOR_STATEMENT, T_AlterDatabaseSetStmt, gk_check_server_settings},
			{GK_DOOR_STATEMENT, T_CreateFunctionStmt, gk_check_server_settings},
			{GK_DOOR_STATEMENT, T_AlterFunctionStmt, gk_check_server_settings},
		}
	},
	[GK_CATALOG_WRITE] = {
		.needs_superuser = true,
		.symbols = gk_catalog_write_symbols,
		.doorways = {
			{GK_DOOR_RELATION, 0, gk_check_catalog_write},
			{GK_DOOR_FUNCTION, 0, gk_check_catalog_write},
			{GK_DOOR_STATEMENT | GK_IF_SUSPECT, T_GrantStmt, gk_check_catalog_grant},
			{GK_DOOR_STATEMENT, T_AlterDefaultPrivilegesStmt, gk_check_catalog_grant},
			{GK_DOOR_STATEMENT | GK_IF_SUSPECT, T_AlterTableStmt, gk_check_catalog_structure},
			{GK_DOOR_OBJECT | GK_IF_SUSPECT, RelationRelationId, gk_check_catalog_structure},
			{GK_DOOR_OBJECT | GK_IF_SUSPECT, AttrDefaultRelationId, gk_check_catalog_structure},
			{GK_DOOR_OBJECT | GK_IF_SUSPECT, InheritsRelationId, gk_check_catalog_structure},
			{GK_DOOR_OBJECT | GK_IF_SUSPECT, TriggerRelationId, gk_check_catalog_structure},
			{GK_DOOR_OBJECT | GK_IF_SUSPECT, RewriteRelationId, gk_check_catalog_structure},
			{GK_DOOR_OBJECT | GK_IF_SUSPECT, PolicyRelationId, gk_check_catalog_structure},
			{GK_DOOR_OBJECT | GK_IF_SUSPECT, ConstraintRelationId, gk_check_catalog_structure},
			{GK_DOOR_OBJECT | GK_IF_SUSPECT, StatisticExtRelationId, gk_check_catalog_structure},
			{GK_DOOR_OBJECT | GK_IF_SUSPECT, ProcedureRelationId, gk_check_catalog_structure},
			{GK_DOOR_OBJECT | GK_IF_SUSPECT, NamespaceRelationId, gk_check_catalog_structure},
			{GK_DOOR_OBJECT | GK_IF_SUSPECT, LanguageRelationId, gk_check_catalog_structure},
			{GK_DOOR_OBJECT | GK_IF_SUSPECT, TypeRelationId, gk_check_catalog_structure},
		}
	},
	[GK_CATALOG_SECRETS] = {
		.symbols = gk_catalog_secrets_symbols,
		.doorways = {
			{GK_DOOR_RELATION | GK_IF_SUSPECT | GK_OR_OTHERS, 0, gk_check_catalog_secrets},
			{GK_DOOR_FUNCTION, 0, gk_check_catalog_secrets},
			{GK_DOOR_STATEMENT, T_VariableShowStmt, gk_check_catalog_secrets},
		}
	},
	[GK_EXTENSION_BLOCKED] = {
		.doorways = {
			{GK_DOOR_OBJECT, ExtensionRelationId, gk_check_extension_blocked},
		}
	},
	[GK_UNTRUSTED_LANGUAGE] = {
		.needs_superuser = true,
		.symbols = gk_untrusted_language_symbols,
		.doorways = {
			{GK_DOOR_OBJECT | GK_IF_SUSPECT, ProcedureRelationId, gk_check_untrusted_language},
			{GK_DOOR_OBJECT | GK_IF_SUSPECT, LanguageRelationId, gk_check_untrusted_language},
			{GK_DOOR_STATEMENT | GK_IF_SUSPECT, T_DoStmt, gk_check_untrusted_language},
			{GK_DOOR_FUNCTION, 0, gk_check_untrusted_language},
		}
	},
	[GK_NATIVE_CODE] = {
		.needs_superuser = true,
		.symbols = gk_native_code_symbols,
		.doorways = {
			{GK_DOOR_OBJECT | GK_IF_SUSPECT, ProcedureRelationId, gk_check_native_code},
			{GK_DOOR_STATEMENT | GK_IF_SUSPECT, T_LoadStmt, gk_check_native_code},
			{GK_DOOR_FUNCTION, 0, gk_check_native_code},
		}
	},
	[GK_FOREIGN_PROGRAM] = {
		.symbols = gk_foreign_program_symbols,
		.doorways = {
			{GK_DOOR_OBJECT, ForeignDataWrapperRelationId, gk_check_foreign_program},
			{GK_DOOR_OBJECT, ForeignServerRelationId, gk_check_foreign_program},
			{GK_DOOR_OBJECT, UserMappingRelationId, gk_check_foreign_program},
			{GK_DOOR_OBJECT, ForeignTableRelationId, gk_check_foreign_program},
			{GK_DOOR_STATEMENT, T_CreateForeignTableStmt, gk_check_foreign_program},
			{GK_DOOR_STATEMENT, T_CreateForeignServerStmt, gk_check_foreign_program},
			{GK_DOOR_STATEMENT, T_AlterForeignServerStmt, gk_check_foreign_program},
			{GK_DOOR_RELATION, 0, gk_check_foreign_program},
		}
	},
	[GK_LOOPBACK] = {
		.symbols = gk_loopback_symbols,
		.doorways = {
			{GK_DOOR_FUNCTION, 0, gk_check_loopback},
			{GK_DOOR_FUNCTION, 0, gk_check_lent_session},
			{GK_DOOR_OBJECT, ForeignDataWrapperRelationId, gk_check_loopback},
			{GK_DOOR_OBJECT, ForeignServerRelationId, gk_check_loopback},
			{GK_DOOR_OBJECT, UserMappingRelationId, gk_check_loopback},
			{GK_DOOR_STATEMENT, T_CreateSubscriptionStmt, gk_check_loopback},
			{GK_DOOR_STATEMENT, T_AlterSubscriptionStmt, gk_check_loopback},
			{GK_DOOR_STATEMENT, T_ImportForeignSchemaStmt, gk_check_loopback_table},
			{GK_DOOR_STATEMENT, T_TruncateStmt, gk_check_loopback_table},
			{GK_DOOR_STATEMENT | GK_IF_SUSPECT, T_CreateForeignTableStmt, gk_check_loopback_table},
			{GK_DOOR_STATEMENT | GK_IF_SUSPECT, T_AlterTableStmt, gk_check_loopback_table},
			{GK_DOOR_OBJECT | GK_IF_SUSPECT, RelationRelationId, gk_check_loopback_table},
			{GK_DOOR_RELATION, 0, gk_check_loopback_table},
		}
	},
	[GK_BACKDOOR] = {
		.needs_superuser = true,
		.symbols = gk_backdoor_symbols,
		.doorways = {
			{GK_DOOR_OBJECT | GK_IF_SUSPECT | GK_OR_OTHERS, ProcedureRelationId, gk_check_backdoor},
			{GK_DOOR_OBJECT | GK_IF_SUSPECT | GK_OR_OTHERS, OperatorRelationId, gk_check_backdoor},
			{GK_DOOR_OBJECT | GK_IF_SUSPECT | GK_OR_OTHERS, OperatorClassRelationId, gk_check_backdoor},
			{GK_DOOR_OBJECT | GK_IF_SUSPECT | GK_OR_OTHERS, OperatorFamilyRelationId, gk_check_backdoor},
			{GK_DOOR_OBJECT | GK_IF_SUSPECT | GK_OR_OTHERS, ConversionRelationId, gk_check_backdoor},
			{GK_DOOR_OBJECT | GK_IF_SUSPECT | GK_OR_OTHERS, TypeRelationId, gk_check_backdoor},
			{GK_DOOR_OBJECT | GK_IF_SUSPECT | GK_OR_OTHERS, EventTriggerRelationId, gk_check_backdoor},
			{GK_DOOR_OBJECT | GK_IF_SUSPECT | GK_OR_OTHERS, ForeignDataWrapperRelationId, gk_check_backdoor},
			{GK_DOOR_OBJECT | GK_IF_SUSPECT | GK_OR_OTHERS, ForeignServerRelationId, gk_check_backdoor},
			{GK_DOOR_OBJECT | GK_IF_SUSPECT | GK_OR_OTHERS, SubscriptionRelationId, gk_check_backdoor},
			{GK_DOOR_OBJECT | GK_IF_SUSPECT | GK_OR_OTHERS, TableSpaceRelationId, gk_check_backdoor},
			{GK_DOOR_OBJECT | GK_IF_SUSPECT | GK_OR_OTHERS, LanguageRelationId, gk_check_backdoor},
			{GK_DOOR_OBJECT | GK_IF_SUSPECT, ExtensionRelationId, gk_check_backdoor},
			{GK_DOOR_OBJECT | GK_OR_OTHERS, RelationRelationId, gk_check_backdoor},
			{GK_DOOR_OBJECT | GK_IF_SUSPECT, NamespaceRelationId, gk_check_backdoor},
			{GK_DOOR_OBJECT | GK_IF_SUSPECT, DatabaseRelationId, gk_check_backdoor},
			{GK_DOOR_OBJECT | GK_IF_SUSPECT, CastRelationId, gk_check_backdoor},
			{GK_DOOR_OBJECT | GK_IF_SUSPECT, TransformRelationId, gk_check_backdoor},
			{GK_DOOR_OBJECT | GK_IF_SUSPECT, AccessMethodRelationId, gk_check_backdoor},
			{GK_DOOR_OBJECT | GK_IF_SUSPECT, AccessMethodOperatorRelationId, gk_check_backdoor},
			{GK_DOOR_OBJECT | GK_IF_SUSPECT, AccessMethodProcedureRelationId, gk_check_backdoor},
			{GK_DOOR_OBJECT | GK_IF_SUSPECT, TSParserRelationId, gk_check_backdoor},
			{GK_DOOR_OBJECT | GK_IF_SUSPECT, TSTemplateRelationId, gk_check_backdoor},
			{GK_DOOR_OBJECT | GK_IF_SUSPECT, TriggerRelationId, gk_check_backdoor_relation},
			{GK_DOOR_OBJECT | GK_IF_SUSPECT, RewriteRelationId, gk_check_backdoor_relation},
			{GK_DOOR_OBJECT | GK_IF_SUSPECT, PolicyRelationId, gk_check_backdoor_relation},
			{GK_DOOR_STATEMENT | GK_IF_SUSPECT, T_AlterTableStmt, gk_check_backdoor_relation},
			{GK_DOOR_STATEMENT | GK_IF_SUSPECT, T_AlterObjectDependsStmt, gk_check_backdoor_relation},
			{GK_DOOR_OBJECT | GK_IF_SUSPECT, AttrDefaultRelationId, gk_check_backdoor_relation},
			{GK_DOOR_OBJECT | GK_IF_SUSPECT, ConstraintRelationId, gk_check_backdoor_relation},
			{GK_DOOR_RELATION | GK_IF_SUSPECT | GK_OR_OTHERS, 0, gk_check_backdoor_job},
			{GK_DOOR_STATEMENT | GK_IF_SUSPECT, T_GrantStmt, gk_check_backdoor_right},
			{GK_DOOR_STATEMENT | GK_IF_SUSPECT, T_SecLabelStmt, gk_check_backdoor_right},
			{GK_DOOR_STATEMENT, T_PrepareStmt, gk_check_backdoor_session},
			{GK_DOOR_STATEMENT, T_DoStmt, gk_check_backdoor_session},
			{GK_DOOR_STATEMENT, T_CreateFunctionStmt, gk_check_backdoor_session},
			{GK_DOOR_STATEMENT, T_DiscardStmt, gk_check_backdoor_session},
			{GK_DOOR_STATEMENT, T_UnlistenStmt, gk_check_backdoor_session},
			{GK_DOOR_STATEMENT, T_ConstraintsSetStmt, gk_check_backdoor_session},
			{GK_DOOR_FUNCTION, 0, gk_check_backdoor_right},
		}
	},
	[GK_SUPERUSER_OBJECT] = {
		.symbols = gk_lent_call_symbols,
		.doorways = {
			{GK_DOOR_FUNCTION, 0, gk_check_lent_call},
			{GK_DOOR_CURSOR, 0, gk_check_lent_session},
			{GK_DOOR_OBJECT, RelationRelationId, gk_check_superuser_object},
			{GK_DOOR_OBJECT, TypeRelationId, gk_check_superuser_object},
			{GK_DOOR_OBJECT, ProcedureRelationId, gk_check_superuser_object},
			{GK_DOOR_OBJECT, NamespaceRelationId, gk_check_superuser_object},
			{GK_DOOR_OBJECT, OperatorRelationId, gk_check_superuser_object},
			{GK_DOOR_OBJECT, TriggerRelationId, gk_check_superuser_object},
			{GK_DOOR_OBJECT, PolicyRelationId, gk_check_superuser_object},
			{GK_DOOR_OBJECT, RewriteRelationId, gk_check_superuser_object},
			{GK_DOOR_OBJECT, ConstraintRelationId, gk_check_superuser_object},
			{GK_DOOR_OBJECT, InheritsRelationId, gk_check_superuser_object},
			{GK_DOOR_OBJECT, CastRelationId, gk_check_superuser_object},
			{GK_DOOR_OBJECT, UserMappingRelationId, gk_check_superuser_object},
			{GK_DOOR_OBJECT, CollationRelationId, gk_check_superuser_object},
			{GK_DOOR_OBJECT, ConversionRelationId, gk_check_superuser_object},
			{GK_DOOR_OBJECT, DatabaseRelationId, gk_check_superuser_object},
			{GK_DOOR_OBJECT, EventTriggerRelationId, gk_check_superuser_object},
			{GK_DOOR_OBJECT, ExtensionRelationId, gk_check_superuser_object},
			{GK_DOOR_OBJECT, ForeignDataWrapperRelationId, gk_check_superuser_object},
			{GK_DOOR_OBJECT, ForeignServerRelationId, gk_check_superuser_object},
			{GK_DOOR_OBJECT, LanguageRelationId, gk_check_superuser_object},
			{GK_DOOR_OBJECT, LargeObjectMetadataRelationId, gk_check_superuser_object},
			{GK_DOOR_OBJECT, OperatorClassRelationId, gk_check_superuser_object},
			{GK_DOOR_OBJECT, OperatorFamilyRelationId, gk_check_superuser_object},
			{GK_DOOR_OBJECT, PublicationRelationId, gk_check_superuser_object},
			{GK_DOOR_OBJECT, StatisticExtRelationId, gk_check_superuser_object},
			{GK_DOOR_OBJECT, SubscriptionRelationId, gk_check_superuser_object},
			{GK_DOOR_OBJECT, TSConfigRelationId, gk_check_superuser_object},
			{GK_DOOR_OBJECT, TSDictionaryRelationId, gk_check_superuser_object},
			{GK_DOOR_OBJECT, TableSpaceRelationId, gk_check_superuser_object},
			{GK_DOOR_STATEMENT | GK_IF_SUSPECT, T_TruncateStmt, gk_check_superuser_object},
			{GK_DOOR_STATEMENT | GK_IF_SUSPECT, T_AlterTableStmt, gk_check_superuser_object},
			{GK_DOOR_STATEMENT | GK_IF_SUSPECT, T_GrantStmt, gk_check_superuser_object},
			{GK_DOOR_STATEMENT | GK_IF_SUSPECT, T_CreatePublicationStmt, gk_check_superuser_object},
			{GK_DOOR_STATEMENT | GK_IF_SUSPECT, T_AlterPublicationStmt, gk_check_superuser_object},
			{GK_DOOR_STATEMENT | GK_IF_SUSPECT, T_IndexStmt, gk_check_superuser_object},
			{GK_DOOR_STATEMENT | GK_IF_SUSPECT, T_AlterObjectDependsStmt, gk_check_superuser_object},
			{GK_DOOR_OBJECT, AuthIdRelationId, gk_check_role_by_others},
			{GK_DOOR_OBJECT, DbRoleSettingRelationId, gk_check_role_by_others},
			{GK_DOOR_STATEMENT, T_GrantRoleStmt, gk_check_role_by_others},
			{GK_DOOR_STATEMENT, T_DropOwnedStmt, gk_check_role_by_others},
			{GK_DOOR_STATEMENT, T_ReassignOwnedStmt, gk_check_role_by_others},
			{GK_DOOR_RELATION | GK_IF_SUSPECT, 0, gk_check_superuser_object},
			{GK_DOOR_RELATION, 0, gk_check_hidden_name},
			{GK_DOOR_OBJECT, NamespaceRelationId, gk_check_hidden_name},
			{GK_DOOR_STATEMENT, T_CreateStmt, gk_check_hidden_name},
			{GK_DOOR_STATEMENT, T_CreateTableAsStmt, gk_check_hidden_name},
		}
	},
	[GK_EXTENSION_HIJACK] = {
		.doorways = {
			{GK_DOOR_FUNCTION, 0, gk_check_extension_hijack},
		}
	},
	[GK_PROTECTED_FUNCTION] = {
		.doorways = {
			{GK_DOOR_FUNCTION, 0, gk_check_protected_function},
			{GK_DOOR_OBJECT, NamespaceRelationId, gk_check_protected_function},
			{GK_DOOR_OBJECT, ProcedureRelationId, gk_check_protected_function},
		}
	},
	[GK_CONTAINED] = {
		.doorways = {
			{GK_DOOR_STATEMENT, T_CopyStmt, gk_check_contained},
			{GK_DOOR_STATEMENT, T_AlterSystemStmt, gk_check_contained},
			{GK_DOOR_STATEMENT, T_CreateTableSpaceStmt, gk_check_contained},
		}
	},
	[GK_IDENTITY] = {
		.symbols = gk_identity_symbols,
		.doorways = {
			{GK_DOOR_FUNCTION, 0, gk_check_identity},
			{GK_DOOR_TOKEN, 0, gk_check_identity},
		}
	},
	[GK_EXEMPTION] = {
		.doorways = {
			{GK_DOOR_STATEMENT, T_SecLabelStmt, gk_check_exemption},
		}
	},
};
