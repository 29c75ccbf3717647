/*-------------------------------------------------------------------------
 *
 * redact.c
 *	  Hides passwords and other secrets in SQL and in plain text.
 *
 * SQL is read as a sequence of tokens, once from left to right.  A word such
 * as PASSWORD makes the string constant behind it "***", whatever it is
 * quoted with and whatever comments stand between; inside a constant (an
 * EXECUTE string, a connection string) it hides the rest of the constant.  In
 * dollar quotes code is looked for, to some depth.  "user:password@" in a URI
 * loses the password.
 *
 * Where such a word is not followed by a plain constant (PASSWORD ' ||
 * quote_literal('x'), INSERT INTO users (name, password) VALUES ...) the
 * secret can be in any constant of the statement, before or behind: then all
 * of them are hidden.  In doubt more is hidden; what an action was aimed at
 * is told by the object, which is not SQL and loses secrets only.
 *
 * The time taken is proportional to the length, and past a limit constants
 * are hidden unread.
 *
 * Does not see: a secret that nothing names as one ("crypt('x', ...)"), and a
 * keyword that is computed.  One that is put together from constants in their
 * order ('PASS' || 'WORD') is seen.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "common/redact.h"

/* Dollar quotes nested deeper than this are hidden. */
#define GK_REDACT_DEPTH 6

/* What the tokens read so far say about the next one. */
typedef struct State
{
	GkWordKind	armed;			/* the last word that mattered */
	bool		after_digit;	/* the last token was one */
	bool		was_hidden;		/* the last token was a hidden constant */
	bool		is_body;		/* a dollar quote here is code */
	size_t		piece;			/* where a constant goes on in another one */
	GkEscapes	escapes;		/* how that is read */
	bool		is_named;		/* the last constant says what the next one is */
	int			credentials;	/* parentheses around nothing but secrets */
	bool		in_columns;		/* of INSERT INTO */
	bool		is_setting;		/* the last name is one in SET */
	char		word[GK_WORD_SIZE]; /* the last one */
} State;

static size_t redact_identifier(GkRedactor *r, State *state, size_t pos, size_t end,
								GkEscapes escapes);

/* Show a comment, what it says of secrets apart. */
static void
redact_comment(GkRedactor *r, size_t pos, size_t end)
{
	bool		is_block = r->s[pos] == '/';
	bool		in_doubt = r->in_doubt;

	if (gk_redact_text(r, pos, end, GK_ESCAPES_NONE, false) && is_block)
		gk_text_put_some(r->out, " */", 3);
	r->in_doubt = in_doubt;		/* a comment does not run */
}

/* What stands between the quotes of a constant. */
static void
redact_content(GkRedactor *r, State *state, size_t pos, size_t end, GkEscapes escapes)
{
	bool		hidden = r->hide_all || state->armed || state->was_hidden ||
		state->is_named || state->credentials > 1;

	state->is_named = !hidden && (gk_redact_names_next(r, pos, end) || gk_redact_builds_object(r, state->word, pos, end));

	/* a constant can go on in another one */
	state->was_hidden |= state->armed != GK_WORD_PLAIN;
	state->armed = GK_WORD_PLAIN;
	if (hidden)
		gk_redact_hide(r);
	else
		state->was_hidden = gk_redact_text(r, pos, end, escapes, false);
}

/* A string constant, whose quote is at pos; returns the position behind it. */
static size_t
redact_constant(GkRedactor *r, State *state, size_t pos, size_t end, GkEscapes escapes)
{
	bool		backslash;
	size_t		stop;
	size_t		next;

	if (pos == state->piece)
		escapes = state->escapes;
	backslash = escapes == GK_ESCAPES_C || (r->backslash && escapes == GK_ESCAPES_NONE);
	stop = gk_redact_quote_end(r, pos + 1, end, '\'', backslash);
	next = stop + (stop < end);
	state->piece = gk_redact_blanks_end(r, next, end);
	state->escapes = escapes;
	/* what goes on in another piece says nothing by itself */
	if ((state->piece < end && r->s[state->piece] == '\'') ||
		(escapes == GK_ESCAPES_UNICODE && gk_redact_has_uescape(r, next, end)) ||
		gk_redact_has_secret_alias(r, next, end))
		state->armed = GK_WORD_HINT;
	gk_redact_show(r, pos, pos + 1);
	redact_content(r, state, pos + 1, stop, backslash ? GK_ESCAPES_C : escapes);
	gk_redact_show(r, stop, next);
	return next;
}

/*
 * A dollar quote at pos, if it is one; returns the position behind it, or pos.
 */
