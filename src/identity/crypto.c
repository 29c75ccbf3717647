/*-------------------------------------------------------------------------
 *
 * crypto.c
 *	  Signatures, by libcrypto.
 *
 * The only file that knows it.  Built without it (WITH_IDENTITY=no, or where its
 * headers are not found) there is no key that is accepted, and so no token.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "identity/token.h"

#ifdef GK_WITH_IDENTITY

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#define GK_RSA_MIN_BITS 2048	/* RFC 7518, 3.3 */
#define GK_RSA_MAX_BITS 4096

bool
gk_crypto_is_there(void)
{
	return true;
}

static const EVP_MD *
digest_of(GkAlgorithm algorithm)
{
	switch (algorithm)
	{
		case GK_HS256:
		case GK_RS256:
		case GK_PS256:
		case GK_ES256:
			return EVP_sha256();
		case GK_HS384:
		case GK_RS384:
		case GK_PS384:
		case GK_ES384:
			return EVP_sha384();
		case GK_HS512:
		case GK_RS512:
		case GK_PS512:
		case GK_ES512:
			return EVP_sha512();
		default:
			return NULL;		/* Ed25519 has its own */
	}
}

static bool
is_pss(GkAlgorithm algorithm)
{
	return algorithm == GK_PS256 || algorithm == GK_PS384 || algorithm == GK_PS512;
}

/* To be freed; NULL when it is none. */
static EVP_PKEY *
public_key(const GkKey *key)
{
	const unsigned char *at = key->bytes;
	EVP_PKEY   *public = d2i_PUBKEY(NULL, &at, (long) key->length);

	if (public && at != key->bytes + key->length)
	{
		EVP_PKEY_free(public);
		return NULL;
	}
	return public;
}

/* Returns its length, or 0. */
size_t
gk_crypto_hmac(const GkKey *key, const char *data, size_t length, unsigned char *out, size_t size)
{
	const EVP_MD *digest = digest_of(key->algorithm);
	unsigned int used = 0;

	if (!gk_key_is_secret(key) || digest == NULL || (size_t) EVP_MD_size(digest) > size)
		return 0;
	if (HMAC(digest, key->bytes, (int) key->length, (const unsigned char *) data, length,
			 out, &used) == NULL)
		used = 0;
	ERR_clear_error();
	return used;
}

/* In a time that does not tell how much of it was right. */
static bool
hmac_is(const GkKey *key, const char *data, size_t length,
		const unsigned char *signature, size_t signature_length)
{
	unsigned char expected[EVP_MAX_MD_SIZE];
	size_t		used = gk_crypto_hmac(key, data, length, expected, sizeof(expected));

	return used > 0 && used == signature_length &&
		CRYPTO_memcmp(expected, signature, used) == 0;
}

static unsigned char *
put_integer(unsigned char *out, const unsigned char *bytes, size_t length)
{
	while (length > 1 && *bytes == 0)
	{
		bytes++;
		length--;
	}
	*out++ = 0x02;
	*out++ = (unsigned char) (length + (*bytes >> 7));
	if (*bytes & 0x80)
		*out++ = 0;
	memcpy(out, bytes, length);
	return out + length;
}

/* RFC 7518, 3.4: two numbers of the curve's size; libcrypto wants them in DER. */
static size_t
ecdsa_to_der(GkAlgorithm algorithm, const unsigned char *signature, size_t length,
			 unsigned char *out)
{
	size_t		half = algorithm == GK_ES256 ? 32 : algorithm == GK_ES384 ? 48 : 66;
	unsigned char numbers[2 * (66 + 3)];
	unsigned char *end = numbers;
	size_t		used;
	size_t		head = 0;

	if (length != 2 * half)
		return 0;
	end = put_integer(end, signature, half);
	end = put_integer(end, signature + half, half);
	used = (size_t) (end - numbers);
	out[head++] = 0x30;
	if (used > 127)
		out[head++] = 0x81;
	out[head++] = (unsigned char) used;
	memcpy(out + head, numbers, used);
	return head + used;
}

