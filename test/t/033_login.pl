#
# Who logs in: superusers that are not reserved, sessions that come from the server
# itself, replication, and what a database's settings do to a superuser's session.
#
# Copyright (c) 2026, the pg_gatekeeper authors
# SPDX-License-Identifier: PostgreSQL

use strict;
use warnings;
use GkTest;
use Test::More;

my ($socket, $records) = start_collector();
my $node = new_gatekeeper_node('login', streaming => 'logical',
	conf => "listen_addresses = '127.0.0.1'\ngatekeeper.audit_sink = 'journald'\ngatekeeper.audit_journal_socket = '$socket'\n");
load_probes($node);
my $port = $node->port;
my $host = $node->host;

# What has been told of logins, as "type|role|verdict|source|priority".
sub logins
{
	my ($pattern) = @_;
	return grep { $_ =~ $pattern }
	  map { join '|', map { $_ // '' } @$_{qw(GATEKEEPER_OBJECT_TYPE GATEKEEPER_OBJECT GATEKEEPER_NEW_VALUE
		GATEKEEPER_SOURCE PRIORITY)} }
	  grep { ($_->{GATEKEEPER_EVENT} // '') eq 'login' } $records->();
}

# ------------------------------------------------------------------------
# Sessions that come from the server itself
# ------------------------------------------------------------------------

SKIP:
{
	skip 'dblink is not installed', 14
	  if value_of($node, q{SELECT count(*) FROM pg_available_extensions WHERE name = 'dblink'}) ne '1';
	value_of($node, 'CREATE EXTENSION dblink');

	my $read = q{pg_read_file('PG_VERSION')};
	foreach my $way ([ 'a Unix socket', "host=$host" ], [ 'TCP', 'host=127.0.0.1' ])
	{
		my ($name, $where) = @$way;
		my $to = "$where port=$port user=postgres dbname=postgres application_name=" . ($name =~ s/\W//gr);

		# denied: what a superuser's own session may do
		denied_for($node, 'postgres', qq{SELECT * FROM dblink('$to', \$r\$SELECT $read\$r\$) t(a text)},
			"over $name, a session from the server itself is suspect",
			qr/reading a server file is not allowed.*circumstances self.*process \d+ of this server made the connection/s);
		is(value_of($node, qq{SELECT * FROM dblink('$to', 'SELECT count(*) FROM pg_database') t(a text)}),
			value_of($node, 'SELECT count(*) FROM pg_database'), '... and does ordinary work');
		# denied: in a parallel worker of such a session
		denied_for($node, 'postgres', qq{SELECT * FROM dblink('$to', \$\$
				SET force_parallel_mode = on; SET parallel_leader_participation = off;
				SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0;
				SELECT $read FROM pg_class LIMIT 1\$\$) t(a text)},
			'... in its parallel workers, too', qr/is not allowed.*self/s)
		  if value_of($node, 'SHOW server_version_num') < 160000;
		# denied: two hops
		denied_for($node, 'postgres', qq{SELECT * FROM dblink('$to', \$\$
				SELECT * FROM dblink('$to', \$r\$SELECT $read\$r\$) t(a text)\$\$) t(a text)},
			'... and so is what it connects to', qr/is not allowed/);
	}
	is(scalar(grep { /\|contained\|backend \d+ of role postgres\|4$/ } logins(qr/^superuser from the server itself/)) > 0,
		1, 'the records say which backend it was');
}

# allowed: clients of the server's host, over both ways
allowed_for($node, 'postgres', q{SELECT length(pg_read_file('PG_VERSION'))}, 'a client of the same host is a client');
is(qx(psql -XAtq -h 127.0.0.1 -p $port -U postgres -d postgres -c "SELECT length(pg_read_file('PG_VERSION'))" 2>&1), "3\n",
	'... over TCP, too');

# ------------------------------------------------------------------------
# Superusers that are not reserved
# ------------------------------------------------------------------------

is(scalar(logins(qr/^unreserved/)), 0, 'postgres is reserved');
# past every rule, as by a file written: the server does it without the module
$node->stop;
my $conf = $node->data_dir . '/postgresql.conf';
$node->append_conf('postgresql.conf', "shared_preload_libraries = ''\n");
$node->start;
$node->safe_psql('postgres', 'CREATE ROLE planted LOGIN SUPERUSER; CREATE ROLE child LOGIN IN ROLE planted');
$node->stop;
$node->append_conf('postgresql.conf', "shared_preload_libraries = 'pg_gatekeeper'\n");
$node->start;

allowed_for($node, 'planted', 'SELECT 1', 'by default a superuser that is not reserved is let in');
is((logins(qr/^unreserved/))[0], 'unreserved superuser|planted|let in|client of operating system user ' . $< . '|2',
	'... with an urgent record');
allowed_for($node, 'child', 'SELECT 1', 'so is a member of one');
is(scalar(logins(qr/^unreserved superuser\|child\|let in/)), 1, '... with a record, too');
allowed_for($node, 'gk_user', 'SELECT 1', 'an ordinary role');
is(scalar(logins(qr/gk_user/)), 0, '... leaves none');

$node->append_conf('postgresql.conf', "gatekeeper.unreserved_superusers = 'refuse'\n");
reload_and_wait($node, qr/gatekeeper.unreserved_superusers/);
# denied: over TCP, from anywhere
like(qx(psql -XAtq -h 127.0.0.1 -p $port -U planted -d postgres -c 'SELECT 1' 2>&1),
	qr/role "planted" is not allowed to log in/, 'where it says so, it is refused');
like(qx(psql -XAtq -h 127.0.0.1 -p $port -U child -d postgres -c 'SELECT 1' 2>&1),
	qr/role "child" is not allowed to log in/, '... a member, too');
is(scalar(logins(qr/^unreserved superuser\|planted\|refused\|client\|2$/)), 1, '... and recorded');
# allowed: who runs the server could undo it anyway
allowed_for($node, 'planted', 'SELECT 1', 'not to the operating system user of the server');
is(qx(psql -XAtq -h 127.0.0.1 -p $port -U postgres -d postgres -c 'SELECT 1' 2>&1), "1\n",
	'a reserved superuser is let in');
is(qx(psql -XAtq -h 127.0.0.1 -p $port -U gk_user -d postgres -c 'SELECT 1' 2>&1), "1\n",
	'... and so is an ordinary role');

# ------------------------------------------------------------------------
# Replication
# ------------------------------------------------------------------------

value_of($node, 'CREATE ROLE repl LOGIN REPLICATION; CREATE ROLE other LOGIN REPLICATION');
my $replicate = "psql -XAtq -h '$host' -p $port -c IDENTIFY_SYSTEM";
like(qx($replicate -d 'replication=true user=repl' 2>&1), qr/^\d+\|/, 'a role that may replicate does');
is((logins(qr/^replication/))[0], 'replication|repl|let in|client of operating system user ' . $< . '|4', '... which is recorded');
$node->append_conf('postgresql.conf', "gatekeeper.replication_roles = 'repl'\n");
reload_and_wait($node, qr/gatekeeper.replication_roles/);
like(qx($replicate -d 'replication=true user=repl' 2>&1), qr/^\d+\|/, 'who is on the list may go on');
like(qx($replicate -d 'replication=database user=other dbname=postgres' 2>&1),
	qr/role "other" is not allowed to replicate/, 'others are refused');
is(scalar(logins(qr/^replication\|other\|refused\|.*\|2$/)), 1, '... with a record');

# ------------------------------------------------------------------------
# Settings of a database
# ------------------------------------------------------------------------

value_of($node, q{CREATE DATABASE hers OWNER gk_user; CREATE DATABASE ours;
	ALTER DATABASE ours SET search_path = anything, public});
sub in_hers
{
	my ($role, $query, $options) = @_;
	local $ENV{PGOPTIONS} = $options // '';
	my $out = qx(psql -XAtq -h '$host' -p $port -U $role -d hers -c "$query" 2>&1);
	chomp $out;
	return $out;
}
in_hers('gk_user', 'CREATE SCHEMA app');
in_hers('postgres', 'CREATE SCHEMA tools');
in_hers('gk_user', $_)
  foreach ('ALTER DATABASE hers SET search_path = app, tools, public, pg_catalog',
	'ALTER DATABASE hers SET standard_conforming_strings = off', 'ALTER DATABASE hers SET work_mem = 12345',
	'ALTER DATABASE hers SET role = gk_user');

is(in_hers('gk_user', 'SHOW search_path'), 'app, tools, public, pg_catalog', 'the owner has what they set');
# denied: the way in for others' tables and functions
is(in_hers('postgres', 'SHOW search_path'), 'tools, public', 'a superuser has what is trusted of it');
is(in_hers('postgres', 'SHOW standard_conforming_strings'), 'on', '... reads strings as they are written');
is(in_hers('postgres', 'SELECT current_user'), 'postgres', '... and keeps the role');
is(in_hers('postgres', 'RESET search_path; SHOW search_path'), 'tools, public', '... after a RESET, too');
is(scalar(logins(qr/^setting of a database\|search_path\|tools, public\|hers\|4$/)), 1, '... which is recorded');
# allowed: what does not steer, and what others ask for
is(in_hers('postgres', 'SHOW work_mem'), '12345kB', 'what does not steer stays');
is(in_hers('postgres', 'SHOW search_path', '-c search_path=app'), 'app', 'the client may ask for more');
is(qx(psql -XAtq -h '$host' -p $port -U postgres -d ours -c 'SHOW search_path'), "anything, public\n",
	"a superuser's own database is left alone");
value_of($node, 'ALTER ROLE postgres SET search_path = app');
is(in_hers('postgres', 'SHOW search_path'), 'app', "... and so are the role's own settings");
value_of($node, 'ALTER ROLE postgres RESET search_path');
value_of($node, q{SECURITY LABEL FOR gatekeeper ON ROLE gk_user IS 'trusted'});
is(in_hers('postgres', 'SHOW search_path'), 'app, tools, public, pg_catalog', 'the owner can be vouched for');

$node->stop;
done_testing();
