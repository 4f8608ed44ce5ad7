#!/usr/bin/perl
# Tests that can start, and what no committed text may hold: paths of somebody's machine, left-over marks, conflict markers, carriage returns, unseen characters.
use strict;
use warnings;
use Test::More;

# Outside a git checkout (or one that git will not read for this user): every file but what was built.
my @files = split /\0/, `git ls-files -z 2>/dev/null`;
@files = map { s{^\./}{}r } split /\0/, `find . -type f -not -path './build/*' -not -path './.git/*' -print0` unless @files;
@files = grep { -f && !-l && -T && !m{(^|/)tests/(vectors|fuzz/seeds)/} } @files;
cmp_ok(scalar @files, '>', 20, 'files were found');

# A test that cannot start, or whose end is missing, would say nothing of what it is for.
my @scripts = grep { /\.t$/ } @files;
is(join("\n", grep { !-x } @scripts), '', 'every test is executable');
is(join("\n", grep { !m{/(lint|analysis)/} && !ends_well($_) } @scripts), '', 'and ends where tests end');
sub ends_well {
	open my $h, '<:raw', shift or return;
	my @lines = <$h>;
	return $lines[-1] =~ /^done_testing;?$/;
}

my $mark = join '|', 'TO' . 'DO', 'FIX' . 'ME', 'XX' . 'X', 'HA' . 'CK';
my %rule = (
	'a path of somebody\'s machine' => qr{(?<![\w.\$\}~*<-])/(?:work|root|Users/\w+|home/\w+)/},
	'a left-over mark' => qr{\b(?:$mark)\b},
	'a conflict marker' => qr{^(?:<{7}|>{7}|={7})(?: |$)},
	'a carriage return' => qr{\r$},
	'a character that changes the direction of text or is not seen' => qr{\xE2\x80[\x8B-\x8F\xAA-\xAE]|\xE2\x81[\xA6-\xA9]|\xEF\xBB\xBF},
);
my %found;
for my $file (@files) {
	open my $h, '<:raw', $file or die "$file: $!";
	while (my $text = <$h>) {
		for my $what (keys %rule) { push @{ $found{$what} }, "$file:$." if $text =~ $rule{$what} }
	}
}
is(join("\n", @{ $found{$_} // [] }), '', "no file holds $_") for sort keys %rule;
done_testing;
