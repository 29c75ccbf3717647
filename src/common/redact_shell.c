/*-------------------------------------------------------------------------
 *
 * redact_shell.c
 *	  Secrets in command lines: headers, tokens by their shape.  And what must not be taken for one, since
 *	  a shell runs it.  See redact.c.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "common/redact.h"

/* In a token, these are followed by so many characters at least. */
static const struct
{
	const char *prefix;
	int			rest;
}			token_shapes[] =
{
	{"ghp_", 20}, {"gho_", 20}, {"ghu_", 20}, {"ghs_", 20}, {"ghr_", 20}, {"github_pat_", 20},
	{"glpat-", 16}, {"gldt-", 16}, {"glsa_", 20}, {"xoxb-", 10}, {"xoxp-", 10}, {"xoxa-", 10},
	{"xoxe-", 10}, {"xoxs-", 10}, {"xapp-", 10}, {"eyJ", 20}, {"sk_live_", 16}, {"sk_test_", 16},
	{"rk_live_", 16}, {"rk_test_", 16}, {"whsec_", 20}, {"sk-", 24}, {"hvs.", 16}, {"hvb.", 16},
	{"AIza", 30}, {"ya29.", 20}, {"GOCSPX-", 20}, {"npm_", 30}, {"pypi-", 30}, {"SG.", 20},
	{"dckr_pat_", 20}, {"dop_v1_", 30}, {"hf_", 30}, {"shpat_", 20}, {"shpss_", 20},
	{"AGE-SECRET-KEY-1", 20}, {"lin_api_", 20}, {"PMAK-", 20}, {"sq0csp-", 20}, {"sq0atp-", 20},
	{"hooks.slack.com/services/", 20}, {"NRAK-", 20}, {"dapi", 32}, {"ATATT3xFfGF0", 20},
	{"EAAC", 60}, {"AccountKey=", 20}
};

/*
 * Where a word of a shell ends, with the quotes in it: $'a b', a'b'"c", a\ b.  In
 * a constant of SQL, single quotes are doubled.
 */
size_t
gk_redact_shell_word(const GkRedactor *r, size_t pos, size_t end, bool is_plain)
{
	const char *s = r->s;

	while (pos < end)
	{
		char		c = s[pos];
		size_t		width = c == '\'' && !is_plain && pos + 1 < end && s[pos + 1] == '\'' ? 2 : 1;
		size_t		stop;

		if (c == '\\' && pos + 1 < end)
			pos += 2;
		else if (c == '\'' || c == '"')
		{
			for (stop = pos + width; stop < end && s[stop] != c; stop++)
				if (c == '"' && s[stop] == '\\')
					stop++;
			if (stop >= end)
				return end;
			pos = stop + width;
		}
		else if (gk_redact_is_space(c) || c == '\0' || strchr(";|&<>()`", c) ||
				 (c == '$' && pos + 1 < end && s[pos + 1] != '\'' && s[pos + 1] != '"'))
			break;
		else
			pos++;
	}
	return pos < end ? pos : end;
}

static bool
has_text(const GkRedactor *r, size_t pos, size_t end, const char *text, size_t len)
{
	for (; len > 0 && pos + len <= end; pos++)
		if (memcmp(r->s + pos, text, len) == 0)
			return true;
	return false;
}

/* Is the name used, and not the value in a form: "type=password&..."? */
static bool
is_used(const GkRedactor *r, size_t pos, size_t end, const char *name, size_t len)
{
	for (; pos + len <= end; pos++)
		if (memcmp(r->s + pos, name, len) == 0 &&
			!(pos > 0 && r->s[pos - 1] == '=' && pos + len < end && r->s[pos + len] == '&'))
			return true;
	return false;
}

static bool
has_one(const GkRedactor *r, size_t pos, size_t end, const char *const *texts)
{
	for (; *texts; texts++)
		if (has_text(r, pos, end, *texts, strlen(*texts)))
			return true;
	return false;
}

/* Is there an argument by its number: "$1"? */
static bool
has_number(const GkRedactor *r, size_t pos, size_t end)
{
	for (; pos + 1 < end; pos++)
		if (r->s[pos] == '$' && r->s[pos + 1] >= '1' && r->s[pos + 1] <= '9')
			return true;
	return false;
}

/*
 * In a command line: could a shell run what looks like the value, from start to
 * stop, of a name?  Then it is what the record is about.  It is substituted; or
 * the name is used once more; or there is a way to get at variables without
 * naming them, and the value has what a command needs.
 */
