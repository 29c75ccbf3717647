#
# "pg_gatekeeper status": what it says of a running server is true, and what is
# wrong with one is found.
#
# Copyright (c) 2026, the pg_gatekeeper authors
# SPDX-License-Identifier: PostgreSQL

use strict;
use warnings;
use GkTest;
use IPC::Run ();
use JSON::PP qw(decode_json);
use Test::More;

my $command = "$ENV{GK_TOP}/src/cli/pg_gatekeeper";
plan(skip_all => 'the command is not built: it needs libsystemd and libpq') if !-x $command;
journal_or_skip();
delete $ENV{PGUSER};

my $node = new_gatekeeper_node('status');
my @here = (
	'-h', $node->host, '-p', $node->port, '-U', 'postgres', '-D', $ENV{GK_JOURNAL_DIR}, '--uid', $>);
$node->safe_psql('postgres', 'CREATE ROLE gk_plain LOGIN; CREATE ROLE gk_monitor LOGIN IN ROLE pg_monitor',
	extra_params => [ '-U', 'postgres' ]);

sub status
{
	my (@arguments) = @_;
	my ($out, $err) = ('', '');
	IPC::Run::run([ $command, 'status', @here, @arguments ], '<', \undef, '>', \$out, '2>', \$err);
	return ($? >> 8, $out, $err);
}

# Sets settings and has them read.
sub settings
{
	my (%settings) = @_;
	$node->append_conf('postgresql.conf', join "\n", map { "$_ = '$settings{$_}'" } sort keys %settings);
	reload_and_wait($node);
	return;
}

my ($status, $out, $err) = status('--probe');
is("$status $err", '0 ', 'a healthy server') or diag($out);
like($out, qr/^PostgreSQL \d.*, cluster "status", port @{[ $node->port ]}$/m, '... is named');
like($out, qr/^    module +loaded$/m, '... has the module');
my ($version) = GkTest::slurp("$ENV{GK_TOP}/Makefile") =~ /^GK_VERSION = (\S+)$/m;
like($out, qr/^    version +\Q$version\E$/m, '... and its version');
like($out, qr/^    mode +enforce$/m, '... and its mode');
like($out, qr/^    strict +off$/m, '... and strict');
like($out, qr/^    untrusted code +restrict$/m, '... and what becomes of untrusted code');
like($out, qr/^    superusers +all are reserved$/m, '... and that no superuser is a surprise');
like($out, qr/^    rules +(\d+), of which \1 have their default level$/m, '... and its rules');
like($out, qr/^    probe +record \d+ is in the journal, \d+\.\d ms after/m, '... and a record arrives');
like($out, qr/^ok$/m, '... and all is well');

my ($number) = $out =~ /record (\d+) is in/;
($status, $out) = status();
like($out, qr/^    journal +record $number of .* is the last one there$/m, 'without --probe the last one is shown');

($status, $out, $err) = status('-U', 'gk_monitor');
is($status, 0, 'a member of pg_monitor may ask');
($status, $out, $err) = status('-U', 'gk_plain');
is($status, 2, 'others may not');
like($err, qr/"gk_plain" may not see.*\nConnect as a superuser or as a member of pg_monitor/, '... and are told who may');
($status, $out, $err) = status('-h', '/nonexistent');
is($status, 2, 'a server that does not answer');
like($err, qr/cannot connect to the server: .*\nIs it running\?/, '... is no server without problems');

# For programs and for Nagios
($status, $out, $err) = status('--json');
is("$status $err", '0 ', 'status --json');
my $json = eval { decode_json($out) } // {};
is($json->{status}, 'ok', '... says that all is well');
is($json->{server}{port}, $node->port, '... of which server');
ok($json->{module}{loaded}, '... that the module is there');
is("$json->{module}{settings}{version} $json->{module}{installed_version}", "$version $version",
	'... the running version, and the one that is installed');
