/*-------------------------------------------------------------------------
 *
 * token.h
 *	  Signed tokens (JSON Web Tokens, RFC 7519 and 7515), verified.
 *
 * Nothing below knows PostgreSQL: json.c, base64url.c, algorithm.c, key.c, jws.c,
 * claims.c and crypto.c work on bytes in buffers of the caller's, allocate nothing but what
 * libcrypto does, and cannot fail but by saying why, so that a test program and a
 * fuzz target can include them as they are.
 *
 * No library for tokens: libjwt and cjose build trees of a token before they have
 * verified it, take a duplicate member's last value, let "alg" choose, and RHEL
 * ships neither or old ones.  What is left is small: a strict reader of JSON and a
 * table of algorithms.  Cryptography is libcrypto's alone, which the server links.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#ifndef GK_TOKEN_H
#define GK_TOKEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#pragma GCC visibility push(hidden)

/* ------------------------------------------------------------------------
 * json.c: a strict reader
 * ------------------------------------------------------------------------
 */
typedef enum GkJsonType
{
	GK_JSON_NULL,
	GK_JSON_BOOL,
	GK_JSON_NUMBER,
	GK_JSON_STRING,
	GK_JSON_ARRAY,
	GK_JSON_OBJECT
} GkJsonType;

/* A value as it stands in the text, quotes and brackets included. */
typedef struct GkJsonValue
{
	const char *name;			/* of the member, decoded; NULL in an array */
	GkJsonType	type;
	const char *raw;
	size_t		length;
} GkJsonValue;

#define GK_JSON_MEMBERS 64
#define GK_JSON_NAMES 8192

/* An object's own members.  Its text has to stay. */
typedef struct GkJsonObject
{
	int			count;
	GkJsonValue members[GK_JSON_MEMBERS];
	char		names[GK_JSON_NAMES];
} GkJsonObject;

extern bool gk_json_read(GkJsonObject *object, const char *text, size_t length);
extern const GkJsonValue *gk_json_member(const GkJsonObject *object, const char *name);
extern bool gk_json_string(const GkJsonValue *value, char *buf, size_t size);
extern bool gk_json_is(const GkJsonValue *value, const char *text);
extern bool gk_json_number(const GkJsonValue *value, double *number);
extern bool gk_json_element(const GkJsonValue *array, size_t *place, GkJsonValue *element);

/* ------------------------------------------------------------------------
 * base64url.c
 * ------------------------------------------------------------------------
 */
extern bool gk_base64url_decode(const char *text, size_t length, unsigned char *out,
								size_t size, size_t *used);
extern size_t gk_base64url_encode(const unsigned char *bytes, size_t length, char *out, size_t size);

/* ------------------------------------------------------------------------
 * algorithm.c
 * ------------------------------------------------------------------------
 */
typedef enum GkAlgorithm
{
	GK_ALG_NONE,				/* no algorithm, never one that verifies */
	GK_HS256, GK_HS384, GK_HS512,
	GK_RS256, GK_RS384, GK_RS512,
	GK_PS256, GK_PS384, GK_PS512,
	GK_ES256, GK_ES384, GK_ES512,
	GK_EDDSA,
	GK_NUM_ALGORITHMS
} GkAlgorithm;

typedef enum GkKeyKind
{
	GK_KIND_SECRET, GK_KIND_RSA, GK_KIND_CURVE, GK_KIND_EDWARDS
} GkKeyKind;

typedef struct GkAlgorithmFacts
{
	const char *name;
	GkKeyKind	kind;
	const char *curve;
	size_t		bytes;			/* of the shortest secret, or of a coordinate */
} GkAlgorithmFacts;

struct GkKey;

extern const GkAlgorithmFacts gk_algorithms[GK_NUM_ALGORITHMS];
extern const char *gk_algorithm_name(GkAlgorithm algorithm);
extern bool gk_key_is_secret(const struct GkKey *key);

/* ------------------------------------------------------------------------
 * key.c: keys, each for one algorithm
 * ------------------------------------------------------------------------
 */
#define GK_KEY_ID 128
#define GK_KEY_BYTES 576			/* RSA with 4096 bits */
#define GK_MAX_KEYS 32

