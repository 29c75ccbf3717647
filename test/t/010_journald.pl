#
# Records in a real journald: one for each denied action, written before the
# error, right field by field; nothing that anybody writes can forge a field,
# and no password gets into one.
#
# Copyright (c) 2026, the pg_gatekeeper authors
# SPDX-License-Identifier: PostgreSQL

use strict;
use warnings;
use Digest::SHA qw(sha256_hex);
use GkTest;
use Test::More;

journal_or_skip();

my $os_user = getpwuid $>;
my $node = new_gatekeeper_node('journald', start => 0, conf => <<'EOT');
compute_query_id = on
log_line_prefix = '%n [%p] '
EOT
my $dir = $node->basedir;
my $port = $node->port;
$node->append_conf('postgresql.conf', "listen_addresses = '127.0.0.1'");
# gk_peer logs in as somebody
my $hba = GkTest::slurp($node->data_dir . '/pg_hba.conf');
unlink $node->data_dir . '/pg_hba.conf';
$node->append_conf('pg_hba.conf', "local all gk_peer peer map=gk\n$hba");
$node->append_conf('pg_ident.conf', "gk $os_user gk_peer\n");
$node->start;
load_probes($node);
value_of($node, 'CREATE ROLE gk_peer LOGIN');

my ($system_id) = value_of($node, 'SELECT system_identifier FROM pg_control_system()');

# The records of actions since the mark.
sub actions
{
	my ($mark, @matches) = @_;
	return journal_records($mark, 'GATEKEEPER_EVENT=action', @matches);
}

# ------------------------------------------------------------------------
# Field by field
# ------------------------------------------------------------------------

my $copy = "COPY (SELECT 1) TO '$dir/copied'";
my $mark = journal_mark();
my (undef, $out, $err) = run_as($node, 'gk_user',
	"SET application_name = 'the tests'; SELECT pg_backend_pid();"
	  . "SELECT gk.as_definer('COPY (SELECT 1) TO ''$dir/copied''')");
my ($pid) = $out =~ /^(\d+)$/m;
my ($number) = $err =~ /DETAIL:  .*[Rr]ecord (\d+)/;
like($err, qr/^.*ERROR:  42501: pg_gatekeeper: COPY TO .* is not allowed$/m, 'the statement is denied');
like($err, qr/^DETAIL:  .*copy_file.*elevated.*record \d+\.$/m, '... with rule, circumstances, record');
like($err, qr/^HINT:  \S/m, '... and a hint');

my @records = actions($mark);
is(scalar(@records), 1, 'there is one record of it');
my %record = %{ $records[0] };

