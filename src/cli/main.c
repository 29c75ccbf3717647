/*-------------------------------------------------------------------------
 *
 * main.c
 *	  The pg_gatekeeper command: which subcommand is it?
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "cli.h"

#include <signal.h>

#include "cli/commands.h"

static const struct
{
	const char *name;
	int			(*run) (int argc, char **argv);
	const char *what;
}			commands[] =
{
	{"events", gk_events, "show audit records"},
	{"explain", gk_explain, "say of one audit record why, by whose code, and what to do"},
	{"verify", gk_verify, "find gaps, lost tails and forged records in the audit trail"},
	{"status", gk_status, "say what a running server does, and whether its records arrive"},
	{"metrics", gk_metrics, "the same in numbers, for Prometheus"},
	{"check", gk_check, "say what is not safe in a whole server, and what mends it"},
	{"enable", gk_enable, "put the module into a cluster's configuration"},
	{"disable", gk_disable, "take it out again"},
};

static void
print_help(void)
{
	puts("pg_gatekeeper reads the audit records of the PostgreSQL module pg_gatekeeper, checks\n"
		 "how safely a server is set up, and switches the module on and off.\n"
		 "\n"
		 "Usage:\n"
		 "  pg_gatekeeper COMMAND [OPTION]...\n"
		 "\n"
		 "Commands:");
	for (int i = 0; i < GK_LENGTHOF(commands); i++)
		printf("  %-10s %s\n", commands[i].name, commands[i].what);
	puts("\n"
		 "Options:\n"
		 "  -h, --help     this help; \"pg_gatekeeper COMMAND --help\" has more\n"
		 "  -V, --version  the version\n"
		 "\n"
		 "See also pg_gatekeeper(1), and pg_gatekeeper(7) for the module.");
}

int
main(int argc, char **argv)
{
	static const char hint[] = "Try \"pg_gatekeeper --help\".";

	/* who has seen enough of us need not hear more, whoever started us */
	signal(SIGPIPE, SIG_DFL);
	if (argc < 2)
		gk_error(hint, "no command given");
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
		strcmp(argv[1], "help") == 0)
	{
		print_help();
		gk_flush_output();
		return GK_EXIT_OK;
	}
	if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0)
	{
		puts("pg_gatekeeper " GK_VERSION);
		gk_flush_output();
		return GK_EXIT_OK;
	}
	for (int i = 0; i < GK_LENGTHOF(commands); i++)
		if (strcmp(argv[1], commands[i].name) == 0)
		{
			int			status = commands[i].run(argc - 1, argv + 1);

			gk_flush_output();
			return status;
		}
	gk_error(hint, *argv[1] == '-' ? "unknown option \"%s\"" : "unknown command \"%s\"",
			 argv[1]);
}
