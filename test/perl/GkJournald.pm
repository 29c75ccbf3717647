#
# A journald that belongs to one test, which stops it, kills it, starts it anew
# or fills its disk; and a fast reader of what it has stored.
#
# Copyright (c) 2026, the pg_gatekeeper authors
# SPDX-License-Identifier: PostgreSQL

package GkJournald;

use strict;
use warnings;
use Exporter 'import';
use IO::Socket::UNIX;
use POSIX qw(WNOHANG);
use PostgreSQL::Test::Utils ();
use Socket qw(SOCK_DGRAM);
use Test::More;
use Time::HiRes qw(sleep time);

our @EXPORT = qw(private_journald stored_records missing_numbers);

my @running;

# A running journald, or ends the test file as skipped.  conf and size as in
# test/private_journald.
sub private_journald
{
	my (%option) = @_;
	my $self = bless { dir => PostgreSQL::Test::Utils::tempdir_short(), %option }, __PACKAGE__;

	foreach my $program ('/lib/systemd/systemd-journald', '/usr/bin/journalctl')
	{
		plan(skip_all => "$program is not installed") if !-x $program;
	}
	chmod 0755, $self->{dir};
	eval { $self->start; 1 } or plan(skip_all => "no journald of our own: $@");
	return $self;
}

sub socket { return "$_[0]{dir}/journal/socket" }
sub pid { return $_[0]{pid} }

sub start
{
	my ($self) = @_;
	my $group = getgrgid $);

	my $pid = fork // die "fork: $!";
	if ($pid == 0)
	{
		$ENV{JOURNALD_CONF} = $self->{conf} // '';
		$ENV{JOURNALD_SIZE} = $self->{size} // '';
		open STDIN, '<', '/dev/null';
		open STDOUT, '>', "$self->{dir}/log.txt";
		open STDERR, '>&', \*STDOUT;
		exec "$ENV{GK_TOP}/test/private_journald", $self->{dir}, $group or POSIX::_exit(127);
	}
	$self->{pid} = $pid;
	push @running, $pid;
	for (1 .. 200)
	{
		if (waitpid($pid, WNOHANG) > 0)
		{
			open my $log, '<', "$self->{dir}/log.txt";
			die join('', <$log>) || "it ended\n";
		}
		return if eval { $self->sync; 1 };
		sleep 0.1;
	}
	die "it does not answer\n";
}

sub signal { return kill $_[1], $_[0]{pid} }

sub kill_it
{
	my ($self) = @_;
	kill 'KILL', $self->{pid};
	waitpid $self->{pid}, 0;
	@running = grep { $_ != $self->{pid} } @running;
	return;
}

# Where its journal is.
sub journal
{
	my ($self) = @_;
	return $self->{size} ? "/proc/$self->{pid}/root/run/log/journal" : "$self->{dir}/log";
}

# Returns once everything that was sent before has been taken.
sub sync
{
	my ($self) = @_;
	my $id = join '-', $$, time, rand;
	my $socket = IO::Socket::UNIX->new(Type => SOCK_DGRAM, Peer => $self->socket)
	  or die "@{[ $self->socket ]}: $!\n";

	# at a priority that every configuration stores
	$socket->send("MESSAGE=mark\nPRIORITY=2\nGK_MARK=$id\n") or die "journald: $!\n";
	for (1 .. 100)
	{
		return if qx(journalctl -D '@{[ $self->journal ]}' -q -o cat GK_MARK=$id 2>/dev/null) =~ /mark/;
		sleep 0.05;
	}
	die "journald does not answer\n";
}

# The records of a journal as hashes of some fields, fast: SEQ, LOST, COUNT, EVENT,
# STREAM, SESSION_ID, OBJECT.  Of one stream if so wished.
sub stored_records
{
	my ($directory, $stream) = @_;
	my @fields = qw(SEQ LOST COUNT EVENT STREAM SESSION_ID OBJECT SESSION_USER RULE VERDICT KINDS STATEMENT LAST_OBJECT LAST_STATEMENT SINK_LOST);
	my @records;

	open my $fh, '-|', 'journalctl', '-D', $directory, '-q', '--no-pager', '-o', 'json',
	  '--output-fields=' . join(',', 'MESSAGE_ID', '_UID', map { "GATEKEEPER_$_" } @fields),
	  'SYSLOG_IDENTIFIER=pg_gatekeeper', $stream ? "GATEKEEPER_STREAM=$stream" : ()
	  or die "journalctl: $!";
	while (my $line = <$fh>)
	{
		push @records, { $line =~ /"(?:GATEKEEPER_)?(\w+)":"((?:[^"\\]|\\.)*)"/g };
	}
	close $fh;
	return @records;
}

# How many numbers up to the highest of one stream are not among its records,
# and how many are there twice.
sub missing_numbers
{
	my (@records) = @_;
	my %seen;
	my $highest = 0;

	foreach my $seq (map { $_->{SEQ} } @records)
	{
		$seen{$seq}++;
		$highest = $seq if $seq > $highest;
	}
	return ($highest - keys %seen, scalar grep { $_ > 1 } values %seen);
}

END
{
	my $status = $?;
	foreach my $pid (@running)
	{
		kill 'CONT', $pid;
		kill 'KILL', $pid;
		waitpid $pid, 0;
	}
	$? = $status;
}

1;
