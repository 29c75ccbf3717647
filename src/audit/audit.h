/*-------------------------------------------------------------------------
 *
 * audit.h
 *	  What the audit's own files share.
 *
 * The path of a record: gate.c hands audit.c an event.  audit.c gathers what
 * has to be looked up (the only part that can throw, and so stands in a
 * PG_TRY), asks coalesce.c whether this action is already on record, else has
 * write.c take a sequence number, have record.c fill in the one field table of
 * fields.c, and hand the
 * filled table to the sinks: journald.c, syslog.c, server_log.c.
 * What no sink took waits in backlog.c, and the worker offers it again.
 * stats.c counts in shared memory what became of it.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#ifndef GK_AUDIT_H
#define GK_AUDIT_H

#include "base/gatekeeper.h"

#include "access/xact.h"
#include "datatype/timestamp.h"

#include "common/text.h"

/* The version of the set of fields below; a new field does not change it. */
#define GK_AUDIT_SCHEMA "1"

/*
 * What kind of record it is, for the journal's message catalog.  The ids are
 * for ever: readers match on them.
 */
typedef enum GkAuditKind
{
	GK_KIND_DENIED,
	GK_KIND_WOULD_DENY,
	GK_KIND_ALLOWED,
	GK_KIND_START,
	GK_KIND_STOP,
	GK_KIND_CONFIG,
	GK_KIND_HEARTBEAT,
	GK_KIND_LOSS,
	GK_KIND_LOGIN,
	GK_KIND_FLOOD,				/* actions beyond a budget, see budget.c */
	GK_KIND_OUTCOME,			/* of actions let pass, see outcome.c */
	GK_NUM_KINDS
} GkAuditKind;

#define GK_MESSAGE_ID_DENIED		"52c71b4cbda1483c81965b3a5648135b"
#define GK_MESSAGE_ID_WOULD_DENY	"200c833431ff49ddaa98daf459737920"
#define GK_MESSAGE_ID_ALLOWED		"f9a9ff955fd3482897c11541f5b7d1ba"
#define GK_MESSAGE_ID_START			"9f0f8f81805c4fe9a9cb0e7a0c7aad41"
#define GK_MESSAGE_ID_STOP			"f21a7bae660c4d42b2b959445f7583ec"
#define GK_MESSAGE_ID_CONFIG		"be77089f2abe46eca9fd4d6bd802d6c4"
#define GK_MESSAGE_ID_HEARTBEAT		"8f44483f76274fcb89192e5433bbb006"
#define GK_MESSAGE_ID_LOSS			"1940040fe2c44032bf52b653a2419257"
#define GK_MESSAGE_ID_LOGIN			"d76c98387c424cd989efbefa050eadb9"
#define GK_MESSAGE_ID_FLOOD			"6e0d2c1b7f5849b9a4c3d28e51f0a977"
#define GK_MESSAGE_ID_OUTCOME		"88f96df84167434891e870b161f9c422"

/*
 * Limits, in bytes.  8 KiB is what syslog receivers take by default; a field
 * of 4000 bytes or more reads as null in "journalctl -o json".
 */
#define GK_RECORD_SIZE		8192	/* on the wire, of any sink */
#define GK_FIELD_SIZE		3900	/* one field's text */
#define GK_MESSAGE_SIZE		1536	/* the MESSAGE line */
#define GK_OBJECT_SIZE		1024
#define GK_VALUE_SIZE		512 /* a setting's value */
#define GK_NAME_SIZE		256 /* an identifier, every byte escaped */
#define GK_MAX_FIELDS		72

/* A record about the module itself.  Strings outlive its writing. */
typedef struct GkNotice
{
	GkAuditKind kind;
	const char *object_type;	/* a constant, or NULL */
	const char *object;			/* what it is about, or NULL */
	const char *old_value;		/* what it was, or NULL */
	const char *new_value;		/* what it is now, or NULL */
	const char *source;			/* where that is written, or NULL */
	bool		is_alarm;		/* a protection was loosened */
} GkNotice;

