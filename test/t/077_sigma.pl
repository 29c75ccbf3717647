#
# The Sigma rules on real records: an attack for each rule of the module is found
# by the Sigma rule for it and by no other, its legitimate twin by none; and what
# an intruder does about the audit itself is found as well.
#
# Copyright (c) 2026, the pg_gatekeeper authors
# SPDX-License-Identifier: PostgreSQL

use strict;
use warnings;
use File::Basename qw(basename);
use GkSigma;
use GkTest;
use IO::Socket::UNIX;
use Socket qw(SOCK_DGRAM);
use Test::More;
use Time::HiRes qw(sleep);

use PostgreSQL::Test::Utils;

my %sigma = map { basename($_, '.yml') =~ s/^pg_gatekeeper_//r => sigma_rule($_) }
  glob "$ENV{GK_TOP}/conf/siem/sigma/*.yml";
my %technique = GkTest::slurp("$ENV{GK_TOP}/src/base/rule_catalogue.c") =~ /\.name = "(\w+)".*?\.technique = "([\w.]+)"/gs;

# T1562.001 of ATT&CK 18 is T1685 in 19, and Defense Evasion has been split.
my %renamed = ('t1562.001' => 't1685');
my %split = ('t1562.001' => [ 'defense-evasion', 'defense-impairment' ]);

# ------------------------------------------------------------------------
# Valid, complete
# ------------------------------------------------------------------------

cmp_ok(scalar(keys %sigma), '>=', 15, 'there are Sigma rules');
my (%id, %covered);
foreach my $name (sort keys %sigma)
{
	my $rule = $sigma{$name};
	is(join(', ', sigma_problems($rule)), '', "$name is a Sigma rule");
	is($id{ $rule->{id} }++ // 0, 0, '... with an id of its own');

	my %tag = map { s/^attack\.//r => 1 } @{ $rule->{tags} };
	my @references = map { m{techniques/(.*)/$} ? lc($1) =~ s{/}{.}r : () } @{ $rule->{references} };
	is(join(' ', sort @references), join(' ', sort grep { /^t\d/ } keys %tag), '... that refers to its techniques');
	foreach my $old (grep { $tag{$_} } keys %renamed)
	{
		ok($tag{ $renamed{$old} }, "... $old under its newer id, too");
		ok($tag{$_}, "... and the tactic $_") foreach @{ $split{$old} };
	}
	my $rules = $rule->{detection}{selection} && $rule->{detection}{selection}{GATEKEEPER_RULE} or next;
	foreach my $covered (ref $rules ? @$rules : $rules)
	{
		push @{ $covered{$covered} }, $name;
		ok($technique{$covered}, "... $covered is a rule of the module") or next;
		ok($tag{ lc $technique{$covered} }, "... of technique $technique{$covered}");
	}
}
foreach my $rule (sort keys %technique)
{
	is(scalar(@{ $covered{$rule} // [] }), 1, "rule $rule has one Sigma rule");
}

# ------------------------------------------------------------------------
# On records
# ------------------------------------------------------------------------

if (!$ENV{GK_JOURNAL_SOCKET})
{
	note('no journal: ' . ($ENV{GK_NO_JOURNAL} // 'not run by test/check'));
	done_testing();
	exit;
}

# The Sigma rules that match a record, most of them none.
sub found
{
	my ($record) = @_;
	return join ' ', grep { sigma_matches($sigma{$_}, $record, { postgres_uid => $> }) } sort keys %sigma;
}

my $node = new_gatekeeper_node('sigma', conf => <<'EOT');
gatekeeper.audit_level = privileged
gatekeeper.protected_functions = 'pg_switch_wal'
gatekeeper.audit_heartbeat = 1s
# what is not taken at once is lost here; see 066_backlog
gatekeeper.audit_backlog = 0
EOT
load_probes($node);
my $dir = $node->basedir;

value_of($node, <<'EOT');
CREATE LANGUAGE gk_wild HANDLER plpgsql_call_handler INLINE plpgsql_inline_handler VALIDATOR plpgsql_validator;
CREATE FOREIGN DATA WRAPPER gk_foreign;
CREATE FUNCTION gk.harmless_handler() RETURNS fdw_handler LANGUAGE c STRICT AS '$libdir/file_fdw', 'file_fdw_handler';
CREATE FOREIGN DATA WRAPPER gk_file HANDLER gk.harmless_handler;
CREATE SERVER gk_files FOREIGN DATA WRAPPER gk_file;
CREATE ROLE gk_other;
CREATE ROLE gk_third;
CREATE FUNCTION gk.labelled() RETURNS int LANGUAGE sql AS 'SELECT 1';
GRANT CREATE ON SCHEMA gk TO gk_user;
EOT
value_of($node, 'CREATE EXTENSION pg_gatekeeper');
run_as($node, 'gk_user', "CREATE FUNCTION gk.trap() RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN 1; END'");
run_as($node, 'gk_user', "CREATE FUNCTION gk.changes() RETURNS int LANGUAGE plpgsql AS 'BEGIN ALTER ROLE gk_third CREATEDB; RETURN 1; END'");

sub definer { return 'SELECT gk.as_definer($attack$' . $_[0] . '$attack$)' }

# rule => [ who, attack, who, twin ]
my %case = (
	role_superuser => [ gk_user => definer('ALTER ROLE gk_user SUPERUSER'), postgres => 'ALTER ROLE postgres SUPERUSER' ],
	role_privileged => [ gk_user => definer("ALTER ROLE postgres PASSWORD 'x'"), postgres => 'ALTER ROLE gk_other CREATEROLE' ],
	role_membership => [ gk_user => definer('GRANT pg_execute_server_program TO gk_user'), postgres => 'GRANT pg_read_server_files TO gk_other' ],
	copy_program => [ postgres => "COPY (SELECT 1) TO PROGRAM 'true'", postgres => 'COPY (SELECT 1) TO STDOUT' ],
	copy_file => [ gk_user => definer("COPY (SELECT 1) TO '$dir/copied'"), postgres => "COPY (SELECT 1) TO '$dir/copied'" ],
	server_files => [ gk_user => definer("SELECT pg_read_file('PG_VERSION')"), postgres => "SELECT pg_read_file('PG_VERSION')" ],
	server_control => [ gk_user => definer('SELECT pg_rotate_logfile()'), postgres => 'SELECT pg_rotate_logfile()' ],
	server_settings => [ gk_user => definer('SET session_replication_role = replica'), postgres => 'SET session_replication_role = replica' ],
	catalog_write => [ gk_user => definer("UPDATE pg_authid SET rolsuper = true WHERE rolname = 'gk_user'"),
		postgres => "UPDATE pg_authid SET rolconnlimit = -1 WHERE rolname = 'gk_other'" ],
	catalog_secrets => [ gk_user => definer('SELECT rolpassword FROM pg_authid'), postgres => 'SELECT rolpassword FROM pg_authid' ],
	extension_blocked => [ postgres => 'CREATE EXTENSION file_fdw', postgres => "SELECT gk.in_extension('SELECT 1')" ],
	untrusted_language => [ gk_user => definer("DO LANGUAGE gk_wild 'BEGIN NULL; END'"), postgres => "DO LANGUAGE gk_wild 'BEGIN NULL; END'" ],
	native_code => [ gk_user => definer("LOAD 'auto_explain'"), postgres => "LOAD 'auto_explain'" ],
	foreign_program => [ gk_user => definer("CREATE FOREIGN TABLE gk.f (line text) SERVER gk_files OPTIONS (filename '/etc/passwd')"),
		postgres => "CREATE FOREIGN TABLE gk.g (line text) SERVER gk_files OPTIONS (filename '$dir/copied')" ],
	loopback => [ gk_user => definer("CREATE SUBSCRIPTION s CONNECTION 'host=127.0.0.1' PUBLICATION p WITH (connect = false)"),
		postgres => "CREATE SUBSCRIPTION t CONNECTION 'host=127.0.0.1 dbname=x' PUBLICATION p WITH (connect = false); ALTER SUBSCRIPTION t SET (slot_name = NONE); DROP SUBSCRIPTION t" ],
	backdoor => [ gk_user => definer("CREATE FUNCTION gk.planted() RETURNS int LANGUAGE sql AS 'SELECT 1'"),
		postgres => "CREATE FUNCTION gk.planted() RETURNS int LANGUAGE sql AS 'SELECT 1'" ],
	superuser_object => [ postgres => 'SELECT gk.changes()', postgres => 'ALTER ROLE gk_third CREATEDB' ],
	identity => [ gk_user => "SELECT gatekeeper.login('x')", gk_user => 'SELECT gatekeeper.logout()' ],
	extension_hijack => [ postgres => "SELECT gk.in_extension('SELECT gk.trap()')", postgres => "SELECT gk.in_extension('SELECT gk.labelled()')" ],
	protected_function => [ gk_user => definer('SELECT pg_switch_wal()'), postgres => 'SELECT pg_switch_wal()' ],
	contained => [ gk_user => definer("COPY (SELECT 1) TO PROGRAM 'true'"), postgres => "ALTER SYSTEM SET work_mem = '5MB'" ],
	exemption => [ gk_user => definer("SECURITY LABEL FOR gatekeeper ON FUNCTION gk.as_definer(text) IS 'trusted'"),
		postgres => "SECURITY LABEL FOR gatekeeper ON FUNCTION gk.labelled() IS 'trusted'" ]);

is(join(' ', sort keys %case), join(' ', sort keys %technique), 'each rule has an attack here');

sub records
{
	my ($mark, @matches) = @_;
	return journal_records($mark, 'GATEKEEPER_PORT=' . $node->port, @matches);
}

sub set_copy_program
{
	$node->append_conf('postgresql.conf', "gatekeeper.copy_program = '$_[0]'");
	return reload_and_wait($node);
}

my @twins;
foreach my $rule (sort keys %case)
{
	my ($attacker, $attack, $user, $twin) = @{ $case{$rule} };
	# where another rule comes first, and only looks on
	set_copy_program('audit') if $rule eq 'contained';
	my $mark = journal_mark();

	denied_for($node, $attacker, $attack, "$rule: the attack is denied");
	my ($record) = records($mark, 'GATEKEEPER_EVENT=action', 'GATEKEEPER_VERDICT=denied');
	is($record->{GATEKEEPER_RULE}, $rule, '... by that rule');
	is(found($record), $covered{$rule}[0], '... and found by its Sigma rule, and no other');

	$mark = journal_mark();
	allowed_for($node, $user, $twin, "$rule: its twin is allowed");
	my @records = records($mark, 'GATEKEEPER_EVENT=action');
	push @twins, @records;
	set_copy_program('always') if $rule eq 'contained';
	# an extension's script is worth a look, whatever it does
	my @found = grep { $_ ne '' && $_ ne 'passed' } map { found($_) } @records;
	is("@found", '', '... and no Sigma rule says that something was denied');
	@found = map { found($_) } grep { $_->{GATEKEEPER_CIRCUMSTANCES} eq 'none' } @records;
	is(join('', @found), '', '... or that it needs a look, where there is no circumstance');
}
cmp_ok(scalar(@twins), '>=', 12, 'most twins leave a record, of an allowed action');

# What went on
my $mark = journal_mark();
$node->append_conf('postgresql.conf', "gatekeeper.copy_file = 'audit'");
reload_and_wait($node);
run_as($node, 'gk_user', definer("COPY (SELECT 1) TO '$dir/copied'"));
my ($record) = records($mark, 'GATEKEEPER_EVENT=action');
is("$record->{GATEKEEPER_VERDICT} " . found($record), 'would_deny passed', 'what would be denied is found');

# ------------------------------------------------------------------------
# What is done about the audit itself
# ------------------------------------------------------------------------

# The first record of the module's own that passes the test.
sub own_record
{
	my ($mark, $is_it) = @_;

	for (1 .. 200)
	{
		my ($record) = grep { $is_it->($_) } records($mark);
		return $record if $record;
		sleep 0.1;
	}
	return {};
}

$record = own_record($mark, sub { $_[0]{GATEKEEPER_EVENT} eq 'config' });
is("$record->{GATEKEEPER_OBJECT} " . found($record), 'gatekeeper.copy_file loosened', 'a rule that was loosened is found');

$mark = journal_mark();
$node->append_conf('postgresql.conf', "gatekeeper.copy_file = 'always'");
reload_and_wait($node);
$record = own_record($mark, sub { $_[0]{GATEKEEPER_EVENT} eq 'config' });
is("$record->{GATEKEEPER_NEW_VALUE}|" . found($record), 'always|', 'tightening one is not');

$record = own_record($mark, sub { $_[0]{GATEKEEPER_EVENT} eq 'heartbeat' });
is("$record->{GATEKEEPER_EVENT}|" . found($record), 'heartbeat|', 'a heartbeat is not');

foreach my $mode (qw(audit off))
{
	$mark = journal_mark();
	$node->append_conf('postgresql.conf', "gatekeeper.mode = '$mode'");
	reload_and_wait($node);
	$record = own_record($mark, sub { ($_[0]{GATEKEEPER_OBJECT} // '') eq 'loaded without enforcement' });
	is("$record->{GATEKEEPER_NEW_VALUE}: " . found($record), $mode eq 'off' ? 'off: loosened not_enforcing' : 'audit: not_enforcing',
		"the module without enforcement is found: $mode");
}
$node->append_conf('postgresql.conf', "gatekeeper.mode = 'enforce'");
reload_and_wait($node);

# a sink that is gone for a while
$mark = journal_mark();
$node->append_conf('postgresql.conf', "gatekeeper.audit_journal_socket = '/nonexistent/socket'");
reload_and_wait($node);
run_as($node, 'postgres', "COPY (SELECT 1) TO PROGRAM 'lost'");
$node->append_conf('postgresql.conf', "gatekeeper.audit_journal_socket = '$ENV{GK_JOURNAL_SOCKET}'");
reload_and_wait($node);
$record = own_record($mark, sub { $_[0]{GATEKEEPER_EVENT} eq 'loss' });
is("$record->{GATEKEEPER_EVENT}: " . found($record), 'loss: audit_loss', 'a loss is found');

$mark = journal_mark();
my ($worker) = map { $_->{_PID} } own_record($mark, sub { $_[0]{GATEKEEPER_EVENT} eq 'heartbeat' });
kill 'TERM', $worker;
$record = own_record($mark, sub { $_[0]{GATEKEEPER_EVENT} eq 'start' });
is("$record->{GATEKEEPER_OBJECT}: " . found($record), 'restart of the audit worker: worker_restarted',
	'a worker that was killed is found');

$mark = journal_mark();
$node->restart;
$record = own_record($mark, sub { $_[0]{GATEKEEPER_EVENT} eq 'start' });
is("$record->{GATEKEEPER_OBJECT}|" . found($record), 'start|', 'an ordinary start is not');
my ($stop) = records($mark, 'GATEKEEPER_EVENT=stop');
is("$stop->{GATEKEEPER_EVENT}|" . found($stop), 'stop|', '... nor is a stop');

# Whoever is not the server's user is told by what journald adds; in a test it is
# the same user, so its number is changed here.
my $socket = IO::Socket::UNIX->new(Type => SOCK_DGRAM, Peer => $ENV{GK_JOURNAL_SOCKET}) or die $!;
$mark = journal_mark();
$socket->send("MESSAGE=all is well\nSYSLOG_IDENTIFIER=pg_gatekeeper\nGATEKEEPER_SIGMA=1\n");
$socket->send("MESSAGE=all is well\nSYSLOG_IDENTIFIER=pg_gatekeeper\nGATEKEEPER_SIGMA=1\nGATEKEEPER_SCHEMA=1\n");
my @records = journal_records($mark, 'GATEKEEPER_SIGMA=1');
is(scalar(@records), 2, 'two records that are none');
foreach my $record (@records)
{
	is(found($record), '', 'by the server\'s user there is nothing to tell');
	is(found({ %$record, _UID => $> + 1 }), 'forged', '... by another it is forged');
}
is(found({ MESSAGE_ID => 'a596d6fe7bfa4994828e72309e95d61e', _UID => 0, SYSLOG_IDENTIFIER => 'systemd-journald',
	MESSAGE => 'Suppressed 1234 messages from postgresql@15-main.service' }),
	'journal_suppressed', 'what journald says of a flood is found');
is(found({ MESSAGE_ID => 'a596d6fe7bfa4994828e72309e95d61e', MESSAGE => 'Suppressed 1 messages from cron.service' }),
	'', '... of another service not');

$node->stop;
done_testing();
