/*-------------------------------------------------------------------------
 *
 * show_ocsf.c
 *	  Entries for programs: the Open Cybersecurity Schema Framework.
 *
 * What a rule found is Datastore Activity (6005), records about the module itself
 * are Application Lifecycle (6002), both with the profile Security Control.
 * pg_gatekeeper(1) has the table.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "cli.h"

#include <stdlib.h>

#define GK_OCSF_VERSION "1.8.0"

static GkJson json;

static const char *
field(const GkEntry *entry, const char *name)
{
	return gk_entry_get(entry, name);
}

static void
put(const char *member, const GkEntry *entry, const char *name)
{
	gk_json_text(&json, member, field(entry, name));
}

static void
put_digits(const char *member, const GkEntry *entry, const char *name)
{
	gk_json_digits(&json, member, field(entry, name));
}

/* The syslog priority as a severity; what may be forged is high. */
static int
severity_of(const GkEntry *entry)
{
	static const int severity[] = {6, 5, 5, 4, 3, 2, 1, 1};
	uint64_t	priority = gk_entry_number(entry, "PRIORITY");

	return entry->forged ? 4 : severity[priority > 7 ? 7 : priority];
}

static void
put_metadata(const GkEntry *entry)
{
	char		uid[80];

	gk_json_open(&json, "metadata");
	gk_json_text(&json, "version", GK_OCSF_VERSION);
	gk_json_open_array(&json, "profiles");
	gk_json_text(&json, NULL, "security_control");
	gk_json_text(&json, NULL, "host");
	gk_json_close(&json);
	gk_json_open(&json, "product");
	gk_json_text(&json, "name", "pg_gatekeeper");
	gk_json_text(&json, "vendor_name", "pg_gatekeeper");
	put("version", entry, "GATEKEEPER_VERSION");
	gk_json_close(&json);
	gk_json_text(&json, "log_name", entry->is_file ? "file" : entry->is_syslog ? "syslog" : "journal");
	put("event_code", entry, "MESSAGE_ID");
	put_digits("sequence", entry, "GATEKEEPER_SEQ");
	snprintf(uid, sizeof(uid), "%s:%s", field(entry, "GATEKEEPER_STREAM"),
			 field(entry, "GATEKEEPER_SEQ"));
	gk_json_text(&json, "uid", uid);
	gk_json_number(&json, "logged_time", entry->time / 1000);
	gk_json_close(&json);
}

static void
put_attack(const GkEntry *entry)
{
	const char *id = field(entry, "GATEKEEPER_TECHNIQUE");
	const char *dot = strchr(id, '.');
	char		parent[16];

	if (*id == '\0')
		return;
	snprintf(parent, sizeof(parent), "%.*s", dot ? (int) (dot - id) : (int) strlen(id), id);
	gk_json_open_array(&json, "attacks");
	gk_json_open(&json, NULL);
	gk_json_text(&json, "version", "18.1");
	gk_json_open(&json, "technique");
	gk_json_text(&json, "uid", parent);
	gk_json_text(&json, "name", gk_technique_name(parent));
	gk_json_close(&json);
	if (dot)
	{
		gk_json_open(&json, "sub_technique");
		gk_json_text(&json, "uid", id);
		gk_json_text(&json, "name", gk_technique_name(id));
		gk_json_close(&json);
	}
	gk_json_close(&json);
	gk_json_close(&json);
}

static void
put_actor(const GkEntry *entry)
{
	gk_json_open(&json, "actor");
	gk_json_open(&json, "user");
	put("name", entry, "GATEKEEPER_SESSION_USER");
	gk_json_close(&json);
	gk_json_open(&json, "session");
	put("uid", entry, "GATEKEEPER_SESSION_ID");
	gk_json_close(&json);
	put("app_name", entry, "GATEKEEPER_APPLICATION");
	gk_json_open(&json, "process");
	put_digits("pid", entry, "_PID");
	put("name", entry, "_COMM");
	gk_json_close(&json);
	gk_json_close(&json);
}

