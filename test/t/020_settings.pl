#
# Settings: defaults as documented, bad values named and without effect, no way
# to change them from a session, and no way to load the module but at server
# start.
#
# Copyright (c) 2026, the pg_gatekeeper authors
# SPDX-License-Identifier: PostgreSQL

use strict;
use warnings;
use GkTest;
use Test::More;

my $node = new_gatekeeper_node('settings');
load_probes($node);

# ------------------------------------------------------------------------
# Defaults
# ------------------------------------------------------------------------

my ($file) = glob "$ENV{GK_TOP}/conf/*.conf";
my %documented;
open my $fh, '<', $file or die "$file: $!";
while (<$fh>)
{
	my ($name, $value) = /^#?\s*(gatekeeper\.\w+)\s*=\s*('[^']*'|[^\s#]+)/ or next;
	$documented{$name} = $value =~ s/^'(.*)'$/$1/r;
}
close $fh;

my %default = map { split /\|/, $_, 2 } split /\n/, value_of($node,
	q{SELECT name, boot_val || CASE WHEN unit = 'ms' THEN 'ms' WHEN unit = 'B' THEN 'B' WHEN unit = 's' THEN 's' WHEN unit = 'kB' THEN 'kB' ELSE '' END
		FROM pg_settings WHERE name LIKE 'gatekeeper.%' AND context <> 'internal'});
