/*-------------------------------------------------------------------------
 *
 * gatekeeper.h
 *	  The vocabulary of pg_gatekeeper, then what each file offers.
 *
 * An action arrives through a "door" (a PostgreSQL hook) in hooks.c, and requests.c
 * makes a GkRequest of it.  gate.c looks up which rules stand at that door, asks each
 * rule's check what it finds, and only when there is a finding asks circumstances.c
 * for the "circumstances" that make the action suspect.  Level, circumstances
 * and finding give a "verdict"; the audit sink writes a "record" of it before
 * the statement goes on or is refused.
 *
 * Arrows go down only: hooks.c -> requests.c -> gate.c -> rules.c, audit/.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#ifndef GATEKEEPER_H
#define GATEKEEPER_H

#include "postgres.h"

#include "access/htup.h"
#include "access/transam.h"
#include "access/xact.h"
#include "catalog/objectaccess.h"
#include "catalog/pg_class.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "nodes/parsenodes.h"
#include "nodes/pg_list.h"
#include "nodes/plannodes.h"
#include "nodes/primnodes.h"
#include "tcop/utility.h"
#include "utils/guc.h"
#include "utils/portal.h"
#include "utils/selfuncs.h"

#include "base/compat.h"
#include "common/rule_names.h"

/*
 * None of it is seen from outside, so none of it is looked up in a table.  What
 * the headers below need of the server's is included above: declared from here on,
 * it would be taken for ours.
 */
#pragma GCC visibility push(hidden)

/* ------------------------------------------------------------------------
 * Vocabulary
 * ------------------------------------------------------------------------
 */

/* One named protection each. */
#define GK_RULE_ENUM(name) GK_##name,

typedef enum GkRuleId
{
	GK_FOR_EACH_RULE(GK_RULE_ENUM)
	GK_NUM_RULES
} GkRuleId;

/* When a rule binds.  The order matters: a later one is never looser. */
typedef enum GkLevel
{
	GK_LEVEL_OFF,				/* the rule does not exist */
	GK_LEVEL_AUDIT,				/* record what would be denied, deny nothing */
	GK_LEVEL_ELEVATED,			/* deny when a circumstance holds */
	GK_LEVEL_ALWAYS				/* deny */
} GkLevel;

/* gatekeeper.mode.  The order matters: a later one is never looser. */
typedef enum GkMode
{
	GK_MODE_OFF,
	GK_MODE_AUDIT,				/* the dry run: would_deny instead of denied */
	GK_MODE_ENFORCE
} GkMode;

/* Why an action is suspect; bits, several may hold. */
#define GK_EXTENSION	0x01	/* a CREATE/ALTER EXTENSION script is running */
#define GK_ELEVATED		0x02	/* current_user has rights session_user lacks */
#define GK_RESTRICTED	0x04	/* InSecurityRestrictedOperation() */
#define GK_UNTRUSTED	0x08	/* superuser rights execute a non-superuser's code */
#define GK_STRICT		0x10	/* gatekeeper.strict is on */
#define GK_SELF			0x20	/* the session comes from the server itself */
#define GK_NUM_CIRCUMSTANCES 6

typedef enum GkVerdict
{
	GK_ALLOWED,
	GK_WOULD_DENY,
	GK_DENIED
} GkVerdict;

/* gatekeeper.untrusted_code.  The order matters: a later one is never looser. */
typedef enum GkUntrustedCode
{
	GK_UNTRUSTED_OFF,
	GK_UNTRUSTED_AUDIT,			/* what only it would deny is would_deny */
	GK_UNTRUSTED_RESTRICT,		/* it is a circumstance */
	GK_UNTRUSTED_RUN_AS_OWNER	/* and such code runs as its owner */
} GkUntrustedCode;

/* gatekeeper.audit_level */
typedef enum GkAuditLevel
{
	GK_AUDIT_DENIED,			/* denied and would_deny */
	GK_AUDIT_ELEVATED,			/* and what was allowed in a circumstance */
	GK_AUDIT_PRIVILEGED			/* and what was allowed to a plain superuser */
} GkAuditLevel;

/* gatekeeper.audit_failure */
typedef enum GkAuditFailure
{
	GK_AUDIT_OPEN,				/* an unrecorded action goes on */
	GK_AUDIT_CLOSED				/* an elevated one is refused */
} GkAuditFailure;

/* gatekeeper.unreserved_superusers.  The order matters: a later one is never looser. */
typedef enum GkUnreserved
{
	GK_UNRESERVED_ALLOW,
	GK_UNRESERVED_RECORD,
	GK_UNRESERVED_REFUSE
} GkUnreserved;

/* gatekeeper.error_detail */
typedef enum GkErrorDetail
{
	GK_DETAIL_BRIEF,			/* ordinary roles see action and record */
	GK_DETAIL_FULL
} GkErrorDetail;