is($json->{module}{settings}{mode}, 'enforce', '... its settings');
is(scalar(grep { ($_->{about} // '') eq 'records_go_to' && $_->{level} eq 'ok' } @{ $json->{findings} }), 1,
	'... and each line');
($status, $out, $err) = status('--format', 'nagios');
is("$status $err", '0 ', '--format nagios');
like($out, qr/\AOK - pg_gatekeeper \Q$version\E, mode enforce \| problems=0;;0 warnings=0;0\n\z/, '... is one line');
($status, $out, $err) = status('--format', 'nagios', '-h', '/nonexistent');
is("$status $err", '3 ', '... and unknown where no server is');
like($out, qr/\AUNKNOWN - cannot connect to the server: .*\n\z/, '... in one line');
($status, $out, $err) = status('--format', 'words');
is($status, 2, 'a format that there is not');

# Whoever cannot connect is told how
($status, $out, $err) = status('-U', 'gk_nobody');
is($status, 2, 'a role that is not let in');
like($err, qr/^It runs, and does not let this role in\.(?!.*Is it running).*CREATE ROLE "\w+" LOGIN IN ROLE pg_monitor;$/ms,
	'... is told what it takes');

# A superuser that came about past the module
$node->append_conf('postgresql.conf', "gatekeeper.mode = off");
reload_and_wait($node);
value_of($node, 'CREATE ROLE "gk Root" SUPERUSER');
$node->append_conf('postgresql.conf', "gatekeeper.mode = enforce");
reload_and_wait($node);
($status, $out, $err) = status();
like($out, qr/^  ?\* superusers +not in gatekeeper\.reserved_roles: "gk Root"$/m, 'a superuser that is not reserved');
value_of($node, 'DROP ROLE "gk Root"');

# What cannot be trusted: views that somebody else made
$node->safe_psql('postgres', <<'EOT', extra_params => [ '-U', 'postgres' ]);
CREATE SCHEMA IF NOT EXISTS gatekeeper AUTHORIZATION gk_plain;
EOT
$node->safe_psql('postgres', <<'EOT', extra_params => [ '-U', 'gk_plain' ]);
CREATE TABLE gatekeeper.trap (t text);
GRANT ALL ON gatekeeper.trap TO PUBLIC;
CREATE FUNCTION gatekeeper.spring() RETURNS text LANGUAGE plpgsql AS
	$$ BEGIN INSERT INTO gatekeeper.trap VALUES (current_user); RETURN 'ready'; END $$;
CREATE VIEW gatekeeper.audit AS SELECT 'journald'::text AS sink, gatekeeper.spring() AS state,
	''::text AS last_error, 1 AS sent, 0 AS lost, ''::text AS stream, 1 AS sequence, 0 AS lost_by_all;
GRANT USAGE ON SCHEMA gatekeeper TO PUBLIC;
GRANT SELECT ON gatekeeper.audit TO PUBLIC;
EOT
($status, $out, $err) = status();
is($status, 0, 'a view of the right name that is not the extension\'s');
is($node->safe_psql('postgres', 'SELECT count(*) FROM gatekeeper.trap', extra_params => [ '-U', 'postgres' ]),
	'0', '... is not looked at');
$node->safe_psql('postgres', 'DROP SCHEMA gatekeeper CASCADE', extra_params => [ '-U', 'postgres' ]);

# The views
$node->safe_psql('postgres', 'CREATE EXTENSION pg_gatekeeper', extra_params => [ '-U', 'postgres' ]);
($status, $out, $err) = status('--probe');
is("$status $err", '0 ', 'with the extension');
like($out, qr/^    journald +ready; \d+ sent, 0 not taken$/m, '... the sinks are known');
($status, $out, $err) = status();
like($out, qr/^    journal +record \d+, the last one, is there$/m, '... and whether the last record arrived');

is($node->safe_psql('postgres', 'SELECT gatekeeper.version()', extra_params => [ '-U', 'gk_plain' ]),
	$version, 'everybody can ask which version runs');

# A package was upgraded: another file lies where the server would find it first.
my ($library) = qx('$ENV{PG_CONFIG}' --pkglibdir) =~ /(.*)/;
my ($path) = GkTest::slurp($ENV{GK_TEST_CONF}) =~ /^dynamic_library_path = '(.*)'$/m;
my $newer = PostgreSQL::Test::Utils::tempdir();
my ($installed) = grep { -e } map { s/^\$libdir/$library/r . '/pg_gatekeeper.so' } split /:/, $path;
my $image = GkTest::slurp($installed);
is($image =~ s/(library-version: )\Q$version\E\n/"${1}9" . substr($version, 1) . "\n"/ge, 1,
	'the version stands in the library once');
open my $file, '>:raw', "$newer/pg_gatekeeper.so" or die "$newer: $!";
print $file $image;
close $file or die "$newer: $!";
settings(dynamic_library_path => "$newer:$path");
($status, $out, $err) = status();
is($status, 1, 'a newer library than the one that runs');
like($out, qr/^!!! version +\Q$version\E runs, 9\S+ is installed: restart the server$/m, '... is told');
settings(dynamic_library_path => $path);

# What is wrong
settings('gatekeeper.copy_program' => 'off');
($status, $out, $err) = status();
like($out, qr/^  \* +copy_program is at "off", looser than its default "always"$/m, 'a looser rule is shown');
is($status, 0, '... and is no error');
($status, $out, $err) = status('--format', 'nagios');
is($status, 1, '... but a warning to Nagios');
like($out, qr/\AWARNING - copy_program is at "off", .* \| problems=0;;0 warnings=1;0 records=\d+c waiting=0;;0 lost=0c$/, '... with the text');
($status, $out, $err) = status('--probe');
is($status, 1, 'a probe without a record is one');
like($out, qr/^!!! probe +no record was announced: it was allowed$/m, '... and is told');

settings('gatekeeper.copy_program' => 'always', 'gatekeeper.mode' => 'audit');
($status, $out, $err) = status();
is($status, 0, 'the dry run is no error');
like($out, qr/^  \* mode +audit: it records what it would deny, and denies nothing$/m, '... but shown');

settings('gatekeeper.mode' => 'off');
($status, $out, $err) = status();
is($status, 1, 'switched off is one');
is((status('--format', 'nagios'))[0], 2, '... critical to Nagios');
is(eval { decode_json((status('--json'))[1])->{status} }, 'problem', '... and in JSON');
like($out, qr/^!!! mode +off/m, '... and is told');

settings('gatekeeper.mode' => 'enforce', 'gatekeeper.audit_journal_socket' => '/nonexistent/socket');
($status, $out, $err) = status('--probe');
is($status, 1, 'records that do not arrive');
like($out, qr/^!!! probe +record \d+, which the server says it has written, is not in the journal$/m, '... are missed');

$node->append_conf('postgresql.conf', "shared_preload_libraries = ''");
$node->restart;
($status, $out, $err) = status();
is($status, 1, 'a server without the module');
like($out, qr/^!!! module +not loaded: shared_preload_libraries is ""/m, '... is found out');

$node->append_conf('postgresql.conf', "shared_preload_libraries = 'pg_gatekeeper'");
reload_and_wait($node);
($status, $out, $err) = status();
like($out, qr/^!!! module +not loaded: .*needs a restart$/m, '... and so is a restart that is due');

$node->stop;
done_testing();
