#
# "pg_gatekeeper check": a fault is found, under its name and with a remedy that
# mends it; its harmless twin is not.
#
# Copyright (c) 2026, the pg_gatekeeper authors
# SPDX-License-Identifier: PostgreSQL

use strict;
use warnings;
use GkTest;
use IPC::Run ();
use JSON::PP qw(decode_json);
use Test::More;

my $command = "$ENV{GK_TOP}/src/cli/pg_gatekeeper";
plan(skip_all => 'the command is not built: it needs libsystemd and libpq') if !-x $command;
delete $ENV{PGUSER};

my $node = new_gatekeeper_node('check', conf => "gatekeeper.mode = 'off'\n");
my @here = ('-h', $node->host, '-p', $node->port, '-U', 'postgres');

sub check
{
	my (@arguments) = @_;
	my ($out, $err) = ('', '');
	IPC::Run::run([ $command, 'check', @arguments ], '<', \undef, '>', \$out, '2>', \$err);
	return ($? >> 8, $out, $err);
}

sub sql
{
	my ($sql) = @_;
	return $node->safe_psql('postgres', $sql, extra_params => [ '-U', 'postgres' ]);
}

# The checks by name, as JSON has them.
sub findings
{
	my ($status, $out, $err) = check(@here, '--json', @_);
	is($err, '', 'it says nothing else') if $err;
	my $json = decode_json($out);
	return map { $_->{id} => $_ } @{ $json->{checks} };
}

