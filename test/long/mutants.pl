#!/usr/bin/perl
#
# Does each row of the rules' table have a test that misses it ("make mutants")?
#
# For each row of src/rules/rules.c, builds the module without that row and runs
# the SQL test of the row's rule; while that stays green, the TAP test of a door that
# SQL hardly reaches, and then the other SQL tests.  A row that none of them misses is
# one that could be deleted unnoticed.
#
#	RULES='backdoor loopback'	only rows of these rules
#	ROWS='Language|T_DoStmt'	only rows that match
#
# All servers begin with the same files, in which test/sql/setup.sql has been run.
#
# Copyright (c) 2026, the pg_gatekeeper authors
# SPDX-License-Identifier: PostgreSQL

use strict;
use warnings;
use File::Basename qw(basename);
use GkTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $top = $ENV{GK_TOP};
my $rules = "$top/src/rules/rules.c";
my $dir = "$ENV{GK_SCRATCH}/mutants";
my %of_door = (
	COMMIT => '034_commit',
	FUNCTION => '055_other_modules',
	RESTORE => '051_dump_restore',
	TOKEN => '083_identity',
);
my %wanted = map { $_ => 1 } split ' ', $ENV{RULES} // '';
my %is_test = map { basename($_, '.sql') => 1 } glob "$top/test/sql/*.sql";

sub spew
{
	open my $fh, '>', $_[0] or die "$_[0]: $!";
	print $fh $_[1];
	close $fh or die "$_[0]: $!";
}

sub quiet { return system("@_ >'$dir/log' 2>&1") == 0 }

sub do_or_die { quiet(@_) or die "failed: @_\n", GkTest::slurp("$dir/log") }

mkdir $dir;
my $conf = GkTest::slurp($ENV{GK_TEST_CONF});
my ($stage) = $conf =~ m{^dynamic_library_path = '([^':]+/stage)}m or die 'where is the module?';
do_or_die("cp -r '$stage' '$dir/stage'");
$conf =~ s{\Q$stage\E}{$dir/stage}g;
spew("$dir/gatekeeper.conf", $conf);
$ENV{GK_TEST_CONF} = "$dir/gatekeeper.conf";
my ($module) = glob "$dir/stage/*/*/*/*/*/pg_gatekeeper.so" or die 'where is the module?';

# The module as the sources are now.  A server that runs keeps the file that it
# began with.
sub build
{
	do_or_die("make -s --no-print-directory -C '$top' pg_gatekeeper.so");
	do_or_die("cp --remove-destination '$top/pg_gatekeeper.so' '$module'");
}

my $node = new_gatekeeper_node('mutants', conf => "fsync = off\nmax_prepared_transactions = 2\n");
my $data = $node->data_dir;

# Do these SQL tests stay green, on a server that was just started?
sub sql_stays_green
{
	my ($existing, @tests) = @_;

	return quiet($ENV{PG_REGRESS}, "--inputdir='$top/test'", "--outputdir='$dir'", '--dbname=regression',
		'--host=' . $node->host, '--port=' . $node->port, '--user=postgres', '--encoding=UTF8', '--no-locale',
		'--dlpath=/tmp', ($existing ? '--use-existing' : ()), @tests);
}

sub fresh_server
{
	$node->stop('immediate') if defined $node->{_pid};
	do_or_die("rm -rf '$data' && cp -a '$dir/begin' '$data'");
	$node->start;
	return;
}

sql_stays_green(0, 'setup') or die GkTest::slurp("$dir/log");
$node->stop;
do_or_die("cp -a '$data' '$dir/begin'");

my $source = GkTest::slurp($rules);
my @line = split /^/, $source;
my ($rule, @rows);
foreach my $n (0 .. $#line)
{
	$rule = lc $1 if $line[$n] =~ /^\t\[GK_(\w+)\]/;
	push @rows, [ $n, $rule, $1 ] if $line[$n] =~ /^\t\t\t\{(GK_DOOR_.*)\},$/;
}
cmp_ok(scalar(@rows), '>', 100, 'rows were found');
@rows = grep { (!%wanted || $wanted{ $_->[1] }) && $_->[2] =~ /@{[ $ENV{ROWS} || '.' ]}/ } @rows;

# A test that is red anyway says nothing.
my %concerned = map { $_->[1] => 1 } @rows;
fresh_server();
ok(sql_stays_green(1, sort grep { $is_test{$_} } keys %concerned), 'the tests are green with all rows')
  or BAIL_OUT(GkTest::slurp("$dir/log") . GkTest::slurp("$dir/regression.diffs"));

foreach (@rows)
{
	my ($n, $rule, $row) = @$_;
	my ($door) = $row =~ /^GK_DOOR_(\w+)/;
	my $held;

	spew($rules, join '', @line[ grep { $_ != $n } 0 .. $#line ]);
	build();
	my $stays = sub {
		fresh_server();
		return sql_stays_green(1, @_);
	};
	if ($is_test{$rule})
	{
		$held = $rule if !$stays->($rule);
	}
	if (!$held && $of_door{$door})
	{
		$held = $of_door{$door} if !quiet($^X, "$top/test/t/$of_door{$door}.pl");
	}
	if (!$held)
	{
		$held = 'the test of another rule' if !$stays->(grep { !/^(?:setup|$rule)$/ } sort keys %is_test);
	}
	ok($held, 'held by ' . ($held // 'NOTHING') . ": $rule: $row");
}
$node->stop('immediate');
spew($rules, $source);
done_testing();
