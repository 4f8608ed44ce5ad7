#!/bin/sh
# Exports in CASE/UCO hold the SHACL shapes of CASE/UCO 1.4: with a key and without one, of a record with everything in it, and of a disclosure.
. "$(dirname "$0")/../cli/lib.sh"

shapes=$TOP/../shared/testdata/case-uco
if [ ! -d "$shapes" ]; then
	skip 'the ontologies of CASE/UCO are not there'
	done_testing
	exit 0
fi
# The validator comes from npm, pinned, once for each build directory.
at=${EVX_BUILD:-$TOP/build}/case-uco
mkdir -p "$at" && cp "$TOP"/tests/interop/case-uco/* "$at/"
if ! cmp -s "$at/package-lock.json" "$at/installed"; then
	rm -f "$at/installed"
	if ! command -v npm >/dev/null 2>&1 || ! (cd "$at" && npm ci --ignore-scripts --no-audit --no-fund --cache "$at/cache" >npm.log 2>&1); then
		skip 'the validator cannot be installed with npm'
		done_testing
		exit 0
	fi
	cp "$at/package-lock.json" "$at/installed"
fi
# said FILE: what the validator said of it. count FILE CLASS: how many nodes of that class it found.
said() { sed -n "s|^$1 ||p" "$T/said"; }
count() { said "$1" | sed -n "s/^$2 //p"; }
holds() { if [ "$(said "$1" | head -n 1)" = good ]; then pass "$2 holds the shapes"; else fail "$2 holds the shapes" "$(said "$1" | head -n 20)"; fi; }

people || exit 1
evidence phone
cat >d.json <<'END'
{"device":{"make":"Acme \"X\"","model":"Phone 3","serial":"S-77"},"seized_by":"Ann\u001b[31m Smith","authority_type":"warrant","authority_number":"W-17",
 "authority_until":"2027-02-28T00:00:00+01:00","place":"Station 4","description":"\u0431\u0435\u043b\u044b\u0439 phone"}
END
code 0 'an exhibit' "$EVX" seal phone -o a.evx --as officer --case '26-114 "x"' --exhibit 7 --details d.json --to "$T/lab.card" --custody-to "$T/room.card" --hash md5 --yes
code 0 'released' "$EVX" release a.evx --as officer --to "$T/lab.card" --keeps nothing --purpose examination --yes
code 0 'accepted' at lab "$EVX" accept a.evx --inventoried --yes
code 0 'a note by nobody known' at stranger "$EVX" note a.evx 'I was here'
code 0 'a correction' at lab "$EVX" correct a.evx --event 1 --purpose 'second examination' --reason 'wrong word'

code 0 'the officer is known to the lab' at lab "$EVX" trust add "$T/officer.card"
run at lab "$EVX" export a.evx --case-uco with.jsonld --as lab
ok 'with a key' test "$rc" -eq 0 -o "$rc" -eq 5
run "$EVX" export a.evx --case-uco without.jsonld
ok 'without a key' test "$rc" -eq 0 -o "$rc" -eq 5
ok 'it has no name' not grep -qE 'photo|Station|W-17' without.jsonld

run at lab "$EVX" disclose a.evx phone/notes/one.txt --to "$T/room.card" -o part.evx --yes
is "$rc" 0 'a disclosure'
run at room "$EVX" export part.evx --case-uco part.jsonld --as room
ok 'is exported' test "$rc" -eq 0 -o "$rc" -eq 5
ok 'with the exhibit that it comes from' grep -q '"case-investigation:wasDerivedFrom":{"@id":"urn:uuid:' part.jsonld

# So that a test that says yes to everything would be noticed: one value changed at a time.
mkdir broken
broken() { # broken NAME PATTERN REPLACEMENT
	sed "0,/$2/s//$3/" with.jsonld >"broken/$1"
	ok "$1: changed" not cmp -s with.jsonld "broken/$1"
}
broken a-time-that-is-none '"@value":"20[0-9-]*T' '"@value":"yesterday T'
broken a-hash-that-is-no-hex 'hashValue":{"@type":"xsd:hexBinary","@value":"[0-9a-f]*"' 'hashValue":{"@type":"xsd:hexBinary","@value":"xyz"'
broken a-text-where-a-time-must-be '"@type":"xsd:dateTime"' '"@type":"xsd:string"'
broken a-performer-that-is-no-identity '"uco-action:performer":{"@id":"urn:uuid:[^"]*"}' '"uco-action:performer":"somebody"'
broken a-hash-without-its-method '"uco-types:hashMethod":"[A-Z0-9]*",' ''
broken an-unknown-status '"Complete\/Finish"' '"Done"'
broken a-term-that-is-not-in-the-ontologies '"uco-core:description"' '"uco-core:descriptoin"'
broken a-name-that-is-no-UUID '"@id":"urn:uuid:[0-9a-f-]*"' '"@id":"urn:evx:none"'

node "$at/validate.mjs" "$shapes" with.jsonld without.jsonld part.jsonld broken/* >"$T/said" 2>"$T/err" || fail 'the validator runs' "$(tail -n 20 "$T/err")"
holds with.jsonld 'the export with a key'
is "$(count with.jsonld File)" $(($(find phone -type f -printf 'x\n' | wc -l) + 5)) 'it has every file and every signed document'
is "$(count with.jsonld InvestigativeAction)" 6 'an action for each entry, and one for the check'
is "$(count with.jsonld ProvenanceRecord)" 5 'a provenance record for each entry'
is "$(count with.jsonld Authorization)" 1 'the authority'
is "$(count with.jsonld Device)" 1 'the device'
is "$(count with.jsonld Identity)" 3 'everybody who signed or is named'
holds without.jsonld 'the export without a key'
is "$(count without.jsonld File)" 5 'it has no file but the signed documents'
is "$(count without.jsonld Authorization)" '' 'nor what is in the details'
holds part.jsonld 'the export of a disclosure'
for f in broken/*; do
	is "$(said "$f" | head -n 1)" wrong "found: ${f#broken/}"
	case $f in */a-term* | */a-name*) ;; *) ok 'by the shapes' grep -qE "^$f (Violation|Info): urn:uuid:" "$T/said" ;; esac
done
done_testing
