/*-------------------------------------------------------------------------
 *
 * record.c
 *	  Fuzz target: whatever is known of an action, its record is well-formed on
 *	  the wire of either sink, and the command reads back what was in it.
 *
 * The server's half is in this file, with stand-ins for what it asks the server;
 * the command's is linked to it.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "common/escape.c"
#include "common/sha256.c"

#include "common/redact_text.c"
#include "common/redact_filter.c"
#include "common/redact_commands.c"
#include "common/redact_names.c"
#include "common/redact_shell.c"
#include "common/redact_find.c"
#include "common/redact_value.c"
#include "common/redact.c"
#include "common/redact_sql.c"
#include "audit/kinds.c"
#include "audit/show.c"
#include "audit/fields.c"
#include "audit/who.c"
#include "audit/what.c"
#include "audit/record.c"
#include "audit/journald.c"
#include "audit/syslog.c"

#include "mb/pg_wchar.h"
#include "utils/builtins.h"

#include "clean.h"
#include "record_reader.h"

const char *const fuzz_words[] = {
	"\n", "\"", "\\", "\xff", "\xe2\x80\xae", "PASSWORD '", "MESSAGE=", "\nGATEKEEPER_SEQ=1\n", "@cee:", "}", NULL
};

/* ------------------------------------------------------------------------
 * What the records' code asks the server
 * ------------------------------------------------------------------------
 */

char	   *cluster_name;
char	   *DataDir;
char	   *application_name;
int			PostPortNumber = 5432;
int			MyProcPid = 4711;
pg_time_t	MyStartTime = 1;
PGPROC	   *MyProc = NULL;
int			gk_audit_statement;
char	   *gk_audit_journal_socket;
char	   *gk_audit_syslog_socket;

static char *authenticated;
static GkAppUser app_user;
GkSinks		gk_audit_sinks;
const char *const gk_sink_names[GK_NUM_SINKS] = {"journald", "syslog", "log"};
const char *debug_query_string;
static GkStatement no_statement;
GkStatement *gk_statement = &no_statement;
static int	encoding;
static const char *wire;
static size_t wire_len;

/* the hash is made of bytes that are there already */
bool
gk_chain_is_on(void)
{
	return false;
}

void
gk_chain_put(const GkRecord *record, GkText *out)
{
}

uint64
GetSystemIdentifier(void)
{
	return PG_UINT64_MAX;
}

struct pg_tm *
pg_gmtime(const pg_time_t *timep)
{
	static struct pg_tm tm = {.tm_mday = 1};

	return &tm;
}

const char *
get_backend_type_for_log(void)
{
	return "client backend";
}

#if PG_VERSION_NUM >= 180000
int64
#else
uint64
#endif
pgstat_get_my_query_id(void)
{
	return -1;
}

int
GetDatabaseEncoding(void)
{
	return encoding;
}

/* As in utils/adt/numutils.c: no NUL behind it. */
int
pg_ulltoa_n(uint64 value, char *a)
{
	char		digits[24];
	int			len = snprintf(digits, sizeof(digits), UINT64_FORMAT, value);

	memcpy(a, digits, len);
	return len;
}

const char *
gk_audit_stream(void)
{
	return "0123456789abcdef0123456789abcdef";
}

const char *
gk_audit_authenticated(void)
{
	return authenticated;
}

const GkAppUser *
gk_app_user(void)
{
	return &app_user;
}

const char *
gk_audit_client_addr(void)
{
	return "fe80:1234:1234:1234:1234:1234:1234:1234%interface0";
}

const char *
gk_audit_client_port(void)
{
	return "65535";
}

const char *
gk_audit_client(void)
{
	return "[fe80:1234:1234:1234:1234:1234:1234:1234%interface0]:65535";
}

int
gk_audit_session_pid(void)
{
	return MyProcPid;
}

int64
gk_audit_session_start(void)
{
	return MyStartTime;
}

uint64
gk_sink_gone(GkSink sink)
{
	return sink == GK_SINK_SYSLOG ? 17 : 0;
}

int
gk_socket_send(GkSocket *sock, const char *path, bool may_stream,
			   const char *data, size_t len, int64 deadline)
{
	wire = data;
	wire_len = len;
	return 0;
}

/* ------------------------------------------------------------------------
 * The promises
 * ------------------------------------------------------------------------
 */

