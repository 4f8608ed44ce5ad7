#!/bin/sh
# What a remote, or somebody who can write to it, can do to the mirror of a vault (format-spec/shipment.md "Mirrors"): each is noticed and named, and no vault is made of it.
. "$(dirname "$0")/../cli/lib.sh"
people
export EVX_VAULT="$T/vault"
"$EVX" init "$T/vault" --quiet 2>/dev/null && "$EVX" member add "$T/lab.card" --quiet || exit 1
mkdir src && head -c 3000000 /dev/urandom >src/film && echo one >src/one
"$EVX" seal src --case C-1 --exhibit 1 --quiet 2>/dev/null || exit 1
mkdir "$T/stick"
at lab "$EVX" trust add "$T/officer.card" --quiet
for h in officer lab stranger; do at $h "$EVX" remote add stick "dir:$T/stick" --quiet; done
cp -r "$T/lab" "$T/lab.was"
mirror() { "$EVX" mirror --via stick "$@"; }
check() { "$EVX" check --via stick "$@"; }
# fresh: a machine with the lab's key that never saw the vault. rebuild: from there.
fresh() { rm -rf "$T/fresh" "$T/new" && cp -r "$T/lab.was" "$T/fresh"; }
rebuild() { fresh && at fresh "$EVX" import --via stick --into "$T/new"; }
no_vault() { gone "$T/new/vault.json" "$1"; }
save() { rm -rf "$T/stick.$1" && cp -a "$T/stick" "$T/stick.$1"; }
restore() { rm -rf "$T/stick" && cp -a "$T/stick.$1" "$T/stick"; }

mirror --quiet && save one || exit 1
mid=$(basename "$T/stick/mirror/"*)
notes=$T/stick/mirror/$mid
"$EVX" note C-1/1 'second state' --quiet && mirror --quiet && save two || exit 1
"$EVX" note C-1/1 'third state' --quiet && mirror --quiet && save three || exit 1
code 0 'the mirror as it must be' check
code 0 'is rebuilt' rebuild

# Packs and parcels: gone, short, other bytes.
pack=$(ls -S "$T/stick/packs/"*/* | head -n 1) object=$(echo "$pack" | sed "s|^$T/stick/||")
rm "$pack"
code 1 'a pack that is gone' check
out_has "^$object: missing" 'is named'
code 3 'nothing is rebuilt' rebuild
no_vault 'and there is no vault'
code 0 'the same mirror again' mirror
code 0 'puts it back' check
flip "$pack" 100
code 1 'a pack with other bytes' check
out_has "^$object: other bytes" 'is named'
code 1 'nothing is rebuilt' rebuild
err_has 'with other bytes' 'and the pack is damaged'
no_vault 'and there is no vault'
truncate -s 1000 "$pack"
code 1 'a short one' check
out_has "^$object: other length" 'is named'
code 0 'the same mirror again' mirror
code 0 'puts it beside the bad one' check
code 0 'from where it is rebuilt' rebuild
restore three
parcel=$(ls -tr "$T/stick/parcels/"*/* | head -n 1)
flip "$parcel" 5000
code 1 'the whole parcel with other bytes' check
out_has '^parcels/.*: other bytes' 'is named'
code 1 'nothing is rebuilt' rebuild
rm "$parcel"
code 1 'a parcel that is gone' check
code 3 'nothing is rebuilt' rebuild
err_has 'which note 1 of the mirror names, is not on the remote' 'and is named'
code 0 'mirrored again' mirror --json
out_has '"whole":true' 'all files go anew'
code 0 'and the mirror is good' check
code 0 'and is rebuilt' rebuild

