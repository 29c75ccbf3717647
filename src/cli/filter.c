/*-------------------------------------------------------------------------
 *
 * filter.c
 *	  Which records "events" and its like are asked for.
 *
 * Filters are applied here and not by the journal's index, because records
 * that came by way of syslog have their fields inside MESSAGE.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "cli/filter.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <regex.h>
#include <stdlib.h>

#include "cli/streams.h"
#include "common/class_names.h"
#include "common/rule_names.h"
#include "common/text.h"

/* A filter without words lets everything pass. */
GkFilter	gk_filter = {.until = UINT64_MAX};

static GkWords rules;
static GkWords classes;
static GkWords verdicts;
static GkWords outcomes;
static GkWords users;
static GkWords databases;
static GkWords clusters;
static GkWords clients;
static GkWords events;
static GkNumbers numbers;
static const char *function;
static const char *pattern;
static regex_t regexp;
static bool show_all;

/* The words of an option, of which there must be some. */
static void
add_words(GkWords *words, const char *option, const char *list)
{
	int			before = words->count;

	gk_words_add_list(words, list);
	if (words->count == before)
		gk_error(NULL, "option %s needs a value that is not empty", option);
}

/* Add names that are written in records escaped. */
static void
add_names(GkWords *words, const char *option, const char *list)
{
	GkWords		raw = {0};

	add_words(&raw, option, list);
	for (int i = 0; i < raw.count; i++)
	{
		size_t		size = 10 * strlen(raw.word[i]) + 1;
		char	   *buf = gk_alloc(size);
		GkText		text;

		gk_text_init(&text, buf, size);
		gk_text_escape(&text, raw.word[i], strlen(raw.word[i]));
		gk_words_add(words, buf, text.used);
	}
}

/* Add words that must be among those known. */
static void
add_known(GkWords *words, const char *option, const char *list, const char *known)
{
	GkWords		all = {0};
	int			first = words->count;

	add_words(words, option, list);
	gk_words_add_list(&all, known);
	for (int i = first; i < words->count; i++)
		if (!gk_words_has(&all, words->word[i]))
			gk_error(gk_format("It takes one or more of: %s.", known),
					 "option %s does not know \"%s\"", option, words->word[i]);
}

/* All of them, as the settings write them. */
static const char *
rule_names(void)
{
#define GK_RULE_TEXT(name) ", " #name
	static char names[] = GK_FOR_EACH_RULE(GK_RULE_TEXT);

	for (char *p = names; *p; p++)
		*p = tolower((unsigned char) *p);
	return names + strlen(", ");
}

static const char *
class_names(void)
{
#define GK_CLASS_TEXT(id, name, what) ", " #name
	return &(GK_FOR_EACH_CLASS(GK_CLASS_TEXT))[strlen(", ")];
}

/* Numbers and ranges of them.  A set of ranges that grows by each: none is long. */
static void
add_numbers(const char *list)
{
	GkWords		words = {0};

	add_words(&words, "--seq", list);
	for (int i = 0; i < words.count; i++)
	{
		char	   *dash = strchr(words.word[i], '-');
		GkRange		range;

		if (dash)
			*dash = '\0';
		range.first = gk_option_number("--seq", words.word[i]);
		range.last = dash ? gk_option_number("--seq", dash + 1) : range.first;
		if (range.last < range.first)
			gk_error(NULL, "option --seq: %s is more than %s", words.word[i], dash + 1);
		numbers.range = gk_grow(numbers.range, (numbers.count + 1) * sizeof(GkRange));
		numbers.range[numbers.count++] = range;
	}
}

/* An address, or a network: its bits into bytes; returns how many bits, or -1. */
static int
read_network(const char *text, unsigned char *bytes)
{
	char	   *address = gk_format("%.*s", (int) strcspn(text, "/"), text);
	const char *slash = strchr(text, '/');
	bool		is_v4 = inet_pton(AF_INET, address, bytes) == 1;
	int			most = is_v4 ? 32 : 128;
	char	   *end;
	unsigned long bits;

	if (!is_v4 && inet_pton(AF_INET6, address, bytes) != 1)
		return -1;
	free(address);
	bits = slash ? strtoul(slash + 1, &end, 10) : (unsigned long) most;
	if (slash && (!isdigit((unsigned char) slash[1]) || *end))
		return -1;
	return bits > (unsigned long) most ? -1 : (int) bits + (is_v4 ? 0 : 1000);
}

static void
add_clients(const char *list)
{
	unsigned char bytes[16];
	int			first = clients.count;

	add_words(&clients, "--client", list);
	for (int i = first; i < clients.count; i++)
		if (strcmp(clients.word[i], "local") != 0 && read_network(clients.word[i], bytes) < 0)
			gk_error("It takes addresses, networks such as 10.0.0.0/8, or local.",
					 "\"%s\" is neither an address nor a network, as option --client needs one",
					 clients.word[i]);
}

static bool
is_in_network(const char *address, const char *network)
{
	unsigned char one[16] = {0};
	unsigned char other[16] = {0};
	int			bits = read_network(network, other);
	int			all = read_network(address, one);

	/* of the same family? */
	if (all < 0 || (all >= 1000) != (bits >= 1000))
		return false;
	bits %= 1000;
	return memcmp(one, other, bits / 8) == 0 &&
		(bits % 8 == 0 || ((one[bits / 8] ^ other[bits / 8]) >> (8 - bits % 8)) == 0);
}

