#
# Administrators who log in with their own names: what their own SET ROLE and
# set_user() count for, that nobody else's do, and that all of it is recorded.
#
# Copyright (c) 2026, the pg_gatekeeper authors
# SPDX-License-Identifier: PostgreSQL

use strict;
use warnings;
use GkTest;
use PostgreSQL::Test::Utils;
use Test::More;

chomp(my $libdir = qx('$ENV{PG_CONFIG}' --pkglibdir));
my $has_set_user = -e "$libdir/set_user.so";
my $node = new_gatekeeper_node('administrators', start => 0);

if ($has_set_user)
{
	my ($libraries) = slurp_file($node->data_dir . '/postgresql.conf') =~ /^shared_preload_libraries = '(.*)'$/m;
	$node->append_conf('postgresql.conf', "shared_preload_libraries = '$libraries, set_user'\n"
		. "set_user.block_alter_system = off\n");
}
$node->start;
load_probes($node);
my $scratch = PostgreSQL::Test::Utils::tempdir();
chmod 0777, $scratch;

$node->safe_psql('postgres', <<'EOT');
CREATE ROLE gk_victim;
CREATE ROLE gk_mallory LOGIN;
CREATE ROLE gk_joe LOGIN IN ROLE postgres NOINHERIT;
CREATE ROLE gk_jane LOGIN IN ROLE postgres INHERIT;
CREATE ROLE gk_jill LOGIN IN ROLE postgres NOINHERIT;
CREATE ROLE gk_jim LOGIN IN ROLE postgres NOINHERIT;
SECURITY LABEL FOR gatekeeper ON ROLE gk_joe IS 'administrator';
SECURITY LABEL FOR gatekeeper ON ROLE gk_jane IS 'administrator';
SECURITY LABEL FOR gatekeeper ON ROLE gk_jim IS 'allow role_privileged, server_files';
GRANT CREATE ON SCHEMA gk TO gk_mallory;
CREATE FUNCTION gk.becomes() RETURNS void LANGUAGE plpgsql AS $$ BEGIN SET ROLE postgres; END $$;
SET SESSION AUTHORIZATION gk_mallory;
CREATE TABLE gk.bait(a int, b text);
GRANT ALL ON gk.bait TO PUBLIC;
CREATE FUNCTION gk.springs() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	ALTER ROLE gk_victim REPLICATION;
	RETURN NEW;
END $$;
CREATE TRIGGER springs BEFORE INSERT ON gk.bait FOR EACH ROW WHEN (NEW.a = 1) EXECUTE FUNCTION gk.springs();
CREATE FUNCTION gk.climbs() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	SET ROLE postgres;
	RETURN NEW;
END $$;
CREATE TRIGGER climbs BEFORE INSERT ON gk.bait FOR EACH ROW WHEN (NEW.a = 2) EXECUTE FUNCTION gk.climbs();
CREATE FUNCTION gk.opens() RETURNS refcursor LANGUAGE plpgsql AS $$
DECLARE
	c refcursor := 'bait';
BEGIN
	OPEN c FOR SELECT gk.promotes();
	RETURN c;
END $$;
CREATE FUNCTION gk.promotes() RETURNS int LANGUAGE plpgsql AS $$
BEGIN
	ALTER ROLE gk_victim REPLICATION;
	RETURN 1;
END $$;
EOT

# Has the victim REPLICATION?  It is taken away again.
sub happened
{
	my $is = value_of($node, q{SELECT rolreplication FROM pg_roles WHERE rolname = 'gk_victim'});

	value_of($node, 'ALTER ROLE gk_victim NOREPLICATION');
	return $is;
}

sub refused
{
	my ($role, $sql, $what) = @_;

	denied_for($node, $role, $sql, "denied: $what");
	is(happened(), 'f', '... nothing happened');
	return;
}

my $promote = 'ALTER ROLE gk_victim REPLICATION';

# ------------------------------------------------------------------------
# A day's work
# ------------------------------------------------------------------------

my @work = (
	$promote,
	'GRANT pg_read_all_data TO gk_user',
	'CREATE FUNCTION gk.made() RETURNS int LANGUAGE sql AS $$SELECT 1$$; DROP FUNCTION gk.made()',
	'SELECT pg_reload_conf()',
	q{ALTER DATABASE postgres SET work_mem = '8MB'},
	q{ALTER SYSTEM SET log_min_messages = 'warning'},
	"COPY (SELECT 1) TO '$scratch/copied'",
	q{SELECT pg_read_file('PG_VERSION')},
	'SELECT count(rolpassword) FROM pg_authid',
	q{SELECT gk.as_definer('ALTER ROLE gk_victim REPLICATION')},
	'CREATE EXTENSION IF NOT EXISTS plpgsql');

