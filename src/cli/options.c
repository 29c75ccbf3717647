/*-------------------------------------------------------------------------
 *
 * options.c
 *	  What the subcommands' options have in common: how a wrong one is
 *	  refused, numbers, times and durations.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "cli.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define GK_SECOND UINT64_C(1000000)

static const char *
hint_for(char **argv)
{
	return gk_format("Try \"pg_gatekeeper %s --help\".", argv[0]);
}

/*
 * The next option, as getopt_long() has it, or -1.  argv[0] is the subcommand.
 * --help, and -h unless it is among the letters, prints usage and ends the
 * program; a wrong option is named and ends it, too.
 */
int
gk_next_option(int argc, char **argv, const char *letters,
			   const struct option *options, const char *usage)
{
	bool		is_help = strchr(letters, 'h') == NULL;
	char	   *all = gk_format(":%s%s", is_help ? "h" : "", letters);
	int			before = optind > 0 ? optind : 1;
	int			c;

	opterr = 0;
	c = getopt_long(argc, argv, all, options, NULL);
	free(all);
	if (c == 'h' && is_help)
		c = GK_OPT_HELP;
	switch (c)
	{
		case GK_OPT_HELP:
			fputs(usage, stdout);
			gk_flush_output();
			exit(GK_EXIT_OK);
		case ':':
			gk_error(hint_for(argv), "option \"%s\" needs a value",
					 argv[optind - 1]);
		case '?':
			/* a long one is where getopt has just been */
			if (optind > before && strncmp(argv[optind - 1], "--", 2) == 0)
				gk_error(hint_for(argv),
						 optopt ? "option \"%s\" takes no value" :
						 "unknown or ambiguous option \"%s\"",
						 argv[optind - 1]);
			gk_error(hint_for(argv), "unknown option \"-%c\"", optopt);
		default:
			return c;
	}
}

/* Refuse what is left on the command line. */
void
gk_no_arguments(int argc, char **argv)
{
	if (optind < argc)
		gk_error(hint_for(argv), "unexpected argument \"%s\"", argv[optind]);
}

/* A number of an option's, or the end. */
uint64_t
gk_option_number(const char *option, const char *text)
{
	char	   *end;
	uint64_t	number;

	errno = 0;
	number = strtoull(text, &end, 10);
	if (!isdigit((unsigned char) *text) || *end || errno)
		gk_error(NULL, "\"%s\" is not a number, as option %s needs one", text, option);
	return number;
}

/*
 * A duration such as "90", "5min", "1h 30min", in microseconds; without a unit
 * it is seconds.
 */
bool
gk_parse_duration(const char *text, uint64_t *us)
{
	static const struct
	{
		const char *name;
		uint64_t	us;
	}			units[] =
	{
		{"ms", 1000},
		{"s", GK_SECOND}, {"sec", GK_SECOND}, {"second", GK_SECOND}, {"seconds", GK_SECOND},
		{"m", 60 * GK_SECOND}, {"min", 60 * GK_SECOND},
		{"minute", 60 * GK_SECOND}, {"minutes", 60 * GK_SECOND},
		{"h", 3600 * GK_SECOND}, {"hr", 3600 * GK_SECOND},
		{"hour", 3600 * GK_SECOND}, {"hours", 3600 * GK_SECOND},
		{"d", 86400 * GK_SECOND}, {"day", 86400 * GK_SECOND}, {"days", 86400 * GK_SECOND},
		{"w", 604800 * GK_SECOND}, {"week", 604800 * GK_SECOND}, {"weeks", 604800 * GK_SECOND},
		/* as systemd counts them */
		{"month", 2629800 * GK_SECOND}, {"months", 2629800 * GK_SECOND},
		{"y", 31557600 * GK_SECOND}, {"year", 31557600 * GK_SECOND}, {"years", 31557600 * GK_SECOND},
	};

	*us = 0;
	text += strspn(text, " ");
	if (*text == '\0')
		return false;
	while (*text)
	{
		uint64_t	unit = GK_SECOND;
		char	   *end;
		uint64_t	number;
		size_t		len;

		if (!isdigit((unsigned char) *text))
			return false;
		number = strtoull(text, &end, 10);
		end += strspn(end, " ");
		len = strspn(end, "abcdefghijklmnopqrstuvwxyz");
		if (len > 0)
		{
			unit = 0;
			for (int i = 0; i < GK_LENGTHOF(units); i++)
				if (strlen(units[i].name) == len && strncmp(units[i].name, end, len) == 0)
					unit = units[i].us;
			if (unit == 0)
				return false;
		}
		if (number > UINT64_MAX / 4 / unit)
			return false;
		*us += number * unit;
		text = end + len;
		text += strspn(text, " ");
	}
	return true;
}

