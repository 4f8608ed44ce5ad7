#!/usr/bin/perl
# Each code of format-spec/verification.md and vault.md was made in the tests that ran before this one, in a test of the command line or a unit test: those
# programs with hooks write what they find to $EVX_FOUND (tests/hooks/trace.c).
use strict;
use warnings;
use Test::More;

my $file = $ENV{EVX_FOUND} // '';
plan skip_all => 'no tests ran before, or EVX_FOUND does not name what they found' unless -s $file;

sub text_of { my ($name) = @_; open my $h, '<', $name or die "$name: $!"; local $/; return scalar <$h> }

my $code = qr/[DCRTV]-[A-Z]+(?:-[A-Z]+)*/;
my %listed;
for my $page ('verification.md', 'vault.md') {
	my $spec = text_of("format-spec/$page");
	$listed{$1} = $2 while $spec =~ /^\| `($code)` \| ([^|]+) \| [^|]+ \|$/mg;
}
my %found = map { /^($code) ([a-z]+)$/ ? ($1 => 1, "$1 $2" => 1) : () } split /\n/, text_of($file);
cmp_ok(scalar keys %listed, '>', 60, 'the pages list codes');
is(join(' ', grep { !$found{$_} } sort keys %listed), '', 'each code was made');
my @weights;
for my $name (sort keys %listed) {
	push @weights, map { "$name $_" } $listed{$name} =~ /\b(info|remark|gap|unchecked|newer|broken)\b/g;
}
# Told, not required: so heavy or light was none of them made.
my @never = grep { !$found{$_} } @weights;
note('not made with this weight: ' . join(', ', @never)) if @never;
done_testing;
