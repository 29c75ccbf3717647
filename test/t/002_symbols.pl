# Does the module list every built-in function that it should?
#
# A new major brings new functions.  Whatever core takes away from PUBLIC, whatever
# is volatile (what reaches out of the query has to be), and what has a name that
# speaks of files or of running queries must be listed by a rule, or be here with
# the reason why it is not.
#
# Copyright (c) 2026, the pg_gatekeeper authors
# SPDX-License-Identifier: PostgreSQL

use strict;
use warnings;
use File::Basename;
use GkTest;
use Test::More;

# C symbol (or a pattern of them) => why no rule lists it
my %reviewed = (
	# rights that core checks, or that are not worth more in other hands
	'be_lo_(close|create?|from_bytea|lseek(64)?|tell(64)?|truncate(64)?)' =>
	  'large objects: data',
	'be_lo(read|write)' => 'large objects: data',
	'pg_(clear|restore)_(relation|attribute|extended)_stats' => 'what ANALYZE would write',
	'pg_import_system_collations' => 'collations run nothing',
	'(cursor|database|schema|table)_to_xmlschema' => 'names and types of columns',

	# only in a place of their own
	'binary_upgrade_\w+' => 'refused outside of pg_upgrade',
	'pg_stop_making_pinned_objects' => 'refused after initdb',
	'pg_nextoid' => 'refused where nothing is missing',
	'pg_extension_config_dump' => 'only in the script of the extension',

	# a nuisance, which operators are lent by functions of superusers
	'pg_(cancel|terminate)_backend' => 'ends sessions; no rights come of it',
	'pg_(copy|create)_physical_replication_slot(_[ab])?' => 'keeps WAL; no rights come of it',
	'pg_sync_replication_slots' =>
	  'bookkeeping of replication, no rights',
	'pg_replication_origin_\w+' => 'bookkeeping of replication, no rights',
	'pg_show_replication_origin_status' => 'bookkeeping of replication, no rights',
	'pg_backup_st(art|op)' => 'marks a backup; its label goes to the client',
	'pg_create_restore_point' => 'writes a name to the WAL',
	'pg_logical_emit_message_(bytea|text)' => 'writes a message to the WAL',
	'pg_log_standby_snapshot' => 'writes a snapshot to the WAL',
	'pg_switch_wal' => 'begins a new WAL file; no rights come of it',
	'pg_wal_replay_(pause|resume)' => 'holds up a standby; no rights come of it',
	'pg_log_backend_memory_contexts' => 'writes statistics to the server log',
	'pg_(try_)?advisory_(?!unlock_all$)\w+' => 'locks',
	'pg_sleep' => 'waits',
	'pg_notify' => 'wakes who listens',
	'pg_export_snapshot' => 'a snapshot of its own',
	'brin_(de)?summarize_(new_values|range)|gin_clean_pending_list' => 'index maintenance',

	# tells about the server
	'pg_config' => 'shows how the server was built',
	'pg_current_logfile(_1arg)?' => 'a name, not the contents',
	'pg_(filenode_relation|relation_filenode|relation_filepath)' => 'names of relation files',
	'pg_(split_)?walfile_name(_offset)?' => 'arithmetic',
	'pg_get_(aios|backend_memory_contexts|loaded_modules|multixact_\w+|sequence_data|wait_events|wal_\w+)' =>
	  'statistics',
	'pg_get_(shmem|dsm_registry)_allocations(_numa)?' => 'statistics',
	'pg_stat_(clear_snapshot|force_next_flush|get_\w+|have_stats|reset\w*)' => 'statistics',
	'pg_control_\w+|pg_(database_)?collation_actual_version|pg_jit_available' => 'facts',
	'pg_(current_wal|last_wal|last_xact|is_in_recovery|is_wal|xact)_?\w*|pg_last_committed_xact' => 'facts',
	'pg_(available_wal_summaries|wal_summary_contents)' => 'which blocks changed',
	'pg_(database|indexes|relation|table|tablespace|total_relation)_size(_name|_oid)?' => 'sizes',
	'pg_(safe_snapshot_)?blocking_pids|pg_isolation_test_session_is_blocked' => 'who waits for whom',
	'pg_(lock_status|prepared_xact|notification_queue_usage|partition_(ancestors|tree))' => 'facts',

	# computing
	'(RI_FKey_\w+|suppress_redundant_updates_trigger|unique_key_recheck)' => 'triggers of core',
	'tsvector_update_trigger_by(column|id)' => 'a trigger that runs no text',
	'\w*handler|amvalidate' => 'tables of functions',
	'(currval|nextval|setval3?)_oid|lastval|pg_sequence_last_value' => 'sequences',
	'(clock_timestamp|timeofday|current_query|gen_random_uuid|currtid_byrelname)' => 'values',
	'drandom(_normal)?|int[48]random|(numeric|date|timestamp(tz)?)_random|uuidv7(_interval)?|array_(sample|shuffle)' =>
	  'values',
);

