#
# As much of Sigma as conf/siem/sigma uses: reads a rule, tells what it does not
# know, and whether a record matches.
#
# Copyright (c) 2026, the pg_gatekeeper authors
# SPDX-License-Identifier: PostgreSQL

package GkSigma;

use strict;
use warnings;
use CPAN::Meta::YAML;
use Exporter 'import';

use GkTest ();

our @EXPORT = qw(sigma_rule sigma_problems sigma_matches);

sub sigma_rule
{
	my ($file) = @_;
	return CPAN::Meta::YAML->read_string(GkTest::slurp($file))->[0];
}

sub list { return ref $_[0] eq 'ARRAY' ? @{ $_[0] } : $_[0] }

# What is wrong with the rule, as the specification of Sigma 2 has it.
sub sigma_problems
{
	my ($rule) = @_;
	my @problems;
	my %known = map { $_ => 1 }
	  qw(title id status description references author date tags logsource detection falsepositives level);
	my $detection = $rule->{detection} // {};

	push @problems, "no $_" foreach grep { !defined $rule->{$_} } sort keys %known;
	push @problems, "unknown $_" foreach grep { !$known{$_} } sort keys %$rule;
	push @problems, 'the id is no UUID of version 4'
	  if ($rule->{id} // '') !~ /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
	push @problems, 'the title is long' if length($rule->{title} // '') > 110;
	push @problems, "status $rule->{status}" if ($rule->{status} // '') !~ /^(stable|test|experimental)$/;
	push @problems, "level $rule->{level}" if ($rule->{level} // '') !~ /^(informational|low|medium|high|critical)$/;
	push @problems, "date $rule->{date}" if ($rule->{date} // '') !~ /^\d{4}-\d\d-\d\d$/;
	push @problems, "tag $_" foreach grep { !/^attack\.(t\d{4}(\.\d{3})?|[a-z-]+)$/ } list($rule->{tags});
	push @problems, 'no product and service'
	  if !$rule->{logsource}{product} || !$rule->{logsource}{service};
	push @problems, 'no condition' if !defined $detection->{condition};
	my @words = ($detection->{condition} // '') =~ /(\w+)/g;
	push @problems, "condition: there is no $_" foreach grep { !/^(and|or|not)$/ && !ref $detection->{$_} } @words;
	my %used = map { $_ => 1 } @words;
	push @problems, "$_ is not used" foreach grep { $_ ne 'condition' && !$used{$_} } sort keys %$detection;
	foreach my $selection (grep { ref } values %$detection)
	{
		push @problems, "modifier of $_"
		  foreach grep { !/^\w+(\|(contains|startswith|endswith|exists|expand))?$/ } sort keys %$selection;
	}
	return @problems;
}

# Sigma compares without regard to case; * stands for anything.
sub value_matches
{
	my ($value, $modifier, $wanted) = @_;
	my $pattern = join '.*', map { quotemeta } split /\*/, $wanted, -1;

	return ($wanted eq 'true') == defined $value if $modifier eq 'exists';
	return 0 if !defined $value;
	$pattern = ".*$pattern" if $modifier =~ /^(contains|endswith)$/;
	$pattern = "$pattern.*" if $modifier =~ /^(contains|startswith)$/;
	return $value =~ /\A$pattern\z/si;
}

sub selection_matches
{
	my ($selection, $record, $placeholders) = @_;

	foreach my $key (keys %$selection)
	{
		my ($field, $modifier) = (split(/\|/, $key), '');
		my @wanted = list($selection->{$key});

		@wanted = map { s/%(\w+)%/$placeholders->{$1} \/\/ die "no placeholder $1"/er } @wanted
		  if $modifier eq 'expand';
		return 0 if !grep { value_matches($record->{$field}, $modifier, $_) } @wanted;
	}
	return 1;
}

sub sigma_matches
{
	my ($rule, $record, $placeholders) = @_;
	my $detection = $rule->{detection};
	my $condition = $detection->{condition};

	$condition =~ s{(\w+)}{
		my $word = $1;
		$word =~ /^(and|or|not)$/ ? $word : selection_matches($detection->{$word}, $record, $placeholders) ? 1 : 0
	}gex;
	die "condition: $detection->{condition}" if $condition !~ /^(?:and|or|not|[01() ])+$/;
	my $result = eval $condition;
	die "condition: $detection->{condition}: $@" if $@;
	return $result ? 1 : 0;
}

1;
