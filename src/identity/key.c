/*-------------------------------------------------------------------------
 *
 * key.c
 *	  Keys, as RFC 7517 and 7518 write them, or in PEM.
 *
 * A key is for one algorithm, which the key itself says, never a token.  A public
 * key becomes the SubjectPublicKeyInfo that every version of libcrypto reads, and
 * that looks whether a point is on its curve.  What is not for verifying
 * signatures, or for an algorithm that is not known here, is left out of the set:
 * providers of identity publish such keys beside the others.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "identity/token.h"

/* ------------------------------------------------------------------------
 * DER, from the end to the beginning: what is inside is known before its length
 * ------------------------------------------------------------------------
 */
typedef struct Der
{
	size_t		at;				/* in use from here on */
	unsigned char bytes[GK_KEY_BYTES];
	bool		is_full;
} Der;

static void
der_put(Der *der, const void *bytes, size_t length)
{
	if (length > der->at)
		der->is_full = true;
	if (der->is_full)
		return;
	der->at -= length;
	memcpy(der->bytes + der->at, bytes, length);
}

static void
der_byte(Der *der, unsigned char byte)
{
	der_put(der, &byte, 1);
}

/* Tag and length before what has been put since it ended there. */
static void
der_wrap(Der *der, unsigned char tag, size_t end)
{
	size_t		length = end - der->at;

	der_byte(der, (unsigned char) length);
	if (length > 255)
	{
		der_byte(der, (unsigned char) (length >> 8));
		der_byte(der, 0x82);
	}
	else if (length > 127)
		der_byte(der, 0x81);
	der_byte(der, tag);
}

static void
der_integer(Der *der, const unsigned char *bytes, size_t length)
{
	size_t		end = der->at;

	while (length > 1 && *bytes == 0)
	{
		bytes++;
		length--;
	}
	der_put(der, bytes, length);
	if (length > 0 && (*bytes & 0x80))
		der_byte(der, 0);
	der_wrap(der, 0x02, end);
}

/* The public key is there, as the bits of the string; what it is of comes before. */
static bool
der_finish(Der *der, const unsigned char *algorithm, size_t length, GkKey *key)
{
	der_byte(der, 0);			/* all bits of the last byte count */
	der_wrap(der, 0x03, sizeof(der->bytes));
	der_put(der, algorithm, length);
	der_wrap(der, 0x30, sizeof(der->bytes));
	if (der->is_full)
		return false;
	key->length = sizeof(der->bytes) - der->at;
	memcpy(key->bytes, der->bytes + der->at, key->length);
	return true;
}

/* ------------------------------------------------------------------------
 * The kinds of keys.  Each returns what is wrong, or NULL.
 * ------------------------------------------------------------------------
 */
static bool
read_bytes(const GkJsonObject *jwk, const char *name, unsigned char *out, size_t size, size_t *used)
{
	char		text[1024];
	const GkJsonValue *value = gk_json_member(jwk, name);

	return gk_json_string(value, text, sizeof(text)) && *text != '\0' &&
		gk_base64url_decode(text, strlen(text), out, size, used);
}

static const char *
read_secret(const GkJsonObject *jwk, GkKey *key)
{
	if (!read_bytes(jwk, "k", key->bytes, sizeof(key->bytes), &key->length))
		return "a secret key has no good \"k\"";
	/* RFC 7518, 3.2: as long as the hash */
	if (key->length < gk_algorithms[key->algorithm].bytes)
		return "a secret key is shorter than its hash";
	return NULL;
}

static const char *
read_rsa(const GkJsonObject *jwk, GkKey *key)
{
	static const unsigned char rsa_encryption[] = {
		0x30, 0x0D, 0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01, 0x05, 0x00
	};
	Der			der = {.at = GK_KEY_BYTES};
	unsigned char modulus[513];
	unsigned char exponent[16];
	size_t		modulus_length;
	size_t		exponent_length;

	if (!read_bytes(jwk, "n", modulus, sizeof(modulus), &modulus_length) ||
		!read_bytes(jwk, "e", exponent, sizeof(exponent), &exponent_length))
		return "an RSA key has no good \"n\" and \"e\"";
	der_integer(&der, exponent, exponent_length);
	der_integer(&der, modulus, modulus_length);
	der_wrap(&der, 0x30, sizeof(der.bytes));
	if (!der_finish(&der, rsa_encryption, sizeof(rsa_encryption), key))
		return "an RSA key is too long";
	return NULL;
}

/* What comes before a point: the AlgorithmIdentifier of its curve. */
static const struct
{
	const unsigned char *bytes;
	size_t		length;
}			curves[GK_NUM_ALGORITHMS] = {
	[GK_ES256] = {(const unsigned char *) "\x30\x13\x06\x07\x2A\x86\x48\xCE\x3D\x02\x01\x06\x08\x2A\x86\x48\xCE\x3D\x03\x01\x07", 21},
	[GK_ES384] = {(const unsigned char *) "\x30\x10\x06\x07\x2A\x86\x48\xCE\x3D\x02\x01\x06\x05\x2B\x81\x04\x00\x22", 18},
	[GK_ES512] = {(const unsigned char *) "\x30\x10\x06\x07\x2A\x86\x48\xCE\x3D\x02\x01\x06\x05\x2B\x81\x04\x00\x23", 18},
	[GK_EDDSA] = {(const unsigned char *) "\x30\x05\x06\x03\x2B\x65\x70", 7},
};

