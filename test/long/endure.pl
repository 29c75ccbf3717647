#!/usr/bin/perl
#
# Endurance ("make endure"): DURATION seconds of 50 sessions that are denied
# things, change roles, make and drop functions and run each other's code, while
# every setting is changed (to bad values, too), journald goes away and comes
# back, and backends are killed.
#
# The load comes in rounds of pgbench.  During a round the backends' own memory
# is looked at, twice; each round ends with a crash.  In the end the audit trail
# must add up: every number is in the journal, or the server counted it as lost.
#
# Copyright (c) 2026, the pg_gatekeeper authors
# SPDX-License-Identifier: PostgreSQL

use strict;
use warnings;
use IPC::Run ();
use JSON::PP;
use POSIX qw(WNOHANG);
use Test::More;
use Time::HiRes qw(sleep time);

use GkTest;
use PostgreSQL::Test::Utils;

my $duration = $ENV{DURATION} // 1800;
my $round = $duration < 600 ? int($duration / 3) : 300;
my $seed = $ENV{GK_SEED} // time;
srand $seed;
note("DURATION=$duration GK_SEED=$seed");

# What a backend may grow by while it does the same things again and again: the
# caches of core grow a little with each new function.
my $may_grow_kb = 2048;

# ------------------------------------------------------------------------
# A journald that can be taken away, and a server
# ------------------------------------------------------------------------

my $dir = PostgreSQL::Test::Utils::tempdir_short();
my ($journald, $instance) = (undef, 0);
mkdir "$dir/all" or die $!;

# The records of all of them are below "all"; the socket's path stays the same.
sub start_journald
{
	my $own = "$dir/j" . ++$instance;

	mkdir $own or die "$own: $!";
	$journald = fork // die "fork: $!";
	if ($journald == 0)
	{
		open STDOUT, '>', "$own/out";
		open STDERR, '>&', \*STDOUT;
		exec "$ENV{GK_TOP}/test/private_journald", "$own", (getgrgid $))[0] or POSIX::_exit(127);
	}
	for (1 .. 200)
	{
		if (my ($file) = glob "$own/log/*/system.journal")
		{
			my ($machine) = $file =~ m{/([0-9a-f]{32})/};
			symlink "$own/log/$machine", "$dir/all/$machine";
			symlink "$own/journal/socket", "$dir/socket.new";
			rename "$dir/socket.new", "$dir/socket";
			return 1;
		}
		last if waitpid($journald, WNOHANG) > 0;
		sleep 0.1;
	}
	return 0;
}

sub stop_journald
{
	kill 'TERM', $journald if $journald;
	waitpid $journald, 0 if $journald;
	$journald = undef;
}

END { my $status = $?; stop_journald(); $? = $status }

plan(skip_all => 'journald is not installed') if !-x '/lib/systemd/systemd-journald';
plan(skip_all => 'pgbench is not installed') if system('pgbench --version >/dev/null 2>&1') != 0;
plan(skip_all => 'no private journald') if !start_journald();

my $node = new_gatekeeper_node('endure', conf => <<"EOT");
max_connections = 80
fsync = off
restart_after_crash = on
log_min_messages = fatal
log_min_error_statement = panic
gatekeeper.audit_journal_socket = '$dir/socket'
gatekeeper.audit_sink = 'journald'
include_if_exists = '$dir/settings.conf'
EOT

# The tables of the load survive crashes: some are unlogged, as little else.
$node->safe_psql('postgres', <<'EOT');
CREATE ROLE app LOGIN;
CREATE ROLE other LOGIN;
GRANT other TO app;
GRANT CREATE ON SCHEMA public TO app;
CREATE TABLE stock (id int PRIMARY KEY, n int NOT NULL, changed_by text) WITH (fillfactor = 50);
INSERT INTO stock SELECT i, 0 FROM generate_series(1, 1000) i;
GRANT SELECT, UPDATE ON stock TO app, other;
-- a privileged function that does what it must not, and one that may
CREATE FUNCTION export() RETURNS text LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
	COPY (SELECT 1) TO '/dev/null';
	RETURN 'exported';
EXCEPTION WHEN insufficient_privilege THEN
	RETURN 'denied';
END $$;
CREATE FUNCTION count_stock() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS 'SELECT count(*) FROM stock';
SET ROLE app;
-- a user's code that superusers run
CREATE TABLE trap (x int);
CREATE FUNCTION trap() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF random() < 0.3 THEN
		ALTER ROLE other SUPERUSER;
	END IF;
	RETURN NEW;
