/*-------------------------------------------------------------------------
 *
 * test_token.c
 *	  Tokens: those of the standards are good, and whatever is forged, altered or
 *	  confused is not.
 *
 * Stands alone; prints TAP.  Without libcrypto it skips all.  With a file's name it
 * reads cases instead, each line a key, a token ("-" for none), "valid" or "invalid"
 * and a name, with tabs between: Wycheproof's json_web_signature_test.json, say.  Of
 * its 401 cases eight do not come out as it expects, on purpose: a key for PS256
 * verifies no PS384 (346, 350), ES521 is no algorithm (347, 351), a question mark is
 * not base64url (372, 373), and 367 and 370 are the same text as the valid 357.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include <stdio.h>
#include <stdlib.h>

#include "common/escape.c"
#include "identity/base64url.c"
#include "identity/json.c"
#include "identity/algorithm.c"
#include "identity/crypto.c"
#include "identity/key.c"
#include "identity/jws.c"
#include "identity/claims.c"

static int	tests;
static int	failures;
static GkKeys keys;
static GkJws jws;
static GkClaims claims;

static void
ok(bool is_good, const char *name, const char *detail)
{
	printf("%sok %d - %s\n", is_good ? "" : "not ", ++tests, name);
	if (!is_good)
		printf("# %s\n", detail);
	failures += !is_good;
}

/* ------------------------------------------------------------------------
 * The standards' own
 * ------------------------------------------------------------------------
 */
