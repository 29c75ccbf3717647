/*-------------------------------------------------------------------------
 *
 * application_users.c
 *	  Application users: the functions of the extension pg_gatekeeper by which a
 *	  signed token says who is behind a shared role.
 *
 * A token is verified once, by gatekeeper.login() or login_local(); what policies
 * then ask for is read from memory.  A token that is refused is a record of the rule
 * identity, with the reason; the token itself is in no record and no message.  It
 * is refused whatever the rule's level is.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "audit/audit.h"
#include "base/app_user.h"
#include "identity/keyring.h"

#include "commands/dbcommands.h"
#include "fmgr.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

extern PGDLLEXPORT Datum gk_sql_login(PG_FUNCTION_ARGS);
extern PGDLLEXPORT Datum gk_sql_login_local(PG_FUNCTION_ARGS);
extern PGDLLEXPORT Datum gk_sql_logout(PG_FUNCTION_ARGS);
extern PGDLLEXPORT Datum gk_sql_app_user(PG_FUNCTION_ARGS);
extern PGDLLEXPORT Datum gk_sql_app_claims(PG_FUNCTION_ARGS);
extern PGDLLEXPORT Datum gk_sql_app_claim(PG_FUNCTION_ARGS);
extern PGDLLEXPORT Datum gk_sql_revoke_user(PG_FUNCTION_ARGS);
extern PGDLLEXPORT Datum gk_sql_revoke_session(PG_FUNCTION_ARGS);

#define UNIX_EPOCH_SECONDS \
	((double) (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * SECS_PER_DAY)

static TimestampTz
from_unix(double seconds)
{
	return (TimestampTz) ((seconds - UNIX_EPOCH_SECONDS) * USECS_PER_SEC);
}

/* UTF-8 of a token's; raises where the database has no such character. */
static void
to_server(const char *from, char *to)
{
	char	   *text = pg_any_to_server(from, (int) strlen(from), PG_UTF8);

	if (strlcpy(to, text, GK_APP_TEXT) >= GK_APP_TEXT)
		ereport(ERROR,
				(errcode(ERRCODE_STRING_DATA_RIGHT_TRUNCATION),
				 errmsg("pg_gatekeeper: a claim is too long in the encoding of the database")));
}

/* ------------------------------------------------------------------------
 * What a token is bound to
 * ------------------------------------------------------------------------
 */
const char *
gk_bound_to(const char *what)
{
	if (strcmp(what, "database") == 0)
		return get_database_name(MyDatabaseId);
	if (strcmp(what, "role") == 0)
		return GetUserNameFromId(GetSessionUserId(), false);
	if (strcmp(what, "address") == 0)
		return *gk_audit_client_addr() ? gk_audit_client_addr() : "local";
	if (strcmp(what, "backend") == 0)
		return psprintf("%d." INT64_FORMAT, MyProcPid, (int64) MyStartTimestamp);
	return NULL;
}

static bool
is_bound_elsewhere(const char *claim, const char *what)
{
	return *claim != '\0' && strcmp(claim, gk_bound_to(what)) != 0;
}

/* ------------------------------------------------------------------------
 * Logging in and out
 * ------------------------------------------------------------------------
 */
static GkRefused
check_claims(const GkJws *jws, GkClaims *claims)
{
	GkClaimRules rules = {
		.now = (double) GetCurrentTimestamp() / USECS_PER_SEC + UNIX_EPOCH_SECONDS,
		.leeway = gk_identity_leeway,
		.issuers = gk_identity_issuers,
		.audiences = gk_identity_audiences,
		.user_claim = gk_identity_user_claim,
		.is_own = jws->key->signs
	};
	GkRefused	refused = gk_claims_check(claims, jws, &rules);

	if (refused == GK_TOKEN_GOOD &&
		(is_bound_elsewhere(claims->database, "database") || is_bound_elsewhere(claims->role, "role") ||
		 is_bound_elsewhere(claims->address, "address") || is_bound_elsewhere(claims->backend, "backend")))
		return GK_TOKEN_BOUND;
	return refused;
}

static GkRefused
verify(const char *token, size_t length, GkAppUser *user)
{
	GkKeys	   *keys = palloc(sizeof(GkKeys));
	GkJws	   *jws = palloc(sizeof(GkJws));
	GkClaims   *claims = palloc(sizeof(GkClaims));
	GkRefused	refused;

	gk_keyring_copy(keys);
	refused = keys->count == 0 ? GK_TOKEN_NO_KEYS : gk_jws_verify(jws, token, length, keys);
	if (refused == GK_TOKEN_GOOD)
		refused = check_claims(jws, claims);
	if (refused == GK_TOKEN_GOOD)
	{
		user->expires = from_unix(claims->expires + gk_identity_leeway);
		user->issued = claims->issued > 0 ? from_unix(claims->issued) : 0;
		to_server(claims->user, user->user);
		to_server(claims->issuer, user->issuer);
		to_server(jws->key->id, user->key);
		to_server(claims->session, user->session);
		user->claims = pg_any_to_server(jws->payload, (int) jws->length, PG_UTF8);
		if (gk_is_revoked(user))
			refused = GK_TOKEN_REVOKED;
	}
	explicit_bzero(keys, sizeof(GkKeys));
	return refused;
}

