/*-------------------------------------------------------------------------
 *
 * fields.c
 *	  The one table of fields, of which every sink's record is made.
 *
 * What had to be looked up is in the record already (gather.c); a getter only
 * reads memory, so it can run anywhere and cannot fail.  Everything that
 * somebody else wrote goes through gk_text_escape().
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "audit/fields.h"
#include "base/classes.h"

#include <sys/time.h>
#include "access/xlog.h"
#include "miscadmin.h"
#include "pgtime.h"
#include "postmaster/postmaster.h"

/* What gather.c and others have put into the record as it is. */
#define RAW_GETTER(name, member) \
static void \
get_##name(GkRecord *record, GkText *out) \
{ \
	put_text(out, record->member); \
}

RAW_GETTER(database, names.database)
RAW_GETTER(session_user, names.session_user)
RAW_GETTER(current_user, names.current_user)
RAW_GETTER(extension, names.extension)
RAW_GETTER(code_owner, names.code_owner)
RAW_GETTER(command, command)
RAW_GETTER(outcome, outcome)
RAW_GETTER(class, class_name)
RAW_GETTER(object_type, object_type)
RAW_GETTER(grantee, grantee)
RAW_GETTER(source, source)

#define NUMBER_GETTER(name, number) \
static void \
get_##name(GkRecord *record, GkText *out) \
{ \
	put_number(out, number); \
}

NUMBER_GETTER(seq, record->seq)
NUMBER_GETTER(lost, record->lost)
NUMBER_GETTER(count, record->count)
NUMBER_GETTER(system_id, GetSystemIdentifier())
NUMBER_GETTER(port, PostPortNumber)

static void
get_message_id(GkRecord *record, GkText *out)
{
	gk_text_ascii(out, gk_kind_message_id(record->kind));
}

static void
get_priority(GkRecord *record, GkText *out)
{
	char		priority = gk_record_priority(record);

	gk_text_put(out, &priority, 1);
}

static void
get_identifier(GkRecord *record, GkText *out)
{
	gk_text_ascii(out, "pg_gatekeeper");
}

static void
get_schema(GkRecord *record, GkText *out)
{
	gk_text_ascii(out, GK_AUDIT_SCHEMA);
}

static void
get_version(GkRecord *record, GkText *out)
{
	gk_text_ascii(out, GK_VERSION);
}

static void
get_event(GkRecord *record, GkText *out)
{
	gk_text_ascii(out, gk_kind_event(record->kind));
}

static void
get_verdict(GkRecord *record, GkText *out)
{
	if (record->circumstance_names)
		gk_text_ascii(out, record->verdict == GK_DENIED ? "denied" :
					  record->verdict == GK_WOULD_DENY ? "would_deny" : "allowed");
}

static void
get_rule(GkRecord *record, GkText *out)
{
	if (record->rule && !gk_is_class(record->rule))
		gk_text_ascii(out, record->rule->name);
}

/* MESSAGE only: where no rule says what it is about */
static void
get_only_class(GkRecord *record, GkText *out)
{
	if (record->rule && gk_is_class(record->rule))
		gk_text_ascii(out, record->rule->name);
}

static void
get_circumstances(GkRecord *record, GkText *out)
{
	if (record->circumstance_names)
		gk_text_ascii(out, record->circumstance_names);
}

static void
get_sqlstate(GkRecord *record, GkText *out)
{
	if (record->sqlstate)
		gk_text_ascii(out, record->sqlstate);
	else if (record->outcome && strcmp(record->outcome, "failed") == 0)
		return;					/* a login, of which no error is known */
	else if (record->rule)
		gk_text_ascii(out, record->verdict == GK_DENIED ? "42501" : "00000");
}

/* MESSAGE only: of an action before it happens there is nothing to say */
static void
get_known_outcome(GkRecord *record, GkText *out)
{
	if (record->kind == GK_KIND_OUTCOME ||
		(record->outcome && strcmp(record->outcome, "unknown") != 0))
		put_text(out, record->outcome);
}

static void
get_technique(GkRecord *record, GkText *out)
{
	if (record->rule && record->rule->technique)
		gk_text_ascii(out, record->rule->technique);
}

static void
get_stream(GkRecord *record, GkText *out)
{
	gk_text_ascii(out, gk_audit_stream());
}

/* "journald 3, syslog 0", where one has lost more than all have. */
static void
get_sink_lost(GkRecord *record, GkText *out)
{
	const char *separator = "";
	bool		is_news = false;

	for (int sink = 0; sink < GK_NUM_SINKS; sink++)
		is_news |= gk_sink_gone(sink) > record->lost;
	for (int sink = 0; is_news && sink < GK_NUM_SINKS; sink++)
	{
		if (!(gk_audit_sinks.bits & (1 << sink)) && gk_sink_gone(sink) == 0)
			continue;
		gk_text_ascii(out, separator);
		gk_text_ascii(out, gk_sink_names[sink]);
		gk_text_ascii(out, " ");
		put_number(out, gk_sink_gone(sink));
		separator = ", ";
	}
}

