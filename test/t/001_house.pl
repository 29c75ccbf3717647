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
	my @files = grep { -f } map { glob "$top/src/$_" } qw(*.c *.h */*.c */*.h */*/*.c */*/*.h);
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

# The house: what a folder of src may use beside itself.  A file that stands in
# none of them belongs to the spine, which may use everything but the command.
my %may_use = (
	rules => [qw(origin base common)],
	sandbox => [qw(origin base common)],
	audit => [qw(origin base common)],
	identity => [qw(base common)],
	origin => [qw(base common)],
	base => [qw(common)],
	common => [],
	cli => [qw(common)],
	spine => [qw(rules sandbox audit identity origin base common)],
);

sub folder { return $_[0] =~ m{^([^/]+)/} ? $1 : 'spine' }

sub may_use
{
	my ($from, $to) = map { folder($_) } @_;
	return $from eq $to || (grep { $_ eq $to } @{ $may_use{$from} // [] }) > 0;
}

# What stands against the table today, each waiting for its step.  These lists only
# get shorter: what is no longer true has to be taken out.
my %include_exceptions = map { $_ => 1 } (
	'base/gatekeeper.h: gate.h',
	'base/gatekeeper.h: origin/origin.h',
	'base/gatekeeper.h: rules/checks.h',
);
my %call_exceptions = map { $_ => 1 } (
);

sub includes_against_the_house
{
	my ($file, $text) = @_;
	my @wrong;
	while ($text =~ /^#include "([^"]+)"/mg)
	{
		my $other = $1;
		push @wrong, "$file: $other"
		  if (-e "$top/src/$other" || $other =~ m{^gate\.h$}) && !may_use($file, $other);
	}
	return @wrong;
}

my @laws = (
	{
		law => 'includes go down only, by the table of the house',
		judge => sub { return grep { !$include_exceptions{$_} } includes_against_the_house(@_) },
		bad => [
			[ 'rules/roles.c', "#include \"audit/audit.h\"\n" ],
			[ 'audit/fields.c', "#include \"gate.h\"\n" ],
			[ 'common/text.h', "#include \"base/gatekeeper.h\"\n" ],
			[ 'attic/old.c', "#include \"base/gatekeeper.h\"\n" ]
		],
		good => [
			[ 'gate.c', "#include \"audit/audit.h\"\n" ],
			[ 'rules/roles.c', "#include \"origin/origin.h\"\n#include \"rules/checks.h\"\n" ],
			[ 'cli/main.c', "#include \"cli.h\"\n#include \"config.h\"\n" ]
		],
	},
	{
		law => 'only requests.c and hooks.c call the gate',
		judge => sub {
			return if $_[0] =~ m{^(?:gate|requests|hooks)\.[ch]$};
			return lines_with($_[0], bare($_[1]), qr/\bgk_gate\w*(?=\()/);
		},
		bad => [ [ 'origin/x.c', "\tgk_gate(&request, 0, NULL);\n" ] ],
		good => [ [ 'requests.c', "\tgk_gate(&request, 0, NULL);\n" ] ],
	},
	{
		law => 'only gate.c, classes.c and label_provider.c record an action',
		judge => sub {
			return if $_[0] =~ m{^(?:gate\.c|classes\.c|label_provider\.c|base/gatekeeper\.h|audit/audit\.[ch])$};
			return lines_with($_[0], bare($_[1]), qr/\bgk_audit_record\b/);
		},
		bad => [ [ 'requests.c', "\tgk_audit_record(&event, &seq);\n" ] ],
		good => [ [ 'gate.c', "\tgk_audit_record(&event, &seq);\n" ] ],
	},
	{
		law => 'nothing in origin, base and common raises, but that something is too deep',
		judge => sub {
			return if folder($_[0]) !~ /^(?:origin|base|common)$/;
			my $text = bare($_[1]);
			$text =~ s/ereport\(ERROR,\s*\(errcode\(ERRCODE_STATEMENT_TOO_COMPLEX\)/told/g;
			return lines_with($_[0], $text, qr/\b(?:ereport|elog|errfinish|ThrowErrorData|pg_re_throw|PG_RE_THROW)\b/);
		},
		bad => [
			[ 'origin/x.c', "\tereport(ERROR,\n\t\t\t(errcode(ERRCODE_SYNTAX_ERROR)));\n" ],
			[ 'base/x.c', "\telog(ERROR, \"no\");\n" ]
		],
		good => [
			[ 'origin/x.c', "\tereport(ERROR,\n\t\t\t(errcode(ERRCODE_STATEMENT_TOO_COMPLEX)));\n" ],
			[ 'gate.c', "\telog(ERROR, \"no\");\n" ]
		],
	},
	{
		law => 'only compat.h asks for the server version',
		judge => sub {
			return if $_[0] eq 'base/compat.h';
			# a macro or header of some version is the same question in disguise; the
			# sandbox asks for the system and its calls, which is another
			my $text = bare($_[1]);
			$text =~ s/\b__has_include\(<linux\/|^#\s*ifn?def\s+(?:__linux__|__x86_64__|SYS_|SECCOMP_)//mg
			  if $_[0] =~ m{^sandbox/};
			return lines_with($_[0], $text,
				qr/\bPG_VERSION_NUM\b|\bPG_MAJORVERSION\w*|\b__has_include\b|^#\s*ifn?def\s+(?!GK_|GATEKEEPER_H)\w+/);
		},
		bad => [
			[ 'gate.c', "#if PG_VERSION_NUM >= 160000\n" ],
			[ 'gate.c', "#ifdef ROLE_PG_MAINTAIN\n" ],
			[ 'gate.c', "#if __has_include(\"utils/conffiles.h\")\n" ]
		],
		good => [ [ 'sandbox/x.c', "#ifdef SYS_fork\n#ifdef __linux__\n" ], [ 'gate.c', "/* PG_VERSION_NUM */\n#ifdef GK_HAVE_ROLE_MAINTAIN\n#ifndef GATE_H\n" =~ s/GATE_H/GK_GATE_H/r ] ],
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
		law => 'no function over 60 lines, but for tables',
		judge => sub {
			my (@wrong, $name, $began);
			my $n = 0;
			foreach (split /\n/, bare($_[1]))
			{
				$n++;
				$name = $1 if /^(?!static const\b|typedef\b|struct\b|enum\b)(?:\w[\w *]*?)?\b(\w+)\((?!.*;)/;
				undef $name if /^[^\s{}#].*[=;]\s*$|^(?:typedef|struct|static const struct)\b/;
				$began = $n if /^\{/;
				push @wrong, "$_[0]:$began: $name() has @{[ $n - $began + 1 ]} lines" if /^\}/ && $name && $n - $began >= 60;
				undef $name if /^\}/;
			}
			return @wrong;
		},
		bad => [ [ 'gate.c', "static bool\ngk_gate(int a,\n\t\tint b)\n{\n" . "\tx();\n" x 59 . "}\n" ] ],
		good => [
			[ 'gate.c', "static bool\ngk_gate(int a,\n\t\tint b)\n{\n" . "\tx();\n" x 58 . "}\n" ],
			[ 'gate.c', "static void\nf(void)\n{\n}\n\nstatic const struct\n{\n\tint\t\ta;\n}\t\t\tt[] =\n{\n" . "\t{f(1)},\n" x 70 . "};\n" ]
		],
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
my @objects = grep { !m{/cli/} && -e s/o$/c/r } glob "$top/src/*.o $top/src/*/*.o";
my @defined = map { qx(nm --extern-only --defined-only '$_') } @objects;
cmp_ok(scalar(@defined), '>', 5, 'there are symbols to judge');
is("@{[ alien_symbols(@defined) ]}", '', 'every global symbol begins gk_');

# The linker's word for who calls whom: {file}{file} => a symbol.
sub calls_by_linker
{
	my (%owner, %wants, %calls);
	foreach my $object (@_)
	{
		my $file = substr($object, length("$top/src/")) =~ s/o$/c/r;
		foreach (qx(nm --extern-only '$object'))
		{
			$owner{$1} = $file if /\s[A-TV-Z]\s+(gk_\w+)$/;
			push @{ $wants{$file} }, $1 if /\sU\s+(gk_\w+)$/;
		}
	}
	foreach my $file (keys %wants)
	{
		foreach (@{ $wants{$file} })
		{
			$calls{$file}{ $owner{$_} } = $_ if $owner{$_} && $owner{$_} ne $file;
		}
	}
	return \%calls;
}

# Tarjan: the circles, the largest first.
sub circles
{
	my ($calls) = @_;
	my (%index, %low, %on, @stack, @circles);
	my $visit;
	$visit = sub {
		my ($v) = @_;
		$index{$v} = $low{$v} = scalar keys %index;
		push @stack, $v;
		$on{$v} = 1;
		foreach my $w (sort keys %{ $calls->{$v} // {} })
		{
			my $seen = defined $index{$w};
			$visit->($w) if !$seen;
			my $reach = $seen ? $on{$w} ? $index{$w} : $index{$v} : $low{$w};
			$low{$v} = $reach if $reach < $low{$v};
		}
		return if $low{$v} != $index{$v};
		my @circle;
		do
		{
			push @circle, pop @stack;
			$on{ $circle[-1] } = 0;
		} while $circle[-1] ne $v;
		push @circles, [ sort @circle ] if @circle > 1;
	};
	$visit->($_) foreach grep { !defined $index{$_} } sort keys %$calls;
	return sort { @$b <=> @$a } @circles;
}

is_deeply(
	[ circles({ a => { b => 1 }, b => { c => 1 }, c => { b => 1, d => 1 }, d => {}, e => { f => 1 }, f => { g => 1 }, g => { e => 1 } }) ],
	[ [qw(e f g)], [qw(b c)] ],
	'the law can tell: circles of calls');

my $calls = calls_by_linker(@objects);
my @against = map { my $file = $_; map { "$file: $_" } grep { !may_use($file, $_) } keys %{ $calls->{$file} } } keys %$calls;
is(join("\n", grep { !$call_exceptions{$_} } sort @against), '', 'calls go down only, by the table of the house');

my @circles = map { "@$_" } circles($calls);
is(join("\n", @circles), '', 'no files stand in a circle of calls');

# What a list of exceptions names must be so.
my %now = map { $_ => 1 } @against, map { includes_against_the_house($_, $source{$_}) } keys %source;
is(join("\n", grep { !$now{$_} } sort keys %call_exceptions, keys %include_exceptions),
	'', 'no exception from the table of the house has become needless');

# What the guide to src names must be there.
my $guide = slurp("$top/src/README.md") // '';
my %base_name = map { basename($_) => 1 } keys %source;
my @named = grep { !/NAME|[<*]/ } $guide =~ /`(?:[a-z]+\/)?([\w<>*]+\.[ch])`/g;
cmp_ok(scalar(@named), '>', 50, 'src/README.md names files');
is(join(' ', grep { !$base_name{$_} } @named), '', '... that are there');

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
is(scalar(@circumstances), 6, 'circumstances.c has circumstances');
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
