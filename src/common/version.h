/*-------------------------------------------------------------------------
 *
 * version.h
 *	  How the version stands in the library's file, for those who do not run it.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#ifndef GK_COMMON_VERSION_H
#define GK_COMMON_VERSION_H

/* The version follows, and an end of line.  No other text of ours begins so. */
#define GK_VERSION_MARK "\npg_gatekeeper-library-version: "

#endif							/* GK_COMMON_VERSION_H */
