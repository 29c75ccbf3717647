/*-------------------------------------------------------------------------
 *
 * server.h
 *	  What "status" asks a running server.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#ifndef GK_SERVER_H
#define GK_SERVER_H

#include "cli/cli.h"

/* Where to connect; NULL is libpq's default. */
typedef struct GkTarget
{
	const char *host;
	const char *port;
	const char *user;
	const char *database;
	const char *os_user;		/* connect as this one, when we are root */
} GkTarget;

/* One of the module's settings. */
typedef struct GkServerSetting
{
	char	   *name;			/* without "gatekeeper." */
	char	   *value;
	char	   *usual;			/* default */
	bool		is_rule;
} GkServerSetting;

/* One row of the view gatekeeper.audit. */
typedef struct GkServerSink
{
	char	   *name;
	char	   *state;
	char	   *last_error;
	uint64_t	sent;
	uint64_t	lost;			/* not taken, or not yet */
	uint64_t	waiting;
} GkServerSink;

typedef struct GkServer
{
	char	   *port;
	char	   *version;
	char	   *cluster;
	char	   *system_id;
	char	   *preload;		/* shared_preload_libraries as it runs */
	char	   *library_dir;	/* where its libraries are on this machine, or NULL */
	char	   *library_path;	/* dynamic_library_path */
	bool		is_pending;		/* that will be another after a restart */
	bool		is_loaded;
	GkServerSetting *setting;
	int			num_settings;
	bool		has_views;		/* the rest is known only then */
	GkServerSink *sink;
	int			num_sinks;
	char	   *stream;
	uint64_t	sequence;
	uint64_t	lost;
	uint64_t	waiting;
} GkServer;

struct GkCluster;

/* target.c */

/* Those that it takes. */
#define GK_TARGET_OPTIONS \
	{"host", required_argument, NULL, 'h'}, \
	{"port", required_argument, NULL, 'p'}, \
	{"username", required_argument, NULL, 'U'}, \
	{"dbname", required_argument, NULL, 'd'}

extern bool gk_target_option(GkTarget *target, int option, const char *value);
extern void gk_target_defaults(GkTarget *target);
extern void gk_target_cluster(GkTarget *target, const struct GkCluster *cluster);
extern char *gk_owner_of(const char *path, uid_t *uid);
extern bool gk_become(const char *os_user);
extern void gk_be_root_again(void);

/* superusers.c */
extern char *gk_superusers_not_reserved(const GkTarget *target, const char *reserved);

/* server.c, installed.c, arrival.c */
extern void gk_server_ask(const GkTarget *target, GkServer *server);
extern const char *gk_server_setting(const GkServer *server, const char *name);
extern char *gk_server_installed_version(const GkServer *server);
extern bool gk_find_record(const GkServer *server, GkJournal *journal, GkEntry *entry,
						   uint64_t number, uint64_t since);
extern uint64_t gk_server_probe(const GkTarget *target, char **answer);

struct pg_conn;
extern struct pg_conn *gk_connect(const GkTarget *target, const char *name, const char *seconds);

#endif							/* GK_SERVER_H */
