/*-------------------------------------------------------------------------
 *
 * posture_show.c
 *	  What "pg_gatekeeper check" has found, for people and for Nagios.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "cli/posture.h"

#include <ctype.h>

/* What others wrote, in one line that does nothing to a terminal. */
const char *
gk_visible(const char *text)
{
	static GkBuf buf[4];
	static int	next;
	GkBuf	   *out = &buf[next++ % 4];

	gk_buf_clear(out);
	gk_put_visible(out, text, strlen(text));
	return gk_buf_string(out);
}

static GkColor
color_of(GkStatus status)
{
	switch (status)
	{
		case GK_FAIL:
		case GK_ERROR:
			return GK_RED;
		case GK_WARN:
			return GK_YELLOW;
		case GK_PASS:
			return GK_GREEN;
		default:
			return GK_DIM;
	}
}

static void
print_remedy(const char *remedy)
{
	bool		first = true;

	while (*remedy)
	{
		size_t		len = strcspn(remedy, "\n");

		printf("        %s%s%s %s\n", gk_color(GK_DIM), first ? "remedy" : "      ", gk_color_off(),
			   gk_visible(gk_format("%.*s", (int) len, remedy)));
		remedy += len + (remedy[len] == '\n');
		first = false;
	}
}

static void
print_finding(const GkFinding *finding)
{
	printf("      %s%s%s: %s", finding->database, *finding->database ? ": " : "", gk_visible(finding->object),
		   gk_visible(finding->found));
	if (finding->line)
		printf(" (line %d)", finding->line);
	if (finding->news)
		printf(" [%s]", finding->news);
	if (finding->waived)
		printf(" %s[waived until %s: %s]%s", gk_color(GK_DIM), finding->waived_until, gk_visible(finding->waived), gk_color_off());
	putchar('\n');
	if (!finding->waived)
		print_remedy(finding->remedy);
}

static void
print_answer(const GkPosture *p, const GkAnswer *answer, bool verbose)
{
	const GkCheck *check = answer->check;
	char		name[8];
	int			shown = 0;
	const char *cis = gk_refs(check, "cis18");
	const char *stig = gk_refs(check, "stig16");

	snprintf(name, sizeof(name), "%s", gk_status_name(answer->status));
	for (char *c = name; *c; c++)
		*c = toupper((unsigned char) *c);
	printf("%s%-6s%s %-6s %s%s%s  %s%s\n", gk_color(color_of(answer->status)), name, gk_color_off(), check->severity,
		   gk_color(GK_BOLD), check->id, gk_color_off(), check->title, answer->is_waived ? " (waived)" : "");
	for (int i = 0; i < p->count; i++)
	{
		const GkFinding *finding = &p->finding[i];

		if (finding->check != check || (!verbose && finding->status < GK_WARN && answer->status >= GK_WARN))
			continue;
		if (!verbose && shown >= 10)
		{
			shown++;
			continue;
		}
		print_finding(finding);
		shown++;
	}
	if ((!verbose && shown > 10) || answer->more > 0)
		printf("      ... and %d more\n", (!verbose && shown > 10 ? shown - 10 : 0) + answer->more);
	if (answer->skipped)
		printf("      %snot looked at: %s%s\n", gk_color(GK_DIM), gk_visible(answer->skipped), gk_color_off());
	if (answer->status >= GK_WARN)
	{
		printf("        %swhy%s    %s\n", gk_color(GK_DIM), gk_color_off(), check->why);
		if (*cis || *stig)
			printf("        %s%s%s%s%s%s%s\n", gk_color(GK_DIM), *cis ? "CIS " : "", cis, *cis && *stig ? "  " : "",
				   *stig ? "STIG CD16-00-" : "", stig, gk_color_off());
	}
}