static void
get_waiting(GkRecord *record, GkText *out)
{
	if (record->waiting > 0)
		put_number(out, record->waiting);
}

/* MESSAGE only: 1 is no news */
static void
get_repeats(GkRecord *record, GkText *out)
{
	if (record->count > 1)
		put_number(out, record->count);
}

static void
get_kinds(GkRecord *record, GkText *out)
{
	if (record->kinds > 0)
		put_number(out, record->kinds);
}

static void
get_last_object(GkRecord *record, GkText *out)
{
	if (record->last)
		gk_text_units(out, record->last->object);
}

static void
get_last_statement(GkRecord *record, GkText *out)
{
	if (record->last)
		gk_text_units(out, record->last->statement);
}

/* RFC 3339, UTC */
static void
get_time(GkRecord *record, GkText *out)
{
	static pg_time_t known;
	static char stamp[40];
	struct timeval now;
	pg_time_t	seconds;
	struct pg_tm *tm;

	gettimeofday(&now, NULL);
	seconds = now.tv_sec;
	if (seconds != known)
	{
		tm = pg_gmtime(&seconds);
		if (tm == NULL)
			return;
		snprintf(stamp, sizeof(stamp), "%04d-%02d-%02dT%02d:%02d:%02d.000000Z",
				 tm->tm_year + 1900, tm->tm_mon + 1, tm->tm_mday,
				 tm->tm_hour, tm->tm_min, tm->tm_sec);
		known = seconds;
	}
	/* of the second, what stands before the "Z" */
	for (int i = strlen(stamp) - 2, us = (int) now.tv_usec; stamp[i] != '.'; i--, us /= 10)
		stamp[i] = '0' + us % 10;
	gk_text_ascii(out, stamp);
}

/*
 * Filled and sent in this order, and so do the keys stand in MESSAGE: what
 * others wrote comes last.  What has no getter is made of other fields, by
 * record.c.
 */