/* The hook through which an action arrives. */
typedef enum GkDoor
{
	GK_DOOR_NONE,
	GK_DOOR_STATEMENT,			/* ProcessUtility; key: NodeTag */
	GK_DOOR_FUNCTION,			/* a listed function is about to be called */
	GK_DOOR_RELATION,			/* the executor checks a query's relations */
	GK_DOOR_OBJECT,				/* object_access_hook; key: catalog's oid */
	GK_DOOR_COMMIT,				/* a transaction that changed roles ends */
	GK_DOOR_TOKEN,				/* a token has been refused */
	GK_DOOR_RESTORE,			/* a dump's ALTER ROLE, with all attributes */
	GK_DOOR_CURSOR,				/* untrusted code fetches from another's */
	GK_NUM_DOORS
} GkDoor;

/*
 * What is being attempted.  Built by hooks.c on its stack, read by checks;
 * only the members of the request's own door are set.
 */
typedef struct GkRequest
{
	GkDoor		door;

	/* GK_DOOR_STATEMENT, GK_DOOR_RESTORE */
	Node	   *stmt;			/* the raw utility statement */

	/* GK_DOOR_FUNCTION */
	Oid			funcid;
	int			symflags;		/* flags of its row in the rule's symbol list */
	const char *symbol;			/* what it is listed under; the cursor's name */
	FunctionCallInfo fcinfo;	/* its arguments, or NULL where they are not known */
	bool		has_no_author;	/* it stands in a stored expression of somebody's */
	Oid			lender;			/* whose, or InvalidOid where that is not known */
	int			circumstances;	/* that hold for this call beside the rest */

	/* GK_DOOR_RELATION: GkPermInfo of every relation in the query */
	List	   *perms;
	List	   *range_table;	/* RangeTblEntry, with those that inherit */

	/* GK_DOOR_OBJECT */
	ObjectAccessType event;
	Oid			classid;
	Oid			objid;
	int			subid;
	Oid			auxid;			/* OAT_POST_ALTER: second key, or InvalidOid */
	HeapTuple  *row;			/* where gk_request_row() keeps what it found */

	/* GK_DOOR_COMMIT */
	const struct GkRoleEffects *effects;

	/* GK_DOOR_TOKEN */
	const char *reason;			/* a constant */
} GkRequest;

/*
 * What a check found.  Zeroed by gate.c before each check.  Strings live at
 * least as long as CurrentMemoryContext.
 */
typedef struct GkFinding
{
	const char *action;			/* "COPY TO PROGRAM": completes "... is not
								 * allowed"; a constant */
	const char *object_type;	/* "program", "role", "column"; a constant */
	const char *object;			/* which one; anybody's text */
	bool		binds_always;	/* at level "elevated" it binds even when no
								 * circumstance holds */
	bool		scripts_may;	/* an extension's own script may do it */
	bool		by_any_text;	/* also where it makes up the text from data */
	int			ignores;		/* circumstances that do not count */
	bool		always_recorded;	/* whatever gatekeeper.audit_level is */
	bool		is_alarm;		/* its record is as urgent as can be */
	bool		exempts_role;	/* the hint goes on with the role's label */
	const char *hint;			/* advice of its own, or NULL; a constant */
} GkFinding;

/*
 * A check answers "what did you find?": true and a filled finding, or false.
 * It neither raises, nor audits, nor runs a statement, nor calls another
 * check.
 */
typedef bool (*GkCheck) (const GkRequest *request, GkFinding *finding);

/* A function known by its C symbol (pg_proc.prosrc), and what it is to a rule. */
typedef struct GkSymbol
{
	const char *name;
	int			flags;			/* the rule's own business */
} GkSymbol;

/*
 * With a GkDoorway's door: the check never says binds_always or always_recorded,
 * so it is not asked where only that could make its finding count.
 */
#define GK_IF_SUSPECT 0x100

/* Beside it: asked in any case about what somebody does who is not superuser. */
#define GK_OR_OTHERS 0x200

typedef struct GkDoorway
{
	int			door;			/* GkDoor, perhaps with the two above */
	int			key;			/* see GkDoor; 0 where the door has no key */
	GkCheck		check;
} GkDoorway;

#define GK_MAX_DOORWAYS 48

/* What is said of a rule; its place in gk_rules[] is its id. */
typedef struct GkRule
{
	GkRuleId	id;
	const char *name;
	const char *covers;			/* one line, for people */
	GkLevel		level;			/* default */
	const char *technique;		/* MITRE ATT&CK id */
	bool		hides;			/* statements and arguments are secrets: no record
								 * and no log has them */
} GkRule;

/* What it watches. */
typedef struct GkRuleDoors
{
	bool		needs_superuser;	/* objects: core lets nobody else do it, so
									 * nobody else is asked about */
	const GkSymbol *symbols;	/* for GK_DOOR_FUNCTION; ends with a NULL name */
	GkDoorway	doorways[GK_MAX_DOORWAYS];	/* ends with GK_DOOR_NONE */
} GkRuleDoors;

