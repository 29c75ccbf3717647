#
# What no sink takes waits in shared memory until one does: each record then
# arrives once and unchanged, and only what finds no room is lost.
#
# Copyright (c) 2026, the pg_gatekeeper authors
# SPDX-License-Identifier: PostgreSQL

use strict;
use warnings;
use Digest::MD5 qw(md5_hex);
use GkJournald;
use GkTest;
use JSON::PP;
use Test::More;
use Time::HiRes qw(sleep time);

my $journald = private_journald();
my $node = new_gatekeeper_node('backlog', conf => <<"EOT");
gatekeeper.audit_journal_socket = '@{[ $journald->socket ]}'
gatekeeper.audit_budget = 1000000
gatekeeper.audit_syslog_socket = '/nonexistent/socket'
gatekeeper.audit_statement = 3072
restart_after_crash = on
EOT
load_probes($node);
value_of($node, <<'EOT');
CREATE EXTENSION pg_gatekeeper;
-- Denied statements, all different, of so many bytes.
CREATE FUNCTION denials(tag text, times int, bytes int = 1) RETURNS int LANGUAGE plpgsql AS $$
DECLARE refused int := 0;
BEGIN
	FOR i IN 1 .. times LOOP
		BEGIN
			EXECUTE format('COPY (SELECT 1) TO PROGRAM ''%s %s'' /* %s */', tag, i, repeat(md5(i::text), bytes / 32));
		EXCEPTION WHEN insufficient_privilege THEN refused := refused + 1;
		END;
	END LOOP;
	RETURN refused;
END $$;
EOT

sub denials { return value_of($node, "SELECT denials('$_[0]', $_[1], @{[ $_[2] // 1 ]})") }
sub audit { return value_of($node, "SELECT $_[0] FROM gatekeeper.audit WHERE sink = 'journald'") }
my $stream = audit('stream');

