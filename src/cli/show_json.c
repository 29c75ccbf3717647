/*-------------------------------------------------------------------------
 *
 * show_json.c
 *	  Entries for programs: the journal's own fields, or the Elastic Common
 *	  Schema.  pg_gatekeeper(1) has the table of the latter.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "cli.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <time.h>

/* The versions that the mappings were written for. */
#define GK_ECS_VERSION "9.4.0"

static GkJson json;

/*
 * Every field under its name in the journal, as text, sorted; then what we
 * think of the sender.
 */
void
gk_show_json(const GkEntry *entry)
{
	gk_json_begin(&json);
	gk_json_number(&json, "__REALTIME_TIMESTAMP", entry->time);
	for (int i = 0; i < entry->num_fields; i++)
		gk_json_bytes(&json, entry->field[i].name, entry->field[i].value,
					  entry->field[i].length);
	gk_json_bool(&json, "forged", entry->forged != NULL);
	gk_json_text(&json, "forged_reason", entry->forged ? entry->forged : "");
	gk_json_print(&json, stdout);
}

/* A technique's name as of ATT&CK v18.1; "" for an id we do not know. */
const char *
gk_technique_name(const char *id)
{
	static const char *const names[][2] =
	{
		{"T1003", "OS Credential Dumping"},
		{"T1005", "Data from Local System"},
		{"T1059", "Command and Scripting Interpreter"},
		{"T1059.004", "Unix Shell"},
		{"T1078", "Valid Accounts"},
		{"T1098", "Account Manipulation"},
		{"T1129", "Shared Modules"},
		{"T1489", "Service Stop"},
		{"T1505", "Server Software Component"},
		{"T1505.001", "SQL Stored Procedures"},
		{"T1546", "Event Triggered Execution"},
		{"T1562", "Impair Defenses"},
		{"T1562.001", "Disable or Modify Tools"},
		{"T1565", "Data Manipulation"},
		{"T1565.001", "Stored Data Manipulation"},
		{"T1574", "Hijack Execution Flow"},
		{"T1606", "Forge Web Credentials"},
	};

	for (int i = 0; i < GK_LENGTHOF(names); i++)
		if (strcmp(names[i][0], id) == 0)
			return names[i][1];
	return "";
}

/*
 * The client's address as schemas take it, without the zone that a link-local
 * one has: documents with anything else there are refused by their readers.  ""
 * when it is none.
 */
const char *
gk_client_ip(const GkEntry *entry)
{
	static char ip[INET6_ADDRSTRLEN];
	const char *address = gk_entry_get(entry, "GATEKEEPER_CLIENT_ADDR");
	size_t		len = strcspn(address, "%");
	struct in6_addr parsed;

	if (len >= sizeof(ip))
		return "";
	memcpy(ip, address, len);
	ip[len] = '\0';
	return inet_pton(AF_INET, ip, &parsed) == 1 || inet_pton(AF_INET6, ip, &parsed) == 1 ? ip : "";
}

/* When it was, us since 1970: by the server's clock, or else by journald's. */
uint64_t
gk_event_time(const GkEntry *entry)
{
	uint64_t	when;

	if (!entry->forged && gk_parse_time(gk_entry_get(entry, "GATEKEEPER_TIME"), 0, &when))
		return when;
	return entry->time;
}

/* Should somebody look at it?  What was denied, lost, loosened or forged. */
bool
gk_is_alert(const GkEntry *entry)
{
	return entry->forged || gk_entry_is(entry, "GATEKEEPER_VERDICT", "denied") ||
		gk_entry_is(entry, "GATEKEEPER_VERDICT", "would_deny") ||
		gk_entry_is(entry, "PRIORITY", "2");
}

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

