#
# A role's flood of actions that all differ: so many records a minute, then a
# count; the record of another role, rule or verdict is not touched by it.
#
# Copyright (c) 2026, the pg_gatekeeper authors
# SPDX-License-Identifier: PostgreSQL

use strict;
use warnings;
use GkJournald;
use GkTest;
use List::Util qw(sum0);
use Test::More;
use Time::HiRes qw(sleep time);

my $journald = private_journald();
my $node = new_gatekeeper_node('budget', conf => <<"EOT");
gatekeeper.audit_journal_socket = '@{[ $journald->socket ]}'
gatekeeper.audit_budget = 50
EOT
my $stream = value_of($node, <<'EOT');
CREATE EXTENSION pg_gatekeeper;
CREATE ROLE noisy LOGIN;
CREATE ROLE quiet LOGIN;
CREATE FUNCTION inj(q text) RETURNS void SECURITY DEFINER LANGUAGE plpgsql AS 'BEGIN EXECUTE q; END';
CREATE FUNCTION writes(n text) RETURNS void SECURITY DEFINER LANGUAGE plpgsql AS
	'BEGIN EXECUTE format(''COPY (SELECT 1) TO %L /* %s */'', ''/dev/null'', n); END';
SECURITY LABEL FOR gatekeeper ON FUNCTION writes(text) IS 'allow copy_file';
CREATE FUNCTION flood(statement text, times int) RETURNS int LANGUAGE plpgsql AS $$
DECLARE refused int := 0;
BEGIN
	FOR i IN 1 .. times LOOP
		BEGIN
			EXECUTE format(statement, i);
		EXCEPTION WHEN insufficient_privilege THEN refused := refused + 1;
		END;
	END LOOP;
	RETURN refused;
END $$;
SELECT stream FROM gatekeeper.audit LIMIT 1;
EOT

sub actions
{
	my ($user, $rule) = @_;
	$journald->sync;
	return grep { ($_->{SESSION_USER} // '') eq $user && $_->{RULE} eq $rule } stored_records($journald->journal, $stream);
}

sub as_role
{
	my ($role, $sql) = @_;
	my (undef, $out) = run_as($node, $role, $sql);
	return $out;
}

my $program = q{SELECT flood($$COPY (SELECT %1$s) TO PROGRAM 'p%1$s'$$, 2000)};

is(as_role('noisy', $program), 2000, 'a flood: all are denied');
as_role('noisy', q{SELECT inj('ALTER ROLE noisy SUPERUSER')});
as_role('quiet', q{SELECT inj('COPY (SELECT 1) TO PROGRAM $$quiet$$')});
is(scalar(actions('noisy', 'role_superuser')), 1, 'the same role, another rule: has a record');
my ($quiet) = actions('quiet', 'copy_program');
is($quiet->{OBJECT}, 'quiet', 'another role, the same rule: has a record');

my @flood;
for (1 .. 100)
{
	@flood = actions('noisy', 'copy_program');
	last if sum0(map { $_->{COUNT} } @flood) == 2000;
	sleep 0.1;
}
my @single = grep { !$_->{KINDS} } @flood;
my @counts = grep { $_->{KINDS} } @flood;
is(scalar(@single), 50, 'the budget is written');
is(scalar(@counts), 1, 'the rest is one record, after a second');
is($counts[0]{COUNT}, 1950, '... of all of them');
is($counts[0]{MESSAGE_ID}, '6e0d2c1b7f5849b9a4c3d28e51f0a977', '... with its message id');
is($counts[0]{VERDICT}, 'denied', '... and verdict');
cmp_ok(abs($counts[0]{KINDS} - 1950), '<', 250, '... which says about how many kinds: ' . $counts[0]{KINDS});
is($counts[0]{OBJECT}, 'p51', '... the first one');
like($counts[0]{STATEMENT}, qr/\bp51\b/, '... with its statement');
is($counts[0]{LAST_OBJECT}, 'p2000', '... and the last');
like($counts[0]{LAST_STATEMENT}, qr/\bp2000\b/, '... with its statement');
is(value_of($node, q{SELECT denials FROM gatekeeper.rules WHERE rule = 'copy_program'}), 2001, 'the view counts all');

# More sessions are not more budget, and neither is another user of the session.
as_role('noisy', q{COPY (SELECT 1) TO PROGRAM 'again'}) for 1 .. 3;
is(scalar(grep { $_->{OBJECT} eq 'again' } actions('noisy', 'copy_program')), 0, 'new sessions of the role: within the same budget');

# What is allowed is not hidden behind what is denied, nor one rule behind many.
as_role('noisy', q{SELECT flood('SELECT inj(''ALTER ROLE noisy CREATEROLE VALID UNTIL ''''20%1$s-01-01'''''')', 80)});
as_role('noisy', q{SELECT flood('SELECT inj(''COPY (SELECT 1) TO ''''/%1$s'''''')', 80)});
as_role('noisy', q{SELECT flood('SELECT inj(''GRANT pg_monitor TO noisy -- %1$s'')', 80)});
as_role('noisy', q{SELECT writes('0')});
is(scalar(grep { $_->{VERDICT} eq 'allowed' } actions('noisy', 'copy_file')), 1, 'with all budgets used up: the first of a rule and verdict is written');
cmp_ok(scalar(grep { !$_->{KINDS} } map { actions('noisy', $_) } qw(copy_program copy_file role_superuser role_privileged role_membership)),
	'<=', 3 * 50 + 5 * 5, '... and all of the role\'s are not many');

# Insisting on records is insisting on each.
value_of($node, q{ALTER SYSTEM SET gatekeeper.audit_failure = 'closed'});
reload_and_wait($node, qr/audit_failure" changed/);
sub written { return scalar(grep { $_->{VERDICT} eq 'allowed' && !$_->{KINDS} } actions('noisy', 'copy_file')) }
my $before = written();
as_role('noisy', q{SELECT flood('SELECT writes(''%s'')', 70)});
is(written() - $before, 70, 'audit_failure = closed: what is allowed is written, whatever the budget');

# The rest of the counts comes when the server stops, and none is missing.
$node->stop;
$journald->sync;
is(sum0(map { $_->{COUNT} } actions('noisy', 'copy_program')), 2003, 'at the end every action has been written or counted');
is_deeply([ missing_numbers(stored_records($journald->journal, $stream)) ], [ 0, 0 ], '... and no record is missing');

done_testing();
