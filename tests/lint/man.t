#!/usr/bin/perl
# Manual pages: free of warnings, one for every command, and the sections that a reader looks for.
use strict;
use warnings;
use Test::More;

my $evx = $ENV{EVX} // 'build/evx';
my (@pages, %link);
for my $page (sort glob('cli/man/*.[1-9]')) {
	open my $h, '<', $page or die "$page: $!";
	my $first = <$h> // '';
	if ($first =~ m{^\.so man1/(\S+)$} && eof $h) { $link{$page} = "cli/man/$1" } else { push @pages, $page }
}
cmp_ok(scalar @pages, '>=', 1, 'there are manual pages');

SKIP: {
	skip 'mandoc is not installed', 1 if system('command -v mandoc >/dev/null 2>&1') != 0;
	my $said = `mandoc -T lint -W warning @pages 2>&1`;
	is($said, '', 'mandoc finds nothing to warn of');
}

my %text = map { my $p = $_; open my $h, '<', $p or die "$p: $!"; local $/; $p => scalar <$h> } @pages;
my @thin = grep { m{\.1$} && ($text{$_} !~ /^\.Sh EXIT STATUS/m || $text{$_} !~ /^\.Sh EXAMPLES/m) } @pages;
is("@thin", '', 'every page of a command has EXIT STATUS and EXAMPLES');

my @commands = `$evx help --all` =~ /^  ([a-z][a-z-]*) {2,}\S/mg;
cmp_ok(scalar @commands, '>=', 5, 'evx help lists the commands');
my $main = $text{'cli/man/evx.1'} // '';
my @astray = grep { my ($name) = m{([^/]+)\.1$}; ($text{$link{$_}} // '') !~ /^\.Nm \Q$name\E\b/m } sort keys %link;
is("@astray", '', 'a page that only refers to another is named there');
my @missing = grep { !-e "cli/man/evx-$_.1" && !($_ =~ /^(help|version)$/ && $main =~ /^\.(It )?(Cm|Nm evx) $_\b/m) } @commands;
is("@missing", '', 'every command has its page (help and version stand in evx.1)');
my @unnamed = grep { $main !~ /\b\Q$_\E\b/ } @commands;
is("@unnamed", '', 'evx.1 names every command');
done_testing;
