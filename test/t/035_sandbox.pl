#
# Containment: what a session that gave up the host cannot do, by effect, and what it
# can.  The rules are off here, since these are what containment stands behind; each
# attack is tried on a server without it first, where it must succeed.
#
# Copyright (c) 2026, the pg_gatekeeper authors
# SPDX-License-Identifier: PostgreSQL

use strict;
use warnings;
use GkTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $outside = PostgreSQL::Test::Utils::tempdir();
my $rules = join '', map { "gatekeeper.$_ = off\n" }
  qw(copy_program copy_file server_files server_control server_settings catalog_write untrusted_language
  native_code foreign_program loopback backdoor contained untrusted_code);

sub node
{
	my ($name, $conf) = @_;
	my $node = new_gatekeeper_node($name, conf => $rules . $conf);

	load_probes($node);
	value_of($node, 'CREATE DATABASE app');
	$node->append_conf('pg_hba.conf', "local all all trust\nhost all all 127.0.0.1/32 trust\n");
	return $node;
}

my %node = (
	off => node('off', "gatekeeper.sandbox = off\n"),
	users => node('users', ''),
	on => node('on', "gatekeeper.sandbox_files = on\nwal_level = logical\nmax_wal_senders = 4\n"));
my %status = map { $_ => value_of($node{$_}, 'SHOW gatekeeper.sandbox_status') } keys %node;

plan(skip_all => "no seccomp here: $status{users}") if $status{users} !~ /programs by seccomp/;
is($status{off}, 'off', 'nothing is in force where it is off');
like($status{users}, qr/^users: programs by seccomp/, 'programs are kept from users by default');
my $no_landlock = $status{on} =~ /Landlock/ ? undef : "this kernel has no Landlock: $status{on}";

# ------------------------------------------------------------------------
# The vehicles: SQL with a superuser's rights, and untrusted languages
# ------------------------------------------------------------------------

my %has;
foreach my $node (values %node)
{
	foreach my $language (qw(plperlu plpython3u plperl))
	{
		$has{$language} = value_of($node, "SELECT count(*) FROM pg_available_extensions WHERE name = '$language'");
		value_of($node, "CREATE EXTENSION $language") if $has{$language};
	}
	value_of($node, q{CREATE FUNCTION gk.perl(code text) RETURNS text LANGUAGE plperlu SECURITY DEFINER AS
		$$ my $r = eval $_[0]; return defined $r && $r ne '' ? "$r" : "failed: $! $@" $$}) if $has{plperlu};
	value_of($node, q{CREATE FUNCTION gk.python(code text) RETURNS text LANGUAGE plpython3u SECURITY DEFINER AS
		$$
try:
	import os, ctypes, subprocess, socket
	return str(eval(code, dict(os=os, ctypes=ctypes, subprocess=subprocess, socket=socket)))
except BaseException as e:
	return 'failed: ' + repr(e)
$$}) if $has{plpython3u};
}

sub sql { return (role => 'gk_user', sql => 'SELECT gk.as_definer($g$' . $_[0] . '$g$)') }
sub perl { return (role => 'gk_user', needs => 'plperlu', sql => 'SELECT gk.perl($g$' . $_[0] . '$g$)') }
sub python { return (role => 'gk_user', needs => 'plpython3u', sql => 'SELECT gk.python($g$' . $_[0] . '$g$)') }

my $mark = "$outside/mark";

# What a test looks for afterwards: a file, or words in the answer.
my $there = sub { -e $mark };
sub answer { my ($words) = @_; return sub { $_[1] =~ $words } }

