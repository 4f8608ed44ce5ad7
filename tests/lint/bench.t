#!/usr/bin/perl
# The report of the benchmarks prints no ratio that the turns do not agree on.
use strict;
use warnings;
use File::Temp qw(tempdir);
use Test::More;

my $dir = tempdir(CLEANUP => 1);
my ($plain, $results) = ("$dir/plain", "$dir/results");

sub write_file { my ($name, @lines) = @_; open my $h, '>', $name or die "$name: $!"; print $h map { "$_\n" } @lines; close $h or die $!; return }
# A seal of evx and of a peer in so many turns: each pair of numbers is wall seconds, the CPU seconds are the same.
sub turns
{
	my (@pairs) = @_;
	my $turn = 0;
	return map { $turn++; map { join "\t", 'tree', 'disk', $_->[0], 'seal', $turn, $_->[1], $_->[1], 65536, 0, 1000 } ['evx', $_->[0]], ['tar+zstd+age', $_->[1]] } @pairs;
}
sub report { write_file($results, turns(@_)); my $text = `tests/bench/report.pl $plain $results`; is($?, 0, 'the report is made'); return $text }
sub settled { return system("tests/bench/report.pl --settled tree disk $results >$dir/said") >> 8 }

write_file($plain, "tree\t2000000000");
my $quiet = report([1.0, 2.0], [1.1, 2.2], [0.9, 1.8], [3.0, 6.0], [1.0, 2.0]);
like($quiet, qr/^\| seal \| tar\+zstd\+age \| 5 \|.*\| 0\.50 \| 0\.50 \|$/m, 'both ratios are printed, though the turns differ, for they differ together');
like($quiet, qr/^\| tree \| disk \| wall of seal, of tar, zstd and age \| 0\.50 \| at most 0\.90 \| met \|$/m, 'an aim is met');
like($quiet, qr{^\| seal \| evx \| 5 \| 1\.000 \(0\.900-3\.000\) \| 1\.000 \| 64 \|.*\| 2\.00 \|}m, 'medians, range, memory, speed');
is(settled(), 0, 'and all is settled');

my $slow = report([2.0, 2.0], [2.0, 2.0], [2.0, 2.0]);
like($slow, qr/^\| tree \| disk \| CPU of seal, of tar, zstd and age \| 1\.00 \| at most 0\.90 \| \*\*missed\*\* \|$/m, 'an aim is missed');

my $loud = report([1.0, 2.0], [2.0, 2.0], [1.0, 1.0], [1.0, 4.0], [1.5, 2.0]);
like($loud, qr/^\| seal \| tar\+zstd\+age \|.*\| not settled: 67 % spread in 5 turns \| not settled/m, 'a ratio with a spread above 15 % is not printed');
like($loud, qr/^\| tree \| disk \| wall of seal, of tar, zstd and age \| not settled: 67 % spread in 5 turns \| at most 0\.90 \| not settled \|$/m, 'and judges no aim');
is(settled(), 1, 'another turn is needed');

my $few = report([1.0, 2.0], [1.0, 2.0]);
like($few, qr/not settled: only 2 turns/, 'two turns are too few');
is(settled(), 1, 'so a third is needed');

# The growth of time and memory.
write_file("$dir/growth", map { join "\t", @$_ } ['bytes', 1, 'seal', 1.0, 2.0, 65536, 0], ['bytes', 10, 'seal', 10.0, 21.0, 65536, 0], ['bytes', 100, 'seal', 100.0, 400.0, 99999999, 0]);
my $growth = `tests/bench/growth.pl $dir/growth $dir/plot.svg 32`;
is($?, 0, 'the table of growth is made');
like($growth, qr/^\| 10 GiB \| seal \| 1 \| 10\.00 \| 21\.00 \| 2100\.00 \(GiB\) \| 64 \| met \| met \|$/m, 'time that stays level');
like($growth, qr/^\| 100 GiB \| seal \|.*\| \*\*missed\*\* \| \*\*missed\*\* \|$/m, 'and time and memory that do not');
open my $svg, '<', "$dir/plot.svg" or die $!;
my $plot = do { local $/; <$svg> };
is(scalar(() = $plot =~ /<circle /g), 6, 'a point for each size in both plots');
unlike($plot, qr/nan|inf/i, 'at a place');
done_testing;