EXCEPTION WHEN OTHERS THEN		-- denied, or two at once where it is not
	RETURN NULL;
END $$;
CREATE TRIGGER trap BEFORE INSERT ON trap FOR EACH ROW EXECUTE FUNCTION trap();
CREATE FUNCTION shown(int) RETURNS text LANGUAGE sql AS 'SELECT CASE WHEN $1 % 2 = 0 THEN pg_read_file(''PG_VERSION'') ELSE ''x'' END';
EOT

my %script = (
	'app.denied' => [3, <<'EOT'],
DO $$ BEGIN COPY (SELECT 1) TO PROGRAM 'true'; EXCEPTION WHEN insufficient_privilege THEN NULL; END $$;
DO $$ BEGIN EXECUTE format('CREATE ROLE r%s SUPERUSER PASSWORD %L', pg_backend_pid(), 'secret'); EXCEPTION WHEN insufficient_privilege THEN NULL; END $$;
SELECT export();
EOT
	'app.work' => [10, <<'EOT'],
\set id random(1, 1000)
SELECT n FROM stock WHERE id = :id;
UPDATE stock SET n = n + 1, changed_by = current_user WHERE id = :id;
DO $$ BEGIN PERFORM count_stock(); EXCEPTION WHEN insufficient_privilege THEN NULL; END $$;
EOT
	'app.roles' => [3, <<'EOT'],
SET ROLE other;
SELECT export();
RESET ROLE;
EOT
	'app.churn' => [3, <<'EOT'],
DO $$ BEGIN
	-- not plpgsql, which never forgets what it has compiled
	EXECUTE format('CREATE OR REPLACE FUNCTION churn_%s() RETURNS int LANGUAGE sql AS %L', pg_backend_pid(), 'SELECT ' || (random() * 1000)::int);
	EXECUTE format('SELECT churn_%s()', pg_backend_pid());
	EXECUTE format('ALTER FUNCTION churn_%s() SECURITY %s', pg_backend_pid(), CASE WHEN random() < 0.5 THEN 'DEFINER' ELSE 'INVOKER' END);
	EXECUTE format('DROP FUNCTION churn_%s()', pg_backend_pid());
EXCEPTION WHEN insufficient_privilege THEN NULL;
END $$;
EOT
	'postgres.trap' => [4, <<'EOT'],
INSERT INTO trap VALUES (1);
DO $$ BEGIN PERFORM shown((random() * 10)::int); EXCEPTION WHEN insufficient_privilege THEN NULL; END $$;
EOT
	'postgres.admin' => [2, <<'EOT'],
\set pid random(1, 100000)
DO $$ BEGIN
	EXECUTE format('CREATE ROLE tmp_%s', pg_backend_pid());
	EXECUTE format('GRANT pg_monitor TO tmp_%s', pg_backend_pid());
	EXECUTE format('ALTER ROLE tmp_%s SET work_mem = ''1MB''', pg_backend_pid());
	EXECUTE format('SECURITY LABEL FOR gatekeeper ON ROLE tmp_%s IS ''allow copy_file''', pg_backend_pid());
	EXECUTE format('DROP ROLE tmp_%s', pg_backend_pid());
EXCEPTION WHEN insufficient_privilege THEN NULL;
END $$;
EOT
	'postgres.become' => [2, <<'EOT'],
DO $$ BEGIN
	SET SESSION AUTHORIZATION app;
	COPY (SELECT 1) TO PROGRAM 'true';
EXCEPTION WHEN insufficient_privilege THEN NULL;
END $$;
EOT
);
foreach my $name (keys %script)
{
	open my $fh, '>', "$dir/$name.sql" or die $!;
	print $fh $script{$name}[1];
	close $fh;
}

# ------------------------------------------------------------------------
# The load, and what is done to it
# ------------------------------------------------------------------------

my @benches;

sub start_load
{
	my ($seconds) = @_;

	@benches = ();
	foreach my $side ([ 'app', 38 ], [ 'postgres', 12 ])
	{
		my ($role, $clients) = @$side;
		my ($in, $out) = ('', '');
		my @files = map { ('-f', "$dir/$_.sql\@$script{$_}[0]") } grep { /^$role\./ } sort keys %script;

		push @benches, { out => \$out, run => IPC::Run::start(
			[ 'pgbench', '-n', '-U', $role, '-h', $node->host, '-p', $node->port, '-c', $clients,
			  '-j', 2, '-T', $seconds, '--max-tries=100', @files, 'postgres' ],
			'<', \$in, '>', \$out, '2>&1') };
	}
}

