#!/usr/bin/perl
# usage: growth.pl NUMBERS SVG DENSE    What growth.sh measured: a table in Markdown on standard output, a plot to SVG.
# NUMBERS: kind (bytes, files), size, operation, wall, CPU, KiB of memory, status. DENSE: MiB of data in each GiB.
use strict;
use warnings;

my ($file, $svg, $dense) = @ARGV;
die "usage: growth.pl NUMBERS SVG DENSE\n" if @ARGV != 3;
my (%runs, %sizes);
open my $in, '<', $file or die "$file: $!";
while (<$in>) {
	chomp;
	my ($kind, $n, $op, @v) = split /\t/;
	push @{ $runs{$kind}{$op}{$n} }, \@v;
	$sizes{$kind}{$n} = 1;
}
my %unit = (bytes => ['GiB', 1], files => ['1,000 files', 1000]);
my @kinds = grep { $sizes{$_} } qw(bytes files);
my @operations = ('seal', 'verify-deep');
chomp(my $cores = `nproc`);
my $bound = 64 + 32 * $cores;

sub median { my @v = sort { $a <=> $b } @_; return @v % 2 ? $v[$#v / 2] : ($v[@v / 2 - 1] + $v[@v / 2]) / 2 }
sub figure { my ($kind, $op, $n, $i) = @_; my $r = $runs{$kind}{$op}{$n} or return; return median(map { $_->[$i] } @$r) }
sub sizes { my ($kind) = @_; return sort { $a <=> $b } keys %{ $sizes{$kind} } }

print "## Growth\n\nImages of whole GiB, each GiB with $dense MiB of data and a hole; trees of files of 0 to 255 bytes. Memory may reach $bound MiB ";
print "(64, and 32 for each processor). Time is level when a unit costs at most a quarter more than at the size before.\n\n";
print "![time and memory by size](growth.svg)\n\n";
print "| size | operation | runs | wall s | CPU s | CPU ms for each unit | peak MiB | level | memory |\n|---|---|---|---|---|---|---|---|---|\n";
for my $kind (@kinds) {
	my ($name, $divisor) = @{ $unit{$kind} };
	for my $op (@operations) {
		my $before;
		for my $n (grep { $runs{$kind}{$op}{$_} } sizes($kind)) {
			my ($wall, $cpu, $peak) = map { figure($kind, $op, $n, $_) } 0, 1, 2;
			my $each = 1000 * $cpu * $divisor / $n;
			printf "| %s | %s | %d | %.2f | %.2f | %.2f (%s) | %.0f | %s | %s |\n", $kind eq 'bytes' ? "$n GiB" : "$n files", $op, scalar @{ $runs{$kind}{$op}{$n} },
				$wall, $cpu, $each, $name, $peak / 1024, !defined $before ? '' : $each <= 1.25 * $before ? 'met' : '**missed**',
				$peak / 1024 <= $bound ? 'met' : '**missed**';
			$before = $each;
		}
	}
}

# ---- The plot: a row for each kind, seconds and memory beside each other, both axes logarithmic.

my ($width, $height, $pad) = (420, 260, 60);
my %colour = (seal => '#1b6ca8', 'verify-deep' => '#c8553d');
my @out;

sub log10 { return log($_[0]) / log(10) }
sub floor_of { my ($x) = @_; my $i = int $x; return $i > $x ? $i - 1 : $i }
sub ceil_of { my ($x) = @_; return -floor_of(-$x) }

sub panel
{
	my ($x0, $y0, $kind, $i, $title, $scale) = @_;
	my @all = map { my $op = $_; map { figure($kind, $op, $_, $i) // () } sizes($kind) } @operations;
	my @n = sizes($kind);
	my ($lx, $hx) = (floor_of(log10($n[0])), ceil_of(log10($n[-1])));
	my @v = map { log10(($_ || 0.001) / $scale) } sort { $a <=> $b } @all, $i == 2 ? ($bound * 1024) : ();
	my ($ly, $hy) = (floor_of($v[0]), ceil_of($v[-1]));
	$hx++ if $hx == $lx;
	$hy++ if $hy == $ly;
	my $px = sub { return $x0 + ($_[0] - $lx) / ($hx - $lx) * ($width - 2 * $pad) + $pad };
	my $py = sub { return $y0 + $height - $pad + 20 - ($_[0] - $ly) / ($hy - $ly) * ($height - 2 * $pad + 20) };
	push @out, sprintf '<text x="%d" y="%d" font-weight="bold">%s</text>', $x0 + $pad, $y0 + 20, $title;
	for my $e ($lx .. $hx) {
		push @out, sprintf '<line x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f" stroke="#ddd"/><text x="%.1f" y="%.1f" text-anchor="middle">%s</text>',
			$px->($e), $py->($ly), $px->($e), $py->($hy), $px->($e), $py->($ly) + 16, 10**$e;
	}
	for my $e ($ly .. $hy) {
		push @out, sprintf '<line x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f" stroke="#ddd"/><text x="%.1f" y="%.1f" text-anchor="end">%s</text>',
			$px->($lx), $py->($e), $px->($hx), $py->($e), $px->($lx) - 6, $py->($e) + 4, 10**$e;
	}
	push @out, sprintf '<line x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f" stroke="#888" stroke-dasharray="4 3"/>', $px->($lx), $py->(log10($bound)), $px->($hx), $py->(log10($bound)) if $i == 2;
	for my $op (@operations) {
		my @points = map { my $v = figure($kind, $op, $_, $i); defined $v ? [$px->(log10($_)), $py->(log10(($v || 0.001) / $scale))] : () } @n;
		push @out, sprintf '<polyline fill="none" stroke="%s" stroke-width="2" points="%s"/>', $colour{$op}, join ' ', map { sprintf '%.1f,%.1f', @$_ } @points;
		push @out, map { sprintf '<circle cx="%.1f" cy="%.1f" r="3" fill="%s"/>', @$_, $colour{$op} } @points;
	}
}

my $row = 0;
for my $kind (@kinds) {
	my $by = $kind eq 'bytes' ? 'GiB' : 'files';
	panel(0, $row * $height, $kind, 0, "seconds, by $by", 1);
	panel($width, $row * $height, $kind, 2, "peak MiB, by $by", 1024);
	$row++;
}
my $bottom = $row * $height;
for my $i (0 .. $#operations) {
	push @out, sprintf '<rect x="%d" y="%d" width="12" height="12" fill="%s"/><text x="%d" y="%d">%s</text>', $pad + 140 * $i, $bottom, $colour{ $operations[$i] },
		$pad + 140 * $i + 18, $bottom + 11, $operations[$i];
}
open my $plot, '>', $svg or die "$svg: $!";
printf $plot qq{<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="12">\n<rect width="100%%" height="100%%" fill="#fff"/>\n%s\n</svg>\n},
	2 * $width, $bottom + 30, join "\n", @out;
close $plot or die "$svg: $!";
