#
# From a tarball without git, the tarball can be made again, with the same bytes;
# and the lists of names that are kept by hand agree.
#
# Copyright (c) 2026, the pg_gatekeeper authors
# SPDX-License-Identifier: PostgreSQL

use strict;
use warnings;
use Cwd qw(abs_path);
use Digest::SHA;
use File::Basename qw(dirname);
use File::Temp qw(tempdir);
use Test::More;

my $top = abs_path($ENV{GK_TOP} || dirname(__FILE__) . '/../..');
my $work = tempdir(CLEANUP => 1);

sub sha256 { return Digest::SHA->new(256)->addfile($_[0])->hexdigest }

SKIP:
{
	skip 'git is not installed', 4 if system('command -v git >/dev/null') != 0;
	local %ENV = (%ENV, HOME => $work, map { $_ => 'test@example.org' }
		  qw(GIT_AUTHOR_NAME GIT_AUTHOR_EMAIL GIT_COMMITTER_NAME GIT_COMMITTER_EMAIL));

	is(system("mkdir '$work/tree' && cd '$top' && tar cf - Makefile README.md .gitignore test/packages |"
			  . " tar xf - -C '$work/tree' && cd '$work/tree' && git init -q && git add -A && git commit -q -m tree"
			  . " && test/packages/dist '$work/one' >/dev/null && tar xzf '$work/one'/*.gz -C '$work'"),
		0, 'a tarball is made and unpacked');
	my ($unpacked) = glob "$work/pg_gatekeeper-*";
	is(system("cd '$unpacked' && touch left-behind.o && test/packages/dist '$work/two' >/dev/null"), 0, 'it makes one itself');
	is(sha256(glob "$work/two/*.gz"), sha256(glob "$work/one/*.gz"), '... the same');
	unlink "$unpacked/.manifest";
	isnt(system("cd '$unpacked' && test/packages/dist '$work/three' >/dev/null 2>&1"), 0,
		'... and none without the list of its files');
}

# The completions of all shells know the rules.
sub slurp
{
	open my $fh, '<', "$top/$_[0]" or return '';
	local $/;
	return scalar <$fh>;
}
my @rules = slurp('src/base/rule_catalogue.c') =~ /\.name\s*=\s*"(\w+)"/g;
foreach my $file (qw(bash-completion/pg_gatekeeper zsh/_pg_gatekeeper fish/pg_gatekeeper.fish))
{
	my $text = slurp("conf/$file");
	is(join(' ', grep { $text !~ /\b$_\b/ } @rules), '', "conf/$file has each rule");
}

done_testing();