static const struct
{
	const char *name;
	const char *key;
	const char *token;
}			standards[] = {
	{"RFC 7515, A.1: HS256",
		"{\"kty\":\"oct\",\"k\":\"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS"
		"4hcgUuTwjAzZr1Z9CAow\"}",
		"eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODA"
		"sDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_w"
		"W1gFWFOEjXk"},
	{"RFC 7515, A.2: RS256",
		"{\"kty\":\"RSA\",\"n\":\"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-V"
		"aw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9w"
		"Gzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMT"
		"BQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kz"
		"k2PAcDTW9gb54h4FRWyuXpoQ\",\"e\":\"AQAB\"}",
		"eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGF"
		"tcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu"
		"3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdi"
		"uB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--x"
		"i12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5A"
		"XLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw"},
	{"RFC 7515, A.3: ES256",
		"{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\",\"y\":\"x_F"
		"EzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"}",
		"eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGF"
		"tcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw"
		"5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"},
	{"RFC 7515, A.4: ES512",
		"{\"kty\":\"EC\",\"crv\":\"P-521\",\"x\":\"AekpBQ8ST8a8VcfVOTNl353vSrDCLLJXmPk06wTjxrrjcBpXp5EOn"
		"YG_NjFZ6OvLFV1jSfS9tsz4qUxcWceqwQGk\",\"y\":\"ADSmRA43Z1DSNx_RvcLI87cdL07l6jQyyBXMoxVg_l"
		"2Th-x3S1WDhjDly79ajL4Kkd0AZMaZmh9ubmf63e3kyMj2\"}",
		"eyJhbGciOiJFUzUxMiJ9.UGF5bG9hZA.AdwMgeerwtHoh-l192l60hp9wAHZFVJbLfD_UxMi70cwnZOYaRI1"
		"bKPWROc-mZZqwqT2SI-KGDKB34XO0aw_7XdtAG8GaSwFKdCAPZgoXD2YBJZCPEX3xKpRwcdOO8KpEHwJjyqO"
		"gzDO7iKvU8vcnwNrmxYbSW9ERBXukOXolLzeO_Jn"},
	{"RFC 7520, 4.1: RS256",
		"{\"kty\":\"RSA\",\"alg\":\"RS256\",\"kid\":\"bilbo.baggins@hobbiton.example\",\"use\":\"sig\",\"n\":\"n"
		"4EPtAOCc9AlkeQHPzHStgAbgs7bTZLwUBZdR8_KuKPEHLd4rHVTeT-O-XV2jRojdNhxJWTDvNd7nqQ0VEiZQ"
		"Hz_AJmSCpMaJMRBSFKrKb2wqVwGU_NsYOYL-QtiWN2lbzcEe6XC0dApr5ydQLrHqkHHig3RBordaZ6Aj-oBH"
		"qFEHYpPe7Tpe-OfVfHd1E6cS6M1FZcD1NNLYD5lFHpPI9bTwJlsde3uhGqC0ZCuEHg8lhzwOHrtIQbS0FVbb"
		"9k3-tVTU4fg_3L_vniUFAKwuCLqKnS2BYwdq_mzSnbLY7h_qixoR7jig3__kRhuaxwUkRz5iaiQkqgc5gHdr"
		"NP5zw\",\"e\":\"AQAB\"}",
		"eyJhbGciOiJSUzI1NiIsImtpZCI6ImJpbGJvLmJhZ2dpbnNAaG9iYml0b24uZXhhbXBsZSJ9.SXTigJlzIGE"
		"gZGFuZ2Vyb3VzIGJ1c2luZXNzLCBGcm9kbywgZ29pbmcgb3V0IHlvdXIgZG9vci4gWW91IHN0ZXAgb250byB"
		"0aGUgcm9hZCwgYW5kIGlmIHlvdSBkb24ndCBrZWVwIHlvdXIgZmVldCwgdGhlcmXigJlzIG5vIGtub3dpbmc"
		"gd2hlcmUgeW91IG1pZ2h0IGJlIHN3ZXB0IG9mZiB0by4.MRjdkly7_-oTPTS3AXP41iQIGKa80A0ZmTuV5ME"
		"aHoxnW2e5CZ5NlKtainoFmKZopdHM1O2U4mwzJdQx996ivp83xuglII7PNDi84wnB-BDkoBwA78185hX-Es4"
		"JIwmDLJK3lfWRa-XtL0RnltuYv746iYTh_qHRD68BNt1uSNCrUCTJDt5aAE6x8wW1Kt9eRo4QPocSadnHXFx"
		"nt8Is9UzpERV0ePPQdLuW3IS_de3xyIrDaLGdjluPxUAhb6L2aXic1U12podGU0KLUQSE_oI-ZnmKJ3F4uOZ"
		"Dnd6QZWJushZ41Axf_fcIe8u9ipH84ogoree7vjbU5y18kDquDg"},
	{"RFC 7520, 4.2: PS384",
		"{\"kty\":\"RSA\",\"alg\":\"PS384\",\"kid\":\"bilbo.baggins@hobbiton.example\",\"use\":\"sig\",\"n\":\"n"
		"4EPtAOCc9AlkeQHPzHStgAbgs7bTZLwUBZdR8_KuKPEHLd4rHVTeT-O-XV2jRojdNhxJWTDvNd7nqQ0VEiZQ"
		"Hz_AJmSCpMaJMRBSFKrKb2wqVwGU_NsYOYL-QtiWN2lbzcEe6XC0dApr5ydQLrHqkHHig3RBordaZ6Aj-oBH"
		"qFEHYpPe7Tpe-OfVfHd1E6cS6M1FZcD1NNLYD5lFHpPI9bTwJlsde3uhGqC0ZCuEHg8lhzwOHrtIQbS0FVbb"
		"9k3-tVTU4fg_3L_vniUFAKwuCLqKnS2BYwdq_mzSnbLY7h_qixoR7jig3__kRhuaxwUkRz5iaiQkqgc5gHdr"
		"NP5zw\",\"e\":\"AQAB\"}",
		"eyJhbGciOiJQUzM4NCIsImtpZCI6ImJpbGJvLmJhZ2dpbnNAaG9iYml0b24uZXhhbXBsZSJ9.SXTigJlzIGE"
		"gZGFuZ2Vyb3VzIGJ1c2luZXNzLCBGcm9kbywgZ29pbmcgb3V0IHlvdXIgZG9vci4gWW91IHN0ZXAgb250byB"
		"0aGUgcm9hZCwgYW5kIGlmIHlvdSBkb24ndCBrZWVwIHlvdXIgZmVldCwgdGhlcmXigJlzIG5vIGtub3dpbmc"
		"gd2hlcmUgeW91IG1pZ2h0IGJlIHN3ZXB0IG9mZiB0by4.cu22eBqkYDKgIlTpzDXGvaFfz6WGoz7fUDcfT0k"
		"kOy42miAh2qyBzk1xEsnk2IpN6-tPid6VrklHkqsGqDqHCdP6O8TTB5dDDItllVo6_1OLPpcbUrhiUSMxbbX"
		"UvdvWXzg-UD8biiReQFlfz28zGWVsdiNAUf8ZnyPEgVFn442ZdNqiVJRmBqrYRXe8P_ijQ7p8Vdz0TTrxUeT"
		"3lm8d9shnr2lfJT8ImUjvAA2Xez2Mlp8cBE5awDzT0qI0n6uiP1aCN_2_jLAeQTlqRHtfa64QQSUmFAAjVKP"
		"bByi7xho0uTOcbH510a6GYmJUAfmWjwZ6oD4ifKo8DYM-X72Eaw"},
	{"RFC 7520, 4.3: ES512",
		"{\"kty\":\"EC\",\"alg\":\"ES512\",\"kid\":\"bilbo.baggins@hobbiton.example\",\"use\":\"sig\",\"crv\":\""
		"P-521\",\"x\":\"AHKZLLOsCOzz5cY97ewNUajB957y-C-U88c3v13nmGZx6sYl_oJXu9A5RkTKqjqvjyekWF-7"
		"ytDyRXYgCF5cj0Kt\",\"y\":\"AdymlHvOiLxXkEhayXQnNCvDX4h9htZaCJN34kfmC6pV5OhQHiraVySsUdaQk"
		"AgDPrwQrJmbnX9cwlGfP-HqHZR1\"}",
		"eyJhbGciOiJFUzUxMiIsImtpZCI6ImJpbGJvLmJhZ2dpbnNAaG9iYml0b24uZXhhbXBsZSJ9.SXTigJlzIGE"
		"gZGFuZ2Vyb3VzIGJ1c2luZXNzLCBGcm9kbywgZ29pbmcgb3V0IHlvdXIgZG9vci4gWW91IHN0ZXAgb250byB"
		"0aGUgcm9hZCwgYW5kIGlmIHlvdSBkb24ndCBrZWVwIHlvdXIgZmVldCwgdGhlcmXigJlzIG5vIGtub3dpbmc"
		"gd2hlcmUgeW91IG1pZ2h0IGJlIHN3ZXB0IG9mZiB0by4.AE_R_YZCChjn4791jSQCrdPZCNYqHXCTZH0-JZG"
		"YNlaAjP2kqaluUIIUnC9qvbu9Plon7KRTzoNEuT4Va2cmL1eJAQy3mtPBu_u_sDDyYjnAMDxXPn7XrT0lw-k"
		"vAD890jl8e2puQens_IEKBpHABlsbEPX6sFY8OcGDqoRuBomu9xQ2"},
	{"RFC 7520, 4.4: HS256",
		"{\"kty\":\"oct\",\"kid\":\"018c0ae5-4d9b-471b-bfd6-eef314bc7037\",\"use\":\"sig\",\"alg\":\"HS256\","
		"\"k\":\"hJtXIZ2uSN5kbQfbtTNWbpdmhkV8FJG-Onbc6mxCcYg\"}",
		"eyJhbGciOiJIUzI1NiIsImtpZCI6IjAxOGMwYWU1LTRkOWItNDcxYi1iZmQ2LWVlZjMxNGJjNzAzNyJ9.SXT"
		"igJlzIGEgZGFuZ2Vyb3VzIGJ1c2luZXNzLCBGcm9kbywgZ29pbmcgb3V0IHlvdXIgZG9vci4gWW91IHN0ZXA"
		"gb250byB0aGUgcm9hZCwgYW5kIGlmIHlvdSBkb24ndCBrZWVwIHlvdXIgZmVldCwgdGhlcmXigJlzIG5vIGt"
		"ub3dpbmcgd2hlcmUgeW91IG1pZ2h0IGJlIHN3ZXB0IG9mZiB0by4.s0h6KThzkfBBBkLspW1h84VsJZFTsPP"
		"qMDA7g1Md7p0"},
	{"RFC 8037, A.4: EdDSA",
		"{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}",
		"eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7"
		"-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"},
};

