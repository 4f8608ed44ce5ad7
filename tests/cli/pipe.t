#!/bin/sh
# One pass: seal to a pipe, verify from a pipe, seal what comes from a pipe.
. "$(dirname "$0")/lib.sh"

people || exit 1
evidence phone
label='--case C --exhibit E'

"$EVX" seal phone -o - $label --to "$T/lab.card" >a.evx 2>"$T/err"
is $? 0 'seal to standard output'
err_has '^seal code' 'what it says goes to stderr'
"$EVX" seal phone -o - $label --to "$T/lab.card" --json 2>"$T/err" >sized.evx
is "$(grep '^{' "$T/err" | jq -r .bundle_bytes)" "$(wc -c <sized.evx)" 'and the size that it says is that of the stream'
code 0 'the result is a bundle' at nobody "$EVX" verify a.evx --trust "$T/officer.card"
"$EVX" seal phone -o - $label --to "$T/lab.card" 2>/dev/null | at nobody "$EVX" verify - --trust "$T/officer.card" >"$T/out" 2>"$T/err"
is $? 0 'verify a stream'
out_has '^GOOD' 'it is good'
head -c 2000000 a.evx | at nobody "$EVX" verify - >"$T/out" 2>"$T/err"
is $? 3 'a stream that ends early could not be checked'
: | at nobody "$EVX" verify - >"$T/out" 2>"$T/err"
is $? 3 'an empty stream is no bundle'
"$EVX" seal phone -o - $label --to "$T/lab.card" --json 2>"$T/err" >b.evx
ok 'with --json the object goes to stderr' sh -c "grep '^{' '$T/err' | jq -e .seal_hash"
at lab "$EVX" extract a.evx -C out >/dev/null 2>&1
ok 'and it opens' same phone out/phone
"$EVX" seal phone -o - $label --to "$T/lab.card" 2>"$T/err" >/dev/full
rc=$?
is $rc 3 'a full pipe is no success'
(trap '' PIPE; "$EVX" seal phone -o - $label --to "$T/lab.card" 2>"$T/err"; echo $? >"$T/code") | head -c 1000 >/dev/null
is "$(cat "$T/code")" 3 'a closed one neither'

# Nobody reads: the command ends by SIGPIPE, as a shell expects, and says nothing.
i=0
mkdir many && while [ $i -lt 2000 ]; do : >"many/a-name-that-is-rather-long-$i"; i=$((i + 1)); done
sealed many.evx many || exit 1
at lab "$EVX" list many.evx 2>"$T/err" | head -n 1 >"$T/out"
out_has many 'list, and a reader who wants one line'
is "$(cat "$T/err")" '' 'says nothing'
(at lab "$EVX" list many.evx 2>"$T/err"; echo $? >"$T/code") | head -n 1 >/dev/null
is "$(cat "$T/code")" 141 'it ended by SIGPIPE'
(at lab "$EVX" list many.evx --json 2>"$T/err"; echo $? >"$T/code") | head -n 1 >/dev/null
is "$(cat "$T/code") $(cat "$T/err")" '141 ' 'list --json does, too'
(at lab "$EVX" cat a.evx phone/photo.raw 2>"$T/err"; echo $? >"$T/code") | head -c 1 >/dev/null
is "$(cat "$T/code") $(cat "$T/err")" '141 ' 'cat does'
("$EVX" seal phone -o - $label --to "$T/lab.card" 2>"$T/err"; echo $? >"$T/code") | head -c 1000 >/dev/null
is "$(cat "$T/code") $(grep -v warning "$T/err")" '141 ' 'seal to a pipe does'
(trap '' PIPE; at lab "$EVX" list many.evx 2>"$T/err"; echo $? >"$T/code") | head -n 1 >/dev/null
is "$(cat "$T/code")" 3 'where SIGPIPE is ignored it is a failure'
is "$(cat "$T/err")" 'evx: standard output: write: Broken pipe (input/output error)' 'and is told, once'
flip a.evx 5000
(sleep 0.2; at nobody "$EVX" verify a.evx 2>"$T/err"; echo $? >"$T/code") | :
is "$(cat "$T/code") $(cat "$T/err")" '1 ' 'a bad verdict that nobody reads is a bad one'
flip a.evx 5000

head -c 5000000 /dev/urandom >image
"$EVX" seal - -o image.evx $label --to "$T/lab.card" <image >"$T/out" 2>"$T/err"
is $? 0 'seal standard input'
sealed=$(at lab "$EVX" list image.evx --json | jq -r .path)
at lab "$EVX" cat image.evx "$sealed" >back 2>/dev/null
ok 'the same bytes' cmp image back
at lab "$EVX" cat image.evx "$sealed" 2>/dev/null | "$EVX" seal - -o - $label --self 2>/dev/null | at nobody "$EVX" verify - --trust "$T/officer.card" >"$T/out" 2>&1
is $? 0 'all in one row of pipes'

"$EVX" seal phone -o - $label --self >phone/own.evx 2>"$T/err"
is $? 0 'to a file beneath the source that the shell opened'
ok 'it is left out' grep -q 'own.evx: This is what evx itself is writing. It is left out' "$T/err"
ok 'that file' sh -c '"$1" list phone/own.evx --json --as officer | grep -a "phone/own.evx" | grep -q "\"excluded\":true"' - "$EVX"
done_testing
