#
# The pg_gatekeeper command on a real journal: it shows the records of a real
# server, in every format, and those that it cannot trust as such; and it finds
# what is missing, twice there, or not the server's own.
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
use Time::HiRes qw(sleep time);

use PostgreSQL::Test::Utils;

my $command = "$ENV{GK_TOP}/src/cli/pg_gatekeeper";
plan(skip_all => 'the command is not built: it needs libsystemd and libpq') if !-x $command;

# Where people live does not matter here.
$ENV{TZ} = 'UTC';
delete @ENV{qw(PAGER LESS NO_COLOR)};

# Runs it; returns (exit status, output, errors).
sub run_cli
{
	my (@arguments) = @_;
	my ($out, $err) = ('', '');
	IPC::Run::run([ $command, @arguments ], '<', \undef, '>', \$out, '2>', \$err);
	return ($? >> 8, $out, $err);
}

# ------------------------------------------------------------------------
# Its manners, without a journal
# ------------------------------------------------------------------------

my ($version) = GkTest::slurp("$ENV{GK_TOP}/Makefile") =~ /^GK_VERSION\s*=\s*(\S+)/m;
my ($status, $out, $err) = run_cli('--version');
is("$status $out", "0 pg_gatekeeper $version\n", '--version says the Makefile\'s version');

($status, $out, $err) = run_cli('--help');
is($status, 0, '--help succeeds');
my @subcommands = $out =~ /^  ([a-z]+) /mg;
is("@subcommands", 'events explain verify status metrics check enable disable', '... and lists the commands')
  or diag($out);
foreach my $name (@subcommands)
{
	($status, $out, $err) = run_cli($name, '--help');
	is("$status $err", '0 ', "$name --help succeeds");
	like($out, qr/^Usage:\n  pg_gatekeeper $name\b/m, '... and says how it is used');
	like($out, qr/^Exit status: /m, '... and what its exit status means');
	is(join("\n", grep { length > 80 } split /\n/, $out), '', '... in 80 columns');
}

# The manual page and bash know the same options.
my $man = GkTest::slurp("$ENV{GK_TOP}/man/pg_gatekeeper.1");
my $completion = "$ENV{GK_TOP}/conf/bash-completion/pg_gatekeeper";

# What bash offers for a command line.
sub complete
{
	my (@words) = @_;
	my $script = 'source "$0"; shift 0; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _pg_gatekeeper; '
	  . 'printf "%s\n" "${COMPREPLY[@]}"';
	my ($o, $e) = ('', '');
	IPC::Run::run([ 'bash', '-c', $script, $completion, 'pg_gatekeeper', @words ],
		'<', \undef, '>', \$o, '2>', \$e);
	diag($e) if $e ne '';
	return join ' ', sort grep { length } split /\n/, $o;
}

