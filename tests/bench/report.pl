#!/usr/bin/perl
# usage: report.pl PLAIN RESULTS    Medians of what bench.sh measured, in Markdown.
# PLAIN: set, bytes. RESULTS: set, tool, operation, wall, cpu, rss KiB, status, output bytes.
use strict;
use warnings;

my ($plain_file, $results_file) = @ARGV;
my (%plain, %runs, @keys, @sets);
open my $p, '<', $plain_file or die "$plain_file: $!";
while (<$p>) { my ($set, $bytes) = split; $plain{$set} = $bytes }
open my $r, '<', $results_file or die "$results_file: $!";
while (<$r>) {
	chomp;
	my ($set, $tool, $op, @n) = split /\t/;
	push @sets, $set unless grep { $_ eq $set } @sets;
	push @keys, [$set, $tool, $op] unless $runs{$set}{$op}{$tool};
	push @{ $runs{$set}{$op}{$tool} }, \@n;
}

sub median { my @v = sort { $a <=> $b } @_; return @v % 2 ? $v[$#v / 2] : ($v[@v / 2 - 1] + $v[@v / 2]) / 2 }

sub cost {
	my ($set, $op, $tool) = @_;
	my $n = $runs{$set}{$op}{$tool} or return;
	my @wall = map { $_->[0] } @$n;
	return { runs => scalar @$n, wall => median(@wall), low => (sort { $a <=> $b } @wall)[0], high => (sort { $a <=> $b } @wall)[-1],
		cpu => median(map { $_->[1] } @$n), rss => median(map { $_->[2] } @$n) / 1024, bytes => median(map { $_->[4] } @$n) };
}

my ($cpu) = map { /^model name\s*:\s*(.*)/ ? $1 : () } do { open my $h, '<', '/proc/cpuinfo'; $h ? <$h> : () };
chomp(my $cores = `nproc`);
chomp(my $kernel = `uname -r`);
printf "# evx measured\n\n%s, %d processors, Linux %s. Medians; wall time with the range of its runs.\n", $cpu // 'unknown processor', $cores, $kernel;

for my $set (@sets) {
	printf "\n## %s%s\n\n", $set, $plain{$set} ? sprintf(' (%.1f MB)', $plain{$set} / 1e6) : '';
	print "| operation | tool | runs | wall s | CPU s | peak MiB | output MB | GB/s | evx / tool |\n|---|---|---|---|---|---|---|---|---|\n";
	for my $op (qw(seal seal-vault seal-again verify verify-deep log extract import export)) {
		my $evx = cost($set, $op, 'evx');
		for my $key (grep { $_->[0] eq $set && $_->[2] eq $op } @keys) {
			my $tool = $key->[1];
			my $c = cost($set, $op, $tool);
			# verify without a key, import and export read the bundle; everything else is rated by the bytes that were sealed
			my $sealed = cost($set, 'seal', $tool);
			$sealed = cost($set, 'seal', 'evx') if $op =~ /port$/;
			my $rated = $op =~ /^(verify|import|export)$/ && $sealed && $sealed->{bytes} ? $sealed->{bytes} : $plain{$set};
			printf "| %s | %s | %d | %.2f (%.2f-%.2f) | %.2f | %.0f | %s | %s | %s |\n", $op, $tool, @$c{qw(runs wall low high cpu rss)},
				$c->{bytes} ? sprintf('%.1f', $c->{bytes} / 1e6) : '',
				$rated && $op ne 'log' && $c->{wall} > 0 ? sprintf('%.2f', $rated / 1e9 / $c->{wall}) : '',
				$tool ne 'evx' && $evx && $c->{wall} > 0 ? sprintf('%.2f', $evx->{wall} / $c->{wall}) : '';
		}
	}
}

# What the project promises, against tar | zstd -3 -T0 | age, a copy and a hash, or itself, in the same run.
my @aims;
sub aim
{
	my ($set, $what, $mine, $other, $most) = @_;
	push @aims, [$set, $what, $mine->{wall} / $other->{wall}, $most] if $mine && $other && $other->{wall} > 0;
}

for my $set (@sets) {
	my ($evx, $age) = (scalar cost($set, 'seal', 'evx'), scalar cost($set, 'seal', 'tar+zstd+age'));
	next unless $evx;
	if ($age) {
		my $most = $set eq 'small' ? 1.15 : 1.05;
		push @aims, [$set, 'wall of seal', $evx->{wall} / $age->{wall}, 0.9], [$set, 'size', $evx->{bytes} / $age->{bytes}, $most];
	}
	my ($first, $again) = (scalar cost($set, 'seal-vault', 'evx'), scalar cost($set, 'seal-again', 'evx'));
	aim($set, 'wall of seal into a vault, of seal into a bundle', $first, $evx, 1.1);
	aim($set, 'wall of the second seal into a vault, of the first', $again, $first, 1 / ($set eq 'media' ? 1.1 : 1.4));
	aim($set, "wall of the second seal into a vault, of $_ reading all again", $again, scalar cost($set, 'seal-again', $_), 1) for qw(restic borg);
	aim($set, "wall of $_, of a copy and one SHA-256 pass", scalar cost($set, $_, 'evx'), scalar cost($set, $_, 'cp+sha256sum'), 1.3) for qw(import export);
	my $deep = cost($set, 'verify-deep', 'evx');
	push @aims, [$set, "peak memory of $_->[0], of 64 MiB + 32 MiB for each processor", $_->[1]{rss} / (64 + 32 * $cores), 1]
		for grep { $_->[1] } ['seal', $evx], ['verify-deep', $deep];
}
if (@aims) {
	print "\n## Aims\n\n| set | what | ratio | at most | |\n|---|---|---|---|---|\n";
	printf "| %s | %s | %.2f | %.2f | %s |\n", @$_, $_->[2] <= $_->[3] ? 'met' : '**missed**' for @aims;
}
