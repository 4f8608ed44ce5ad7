#!/bin/bash
# The reader that was written from the specification alone opens what evx sealed, and finds what somebody changed.
. "$(dirname "$0")/tap.sh"
needs age zstd ssh-keygen setfattr getfattr diff

reader() { "$PYTHON" "$here/reader.py" "$@"; }
# Names, types, permissions, times, link targets and numbers of links; sizes of all but directories.
describe() { (cd "$1" && find . \( -type d -printf '%P %y %m %T@\n' \) -o -type l -printf '%P %y %l\n' -o -printf '%P %y %m %T@ %n %s\n') | LC_ALL=C sort; }
same() { diff <(describe "$1") <(describe "$2") && diff -r --no-dereference --exclude=pipe "$1" "$2"; }
same_xattrs() { diff <(cd "$1" && getfattr -R -h -d -e hex . | sort) <(cd "$2" && getfattr -R -h -d -e hex . | sort); }
# reproduces NAME SOURCE: the reader opens NAME.evx, checks all of it, and writes the files of SOURCE.
reproduces()
{
	ok "$1: the reader checks and writes all of it" fails 0 good reader --deep "$work/$1.evx" "$work/alice.txt" "$work/$1.out"
	ok "$1: the files are those that were sealed" same "$2" "$work/$1.out/$(basename "$2")"
}

make_identity alice
make_identity mallory

# A tree with one of everything.
t=$work/tree
mkdir -p "$t/a/b/c" "$t/a-b" "$t/empty" && cd "$t" || exit 1
: >zero
seq 300000 >a/numbers
ln a/numbers z-linked
ln a/numbers a/b/linked
cp a/numbers a/b/c/copy
for i in $(seq 300); do echo "file $i" >"a-b/$i"; done
head -c 3000000 /dev/urandom >a/b/noise
printf x >"$(printf 'not utf-8 \377\376')"
printf y >"$(printf 'line\nfeed\ttab "quote" \\ and \303\251')"
ln -s ../nowhere a/dangling
ln -s "$(printf '\377')" odd-target
mkfifo pipe
truncate -s 30M sparse
printf middle | dd of=sparse bs=1 seek=20000000 conv=notrunc status=none
truncate -s 5M hole
# A sparse file whose stored bytes do not fit a chunk, under two names.
truncate -s 20M sparse-large
for at in 0 5 12; do head -c 3333333 /dev/urandom | dd of=sparse-large bs=1M seek=$at conv=notrunc status=none; done
ln sparse-large z-sparse-large
chmod 750 a; chmod 400 a/b/noise
touch -d '1969-12-31T23:59:58.25Z' zero
xattrs=yes
setfattr -n user.evx -v 'a value' zero 2>/dev/null && setfattr -n user.more a/b || xattrs=
touch -d '2020-02-29T12:00:00.123456789Z' a/b a
cd "$work" || exit 1
ok 'evx seals a tree with one of everything' seal tree.evx tree --hash md5,sha1
reproduces tree "$t"
ok 'tree: sparse files are sparse again' test "$(du -k "$work/tree.out/tree/sparse" | cut -f 1)" -lt 1000
ok 'tree: three names are one file' test "$(stat -c %i tree.out/tree/a/numbers)" = "$(stat -c %i tree.out/tree/z-linked)"
if [ $xattrs ]; then
	ok 'tree: extended attributes' same_xattrs "$t" "$work/tree.out/tree"
else
	checks=$((checks + 1)); echo "ok $checks # SKIP no extended attributes of users on this file system"
fi

mkdir empty && ok 'evx seals an empty directory' seal empty.evx empty
reproduces empty "$work/empty"
: >nothing && ok 'evx seals an empty file' seal nothing.evx nothing
reproduces nothing "$work/nothing"
head -c 20000000 /dev/urandom >media && ok 'evx seals 20 MB of noise' seal media.evx media
reproduces media "$work/media"
head -c 40000000 /dev/zero >zeros && ok 'evx seals 40 MB of zeros' seal zeros.evx zeros
reproduces zeros "$work/zeros"
truncate -s 1G holes && printf end >>holes && ok 'evx seals a file of 1 GiB that is one hole but for its end' seal holes.evx holes
reproduces holes "$work/holes"
head -c 34000000 /dev/urandom >two && ok 'evx seals 34 MB of noise' seal two.evx two
reproduces two "$work/two"

