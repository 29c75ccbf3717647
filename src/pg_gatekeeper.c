/*-------------------------------------------------------------------------
 *
 * pg_gatekeeper.c
 *	  Refuses the actions by which database users become superuser or reach
 *	  the host, and writes an audit record of each.
 *
 * See gatekeeper.h for the vocabulary, pg_gatekeeper(7) for the user's view.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "containment.h"
#include "origin/labels.h"
#include "origin/owners.h"
#include "base/app_user.h"
#include "base/session.h"
#include "identity/keyring.h"
#include "sandbox/sandbox.h"
#include "login.h"

#include "fmgr.h"
#include "miscadmin.h"
#include "audit/worker.h"

GK_MODULE_MAGIC;

PGDLLEXPORT void _PG_init(void);

void
_PG_init(void)
{
	/*
	 * A guard that a session loads for itself guards nothing: the session
	 * before it was free, and shared memory is not to be had any more.
	 */
	if (!process_shared_preload_libraries_in_progress)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("pg_gatekeeper must be loaded at server start"),
				 errdetail("Nothing was installed."),
				 errhint("Add pg_gatekeeper to shared_preload_libraries in the configuration file and restart the server.")));

	gk_containment_init();
	gk_define_settings();
	gk_watched_settings_init();
	gk_posts_init();
	gk_commit_init();
	gk_symbols_init();
	gk_code_trust_init();
	gk_deputies_init();
	gk_labels_init();
	gk_job_tables_init();
	gk_install_hooks();
	gk_builtins_replace();
	gk_worker_register();
}
