/*-------------------------------------------------------------------------
 *
 * posture_scram.c
 *	  Is a password the one that a SCRAM-SHA-256 verifier was made of?
 *
 * SHA-256 after FIPS 180-4, HMAC after RFC 2104, the verifier after RFC 5803.
 * The password is not normalised (SASLprep): guesses are plain ASCII.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "cli/posture_asked.h"

#include <stdlib.h>

#define DIGEST 32
#define BLOCK 64

static const uint32_t start[8] =
{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

static const uint32_t constants[64] =
{
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
	0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
	0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
	0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
	0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
	0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
	0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
	0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2
};

static uint32_t
rotated(uint32_t x, int n)
{
	return x >> n | x << (32 - n);
}

static void
compress(uint32_t state[8], const unsigned char *block)
{
	uint32_t	w[64];
	uint32_t	s[8];

	for (int i = 0; i < 16; i++)
		w[i] = (uint32_t) block[4 * i] << 24 | (uint32_t) block[4 * i + 1] << 16 | (uint32_t) block[4 * i + 2] << 8 | block[4 * i + 3];
	for (int i = 16; i < 64; i++)
		w[i] = w[i - 16] + (rotated(w[i - 15], 7) ^ rotated(w[i - 15], 18) ^ w[i - 15] >> 3) +
			w[i - 7] + (rotated(w[i - 2], 17) ^ rotated(w[i - 2], 19) ^ w[i - 2] >> 10);
	memcpy(s, state, sizeof(s));
	for (int i = 0; i < 64; i++)
	{
		uint32_t	a = s[7] + (rotated(s[4], 6) ^ rotated(s[4], 11) ^ rotated(s[4], 25)) +
			((s[4] & s[5]) ^ (~s[4] & s[6])) + constants[i] + w[i];
		uint32_t	b = (rotated(s[0], 2) ^ rotated(s[0], 13) ^ rotated(s[0], 22)) +
			((s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]));

		memmove(s + 1, s, 7 * sizeof(uint32_t));
		s[4] += a;
		s[0] = a + b;
	}
	for (int i = 0; i < 8; i++)
		state[i] += s[i];
}

/* The digest of what comes behind done bytes that are in state already. */
static void
digest(const uint32_t *state, size_t done, const unsigned char *data, size_t len, unsigned char out[DIGEST])
{
	uint32_t	s[8];
	unsigned char last[2 * BLOCK] = {0};
	uint64_t	bits = (done + len) * 8;
	size_t		rest;
	size_t		size;

	memcpy(s, state, sizeof(s));
	for (rest = len; rest >= BLOCK; rest -= BLOCK, data += BLOCK)
		compress(s, data);
	memcpy(last, data, rest);
	last[rest] = 0x80;
	size = rest < BLOCK - 8 ? BLOCK : 2 * BLOCK;
	for (int i = 0; i < 8; i++)
		last[size - 1 - i] = bits >> 8 * i;
	for (size_t at = 0; at < size; at += BLOCK)
		compress(s, last + at);
	for (int i = 0; i < DIGEST; i++)
		out[i] = s[i / 4] >> (24 - 8 * (i % 4));
}

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
		digest(start, 0, bytes, len, block);
	else
		memcpy(block, bytes, len);
	for (int i = 0; i < BLOCK; i++)
		block[i] ^= 0x36;
	memcpy(key->inner, start, sizeof(start));
	compress(key->inner, block);
	for (int i = 0; i < BLOCK; i++)
		block[i] ^= 0x36 ^ 0x5c;
	memcpy(key->outer, start, sizeof(start));
	compress(key->outer, block);
}

static void
hmac(const Key *key, const unsigned char *data, size_t len, unsigned char out[DIGEST])
{
	unsigned char inner[DIGEST];

	digest(key->inner, BLOCK, data, len, inner);
	digest(key->outer, BLOCK, inner, DIGEST, out);
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
	digest(start, 0, u, DIGEST, salted);
	return memcmp(salted, stored, DIGEST) == 0;
}
