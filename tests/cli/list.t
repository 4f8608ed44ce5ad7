#!/bin/sh
# list: lines as ls -l has them, escaped; choices of paths.
. "$(dirname "$0")/lib.sh"

people || exit 1
evidence phone
sealed a.evx phone || exit 1

code 0 'list' at lab "$EVX" list a.evx
is "$(wc -l <"$T/out")" "$(find phone -printf 'x\n' | wc -l)" 'one line for each entry'
out_has '^-rw-r--r-- .* 3000000 .* phone/photo.raw$' 'a file'
out_has '^drwxr-xr-x .* phone/notes$' 'a directory'
out_has '^l.* phone/notes/link -> \.\./photo.raw$' 'a link and its target'
out_has '^p.* phone/fifo$' 'a fifo'
out_has ' 2001-02-03 04:05:06 +0000 phone/notes/one.txt$' 'the time, with its zone'
out_has 'phone/notes/same.txt  \[same file as line' 'a hard link'
out_has 'phone/not-\\xff-utf8$' 'a name that is not UTF-8 is escaped'
out_has 'phone/esc\\x1b\[31mred\\x0aline$' 'control characters are escaped'
ok 'no control character is printed' not grep -q "$(printf '\033')" "$T/out"
cp "$T/out" all
code 0 'a directory stands for all beneath' at lab "$EVX" list a.evx phone/notes
is "$(wc -l <"$T/out")" "$(find phone/notes -printf 'x\n' | wc -l)" 'and nothing else'
code 0 'two paths' at lab "$EVX" list a.evx phone/fifo phone/photo.raw
is "$(wc -l <"$T/out")" 2 'two lines'
code 0 'a name that is not UTF-8 can be asked for' at lab "$EVX" list a.evx "$(printf 'phone/not-\377-utf8')"
code 3 'a path that is not there' at lab "$EVX" list a.evx phone/nowhere phone/fifo
out_has 'phone/fifo' 'the others were listed'
err_has 'phone/nowhere' 'and the one missing is named'
code 3 'half a name is not a path' at lab "$EVX" list a.evx phone/not

code 0 'the name as it is shown' at lab "$EVX" list a.evx 'phone/not-\xff-utf8'
is "$(wc -l <"$T/out")" 1 'is that name'
code 0 'with line feed and escape, too' at lab "$EVX" list a.evx 'phone/esc\x1b[31mred\x0aline'
is "$(wc -l <"$T/out")" 1 'is that name'
code 0 'a pattern without a slash' at lab "$EVX" list a.evx '*.txt'
is "$(sed 's/.* phone/phone/; s/  \[.*//' "$T/out" | sort | tr '\n' ' ')" 'phone/notes/log.txt phone/notes/one.txt phone/notes/same.txt ' 'is compared with each name'
code 0 'a pattern with a slash' at lab "$EVX" list a.evx 'phone/*.raw'
is "$(wc -l <"$T/out")" 2 'is compared with the path'
code 0 'two stars' at lab "$EVX" list a.evx 'phone/**/*e.txt' 'phone/photo*'
is "$(wc -l <"$T/out")" 4 'pass over directories'
code 0 'a pattern that a directory matches' at lab "$EVX" list a.evx 'phone/n?tes'
is "$(wc -l <"$T/out")" "$(find phone/notes -printf 'x\n' | wc -l)" 'means all in it'
code 3 'a pattern that nothing matches' at lab "$EVX" list a.evx '*.doc' phone/fifo
err_has 'doc: Nothing in the exhibit matches' 'is named'
out_has 'phone/fifo' 'the others were listed'
mkdir odd && echo 1 >'odd/a[1].txt' && echo 2 >odd/a1.txt && echo 3 >'odd/b\x41' && echo 4 >odd/bA && echo 5 >'odd/*' && echo 6 >"odd/[$(printf '\377')]"
sealed odd.evx odd || exit 1
for name in 'a[1].txt' a1.txt 'b\x41' bA '*' '[\xff]' 'a\[1].txt' 'b\x5cx41' '\*'; do
	run at lab "$EVX" list odd.evx "odd/$name"
	is "$(wc -l <"$T/out") $rc" '1 0' "odd/$name is one file: a path that is there means itself"
done
run at lab "$EVX" list odd.evx 'odd/b\x41'
out_has 'odd/b.x5cx41$' 'and that is the one with a backslash'
code 0 'what was modified since a day' at lab "$EVX" list a.evx --since 2001-02-04
ok 'the older ones are left out' not grep -q 'one.txt' "$T/out"
out_has 'phone/photo.raw$' 'the newer are there'
code 0 'since a time' at lab "$EVX" list a.evx --since '2001-02-03 04:05:06' phone/notes/one.txt
out_has 'one.txt' 'of which the second is whole'
code 0 'since a second later' at lab "$EVX" list a.evx --since 2001-02-03T04:05:07 phone/notes/one.txt
out_empty 'nothing'
code 0 'since a time with its zone' at lab "$EVX" list a.evx --since 2001-02-03T05:05:06+01:00 phone/notes/one.txt
out_has 'one.txt' 'is counted in that zone'
code 0 'since a time elsewhere' at lab env TZ=America/New_York "$EVX" list a.evx --since '2001-02-03 04:05' phone/notes/one.txt
out_empty 'is counted in the zone here'
code 0 'since a span' at lab "$EVX" list a.evx --since 30d phone/notes
ok 'which leaves out what is old' not grep -q 'one.txt' "$T/out"
out_has 'log.txt' 'and keeps what is new'
for bad in yesterday 2001-02-30 2001-13-01 '2001-02-03 25:00' 2001-02-03T04:05:06+15:00 '2001-02-03 04:05 CET' 30 -1d 30m '' 2001-2-3; do
	code 2 "--since '$bad'" at lab "$EVX" list a.evx --since "$bad"
	err_has 'Write a day' 'is told what can be given'
done
code 3 'a custody reader sees no names' at room "$EVX" list a.evx
out_empty 'not one'
code 3 'nor does a stranger' at stranger "$EVX" list a.evx
code 3 'nor does who has no identity' at nobody "$EVX" list a.evx
err_has 'evx id new' 'and is told how to make one'
sealed lists.evx phone --custody-lists || exit 1
code 0 'a custody reader sees them where the seal says so' at room "$EVX" list lists.evx
is "$(cat "$T/out")" "$(cat all)" 'the same lines'
code 3 'and still opens nothing' at room "$EVX" cat lists.evx phone/notes/one.txt

at lab "$EVX" list a.evx --json >list.json
is "$(jq -r 'select(.path=="phone/photo.raw").sha256' list.json)" "$(sha256sum <phone/photo.raw | cut -d' ' -f1)" 'JSON tells the digest'
is "$(jq -r 'select(.path_b64).path_b64' list.json | base64 -d)" "$(printf 'phone/not-\377-utf8')" 'and the name that is not UTF-8'
is "$(jq -r 'select(.path=="phone/sparse.img").sha256' list.json)" "$(sha256sum <phone/sparse.img | cut -d' ' -f1)" 'a sparse file has the digest of its whole length'
(at lab "$EVX" list a.evx >/dev/full) 2>"$T/err"
is $? 3 'a full standard output is no success'
run at lab env TZ=Europe/Berlin "$EVX" list a.evx phone/notes/one.txt
out_has ' 2001-02-03 05:05:06 +0100 phone/notes/one.txt$' 'which is that of this place'
run at lab env TZ=Europe/Berlin "$EVX" list a.evx phone/notes/one.txt --json
is "$(jq -r .mtime "$T/out")" 981173106789000000 'in JSON it is UTC'
done_testing
