/*-------------------------------------------------------------------------
 *
 * token.c
 *	  Fuzz target: what reads tokens, their claims and keys takes any bytes, and what
 *	  it takes has one meaning only.
 *
 * Without libcrypto, so that no signature stands between the input and its reader.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "fuzzing.h"

#include "common/escape.c"
#include "identity/base64url.c"
#include "identity/json.c"
#include "identity/algorithm.c"
#include "identity/crypto.c"
#include "identity/key.c"
#include "identity/jws.c"
#include "identity/claims.c"

const char *const fuzz_words[] = {
	"{\"alg\":\"HS256\"}", "\"typ\":\"JWT\"", "\"kid\":\"k\"", "\"sub\":\"alice\"", "\"exp\":1700000600", "\"aud\":[\"db\"]",
	"\"iss\":\"idp\"", "{\"keys\":[", "\"kty\":\"RSA\"", "\"kty\":\"oct\"", "\"kty\":\"EC\",\"crv\":\"P-256\"", "\"n\":\"", "\"k\":\"",
	"eyJhbGciOiJIUzI1NiJ9.", "\\u0000", "\\ud83d\\udc18", "\\ud800", "\xff", "[[[[[[[[", "1e999", "-0", ",", ":", "}", NULL
};

static GkJsonObject object;
static GkJsonObject inner;
static GkJws jws;
static GkClaims claims;
static GkKeys keys;

/* What was read, it reads again, and no name is there twice. */
static void
check_json(const char *text, size_t size)
{
	if (!gk_json_read(&object, text, size))
		return;
	for (int i = 0; i < object.count; i++)
	{
		const GkJsonValue *member = &object.members[i];
		char		buf[512];
		double		number;
		GkJsonValue element;
		size_t		place = 0;

		FUZZ_CHECK(gk_json_member(&object, member->name) == member);
		FUZZ_CHECK(member->raw >= text && member->raw + member->length <= text + size);
		(void) gk_json_string(member, buf, sizeof(buf));
		FUZZ_CHECK(strlen(buf) < sizeof(buf));
		(void) gk_json_number(member, &number);
		while (gk_json_element(member, &place, &element))
			FUZZ_CHECK(element.raw + element.length <= text + size);
		if (member->type == GK_JSON_OBJECT)
			FUZZ_CHECK(gk_json_read(&inner, member->raw, member->length));
	}
}

/* There is one text for each sequence of bytes. */
static void
check_base64url(const char *text, size_t size)
{
	static unsigned char bytes[8192];
	static char again[16384];
	size_t		used;

	if (!gk_base64url_decode(text, size, bytes, sizeof(bytes), &used))
		return;
	FUZZ_CHECK(gk_base64url_encode(bytes, used, again, sizeof(again)) == size);
	FUZZ_CHECK(memcmp(again, text, size) == 0);
}

static void
check_claims(const char *text, size_t size)
{
	GkClaimRules rules = {.now = 1700000000,.leeway = 30,.issuers = "idp",.audiences = "db",.user_claim = "sub"};

	if (size >= sizeof(jws.payload))
		return;
	memcpy(jws.payload, text, size);
	jws.payload[size] = '\0';
	jws.length = size;
	if (gk_claims_check(&claims, &jws, &rules) != GK_TOKEN_GOOD)
		return;
	FUZZ_CHECK(*claims.user != '\0' && strcspn(claims.user, "\x1f\n") == strlen(claims.user));
	FUZZ_CHECK(claims.expires > 1699999970 && strcmp(claims.issuer, "idp") == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char	   *text = malloc(size + 1);

	memcpy(text, data, size);
	text[size] = '\0';
	check_json(text, size);
	check_base64url(text, size);
	check_claims(text, size);
	memset(&keys, 0, sizeof(keys));
	(void) gk_keys_read(&keys, text, size);
	keys.count = 1;
	keys.key[0].algorithm = GK_HS256;
	FUZZ_CHECK(gk_jws_verify(&jws, text, size, &keys) != GK_TOKEN_GOOD);
	free(text);
	return 0;
}
