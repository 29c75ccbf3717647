/*-------------------------------------------------------------------------
 *
 * redact.c
 *	  Fuzz target: a secret planted in a statement never comes out.
 *
 * The first byte chooses: statements put together by the grammar below, with
 * the secret in every kind of constant and nested in each other's, or any
 * bytes, of which only the form of the output is asked.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "fuzzing.h"
#include "clean.h"

#include "common/escape.c"

#include "common/redact_text.c"
#include "common/redact_filter.c"
#include "common/redact_commands.c"
#include "common/redact_names.c"
#include "common/redact_shell.c"
#include "common/redact_find.c"
#include "common/redact_value.c"
#include "common/redact.c"
#include "common/redact_sql.c"

const char *const fuzz_words[] = {
	"'", "''", "\"", "$$", "$a$", "\\", "\\'", "/*", "*/", "--", "E'", "U&'", "UESCAPE '!'",
	"PASSWORD ", "password=", "://", "@", "\n", "(", "EXECUTE ", "DO ", " AS ", "||", NULL
};

#define SECRET "s3cr3t"
#define MAX_SQL 20000
#define MAX_DEPTH 3

typedef struct Sql
{
	char		text[MAX_SQL];
	size_t		len;
	bool		backslash;		/* standard_conforming_strings is off */
	bool		is_inner;		/* it becomes a constant of another one */
} Sql;

static void
add_bytes(Sql *sql, const char *s, size_t len)
{
	if (sql->len + len < MAX_SQL)
	{
		memcpy(sql->text + sql->len, s, len);
		sql->len += len;
	}
}

static void
add(Sql *sql, const char *s)
{
	add_bytes(sql, s, strlen(s));
}

static const char *
pick(FuzzInput *in, const char *const *list)
{
	unsigned	n = 0;

	while (list[n])
		n++;
	return list[fuzz_take(in, n)];
}

/* A keyword in any case. */
static void
add_keyword(FuzzInput *in, Sql *sql, const char *word)
{
	unsigned	mode = fuzz_take(in, 3);

	for (; *word; word++)
	{
		char		c = *word;

		if (c >= 'A' && c <= 'Z' && (mode == 1 || (mode == 2 && fuzz_take(in, 2))))
			c += 'a' - 'A';
		add_bytes(sql, &c, 1);
	}
}

/* What may stand between two tokens, wherever something must. */
static void
add_space(FuzzInput *in, Sql *sql)
{
	static const char *const spaces[] = {
		" ", "\n", "\t", "\r\n", "  ", "/**/", " /* it's */ ", " -- isn't\n", "/* $$ */", "/* /* \" */ */", "\f", NULL
	};

	add(sql, pick(in, spaces));
}

/* What the constant says besides: anything, quoted by add_constant(). */
static size_t
some_text(FuzzInput *in, char *out, size_t max)
{
	size_t		n = fuzz_take(in, 8);
	size_t		used = 0;

	while (n-- > 0 && used < max)
	{
		static const char usual[] = "ab '\"\\$;:=@/-*%&\n\t{},()|";
		unsigned	c = fuzz_take(in, 256);

		out[used++] = c < 200 ? usual[c % (sizeof(usual) - 1)] : c == 0 ? 'x' : (char) c;
	}
	return used;
}

/* The text as a constant, in one of the ways there are. */
static void
add_constant(FuzzInput *in, Sql *sql, const char *text, size_t len)
{
	static const char *const tags[] = {"$$", "$a$", "$body$", "$A_1$", "$\xc3\xa9$", NULL};
	const char *tag = pick(in, tags);
	unsigned	kind = fuzz_take(in, 6);
	/* inside a constant, see "Does not see" in src/common/redact.c */
	bool		split = fuzz_take(in, 8) == 0 && !sql->is_inner;

	/* a dollar quote cannot hold its own tag, nor what would complete it */
	if (kind >= 4)
	{
		char		last = len ? text[len - 1] : 'x';

		if (memmem(text, len, tag, strlen(tag)) == NULL && last != '$')
		{
			char		before = sql->len ? sql->text[sql->len - 1] : ' ';

			if (before != ' ' && before != '\n' && before != '(')
				add(sql, " ");
			add(sql, tag);
			add_bytes(sql, text, len);
			add(sql, tag);
			return;
		}
		kind = 0;
	}
	if (kind == 3 && sql->backslash)
		kind = 0;				/* the server refuses U&'' then */
	if (kind == 1)
		kind = 0;
	if (kind >= 2)
	{
		char		before = sql->len ? sql->text[sql->len - 1] : ' ';

		/* a letter before would be one word with the prefix */
		if (gk_redact_is_ident_char(before))
			add(sql, " ");
		add(sql, kind == 2 ? (fuzz_take(in, 2) ? "E" : "e") : "U&");
	}
	add(sql, "'");
	for (size_t i = 0; i < len; i++)
	{
		char		c = text[i];
		char		unit[12];
		bool		backslash = kind == 2 || (kind == 0 && sql->backslash);

		if (split && i == len / 2 && (i == 0 || !(text[i - 1] & 0x80)))
			add(sql, "'\n  '");
		if (c == '\'')
			add(sql, backslash && fuzz_take(in, 2) ? "\\'" : "''");
		else if (c == '\\' && (backslash || kind == 3))
			add(sql, "\\\\");
		else if (kind == 2 && !sql->is_inner && (c & 0x80) == 0 && c != 's' && c != '3' && fuzz_take(in, 12) == 0)
		{
			static const char *const forms[] = {"\\x%02X", "\\%03o", "\\u%04X", "\\U%08X", NULL};

			/* the secret itself stays as it is, to be found */
			snprintf(unit, sizeof(unit), pick(in, forms), (unsigned) c);
			if (memmem(text, len, SECRET, 6) &&
				text + i >= (char *) memmem(text, len, SECRET, 6) &&
				text + i < (char *) memmem(text, len, SECRET, 6) + 6)
				add_bytes(sql, &c, 1);
			else
				add(sql, unit);
		}
		else
			add_bytes(sql, &c, 1);
	}
	add(sql, "'");
}

