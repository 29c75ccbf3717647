#
# What becomes of records, and of the statements that wait for them, while a real
# journald is stopped, gone, started anew, out of disk, or dropping them.
#
# Of every record it must be known: it is stored, or its number is missing in the
# stream and GATEKEEPER_LOST counts it.  No statement may wait longer than
# gatekeeper.audit_timeout for it, or fail otherwise than by its denial.
#
# A journald that drops what it has taken (its rate limit, a full disk) tells
# nobody: there only the gap shows.  The rate limit itself counts by systemd
# unit, of which there is none here; MaxLevelStore= drops in the same way.
#
# Copyright (c) 2026, the pg_gatekeeper authors
# SPDX-License-Identifier: PostgreSQL

use strict;
use warnings;
use GkJournald;
use GkTest;
use Test::More;
use Time::HiRes qw(sleep time);

# In milliseconds.  More than the slack was not the record's fault only on a
# machine that does nothing else for so long.
my $timeout = 300;
my $slack = 2000;

my $journald = private_journald();
my $node = new_gatekeeper_node('faults', conf => <<"EOT");
gatekeeper.audit_journal_socket = '@{[ $journald->socket ]}'
gatekeeper.audit_sink = 'journald'
gatekeeper.audit_timeout = '${timeout}ms'
# what is not taken at once is lost here; see 066_backlog
gatekeeper.audit_backlog = 0
gatekeeper.audit_budget = 1000000
log_min_messages = log
EOT
load_probes($node);
value_of($node, <<'EOT');
CREATE EXTENSION pg_gatekeeper;
-- Denied statements, all different: how many, how many were denied, the longest
-- one, and how many took longer than the limit; in ms.
CREATE FUNCTION denials(tag text, times int, over float) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	refused int := 0;
	longest float := 0;
	late int := 0;
	began timestamptz;
	took float;
BEGIN
	FOR i IN 1 .. times LOOP
		began := clock_timestamp();
		BEGIN
			EXECUTE format('COPY (SELECT 1) TO PROGRAM ''%s %s''', tag, i);
		EXCEPTION WHEN insufficient_privilege THEN refused := refused + 1;
		END;
		took := extract(epoch FROM clock_timestamp() - began) * 1000;
		longest := greatest(longest, took);
		IF took > over THEN late := late + 1; END IF;
	END LOOP;
	RETURN format('%s %s %s', refused, round(longest::numeric, 1), late);
END $$;
EOT

sub stream { return value_of($node, 'SELECT stream FROM gatekeeper.audit LIMIT 1') }
my $stream = stream();

sub state { return value_of($node, q{SELECT state FROM gatekeeper.audit WHERE sink = 'journald'}) }

# Denied statements in a session of their own or in the given one.
sub denials
{
	my ($tag, $times, $session) = @_;
	my $sql = "SELECT denials('$tag', $times, @{[ $timeout * 0.8 ]})";
	my ($out) = $session ? $session->($sql) : (value_of($node, $sql));

	return split ' ', $out;
}

sub check_denials
{
	my ($what, $times, $refused, $longest, $late) = @_;
	is($refused, $times, "$what: every statement is denied, none fails otherwise");
	cmp_ok($longest, '<', $timeout + $slack, "$what: none waits longer than the timeout");
	note("$what: the longest took $longest ms, $late took about the timeout");
	return $late;
}

