#
# Hints: what they say works when it is pasted, adds to the label that is there, and
# is meant for the circumstance.  gatekeeper.error_detail = brief tells little.
#
# Copyright (c) 2026, the pg_gatekeeper authors
# SPDX-License-Identifier: PostgreSQL

use strict;
use warnings;
use GkTest;
use Test::More;

my $node = new_gatekeeper_node('hints');
load_probes($node);

$node->safe_psql('postgres', <<'EOT');
CREATE ROLE gk_victim;
CREATE ROLE gk_jill LOGIN IN ROLE postgres NOINHERIT;
CREATE ROLE gk_author LOGIN;
GRANT CREATE ON SCHEMA gk TO gk_author;
CREATE FUNCTION gk.works() RETURNS int LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
	ALTER ROLE gk_victim REPLICATION;
	PERFORM pg_read_file('PG_VERSION');
	COPY (SELECT 1) TO PROGRAM 'cat >/dev/null';
	RETURN 1;
END $$;
SET SESSION AUTHORIZATION gk_author;
CREATE FUNCTION gk.promotes() RETURNS int LANGUAGE plpgsql AS $$
BEGIN
	ALTER ROLE gk_victim REPLICATION;
	RETURN 1;
END $$;
EOT

sub told
{
	my ($role, $sql) = @_;
	my ($ok, $out, $err) = run_as($node, $role, $sql);
	return $ok ? '' : $err;
}

# Does what hints say, until nothing is refused; returns the labels.
sub follow
{
	my ($role, $sql) = @_;
	my @labels;

	for (1 .. 5)
	{
		my ($label) = told($role, $sql) =~ /HINT:.*(SECURITY LABEL FOR gatekeeper ON .*? IS '[^']*')/ or last;
		push @labels, $label;
		value_of($node, $label);
	}
	return @labels;
}

is_deeply([ map { / IS (.*)/ } follow('gk_user', 'SELECT gk.works()') ],
	[ q{'allow role_privileged'}, q{'allow role_privileged, server_files'}, q{'allow role_privileged, copy_program, server_files'} ],
	'each hint adds to the label that is there');
allowed_for($node, 'gk_user', 'SELECT gk.works()', '... and in the end all is allowed');
is_deeply([ follow('postgres', 'SELECT gk.promotes()') ],
	[q{SECURITY LABEL FOR gatekeeper ON ROUTINE gk.promotes() IS 'trusted'}], 'untrusted code');
allowed_for($node, 'postgres', 'SELECT gk.promotes()', '... is allowed then');
my $switch = 'SET ROLE postgres; ALTER ROLE gk_victim REPLICATION';
value_of($node, q{SECURITY LABEL FOR gatekeeper ON ROLE gk_jill IS 'allow copy_file'});
is_deeply([ follow('gk_jill', $switch) ],
	[q{SECURITY LABEL FOR gatekeeper ON ROLE gk_jill IS 'administrator, allow copy_file'}], 'a person after SET ROLE');
allowed_for($node, 'gk_jill', $switch, '... is an administrator then');

# A lower level, or another reserved role, would help nobody here.
unlike(told('gk_user', q{SELECT gk.as_definer($$COPY (SELECT 1) TO PROGRAM 'true'$$)}),
	qr/gatekeeper\.copy_program/, 'elevated: no hint at the level');
like(told('postgres', q{COPY (SELECT 1) TO PROGRAM 'true'}), qr/HINT:.*gatekeeper\.copy_program = 'elevated'/, '... which is for superusers');
unlike(told('gk_user', q{SELECT gk.as_definer('ALTER ROLE gk_user SUPERUSER')}),
	qr/reserved_roles/, 'elevated: no hint at reserved_roles');
like(told('postgres', 'ALTER ROLE gk_victim SUPERUSER'), qr/HINT:.*reserved_roles/, '... which is for superusers');

$node->append_conf('postgresql.conf', 'gatekeeper.error_detail = brief');
reload_and_wait($node);
my $brief = told('gk_user', q{SELECT gk.as_definer('ALTER ROLE gk_user SUPERUSER')});
like($brief, qr/ERROR:  42501: pg_gatekeeper: making a role superuser is not allowed\nDETAIL:  Audit record \d+\.\n/, 'brief');
unlike($brief, qr/HINT|Rule/, '... and no more');
like(told('postgres', 'ALTER ROLE gk_victim SUPERUSER'), qr/DETAIL:  Rule.*HINT:/s, '... but to superusers');

done_testing();
