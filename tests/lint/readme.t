#!/usr/bin/perl
# What the README and the other pages promise is there: targets, commands, options and files.
use strict;
use warnings;
use Test::More;

sub slurp { my ($f) = @_; open my $h, '<', $f or die "$f: $!"; local $/; my $t = <$h>; return $t }

my $readme = slurp('README.md');
my $code = join "\n", $readme =~ /^(?: {4}|\t)(.*)/mg, $readme =~ /^```.*?\n(.*?)^```/msg, $readme =~ /`([^`\n]+)`/g;

my %target = map { $_ => 1 } slurp('Makefile') =~ /^##([a-z-]+):/mg;
my @used = $code =~ /\bmake ([a-z-]+)/g;
cmp_ok(scalar @used, '>=', 2, 'the README uses make');
is(join(' ', grep { !$target{$_} } @used), '', 'every make target of the README is in make help');
is(join(' ', grep { !-x } $code =~ m{\b((?:build-aux|tests)/[\w./-]+\.sh)\b}g), '', 'every script of the README can be run');

SKIP: {
	my $evx = $ENV{EVX} // 'build/evx';
	skip 'evx is not built', 2 unless -x $evx;
	my %command = map { $_ => 1 } `$evx help --all` =~ /^  ([a-z][a-z-]*) {2,}\S/mg;
	my @wrong = grep { !$command{$_} } $code =~ /(?:^|[\s|;&(`])evx ([a-z][a-z-]*)/mg;
	is("@wrong", '', 'every evx command of the README is in evx help');
	my %seen;
	@wrong = ();
	for ($code =~ /(?:^|[\s|;&(`])(evx [a-z].*)/mg) {
		my ($name, $rest) = /^evx ((?:id )?[a-z-]+)([^|;&#]*)/ or next;
		$seen{$name} //= join '', `$evx help $name 2>&1`;
		push @wrong, "$name $_" for grep { index($seen{$name}, $_) < 0 } $rest =~ /(?<=\s)(--[a-z-]+)/g;
	}
	is("@wrong", '', 'every option of the README is in the help of its command');
}

my @dead;
for my $page (sort glob('*.md */*.md */*/*.md')) {
	next if $page =~ m{^build/};
	my ($dir) = $page =~ m{^(.*/)};
	for (slurp($page) =~ /\]\(([^)#:\s]+)(?:#[^)]*)?\)/g) { push @dead, "$page: $_" unless -e (($dir // '') . $_) }
}
is(join("\n", @dead), '', 'every link to a file leads somewhere');
done_testing;