# How many transactions there were until it was broken off.
sub end_load
{
	my $transactions = 0;

	foreach my $bench (@benches)
	{
		$bench->{run}->finish;
		$transactions += $1 if ${ $bench->{out} } =~ /transactions actually processed: (\d+)/;
	}
	return $transactions;
}

# The server's processes by what they are: title => [ pid ... ]
sub processes
{
	my ($postmaster) = GkTest::slurp($node->data_dir . '/postmaster.pid') =~ /^(\d+)/;
	my %pids;

	foreach (qx(ps --ppid $postmaster -o pid=,args=))
	{
		my ($pid, $what) = /^\s*(\d+) postgres: (.*)/ or next;
		my $kind = $what =~ /pg_gatekeeper/ ? 'worker' : $what =~ /\[local\]/ ? 'backend' : 'other';
		push @{ $pids{$kind} }, $pid;
	}
	return \%pids;
}

# Of each backend and the worker: pid => kB of its own.
sub memory
{
	my $pids = processes();
	my %kb;

	foreach my $pid (@{ $pids->{backend} // [] }, @{ $pids->{worker} // [] })
	{
		my ($anon) = (eval { GkTest::slurp("/proc/$pid/status") } // '') =~ /^RssAnon:\s+(\d+)/m;
		$kb{$pid} = $anon if defined $anon;
	}
	return \%kb;
}

my @levels = qw(off audit elevated always);
my %values = (
	mode => [qw(off audit enforce)], untrusted_code => [qw(off audit restrict run_as_owner)],
	blocked_extensions => [ 'file_fdw', '', 'dblink, file_fdw', '"' ],
	protected_functions => [ '', 'pg_sleep', 'public.count_stock', 'pg_catalog.x', '()' ],
	audit_sink => ['journald'], audit_level => [qw(denied elevated privileged)],
	audit_failure => ['open'], audit_timeout => [qw(1 50 200)], audit_statement => [qw(0 100 2000)],
	audit_heartbeat => [qw(0 10 60)], audit_journal_socket => ["$dir/socket"]);
foreach my $name (split /\n/, value_of($node,
		q(SELECT substr(name, 12) FROM pg_settings WHERE name LIKE 'gatekeeper.%' AND enumvals @> '{elevated,always}')))
{
	$values{$name} = \@levels;
}
my $reloads = 0;

# Some settings to other values, now and then to one that there is not.
sub change_settings
{
	my @names = keys %values;

	open my $fh, '>', "$dir/settings.new" or die $!;
	foreach (1 .. 1 + int rand 8)
	{
		my $name = $names[rand @names];
		my @all = @{ $values{$name} };
		my $value = rand() < 0.15 ? 'no such value' : $all[rand @all];
		next if $name eq 'audit_sink' && $value eq 'no such value';
		print $fh "gatekeeper.$name = '$value'\n";
	}
	close $fh;
	rename "$dir/settings.new", "$dir/settings.conf" or die $!;
	$node->reload;
	$reloads++;
}

my $journald_restarts = 0;
my $crashes = 0;

sub worker_pid
{
	my ($pid) = @{ (eval { processes() } // {})->{worker} // [] };
	return $pid;
}

# The worker, once it is there and another one than before.
sub new_worker
{
	my ($before) = @_;

	for (1 .. 600)
	{
		my $pid = worker_pid();
		return $pid if $pid && $pid ne $before;
		sleep 0.1;
	}
	return 0;
}

# Does the server answer, within three minutes?  Not poll_query_until(): it writes
# to a psql that may have been turned away, and is gone.
sub is_back
{
	for (1 .. 600)
	{
		return 1 if run_log([ 'psql', '-X', '-c', 'SELECT true', $node->connstr('postgres') ]);
		sleep 0.3;
	}
	return 0;
}

my $end = time + $duration;
my $rounds = 0;
my $transactions = 0;
ok(new_worker(0), 'the worker is there');

while (time < $end)
{
	my (%before, %after);

	$rounds++;
	start_load(3600);
	for (1 .. 1200)
	{
		last if @{ processes()->{backend} // [] } >= 50;
		sleep 0.1;
	}
	my $stop = time + ($end - time > 1.5 * $round ? $round : $end - time > 15 ? int($end - time) : 15);
	my $warm = (time + $stop) / 2;
	while (time < $stop)
	{
		change_settings();
		if (rand() < 0.1)
		{
			stop_journald();
			sleep 0.5 + rand 1;
			start_journald() or BAIL_OUT('journald does not start again');
			$journald_restarts++;
		}
		%before = %{ memory() } if !%before && time >= $warm;
		sleep 0.5 + rand 1;
	}
	%after = %{ memory() };
	$_->{run}->pump_nb foreach @benches;
	is(join('', map { grep { /abort|error/i } split /^/, ${ $_->{out} } } @benches), '',
		"round $rounds: nothing broke off the load");
	my @grown = sort { $a <=> $b } map { $after{$_} - $before{$_} } grep { defined $before{$_} } keys %after;
	cmp_ok(scalar @grown, '>', 50, "round $rounds: 50 sessions and the worker were there all the time");
	cmp_ok($grown[-1] // 1e9, '<', $may_grow_kb, "round $rounds: none grew by more than $may_grow_kb kB");

	# Killed in the midst of it: a backend, or the worker.
	my $worker = worker_pid();
	my ($victim) = $rounds % 2 ? grep { $_ ne $worker } keys %after : $worker;
	kill 'KILL', $victim;
	$crashes++;
	my $done = end_load();
	$transactions += $done;
	note("round $rounds: $done transactions; growth of ", scalar @grown,
		' processes in kB: median ', $grown[ @grown / 2 ] // '', ', most ', $grown[-1] // '');
	cmp_ok($done, '>', 0, "round $rounds: there were transactions");
	is_back() or BAIL_OUT('no server after the crash');
	ok(new_worker($worker), "round $rounds: after a crash there is a new worker");
	unlink "$dir/settings.conf";
	$node->reload;
}

# ------------------------------------------------------------------------
# What is left
# ------------------------------------------------------------------------

note("$rounds rounds, $transactions transactions, $reloads reloads, $journald_restarts journalds, $crashes crashes");
reload_and_wait($node);
my ($ok, $out, $err) = run_as($node, 'app', q(COPY (SELECT 1) TO PROGRAM 'true'));
like($err, qr/42501: .*pg_gatekeeper: COPY TO PROGRAM is not allowed/, 'after all that it still denies')
  || diag($err);
unlike(log_since($node, 0), qr/TRAP:|PANIC:|XX000|terminated by signal (?!9:)/, 'nothing crashed but what was killed');
my $data = $node->data_dir;
my ($segment) = GkTest::slurp("$data/postmaster.pid") =~ /^ *\d+ +(\d+) *$/m;
like(qx(ipcs -m), qr/^0x\S+ +$segment /m, 'one shared memory segment is the server\'s');
$node->stop;
unlike(qx(ipcs -m), qr/^0x\S+ +$segment /m, '... and goes with it');
is(join('', grep { index($_, $data) >= 0 && /postgres/ } qx(ps -eo args --no-headers)), '', 'no process is left');

# Each number is in the journal, or was counted as lost, but those that were
# taken and not yet written when the server or journald was killed.
stop_journald();
my ($command) = grep { -x } "$ENV{GK_TOP}/src/cli/pg_gatekeeper";
SKIP:
{
	skip('the command is not built', 1) if !$command;
	# within the private journald's namespace the server's user is root
	my $verify = "'$command' verify --heartbeat 0 -D '$dir/all' --uid '0," . getpwuid($>) . "'";
	my @lines = map { decode_json($_) } grep { /^\{/ } qx($verify --json 2>&1);
	my @streams = grep { $_->{stream} && !$_->{finding} } @lines;
	my ($missing, $counted, $records, $twice) = (0, 0, 0, 0);

	note(qx($verify 2>&1));
	foreach my $stream (@streams)
	{
		$records += $stream->{records};
		$twice += $stream->{duplicates};
		$missing += $stream->{missing};
		$counted += $stream->{lost} + $stream->{waiting};
	}
	# a journald that is killed takes its queue along, which is 11 records long
	cmp_ok($missing, '<=', $counted + 11 * $instance + 51 * $crashes,
		"what is missing was counted, or was on its way to one of $instance journalds ($missing and $counted)");
	cmp_ok(scalar @streams, '>=', $crashes + 1, 'each start of the server is a stream of its own');
	cmp_ok($records, '>', $crashes, "there are $records records");
	is($twice, 0, 'no number is there twice');
	is(join(' ', grep { !/^(?:gap|tail|lost|head)$/ } map { $_->{finding} // () } @lines), '',
		'and nothing else was found');
}

done_testing();
