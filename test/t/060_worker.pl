#
# The background worker's records about the module itself: start, stop,
# settings that a reload changed, no enforcement, losses, heartbeat.
#
# Copyright (c) 2026, the pg_gatekeeper authors
# SPDX-License-Identifier: PostgreSQL

use strict;
use warnings;
use GkTest;
use PostgreSQL::Test::Utils ();
use Test::More;
use Time::HiRes qw(sleep time);

my $dir = PostgreSQL::Test::Utils::tempdir_short();
my $node;

# The private journald, or where there is none a socket that does as it does.
my ($journal, $collected);
($journal, $collected) = start_collector() if !$ENV{GK_JOURNAL_SOCKET};
$journal //= $ENV{GK_JOURNAL_SOCKET};

sub mark { return $collected ? scalar(my @before = $collected->()) : journal_mark() }

# This node's records of an event since the mark.
sub records
{
	my ($mark, $event) = @_;
	my @records;

	if ($collected)
	{
		@records = $collected->();
		splice @records, 0, $mark;
	}
	else
	{
		@records = journal_records($mark);
	}
	return grep { $_->{GATEKEEPER_EVENT} eq $event && $_->{GATEKEEPER_PORT} == $node->port } @records;
}

# The same, but wait until there are as many.
sub wait_for
{
	my ($mark, $event, $many) = @_;
	my @records;

	for (1 .. 200)
	{
		@records = records($mark, $event);
		last if @records >= $many;
		sleep 0.1;
	}
	return @records;
}

# ------------------------------------------------------------------------
# Start
# ------------------------------------------------------------------------

my $begin = mark();
$node = new_gatekeeper_node('worker', conf => <<"EOT");
restart_after_crash = on
gatekeeper.audit_journal_socket = '$journal'
# what is not taken at once is lost here; see 066_backlog
gatekeeper.audit_backlog = 0
EOT
load_probes($node);

