#
# conf/ci/audit-run: an application's tests on a throw-away server, and what would have
# been refused of them.
#
# Copyright (c) 2026, the pg_gatekeeper authors
# SPDX-License-Identifier: PostgreSQL

use strict;
use warnings;
use File::Basename qw(dirname);
use GkTest;
use IPC::Run ();
use PostgreSQL::Test::Cluster;
use Test::More;

my $command = "$ENV{GK_TOP}/src/cli/pg_gatekeeper";
plan(skip_all => 'the command is not built: it needs libsystemd and libpq') if !-x $command;

local $ENV{PG_GATEKEEPER} = $command;
local $ENV{PGPORT} = PostgreSQL::Test::Cluster::get_free_port();
my ($bindir) = map { dirname($_) } grep { -x } map { "$_/initdb" } split /:/, $ENV{PATH};
my ($path) = GkTest::slurp($ENV{GK_TEST_CONF}) =~ /^dynamic_library_path = '(.*)'$/m;
my $attack = <<'EOT';
CREATE ROLE shop LOGIN;
CREATE FUNCTION run(q text) RETURNS void SECURITY DEFINER LANGUAGE plpgsql AS $$ BEGIN EXECUTE q; END $$;
SET SESSION AUTHORIZATION shop;
SELECT run('ALTER ROLE shop SUPERUSER');
EOT

sub audit_run
{
	my @arguments = @_;
	my $out = '';
	IPC::Run::run(
		[ 'sh', "$ENV{GK_TOP}/conf/ci/audit-run", '-b', $bindir, '-c', "dynamic_library_path=$path", @arguments ],
		'<', \undef, '>', \$out, '2>&1');
	return ($? >> 8, $out);
}

my ($status, $out) = audit_run('psql', '-XAtc', "SHOW gatekeeper.mode");
is($status, 0, 'a command that does nothing special');
like($out, qr/^audit\n.*nothing would have been refused$/ms, '... ran under audit');
($status, $out) = audit_run('psql', '-Xqc', $attack);
is($status, 3, 'an attack is found');
like($out, qr/: 1 records of what is refused:\n.*role_superuser/s, '... and shown');
($status, $out) = audit_run('-m', 'enforce', 'psql', '-Xqc', $attack, '-v', 'ON_ERROR_STOP=1');
is($status, 1, 'when enforcing, the command fails');
like($out, qr/making a role superuser is not allowed.*: 1 records/s, '... as it is told, and the record is shown');
($status, $out) = audit_run('sh', '-c', 'exit 7');
is($status, 7, 'the status of a command that fails');
($status, $out) = audit_run();
is($status, 2, 'without a command');

done_testing();
