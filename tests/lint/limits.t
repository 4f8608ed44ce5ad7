#!/usr/bin/perl
# Every limit of vault/format/limits.h is named in a test that stands on both of its sides.
use strict;
use warnings;
use Test::More;

sub text_of { my ($file) = @_; open my $h, '<', $file or die "$file: $!"; local $/; return scalar <$h> }

my @limits = text_of('vault/format/limits.h') =~ /^#define (EVX_[A-Z_]+_MAX)\b/mg;
cmp_ok(scalar @limits, '>', 35, 'limits.h has limits');
my $tests = join '', map { text_of($_) } glob('tests/unit/*.[ch] tests/cli/*.t tests/long/*.t');
is(join(' ', grep { $tests !~ /\b$_\b/ } @limits), '', 'each is named in a test');
done_testing;
