/*-------------------------------------------------------------------------
 *
 * keyring.h
 *	  The server's keys for tokens.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#ifndef GK_KEYRING_H
#define GK_KEYRING_H

#include "postgres.h"

#include "identity/token.h"

#pragma GCC visibility push(hidden)

extern void gk_keyring_shmem_request(void);
extern void gk_keyring_shmem_startup(void);
extern bool gk_keyring_read(const char *path, char *wrong, size_t size);
extern void gk_keyring_publish(void);
extern void gk_keyring_copy(GkKeys *keys);

#pragma GCC visibility pop

#endif							/* GK_KEYRING_H */
