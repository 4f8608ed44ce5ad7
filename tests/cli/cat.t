#!/bin/sh
# cat: one file's bytes and nothing else.
. "$(dirname "$0")/lib.sh"

people || exit 1
evidence phone
sealed a.evx phone || exit 1

for f in photo.raw photo-copy.raw notes/one.txt notes/same.txt notes/nothing notes/log.txt sparse.img "$(printf 'not-\377-utf8')"; do
	code 0 "cat $(printf %s "$f" | tr '\377' '?')" at lab "$EVX" cat a.evx "phone/$f"
	ok 'the same bytes' cmp "$T/out" "phone/$f"
done
code 0 'with --json the bytes are still alone' at lab "$EVX" cat a.evx phone/notes/one.txt --json
ok 'the same bytes' cmp "$T/out" phone/notes/one.txt
ok 'JSON goes to stderr' jq -e '.bytes == "4"' "$T/err"
for f in nowhere phone/nowhere phone/photo; do
	code 3 "no such file: $f" at lab "$EVX" cat a.evx $f
	out_empty 'nothing is written'
done
for f in phone phone/notes/link phone/fifo; do
	code 2 "$f is no file" at lab "$EVX" cat a.evx $f
	out_empty 'nothing is written'
done
code 0 'a name as list shows it' at lab "$EVX" cat a.evx 'phone/not-\xff-utf8'
is "$(cat "$T/out")" x 'gives its bytes'
code 0 'a pattern' at lab "$EVX" cat a.evx 'phone/notes/*.txt' --json
ok 'gives the files that match, in order, each from its beginning' sh -c 'cat phone/notes/log.txt phone/notes/one.txt phone/notes/same.txt | cmp - "$1"' - "$T/out"
ok 'and their number' jq -e '.files == 3' "$T/err"
code 0 'a pattern that directories match, too' at lab "$EVX" cat a.evx '*o*e*'
ok 'means the files' sh -c 'cat phone/notes/nothing phone/notes/one.txt | head -c 0 && grep -q one "$1"' - "$T/out"
code 3 'a pattern that only a directory matches' at lab "$EVX" cat a.evx 'phone/not?s'
out_empty 'gives nothing'
code 0 'since' at lab "$EVX" cat a.evx 'phone/notes/*.txt' --since 2001-02-04
ok 'gives the newer' cmp "$T/out" phone/notes/log.txt
code 3 'a file that is older' at lab "$EVX" cat a.evx phone/notes/one.txt --since 2001-02-04
err_has 'modified since' 'is told'
out_empty 'and nothing written'
for who in room stranger nobody; do
	code 3 "cat by $who" at $who "$EVX" cat a.evx phone/photo.raw
	out_empty 'nothing is written'
done
(at lab "$EVX" cat a.evx phone/photo.raw >/dev/full) 2>"$T/err"
is $? 3 'a full standard output is no success'
at lab "$EVX" cat a.evx phone/photo.raw 2>"$T/err" | head -c 10 >/dev/null
ok 'a closed pipe is an error, not a crash' not grep -qi 'killed\|signal' "$T/err"
done_testing
