#
# On a streaming standby the rules hold as on the primary, and records are
# written there; after promotion, too.
#
# Copyright (c) 2026, the pg_gatekeeper authors
# SPDX-License-Identifier: PostgreSQL

use strict;
use warnings;
use GkTest;
use Test::More;

my $primary = new_gatekeeper_node('primary', streaming => 1);
load_probes($primary);
value_of($primary, 'CREATE TABLE gk.t AS SELECT 1 AS a');
# allowed: taking a base backup is a walsender's business
ok(eval { $primary->backup('copy'); 1 }, 'a base backup is allowed') or diag($@);

my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($primary, 'copy', has_streaming => 1);
$standby->start;
value_of($primary, 'INSERT INTO gk.t VALUES (2)');
$primary->wait_for_catchup($standby, 'replay', $primary->lsn('insert'));

my $file = $standby->basedir . '/copied';

# ------------------------------------------------------------------------
# A label is replayed, and seen by a session that had found that there is none
# ------------------------------------------------------------------------

my $reads = q{SELECT gk.as_definer('SELECT pg_read_file(''PG_VERSION'')')};
my $session = open_session($standby, 'gk_user');

sub replay
{
	my ($sql) = @_;
	value_of($primary, $sql);
	$primary->wait_for_catchup($standby, 'replay', $primary->lsn('insert'));
	return;
}

like(($session->($reads))[1], qr/pg_gatekeeper: reading a server file is not allowed/, 'standby: denied without a label');
replay(q{SECURITY LABEL FOR gatekeeper ON FUNCTION gk.as_definer(text) IS 'allow server_files'});
is(($session->($reads))[1], '', 'standby: ... allowed in the same session, once there is one');
replay('SECURITY LABEL FOR gatekeeper ON FUNCTION gk.as_definer(text) IS NULL');
like(($session->($reads))[1], qr/pg_gatekeeper: reading a server file is not allowed/, 'standby: ... denied when it is gone');
$session->();

# ------------------------------------------------------------------------
# The rules
# ------------------------------------------------------------------------

sub check_rules
{
	my ($when) = @_;

	is(value_of($standby, 'SHOW gatekeeper.mode'), 'enforce', "$when: the module is there");
	denied_for($standby, 'postgres', "COPY (SELECT 1) TO PROGRAM 'cat >$file'",
		"$when: a program is refused");
	denied_for($standby, 'gk_user', "SELECT gk.as_definer('COPY (SELECT 1) TO ''$file''')",
		"$when: a file is refused to an elevated user");
	ok(!-e $file, "$when: neither wrote anything");
	denied_for($standby, 'gk_user', q{SELECT gk.as_definer('SELECT pg_read_file(''PG_VERSION'')')},
		"$when: reading a file is refused to an elevated user");
	denied_for($standby, 'gk_user', q{SELECT gk.as_definer('SELECT rolpassword FROM pg_authid')},
		"$when: reading password hashes is refused to an elevated user");
	# allowed: the twins
	allowed_for($standby, 'postgres', "COPY (SELECT 1) TO '$file'",
		"$when: a plain superuser copies to a file");
	allowed_for($standby, 'postgres', q{SELECT pg_read_file('PG_VERSION'), rolpassword FROM pg_authid},
		"$when: ... reads files and hashes");
	is(value_of($standby, 'SELECT count(*) FROM gk.t'), '2', "$when: ordinary work goes on");
	unlink $file;
}

my $mark = $ENV{GK_JOURNAL_SOCKET} ? journal_mark() : undef;
check_rules('standby');
SKIP:
{
	skip $ENV{GK_NO_JOURNAL} || 'no private journald', 2 if !$mark;
	my @records = journal_records($mark, 'GATEKEEPER_EVENT=action', 'GATEKEEPER_VERDICT=denied');
	is(scalar(@records), 4, 'standby: one record for each denial');
	is_deeply([ map { $_->{GATEKEEPER_PORT} } @records ],
		[ ($standby->port) x 4 ], 'standby: ... which say where');
}

$standby->promote;
$standby->poll_query_until('postgres', 'SELECT NOT pg_is_in_recovery()');
check_rules('promoted');
$standby->stop;
$primary->stop;

done_testing();
