#!/usr/bin/perl
# usage: report.pl PLAIN RESULTS               What bench.sh measured, in Markdown.
#        report.pl --settled SET MODE RESULTS  Exit status 0 when all ratios of this set are settled; else 1, and says which are not.
# PLAIN: set, bytes. RESULTS: set, mode, tool, operation, turn, wall, CPU, KiB of memory, status, bytes of output.
use strict;
use warnings;

use constant { WALL => 0, CPU => 1, MEMORY => 2, BYTES => 4, SPREAD => 0.15, FEWEST => 3 };
my @operations = qw(seal seal-vault seal-again verify verify-deep log extract import export);
my %what = (WALL, 'wall', CPU, 'CPU');

my (%plain, %runs, @keys, @places);

sub read_results
{
	my ($file) = @_;
	open my $r, '<', $file or die "$file: $!";
	while (<$r>) {
		chomp;
		my ($set, $mode, $tool, $op, $turn, @n) = split /\t/;
		push @places, [$set, $mode] unless $runs{$set}{$mode};
		push @keys, [$set, $mode, $tool, $op] unless $runs{$set}{$mode}{$op}{$tool};
		$runs{$set}{$mode}{$op}{$tool}{$turn} = \@n;
	}
}

# A value between those of the sorted list: 0.5 is the median.
sub quantile
{
	my ($q, @v) = @_;
	@v = sort { $a <=> $b } @v;
	my $at = $q * $#v;
	my $low = int $at;
	return $v[$low] + ($low < $#v ? ($at - $low) * ($v[$low + 1] - $v[$low]) : 0);
}

sub values_of
{
	my ($set, $mode, $op, $tool, $which) = @_;
	my $turns = $runs{$set}{$mode}{$op}{$tool} or return;
	return map { $turns->{$_}[$which] } sort { $a <=> $b } keys %$turns;
}

sub middle { my @v = values_of(@_); return @v ? quantile(0.5, @v) : undef }

# The ratio of two things that were measured in the same turns: its median, its spread, and how many turns there were.
sub ratio
{
	my ($mine, $other, $which) = @_;
	my ($set, $mode) = @$mine[0, 1];
	my ($m, $o) = map { $runs{$set}{$mode}{ $_->[2] }{ $_->[3] } || {} } $mine, $other;
	my @r = map { $m->{$_}[$which] / $o->{$_}[$which] } grep { $o->{$_} && $o->{$_}[$which] > 0 } keys %$m;
	return judged(@r);
}

# What the turns say together: undef without any.
sub judged
{
	my (@turns) = @_;
	return undef unless @turns;
	my $median = quantile(0.5, @turns);
	my $spread = @turns < FEWEST || $median <= 0 ? 1 : (quantile(0.75, @turns) - quantile(0.25, @turns)) / $median;
	return { value => $median, spread => $spread, turns => scalar @turns, settled => $spread <= SPREAD };
}

sub show
{
	my ($r, $format) = @_;
	return '' unless $r;
	return sprintf $format // '%.2f', $r->{value} if $r->{settled};
	return sprintf 'not settled: %s', $r->{turns} < FEWEST ? "only $r->{turns} turns" : sprintf '%.0f %% spread in %d turns', 100 * $r->{spread}, $r->{turns};
}

# The ratios of evx to the other tools on a set.
sub against_peers
{
	my ($set, $mode) = @_;
	my @all;
	for my $key (grep { $_->[0] eq $set && $_->[1] eq $mode && $_->[2] ne 'evx' } @keys) {
		my ($tool, $op) = @$key[2, 3];
		for my $which (WALL, CPU) {
			my $r = ratio([$set, $mode, $op, 'evx'], [$set, $mode, $op, $tool], $which) or next;
			push @all, ["$op of evx / $tool, $what{$which}", $r];
		}
	}
	return @all;
}

# … and to itself.
sub against_itself
{
	my ($set, $mode) = @_;
	return grep { $_->[1] } map { ["$_->[0] / $_->[1], wall", ratio([$set, $mode, $_->[0], 'evx'], [$set, $mode, $_->[1], 'evx'], WALL)] }
		['seal-vault', 'seal'], ['seal-again', 'seal-vault'];
}

if (@ARGV == 4 && $ARGV[0] eq '--settled') {
	my (undef, $set, $mode, $file) = @ARGV;
	read_results($file);
	my @open = grep { !$_->[1]{settled} } against_peers($set, $mode), against_itself($set, $mode);
	printf "%s, %s: %s: %s\n", $set, $mode, $_->[0], show($_->[1]) for @open;
	exit(@open ? 1 : 0);
}
die "usage: report.pl PLAIN RESULTS | --settled SET MODE RESULTS\n" if @ARGV != 2;
open my $p, '<', $ARGV[0] or die "$ARGV[0]: $!";
while (<$p>) { my ($set, $bytes) = split; $plain{$set} = $bytes }
read_results($ARGV[1]);

# ---- The tables

sub cell
{
	my ($set, $mode, $op, $tool) = @_;
	my @wall = values_of($set, $mode, $op, $tool, WALL);
	return sprintf '%d | %.3f (%.3f-%.3f) | %.3f | %.0f', scalar @wall, quantile(0.5, @wall), quantile(0, @wall), quantile(1, @wall),
		middle($set, $mode, $op, $tool, CPU), middle($set, $mode, $op, $tool, MEMORY) / 1024;
}

# Verify without a key, import and export read the bundle; everything else is rated by the bytes that were sealed.
sub rated
{
	my ($set, $mode, $op, $tool) = @_;
	return if $op eq 'log';
	return $plain{$set} unless $op =~ /^(?:verify|import|export)$/;
	return middle($set, $mode, 'seal', $op =~ /port$/ ? 'evx' : $tool, BYTES) || $plain{$set};
}

sub start_up
{
	print "\n## Start-up\n\n| command | runs | wall s | CPU s | peak MiB |\n|---|---|---|---|---|\n";
	for my $op (qw(version help verify)) {
		printf "| %s | %s |\n", { version => 'evx version', help => 'evx --help', verify => 'evx verify of a tiny bundle' }->{$op}, cell('start', 'disk', $op, 'evx')
			if $runs{start}{disk}{$op}{evx};
	}
}

sub table
{
	my ($set, $mode) = @_;
	my %on = (disk => 'on the disk', tmpfs => 'on tmpfs', cold => 'sources not in the cache');
	printf "\n## %s%s, %s\n\n", $set, $plain{$set} ? sprintf(' (%.1f MB)', $plain{$set} / 1e6) : '', $on{$mode} // $mode;
	print "| operation | tool | turns | wall s | CPU s | peak MiB | output MB | GB/s | wall: evx / tool | CPU: evx / tool |\n|---|---|---|---|---|---|---|---|---|---|\n";
	for my $op (@operations) {
		for my $key (grep { $_->[0] eq $set && $_->[1] eq $mode && $_->[3] eq $op } @keys) {
			my $tool = $key->[2];
			my ($bytes, $wall, $by) = (middle($set, $mode, $op, $tool, BYTES), middle($set, $mode, $op, $tool, WALL), rated($set, $mode, $op, $tool));
			my @ratios = $tool eq 'evx' ? ('', '') : map { show(ratio([$set, $mode, $op, 'evx'], [$set, $mode, $op, $tool], $_)) } WALL, CPU;
			printf "| %s | %s | %s | %s | %s | %s | %s |\n", $op, $tool, cell($set, $mode, $op, $tool), $bytes ? sprintf('%.1f', $bytes / 1e6) : '',
				$by && $wall > 0 ? sprintf('%.2f', $by / 1e9 / $wall) : '', @ratios;
		}
	}
}

# ---- What the project promises

my @aims; # set, mode, what, figure, verdict

# limit: a negative one must be reached, another one not be passed.
sub aim
{
	my ($set, $mode, $what, $r, $limit, $format) = @_;
	$format //= '%.2f';
	return unless $r;
	my $good = $limit < 0 ? $r->{value} >= -$limit : $r->{value} <= $limit;
	push @aims, [$set, $mode, $what, show($r, $format), sprintf("at %s $format", $limit < 0 ? 'least' : 'most', abs $limit),
		!$r->{settled} ? 'not settled' : $good ? 'met' : '**missed**'];
}

sub promises
{
	my ($set, $mode) = @_;
	my $to = sub { my ($op, $tool, $other, $which) = @_; return ratio([$set, $mode, $op, 'evx'], [$set, $mode, $other // $op, $tool], $which // WALL) };
	my $speed = sub { my ($op, $by) = @_; return $by ? judged(map { $by / 1e9 / $_ } grep { $_ > 0 } values_of($set, $mode, $op, 'evx', WALL)) : undef };
	for my $which (WALL, CPU) {
		aim($set, $mode, "$what{$which} of seal, of tar, zstd and age", $to->('seal', 'tar+zstd+age', 'seal', $which), 0.9);
		aim($set, $mode, "$what{$which} of extract, of age, zstd and tar", $to->('extract', 'tar+zstd+age', 'extract', $which), 0.9);
	}
	aim($set, $mode, 'size, of tar, zstd and age', $to->('seal', 'tar+zstd+age', 'seal', BYTES), $set eq 'small' ? 1.15 : 1.05) if $mode ne 'cold';
	aim($set, $mode, 'wall of seal into a vault, of seal into a bundle', $to->('seal-vault', 'evx', 'seal'), 1.1);
	aim($set, $mode, 'wall of the second seal into a vault, of the first', $to->('seal-again', 'evx', 'seal-vault'), 0.6);
	aim($set, $mode, "wall of the second seal into a vault, of $_ reading all again", $to->('seal-again', $_), 1) for qw(restic borg rustic bupstash);
	aim($set, $mode, 'wall of import, of a copy and one SHA-256 pass', $to->('import', 'cp+sync+sha256'), 1.1);
	aim($set, $mode, 'wall of export, of a copy and one SHA-256 pass', $to->('export', 'cp+sync+sha256'), 1.3);
	my $stored = middle($set, $mode, 'seal', 'evx', BYTES);
	aim($set, $mode, 'GB/s of verify without a key', $speed->('verify', $stored), -2.5) if $stored && $stored > 64 << 20;
	aim($set, $mode, 'GB/s of verify --deep', $speed->('verify-deep', $plain{$set}), $set eq 'image' ? -1.5 : -1.2);
	chomp(my $cores = `nproc`);
	aim($set, $mode, "peak MiB of $_", judged(map { $_ / 1024 } values_of($set, $mode, $_, 'evx', MEMORY)), 64 + 32 * $cores, '%.0f') for 'seal', 'verify-deep';
}

start_up() if $runs{start};
for my $place (grep { $_->[0] ne 'start' } @places) {
	table(@$place);
	promises(@$place);
}
aim('start-up', 'disk', "wall s of $_", judged(values_of('start', 'disk', $_, 'evx', WALL)), 0.02, '%.3f') for qw(version help verify);
if (@aims) {
	print "\n## Aims\n\n| set | mode | what | measured | aim | |\n|---|---|---|---|---|---|\n";
	printf "| %s | %s | %s | %s | %s | %s |\n", @$_ for @aims;
}
