/*-------------------------------------------------------------------------
 *
 * posture_found.c
 *	  What a run of "pg_gatekeeper check" has found.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "cli/posture.h"

#include <stdlib.h>

static const char *const status_names[] =
{
	[GK_PASS] = "pass",
	[GK_NOT_APPLICABLE] = "n/a",
	[GK_INFO] = "info",
	[GK_MANUAL] = "manual",
	[GK_SKIP] = "skip",
	[GK_WARN] = "warn",
	[GK_FAIL] = "fail",
	[GK_ERROR] = "error",
};

const char *
gk_status_name(GkStatus status)
{
	return status_names[status];
}

/* What a query calls it; what it should not say is an error. */
GkStatus
gk_status_named(const char *name)
{
	for (int i = 0; i < GK_LENGTHOF(status_names); i++)
		if (strcmp(name, status_names[i]) == 0)
			return i;
	return GK_ERROR;
}

/* The ids of a check in a standard, with blanks between; "" when it has none. */
const char *
gk_refs(const GkCheck *check, const char *standard)
{
	static const struct
	{
		const char *layer;
		const char *pci;		/* requirements of PCI DSS 4.0 */
	}			pci[] =
	{
		{"network", "1.3 2.2"}, {"transport", "4.2"}, {"authentication", "8.3"}, {"roles", "7.2 8.2"},
		{"privileges", "7.2"}, {"code", "6.2 7.2"}, {"row security", "7.2"}, {"auditing", "10.2 10.3"},
		{"files", "2.2 3.5"}, {"server", "2.2 6.3"}, {"replication", "4.2 7.2"}, {"module", "7.2 10.2"},
	};
	const char *refs = NULL;

	if (strcmp(standard, "cis18") == 0)
		refs = check->cis18;
	else if (strcmp(standard, "cis17") == 0)
		refs = check->cis17;
	else if (strcmp(standard, "stig16") == 0)
		refs = check->stig;
	else
		for (int i = 0; i < GK_LENGTHOF(pci); i++)
			if (strcmp(pci[i].layer, check->layer) == 0)
				refs = pci[i].pci;
	return refs ? refs : "";
}

static bool
is_wanted(const GkPosture *p, const GkCheck *check)
{
	if (p->ids.count > 0 && !gk_words_has(&p->ids, check->id))
		return false;
	if (p->layers.count > 0 && !gk_words_has(&p->layers, check->layer))
		return false;
	/* these are no faults: they are asked for, or not looked at */
	if (strcmp(check->layer, "preflight") == 0 && p->ids.count == 0 && p->layers.count == 0)
		return false;
	return p->standard == NULL || *gk_refs(check, p->standard);
}

/* Make room for what will be found. */
void
gk_posture_begin(GkPosture *p)
{
	p->answer = gk_alloc(gk_num_checks * sizeof(GkAnswer));
	for (int i = 0; i < gk_num_checks; i++)
		if (gk_checks[i].is_first)
		{
			GkAnswer   *answer = &p->answer[p->num_answers++];

			answer->check = &gk_checks[i];
			answer->is_asked = is_wanted(p, &gk_checks[i]);
		}
}

/* A check by its id; NULL when there is none. */
GkAnswer *
gk_posture_answer(GkPosture *p, const char *id)
{
	for (int i = 0; i < p->num_answers; i++)
		if (strcmp(p->answer[i].check->id, id) == 0)
			return &p->answer[i];
	return NULL;
}

bool
gk_posture_wants(GkPosture *p, const char *id)
{
	const GkAnswer *answer = gk_posture_answer(p, id);

	return answer && answer->is_asked;
}

/* A new finding, of the cluster until somebody says which database. */
GkFinding *
gk_posture_add(GkPosture *p, const char *id, GkStatus status, const char *object,
			   const char *found, const char *remedy)
{
	GkAnswer   *answer = gk_posture_answer(p, id);
	GkFinding  *finding;

	if (p->count == p->size)
	{
		p->size = 2 * p->size + 64;
		p->finding = gk_grow(p->finding, p->size * sizeof(GkFinding));
	}
	finding = &p->finding[p->count++];
	memset(finding, 0, sizeof(*finding));
	finding->check = answer->check;
	finding->status = status;
	finding->database = "";
	finding->object = gk_copy(object);
	finding->type = "";
	finding->found = gk_copy(found);
	finding->remedy = gk_copy(remedy);
	finding->kind = answer->check->kind;
	answer->has_looked = true;
	return finding;
}