static bool
verifies(EVP_PKEY *public, const GkKey *key, const char *data, size_t length,
		 const unsigned char *signature, size_t signature_length)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	EVP_PKEY_CTX *parameters;
	bool		ok = context != NULL &&
		EVP_DigestVerifyInit(context, &parameters, digest_of(key->algorithm), NULL, public) == 1;

	if (ok && is_pss(key->algorithm))
		ok = EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PSS_PADDING) == 1 &&
			EVP_PKEY_CTX_set_rsa_pss_saltlen(parameters, RSA_PSS_SALTLEN_DIGEST) == 1;
	ok = ok && EVP_DigestVerify(context, signature, signature_length,
								(const unsigned char *) data, length) == 1;
	EVP_MD_CTX_free(context);
	return ok;
}

bool
gk_crypto_verifies(const GkKey *key, const char *data, size_t length,
				   const unsigned char *signature, size_t signature_length)
{
	unsigned char der[3 + 2 * (66 + 3)];
	EVP_PKEY   *public;
	bool		ok = false;

	if (key->algorithm == GK_ALG_NONE)
		return false;
	if (gk_key_is_secret(key))
		return hmac_is(key, data, length, signature, signature_length);
	if (key->algorithm >= GK_ES256 && key->algorithm <= GK_ES512)
	{
		signature_length = ecdsa_to_der(key->algorithm, signature, signature_length, der);
		signature = der;
	}
	public = public_key(key);
	if (public && signature_length > 0)
		ok = verifies(public, key, data, length, signature, signature_length);
	EVP_PKEY_free(public);
	ERR_clear_error();			/* the server asks it about its own connections */
	return ok;
}

/* What is wrong with the key, or NULL. */
const char *
gk_crypto_accepts(const GkKey *key)
{
	EVP_PKEY   *public;
	int			bits;
	int			kind;

	if (gk_key_is_secret(key))
		return NULL;
	public = public_key(key);
	if (public == NULL)
	{
		ERR_clear_error();
		return "a public key is none";
	}
	bits = EVP_PKEY_bits(public);
	kind = EVP_PKEY_base_id(public);
	EVP_PKEY_free(public);
	ERR_clear_error();
	if (kind == EVP_PKEY_RSA && bits < GK_RSA_MIN_BITS)
		return "an RSA key has less than 2048 bits";
	if (kind == EVP_PKEY_RSA && bits > GK_RSA_MAX_BITS)
		return "an RSA key has more than 4096 bits";
	return NULL;
}

/* The algorithm that everybody means with such a key. */
static GkAlgorithm
algorithm_for(EVP_PKEY *public)
{
	switch (EVP_PKEY_base_id(public))
	{
		case EVP_PKEY_RSA:
			return GK_RS256;
		case EVP_PKEY_ED25519:
			return GK_EDDSA;
		case EVP_PKEY_EC:
			/* whether it is the curve of that name, key.c finds out */
			return EVP_PKEY_bits(public) == 256 ? GK_ES256 :
				EVP_PKEY_bits(public) == 384 ? GK_ES384 :
				EVP_PKEY_bits(public) == 521 ? GK_ES512 : GK_ALG_NONE;
		default:
			return GK_ALG_NONE;
	}
}

/* "-----BEGIN PUBLIC KEY-----"; the algorithm is made up, where it is not known yet. */
bool
gk_crypto_read_pem(GkKey *key, const char *text, size_t length)
{
	BIO		   *bio = BIO_new_mem_buf(text, (int) length);
	EVP_PKEY   *public = bio ? PEM_read_bio_PUBKEY(bio, NULL, NULL, NULL) : NULL;
	unsigned char *at = key->bytes;
	int			needed = public ? i2d_PUBKEY(public, NULL) : 0;

	if (needed > 0 && needed <= (int) sizeof(key->bytes))
	{
		key->length = (size_t) i2d_PUBKEY(public, &at);
		key->algorithm = algorithm_for(public);
	}
	EVP_PKEY_free(public);
	BIO_free(bio);
	ERR_clear_error();
	return key->algorithm != GK_ALG_NONE;
}

#else							/* GK_WITH_IDENTITY */

bool
gk_crypto_is_there(void)
{
	return false;
}

bool
gk_crypto_verifies(const GkKey *key, const char *data, size_t length,
				   const unsigned char *signature, size_t signature_length)
{
	return false;
}

size_t
gk_crypto_hmac(const GkKey *key, const char *data, size_t length, unsigned char *out, size_t size)
{
	return 0;
}

const char *
gk_crypto_accepts(const GkKey *key)
{
	return "pg_gatekeeper was built without OpenSSL";
}

bool
gk_crypto_read_pem(GkKey *key, const char *text, size_t length)
{
	return false;
}

#endif							/* GK_WITH_IDENTITY */
