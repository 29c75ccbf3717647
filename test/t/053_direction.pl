#
# Direction and value: what takes no protection away, and what the role that logged
# in could do without anybody's rights, is not refused where rights are borrowed.
# Each has its twin that is.
#
# Copyright (c) 2026, the pg_gatekeeper authors
# SPDX-License-Identifier: PostgreSQL

use strict;
use warnings;
use GkTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_gatekeeper_node('direction', conf => "wal_level = logical\n");
load_probes($node);

$node->safe_psql('postgres', <<'EOT');
CREATE ROLE gk_repl LOGIN REPLICATION;
CREATE ROLE gk_reader LOGIN IN ROLE pg_read_all_data;
CREATE ROLE gk_plain LOGIN;
CREATE ROLE gk_owner LOGIN;
CREATE ROLE gk_other LOGIN;
CREATE DATABASE gk_owned OWNER gk_owner;
CREATE DATABASE gk_ours;
GRANT CREATE ON SCHEMA gk TO gk_plain;
SET SESSION AUTHORIZATION gk_plain;
CREATE TABLE gk.bait(a int);
CREATE FUNCTION gk.springs() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format('ALTER ROLE %I PASSWORD %L', session_user, 'stolen');
	RETURN NEW;
END $$;
CREATE TRIGGER springs BEFORE INSERT ON gk.bait FOR EACH ROW EXECUTE FUNCTION gk.springs();
EOT

sub as_definer
{
	my ($sql) = @_;
	return "SELECT gk.as_definer(\$gk\$$sql\$gk\$)";
}

sub lends
{
	my ($role, $sql, $what) = @_;
	return allowed_for($node, $role, as_definer($sql), "allowed: $what");
}

sub refuses
{
	my ($role, $sql, $what) = @_;
	return denied_for($node, $role, as_definer($sql), "denied: $what");
}

# ------------------------------------------------------------------------
# Settings
# ------------------------------------------------------------------------

foreach my $set (
	[ 'log_statement', 'all', 'none' ], [ 'log_duration', 'on', 'off' ], [ 'log_duration', 'TRUE', 'false' ],
	[ 'log_min_duration_statement', '0', '-1' ], [ 'session_replication_role', 'origin', 'replica' ],
	[ 'zero_damaged_pages', 'no', 'yes' ], [ 'log_statement', 'ALL', 'ddl' ])
{
	my ($name, $tight, $loose) = @$set;

	foreach my $how ("SET $name = '%s'", "SET LOCAL $name TO '%s'", "ALTER ROLE gk_plain SET $name TO '%s'",
		"CREATE FUNCTION gk.sets() RETURNS int LANGUAGE sql SET $name = '%s' AS 'SELECT 1'; DROP FUNCTION gk.sets()")
	{
		lends('gk_plain', sprintf($how, $tight), sprintf($how, $tight))
		  if $how !~ /^CREATE/;
		refuses('gk_plain', sprintf($how, $loose), sprintf($how, $loose));
	}
	refuses('gk_plain', "RESET $name", "RESET $name");
	refuses('gk_plain', "ALTER ROLE gk_plain RESET $name", "ALTER ROLE RESET $name");
}
is( value_of($node, q{SELECT 'log_statement=ALL' = ANY (setconfig) FROM pg_db_role_setting WHERE setrole = 'gk_plain'::regrole}),
	't', 'the setting is there');
# what pg_dump sets; on minors that know it
if (value_of($node, q{SELECT count(*) FROM pg_settings WHERE name = 'restrict_nonsystem_relation_kind'}))
{
	lends('gk_plain', "SET restrict_nonsystem_relation_kind = $_", "restrict_nonsystem_relation_kind = $_")
	  foreach q{'view, foreign-table'}, q{'foreign-table,view'};
	refuses('gk_plain', "SET restrict_nonsystem_relation_kind = $_", "restrict_nonsystem_relation_kind = $_")
	  foreach q{''}, q{'view'};
}
refuses('gk_plain', q{SET log_min_messages = 'debug5'}, 'a flood of messages');
refuses('gk_plain', q{SET archive_command = ''}, 'another setting');

