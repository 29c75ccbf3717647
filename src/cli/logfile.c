/*-------------------------------------------------------------------------
 *
 * logfile.c
 *	  Reads the records that the sink "log" wrote out of the server's log files, or
 *	  of what a container's runtime makes of its standard error.
 *
 * A record is a line that begins as the server begins it.  Whatever PostgreSQL
 * logs of what a role says has a level or a tab before it, so no role can write
 * such a line.  What a runtime puts before each line is known: times, names of
 * containers, the JSON of Docker's json-file driver and of CloudNativePG.  The
 * messages in csvlog and jsonlog are not looked into: those any role can write.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "cli/logfile.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* How the server begins a record, see audit/server_log.c. */
#define GK_BEGINS "{\"MESSAGE_ID\":\""

#define GK_LOOK_AGAIN_US 300000

struct GkLogFile
{
	GkWords		names;
	int			next_name;
	FILE	   *file;			/* the one being read, or NULL */
	bool		is_regular;		/* which may grow */
	char	  **line;			/* as "@cee:{...}" */
	uint64_t   *time;
	int			count;
	int			size;
	int			at;				/* the entry read last; -1 and count: none */
};

static bool
begins(const char *line)
{
	return strncmp(line, GK_BEGINS, strlen(GK_BEGINS)) == 0;
}

/* Past what container runtimes write before a line: a time, streams, names. */
static const char *
skip_prefix(const char *line)
{
	static const char names[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-/";
	size_t		len;

	/* kubectl logs --prefix */
	if (*line == '[' && (len = strspn(line + 1, names)) > 0 && strncmp(line + 1 + len, "] ", 2) == 0)
		line += len + 3;
	/* docker compose logs */
	len = strspn(line, names);
	if (len > 0 && line[len + strspn(line + len, " ")] == '|')
		line += len + strspn(line + len, " ") + 1 + (line[len + strspn(line + len, " ") + 1] == ' ');
	/* --timestamps, and CRI's files */
	len = strspn(line, "0123456789-:.T+Z");
	if (len > 18 && line[4] == '-' && line[10] == 'T' && line[len] == ' ')
		line += len + 1;
	if (strncmp(line, "stderr F ", 9) == 0 || strncmp(line, "stdout F ", 9) == 0)
		line += 9;
	return line;
}

/* The record in a line, or NULL. */
static const char *
find_record(const char *line)
{
	static GkBuf value;

	line = skip_prefix(line);
	if (*line != '{' || begins(line))
		return *line == '{' ? line : NULL;
	if (gk_json_member(line, "log", &value) && begins(gk_buf_string(&value)))
		return value.data;
	if (gk_json_member(line, "logger", &value) && strcmp(gk_buf_string(&value), "postgres") == 0 &&
		gk_json_member(line, "msg", &value) && begins(gk_buf_string(&value)))
		return value.data;
	return NULL;
}

static void
fill(const char *line, GkEntry *entry)
{
	uint64_t	when;

	gk_entry_clear(entry);
	entry->is_file = true;
	(void) gk_parse_cee(entry, line);
	gk_entry_complete(entry, NULL);
	if (gk_parse_time(gk_entry_get(entry, "GATEKEEPER_TIME"), 0, &when))
		entry->time = when;
}

static void
keep(GkLogFile *log, const char *record)
{
	static GkEntry entry;

	if (log->count == log->size)
	{
		log->size = 2 * log->size + 256;
		log->line = gk_grow(log->line, log->size * sizeof(char *));
		log->time = gk_grow(log->time, log->size * sizeof(uint64_t));
	}
	log->line[log->count] = gk_format("@cee:%.*s", (int) strcspn(record, "\r\n"), record);
	fill(log->line[log->count], &entry);
	log->time[log->count++] = entry.time;
}

static bool
open_next(GkLogFile *log)
{
	const char *name;
	struct stat st;

	if (log->next_name == log->names.count)
		return false;
	name = log->names.word[log->next_name++];
	log->file = strcmp(name, "-") == 0 ? stdin : fopen(name, "re");
	if (log->file == NULL || fstat(fileno(log->file), &st) != 0)
		gk_error(NULL, "cannot read file \"%s\": %s", name, strerror(errno));
	if (S_ISDIR(st.st_mode))
		gk_error("Name the files in it.", "\"%s\" is a directory", name);
	log->is_regular = S_ISREG(st.st_mode);
	return true;
}

/* Read on until there is another record; false at the end of the last file. */
static bool
read_on(GkLogFile *log)
{
	static char *line;
	static size_t size;

	for (;;)
	{
		if (log->file == NULL && !open_next(log))
			return false;
		while (getline(&line, &size, log->file) > 0)
		{
			const char *record = find_record(line);

			if (record)
			{
				keep(log, record);
				return true;
			}
		}
		if (log->next_name == log->names.count)
			return false;
		fclose(log->file);
		log->file = NULL;
	}
}

GkLogFile *
gk_logfile_open(const GkWords *names)
{
	GkLogFile  *log = gk_alloc(sizeof(GkLogFile));

	log->names = *names;
	log->at = -1;
	/* a file that is not there is to be told at once */
	(void) open_next(log);
	return log;
}

void
gk_logfile_seek_start(GkLogFile *log)
{
	log->at = -1;
}

void
gk_logfile_seek_end(GkLogFile *log)
{
	while (read_on(log))
		;
	log->at = log->count;
}

bool
gk_logfile_next(GkLogFile *log, GkEntry *entry)
{
	if (log->at + 1 >= log->count && !read_on(log))
		return false;
	fill(log->line[++log->at], entry);
	return true;
}

bool
gk_logfile_previous(GkLogFile *log, GkEntry *entry)
{
	if (log->at <= 0)
		return false;
	fill(log->line[--log->at], entry);
	return true;
}

/* Wait for more; false when none will come. */
bool
gk_logfile_wait(GkLogFile *log)
{
	if (log->file == NULL || !log->is_regular)
		return false;
	usleep(GK_LOOK_AGAIN_US);
	clearerr(log->file);
	return true;
}

/* From when to when its records reach; false when there are none. */
bool
gk_logfile_span(GkLogFile *log, uint64_t *from, uint64_t *to)
{
	while (read_on(log))
		;
	*from = UINT64_MAX;
	*to = 0;
	for (int i = 0; i < log->count; i++)
	{
		if (log->time[i] < *from)
			*from = log->time[i];
		if (log->time[i] > *to)
			*to = log->time[i];
	}
	return log->count > 0;
}
