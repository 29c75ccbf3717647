#
# What the TAP tests share: a node with the module preloaded, statements that
# must be denied or allowed, and readers of the journal and of syslog.
#
# Copyright (c) 2026, the pg_gatekeeper authors
# SPDX-License-Identifier: PostgreSQL

package GkTest;

use strict;
use warnings;
use Exporter 'import';
use IPC::Run ();
use IO::Socket::UNIX;
use JSON::PP;
use POSIX ();
use Socket qw(SOCK_DGRAM);
use Test::More;
use Time::HiRes qw(sleep time);

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;

our @EXPORT = qw(
  new_gatekeeper_node load_probes run_as value_of open_session denied_for allowed_for restart_fails
  reload_and_wait log_since
  journal_or_skip journal_mark journal_records
  start_collector start_rsyslog
);

# The superuser is "postgres" whoever runs the tests.
$ENV{PGUSER} = 'postgres';

sub slurp
{
	open my $fh, '<', $_[0] or die "$_[0]: $!";
	local $/;
	return scalar <$fh>;
}

# A running node that has the module preloaded and sends its records to the
# private journald.
#
#	conf       => more lines for postgresql.conf
#	streaming  => 1 for a primary of a standby
#	start      => 0 to leave it stopped
sub new_gatekeeper_node
{
	my ($name, %option) = @_;
	my $node = PostgreSQL::Test::Cluster->new($name);

	$node->init(
		extra => [ '-U', 'postgres' ],
		allows_streaming => $option{streaming} // 0);
	$node->append_conf('postgresql.conf', slurp($ENV{GK_TEST_CONF}));
	$node->append_conf('postgresql.conf', $option{conf}) if defined $option{conf};
	$node->start if $option{start} // 1;
	return $node;
}

# The roles and functions of test/sql/setup.sql, in database postgres.
sub load_probes
{
	my ($node) = @_;

	system('psql', '-X', '-q', '-o', '/dev/null', '-v', 'ON_ERROR_STOP=1',
		'-d', $node->connstr('postgres'), '-f', "$ENV{GK_TOP}/test/sql/setup.sql") == 0
	  or die 'test/sql/setup.sql failed';
	return;
}

# Runs statements in a session of the role; returns (ok, output, errors).  The
# errors have SQLSTATE, detail and hint.
sub run_as
{
	my ($node, $role, $sql) = @_;
	my ($out, $err);
	my $status = $node->psql('postgres', $sql,
		stdout => \$out, stderr => \$err, on_error_stop => 1,
		extra_params => [ '-U', $role, '-v', 'VERBOSITY=verbose' ]);

	return ($status == 0, $out, $err);
}

sub value_of
{
	my ($node, $sql) = @_;
	return $node->safe_psql('postgres', $sql);
}

sub denied_for
{
	my ($node, $role, $sql, $what, $message) = @_;
	my ($ok, $out, $err) = run_as($node, $role, $sql);

	$message //= qr/pg_gatekeeper: .* is not allowed/;
	return ok(!$ok && $err =~ /ERROR:  42501: / && $err =~ $message, $what)
	  || diag("output: $out\nerrors: $err");
}

sub allowed_for
{
	my ($node, $role, $sql, $what) = @_;
	my ($ok, $out, $err) = run_as($node, $role, $sql);

	return ok($ok, $what) || diag("output: $out\nerrors: $err");
}

# A session of the role that stays open: a function that runs a statement in it
# and returns its output and errors; without a statement it ends the session.
sub open_session
{
	my ($node, $role) = @_;
	my ($in, $out, $err, $n) = ('', '', '', 0);
	my $psql = IPC::Run::start(
		[ 'psql', '-X', '-A', '-t', '-q', '-U', $role, '-d', $node->connstr('postgres') ],
		'<', \$in, '>', \$out, '2>', \$err, IPC::Run::timeout(60));

	return sub {
		my ($sql) = @_;
		if (!defined $sql)
		{
			$in .= "\\q\n";
			$psql->finish;
			return;
		}
		$n++;
		($out, $err) = ('', '');
		$in .= "$sql;\n\\echo end-$n\n\\warn end-$n\n";
		$psql->pump until $out =~ /end-$n\n/ && $err =~ /end-$n\n/;
		s/end-$n\n// foreach $out, $err;
		return ($out, $err);
	};
}

# Tries to start the stopped node, which must refuse; returns its words.
sub restart_fails
{
	my ($node, $what) = @_;
	my $from = -s $node->logfile // 0;

	ok(!$node->start(fail_ok => 1), $what) or $node->stop;
	return log_since($node, $from);
}

sub log_since
{
	my ($node, $from) = @_;
	return -e $node->logfile ? substr(slurp($node->logfile), $from) : '';
}

# Reloads and returns what the server log says of it, once it says the words.
sub reload_and_wait
{
	my ($node, $words) = @_;
	my $from = -s $node->logfile;
	my $log;

	$node->reload;
	for (1 .. 100)
	{
		$log = log_since($node, $from);
		# new backends are forked by a postmaster that has read the file
		last if $log =~ /received SIGHUP/ && (!defined $words || $log =~ $words);
		sleep 0.1;
	}
	sleep 0.2;
	return log_since($node, $from);
}

# ------------------------------------------------------------------------
# The private journald of test/check
# ------------------------------------------------------------------------

# Ends the whole test file as skipped when there is no journald.
sub journal_or_skip
{
	plan(skip_all => $ENV{GK_NO_JOURNAL} || 'no private journald')
	  if !$ENV{GK_JOURNAL_SOCKET};
	plan(skip_all => 'journalctl is not installed')
	  if system('journalctl --version >/dev/null 2>&1') != 0;
	return;
}

sub journalctl
{
	my (@arguments) = @_;
	open my $fh, '-|', 'journalctl', '-D', $ENV{GK_JOURNAL_DIR}, '-q', '--no-pager',
	  '-o', 'json', '--all', @arguments
	  or die "journalctl: $!";
	my @records = map { decode_json($_) } <$fh>;
	close $fh;
	return @records;
}

# journald takes datagrams in turn: when one of ours has arrived, so has
# everything that was sent before it.  Returns its place in the journal.
sub journal_mark
{
	my $id = join '-', $$, time, rand;
	my $socket = IO::Socket::UNIX->new(Type => SOCK_DGRAM, Peer => $ENV{GK_JOURNAL_SOCKET})
	  or die "$ENV{GK_JOURNAL_SOCKET}: $!";

	$socket->send("MESSAGE=mark\nGK_MARK=$id\n") or die "journald: $!";
	for (1 .. 200)
	{
		my ($mark) = journalctl("GK_MARK=$id");
		return $mark->{__CURSOR} if $mark;
		sleep 0.05;
	}
	die 'journald does not answer';
}

# The records written since the mark, oldest first; matches such as
# 'GATEKEEPER_RULE=copy_file' narrow them down.
sub journal_records
{
	my ($mark, @matches) = @_;
	my @wanted = map { [ split /=/, $_, 2 ] } 'SYSLOG_IDENTIFIER=pg_gatekeeper', @matches;

	# journalctl itself, given matches too, skips one more than the mark
	journal_mark();
	my @records = journalctl("--after-cursor=$mark");
	foreach my $want (@wanted)
	{
		my ($field, $value) = @$want;
		@records = grep { defined $_->{$field} && $_->{$field} eq $value } @records;
	}
	return @records;
}

# ------------------------------------------------------------------------
# A socket that takes records as journald does
# ------------------------------------------------------------------------

my @daemons;

# For tests that must run without a journald, or with one that comes and goes.
# Returns (socket, function that returns the records so far, as journalctl -o
# json has them, process).
sub start_collector
{
	my ($path) = @_;
	my $dir = PostgreSQL::Test::Utils::tempdir_short();

	$path //= "$dir/journal";
	unlink $path;
	my $socket = IO::Socket::UNIX->new(Type => SOCK_DGRAM, Local => $path) or die "$path: $!";
	open my $out, '>', "$dir/out" or die "$dir/out: $!";
	my $pid = fork // die "fork: $!";
	if ($pid == 0)
	{
		# ends as told, without the parent's cleaning up
		$SIG{$_} = 'DEFAULT' foreach qw(INT TERM);
		$out->autoflush;
		while (defined $socket->recv(my $datagram, 16384))
		{
			my %field;
			while ($datagram =~ /\G([A-Z_0-9]+)\n(.{8})/gs)
			{
				my ($name, $length) = ($1, unpack 'Q<', $2);
				$field{$name} = substr $datagram, pos $datagram, $length;
				pos($datagram) += $length + 1;
			}
			$field{GK_MARK} = $1 if $datagram =~ /^GK_MARK=(.*)$/m;
			print $out encode_json(\%field), "\n";
		}
		POSIX::_exit(0);
	}
	push @daemons, $pid;
	close $socket;

	my $mark = 0;
	my $records = sub {
		my $word = "$$-" . ++$mark;
		my $sender = IO::Socket::UNIX->new(Type => SOCK_DGRAM, Peer => $path) or die "$path: $!";
		$sender->send("GK_MARK=$word\n");
		for (1 .. 100)
		{
			my $out = slurp("$dir/out");
			return grep { !$_->{GK_MARK} } map { decode_json($_) } split /\n/, $out
			  if $out =~ /"GK_MARK":"$word"/;
			sleep 0.1;
		}
		die 'the collector does not answer';
	};
	return ($path, $records, $pid);
}

# ------------------------------------------------------------------------
# A private rsyslogd
# ------------------------------------------------------------------------

# Starts one that parses @cee JSON and writes each message, as JSON, on a line
# of its own.  Returns (socket, function that returns the messages so far,
# process), or nothing when it is not installed.

sub start_rsyslog
{
	my $dir = PostgreSQL::Test::Utils::tempdir_short();
	my ($program) = grep { -x } qw(/usr/sbin/rsyslogd /sbin/rsyslogd);

	return if !$program;
	open my $conf, '>', "$dir/rsyslog.conf" or die $!;
	print $conf <<"EOT";
global(workDirectory="$dir" maxMessageSize="8k")
module(load="imuxsock" SysSock.Use="off")
module(load="mmjsonparse")
input(type="imuxsock" Socket="$dir/log" CreatePath="off" RateLimit.Interval="0")
template(name="parsed" type="list") {
	constant(value="{\\"tag\\":\\"")
	property(name="programname" format="json")
	constant(value="\\",\\"pri\\":\\"")
	property(name="pri")
	constant(value="\\",\\"parsed\\":\\"")
	property(name="parsesuccess" format="json")
	constant(value="\\",\\"raw\\":\\"")
	property(name="rawmsg" format="json")
	constant(value="\\",\\"fields\\":")
	property(name="\$!")
	constant(value="}\\n")
}
action(type="mmjsonparse")
action(type="omfile" file="$dir/out" template="parsed" asyncWriting="off" flushOnTXEnd="on")
EOT
	close $conf;
	my $pid = fork // die "fork: $!";
	if ($pid == 0)
	{
		open STDOUT, '>', "$dir/rsyslogd.log";
		open STDERR, '>&', \*STDOUT;
		exec $program, '-n', '-i', "$dir/pid", '-f', "$dir/rsyslog.conf" or POSIX::_exit(127);
	}
	push @daemons, $pid;
	for (1 .. 100)
	{
		last if -S "$dir/log";
		sleep 0.1;
	}
	-S "$dir/log" or die 'rsyslogd did not start: ' . slurp("$dir/rsyslogd.log");

	my $mark = 0;
	my $messages = sub {
		my $word = "mark-$$-" . ++$mark;
		my $socket = IO::Socket::UNIX->new(Type => SOCK_DGRAM, Peer => "$dir/log") or die $!;
		$socket->send("<13>Jan  1 00:00:00 gktest: $word");
		for (1 .. 100)
		{
			my $out = -e "$dir/out" ? slurp("$dir/out") : '';
			return grep { $_->{tag} ne 'gktest' } map { decode_json($_) } split /\n/, $out
			  if $out =~ /$word"/;
			sleep 0.1;
		}
		die 'rsyslogd does not answer: ' . slurp("$dir/rsyslogd.log");
	};
	return ("$dir/log", $messages, $pid);
}

END
{
	my $status = $?;
	foreach my $pid (@daemons)
	{
		kill 'TERM', $pid;
		waitpid $pid, 0;
	}
	$? = $status;
}

1;
