#!/bin/sh
# The seal code on paper: the same exhibit or the wrong one, however it is typed; its beginning finds, and never checks.
. "$(dirname "$0")/lib.sh"

command -v jq >/dev/null || { echo '1..0 # SKIP jq is not installed'; exit 0; }
people || exit 1
mkdir phone && echo one >phone/one
sealed a.evx phone --self && sealed b.evx phone --self || exit 1
code_of() { "$EVX" show "$1" --json | jq -r .seal_code; }
a=$(code_of a.evx) b=$(code_of b.evx)
cards="--trust $T/officer.card"

code 0 'verify with the code of the exhibit' "$EVX" verify a.evx --code "$a" $cards
out_has "^  seal code  *$a  same as the code given" 'says that it is the same'
out_has '^GOOD' 'and is as good as without'
code 5 'nothing becomes better by the code' at stranger "$EVX" verify a.evx --code "$a"
code 1 'the code of another exhibit' "$EVX" verify a.evx --code "$b" $cards
out_has '^WRONG EXHIBIT  The seal code that you gave is not the one of this exhibit' 'is the first thing that is said'
out_has "^  seal code  *$a  NOT the code given" 'and the row says so, too'
code 1 'quietly, too' "$EVX" verify a.evx --code "$b" $cards --quiet
is "$(cut -d' ' -f1-2 "$T/out")" 'WRONG EXHIBIT' 'the one line says it'
code 1 'as JSON' "$EVX" verify a.evx --code "$b" $cards --json
is "$(jq -r '.code, .verdict, .exit' "$T/out" | tr '\n' ' ')" 'other WRONG EXHIBIT 1 ' 'the answer, the word and the code'
code 0 'as JSON of the right one' "$EVX" verify a.evx --code "$a" $cards --json
is "$(jq -r .code "$T/out")" same 'the answer is same'
code 0 'without a code there is no answer' "$EVX" verify a.evx $cards --json
is "$(jq -r .code "$T/out")" null 'indeed'
code 0 'a stream' sh -c '"$1" verify - --code "$2" --trust "$3" <a.evx' sh "$EVX" "$a" "$T/officer.card"
code 1 'the stream of another exhibit' sh -c '"$1" verify - --code "$2" --trust "$3" <a.evx' sh "$EVX" "$b" "$T/officer.card"
for command in show log; do
	code 0 "$command with the code" "$EVX" $command a.evx --code "$a"
	out_has 'same as the code given' 'says that it is the same'
	code 1 "$command with another code" "$EVX" $command a.evx --code "$b"
	out_has '^WRONG EXHIBIT' 'says that it is the wrong exhibit'
done

# ---- As people type
lower=$(printf '%s' "$a" | tr 'A-Z-' 'a-z ')
code 0 'lower case and blanks' "$EVX" verify a.evx --code " $lower " $cards
code 0 'no groups at all' "$EVX" verify a.evx --code "$(printf '%s' "$a" | tr -d -)" $cards
code 0 'O for 0, I for L, B for 8' "$EVX" verify a.evx --code "$(printf '%s' "$a" | tr 0L8 OIB)" $cards
code 0 'and o for 0, 1 for l, b for 8' "$EVX" verify a.evx --code "$(printf '%s' "$lower" | tr 0l8 o1b)" $cards

# ---- What cannot be compared
for part in "${a%-*}" "${a%?}" "$(printf '%.9s' "$a")"; do
	code 2 "the beginning $part does not check" "$EVX" verify a.evx --code "$part" $cards
	err_has 'only the beginning of a seal code.*all eight groups' 'and it says what is needed'
	out_empty 'and nothing is answered'
done
case $a in *Q) wrong=${a%Q}P ;; *) wrong=${a%?}Q ;; esac
for text in "$wrong" "$a-Q" '' phone "$(printf '%.8s' "$a")" "${a%?}*"; do
	code 2 "\"$text\" is no seal code" "$EVX" verify a.evx --code "$text" $cards
	err_has 'is no seal code.*Look at the paper again' 'and it says where to look'
done

# ---- A seal that is not good is nothing to compare with
cp a.evx bad.evx
at_byte=$(grep -abo '"complete":' bad.evx | head -n 1 | cut -d: -f1)
flip bad.evx $((at_byte + 1))
run "$EVX" verify bad.evx --code "$a" $cards
is "$rc" 1 'a changed seal is bad'
ok 'and is not called the same' not grep -q 'same as the code given' "$T/out"
run "$EVX" show bad.evx --code "$a" --json
ok 'nor by show' not grep -q '"same"' "$T/out"
ok 'which does not end well' test "$rc" -ne 0

# ---- Entries
"$EVX" release a.evx --to "$T/lab.card" --keeps nothing --purpose analysis --quiet >/dev/null || exit 1
before=$(sha256sum <a.evx)
code 1 'the lab does not accept another exhibit' at lab "$EVX" accept a.evx --code "$b" --no-receipt
err_has "WRONG EXHIBIT. The seal code of this exhibit is $a.*Nothing was signed" 'and is told which one it is'
is "$(sha256sum <a.evx)" "$before" 'the bundle is as it was'
code 2 'nor by the beginning of a code' at lab "$EVX" accept a.evx --code "$(printf '%.9s' "$a")" --no-receipt
is "$(sha256sum <a.evx)" "$before" 'the bundle is as it was'
cp bad.evx bad2.evx
code 1 'nor where the seal is not good' at lab "$EVX" accept bad2.evx --code "$a" --record-broken --no-receipt
ok 'and the bundle is as it was' cmp bad.evx bad2.evx
code 0 'it accepts the one on paper' at lab "$EVX" accept a.evx --code "$a" --no-receipt
code 1 'a note about another exhibit is not signed' "$EVX" note b.evx 'a note' --code "$a"
code 0 'a note about the one on paper is' "$EVX" note b.evx 'a note' --code "$b"

# ---- Finding in a vault
"$EVX" init "$T/v" --quiet >/dev/null && "$EVX" seal phone --vault "$T/v" --case C-2 --exhibit 1 --yes --quiet >"$T/seal.out" || exit 1
v=$("$EVX" exhibits --vault "$T/v" --json | jq -r .seal_code)
two=$(printf '%.9s' "$v")
code 0 'two groups find the exhibit' "$EVX" list "$two" --vault "$T/v"
code 0 'with the letters that people mistake' "$EVX" list "$(printf '%s' "$two" | tr 0L8 OIB)" --vault "$T/v"
code 3 'less does not' "$EVX" list "$(printf '%.8s' "$v")" --vault "$T/v"
code 0 'found and compared' "$EVX" show "$two" --vault "$T/v" --code "$v"
done_testing