/* Two digits or so, at most max; moves on. */
static bool
take_number(const char **text, int digits, int min, int max, int *number)
{
	int			n = 0;

	*number = 0;
	while (n < digits && isdigit((unsigned char) **text))
	{
		*number = 10 * *number + (*(*text)++ - '0');
		n++;
	}
	return n > 0 && *number >= min && *number <= max;
}

/* ".5" of a second; moves on. */
static void
take_fraction(const char **text, uint64_t *us)
{
	uint64_t	unit = GK_SECOND / 10;

	*us = 0;
	if (**text != '.')
		return;
	while (isdigit((unsigned char) *++(*text)))
	{
		*us += (**text - '0') * unit;
		unit /= 10;
	}
}

/* "14:30", "14:30:15", "14:30:15.5"; moves on. */
static bool
take_clock(const char **text, struct tm *tm, uint64_t *us)
{
	*us = 0;
	tm->tm_sec = 0;
	if (!take_number(text, 2, 0, 23, &tm->tm_hour) || *(*text)++ != ':' ||
		!take_number(text, 2, 0, 59, &tm->tm_min))
		return false;
	if (**text == ':')
	{
		(*text)++;
		if (!take_number(text, 2, 0, 60, &tm->tm_sec))
			return false;
		take_fraction(text, us);
	}
	return true;
}

/* "+02:00", "-0330", "+01": how far it is ahead of UTC, in seconds. */
static bool
parse_offset(const char *text, int *offset)
{
	int			sign = *text == '-' ? -1 : 1;
	int			hours;
	int			minutes = 0;

	text++;
	if (!take_number(&text, 2, 0, 14, &hours))
		return false;
	text += *text == ':';
	if (*text && !take_number(&text, 2, 0, 59, &minutes))
		return false;
	*offset = sign * (3600 * hours + 60 * minutes);
	return *text == '\0';
}

/* The time of a zone that has a name, such as Europe/Berlin. */
static bool
in_named_zone(const char *zone, struct tm *tm, time_t *seconds)
{
	char	   *file = gk_format("/usr/share/zoneinfo/%s", zone);
	char	   *before = getenv("TZ");

	if (!isupper((unsigned char) *zone) || strstr(zone, "..") || access(file, R_OK) != 0)
		return false;
	before = before ? gk_copy(before) : NULL;
	setenv("TZ", gk_format(":%s", zone), 1);
	tzset();
	*seconds = mktime(tm);
	if (before)
		setenv("TZ", before, 1);
	else
		unsetenv("TZ");
	tzset();
	return true;
}

/* What stands behind a date or clock: nothing, a zone's name, an offset. */
static bool
in_zone(const char *text, struct tm *tm, time_t *seconds)
{
	int			offset = 0;

	if (*text == '\0')
	{
		*seconds = mktime(tm);
		return true;
	}
	text += *text == ' ';
	if (strcmp(text, "Z") != 0 && strcmp(text, "UTC") != 0 &&
		!((*text == '+' || *text == '-') && parse_offset(text, &offset)))
		return in_named_zone(text, tm, seconds);
	*seconds = timegm(tm) - offset;
	return true;
}

