#
# Extensions go on working: every one this server has is created, updated from
# every version it can be created at, and dropped; trusted ones by the owner of
# a database as well, and all of them by an ordinary user under pgextwlist
# where that is installed.  What somebody installed beside contrib is tried, too.
#
# An extension that cannot be created here at all (it wants to be preloaded, or
# a library is missing) says so itself: only what we refuse is a failure.
#
# Copyright (c) 2026, the pg_gatekeeper authors
# SPDX-License-Identifier: PostgreSQL

use strict;
use warnings;
use GkTest;
use Test::More;

chomp(my $libdir = qx(pg_config --pkglibdir));

# Not ours to try: the probes of the other tests, and the blocked one.
my $ours = q{name !~ '^gk_' AND name NOT IN ('file_fdw', 'plpgsql')};

# Extensions that refuse to be created unless they were preloaded.
my @preload = grep { -e "$libdir/$_.so" }
  qw(timescaledb pg_stat_statements pg_stat_kcache pg_cron pgaudit pglogical);

my $node = new_gatekeeper_node('extensions', start => 0);

# Where the probes are, up to 17, which hides directories of other extensions.
$node->append_conf('postgresql.conf', "extension_destdir = ''\n")
  if PostgreSQL::Test::Utils::slurp_file($ENV{GK_TEST_CONF}) =~ /^extension_destdir/m;
$node->append_conf('postgresql.conf',
	"shared_preload_libraries = '" . join(',', 'pg_gatekeeper', @preload) . "'\n");
$node->append_conf('postgresql.conf', "cron.database_name = 'postgres'\n") if grep { /cron/ } @preload;
$node->start;

# One psql for one extension; what it leaves is dropped again.
my $clean = q{SELECT format('DROP EXTENSION IF EXISTS %I CASCADE', extname)
	FROM pg_extension WHERE extname <> 'plpgsql' ORDER BY oid DESC \gexec};

sub try_extension
{
	my ($database, $role, $what, $sql, $may_refuse) = @_;
	my ($out, $err);
	my $status = $node->psql($database,
		"\\set ON_ERROR_STOP 1\nSET client_min_messages = warning;\n$sql\n",
		stdout => \$out, stderr => \$err,
		extra_params => [ '-U', $role, '-v', 'VERBOSITY=verbose' ]);

	my ($reason) = $err =~ /(?:ERROR|FATAL): +(.*)/;

	if ($status == 0)
	{
		pass($what);
	}
	elsif ($may_refuse && $err =~ $may_refuse)
	{
		pass("$what: refused as documented");
	}
	elsif ($err =~ /pg_gatekeeper: |server closed the connection/ || !$reason)
	{
		fail($what) || diag($err);
	}
	else
	{
		note("$what: $reason");
	}
	$node->psql($database, "SET client_min_messages = warning;\n$clean", stderr => \$err);
	return $status == 0;
}

sub rows
{
	my ($sql) = @_;
	return map { [ split /\|/ ] } split /\n/, value_of($node, $sql);
}

# Name, version, whether that is the default one, whether it is trusted.
my @versions = rows(
	qq{SELECT name, version, version = default_version, trusted
		FROM pg_available_extension_versions JOIN pg_available_extensions USING (name)
		WHERE $ours ORDER BY 1, 2});
my @names = do { my %seen; grep { !$seen{$_}++ } map { $_->[0] } @versions };

cmp_ok(scalar(@names), '>', 20, 'the server has extensions to try')
  or BAIL_OUT('contrib is not installed');

# ------------------------------------------------------------------------
# A superuser
# ------------------------------------------------------------------------

# Every other version there is a way to; and from any to the newest.
sub updates
{
	my ($name, $from) = @_;
	return map { qq{ALTER EXTENSION "$name" UPDATE TO '$_->[0]';\n} } rows(
		qq{SELECT target FROM pg_extension_update_paths('$name')
			WHERE source = '$from' AND path IS NOT NULL
			AND target = (SELECT default_version FROM pg_available_extensions WHERE name = '$name')});
}

my ($created, $updated) = (0, 0);
foreach (@versions)
{
	my ($name, $version, $is_default) = @$_;
	my @updates = $is_default eq 't' ? () : updates($name, $version);

	# allowed: a superuser creates, updates and drops extensions
	$created += try_extension('postgres', 'postgres',
		"superuser: $name $version" . (@updates ? ' and its update' : ''),
		qq{CREATE EXTENSION "$name" VERSION '$version' CASCADE;\n}
		  . join('', @updates)
		  . qq{DROP EXTENSION "$name" CASCADE;});
	$updated += @updates;
}
cmp_ok($created, '>', 40, 'most of them could be created here');
cmp_ok($updated, '>', 10, 'and many updated');

# allowed: even the language that initdb installed
allowed_for($node, 'postgres', 'DROP EXTENSION plpgsql; CREATE EXTENSION plpgsql',
	'superuser: plpgsql');