static Datum
log_in(FunctionCallInfo fcinfo, bool is_local)
{
	GkAppUser  *user = palloc0(sizeof(GkAppUser));
	GkRefused	refused = GK_TOKEN_EMPTY;

	if (!PG_ARGISNULL(0))
	{
		text	   *token = PG_GETARG_TEXT_PP(0);

		refused = verify(VARDATA_ANY(token), VARSIZE_ANY_EXHDR(token), user);
	}
	if (refused != GK_TOKEN_GOOD)
	{
		gk_token_asks(gk_refused_text(refused));
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION),
				 errhidestmt(true), errhidecontext(true),
				 errmsg("pg_gatekeeper: the token is refused"),
				 errdetail("Token: %s.", gk_refused_text(refused))));
	}
	/* no policy is to find out later that the server cannot read them */
	(void) DirectFunctionCall1(jsonb_in, CStringGetDatum(user->claims));
	gk_app_user_set(user, is_local);
	PG_RETURN_TEXT_P(cstring_to_text(user->user));
}

PG_FUNCTION_INFO_V1(gk_sql_login);

/* For the session, as SET does. */
Datum
gk_sql_login(PG_FUNCTION_ARGS)
{
	return log_in(fcinfo, false);
}

PG_FUNCTION_INFO_V1(gk_sql_login_local);

/* For the transaction, as SET LOCAL does. */
Datum
gk_sql_login_local(PG_FUNCTION_ARGS)
{
	return log_in(fcinfo, true);
}

PG_FUNCTION_INFO_V1(gk_sql_logout);

Datum
gk_sql_logout(PG_FUNCTION_ARGS)
{
	gk_app_user_clear();
	PG_RETURN_VOID();
}

/* ------------------------------------------------------------------------
 * What policies ask for
 * ------------------------------------------------------------------------
 */
PG_FUNCTION_INFO_V1(gk_sql_app_user);

Datum
gk_sql_app_user(PG_FUNCTION_ARGS)
{
	const GkAppUser *user = gk_app_user();

	if (user == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(user->user));
}

/* The claims, read once for each user; NULL for nobody. */
static Jsonb *
known_claims(void)
{
	static MemoryContext context;
	static Jsonb *claims;
	static uint64 serial;
	const GkAppUser *user = gk_app_user();
	MemoryContext old;

	if (user == NULL)
		return NULL;
	if (claims && serial == gk_app_user_serial)
		return claims;
	if (context == NULL)
		context = AllocSetContextCreate(TopMemoryContext, "pg_gatekeeper claims",
										ALLOCSET_SMALL_SIZES);
	claims = NULL;
	MemoryContextReset(context);
	old = MemoryContextSwitchTo(context);
	claims = DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(user->claims)));
	MemoryContextSwitchTo(old);
	serial = gk_app_user_serial;
	return claims;
}

PG_FUNCTION_INFO_V1(gk_sql_app_claims);

Datum
gk_sql_app_claims(PG_FUNCTION_ARGS)
{
	Jsonb	   *claims = known_claims();
	Jsonb	   *copy;

	if (claims == NULL)
		PG_RETURN_NULL();
	copy = palloc(VARSIZE(claims));
	memcpy(copy, claims, VARSIZE(claims));
	PG_RETURN_JSONB_P(copy);
}

PG_FUNCTION_INFO_V1(gk_sql_app_claim);

/* app_claims() ->> name */
Datum
gk_sql_app_claim(PG_FUNCTION_ARGS)
{
	Jsonb	   *claims = known_claims();
	LOCAL_FCINFO(call, 2);
	Datum		result;

	if (claims == NULL)
		PG_RETURN_NULL();
	InitFunctionCallInfoData(*call, NULL, 2, InvalidOid, NULL, NULL);
	call->args[0].value = JsonbPGetDatum(claims);
	call->args[0].isnull = false;
	call->args[1].value = PG_GETARG_DATUM(0);
	call->args[1].isnull = false;
	result = jsonb_object_field_text(call);
	if (call->isnull)
		PG_RETURN_NULL();
	return result;
}

/* ------------------------------------------------------------------------
 * Taking tokens back
 * ------------------------------------------------------------------------
 */
static Datum
take_back(FunctionCallInfo fcinfo, bool is_session)
{
	if (!gk_revoke(is_session, text_to_cstring(PG_GETARG_TEXT_PP(0)), PG_GETARG_TIMESTAMPTZ(1)))
		ereport(ERROR,
				(errcode(ERRCODE_CONFIGURATION_LIMIT_EXCEEDED),
				 errmsg("pg_gatekeeper: too many tokens are revoked at a time"),
				 errhint("Replace the key that signed them.")));
	PG_RETURN_VOID();
}

PG_FUNCTION_INFO_V1(gk_sql_revoke_user);

/* Whatever was issued for the user until now. */
Datum
gk_sql_revoke_user(PG_FUNCTION_ARGS)
{
	return take_back(fcinfo, false);
}

PG_FUNCTION_INFO_V1(gk_sql_revoke_session);

/* Tokens with this claim sid or jti. */
Datum
gk_sql_revoke_session(PG_FUNCTION_ARGS)
{
	return take_back(fcinfo, true);
}