# What is planted: names of checks, what brings the fault in, what in the object's name tells it.
my @faults = (
	[ 'role-superuser', 'CREATE ROLE p_super SUPERUSER LOGIN', 'p_super' ],
	[ 'role-path', 'CREATE ROLE p_group; GRANT postgres TO p_group; CREATE ROLE p_way LOGIN IN ROLE p_group', 'p_way' ],
	[ 'role-predefined', 'CREATE ROLE p_load LOGIN IN ROLE pg_read_server_files', 'p_load' ],
	[ 'role-connlimit', 'CREATE ROLE p_limit LOGIN', 'p_limit' ],
	[ 'role-settings-audit', 'CREATE ROLE p_quiet; ALTER ROLE p_quiet SET log_min_messages = panic', 'p_quiet' ],
	[ 'auth-guessable', undef, 'p_guess' ],
	[ 'priv-public-table', 'CREATE TABLE s.open(a int, b int); GRANT SELECT (b) ON s.open TO PUBLIC', 's.open' ],
	[ 'priv-functions', 'GRANT EXECUTE ON FUNCTION pg_ls_dir(text) TO p_user', 'pg_ls_dir' ],
	[ 'priv-schema-create', 'GRANT CREATE ON SCHEMA s TO PUBLIC', 's' ],
	[ 'code-definer-path', q{CREATE FUNCTION s.no_path() RETURNS int LANGUAGE plpgsql SECURITY DEFINER AS 'BEGIN RETURN 1; END'}, 's.no_path()' ],
	[ 'code-definer-execute', q{CREATE FUNCTION s.all_call() RETURNS int LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS 'SELECT 1'}, 's.all_call()' ],
	[ 'code-shadow', q{CREATE FUNCTION public.lower(varchar) RETURNS text LANGUAGE sql AS 'SELECT pg_catalog.lower($1::text)'; ALTER FUNCTION public.lower(varchar) OWNER TO p_user}, 'public.lower' ],
	[ 'code-foreign-trigger', q{CREATE FUNCTION s.trg() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; ALTER FUNCTION s.trg() OWNER TO p_user; CREATE TABLE s.trg(a int); CREATE TRIGGER t BEFORE INSERT ON s.trg FOR EACH ROW EXECUTE FUNCTION s.trg()}, 't on s.trg' ],
	[ 'code-foreign-expression', q{CREATE FUNCTION s.fx(int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN $1; END'; ALTER FUNCTION s.fx(int) OWNER TO p_user; CREATE TABLE s.fx(a int DEFAULT s.fx(1))}, 's.fx -> s.fx(integer)' ],
	[ 'code-foreign-expression', q{CREATE FUNCTION s.fy(int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN $1; END'; ALTER FUNCTION s.fy(int) OWNER TO p_user; CREATE FUNCTION s.body() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT s.fy(1); END}, 's.body() -> s.fy(integer)' ],
	[ 'code-public-owned', 'CREATE DOMAIN public.p_dom AS text; ALTER DOMAIN public.p_dom OWNER TO p_user', 'p_dom' ],
	[ 'code-secret', q{ALTER ROLE p_user SET app.api_key = 'k-928347982374'}, 'p_user' ],
	[ 'code-loopback', q{CREATE EXTENSION postgres_fdw; CREATE SERVER p_self FOREIGN DATA WRAPPER postgres_fdw OPTIONS (hostaddr '127.0.0.1')}, 'server p_self' ],
	[ 'role-attributes', 'CREATE ROLE p_byp BYPASSRLS; CREATE ROLE p_bypm LOGIN IN ROLE p_byp', 'p_byp' ],
	[ 'role-settings-audit', q{ALTER ROLE ALL SET log_min_error_statement = 'PANIC'}, 'ALL: log_min_error_statement' ],
	[ 'priv-catalog', 'CREATE VIEW s.hashes AS SELECT rolname, rolpassword FROM pg_authid; GRANT SELECT ON s.hashes TO p_user', 's.hashes' ],
	[ 'priv-parameter', 'GRANT SET ON PARAMETER log_statement TO p_user', 'log_statement: p_user' ],
	[ 'priv-lo', 'ALTER ROLE p_user SET lo_compat_privileges = on', 'p_user: lo_compat' ],
	[ 'rls-true', 'CREATE TABLE s.same(o name); ALTER TABLE s.same ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON s.same USING (o = o)', 'p on s.same' ],
	[ 'rls-partition', 'CREATE TABLE s.up(a int); ALTER TABLE s.up ENABLE ROW LEVEL SECURITY; CREATE TABLE s.down() INHERITS (s.up); GRANT SELECT (a) ON s.down TO p_user', 's.down' ],
	[ 'rls-disabled', 'CREATE TABLE s.pol(a int); CREATE POLICY p ON s.pol USING (a = 1)', 's.pol' ],
	[ 'rls-true', 'CREATE TABLE s.truly(a int); ALTER TABLE s.truly ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON s.truly USING (1 = 1)', 'p on s.truly' ],
	[ 'rls-view', 'CREATE TABLE s.rows(a int); ALTER TABLE s.rows ENABLE ROW LEVEL SECURITY; CREATE VIEW s.inner_view AS SELECT * FROM s.rows; CREATE VIEW s.seen AS SELECT * FROM s.inner_view; GRANT SELECT ON s.seen TO p_user', 's.seen' ],
);

sql('CREATE SCHEMA s; CREATE ROLE p_user; GRANT USAGE ON SCHEMA s TO p_user; REVOKE CREATE ON SCHEMA public FROM PUBLIC');

# Databases do not change how it reads what it asks.
sql('CREATE DATABASE p_strings');
sql('ALTER DATABASE p_strings SET standard_conforming_strings = off');
my %clean = findings('--limit', '500');
my @wrong = grep { $clean{$_}{status} eq 'error' } sort keys %clean;
is("@wrong", '', 'no query fails')
  or diag(map { "$_: $clean{$_}{findings}[0]{found}\n" } @wrong);
cmp_ok(scalar(keys %clean), '>', 110, 'there are checks');

sub has
{
	my ($found, $object) = @_;
	return grep { index($_->{object}{identity}, $object) >= 0 } @{ $found->{findings} };
}

foreach my $fault (@faults)
{
	my ($id, $plant, $object) = @$fault;
	is(scalar(has($clean{$id}, $object)), 0, "$id: nothing is found before");
	sql($plant) if $plant;
}
# a verifier of the role's own name
sql("SET password_encryption = 'scram-sha-256'; CREATE ROLE p_guess LOGIN PASSWORD 'p_guess'");

my %planted = findings('--limit', '500');
foreach my $fault (@faults)
{
	my ($id, undef, $object) = @$fault;
	my @found = has($planted{$id}, $object);
	cmp_ok(scalar(@found), '>=', 1, "$id: found") or next;
	ok($found[0]{why} && $found[0]{found}, '... with what it is, and why it matters');
	is($found[0]{remedy}{kind}, 'sql', '... and a remedy in SQL');
	sql($_) foreach map { $_->{remedy}{text} =~ s/^\\password.*\n//r } @found;
}
my %mended = findings('--limit', '500');
foreach my $fault (@faults)
{
	my ($id, undef, $object) = @$fault;
	is(join(', ', map { $_->{found} } grep { $_->{status} =~ /fail|warn/ } has($mended{$id}, $object)), '', "$id: gone after its remedy");
}

# What is set for the role that looks hides no setting of the server's.
sql("ALTER DATABASE postgres SET log_min_error_statement = 'error'");
sql("ALTER SYSTEM SET log_min_error_statement = 'panic'");
sql('SELECT pg_reload_conf()');
my %hidden = findings('--id', 'log-errors');
is($hidden{'log-errors'}{status}, 'fail', 'the settings of the role that looks are not the server\'s');
sql('ALTER SYSTEM RESET log_min_error_statement');
sql('ALTER DATABASE postgres RESET ALL');

# Dynamic SQL: the body is read, not grepped.
my %bodies = (
	bad_format => [ 1, q{EXECUTE format('DROP TABLE %s', t);} ],
	bad_concat => [ 1, q{EXECUTE 'DROP TABLE ' || t;} ],
	bad_variable => [ 1, q{q := 'SELECT ' || t; q := q || ' LIMIT 1'; EXECUTE q;} ],
	bad_concat_function => [ 1, q{EXECUTE concat('DROP TABLE ', lower(t)) USING t;} ],
	bad_open => [ 1, q{OPEN c FOR EXECUTE 'SELECT * FROM ' || t;} ],
	bad_order => [ 1, q{EXECUTE format('SELECT %2$s FROM %1$I', 'a', t);} ],
	good_name => [ 0, q{EXECUTE format('DROP TABLE %I', 'list_' || t);} ],
	good_quote => [ 0, q{EXECUTE 'DROP TABLE ' || quote_ident(t);} ],
	good_using => [ 0, q{EXECUTE 'SELECT $1' USING t || 'x';} ],
	good_number => [ 0, q{EXECUTE 'SELECT ' || n; EXECUTE 'SELECT ' || t::regclass;} ],
	good_variable => [ 0, q{q := 'SELECT 1'; IF t = 'x' THEN q := q || ' LIMIT 1'; END IF; EXECUTE q;} ],
	bad_field => [ 1, q{FOR r IN SELECT relname AS x FROM pg_class LOOP EXECUTE 'ANALYZE ' || r.x; END LOOP;} ],
	good_field => [ 0, q{FOR r IN SELECT oid::regclass AS x, quote_ident(relname) AS y FROM pg_class LOOP EXECUTE 'ANALYZE ' || r.x; EXECUTE 'ANALYZE ' || r.y; END LOOP;} ],
	good_comment => [ 0, q{-- EXECUTE 'DROP ' || t;
		/* EXECUTE t; */ PERFORM 1;} ],
);
sql(qq{CREATE FUNCTION s.$_(t text, n int) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS \$f\$
	DECLARE q text; c refcursor; r record; BEGIN $bodies{$_}[1] END\$f\$}) foreach sort keys %bodies;
my $has_perl = sql("SELECT count(*) FROM pg_available_extensions WHERE name = 'plperl'");
sql(q{CREATE EXTENSION plperl; CREATE FUNCTION s.bad_perl(text) RETURNS void LANGUAGE plperl SECURITY DEFINER AS $f$spi_exec_query("ANALYZE $_[0]")$f$;
	CREATE FUNCTION s.good_perl(text) RETURNS void LANGUAGE plperl SECURITY DEFINER AS $f$my $t = quote_ident($_[0]); spi_exec_query('ANALYZE ' . quote_ident($_[0]))$f$})
  if $has_perl;
my %dynamic = findings('--id', 'code-definer-dynamic');
is(join(' ', sort keys %dynamic), 'code-definer-dynamic', '--id chooses');
foreach my $name (sort keys %bodies)
{
	is(scalar(has($dynamic{'code-definer-dynamic'}, "s.$name(")), $bodies{$name}[0], "dynamic SQL: $name");
}

is(join(' ', map { $_->{object}{identity} } grep { $_->{object}{identity} =~ /_perl/ } @{ $dynamic{'code-definer-dynamic'}{findings} }),
	$has_perl ? 's.bad_perl(text)' : '', 'dynamic SQL: Perl');

# Exit status, forms, waivers, baseline.
my ($status, $out, $err) = check(@here, '--id', 'code-definer-dynamic');
is($status, 1, 'a fail is exit status 1');
like($out, qr/^FAIL +high +code-definer-dynamic /m, '... and is shown');
($status) = check(@here, '--id', 'code-definer-dynamic', '--fail-on', 'never');
is($status, 0, '--fail-on never');
($status, $out) = check(@here, '--id', 'code-definer-dynamic', '--format', 'nagios');
is($status, 2, 'Nagios hears of it');
like($out, qr/^CRITICAL - 1 fail, 0 warn \(code-definer-dynamic\) \| fail=1;;1 /, '... in its own words');
($status, $out) = check(@here, '--id', 'no-such-check');
is($status, 2, 'a check that there is none is refused');

my $waivers = $node->basedir . '/waivers';
sub waive
{
	open my $fh, '>', $waivers or die $!;
	print $fh @_;
	close $fh;
	return;
}
waive("# known\ncode-definer-dynamic s.bad_* 2999-12-31 to be mended by OPS-1\n");
($status, $out) = check(@here, '--id', 'code-definer-dynamic', '--waivers', $waivers);
is($status, 0, 'what is waived does not count');
like($out, qr/waived until 2999-12-31: to be mended by OPS-1/, '... and is shown as that');
waive("code-definer-dynamic s.bad_* 2001-12-31 too long ago\n");
($status, $out) = check(@here, '--id', 'code-definer-dynamic,waiver-expired', '--waivers', $waivers);
is($status, 1, 'an expired waiver does not');
like($out, qr/waiver-expired/, '... and is told');
waive("code-definer-dynamic s.bad_*\n");
($status, $out, $err) = check(@here, '--waivers', $waivers);
is($status, 2, 'a waiver without an end is refused');

my $baseline = $node->basedir . '/baseline.json';
check(@here, '--id', 'code-definer-dynamic', '--json', '-o', $baseline);
sql(q{DROP FUNCTION s.bad_open; CREATE FUNCTION s.bad_new(t text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS 'BEGIN EXECUTE t; END'});
($status, $out) = check(@here, '--id', 'code-definer-dynamic', '--baseline', $baseline, '--fail-on', 'new', '-v');
is($status, 1, 'something is new');
is_deeply([ sort($out =~ /s\.(bad_\w+)\(.*\[new\]/g) ], ['bad_new'], '... and which');
like($out, qr/^gone   .*s\.bad_open\(/m, '... and what is gone');
foreach my $form (qw(html sarif junit verbose))
{
	($status, $out, $err) = check(@here, '--layer', 'code', '--format', $form, '--fail-on', 'never');
	is("$status $err", '0 ', "--format $form");
	like($out, qr/bad_new/, '... has the finding');
	unlike($out, qr{<script|src=|href="http}, '... and nothing from elsewhere') if $form eq 'html';
	decode_json($out) if $form eq 'sarif';
}
($status, $out) = check(@here, '--layer', 'code', '--fix', '--fail-on', 'never');
like($out, qr/^echo 'read this first|exit 1$/m, '--fix makes a script that does nothing by itself');

# Without rights it says what it could not see.
sql('CREATE ROLE p_monitor LOGIN IN ROLE pg_monitor');
($status, $out, $err) = check('-h', $node->host, '-p', $node->port, '-U', 'p_monitor', '--json', '--no-files');
is($err, '', 'a member of pg_monitor may look');
my %seen = map { $_->{id} => $_ } @{ decode_json($out)->{checks} };
is($seen{'auth-md5'}{status}, 'skip', '... and what takes a superuser is skipped');
like($seen{'auth-md5'}{skipped}, qr/permission denied.*superuser/, '... for want of rights');
is($seen{'net-listen'}{status}, 'pass', '... and the rest is not');
is(join(' ', grep { $seen{$_}{status} eq 'error' } sort keys %seen), '', '... and nothing fails');

# The same by SQL.
sql('CREATE EXTENSION pg_gatekeeper');
my %by_sql = map { split /\|/, $_, 2 } split /\n/,
  sql("SELECT id, string_agg(DISTINCT status, ' ') FROM gatekeeper.posture() GROUP BY id");
%seen = findings('--no-files');
is(join(' ', sort keys %by_sql), join(' ', sort keys %seen), 'gatekeeper.posture() has the same checks');
is(join(' ', grep { $by_sql{$_} =~ /error/ } sort keys %by_sql), '', '... and none fails');
# what is of other databases the command alone sees
my @differ = grep { $by_sql{$_} ne 'skip' && ($by_sql{$_} =~ /fail/) != ($seen{$_}{status} eq 'fail')
	  && !grep { $_->{database} eq 'template1' } @{ $seen{$_}{findings} } } sort keys %by_sql;
is("@differ", '', '... which find the same');
is( $node->safe_psql('postgres', "SET ROLE p_monitor; SELECT string_agg(DISTINCT status, ' ' ORDER BY status) FROM gatekeeper.posture() WHERE id IN ('auth-md5', 'net-listen')",
		extra_params => [ '-U', 'postgres' ]),
	'pass skip', '... and a member of pg_monitor sees part of it');

# Before enforcing: what of today's ways to work a rule refuses.
sql(q{CREATE FUNCTION s.lookup(n text, OUT u text, OUT p text) LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS 'SELECT usename, passwd FROM pg_shadow WHERE usename = n';
	CREATE FUNCTION s.reload() RETURNS bool LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS 'SELECT pg_reload_conf()';
	CREATE FUNCTION s.harmless() RETURNS bigint LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS 'SELECT count(*) FROM pg_class -- pg_reload_conf()';
	GRANT EXECUTE ON FUNCTION pg_read_binary_file(text) TO p_user; GRANT postgres TO p_group; CREATE ROLE p_second SUPERUSER LOGIN});
sql(q{ALTER SYSTEM SET gatekeeper.mode = 'audit'});
sql('SELECT pg_reload_conf()');
$node->safe_psql('postgres', 'SET SESSION AUTHORIZATION p_user; SELECT s.reload()', extra_params => [ '-U', 'postgres' ]);
sub preflight
{
	my %found = findings('--preflight');
	is(join(' ', grep { $found{$_}{status} eq 'error' } sort keys %found), '', 'no query of --preflight fails');
	my %by_object;
	foreach my $id (grep { /^pre-/ } keys %found)
	{
		$by_object{"$id $_->{object}{identity}"} = $_ foreach @{ $found{$id}{findings} };
	}
	return %by_object;
}
my %refused = preflight();
like($refused{'pre-functions s.lookup(text)'}{found}, qr/catalog_secrets/, '--preflight: what an auth_query does');
like($refused{'pre-functions s.reload()'}{found}, qr/server_control/, '... and a listed function');
ok(!$refused{'pre-functions s.harmless()'}, '... and no comment');
ok($refused{'pre-file-roles p_user'}, '... and a role that reads files, as for pg_rewind');
ok($refused{'pre-administrators p_way'}, '... and who may become superuser');
ok($refused{'pre-superusers p_second'}, '... and superusers that are not reserved');
ok((grep { /^pre-records server_control: .* by p_user/ } keys %refused), '... and what the dry run recorded');
is(join(' ', grep { /^pre-/ } sort keys %seen), '', '... and without it, none of this is a finding');
sql($_->{remedy}{text}) foreach @refused{ 'pre-functions s.lookup(text)', 'pre-functions s.reload()', 'pre-file-roles p_user', 'pre-administrators p_way' };
my %left = preflight();
is(join(', ', grep { /lookup|reload\(|file-roles p_user|p_way/ } sort keys %left), '', '... gone after their remedies');
sql(q{ALTER SYSTEM SET gatekeeper.mode = 'enforce'});
sql('SELECT pg_reload_conf()');
is($node->safe_psql('postgres', 'SET SESSION AUTHORIZATION p_user; SELECT s.reload()', extra_params => [ '-U', 'postgres' ]), 't', '... and it works when the module enforces');

# The table: every check is in the man page.
my $man = do { local (@ARGV, $/) = "$ENV{GK_TOP}/man/pg_gatekeeper.1"; <> };
my @listed = map { /^(\S+)/ } split /\n/, (check('--list'))[1];
is(join(' ', grep { $man !~ /^\.It Li \Q$_\E$/m } @listed), '', 'the man page has every check');
done_testing();
