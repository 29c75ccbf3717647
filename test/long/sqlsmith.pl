#!/usr/bin/perl
#
# sqlsmith ("make sqlsmith"): DURATION seconds of random statements with the module
# loaded, as an ordinary user, as a superuser with untrusted objects around, and
# inside a SECURITY DEFINER function of a superuser's.  No crash, no failed
# assertion, no internal error (XX000) that is not there without the module.
#
# Copyright (c) 2026, the pg_gatekeeper authors
# SPDX-License-Identifier: PostgreSQL

use strict;
use warnings;
use IPC::Run ();
use Test::More;
use Time::HiRes qw(sleep time);

use GkTest;
use PostgreSQL::Test::Utils;

plan(skip_all => 'sqlsmith is not installed') if system('sqlsmith --version >/dev/null 2>&1') != 0;

my $duration = $ENV{DURATION} // 1800;
my $seed = $ENV{GK_SEED} // time % 100000;
note("DURATION=$duration GK_SEED=$seed");

my $dir = PostgreSQL::Test::Utils::tempdir_short();
my $node = new_gatekeeper_node('sqlsmith', conf => <<'EOT');
fsync = off
statement_timeout = '2s'
restart_after_crash = on
log_min_messages = error
log_min_error_statement = error
log_error_verbosity = verbose
log_line_prefix = '%a %p '
EOT

$node->safe_psql('postgres', <<'EOT');
CREATE ROLE app LOGIN;
GRANT CREATE ON SCHEMA public TO app;
CREATE TABLE stock (id int PRIMARY KEY, name text, n numeric, at timestamptz DEFAULT now());
INSERT INTO stock SELECT i, 'n' || i, i / 3.0 FROM generate_series(1, 50) i;
GRANT ALL ON stock TO app;
-- somebody else's text with a superuser's rights
CREATE FUNCTION run(text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN EXECUTE $1; END $$;
SET ROLE app;
CREATE TABLE trap (x int, y text DEFAULT lower('x') CHECK (length(y) < 100));
CREATE FUNCTION trap() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM count(*) FROM stock; RETURN NEW; END';
CREATE TRIGGER trap BEFORE INSERT OR UPDATE OR DELETE ON trap FOR EACH ROW EXECUTE FUNCTION trap();
INSERT INTO trap SELECT i FROM generate_series(1, 20) i;
CREATE VIEW window_on_stock AS SELECT *, upper(name) AS up, count(*) OVER () FROM stock;
CREATE DOMAIN small AS int CHECK (VALUE < 1000);
CREATE FUNCTION twice(int) RETURNS int LANGUAGE sql AS 'SELECT 2 * $1';
CREATE FUNCTION twice(text) RETURNS text LANGUAGE plpgsql AS 'BEGIN RETURN $1 || $1; END';
CREATE FUNCTION several(int) RETURNS SETOF int LANGUAGE sql AS 'SELECT generate_series(1, $1 % 10)';
CREATE OPERATOR ## (LEFTARG = int, RIGHTARG = int, FUNCTION = int4pl);
CREATE AGGREGATE total(int) (SFUNC = int4pl, STYPE = int, INITCOND = '0');
CREATE MATERIALIZED VIEW kept AS SELECT twice(id) FROM stock;
CREATE TABLE parts (id int, x small) PARTITION BY RANGE (id);
CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (100);
EOT

my $target = sub { my ($role) = @_; return 'host=' . $node->host . ' port=' . $node->port . " dbname=postgres user=$role" };

# sqlsmith ends itself only after so many queries, or when the server crashes.
sub smith
{
	my ($role, $seconds, @more) = @_;
	my ($in, $out) = ('', '');
	my $run = IPC::Run::start(
		[ 'sqlsmith', '--target=' . $target->($role) . " application_name=smith_$role", '--seed=' . $seed++, @more ],
		'<', \$in, '>', \$out, '2>', \my $err);

	my $end = time + $seconds;
	while (time < $end)
	{
		last if !$run->pumpable;
		$run->pump_nb;
		sleep 0.2;
		# its statistics, and with --dump-all-queries its statements
		if (length $out > 4e6) { last; }
	}
	$run->kill_kill(grace => 2);
	eval { $run->finish };
	return ($out, $err);
}

# ------------------------------------------------------------------------

my ($statements, $failed) = (0, 0);

sub counted
{
	return value_of($node, q(SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = 'postgres'));
}

my $before = counted();
smith('app', $duration * 0.3);
ok($node->poll_query_until('postgres', 'SELECT true'), 'as an ordinary user: the server lives');
note('transactions: ', counted() - $before);

$before = counted();
smith('postgres', $duration * 0.3, '--exclude-catalog');
ok($node->poll_query_until('postgres', 'SELECT true'), 'as a superuser among untrusted objects: the server lives');
note('transactions: ', counted() - $before);

# Statements only, then each by way of the function.
my $end = time + $duration * 0.4;
while (time < $end)
{
	my ($out) = smith('app', 20, '--dry-run', '--max-queries=300');
	my @all = grep { /\S/ } split /;\s*\n/, $out;
	my ($status, $err);
	open my $fh, '>', "$dir/run.sql" or die $!;
	foreach my $statement (@all)
	{
		my ($tag) = grep { index($statement, $_) < 0 } map { "\$q$_\$" } 1 .. 9;
		print $fh "SELECT run($tag$statement$tag);\n";
	}
	close $fh;
	system("PGAPPNAME=smith_definer psql -X -q -d '" . $target->('app') . "' -f '$dir/run.sql' >/dev/null 2>'$dir/err'");
	my $errors = GkTest::slurp("$dir/err");
	$statements += @all;
	$failed += () = $errors =~ /ERROR:/g;
	last if !@all || $errors =~ /server closed the connection/;
}
ok($node->poll_query_until('postgres', 'SELECT true'), 'in SECURITY DEFINER functions: the server lives');
cmp_ok($statements, '>', 0, "$statements statements there, $failed of them failed");

my $log = log_since($node, 0);
unlike($log, qr/TRAP:|PANIC:|was terminated by signal/, 'no crash, no failed assertion');

# An internal error may be core's own, which sqlsmith is known to find.
my %internal;
while ($log =~ /ERROR: +(XX\d\d\d): (.*)\n(?:.*\n){0,6}?.*LOCATION: +(.*)/g)
{
	$internal{"$1 $2 ($3)"}++;
}
note("internal: $internal{$_} times $_") foreach sort keys %internal;
is(join(', ', grep { /gk_|pg_gatekeeper/ } keys %internal), '', 'no internal error of ours');
my $denied = () = $log =~ /42501: pg_gatekeeper:/g;
note("the module denied $denied statements");

done_testing();
