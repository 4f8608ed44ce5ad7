#!/bin/sh
# A walk through evx on a real folder: every command is shown before it runs. EVX is the program, DEMO_SOURCE (default: the sources of this
# tree) the folder; everything happens in a temporary directory that is removed at the end.
set -eu

top=$(cd "$(dirname "$0")/.." && pwd)
evx=${EVX:-$top/build/evx}
case $evx in /*) ;; *) evx=$top/$evx ;; esac
[ -x "$evx" ] || { echo "demo: $evx is not built; run 'make' first" >&2; exit 1; }
source=${DEMO_SOURCE:-}
dir=$(mktemp -d "${TMPDIR:-/tmp}/evx-demo.XXXXXX")
trap 'cd /; rm -rf "$dir"' EXIT
trap 'exit 1' HUP INT TERM
mkdir "$dir/bin" "$dir/desk"
ln -s "$evx" "$dir/bin/evx"
PATH=$dir/bin:$PATH
export EVX_HOME="$dir/officer"
cd "$dir/desk"
if [ -n "$source" ]; then
	cp -a "$source" evidence
else
	mkdir evidence
	(cd "$top" && cp -a vault cli format-spec "$dir/desk/evidence/")
fi

say() { printf '\n== %s\n' "$*"; }
show() { printf '\n$ %s\n' "$*"; sh -c "$*"; }
fails() { # fails CODE COMMAND: shows a command that must end with exit code CODE
	want=$1
	shift
	printf '\n$ %s\n' "$*"
	got=0
	sh -c "$*" || got=$?
	echo "(exit $got)"
	[ "$got" -eq "$want" ] || { echo "demo: expected exit $want" >&2; exit 1; }
}

say 'An officer and a laboratory make their identities and exchange cards'
show 'evx id new officer --person "Ann Smith" --organisation "County Police" --country GB --no-passphrase'
show 'evx id card officer > officer.card'
show "EVX_HOME=$dir/lab evx id new lab --person 'Forensic Laboratory' --organisation 'County Police' --country GB --no-passphrase --quiet"
show "EVX_HOME=$dir/lab evx id card lab > lab.card"

say 'The officer seals a folder: only the laboratory and the officer will be able to open it'
show 'evx seal evidence -o exhibit.evx --case 26-114 --exhibit 7 --to lab.card --self --place "Main Street 1" --authority "Warrant 12/26"'
show 'ls -l exhibit.evx'

say 'Anyone can check it, without a key'
show "EVX_HOME=$dir/nobody evx verify exhibit.evx --trust officer.card"
show "EVX_HOME=$dir/nobody evx show exhibit.evx"
show "EVX_HOME=$dir/nobody evx log exhibit.evx --trust officer.card"

say 'and without evx'
show "mkdir plain && tar -xf exhibit.evx -C plain && cd plain/* && sha256sum --quiet -c manifest-sha256.txt tagmanifest-sha256.txt && echo 'sha256sum found no difference'"

say 'Whoever it was not sealed to sees not so much as a name'
show "EVX_HOME=$dir/stranger evx id new stranger --person 'A. Stranger' --organisation Elsewhere --country GB --no-passphrase --quiet"
fails 3 "EVX_HOME=$dir/stranger evx list exhibit.evx"

say 'The laboratory lists it, checks every file, and opens it'
show "EVX_HOME=$dir/lab evx list exhibit.evx | sed -n 1,8p"
show "EVX_HOME=$dir/lab evx verify exhibit.evx --deep --trust officer.card"
show "EVX_HOME=$dir/lab evx extract exhibit.evx -C restored"
show 'diff -r evidence restored/evidence && echo "diff found no difference"'

say 'It changes hands: the officer releases it, the laboratory checks every byte and signs; no network'
show 'evx release exhibit.evx --to lab.card --keeps nothing --purpose examination --carrier "by hand"'
show "EVX_HOME=$dir/lab evx accept exhibit.evx --inventoried --receipt receipt.txt"
show "EVX_HOME=$dir/lab evx log exhibit.evx --as lab --trust officer.card"

say 'One byte changed on the way is found'
show 'cp exhibit.evx changed.evx && printf ALTERED | dd of=changed.evx bs=1 seek=20000 conv=notrunc status=none'
fails 1 "EVX_HOME=$dir/nobody evx verify changed.evx --trust officer.card"

printf '\nDEMO PASSED: sealed, checked, listed, opened, compared, handed over; a change was found.\n'
