/*-------------------------------------------------------------------------
 *
 * posture_html.c
 *	  What "pg_gatekeeper check" has found, as one page: no script, nothing from
 *	  the network, to be printed, too.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "cli/posture.h"

#include <stdlib.h>
#include <time.h>

static const char style[] =
"<style>\n"
":root{--ink:#1c2430;--soft:#5b6675;--line:#dde2e8;--paper:#fff;--box:#f5f7f9;--fail:#b3261e;--warn:#8a5a00;--pass:#1b6e3c;--info:#2c5282}\n"
"@media(prefers-color-scheme:dark){:root{--ink:#e6e9ee;--soft:#9aa5b4;--line:#343c47;--paper:#14181d;--box:#1e242b;--fail:#ff8a80;--warn:#ffc266;--pass:#7fd6a0;--info:#90b8f0}}\n"
"*{box-sizing:border-box}body{margin:0 auto;max-width:70rem;padding:1.5rem;font:16px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper)}\n"
"h1{font-size:1.6rem;margin:0 0 .3rem}h2{font-size:1.2rem;margin:2.2rem 0 .6rem;border-bottom:1px solid var(--line)}h3{font-size:1rem;margin:0}\n"
".soft,small{color:var(--soft)}table{border-collapse:collapse;width:100%;font-size:.92rem}th,td{text-align:left;padding:.3rem .6rem;border-bottom:1px solid var(--line);vertical-align:top}\n"
"td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}.wide{overflow-x:auto}\n"
".fail,.error{color:var(--fail)}.warn{color:var(--warn)}.pass{color:var(--pass)}.info,.manual,.skip{color:var(--info)}\n"
".tag{font-weight:700;text-transform:uppercase;font-size:.8rem;margin-right:.6rem}\n"
"article{border:1px solid var(--line);border-radius:6px;padding:.8rem 1rem;margin:.8rem 0}article p{margin:.3rem 0}\n"
"ul{margin:.4rem 0;padding-left:1.1rem}li{margin:.5rem 0;overflow-wrap:anywhere}\n"
"pre{background:var(--box);border:1px solid var(--line);border-radius:4px;padding:.5rem .7rem;margin:.3rem 0;white-space:pre-wrap;overflow-wrap:anywhere;font:.85rem/1.4 ui-monospace,monospace}\n"
".score{display:flex;flex-wrap:wrap;gap:2rem;margin:1rem 0}.score div{min-width:6rem}.score b{display:block;font-size:1.7rem;line-height:1.2}\n"
"summary{cursor:pointer}\n"
"@media(max-width:40rem){body{padding:1rem}th,td{padding:.25rem .3rem;font-size:.82rem}.score{gap:1rem}}\n"
"@media print{body{max-width:none;padding:0;font-size:11px}article{break-inside:avoid}details>*{display:block}}\n"
"</style>\n";

/* Text that others wrote: no markup, and nothing that hides. */
static void
put(const char *text)
{
	GkBuf		line = {0};

	for (; *text; text++)
	{
		if (*text == '\n')
		{
			putchar('\n');
			continue;
		}
		gk_buf_clear(&line);
		gk_put_visible(&line, text, strcspn(text, "\n"));
		text += strcspn(text, "\n") - 1;
		for (const char *c = gk_buf_string(&line); *c; c++)
			gk_put_markup(*c);
	}
	free(line.data);
}

static void
put_in(const char *before, const char *text, const char *after)
{
	fputs(before, stdout);
	put(text);
	fputs(after, stdout);
}

