#
# "pg_gatekeeper enable" and "disable": what was preloaded stays so, the server
# starts afterwards, what cannot be done for certain is not done, and disabling
# leaves every file as it was.
#
# Copyright (c) 2026, the pg_gatekeeper authors
# SPDX-License-Identifier: PostgreSQL

use strict;
use warnings;
use File::Basename qw(basename dirname);
use GkTest;
use IPC::Run ();
use Test::More;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;

my $command = "$ENV{GK_TOP}/src/cli/pg_gatekeeper";
plan(skip_all => 'the command is not built: it needs libsystemd and libpq') if !-x $command;

my $bindir = dirname((grep { -x "$_/pg_ctl" } split /:/, $ENV{PATH})[0] . '/pg_ctl');

sub run_cli
{
	my (@arguments) = @_;
	my ($out, $err) = ('', '');
	IPC::Run::run([ $command, @arguments, '--bindir', $bindir ], '<', \undef, '>', \$out, '2>', \$err);
	return ($? >> 8, $out, $err);
}

sub spew
{
	my ($file, $text) = @_;
	open my $fh, '>', $file or die "$file: $!";
	print $fh $text;
	close $fh or die "$file: $!";
	return;
}

# Every file of the configuration, with its mode and text.
sub snapshot
{
	my ($dir) = @_;
	my @files = grep { -f && !/postmaster\.opts$/ } map { glob } "$dir/*", "$dir/.pg_g*", "$dir/conf.d/*",
	  "$dir/conf.d/.pg_g*";
	return join '', map { sprintf "%s %o\n%s\n", $_, (stat)[2], GkTest::slurp($_) } @files;
}

# A server that has the module at hand, and not in its configuration.
my ($library_path) = GkTest::slurp($ENV{GK_TEST_CONF}) =~ /^(dynamic_library_path = .*)$/m;
my $sinks = join "\n", GkTest::slurp($ENV{GK_TEST_CONF}) =~ /^(gatekeeper\.audit_\w+_socket = .*)$/mg;
my $node = PostgreSQL::Test::Cluster->new('enable');
$node->init(extra => [ '-U', 'postgres' ]);
$node->append_conf('postgresql.conf', "$library_path\n$sinks");
my $data = $node->data_dir;
my $conf = "$data/postgresql.conf";
my $drop_in = "$data/pg_gatekeeper.conf";
my $original = GkTest::slurp($conf);
my $before = snapshot($data);
my ($status, $out, $err);

sub preloaded
{
	$node->start;
	my $is = value_of($node, <<'EOT');
SELECT current_setting('shared_preload_libraries') || '; ' ||
	CASE WHEN EXISTS (SELECT FROM pg_settings WHERE name = 'gatekeeper.mode' AND vartype = 'enum')
		THEN current_setting('gatekeeper.mode') || ' ' || current_setting('gatekeeper.strict')
		ELSE 'not loaded' END
EOT
	$node->stop;
	return $is;
}

# Puts the configuration back.
sub begin
{
	my (@lines) = @_;
	spew($conf, $original . join "\n", @lines, '');
	unlink $drop_in, glob "$data/conf.d/*";
	spew("$data/postgresql.auto.conf", '');
	return snapshot($data);
}

sub refused
{
	my ($what, $words, @arguments) = @_;
	my $is = snapshot($data);

	($status, $out, $err) = run_cli(@arguments);
	is($status, 1, "refused: $what");
	like($err, $words, '... and it says why');
	like($err, qr/^Nothing has been changed\.$/m, '... and that nothing has been changed');
	is(snapshot($data), $is, '... and nothing has');
	return;
}

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
is(preloaded(), 'pg_gatekeeper; enforce off', '... and the server has the module');

my $after = snapshot($data);
($status, $out, $err) = run_cli('enable', '-D', $data);
is($status, 0, 'enabled twice');
like($out, qr/preloads pg_gatekeeper already/, '... is told');
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

# ------------------------------------------------------------------------
# What else is preloaded
# ------------------------------------------------------------------------

$before = begin(q{shared_preload_libraries = 'auto_explain, pg_stat_statements' # ours});
($status, $out, $err) = run_cli('enable', '-D', $data);
is(preloaded(), 'auto_explain, pg_stat_statements, pg_gatekeeper; enforce off', 'other libraries stay');
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
is(preloaded(), '"auto_explain" ,  "$libdir/pg_stat_statements", pg_gatekeeper; enforce off',
	'names in double quotes stay as they are');
run_cli('disable', '-D', $data);
is(snapshot($data), $before, '... also afterwards');

begin(q{shared_preload_libraries = '  '});
($status, $out, $err) = run_cli('enable', '-D', $data);
is(preloaded(), 'pg_gatekeeper; enforce off', 'a list of nothing but space');

foreach my $broken (q{auto_explain,}, q{auto_explain,,pg_stat_statements}, q{"auto_explain}, q{"auto_explain" x})
{
	begin("shared_preload_libraries = '$broken'");
	refused("to add to the list '$broken'", qr/is no list that the server accepts.*\n.*postgresql\.conf line \d+/,
		'enable', '-D', $data);
}
is(preloaded(), '"auto_explain" x; not loaded', '... which the server ignores, indeed');

begin(q{Shared_Preload_Libraries = auto_explain});
run_cli('enable', '-D', $data);
is(preloaded(), 'auto_explain, pg_gatekeeper; enforce off', 'a name in capitals, a value without quotes');
run_cli('disable', '-D', $data);
ok(!-e $drop_in, '... is enough when the file is gone');

begin(q{shared_preload_libraries = 'auto\137explain'});
run_cli('enable', '-D', $data);
is(preloaded(), 'auto_explain, pg_gatekeeper; enforce off', 'an escape in the value');

# ------------------------------------------------------------------------
# What stands in the files is put back to the byte
# ------------------------------------------------------------------------

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
is(preloaded(), 'pg_gatekeeper; enforce off', '... and what it points to is changed');
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
is(preloaded(), 'pg_gatekeeper; enforce off', '... and with it again');
like(GkTest::slurp($drop_in), qr/^gatekeeper\.copy_file = 'always'$/m, '... and in force');

# ------------------------------------------------------------------------
# A directory of files
# ------------------------------------------------------------------------

mkdir "$data/conf.d" or die $!;
$drop_in = "$data/conf.d/pg_gatekeeper.conf";
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

like($err, qr/^Write there:\n  shared_preload_libraries = 'auto_explain, pg_gatekeeper'$/m, '... with what to write there');
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
	"shared_preload_libraries = 'auto_explain, pg_gatekeeper'\n", '... and the file in its conf.d');
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
