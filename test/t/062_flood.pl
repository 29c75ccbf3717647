#
# Many records at once: with a journald that runs, 64 sessions lose none.  Many of
# the same: a few and a count, whatever becomes of the session; another target
# is never hidden behind them.
#
# Copyright (c) 2026, the pg_gatekeeper authors
# SPDX-License-Identifier: PostgreSQL

use strict;
use warnings;
use GkJournald;
use GkTest;
use PostgreSQL::Test::Utils ();
use Test::More;
use Time::HiRes qw(sleep time);

my $journald = private_journald();
my $node = new_gatekeeper_node('flood', conf => <<"EOT");
gatekeeper.audit_journal_socket = '@{[ $journald->socket ]}'
gatekeeper.audit_budget = 1000000
max_connections = 100
EOT
my $program = "COPY (SELECT 1) TO PROGRAM 'true'";
value_of($node, <<'EOT');
CREATE FUNCTION flood(statement text, times int) RETURNS int LANGUAGE plpgsql AS $$
DECLARE refused int := 0;
BEGIN
	FOR i IN 1 .. times LOOP
		BEGIN
			EXECUTE format(statement, i);
		EXCEPTION WHEN insufficient_privilege THEN refused := refused + 1;
		END;
	END LOOP;
	RETURN refused;
END $$;
EOT
my $stream = value_of($node, 'CREATE EXTENSION pg_gatekeeper; SELECT stream FROM gatekeeper.audit LIMIT 1');

# Runs a statement in so many sessions at once, and returns how long it took.
sub in_sessions
{
	my ($sessions, $sql) = @_;
	my $script = PostgreSQL::Test::Utils::tempdir() . '/script';

	open my $fh, '>', $script or die "$script: $!";
	print $fh "$sql;\n";
	close $fh;
	my $begin = time;
	my ($out, $err) = PostgreSQL::Test::Utils::run_command(
		[ 'pgbench', '-n', '-c', $sessions, '-j', 2, '-t', 1, '-f', $script, $node->connstr('postgres') ]);
	like($out, qr/actually processed: $sessions\/$sessions/, "$sessions sessions are done") or diag($err);
	return time - $begin;
}

sub actions
{
	$journald->sync;
	return grep { ($_->{OBJECT} // '') =~ /^(true|evil)/ } stored_records($journald->journal, $stream);
}

# ------------------------------------------------------------------------
# 64 sessions of 200 different actions
# ------------------------------------------------------------------------

my $took = in_sessions(64, q{SELECT flood('COPY (SELECT :client_id, %s) TO PROGRAM ''true''', 200)});
my @records = actions();
note(sprintf 'it took %.1f s', $took);
is(scalar(@records), 64 * 200, '64 sessions of 200 actions: every record is stored');
my %sessions = map { $_->{SESSION_ID} => 1 } @records;
is(scalar(keys %sessions), 64, '... of every session');
is_deeply([ missing_numbers(stored_records($journald->journal, $stream)) ], [ 0, 0 ],
	'... no number is missing, none is there twice');
is(value_of($node, 'SELECT max(lost_by_all) FROM gatekeeper.audit'), '0', '... and none is counted as lost');

# ------------------------------------------------------------------------
# 50 sessions of 2000 times the same
# ------------------------------------------------------------------------

my $before = @records;
my $log_before = -s $node->logfile;
in_sessions(50, qq{SELECT flood(\$\$$program\$\$, 2000)});
@records = actions();
splice @records, 0, $before;
# a slow machine may take more than the minute
cmp_ok(scalar(@records), '<=', 50 * 12, '50 sessions of 2000 times the same: few records');
my $sum = 0;
$sum += $_->{COUNT} foreach @records;
is($sum, 50 * 2000, '... whose counts are all of them');
cmp_ok(-s $node->logfile, '<', $log_before + 100_000, '... and the server log did not grow with them');
is(value_of($node, q{SELECT denials FROM gatekeeper.rules WHERE rule = 'copy_program'}), 64 * 200 + 50 * 2000,
	'... and the view counts them');

# ------------------------------------------------------------------------
# Another target is never hidden
# ------------------------------------------------------------------------

$before += @records;
value_of($node, qq{SELECT flood(\$\$$program\$\$, 20), flood('COPY (SELECT 1) TO PROGRAM ''evil %s''', 1),
	flood(\$\$$program\$\$, 20), flood('COPY (SELECT 2) TO PROGRAM ''true''', 1)});
@records = actions();
splice @records, 0, $before;
is(join(' ', map { "$_->{OBJECT}*$_->{COUNT}" } @records), 'true*1 ' x 5 . 'evil 1*1 true*1 true*35',
	'between twice 20 of the same, another target and another statement have records of their own');
$before += @records;

# ------------------------------------------------------------------------
# The count is written when the session ends, however it ends
# ------------------------------------------------------------------------

# Waits for a record of a count of 3.
sub wait_for_count
{
	my ($seconds) = @_;
	my $until = time + $seconds;
	my $found;

	do
	{
		sleep 0.2;
		my @new = actions();
		splice @new, 0, $before;
		($found) = grep { $_->{COUNT} == 3 } @new;
	} until $found || time > $until;
	$before = actions();
	return $found;
}

foreach my $how (
	[ 'an error', sub { $_[0]->('SELECT 1/0'); $_[0]->() } ],
	[ 'the end of the backend (FATAL)', sub { value_of($node, "SELECT pg_terminate_backend($_[1])"); eval { $_[0]->() } } ])
{
	my ($what, $end) = @$how;
	my $session = open_session($node, 'postgres');
	my ($pid) = $session->('SELECT pg_backend_pid()');
	chomp $pid;

	$session->("SELECT flood(\$\$$program\$\$, 8)");
	$end->($session, $pid);
	ok(wait_for_count(20), "the count is written after $what");
}

# A session that does nothing any more.
my $idle = open_session($node, 'postgres');
$idle->("SELECT flood(\$\$$program\$\$, 8)");
my $begin = time;
my $count = wait_for_count(90);
ok($count, 'the count of an idle session is written');
cmp_ok(time - $begin, '>', 50, '... when the minute is over');
my ($last) = grep { $_->{SEQ} == $count->{SEQ} - 1 } actions();
is($count->{SESSION_ID}, $last->{SESSION_ID}, '... in the name of that session');
$idle = undef;

# ------------------------------------------------------------------------
# No sink, and a flood of different actions
# ------------------------------------------------------------------------

value_of($node, q{ALTER SYSTEM SET gatekeeper.audit_journal_socket = '/nonexistent/socket'});
reload_and_wait($node, qr/audit_journal_socket" changed/);
my $from = -s $node->logfile;
$begin = time;
in_sessions(50, q{SELECT flood('COPY (SELECT :client_id, %s) TO PROGRAM ''true''', 400)});
my $lines = () = log_since($node, $from) =~ /LOG:  pg_gatekeeper: .*verdict=denied/g;
cmp_ok($lines, '>=', 100, 'without a sink, the server log has records');
cmp_ok($lines, '<=', 100 * (2 + (time - $begin) / 10), '... of 20000 only a hundred in ten seconds');
cmp_ok(value_of($node, 'SELECT max(lost_by_all) FROM gatekeeper.audit'), '>=', 18000, '... and all are counted as lost, but for those that wait');
$node->stop;

done_testing();
