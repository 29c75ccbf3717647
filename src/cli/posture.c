/*-------------------------------------------------------------------------
 *
 * posture.c
 *	  "pg_gatekeeper check": is the server set up safely, and what would mend it?
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "cli/posture.h"

#include <errno.h>
#include <stdlib.h>

#include "cli/commands.h"

static const char usage[] =
"Looks at a whole server, by SQL and at its files, and says what is not safe,\n"
"why, and what mends it. Nothing is changed.\n"
"\n"
"Usage:\n"
"  pg_gatekeeper check [CLUSTER | DSN] [OPTION]...\n"
"\n"
"CLUSTER is one of Debian's, such as 15/main; DSN is a connection string of\n"
"libpq's. Without one, the server is the one that psql would connect to. Files\n"
"are looked at where the server is on this machine.\n"
"\n"
"Which server:\n"
"  -D, --pgdata DIR         the one of this data directory\n"
"  -h, --host HOST          its host, or directory of its socket\n"
"  -p, --port PORT          its port\n"
"  -U, --username ROLE      a superuser; a member of pg_monitor sees less\n"
"  -d, --dbname DATABASE    where to connect first (default postgres)\n"
"      --no-files           only what SQL can see\n"
"      --no-sql             only files and processes\n"
"Which checks:\n"
"      --layer LIST         network, transport, authentication, roles,\n"
"                           privileges, code, row security, auditing, files,\n"
"                           server, replication, module\n"
"      --id LIST            these checks, such as auth-trust,code-shadow\n"
"      --standard NAME      those of cis18, cis17, stig16 or pci\n"
"      --limit N            findings of a check in each database (default 200)\n"
"      --list               the checks there are, and end\n"
"      --explain ID         all about one check, and end\n"
"      --grants             what makes a role for this command, in SQL, and end\n"
"What to do with it:\n"
"      --format NAME        lines, verbose, json, html, sarif, junit or nagios\n"
"      --json               the same as --format json\n"
"      --html               the same as --format html\n"
"  -v, --verbose            inventories and what passed, too\n"
"  -o, --output FILE        write to FILE\n"
"      --fix                only the remedies, as a script to read and run\n"
"      --preflight          what of today's ways to work enforcing would refuse\n"
"      --waivers FILE       findings that are accepted, until when and why\n"
"      --baseline FILE      the JSON of an earlier run: say what is new\n"
"      --fail-on WHAT       the exit status is 1 on: fail (default), warn, new\n"
"                           or never\n"
"      --color WHEN         auto, always or never\n"
"      --help               this help\n"
"\n"
"Exit status: 0 nothing bad was found, 1 something was, 2 it could not look;\n"
"with --format nagios 0 OK, 1 warning, 2 critical, 3 unknown.\n";

enum
{
	OPT_NO_FILES = 1000, OPT_NO_SQL, OPT_LAYER, OPT_ID, OPT_STANDARD, OPT_LIMIT, OPT_LIST,
	OPT_EXPLAIN, OPT_GRANTS, OPT_HTML, OPT_FIX, OPT_PREFLIGHT, OPT_WAIVERS, OPT_BASELINE, OPT_FAIL_ON
};

static const struct option options[] =
{
	{"pgdata", required_argument, NULL, 'D'},
	GK_TARGET_OPTIONS,
	{"no-files", no_argument, NULL, OPT_NO_FILES},
	{"no-sql", no_argument, NULL, OPT_NO_SQL},
	{"layer", required_argument, NULL, OPT_LAYER},
	{"id", required_argument, NULL, OPT_ID},
	{"check", required_argument, NULL, OPT_ID},
	{"standard", required_argument, NULL, OPT_STANDARD},
	{"profile", required_argument, NULL, OPT_STANDARD},
	{"limit", required_argument, NULL, OPT_LIMIT},
	{"list", no_argument, NULL, OPT_LIST},
	{"explain", required_argument, NULL, OPT_EXPLAIN},
	{"grants", no_argument, NULL, OPT_GRANTS},
	{"format", required_argument, NULL, GK_OPT_FORMAT},
	{"json", no_argument, NULL, GK_OPT_JSON},
	{"html", no_argument, NULL, OPT_HTML},
	{"verbose", no_argument, NULL, 'v'},
	{"output", required_argument, NULL, 'o'},
	{"fix", no_argument, NULL, OPT_FIX},
	{"remedies", no_argument, NULL, OPT_FIX},
	{"preflight", no_argument, NULL, OPT_PREFLIGHT},
	{"waivers", required_argument, NULL, OPT_WAIVERS},
	{"baseline", required_argument, NULL, OPT_BASELINE},
	{"fail-on", required_argument, NULL, OPT_FAIL_ON},
	{"color", required_argument, NULL, GK_OPT_COLOR},
	{"help", no_argument, NULL, GK_OPT_HELP},
	{NULL, 0, NULL, 0}
};

/* What the options said. */
static struct
{
	const char *format;
	const char *output;
	const char *waivers;
	const char *baseline;
	const char *fail_on;
	bool		verbose;
	bool		fix;
}			ask = {.format = "lines", .fail_on = "fail"};