foreach my $sql (@work)
{
	# allowed: the client has become a superuser itself, and may
	allowed_for($node, 'gk_joe', "SET ROLE postgres; $sql", "administrator: $sql");
}
is(happened(), 't', '... and it was done');
# allowed: for one transaction, too
allowed_for($node, 'gk_joe', "BEGIN; SET LOCAL ROLE postgres; $promote; COMMIT", 'SET LOCAL ROLE');
is(happened(), 't', '... and it was done');
# allowed: a member that inherits has the rights without switching
allowed_for($node, 'gk_jane', q{SELECT count(rolpassword) FROM pg_authid}, 'administrator who inherits');

# denied: without a label
refused('gk_jill', "SET ROLE postgres; $promote", 'a member without label');
# allowed: 'allow' on the login role is for what it does itself, and for these rules
allowed_for($node, 'gk_jim', "SET ROLE postgres; $promote; SELECT pg_read_file('PG_VERSION')",
	q{'allow' after SET ROLE});
is(happened(), 't', '... and it was done');
refused('gk_jim', "SET ROLE postgres; COPY (SELECT 1) TO '$scratch/not'", 'a rule that is not in the list');

# ------------------------------------------------------------------------
# Not the client's own doing
# ------------------------------------------------------------------------

refused('gk_joe', qq{SELECT gk.as_definer('$promote')}, 'a definer function before any SET ROLE');
refused('gk_joe', qq{DO 'BEGIN SET ROLE postgres; $promote; END'}, 'SET ROLE in a DO block');
refused('gk_joe', qq{DO 'BEGIN SET ROLE postgres; END'; $promote}, '... and what follows it');
refused('gk_joe', "SELECT gk.becomes(); $promote", 'SET ROLE in a function');
refused('gk_joe', "SELECT set_config('role', 'postgres', false); $promote", 'set_config()');
refused('gk_joe', "INSERT INTO gk.bait VALUES (2); $promote", q{SET ROLE in another role's trigger});
refused('gk_joe', 'SET ROLE postgres; INSERT INTO gk.bait VALUES (1)', q{another role's trigger after SET ROLE});
refused('gk_joe', 'SET ROLE postgres; BEGIN; SELECT gk.opens(); FETCH bait', q{another role's cursor});
refused('gk_joe', 'BEGIN; SELECT gk.opens(); SET ROLE postgres; FETCH bait', '... opened before');
refused('gk_joe', "SET ROLE postgres; RESET ROLE; SELECT gk.becomes(); $promote",
	'SET ROLE in a function after RESET ROLE');
refused('gk_joe', "BEGIN; SET ROLE postgres; ROLLBACK; SELECT 1; SELECT gk.becomes(); $promote",
	'... and after a rollback');
refused('gk_joe', qq{SET ROLE postgres; SELECT gk.in_extension('$promote')}, q{an extension's script});
refused('gk_joe', qq{SET ROLE postgres; SELECT gk.restricted('$promote')}, 'a restricted operation');
# denied: reserved_roles binds superusers, too
denied_for($node, 'gk_joe', 'SET ROLE postgres; ALTER ROLE gk_victim SUPERUSER', 'denied: a superuser that is not reserved');

# ------------------------------------------------------------------------
# set_user()
# ------------------------------------------------------------------------

SKIP:
{
	skip 'set_user is not installed', 1 if !$has_set_user;

	value_of($node, <<'EOT');
CREATE EXTENSION set_user;
CREATE ROLE gk_sue LOGIN;
CREATE ROLE gk_sam LOGIN;
CREATE ROLE gk_sol LOGIN;
GRANT EXECUTE ON FUNCTION set_user_u(text), set_user(text), reset_user() TO gk_sue, gk_sam, gk_sol;
SECURITY LABEL FOR gatekeeper ON ROLE gk_sue IS 'administrator';
SECURITY LABEL FOR gatekeeper ON ROLE gk_sol IS 'trusted';
SET SESSION AUTHORIZATION gk_mallory;
CREATE VIEW gk.lift AS SELECT set_user_u('postgres');
GRANT SELECT ON gk.lift TO PUBLIC;
CREATE FUNCTION gk.lifts() RETURNS text LANGUAGE sql AS $$SELECT set_user_u('postgres')$$;
CREATE FUNCTION gk.lifts_later() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_user_u('postgres');
	RETURN NEW;
END $$;
CREATE TRIGGER lifts BEFORE INSERT ON gk.bait FOR EACH ROW WHEN (NEW.a = 3) EXECUTE FUNCTION gk.lifts_later();
EOT
	my $set = q{SELECT set_user_u('postgres')};

	foreach my $role ('gk_sue', 'gk_sol')
	{
		# allowed: the client has called it
		allowed_for($node, $role, "$set; $_; SELECT reset_user()", "set_user() by $role: $_") foreach @work;
		is(happened(), 't', '... and it was done');
	}
	allowed_for($node, 'gk_sue', "SELECT * FROM set_user_u('postgres'); $promote", 'set_user() in FROM');
	is(happened(), 't', '... and it was done');
	refused('gk_sam', "$set; $promote", 'without label');
	refused('gk_sue', "SELECT * FROM gk.lift; $promote", q{set_user() in another role's view});
	refused('gk_sue', "SELECT gk.lifts(); $promote", '... function');
	refused('gk_sue', "INSERT INTO gk.bait VALUES (3); $promote", '... trigger');
	refused('gk_sue', "$set; INSERT INTO gk.bait VALUES (1)", q{another role's trigger after set_user()});
	refused('gk_sue', "$set; SELECT reset_user(); SELECT gk.lifts(); $promote", 'after reset_user()');
}

# ------------------------------------------------------------------------
# Labels
# ------------------------------------------------------------------------

foreach my $label ('trusted, allow copy_file', 'administrator, allow copy_program', ' allow copy_file,backdoor ', 'administrator,trusted')
{
	allowed_for($node, 'postgres', "SECURITY LABEL FOR gatekeeper ON ROLE gk_user IS '$label'", "label: $label");
}
foreach my $label ('', 'trusted allow copy_file', 'trusted,', 'allow', 'allow copy_file, trusted', 'trust', 'administrators')
{
	my ($ok, $out, $err) = run_as($node, 'postgres', "SECURITY LABEL FOR gatekeeper ON ROLE gk_user IS '$label'");
	ok(!$ok && $err =~ /22023: pg_gatekeeper/, "no label: '$label'");
}
value_of($node, 'SECURITY LABEL FOR gatekeeper ON ROLE gk_user IS NULL');
my ($ok, $out, $err) = run_as($node, 'postgres', q{SECURITY LABEL FOR gatekeeper ON FUNCTION gk.becomes() IS 'administrator'});
like($err, qr/only a role can be labeled as administrator/, 'no label of functions: administrator');
denied_for($node, 'gk_jill', q{SECURITY LABEL FOR gatekeeper ON ROLE gk_jill IS 'administrator'}, 'denied: a label of its own');
denied_for($node, 'gk_jill', q{SET ROLE postgres; SECURITY LABEL FOR gatekeeper ON ROLE gk_jill IS 'administrator'}, '... after SET ROLE');

# ------------------------------------------------------------------------
# Records
# ------------------------------------------------------------------------

SKIP:
{
	skip($ENV{GK_NO_JOURNAL} || 'no private journald', 1) if !$ENV{GK_JOURNAL_SOCKET};

	foreach my $level ('elevated', 'denied')
	{
		$node->append_conf('postgresql.conf', "gatekeeper.audit_level = $level");
		reload_and_wait($node);
		my $mark = journal_mark();
		run_as($node, 'gk_joe', "SET ROLE postgres; $promote");
		my @records = map {
			my $r = $_;
			join ' ', map { $r->{"GATEKEEPER_$_"} // '-' } qw(RULE VERDICT CIRCUMSTANCES OBJECT SESSION_USER CURRENT_USER)
		} journal_records($mark, 'GATEKEEPER_EVENT=action');
		is_deeply(\@records, ['role_privileged allowed none gk_victim gk_joe postgres'],
			"audit_level $level: recorded with both names");
	}
	happened();
}

# ------------------------------------------------------------------------
# Strict
# ------------------------------------------------------------------------

$node->append_conf('postgresql.conf', 'gatekeeper.strict = on');
$node->restart;
refused('gk_joe', "SET ROLE postgres; $promote", 'under strict, as to every superuser');
refused('postgres', $promote, '... namely');

done_testing();
