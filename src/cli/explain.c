/*-------------------------------------------------------------------------
 *
 * explain.c
 *	  "pg_gatekeeper explain": one record in plain words, and what can be done.
 *
 * Whoever was refused got a hint; whoever is asked about it later has the number of
 * the record.  What is said here comes from the record alone.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "cli/filter.h"

#include <stdarg.h>
#include <stdlib.h>

#include "cli/commands.h"

static const char usage[] =
"Explains one audit record: what was attempted, why it was judged as it was,\n"
"whose code it was, and what can be done.\n"
"\n"
"Usage:\n"
"  pg_gatekeeper explain NUMBER [OPTION]...\n"
"\n"
"NUMBER is the number of the record, which the error message names. Of several\n"
"streams, such as after a restart, the last one that has it is meant.\n"
"\n"
"Options:\n"
"      --cluster LIST       only these clusters, such as 15/main\n"
"      --since TIME         only from this time on\n"
"      --until TIME         only before this time\n"
"  -D, --directory DIR      the journal files below DIR, not this machine's\n"
"      --file FILE          not the journal but a log of the server; \"-\" is\n"
"                           standard input\n"
"      --namespace NAME     a journal namespace; \"*\" for all, \"+NAME\" for both\n"
"      --uid LIST           users the server runs as (default postgres)\n"
"  -h, --help               this help\n"
"\n"
"Exit status: 0 it is there, 1 it is not, 2 it could not look.\n";

static const struct option options[] =
{
	{"cluster", required_argument, NULL, GK_OPT_CLUSTER},
	{"since", required_argument, NULL, 'S'},
	{"until", required_argument, NULL, 'U'},
	GK_FILE_OPTION,
	GK_SOURCE_OPTIONS,
	{"help", no_argument, NULL, GK_OPT_HELP},
	{NULL, 0, NULL, 0}
};

static const struct
{
	const char *name;
	const char *meaning;
	const char *advice;
}			circumstances[] =
{
	{"untrusted", "superuser rights were running code, or were led by an object, of a role that is not superuser",
	"Use that role's objects after SET ROLE to it, or let a superuser do it in a statement of its own."},
	{"extension", "the script of an extension was running",
	"Review the script: this is not something that an extension should do."},
	{"restricted", "maintenance of somebody's table or view was running its owner's functions",
	"Review the functions of that table's indexes, views and triggers; they must not do this."},
	{"elevated", "it ran with rights that the role which logged in does not have, by SECURITY DEFINER or SET ROLE",
	"Do it in a session that logged in with the rights for it."},
	{"self", "the session was opened by a process of the server itself",
	"Let a client of its own do it."},
	{"strict", "gatekeeper.strict binds superusers as well",
	"An administrator can turn it off in the configuration file and restart the server."}
};

static GkEntry entry;

static const char *
field(const char *name)
{
	return gk_entry_get(&entry, name);
}

/* "label    text", what others wrote made harmless; nothing where there is none. */
static void say(const char *label, const char *format,...) GK_PRINTF(2, 3);

static void
say(const char *label, const char *format,...)
{
	static GkBuf visible;
	char	   *text;
	va_list		args;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		gk_error(NULL, "out of memory");
	va_end(args);
	gk_buf_clear(&visible);
	gk_put_visible(&visible, text, strlen(text));
	if (visible.used > 0)
		printf("%s%-9s%s %s\n", gk_color(GK_BOLD), label, gk_color_off(), visible.data);
	free(text);
}

static bool
holds(const char *circumstance)
{
	GkWords		all = {0};

	gk_words_add_list(&all, field("GATEKEEPER_CIRCUMSTANCES"));
	return gk_words_has(&all, circumstance);
}

/* The record of this number that was written last. */
static bool
find(GkSource *source, const char *number)
{
	GkJournal  *journal = gk_journal_open(source);

	(void) gk_filter_option(GK_OPT_SEQ, number);
	gk_journal_seek_end(journal);
	while (gk_journal_previous(journal, &entry))
	{
		gk_outcomes_learn(&entry);
		gk_outcomes_apply(&entry);
		if (!entry.forged && gk_filter_passes(&entry))
			return true;
	}
	return false;
}

static void
say_which(void)
{
	char		stamp[40];

	gk_local_time(gk_event_time(&entry), stamp, sizeof(stamp));
	say("record", "%s of %s, stream %s%s%s", field("GATEKEEPER_SEQ"), stamp, field("GATEKEEPER_STREAM"),
		*field("GATEKEEPER_CLUSTER") ? ", cluster " : "", field("GATEKEEPER_CLUSTER"));
}