static GkPosture posture = {.limit = 200};
static GkPostureTarget target;

static void
list_checks(void)
{
	for (int i = 0; i < gk_num_checks; i++)
		if (gk_checks[i].is_first)
			printf("%-24s %-14s %-6s %s\n", gk_checks[i].id, gk_checks[i].layer, gk_checks[i].severity,
				   gk_checks[i].title);
	gk_flush_output();
	exit(GK_EXIT_OK);
}

static void
explain_check(const char *id)
{
	for (int i = 0; i < gk_num_checks; i++)
	{
		const GkCheck *check = &gk_checks[i];

		if (!check->is_first || strcmp(check->id, id) != 0)
			continue;
		printf("%s: %s\n\n%s\n\nlayer %s, severity %s, right %s\nCIS 18: %s\nCIS 17: %s\nSTIG 16: %s\nPCI DSS: %s\n",
			   check->id, check->title, check->why, check->layer, check->severity, check->right,
			   gk_refs(check, "cis18"), gk_refs(check, "cis17"), gk_refs(check, "stig16"),
			   gk_refs(check, "pci"));
		for (int k = i; k < gk_num_checks && strcmp(gk_checks[k].id, id) == 0; k++)
			if (gk_checks[k].sql)
				printf("\nof %s:\n%s\n", gk_checks[k].is_local ? "each database" : "the cluster", gk_checks[k].sql);
		gk_flush_output();
		exit(GK_EXIT_OK);
	}
	gk_error("See \"pg_gatekeeper check --list\".", "there is no check \"%s\"", id);
}

static void
print_grants(void)
{
	puts("CREATE ROLE gatekeeper_check LOGIN IN ROLE pg_monitor;\n"
		 "GRANT SELECT ON pg_hba_file_rules, pg_ident_file_mappings, pg_file_settings TO gatekeeper_check;\n"
		 "GRANT EXECUTE ON FUNCTION pg_hba_file_rules(), pg_ident_file_mappings(), pg_show_all_file_settings()\n"
		 "  TO gatekeeper_check;");
	gk_flush_output();
	exit(GK_EXIT_OK);
}

static void
take_ids(const char *list)
{
	int			before = posture.ids.count;

	gk_words_add_list(&posture.ids, list);
	for (int i = before; i < posture.ids.count; i++)
	{
		bool		found = false;

		for (int k = 0; k < gk_num_checks; k++)
			found = found || strcmp(gk_checks[k].id, posture.ids.word[i]) == 0;
		if (!found)
			gk_error("See \"pg_gatekeeper check --list\".", "there is no check \"%s\"", posture.ids.word[i]);
	}
}

static void
take_layers(const char *list)
{
	gk_words_add_list(&posture.layers, list);
	for (int i = 0; i < posture.layers.count; i++)
	{
		bool		found = false;

		for (int k = 0; k < gk_num_checks; k++)
			found = found || strcmp(gk_checks[k].layer, posture.layers.word[i]) == 0;
		if (!found)
			gk_error("See \"pg_gatekeeper check --help\".", "there is no layer \"%s\"", posture.layers.word[i]);
	}
}

/* A value that is one of a list's, or the end. */
static const char *
one_of(const char *option, const char *value, const char *list)
{
	GkWords		words = {0};

	gk_words_add_list(&words, list);
	if (!gk_words_has(&words, value))
		gk_error(NULL, "option %s takes %s, not \"%s\"", option, list, value);
	return value;
}

/* What "--preflight" looks at: what the rules of the module would meet. */
static const char preflight[] =
"pre-superusers, pre-administrators, pre-functions, pre-others-code, pre-jobs, pre-file-roles, pre-extensions, pre-foreign, "
"pre-sandbox, pre-strict, pre-records, code-foreign-trigger, code-foreign-expression, code-event-trigger, code-jobs, "
"code-shadow, gk-loaded, gk-mode, gk-rules, gk-untrusted, gk-reserved, gk-labels";