cmp_ok(scalar(keys %default), '>=', 24, 'the settings are there');
foreach my $name (sort keys %default)
{
	my ($shown, $real) = map { (my $v = $_ // 'nothing') =~ s/(\d)(ms|kB|B|s)$/$1/; $v =~ s/^(\d+)h$/$1 * 3600/e; $v }
	  $documented{$name}, $default{$name};
	is($shown, $real, "the drop-in shows the default of $name");
}

is( value_of($node,
		q{SELECT string_agg(name, ' ' ORDER BY name) FROM pg_settings
			WHERE name LIKE 'gatekeeper.%' AND context NOT IN ('sighup', 'internal')}),
	'gatekeeper.audit_backlog gatekeeper.audit_chain gatekeeper.reserved_roles gatekeeper.sandbox gatekeeper.sandbox_exempt_roles '
	  . 'gatekeeper.sandbox_files gatekeeper.sandbox_libraries gatekeeper.sandbox_read_paths gatekeeper.sandbox_require '
	  . 'gatekeeper.sandbox_write_paths gatekeeper.strict',
	'the others can be changed by a reload');

# ------------------------------------------------------------------------
# Not from a session, not from a role's or database's settings
# ------------------------------------------------------------------------

sub refused
{
	my ($role, $sql, $message, $what) = @_;
	my ($ok, $out, $err) = run_as($node, $role, $sql);
	ok(!$ok && $err =~ $message, $what) or diag("output: $out\nerrors: $err");
}

foreach my $role ('postgres', 'gk_user')
{
	refused($role, "SET gatekeeper.mode = off", qr/cannot be changed now|not allowed/,
		"$role cannot SET");
	refused($role, "SELECT set_config('gatekeeper.copy_file', 'off', true)",
		qr/cannot be changed now|not allowed/, "$role cannot set_config()");
	refused($role, "ALTER ROLE gk_user SET gatekeeper.mode = off",
		qr/cannot be changed now|not allowed|permission denied/, "$role cannot ALTER ROLE SET");
	refused($role, "CREATE FUNCTION gk.f() RETURNS int LANGUAGE sql SET gatekeeper.mode = off RETURN 1",
		qr/cannot be changed now|not allowed/, "$role cannot give it to a function");
}
denied_for($node, 'gk_user',
	q{SELECT gk.as_definer('ALTER DATABASE postgres SET gatekeeper.mode = off')},
	'an elevated user cannot ALTER DATABASE SET');
refused('postgres', 'SET gatekeeper.nonsense = 1', qr/invalid configuration parameter name "gatekeeper\.nonsense"/,
	'there are no other settings under this prefix');
is(value_of($node, 'SHOW gatekeeper.mode'), 'enforce', 'nothing of that changed the mode');

# ------------------------------------------------------------------------
# Bad values at reload
# ------------------------------------------------------------------------

my $long = '/' . 'x' x 200;
my @bad = (
	[ 'mode', 'enforced', qr/"enforced"/ ],
	[ 'copy_program', 'never', qr/"never"/ ],
	[ 'blocked_extensions', 'file_fdw,,dblink', qr/file_fdw,,dblink/ ],
	[ 'blocked_extensions', 'file_fdw,', qr/file_fdw,/ ],
	[ 'protected_functions', 'pg_sleep(float8)', qr/pg_sleep\(float8\)/ ],
	[ 'protected_functions', 'pg_catalog.pg_sleep', qr/pg_catalog\.pg_sleep/ ],
	[ 'protected_functions', 'a,', qr/"a,"/ ],
	[ 'audit_sink', 'journal', qr/"journal"/ ],
	[ 'audit_sink', '', qr/audit_sink/ ],
	[ 'audit_sink', 'auto,syslog', qr/auto/ ],
	[ 'audit_sink', 'syslog, syslog', qr/twice/ ],
	[ 'audit_sink', 'syslog,', qr/"syslog,"/ ],
	[ 'audit_sink', '"Syslog"', qr/no audit sink "Syslog"/ ],
	[ 'audit_sink', 'syslog journald', qr/"syslog journald"/ ],
	[ 'audit_sink', '"syslog', qr/is not a list/ ],
	[ 'audit_level', 'everything', qr/"everything"/ ],
	[ 'audit_failure', 'maybe', qr/"maybe"/ ],
	[ 'audit_timeout', '0', qr/audit_timeout/ ],
	[ 'audit_timeout', '1h', qr/audit_timeout/ ],
	[ 'audit_backlog', '65MB', qr/66560 kB is outside the valid range for parameter "gatekeeper\.audit_backlog"/ ],
	[ 'audit_budget', '0', qr/audit_budget/ ],
	[ 'audit_statement', '-1', qr/audit_statement/ ],
	[ 'audit_journal_socket', 'journal/socket', qr/"journal\/socket"/ ],
	[ 'audit_syslog_socket', $long, qr/audit_syslog_socket.*longer/s ],
);

# What a session that knows the reload sees of the module's settings.
my $all_settings = q{SELECT string_agg(name || '=' || setting, ' ' ORDER BY name)
	FROM pg_settings WHERE name LIKE 'gatekeeper.%'};
my $before = value_of($node, $all_settings);

sub reload_with
{
	my ($name, $value, $words) = @_;
	my $conf = $node->data_dir . '/postgresql.conf';

	# a restorable file: adjust_conf() cannot add what it has to take away
	my $saved = GkTest::slurp($conf);
	$node->append_conf('postgresql.conf', "gatekeeper.$name = '$value'");
	my $log = reload_and_wait($node, $words);
	my $now = value_of($node, $all_settings);
	open my $out, '>', $conf or die "$conf: $!";
	print $out $saved;
	close $out;
	reload_and_wait($node);
	return ($log, $now);
}

foreach my $case (@bad)
{
	my ($name, $value, $words) = @$case;
	my ($log, $now) = reload_with($name, $value, qr/configuration file .* contains errors/);
	my $shown = length $value > 40 ? substr($value, 0, 40) . '...' : $value;

	like($log, qr/gatekeeper\.$name/, "$name = '$shown' is reported");
	like($log, $words, '... and named');
	is($now, $before, '... and changes nothing');
}

my ($log, $now) = reload_with('nonsense', '1', qr/contains errors/);
like($log, qr/gatekeeper\.nonsense/, 'an unknown name is reported at reload');

($log, $now) = reload_with('strict', 'on', qr/cannot be changed without restarting/);
like($log, qr/gatekeeper\.strict" cannot be changed without restarting/, 'strict needs a restart');

($log, $now) = reload_with('copy_file', 'always', qr/"gatekeeper\.copy_file" changed/);
like($now, qr/gatekeeper\.copy_file=always/, 'a good value takes effect');
is(value_of($node, $all_settings), $before, '... and goes with its line');

# ------------------------------------------------------------------------
# Bad values at start
# ------------------------------------------------------------------------

$node->append_conf('postgresql.conf', 'gatekeeper.nonsense = 1');
my $from = -s $node->logfile;
$node->restart;
like(log_since($node, $from), qr/"gatekeeper\.nonsense"/, 'an unknown name is reported at start');
$node->stop;

# A default instead of what was meant would be a surprise of the worst kind.
foreach my $bad (
	[ "gatekeeper.mode = 'aus'", qr/invalid value for parameter "gatekeeper\.mode": "aus"/ ],
	[ 'gatekeeper.strict = onn', qr/parameter "gatekeeper\.strict" requires a Boolean value/ ],
	[ "gatekeeper.copy_file = 'never'", qr/invalid value for parameter "gatekeeper\.copy_file": "never"/ ],
	[ "gatekeeper.reserved_roles = 'a,'", qr/invalid value for parameter "gatekeeper\.reserved_roles": "a,"/ ],
	[ "gatekeeper.audit_sink = 'journald, nowhere'", qr/There is no audit sink "nowhere"/ ],
	[ "gatekeeper.audit_timeout = '5 parsecs'", qr/invalid value for parameter "gatekeeper\.audit_timeout": "5 parsecs"/ ])
{
	my ($line, $words) = @$bad;
	my $conf = PostgreSQL::Test::Utils::slurp_file($node->data_dir . "/postgresql.conf");
	$node->append_conf('postgresql.conf', $line);
	my $log = restart_fails($node, "the server does not start with $line");
	like($log, $words, '... and says why');
	open my $out, '>', $node->data_dir . '/postgresql.conf' or die;
	print $out $conf;
	close $out;
}

# ------------------------------------------------------------------------
# Loaded any other way
# ------------------------------------------------------------------------

SKIP:
{
	skip($ENV{GK_NO_LATE_LOAD}, 4) if $ENV{GK_NO_LATE_LOAD};

	my $late = new_gatekeeper_node('late', conf => "shared_preload_libraries = ''\n");
	my ($ok, $out, $err) = run_as($late, 'postgres', "LOAD 'pg_gatekeeper'");
	ok(!$ok && $err =~ /55000: pg_gatekeeper must be loaded at server start/, 'LOAD is refused');
	like($err, qr/HINT:  .*shared_preload_libraries/, '... with the way to do it');
	($ok, $out, $err) = run_as($late, 'postgres',
		"\\set ON_ERROR_STOP 0\nLOAD 'pg_gatekeeper';\n"
		  . "COPY (SELECT 1) TO PROGRAM 'cat >/dev/null';\nSELECT 'went on'");
	is($out, 'went on', '... and nothing is installed');

	$late->append_conf('postgresql.conf', "session_preload_libraries = 'pg_gatekeeper'");
	reload_and_wait($late, qr/"session_preload_libraries" changed/);
	($ok, $out, $err) = run_as($late, 'postgres', 'SELECT 1');
	ok(!$ok && $err =~ /pg_gatekeeper must be loaded at server start/,
		'session_preload_libraries is refused');
	$late->stop;
}

done_testing();
