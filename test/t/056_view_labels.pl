#
# Labels on views and materialized views: a query of an ordinary role's that was vouched
# for does what a superuser's does; nothing else of that role's does, and whatever
# changes the query takes the label away.
#
# Copyright (c) 2026, the pg_gatekeeper authors
# SPDX-License-Identifier: PostgreSQL

use strict;
use warnings;
use GkTest;
use Test::More;

my $node = new_gatekeeper_node('view_labels');
load_probes($node);
value_of($node, <<'EOT');
CREATE ROLE author LOGIN;
CREATE ROLE heir;
GRANT heir TO author;
CREATE SCHEMA a AUTHORIZATION author;
GRANT CREATE ON SCHEMA a TO heir;
SET SESSION AUTHORIZATION author;
CREATE TABLE a.t AS SELECT 1 AS one;
GRANT SELECT ON a.t TO heir;
CREATE VIEW a.v AS SELECT one, pg_read_file('PG_VERSION') AS version FROM a.t;
CREATE VIEW a.other AS SELECT length(pg_read_file('PG_VERSION')) AS l;
CREATE VIEW a.nested AS SELECT l, pg_read_file('PG_VERSION') AS version FROM a.other;
CREATE VIEW a.under AS SELECT * FROM a.v;
CREATE MATERIALIZED VIEW a.m AS SELECT query_to_xml('SELECT 1', true, false, '')::text AS x WITH NO DATA;
CREATE FUNCTION a.f() RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETURN pg_read_file('PG_VERSION'); END $$;
CREATE VIEW a.calls AS SELECT a.f() AS version;
EOT

my $ask = open_session($node, 'postgres');

# The errors of a superuser's session that stays open, empty when it was done.
sub refused
{
	my ($sql) = @_;
	my (undef, $err) = $ask->($sql);
	return $err =~ /ERROR/ ? $err : '';
}

# Labels the object; label '' takes it away.
sub label
{
	my ($object, $label) = @_;
	value_of($node, "SECURITY LABEL FOR gatekeeper ON $object IS " . ($label ? "'$label'" : 'NULL'));
	return;
}

sub labels
{
	return value_of($node, q{SELECT coalesce(string_agg(objname || ' ' || label, ', '), '') FROM pg_seclabels WHERE provider = 'gatekeeper'});
}

# ------------------------------------------------------------------------
# What it is for
# ------------------------------------------------------------------------