/* Raw; "" for what is not known. */
typedef struct GkNames
{
	char		session_user[NAMEDATALEN];
	char		current_user[NAMEDATALEN];
	char		database[NAMEDATALEN];
	char		extension[NAMEDATALEN];
	char		code_owner[NAMEDATALEN];
} GkNames;

/*
 * What is kept of a written record for that of a count (see coalesce.c): its
 * values, each with its NUL, in the order of the fields.
 */
#define GK_KEPT_TEXT 1900
#define GK_KEPT_STATEMENT 384

typedef struct GkExcerpt
{
	uint16		length[GK_MAX_FIELDS];
	char		text[GK_KEPT_TEXT];
} GkExcerpt;

/* The last of the actions that a flood's record stands for, as shown. */
typedef struct GkLast
{
	char		object[192];
	char		statement[256];
} GkLast;

/*
 * One record.  The first part is gathered by audit.c, the second filled in by
 * fields.c.  Lives in static memory; its strings outlive the record.
 */
typedef struct GkRecord
{
	GkAuditKind kind;
	const GkRule *rule;			/* or a class; NULL for records about the module itself */
	const char *class_name;		/* or NULL */
	GkVerdict	verdict;
	int			circumstances;
	const char *circumstance_names;
	const char *code;			/* whose is running, or NULL */
	const char *outcome;		/* a constant, or NULL */
	const char *sqlstate;		/* of an outcome, or NULL */
	const char *command;		/* a constant, or NULL */
	const char *object_type;	/* a constant, or NULL */
	const char *object;			/* raw, or NULL */
	const char *old_value;		/* raw, or NULL */
	const char *new_value;		/* raw, or NULL */
	const char *source;			/* raw, or NULL */
	bool		is_alarm;		/* a protection was loosened */
	const char *arguments;		/* raw, or NULL */
	const char *grantee;		/* raw, or NULL */
	const char *attributes;		/* raw, or NULL */
	const char *statement;		/* raw, or NULL */
	size_t		statement_length;
	const GkExcerpt *kept;		/* of actions past: what the record of one of
								 * them said; NULL else */
	size_t		kept_used;
	bool		backslash_escapes;	/* a backslash escapes in '...' */
	GkNames		names;
	uint64		seq;
	uint64		lost;			/* before this record */
	uint32		waiting;		/* for the sink that most wait for */
	uint32		count;			/* how many actions it stands for */
	uint32		kinds;			/* a flood's: about how many different ones */
	const GkLast *last;			/* a flood's, or NULL */
	bool		hid_object;		/* something of it is hidden */
	bool		hid_statement;
	bool		cut_object;
	bool		cut_statement;
	bool		is_late;		/* from the backlog: another process wrote it */
	bool		is_taken;		/* by a configured sink, or the backlog */

	/* parallel to gk_fields[]; "" is left out by the sinks */
	const char *value[GK_MAX_FIELDS];
	int			length[GK_MAX_FIELDS];
	GkText		text;			/* where the values are */
	char		buf[GK_RECORD_SIZE];
} GkRecord;

/* What is in a field of the record of a count. */
typedef enum GkOfCount
{
	GK_KEPT,					/* what the record of one of them said */
	GK_ANEW,
	GK_DROPPED
} GkOfCount;

/*
 * The one table of fields.  A getter appends its value, escaped, to out; it
 * looks nothing up and cannot fail.
 */
typedef struct GkField
{
	const char *name;			/* as in the journal, or NULL: MESSAGE only */
	const char *key;			/* in MESSAGE, or NULL: not there */
	bool		is_quoted;		/* in MESSAGE */
	GkOfCount	in_count;
	int			limit;			/* bytes of escaped text */
	void		(*get) (GkRecord *record, GkText *out);	/* NULL: made by
																 * record.c */
} GkField;

typedef struct GkSinkStats
{
	const char *name;
	uint64		sent;
	uint64		lost;			/* records it did not take, or not yet */
	uint64		gone;			/* those that it will not be offered again */
	int			last_errno;		/* 0: never failed */
	TimestampTz last_error_time;
	bool		is_suspended;	/* it hangs, and nobody waits for it */
	bool		is_failing;		/* it did not take the last record */
} GkSinkStats;

