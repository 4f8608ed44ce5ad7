#!/bin/sh
# Shipments over a directory: sent, received, accepted, refused, answered; what is said before anything is signed; sent again; interrupted.
. "$(dirname "$0")/lib.sh"
people
mkdir "$T/stick"
for h in officer lab room; do at $h "$EVX" remote add stick "dir:$T/stick" >/dev/null; done
mkdir phone && head -c 40000000 /dev/urandom >phone/film.raw && echo one >phone/one.txt
"$EVX" seal phone -o phone.evx --case 26-114 --exhibit 7 --self --quiet 2>/dev/null || exit 1
mkdir tablet && echo two >tablet/two.txt
"$EVX" seal tablet -o tablet.evx --case 26-114 --exhibit 8 --to "$T/lab.card" --self --quiet 2>/dev/null || exit 1
entries() { "$EVX" log "$1" | grep -c '^0'; }
objects() { find "$T/stick" -type f | wc -l; }

# What must be said, before anything happens.
code 2 'nobody to send to' "$EVX" send phone.evx --via stick
err_has 'Who is the receiver' 'is asked'
code 2 'no remote' "$EVX" send phone.evx --to "$T/lab.card"
err_has 'Over which remote' 'is asked'
code 3 'a remote that is not known' "$EVX" send phone.evx --to "$T/lab.card" --via bucket
code 2 'to oneself' "$EVX" send phone.evx --to "$T/officer.card" --via stick
code 2 'to one person twice' "$EVX" send phone.evx --to "$T/lab.card" --to "$T/lab.card" --via stick
code 2 'an exhibit twice' "$EVX" send phone.evx ./phone.evx --to "$T/lab.card" --via stick
code 2 'a word that is none' "$EVX" send phone.evx --to "$T/lab.card" --via stick --keeps half
code 2 'to several, keeping nothing' "$EVX" send phone.evx --to "$T/lab.card" --to "$T/room.card" --via stick --keeps nothing
code 1 'by somebody who does not hold it' at lab "$EVX" send tablet.evx --to "$T/room.card" --via stick
err_has 'Only the holder' 'and is told why not'
is "$(entries phone.evx) $(entries tablet.evx)" '1 1' 'and nothing was signed'
is "$(find "$T/stick/packs" -type f 2>/dev/null | wc -l)" 0 'nor sent'

