#
# A managed service, by the example that is shipped: what a customer's administrator
# without superuser rights can do, and cannot; gatekeeper.allowed_extensions and
# gatekeeper.protected_roles.
#
# Copyright (c) 2026, the pg_gatekeeper authors
# SPDX-License-Identifier: PostgreSQL

use strict;
use warnings;
use GkTest;
use Test::More;

my $example = "$ENV{GK_TOP}/conf/examples/managed-service.sql";
my $said = GkTest::slurp($example);
my @settings = $said =~ /^--\t(gatekeeper\.\w+ = '.*')$/mg;
is(scalar @settings, 2, 'the example says how the server is set');
my $node = new_gatekeeper_node('managed', conf => join("\n", 'wal_level = logical', 'logging_collector = on', @settings) . "\n");

$node->command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr('postgres'), '-f', $example ],
	'the example can be executed');

# ------------------------------------------------------------------------
# The customer's administrator
# ------------------------------------------------------------------------

allowed_for($node, 'customer_admin', "SELECT * FROM service.$_", "allowed: $_") foreach
  q{create_extension('hstore')}, q{create_extension('pg_stat_statements')}, q{update_extension('hstore')},
  'reset_statistics()', q{publish_all('everything')}, q{set_my_password('one')}, 'log_all_statements()',
  'switch_wal()', 'wal_files()', 'log_files()', 'reload()', q{create_slot('changes')}, 'log_slower_than(1000)';
is(value_of($node, q{SELECT extname FROM pg_extension WHERE extname = 'hstore'}), 'hstore', '... the extension is there');
is(value_of($node, q{SELECT rolpassword IS NOT NULL FROM pg_authid WHERE rolname = 'customer_admin'}), 't', '... and the password');
is(value_of($node, q{SELECT plugin FROM pg_replication_slots}), 'pgoutput', '... and the slot');
value_of($node, q{SELECT pg_drop_replication_slot('changes')});
denied_for($node, 'customer_admin', q{SELECT service.create_extension('dblink')}, 'denied: an extension that is not listed',
	qr/creating an extension that is not listed is not allowed/);
denied_for($node, 'customer_admin', 'SELECT pg_reload_conf()', 'denied: without the function', qr/permission denied/);
# none of the functions does more than its one thing
denied_for($node, 'customer_admin', q{SELECT service.password_of('customer_admin')}, q{denied: a pooler's function}, qr/permission denied/);
value_of($node, q{SECURITY LABEL FOR gatekeeper ON FUNCTION service.wal_files IS NULL});
denied_for($node, 'customer_admin', 'SELECT * FROM service.wal_files()', 'denied: without its label');

# ------------------------------------------------------------------------
# Service roles
# ------------------------------------------------------------------------

value_of($node, 'CREATE ROLE svc_plain LOGIN');
$node->append_conf('postgresql.conf', "gatekeeper.protected_roles = 'svc_backup, svc_monitor, svc_plain, \"Svc New\"'\n");
reload_and_wait($node, qr/protected_roles/);
foreach my $sql (
	q{ALTER ROLE svc_plain PASSWORD 'stolen'}, q{ALTER ROLE svc_plain SET work_mem = '1MB'}, 'ALTER ROLE svc_plain RENAME TO mine',
	'ALTER ROLE svc_plain NOLOGIN', 'DROP ROLE svc_plain', 'GRANT svc_plain TO customer_admin', 'CREATE ROLE mine IN ROLE svc_plain',
	q{CREATE ROLE "Svc New"}, q{ALTER ROLE svc_monitor PASSWORD 'stolen'}, q{CREATE ROLE mine; ALTER ROLE mine RENAME TO "Svc New"})
{
	denied_for($node, 'customer_admin', $sql, "denied: $sql", qr/is not allowed|permission denied|must have|must be/);
}
is(value_of($node, q{SELECT rolpassword IS NULL AND rolcanlogin FROM pg_authid WHERE rolname = 'svc_plain'}), 't', '... and it is as it was');
# allowed: others, and to others
allowed_for($node, 'customer_admin', q{CREATE ROLE app LOGIN PASSWORD 'a'; ALTER ROLE app PASSWORD 'b'; ALTER ROLE app RENAME TO app2; DROP ROLE app2},
	'an ordinary role of the customer');
allowed_for($node, 'svc_plain', q{ALTER ROLE svc_plain PASSWORD 'own'}, 'the role itself changes its password');
allowed_for($node, 'postgres', q{ALTER ROLE svc_plain PASSWORD 'x'; CREATE ROLE "Svc New"; DROP ROLE "Svc New"}, 'a superuser may');

# ------------------------------------------------------------------------
# Versions
# ------------------------------------------------------------------------

sub listed
{
	my ($list) = @_;
	$node->append_conf('postgresql.conf', "gatekeeper.allowed_extensions = '$list'\n");
	reload_and_wait($node, qr/allowed_extensions/);
	return;
}

listed('cube = 1.4, earthdistance, citext >= 1.10, pg_trgm >= 1.3');
denied_for($node, 'postgres', 'CREATE EXTENSION cube', 'denied: the default version is another', qr/not listed/);
denied_for($node, 'postgres', 'CREATE EXTENSION earthdistance CASCADE', '... by CASCADE, too', qr/not listed/);
# allowed: although its scripts begin with another version
allowed_for($node, 'postgres', q{CREATE EXTENSION cube VERSION '1.4'}, 'the listed version');
denied_for($node, 'postgres', q{ALTER EXTENSION cube UPDATE}, 'denied: an update to another', qr/updating an extension to a version that is not listed/);
denied_for($node, 'postgres', q{CREATE EXTENSION citext}, 'denied: 1.6 is before 1.10', qr/not listed/);
allowed_for($node, 'postgres', $_, "allowed: $_")
  foreach 'CREATE EXTENSION pg_trgm', 'CREATE EXTENSION earthdistance', 'ALTER EXTENSION cube SET SCHEMA pg_catalog', 'DROP EXTENSION cube CASCADE';
listed('citext >= 1.6');
allowed_for($node, 'postgres', 'CREATE EXTENSION citext', 'since a version');
listed('');
allowed_for($node, 'postgres', 'CREATE EXTENSION cube', 'an empty list lets all');
foreach my $bad ('hstore,', 'hstore > 1', 'hstore >=', 'a b', ',a', '"a')
{
	my ($ok, $out, $err) = run_as($node, 'postgres', "ALTER SYSTEM SET gatekeeper.allowed_extensions = '$bad'");
	ok(!$ok && $err =~ /is not a list of extensions/, "no list: $bad") or diag($err);
}

# ------------------------------------------------------------------------
# Strict: a reload only makes the list tighter
# ------------------------------------------------------------------------

$node->append_conf('postgresql.conf', "gatekeeper.strict = on\ngatekeeper.allowed_extensions = 'hstore, cube >= 1.4'\n");
$node->restart;
foreach (
	[ '', 'hstore, cube >= 1.4' ], [ 'hstore, cube >= 1.4, dblink', 'hstore, cube >= 1.4' ],
	[ 'cube >= 1.3', 'hstore, cube >= 1.4' ], [ 'cube >= 1.4', 'cube >= 1.4' ])
{
	my ($to, $is) = @$_;
	listed($to);
	is(value_of($node, 'SHOW gatekeeper.allowed_extensions'), $is, "strict: to '$to'");
}

$node->stop;
done_testing();
