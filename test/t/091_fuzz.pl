#!/usr/bin/perl
#
# Garbage, for a bounded time: the fuzz targets ("make fuzz" runs them longer),
# then settings and labels of random words and bytes on a real server.  Whatever
# they are told, they answer with an error of the user's, and the server lives.
#
# Copyright (c) 2026, the pg_gatekeeper authors
# SPDX-License-Identifier: PostgreSQL

use strict;
use warnings;
use Test::More;

use GkTest;
use PostgreSQL::Test::Utils;

# GK_SEED repeats a run.
my $seed = $ENV{GK_SEED} // time;
srand $seed;
note("GK_SEED=$seed");

# ------------------------------------------------------------------------
# The targets
# ------------------------------------------------------------------------

my $dir = PostgreSQL::Test::Utils::tempdir();
foreach my $target (qw(text redact record entry config token))
{
	local $ENV{TARGETS} = $target;
	local $ENV{DURATION} = $ENV{GK_FUZZ_SECONDS} // 4;
	local $ENV{PG_CONFIG} = $ENV{PG_CONFIG} || 'pg_config';
	my $output = qx(cd '$dir' && '$ENV{GK_TOP}/test/fuzz' 2>&1);

	ok($? == 0 && $output =~ /^ok 1 - $target: Done [1-9]\d* runs/m, "target $target")
	  || diag($output);
}

# ------------------------------------------------------------------------
# Settings and labels
# ------------------------------------------------------------------------

my $node = new_gatekeeper_node('fuzz', conf => "fsync = off\n");
my @settings = split /\n/, value_of($node,
	q(SELECT name FROM pg_settings WHERE name LIKE 'gatekeeper.%' ORDER BY name));
my @rules = split /\n/, value_of($node,
	q(SELECT substr(name, 12) FROM pg_settings WHERE name LIKE 'gatekeeper.%'
	  AND 'elevated' = ANY (enumvals) AND name <> 'gatekeeper.audit_level'));
cmp_ok(scalar @rules, '>', 15, 'the rules are there to be named');

my @words = (
	@rules, 'trusted', 'allow', 'allow ', 'off', 'on', 'audit', 'elevated', 'always', 'enforce',
	'restrict', 'journald', 'syslog', 'auto', 'postgres', 'pg_catalog.', 'a.b', '"a"', '"a""b"', '"',
	"''", ',', ',', ', ', ' ', "\t", '\\', '/', '/tmp/x', '0', '-1', '99999999999999999999', '50ms', '1e3',
	'(', ')', '*', '%s%n', 'x' x 63, 'x' x 64, '/' . 'x' x 107, 'y,' x 101);

# Bytes of any kind, too, but no line feed, which psql would take for an end.
sub garbage
{
	my $text = '';
	foreach (1 .. int rand 6)
	{
		$text .= rand() < 0.8 ? $words[ rand @words ] : chr(11 + int rand 245);
	}
	$text =~ tr/\r//d;
	return $text;
}

sub quoted
{
	my ($text) = @_;
	$text =~ s/'/''/g;
	return "'$text'";
}

# Any bytes are text there.
$node->safe_psql('postgres', q(CREATE DATABASE bytes ENCODING 'SQL_ASCII' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'));
$node->safe_psql('bytes', q(
	CREATE ROLE labelled;
	CREATE FUNCTION labelled() RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN 1; END'));

my %seen;

# Runs statements that may fail, each in its own way.
sub run_all
{
	my ($what, @statements) = @_;
	my $file = "$dir/$what.sql";
	my (%state, $lines);

	open my $fh, '>:raw', $file or die "$file: $!";
	print $fh "$_;\n" foreach @statements;
	close $fh;
	my $err = qx(psql -X -q -v VERBOSITY=sqlstate -d '@{[ $node->connstr('bytes') ]}' -f '$file' 2>&1 >'$dir/out');
	my $status = $?;
	$state{$1}++ while $err =~ /(?:ERROR|FATAL|PANIC): +(\w{5})$/mg;
	my $errors = 0;
	$errors += $_ foreach values %state;
	note("$what: ", scalar @statements, " statements, ", join(', ', map { "$_: $state{$_}" } sort keys %state));
	is($status, 0, "$what: the session lives on");
	is(join(' ', grep { /^(?:XX|5[378]|P0|F0)/ } keys %state), '', "$what: only errors of the user's")
	  || diag($err);
	cmp_ok($errors, '<', scalar @statements, "$what: some were right");
	cmp_ok($errors, '>', @statements / 10, "$what: some were wrong");
	return;
}

# ALTER SYSTEM asks the settings' check hooks.
run_all('settings', map { "ALTER SYSTEM SET $settings[rand @settings] = " . quoted(garbage()) } 1 .. 1000);
run_all('labels', map {
		my $what = rand() < 0.5 ? 'ROLE labelled' : 'FUNCTION labelled()';
		("SECURITY LABEL FOR gatekeeper ON $what IS " . quoted(rand() < 0.5 ? 'allow ' . garbage() : garbage()),
		 'SELECT labelled()')
	} 1 .. 700);

# What was accepted holds: the server reads it again.
my $log = reload_and_wait($node);
unlike($log, qr/invalid value/, 'what ALTER SYSTEM took, a reload takes')
  || diag($log);
is(value_of($node, 'SELECT 1'), '1', 'the server lives');
$node->restart;
is(value_of($node, 'SELECT 1'), '1', 'and starts again with it');

# Behind ALTER SYSTEM's back: a bad line is refused and named, the rest holds.
foreach my $round (1 .. 20)
{
	my $file = $node->data_dir . '/postgresql.auto.conf';
	open my $fh, '>:raw', $file or die "$file: $!";
	foreach (1 .. 20)
	{
		my $value = garbage();
		$value =~ s/(['\\])/$1$1/g;
		print $fh "$settings[rand @settings] = '$value'\n";
	}
	close $fh;
	$node->reload;
	value_of($node, 'SELECT 1');
}
reload_and_wait($node);
is(value_of($node, 'SELECT 1'), '1', 'the server lives through reloads of garbage');
unlike(log_since($node, 0), qr/was terminated by signal|TRAP:|PANIC:|XX000/, 'nothing crashed');

done_testing();