const GkField gk_fields[] =
{
	{"MESSAGE_ID", NULL, false, GK_KEPT, 32, get_message_id},
	{"PRIORITY", NULL, false, GK_KEPT, 1, get_priority},
	{"SYSLOG_IDENTIFIER", NULL, false, GK_KEPT, 16, get_identifier},
	{"GATEKEEPER_SCHEMA", NULL, false, GK_KEPT, 8, get_schema},
	{"GATEKEEPER_VERSION", NULL, false, GK_KEPT, 16, get_version},
	{"GATEKEEPER_EVENT", "event", false, GK_KEPT, 16, get_event},
	{"GATEKEEPER_VERDICT", "verdict", false, GK_KEPT, 16, get_verdict},
	{"GATEKEEPER_OUTCOME", NULL, false, GK_KEPT, 20, get_outcome},
	{NULL, "outcome", false, GK_DROPPED, 20, get_known_outcome},
	{"GATEKEEPER_RULE", "rule", false, GK_KEPT, 48, get_rule},
	{"GATEKEEPER_CLASS", NULL, false, GK_KEPT, 16, get_class},
	{NULL, "class", false, GK_KEPT, 16, get_only_class},
	{"GATEKEEPER_CIRCUMSTANCES", "circumstances", false, GK_KEPT, 80, get_circumstances},
	{"GATEKEEPER_SQLSTATE", NULL, false, GK_KEPT, 5, get_sqlstate},
	{"GATEKEEPER_TECHNIQUE", NULL, false, GK_KEPT, 16, get_technique},
	{"GATEKEEPER_STREAM", NULL, false, GK_KEPT, 32, get_stream},
	{"GATEKEEPER_SEQ", "seq", false, GK_ANEW, 20, get_seq},
	{"GATEKEEPER_LOST", NULL, false, GK_ANEW, 20, get_lost},
	{"GATEKEEPER_SINK_LOST", NULL, false, GK_ANEW, 80, get_sink_lost},
	{"GATEKEEPER_WAITING", NULL, false, GK_ANEW, 10, get_waiting},
	{"GATEKEEPER_COUNT", NULL, false, GK_ANEW, 10, get_count},
	{NULL, "count", false, GK_ANEW, 10, get_repeats},
	{"GATEKEEPER_KINDS", "kinds", false, GK_ANEW, 10, get_kinds},
	{"GATEKEEPER_TIME", NULL, false, GK_ANEW, 32, get_time},
	{"GATEKEEPER_CLUSTER", NULL, false, GK_KEPT, GK_NAME_SIZE, gk_get_cluster},
	{"GATEKEEPER_SYSTEM_ID", NULL, false, GK_KEPT, 20, get_system_id},
	{"GATEKEEPER_PORT", NULL, false, GK_KEPT, 5, get_port},
	{"GATEKEEPER_BACKEND_TYPE", NULL, false, GK_KEPT, 100, gk_get_backend_type},
	{"GATEKEEPER_BACKEND_PID", NULL, false, GK_KEPT, 10, gk_get_backend_pid},
	{"GATEKEEPER_SENDER_PID", NULL, false, GK_ANEW, 10, NULL},
	{"GATEKEEPER_SESSION_ID", NULL, false, GK_KEPT, 32, gk_get_session_id},
	{"GATEKEEPER_VXID", NULL, false, GK_DROPPED, 32, gk_get_vxid},
	{"GATEKEEPER_QUERY_ID", NULL, false, GK_DROPPED, 20, gk_get_query_id},
	{"GATEKEEPER_SESSION_USER", "session_user", true, GK_KEPT, GK_NAME_SIZE, get_session_user},
	{"GATEKEEPER_CURRENT_USER", "current_user", true, GK_KEPT, GK_NAME_SIZE, get_current_user},
	{"GATEKEEPER_APP_USER", "app_user", true, GK_KEPT, GK_NAME_SIZE, gk_get_app_user},
	{"GATEKEEPER_APP_ISSUER", NULL, false, GK_KEPT, GK_NAME_SIZE, gk_get_app_issuer},
	{"GATEKEEPER_APP_KEY", NULL, false, GK_KEPT, GK_NAME_SIZE, gk_get_app_key},
	{"GATEKEEPER_APP_SESSION", NULL, false, GK_KEPT, GK_NAME_SIZE, gk_get_app_session},
	{"GATEKEEPER_DATABASE", "database", true, GK_KEPT, GK_NAME_SIZE, get_database},
	{"GATEKEEPER_CLIENT_ADDR", NULL, false, GK_KEPT, 64, gk_get_client_addr},
	{"GATEKEEPER_CLIENT_PORT", NULL, false, GK_KEPT, 8, gk_get_client_port},
	{NULL, "client", true, GK_KEPT, 80, gk_get_client},
	{"GATEKEEPER_AUTHENTICATED", NULL, false, GK_KEPT, GK_NAME_SIZE, gk_get_authenticated},
	{"GATEKEEPER_APPLICATION", NULL, false, GK_KEPT, GK_NAME_SIZE, gk_get_application},
	{"GATEKEEPER_EXTENSION", "extension", true, GK_KEPT, GK_NAME_SIZE, get_extension},
	{"GATEKEEPER_FUNCTION", NULL, false, GK_KEPT, 2 * GK_NAME_SIZE, gk_get_function},
	{"GATEKEEPER_CODE_OWNER", "code_owner", true, GK_KEPT, GK_NAME_SIZE, get_code_owner},
	{"GATEKEEPER_COMMAND", "command", true, GK_KEPT, 48, get_command},
	{"GATEKEEPER_OBJECT_TYPE", "object_type", false, GK_KEPT, 48, get_object_type},
	{"GATEKEEPER_OBJECT", "object", true, GK_KEPT, GK_OBJECT_SIZE, gk_get_object},
	{"GATEKEEPER_ARGUMENTS", "arguments", true, GK_KEPT, GK_OBJECT_SIZE, gk_get_arguments},
	{"GATEKEEPER_GRANTEE", "grantee", true, GK_KEPT, GK_NAME_SIZE, get_grantee},
	{"GATEKEEPER_ATTRIBUTES", "attributes", true, GK_KEPT, GK_VALUE_SIZE, gk_get_attributes},
	{"GATEKEEPER_OLD_VALUE", "from", true, GK_KEPT, GK_VALUE_SIZE, gk_get_old_value},
	{"GATEKEEPER_NEW_VALUE", "to", true, GK_KEPT, GK_VALUE_SIZE, gk_get_new_value},
	{"GATEKEEPER_SOURCE", "source", true, GK_KEPT, GK_VALUE_SIZE, get_source},
	{"GATEKEEPER_STATEMENT_LENGTH", NULL, false, GK_KEPT, 20, gk_get_statement_length},
	{"GATEKEEPER_LAST_OBJECT", "last_object", true, GK_ANEW, 256, get_last_object},
	{"GATEKEEPER_LAST_STATEMENT", NULL, true, GK_ANEW, 256, get_last_statement},
	{"GATEKEEPER_STATEMENT_HASH", NULL, false, GK_DROPPED, 64, gk_get_statement_hash},
	{"GATEKEEPER_CHAIN", NULL, false, GK_ANEW, 128, NULL},
	{"GATEKEEPER_FLAGS", "flags", false, GK_KEPT, 64, NULL},
	{"MESSAGE", NULL, false, GK_ANEW, GK_MESSAGE_SIZE, NULL},
	{"GATEKEEPER_STATEMENT", "statement", true, GK_KEPT, GK_FIELD_SIZE, gk_get_statement},
};

const int	gk_num_fields = lengthof(gk_fields);

StaticAssertDecl(lengthof(gk_fields) <= GK_MAX_FIELDS, "too many fields");

/* The value, escaped, of a filled record's field. */
const char *
gk_record_value(const GkRecord *record, const char *name)
{
	for (int i = 0; i < gk_num_fields; i++)
		if (gk_fields[i].name && strcmp(gk_fields[i].name, name) == 0)
			return record->value[i];
	return "";
}
