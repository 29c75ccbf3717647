/*-------------------------------------------------------------------------
 *
 * claims.c
 *	  What a verified token claims: who, from whom, for whom, until when.
 *
 * RFC 7519, section 4.1.  A claim that is looked at and is not of its kind (a
 * number for a user, a text for a time) refuses the token.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "identity/token.h"

/* Year 10000: what is later is a mistake, or in other units than seconds. */
#define GK_TIME_END 253402300800.0

static bool
is_in_list(const char *name, const char *list)
{
	size_t		length = strlen(name);

	while (*list)
	{
		size_t		blanks = strspn(list, " \t");
		size_t		item = strcspn(list + blanks, ",");
		const char *from = list + blanks;

		list = from + item + (from[item] == ',');
		while (item > 0 && (from[item - 1] == ' ' || from[item - 1] == '\t'))
			item--;
		if (item == length && item > 0 && memcmp(from, name, item) == 0)
			return true;
	}
	return false;
}

/*
 * A text that can be shown and told apart: not empty, no control characters.  One
 * that is not there is "".
 */
static bool
read_text(const GkJsonObject *object, const char *name, char *buf)
{
	const GkJsonValue *value = gk_json_member(object, name);

	buf[0] = '\0';
	if (value == NULL)
		return true;
	if (!gk_json_string(value, buf, GK_CLAIM_SIZE) || *buf == '\0')
		return false;
	for (const char *c = buf; *c; c++)
		if ((unsigned char) *c < 0x20 || *c == 0x7F)
			return false;
	return true;
}

static bool
read_time(const GkJsonObject *object, const char *name, double *seconds, bool *is_there)
{
	const GkJsonValue *value = gk_json_member(object, name);

	*seconds = 0;
	*is_there = value != NULL;
	return value == NULL ||
		(gk_json_number(value, seconds) && *seconds >= 0 && *seconds < GK_TIME_END);
}

static GkRefused
check_times(const GkJsonObject *object, const GkClaimRules *rules, GkClaims *claims)
{
	double		begins;
	bool		expires;
	bool		is_there;

	if (!read_time(object, "exp", &claims->expires, &expires) ||
		!read_time(object, "nbf", &begins, &is_there) ||
		!read_time(object, "iat", &claims->issued, &is_there))
		return GK_TOKEN_BAD_CLAIMS;
	if (!expires)
		return GK_TOKEN_NO_EXPIRY;
	if (rules->now >= claims->expires + rules->leeway)
		return GK_TOKEN_EXPIRED;
	if (rules->now + rules->leeway < begins || rules->now + rules->leeway < claims->issued)
		return GK_TOKEN_TOO_EARLY;
	return GK_TOKEN_GOOD;
}

/* Is it for us?  A token that names an audience is for that alone. */
static bool
is_for_us(const GkJsonValue *audience, const char *audiences)
{
	char		name[GK_CLAIM_SIZE];
	GkJsonValue element;
	size_t		place = 0;

	if (audience == NULL)
		return *audiences == '\0';
	if (audience->type == GK_JSON_STRING)
		return gk_json_string(audience, name, sizeof(name)) && is_in_list(name, audiences);
	while (gk_json_element(audience, &place, &element))
		if (gk_json_string(&element, name, sizeof(name)) && is_in_list(name, audiences))
			return true;
	return false;
}

/* The user; also one whom the provider gives a whole number. */
static bool
read_user(const GkJsonObject *object, const char *name, char *buf)
{
	const GkJsonValue *value = gk_json_member(object, name);

	if (value && value->type == GK_JSON_NUMBER && value->length < 20 &&
		strspn(value->raw, "0123456789") >= value->length)
	{
		memcpy(buf, value->raw, value->length);
		buf[value->length] = '\0';
		return true;
	}
	return value && read_text(object, name, buf);
}

GkRefused
gk_claims_check(GkClaims *claims, const GkJws *jws, const GkClaimRules *rules)
{
	GkJsonObject object;
	GkRefused	refused;

	memset(claims, 0, sizeof(*claims));
	if (!gk_json_read(&object, jws->payload, jws->length))
		return GK_TOKEN_BAD_CLAIMS;
	refused = check_times(&object, rules, claims);
	if (refused != GK_TOKEN_GOOD)
		return refused;
	if (!read_text(&object, "iss", claims->issuer))
		return GK_TOKEN_BAD_CLAIMS;
	/* what is ours names us, and nobody else's does (RFC 8725, 3.8) */
	if (rules->is_own != (strcmp(claims->issuer, GK_OWN_ISSUER) == 0) ||
		(!rules->is_own && *rules->issuers && !is_in_list(claims->issuer, rules->issuers)))
		return GK_TOKEN_BAD_ISSUER;
	if (!rules->is_own && !is_for_us(gk_json_member(&object, "aud"), rules->audiences))
		return GK_TOKEN_BAD_AUDIENCE;
	if (!read_user(&object, rules->is_own ? "sub" : rules->user_claim, claims->user))
		return GK_TOKEN_NO_USER;
	if (!read_text(&object, gk_json_member(&object, "sid") ? "sid" : "jti", claims->session))
		return GK_TOKEN_BAD_CLAIMS;
	if (rules->is_own &&
		(!read_text(&object, "gk_database", claims->database) ||
		 !read_text(&object, "gk_role", claims->role) ||
		 !read_text(&object, "gk_address", claims->address) ||
		 !read_text(&object, "gk_backend", claims->backend)))
		return GK_TOKEN_BAD_CLAIMS;
	return GK_TOKEN_GOOD;
}
