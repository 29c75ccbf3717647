#
# The shipped files for SIEMs name what there is: every field, every message id;
# they can be parsed as far as that can be done without the programs they are
# for; and the formats ecs and ocsf are as the manual says, and as their schemas do.
#
# Copyright (c) 2026, the pg_gatekeeper authors
# SPDX-License-Identifier: PostgreSQL

use strict;
use warnings;
use CPAN::Meta::YAML;
use File::Basename qw(basename);
use GkTest;
use IO::Socket::UNIX;
use IPC::Run ();
use JSON::PP;
use Socket qw(SOCK_DGRAM);
use Test::More;

use PostgreSQL::Test::Utils;

my $top = $ENV{GK_TOP};
my %file = map { s{^\Q$top\E/conf/siem/}{}r => GkTest::slurp($_) }
  grep { -f } glob "$top/conf/siem/* $top/conf/siem/sigma/*";
my $fields_c = GkTest::slurp("$top/src/audit/fields.c");
my %field = map { $_ => 1 } $fields_c =~ /^\t\{"(\w+)", /mg;
my %message_id = reverse GkTest::slurp("$top/src/audit/audit.h") =~ /^#define GK_MESSAGE_ID_(\w+)\s+"([0-9a-f]{32})"/mg;
my $catalog = GkTest::slurp("$top/conf/pg-gatekeeper.catalog");
my $man7 = GkTest::slurp("$top/man/pg_gatekeeper.7");
my $man1 = GkTest::slurp("$top/man/pg_gatekeeper.1");

# What journald adds and uses, and its own "messages were suppressed".
my %journal = map { $_ => 1 } qw(_UID MESSAGE MESSAGE_ID PRIORITY SYSLOG_IDENTIFIER);
my $suppressed = 'a596d6fe7bfa4994828e72309e95d61e';

cmp_ok(scalar(keys %field), '>=', 35, 'the field table is found');
cmp_ok(scalar(keys %file), '>=', 25, 'the files are found');

# ------------------------------------------------------------------------
# Each file
# ------------------------------------------------------------------------

foreach my $name (sort keys %file)
{
	my $text = $file{$name};
	$text = join "\n", @{ decode_json($text)->{__comment} }, $text if $name =~ /\.json$/;
	my @head = split /\n/, $text;
	@head = @head[ 0 .. ($#head < 30 ? $#head : 30) ];

	is(join(' ', grep { !$field{$_} } $text =~ /\b(GATEKEEPER_[A-Z_]+)\b/g), '', "$name names fields that there are");
	is(join(' ', grep { !$message_id{$_} && $_ ne $suppressed } $text =~ /\b([0-9a-f]{32})\b/g),
		'', '... and message ids that there are');
	like($text, qr/^# Copyright \(c\) 2026, the pg_gatekeeper authors\n# SPDX-License-Identifier: PostgreSQL$/m, '... and whose it is');
	next if $name =~ m{^sigma/};
	my $head = join "\n", grep { /^#/ } @head;
	like($head, qr/Where to put it:/, '... says where to put it');
	like($head, qr/See it work:|Then:/, '... and how to see that it works');
	like($head, qr/Not tested with a running \w+|Tested with \w+|Goes with it:|Then:/i, '... and whether it was tried');
	ok(index($man7, $name) >= 0, '... and the manual page names it');
	next if $name !~ /^(rsyslog|syslog-ng|fluent|vector)/;
	like($text, qr/SYSLOG_IDENTIFIER|programname|program\(/, '... takes what is ours');
	like($text, qr/POSTGRES_UID/, '... only from the server\'s user');
	like($head, qr/id -u postgres/, '... and says which that is');
}
foreach my $id (sort keys %message_id)
{
	like($catalog, qr/^-- $id$/m, "the catalog has $message_id{$id}");
	like($man7, qr/\b$id\b/, '... and so has the manual page');
}
is(join(' ', grep { !$message_id{$_} } $catalog =~ /^-- ([0-9a-f]{32})$/mg), '', 'and nothing else');

# The socket that the namespace's journald listens on is the one that is told.
like($file{'postgresql-namespace.conf'}, qr{audit_journal_socket = '/run/systemd/journal\.pg-gatekeeper/socket'},
	'the namespace has the socket that the setting names');
like($file{'postgresql-namespace.conf'}, qr{^Wants=systemd-journald\@pg-gatekeeper\.socket$}m, '... which the unit starts');
like($file{'journald@pg-gatekeeper.conf'}, qr/^RateLimitIntervalSec=0$/m, '... without a rate limit');
like($file{'journald@pg-gatekeeper.conf'}, qr/^MaxRetentionSec=/m, '... with its own retention');

# ------------------------------------------------------------------------
# Syntax
# ------------------------------------------------------------------------

# systemd's own parser knows each key there
sub said
{
	my (@command) = @_;
	my $out = '';
	IPC::Run::run(\@command, '<', \undef, '>', \$out, '2>&1');
	return $out;
}

SKIP:
{
	skip 'systemd-analyze is not installed', 3 if system('systemd-analyze --version >/dev/null 2>&1') != 0;
	my $dir = PostgreSQL::Test::Utils::tempdir();
	foreach my $name (grep { /\.service$/ } sort keys %file)
	{
		is(join('', grep { /\Q$name\E:\d+:|Unknown|Invalid/ } split /^/, said('systemd-analyze', 'verify', '--man=no', "$top/conf/siem/$name")),
			'', "$name: systemd has nothing to say");
	}

	# a drop-in: as part of a unit
	$file{'postgresql-confined.conf'} = GkTest::slurp("$top/conf/systemd/postgresql-confined.conf");
	foreach my $name ('postgresql-namespace.conf', 'journal-upload.conf', 'postgresql-confined.conf')
	{
		my $unit = "$dir/" . ($name =~ s/\.conf$/.service/r);
		open my $fh, '>', $unit or die $!;
		print $fh "[Service]\nExecStart=/bin/true\n$file{$name}";
		close $fh;
		is(join('', grep { /\Q$unit\E:\d+:|Unknown|Invalid/ } split /^/, said('systemd-analyze', 'verify', '--man=no', $unit)),
			'', "$name: systemd has nothing to say");
	}
}
foreach my $name ('journald@pg-gatekeeper.conf', 'journal-remote.conf')
{
	my $is = $name =~ /remote/ ? 'Remote' : 'Journal';
	is(join("\n", grep { !/^(#.*|\[$is\]|[A-Z][A-Za-z]+=\S+|)$/ } split /\n/, $file{$name}), '', "$name: is an ini file");
}

SKIP:
{
	my $python = q{import sys, tomllib; tomllib.load(open(sys.argv[1], "rb"))};
	skip 'there is no python3 with tomllib', 1 if system('python3', '-c', 'import tomllib') != 0;
	is(said('python3', '-c', $python, "$top/conf/siem/vector.toml"), '', 'vector.toml: is TOML');
}
my ($sections) = $file{'vector.toml'};
my %component = map { $_ => 1 } $sections =~ /^\[(?:sources|transforms|sinks)\.(\w+)\]$/mg;
foreach my $input ($sections =~ /^inputs = \["([\w.]+)"\]$/mg)
{
	my ($from, $route) = split /\./, $input;
	ok($component{$from} && (!$route || $sections =~ /^$route = /m), "vector.toml: there is an input $input");
}

my $filebeat = CPAN::Meta::YAML->read_string($file{'filebeat.yml'})->[0];
is($filebeat->{'filebeat.inputs'}[0]{type}, 'filestream', 'filebeat.yml: is YAML');
is($filebeat->{'filebeat.inputs'}[0]{paths}[0], '/var/log/pg-gatekeeper/ecs.json', '... and reads a file');
like($file{'pg-gatekeeper-ecs.service'}, qr{^LogsDirectory=pg-gatekeeper\n.*\$LOGS_DIRECTORY/ecs\.json}ms, '... which the service writes');

# [SECTION], then keys indented by the same
is(join("\n", grep { !/^(#.*|\[(INPUT|OUTPUT)\]|    [#A-Z][A-Za-z_]+ +\S.*|    #.*|)$/ } split /\n/, $file{'fluent-bit.conf'}),
	'', 'fluent-bit.conf: is of its classic syntax');
like($file{'fluent-bit.conf'}, qr/^    Systemd_Filter_Type And$/m, '... where both filters must match');

foreach my $name ('otel-collector.yml', 'datadog.yml', 'postgres-exporter.yml')
{
	my ($yaml) = eval { @{ CPAN::Meta::YAML->read_string($file{$name} =~ s/^\s*#.*\n//mgr) } };
	is(ref $yaml, 'HASH', "$name: is YAML") or diag($@);
}

# Requests, each a line and a body
my @bodies = $file{'elastic.txt'} =~ /^PUT \S+\n(\{.*?^\})$/msg;
is(scalar(grep { ref eval { decode_json($_) } eq 'HASH' } @bodies), 2, 'elastic.txt: two requests with JSON');
my %setting = map { $_ => 1 } ($file{'elastic.txt'} =~ /\{"(\w+)": \{"(?:field|if|value)/g);
is(join(' ', sort keys %setting), 'date drop rename set', '... with these processors');

# What the dashboard shows is told.
my $metrics_c = GkTest::slurp("$top/src/cli/metrics.c");
my %told = map { $_ => 1 } $metrics_c =~ /"([a-z_]+)", "(?:gauge|counter)"/g;
my @asked = $file{'grafana-dashboard.json'} =~ /pg_gatekeeper_([a-z_]+)(?=\{|, cluster)/g;
cmp_ok(scalar(@asked), '>=', 10, 'grafana-dashboard.json: asks for numbers');
is(join(' ', grep { !$told{$_} } @asked), '', '... that there are');

# Splunk: stanzas, then keys; each event type has a tag or needs none.
foreach my $name (grep { /^splunk/ } sort keys %file)
{
	is(join("\n", grep { !/^(#.*|\[[^\]]+\]|[A-Za-z_-]+ ?= ?.+|)$/ } split /\n/, $file{$name}), '', "$name: is a Splunk file");
}
my %event_type = map { $_ => 1 } $file{'splunk-eventtypes.conf'} =~ /^\[(\w+)\]$/mg;
is(join(' ', grep { !$event_type{$_} } $file{'splunk-tags.conf'} =~ /^\[eventtype=(\w+)\]$/mg), '', 'splunk-tags.conf: has tags for kinds that there are');

# Wazuh: elements that close, numbers of rules that there are.
foreach my $name ('wazuh-decoders.xml', 'wazuh-rules.xml')
{
	my $xml = $file{$name} =~ s/<!--.*?-->//sr;
	my (@open, $wrong);
	while ($xml =~ m{<(/?)(\w+)[^<>]*?(/?)>}g)
	{
		if ($1) { $wrong = $2 if (pop(@open) // '') ne $2 }
		elsif (!$3) { push @open, $2 }
	}
	is(join(' ', @open, $wrong // ()), '', "$name: its elements close");
}
my %wazuh = map { $_ => 1 } $file{'wazuh-rules.xml'} =~ /<rule id="(\d+)"/g;
is(join(' ', grep { !$wazuh{$_} } $file{'wazuh-rules.xml'} =~ /_sid>(\d+)</g), '', 'wazuh-rules.xml: names its own rules');

# ... and its expressions find what a record says
my ($action) = $file{'wazuh-decoders.xml'} =~ m{<regex type="pcre2">(\^event=action verdict=.*?)</regex>};
my ($user) = $file{'wazuh-decoders.xml'} =~ m{<regex type="pcre2">(\^event=action \[.*?)</regex>};
my $line = 'event=action verdict=denied rule=copy_program circumstances=elevated seq=7 session_user="a\\" rule=x" current_user="b" object="session_user=\\"c\\""';
is(join('|', $line =~ /$action/), 'denied|copy_program|elevated', 'wazuh-decoders.xml: reads a record');
is(join('|', $line =~ /$user/), 'a\" rule=x', '... and the role, whatever it is called');

# ------------------------------------------------------------------------
# The formats ecs and ocsf
# ------------------------------------------------------------------------

my $command = "$top/src/cli/pg_gatekeeper";
if (!-x $command || !$ENV{GK_JOURNAL_SOCKET})
{
	note('no command, or no journal: ' . ($ENV{GK_NO_JOURNAL} // 'not run by test/check'));
	done_testing();
	exit;
}

my $socket = IO::Socket::UNIX->new(Type => SOCK_DGRAM, Peer => $ENV{GK_JOURNAL_SOCKET}) or die $!;
my $cluster = "siem/$$";

# A record with the fields given, as the server sends it.
sub send_record
{
	my (%record) = @_;
	$socket->send(join '', map { "$_\n" . pack('Q<', length $record{$_}) . "$record{$_}\n" } sort keys %record)
	  or die "journald: $!";
	journal_mark();
	return;
}

sub documents
{
	my ($format, @arguments) = @_;
	my $out = '';
	IPC::Run::run([ $command, 'events', '-D', $ENV{GK_JOURNAL_DIR}, '--uid', $>, '--cluster', $cluster,
			'--all', '--format', $format, @arguments ], '<', \undef, '>', \$out);
	return map { decode_json($_) } split /\n/, $out;
}

# Paths of the values in it, those of arrays without a number.
sub leaves
{
	my ($value, $path) = @_;
	return map { leaves($value->{$_}, defined $path ? "$path.$_" : $_) } sort keys %$value if ref $value eq 'HASH';
	return map { leaves($_, $path) } @$value if ref $value eq 'ARRAY';
	return ([ $path, $value ]);
}

# Every field with a value of its own, so that it can be told where it went.
my $number = 0;
my %full = map { $_ => 'value ' . ++$number } grep { /^GATEKEEPER_/ } keys %field;
my $port = 10000;
$full{"GATEKEEPER_$_"} = ++$port foreach qw(SEQ PORT CLIENT_PORT LOST COUNT BACKEND_PID STATEMENT_LENGTH QUERY_ID SYSTEM_ID);
%full = (%full,
	MESSAGE => 'the message', PRIORITY => 3, SYSLOG_IDENTIFIER => 'pg_gatekeeper', MESSAGE_ID => (keys %message_id)[0],
	GATEKEEPER_SCHEMA => 1, GATEKEEPER_EVENT => 'action', GATEKEEPER_STREAM => 'a' x 32, GATEKEEPER_CLUSTER => $cluster,
	GATEKEEPER_VERDICT => 'denied', GATEKEEPER_RULE => 'role_superuser', GATEKEEPER_TECHNIQUE => 'T1059.004',
	GATEKEEPER_SQLSTATE => '42501', GATEKEEPER_CLIENT_ADDR => '192.0.2.7', GATEKEEPER_TIME => '2026-01-31T12:34:56.789012Z',
	GATEKEEPER_CIRCUMSTANCES => 'elevated,untrusted', GATEKEEPER_COMMAND => 'DO');
is(join(' ', sort grep { !defined $full{$_} } keys %field), '', 'the record has every field that there is');
send_record(%full);
my ($json) = documents('json');
my ($ecs) = documents('ecs');
my ($ocsf) = documents('ocsf');
is($json->{forged}, JSON::PP::false, 'a record with every field is believed') or diag($json->{forged_reason});

# the manual's tables
my ($section) = $man1 =~ /^\.Ss Formats ecs and ocsf\n(.*?)^\.Ss /ms;
my @rows = $section =~ /^\.It Dv (\S+) Ta (?:Li )?(\S+) Ta (?:Li )?(\S+)$/mg;
my ($about_ecs, $about_ocsf) = $section =~ /^ECS has(.*)^OCSF has(.*)/ms;
my (%to_ecs, %to_ocsf);
cmp_ok(scalar(@rows), '>=', 3 * 20, 'the manual has the table');
while (my ($from, $in_ecs, $in_ocsf) = splice @rows, 0, 3)
{
	$to_ecs{$in_ecs} = $from if $in_ecs ne '\-';
	$to_ocsf{$in_ocsf} = $from if $in_ocsf ne '\-';
}
$to_ecs{ 'gatekeeper.' . lc } = "GATEKEEPER_$_" foreach map { /^GATEKEEPER_(\w+)$/ } keys %field;
my ($unmapped) = $about_ocsf =~ /^\.It Li unmapped\n\.Li ([\w ,]+):/m;
$to_ocsf{"unmapped.$_"} = 'GATEKEEPER_' . uc foreach split / , /, $unmapped =~ s/ $//r;

sub check_table
{
	my ($format, $document, $table, $about) = @_;
	my %value;
	my %told = map { $_ => 1 } map { split /[ ,]+/ } $about =~ /^(?:\.It )?\.?(?:It |)(?:Li|\.Li) ([a-z_., ]+)$/mg;

	push @{ $value{ $_->[0] } }, $_->[1] foreach leaves($document);
	foreach my $path (sort keys %$table)
	{
		my $want = $json->{ $table->{$path} };

		# the only one of another unit
		$want = 1769862896789 if $path eq 'time';
		is(($value{$path} // ['nothing'])->[0], $want, "$format: $path is $table->{$path}");
	}
	my @untold = grep {
		my $path = $_;
		!$table->{$path} && !grep { $path eq $_ || index($path, "$_.") == 0 } keys %told
	} sort keys %value;
	is("@untold", '', "$format: the manual tells everything that is there");
	return;
}
check_table('ecs', $ecs, \%to_ecs, $about_ecs);
check_table('ocsf', $ocsf, \%to_ocsf, $about_ocsf);

# ECS 9.4: what event.category allows as event.type, and the types of fields
my %type_of = (
	configuration => [qw(access change creation deletion info)],
	database => [qw(access change info error)],
	iam => [qw(admin change creation deletion group info user)],
	intrusion_detection => [qw(allowed denied info)]);
my %is_array = map { $_ => 1 } qw(event.category event.type related.user related.ip related.hosts
  threat.technique.id threat.technique.name threat.technique.subtechnique.id threat.technique.subtechnique.name);
my %is_number = map { $_ => 1 } qw(event.sequence event.severity source.port server.port process.pid);

sub check_ecs
{
	my ($what, $document) = @_;
	my %event = %{ $document->{event} };
	my %type = map { $_ => 1 } @{ $event{type} };
	my @unfit = grep { my $category = $_; !grep { $type{$_} } @{ $type_of{$category} // [] } } @{ $event{category} };
	my %allowed = map { $_ => 1 } map { @{ $type_of{$_} } } @{ $event{category} };

	like($event{kind}, qr/^(alert|event)$/, "ECS, $what: kind");
	is("@unfit", '', '... each category has one of its types');
	is(join(' ', grep { !$allowed{$_} } sort keys %type), '', '... and each type a category that allows it');
	like($event{outcome} // 'unknown', qr/^(failure|success|unknown)$/, '... outcome');
	like($document->{'@timestamp'}, qr/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/, '... time');
	is($document->{ecs}{version}, '9.4.0', '... version');
	foreach my $path (sort keys %is_array)
	{
		my $value = $document;
		$value = ref $value eq 'HASH' ? $value->{$_} : undef foreach split /\./, $path;
		ok(!defined $value || ref $value eq 'ARRAY', "... $path is an array") if defined $value;
	}
	foreach my $leaf (leaves($document))
	{
		next if !$is_number{ $leaf->[0] };
		like(encode_json([ $leaf->[1] ]), qr/^\[\d+\]$/, "... $leaf->[0] is a number");
	}
	return;
}

# OCSF 1.8: what each class requires, and the values of its enumerations
my %activity = (6005 => [ 0 .. 10, 99 ], 6002 => [ 0 .. 8, 99 ]);
my %required = (
	6005 => [qw(activity_id category_uid class_uid type_uid time severity_id metadata.version metadata.product
	  actor src_endpoint database.type_id)],
	6002 => [qw(activity_id category_uid class_uid type_uid time severity_id metadata.version metadata.product app.name)]);

sub check_ocsf
{
	my ($what, $event) = @_;
	my $class = $event->{class_uid};

	ok($required{$class}, "OCSF, $what: class $class") or return;
	foreach my $path (@{ $required{$class} })
	{
		my $value = $event;
		$value = ref $value eq 'HASH' ? $value->{$_} : undef foreach split /\./, $path;
		ok(defined $value, "... $path is there");
	}
	foreach my $number (qw(activity_id category_uid class_uid type_uid time severity_id))
	{
		like(encode_json([ $event->{$number} ]), qr/^\[\d+\]$/, "... $number is a number");
	}
	is($event->{type_uid}, 100 * $class + $event->{activity_id}, '... type_uid');
	is($event->{category_uid}, int($class / 1000), '... category_uid');
	ok((grep { $_ == $event->{activity_id} } @{ $activity{$class} }), '... activity_id is one of the class');
	ok($event->{activity_id} != 99 || length $event->{activity_name}, '... and has a name where it is another');
	ok($event->{severity_id} >= 1 && $event->{severity_id} <= 6, '... severity_id');
	ok(!defined $event->{status_id} || $event->{status_id} =~ /^[12]$/, '... status_id');
	ok(!defined $event->{action_id} || $event->{action_id} =~ /^[123]$/, '... action_id');
	ok(!defined $event->{disposition_id} || $event->{disposition_id} =~ /^(1|2|15)$/, '... disposition_id');
	like($event->{time}, qr/^1\d{12}$/, '... time is in milliseconds');
	is($event->{metadata}{version}, '1.8.0', '... metadata.version');
	is(join(' ', @{ $event->{metadata}{profiles} }), 'security_control host', '... profiles');
	is(ref $event->{is_alert}, 'JSON::PP::Boolean', '... is_alert');
	return;
}

# every kind of record: [ name, fields, alert ]
my @kinds = (
	[ 'denied', {}, 1 ],
	[ 'a local client', { GATEKEEPER_CLIENT_ADDR => undef, GATEKEEPER_CLIENT_PORT => undef, GATEKEEPER_RULE => 'copy_file' }, 1 ],
	[ 'would_deny', { GATEKEEPER_VERDICT => 'would_deny', PRIORITY => 4, GATEKEEPER_SQLSTATE => '00000', GATEKEEPER_COMMAND => 'ALTER ROLE' }, 1 ],
	[ 'allowed', { GATEKEEPER_VERDICT => 'allowed', PRIORITY => 4, GATEKEEPER_SQLSTATE => '00000', GATEKEEPER_COMMAND => 'SELECT' }, 0 ],
	map {
		[ $_->[0], { (map { $_ => undef } grep { /_(VERDICT|RULE|TECHNIQUE|SQLSTATE|CIRCUMSTANCES|SESSION_USER|CURRENT_USER|DATABASE|CLIENT_ADDR|CLIENT_PORT|STATEMENT)$/ } keys %full),
			GATEKEEPER_EVENT => $_->[0], PRIORITY => $_->[1] }, $_->[1] == 2 ? 1 : 0 ]
	} ([ 'start', 4 ], [ 'stop', 4 ], [ 'config', 4 ], [ 'config', 2 ], [ 'heartbeat', 4 ], [ 'loss', 2 ]));
foreach my $case (@kinds)
{
	my ($what, $fields, $is_alert) = @$case;
	my %record = (%full, %$fields, GATEKEEPER_SEQ => ++$number);
	send_record(map { $_ => $record{$_} } grep { defined $record{$_} } keys %record);
	my ($document) = documents('ecs', '--seq', $number);
	check_ecs($what, $document);
	is($document->{event}{kind}, $is_alert ? 'alert' : 'event', "ECS, $what: is it an alert?");
	my ($event) = documents('ocsf', '--seq', $number);
	check_ocsf($what, $event);
	is($event->{is_alert} ? 1 : 0, $is_alert, "OCSF, $what: is it an alert?");
}

# every technique of the rules has a name
my %technique = map { $_ => 1 } GkTest::slurp("$top/src/base/rule_catalogue.c") =~ /\.technique = "([\w.]+)"/g;
foreach my $id (sort keys %technique)
{
	send_record(%full, GATEKEEPER_TECHNIQUE => $id, GATEKEEPER_SEQ => ++$number);
	my ($document) = documents('ecs', '--seq', $number);
	my $technique = $document->{threat}{technique};
	$technique = $technique->{subtechnique} if $id =~ /\./;
	is($technique->{id}[0], $id, "$id is told");
	like($technique->{name}[0] // '', qr/^[A-Z]/, '... with its name');
}

# What a schema does not take would cost the document.
foreach my $case ([ 'fe80::1%eth0', 'fe80::1' ], [ '2001:db8::7', '2001:db8::7' ], [ 'x'  x 200, undef ], [ '1.2.3', undef ])
{
	my ($address, $ip) = @$case;
	send_record(%full, GATEKEEPER_CLIENT_ADDR => $address, GATEKEEPER_SEQ => ++$number);
	my ($document) = documents('ecs', '--seq', $number);
	is($document->{source}{ip}, $ip, 'source.ip is an address, or not there: ' . substr $address, 0, 20);
	is($document->{related}{ip} && $document->{related}{ip}[0], $ip, '... and so is related.ip');
	is($document->{source}{address}, $address, '... source.address is what there is');
	my ($event) = documents('ocsf', '--seq', $number);
	is($event->{src_endpoint}{ip}, $ip, '... OCSF: src_endpoint.ip');
}
foreach my $time ('yesterday', '', '2026-13-45T99:99:99Z')
{
	send_record(%full, GATEKEEPER_TIME => $time, GATEKEEPER_STREAM => 'forged', GATEKEEPER_SEQ => ++$number);
	my ($document) = documents('ecs', '--seq', $number);
	like($document->{'@timestamp'}, qr/^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/, "a forged time does no harm: \"$time\"");
	is("$document->{gatekeeper}{forged} $document->{event}{kind}", '1 alert', '... it is marked, and an alert');
	my ($event) = documents('ocsf', '--seq', $number);
	like($event->{time}, qr/^1\d{12}$/, '... nor in OCSF');
}

done_testing();