static void
print_layers(const GkPosture *p)
{
	static const GkStatus columns[] = {GK_PASS, GK_FAIL, GK_WARN, GK_INFO, GK_SKIP};
	const char *last = "";

	printf("\n%-16s %6s %6s %6s %6s %6s\n", "layer", "pass", "fail", "warn", "info", "skip");
	for (int i = 0; i < p->num_answers; i++)
	{
		const char *layer = p->answer[i].check->layer;

		if (strcmp(layer, last) == 0)
			continue;
		last = layer;
		if (strcmp(layer, "preflight") == 0 && !p->answer[i].is_asked)
			continue;
		printf("%-16s", layer);
		for (int c = 0; c < GK_LENGTHOF(columns); c++)
		{
			int			n = 0;

			for (int k = 0; k < p->num_answers; k++)
				n += p->answer[k].is_asked && strcmp(p->answer[k].check->layer, layer) == 0 &&
					(p->answer[k].status == columns[c] || (columns[c] == GK_INFO && p->answer[k].status == GK_MANUAL));
			printf(" %s%6d%s", n && columns[c] != GK_PASS && columns[c] != GK_INFO ? gk_color(color_of(columns[c])) : "", n, gk_color_off());
		}
		putchar('\n');
	}
}

/* Everything, the worst first. */
void
gk_posture_show(const GkPosture *p, bool verbose)
{
	static const GkStatus order[] = {GK_ERROR, GK_FAIL, GK_WARN, GK_MANUAL, GK_INFO, GK_SKIP, GK_PASS};
	static const char *const severities[] = {"high", "medium", "low"};
	int			asked = 0;
	int			score;
	int			covered;

	printf("%sPostgreSQL %s, cluster \"%s\"%s%s\n\n", gk_color(GK_BOLD), p->version, gk_visible(p->cluster), gk_color_off(),
		   p->is_superuser ? "" : p->is_monitor ? " (not as superuser: it could not see all)" :
		   " (neither as superuser nor as a member of pg_monitor: it could see little)");
	for (int o = 0; o < GK_LENGTHOF(order); o++)
		for (int s = 0; s < 3; s++)
			for (int i = 0; i < p->num_answers; i++)
				if (p->answer[i].is_asked && p->answer[i].status == order[o] &&
					strcmp(p->answer[i].check->severity, severities[s]) == 0 &&
					(verbose || order[o] == GK_ERROR || order[o] == GK_FAIL || order[o] == GK_WARN))
					print_answer(p, &p->answer[i], verbose);
	for (int i = 0; i < p->gone.count; i++)
		printf("%sgone%s   %s\n", gk_color(GK_GREEN), gk_color_off(), gk_visible(p->gone.word[i]));
	print_layers(p);
	for (int i = 0; i < p->num_answers; i++)
		asked += p->answer[i].is_asked;
	gk_posture_score(p, &score, &covered);
	printf("%d checks: %d fail, %d warn (%d waived), %d pass, %d not looked at, %d for information. "
		   "Score %d of 100 (covers %d %% of the weight)\n", asked,
		   gk_posture_count(p, GK_FAIL, false), gk_posture_count(p, GK_WARN, false),
		   gk_posture_count(p, GK_FAIL, true) + gk_posture_count(p, GK_WARN, true), gk_posture_count(p, GK_PASS, false),
		   gk_posture_count(p, GK_SKIP, false), gk_posture_count(p, GK_INFO, false) + gk_posture_count(p, GK_MANUAL, false),
		   score, covered);
	if (!verbose && gk_posture_count(p, GK_INFO, false) + gk_posture_count(p, GK_SKIP, false) > 0)
		puts("(--verbose shows the inventories, and what was not looked at)");
}

/* One line for a plugin of Nagios, and its exit status. */
int
gk_posture_nagios(const GkPosture *p)
{
	int			fail = gk_posture_count(p, GK_FAIL, false) + gk_posture_count(p, GK_ERROR, false);
	int			warn = gk_posture_count(p, GK_WARN, false);
	int			shown = 0;

	printf("%s - %d fail, %d warn", fail ? "CRITICAL" : warn ? "WARNING" : "OK", fail, warn);
	for (int status = GK_ERROR; status >= GK_WARN; status--)
		for (int i = 0; i < p->num_answers && shown < 8; i++)
			if (p->answer[i].is_asked && (int) p->answer[i].status == status && !p->answer[i].is_waived)
				printf("%s%s", shown++ ? ", " : " (", p->answer[i].check->id);
	printf("%s | fail=%d;;1 warn=%d;1 pass=%d skip=%d\n", shown ? ")" : "", fail, warn, gk_posture_count(p, GK_PASS, false),
		   gk_posture_count(p, GK_SKIP, false));
	return fail ? 2 : warn ? 1 : 0;
}