static void
take_standard(const char *name)
{
	if (strcmp(name, "stig") == 0)
		name = "stig16";
	if (strcmp(name, "default") != 0)
		posture.standard = one_of("--standard", name, "cis18, cis17, stig16, pci");
}

static void
take_option(int c)
{
	switch (c)
	{
		case 'D':
			target.pgdata = optarg;
			break;
		case OPT_NO_FILES:
			posture.no_files = true;
			break;
		case OPT_NO_SQL:
			posture.no_sql = true;
			break;
		case OPT_LAYER:
			take_layers(optarg);
			break;
		case OPT_ID:
			take_ids(optarg);
			break;
		case OPT_STANDARD:
			take_standard(optarg);
			break;
		case OPT_LIMIT:
			posture.limit = (int) gk_option_number("--limit", optarg);
			break;
		case OPT_LIST:
			list_checks();
			break;
		case OPT_EXPLAIN:
			explain_check(optarg);
			break;
		case OPT_GRANTS:
			print_grants();
	}
}

static void
take_form(int c)
{
	switch (c)
	{
		case GK_OPT_FORMAT:
			ask.format = one_of("--format", optarg, "lines, verbose, json, html, sarif, junit, nagios");
			gk_errors_for_plugin(strcmp(ask.format, "nagios") == 0);
			break;
		case GK_OPT_JSON:
			ask.format = "json";
			break;
		case OPT_HTML:
			ask.format = "html";
			break;
		case 'v':
			ask.verbose = true;
			break;
		case 'o':
			ask.output = optarg;
			break;
		case OPT_FIX:
			ask.fix = true;
			break;
		case OPT_PREFLIGHT:
			take_ids(preflight);
			ask.verbose = true;
			break;
		case OPT_WAIVERS:
			ask.waivers = optarg;
			break;
		case OPT_BASELINE:
			ask.baseline = optarg;
			break;
		case OPT_FAIL_ON:
			ask.fail_on = one_of("--fail-on", optarg, "fail, warn, new, never");
			break;
		case GK_OPT_COLOR:
			gk_color_option(optarg);
	}
}

static int
show(void)
{
	if (ask.output && freopen(ask.output, "w", stdout) == NULL)
		gk_error(NULL, "cannot write \"%s\": %s", ask.output, strerror(errno));
	if (ask.fix)
		gk_posture_script(&posture);
	else if (strcmp(ask.format, "json") == 0)
		gk_posture_json(&posture);
	else if (strcmp(ask.format, "html") == 0)
		gk_posture_html(&posture);
	else if (strcmp(ask.format, "sarif") == 0)
		gk_posture_sarif(&posture);
	else if (strcmp(ask.format, "junit") == 0)
		gk_posture_junit(&posture);
	else if (strcmp(ask.format, "nagios") == 0)
		return gk_posture_nagios(&posture);
	else
		gk_posture_show(&posture, ask.verbose || strcmp(ask.format, "verbose") == 0);
	for (int i = 0; i < posture.count; i++)
	{
		const GkFinding *finding = &posture.finding[i];

		if (finding->waived || finding->status < GK_WARN || strcmp(ask.fail_on, "never") == 0)
			continue;
		if (strcmp(ask.fail_on, "new") == 0 ? finding->news && strcmp(finding->news, "new") == 0 :
			strcmp(ask.fail_on, "warn") == 0 || finding->status == GK_FAIL)
			return GK_EXIT_FOUND;
	}
	return GK_EXIT_OK;
}

int
gk_check(int argc, char **argv)
{
	int			c;

	while ((c = gk_next_option(argc, argv, "D:h:p:U:d:vo:", options, usage)) != -1)
	{
		if (gk_target_option(&target.to, c, optarg))
			continue;
		take_option(c);
		take_form(c);
	}
	if (optind < argc)
		target.name = argv[optind++];
	gk_no_arguments(argc, argv);
	gk_posture_target(&posture, &target);
	posture.is_quiet = strcmp(ask.format, "nagios") == 0;
	gk_posture_begin(&posture);
	gk_posture_ask(&posture);
	gk_posture_look(&posture);
	if (ask.waivers)
		gk_posture_waive(&posture, ask.waivers);
	else
	{
		gk_posture_looked(&posture, "waiver-expired");
		gk_posture_looked(&posture, "waiver-unused");
	}
	gk_posture_finish(&posture);
	if (ask.baseline)
		gk_posture_compare(&posture, ask.baseline);
	return show();
}