/* A finding that a closer look does not bear out. */
void
gk_posture_drop(GkPosture *p, const char *id, const char *object)
{
	int			kept = 0;

	for (int i = 0; i < p->count; i++)
		if (strcmp(p->finding[i].check->id, id) != 0 || strcmp(p->finding[i].object, object) != 0)
			p->finding[kept++] = p->finding[i];
	p->count = kept;
}

/* What of a check could not be looked at, and why. */
void
gk_posture_skip(GkPosture *p, const char *id, const char *why)
{
	GkAnswer   *answer = gk_posture_answer(p, id);

	if (!answer->skipped)
		answer->skipped = gk_copy(why);
}

void
gk_posture_looked(GkPosture *p, const char *id)
{
	gk_posture_answer(p, id)->has_looked = true;
}

static int
severity_rank(const GkCheck *check)
{
	return *check->severity == 'h' ? 0 : *check->severity == 'm' ? 1 : 2;
}

static int
compare(const void *a, const void *b)
{
	const GkFinding *x = a;
	const GkFinding *y = b;
	int			by = (int) y->status - (int) x->status;

	if (by == 0)
		by = severity_rank(x->check) - severity_rank(y->check);
	if (by == 0)
		by = x->check < y->check ? -1 : x->check > y->check;
	if (by == 0)
		by = strcmp(x->database, y->database);
	return by ? by : strcmp(x->object, y->object);
}

/* Put what was found in order, and judge each check by it. */
void
gk_posture_finish(GkPosture *p)
{
	qsort(p->finding, p->count, sizeof(GkFinding), compare);
	for (int i = 0; i < p->count; i++)
		p->finding[i].fingerprint = gk_format("%s/%s/%s", p->finding[i].check->id,
											  p->finding[i].database, p->finding[i].object);
	for (int i = 0; i < p->num_answers; i++)
	{
		GkAnswer   *answer = &p->answer[i];
		bool		open = false;

		answer->status = GK_PASS;
		if (answer->skipped || !answer->has_looked)
			answer->status = GK_SKIP;
		for (int k = 0; k < p->count; k++)
			if (p->finding[k].check == answer->check)
			{
				if (p->finding[k].status >= GK_WARN && !p->finding[k].waived)
					open = true;
				if (answer->status < p->finding[k].status)
					answer->status = p->finding[k].status;
			}
		answer->is_waived = answer->status >= GK_WARN && !open;
	}
}

/* A setting of the server's; "" when there is none. */
const char *
gk_posture_setting(const GkPosture *p, const char *name)
{
	for (int i = 0; i < p->num_settings; i++)
		if (strcmp(p->setting[i].name, name) == 0)
			return p->setting[i].value;
	return "";
}

/* How many checks came to this. */
int
gk_posture_count(const GkPosture *p, GkStatus status, bool waived)
{
	int			n = 0;

	for (int i = 0; i < p->num_answers; i++)
		n += p->answer[i].is_asked && p->answer[i].status == status && p->answer[i].is_waived == waived;
	return n;
}

/* Per cent: of what could be looked at, how much is well; how much could be. */
void
gk_posture_score(const GkPosture *p, int *score, int *covered)
{
	static const int weights[] = {10, 4, 1};
	int			all = 0,
				seen = 0,
				well = 0;

	for (int i = 0; i < p->num_answers; i++)
	{
		const GkAnswer *answer = &p->answer[i];
		int			weight = weights[severity_rank(answer->check)];

		if (!answer->is_asked || answer->status == GK_NOT_APPLICABLE)
			continue;
		all += weight;
		if (answer->status == GK_SKIP || answer->status == GK_MANUAL || answer->status == GK_ERROR)
			continue;
		seen += weight;
		well += answer->status < GK_WARN || answer->is_waived ? weight : 0;
	}
	*score = seen ? 100 * well / seen : 0;
	*covered = all ? 100 * seen / all : 0;
}
