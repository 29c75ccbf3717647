/*-------------------------------------------------------------------------
 *
 * enable.c
 *	  "pg_gatekeeper enable": puts the module into a cluster's configuration.
 *
 * It writes a file of its own.  Files which somebody else wrote are not
 * edited, but for one line that includes ours where nothing does; what to
 * write in them is said instead.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "cli/config.h"

#include "cli/commands.h"
#include "cli/server.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>

static const char usage[] =
"Puts the module pg_gatekeeper into a cluster's configuration.\n"
"\n"
"Usage:\n"
"  pg_gatekeeper enable CLUSTER [OPTION]...\n"
"  pg_gatekeeper enable -D DATADIR [OPTION]...\n"
"\n"
"CLUSTER is one of Debian's, such as 15/main.\n"
"\n"
"Options:\n"
"  -D, --pgdata DATADIR     the cluster with this data directory\n"
"      --mode MODE          audit (record only; what a cluster gets first) or\n"
"                           enforce (deny, too)\n"
"      --strict             switch gatekeeper.strict on\n"
"  -n, --dry-run            show what would change, and change nothing\n"
"      --bindir DIR         where the server's programs are\n"
"      --color WHEN         auto, always or never\n"
"  -h, --help               this help\n"
"\n"
"What is preloaded already stays so. The server must be restarted afterwards.\n"
"\n"
"Exit status: 0 the configuration is as asked for, 1 refused and nothing changed,\n"
"2 it could not look.\n";

static GkPlan plan;

/* Does the setting that wins stand in a file which is not ours? */
static const GkSetting *
find_foreign(const char *name)
{
	const GkSetting *last = gk_config_last(&plan.config, name);

	return last && strcmp(last->file, plan.drop_in) != 0 ? last : NULL;
}

/* The setting, as asked for, cannot be had; the exit status. */
static int
refuse_setting(const GkSetting *foreign, const char *option)
{
	return gk_refuse(gk_format("%s is set to \"%s\" in %s line %d", foreign->name,
							   foreign->value, foreign->file, foreign->line),
					 gk_format("Change it there, or leave out %s.", option));
}

/*
 * Have the server read our file: by a last line, which wins, also over what is
 * included before it.  A text without an end of line goes on having none, so
 * that "disable" can bring it back as it was.
 */
static void
include_drop_in(void)
{
	/* a symbolic link stays one */
	char	   *path = realpath(plan.cluster.config_file, NULL);
	char	   *text = path ? gk_read_file(path) : NULL;
	size_t		len = text ? strlen(text) : 0;

	if (text == NULL)
		gk_error(NULL, "cannot read \"%s\": %s", plan.cluster.config_file, strerror(errno));
	gk_plan_change(&plan, path, text, len > 0 && text[len - 1] != '\n' ?
				   gk_format("%s\n%s", text, gk_include_line) :
				   gk_format("%s%s\n", text, gk_include_line));
}

/*
 * Settings of the module that it does not know: the server warns of them in its
 * log and goes on, and a protection that was meant is not there.
 */
static void
name_unknown_settings(const char *library)
{
	for (int i = 0; i < plan.config.count; i++)
	{
		const GkSetting *setting = &plan.config.setting[i];
		char	   *name = gk_copy(setting->name);

		for (char *c = name; *c; c++)
			*c = tolower((unsigned char) *c);
		if (strncmp(name, "gatekeeper.", strlen("gatekeeper.")) == 0 &&
			!gk_library_has_setting(library, name))
			gk_warning("%s is no setting of the module and has no effect (%s line %d)",
					   setting->name, setting->file, setting->line);
	}
}

/* A running server's superusers that the list of those who may be such lacks. */
static void
name_superusers(void)
{
	const GkSetting *setting = gk_config_last(&plan.config, "gatekeeper.reserved_roles");
	const char *reserved = setting ? setting->value : "postgres";
	GkTarget	target = {.database = "postgres"};
	uid_t		uid;
	char	   *names;

	if (!plan.cluster.is_running)
		return;
	target.os_user = gk_owner_of(plan.cluster.data, &uid);
	target.user = getenv("PGUSER") ? NULL : target.os_user;
	gk_target_cluster(&target, &plan.cluster);
	names = gk_superusers_not_reserved(&target, reserved);
	if (names && *names)
		gk_warning("these superusers are not in gatekeeper.reserved_roles: %s\n"
				   "They stay superusers, but their logins are recorded, and no restore makes them such again.\n"
				   "To reserve them, write in %s and restart the server:\n"
				   "  gatekeeper.reserved_roles = '%s%s%s'",
				   names, setting ? setting->file : plan.drop_in, reserved, *reserved ? ", " : "", names);
}

