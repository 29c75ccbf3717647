#
# gatekeeper.audit_classes: what is recorded though no rule found anything, of whom,
# and with which outcome.
#
# Copyright (c) 2026, the pg_gatekeeper authors
# SPDX-License-Identifier: PostgreSQL

use strict;
use warnings;
use GkTest;
use IPC::Run ();
use JSON::PP;
use Test::More;
use Time::HiRes qw(sleep);

my $node = new_gatekeeper_node('classes', conf => <<'EOT');
gatekeeper.audit_sink = 'log'
gatekeeper.audit_budget = 1000000
log_min_messages = panic
log_line_prefix = ''
EOT
load_probes($node);
my $seen = 0;

# The records since the last time, as "class command type object outcome".
sub news
{
	my ($field) = @_;
	my @records = map { decode_json($_) } grep { /^\{"MESSAGE_ID":"/ } split /\n/, GkTest::slurp($node->logfile);
	my @new = @records[ $seen .. $#records ];
	my %outcome;
	$seen = @records;
	foreach my $record (grep { $_->{GATEKEEPER_EVENT} eq 'outcome' } @new)
	{
		$outcome{$_} = $record->{GATEKEEPER_OUTCOME}
		  foreach map { /(\d+)-(\d+)/ ? $1 .. $2 : $_ } split /, /, $record->{GATEKEEPER_OBJECT};
	}
	return map {
		my $r = $_;
		$field ? $r->{"GATEKEEPER_$field"} // '' : join ' ',
		  (map { $r->{"GATEKEEPER_$_"} // () } qw(CLASS RULE COMMAND OBJECT_TYPE OBJECT)),
		  $outcome{ $r->{GATEKEEPER_SEQ} } // $r->{GATEKEEPER_OUTCOME} // ()
	} grep { $_->{GATEKEEPER_EVENT} eq 'action' } @new;
}

sub set
{
	my ($classes, $where) = @_;
	$node->append_conf('postgresql.conf', "gatekeeper.audit_classes = '$classes'\ngatekeeper.audit_classes_where = '"
		  . ($where // '') . "'\n");
	$node->reload;
	sleep 0.3;
	news();
}

# As one session; what it is told is of no interest.
sub session
{
	my ($user, $sql, $database) = @_;
	my ($out, $err);
	IPC::Run::run([ 'psql', '-XAtq', '-U', $user, '-d', $node->connstr($database // 'postgres') ],
		'<', \$sql, '>', \$out, '2>', \$err);
	sleep 0.2;
	return $err;
}

my $owner = value_of($node, 'SELECT current_user');
value_of($node, 'CREATE ROLE alice LOGIN; CREATE ROLE bob LOGIN; CREATE ROLE team; GRANT team TO alice; GRANT CREATE ON SCHEMA public TO alice; CREATE DATABASE shop');
is(join(', ', grep { !/^\S+ \S+ SECURITY|exemption/ } news()), '', 'by default nothing is recorded that no rule found');

set('role, grant, ddl, extension, system');
session($owner, <<'EOT');
CREATE ROLE carol LOGIN PASSWORD 'geheim' CREATEDB;
ALTER ROLE carol RENAME TO caro;
DROP ROLE caro;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO bob;
GRANT team TO bob;
CREATE TABLE public.t (a serial PRIMARY KEY);
CREATE TABLE public.t (a int);
BEGIN; DROP TABLE public.t; ROLLBACK;
DO $$ BEGIN EXECUTE 'ALTER TABLE public.t ADD b int'; END $$;
CREATE EXTENSION hstore;
ALTER SYSTEM SET work_mem = '5MB';
CHECKPOINT;
SELECT pg_switch_wal() IS NULL;
SELECT count(*) FROM t;
VACUUM t;
SET work_mem = '6MB';
EOT
is(join("\n", news()), <<'EOT' =~ s/\n\z//r, 'allowed: each statement of a class has one record, and what became of it');
role CREATE ROLE role carol done
role ALTER ROLE role carol done
role DROP ROLE role caro done
grant GRANT schema public done
grant GRANT ROLE role team done
ddl CREATE TABLE table public.t done
ddl CREATE TABLE table public.t failed
ddl DROP TABLE table public.t rolled_back
ddl ALTER TABLE table public.t done
extension CREATE EXTENSION extension hstore done
system ALTER SYSTEM setting work_mem done
system CHECKPOINT statement done
system SELECT function pg_switch_wal done
EOT
session('alice', "CREATE TABLE mine (a int);\nGRANT SELECT ON mine TO bob;\nCREATE ROLE dave;\nSELECT gk.as_definer('ALTER ROLE bob SUPERUSER');\n");
is(join("\n", news()), <<'EOT' =~ s/\n\z//r, '... by whomever; refused by PostgreSQL, and denied by a rule');
ddl CREATE TABLE table mine done
grant GRANT table mine done
role CREATE ROLE role dave refused_by_server
role ALTER ROLE role bob failed
role role_superuser ALTER ROLE role bob
EOT
session($owner, "ALTER ROLE bob PASSWORD 'streng geheim';\n");
unlike(join(' ', news('STATEMENT')), qr/geheim/, 'no password is in a record');

set('session');
session('alice', "SET ROLE team;\nRESET ROLE;\nSELECT set_config('role', 'team', false);\nDISCARD ALL;\nSET work_mem = '1MB';\nDISCARD ALL;\n");
session('alice', '', 'nowhere');
session('nobody', '');
is(join("\n", news()), <<'EOT' =~ s/\n\z//r, 'sessions: their begin, their end, whoever they become; those that fail');
session login alice done
session SET setting role done
session RESET setting role done
session SELECT setting role done
session DISCARD ALL all done
session logoff alice done
session login alice failed
session login nobody failed
EOT

set('privileged');
session($owner, "VACUUM t;\nCOPY t TO STDOUT;\nCREATE ROLE erin;\nBEGIN;\nSHOW work_mem;\nCOMMIT;\n");
session('alice', "VACUUM mine;\n");
is(join("\n", news()), <<'EOT' =~ s/\n\z//r, 'privileged: a superuser\'s, of whatever other class, and nobody else\'s');
privileged VACUUM table t done
privileged COPY table t done
privileged CREATE ROLE role erin done
EOT

value_of($node, <<'EOT');
CREATE FUNCTION lend() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS 'SELECT count(*) FROM t';
CREATE FUNCTION make() RETURNS void LANGUAGE sql SECURITY DEFINER AS 'CREATE TABLE made (a int)';
EOT
set('tables, ddl:elevated');
session('alice', "SELECT lend();\nSELECT make();\nCREATE TABLE plain (a int);\n");
session($owner, "SELECT count(*) FROM t;\n");
is(join("\n", news()), <<'EOT' =~ s/\n\z//r, 'in a circumstance only: what a superuser\'s function reads and makes');
tables SELECT table public.t done
ddl CREATE TABLE table made done
EOT

set('ddl', 'database=shop, role!=bob, client=local');
session('alice', "CREATE TABLE here (a int);\n");
session($owner, "CREATE TABLE there (a int);\n", 'shop');
session('bob', "CREATE TEMP TABLE bobs (a int);\n", 'shop');
is(join("\n", news()), 'ddl CREATE TABLE table there done', 'of whom: database, role and client');
set('ddl', 'client=10.0.0.0/8');
session($owner, "CREATE TABLE elsewhere (a int);\n");
is(join("\n", news()), '', '... another network');

set('ddl');
value_of($node, "SECURITY LABEL FOR gatekeeper ON ROLE alice IS 'no audit'; SECURITY LABEL FOR gatekeeper ON ROLE bob IS 'audit, administrator'");
news();
session('alice', "CREATE TABLE silent (a int);\nSET ROLE team;\nSELECT gk.as_definer('ALTER ROLE bob SUPERUSER');\n");
session('bob', "SET ROLE bob;\n");
is(join("\n", news()), <<'EOT' =~ s/\n\z//r, 'labels: one role has all classes, one none; a rule is a rule');
role role_superuser ALTER ROLE role bob
session login bob done
session SET setting role done
session logoff bob done
EOT
like(session($owner, "SECURITY LABEL FOR gatekeeper ON FUNCTION lend() IS 'audit';\n"), qr/only a role can be labeled for the audit/,
	'... and only roles have such');
session($owner, "SECURITY LABEL FOR gatekeeper ON ROLE alice IS NULL;\n");
news();
session('alice', "CREATE TABLE loud (a int);\n");
is(join("\n", news()), 'ddl CREATE TABLE table loud done', '... and without one it is as the setting says');

foreach my $bad ('nonsense', 'ddl:always', 'ddl ddl')
{
	like(session($owner, "ALTER SYSTEM SET gatekeeper.audit_classes = '$bad';\n"), qr/There is no class of actions "\Q$bad\E"|is not a list|invalid/,
		"refused: classes \"$bad\"");
}
foreach my $bad ('database', 'color=red', 'client=10.0.0.0/33', 'client=here', 'role=')
{
	like(session($owner, "ALTER SYSTEM SET gatekeeper.audit_classes_where = '$bad';\n"), qr/"\Q$bad\E" is not a condition/,
		"refused: condition \"$bad\"");
}
done_testing();
