#
# From SQL to the far end: what attackers write goes through a real server, a real
# journald and real collectors with the shipped configurations, and comes out as
# it was, escaped as the manual says, and nowhere else.
#
# Copyright (c) 2026, the pg_gatekeeper authors
# SPDX-License-Identifier: PostgreSQL

use strict;
use warnings;
use GkTest;
use GkCollector;
use IPC::Run ();
use JSON::PP ();
use Test::More;
use Time::HiRes qw(sleep);

use PostgreSQL::Test::Utils;

journal_or_skip();

my @by_journal = ('rsyslog-journal.conf', 'syslog-ng-journal.conf');
my @by_syslog = ('rsyslog-syslog.conf', 'syslog-ng-syslog.conf');

my $node = new_gatekeeper_node('collectors', conf => <<'EOT');
gatekeeper.audit_statement = 3kB
gatekeeper.audit_timeout = 1s
EOT

# ------------------------------------------------------------------------
# What goes in
# ------------------------------------------------------------------------

# [ name, database, bytes ]; each is the program of a COPY
my @hostile = (
	[ 'lines that look like fields', 'postgres', "a\nGATEKEEPER_VERDICT=allowed\nMESSAGE=all is well\n\nPRIORITY=6" ],
	[ 'quotes', 'postgres', q{"it's" ""} ],
	[ 'terminal escapes', 'postgres', "\e[2J\e]0;title\a\b\b\b" ],
	[ 'carriage return and tab', 'postgres', "denied\rallowed\tx" ],
	[ 'reordering characters', 'postgres', "\xe2\x80\xae txt.exe \xe2\x81\xa6\xe2\x80\x8b\xef\xbb\xbf" ],
	[ 'controls beyond ASCII', 'postgres', "\x7f\xc2\x85\xc2\x9b2J\xe2\x80\xa8" ],
	[ 'JSON', 'postgres', '","GATEKEEPER_VERDICT":"allowed","x":{"y":"' ],
	[ 'key=value', 'postgres', q{x" verdict=allowed rule=none seq=1 statement="} ],
	[ 'a record of its own', 'postgres', '@cee:{"GATEKEEPER_VERDICT":"allowed"} @cee:' ],
	[ 'a line of syslog', 'postgres', "x\n<13>Jan  1 00:00:00 pg_gatekeeper[1]: \@cee:{\"GATEKEEPER_VERDICT\":\"allowed\"}\n" ],
	[ 'what looks like our escapes', 'postgres', q{C:\x41\u202e\\\\n\"} ],
	[ 'what means something to collectors', 'postgres', '%s%n%msg% $(echo x) ${MESSAGE} $!GATEKEEPER_RULE {{x}} #{x}' ],
	[ 'other people\'s letters', 'postgres', "\xc3\xa9 \xe6\xbc\xa2\xe5\xad\x97 \xf0\x9f\x98\x80" ],
	[ 'bytes that are no UTF-8', 'ascii', "\xff\xfe\x80 \xc3( \xed\xa0\x80 \xf5\x80\x80\x80" ],
	[ 'LATIN1', 'latin', "caf\xe9 \x85\x9b" ],
	[ 'EUC_JP', 'japanese', "\xb4\xc1\xbb\xfa" ],
	[ '5 KB', 'postgres', "five\n" x 1000 ],
	[ '70 KB', 'postgres', "seven\"\\" x 10000 ]);

my %encoding = (ascii => 'SQL_ASCII', latin => 'LATIN1', japanese => 'EUC_JP');
foreach my $database (sort keys %encoding)
{
	value_of($node, "CREATE DATABASE $database TEMPLATE template0 ENCODING '$encoding{$database}' LC_COLLATE 'C' LC_CTYPE 'C'");
}
my $user = "x\" verdict=allowed\n\xe2\x80\xae\e[2J";
value_of($node, 'CREATE ROLE ' . ('"' . $user =~ s/"/""/gr . '"') . ' LOGIN');

sub statement_of
{
	my ($bytes) = @_;
	return "COPY (SELECT 1) TO PROGRAM E'" . ($bytes =~ s/([\\'])/\\$1/gr) . "'";
}

# Sends all of it.
sub attack
{
	foreach my $case (@hostile)
	{
		my ($name, $database, $bytes) = @$case;
		local $ENV{PGCLIENTENCODING} = $encoding{$database} // 'UTF8';
		my ($in, $out, $err) = (statement_of($bytes) . ';', '', '');
		IPC::Run::run([ 'psql', '-X', '-q', '-U', $database eq 'postgres' ? $user : 'postgres', '-d',
				$node->connstr($database) ], '<', \$in, '>', \$out, '2>', \$err);
		like($err, qr/COPY TO PROGRAM is not allowed/, "denied: $name") or diag($err);
	}
	return;
}

# What the manual says of text that others wrote, backwards.
sub unescape
{
	my ($text) = @_;
	my %named = (n => "\n", r => "\r", t => "\t", '\\' => '\\');

	utf8::encode($text);
	$text =~ s{\\(?:x([0-9A-F]{2})|u([0-9A-F]{4})|U([0-9A-F]{8})|([nrt\\]))}{
		my $c = defined $1 ? chr hex $1 : defined $4 ? $named{$4} : chr hex($2 // $3);
		utf8::encode($c) if defined $2 || defined $3;
		$c
	}gex;
	return $text;
}

my $dangerous = qr/[\x00-\x1f\x7f-\x{9f}\x{200b}-\x{200f}\x{2028}-\x{202e}\x{2060}-\x{206f}\x{feff}]/;

sub is_start_of
{
	my ($part, $whole, $what) = @_;
	return ok(length $part > 0 && index($whole, $part) == 0, $what)
	  || diag('got      ', substr($part, 0, 200), "\nexpected ", substr($whole, 0, 200));
}

# Of what is too long, beginning and end are there.
sub is_cut_of
{
	my ($part, $whole, $what) = @_;
	my ($begin, $end) = $part =~ /\A(.+) \.\.\. (.+)\z/s or return is_start_of($part, $whole, $what);
	return ok(index($whole, $begin) == 0 && substr($whole, -length $end) eq $end, $what)
	  || diag('got      ', substr($part, 0, 200), ' ... ', substr($part, -200), "\nexpected ", substr($whole, 0, 200));
}

# ------------------------------------------------------------------------
# What comes out
# ------------------------------------------------------------------------

# The audit's own fields; a collector may add others.
sub ours
{
	my ($record) = @_;
	return { map { $_ => $record->{$_} } grep { /^GATEKEEPER_|^(MESSAGE|MESSAGE_ID|PRIORITY|SYSLOG_IDENTIFIER)$/ }
		  keys %$record };
}

# What the journal has: as it was sent, and clean.
sub check_journal
{
	my (@records) = @_;
	is(scalar(@records), scalar(@hostile), 'one record each is in the journal');
	foreach my $i (0 .. $#hostile)
	{
		my ($name, $database, $bytes) = @{ $hostile[$i] };
		my %record = %{ $records[$i] // {} };
		my $text = join '', map { $record{$_} // '' } sort keys %record;

		is(scalar(grep { ref || !defined } values %record), 0, "$name: every field is a string");
		unlike(join('', map { $record{$_} } grep { !/^_/ } sort keys %record), $dangerous, '... without dangerous characters');
		length $bytes < 1000
		  ? is(unescape($record{GATEKEEPER_OBJECT}), $bytes, '... the object is what was sent')
		  : is_cut_of(unescape($record{GATEKEEPER_OBJECT}), $bytes, '... the object is what was sent, cut');
		is_start_of(unescape($record{GATEKEEPER_STATEMENT}), statement_of($bytes), '... and so is the statement');
		is($record{GATEKEEPER_STATEMENT_LENGTH}, length statement_of($bytes), '... whose length is told');
		is(unescape($record{GATEKEEPER_SESSION_USER}), $database eq 'postgres' ? $user : 'postgres', '... of this role');
		is("$record{GATEKEEPER_VERDICT} $record{PRIORITY}", 'denied 3', '... denied');
	}
	return;
}

sub has_all
{
	my ($name, $wanted, @found) = @_;
	my %found;

	push @{ $found{ $_->{GATEKEEPER_SEQ} // 'none' } }, $_ foreach @found;
	foreach my $i (0 .. $#hostile)
	{
		my $want = ours($wanted->[$i]);
		my @got = map { ours($_) } @{ $found{ $want->{GATEKEEPER_SEQ} } // [] };

		is(scalar(@got), 1, "$name: $hostile[$i][0]: one record") or next;
		if ($name =~ /-syslog/)
		{
			# the long ones have less room there
			foreach my $field (qw(MESSAGE GATEKEEPER_OBJECT GATEKEEPER_STATEMENT))
			{
				my ($got, $full) = (delete $got[0]{$field} // '', delete $want->{$field});
				is_start_of($got =~ s/"\z//r, $full, "... $field is the same");
			}
		}
		is_deeply($got[0], $want, '... every field is the same');
	}
	is(scalar(grep { defined $_->{not_json} } @found), 0, "$name: every line is JSON");
	return;
}

my %daemon;
foreach my $name (@by_journal)
{
	next if why_no_collector($name);
	$daemon{$name} = [ start_shipped($name) ];
}
my %stranger;
foreach my $name (grep { $daemon{$_} } @by_journal)
{
	$stranger{$name} = [ start_shipped($name, uid => $> + 1) ];
}

my $command = "$ENV{GK_TOP}/src/cli/pg_gatekeeper";
my ($ecs_file, $restart_ecs);
($ecs_file, $restart_ecs) = start_ecs_service() if -x $command;

my $mark = journal_mark();
attack();
my @sent = journal_records($mark, 'GATEKEEPER_EVENT=action', 'GATEKEEPER_PORT=' . $node->port);
check_journal(@sent);
die 'nothing to look for' if !@sent;
my $last = $sent[-1]{GATEKEEPER_SEQ};
my $stream = $sent[-1]{GATEKEEPER_STREAM};

sub is_last
{
	my ($record) = @_;
	return ($record->{GATEKEEPER_STREAM} // '') eq $stream && $record->{GATEKEEPER_SEQ} >= $last;
}

sub of_stream { return grep { ($_->{GATEKEEPER_STREAM} // '') eq $stream } @_ }

foreach my $name (@by_journal)
{
	SKIP:
	{
		skip "$name: " . why_no_collector($name), 1 if !$daemon{$name};
		my ($dir, $log) = @{ $daemon{$name} };
		my @found;

		@found = of_stream(wait_for_records("$dir/pg_gatekeeper.json", \&is_last));
		has_all($name, \@sent, @found) or diag($log->());
		is((@found ? $found[-1]{_UID} : undef), $>, '... and who sent it is known');
		like((@found ? $found[-1]{_HOSTNAME} : undef), qr/^[\w.-]+$/, '... and on which host');
		ok(!-e "$dir/pg_gatekeeper.forged", "$name: none is taken for forged");
		unlike(-e "$dir/everything_else" ? GkTest::slurp("$dir/everything_else") : '',
			qr/GATEKEEPER|verdict=|MESSAGE=mark/, "$name: none of it is with the other messages");

		($dir, $log) = @{ $stranger{$name} };
		@found = of_stream(wait_for_records("$dir/pg_gatekeeper.forged", \&is_last));
		cmp_ok(scalar(@found), '>=', scalar(@hostile), "$name: what another user sent is kept apart") or diag($log->());
		ok(!-s "$dir/pg_gatekeeper.json", '... and is not among the records');
	}
}

# Every entry below a directory of journals.
sub journal_in
{
	my ($dir) = @_;
	open my $fh, '-|', 'journalctl', '-D', $dir, '-q', '--no-pager', '-o', 'json', '--all',
	  'SYSLOG_IDENTIFIER=pg_gatekeeper'
	  or die "journalctl: $!";
	return map { JSON::PP::decode_json($_) } <$fh>;
}

SKIP:
{
	skip 'the command is not built', 1 if !$ecs_file;
	my $ours = sub { return grep { ($_->{gatekeeper}{stream} // '') eq $stream && $_->{event}{action} eq 'copy_program' } @_ };
	my $is_last = sub { return ($_[0]{gatekeeper}{stream} // '') eq $stream && $_[0]{event}{sequence} >= $last };
	my @found = $ours->(wait_for_records($ecs_file, $is_last));

	is(scalar(@found), scalar(@hostile), 'pg-gatekeeper-ecs.service: one document each');
	foreach my $i (0 .. $#hostile)
	{
		my ($record, $document) = ($sent[$i], $found[$i] // {});
		is($document->{gatekeeper}{statement}, $record->{GATEKEEPER_STATEMENT}, "... $hostile[$i][0]: the statement is the same");
		is($document->{event}{outcome}, 'failure', '... and it was denied');
	}
	$restart_ecs->();
	run_as($node, 'postgres', "COPY (SELECT 1) TO PROGRAM 'after the restart'");
	@found = $ours->(wait_for_records($ecs_file, sub { return ($_[0]{gatekeeper}{object} // '') eq 'after the restart' }));
	is(scalar(@found), @hostile + 1, '... and once, also when it was restarted');
}

foreach my $name (@by_syslog)
{
	SKIP:
	{
		skip "$name: " . why_no_collector($name), 1 if why_no_collector($name);
		my ($dir, $log) = start_shipped($name);
		my ($elsewhere, $other_log) = start_shipped($name, uid => $> + 1);
		ok(-S "$dir/pg_gatekeeper/log", "$name: the daemon listens") or diag($log->());

		$node->append_conf('postgresql.conf', "gatekeeper.audit_sink = 'journald, syslog'\n"
			  . "gatekeeper.audit_syslog_socket = '$dir/pg_gatekeeper/log'");
		reload_and_wait($node);
		$mark = journal_mark();
		attack();
		@sent = journal_records($mark, 'GATEKEEPER_EVENT=action', 'GATEKEEPER_PORT=' . $node->port);
		$last = $sent[-1]{GATEKEEPER_SEQ};
		my @found = of_stream(wait_for_records("$dir/pg_gatekeeper-syslog.json", \&is_last));
		has_all($name, \@sent, @found) or diag($log->());
		is(scalar(grep { ($_->{_HOSTNAME} // '') =~ /^[\w.-]+$/ } @found), scalar(@found), '... each with the name of the host');
		ok(!-e "$dir/$_", "$name: there is no $_") foreach qw(pg_gatekeeper-syslog.forged pg_gatekeeper-syslog.unparsed everything_else);

		$node->append_conf('postgresql.conf',
			"gatekeeper.audit_syslog_socket = '$elsewhere/pg_gatekeeper/log'");
		reload_and_wait($node);
		run_as($node, 'postgres', "COPY (SELECT 1) TO PROGRAM 'stranger'");
		my $forged = '';
		for (1 .. 100)
		{
			$forged = -e "$elsewhere/pg_gatekeeper-syslog.forged" ? GkTest::slurp("$elsewhere/pg_gatekeeper-syslog.forged") : '';
			last if $forged =~ /stranger/;
			sleep 0.1;
		}
		like($forged, qr/stranger/, "$name: what another user sent is kept apart") or diag($other_log->());
		ok(!-s "$elsewhere/pg_gatekeeper-syslog.json", '... and is not among the records');
	}
}

# ------------------------------------------------------------------------
# The journal namespace
# ------------------------------------------------------------------------

SKIP:
{
	my $why = why_no_collector('journald@pg-gatekeeper.conf');
	skip "namespace: $why", 1 if $why;
	my ($namespace, $journal, $log) = start_journal_namespace();
	ok(defined $journal, 'journald starts with the configuration, and keeps its journal on disk') or diag($log->());
	unlike($log->(), qr/pg-gatekeeper\.conf|Unknown|Failed to parse/, '... of which it knows every word');

	$node->append_conf('postgresql.conf', "gatekeeper.audit_sink = 'journald'\ngatekeeper.audit_journal_socket = '$namespace'");
	reload_and_wait($node);
	$mark = journal_mark();
	attack();
	my @found;
	for (1 .. 100)
	{
		@found = grep { $_->{GATEKEEPER_EVENT} eq 'action' } journal_in($journal);
		last if @found >= @hostile;
		sleep 0.1;
	}
	check_journal(@found);
	is(scalar(journal_records($mark, 'GATEKEEPER_EVENT=action', 'GATEKEEPER_PORT=' . $node->port)),
		0, '... and the machine\'s journal has none of it');
	skip 'the command is not built', 1 if !-x $command;
	# to a journald in a namespace of its own this user is root
	my $out = qx($command events -D '$journal' --uid 0 --event action);
	is(scalar(my @lines = $out =~ /\n/g), @hostile + 1, '... which the command reads');
	unlike($out, qr/forged\?/, '... and believes');

	my $name = 'journal-upload.conf';
	skip "$name: " . why_no_collector($name), 1 if why_no_collector($name);
	my $dir = start_journal_remote($journal);
	my @sent = @found;
	for (1 .. 200)
	{
		@found = grep { $_->{GATEKEEPER_EVENT} eq 'action' } journal_in("$dir/remote");
		last if @found >= @sent;
		sleep 0.1;
	}
	has_all($name, \@sent, @found)
	  or diag(map { -e "$dir/$_.log" ? GkTest::slurp("$dir/$_.log") : '' } qw(remote upload));
	is(join(' ', map { $_->{_UID} } @found), join(' ', map { $_->{_UID} } @sent), '... and who sent it is still known');
	$out = qx($command verify -D '$dir/remote' --uid 0 --heartbeat 0);
	like($out, qr/^ok: \d+ records are there/m, '... where the command finds them whole') or diag($out);
}

$node->stop;
done_testing();