# Notes: an older state, one withheld, exchanged, moved.
save four
restore two
code 1 'an older state' check
err_has 'older state of the mirror than this machine saw' 'is seen by who saw more'
code 1 'and nothing is put on top of it' mirror
restore three && rm "$notes/00000002"
fresh
code 3 'a note withheld in the middle' rebuild
err_has '00000002 of the mirror is not on the remote' 'is missed'
no_vault 'and there is no vault'
restore three && cp "$notes/00000002" "$notes/00000003"
code 1 'a note at another number' rebuild
err_has 'misplaced: it has another number' 'is misplaced'
restore three && flip "$notes/00000003" 300
code 1 'a note with other bytes' rebuild
err_has 'cannot be read' 'is not read'
restore three && echo junk >"$notes/00000004"
code 3 'bytes that are no note' rebuild
err_has '00000004 of the mirror cannot be read' 'are named'
restore three && echo junk >"$notes/99999999"
code 3 'bytes under the last number there is' mirror
err_has '99999999 of the mirror cannot be read' 'are named'
code 1 'to begin anew' mirror --anew
err_has 'behind which there can be no other' 'is no way out: they are named, and to be removed'
restore three && : >"$notes/00000009.part-00112233"
code 0 'an upload that was cut' rebuild

# Another vault under this name.
export EVX_VAULT="$T/other"
"$EVX" init "$T/other" --quiet 2>/dev/null && "$EVX" member add "$T/lab.card" --quiet
rm -rf "$T/stick" && cp -r "$T/stick.three" "$T/stick" && "$EVX" mirror --via stick --quiet
theirs=$(ls "$T/stick/mirror" | grep -v "$mid")
cp "$T/stick/mirror/$theirs/00000001" "$notes/00000004"
export EVX_VAULT="$T/vault"
code 1 'a note of another vault' at fresh "$EVX" import --via stick --into "$T/x" "$mid"
err_has 'misplaced: it is of another vault' 'is misplaced'
code 2 'two mirrors, none named' at fresh "$EVX" import --via stick --into "$T/x"
err_has 'has 2 mirrors' 'are both told'
gone "$T/x" 'and nothing is made'

# Another remote.
rm -rf "$T/stick" && mkdir "$T/stick"
"$EVX" remote add elsewhere "dir:$T/stick" --quiet
cp -r "$T/stick.three/." "$T/stick" && sed -i 's/1 ./1 0/;s/^\(evx-remote.1 \)....../\1abcdef/' "$T/stick/evx-remote.txt"
code 1 'notes of another remote' at fresh "$EVX" import --via "dir:$T/stick" --into "$T/x"
err_has 'misplaced: it is of another remote' 'are misplaced'
code 1 'a remote exchanged behind its name' mirror
err_has 'stood another remote before' 'is told'

# Somebody who is no member, and one who is a member no more.
restore three && rm -f "$T/officer/lanes/mirror-"*
cp -r "$T/officer" "$T/twin" && cp -r "$T/vault" "$T/copy"
at twin "$EVX" member add "$T/stranger.card" --vault "$T/copy" --quiet
accept stranger "$T/copy"
code 0 'a mirror of a copy that has another member' at stranger "$EVX" mirror "$T/copy" --via stick --anew
code 1 'is not that of the vault' check
err_has 'signed by somebody who is no member' 'as its signer is no member'
code 1 'and is not gone on with' mirror
code 0 'but made anew' mirror --anew
code 0 'is good' check
restore three
rm -f "$T/officer/lanes/mirror-"* "$T/twin/lanes/mirror-"*
# The same key, another log: the last entry is another one.
"$EVX" case new here --quiet >/dev/null && at twin "$EVX" case new there --vault "$T/copy" --quiet >/dev/null && at twin "$EVX" member remove stranger --vault "$T/copy" --quiet >/dev/null 2>&1
"$EVX" case new here2 --quiet >/dev/null && "$EVX" case new here3 --quiet >/dev/null && "$EVX" case new here4 --quiet >/dev/null
code 0 'a mirror of a copy with another log' at twin "$EVX" mirror "$T/copy" --via stick
code 1 'is not that of the vault' check
err_has 'is another one in the mirror than in the vault' 'as its log is another'
cp -r "$T/officer" "$T/knows" && rm -rf "$T/knows/lanes"
code 1 'nor is it rebuilt where the vault was seen' at knows "$EVX" import --via stick --into "$T/x"
err_has 'another log of this vault than this machine saw' 'and that is told'
restore three
code 1 'an older state is not rebuilt where more was seen' at knows "$EVX" import --via stick --into "$T/x"
err_has 'an older state' 'and that is told'
gone "$T/x" 'and nothing is made'
at lab "$EVX" member list --vault "$T/vault" --founder "$(founder "$T/vault")" --quiet >/dev/null
code 0 'the other member mirrors' at lab "$EVX" mirror "$T/vault" --via stick
"$EVX" member remove 'lab of lab' --quiet >"$T/rm" 2>&1
code 1 'a note of somebody who is a member no more' check
err_has 'a member no more' 'is not believed'
code 0 'a member mirrors' mirror --json
out_has '"whole":true' 'and all files go anew'
code 0 'then it is good' check
code 3 'and the other one opens it no more' at lab "$EVX" import --via stick --into "$T/x"

