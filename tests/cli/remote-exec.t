#!/bin/sh
# A program as remote, by git-annex's external special remote protocol: one of the tests' own, and git-annex-remote-rclone.
. "$(dirname "$0")/lib.sh"
. "$TOP/tests/remote/remote.sh"
packs 1000 200000 0
mkdir "$T/store"
program() { echo "exec:$REMOTE/external.sh?store=$T/store&mode=${1:-plain}"; }
back() { # NAME URL: each pack by its name; a program has no lists
	for f in "$T"/packs/*; do
		code 0 "$1: a pack" tool "$2" get "packs/$(basename "$f" | cut -c 1-2)/$(basename "$f")"
		ok "$1: the same" cmp "$f" "$T/out"
	done
}
code 0 'a program is tested' tool "$(program)" test
out_has '^writes 1 reads 1 lists 0 removes 1 replaces 0 proves 0 left 0$' 'it can do what such programs do'
code 0 'packs are sent' tool "$(program)" send "$T/packs"
code 1 'and again' tool "$(program)" send "$T/packs"
err_has 'it is there already' 'what is there has a length that nobody tells'
back 'a program' "$(program)"
echo one >one && echo other >other
code 0 'one object' tool "$(program)" put inbox/aa one
code 13 'is not put again' tool "$(program)" put inbox/aa other
code 12 'one that is not there' tool "$(program)" stat inbox/ab
code 12 'nor can be read' tool "$(program)" get inbox/ab
code 18 'no list' tool "$(program)" list ""
code 0 'one is removed' tool "$(program)" remove inbox/aa

rm -f "$T"/store/*
code 0 'a program that does not know what it has' tool "$(program vague)" send "$T/packs"
code 0 'and again' tool "$(program vague)" send "$T/packs"
out_has '^3 objects, 3 there before, 0 failed, 0 bytes$' 'fetches them to know, and sends nothing twice'
back 'a vague one' "$(program vague)"
code 0 'a program that asks and tells all' tool "$(program talker)" test
out_has '^writes 1 reads 1 ' 'is answered'
code 0 'a program that ends once' tool -j 1 "$(program lost)" put inbox/ad one
code 0 'is started again' tool "$(program)" get inbox/ad
code 14 'a program that is deaf' tool -p 1 -t 2 "$(program deaf)" put inbox/ac one
err_has 'said nothing for too long' 'it says so'
code 0 'a program that lies' tool "$(program liar)" put inbox/ac one
code 12 'who asks again is told' tool "$(program)" stat inbox/ac
code 14 'a program that cannot begin' tool -t 2 "exec:$REMOTE/external.sh?store=$T/nowhere" test
err_has 'INITREMOTE-FAILURE no ' 'it says why'
code 14 'one that says nothing' tool -t 2 exec:/bin/true test
code 12 'one that is not there' tool "exec:$T/none" test
code 11 'a key in the URL' tool "$(program)&password=x" test
is "$(ls "$T/spool" | wc -l)" 0 'no temporary file is left'

if command -v git-annex-remote-rclone >/dev/null && command -v rclone >/dev/null; then
	mkdir "$T/cloud" && printf '[here]\ntype = local\n' >"$T/rclone.conf"
	export RCLONE_CONFIG="$T/rclone.conf"
	cloud="exec:$(command -v git-annex-remote-rclone)?target=here&prefix=$T/cloud&rclone_layout=lower"
	code 0 'through rclone' tool -j 2 "$cloud" send "$T/packs"
	back 'through rclone' "$cloud"
	code 0 'one is removed' tool "$cloud" remove inbox/aa
else
	skip 'git-annex-remote-rclone is not installed'
fi
done_testing