my $err = refused('SELECT version FROM a.v');
like($err, qr/is not allowed.*server_files/s, q{denied: a view of others' calls a listed function});
my ($statement) = $err =~ /HINT:.*(SECURITY LABEL FOR gatekeeper ON VIEW a\.v IS 'trusted')/;
ok($statement, '... and the hint names the view');
$ask->('PREPARE kept AS SELECT version FROM a.v');
is(refused($statement), '', '... what it says can be pasted');
is(refused('SELECT version FROM a.v'), '', 'allowed: it is vouched for');
is(refused('EXECUTE kept'), '', 'allowed: in a statement that was prepared before');

$err = refused('REFRESH MATERIALIZED VIEW a.m');
if ($err eq '' || $err !~ /pg_gatekeeper/)
{
	# a server without XML has other things to say
	pass('a materialized view') for 1 .. 2;
}
else
{
	like($err, qr/ON MATERIALIZED VIEW a\.m IS 'trusted'/, q{denied: REFRESH of another role's});
	label('MATERIALIZED VIEW a.m', 'trusted');
	unlike(refused('REFRESH MATERIALIZED VIEW a.m'), qr/untrusted/, 'allowed: that is no code of others any more');
	label('MATERIALIZED VIEW a.m', '');
}

# ------------------------------------------------------------------------
# What it is not for
# ------------------------------------------------------------------------

like(refused('SELECT l FROM a.other'), qr/ON VIEW a\.other/, 'denied: another view of theirs');
like(refused('SELECT version FROM a.under'), qr/ON VIEW a\.under/, 'denied: another view of theirs that uses it');
label('VIEW a.nested', 'trusted');
like(refused('SELECT l FROM a.nested'), qr/is not allowed/, q{denied: another view's call, under one that is vouched for});
label('VIEW a.nested', '');
label('VIEW a.calls', 'trusted');
like(refused('SELECT version FROM a.calls'), qr/is not allowed/, 'denied: a function of theirs, called by one that is vouched for');
label('VIEW a.calls', '');
denied_for($node, 'author', 'SELECT version FROM a.v', q{denied: with the author's own rights}, qr/permission denied/);

# ------------------------------------------------------------------------
# What takes it away
# ------------------------------------------------------------------------

# The view as it was, with its label.
sub again
{
	value_of($node, q{
		DROP VIEW a.v CASCADE;
		SET ROLE author;
		CREATE VIEW a.v AS SELECT one, pg_read_file('PG_VERSION') AS version FROM a.t;
		RESET ROLE;
		SECURITY LABEL FOR gatekeeper ON VIEW a.v IS 'trusted'});
	return;
}

foreach my $sql (
	q{CREATE OR REPLACE VIEW a.v AS SELECT one, pg_read_file('postmaster.pid') AS version FROM a.t},
	q{CREATE OR REPLACE VIEW a.v AS SELECT one, pg_read_file('PG_VERSION') AS version, pg_read_file('postmaster.pid') AS more FROM a.t},
	q{CREATE OR REPLACE RULE "_RETURN" AS ON SELECT TO a.v DO INSTEAD SELECT one, pg_read_file('postmaster.pid') AS version FROM a.t},
	q{CREATE RULE also AS ON INSERT TO a.v DO ALSO SELECT pg_read_file('postmaster.pid')},
	q{ALTER VIEW a.v OWNER TO heir},
	q{ALTER VIEW a.v RENAME TO w; ALTER VIEW a.w RENAME TO v},
	q{ALTER VIEW a.v SET (security_invoker = on)})
{
	again();
	is(refused('SELECT version FROM a.v'), '', "$sql: before");
	value_of($node, "SET SESSION AUTHORIZATION author; $sql");
	is(labels(), '', '... the label is gone');
	like(refused('SELECT version FROM a.v'), qr/is not allowed/, '... also for a session that has read it before');
}
again();
value_of($node, q{SET SESSION AUTHORIZATION author; BEGIN; CREATE OR REPLACE VIEW a.v AS SELECT 1 AS one, ''::text AS version; ROLLBACK});
is(labels(), 'a.v trusted', 'rolled back, it stays');
value_of($node, q{CREATE OR REPLACE VIEW a.v AS SELECT one, pg_read_file('PG_VERSION') AS version FROM a.t});
is(labels(), 'a.v trusted', 'changed by a superuser, it stays');
label('VIEW a.v', '');
like(refused('SELECT version FROM a.v'), qr/is not allowed/, 'denied: a superuser has taken it away');

# ------------------------------------------------------------------------
# Who can set which
# ------------------------------------------------------------------------

like(refused(q{SECURITY LABEL FOR gatekeeper ON VIEW a.v IS 'allow server_files'}), qr/can be labeled as trusted only/, 'no rule is lifted by it');
like(refused(q{SECURITY LABEL FOR gatekeeper ON VIEW a.v IS 'administrator'}), qr/only a role/, 'it is no administrator');
like(refused(q{SECURITY LABEL FOR gatekeeper ON TABLE a.t IS 'trusted'}), qr/cannot be on an object of type/, 'not on a table');
like(refused(q{SECURITY LABEL FOR gatekeeper ON COLUMN a.v.one IS 'trusted'}), qr/cannot be on an object of type/, q{not on a view's column});
like(refused(q{SECURITY LABEL FOR gatekeeper ON VIEW pg_catalog.pg_views IS 'trusted'}), qr/cannot be on an object of type/, q{not on one of the server's});
denied_for($node, 'author', q{SECURITY LABEL FOR gatekeeper ON VIEW a.v IS 'trusted'}, 'denied: by its author', qr/pg_gatekeeper|must be/);
denied_for($node, 'gk_user', q{SELECT gk.as_definer($$SECURITY LABEL FOR gatekeeper ON VIEW a.v IS 'trusted'$$)}, 'denied: with rights that are lent', qr/exemption/);

$ask->();
$node->stop;
done_testing();