static void
put_head(const GkPosture *p)
{
	time_t		now = gk_now() / 1000000;
	struct tm	tm;
	char		stamp[32];
	int			score;
	int			covered;

	gmtime_r(&now, &tm);
	strftime(stamp, sizeof(stamp), "%Y-%m-%d %H:%M UTC", &tm);
	gk_posture_score(p, &score, &covered);
	puts("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">");
	put_in("<title>Posture of ", p->cluster, "</title>\n");
	fputs(style, stdout);
	put_in("</head>\n<body>\n<h1>Posture of cluster &ldquo;", p->cluster, "&rdquo;</h1>\n");
	put_in("<p class=\"soft\">PostgreSQL ", p->version, " &middot; ");
	put_in("system identifier ", p->system_id, " &middot; ");
	printf("%s &middot; pg_gatekeeper %s<br>Looked at as %s, files %s; profile %s</p>\n", stamp, GK_VERSION,
		   p->is_superuser ? "superuser" : p->is_monitor ? "member of pg_monitor" : "ordinary role", p->data ? "included" : "not included",
		   p->standard ? p->standard : "default");
	printf("<div class=\"score\"><div><b>%d</b>score of 100<br><small>covers %d&nbsp;%% of the weight</small></div>", score, covered);
	printf("<div><b class=\"fail\">%d</b>fail</div><div><b class=\"warn\">%d</b>warn</div><div><b>%d</b>waived</div>"
		   "<div><b class=\"pass\">%d</b>pass</div><div><b class=\"skip\">%d</b>not looked at</div></div>\n",
		   gk_posture_count(p, GK_FAIL, false) + gk_posture_count(p, GK_ERROR, false), gk_posture_count(p, GK_WARN, false),
		   gk_posture_count(p, GK_FAIL, true) + gk_posture_count(p, GK_WARN, true), gk_posture_count(p, GK_PASS, false), gk_posture_count(p, GK_SKIP, false));
}

static int
count_in(const GkPosture *p, const char *layer, GkStatus status)
{
	int			n = 0;

	for (int i = 0; i < p->num_answers; i++)
		n += p->answer[i].is_asked && strcmp(p->answer[i].check->layer, layer) == 0 && p->answer[i].status == status;
	return n;
}

static void
put_layers(const GkPosture *p)
{
	const char *last = "";

	puts("<h2>Layers</h2>\n<div class=\"wide\"><table><tr><th>layer</th><th class=\"n\">pass</th><th class=\"n\">fail</th><th class=\"n\">warn</th>"
		 "<th class=\"n\">for information</th><th class=\"n\">not looked at</th></tr>");
	for (int i = 0; i < p->num_answers; i++)
	{
		const char *layer = p->answer[i].check->layer;

		if (strcmp(layer, last) == 0)
			continue;
		last = layer;
		if (strcmp(layer, "preflight") == 0 && !p->answer[i].is_asked)
			continue;
		printf("<tr><td>%s</td><td class=\"n\">%d</td><td class=\"n fail\">%d</td><td class=\"n warn\">%d</td><td class=\"n\">%d</td><td class=\"n\">%d</td></tr>\n",
			   layer, count_in(p, layer, GK_PASS), count_in(p, layer, GK_FAIL) + count_in(p, layer, GK_ERROR), count_in(p, layer, GK_WARN),
			   count_in(p, layer, GK_INFO) + count_in(p, layer, GK_MANUAL), count_in(p, layer, GK_SKIP));
	}
	puts("</table></div>");
}

static void
put_finding(const GkFinding *finding)
{
	fputs("<li>", stdout);
	printf("<span class=\"tag %s\">%s</span>", gk_status_name(finding->status), gk_status_name(finding->status));
	if (*finding->database)
		put_in("<small>", finding->database, "</small> ");
	put_in("<b>", finding->object, "</b>: ");
	put(finding->found);
	if (finding->line > 0)
		printf(" <small>(line %d)</small>", finding->line);
	if (finding->news)
		printf(" <small>[%s]</small>", finding->news);
	if (finding->waived)
	{
		put_in("<br><small>waived until ", finding->waived_until, ": ");
		put_in("", finding->waived, "</small>");
	}
	else if (*finding->remedy && finding->status >= GK_WARN)
		put_in("<pre>", finding->remedy, finding->needs_restart ? "</pre><small>takes a restart</small>" : "</pre>");
	puts("</li>");
}

static void
put_answer(const GkPosture *p, const GkAnswer *answer, GkStatus least)
{
	const GkCheck *check = answer->check;

	printf("<article id=\"%s\"><h3><span class=\"tag %s\">%s</span>%s <small>%s &middot; %s</small></h3>\n", check->id,
		   gk_status_name(answer->status), gk_status_name(answer->status), check->title, check->id, check->severity);
	printf("<p class=\"soft\">%s</p>\n<ul>\n", check->why);
	for (int i = 0; i < p->count; i++)
		if (p->finding[i].check == check && p->finding[i].status >= least)
			put_finding(&p->finding[i]);
	puts("</ul>");
	if (answer->more > 0)
		printf("<p>and %d more</p>\n", answer->more);
	if (answer->skipped)
		put_in("<p class=\"soft\">Not all was looked at: ", answer->skipped, "</p>\n");
	printf("<p><small>CIS 18: %s &middot; STIG 16: %s</small></p></article>\n", *gk_refs(check, "cis18") ? gk_refs(check, "cis18") : "-",
		   *gk_refs(check, "stig16") ? gk_refs(check, "stig16") : "-");
}

/* Checks that came to something, by severity. */
static void
put_bad(const GkPosture *p)
{
	static const char *const severities[] = {"high", "medium", "low"};
	static const GkStatus order[] = {GK_ERROR, GK_FAIL, GK_WARN};

	puts("<h2>Findings</h2>");
	for (int s = 0; s < 3; s++)
		for (int o = 0; o < 3; o++)
			for (int i = 0; i < p->num_answers; i++)
				if (p->answer[i].is_asked && p->answer[i].status == order[o] && strcmp(p->answer[i].check->severity, severities[s]) == 0)
					put_answer(p, &p->answer[i], GK_WARN);
}

static void
put_rest(const GkPosture *p)
{
	puts("<h2>Inventories and what a person has to look at</h2>\n<details><summary>show</summary>");
	for (int i = 0; i < p->num_answers; i++)
		if (p->answer[i].is_asked && (p->answer[i].status == GK_INFO || p->answer[i].status == GK_MANUAL))
			put_answer(p, &p->answer[i], GK_INFO);
	puts("</details>\n<h2>Not looked at</h2>\n<ul>");
	for (int i = 0; i < p->num_answers; i++)
		if (p->answer[i].is_asked && p->answer[i].status == GK_SKIP)
		{
			printf("<li><b>%s</b> %s: ", p->answer[i].check->id, p->answer[i].check->title);
			put_in("<small>", p->answer[i].skipped ? p->answer[i].skipped : "", "</small></li>\n");
		}
	puts("</ul>\n<h2>Passed</h2>\n<ul>");
	for (int i = 0; i < p->num_answers; i++)
		if (p->answer[i].is_asked && p->answer[i].status == GK_PASS)
			printf("<li><span class=\"tag pass\">pass</span>%s <small>%s</small></li>\n", p->answer[i].check->title, p->answer[i].check->id);
	puts("</ul>");
}

/* Which checks stand for which ids of a standard. */
static void
put_standards(const GkPosture *p)
{
	puts("<h2>Standards</h2>\n<div class=\"wide\"><table><tr><th>check</th><th>status</th><th>CIS PostgreSQL 18</th><th>CIS 17</th><th>STIG PostgreSQL 16 (CD16-00-)</th><th>PCI DSS 4.0</th></tr>");
	for (int i = 0; i < p->num_answers; i++)
	{
		const GkAnswer *answer = &p->answer[i];

		if (answer->is_asked)
			printf("<tr><td>%s</td><td class=\"%s\">%s%s</td><td>%s</td><td>%s</td><td>%s</td><td>%s</td></tr>\n", answer->check->id, gk_status_name(answer->status),
				   gk_status_name(answer->status), answer->is_waived ? " (waived)" : "", gk_refs(answer->check, "cis18"), gk_refs(answer->check, "cis17"),
				   gk_refs(answer->check, "stig16"), gk_refs(answer->check, "pci"));
	}
	puts("</table></div>\n<p class=\"soft\">Recommendations that no check stands for are for a person to judge.</p>");
}

void
gk_posture_html(const GkPosture *p)
{
	put_head(p);
	put_layers(p);
	put_bad(p);
	put_rest(p);
	put_standards(p);
	puts("</body>\n</html>");
}
