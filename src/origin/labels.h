/*-------------------------------------------------------------------------
 *
 * labels.h
 *	  Exemptions by security label, for the files that set, read and heed them.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#ifndef GK_LABELS_H
#define GK_LABELS_H

#include "base/gatekeeper.h"

#include "catalog/pg_proc.h"

#define GK_LABEL_PROVIDER "gatekeeper"

/* What a label says; all zero when there is none. */
typedef struct GkLabel
{
	bool		trusted;
	bool		administrator;	/* a role's own switches count; administrator.c */
	bool		audit;			/* all classes of what the role does are recorded */
	bool		no_audit;		/* or none */
	uint64		allows;			/* bit n: rule n does not bind */
} GkLabel;

#pragma GCC visibility push(hidden)

/* What is known of a function or role; direct-mapped by oid. */
typedef struct GkLabelled
{
	Oid			oid;
	uint32		hash;			/* of the syscache, to know what to forget */
	GkLabel		label;
} GkLabelled;

#define GK_LABELLED_FUNCTIONS 512	/* a power of two */

extern GkLabelled gk_labelled_function[GK_LABELLED_FUNCTIONS];

/* label_text.c */
extern bool gk_label_parse(const char *text, GkLabel *label, const char **rule);

/* labels.c */
extern void gk_labels_init(void);
extern void gk_labels_shmem_request(void);
extern void gk_labels_shmem_startup(void);
extern void gk_label_is_set(void);
extern bool gk_no_function_has_label(void);
extern uint64 gk_labels_committed(void);
extern char *gk_label_text(Oid classid, Oid objid);
extern bool gk_label_trusts_function(Oid funcid);
extern bool gk_label_trusts_role(Oid roleid);
extern bool gk_label_trusts_view(Oid relid);
extern GkLabel gk_label_find_out(Oid classid, Oid objid);
extern GkLabel gk_label_on_role(Oid roleid);
extern bool gk_label_is_on_role(Oid roleid);

/* label_holders.c */
extern bool gk_label_is_for(Oid roleid, Oid other);
extern bool gk_label_can_be_used(Oid roleid);

/* given.c */
extern bool gk_was_given_functions(Oid roleid);
extern bool gk_given_may_change(uint32 hash);

/* administrator.c */
extern void gk_client_sets(VariableSetStmt *stmt, ProcessUtilityContext context,
						   const char *source_text);
extern void gk_client_queries(Query *query, ParamListInfo params);
extern bool gk_client_has_switched(void);
extern bool gk_client_is_administrator(void);
extern bool gk_administrator_acts(void);
extern Oid	gk_client_role(void);

/* label_provider.c */
extern void gk_label_provider_named(const SecLabelStmt *stmt);
extern void gk_label_object_changed(ObjectAccessType what, Oid classid, Oid objid, int subid);

/* The rules lifted from the function's own statements, as bits. */
static inline uint64
gk_label_function_allows(Oid funcid)
{
	const GkLabelled *entry = &gk_labelled_function[funcid & (GK_LABELLED_FUNCTIONS - 1)];

	if (funcid < FirstNormalObjectId)
		return 0;
	return likely(entry->oid == funcid) ? entry->label.allows :
		gk_label_find_out(ProcedureRelationId, funcid).allows;
}

#pragma GCC visibility pop

#endif							/* GK_LABELS_H */