static bool
is_from_client(const GkEntry *entry)
{
	const char *address = gk_client_ip(entry);

	for (int i = 0; i < clients.count; i++)
		if (strcmp(clients.word[i], "local") == 0 ?
			*address == '\0' && gk_entry_is(entry, "GATEKEEPER_BACKEND_TYPE", "client backend") :
			*address && is_in_network(address, clients.word[i]))
			return true;
	return clients.count == 0;
}

static void
set_pattern(const char *text)
{
	char		why[200];
	int			result;

	if (*text == '\0')
		gk_error(NULL, "option --grep needs a value that is not empty");
	pattern = text;
	result = regcomp(&regexp, text, REG_EXTENDED | REG_ICASE | REG_NOSUB);
	if (result == 0)
		return;
	regerror(result, &regexp, why, sizeof(why));
	gk_error(NULL, "\"%s\" is not a regular expression: %s", text, why);
}

/* Take one of GK_FILTER_OPTIONS or 'a'; false when it is another option. */
bool
gk_filter_option(int option, const char *value)
{
	switch (option)
	{
		case 'S':
			gk_filter.since = gk_option_time("--since", value);
			return true;
		case 'U':
			gk_filter.until = gk_option_time("--until", value);
			return true;
		case GK_OPT_RULE:
			add_known(&rules, "--rule", value, rule_names());
			return true;
		case GK_OPT_CLASS:
			add_known(&classes, "--class", value, class_names());
			return true;
		case GK_OPT_VERDICT:
			add_known(&verdicts, "--verdict", value, "denied, would_deny, allowed");
			return true;
		case GK_OPT_OUTCOME:
			add_known(&outcomes, "--outcome", value, "done, failed, refused_by_server, rolled_back, unknown");
			return true;
		case GK_OPT_USER:
			add_names(&users, "--user", value);
			return true;
		case GK_OPT_DATABASE:
			add_names(&databases, "--database", value);
			return true;
		case GK_OPT_CLUSTER:
			add_names(&clusters, "--cluster", value);
			return true;
		case GK_OPT_CLIENT:
			add_clients(value);
			return true;
		case GK_OPT_FUNCTION:
			if (*value == '\0')
				gk_error(NULL, "option --function needs a value that is not empty");
			function = value;
			return true;
		case GK_OPT_GREP:
			set_pattern(value);
			return true;
		case GK_OPT_EVENT:
			add_known(&events, "--event", value,
					  "action, outcome, start, stop, config, heartbeat, loss, login");
			return true;
		case GK_OPT_SEQ:
			add_numbers(value);
			return true;
		case 'a':
			show_all = true;
			return true;
		default:
			return false;
	}
}

static bool
passes(const GkWords *words, const GkEntry *entry, const char *name)
{
	return words->count == 0 || gk_words_has(words, gk_entry_get(entry, name));
}

static bool
has_number(const GkEntry *entry)
{
	uint64_t	number = gk_entry_number(entry, "GATEKEEPER_SEQ");

	for (int i = 0; i < numbers.count; i++)
		if (number >= numbers.range[i].first && number <= numbers.range[i].last)
			return true;
	return numbers.count == 0;
}

static bool
matches(const GkEntry *entry)
{
	for (int i = 0; pattern && i < entry->num_fields; i++)
		if ((strncmp(entry->field[i].name, "GATEKEEPER_", 11) == 0 ||
			 strcmp(entry->field[i].name, "MESSAGE") == 0) &&
			regexec(&regexp, entry->field[i].value, 0, NULL, 0) == 0)
			return true;
	return pattern == NULL;
}

/* What is shown only where it is asked for. */
static bool
is_noise(const GkEntry *entry)
{
	if (events.count > 0 || show_all || entry->forged)
		return false;
	return gk_entry_is(entry, "GATEKEEPER_EVENT", "heartbeat") ||
		(gk_filter.hides_outcomes && gk_entry_is(entry, "GATEKEEPER_EVENT", "outcome"));
}

/* Is it one of those that were asked for? */
bool
gk_filter_passes(const GkEntry *entry)
{
	if (entry->time < gk_filter.since || entry->time >= gk_filter.until || is_noise(entry))
		return false;
	return passes(&rules, entry, "GATEKEEPER_RULE") &&
		passes(&classes, entry, "GATEKEEPER_CLASS") &&
		passes(&verdicts, entry, "GATEKEEPER_VERDICT") &&
		passes(&outcomes, entry, "GATEKEEPER_OUTCOME") &&
		(passes(&users, entry, "GATEKEEPER_SESSION_USER") ||
		 passes(&users, entry, "GATEKEEPER_CURRENT_USER")) &&
		passes(&databases, entry, "GATEKEEPER_DATABASE") &&
		passes(&clusters, entry, "GATEKEEPER_CLUSTER") &&
		passes(&events, entry, "GATEKEEPER_EVENT") &&
		(function == NULL || strcasestr(gk_entry_get(entry, "GATEKEEPER_FUNCTION"), function)) &&
		is_from_client(entry) && has_number(entry) && matches(entry);
}