static void
add_secret(FuzzInput *in, Sql *sql)
{
	char		text[40];
	size_t		len = some_text(in, text, 12);

	memcpy(text + len, SECRET, 6);
	len += 6;
	len += some_text(in, text + len, 12);
	add_constant(in, sql, text, len);
}

/* A connection string with a password, in one of libpq's ways. */
static void
add_connection(FuzzInput *in, Sql *sql)
{
	static const char *const strings[] = {
		"host=h user=u password=" SECRET " dbname=d",
		"password = " SECRET,
		"host='h' password='a " SECRET "' user=u",
		"postgres://u:" SECRET "@h/d",
		"postgresql://u:a" SECRET "b@h:5432/d?x=y",
		"postgres://h/d?user=u&password=" SECRET,
		"user=u  PASSWORD=" SECRET,
		NULL
	};
	const char *text = pick(in, strings);

	add_constant(in, sql, text, strlen(text));
}

static void
add_name(FuzzInput *in, Sql *sql)
{
	static const char *const names[] = {
		"bob", "\"Bob\"", "\"it's\"", "caf\xc3\xa9", "a$b", "CURRENT_USER", "\"a\"\"b\"", "u", "e", "b1", NULL
	};

	add(sql, pick(in, names));
}

/* One statement with the secret in it. */
static void
add_statement(FuzzInput *in, Sql *sql, int depth)
{
	static const char *const verbs[] = {"ALTER", "CREATE", NULL};
	static const char *const kinds[] = {"ROLE", "USER", "GROUP", NULL};
	static const char *const options[] = {
		"", " LOGIN", " SUPERUSER", " CONNECTION LIMIT 5", " VALID UNTIL '2027-01-01'", " WITH LOGIN", NULL
	};
	static const char *const settings[] = {
		"my.password", "app.db_password", "x.secret", "x.api_key", "x.auth_token", NULL
	};
	unsigned	form = fuzz_take(in, depth < MAX_DEPTH ? 14 : 8);
	Sql		   *inner;

	switch (form)
	{
		case 0:
		case 1:
		case 2:
			add_keyword(in, sql, pick(in, verbs));
			add_space(in, sql);
			add_keyword(in, sql, pick(in, kinds));
			add_space(in, sql);
			add_name(in, sql);
			add(sql, pick(in, options));
			add_space(in, sql);
			if (fuzz_take(in, 3) == 0)
			{
				add_keyword(in, sql, "ENCRYPTED");
				add_space(in, sql);
			}
			add_keyword(in, sql, "PASSWORD");
			if (fuzz_take(in, 3))
				add_space(in, sql);
			add_secret(in, sql);
			add(sql, pick(in, options));
			return;
		case 3:
			add_keyword(in, sql, "CREATE USER MAPPING FOR ");
			add_name(in, sql);
			add(sql, " SERVER s OPTIONS (");
			add(sql, fuzz_take(in, 2) ? "user 'u', " : "");
			add(sql, fuzz_take(in, 2) ? "\"password\"" : "password");
			add_space(in, sql);
			add_secret(in, sql);
			add(sql, fuzz_take(in, 2) ? ", x 'y')" : ")");
			return;
		case 4:
			add_keyword(in, sql, "CREATE SUBSCRIPTION s CONNECTION ");
			add_connection(in, sql);
			add(sql, " PUBLICATION p");
			return;
		case 5:
			add_keyword(in, sql, "SET ");
			add(sql, pick(in, settings));
			add(sql, fuzz_take(in, 2) ? "=" : " TO ");
			add_secret(in, sql);
			return;
		case 6:
			add(sql, "SELECT dblink(");
			add_connection(in, sql);
			add(sql, ", 'SELECT 1')");
			return;
		case 7:
			add(sql, "INSERT INTO users (name, password) VALUES ('bob',");
			add_secret(in, sql);
			add(sql, ")");
			return;
	}

	/* a statement in a statement */
	inner = malloc(sizeof(Sql));
	if (inner == NULL)
		abort();
	inner->len = 0;
	inner->backslash = sql->backslash;
	inner->is_inner = true;
	add_statement(in, inner, depth + 1);
	switch (form)
	{
		case 8:
			add(sql, "SELECT 1; ");
			add_bytes(sql, inner->text, inner->len);
			add(sql, ";\nSELECT 'x'");
			break;
		case 9:
			add_keyword(in, sql, "DO ");
			add(inner, "; END");
			add_constant(in, sql, inner->text, inner->len);
			break;
		case 10:
			/* a tag that is in none of the others */
			add(sql, "DO $do_");
			add_bytes(sql, &"0123"[depth], 1);
			add(sql, "$ BEGIN EXECUTE ");
			add_constant(in, sql, inner->text, inner->len);
			add(sql, "; END $do_");
			add_bytes(sql, &"0123"[depth], 1);
			add(sql, "$");
			break;
		case 11:
			add_keyword(in, sql, "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS");
			add_space(in, sql);
			add_constant(in, sql, inner->text, inner->len);
			break;
		case 12:
			add(sql, "SELECT dblink('dbname=x', ");
			add_constant(in, sql, inner->text, inner->len);
			add(sql, ")");
			break;
		default:
			add(sql, "PREPARE p AS ");
			add_bytes(sql, inner->text, inner->len);
	}
	free(inner);
}