# Everything is stored, or missing and counted as lost.  The record that tells is
# written now, and stored.  So many may be missing that a daemon had taken and
# died with.
sub check_stored
{
	my ($what, $taken) = @_;
	my ($found, @records);

	for (1 .. 100)
	{
		denials("told-$what", 1);
		$journald->sync;
		@records = stored_records($journald->journal, $stream);
		($found) = grep { ($_->{OBJECT} // '') =~ /^told-/ } reverse @records;
		last if $found && $found->{OBJECT} =~ /^told-\Q$what\E /;
		sleep 0.2;
	}
	my ($missing, $twice) = missing_numbers(@records);
	is($twice, 0, "$what: no record is there twice");
	# other records may have been lost while it was being told
	my ($last) = sort { $b->{SEQ} <=> $a->{SEQ} } @records;
	my $uncounted = $missing - $last->{LOST};
	ok($uncounted >= 0 && $uncounted <= ($taken // 0), "$what: what is not stored is missing in the numbers, and counted as lost")
	  or diag("$missing are missing, $last->{LOST} are counted as lost");
	return $missing;
}

# ------------------------------------------------------------------------
# Running
# ------------------------------------------------------------------------

my $session = open_session($node, 'postgres');
check_denials('running', 100, denials('running', 100, $session));
is(check_stored('running'), 0, 'running: nothing is lost');
is(state(), 'ready', 'running: the view says so');

# ------------------------------------------------------------------------
# Stopped
# ------------------------------------------------------------------------

$journald->signal('STOP');
# more than the queue of a socket takes, whatever net.unix.max_dgram_qlen is
my $late = check_denials('stopped', 1500, denials('stopped', 1500, $session));
# a machine that stood still meanwhile looks the same
cmp_ok($late, '<=', 5, 'stopped: the timeout is paid once, not for each record');
cmp_ok($late, '>=', 1, '... but it is paid');
is(state(), 'suspended', 'stopped: the view says so');
# the timeout is not paid by other sessions
$late = check_denials('stopped, others', 20 * 5, map {
	my $n = $_;
	my @sum = (0, 0, 0);
	foreach (1 .. 20)
	{
		my @one = denials("others-$_", 5);
		$sum[0] += $one[0];
		$sum[1] = $one[1] if $one[1] > $sum[1];
		$sum[2] += $one[2];
	}
	@sum;
} 1);
cmp_ok($late, '<=', 5, 'stopped: other sessions do not pay it again');
$journald->signal('CONT');
my $begin = time;
cmp_ok(check_stored('stopped'), '>', 0, 'stopped: some are lost');
cmp_ok(time - $begin, '<', 20, 'stopped: it is used again at once');
is(state(), 'ready', '... and the view says so');

# ------------------------------------------------------------------------
# Killed: a socket without a receiver, then no socket, then another one
# ------------------------------------------------------------------------

$journald->kill_it;
$late = check_denials('killed', 200, denials('killed', 200, $session));
is($late, 0, 'killed: nobody waits');
like(value_of($node, q{SELECT state || ': ' || last_error FROM gatekeeper.audit WHERE sink = 'journald'}),
	qr/^failing: Connection refused/, 'killed: the view says so');
unlink $journald->socket;
$late = check_denials('no socket', 200, denials('no-socket', 200, $session));
is($late, 0, 'no socket: nobody waits');
$journald->start;
check_denials('started anew', 200, denials('anew', 200, $session));
cmp_ok(check_stored('anew'), '>=', 400, 'started anew: what was sent meanwhile is lost');
my @anew = grep { ($_->{OBJECT} // '') =~ /^anew \d/ } stored_records($journald->journal, $stream);
is(scalar(@anew), 200, 'started anew: a session that had the old socket open uses the new one at once');

# ------------------------------------------------------------------------
# Stopped for good, and another one at its path
# ------------------------------------------------------------------------

denials('connected', 1, $session);
my $sent = value_of($node, q{SELECT sent FROM gatekeeper.audit WHERE sink = 'journald'});
my $old = $journald->pid;
$journald->signal('STOP');
denials('hanging', 600, $session);
$sent = value_of($node, q{SELECT sent FROM gatekeeper.audit WHERE sink = 'journald'}) - $sent;
unlink $journald->socket;
$journald->start;
check_denials('replaced', 1, denials('replaced', 1, $session));
for (1 .. 60)
{
	denials('replaced', 1, $session);
	last if state() eq 'ready';
	sleep 0.5;
}
is(state(), 'ready', 'replaced: a session that was connected to the one that hangs finds the other');
kill 'KILL', $old;
check_stored('replaced', $sent);

# ------------------------------------------------------------------------
# A crash of the server in the middle of it
# ------------------------------------------------------------------------

my ($pid) = $session->('SELECT pg_backend_pid()');
chomp $pid;
my $at_crash = value_of($node, 'SELECT max(sequence) FROM gatekeeper.audit');
value_of($node, 'ALTER SYSTEM SET restart_after_crash = on');
reload_and_wait($node);
kill 'KILL', $pid;
eval { $session->() };
$node->poll_query_until('postgres', 'SELECT true');
isnt(stream(), $stream, 'crash: a new stream');
my @old = stored_records($journald->journal, $stream);
my @new;
for (1 .. 100)
{
	$journald->sync;
	@new = stored_records($journald->journal, stream());
	last if @new;
	sleep 0.1;
}
is("$new[0]{EVENT} $new[0]{SEQ} $new[0]{LOST}", 'start 1 0', 'crash: it begins with its start');
my ($highest) = sort { $b <=> $a } map { $_->{SEQ} } @old;
cmp_ok($highest, '>=', $at_crash, 'crash: nothing of the old stream\'s end is missing');
is((missing_numbers(@old))[1], 0, 'crash: no number is there twice');
$stream = stream();
check_denials('after the crash', 50, denials('crash', 50));
is(check_stored('crash'), 0, 'after the crash: nothing is lost');
$node->stop;
$journald->kill_it;

# ------------------------------------------------------------------------
# Disk full, and records dropped without a word
# ------------------------------------------------------------------------

# Statements go on, and a record that the journal dropped is a gap.
sub dropped
{
	my ($what, $daemon, $before_denials) = @_;

	$node->append_conf('postgresql.conf', "gatekeeper.audit_journal_socket = '@{[ $daemon->socket ]}'");
	$node->start;
	$stream = stream();
	$before_denials->() if $before_denials;
	check_denials($what, 300, denials('dropped', 300));
	my @found = stored_records($daemon->journal, $stream);
	my ($sent, $lost) = split /\|/, value_of($node, q{SELECT sent, lost FROM gatekeeper.audit WHERE sink = 'journald'});
	my $sequence = value_of($node, 'SELECT max(sequence) FROM gatekeeper.audit');
	is($sent + $lost, $sequence, "$what: every record was sent or is counted as lost");
	return ($sequence - @found, $lost);
}

$journald = private_journald(conf => 'MaxLevelStore=crit');
my ($gaps, $lost) = dropped('dropping', $journald);
cmp_ok($gaps, '>=', 300, 'dropping: what was dropped is missing in the numbers');
is($lost, 0, '... though the sender was told nothing');
$node->stop;
$journald->kill_it;

$journald = private_journald(size => '8M');
($gaps, $lost) = dropped('disk full', $journald, sub {
	my $ballast = $journald->journal . '/ballast';
	open my $fh, '>', $ballast or die "$ballast: $!";
	# until there is no more
	while (syswrite $fh, 'x' x 65536) { }
	close $fh;
});
note("disk full: $gaps missing, $lost of them counted as lost");
cmp_ok($gaps, '>=', $lost, 'disk full: what is missing is at least what is counted as lost');
$node->stop;

done_testing();
