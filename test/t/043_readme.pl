#
# The sample output of README.md is the program's own.
#
# Copyright (c) 2026, the pg_gatekeeper authors
# SPDX-License-Identifier: PostgreSQL

use strict;
use warnings;
use GkTest;
use Test::More;

my $readme = GkTest::slurp("$ENV{GK_TOP}/README.md");
my $node = new_gatekeeper_node('readme');

# Numbers of records differ.
sub normal { return $_[0] =~ s/\b(Audit record |seq=)\d+/${1}N/gr }

value_of($node, <<'EOT');
CREATE ROLE shop LOGIN;
CREATE FUNCTION drop_list(name text) RETURNS void SECURITY DEFINER LANGUAGE plpgsql AS
	$$ BEGIN EXECUTE 'DROP TABLE IF EXISTS ' || name; END $$;
EOT
my ($statement) = $readme =~ /^    shop=> (SELECT drop_list.*)$/m;
ok($statement, 'README has the attack');
my $mark = $ENV{GK_JOURNAL_SOCKET} ? journal_mark() : undef;
my ($ok, $out, $err) = run_as($node, 'shop', $statement);
ok(!$ok, 'it is denied');
is(value_of($node, "SELECT rolsuper FROM pg_roles WHERE rolname = 'shop'"), 'f', '... and changes nothing');
foreach my $word (qw(ERROR DETAIL HINT))
{
	my ($said) = $err =~ /\b$word:  (?:\w{5}: )?(.*)$/m;
	my ($shown) = $readme =~ /^    $word:  (.*)$/m;
	is(normal($shown // ''), normal($said // ''), "README shows its $word");
}

SKIP:
{
	skip $ENV{GK_NO_JOURNAL} || 'no private journald', 1 if !defined $mark;
	my ($record) = grep { ($_->{GATEKEEPER_VERDICT} // '') eq 'denied' } journal_records($mark);
	my ($shown) = $readme =~ /^    (event=action .*)$/m;
	is(normal($shown // ''), normal($record->{MESSAGE} // ''), 'README shows its record');
}

$node->stop;
done_testing();
