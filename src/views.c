/*-------------------------------------------------------------------------
 *
 * views.c
 *	  What the views of the extension pg_gatekeeper show.
 *
 * Nothing of the module depends on the extension.  Who may call what is said
 * by the GRANTs of its script; only gatekeeper.reset() changes anything, and
 * the rule server_control watches it.
 *
 * The library outlives the script: after an upgrade of the package the
 * functions are called as the old script declared them.  So a function's
 * columns never change; a new version of the script gets new functions.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "audit/audit.h"

#include "common/string.h"
#include "fmgr.h"
#include "funcapi.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "sandbox/sandbox.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"
#include "utils/tuplestore.h"

/* 15 does not say so in PG_FUNCTION_INFO_V1. */
extern PGDLLEXPORT Datum gk_sql_rules(PG_FUNCTION_ARGS);
extern PGDLLEXPORT Datum gk_sql_audit(PG_FUNCTION_ARGS);
extern PGDLLEXPORT Datum gk_sql_events(PG_FUNCTION_ARGS);
extern PGDLLEXPORT Datum gk_sql_circumstances(PG_FUNCTION_ARGS);
extern PGDLLEXPORT Datum gk_sql_sandbox(PG_FUNCTION_ARGS);
extern PGDLLEXPORT Datum gk_sql_version(PG_FUNCTION_ARGS);
extern PGDLLEXPORT Datum gk_sql_reset(PG_FUNCTION_ARGS);

#define GK_MAX_COLUMNS 20

/* A row being put together, column by column. */
typedef struct GkRow
{
	ReturnSetInfo *set;
	int			used;
	Datum		values[GK_MAX_COLUMNS];
	bool		nulls[GK_MAX_COLUMNS];
} GkRow;

static GkRow
begin_rows(FunctionCallInfo fcinfo)
{
	GkRow		row = {0};

	InitMaterializedSRF(fcinfo, 0);
	row.set = (ReturnSetInfo *) fcinfo->resultinfo;
	return row;
}

static void
put_null(GkRow *row)
{
	row->nulls[row->used] = true;
	row->values[row->used++] = (Datum) 0;
}

static void
put_datum(GkRow *row, Datum value)
{
	row->nulls[row->used] = false;
	row->values[row->used++] = value;
}

/* NULL for no text. */
static void
put_text(GkRow *row, const char *text)
{
	if (text == NULL || *text == '\0')
		put_null(row);
	else
		put_datum(row, CStringGetTextDatum(text));
}

static void
put_number(GkRow *row, uint64 number)
{
	put_datum(row, Int64GetDatum((int64) number));
}

/* NULL for never. */
static void
put_time(GkRow *row, TimestampTz when)
{
	if (when == 0)
		put_null(row);
	else
		put_datum(row, TimestampTzGetDatum(when));
}

/*
 * The text of a record, which is UTF-8.  A database in another encoding may not
 * have a character, and one that raises would hide all records: there, what is
 * not ASCII is shown by its number.
 */
static void
put_escaped(GkRow *row, const char *text)
{
	size_t		len = strlen(text);
	StringInfoData ascii;

	if (GetDatabaseEncoding() == PG_UTF8 || pg_is_ascii(text))
	{
		put_text(row, text);
		return;
	}
	initStringInfo(&ascii);
	for (size_t i = 0; i < len;)
	{
		uint32		c;
		int			n = gk_utf8_decode(text + i, len - i, &c);

		if (n <= 1)
		{
			appendStringInfoChar(&ascii, text[i++]);
			continue;
		}
		appendStringInfo(&ascii, c < 0x10000 ? "\\u%04X" : "\\U%08X", c);
		i += n;
	}
	put_text(row, ascii.data);
}

static void
end_row(GkRow *row)
{
	Assert(row->used == row->set->setDesc->natts);
	tuplestore_putvalues(row->set->setResult, row->set->setDesc, row->values, row->nulls);
	row->used = 0;
}

PG_FUNCTION_INFO_V1(gk_sql_rules);

/* rule, covers, level, default_level, denials, would_denials, allowed, last_time */
Datum
gk_sql_rules(PG_FUNCTION_ARGS)
{
	GkRow		row = begin_rows(fcinfo);

	for (int r = 0; r < GK_NUM_RULES; r++)
	{
		GkRuleStats stats;

		gk_rule_stats(r, &stats);
		put_text(&row, gk_rules[r].name);
		put_text(&row, gk_rules[r].covers);
		put_text(&row, gk_level_name(gk_level[r]));
		put_text(&row, gk_level_name(gk_rules[r].level));
		put_number(&row, stats.denied);
		put_number(&row, stats.would_deny);
		put_number(&row, stats.allowed);
		put_time(&row, stats.last_time);
		end_row(&row);
	}
	return (Datum) 0;
}

