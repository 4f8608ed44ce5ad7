#!/bin/sh
# extract: the same tree again; nothing overwritten, nothing outside, nothing that does not match.
. "$(dirname "$0")/lib.sh"

people || exit 1
evidence phone
command -v setfattr >/dev/null && setfattr -n user.test -v value phone/photo.raw 2>/dev/null && attr=yes
sealed a.evx phone || exit 1
uuid=$(sed -n 's/^uuid *//p' "$T/seal.out")

code 0 'extract' at lab "$EVX" extract a.evx -C out
out_has '^Every file matched its signed hash' 'says so'
ok 'the trees are the same' same phone out/phone
is "$(stat -c %i out/phone/notes/one.txt)" "$(stat -c %i out/phone/notes/same.txt)" 'hard links are linked'
ok 'holes are holes' test "$(stat -c %b out/phone/sparse.img)" -lt 2000
[ "${attr:-}" != yes ] || is "$(getfattr --only-values -n user.test out/phone/photo.raw 2>/dev/null)" value 'extended attributes are back'
# Into a directory that is there: what is the same is left, what is missing comes, what is different is refused by name.
find out -printf '%P %i %T@ %m\n' | sort >"$T/before"
code 0 'again' at lab "$EVX" extract a.evx -C out
out_has '^0 entries, 0 files, 0 bytes restored below out$' 'restores nothing'
out_has '^11 entries were there already with the same contents$' 'all was there'
out_has '^3 directories were there already\. Owner, mode and times were left\.$' 'and the directories'
is "$(grep -c . "$T/err")" 2 'not a line for each'
find out -printf '%P %i %T@ %m\n' | sort >"$T/after"
ok 'nothing was touched' cmp "$T/before" "$T/after"
rm out/phone/notes/log.txt out/phone/photo.raw out/phone/notes/link && rmdir out/phone/notes/empty
code 0 'what is missing' at lab "$EVX" extract a.evx -C out --json
is "$(jq -c '[.entries, .files, .already_there, .directories_already_there, .not_made]' "$T/out")" '[4,2,8,2,0]' 'comes'
ok 'as it was' sh -c 'cmp phone/photo.raw out/phone/photo.raw && cmp phone/notes/log.txt out/phone/notes/log.txt && test -d out/phone/notes/empty'
is "$(stat -c '%a %Y' out/phone/notes/log.txt)" "$(stat -c '%a %Y' phone/notes/log.txt)" 'with its mode and times'
echo other >out/phone/notes/one.txt && truncate -s 3000000 out/phone/photo-copy.raw && ln -sf elsewhere out/phone/notes/link && rm out/phone/photo.raw && rm out/phone/fifo && mkdir out/phone/fifo
code 3 'what is different' at lab "$EVX" extract a.evx -C out
for f in notes/one.txt notes/link fifo; do
	err_has "phone/$f: Something else has this name already" "$f is refused by name"
done
err_has 'Something else has the name of [0-9]* entries' 'and all are counted'
is "$(cat out/phone/notes/one.txt) $(readlink out/phone/notes/link)" 'other elsewhere' 'it is as it was'
ok 'the others come' cmp phone/photo.raw out/phone/photo.raw
rm -r out/phone && mkdir out/phone && ln -s ../../trap out/phone/notes && mkdir trap
code 3 'a link where a directory belongs' at lab "$EVX" extract a.evx -C out
is "$(grep -c 'phone/notes' "$T/err")" 1 'is one line, whatever belongs into it'
err_has 'phone/notes: Something else has this name already.*nothing in this directory was restored' 'which says so'
is "$(ls -A trap)" '' 'and nothing was written through it'
ok 'what stands beside it comes' cmp phone/photo.raw out/phone/photo.raw
rm -rf out trap

# One cause, one line: a target where no attribute can be set, or of another user.
if [ "$(id -u)" = 0 ]; then
	mkdir -p theirs/phone && chown 65534 theirs/phone
	code 3 'a directory of another user' at lab "$EVX" extract a.evx -C theirs
	err_has 'phone: Something else has this name already, or the directory belongs to another user' 'is not gone into'
	is "$(ls -A theirs/phone)" '' 'nothing was written there'
