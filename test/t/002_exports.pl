#
# Is the module loaded by every minor of its major?
#
# A minor may bring a function that the ones before it lack, and a header that calls
# it inline.  A module that was built with the later one and needs it does not load
# with the earlier ones: "undefined symbol".  test/symbols lists what came that way.
#
# Copyright (c) 2026, the pg_gatekeeper authors
# SPDX-License-Identifier: PostgreSQL

use strict;
use warnings;
use File::Basename qw(dirname);
use Test::More;

my $top = $ENV{GK_TOP} || dirname(__FILE__) . '/../..';
my $pg_config = $ENV{PG_CONFIG} || 'pg_config';
my ($major) = qx('$pg_config' --version) =~ /(\d+)/;

plan(skip_all => 'nm is not installed') if system('command -v nm >/dev/null') != 0;
plan(skip_all => 'the module is not built') if !-e "$top/pg_gatekeeper.so";

sub slurp
{
	open my $fh, '<', $_[0] or return '';
	local $/;
	return scalar <$fh>;
}

# What the loader has to find elsewhere; not what may be missing, nor libc's.
my @needed = grep { !/@/ } map { /^\s+U (\S+)/ } qx(nm -D --undefined-only '$top/pg_gatekeeper.so');
cmp_ok(scalar(@needed), '>', 200, 'the module needs much of the server');

foreach my $file (sort glob "$top/test/symbols/*")
{
	my @lines = split /\n/, slurp($file);
	my @names = grep { !/^#/ } @lines;

	is(join(' ', grep { !/^\w+$/ } @names), '', "$file is a list of names");
	is(join(' ', sort @names), join(' ', @names), '... in order');
}

my %later = map { $_ => 1 } grep { !/^#/ } split /\n/, slurp("$top/test/symbols/$major");
is(join(' ', grep { $later{$_} } @needed), '', "the module needs nothing that $major.0 lacks");

done_testing();
