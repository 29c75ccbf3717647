#
# The views of the extension pg_gatekeeper: they show what happened, to those
# who may see it, on a standby too, and come and go without harm.
#
# Copyright (c) 2026, the pg_gatekeeper authors
# SPDX-License-Identifier: PostgreSQL

use strict;
use warnings;
use GkTest;
use IPC::Run ();
use PostgreSQL::Test::Utils ();
use Test::More;
use Time::HiRes qw(sleep);

# Records must arrive somewhere, or there would be more of them.
my $journal = $ENV{GK_JOURNAL_SOCKET} // (start_collector())[0];
my $node = new_gatekeeper_node('views', streaming => 1,
	conf => "gatekeeper.audit_journal_socket = '$journal'\ngatekeeper.audit_backlog = 0\ngatekeeper.audit_budget = 1000000\n");
load_probes($node);
my $program = "COPY (SELECT 1) TO PROGRAM 'true'";

sub refused
{
	my ($role, $sql, $message, $what) = @_;
	my ($ok, $out, $err) = run_as($node, $role, $sql);
	return ok(!$ok && $err =~ $message, $what) || diag("output: $out\nerrors: $err");
}

# ------------------------------------------------------------------------
# Creation
# ------------------------------------------------------------------------

# denied: by core, it is not a trusted extension
refused('gk_user', 'CREATE EXTENSION pg_gatekeeper', qr/permission denied to create extension/,
	'an ordinary user cannot create the extension');
