#
# Every hint: each rule in each circumstance in which it refuses something.  What the
# hint has to paste makes the action pass when it is pasted; a setting that it names,
# when it is set; and where it says who can do it, they can.
#
# Copyright (c) 2026, the pg_gatekeeper authors
# SPDX-License-Identifier: PostgreSQL

use strict;
use warnings;
use GkTest;
use PostgreSQL::Test::Utils;
use Test::More;

chomp(my $libdir = qx('$ENV{PG_CONFIG}' --pkglibdir));
my $scratch = PostgreSQL::Test::Utils::tempdir();
chmod 0777, $scratch;

my $node = new_gatekeeper_node('every_hint', conf => <<'EOT');
gatekeeper.reserved_roles = 'postgres, gk_reserved'
gatekeeper.blocked_extensions = 'pg_trgm'
gatekeeper.protected_functions = 'pg_conf_load_time'
gatekeeper.sandbox = off
EOT
load_probes($node);
my $there = 'host=' . $node->host . ' port=' . $node->port . ' dbname=postgres user=postgres';

$node->safe_psql('postgres', <<'EOT');
CREATE ROLE gk_victim;
CREATE ROLE gk_group;
CREATE ROLE gk_reserved;
CREATE ROLE gk_author LOGIN;
CREATE ROLE gk_switcher LOGIN IN ROLE postgres NOINHERIT;
CREATE ROLE gk_heir LOGIN IN ROLE postgres;
CREATE EXTENSION dblink SCHEMA gk;
CREATE EXTENSION file_fdw;
CREATE SERVER gk_files FOREIGN DATA WRAPPER file_fdw;
CREATE TABLE gk.ours(a int);
GRANT USAGE, CREATE ON SCHEMA gk TO gk_author;
SET SESSION AUTHORIZATION gk_author;
CREATE FUNCTION gk.by_author() RETURNS int LANGUAGE sql AS 'SELECT 1';
EOT