/* "-1h", "+1h", "1h ago"; is_ago says which. */
static bool
parse_distance(const char *text, bool is_ago, uint64_t now, uint64_t *when)
{
	char	   *duration = gk_copy(text + (is_ago ? 0 : 1));
	uint64_t	us;

	if (is_ago)
		duration[strlen(duration) - strlen(" ago")] = '\0';
	if (!gk_parse_duration(duration, &us))
		return false;
	*when = *text == '+' ? now + us : now > us ? now - us : 0;
	return true;
}

/* "@1767182400.5": seconds since 1970. */
static bool
parse_epoch(const char *text, uint64_t *when)
{
	uint64_t	us = 0;
	char	   *end;
	const char *rest;

	*when = strtoull(text + 1, &end, 10) * GK_SECOND;
	rest = end;
	take_fraction(&rest, &us);
	*when += us;
	return isdigit((unsigned char) end[-1]) && *rest == '\0';
}

/* "today", "2026-01-31", "2026-01-31 12:34", "12:34" of the day in tm; moves on. */
static bool
take_day(const char **text, struct tm *tm, uint64_t *us)
{
	static const struct
	{
		const char *name;
		int			distance;
	}			days[] =
	{
		{"yesterday", -1}, {"today", 0}, {"tomorrow", 1}
	};
	const char *p = *text;
	int			year;
	int			month;

	for (int i = 0; i < GK_LENGTHOF(days); i++)
		if (strcmp(p, days[i].name) == 0)
		{
			tm->tm_mday += days[i].distance;
			*text = "";
			return true;
		}
	if (!take_number(&p, 4, 1970, 9999, &year) || *p != '-')
		return take_clock(text, tm, us);
	p++;
	if (!take_number(&p, 2, 1, 12, &month) || *p++ != '-' ||
		!take_number(&p, 2, 1, 31, &tm->tm_mday))
		return false;
	tm->tm_year = year - 1900;
	tm->tm_mon = month - 1;
	*text = p;
	if ((*p != ' ' && *p != 'T') || !isdigit((unsigned char) p[1]))
		return true;
	(*text)++;
	return take_clock(text, tm, us);
}

/*
 * A time such as "2026-01-31 12:34:56", "12:34", "yesterday", "-1h", "2h ago",
 * "@1767182400", local unless it ends with a zone; in microseconds since 1970.  now
 * is the same for all times of one command.
 */
bool
gk_parse_time(const char *text, uint64_t now, uint64_t *when)
{
	time_t		seconds = now / GK_SECOND;
	size_t		len = strlen(text);
	struct tm	tm;
	uint64_t	us = 0;

	if (strcmp(text, "now") == 0)
	{
		*when = now;
		return true;
	}
	if (*text == '-' || *text == '+' || (len > 4 && strcmp(text + len - 4, " ago") == 0))
		return parse_distance(text, isdigit((unsigned char) *text), now, when);
	if (*text == '@')
		return parse_epoch(text, when);
	localtime_r(&seconds, &tm);
	tm.tm_isdst = -1;
	tm.tm_hour = tm.tm_min = tm.tm_sec = 0;
	if (!take_day(&text, &tm, &us) || !in_zone(text, &tm, &seconds) || seconds < 0)
		return false;
	*when = (uint64_t) seconds * GK_SECOND + us;
	return true;
}

/* A time of an option's, or the end. */
uint64_t
gk_option_time(const char *option, const char *text)
{
	static uint64_t now;
	uint64_t	when;

	if (now == 0)
		now = gk_now();
	if (!gk_parse_time(text, now, &when))
		gk_error("Times are written as in \"2026-01-31 12:34:56\", \"2026-01-31\", \"12:34\", "
				 "\"today\", \"yesterday\",\n\"-1h\", \"30min ago\", \"@1767182400\"; "
				 "\" UTC\", \"+02:00\"\nor \" Europe/Berlin\" at the end of the first three, else local.",
				 "\"%s\" is not a time, as option %s needs one", text, option);
	return when;
}