/* Elliptic curves: one coordinate, or two with the mark of an uncompressed point. */
static const char *
read_point(const GkJsonObject *jwk, GkKey *key)
{
	size_t		bytes = gk_algorithms[key->algorithm].bytes;
	bool		has_y = key->algorithm != GK_EDDSA;
	Der			der = {.at = GK_KEY_BYTES};
	unsigned char x[66];
	unsigned char y[66];
	size_t		length;

	if (!read_bytes(jwk, "x", x, sizeof(x), &length) || length != bytes)
		return "a key on a curve has no good \"x\"";
	if (has_y && (!read_bytes(jwk, "y", y, sizeof(y), &length) || length != bytes))
		return "a key on a curve has no good \"y\"";
	if (has_y)
		der_put(&der, y, bytes);
	der_put(&der, x, bytes);
	if (has_y)
		der_byte(&der, 0x04);
	return der_finish(&der, curves[key->algorithm].bytes, curves[key->algorithm].length, key) ?
		NULL : "a key on a curve is too long";
}

/* ------------------------------------------------------------------------
 * One key of a set
 * ------------------------------------------------------------------------
 */

/* Does the list of what it is for name this? */
static bool
is_for(const GkJsonValue *operations, const char *what)
{
	GkJsonValue operation;
	size_t		place = 0;

	while (gk_json_element(operations, &place, &operation))
		if (gk_json_is(&operation, what))
			return true;
	return false;
}

/* Its algorithm.  Where the key does not say, the kind has one that everybody means. */
static GkAlgorithm
algorithm_of(const GkJsonObject *jwk)
{
	static const char *const kinds[] = {[GK_KIND_SECRET] = "oct",[GK_KIND_RSA] = "RSA",[GK_KIND_CURVE] = "EC",[GK_KIND_EDWARDS] = "OKP"};
	const GkJsonValue *kind = gk_json_member(jwk, "kty");
	const GkJsonValue *name = gk_json_member(jwk, "alg");
	const GkJsonValue *curve = gk_json_member(jwk, "crv");

	for (int a = GK_ALG_NONE + 1; a < GK_NUM_ALGORITHMS; a++)
		if (gk_json_is(kind, kinds[gk_algorithms[a].kind]) &&
			(name == NULL || gk_json_is(name, gk_algorithms[a].name)) &&
			(gk_algorithms[a].curve == NULL || gk_json_is(curve, gk_algorithms[a].curve)))
			return (GkAlgorithm) a;
	return GK_ALG_NONE;
}

/* Adds it, or leaves it out; returns what is wrong with it, or NULL. */
static const char *
add_jwk(GkKeys *keys, const GkJsonObject *jwk)
{
	const GkJsonValue *use = gk_json_member(jwk, "use");
	const GkJsonValue *operations = gk_json_member(jwk, "key_ops");
	const GkJsonValue *id = gk_json_member(jwk, "kid");
	GkKey	   *key = &keys->key[keys->count];
	const char *wrong;

	if (gk_json_member(jwk, "kty") == NULL)
		return "a key has no \"kty\"";
	if ((use && !gk_json_is(use, "sig")) || (operations && !is_for(operations, "verify")))
		return NULL;
	if (algorithm_of(jwk) == GK_ALG_NONE)
		return NULL;
	if (keys->count == GK_MAX_KEYS)
		return "there are too many keys";
	memset(key, 0, sizeof(*key));
	key->algorithm = algorithm_of(jwk);
	if (id && !gk_json_string(id, key->id, sizeof(key->id)))
		return "a key has no good \"kid\"";
	key->signs = gk_key_is_secret(key) && operations && is_for(operations, "sign");
	wrong = gk_key_is_secret(key) ? read_secret(jwk, key) :
		gk_algorithms[key->algorithm].kind == GK_KIND_RSA ? read_rsa(jwk, key) : read_point(jwk, key);
	if (wrong == NULL)
		wrong = gk_crypto_accepts(key);
	if (wrong == NULL)
		keys->count++;
	return wrong;
}

/*
 * Adds the keys of a JWK Set, or one JWK.  Returns what is wrong, or NULL; then
 * the keys are not to be used.
 */
const char *
gk_keys_read(GkKeys *keys, const char *text, size_t length)
{
	GkJsonObject object;
	GkJsonObject jwk;
	const GkJsonValue *list;
	GkJsonValue element;
	size_t		place = 0;
	const char *wrong = NULL;

	if (!gk_json_read(&object, text, length))
		return "it is not one JSON object, or has members twice";
	list = gk_json_member(&object, "keys");
	if (list == NULL)
		return add_jwk(keys, &object);
	if (list->type != GK_JSON_ARRAY)
		return "\"keys\" is not an array";
	while (wrong == NULL && gk_json_element(list, &place, &element))
		wrong = gk_json_read(&jwk, element.raw, element.length) ?
			add_jwk(keys, &jwk) : "a key is not an object, or has members twice";
	return wrong;
}

/* Is a key from elsewhere on the curve that its algorithm means? */
static bool
is_on_curve(const GkKey *key)
{
	size_t		head = key->bytes[1] == 0x81 ? 3 : 2;

	return gk_algorithms[key->algorithm].curve == NULL ||
		memcmp(key->bytes + head, curves[key->algorithm].bytes, curves[key->algorithm].length) == 0;
}

/* Adds the public key of a PEM file. */
const char *
gk_keys_add_pem(GkKeys *keys, const char *id, const char *text, size_t length)
{
	GkKey	   *key = &keys->key[keys->count];
	const char *wrong;

	if (keys->count == GK_MAX_KEYS)
		return "there are too many keys";
	memset(key, 0, sizeof(*key));
	if (strlen(id) >= sizeof(key->id))
		return "its name is too long";
	strcpy(key->id, id);
	if (!gk_crypto_read_pem(key, text, length) || !is_on_curve(key))
		return "it holds no public key of a kind that is known here";
	wrong = gk_crypto_accepts(key);
	if (wrong == NULL)
		keys->count++;
	return wrong;
}