else
	skip 'only root can give a directory away'
fi
mkdir many && for i in 1 2 3 4 5 6 7 8; do mknod "many/dev$i" c 1 3 2>/dev/null; done
if [ -c many/dev1 ]; then
	sealed many.evx many || exit 1
	code 0 'eight devices that are not made' at lab "$EVX" extract many.evx -C nodevices
	is "$(grep -c 'Not restored: device node' "$T/err")" 2 'are two lines'
	err_has '^evx: 7 more names: Not restored: device node' 'the second is a count'
	out_has '^8 attributes or special files could not be restored' 'and all are counted'
else
	skip 'this user cannot make device nodes'
fi

code 0 'one directory' at lab "$EVX" extract a.evx -C part phone/notes
ok 'that is all that came' test ! -e part/phone/photo.raw -a -e part/phone/notes/log.txt
code 0 'a file' at lab "$EVX" extract a.evx -C one phone/photo.raw --no-owner
ok 'the same bytes' cmp phone/photo.raw one/phone/photo.raw
code 3 'a path that is not there' at lab "$EVX" extract a.evx -C none phone/nowhere
code 0 'a pattern' at lab "$EVX" extract a.evx -C pat '*.txt'
is "$(cd pat && find . ! -type d | sort | tr '\n' ' ')" './phone/notes/log.txt ./phone/notes/one.txt ./phone/notes/same.txt ' 'brings what matches and no more'
is "$(stat -c '%a %Y' pat/phone/notes)" "$(stat -c '%a %Y' phone/notes)" 'and the directories above as they were'
gone pat/phone/notes/empty 'but no others'
code 0 'a name as list shows it' at lab "$EVX" extract a.evx -C shown 'phone/not-\xff-utf8'
is "$(find shown -type f | wc -l)" 1 'brings that file'
code 0 'since' at lab "$EVX" extract a.evx -C since --since 2001-02-04
ok 'leaves out what is older' test ! -e since/phone/notes/one.txt -a -e since/phone/notes/log.txt
is "$(stat -c '%a %Y' since/phone/notes)" "$(stat -c '%a %Y' phone/notes)" 'and brings the older directory that newer files are in'
code 3 'a pattern that matches nothing' at lab "$EVX" extract a.evx -C nothing '*.doc'
gone nothing 'makes no directory'
code 2 'a pattern with --salvage' at lab "$EVX" extract a.evx -C salvaged '*.txt' --salvage
gone salvaged 'is refused before anything is made'
cp a.evx recorded.evx
code 0 'an access of what is newer' at lab "$EVX" extract recorded.evx -C rec phone/notes --since 2001-02-04 --purpose analysis
run at lab "$EVX" log recorded.evx --as lab
out_has 'Only what was modified since 2001-02-04 was opened' 'is recorded as that'
for who in room stranger nobody; do
	code 3 "extract by $who" at $who "$EVX" extract a.evx -C no-$who
	gone no-$who 'and the directory that it made is gone'
done
mkdir mine
code 3 'extract by stranger, to a directory that was there' at stranger "$EVX" extract a.evx -C mine
ok 'which stays' test -d mine
: >file
code 3 'a target that is a file is refused' at lab "$EVX" extract a.evx -C file
code 3 'a target without its parent is refused' at lab "$EVX" extract a.evx -C no/such/parent
mkdir -p trap/phone elsewhere && rmdir trap/phone && ln -s ../elsewhere trap/phone
code 3 'a link in the way is not followed' at lab "$EVX" extract a.evx -C trap
is "$(ls -A elsewhere)" '' 'nothing was written behind it'

tar -xf a.evx
code 0 'from an unpacked bundle' at lab "$EVX" extract "$uuid" -C unpacked
ok 'the trees are the same' same phone unpacked/phone

mknod dev c 1 3 2>/dev/null && mkdir devices && mv dev devices/
if [ -c devices/dev ]; then
	sealed dev.evx devices || exit 1
	code 0 'device nodes are left out' at lab "$EVX" extract dev.evx -C plain
	gone plain/devices/dev 'unless asked for'
	out_has '1 attribute or special file could not be restored' 'which is said'
	err_has 'devices/dev: Not restored: device node: Operation not permitted$' 'by name, with the reason'
	code 0 'with --devices' at lab "$EVX" extract dev.evx -C nodes --devices
	ok 'they are made' test -c nodes/devices/dev