static GkRefused
verify(const char *key, const char *token, size_t length)
{
	memset(&keys, 0, sizeof(keys));
	if (gk_keys_read(&keys, key, strlen(key)) != NULL)
		return GK_TOKEN_NO_KEYS;
	return gk_jws_verify(&jws, token, length, &keys);
}

static void
test_standards(void)
{
	for (size_t i = 0; i < sizeof(standards) / sizeof(*standards); i++)
	{
		size_t		length = strlen(standards[i].token);
		char	   *altered = strdup(standards[i].token);
		GkRefused	refused = verify(standards[i].key, altered, length);
		bool		all_refused = true;

		ok(refused == GK_TOKEN_GOOD, standards[i].name, gk_refused_text(refused));
		/* a character of it is another, or where it ends */
		for (size_t c = i % 5; c < length; c += 5)
		{
			char		was = altered[c];

			altered[c] = was == 'A' ? 'B' : 'A';
			if (gk_jws_verify(&jws, altered, length, &keys) == GK_TOKEN_GOOD)
				all_refused = false;
			altered[c] = was;
			if (gk_jws_verify(&jws, altered, c, &keys) == GK_TOKEN_GOOD)
				all_refused = false;
		}
		ok(all_refused, "... not with a character changed, or cut off", "one is good");
		free(altered);
	}
}

