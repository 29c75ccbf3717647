#
# The pg_gatekeeper command in hostile surroundings: what others write under the
# server's name does a terminal no harm and stands in for nothing; output that
# cannot be written is no success; a reader that is restarted goes on where it was.
#
# Copyright (c) 2026, the pg_gatekeeper authors
# SPDX-License-Identifier: PostgreSQL

use strict;
use warnings;
use GkTest;
use IO::Socket::UNIX;
use IPC::Run ();
use JSON::PP;
use Socket qw(SOCK_DGRAM);
use Test::More;
use Time::HiRes qw(time);

use PostgreSQL::Test::Utils;

my $command = "$ENV{GK_TOP}/src/cli/pg_gatekeeper";
plan(skip_all => 'the command is not built: it needs libsystemd and libpq') if !-x $command;
journal_or_skip();
delete @ENV{qw(PAGER LESS NO_COLOR)};

my $dir = PostgreSQL::Test::Utils::tempdir();
my $dev_log = "$ENV{GK_JOURNAL_DIR}/../journal/dev-log";
my @here = ('-D', $ENV{GK_JOURNAL_DIR}, '--uid', $>);

sub run_cli
{
	my (@arguments) = @_;
	my ($out, $err) = ('', '');
	IPC::Run::run([ $command, @arguments ], '<', \undef, '>', \$out, '2>', \$err);
	return ($? >> 8, $out, $err);
}

sub send_to
{
	my ($path, $data) = @_;
	my $socket = IO::Socket::UNIX->new(Type => SOCK_DGRAM, Peer => $path) or die "$path: $!";
	$socket->send($data) or die "$path: $!";
	journal_mark();
	return;
}

my $node = new_gatekeeper_node('reader');
load_probes($node);
my $begin = sprintf '@%.6f', time;
my @mine = (@here, '--since', $begin, '--cluster', 'reader', '--event', 'action');

sub act
{
	run_as($node, 'postgres', "COPY (SELECT 1) TO PROGRAM '$_'") foreach @_;
	journal_mark();
	return;
}
act('first', 'second', 'third');

# ------------------------------------------------------------------------
# What others write
# ------------------------------------------------------------------------

# A terminal takes escape sequences, and in UTF-8 U+009B as the start of one.
my $harmful = qr/[\x00-\x09\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\x8b-\x8f\xa8-\xae]/;

sub is_harmless
{
	my ($what, @arguments) = @_;
	foreach my $format (qw(lines verbose json ecs ocsf))
	{
		my ($status, $out, $err) = run_cli('events', @here, '--since', $begin, '--format', $format, @arguments);
		is("$status $err", '0 ', "$what: $format");
		unlike($out, $harmful, '... does a terminal no harm');
		next if $format !~ /json|ecs|ocsf/;
		is(scalar(grep { !eval { decode_json($_) } } split /\n/, $out), 0, '... and is JSON');
	}
	return;
}

my $attack = "\e[2J\xc2\x9b2J\xe2\x80\xae\r\n\x07";
send_to($ENV{GK_JOURNAL_SOCKET}, join '', map { "$_->[0]\n" . pack('Q<', length $_->[1]) . "$_->[1]\n" } (
	[ SYSLOG_IDENTIFIER => 'pg_gatekeeper' ], [ MESSAGE => $attack ],
	map { [ "GATEKEEPER_$_" => $attack ] } qw(SCHEMA EVENT VERDICT RULE SEQ STREAM CLUSTER TIME OBJECT SESSION_USER
	  DATABASE CLIENT_ADDR TECHNIQUE CIRCUMSTANCES COMMAND COUNT PORT OLD_VALUE STATEMENT VERSION)));
is_harmless('a forged record');