# what, how it is seen to have worked, by what it is stopped, how
my @attacks = (
	# programs
	[ 'COPY TO PROGRAM', $there, 'programs', sql("COPY (SELECT 1) TO PROGRAM 'touch $mark'") ],
	[ 'COPY FROM PROGRAM', $there, 'programs', sql("CREATE TABLE gk.c (a text); COPY gk.c FROM PROGRAM 'touch $mark'") ],
	[ 'a program of PL/Perl', $there, 'programs', perl("`touch $mark`; 1") ],
	[ 'a fork of PL/Perl', $there, 'programs',
		perl("my \$p = fork; if (defined \$p && \$p == 0) { open F, '>', '$mark'; require POSIX; POSIX::_exit(0) } waitpid \$p, 0 if \$p; 1") ],
	[ 'os.system', $there, 'programs', python("os.system('touch $mark')") ],
	[ 'posix_spawn', $there, 'programs', python("os.waitpid(os.posix_spawn('/usr/bin/touch', ['touch', '$mark'], {}), 0)") ],
	[ 'a process that another is started from', answer(qr/^\(\d/), 'programs', python('os.waitpid(os.fork() or os._exit(0), 0)') ],
	# code without a file, other processes
	[ 'memfd_create', answer(qr/^\d/), 'programs', python("os.memfd_create('x')") ],
	[ 'io_uring', answer(qr/^\d/), 'programs', python("ctypes.CDLL(None).syscall(425, 4, ctypes.create_string_buffer(200))") ],
	[ 'a stopped postmaster', answer(qr/^None/), 'programs', python("os.kill(os.getppid(), 18)") ],
	[ 'an unusual socket', answer(qr/socket\.socket/), 'programs', python('socket.socket(socket.AF_ALG, socket.SOCK_SEQPACKET)') ],
	[ 'ptrace', answer(qr/^0/), 'programs', python("ctypes.CDLL(None).ptrace(0x4206, os.getppid(), None, None)") ],
	[ 'memory of the postmaster', answer(qr/^0/), 'programs', python("ctypes.CDLL(None).process_vm_readv(os.getppid(), None, 0, None, 0, 0)") ],
	[ 'a program by a module of PL/Python', $there, 'programs', python("subprocess.run(['touch', '$mark'])") ],
	[ 'limits of the postmaster', answer(qr/^\(/), 'programs',
		python("__import__('resource').prlimit(os.getppid(), 4, __import__('resource').prlimit(os.getppid(), 4))") ],
	[ 'permissions of a file', answer(qr/^None/), 'programs', python("os.chmod('base', 0o700)") ],
	[ 'a link in pg_tblspc', answer(qr/^None/), 'programs', python("os.symlink('/etc', 'pg_tblspc/77') or os.unlink('pg_tblspc/77')") ],
	# the server's own files
	[ 'COPY onto pg_ident.conf', sub { slurp_file($_[0]->data_dir . '/pg_ident.conf') =~ /planted/ }, 'server',
		sql("COPY (SELECT 'planted') TO '\@DATA\@/pg_ident.conf'") ],
	[ 'a file that would stop the next start', sub { unlink $_[0]->data_dir . '/planted.signal' }, 'server',
		sql("COPY (SELECT 1) TO '\@DATA\@/planted.signal'") ],
	[ 'lo_export into the root', sub { unlink $_[0]->data_dir . '/exported' }, 'server',
		sql("DO \$d\$ DECLARE o oid := lo_from_bytea(0, 'x'); BEGIN PERFORM lo_export(o, '\@DATA\@/exported'); END \$d\$") ],
	[ 'postgresql.auto.conf by PL/Python', answer(qr/^\d/), 'server', python("open('postgresql.auto.conf', 'a').write('')") ],
	[ 'postgresql.auto.conf moved away', answer(qr/^None/), 'server',
		python("(os.rename('postgresql.auto.conf', 'base/x'), os.rename('base/x', 'postgresql.auto.conf'))[0]") ],
	[ 'a hard link to pg_hba.conf', answer(qr/^None/), 'server', python("(os.link('pg_hba.conf', 'base/hard'), os.unlink('base/hard'))[0]") ],
	[ 'pg_ident.conf cut off', answer(qr/^None/), 'server', python("os.truncate('pg_ident.conf', os.path.getsize('pg_ident.conf'))") ],
	[ 'memory of the postmaster by /proc', answer(qr/Buffered/), 'server', python("open('/proc/%d/mem' % os.getppid(), 'rb')") ],
	[ 'the data directory moved away', answer(qr/^None/), 'server',
		python("(os.rename('\@DATA\@', '\@DATA\@.x'), os.rename('\@DATA\@.x', '\@DATA\@'))[0]") ],
	[ 'a file in pg_tblspc', answer(qr/^\d/), 'server', python("open('pg_tblspc/planted', 'w').write('')") ],
	[ 'the environment of the postmaster', answer(qr/PATH|PWD|PG|=/), 'server', python("open('/proc/%d/environ' % os.getppid()).read()") ],
	# files outside
	[ 'COPY TO a file outside', $there, 'on', sql("COPY (SELECT 1) TO '$mark'") ],
	[ 'a file outside by PL/Perl', $there, 'on', perl("open my \$f, '>', '$mark' or die; close \$f; 1") ],
	[ 'a secret read by COPY', sub { value_of($_[0], q{SELECT to_regclass('gk.r') IS NOT NULL}) eq 't' }, 'on',
		sql("CREATE TABLE gk.r (a text); COPY gk.r FROM '$outside/secret'") ],
	[ 'a secret read by PL/Python', answer(qr/sesame/), 'on', python("open('$outside/secret').read()") ]);

append_to_file("$outside/secret", "sesame\n");
foreach my $attack (@attacks)
{
	my ($what, $effect, $wall, %a) = @$attack;

	SKIP:
	{
		skip "$what: $a{needs} is not installed", 1 if $a{needs} && !$has{ $a{needs} };
		foreach my $name (qw(off users on))
		{
			my $node = $node{$name};
			my $data = $node->data_dir;
			my $holds = $name eq 'off' ? 0 : $wall eq 'programs' ? 1 : $wall eq 'server' ? 1 : $name eq 'on';

			next if $name ne 'off' && $wall ne 'programs' && $no_landlock;
			next if $what =~ /cut off/ && $status{on} !~ /Landlock (?:[3-9]|\d\d)/;
			unlink $mark;
			my (undef, $out, $err) = run_as($node, $a{role}, $a{sql} =~ s/\@DATA\@/$data/gr);
			my $worked = $effect->($node, $out) ? 1 : 0;
			skip "$what: it does not work here anyway: $out", 1
			  if $name eq 'off' && !$worked && $what =~ /^(?:memfd|io_uring|an unusual socket|ptrace|memory of)/;
			is($worked, $holds ? 0 : 1, "$name: $what " . ($holds ? 'is stopped' : 'works')) or diag("$out\n$err");
		}
	}
}

# ------------------------------------------------------------------------
# Who is contained
# ------------------------------------------------------------------------

my $node = $node{users};
value_of($node, <<'EOT');
CREATE EXTENSION pg_gatekeeper; CREATE EXTENSION dblink; CREATE EXTENSION postgres_fdw;
CREATE ROLE gk_reader LOGIN IN ROLE pg_read_server_files;
CREATE ROLE gk_dba LOGIN NOINHERIT IN ROLE postgres;
CREATE ROLE gk_indirect LOGIN IN ROLE gk_reader;
CREATE ROLE gk_labelled LOGIN;
SECURITY LABEL FOR gatekeeper ON ROLE gk_labelled IS 'administrator';
CREATE ROLE gk_past LOGIN;
GRANT USAGE ON SCHEMA gatekeeper TO PUBLIC;
CREATE FUNCTION gk.me(OUT contained bool, OUT reason text) LANGUAGE sql SECURITY DEFINER AS
	'SELECT contained, reason FROM gatekeeper.get_sandbox() WHERE pid = pg_backend_pid()';
CREATE FUNCTION gk.fork() RETURNS text LANGUAGE plpgsql SECURITY DEFINER AS
	$$ BEGIN COPY (SELECT 1) TO PROGRAM 'cat >/dev/null'; RETURN 'ran'; EXCEPTION WHEN OTHERS THEN RETURN 'stopped'; END $$;
EOT
# past the module, as if the file had been edited
foreach my $mode (qw(off enforce))
{
	$node->append_conf('postgresql.conf', "gatekeeper.mode = $mode\n");
	reload_and_wait($node);
	value_of($node, q{UPDATE pg_authid SET rolsuper = true WHERE rolname = 'gk_past'}) if $mode eq 'off';
}

sub contained
{
	my ($node, $role, $expected, $reason, $what) = @_;
	my (undef, $out) = run_as($node, $role, 'SELECT * FROM gk.me(); SELECT gk.fork()');

	like($out, qr/^$expected\|$reason\n@{[ $expected eq 't' ? 'stopped' : 'ran' ]}$/, $what);
	return;
}

contained($node, 'gk_user', 't', 'role has no way to the host', 'an ordinary role is contained');
contained($node, 'postgres', 'f', 'role is a reserved superuser', 'a superuser is not');
contained($node, $_, 'f', 'role is a member of one with a way to the host', "$_ is not")
  foreach qw(gk_reader gk_indirect gk_dba);
contained($node, 'gk_labelled', 'f', 'role, or one .* has a label of gatekeeper', 'a role with a label is not');
contained($node, 'gk_past', 't', 'role is superuser and not in gatekeeper.reserved_roles',
	'a superuser that was made past the module is');

# logins from the server itself
my $self = 'dbname=postgres user=postgres ';
my %back = (
	'a Unix socket' => "${self}host=" . $node->host . ' port=' . $node->port,
	TCP => "${self}host=127.0.0.1 port=" . $node->port);
foreach my $way (sort grep { $_ ne 'TCP' || value_of($node, 'SHOW listen_addresses') ne '' } keys %back)
{
	is(value_of($node, "SELECT * FROM dblink('$back{$way}', 'SELECT contained, gk.fork() FROM gk.me()') t(a bool, b text)"),
		't|stopped', "a superuser's session that comes back to the server by $way is contained");
	is(value_of($node, "SELECT * FROM dblink('$back{$way}', \$q\$SELECT * FROM dblink('$back{$way}', 'SELECT gk.fork()') t(a text)\$q\$) t(a text)"),
		'stopped', '... so it is at the second hop');
}

# ... by a foreign table
value_of($node, "CREATE VIEW gk.me_view AS SELECT contained, gk.fork() AS what FROM gk.me()");
value_of($node, "CREATE SERVER self FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '" . $node->host . "', port '" . $node->port . "', dbname 'postgres');
	CREATE USER MAPPING FOR postgres SERVER self OPTIONS (user 'postgres'); CREATE FOREIGN TABLE gk.back (contained bool, what text) SERVER self OPTIONS (schema_name 'gk', table_name 'me_view')");
is(value_of($node, 'SELECT * FROM gk.back'), 't|stopped', "a superuser's session that comes back by postgres_fdw is contained");
SKIP:
{
	skip 'psycopg2 is not installed', 1 if !$has{plpython3u} || value_of($node{off}, q{SELECT gk.python('__import__("psycopg2")')}) =~ /failed/;
	is(value_of($node, 'SELECT gk.python($g$[c.execute("SELECT gk.fork()") or c.fetchone()[0] for c in [__import__("psycopg2").connect("' . $back{'a Unix socket'} . '").cursor()]][0]$g$)'),
		'stopped', "a superuser's session that comes back by psycopg2 is contained");
}

# logical replication: a trigger of the table that rows are applied to
value_of($node{on}, 'CREATE TABLE gk_rows (a int); CREATE PUBLICATION gk_rows FOR TABLE gk_rows');
foreach my $name (qw(off users))
{
	my $node = $node{$name};
	my $ended = qr/could not execute command|not allowed in a contained/;

	unlink $mark;
	value_of($node, qq{CREATE TABLE gk_rows (a int); CREATE FUNCTION gk.applied() RETURNS trigger LANGUAGE plpgsql AS
		\$f\$ BEGIN COPY (SELECT 1) TO PROGRAM 'touch $mark'; RETURN NEW; END \$f\$;
		CREATE TRIGGER t BEFORE INSERT ON gk_rows FOR EACH ROW EXECUTE FUNCTION gk.applied(); ALTER TABLE gk_rows ENABLE ALWAYS TRIGGER t});
	my $log = -s $node->logfile;
	value_of($node, "CREATE SUBSCRIPTION gk_$name CONNECTION 'host=" . $node{on}->host . ' port=' . $node{on}->port
		  . " dbname=postgres user=postgres' PUBLICATION gk_rows WITH (copy_data = false)");
	value_of($node{on}, 'INSERT INTO gk_rows VALUES (1)');
	for (1 .. 300)
	{
		last if -e $mark || log_since($node, $log) =~ $ended;
		select undef, undef, undef, 0.1;
	}
	is((-e $mark ? 1 : 0), $name eq 'off' ? 1 : 0, "$name: what a subscription applies " . ($name eq 'off' ? 'runs a program' : 'runs none'));
	like(log_since($node, $log), $ended, '... and is stopped') if $name eq 'users';
	value_of($node, 'ALTER TABLE gk_rows DISABLE TRIGGER t');
	ok($node->poll_query_until('postgres', 'SELECT count(*) > 0 FROM gk_rows'), "$name: ... and rows are applied");
	value_of($node, "DROP SUBSCRIPTION gk_$name");
}

# autovacuum: an index on an expression of the table's owner
foreach my $name (qw(off users))
{
	my $node = $node{$name};
	unlink $mark;
	value_of($node, qq{CREATE FUNCTION gk.mark(int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS \$f\$ BEGIN
		IF EXISTS (SELECT FROM pg_stat_activity WHERE pid = pg_backend_pid() AND backend_type = 'autovacuum worker') THEN
		PERFORM gk.as_definer(\$c\$COPY (SELECT 1) TO PROGRAM 'touch $mark'\$c\$); END IF; RETURN \$1; END \$f\$;
		CREATE TABLE gk.auto (a int) WITH (autovacuum_analyze_threshold = 1, autovacuum_analyze_scale_factor = 0);
		CREATE INDEX ON gk.auto (gk.mark(a))});
	$node->append_conf('postgresql.conf', "autovacuum_naptime = 1\nlog_autovacuum_min_duration = 0\n");
	my $log = -s $node->logfile;
	$node->reload;
	value_of($node, 'INSERT INTO gk.auto SELECT generate_series(1, 100)');
	for (1 .. 600)
	{
		last if -e $mark || log_since($node, $log) =~ /could not execute command/;
		select undef, undef, undef, 0.1;
	}
	is((-e $mark ? 1 : 0), $name eq 'off' ? 1 : 0, "$name: autovacuum " . ($name eq 'off' ? 'runs a program' : 'runs none'));
	value_of($node, 'DROP TABLE gk.auto');
}

# parallel workers
foreach my $name (qw(off users))
{
	my $node = $node{$name};
	unlink $mark;
	value_of($node, qq{CREATE TABLE gk.many AS SELECT g FROM generate_series(1, 20000) g; GRANT SELECT ON gk.many TO PUBLIC;
		CREATE FUNCTION gk.safe(int) RETURNS int LANGUAGE plperlu PARALLEL SAFE AS
		'if (!-e "$mark") { system("touch $mark") } return \$_[0];'}) if $has{plperlu};
	SKIP:
	{
		skip 'plperlu is not installed', 1 if !$has{plperlu};
		my (undef, $out, $err) = run_as($node, 'gk_user', q{SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0;
			SET min_parallel_table_scan_size = 0; SET max_parallel_workers_per_gather = 2; SET parallel_leader_participation = off;
			SELECT count(*) FROM gk.many WHERE gk.safe(g) > 0});
		is($out, '20000', "$name: the workers answer") or diag($err);
		is((-e $mark ? 1 : 0), $name eq 'off' ? 1 : 0, "$name: workers " . ($name eq 'off' ? 'run a program' : 'run none'));
	}
}

# ------------------------------------------------------------------------
# What is allowed, in words of its own
# ------------------------------------------------------------------------

my @legitimate = (
	[ 'temporary files', q{SET work_mem = '64kB'; SELECT count(*) FROM (SELECT g FROM generate_series(1, 100000) g ORDER BY md5(g::text) OFFSET 0) s}, qr/^100000$/ ],
	[ 'a database', 'CREATE DATABASE gk_made', qr/^$/ ],
	[ '... dropped', 'DROP DATABASE gk_made', qr/^$/ ],
	[ 'JIT', 'SET jit = on; SET jit_above_cost = 0; SET jit_inline_above_cost = 0; SELECT sum(g) FROM generate_series(1, 100) g', qr/^5050$/ ],
	[ 'large objects', q{SELECT lo_from_bytea(77, 'abc') > 0; SELECT length(lo_get(77)); SELECT lo_unlink(77)}, qr/^t\n3\n1$/ ],
	[ 'a table, an index, VACUUM FULL', 'CREATE TABLE gk.mine AS SELECT g FROM generate_series(1, 1000) g; CREATE INDEX ON gk.mine (g); CLUSTER gk.mine USING mine_g_idx; VACUUM FULL gk.mine; DROP TABLE gk.mine', qr/^$/ ],
	[ 'a prepared transaction', q{BEGIN; CREATE TABLE gk.two (a int); PREPARE TRANSACTION 'gk'; ROLLBACK PREPARED 'gk'}, qr/^$/ ],
	[ 'a trusted extension', 'CREATE EXTENSION hstore SCHEMA gk; DROP EXTENSION hstore', qr/^$/ ],
	[ 'time zones and dictionaries', q{SELECT to_char(timestamptz '2026-01-01 00:00Z' AT TIME ZONE 'Asia/Tokyo', 'HH24'), to_tsvector('english', 'running')}, qr/^09\|'run':1$/ ],
	[ 'another table space', 'CREATE TABLE gk.elsewhere (a int) TABLESPACE gk_space; INSERT INTO gk.elsewhere VALUES (1); DROP TABLE gk.elsewhere', qr/^$/ ],
	[ 'an exported snapshot', 'BEGIN; SELECT pg_export_snapshot() IS NOT NULL; COMMIT', qr/^t$/ ],
	[ 'signals', 'SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE pid = pg_backend_pid() AND false; NOTIFY gk', qr/^$/ ]);
push @legitimate, [ 'PL/Perl', q{DO LANGUAGE plperl 'my $x = join ",", sort map { $_ * 2 } 1 .. 3; elog(ERROR, $x) if $x ne "2,4,6"'}, qr/^$/ ] if $has{plperl};
push @legitimate, [ 'threads and modules of PL/Python', q{SELECT gk.python($$[__import__('json'), __import__('ssl'), __import__('threading').Thread(target=len, args=('',)).start()][2]$$)}, qr/^None$/ ] if $has{plpython3u};
foreach my $name (qw(users on))
{
	my $node = $node{$name};
	my $space = PostgreSQL::Test::Utils::tempdir();

	value_of($node, 'ALTER ROLE gk_user CREATEDB');
	value_of($node, 'GRANT CREATE ON DATABASE postgres TO gk_user');
	value_of($node, "CREATE TABLESPACE gk_space LOCATION '$space'");
	value_of($node, 'GRANT CREATE ON TABLESPACE gk_space TO gk_user');
	$node->append_conf('postgresql.conf', "max_prepared_transactions = 2\n");
	$node->restart;
	foreach my $case (@legitimate)
	{
		my ($what, $sql, $expected) = @$case;
		my ($ok, $out, $err) = (1, '', '');
		foreach my $statement ($sql =~ /VACUUM|DATABASE/ ? split /; /, $sql : $sql)
		{
			my ($fine, $said, $error) = run_as($node, 'gk_user', $statement);
			$ok &&= $fine;
			$out .= $said;
			$err .= $error;
		}
		ok($ok && $out =~ $expected, "$name: $what") or diag("$out\n$err");
	}

	# a reload reaches a session that is contained
	my $session = open_session($node, 'gk_user');
	$session->('SELECT 1');
	$node->append_conf('postgresql.conf', "statement_timeout = 12345\n");
	reload_and_wait($node);
	my ($out) = $session->('SHOW statement_timeout');
	is($out, "12345ms\n", "$name: a reload is read");
	$session->();
	value_of($node, 'CREATE ROLE gk_backup LOGIN REPLICATION') if $name eq 'on';
	$node->command_ok([ 'pg_basebackup', '-U', 'gk_backup', '-D', PostgreSQL::Test::Utils::tempdir() . '/copy', '-h', $node->host, '-p',
		$node->port, '-X', 'stream', '-c', 'fast', '-Ft' ], 'a base backup by an ordinary role') if $name eq 'on';
}

# ------------------------------------------------------------------------
# Scopes, exemptions, and what is asked for
# ------------------------------------------------------------------------

$node->append_conf('postgresql.conf', "gatekeeper.sandbox_exempt_roles = 'gk_user'\n");
$node->restart;
contained($node, 'gk_user', 'f', 'role is in gatekeeper.sandbox_exempt_roles', 'an exempt role is not contained');
contained($node, 'gk_past', 't', 'role is superuser and not in .*', 'no exemption for others');
$node->append_conf('postgresql.conf', "gatekeeper.sandbox_exempt_roles = ''\ngatekeeper.sandbox = all\n");
$node->restart;
contained($node, 'postgres', 't', 'every session is', 'all: a superuser is contained');
$node->append_conf('postgresql.conf', "gatekeeper.sandbox = users\ngatekeeper.strict = on\n");
$node->restart;
like(value_of($node, 'SHOW gatekeeper.sandbox_status'), qr/^remote: /, 'strict means remote');
contained($node, 'gk_user', 'f', "the server's own user or root, on this host", 'remote: the host\'s own user is free, as any role');
$node->append_conf('postgresql.conf', "gatekeeper.strict = off\ngatekeeper.mode = audit\n");
$node->restart;
contained($node, 'gk_user', 'f', 'gatekeeper.sandbox is off', 'a dry run contains nothing');
is(value_of($node, 'SHOW gatekeeper.sandbox_status'), 'off, as gatekeeper.mode is', '... and says so');
$node->append_conf('postgresql.conf', "gatekeeper.mode = enforce\n");
reload_and_wait($node);
contained($node, 'gk_user', 't', '.*', '... until the mode changes');
SKIP:
{
	skip 'this kernel has Landlock', 1 if !$no_landlock;
	$node->append_conf('postgresql.conf', "gatekeeper.sandbox_require = landlock\n");
	$node->stop;
	like(restart_fails($node, 'what is required and not to be had ends the start'), qr/cannot contain sessions/, '... with the reason');
}

# The library guard: files that are not root's are no code.
SKIP:
{
	my $guard = node('guard', "gatekeeper.sandbox_libraries = on\n");
	my $library = value_of($guard, "SELECT setting || '/hstore.so' FROM pg_config WHERE name = 'PKGLIBDIR'");
	my $status = value_of($guard, 'SHOW gatekeeper.sandbox_status');

	skip "the guard holds nothing here: $status", 5 if $status !~ /, root's libraries$/;
	foreach my $node ($node{off}, $guard)
	{
		my $planted = $node->data_dir . '/base/planted.so';
		my $is_guard = $node == $guard;

		system('cp', $library, $planted) == 0 or die 'cp failed';
		chmod 0755, $planted;
		chown((stat $node->data_dir)[ 4, 5 ], $planted);
		my (undef, $out, $err) = run_as($node, 'gk_user',
			"SELECT gk.as_definer(\$g\$CREATE FUNCTION gk.planted(cstring) RETURNS cstring LANGUAGE c AS '$planted', 'hstore_in'\$g\$)");
		my $made = value_of($node, q{SELECT count(*) FROM pg_proc WHERE proname = 'planted'});
		is($made, $is_guard ? 0 : 1, $is_guard ? 'a planted library is not loaded' : 'off: a planted library is loaded') or diag("$out\n$err");
		like($err . $out, qr/map segment|Permission denied/, '... since it is not mapped') if $is_guard;
	}
	value_of($guard, 'GRANT CREATE ON DATABASE postgres TO gk_user');
	value_of($guard, 'CREATE EXTENSION plperl') if $has{plperl};
	foreach my $case (@legitimate)
	{
		my ($what, $sql, $expected) = @$case;
		next if $what !~ /JIT|trusted extension|PL\/Perl|large|time zones/;
		my ($ok, $out, $err) = run_as($guard, 'gk_user', $sql);
		ok($ok && $out =~ $expected, "guard: $what") or diag("$out\n$err");
	}
	is(value_of($guard, 'SELECT 1'), 1, '... and the server lives');
}

# the rule's words
$node->append_conf('postgresql.conf', "gatekeeper.contained = always\n");
reload_and_wait($node);
denied_for($node, 'gk_past', $_, "$_ is denied", qr/in a contained session is not allowed.*CONTAINMENT/s)
  foreach 'ALTER SYSTEM SET work_mem = 4096', "CREATE TABLESPACE gk_t LOCATION '$outside'", "COPY (SELECT 1) TO PROGRAM 'true'";

done_testing();