/* 0 unknown, 1 read, 2 update, 4 query, 5 write, 6 create, 7 delete, 99 other. */
static int
activity_of(const GkEntry *entry)
{
	static const struct
	{
		const char *command;
		int			activity;
	}			known[] =
	{
		{"SELECT", 4}, {"INSERT", 5}, {"UPDATE", 2}, {"DELETE", 7}, {"MERGE", 2},
		{"CREATE", 6}, {"ALTER", 2}, {"GRANT", 2}, {"REVOKE", 2}, {"DROP", 7},
		{"TRUNCATE", 7}
	};
	const char *command = field(entry, "GATEKEEPER_COMMAND");

	for (int i = 0; i < GK_LENGTHOF(known); i++)
	{
		size_t		len = strlen(known[i].command);

		if (strncmp(command, known[i].command, len) == 0 &&
			(command[len] == '\0' || command[len] == ' '))
			return known[i].activity;
	}
	return *command ? 99 : 0;
}

/* 0 unknown, 1 success, 2 failure: denied, or what a later record tells. */
static int
status_of(const GkEntry *entry)
{
	const char *outcome = field(entry, "GATEKEEPER_OUTCOME");

	if (gk_entry_is(entry, "GATEKEEPER_VERDICT", "denied"))
		return 2;
	if (strcmp(outcome, "done") == 0)
		return 1;
	return *outcome && strcmp(outcome, "unknown") != 0 ? 2 : 0;
}

static void
put_action(const GkEntry *entry)
{
	const char *verdict = field(entry, "GATEKEEPER_VERDICT");
	bool		is_denied = strcmp(verdict, "denied") == 0;
	bool		is_allowed = strcmp(verdict, "would_deny") != 0 && !is_denied;
	bool		is_remote = *gk_client_ip(entry);
	bool		is_local = !is_remote && gk_entry_is(entry, "GATEKEEPER_BACKEND_TYPE", "client backend");

	gk_json_number(&json, "status_id", status_of(entry));
	put("status", entry, "GATEKEEPER_OUTCOME");
	put("status_code", entry, "GATEKEEPER_SQLSTATE");
	put("status_detail", entry, "GATEKEEPER_CIRCUMSTANCES");
	gk_json_number(&json, "action_id", is_denied ? 2 : is_allowed ? 1 : 3);
	gk_json_number(&json, "disposition_id", is_denied ? 2 : is_allowed ? 1 : 15);
	gk_json_open(&json, "policy");
	put("name", entry, "GATEKEEPER_RULE");
	gk_json_close(&json);
	put_attack(entry);
	put_actor(entry);
	gk_json_open(&json, "src_endpoint");
	if (is_remote)
	{
		gk_json_text(&json, "ip", gk_client_ip(entry));
		put_digits("port", entry, "GATEKEEPER_CLIENT_PORT");
	}
	else if (is_local)
	{
		gk_json_text(&json, "name", "local");
		put("hostname", entry, "_HOSTNAME");
	}
	else
		gk_json_text(&json, "name", "unknown");
	gk_json_close(&json);
	gk_json_open(&json, "dst_endpoint");
	put("hostname", entry, "_HOSTNAME");
	put_digits("port", entry, "GATEKEEPER_PORT");
	gk_json_text(&json, "svc_name", "postgresql");
	gk_json_close(&json);
	gk_json_open(&json, "database");
	put("name", entry, "GATEKEEPER_DATABASE");
	put("uid", entry, "GATEKEEPER_SYSTEM_ID");
	gk_json_number(&json, "type_id", 1);
	gk_json_close(&json);
	gk_json_number(&json, "type_id", 1);
	if (*field(entry, "GATEKEEPER_STATEMENT"))
	{
		gk_json_open(&json, "query_info");
		put("query_string", entry, "GATEKEEPER_STATEMENT");
		put("uid", entry, "GATEKEEPER_QUERY_ID");
		gk_json_close(&json);
	}
}

static void
put_module(const GkEntry *entry)
{
	gk_json_open(&json, "app");
	gk_json_text(&json, "name", "pg_gatekeeper");
	gk_json_text(&json, "vendor_name", "pg_gatekeeper");
	put("version", entry, "GATEKEEPER_VERSION");
	gk_json_close(&json);
	put_actor(entry);
	put("status_detail", entry, "GATEKEEPER_OBJECT");
}