typedef struct GkKey
{
	GkAlgorithm algorithm;
	bool		signs;			/* gatekeeper.issue() may use it */
	size_t		length;
	char		id[GK_KEY_ID];	/* "kid", or "" */
	unsigned char bytes[GK_KEY_BYTES];	/* a secret, or a SubjectPublicKeyInfo */
} GkKey;

typedef struct GkKeys
{
	int			count;
	GkKey		key[GK_MAX_KEYS];
} GkKeys;

extern const char *gk_keys_read(GkKeys *keys, const char *text, size_t length);
extern const char *gk_keys_add_pem(GkKeys *keys, const char *id, const char *text, size_t length);

/* ------------------------------------------------------------------------
 * crypto.c: the only file that knows libcrypto
 * ------------------------------------------------------------------------
 */
extern bool gk_crypto_is_there(void);
extern bool gk_crypto_verifies(const GkKey *key, const char *data, size_t length,
							   const unsigned char *signature, size_t signature_length);
extern size_t gk_crypto_hmac(const GkKey *key, const char *data, size_t length,
							 unsigned char *out, size_t size);
extern const char *gk_crypto_accepts(const GkKey *key);
extern bool gk_crypto_read_pem(GkKey *key, const char *text, size_t length);

/* ------------------------------------------------------------------------
 * jws.c, claims.c: tokens
 * ------------------------------------------------------------------------
 */
#define GK_TOKEN_SIZE 16384		/* of a token, at most */
#define GK_CLAIM_SIZE 256		/* of a claim that is looked at */

/* Why a token is refused.  Its own text is never part of the reason. */
typedef enum GkRefused
{
	GK_TOKEN_GOOD,
	GK_TOKEN_EMPTY,
	GK_TOKEN_TOO_LONG,
	GK_TOKEN_NO_PARTS,
	GK_TOKEN_BAD_HEADER,
	GK_TOKEN_BAD_ALGORITHM,
	GK_TOKEN_BAD_TYPE,
	GK_TOKEN_BAD_PARAMETER,
	GK_TOKEN_NO_KEY,
	GK_TOKEN_WRONG_ALGORITHM,
	GK_TOKEN_BAD_SIGNATURE,
	GK_TOKEN_BAD_CLAIMS,
	GK_TOKEN_NO_EXPIRY,
	GK_TOKEN_EXPIRED,
	GK_TOKEN_TOO_EARLY,
	GK_TOKEN_BAD_ISSUER,
	GK_TOKEN_BAD_AUDIENCE,
	GK_TOKEN_NO_USER,
	GK_TOKEN_BOUND,
	GK_TOKEN_REVOKED,
	GK_TOKEN_NO_KEYS,
	GK_NUM_REFUSED
} GkRefused;

extern const char *gk_refused_text(GkRefused refused);

/* A token whose signature is good, and what it signs. */
typedef struct GkJws
{
	const GkKey *key;			/* one of those that were offered */
	size_t		length;
	char		payload[GK_TOKEN_SIZE]; /* with a NUL behind it */
} GkJws;

extern GkRefused gk_jws_verify(GkJws *jws, const char *token, size_t length, const GkKeys *keys);

/* What is asked of the claims.  Lists are separated by commas. */
typedef struct GkClaimRules
{
	double		now;			/* seconds since 1970 */
	double		leeway;
	const char *issuers;		/* "" for any */
	const char *audiences;		/* "" for tokens that name none */
	const char *user_claim;
	bool		is_own;			/* issued by this server */
} GkClaimRules;

typedef struct GkClaims
{
	double		expires;
	double		issued;			/* 0 where it is not told */
	char		user[GK_CLAIM_SIZE];
	char		issuer[GK_CLAIM_SIZE];
	char		session[GK_CLAIM_SIZE]; /* "sid", else "jti", else "" */
	char		database[GK_CLAIM_SIZE];	/* what it is bound to, or "" */
	char		role[GK_CLAIM_SIZE];
	char		address[GK_CLAIM_SIZE];
	char		backend[GK_CLAIM_SIZE];
} GkClaims;

/* The issuer of what gatekeeper.issue() issues. */
#define GK_OWN_ISSUER "pg_gatekeeper"

extern GkRefused gk_claims_check(GkClaims *claims, const GkJws *jws, const GkClaimRules *rules);

#pragma GCC visibility pop

#endif							/* GK_TOKEN_H */