/* The journal's protocol: NAME \n length data \n. */
static void
read_journald(const GkRecord *record)
{
	size_t		at = 0;

	FUZZ_CHECK(wire_len <= GK_RECORD_SIZE);
	reader_begin();
	while (at < wire_len)
	{
		const char *newline = memchr(wire + at, '\n', wire_len - at);
		size_t		name_len;
		uint64		len;

		FUZZ_CHECK(newline != NULL);
		name_len = newline - (wire + at);
		FUZZ_CHECK(name_len >= 1 && name_len <= 64);
		FUZZ_CHECK(wire[at] >= 'A' && wire[at] <= 'Z');
		for (size_t i = 0; i < name_len; i++)
			FUZZ_CHECK(strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_", wire[at + i]));
		FUZZ_CHECK(wire_len - at - name_len >= 10);
		memcpy(&len, newline + 1, 8);
		FUZZ_CHECK(len > 0 && len < 4000 && len <= wire_len - at - name_len - 10);
		FUZZ_CHECK(newline[9 + len] == '\n');
		FUZZ_CHECK(fuzz_is_clean(newline + 9, len));
		reader_add(wire + at, name_len, newline + 9, len);
		at += name_len + 10 + len;
	}
	reader_end();
	for (int i = 0; i < gk_num_fields; i++)
		if (gk_fields[i].name)
			FUZZ_CHECK(strcmp(reader_get(gk_fields[i].name), record->value[i]) == 0);
}

/* One line of ASCII, of which the command reads a beginning of each field. */
static void
read_syslog(const GkRecord *record)
{
	char	   *line = malloc(wire_len + 1);
	char	   *cookie;

	if (line == NULL)
		abort();
	memcpy(line, wire, wire_len);
	line[wire_len] = '\0';
	FUZZ_CHECK(wire_len < 8096 && strlen(line) == wire_len);
	for (size_t i = 0; i < wire_len; i++)
		FUZZ_CHECK(line[i] >= ' ' && line[i] < 0x7F);
	cookie = strstr(line, "@cee:");
	FUZZ_CHECK(cookie != NULL && cookie - line < 60);
	reader_begin();
	FUZZ_CHECK(reader_cee(cookie));
	reader_end();
	for (int i = 0; i < gk_num_fields; i++)
		if (gk_fields[i].name && strncmp(gk_fields[i].name, "GATEKEEPER_", 11) == 0)
		{
			const char *value = reader_get(gk_fields[i].name);

			FUZZ_CHECK(strncmp(value, record->value[i], strlen(value)) == 0);
			FUZZ_CHECK(gk_fields[i].limit > 64 || strcmp(value, record->value[i]) == 0);
		}
	free(line);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const GkRule rule = {.name = "untrusted_language",.technique = "T1505.001"};
	static GkRecord record;
	FuzzInput	in = {data, size};
	char	   *texts[12];
	int			n = 0;

	memset(&record, 0, sizeof(record));
	record.kind = fuzz_take(&in, GK_NUM_KINDS);
	record.rule = record.kind <= GK_KIND_ALLOWED ? &rule : NULL;
	record.verdict = fuzz_take(&in, 3);
	record.is_alarm = fuzz_take(&in, 2);
	record.backslash_escapes = fuzz_take(&in, 2);
	record.seq = fuzz_take(&in, 2) ? PG_INT64_MAX : 1;
	record.lost = fuzz_take(&in, 2) ? PG_UINT64_MAX : 0;
	record.count = 1 + fuzz_take(&in, 1000);
	record.command = "CREATE FOREIGN DATA WRAPPER";
	record.object_type = "foreign-data wrapper";
	encoding = fuzz_take(&in, 4) ? PG_UTF8 : fuzz_take(&in, _PG_LAST_ENCODING_);
	gk_audit_statement = fuzz_take(&in, 8192);
	gk_audit_syslog_socket = gk_audit_journal_socket = "/";

	/* how much of the input goes to which text */
	for (n = 0; n < 12; n++)
	{
		static const size_t most[] = {63, 63, 63, 63, 63, 200, 200, 600, 2000, 900, 900, 20000};
		size_t		repeat = fuzz_take(&in, 3) == 2 ? most[n] : 0;
		size_t		wanted = fuzz_take(&in, 300);
		char	   *piece = fuzz_take_bytes(&in, Min(wanted, most[n]), true, NULL);
		size_t		len = strlen(piece);

		texts[n] = piece;
		/* long ones, of few bytes of input */
		if (repeat > len && len > 0)
		{
			texts[n] = malloc(repeat + 1);
			if (texts[n] == NULL)
				abort();
			for (size_t i = 0; i < repeat; i++)
				texts[n][i] = piece[i % len];
			texts[n][repeat] = '\0';
			free(piece);
		}
	}
	strcpy(record.names.session_user, texts[0]);
	strcpy(record.names.current_user, texts[1]);
	strcpy(record.names.database, texts[2]);
	strcpy(record.names.extension, texts[3]);
	application_name = texts[4];
	cluster_name = texts[5];
	authenticated = texts[6];
	snprintf(app_user.user, sizeof(app_user.user), "%s", texts[0]);
	snprintf(app_user.session, sizeof(app_user.session), "%s", texts[6]);
	record.code = texts[7];
	record.circumstance_names = "extension,elevated,restricted,untrusted,strict";
	record.object = texts[8];
	record.old_value = texts[9];
	record.new_value = texts[10];
	record.arguments = record.verdict == GK_DENIED ? texts[11] : NULL;
	record.grantee = texts[5];
	record.attributes = texts[9];
	record.statement = texts[11];
	record.statement_length = strlen(texts[11]);

	gk_record_fill(&record);
	for (int i = 0; i < gk_num_fields; i++)
	{
		FUZZ_CHECK(record.length[i] == (int) strlen(record.value[i]));
		FUZZ_CHECK(record.length[i] <= gk_fields[i].limit);
	}
	FUZZ_CHECK(*gk_record_value(&record, "MESSAGE") != '\0');
	gk_journald_send(&record, 0);
	read_journald(&record);
	gk_syslog_send(&record, 0);
	read_syslog(&record);
	while (n > 0)
		free(texts[--n]);
	return 0;
}
