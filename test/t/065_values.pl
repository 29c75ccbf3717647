#
# Whatever the encoding of a database, journalctl prints every field of a record as
# text that can be turned back; and no secret is in a record, a view, or what
# the module says in the server log, however it is spelled and passed.
#
# Copyright (c) 2026, the pg_gatekeeper authors
# SPDX-License-Identifier: PostgreSQL

use strict;
use warnings;
use GkTest;
use PostgreSQL::Test::Utils ();
use Test::More;

journal_or_skip();

my $node = new_gatekeeper_node('values');
load_probes($node);
value_of($node, 'CREATE EXTENSION pg_gatekeeper');

# ------------------------------------------------------------------------
# Encodings
# ------------------------------------------------------------------------

# Runs a statement in a database; the client speaks the given encoding.
sub run_in
{
	my ($database, $encoding, $sql) = @_;
	my $err;
	local $ENV{PGCLIENTENCODING} = $encoding;

	$node->psql($database, $sql, stderr => \$err);
	return $err;
}

sub one_record
{
	my ($mark, $what) = @_;
	my @records = journal_records($mark, 'GATEKEEPER_EVENT=action');

	is(scalar(@records), 1, "$what: one record");
	my $record = $records[0] // {};
	is(join(' ', grep { !/^_/ && (ref $record->{$_} || !defined $record->{$_} || $record->{$_} =~ /[\x00-\x1f\x7f-\x9f]/) } sort keys %$record),
		'', "$what: journalctl prints every field as one line of text");
	return $record;
}

# database's encoding, client's, bytes sent, what the record shows
my @texts = (
	[ 'UTF8', 'UTF8', "\xc3\xa4\xe2\x80\xae\xe6\x97\xa5", "\x{e4}\\u202E\x{65e5}" ],
	[ 'UTF8', 'SJIS', "\x83\x5c\x93\xfa", "\x{30bd}\x{65e5}" ],
	[ 'UTF8', 'GBK', "\x95\x5c\x81\x5c", "\x{661e}\x{4e57}" ],
	# the first looks like UTF-8 and is not
	[ 'LATIN1', 'LATIN1', "\xc3\xa4\xe9", '\\xC3\\xA4\\xE9' ],
	[ 'LATIN1', 'UTF8', "\xc3\xa9\x1b[31m", '\\xE9\\x1B[31m' ],
	[ 'EUC_JP', 'EUC_JP', "\xc3\xa4\xc6\xfc\xcb\xdc", '\\xC3\\xA4\\xC6\\xFC\\xCB\\xDC' ],
	[ 'EUC_JP', 'SJIS', "\x83\x5c", '\\xA5\\xBD' ],
	[ 'SQL_ASCII', 'SQL_ASCII', "\xff\xc3\xa4\xfe\xe2\x80\xae", "\\xFF\x{e4}\\xFE\\u202E" ],
	[ 'SQL_ASCII', 'SQL_ASCII', "\x83\x5c", '\\x83\\\\' ]);
value_of($node, "CREATE DATABASE db_$_ TEMPLATE template0 ENCODING '$_' LOCALE 'C'")
  foreach qw(UTF8 LATIN1 EUC_JP SQL_ASCII);
foreach my $text (@texts)
{
	my ($encoding, $client, $bytes, $shown) = @$text;
	my $what = sprintf '%s from a client that speaks %s (%s)', $encoding, $client, join ' ', map { sprintf '%02X', ord } split //, $bytes;
	my $mark = journal_mark();
	my $err = run_in("db_\L$encoding", $client, "COPY (SELECT 1) TO PROGRAM 'x $bytes'");
	my $record = one_record($mark, $what);

	is($record->{GATEKEEPER_OBJECT}, "x $shown", "$what: as documented");
	like($record->{GATEKEEPER_STATEMENT}, qr/PROGRAM 'x \Q$shown\E'$/, "$what: in the statement, too");
	like($err, qr/ERROR:  pg_gatekeeper/, "$what: the client can be told");
}

