#
# Other processes than the one that serves the client: parallel workers,
# autovacuum, logical replication's apply worker.
#
# Copyright (c) 2026, the pg_gatekeeper authors
# SPDX-License-Identifier: PostgreSQL

use strict;
use warnings;
use GkTest;
use Test::More;

my $parallel = <<'CONF';
parallel_setup_cost = 0
parallel_tuple_cost = 0
min_parallel_table_scan_size = 0
max_parallel_workers_per_gather = 2
CONF
my $node = new_gatekeeper_node('workers',
	streaming => 'logical', conf => $parallel . "autovacuum_naptime = 1\n");
load_probes($node);

# ------------------------------------------------------------------------
# Parallel workers
# ------------------------------------------------------------------------

my $many = q{
	CREATE TABLE gk.many AS SELECT a FROM generate_series(1, 10000) a;
	ANALYZE gk.many;
	GRANT SELECT ON gk.many TO PUBLIC;
	CREATE SCHEMA gkw AUTHORIZATION gk_user;
	SET ROLE gk_user;
	-- reads a server file and says which process it ran in
	CREATE FUNCTION gkw.try(a int) RETURNS int LANGUAGE plpgsql PARALLEL SAFE AS $$
	BEGIN
		PERFORM pg_read_file('PG_VERSION');
		RETURN pg_backend_pid();
	END $$;
};
value_of($node, $many);

# With the leader kept out, a worker must do it.
my $query = q{
	SET parallel_leader_participation = off;
	SELECT count(*) > 0 FROM (SELECT gkw.try(a) AS pid FROM gk.many) t WHERE pid <> pg_backend_pid()};
denied_for($node, 'postgres', $query, 'a function of a user that runs in a parallel worker is refused',
	qr/reading a server file is not allowed.*circumstances untrusted.*parallel worker/s);

# what it does without the rule, so that the test can fail
my $off = new_gatekeeper_node('off', conf => $parallel . "gatekeeper.untrusted_code = 'off'\n");
load_probes($off);
value_of($off, $many);
is(value_of($off, $query), 't', 'with untrusted_code = off it has superuser rights there');
$off->stop;

denied_for($node, 'gk_user',
	q{SELECT gk.as_definer('SELECT count(pg_read_binary_file(''PG_VERSION'', a, 1)) FROM gk.many')},
	'an elevated query that would go parallel is refused');
# allowed: the same by a superuser
allowed_for($node, 'postgres',
	q{SELECT count(pg_stat_file('PG_VERSION')) FROM gk.many WHERE a < 10},
	'... and allowed to a superuser');

# A role that has power short of superuser: a function of others that it calls has
# a built-in function called in a worker, where nothing of the function is.
value_of($node, q{
	CREATE ROLE gk_backup LOGIN;
	GRANT pg_read_server_files TO gk_backup;
	GRANT EXECUTE ON FUNCTION pg_read_binary_file(text, bigint, bigint) TO gk_backup;
	GRANT ALL ON SCHEMA gkw TO gk_backup;
	GRANT USAGE ON SCHEMA gk TO gk_backup;
	SET ROLE gk_user;
	CREATE FUNCTION gkw.takes() RETURNS void LANGUAGE plpgsql AS $$
	BEGIN
		CREATE TABLE gkw.taken AS SELECT max(length(pg_read_binary_file('PG_VERSION', a % 2, 1))) AS x FROM gk.many;
	END $$;
});
my $taken = 'SET parallel_leader_participation = off; ';
denied_for($node, 'gk_backup', $taken . 'SELECT gkw.takes()',
	'what a function of others does in the worker of a role with power is refused, and told as untrusted',
	qr/reading a server file is not allowed.*circumstances untrusted.*parallel worker/s);
is(value_of($node, q{SELECT to_regclass('gkw.taken') IS NULL}), 't', '... and nothing is taken');

# ------------------------------------------------------------------------
# Autovacuum
# ------------------------------------------------------------------------