# There and back.
code 0 'an exhibit is sent' "$EVX" send phone.evx --to "$T/lab.card" --via stick --purpose examination --authority 'order 7'
out_has '^[0-9a-f]*-1  sent$' 'it has a name'
out_has 'uploaded 2 packs' 'all of it went'
shipment=$(sed -n 's/  sent$//p' "$T/out")
is "$(entries phone.evx)" 3 'key files and the release are signed'
before=$(objects)
code 0 'and again' "$EVX" send phone.evx --to "$T/lab.card" --via stick
out_has 'was sent before; nothing was sent again' 'does nothing'
is "$(objects) $(entries phone.evx)" "$before 3" 'and adds nothing'
is "$(grep -rlE 'examination|order 7|26-114|officer' "$T/stick" | wc -l)" 0 'the remote sees no names'
is "$(find "$T/stick" -name '*officer*' -o -name '*lab*' -o -name '*phone*' | wc -l)" 0 'nor in names of files'
code 0 'nobody else' at room "$EVX" inbox
out_has 'No shipment waits' 'finds anything'
code 0 'the receiver looks' at lab "$EVX" inbox
out_has "^$shipment  new" 'and sees it'
out_has 'from SHA256:.*not trusted here' 'from whom'
at lab "$EVX" trust add "$T/officer.card" >/dev/null
code 0 'with the card of the sender' at lab "$EVX" inbox
out_has 'from officer of officer, Office officer (DE)' 'the name is there'
mkdir out
code 3 'nothing is taken in unasked' at lab "$EVX" receive -o out
err_has 'examination' 'and what it is is shown'
err_has 'order 7' 'with the authority'
err_has "$("$EVX" show phone.evx --json | sed -n 's/.*"seal_code":"\([^"]*\)".*/\1/p' | head -n 1)" 'and the seal code'
err_has 'Nothing was taken in of 1 shipment' 'and what to do'
is "$(find out -name '*.evx' | wc -l)" 0 'nothing is there'
code 2 'neither yes nor no' at lab "$EVX" receive -o out --accept maybe
code 2 'both' at lab "$EVX" receive -o out --accept inventoried --refuse no
code 2 'nowhere to' at lab "$EVX" receive --accept inventoried
code 3 'a shipment that is not there' at lab "$EVX" receive 00000000-9 -o out --accept inventoried
err_has 'evx inbox' 'says where to look'
seal_code=$("$EVX" show phone.evx --json | sed -n 's/.*"seal_code":"\([^"]*\)".*/\1/p' | head -n 1)
other_code=$("$EVX" show tablet.evx --json | sed -n 's/.*"seal_code":"\([^"]*\)".*/\1/p' | head -n 1)
code 2 'a code that is none' at lab "$EVX" receive -o out --accept inventoried --code nonsense
code 2 'half a code' at lab "$EVX" receive -o out --accept inventoried --code "$(echo "$seal_code" | cut -c 1-9)"
code 1 'the code of another exhibit' at lab "$EVX" receive -o out --accept inventoried --code "$other_code"
err_has 'WRONG EXHIBIT' 'is noticed'
is "$(find out -name '*.evx' | wc -l)" 0 'and nothing is taken in'
code 0 'it is accepted' at lab "$EVX" receive -o out --accept inventoried --place 'room 4' --code "$other_code" --code "$seal_code"
out_has 'accepted in entry 0003' 'and signed'
only out phone phone.evx tablet tablet.evx
is "$(ls -A out | wc -l)" 1 'and nothing else is left beside the bundle'
code 0 'the receiver opens it' at lab "$EVX" cat out/*.evx phone/one.txt
is "$(cat "$T/out")" one 'and finds what was sealed'
code 0 'once more' at lab "$EVX" receive -o out --accept inventoried
out_has 'No shipment waits' 'there is nothing left'
code 0 'the sender asks' "$EVX" receipts
out_has "^$shipment  accepted (new)" 'and learns it'
is "$(entries phone.evx)" 4 'the acceptance is in the sender'"'"'s record'
ok 'and both have the same bundle' cmp phone.evx out/*.evx
code 0 'asked again' "$EVX" receipts
out_has "^$shipment  accepted  sent" 'it is no news'
code 0 'as JSON' "$EVX" receipts --json
out_has '"state":"accepted","overdue":false,"new":false' 'too'

# Refused, and sent again.
code 0 'another one' "$EVX" send tablet.evx --to "$T/lab.card" --via stick --keeps nothing
code 0 'is refused' at lab "$EVX" receive -o out --refuse 'the bag was open'
out_has 'refused in entry 0002' 'and signed'
is "$(ls -A out | wc -l)" 1 'and not taken in'
code 0 'the sender' "$EVX" receipts
out_has 'refused (new)' 'learns it'
code 0 'sent once more' "$EVX" send tablet.evx --to "$T/lab.card" --via stick --keeps nothing
out_has 'uploaded 0 packs, 0 bytes; there already 1 pack' 'no pack goes twice'
at lab "$EVX" init vault --as lab --quiet 2>/dev/null
code 0 'into a vault' at lab "$EVX" receive --into vault --accept not-inventoried
code 0 'which is as it must be' at lab "$EVX" check --vault vault
at lab "$EVX" exhibits --vault vault >"$T/out"
is "$(find vault/tmp -type f | wc -l)" 0 'and nothing is left in it'
code 0 'the sender asks' "$EVX" receipts --quiet
out_empty 'and --quiet says nothing'

# From one vault to the next; several exhibits; several receivers.
export EVX_VAULT="$T/vault"
at lab "$EVX" init "$T/vault" --as lab --quiet 2>/dev/null
for n in 1 2; do mkdir disk$n && cp phone/film.raw disk$n/a && echo $n >disk$n/b && at lab "$EVX" seal disk$n --case 26-115 --exhibit $n --quiet 2>/dev/null; done
code 0 'two exhibits of a vault to two receivers' at lab "$EVX" send 26-115/1 26-115/2 --to "$T/officer.card" --to "$T/room.card" --via stick
before=$(du -sb "$T/stick/packs" | cut -f 1)
code 0 'and again' at lab "$EVX" send 26-115/1 26-115/2 --to "$T/officer.card" --to "$T/room.card" --via stick
out_has 'was sent before' 'does nothing'
is "$(du -sb "$T/stick/packs" | cut -f 1)" "$before" 'and puts no pack'
mkdir got copy
at officer "$EVX" trust add "$T/lab.card" >/dev/null
code 0 'the first receiver' "$EVX" receive -o got --accept not-inventoried
is "$(grep -c 'accepted in entry' "$T/out")" 2 'accepts both'
at room "$EVX" trust add "$T/lab.card" >/dev/null
code 0 'the second' at room "$EVX" receive -o copy --accept not-inventoried
is "$(grep -c 'there was nothing to accept' "$T/out")" 2 'gets copies'
for b in got/*.evx; do
	code 0 'what arrived' "$EVX" verify "$b" --trust "$T/lab.card" --deep --quiet
	code 0 'is what was sealed' "$EVX" extract "$b" -C "$T/x.$(basename "$b")" --quiet
done
is "$(find "$T"/x.* -name a -exec sha256sum {} + | cut -c 1-64 | sort -u)" "$(sha256sum <phone/film.raw | cut -c 1-64)" 'byte for byte'
code 0 'the sender asks' at lab "$EVX" receipts
is "$(grep -c '  accepted (new)' "$T/out") $(grep -c '  received (new)' "$T/out")" '2 2' 'and learns of both'
code 0 'the vault' at lab "$EVX" check --as lab
unset EVX_VAULT

# Custody details only.
"$EVX" seal tablet -o third.evx --case 26-116 --exhibit 1 --self --quiet 2>/dev/null
code 0 'to somebody who is not to see the contents' "$EVX" send third.evx --to "$T/room.card" --via stick --custody-only
mkdir third && at room "$EVX" trust add "$T/officer.card" >/dev/null
uuid=$("$EVX" show third.evx --json | sed -n 's/.*"uuid":"\([^"]*\)".*/\1/p' | head -n 1)
cp tablet.evx "third/$uuid.evx"
code 3 'where another exhibit stands' at room "$EVX" receive -o third --accept not-inventoried
err_has 'Another exhibit stands here' 'nothing is taken in'
ok 'and that one stays' cmp tablet.evx "third/$uuid.evx"
cp phone/one.txt "third/$uuid.evx"
code 3 'where something else stands' at room "$EVX" receive -o third --accept not-inventoried
ok 'that stays, too' cmp phone/one.txt "third/$uuid.evx"
rm -rf third
code 0 "who accepts it" at room "$EVX" receive -o third --accept not-inventoried
err_has 'your key does not open its contents' 'and is told'
is "$(stat -c %a third)" 700 'the directory was made, for nobody else'
code 3 'a directory below none' at room "$EVX" receive -o none/third --accept not-inventoried
err_has 'cannot be made' 'is told'
code 3 'a file in its place' at room "$EVX" receive -o phone.evx --accept not-inventoried
code 3 'who cannot let anybody else in' at room "$EVX" send third/*.evx --to "$T/stranger.card" --via stick
err_has 'stranger of stranger cannot open this exhibit, and you cannot change that' 'is told so'
code 3 'and cannot open them' at room "$EVX" cat third/*.evx tablet/two.txt

# Another stick behind the name.
mv "$T/stick" "$T/stick1" && mkdir "$T/stick"
"$EVX" seal tablet -o fourth.evx --case 26-117 --exhibit 1 --to "$T/lab.card" --self --quiet 2>/dev/null
code 1 'another stick' "$EVX" send fourth.evx --to "$T/lab.card" --via stick
err_has 'stood another remote before' 'is noticed'
is "$(entries fourth.evx)" 1 'and nothing is signed'
rmdir "$T/stick"/* 2>/dev/null; rm -rf "$T/stick" && mv "$T/stick1" "$T/stick"

# A receiver by name, a URL without a name.
"$EVX" trust add "$T/lab.card" --quiet
code 3 'nobody of that name is trusted' "$EVX" send fourth.evx --to 'lab of the court' --via "dir:$T/stick"
code 0 'a trusted receiver is named by name, a remote by its URL' "$EVX" send fourth.evx --to 'lab of lab' --via "dir:$T/stick"
code 0 'for everybody' at lab "$EVX" inbox --via "dir:$T/stick"
out_has '  new' 'of them'
done_testing
