/*-------------------------------------------------------------------------
 *
 * redact_shell.c
 *	  Secrets in command lines: what the options of well-known programs bring,
 *	  headers, tokens by their shape.  And what must not be taken for one, since
 *	  a shell runs it.  See redact.c.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "common/redact.h"

/* What a program's option brings; the whole value, or what is behind a character. */
static const struct
{
	const char *command;		/* how it begins, with "_" for "-" */
	char		option;
	char		separator;		/* or 0 */
	bool		is_attached;	/* only without a blank before the value */
}			secret_options[] =
{
	{"sshpass", 'p', 0, false}, {"mysql", 'p', 0, true}, {"mariadb", 'p', 0, true},
	{"login", 'p', 0, false}, {"7z", 'p', 0, true}, {"redis_cli", 'a', 0, false},
	{"ldap", 'w', 0, false}, {"smbclient", 'U', '%', false}, {"sqlcmd", 'P', 0, false},
	{"bcp", 'P', 0, false}, {"unzip", 'P', 0, false}, {"zip", 'P', 0, false},
	{"curl", 'u', ':', false}, {"curl", 'U', ':', false}
};

/* In a token, these are followed by so many characters at least. */
static const struct
{
	const char *prefix;
	int			rest;
}			token_shapes[] =
{
	{"ghp_", 20}, {"gho_", 20}, {"ghs_", 20}, {"github_pat_", 20}, {"glpat-", 16},
	{"xoxb-", 10}, {"xoxp-", 10}, {"xoxa-", 10}, {"xapp-", 10}, {"eyJ", 20}, {"sk_live_", 16},
	{"sk-", 24}, {"hvs.", 16}, {"AIza", 30}, {"npm_", 30}, {"SG.", 20}
};

/* The number, from 1 on, of a program whose options bring secrets; 0: none. */
int
gk_redact_command(const char *word)
{
	for (int i = 0; i < (int) (sizeof(secret_options) / sizeof(*secret_options)); i++)
		if (strncmp(word, secret_options[i].command, strlen(secret_options[i].command)) == 0)
			return i + 1;
	return 0;
}

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

static bool
has_one(const GkRedactor *r, size_t pos, size_t end, const char *const *texts)
{
	for (; *texts; texts++)
		if (has_text(r, pos, end, *texts, strlen(*texts)))
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
	static const char *const of_commands[] = {" ", "\t", "\n", "/", ";", "|", "&", "<", ">", NULL};

	if (!r->is_program)
		return false;
	if (has_one(r, start, stop, substituted))
		return true;
	if (name < name_end &&
		(has_text(r, 0, name, r->s + name, name_end - name) ||
		 has_text(r, stop, end, r->s + name, name_end - name)))
		return true;
	return has_one(r, 0, end, indirect) && has_one(r, start, stop, of_commands);
}

/*
 * An option at pos that brings a password without saying so: "-u user:password",
 * and those of the command, a number of gk_redact_command()'s.  Where it does,
 * returns true and where the secret begins and ends.
 */
bool
gk_redact_option(const GkRedactor *r, size_t pos, size_t end, int command,
				 bool is_plain, size_t *start, size_t *stop)
{
	static const char *const users[] = {"--proxy-user", "--user", "-U", "-u", NULL};
	const char *s = r->s;
	char		separator = ':';
	size_t		p = 0;

	for (int i = 0; users[i] && p == 0; i++)
		if (end - pos > strlen(users[i]) && strncmp(s + pos, users[i], strlen(users[i])) == 0)
			p = pos + strlen(users[i]);
	for (int i = command - 1; command > 0 && i < (int) (sizeof(secret_options) / sizeof(*secret_options)) &&
		 strcmp(secret_options[i].command, secret_options[command - 1].command) == 0; i++)
	{
		size_t		q = pos + 1;

		/* "-sSu" */
		while (q < end && s[q] != secret_options[i].option && ((s[q] | 0x20) >= 'a' && (s[q] | 0x20) <= 'z'))
			q++;
		if (q >= end || s[q] != secret_options[i].option || q + 1 >= end ||
			(secret_options[i].is_attached && (q > pos + 1 || gk_redact_is_space(s[q + 1]))))
			continue;
		p = q + 1;
		separator = secret_options[i].separator;
	}
	if (p == 0)
		return false;
	while (p < end && (gk_redact_is_space(s[p]) || s[p] == '='))
		p++;
	*stop = gk_redact_shell_word(r, p, end, is_plain);
	if (separator)
	{
		while (p < *stop && s[p] != separator)
			p++;
		p++;
	}
	/* what stands in one pair of quotes is hidden without them */
	if (p < *stop && is_plain && (s[*stop - 1] == '\'' || s[*stop - 1] == '"'))
	{
		(*stop)--;
		p += p < *stop && s[p] == s[*stop];
	}
	*start = p;
	return p < *stop;
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
		"authorization", "proxy_authorization", "cookie", "set_cookie", "x_auth", "x_auth_token", NULL
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
	static const char private[] = "PRIVATE KEY-----";
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
		while (p < end && is_token_char(s[p]) && s[p] != '/')
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
