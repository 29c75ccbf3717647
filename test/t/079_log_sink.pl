#
# The sink "log": records as lines of JSON in the server's own log, for containers;
# and the command, which reads them there in the shapes that runtimes give them.
#
# Copyright (c) 2026, the pg_gatekeeper authors
# SPDX-License-Identifier: PostgreSQL

use strict;
use warnings;
use GkTest;
use IPC::Run ();
use JSON::PP;
use PostgreSQL::Test::Utils ();
use Test::More;
use Time::HiRes qw(sleep);

my $command = "$ENV{GK_TOP}/src/cli/pg_gatekeeper";
my $node = new_gatekeeper_node('logsink', conf => <<'EOT');
gatekeeper.audit_sink = 'log'
gatekeeper.audit_budget = 1000000
log_min_messages = panic
log_line_prefix = ''
EOT
load_probes($node);
my $dir = $node->basedir;

sub lines_in
{
	my (@files) = @_;
	return grep { /^\{"MESSAGE_ID":"/ } map { split /\n/, GkTest::slurp($_) } @files;
}

# Runs it; returns (exit status, output and errors).
sub run_cli
{
	my ($input, @arguments) = @_;
	my ($out, $err) = ('', '');
	IPC::Run::run([ $command, @arguments ], '<', \$input, '>', \$out, '2>', \$err);
	return ($? >> 8, "$err$out");
}

run_as($node, 'gk_user', "SELECT gk.as_definer(\$q\$COPY (SELECT 1) TO '$dir/one'\$q\$)");
run_as($node, 'gk_user', "SET application_name = 'h\"\\{\x{c3}\x{a9}'; SELECT gk.as_definer(E'COPY (SELECT 1) TO PROGRAM ''evil \\n{\"MESSAGE_ID\":\"x\"}''')");
run_as($node, 'gk_user', 'SELECT gk.as_definer($q$COPY (SELECT 1) TO PROGRAM $p$' . '"\\' x 6000 . '$p$$q$)');
is(value_of($node, q{SELECT string_agg(sink || ' ' || state, ', ') FROM gatekeeper.audit}),
	'journald unused, syslog unused, log ready', 'the view knows the sink')
  if value_of($node, 'CREATE EXTENSION pg_gatekeeper; SELECT 1');
my @lines = lines_in($node->logfile);
my @records = map { decode_json($_) } @lines;
my @actions = grep { ($_->{GATEKEEPER_VERDICT} // '') eq 'denied' } @records;
is(scalar(@actions), 3, 'each action has its line, whatever log_min_messages says');
is($records[0]{GATEKEEPER_EVENT}, 'start', '... after that of the start');
is(join(' ', map { $_->{GATEKEEPER_SEQ} } @records), join(' ', 1 .. @records), '... without gaps');
is($actions[0]{GATEKEEPER_OBJECT}, "$dir/one", '... with its fields');
is($actions[0]{SYSLOG_IDENTIFIER}, 'pg_gatekeeper', '... and whose it is');
like($actions[2]{GATEKEEPER_FLAGS}, qr/object_cut/, '... cut where it is long');
is(scalar(grep { length > 4095 } @lines), 0, '... to what a pipe takes at once');
is(value_of($node, q{SELECT sent = sequence, lost FROM gatekeeper.audit WHERE sink = 'log'}), 't|0', '... and is counted as sent');

# A flood, in one file that all processes append to.
my @sessions = map { my $n = $_; IPC::Run::start([ 'psql', '-XAtq', '-U', 'gk_user', '-d', $node->connstr('postgres') ],
		'<', \(join '', map { "SELECT gk.as_definer(\$q\$COPY (SELECT $n, $_) TO '$dir/flood'\$q\$);\n" } 1 .. 40), '>', '/dev/null', '2>', '/dev/null') } 1 .. 8;
$_->finish foreach @sessions;
@records = map { decode_json($_) } lines_in($node->logfile);
is(scalar(grep { ($_->{GATEKEEPER_OBJECT} // '') eq "$dir/flood" } @records), 320, 'a flood: every record is there, and whole');

# What roles have logged is never taken for a record.
my $forged = $lines[1] =~ s/"GATEKEEPER_SEQ":"\d+"/"GATEKEEPER_SEQ":"77777"/r =~ s/'/''/gr;
value_of($node, "SET log_min_messages = log; SET log_min_error_statement = log;
	DO \$do\$ BEGIN RAISE LOG '%', '$forged'; RAISE LOG '%', E'x\\n' || '$forged'; RAISE LOG 'x' USING DETAIL = '$forged', HINT = E'\\n' || '$forged'; END \$do\$");
my $log = GkTest::slurp($node->logfile);
my $there = () = $log =~ /"GATEKEEPER_SEQ":"77777"/g;
cmp_ok($there, '>=', 4, 'forged lines are in the log');

SKIP:
{
	skip 'the command is not built', 1 if !-x $command;
	my ($status, $out) = run_cli('', 'events', '--file', $node->logfile, '--json', '--all');
	my @shown = map { decode_json($_) } split /\n/, $out;
	is(scalar(@shown), scalar(lines_in($node->logfile)), 'events --file: all records and no others');
	is(scalar(grep { $_->{forged} } @shown), 0, '... none of which is suspect');
	my %one = %{ (grep { $_->{GATEKEEPER_SEQ} eq $actions[0]{GATEKEEPER_SEQ} } @shown)[0] };
	ok(abs(delete($one{__REALTIME_TIMESTAMP}) / 1e6 - time) < 600, '... with the time of the record');
	delete @one{qw(forged forged_reason)};
	is_deeply(\%one, $actions[0], '... and all its fields');
	($status, $out) = run_cli('', 'events', '--file', $node->logfile, '-n', '2', '--rule', 'copy_file');
	like($out, qr/\ATIME.*\n.*flood\n.*flood\n\z/, '... the last two');
	($status, $out) = run_cli('', 'verify', '--file', $node->logfile);
	is($status, 0, 'verify --file finds nothing') or diag($out);
	my @some = grep { !/"GATEKEEPER_SEQ":"5"/ } lines_in($node->logfile);
	($status, $out) = run_cli(join("\n", @some, ''), 'verify', '--file', '-');
	is($status, 1, '... and what is missing');
	like($out, qr/^gap: .*1 record is missing: 5\./m, '... by its number') or diag($out);

	# What runtimes make of it, with lines of others and a forged one among them.
	my @plain = split /\n/, $log;
	my $json = JSON::PP->new->canonical;
	my %shapes = (
		'as it is' => sub { $_[0] },
		'CRI' => sub { "2026-01-31T12:00:00.123456789Z stderr F $_[0]" },
		'kubectl logs --timestamps' => sub { "2026-01-31T12:00:00.123456789Z $_[0]" },
		'kubectl logs --prefix' => sub { "[pod/db-0/postgres] $_[0]" },
		'docker compose logs' => sub { "db-1  | $_[0]" },
		'docker json-file' => sub { $json->encode({ log => "$_[0]\n", stream => 'stderr', time => '2026-01-31T12:00:00Z' }) },
		'CloudNativePG' => sub { $json->encode({ level => 'info', ts => '2026-01-31T12:00:00Z', logger => 'postgres', msg => $_[0], logging_pod => 'a-1', extra => { msg => [ 1, 'x}' ] } }) });
	foreach my $shape (sort keys %shapes)
	{
		($status, $out) = run_cli(join('', map { $shapes{$shape}->($_) . "\n" } @plain), 'events', '--file', '-', '--json', '--all');
		is(scalar(split /\n/, $out), scalar(@shown), "$shape: all records and no others");
		unlike($out, qr/77777/, '... not what a role wrote');
	}
	# the messages of csvlog, as CloudNativePG has them, and of jsonlog
	foreach my $line ({ logger => 'postgres', msg => 'record', record => { message => $lines[1], msg => $lines[1] } }, { message => $lines[1], error_severity => 'LOG' })
	{
		($status, $out) = run_cli($json->encode($line) . "\n", 'events', '--file', '-');
		like($out, qr/no records/, 'what any role can have written there is no record');
	}
	foreach my $case ([ [ '--file', '/nowhere/log' ], qr/cannot read file "\/nowhere\/log"/ ], [ [ '--file', $dir ], qr/is a directory/ ],
		[ [ '--file', '-', '-D', '/' ], qr/exclude each other/ ], [ [ '--file', '-', '--cursor-file', "$dir/c" ], qr/--cursor-file does not go with/ ])
	{
		($status, $out) = run_cli('', 'events', @{ $case->[0] });
		is($status, 2, "events @{$case->[0]} is refused");
		like($out, $case->[1], '... with the reason');
	}
	# counts, CSV, one record in words
	($status, $out) = run_cli('', 'events', '--file', $node->logfile, '--by', 'rule,user', '--verdict', 'denied');
	like($out, qr/\A +COUNT  FIRST +LAST +rule,user\n +321  20.*  copy_file,gk_user\n +2  20.*  copy_program,gk_user\n\z/, '--by counts') or diag($out);
	($status, $out) = run_cli('', 'events', '--file', $node->logfile, '--by', 'rule', '--verdict', 'denied', '--format', 'csv');
	like($out, qr/\Acount,first,last,rule\r\n321,"20[^"]*","20[^"]*",copy_file\r\n/, '... as CSV, too') or diag($out);
	($status, $out) = run_cli('', 'events', '--by', 'weather', '--file', '-');
	like($out, qr/--by does not know "weather"/, '... by what there is');
	($status, $out) = run_cli('', 'events', '--by', 'rule', '--json', '--file', '-');
	is($status, 2, '... not as JSON');
	run_as($node, 'gk_user', q{SET application_name = '=cmd|x!A1'; SELECT gk.as_definer('COPY (SELECT 1 AS "a, b") TO ''/tmp/gk_csv''')});
	($status, $out) = run_cli('', 'events', '--file', $node->logfile, '-n', '1', '--verdict', 'denied', '--format', 'csv');
	my ($head, $row) = split /\r\n/, $out;
	like($head, qr/^time,cluster,host,stream,seq,event,verdict,outcome,rule,/, 'CSV has a header');
	like($row, qr/,action,denied,,copy_file,elevated,42501,/, '... a line for each record') or diag($out);
	like($row, qr/,"'=cmd\|x!A1",/, '... no formula for a spreadsheet');
	like($row, qr/COPY \(SELECT 1 AS ""a, b""\)/, '... and quotes where they are needed');
	my $seq = $actions[0]{GATEKEEPER_SEQ};
	($status, $out) = run_cli('', 'explain', $seq, '--file', $node->logfile);
	is($status, 0, 'explain finds a record');
	like($out, qr/^record +$seq of 20/m, '... says which');
	like($out, qr/^who +role "gk_user", working as "postgres"/m, '... who');
	like($out, qr{^what +COPY: file "\Q$dir\E/one"}m, '... what') or diag($out);
	like($out, qr/^verdict +denied/m, '... the verdict');
	like($out, qr/^why +elevated: it ran with rights/m, '... why');
	my ($label) = $out =~ /^label +(SECURITY LABEL FOR gatekeeper ON ROUTINE gk\.as_definer\(text\) IS 'allow copy_file';)$/m;
	ok($label, '... and the label to paste') or diag($out);
	value_of($node, $label // 'SELECT 1');
	allowed_for($node, 'gk_user', "SELECT gk.as_definer(\$q\$COPY (SELECT 1) TO '$dir/one'\$q\$)", '... which does what it says');
	my ($seq_allowed) = map { decode_json($_)->{GATEKEEPER_SEQ} } grep { /"GATEKEEPER_VERDICT":"allowed"/ && m{"$dir/one"} } lines_in($node->logfile);
	($status, $out) = run_cli('', 'explain', $seq_allowed, '--file', $node->logfile);
	like($out, qr/^outcome +done$/m, '... of what was let pass, what became of it') or diag($out);
	unlike($out, qr/^label/m, '... and no advice');
	value_of($node, 'SECURITY LABEL FOR gatekeeper ON ROUTINE gk.as_definer(text) IS NULL');
	($status, $out) = run_cli('', 'explain', 1, '--file', $node->logfile);
	like($out, qr/^event +start: /m, '... of the module\'s own records, what they are');
	($status, $out) = run_cli('', 'explain', 999999, '--file', $node->logfile);
	is($status, 1, '... and none where there is none');
	foreach my $arguments ([], ['abc'], [ 1, 2 ])
	{
		($status, $out) = run_cli('', 'explain', @$arguments, '--file', '-');
		is($status, 2, "explain @$arguments is refused");
	}
	# follow
	my ($in, $followed, $err) = ('', '', '');
	my $follower = IPC::Run::start([ $command, 'events', '--file', $node->logfile, '-f', '-n', '1', '--verdict', 'denied' ], '<', \$in, '>', \$followed, '2>', \$err, IPC::Run::timeout(30));
	$follower->pump until $followed =~ /gk_csv\n/;
	run_as($node, 'gk_user', "SELECT gk.as_definer(\$q\$COPY (SELECT 1) TO '$dir/followed'\$q\$)");
	$follower->pump until $followed =~ m{/followed\n};
	pass('--follow shows what is written then');
	$follower->kill_kill;
}

# The logging collector, and a destination that has no standard error.
$node->append_conf('postgresql.conf', "logging_collector = on\nlog_destination = 'csvlog'\nlog_directory = '$dir/logs'\nlog_filename = 'server.log'\n");
$node->restart;
run_as($node, 'gk_user', "SELECT gk.as_definer(\$q\$COPY (SELECT 1) TO '$dir/collected'\$q\$)");
@sessions = map { my $n = $_; IPC::Run::start([ 'psql', '-XAtq', '-U', 'gk_user', '-d', $node->connstr('postgres') ],
		'<', \(join '', map { "SELECT gk.as_definer(\$q\$COPY (SELECT $n, $_) TO '$dir/flood'\$q\$);\n" } 1 .. 40), '>', '/dev/null', '2>', '/dev/null') } 1 .. 8;
$_->finish foreach @sessions;
$node->stop;
@records = map { decode_json($_) } lines_in("$dir/logs/server.log");
is(scalar(grep { ($_->{GATEKEEPER_OBJECT} // '') eq "$dir/collected" } @records), 1, 'the logging collector: a record is in its file');
is(scalar(grep { ($_->{GATEKEEPER_OBJECT} // '') eq "$dir/flood" } @records), 320, '... and a flood');
is($records[-1]{GATEKEEPER_EVENT}, 'stop', '... up to the stop');
SKIP:
{
	skip 'the command is not built', 1 if !-x $command;
	my ($status, $out) = run_cli('', 'verify', '--file', $node->logfile, '--file', "$dir/logs/server.log");
	is($status, 0, 'verify finds nothing in two files') or diag($out);
	like($out, qr/^\S.* stop/m, '... that end with a stop') or diag($out);
}

done_testing();
