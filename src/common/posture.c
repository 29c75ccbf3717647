/*-------------------------------------------------------------------------
 *
 * posture.c
 *	  The table of checks of a server's posture.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "common/posture.h"

const GkCheck gk_checks[] =
{
#include "common/posture_table.inc"
};

const int	gk_num_checks = sizeof(gk_checks) / sizeof(gk_checks[0]);
