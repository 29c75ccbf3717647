#
# Instructions that a backend spends on a statement.  A busy machine does not
# change them, so they can be compared and budgeted where time cannot.
#
# A server under valgrind runs each workload of test/workloads.  Between them
# runs a marker, a function that nothing else calls: callgrind writes down what
# was spent, and starts anew, whenever it is entered.
#
# Copyright (c) 2026, the pg_gatekeeper authors
# SPDX-License-Identifier: PostgreSQL

package GkCost;

use strict;
use warnings;
use Cwd qw(abs_path);
use File::Basename qw(basename dirname);
use POSIX qw(WNOHANG);

my $workloads = abs_path(dirname(__FILE__) . '/../workloads');
my $marker = 'SELECT pg_backend_pid()';

sub slurp
{
	open my $fh, '<', $_[0] or return '';
	local $/;
	return scalar <$fh>;
}

sub spew
{
	my ($file, $text) = @_;
	open my $fh, '>', $file or die "$file: $!\n";
	print $fh $text;
	close $fh or die "$file: $!\n";
}

sub is_there
{
	return system('valgrind --version >/dev/null 2>&1') == 0;
}

# Each file of test/workloads is one line of SQL below comments: what it is;
# its budget, in percent, and the one under gatekeeper.strict where it is another
# ("strict"); how many times it is run, and how many before that do not count
# ("warm"); a role if only one runs it; an extension that it needs.
sub workloads
{
	my @found;

	foreach my $file (sort glob "$workloads/[0-9]*.sql")
	{
		my $text = slurp($file);
		my ($about) = $text =~ /^-- (.*)/;
		my ($sql) = $text =~ /^(?!--)(.+);$/m;
		my %said = $text =~ /^-- (\w+): (.*)/mg;

		die "$file: no statement\n" if !defined $sql;
		push @found,
		  {
			name => basename($file, '.sql'),
			about => $about,
			sql => $sql,
			budget => $said{budget},
			strict => $said{strict},
			times => $said{times} || 100,
			warm => $said{warm} // (($said{times} || 100) > 10 ? 20 : 2),
			role => $said{role} // 'any',
			needs => $said{needs},
			prepared => ($said{protocol} // '') eq 'prepared'
		  };
	}
	return @found;
}

# bindir   of the server
# as_user  command to put before those that cannot run as root
# work     a directory that is his
# conf     what every server has in its configuration
# port     free below work
sub new
{
	my ($class, %self) = @_;
	my $self = bless { as_user => '', children => [], port => 50000, %self }, $class;
	my $template = "$self->{work}/template";

	system("$self->{as_user} '$self->{bindir}/initdb' -D '$template' -U postgres --no-locale -E UTF8 -A trust -N"
		  . " >'$self->{work}/initdb.log' 2>&1") == 0
	  or die "initdb failed\n", slurp("$self->{work}/initdb.log");
	spew("$template/postgresql.auto.conf", $self->conf('', $self->{port}));
	$self->start($template);
	$self->psql($self->{port}, 'postgres', slurp("$workloads/setup.sql"));
	$self->stop($template);
	return $self;
}

sub conf
{
	my ($self, $conf, $port) = @_;

	return "listen_addresses = ''\nunix_socket_directories = '$self->{work}'\nport = $port\nfsync = off\n"
	  . "shared_buffers = 64MB\nautovacuum = off\nmax_wal_size = 4GB\njit = off\n"
	  . "max_parallel_workers_per_gather = 0\nlog_min_messages = fatal\n"
	  . ($self->{conf} // '')
	  . $conf;
}

# A cluster in work/name with these lines of configuration; not started.
sub cluster
{
	my ($self, $name, $port, $conf) = @_;
	my $data = "$self->{work}/$name";

	system("rm -rf '$data' && cp -a '$self->{work}/template' '$data'") == 0 or die "$data: cannot copy\n";
	spew("$data/postgresql.auto.conf", $self->conf($conf, $port));
	return $data;
}

sub start
{
	my ($self, $data, @before) = @_;
	my $before = join ' ', @before;

	# Not by pg_ctl: valgrind stands before it.
	my $pid = fork // die "fork: $!\n";
	if ($pid == 0)
	{
		exec "exec $self->{as_user} $before '$self->{bindir}/postgres' -D '$data' >>'$data/log' 2>&1"
		  or POSIX::_exit(127);
	}
	push @{ $self->{children} }, $pid;
	for (1 .. 1200)
	{
		return if slurp("$data/postmaster.pid") =~ /^ready/m;
		last if waitpid($pid, WNOHANG) > 0;
		select undef, undef, undef, 0.1;
	}
	die "the server did not start\n", slurp("$data/log");
}

sub stop
{
	my ($self, $data) = @_;
	my ($pid) = slurp("$data/postmaster.pid") =~ /^(\d+)/;

	return if !$pid;
	kill 'INT', $pid;
	waitpid $pid, 0;
	$self->{children} = [ grep { $_ != $pid } @{ $self->{children} } ];
}

# Everything this started ends with it.
sub clean_up
{
	my ($self) = @_;

	kill 'QUIT', @{ $self->{children} };
	waitpid $_, 0 foreach @{ $self->{children} };
	$self->{children} = [];
}

sub psql
{
	my ($self, $port, $role, $sql) = @_;
	my $file = "$self->{work}/psql.$port.sql";

	spew($file, $sql);
	my $out = qx($self->{as_user} '$self->{bindir}/psql' -X -A -t -q -v ON_ERROR_STOP=1 -h '$self->{work}' -p $port -U $role -f '$file' postgres);
	die 'psql failed: ', substr($sql, 0, 500), "\n" if $?;
	chomp $out;
	return $out;
}

# Waiting for the client costs more or less as it is slow or quick, reports of
# statistics come by the clock, and how the C library finds memory depends on
# what lies around.  Nothing of the module's is in there.
my $luck = qr/^(?:WaitEventSet|WaitLatch|ModifyWaitEvent|ResetLatch|secure_(?:raw_)?read|recv$|epoll_|pgstat_
	|ProcessClientRead|GetCurrentTimestamp|TimestampDifference|LWLock|__vdso|clock_gettime|gettimeofday
	|_int_malloc|_int_free|_int_realloc|malloc_consolidate|unlink_chunk|systrim|sysmalloc|sbrk|brk
	|reschedule_timeouts)/x;

# What a dump says of each function itself: the sum, and by function.
sub spent
{
	my ($dump) = @_;
	my ($total, $counts, $skip, %name, %by, $here) = (0, 1, 0);

	open my $fh, '<', $dump or die "callgrind wrote no $dump\n";
	while (my $line = <$fh>)
	{
		if ($line =~ /^fn=\((\d+)\)(?: (.*))?/)
		{
			$name{$1} = $2 if defined $2;
			$here = $name{$1} // '';
			$counts = $here !~ $luck;
		}
		elsif ($line =~ /^cfni?=\((\d+)\) (.*)/) { $name{$1} = $2; }
		elsif ($line =~ /^calls=/) { $skip = 1; }
		elsif ($line =~ /^[-+*\d]\S* (\d+)$/)
		{
			if ($counts && !$skip)
			{
				$total += $1;
				$by{$here} += $1;
			}
			$skip = 0;
		}
	}
	close $fh;
	return ($total, \%by);
}

# The functions that cost more per statement with than without, dearest first.
sub blame
{
	my ($with, $without, $most) = @_;
	my %added;

	foreach my $function (grep { !/^0x/ } keys %{ $with->{by} })
	{
		my $more = ($with->{by}->{$function} - ($without->{by}->{$function} // 0)) / $with->{times};
		$added{$function} = $more if $more >= 1;
	}
	my @order = sort { $added{$b} <=> $added{$a} || $a cmp $b } keys %added;
	$#order = ($most // 12) - 1 if @order > ($most // 12);
	return join ', ', map { sprintf '%s %+.0f', $_, $added{$_} } @order;
}

# One session of psql that runs these, and the dumps between its markers.
sub run_simple
{
	my ($self, $port, $role, $per, @workloads) = @_;
	my $text = "$marker;\n" x 5;
	my @measured = (undef, undef, undef, undef, { name => '', times => 1 });

	return if !@workloads;
	foreach my $workload (@workloads)
	{
		$text .= "$workload->{sql};\n" x $workload->{warm};
		$text .= "$marker;\n" . "$workload->{sql};\n" x $workload->{times} . "$marker;\n";
		push @measured, undef, $workload;
	}
	my ($pid) = split /\n/, $self->psql($port, $role, $text);

	# each dump is what came before its marker
	my ($n, $fixed) = (0, 0);
	foreach my $at (@measured)
	{
		$n++;
		next if !$at;
		my ($total, $by) = spent("$self->{work}/callgrind.$port.$pid.$n");
		if ($at->{name} eq '') { $fixed = $total; next; }
		$per->{"$role $at->{name}"} = { total => ($total - $fixed) / $at->{times}, by => $by,
			times => $at->{times}, dump => "$self->{work}/callgrind.$port.$pid.$n" };
	}
}

# The extended protocol, with a prepared statement: pgbench can, psql cannot.
sub run_prepared
{
	my ($self, $port, $role, $per, $workload) = @_;
	my $file = "$self->{work}/pgbench.$port.sql";
	my $warm = 20;
	my $last = $warm + $workload->{times};
	my @dumps;

	spew($file, "\\set i :i + 1\n\\if :i = $warm or :i >= $last\n$marker;\n\\endif\n$workload->{sql};\n");
	unlink glob "$self->{work}/callgrind.$port.*";
	my $out = qx($self->{as_user} '$self->{bindir}/pgbench' -n -M prepared -t @{[ $last + 2 ]} -D i=0 -f '$file' -h '$self->{work}' -p $port -U $role postgres 2>&1);
	die "pgbench: $out\n" if $?;
	@dumps = grep { -e "$_.3" } map { s/\.1$//r } glob "$self->{work}/callgrind.$port.*.1";
	die "pgbench: no dump\n" if @dumps != 1;
	my ($total, $by) = spent("$dumps[0].2");
	my ($fixed) = spent("$dumps[0].3");
	$per->{"$role $workload->{name}"} = { total => ($total - $fixed) / ($workload->{times} - 1), by => $by,
		times => $workload->{times}, dump => "$dumps[0].2" };
}

# Instructions per statement with these lines of configuration, by "role
# workload".  A session of each role runs all of them, since what it may become
# counts, not only what it is.
sub measure
{
	my ($self, $name, $port, $conf, $roles, @workloads) = @_;
	my $data = $self->cluster("measured.$name", $port, $conf);
	my %per;

	unlink glob "$self->{work}/callgrind.$port.*";
	$self->start($data, 'valgrind', '-q', '--tool=callgrind', '--dump-before=pg_backend_pid',
		"--callgrind-out-file='$self->{work}/callgrind.$port.%p'");
	foreach my $role (@$roles)
	{
		my $kind = $role eq 'postgres' ? 'superuser' : 'ordinary';
		my @his = grep { $_->{role} eq 'any' || $_->{role} eq $kind } @workloads;

		$self->run_simple($port, $role, \%per, grep { !$_->{prepared} } @his);
		if (my $keep = $ENV{BENCH_KEEP})
		{
			system('cp', $per{$_}->{dump}, "$keep/$name.@{[ s/ /./r ]}") foreach grep { /^$role / } keys %per;
		}
		foreach my $workload (grep { $_->{prepared} } @his)
		{
			$self->run_prepared($port, $role, \%per, $workload);
			my $key = "$role $workload->{name}";
			system('cp', $per{$key}->{dump}, "$ENV{BENCH_KEEP}/$name.$role.$workload->{name}") if $ENV{BENCH_KEEP};
		}
	}
	$self->stop($data);
	system('rm', '-rf', $data);
	return \%per;
}

1;
