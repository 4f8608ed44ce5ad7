#!/bin/sh
# The SHA-256 of a bundle's file as it was sealed, whatever was appended since.
. "$(dirname "$0")/lib.sh"

people || exit 1
mkdir phone && echo one >phone/one && head -c 300000 /dev/urandom >phone/big
sealed a.evx phone --self || exit 1
sha() { cat "$@" | sha256sum | cut -d ' ' -f 1; }
field() { grep "^$1  *" "$T/out" | sed 's/^.* //'; }
was=$(sha a.evx)
size=$(stat -c %s a.evx)
code 0 'as it was made' "$EVX" show a.evx --hashes
is "$(field 'as sealed')" "$was" 'as sealed'
is "$(field SHA-256)" "$was" 'as it is'
code 0 'a note' "$EVX" note a.evx one
code 0 'another' "$EVX" note a.evx two
echo tail >>a.evx
code 5 'with events, and bytes behind the end' "$EVX" show a.evx --hashes --json
ok 'as sealed' grep -q "\"sealed_bytes\":\"$size\",\"sealed_sha256\":\"$was\",\"present_sha256\":\"$(sha a.evx)\"" "$T/out"
ok 'not the same any more' not test "$was" = "$(sha a.evx)"
code 5 'without the option' "$EVX" show --details a.evx
ok 'no hash is printed' not grep -q '^SHA-256' "$T/out"
out_has '^when sealed ' 'and its length is'

# By the text of the specification.
at=$(tar -tvRf a.evx | grep 'index-0000$' | sed 's/^block \([0-9]*\):.*/\1/')
len=$(tar -tvf a.evx | grep 'index-0000$' | awk '{ print $3 }')
is "$({ head -c $((at * 512 + 512 + len)) a.evx; head -c 1024 /dev/zero; } | sha256sum | cut -d ' ' -f 1)" "$was" 'with tar, head and sha256sum'

"$EVX" seal phone -o v.evx --case C --exhibit E --self --quiet -y --split 200K >"$T/seal.out" 2>&1 || exit 1
code 0 'volumes' "$EVX" show v.evx.001 --hashes
is "$(field 'as sealed')" "$(sha v.evx.*)" 'as one file'
mkdir un && tar -xf a.evx -C un 2>/dev/null
code 2 'a directory has no such hash' "$EVX" show un/* --hashes
code 2 'nor has a stream' sh -c "cat a.evx | '$EVX' show - --hashes"
head -c $((size - 2000)) a.evx >cut.evx
code 3 'a file that is cut short has none' "$EVX" show cut.evx --hashes
ok 'and shows none' not grep -q '^SHA-256' "$T/out"
code 2 'verify reads everything, and does not take the option' "$EVX" verify a.evx --hashes
done_testing
