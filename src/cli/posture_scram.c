/*-------------------------------------------------------------------------
 *
 * posture_scram.c
 *	  Is a password the one that a SCRAM-SHA-256 verifier was made of?
 *
 * HMAC after RFC 2104, the verifier after RFC 5803.
 * The password is not normalised (SASLprep): guesses are plain ASCII.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "cli/posture_asked.h"

#include <stdlib.h>

#include "common/text.h"

#define DIGEST GK_SHA256_BYTES
#define BLOCK GK_SHA256_BLOCK

typedef struct Key
{
	uint32_t	inner[8];
	uint32_t	outer[8];
} Key;

static void
key_begin(Key *key, const unsigned char *bytes, size_t len)
{
	unsigned char block[BLOCK] = {0};

	if (len > BLOCK)
		gk_sha256_end(gk_sha256_start, 0, bytes, len, block);
	else
		memcpy(block, bytes, len);
	for (int i = 0; i < BLOCK; i++)
		block[i] ^= 0x36;
	memcpy(key->inner, gk_sha256_start, sizeof(key->inner));
	gk_sha256_block(key->inner, block);
	for (int i = 0; i < BLOCK; i++)
		block[i] ^= 0x36 ^ 0x5c;
	memcpy(key->outer, gk_sha256_start, sizeof(key->outer));
	gk_sha256_block(key->outer, block);
}

static void
hmac(const Key *key, const unsigned char *data, size_t len, unsigned char out[DIGEST])
{
	unsigned char inner[DIGEST];

	gk_sha256_end(key->inner, BLOCK, data, len, inner);
	gk_sha256_end(key->outer, BLOCK, inner, DIGEST, out);
}

/* Bytes of base64 text, up to a character that is none; -1 if it is too long. */
static int
decode(const char *text, unsigned char *out, int size)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	uint32_t	bits = 0;
	int			held = 0;
	int			n = 0;

	for (const char *d; *text && (d = strchr(digits, *text)) != NULL; text++)
	{
		bits = bits << 6 | (uint32_t) (d - digits);
		held += 6;
		if (held < 8)
			continue;
		held -= 8;
		if (n == size)
			return -1;
		out[n++] = bits >> held;
	}
	return n;
}

/* Was "SCRAM-SHA-256$ITERATIONS:SALT$STOREDKEY:SERVERKEY" made of the password? */
bool
gk_scram_fits(const char *verifier, const char *password)
{
	const char *rounds = strchr(verifier, '$');
	const char *salt_text = rounds ? strchr(rounds, ':') : NULL;
	const char *stored_text = salt_text ? strchr(salt_text, '$') : NULL;
	unsigned char salt[256 + 4];
	unsigned char stored[DIGEST];
	unsigned char u[DIGEST];
	unsigned char salted[DIGEST];
	int			len;
	Key			key;

	if (stored_text == NULL || (len = decode(salt_text + 1, salt, 256)) < 0 || decode(stored_text + 1, stored, DIGEST) != DIGEST)
		return false;
	memcpy(salt + len, "\0\0\0\1", 4);
	key_begin(&key, (const unsigned char *) password, strlen(password));
	hmac(&key, salt, len + 4, u);
	memcpy(salted, u, DIGEST);
	for (long i = strtol(rounds + 1, NULL, 10); i > 1; i--)
	{
		hmac(&key, u, DIGEST, u);
		for (int k = 0; k < DIGEST; k++)
			salted[k] ^= u[k];
	}
	key_begin(&key, salted, DIGEST);
	hmac(&key, (const unsigned char *) "Client Key", 10, u);
	gk_sha256_end(gk_sha256_start, 0, u, DIGEST, salted);
	return memcmp(salted, stored, DIGEST) == 0;
}
