#
# The keyed hash in each record: made anew here, and checked by "verify", which
# finds what was changed, left out or made up by whoever has no key.
#
# Copyright (c) 2026, the pg_gatekeeper authors
# SPDX-License-Identifier: PostgreSQL

use strict;
use warnings;
use Digest::SHA qw(hmac_sha256_hex);
use GkJournald;
use GkTest;
use IO::Socket::UNIX;
use IPC::Run ();
use Socket qw(SOCK_DGRAM);
use Test::More;

my $dir = PostgreSQL::Test::Utils::tempdir();
my $secret = join '', map { sprintf '%02x', ($_ * 37) % 256 } 1 .. 32;

sub write_key
{
	my ($name, $text, $mode) = @_;
	open my $fh, '>', "$dir/$name" or die $!;
	print $fh $text;
	close $fh;
	chmod $mode, "$dir/$name" or die $!;
	return "$dir/$name";
}
my $key = write_key('key', "$secret\n", 0400);

my ($socket, $records) = start_collector();
my $node = new_gatekeeper_node('chain', conf => <<"EOT");
gatekeeper.audit_journal_socket = '$socket'
gatekeeper.audit_chain = '$key'
gatekeeper.audit_budget = 1000000
EOT
value_of($node, <<'EOT');
CREATE ROLE eve LOGIN;
CREATE FUNCTION inj(q text) RETURNS void SECURITY DEFINER LANGUAGE plpgsql AS 'BEGIN EXECUTE q; EXCEPTION WHEN insufficient_privilege THEN END';
EOT
run_as($node, 'eve', qq{SELECT inj('COPY (SELECT $_) TO PROGRAM ''p\$\$caf\xc3\xa9''')}) for 1 .. 3;
run_as($node, 'eve', q{SELECT inj('ALTER ROLE eve SUPERUSER') FROM generate_series(1, 9)});

# several at once
my @sessions = map {
	IPC::Run::start([ 'psql', '-XqAt', '-U', 'eve', '-c', "SELECT inj(format('COPY (SELECT %s) TO PROGRAM ''q%s''', g, $_)) FROM generate_series(1, 40) g", $node->connstr('postgres') ])
} 1 .. 4;
IPC::Run::finish($_) foreach @sessions;
$node->stop;

my @all = sort { $a->{GATEKEEPER_SEQ} <=> $b->{GATEKEEPER_SEQ} } $records->();
cmp_ok(scalar(@all), '>=', 160, 'there are records');

# What common/chain.h says, in another language.
sub hash_of
{
	my ($r) = @_;
	my ($link) = $r->{GATEKEEPER_CHAIN} =~ /^(\S+) /;
	my $text = '';
	foreach my $name (sort keys %$r)
	{
		next if $name =~ /^(GATEKEEPER_CHAIN|GATEKEEPER_SENDER_PID)$/ || $name !~ /^(GATEKEEPER_.*|MESSAGE|MESSAGE_ID|PRIORITY|SYSLOG_IDENTIFIER)$/;
		$text .= "$name\n" . pack('Q<', length $r->{$name}) . "$r->{$name}\n";
	}
	return hmac_sha256_hex($text . "LINK\n" . pack('Q<', length $link) . "$link\n", $secret);
}
my (%hash, @wrong, @unlinked);
foreach my $r (@all)
{
	my ($before, $start, $hash) = $r->{GATEKEEPER_CHAIN} =~ /^(\d+):([0-9a-f]*) ([0-9a-f]{64})$/ or die $r->{GATEKEEPER_CHAIN};
	push @wrong, $r->{GATEKEEPER_SEQ} if hash_of($r) ne $hash;
	$hash{ $r->{GATEKEEPER_SEQ} } = $hash;
}
foreach my $r (@all)
{
	my ($before, $start) = $r->{GATEKEEPER_CHAIN} =~ /^(\d+):(\w*)/;
	push @unlinked, $r->{GATEKEEPER_SEQ} if $before == 0;
	push @wrong, "link of $r->{GATEKEEPER_SEQ}" if $before > 0 && $start ne substr $hash{$before} // '', 0, 32;
}
is("@wrong", '', 'each has the hash that is documented, and the beginning of an earlier one');
is($unlinked[0], 1, 'the first has none before it');
cmp_ok(scalar(@unlinked), '<', 10, '... and of the others hardly any');
ok((grep { $_->{GATEKEEPER_COUNT} > 1 } @all), 'the record of a count is among them');