# Names that all databases share: bytes of one encoding, seen from another.
my $name = "r\xe9\xc3\xa4";
run_in('db_latin1', 'LATIN1', qq{CREATE ROLE "$name" LOGIN});
foreach my $seen ([ 'latin1', 'r\\xE9\\xC3\\xA4' ], [ 'utf8', "r\\xE9\x{e4}" ], [ 'sql_ascii', "r\\xE9\x{e4}" ])
{
	my ($encoding, $shown) = @$seen;
	my $mark = journal_mark();
	local $ENV{PGCLIENTENCODING} = 'SQL_ASCII';

	$node->psql("db_$encoding", "COPY (SELECT 1) TO PROGRAM 'true'", stderr => \my $err, extra_params => [ '-U', $name ]);
	my $record = one_record($mark, "a role's name from another encoding, seen in $encoding");
	is($record->{GATEKEEPER_SESSION_USER}, $shown, '... as documented');
}

# ------------------------------------------------------------------------
# Secrets
# ------------------------------------------------------------------------

my $secret = 'Hunter2Secret';
value_of($node, <<'EOT');
CREATE EXTENSION dblink;
CREATE FUNCTION gk.connect(conn text) RETURNS text LANGUAGE plpgsql SECURITY DEFINER AS
$$ BEGIN RETURN dblink_connect('c', conn); END $$;
EOT

# Each is denied, for an elevated user or to everybody.
my @secrets = (
	"ALTER ROLE postgres PASSWORD '$secret'",
	"alter user postgres with encrypted password '$secret' valid until 'infinity'",
	"CREATE USER gk_new SUPERUSER PASSWORD E'\\x48$secret\\''",
	"CREATE ROLE gk_new SUPERUSER PASSWORD U&'$secret\\0041'",
	"CREATE ROLE gk_new SUPERUSER PASSWORD U&'$secret!0041' UESCAPE '!'",
	"ALTER ROLE postgres PASSWORD \$\$$secret\$\$",
	"ALTER ROLE postgres PASSWORD \$x\$it's \$\$ $secret\$x\$",
	"ALTER ROLE postgres PASSWORD 'ab' -- x\n  '$secret'",
	"ALTER ROLE postgres PASSWORD /* ' /* \" */ */ '$secret'",
	"DO \$d\$ BEGIN ALTER ROLE postgres PASSWORD '$secret'; END \$d\$",
	"DO \$d\$ BEGIN EXECUTE 'ALTER ROLE postgres PASSWORD ''$secret'''; END \$d\$",
	"DO \$d\$ BEGIN EXECUTE 'ALTER ROLE postgres PASS' || 'WORD ''$secret'''; END \$d\$",
	"DO \$d\$ BEGIN EXECUTE format('ALTER ROLE postgres PASSWORD %L', '$secret'); END \$d\$",
	"DO \$d\$ DECLARE pw text := '$secret'; BEGIN EXECUTE 'ALTER ROLE postgres PASSWORD ' || quote_literal(pw); END \$d\$",
	"DO 'BEGIN ALTER ROLE postgres PASSWORD ''$secret''; END'",
	"CREATE FUNCTION gk.f() RETURNS void LANGUAGE plpgsql AS \$f\$ BEGIN EXECUTE \$q\$ALTER ROLE x PASSWORD '$secret'\$q\$; END \$f\$",
	"ALTER SYSTEM SET primary_conninfo = 'host=h user=u password=$secret'",
	"SELECT set_config('primary_conninfo', 'user=u password=''$secret''', false)",
	"SELECT dblink_connect('host=h user=u password=$secret')",
	"SELECT dblink_exec('postgres://u:p%40$secret\@h/d', 'SELECT 1')",
	"SELECT dblink_connect('postgres://h/d?user=u&pass%77ord=$secret')",
	"CREATE SUBSCRIPTION s CONNECTION 'host=h password=$secret' PUBLICATION p WITH (connect = false)",
	"CREATE SUBSCRIPTION s CONNECTION 'postgresql://u:$secret\@h/d' PUBLICATION p WITH (connect = false)",
	"COPY (SELECT 1) TO PROGRAM 'PGPASSWORD=$secret psql'",
	"COPY (SELECT 1) TO PROGRAM 'psql \"host=h password=''''$secret'''' user=u\"'",
	"COPY (SELECT 1) TO PROGRAM 'curl -u user:$secret http://h/'",
	"COPY (SELECT 1) TO PROGRAM 'curl https://user:$secret\@h/'",
	"COPY (SELECT 1) TO PROGRAM 'curl -H \"Authorization: Bearer $secret\" http://h/'",
	"COPY (SELECT 1) TO PROGRAM 'psql -c \"ALTER ROLE x PASSWORD E''''$secret''''\"'",
	# cut in the middle of the constant, and behind it
	"ALTER ROLE postgres PASSWORD '" . ('x' x 2000) . "$secret" . ('x' x 4000) . "'",
	"ALTER ROLE postgres /*" . ('x' x 1990) . "*/ PASSWORD '$secret'",
	"UPDATE pg_authid SET rolpassword = '$secret' WHERE rolname = 'postgres'");
