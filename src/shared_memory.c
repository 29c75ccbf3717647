/*-------------------------------------------------------------------------
 *
 * shared_memory.c
 *	  What the module keeps in shared memory, file by file.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "base/gatekeeper.h"
#include "base/app_user.h"
#include "base/session.h"
#include "identity/keyring.h"
#include "login.h"
#include "origin/labels.h"
#include "origin/owners.h"
#include "sandbox/sandbox.h"

/* While the server adds up its shared memory. */
void
gk_shmem_request(void)
{
	gk_audit_shmem_request();
	gk_labels_shmem_request();
	gk_leader_shmem_request();
	gk_session_shmem_request();
	gk_sandbox_shmem_request();
	gk_keyring_shmem_request();
	gk_revoked_shmem_request();
}

/* When shared memory is there: at server start, and again after a crash. */
void
gk_shmem_startup(void)
{
	gk_audit_shmem_startup();
	gk_labels_shmem_startup();
	gk_leader_shmem_startup();
	gk_session_shmem_startup();
	gk_login_note_settings();
	gk_sandbox_shmem_startup();
	gk_keyring_shmem_startup();
	gk_revoked_shmem_startup();
}
