/*-------------------------------------------------------------------------
 *
 * posture.h
 *	  What the files of "pg_gatekeeper check" share.
 *
 * posture.c -> posture_ask.c (by SQL), posture_host.c (files and processes) ->
 * posture_found.c (what was found) <- posture_show.c, posture_json.c,
 * posture_html.c, posture_fix.c (the remedies as a script) with posture_lines.c;
 * posture_waive.c says which findings are waived or known.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#ifndef GK_CLI_POSTURE_H
#define GK_CLI_POSTURE_H

#include "cli/server.h"
#include "common/posture.h"

typedef enum GkStatus
{
	GK_PASS,
	GK_NOT_APPLICABLE,
	GK_INFO,
	GK_MANUAL,
	GK_SKIP,
	GK_WARN,
	GK_FAIL,
	GK_ERROR
} GkStatus;

typedef struct GkFinding
{
	const GkCheck *check;
	GkStatus	status;
	const char *database;		/* "" when it is of the cluster */
	const char *object;
	const char *type;
	const char *found;
	const char *remedy;
	const char *kind;			/* sql, line, shell, text */
	const char *file;			/* or NULL */
	int			line;
	bool		needs_restart;
	const char *fingerprint;
	const char *waived;			/* why, or NULL */
	const char *waived_until;
	const char *news;			/* new, unchanged, or NULL without a baseline */
} GkFinding;

/* A check as a whole. */
typedef struct GkAnswer
{
	const GkCheck *check;
	bool		is_asked;		/* it was chosen */
	bool		has_looked;		/* something of it was looked at */
	const char *skipped;		/* why not, or not all */
	GkStatus	status;			/* the worst of its findings' */
	bool		is_waived;		/* all that is bad in it */
	int			more;			/* findings beyond those that are kept */
} GkAnswer;

/* A setting of the server's. */
typedef struct GkServerValue
{
	char	   *name;
	char	   *value;
	char	   *file;
} GkServerValue;

typedef struct GkPosture
{
	/* what is wanted */
	GkWords		layers;
	GkWords		ids;
	const char *standard;		/* cis18, cis17, stig16, pci, or NULL */
	int			limit;			/* findings of each check and database */
	bool		no_files;
	bool		no_sql;
	bool		is_quiet;

	/* where */
	const char *const *names;	/* of libpq's parameters */
	const char **values;
	const char *os_user;
	const char *data;			/* data directory; files are looked at only then */
	const char *home;			/* of the server's user */
	uid_t		uid;			/* the server's user */
	bool		stderr_is_kept;	/* by journald, or by what runs the container */

	/* what the server says of itself */
	char	   *version;
	int			version_num;
	char	   *cluster;
	char	   *system_id;
	bool		is_superuser;
	bool		is_monitor;
	GkServerValue *setting;
	int			num_settings;
	GkWords		databases;
	GkWords		config_files;
	GkWords		programs;		/* directories of its programs, libraries, extensions */
	const char *share;
	GkWords		tablespaces;

	/* what was found */
	GkAnswer   *answer;
	int			num_answers;
	GkFinding  *finding;
	int			count;
	int			size;
	GkWords		gone;			/* fingerprints of the baseline's that are not found now */
} GkPosture;

/* What the command line says of where to look; NULL is what psql would take. */
typedef struct GkPostureTarget
{
	const char *name;			/* a cluster, a data directory, a connection string */
	GkTarget	to;
	const char *pgdata;
	const char *dsn;
} GkPostureTarget;

/* posture_target.c */
extern void gk_posture_target(GkPosture *p, GkPostureTarget *target);

/* posture_found.c */
extern const char *gk_status_name(GkStatus status);
extern GkStatus gk_status_named(const char *name);
extern void gk_posture_begin(GkPosture *p);
extern GkAnswer *gk_posture_answer(GkPosture *p, const char *id);
extern bool gk_posture_wants(GkPosture *p, const char *id);
extern GkFinding *gk_posture_add(GkPosture *p, const char *id, GkStatus status,
								 const char *object, const char *found, const char *remedy);
extern void gk_posture_drop(GkPosture *p, const char *id, const char *object);
extern void gk_posture_skip(GkPosture *p, const char *id, const char *why);
extern void gk_posture_looked(GkPosture *p, const char *id);
extern void gk_posture_finish(GkPosture *p);
extern const char *gk_posture_setting(const GkPosture *p, const char *name);
extern int	gk_posture_count(const GkPosture *p, GkStatus status, bool waived);
extern void gk_posture_score(const GkPosture *p, int *score, int *covered);
extern const char *gk_refs(const GkCheck *check, const char *standard);

/* posture_ask.c */
extern void gk_posture_ask(GkPosture *p);

/* posture_host.c */
extern void gk_posture_prepare(GkPosture *p);
extern void gk_posture_look(GkPosture *p);

extern const char *gk_own_addresses(void);

/* posture_files.c, posture_paths.c, posture_user.c, posture_tls.c, posture_secrets.c: what it looks at */
extern char *gk_others_write(const GkPosture *p, const char *path, bool and_above);
extern char *gk_others_read(const GkPosture *p, const char *path);
extern char *gk_group_of_others(const GkPosture *p, gid_t gid);
extern const char *gk_shell_quote(const char *text);
extern char *gk_secret_in(const char *line);
extern void gk_look_at_files(GkPosture *p);
extern void gk_look_at_paths(GkPosture *p);
extern void gk_look_at_user(GkPosture *p);
extern void gk_look_at_tls(GkPosture *p);
extern void gk_look_for_secrets(GkPosture *p);
extern void gk_look_at_processes(GkPosture *p);
extern void gk_look_at_backup(GkPosture *p);

/* posture_waive.c */
extern void gk_posture_waive(GkPosture *p, const char *path);
extern void gk_posture_compare(GkPosture *p, const char *path);

/* posture_remedy.c */
extern void gk_posture_complete(GkPosture *p);
extern char *gk_without_secrets(const char *path);
extern const char *gk_set_up_backup(const GkPosture *p);
extern const char *gk_socket_directory(const GkPosture *p);
extern const char *gk_as_server_user(const GkPosture *p, const char *command);
extern const char *gk_server_stop(const GkPosture *p);
extern const char *gk_server_start(const GkPosture *p);

/* posture_lines.c, posture_fix.c */
extern char *gk_posture_line(const GkPosture *p, const GkFinding *finding);
extern void gk_posture_script(const GkPosture *p);

/* posture_show.c, posture_json.c, posture_html.c */
extern const char *gk_visible(const char *text);
extern void gk_posture_show(const GkPosture *p, bool verbose);
extern int	gk_posture_nagios(const GkPosture *p);
extern void gk_posture_json(const GkPosture *p);
extern void gk_posture_sarif(const GkPosture *p);
extern void gk_posture_junit(const GkPosture *p);
extern void gk_put_markup(char c);
extern void gk_posture_html(const GkPosture *p);

#endif							/* GK_CLI_POSTURE_H */
