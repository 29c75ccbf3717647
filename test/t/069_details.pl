#
# On what, by whom, and what is not shown: cursors and prepared statements, parallel
# workers, role changes, settings, hashes, flags; and what the server's own log says
# of a statement whose record hides something.
#
# Copyright (c) 2026, the pg_gatekeeper authors
# SPDX-License-Identifier: PostgreSQL

use strict;
use warnings;
use Digest::SHA qw(sha256_hex);
use GkTest;
use Test::More;

my ($socket, $records) = start_collector();
my $node = new_gatekeeper_node('details', conf => <<"EOT");
gatekeeper.audit_journal_socket = '$socket'
gatekeeper.audit_budget = 1000000
log_min_error_statement = error
EOT
value_of($node, <<'EOT');
CREATE ROLE mallory LOGIN;
CREATE FUNCTION inj(q text) RETURNS void SECURITY DEFINER LANGUAGE plpgsql AS 'BEGIN EXECUTE q; END';
CREATE FUNCTION reads(f text) RETURNS text SECURITY DEFINER PARALLEL SAFE LANGUAGE plpgsql AS 'BEGIN RETURN pg_read_file(f); END';
CREATE TABLE big AS SELECT generate_series(1, 20000) AS a;
GRANT SELECT ON big TO PUBLIC;
EOT

my $seen = 0;

