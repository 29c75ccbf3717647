/*-------------------------------------------------------------------------
 *
 * plan.c
 *	  What "enable" and "disable" have in common.
 *
 * The owner of a cluster has to be able to rely on three things: that what was
 * preloaded before still is, that the server starts afterwards, and that
 * nothing is changed which cannot be changed for certain.  So the server's own
 * program is asked before and after, and everything is taken back when its
 * answer is not the one expected.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "cli/config.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

/* How our file begins. */
const char	gk_drop_in_marker[] =
"# Written by \"pg_gatekeeper enable\"; \"pg_gatekeeper disable\" takes it away.\n"
"# All settings are explained in pg_gatekeeper(7).\n";

/* What the server finds it by, where no directory is included. */
const char	gk_include_line[] =
"include = 'pg_gatekeeper.conf'\t# written by \"pg_gatekeeper enable\"";

static const struct option options[] =
{
	{"pgdata", required_argument, NULL, 'D'},
	{"mode", required_argument, NULL, GK_OPT_MODE},
	{"strict", no_argument, NULL, GK_OPT_STRICT},
	{"dry-run", no_argument, NULL, 'n'},
	{"bindir", required_argument, NULL, GK_OPT_BINDIR},
	{"color", required_argument, NULL, GK_OPT_COLOR},
	{"help", no_argument, NULL, GK_OPT_HELP},
	{NULL, 0, NULL, 0}
};

/* Is it one of the server's words for true?  (It takes abbreviations, too.) */
bool
gk_means_on(const char *value)
{
	return strcasecmp(value, "on") == 0 || strcasecmp(value, "true") == 0 ||
		strcasecmp(value, "yes") == 0 || strcmp(value, "1") == 0;
}

/* Say why not, and what to do instead.  Returns the exit status. */
int
gk_refuse(const char *what, const char *instead)
{
	fflush(stdout);
	fprintf(stderr, "pg_gatekeeper: %s\n%s\nNothing has been changed.\n", what, instead);
	return GK_EXIT_FOUND;
}

/*
 * Work as the owner of the configuration: what the owner can put where a file is
 * expected must not be read or written with more rights than the owner's.
 */
static void
become_owner(GkCluster *cluster, const char *directory)
{
	struct stat st;
	struct passwd *pw;

	if (geteuid() != 0 || stat(directory, &st) != 0 || st.st_uid == 0)
		return;
	pw = getpwuid(st.st_uid);
	if (pw)
		cluster->sudo = gk_copy(pw->pw_name);
	if ((pw ? initgroups(pw->pw_name, pw->pw_gid) : setgroups(0, NULL)) != 0 ||
		setgid(pw ? pw->pw_gid : st.st_gid) != 0 || setuid(st.st_uid) != 0)
		gk_error(NULL, "cannot become the owner of \"%s\": %s", directory, strerror(errno));
}

/* Find out where our file is, or would be, and read it. */
static void
find_drop_in(GkPlan *plan)
{
	GkConfig   *config = &plan->config;
	char	   *usual = realpath(gk_format("%s/conf.d", plan->cluster.config_dir), NULL);

	plan->drop_in = gk_format("%s/pg_gatekeeper.conf", plan->cluster.config_dir);
	for (int i = 0; i < config->include_dirs.count && usual; i++)
	{
		char	   *directory = realpath(config->include_dirs.word[i], NULL);

		if (directory && strcmp(directory, usual) == 0)
		{
			plan->is_included = true;
			plan->drop_in = gk_format("%s/pg_gatekeeper.conf", config->include_dirs.word[i]);
		}
	}
	plan->drop_in_text = gk_read_file(plan->drop_in);
	if (plan->drop_in_text == NULL && errno != ENOENT)
		gk_error(NULL, "cannot read \"%s\": %s", plan->drop_in, strerror(errno));
}

/*
 * Read options, find the cluster, read its configuration, ask the server.  Ends
 * the program where that fails.
 */
