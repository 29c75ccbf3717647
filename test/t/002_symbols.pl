# Does the module list every built-in function that it should?
#
# A new major brings new functions.  Whatever core takes away from PUBLIC, or
# has a name that speaks of files, must be listed by a rule, or be here with the
# reason why it is not.
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
	'pg_backup_st(art|op)' => 'marks a backup; its label goes to the client',
	'pg_config' => 'shows how the server was built',
	'pg_create_restore_point' => 'writes a name to the WAL',
	'pg_current_logfile(_1arg)?' => 'a name, not the contents',
	'pg_(filenode_relation|relation_filenode|relation_filepath)' => 'names of relation files',
	'pg_get_(aios|backend_memory_contexts)' => 'statistics',
	'pg_get_(shmem|dsm_registry)_allocations(_numa)?' => 'statistics',
	'pg_log_backend_memory_contexts' => 'writes statistics to the server log',
	'pg_log_standby_snapshot' => 'writes a snapshot to the WAL',
	'pg_replication_origin_\w+' => 'bookkeeping of replication, no rights',
	'pg_show_replication_origin_status' => 'bookkeeping of replication, no rights',
	'pg_stat_get_db_temp_files' => 'statistics',
	'pg_stat_(have_stats|reset\w*)' => 'statistics',
	'pg_switch_wal' => 'begins a new WAL file; no rights come of it',
	'pg_wal_replay_(pause|resume)' => 'holds up a standby; no rights come of it',
	'pg_(split_)?walfile_name(_offset)?' => 'arithmetic',
);

my $node = new_gatekeeper_node('symbols');
my $src = "$ENV{GK_TOP}/src";
my %listed;
for my $file (glob "$src/*.c")
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
			OR prosrc ~ '(_file|file_|_ls_|lo_import|lo_export|reload|logfile|promote)')
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
my %known = map { $_ => 1 } @builtin;
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

$node->stop;
done_testing();

# Symbols of other majors, and of contrib and other modules.
__DATA__
pg_read_file pg_read_file_v2 pg_read_binary_file
pg_read_file_off_len pg_read_file_all pg_read_binary_file_off_len pg_read_binary_file_all
pg_read_file_off_len_missing pg_read_file_all_missing
pg_read_binary_file_off_len_missing pg_read_binary_file_all_missing
pg_ls_summariesdir pg_rotate_logfile pg_rotate_logfile_v2
pg_file_write pg_file_write_v1_1 pg_file_sync pg_file_rename pg_file_rename_v1_1
pg_file_unlink pg_file_unlink_v1_1 pg_logdir_ls pg_logdir_ls_v1_1
pg_get_wal_block_info pg_dirtyread
file_fdw_handler file_textarray_fdw_handler jdbc_fdw_handler log_fdw_handler
multicorn_handler ogr_fdw_handler parquet_fdw_handler sqlite_fdw_handler
postgres_fdw_handler dblink_fdw_validator
cron_alter_job cron_schedule cron_schedule_named pg_background_launch
pglogical_alter_node_add_interface pglogical_create_subscription
ts_job_add ts_job_alter
dbms_sql_parse xpath_table
