#
# "pg_gatekeeper enable" and "disable" where several files, ALTER SYSTEM, the
# command line or others have a say: what cannot be done for certain is not done,
# and it is said what to do instead.
#
# Copyright (c) 2026, the pg_gatekeeper authors
# SPDX-License-Identifier: PostgreSQL

use strict;
use warnings;
use GkTest;
use GkEnable;
use Test::More;

use PostgreSQL::Test::Utils;

make_server();
my $before;
my $elsewhere = PostgreSQL::Test::Utils::tempdir();

# ------------------------------------------------------------------------
# A directory of files
# ------------------------------------------------------------------------

mkdir "$data/conf.d" or die $!;
my $drop_in = "$data/conf.d/pg_gatekeeper.conf";
my @with_dir = (q{shared_preload_libraries = 'auto_explain'}, q{include_dir 'conf.d'});

$before = begin(@with_dir);
($status, $out, $err) = run_cli('enable', '-D', $data, '--mode', 'audit');
ok(-f $drop_in, 'where a directory conf.d is included, the file is there');
is(GkTest::slurp($conf), $original . join("\n", @with_dir, ''), '... and no other file is touched');
is(preloaded(), 'auto_explain, pg_gatekeeper; audit off', '... and the server has the module');
run_cli('disable', '-D', $data);
is(snapshot($data), $before, '... and is as it was afterwards');

begin(@with_dir);
spew("$data/conf.d/zz.conf", "shared_preload_libraries = 'pg_stat_statements'\n");
refused('when a later file wins', qr/conf\.d\/zz\.conf line 1\.$/m, 'enable', '-D', $data);

like($err, qr/^Write there:\n  shared_preload_libraries = 'pg_stat_statements, pg_gatekeeper'$/m, '... with what to write there');
mkdir "$data/conf.d/directory.conf" or die $!;
spew("$data/conf.d/zz.conf", "include_if_exists 'none.conf'\ninclude_if_exists = '../more'\n");
spew("$data/more", "shared_preload_libraries = 'pg_stat_statements'\n");
refused('when a file that it includes wins', qr/conf\.d\/\.\.\/more line 1\.?$/m, 'enable', '-D', $data);
rmdir "$data/conf.d/directory.conf";
unlink "$data/more";

begin(reverse @with_dir);
refused('when a line behind the directory wins', qr/postgresql\.conf line \d+\.$/m, 'enable', '-D', $data);

begin(@with_dir);
spew("$data/conf.d/zz.conf", "gatekeeper.mode = 'audit'\ngatekeeper.strict = 'off'\n");
refused('when a later file has another mode', qr/gatekeeper\.mode is set to "audit" in .*zz\.conf line 1$/m,
	'enable', '-D', $data, '--mode', 'enforce');
refused('... or strict', qr/gatekeeper\.strict is set to "off" in .*zz\.conf line 2$/m,
	'enable', '-D', $data, '--strict');

