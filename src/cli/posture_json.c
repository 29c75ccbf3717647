/*-------------------------------------------------------------------------
 *
 * posture_json.c
 *	  What "pg_gatekeeper check" has found, for programs: JSON, SARIF, JUnit.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "cli/posture.h"

#include <time.h>

static const char *
now_as_text(void)
{
	static char text[32];
	time_t		now = gk_now() / 1000000;
	struct tm	tm;

	gmtime_r(&now, &tm);
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm);
	return text;
}

/* Ids with blanks between, each behind a prefix, as an array. */
static void
put_refs(GkJson *json, const char *name, const char *refs, const char *prefix)
{
	GkWords		words = {0};

	gk_json_open_array(json, name);
	gk_json_keep(json);
	while (*refs)
	{
		size_t		len = strcspn(refs, " ");

		if (len > 0)
			gk_words_add(&words, refs, len);
		refs += len + (refs[len] == ' ');
	}
	for (int i = 0; i < words.count; i++)
		gk_json_text(json, NULL, gk_format("%s%s", prefix, words.word[i]));
	gk_json_close(json);
}

static void
put_finding(GkJson *json, const GkFinding *finding)
{
	gk_json_open(json, NULL);
	gk_json_text(json, "fingerprint", finding->fingerprint);
	gk_json_text(json, "status", gk_status_name(finding->status));
	gk_json_text(json, "database", finding->database);
	gk_json_open(json, "object");
	gk_json_text(json, "type", finding->type);
	gk_json_text(json, "identity", finding->object);
	gk_json_close(json);
	if (finding->file)
		gk_json_text(json, "file", finding->file);
	if (finding->line > 0)
		gk_json_number(json, "line", finding->line);
	gk_json_text(json, "found", finding->found);
	gk_json_text(json, "why", finding->check->why);
	gk_json_open(json, "remedy");
	gk_json_text(json, "kind", finding->kind);
	gk_json_text(json, "text", finding->remedy);
	gk_json_bool(json, "restart", finding->needs_restart);
	gk_json_close(json);
	if (finding->waived)
	{
		gk_json_open(json, "waiver");
		gk_json_text(json, "reason", finding->waived);
		gk_json_text(json, "until", finding->waived_until);
		gk_json_close(json);
	}
	if (finding->news)
		gk_json_text(json, "baseline", finding->news);
	gk_json_close(json);
}

static void
put_check(GkJson *json, const GkPosture *p, const GkAnswer *answer)
{
	const GkCheck *check = answer->check;

	gk_json_open(json, NULL);
	gk_json_text(json, "id", check->id);
	gk_json_text(json, "layer", check->layer);
	gk_json_text(json, "title", check->title);
	gk_json_text(json, "status", gk_status_name(answer->status));
	gk_json_text(json, "severity", check->severity);
	if (answer->is_waived)
		gk_json_bool(json, "waived", true);
	if (answer->skipped)
		gk_json_text(json, "skipped", answer->skipped);
	gk_json_open(json, "refs");
	put_refs(json, "cis18", gk_refs(check, "cis18"), "");
	put_refs(json, "cis17", gk_refs(check, "cis17"), "");
	put_refs(json, "stig", gk_refs(check, "stig16"), "CD16-00-");
	put_refs(json, "pci", gk_refs(check, "pci"), "");
	gk_json_close(json);
	gk_json_number(json, "more", answer->more);
	gk_json_open_array(json, "findings");
	gk_json_keep(json);
	for (int i = 0; i < p->count; i++)
		if (p->finding[i].check == check)
			put_finding(json, &p->finding[i]);
	gk_json_close(json);
	gk_json_close(json);
}

/* One object. */
void
gk_posture_json(const GkPosture *p)
{
	static GkJson json;
	int			score;
	int			covered;

	gk_posture_score(p, &score, &covered);
	gk_json_begin(&json);
	gk_json_open(&json, "tool");
	gk_json_text(&json, "name", "pg_gatekeeper check");
	gk_json_text(&json, "version", GK_VERSION);
	gk_json_close(&json);
	gk_json_open(&json, "server");
	gk_json_number(&json, "version_num", p->version_num);
	gk_json_text(&json, "system_identifier", p->system_id);
	gk_json_text(&json, "cluster", p->cluster);
	gk_json_text(&json, "data_directory", gk_posture_setting(p, "data_directory"));
	gk_json_close(&json);
	gk_json_text(&json, "time", now_as_text());
	gk_json_text(&json, "profile", p->standard ? p->standard : "default");
	gk_json_open(&json, "rights");
	gk_json_bool(&json, "superuser", p->is_superuser);
	gk_json_bool(&json, "pg_monitor", p->is_monitor);
	gk_json_bool(&json, "files", p->data != NULL);
	gk_json_close(&json);
	gk_json_open(&json, "score");
	gk_json_number(&json, "value", score);
	gk_json_number(&json, "covered", covered);
	gk_json_close(&json);
	gk_json_open_array(&json, "gone");
	for (int i = 0; i < p->gone.count; i++)
		gk_json_text(&json, NULL, p->gone.word[i]);
	gk_json_close(&json);
	gk_json_open_array(&json, "checks");
	for (int i = 0; i < p->num_answers; i++)
		if (p->answer[i].is_asked)
			put_check(&json, p, &p->answer[i]);
	gk_json_close(&json);
	gk_json_print(&json, stdout);
}

static const char *
sarif_level(GkStatus status)
{
	return status == GK_FAIL || status == GK_ERROR ? "error" : status == GK_WARN ? "warning" : "none";
}

