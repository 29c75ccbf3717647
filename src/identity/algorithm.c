/*-------------------------------------------------------------------------
 *
 * algorithm.c
 *	  The algorithms of signatures, by the names that RFC 7518 gives them.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "identity/token.h"

const GkAlgorithmFacts gk_algorithms[GK_NUM_ALGORITHMS] = {
	[GK_ALG_NONE] = {"", GK_KIND_SECRET, NULL, 0},
	[GK_HS256] = {"HS256", GK_KIND_SECRET, NULL, 32},
	[GK_HS384] = {"HS384", GK_KIND_SECRET, NULL, 48},
	[GK_HS512] = {"HS512", GK_KIND_SECRET, NULL, 64},
	[GK_RS256] = {"RS256", GK_KIND_RSA, NULL, 0},
	[GK_RS384] = {"RS384", GK_KIND_RSA, NULL, 0},
	[GK_RS512] = {"RS512", GK_KIND_RSA, NULL, 0},
	[GK_PS256] = {"PS256", GK_KIND_RSA, NULL, 0},
	[GK_PS384] = {"PS384", GK_KIND_RSA, NULL, 0},
	[GK_PS512] = {"PS512", GK_KIND_RSA, NULL, 0},
	[GK_ES256] = {"ES256", GK_KIND_CURVE, "P-256", 32},
	[GK_ES384] = {"ES384", GK_KIND_CURVE, "P-384", 48},
	[GK_ES512] = {"ES512", GK_KIND_CURVE, "P-521", 66},
	[GK_EDDSA] = {"EdDSA", GK_KIND_EDWARDS, "Ed25519", 32},
};

const char *
gk_algorithm_name(GkAlgorithm algorithm)
{
	return gk_algorithms[algorithm].name;
}

bool
gk_key_is_secret(const GkKey *key)
{
	return gk_algorithms[key->algorithm].kind == GK_KIND_SECRET;
}
