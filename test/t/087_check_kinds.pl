#
# "pg_gatekeeper check": a fault in its other shapes is found, harmless twins are
# not, and the script that --fix writes mends in one run what needs no thought.
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

my $node = new_gatekeeper_node('kinds', conf => "gatekeeper.mode = 'off'\n");
my @here = ('-h', $node->host, '-p', $node->port, '-U', 'postgres');

sub run_command
{
	my (@arguments) = @_;
	my ($out, $err) = ('', '');
	IPC::Run::run([@arguments], '<', \undef, '>', \$out, '2>', \$err);
	return ($out, $err);
}

# What is found and counts: "id object" => finding.
sub findings
{
	my ($out, $err) = run_command($command, 'check', @here, '--json', '--limit', '500', @_);
	is($err, '', 'it says nothing else') if $err;
	my %found;
	foreach my $check (@{ decode_json($out)->{checks} })
	{
		$found{"$check->{id} $_->{object}{identity}: $_->{found}"} = $_ foreach grep { $_->{status} =~ /fail|warn|error/ } @{ $check->{findings} };
	}
	return %found;
}

sub sql
{
	my ($sql) = @_;
	return $node->safe_psql('postgres', $sql, extra_params => [ '-U', 'postgres' ]);
}

# A function of the ordinary role, and what of the superuser's calls it.
my $number = 0;
sub calls
{
	my ($what) = @_;
	my $f = 'u.f' . ++$number;
	return ("CREATE FUNCTION $f(int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN \$1; END'; ALTER FUNCTION $f(int) OWNER TO k_user;" . $what =~ s/CALL\(/$f(/gr);
}

sub definer
{
	my ($name, $body, %o) = @_;
	my $arguments = $o{arguments} // 't text, n int';
	return "CREATE FUNCTION s.$name($arguments) RETURNS $o{returns} LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS \$f\$$body\$f\$; REVOKE ALL ON FUNCTION s.$name FROM PUBLIC; GRANT EXECUTE ON FUNCTION s.$name TO k_user" if $o{returns};
	return "CREATE FUNCTION s.$name($arguments) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS \$f\$DECLARE q text; r record; BEGIN $body END\$f\$; REVOKE ALL ON FUNCTION s.$name FROM PUBLIC; GRANT EXECUTE ON FUNCTION s.$name TO k_user";
}

my $policy = 'CREATE POLICY %s ON s.rows TO k_app USING (%s)';

# Id, what in object or finding tells it, what plants it; behind "by hand", what no script decides.
my @faults = (
	# roles
	[ 'role-path', 'k_far', 'CREATE ROLE k_top SUPERUSER; CREATE ROLE k_mid IN ROLE k_top; CREATE ROLE k_far LOGIN IN ROLE k_mid' ],
	[ 'role-predefined', 'k_loads', 'CREATE ROLE k_files IN ROLE pg_read_server_files; CREATE ROLE k_loads LOGIN IN ROLE k_files' ],
	[ 'role-admin-option', 'k_passes', 'CREATE ROLE k_exec IN ROLE pg_execute_server_program; CREATE ROLE k_passes LOGIN; GRANT k_exec TO k_passes WITH ADMIN OPTION' ],
	[ 'role-attributes', 'k_creates', 'CREATE ROLE k_creates CREATEROLE; GRANT k_creates TO k_app' ],
	[ 'role-replication', 'k_copies', 'CREATE ROLE k_copies REPLICATION; GRANT k_copies TO k_app' ],
	[ 'role-settings-audit', 'k_app: log_statement', "ALTER ROLE k_app IN DATABASE postgres SET log_statement = 'none'" ],
	[ 'role-settings-rls', 'database k_db', 'ALTER DATABASE k_db SET row_security = off' ],
	[ 'role-settings-preload', 'database k_db', "ALTER DATABASE k_db SET session_preload_libraries = 'auto_explain'" ],
	[ 'role-settings-path', 'K Path', 'CREATE SCHEMA "K Path" AUTHORIZATION k_user; ALTER ROLE postgres IN DATABASE postgres SET search_path = "K Path", public' ],
	[ 'auth-md5', 'k_app', 'ALTER ROLE k_app SET password_encryption = md5' ],
	# privileges
	[ 'priv-default', 'SCHEMAS', 'ALTER DEFAULT PRIVILEGES FOR ROLE k_user GRANT ALL ON SCHEMAS TO PUBLIC' ],
	[ 'priv-public-table', 's.mat', 'CREATE MATERIALIZED VIEW s.mat AS SELECT 1 AS a; GRANT SELECT ON s.mat TO PUBLIC' ],
	[ 'priv-public-table', 's.part1', 'CREATE TABLE s.part(a int) PARTITION BY LIST (a); CREATE TABLE s.part1 PARTITION OF s.part FOR VALUES IN (1); GRANT SELECT ON s.part1 TO PUBLIC' ],
	[ 'priv-public-table', 's.far', "CREATE EXTENSION postgres_fdw; CREATE SERVER k_far FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '192.0.2.1', sslmode 'verify-full'); CREATE FOREIGN TABLE s.far(a int) SERVER k_far; GRANT ALL ON s.far TO PUBLIC" ],
	[ 'priv-functions', 'alias', "CREATE FUNCTION s.alias(text) RETURNS text LANGUAGE internal AS 'pg_read_file_all'" ],
	[ 'priv-functions', 'lo_export', 'GRANT EXECUTE ON FUNCTION lo_export(oid, text) TO k_app' ],
	[ 'priv-catalog', 'pg_authid: k_app', 'GRANT SELECT (rolname, rolpassword) ON pg_authid TO k_app' ],
	[ 'priv-catalog', 's.whole', 'CREATE VIEW s.whole AS SELECT a FROM pg_authid a; GRANT SELECT ON s.whole TO k_app' ],
	[ 'priv-catalog', 'pg_class: k_app', 'GRANT UPDATE (relacl) ON pg_class TO k_app' ],
	# code of others
	[ 'code-foreign-expression', 's.gen', calls('CREATE TABLE s.gen(a int, b int GENERATED ALWAYS AS (CALL(a)) STORED)') ],
	[ 'code-foreign-expression', 's.idx', calls('CREATE TABLE s.idx(a int); CREATE INDEX ON s.idx (a) WHERE CALL(a) > 1') ],
	[ 'code-foreign-expression', 's.pkey', calls('CREATE TABLE s.pkey(a int) PARTITION BY RANGE (CALL(a))') ],
	[ 'code-foreign-expression', 's.dom', calls('CREATE DOMAIN s.dom AS int CHECK (CALL(VALUE) > 0)') ],
	[ 'code-foreign-expression', 's.stat', calls('CREATE TABLE s.stat(a int, b int); CREATE STATISTICS s.st ON (CALL(a)), b FROM s.stat') ],
	[ 'code-foreign-expression', 's.whentrg', calls('CREATE TABLE s.whentrg(a int); CREATE TRIGGER t BEFORE UPDATE ON s.whentrg FOR EACH ROW WHEN (CALL(NEW.a) = 1) EXECUTE FUNCTION suppress_redundant_updates_trigger()') ],
	[ 'code-foreign-expression', 's.atomic', calls('CREATE PROCEDURE s.atomic() LANGUAGE sql BEGIN ATOMIC SELECT CALL(1); END') ],
	[ 'code-foreign-expression', 's.argument', calls("CREATE FUNCTION s.argument(a int DEFAULT CALL(1)) RETURNS int LANGUAGE sql AS 'SELECT 1'") ],
	[ 'code-foreign-expression', 's.k_ops', "CREATE FUNCTION u.cmp(int, int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN 0; END'; ALTER FUNCTION u.cmp(int, int) OWNER TO k_user; CREATE OPERATOR CLASS s.k_ops FOR TYPE int USING btree AS OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, FUNCTION 1 u.cmp(int, int)" ],
	[ 'code-foreign-expression', 's.k_range', "CREATE FUNCTION u.diff(float8, float8) RETURNS float8 LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN 0; END'; ALTER FUNCTION u.diff(float8, float8) OWNER TO k_user; CREATE TYPE s.k_range AS RANGE (subtype = float8, subtype_diff = u.diff)" ],
	[ 'code-foreign-expression', 's.domcol', 'CREATE DOMAIN u.dom AS int; ALTER DOMAIN u.dom OWNER TO k_user; CREATE TABLE s.domcol(a u.dom)' ],
	[ 'code-foreign-trigger', 'on s.viewtrg', 'CREATE VIEW s.viewtrg AS SELECT 1 AS a; CREATE TRIGGER t INSTEAD OF INSERT ON s.viewtrg FOR EACH ROW EXECUTE FUNCTION u.trg()' ],
	[ 'code-foreign-trigger', 'on s.parttrg', 'CREATE TABLE s.parttrg(a int) PARTITION BY LIST (a); CREATE TRIGGER t AFTER INSERT ON s.parttrg FOR EACH ROW EXECUTE FUNCTION u.trg()' ],
	[ 'code-shadow', 'public.sum', 'CREATE AGGREGATE public.sum(text) (sfunc = textcat, stype = text); ALTER AGGREGATE public.sum(text) OWNER TO k_user' ],
	[ 'code-public-owned', 'k_parted', 'CREATE TABLE public.k_parted(a int) PARTITION BY LIST (a); ALTER TABLE public.k_parted OWNER TO k_user' ],
	[ 'code-loopback', 'k_near', "CREATE SERVER k_near FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '192.0.2.1,localhost', sslmode 'verify-full')" ],
	# definer functions
	[ 'code-definer-path', 's.proc', "CREATE PROCEDURE s.proc() LANGUAGE plpgsql SECURITY DEFINER AS 'BEGIN NULL; END'; REVOKE ALL ON PROCEDURE s.proc() FROM PUBLIC" ],
	[ 'code-definer-path', 's.last', "CREATE FUNCTION s.last() RETURNS int LANGUAGE sql SECURITY DEFINER SET search_path = pg_temp, pg_catalog AS 'SELECT 1'; REVOKE ALL ON FUNCTION s.last() FROM PUBLIC" ],
	[ 'code-definer-dynamic', 's.replaced(', definer('replaced', q{EXECUTE replace('DROP TABLE $x', '$x', t);}) ],
	[ 'code-definer-dynamic', 's.by_into(', definer('by_into', q{SELECT 'DROP TABLE ' || t INTO q; EXECUTE q;}) ],
	[ 'code-definer-dynamic', 's.setting(', definer('setting', q{q := current_setting('k.q'); EXECUTE 'SELECT ' || q;}) ],
	[ 'code-definer-dynamic', 's.xml(', definer('xml', q{SELECT query_to_xml('SELECT ' || t, true, false, '')}, returns => 'xml') ],
	[ 'code-definer-calls', 's.reads(', 'CREATE VIEW u.seen AS SELECT 1 AS a; ALTER VIEW u.seen OWNER TO k_user; ' . definer('reads', 'SELECT * INTO r FROM u.seen;') ],
	# secrets
	[ 'code-secret', 's.connects(', q{CREATE FUNCTION s.connects() RETURNS text LANGUAGE sql AS $$SELECT 'host=h user=u password=S3cret!x'$$} ],
	[ 'code-secret', 'comment on table s.rows', q{COMMENT ON TABLE s.rows IS 'password: Winter2026x'} ],
	[ 'code-secret', 'comment on role k_app', q{COMMENT ON ROLE k_app IS 'pwd=Winter2026x'} ],
	[ 'code-secret', 'default of s.address', q{CREATE TABLE s.address(a text DEFAULT 'postgresql://u:S3cret!x@h/d')} ],
	[ 'code-secret', 's.atomic_text', q{CREATE FUNCTION s.atomic_text() RETURNS text LANGUAGE sql BEGIN ATOMIC SELECT 'postgresql://u:S3cret!x@h/d'; END} ],
	[ 'code-secret', 'constraint k_check', q{CREATE TABLE s.checked(a text CONSTRAINT k_check CHECK (a <> 'host=h password=S3cret!x'))}, 'by hand' ],
	# row security
	[ 'rls-true', 'p_sub on', sprintf($policy, 'p_sub', '(SELECT true)') ],
	[ 'rls-true', 'p_any on', sprintf($policy, 'p_any', 'o = current_user OR o <> current_user') ],
	[ 'rls-view', 's.invoked', 'CREATE VIEW s.plain AS SELECT * FROM s.rows; CREATE VIEW s.invoked WITH (security_invoker = true) AS SELECT * FROM s.plain; GRANT SELECT (o) ON s.invoked TO k_app' ],
	[ 'rls-matview', 's.kept', 'CREATE MATERIALIZED VIEW s.kept AS SELECT * FROM s.rows; GRANT SELECT ON s.kept TO k_app' ],
	[ 'rls-matview', 's.counts()', 'CREATE FUNCTION s.counts() RETURNS bigint LANGUAGE sql SECURITY DEFINER BEGIN ATOMIC SELECT count(*) FROM s.rows; END; GRANT EXECUTE ON FUNCTION s.counts() TO k_app' ],
	[ 'rls-partition', 's.child', 'CREATE TABLE s.child() INHERITS (s.rows); GRANT INSERT ON s.child TO PUBLIC' ],
	[ 'rls-setting', 'believed on', q{CREATE FUNCTION s.who() RETURNS text LANGUAGE sql STABLE AS $$SELECT current_setting('app.user')$$; } . sprintf($policy, 'believed', 'o = s.who()'), 'by hand' ],
	[ 'repl-publication', 'k_pub: schema s', 'CREATE PUBLICATION k_pub FOR TABLES IN SCHEMA s' ],
);

# What is as it should be, though it looks much like the above.
my @twins = (
	[ 'code-definer-dynamic', 's.quotes', definer('quotes', q{EXECUTE format('DROP TABLE %I', 'x' || t); EXECUTE 'SELECT ' || quote_literal(t) || n; RAISE NOTICE 'done %', t || 'x';}) ],
	[ 'code-definer-path', 's.empty', "CREATE FUNCTION s.empty() RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS 'BEGIN RETURN 1; END'; REVOKE ALL ON FUNCTION s.empty() FROM PUBLIC" ],
	[ 'code-secret', 's.asks', q{CREATE FUNCTION s.asks(p text) RETURNS text LANGUAGE plpgsql AS $$DECLARE password text := p; BEGIN EXECUTE format('ALTER ROLE x PASSWORD %L', p); RETURN 'host=h password=' || p; END$$; COMMENT ON FUNCTION s.asks(text) IS 'sets the password of a role'} ],
	[ 'code-foreign-trigger', 'on u.own', 'CREATE TABLE u.own(a int); ALTER TABLE u.own OWNER TO k_user; CREATE TRIGGER t AFTER INSERT ON u.own FOR EACH ROW EXECUTE FUNCTION u.trg()' ],
	[ 'code-loopback', 'k_beside', "CREATE SERVER k_beside FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host 'localhost', port '9', sslmode 'verify-full')" ],
	[ 'priv-catalog', 's.names', 'CREATE VIEW s.names AS SELECT rolname, rolsuper FROM pg_authid; GRANT SELECT ON s.names TO k_app' ],
	[ 'priv-functions', 'k_watch', 'CREATE ROLE k_watch; GRANT EXECUTE ON FUNCTION pg_ls_waldir() TO k_watch; GRANT EXECUTE ON FUNCTION pg_switch_wal() TO k_watch' ],
	[ 'rls-true', 'restricts', 'CREATE POLICY restricts ON s.rows AS RESTRICTIVE TO k_app USING (true)' ],
	[ 'rls-true', 'own_rows', sprintf($policy, 'own_rows', 'o IN (SELECT current_user)') ],
	[ 'role-settings-audit', 'k_app: log_min_duration', "ALTER ROLE k_app SET log_min_duration_statement = '1s'" ],
);

sql(q{CREATE ROLE k_user; CREATE ROLE k_app LOGIN CONNECTION LIMIT 1; CREATE SCHEMA s; CREATE SCHEMA u AUTHORIZATION k_user; GRANT USAGE ON SCHEMA s TO k_app;
	CREATE FUNCTION u.trg() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; ALTER FUNCTION u.trg() OWNER TO k_user;
	CREATE TABLE s.rows(o name); ALTER TABLE s.rows ENABLE ROW LEVEL SECURITY});
sql('CREATE DATABASE k_db');
sql(join(";\n", map { $_->[2] } @faults, @twins));

my $ids = join(',', sort keys %{ { map { $_->[0] => 1 } @faults } });
my %found = findings('--id', $ids);
is(join(' ', grep { $found{$_}{status} eq 'error' } sort keys %found), '', 'no query fails');

sub is_found
{
	my ($fault, %in) = @_;
	return grep { /^\Q$fault->[0]\E / && index($_, $fault->[1]) >= 0 } keys %in;
}
ok(is_found($_, %found), "$_->[0]: $_->[1]") foreach @faults;
ok(!is_found($_, %found), "$_->[0]: not $_->[1]") foreach @twins;

# Names are others' words: what is pasted is one statement all the same.
sql(qq{CREATE SCHEMA "x\n; ALTER ROLE k_user SUPERUSER; --"; GRANT CREATE ON SCHEMA "x\n; ALTER ROLE k_user SUPERUSER; --" TO PUBLIC});
my @named = grep { /^priv-schema-create x|^priv-schema-create "x/ } keys %{ { findings('--id', 'priv-schema-create') } };
is(scalar(@named), 1, 'a schema with a line in its name is found');
my ($script) = run_command($command, 'check', @here, '--id', 'priv-schema-create', '--fix');
unlike($script, qr/^; ALTER ROLE/m, '... and is no statement of the script');
sql(qq{DROP SCHEMA "x\n; ALTER ROLE k_user SUPERUSER; --"});

# The script, run as it is.
($script) = run_command($command, 'check', @here, '--id', $ids, '--fix');
like($script, qr/^echo 'read this script first' >&2; exit 1$/m, 'the script wants to be read');
$script =~ s/^echo 'read this script first' >&2; exit 1$//m;
my $path = $node->basedir . '/fix.sh';
sub run_script
{
	my ($text) = @_;
	open my $fh, '>', $path or die $!;
	print $fh $text;
	close $fh;
	local $ENV{PGUSER} = 'postgres';
	return run_command('/bin/sh', $path);
}
my ($out, $err) = run_script($script);
my %left = findings('--id', $ids);
my %by_hand = map { $_ => 1 } map { is_found($_, %left) } grep { $_->[3] } @faults;
is(join("\n", grep { !$by_hand{$_} } sort keys %left), '', 'the script leaves nothing that it can decide')
  or diag($err);
ok(is_found($_, %left), "... and leaves $_->[1] to a person") foreach grep { $_->[3] } @faults;

# A line that several checks find fault with becomes one line.
my $hba = $node->data_dir . '/pg_hba.conf';
my $lines = do { local (@ARGV, $/) = $hba; <> };
$node->append_conf('pg_hba.conf', "host k_db all 10.0.0.0/8 md5 # many\nhost k_db k_app 10.20.0.0/24 scram-sha-256\nhost k_db k_app 10.20.0.9/32 ldap ldapserver=l.example.org ldapbasedn=dc=x ldapbinddn=x ldapbindpasswd=Hidden99\n");
sql('SELECT pg_reload_conf()');
($script) = run_command($command, 'check', @here, '--id', 'net-hba-range,net-hba-all,auth-md5,tls-required,tls-auth-backend', '--fix');
unlike($script, qr/Hidden99/, 'a secret is not shown');
$script =~ s/^echo 'read this script first' >&2; exit 1$//m;
# not how the test itself connects
$script =~ s/^set_line \S+ \d+ '?(?:local|host +\S+ +\S+ +(?:127|::1)).*\n.*\n//mg;
($out, $err) = run_script($script);
my @now = (split /\n/, do { local (@ARGV, $/) = $hba; <> })[-3 .. -1];
like($now[0], qr/^hostssl k_db ("\w+",)*"k_app"(,"\w+")* 10\.0\.0\.0\/24 scram-sha-256$/, 'all that is wanted of a line');
is($now[1], 'hostssl k_db k_app 10.20.0.0/24 scram-sha-256', '... or the one thing');
is($now[2], 'hostssl k_db k_app 10.20.0.9/32 scram-sha-256', '... and what goes with a method goes with it');

$node->stop;
done_testing();
