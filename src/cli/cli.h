/*-------------------------------------------------------------------------
 *
 * cli.h
 *	  What the files of the pg_gatekeeper command share.
 *
 * The command is a program of its own and has nothing of the server in it.  It
 * runs one subcommand and ends, so memory that is taken once is not given
 * back; what is taken for each record is.
 *
 * Arrows go down only: main.c -> events.c, verify.c, status.c -> journal.c ->
 * entry.c; events.c -> show_*.c -> json.c; main.c -> enable.c, disable.c ->
 * plan.c -> cluster.c, config.c, files.c.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#ifndef GK_CLI_H
#define GK_CLI_H

#include <getopt.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>

/* The exit status, for scripts; pg_gatekeeper(1) tells what each means where. */
#define GK_EXIT_OK		0
#define GK_EXIT_FOUND	1		/* it looked, and something is wrong */
#define GK_EXIT_FAILED	2		/* it could not look, or was asked wrongly */
#define GK_EXIT_UNKNOWN	3		/* the same, of a plugin of Nagios */

#define GK_LENGTHOF(array) ((int) (sizeof(array) / sizeof((array)[0])))
#define GK_PRINTF(text, rest) __attribute__((format(printf, text, rest)))

/* ------------------------------------------------------------------------
 * util.c: memory, text, the end of the program
 * ------------------------------------------------------------------------
 */

/* Text being put together; grows.  All zeros is an empty one. */
typedef struct GkBuf
{
	char	   *data;			/* NUL-terminated, or NULL while empty */
	size_t		used;			/* without the NUL */
	size_t		size;
} GkBuf;

/* Words, such as the values of an option given several times; grows. */
typedef struct GkWords
{
	char	  **word;
	int			count;
} GkWords;

extern void *gk_alloc(size_t size);
extern void *gk_grow(void *old, size_t size);
extern char *gk_copy(const char *s);
extern char *gk_format(const char *format,...) GK_PRINTF(1, 2);
extern void gk_buf_add(GkBuf *buf, const char *bytes, size_t len);
extern void gk_buf_text(GkBuf *buf, const char *s);
extern void gk_buf_format(GkBuf *buf, const char *format,...) GK_PRINTF(2, 3);
extern void gk_buf_clear(GkBuf *buf);
extern const char *gk_buf_string(const GkBuf *buf);
extern void gk_words_add(GkWords *words, const char *word, size_t len);
extern void gk_words_add_list(GkWords *words, const char *list);
extern bool gk_words_has(const GkWords *words, const char *word);
extern void gk_error(const char *hint, const char *format,...)
			GK_PRINTF(2, 3) __attribute__((noreturn));
extern void gk_errors_for_plugin(bool is_one);
extern void gk_warning(const char *format,...) GK_PRINTF(1, 2);
extern char *gk_read_file(const char *path);
extern void gk_flush_output(void);
extern uint64_t gk_now(void);

/* ------------------------------------------------------------------------
 * options.c: what the subcommands' options have in common
 * ------------------------------------------------------------------------
 */

/* Numbers of the long options that have no letter. */
enum
{
	GK_OPT_HELP = 256,
	GK_OPT_NAMESPACE,
	GK_OPT_UID,
	GK_OPT_RULE,
	GK_OPT_CLASS,
	GK_OPT_VERDICT,
	GK_OPT_OUTCOME,
	GK_OPT_CLIENT,
	GK_OPT_FUNCTION,
	GK_OPT_GREP,
	GK_OPT_FILE,
	GK_OPT_USER,
	GK_OPT_DATABASE,
	GK_OPT_CLUSTER,
	GK_OPT_EVENT,
	GK_OPT_SEQ,
	GK_OPT_JSON,
	GK_OPT_FORMAT,
	GK_OPT_BY,
	GK_OPT_COLOR,
	GK_OPT_NO_PAGER,
	GK_OPT_CURSOR_FILE,
	GK_OPT_HEARTBEAT,
	GK_OPT_COMPLETE,
	GK_OPT_CHAIN,
	GK_OPT_MODE,
	GK_OPT_STRICT,
	GK_OPT_DRY_RUN,
	GK_OPT_BINDIR,
	GK_OPT_PROBE
};

extern int	gk_next_option(int argc, char **argv, const char *letters,
						   const struct option *options, const char *usage);
extern void gk_no_arguments(int argc, char **argv);
extern uint64_t gk_option_number(const char *option, const char *text);
extern bool gk_parse_time(const char *text, uint64_t now, uint64_t *when);
extern bool gk_parse_duration(const char *text, uint64_t *us);
extern uint64_t gk_option_time(const char *option, const char *text);

/* ------------------------------------------------------------------------
 * entry.c: one entry of the journal
 * ------------------------------------------------------------------------
 */

typedef struct GkEntryField
{
	const char *name;
	const char *value;			/* NUL-terminated; may hold a NUL, too */
	size_t		length;
	size_t		name_at;		/* in the entry's text */
	size_t		value_at;
} GkEntryField;

typedef struct GkEntry
{
	GkEntryField *field;		/* each name once; in the end, by name */
	int			num_fields;
	int			max_fields;
	GkBuf		text;			/* where names and values are */
	uint64_t	time;			/* us since 1970, by journald's clock */
	const char *forged;			/* why it cannot be the server's, or NULL */
	bool		is_syslog;		/* came by way of syslog, its fields as JSON */
	bool		is_file;		/* of the server's log: nobody says who sent it */
	char		reason[160];	/* where forged points */
} GkEntry;