# allowed: the module does not stand in the way of its own extension
allowed_for($node, 'postgres', 'CREATE EXTENSION pg_gatekeeper', 'a superuser creates the extension');
is(value_of($node, 'SELECT nspname FROM pg_extension e JOIN pg_namespace n ON n.oid = extnamespace
	WHERE extname = $$pg_gatekeeper$$'), 'gatekeeper', 'its objects are in schema gatekeeper');
# allowed: and again after it was dropped
allowed_for($node, 'postgres', 'DROP EXTENSION pg_gatekeeper; DROP SCHEMA gatekeeper; CREATE EXTENSION pg_gatekeeper',
	'the extension can be dropped and created again');
refused('postgres', 'ALTER EXTENSION pg_gatekeeper SET SCHEMA public', qr/does not support SET SCHEMA/,
	'it cannot be moved');

# ------------------------------------------------------------------------
# Rules
# ------------------------------------------------------------------------

sub counts
{
	my ($rule) = @_;
	return value_of($node,
		"SELECT denials, would_denials, allowed, last_time > now() - interval '1 minute' FROM gatekeeper.rules WHERE rule = '$rule'");
}

is(value_of($node, q{SELECT string_agg(rule, ' ' ORDER BY rule) FROM gatekeeper.rules}),
	value_of($node, q{SELECT string_agg(rule, ' ' ORDER BY rule) FROM gatekeeper.rules r
		JOIN pg_settings s ON s.name = 'gatekeeper.' || rule
			AND s.setting = r.level AND s.boot_val = r.default_level AND s.short_desc = covers}),
	'rules: each is shown with its setting, its default and what it covers');
is(counts('copy_program'), '0|0|0|', 'rules: nothing has happened');
# denied: always
run_as($node, 'postgres', $program) for 1 .. 3;
is(counts('copy_program'), '3|0|0|t', 'rules: denials are counted');
# allowed: a script may quieten the log
run_as($node, 'postgres', q{SELECT gk.in_extension('SET log_min_messages = error')});
is(counts('server_settings'), '0|0|1|t', 'rules: what was allowed though a circumstance held is counted');
value_of($node, "ALTER SYSTEM SET gatekeeper.mode = 'audit'");
reload_and_wait($node, qr/"gatekeeper\.mode" changed/);
run_as($node, 'postgres', $program);
is(counts('copy_program'), '3|1|0|t', 'rules: would-be denials are counted');
value_of($node, 'ALTER SYSTEM RESET gatekeeper.mode');
value_of($node, "ALTER SYSTEM SET gatekeeper.copy_program = 'elevated'");
reload_and_wait($node, qr/"gatekeeper\.copy_program" changed/);
is(value_of($node, q{SELECT level, default_level FROM gatekeeper.rules WHERE rule = 'copy_program'}),
	'elevated|always', 'rules: a level that was changed is shown');
value_of($node, 'ALTER SYSTEM RESET gatekeeper.copy_program');
reload_and_wait($node, qr/"gatekeeper\.copy_program"/);

# ------------------------------------------------------------------------
# Events
# ------------------------------------------------------------------------

my $secret = "ALTER ROLE gk_user SUPERUSER PASSWORD 'hunter2'";
my (undef, undef, $err) = run_as($node, 'gk_user', "SELECT gk.as_definer(\$\$$secret\$\$)");
my ($number) = $err =~ /Audit record (\d+)/;
is( value_of($node, qq{SELECT event, verdict, rule, circumstances, session_username, current_username,
		database, client, command, object_type, object, count, time > now() - interval '1 minute'
		FROM gatekeeper.events WHERE seq = $number}),
	'action|denied|role_superuser|elevated|gk_user|postgres|postgres|local|ALTER ROLE|role|gk_user|1|t',
	'events: a denial is there, under the number that the error names');
like(value_of($node, "SELECT statement FROM gatekeeper.events WHERE seq = $number"),
	qr/^ALTER ROLE gk_user SUPERUSER PASSWORD \S*\*\*\*/, 'events: passwords are hidden');
is(value_of($node, q{SELECT count(*) FROM gatekeeper.events WHERE events::text LIKE '%hunter2%'}),
	'0', '... everywhere');
like(value_of($node, q{SELECT old_value, new_value FROM gatekeeper.events
		WHERE event = 'config' AND object = 'gatekeeper.mode' ORDER BY seq LIMIT 1}),
	qr/^enforce\|audit$/, 'events: changed settings are there');
is(value_of($node, q{SELECT object FROM gatekeeper.events WHERE seq = 1 AND event = 'start'}),
	'start', 'events: the oldest is there');
is(value_of($node, "SELECT verdict IS NULL AND session_username IS NULL FROM gatekeeper.events WHERE seq = 1"),
	't', 'events: what is not known is NULL');

# hostile text, cut
my $long = "o\nk\e[31m" . "\x{2603}" x 400;
utf8::encode($long);
run_as($node, 'gk_user', "COPY (SELECT 1) TO PROGRAM '$long'");
like(value_of($node, 'SELECT object FROM gatekeeper.events ORDER BY seq DESC LIMIT 1'),
	qr/^o\\nk\\x1[bB]\[31m(\xe2\x98\x83){20,}$/, 'events: other people\'s text is escaped and cut between characters');

# The ring has 256 places.
my $many = q{
DO $$ BEGIN
	FOR i IN 1..300 LOOP
		BEGIN
			EXECUTE format('COPY (SELECT 1) TO PROGRAM %L', 'tag ' || i);
		EXCEPTION WHEN insufficient_privilege THEN NULL;
		END;
	END LOOP;
END $$};
sub fill { my ($tag) = @_; return $many =~ s/tag/$tag/r }
run_as($node, 'gk_user', fill('round'));
is(value_of($node, q{SELECT count(*), count(DISTINCT seq), max(seq) - min(seq),
		bool_and(object ~ '^round \d+$') FROM gatekeeper.events}),
	'256|256|255|t', 'events: the last 256 are kept');
is(value_of($node, q{SELECT object FROM gatekeeper.events LIMIT 1}), 'round 45', 'events: oldest first');

# Many writers, and a reader all the while.
my @writers;
foreach my $w (1 .. 4)
{
	my $sql = fill("writer $w");
	push @writers, IPC::Run::start(
		[ 'psql', '-X', '-q', '-U', 'gk_user', '-d', $node->connstr('postgres') ], '<', \$sql);
}
my $odd = value_of($node, q{
	CREATE TEMP TABLE read AS SELECT 0 AS n, e.* FROM gatekeeper.events e WITH NO DATA;
	DO $$ BEGIN
		FOR n IN 1..200 LOOP
			INSERT INTO read SELECT n, * FROM gatekeeper.events;
		END LOOP;
	END $$;
	SELECT count(*) FROM (SELECT n FROM read GROUP BY n
		HAVING count(*) > 256 OR count(*) < 200 OR count(*) <> count(DISTINCT seq)
			OR NOT bool_and(object ~ '^(round|writer \d) \d+$' AND rule = 'copy_program')) x});
is($odd, '0', 'events: readers see whole records only');
$_->finish foreach @writers;
is( value_of($node, q{SELECT count(*), bool_and(statement = format('COPY (SELECT 1) TO PROGRAM %L', object))
		FROM gatekeeper.events}),
	'256|t', 'events: ... and so do they at the end');
is((split /\|/, counts('copy_program'))[0], 3 + 1 + 300 + 4 * 300, 'rules: ... none of them uncounted');

# ------------------------------------------------------------------------
# Audit
# ------------------------------------------------------------------------

SKIP:
{
	skip $ENV{GK_NO_JOURNAL} || 'no private journald', 3 if !$ENV{GK_JOURNAL_SOCKET};
	is(value_of($node, q{SELECT string_agg(sink || ' ' || state, ', ') FROM gatekeeper.audit}),
		'journald ready, syslog standby, log unused', 'audit: the sinks\' states');
	my $mark = journal_mark();
	run_as($node, 'gk_user', $program);
	my ($record) = journal_records($mark, 'GATEKEEPER_EVENT=action');
	is(value_of($node, q{SELECT stream, sequence FROM gatekeeper.audit WHERE sink = 'journald'}),
		"$record->{GATEKEEPER_STREAM}|$record->{GATEKEEPER_SEQ}", 'audit: stream and sequence are those of the records');
	is(value_of($node, q{SELECT sent = sequence, lost, last_error, lost_by_all FROM gatekeeper.audit WHERE sink = 'journald'}),
		't|0||0', 'audit: nothing was lost');
}
value_of($node, $_) foreach "ALTER SYSTEM SET gatekeeper.audit_sink = 'syslog'",
  "ALTER SYSTEM SET gatekeeper.audit_syslog_socket = '/nowhere/syslog'";
reload_and_wait($node, qr/"gatekeeper\.audit_sink" changed/);
run_as($node, 'gk_user', $program);
is(value_of($node, q{SELECT string_agg(sink || ' ' || state, ', ') FROM gatekeeper.audit}),
	'journald unused, syslog failing, log unused', 'audit: a sink that does not work is shown');
is(value_of($node, q{SELECT lost >= 1, last_error, last_error_time > now() - interval '1 minute', lost_by_all >= 1
		FROM gatekeeper.audit WHERE sink = 'syslog'}),
	't|No such file or directory|t|t', 'audit: ... with its error');
# whatever space core takes between names, the list means the same to all
value_of($node, q{ALTER SYSTEM SET gatekeeper.audit_sink = E'"syslog",\r\fJournald'});
reload_and_wait($node, qr/"gatekeeper\.audit_sink" changed/);
is(value_of($node, q{SELECT string_agg(sink, ' ' ORDER BY sink) FROM gatekeeper.audit WHERE state <> 'unused'}),
	'journald syslog', 'audit: two sinks on a list');
value_of($node, $_) foreach 'ALTER SYSTEM RESET gatekeeper.audit_sink',
  'ALTER SYSTEM RESET gatekeeper.audit_syslog_socket';
reload_and_wait($node, qr/"gatekeeper\.audit_sink"/);

is(value_of($node, q{SELECT sum(allocated_size) BETWEEN 100000 AND 640 * 1024, count(*) FROM pg_shmem_allocations
		WHERE name LIKE 'pg_gatekeeper%'}), 't|12', 'all that, without a backlog, takes less than 640 KiB of shared memory');

# ------------------------------------------------------------------------
# Circumstances
# ------------------------------------------------------------------------

value_of($node, 'CREATE TABLE gk.seen (place text, name text, why text); GRANT ALL ON gk.seen TO PUBLIC');
sub look
{
	return "INSERT INTO gk.seen SELECT '$_[0]', name, why FROM gatekeeper.circumstances() WHERE holds";
}
sub seen
{
	my ($place) = @_;
	return value_of($node, "SELECT string_agg(name || ': ' || why, '; ' ORDER BY name) FROM gk.seen WHERE place = '$place'");
}

my ($ok, $out) = run_as($node, 'gk_user', 'SELECT name, holds, why FROM gatekeeper.circumstances()');
is($out, "extension|f|\nelevated|f|\nrestricted|f|\nuntrusted|f|\nstrict|f|\nself|f|",
	'circumstances: everybody may ask; in a plain session none holds');
run_as($node, 'gk_user', 'SELECT gk.as_definer($$' . look('definer') . '$$)');
is(seen('definer'),
	'elevated: current_user "postgres" has superuser rights, session_user "gk_user" has not',
	'circumstances: in a SECURITY DEFINER function');
run_as($node, 'postgres', 'SELECT gk.in_extension($$' . look('script') . '$$)');
is(seen('script'), 'extension: the script of extension "gk_probe" is running', 'circumstances: in a script');
run_as($node, 'gk_user', 'SELECT gk.in_trusted_extension($$' . look('trusted') . '$$)');
like(seen('trusted'), qr/^elevated: .*; extension: the script of extension "gk_probe_trusted" is running$/,
	'circumstances: in the script of a trusted extension');
run_as($node, 'postgres', 'SELECT gk.restricted($$' . look('restricted') . '$$)');
like(seen('restricted'), qr/^restricted: a security-restricted operation is running/,
	'circumstances: in a security-restricted operation');
run_as($node, 'gk_user', <<"EOT");
CREATE TABLE gk.bait (a int);
CREATE FUNCTION gk.trojan() RETURNS trigger LANGUAGE plpgsql AS \$\$
BEGIN
	${\ look('trigger') };
	RETURN new;
END \$\$;
CREATE TRIGGER t BEFORE INSERT ON gk.bait FOR EACH ROW EXECUTE FUNCTION gk.trojan();
EOT
run_as($node, 'postgres', 'INSERT INTO gk.bait VALUES (1)');
is(seen('trigger'), 'untrusted: superuser rights are running function gk.trojan() of "gk_user" in plpgsql',
	'circumstances: in a trigger of an ordinary user');
value_of($node, 'CREATE ROLE gk_reader IN ROLE pg_read_server_files; CREATE ROLE gk_login LOGIN NOINHERIT IN ROLE gk_reader');
($ok, $out) = run_as($node, 'gk_login', 'SET ROLE gk_reader; SELECT why FROM gatekeeper.circumstances() WHERE holds');
is($out, 'current_user "gk_reader" has the rights of pg_read_server_files, session_user "gk_login" has not',
	'circumstances: after SET ROLE to a role with files');

# ------------------------------------------------------------------------
# Exemptions
# ------------------------------------------------------------------------

is(value_of($node, 'SELECT count(*) FROM gatekeeper.exemptions'), '0', 'exemptions: there are none');
value_of($node, $_) foreach q{SECURITY LABEL FOR gatekeeper ON FUNCTION gk.as_definer(text) IS 'allow copy_file'},
  q{SECURITY LABEL FOR gatekeeper ON ROLE gk_admin IS 'allow server_files'};
is(value_of($node, 'SELECT * FROM gatekeeper.exemptions ORDER BY object'),
	"function|gk.as_definer(pg_catalog.text)|allow copy_file\nrole|gk_admin|allow server_files",
	'exemptions: those of functions and of roles');
value_of($node, $_) foreach q{SECURITY LABEL FOR gatekeeper ON FUNCTION gk.as_definer(text) IS NULL},
  q{SECURITY LABEL FOR gatekeeper ON ROLE gk_admin IS NULL};

# ------------------------------------------------------------------------
# Who may
# ------------------------------------------------------------------------

value_of($node, 'CREATE ROLE gk_monitor LOGIN IN ROLE pg_monitor');
foreach my $view (qw(rules audit events exemptions sandbox))
{
	# denied: by core, no right was granted
	refused('gk_user', "SELECT * FROM gatekeeper.$view", qr/42501: permission denied for view $view/,
		"an ordinary user cannot read $view");
	# allowed: pg_monitor
	allowed_for($node, 'gk_monitor', "SELECT * FROM gatekeeper.$view", "pg_monitor can read $view");
	next if $view eq 'exemptions';
	refused('gk_user', "SELECT * FROM gatekeeper.get_$view()", qr/42501: permission denied for function get_$view/,
		'... nor call its function');
}
refused($_, 'SELECT gatekeeper.reset()', qr/42501: permission denied for function reset/, "$_ cannot reset")
  foreach qw(gk_user gk_monitor);
# denied: elevated
denied_for($node, 'gk_user', q{SELECT gk.as_definer('SELECT gatekeeper.reset()')}, '... nor can an elevated user',
	qr/controlling the server is not allowed.*Rule server_control.*gk_sql_reset/s);
refused('gk_user', 'CREATE VIEW gatekeeper.mine AS SELECT 1', qr/permission denied for schema gatekeeper/,
	'nobody else can put anything into the schema');

# ------------------------------------------------------------------------
# Reset
# ------------------------------------------------------------------------

my ($sequence, $lost) = split /\|/, value_of($node, 'SELECT max(sequence), max(lost_by_all) FROM gatekeeper.audit');
# allowed: a superuser's own session
allowed_for($node, 'postgres', 'SELECT gatekeeper.reset()', 'a superuser can reset');
is(value_of($node, 'SELECT sum(denials), sum(would_denials), sum(allowed), max(last_time) FROM gatekeeper.rules'),
	'0|0|0|', '... the rules\' counts');
is(value_of($node, 'SELECT sum(sent) + sum(lost) <= 4 FROM gatekeeper.audit'), 't', '... the sinks\' counts');
cmp_ok($sequence, '<', value_of($node, 'SELECT max(sequence) FROM gatekeeper.audit'), '... not the sequence');
cmp_ok($lost, '<=', value_of($node, 'SELECT max(lost_by_all) FROM gatekeeper.audit'), '... nor the losses');
cmp_ok($lost, '>=', 1, '... of which there were some');
is(value_of($node, q{SELECT event, object_type, object, session_username FROM gatekeeper.events WHERE event <> 'loss' ORDER BY seq DESC LIMIT 1}),
	'config|statistics|gatekeeper.reset()|postgres', '... and that is on record');

# ------------------------------------------------------------------------
# Another encoding
# ------------------------------------------------------------------------

run_as($node, 'gk_user', "COPY (SELECT 1) TO PROGRAM '\xe2\x98\x83 \xc3\xa4'");
foreach my $encoding ('LATIN1', 'SQL_ASCII')
{
	value_of($node, "CREATE DATABASE other ENCODING '$encoding' TEMPLATE template0 LOCALE 'C'");
	$node->safe_psql('other', 'CREATE EXTENSION pg_gatekeeper');
	is($node->safe_psql('other', q{SELECT object FROM gatekeeper.events WHERE object ~ 'u2603' AND database = 'postgres'}),
		'\u2603 \u00E4', "in a database in $encoding, other characters are shown by number");
	value_of($node, 'DROP DATABASE other');
}

# ------------------------------------------------------------------------
# Dump and restore, an update
# ------------------------------------------------------------------------

my $acls = q{SELECT string_agg(x, ' ' ORDER BY x) FROM (
	SELECT proname || proacl::text AS x FROM pg_proc WHERE pronamespace = 'gatekeeper'::regnamespace
	UNION ALL SELECT relname || relacl::text FROM pg_class WHERE relnamespace = 'gatekeeper'::regnamespace
	UNION ALL SELECT nspname || nspacl::text FROM pg_namespace WHERE nspname = 'gatekeeper') s(x)};
value_of($node, 'GRANT SELECT ON gatekeeper.rules TO gk_user; GRANT EXECUTE ON FUNCTION gatekeeper.get_rules() TO gk_user');
value_of($node, 'CREATE DATABASE restored');
my $dump = PostgreSQL::Test::Utils::tempdir() . '/dump';
ok(IPC::Run::run([ 'pg_dump', '-n', 'gatekeeper', '-e', 'pg_gatekeeper', '-f', $dump, '-d', $node->connstr('postgres') ]),
	'the extension can be dumped');
ok( IPC::Run::run([ 'psql', '-X', '-q', '-o', '/dev/null', '-v', 'ON_ERROR_STOP=1', '-f', $dump, '-d', $node->connstr('restored') ]),
	'... and restored');
is($node->safe_psql('restored', 'SELECT count(*) FROM gatekeeper.rules'),
	value_of($node, 'SELECT count(*) FROM gatekeeper.rules'), '... it works there');
is($node->safe_psql('restored', $acls), value_of($node, $acls), '... with the same rights');
is($node->safe_psql('restored', q{SELECT count(*) > 0 FROM gatekeeper.events WHERE database = 'postgres'}),
	't', '... and shows the whole server');
value_of($node, 'DROP DATABASE restored');

# A version to come: a file beside the first one, in another directory.
my $stage = PostgreSQL::Test::Utils::tempdir_short();
my ($setting, $from) = GkTest::slurp($ENV{GK_TEST_CONF}) =~ /^(extension_destdir|extension_control_path) = '([^:'\n]*)/m;
SKIP:
{
	skip 'this server finds extensions only where they are installed', 4 if !$setting;
	# of links: another copy of the library would be another library
	system('cp', '-rs', "$from/.", $stage) == 0 or die 'cp';
	chomp(my ($script) = qx(find $stage -name pg_gatekeeper--1.0.sql));
	open my $update, '>', $script =~ s/1\.0\.sql$/1.0--1.0next.sql/r or die $!;
	print $update <<'EOT';
CREATE FUNCTION gatekeeper.get_more(OUT name text, OUT holds bool, OUT why text)
RETURNS SETOF record AS 'MODULE_PATHNAME', 'gk_sql_circumstances' LANGUAGE C;
CREATE OR REPLACE VIEW gatekeeper.rules AS SELECT r.*, 1 AS more FROM gatekeeper.get_rules() r;
EOT
	close $update;
	value_of($node, "ALTER SYSTEM SET $setting = " . ($setting =~ /path/ ? "'$stage:\$system'" : "'$stage'"));
	reload_and_wait($node, qr/"$setting" changed/);
	# allowed: the module does not stand in the way of its own update
	allowed_for($node, 'postgres', q{ALTER EXTENSION pg_gatekeeper UPDATE TO '1.0next'}, 'the extension can be updated');
	is(value_of($node, 'SELECT count(*) FROM gatekeeper.get_more()'), '6', '... to new functions of the library');
	is(value_of($node, 'SELECT sum(more) = count(*) FROM gatekeeper.rules'), 't', '... and new columns of its views');
	is($node->safe_psql('postgres', $acls) =~ /rules\{[^}]*pg_monitor=r/ ? 1 : 0, 1, '... which keep their rights');
	value_of($node, "ALTER SYSTEM RESET $setting");
	reload_and_wait($node, qr/"$setting"/);
}
value_of($node, 'DROP EXTENSION pg_gatekeeper; CREATE EXTENSION pg_gatekeeper');
allowed_for($node, 'postgres', 'ALTER EXTENSION pg_gatekeeper UPDATE', 'there is nothing newer than this version');

# ------------------------------------------------------------------------
# A standby
# ------------------------------------------------------------------------

my $mark = $ENV{GK_JOURNAL_SOCKET} ? journal_mark() : undef;
$node->backup('copy');
my $standby = PostgreSQL::Test::Cluster->new('views_standby');
$standby->init_from_backup($node, 'copy', has_streaming => 1);
$standby->start;
$node->wait_for_catchup($standby, 'replay', $node->lsn('insert'));
run_as($standby, 'gk_user', $program);
is(value_of($standby, q{SELECT denials FROM gatekeeper.rules WHERE rule = 'copy_program'}), '1',
	'on a standby the rules count its own denials');
is(value_of($standby, q{SELECT string_agg(event, ' ' ORDER BY seq) FROM gatekeeper.events WHERE event <> 'loss'}), 'start action',
	'... and the events are its own');
isnt(value_of($standby, 'SELECT stream FROM gatekeeper.audit LIMIT 1'),
	value_of($node, 'SELECT stream FROM gatekeeper.audit LIMIT 1'), '... of another stream');
SKIP:
{
	skip $ENV{GK_NO_JOURNAL} || 'no private journald', 1 if !$mark;
	my ($started) = journal_records($mark, 'GATEKEEPER_EVENT=start', 'GATEKEEPER_PORT=' . $standby->port);
	is($started->{GATEKEEPER_OBJECT}, 'start', '... and its worker runs');
}
value_of($standby, 'SELECT gatekeeper.reset()');
is(value_of($standby, 'SELECT sum(denials) FROM gatekeeper.rules'), '0', '... where it can be reset');
$standby->stop;

# ------------------------------------------------------------------------
# Strict; and not loaded at all
# ------------------------------------------------------------------------

$node->append_conf('postgresql.conf', 'gatekeeper.strict = on');
$node->restart;
is(value_of($node, q{SELECT name, why FROM gatekeeper.circumstances() WHERE holds}), 'strict|gatekeeper.strict is on',
	'circumstances: strict');
# allowed: an extension's own library, under strict too
allowed_for($node, 'postgres', 'DROP EXTENSION pg_gatekeeper; CREATE EXTENSION pg_gatekeeper',
	'under strict the extension can be created');
# denied: strict
denied_for($node, 'postgres', 'SELECT gatekeeper.reset()', 'under strict nobody resets');

SKIP:
{
	skip($ENV{GK_NO_LATE_LOAD}, 3) if $ENV{GK_NO_LATE_LOAD};

	$node->append_conf('postgresql.conf', "shared_preload_libraries = ''");
	$node->restart;
	refused('postgres', 'SELECT * FROM gatekeeper.rules', qr/55000: pg_gatekeeper must be loaded at server start/,
		'without the module the views say so');
	refused('gk_user', 'SELECT * FROM gatekeeper.circumstances()', qr/55000: pg_gatekeeper must be loaded at server start/,
		'... the functions, too');
	refused('postgres', 'DROP EXTENSION pg_gatekeeper; CREATE EXTENSION pg_gatekeeper',
		qr/55000: pg_gatekeeper must be loaded at server start/, '... and the extension cannot be created');
}
$node->stop;

done_testing();