bool
gk_redact_is_run(const GkRedactor *r, size_t name, size_t name_end, size_t start,
				 size_t stop, size_t end)
{
	static const char *const substituted[] = {"`", "$(", "<(", ">(", NULL};
	static const char *const indirect[] = {"eval", "env", "ENV", "`", "$(", "${", "source", NULL};
	static const char *const by_number[] = {"$@", "$*", "alias", NULL};
	static const char *const of_commands[] = {" ", "\t", "\n", "/", ";", "|", "&", "<", ">", NULL};

	if (!r->is_program)
		return false;
	if (has_one(r, start, stop, substituted))
		return true;
	if (name < name_end &&
		(is_used(r, 0, name, r->s + name, name_end - name) ||
		 is_used(r, stop, end, r->s + name, name_end - name)))
		return true;
	/* a function may be called like a program, and run its arguments */
	if (has_one(r, 0, start, by_number) || has_number(r, 0, start) || has_number(r, stop, end))
		return true;
	return has_one(r, 0, end, indirect) && has_one(r, start, stop, of_commands);
}

/*
 * The value of an HTTP header, or of what stands in one, behind the word that ends
 * at pos.  In a command line an unquoted one ends where the shell goes on.
 */
bool
gk_redact_header(const GkRedactor *r, size_t word_start, size_t pos, size_t end,
				 const char *word, size_t *start, size_t *stop)
{
	static const char *const names[] = {
		"authorization", "proxy_authorization", "cookie", "set_cookie", "x_auth", "x_auth_token",
		"x_functions_key", "ocp_apim_subscription_key", "x_access_key", "x_key", "x_secret", NULL
	};
	bool		is_scheme = strcmp(word, "bearer") == 0 || strcmp(word, "basic") == 0;
	bool		is_header = false;
	bool		is_quoted = word_start > 0 && (r->s[word_start - 1] == '\'' || r->s[word_start - 1] == '"');
	size_t		p = pos;

	for (int i = 0; names[i]; i++)
		is_header |= strcmp(word, names[i]) == 0;
	if (!is_scheme && !is_header)
		return false;
	while (p < end && (r->s[p] == ' ' || r->s[p] == '\t' || r->s[p] == ':' || r->s[p] == '='))
		p++;
	if (is_header && (p == pos || !has_one(r, pos, p, (const char *const[]) {":", "=", NULL})))
		return false;
	*start = p;
	while (p < end && !strchr(r->is_program && !is_quoted ? "'\"\r\n;|&<>`$(" : "'\"\r\n", r->s[p]))
		p++;
	*stop = p;
	/* "basic auth" in a sentence is none */
	if (strcmp(word, "basic") == 0)
		return p - *start >= 8 && memchr(r->s + *start, ' ', p - *start) == NULL;
	return p > *start;
}

static bool
is_token_char(char c)
{
	return gk_redact_is_word_char((unsigned char) c) || strchr("-.=+/", c) != NULL;
}

/* Is there a secret at pos that its shape tells?  Returns where it ends, or pos. */
size_t
gk_redact_token(const GkRedactor *r, size_t pos, size_t end)
{
	static const char begin[] = "-----BEGIN ";
	static const char private[] = "PRIVATE KEY";
	const char *s = r->s;

	if (s[pos] == '-')
	{
		size_t		p = pos;

		if (end - pos < sizeof(begin) || memcmp(s + pos, begin, sizeof(begin) - 1) != 0)
			return pos;
		if (!has_text(r, pos, pos + 64 < end ? pos + 64 : end, private, sizeof(private) - 1))
			return pos;
		for (p += sizeof(begin); p < end && !has_text(r, p, p + 9 < end ? p + 9 : end, "-----END ", 9);)
			p++;
		return p;
	}
	if (pos > 0 && is_token_char(s[pos - 1]) && s[pos - 1] != '=' && s[pos - 1] != '/')
		return pos;
	for (int i = 0; i < (int) (sizeof(token_shapes) / sizeof(*token_shapes)); i++)
	{
		size_t		len = strlen(token_shapes[i].prefix);
		size_t		p = pos + len;

		if (end - pos <= len || memcmp(s + pos, token_shapes[i].prefix, len) != 0)
			continue;
		while (p < end && is_token_char(s[p]) &&
			   (s[p] != '/' || strchr(token_shapes[i].prefix, '/')))
			p++;
		if (p - pos - len >= (size_t) token_shapes[i].rest)
			return p;
	}
	return pos;
}

/*
 * Is the word a part of a file's name, or the name of a table, and no keyword?  What
 * stands behind it then is no secret.
 */
bool
gk_redact_is_name(const GkRedactor *r, size_t from, size_t to, size_t end, bool has_value)
{
	static const char *const before[] = {
		"copy ", "from ", "into ", "join ", "table ", "update ", NULL
	};
	const char *s = r->s;

	if (!has_value &&
		((to + 1 < end && (s[to] == '.' || (s[to] == '/' && s[to + 1] != '*'))) ||
		 (from > 1 && s[from - 1] == '/' && s[from - 2] != '*')))
		return true;
	for (int i = 0; before[i]; i++)
	{
		size_t		len = strlen(before[i]);
		size_t		p = 0;

		if (from < len || (from > len && gk_redact_is_word_char((unsigned char) s[from - len - 1])))
			continue;
		while (p < len && (s[from - len + p] | 0x20) == before[i][p])
			p++;
		if (p == len)
			return true;
	}
	return false;
}