else
	skip 'this user cannot make device nodes'
fi

head -c 2500000 a.evx >cut.evx
code 3 'a cut bundle is not extracted' at lab "$EVX" extract cut.evx -C cut
ok 'no file came' not sh -c "find cut -type f 2>/dev/null | grep -q ."
# A file that cannot be finished is none: its last bytes are a hole past what may be written.
mkdir late && truncate -s 6M late/hole && printf x | dd of=late/hole conv=notrunc status=none && sealed late.evx late || exit 1
limited() { (ulimit -f 4096 && exec "$@"); }
code 3 'the end of a file cannot be made' limited env EVX_HOME="$T/lab" "$EVX" extract late.evx -C late.out
gone late.out/late/hole 'and nothing stands in its place'
code 0 'without the limit it can' at lab "$EVX" extract late.evx -C late.out2

# A file whose name or end cannot be made is no file, and no success.
fault=${EVX_BUILD:-$TOP/build}/fault/faultlib.so
if [ -r "$fault" ]; then
	mkdir single && echo one >single/f && sealed single.evx single || exit 1
	n=0 seen=
	while [ "$n" -lt 40 ]; do
		n=$((n + 1))
		rm -rf faulty && mkdir faulty && : >"$T/fired"
		run at lab env LD_PRELOAD="$fault" EVX_FAULT_DIR="$W/faulty" EVX_FAULT_AT="$n" EVX_FAULT_HOW=EIO EVX_FAULT_OUT="$T/fired" \
			"$EVX" extract single.evx -C faulty/out --jobs 1
		[ -s "$T/fired" ] || break
		call=$(sed -n '1s/^[0-9]* //p' "$T/fired")
		case $call in
		linkat | close | write | pwrite*) seen="$seen $call" && is "$rc" 3 "$call fails (call $n): the file was not made, and it is said" ;;
		esac
	done
	ok "a name that cannot be made was tried:$seen" sh -c "case '$seen' in *linkat*) ;; *close*) ;; *) exit 1 ;; esac"
else
	skip 'no library that makes calls fail'
fi
# Many short files, several at a time: in other directories, between links, empty, without the right to many descriptors.
mkdir -p lots/a/b lots/c && for i in $(seq 150); do
	echo "$i" >"lots/a/$i" && : >"lots/a/b/$i" && head -c "$((i * 131))" "$EVX" >"lots/c/$i" || exit 1
done
ln lots/a/7 lots/c/seven && ln -s ../a/1 lots/c/90-link && touch -d 2001-02-03 lots/a lots/a/b lots/c
sealed lots.evx lots || exit 1
for jobs in 1 2 7; do
	code 0 "many files with --jobs $jobs" at lab "$EVX" extract lots.evx -C "lots-$jobs" --jobs "$jobs" --json
	is "$(jq -c '[.entries, .files, .failed, .not_made]' "$T/out")" '[456,451,0,0]' 'all of them'
	ok 'the same tree' same lots "lots-$jobs/lots"
	is "$(stat -c %i "lots-$jobs/lots/a/7")" "$(stat -c %i "lots-$jobs/lots/c/seven")" 'and the link'
done
code 0 'and with few descriptors' sh -c "ulimit -n 64; EVX_HOME='$T/lab' exec '$EVX' extract lots.evx -C lots-few"
ok 'the same tree' same lots lots-few/lots
rm lots-2/lots/c/5 && echo other >lots-2/lots/c/90 && echo other >lots-2/lots/a/3
code 3 'some are there already' at lab "$EVX" extract lots.evx -C lots-2 --jobs 2
err_has 'Something else has the name of 2 entries' 'they are refused'
ok 'what is missing comes' cmp lots/c/5 lots-2/lots/c/5
is "$(cat lots-2/lots/c/90 lots-2/lots/a/3 | tr '\n' ' ')" 'other other ' 'as it was'
done_testing
