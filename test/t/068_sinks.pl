#
# Two sinks: each has what waits for it and what it has lost; what one did not take
# is offered to it again, whether or not the other one has it.
#
# Copyright (c) 2026, the pg_gatekeeper authors
# SPDX-License-Identifier: PostgreSQL

use strict;
use warnings;
use GkJournald;
use GkTest;
use IO::Socket::UNIX;
use POSIX ();
use Socket qw(SOCK_DGRAM);
use Test::More;
use Time::HiRes qw(sleep);

my $journald = private_journald();
my $path = PostgreSQL::Test::Utils::tempdir_short() . '/log';
my $node = new_gatekeeper_node('sinks', conf => <<"EOT");
gatekeeper.audit_sink = 'journald,\\rsyslog'
gatekeeper.audit_journal_socket = '@{[ $journald->socket ]}'
gatekeeper.audit_syslog_socket = '$path'
gatekeeper.audit_budget = 1000000
EOT

# The collector of the syslog lines, a process of its own: the numbers it got.
my $numbers = PostgreSQL::Test::Utils::tempdir() . '/numbers';

sub start_listener
{
	my $socket = IO::Socket::UNIX->new(Type => SOCK_DGRAM, Local => $path) or die "$path: $!";
	chmod 0666, $path;
	open my $out, '>', $numbers or die "$numbers: $!";
	my $pid = fork // die "fork: $!";
	return $pid if $pid;
	$out->autoflush;
	while (defined $socket->recv(my $data, 65536))
	{
		print $out "$1\n" if $data =~ /"GATEKEEPER_SEQ":"?(\d+)/;
	}
	POSIX::_exit(0);
}

# How often each number up to the last one came, if it is not once.
sub not_once
{
	my ($last) = @_;
	my @wrong;
	for (1 .. 100)
	{
		my %seen;
		open my $fh, '<', $numbers or die "$numbers: $!";
		chomp, $seen{$_}++ while <$fh>;
		@wrong = map { "$_*" . ($seen{$_} // 0) } grep { ($seen{$_} // 0) != 1 } 1 .. $last;
		last if !@wrong;
		sleep 0.1;
	}
	return "@wrong";
}

sub audit { return value_of($node, "SELECT $_[1] FROM gatekeeper.audit WHERE sink = '$_[0]'") }

value_of($node, <<'EOT');
CREATE EXTENSION pg_gatekeeper;
CREATE FUNCTION denials(tag text, times int) RETURNS int LANGUAGE plpgsql AS $$
BEGIN
	FOR i IN 1 .. times LOOP
		BEGIN
			EXECUTE format('COPY (SELECT 1) TO PROGRAM ''%s %s''', tag, i);
		EXCEPTION WHEN insufficient_privilege THEN NULL;
		END;
	END LOOP;
	RETURN times;
END $$;
EOT
my $stream = audit('journald', 'stream');
my $command = "$ENV{GK_TOP}/src/cli/pg_gatekeeper";

sub stored { $journald->sync; return stored_records($journald->journal, $stream) }

# ------------------------------------------------------------------------
# syslog is not there
# ------------------------------------------------------------------------

value_of($node, q{SELECT denials('gone', 50)});
is(audit('journald', 'lost || $$ $$ || waiting'), '0 0', 'one sink is down: the other one takes all');
cmp_ok(audit('syslog', 'waiting'), '>=', 50, '... and what the one does not take waits for it');
is(audit('syslog', 'lost_by_all'), '0', '... and is lost by nobody');
my $listener = start_listener();
ok($node->poll_query_until('postgres', q{SELECT max(waiting) = 0 FROM gatekeeper.audit}), 'back: nothing waits');
my $last = audit('syslog', 'sequence');
is(not_once($last), '', '... and every record has come, once');
is_deeply([ missing_numbers(stored()) ], [ 0, 0 ], '... and the other one has them once, too');

# ------------------------------------------------------------------------
# journald is not there for so long that it loses some
# ------------------------------------------------------------------------

$journald->kill_it;
value_of($node, q{SELECT denials('much', 1500)});
cmp_ok(audit('journald', 'waiting'), '>', 100, 'the other one is down: records wait');
my $lost = audit('journald', 'lost - waiting');
cmp_ok($lost, '>', 100, '... and more than there is room for are lost to it');
is(audit('syslog', 'lost'), '0', '... but not to the one that works');
ok($node->poll_query_until('postgres', q{SELECT waiting = 0 FROM gatekeeper.audit WHERE sink = 'syslog'}),
	'... and nothing waits for the one that works');
$journald->start;
$node->poll_query_until('postgres', q{SELECT max(waiting) = 0 FROM gatekeeper.audit});
my ($missing, $twice) = missing_numbers(stored());
is($twice, 0, 'back: nothing is stored twice');
is($missing, $lost = audit('journald', 'lost'), '... and what is missing is what is counted');
my ($told) = grep { ($_->{SINK_LOST} // '') eq "journald $lost, syslog 0" } stored();
ok($told, '... and told in a record');
my ($loss);
for (1 .. 100)
{
	($loss) = grep { $_->{EVENT} eq 'loss' } stored();
	last if $loss;
	sleep 0.1;
}
ok($loss, '... and there is a record of the loss');
cmp_ok(scalar(grep { $_->{EVENT} eq 'loss' } stored()), '<', 10, '... and not a flood of them');
cmp_ok(audit('syslog', 'sequence'), '<', 1600, '... which cost one sink its numbers');
$last = audit('syslog', 'sequence');
is(not_once($last), '', 'the other sink has every record, once');

my $out = qx('$command' verify -D '@{[ $journald->journal ]}' --uid=$loss->{_UID});
like($out, qr/^sink: stream \w+: the server says that sinks have lost .*: journald $lost, syslog 0\.$/m, 'verify says which sink has lost how many') or diag($out);
like($out, qr/^gap: .*\b$missing records are missing/m, '... and that they are missing here') or diag($out);
$node->stop;
kill 'KILL', $listener;
waitpid $listener, 0;

done_testing();
