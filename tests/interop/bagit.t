#!/bin/bash
# A bundle is a valid BagIt 1.0 bag (RFC 8493) by a checker that knows nothing of evx, and the checker finds faults.
. "$(dirname "$0")/tap.sh"
needs tar

bag() { "$PYTHON" "$here/bagit_check.py" "$@"; }
repack() { tar -C "$work/bag" --format=ustar -cf "$work/$1.tar" "$(ls "$work/bag")"; }
# spoil TEXT SECTION COMMAND: the bag of small.evx, changed by COMMAND inside it, is refused for that section.
spoil()
{
	rm -rf "$work/bag"; mkdir "$work/bag"; tar -C "$work/bag" -xf "$work/small.evx"
	(cd "$work"/bag/* && eval "$3")
	repack spoilt
	bag "$work/spoilt.tar" >"$work/faults" || true
	ok "the checker finds: $1" grep -q "section $2:" "$work/faults"
}

make_identity alice
mkdir -p "$work/small/dir" "$work/empty"
echo text >"$work/small/dir/file"
head -c 40000000 /dev/urandom >"$work/media"
ok 'evx seals a small tree' seal "$work/small.evx" "$work/small"
ok 'evx seals an empty directory' seal "$work/empty.evx" "$work/empty"
ok 'evx seals 40 MB of noise' seal "$work/media.evx" "$work/media"
for b in small empty media; do
	ok "$b.evx is a valid bag" bag "$work/$b.evx"
done
ok 'two packs of noise are two payload files' sh -c "tar -xOf '$work/media.evx' --wildcards '*/bag-info.txt' | grep -qx 'Payload-Oxum: [0-9]*\.2'"
mkdir "$work/bag"; tar -C "$work/bag" -xf "$work/small.evx"; repack same
ok 'unpacked and packed again it still is one' bag "$work/same.tar"

spoil 'a changed payload file' 3 'printf x >>data/*.pack'
spoil 'a payload file that no manifest lists' 3 'echo x >data/more'
spoil 'a missing payload file' 3 'rm data/*.pack; echo x >data/other'
spoil 'a wrong Payload-Oxum' 2.2.2 'echo "Payload-Oxum: 1.1" >bag-info.txt'
spoil 'a changed tag file' 3 'echo x >>README.txt'
spoil 'a missing tag file' 3 'rm README.txt'
spoil 'a path outside of the bag' 5.1 'echo "00  ../x" >>tagmanifest-sha256.txt'
spoil 'a file listed twice' 2.1.3 'cat manifest-sha256.txt >m; cat m >>manifest-sha256.txt; rm m'
spoil 'another version' 2.1.1 'sed -i s/1.0/0.97/ bagit.txt'
spoil 'a byte order mark' 2.1.1 'printf "\357\273\277" | cat - bag-info.txt >x; mv x bag-info.txt'
done_testing