my $mark = journal_mark();
my $from = -s $node->logfile;
my $unseen = 0;
foreach my $sql (@secrets)
{
	my (undef, undef, $err) = run_as($node, 'gk_user', "SELECT gk.as_definer(\$gk\$$sql\$gk\$)");
	next if $err =~ /42501: pg_gatekeeper/;
	$unseen++;
	diag("not denied: $sql\n$err");
}
is($unseen, 0, @secrets . ' statements with a secret are denied');
my @records = journal_records($mark, 'GATEKEEPER_EVENT=action');
cmp_ok(scalar(@records), '>=', scalar(@secrets), '... and leave records');

# Where a secret shows: "field: value" of each.
sub told
{
	my ($word, @records) = @_;
	return map { my $r = $_; map { "$_: $r->{$_}" } grep { !/^_/ && $r->{$_} =~ /\Q$word\E/ } sort keys %$r } @records;
}
is(join("\n", told($secret, @records)), '', '... none of which has the secret in any field');
is(value_of($node, "SELECT count(*) FROM gatekeeper.events e WHERE e::text LIKE '%$secret%'"), '0',
	'... nor has gatekeeper.events');
is(join("\n", grep { /pg_gatekeeper: |DETAIL:|HINT:/ && /\Q$secret\E/ && !/STATEMENT|CONTEXT/ } split /\n/, log_since($node, $from)),
	'', '... nor what the module says in the server log');

# left alone
$mark = journal_mark();
my $harmless = "COPY (SELECT pgp_sym_encrypt('data', 'key'), crypt('text', 'salt')) TO PROGRAM 'gzip -9'";
value_of($node, 'CREATE EXTENSION pgcrypto');
run_as($node, 'postgres', $harmless);
@records = journal_records($mark, 'GATEKEEPER_RULE=copy_program');
is($records[0]{GATEKEEPER_STATEMENT}, $harmless, 'other constants are shown');

# ------------------------------------------------------------------------
# Parameters
# ------------------------------------------------------------------------

my $script = PostgreSQL::Test::Utils::tempdir() . '/script';
open my $fh, '>', $script or die "$script: $!";
print $fh "SELECT gk.connect(:conn);\n";
close $fh;
foreach my $mode (qw(extended prepared))
{
	$mark = journal_mark();
	PostgreSQL::Test::Utils::run_command(
		[ 'pgbench', '-n', '-M', $mode, '-t', 1, '-f', $script, '-D', "conn=$secret", '-U', 'gk_user', '-d', 'postgres', '-h', $node->host, '-p', $node->port ]);
	@records = journal_records($mark, 'GATEKEEPER_EVENT=action');
	is($records[0]{GATEKEEPER_STATEMENT}, 'SELECT gk.connect($1);', "protocol $mode: the statement is recorded");
	is(join("\n", told($secret, @records)), '', '... without its parameters');
}
$mark = journal_mark();
run_as($node, 'gk_user', "PREPARE p(text) AS SELECT gk.connect(\$1); EXECUTE p('$secret')");
@records = journal_records($mark, 'GATEKEEPER_EVENT=action');
is($records[0]{GATEKEEPER_STATEMENT}, 'PREPARE p(text) AS SELECT gk.connect($1);', 'of EXECUTE the text of the prepared statement is recorded');
is(join("\n", told($secret, @records)), '', '... in every field');
$node->stop;

done_testing();
