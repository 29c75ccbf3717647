#
# Beside pgaudit, pgextwlist and the modules of contrib, loaded before and after
# them: every module does its work, whichever of them stands nearer to the server.
# Their own test suites are for "make check-neighbours".
#
# Copyright (c) 2026, the pg_gatekeeper authors
# SPDX-License-Identifier: PostgreSQL

use strict;
use warnings;
use GkTest;
use Test::More;

chomp(my $libdir = qx(pg_config --pkglibdir));
my @contrib = grep { -e "$libdir/$_.so" } qw(pg_stat_statements auto_explain auth_delay passwordcheck);
my %there = map { $_ => -e "$libdir/$_.so" } qw(pgaudit pgextwlist);
plan(skip_all => 'no module to stand beside is installed') if !@contrib && !grep { $_ } values %there;

my $order = 0;

sub node_with
{
	my ($libraries, $conf) = @_;
	my $node = new_gatekeeper_node('neighbours' . ++$order);

	# pgextwlist would not let the probes' own extensions in
	load_probes($node);
	$node->append_conf('postgresql.conf', "shared_preload_libraries = '$libraries'\n$conf");
	$node->restart;
	return $node;
}

# What holds whoever the neighbour is.
sub check_rules
{
	my ($node, $with) = @_;
	my $file = $node->basedir . '/copied';

	denied_for($node, 'postgres', "COPY (SELECT 1) TO PROGRAM 'cat >$file'",
		"$with: a program is refused");
	denied_for($node, 'gk_user', "SELECT gk.as_definer('COPY (SELECT 1) TO ''$file''')",
		"$with: a file is refused to an elevated user");
	ok(!-e $file, "$with: neither wrote anything");
	denied_for($node, 'gk_user', "SELECT gk.as_definer('ALTER ROLE gk_user SUPERUSER')",
		"$with: superuser is refused to an elevated user");
	is(value_of($node, "SELECT rolsuper FROM pg_roles WHERE rolname = 'gk_user'"),
		'f', "$with: he did not become it");
	denied_for($node, 'gk_user',
		"SELECT gk.as_definer('CREATE TABLE gk.h AS SELECT rolpassword FROM pg_authid')",
		"$with: password hashes are refused");
	# allowed: the twins
	allowed_for($node, 'postgres', "COPY (SELECT 1) TO '$file'",
		"$with: a plain superuser copies to a file");
	allowed_for($node, 'postgres', 'ALTER ROLE gk_user CREATEDB; ALTER ROLE gk_user NOCREATEDB',
		"$with: a plain superuser changes roles");
	allowed_for($node, 'gk_user', 'CREATE TABLE gk.t(a int); INSERT INTO gk.t VALUES (1); DROP TABLE gk.t',
		"$with: ordinary work goes on");
	unlink $file;
}

foreach my $libraries ('pgaudit,pg_gatekeeper', 'pg_gatekeeper,pgaudit')
{
  SKIP:
	{
		skip 'pgaudit is not installed', 1 if !$there{pgaudit};
		my $node = node_with($libraries, "pgaudit.log = 'all'\n");
		my $from = -s $node->logfile;

		check_rules($node, $libraries);
		my $log = log_since($node, $from);
		like($log, qr/AUDIT: SESSION,.*ROLE,ALTER ROLE,.*ALTER ROLE gk_user CREATEDB/,
			"$libraries: pgaudit logged what was allowed");
		like($log, qr/AUDIT: SESSION,.*WRITE,INSERT,.*INSERT INTO gk\.t/,
			"$libraries: ... and ordinary work");
		unlike($log, qr/was terminated by signal|PANIC|TRAP/, "$libraries: nothing crashed");
		$node->stop;
	}
}