/* ------------------------------------------------------------------------
 * Signed as they should be, and refused for what they say
 * ------------------------------------------------------------------------
 */
#define SECRET "{\"kty\":\"oct\",\"kid\":\"k1\",\"alg\":\"HS256\",\"k\":\"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow\"}"
#define HEADER "{\"alg\":\"HS256\",\"typ\":\"JWT\",\"kid\":\"k1\"}"
#define NOW 1700000000.0
#define GOOD "\"exp\":1700000600,\"iss\":\"https://idp.example\",\"aud\":[\"other\",\"db\"]"

typedef struct Case
{
	const char *header;
	const char *payload;
	GkRefused	expected;
	const char *user;
} Case;

#define HEADER_WITH(more) "{\"alg\":\"HS256\"," more "}"
#define CLAIMS(more) "{" GOOD "," more "}"
#define USER "\"sub\":\"alice\""

static const Case cases[] = {
	{HEADER, CLAIMS(USER), GK_TOKEN_GOOD, "alice"},
	{"{\"alg\":\"HS256\"}", CLAIMS(USER), GK_TOKEN_GOOD, "alice"},
	{HEADER_WITH("\"typ\":\"application/at+JWT\""), CLAIMS(USER), GK_TOKEN_GOOD, "alice"},
	{HEADER_WITH("\"x5t\":\"AAAA\""), CLAIMS(USER), GK_TOKEN_GOOD, "alice"},
	{HEADER, " {\r\n\t" GOOD " , \"sub\" : \"\\u0061lice\" } ", GK_TOKEN_GOOD, "alice"},
	{HEADER, CLAIMS("\"sub\":42"), GK_TOKEN_GOOD, "42"},
	{HEADER, CLAIMS("\"sub\":\"\\ud83d\\udc18 o'\\\"; DROP\""), GK_TOKEN_GOOD, "\xf0\x9f\x90\x98 o'\"; DROP"},
	/* the algorithm */
	{"{\"alg\":\"none\"}", CLAIMS(USER), GK_TOKEN_BAD_ALGORITHM, NULL},
	{"{\"alg\":\"None\"}", CLAIMS(USER), GK_TOKEN_BAD_ALGORITHM, NULL},
	{"{\"alg\":\"\"}", CLAIMS(USER), GK_TOKEN_BAD_ALGORITHM, NULL},
	{"{\"alg\":null}", CLAIMS(USER), GK_TOKEN_BAD_ALGORITHM, NULL},
	{"{\"alg\":[\"HS256\"]}", CLAIMS(USER), GK_TOKEN_BAD_ALGORITHM, NULL},
	{"{\"alg\":\"hs256\"}", CLAIMS(USER), GK_TOKEN_BAD_ALGORITHM, NULL},
	{"{\"alg\":\"HS256 \"}", CLAIMS(USER), GK_TOKEN_BAD_ALGORITHM, NULL},
	{"{\"Alg\":\"HS256\"}", CLAIMS(USER), GK_TOKEN_BAD_ALGORITHM, NULL},
	{"{\"\xd0\xb0lg\":\"HS256\"}", CLAIMS(USER), GK_TOKEN_BAD_ALGORITHM, NULL},
	{"{\"typ\":\"JWT\"}", CLAIMS(USER), GK_TOKEN_BAD_ALGORITHM, NULL},
	{"{\"alg\":\"HS384\"}", CLAIMS(USER), GK_TOKEN_WRONG_ALGORITHM, NULL},
	{"{\"alg\":\"RS256\"}", CLAIMS(USER), GK_TOKEN_WRONG_ALGORITHM, NULL},
	{"{\"alg\":\"EdDSA\"}", CLAIMS(USER), GK_TOKEN_WRONG_ALGORITHM, NULL},
	/* the header */
	{"{\"alg\":\"HS256\",\"alg\":\"HS256\"}", CLAIMS(USER), GK_TOKEN_BAD_HEADER, NULL},
	{"{\"alg\":\"none\",\"\\u0061lg\":\"HS256\"}", CLAIMS(USER), GK_TOKEN_BAD_HEADER, NULL},
	{HEADER_WITH("\"x\":{\"a\":1,\"a\":2}"), CLAIMS(USER), GK_TOKEN_BAD_HEADER, NULL},
	{HEADER_WITH("\"x\":1,"), CLAIMS(USER), GK_TOKEN_BAD_HEADER, NULL},
	{"[\"HS256\"]", CLAIMS(USER), GK_TOKEN_BAD_HEADER, NULL},
	{"\"HS256\"", CLAIMS(USER), GK_TOKEN_BAD_HEADER, NULL},
	{"{\"alg\":\"HS256\"}x", CLAIMS(USER), GK_TOKEN_BAD_HEADER, NULL},
	{"{\"alg\":\"HS256\"}{}", CLAIMS(USER), GK_TOKEN_BAD_HEADER, NULL},
	{"{'alg':'HS256'}", CLAIMS(USER), GK_TOKEN_BAD_HEADER, NULL},
	{"{\"alg\":\"HS256\"/**/}", CLAIMS(USER), GK_TOKEN_BAD_HEADER, NULL},
	{"{\"alg\":\"HS256\",\"x\":\"\xff\"}", CLAIMS(USER), GK_TOKEN_BAD_HEADER, NULL},
	{"{\"alg\":\"HS256\",\"x\":\"\xed\xa0\x80\"}", CLAIMS(USER), GK_TOKEN_BAD_HEADER, NULL},
	{"\xef\xbb\xbf{\"alg\":\"HS256\"}", CLAIMS(USER), GK_TOKEN_BAD_HEADER, NULL},
	{HEADER_WITH("\"crit\":[\"exp\"],\"exp\":1"), CLAIMS(USER), GK_TOKEN_BAD_PARAMETER, NULL},
	{HEADER_WITH("\"crit\":[]"), CLAIMS(USER), GK_TOKEN_BAD_PARAMETER, NULL},
	{HEADER_WITH("\"b64\":false,\"crit\":[\"b64\"]"), CLAIMS(USER), GK_TOKEN_BAD_PARAMETER, NULL},
	{HEADER_WITH("\"b64\":true"), CLAIMS(USER), GK_TOKEN_BAD_PARAMETER, NULL},
	{HEADER_WITH("\"zip\":\"DEF\""), CLAIMS(USER), GK_TOKEN_BAD_PARAMETER, NULL},
	{HEADER_WITH("\"cty\":\"JWT\""), CLAIMS(USER), GK_TOKEN_BAD_PARAMETER, NULL},
	{HEADER_WITH("\"jwk\":{\"kty\":\"oct\",\"k\":\"AAAA\"}"), CLAIMS(USER), GK_TOKEN_BAD_PARAMETER, NULL},
	{HEADER_WITH("\"jku\":\"https://evil.example/keys\""), CLAIMS(USER), GK_TOKEN_BAD_PARAMETER, NULL},
	{HEADER_WITH("\"x5u\":\"https://evil.example/cert\""), CLAIMS(USER), GK_TOKEN_BAD_PARAMETER, NULL},
	{HEADER_WITH("\"x5c\":[\"MIIB\"]"), CLAIMS(USER), GK_TOKEN_BAD_PARAMETER, NULL},
	{HEADER_WITH("\"typ\":\"JOSE\""), CLAIMS(USER), GK_TOKEN_BAD_TYPE, NULL},
	{HEADER_WITH("\"typ\":\"JWT\\u0000\""), CLAIMS(USER), GK_TOKEN_BAD_HEADER, NULL},
	{HEADER_WITH("\"typ\":1"), CLAIMS(USER), GK_TOKEN_BAD_TYPE, NULL},
	{HEADER_WITH("\"typ\":\"secevent+jwt\""), CLAIMS(USER), GK_TOKEN_BAD_TYPE, NULL},
	{HEADER_WITH("\"kid\":\"../../../dev/null\""), CLAIMS(USER), GK_TOKEN_NO_KEY, NULL},
	{HEADER_WITH("\"kid\":\"' UNION SELECT 'k1\""), CLAIMS(USER), GK_TOKEN_NO_KEY, NULL},
	{HEADER_WITH("\"kid\":\"K1\""), CLAIMS(USER), GK_TOKEN_NO_KEY, NULL},
	{HEADER_WITH("\"kid\":\"\""), CLAIMS(USER), GK_TOKEN_NO_KEY, NULL},
	{HEADER_WITH("\"kid\":1"), CLAIMS(USER), GK_TOKEN_NO_KEY, NULL},
	/* times */
	{HEADER, "{\"iss\":\"https://idp.example\",\"aud\":\"db\"," USER "}", GK_TOKEN_NO_EXPIRY, NULL},
	{HEADER, "{\"exp\":1699999969,\"iss\":\"https://idp.example\",\"aud\":\"db\"," USER "}", GK_TOKEN_EXPIRED, NULL},
	{HEADER, "{\"exp\":1699999971,\"iss\":\"https://idp.example\",\"aud\":\"db\"," USER "}", GK_TOKEN_GOOD, "alice"},
	{HEADER, "{\"exp\":1e300," USER "}", GK_TOKEN_BAD_CLAIMS, NULL},
	{HEADER, "{\"exp\":99999999999999999999," USER "}", GK_TOKEN_BAD_CLAIMS, NULL},
	{HEADER, "{\"exp\":-1," USER "}", GK_TOKEN_BAD_CLAIMS, NULL},
	{HEADER, "{\"exp\":\"1700000600\"," USER "}", GK_TOKEN_BAD_CLAIMS, NULL},
	{HEADER, "{\"exp\":null," USER "}", GK_TOKEN_BAD_CLAIMS, NULL},
	{HEADER, "{\"exp\":1700000600,\"exp\":1800000000," USER "}", GK_TOKEN_BAD_CLAIMS, NULL},
	{HEADER, CLAIMS("\"nbf\":1700000031," USER), GK_TOKEN_TOO_EARLY, NULL},
	{HEADER, CLAIMS("\"iat\":1700000031," USER), GK_TOKEN_TOO_EARLY, NULL},
	{HEADER, CLAIMS("\"nbf\":true," USER), GK_TOKEN_BAD_CLAIMS, NULL},
	/* issuer, audience, user */
	{HEADER, "{\"exp\":1700000600,\"aud\":\"db\"," USER "}", GK_TOKEN_BAD_ISSUER, NULL},
	{HEADER, "{\"exp\":1700000600,\"iss\":\"https://idp.example.evil\",\"aud\":\"db\"," USER "}", GK_TOKEN_BAD_ISSUER, NULL},
	{HEADER, "{\"exp\":1700000600,\"iss\":\"pg_gatekeeper\",\"aud\":\"db\"," USER "}", GK_TOKEN_BAD_ISSUER, NULL},
	{HEADER, "{\"exp\":1700000600,\"iss\":[\"https://idp.example\"],\"aud\":\"db\"," USER "}", GK_TOKEN_BAD_CLAIMS, NULL},
	{HEADER, "{\"exp\":1700000600,\"iss\":\"https://idp.example\"," USER "}", GK_TOKEN_BAD_AUDIENCE, NULL},
	{HEADER, "{\"exp\":1700000600,\"iss\":\"https://idp.example\",\"aud\":\"db2\"," USER "}", GK_TOKEN_BAD_AUDIENCE, NULL},
	{HEADER, "{\"exp\":1700000600,\"iss\":\"https://idp.example\",\"aud\":\"db,x\"," USER "}", GK_TOKEN_BAD_AUDIENCE, NULL},
	{HEADER, "{\"exp\":1700000600,\"iss\":\"https://idp.example\",\"aud\":[[\"db\"]]," USER "}", GK_TOKEN_BAD_AUDIENCE, NULL},
	{HEADER, "{\"exp\":1700000600,\"iss\":\"https://idp.example\",\"aud\":{\"db\":1}," USER "}", GK_TOKEN_BAD_AUDIENCE, NULL},
	{HEADER, "{" GOOD "}", GK_TOKEN_NO_USER, NULL},
	{HEADER, CLAIMS("\"sub\":\"\""), GK_TOKEN_NO_USER, NULL},
	{HEADER, CLAIMS("\"sub\":null"), GK_TOKEN_NO_USER, NULL},
	{HEADER, CLAIMS("\"sub\":[\"alice\"]"), GK_TOKEN_NO_USER, NULL},
	{HEADER, CLAIMS("\"sub\":4.2"), GK_TOKEN_NO_USER, NULL},
	{HEADER, CLAIMS("\"sub\":\"alice\\u0000\""), GK_TOKEN_BAD_CLAIMS, NULL},
	{HEADER, CLAIMS("\"sub\":\"alice\\u001fbob\""), GK_TOKEN_NO_USER, NULL},
	{HEADER, CLAIMS("\"sub\":\"alice\nbob\""), GK_TOKEN_BAD_CLAIMS, NULL},
	{HEADER, CLAIMS("\"sub\":\"\\ud800\""), GK_TOKEN_BAD_CLAIMS, NULL},
	{HEADER, CLAIMS("\"sub\":\"alice\",\"s\\u0075b\":\"bob\""), GK_TOKEN_BAD_CLAIMS, NULL},
	{HEADER, CLAIMS("\"sid\":7," USER), GK_TOKEN_BAD_CLAIMS, NULL},
	{HEADER, CLAIMS("\"x\":[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]," USER), GK_TOKEN_BAD_CLAIMS, NULL},
	{HEADER, CLAIMS("\"x\":01," USER), GK_TOKEN_BAD_CLAIMS, NULL},
	{HEADER, CLAIMS("\"x\":NaN," USER), GK_TOKEN_BAD_CLAIMS, NULL},
	{HEADER, "[]", GK_TOKEN_BAD_CLAIMS, NULL},
	{HEADER, "", GK_TOKEN_BAD_CLAIMS, NULL},
	{HEADER, "eyJhbGciOiJIUzI1NiJ9.e30.AA", GK_TOKEN_BAD_CLAIMS, NULL},
};