/* Redact into a buffer of just this size; its form is as promised. */
static char *
redact(const char *raw, size_t len, size_t room, bool is_sql, bool backslash)
{
	char	   *copy = malloc(len ? len : 1);
	char	   *out = malloc(room);
	char	   *escaped;
	GkText		text;

	memcpy(copy, raw, len);
	gk_text_init(&text, out, room);
	if (is_sql)
		(void) gk_redact_sql(&text, copy, len, backslash);
	else
		(void) gk_redact_plain(&text, copy, len, false);
	free(copy);
	FUZZ_CHECK(text.used < room && out[text.used] == '\0');
	escaped = malloc(4 * text.used + 1);
	len = text.used;
	gk_text_init(&text, escaped, 4 * len + 1);
	gk_text_escape(&text, out, len);
	FUZZ_CHECK(!text.cut && fuzz_is_clean(escaped, text.used));
	free(escaped);
	return out;
}

static void
never_leaks(const Sql *sql, size_t room)
{
	char	   *out = redact(sql->text, sql->len, room, true, sql->backslash);

	if (memmem(out, strlen(out), SECRET, 6))
	{
		fprintf(stderr, "statement: %.*s\nrecord: %s\n", (int) sql->len, sql->text, out);
		FUZZ_CHECK(!"the secret is in the record");
	}
	free(out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	FuzzInput	in = {data, size};

	if (fuzz_take(&in, 4) > 0)
	{
		Sql		   *sql = malloc(sizeof(Sql));
		size_t		room = 1 + fuzz_take(&in, 4000);

		if (sql == NULL)
			abort();
		sql->len = 0;
		sql->is_inner = false;
		sql->backslash = fuzz_take(&in, 8) == 0;
		add_statement(&in, sql, 0);
		/* a statement that did not fit has lost its ends */
		if (sql->len < MAX_SQL - 4000)
		{
			never_leaks(sql, 3 * MAX_SQL);
			never_leaks(sql, room);
		}
		free(sql);
	}
	else
	{
		bool		backslash = fuzz_take(&in, 2);
		bool		is_sql = fuzz_take(&in, 4) > 0;
		size_t		room = 1 + fuzz_take(&in, 4000);
		size_t		len;
		char	   *raw = fuzz_take_bytes(&in, 4096, false, &len);
		char	   *whole = redact(raw, len, 4 * len + 16, is_sql, backslash);
		char	   *cut = redact(raw, len, room, is_sql, backslash);

		/* what does not fit changes nothing of what does */
		FUZZ_CHECK(strncmp(cut, whole, strlen(cut)) == 0);
		free(raw);
		free(whole);
		free(cut);
	}
	return 0;
}
