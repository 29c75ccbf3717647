#
# One version number: whoever raises it in the Makefile is told where else.
#
# Copyright (c) 2026, the pg_gatekeeper authors
# SPDX-License-Identifier: PostgreSQL

use strict;
use warnings;
use File::Basename qw(basename dirname);
use Test::More;

my $top = $ENV{GK_TOP} || dirname(__FILE__) . '/../..';

sub slurp
{
	open my $fh, '<', "$top/$_[0]" or return '';
	local $/;
	return scalar <$fh>;
}

# What the first match of the pattern in the file captures.
sub found
{
	my ($file, $pattern) = @_;
	return slurp($file) =~ $pattern ? $1 : "nothing in $file";
}

my $version = found('Makefile', qr/^GK_VERSION = (\S+)$/m);
like($version, qr/^\d+\.\d+\.\d+$/, 'the Makefile says the version');

is(found('CHANGELOG.md', qr/^## \[([^\]]+)\] - (?:unreleased|\d{4}-\d\d-\d\d)$/m),
	$version, 'the newest entry of CHANGELOG.md');

is(found('debian/changelog', qr/\A pg-gatekeeper\ \(([^)-]+)-[^)]+\)/x),
	$version, 'the newest entry of debian/changelog');

foreach my $spec (qw(pg_gatekeeper pg_gatekeeper-common))
{
	is(found("rpm/$spec.spec", qr/^Version:\s*(\S+)$/m), $version, "the RPM spec $spec");
	is(found("rpm/$spec.spec", qr/^%changelog\n\*.* - (\S+)-\S+$/m),
		$version, 'the newest entry of its changelog');
}
is(found('META.json', qr/^   "version": "([^"]+)"/m), $version, 'META.json');

my @pages = glob "$top/man/*.[1-9]";
cmp_ok(scalar(@pages), '>=', 1, 'there are manual pages');
foreach my $page (map { basename($_) } @pages)
{
	is(found("man/$page", qr/^\.Os pg_gatekeeper (\S+)$/m), $version, "manual page $page");
}

# Objects in a database change less often than the module, and must be updated
# by hand: their version has two numbers.
SKIP:
{
	skip 'there is no extension', 2 if !-e "$top/sql/pg_gatekeeper.control";
	my $extension = found('sql/pg_gatekeeper.control', qr/^default_version\s*=\s*'([^']+)'/m);
	my ($series) = $version =~ /^(\d+\.\d+)/;

	is($extension, $series, "the extension's control file");
	ok((grep { /--\Q$extension\E\.sql$/ } glob "$top/sql/pg_gatekeeper--*.sql"),
		'a script leads to that version of the extension');
}

# What the module says of itself comes from the Makefile.
unlike(slurp('src/pg_gatekeeper.c'), qr/"\Q$version\E"/, 'the source does not repeat it');

done_testing();