/* One decision, as gate.c hands it to the audit. */
typedef struct GkEvent
{
	const GkRule *rule;			/* or a class, see base/classes.h */
	GkVerdict	verdict;
	int			circumstances;
	const GkRequest *request;
	const GkFinding *finding;
	const char *outcome;		/* where it is known already, else NULL */
} GkEvent;

/* A utility statement that is being executed. */
typedef struct GkStatement
{
	PlannedStmt *pstmt;
	const char *source_text;
	char	   *stack;			/* where the C stack was */
	SubTransactionId subxact;	/* in which it began */
	uint32		number;			/* that outcome.c gave it; 0: none yet */
} GkStatement;

/* ------------------------------------------------------------------------
 * What each file offers
 * ------------------------------------------------------------------------
 */

/* shared_memory.c */
extern void gk_shmem_request(void);
extern void gk_shmem_startup(void);

/* hooks.c */
extern void gk_install_hooks(void);

/* statement.c */
extern GkStatement *gk_statement;	/* the innermost; without pstmt where there is none */
extern void gk_statement_prune(char *stack, SubTransactionId subxact);

/* What it is, when it is of this kind; else NULL. */
static inline Node *
gk_statement_of(NodeTag tag)
{
	Node	   *stmt = gk_statement->pstmt ? gk_statement->pstmt->utilityStmt : NULL;

	return stmt && nodeTag(stmt) == tag ? stmt : NULL;
}

/* gate.c, posts.c */
#include "gate.h"

/* rule_catalogue.c */
extern const GkRule gk_rules[GK_NUM_RULES];

/* rules.c */
extern const GkRuleDoors gk_rule_doors[GK_NUM_RULES];

/* config.c, lists.c */
#include "base/config.h"

/* settings.c */
extern void gk_define_settings(void);

/* circumstances.c */
extern int	gk_circumstances(void);
extern int	gk_circumstances_of_call(Oid funcid);
extern const char *gk_circumstance_name(int bit);
extern const char *gk_circumstance_reason(int bit);
extern int	gk_circumstances_text(int circumstances, char *buf, int size);

/* code_origin.c, code_trust.c, words.c */
#include "origin/origin.h"

/* builtins.c */
extern bool gk_builtins_are_stale;
extern void gk_builtins_replace(void);
extern void gk_function_starts(FmgrInfo *flinfo, char *stack);

/* roles.c */
extern bool gk_role_is_reserved(Oid roleid, const char *rolname);
extern bool gk_role_is_reserved_by_oid(Oid roleid);
extern bool gk_role_is_privileged(Oid roleid);
extern bool gk_role_exceeds_user(Oid roleid);
extern bool gk_role_is_predefined(Oid roleid);
extern Oid	gk_rolespec_oid(const RoleSpec *spec);

/* secrets.c */
extern AttrNumber gk_secret_column(Oid relid, const Bitmapset *selected);
extern Oid	gk_secret_toasted(Oid relid);
extern bool gk_is_secret(Oid relid, AttrNumber attno);
extern bool gk_relation_is_filtered(Oid relid);
extern bool gk_secrets_are_sampled(Oid roleid);
extern bool gk_relation_shows_secret(Oid relid, const Bitmapset *selected, int *hidden);

/* lent_tables.c */
extern Oid	gk_lent_table(List *range_table, List *perms, bool by_writing);

/* secret_settings.c */
extern bool gk_setting_is_secret(const char *name);
extern const char *gk_secret_setting(void);
extern bool gk_role_reads_settings(Oid roleid);

/* symbols.c */
#include "base/symbols.h"

/* catalog_row.c */
extern HeapTuple gk_newest_row(Oid classid, Oid objid);
extern HeapTuple gk_request_row(const GkRequest *request);
extern Oid	gk_relation_owner(Oid relid);

/* extension_script.c */
extern bool gk_script_acts(void);
extern const char *gk_script_query;
extern void gk_script_is_next(void);
extern void gk_script_says(const char *text);
extern const char *gk_script_starts(const char *text);
extern bool gk_script_speaks(void);
extern bool gk_script_owns_object(Oid classid, Oid objid);
extern bool gk_script_owns_library(const char *library);

/* audit/audit.c, outcome.c, shared.c, gather.c, show.c */
extern bool gk_audit_record(const GkEvent *event, uint64 *seq);
extern int	gk_outcomes_open;
extern void gk_outcome_refusing(void);
extern void gk_outcome_returned(int before);
extern ExecutorFinish_hook_type gk_next_finish;
extern void gk_audit_shmem_request(void);
extern void gk_audit_shmem_startup(void);
extern void gk_audit_note_authentication(const char *method);
extern bool gk_audit_hides(const GkFinding *finding);
extern void gk_text_for_error(char *buf, int size, const char *raw);

/* check_*.c */
#include "rules/checks.h"

#pragma GCC visibility pop

#endif							/* GATEKEEPER_H */
