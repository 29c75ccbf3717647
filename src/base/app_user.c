/*-------------------------------------------------------------------------
 *
 * app_user.c
 *	  The application user of the session, or of its transaction.
 *
 * It rides in a setting, gatekeeper.application_user, for what the server does
 * with settings: SET and SET LOCAL with subtransactions, RESET ALL and DISCARD ALL,
 * parallel workers.  But its check hook takes no value from anybody: not from SET,
 * set_config(), a function's SET clause, a role's or database's settings, the
 * connection or a file, whoever says so; only what gk_app_user_set() says, and
 * what a parallel worker is given of its leader.  So whoever may SET can take the
 * user away, and not more.
 *
 * It is read at most once for each change, and costs nothing where nobody has
 * logged in.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "base/app_user.h"

#include "access/parallel.h"
#include "access/xact.h"
#include "lib/stringinfo.h"
#include "utils/guc.h"

/* Between the parts of the value; no text has one in it. */
#define SEPARATOR '\x1f'

static char *carried;			/* the setting */
static const char *current = "";	/* the same, as it was assigned last */
static bool is_read = true;		/* is known[0] what it says? */
static bool is_taken;			/* by us, for this one call of the check hook */
static GkAppUser known;
static uint64 checked;			/* as of this generation of what is revoked ... */
static bool is_revoked;			/* ... is it? */

uint64		gk_app_user_serial;

static bool
check(char **newval, void **extra, GucSource source)
{
	if (is_taken || InitializingParallelWorker || *newval == NULL || **newval == '\0')
		return true;
	GUC_check_errcode(ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION);
	GUC_check_errmsg("pg_gatekeeper: the application user cannot be set like this");
	GUC_check_errhint("Call gatekeeper.login() with a signed token.");
	return false;
}

static void
assign(const char *newval, void *extra)
{
	current = newval ? newval : "";
	is_read = *current == '\0';
	gk_app_user_serial++;
}

/* Not for the claims, which are asked for by gatekeeper.app_claims(). */
static const char *
show(void)
{
	const GkAppUser *user = gk_app_user();

	return user ? user->user : "";
}

/* Server start. */
void
gk_app_user_init(void)
{
	DefineCustomStringVariable(GK_APP_SETTING, "The application user, whom gatekeeper.login() has set.",
							   NULL, &carried, "", PGC_USERSET,
							   GUC_NO_SHOW_ALL | GUC_NOT_IN_SAMPLE | GUC_DISALLOW_IN_FILE,
							   check, assign, show);
}

static const char *
read_part(const char *from, char *part)
{
	const char *end = strchr(from, SEPARATOR);
	size_t		length = end ? (size_t) (end - from) : 0;

	if (length >= GK_APP_TEXT)
		length = 0;
	memcpy(part, from, length);
	part[length] = '\0';
	return end ? end + 1 : from;
}

static void
read_carried(void)
{
	char		number[GK_APP_TEXT];
	const char *at = current;

	at = read_part(at, number);
	known.expires = (TimestampTz) strtoll(number, NULL, 10);
	at = read_part(at, number);
	known.issued = (TimestampTz) strtoll(number, NULL, 10);
	at = read_part(at, known.user);
	at = read_part(at, known.issuer);
	at = read_part(at, known.key);
	at = read_part(at, known.session);
	known.claims = at;
	checked = 0;
	is_read = true;
}

/*
 * NULL for nobody: none has logged in, the token has expired when the statement
 * began, or is revoked.
 */
const GkAppUser *
gk_app_user(void)
{
	uint64		generation;

	if (likely(*current == '\0'))
		return NULL;
	if (unlikely(!is_read))
		read_carried();
	generation = gk_revoked_generation();
	if (unlikely(generation != checked))
	{
		is_revoked = gk_is_revoked(&known);
		checked = generation;
	}
	if (is_revoked || GetCurrentStatementStartTimestamp() >= known.expires)
		return NULL;
	return &known;
}

static void
set_carried(const char *value, bool is_local)
{
	(void) set_config_option(GK_APP_SETTING, value, PGC_USERSET, PGC_S_SESSION,
							 is_local ? GUC_ACTION_LOCAL : GUC_ACTION_SET, true, ERROR, false);
}

/* Raises what SET raises: in a parallel operation. */
void
gk_app_user_set(const GkAppUser *user, bool is_local)
{
	StringInfoData value;

	initStringInfo(&value);
	appendStringInfo(&value, INT64_FORMAT "%c" INT64_FORMAT "%c%s%c%s%c%s%c%s%c%s",
					 user->expires, SEPARATOR, user->issued, SEPARATOR,
					 user->user, SEPARATOR, user->issuer, SEPARATOR, user->key, SEPARATOR,
					 user->session, SEPARATOR, user->claims);
	is_taken = true;
	PG_TRY();
	{
		set_carried(value.data, is_local);
	}
	PG_FINALLY();
	{
		is_taken = false;
	}
	PG_END_TRY();
	pfree(value.data);
}

void
gk_app_user_clear(void)
{
	set_carried("", false);
}