my ($status, $out, $err);
SKIP:
{
	skip 'this journald takes no syslog', 1 if !-S $dev_log;
	my $json = sub {
		my (%member) = @_;
		my %record = (GATEKEEPER_SCHEMA => 1, GATEKEEPER_EVENT => 'action', GATEKEEPER_STREAM => 'b' x 32,
			GATEKEEPER_SEQ => 1, GATEKEEPER_CLUSTER => 'cee', %member);
		return '<83>Jan  1 00:00:00 pg_gatekeeper[1]: @cee:' . JSON::PP->new->ascii->encode({ map { $_ => "$record{$_}" } keys %record });
	};
	my $count = sub {
		my (undef, $found) = run_cli('events', @here, '--since', $begin, '--cluster', 'cee', '--format', 'json');
		return scalar(my @lines = $found =~ /\n/g);
	};

	send_to($dev_log, $json->());
	is($count->(), 1, 'a record by way of syslog has its fields');
	send_to($dev_log, $json->("GATEKEEPER_\e[2J" => 'x'));
	send_to($dev_log, $json->("GATEKEEPER_\x{9b}2J" => 'x', 'GATEKEEPER_"' => 'y', '' => 'z'));
	is($count->(), 1, '... but not where a name is none');
	send_to($dev_log, $json->(map { ("GATEKEEPER_X$_" => 'x') } 1 .. 70));
	is($count->(), 1, '... nor where there are too many of them');
	send_to($dev_log, $json->(_UID => 0, _TRANSPORT => 'journal', PRIORITY => 0, GATEKEEPER_OBJECT => 'trusted'));
	(undef, $out) = run_cli('events', @here, '--since', $begin, '--cluster', 'cee', '--format', 'json', '-n', '1');
	my $record = decode_json($out);
	is("$record->{GATEKEEPER_OBJECT} $record->{_UID} $record->{_TRANSPORT} $record->{PRIORITY}", "trusted $> syslog 3",
		'... and what journald says of the sender is not overwritten');
	is_harmless('forged by way of syslog');
}

# ------------------------------------------------------------------------
# Terminals, pipes, full disks
# ------------------------------------------------------------------------

my $shell_arguments = join ' ', map { s/'/'\\''/gr =~ s/(.*)/'$1'/sr } $command, 'events', @mine;

# What a terminal of so many columns would get.
sub on_terminal
{
	my (%env) = @_;
	local %ENV = (%ENV, TERM => 'xterm', %env);
	my $terminal = '';
	IPC::Run::run([ 'script', '-q', '-e', '-c', $shell_arguments, '/dev/null' ], '<', \undef, '>', \$terminal, '2>&1');
	return $terminal =~ s/\r\n/\n/gr;
}

