#!/usr/bin/perl
# The shared library exports what the public header declares, all of it under the version of the interface, and nothing else.
# Nothing that is built holds a path of the machine where it was built.
use strict;
use warnings;
use Cwd qw(getcwd);
use File::Temp qw(tempdir);
use Test::More;

my $build = $ENV{EVX_BUILD} // 'build';
my ($lib) = glob("$build/libevx.so.*.*.*");
plan skip_all => 'there is no shared library in this build' unless $lib;
my $abi = `cut -d . -f 1-2 VERSION` =~ s/\n//r;

# What gcc knows of the header. It writes every function that is declared, with where it found it.
my $dir = tempdir(CLEANUP => 1);
system("build-aux/one-header.sh vault evx.h > $dir/evx.h && cp $dir/evx.h $dir/evx.c && gcc -std=c11 -aux-info $dir/declared -fsyntax-only $dir/evx.c") == 0 or die 'gcc';
my $declared = do { local (@ARGV, $/) = "$dir/declared"; <> };
my %wanted = map { $_ => 1 } grep { !/^static/ } map { /^\/\* \S+ \*\/ (static )?.*?[ *](evx_\w+) \(/ ? ($1 // '') . $2 : () } split /\n/, $declared;
# Its data, by name.
my $header = do { local (@ARGV, $/) = "$dir/evx.h"; <> };
while ($header =~ /^extern ([^;]*);/mg) { my $one = $1; $wanted{$_} = 1 for $one =~ /\b(evx_\w+)\[/g }
cmp_ok(scalar keys %wanted, '>', 100, 'the header declares functions');

my (%exported, @unversioned);
for (`nm -D --defined-only '$lib'`) {
	my ($symbol, $version) = /^\S+ \w (\w\S*?)(?:\@\@?(\S+))?$/ or next;
	next if $symbol eq "EVX_$abi"; # the version itself
	$exported{$symbol} = 1;
	push @unversioned, $symbol if ($version // '') ne "EVX_$abi";
}
is(join(' ', sort grep { !$exported{$_} } keys %wanted), '', 'all of it is exported');
is(join(' ', sort grep { !$wanted{$_} } keys %exported), '', 'and nothing else');
is("@unversioned", '', "each with the version EVX_$abi");
like(join('', `readelf -d '$lib'`), qr/SONAME.*\[libevx\.so\.\Q$abi\E\]/, 'the library is called by that version');

my $here = getcwd();
for my $thing ($lib, "$build/libevx.a", $ENV{EVX} // 'build/evx') {
	my $bytes = do { local (@ARGV, $/) = $thing; <> };
	is(index($bytes, $here), -1, "no path of this machine in " . $thing =~ s{.*/}{}r);
}
my @dated = `grep -rnE '__(DATE|TIME|TIMESTAMP)__' vault cli`;
is("@dated", '', 'nor the time when it was built');
done_testing;
