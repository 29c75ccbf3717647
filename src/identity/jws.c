/*-------------------------------------------------------------------------
 *
 * jws.c
 *	  Is a token signed by one of our keys?
 *
 * RFC 7515, compact serialization only, with the rules of RFC 8725.  Nothing that
 * a token says is believed before that: neither which algorithm (the key is for
 * one, and the token may only agree), nor which key beyond its name among ours;
 * one that brings a key along, or says where to fetch one, is refused.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "identity/token.h"

#include <strings.h>

#define GK_HEADER_SIZE 4096

const char *
gk_refused_text(GkRefused refused)
{
	static const char *const texts[GK_NUM_REFUSED] = {
		[GK_TOKEN_GOOD] = "good",
		[GK_TOKEN_EMPTY] = "there is none",
		[GK_TOKEN_TOO_LONG] = "too long",
		[GK_TOKEN_NO_PARTS] = "not three parts of base64url",
		[GK_TOKEN_BAD_HEADER] = "header is not a JSON object, or has a member twice",
		[GK_TOKEN_BAD_ALGORITHM] = "no algorithm that is known here",
		[GK_TOKEN_BAD_TYPE] = "type is not JWT",
		[GK_TOKEN_BAD_PARAMETER] = "header asks for what is not done here",
		[GK_TOKEN_NO_KEY] = "key is not known",
		[GK_TOKEN_WRONG_ALGORITHM] = "algorithm is not that of the key",
		[GK_TOKEN_BAD_SIGNATURE] = "signature is wrong",
		[GK_TOKEN_BAD_CLAIMS] = "claims are not a JSON object, have a member twice, or are not of their kind",
		[GK_TOKEN_NO_EXPIRY] = "no time at which it expires",
		[GK_TOKEN_EXPIRED] = "expired",
		[GK_TOKEN_TOO_EARLY] = "not valid yet",
		[GK_TOKEN_BAD_ISSUER] = "issuer is not one of gatekeeper.identity_issuers",
		[GK_TOKEN_BAD_AUDIENCE] = "audience is not one of gatekeeper.identity_audiences",
		[GK_TOKEN_NO_USER] = "no user in the claim that gatekeeper.identity_user_claim names",
		[GK_TOKEN_BOUND] = "bound to another database, role, client or session",
		[GK_TOKEN_REVOKED] = "revoked",
		[GK_TOKEN_NO_KEYS] = "this server has no keys: gatekeeper.identity_keys is empty",
	};

	return texts[refused];
}

/* The parts.  An empty one signs nothing that could be read. */
static bool
split(const char *token, size_t length, size_t *first, size_t *second)
{
	const char *dot = memchr(token, '.', length);
	const char *other = dot ? memchr(dot + 1, '.', length - (size_t) (dot + 1 - token)) : NULL;

	if (other == NULL || memchr(other + 1, '.', length - (size_t) (other + 1 - token)))
		return false;
	*first = (size_t) (dot - token);
	*second = (size_t) (other - token);
	return *first > 0;
}

/* "JWT" or "at+jwt" (RFC 9068), as a media type or short, or nothing. */
static bool
is_jwt(const GkJsonValue *type)
{
	char		text[64];
	const char *name = text;

	if (type == NULL)
		return true;
	if (!gk_json_string(type, text, sizeof(text)))
		return false;
	if (strncasecmp(name, "application/", 12) == 0)
		name += 12;
	return strcasecmp(name, "JWT") == 0 || strcasecmp(name, "at+jwt") == 0;
}

/* What the header says of itself, before the keys are looked at. */
static GkRefused
check_header(const GkJsonObject *header, GkAlgorithm *algorithm)
{
	/* that must be understood, change what is signed, or bring a key */
	static const char *const never[] = {
		"crit", "b64", "zip", "enc", "cty", "jwk", "jku", "x5u", "x5c", NULL
	};

	*algorithm = GK_ALG_NONE;
	for (int a = GK_ALG_NONE + 1; a < GK_NUM_ALGORITHMS; a++)
		if (gk_json_is(gk_json_member(header, "alg"), gk_algorithm_name((GkAlgorithm) a)))
			*algorithm = (GkAlgorithm) a;
	if (*algorithm == GK_ALG_NONE)
		return GK_TOKEN_BAD_ALGORITHM;
	for (const char *const *name = never; *name; name++)
		if (gk_json_member(header, *name))
			return GK_TOKEN_BAD_PARAMETER;
	return is_jwt(gk_json_member(header, "typ")) ? GK_TOKEN_GOOD : GK_TOKEN_BAD_TYPE;
}

/*
 * The key that signed it: of those of that name, or of all where the token names
 * none; the token's algorithm has to be the key's.
 */
static GkRefused
find_key(GkJws *jws, const GkKeys *keys, const char *id, GkAlgorithm algorithm,
		 const char *data, size_t length, const unsigned char *signature, size_t signature_length)
{
	GkRefused	refused = GK_TOKEN_NO_KEY;

	for (int i = 0; i < keys->count; i++)
	{
		const GkKey *key = &keys->key[i];

		if (id && strcmp(id, key->id) != 0)
			continue;
		if (key->algorithm != algorithm)
		{
			if (refused == GK_TOKEN_NO_KEY)
				refused = GK_TOKEN_WRONG_ALGORITHM;
			continue;
		}
		refused = GK_TOKEN_BAD_SIGNATURE;
		if (gk_crypto_verifies(key, data, length, signature, signature_length))
		{
			jws->key = key;
			return GK_TOKEN_GOOD;
		}
	}
	return refused;
}

GkRefused
gk_jws_verify(GkJws *jws, const char *token, size_t length, const GkKeys *keys)
{
	GkJsonObject header;
	const GkJsonValue *id;
	GkAlgorithm algorithm;
	GkRefused	refused;
	char		text[GK_HEADER_SIZE];
	char		name[GK_KEY_ID];
	unsigned char signature[GK_KEY_BYTES];
	size_t		used;
	size_t		first;
	size_t		second;

	jws->key = NULL;
	if (length == 0)
		return GK_TOKEN_EMPTY;
	if (length > GK_TOKEN_SIZE)
		return GK_TOKEN_TOO_LONG;
	if (!split(token, length, &first, &second) ||
		!gk_base64url_decode(token, first, (unsigned char *) text, sizeof(text), &used))
		return GK_TOKEN_NO_PARTS;
	if (!gk_json_read(&header, text, used))
		return GK_TOKEN_BAD_HEADER;
	refused = check_header(&header, &algorithm);
	if (refused != GK_TOKEN_GOOD)
		return refused;
	id = gk_json_member(&header, "kid");
	if (id && !gk_json_string(id, name, sizeof(name)))
		return GK_TOKEN_NO_KEY;
	if (!gk_base64url_decode(token + second + 1, length - second - 1,
							 signature, sizeof(signature), &used) || used == 0 ||
		!gk_base64url_decode(token + first + 1, second - first - 1,
							 (unsigned char *) jws->payload, sizeof(jws->payload) - 1, &jws->length))
		return GK_TOKEN_NO_PARTS;
	jws->payload[jws->length] = '\0';
	return find_key(jws, keys, id ? name : NULL, algorithm, token, second, signature, used);
}