lends('gk_plain', q{SELECT set_config('log_statement', 'all', false)}, 'set_config()');
refuses('gk_plain', q{SELECT set_config('log_statement', 'none', false)}, 'set_config()');

# ------------------------------------------------------------------------
# Logical slots
# ------------------------------------------------------------------------

SKIP:
{
	skip 'this server has no list of output plugins', 1
	  if value_of($node, q{SELECT count(*) FROM pg_settings WHERE name = 'output_plugin_libraries'}) eq '0';
	my $slot = q{SELECT pg_create_logical_replication_slot('gk_slot', '%s')};
	lends('gk_plain', sprintf($slot, 'test_decoding'), 'a slot with a plugin of the list');
	is(value_of($node, q{SELECT count(pg_drop_replication_slot(slot_name)) FROM pg_replication_slots}), '1', '... it is there');
	refuses('gk_plain', sprintf($slot, '/tmp/evil'), 'a plugin that is not in it');
}

# ------------------------------------------------------------------------
# Own password
# ------------------------------------------------------------------------

foreach my $role ('gk_repl', 'gk_admin', 'gk_reader', 'gk_plain')
{
	lends($role, "ALTER ROLE $role PASSWORD 'x'", "own password of $role");
	lends($role, "ALTER ROLE $role VALID UNTIL 'infinity' PASSWORD 'y'", '... and its end');
	is(value_of($node, "SELECT rolpassword IS NOT NULL FROM pg_authid WHERE rolname = '$role'"), 't', '... it is there');
}
refuses('gk_plain', q{ALTER ROLE gk_repl PASSWORD 'x'}, q{another role's password});
refuses('gk_repl', q{ALTER ROLE gk_repl PASSWORD 'x' BYPASSRLS}, 'an attribute beside it');
refuses('gk_repl', q{ALTER ROLE gk_repl CONNECTION LIMIT 5}, 'another attribute');
refuses('gk_repl', q{ALTER ROLE postgres PASSWORD 'x'}, q{the superuser's password});
denied_for($node, 'postgres', 'INSERT INTO gk.bait VALUES (1)', q{denied: the superuser's own, by another role's trigger});
is(value_of($node, q{SELECT rolpassword IS NULL FROM pg_authid WHERE rolname = 'postgres'}), 't', '... nothing happened');

# ------------------------------------------------------------------------
# Settings of a database
# ------------------------------------------------------------------------

lends('gk_owner', q{ALTER DATABASE gk_owned SET work_mem = '5MB'}, q{its owner's database});
refuses('gk_owner', q{ALTER DATABASE gk_owned SET log_statement = 'none'}, '... but not a listed setting');
refuses('gk_owner', q{ALTER DATABASE gk_ours SET work_mem = '5MB'}, q{a superuser's database});
refuses('gk_other', q{ALTER DATABASE gk_owned SET search_path = 'gk'}, q{another role's database});

# ------------------------------------------------------------------------
# An extension moves
# ------------------------------------------------------------------------

SKIP:
{
	skip 'hstore is not installed', 1
	  if value_of($node, q{SELECT count(*) FROM pg_available_extensions WHERE name = 'hstore'}) eq '0';
	value_of($node, 'CREATE EXTENSION hstore; CREATE SCHEMA gk_moved');
	lends('gk_plain', 'ALTER EXTENSION hstore SET SCHEMA gk_moved', 'ALTER EXTENSION SET SCHEMA');
	is(value_of($node, q{SELECT nspname FROM pg_extension e JOIN pg_namespace n ON n.oid = extnamespace WHERE extname = 'hstore'}),
		'gk_moved', '... it has moved');
	refuses('gk_plain', 'ALTER FUNCTION gk_moved.akeys(gk_moved.hstore) SET SCHEMA gk', 'a function of it');
	refuses('gk_plain', 'ALTER FUNCTION gk_moved.akeys(gk_moved.hstore) OWNER TO gk_plain', 'its owner');
}

done_testing();