/* Signed by the key, with HS256, whatever its header says. */
static size_t
make_token(char *token, size_t size, const char *header, const char *payload)
{
	unsigned char signature[64];
	size_t		used = gk_base64url_encode((const unsigned char *) header, strlen(header), token, size);
	size_t		length;

	token[used++] = '.';
	used += gk_base64url_encode((const unsigned char *) payload, strlen(payload), token + used, size - used);
	length = gk_crypto_hmac(&keys.key[0], token, used, signature, sizeof(signature));
	token[used++] = '.';
	return used + gk_base64url_encode(signature, length, token + used, size - used);
}

static GkRefused
check(const char *token, size_t length)
{
	GkClaimRules rules = {
		.now = NOW,.leeway = 30,.issuers = "https://other.example , https://idp.example",
		.audiences = "db",.user_claim = "sub",.is_own = false
	};
	GkRefused	refused = gk_jws_verify(&jws, token, length, &keys);

	return refused == GK_TOKEN_GOOD ? gk_claims_check(&claims, &jws, &rules) : refused;
}

static void
test_cases(void)
{
	static char token[GK_TOKEN_SIZE * 2];

	memset(&keys, 0, sizeof(keys));
	ok(gk_keys_read(&keys, SECRET, strlen(SECRET)) == NULL && keys.count == 1, "a secret key", "");
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
	{
		char		name[400];
		GkRefused	refused = check(token, make_token(token, sizeof(token), cases[i].header, cases[i].payload));
		bool		is_good = refused == cases[i].expected &&
			(refused != GK_TOKEN_GOOD || strcmp(claims.user, cases[i].user) == 0);

		snprintf(name, sizeof(name), "%s: case %d", gk_refused_text(cases[i].expected), (int) i);
		ok(is_good, name, gk_refused_text(refused));
	}
}

