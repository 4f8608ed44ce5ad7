#!/bin/sh
# Shipments over SFTP servers that can do less than others, or do something else than they say: no rename, one that replaces, no lists, no
# reading, a disk that is full and one that does not say so; what an upload that was cut left under its final name.
. "$(dirname "$0")/lib.sh"
. "$TOP/tests/remote/remote.sh"
command -v sshd >/dev/null || [ -x /usr/sbin/sshd ] || { echo '1..0 # SKIP openssh-server is not installed'; exit 0; }
people
for h in officer lab; do cp -r "$T/$h" "$T/$h.was"; done
mkdir src && head -c 40000000 /dev/urandom >src/film
"$EVX" seal src -o "$T/phone.evx" --case C-1 --exhibit 1 --self --quiet 2>/dev/null || exit 1
dirs= mounted=
trap 'for d in $dirs; do "$REMOTE/sshd.sh" cut "$d"; done; [ -z "$mounted" ] || umount "$mounted"; cd /; chmod -R u+rwx "$T" 2>/dev/null; rm -rf "$T"' EXIT

# server NAME KIND: a server of that kind; its directory is $place, its URL $url. Both homes and the bundle anew.
server() {
	[ -z "$dirs" ] || "$REMOTE/sshd.sh" cut "${dirs##* }"
	mkdir "$T/$1" && dirs="$dirs $T/$1" && "$REMOTE/sshd.sh" start "$T/$1" "$2" || exit 1
	place=$T/$1/root/evx
	url="sftp://127.0.0.1:$(cat "$T/$1/port")$place?config=$T/$1/ssh_config"
	fresh
}
fresh() {
	rm -rf out "$place/inbox" "$T/officer" "$T/lab" && mkdir out && cp "$T/phone.evx" phone.evx
	for h in officer lab; do cp -r "$T/$h.was" "$T/$h" && at $h "$EVX" remote add place "$url" >/dev/null; done
	at lab "$EVX" trust add "$T/officer.card" >/dev/null && at officer "$EVX" trust add "$T/lab.card" >/dev/null
}
send() { "$EVX" send phone.evx --to "$T/lab.card" --via place --yes --quiet "$@"; }
arrives() {
	code 0 "$1: received" at lab "$EVX" receive --via place -o out --accept not-inventoried --yes --quiet
	code 0 "$1: the answer" "$EVX" receipts
	out_has 'accepted (new)' "$1: is the acceptance"
	ok "$1: both have the same bundle" cmp phone.evx out/*.evx
}
whole() {
	code 0 "$1: sent" send
	code 0 "$1: sent again" send
	arrives "$1"
}
unsigned() { is "$("$EVX" log phone.evx | grep -c '^0')" 1 "$1: nothing was signed"; }
packs_there() { find "$place/packs" -type f -size +"${1}c"; }

# What an upload without rename leaves when it is cut: a part, under the final name. And one in which bytes changed.
server whole ''
code 0 'to the room' "$EVX" send phone.evx --to "$T/room.card" --via place --yes --quiet
one=$(packs_there 20000000) && other=$(packs_there 1000000 | grep -v "$one")
fresh && truncate -s 1000000 "$one"
code 0 'a part of a pack stands under its name' send
ok 'it is sent under another name' [ "$(stat -c %s "$one-1")" -gt 20000000 ]
is "$(stat -c %s "$one")" 1000000 'and nothing goes on from the part'
arrives 'a part of a pack stands under its name'
fresh && flip "$other" 77
code 0 'other bytes stand under the name of a pack: --reread' send --reread
ok 'it is sent under another name' [ -s "$other-1" ]
arrives 'other bytes stand under the name of a pack'

# A server that gives more than there can be.
fresh && mv "$place/evx-remote.txt" kept && truncate -s 20G "$place/evx-remote.txt"
code 1 'the name of the remote has no end' send
err_has 'expected at most 64 bytes' 'says so'
unsigned 'the name of the remote has no end'
mv kept "$place/evx-remote.txt"
code 0 'and with its name again' send

server norename without=rename,posix-rename
code 0 'a server without rename' "$EVX" remote test place
whole 'a server without rename'
is "$(find "$place" -name '*.part-*' | wc -l)" 0 'a server without rename: no half object is left'

server nolists without=opendir,readdir
whole 'a server without lists'

server noread without=read
code 3 'a server that may be written and not read' "$EVX" remote test place
out_has 'no   reads back' 'it says so'
code 3 'it is not enough' send
err_has 'could not make sure that the shipment arrived' 'and why'
unsigned 'a server that may be written and not read'

# A disk that is full. The server does not tell how much is free.
if [ "$(id -u)" -eq 0 ]; then
	server full without=statvfs,fstatvfs
	mkdir "$place" && mount -t tmpfs -o size=20m none "$place" 2>/dev/null && mounted=$place
fi
if [ -n "$mounted" ]; then
	code 3 'a disk that is full' send
	err_has 'the server did not take it: .*Failure' 'it says so'
	unsigned 'a disk that is full'
	mount -o remount,size=100m "$place"
	whole 'a disk with room again'
	umount "$place" && mounted=
else
	skip 'only root can mount a small file system'
fi

if [ -f "${EVX_BUILD:-}/fault/media.so" ] && [ -x /usr/lib/openssh/sftp-server ]; then
	server overlink media=overlink
	code 0 'a rename that replaces' "$EVX" remote test place
	out_has 'yes  keeps what is there' 'does not matter'
	whole 'a rename that replaces'
	server lossy media=lossy
	code 3 'a disk that is full, and nobody says so' send
	err_has 'the server kept 1[0-9]* of [0-9]* bytes: it may be full' 'evx notices'
	unsigned 'a disk that is full, and nobody says so'
	is "$(packs_there 0 | wc -l)" 0 'and no part of a pack is left'
else
	skip 'other servers: no shim with sanitizers, or no sftp-server'
fi
done_testing
