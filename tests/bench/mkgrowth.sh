#!/bin/sh
# usage: mkgrowth.sh DIR KIND N    Makes DIR/KIND-N, once; what is there already is kept. KIND is
#   bytes  an image of N GiB. Each GiB holds DENSE (32) MiB of data, half of it text and half of it random, and a hole behind it
#   files  a tree of N files of 0 to 255 bytes, 500 in a directory
set -eu
mkdir -p "$1"
cd "$1"
name=$2-$3
[ ! -e "$name" ] || exit 0
rm -rf "$name.part"

case $2 in
bytes)
	half=$((${DENSE:-32} * 524288))
	truncate -s "${3}G" "$name.part"
	i=0
	while [ "$i" -lt "$3" ]; do
		{ seq $((i * 10000000)) 1000000000 | head -c "$half" && head -c "$half" /dev/urandom; } 2>/dev/null |
			dd of="$name.part" bs=1M seek=$((i * 1024)) iflag=fullblock conv=notrunc status=none
		i=$((i + 1))
	done ;;
files)
	mkdir "$name.part"
	perl -e '
		my ($top, $n) = @ARGV;
		for my $i (0 .. $n - 1) {
			my ($d, $f) = (int($i / 500), $i % 500);
			$f > 0 or mkdir sprintf("%s/d%05d", $top, $d) or die $!;
			open my $h, ">", sprintf("%s/d%05d/f%03d", $top, $d, $f) or die $!;
			print $h "$d/$f\n" x (($d * 31 + $f * 17) % 32);
			close $h or die $!;
		}' "$name.part" "$3" ;;
*)
	echo "usage: mkgrowth.sh DIR bytes|files N" >&2
	exit 2 ;;
esac
mv "$name.part" "$name"
echo "mkgrowth: $name made"