SKIP:
{
	skip 'script is not installed', 1 if system('script --version >/dev/null 2>&1') != 0;
	like(on_terminal(PAGER => 'cat'), qr/\e\[1;31mdenied\e\[0m.*program third$/ms, 'a terminal has colours');
	unlike(on_terminal(PAGER => 'cat', NO_COLOR => 1), qr/\e/, '... unless NO_COLOR is set');
	unlike(on_terminal(PAGER => 'cat', TERM => 'dumb'), qr/\e/, '... or it has none');
	like(on_terminal(PAGER => 'sed s/^/paged:/'), qr/^paged:.*program third$/m, '... and a pager');
	unlike(on_terminal(PAGER => '', NO_COLOR => 1), qr/\e|paged/, '... unless it is empty');
	like(on_terminal(PAGER => '/nonexistent/pager'), qr/nonexistent/, '... which is named where it cannot be run');
}
($status, $out) = run_cli('events', @mine);
unlike($out, qr/\e/, 'a pipe has none of them');

$err = '';
IPC::Run::run([ 'bash', '-o', 'pipefail', '-c', "$shell_arguments --format json | head -c 1 >/dev/null; echo \${PIPESTATUS[0]}" ],
	'<', \undef, '>', \$out, '2>', \$err);
like("$out$err", qr/^(0|141)\n\z/, 'a reader that has seen enough is no error');
foreach my $arguments ([ 'events', @mine ], [ 'events', @mine, '--json' ], [ 'verify', @here ], ['--help'], [ 'events', '--help' ])
{
	$err = '';
	IPC::Run::run([ 'sh', '-c', 'exec "$@" >/dev/full', 'sh', $command, @$arguments ], '<', \undef, '2>', \$err);
	is($? >> 8, 2, "output that cannot be written: status 2: @{[ grep { /^[a-z-]+$/ } @$arguments ]}");
	like($err, qr/^pg_gatekeeper: cannot write to standard output: (?:No space left|some of it was not taken)/, '... and it says so');
}

# ------------------------------------------------------------------------
# Going on where it was
# ------------------------------------------------------------------------

my $cursor = "$dir/cursor";

sub objects
{
	my (@arguments) = @_;
	my ($s, $o, $e) = run_cli('events', @here, '--cluster', 'reader', '--event', 'action', '--json',
		'--cursor-file', $cursor, @arguments);
	return "status $s: $e" if $s != 0;
	return join ' ', map { decode_json($_)->{GATEKEEPER_OBJECT} } split /\n/, $o;
}
is(objects('--since', $begin), 'first second third', 'without a cursor all that is asked for');
like(GkTest::slurp($cursor), qr/^s=[0-9a-f]+;\S+\n\z/, '... and then there is one');
is(objects('--since', $begin), '', 'nothing new is nothing');
act('fourth');
is(objects(), 'fourth', 'what is new is shown');
is(objects(), '', '... once');

act('fifth');
IPC::Run::run([ 'sh', '-c', 'exec "$@" >/dev/full', 'sh', $command, 'events', @here, '--json', '--cursor-file', $cursor ],
	'<', \undef, '2>', \$err);
is(objects(), 'fifth', 'what could not be written is shown again');

my ($in, $follow) = ('', '');
my $follower = IPC::Run::start([ $command, 'events', @here, '--cluster', 'reader', '--event', 'action', '-f',
		'--lines', 'all', '--cursor-file', $cursor ], '<', \$in, '>', \$follow, '2>', \$err, IPC::Run::timeout(60));
act('sixth');
$follower->pump until $follow =~ /program sixth\n/;
unlike($follow, qr/first|fifth/, 'a follower begins behind the cursor');
act('seventh');
$follower->pump until $follow =~ /program seventh\n/;
# It is moved after what is shown.  Looking moves it as well, so look at a copy.
my $followed = $cursor;
$cursor .= '.copy';
for (1 .. 100)
{
	system('cp', $followed, $cursor) == 0 or die 'cp failed';
	last if objects() eq '';
	select undef, undef, undef, 0.05;
}
$cursor = $followed;
$follower->kill_kill;
is(objects(), '', '... and moves it on');

open my $fh, '>', $cursor or die $!;
print $fh "no cursor\n";
close $fh;
like(objects(), qr/^status 2: .*\Q$cursor\E" does not hold a cursor/, 'what is no cursor is refused');
$cursor = "$dir/none/cursor";
like(objects(), qr/^status 2: .*cannot write file "\Q$cursor\E\.new": No such file/, '... and a place where none can be written');

# ------------------------------------------------------------------------
# A journal that is not looked at is not an empty one
# ------------------------------------------------------------------------

mkdir "$dir/journals" or die $!;
mkdir "$dir/journals/" . ('0' x 32) . '.pg-gatekeeper' or die $!;
my ($file) = glob "$ENV{GK_JOURNAL_DIR}/*/system.journal";
system('cp', $file, "$dir/journals/" . ('0' x 32) . '.pg-gatekeeper/') == 0 or die 'cp failed';
($status, $out, $err) = run_cli('events', '-D', "$dir/journals", '--uid', $>);
is($status, 2, 'a directory that holds only the journal of a namespace');
like($err, qr/there is no journal in .*\n.*namespace is in a directory of its own/, '... is no journal without records');
($status, $out, $err) = run_cli('events', '-D', "$dir/journals/" . ('0' x 32) . '.pg-gatekeeper', '--uid', $>);
is("$status $err", '0 ', '... but that one itself is one');

# ------------------------------------------------------------------------
# Both ways into the journal
# ------------------------------------------------------------------------

SKIP:
{
	skip 'this journald takes no syslog', 1 if !-S $dev_log;
	$node->append_conf('postgresql.conf', "gatekeeper.audit_sink = 'journald, syslog'\ngatekeeper.audit_syslog_socket = '$dev_log'");
	reload_and_wait($node);
	act('eighth', 'ninth', 'tenth');
	(undef, $out) = run_cli('events', @mine, '-n', '2');
	is(join(' ', $out =~ /program (\w+)$/mg), 'ninth tenth', 'the last two are two, also when each is there twice');
	$node->append_conf('postgresql.conf', "gatekeeper.audit_sink = 'journald'");
	reload_and_wait($node);
}

# ------------------------------------------------------------------------
# status: a number of another run is not this one's
# ------------------------------------------------------------------------

value_of($node, 'CREATE EXTENSION pg_gatekeeper');
my @server = ('-h', $node->host, '-p', $node->port, '-U', 'postgres', @here);

($status, $out) = run_cli('status', @server);
like($out, qr/^    journal +record \d+, the last one, is there$/m, 'the last record is there');
$node->append_conf('postgresql.conf', "gatekeeper.audit_journal_socket = '/nonexistent/socket'");
$node->restart;
act('lost', 'lost too');
($status, $out) = run_cli('status', @server);
is($status, 1, 'after a restart without a sink');
like($out, qr/^!!! journal +the last record there is \d+ of .*, but the server has written \d+$/m,
	'... a record of the run before with that number does not pass for it') or diag($out);

$node->stop;
done_testing();
