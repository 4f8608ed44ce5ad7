#!/usr/bin/perl
# C looks as .clang-format says (make format); prose is wrapped at 100 columns.
use strict;
use warnings;
use Test::More;

my @c = split /\n/, `find vault cli paper reader tests -name '*.[ch]' | sort`;
cmp_ok(scalar @c, '>', 500, 'there are sources to look at');
SKIP: {
	skip 'clang-format is not installed', 1 if system('command -v clang-format > /dev/null') != 0;
	my @off;
	while (my @some = splice @c, 0, 100) {
		push @off, map { m{^([^:\s]+:\d+):} ? $1 : () } `clang-format --dry-run @some 2>&1`;
	}
	is(join("\n", @off), '', 'make format would change nothing');
}

my @long;
for my $file (glob('*.md vault/*.md format-spec/*.md tests/*/*.md cli/man/*.[1-9]')) {
	open my $h, '<:encoding(UTF-8)', $file or die "$file: $!";
	my $code = 0;
	while (my $line = <$h>) {
		chomp $line;
		$code = !$code if $line =~ /^```/;
		$code = 1 if $line =~ /^\.Bd -literal/;
		$code = 0 if $line =~ /^\.Ed/;
		# Tables, headings, examples and lines of one long word stay as they are; so do macros of mdoc.
		next if $code || $line =~ /^(\||#|    |\t|\.|<|\$ )/ || $line !~ /\S \S.* /;
		push @long, "$file:$." if length $line > 100;
	}
}
is(join("\n", @long), '', 'prose is wrapped at 100 columns');
my @bare;
for my $file (split /\n/, `find vault cli paper reader tests -name '*.[ch]'`) {
	open my $h, '<', $file or die "$file: $!";
	while (<$h>) { push @bare, "$file:$." if /\bsizeof [^(]/ && !m{^\s*(/?\*|//)} }
}
is(join("\n", @bare), '', 'sizeof has its operand in brackets');
done_testing;
