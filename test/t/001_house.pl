#
# The house laws: what keeps the source in its shape, and the lists that must
# agree.  Each law is a function from a file's name and text to what it objects
# to; before it judges the source it must object to a bad sample and let a good
# one pass, so that a law which cannot fail is noticed.
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
	open my $fh, '<', $_[0] or return undef;
	local $/;
	return scalar <$fh>;
}

sub source_files
{
	my @files = map { glob "$top/src/$_" } qw(*.c *.h */*.c */*.h);
	return map { substr($_, length("$top/src/")) => slurp($_) } @files;
}

# Code without comments and strings; line numbers stay.
sub bare
{
	my ($text) = @_;
	$text =~ s{(/\*.*?\*/)|("(?:[^"\\\n]|\\.)*")}
			  {my $c = $1 // ''; defined $2 ? '""' : $c =~ tr/\n//cdr}gse;
	return $text;
}

# Every line of the text that matches, as "file:line: match".
sub lines_with
{
	my ($file, $text, $pattern) = @_;
	my @found;
	my $n = 0;
	foreach my $line (split /\n/, $text, -1)
	{
		$n++;
		push @found, "$file:$n: $1" while $line =~ /($pattern)/g;
	}
	return @found;
}

sub is_check { return basename($_[0]) =~ /^check_\w+\.c$/ }

# The first comment of a file.
sub header
{
	return $_[0] =~ m{\A/\*(.*?)\*/}s ? $1 : '';
}

my @laws = (
	{
		law => 'only compat.h asks for the server version',
		judge => sub {
			return if $_[0] eq 'base/compat.h';
			return lines_with($_[0], bare($_[1]), qr/\bPG_VERSION_NUM\b|\bPG_MAJORVERSION\w*/);
		},
		bad => [ [ 'gate.c', "#if PG_VERSION_NUM >= 160000\n" ] ],
		good => [ [ 'gate.c', "/* PG_VERSION_NUM */\n#ifdef ROLE_PG_MAINTAIN\n" ] ],
	},
	{
		law => 'only refusal.c raises ERRCODE_INSUFFICIENT_PRIVILEGE, and only gate.c asks it to',
		judge => sub {
			return if $_[0] =~ /^(?:refusal\.c|gate\.[ch])$/;
			return lines_with($_[0], bare($_[1]), qr/\bERRCODE_INSUFFICIENT_PRIVILEGE\b|\bgk_deny\b/);
		},
		bad => [
			[ 'roles.c', "errcode(ERRCODE_INSUFFICIENT_PRIVILEGE)\n" ],
			[ 'requests.c', "\tgk_deny(&event, level, seq, true);\n" ]
		],
		good => [ [ 'roles.c', "errcode(ERRCODE_SYNTAX_ERROR)\n" ] ],
	},
	{
		law => 'only hooks.c names a hook variable',
		judge => sub {
			return if $_[0] eq 'hooks.c';
			return lines_with($_[0], bare($_[1]),
				qr/\b\w+_hook\b|\bstandard_ProcessUtility\b|\bstandard_Executor\w+/);
		},
		bad => [
			[ 'gate.c', "next = ProcessUtility_hook;\n" ],
			[ 'gate.c', "needs_fmgr_hook = mine;\n" ],
			[ 'gate.c', "standard_ProcessUtility(p);\n" ]
		],
		good => [ [ 'gate.c', "/* object_access_hook */\ngk_install_hooks();\n" ] ],
	},
	{
		law => 'only rules.c lists checks, and no check calls another',
		judge => sub {
			return if $_[0] =~ m{^rules/(rules\.c|checks\.h)$};
			my $text = bare($_[1]);
			# its own definitions stand at the beginning of a line
			$text =~ s/^gk_check_\w+(?=\()//gm if is_check($_[0]);
			return lines_with($_[0], $text, qr/\bgk_check_\w+/);
		},
		bad => [
			[ 'gate.c', "\tgk_check_copy_file(r, f);\n" ],
			[ 'check_copy.c', "bool\ngk_check_copy_file(a)\n{\n\treturn gk_check_copy_program(a);\n}\n" ]
		],
		good => [ [ 'check_copy.c', "bool\ngk_check_copy_file(a)\n{\n}\n" ] ],
	},
	{
		law => 'a check neither raises, nor audits, nor runs a statement, nor asks for circumstances',
		judge => sub {
			return if !is_check($_[0]);
			return lines_with($_[0], bare($_[1]),
				qr/\b(?:ereport|elog|errcode|gk_audit\w+|gk_gate\w*|gk_circumstances|SPI_\w+|ProcessUtility|pg_parse_query)\b/
			);
		},
		bad => [
			[ 'check_x.c', "\tereport(ERROR, (errmsg(\"no\")));\n" ],
			[ 'check_x.c', "\telog(ERROR, \"no\");\n" ],
			[ 'check_x.c', "\tgk_audit_record(e);\n" ],
			[ 'check_x.c', "\tSPI_execute(s);\n" ]
		],
		good => [
			[ 'check_x.c', "\t/* never ereport() */\n\tfinding->action = \"ereport\";\n" ],
			[ 'gate.c', "\tereport(ERROR, (errmsg(\"no\")));\n" ]
		],
	},
	{
		law => 'no malloc in backend code',
		judge => sub {
			return if $_[0] =~ m{^cli/};
			return lines_with($_[0], bare($_[1]),
				qr/(?<![>.\w])(?:malloc|calloc|realloc|strdup|strndup|asprintf|vasprintf|free)\s*\(/);
		},
		bad => [ [ 'gate.c', "\tp = malloc(1);\n" ], [ 'audit/x.c', "\tfree (p);\n" ] ],
		good => [ [ 'gate.c', "\tpfree(p);\n\tp = pstrdup(q);\n" ], [ 'cli/x.c', "\tfree(p);\n" ] ],
	},
	{
		law => 'no file over 400 lines',
		judge => sub {
			my $n = $_[1] =~ tr/\n//;
			return $n > 400 ? "$_[0]: $n lines" : ();
		},
		bad => [ [ 'gate.c', "\n" x 401 ] ],
		good => [ [ 'gate.c', "\n" x 400 ] ],
	},
	{
		law => 'every extern begins gk_',
		judge => sub {
			return grep { !/\bgk_\w+\s*(?:\(|;|\[|$)/ }
			  lines_with($_[0], bare($_[1]), qr/^extern\b.*/);
		},
		bad => [
			[ 'gatekeeper.h', "extern int\tmode;\n" ],
			[ 'gatekeeper.h', "extern bool check_it(int gk_mode);\n" ]
		],
		good => [ [ 'gatekeeper.h', "extern bool gk_check_it(int a);\nextern int\tgk_l[N];\n" ] ],
	},
	{
		law => 'no OID written as a number',
		judge => sub {
			return lines_with($_[0], bare($_[1]),
				qr/\bOid\s+\w+\s*=\s*[1-9]\d*\b
				  |\bObjectIdGetDatum\(\s*\d
				  |\b\w*(?:oid|relid|classid|funcid|objid|roleid|Oid)\s*[=!<>]=?\s*[1-9]\d*\b
				  |\bcase\s+[1-9]\d{2,}\s*:
				  |\(Oid\)\s*[1-9]/x);
		},
		bad => [
			[ 'gate.c', "\tif (classid == 1260)\n" ],
			[ 'gate.c', "\tOid\t\trole = 10;\n" ],
			[ 'gate.c', "\tcase 1255:\n" ],
			[ 'gate.c', "\tSearchSysCache1(PROCOID, ObjectIdGetDatum(1242));\n" ]
		],
		good => [
			[ 'gate.c', "\tif (classid == AuthIdRelationId)\n\tOid x = 0;\n\tcase 10:\n" ]
		],
	},
	{
		law => 'each file says its name, its purpose and its licence',
		judge => sub {
			my $header = header($_[1]);
			my $name = basename($_[0]);
			my @wrong;
			push @wrong, "$_[0]: no name and purpose"
			  if $header !~ /^ \* (?:\w+\/)*\Q$name\E\n \*\t  \S/m;
			push @wrong, "$_[0]: no copyright"
			  if $header !~ /^ \* Copyright \(c\) 2026, the pg_gatekeeper authors$/m;
			push @wrong, "$_[0]: no licence"
			  if $header !~ /^ \* SPDX-License-Identifier: PostgreSQL$/m;
			return @wrong;
		},
		bad => [ [ 'gate.c', "#include \"gatekeeper.h\"\n" ] ],
		good => [
			[
				'gate.c',
				"/*---\n *\n * gate.c\n *\t  Decides.\n *\n"
				  . " * Copyright (c) 2026, the pg_gatekeeper authors\n"
				  . " * SPDX-License-Identifier: PostgreSQL\n *\n *---\n */\n"
			]
		],
	},
	{
		law => 'each check says what it does not see',
		judge => sub {
			return if !is_check($_[0]) || header($_[1]) =~ /^ \* Does not see:\s+\S/m;
			return "$_[0]: its header does not end with \"Does not see:\"";
		},
		bad => [ [ 'check_x.c', "/*\n * check_x.c\n */\n/* Does not see: this */\n" ] ],
		good => [ [ 'check_x.c', "/*\n * Does not see: what it cannot.\n */\n" ] ],
	},
);

my %source = source_files();
cmp_ok(scalar(keys %source), '>', 5, 'there is source to judge');

foreach my $law (@laws)
{
	my $judge = $law->{judge};
	my @blind = grep { !$judge->(@$_) } @{ $law->{bad} };
	my @strict = grep { $judge->(@$_) } @{ $law->{good} };

	is("@{[ map { $_->[1] } @blind, @strict ]}", '', "the law can tell: $law->{law}");
	my @found = map { $judge->($_, $source{$_}) } sort keys %source;
	is(join("\n", @found), '', $law->{law});
}

# The compiler's word for it: what an object file defines for all, beside what a
# sanitizer adds.
sub alien_symbols
{
	return grep { !/^(gk_\w+|pg_finfo_gk_\w+|_PG_init|Pg_magic_func|__odr_asan\.gk_\w+)$/ }
	  map { /\s[A-Z]\s+(\S+)$/ ? $1 : () } @_;
}
is_deeply([ alien_symbols('0000 T gk_gate', '0010 D mode', '0020 T _PG_init') ],
	['mode'], 'the law can tell: every global symbol begins gk_');
my @objects = grep { !m{/cli/} } glob "$top/src/*.o $top/src/*/*.o";
my @defined = map { qx(nm --extern-only --defined-only '$_') } @objects;
cmp_ok(scalar(@defined), '>', 5, 'there are symbols to judge');
is("@{[ alien_symbols(@defined) ]}", '', 'every global symbol begins gk_');

# ------------------------------------------------------------------------
# The lists that must agree
# ------------------------------------------------------------------------

my $man = slurp("$top/man/pg_gatekeeper.7") // '';
my ($conf_file) = glob "$top/conf/*.conf";
my $conf = slurp($conf_file // '') // '';

sub section
{
	my ($name) = @_;
	return $man =~ /^\.Sh "?\Q$name\E"?$(.*?)(?=^\.Sh |\z)/ms ? $1 : '';
}

# What is missing here, what is here but nowhere else, and what is here twice.
sub agree
{
	my ($have, $want, $what) = @_;
	my (%have, %want);
	$have{$_}++ foreach @$have;
	$want{$_}++ foreach @$want;
	my @wrong = ((map { "missing: $_" } grep { !$have{$_} } sort keys %want),
		(map { "unknown: $_" } grep { !$want{$_} } sort keys %have),
		(map { "twice: $_" } grep { $have{$_} > 1 } sort keys %have));
	is(join("\n", @wrong), '', $what);
}

my @rules = ($source{'base/rule_catalogue.c'} // '') =~ /\.name\s*=\s*"(\w+)"/g;
my @globals = ($source{'settings.c'} // '') =~ /"gatekeeper\.([a-z_]{2,})"/g;
my @circumstances = do
{
	my ($names) = ($source{'origin/circumstances.c'} // '') =~ /circumstance_names\[[^=]*=\s*\{(.*?)\}/s;
	($names // '') =~ /"(\w+)"/g;
};
my %fields;
foreach my $file (grep { m{^audit/} } keys %source)
{
	$fields{$_} = 1 foreach $source{$file} =~ /"(GATEKEEPER_[A-Z_]+)"/g;
}

cmp_ok(scalar(@rules), '>=', 12, 'rule_catalogue.c has rules');
is( join(' ', grep { !/^(\w+)\] = \{\s+\.id = \1,/ }
		  ($source{'base/rule_catalogue.c'} // '') =~ /^\t\[(\w+\] = \{\s+\S+ \S+ \S+)/mg),
	'', 'each has its place as its id');
cmp_ok(scalar(@globals), '>=', 12, 'settings.c has settings');
is(scalar(@circumstances), 5, 'circumstances.c has circumstances');
cmp_ok(scalar(keys %fields), '>=', 30, 'the audit has fields');

agree([ $man =~ /^\.It Va gatekeeper\.(\w+)/mg ],
	[ @rules, @globals ], 'the man page has each setting, once, and no other');
agree([ section('RULES') =~ /^\.It Va gatekeeper\.(\w+)/mg ],
	\@rules, 'its section RULES has each rule and nothing else');
agree([ section('CIRCUMSTANCES') =~ /^\.It Em (\w+)/mg ],
	\@circumstances, 'its section CIRCUMSTANCES has each circumstance');
agree([ $man =~ /^\.It Dv (GATEKEEPER_\w+)/mg ],
	[ keys %fields ], 'it has each field of a record, once, and no other');
agree([ $conf =~ /^#?\s*gatekeeper\.(\w+)\s*=/mg ],
	[ @rules, @globals ], 'the drop-in has each setting, once, and no other');

# Pages that readers of any kind understand.
SKIP:
{
	skip 'mandoc is not installed', 1 if system('command -v mandoc >/dev/null') != 0;
	is(join('', map { qx(mandoc -T lint -W warning '$_' 2>&1) } glob "$top/man/*.[17]"),
		'', 'mandoc has no warnings');
}
SKIP:
{
	skip 'man is not installed', 1 if system('command -v man >/dev/null') != 0;
	local $ENV{LC_ALL} = 'C.UTF-8';
	local $ENV{MANROFFSEQ} = '';
	local $ENV{MANWIDTH} = 80;
	is( join('', map { qx(man --warnings -E UTF-8 -l -Tutf8 -Z '$_' 2>&1 >/dev/null) }
			  glob "$top/man/*.[17]"),
		'', 'man has no warnings');
}

foreach my $original (qw(pg_security_agent pg_security_agent_strict pg_security_agent_reserved_roles))
{
	ok($man =~ /aiven\.$original\b/, "the man page translates aiven.$original");
}

foreach my $rule (@rules)
{
	my $sql = slurp("$top/test/sql/$rule.sql") // '';
	my $out = slurp("$top/test/expected/$rule.out") // '';

	ok( $sql =~ /^-- allowed: \S/m && $sql =~ /^-- denied: \S/m,
		"test/sql/$rule.sql says why things are allowed and denied");
	ok( $out =~ /^ERROR:  pg_gatekeeper: .* is not allowed$/m,
		"test/expected/$rule.out shows a denial");
}

my @sql = map { basename($_, '.sql') } glob "$top/test/sql/*.sql";
my @expected = map { basename($_, '.out') } glob "$top/test/expected/*.out";
agree(\@expected, \@sql, 'each SQL test has one expected output, without alternates');

done_testing();
