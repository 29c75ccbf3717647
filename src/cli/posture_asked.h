/*-------------------------------------------------------------------------
 *
 * posture_asked.h
 *	  Checks that ask the server for something and judge it themselves.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#ifndef GK_CLI_POSTURE_ASKED_H
#define GK_CLI_POSTURE_ASKED_H

#include <libpq-fe.h>

#include "cli/posture.h"

extern void gk_posture_ask_bodies(GkPosture *p, PGconn *conn, const char *database);
extern void gk_posture_ask_extensions(GkPosture *p, PGconn *conn, const char *database);
extern void gk_posture_ask_records(GkPosture *p, PGconn *conn, const char *database);
extern void gk_posture_ask_passwords(GkPosture *p, PGconn *conn);

typedef struct GkToken
{
	enum
	{
		GK_T_WORD, GK_T_STRING, GK_T_NUMBER, GK_T_OTHER
	}			kind;
	char	   *text;			/* a string without its quotes */
} GkToken;

typedef struct GkTokens
{
	GkToken    *token;
	int			count;
} GkTokens;

/* What is found in an extension's script, and what sed makes of the line. */
typedef void (*GkScriptReport) (void *arg, int line, const char *what, const char *mend);

/* posture_tokens.c, posture_dynamic.c, posture_foreign.c, posture_script.c, posture_scram.c: without the server */
extern void gk_tokenize(GkTokens *t, const char *s);
extern char *gk_dynamic_find_foreign(const char *text, const char *language);
extern char *gk_dynamic_find(const char *body, const GkWords *safe);
extern void gk_script_find(const char *script, GkScriptReport report, void *arg);
extern bool gk_scram_fits(const char *verifier, const char *password);

#endif							/* GK_CLI_POSTURE_ASKED_H */