foreach my $libraries ('pgextwlist,pg_gatekeeper', 'pg_gatekeeper,pgextwlist')
{
  SKIP:
	{
		skip 'pgextwlist is not installed', 1 if !$there{pgextwlist};
		my $scripts = PostgreSQL::Test::Utils::tempdir();
		my $node = node_with($libraries,
			"extwlist.extensions = 'hstore,citext'\nextwlist.custom_path = '$scripts'\n");
		my $gained = q{SELECT rolsuper OR pg_has_role('gk_user', 'pg_read_server_files', 'member')
			FROM pg_roles WHERE rolname = 'gk_user'};

		check_rules($node, $libraries);

		# allowed: a whitelisted extension with a well-behaved script
		allowed_for($node, 'gk_user', 'CREATE EXTENSION hstore',
			"$libraries: a user creates an extension");
		is(value_of($node, q{SELECT 'a=>1'::hstore -> 'a'}), '1', "$libraries: ... which works");
		is( value_of($node, q{SELECT rolname FROM pg_proc p JOIN pg_roles r ON r.oid = proowner
				WHERE proname = 'hstore_in'}),
			'postgres', "$libraries: ... and was made with superuser rights");
		allowed_for($node, 'gk_user', 'DROP EXTENSION hstore', "$libraries: he drops it");

		# Code that takes over a script while that has superuser rights: here by
		# an event trigger, ...
		value_of($node, q{CREATE FUNCTION gk.hijack() RETURNS event_trigger LANGUAGE plpgsql AS
			$$BEGIN EXECUTE current_setting('gk_probe.statement'); END$$;
			CREATE EVENT TRIGGER hijack ON ddl_command_end WHEN TAG IN ('CREATE TYPE')
				EXECUTE FUNCTION gk.hijack()});
		foreach my $statement ('ALTER ROLE gk_user SUPERUSER', 'GRANT pg_read_server_files TO gk_user')
		{
			denied_for($node, 'gk_user',
				"SET gk_probe.statement = '$statement'; CREATE EXTENSION hstore",
				"$libraries: a script that was taken over cannot $statement");
		}
		is(value_of($node, $gained), 'f', "$libraries: he gained nothing");
		allowed_for($node, 'gk_user', q{SET gk_probe.statement = 'SELECT 1'; CREATE EXTENSION hstore},
			"$libraries: one that does no harm is allowed");
		value_of($node, 'DROP EVENT TRIGGER hijack');

		# ... and by the neighbour's own custom script.
		mkdir "$scripts/citext" or die $!;
		open my $fh, '>', "$scripts/citext/after-create.sql" or die $!;
		print $fh 'DO $$BEGIN EXECUTE current_setting(\'gk_probe.statement\'); END$$;', "\n";
		close $fh;
		denied_for($node, 'gk_user',
			q{SET gk_probe.statement = 'ALTER ROLE gk_user SUPERUSER'; CREATE EXTENSION citext},
			"$libraries: nor can a custom script");
		is(value_of($node, $gained), 'f', "$libraries: he gained nothing from that");
		allowed_for($node, 'gk_user', q{SET gk_probe.statement = 'SELECT 1'; CREATE EXTENSION citext},
			"$libraries: one that does no harm is allowed, too");
		$node->stop;
	}
}

foreach my $libraries (join(',', @contrib, 'pg_gatekeeper'), join(',', 'pg_gatekeeper', @contrib))
{
  SKIP:
	{
		skip 'contrib is not installed', 1 if !@contrib;
		my $node = node_with($libraries, "auto_explain.log_min_duration = 0\n"
			  . "auto_explain.log_nested_statements = on\nauth_delay.milliseconds = 1\n");
		my $from = -s $node->logfile;
		my %with = map { $_ => 1 } @contrib;

		check_rules($node, $libraries);
		if ($with{pg_stat_statements})
		{
			value_of($node, 'CREATE EXTENSION pg_stat_statements');
			allowed_for($node, 'gk_user', 'SELECT 4711 AS counted', "$libraries: an ordinary query");
			is( value_of($node, q{SELECT calls FROM pg_stat_statements
					WHERE query LIKE '%AS counted' AND userid = 'gk_user'::regrole}),
				'1', "$libraries: ... is counted by pg_stat_statements");
			allowed_for($node, 'postgres', 'SELECT pg_stat_statements_reset()', "$libraries: ... which can be reset");
		}
		if ($with{passwordcheck})
		{
			my ($ok, $out, $err) = run_as($node, 'postgres', q{ALTER ROLE gk_user PASSWORD 'short'});
			like($err, qr/password is too short/, "$libraries: passwordcheck refuses a weak password");
			allowed_for($node, 'postgres', q{ALTER ROLE gk_user PASSWORD 'long enough 4711'},
				"$libraries: ... and takes a better one");
			denied_for($node, 'gk_user', q{SELECT gk.as_definer($q$ALTER ROLE postgres PASSWORD 'long enough 4711'$q$)},
				"$libraries: a superuser's is refused to an elevated user");
		}
		my $log = log_since($node, $from);
		like($log, qr/duration: .* plan:\n\s*Query Text: .*counted/, "$libraries: auto_explain shows plans")
		  if $with{auto_explain} && $with{pg_stat_statements};
		unlike($log, qr/was terminated by signal|PANIC|TRAP/, "$libraries: nothing crashed");
		$node->stop;
	}
}

done_testing();