static const char *
sink_state(const GkSinkStats *stats, bool is_used, bool is_reserve)
{
	if (!is_used)
		return "unused";
	if (stats->is_suspended)
		return "suspended";
	if (stats->is_failing)
		return "failing";
	return is_reserve ? "standby" : "ready";
}

PG_FUNCTION_INFO_V1(gk_sql_audit);

/* sink, state, sent, lost, last_error, last_error_time, stream, sequence, lost_by_all, waiting */
Datum
gk_sql_audit(PG_FUNCTION_ARGS)
{
	GkRow		row = begin_rows(fcinfo);
	bool		first_works = true;

	for (int sink = 0; sink < GK_NUM_SINKS; sink++)
	{
		GkSinkStats stats;

		gk_sink_stats(sink, &stats);
		put_text(&row, stats.name);
		put_text(&row, sink_state(&stats, (gk_audit_sinks.bits & (1 << sink)) != 0,
								  gk_audit_sinks.is_auto && sink > 0 && first_works));
		if (sink == 0)
			first_works = !stats.is_failing && !stats.is_suspended;
		put_number(&row, stats.sent);
		put_number(&row, stats.lost);
		put_text(&row, stats.last_errno ? strerror(stats.last_errno) : NULL);
		put_time(&row, stats.last_error_time);
		put_text(&row, gk_audit_stream());
		put_number(&row, gk_audit_sequence());
		put_number(&row, gk_audit_lost());
		put_number(&row, gk_backlog_waiting(gk_audit_sinks.is_auto ? GK_SINK_JOURNALD : sink));
		end_row(&row);
	}
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(gk_sql_events);

/* time, seq, count, then the columns of GK_FOR_EACH_RECENT_COLUMN; oldest first */
Datum
gk_sql_events(PG_FUNCTION_ARGS)
{
	GkRow		row = begin_rows(fcinfo);
	uint64		end = gk_recent_end();
	GkRecent   *event = palloc(sizeof(GkRecent));

	for (uint64 n = gk_recent_first(); n < end; n++)
	{
		if (!gk_recent_get(n, event))
			continue;
		put_time(&row, event->time);
		put_number(&row, event->seq);
		put_number(&row, event->count);
		for (int column = 0; column < GK_NUM_RECENT_COLUMNS; column++)
			put_escaped(&row, gk_recent_value(event, column));
		end_row(&row);
	}
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(gk_sql_circumstances);

/* name, holds, why */
Datum
gk_sql_circumstances(PG_FUNCTION_ARGS)
{
	GkRow		row = begin_rows(fcinfo);
	int			circumstances = gk_circumstances();

	for (int i = 0; i < GK_NUM_CIRCUMSTANCES; i++)
	{
		bool		holds = (circumstances & (1 << i)) != 0;

		put_text(&row, gk_circumstance_name(1 << i));
		put_datum(&row, BoolGetDatum(holds));
		put_text(&row, holds ? gk_circumstance_reason(1 << i) : NULL);
		end_row(&row);
	}
	return (Datum) 0;
}

/* Which files can a session that gave this up still open, as far as permissions go? */
static const char *
files_open(int walls)
{
	return !(walls & GK_WALL_FILES) ? "all" :
		gk_sandbox_files == GK_FILES_SERVER ? "all but the server's own" : "what it needs";
}

PG_FUNCTION_INFO_V1(gk_sql_sandbox);

/* pid, role, contained, can_run_programs, files, reason */
Datum
gk_sql_sandbox(PG_FUNCTION_ARGS)
{
	GkRow		row = begin_rows(fcinfo);

	for (int i = 0; i < gk_sandbox_sessions(); i++)
	{
		GkSandboxSession session;

		if (!gk_sandbox_session(i, &session))
			continue;
		put_datum(&row, Int32GetDatum(session.pid));
		put_text(&row, OidIsValid(session.role) ? GetUserNameFromId(session.role, true) : NULL);
		put_datum(&row, BoolGetDatum(gk_why_is_contained(session.why)));
		put_datum(&row, BoolGetDatum(!(session.walls & gk_sandbox_walls() & GK_WALL_PROGRAMS)));
		put_text(&row, files_open(session.walls & gk_sandbox_walls()));
		put_text(&row, gk_why_text(session.why));
		end_row(&row);
	}
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(gk_sql_version);

/* Of the library that runs: the extension has a version of its own. */
Datum
gk_sql_version(PG_FUNCTION_ARGS)
{
	PG_RETURN_TEXT_P(cstring_to_text(GK_VERSION));
}

PG_FUNCTION_INFO_V1(gk_sql_reset);

/*
 * Begin the counts of gatekeeper.rules and gatekeeper.audit anew.  That
 * somebody did so is on record.
 */
Datum
gk_sql_reset(PG_FUNCTION_ARGS)
{
	GkNotice	notice = {
		.kind = GK_KIND_CONFIG,
		.object_type = "statistics",
		.object = "gatekeeper.reset()"
	};

	gk_stats_reset();
	(void) gk_audit_about_module(&notice);
	PG_RETURN_VOID();
}