/* ------------------------------------------------------------------------
 * Texts, and keys
 * ------------------------------------------------------------------------
 */
static void
refuses(const char *token, size_t length, const char *name)
{
	ok(check(token, length) != GK_TOKEN_GOOD, name, "it is good");
}

static void
test_texts(void)
{
	static char token[GK_TOKEN_SIZE];
	static char other[GK_TOKEN_SIZE + 100];
	size_t		length = make_token(token, sizeof(token), HEADER, CLAIMS(USER));
	int			n;

	refuses("", 0, "none");
	refuses(".", 1, "a dot");
	refuses("..", 2, "two dots");
	refuses(token, length - 44, "without its signature");
	refuses(token, length - 43, "with an empty one");
	refuses(token + 1, length - 1, "without its first character");
	token[length] = '\0';
	n = snprintf(other, sizeof(other), "%s=", token);
	refuses(other, n, "with padding");
	n = snprintf(other, sizeof(other), "%s.", token);
	refuses(other, n, "with a fourth part");
	n = snprintf(other, sizeof(other), " %s", token);
	refuses(other, n, "with a blank");
	n = snprintf(other, sizeof(other), "%s\n", token);
	refuses(other, n, "with a newline");
	n = snprintf(other, sizeof(other), "Bearer %s", token);
	refuses(other, n, "with its scheme");
	n = snprintf(other, sizeof(other), "%s", token);
	refuses(other, n + 1, "with a NUL");
	n = snprintf(other, sizeof(other), "{\"payload\":\"%s\"}", token);
	refuses(other, n, "in JSON");
	memset(other, 'a', sizeof(other));
	refuses(other, sizeof(other), "too long");
	memcpy(other, token, length);
	memset(other + length, 'a', 100);
	refuses(other, length + 100, "with a longer signature");
}

