# Functions of modules that are not installed here, called: PL/R, pgpool-II,
# plugin_debugger, adminpack, pg_dirtyread.  A library of our own has functions with
# their C symbols, by which they are listed.
#
# Copyright (c) 2026, the pg_gatekeeper authors
# SPDX-License-Identifier: PostgreSQL

use strict;
use warnings;
use GkTest;
use Test::More;

my %symbols = (
	untrusted_language => [qw(install_rcmd reload_plr_modules)],
	server_control => [
		qw(pgpool_pgctl pgpool_recovery pgpool_remote_start
		  pldbg_attach_to_port pldbg_create_listener pldbg_deposit_value pldbg_set_breakpoint
		  pldbg_set_global_breakpoint pldbg_wait_for_breakpoint pldbg_wait_for_target)
	],
	server_files => [
		qw(pg_file_write pg_file_write_v1_1 pg_file_sync pg_file_rename pg_file_rename_v1_1
		  pg_file_unlink pg_file_unlink_v1_1 pg_logdir_ls pg_logdir_ls_v1_1)
	],
	catalog_secrets => [qw(pg_dirtyread)],
);
my @all = map { @$_ } @symbols{ sort keys %symbols };

my $config = $ENV{PG_CONFIG} || 'pg_config';
chomp(my $include = qx('$config' --includedir-server));
plan skip_all => 'there is no compiler' if system('command -v cc >/dev/null') != 0 || !-e "$include/postgres.h";
my $dir = PostgreSQL::Test::Utils::tempdir();
open my $fh, '>', "$dir/others.c" or die "$dir/others.c: $!";
print $fh qq{#include "postgres.h"\n#include "fmgr.h"\n#include "utils/builtins.h"\nPG_MODULE_MAGIC;\n};
print $fh qq{PG_FUNCTION_INFO_V1($_);\nDatum $_(PG_FUNCTION_ARGS) { return CStringGetTextDatum("ran"); }\n} foreach @all, 'harmless';
close $fh or die "$dir/others.c: $!";
system("cc -fPIC -shared -w -I'$include' -o '$dir/others.so' '$dir/others.c'") == 0 or die 'others.c does not compile';
chmod 0755, $dir;

my $node = new_gatekeeper_node('others');
load_probes($node);
value_of($node, join '', map { "CREATE FUNCTION gk.$_(text) RETURNS text LANGUAGE c AS '$dir/others.so', '$_';\n" } @all, 'harmless');

foreach my $rule (sort keys %symbols)
{
	foreach my $symbol (@{ $symbols{$rule} })
	{
		denied_for($node, 'gk_user', "SELECT gk.as_definer('SELECT gk.$symbol(\$\$x\$\$)')",
			"elevated, $symbol is denied", qr/is not allowed.*\b$rule\b/s);
	}
	value_of($node, "ALTER SYSTEM SET gatekeeper.$rule = 'off'");
}
allowed_for($node, 'gk_user', q{SELECT gk.as_definer('SELECT gk.harmless($$x$$)')}, 'what is not listed is allowed');
is(value_of($node, 'SELECT ' . join ' || ', map { "gk.$_('x')" } @all), 'ran' x @all, 'a superuser may call them in a session of their own');
reload_and_wait($node);
allowed_for($node, 'gk_user', "SELECT gk.as_definer('SELECT gk.$symbols{$_}[0](\$\$x\$\$)')", "allowed with $_ off")
  foreach sort keys %symbols;

$node->stop;
done_testing();
