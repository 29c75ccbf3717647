/*-------------------------------------------------------------------------
 *
 * check_server_control.c
 *	  Who can make the server reread its configuration, rotate its log, leave
 *	  recovery, or forget what this module has counted?
 *
 * pg_reload_conf() is the second half of many attacks: the first writes a
 * setting, this one makes it hold.  It and the log rotation are refused to
 * every non-superuser, whatever EXECUTE was granted.
 *
 * Does not see: signals sent from outside the database (pg_ctl reload).  Backup,
 * WAL, replication and statistics functions and pg_terminate_backend() are not
 * listed: operators are lent them by functions of superusers, and no right comes
 * of them.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "base/gatekeeper.h"

#include "miscadmin.h"

#define SUPERUSERS_ONLY 0x01

const GkSymbol gk_server_control_symbols[] = {
	{"pg_reload_conf", SUPERUSERS_ONLY},
	{"pg_rotate_logfile", SUPERUSERS_ONLY},
	{"pg_rotate_logfile_v2", SUPERUSERS_ONLY},
	{"pg_promote", 0},

	/* pgpool-II: runs scripts in the data directory, and pg_ctl */
	{"pgpool_pgctl", 0},
	{"pgpool_recovery", 0},
	{"pgpool_remote_start", 0},

	/* plugin_debugger: stops other sessions, and puts statements of its own there */
	{"pldbg_attach_to_port", 0},
	{"pldbg_create_listener", 0},
	{"pldbg_deposit_value", 0},
	{"pldbg_set_breakpoint", 0},
	{"pldbg_set_global_breakpoint", 0},
	{"pldbg_wait_for_breakpoint", 0},
	{"pldbg_wait_for_target", 0},

	{"gk_sql_reset", 0},
	{NULL, 0}
};

bool
gk_check_server_control(const GkRequest *request, GkFinding *finding)
{
	finding->action = "controlling the server";
	finding->object_type = "function";
	finding->object = request->symbol;
	if ((request->symflags & SUPERUSERS_ONLY) && !superuser())
	{
		finding->binds_always = true;
		finding->hint = "Only superusers may do this, whatever EXECUTE was granted. Use pg_ctl on the server.";
		finding->exempts_role = true;
	}
	return true;
}
