#
# The dry run: with gatekeeper.mode = audit everything that would be denied
# happens and leaves a would_deny record; with enforce none of it happens.
#
# Copyright (c) 2026, the pg_gatekeeper authors
# SPDX-License-Identifier: PostgreSQL

use strict;
use warnings;
use GkTest;
use Test::More;

journal_or_skip();

my $node = new_gatekeeper_node('mode', conf => "gatekeeper.mode = audit\n");
my $dir = $node->basedir;
load_probes($node);
value_of($node, q{ALTER ROLE gk_admin PASSWORD 'secret'});

# Each denial: its rule, who does what, and a query that is true only when it
# happened.  "undo" makes it not have happened.
my @actions = (
	{
		rule => 'copy_program',
		role => 'postgres',
		sql => "COPY (SELECT 1) TO PROGRAM 'cat >$dir/program'",
		happened => "SELECT (pg_stat_file('$dir/program', true)).size IS NOT NULL",
		undo => sub { unlink "$dir/program" },
	},
	{
		rule => 'copy_file',
		elevated => "COPY (SELECT 1) TO '$dir/file'",
		happened => "SELECT (pg_stat_file('$dir/file', true)).size IS NOT NULL",
		undo => sub { unlink "$dir/file" },
	},
	{
		rule => 'server_files',
		elevated => "CREATE TABLE gk.made AS SELECT pg_read_file('PG_VERSION')",
		happened => "SELECT to_regclass('gk.made') IS NOT NULL",
		undo => 'DROP TABLE IF EXISTS gk.made',
	},
	{
		rule => 'server_control',
		elevated => 'CREATE TABLE gk.made AS SELECT pg_reload_conf()',
		happened => "SELECT to_regclass('gk.made') IS NOT NULL",
		undo => 'DROP TABLE IF EXISTS gk.made',
	},
	{
		rule => 'server_settings',
		elevated => q{ALTER ROLE gk_user SET session_preload_libraries = ''},
		happened => "SELECT rolconfig IS NOT NULL FROM pg_roles WHERE rolname = 'gk_user'",
		undo => 'ALTER ROLE gk_user RESET ALL',
	},
	{
		rule => 'role_superuser',
		elevated => 'ALTER ROLE gk_user SUPERUSER',
		happened => "SELECT rolsuper FROM pg_roles WHERE rolname = 'gk_user'",
		undo => 'ALTER ROLE gk_user NOSUPERUSER',
	},
	{
		rule => 'role_privileged',
		elevated => 'ALTER ROLE gk_user BYPASSRLS',
		happened => "SELECT rolbypassrls FROM pg_roles WHERE rolname = 'gk_user'",
		undo => 'ALTER ROLE gk_user NOBYPASSRLS',
	},
	{
		rule => 'role_membership',
		elevated => 'GRANT pg_execute_server_program TO gk_user',
		happened => q{SELECT pg_has_role('gk_user', 'pg_execute_server_program', 'member')},
		undo => 'REVOKE pg_execute_server_program FROM gk_user',
	},
	{
		rule => 'catalog_write',
		elevated => q{UPDATE pg_catalog.pg_authid SET rolcreatedb = true WHERE rolname = 'gk_user'},
		happened => "SELECT rolcreatedb FROM pg_roles WHERE rolname = 'gk_user'",
		undo => 'ALTER ROLE gk_user NOCREATEDB',
	},
	{
		rule => 'catalog_secrets',
		elevated => 'CREATE TABLE gk.made AS SELECT rolpassword FROM pg_catalog.pg_authid',
		happened => "SELECT to_regclass('gk.made') IS NOT NULL",
		undo => 'DROP TABLE IF EXISTS gk.made',
	},
	{
		rule => 'extension_blocked',
		role => 'postgres',
		sql => 'CREATE EXTENSION file_fdw',
		happened => "SELECT count(*) = 1 FROM pg_extension WHERE extname = 'file_fdw'",
		undo => 'DROP EXTENSION IF EXISTS file_fdw',
	},
);

foreach my $action (@actions)
{
	next if !$action->{elevated};
	$action->{role} = 'gk_user';
	$action->{sql} = "SELECT gk.as_definer(\$stmt\$$action->{elevated}\$stmt\$)";
}

sub undo
{
	my ($action) = @_;
	ref $action->{undo} ? $action->{undo}->() : value_of($node, $action->{undo});
}

foreach my $action (@actions)
{
	my $rule = $action->{rule};
	my $mark = journal_mark();

	allowed_for($node, $action->{role}, $action->{sql}, "audit: $rule lets it pass");
	is(value_of($node, $action->{happened}), 't', '... and it happened');
	my @records = journal_records($mark, 'GATEKEEPER_EVENT=action', 'GATEKEEPER_VERDICT=would_deny',
		"GATEKEEPER_RULE=$rule");
	is(scalar(@records), 1, '... and left a would_deny record');
	is($records[0]{PRIORITY}, '4', '... which is no alarm') if @records;
	is(scalar(journal_records($mark, 'GATEKEEPER_VERDICT=denied')), 0, '... and none of a denial');
	undo($action);
}

$node->append_conf('postgresql.conf', 'gatekeeper.mode = enforce');
reload_and_wait($node);

foreach my $action (@actions)
{
	my $rule = $action->{rule};
	my $mark = journal_mark();

	denied_for($node, $action->{role}, $action->{sql}, "enforce: $rule refuses it");
	is(value_of($node, $action->{happened}), 'f', '... and it did not happen');
	my @records = journal_records($mark, 'GATEKEEPER_EVENT=action', 'GATEKEEPER_VERDICT=denied');
	is(scalar(@records), 1, '... and left one record');
	undo($action);
}

$node->append_conf('postgresql.conf', 'gatekeeper.mode = off');
reload_and_wait($node);

foreach my $action (@actions)
{
	my $mark = journal_mark();

	allowed_for($node, $action->{role}, $action->{sql}, "off: $action->{rule} lets it pass");
	is(scalar(journal_records($mark, 'GATEKEEPER_EVENT=action')), 0, '... without a record');
	undo($action);
}
$node->stop;

done_testing();