# allowed: ALTER EXTENSION in its other forms
allowed_for($node, 'postgres', q{
	CREATE EXTENSION hstore;
	CREATE SCHEMA elsewhere;
	ALTER EXTENSION hstore SET SCHEMA elsewhere;
	CREATE FUNCTION added() RETURNS int LANGUAGE sql AS 'SELECT 1';
	ALTER EXTENSION hstore ADD FUNCTION added();
	ALTER EXTENSION hstore DROP FUNCTION added();
	COMMENT ON EXTENSION hstore IS 'for us';
	DROP FUNCTION added();
	DROP EXTENSION hstore; DROP SCHEMA elsewhere}, 'superuser: ALTER EXTENSION');

# denied: the blocked one; its twins were all the others
denied_for($node, 'postgres', 'CREATE EXTENSION file_fdw', 'superuser: file_fdw is blocked',
	qr/creating a blocked extension/);

# ------------------------------------------------------------------------
# The owner of a database
# ------------------------------------------------------------------------

value_of($node, 'CREATE ROLE gk_owner LOGIN');
value_of($node, 'CREATE DATABASE gk_owned OWNER gk_owner');
$node->safe_psql('gk_owned', 'ALTER SCHEMA public OWNER TO gk_owner');

my %is_trusted;
$is_trusted{ $_->[0] } = 1 foreach grep { $_->[3] eq 't' } @versions;

foreach (grep { $is_trusted{ $_->[0] } } @versions)
{
	my ($name, $version, $is_default) = @$_;
	my @updates = $is_default eq 't' ? () : updates($name, $version);

	# allowed: who owns the database may have trusted extensions
	try_extension('gk_owned', 'gk_owner',
		"database owner: $name $version" . (@updates ? ' and its update' : ''),
		qq{CREATE EXTENSION "$name" VERSION '$version' CASCADE;\n}
		  . join('', @updates)
		  . qq{DROP EXTENSION "$name" CASCADE;});
}

# allowed: the same from his own function, also when a superuser became him
my ($old_seg) = rows(q{SELECT version FROM pg_available_extension_versions v
	WHERE name = 'seg' AND trusted AND version <> '1.4' AND EXISTS (SELECT FROM pg_extension_update_paths('seg')
		WHERE source = v.version AND path IS NOT NULL AND target <> source)});
if ($old_seg)
{
	my $function = qq{
		CREATE FUNCTION install_seg() RETURNS void LANGUAGE plpgsql AS \$\$BEGIN
			CREATE EXTENSION seg VERSION '$old_seg->[0]'; ALTER EXTENSION seg UPDATE; END\$\$;
		SELECT install_seg(); DROP EXTENSION seg; DROP FUNCTION install_seg();};

	try_extension('gk_owned', 'gk_owner', 'database owner: seg from a function of his', $function);
	try_extension('gk_owned', 'postgres', 'database owner by SET ROLE: seg from a function of his',
		"SET ROLE gk_owner; $function");
}

# ------------------------------------------------------------------------
# An ordinary user under pgextwlist
# ------------------------------------------------------------------------

SKIP:
{
	skip 'pgextwlist is not installed', 1 if !-e "$libdir/pgextwlist.so";

	$node->append_conf('postgresql.conf',
		"shared_preload_libraries = '" . join(',', 'pgextwlist', 'pg_gatekeeper', @preload) . "'\n"
		  . "extwlist.extensions = '" . join(',', @names, 'file_fdw') . "'\n");
	$node->restart;
	value_of($node, 'CREATE ROLE gk_guest LOGIN');
	value_of($node, 'CREATE DATABASE gk_guests');
	$node->safe_psql('gk_guests', 'GRANT CREATE ON DATABASE gk_guests TO gk_guest; GRANT CREATE ON SCHEMA public TO gk_guest');

	# The list does not vouch for languages that reach the host, nor for
	# aliases of functions that do: a superuser brings those in.
	# Nor for taking guards away again.
	my $reaching = qr/Rule (?:untrusted_language at .*: language|native_code at .*: function|backdoor at .*: (?:event trigger "pgaudit_|extension "set_user")) ?"?/;

	foreach (grep { $_->[2] eq 't' } @versions)
	{
		my ($name) = @$_;

		# allowed: whoever keeps the list vouches for what is on it
		try_extension('gk_guests', 'gk_guest', "pgextwlist: $name",
			qq{CREATE EXTENSION "$name" CASCADE;\nDROP EXTENSION "$name" CASCADE;}, $reaching);
	}

	# denied: being on that list does not take it off ours
	my ($out, $err);
	isnt($node->psql('gk_guests', 'CREATE EXTENSION file_fdw', stderr => \$err,
			extra_params => [ '-U', 'gk_guest' ]), 0, 'pgextwlist: file_fdw is blocked');
	like($err, qr/pg_gatekeeper: creating a blocked extension/, '... by us');
}

$node->stop;
done_testing();
