/*-------------------------------------------------------------------------
 *
 * check_server_files.c
 *	  Who can read, write or list the server's files with a function?
 *
 * Functions are listed by C symbol, so an alias made with LANGUAGE internal or
 * C is the same function here.  Those that read or write contents are refused
 * to every non-superuser, whatever EXECUTE was granted; those that list
 * and stat are refused only when a circumstance holds, since core grants them
 * to pg_monitor.  A test compares this list with pg_proc, so that a function a
 * new major brings is not forgotten.
 *
 * COPY is check_copy.c's.
 *
 * Does not see: files that a function of some other module opens on its own,
 * unless its symbol is in gatekeeper.protected_functions.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "base/gatekeeper.h"

#include "miscadmin.h"

#define READS	0x01
#define WRITES	0x02
#define LISTS	0x04
#define SETTINGS 0x08			/* scripts have reason to look at these */

const GkSymbol gk_server_files_symbols[] = {
	/* core, reading; the spelling changed in 16 */
	{"pg_read_file", READS},
	{"pg_read_file_off_len", READS},
	{"pg_read_file_off_len_missing", READS},
	{"pg_read_file_v2", READS},
	{"pg_read_file_all", READS},
	{"pg_read_file_all_missing", READS},
	{"pg_read_binary_file", READS},
	{"pg_read_binary_file_off_len", READS},
	{"pg_read_binary_file_off_len_missing", READS},
	{"pg_read_binary_file_all", READS},
	{"pg_read_binary_file_all_missing", READS},
	{"be_lo_import", READS},
	{"be_lo_import_with_oid", READS},

	/* core, writing */
	{"be_lo_export", WRITES},

	/* core, listing */
	{"pg_ls_dir", LISTS},
	{"pg_ls_dir_1arg", LISTS},
	{"pg_ls_logdir", LISTS},
	{"pg_ls_waldir", LISTS},
	{"pg_ls_archive_statusdir", LISTS},
	{"pg_ls_summariesdir", LISTS},
	{"pg_ls_tmpdir_noargs", LISTS},
	{"pg_ls_tmpdir_1arg", LISTS},
	{"pg_ls_logicalsnapdir", LISTS},
	{"pg_ls_logicalmapdir", LISTS},
	{"pg_ls_replslotdir", LISTS},
	{"pg_stat_file", LISTS},
	{"pg_stat_file_1arg", LISTS},

	/* contents of the configuration files, line by line */
	{"pg_hba_file_rules", LISTS | SETTINGS},
	{"pg_ident_file_mappings", LISTS | SETTINGS},
	{"show_all_file_settings", LISTS | SETTINGS},

	/* adminpack, shipped with core until 16 */
	{"pg_file_write", WRITES},
	{"pg_file_write_v1_1", WRITES},
	{"pg_file_sync", WRITES},
	{"pg_file_rename", WRITES},
	{"pg_file_rename_v1_1", WRITES},
	{"pg_file_unlink", WRITES},
	{"pg_file_unlink_v1_1", WRITES},
	{"pg_logdir_ls", LISTS},
	{"pg_logdir_ls_v1_1", LISTS},
	{NULL, 0}
};

bool
gk_check_server_files(const GkRequest *request, GkFinding *finding)
{
	if (request->symflags & READS)
		finding->action = "reading a server file";
	else if (request->symflags & WRITES)
		finding->action = "writing a server file";
	else
		finding->action = "listing server files";
	finding->object_type = "function";
	finding->object = request->symbol;
	finding->scripts_may = (request->symflags & SETTINGS) != 0;
	if ((request->symflags & (READS | WRITES)) && !superuser())
	{
		finding->binds_always = true;
		finding->hint = "Only superusers may do this, whatever EXECUTE was granted. Use client-side tools such as psql's \\lo_import. A role of pg_rewind's has to do it.";
		finding->exempts_role = true;
	}
	return true;
}