static void
say_what(void)
{
	const char *verdict = field("GATEKEEPER_VERDICT");
	const char *outcome = field("GATEKEEPER_OUTCOME");
	const char *object = field("GATEKEEPER_OBJECT");
	say("who", "role \"%s\", working as \"%s\", in database \"%s\"%s%s", field("GATEKEEPER_SESSION_USER"),
		field("GATEKEEPER_CURRENT_USER"), field("GATEKEEPER_DATABASE"),
		*gk_client_ip(&entry) ? ", from " : "", gk_client_ip(&entry));
	say("what", "%s: %s%s%s%s", field("GATEKEEPER_COMMAND"), field("GATEKEEPER_OBJECT_TYPE"),
		*object ? " \"" : "", object, *object ? "\"" : "");
	if (gk_entry_number(&entry, "GATEKEEPER_COUNT") > 1)
		say("", "%s times", field("GATEKEEPER_COUNT"));
	say("by", "%s", field("GATEKEEPER_STATEMENT"));
	if (strcmp(verdict, "denied") == 0)
		say("verdict", "denied: it did not happen");
	else if (strcmp(verdict, "would_deny") == 0)
		say("verdict", "would be denied, were the rule or the mode not \"audit\": it was let pass");
	else
		say("verdict", "allowed");
	if (*outcome)
		say("outcome", "%s", strcmp(outcome, "unknown") == 0 ? "unknown: no later record tells" : outcome);
}

static void
say_why(void)
{
	const char *rule = field("GATEKEEPER_RULE");
	bool		is_any = false;

	say("class", "%s", field("GATEKEEPER_CLASS"));
	if (*rule)
		say("rule", "%s; gatekeeper.%s in pg_gatekeeper(7) says what it covers", rule, rule);
	else
		say("why", "no rule found anything: gatekeeper.audit_classes, or a label \"audit\" on the role, has it recorded");
	for (int i = 0; i < GK_LENGTHOF(circumstances); i++)
		if (holds(circumstances[i].name))
		{
			is_any = true;
			say("why", "%s: %s", circumstances[i].name, circumstances[i].meaning);
		}
	if (!is_any && strcmp(field("GATEKEEPER_VERDICT"), "allowed") != 0)
		say("why", "no circumstance held: the rule is at level \"always\", or binds everybody in this case");
	else if (!is_any && *rule)
		say("why", "no circumstance held: it was the role's own doing, in its own session");
	say("code", "%s", field("GATEKEEPER_FUNCTION"));
}

/* A name that can be pasted: nothing in it had to be escaped. */
static bool
is_plain(const char *name)
{
	return *name && strpbrk(name, "\\\"'\n") == NULL;
}

/* The label that exempts the function whose code it was, or whoever switched to rights. */
static void
say_label(void)
{
	const char *code = field("GATEKEEPER_FUNCTION");
	const char *user = field("GATEKEEPER_SESSION_USER");
	const char *rule = field("GATEKEEPER_RULE");
	const char *end = strstr(code, " of \"");
	size_t		kind = strcspn(code, " ");
	bool		is_untrusted = holds("untrusted");
	char	   *name = end && end > code + kind ? gk_format("%.*s", (int) (end - code - kind - 1), code + kind + 1) : "";
	bool		is_function = strncmp(code, "function ", 9) == 0 || strncmp(code, "procedure ", 10) == 0;

	if (is_function && is_plain(name) && (is_untrusted || holds("elevated")))
		say("label", "SECURITY LABEL FOR gatekeeper ON ROUTINE %s IS '%s%s';", name,
			is_untrusted ? "trusted, allow " : "allow ", rule);
	else if (!*code && holds("elevated") && is_plain(user))
		say("label", "SECURITY LABEL FOR gatekeeper ON ROLE \"%s\" IS 'administrator';", user);
	else
		return;
	say("", "after a review, by a superuser; not where the refusal's hint says that no label lifts it. It replaces the label that is there.");
}

static void
say_what_to_do(void)
{
	if (strcmp(field("GATEKEEPER_VERDICT"), "allowed") == 0)
		return;
	for (int i = 0; i < GK_LENGTHOF(circumstances); i++)
		if (holds(circumstances[i].name))
		{
			say("do", "%s", circumstances[i].advice);
			break;
		}
	say_label();
	say("or", "an administrator can permit it for a while with gatekeeper.%s = 'audit'; section I WAS REFUSED of pg_gatekeeper(7) has all ways",
		field("GATEKEEPER_RULE"));
}

int
gk_explain(int argc, char **argv)
{
	static GkSource source;
	const char *number;
	int			c;

	while ((c = gk_next_option(argc, argv, GK_SOURCE_LETTERS, options, usage)) != -1)
		if (!gk_filter_option(c, optarg))
			gk_source_option(&source, c, optarg);
	if (optind == argc)
		gk_error("Try \"pg_gatekeeper explain --help\".", "no number of a record given");
	number = argv[optind++];
	gk_no_arguments(argc, argv);
	(void) gk_option_number("NUMBER", number);
	if (!find(&source, number))
	{
		gk_warning("there is no record %s", number);
		return GK_EXIT_FOUND;
	}
	say_which();
	if (!gk_entry_is(&entry, "GATEKEEPER_EVENT", "action"))
	{
		say("event", "%s: no action of a role's; AUDIT RECORDS in pg_gatekeeper(7) says what it means", field("GATEKEEPER_EVENT"));
		say("what", "%s %s", field("GATEKEEPER_OBJECT_TYPE"), field("GATEKEEPER_OBJECT"));
		return GK_EXIT_OK;
	}
	say_what();
	say_why();
	say_what_to_do();
	return GK_EXIT_OK;
}
