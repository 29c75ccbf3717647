/*-------------------------------------------------------------------------
 *
 * version.c
 *	  Tells which version of the module runs.
 *
 * After an upgrade of the package that is not the one which is installed; the
 * command compares the two.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "base/gatekeeper.h"

#include "common/version.h"
#include "settings.h"
#include "utils/guc.h"

/* What "pg_gatekeeper status" looks for in the library's file. */
static const char version_mark[] __attribute__((used)) = GK_VERSION_MARK GK_VERSION "\n";

static char *version_text;

/* The setting is none: it only shows. */
void
gk_define_version(void)
{
	DefineCustomStringVariable("gatekeeper.version", "Shows the version of the module that runs.",
							   NULL, &version_text, GK_VERSION, PGC_INTERNAL,
							   GUC_NOT_IN_SAMPLE | GUC_DISALLOW_IN_FILE, NULL, NULL, NULL);
}
