#!/bin/sh
# usage: mkdata.sh DIR    Makes the four data sets below DIR, each once; what is there already is kept. Needs about 5 GB.
#   tree   a copy of the installed programs and their shared files: many small files, some large, links
#   image  a raw 1 GiB ext4 image with files, deleted files and free space
#   media  256 files of 4 MiB that no compressor shrinks
#   small  50,000 files of 1 to 8 KiB, cut from text and programs
set -eu
mkdir -p "$1"
cd "$1"

finish() { rm -rf "$1"; mv "$1.part" "$1"; echo "mkdata: $1 made"; }

if [ ! -e tree ]; then
	rm -rf tree.part
	mkdir -p tree.part/lib
	cp -a /usr/bin tree.part/bin
	cp -a /usr/share tree.part/share
	for d in /usr/lib/python3* /usr/lib/gcc /usr/lib/systemd /usr/lib/git-core /usr/lib/*/lib[a-d]*.so*; do
		[ ! -e "$d" ] || cp -a "$d" tree.part/lib/
	done
	chmod -R u+rwX tree.part
	finish tree
fi

if [ ! -e image ]; then
	PATH=$PATH:/usr/sbin:/sbin
	rm -rf image.part stage
	mkdir -p stage/deleted
	cp -a tree/lib stage/lib
	cp -a tree/share/doc stage/doc
	cp -aL tree/bin/g[a-n]* stage/deleted/ 2>/dev/null || :
	truncate -s 1G image.part
	mkfs.ext4 -q -F -m 0 -N 100000 -E lazy_itable_init=0,root_owner=0:0 -d stage image.part
	(cd stage && find deleted -type f -printf 'rm "/%p"\n') >deletions
	debugfs -w -f deletions image.part >/dev/null 2>&1
	cp --sparse=never image.part image.full
	mv image.full image.part
	rm -rf stage deletions
	finish image
fi

if [ ! -e media ]; then
	rm -rf media.part
	mkdir media.part
	i=0
	while [ "$i" -lt 256 ]; do
		head -c 4194304 /dev/zero | openssl enc -aes-256-ctr -nosalt -K "$(printf '%064x' $((i + 1)))" \
			-iv 00000000000000000000000000000000 >"media.part/$(printf 'f%03d.bin' "$i")"
		i=$((i + 1))
	done
	finish media
fi

if [ ! -e small ]; then
	rm -rf small.part
	mkdir small.part
	perl - <<'PERL'
use strict;
use warnings;

srand 1; # perl's own generator: the same numbers everywhere
my $pool = '';
for my $set ([200000, grep { defined && -f && !-l } (sort glob('tree/share/doc/*/*'))[0 .. 1999]], [100000, grep { defined && -f && !-l } (sort glob('tree/bin/*'))[0 .. 399]]) {
	my ($max, @files) = @$set;
	for my $file (@files) { open my $h, '<:raw', $file or next; read $h, my $bytes, $max; $pool .= $bytes }
}
for my $d (0 .. 249) {
	mkdir sprintf('small.part/d%03d', $d);
	for my $f (0 .. 199) {
		my $n = 1024 + int rand 7169;
		open my $h, '>:raw', sprintf('small.part/d%03d/f%03d.dat', $d, $f) or die $!;
		print $h substr $pool, int rand(length($pool) - $n), $n;
		close $h or die $!;
	}
}
PERL
	finish small
fi