my ($start, @more) = wait_for($begin, 'start', 1);
is(scalar(@more), 0, 'there is one start record');
my %expected = (
	PRIORITY => '4',
	MESSAGE_ID => '9f0f8f81805c4fe9a9cb0e7a0c7aad41',
	MESSAGE => qr/^event=start seq=\d+ object_type=server object="start" to=".*"$/,
	GATEKEEPER_SCHEMA => '1',
	GATEKEEPER_SEQ => '1',
	GATEKEEPER_LOST => '0',
	GATEKEEPER_OBJECT_TYPE => 'server',
	GATEKEEPER_OBJECT => 'start',
	# twice in the file: the last one holds
	GATEKEEPER_NEW_VALUE => qr/^version=\d+\.\d+\.\d+ sandbox_status="users: [^"]+" audit_backlog=0 audit_journal_socket=\Q$journal\E audit_syslog_socket=\S+$/,
	GATEKEEPER_CLUSTER => 'worker',
	GATEKEEPER_SYSTEM_ID => value_of($node, 'SELECT system_identifier FROM pg_control_system()'),
	GATEKEEPER_BACKEND_TYPE => 'pg_gatekeeper audit',
);
$expected{_PID} = $start->{GATEKEEPER_BACKEND_PID} if !$collected;
foreach my $field (sort keys %expected)
{
	ref $expected{$field}
	  ? like($start->{$field} // '', $expected{$field}, "start: $field is right")
	  : is($start->{$field}, $expected{$field}, "start: $field is right");
}
is(join(' ', grep { /^GATEKEEPER_(RULE|VERDICT|VXID|.*USER|DATABASE|OLD_VALUE)$/ } sort keys %$start),
	'', 'start: there is nothing that the worker cannot know');
is(scalar(records($begin, 'config')), 0, 'the module enforces, so nothing is said of that');

# The worker has no database connection that could be seen, or be ended.
is(value_of($node, "SELECT count(*) FROM pg_stat_activity WHERE datname IS NOT NULL AND pid <> pg_backend_pid()"),
	'0', 'the worker has no database connection');
is(value_of($node, "SELECT pg_terminate_backend($start->{GATEKEEPER_BACKEND_PID})"),
	'f', '... and cannot be ended from SQL');

# ------------------------------------------------------------------------
# Settings
# ------------------------------------------------------------------------

my %before = map { split /\|/, $_, 2 } split /\n/, value_of($node,
	q{SELECT name, setting FROM pg_settings WHERE name LIKE 'gatekeeper.%' AND context = 'sighup'});
symlink $journal, "$dir/journal" or die "symlink: $!";
mkdir "$dir/keys", 0700 or die "mkdir: $!";

# name => [ new value, priority of the record of this change, of the way back ]
my %change = map { $_ => [ 'off', 2, 4 ] } grep { $before{$_} =~ /^(elevated|always)$/ } keys %before;
$change{"gatekeeper.$_->[0]"} = [ @$_[ 1 .. 3 ] ] foreach (
	[ 'mode', 'audit', 2, 4 ],
	[ 'untrusted_code', 'run_as_owner', 4, 2 ],
	[ 'blocked_extensions', 'dblink', 2, 2 ],
	[ 'allowed_extensions', 'hstore', 2, 2 ],
	[ 'protected_roles', 'svc', 4, 2 ],
	[ 'protected_functions', 'pg_sleep', 4, 2 ],
	[ 'audit_sink', 'journald', 2, 2 ],
	[ 'audit_level', 'denied', 2, 4 ],
	[ 'audit_failure', 'closed', 4, 2 ],
	[ 'audit_timeout', '200', 4, 2 ],
	[ 'audit_statement', '0', 2, 4 ],
	[ 'audit_heartbeat', '0', 2, 4 ],
	[ 'audit_budget', '10', 2, 4 ],
	[ 'audit_classes', 'ddl', 4, 2 ],
	[ 'audit_classes_where', 'role=nobody', 2, 2 ],
	[ 'error_detail', 'brief', 2, 4 ],
	[ 'identity_audiences', 'here', 2, 2 ],
	[ 'identity_issuers', 'us', 2, 2 ],
	[ 'identity_keys', "$dir/keys", 2, 2 ],
	[ 'identity_leeway', '10', 2, 2 ],
	[ 'identity_user_claim', 'email', 2, 2 ],
	[ 'unreserved_superusers', 'refuse', 4, 2 ],
	[ 'replication_roles', 'postgres', 2, 2 ],
	[ 'audit_journal_socket', "$dir/journal", 2, 2 ],
	[ 'audit_syslog_socket', "$dir/syslog", 2, 2 ]);
is(join(' ', sort keys %change), join(' ', sort keys %before),
	'every setting that can be reloaded is changed by this test');

my $conf_file = $node->data_dir . '/postgresql.conf';
my $conf = GkTest::slurp($conf_file);
my $mark = mark();
$node->append_conf('postgresql.conf', join "\n", map { "$_ = '$change{$_}[0]'" } sort keys %change);
$node->reload;
my %config = map { $_->{GATEKEEPER_OBJECT} => $_ } wait_for($mark, 'config', keys(%change) + 1);
foreach my $name (sort keys %change)
{
	my $record = delete $config{$name};
	is( join(' ', map { $record->{$_} // 'nothing' }
			  qw(GATEKEEPER_OBJECT_TYPE GATEKEEPER_OLD_VALUE GATEKEEPER_NEW_VALUE PRIORITY)),
		join(' ', 'setting', length $before{$name} ? $before{$name} : 'nothing', $change{$name}[0], $change{$name}[1]),
		"$name: the record says from what, to what, how bad");
	like($record->{GATEKEEPER_SOURCE} // '', qr{^\Q$conf_file\E:\d+$}, '... and in which line of which file');
}
is_deeply([ keys %config ], ['loaded without enforcement'], 'one record more says that nothing is enforced');
is( join(' ', map { $_->{GATEKEEPER_OBJECT_TYPE}, $_->{GATEKEEPER_NEW_VALUE}, $_->{PRIORITY} } values %config),
	'module audit 4', '... in a dry run');

open my $out, '>', $conf_file or die "$conf_file: $!";
print $out $conf;
close $out;
$mark = mark();
$node->reload;
%config = map { $_->{GATEKEEPER_OBJECT} => $_ } wait_for($mark, 'config', scalar keys %change);
is( join("\n", map { "$_ $config{$_}{PRIORITY}" } sort keys %config),
	join("\n", map { "$_ $change{$_}[2]" } sort keys %change),
	'the way back is on record, too');
like($config{'gatekeeper.mode'}{MESSAGE}, qr/object="gatekeeper\.mode" from="audit" to="enforce" source="default"$/,
	'the message says all');

# a reload that changes nothing, or something that is not ours
$mark = mark();
$node->append_conf('postgresql.conf', 'work_mem = 5MB');
reload_and_wait($node, qr/"work_mem" changed/);
is(scalar(records($mark, 'config')), 0, 'other settings are not recorded');

# by whom: a session that does it is seen by the gate
$mark = mark();
value_of($node, q{ALTER SYSTEM SET gatekeeper.audit_timeout = '60ms'});
value_of($node, 'SELECT pg_reload_conf()');
my ($changed) = wait_for($mark, 'config', 1);
is("$changed->{GATEKEEPER_OLD_VALUE} $changed->{GATEKEEPER_NEW_VALUE}", '50 60', 'ALTER SYSTEM takes effect');
like($changed->{GATEKEEPER_SOURCE}, qr{/postgresql\.auto\.conf:\d+$}, '... and leaves its mark as the source');
my ($by) = records($mark, 'action');
is( join(' ', map { $by->{"GATEKEEPER_$_"} // '' } qw(RULE VERDICT SESSION_USER OBJECT)),
	'server_settings allowed postgres gatekeeper.audit_timeout', '... and who did it is on record');
value_of($node, 'ALTER SYSTEM RESET gatekeeper.audit_timeout');
value_of($node, 'SELECT pg_reload_conf()');

# ------------------------------------------------------------------------
# Heartbeat
# ------------------------------------------------------------------------

is(scalar(records($begin, 'heartbeat')), 0, 'the first hour has no heartbeat');
$node->append_conf('postgresql.conf', "gatekeeper.audit_heartbeat = '1s'");
$mark = mark();
$node->reload;
sleep 3.5;
my @beats = records($mark, 'heartbeat');
cmp_ok(scalar(@beats), '>=', 2, 'with 1s there are heartbeats');
cmp_ok(scalar(@beats), '<=', 4, '... of a second each');
is($beats[0]{PRIORITY}, '4', '... which are no alarm');
is($beats[0]{GATEKEEPER_STREAM}, $start->{GATEKEEPER_STREAM}, '... of the same stream');
$node->append_conf('postgresql.conf', 'gatekeeper.audit_heartbeat = 0');
$mark = mark();
$node->reload;
wait_for($mark, 'config', 1);
$mark = mark();
sleep 2;
is(scalar(records($mark, 'heartbeat')), 0, 'with 0 there are none');

# ------------------------------------------------------------------------
# Loss: the socket is gone for new sessions
# ------------------------------------------------------------------------

$node->append_conf('postgresql.conf', "gatekeeper.audit_journal_socket = '$dir/journal'");
$mark = mark();
$node->reload;
wait_for($mark, 'config', 1);
unlink "$dir/journal";
$mark = mark();
denied_for($node, 'gk_user', q{SELECT gk.as_definer('ALTER ROLE gk_user SUPERUSER')},
	'without a journal a denial is a denial');
symlink $journal, "$dir/journal" or die "symlink: $!";
is(scalar(records($mark, 'action')), 0, '... its record is lost');
my ($loss) = wait_for($mark, 'loss', 1);
is(join(' ', map { $loss->{"GATEKEEPER_$_"} // '' } qw(OLD_VALUE NEW_VALUE LOST)), '0 1 1',
	'the loss is on record within seconds');
is($loss->{PRIORITY}, '2', '... as an alarm');
is($loss->{MESSAGE_ID}, '1940040fe2c44032bf52b653a2419257', '... with its message id');
like($loss->{GATEKEEPER_OBJECT}, qr/^journald: No such file/, '... and says why');

# ------------------------------------------------------------------------
# Crash, and end of the worker alone
# ------------------------------------------------------------------------

my $session = open_session($node, 'postgres');
my ($backend) = $session->('SELECT pg_backend_pid()');
chomp $backend;
$mark = mark();
kill 'KILL', $backend;
eval { $session->() };
my ($again) = wait_for($mark, 'start', 1);
$node->poll_query_until('postgres', 'SELECT true');
is($again->{GATEKEEPER_OBJECT}, 'restart after a crash', 'the worker comes back after a crash');
isnt($again->{GATEKEEPER_STREAM}, $start->{GATEKEEPER_STREAM}, '... with a new stream');
is($again->{GATEKEEPER_SEQ}, '1', '... that begins anew');
my ($last) = sort { $b <=> $a } map { $_->{GATEKEEPER_SEQ} }
  grep { $_->{GATEKEEPER_STREAM} eq $start->{GATEKEEPER_STREAM} } map { records($begin, $_) } qw(loss config action);
is($again->{GATEKEEPER_OLD_VALUE}, "stream $start->{GATEKEEPER_STREAM}, seq $last, lost 1",
	'... and says where the one before it ended, and how many it lost');
is(scalar(records($mark, 'stop')), 0, '... and there was no stop');

$mark = mark();
kill 'TERM', $again->{GATEKEEPER_BACKEND_PID};
is(scalar(wait_for($mark, 'stop', 1)), 1, 'ended alone, it says so');
my ($third) = wait_for($mark, 'start', 1);
is($third->{GATEKEEPER_OBJECT}, 'restart of the audit worker', '... and comes back');
is($third->{GATEKEEPER_STREAM}, $again->{GATEKEEPER_STREAM}, '... in the same stream');
isnt($third->{GATEKEEPER_BACKEND_PID}, $again->{GATEKEEPER_BACKEND_PID}, '... as another process');

# ------------------------------------------------------------------------
# Stop
# ------------------------------------------------------------------------

$mark = mark();
$node->stop;
my @stops = records($mark, 'stop');
is(scalar(@stops), 1, 'a stopped server says so');
is($stops[0]{MESSAGE_ID}, 'f21a7bae660c4d42b2b959445f7583ec', '... with its message id');

$node->append_conf('postgresql.conf', "gatekeeper.mode = 'off'");
$mark = mark();
$node->start;
my ($without) = wait_for($mark, 'config', 1);
is( join(' ', map { $without->{$_} // 'nothing' }
		  qw(GATEKEEPER_OBJECT_TYPE GATEKEEPER_OBJECT GATEKEEPER_NEW_VALUE GATEKEEPER_OLD_VALUE PRIORITY)),
	'module loaded without enforcement off nothing 2', 'a start with mode off is an alarm');
$mark = mark();
$node->stop('immediate');
is(scalar(records($mark, 'stop')), 0, 'an immediate stop leaves no time for a record');

# ------------------------------------------------------------------------
# A daemon that is not there at all, and comes
# ------------------------------------------------------------------------

my $socket = "$dir/own";
$node->append_conf('postgresql.conf', <<"EOT");
gatekeeper.mode = 'enforce'
gatekeeper.audit_journal_socket = '$socket'
gatekeeper.audit_sink = 'journald, syslog'
EOT
my $from = -s $node->logfile;
$node->start;
like(log_since($node, $from), qr/WARNING:  pg_gatekeeper: audit records are not taken everywhere/,
	'sinks that do not work are reported at start');
like(log_since($node, $from), qr/DETAIL:  .*journald: No such file.*; syslog: No such file/,
	'... with the reasons');
run_as($node, 'postgres', "COPY (SELECT 1) TO PROGRAM 'true'");
sleep 6;
my $tried = () = log_since($node, $from) =~ /event=loss/g;
cmp_ok($tried, '<=', 2, 'meanwhile the worker does not flood the log');

my (undef, $arrived) = start_collector($socket);
chmod 0777, $socket;
run_as($node, 'postgres', "COPY (SELECT 1) TO PROGRAM 'true'");
my %told;
for (1 .. 200)
{
	%told = map { $_->{GATEKEEPER_EVENT} => $_ } $arrived->();
	last if $told{loss};
	sleep 0.1;
}
is($told{action}{GATEKEEPER_RULE}, 'copy_program', 'once it is there, records arrive');
is($told{loss}{GATEKEEPER_OLD_VALUE}, '0', '... and soon that of the losses');
cmp_ok($told{loss}{GATEKEEPER_NEW_VALUE} // 0, '>=', 2, '... with all of them');
$node->stop;

done_testing();