value_of($node, q{
	SET ROLE gk_user;
	CREATE FUNCTION gkw.key(a int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS $$
	BEGIN
		BEGIN
			EXECUTE 'ALTER ROLE gk_user SUPERUSER';
		EXCEPTION WHEN OTHERS THEN
			NULL;
		END;
		RETURN a;
	END $$;
	CREATE TABLE gkw.indexed (a int) WITH (autovacuum_analyze_threshold = 1, autovacuum_vacuum_threshold = 1);
	CREATE INDEX ON gkw.indexed (gkw.key(a));
	INSERT INTO gkw.indexed SELECT generate_series(1, 1000);
	DELETE FROM gkw.indexed WHERE a > 500;
});
ok($node->poll_query_until('postgres',
		q{SELECT autoanalyze_count > 0 AND autovacuum_count > 0 FROM pg_stat_all_tables WHERE relname = 'indexed'}),
	'autovacuum goes through with a table whose index has a hostile expression');
is(value_of($node, q{SELECT rolsuper FROM pg_roles WHERE rolname = 'gk_user'}), 'f',
	'... and nobody becomes superuser of it');

# ------------------------------------------------------------------------
# Logical replication: a subscription of a superuser's applies to a user's table
# ------------------------------------------------------------------------

my $subscriber = new_gatekeeper_node('subscriber');
load_probes($subscriber);
my $table = q{
	CREATE SCHEMA gkw AUTHORIZATION gk_user;
	SET ROLE gk_user;
	CREATE TABLE gkw.replicated (a int PRIMARY KEY);
};
value_of($node, 'SET ROLE gk_user; CREATE TABLE gkw.replicated (a int PRIMARY KEY)');
value_of($node, 'CREATE TABLE public.own (a int PRIMARY KEY)');
value_of($node, 'CREATE PUBLICATION p FOR TABLE gkw.replicated, public.own');
value_of($subscriber, q{
	CREATE FUNCTION public.run(stmt text) RETURNS int LANGUAGE plpgsql AS
	$$ BEGIN EXECUTE stmt; RETURN 1; END $$;
	CREATE FUNCTION public.try_to_run(stmt text) RETURNS int LANGUAGE plpgsql AS
	$$ BEGIN RETURN public.run(stmt); EXCEPTION WHEN insufficient_privilege THEN RETURN 0; END $$;
	CREATE FUNCTION public.run_argument() RETURNS trigger LANGUAGE plpgsql AS
	$$ BEGIN EXECUTE tg_argv[0]; RETURN new; EXCEPTION WHEN insufficient_privilege THEN RETURN new; END $$;
	CREATE FUNCTION public.own_trigger() RETURNS trigger LANGUAGE plpgsql AS
	$$ BEGIN CREATE ROLE gk_made CREATEROLE; RETURN new; END $$;
	CREATE TABLE public.own (a int PRIMARY KEY);
	CREATE TRIGGER t AFTER INSERT ON public.own FOR EACH ROW EXECUTE FUNCTION own_trigger();
	ALTER TABLE public.own ENABLE ALWAYS TRIGGER t;
});
value_of($subscriber, $table . q{
	ALTER TABLE gkw.replicated ADD CHECK (public.try_to_run('ALTER ROLE gk_user CREATEROLE') >= 0);
	CREATE TABLE gkw.seen (a int, super boolean);
	CREATE FUNCTION gkw.on_apply() RETURNS trigger LANGUAGE plpgsql AS $$
	BEGIN
		BEGIN
			EXECUTE 'ALTER ROLE gk_user SUPERUSER';
		EXCEPTION WHEN OTHERS THEN
			NULL;
		END;
		INSERT INTO gkw.seen VALUES (new.a, current_setting('is_superuser')::boolean);
		RETURN new;
	END $$;
	CREATE TRIGGER t AFTER INSERT ON gkw.replicated FOR EACH ROW EXECUTE FUNCTION gkw.on_apply();
	ALTER TABLE gkw.replicated ENABLE ALWAYS TRIGGER t;
	CREATE TRIGGER u BEFORE INSERT ON gkw.replicated FOR EACH ROW
		EXECUTE FUNCTION public.run_argument('ALTER ROLE gk_user BYPASSRLS');
	ALTER TABLE gkw.replicated ENABLE ALWAYS TRIGGER u;
});
# allowed: a superuser makes a subscription
my $conninfo = sprintf 'host=%s port=%d dbname=postgres user=postgres', $node->host, $node->port;
value_of($subscriber, "CREATE SUBSCRIPTION s CONNECTION '$conninfo' PUBLICATION p");
$subscriber->wait_for_subscription_sync($node, 's');
value_of($node, 'INSERT INTO gkw.replicated VALUES (1)');
value_of($node, 'INSERT INTO public.own VALUES (1)');
$node->wait_for_catchup('s');
is(value_of($subscriber, 'SELECT a FROM gkw.replicated'), '1', 'a row is applied');
is(value_of($subscriber, 'SELECT count(*) FROM gkw.seen'), '1', '... the trigger of the table ran');
is(value_of($subscriber, q{SELECT rolsuper FROM pg_roles WHERE rolname = 'gk_user'}), 'f',
	'... and nobody became superuser of it');
is(value_of($subscriber, q{SELECT rolcreaterole FROM pg_roles WHERE rolname = 'gk_user'}), 'f',
	q{... nor did its constraint make a superuser's function do it});
is(value_of($subscriber, q{SELECT rolbypassrls FROM pg_roles WHERE rolname = 'gk_user'}), 'f',
	q{... nor another trigger of its a superuser's trigger function});
is(value_of($subscriber, q{SELECT rolcreaterole FROM pg_roles WHERE rolname = 'gk_made'}), 't',
	q{a superuser's own trigger on his own table does as it pleases});

$subscriber->stop;
$node->stop;
done_testing();