/* How a stream ended. */
typedef struct GkStreamEnd
{
	char		stream[33];
	uint64		seq;
	uint64		lost;
} GkStreamEnd;

typedef struct GkRuleStats
{
	uint64		denied;
	uint64		would_deny;
	uint64		allowed;
	TimestampTz last_time;		/* 0: never */
} GkRuleStats;

/*
 * The columns of gatekeeper.events that come from a record's fields, by their
 * keys in MESSAGE and in this order.  X(key, bytes kept with the NUL)
 */
#define GK_FOR_EACH_RECENT_COLUMN(X) \
	X(event, 16) \
	X(verdict, 16) \
	X(rule, 32) \
	X(circumstances, 56) \
	X(session_user, 96) \
	X(current_user, 96) \
	X(database, 96) \
	X(client, 64) \
	X(command, 32) \
	X(object_type, 32) \
	X(object, 224) \
	X(from, 96) \
	X(to, 96) \
	X(statement, 216)

#define GK_RECENT_COLUMN_ENUM(key, size) GK_RECENT_##key,
#define GK_RECENT_COLUMN_SIZE(key, size) + (size)

typedef enum GkRecentColumn
{
	GK_FOR_EACH_RECENT_COLUMN(GK_RECENT_COLUMN_ENUM)
	GK_NUM_RECENT_COLUMNS
} GkRecentColumn;

#define GK_RECENT_TEXT_SIZE (0 GK_FOR_EACH_RECENT_COLUMN(GK_RECENT_COLUMN_SIZE))

/* What shared memory keeps of a record. */
typedef struct GkRecent
{
	uint64		seq;
	TimestampTz time;
	uint32		count;
	char		text[GK_RECENT_TEXT_SIZE];	/* each column has its place */
} GkRecent;

/* audit.c */
extern bool gk_audit_about_module(const GkNotice *notice);
extern void gk_audit_write_pending(void);
extern void gk_audit_write_floods(bool all);
extern bool gk_audit_write_backlog(void);

/* write.c */
extern int64 gk_audit_deadline(void);
extern bool gk_audit_write(GkRecord *record, int64 deadline, uint64 *seq);
extern bool gk_audit_write_again(GkRecord *record, GkSink sink);

/* gather.c */
extern void gk_audit_gather(GkRecord *record, const GkEvent *event);
extern void gk_audit_look_up(GkRecord *record, const GkRequest *request);

/* details.c */
extern void gk_audit_look_up_details(GkRecord *record, const GkRequest *request);

/* client.c */
extern void gk_audit_find_leader(void);
extern int	gk_audit_session_pid(void);
extern int64 gk_audit_session_start(void);
extern const char *gk_audit_authenticated(void);
extern const char *gk_audit_client_addr(void);
extern const char *gk_audit_client_port(void);
extern const char *gk_audit_client(void);

/* kinds.c */
extern const char *gk_kind_event(GkAuditKind kind);
extern const char *gk_kind_message_id(GkAuditKind kind);
extern char gk_record_priority(const GkRecord *record);

/* fields.c: MESSAGE and STATEMENT stand last */
extern const GkField gk_fields[];
extern const int gk_num_fields;
extern const char *gk_record_value(const GkRecord *record, const char *name);

/* record.c */
extern char gk_record_wire[GK_RECORD_SIZE];
extern void gk_record_fill(GkRecord *record);
extern void gk_record_keep(const GkRecord *record, GkExcerpt *kept);
extern void gk_record_name_sender(GkRecord *record);
extern void gk_record_put_json(const GkRecord *record, GkText *out, bool with_message);

/* show.c */
extern void gk_audit_note_encoding(void);
extern bool gk_record_put_redacted(const GkRecord *record, GkText *out,
								   const char *raw, size_t len, GkTextKind kind);
extern GkTextKind gk_record_object_kind(const GkRecord *record);

/* coalesce.c */
extern void gk_coalesce_init(void (*at_exit) (int, Datum), XactCallback at_xact_end,
							 SubXactCallback at_subxact_end);