#define ED "\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\""
#define SET "{\"keys\":[{" ED ",\"kid\":\"a\"},{\"kty\":\"oct\",\"key_ops\":[\"sign\",\"verify\"]," \
	"\"k\":\"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr8\"},{" ED ",\"use\":\"enc\"},{" ED ",\"kid\":\"c\"}]}"

static void
rejects(const char *key, const char *name)
{
	GkKeys		none = {0};
	const char *wrong = gk_keys_read(&none, key, strlen(key));

	ok(wrong != NULL || none.count == 0, name, "it is taken");
}

static void
test_keys(void)
{
	rejects("{\"kty\":\"oct\",\"k\":\"AAAA\"}", "a short secret");
	rejects("{\"kty\":\"oct\",\"k\":\"\"}", "an empty one");
	rejects("{\"kty\":\"RSA\",\"e\":\"AQAB\",\"n\":\"sXchDaQebHnPiGvyDOAT4saGEUetSyo9MKLOoWFsueri23bOdgWp4Dy1Wl\"}", "a short RSA key");
	rejects("{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\",\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a1\"}", "a point that is not on its curve");
	rejects("{\"kty\":\"EC\",\"crv\":\"secp256k1\",\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\",\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"}", "another curve");
	rejects("{\"kty\":\"OKP\",\"crv\":\"X25519\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}", "a key for encryption");
	rejects("{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"use\":\"enc\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}", "... that says so");
	rejects("{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"key_ops\":[\"sign\"],\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}", "a key that is not for verifying");
	rejects("{\"kty\":\"oct\",\"alg\":\"RS256\",\"k\":\"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr8\"}", "an algorithm of another kind");
	rejects("{\"kty\":\"oct\",\"alg\":\"none\",\"k\":\"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr8\"}", "no algorithm");
	rejects("{\"keys\":[{\"kty\":\"oct\",\"k\":\"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr8\",\"k\":\"\"}]}", "a member twice");
	rejects("{\"keys\":{}}", "a set that is none");
	rejects("[]", "an array");
	memset(&keys, 0, sizeof(keys));
	ok(gk_keys_read(&keys, SET, strlen(SET)) == NULL && keys.count == 3 &&
	   strcmp(keys.key[2].id, "c") == 0 && keys.key[1].signs, "a set of three, and one for encryption", "it has others");
}

/* ------------------------------------------------------------------------ */

static int
run_file(const char *path)
{
	static char line[1 << 16];
	FILE	   *file = fopen(path, "r");

	if (file == NULL)
		return 1;
	while (fgets(line, sizeof(line), file))
	{
		char	   *key = strtok(line, "\t");
		char	   *token = strtok(NULL, "\t");
		char	   *expected = strtok(NULL, "\t");
		char	   *name = strtok(NULL, "\n");
		GkRefused	refused;

		if (name == NULL)
			continue;
		refused = verify(key, token, strcmp(token, "-") == 0 ? 0 : strlen(token));
		ok((refused == GK_TOKEN_GOOD) == (strcmp(expected, "valid") == 0), name, gk_refused_text(refused));
	}
	fclose(file);
	printf("1..%d\n", tests);
	return failures > 0;
}

int
main(int argc, char **argv)
{
	if (!gk_crypto_is_there())
	{
		puts("1..0 # SKIP libcrypto's headers are not installed");
		return 0;
	}
	if (argc > 1)
		return run_file(argv[1]);
	test_standards();
	test_cases();
	test_texts();
	test_keys();
	printf("1..%d\n", tests);
	return failures > 0;
}
