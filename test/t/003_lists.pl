# Do the module's other lists keep up with PostgreSQL?
#
# A new major brings settings, predefined roles, statements and catalogs.  Each
# must be watched by a rule, or be here with the reason why it is not.  Built-in
# functions are 002_symbols.pl's.
#
# Copyright (c) 2026, the pg_gatekeeper authors
# SPDX-License-Identifier: PostgreSQL

use strict;
use warnings;
use GkTest;
use Test::More;

my $src = "$ENV{GK_TOP}/src";

sub slurp
{
	open my $fh, '<', $_[0] or die "$_[0]: $!";
	local $/;
	return scalar <$fh>;
}

# Is each name watched or reviewed, and not both?  The reviewed are patterns.
sub compare
{
	my ($what, $names, $watched, $reviewed) = @_;

	for my $name (@$names)
	{
		my ($reason) = map { $reviewed->{$_} } grep { $name =~ /^(?:$_)$/ } sort keys %$reviewed;
		my $is = $watched->($name);
		ok(!$is != !$reason,
			"$what $name is "
			  . ($is && $reason ? 'watched, and reviewed, too'
				: $is ? 'watched'
				: 'reviewed: ' . ($reason // 'NOT YET')));
	}
}

my $node = new_gatekeeper_node('lists');

#
# Settings
#
my ($list) = slurp("$src/rules/watched_settings.c") =~ /watched\[\] = \{(.*?)\n\};/s;
my @watched = $list =~ /"([\w.]+)"/g;
my %watched = map { $_ => 1 } @watched;
cmp_ok(scalar(@watched), '>', 100, 'the watched settings were found in src');
is(join(' ', grep { $watched{$_}++ > 1 } @watched), '', 'none stands there twice');

# The man page has the same.
my ($page) = slurp("$ENV{GK_TOP}/man/pg_gatekeeper.7") =~ /^\.It Commands and programs\n(.*?)^\.El$/ms;
is_deeply([ sort map { s/\*$//r } $page =~ /^\.Va (\S+)/mg ], [ sort @watched ],
	'the settings of the man page');

my %categories = (
	'Autovacuum|Vacuuming( / .*)?' => 'when tables are cleaned',
	'Query Tuning / .*' => 'how queries are planned',
	'Resource Usage / .*' => 'how much is used',
	'Lock Management' => 'how much is used',
	'Statistics / .*' => 'what is counted',
	'Error Handling' => 'what happens after a crash',
	'Client Connection Defaults / Locale and Formatting' => 'looks',
	'Reporting and Logging / Process Title' => 'looks',
	'Version and Platform Compatibility / .*' => 'meaning of queries',
	'Write-Ahead Log / (Checkpoints|Recovery|Recovery Target|Settings|Summarization)' =>
	  'how, and how much, is written',
	'Preset Options' => 'cannot be changed',
);
my %settings = (
	'(idle_\w+|lock|statement|transaction|authentication)_timeout' => 'ends sessions',
	'(default_)?transaction_(deferrable|isolation|read_only)' => 'the user\'s own transaction',
	'vacuum_\w+|gin_(fuzzy_search|pending_list)_limit' => 'how much is done',
	'default_(table_access_method|tablespace|toast_compression)|temp_tablespaces' => 'what a table is made of',
	'search_path' => 'what it makes to be found is judged by its owner',
	'role|session_authorization' => 'core, and untrusted code may not',
	'row_security' => 'off is an error where a policy would hide rows',
	'check_function_bodies|client_min_messages|bytea_output|xml(binary|option)' => 'looks',
	'createrole_self_grant' => 'grants the user what he has ADMIN on',
	'password_encryption|scram_iterations|md5_password_warnings|password_expiration_warning_threshold' =>
	  'how later passwords are kept; gives no right',
	'bonjour(_name)?|port|max_connections|\w*reserved_connections' => 'who finds room',
	'client_connection_check_interval|tcp_\w+' => 'how a connection is kept up',
	'ssl_(ecdh_curve|groups|prefer_server_ciphers)' => 'which of what is permitted',
	'(allow|debug|force|trace|jit|wal|post_auth|pre_auth|log_btree|optimize_bounded)_\w+|composite_type_mismatch' =>
	  'for developers',
	'backtrace_functions|remove_temp_files_after_crash|send_\w+|ignore_no_such' => 'for developers',
	'hot_standby(_feedback)?|max_standby_\w+|primary_slot_name|wal_receiver_\w+|recovery_min_apply_delay' =>
	  'how a standby follows',
	'wal_retrieve_retry_interval|sync_replication_slots' => 'how a standby follows',
	'max_(wal_senders|(repack_)?replication_slots|slot_wal_keep_size|active_replication_origins)' => 'how much is kept',
	'max_(logical_replication|sync|parallel_apply)_workers\w*|track_commit_timestamp' => 'how much is used',
	'wal_(keep_size|sender_\w+)|idle_replication_slot_timeout|vacuum_defer_cleanup_age' => 'how much is kept',
	'synchron(ous|ized)_standby_\w+' => 'whom a COMMIT waits for',
	'archive_(mode|timeout)' => 'whether and when; the command and library are watched',
	'application_name|debug_\w+|log_(checkpoints|hostname|lock_\w+|recovery_\w+|temp_files|timezone|auto\w+)' =>
	  'less in the log that says who did what',
	'log_(parameter_max_length_on_error|startup_progress_interval|rotation_(age|size))' =>
	  'less in the log that says who did what',
	'event_source|syslog_(sequence_numbers|split_messages)' => 'looks of the log',
	'gin_\w+|max_notify_queue_pages|file_\w+' => 'how much is used',
);

my @settings = grep { !/^gatekeeper\./ } split /\n/, $node->safe_psql('postgres',
	q{SELECT name || '|' || category FROM pg_settings ORDER BY name});
my %category = map { split /\|/, $_, 2 } @settings;
cmp_ok(scalar(@settings), '>', 300, 'the settings of this major were found');
for my $name (sort keys %category)
{
	my ($by_category) = map { $categories{$_} } grep { $category{$name} =~ /^(?:$_)$/ } keys %categories;
	my ($by_name) = map { $settings{$_} } grep { $name =~ /^(?:$_)$/ } keys %settings;
	my $is = $watched{$name} || grep { /\.$/ && $name =~ /^\Q$_\E/ } @watched;
	ok($is || $by_category || $by_name,
		"setting $name ($category{$name}) is "
		  . ($is ? 'watched' : 'reviewed: ' . ($by_category // $by_name // 'NOT YET')));
}

#
# Predefined roles
#
my $roles = slurp("$src/origin/power.c");
$roles =~ s{/\*.*?\*/}{}gs;
compare('role',
	[ split /\n/, $node->safe_psql('postgres', q{SELECT rolname FROM pg_roles WHERE rolname ~ '^pg_' ORDER BY 1}) ],
	sub { my $macro = 'ROLE_' . uc $_[0]; return $roles =~ /\b$macro\b/ },
	{
		'pg_monitor|pg_stat_scan_tables' => 'shows, what of the first is more by two that are watched',
		'pg_signal_\w+' => 'ends other users\' sessions, never a superuser\'s',
		'pg_checkpoint|pg_use_reserved_connections' => 'disturbs',
		'pg_database_owner' => 'cannot be granted',
	});

#
# Utility statements, by the server's own list of nodes
#
chomp(my $include = qx('@{[ $ENV{PG_CONFIG} || 'pg_config' ]}' --includedir-server));
my ($tags) = grep { -e } map { "$include/nodes/$_" } qw(nodetags.h nodes.h);
my %tags = map { $_ => 1 } slurp($tags) =~ /\b(T_\w+Stmt)\b/g;
cmp_ok(scalar(keys %tags), '>', 100, 'the statements of this major were found');
my $rules = slurp("$src/rules/rules.c");
compare('statement', [ sort keys %tags ],
	sub { return $rules =~ /\{GK_DOOR_STATEMENT(?: \| GK_IF_SUSPECT)?, $_[0],/ },
	{
		'T_(Select|Insert|Update|Delete|Merge|PLAssign|Return|Raw|Planned|SetOperation)Stmt' =>
		  'queries: judged by the relations and functions they use',
		'T_(DeclareCursor|Fetch|ClosePortal|Execute|Deallocate|Explain|RefreshMatView)Stmt' =>
		  'run a query, which is judged',
		'T_CallStmt' => 'the call and its arguments are judged',
		'T_Transaction|T_(Transaction|Lock|CheckPoint|Wait)Stmt' => 'runs no code but triggers',
		'T_(Listen|Notify|Comment)Stmt' => 'runs nothing',
		'T_(Vacuum|Cluster|Repack|Reindex)Stmt' => 'run functions as the owner; a catalog is found as an object',
		'T_(Define|Create(Cast|Conversion|OpClass|OpFamily|Transform|Am|EventTrig|Trig|PLang|Range|Domain|Enum)|CompositeType|Rule|View)Stmt' =>
		  'judged by the object made',
		'T_(CreateSchema|CreateSeq|CreatePolicy|CreateStats)Stmt' =>
		  'judged by the object made; else it runs nothing',
		'T_(CreateFdw|CreateUserMapping|CreateExtension|Createdb)Stmt' =>
		  'judged by the object made',
		'T_Alter(Fdw|UserMapping|EventTrig|Extension|ExtensionContents|Type|Domain|Enum|Operator|OpFamily|Owner|ObjectSchema)Stmt' =>
		  'judged by the object altered',
		'T_Alter(TableMoveAll|TableSpaceOptions|Seq|Stats|Policy|TSConfiguration|TSDictionary|Collation)Stmt' =>
		  'judged by the object altered; else it runs nothing',
		'T_Alter(Database|DatabaseRefreshColl)Stmt' => 'how a database is used; owner and settings are judged',
		'T_(Rename|ReplicaIdentity)Stmt' => 'judged by the object altered',
		'T_Drop(|Role|db|Subscription|TableSpace|UserMapping)Stmt' => 'judged by the object dropped, where that matters',
	});

#
# Catalogs and views that not everybody may read: each keeps a secret, or data
#
my $secrets = slurp("$src/rules/secrets.c");
my @closed = split /\n/, $node->safe_psql('postgres', q{
	SELECT relname FROM pg_class WHERE relnamespace = 'pg_catalog'::regnamespace
		AND relkind IN ('r', 'v') AND oid < 16384 AND NOT has_any_column_privilege('public', oid, 'SELECT')
	ORDER BY 1});
cmp_ok(scalar(@closed), '>', 5, 'the closed catalogs were found');
compare('catalog', \@closed,
	sub {
		my $macro = "Anum_$_[0]_";
		return $secrets =~ /\b$macro/;
	},
	{
		'pg_shadow' => 'a view, taken apart by what it shows',
		'pg_(file_settings|hba_file_rules|ident_file_mappings)' => 'views of functions that rule server_files lists',
		'pg_config|pg_(backend_memory_contexts|shmem_allocations\w*|dsm_registry_allocations|aios)' => 'statistics',
		'pg_replication_origin_status' => 'statistics',
		'pg_largeobject' => 'data',
		'pg_statistic_ext_data' => 'samples of tables; a catalog has no extended statistics',
	});
# columns that are kept back one by one
is($node->safe_psql('postgres', q{
	SELECT string_agg(attrelid::regclass || '.' || attname, ' ' ORDER BY 1) FROM pg_attribute
		JOIN pg_class c ON c.oid = attrelid
	WHERE relnamespace = 'pg_catalog'::regnamespace AND relkind = 'r' AND attnum > 0
		AND has_any_column_privilege('public', c.oid, 'SELECT')
		AND NOT has_column_privilege('public', c.oid, attnum, 'SELECT')}),
	'pg_subscription.subconninfo', 'the columns that are kept back are known');

#
# Where catalogs keep expressions, and functions that run without being called by
# name.  Each is a way for somebody else's code into a statement.
#
my $expressions = $node->safe_psql('postgres', q{
	SELECT c.relname || '.' || attname FROM pg_attribute JOIN pg_class c ON c.oid = attrelid
	WHERE atttypid = 'pg_node_tree'::regtype AND attnum > 0 AND relkind = 'r'
		AND relnamespace = 'pg_catalog'::regnamespace ORDER BY 1});
compare('expressions in', [ split /\n/, $expressions ], sub { 0 },
	{
		'pg_rewrite.ev_(action|qual)|pg_policy.pol(qual|withcheck)' => 'has no place, so no author; helpers by pg_depend',
		'pg_attrdef.adbin|pg_constraint.conbin|pg_trigger.tgqual' => 'has no place, so no author; helpers by pg_depend',
		'pg_type.typdefaultbin|pg_proc.proargdefaults' => 'has no place, so no author; helpers by pg_depend',
		'pg_proc.prosqlbody' => 'a function, which is on the stack, and whose body has the function\'s author',
		'pg_index.ind(exprs|pred)|pg_partitioned_table.partexprs' => 'immutable functions; those that are not built in are on the stack',
		'pg_publication_rel.prqual' => 'built-in, immutable functions',
		'pg_statistic_ext.stxexprs' => 'run by ANALYZE, as the table\'s owner',
		'pg_class.relpartbound' => 'constants',
	});
my $functions = $node->safe_psql('postgres', q{
	SELECT fktable || '.' || array_to_string(fkcols, ',') FROM pg_get_catalog_foreign_keys()
	WHERE pktable = 'pg_proc'::regclass ORDER BY 1});
compare('functions in', [ split /\n/, $functions ], sub { 0 },
	{
		'pg_aggregate.agg\w+fn' => 'has no place, unless the aggregate\'s call has one and its maker is trusted',
		'pg_aggregate.aggfnoid' => 'the aggregate itself',
		'pg_cast.castfunc|pg_operator.oprcode' => 'a call in the query, bound by whoever made the cast or operator',
		'pg_(trigger.tgfoid|event_trigger.evtfoid)' => 'not built in: on the stack',
		'pg_range.rng(canonical|subdiff)' => 'immutable; not built in: on the stack',
		'pg_range.rng(mlt)?construct\d' => 'core\'s own, made with the type',
		'pg_operator.opr(join|rest)|pg_proc.prosupport|pg_conversion.conproc|pg_transform.trf(from|to)sql' =>
		  'has arguments of type internal: native code',
		'pg_(am.amhandler|foreign_data_wrapper.fdw(connection|handler|validator)|language.lan\w+|amproc.amproc|ts_(parser|template).\w+)' =>
		  'only superusers make such objects',
		'pg_type.typ(analyze|input|mod(in|out)|output|receive|send|subscript)' => 'only superusers make base types',
	});

$node->stop;
done_testing();