my $node = new_gatekeeper_node('symbols');
my $src = "$ENV{GK_TOP}/src";
my %listed;
for my $file (glob "$src/rules/*.c")
{
	open my $fh, '<', $file or die "$file: $!";
	local $/;
	my $text = <$fh>;
	while ($text =~ /const GkSymbol \w+\[\] = \{(.*?)\n\};/sg)
	{
		my $list = $1;
		$listed{$1} = $file while $list =~ /\{"(\w+)"/g;
	}
}
cmp_ok(scalar(keys %listed), '>', 40, 'the symbol lists were found in src');

my @builtin = split /\n/, $node->safe_psql('postgres', q{
	SELECT DISTINCT prosrc FROM pg_proc JOIN pg_language l ON l.oid = prolang
	WHERE lanname = 'internal'
		AND (NOT has_function_privilege('public', pg_proc.oid, 'EXECUTE')
			OR provolatile = 'v'
			OR prosrc ~ '(_file|file_|_ls_|lo_import|lo_export|reload|logfile|promote|_to_xml)')
	ORDER BY 1});
cmp_ok(scalar(@builtin), '>', 50, 'the sensitive functions of this major were found');

for my $symbol (@builtin)
{
	my ($reason) = map { $reviewed{$_} } grep { $symbol =~ /^(?:$_)$/ } keys %reviewed;
	ok($listed{$symbol} || $reason,
		"$symbol is " . ($listed{$symbol} ? 'listed' : 'reviewed: ' . ($reason // 'NOT YET')));
	ok(!($listed{$symbol} && $reason), "$symbol is not both") if $reason;
}

# What is listed must exist somewhere, or it is a spelling mistake: in this
# major, in the script of an extension that is installed, or in the list below.
my %sensitive = map { $_ => 1 } @builtin;
my %known = %sensitive;
chomp(my $share = qx('@{[ $ENV{PG_CONFIG} || 'pg_config' ]}' --sharedir));
for my $script (glob "$share/extension/*.sql $ENV{GK_TOP}/sql/*.sql")
{
	open my $fh, '<', $script or die "$script: $!";
	while (<$fh>) { $known{$1} = 1 while /'(\w+)'/g }
}
my %elsewhere = map { $_ => 1 } split /\s+/, do { local $/; <DATA> };
for my $symbol (sort keys %listed)
{
	next if $known{$symbol} || $elsewhere{$symbol};
	my $there = $node->safe_psql('postgres',
		"SELECT count(*) FROM pg_proc WHERE prosrc = '$symbol'");
	ok($there > 0, "$symbol of " . basename($listed{$symbol}) . " exists");
}

# A line that a list loses is missed: by what is said of built-ins above, or below.
for my $symbol (sort keys %elsewhere)
{
	ok($listed{$symbol}, "$symbol is still listed");
}
# Which are missed by which does not differ between majors: one is enough.
my @unmissed = sort grep { !$sensitive{$_} && !$elsewhere{$_} } keys %listed;
my $is_first = $node->safe_psql('postgres', 'SHOW server_version_num') < 160000;
is($is_first ? "@unmissed" : '', '', 'each would be missed');

$node->stop;
done_testing();

# Symbols of other majors, of contrib and other modules, and those that a rule lists
# though nothing above says that it has to.
__DATA__
connectby_text connectby_text_serial crosstab crosstab_hash
dblink_close dblink_connect dblink_disconnect dblink_exec dblink_fetch dblink_get_result dblink_open
dblink_record dblink_send_query
get_raw_page get_raw_page_1_9 get_raw_page_fork get_raw_page_fork_1_9
heap_force_freeze heap_force_kill
gk_sql_issue gk_sql_login gk_sql_login_local gk_sql_reset gk_sql_revoke_session gk_sql_revoke_user
postgresql_fdw_validator
show_all_settings show_config_by_name show_config_by_name_missing_ok
pg_read_file pg_read_file_v2 pg_read_binary_file
pg_read_file_off_len pg_read_file_all pg_read_binary_file_off_len pg_read_binary_file_all
pg_read_file_off_len_missing pg_read_file_all_missing
pg_read_binary_file_off_len_missing pg_read_binary_file_all_missing
pg_ls_summariesdir pg_rotate_logfile pg_rotate_logfile_v2
pg_file_write pg_file_write_v1_1 pg_file_sync pg_file_rename pg_file_rename_v1_1
pg_file_unlink pg_file_unlink_v1_1 pg_logdir_ls pg_logdir_ls_v1_1
pg_get_wal_block_info pg_dirtyread
db2_fdw_handler duckdb_fdw_handler file_fdw_handler file_textarray_fdw_handler
hdfs_fdw_handler ifx_fdw_handler influxdb_fdw_handler jdbc_fdw_handler log_fdw_handler
mongo_fdw_handler multicorn_handler mysql_fdw_handler odbc_fdw_handler ogr_fdw_handler
oracle_fdw_handler parquet_fdw_handler parquet_s3_fdw_handler redis_fdw_handler
sqlite_fdw_handler tds_fdw_handler
postgres_fdw_handler dblink_fdw_validator plproxy_fdw_validator
pglogical_replicate_ddl_command
cron_alter_job cron_schedule cron_schedule_named cron_unschedule cron_unschedule_named pg_background_launch
pglogical_alter_node_add_interface pglogical_alter_subscription_interface
pglogical_create_node pglogical_create_subscription
pgpool_pgctl pgpool_recovery pgpool_remote_start install_rcmd reload_plr_modules
ts_job_add ts_job_alter
dbms_sql_parse xpath_table
pg_prepared_statement pg_stat_get_activity pg_stat_get_progress_info pg_stat_get_wal_senders
pldbg_attach_to_port pldbg_create_listener pldbg_deposit_value pldbg_set_breakpoint
pldbg_set_global_breakpoint pldbg_wait_for_breakpoint pldbg_wait_for_target