/* What cannot be changed in our file, since it is set elsewhere; 0 when nothing is. */
static int
refuse_what_is_set(bool is_loaded, const char *wanted)
{
	const GkSetting *last = gk_config_last(&plan.config, GK_LIST);
	const GkSetting *mode = find_foreign("gatekeeper.mode");
	const GkSetting *strict = find_foreign("gatekeeper.strict");

	if (!is_loaded && last && strcmp(last->file, plan.auto_file) == 0)
		return gk_refuse(gk_format(GK_LIST " was set by ALTER SYSTEM, which beats every file "
								   "(%s line %d)", last->file, last->line),
						 gk_format("Say, as a superuser:\n  %s", gk_list_statement(wanted)));
	if (plan.mode && mode && strcmp(mode->value, plan.mode) != 0)
		return refuse_setting(mode, "--mode");
	if (plan.strict && strict && !gk_means_on(strict->value))
		return refuse_setting(strict, "--strict");
	return 0;
}

/* Plan our file, and that the server reads it. */
static void
plan_files(bool is_loaded, const char *wanted)
{
	char	   *text = plan.drop_in_text ? plan.drop_in_text : gk_copy(gk_drop_in_marker);

	if (!is_loaded)
		text = gk_config_set(text, GK_LIST, wanted);
	if (plan.mode && !find_foreign("gatekeeper.mode"))
		text = gk_config_set(text, "gatekeeper.mode", plan.mode);
	if (plan.strict && !find_foreign("gatekeeper.strict"))
		text = gk_config_set(text, "gatekeeper.strict", "on");
	if (plan.drop_in_text || strcmp(text, gk_drop_in_marker) != 0)
		gk_plan_change(&plan, plan.drop_in, plan.drop_in_text, text);
	if (plan.num_changes > 0 && !plan.is_included && !plan.drop_in_text)
		include_drop_in();
}

/*
 * A server that has the module reads the mode anew; but a strict one lets no reload
 * loosen it.
 */
static const char *
verb_to_take_effect(bool is_loaded)
{
	const GkSetting *now = gk_config_last(&plan.config, "gatekeeper.strict");
	bool		is_strict = plan.strict || (now && gk_means_on(now->value));

	return !plan.cluster.is_running ? "start" : is_loaded && !is_strict ? "reload" : "restart";
}

/*
 * A cluster that gets the module is only watched at first, unless a mode was asked
 * for or is set already: what is refused on the first day is mostly work that
 * nobody had thought of.
 */
static void
choose_mode(void)
{
	if (plan.mode == NULL && !gk_list_has_library(plan.list) &&
		gk_config_last(&plan.config, "gatekeeper.mode") == NULL)
		plan.mode = "audit";
}

/* In mode audit: what comes next. */
static void
say_how_to_enforce(void)
{
	const GkCluster *cluster = &plan.cluster;
	const GkSetting *mode = gk_config_last(&plan.config, "gatekeeper.mode");
	char	   *which = strcmp(cluster->name, cluster->data) == 0 ?
		gk_format("-D %s", cluster->data) : gk_copy(cluster->name);

	if (strcmp(plan.mode ? plan.mode : mode ? mode->value : "enforce", "audit") != 0)
		return;
	printf("Mode audit: nothing is refused; what would be is recorded.\n"
		   "See what that is, now and after some days with their backups and upgrades:\n"
		   "  pg_gatekeeper check --preflight %s\n"
		   "Then have it refused:\n"
		   "  pg_gatekeeper enable %s --mode enforce\n", which, which);
}

int
gk_enable(int argc, char **argv)
{
	char	   *wanted;
	char	   *library;
	const char *obstacle;
	const char *verb;
	bool		is_loaded;
	int			status;

	gk_plan_begin(&plan, argc, argv, usage, true);
	choose_mode();
	library = gk_cluster_library(&plan.cluster);
	obstacle = gk_plan_obstacle(&plan);
	if (obstacle)
		return gk_refuse("this cannot be done for certain here", obstacle);

	/* last, so that it is the first to see a statement */
	is_loaded = gk_list_has_library(plan.list);
	wanted = is_loaded ? plan.list : gk_list_with_library(plan.list);
	status = refuse_what_is_set(is_loaded, wanted);
	if (status != 0)
		return status;
	plan_files(is_loaded, wanted);
	if (plan.num_changes == 0)
		printf("Cluster %s preloads pg_gatekeeper already (%s).\n", plan.cluster.name, library);
	else
	{
		status = gk_plan_carry_out(&plan, wanted);
		if (status != GK_EXIT_OK || plan.dry_run)
			return status;
		verb = verb_to_take_effect(is_loaded);
		printf("Cluster %s will preload %s.\n%c%s the server for it to take effect:\n  %s\n",
			   plan.cluster.name, library, *verb - 'a' + 'A', verb + 1,
			   gk_cluster_command(&plan.cluster, verb));
	}
	say_how_to_enforce();
	name_unknown_settings(library);
	name_superusers();
	return GK_EXIT_OK;
}