# the drop-in as it is shipped, copied by hand
begin(@with_dir);
my $shipped = GkTest::slurp("$ENV{GK_TOP}/conf/pg_gatekeeper.conf");
spew($drop_in, $shipped);
is(preloaded(), 'pg_gatekeeper; enforce off', 'the drop-in works when copied by hand');
($status, $out, $err) = run_cli('enable', '-D', $data, '--mode', 'audit');
is($status, 0, '... and can be edited');
is(scalar(() = $out =~ /^[-+][^-+]/mg), 1, '... one line of it');
is(preloaded(), 'pg_gatekeeper; audit off', '... which is in force');
($status, $out, $err) = run_cli('disable', '-D', $data);
is($status, 0, '... and disabled');
is(preloaded(), '; not loaded', '... without bringing anything back');
like(GkTest::slurp($drop_in), qr/^#gatekeeper\.copy_program/m, '... and without its comments lost');

begin(@with_dir);
symlink "$ENV{GK_TOP}/conf/pg_gatekeeper.conf", $drop_in or die $!;
refused('to write through a symbolic link', qr/is no ordinary file/, 'enable', '-D', $data, '--mode', 'audit');

# ------------------------------------------------------------------------
# What beats every file
# ------------------------------------------------------------------------

begin(@with_dir);
$node->start;
value_of($node, q{ALTER SYSTEM SET shared_preload_libraries = 'auto_explain', 'pg_stat_statements'});
refused('when ALTER SYSTEM has set it', qr/ALTER SYSTEM, which beats every file \(.*auto\.conf line \d+\)$/m,
	'enable', '-D', $data);
my ($statement) = $err =~ /^  (ALTER SYSTEM .*;)$/m;
value_of($node, $statement);
$node->stop;
is(preloaded(), 'auto_explain, pg_stat_statements, pg_gatekeeper; enforce off',
	'... and what it says to do instead is right');
refused('... and again', qr/^  ALTER SYSTEM SET shared_preload_libraries = 'auto_explain', 'pg_stat_statements';$/m,
	'disable', '-D', $data);

begin(@with_dir);
$node->start;
value_of($node, q{ALTER SYSTEM SET shared_preload_libraries = '$libdir/auto_explain'});
refused('when it needs quotes', qr/^  ALTER SYSTEM SET shared_preload_libraries = '\$libdir\/auto_explain', 'pg_gatekeeper';$/m,
	'enable', '-D', $data);
($statement) = $err =~ /^  (ALTER SYSTEM .*;)$/m;
value_of($node, $statement);
$node->stop;
is(preloaded(), '"$libdir/auto_explain", pg_gatekeeper; enforce off', '... what it says is right');

begin(@with_dir);
$node->start;
value_of($node, q{ALTER SYSTEM SET shared_preload_libraries = 'pg_gatekeeper'});
refused('... when it is all there is', qr/^  ALTER SYSTEM RESET shared_preload_libraries;$/m, 'disable', '-D', $data);
$node->stop;

begin(@with_dir);
foreach my $option ('-c shared_preload_libraries=pg_stat_statements', '--Shared-Preload-Libraries=pg_stat_statements')
{
	PostgreSQL::Test::Utils::system_or_bail('pg_ctl', '-w', '-D', $data, '-l', $node->logfile, '-o', $option, 'start');
	refused("when the command line has $option", qr/command line \(.*postmaster\.opts\)/, 'enable', '-D', $data);
	PostgreSQL::Test::Utils::system_or_bail('pg_ctl', '-w', '-D', $data, 'stop');
}
spew("$elsewhere/other.conf", $original);
PostgreSQL::Test::Utils::system_or_bail('pg_ctl', '-w', '-D', $data, '-l', $node->logfile,
	'-o', "-c config_file=$elsewhere/other.conf -c ident_file=$data/pg_ident.conf -c hba_file=$data/pg_hba.conf", 'start');
refused('when the server has another file', qr/another configuration file, ".*other\.conf"/, 'enable', '-D', $data);
PostgreSQL::Test::Utils::system_or_bail('pg_ctl', '-w', '-D', $data, 'stop');
unlink "$data/postmaster.opts";

begin(@with_dir);
spew("$data/patroni.dynamic.json", '{}');
refused('when Patroni writes the configuration', qr/Patroni/, 'enable', '-D', $data);
unlink "$data/patroni.dynamic.json";
begin('# Do not edit this file manually!', '# It will be overwritten by Patroni!');
refused('... and leaves its mark', qr/Patroni/, 'enable', '-D', $data);

# ------------------------------------------------------------------------
# What would not start
# ------------------------------------------------------------------------

begin(@with_dir, 'this is no setting');
refused('when the configuration is broken already', qr/cannot read its configuration as it is/,
	'enable', '-D', $data);

begin(@with_dir, q{dynamic_library_path = '/nonexistent'});
($status, $out, $err) = run_cli('enable', '-D', $data);
is($status, 2, 'without the library it cannot be done');
like($err, qr/not installed for PostgreSQL \d+.*\nInstall the package postgresql-\d+-pg-gatekeeper/,
	'... and it says what to install');

my $bogus = PostgreSQL::Test::Utils::tempdir();
spew("$bogus/pg_gatekeeper.so", 'no library');
begin(@with_dir, "dynamic_library_path = '$bogus:\$libdir'");
refused('a library that does not load', qr/could not load library .*pg_gatekeeper\.so.*\n.*taken back/,
	'enable', '-D', $data);
# what a later minor of the server brought, and this one lacks
my ($path) = GkTest::slurp($ENV{GK_TEST_CONF}) =~ /^dynamic_library_path = '([^':]*)/m;
spew("$bogus/pg_gatekeeper.so", GkTest::slurp("$path/pg_gatekeeper.so") =~ s/\0GetUserId\0/\0GetUserIx\0/gr);
begin(@with_dir, "dynamic_library_path = '$bogus:\$libdir'");
refused('a library of another server', qr/undefined symbol: GetUserIx\n.*built for another server.*latest minor.*\n.*taken back/,
	'enable', '-D', $data);
