#
# The journal's message catalog: each kind of record has one entry, which says
# what happened, what to check and what to do, and names only fields that
# there are.
#
# Copyright (c) 2026, the pg_gatekeeper authors
# SPDX-License-Identifier: PostgreSQL

use strict;
use warnings;
use File::Basename qw(dirname);
use File::Path qw(make_path);
use File::Temp qw(tempdir);
use Test::More;

my $top = $ENV{GK_TOP} || dirname(__FILE__) . '/../..';
my $file = "$top/conf/pg-gatekeeper.catalog";

sub slurp
{
	open my $fh, '<', $_[0] or die "$_[0]: $!";
	local $/;
	return scalar <$fh>;
}

my $catalog = slurp($file);
my $header = slurp("$top/src/audit/audit.h");
my $source = join '', map { slurp($_) } glob "$top/src/audit/*.c";

my %kinds = reverse $header =~ /^#define GK_MESSAGE_ID_(\w+)\s+"([0-9a-f]{32})"/mg;
my %fields = map { $_ => 1 } $source =~ /"(GATEKEEPER_\w+|MESSAGE|PRIORITY)"/g;
cmp_ok(scalar(keys %kinds), '>=', 8, 'audit.h has kinds of records');
cmp_ok(scalar(keys %fields), '>=', 30, 'the audit has fields');

my (undef, @entries) = split /^-- /m, $catalog;
my %seen;
foreach my $entry (@entries)
{
	my ($id, $head, $body) = $entry =~ /\A([0-9a-f]{32})\n(.*?)\n\n(.*)\z/s;
	ok(defined $id, 'an entry begins with an id, has a head and a body') or next;
	my $kind = $kinds{$id} // "unknown id $id";
	$seen{$id}++;
	ok($kinds{$id}, "$kind: its id is one of audit.h");
	like($head, qr/^Subject: \S/m, "$kind: it has a subject");
	like($head, qr/^Defined-By: pg_gatekeeper$/m, "$kind: it says whose it is");
	like($head, qr/^Documentation: man:pg_gatekeeper\(7\)$/m, "$kind: it says where to read on");
	like($body, qr/\A\S/, "$kind: it has a body");
	like($body, qr/^What to check: \S/m, "$kind: it says what to check");
	like($body, qr/^What to do: \S/m, "$kind: it says what to do");
	my @unknown = grep { !$fields{$_} } "$head\n$body" =~ /\@(\w+)\@/g;
	is("@unknown", '', "$kind: the fields that it names exist");
	# somebody will copy it
	is(join("\n", $body =~ /^\s+(pg_gatekeeper .*\@.*)$/mg),
		'', "$kind: no command has a record's text in it");
	is(join("\n", grep { length > 90 } split /\n/, $body), '', "$kind: its lines are short");
}
is(join(' ', map { $kinds{$_} } grep { ($seen{$_} // 0) != 1 } sort keys %kinds),
	'', 'each kind of record has one entry');

# What journald makes of it; it takes nearly anything without a word.
SKIP:
{
	skip 'journalctl is not installed', 2 if system('journalctl --version >/dev/null 2>&1') != 0;
	my $stage = tempdir(CLEANUP => 1);
	make_path("$stage/usr/lib/systemd/catalog", "$stage/var/lib/systemd/catalog");
	system('cp', $file, "$stage/usr/lib/systemd/catalog/") == 0 or die 'cp failed';
	is(qx(journalctl --root='$stage' --update-catalog 2>&1), '', 'journalctl takes it');
	my @listed = qx(journalctl --root='$stage' --list-catalog) =~ /^([0-9a-f]{32}) pg_gatekeeper: /mg;
	is("@listed", join(' ', sort keys %kinds), '... and lists every entry');
}

done_testing();
