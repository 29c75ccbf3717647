/*-------------------------------------------------------------------------
 *
 * classes.c
 *	  Which actions are recorded though no rule found anything?
 *
 * gatekeeper.audit_classes is a list of classes, each perhaps with ":elevated";
 * gatekeeper.audit_classes_where a list of conditions, of which one of each kind
 * that is listed has to hold, and no one with "!=" may fail.  A label of the role
 * that logged in goes before both.
 *
 * In the audit a class takes the place of a rule: it has a row of its own, with a
 * number above theirs.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "base/classes.h"

#include <arpa/inet.h>

#include "libpq/libpq-be.h"
#include "miscadmin.h"

#define GK_CLASS_ROW(class, word, what) \
	[GK_CLASS_##class] = { \
		.id = (GkRuleId) (GK_NUM_RULES + GK_CLASS_##class), \
		.name = #word, \
		.covers = what \
	},

const GkRule gk_class_rules[GK_NUM_CLASSES] = {GK_FOR_EACH_CLASS(GK_CLASS_ROW)};

/*
 * Functions by C symbol whose calls are of class system, also those that no rule
 * lists: what other sessions, backups, the WAL and slots are managed with.
 */
const GkSymbol gk_recorded_symbols[] = {
	{"pg_reload_conf", 0},
	{"pg_rotate_logfile", 0},
	{"pg_rotate_logfile_v2", 0},
	{"pg_promote", 0},
	{"pg_terminate_backend", 0},
	{"pg_cancel_backend", 0},
	{"pg_backup_start", 0},
	{"pg_backup_stop", 0},
	{"pg_create_restore_point", 0},
	{"pg_switch_wal", 0},
	{"pg_wal_replay_pause", 0},
	{"pg_wal_replay_resume", 0},
	{"pg_create_physical_replication_slot", 0},
	{"pg_copy_physical_replication_slot_a", 0},
	{"pg_copy_physical_replication_slot_b", 0},
	{"pg_create_logical_replication_slot", 0},
	{"pg_copy_logical_replication_slot_a", 0},
	{"pg_copy_logical_replication_slot_b", 0},
	{"pg_copy_logical_replication_slot_c", 0},
	{"pg_drop_replication_slot", 0},
	{"pg_replication_slot_advance", 0},
	{NULL, 0}
};

GkClasses	gk_classes;
GkConditions gk_class_conditions;
int			gk_classes_watched;

static GkAuditLabel label;

#define GK_ENTRY_SIZE (NAMEDATALEN + 20)

static int
bits_of(const char *name, size_t len)
{
	if (len == strlen("all") && pg_strncasecmp(name, "all", len) == 0)
		return GK_ALL_CLASSES;
	for (int c = 0; c < GK_NUM_CLASSES; c++)
		if (strlen(gk_class_rules[c].name) == len &&
			pg_strncasecmp(name, gk_class_rules[c].name, len) == 0)
			return 1 << c;
	return 0;
}

/*
 * The next entry of a list, in double quotes or not, into *entry; moves on.  "" at
 * the list's end; false where it is no list.  Nothing is allocated, since assign
 * hooks must not fail.
 */
static bool
next_entry(const char **list, char *entry, size_t size)
{
	const char *p = *list + strspn(*list, " \t\r\n");
	bool		is_quoted = *p == '"';
	size_t		len;

	p += is_quoted;
	len = strcspn(p, is_quoted ? "\"" : ", \t\r\n");
	if (len >= size || (is_quoted && p[len] == '\0'))
		return false;
	memcpy(entry, p, len);
	entry[len] = '\0';
	p += len + is_quoted;
	p += strspn(p, " \t\r\n");
	if (*p != ',' && *p != '\0')
		return false;
	*list = p + (*p == ',');
	return len > 0 || (*p == '\0' && !is_quoted);
}

/* Read the list; NULL, or the entry that is wrong, or what is no list. */
const char *
gk_classes_read(const char *list, GkClasses *classes)
{
	static char entry[GK_ENTRY_SIZE];

	memset(classes, 0, sizeof(*classes));
	for (;;)
	{
		const char *rest = list;
		size_t		len;
		int			bits;

		if (!next_entry(&list, entry, sizeof(entry)))
			return rest;
		if (*entry == '\0')
			return NULL;
		len = strcspn(entry, ":");
		bits = bits_of(entry, len);
		if (bits == 0 || (entry[len] != '\0' && pg_strcasecmp(entry + len, ":elevated") != 0))
			return entry;
		if (entry[len] == '\0')
			classes->always |= bits;
		else
			classes->elevated |= bits;
	}
}

