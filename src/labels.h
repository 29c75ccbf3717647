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

#include "gatekeeper.h"

#define GK_LABEL_PROVIDER "gatekeeper"

/* What a label says; all zero when there is none. */
typedef struct GkLabel
{
	bool		trusted;
	uint64		allows;			/* bit n: rule n does not bind */
} GkLabel;

/* labels.c */
extern void gk_labels_init(void);
extern bool gk_label_parse(const char *text, GkLabel *label, const char **rule);
extern char *gk_label_text(Oid classid, Oid objid);
extern bool gk_label_trusts_function(Oid funcid);
extern bool gk_label_trusts_role(Oid roleid);
extern uint64 gk_label_function_allows(Oid funcid);
extern bool gk_label_on_definer(Oid funcid);
extern uint64 gk_label_role_allows(Oid roleid);
extern bool gk_label_exempts(const GkEvent *event);

/* label_provider.c */
extern void gk_label_provider_named(const SecLabelStmt *stmt);
extern void gk_label_function_changed(ObjectAccessType what, Oid funcid);

#endif							/* GK_LABELS_H */