# A vault that lost something: the mirror does not follow, and gives it back.
mirror --quiet && save whole
cp -r "$T/vault" "$T/vault.whole" && cp -r "$T/officer" "$T/officer.whole"
back() { rm -rf "$T/vault" "$T/officer" && cp -r "$T/vault.whole" "$T/vault" && cp -r "$T/officer.whole" "$T/officer"; }
uuid=$(ls "$T/vault/exhibits" | head -n 1) dir=$T/vault/exhibits/$uuid
notes() { ls "$T/stick/mirror/$mid" | wc -l; }
had=$(notes)
# lost WHAT COMMAND...
lost() {
	name=$1
	shift
	"$@"
	code 1 "$name" mirror
	err_has "The vault has lost what its mirror has: .*the first is exhibits/$uuid" 'is not mirrored'
	is "$(notes)" "$had" 'nothing was put'
	code 1 "$name: the check" check
	out_has '^BAD: .* missing or changed in the vault' 'tells it'
	back
}
lost 'a pack that is gone' sh -c 'rm "$1"/data/*.pack' - "$dir"
lost 'a seal with other bytes' flip "$dir/custody/0000-seal.json" 50
lost 'an exhibit that is gone' rm -rf "$dir"
lost 'an entry that was taken off the record' sh -c 'rm "$1"/index-0002 "$1"/append-0002 "$1"/custody/0002-*' - "$dir"
rm "$dir"/data/*.pack
rm -f "$T/officer/lanes/mirror-"*
code 1 'a pack that is gone, on a machine that never mirrored' mirror
err_has 'The vault has lost what its mirror has' 'is not followed'
at knows "$EVX" member list --vault "$T/vault" --quiet >/dev/null
code 0 'the vault is rebuilt from the mirror' "$EVX" import --via stick --into "$T/given"
code 1 'the damaged one' "$EVX" check --quiet
code 0 'is healed from there' "$EVX" check --heal-from "$T/given" --as officer
code 0 'and mirrored' mirror
code 0 'and the mirror is good' check
rm -rf "$dir"
code 0 'as it is now, when that is asked for' mirror --anew
code 0 'and then it is the mirror of that' mirror
back && restore whole
# A disposal is no loss.
code 0 'a disposal is allowed' "$EVX" dispose-authorise C-1/1 --reason over --yes
code 0 'and done' "$EVX" dispose C-1/1 --yes
code 0 'it is mirrored' mirror --json
out_has '"whole":true' 'with all files anew'
code 0 'and checked' check
back && restore whole

# A vault that was set back.
rm -rf "$T/back" && cp -r "$T/vault" "$T/back"
"$EVX" case new later --quiet >/dev/null && mirror --quiet
rm -rf "$T/officer/vaults" && accept officer "$T/back"
code 1 'a vault that is older than its mirror' "$EVX" mirror "$T/back" --via stick
err_has 'was set back' 'is told, and nothing put'
code 1 'by the check, too' "$EVX" check --vault "$T/back" --via stick
done_testing
