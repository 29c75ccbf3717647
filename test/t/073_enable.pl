#
# "pg_gatekeeper enable" and "disable": what was preloaded stays so, the server
# starts afterwards, and disabling leaves every file as it was.
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
my $drop_in = "$data/pg_gatekeeper.conf";
my $before = snapshot($data);

# ------------------------------------------------------------------------
# A data directory
# ------------------------------------------------------------------------

($status, $out, $err) = run_cli('enable', '-D', $data, '--dry-run');
is("$status $err", '0 ', 'a dry run succeeds');
like($out, qr/^\+shared_preload_libraries = 'pg_gatekeeper'$/m, '... and shows what would be written');
like($out, qr/^\+include = 'pg_gatekeeper\.conf'/m, '... and how the server finds it');
is(snapshot($data), $before, '... and changes nothing');

($status, $out, $err) = run_cli('enable', '-D', $data);
is("$status $err", '0 ', 'enable succeeds');
like($out, qr/^\+shared_preload_libraries = 'pg_gatekeeper'$/m, '... and shows what it wrote');
like($out, qr/^Start the server for it to take effect:\n  .*pg_ctl.* start$/m, '... and says how to go on');
is((stat $drop_in)[2], (stat $conf)[2], '... and its file is as private as the others');
like($out, qr/^Mode audit: .*^  pg_gatekeeper check --preflight -D \Q$data\E\n.*^  pg_gatekeeper enable -D \Q$data\E --mode enforce$/ms, '... to the mode that refuses, too');
is(preloaded(), 'pg_gatekeeper; audit off', '... and the server has the module, in mode audit');

my $after = snapshot($data);
($status, $out, $err) = run_cli('enable', '-D', $data);
is($status, 0, 'enabled twice');
like($out, qr/preloads pg_gatekeeper already.*^Mode audit: /ms, '... is told');
is(snapshot($data), $after, '... and nothing more');

