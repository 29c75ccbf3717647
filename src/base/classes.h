/*-------------------------------------------------------------------------
 *
 * classes.h
 *	  gatekeeper.audit_classes and gatekeeper.audit_classes_where, read.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#ifndef GK_CLASSES_H
#define GK_CLASSES_H

#include "base/gatekeeper.h"

#include "common/class_names.h"

#define GK_ALL_CLASSES ((1 << GK_NUM_CLASSES) - 1)

/* Bits, 1 << GkClass. */
typedef struct GkClasses
{
	int			always;
	int			elevated;		/* while a circumstance holds */
} GkClasses;

typedef enum GkConditionKind
{
	GK_OF_ROLE,
	GK_OF_DATABASE,
	GK_OF_APPLICATION,
	GK_OF_CLIENT,
	GK_NUM_CONDITION_KINDS
} GkConditionKind;

typedef struct GkCondition
{
	GkConditionKind kind;
	bool		is_not;
	char		value[NAMEDATALEN];
	int			bits;			/* of a network */
	int			length;			/* bytes of its address; 0: a Unix socket */
	unsigned char address[16];
} GkCondition;

#define GK_MAX_CONDITIONS 32

typedef struct GkConditions
{
	int			count;
	GkCondition condition[GK_MAX_CONDITIONS];
} GkConditions;

/* What the label of the role that logged in says. */
typedef enum GkAuditLabel
{
	GK_AUDIT_AS_SET,
	GK_AUDIT_ALL,
	GK_AUDIT_NONE
} GkAuditLabel;

#pragma GCC visibility push(hidden)

extern const GkRule gk_class_rules[GK_NUM_CLASSES];
extern const GkSymbol gk_recorded_symbols[];
extern GkClasses gk_classes;
extern GkConditions gk_class_conditions;

/* What this process looks at, bits; 0 where nothing is to be recorded. */
extern int	gk_classes_watched;

extern const char *gk_classes_read(const char *list, GkClasses *classes);
extern const char *gk_conditions_read(const char *list, GkConditions *conditions);
extern void gk_classes_watch(GkAuditLabel audit_label);
extern void gk_classes_changed(void);
extern bool gk_class_is_wanted(GkClass class, bool is_suspect);

/* What stands in the place of a rule in a class's record. */
static inline bool
gk_is_class(const GkRule *rule)
{
	return rule->id >= GK_NUM_RULES;
}

#pragma GCC visibility pop

#endif							/* GK_CLASSES_H */
