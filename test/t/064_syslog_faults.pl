#
# What becomes of records while a real rsyslogd is stopped; a sink that hangs does
# not take the next one with it; gatekeeper.audit_failure.
#
# Copyright (c) 2026, the pg_gatekeeper authors
# SPDX-License-Identifier: PostgreSQL

use strict;
use warnings;
use GkTest;
use IO::Socket::UNIX;
use PostgreSQL::Test::Utils ();
use Socket qw(SOCK_DGRAM);
use Test::More;
use Time::HiRes qw(sleep time);

my $timeout = 300;    # ms
my $slack = 2000;
my $nowhere = '/nonexistent/socket';
my $dir = PostgreSQL::Test::Utils::tempdir_short();
my $node = new_gatekeeper_node('syslog_faults', conf => <<"EOT");
gatekeeper.audit_journal_socket = '$nowhere'
gatekeeper.audit_syslog_socket = '$nowhere'
gatekeeper.audit_timeout = '${timeout}ms'
# what is not taken at once is lost here; see 066_backlog
gatekeeper.audit_backlog = 0
gatekeeper.audit_budget = 1000000
EOT
load_probes($node);
value_of($node, <<'EOT');
CREATE EXTENSION pg_gatekeeper;
CREATE FUNCTION denials(tag text, times int) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	refused int := 0;
	longest float := 0;
	began timestamptz;
BEGIN
	FOR i IN 1 .. times LOOP
		began := clock_timestamp();
		BEGIN
			EXECUTE format('COPY (SELECT 1) TO PROGRAM ''%s %s''', tag, i);
		EXCEPTION WHEN insufficient_privilege THEN refused := refused + 1;
		END;
		longest := greatest(longest, extract(epoch FROM clock_timestamp() - began) * 1000);
	END LOOP;
	RETURN format('%s %s', refused, round(longest::numeric, 1));
END $$;
EOT

sub settings
{
	my (%setting) = @_;
	$node->append_conf('postgresql.conf', join '', map { "gatekeeper.$_ = '$setting{$_}'\n" } sort keys %setting);
	return reload_and_wait($node);
}

sub denials
{
	my ($tag, $times) = @_;
	return split ' ', value_of($node, "SELECT denials('$tag', $times)");
}

# A socket that nobody reads, and whose queue is full.
sub hanging_socket
{
	my ($path) = @_;
	my $socket = IO::Socket::UNIX->new(Type => SOCK_DGRAM, Local => $path) or die "$path: $!";
	my $sender = IO::Socket::UNIX->new(Type => SOCK_DGRAM, Peer => $path) or die "$path: $!";
	chmod 0777, $path;
	$sender->blocking(0);
	1 while defined $sender->send('x');
	return $socket;
}

# ------------------------------------------------------------------------
# rsyslogd
# ------------------------------------------------------------------------

