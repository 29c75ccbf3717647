/*-------------------------------------------------------------------------
 *
 * config.h
 *	  A cluster and its configuration files.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#ifndef GK_CONFIG_H
#define GK_CONFIG_H

#include "cli/cli.h"

/* ------------------------------------------------------------------------
 * run.c: other programs
 * ------------------------------------------------------------------------
 */

/* What a program printed, and how it ended. */
typedef struct GkOutput
{
	GkBuf		out;
	GkBuf		err;
	int			status;			/* exit status; 127 when it cannot be run */
} GkOutput;

extern void gk_run(char *const argv[], GkOutput *output);

/* ------------------------------------------------------------------------
 * cluster.c: which cluster is meant, and what its server says
 * ------------------------------------------------------------------------
 */

typedef struct GkCluster
{
	char	   *name;			/* "15/main", or the data directory */
	char	   *version;		/* major version */
	char	   *bin;			/* where its server program is */
	char	   *config_file;
	char	   *config_dir;		/* where that is */
	char	   *data;			/* data directory */
	bool		is_debian;		/* has its configuration in /etc/postgresql */
	bool		is_running;
	const char *sudo;			/* whose programs root has to run, or NULL */
} GkCluster;

extern bool gk_is_cluster_name(const char *name);
extern char *gk_cluster_config_dir(const char *name);
extern void gk_cluster_find(GkCluster *cluster, const char *name,
							const char *data, const char *bin);
extern char *gk_cluster_setting(const GkCluster *cluster, const char *name, char **why);
extern char *gk_cluster_library(const GkCluster *cluster);
extern bool gk_cluster_can_load(const GkCluster *cluster, char **why);
extern char *gk_library_find(const char *path, const char *own);
extern bool gk_library_has_setting(const char *path, const char *name);
extern char *gk_cluster_command(const GkCluster *cluster, const char *verb);
extern const char *gk_first_line(const char *text);

/* ------------------------------------------------------------------------
 * config.c: configuration files, as the server reads them
 * ------------------------------------------------------------------------
 */

typedef struct GkSetting
{
	char	   *name;
	char	   *value;
	char	   *file;
	int			line;
} GkSetting;

typedef struct GkConfig
{
	GkSetting  *setting;		/* in the order they are read: the last wins */
	int			count;
	GkWords		files;			/* all that are read */
	GkWords		include_dirs;	/* directories of which all files are read */
} GkConfig;

extern void gk_config_read(GkConfig *config, const char *path);
extern const GkSetting *gk_config_last(const GkConfig *config, const char *name);
extern char *gk_config_set(const char *text, const char *name, const char *value);
extern char *gk_config_remove(const char *text, const char *name);
extern char *gk_config_quote(const char *value);

/* ------------------------------------------------------------------------
 * libraries.c: the value of shared_preload_libraries
 * ------------------------------------------------------------------------
 */

#define GK_LIST "shared_preload_libraries"

extern bool gk_list_is_valid(const char *list);
extern bool gk_list_has_library(const char *list);
extern char *gk_list_with_library(const char *list);
extern char *gk_list_without_library(const char *list);
extern char *gk_list_statement(const char *list);

/* ------------------------------------------------------------------------
 * files.c: changes to files, all or none
 * ------------------------------------------------------------------------
 */

typedef struct GkChange
{
	const char *path;
	const char *like;			/* a new file's owner and mode are as this one's */
	char	   *before;			/* NULL: there was none */
	char	   *after;			/* NULL: remove it */
} GkChange;

extern void gk_show_change(const GkChange *change);
extern bool gk_apply_change(const GkChange *change, char **why);
extern void gk_undo_change(const GkChange *change);

/* ------------------------------------------------------------------------
 * plan.c: what "enable" and "disable" have in common
 * ------------------------------------------------------------------------
 */

#define GK_MAX_CHANGES 2

typedef struct GkPlan
{
	GkCluster	cluster;
	GkConfig	config;
	char	   *list;			/* what the server preloads as it is */
	char	   *auto_file;		/* written by ALTER SYSTEM; beats all others */
	char	   *drop_in;		/* our file */
	char	   *drop_in_text;	/* NULL when there is none */
	bool		is_included;	/* by a directory of which all files are read */
	const char *mode;			/* as asked for, or NULL */
	bool		strict;
	bool		dry_run;
	bool		is_enable;
	GkChange	change[GK_MAX_CHANGES];
	int			num_changes;
} GkPlan;

extern const char gk_drop_in_marker[];
extern const char gk_include_line[];
extern void gk_plan_begin(GkPlan *plan, int argc, char **argv, const char *usage,
						  bool is_enable);
extern const char *gk_plan_obstacle(const GkPlan *plan);
extern void gk_plan_change(GkPlan *plan, const char *path, char *before, char *after);
extern int	gk_plan_carry_out(GkPlan *plan, const char *expected);
extern bool gk_means_on(const char *value);
extern int	gk_refuse(const char *what, const char *instead);

#endif							/* GK_CONFIG_H */