my %expected = (
	PRIORITY => '3',
	SYSLOG_IDENTIFIER => 'pg_gatekeeper',
	_UID => "$>",
	_PID => $pid,
	_TRANSPORT => 'journal',
	MESSAGE_ID => qr/^[0-9a-f]{32}$/,
	MESSAGE => qr/\brule=copy_file\b.*\Q$dir\E/,
	GATEKEEPER_SCHEMA => '1',
	GATEKEEPER_VERSION => qr/^\d+\.\d+\.\d+/,
	GATEKEEPER_EVENT => 'action',
	GATEKEEPER_RULE => 'copy_file',
	GATEKEEPER_VERDICT => 'denied',
	GATEKEEPER_CIRCUMSTANCES => 'elevated',
	GATEKEEPER_SQLSTATE => '42501',
	GATEKEEPER_TECHNIQUE => qr/^T\d{4}(\.\d{3})?$/,
	GATEKEEPER_STREAM => qr/^[0-9a-f]{16,}$/,
	GATEKEEPER_SEQ => $number,
	GATEKEEPER_LOST => '0',
	GATEKEEPER_COUNT => '1',
	GATEKEEPER_TIME => qr/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/,
	GATEKEEPER_CLUSTER => 'journald',
	GATEKEEPER_SYSTEM_ID => $system_id,
	GATEKEEPER_PORT => "$port",
	GATEKEEPER_DATABASE => 'postgres',
	GATEKEEPER_SESSION_USER => 'gk_user',
	GATEKEEPER_CURRENT_USER => 'postgres',
	GATEKEEPER_APPLICATION => 'the tests',
	GATEKEEPER_BACKEND_TYPE => 'client backend',
	GATEKEEPER_BACKEND_PID => $pid,
	GATEKEEPER_SESSION_ID => qr/^[0-9a-f]+\.@{[ sprintf '%x', $pid ]}$/,
	GATEKEEPER_VXID => qr/^\d+\/\d+$/,
	GATEKEEPER_COMMAND => 'COPY',
	GATEKEEPER_OBJECT_TYPE => 'file',
	GATEKEEPER_OBJECT => "$dir/copied",
	GATEKEEPER_STATEMENT => $copy,
	GATEKEEPER_STATEMENT_LENGTH => length($copy),
	GATEKEEPER_STATEMENT_HASH => sha256_hex($copy),
);
foreach my $field (sort keys %expected)
{
	ref $expected{$field}
	  ? like($record{$field} // '', $expected{$field}, "$field is right")
	  : is($record{$field}, $expected{$field}, "$field is right");
}

# Left out where there is nothing to say; the rest is journald's own.
my %optional = map { $_ => 1 } map { "GATEKEEPER_$_" } qw(FUNCTION QUERY_ID FLAGS);
my @unknown = grep { /^[A-Z]/ && !exists $expected{$_} && !$optional{$_} } sort keys %record;
is("@unknown", '', 'there is no other field');
ok(!ref $record{$_}, "$_ is text") foreach grep { ref $record{$_} || /^MESSAGE$/ } sort keys %record;

# GATEKEEPER_TIME against the server log's line of the same error
my ($logged) = GkTest::slurp($node->logfile) =~ /^(\d+\.\d+) \[$pid\] ERROR:  pg_gatekeeper/m;
my ($h, $m, $s) = $record{GATEKEEPER_TIME} =~ /T(\d\d):(\d\d):(\d\d\.\d+)Z/;
my $delay = $logged - ($h * 3600 + $m * 60 + $s) - 86400 * int($logged / 86400);
cmp_ok($delay, '>', -0.002, 'the record is written before the error is raised');
cmp_ok($delay, '<', 5, '... just before');

# ------------------------------------------------------------------------
# Who, from where, numbered
# ------------------------------------------------------------------------

my $program = "COPY (SELECT 1) TO PROGRAM 'true'";
$mark = journal_mark();
run_as($node, 'gk_peer', "SELECT gk.as_definer(\$\$$copy\$\$)");
system('psql', '-X', '-q', '-d', "host=127.0.0.1 port=$port dbname=postgres user=gk_user",
	'-c', "SELECT gk.as_definer(\$\$$copy\$\$)");
run_as($node, 'postgres', $program);
run_as($node, 'gk_user', 'SELECT gk.in_trusted_extension($$ALTER ROLE gk_user SUPERUSER$$)');
@records = actions($mark);
is(scalar(@records), 4, 'four denials, four records');
is($records[0]{GATEKEEPER_AUTHENTICATED}, "peer:$os_user", 'one says who logged in');
is($records[1]{GATEKEEPER_CLIENT_ADDR}, '127.0.0.1', 'one says from which address');
like($records[1]{GATEKEEPER_CLIENT_PORT} // '', qr/^\d+$/, '... and port');
is($records[2]{GATEKEEPER_CIRCUMSTANCES}, 'none', 'one has no circumstance');
is($records[2]{GATEKEEPER_CURRENT_USER}, 'postgres', '... and is a superuser\'s');
is($records[3]{GATEKEEPER_CIRCUMSTANCES}, 'extension,elevated', 'one has two circumstances');
is($records[3]{GATEKEEPER_EXTENSION}, 'gk_probe_trusted', '... and names the extension');
is("@{[ map { $_->{GATEKEEPER_SEQ} } @records ]}",
	"@{[ map { $number + $_ } 1 .. 4 ]}", 'they are numbered in turn');
my %streams = map { $_->{GATEKEEPER_STREAM} => 1 } @records, \%record;
is(scalar(keys %streams), 1, '... in one stream');

# ------------------------------------------------------------------------
# What does not reach the client is on record, too
# ------------------------------------------------------------------------

$mark = journal_mark();
allowed_for($node, 'gk_user', <<'EOT', 'errors can be caught');
DO $do$ BEGIN
	PERFORM gk.as_definer('COPY (SELECT 1) TO nowhere');
EXCEPTION WHEN syntax_error THEN NULL; END $do$;
EOT
is(scalar(actions($mark)), 0, 'a syntax error is no denial');

$mark = journal_mark();
allowed_for($node, 'gk_user', <<"EOT", 'denials can be caught');
BEGIN;
DO \$do\$ BEGIN
	PERFORM gk.as_definer(\$\$$copy\$\$);
EXCEPTION WHEN insufficient_privilege THEN NULL; END \$do\$;
ROLLBACK;
EOT
is(scalar(actions($mark)), 1, '... and are on record all the same');
ok(!-e "$dir/copied", '... and denied all the same');

# ------------------------------------------------------------------------
# What is allowed
# ------------------------------------------------------------------------

$mark = journal_mark();
allowed_for($node, 'postgres', $copy, 'a plain superuser is allowed');
allowed_for($node, 'gk_user', "SELECT count(*) FROM pg_roles; SELECT gk.as_definer('SELECT 1')",
	'... and ordinary statements are');
is(scalar(actions($mark)), 0, '... without a record');

$node->append_conf('postgresql.conf', 'gatekeeper.audit_level = privileged');
reload_and_wait($node);
$mark = journal_mark();
allowed_for($node, 'postgres', $copy, 'with audit_level = privileged he is allowed, too');
allowed_for($node, 'gk_user', "SELECT count(*) FROM pg_roles; SELECT gk.as_definer('SELECT 1')",
	'... and ordinary statements are');
@records = actions($mark);
is(scalar(@records), 1, '... and he leaves a record');
is($records[0]{GATEKEEPER_VERDICT}, 'allowed', '... which says allowed');
is($records[0]{GATEKEEPER_SQLSTATE}, '00000', '... and is no error');
is($records[0]{PRIORITY}, '4', '... nor alarm');
$node->append_conf('postgresql.conf', 'gatekeeper.audit_level = elevated');
reload_and_wait($node);
unlink "$dir/copied";

# ------------------------------------------------------------------------
# Hostile text
# ------------------------------------------------------------------------

# Reads one record, whose fields must all be text on one line, with none that
# the record above has not.
sub one_clean_record
{
	my ($since, $what) = @_;
	my @found = actions($since);

	is(scalar(@found), 1, "$what: one record");
	my $found = $found[0] // {};
	my @bad = grep {
		my $value = $found->{$_};
		!defined $value || ref $value || $value =~ /[\x00-\x1f\x7f-\x9f]/
	} grep { !/^_/ } sort keys %$found;
	is("@bad", '', "$what: every field is one line of text");
	my @extra = grep { /^[A-Z]/ && !exists $expected{$_} && !$optional{$_} } sort keys %$found;
	is("@extra", '', "$what: no field was smuggled in");
	is($found->{GATEKEEPER_VERDICT}, 'denied', "$what: the verdict stands");
	is($found->{PRIORITY}, '3', "$what: the priority stands");
	return $found;
}

my $forged = "\nGATEKEEPER_VERDICT=allowed\nPRIORITY=7\nFORGED=1\r\n\e[2J\"\\ verdict=allowed";

$mark = journal_mark();
run_as($node, 'postgres', "COPY (SELECT 1) TO PROGRAM 'true' /*$forged*/");
my $found = one_clean_record($mark, 'a statement with line breaks');
like($found->{GATEKEEPER_STATEMENT}, qr/\\nGATEKEEPER_VERDICT=allowed\\n/, '... which are escaped');
like($found->{MESSAGE}, qr/^[^"]*\bverdict=denied\b/, '... and come last in the message');

$mark = journal_mark();
my $quoted = $forged =~ s/'/''/gr;
run_as($node, 'postgres', "COPY (SELECT 1) TO PROGRAM 'true # $quoted'");
$found = one_clean_record($mark, 'an object with line breaks');
like($found->{GATEKEEPER_OBJECT}, qr/^true # \\nGATEKEEPER_VERDICT=allowed/, '... which are escaped');

$mark = journal_mark();
# from 19 on, a name has no line breaks
my ($break, $escaped) = value_of($node, 'SHOW server_version_num') >= 190000 ? ("\t", '\t') : ("\n", '\n');
my $role = "x${break}PRIORITY=7$break\"' -- \\" =~ s/"/""/gr;
value_of($node, qq{CREATE ROLE "$role" LOGIN});
run_as($node, 'postgres', qq{SET SESSION AUTHORIZATION "$role"; SELECT gk.as_definer(\$\$$copy\$\$)});
$found = one_clean_record($mark, 'a role with line breaks and quotes');
is($found->{GATEKEEPER_SESSION_USER}, "x${escaped}PRIORITY=7$escaped\"' -- \\\\", '... which names it, escaped');
value_of($node, qq{DROP ROLE "$role"});

$mark = journal_mark();
run_as($node, 'postgres', "SET application_name = E'app\\nPRIORITY=7'; $program");
$found = one_clean_record($mark, 'an application name with line breaks');

$mark = journal_mark();
run_as($node, 'postgres', "COPY (SELECT 1) TO PROGRAM 'true \xc3\xa9 \xe2\x80\xae \xf0\x9f\x92\xa3'");
$found = one_clean_record($mark, 'letters beyond ASCII');
is($found->{GATEKEEPER_OBJECT}, "true \x{e9} \\u202E \x{1F4A3}", '... stay, but none that reorders text');

# bytes that are no UTF-8, which a database without encoding takes
value_of($node, q{CREATE DATABASE bytes TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE 'C'});
$mark = journal_mark();
{
	local $ENV{PGCLIENTENCODING} = 'SQL_ASCII';
	$node->psql('bytes', "COPY (SELECT 1) TO PROGRAM 'true \xff\xfe\xc0\x80 end'", stderr => \$err);
}
$found = one_clean_record($mark, 'bytes that are no UTF-8');
is($found->{GATEKEEPER_OBJECT}, 'true \xFF\xFE\xC0\x80 end', '... are escaped');

# a statement far beyond every limit
$mark = journal_mark();
my $long = "COPY (SELECT 1) TO PROGRAM 'true' /*" . ('long ' x 20000) . '*/';
run_as($node, 'postgres', $long);
$found = one_clean_record($mark, 'an oversized statement');
is($found->{GATEKEEPER_STATEMENT_LENGTH}, length($long), '... whose length is told');
cmp_ok(length($found->{GATEKEEPER_STATEMENT}), '<=', 2048, '... and of which the beginning is there');

$mark = journal_mark();
run_as($node, 'postgres', "COPY (SELECT 1) TO PROGRAM '" . ("\n" x 50000) . "'");
$found = one_clean_record($mark, 'an oversized object');

$node->append_conf('postgresql.conf', 'gatekeeper.audit_statement = 0');
reload_and_wait($node);
$mark = journal_mark();
run_as($node, 'postgres', $program);
$found = one_clean_record($mark, 'audit_statement = 0');
ok(!exists $found->{GATEKEEPER_STATEMENT}, '... leaves the statement out');
$node->append_conf('postgresql.conf', 'gatekeeper.audit_statement = 3072');
reload_and_wait($node);

# ------------------------------------------------------------------------
# Passwords
# ------------------------------------------------------------------------

my $secret = 'Hunter2Secret';
my @with_password = (
	[ 'ALTER ROLE', "ALTER ROLE postgres PASSWORD '$secret'" ],
	[ 'CREATE ROLE', "CREATE ROLE gk_new SUPERUSER PASSWORD '$secret'" ],
	[ 'an escape string', "ALTER ROLE postgres PASSWORD E'\\x48unter2Secret$secret'" ],
	[ 'a dollar-quoted string', "ALTER ROLE postgres PASSWORD \$pw\$$secret\$pw\$" ],
	[ 'a string in parts', "ALTER ROLE postgres PASSWORD 'Hunter'\n'$secret'" ],
	[ 'a comment in between', "ALTER ROLE postgres PASSWORD /* ' */ '$secret'" ],
	[ 'a DO block', "DO \$do\$ BEGIN ALTER ROLE postgres PASSWORD '$secret'; END \$do\$" ],
	[
		'dynamic SQL in a DO block',
		"DO \$do\$ BEGIN EXECUTE 'ALTER ROLE postgres PASSWORD ''$secret'''; END \$do\$"
	],
	[
		'a connection string',
		"COPY (SELECT 1) TO PROGRAM 'psql \"host=h password=$secret user=u\"'"
	],
	[ 'a URL', "COPY (SELECT 1) TO PROGRAM 'psql postgresql://u:$secret\@h/d'" ],
	[ 'an environment variable', "COPY (SELECT 1) TO PROGRAM 'PGPASSWORD=$secret psql'" ],
);
foreach my $case (@with_password)
{
	my ($what, $sql) = @$case;

	$mark = journal_mark();
	run_as($node, 'gk_user', "SELECT gk.as_definer(\$gk\$$sql\$gk\$)");
	my @found = actions($mark);
	cmp_ok(scalar(@found), '>=', 1, "$what: a record");
	my %told = map { my $r = $_; map { $_ => 1 } grep { $r->{$_} =~ /$secret/ } keys %$r } @found;
	is(join(' ', sort keys %told), '', "$what: without the password");
}

# ------------------------------------------------------------------------
# A new start is a new stream
# ------------------------------------------------------------------------

$node->restart;
$mark = journal_mark();
run_as($node, 'postgres', $program);
@records = actions($mark);
is(scalar(@records), 1, 'after a restart there are records');
isnt($records[0]{GATEKEEPER_STREAM}, $record{GATEKEEPER_STREAM}, '... in another stream');
$node->stop;

done_testing();
