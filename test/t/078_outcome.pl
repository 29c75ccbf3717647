#
# What became of the actions that were let pass: done, failed, refused by the
# server, rolled back, or unknown.  Each case says what was recorded, by rule,
# and what is told of it afterwards.
#
# Copyright (c) 2026, the pg_gatekeeper authors
# SPDX-License-Identifier: PostgreSQL

use strict;
use warnings;
use GkTest;
use IPC::Run ();
use JSON::PP;
use POSIX ();
use Test::More;
use Time::HiRes qw(sleep);

my ($socket, $records) = start_collector();
my $node = new_gatekeeper_node('outcome', conf => <<"EOT");
gatekeeper.audit_journal_socket = '$socket'
gatekeeper.audit_level = privileged
gatekeeper.copy_program = elevated
gatekeeper.audit_budget = 1000000
max_prepared_transactions = 5
EOT
load_probes($node);
my $dir = $node->basedir;
value_of($node, <<'EOT');
CREATE ROLE joe;
CREATE ROLE ann LOGIN CREATEROLE;
GRANT pg_read_server_files TO ann;
CREATE TABLE big AS SELECT generate_series(1, 20000) AS a;
CREATE TABLE late (a int);
CREATE FUNCTION fails() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE division_by_zero; END';
CREATE CONSTRAINT TRIGGER t AFTER INSERT ON late DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION fails();
CREATE FUNCTION wants(q text, code text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE q;
	RAISE EXCEPTION USING ERRCODE = code;
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE;
END $$;
CREATE FUNCTION reads(f text) RETURNS text PARALLEL SAFE LANGUAGE plpgsql AS 'BEGIN RETURN left(pg_read_file(f), 1); END';
CREATE PROCEDURE commits() LANGUAGE plpgsql AS $$
BEGIN
	ALTER ROLE joe CREATEROLE;
	COMMIT;
	ALTER ROLE joe NOCREATEROLE;
	ROLLBACK;
	PERFORM pg_read_file('PG_VERSION');
END $$;
EOT

my $seen = 0;

sub new_records
{
	my @all = $records->();
	my @new = @all[ $seen .. $#all ];
	$seen = @all;
	return @new;
}

# "rule:outcome ..." of what is new, in the order of the records.
sub outcomes_of
{
	my (@new) = @_;
	my (%told, @found, @wrong);
	foreach my $r (grep { $_->{GATEKEEPER_EVENT} eq 'outcome' } @new)
	{
		foreach my $range (split /, /, $r->{GATEKEEPER_OBJECT})
		{
			my ($first, $last) = split /-/, $range;
			foreach my $seq ($first .. $last // $first)
			{
				push @wrong, $seq if $told{$seq};
				$told{$seq} = $r;
			}
		}
	}
	foreach my $r (sort { $a->{GATEKEEPER_SEQ} <=> $b->{GATEKEEPER_SEQ} } @new)
	{
		my $outcome = delete $told{ $r->{GATEKEEPER_SEQ} };
		next if $r->{GATEKEEPER_EVENT} ne 'action' || $r->{GATEKEEPER_COUNT} > 1;
		push @wrong, "unknown of $r->{GATEKEEPER_SEQ}"
		  if ($r->{GATEKEEPER_OUTCOME} // '') ne ($r->{GATEKEEPER_VERDICT} eq 'denied' ? '' : 'unknown');
		push @wrong, "rule of $r->{GATEKEEPER_SEQ}" if $outcome && $outcome->{GATEKEEPER_RULE} ne $r->{GATEKEEPER_RULE};
		push @found, "$r->{GATEKEEPER_RULE}:"
		  . ($r->{GATEKEEPER_VERDICT} eq 'denied' ? 'denied' : $outcome ? $outcome->{GATEKEEPER_OUTCOME} : 'untold');
	}
	is("@wrong @{[ keys %told ]}", ' ', 'nothing else is told');
	return "@found";
}

sub run
{
	my ($role, $sql) = @_;
	$node->psql('postgres', $sql, stdout => \my $out, stderr => \my $err, on_error_stop => 0,
		extra_params => [ '-U', $role ]);
	return "$out$err";
}

sub outcome_is
{
	my ($role, $sql, $want, $what) = @_;
	my $output = run($role, $sql);
	my @new = new_records();
	is(outcomes_of(@new), $want, $what) or diag("$sql\n$output", explain(map { $_->{MESSAGE} } @new));
	return @new;
}

new_records();
my $m = 'role_privileged';
foreach my $case (
	# alone
	[ 'ALTER ROLE joe CREATEROLE', "$m:done", 'a statement' ],
	[ 'ALTER ROLE joe NOCREATEROLE', "$m:done", '... and its like' ],
	[ 'ALTER ROLE joe REPLICATION; ALTER ROLE joe NOREPLICATION', "$m:done $m:done", 'two' ],
	[ 'CREATE ROLE postgres CREATEROLE', "", 'a role that is there: refused before it is asked about' ],
	[ "SELECT length(pg_read_file('PG_VERSION'))", 'server_files:done', 'a call' ],
	[ "SELECT pg_read_file('/nowhere')", 'server_files:failed', 'a call that fails' ],
	[ "COPY (SELECT 1) TO '$dir/x'", 'copy_file:done', 'a file' ],
	[ "COPY (SELECT 1) TO '/nowhere/x'", 'copy_file:failed', 'a file that cannot be' ],
	[ "COPY (SELECT 1) TO PROGRAM 'cat >/dev/null'", 'copy_program:done', 'a program' ],
	[ "COPY (SELECT 1) TO PROGRAM 'exit 3'", 'copy_program:failed', 'a program that fails' ],
	[ "COPY late FROM PROGRAM 'echo x'", 'copy_program:failed', 'a program of whose output nothing can be read' ],
	[ 'SELECT pg_reload_conf()', 'server_control:done', 'a reload' ],
	[ "ALTER SYSTEM SET archive_command = 'true'", 'server_settings:done', 'a setting' ],
	[ 'ALTER SYSTEM RESET archive_command', 'server_settings:done', '... which is taken back' ],
	[ 'UPDATE pg_authid SET rolconnlimit = 5 WHERE false', 'catalog_write:done', 'a query' ],
	[ 'UPDATE pg_authid SET rolconnlimit = 1 / (oid::bigint - oid::bigint)', 'catalog_write:failed', 'a query that fails' ],
	[ 'EXPLAIN UPDATE pg_authid SET rolconnlimit = 5', 'catalog_write:done', 'a query that is explained' ],
	[ "SET statement_timeout = 300; COPY (SELECT pg_sleep(9)) TO '$dir/x'", 'copy_file:failed', 'one that takes too long' ],
	# in transactions
	[ 'BEGIN; ALTER ROLE joe CREATEROLE; ROLLBACK', "$m:rolled_back", 'a transaction that is rolled back' ],
	[ 'BEGIN; ALTER ROLE joe CREATEROLE; COMMIT', "$m:done", '... that commits' ],
	[ 'BEGIN; ALTER ROLE joe CREATEROLE; SELECT 1/0; COMMIT', "$m:rolled_back", '... that fails later' ],
	[ "BEGIN; ALTER ROLE joe CREATEROLE; SELECT pg_read_file('/nowhere'); COMMIT", "$m:rolled_back server_files:failed", '... by another action' ],
	[ "BEGIN; SELECT length(pg_read_file('PG_VERSION')); ROLLBACK", 'server_files:rolled_back', 'a call in one' ],
	[ "SELECT length(pg_read_file('PG_VERSION')) / 0", 'server_files:rolled_back', 'a call that was made, in a statement that fails' ],
	[ 'BEGIN; ALTER ROLE joe CREATEROLE; INSERT INTO late VALUES (1); COMMIT', "$m:rolled_back", 'a commit that fails' ],
	[ 'BEGIN; ALTER ROLE joe CREATEROLE;', "$m:rolled_back", 'a session that ends without one' ],
	[ 'BEGIN; ALTER ROLE joe CREATEROLE; SELECT pg_terminate_backend(pg_backend_pid())', "$m:rolled_back", 'a session that ends itself' ],
	[ 'BEGIN; UPDATE pg_authid SET rolconnlimit = 5 WHERE false; SELECT 1/0; COMMIT', 'catalog_write:rolled_back', 'a query before an error' ],
	# subtransactions
	[ 'BEGIN; SAVEPOINT a; ALTER ROLE joe CREATEROLE; ROLLBACK TO a; COMMIT', "$m:rolled_back", 'a savepoint' ],
	[ 'BEGIN; SAVEPOINT a; ALTER ROLE joe CREATEROLE; RELEASE a; COMMIT', "$m:done", '... that is released' ],
	[ 'BEGIN; SAVEPOINT a; ALTER ROLE joe CREATEROLE; RELEASE a; ROLLBACK', "$m:rolled_back", '... in vain' ],
	[ 'BEGIN; ALTER ROLE joe CREATEROLE; SAVEPOINT a; ALTER ROLE joe NOCREATEROLE; ROLLBACK TO a; COMMIT', "$m:done $m:rolled_back", '... what was before it stays' ],
	[ 'BEGIN; SAVEPOINT a; ALTER ROLE joe CREATEROLE; SAVEPOINT b; ALTER ROLE joe NOCREATEROLE; ROLLBACK TO b; ALTER ROLE joe REPLICATION; RELEASE a; COMMIT',
		"$m:done $m:rolled_back $m:done", '... one in another' ],
	[ "BEGIN; SAVEPOINT a; SELECT pg_read_file('/nowhere'); ROLLBACK TO a; ALTER ROLE joe CREATEROLE; COMMIT", "server_files:failed $m:done", '... after a failure' ],
	# in functions
	[ "SELECT wants('ALTER ROLE joe CREATEROLE', '22012')", "$m:rolled_back", 'an error after it, caught' ],
	[ "SELECT wants('ALTER ROLE joe CREATEROLE', '42501')", "$m:rolled_back", '... of any kind' ],
	[ "SELECT wants(\$\$SELECT pg_read_file('/nowhere')\$\$, '42501')", 'server_files:failed', 'an error in it, caught' ],
	[ "SELECT wants(\$\$SELECT length(pg_read_file('PG_VERSION'))\$\$, '42501')", 'server_files:rolled_back', 'a call before it' ],
	[ "DO 'BEGIN ALTER ROLE joe CREATEROLE; END'", "$m:done", 'a block' ],
	[ "DO 'BEGIN ALTER ROLE joe CREATEROLE; RAISE division_by_zero; END'", "$m:rolled_back", 'a block that fails' ],
	[ "DO 'BEGIN ALTER ROLE joe CREATEROLE; BEGIN ALTER ROLE joe NOCREATEROLE; RAISE division_by_zero; EXCEPTION WHEN OTHERS THEN END; END'",
		"$m:done $m:rolled_back", 'a block in it' ],
	[ "DO 'BEGIN UPDATE pg_authid SET rolconnlimit = 5 WHERE false; RAISE division_by_zero; END'", 'catalog_write:rolled_back', 'a query in it' ],
	[ "DO 'BEGIN FOR i IN 1..3 LOOP BEGIN EXECUTE format(\$q\$ALTER ROLE joe CONNECTION LIMIT %s REPLICATION\$q\$, i); IF i = 2 THEN RAISE division_by_zero; END IF; EXCEPTION WHEN OTHERS THEN END; END LOOP; END'",
		"$m:done $m:rolled_back $m:done", 'a loop' ],
	[ 'CALL commits()', "$m:done $m:rolled_back server_files:done", 'a procedure that ends transactions' ],
	[ "SELECT reads('PG_VERSION')", 'server_files:done', 'a function' ],
	[ "SELECT count(*) FROM generate_series(1, 3) g WHERE reads('PG_VERSION' || left(g::text, 0)) = '1'", 'server_files:done server_files:done server_files:done', 'three calls of it' ],
	# cursors and prepared statements
	[ "BEGIN; DECLARE c CURSOR FOR SELECT length(pg_read_file('PG_VERSION')); FETCH c; COMMIT", 'server_files:done', 'a cursor' ],
	[ "BEGIN; DECLARE c CURSOR FOR SELECT length(pg_read_file('PG_VERSION')); FETCH c; ROLLBACK", 'server_files:rolled_back', '... rolled back' ],
	[ "PREPARE p AS SELECT length(pg_read_file('PG_VERSION')); EXECUTE p", 'server_files:done', 'a prepared statement' ],
	[ "BEGIN; ALTER ROLE joe CREATEROLE; PREPARE TRANSACTION 'one'", "$m:unknown", 'a prepared transaction' ],
	[ "COMMIT PREPARED 'one'", '', '... is the doing of whoever commits it' ],
	[ "BEGIN; ALTER ROLE joe CREATEROLE; SELECT 1/0; PREPARE TRANSACTION 'two'", "$m:rolled_back", '... that is not prepared in the end' ],
	# what takes several transactions
	[ 'CREATE DATABASE d2', '', 'a database is no action' ],
	[ 'DROP DATABASE d2', '', '... dropped' ])
{
	outcome_is('postgres', @$case);
}

# A role with rights of its own, and one that has none.
outcome_is('ann', "SELECT length(pg_read_file('PG_VERSION'))", '', 'what is not recorded has no outcome');
outcome_is('ann', "SET ROLE pg_read_server_files; COPY (SELECT 1) TO '$dir/y'", 'copy_file:refused_by_server', 'one that lacks the right');
value_of($node, 'GRANT EXECUTE ON FUNCTION pg_read_file(text) TO gk_user');
new_records();
my ($failed) = grep { $_->{GATEKEEPER_EVENT} eq 'outcome' }
  outcome_is('postgres', "COPY (SELECT 1) TO '/nowhere/z'", 'copy_file:failed', 'a file again');
is($failed->{GATEKEEPER_SQLSTATE}, '58P01', '... with its code');
is($failed->{GATEKEEPER_SESSION_USER}, 'postgres', '... and the role');
like($failed->{MESSAGE}, qr/^event=outcome outcome=failed rule=copy_file seq=\d+ .*object_type=records object="\d+"/, '... said in a line');
ok(!exists $failed->{GATEKEEPER_VERDICT}, '... without a verdict, which counts would take for an action');

# Refused by the server: what the rule let pass to a role without the right.
value_of($node, "ALTER SYSTEM SET gatekeeper.mode = 'audit'");
reload_and_wait($node);
new_records();
my $plain = q{ALTER ROLE gk_admin SUPERUSER};
outcome_is('gk_user', $plain, '', 'a role without the right: the server refuses before a rule is asked');
outcome_is('gk_user', "COPY (SELECT 1) TO PROGRAM 'id'", 'copy_program:refused_by_server', '... a program, when the rule is asked first');
outcome_is('gk_user', "DO \$\$BEGIN COPY (SELECT 1) TO PROGRAM 'id'; EXCEPTION WHEN OTHERS THEN END\$\$", 'copy_program:refused_by_server', '... and what it says is caught');
outcome_is('gk_user', "COPY (SELECT 1) TO '$dir/q'", 'copy_file:refused_by_server', '... a file');
outcome_is('gk_user', "SELECT gk.as_definer('ALTER ROLE joe CREATEROLE')", "$m:done", 'in a superuser\'s function it would be denied, and is done');
outcome_is('gk_user', "SELECT gk.as_definer('ALTER ROLE joe CREATEROLE') FROM (SELECT 1) s WHERE 1/0 > 0", '', '... or does not come to it');
value_of($node, "ALTER SYSTEM RESET gatekeeper.mode");
reload_and_wait($node);
new_records();

# A denial of ours is a failure of what stood around it.
outcome_is('gk_user', "SELECT gk.as_definer('ALTER ROLE joe CREATEROLE')", "$m:denied", 'what is denied has no outcome');

# A parallel worker tells of its own calls.
my $parallel = $node->safe_psql('postgres', "SELECT name FROM pg_settings WHERE name IN ('force_parallel_mode', 'debug_parallel_query')");
run('postgres', "SET $parallel = on; SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0; SET parallel_leader_participation = off;
	SELECT count(reads('PG_VERSION' || left(a::text, 0))) FROM big WHERE a < 3");
my @parallel = new_records();
like(outcomes_of(@parallel), qr/^server_files:done( server_files:done)*$/, 'a parallel query') or diag(explain(\@parallel));

# One that is cancelled, one that is killed.
my $session = open_session($node, 'postgres');
my ($pid) = $session->('SELECT pg_backend_pid()');
chomp $pid;
new_records();
my $child = fork // die "fork: $!";
if ($child == 0)
{
	sleep 0.7;
	kill 'INT', $pid;
	POSIX::_exit(0);
}
my (undef, $err) = $session->("COPY (SELECT pg_sleep(20)) TO '$dir/c'");
waitpid $child, 0;
like($err, qr/canceling statement/, 'a statement is cancelled');
my @cancelled = new_records();
is(outcomes_of(@cancelled), 'copy_file:failed', '... which is a failure');
is((grep { $_->{GATEKEEPER_EVENT} eq 'outcome' } @cancelled)[0]{GATEKEEPER_SQLSTATE}, '57014', '... with its code');
$session->('BEGIN; ALTER ROLE joe CREATEROLE');
kill 'TERM', $pid;
sleep 0.5;
is(outcomes_of(new_records()), "$m:rolled_back", 'a session that is ended');
eval { $session->(undef) };

# More actions than there is room for: those left are not told.
my $many = join ';', map { "COPY (SELECT $_) TO '$dir/x'" } 1 .. 140;
run('postgres', "BEGIN; $many; COMMIT");
my @many = new_records();
my $told = outcomes_of(@many);
my $done = () = $told =~ /copy_file:done/g;
my $untold = () = $told =~ /copy_file:untold/g;
is("$done $untold", '128 12', 'the outcome of 128 is told, of the others it stays unknown');
cmp_ok(scalar(grep { $_->{GATEKEEPER_EVENT} eq 'outcome' } @many), '<', 4, '... in a record or two');

# Counted ones.
run('postgres', join ';', ("COPY (SELECT 1) TO '$dir/x'") x 8);
is(outcomes_of(new_records()), join(' ', ('copy_file:done') x 5), 'of what is only counted nothing is told but that it is unknown');

# What the command makes of it.
my $command = "$ENV{GK_TOP}/src/cli/pg_gatekeeper";
SKIP:
{
	skip 'no journal, or no command', 1 if !$ENV{GK_JOURNAL_SOCKET} || !-x $command;
	$node->append_conf('postgresql.conf', "gatekeeper.audit_journal_socket = '$ENV{GK_JOURNAL_SOCKET}'\n");
	reload_and_wait($node);
	my $begin = sprintf '@%.6f', Time::HiRes::time();
	run('postgres', "COPY (SELECT 1) TO '$dir/good'; COPY (SELECT 1) TO '/nowhere/bad'; BEGIN; COPY (SELECT 1) TO '$dir/back'; ROLLBACK;"
		  . "BEGIN; COPY (SELECT 1) TO '$dir/prepared'; PREPARE TRANSACTION 'three'");
	value_of($node, "ROLLBACK PREPARED 'three'");
	GkTest::journal_mark();
	my $events = sub {
		my ($out, $err);
		IPC::Run::run([ $command, 'events', '-D', $ENV{GK_JOURNAL_DIR}, '--uid', $>, '--since', $begin, '--cluster', 'outcome', '--rule', 'copy_file', @_ ],
			'<', \undef, '>', \$out, '2>', \$err);
		return "$err$out";
	};
	my @lines = split /\n/, $events->();
	is(scalar(@lines), 5, 'a line for each action');
	like($lines[1], qr{file \S+/good$}, '... done');
	like($lines[2], qr{file \S+/bad \[failed\]$}, '... failed');
	like($lines[3], qr{file \S+/back \[rolled_back\]$}, '... rolled back');
	like($lines[4], qr{file \S+/prepared \[unknown outcome\]$}, '... or unknown');
	like($events->('-n', '3'), qr{/bad \[failed\]\n.*\n.*\n\z}, 'the last ones, likewise');
	like($events->('--all'), qr{ outcome +copy_file .* records \d+ \[failed\]}, 'the records of outcomes themselves');
	is(scalar(split /\n/, $events->('--outcome', 'failed,rolled_back')), 3, 'those of an outcome');
	like($events->('--outcome', 'perhaps'), qr/does not know "perhaps"/, '... there is');
	my @ecs = map { decode_json($_) } split /\n/, $events->('--event', 'action', '--format', 'ecs');
	is("@{[ map { $_->{event}{outcome} } @ecs ]}", 'success failure failure unknown', 'ECS');
	my @ocsf = map { decode_json($_) } split /\n/, $events->('--event', 'action', '--format', 'ocsf');
	is("@{[ map { $_->{status_id} } @ocsf ]}", '1 2 2 0', 'OCSF');
	@ecs = grep { $_->{event}{action} eq 'outcome' } map { decode_json($_) } split /\n/, $events->('--format', 'ecs');
	is("@{[ map { $_->{event}{outcome} } @ecs ]}", 'success failure failure unknown', 'ECS of the records of outcomes');
	my $first = $ecs[0]{gatekeeper}{object};
	is(scalar(split /\n/, $events->('--seq', "$first-$first")), 2, 'a range of numbers');
	is(scalar(split /\n/, $events->('--client', 'local')), 5, 'a local client');
	is($events->('--client', '10.0.0.0/8,::1'), "-- no records --\n", '... and others');
	is(scalar(split /\n/, $events->('--grep', 'to .*/(GOOD|bad)')), 3, 'a regular expression');
	is($events->('--function', 'nothing'), "-- no records --\n", 'a function');
	foreach my $case (
		[ '--seq', 'abc', 'not a number' ], [ '--seq', '9-3', '9 is more than 3' ], [ '--seq', '', 'not empty' ],
		[ '--user', '', 'not empty' ], [ '--grep', '(', 'not a regular expression' ],
		[ '--client', '10.0.0.0/99', 'neither an address nor a network' ])
	{
		my ($option, $value, $words) = @$case;
		like($events->($option, $value), qr/\Q$words\E/, "$option '$value' is refused");
	}
}

done_testing();
