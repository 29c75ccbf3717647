/*-------------------------------------------------------------------------
 *
 * issue.c
 *	  gatekeeper.issue(): tokens of this server's own, for sites without a provider
 *	  of identity.
 *
 * Who may call it is said by GRANTs; by default, nobody but superusers.  Such a
 * token is an ordinary JSON Web Token, signed with HS256 or a longer hash, by the
 * key that the server made at its start (then tokens end with the server), or by
 * a secret of gatekeeper.identity_keys whose key_ops have "sign".
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "base/gatekeeper.h"
#include "identity/keyring.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/json.h"
#include "utils/jsonb.h"
#include "utils/timestamp.h"

extern PGDLLEXPORT Datum gk_sql_issue(PG_FUNCTION_ARGS);

static int64
to_unix(TimestampTz when)
{
	return when / USECS_PER_SEC +
		(int64) (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * SECS_PER_DAY;
}

static void
put_member(StringInfo payload, const char *name, const char *value)
{
	appendStringInfoString(payload, payload->len > 1 ? "," : "");
	escape_json(payload, name);
	appendStringInfoChar(payload, ':');
	escape_json(payload, value);
}

/* What the caller adds must not say what only we say. */
static void
put_claims(StringInfo payload, Jsonb *claims)
{
	static const char *const ours[] = {
		"iss", "sub", "exp", "nbf", "iat", "jti", "sid",
		"gk_database", "gk_role", "gk_address", "gk_backend", NULL
	};
	char	   *text;

	if (!JB_ROOT_IS_OBJECT(claims))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("pg_gatekeeper: the claims of a token must be a JSON object")));
	for (const char *const *name = ours; *name; name++)
		if (DatumGetBool(DirectFunctionCall2(jsonb_exists, JsonbPGetDatum(claims),
											 CStringGetTextDatum(*name))))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("pg_gatekeeper: the claim \"%s\" is made by the server", *name)));
	if (JB_ROOT_COUNT(claims) == 0)
		return;
	text = JsonbToCString(NULL, &claims->root, VARSIZE(claims));
	text[strlen(text) - 1] = '\0';
	appendStringInfo(payload, ",%s", text + 1);
}

static void
put_bounds(StringInfo payload, ArrayType *bounds)
{
	Datum	   *values;
	bool	   *nulls;
	int			count;

	deconstruct_array(bounds, TEXTOID, -1, false, TYPALIGN_INT, &values, &nulls, &count);
	for (int i = 0; i < count; i++)
	{
		const char *what = nulls[i] ? "" : TextDatumGetCString(values[i]);
		const char *bound = gk_bound_to(what);

		if (bound == NULL)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("pg_gatekeeper: a token cannot be bound to \"%s\"", what),
					 errhint("Bind it to database, role, address or backend.")));
		put_member(payload, psprintf("gk_%s", what), bound);
	}
}

static TimestampTz
expiry(TimestampTz now, Datum lifetime)
{
	TimestampTz expires = DatumGetTimestampTz(DirectFunctionCall2(timestamptz_pl_interval,
																  TimestampTzGetDatum(now), lifetime));

	if (TIMESTAMP_NOT_FINITE(expires) || expires <= now ||
		expires - now > INT64CONST(3660) * USECS_PER_DAY)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("pg_gatekeeper: a token cannot live that long"),
				 errhint("Give it a lifetime between some seconds and ten years.")));
	return expires;
}

static const char *
random_name(void)
{
	unsigned char bytes[18];
	char	   *name = palloc(32);

	if (!pg_strong_random(bytes, sizeof(bytes)))
		ereport(ERROR,
				(errcode(ERRCODE_INTERNAL_ERROR),
				 errmsg("pg_gatekeeper: could not generate a random name")));
	(void) gk_base64url_encode(bytes, sizeof(bytes), name, 32);
	return name;
}

static void
put_part(StringInfo token, const unsigned char *bytes, size_t length)
{
	size_t		size = length * 2 + 4;
	char	   *text = palloc(size);

	(void) gk_base64url_encode(bytes, length, text, size);
	appendStringInfo(token, "%s%s", token->len ? "." : "", text);
}

/* The token, or NULL where there is no key to sign it with. */
static char *
sign(const char *payload)
{
	GkKeys	   *keys = palloc(sizeof(GkKeys));
	const GkKey *key = NULL;
	unsigned char signature[64];
	size_t		length;
	StringInfoData header;
	StringInfoData token;

	gk_keyring_copy(keys);
	for (int i = 0; i < keys->count && key == NULL; i++)
		if (keys->key[i].signs)
			key = &keys->key[i];
	if (key == NULL)
		return NULL;
	initStringInfo(&header);
	initStringInfo(&token);
	appendStringInfo(&header, "{\"alg\":\"%s\",\"typ\":\"JWT\"", gk_algorithm_name(key->algorithm));
	if (*key->id)
		put_member(&header, "kid", key->id);
	appendStringInfoChar(&header, '}');
	put_part(&token, (unsigned char *) header.data, header.len);
	put_part(&token, (const unsigned char *) payload, strlen(payload));
	length = gk_crypto_hmac(key, token.data, token.len, signature, sizeof(signature));
	put_part(&token, signature, length);
	explicit_bzero(keys, sizeof(GkKeys));
	return length > 0 ? token.data : NULL;
}

PG_FUNCTION_INFO_V1(gk_sql_issue);

/* issue(app_user text, lifetime interval, claims jsonb, bound_to text[]) */
Datum
gk_sql_issue(PG_FUNCTION_ARGS)
{
	const char *user = text_to_cstring(PG_GETARG_TEXT_PP(0));
	TimestampTz now = GetCurrentTimestamp();
	TimestampTz expires = expiry(now, PG_GETARG_DATUM(1));
	StringInfoData payload;
	char	   *token;

	initStringInfo(&payload);
	appendStringInfoChar(&payload, '{');
	put_member(&payload, "iss", GK_OWN_ISSUER);
	put_member(&payload, "sub", user);
	put_member(&payload, "jti", random_name());
	appendStringInfo(&payload, ",\"iat\":" INT64_FORMAT ",\"exp\":" INT64_FORMAT,
					 to_unix(now), to_unix(expires));
	put_bounds(&payload, PG_GETARG_ARRAYTYPE_P(3));
	put_claims(&payload, PG_GETARG_JSONB_P(2));
	appendStringInfoChar(&payload, '}');
	token = sign(pg_server_to_any(payload.data, payload.len, PG_UTF8));
	if (token == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("pg_gatekeeper: this server has no key to sign tokens with"),
				 errdetail("It was built without OpenSSL.")));
	if (strlen(token) > GK_TOKEN_SIZE)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("pg_gatekeeper: the token is longer than %d bytes", GK_TOKEN_SIZE)));
	PG_RETURN_TEXT_P(cstring_to_text(token));
}
