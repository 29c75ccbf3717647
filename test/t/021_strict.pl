#
# gatekeeper.strict: plain superusers are bound too, and no reload loosens
# anything while it is on.
#
# Copyright (c) 2026, the pg_gatekeeper authors
# SPDX-License-Identifier: PostgreSQL

use strict;
use warnings;
use GkTest;
use Test::More;

my $node = new_gatekeeper_node('strict');
my $file = $node->basedir . '/copied';
load_probes($node);

# allowed: the twins of what strict will deny
allowed_for($node, 'postgres', "COPY (SELECT 1) TO '$file'", 'a superuser copies to a file');
allowed_for($node, 'postgres', 'SELECT pg_read_file(\'PG_VERSION\')', '... reads a file');
allowed_for($node, 'postgres', 'ALTER ROLE gk_user REPLICATION CREATEROLE', '... gives privileges');
allowed_for($node, 'postgres', 'ALTER ROLE gk_user NOREPLICATION NOCREATEROLE', '... takes them back');
allowed_for($node, 'postgres', 'GRANT pg_read_server_files TO gk_admin', '... grants memberships');
allowed_for($node, 'postgres', 'SELECT pg_reload_conf()', '... reloads the configuration');
unlink $file;

$node->append_conf('postgresql.conf', <<'EOT');
gatekeeper.strict = on
gatekeeper.copy_program = always
gatekeeper.server_control = always
gatekeeper.catalog_write = audit
gatekeeper.blocked_extensions = 'file_fdw, dblink'
gatekeeper.protected_functions = 'MyFunction'
EOT
$node->restart;

# ------------------------------------------------------------------------
# Superusers are bound
# ------------------------------------------------------------------------

denied_for($node, 'postgres', "COPY (SELECT 1) TO '$file'", 'a superuser cannot copy to a file');
ok(!-e $file, '... and did not');
denied_for($node, 'postgres', 'SELECT pg_read_file(\'PG_VERSION\')', '... nor read one');
denied_for($node, 'postgres', 'ALTER ROLE gk_user REPLICATION', '... nor give privileges');
denied_for($node, 'postgres', 'GRANT pg_read_server_files TO gk_user', '... nor grant memberships');
denied_for($node, 'postgres', 'ALTER ROLE gk_user SUPERUSER', '... nor make superusers');
denied_for($node, 'postgres', q{ALTER SYSTEM SET gatekeeper.copy_file = 'off'},
	'... nor change the settings');
denied_for($node, 'postgres', q{ALTER SYSTEM SET archive_command = 'id'}, '... nor set commands');
my ($ok, $out, $err) = run_as($node, 'postgres', 'SELECT pg_reload_conf()');
like($err, qr/DETAIL:  Rule server_control .*strict/, 'the detail names the circumstance');

# allowed: what no rule knows
allowed_for($node, 'postgres', 'CREATE TABLE t AS SELECT generate_series(1, 200000) AS a; ANALYZE t',
	'ordinary work goes on');
allowed_for($node, 'postgres', 'COPY (SELECT 1) TO STDOUT', 'COPY TO STDOUT goes on');
allowed_for($node, 'postgres', 'SELECT count(*) FROM pg_roles; SELECT count(*) FROM pg_user',
	'reading roles goes on');

# ------------------------------------------------------------------------
# A reload loosens nothing
# ------------------------------------------------------------------------

sub is_setting
{
	my ($name, $value, $what) = @_;
	return is(value_of($node, "SHOW gatekeeper.$name"), $value, $what);
}

my @loosened = (
	[ 'mode', 'audit', 'enforce' ],
	[ 'mode', 'off', 'enforce' ],
	[ 'copy_file', 'off', 'elevated' ],
	[ 'copy_file', 'audit', 'elevated' ],
	[ 'copy_program', 'elevated', 'always' ],
	[ 'blocked_extensions', 'file_fdw', 'file_fdw, dblink' ],
	[ 'blocked_extensions', '', 'file_fdw, dblink' ],
	# a C symbol is another one in lower case
	[ 'protected_functions', 'myfunction', 'MyFunction' ],
);
my $conf = $node->data_dir . '/postgresql.conf';
my $saved = GkTest::slurp($conf);

