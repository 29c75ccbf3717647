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
use JSON::PP qw(decode_json);
use Test::More;

my $top = abs_path($ENV{GK_TOP} || dirname(__FILE__) . '/../..');
my $work = tempdir(CLEANUP => 1);

sub slurp_path
{
	open my $fh, '<', $_[0] or return '';
	local $/;
	return scalar <$fh>;
}

sub sha256 { return Digest::SHA->new(256)->addfile($_[0])->hexdigest }

SKIP:
{
	skip 'git is not installed', 8 if system('command -v git >/dev/null') != 0;
	local %ENV = (%ENV, HOME => $work, map { $_ => 'test@example.org' }
		  qw(GIT_AUTHOR_NAME GIT_AUTHOR_EMAIL GIT_COMMITTER_NAME GIT_COMMITTER_EMAIL));

	is(system("mkdir '$work/tree' && cd '$top' && tar cf - Makefile README.md .gitignore test/packages |"
			  . " tar xf - -C '$work/tree' && cd '$work/tree' && git init -q && git add -A && git commit -q -m tree"
			  . " && test/packages/dist '$work/one' >/dev/null && tar xzf '$work/one'/*.gz -C '$work'"),
		0, 'a tarball is made and unpacked');
	my ($unpacked) = glob "$work/pg_gatekeeper-*";
	is(system("cd '$unpacked' && touch left-behind.o && test/packages/dist '$work/two' >/dev/null"), 0, 'it makes one itself');
	is(sha256(glob "$work/two/*.gz"), sha256(glob "$work/one/*.gz"), '... the same');

	my ($tarball) = glob "$work/one/*.gz";
	is(system("'$top/test/packages/sbom' '$tarball' '$work/one' >/dev/null && '$top/test/packages/sbom' '$tarball' '$work/two' >/dev/null"),
		0, 'a bill of materials is made of it');
	my ($bill) = glob "$work/one/*.spdx.json";
	is(sha256($bill), sha256(glob "$work/two/*.spdx.json"), '... the same each time');
	my $spdx = eval { decode_json(slurp_path($bill)) } // {};
	my %listed = map { $_->{fileName} => $_->{checksums}[1]{checksumValue} } @{ $spdx->{files} };
	is($listed{'./Makefile'}, sha256("$unpacked/Makefile"), '... with the digest of each file');
	chomp(my $held = qx(tar tzf '$tarball' | grep -vc '/\$'));
	is(scalar(keys %listed), $held, '... that it holds');
	unlink "$unpacked/.manifest";
	isnt(system("cd '$unpacked' && test/packages/dist '$work/three' >/dev/null 2>&1"), 0,
		'... and none without the list of its files');
}

# The completions of all shells know the rules.
sub slurp { return slurp_path("$top/$_[0]") }
my @rules = slurp('src/base/rule_catalogue.c') =~ /\.name\s*=\s*"(\w+)"/g;
foreach my $file (qw(bash-completion/pg_gatekeeper zsh/_pg_gatekeeper fish/pg_gatekeeper.fish))
{
	my $text = slurp("conf/$file");
	is(join(' ', grep { $text !~ /\b$_\b/ } @rules), '', "conf/$file has each rule");
}

# What people read and copy fits their screens.
foreach my $file (map { s:^\Q$top\E/::r } glob "$top/conf/*.conf $top/conf/{systemd,examples}/*.conf $top/conf/ansible/*.yml "
	. "$top/conf/ansible/roles/*/*/*.yml $top/conf/containers/*.yaml")
{
	my @long = grep { length(s/\t/    /gr) > 100 } split /\n/, slurp($file);
	is(join("\n", @long), '', "$file has no line of more than 100 columns");
}

done_testing();