static size_t
redact_dollar(GkRedactor *r, State *state, size_t pos, size_t end, int depth)
{
	const char *s = r->s;
	size_t		body = pos + 1;
	size_t		len;
	size_t		stop;

	while (body < end && gk_redact_is_ident_char(s[body]) && s[body] != '$')
		body++;
	if (body == end || s[body] != '$' || (s[pos + 1] >= '0' && s[pos + 1] <= '9'))
		return pos;
	body++;
	len = body - pos;
	for (stop = body; stop + len <= end; stop++)
		if (s[stop] == '$' && memcmp(s + stop, s + pos, len) == 0)
			break;
	if (stop + len > end)
		stop = end;

	gk_redact_show(r, pos, body);
	if (state->armed || !state->is_body || depth == GK_REDACT_DEPTH)
		redact_content(r, state, body, stop, GK_ESCAPES_NONE);
	else
		gk_redact_code(r, body, stop, depth + 1);
	state->is_body = false;
	if (stop == end)
		return end;
	gk_redact_show(r, stop, stop + len);
	return stop + len;
}

/* What is given to the function of this name, if it is one, is nothing but secrets. */
static void
note_function(State *state, const char *word, bool is_name)
{
	if (state->credentials == 0 && !is_name &&
		(strstr(word, "credentials") || strcmp(word, "account_add") == 0 || strcmp(word, "auth") == 0))
		state->credentials = 1;
	else if (state->credentials == 1)
		state->credentials = 0;
}

/*
 * A word or quoted identifier has been read: what does it say of the next
 * constant?
 */
static void
note_word(GkRedactor *r, State *state, const char *word)
{
	static const char *const skipped[] = {
		"as", "constant", "default", "encrypted", "ilike", "is", "like", "not", "similar",
		"text", "to", "varchar", NULL
	};
	static const char *const names_follow[] = {
		"as", "copy", "from", "into", "join", "table", "update", NULL
	};
	GkWordKind	kind = gk_redact_classify(word);
	bool		is_name = false;

	/* an alias or a table called so has no value behind it */
	for (int i = 0; names_follow[i]; i++)
		is_name |= strcmp(state->word, names_follow[i]) == 0;
	if (is_name)
		kind = GK_WORD_PLAIN;
	/* "DO $$", "AS $$", "DO LANGUAGE x $$": is_body holds for a word more */
	state->is_body = strcmp(word, "do") == 0 || strcmp(word, "as") == 0 ||
		(state->is_body && (strcmp(word, "language") == 0 ||
							strcmp(state->word, "language") == 0));
	if (strcmp(word, "into") == 0)
		state->in_columns = strcmp(state->word, "insert") == 0;
	else if (strcmp(word, "values") == 0 || strcmp(word, "select") == 0)
		state->in_columns = false;
	state->is_named = state->is_named && strcmp(word, "new_value") == 0;
	memcpy(state->word, word, strlen(word) + 1);
	state->was_hidden = false;
	note_function(state, word, is_name);
	r->has_secret |= kind == GK_WORD_SECRET;
	if (kind != GK_WORD_PLAIN)
	{
		if (state->armed == GK_WORD_SECRET || state->in_columns)
			r->in_doubt = true;
		state->armed = kind;
		return;
	}
	if (!state->armed)
		return;
	for (int i = 0; skipped[i]; i++)
		if (strcmp(word, skipped[i]) == 0)
			return;
	if (state->armed == GK_WORD_SECRET && strcmp(word, "null") != 0)
		r->in_doubt = true;
	state->armed = GK_WORD_PLAIN;
}

/* The same for an identifier, of which $ and other alphabets can be a part. */
static void
note_identifier(GkRedactor *r, State *state, size_t pos, size_t end)
{
	char		word[GK_WORD_SIZE] = "";

	while (pos < end)
	{
		pos = gk_redact_word(r, pos, end, GK_ESCAPES_NONE, word) + 1;
		if (gk_redact_classify(word) != GK_WORD_PLAIN)
			break;
	}
	note_word(r, state, word);
}

/*
 * Behind the name that ends at pos: OPTIONS (key '...'), SET app.key = '...',
 * change_pw('...').
 */
static void
note_key(const GkRedactor *r, State *state, size_t pos, size_t end)
{
	size_t		next = gk_redact_blanks_end(r, pos + (pos < end && r->s[pos] == '"'), end);
	bool		is_key = gk_redact_is_key(state->word);

	if (state->is_setting)
		state->is_setting = strcmp(state->word, "to") == 0;
	else if ((is_key || state->armed == GK_WORD_HINT) && gk_redact_is_custom(r, pos))
		state->is_setting = true;
	if (next < end && r->s[next] == '\'' && (is_key || strcmp(state->word, "auth") == 0))
		state->armed = GK_WORD_HINT;
	if (state->is_setting && is_key)
		state->armed = GK_WORD_HINT;
	if (state->armed == GK_WORD_HINT && pos < end && r->s[pos] == '(' && state->credentials == 0 &&
		!state->in_columns)
		state->credentials = 1;
}

/*
 * A word at pos, perhaps the prefix of a constant; returns the position behind
 * it.
 */
