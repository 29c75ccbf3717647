#
# What administrators do all the time goes on: moving a whole cluster with
# pg_dumpall, single databases with pg_dump and pg_restore as superuser and as
# their owner, psql's listings, maintenance by hand and by autovacuum, logical
# replication, base backups, pg_rewind.
#
# Copyright (c) 2026, the pg_gatekeeper authors
# SPDX-License-Identifier: PostgreSQL

use strict;
use warnings;
use GkTest;
use Test::More;
use Time::HiRes qw(sleep);

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;

my $scratch = PostgreSQL::Test::Utils::tempdir();
my $gatekeeper = slurp_file($ENV{GK_TEST_CONF});
my $libdir = `pg_config --pkglibdir`;
chomp $libdir;

# Runs a program of the server's; true when it succeeded and said nothing of us.
sub runs
{
	my ($what, @command) = @_;
	my ($out, $err) = ('', '');
	my $ok = IPC::Run::run(\@command, '>', \$out, '2>', \$err);

	return ok($ok && $err !~ /pg_gatekeeper|ERROR/, $what)
	  || diag("@command\n$err");
}

# A dump without what is different each time.
sub dump_of
{
	my ($node, @what) = @_;
	my ($out, $err) = ('', '');

	IPC::Run::run([ @what, '-h', $node->host, '-p', $node->port, '-U', 'postgres' ],
		'>', \$out, '2>', \$err)
	  or diag("@what: $err");
	is($err, '', "$what[0] says nothing");
	$out =~ s/^\\(?:un)?restrict .*\n//mg;
	return $out;
}

# ------------------------------------------------------------------------
# A cluster without the module, as somebody has it who is going to use it
# ------------------------------------------------------------------------

my $old = PostgreSQL::Test::Cluster->new('old');
$old->init(extra => [ '-U', 'postgres' ]);
$old->append_conf('postgresql.conf', "wal_level = logical\nmax_logical_replication_workers = 0\n");
$old->start;

$old->safe_psql('postgres', q{
	CREATE ROLE gk_dba SUPERUSER LOGIN PASSWORD 'one';
	CREATE ROLE gk_app LOGIN PASSWORD 'two' CONNECTION LIMIT 50;
	CREATE ROLE gk_staff NOLOGIN;
	CREATE ROLE gk_clerk LOGIN VALID UNTIL '2040-01-01' IN ROLE gk_staff;
	CREATE ROLE gk_roles LOGIN CREATEROLE CREATEDB;
	CREATE ROLE gk_standby LOGIN REPLICATION;
	CREATE ROLE gk_report LOGIN BYPASSRLS;
	CREATE ROLE gk_loader LOGIN;
	CREATE ROLE gk_watch LOGIN;
	GRANT gk_staff TO gk_roles WITH ADMIN OPTION;
	GRANT gk_app TO gk_dba;
	GRANT gk_dba TO gk_loader;
	GRANT pg_monitor, pg_signal_backend TO gk_watch;
	GRANT pg_read_server_files, pg_write_server_files, pg_execute_server_program TO gk_loader;
	GRANT pg_read_all_data, pg_write_all_data TO gk_report;
	ALTER ROLE gk_app SET search_path = app, public;
	ALTER ROLE gk_dba SET log_statement = 'all';
	ALTER ROLE gk_loader SET session_replication_role = 'replica';
	ALTER ROLE ALL SET lock_timeout = '1min';
	GRANT SET ON PARAMETER session_replication_role TO gk_loader;
	CREATE DATABASE shop OWNER gk_app;
	ALTER DATABASE shop SET work_mem = '8MB';
	ALTER DATABASE shop SET log_min_messages = 'warning';
	ALTER ROLE gk_app IN DATABASE shop SET statement_timeout = '5min';
	CREATE DATABASE owned OWNER gk_app;
	CREATE DATABASE empty_one});

