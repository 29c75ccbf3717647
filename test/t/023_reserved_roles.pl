#
# gatekeeper.reserved_roles: the only roles that may become superusers, by the
# name they have then; and what pg_dumpall writes can be restored.
#
# Copyright (c) 2026, the pg_gatekeeper authors
# SPDX-License-Identifier: PostgreSQL

use strict;
use warnings;
use GkTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_gatekeeper_node('reserved',
	conf => qq{gatekeeper.reserved_roles = 'postgres, Second, "Odd ""Name"'\n});
load_probes($node);

sub is_super
{
	my ($role, $expected, $what) = @_;
	return is(value_of($node, "SELECT rolsuper FROM pg_roles WHERE rolname = '$role'"),
		$expected, $what);
}

# allowed: reserved roles, as identifiers are folded
allowed_for($node, 'postgres', 'CREATE ROLE second SUPERUSER LOGIN', 'a reserved role is made superuser');
is_super('second', 't', '... and is one');
allowed_for($node, 'postgres', 'CREATE ROLE "Odd ""Name"; ALTER ROLE "Odd ""Name" SUPERUSER',
	'a reserved role with a quoted name too');
is_super('Odd "Name', 't', '... and is one');
allowed_for($node, 'second', 'ALTER ROLE second SUPERUSER PASSWORD NULL', 'a superuser may stay one');

# denied: other names
denied_for($node, 'postgres', 'CREATE ROLE "Second" SUPERUSER', 'names are compared exactly');
denied_for($node, 'postgres', 'CREATE ROLE third SUPERUSER', 'another role is not made superuser');
denied_for($node, 'postgres', 'BEGIN; CREATE ROLE third; ALTER ROLE third SUPERUSER; COMMIT', '... in two steps');
denied_for($node, 'postgres', 'ALTER ROLE gk_user SUPERUSER', '... nor one that is there');
is(value_of($node, 'SELECT count(*) FROM pg_roles WHERE rolsuper'), '3', 'nothing came of it');

# denied: a reserved name is not to be borrowed
denied_for($node, 'postgres', 'ALTER ROLE second RENAME TO third',
	'a superuser does not leave its reserved name');
denied_for($node, 'postgres', <<'EOT', '... nor in between');
BEGIN;
ALTER ROLE second NOSUPERUSER;
ALTER ROLE second RENAME TO third;
ALTER ROLE third SUPERUSER;
COMMIT;
EOT
is(value_of($node, q{SELECT count(*) FROM pg_roles WHERE rolname = 'third'}), '0', 'nothing came of it');
# allowed: without the attribute it may be called anything
allowed_for($node, 'postgres',
	'ALTER ROLE second NOSUPERUSER; ALTER ROLE second RENAME TO third; ALTER ROLE third RENAME TO second; '
	  . 'ALTER ROLE second SUPERUSER', 'an ordinary role is renamed');
# allowed: the bootstrap superuser is known by what it is
allowed_for($node, 'second',
	'ALTER ROLE postgres RENAME TO boss; ALTER ROLE boss SUPERUSER; ALTER ROLE boss RENAME TO postgres',
	'the bootstrap superuser is renamed');

# denied: a circumstance binds reserved roles too
$node->safe_psql('postgres', 'ALTER ROLE second NOSUPERUSER');
denied_for($node, 'gk_user', q{SELECT gk.as_definer('ALTER ROLE second SUPERUSER')},
	'a SECURITY DEFINER function makes no superuser, reserved or not');
denied_for($node, 'postgres', q{SELECT gk.in_extension('ALTER ROLE second SUPERUSER')},
	'... nor does an extension');
is_super('second', 'f', 'nothing came of it');

# allowed: what pg_dumpall writes
$node->safe_psql('postgres', <<'EOT');
CREATE ROLE team; CREATE ROLE member LOGIN PASSWORD 'secret' IN ROLE team;
CREATE ROLE backup REPLICATION LOGIN; CREATE ROLE files; GRANT pg_read_server_files TO files;
ALTER ROLE member SET work_mem = '5MB'; ALTER ROLE second SUPERUSER;
EOT
my $dump = $node->basedir . '/roles.sql';
my $roles = q{SELECT string_agg(rolname || rolsuper || rolreplication || rolcreaterole, ',' ORDER BY rolname)
	FROM pg_roles WHERE rolname !~ '^pg_'};
my $memberships = q{SELECT count(*) FROM pg_auth_members};
my $restored = new_gatekeeper_node('restored',
	conf => qq{gatekeeper.reserved_roles = 'postgres, second, "Odd ""Name"'\n});

$node->command_ok([ 'pg_dumpall', '--roles-only', '-f', $dump ], 'pg_dumpall writes the roles');
my ($out, $err);
$restored->psql('postgres', GkTest::slurp($dump), on_error_stop => 0, stdout => \$out, stderr => \$err);
unlike($err, qr/pg_gatekeeper/, 'they are restored');
is(value_of($restored, $roles), value_of($node, $roles), '... with their attributes');
is(value_of($restored, $memberships), value_of($node, $memberships), '... and memberships');

done_testing();