# The records as journalctl has them, of objects that begin with the tag.
sub stored
{
	my ($tag) = @_;
	$journald->sync;
	my $journal = $journald->journal;
	my @lines = qx(journalctl -D '$journal' -q --no-pager -o json SYSLOG_IDENTIFIER=pg_gatekeeper GATEKEEPER_STREAM=$stream);
	return grep { !defined $tag || ($_->{GATEKEEPER_OBJECT} // '') =~ /^$tag \d/ } map { decode_json($_) } @lines;
}

sub wait_until_none_waits
{
	$node->poll_query_until('postgres', 'SELECT waiting = 0 FROM gatekeeper.audit LIMIT 1')
	  or diag(value_of($node, 'SELECT * FROM gatekeeper.audit'));
	$journald->sync;
	return;
}

# ------------------------------------------------------------------------
# journald is gone for a while
# ------------------------------------------------------------------------

denials('before', 1);
my ($at_once) = stored('before');
$journald->kill_it;
is(denials('gone', 50), 50, 'gone: statements are denied');
is(audit('waiting'), 50, '... and their records wait');
is(audit('lost'), 50, '... which the sink did not take');
is(audit('lost_by_all'), 0, '... but which are not lost');
is(value_of($node, 'SELECT count(*) FROM gatekeeper.events WHERE object LIKE $$gone %$$'), 50, '... and which the view of events has');
$journald->start;
wait_until_none_waits();
my @late = stored('gone');
is(scalar(@late), 50, 'back: they are stored');
is_deeply([ missing_numbers(stored_records($journald->journal, $stream)) ], [ 0, 0 ],
	'... no number is missing, none is there twice');
is(audit('lost'), 0, '... and count as taken');
is(audit('sent = sequence'), 't', '... as all others do');

# The worker has sent them, and says so; apart from that they are as ever.
my %same = %{ $late[0] };
my %was = %$at_once;
isnt($same{_PID}, $same{GATEKEEPER_BACKEND_PID}, 'late: sent by another process');
is($same{GATEKEEPER_SENDER_PID}, $same{_PID}, '... which the record names');
ok(!exists $was{GATEKEEPER_SENDER_PID}, '... as others do not');
is($late[-1]{GATEKEEPER_WAITING}, 49, '... and how many waited then');
foreach my $record (\%same, \%was)
{
	delete $record->{$_} foreach grep { /^_/ } keys %$record;
	delete @$record{map { "GATEKEEPER_$_" } qw(SEQ TIME BACKEND_PID SESSION_ID VXID QUERY_ID SENDER_PID WAITING STATEMENT_LENGTH STATEMENT_HASH)};
	s/before|gone/.../g, s/seq=\d+//, s/"vxid".*//, s{/\* \w* \*/}{}g foreach values %$record;
}
is_deeply(\%same, \%was, '... and is otherwise what it would have been at once');
my %times = map { substr($_->{GATEKEEPER_TIME}, 0, 19) => 1 } @late;
cmp_ok(scalar(keys %times), '<', 20, '... with the time of the action, not of its arrival');

# The command takes them for what they are.
my $verify = qx('$ENV{GK_TOP}/src/cli/pg_gatekeeper' verify -D '@{[ $journald->journal ]}' --uid=$late[0]{_UID});
like($verify, qr/^ok: /m, 'verify finds nothing wrong with them');

# ------------------------------------------------------------------------
# It stands still
# ------------------------------------------------------------------------

$journald->signal('STOP');
# more than the queue of a socket takes
is(denials('still', 700), 700, 'still: statements are denied');
my $waiting = audit('waiting');
cmp_ok($waiting, '>', 0, '... and records wait');
my $lost = audit('lost_by_all');
$journald->signal('CONT');
wait_until_none_waits();
# the worker may lose records of its own, which say that records are lost
my $kept = stored('still') - (700 - $lost);
ok($kept >= 0 && $kept <= 3, '... and are stored when it goes on') or diag("$lost are lost, and $kept too many stored");
is(audit('state'), 'ready', '... and the view says that it is well');

# ------------------------------------------------------------------------
# More than there is room for, again and again
# ------------------------------------------------------------------------

foreach my $bytes (1, 700, 2900)
{
	my $before = audit('lost_by_all');
	$journald->kill_it;
	denials("much-$bytes", 1500, $bytes);
	my $lost = audit('lost_by_all') - $before;
	cmp_ok($lost, '>', 0, "$bytes bytes: what finds no room is lost");
	cmp_ok($lost, '<', 1500 - 100, '... and the rest waits');
	$journald->start;
	wait_until_none_waits();
	my @stored = stored("much-$bytes");
	# the worker loses records of its own, which say that records are lost
	my $own = $lost - (1500 - @stored);
	ok($own >= 0 && $own <= 3, '... and is stored') or diag("@{[ scalar @stored ]} are stored, $lost are lost");
	my @wrong = grep {
		my ($i) = $_->{GATEKEEPER_OBJECT} =~ / (\d+)$/;
		my $text = md5_hex($i) x ($bytes / 32);
		$_->{GATEKEEPER_STATEMENT} !~ m{/\* \Q$text\E \*/$};
	} @stored;
	is(scalar(@wrong), 0, '... each with its own text');
	# the record of the loss, and how it is counted
	my $told;
	for (1 .. 100)
	{
		($told) = grep { $_->{GATEKEEPER_EVENT} eq 'loss' && $_->{GATEKEEPER_NEW_VALUE} >= $before + $lost } stored();
		last if $told;
		sleep 0.2;
	}
	ok($told, '... and a record tells how many were lost');
}
my ($missing, $twice) = missing_numbers(stored_records($journald->journal, $stream));
is("$missing $twice", audit('lost_by_all') . ' 0', 'in the end, what is missing is what is counted as lost');

# ------------------------------------------------------------------------
# 64 sessions at once, and journald stands still for a moment
# ------------------------------------------------------------------------

$lost = audit('lost_by_all');
my $script = PostgreSQL::Test::Utils::tempdir() . '/script';
open my $fh, '>', $script or die "$script: $!";
print $fh "SELECT denials('flood', 100);\n";
close $fh;
my $pgbench = IPC::Run::start([ 'pgbench', '-n', '-c', 64, '-t', 1, '-f', $script, $node->connstr('postgres') ],
	'>', \my $out, '2>', \my $err);
$node->poll_query_until('postgres', q{SELECT count(*) > 0 FROM gatekeeper.events WHERE object LIKE 'flood %'});
$journald->signal('STOP');
sleep 0.15;
$journald->signal('CONT');
$pgbench->finish;
wait_until_none_waits();
my $flood = stored('flood');
# more where a record of the loss is lost, too
cmp_ok($flood + audit('lost_by_all') - $lost, '>=', 6400, 'a flood, and a stop of 150 ms: every record is stored or counted');
my ($sum, $counted);
for (1 .. 50)
{
	$counted = audit('lost_by_all') . ' 0';
	$sum = join ' ', missing_numbers(stored_records($journald->journal, $stream));
	last if $sum eq $counted;
	sleep 0.2;
}
is($sum, $counted, '... and none both, nor twice');
note('lost: ', audit('lost_by_all') - $lost);

# ------------------------------------------------------------------------
# The worker ends, the server stops, the server crashes
# ------------------------------------------------------------------------

$journald->kill_it;
denials('worker', 5);
kill 'TERM', $late[0]{GATEKEEPER_SENDER_PID};
# its stop and the other one's start wait, too
$node->poll_query_until('postgres', "SELECT waiting = 7 FROM gatekeeper.audit LIMIT 1");
$journald->start;
wait_until_none_waits();
is(scalar(stored('worker')), 5, 'the worker was ended, and another one sends what waits');

$journald->kill_it;
denials('crash', 7);
my $end = audit('sequence');
$lost = audit('lost_by_all');
my $session = open_session($node, 'postgres');
my ($backend) = $session->('SELECT pg_backend_pid()');
chomp $backend;
kill 'KILL', $backend;
eval { $session->() };
$node->poll_query_until('postgres', 'SELECT true');
$journald->start;
my $old = $stream;
$node->poll_query_until('postgres', "SELECT waiting = 0 AND stream <> '$old' FROM gatekeeper.audit LIMIT 1");
$stream = audit('stream');
my ($start) = grep { $_->{GATEKEEPER_EVENT} eq 'start' } stored();
is($start->{GATEKEEPER_OLD_VALUE}, "stream $old, seq $end, lost @{[ $lost + 7 ]}",
	'a crash takes with it what waits, and the next start counts it');

# Insisting on records is insisting that a sink has them.
$node->append_conf('postgresql.conf', "gatekeeper.audit_failure = 'closed'");
reload_and_wait($node);
$journald->kill_it;
denied_for($node, 'postgres', q{SELECT gk.in_extension('SET log_min_messages = error')},
	'audit_failure = closed: a record that waits is not there yet', qr/while it cannot be recorded/);
cmp_ok(audit('waiting'), '>', 0, '... but it waits');
my $begin = time;
$node->stop;
cmp_ok(time - $begin, '<', 60, 'a server with records that wait can be stopped');

done_testing();