SKIP:
{
	my ($socket, $messages, $pid) = start_rsyslog();
	skip 'rsyslog is not installed', 1 if !$socket;

	sub actions
	{
		my ($tag) = @_;
		return grep { ($_->{fields}{GATEKEEPER_OBJECT} // '') =~ /^$tag \d/ } $messages->();
	}

	settings(audit_sink => 'syslog', audit_syslog_socket => $socket);
	denials('running', 100);
	is(scalar(actions('running')), 100, 'running: every record arrives');

	kill 'STOP', $pid;
	my $begin = time;
	my ($refused, $longest) = denials('stopped', 1500);
	my $took = time - $begin;
	is($refused, 1500, 'stopped: every statement is denied');
	cmp_ok($longest, '<', $timeout + $slack, 'stopped: none waits longer than the timeout');
	cmp_ok($took, '<', 1500 * $timeout / 1000 / 4, '... and few wait that long');
	is(value_of($node, q{SELECT state FROM gatekeeper.audit WHERE sink = 'syslog'}), 'suspended', '... and the view says so');
	kill 'CONT', $pid;
	my $told;
	for (1 .. 60)
	{
		denials('told', 1);
		my @told = actions('told');
		$told = $told[-1]->{fields};
		last if $told;
		sleep 0.5;
	}
	ok($told, 'continued: within seconds it is used again');
	my %seen = map { $_->{fields}{GATEKEEPER_SEQ} => 1 } $messages->();
	my ($first) = sort { $a <=> $b } keys %seen;
	my $missing = grep { !$seen{$_} } $first .. $told->{GATEKEEPER_SEQ};
	is($told->{GATEKEEPER_LOST} - (actions('running'))[0]->{fields}{GATEKEEPER_LOST}, $missing,
		'... and what was lost is missing in the numbers, and counted');

	# ----------------------------------------------------------------------
	# A journal that hangs, and syslog behind it
	# ----------------------------------------------------------------------

	my $hanging = hanging_socket("$dir/hanging");
	settings(audit_sink => 'auto', audit_journal_socket => "$dir/hanging");
	my $lost = value_of($node, 'SELECT max(lost_by_all) FROM gatekeeper.audit');
	($refused, $longest) = denials('behind', 300);
	is($refused, 300, 'a journal that hangs: every statement is denied');
	cmp_ok($longest, '<', $timeout + $slack, '... in time');
	is(scalar(actions('behind')), 300, '... and syslog has every record, from the first one on');
	settings(audit_sink => 'journald, syslog');
	denials('both', 300);
	is(scalar(actions('both')), 300, '... also where both are named');
	is(value_of($node, 'SELECT max(lost_by_all) FROM gatekeeper.audit'), $lost, '... so nothing is lost');
	is(value_of($node, q{SELECT string_agg(sink || ' ' || state, ', ') FROM gatekeeper.audit}),
		'journald suspended, syslog ready, log unused', '... and the view says which is which');
}

# ------------------------------------------------------------------------
# Open and closed
# ------------------------------------------------------------------------

# A script may do this; a circumstance holds, so it is recorded.
my $permitted = q{SELECT gk.in_extension('SET log_min_messages = error')};
my $plain = q{COPY (SELECT 1) TO '/dev/null'};
my $denied = q{SELECT gk.in_extension('ALTER ROLE gk_user SUPERUSER')};

settings(audit_sink => 'auto', audit_journal_socket => $nowhere, audit_syslog_socket => $nowhere);
allowed_for($node, 'postgres', $permitted, 'open: what is permitted goes on without a record');

settings(audit_failure => 'closed');
denied_for($node, 'postgres', $permitted, 'closed: it is refused',
	qr/is not allowed while it cannot be recorded.*gatekeeper\.audit_failure is "closed"/s);
denied_for($node, 'postgres', $permitted, '... again and again') for 1 .. 7;
denied_for($node, 'postgres', $denied, '... a denial is a denial', qr/role is not allowed|superuser.* is not allowed/);
allowed_for($node, 'postgres', $plain, '... and what no circumstance makes suspect goes on');
allowed_for($node, 'gk_user', 'SELECT count(*) FROM pg_class', '... as do ordinary statements');
# So many lines go there in so many seconds, and the floods above took their share.
settings(server_settings => 'audit');
denied_for($node, 'postgres', $permitted, '... as is what its rule only records', qr/while it cannot be recorded/);
settings(mode => 'audit');
allowed_for($node, 'postgres', $permitted, '... but not in a dry run, which denies nothing');
settings(mode => 'enforce', server_settings => 'elevated');
my $log = -s $node->logfile;
for (1 .. 60)
{
	run_as($node, 'postgres', $permitted);
	last if log_since($node, $log) =~ /LOG:  pg_gatekeeper: .*verdict=allowed/;
	sleep 0.5;
}
like(log_since($node, $log), qr/LOG:  pg_gatekeeper: .*verdict=allowed/, '... and the server log has the record');

my ($socket, $collected) = start_collector("$dir/back");
chmod 0777, $socket;
settings(audit_journal_socket => $socket);
allowed_for($node, 'postgres', $permitted, 'closed, with a sink: it goes on');
is(scalar(grep { ($_->{GATEKEEPER_VERDICT} // '') eq 'allowed' } $collected->()), 1, '... and is recorded');

# one of two is enough
settings(audit_sink => 'journald, syslog');
allowed_for($node, 'postgres', $permitted, 'closed, with one sink of two: it goes on');

my $full = hanging_socket("$dir/full");
settings(audit_sink => 'journald', audit_journal_socket => "$dir/full");
denied_for($node, 'postgres', $permitted, 'closed, with a sink that hangs: it is refused', qr/while it cannot be recorded/);
$node->stop;

done_testing();