sub write_conf
{
	open my $fh, '>', $conf or die "$conf: $!";
	print $fh @_;
	close $fh;
}

foreach my $case (@loosened)
{
	my ($name, $value, $stays) = @$case;

	write_conf($saved, "gatekeeper.$name = '$value'\n");
	my $log = reload_and_wait($node, qr/contains errors/);
	is_setting($name, $stays, "a reload cannot make $name '$value'");
	like($log, qr/gatekeeper\.$name.*cannot be loosened while gatekeeper\.strict is on/s,
		'... and the log says why');
}

# A line that is gone means the default, which is looser than what was there.
write_conf($saved =~ s/^gatekeeper\.server_control = .*\n//mr);
reload_and_wait($node);
is_setting('server_control', 'always', 'taking a line away loosens nothing either');

write_conf($saved, "gatekeeper.strict = off\n");
reload_and_wait($node, qr/restart/);
is_setting('strict', 'on', 'strict itself stays');

# allowed: tightening
write_conf($saved, "gatekeeper.catalog_write = always\ngatekeeper.blocked_extensions = 'file_fdw, dblink, lo'\n");
reload_and_wait($node, qr/catalog_write/);
is_setting('catalog_write', 'always', 'a reload can tighten a rule');
is_setting('blocked_extensions', 'file_fdw, dblink, lo', '... and a list');
write_conf($saved);
reload_and_wait($node);
is_setting('catalog_write', 'always', '... and then not loosen it again');

# ------------------------------------------------------------------------
# Parallel workers start with default settings and take over the leader's
# ------------------------------------------------------------------------

my $parallel = <<'EOT';
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET max_parallel_workers_per_gather = 2;
EOT
my $plan = value_of($node, "$parallel EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) SELECT count(*) FROM t");
like($plan, qr/Workers Launched: [1-9]/, 'a parallel query has workers');
is(value_of($node, "$parallel SELECT count(*) FROM t"), '200000', '... which work');
unlike($plan, qr/cannot be loosened/, '... without complaint');

# ------------------------------------------------------------------------
# What the manual says of dumps, and of databases of ordinary roles
# ------------------------------------------------------------------------

value_of($node, q{
	CREATE ROLE gk_dumper LOGIN;
	CREATE ROLE gk_owner LOGIN;
	CREATE DATABASE gk_owned OWNER gk_owner;
	CREATE TABLE gk_rows(a int); ALTER TABLE gk_rows ENABLE ROW LEVEL SECURITY});
foreach my $option ([], ['--enable-row-security'])
{
	my @command = ('pg_dump', '--no-subscriptions', '-s', @$option, '-U', 'postgres', '-d', $node->connstr('postgres'));
	my ($out, $err) = ('', '');

	ok(IPC::Run::run(\@command, '>', \$out, '2>', \$err) && $out =~ /gk_rows/, "@command[0 .. 3]") or diag($err);
}
allowed_for($node, 'gk_dumper', $_, "an ordinary role: $_")
  foreach 'SELECT umoptions FROM pg_user_mappings', 'SELECT count(*) FROM pg_stats';
foreach my $role ('gk_owner', 'postgres')
{
	allowed_for($node, $role, q{ALTER DATABASE gk_owned SET work_mem = '5MB'}, "$role: a setting of an ordinary role's database");
}
denied_for($node, 'postgres', q{ALTER DATABASE postgres SET work_mem = '5MB'}, "... but not of a superuser's");

# ------------------------------------------------------------------------
# The way out is a restart
# ------------------------------------------------------------------------

write_conf($saved, "gatekeeper.strict = off\ngatekeeper.copy_file = off\n");
$node->restart;
is_setting('strict', 'off', 'a restart turns strict off');
is_setting('copy_file', 'off', '... and loosens rules');
allowed_for($node, 'postgres', "COPY (SELECT 1) TO '$file'", 'a superuser copies to a file again');
ok(-s $file, '... and did');
$node->stop;

done_testing();