/* RFC 3339, UTC */
static void
put_timestamp(const GkEntry *entry)
{
	uint64_t	us = gk_event_time(entry);
	time_t		seconds = us / 1000000;
	struct tm	tm;
	char		day[32];
	char		stamp[48];

	gmtime_r(&seconds, &tm);
	strftime(day, sizeof(day), "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(stamp, sizeof(stamp), "%s.%06uZ", day, (unsigned) (us % 1000000));
	gk_json_text(&json, "@timestamp", stamp);
}

/* What was denied did not happen; of what was let pass a later record tells. */
static const char *
outcome_of(const GkEntry *entry)
{
	const char *outcome = field(entry, "GATEKEEPER_OUTCOME");

	if (strcmp(outcome, "done") == 0)
		return "success";
	if (gk_entry_is(entry, "GATEKEEPER_VERDICT", "denied"))
		return "failure";
	return *outcome && strcmp(outcome, "unknown") != 0 ? "failure" : "unknown";
}

static void
put_event(const GkEntry *entry)
{
	const char *verdict = field(entry, "GATEKEEPER_VERDICT");
	const char *event = field(entry, "GATEKEEPER_EVENT");
	bool		is_action = strcmp(event, "action") == 0;
	bool		is_denied = strcmp(verdict, "denied") == 0;
	const char *class = field(entry, "GATEKEEPER_CLASS");
	const char *rule = field(entry, "GATEKEEPER_RULE");
	bool		is_role = strncmp(rule, "role_", 5) == 0 || strcmp(class, "role") == 0 ||
		strcmp(class, "grant") == 0;
	bool		is_session = strcmp(class, "session") == 0;
	char		id[80];

	gk_json_open(&json, "event");
	gk_json_text(&json, "kind", gk_is_alert(entry) ? "alert" : "event");
	gk_json_open_array(&json, "category");
	gk_json_text(&json, NULL, "database");
	if (is_action && *rule)
		gk_json_text(&json, NULL, "intrusion_detection");
	if (is_session)
		gk_json_text(&json, NULL, "session");
	if (is_role)
		gk_json_text(&json, NULL, "iam");
	if (strcmp(event, "config") == 0)
		gk_json_text(&json, NULL, "configuration");
	gk_json_close(&json);
	gk_json_open_array(&json, "type");
	if (is_action)
		gk_json_text(&json, NULL, "access");
	if (is_role)
		gk_json_text(&json, NULL, "admin");
	if (is_action)
		gk_json_text(&json, NULL, is_denied ? "denied" : "allowed");
	else
		gk_json_text(&json, NULL, strcmp(event, "config") == 0 ? "change" :
					 strcmp(event, "loss") == 0 ? "error" : "info");
	gk_json_close(&json);
	gk_json_text(&json, "action", !is_action ? event : *rule ? rule : class);
	if (is_action || strcmp(event, "outcome") == 0)
		gk_json_text(&json, "outcome", outcome_of(entry));
	put("code", entry, "MESSAGE_ID");
	put("reason", entry, "GATEKEEPER_CIRCUMSTANCES");
	put_digits("sequence", entry, "GATEKEEPER_SEQ");
	snprintf(id, sizeof(id), "%s:%s", field(entry, "GATEKEEPER_STREAM"),
			 field(entry, "GATEKEEPER_SEQ"));
	gk_json_text(&json, "id", id);
	gk_json_text(&json, "provider", "pg_gatekeeper");
	gk_json_text(&json, "module", "postgresql");
	gk_json_text(&json, "dataset", "postgresql.gatekeeper");
	put_digits("severity", entry, "PRIORITY");
	gk_json_close(&json);
}

static void
put_technique(const GkEntry *entry)
{
	const char *id = field(entry, "GATEKEEPER_TECHNIQUE");
	const char *dot = strchr(id, '.');
	char		parent[16];

	if (*id == '\0')
		return;
	snprintf(parent, sizeof(parent), "%.*s", dot ? (int) (dot - id) : (int) strlen(id), id);
	gk_json_open(&json, "threat");
	gk_json_text(&json, "framework", "MITRE ATT&CK");
	gk_json_open(&json, "technique");
	gk_json_open_array(&json, "id");
	gk_json_text(&json, NULL, parent);
	gk_json_close(&json);
	gk_json_open_array(&json, "name");
	gk_json_text(&json, NULL, gk_technique_name(parent));
	gk_json_close(&json);
	if (dot)
	{
		gk_json_open(&json, "subtechnique");
		gk_json_open_array(&json, "id");
		gk_json_text(&json, NULL, id);
		gk_json_close(&json);
		gk_json_open_array(&json, "name");
		gk_json_text(&json, NULL, gk_technique_name(id));
		gk_json_close(&json);
		gk_json_close(&json);
	}
	gk_json_close(&json);
	gk_json_close(&json);
}

static void
put_who(const GkEntry *entry)
{
	const char *session_user = field(entry, "GATEKEEPER_SESSION_USER");
	const char *current_user = field(entry, "GATEKEEPER_CURRENT_USER");

	gk_json_open(&json, "user");
	gk_json_text(&json, "name", session_user);
	gk_json_open(&json, "effective");
	gk_json_text(&json, "name", current_user);
	gk_json_close(&json);
	gk_json_close(&json);
	gk_json_open(&json, "source");
	put("address", entry, "GATEKEEPER_CLIENT_ADDR");
	gk_json_text(&json, "ip", gk_client_ip(entry));
	put_digits("port", entry, "GATEKEEPER_CLIENT_PORT");
	gk_json_close(&json);
	gk_json_open(&json, "related");
	gk_json_open_array(&json, "user");
	gk_json_text(&json, NULL, session_user);
	if (strcmp(current_user, session_user) != 0)
		gk_json_text(&json, NULL, current_user);
	put(NULL, entry, "GATEKEEPER_APP_USER");
	gk_json_close(&json);
	gk_json_open_array(&json, "ip");
	gk_json_text(&json, NULL, gk_client_ip(entry));
	gk_json_close(&json);
	gk_json_open_array(&json, "hosts");
	put(NULL, entry, "_HOSTNAME");
	gk_json_close(&json);
	gk_json_close(&json);
}

/* The Elastic Common Schema; what it has no place for is under "gatekeeper". */
void
gk_show_ecs(const GkEntry *entry)
{
	gk_json_begin(&json);
	put_timestamp(entry);
	gk_json_open(&json, "ecs");
	gk_json_text(&json, "version", GK_ECS_VERSION);
	gk_json_close(&json);
	put("message", entry, "MESSAGE");
	put_event(entry);
	gk_json_open(&json, "rule");
	put("name", entry, "GATEKEEPER_RULE");
	if (*field(entry, "GATEKEEPER_RULE"))
		gk_json_text(&json, "ruleset", "pg_gatekeeper");
	gk_json_close(&json);
	put_who(entry);
	gk_json_open(&json, "service");
	gk_json_text(&json, "type", "postgresql");
	put("name", entry, "GATEKEEPER_CLUSTER");
	put("id", entry, "GATEKEEPER_SYSTEM_ID");
	gk_json_close(&json);
	gk_json_open(&json, "server");
	put_digits("port", entry, "GATEKEEPER_PORT");
	gk_json_close(&json);
	gk_json_open(&json, "process");
	put_digits("pid", entry, "_PID");
	put("name", entry, "_COMM");
	gk_json_close(&json);
	gk_json_open(&json, "host");
	put("hostname", entry, "_HOSTNAME");
	put("id", entry, "_MACHINE_ID");
	gk_json_close(&json);
	gk_json_open(&json, "error");
	if (!gk_entry_is(entry, "GATEKEEPER_SQLSTATE", "00000"))
		put("code", entry, "GATEKEEPER_SQLSTATE");
	gk_json_close(&json);
	put_technique(entry);
	gk_json_open(&json, "gatekeeper");
	for (int i = 0; i < entry->num_fields; i++)
	{
		char		name[80];
		const char *p = entry->field[i].name;
		int			n = 0;

		if (strncmp(p, "GATEKEEPER_", 11) != 0)
			continue;
		for (p += 11; *p && n < (int) sizeof(name) - 1; p++)
			name[n++] = *p >= 'A' && *p <= 'Z' ? *p + 'a' - 'A' : *p;
		name[n] = '\0';
		gk_json_bytes(&json, name, entry->field[i].value, entry->field[i].length);
	}
	gk_json_bool(&json, "forged", entry->forged != NULL);
	gk_json_text(&json, "forged_reason", entry->forged ? entry->forged : "");
	gk_json_close(&json);
	gk_json_print(&json, stdout);
}
