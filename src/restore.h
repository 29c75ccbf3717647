/*-------------------------------------------------------------------------
 *
 * restore.h
 *	  What a dump says of roles; see restore.c.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#ifndef GK_RESTORE_H
#define GK_RESTORE_H

#include "base/gatekeeper.h"

#pragma GCC visibility push(hidden)

extern bool gk_restore_says_all(const AlterRoleStmt *stmt);
extern PlannedStmt *gk_restore_without_superuser(PlannedStmt *pstmt);

#pragma GCC visibility pop

#endif							/* GK_RESTORE_H */
