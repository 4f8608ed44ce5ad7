#!/bin/sh
# usage: mkhuge.sh DIR    Makes below DIR, each once: sparse100g, an image of 100 GiB with 1 MiB of data in every GiB and holes between; and
# million, a tree of 1,000,000 files of 0 to 255 bytes in 2,000 directories (4 GB on most file systems).
set -eu
mkdir -p "$1"
cd "$1"

if [ ! -e sparse100g ]; then
	truncate -s 100G sparse100g.part
	i=0
	while [ "$i" -lt 100 ]; do
		head -c 1048576 /dev/urandom | dd of=sparse100g.part bs=1M seek=$((i * 1024 + i)) conv=notrunc status=none
		i=$((i + 1))
	done
	mv sparse100g.part sparse100g
	echo "mkhuge: sparse100g made"
fi
if [ ! -e million ]; then
	rm -rf million.part
	mkdir million.part
	perl -e '
		for my $d (0 .. 1999) {
			mkdir sprintf "million.part/d%04d", $d or die $!;
			for my $f (0 .. 499) {
				open my $h, ">", sprintf "million.part/d%04d/f%03d", $d, $f or die $!;
				print $h "$d/$f\n" x (($d * 31 + $f * 17) % 32);
				close $h or die $!;
			}
		}'
	mv million.part million
	echo "mkhuge: million made"
fi