/* "10.0.0.0/8", "::1", "local" */
static bool
read_network(GkCondition *condition)
{
	char		address[NAMEDATALEN];
	char	   *slash;
	char	   *end;

	if (strcmp(condition->value, "local") == 0)
		return true;
	strlcpy(address, condition->value, sizeof(address));
	slash = strchr(address, '/');
	if (slash)
		*slash = '\0';
	condition->length = strchr(address, ':') ? 16 : 4;
	condition->bits = 8 * condition->length;
	if (slash)
	{
		long		bits = strtol(slash + 1, &end, 10);

		if (slash[1] < '0' || slash[1] > '9' || *end != '\0' || bits > condition->bits)
			return false;
		condition->bits = (int) bits;
	}
	return inet_pton(condition->length == 16 ? AF_INET6 : AF_INET, address, condition->address) == 1;
}

static bool
read_condition(const char *entry, GkCondition *condition)
{
	static const char *const kinds[] = {"role", "database", "application", "client"};
	size_t		len = strcspn(entry, "!=");
	const char *value = entry + len;

	memset(condition, 0, sizeof(*condition));
	while (condition->kind < GK_NUM_CONDITION_KINDS &&
		   !(strlen(kinds[condition->kind]) == len && strncmp(kinds[condition->kind], entry, len) == 0))
		condition->kind++;
	condition->is_not = *value == '!';
	value += condition->is_not;
	if (condition->kind == GK_NUM_CONDITION_KINDS || *value++ != '=')
		return false;
	if (*value == '\0' || strlcpy(condition->value, value, NAMEDATALEN) >= NAMEDATALEN)
		return false;
	return condition->kind != GK_OF_CLIENT || read_network(condition);
}

/* Read the list; NULL, or what is wrong, as above. */
const char *
gk_conditions_read(const char *list, GkConditions *conditions)
{
	static char entry[GK_ENTRY_SIZE];

	memset(conditions, 0, sizeof(*conditions));
	for (;;)
	{
		const char *rest = list;

		if (!next_entry(&list, entry, sizeof(entry)))
			return rest;
		if (*entry == '\0')
			return NULL;
		if (conditions->count == GK_MAX_CONDITIONS ||
			!read_condition(entry, &conditions->condition[conditions->count]))
			return entry;
		conditions->count++;
	}
}

/* The setting is another, or it is known now what the role's label says. */
void
gk_classes_watch(GkAuditLabel audit_label)
{
	label = audit_label;
	gk_classes_watched = label == GK_AUDIT_NONE ? 0 : label == GK_AUDIT_ALL ? GK_ALL_CLASSES :
		gk_classes.always | gk_classes.elevated;
}

/* The same, where the label is as it was. */
void
gk_classes_changed(void)
{
	gk_classes_watch(label);
}

static bool
client_is_in(const GkCondition *network)
{
	const struct sockaddr *peer = (const struct sockaddr *) &MyProcPort->raddr.addr;
	const unsigned char *address;
	int			whole = network->bits / 8;
	int			rest = network->bits % 8;

	if (network->length == 0)
		return peer->sa_family == AF_UNIX;
	if (peer->sa_family != (network->length == 4 ? AF_INET : AF_INET6))
		return false;
	address = network->length == 4 ?
		(const unsigned char *) &((const struct sockaddr_in *) peer)->sin_addr :
		(const unsigned char *) &((const struct sockaddr_in6 *) peer)->sin6_addr;
	return memcmp(address, network->address, whole) == 0 &&
		(rest == 0 || ((address[whole] ^ network->address[whole]) >> (8 - rest)) == 0);
}

static bool
holds(const GkCondition *condition)
{
	const char *is = condition->kind == GK_OF_ROLE ? MyProcPort->user_name :
		condition->kind == GK_OF_DATABASE ? MyProcPort->database_name : application_name;

	if (condition->kind == GK_OF_CLIENT)
		return client_is_in(condition);
	return is && strcmp(is, condition->value) == 0;
}

/* Processes that no client has are recorded, whatever the conditions. */
static bool
conditions_hold(void)
{
	int			listed = 0;
	int			met = 0;

	for (int i = 0; MyProcPort && i < gk_class_conditions.count; i++)
	{
		const GkCondition *condition = &gk_class_conditions.condition[i];

		if (condition->is_not && holds(condition))
			return false;
		if (condition->is_not)
			continue;
		listed |= 1 << condition->kind;
		met |= holds(condition) << condition->kind;
	}
	return listed == met;
}

/* Is an action of the class to be recorded?  is_suspect: a circumstance holds. */
bool
gk_class_is_wanted(GkClass class, bool is_suspect)
{
	int			bits = gk_classes.always | (is_suspect ? gk_classes.elevated : 0);

	if (label != GK_AUDIT_AS_SET)
		return label == GK_AUDIT_ALL;
	return (bits & 1 << class) != 0 && conditions_hold();
}
