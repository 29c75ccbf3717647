/*-------------------------------------------------------------------------
 *
 * kinds.c
 *	  The kinds of records: what each is called, its message id, how urgent.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "audit/audit.h"
#include "base/classes.h"

static const struct
{
	const char *event;
	const char *message_id;
	char		priority;
}			kinds[GK_NUM_KINDS] =
{
	[GK_KIND_DENIED] = {"action", GK_MESSAGE_ID_DENIED, '3'},
	[GK_KIND_WOULD_DENY] = {"action", GK_MESSAGE_ID_WOULD_DENY, '4'},
	[GK_KIND_ALLOWED] = {"action", GK_MESSAGE_ID_ALLOWED, '4'},
	[GK_KIND_START] = {"start", GK_MESSAGE_ID_START, '4'},
	[GK_KIND_STOP] = {"stop", GK_MESSAGE_ID_STOP, '4'},
	[GK_KIND_CONFIG] = {"config", GK_MESSAGE_ID_CONFIG, '4'},
	[GK_KIND_HEARTBEAT] = {"heartbeat", GK_MESSAGE_ID_HEARTBEAT, '4'},
	[GK_KIND_LOSS] = {"loss", GK_MESSAGE_ID_LOSS, '2'},
	[GK_KIND_LOGIN] = {"login", GK_MESSAGE_ID_LOGIN, '4'},
	[GK_KIND_FLOOD] = {"action", GK_MESSAGE_ID_FLOOD, '3'},
	[GK_KIND_OUTCOME] = {"outcome", GK_MESSAGE_ID_OUTCOME, '4'},
};

/* "action", "start" and so on. */
const char *
gk_kind_event(GkAuditKind kind)
{
	return kinds[kind].event;
}

/* For the journal's message catalog. */
const char *
gk_kind_message_id(GkAuditKind kind)
{
	return kinds[kind].message_id;
}

/* As syslog counts, as a digit. */
char
gk_record_priority(const GkRecord *record)
{
	if (record->kind == GK_KIND_ALLOWED && record->rule && gk_is_class(record->rule))
		return '5';
	return record->is_alarm ? '2' : kinds[record->kind].priority;
}
