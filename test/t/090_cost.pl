#
# What the module adds to an ordinary user's statements, in instructions: each
# workload of test/workloads has a budget in percent.  "make bench" shows more.
#
# Copyright (c) 2026, the pg_gatekeeper authors
# SPDX-License-Identifier: PostgreSQL

use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/../perl";
use POSIX ();
use Storable qw(store retrieve);
use Test::More;

use PostgreSQL::Test::Utils;
use GkCost;

# Percentage points beyond the budget that are no failure, and instructions:
# memory is laid out differently from one run to the next, which counts for more
# in a short statement.
my $margin = 0.15;
my $noise = 120;

plan skip_all => 'valgrind is not installed' if !GkCost::is_there();
chomp(my $flags = qx(@{[ $ENV{PG_CONFIG} || 'pg_config' ]} --configure));
plan skip_all => 'a server with assertions costs something else' if $flags =~ /--enable-cassert/;
plan skip_all => 'a module with sanitizers costs something else' if ($ENV{COPT} // '') =~ /-fsanitize/;
plan skip_all => 'pgbench is not installed' if system('pgbench --version >/dev/null 2>&1') != 0;

my ($library_path) = slurp_file($ENV{GK_TEST_CONF}) =~ /^(dynamic_library_path.*\n)/m;
my $work = PostgreSQL::Test::Utils::tempdir_short();
chomp(my $bindir = qx(@{[ $ENV{PG_CONFIG} || 'pg_config' ]} --bindir));
my $cost = GkCost->new(bindir => $bindir, work => $work, conf => $library_path);
END { $cost->clean_up if $cost }

# A quarter of the runs that the bench makes: it is the same each time.
my @workloads = grep { defined $_->{budget} && $_->{role} eq 'any' } GkCost::workloads();
foreach (@workloads)
{
	$_->{times} = 25 if $_->{times} > 25;
	$_->{warm} = 10 if $_->{warm} > 10;
}

sub measure
{
	my ($name, $port, $conf, @what) = @_;
	return $cost->measure($name, $port, $conf, ['gk_bench'], @what);
}

# Without and with the module, side by side for the sake of time.
my $port = 50001;

sub measure_both
{
	my ($round, @what) = @_;
	my ($without_port, $with_port) = ($port++, $port++);
	my $child = fork // die "fork: $!";

	if ($child == 0)
	{
		my $done = eval {
			store(measure("without$round", $without_port, '', @what), "$work/without$round");
			1;
		};
		print STDERR $@ if !$done;
		$cost->clean_up;
		POSIX::_exit($done ? 0 : 1);
	}
	my $with = eval {
		measure("with$round", $with_port,
			"shared_preload_libraries = 'pg_gatekeeper'\ngatekeeper.audit_sink = 'journald'\n"
			  . "gatekeeper.audit_journal_socket = '$work/none'\n", @what);
	};
	my $error = $@;
	waitpid $child, 0;
	die $error if !$with;
	die 'measuring without the module failed' if $?;
	return ($with, retrieve("$work/without$round"));
}

# The C library's functions for strings and memory need more instructions or fewer by
# where these come to lie, as does what the server itself compares and copies: so much
# of what is added is not ours, up to a part of it all.
my $by_layout = 0.0005;

sub of_layout
{
	my ($with, $without, $base) = @_;
	my $more = 0;

	foreach my $function (grep { /^__(?:str|mem)\w*_(?:sse|avx|evex)/ } keys %{ $with->{by} })
	{
		$more += ($with->{by}->{$function} - ($without->{by}->{$function} // 0)) / $with->{times};
	}
	return $more < 0 ? 0 : $more > $by_layout * $base ? $by_layout * $base : $more;
}

# What was added, of how much, and the most that it may be, in percent.
sub added
{
	my ($workload, $with, $without) = @_;
	my $key = "gk_bench $workload->{name}";
	my $base = $without->{$key}->{total};
	my $more = 100 * $noise / $base;

	return ($with->{$key}->{total} - $base - of_layout($with->{$key}, $without->{$key}, $base), $base,
		$workload->{budget} + ($more > $margin ? $more : $margin));
}

sub is_over
{
	my ($added, $base, $most) = added(@_);
	return 100 * $added / $base > $most;
}

my ($with, $without) = measure_both('', @workloads);

# Where strings come to lie decides how many instructions the C library needs to
# compare them, with the module or without.  What is over is measured once more.
my @over = grep { is_over($_, $with, $without) } @workloads;
if (@over)
{
	note('measured again: ' . join ' ', map { $_->{name} } @over);
	my ($with_again, $without_again) = measure_both('_again', @over);
	foreach my $workload (@over)
	{
		my $key = "gk_bench $workload->{name}";
		next if is_over($workload, $with_again, $without_again);
		$with->{$key} = $with_again->{$key};
		$without->{$key} = $without_again->{$key};
	}
}

foreach my $workload (@workloads)
{
	my $key = "gk_bench $workload->{name}";
	my ($added, $base, $most) = added($workload, $with, $without);
	my $percent = 100 * $added / $base;

	cmp_ok($percent, '<=', $most,
		sprintf('%s: %+.0f of %.0f instructions are %+.2f %%, the budget is %s %%',
			$workload->{name}, $added, $base, $percent, $workload->{budget}))
	  or diag(GkCost::blame($with->{$key}, $without->{$key}));
}

done_testing();