void
gk_plan_begin(GkPlan *plan, int argc, char **argv, const char *usage, bool is_enable)
{
	const char *data = NULL;
	const char *bin = NULL;
	const char *name = NULL;
	char	   *why;
	int			c;

	while ((c = gk_next_option(argc, argv, "D:n", options, usage)) != -1)
		switch (c)
		{
			case 'D':
				data = optarg;
				break;
			case 'n':
				plan->dry_run = true;
				break;
			case GK_OPT_MODE:
				plan->mode = optarg;
				if (strcmp(optarg, "audit") != 0 && strcmp(optarg, "enforce") != 0)
					gk_error(NULL, "option --mode takes audit or enforce, not \"%s\"", optarg);
				break;
			case GK_OPT_STRICT:
				plan->strict = true;
				break;
			case GK_OPT_BINDIR:
				bin = optarg;
				break;
			case GK_OPT_COLOR:
				gk_color_option(optarg);
				break;
		}
	if (!is_enable && (plan->mode || plan->strict))
		gk_error(NULL, "options --mode and --strict are for enable only");
	if (optind < argc)
		name = argv[optind++];
	gk_no_arguments(argc, argv);
	if (data)
	{
		/* the owner may not be able to look from where we are */
		char	   *absolute = realpath(data, NULL);

		data = absolute ? absolute : data;
		become_owner(&plan->cluster, data);
	}
	else if (name && gk_is_cluster_name(name))
		become_owner(&plan->cluster, gk_cluster_config_dir(name));
	gk_cluster_find(&plan->cluster, name, data, bin);

	plan->is_enable = is_enable;
	plan->list = gk_cluster_setting(&plan->cluster, GK_LIST, &why);
	if (plan->list == NULL)
		exit(gk_refuse(gk_format("the server cannot read its configuration as it is: %s", why),
					   "Put that right first."));
	plan->auto_file = gk_format("%s/postgresql.auto.conf", plan->cluster.data);
	gk_config_read(&plan->config, plan->cluster.config_file);
	gk_config_read(&plan->config, plan->auto_file);
	find_drop_in(plan);
}

/*
 * Does a text, such as a command line, name this setting?  On a command line
 * the server takes "-" for "_" and does not mind the case.
 */
static bool
names_setting(const char *text, const char *name)
{
	char	   *copy = gk_copy(text);

	for (char *c = copy; *c; c++)
		if (*c == '-')
			*c = '_';
	return strcasestr(copy, name) != NULL;
}

/* Where the command line of the server says what its files then cannot. */
static const char *
find_on_command_line(const GkPlan *plan, const char *name)
{
	const GkCluster *cluster = &plan->cluster;
	char	   *files[] =
	{
		gk_format("%s/postmaster.opts", cluster->data),
		gk_format("%s/pg_ctl.conf", cluster->config_dir)
	};

	for (int i = 0; i < GK_LENGTHOF(files); i++)
	{
		char	   *text = gk_read_file(files[i]);

		if (text && names_setting(text, name))
			return files[i];
	}
	return NULL;
}

/* Was the server started with another configuration file than we found? */
static bool
has_other_file(const GkPlan *plan, char **path)
{
	char	   *text = gk_read_file(gk_format("%s/postmaster.opts", plan->cluster.data));
	char	   *found = text ? strstr(text, "config_file=") : NULL;
	char	   *ours;
	char	   *theirs;

	if (found == NULL)
		return false;
	found += strlen("config_file=");
	*path = gk_format("%.*s", (int) strcspn(found, "\"\n"), found);
	ours = realpath(plan->cluster.config_file, NULL);
	theirs = realpath(*path, NULL);
	return theirs == NULL || ours == NULL || strcmp(ours, theirs) != 0;
}