/* Whose records are believed. */
typedef struct GkSenders
{
	uid_t		uid[32];
	int			count;
} GkSenders;

extern void gk_entry_clear(GkEntry *entry);
extern void gk_entry_add(GkEntry *entry, const char *name, size_t name_len,
						 const char *value, size_t length);
extern void gk_entry_complete(GkEntry *entry, const GkSenders *senders);
extern const char *gk_entry_get(const GkEntry *entry, const char *name);
extern uint64_t gk_entry_number(const GkEntry *entry, const char *name);
extern bool gk_entry_is(const GkEntry *entry, const char *name, const char *value);
extern void gk_put_visible(GkBuf *out, const char *bytes, size_t len);
extern bool gk_parse_cee(GkEntry *entry, const char *message);
extern bool gk_json_member(const char *json, const char *name, GkBuf *value);

/* ------------------------------------------------------------------------
 * journal.c: the journal
 * ------------------------------------------------------------------------
 */

/* Where to look.  All zeros is this machine's journal, senders "postgres". */
typedef struct GkSource
{
	const char *directory;		/* or NULL */
	const char *name_space;		/* or NULL */
	GkWords		files;			/* the server's logs instead */
	GkSenders	senders;
} GkSource;

typedef struct GkJournal GkJournal;

#define GK_FILE_OPTION {"file", required_argument, NULL, GK_OPT_FILE}

#define GK_SOURCE_LETTERS "D:"
#define GK_SOURCE_OPTIONS \
	{"directory", required_argument, NULL, 'D'}, \
	{"namespace", required_argument, NULL, GK_OPT_NAMESPACE}, \
	{"uid", required_argument, NULL, GK_OPT_UID}

extern bool gk_source_option(GkSource *source, int option, const char *value);
extern const char *gk_journal_obstacle(const GkSource *source, const char **hint);
extern GkJournal *gk_journal_open(GkSource *source);
extern void gk_journal_seek_start(GkJournal *journal);
extern void gk_journal_seek_end(GkJournal *journal);
extern void gk_journal_seek_time(GkJournal *journal, uint64_t time);
extern bool gk_journal_seek_after(GkJournal *journal, const char *cursor);
extern char *gk_journal_cursor(GkJournal *journal);
extern bool gk_journal_next(GkJournal *journal, GkEntry *entry);
extern bool gk_journal_previous(GkJournal *journal, GkEntry *entry);
extern bool gk_journal_wait(GkJournal *journal, uint64_t us);
extern bool gk_journal_span(GkJournal *journal, uint64_t *from, uint64_t *to);

/* ------------------------------------------------------------------------
 * term.c: terminal, colours, pager
 * ------------------------------------------------------------------------
 */

typedef enum GkColor
{
	GK_PLAIN,
	GK_BOLD,
	GK_DIM,
	GK_RED,
	GK_YELLOW,
	GK_GREEN,
	GK_ALARM,
	GK_NUM_COLORS
} GkColor;

extern void gk_color_option(const char *when);
extern const char *gk_color(GkColor color);
extern const char *gk_color_off(void);
extern void gk_start_pager(void);
extern void gk_end_pager(void);

/* ------------------------------------------------------------------------
 * json.c: one object on one line
 * ------------------------------------------------------------------------
 */

typedef struct GkJson
{
	GkBuf		out;
	int			depth;
	int			opened;			/* how many levels are written already */
	struct
	{
		const char *name;		/* NULL inside an array */
		bool		is_array;
		bool		has_members;
	}			level[12];
} GkJson;

extern void gk_json_begin(GkJson *json);
extern void gk_json_print(GkJson *json, FILE *stream);
extern void gk_json_open(GkJson *json, const char *name);
extern void gk_json_open_array(GkJson *json, const char *name);
extern void gk_json_close(GkJson *json);
extern void gk_json_keep(GkJson *json);
extern void gk_json_text(GkJson *json, const char *name, const char *value);
extern void gk_json_bytes(GkJson *json, const char *name, const char *value, size_t len);
extern void gk_json_number(GkJson *json, const char *name, uint64_t value);
extern void gk_json_digits(GkJson *json, const char *name, const char *digits);
extern void gk_json_bool(GkJson *json, const char *name, bool value);

/* ------------------------------------------------------------------------
 * show_*.c: one entry, for people and for programs
 * ------------------------------------------------------------------------
 */

typedef void (*GkShow) (const GkEntry *entry);

extern void gk_show_header(void);
extern void gk_show_line(const GkEntry *entry);
extern void gk_show_fields(const GkEntry *entry);
extern void gk_show_json(const GkEntry *entry);
extern void gk_show_ecs(const GkEntry *entry);
extern void gk_show_ocsf(const GkEntry *entry);
extern const char *gk_technique_name(const char *id);
extern const char *gk_client_ip(const GkEntry *entry);
extern uint64_t gk_event_time(const GkEntry *entry);
extern bool gk_is_alert(const GkEntry *entry);
extern void gk_local_time(uint64_t us, char *out, size_t size);

#endif							/* GK_CLI_H */