# ------------------------------------------------------------------------
# verify, on a journal that somebody has rewritten
# ------------------------------------------------------------------------

my $command = "$ENV{GK_TOP}/src/cli/pg_gatekeeper";
plan(skip_all => 'no command') if !-x $command;

sub verify_of
{
	my ($file, @rewritten) = @_;
	my $journald = private_journald();
	my $to = IO::Socket::UNIX->new(Type => SOCK_DGRAM, Peer => $journald->socket) or die $!;
	foreach my $r (@rewritten)
	{
		$to->send(join '', map { "$_\n" . pack('Q<', length $r->{$_}) . "$r->{$_}\n" } sort keys %$r) or die $!;
	}
	$journald->sync;
	my ($out, $err);
	IPC::Run::run([ $command, 'verify', '-D', $journald->journal, '--uid', "0,$>", $file ? ('--chain', $file) : () ],
		'<', \undef, '>', \$out, '2>', \$err);
	$journald->kill_it;
	return join '', grep { /^\w+: |finding/ } split /^/, "$out$err";
}
sub changed
{
	my ($seq, $change) = @_;
	return map { my %copy = %$_; $change->(\%copy) if $copy{GATEKEEPER_SEQ} == $seq; \%copy } @all;
}
my $n = $all[10]{GATEKEEPER_SEQ};
my $evil = sub { $_[0]{GATEKEEPER_OBJECT} = 'harmless' };

like(verify_of($key, @all), qr/^ok: \d+ records are there/, 'as written: nothing is found');
like(verify_of(write_key('other', 'x' x 40, 0400), @all), qr/content: .* \d+ records are not as written/, 'with another key: everything is');
like(verify_of($key, changed($n, $evil)), qr/^content: stream \w+: 1 record is not as written, or of another key: $n\.\n1 finding/, 'an object was changed');
like(verify_of($key, changed($n, sub { $_[0]{MESSAGE} = 'nothing' })), qr/^content: .*: $n\./, '... the message');
like(verify_of($key, changed($n, sub { $_[0]{GATEKEEPER_NEW_VALUE} = 'more' })), qr/^content: .*: $n\./, '... a field added');
like(verify_of($key, changed($n, sub { delete $_[0]{GATEKEEPER_STATEMENT} })), qr/^content: .*: $n\./, '... one taken away');
like(verify_of($key, changed($n, sub { delete $_[0]{GATEKEEPER_CHAIN} })), qr/^content: .*1 record is without the hash that others have: $n\./, '... the hash itself');
like(verify_of($key, changed($n, sub { $_[0]{GATEKEEPER_CHAIN} = $all[11]{GATEKEEPER_CHAIN} })), qr/^content: .*: $n\./, '... another one\'s put there');
like(verify_of('', changed($n, sub { $evil->(@_); $_[0]{GATEKEEPER_CHAIN} =~ s/ .*/' ' . 'ab' x 32/e })), qr/^chain: .*1 record is not what a later record knows: $n\./,
	'without the key: a hash that a later record does not know');
like(verify_of('', changed($n, $evil)), qr/^ok: /, '... but not what keeps its hash');
like(verify_of($key, grep { $_->{GATEKEEPER_SEQ} != $n } @all), qr/^gap: /, 'one taken out: its number is missing');

# ------------------------------------------------------------------------
# The key's file
# ------------------------------------------------------------------------

foreach my $case (
	[ write_key('short', 'x' x 31, 0400), qr/32 bytes at least/, 'too short' ],
	[ write_key('open', 'x' x 40, 0644), qr/Others can read or change it/, 'that others can read' ],
	[ "$dir/none", qr/No such file/, 'that is not there' ],
	[ 'key', qr/not an absolute path/, 'named by half' ],
	[ $dir, qr/It is not a file/, 'a directory' ],
	[ $node->data_dir . '/PG_VERSION', qr/Others can|32 bytes|data directory/, 'in the data directory' ])
{
	my ($path, $words, $what) = @$case;
	$node->append_conf('postgresql.conf', "gatekeeper.audit_chain = '$path'\n");
	like(restart_fails($node), $words, "a key $what: the server does not start");
}
$node->append_conf('postgresql.conf', "gatekeeper.audit_chain = '$key'\n");
$node->start;
like(denied_or_error($node), qr/cannot be changed/, 'ALTER SYSTEM does not change it');

sub denied_or_error
{
	my (undef, undef, $err) = run_as($_[0], 'postgres', "ALTER SYSTEM SET gatekeeper.audit_chain = ''");
	return $err;
}

done_testing();
