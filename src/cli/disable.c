/*-------------------------------------------------------------------------
 *
 * disable.c
 *	  "pg_gatekeeper disable": takes the module out of a cluster's
 *	  configuration.
 *
 * The file that "enable" wrote goes away as a whole, when what other files say
 * is then preloaded is what is preloaded now but for the module; else, and in
 * a file that somebody copied there or added settings to, only the module's
 * name goes.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "cli/config.h"

#include "cli/commands.h"

#include <stdlib.h>
#include <strings.h>

static const char usage[] =
"Takes the module pg_gatekeeper out of a cluster's configuration.\n"
"\n"
"Usage:\n"
"  pg_gatekeeper disable CLUSTER [OPTION]...\n"
"  pg_gatekeeper disable -D DATADIR [OPTION]...\n"
"\n"
"CLUSTER is one of Debian's, such as 15/main.\n"
"\n"
"Options:\n"
"  -D, --pgdata DATADIR     the cluster with this data directory\n"
"  -n, --dry-run            show what would change, and change nothing\n"
"      --bindir DIR         where the server's programs are\n"
"      --color WHEN         auto, always or never\n"
"  -h, --help               this help\n"
"\n"
"What else is preloaded stays so. The server must be restarted afterwards.\n"
"\n"
"Exit status: 0 the configuration is as asked for, 1 refused and nothing changed,\n"
"2 it could not look.\n";

static GkPlan plan;

/* What would be preloaded without our file; "" for nothing. */
static char *
list_without_drop_in(void)
{
	for (int i = plan.config.count - 1; i >= 0; i--)
		if (strcasecmp(plan.config.setting[i].name, GK_LIST) == 0 &&
			strcmp(plan.config.setting[i].file, plan.drop_in) != 0)
			return plan.config.setting[i].value;
	return "";
}

/* It is set somewhere else; the exit status. */
static int
refuse_foreign(const GkSetting *last, const char *rest)
{
	if (strcmp(last->file, plan.auto_file) != 0)
		return gk_refuse(gk_format(GK_LIST " is set in %s line %d, which \"pg_gatekeeper enable\" "
								   "did not write", last->file, last->line),
						 gk_format("Write there:\n  " GK_LIST " = %s", gk_config_quote(rest)));
	return gk_refuse(gk_format(GK_LIST " was set by ALTER SYSTEM, which beats every file "
							   "(%s line %d)", last->file, last->line),
					 gk_format("Say, as a superuser:\n  %s", gk_list_statement(rest)));
}

/* Is there nothing in our file but what "enable" writes? */
static bool
is_as_written(void)
{
	static const char *const settings[] = {GK_LIST, "gatekeeper.mode", "gatekeeper.strict"};
	size_t		len = strlen(gk_drop_in_marker);
	char	   *text = plan.drop_in_text;

	if (strncmp(text, gk_drop_in_marker, len) != 0)
		return false;
	text += len;
	for (int i = 0; i < GK_LENGTHOF(settings); i++)
		text = gk_config_remove(text, settings[i]);
	return text[strspn(text, " \t\n")] == '\0';
}

/* Take our file away, and the line that includes it. */
static void
remove_drop_in(void)
{
	char	   *path = realpath(plan.cluster.config_file, NULL);
	char	   *text = path ? gk_read_file(path) : NULL;
	char	   *line = text ? strstr(text, gk_include_line) : NULL;

	if (line)
	{
		char	   *rest = line + strlen(gk_include_line);
		size_t		before = line - text;

		if (*rest == '\n')
			rest++;
		else if (before > 0)
			before--;			/* there was no end of line */
		gk_plan_change(&plan, path, text, gk_format("%.*s%s", (int) before, text, rest));
	}
	gk_plan_change(&plan, plan.drop_in, plan.drop_in_text, NULL);
}

int
gk_disable(int argc, char **argv)
{
	char	   *rest;
	char	   *others;
	const char *obstacle;
	const GkSetting *last;
	bool		others_suffice;
	int			status;

	gk_plan_begin(&plan, argc, argv, usage, false);
	if (!gk_list_has_library(plan.list))
	{
		printf("Cluster %s does not preload pg_gatekeeper.\n", plan.cluster.name);
		return GK_EXIT_OK;
	}
	obstacle = gk_plan_obstacle(&plan);
	if (obstacle)
		return gk_refuse("this cannot be done for certain here", obstacle);

	rest = gk_list_without_library(plan.list);
	last = gk_config_last(&plan.config, GK_LIST);
	if (strcmp(last->file, plan.drop_in) != 0)
		return refuse_foreign(last, rest);
	others = list_without_drop_in();
	others_suffice = !gk_list_has_library(others) &&
		strcmp(gk_list_without_library(others), rest) == 0;
	if (others_suffice)
		rest = others;
	if (others_suffice && is_as_written())
		remove_drop_in();
	else
		gk_plan_change(&plan, plan.drop_in, plan.drop_in_text, others_suffice ?
					   gk_config_remove(plan.drop_in_text, GK_LIST) :
					   gk_config_set(plan.drop_in_text, GK_LIST, rest));

	status = gk_plan_carry_out(&plan, rest);
	if (status == GK_EXIT_OK && !plan.dry_run)
		printf("Cluster %s will no longer preload pg_gatekeeper.\n%s:\n  %s\n", plan.cluster.name,
			   plan.cluster.is_running ?
			   "Until the server is restarted it stays in force" : "Start the server without it",
			   gk_cluster_command(&plan.cluster, plan.cluster.is_running ? "restart" : "start"));
	return status;
}