# A rule's action, and what undoes it.
my %action = (
	'role_superuser' => [ 'ALTER ROLE gk_reserved SUPERUSER', 'ALTER ROLE gk_reserved NOSUPERUSER' ],
	'role_superuser, not reserved' => [ 'ALTER ROLE gk_victim SUPERUSER', 'ALTER ROLE gk_victim NOSUPERUSER' ],
	'role_privileged' => [ 'ALTER ROLE gk_victim REPLICATION', 'ALTER ROLE gk_victim NOREPLICATION' ],
	'role_membership' => [ 'GRANT pg_execute_server_program TO gk_victim', 'REVOKE pg_execute_server_program FROM gk_victim' ],
	'copy_program' => [ q{COPY (SELECT 1) TO PROGRAM 'cat >/dev/null'} ],
	'copy_file' => [ "COPY (SELECT 1) TO '$scratch/out'" ],
	'server_files' => [ q{SELECT pg_read_file('PG_VERSION')} ],
	'server_control' => [ 'SELECT pg_reload_conf()' ],
	'server_settings' => [ q{SET log_statement = 'none'} ],
	'server_settings by a function' => [ q{SELECT set_config('session_replication_role', 'replica', true)} ],
	'catalog_write' => [ 'UPDATE pg_database SET datallowconn = datallowconn WHERE false' ],
	'catalog_write by GRANT' => [ 'GRANT SELECT ON pg_authid TO gk_victim', 'REVOKE SELECT ON pg_authid FROM gk_victim' ],
	'catalog_secrets' => [ 'SELECT count(rolpassword) FROM pg_authid' ],
	'extension_blocked' => [ 'CREATE EXTENSION pg_trgm', 'DROP EXTENSION pg_trgm' ],
	'native_code' => [ q{CREATE FUNCTION gk.native() RETURNS int LANGUAGE internal AS 'pg_backend_pid'}, 'DROP FUNCTION gk.native()' ],
	'foreign_program' => [ q{CREATE FOREIGN TABLE gk.file(a text) SERVER gk_files OPTIONS (filename 'PG_VERSION')}, 'DROP FOREIGN TABLE gk.file' ],
	'foreign_program, a program' => [ q{CREATE FOREIGN TABLE gk.file(a text) SERVER gk_files OPTIONS (program 'true')}, 'DROP FOREIGN TABLE gk.file' ],
	'loopback' => [ "SELECT gk.dblink_connect('there', '$there'), gk.dblink_disconnect('there')" ],
	'backdoor' => [ q{CREATE FUNCTION gk.planted() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'}, 'DROP FUNCTION gk.planted()' ],
	'backdoor by ownership' => [ 'ALTER FUNCTION gk.by_author() OWNER TO postgres', 'ALTER FUNCTION gk.by_author() OWNER TO gk_author' ],
	'backdoor by giving away' => [ 'ALTER TABLE gk.ours OWNER TO gk_user', 'ALTER TABLE gk.ours OWNER TO postgres' ],
	'superuser_object' => [ 'ALTER TABLE gk.ours ADD b int', 'ALTER TABLE gk.ours DROP b' ],
	'superuser_object by a role' => [ 'CREATE ROLE gk_made', 'DROP ROLE gk_made' ],
	'superuser_object by a grant' => [ 'GRANT gk_group TO gk_author', 'REVOKE gk_group FROM gk_author' ],
	'extension_hijack' => [ 'SELECT gk.by_author()' ],
	'protected_function' => [ 'SELECT pg_conf_load_time()' ],
	'exemption' => [ q{SECURITY LABEL FOR gatekeeper ON ROLE gk_victim IS 'allow copy_file'}, 'SECURITY LABEL FOR gatekeeper ON ROLE gk_victim IS NULL' ],
);
$action{'untrusted_language'} = [ q{DO LANGUAGE plperlu ''} ]
  if -e "$libdir/plperl.so" && value_of($node, 'CREATE EXTENSION plperlu; SELECT 1');


my %undo = map { $_ => $action{$_}[1] } keys %action;
my %plain;		# what a superuser in a session of its own may do

# A circumstance: who does it, how, and in what there has to be.  A function does one
# thing only, so that its label is for that.
my %circumstance = (
	'plain' => [ 'postgres', sub { $_[0] } ],
	'elevated' => [ 'gk_user', sub { function('postgres', 'SECURITY DEFINER', $_[0]) } ],
	'untrusted' => [ 'postgres', sub { function('gk_author', '', $_[0]) } ],
	'after SET ROLE' => [ 'gk_switcher', sub { "SET ROLE postgres; $_[0]" } ],
	'a member' => [ 'gk_heir', sub { $_[0] } ],
	'extension' => [ 'postgres', sub { "SELECT gk.in_extension(\$gk\$$_[0]\$gk\$)" } ],
	'trusted extension' => [ 'gk_user', sub { "SELECT gk.in_trusted_extension(\$gk\$$_[0]\$gk\$)" } ],
	'restricted' => [ 'postgres', sub { "SELECT gk.restricted(\$gk\$$_[0]\$gk\$)" } ],
);
my %session;

# Executes it in a session of the role; the errors, empty when it was done.
sub told
{
	my ($role, $sql) = @_;
	my ($out, $err);

	$session{$role} //= open_session($node, $role);
	($out, $err) = $session{$role}->($sql);
	$session{$role}->('ROLLBACK; RESET ROLE; RESET ALL');
	return $err =~ /ERROR/ ? $err : '';
}

sub function
{
	my ($owner, $clause, $sql) = @_;

	told('postgres', "CREATE OR REPLACE FUNCTION gk.does() RETURNS void LANGUAGE plpgsql $clause AS
		\$f\$BEGIN EXECUTE \$gk\$$sql\$gk\$; END\$f\$; ALTER FUNCTION gk.does() OWNER TO $owner");
	return 'SELECT gk.does()';
}

# Labels are as at the beginning, and so is what was done.
sub tidy
{
	my ($what) = @_;

	told('postgres', $undo{$what}) if $undo{$what};
	told('postgres', join ';', 'DROP FUNCTION IF EXISTS gk.does()',
		map { "SECURITY LABEL FOR gatekeeper ON ROLE $_ IS NULL" } qw(gk_switcher gk_heir gk_author gk_user));
	return;
}

sub reloaded
{
	my (%set) = @_;

	told('postgres', join ';', map { defined $set{$_} ? "ALTER SYSTEM SET $_ = '$set{$_}'" : "ALTER SYSTEM RESET $_" } sort keys %set);
	reload_and_wait($node);
	return;
}

# Does what the hints say as long as there is something to paste; what is refused then.
sub follow
{
	my ($role, $sql, $name) = @_;

	for (1 .. 4)
	{
		my $err = told($role, $sql);
		my ($label) = $err =~ /HINT:.*(SECURITY LABEL FOR gatekeeper ON .*? IS '[^']*')/ or return $err;

		is(told('postgres', $label), '', "$name: $label") or return $err;
	}
	return told($role, $sql);
}

sub try_all
{
	my ($c) = @_;
	my ($role, $how) = @{ $circumstance{$c} };
	my (%later, %set);
	my $ours = 0;

	foreach my $r (sort keys %action)
	{
		my $sql = $how->($action{$r}[0]);
		my $err = told($role, $sql);

		$plain{$r} = 1 if $c eq 'plain' && $err eq '';
		$ours++ if $err =~ /pg_gatekeeper/;
		$err = follow($role, $sql, "$c, $r") if $err =~ /pg_gatekeeper/;
		my ($hint) = $err =~ /pg_gatekeeper.*HINT:  (.*)/s;
		tidy($r);
		next if !defined $hint;
		if ($hint =~ /\b(gatekeeper\.\w+) = '(\w+)'/)
		{
			$later{$r} = 1;
			$set{$1} = $2;
		}
		elsif ($hint =~ /listed in (gatekeeper\.\w+)/)
		{
			$later{$r} = 1;
			$set{$1} = '';
		}
		elsif ($hint =~ /reserved_roles/)
		{
			is($c, 'plain', "$c, $r: reserved_roles is what stands in the way");
		}
		else
		{
			like($hint, qr/session that logged in|superuser do it|in a session of its own|Ask a superuser/i, "$c, $r: it says who can do it");
			ok($plain{$r} || $r =~ /not reserved|a program|extension_blocked/, '... and they can');
		}
	}
	reloaded(%set);
	foreach my $r (sort keys %later)
	{
		unlike(follow($role, $how->($action{$r}[0]), "$c, $r"), qr/pg_gatekeeper/, "$c, $r: allowed with the setting of the hint");
		tidy($r);
	}
	reloaded(map { $_ => undef } keys %set);
	return $ours;
}

my $refused = try_all('plain');
cmp_ok($refused, '>', 2, "plain: $refused are refused");
foreach my $c (grep { $_ ne 'plain' } sort keys %circumstance)
{
	$refused = try_all($c);
	cmp_ok($refused, '>=', 15, "$c: $refused of " . keys(%action) . ' are refused');
}

# ------------------------------------------------------------------------
# Rights that were granted, of a role that is not superuser
# ------------------------------------------------------------------------

told('postgres', 'CREATE ROLE gk_granted LOGIN; GRANT pg_read_all_data, pg_read_server_files TO gk_granted;
	GRANT EXECUTE ON FUNCTION pg_read_file(text), pg_reload_conf() TO gk_granted;
	GRANT SELECT ON pg_authid TO gk_granted; GRANT USAGE ON SCHEMA gk TO gk_granted');
foreach my $sql (q{SELECT pg_read_file('PG_VERSION')}, 'SELECT pg_reload_conf()', 'SELECT count(rolpassword) FROM pg_authid')
{
	like(told('gk_granted', $sql), qr/HINT:.*ON ROLE gk_granted IS '(?:allow \w+, )*/, "$sql: the hint has the role's label");
	is(follow('gk_granted', $sql, $sql), '', '... which helps');
}
is(value_of($node, q{SELECT label FROM pg_shseclabel WHERE objoid = 'gk_granted'::regrole}),
	'allow server_files, server_control, catalog_secrets', '... and adds to what was there');

# ------------------------------------------------------------------------
# What calls stand in, not a text
# ------------------------------------------------------------------------

told('gk_author', q{CREATE VIEW gk.reads AS SELECT pg_read_file('PG_VERSION')});
like(told('postgres', 'SELECT * FROM gk.reads'), qr/ON VIEW gk\.reads IS 'trusted'/, q{another role's view: the hint names it});
is(follow('postgres', 'SELECT * FROM gk.reads', 'view'), '', '... whose label helps');
told('postgres', 'SECURITY LABEL FOR gatekeeper ON VIEW gk.reads IS NULL');

# ------------------------------------------------------------------------
# SET ROLE in the same statement
# ------------------------------------------------------------------------

told('gk_author', 'CREATE PROCEDURE gk.commits() LANGUAGE plpgsql AS $$ BEGIN COMMIT; END $$');
my $both = 'DO $$ BEGIN SET ROLE gk_author; CALL gk.commits(); END $$';
like(told('postgres', $both), qr/invalid transaction termination.*Execute SET ROLE as a statement of its own/s, q{another role's COMMIT: the hint says why it is refused});
is(told('postgres', 'SET ROLE gk_author; CALL gk.commits()'), '', '... what to do');
is(follow('postgres', $both, 'COMMIT'), '', '... and what to paste');
told('postgres', 'SECURITY LABEL FOR gatekeeper ON ROUTINE gk.commits() IS NULL');

my $inside = 'DO $$ BEGIN SET ROLE postgres; ALTER ROLE gk_victim REPLICATION; END $$';
like(told('gk_switcher', $inside), qr/HINT:.*then SET ROLE counts that is a statement of its own/, 'SET ROLE in a DO block: the hint says that it does not count');
like(follow('gk_switcher', $inside, 'DO'), qr/HINT:  SET ROLE in a function or DO block does not count/, '... also to an administrator');
is(told('gk_switcher', q{SET ROLE postgres; DO $$ BEGIN ALTER ROLE gk_victim REPLICATION; END $$}), '', '... and what helps');
told('postgres', 'SECURITY LABEL FOR gatekeeper ON ROLE gk_switcher IS NULL; ALTER ROLE gk_victim NOREPLICATION');

# ------------------------------------------------------------------------
# What takes a restart
# ------------------------------------------------------------------------

$node->append_conf('postgresql.conf', "gatekeeper.strict = on\n");
%session = ();
$node->restart;
my $promote = $action{role_privileged}[0];
like(told('postgres', $promote), qr/HINT:  gatekeeper\.strict is on\. An administrator can turn it off/, 'strict');
like(told('gk_user', function('postgres', 'SECURITY DEFINER', $promote)),
	qr/HINT:  gatekeeper\.strict is on, and no label lifts/, '... and elevated');
like(told('postgres', 'ALTER ROLE gk_victim SUPERUSER'), qr/HINT:.*reserved_roles/, '... a role that is not reserved');

$node->append_conf('postgresql.conf', "gatekeeper.strict = off\ngatekeeper.reserved_roles = 'postgres, gk_victim'\n");
%session = ();
$node->restart;
is(told('postgres', $_), '', "$_: allowed as the hint said") foreach $promote, 'ALTER ROLE gk_victim SUPERUSER';

%session = ();
$node->stop;
done_testing();