/* A reason for not touching the configuration at all; NULL when there is none. */
const char *
gk_plan_obstacle(const GkPlan *plan)
{
	const GkCluster *cluster = &plan->cluster;
	char	   *text = gk_read_file(cluster->config_file);
	const char *file;
	char	   *other;
	const GkSetting *last = gk_config_last(&plan->config, GK_LIST);
	const char *ours = last ? last->value : "";
	struct stat st;

	if (access(gk_format("%s/patroni.dynamic.json", cluster->data), F_OK) == 0 ||
		(text && strstr(text, "overwritten by Patroni")))
		return "Patroni manages this cluster and writes its configuration: set it there, with "
			"patronictl edit-config.";
	if (has_other_file(plan, &other))
		return gk_format("The server was started with another configuration file, \"%s\".", other);
	file = find_on_command_line(plan, GK_LIST);
	if (file)
		return gk_format("The server is started with " GK_LIST " on its command line (%s), which\n"
						 "beats every file: change it there.", file);
	if (strcmp(plan->list, ours) != 0)
		return gk_format("The server reads " GK_LIST " as \"%s\", but its files look as if it\n"
						 "were \"%s\": edit them yourself.", plan->list, ours);
	if (last && !gk_list_is_valid(plan->list))
		return gk_format("\"%s\" is no list that the server accepts, so it preloads nothing\n"
						 "(%s line %d): put that right first.", plan->list, last->file, last->line);
	if (lstat(plan->drop_in, &st) == 0 && !S_ISREG(st.st_mode))
		return gk_format("\"%s\" is no ordinary file: remove it.", plan->drop_in);
	if (plan->drop_in_text && !gk_words_has(&plan->config.files, plan->drop_in))
		return gk_format("There is a file \"%s\", which the server does not read: remove it.",
						 plan->drop_in);
	return NULL;
}

/* Add the change of a file's text; NULL stands for no file. */
void
gk_plan_change(GkPlan *plan, const char *path, char *before, char *after)
{
	if (before && after && strcmp(before, after) == 0)
		return;
	plan->change[plan->num_changes++] =
		(GkChange) {path, plan->cluster.config_file, before, after};
}

/* Why the server would have something else than expected. */
static char *
explain(const GkPlan *plan, const char *name, const char *value, const char *expected)
{
	GkConfig	config = {0};
	const GkSetting *last;

	gk_config_read(&config, plan->cluster.config_file);
	gk_config_read(&config, plan->auto_file);
	last = gk_config_last(&config, name);
	if (last == NULL)
		return gk_format("the server would have %s = \"%s\" and not \"%s\"", name, value, expected);
	return gk_format("the server would have %s = \"%s\" and not \"%s\": what counts is %s line %d.\n"
					 "Write there:\n  %s = %s", name, value, expected, last->file, last->line,
					 name, gk_config_quote(expected));
}

/* Does the server read what it should now?  If not, why. */
static bool
is_as_expected(const GkPlan *plan, const char *list, char **why)
{
	const struct
	{
		const char *name;
		const char *value;
	}			expected[] =
	{
		{GK_LIST, list},
		{"gatekeeper.mode", plan->mode},
		{"gatekeeper.strict", plan->strict ? "on" : NULL},
	};

	for (int i = 0; i < GK_LENGTHOF(expected); i++)
	{
		char	   *value;

		if (expected[i].value == NULL)
			continue;
		value = gk_cluster_setting(&plan->cluster, expected[i].name, why);
		if (value == NULL)
			return false;
		if (strcmp(value, expected[i].value) != 0 &&
			!(i == 2 && gk_means_on(value)))
		{
			*why = explain(plan, expected[i].name, value, expected[i].value);
			return false;
		}
	}
	/* what is taken away cannot keep the server from starting */
	return !plan->is_enable || gk_cluster_can_load(&plan->cluster, why);
}

/*
 * Show the changes, make them unless this is a dry run, ask the server whether
 * it still understands its configuration and preloads what it should; take
 * them back if not.  Returns the exit status.
 */
int
gk_plan_carry_out(GkPlan *plan, const char *expected)
{
	char	   *why = NULL;
	int			done = 0;

	for (int i = 0; i < plan->num_changes; i++)
		gk_show_change(&plan->change[i]);
	if (plan->dry_run)
	{
		puts("Nothing has been changed: this was a dry run.");
		return GK_EXIT_OK;
	}
	while (done < plan->num_changes && gk_apply_change(&plan->change[done], &why))
		done++;
	if (done == plan->num_changes && is_as_expected(plan, expected, &why))
		return GK_EXIT_OK;
	while (done > 0)
		gk_undo_change(&plan->change[--done]);
	return gk_refuse(why, "Whatever was written has been taken back.");
}