ok 'evx seals two sources' seal sources.evx nothing tree/a-b
ok 'sources: the reader checks and writes all of it' fails 0 good reader --deep sources.evx alice.txt sources.out
ok 'sources: the first' cmp nothing sources.out/nothing
ok 'sources: the second' same tree/a-b sources.out/a-b
ok 'evx seals into volumes' seal split.evx media --split 7M
ok 'volumes: the reader takes the first' fails 0 good reader --deep split.evx.001 alice.txt
ok 'volumes: a missing one is found' sh -c 'mv split.evx.003 hidden'
ok 'volumes: as an incomplete copy' fails 3 incomplete: reader split.evx.001
mkdir unpacked && tar -C unpacked -xf tree.evx
ok 'unpacked: the reader takes the directory' fails 0 good reader --deep unpacked/* alice.txt
rm unpacked/*/README.txt
ok 'unpacked: a missing file is found' fails 1 truncated: reader unpacked/*

# What is not right.
ok 'another identity does not open it' fails 3 key: reader tree.evx mallory.txt
ok 'a file that is no bundle' fails 1 not-ours: reader media
{ cat media.evx; echo more; } >trailing.evx
ok 'bytes after the end are reported' sh -c "'$PYTHON' '$here/reader.py' trailing.evx | grep -q D-TRAILING"
# The record of an original, with events of most types: who holds it follows from them.
ok 'evx seals one to give out a part of' seal long.evx tree/a
for act in "note seen" "access --purpose analysis" "examine --result-text none" "verify-event --result intact" "move --place shelf" "hold --reason appeal" "hold-lift --event 6" \
	"inquiry --reason torn" "correct --event 1 --notes unseen" "copy --notes one" "dispose-authorise --reason order"; do
	ok "with: $act" "$EVX" ${act%% *} long.evx ${act#* } --as alice
done
hand() { "$EVX" release long.evx --to "$(card "$1")" --keeps nothing --purpose p --as "$2" --yes; }
ok 'a release' hand mallory alice
ok 'refused' "$EVX" refuse long.evx --reason open --as mallory
ok 'a second one' hand mallory alice
ok 'accepted' "$EVX" accept long.evx --inventoried --as mallory --no-receipt --yes
ok 'and back' hand alice mallory
ok 'accepted, too' "$EVX" accept long.evx --inventoried --as alice --no-receipt --yes
ok 'the part' "$EVX" disclose long.evx a/numbers -o part.evx --self --as alice --yes
ok 'the reader follows the record of its original' fails 0 good reader --deep part.evx alice.txt part.out
ok 'evx seals one small file' seal small.evx tree/zero
# Each run of this program checks changed copies of a small bundle, and fails when the reader took one as good.
cat >change.py <<'END'
import contextlib, io, sys
sys.path.insert(0, sys.argv[1])
import reader
data, missed = open("small.evx", "rb").read(), []
def good(copy):
    with open("changed.evx", "wb") as f:
        f.write(copy)
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        status = reader.main(["changed.evx"])
    kinds.add(out.getvalue().splitlines()[-1].partition(":")[0])
    return status == 0
kinds = set()
assert good(data)
kinds.clear()
if sys.argv[2] == "flip":
    missed = [i for i in range(0, len(data), 13) if good(data[:i] + bytes([data[i] ^ 1 << i % 8]) + data[i + 1:])]
    assert {"forged", "corrupt", "not-ours"} <= kinds, kinds
else:
    missed = [i for i in range(1, len(data), 61) if good(data[:i])]
    assert kinds == {"incomplete"}, kinds
print("not found:", missed)
sys.exit(bool(missed))
END
ok 'every thirteenth byte, changed, is found' "$PYTHON" change.py "$here" flip
ok 'every sixty-first cut is found, as an incomplete copy' "$PYTHON" change.py "$here" cut
done_testing