static size_t
redact_word(GkRedactor *r, State *state, size_t pos, size_t end)
{
	const char *s = r->s;
	size_t		stop = pos;
	char		first = s[pos] | 0x20;

	while (stop < end && gk_redact_is_ident_char(s[stop]))
		stop++;
	if (stop - pos == 1 && stop < end && strchr("ebxn", first) && s[stop] == '\'')
	{
		gk_redact_show(r, pos, stop);
		return redact_constant(r, state, stop, end,
							   first == 'e' ? GK_ESCAPES_C : GK_ESCAPES_NONE);
	}
	if (stop - pos == 1 && first == 'u' && end - stop >= 2 && s[stop] == '&')
	{
		if (s[stop + 1] == '\'')
		{
			gk_redact_show(r, pos, stop + 1);
			return redact_constant(r, state, stop + 1, end, GK_ESCAPES_UNICODE);
		}
		if (s[stop + 1] == '"')
		{
			gk_redact_show(r, pos, stop + 1);
			stop = redact_identifier(r, state, stop + 1, end, GK_ESCAPES_UNICODE);
			if (gk_redact_has_uescape(r, stop, end))
				note_word(r, state, "password");	/* it can be that */
			return stop;
		}
	}
	if (state->armed && state->is_setting &&
		!(stop - pos == 2 && first == 't' && (s[pos + 1] | 0x20) == 'o'))
	{
		/* SET app.key = abc */
		gk_redact_hide(r);
		state->armed = GK_WORD_PLAIN;
		return stop;
	}
	note_identifier(r, state, pos, stop);
	note_key(r, state, stop, end);
	gk_redact_show(r, pos, stop);
	return stop;
}

/*
 * A quoted identifier, or what another language has in double quotes; returns
 * the position behind it.
 */
static size_t
redact_identifier(GkRedactor *r, State *state, size_t pos, size_t end,
				  GkEscapes escapes)
{
	size_t		stop = gk_redact_quote_end(r, pos + 1, end, '"', false);
	size_t		next = stop + (stop < end);
	char		word[GK_WORD_SIZE];

	gk_redact_show(r, pos, pos + 1);
	if (gk_redact_word(r, pos + 1, stop, escapes, word) == stop)
	{
		if (state->armed)
			gk_redact_hide(r);
		else
			gk_redact_show(r, pos + 1, stop);
		note_word(r, state, word);
		note_key(r, state, stop, end);
	}
	else
		redact_content(r, state, pos + 1, stop, escapes);
	gk_redact_show(r, stop, next);
	return next;
}

/* Any other character: an operator's, a digit, a parenthesis. */
static void
note_other(GkRedactor *r, State *state, char c)
{
	bool		after_digit = state->after_digit;

	state->is_body = false;
	state->after_digit = c >= '0' && c <= '9';
	if (state->was_hidden && c == '|')
		r->in_doubt = true;		/* only a part of it was the constant */
	state->was_hidden = false;
	state->is_named &= strchr(",=>:", c) != NULL;
	state->is_setting &= c == '=' || c == '.';
	if (state->credentials > 0)
		state->credentials += c == '(' ? 1 : c == ')' ? -1 : 0;
	if (state->credentials == 1 && c != '.' && c != '=')
		state->credentials = 0;
	if (!state->armed)
		return;
	if (c == '=' || c == ':' || c == '>')
		return;
	/* "pw varchar(20) :=" */
	if (state->armed == GK_WORD_HINT &&
		(c == '(' || state->after_digit || (c == ')' && after_digit)))
		return;
	if (state->armed == GK_WORD_SECRET && c != '$')
		r->in_doubt = true;
	state->armed = GK_WORD_PLAIN;
}

/* SQL, or the body of a function in any language; to a certain depth. */
void
gk_redact_code(GkRedactor *r, size_t pos, size_t end, int depth)
{
	const char *s = r->s;
	State		state = {0};

	while (pos < end)
	{
		char		c = s[pos];
		size_t		next;

		if (gk_redact_is_space(c))
		{
			for (next = pos; next < end && gk_redact_is_space(s[next]);)
				next++;
			gk_redact_show(r, pos, next);
		}
		else if ((next = gk_redact_comment_end(r, pos, end)) > pos)
			redact_comment(r, pos, next);
		else if (c == '\'')
			next = redact_constant(r, &state, pos, end, GK_ESCAPES_NONE);
		else if (gk_redact_is_ident_start(c))
			next = redact_word(r, &state, pos, end);
		else if (c == '$' && (next = redact_dollar(r, &state, pos, end, depth)) > pos)
			;
		else if (c == ':' && end - pos > 3 && memcmp(s + pos, "://", 3) == 0)
			next = gk_redact_uri(r, pos, end, state.word);
		else if (c == '"')
			next = redact_identifier(r, &state, pos, end, GK_ESCAPES_NONE);
		else
		{
			note_other(r, &state, c);
			next = pos + 1;
			gk_redact_show(r, pos, next);
		}
		pos = next;
		if (r->hide_all && r->is_ambiguous)
		{
			gk_redact_hide(r);	/* the rest: who knows what is a constant */
			return;
		}
	}
	if (state.armed == GK_WORD_SECRET)
		r->in_doubt = true;
}
