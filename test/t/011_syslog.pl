#
# Records to syslog: one RFC 3164 line with a JSON object, which a real rsyslogd
# takes apart; what happens when a sink is not there, or hangs.
#
# Copyright (c) 2026, the pg_gatekeeper authors
# SPDX-License-Identifier: PostgreSQL

use strict;
use warnings;
use GkTest;
use IO::Socket::UNIX;
use JSON::PP;
use Socket qw(SOCK_DGRAM);
use Test::More;
use Time::HiRes qw(time);

my $nowhere = '/nonexistent/socket';
my $node = new_gatekeeper_node('syslog', conf => <<"EOT");
gatekeeper.audit_journal_socket = '$nowhere'
# what is not taken at once is lost here; see 066_backlog
gatekeeper.audit_backlog = 0
gatekeeper.audit_budget = 1000000
EOT
my $dir = PostgreSQL::Test::Utils::tempdir_short();
my $program = "COPY (SELECT 1) TO PROGRAM 'true'";
load_probes($node);

# Reloads with the settings given as name => value.
sub settings
{
	my (%setting) = @_;
	$node->append_conf('postgresql.conf', join '', map { "gatekeeper.$_ = '$setting{$_}'\n" } sort keys %setting);
	return reload_and_wait($node);
}

# ------------------------------------------------------------------------
# The line itself, on a socket of our own
# ------------------------------------------------------------------------

sub listener
{
	my ($path) = @_;
	unlink $path;
	my $socket = IO::Socket::UNIX->new(Type => SOCK_DGRAM, Local => $path) or die "$path: $!";
	chmod 0666, $path;
	return $socket;
}

# The datagrams that have arrived, those about the module itself left out.
sub received
{
	my ($socket, $all) = @_;
	my @lines;

	$socket->blocking(0);
	while (defined $socket->recv(my $data, 65536))
	{
		push @lines, $data if length $data && ($all || $data =~ /"GATEKEEPER_EVENT":"action"/);
	}
	$socket->blocking(1);
	return @lines;
}

my $syslog = listener("$dir/line");
settings(audit_sink => 'syslog', audit_syslog_socket => "$dir/line");
received($syslog, 1);

my (undef, undef, $err) = run_as($node, 'gk_user', "SELECT gk.as_definer(\$\$COPY (SELECT 1) TO '/tmp/\xc3\xa9'\$\$)");
my @lines = received($syslog);
is(scalar(@lines), 1, 'one line for one denial');
# facility authpriv (10), severity err (3)
like($lines[0], qr/^<83>[A-Z][a-z]{2} [ 1-3]\d \d\d:\d\d:\d\d pg_gatekeeper\[\d+\]: \@cee:\{.*\}$/,
	'a header as local senders write it, then JSON');
like($lines[0], qr/^[\x20-\x7e]+$/, '... on one line of ASCII');
my ($json) = $lines[0] =~ /\@cee:(.*)/;
my $fields = eval { decode_json($json) } || {};
is($fields->{GATEKEEPER_RULE}, 'copy_file', 'it has the fields of the record');
is($fields->{GATEKEEPER_VERDICT}, 'denied', '... the verdict');
is($fields->{GATEKEEPER_OBJECT}, "/tmp/\x{e9}", '... the object');
is($fields->{GATEKEEPER_SESSION_USER}, 'gk_user', '... the user');
like($err, qr/record $fields->{GATEKEEPER_SEQ}\b/, '... the number in the error');
is(scalar(grep { ref } values %$fields), 0, '... as strings');