/* What the schema has no place for. */
static const struct
{
	const char *member;
	const char *name;
}			unmapped[] =
{
	{"cluster", "GATEKEEPER_CLUSTER"},
	{"current_user", "GATEKEEPER_CURRENT_USER"},
	{"authenticated", "GATEKEEPER_AUTHENTICATED"},
	{"object_type", "GATEKEEPER_OBJECT_TYPE"},
	{"object", "GATEKEEPER_OBJECT"},
	{"arguments", "GATEKEEPER_ARGUMENTS"},
	{"grantee", "GATEKEEPER_GRANTEE"},
	{"attributes", "GATEKEEPER_ATTRIBUTES"},
	{"old_value", "GATEKEEPER_OLD_VALUE"},
	{"new_value", "GATEKEEPER_NEW_VALUE"},
	{"extension", "GATEKEEPER_EXTENSION"},
	{"function", "GATEKEEPER_FUNCTION"},
	{"code_owner", "GATEKEEPER_CODE_OWNER"},
	{"backend_type", "GATEKEEPER_BACKEND_TYPE"},
	{"vxid", "GATEKEEPER_VXID"},
	{"statement_length", "GATEKEEPER_STATEMENT_LENGTH"},
	{"statement_hash", "GATEKEEPER_STATEMENT_HASH"},
	{"flags", "GATEKEEPER_FLAGS"},
	{"chain", "GATEKEEPER_CHAIN"},
	{"count", "GATEKEEPER_COUNT"},
	{"kinds", "GATEKEEPER_KINDS"},
	{"last_object", "GATEKEEPER_LAST_OBJECT"},
	{"last_statement", "GATEKEEPER_LAST_STATEMENT"},
	{"lost", "GATEKEEPER_LOST"},
	{"sink_lost", "GATEKEEPER_SINK_LOST"},
	{"waiting", "GATEKEEPER_WAITING"},
};

static void
put_unmapped(const GkEntry *entry)
{
	gk_json_open(&json, "unmapped");
	for (int i = 0; i < GK_LENGTHOF(unmapped); i++)
		put(unmapped[i].member, entry, unmapped[i].name);
	gk_json_text(&json, "forged", entry->forged ? entry->forged : "");
	gk_json_close(&json);
}

void
gk_show_ocsf(const GkEntry *entry)
{
	const char *event = field(entry, "GATEKEEPER_EVENT");
	bool		is_outcome = strcmp(event, "outcome") == 0;
	bool		is_action = is_outcome || strcmp(event, "action") == 0;
	int			class = is_action ? 6005 : 6002;
	int			activity;

	/* of the module: 3 start, 4 stop, 99 other */
	if (is_outcome)
		activity = 99;
	else if (is_action)
		activity = activity_of(entry);
	else
		activity = strcmp(event, "start") == 0 ? 3 : strcmp(event, "stop") == 0 ? 4 : 99;
	gk_json_begin(&json);
	put_metadata(entry);
	gk_json_number(&json, "category_uid", 6);
	gk_json_number(&json, "class_uid", class);
	gk_json_number(&json, "activity_id", activity);
	if (activity == 99)
		gk_json_text(&json, "activity_name", is_action && !is_outcome ?
					 field(entry, "GATEKEEPER_COMMAND") : event);
	gk_json_number(&json, "type_uid", class * 100 + activity);
	gk_json_number(&json, "time", gk_event_time(entry) / 1000);
	gk_json_number(&json, "severity_id", severity_of(entry));
	put("message", entry, "MESSAGE");
	gk_json_bool(&json, "is_alert", gk_is_alert(entry));
	gk_json_open(&json, "device");
	put("hostname", entry, "_HOSTNAME");
	put("uid", entry, "_MACHINE_ID");
	if (*field(entry, "_HOSTNAME"))
		gk_json_number(&json, "type_id", 1);
	gk_json_close(&json);
	if (is_action)
		put_action(entry);
	else
		put_module(entry);
	put_unmapped(entry);
	gk_json_print(&json, stdout);
}
