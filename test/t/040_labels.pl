#
# Security labels: other sessions see them at once and never before the commit,
# nobody can slip another body under one, dumps carry them, strict is stronger,
# and records and errors say whose code it was.
#
# Copyright (c) 2026, the pg_gatekeeper authors
# SPDX-License-Identifier: PostgreSQL

use strict;
use warnings;
use GkTest;
use IPC::Run ();
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_gatekeeper_node('labels', streaming => 1, conf => "max_prepared_transactions = 1\nwal_log_hints = on\nwal_keep_size = 320MB\n");
load_probes($node);

# ------------------------------------------------------------------------
# Sessions that stay open
# ------------------------------------------------------------------------

my $asked = 0;

sub start_session
{
	my ($role, $database) = @_;
	my %session = (in => '', out => '');

	$session{run} = IPC::Run::start(
		[
			'psql', '-X', '-q', '-A', '-t', '-v', 'VERBOSITY=verbose', '-U', $role,
			'-d', $node->connstr($database // 'postgres')
		],
		'<', \$session{in}, '>&', \$session{out}, IPC::Run::timeout(60));
	return \%session;
}

sub send_to
{
	my ($session, $sql) = @_;

	$session->{out} = '';
	$session->{done} = 'asked-' . ++$asked;
	$session->{in} .= "$sql;\n\\echo $session->{done}\n";
	$session->{run}->pump_nb;
	return;
}

sub answer_of
{
	my ($session) = @_;

	$session->{run}->pump until $session->{out} =~ /^$session->{done}$/m;
	return $session->{out} =~ s/^$session->{done}\n//mr;
}

sub ask
{
	my ($session, $sql) = @_;

	send_to($session, $sql);
	return answer_of($session);
}

my $denied = qr/42501: pg_gatekeeper: .* is not allowed/;

# ------------------------------------------------------------------------
# What one session sets another sees, from the commit on
# ------------------------------------------------------------------------

$node->safe_psql('postgres', <<'EOT');
CREATE ROLE gk_victim;
CREATE ROLE gk_author LOGIN;
CREATE ROLE gk_rewind LOGIN;
GRANT EXECUTE ON FUNCTION pg_read_file(text) TO gk_rewind;
GRANT CREATE ON SCHEMA gk TO gk_author;
CREATE FUNCTION gk.reader() RETURNS int LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
	RETURN length(pg_read_file('PG_VERSION'));
END $$;
SET SESSION AUTHORIZATION gk_author;
CREATE FUNCTION gk.promote() RETURNS int LANGUAGE plpgsql AS $$
BEGIN
	ALTER ROLE gk_victim REPLICATION;
	RETURN 1;
END $$;
CREATE FUNCTION gk.inlined() RETURNS int LANGUAGE sql AS 'SELECT length(pg_read_file(''PG_VERSION''))';
EOT

my $admin = start_session('postgres');
my $dba = start_session('postgres');
my $user = start_session('gk_user');
my $rewind = start_session('gk_rewind');
my $author = start_session('gk_author');

ask($dba, 'PREPARE inlined AS SELECT gk.inlined()');
foreach my $case (
	[ 'FUNCTION gk.promote()', 'trusted', $dba, 'SELECT gk.promote()' ],
	[ 'FUNCTION gk.inlined()', 'trusted', $dba, 'EXECUTE inlined' ],
	[ 'FUNCTION gk.inlined()', 'allow server_files', $dba, 'EXECUTE inlined' ],
	[ 'ROLE gk_author', 'trusted', $dba, 'SELECT gk.promote()' ],
	[ 'FUNCTION gk.reader()', 'allow server_files', $user, 'SELECT gk.reader()' ],
	[ 'ROLE gk_rewind', 'allow server_files', $rewind, "SELECT length(pg_read_file('PG_VERSION'))" ])
{
	my ($object, $label, $session, $sql) = @$case;
	my $what = "'$label' on $object";

	like(ask($session, $sql), $denied, "$what: denied without it");
	ask($admin, 'BEGIN');
	is(ask($admin, "SECURITY LABEL FOR gatekeeper ON $object IS '$label'"), '', '... it is set');
	like(ask($session, $sql), $denied, '... denied while it is not committed');
	ask($admin, 'ROLLBACK');
	like(ask($session, $sql), $denied, '... denied after a rollback');
	ask($admin, "SECURITY LABEL FOR gatekeeper ON $object IS '$label'");
	like(ask($session, $sql), qr/^\d+$/, '... allowed after the commit');
	ask($admin, "BEGIN; SECURITY LABEL FOR gatekeeper ON $object IS NULL");
	like(ask($session, $sql), qr/^\d+$/, '... allowed while its removal is not committed');
	ask($admin, 'COMMIT');
	like(ask($session, $sql), $denied, '... denied without it again');
}

# ------------------------------------------------------------------------
# A label is for the body that was there
# ------------------------------------------------------------------------

my $harmless = q{CREATE OR REPLACE FUNCTION gk.reviewed() RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN 0; END'};
my $evil = q{CREATE OR REPLACE FUNCTION gk.reviewed() RETURNS int LANGUAGE plpgsql
	AS 'BEGIN ALTER ROLE gk_victim REPLICATION; RETURN 1; END'};
my $vouch = q{SECURITY LABEL FOR gatekeeper ON FUNCTION gk.reviewed() IS 'trusted'};
my $waits = q{SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'};

sub is_powerless
{
	my ($what) = @_;

	$node->safe_psql('postgres', 'ALTER ROLE gk_victim NOREPLICATION');
	my ($ok, $out, $err) = run_as($node, 'postgres', 'SELECT gk.reviewed()');
	ok($out eq '0' || $err =~ $denied, "$what: powerless") or diag("$out\n$err");
	is(value_of($node, q{SELECT rolreplication FROM pg_roles WHERE rolname = 'gk_victim'}),
		'f', '... and nothing happened');
	return;
}

# The author replaces it while the superuser, who has read it, sets the label.
ask($author, $harmless);
ask($author, 'BEGIN');
is(ask($author, $evil), '', 'the author replaces a function');
send_to($admin, $vouch);
ok($node->poll_query_until('postgres', $waits, '1'), '... the label waits for that');
ask($author, 'COMMIT');
like(answer_of($admin), qr/changed by another session|tuple concurrently updated/,
	'... and is not set on what came');
is_powerless('replaced just before the label');

# ... or between his reading it and setting the label.
ask($author, $harmless);
ask($admin, "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT pg_get_functiondef('gk.reviewed()'::regprocedure)");
is(ask($author, $evil), '', 'the author replaces a function after a superuser has read it');
like(ask($admin, $vouch), qr/40001: pg_gatekeeper: .* changed by another session/,
	'... and no label is set in a REPEATABLE READ transaction');
ask($admin, 'ROLLBACK');

# ... or while the label is set but not committed.
ask($author, $harmless);
ask($admin, 'BEGIN');
is(ask($admin, $vouch), '', 'a superuser sets a label and reads the function');
send_to($author, $evil);
ok($node->poll_query_until('postgres', $waits, '1'), '... replacing it waits for that');
ask($admin, 'COMMIT');
like(answer_of($author), qr/tuple concurrently updated/, '... and fails');
is_powerless('replaced just after the label');
is(ask($author, $evil), '', 'the author replaces it afterwards');
is_powerless('replaced later');

# A session that has found no label in its database looks again when there is one.
my $labels_left = q{SELECT count(*) FROM pg_seclabels WHERE provider = 'gatekeeper'};
my $as_author = "BEGIN; SET LOCAL ROLE gk_author; $harmless; COMMIT";

sub start_fresh
{
	$node->safe_psql('postgres', 'CREATE DATABASE gk_fresh TEMPLATE template0');
	$node->safe_psql('gk_fresh', 'CREATE SCHEMA gk AUTHORIZATION gk_author');
	my @sessions = map { start_session($_, 'gk_fresh') } ('gk_author', 'postgres');
	is(ask($sessions[0], $harmless) . ask($sessions[1], $as_author), '', 'two sessions find no label');
	return @sessions;
}

sub end_fresh
{
	$_->{run}->finish foreach @_;
	$node->poll_query_until('postgres', q{SELECT count(*) FROM pg_stat_activity WHERE datname = 'gk_fresh'}, '0');
	$node->safe_psql('postgres', 'DROP DATABASE gk_fresh');
	return;
}

foreach my $case (
	[ 'committed', $vouch ],
	[ 'prepared', 'BEGIN', $vouch, "PREPARE TRANSACTION 'label'", "COMMIT PREPARED 'label'" ],
	[ 'in a subtransaction', 'BEGIN', 'SAVEPOINT s', $vouch, 'RELEASE s', 'COMMIT' ],
	[ 'after one that was rolled back', 'BEGIN', $vouch, 'ROLLBACK', $vouch ])
{
	my ($how, @statements) = @$case;
	my ($owner, $setter) = start_fresh();

	is(join('', map { ask($setter, $_) } @statements), '', "label $how: set");
	is($node->safe_psql('gk_fresh', $labels_left), '1', '... it is there');
	is(ask($owner, $evil), '', '... the author replaces the function');
	is($node->safe_psql('gk_fresh', $labels_left), '0', '... and it is gone');
	end_fresh($owner, $setter);
}
my @fresh = start_fresh();
is(ask($fresh[1], "BEGIN; $vouch; SET LOCAL ROLE gk_author; $harmless; COMMIT"),
	'', 'label set, and the function replaced by its author, in one transaction');
is($node->safe_psql('gk_fresh', $labels_left), '0', '... and it is gone');
end_fresh(@fresh);

# ------------------------------------------------------------------------
# A file, by COPY
# ------------------------------------------------------------------------

my $file = $node->basedir . '/copied';
$node->safe_psql('postgres', <<"EOT");
CREATE FUNCTION gk.export() RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS \$\$
BEGIN
	COPY (SELECT 1) TO '$file';
END \$\$;
CREATE FUNCTION gk.export_by_program() RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS \$\$
BEGIN
	COPY (SELECT 1) TO PROGRAM 'cat >$file.program';
END \$\$;
EOT
denied_for($node, 'gk_user', 'SELECT gk.export()', 'COPY TO a file: denied without a label');
ok(!-e $file, '... there is no file');
$node->safe_psql('postgres', q{SECURITY LABEL FOR gatekeeper ON FUNCTION gk.export() IS 'allow copy_file'});
allowed_for($node, 'gk_user', 'SELECT gk.export()', '... allowed with it');
ok(-s $file, '... there is the file');
unlink $file;
denied_for($node, 'gk_user', 'SELECT gk.export_by_program()', 'COPY TO PROGRAM: denied without a label');
$node->safe_psql('postgres',
	q{SECURITY LABEL FOR gatekeeper ON FUNCTION gk.export_by_program() IS 'allow copy_program'});
allowed_for($node, 'gk_user', 'SELECT gk.export_by_program()', '... allowed with it, though at level always');
ok(-s "$file.program", '... there is the file');
unlink "$file.program";

# ------------------------------------------------------------------------
# Whose code it was
# ------------------------------------------------------------------------

sub detail_of
{
	my ($role, $sql) = @_;
	my ($ok, $out, $err) = run_as($node, $role, $sql);
	return $err =~ /^DETAIL:  (.*)$/m ? $1 : $err;
}

$node->safe_psql('postgres', <<'EOT');
CREATE FUNCTION gk.helper("Odd ""name" int) RETURNS int LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
	RETURN length(pg_read_file('PG_VERSION'));
END $$;
SET SESSION AUTHORIZATION gk_author;
CREATE FUNCTION gk.outer_one(int) RETURNS int LANGUAGE sql AS 'SELECT gk.helper($1)';
EOT
like(detail_of('postgres', 'SELECT gk.promote()'),
	qr/ Code: function gk\.promote\(\) of "gk_author" in plpgsql\. Audit record/, 'an error names the function');
like( detail_of('postgres', 'SELECT gk.outer_one(1)'),
	qr/ Code: function gk\.outer_one\(integer\) of "gk_author" in sql, by now in function gk\.helper\(integer\) of "postgres" in plpgsql\. Audit/,
	'... and the one it came from');
like(detail_of('gk_user', q{SELECT gk.as_definer('ALTER ROLE gk_victim REPLICATION')}),
	qr/ Code: function gk\.as_definer\(text\) of "postgres" in plpgsql\. Audit/, '... also when it is elevated');
unlike(detail_of('postgres', q{COPY (SELECT 1) TO PROGRAM 'true'}), qr/Code:/, '... and none where there is none');

# ------------------------------------------------------------------------
# Records
# ------------------------------------------------------------------------

SKIP:
{
	skip($ENV{GK_NO_JOURNAL} || 'no private journald', 1) if !$ENV{GK_JOURNAL_SOCKET};

	my $records = sub {
		my ($role, $sql, @matches) = @_;
		my $mark = journal_mark();
		run_as($node, $role, $sql);
		return map {
			my $r = $_;
			join ' ', map { $r->{"GATEKEEPER_$_"} // '-' } qw(RULE VERDICT CIRCUMSTANCES OBJECT)
		} journal_records($mark, 'GATEKEEPER_EVENT=action', @matches);
	};

	foreach my $level ('elevated', 'denied')
	{
		$node->append_conf('postgresql.conf', "gatekeeper.audit_level = $level");
		reload_and_wait($node);
		is_deeply(
			[ $records->('postgres', q{SECURITY LABEL FOR gatekeeper ON FUNCTION gk.promote() IS 'trusted'}) ],
			['exemption allowed none gk.promote'],
			"audit_level $level: a superuser's label is recorded");
		is_deeply(
			[ $records->('gk_author', 'ALTER FUNCTION gk.promote() COST 2') ],
			['exemption allowed none gk.promote()'],
			'... and its loss');
		is_deeply([ $records->('gk_author', 'ALTER FUNCTION gk.promote() COST 3') ],
			[], '... but not where there was none');
	}
	is_deeply([ $records->('gk_user', 'SELECT gk.export()') ], [], '... nor what it exempts, at denied');
	$node->append_conf('postgresql.conf', 'gatekeeper.audit_level = elevated');
	reload_and_wait($node);
	is_deeply([ $records->('gk_user', 'SELECT gk.export()') ],
		["copy_file allowed elevated $file"], 'at elevated what a label exempts is recorded');
	is_deeply([ $records->('gk_user', 'SELECT gk.as_definer($$SECURITY LABEL FOR gatekeeper ON ROLE gk_user IS \'trusted\'$$)') ],
		['exemption denied elevated gk_user'], 'and an attempt that failed');

	$node->safe_psql('postgres', q{SECURITY LABEL FOR gatekeeper ON ROLE gk_rewind IS 'allow server_files'});
	is_deeply([ $records->('gk_rewind', "SELECT pg_read_file('PG_VERSION')") ],
		['server_files allowed none pg_read_file_all'], 'so is what a role is exempt from')
	  if value_of($node, 'SHOW server_version_num') >= 160000;

	my $mark = journal_mark();
	run_as($node, 'postgres', 'SELECT gk.promote()');
	my ($record) = journal_records($mark, 'GATEKEEPER_EVENT=action');
	is($record->{GATEKEEPER_FUNCTION}, 'function gk.promote() of "gk_author" in plpgsql',
		'a record says whose code it was');
	unlink $file;
}

# ------------------------------------------------------------------------
# On a standby
# ------------------------------------------------------------------------

$node->safe_psql('postgres', q{SECURITY LABEL FOR gatekeeper ON ROLE gk_rewind IS NULL});
$node->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('labels_standby');
$standby->init_from_backup($node, 'base', has_streaming => 1);
$standby->start;

sub standby_session
{
	my ($role, $sql) = @_;
	$node->wait_for_catchup($standby);
	return run_as($standby, $role, $sql);
}

my ($ok, $out, $err) = standby_session('gk_rewind', "SELECT length(pg_read_file('PG_VERSION'))");
like($err, $denied, 'standby: denied without a label');
$node->safe_psql('postgres', <<'EOT');
SECURITY LABEL FOR gatekeeper ON ROLE gk_rewind IS 'allow server_files';
SECURITY LABEL FOR gatekeeper ON FUNCTION gk.reader() IS 'allow server_files';
EOT
($ok, $out, $err) = standby_session('gk_rewind', "SELECT length(pg_read_file('PG_VERSION'))");
like($out, qr/^\d+$/, '... a role is exempt there too');
($ok, $out, $err) = standby_session('gk_user', 'SELECT gk.reader()');
like($out, qr/^\d+$/, '... and a function');

# ------------------------------------------------------------------------
# pg_rewind, with a role as its manual sets it up, and the label
# ------------------------------------------------------------------------

$node->safe_psql('postgres', <<'EOT');
CREATE ROLE rewind_user LOGIN;
GRANT EXECUTE ON function pg_catalog.pg_ls_dir(text, boolean, boolean) TO rewind_user;
GRANT EXECUTE ON function pg_catalog.pg_stat_file(text, boolean) TO rewind_user;
GRANT EXECUTE ON function pg_catalog.pg_read_binary_file(text) TO rewind_user;
GRANT EXECUTE ON function pg_catalog.pg_read_binary_file(text, bigint, bigint, boolean) TO rewind_user;
CREATE TABLE gk.which AS SELECT 'both' AS node;
EOT
$node->wait_for_catchup($standby);
foreach my $session ($admin, $dba, $user, $rewind, $author)
{
	$session->{in} .= "\\q\n";
	$session->{run}->finish;
}
$standby->promote;
$node->safe_psql('postgres', q{INSERT INTO gk.which VALUES ('old primary'); CHECKPOINT});
$standby->safe_psql('postgres', q{INSERT INTO gk.which VALUES ('new primary'); CHECKPOINT});
$node->stop;

my @rewind = ('pg_rewind', '--no-sync', '--target-pgdata', $node->data_dir,
	'--source-server', $standby->connstr('postgres') . ' user=rewind_user');
my $saved_conf = GkTest::slurp($node->data_dir . '/postgresql.conf');
ok(!run_log(\@rewind), 'pg_rewind: denied without a label');
$standby->safe_psql('postgres', q{SECURITY LABEL FOR gatekeeper ON ROLE rewind_user IS 'allow server_files'});
ok(run_log(\@rewind), '... allowed with it');
open my $conf, '>', $node->data_dir . '/postgresql.conf' or die $!;
print $conf $saved_conf;
close $conf;
$node->set_standby_mode;
$node->append_conf('postgresql.conf', "primary_conninfo = '@{[ $standby->connstr ]} application_name=rewound'");
$node->start;
$standby->wait_for_catchup('rewound');
is(value_of($node, q{SELECT string_agg(node, ', ' ORDER BY node) FROM gk.which}),
	'both, new primary', '... and the old primary follows the new one');
$node->stop;
$node = $standby;

# ------------------------------------------------------------------------
# Dump and restore
# ------------------------------------------------------------------------

my $dir = PostgreSQL::Test::Utils::tempdir();
$node->safe_psql('postgres', <<'EOT');
SECURITY LABEL FOR gatekeeper ON FUNCTION gk.inlined() IS 'trusted';
SECURITY LABEL FOR gatekeeper ON ROLE gk_author IS 'trusted';
CREATE PROCEDURE gk.odd("Arg" int, OUT text) LANGUAGE sql AS 'SELECT ''x''::text';
SECURITY LABEL FOR gatekeeper ON PROCEDURE gk.odd(int, OUT text) IS 'allow copy_file, server_files';
EOT
my $list = q{SELECT string_agg(objtype || ' ' || objname || ': ' || label, '; ' ORDER BY objtype, objname)
	FROM pg_seclabels WHERE provider = 'gatekeeper'};
my $labels = value_of($node, $list);
like($labels, qr/trusted.*rewind_user: allow server_files/s, 'there are labels to dump');

run_log([ 'pg_dump', '-Fc', '-f', "$dir/dump", '-d', $node->connstr('postgres') ]);
$node->safe_psql('postgres', 'CREATE DATABASE restored TEMPLATE template0');
ok( run_log([ 'pg_restore', '--exit-on-error', '-d', $node->connstr('restored'), "$dir/dump" ]),
	'pg_restore by a superuser');
is($node->safe_psql('restored', $list), $labels, '... brings the labels');
is( $node->safe_psql('restored', q{SET SESSION AUTHORIZATION gk_user; SELECT gk.reader()}) =~ /^\d+$/ ? 1 : 0,
	1, '... which do what they did');
$node->safe_psql('postgres', 'DROP DATABASE restored');

run_log([ 'pg_dumpall', '-f', "$dir/all", '-d', $node->connstr('postgres') ]);
my $other = new_gatekeeper_node('labels_restored');
($ok, $out, $err) = (0, '', '');
$other->psql('postgres', "\\i $dir/all", stderr => \$err, on_error_stop => 0);
is($err =~ s/.*role "postgres" already exists\n?//r, '', 'pg_dumpall into a fresh cluster');
is(value_of($other, $list), $labels, '... brings the labels, those on roles too');
$other->stop;

# ------------------------------------------------------------------------
# strict
# ------------------------------------------------------------------------

allowed_for($node, 'gk_user', 'SELECT gk.reader()', 'before strict a labelled function is exempt');
$node->append_conf('postgresql.conf', 'gatekeeper.strict = on');
$node->restart;
denied_for($node, 'gk_user', 'SELECT gk.reader()', 'strict: no longer');
denied_for($node, 'rewind_user', 'SELECT pg_read_binary_file(\'PG_VERSION\')', '... nor is a role');
denied_for($node, 'postgres', 'SELECT gk.reader()', '... nor for a superuser');
allowed_for($node, 'postgres', q{SECURITY LABEL FOR gatekeeper ON ROLE gk_rewind IS 'allow copy_file'},
	'... but a superuser can set labels, which a restore does');
allowed_for($node, 'postgres', q{SECURITY LABEL FOR gatekeeper ON ROLE gk_rewind IS NULL}, '... and remove them');
denied_for($node, 'gk_user', q{SELECT gk.as_definer('SECURITY LABEL FOR gatekeeper ON ROLE gk_rewind IS NULL')},
	'... which nobody else can');
$node->stop;

done_testing();
