# What the tests of "pg_gatekeeper enable" and "disable" share: one server that has
# the module at hand and not in its configuration, and ways to look at that.
#
# Copyright (c) 2026, the pg_gatekeeper authors
# SPDX-License-Identifier: PostgreSQL

package GkEnable;

use strict;
use warnings;
use Exporter qw(import);
use File::Basename qw(dirname);
use GkTest;
use IPC::Run ();
use Test::More;

use PostgreSQL::Test::Cluster;

our @EXPORT = qw(
  $node $data $conf $original $status $out $err
  make_server run_cli spew snapshot preloaded begin refused
);

our ($node, $data, $conf, $original, $status, $out, $err);
my $command = "$ENV{GK_TOP}/src/cli/pg_gatekeeper";
my $bindir = dirname((grep { -x "$_/pg_ctl" } split /:/, $ENV{PATH})[0] . '/pg_ctl');

# Makes the server; to be called first.
sub make_server
{
	plan(skip_all => 'the command is not built: it needs libsystemd and libpq') if !-x $command;

	my ($library_path) = GkTest::slurp($ENV{GK_TEST_CONF}) =~ /^(dynamic_library_path = .*)$/m;
	my $sinks = join "\n", GkTest::slurp($ENV{GK_TEST_CONF}) =~ /^(gatekeeper\.audit_\w+_socket = .*)$/mg;
	$node = PostgreSQL::Test::Cluster->new('enable');
	$node->init(extra => [ '-U', 'postgres' ]);
	$node->append_conf('postgresql.conf', "$library_path\n$sinks");
	$data = $node->data_dir;
	$conf = "$data/postgresql.conf";
	$original = GkTest::slurp($conf);
	return;
}

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

# Starts the server, and says what it has loaded and how.
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
	unlink $conf if -l $conf;
	spew($conf, $original . join "\n", @lines, '');
	unlink "$data/pg_gatekeeper.conf", glob "$data/conf.d/*";
	spew("$data/postgresql.auto.conf", '');
	return snapshot($data);
}

# Runs the command, which must refuse.
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

1;