# The record of the only denial since the last call.
sub denial_of
{
	my ($sql, $what) = @_;
	run_as($node, 'mallory', $sql);
	my @all = grep { ($_->{GATEKEEPER_VERDICT} // '') eq 'denied' } $records->();
	my @new = @all[ $seen .. $#all ];
	$seen = @all;
	is(scalar(@new), 1, "$what: one record");
	my $record = $new[0] // {};
	return { map { s/^GATEKEEPER_//r => $record->{$_} } keys %$record };
}

my $r = denial_of(q{BEGIN; DECLARE c CURSOR FOR SELECT reads('/srv/secret.txt'); FETCH c; COMMIT}, 'a cursor');
like($r->{STATEMENT}, qr{reads\('/srv/secret\.txt'\)}, '... its query is the statement');
is($r->{COMMAND}, 'FETCH', '... by FETCH') or diag(explain($r));
$r = denial_of(q{PREPARE p(text) AS SELECT reads($1 || '/etc/shown'); EXECUTE p('')}, 'a prepared statement');
like($r->{STATEMENT}, qr{PREPARE p\(text\) AS SELECT reads}, '... its text is the statement');

$r = denial_of(q{SELECT inj('ALTER ROLE mallory SUPERUSER PASSWORD ''x1234''')}, 'a role');
is($r->{GRANTEE}, 'mallory', '... who gets something');
is($r->{ATTRIBUTES}, 'superuser, password ***', '... and what') or diag(explain($r));
is($r->{FLAGS}, 'statement_hidden', '... something is hidden');
ok(!exists $r->{STATEMENT_HASH}, '... and has no hash that could be guessed at');
my $log = GkTest::slurp($node->logfile);
unlike($log, qr/^(?:.*(?:STATEMENT|CONTEXT|DETAIL):|\t).*x1234/m, '... nor is it in what the server log says of the error');
like($log, qr/ERROR:  pg_gatekeeper: making a role superuser/, '... which has the error');

$r = denial_of(q{SELECT inj('GRANT pg_read_server_files, pg_monitor TO mallory')}, 'a membership');
is("$r->{GRANTEE}: $r->{ATTRIBUTES}", 'mallory: pg_read_server_files, pg_monitor', '... who gets what');
is($r->{STATEMENT_HASH}, sha256_hex($r->{STATEMENT}), '... the hash is that of the statement');
ok(!exists $r->{FLAGS}, '... all of which is there');
like(GkTest::slurp($node->logfile), qr/STATEMENT:  SELECT inj\('GRANT/, '... as in the server log');

$r = denial_of(q{SELECT inj('SET session_replication_role = replica')}, 'a setting');
is("$r->{OBJECT}: $r->{OLD_VALUE} -> $r->{NEW_VALUE}", 'session_replication_role: origin -> replica', '... what it was and would have been');

# Whose code it was: of a function, and of what is stored with an object.
value_of($node, <<'EOT');
CREATE SCHEMA his AUTHORIZATION mallory;
SET SESSION AUTHORIZATION mallory;
CREATE FUNCTION his.f() RETURNS text LANGUAGE plpgsql AS $$BEGIN RETURN pg_read_file('PG_VERSION'); END$$;
CREATE VIEW his.v AS SELECT pg_read_file('PG_VERSION') AS x;
CREATE TABLE his.t (a text DEFAULT pg_read_file('PG_VERSION'), b int);
EOT
foreach my $case (
	[ 'SELECT his.f()', 'function his.f() of "mallory" in plpgsql' ],
	[ 'SELECT * FROM his.v', 'an expression stored with view his.v of "mallory"' ],
	[ 'INSERT INTO his.t (b) VALUES (1)', 'an expression stored with table his.t of "mallory"' ])
{
	my ($sql, $code) = @$case;
	my (undef, undef, $err) = run_as($node, 'postgres', $sql);
	my @denied = grep { ($_->{GATEKEEPER_VERDICT} // '') eq 'denied' } $records->();
	$seen = @denied;
	is($denied[-1]{GATEKEEPER_FUNCTION}, $code, "$sql: whose code is known");
	is($denied[-1]{GATEKEEPER_CODE_OWNER}, 'mallory', '... and its owner');
	like($err, qr/Code: \Q$code\E\./, '... and told');
}

# Nothing that somebody writes hides what a shell would run.
foreach my $program (
	q{token="touch /tmp/evil-payload"; eval "$token"},
	q{token=/tmp/evil-payload; $token},
	q{curl -u u:$(touch /tmp/evil-payload) h},
	q{curl http://x:$(touch${IFS}/tmp/evil-payload)@h/},
	q{true Bearer x; touch /tmp/evil-payload},
	'true ' . 'x' x 3000 . '; touch /tmp/evil-payload')
{
	$r = denial_of("SELECT inj(\$q\$COPY (SELECT 1) TO PROGRAM \$p\$$program\$p\$\$q\$)", substr($program, 0, 40));
	like($r->{OBJECT}, qr/evil-payload/, '... its program shows what it does');
}
is($r->{FLAGS}, 'statement_cut,object_cut', '... and what was cut');
$r = denial_of(q{SELECT inj($q$COPY (SELECT 1) TO PROGRAM 'PGPASSWORD=s1234 psql -c shown'$q$)}, 'a password');
is($r->{OBJECT}, 'PGPASSWORD=*** psql -c shown', '... is hidden');
is($r->{FLAGS}, 'statement_hidden,object_hidden', '... which the record says');
$r = denial_of(q{SELECT inj($q$COPY (SELECT 1) TO '/tmp/password=evil-payload'$q$)}, 'a path');
is($r->{OBJECT}, '/tmp/password=evil-payload', '... is never hidden');

# A parallel worker's record is the session's.
my $parallel = $node->safe_psql('postgres', "SELECT name FROM pg_settings WHERE name IN ('force_parallel_mode', 'debug_parallel_query')");
my $session = open_session($node, 'mallory');
my ($pid) = $session->('SELECT pg_backend_pid()');
chomp $pid;
eval { $session->("SET $parallel = on; SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0;
	SET parallel_leader_participation = off; SELECT count(reads('/srv/x' || left(a::text, 0))) FROM big") };
$session = undef;
my ($worker) = grep { ($_->{GATEKEEPER_BACKEND_TYPE} // '') eq 'parallel worker' } $records->();
SKIP:
{
	skip 'no worker was started', 3 if !$worker;
	is($worker->{GATEKEEPER_BACKEND_PID}, $pid, 'a parallel worker: the session\'s process');
	like($worker->{GATEKEEPER_SESSION_ID}, qr/^[0-9a-f]+\.@{[ sprintf '%x', $pid ]}$/, '... and session');
	isnt($worker->{GATEKEEPER_SENDER_PID} // $pid, $pid, '... and who sent it');
}
$node->stop;

done_testing();