($status, $out, $err) = run_cli('enable', '-D', $data, '--mode', 'audit', '--strict');
is($status, 0, 'mode and strict can be added');
is(preloaded(), 'pg_gatekeeper; audit on', '... and are in force');
($status, $out, $err) = run_cli('enable', '-D', $data, '--mode', 'enforce');
is(preloaded(), 'pg_gatekeeper; enforce on', '... and the mode can be changed');
is(scalar(() = GkTest::slurp($conf) =~ /include = 'pg_gatekeeper/g), 1, '... with one include');

$node->start;
($status, $out, $err) = run_cli('enable', '-D', $data, '--mode', 'audit');
like($out, qr/^Restart the server for it to take effect:\n  .*pg_ctl.* restart$/m,
	'... by a restart while the server is strict');
$node->stop;
spew($drop_in, GkTest::slurp($drop_in) =~ s/^gatekeeper\.strict.*\n//mr);
$node->start;
($status, $out, $err) = run_cli('enable', '-D', $data, '--mode', 'enforce');
like($out, qr/^Reload the server for it to take effect:\n  .*pg_ctl.* reload$/m, '... else by a reload');
my ($reload) = $out =~ /^  (.*pg_ctl.* reload)$/m;
PostgreSQL::Test::Utils::system_or_bail('sh', '-c', $reload);
ok($node->poll_query_until('postgres', "SELECT current_setting('gatekeeper.mode') = 'enforce'"),
	'... which brings it into force');
$node->stop;

$after = snapshot($data);
($status, $out, $err) = run_cli('disable', '-D', $data, '-n');
is(snapshot($data), $after, 'a dry run of disable changes nothing');
$node->start;
($status, $out, $err) = run_cli('disable', '-D', $data);
is("$status $err", '0 ', 'disable succeeds while the server runs');
like($out, qr/^Until the server is restarted it stays in force:\n  .*pg_ctl.* restart$/m,
	'... and says that the server does not know yet');
$node->stop;
is(snapshot($data), $before, '... and leaves every file as it was');
is(preloaded(), '; not loaded', '... and the server starts without the module');
($status, $out, $err) = run_cli('disable', '-D', $data);
is($status, 0, 'disabled twice');
like($out, qr/does not preload pg_gatekeeper/, '... is told');

# Superusers of a server that gets the module
$node->start;
$node->safe_psql('postgres', 'CREATE ROLE gk_dba SUPERUSER');
($status, $out, $err) = run_cli('enable', '-D', $data);
is($status, 0, 'enable, where a superuser is not reserved');
like($err, qr/not in gatekeeper\.reserved_roles: gk_dba\n.*^  gatekeeper\.reserved_roles = 'postgres, gk_dba'$/ms, '... names it');
$node->safe_psql('postgres', 'DROP ROLE gk_dba');
run_cli('disable', '-D', $data);
$node->stop;
is(snapshot($data), $before, '... and can be taken back');

# A mode that is set already, or asked for, is the mode.
begin(q{gatekeeper.mode = 'enforce'});
($status, $out, $err) = run_cli('enable', '-D', $data);
is(preloaded(), 'pg_gatekeeper; enforce off', 'a mode that is set stays');
unlike($out, qr/^Mode audit/m, '... and nothing is said of audit');
begin('');
($status, $out, $err) = run_cli('enable', '-D', $data, '--mode', 'enforce');
is(preloaded(), 'pg_gatekeeper; enforce off', 'enforce from the beginning, when it is asked for');
unlike($out, qr/^Mode audit/m, '... and nothing is said of audit');
run_cli('disable', '-D', $data);
begin('');

# Names that the module does not know
my @names = GkTest::slurp("$ENV{GK_TOP}/conf/pg_gatekeeper.conf") =~ /^#(gatekeeper\.\w+ = .*)$/mg;
cmp_ok(scalar(@names), '>', 40, 'the drop-in has settings');
begin('gatekeeper.mdoe = audit', @names);
my $named = qr/^pg_gatekeeper: gatekeeper\.mdoe is no setting of the module and has no effect \(\Q$conf\E line \d+\)\n\z/;
($status, $out, $err) = run_cli('enable', '-D', $data);
is($status, 0, 'a misspelled setting');
like($err, $named, '... is named, and no other is');
($status, $out, $err) = run_cli('enable', '-D', $data);
like($err, $named, '... also when there is nothing to change');
run_cli('disable', '-D', $data);

# ------------------------------------------------------------------------
# What else is preloaded
# ------------------------------------------------------------------------

$before = begin(q{shared_preload_libraries = 'auto_explain, pg_stat_statements' # ours});
($status, $out, $err) = run_cli('enable', '-D', $data);
is(preloaded(), 'auto_explain, pg_stat_statements, pg_gatekeeper; audit off', 'other libraries stay');
run_cli('disable', '-D', $data);
is(snapshot($data), $before, '... also afterwards');

begin('');
run_cli('enable', '-D', $data);
spew($drop_in, GkTest::slurp($drop_in) =~ s/'pg_gatekeeper'/'pg_gatekeeper, auto_explain'/r);
($status, $out, $err) = run_cli('disable', '-D', $data);
is($status, 0, 'a library that somebody added to our file');
is(preloaded(), 'auto_explain; not loaded', '... stays');

begin(q{shared_preload_libraries = '$libdir/pg_gatekeeper'});
($status, $out, $err) = run_cli('enable', '-D', $data);
like($out, qr/preloads pg_gatekeeper already/, 'the module is recognized with its directory');
refused('to edit a file of somebody else', qr/postgresql\.conf line \d+.*\nWrite there:\n  shared_preload_libraries = ''$/m,
	'disable', '-D', $data);

# The list has quoting rules of its own.  A list that breaks them is not an error
# to the server: it says so in its log and loads nothing.
$before = begin(q{shared_preload_libraries = '"auto_explain" ,  "$libdir/pg_stat_statements"'});
($status, $out, $err) = run_cli('enable', '-D', $data);
is(preloaded(), '"auto_explain" ,  "$libdir/pg_stat_statements", pg_gatekeeper; audit off',
	'names in double quotes stay as they are');
run_cli('disable', '-D', $data);
is(snapshot($data), $before, '... also afterwards');

begin(q{shared_preload_libraries = '  '});
($status, $out, $err) = run_cli('enable', '-D', $data);
is(preloaded(), 'pg_gatekeeper; audit off', 'a list of nothing but space');

foreach my $broken (q{auto_explain,}, q{auto_explain,,pg_stat_statements}, q{"auto_explain}, q{"auto_explain" x})
{
	begin("shared_preload_libraries = '$broken'");
	refused("to add to the list '$broken'", qr/is no list that the server accepts.*\n.*postgresql\.conf line \d+/,
		'enable', '-D', $data);
}
is(preloaded(), '"auto_explain" x; not loaded', '... which the server ignores, indeed');

begin(q{Shared_Preload_Libraries = auto_explain});
run_cli('enable', '-D', $data);
is(preloaded(), 'auto_explain, pg_gatekeeper; audit off', 'a name in capitals, a value without quotes');
run_cli('disable', '-D', $data);
ok(!-e $drop_in, '... is enough when the file is gone');

begin(q{shared_preload_libraries = 'auto\137explain'});
run_cli('enable', '-D', $data);
is(preloaded(), 'auto_explain, pg_gatekeeper; audit off', 'an escape in the value');

# ------------------------------------------------------------------------
# What stands in the files is put back to the byte
# ------------------------------------------------------------------------

begin('');
spew($conf, $original . "work_mem = 5MB");
$before = snapshot($data);
run_cli('enable', '-D', $data, '--mode', 'audit');
is(preloaded(), 'pg_gatekeeper; audit off', 'a file without an end of line');
run_cli('disable', '-D', $data);
is(snapshot($data), $before, '... still has none afterwards');

my $elsewhere = PostgreSQL::Test::Utils::tempdir();
spew("$elsewhere/real.conf", $original);
unlink $conf;
symlink "$elsewhere/real.conf", $conf or die $!;
run_cli('enable', '-D', $data);
ok(-l $conf, 'a symbolic link to the file stays one');
is(preloaded(), 'pg_gatekeeper; audit off', '... and what it points to is changed');
run_cli('disable', '-D', $data);
is(GkTest::slurp("$elsewhere/real.conf"), $original, '... and as it was afterwards');
unlink $conf;

begin('');
run_cli('enable', '-D', $data);
spew($drop_in, GkTest::slurp($drop_in) . "gatekeeper.copy_file = 'always'\n");
($status, $out, $err) = run_cli('disable', '-D', $data);
is($status, 0, 'a setting that somebody added to our file');
like(GkTest::slurp($drop_in), qr/^gatekeeper\.copy_file = 'always'$/m, '... stays');
is(preloaded(), '; not loaded', '... without the module');
run_cli('enable', '-D', $data);
is(preloaded(), 'pg_gatekeeper; audit off', '... and with it again');
like(GkTest::slurp($drop_in), qr/^gatekeeper\.copy_file = 'always'$/m, '... and in force');

done_testing();
