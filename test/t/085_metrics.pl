#
# "pg_gatekeeper metrics": numbers for Prometheus, and the alerts on them; what
# fail2ban makes of records.
#
# Copyright (c) 2026, the pg_gatekeeper authors
# SPDX-License-Identifier: PostgreSQL

use strict;
use warnings;
use GkTest;
use IPC::Run ();
use Test::More;

my $command = "$ENV{GK_TOP}/src/cli/pg_gatekeeper";
my $node = new_gatekeeper_node('metrics', conf => <<'EOT');
gatekeeper.audit_sink = 'log'
EOT
load_probes($node);
my $dir = $node->basedir;
my @server = ('-h', $node->host, '-p', $node->port, '-U', value_of($node, 'SELECT current_user'));

# (exit status, output, errors)
sub run_command
{
	my ($input, @command) = @_;
	my ($out, $err) = ('', '');
	IPC::Run::run([@command], '<', \$input, '>', \$out, '2>', \$err);
	return ($? >> 8, $out, $err);
}

my ($status, $out, $err) = run_command('', $command, 'metrics', @server);
is($status, 1, 'without the extension there is less to tell');
like($err, qr/CREATE EXTENSION pg_gatekeeper/, '... and it says so');
like($out, qr/^pg_gatekeeper_up\{cluster="metrics"\} 1$/m, 'the module is loaded, of which cluster is said');
like($out, qr/^pg_gatekeeper_enforcing\{.*\} 1$/m, '... and enforces');
like($out, qr/^pg_gatekeeper_rule_level\{.*,rule="copy_program"\} 3$/m, '... with these levels');

value_of($node, 'CREATE EXTENSION pg_gatekeeper');
run_as($node, 'gk_user', "SELECT gk.as_definer('COPY (SELECT 1) TO PROGRAM ''true''')") for 1 .. 2;
($status, $out, $err) = run_command('', $command, 'metrics', @server);
is("$status$err", '0', 'with it all is told');
like($out, qr/^pg_gatekeeper_actions_total\{.*,rule="copy_program",verdict="denied"\} 2$/m, 'denials are counted');
like($out, qr/^pg_gatekeeper_records_total\{.*\} [1-9]\d*$/m, '... and records');
like($out, qr/^pg_gatekeeper_sink_ready\{.*,sink="log"\} 1$/m, '... and what each sink does');
unlike($out, qr/sink="syslog"/, '... that is used');
my %type = $out =~ /^# TYPE (\S+) (\S+)$/mg;
my @strange = grep { !/^#/ && !(/^(\w+)\{(?:\w+="(?:[^"\\]|\\.)*",?)+\} \d+(?:\.\d+)?$/ && $type{$1}) } split /\n/, $out;
is(join("\n", @strange), '', 'each line is as Prometheus reads it');

is((run_command('', $command, 'metrics', @server, '-o', "$dir/gk.prom"))[0], 0, '--output');
like(GkTest::slurp("$dir/gk.prom"), qr/^pg_gatekeeper_up/m, '... is written');
is((stat "$dir/gk.prom")[2] & 0777, 0644, '... for node_exporter to read');
is(join(' ', glob "$dir/gk.prom.*"), '', '... and nothing is left beside it');
like((run_command('', $command, 'metrics', '-o', "$dir/x"))[2], qr/does not end in \.prom/, 'another name is refused');
like((run_command('', $command, 'metrics', @server, '-o', "$dir/none/x.prom"))[2], qr/cannot write/, '... and a directory that is not there');

# The alerts name what there is.
my $rules = GkTest::slurp("$ENV{GK_TOP}/conf/siem/prometheus-rules.yml");
$rules =~ s/^#.*\n//mg;
my %there = map { $_ => 1 } keys %type;
is(join(' ', grep { !$there{$_} } $rules =~ /\b(pg_gatekeeper_\w+)/g), '', 'the alerts are on numbers that there are');
SKIP:
{
	skip 'promtool is not installed', 2 if system('command -v promtool >/dev/null 2>&1') != 0;
	is((run_command($out, 'promtool', 'check', 'metrics'))[0], 0, 'promtool takes the numbers');
	is((run_command('', 'promtool', 'check', 'rules', "$ENV{GK_TOP}/conf/siem/prometheus-rules.yml"))[0], 0, '... and the alerts');
}

# fail2ban's filter, as far as a regular expression can be tried without it.
my $filter = GkTest::slurp("$ENV{GK_TOP}/conf/siem/fail2ban-filter.conf");
my %part = $filter =~ /^(_\w+) = (.*)$/mg;
my ($failregex) = $filter =~ /^failregex = (.*\n(?:\s+\^.*\n)*)/m;
my @fail = split /\n\s*/, $failregex;
s/%\((\w+)\)s/$part{$1}/g for @fail, @fail, @fail;
s/<HOST>/([0-9a-f.:]+)/ for @fail;

sub banned
{
	my ($message) = @_;
	$message =~ s/^event=action //;
	foreach my $regex (@fail)
	{
		return $1 if $message =~ /$regex/;
	}
	return 'nobody';
}
my $denied = 'event=action verdict=denied rule=copy_program circumstances=elevated,untrusted seq=5';
is(banned(qq{$denied session_user="a" current_user="b" database="c" client="10.1.2.3:5" command="COPY"}), '10.1.2.3', 'fail2ban: a denial');
is(banned(qq{$denied count=7 kinds=3 session_user="a" current_user="b" database="c" client="[2001:db8::1]:5"}), '2001:db8::1', '... a flood, IPv6');
is(banned(qq{$denied session_user="x\\" client=\\"9.9.9.9:1" current_user="b" database="c" client="10.1.2.3:5"}), '10.1.2.3',
	'... a name that looks like an address has nobody else banned');
is(banned(qq{$denied session_user="a" current_user="b" database="c" client="local" object="client=\\"9.9.9.9:1\\""}), 'nobody', '... nor an object');
is(banned('event=action verdict=allowed outcome=failed class=session circumstances=none seq=7 session_user="a" database="c" client="10.1.2.3:5"'),
	'10.1.2.3', '... a failed login');
is(banned('event=action verdict=allowed class=ddl circumstances=none seq=7 session_user="a" database="c" client="10.1.2.3:5"'), 'nobody',
	'... not what is allowed');
done_testing();