foreach my $name (@subcommands)
{
	my (undef, $help) = run_cli($name, '--help');
	my %there = map { $_ => 1 } $help =~ /^ +(?:-\w, )?--([a-z-]+)/mg;
	my ($section) = $man =~ /^\.Ss $name$(.*?)(?=^\.S[hs] )/ms;
	my ($journal) = $man =~ /^\.Ss The journal$(.*?)(?=^\.S[hs] )/ms;
	my $documented = $section . $journal . ($name eq 'disable' ? $man =~ s/.*^\.Ss enable$//msr : '');
	my @missing = grep { $_ !~ /^(help|color)$/ && $documented !~ /\bFl -$_\b/ } sort keys %there;
	is("@missing", '', "$name: the manual page has each option");
	is(complete($name, '--'), join(' ', sort map { "--$_" } keys %there), "$name: bash completes each option");
}
my @rules = GkTest::slurp("$ENV{GK_TOP}/src/base/rule_catalogue.c") =~ /\.name\s*=\s*"(\w+)"/g;
is(complete('events', '--rule', ''), join(' ', sort @rules), 'bash completes each rule');
is(complete('events', '--rule', 'copy_file,copy_p'), 'copy_file,copy_program', '... in a list');
is(complete('e'), 'enable events explain', '... and commands');
is(complete('enable', '--mode', ''), 'audit enforce', '... and modes');

foreach my $case (
	[ [], qr/no command given/ ],
	[ ['frobnicate'], qr/unknown command "frobnicate"/ ],
	[ ['--frobnicate'], qr/unknown option "--frobnicate"/ ],
	[ [ 'events', '--frobnicate' ], qr/option "--frobnicate"/ ],
	[ [ 'events', '-x' ], qr/unknown option "-x"/ ],
	[ [ 'events', '--rule' ], qr/"--rule" needs a value/ ],
	[ [ 'events', '--rule', 'copy_file,copy_programm' ], qr/--rule does not know "copy_programm"\n.*role_superuser, .*, exemption\./ ],
	[ [ 'events', '--json=1' ], qr/"--json=1" takes no value/ ],
	[ [ 'events', 'something' ], qr/unexpected argument "something"/ ],
	[ [ 'events', '--since', 'the flood' ], qr/"the flood" is not a time/ ],
	[ [ 'events', '--verdict', 'maybe' ], qr/does not know "maybe"/ ],
	[ [ 'events', '--format', 'xml' ], qr/unknown format "xml"/ ],
	[ [ 'events', '--lines', 'few' ], qr/"few" is not a number/ ],
	[ [ 'events', '--uid', 'no such user' ], qr/no user "no such user"/ ],
	[ [ 'events', '--directory', '/nonexistent' ], qr/"\/nonexistent": No such file/ ],
	[ [ 'events', '--uid', '99999999999' ], qr/not the number of a user/ ],
	[ [ 'events', '--uid', '' ], qr/--uid needs a value that is not empty/ ],
	[ [ 'verify', '--cluster', '' ], qr/--cluster needs a value that is not empty/ ],
	[ [ 'events', '--rule', '' ], qr/--rule needs a value that is not empty/ ],
	[ [ 'events', '--since', '12:00 Nowhere/Land' ], qr/is not a time/ ],
	[ [ 'events', '--since', '2026-01-31 12:00 ../../etc/passwd' ], qr/is not a time/ ],
	[ [ 'events', '--since', '2026-01-31 12:00+99:00' ], qr/is not a time/ ],
	[ [ 'verify', '--heartbeat', 'often' ], qr/"often" is not a duration/ ])
{
	my ($arguments, $words) = @$case;
	($status, $out, $err) = run_cli(@$arguments);
	is($status, 2, "status 2: pg_gatekeeper @$arguments");
	like($err, $words, '... and it says what is wrong');
	is($out, '', '... on standard error');
}

# Times as journalctl takes them: one record, and what begins before or after it.
{
	my $line = '{"MESSAGE_ID":"' . 'a' x 32 . '","SYSLOG_IDENTIFIER":"pg_gatekeeper","GATEKEEPER_EVENT":"stop","GATEKEEPER_STREAM":"' . 'a' x 32
	  . '","GATEKEEPER_SEQ":"1","GATEKEEPER_TIME":"2026-07-31T12:00:00.000000Z"}' . "\n";
	foreach my $case (
		[ '2026-07-31 12:00 UTC', 1 ], [ '2026-07-31 12:01 UTC', 0 ], [ '2026-07-31T14:00:00+02:00', 1 ], [ '2026-07-31T14:00:01+0200', 0 ],
		[ '2026-07-31 08:30 -03:30', 1 ], [ '2026-07-31 08:31-03:30', 0 ], [ '2000-01-01', 1 ],
		-e '/usr/share/zoneinfo/Europe/Berlin' ? ([ '2026-07-31 14:00 Europe/Berlin', 1 ], [ '2026-07-31 14:01 Europe/Berlin', 0 ]) : ())
	{
		my ($time, $is_there) = @$case;
		IPC::Run::run([ $command, 'events', '--file', '-', '--json', '--since', $time ], '<', \$line, '>', \$out, '2>', \$err);
		is("$err" . (() = $out =~ /^\{/mg), $is_there, "--since '$time'");
	}
	foreach my $time ('-1month', '-2months', '-1y', '1 year ago')
	{
		($status, $out, $err) = run_cli('events', '--file', '/dev/null', '--since', $time);
		is($status, 0, "--since '$time'");
	}
}

my $empty = PostgreSQL::Test::Utils::tempdir();
foreach my $name (qw(events verify))
{
	($status, $out, $err) = run_cli($name, '-D', $empty, '--uid', $>);
	is($status, 2, "$name: a directory without a journal is no journal without records");
	like($err, qr/^pg_gatekeeper: there is no journal in \Q$empty\E$/m, '... and it says so');
}

# ------------------------------------------------------------------------
# A journal
# ------------------------------------------------------------------------

if (!$ENV{GK_JOURNAL_SOCKET})
{
	note('no journal: ' . ($ENV{GK_NO_JOURNAL} // 'not run by test/check'));
	done_testing();
	exit;
}

my @here = ('-D', $ENV{GK_JOURNAL_DIR}, '--uid', $>);

# What is not readable is not empty, either.
my ($file) = glob "$ENV{GK_JOURNAL_DIR}/*/system.journal";
PostgreSQL::Test::Utils::system_or_bail('cp', $file, "$empty/system.journal");
chmod 0000, "$empty/system.journal";
foreach my $name (qw(events verify))
{
	($status, $out, $err) = run_cli($name, '-D', $empty, '--uid', $>);
	is($status, 2, "$name: a journal that one may not read is not one without records");
	like($err, qr/you may not read the journal.*\n.*systemd-journal and adm/, '... and it says who may');
}

sub entries
{
	my (@arguments) = @_;
	my ($s, $o, $e) = run_cli('events', @here, '--json', @arguments);
	is("$s $e", '0 ', "events --json @arguments");
	return map { decode_json($_) } split /\n/, $o;
}

my $node = new_gatekeeper_node('command', conf => <<'EOT');
listen_addresses = '127.0.0.1'
EOT
load_probes($node);
my $dir = $node->basedir;
my $begin = sprintf '@%.6f', time;
my @mine = ('--since', $begin, '--cluster', 'command', '--event', 'action');

my $mark = journal_mark();
my $file_statement = "COPY (SELECT 1) TO '$dir/copied'";
run_as($node, 'gk_user', "SELECT gk.as_definer(\$\$$file_statement\$\$)");
run_as($node, 'postgres', "COPY (SELECT 1) TO PROGRAM 'true'");
run_as($node, 'gk_user', "SET application_name = 'hostile'; SELECT gk.as_definer("
	  . "E'COPY (SELECT 1) TO PROGRAM ''evil \\033[2J \\n \"x\" \\\\\\\\ \x{c3}\x{a9} \x{e2}\x{80}\x{ae} verdict=allowed''')");
value_of($node, 'CREATE DATABASE other');
$node->psql('other', "COPY (SELECT 1) TO PROGRAM 'true'", stderr => \$err);
my @journal = journal_records($mark, 'GATEKEEPER_EVENT=action');
is(scalar(@journal), 4, 'there are four records');

# JSON: what journalctl shows, one object a line
my @found = entries(@mine);
is(scalar(@found), 4, '... and the command shows four');
foreach my $i (0 .. 3)
{
	my %theirs = %{ $journal[$i] // {} };
	my %ours = %{ $found[$i] // {} };
	is(delete $ours{forged}, JSON::PP::false, 'the record is the server\'s');
	is(delete $ours{__REALTIME_TIMESTAMP}, delete $theirs{__REALTIME_TIMESTAMP}, '... of the same time');
	delete @theirs{qw(__CURSOR __MONOTONIC_TIMESTAMP __SEQNUM __SEQNUM_ID)};
	is_deeply(\%ours, \%theirs, '... and all its fields are those that journalctl shows');
}

# people's line
($status, $out, $err) = run_cli('events', @here, @mine);
my @lines = split /\n/, $out;
is(scalar(@lines), 5, 'a header, and a line for each record');
like($lines[0], qr/^TIME +CLUSTER +VERDICT +RULE +WHO +CIRCUMSTANCES +WHAT$/, 'the header names the columns');
like(
	$lines[1],
	qr{^20\d\d-\d\d-\d\d \d\d:\d\d:\d\d  command   denied +copy_file +gk_user\@postgres +elevated +file \Q$dir\E/copied$},
	'a line has the most important');
is(index($lines[1], 'denied'), index($lines[2], 'denied'), 'the columns are aligned');
like($lines[3], qr/program evil \\x1B\[2J \\n "x" \\\\\\\\ \x{c3}\x{a9} \\u202E verdict=allowed$/,
	'hostile text stays on its line, escaped');
unlike($out, qr/[\x00-\x09\x0b-\x1f\x7f]/, 'no control characters where there is no terminal');

($status, $out, $err) = run_cli('events', @here, @mine, '--color', 'always');
like($out, qr/\e\[1;31mdenied\e\[0m/, 'colours where they are asked for');

($status, $out, $err) = run_cli('events', @here, @mine, '--verbose');
like($out, qr/^    GATEKEEPER_STATEMENT  +\Q$file_statement\E$/m, '--verbose has every field');
like($out, qr/^    _UID  +$>$/m, '... and who sent it');

# filters
sub count_of
{
	my (@arguments) = @_;
	my @all = entries(@mine, @arguments);
	return scalar(@all);
}
is(count_of('--rule', 'copy_file'), 1, '... by rule');
is(count_of('--rule', 'copy_file,copy_program'), 4, '... by rules');
is(count_of('--rule', 'loopback'), 0, '... by a rule without records');
is(count_of('--verdict', 'denied'), 4, '... by verdict');
is(count_of('--verdict', 'allowed, would_deny'), 0, '... by other verdicts');
is(count_of('--user', 'gk_user'), 2, '... by session_user');
is(count_of('--user', 'postgres'), 4, '... by current_user');
is(count_of('--database', 'other'), 1, '... by database');
is(count_of('--seq', $found[1]{GATEKEEPER_SEQ}), 1, '... by number');
is(count_of('--lines', '2'), 2, '... the last two');
is((entries(@mine, '-n', '1'))[0]{GATEKEEPER_DATABASE}, 'other', '... the last one');
is(count_of('--lines', '0'), 0, '... the last none');
is(count_of('--until', $begin), 0, '... by time');
is(count_of('--until', 'now'), 4, '... until now');
my ($third) = map { $_->{__REALTIME_TIMESTAMP} } $found[2];
is( scalar(entries('--cluster', 'command', '--event', 'action', '--since',
		sprintf('@%d.%06d', $third / 1e6, $third % 1e6))),
	2, '... since the third');

# what the SIEMs want
sub dig
{
	my ($object, $path) = @_;
	foreach my $step (split /\./, $path)
	{
		$object = ref $object eq 'ARRAY' ? $object->[$step] : ref $object ? $object->{$step} : undef;
	}
	return $object;
}

my %record = %{ $found[0] };
my %ecs = (
	'@timestamp' => $record{GATEKEEPER_TIME},
	'event.kind' => 'alert',
	'event.category.0' => 'database',
	'event.category.1' => 'intrusion_detection',
	'event.type.0' => 'access',
	'event.type.1' => 'denied',
	'event.action' => 'copy_file',
	'event.outcome' => 'failure',
	'event.reason' => 'elevated',
	'event.sequence' => $record{GATEKEEPER_SEQ},
	'rule.name' => 'copy_file',
	'user.name' => 'gk_user',
	'user.effective.name' => 'postgres',
	'related.user.1' => 'postgres',
	'service.name' => 'command',
	'server.port' => $node->port,
	'error.code' => '42501',
	'threat.technique.id.0' => 'T1005',
	'gatekeeper.statement' => $file_statement,
	'gatekeeper.object' => "$dir/copied",
	'message' => $record{MESSAGE},
);
($status, $out, $err) = run_cli('events', @here, @mine, '--format', 'ecs');
my @documents = map { decode_json($_) } split /\n/, $out;
is(scalar(@documents), 4, 'ECS: a document for each record');
is(dig($documents[0], $_), $ecs{$_}, "ECS: $_") foreach sort keys %ecs;
is(dig($documents[1], 'threat.technique.subtechnique.id.0'), 'T1059.004', 'ECS: a sub-technique has its place');
is(dig($documents[1], 'threat.technique.id.0'), 'T1059', '... and its parent');

my %ocsf = (
	'class_uid' => 6005,
	'category_uid' => 6,
	'activity_id' => 99,
	'type_uid' => 600599,
	'severity_id' => 4,
	'status_id' => 2,
	'status_code' => '42501',
	'action_id' => 2,
	'disposition_id' => 2,
	'policy.name' => 'copy_file',
	'actor.user.name' => 'gk_user',
	'database.name' => 'postgres',
	'database.type_id' => 1,
	'query_info.query_string' => $file_statement,
	'src_endpoint.name' => 'local',
	'dst_endpoint.port' => $node->port,
	'metadata.product.name' => 'pg_gatekeeper',
	'metadata.product.version' => $version,
	'metadata.sequence' => $record{GATEKEEPER_SEQ},
	'attacks.0.technique.uid' => 'T1005',
	'unmapped.object' => "$dir/copied",
);
($status, $out, $err) = run_cli('events', @here, @mine, '--format', 'ocsf');
@documents = map { decode_json($_) } split /\n/, $out;
is(scalar(@documents), 4, 'OCSF: an event for each record');
is(dig($documents[0], $_), $ocsf{$_}, "OCSF: $_") foreach sort keys %ocsf;
like(dig($documents[0], 'time'), qr/^\d{13}$/, 'OCSF: time in milliseconds');
is(dig($documents[1], 'attacks.0.sub_technique.uid'), 'T1059.004', 'OCSF: a sub-technique has its place');

# follow
my ($in, $follow_out, $follow_err) = ('', '', '');
my $follower = IPC::Run::start([ $command, 'events', @here, @mine, '-f', '-n', '1' ],
	'<', \$in, '>', \$follow_out, '2>', \$follow_err, IPC::Run::timeout(30));
$follower->pump until $follow_out =~ /program true\n/;
unlike($follow_out, qr/copy_file/, '--follow begins with the last as asked');
run_as($node, 'postgres', "COPY (SELECT 1) TO PROGRAM 'followed'");
$follower->pump until $follow_out =~ /program followed\n/;
pass('... and shows what is written then');
$follower->kill_kill;

# by way of syslog, where this journal takes it
if (-S "$ENV{GK_JOURNAL_DIR}/../journal/dev-log")
{
	my $dev_log = "$ENV{GK_JOURNAL_DIR}/../journal/dev-log";
	$node->append_conf('postgresql.conf', "gatekeeper.audit_syslog_socket = '$dev_log'\n"
		  . "gatekeeper.audit_sink = 'syslog'");
	reload_and_wait($node);
	run_as($node, 'postgres', "COPY (SELECT 1) TO PROGRAM E'by syslog \\n \"\x{c3}\x{a9}\"'");
	journal_mark();
	my ($by_syslog) = entries(@mine, '-n', '1');
	is($by_syslog->{_TRANSPORT}, 'syslog', 'a record that came by way of syslog');
	is($by_syslog->{GATEKEEPER_OBJECT}, "by syslog \\n \"\x{e9}\"", '... has its fields');
	like($by_syslog->{MESSAGE}, qr/^event=action verdict=denied/, '... and its message');
	is($by_syslog->{forged}, JSON::PP::false, '... and is the server\'s');
	$node->append_conf('postgresql.conf', "gatekeeper.audit_sink = 'journald, syslog'");
	reload_and_wait($node);
	run_as($node, 'postgres', "COPY (SELECT 1) TO PROGRAM 'by both'");
	journal_mark();
	is(scalar(grep { $_->{GATEKEEPER_OBJECT} eq 'by both' } entries(@mine)),
		1, 'a record that came both ways is shown once');
}

# ------------------------------------------------------------------------
# Whom to believe
# ------------------------------------------------------------------------

my $real_uid = $>;
($status, $out, $err) = run_cli('events', '-D', $ENV{GK_JOURNAL_DIR}, '--uid', $real_uid + 1, @mine);
@lines = split /\n/, $out;
is(scalar(grep { /\[forged\? sent by user id $real_uid\]/ } @lines),
	scalar(@lines) - 1, 'what other users sent is marked');

my $socket = IO::Socket::UNIX->new(Type => SOCK_DGRAM, Peer => $ENV{GK_JOURNAL_SOCKET}) or die $!;

# A record as the server sends it; a field given as undef is left out.
sub send_record
{
	my (%field) = @_;
	my %all = (
		MESSAGE => 'event=action',
		PRIORITY => 3,
		SYSLOG_IDENTIFIER => 'pg_gatekeeper',
		GATEKEEPER_SCHEMA => 1,
		GATEKEEPER_EVENT => 'action',
		GATEKEEPER_LOST => 0,
		GATEKEEPER_COUNT => 1,
		GATEKEEPER_BACKEND_PID => $$,
		GATEKEEPER_PORT => 5432,
		GATEKEEPER_SYSTEM_ID => 1,
		%field);
	my $data = '';
	foreach my $name (sort grep { defined $all{$_} } keys %all)
	{
		foreach my $value (ref $all{$name} ? @{ $all{$name} } : $all{$name})
		{
			$data .= "$name\n" . pack('Q<', length $value) . "$value\n";
		}
	}
	$socket->send($data) or die "journald: $!";
	return;
}

my $stream = 0;

# Sends a stream of its own cluster; returns the cluster's name.
sub send_stream
{
	my ($name, @records) = @_;
	$stream++;
	foreach my $record (@records)
	{
		my %field = ref $record ? %$record : (GATEKEEPER_SEQ => $record);
		send_record(GATEKEEPER_CLUSTER => $name, GATEKEEPER_STREAM => sprintf('%032x', $stream), %field);
	}
	journal_mark();
	return;
}

sub judged
{
	my ($name) = @_;
	my ($found) = entries('--since', $begin, '--cluster', $name);
	return $found->{forged_reason} // 'not forged';
}
send_stream('f/good', 1);
is(judged('f/good'), 'not forged', 'a record that looks right is believed');
send_stream('f/twice', { GATEKEEPER_SEQ => 1, GATEKEEPER_VERDICT => [ 'allowed', 'denied' ] });
is(judged('f/twice'), 'has field GATEKEEPER_VERDICT twice', '... but not with a field twice');
send_stream('f/name', { GATEKEEPER_SEQ => 1, SYSLOG_IDENTIFIER => 'other' });
is(judged('f/name'), 'has another SYSLOG_IDENTIFIER', '... nor under another name');
send_stream('f/stream', { GATEKEEPER_SEQ => 1, GATEKEEPER_STREAM => 'mine' });
is(judged('f/stream'), 'is not as the server writes it', '... nor with a strange stream');
send_stream('f/seq', { GATEKEEPER_SEQ => '1; DROP' });
is(judged('f/seq'), 'is not as the server writes it', '... nor with a strange number');

send_stream('f/control', { GATEKEEPER_SEQ => 'x', GATEKEEPER_OBJECT => "\e[2J\r\n\x{ff}\x{e2}\x{80}\x{ae}\0end",
		GATEKEEPER_RULE => "\a" });
($status, $out, $err) = run_cli('events', @here, '--since', $begin, '--cluster', 'f/control');
like($out, qr/ \\x07 .*\\x1B\[2J\\r\\n\\xFF\\u202E$/m, 'a terminal is safe from forged records');
($status, $out, $err) = run_cli('events', @here, '--since', $begin, '--cluster', 'f/control', '-v');
unlike($out, qr/[\x00-\x09\x0b-\x1f\x7f]/, '... in full, too');
my ($control) = entries('--since', $begin, '--cluster', 'f/control');
is($control->{GATEKEEPER_OBJECT}, "\e[2J\r\n\\xFF\x{202e}\0end", '... and JSON stays JSON');

# ------------------------------------------------------------------------
# verify
# ------------------------------------------------------------------------

# Verifies one cluster's streams; returns the status and the kinds of findings.
# Forged records belong to no cluster, so they are left out here.
sub verify
{
	my ($name, @arguments) = @_;
	my ($s, $o, $e) =
	  run_cli('verify', @here, '--json', '--cluster', $name, '--since', $begin, @arguments);
	my @all = map { decode_json($_) } split /\n/, $o;
	my @kinds = grep { $_ ne 'forged' } map { $_->{finding} // () } @all;
	my ($one) = grep { !$_->{finding} } reverse @all;
	return ("@kinds", $one, $s, $o);
}

my ($kinds, $summary);
($kinds, $summary) = verify('command');
is($kinds, '', 'a real server\'s stream is whole') or diag((verify('command'))[3]);
is($summary->{missing}, 0, '... none missing');
is($summary->{end}, 'running', '... it is running');

send_stream('v/clean', 1 .. 20, { GATEKEEPER_SEQ => 21, GATEKEEPER_EVENT => 'stop' });
($kinds, $summary) = verify('v/clean');
is($kinds, '', 'a stream that is whole');
is($summary->{end}, 'stop', '... and stopped');
is($summary->{records}, 21, '... is counted');

send_stream('v/order', 3, 1, 2, 6, 4, 5, 9, 8, 7);
is((verify('v/order'))[0], '', 'another order is no gap');

send_stream('v/gap', 1, 2, 5, 6, 10);
($kinds, $summary, $status) = verify('v/gap');
is($kinds, 'gap', 'missing numbers are a gap');
is($status, 1, '... and status 1');
is($summary->{gaps}, '3-4, 7-9', '... which is told');
is($summary->{missing}, 5, '... and counted');

send_stream('v/lost', 1, 2, { GATEKEEPER_SEQ => 5, GATEKEEPER_LOST => 2 });
($kinds, $summary, $status, $out) = verify('v/lost');
is($kinds, 'gap', 'a gap that the server knows of is one, too');
like($out, qr/The server says that 2 records found no sink/, '... and it says so');

send_stream('v/waits', 1, { GATEKEEPER_SEQ => 4, GATEKEEPER_WAITING => 2 });
($kinds, $summary, $status, $out) = verify('v/waits');
is($kinds, 'gap', 'a gap of records that wait is one as yet');
like($out, qr/The last record says that 2 records waited for a sink/, '... and it says so');

send_stream('v/told', { GATEKEEPER_SEQ => 1, GATEKEEPER_LOST => 3 }, 2);
is((verify('v/told'))[0], 'lost', 'a loss without a gap is told');

send_stream('v/twice', 1, 2, 2, 3);
($kinds, $summary) = verify('v/twice');
is($kinds, 'duplicate', 'a number that is there twice is found');
is($summary->{duplicates}, 1, '... and counted');

send_stream('v/pid', 1, 2, { GATEKEEPER_SEQ => 3, GATEKEEPER_BACKEND_PID => 1 });
is((verify('v/pid'))[0], 'process', 'a record of another process than it says is found');
send_stream('v/late', 1, 2, { GATEKEEPER_SEQ => 3, GATEKEEPER_BACKEND_PID => 1, GATEKEEPER_SENDER_PID => $$ });
is((verify('v/late'))[0], '', '... but not one that says who sent it in its stead');
send_stream('v/container', map { { GATEKEEPER_SEQ => $_, GATEKEEPER_BACKEND_PID => 1000 + $_ } } 1 .. 3);
is((verify('v/container'))[0], '', '... but a server that counts its processes otherwise is none');

send_stream('v/crash', 1, 2);
sleep 0.01;
send_stream('v/crash', 1, 2);
($kinds, $summary, $status, $out) = verify('v/crash');
is($kinds, 'tail', 'a stream without a stop, followed by another, has lost its tail');

send_stream('v/silent', 1, { GATEKEEPER_SEQ => 2, GATEKEEPER_EVENT => 'heartbeat' });
is((verify('v/silent'))[0], '', 'a server that has just written is alive');
sleep 2.5;
journal_mark();
is((verify('v/silent', '--heartbeat', '1s'))[0], 'silent', '... and not when its heartbeat stays out');
is((verify('v/silent', '--heartbeat', '0'))[0], '', '... unless it has none');

send_stream('v/head', 5, 6);
is((verify('v/head'))[0], '', 'what is older than asked for is not missed');
($status, $out, $err) = run_cli('verify', @here, '--json', '--cluster', 'v/head');
like($out, qr/"finding":"head"/, 'a beginning that is missing is found where the journal goes back further');

($kinds, $summary, $status) = verify('v/none');
is("$kinds $status", 'empty 1', 'no record at all is no clean result');

($status, $out, $err) = run_cli('verify', @here, '--since', $begin);
is($status, 1, 'all of them together: status 1');
like($out, qr/^CLUSTER +STREAM +FROM +TO +RECORDS +MISSING +LOST +TWICE +END$/m, 'a table for people');
like($out, qr/^v\/gap +[0-9a-f]{8}  .* 5 +5 +0 +0  running$/m, '... with a line for each stream');
like($out, qr/^gap: stream [0-9a-f]{8}: 5 records are missing: 3-4, 7-9\./m, '... and a line for each finding');
like($out, qr/^forged: \d+ records are under the server's name but not its own/m, '... with the forged ones');

($status, $out, $err) =
  run_cli('verify', '-D', $ENV{GK_JOURNAL_DIR}, '--uid', $real_uid + 1, '--since', $begin);
is($status, 1, 'of another user all are forged');
like($out, qr/option --uid/, '... and there is a hint');

$node->stop;
done_testing();