run_as($node, 'postgres', "COPY (SELECT 1) TO PROGRAM '" . ("\n\x01\"\\" x 20000) . "'");
@lines = received($syslog);
is(scalar(@lines), 1, 'one line for an oversized one, too');
cmp_ok(length($lines[0] // ''), '<=', 8192, '... of at most 8 KiB');
like($lines[0] // '', qr/^[\x20-\x7e]+$/, '... of ASCII');
($json) = ($lines[0] // '') =~ /\@cee:(.*)/;
$fields = eval { decode_json($json // '') } || {};
is($fields->{GATEKEEPER_VERDICT}, 'denied', '... which is valid JSON');
cmp_ok($fields->{GATEKEEPER_STATEMENT_LENGTH} // 0, '>', 80000, '... and tells the length');

# ------------------------------------------------------------------------
# A real rsyslogd
# ------------------------------------------------------------------------

SKIP:
{
	my ($socket, $messages) = start_rsyslog();
	skip 'rsyslog is not installed', 1 if !$socket;

	settings(audit_syslog_socket => $socket);
	run_as($node, 'gk_user', q{SELECT gk.as_definer('ALTER ROLE gk_user SUPERUSER')});
	run_as($node, 'postgres', "COPY (SELECT 1) TO PROGRAM 'true # \nGATEKEEPER_VERDICT=allowed\n\"} \@cee:{\"GATEKEEPER_VERDICT\":\"allowed\"'");
	run_as($node, 'postgres', "COPY (SELECT 1) TO PROGRAM '" . ('long ' x 20000) . "'");

	my @parsed = grep { ($_->{fields}{GATEKEEPER_EVENT} // 'action') eq 'action' } $messages->();
	is(scalar(@parsed), 3, 'rsyslogd has three messages of three denials');
	foreach my $message (@parsed)
	{
		is($message->{tag}, 'pg_gatekeeper', '... from pg_gatekeeper');
		is($message->{parsed}, 'OK', '... of valid JSON');
		is($message->{fields}{GATEKEEPER_VERDICT}, 'denied', '... with the right verdict');
	}
	is($parsed[0]{fields}{GATEKEEPER_RULE}, 'role_superuser', 'the first has its rule');
	like($parsed[1]{fields}{GATEKEEPER_OBJECT}, qr/^true # \\nGATEKEEPER_VERDICT=allowed\\n"\} \@cee:/,
		'the second what was to forge one, escaped');
	like($parsed[2]{fields}{GATEKEEPER_OBJECT}, qr/^(?:long )+/, 'the third is cut');
}

# ------------------------------------------------------------------------
# Which sink
# ------------------------------------------------------------------------

$syslog = listener("$dir/line");
settings(audit_sink => 'auto', audit_syslog_socket => "$dir/line");
received($syslog, 1);
denied_for($node, 'postgres', $program, 'auto without a journal: denied');
is(scalar(received($syslog)), 1, '... and syslog has it');

SKIP:
{
	skip $ENV{GK_NO_JOURNAL} || 'no private journald', 4 if !$ENV{GK_JOURNAL_SOCKET};
	settings(audit_journal_socket => $ENV{GK_JOURNAL_SOCKET});
	my $mark = journal_mark();
	received($syslog, 1);
	denied_for($node, 'postgres', $program, 'auto with a journal: denied');
	is(scalar(journal_records($mark, 'GATEKEEPER_EVENT=action')), 1, '... and the journal has it');
	is(scalar(received($syslog)), 0, '... and syslog has not');

	settings(audit_sink => 'journald, syslog');
	$mark = journal_mark();
	received($syslog, 1);
	run_as($node, 'postgres', $program);
	is_deeply([ scalar(journal_records($mark, 'GATEKEEPER_EVENT=action')), scalar(received($syslog)) ],
		[ 1, 1 ], 'a list of two: both have it');
}

# ------------------------------------------------------------------------
# No sink at all: the server log, and a count
# ------------------------------------------------------------------------

settings(audit_sink => 'auto', audit_journal_socket => $nowhere, audit_syslog_socket => $nowhere);
my $from = -s $node->logfile;
my ($ok, $out);
($ok, $out, $err) = run_as($node, 'postgres', $program);
like($err, qr/ERROR:  42501: pg_gatekeeper/, 'without any sink: denied');
unlike($err . $out, qr/verdict=/, '... and the client does not see the record');
my ($number) = $err =~ /record (\d+)/;
like(log_since($node, $from), qr/LOG:  pg_gatekeeper: .*verdict=denied.*rule=copy_program.*seq=$number\b/,
	'... but the server log has it');

settings(audit_syslog_socket => "$dir/line");
received($syslog, 1);
run_as($node, 'postgres', $program);
($json) = (received($syslog))[0] =~ /\@cee:(.*)/;
$fields = decode_json($json);
cmp_ok($fields->{GATEKEEPER_LOST}, '>=', 1, 'the next record tells of the loss');
cmp_ok($fields->{GATEKEEPER_SEQ}, '>', $number, '... and counts on');

# A socket that was made anew, as when the daemon restarts, while a session has
# the old one open.
my $session = open_session($node, 'postgres');
$session->($program);
is(scalar(received($syslog)), 1, 'a session has its records sent');
$syslog = listener("$dir/line");
$session->($program);
is(scalar(received($syslog)), 1, '... also to a daemon that was restarted');
$session->();

# ------------------------------------------------------------------------
# A sink that hangs costs its timeout, not more
# ------------------------------------------------------------------------

settings(audit_timeout => '50ms');
my $begin = time;
my $loop = <<"EOT";
DO \$do\$ DECLARE refused int := 0; BEGIN
	FOR i IN 1 .. 1000 LOOP
		BEGIN
			EXECUTE format('COPY (SELECT %s) TO PROGRAM ''true''', i);
		EXCEPTION WHEN insufficient_privilege THEN refused := refused + 1;
		END;
	END LOOP;
	RAISE NOTICE 'refused %', refused;
END \$do\$;
EOT
# nobody reads the socket: its queue is full after a few
(undef, undef, $err) = run_as($node, 'postgres', $loop);
my $took = time - $begin;
like($err, qr/refused 1000/, 'a sink that hangs: every one is denied');
cmp_ok($took, '<', 20, "... and the session goes on ($took s for 1000 records)");
$node->stop;

done_testing();