# What belongs to an ordinary user, and can be dumped and restored by him.
my $owners = q{
	SET SESSION AUTHORIZATION gk_app;
	CREATE SCHEMA app;
	CREATE EXTENSION hstore SCHEMA app;
	CREATE EXTENSION pg_trgm SCHEMA app;
	SET search_path = app;
	CREATE TYPE mood AS ENUM ('sad', 'ok');
	CREATE FUNCTION is_fine(int) RETURNS bool LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN $1 > 0; END';
	CREATE FUNCTION half(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1 / 2';
	CREATE DOMAIN positive AS int CHECK (app.is_fine(VALUE));
	CREATE TABLE log(at timestamptz DEFAULT '2026-01-01', what text);
	CREATE FUNCTION noted() RETURNS trigger LANGUAGE plpgsql AS
		$$BEGIN INSERT INTO app.log(what) VALUES (TG_OP || ' ' || current_setting('work_mem')); RETURN NEW; END$$;
	CREATE FUNCTION next_name() RETURNS text LANGUAGE sql AS $$SELECT 'n' || count(*) FROM app.log$$;
	CREATE TABLE item(
		id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
		name text DEFAULT app.next_name(),
		n app.positive NOT NULL CHECK (app.is_fine(n)),
		h int GENERATED ALWAYS AS (app.half(n)) STORED,
		tags app.hstore, m app.mood DEFAULT 'ok', secret bool DEFAULT false);
	CREATE INDEX item_half ON item(app.half(n)) WHERE app.is_fine(n);
	CREATE INDEX item_order ON item(app.half(n));
	CREATE INDEX item_name ON item USING gin (name app.gin_trgm_ops);
	CREATE STATISTICS item_statistics ON n, (app.half(n)) FROM item;
	CREATE TRIGGER noted AFTER INSERT OR UPDATE ON item FOR EACH ROW WHEN (app.is_fine(NEW.n))
		EXECUTE FUNCTION app.noted();
	CREATE TABLE part(id int, v text) PARTITION BY RANGE (id);
	CREATE TABLE part1 PARTITION OF part FOR VALUES FROM (0) TO (1000);
	ALTER TABLE item ENABLE ROW LEVEL SECURITY;
	CREATE POLICY open_ones ON item USING (NOT secret AND app.is_fine(n));
	CREATE VIEW fine AS SELECT id, name, app.half(n) AS half FROM item WHERE app.is_fine(n);
	CREATE RULE kept AS ON DELETE TO fine DO INSTEAD NOTHING;
	CREATE MATERIALIZED VIEW summary AS SELECT app.half(n) AS half, count(*) FROM item GROUP BY 1;
	CREATE UNIQUE INDEX ON summary(half);
	CREATE AGGREGATE total(int) (SFUNC = int4pl, STYPE = int, INITCOND = '0');
	CREATE OPERATOR ### (LEFTARG = int, RIGHTARG = int, FUNCTION = int4pl);
	CREATE PROCEDURE add_item(int) LANGUAGE plpgsql SECURITY DEFINER SET search_path = app AS
		'BEGIN INSERT INTO item(n) VALUES ($1); END';
	CREATE TEXT SEARCH CONFIGURATION simple_one (COPY = pg_catalog.simple);
	INSERT INTO item(n, name) SELECT g, 'name ' || g FROM generate_series(1, 200) g;
	INSERT INTO part SELECT g, g FROM generate_series(1, 100) g;
	REFRESH MATERIALIZED VIEW summary;
	GRANT USAGE ON SCHEMA app TO gk_staff;
	GRANT SELECT, INSERT ON item, fine TO gk_staff;
	ALTER DEFAULT PRIVILEGES IN SCHEMA app GRANT SELECT ON TABLES TO gk_staff;
	SELECT lo_from_bytea(4242, 'large');
	GRANT SELECT ON LARGE OBJECT 4242 TO gk_staff;
	COMMENT ON TABLE item IS 'items';
	RESET SESSION AUTHORIZATION; };
$old->safe_psql('owned', $owners);
$old->safe_psql('shop', $owners);

# And what takes a superuser.
$old->safe_psql('shop', q{
	CREATE SCHEMA ops;
	CREATE EXTENSION postgres_fdw;
	CREATE EXTENSION dblink;
	CREATE EXTENSION pg_stat_statements;
	CREATE FUNCTION ops.promote_user(text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
		SET search_path = pg_catalog AS $$BEGIN EXECUTE format('ALTER ROLE %I CONNECTION LIMIT 9', $1); END$$;
	CREATE FUNCTION ops.replica() RETURNS void LANGUAGE sql SET session_replication_role = 'replica' AS 'SELECT';
	CREATE FUNCTION ops.noticed() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN NULL; END';
	CREATE EVENT TRIGGER noticed ON ddl_command_end EXECUTE FUNCTION ops.noticed();
	CREATE FUNCTION ops.nothing() RETURNS int LANGUAGE internal IMMUTABLE AS 'pg_backend_pid';
	CREATE FUNCTION ops.fdw_ok() RETURNS fdw_handler LANGUAGE c AS '$libdir/postgres_fdw', 'postgres_fdw_handler';
	CREATE SERVER other FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host 'localhost', dbname 'shop');
	CREATE USER MAPPING FOR gk_app SERVER other OPTIONS (user 'gk_app', password 'three');
	CREATE USER MAPPING FOR PUBLIC SERVER other OPTIONS (user 'nobody');
	GRANT USAGE ON FOREIGN SERVER other TO gk_app;
	CREATE FOREIGN TABLE ops.remote(id int) SERVER other OPTIONS (table_name 'item');
	CREATE FOREIGN TABLE app.remote(id int) SERVER other;
	ALTER FOREIGN TABLE app.remote OWNER TO gk_app;
	CREATE PUBLICATION everything FOR ALL TABLES;
	CREATE PUBLICATION items FOR TABLE app.item (id, name) WHERE (id > 0);
	CREATE SUBSCRIPTION incoming CONNECTION 'host=localhost password=four' PUBLICATION p
		WITH (connect = false, slot_name = NONE);
	CREATE TABLE ops.settings(k text, v text);
	CREATE CAST (text AS app.mood) WITH INOUT;
	CREATE VIEW ops.who AS SELECT usename FROM pg_user;
	GRANT EXECUTE ON FUNCTION pg_reload_conf(), pg_read_file(text) TO gk_watch;
	GRANT SELECT ON pg_authid TO gk_watch;
	REVOKE SELECT ON pg_settings FROM PUBLIC;
	GRANT SELECT ON pg_settings TO gk_app;
	ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO gk_staff;
	REVOKE EXECUTE ON FUNCTION ops.promote_user(text) FROM PUBLIC;
	GRANT EXECUTE ON FUNCTION ops.promote_user(text) TO gk_app});
foreach my $language (grep { -e "$libdir/" . ($_ eq 'plpython3u' ? 'plpython3' : 'plperl') . '.so' } qw(plpython3u plperlu))
{
	$old->safe_psql('shop', "CREATE EXTENSION $language;
		CREATE FUNCTION ops.$language() RETURNS int LANGUAGE $language AS 'return 1'");
}

my $everything = dump_of($old, 'pg_dumpall');
my $shop = dump_of($old, 'pg_dump', '-C', '-d', 'shop');
my $owned = dump_of($old, 'pg_dump', '-d', 'owned');
append_to_file("$scratch/all.sql", $everything);

# ------------------------------------------------------------------------
# pg_dumpall into fresh clusters that have the module
# ------------------------------------------------------------------------

sub restored
{
	my ($node) = @_;
	my ($out, $err) = ('', '');

	IPC::Run::run([ 'psql', '-X', '-q', '-d', $node->connstr('postgres'), '-f', "$scratch/all.sql" ],
		'>', \$out, '2>', \$err);
	# the one that each restore reports
	$err =~ s/^.*ERROR:  role "postgres" already exists\n//m;
	$err =~ s/^.*WARNING:  (?:tables were not subscribed|subscription was created, but).*\n(?:HINT:.*\n)?//m;
	return $err;
}

# allowed: everything, when the old superusers may be superusers here
my $new = new_gatekeeper_node('new',
	conf => "gatekeeper.reserved_roles = 'postgres, gk_dba'\nwal_level = logical\n"
	  . "max_logical_replication_workers = 0\n");
is(restored($new), '', 'pg_dumpall restores without an error');
is(dump_of($new, 'pg_dumpall'), $everything, '... and all is as it was');
is($new->safe_psql('shop', 'SELECT lo_get(4242)'), '\x6c61726765', '... large objects, too');

# denied: a superuser that nobody reserved; all the rest is there, and of that role,
# too.  What goes wrong then is that role's, and said.
my $strange = new_gatekeeper_node('strange');
my $said = restored($strange);
like($said, qr/WARNING:  pg_gatekeeper: making role "gk_dba" superuser is not allowed/,
	'pg_dumpall: a superuser that is not reserved is refused');
unlike($said, qr/ERROR:  .*"gk_dba"/, '... and nothing else of it');
is(value_of($strange, q{SELECT rolsuper, rolcanlogin, rolpassword IS NOT NULL FROM pg_authid WHERE rolname = 'gk_dba'}),
	'f|t|t', '... it is not one, but can log in');
allowed_for($strange, 'gk_dba', 'SELECT 1', '... and does');
# denied: what somebody writes by hand
denied_for($strange, 'postgres', 'ALTER ROLE gk_dba SUPERUSER LOGIN', 'ALTER ROLE SUPERUSER by hand');
# denied: the dump's statement in a function, as a whole
my $all = 'SUPERUSER INHERIT CREATEROLE CREATEDB LOGIN REPLICATION BYPASSRLS';
denied_for($strange, 'postgres', "DO 'BEGIN ALTER ROLE gk_staff WITH $all; END'", '... in a DO block');
denied_for($strange, 'gk_roles', "ALTER ROLE gk_staff WITH $all", '... by a role with CREATEROLE',
	qr/must be superuser|is not allowed|permission denied/);
is(value_of($strange, q{SELECT rolsuper, rolcanlogin, rolcreaterole FROM pg_roles WHERE rolname = 'gk_staff'}), 'f|f|f', '... changes nothing');
is($strange->safe_psql('shop', 'SELECT count(*) FROM app.item'), '200', '... but the data is there');
$strange->stop;

# allowed: once he is reserved, the dump's own statement makes him one
$strange->append_conf('postgresql.conf', "gatekeeper.reserved_roles = 'postgres, gk_dba'\n");
$strange->start;
allowed_for($strange, 'postgres', "ALTER ROLE gk_dba WITH SUPERUSER LOGIN", 'a reserved role becomes superuser');
is(value_of($strange, q{SELECT rolsuper, rolcanlogin FROM pg_roles WHERE rolname = 'gk_dba'}),
	't|t', '... and is one');
$strange->stop;

# ------------------------------------------------------------------------
# pg_dump and pg_restore
# ------------------------------------------------------------------------

my @superuser = ('-h', $new->host, '-p', $new->port, '-U', 'postgres');
my @owner = ('-h', $new->host, '-p', $new->port, '-U', 'gk_app');

# allowed: a superuser, in parallel
runs('superuser: pg_dump -Fd -j 2', 'pg_dump', @superuser, '-Fd', '-j', 2, '-f', "$scratch/shop", 'shop');
$new->safe_psql('shop', 'DROP SUBSCRIPTION incoming');
value_of($new, 'DROP DATABASE shop');
runs('superuser: pg_restore -C -j 2', 'pg_restore', @superuser, '-j', 2, '-C', '-d', 'postgres', "$scratch/shop");
is(dump_of($new, 'pg_dump', '-C', '-d', 'shop'), $shop, '... and all is as it was');
runs('superuser: pg_restore --clean', 'pg_restore', @superuser, '-c', '--if-exists', '-d', 'shop', "$scratch/shop");
runs('superuser: pg_dump --inserts of the data alone', 'pg_dump', @superuser,
	'--inserts', '-a', '--disable-triggers', '-f', "$scratch/shop.sql", '-t', 'app.item', 'shop');
$new->safe_psql('shop', 'TRUNCATE app.item');
runs('superuser: ... which disables triggers and loads', 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1',
	@superuser, '-d', 'shop', '-f', "$scratch/shop.sql");
is($new->safe_psql('shop', 'SELECT count(*) FROM app.item'), '200', '... everything');

# allowed: the owner of a database, as far as the server lets him
runs('owner: pg_dump -Fd -j 2', 'pg_dump', @owner, '-Fd', '-j', 2, '-f', "$scratch/owned", 'owned');
value_of($new, 'DROP DATABASE owned');
value_of($new, 'CREATE DATABASE owned OWNER gk_app');
$new->safe_psql('owned', 'ALTER SCHEMA public OWNER TO gk_app; ALTER SCHEMA public OWNER TO pg_database_owner');
runs('owner: pg_restore -j 2', 'pg_restore', @owner, '-j', 2, '-d', 'owned', "$scratch/owned");
is(dump_of($new, 'pg_dump', '-d', 'owned'), $owned, '... and all is as it was');

# ------------------------------------------------------------------------
# psql's listings
# ------------------------------------------------------------------------

my @listings = map { ($_, "$_+") }
  qw(\l \d \da \dA \dAc \dAf \dAo \dAp \db \dc \dC \dD \det \des \deu \dew \df \dF \dFd \dFp \dFt
  \dg \di \dl \dL \dm \dn \do \dO \dP \dRp \ds \dt \dT \du \dv \dx \dy);
push @listings, qw(\dd \ddp \dp \drds \dRs \dX \lo_list \dconfig), '\dconfig *', '\dconfig+ gate*',
  map { my $s = $_; map { "$s $_" } qw(app.item pg_catalog.pg_class pg_catalog.pg_authid pg_catalog.pg_user) } '\d+', '\dp';
push @listings, map { "$_ *.*" } qw(\dt+ \dv+ \df \do \di+);
push @listings, '\sf+ app.noted', '\sv+ app.fine';

foreach my $role ('postgres', 'gk_app', 'gk_clerk', 'gk_watch')
{
	my ($out, $err) = ('', '');
	my $script = join '', map { "$_\n" } @listings, ($role eq 'postgres' ? '\dRs+' : ());

	$new->psql('shop', $script, stdout => \$out, stderr => \$err, on_error_stop => 0,
		extra_params => [ '-U', $role ]);
	unlike($err, qr/pg_gatekeeper/, "psql's listings for $role");
	is($err, '', '... without any error')
	  if $role eq 'postgres';
	cmp_ok(length $out, '>', 50000, '... which are long');
}
$old->stop;

# Other views and functions that tools of ordinary users and monitors ask.
foreach my $role ('gk_app', 'gk_watch')
{
	# allowed: each shows what it may
	allowed_for($new, $role, $_, "$role: $_") foreach (
		'SELECT * FROM pg_user', 'SELECT * FROM pg_roles', 'SELECT * FROM pg_group',
		'SELECT * FROM pg_stat_activity', 'SELECT * FROM pg_user_mappings', 'SELECT * FROM pg_stats',
		'SELECT * FROM pg_stat_subscription', 'SELECT * FROM information_schema.user_mapping_options',
		'SELECT * FROM pg_settings',
		($role eq 'gk_watch' ? ('SELECT * FROM pg_ls_waldir()', 'SELECT * FROM pg_ls_tmpdir()',
			'SELECT * FROM pg_stat_replication', 'SELECT pg_database_size(oid) FROM pg_database') : ()));
}

# ------------------------------------------------------------------------
# Maintenance
# ------------------------------------------------------------------------

foreach my $mode ('restrict', 'run_as_owner')
{
	$new->append_conf('postgresql.conf', "gatekeeper.untrusted_code = $mode\n");
	reload_and_wait($new);
	my $with = "untrusted_code = $mode";

	# allowed: a superuser maintains what ordinary users made
	foreach my $sql ('VACUUM', 'VACUUM FULL', 'ANALYZE', 'REINDEX DATABASE shop', 'REINDEX TABLE CONCURRENTLY app.item',
		'CLUSTER app.item USING item_order', 'CLUSTER', 'REINDEX SYSTEM shop',
		'REFRESH MATERIALIZED VIEW app.summary', 'REFRESH MATERIALIZED VIEW CONCURRENTLY app.summary',
		'CREATE INDEX later ON app.item(app.half(n)); DROP INDEX app.later',
		'ALTER TABLE app.item ADD COLUMN extra text DEFAULT app.next_name(); ALTER TABLE app.item DROP COLUMN extra',
		'ALTER TABLE app.part ALTER COLUMN v TYPE int USING app.half(v::int); ALTER TABLE app.part ALTER COLUMN v TYPE text',
		'ALTER TABLE app.item VALIDATE CONSTRAINT item_n_check',
		'INSERT INTO app.item(n) VALUES (7)', 'UPDATE app.item SET n = n + 1 WHERE id < 10',
		'SELECT * FROM app.fine', 'SELECT app.half(8), app.total(n) FROM app.item', 'CALL app.add_item(5)',
		'EXPLAIN ANALYZE SELECT * FROM app.fine', 'TRUNCATE app.log', 'COPY app.item TO STDOUT',
		"COPY app.item TO '$scratch/item.$mode'", 'COPY (SELECT * FROM app.fine) TO STDOUT')
	{
		my $err;
		is($new->psql('shop', $sql, stderr => \$err), 0, "$with: $sql") || diag($err);
	}
	runs("$with: vacuumdb", 'vacuumdb', @superuser, '-a', '-z', '-j', 2);
	runs("$with: reindexdb", 'reindexdb', @superuser, '-a');
	runs("$with: clusterdb", 'clusterdb', @superuser, '-a');
}

# allowed: and autovacuum
my $from = -s $new->logfile;
$new->append_conf('postgresql.conf',
	"autovacuum_naptime = 1s\nautovacuum_analyze_threshold = 1\nautovacuum_vacuum_threshold = 1\n");
reload_and_wait($new);
$new->safe_psql('shop', 'UPDATE app.item SET n = n + 1');
ok($new->poll_query_until('shop', q{SELECT autovacuum_count > 0 AND autoanalyze_count > 0
		FROM pg_stat_user_tables WHERE relname = 'item'}), 'autovacuum and its ANALYZE did their work');
unlike(log_since($new, $from), qr/ERROR|verdict=/, '... without a word');

# ------------------------------------------------------------------------
# Logical replication
# ------------------------------------------------------------------------

my $publisher = new_gatekeeper_node('publisher', streaming => 'logical',
	conf => "wal_keep_size = 320MB\n");
my $subscriber = new_gatekeeper_node('subscriber', streaming => 'logical');
foreach my $node ($publisher, $subscriber)
{
	load_probes($node);
	$node->safe_psql('postgres', q{
		SET SESSION AUTHORIZATION gk_user;
		CREATE TABLE gk.copied(id int PRIMARY KEY, v text);
		CREATE TABLE gk.seen(id int, who text);
		CREATE FUNCTION gk.seen() RETURNS trigger LANGUAGE plpgsql AS
			$$BEGIN INSERT INTO gk.seen VALUES (NEW.id, current_user); RETURN NEW; END$$;
		CREATE TRIGGER seen AFTER INSERT ON gk.copied FOR EACH ROW EXECUTE FUNCTION gk.seen();
		ALTER TABLE gk.copied ENABLE ALWAYS TRIGGER seen});
}
value_of($publisher, q{INSERT INTO gk.copied VALUES (1, 'before')});
value_of($publisher, 'CREATE PUBLICATION p FOR TABLE gk.copied');
my $connstr = 'host=' . $publisher->host . ' port=' . $publisher->port . ' dbname=postgres user=postgres';
# allowed: a superuser subscribes
value_of($subscriber, "CREATE SUBSCRIPTION s CONNECTION '$connstr' PUBLICATION p");
$subscriber->wait_for_subscription_sync($publisher, 's');
foreach my $mode ('restrict', 'run_as_owner')
{
	$subscriber->append_conf('postgresql.conf', "gatekeeper.untrusted_code = $mode\n");
	reload_and_wait($subscriber);
	value_of($publisher, "INSERT INTO gk.copied VALUES ((SELECT max(id) + 1 FROM gk.copied), '$mode')");
	value_of($publisher, "UPDATE gk.copied SET v = v || '.' WHERE id = 1");
	$publisher->wait_for_catchup('s');
}
is(value_of($subscriber, q{SELECT string_agg(id || v, ',' ORDER BY id) FROM gk.copied}),
	'1before..,2restrict,3run_as_owner', 'logical replication: rows arrive');
is(value_of($subscriber, q{SELECT string_agg(id::text, ',' ORDER BY id) FROM gk.seen}),
	'1,2,3', '... and the user\'s own trigger did its work');
value_of($subscriber, 'DROP SUBSCRIPTION s');
$subscriber->stop;

# ------------------------------------------------------------------------
# Base backup, and pg_rewind with a role of its own
# ------------------------------------------------------------------------

my $backup = "$scratch/backup";
runs('pg_basebackup', 'pg_basebackup', '-h', $publisher->host, '-p', $publisher->port, '-U', 'postgres',
	'-D', $backup, '-X', 'stream', '-c', 'fast', '--no-sync');
runs('pg_verifybackup', 'pg_verifybackup', $backup);
value_of($publisher, 'CREATE ROLE gk_standby LOGIN REPLICATION');
$publisher->append_conf('pg_hba.conf', "local replication gk_standby trust\n");
$publisher->reload;
runs('pg_basebackup by a replication role', 'pg_basebackup', '-h', $publisher->host, '-p', $publisher->port,
	'-U', 'gk_standby', '-D', "$backup.2", '-X', 'fetch', '-c', 'fast', '--no-sync');

$publisher->backup('one');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($publisher, 'one', has_streaming => 1);
$standby->start;
is(value_of($standby, 'SELECT count(*) FROM gk.copied'), '3', 'the backup starts as a standby');

# What pg_rewind's manual says, and the label that our manual adds.
value_of($publisher, q{
	CREATE ROLE gk_rewind LOGIN;
	GRANT EXECUTE ON FUNCTION pg_catalog.pg_ls_dir(text, boolean, boolean) TO gk_rewind;
	GRANT EXECUTE ON FUNCTION pg_catalog.pg_stat_file(text, boolean) TO gk_rewind;
	GRANT EXECUTE ON FUNCTION pg_catalog.pg_read_binary_file(text) TO gk_rewind;
	GRANT EXECUTE ON FUNCTION pg_catalog.pg_read_binary_file(text, bigint, bigint, boolean) TO gk_rewind});
value_of($publisher, q{SECURITY LABEL FOR gatekeeper ON ROLE gk_rewind IS 'allow server_files'});
$publisher->wait_for_catchup($standby);
$standby->promote;
value_of($standby, "INSERT INTO gk.copied VALUES (10, 'standby'); CHECKPOINT");
value_of($publisher, "INSERT INTO gk.copied VALUES (11, 'lost')");
$publisher->stop;
my $source = 'host=' . $standby->host . ' port=' . $standby->port . ' dbname=postgres user=gk_rewind';
# allowed: who was vouched for reads the files
runs('pg_rewind by its own role', 'pg_rewind', '-D', $publisher->data_dir, '--source-server', $source,
	'--no-ensure-shutdown', '--no-sync');
# denied: without the label it is a role like any other
value_of($standby, q{SECURITY LABEL FOR gatekeeper ON ROLE gk_rewind IS NULL});
denied_for($standby, 'gk_rewind', q{SELECT pg_read_binary_file('PG_VERSION')},
	'without its label the role reads no file');
$standby->stop;
$new->stop;

done_testing();