spew("$bogus/pg_gatekeeper.so", 'no library');
begin('');
$node->start;
begin(@with_dir, "dynamic_library_path = '$bogus:\$libdir'");
refused('... while the server runs', qr/could not load library .*pg_gatekeeper\.so.*\n.*taken back/,
	'enable', '-D', $data);
is(value_of($node, 'SELECT 1'), 1, '... which has not noticed');
$node->stop;
is(join(' ', glob "$ENV{TMPDIR}/pg_gatekeeper.*"), '', '... and nothing is left of the trial');

# what is broken otherwise must not keep the module in
begin(@with_dir);
run_cli('enable', '-D', $data);
spew($drop_in, GkTest::slurp($drop_in) =~ s/, pg_gatekeeper/, nonexistent, pg_gatekeeper/r);
($status, $out, $err) = run_cli('disable', '-D', $data);
is($status, 0, 'another library that is not there does not keep it from being disabled');

begin(@with_dir, "gatekeeper.copy_program = 'sometimes'");
($status, $out, $err) = run_cli('enable', '-D', $data);
if ($status == 0)
{
	# a server that starts with a warning and the default
	unlike(preloaded(), qr/not loaded/, 'a bad setting that the server only warns of');
}
else
{
	is($status, 1, 'a setting that keeps the server from starting');
	like($err, qr/gatekeeper\.copy_program/, '... is named');
}

# ------------------------------------------------------------------------
# A cluster of Debian's
# ------------------------------------------------------------------------

my $major = GkTest::slurp("$data/PG_VERSION") =~ s/\n//r;
my $root = PostgreSQL::Test::Utils::tempdir();
$ENV{PG_CLUSTER_CONF_ROOT} = $root;
begin('');
mkdir "$root/$major";
mkdir "$root/$major/test" or die $!;
mkdir "$root/$major/test/conf.d" or die $!;
spew("$root/$major/test/postgresql.conf", $original . <<"EOT");
data_directory = '$data'
shared_preload_libraries = 'auto_explain'
include_dir = 'conf.d'
EOT
$before = snapshot("$root/$major/test");
($status, $out, $err) = run_cli('enable', "$major/test");
is("$status $err", '0 ', 'a cluster of Debian\'s by its name');
like($out, qr/^  sudo (?:pg_ctlcluster $major test start|systemctl start postgresql\@$major-test)$/m,
	'... with the command to start it');
is( GkTest::slurp("$root/$major/test/conf.d/pg_gatekeeper.conf") =~ s/^#.*\n//mgr,
	"shared_preload_libraries = 'auto_explain, pg_gatekeeper'\ngatekeeper.mode = 'audit'\n", '... and the file in its conf.d');
($status, $out, $err) = run_cli('disable', "$major/test");
is(snapshot("$root/$major/test"), $before, '... and as it was afterwards');

foreach my $case (
	[ ['enable'], qr/name a cluster, such as 15\/main/ ],
	[ [ 'enable', "$major/test", '-D', $data ], qr/not both/ ],
	[ [ 'enable', "$major/none" ], qr/there is no cluster/ ],
	[ [ 'enable', 'main' ], qr/"main" is not a cluster's name/ ],
	[ [ 'enable', '../etc' ], qr/not a cluster's name/ ],
	[ [ 'enable', '-D', '/nonexistent' ], qr/No such file/ ],
	[ [ 'enable', '-D', $root ], qr/is not a data directory/ ],
	[ [ 'enable', '-D', $data, '--mode', 'off' ], qr/takes audit or enforce, not "off"/ ],
	[ [ 'disable', '-D', $data, '--strict' ], qr/for enable only/ ],
	[ [ 'enable', '-D', $data, '--frobnicate' ], qr/"--frobnicate"/ ])
{
	my ($arguments, $words) = @$case;
	($status, $out, $err) = run_cli(@$arguments);
	is($status, 2, "status 2: pg_gatekeeper @$arguments");
	like($err, $words, '... and it says what is wrong');
}

done_testing();