static void
put_sarif_result(GkJson *json, const GkFinding *finding)
{
	gk_json_open(json, NULL);
	gk_json_text(json, "ruleId", finding->check->id);
	gk_json_text(json, "kind", finding->status >= GK_WARN ? "fail" : finding->status == GK_MANUAL ? "review" : "informational");
	gk_json_text(json, "level", sarif_level(finding->status));
	gk_json_open(json, "message");
	gk_json_text(json, "text", gk_format("%s: %s. Remedy: %s", finding->object, finding->found, finding->remedy));
	gk_json_close(json);
	gk_json_open_array(json, "locations");
	gk_json_open(json, NULL);
	if (finding->file)
	{
		gk_json_open(json, "physicalLocation");
		gk_json_open(json, "artifactLocation");
		gk_json_text(json, "uri", gk_format("file://%s", finding->file));
		gk_json_close(json);
		if (finding->line > 0)
		{
			gk_json_open(json, "region");
			gk_json_number(json, "startLine", finding->line);
			gk_json_close(json);
		}
		gk_json_close(json);
	}
	gk_json_open_array(json, "logicalLocations");
	gk_json_open(json, NULL);
	gk_json_text(json, "fullyQualifiedName", gk_format("%s%s%s", finding->database, *finding->database ? "." : "", finding->object));
	gk_json_close(json);
	gk_json_close(json);
	gk_json_close(json);
	gk_json_close(json);
	gk_json_open(json, "partialFingerprints");
	gk_json_text(json, "gatekeeper/v1", finding->fingerprint);
	gk_json_close(json);
	if (finding->waived)
	{
		gk_json_open_array(json, "suppressions");
		gk_json_open(json, NULL);
		gk_json_text(json, "kind", "external");
		gk_json_text(json, "justification", finding->waived);
		gk_json_close(json);
		gk_json_close(json);
	}
	if (finding->news)
		gk_json_text(json, "baselineState", finding->news);
	gk_json_close(json);
}

/* SARIF 2.1.0: findings only, since its readers show what passed as alerts. */
void
gk_posture_sarif(const GkPosture *p)
{
	static GkJson json;

	gk_json_begin(&json);
	gk_json_text(&json, "$schema", "https://json.schemastore.org/sarif-2.1.0.json");
	gk_json_text(&json, "version", "2.1.0");
	gk_json_open_array(&json, "runs");
	gk_json_open(&json, NULL);
	gk_json_open(&json, "tool");
	gk_json_open(&json, "driver");
	gk_json_text(&json, "name", "pg_gatekeeper check");
	gk_json_text(&json, "version", GK_VERSION);
	gk_json_open_array(&json, "rules");
	for (int i = 0; i < p->num_answers; i++)
		if (p->answer[i].is_asked)
		{
			gk_json_open(&json, NULL);
			gk_json_text(&json, "id", p->answer[i].check->id);
			gk_json_open(&json, "shortDescription");
			gk_json_text(&json, "text", p->answer[i].check->title);
			gk_json_close(&json);
			gk_json_open(&json, "fullDescription");
			gk_json_text(&json, "text", p->answer[i].check->why);
			gk_json_close(&json);
			gk_json_close(&json);
		}
	gk_json_close(&json);
	gk_json_close(&json);
	gk_json_close(&json);
	gk_json_open_array(&json, "results");
	gk_json_keep(&json);
	for (int i = 0; i < p->count; i++)
		put_sarif_result(&json, &p->finding[i]);
	gk_json_print(&json, stdout);
}

/* A character of a text in XML or HTML. */
void
gk_put_markup(char c)
{
	switch (c)
	{
		case '<':
			fputs("&lt;", stdout);
			break;
		case '>':
			fputs("&gt;", stdout);
			break;
		case '&':
			fputs("&amp;", stdout);
			break;
		case '"':
			fputs("&quot;", stdout);
			break;
		default:
			putchar(c);
	}
}

/* Text for XML. */
static void
put_xml(const char *text)
{
	for (; *text; text++)
		gk_put_markup((unsigned char) *text < 0x20 && *text != '\n' ? '?' : *text);
}

/* JUnit's XML: a test case for each check. */
void
gk_posture_junit(const GkPosture *p)
{
	int			bad = gk_posture_count(p, GK_FAIL, false) + gk_posture_count(p, GK_WARN, false) + gk_posture_count(p, GK_ERROR, false);

	printf("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"pg_gatekeeper check\" failures=\"%d\" skipped=\"%d\">\n",
		   bad, gk_posture_count(p, GK_SKIP, false));
	for (int i = 0; i < p->num_answers; i++)
	{
		const GkAnswer *answer = &p->answer[i];

		if (!answer->is_asked)
			continue;
		printf("<testcase classname=\"%s\" name=\"%s\">", answer->check->layer, answer->check->id);
		if (answer->status == GK_SKIP)
			fputs("<skipped/>", stdout);
		else if (answer->status >= GK_WARN && !answer->is_waived)
		{
			printf("<failure type=\"%s\" message=\"", gk_status_name(answer->status));
			put_xml(answer->check->title);
			fputs("\">", stdout);
			for (int k = 0; k < p->count; k++)
				if (p->finding[k].check == answer->check && p->finding[k].status >= GK_WARN && !p->finding[k].waived)
				{
					put_xml(gk_format("%s%s%s: %s\n%s\n", p->finding[k].database, *p->finding[k].database ? ": " : "",
									  p->finding[k].object, p->finding[k].found, p->finding[k].remedy));
				}
			fputs("</failure>", stdout);
		}
		fputs("</testcase>\n", stdout);
	}
	puts("</testsuite>");
}
