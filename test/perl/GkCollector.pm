#
# Real collectors of log records with the configurations of conf/siem: rsyslogd,
# syslog-ng, systemd-journal-upload and -remote.  They run as the tests' user;
# those that read the machine's journal see the private one in its place.
#
# Copyright (c) 2026, the pg_gatekeeper authors
# SPDX-License-Identifier: PostgreSQL

package GkCollector;

use strict;
use warnings;
use Exporter 'import';
use File::Path qw(make_path);
use IO::Socket::INET;
use JSON::PP;
use POSIX ();
use Time::HiRes qw(sleep);

use GkTest ();
use PostgreSQL::Test::Utils;

our @EXPORT = qw(
  why_no_collector start_shipped start_journal_remote start_journal_namespace
  start_ecs_service wait_for_records
);

my @daemons;

# A configuration as it is installed, with this user's number, and its files
# below a directory of the test's.
sub shipped_conf
{
	my ($name, $dir, $uid) = @_;
	my $conf = GkTest::slurp("$ENV{GK_TOP}/conf/siem/$name");

	$uid //= $>;
	$conf =~ s/POSTGRES_UID/$uid/g;
	$conf =~ s{(?<=["'=])(/var/log|/run)/(?!journal)}{$dir/}g;
	return $conf;
}

# syslog-ng-core and rsyslog cannot both be installed, so the former is looked
# for below /opt/syslog-ng as well, where "dpkg-deb -x" has put it.
sub syslog_ng
{
	return ('/usr/sbin/syslog-ng') if -x '/usr/sbin/syslog-ng';
	my $root = '/opt/syslog-ng';
	my ($modules) = glob "$root/usr/lib/syslog-ng/*.*";
	return if !-x "$root/usr/sbin/syslog-ng" || !$modules || !-d $modules;
	return ('env', "LD_LIBRARY_PATH=$root/usr/lib/syslog-ng:$modules",
		"$root/usr/sbin/syslog-ng", "--module-path=$modules");
}

sub rsyslogd
{
	my ($program) = grep { -x } qw(/usr/sbin/rsyslogd /sbin/rsyslogd);
	return $program // ();
}

# Can this user show a program another journal than the machine's?
sub has_namespaces
{
	return system('unshare --user --map-root-user --mount true >/dev/null 2>&1') == 0;
}

# Why the configuration cannot be tried here, or undef.
sub why_no_collector
{
	my ($name) = @_;

	return 'rsyslog is not installed' if $name =~ /^rsyslog/ && !rsyslogd();
	return 'syslog-ng-core is not installed' if $name =~ /^syslog-ng/ && !syslog_ng();
	return undef if $name !~ /journal/;
	return $ENV{GK_NO_JOURNAL} || 'no private journald' if !$ENV{GK_JOURNAL_SOCKET};
	return 'this user may not make namespaces' if $name !~ /^journal-/ && !has_namespaces();
	if ($name =~ /^journal-/)
	{
		foreach my $program (qw(upload remote))
		{
			return "systemd-journal-$program is not installed"
			  if !-x "/lib/systemd/systemd-journal-$program";
		}
	}
	return undef;
}

sub spawn
{
	my ($log, @command) = @_;
	my $pid = fork // die "fork: $!";

	if ($pid == 0)
	{
		$SIG{$_} = 'DEFAULT' foreach qw(INT TERM);
		open STDIN, '<', '/dev/null';
		open STDOUT, '>>', $log;
		open STDERR, '>&', \*STDOUT;
		exec @command or POSIX::_exit(127);
	}
	push @daemons, $pid;
	return $pid;
}

# The command, with the private journal where that of the machine is.
sub with_journal
{
	my ($dir, @command) = @_;
	my ($machine) = map { m{([0-9a-f]{32})$} } glob "$ENV{GK_JOURNAL_DIR}/*";
	my $script = <<'EOT';
set -e
dir=$1 journal=$2 machine=$3
shift 3
mkdir -p "$dir/run"
echo "$machine" >"$dir/machine-id"
mount -t tmpfs -o mode=755 collector "$dir/run"
mkdir -p "$dir/run/log/journal"
mount --bind "$journal" "$dir/run/log/journal"
mount --bind "$dir/machine-id" /etc/machine-id
mount --rbind "$dir/run" /run
exec "$@"
EOT
	return ('unshare', '--user', '--map-root-user', '--mount', '--propagation', 'private', '--',
		'sh', '-c', $script, 'sh', $dir, $ENV{GK_JOURNAL_DIR}, $machine, @command);
}

# Starts the daemon that a shipped configuration is for.  Returns the directory
# that stands for /run and /var/log, and a function that returns what the daemon
# has said so far.
sub start_shipped
{
	my ($name, %option) = @_;
	my $dir = PostgreSQL::Test::Utils::tempdir_short();
	my $conf = shipped_conf($name, $dir, $option{uid});
	my $log = "$dir/daemon.log";
	my @command;

	make_path("$dir/state");
	if ($name =~ /^rsyslog/)
	{
		# as Debian's rsyslog.conf, without the machine's own sockets
		$conf = qq{global(workDirectory="$dir/state")\nmodule(load="imuxsock" SysSock.Use="off")\n}
		  . qq{$conf\n*.* action(type="omfile" file="$dir/everything_else")\n};
		@command = (rsyslogd(), '-n', '-i', "$dir/pid", '-f', "$dir/conf");
	}
	else
	{
		my @syslog_ng = syslog_ng();
		my $version = qx(@syslog_ng --version) =~ /^Config version: (\S+)/m ? $1 : '3.35';

		$conf = "\@version: $version\noptions { stats-freq(0); };\n"
		  . ($name =~ /journal/ ? "source s_src { systemd-journal(); };\n" : '') . $conf;
		@command = (@syslog_ng, '--foreground', '--no-caps', '--cfgfile', "$dir/conf",
			'--persist-file', "$dir/state/persist", '--pidfile', "$dir/pid", '--control', "$dir/control");
	}
	open my $fh, '>', "$dir/conf" or die "$dir/conf: $!";
	print $fh $conf;
	close $fh;

	@command = with_journal($dir, @command) if $name =~ /journal/;
	my $pid = spawn($log, @command);
	my $socket = "$dir/pg_gatekeeper/log";
	for (1 .. 200)
	{
		last if -S $socket || ($name =~ /journal/ && -e "$dir/pid");
		last if waitpid($pid, POSIX::WNOHANG()) > 0;
		sleep 0.05;
	}
	return ($dir, sub { return -e $log ? GkTest::slurp($log) : '' });
}

# A receiver of journals, and a sender with the command of journal-upload.conf,
# which sends the journal files of a directory.  Returns the receiver's directory.
sub start_journal_remote
{
	my ($journal) = @_;
	my $dir = PostgreSQL::Test::Utils::tempdir_short();
	my ($command) = GkTest::slurp("$ENV{GK_TOP}/conf/siem/journal-upload.conf") =~ /^ExecStart=(\S.*)$/m;
	my $port = PostgreSQL::Test::Cluster::get_free_port();

	make_path("$dir/remote");
	spawn("$dir/remote.log", '/lib/systemd/systemd-journal-remote', "--listen-http=127.0.0.1:$port",
		'--split-mode=host', "--output=$dir/remote");
	for (1 .. 100)
	{
		last if IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $port);
		sleep 0.05;
	}
	$command =~ s{https://COLLECTOR:\d+}{http://127.0.0.1:$port};
	$command =~ s{--directory=\S+}{--directory=$journal};
	$command =~ s{--save-state}{--save-state=$dir/state};
	spawn("$dir/upload.log", split ' ', $command);
	return $dir;
}

# A journald of the namespace pg-gatekeeper with the shipped configuration.
# Returns its socket, the directory of its journal, and a function that returns
# what it has said.
sub start_journal_namespace
{
	my $dir = PostgreSQL::Test::Utils::tempdir_short();
	my $script = <<'EOT';
set -e
dir=$1
mount -t tmpfs -o mode=755 collector "$dir/run"
mkdir -p "$dir/run/systemd/journal.pg-gatekeeper" "$dir/run/log/journal"
mount --bind "$dir/socket" "$dir/run/systemd/journal.pg-gatekeeper"
mount --bind "$dir/machine-id" /etc/machine-id
mount --bind "$dir/etc" /etc/systemd
mount --bind "$dir/log" /var/log
mount --rbind "$dir/run" /run
exec /lib/systemd/systemd-journald pg-gatekeeper
EOT

	make_path(map { "$dir/$_" } qw(run etc socket log/journal));
	open my $id, '>', "$dir/machine-id" or die $!;
	print $id GkTest::slurp('/proc/sys/kernel/random/uuid') =~ s/-//gr;
	close $id;
	system('cp', "$ENV{GK_TOP}/conf/siem/journald\@pg-gatekeeper.conf", "$dir/etc/") == 0 or die 'cp failed';
	spawn("$dir/daemon.log", 'unshare', '--user', '--map-root-user', '--mount', '--propagation', 'private',
		'--', 'sh', '-c', $script, 'sh', $dir);
	for (1 .. 200)
	{
		last if glob "$dir/log/journal/*.pg-gatekeeper/system.journal";
		sleep 0.05;
	}
	my ($journal) = glob "$dir/log/journal/*.pg-gatekeeper";
	return ("$dir/socket/socket", $journal, sub { return GkTest::slurp("$dir/daemon.log") });
}

# The command of pg-gatekeeper-ecs.service, on the private journal.  Returns the
# file that it writes, and a function that ends and starts it again.
sub start_ecs_service
{
	my $dir = PostgreSQL::Test::Utils::tempdir();
	my ($script) = GkTest::slurp("$ENV{GK_TOP}/conf/siem/pg-gatekeeper-ecs.service") =~ m{^ExecStart=/bin/sh -c '(.*)'$}m;
	my $start = sub {
		local %ENV = (%ENV, STATE_DIRECTORY => $dir, LOGS_DIRECTORY => $dir, PATH => "$ENV{GK_TOP}/src/cli:$ENV{PATH}");
		return spawn("$dir/daemon.log", '/bin/sh', '-c', $script);
	};

	$script =~ s/ events / events -D '$ENV{GK_JOURNAL_DIR}' --uid $> / or die 'no command';
	my $pid = $start->();
	return ("$dir/ecs.json", sub {
		kill 'TERM', $pid;
		waitpid $pid, 0;
		@daemons = grep { $_ != $pid } @daemons;
		$pid = $start->();
	});
}

# The JSON lines of a collector's file, once the last one passes the test; what
# is there after 20 s otherwise.
sub wait_for_records
{
	my ($file, $is_last) = @_;
	my @records;

	for (1 .. 200)
	{
		my $text = -e $file ? GkTest::slurp($file) : '';

		@records = map { eval { decode_json($_) } // { not_json => $_ } } $text =~ /^(.*)\n/mg;
		last if grep { $is_last->($_) } @records;
		sleep 0.1;
	}
	return @records;
}

END
{
	my $status = $?;
	foreach my $pid (@daemons)
	{
		kill 'TERM', $pid;
		for (1 .. 50)
		{
			last if waitpid($pid, POSIX::WNOHANG()) != 0;
			sleep 0.1;
		}
		kill 'KILL', $pid;
		waitpid $pid, 0;
	}
	$? = $status;
}

1;