extern bool gk_coalesce(const GkRecord *record, uint64 *seq, bool *delivered);
extern void gk_coalesce_written(GkRecord *record, bool delivered, int64 deadline);
extern void gk_coalesce_flush(GkRecord *record, bool all, int64 deadline);
extern void gk_coalesce_write(GkRecord *record, const GkExcerpt *kept, uint32 count,
							  uint32 kinds, const GkLast *last, int64 deadline);
extern bool gk_is_repeated_by_worker(const GkEvent *event);

#include "audit/counts.h"

/* outcome.c */
extern void gk_outcome_note(const GkEvent *event, uint64 seq);
extern void gk_outcome_subxact_aborted(SubTransactionId subxact);
extern void gk_outcome_xact_ended(XactEvent event);
extern bool gk_outcome_next(GkRecord *record);

/* socket.c: see there */
typedef struct GkSocket
{
	int			fd;				/* valid while owner is this process */
	pid_t		owner;			/* 0: not open */
	int			type;
	int			timeout;		/* SO_SNDTIMEO as set, ms */
	char		path[108];
} GkSocket;

/* a deadline: not to wait at all */
#define GK_NO_WAIT INT64CONST(0)

extern int64 gk_monotonic_us(void);
extern bool gk_socket_anew;
extern int	gk_socket_send(GkSocket *sock, const char *path, bool may_stream,
						   const char *data, size_t len, int64 deadline);

/* journald.c, syslog.c, server_log.c: 0 or an errno */
extern int	gk_server_log_send(const GkRecord *record, int64 deadline);
extern int	gk_journald_send(const GkRecord *record, int64 deadline);
extern int	gk_syslog_send(const GkRecord *record, int64 deadline);

/* backlog.c: records that a sink did not take, until it does */
extern Size gk_backlog_size(void);
extern void gk_backlog_startup(void);
extern uint32 gk_backlog_waiting(GkSink sink);
extern uint32 gk_backlog_waiting_most(void);
extern uint32 gk_backlog_nowhere(void);
extern bool gk_backlog_has_room(GkSink sink);
extern void gk_backlog_wake(void);
extern void gk_backlog_read_by_me(void);
extern bool gk_backlog_put(GkSink sink, const GkRecord *record, bool is_elsewhere);
extern bool gk_backlog_peek(GkSink sink, GkRecord *record, bool *is_elsewhere);
extern void gk_backlog_pop(GkSink sink);

/* recent.c */
extern Size gk_recent_size(void);
extern void gk_recent_startup(void);
extern void gk_recent_put(const GkRecord *record);
extern uint64 gk_recent_first(void);
extern uint64 gk_recent_end(void);
extern bool gk_recent_get(uint64 number, GkRecent *event);
extern const char *gk_recent_value(const GkRecent *event, int column);

/* shared.c */
extern const GkStreamEnd *gk_audit_before_crash(void);

/* stats.c */
extern Size gk_stats_size(void);
extern void gk_stats_startup(void);
extern bool gk_audit_worker_starts(void);
extern const char *gk_audit_stream(void);
extern uint64 gk_audit_sequence(void);
extern uint64 gk_audit_next_sequence(void);
extern uint64 gk_audit_lost(void);
extern void gk_audit_count_lost(void);
extern uint64 gk_sink_gone(GkSink sink);
extern void gk_sink_count_gone(GkSink sink);
extern bool gk_audit_may_log(void);
extern bool gk_sink_hangs(GkSink sink);
extern bool gk_sink_hangs_for_good(GkSink sink);
extern uint64 gk_sink_sent(GkSink sink);
extern void gk_sink_count(GkSink sink, int err, uint64 sent, bool again);
extern void gk_sink_stats(GkSink sink, GkSinkStats *stats);
extern void gk_rule_count(const GkRule *rule, GkVerdict verdict);
extern void gk_rule_stats(GkRuleId rule, GkRuleStats *stats);
extern void gk_stats_reset(void);
extern bool gk_action_is_known(uint64 action, bool remember);

#endif							/* GK_AUDIT_H */
